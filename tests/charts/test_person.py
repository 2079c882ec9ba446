import pandas as pd
import pytest

from workbench.charts.person import plot_history, plot_member
from workbench.charts.theme import ACCENT, INK

CYCLES = ["2023H1", "2023H2", "2024H1", "2024H2"]


@pytest.fixture
def scores():
    return pd.DataFrame(
        {
            "person_id": ["E1"] * 4 + ["E2"] * 4,
            "cycle": CYCLES[::-1] + CYCLES,
            "technical_output": [-1.0, -0.5, 0.5, 1.0, 9.0, 9.0, 9.0, 9.0],
            "force_multiplier": [0.1, float("nan"), 0.3, 0.4, 9.0, 9.0, 9.0, 9.0],
            "salary": 100.0,
        }
    )


@pytest.fixture
def promotions():
    return pd.DataFrame(
        {
            "person_id": ["E1", "E1", "E2"],
            "cycle": ["2024H1", "2023H2", "2023H2"],
            "kind": ["to_management", "within_track", "to_technical_leadership"],
        }
    )


def points_of(spec):
    return next(rows for layer, rows in spec.layers if layer["mark"]["type"] == "point")


def texts_of(spec):
    return [layer["mark"].get("text") for layer, _ in spec.layers if "text" in layer["mark"]]


def test_a_member_is_shown_beside_the_pool(candidates, signals, read_spec):
    spec = read_spec(plot_member(candidates, signals, "E1"))
    assert "12 people" in " ".join(spec.json["title"]["subtitle"])
    own = next(rows for _, rows in spec.layers if rows and "value" in rows[0])
    assert [row["value"] for row in own] == [
        round(value, 5)
        for value in signals.loc[1, ["technical_output", "team_learning", "long_term_design"]]
    ]
    pool = next(rows for _, rows in spec.layers if rows and "middle" in rows[0])
    assert pool[1]["middle"] == pytest.approx(signals["team_learning"].median(), abs=1e-5)


def test_a_signal_without_evidence_says_so_and_is_no_zero(candidates, signals, read_spec):
    spec = read_spec(plot_member(candidates, signals, "E0"))
    own = next(rows for _, rows in spec.layers if rows and "value" in rows[0])
    assert [row["place"] for row in own] == [0, 2]
    assert '"value": "no evidence"' in spec.words()
    assert "Team learning no evidence" in spec.json["description"]
    assert spec.json["description"].startswith("Signals, in SD: Technical output ")


def test_a_signal_that_rests_on_one_count_is_hollow_and_that_is_said(
    candidates, signals, read_spec
):
    evidence = pd.DataFrame(
        {
            "person_id": ["E1", "E1", "E2"],
            "signal": ["team_learning", "long_term_design", "technical_output"],
            "one_count": [True, False, True],
        }
    )
    spec = read_spec(plot_member(candidates, signals, "E1", evidence=evidence))
    assert spec.values("one_count") == [False, True, False]
    assert "one activity count" in " ".join(spec.json["title"]["subtitle"])
    without = read_spec(plot_member(candidates, signals, "E1"))
    assert "one activity count" not in without.words()


def test_somebody_outside_the_pool_has_no_bars(candidates, nobody, signals, read_spec):
    outside = read_spec(plot_member(candidates, signals, "E99"))
    assert "not among the people who are" in outside.words().replace("\\n", " ")
    assert outside.values("value") == []
    assert "No signals" in read_spec(plot_member(nobody, signals.head(0), "E1")).words()


def test_both_halves_are_drawn_in_the_order_of_time_and_only_of_this_person(
    scores, promotions, read_spec
):
    spec = read_spec(plot_history(scores, promotions, "E1"))
    rows = points_of(spec)
    output = [row["score"] for row in rows if row["half"] == "technical output"]
    others = [row["score"] for row in rows if row["half"] == "achieved through others"]
    assert output == [1.0, 0.5, -0.5, -1.0]
    assert others == [0.4, 0.3, None, 0.1]
    assert "salary" not in spec.columns
    assert spec.unused_columns() == set()


def test_a_move_to_another_track_is_marked_and_one_within_a_track_is_not(
    scores, promotions, read_spec
):
    spec = read_spec(plot_history(scores, promotions, "E1"))
    assert texts_of(spec) == ["to management"]
    [(rule, rows)] = [each for each in spec.layers if each[0]["mark"]["type"] == "rule"]
    assert rows == [{"cycle": "2024H1"}]
    assert rule["mark"]["xOffset"] < 0
    other = read_spec(plot_history(scores, promotions, "E2"))
    assert texts_of(other) == ["to technical leadership"]
    assert texts_of(read_spec(plot_history(scores, promotions.head(0), "E1"))) == []


def test_a_move_before_the_first_known_cycle_is_left_out(scores, promotions, read_spec):
    earlier = promotions.assign(cycle="2019H1")
    assert texts_of(read_spec(plot_history(scores, earlier, "E1"))) == []


def test_the_mark_of_a_flag_begins_with_the_move_and_only_on_the_output_that_fell(
    scores, promotions, read_spec
):
    spec = read_spec(plot_history(scores, promotions, "E1", flagged=True))
    marked = [(row["cycle"], row["half"]) for row in points_of(spec) if row["fell"]]
    assert marked == [("2024H1", "technical output"), ("2024H2", "technical output")]
    assert ACCENT in spec.without_data()
    quiet = read_spec(plot_history(scores, promotions, "E1"))
    assert not any(row["fell"] for row in points_of(quiet))
    assert INK in quiet.without_data()


def test_no_history_is_said(scores, promotions, read_spec):
    for person, known in (("E9", scores), ("E1", scores.assign(technical_output=float("nan")))):
        frame = known.drop(columns="force_multiplier")
        words = read_spec(plot_history(frame, promotions, person)).words().replace("\\n", " ")
        assert "No technical output is known" in words


def test_nothing_is_written_into_what_is_given(candidates, signals, scores, promotions):
    frames = (candidates.members, signals, scores, promotions)
    before = [frame.copy() for frame in frames]
    plot_member(candidates, signals, "E1")
    plot_history(scores, promotions, "E1", flagged=True)
    for frame, copy in zip(frames, before, strict=True):
        pd.testing.assert_frame_equal(frame, copy)
