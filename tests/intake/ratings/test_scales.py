import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import InputError
from workbench.intake.ratings.scales import ScaleChoice, is_rating, read_ratings

# Scales of words as they are met, each from low to high.
SCALES = [
    "Low|Medium|High",
    "Developing|Performing|Exceeding",
    "Developing|Growing|Exceeding",
    "Below|Meets|Exceeds",
    "Does Not Meet|Meets|Exceeds",
    "Below Expectations|Meets Expectations|Exceeds Expectations",
    "NI|ME|EE",
    "B|M|E",
    "L|M|H",
    "Needs Improvement|Meets|Exceeds|Strongly Exceeds",
    "PIP|Needs Improvement|Fully Meets|Exceeds",
    "Development Need|Below|Meets|Exceeds",
    "Partial|Meets|Superior|Distinguished",
    "Unsatisfactory|Needs Improvement|Meets Expectations|Exceeds Expectations|Outstanding",
    "Does Not Meet|Partially Meets|Meets|Exceeds|Far Exceeds",
    "Poor|Fair|Good|Very Good|Excellent",
    "Needs Improvement|Consistently Meets|Exceeds|Strongly Exceeds|Superb",
    "BE|NI|ME|EE|FE",
    "NE|MI|SI|OI|TI",
    "Not Enough Impact|Moderate Impact|Significant Impact|Outstanding Impact|Transformative Impact",
    "LITE|SLITE|Successful|Exceptional Impact",
    "Lower Impact Than Expected|Slightly Lower Impact Than Expected|Successful Impact|"
    "Exceptional Impact",
    "F|D|C|B|A",
    "E|D|C|B|A",
    "Nicht erf\u00fcllt|Teilweise erf\u00fcllt|Erf\u00fcllt|\u00dcbertrifft die Erwartungen",
    "unter den Erwartungen|erf\u00fcllt die Erwartungen|\u00fcbertrifft die Erwartungen",
    "unzureichend|verbesserungsbed\u00fcrftig|gut|sehr gut|hervorragend",
    "ungen\u00fcgend|mangelhaft|ausreichend|befriedigend|gut|sehr gut",
    "nicht gen\u00fcgend|gen\u00fcgend|befriedigend|gut|sehr gut",
    "niedrig|mittel|hoch",
    "insuffisant|satisfaisant|excellent",
    "en dessous des attentes|conforme aux attentes|d\u00e9passe les attentes",
    "Insuffisant|\u00c0 am\u00e9liorer|Satisfaisant|Tr\u00e8s satisfaisant|Excellent",
    "insuffisant|passable|assez bien|bien|tr\u00e8s bien",
    "faible|moyen|\u00e9lev\u00e9",
    "no cumple|cumple|supera las expectativas",
    "No cumple|Cumple parcialmente|Cumple con las expectativas|Supera|Sobresaliente",
    "insuficiente|suficiente|bien|notable|sobresaliente",
    "deficiente|regular|bueno|muy bueno|excelente",
    "bajo|medio|alto",
]


def read(cells, groups=None, **said):
    groups = groups or ["2024H1"] * len(cells)
    return read_ratings(np.array(cells, dtype=object), np.array(groups, dtype=object), **said)


def reasons(column):
    return [fault.reason for fault in column.faults]


@pytest.mark.parametrize("words", SCALES)
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
        ("(4) Exceeds", 4),
        ("Level 3", 3),
        ("4+", 4),
        ("4 of 5 stars", 4),
        ("4 von 5", 4),
        ("\u2b50\ufe0f\u2b50\ufe0f\u2b50\ufe0f", 3),
        ("85%", 4.4),
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


@pytest.mark.parametrize(
    "cell",
    "insufficient time|nicht bewertet|zu neu|Elternzeit|non \u00e9valu\u00e9|trop r\u00e9cent|"
    "no evaluado|Sin evaluar|missing".split("|"),
)
def test_not_rated_is_known_in_other_words_too(cell):
    column = read([cell, None, float("nan"), 4.0])
    np.testing.assert_array_equal(column.values, [np.nan, np.nan, np.nan, 4])
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


@pytest.mark.parametrize(
    "value",
    [
        *"Payments|2024-01-01|hello world|High Street|Senior|US|Core|yes|no|Si|ja|oui".split("|"),
        *"Team 4|Engineer 2|3 months|100 - Payments|H1 2024|Human Resources|s\u00ed".split("|"),
        *(4000.0, -1.0, True, dt.datetime(2024, 3, 4), dt.time(9, 5)),
    ],
)
def test_what_is_no_rating_is_not_taken_for_one(value):
    assert not is_rating(value)


@pytest.mark.parametrize("words", SCALES)
def test_the_words_of_every_scale_are_ratings(words):
    # By themselves these are more often something else.
    seldom = {"regular", "bajo", "medio", "alto", "notable"}
    assert {word for word in words.split("|") if not is_rating(word)} <= seldom


# What each cell was read as


def test_every_text_of_every_group_is_listed_with_what_it_was_read_as():
    cells = ["4 - Exceeds", 3.0, "3", "Meets", "2:1", "85%", "N/A", "Zonk", 44.0, ""]
    levels = read([*cells, "Meets"], ["b"] * len(cells) + ["a"]).levels
    assert list(levels.columns) == ["group", "text", "value", "n", "kind"]
    rows = {(row.group, row.text): (row.value, row.n, row.kind) for row in levels.itertuples()}
    assert rows["b", "4 - Exceeds"] == (4, 1, "label")
    assert rows["b", "3"] == (3, 2, "number")
    assert rows["b", "Meets"] == rows["a", "Meets"] == (3, 1, "word")
    assert rows["b", "2:1"] == (2, 1, "pair")
    assert rows["b", "85%"] == (4.4, 1, "share")
    kinds = {text: kind for (_, text), (value, _, kind) in rows.items() if np.isnan(value)}
    assert kinds == {"N/A": "not_rated", "": "not_rated", "Zonk": "unknown", "44": "number"}
    assert levels["group"].tolist() == ["b"] * 9 + ["a"]


def test_the_levels_of_a_group_run_from_the_best_down():
    levels = read(["Below", "N/A", "Exceeds", "Meets", "Meets"]).levels
    assert levels["text"].tolist() == ["Exceeds", "Meets", "Below", "N/A"]


def test_of_a_column_of_free_numbers_the_commonest_are_listed():
    numbers = [*np.linspace(1, 5, 1000).round(4).tolist(), 3.3333, 3.3333]
    column = read(numbers * 2, ["a"] * 1002 + ["b"] * 1002)
    assert column.levels.groupby("group").size().tolist() == [200, 200]
    assert column.levels.groupby("group")["n"].max().tolist() == [2, 2]
    assert column.scales["n"].tolist() == [1002, 1002]


def test_the_scale_of_each_group_is_listed():
    cells = [1.0, 4.0, 5.0] * 9 + ["A", "B", "E"] + ["NI", "ME", "EE"] + ["5 - Poor", "1 - Great"]
    groups = ["n"] * 27 + ["l"] * 3 + ["w"] * 3 + ["t"] * 2
    scales = read([*cells, ""], [*groups, "empty"]).scales.set_index("group")
    assert list(scales.columns) == ["low", "high", "best", "how", "n"]
    assert scales.loc["n"].tolist() == [1, 5, "low", "numbers", 27]
    assert scales.loc["l"].tolist() == [1, 5, "high", "letters", 3]
    assert scales.loc["w"].tolist() == [1, 3, "high", "words", 3]
    assert scales.loc["t"].tolist() == [1, 5, "low", "labels", 2]
    assert scales.loc["empty", "n"] == 0


def test_a_column_without_cells_has_empty_tables():
    column = read([])
    assert column.levels.empty
    assert column.scales.empty
    assert list(column.scales.columns) == ["group", "low", "high", "best", "how", "n"]


def test_the_original_is_kept_wherever_the_rating_is_another_number():
    assert read([1.0, 5.0], given=ScaleChoice(best="low")).text.tolist() == ["1", "5"]
    mapped = read([1.0, 3.0, 5.0] * 5 + [0.0, 50.0, 100.0], ["a"] * 15 + ["b"] * 3)
    assert mapped.text.tolist()[-3:] == ["0", "50", "100"]
    assert read([3.0, 4.0, 2.0, 1.0, 5.0, 44.0]).text.tolist()[-1] == "44"


# What the analyst decides


def test_one_can_be_best_in_every_group():
    column = read([1.0, 2.0, "3 - Exceeds", "3"], list("aabb"), given=ScaleChoice(1, 5, "low"))
    assert column.values.tolist() == [5, 4, 3, 3]
    assert not column.faults
    assert column.scales["how"].tolist() == ["given", "given"]
    assert column.scales["best"].tolist() == ["low", "low"]


def test_the_analyst_beats_the_labels_and_the_labels_beat_the_header():
    cells = ["1 - Outstanding", "3 - Meets", "5 - Poor", 2.0]
    assert read(cells, header="Rating (5 = best)").values.tolist() == [5, 3, 1, 4]
    column = read(cells, given=ScaleChoice(best="high"))
    assert column.values.tolist() == [1, 3, 5, 2]
    assert not column.faults


def test_a_given_scale_bounds_the_numbers_and_carries_the_words():
    column = read([0.0, 2.0, 4.0, 5.0, "50%"], given=ScaleChoice(low=0, high=4))
    np.testing.assert_array_equal(column.values, [0, 2, 4, np.nan, 2])
    assert column.faults[0].reason == "impossible_number"
    assert read(["Below", "Meets", "Exceeds"], given=ScaleChoice(1, 5)).values.tolist() == [1, 3, 5]
    assert (column.low, column.high) == (0, 4)


@pytest.mark.parametrize(
    ("choice", "span"),
    [
        (ScaleChoice(high=7), (1, 7)),
        (ScaleChoice(high=20), (0, 20)),
        (ScaleChoice(low=0), (0, 5)),
        (ScaleChoice(low=8), (8, 12)),
        (ScaleChoice(high=0), (-4, 0)),
    ],
)
def test_the_end_that_is_left_open_is_detected(choice, span):
    column = read([1.0, 2.0, 5.0], given=choice)
    assert (column.low, column.high) == span


def test_words_of_the_analyst_are_read_whatever_their_case_and_never_a_fault():
    words = {"rock  STAR": 5, "Zonk": 1, "gone": None, "9": None, "Meets": 4}
    cells = [" Rock star", "ZONK", "gone", "9", 9.0, "meets", "Exceeds", 3.0, "N/A"]
    column = read(cells, given=ScaleChoice(words=words))
    np.testing.assert_array_equal(column.values, [5, 1, np.nan, np.nan, np.nan, 4, 4, 3, np.nan])
    faulty = {p for fault in column.faults for p in fault.positions.tolist()}
    assert faulty == {6}  # "Exceeds" stands beside a number, and nobody decided on it
    kinds = dict(zip(column.levels["text"], column.levels["kind"], strict=True))
    assert (kinds["gone"], kinds["9"], kinds["ZONK"]) == ("not_rated", "not_rated", "word")


def test_deciding_on_one_word_leaves_the_others_as_they_were():
    cells = ["Poor", "Fair", "Good", "Very Good", "Excellent", "Stellar"]
    before = read(cells).values
    column = read(cells, given=ScaleChoice(words={"poor": 2, "stellar": 6}))
    assert column.values.tolist() == [2, *before[1:5], 6]
    assert (column.low, column.high) == (1, 6)


# What the header says


@pytest.mark.parametrize(
    ("header", "cells", "values"),
    [
        ("Rating (1 = best)", [1.0, 2.0, 5.0], [5, 4, 1]),
        ("1=highest", [1.0, 2.0, 5.0], [5, 4, 1]),
        ("5 low - 1 high", [1.0, 2.0, 5.0], [5, 4, 1]),
        ("Bewertung (1 = sehr gut)", [1.0, 2.0, 5.0], [5, 4, 1]),
        ("Schulnote", [1.0, 2.0, 4.0], [6, 5, 3]),
        ("Rating (1-5)", [1.0, 2.0, 5.0], [1, 2, 5]),
        ("Rating", [1.0, 2.0, 5.0], [1, 2, 5]),
        ("Rating (1-5)", ["Below", "Meets", "Exceeds"], [1, 3, 5]),
    ],
)
def test_the_header_can_say_which_end_is_best(header, cells, values):
    column = read(cells, header=header)
    assert column.values.tolist() == values
    assert all(fault.severity == "note" for fault in column.faults)


def test_the_header_can_say_how_far_the_scale_goes():
    column = read([1.0, 2.0, 4.0] * 20, header="Score out of 10")
    assert (column.low, column.high) == (1, 10)
    assert column.scales["how"].tolist() == ["header"]
    assert (read([8.0, 12.0, 20.0], header="Note /20").high) == 20
    slip = read([1.0, 2.0, 4.0, 3.0, 2.0, 7.0], header="Rating (1-5)")
    assert reasons(slip) == ["impossible_number"]


def test_cells_beat_a_header_that_they_do_not_fit():
    column = read([55.0, 80.0, 95.0], header="Rating (1-5)")
    assert column.values.tolist() == [55, 80, 95]
    assert not column.faults


def test_school_grades_in_labels_have_one_best_of_six():
    column = read(["1 = sehr gut", "2 = gut", "3 = befriedigend", 4.0, 6.0])
    assert column.values.tolist() == [6, 5, 4, 3, 1]
    assert reasons(column) == ["reversed_scale"]


def test_one_label_at_an_end_is_enough_to_tell_the_direction():
    assert read(["1 - Outstanding", 2.0, 4.0]).values.tolist() == [5, 4, 2]
    assert read(["5 - Outstanding", 2.0, 4.0]).values.tolist() == [5, 2, 4]


# Words that mean different things on different scales


def test_one_stray_word_does_not_hide_a_named_scale():
    column = read(["MS", "MM", "MA", "EE", "GE", "RE", "NI"])
    np.testing.assert_array_equal(column.values, [2, 3, 4, 5, 6, 7, np.nan])
    assert reasons(column) == ["unknown_rating"]


@pytest.mark.parametrize("cells", [["B", "E"], ["B"], ["Meets", "Exceeds", "B"], ["Meets", "C"]])
def test_a_letter_that_can_mean_two_things_is_a_fault_and_no_guess(cells):
    column = read(cells)
    assert reasons(column) == ["unknown_rating"]
    assert np.isnan(column.values[-1])


def test_letters_mean_in_each_group_what_its_other_letters_say():
    column = read(list("ABCDE") + list("BME"), ["a"] * 5 + ["b"] * 3)
    assert column.values.tolist() == [3, 2.5, 2, 1.5, 1, 1, 2, 3]
    assert reasons(column) == ["two_scales"]


def test_two_named_scales_in_two_groups_are_both_read():
    column = read(["RE", "MA", "MS", "NE", "SI", "TI"], list("aaabbb"))
    np.testing.assert_allclose(column.values, [5, 3, 1 + 2 / 3, 1, 3, 5], atol=1e-5)
    assert reasons(column) == ["two_scales"]


# Pairs and mixtures


def test_of_a_pair_the_first_is_the_rating_and_that_is_told_once_a_group():
    column = read(["2:2", "1:3", "3:1", "1:1"], list("aabb"))
    assert column.values.tolist() == [2, 1, 3, 1]
    assert [(f.severity, f.reason, f.positions.tolist()) for f in column.faults] == [
        ("note", "rating_pair", [0]),
        ("note", "rating_pair", [2]),
    ]
    assert column.text.tolist() == ["2:2", "1:3", "3:1", "1:1"]


def test_a_pair_that_excel_took_for_a_time_is_a_pair():
    assert read([dt.time(2, 3), "3:1", dt.time(14, 30)]).values.tolist()[:2] == [2, 3]


def test_the_box_of_a_nine_box_rates_by_its_first_letter():
    column = read(["Star [H,H]", "Core Player [M, L]", "Risk [L,H]"])
    assert column.values.tolist() == [3, 2, 1]
    assert reasons(column) == ["rating_pair"]


def test_numbers_on_two_ranges_in_one_group_are_each_read_on_their_own():
    column = read([85.0, 50.0, 60.0, 75.0, 1.0, 2.0, 3.0, 4.0, 5.0, 4.0, 3.0, 2.0])
    assert column.values.tolist() == [4.4, 3, 3.4, 4, 1, 2, 3, 4, 5, 4, 3, 2]
    [fault] = column.faults
    assert (fault.reason, fault.positions.tolist()) == ("two_scales", [0])
    assert "above 10" in fault.message


def test_a_few_slips_among_many_are_no_second_scale():
    column = read([3.0, 4.0, 5.0] * 300 + [44.0, 33.0, 55.0])
    assert column.values[:3].tolist() == [3, 4, 5]
    assert reasons(column) == ["impossible_number"]


def test_percentages_that_are_low_or_zero_are_still_percentages():
    numbers = [0.0, 3.0, 4.0, 5.0, 95.0, 80.0, 100.0, 72.0]
    assert read(numbers).values.tolist() == numbers


def test_letters_beside_words_are_both_read_and_told():
    column = read(["A", "C", "Meets", "Exceeds", "Below"])
    assert column.values.tolist() == [3, 2, 2, 3, 1]
    [fault] = column.faults
    assert (fault.reason, fault.positions.tolist()) == ("two_scales", [0])


def test_cells_with_a_scale_of_their_own_among_others_are_told():
    column = read([4.0, 5.0, "85%", "4 out of 5", "8/10"])
    np.testing.assert_allclose(column.values[2:], [4.4, 4, 1 + 4 * 7 / 9], atol=1e-5)
    assert reasons(column) == ["two_scales"]


def test_shares_of_one_cycle_are_mapped_to_the_numbers_of_the_others():
    column = read([0.5, 0.75, 1.0] + [1.0, 4.0, 5.0] * 5, ["a"] * 3 + ["b"] * 15)
    assert column.values[:3].tolist() == [3, 4, 5]
    assert reasons(column) == ["two_scales"]


# Whatever is written

cells = st.one_of(
    st.text(max_size=12),
    st.floats(),
    st.integers(-10, 200).map(float),
    st.sampled_from(
        [
            *"Meets|Exceeds|4 - Exceeds|B+|N/A||5 - Below|2:2|85%|3/5|B|0/0|Star [H,H]|MM|SI".split(
                "|"
            ),
            *("\u2605\u2606", "sehr gut", "1 - Outstanding", None, True),
        ]
    ),
)
numbers = st.one_of(st.none(), st.integers(-3, 120), st.floats(-1e9, 1e9))
headers = st.sampled_from(["", "Rating (1-5)", "1 = best", "Note /20", "Schulnote", "0-4"])


@st.composite
def choices(draw):
    low, high = draw(numbers), draw(numbers)
    if low is not None and high is not None and low >= high:
        low = None
    inside = st.floats(-1e9 if low is None else low, 1e9 if high is None else high)
    texts = st.sampled_from(["Meets", "b", "85%", "4 - exceeds", "n/a", "44", "2:2"])
    words = draw(st.dictionaries(texts, st.one_of(st.none(), inside), max_size=4))
    return ScaleChoice(low, high, draw(st.sampled_from([None, "high", "low"])), words)


@given(
    st.lists(st.tuples(cells, st.sampled_from(["a", "b", "c", None])), max_size=30),
    st.one_of(st.none(), choices()),
    headers,
)
def test_any_cells_can_be_read_and_none_is_lost_silently(pairs, choice, header):
    column = read(
        [cell for cell, _ in pairs], [group for _, group in pairs], given=choice, header=header
    )
    assert len(column.values) == len(pairs)
    assert not np.isinf(column.values).any()
    read_as = column.values[~np.isnan(column.values)]
    assert ((read_as >= column.low) & (read_as <= column.high)).all()
    faulty = {p for fault in column.faults for p in fault.positions.tolist()}
    unread = {p for p in range(len(pairs)) if np.isnan(column.values[p])} - faulty
    told = set(column.levels.loc[column.levels["kind"] == "not_rated", "text"])
    for position in unread:
        cell = pairs[position][0]
        words = {} if choice is None else choice.words
        if isinstance(cell, float) and np.isfinite(cell):
            assert words.get(f"{cell:g}", 0) is None
        assert cell is None or cell != cell or not str(cell).split() or told
    assert column.levels["n"].sum() == len(pairs)
    assert column.scales["n"].sum() == len(read_as)
    pd.testing.assert_series_equal(
        column.levels.groupby("group", dropna=False)["value"].count() > 0,
        column.scales.set_index("group")["n"].sort_index() > 0,
        check_names=False,
        check_index_type=False,
    )


@given(st.lists(st.integers(1, 5).map(float), min_size=1, max_size=40))
def test_numbers_of_one_to_five_are_never_changed(numbers):
    assert read(numbers).values.tolist() == numbers


@given(st.data(), st.integers(-5, 5), st.integers(1, 95), st.sampled_from(["high", "low"]))
def test_numbers_of_any_given_scale_come_back(data, low, size, best):
    ratings = data.draw(st.lists(st.integers(low, low + size), min_size=1, max_size=20))
    written = [2 * low + size - rating if best == "low" else rating for rating in ratings]
    column = read([float(number) for number in written], given=ScaleChoice(low, low + size, best))
    assert column.values.tolist() == ratings
    assert not column.faults


@given(st.data(), st.sampled_from(SCALES), st.booleans())
def test_words_of_any_known_scale_come_back_in_order(data, words, bare):
    words = words.split("|")
    levels = data.draw(st.lists(st.integers(1, len(words)), min_size=1, max_size=20))
    levels += range(1, len(words) + 1)
    if bare:
        column = read([words[level - 1] for level in levels])
        assert not column.faults
    else:
        column = read([f"{level} - {words[level - 1]}" for level in levels])
        assert not [fault for fault in column.faults if fault.reason != "two_scales"]
    assert column.values.tolist() == levels


@given(st.data(), st.sampled_from(SCALES))
def test_labels_that_run_down_come_back_the_right_way_up(data, words):
    words = words.split("|")
    size = len(words)
    levels = data.draw(st.lists(st.integers(1, size), min_size=1, max_size=20))
    levels += range(1, size + 1)
    cells = [f"{size + 1 - level}: {words[level - 1]}" for level in levels]
    column = read(cells, given=ScaleChoice(low=1, high=size))
    assert column.values.tolist() == levels
    assert reasons(column) == ["reversed_scale"]


@pytest.mark.parametrize(
    "data",
    [
        None,
        [1, 5],
        "1-5",
        {"low": "1"},
        {"low": True},
        {"high": float("nan")},
        {"high": 1e300},
        {"low": 5, "high": 1},
        {"best": "1"},
        {"best": ["low"]},
        {"words": ["Meets"]},
        {"words": {"Meets": "3"}},
        {"words": {"": 3}},
        {"words": {"Meets": 3, "meets ": 4}},
        {"words": {"Meets": 9}, "high": 5},
        {"low": 1, "colour": "red"},
    ],
)
def test_a_choice_that_makes_no_scale_is_refused_in_plain_words(data):
    with pytest.raises(InputError, match=r"[a-z]{3,}.*\.") as caught:
        ScaleChoice.from_dict(data)
    assert "Error" not in str(caught.value)


def test_a_cycle_without_the_ends_is_on_the_scale_of_the_words_that_it_shares():
    whole = ["Does Not Meet", "Partially Meets", "Meets", "Far Exceeds"]
    column = read([*whole, "Partially Meets", "Meets", "Exceeds"], ["a"] * 4 + ["b"] * 3)
    by_word = dict(zip([*whole, "Partially Meets", "Meets", "Exceeds"], column.values, strict=True))
    assert column.values[1] == column.values[4]
    assert column.values[2] == column.values[5]
    assert by_word["Meets"] < by_word["Exceeds"] < by_word["Far Exceeds"]
