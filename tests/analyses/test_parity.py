"""Parity: hand-made companies, what is hidden, what is not in the data, and planted differences."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import workbench
from workbench.analyses.parity import compare_tracks
from workbench.analyses.tracks.aspects import ASPECTS
from workbench.errors import InputError

VERDICTS = {"higher", "lower", "about_equal", "cannot_be_told", "hidden", "not_known"}
TITLES = {
    "engineer": "Software Engineer",
    "technical_leadership": "Software Architect",
    "management": "Engineering Manager",
}


def make_people(engineers=30, technical=12, managing=20, **columns):
    """Make one cycle; a column is a value for each track."""
    tracks = ["engineer"] * engineers + ["technical_leadership"] * technical
    tracks += ["management"] * managing
    frame = pd.DataFrame({"track": tracks, "cycle": "2024H1"})
    frame.insert(0, "person_id", [f"E{place:03d}" for place in range(len(frame))])
    frame["title"] = frame["track"].map(TITLES)
    for column, values in columns.items():
        frame[column] = [values[track] for track in frame["track"]]
    return frame


def verdicts(parity):
    return dict(zip(parity.aspects["aspect"], parity.aspects["verdict"], strict=True))


def sentence(parity, aspect):
    return parity.aspects.set_index("aspect").loc[aspect, "sentence"]


@pytest.fixture(scope="module")
def company():
    return workbench.load(workbench.make_company(seed=3).tables)


@pytest.fixture(scope="module")
def parity(company):
    panel = company.panel
    return compare_tracks(panel.reviews, company.promotions, panel.people)


def test_every_aspect_has_a_verdict_and_a_sentence(parity):
    assert parity.aspects["aspect"].tolist() == [aspect.name for aspect in ASPECTS]
    assert set(parity.aspects["verdict"]) <= VERDICTS
    assert parity.aspects["sentence"].str.endswith(".").all()
    assert parity.aspects["says"].ne("").all()
    judged = parity.aspects["verdict"].isin(["higher", "lower", "about_equal"])
    measured = parity.aspects["low"].notna()
    assert judged[measured].any()


def test_the_made_up_company_is_read_as_it_was_made(parity, company):
    reviews = company.panel.reviews
    latest = reviews[reviews["cycle"].eq(reviews["cycle"].max())]
    tracks = parity.tracks.set_index("track")
    assert tracks["n"].to_dict() == latest["track"].value_counts().to_dict()
    kinds = company.promotions["kind"].value_counts()
    assert tracks.loc["management", "promotions"] == kinds["to_management"]
    assert tracks.loc["technical_leadership", "top_title"] == "Principal Architect"
    assert tracks.loc["management", "top_title"] == "Director of Engineering"
    # Every technical leader is paid as an engineer of the highest level, every manager above that.
    assert verdicts(parity)["pay_bands"] == "lower"
    assert tracks.loc["technical_leadership", "median_pay_band"] == "B6"
    assert tracks.loc["management", "median_pay_band"] == "B7"
    assert parity.headline.startswith("Technical leadership has fewer seats, a lower top rung")


def test_seats_are_counted_and_shared_out():
    parity = compare_tracks(make_people())
    seats = parity.seats.set_index("track")
    assert seats["n"].tolist() == [30, 12, 20]
    assert seats["share"].sum() == pytest.approx(1)
    assert seats["seat_share"].tolist()[1:] == pytest.approx([12 / 32, 20 / 32])
    assert np.isnan(seats.loc["engineer", "seat_share"])
    assert sentence(parity, "seats").startswith("12 of the 32 seats above engineer")
    assert "(38 %)" in sentence(parity, "seats")


def test_only_those_who_are_there_in_the_latest_cycle_count():
    now = make_people().assign(employment_status="Active")
    now.loc[now.index[-1], "employment_status"] = "Terminated"
    before = make_people(managing=26).assign(cycle="2023H2", employment_status="Active")
    parity = compare_tracks(pd.concat([before, now]))
    assert parity.cycle == "2024H1"
    assert parity.seats["n"].tolist() == [30, 12, 19]


def test_people_on_none_of_the_tracks_are_told_and_not_counted():
    people = make_people()
    people.loc[[0, 1], ["track", "title"]] = "other", "Product Manager"
    parity = compare_tracks(people)
    assert parity.seats["n"].tolist() == [28, 12, 20]
    assert any(note.startswith("2 people have a position on none") for note in parity.notes)


def test_the_track_is_read_from_the_title_where_need_be():
    people = make_people(engagement={"engineer": 4.0, "technical_leadership": 3.0, "management": 5})
    expected = compare_tracks(people)
    for other in (people.drop(columns="track"), people.assign(track=None)):
        pd.testing.assert_frame_equal(compare_tracks(other).tracks, expected.tracks)


def test_promotion_rates_by_hand():
    # Ten engineers over two cycles: three became managers, one a technical leader.
    before = make_people(
        10, 6, 6, level={"engineer": "L3", "technical_leadership": "L5", "management": "M1"}
    ).assign(cycle="2023H2")
    now = before.assign(cycle="2024H1")
    now.loc[:2, ["track", "title", "level"]] = "management", "Engineering Manager", "M1"
    now.loc[3, ["track", "title", "level"]] = "technical_leadership", "Lead Engineer", "L5"
    now.loc[now["person_id"].isin(["E010", "E011"]), "level"] = "L6"
    parity = compare_tracks(pd.concat([before, now]))
    rates = parity.rates.set_index(["move", "track"])
    assert rates.loc[("into", "management"), ["events", "n", "people"]].tolist() == [3, 10, 10]
    assert rates.loc[("into", "management"), "rate"] == pytest.approx(0.3)
    assert rates.loc[("into", "technical_leadership"), "rate"] == pytest.approx(0.1)
    assert rates.loc[("within", "technical_leadership"), ["events", "n"]].tolist() == [2, 6]
    assert rates.loc[("within", "management"), ["events", "n"]].tolist() == [0, 6]
    into = parity.aspects.set_index("aspect").loc["promotion_into"]
    assert into["value"] == pytest.approx(1 / 3) and into["low"] < 1 < into["high"]
    assert into["verdict"] == "cannot_be_told"
    assert "In 10 cycles of engineers, 1 moved to technical" in into["sentence"]


def test_preferences_count_those_who_did_not_say():
    people = make_people()
    people["track_preference"] = None
    managers = people.index[people["track"].eq("management")]
    people.loc[managers[:12], "track_preference"] = "Technical"
    people.loc[managers[12:17], "track_preference"] = "Management"
    people.loc[managers[17], "track_preference"] = "Undecided"
    parity = compare_tracks(people)
    said = parity.preferences.set_index(["track", "preference"])
    assert said.loc["management", "n"].tolist() == [12, 5, 1, 2]
    assert said.loc["management", "of"].tolist() == [18, 18, 18, 20]
    assert said.loc[("engineer", "unknown"), "n"] == 30
    assert "12 of 18 managers say that they would rather lead technically" in sentence(
        parity, "preference"
    )


def test_one_seat_and_one_answer_are_told_in_the_singular():
    people = make_people(technical=1).assign(track_preference=None)
    managers = people.index[people["track"].eq("management")]
    people.loc[managers[:6], "track_preference"] = ["Technical", *["Management"] * 5]
    parity = compare_tracks(people)
    assert sentence(parity, "seats").startswith("1 of the 21 seats above engineer is technical")
    assert "1 of 6 managers says that they would rather lead" in sentence(parity, "preference")


def test_what_is_not_in_the_data_is_said_and_nothing_stands_in_for_it():
    parity = compare_tracks(make_people())
    unknown = {name for name, verdict in verdicts(parity).items() if verdict == "not_known"}
    assert unknown == {
        "pay_bands",
        "levels",
        "compa_ratio",
        "promotion_into",
        "promotion_within",
        "engagement",
        "preference",
    }
    assert sentence(parity, "engagement") == (
        "For technical leaders or managers, the data say nothing of engagement."
    )
    assert "Pay bands are not in the data." in parity.notes
    assert parity.tracks[["engagement", "promotion_rate", "compa_ratio"]].isna().all(axis=None)


def test_without_a_technical_track_that_is_the_answer():
    parity = compare_tracks(make_people(technical=0))
    assert parity.headline == (
        "Nobody has a position in technical leadership, while 20 people have one in people "
        "management"
    )
    assert verdicts(parity)["seats"] == "lower"
    assert "There is no technical leadership" in sentence(parity, "seats")


def test_nobody_at_all_is_no_error():
    reviews = make_people().head(0)
    parity = compare_tracks(reviews)
    assert parity.seats["n"].tolist() == [0, 0, 0]
    assert parity.cycle is None
    assert parity.notes == ("There are no reviews, so there is nothing to compare.",)
    assert parity.headline.startswith("Nobody is known to be above engineer")


def test_a_latest_cycle_that_everybody_has_left_is_said_and_counts_nobody():
    parity = compare_tracks(make_people().assign(employment_status="Terminated"))
    assert parity.seats["n"].tolist() == [0, 0, 0]
    assert parity.notes == (
        "Nobody of the latest cycle, 2024H1, is known to be on one of the three tracks, so there "
        "is nothing to compare.",
    )


def test_one_cycle_is_told_as_one():
    assert "Promotions are those of this one cycle." in compare_tracks(make_people()).notes[0]


CANARY = 98.7654


def test_a_group_of_few_people_shows_nothing_but_its_seats():
    answers = {"engineer": 3.0, "technical_leadership": CANARY, "management": 4.0}
    people = make_people(technical=4, engagement=answers, compa_ratio=answers)
    people["track_preference"] = np.where(people["track"].eq("engineer"), "Management", "Technical")
    people["pay_band"] = people["track"].map(
        {"engineer": "B4", "technical_leadership": "B5", "management": "B5"}
    )
    people["engagement"] += np.arange(len(people)) % 3 / 10
    parity = compare_tracks(people)
    hidden = {name for name, verdict in verdicts(parity).items() if verdict == "hidden"}
    assert hidden == {"pay_bands", "compa_ratio", "engagement"}
    row = parity.tracks.set_index("track").loc["technical_leadership"]
    assert row["n"] == 4
    assert row[["engagement", "engagement_n", "compa_ratio", "compa_ratio_n"]].isna().all()
    assert row["top_pay_band"] == row["median_pay_band"] == ""
    for frame in (parity.pay_bands, parity.preferences):
        own = frame[frame["track"].eq("technical_leadership")]
        assert own["hidden"].all()
        assert own[["n", "share"]].isna().all(axis=None)
    everything = " ".join(str(getattr(parity, name)) for name in type(parity).__slots__)
    assert "98.7" not in everything
    assert "fewer than 5 technical leaders" in sentence(parity, "engagement")
    assert compare_tracks(people, min_group_size=4).tracks["engagement_n"].tolist()[1] == 4


def test_the_answers_of_a_small_track_cannot_be_got_by_subtraction():
    people = make_people(technical=4)
    people["track_preference"] = np.where(people["track"].eq("engineer"), "Management", "Technical")
    parity = compare_tracks(people)
    shown = parity.preferences[~parity.preferences["hidden"]].groupby("preference")["n"].sum()
    # 30 engineers and 20 managers; the four technical leaders are in no sum.
    assert sentence(parity, "preference").startswith("20 of 50 people who name a track")
    assert shown["technical_leadership"] == 20 and shown["management"] == 30
    row = parity.aspects.set_index("aspect").loc["preference"]
    assert row[["n_technical_leadership", "n_management"]].tolist() == [20, 30]
    few = compare_tracks(make_people(4, 4, 4).assign(track_preference="Technical"))
    assert verdicts(few)["preference"] == "hidden"
    unsure = compare_tracks(make_people().assign(track_preference="Either"))
    assert verdicts(unsure)["preference"] == "cannot_be_told"
    assert sentence(unsure, "preference").startswith("All 62 people")


def test_numbers_are_left_out_where_they_would_tell_of_hidden_bands():
    people = make_people(technical=12, managing=20)
    people["pay_band"] = "B4"
    leaders = people.index[people["track"].eq("technical_leadership")]
    managers = people.index[people["track"].eq("management")]
    people.loc[leaders, "pay_band"] = ["B5"] * 3 + ["B6"] * 9
    people.loc[managers, "pay_band"] = ["B5"] * 5 + ["B6"] * 5 + ["B7"] * 10
    people.loc[people.index[:6], "pay_band"] = "B5"
    parity = compare_tracks(people)
    row = parity.aspects.set_index("aspect").loc["pay_bands"]
    assert parity.pay_bands["hidden"].any()
    assert row[["value", "low", "high"]].isna().all()
    assert row["verdict"] in VERDICTS - {"hidden", "not_known"}
    assert "no number is given" in row["sentence"]


def test_pay_of_the_people_comes_before_pay_of_the_reviews():
    people = make_people(
        pay_band={"engineer": "B4", "technical_leadership": "B5", "management": "B5"}
    )
    roster = pd.DataFrame({"person_id": people["person_id"], "pay_band": None})
    roster.loc[roster["person_id"].isin(people["person_id"].tail(20)), "pay_band"] = "B9"
    bands = compare_tracks(people, None, roster).pay_bands.set_index(["track", "pay_band"])["n"]
    assert bands["management", "B9"] == 20
    assert bands["technical_leadership", "B5"] == 12


@pytest.mark.parametrize(
    ("gap", "n", "verdict"),
    [
        (0.0, 200, "about_equal"),
        (0.8, 60, "higher"),
        (-0.8, 60, "lower"),
        (0.1, 6, "cannot_be_told"),
    ],
)
def test_a_planted_difference_in_engagement_is_judged_by_its_interval(gap, n, verdict):
    rng = np.random.default_rng(5)
    people = make_people(technical=n, managing=n)
    people["engagement"] = 3.5 + rng.normal(0, 0.6, len(people))
    people.loc[people["track"].eq("technical_leadership"), "engagement"] += gap
    parity = compare_tracks(people)
    assert verdicts(parity)["engagement"] == verdict
    wide = compare_tracks(people, interval_level=0.99).aspects.set_index("aspect")
    assert wide.loc["engagement", "low"] <= gap <= wide.loc["engagement", "high"]


def test_equal_tracks_are_seldom_called_different():
    rng = np.random.default_rng(6)
    wrong, runs = 0, 40
    for _ in range(runs):
        people = make_people(technical=25, managing=40)
        people["engagement"] = rng.normal(3.5, 0.6, len(people)).round(1)
        people["pay_band"] = rng.choice(["B5", "B6", "B7"], len(people))
        found = verdicts(compare_tracks(people))
        wrong += sum(found[name] in {"higher", "lower"} for name in ("engagement", "pay_bands"))
    # A tenth of each is expected; three standard errors more are allowed.
    assert wrong / (2 * runs) <= 0.1 + 3 * np.sqrt(0.09 / (2 * runs))


def test_levels_of_different_ladders_are_not_compared():
    levels = {"engineer": "L3", "technical_leadership": "L5", "management": "M1"}
    parity = compare_tracks(make_people(level=levels))
    assert verdicts(parity)["levels"] == "cannot_be_told"
    assert any("different ladders" in note for note in parity.notes)
    same = {"engineer": "3", "technical_leadership": "5", "management": "6"}
    assert verdicts(compare_tracks(make_people(level=same)))["levels"] == "lower"


def test_the_order_of_the_rows_makes_no_difference_and_nothing_is_written_into(company):
    reviews, people = company.panel.reviews, company.panel.people
    before = reviews.copy()
    first = compare_tracks(reviews, company.promotions, people)
    shuffled = compare_tracks(
        reviews.sample(frac=1, random_state=1),
        company.promotions.sample(frac=1, random_state=2),
        people.sample(frac=1, random_state=3),
    )
    for name in ("tracks", "aspects", "seats", "rates", "pay_bands", "levels", "preferences"):
        pd.testing.assert_frame_equal(
            getattr(first, name), getattr(shuffled, name), check_exact=True
        )
    assert first.notes == shuffled.notes and first.headline == shuffled.headline
    pd.testing.assert_frame_equal(reviews, before)


def test_protected_attributes_change_nothing(company):
    people = company.panel.people
    rng = np.random.default_rng(7)
    other = people.assign(
        **{each: rng.permutation(people[each]) for each in ("gender", "ethnicity", "birth_date")}
    )
    found = [
        compare_tracks(company.panel.reviews, company.promotions, each) for each in (people, other)
    ]
    pd.testing.assert_frame_equal(found[0].aspects, found[1].aspects)


def test_no_person_is_in_the_result(parity, company):
    for name in ("tracks", "aspects", "seats", "rates", "pay_bands", "levels", "preferences"):
        frame = getattr(parity, name)
        assert "person_id" not in frame
        texts = {str(value) for value in frame.to_numpy().ravel()}
        assert not texts & set(company.panel.people["person_id"])


@pytest.mark.parametrize("lacking", ["person_id", "cycle"])
def test_a_missing_column_is_named(lacking):
    with pytest.raises(InputError, match=lacking):
        compare_tracks(make_people().drop(columns=lacking))


def test_without_track_and_title_there_is_nothing_to_compare():
    with pytest.raises(InputError, match="track and title"):
        compare_tracks(make_people().drop(columns=["track", "title"]))
    with pytest.raises(InputError, match="kind"):
        compare_tracks(make_people(), pd.DataFrame({"person_id": [], "cycle": []}))
    with pytest.raises(InputError, match="people"):
        compare_tracks(make_people(), None, pd.DataFrame({"pay_band": ["B1"]}))


cells = st.one_of(
    st.none(), st.integers(-3, 10**12), st.floats(), st.text(max_size=6), st.booleans()
)
FREE = (
    "title",
    "level",
    "pay_band",
    "compa_ratio",
    "engagement",
    "track_preference",
    "employment_status",
)
messy_row = st.tuples(
    st.one_of(st.none(), st.integers(0, 9), st.sampled_from("abc")),
    st.one_of(st.none(), st.sampled_from(["2023H2", "2024H1"])),
    st.one_of(st.none(), st.sampled_from([*TITLES, "other"])),
    *[cells] * len(FREE),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(messy_row, max_size=25), st.booleans())
def test_whatever_the_cells_hold_every_aspect_gets_a_verdict(rows, apart):
    reviews = pd.DataFrame(rows, columns=["person_id", "cycle", "track", *FREE], dtype=object)
    people = reviews[["person_id", "pay_band", "compa_ratio"]] if apart else None
    parity = compare_tracks(reviews, None, people)
    assert set(parity.aspects["verdict"]) <= VERDICTS
    ends = parity.aspects[["low", "high"]].dropna()
    assert (ends["low"] <= ends["high"]).all()
    assert (parity.tracks["engagement_n"].dropna() >= 5).all()
