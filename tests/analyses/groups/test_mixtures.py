"""Mixtures: groups come back from ranks alone, at any scale of the signals."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_normal, norm, rankdata
from sklearn.metrics import adjusted_rand_score

from workbench.analyses.groups.mixtures import (
    Mixture,
    fit_copulas,
    fit_mixtures,
    read_quantiles,
)


def shares(points: np.ndarray) -> np.ndarray:
    return (rankdata(points, axis=0) - 0.5) / len(points)


def corners(people: int = 60) -> tuple[np.ndarray, np.ndarray]:
    """Put each of four groups far out in a signal of its own."""
    truth = np.repeat(np.arange(4), people)
    noise = np.random.default_rng(0).normal(size=(4 * people, 4))
    return 6.0 * np.eye(4)[truth] + noise, truth


def apart(signal: np.ndarray, inside: np.ndarray) -> float:
    within = np.sqrt((signal[inside].var() + signal[~inside].var()) / 2)
    return float((signal[inside].mean() - signal[~inside].mean()) / within)


def one_mixture() -> Mixture:
    means = np.array([[[-2.0, 0.0], [2.0, 1.0]]])
    covariance = np.array([[1.0, 0.3], [0.3, 0.5]])
    return Mixture(np.array([[0.3, 0.7]]), means, np.linalg.inv(covariance)[None])


def test_groups_that_ranks_squeeze_are_found() -> None:
    points, truth = corners()
    mixture, scores = fit_copulas(shares(points)[None], 4, 10, np.random.default_rng(0))
    assert adjusted_rand_score(truth, mixture.memberships(scores)[0].argmax(axis=0)) > 0.95
    # The rank-normal transform closes the gap in each signal; the mixture opens it again.
    assert apart(scores[0, :, 0], truth == 0) > 1.1 * apart(
        norm.ppf(shares(points))[:, 0], truth == 0
    )


def test_one_component_is_the_rank_normal_transform() -> None:
    below = shares(np.random.default_rng(0).exponential(size=(200, 3)))
    mixture, scores = fit_copulas(below[None], 1, 1, np.random.default_rng(0))
    normal = norm.ppf(below)
    assert scores[0] == pytest.approx((normal - normal.mean(axis=0)) / normal.std(axis=0))
    assert mixture.means[0, 0] == pytest.approx(np.zeros(3), abs=1e-9)


def test_the_copula_is_the_joint_density_over_the_marginal_ones() -> None:
    mixture, points = one_mixture(), np.random.default_rng(0).normal(size=(1, 9, 2))
    covariance = np.linalg.inv(mixture.precision[0])
    together, alone = np.zeros(9), np.zeros((9, 2))
    for share, mean in zip(mixture.shares[0], mixture.means[0], strict=True):
        together += share * multivariate_normal(mean, covariance).pdf(points[0])
        alone += share * norm(mean, np.sqrt(np.diag(covariance))).pdf(points[0])
    expected = np.log(together).sum() - np.log(alone).sum()
    assert mixture.log_copula(points)[0] == pytest.approx(expected)


def test_quantiles_are_those_of_the_marginals() -> None:
    mixture = one_mixture()
    scores = read_quantiles(np.array([[0.1, 0.5], [0.9, 0.2]]), mixture)[0]
    width = np.sqrt(np.diag(np.linalg.inv(mixture.precision[0])))
    share = sum(
        share * norm.cdf((scores - mean) / width)
        for share, mean in zip(mixture.shares[0], mixture.means[0], strict=True)
    )
    assert share == pytest.approx(np.array([[0.1, 0.5], [0.9, 0.2]]), abs=1e-3)


def test_a_weight_is_a_repetition() -> None:
    points, _ = corners(people=20)
    drawn = np.random.default_rng(1).integers(0, 3, size=80)
    weighted = fit_mixtures(points[None], drawn[None].astype(float), 4, 5, np.random.default_rng(0))
    repeated = np.repeat(points, drawn, axis=0)
    plain = fit_mixtures(
        repeated[None], np.ones((1, len(repeated))), 4, 5, np.random.default_rng(0)
    )
    one = np.sort(weighted.shares[0])
    assert one == pytest.approx(np.sort(plain.shares[0]), abs=1e-3)


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 10_000), st.integers(1, 4), st.integers(1, 4))
def test_memberships_are_shares_whatever_the_points(seed: int, d: int, k: int) -> None:
    points = np.random.default_rng(seed).integers(0, 3, size=(25, d)).astype(float)
    mixture, scores = fit_copulas(shares(points)[None], k, 2, np.random.default_rng(seed))
    member = mixture.memberships(scores)
    assert member.shape == (1, k, 25)
    assert np.isfinite(member).all() and member.sum(axis=1) == pytest.approx(1.0)
    assert np.isfinite(mixture.log_copula(scores)).all()
