import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import integrate, stats

from workbench.analyses.expected.discoveries import (
    adjust_p_values,
    shrink_effects,
    weighted_quantile,
    weighted_rank,
)


def test_benjamini_hochberg_with_storeys_share_by_hand():
    # Of ten, one lies above one half. With two assumed unseen that is (1 + 1 + 2) / (10 + 4) = 2/7,
    # and the share without effect (2/7 - 0.03) / (0.5 - 0.03).
    p_values = np.array([0.001, 0.9, 0.02, 0.03, 0.2, 0.04, 0.3, 0.4, 0.45, 0.5])
    q_values = adjust_p_values(p_values)
    # 0.001 * 10 / 1 = 0.01; 0.02 * 10 / 2 = 0.03 * 10 / 3 = 0.04 * 10 / 4 = 0.1; 0.2 * 10 / 5 = 0.4
    expected = np.array([0.01, 0.1, 0.1, 0.1, 0.4]) * (2 / 7 - 0.03) / 0.47
    assert q_values[[0, 2, 3, 5, 4]] == pytest.approx(expected)
    assert q_values[1] == 1.0


def test_without_a_large_p_value_the_share_is_still_above_zero():
    assert adjust_p_values(np.array([0.01] * 10)).tolist() == pytest.approx(
        [0.01 * (3 / 14 - 0.03) / 0.47] * 10
    )


def test_nobody_to_adjust_or_to_shrink():
    assert adjust_p_values(np.empty(0)).tolist() == []
    assert shrink_effects(np.empty(0), np.empty(0)).tolist() == []


@given(arrays(float, st.integers(1, 40), elements=st.floats(0.001, 1.0)))
def test_q_values_keep_the_order_and_never_lie_below_what_everyone_without_effect_would_get(p):
    q_values = adjust_p_values(p)
    order = np.argsort(p, kind="stable")
    assert (np.diff(q_values[order]) >= 0).all()
    above = (1 + int((p > 0.5).sum()) + 2) / (len(p) + 4)
    share = min(1.0, max(1 / len(p), (above - 0.03) / 0.47))
    plain = stats.false_discovery_control(p)
    small = p <= 0.5
    assert (q_values[small] >= share * plain[small] - 1e-12).all()
    assert (q_values[~small] == 1).all()


def test_ranks_and_quantiles_by_hand():
    among, weight = np.array([-2.0, -1.0, 0.0, 1.0]), np.array([1.0, 2.0, 3.0, 4.0])
    # Placebos at or below -1 weigh 3 of 10; the person adds 5 to both.
    assert weighted_rank(np.array([-1.0]), np.array([5.0]), among, weight) == pytest.approx(8 / 15)
    # The middles of the weights lie at 0.5, 2, 4.5, 8: half of ten is 1/7 of the way to 1.
    assert weighted_quantile(among, weight, np.array([0.5])) == pytest.approx(1 / 7)


def test_shrinking_brings_the_planted_effects_nearer():
    rng = np.random.default_rng(0)
    planted = np.where(rng.random(400) < 0.4, -rng.choice([0.5, 1.0, 1.5], 400), 0.0)
    se = rng.uniform(0.4, 0.7, 400)
    seen = planted + se * rng.normal(size=400)
    shrunken = shrink_effects(seen, se)
    assert np.sqrt(np.mean((shrunken - planted) ** 2)) < 0.75 * np.sqrt(
        np.mean((seen - planted) ** 2)
    )
    # The average of a posterior mean is the average of what is true.
    assert shrunken.mean() == pytest.approx(planted.mean(), abs=0.06)
    # Those picked out for being low are not exaggerated any more.
    lowest = np.argsort(seen)[:40]
    assert seen[lowest].mean() < planted[lowest].mean() - 0.15
    assert shrunken[lowest].mean() == pytest.approx(planted[lowest].mean(), abs=0.12)


def test_one_effect_alone_against_numerical_integration(monkeypatch):
    # One component of each kind: none, or anywhere between -2.4 and 0, or 0 and 2.4.
    monkeypatch.setattr("workbench.analyses.expected.discoveries._SIZES", 1)
    monkeypatch.setattr("workbench.analyses.expected.discoveries._ROUNDS", 0)
    monkeypatch.setattr("numpy.geomspace", lambda low, high, number: np.array([1.2]))
    effect, se = np.array([-2.0]), np.array([0.5])

    def density(size):
        return stats.norm.pdf(effect[0], size, se[0])

    sides = [(-2.4, 0.0), (0.0, 2.4)]
    mass = [integrate.quad(density, *side)[0] / 2.4 for side in sides]
    moment = [integrate.quad(lambda x: x * density(x), *side)[0] / 2.4 for side in sides]
    expected = sum(moment) / (sum(mass) + density(0.0))
    assert shrink_effects(effect, se) == pytest.approx([expected], rel=1e-6)


@given(
    arrays(float, st.integers(1, 30), elements=st.floats(-50, 50, allow_subnormal=False)),
    st.floats(0.05, 5),
)
def test_shrunken_effects_lie_between_none_and_the_farthest(effect, se):
    shrunken = shrink_effects(effect, np.full(len(effect), se))
    assert np.isfinite(shrunken).all()
    assert (np.abs(shrunken) <= 1.2 * np.abs(effect).max() + 1e-9).all()
