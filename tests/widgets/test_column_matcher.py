"""The list of headers: a column of numbers can be counted, and taken out again."""

import pandas as pd
import pytest

import workbench
from workbench.intake.profiles import Choices
from workbench.widgets.column_matcher import ColumnMatcher
from workbench.widgets.notice import Notice

TABLE = pd.DataFrame(
    {
        "Employee ID": ["E1", "E2", "E3"],
        "Cycle": ["2024H1"] * 3,
        "Architecture Katas": [0, 1, 0],
        "Guild": ["Data", "Web", "Data"],
        "Age Group": [1, 2, 3],
    }
)


class Screen:
    """A list of headers beside the calibration that it changes."""

    def __init__(self, table: pd.DataFrame) -> None:
        self.calibration = workbench.load(table)
        self.matcher = ColumnMatcher(Notice(), self.change, lambda: None)
        self.matcher.show(self.calibration)
        self.matcher.filter.value = "all"

    def change(self, choices: Choices) -> None:
        self.calibration = self.calibration.with_choices(choices)
        self.matcher.update(self.calibration)

    def row(self, header: str):
        return next(row for row in self.matcher.rows if row.key == header)

    def offers(self, header: str) -> list[str]:
        options = self.row(header).choice.options
        return [words for words, value in options if value.startswith("add to ")]

    def choose(self, header: str, words: str) -> None:
        row = self.row(header)
        row.choice.value = dict(row.choice.options)[words]


@pytest.fixture
def screen():
    return Screen(TABLE)


def test_only_columns_of_numbers_that_say_what_people_did_can_be_counted(screen):
    assert screen.offers("Architecture Katas") == [
        "Count as technical output",
        "Technical output: less is better",
        "Count as force multiplier",
        "Force multiplier: less is better",
    ]
    for header in ("Employee ID", "Cycle", "Guild", "Age Group"):
        assert not screen.offers(header)


def test_a_counted_column_says_so_and_stays_so(screen):
    screen.choose("Architecture Katas", "Count as force multiplier")
    assert screen.calibration.intake.signals == {"Architecture Katas": "force_multiplier"}
    row = screen.row("Architecture Katas")
    assert row.choice.label == "Count as force multiplier"
    assert row.texts[-1].value == "your choice"
    screen.choose("Architecture Katas", "Technical output: less is better")
    assert screen.calibration.intake.signals == {
        "Architecture Katas": "technical_output, less is better"
    }


@pytest.mark.parametrize("instead", ["Keep as it is", "Talks (force multiplier)"])
def test_another_choice_takes_it_out_again(screen, instead):
    screen.choose("Architecture Katas", "Count as force multiplier")
    screen.choose("Architecture Katas", instead)
    assert screen.calibration.intake.signals == {}
    assert "counted_signal" not in set(screen.calibration.problems["reason"])
    assert screen.row("Architecture Katas").choice.label == instead


def test_undoing_all_choices_and_reading_hidden_parts_keep_to_what_they_say(screen):
    screen.choose("Architecture Katas", "Count as force multiplier")
    screen.matcher.hidden.value = True
    assert screen.calibration.intake.signals == {"Architecture Katas": "force_multiplier"}
    screen.matcher.reset.click()
    assert screen.calibration.intake.signals == {}


def test_a_column_added_in_the_notebook_is_shown_as_counted():
    screen = Screen(TABLE)
    screen.change(Choices(signals={"Architecture Katas": "technical_output"}))
    assert screen.row("Architecture Katas").choice.label == "Count as technical output"
    assert screen.row("Architecture Katas").texts[-1].value == "your choice"
