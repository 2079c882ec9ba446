"""Resampling: what is there comes back, and memberships are no surer than that allows."""

import numpy as np
import pytest

from workbench.analyses.groups.mixtures import fit_copulas
from workbench.analyses.groups.resampling import draw_again, temper


def fitted(apart: float, k: int = 2) -> tuple[object, object]:
    rng = np.random.default_rng(0)
    points = rng.normal(size=(120, 3)) + np.repeat([[0.0], [apart]], 60, axis=0) * [1.0, 1.0, -1.0]
    below = (points.argsort(axis=0).argsort(axis=0) + 0.5) / 120
    return fit_copulas(below[None], k, 5, rng)


def test_groups_come_back_and_halves_of_one_group_do_not() -> None:
    there = draw_again(*fitted(5.0), np.random.default_rng(1))  # type: ignore[arg-type]
    assert there.jaccard.min() > 0.95 and there.sizes.tolist() == [60, 60]
    assert there.confidence > 0.95
    nothing = draw_again(*fitted(0.0), np.random.default_rng(1))  # type: ignore[arg-type]
    assert nothing.jaccard.max() < 0.8
    assert nothing.confidence < there.confidence


def test_tempering_never_makes_surer_and_keeps_the_order() -> None:
    chances = np.array([[0.9, 0.6, 0.2], [0.1, 0.4, 0.8]])
    assert temper(chances, 0.95) == 1.0
    temperature = temper(chances, 0.6)
    cooled = chances ** (1 / temperature)
    cooled /= cooled.sum(axis=0)
    assert cooled.max(axis=0).mean() == pytest.approx(0.6, abs=1e-3)
    assert cooled.argmax(axis=0).tolist() == chances.argmax(axis=0).tolist()


def test_no_confidence_at_all_has_a_highest_temperature() -> None:
    assert np.isfinite(temper(np.array([[1.0], [0.0]]), 0.1))
