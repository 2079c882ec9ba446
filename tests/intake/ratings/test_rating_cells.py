import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.intake.ratings.rating_cells import is_rating, take_apart


@pytest.mark.parametrize(
    ("text", "form", "number", "phrase", "top"),
    [
        ("4 - Exceeds Expectations", "label", 4, "exceeds", None),
        ("65 - Exceeds Expectations", "label", 65, "exceeds", None),
        ("4: Strong", "label", 4, "strong", None),
        ("4.Exceeds", "label", 4, "exceeds", None),
        ("3,5 - Meets", "label", 3.5, "meets", None),
        ("Exceeds-4", "label", 4, "exceeds", None),
        ("1 = sehr gut", "label", 1, "sehr gut", None),
        ("5 \u00dcbertrifft die Erwartungen", "label", 5, "ubertrifft", None),
        ("EE - Exceeds Expectations", "words", None, "exceeds", None),
        ("Meets Expectations (ME)", "words", None, "meets", None),
        ("A - Outstanding", "words", None, "outstanding", None),
        ("Meets/Exceeds", "words", None, "meets exceeds", None),
        ("3-4", "words", None, "3-4", None),
        ("3 months", "words", None, "3 months", None),
        ("Team 4", "words", None, "team 4", None),
        ("2 : 3", "pair", 2, "", None),
        ("02:03:00", "pair", 2, "", None),
        ("10:30", "words", None, "10 30", None),
        ("Star [H,M]", "pair", None, "h", None),
        ("\u2605\u2605\u2606", "stars", 2, "", 3),
        ("\u2605\u2605", "stars", 2, "", None),
        ("*****", "words", None, "", None),
        ("4 out of 5", "fraction", 4, "", 5),
        ("85%", "share", 85, "", 100),
        ("3,5", "number", 3.5, "", None),
        ("n/a", "not_rated", None, "", None),
    ],
)
def test_a_cell_is_taken_apart(text, form, number, phrase, top):
    cell = take_apart(text)
    assert (cell.form, cell.number, cell.phrase, cell.top) == (form, number, phrase, top)


@given(st.text(max_size=40) | st.floats() | st.booleans() | st.dates() | st.times())
def test_any_cell_can_be_taken_apart(value):
    cell = take_apart(value)
    assert (cell.form == "not_rated") <= (cell.number is None)
    assert isinstance(is_rating(value), bool)
