"""Grades: their order, and that no small group can be seen or worked out."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.analyses.tracks.grades import count_grades, find_top, median_grade, name_top

LEAST = 5
TRACKS = ["engineer", "technical_leadership", "management"]


def count(held, least=LEAST, guide=None):
    """Count people given as {track: {grade: people}}."""
    people = [
        (track, grade)
        for track, grades in held.items()
        for grade, n in grades.items()
        for _ in range(n)
    ]
    frame = pd.DataFrame(people, columns=["track", "grade"])
    tracks = pd.Series(pd.Categorical(frame["track"], categories=TRACKS))
    return count_grades(frame["grade"], tracks, name="pay bands", min_group_size=least, guide=guide)


def cells(grades, track):
    shown = grades.shown[grades.shown["track"].eq(track)]
    return {
        grade: "hidden" if hidden else int(n)
        for grade, n, hidden in zip(shown["grade"], shown["n"], shown["hidden"], strict=True)
    }


@pytest.mark.parametrize(
    "order",
    [
        ["B2", "B9", "B10"],
        ["Grade 7", "Grade 11", "Grade 12"],
        ["7A", "7B", "10A"],
        ["A", "B", "C"],
        ["Band A", "Band B", "Band C"],
        ["I", "II", "IV"],
        ["Grade IX", "Grade X"],
        ["50,000-60,000", "60,000-75,000", "100,000-120,000"],
        ["A1", "A2", "B1", "B2"],
    ],
)
def test_grades_are_in_order_by_number_and_letter(order):
    grades = count({"engineer": dict.fromkeys(reversed(order), 6)})
    assert grades.ordered
    assert list(grades.counts.index) == order


def test_words_without_an_order_are_counted_and_not_compared():
    grades = count({"technical_leadership": {"Gold": 6, "Tin": 6}, "management": {"Gold": 9}})
    assert not grades.ordered and not grades.comparable
    assert cells(grades, "technical_leadership") == {"Gold": 6, "Tin": 6}
    assert median_grade(grades, "management") == name_top(grades, "management") == ""


@pytest.mark.parametrize(
    ("technical", "managing", "engineers", "same"),
    [
        ("B6", "B7", ("B4", "B5"), True),
        ("E6", "M2", ("E4", "E5"), False),
        ("C1", "D1", ("A1", "B1"), True),
        ("6", "7", ("4", "5"), True),
    ],
)
def test_grades_compare_on_one_scale_only(technical, managing, engineers, same):
    held = {
        "engineer": dict.fromkeys(engineers, 9),
        "technical_leadership": {technical: 9},
        "management": {managing: 9},
    }
    assert count(held).comparable is same


def test_grades_that_fall_while_levels_rise_count_downwards():
    held = {"engineer": {"1": 6, "2": 6, "3": 6}}
    assert list(count(held, guide=pd.Series([3.0] * 6 + [2.0] * 6 + [1.0] * 6)).counts.index) == [
        "3",
        "2",
        "1",
    ]
    upwards = count(held, guide=pd.Series([1.0] * 6 + [2.0] * 6 + [3.0] * 6))
    assert list(upwards.counts.index) == ["1", "2", "3"] and not upwards.notes


def test_a_grade_that_few_hold_in_all_is_joined_with_its_neighbour():
    grades = count({"engineer": {"B1": 2, "B2": 9}, "management": {"B7": 9, "B8": 2, "B9": 1}})
    assert cells(grades, "management") == {"B1 to B2": 0, "B7 to B9": 12}
    assert cells(grades, "engineer") == {"B1 to B2": 11, "B7 to B9": 0}


def test_a_small_cell_is_hidden_and_so_is_one_that_would_give_it_away():
    held = {"engineer": {"B5": 9}, "management": {"B5": 2, "B6": 7, "B7": 20}}
    found = cells(count(held), "management")
    assert found == {"B5": "hidden", "B6": "hidden", "B7": 20}
    pair = {"engineer": {"B5": 9, "B6": 9}, "management": {"B5": 3, "B6": 4, "B7": 20}}
    assert cells(count(pair), "management") == {"B5": "hidden", "B6": "hidden", "B7": 20}


def test_a_track_of_few_people_is_hidden_down_to_its_empty_grades():
    held = {"engineer": {"B5": 9, "B6": 9}, "technical_leadership": {"B6": 3}}
    grades = count(held)
    assert set(cells(grades, "technical_leadership").values()) == {"hidden"}
    assert find_top(grades, "technical_leadership") is None
    assert median_grade(grades, "technical_leadership") == ""


def test_the_top_and_the_middle_are_named_only_where_they_can_be_seen():
    held = {"engineer": {"B5": 9, "B8": 9}, "management": {"B5": 9, "B6": 9, "B7": 7, "B8": 2}}
    grades = count(held)
    assert cells(grades, "management")["B8"] == "hidden"
    assert name_top(grades, "management") == ""
    assert median_grade(grades, "management") == "B6"
    assert name_top(grades, "engineer") == "B8"


def test_what_is_rather_the_pay_of_each_person_is_not_used():
    pay = {str(60_000 + 137 * each): 1 for each in range(40)}
    grades = count({"management": pay})
    assert grades.shown.empty and not grades.comparable
    assert "single people" in grades.notes[0]
    assert not any(each in str(grades.notes) for each in pay)


def explanations(total, shown, hidden):
    """List what the hidden cells could be, each at least one, so that the sum comes out."""
    rest = total - sum(shown)
    return [each for each in product(range(1, rest + 1), repeat=hidden) if sum(each) == rest]


counts = st.lists(st.integers(0, 9), min_size=2, max_size=4)


@settings(max_examples=150, deadline=None)
@given(counts, counts, counts)
def test_no_hidden_cell_can_be_got_by_subtraction(engineers, technical, managing):
    held = {
        track: {f"B{place}": n for place, n in enumerate(each) if n}
        for track, each in zip(TRACKS, (engineers, technical, managing), strict=True)
    }
    if not any(held.values()):
        return
    grades = count(held)
    for track in TRACKS:
        found = list(cells(grades, track).values())
        shown, hidden = [n for n in found if n != "hidden"], found.count("hidden")
        total = sum(held[track].values())
        assert not any(0 < n < LEAST for n in shown)
        if not hidden or total < LEAST:
            # Of a track of few people not even the total is told.
            assert not hidden or hidden == len(found)
            continue
        assert total - sum(shown) >= LEAST
        possible = explanations(total, shown, hidden)
        assert all(len({each[place] for each in possible}) > 1 for place in range(hidden))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(max_size=8), max_size=30))
def test_any_text_is_counted_once(texts):
    tracks = pd.Series(pd.Categorical(["management"] * len(texts), categories=TRACKS))
    grades = pd.Series(texts, dtype=object)
    found = count_grades(grades, tracks, name="pay bands", min_group_size=LEAST)
    total = int(found.counts.to_numpy().sum())
    assert total in {0, len(texts)}
    shares = found.shown.loc[~found.shown["hidden"], "share"].to_numpy(dtype=float)
    assert not (shares > 1).any() and not np.isinf(shares).any()
