"""Written evidence: what self-reviews, managers and peers tell of force-multiplication.

What comes in are the reviews with their written columns. What goes out are the sentences that tell
of one of the six signals or of the five focus areas of technical leadership, verbatim, with where
they stand and why they count; and one number per person, cycle and statement, in which only deeds
count, whatever the length of the text and whoever wrote it.

The sentences are read by the rules of `claims`, whose words are in the table `phrases.csv`, and
scored by those of `eloquence`. A sentence that the same writer uses in several texts is evidence
once: in each of them it counts for its share. English is read; a text in another language is
missing, not silent.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.errors import InputError
from workbench.measures.claims import read_claims
from workbench.measures.eloquence import score_texts
from workbench.measures.phrases import STATEMENTS, read_catalogue
from workbench.measures.sentences import LONGEST_TEXT, split_sentences, split_words
from workbench.settings import DEFAULTS

__all__ = ["SOURCES", "WrittenEvidence", "read_written_evidence"]

# The written columns, and whether the person writes of themself.
SOURCES = {"self_review": True, "manager_review": False, "peer_feedback": False}

Floats = npt.NDArray[np.float64]

_FEWEST_WORDS = 3  # fewer, such as "n/a" or "see above", are no text
_QUOTES = [
    "person_id",
    "cycle",
    "source",
    "statement",
    "kind",
    "sentence",
    "how",
    "matched",
    "strength",
]


@dataclass(frozen=True, slots=True)
class WrittenEvidence:
    """What is written about people.

    Attributes
    ----------
    quotes
        One row per sentence and statement that it tells of: `person_id`, `cycle`, `source`
        (self_review, manager_review or peer_feedback), `statement`, `kind` (deed, wish or
        negation), `sentence` (verbatim), `how` (phrase or similarity), `matched` (the phrase or
        sentence of the catalogue) and `strength` (0 to 1: 1 for a phrase, the likeness for a
        similar sentence, divided by the number of texts in which the same writer uses it).
    scores
        One row per row of the reviews: `person_id`, `cycle`, `written_<statement>` for the six
        signals and the five focus areas (logarithm of what is told over what is expected of such
        texts by such writers: 0 is the usual, and a text that tells nothing is below it; missing
        where there is no text) and `n_sentences`.
    notes
        What to know about how the texts were read.
    """

    quotes: pd.DataFrame
    scores: pd.DataFrame
    notes: tuple[str, ...]


def read_written_evidence(
    reviews: pd.DataFrame, *, min_text_similarity: float = DEFAULTS.min_text_similarity
) -> WrittenEvidence:
    """Read the written columns of the reviews.

    Parameters
    ----------
    reviews
        `person_id`, `cycle` and any of `self_review`, `manager_review`, `peer_feedback`; `manager`
        says who wrote the manager's review, where it is there.
    min_text_similarity
        Likeness to a sentence of the catalogue from which a sentence counts like it.

    Returns
    -------
    WrittenEvidence
        Quotes, scores and notes; without written columns, no quotes and no scores.

    Raises
    ------
    InputError
        Reviews without `person_id` or `cycle`.

    Notes
    -----
    On the half of 333 hand-labelled sentences that the catalogue was not written from, precision
    is 0.91 and recall 0.96; `tests/measures` holds the sentences, and the bounds. One hand wrote
    sentences and catalogue. On 276 sentences of reviews that strangers had published, each read
    once before anything was learned from it, precision was 0.57 and recall 0.54: what a sentence
    tells is often arguable, so that every score comes with its quotes.

    Examples
    --------
    >>> reviews = pd.DataFrame({"person_id": ["a", "b"], "cycle": "2024H1", "self_review": [
    ...     "I mentored two graduates. I fixed bugs.", "I would like to mentor someone."]})
    >>> written = read_written_evidence(reviews)
    >>> written.quotes[["person_id", "statement", "kind", "sentence"]].values.tolist()
    ... # doctest: +NORMALIZE_WHITESPACE
    [['a', 'team_learning', 'deed', 'I mentored two graduates.'],
     ['b', 'team_learning', 'wish', 'I would like to mentor someone.']]
    >>> written.scores["written_team_learning"].round(1).tolist()
    [0.5, -0.3]
    """
    missing = {"person_id", "cycle"} - set(reviews.columns)
    if missing:
        raise InputError(
            f"reviews without {' and '.join(sorted(missing))} were given; both are needed to say "
            "of whom and when a text is. Name those columns in the frame."
        )
    texts = _list_texts(reviews)
    read = texts[texts["is_english"]].reset_index(drop=True)
    said = _list_sentences(read)
    read["n_sentences"] = said.groupby("text").size().reindex(read.index).fillna(0).astype(int)
    claims = _list_claims(said, min_text_similarity)
    return WrittenEvidence(
        quotes=_quote(read, said, claims),
        scores=_lay_out(reviews, score_texts(read, *_count_deeds(read, said, claims))),
        notes=_note(texts, said, claims),
    )


def _list_texts(reviews: pd.DataFrame) -> pd.DataFrame:
    """List the texts: whose, when, from where, by whom, in what language."""
    frames = []
    for source in SOURCES:
        if source not in reviews:
            continue
        column = reviews[source].tolist()
        rows = [row for row, text in enumerate(column) if _is_text(text)]
        written = reviews.iloc[rows]
        unknown = pd.Series(None, index=written.index, dtype=object)
        manager = written.get("manager", unknown)
        person = written["person_id"]
        frame = pd.DataFrame({"row": rows, "source": source, "text": [column[row] for row in rows]})
        frame["person_id"], frame["cycle"] = person.array, written["cycle"].array
        writer = {"self_review": person, "manager_review": manager}.get(source, unknown)
        frame["writer"] = writer.astype(object).array
        # Peers are unnamed: what is said of one person is taken to be by the same ones.
        frame["user"] = (person if source == "peer_feedback" else writer).astype(object).array
        frames.append(frame)
    columns = ["row", "source", "text", "person_id", "cycle", "writer", "user"]
    texts = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=columns)
    common, foreign = _spell_cue("common"), _spell_cue("foreign")
    english = {text: _is_english(text, common, foreign) for text in set(texts["text"])}
    texts["is_english"] = [english[text] for text in texts["text"]]
    return texts.astype({"is_english": bool})


def _is_text(cell: object) -> bool:
    """Tell whether a cell holds a text: a few words, or signs of a script without spaces."""
    if not isinstance(cell, str):
        return False
    words = cell[:LONGEST_TEXT].split()
    return sum(any(map(str.isalpha, word)) for word in words) >= _FEWEST_WORDS or (
        not cell.isascii() and any(map(str.isalpha, cell[:LONGEST_TEXT]))
    )


def _spell_cue(name: str) -> frozenset[str]:
    """List the words of a cue whose phrases are single words."""
    slots = [slot for phrase in read_catalogue() if phrase.name == name for slot in phrase.slots]
    return frozenset(word for slot in slots for ((word, _), *_) in slot)


def _is_english(text: str, common: frozenset[str], foreign: frozenset[str]) -> bool:
    """Tell whether a text is English: in its letters, and in the small words of languages."""
    text = text[:LONGEST_TEXT]
    letters = () if text.isascii() else [sign for sign in text if sign.isalpha()]
    if 2 * sum(map(str.isascii, letters)) < len(letters):
        return False
    words = split_words(text.casefold()).words
    return sum(map(foreign.__contains__, words)) <= sum(map(common.__contains__, words))


def _list_sentences(texts: pd.DataFrame) -> pd.DataFrame:
    """List the sentences, each once in a text, with its share among the writer's uses of it."""
    split = {text: split_sentences(text) for text in set(texts["text"])}
    counts = [len(split[text]) for text in texts["text"]]
    said = pd.DataFrame(
        {
            "text": np.repeat(np.arange(len(texts)), counts),
            "sentence": [sentence for text in texts["text"] for sentence in split[text]],
        }
    ).astype({"text": np.int64, "sentence": object})
    plain = {each: " ".join(each.casefold().split()) for each in set(said["sentence"])}
    said["plain"] = [plain[each] for each in said["sentence"]]
    said = said.drop_duplicates(["text", "plain"], ignore_index=True)
    by = texts.iloc[said["text"]]
    said["is_self"] = [SOURCES[source] for source in by["source"]]
    said["source"], said["user"] = by["source"].array, by["user"].array
    used = said.groupby(["source", "user", "plain"], dropna=False)["text"].transform("size")
    said["share"] = 1.0 / used.to_numpy(float)
    return said.astype({"is_self": bool})


def _list_claims(said: pd.DataFrame, min_text_similarity: float) -> pd.DataFrame:
    """Read the sentences, each only once: one row per sentence said and statement, as `said`."""
    number = said.groupby(["sentence", "is_self"], sort=False).ngroup()
    different = said.drop_duplicates(["sentence", "is_self"])
    claims = read_claims(different, min_text_similarity=min_text_similarity)
    spots = pd.DataFrame({"said": np.arange(len(said)), "row": number.to_numpy(np.int64)})
    claims = spots.merge(claims, on="row").sort_values("said", kind="stable", ignore_index=True)
    claims["strength"] *= said["share"].to_numpy(float)[claims["said"]]
    return claims


def _count_deeds(
    texts: pd.DataFrame, said: pd.DataFrame, claims: pd.DataFrame
) -> tuple[Floats, Floats]:
    """Count the deeds of each text and statement, and the sentences with room for one.

    A sentence that tells of another statement has no room for this one: else telling of one deed
    would count against all the others.
    """
    done = claims[claims["kind"] == "deed"]
    text = said["text"].to_numpy(np.int64)[done["said"]]
    at = text, pd.Categorical(done["statement"], categories=STATEMENTS).codes
    deeds, own = np.zeros((2, len(texts), len(STATEMENTS)))
    np.add.at(deeds, at, done["strength"].to_numpy(float))
    np.add.at(own, at, 1.0)
    telling = said["text"].iloc[done["said"].unique()].to_numpy(np.int64)
    silent = texts["n_sentences"].to_numpy(float) - np.bincount(telling, minlength=len(texts))
    return deeds, silent[:, None] + own


def _quote(texts: pd.DataFrame, said: pd.DataFrame, claims: pd.DataFrame) -> pd.DataFrame:
    """Lay out the sentences that touch a statement, in the order of the reviews."""
    sentence = said.iloc[claims["said"]]
    by = texts.iloc[sentence["text"]].reset_index(drop=True)
    quotes = pd.concat(
        [
            by[["row", "person_id", "cycle", "source"]],
            sentence["sentence"].reset_index(drop=True),
            claims[["statement", "kind", "how", "matched", "strength"]],
        ],
        axis=1,
    )
    return quotes.sort_values("row", kind="stable", ignore_index=True)[_QUOTES]


def _lay_out(reviews: pd.DataFrame, scored: pd.DataFrame) -> pd.DataFrame:
    """Give each row of the reviews its scores; without a text they are missing."""
    scores = reviews[["person_id", "cycle"]].merge(scored, how="left", on=["person_id", "cycle"])
    scores["n_sentences"] = scores["n_sentences"].fillna(0).astype(np.int64)
    names = [f"written_{statement}" for statement in STATEMENTS]
    scores = scores[["person_id", "cycle", *names, "n_sentences"]].astype(
        dict.fromkeys(names, float)
    )
    return scores.set_axis(reviews.index)


def _note(texts: pd.DataFrame, said: pd.DataFrame, claims: pd.DataFrame) -> tuple[str, ...]:
    """Say what was read, and what was not."""
    if texts.empty:
        return ("No self-review, manager review or peer feedback is in the data.",)
    deeds = int((claims["kind"] == "deed").sum())
    notes = [
        f"{len(said):,} sentences of {int(texts['is_english'].sum()):,} texts were read; "
        f"{deeds:,} times one tells of a deed, {len(claims) - deeds:,} times of a wish or of "
        "something that was not done, which count for nothing."
    ]
    foreign = int((~texts["is_english"]).sum())
    if foreign:
        notes.append(f"{foreign:,} texts are not in English; they were not read, and are missing.")
    long = int((texts["text"].str.len() > LONGEST_TEXT).sum())
    if long:
        notes.append(f"Of {long:,} texts only the first {LONGEST_TEXT:,} characters were read.")
    repeated = int((said["share"] < 1).sum())
    if repeated:
        notes.append(
            f"{repeated:,} sentences stand in several texts of the same writer; such a sentence is "
            "evidence once, and counts for its share in each of them."
        )
    unknown = (texts["source"] == "manager_review") & texts["writer"].isna()
    if unknown.any():
        notes.append(
            f"Of {int(unknown.sum()):,} manager reviews it is not known who wrote them, so that "
            "differences in how managers write were not taken out of them."
        )
    notes.append(
        "A sentence counts for what its words usually mean. That is wrong now and then, and others "
        "are missed: read the quotes before anything rests on them."
    )
    return tuple(notes)
