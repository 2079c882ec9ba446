"""Preferences: the spellings of exports, and what is no answer."""

import pandas as pd
import pytest

from workbench.analyses.people.preferences import PREFERENCES, read_preferences


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("Technical", "technical_leadership"),
        ("technical_leadership", "technical_leadership"),
        ("IC", "technical_leadership"),
        ("Individual Contributor", "technical_leadership"),
        ("IC5 / Architect", "technical_leadership"),
        ("Non-managerial", "technical_leadership"),
        ("Management", "management"),
        ("People leadership", "management"),
        ("Engineering Management", "management"),
        ("Technical Manager", "management"),
        ("Technical or Management", "undecided"),
        ("IC/Manager", "undecided"),
        ("Either", "undecided"),
        ("Undecided", "undecided"),
        ("", None),
        ("  ", None),
        (None, None),
    ],
)
def test_an_answer_is_read_as_the_track_it_names(said, read):
    assert read_preferences(pd.Series([said], dtype="str")).tolist() == [read]
    assert read in {*PREFERENCES, None}


def test_the_answers_keep_their_places_and_the_column_is_left_as_it_was():
    said = pd.Series(["IC", None, "Management"], index=[7, 3, 5])
    before = said.copy()
    assert read_preferences(said).to_dict() == {
        7: "technical_leadership",
        3: None,
        5: "management",
    }
    pd.testing.assert_series_equal(said, before)
