"""The catalogues of measures know every field that they should, and nothing else."""

import pandas as pd
import pytest

from workbench.fields import FIELD_BY_NAME, fields_with_role
from workbench.measures.force_multiplier import EVIDENCE, FORCE_MULTIPLIER, WRITTEN
from workbench.measures.measure import Measure, mean_of, measure_exposure, per_exposure, recorded
from workbench.measures.technical_output import TECHNICAL_OUTPUT

ALL = (*TECHNICAL_OUTPUT, *EVIDENCE, *FORCE_MULTIPLIER)
# Read from the texts of the reviews, and no column of any sheet.
READ = {WRITTEN + signal.name for signal in FORCE_MULTIPLIER}


def test_technical_output_has_one_row_for_each_field() -> None:
    names = tuple(measure.name for measure in TECHNICAL_OUTPUT)
    assert names == fields_with_role("technical_output")
    assert all(measure.needs == (measure.name,) for measure in TECHNICAL_OUTPUT)


def test_every_field_of_force_multiplication_bears_on_a_signal() -> None:
    used = {field for signal in FORCE_MULTIPLIER for field in signal.needs}
    assert used >= set(fields_with_role("force_multiplier"))
    assert used == {evidence.name for evidence in EVIDENCE}


def test_design_documents_count_for_both_halves() -> None:
    long_term = next(signal for signal in FORCE_MULTIPLIER if signal.name == "long_term_design")
    assert "design_docs" in long_term.needs
    assert "design_docs" in {measure.name for measure in TECHNICAL_OUTPUT}


def test_the_six_signals_stand_in_order() -> None:
    assert [signal.name for signal in FORCE_MULTIPLIER] == [
        "durable_solutions",
        "integration_foresight",
        "long_term_design",
        "team_learning",
        "customer_rescue",
        "prototypes_ahead",
    ]


def test_each_signal_has_written_evidence_of_its_own_and_of_no_other() -> None:
    for signal in FORCE_MULTIPLIER:
        assert {field for field in signal.needs if field in READ} == {WRITTEN + signal.name}
    written = [piece for piece in EVIDENCE if piece.name in READ]
    assert len(written) == 6
    assert {piece.label for piece in written} == {"written evidence"}
    assert not any(piece.is_count for piece in written)


def test_a_rating_of_everything_is_one_piece_of_one_signal() -> None:
    rated = [signal.name for signal in FORCE_MULTIPLIER if "multiplier_rating" in signal.needs]
    assert rated == ["durable_solutions"]


def test_every_measure_knows_its_half() -> None:
    assert {measure.half for measure in TECHNICAL_OUTPUT} == {"technical_output"}
    assert {measure.half for measure in (*EVIDENCE, *FORCE_MULTIPLIER)} == {"force_multiplier"}


def test_only_rework_and_regretted_exits_are_worse_when_higher() -> None:
    worse = [measure.name for measure in ALL if measure.higher_is == "worse"]
    assert worse == ["rework_rate", "regretted_exits"]


@pytest.mark.parametrize("measure", ALL, ids=lambda measure: measure.name)
def test_every_entry_has_words_known_fields_and_a_weight(measure: Measure) -> None:
    assert measure.label and measure.description.endswith(".")
    assert set(measure.needs) <= set(FIELD_BY_NAME) | READ
    assert measure.weight > 0


@pytest.mark.parametrize("measure", ALL, ids=lambda measure: measure.name)
def test_no_measure_reads_a_protected_field(measure: Measure) -> None:
    assert not set(measure.needs) & set(fields_with_role("protected", "pay", "rating"))


def test_outcomes_are_no_evidence_but_for_those_who_leave_a_team() -> None:
    # What a finding is held against must not make it; that people stay is what a signal says.
    needed = {field for measure in ALL for field in measure.needs}
    assert needed & set(fields_with_role("outcome")) == {"regretted_exits"}
    assert "regretted_exits" in FORCE_MULTIPLIER[3].needs


@pytest.mark.parametrize("measure", (*TECHNICAL_OUTPUT, *EVIDENCE), ids=lambda m: m.name)
def test_every_column_is_read_and_counts_are_per_exposure(measure: Measure) -> None:
    reviews = pd.DataFrame({measure.name: [2, None], "fte": [0.5, 0.5]})
    first, second = measure.function(reviews)
    # Nobody works at exits, so that time away does not shrink them.
    counts = (
        measure.name not in READ | {"regretted_exits"}
        and FIELD_BY_NAME[measure.name].dtype == "count"
    )
    assert measure.is_count == (
        measure.function(pd.DataFrame({measure.name: [1], "fte": 0.5}))[0] == 2
    )
    assert first == (4.0 if counts else 2.0)
    assert pd.isna(second)


def test_exposure_below_a_quarter_leaves_a_count_missing_and_at_it_does_not() -> None:
    reviews = pd.DataFrame({"commits": [1, 1], "fte": [0.5, 0.5], "leave_share": [0.5, 0.51]})
    assert per_exposure("commits")(reviews).tolist()[0] == 4.0
    assert per_exposure("commits")(reviews).isna().tolist() == [False, True]
    assert measure_exposure(reviews.drop(columns=["fte", "leave_share"])).tolist() == [1.0, 1.0]


def test_a_rating_of_somebody_who_did_not_work_at_all_is_missing() -> None:
    reviews = pd.DataFrame({"technical_rating": [3, 3], "leave_share": [1.0, 0.9]})
    assert recorded("technical_rating")(reviews).isna().tolist() == [True, False]


def test_only_story_points_are_on_the_scale_of_each_team() -> None:
    assert [measure.name for measure in ALL if measure.scale == "team"] == ["story_points"]


def test_a_mean_of_nothing_is_missing() -> None:
    assert mean_of("talks")(pd.DataFrame({"commits": [1, 2]})).isna().all()
