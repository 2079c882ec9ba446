import pandas as pd
import pytest

from workbench.charts.validation import plot_problems


@pytest.fixture
def problems():
    kinds = (
        [("warning", "not_on_scale")] * 3 + [("error", "no_person_id")] + [("note", "total_row")]
    )
    frame = pd.DataFrame(kinds, columns=["severity", "reason"])
    return frame.assign(sheet="Ratings", cell="F4", value="CANARY", message="CANARY")


def test_problems_are_counted_by_reason_the_serious_ones_first(problems, read_spec):
    spec = read_spec(plot_problems(problems))
    assert spec.json["title"]["text"] == "1 error, 3 warnings, 1 note"
    assert spec.values("words") == ["No person id", "Not on scale", "Total row"]
    assert spec.values("n") == [1, 3, 1]
    assert spec.values("count") == ["1 error", "3 warnings", "1 note"]


def test_values_and_messages_do_not_travel(problems, read_spec):
    spec = read_spec(plot_problems(problems))
    assert spec.unused_columns() == set()
    assert "CANARY" not in spec.words()


def test_what_is_left_out_is_said(problems, read_spec):
    spec = read_spec(plot_problems(problems, limit=2))
    assert spec.values("words") == ["No person id", "Not on scale"]
    assert spec.json["title"]["subtitle"] == "The first 2 of 3 kinds of problem are shown."
    assert spec.json["title"]["text"] == "1 error, 3 warnings, 1 note"


def test_a_severity_that_is_new_comes_last(problems, read_spec):
    spec = read_spec(plot_problems(problems.replace({"severity": {"error": "oddity"}})))
    assert spec.values("words")[-1] == "No person id"


def test_sound_data_are_said_to_be_sound(problems, read_spec):
    assert "No problems were found" in read_spec(plot_problems(problems.head(0))).words()
