"""Intervals: against published software, by hand, and by how often they hold what is true."""

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

from workbench.analyses.tracks.intervals import (
    NOTHING,
    compare_means,
    compare_ranks,
    compare_rates,
    design_effect,
    estimate_mean,
    estimate_share,
)

LEVEL = 0.9
RUNS = 400
# Three standard errors of a coverage of 0.9 that is measured in so many runs.
LEAST = LEVEL - 3 * np.sqrt(LEVEL * (1 - LEVEL) / RUNS)


@pytest.mark.parametrize(("events", "n"), [(0, 10), (3, 10), (10, 10), (39, 1824), (1, 1)])
def test_a_share_has_the_interval_of_clopper_and_pearson(events, n):
    found = estimate_share(events, n, 0.9)
    expected = proportion_confint(events, n, alpha=0.1, method="beta")
    assert found == pytest.approx((events / n, *expected))


def test_a_share_of_nothing_is_not_known():
    assert np.isnan(estimate_share(0, 0, 0.9)).all()
    assert np.isnan(NOTHING).all()


def test_a_ratio_of_rates_is_the_odds_of_a_share_times_the_exposures():
    # Twelve of eighteen events came from a third of the exposure.
    found = compare_rates((12, 100), (6, 200), 0.95)
    low, high = proportion_confint(12, 18, alpha=0.05, method="beta")
    assert found == pytest.approx((4.0, 2 * low / (1 - low), 2 * high / (1 - high)))


def test_a_ratio_tests_as_the_exact_test_of_two_poisson_rates_does():
    p_value = stats.poisson_means_test(18, 1824, 39, 1824).pvalue
    assert p_value < 0.1
    assert compare_rates((18, 1824), (39, 1824), 0.9).high < 1


def test_a_ratio_where_one_never_happened_has_an_open_end():
    assert compare_rates((0, 50), (4, 50), 0.9)[:2] == (0, 0)
    only_first = compare_rates((6, 50), (0, 50), 0.9)
    assert np.isinf([only_first.value, only_first.high]).all() and only_first.low > 1
    assert np.isnan(compare_rates((0, 50), (0, 50), 0.9)).all()
    assert np.isnan(compare_rates((0, 0), (4, 50), 0.9)).all()


def test_means_have_the_intervals_of_student_and_welch():
    rng = np.random.default_rng(1)
    first, second = rng.normal(3.5, 0.5, 12), rng.normal(3.2, 1.0, 40)
    mean = DescrStatsW(first)
    assert estimate_mean(first, 0.9) == pytest.approx((mean.mean, *mean.tconfint_mean(0.1)))
    both = CompareMeans(DescrStatsW(first), DescrStatsW(second))
    expected = both.tconfint_diff(alpha=0.1, usevar="unequal")
    difference = first.mean() - second.mean()
    assert compare_means(first, second, 0.9) == pytest.approx((difference, *expected))


@pytest.mark.parametrize("alike", [[3.7], [3.7] * 6])
def test_values_without_spread_give_no_interval_rather_than_a_narrow_one(alike):
    found = estimate_mean(alike, 0.9)
    assert found.value == pytest.approx(3.7) and np.isnan(found[1:]).all()
    difference = compare_means(alike, [1.0, 2.0, 3.0], 0.9)
    assert difference.value == pytest.approx(1.7) and np.isnan(difference[1:]).all()
    assert np.isnan(compare_means([], [1.0, 2.0], 0.9)).all()


def test_superiority_is_that_of_mann_and_whitney():
    first, second = np.array([2, 5, 3]), np.array([4, 1, 6])
    u = stats.mannwhitneyu(np.repeat(range(3), first), np.repeat(range(3), second)).statistic
    found = compare_ranks(first, second, 0.9)
    assert found.value == pytest.approx(u / (10 * 11))
    mirrored = compare_ranks(second, first, 0.9)
    assert mirrored == pytest.approx((1 - found.value, 1 - found.high, 1 - found.low))


def test_groups_that_do_not_overlap_still_have_an_interval():
    value, low, high = compare_ranks([0, 5], [5, 0], 0.9)
    assert (value, high) == (1.0, 1.0)
    assert 0.5 < low < 0.95
    assert compare_ranks([0, 30], [77, 0], 0.9).low > low
    assert np.isnan(compare_ranks([0, 0], [1, 1], 0.9)).all()


def test_people_whose_cycles_are_alike_count_as_fewer():
    assert design_effect([0, 4, 0, 4], [4, 4, 4, 4]) == pytest.approx(16 / 3)
    assert design_effect([1, 1, 1, 1], [4, 4, 4, 4]) == 1.0
    assert design_effect([0, 0], [4, 4]) == design_effect([2], [4]) == 1.0
    plain, clustered = (estimate_share(8, 16, 0.9, effect=each) for each in (1.0, 16 / 3))
    assert clustered.low < plain.low and clustered.high > plain.high


def simulate(rng, chance, concentration, people):
    """Draw cycles and events of people who differ in how often it happens to them."""
    own = rng.beta(chance * concentration, (1 - chance) * concentration, people)
    cycles = rng.integers(1, 9, people)
    return rng.binomial(cycles, own), cycles


@pytest.mark.parametrize(
    ("chance", "concentration", "people"),
    [(0.02, 1e6, 300), (0.1, 1e6, 30), (0.1, 5.0, 60), (0.3, 2.0, 30)],
)
def test_intervals_of_shares_hold_the_truth_as_often_as_they_claim(chance, concentration, people):
    rng = np.random.default_rng(2)
    held = 0
    for _ in range(RUNS):
        events, cycles = simulate(rng, chance, concentration, people)
        effect = design_effect(events, cycles)
        found = estimate_share(events.sum(), cycles.sum(), LEVEL, effect=effect)
        held += found.low <= chance <= found.high
    assert held / RUNS >= LEAST


@pytest.mark.parametrize(
    ("first", "second", "concentration"), [(0.05, 0.05, 1e6), (0.02, 0.06, 1e6), (0.2, 0.1, 3.0)]
)
def test_intervals_of_ratios_hold_the_truth_as_often_as_they_claim(first, second, concentration):
    rng = np.random.default_rng(3)
    held = []
    for _ in range(RUNS):
        (a, n), (b, m) = (simulate(rng, each, concentration, 50) for each in (first, second))
        effect = max(design_effect(a, n), design_effect(b, m))
        found = compare_rates((a.sum(), n.sum()), (b.sum(), m.sum()), LEVEL, effect=effect)
        if np.isfinite(found.low):
            held.append(found.low <= first / second <= found.high)
    assert len(held) > 0.8 * RUNS
    assert np.mean(held) >= LEAST


@pytest.mark.parametrize(
    ("first", "second", "n", "m"),
    [
        ([0.3, 0.4, 0.3], [0.3, 0.4, 0.3], 6, 8),
        ([0.3, 0.4, 0.3], [0.1, 0.4, 0.5], 30, 77),
        ([0.9, 0.1, 0.0], [0.0, 0.1, 0.9], 30, 77),
    ],
)
def test_intervals_of_superiority_hold_the_truth_as_often_as_they_claim(first, second, n, m):
    rng = np.random.default_rng(4)
    truth = float((np.array(first) * (np.cumsum(second) - np.array(second) / 2)).sum())
    held = 0
    for _ in range(RUNS):
        found = compare_ranks(rng.multinomial(n, first), rng.multinomial(m, second), LEVEL)
        held += found.low <= truth <= found.high
    assert held / RUNS >= LEAST
