"""An analyst's own columns: what may be added, where it ends up, and what it leaves alone."""

import numpy as np
import pandas as pd
import pytest

from workbench.errors import InputError
from workbench.fields import fields_with_role
from workbench.measures.added_signals import (
    added_measure,
    added_measures,
    looks_like_a_count,
    measures_of_output,
)
from workbench.measures.force_multiplier import FORCE_MULTIPLIER
from workbench.measures.scoring import score_reviews, score_technical_output
from workbench.measures.signals import SIGNALS, name_evidence, score_signals, summarise_signals
from workbench.measures.standings import place_in_cohorts
from workbench.measures.technical_output import TECHNICAL_OUTPUT


def reviews(people: int = 60, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    n = 2 * people
    return pd.DataFrame(
        {
            "person_id": np.repeat([f"p{place:03d}" for place in range(people)], 2),
            "cycle": ["2023H1", "2024H1"] * people,
            "commits": rng.poisson(9, n),
            "talks": rng.poisson(1, n),
            "prototypes": rng.poisson(1, n),
            "Katas": rng.poisson(1, n),
            "Cycle Time": rng.normal(9, 2, n),
        }
    )


KATAS = added_measure("Katas", "force_multiplier", is_count=True)
TIME = added_measure("Cycle Time", "technical_output", higher_is="worse")


def test_an_added_signal_is_a_column_of_its_own_and_part_of_force_multiplication() -> None:
    frame = reviews()
    scores = score_reviews(frame, extra=(KATAS,))
    place = list(scores).index(SIGNALS[-1])
    assert list(scores)[place + 1 : place + 3] == ["Katas", "n_measures"]
    mean = scores[["team_learning", "prototypes_ahead", "Katas"]].mean(axis=1)
    pd.testing.assert_series_equal(scores["force_multiplier"], mean, check_names=False)
    assert set(scores["n_signals"]) == {3}
    # It is scored as the same column is under a name that the workbench knows.
    known = score_reviews(frame.drop(columns="talks").rename(columns={"Katas": "talks"}))
    assert scores["Katas"].tolist() == known["team_learning"].tolist()


def test_an_added_signal_leaves_the_others_and_the_output_alone() -> None:
    frame = reviews()
    with_it, without = score_reviews(frame, extra=(KATAS,)), score_reviews(frame)
    same = [name for name in without if name not in {"force_multiplier", "n_signals"}]
    pd.testing.assert_frame_equal(with_it[same], without[same], check_exact=True)


def test_an_added_measure_of_output_joins_its_weighted_mean() -> None:
    frame = reviews()
    scores = score_reviews(frame, extra=(TIME,))
    assert set(scores["rests_on"]) == {"commits, Cycle Time"}
    assert "Cycle Time" not in scores
    turned = frame.assign(code_reviews=-frame["Cycle Time"]).drop(columns="Cycle Time")
    expected = score_reviews(turned)["technical_output"]
    pd.testing.assert_series_equal(scores["technical_output"], expected)
    signals = list(SIGNALS)
    pd.testing.assert_frame_equal(scores[signals], score_reviews(frame)[signals])


def test_measures_of_output_are_those_declared_and_those_added() -> None:
    assert measures_of_output() == TECHNICAL_OUTPUT
    assert measures_of_output((KATAS, TIME)) == (*TECHNICAL_OUTPUT, TIME)
    frame = reviews()
    alone = score_technical_output(frame, measures=measures_of_output((TIME,)))
    both = score_reviews(frame, extra=(KATAS, TIME))
    pd.testing.assert_series_equal(alone["technical_output"], both["technical_output"])


def test_an_added_signal_is_summarised_and_its_evidence_named() -> None:
    frame = reviews()
    scores = score_reviews(frame, extra=(KATAS,))
    summary = summarise_signals(scores, extra=(KATAS,))
    assert list(summary)[-2:] == ["Katas", "evidence_share"]
    assert summary["Katas"].notna().all()
    assert "Katas" not in summarise_signals(scores)
    named = name_evidence(place_in_cohorts(frame, extra=(KATAS, TIME)))
    mine = named[named["person_id"] == "p000"].set_index("signal")
    assert mine.loc["Katas", ["rests_on", "n_evidence", "one_count"]].tolist() == ["Katas", 1, True]
    assert mine.loc["technical_output", "rests_on"] == "commits, Cycle Time"


def test_an_added_count_is_per_full_time_cycle_and_a_value_is_not() -> None:
    frame = pd.DataFrame({"Katas": [3], "Cycle Time": [3.5], "fte": [0.5]})
    assert KATAS.function(frame).tolist() == [6.0]
    assert TIME.function(frame).tolist() == [3.5]


@pytest.mark.parametrize(
    ("values", "is_count"),
    [
        ([0, 0, 1, 0, 2, 9], True),
        ([12, 14, 20, 15, 90], True),
        ([0, 0, 0, 0], False),
        ([3, 4, 4, 5, 2, 3], False),
        ([1, 1, 1, 2, 5], False),
        ([70, 90, 95, 88, 20], False),
        ([0.5, 0, 0, 3], False),
        ([-1, 0, 0, 9], False),
        ([None, None], False),
    ],
)
def test_counts_are_told_from_ratings_and_other_numbers(
    values: list[float | None], is_count: bool
) -> None:
    for column in (pd.Series(values, dtype="float64"), pd.Series(values, dtype="Float64")):
        assert looks_like_a_count(column) is is_count


def test_made_measures_follow_what_was_said() -> None:
    signals = {"Katas": "force_multiplier", "Cycle Time": "technical_output, less is better"}
    katas, time = added_measures(reviews(), signals)
    assert (katas.half, katas.higher_is, katas.is_count) == ("force_multiplier", "better", True)
    assert (time.half, time.higher_is, time.is_count) == ("technical_output", "worse", False)
    assert "count" in katas.description and "count" not in time.description


def test_numbers_of_people_who_were_all_away_are_no_error() -> None:
    frame = reviews().assign(leave_share=1.0)
    (added,) = added_measures(frame, {"Katas": "force_multiplier"})
    assert score_reviews(frame, extra=(added,))["Katas"].isna().all()


@pytest.mark.parametrize(
    ("signals", "words"),
    [
        ({"Katas": "team_learning"}, "It can be added to"),
        ({"Kata": "force_multiplier"}, 'has no column "Kata"'),
        ({"person_id": "force_multiplier"}, "holds no numbers"),
        ({"talks": "force_multiplier"}, "counts already"),
        ({"commits": "technical_output"}, "counts already"),
    ],
)
def test_what_cannot_be_added_is_refused_in_words(signals: dict[str, str], words: str) -> None:
    with pytest.raises(InputError, match=words):
        added_measures(reviews(), signals)


@pytest.mark.parametrize(
    "column",
    [
        *fields_with_role("protected", "pay"),
        "Gender (1 = f)",
        "AGE_2024",
        "Date of Birth",
        "Base Salary",
    ],
)
def test_protected_attributes_and_pay_are_never_added(column: str) -> None:
    with pytest.raises(InputError, match="never counts towards a score"):
        added_measure(column, "force_multiplier")
    with pytest.raises(InputError, match="never counts towards a score"):
        added_measures(reviews().assign(**{column: 1.0}), {column: "technical_output"})


def test_words_that_only_contain_a_protected_one_may_be_added() -> None:
    assert added_measure("Pages Written", "technical_output").name == "Pages Written"
    assert added_measure("Coverage Percent", "technical_output").name == "Coverage Percent"


@pytest.mark.parametrize(
    "column", ["team_learning", "n_signals", "force_multiplier", "cluster", "role"]
)
def test_a_header_that_is_spelled_like_a_score_gets_a_name_of_its_own(column: str) -> None:
    frame = reviews().rename(columns={"Katas": column})
    (added,) = added_measures(frame, {column: "force_multiplier"})
    scores = score_signals(frame, extra=(added,))
    assert scores.columns.is_unique
    assert scores[f"{column} (sheet)"].notna().all()
    kept = [signal.name for signal in FORCE_MULTIPLIER]
    pd.testing.assert_frame_equal(scores[kept], score_signals(reviews())[kept])
