import pandas as pd
import pytest

from workbench.analyses.promotions import find_promotions
from workbench.errors import InputError

CYCLES = ["2022H1", "2022H2", "2023H1", "2023H2", "2024H1"]


def reviews(titles, person="a", **columns):
    given = [(cycle, title) for cycle, title in zip(CYCLES, titles, strict=False) if title]
    frame = pd.DataFrame(given, columns=["cycle", "title"]).assign(person_id=person)
    return frame.assign(**columns)


def moves(frame):
    found = find_promotions(frame)
    return found[["person_id", "cycle", "kind"]].values.tolist()


def test_engineer_to_manager_with_a_gap():
    frame = reviews(["Software Engineer", None, "Engineering Manager", "Engineering Manager"])
    found = find_promotions(frame)
    assert found.values.tolist() == [
        ["a", "2023H1", "to_management", "Software Engineer", "Engineering Manager", "title"]
    ]


def test_back_to_the_technical_track_is_a_promotion():
    frame = reviews(["Engineering Manager", "Engineering Manager", "Software Architect"])
    assert moves(frame) == [["a", "2023H1", "to_technical_leadership"]]


def test_back_to_engineer_is_no_row_and_a_second_election_is():
    frame = reviews(
        ["Software Engineer", "Team Lead", "Software Engineer", "Team Lead", "Team Lead"]
    )
    assert moves(frame) == [["a", "2022H2", "to_management"], ["a", "2023H2", "to_management"]]


def test_who_is_first_seen_as_manager_gives_no_row():
    frame = reviews(["Engineering Manager"] * 4, promotion_date="2022-02-01")
    assert moves(frame) == []


def test_a_product_manager_does_not_become_promoted_by_managing_engineers():
    assert moves(reviews(["Product Manager", "Engineering Manager"])) == []


def test_a_cycle_without_a_title_is_passed_over():
    frame = reviews(["Software Engineer", "?", "Engineering Manager"])
    frame.loc[1, "title"] = None
    assert moves(frame) == [["a", "2023H1", "to_management"]]


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        (["L3", "L4", "L4"], ["2022H2"]),
        ([3, 3, 4], ["2023H1"]),
        (["L9", "L10", "L10"], ["2022H2"]),
        (["L4", "L3", "L3"], []),
        (["L3", None, "L4"], []),
        (["IC5", "M6", "M6"], []),
        (["Senior", "Principal", "Principal"], []),
    ],
)
def test_levels_rise_by_their_number(levels, expected):
    frame = reviews(["Software Engineer"] * 3).assign(level=levels)
    found = find_promotions(frame)
    assert found["cycle"].tolist() == expected
    assert set(found["kind"]) <= {"within_track"}
    assert set(found["source"]) <= {"level"}


@pytest.mark.parametrize(
    ("cycles", "date", "source"),
    [
        (["2022H1", "2022H2"], "2022-08-15", "title and promotion date"),
        (["2022H1", "2022H2"], "2022-03-15", "title and promotion date"),
        (["2022H1", "2022H2"], "2019-03-15", "title"),
        (["2022H1", "2022H2"], None, "title"),
        (["2022Q1", "2022Q2"], "2022-05-01", "title and promotion date"),
        (["2021", "2022"], "2022-12-31", "title and promotion date"),
        ([2021, 2022], "2022-12-31", "title and promotion date"),
        (["2022-05", "2022-06"], "2022-06-10", "title and promotion date"),
        (["2022-05", "2022-06"], "2022-09-10", "title"),
        (["first round", "second round"], "2022-08-15", "title"),
        (["2022-13", "2022-14"], "2022-08-15", "title"),
    ],
)
def test_a_promotion_date_near_the_cycle_is_named_as_source(cycles, date, source):
    frame = pd.DataFrame(
        {
            "person_id": "a",
            "cycle": cycles,
            "title": ["Software Engineer", "Engineering Manager"],
            "promotion_date": [None, date],
        }
    )
    assert find_promotions(frame)["source"].tolist() == [source]


def test_track_alone_is_enough():
    frame = pd.DataFrame(
        {"person_id": [7, 7], "cycle": [1, 2], "track": ["engineer", "management"]}
    )
    found = find_promotions(frame)
    assert found["source"].tolist() == ["track"]
    assert found["person_id"].dtype == frame["person_id"].dtype
    assert found["to_title"].isna().all()


def test_shuffled_rows_give_the_same_and_the_frame_is_left_alone():
    frame = pd.concat(
        [
            reviews(["Software Engineer", "Engineering Manager", "Software Architect"], "b"),
            reviews(["Software Engineer", "Staff Engineer", "Engineering Manager"], "a"),
        ],
        ignore_index=True,
    )
    untouched = frame.copy()
    found = find_promotions(frame)
    pd.testing.assert_frame_equal(find_promotions(frame.sample(frac=1, random_state=3)), found)
    pd.testing.assert_frame_equal(frame, untouched)
    assert found["person_id"].tolist() == ["a", "a", "b", "b"]


def test_rows_that_repeat_a_person_and_cycle_count_once():
    frame = reviews(["Software Engineer", "Engineering Manager"])
    assert len(find_promotions(pd.concat([frame, frame]))) == 1


def test_no_reviews_no_promotions():
    found = find_promotions(pd.DataFrame({"person_id": [], "cycle": [], "track": []}))
    assert found.empty
    assert list(found) == ["person_id", "cycle", "kind", "from_title", "to_title", "source"]


def test_missing_columns_are_named():
    with pytest.raises(InputError, match=r"lack track.*They need"):
        find_promotions(pd.DataFrame({"person_id": ["a"], "cycle": [1]}))
    with pytest.raises(InputError, match="lack person_id"):
        find_promotions(pd.DataFrame({"cycle": [1], "track": ["engineer"]}))


def test_cycles_of_two_kinds_are_refused():
    frame = pd.DataFrame({"person_id": "a", "cycle": [2022, "2023H1"], "track": "engineer"})
    with pytest.raises(InputError, match="one kind of label"):
        find_promotions(frame)
