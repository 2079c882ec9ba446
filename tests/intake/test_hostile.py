"""Spreadsheets changed at random are read, or refused in words that say what to do."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.mutations import KINDS, mutate
from workbench.errors import WorkbenchError
from workbench.intake.profiles import Choices
from workbench.intake.reading import read_panel


@pytest.mark.parametrize("kind", KINDS)
def test_a_changed_spreadsheet_is_read_or_refused_in_words(kind):
    @settings(max_examples=25, deadline=None)
    @given(st.integers(0, 10**9))
    def read(seed):
        source, what = mutate(kind, seed)
        try:
            intake = read_panel(source, choices=Choices())
        except WorkbenchError as error:
            assert len(re.findall(r"[.!?](?=\s|$)", str(error))) >= 2, (what, str(error))
        else:
            assert set(intake.problems["severity"]) <= {"error", "warning", "note"}, what

    read()
