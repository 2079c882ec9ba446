"""What is written is read as people mean it, and no writer lifts anybody by the way they write."""

from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.errors import InputError, SettingsError
from workbench.measures.claims import KINDS, read_claims
from workbench.measures.likeness import find_alike
from workbench.measures.phrases import (
    CUES,
    STATEMENTS,
    find_phrases,
    read_catalogue,
    read_phrase,
)
from workbench.measures.sentences import (
    LONGEST_SENTENCE,
    LONGEST_TEXT,
    split_sentences,
    split_words,
)
from workbench.measures.written_evidence import SOURCES, WrittenEvidence, read_written_evidence
from workbench.settings import DEFAULTS, Settings

LABELLED = pd.read_csv(Path(__file__).with_name("labelled_sentences.csv"), keep_default_na=False)
EXAMPLES = [phrase for phrase in read_catalogue() if phrase.example]
WRITTEN = [f"written_{statement}" for statement in STATEMENTS]
ORDINARY = (
    "Delivered the tickets of the sprint.",
    "Worked on the basket page.",
    "The half was busy.",
    "Took part in the planning.",
    "Colleagues are happy with the cooperation.",
    "Estimates were fine.",
    "Was on holiday in August.",
    "The new laptop is good.",
)


def kinds_of(sentence: str, source: str = "manager_review") -> dict[str, str]:
    """Give the kind of each statement that a sentence touches."""
    said = pd.DataFrame({"sentence": [sentence], "is_self": [source == "self_review"]})
    claims = read_claims(said, min_text_similarity=DEFAULTS.min_text_similarity)
    return dict(zip(claims["statement"], claims["kind"], strict=True))


def deeds_in(labelled: pd.DataFrame) -> tuple[set[tuple[int, str]], set[tuple[int, str]]]:
    """Give the (sentence, statement) pairs labelled as deeds, and those found."""
    rows = labelled.reset_index(drop=True)
    deeds = rows.loc[rows["kind"] == "deed", "statement"].str.split(";").explode()
    said = pd.DataFrame({"sentence": rows["sentence"], "is_self": rows["source"] == "self_review"})
    claims = read_claims(said, min_text_similarity=DEFAULTS.min_text_similarity)
    found = claims[claims["kind"] == "deed"]
    return set(deeds.items()), set(zip(found["row"], found["statement"], strict=True))


def make_reviews(texts: dict[str, str], manager: str | None = None, **more: str) -> pd.DataFrame:
    """Make a cycle in which a manager writes the given text about each person."""
    return pd.DataFrame(
        {
            "person_id": list(texts),
            "cycle": "2024H1",
            "manager": manager,
            "manager_review": list(texts.values()),
            **more,
        }
    )


def make_teams(seed: int = 0, teams: int = 6, size: int = 8) -> pd.DataFrame:
    """Make a cycle in which each manager writes two ordinary sentences, and a deed of some."""
    rng = np.random.default_rng(seed)
    told = ("Mentored a graduate.", "Automated the release notes.", "Wrote the RFC on storage.")
    rows = []
    for team in range(teams):
        for number in range(size):
            text = [*rng.choice(ORDINARY, size=2, replace=False)]
            if rng.random() < 0.4:
                # No two alike, as people write.
                text.append(f"{told[rng.integers(3)][:-1]} in {rng.integers(10**9)}.")
            rows.append((f"{team}-{number}", "2024H1", f"m{team}", " ".join(text)))
    return pd.DataFrame(rows, columns=["person_id", "cycle", "manager", "manager_review"])


# The labelled sentences -----------------------------------------------------------------------


def test_the_labelled_sentences_are_many_and_cover_every_statement():
    assert len(LABELLED) >= 220 and LABELLED["sentence"].is_unique
    assert set(LABELLED["source"]) == set(SOURCES)
    assert set(LABELLED["kind"]) == {*KINDS, "none"}
    assert (LABELLED["kind"] != "deed").sum() >= 70
    deeds = LABELLED.loc[LABELLED["kind"] == "deed", ["statement", "half"]]
    counts = Counter(name for told in deeds["statement"] for name in told.split(";"))
    assert set(counts) == set(STATEMENTS) and min(counts.values()) >= 12
    assert LABELLED["half"].value_counts().min() >= 0.45 * len(LABELLED)


def test_held_back_sentences_are_read_with_precision_and_recall():
    labelled, found = deeds_in(LABELLED[LABELLED["half"] == "held_back"])
    right = labelled & found
    table = "\n".join(
        f"{name}: {sum(n == name for _, n in right)} right, "
        f"{sum(n == name for _, n in found)} found, {sum(n == name for _, n in labelled)} labelled"
        for name in STATEMENTS
    )
    assert len(right) / len(found) >= 0.85, table
    assert len(right) / len(labelled) >= 0.70, table
    for name in STATEMENTS:
        recall = sum(n == name for _, n in right) / sum(n == name for _, n in labelled)
        assert recall >= 0.5, table


def test_wishes_and_what_was_not_done_are_no_deeds():
    others = LABELLED[LABELLED["kind"] != "deed"]
    _, found = deeds_in(others)
    assert len(found) <= 0.05 * len(others), others.iloc[[row for row, _ in found]]


def test_no_labelled_sentence_is_an_example_of_the_catalogue():
    assert not set(LABELLED["sentence"]) & {phrase.example for phrase in EXAMPLES}


# The catalogue --------------------------------------------------------------------------------


def test_every_statement_has_many_phrases_and_every_cue_one():
    counts = Counter(phrase.name for phrase in read_catalogue())
    assert min(counts[statement] for statement in STATEMENTS) >= 40
    assert min(counts[cue] for cue in CUES) >= 1


def test_every_phrase_is_found_in_its_example_as_a_deed():
    said = pd.DataFrame({"sentence": [phrase.example for phrase in EXAMPLES], "is_self": False})
    claims = read_claims(said, min_text_similarity=1.0)
    deeds = claims[(claims["kind"] == "deed") & (claims["how"] == "phrase")]
    told = set(zip(deeds["row"], deeds["statement"], strict=True))
    assert not [each for row, each in enumerate(EXAMPLES) if (row, each.name) not in told]
    lost = [
        phrase
        for phrase in EXAMPLES
        if not find_phrases([split_words(phrase.example).words], [phrase])[0]
    ]
    assert not lost


def test_no_phrase_stands_twice_in_the_catalogue():
    rows = Counter((phrase.name, phrase.text, phrase.where) for phrase in read_catalogue())
    assert not [row for row, count in rows.items() if count > 1]


@pytest.mark.parametrize(
    ("text", "name"), [("<nothing> made", "wish"), ("made", "praise"), ("..", "wish"), ("*", "x")]
)
def test_a_row_that_cannot_be_read_is_refused_in_words(text, name):
    with pytest.raises(InputError, match="needed"):
        read_phrase(text, name, {"people": "junior*"})


def test_words_of_a_phrase_stand_near_and_in_order():
    near = read_phrase("built tool", "wish", {})
    far = read_phrase("built .. tool", "wish", {})
    for gap in range(12):
        words = ["built", *["a"] * gap, "tool"]
        assert bool(find_phrases([words], [near])[0]) == (gap <= 2)
        assert bool(find_phrases([words], [far])[0]) == (gap <= 8)
    assert not find_phrases([["tool", "built"]], [far])[0]
    twice = find_phrases([["built", "tool", "and", "tool", "built", "a", "tool"]], [near])[0]
    assert [match.at for match in twice] == [(0, 1), (4, 6)]


# How a phrase is meant ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        ("Mentored two graduates.", "deed"),
        ("Not only mentored two graduates but hired a third.", "deed"),
        ("Never hesitates to help, and mentored two graduates without being asked.", "deed"),
        ("Although he did not finish the migration, he mentored two graduates.", "deed"),
        ("He wanted to write more, but mentored two graduates instead.", "deed"),
        ("Should mentor two graduates.", "wish"),
        ("Plans to mentor graduates.", "wish"),
        ("Next half I'd like to mentor graduates.", "wish"),
        ("Could have mentored the graduates.", "wish"),
        ("Her goal is to mentor graduates.", "wish"),
        ("Will mentor the graduates from May.", "wish"),
        ("Has not mentored anybody.", "negation"),
        ("Failed to mentor the graduates.", "negation"),
        ("Wrote code instead of mentoring the graduates.", "negation"),
        ("No longer mentors the graduates.", "negation"),
        ("Isn't mentoring anybody.", "negation"),
        ("Did not mentor the juniors, but he mentored two graduates.", "deed"),
        ("Not asked to, not paid for it, but mentored two graduates.", "deed"),
        ("Was mentored by Grace.", None),
        ("Attended a workshop on mentoring.", None),
        ("Took part in the mentoring round.", None),
    ],
)
def test_a_deed_is_told_from_a_wish_and_from_what_was_not_done(sentence, kind):
    assert kinds_of(sentence).get("team_learning") == kind


def test_a_clause_that_is_negated_leaves_the_other_one_alone():
    kinds = kinds_of("I did not automate the release notes, but I mentored Sam.", "self_review")
    assert kinds == {"eliminate_pain_points": "negation", "team_learning": "deed"}


def test_what_a_peer_learned_is_the_persons_deed_and_what_one_learned_oneself_is_not():
    sentence = "I learned a lot from her."
    assert kinds_of(sentence, "peer_feedback") == {"team_learning": "deed"}
    assert kinds_of(sentence, "self_review") == {}


def test_how_many_sentences_are_read_at_once_makes_no_difference(monkeypatch):
    said = pd.DataFrame({"sentence": LABELLED["sentence"], "is_self": False})
    whole = read_claims(said, min_text_similarity=0.4)
    monkeypatch.setattr("workbench.measures.claims._AT_ONCE", 50)
    pd.testing.assert_frame_equal(read_claims(said, min_text_similarity=0.4), whole)


def test_a_sentence_without_a_phrase_counts_by_likeness():
    said = "Technicl directions are set by them for the area."
    found = find_alike([split_words(said).words], read_catalogue(), 0.0)[0]
    best = max(found, key=lambda each: each[1])
    assert best[0] == "lead_technology"
    close = pd.DataFrame({"sentence": [said], "is_self": [False]})
    assert read_claims(close, min_text_similarity=1.0).empty
    claims = read_claims(close, min_text_similarity=best[1] - 0.01)
    assert claims.loc[claims["statement"] == best[0], "how"].tolist() == ["similarity"]


# Sentences ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One. Two!  Three?", ("One.", "Two!", "Three?")),
        ("- led it\n- built it\n\n", ("led it", "built it")),
        ("Cut it from 2.5 to 1.2 s, i.e. by half. Done", None),
        ("Works w/ v1.2 of x.y.z", ("Works w/ v1.2 of x.y.z",)),
        ("• one • two", ("one", "two")),
        ("...", ()),
    ],
)
def test_texts_are_split_where_a_sentence_ends(text, sentences):
    expected = sentences or ("Cut it from 2.5 to 1.2 s, i.e. by half.", "Done")
    assert split_sentences(text) == (() if text == "..." else expected)


@pytest.mark.parametrize("sign", ["!", ".", "a", " ", "'", "a'", "(", "a.", "\n", "\u2019", "-"])
def test_nothing_grows_faster_than_the_text(sign):
    text = sign * 100_000
    pieces = split_sentences(text)
    assert sum(map(len, pieces)) <= LONGEST_TEXT
    assert max(map(len, pieces), default=0) <= LONGEST_SENTENCE
    assert all(len(split_words(piece).words) <= LONGEST_SENTENCE + 1 for piece in pieces)


def test_work_on_a_hostile_sentence_is_bounded(monkeypatch):
    """Words that fit every place of a phrase must not be tried in every combination."""
    phrase = read_phrase(" .. ".join(["a*"] * 12), "wish", {})
    tried = Counter()

    class Word(str):
        __slots__ = ()

        def __eq__(self, other):
            tried["words"] += 1
            return str.__eq__(self, other)

        __hash__ = str.__hash__

    found = find_phrases([[Word("aa")] * (LONGEST_SENTENCE // 2)], [phrase])
    assert found[0]
    assert tried["words"] < 100 * LONGEST_SENTENCE


# Scores ---------------------------------------------------------------------------------------


def test_without_texts_there_is_nothing_and_not_zero():
    reviews = pd.DataFrame({"person_id": ["a"], "cycle": ["2024H1"]})
    written = read_written_evidence(reviews)
    assert isinstance(written, WrittenEvidence)
    assert written.quotes.empty and written.notes
    assert written.scores[WRITTEN].isna().all().all()
    assert written.scores["n_sentences"].tolist() == [0]


def test_no_text_is_missing_and_a_text_that_tells_nothing_is_low():
    texts = {"a": "Mentored a graduate. Fixed things.", "b": "Fixed a few things.", "c": "n/a"}
    scores = read_written_evidence(make_reviews(texts)).scores.set_index("person_id")
    learning = scores["written_team_learning"]
    assert learning["a"] > 0 > learning["b"]
    assert np.isnan(learning["c"]) and scores.loc["c", "n_sentences"] == 0


def test_only_deeds_count():
    texts = {"a": "Mentored the juniors well.", "b": "Should mentor the juniors more."}
    texts |= {"c": "Never mentored the juniors.", "d": "Joined the weekly planning."}
    written = read_written_evidence(make_reviews(texts))
    learning = written.scores.set_index("person_id")["written_team_learning"]
    assert learning["a"] > learning["b"] == learning["c"] == learning["d"]
    assert dict(written.quotes[["person_id", "kind"]].values) == {
        "a": "deed", "b": "wish", "c": "negation",
    }  # fmt: skip


def test_every_quote_is_verbatim_and_says_where_it_stands():
    text = "  Mentored   the juniors <b>well</b>!  And =1+1. "
    reviews = make_reviews({"a": text}, self_review="I automated the release notes.")
    quotes = read_written_evidence(reviews).quotes
    assert quotes[["source", "statement", "sentence"]].values.tolist() == [
        ["self_review", "eliminate_pain_points", "I automated the release notes."],
        ["manager_review", "team_learning", "Mentored   the juniors <b>well</b>!"],
    ]
    assert (quotes["cycle"] == "2024H1").all() and quotes["strength"].between(0, 1).all()


def test_each_further_deed_of_a_text_counts_less():
    deeds = {n: [f"Mentored graduate {n}{k}." for k in range(n)] for n in range(8)}
    texts = {str(n): " ".join([*deeds[n], *ORDINARY[n:8]]) for n in range(8)}
    learning = read_written_evidence(make_reviews(texts)).scores["written_team_learning"]
    gains = np.diff(np.exp(learning))
    assert (gains > 0).all() and (np.diff(gains) < 0).all()


def test_a_long_ordinary_text_does_not_beat_a_short_one_with_a_deed():
    ordinary = " ".join(f"{sentence[:-1]} {n}." for n in range(10) for sentence in ORDINARY)
    texts = {"short": "Mentored a graduate.", "long": ordinary, "both": ordinary + " Mentored Bo."}
    learning = read_written_evidence(make_reviews(texts)).scores.set_index("person_id")[
        "written_team_learning"
    ]
    assert learning["short"] > learning["both"] > learning["long"]


def test_telling_of_one_deed_costs_nothing_in_another():
    texts = {"a": "Mentored a graduate. Was ill in May.", "b": "Was ill in June. Mentored Bo."}
    texts["b"] += " Automated the release notes. Introduced blameless post-mortems."
    learning = read_written_evidence(make_reviews(texts)).scores["written_team_learning"]
    assert learning[0] == learning[1] > 0


def test_saying_it_twice_changes_nothing():
    reviews = make_teams()
    theirs = reviews["manager"] == "m0"
    doubled = reviews.assign(
        manager_review=reviews["manager_review"].where(
            ~theirs, reviews["manager_review"] + " " + reviews["manager_review"]
        )
    )
    pd.testing.assert_frame_equal(
        read_written_evidence(reviews).scores, read_written_evidence(doubled).scores
    )


@pytest.mark.parametrize("template", [True, False], ids=["same words", "other words"])
def test_a_manager_who_praises_everybody_moves_nobody(template):
    reviews = make_teams(teams=12)
    theirs = reviews["manager"] == "m0"
    people = reviews["person_id"]
    praise = " Mentored graduates with care." if template else (
        " Mentored graduates of year " + people + "."
    )  # fmt: skip
    praised = reviews.assign(
        manager_review=reviews["manager_review"].where(~theirs, reviews["manager_review"] + praise)
    )
    plain = reviews["manager_review"].str.contains("Mentored")
    score = read_written_evidence(praised).scores["written_team_learning"]
    others = score[~theirs & plain]
    # Whoever is praised by somebody who does not praise everybody stands above all of them.
    assert score[theirs & ~plain].max() < others.min() - 0.3
    assert abs(score[theirs & ~plain].mean()) < 0.25


def test_praise_for_one_is_left_whole_by_a_writer_who_praises_nobody_else():
    reviews = make_teams()
    learning = read_written_evidence(reviews).scores["written_team_learning"]
    mentored = reviews["manager_review"].str.contains("Mentored")
    assert learning[mentored].min() > learning[~mentored].max() + 0.3


def test_a_sentence_pasted_into_every_cycle_is_evidence_once():
    cycles = [f"20{year}H1" for year in range(20, 24)]
    pasted = pd.DataFrame(
        {"person_id": "a", "cycle": cycles, "self_review": "I mentored two graduates."}
    )
    fresh = pd.DataFrame(
        {
            "person_id": "b",
            "cycle": cycles,
            "self_review": [f"I mentored {n} graduates." for n in ("two", "three", "four", "six")],
        }
    )
    written = read_written_evidence(pd.concat([pasted, fresh], ignore_index=True))
    strength = written.quotes.groupby("person_id")["strength"].sum()
    assert strength["a"] == pytest.approx(1.0) and strength["b"] == pytest.approx(4.0)
    learning = written.scores.groupby("person_id")["written_team_learning"].mean()
    assert learning["a"] < learning["b"]
    assert any("evidence once" in note for note in written.notes)


def test_two_people_may_use_the_same_words_of_themselves():
    reviews = pd.DataFrame(
        {"person_id": ["a", "b"], "cycle": 1, "self_review": "I mentored two graduates."}
    )
    assert read_written_evidence(reviews).quotes["strength"].tolist() == [1.0, 1.0]


def test_the_order_of_the_rows_changes_nothing():
    reviews = make_teams().assign(self_review="I automated the release notes. Was ill in May.")
    mixed = reviews.sample(frac=1.0, random_state=3)
    scores = read_written_evidence(mixed).scores.loc[reviews.index]
    pd.testing.assert_frame_equal(scores, read_written_evidence(reviews).scores)


def test_the_reviews_are_left_as_they_were():
    reviews = make_teams()
    before = reviews.copy(deep=True)
    read_written_evidence(reviews)
    pd.testing.assert_frame_equal(reviews, before)


def test_reviews_without_people_are_refused_in_words():
    with pytest.raises(InputError, match="person_id"):
        read_written_evidence(pd.DataFrame({"cycle": [1], "self_review": ["I mentored Bo."]}))


def test_a_likeness_beyond_one_is_refused():
    with pytest.raises(SettingsError, match="min_text_similarity"):
        Settings(min_text_similarity=1.5)


# Text is data ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "Ich habe in diesem Halbjahr zwei Auszubildende betreut und die Abnahme automatisiert.",
        "J'ai encadré deux apprentis et automatisé les notes de version pendant ce semestre.",
        "今期は二人の新人を指導し、リリース作業を自動化しました。",
        "Этот год я наставлял двух новых инженеров и писал документацию для команды.",
    ],
)
def test_a_text_in_another_language_is_missing_not_silent(text):
    reviews = make_reviews({"a": text, "b": "Mentored two graduates."})
    written = read_written_evidence(reviews)
    assert np.isnan(written.scores["written_team_learning"][0])
    assert any("not in English" in note for note in written.notes)


HOSTILE = (
    "<script>alert(1)</script> mentored <img src=x onerror=y>",
    '=HYPERLINK("http://x","mentored juniors")',
    "mentored " * 12_000,
    "not " * 30_000,
    "((((" * 25_000,
    "a'" * 50_000,
    "!?.!?" * 20_000 + "x",
    "\x00mentored\x00 two juniors\x00",
    "🚀🚀🚀 mentored 👩‍🚀 juniors 🎉",
    "\u202ementored two juniors",
    " \t\n\r ",
    3.5,
    7,
    None,
    np.nan,
    pd.NA,
    pd.NaT,
    True,
)


def test_hostile_cells_are_data():
    people = [str(number) for number in range(len(HOSTILE))]
    reviews = pd.DataFrame({"person_id": people, "cycle": 1})
    for source in SOURCES:
        reviews[source] = pd.Series(HOSTILE, dtype=object)
    written = read_written_evidence(reviews)
    assert len(written.scores) == len(reviews)
    assert all(
        quote.sentence in HOSTILE[int(quote.person_id)] for quote in written.quotes.itertuples()
    )
    assert any("first 20,000 characters" in note for note in written.notes)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.one_of(
            st.text(max_size=80),
            st.none(),
            st.floats(),
            st.sampled_from(LABELLED["sentence"].tolist()),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_any_cells_are_read(cells):
    reviews = pd.DataFrame({"person_id": [str(n) for n in range(len(cells))], "cycle": 1})
    reviews["self_review"] = pd.Series(cells, dtype=object)
    reviews["peer_feedback"] = pd.Series(cells[::-1], dtype=object)
    written = read_written_evidence(reviews)
    scores = written.scores
    assert len(scores) == len(reviews)
    assert (scores[WRITTEN].notna().all(axis=1) == (scores["n_sentences"] > 0)).all()
    assert np.isfinite(scores[WRITTEN].fillna(0)).all().all()
    assert written.quotes["kind"].isin(KINDS).all()
    for quote in written.quotes.itertuples():
        row = int(quote.person_id)
        cell = cells[row] if quote.source == "self_review" else cells[::-1][row]
        assert quote.sentence in cell
