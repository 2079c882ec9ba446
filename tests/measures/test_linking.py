"""A score that rests on less must not fall for that reason."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.measures.linking import combine_linked


def panel(people: int = 300, cycles: int = 10, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Three measures: what they share, a lasting profile of each person, and noise."""
    rng = np.random.default_rng(seed)
    shared = rng.normal(0, 0.6, (people, 1, 1))
    profile = rng.normal(0, 0.7, (people, 1, 3))
    values = shared + profile + rng.normal(0, 0.4, (people, cycles, 3))
    return values.reshape(-1, 3), np.repeat(np.arange(people), cycles)


WEIGHTS = np.array([1.0, 1.0, 2.0])


def test_with_everything_known_it_is_the_weighted_mean() -> None:
    values, person = panel(people=5)
    found = combine_linked(values, WEIGHTS, person, np.ones(len(values), dtype=bool))
    np.testing.assert_array_equal(found, values @ WEIGHTS / 4)


def test_a_measure_that_is_never_known_takes_no_weight() -> None:
    values, person = panel(people=5)
    values[:, 0] = np.nan
    found = combine_linked(values, WEIGHTS, person, np.ones(len(values), dtype=bool))
    assert found == pytest.approx(values[:, 1:] @ WEIGHTS[1:] / 3)


def test_losing_measures_after_a_promotion_is_no_fall() -> None:
    values, person = panel()
    late = np.tile(np.arange(10) >= 5, 300) & (person % 3 == 0)
    before = np.tile(np.arange(10) < 5, 300) & (person % 3 == 0)
    holes = values.copy()
    holes[np.ix_(late, [0, 1])] = np.nan
    linked = combine_linked(holes, WEIGHTS, person, ~late)
    plain = np.where(late, values[:, 2], values @ WEIGHTS / 4)
    profile = (values @ WEIGHTS / 4 - values[:, 2]).reshape(300, 10)[::3].mean(axis=1)

    def slope(score: np.ndarray) -> float:
        change = score[late].reshape(-1, 5).mean(axis=1) - score[before].reshape(-1, 5).mean(axis=1)
        return float(np.polyfit(profile, change, 1)[0])

    assert slope(plain) < -0.9
    assert abs(slope(linked)) < 0.15


def test_what_comes_after_tells_nothing_of_the_profile() -> None:
    values, person = panel(people=50)
    after = np.tile(np.arange(10) >= 5, 50)
    values[~after & (np.arange(500) % 3 == 0), 0] = np.nan
    moved = values.copy()
    moved[after, 1] -= 3.0
    first = combine_linked(values, WEIGHTS, person, ~after)
    second = combine_linked(moved, WEIGHTS, person, ~after)
    np.testing.assert_array_equal(first[~after], second[~after])


def test_with_no_history_the_weight_is_spread_over_the_others() -> None:
    values = np.array([[1.0, np.nan, 4.0], [np.nan, np.nan, 2.0], [np.nan, np.nan, np.nan]])
    found = combine_linked(values, WEIGHTS, np.arange(3), np.zeros(3, dtype=bool))
    assert found[:2] == pytest.approx([3.0, 2.0])
    assert np.isnan(found[2])


@settings(deadline=None, max_examples=60)
@given(
    cells=st.lists(
        st.tuples(*[st.one_of(st.none(), st.floats(-3, 3)) for _ in range(3)]),
        min_size=1,
        max_size=30,
    ),
    people=st.integers(1, 5),
)
def test_a_score_is_there_where_anything_is_known(
    cells: list[tuple[float | None, ...]], people: int
) -> None:
    values = np.array(cells, dtype=float)
    person = np.arange(len(values)) % people
    found = combine_linked(values, WEIGHTS, person, np.ones(len(values), dtype=bool))
    np.testing.assert_array_equal(np.isnan(found), np.isnan(values).all(axis=1))
