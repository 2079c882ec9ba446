import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.intake.ratings.scale_choices import ScaleChoice, read_scale_header


@pytest.mark.parametrize(
    ("header", "low", "high", "best"),
    [
        ("Rating (1-5)", 1, 5, None),
        ("Rating (1 \u2013 5)", 1, 5, None),
        ("Rating (5-1)", 1, 5, None),
        ("Rating 1 to 7", 1, 7, None),
        ("Calificaci\u00f3n (1 a 5)", 1, 5, None),
        ("Rating 0-4", 0, 4, None),
        ("Score 0-100%", 0, 100, None),
        ("Score out of 10", None, 10, None),
        ("Note /20", None, 20, None),
        ("Note sur 20", None, 20, None),
        ("Rating (1 = best)", 1, None, "low"),
        ("Rating, 1 is best", 1, None, "low"),
        ("best = 1", 1, None, "low"),
        ("1=highest", 1, None, "low"),
        ("5 = lowest", None, 5, "low"),
        ("5 being the highest", None, 5, "high"),
        ("5 low - 1 high", 1, 5, "low"),
        ("low=1, high=5", 1, 5, "high"),
        ("1:low 5:high", 1, 5, "high"),
        ("from 1 (worst) to 5 (best)", 1, 5, "high"),
        ("Rating (5=Outstanding, 1=Poor)", 1, 5, "high"),
        ("Bewertung (1 = sehr gut)", 1, None, "low"),
        ("1 = sehr gut ... 6 = ungen\u00fcgend", 1, 6, "low"),
        ("Bewertung 1 bis 6 (1 beste)", 1, 6, "low"),
        ("Schulnote", 1, 6, "low"),
        ("Rating (lower is better)", None, None, "low"),
    ],
)
def test_a_header_names_the_ends_of_its_scale(header, low, high, best):
    said = read_scale_header(header)
    assert (said.low, said.high, said.best) == (low, high, best)


@pytest.mark.parametrize(
    "header",
    "Rating|Rating 2023-2024|Rating H1-2024|Rating 1/2024|Rating FY24-25|Rating (01-06 2024)|"
    "Q1-4 Rating|Performance Rating 2024|High performer|Rating v1 best|12/24 rating|% of 100|"
    "Top 5 high impact|Manager rating 1 high confidence|Rating 2024-1|Review 1-2".split("|"),
)
def test_dates_and_other_numbers_name_no_scale(header):
    assert read_scale_header(header) == ScaleChoice()


@given(st.text(max_size=60) | st.from_regex(r"[a-z ]{0,8}[0-9]{1,3} ?[-=:/(] ?[a-z0-9 ]{0,9}"))
def test_any_header_can_be_read(header):
    said = read_scale_header(header)
    assert said.words == {}
    assert said.low is None or said.high is None or said.low < said.high


@given(
    st.none() | st.floats(-9, 0),
    st.none() | st.floats(1, 100),
    st.sampled_from([None, "high", "low"]),
    st.dictionaries(
        st.sampled_from(["Gut", "sehr  gut", "4 - Stark"]), st.none() | st.floats(0, 1)
    ),
)
def test_a_choice_survives_being_saved(low, high, best, words):
    choice = ScaleChoice(low, high, best, words)
    assert ScaleChoice.from_dict(json.loads(json.dumps(choice.to_dict()))) == choice
