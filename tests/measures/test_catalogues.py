"""The catalogues of measures know every field that they should, and nothing else."""

import pandas as pd
import pytest

from workbench.fields import FIELD_BY_NAME, fields_with_role
from workbench.measures.force_multiplier import EVIDENCE, FORCE_MULTIPLIER
from workbench.measures.measure import Measure, mean_of, measure_exposure, per_exposure, recorded
from workbench.measures.technical_output import TECHNICAL_OUTPUT

ALL = (*TECHNICAL_OUTPUT, *EVIDENCE, *FORCE_MULTIPLIER)


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


def test_only_rework_is_worse_when_higher() -> None:
    assert [measure.name for measure in ALL if measure.higher_is == "worse"] == ["rework_rate"]


@pytest.mark.parametrize("measure", ALL, ids=lambda measure: measure.name)
def test_every_entry_has_words_known_fields_and_a_weight(measure: Measure) -> None:
    assert measure.label and measure.description.endswith(".")
    assert all(field in FIELD_BY_NAME for field in measure.needs)
    assert measure.weight > 0


@pytest.mark.parametrize("measure", ALL, ids=lambda measure: measure.name)
def test_no_measure_reads_a_protected_field(measure: Measure) -> None:
    assert not set(measure.needs) & set(fields_with_role("protected", "pay", "outcome"))


@pytest.mark.parametrize("measure", (*TECHNICAL_OUTPUT, *EVIDENCE), ids=lambda m: m.name)
def test_every_column_is_read_and_counts_are_per_exposure(measure: Measure) -> None:
    reviews = pd.DataFrame({measure.name: [2, None], "fte": [0.5, 0.5]})
    first, second = measure.function(reviews)
    counts = FIELD_BY_NAME[measure.name].dtype == "count"
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
