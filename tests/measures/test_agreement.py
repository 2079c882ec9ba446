"""Weights from the data find what is noisy, and say nothing where nothing can be told."""

import numpy as np
import pandas as pd
import pytest

from workbench.measures.agreement import weigh_by_agreement
from workbench.measures.scoring import score_technical_output, weigh_measures
from workbench.measures.technical_output import TECHNICAL_OUTPUT

NOISE = np.array([0.5, 0.7, 1.0, 1.5])


def panel(people: int = 400, cycles: int = 8, seed: int = 0) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(seed)
    person = np.repeat(np.arange(people), cycles)
    shared = rng.normal(0, 1, (len(person), 1))
    profile = rng.normal(0, 2, (people, len(NOISE)))[person]
    return shared, shared + profile + rng.normal(0, 1, (len(person), 4)) * NOISE, person


def test_weights_follow_the_noise_and_not_the_profile() -> None:
    _, values, person = panel()
    found = weigh_by_agreement(values, person, np.ones(len(person), dtype=bool))
    assert found is not None
    best = NOISE**-2.0
    assert found == pytest.approx(best / best.mean(), rel=0.2)
    assert found.mean() == pytest.approx(1)


def test_holes_and_untypical_rows_do_not_mislead() -> None:
    _, values, person = panel(seed=1)
    typical = np.tile(np.arange(8) < 6, 400)
    whole = weigh_by_agreement(values, person, typical)
    broken = values.copy()
    broken[~typical] = 99.0
    np.testing.assert_array_equal(weigh_by_agreement(broken, person, typical), whole)
    rng = np.random.default_rng(2)
    holes = np.where(rng.random(values.shape) < 0.15, np.nan, values)
    assert weigh_by_agreement(holes, person, typical) == pytest.approx(whole, rel=0.25)


def test_a_measure_that_agrees_with_none_keeps_a_little_weight() -> None:
    _, values, person = panel(seed=3)
    values[:, 3] = np.random.default_rng(4).normal(0, 1, len(values))
    found = weigh_by_agreement(values, person, np.ones(len(person), dtype=bool))
    assert found is not None
    assert 0 < found[3] < 0.15


@pytest.mark.parametrize("rows, columns", [(3200, 2), (100, 4), (0, 4)])
def test_too_little_to_tell_is_none(rows: int, columns: int) -> None:
    _, values, person = panel()
    everyone = np.ones(rows, dtype=bool)
    assert weigh_by_agreement(values[:rows, :columns], person[:rows], everyone) is None


def test_weighed_measures_tell_what_is_shared_with_less_noise() -> None:
    shared, values, person = panel(seed=5)
    names = ["commits", "pull_requests", "code_reviews", "technical_rating"]
    values = values - np.repeat(values.reshape(-1, 8, 4).mean(axis=1), 8, axis=0)
    # The rating, which is declared to weigh most, is the noisiest here.
    reviews = pd.DataFrame(np.exp(values), columns=names).assign(
        person_id=[f"p{each:03d}" for each in person], cycle=np.tile(np.arange(8), 400)
    )
    weighed = weigh_measures(reviews)
    assert [measure.name for measure in weighed] == names
    declared = [measure for measure in TECHNICAL_OUTPUT if measure.name in names]
    assert sum(each.weight for each in weighed) == pytest.approx(sum(d.weight for d in declared))

    def agreement(measures: object) -> float:
        score = score_technical_output(reviews, measures=measures)["technical_output"]  # type: ignore[arg-type]
        return float(np.corrcoef(score, shared[:, 0])[0, 1])

    assert agreement(weighed) > agreement(declared) + 0.05


def test_two_measures_keep_their_declared_weights() -> None:
    reviews = pd.DataFrame(
        {"person_id": list("abc"), "cycle": 1, "commits": [1, 2, 3], "technical_rating": [3, 1, 2]}
    )
    assert weigh_measures(reviews) == (TECHNICAL_OUTPUT[0], TECHNICAL_OUTPUT[-1])
