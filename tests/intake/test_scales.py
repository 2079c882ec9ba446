import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.intake.scales import is_rating, read_ratings


def read(cells, groups=None):
    groups = groups or ["2024H1"] * len(cells)
    return read_ratings(np.array(cells, dtype=object), np.array(groups, dtype=object))


@pytest.mark.parametrize(
    "words",
    [
        "Low|Medium|High",
        "Developing|Performing|Exceeding",
        "Below|Meets|Exceeds",
        "Below Expectations|Meets Expectations|Exceeds Expectations",
        "Needs Improvement|Meets|Exceeds|Strongly Exceeds",
        "PIP|Needs Improvement|Fully Meets|Exceeds",
        "Development Need|Below|Meets|Exceeds",
        "Partial|Meets|Superior|Distinguished",
        "Unsatisfactory|Needs Improvement|Meets Expectations|Exceeds Expectations|Outstanding",
        "Does Not Meet|Partially Meets|Meets|Exceeds|Far Exceeds",
        "Poor|Fair|Good|Very Good|Excellent",
        "NE|MI|SI|OI|TI",
        "Not Enough Impact|Moderate Impact|Significant Impact|Outstanding Impact|"
        "Transformative Impact",
        "LITE|SLITE|Successful|Exceptional Impact",
        "F|D|C|B|A",
        "E|D|C|B|A",
    ],
)
def test_words_of_a_scale_are_its_levels_in_order(words):
    words = words.split("|")
    column = read(words)
    assert column.values.tolist() == list(range(1, len(words) + 1))
    assert column.text.tolist() == words
    assert not column.faults


def test_the_six_letters_of_a_seven_level_scale_are_its_upper_six():
    assert read(["MS", "MM", "MA", "EE", "GE", "RE"]).values.tolist() == [2, 3, 4, 5, 6, 7]


def test_plain_numbers_stay_and_need_no_text():
    column = read([1.0, 4.0, "3", "2.5", ""])
    np.testing.assert_array_equal(column.values, [1, 4, 3, 2.5, np.nan])
    assert column.text is None
    assert not column.faults


@pytest.mark.parametrize(
    ("cell", "rating"),
    [
        ("3 - Meets", 3),
        ("4: Strong", 4),
        ("3 Meets Expectations", 3),
        ("Meets Expectations (3)", 3),
        ("Exceeds - 4", 4),
        ("3/5", 3),
        ("4 out of 5", 4),
        ("3,5", 3.5),
        ("\u2605\u2605\u2605\u2606\u2606", 3),
    ],
)
def test_labelled_numbers_are_numbers(cell, rating):
    assert read([cell, 5.0]).values[0] == rating


@pytest.mark.parametrize(
    "cell",
    ["", "  ", "N/A", "n/a", "Too New To Rate", "Not rated", "-", "TBD", "Unknown", "On leave"],
)
def test_not_rated_is_missing_and_no_problem(cell):
    column = read([cell, 4.0])
    assert np.isnan(column.values[0])
    assert not column.faults


def test_labels_say_what_the_bare_words_mean_and_the_mixture_is_told():
    column = read(["Exceeds", 4.0, "4 - Exceeds", "Meets"])
    assert column.values.tolist() == [4, 4, 4, 3]
    [fault] = column.faults
    assert fault.reason == "two_scales"
    assert '"Meets" as 3' in fault.message


def test_labels_that_say_one_is_best_turn_the_scale_round():
    column = read(["1 - Outstanding", "2 - Exceeds", "3 - Meets", 5.0])
    assert column.values.tolist() == [5, 4, 3, 1]
    assert [fault.reason for fault in column.faults] == ["reversed_scale"]


def test_a_cycle_of_words_only_is_mapped_linearly_to_the_numbers_of_the_others():
    column = read(
        [1.0, 2.0, 3.0, 4.0, 5.0] * 4 + ["Below", "Meets", "Exceeds"], ["a"] * 20 + ["b"] * 3
    )
    assert column.values[20:].tolist() == [1, 3, 5]
    assert column.faults[0].positions.tolist() == [20]
    assert "in b" in column.faults[0].message


def test_a_cycle_of_percentages_is_mapped_linearly_too():
    column = read([1.0, 3.0, 5.0] * 5 + [0.0, 50.0, 100.0], ["a"] * 15 + ["b"] * 3)
    assert column.values[15:].tolist() == [1, 3, 5]


def test_a_larger_scale_of_one_cycle_does_not_become_that_of_the_column():
    column = read([1.0, 3.0, 5.0] * 20 + [1.0, 7.0, 4.0, 6.0], ["a"] * 60 + ["b"] * 4)
    np.testing.assert_allclose(column.values[60:], [1, 5, 3, 1 + 4 * 5 / 6])
    assert column.values[:3].tolist() == [1, 3, 5]


def test_a_slip_of_the_pen_is_no_scale():
    column = read([3.0, 4.0, 44.0, 2.0, 5.0, 1.0])
    np.testing.assert_array_equal(column.values, [3, 4, np.nan, 2, 5, 1])
    assert [fault.reason for fault in column.faults] == ["impossible_number"]


def test_words_of_no_scale_are_named():
    column = read(["Meets", "Exceedss", "Exceeds"])
    assert np.isnan(column.values[1])
    [fault] = column.faults
    assert (fault.reason, fault.positions.tolist()) == ("unknown_rating", [1])


def test_shares_stay_shares():
    assert read([0.85, 0.9, 1.0]).values.tolist() == [0.85, 0.9, 1.0]


@pytest.mark.parametrize("value", ["Payments", "2024-01-01", "hello world", 4000.0, -1.0])
def test_what_is_no_rating_is_not_taken_for_one(value):
    assert not is_rating(value)


cells = st.one_of(
    st.text(max_size=12),
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(-10, 200).map(float),
    st.sampled_from(["Meets", "Exceeds", "4 - Exceeds", "B+", "N/A", "", "5 - Below"]),
)


@given(st.lists(st.tuples(cells, st.sampled_from(["a", "b", "c"])), max_size=30))
def test_any_cells_can_be_read_and_none_is_lost_silently(pairs):
    column = read([cell for cell, _ in pairs], [group for _, group in pairs])
    assert len(column.values) == len(pairs)
    assert not np.isinf(column.values).any()
    faulty = {p for fault in column.faults for p in fault.positions.tolist()}
    for position, (cell, _) in enumerate(pairs):
        if isinstance(cell, float):
            assert not np.isnan(column.values[position]) or position in faulty


@given(st.lists(st.integers(1, 5).map(float), min_size=1, max_size=40))
def test_numbers_of_one_to_five_are_never_changed(numbers):
    assert read(numbers).values.tolist() == numbers
