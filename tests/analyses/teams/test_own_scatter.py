import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from workbench.analyses.teams.own_scatter import widen_interval

SHARES = st.floats(0.0, 1.0)


def test_a_fall_by_hand():
    # Expected .97, seen .9 of 20, 1.7^2 / 20 = .1445: the ends solve
    # 1.1445 x^2 - 2 (-.07 + .1445 * -.94 / 2) x + .07^2 - .08^2 = 0,
    # that is 1.1445 x^2 + .27583 x - .0015 = 0.
    low, high = widen_interval(-0.07, 0.08, quantile=1.7, expected=0.97, cases=20.0)
    assert low == pytest.approx(-(0.137915 + np.sqrt(0.137915**2 + 0.0017168)) / 1.1445, abs=1e-5)
    # Upwards, where less is left to chance, it stays what similar teams say.
    assert high == pytest.approx(0.01)


def test_with_binomial_scatter_alone_the_ends_of_a_fall_are_those_of_wilson():
    # Of 40 expected at .97, 30 stayed; Wilson's interval of 30 of 40 at 95 % is .5981 to .8581.
    reach = 1.959964 * np.sqrt(0.97 * 0.03 / 40)
    low, high = widen_interval(0.75 - 0.97, reach, quantile=1.959964, expected=0.97, cases=40.0)
    wilson = stats.binomtest(30, 40).proportion_ci(0.95, method="wilson")
    assert (0.97 + low, 0.97 + high) == (pytest.approx(wilson.low), pytest.approx(wilson.high))


def test_a_share_below_a_half_scatters_more_above():
    fell = widen_interval(-0.07, 0.08, quantile=1.7, expected=0.97, cases=20.0)
    rose = widen_interval(0.07, 0.08, quantile=1.7, expected=0.03, cases=20.0)
    assert rose == (pytest.approx(-fell[1]), pytest.approx(-fell[0]))


def test_a_rise_that_is_told_apart_is_so_still_where_a_few_cases_would_scatter_widely():
    # Of a change that is small beside what two cases scatter, only falls would be left.
    ends = widen_interval(0.02, 0.01, quantile=1.7, expected=0.98, cases=2.0)
    assert ends == (pytest.approx(0.01), pytest.approx(0.03))


def test_a_share_predicted_above_one_is_taken_for_one():
    ends = [widen_interval(-0.1, 0.08, quantile=1.7, expected=e, cases=20.0) for e in (1.0, 1.04)]
    assert ends[0] == ends[1]


@given(SHARES, SHARES, st.floats(1e-3, 0.5), st.floats(1.3, 12.0), st.integers(1, 500))
def test_it_never_narrows_and_never_takes_in_zero_nor_leaves_it_out(
    expected, after, reach, quantile, cases
):
    effect = after - expected
    low, high = widen_interval(effect, reach, quantile=quantile, expected=expected, cases=cases)
    assert low <= effect - reach and effect + reach <= high
    # At zero itself rounding decides.
    if abs(abs(effect) - reach) > 1e-9:
        assert (low <= 0 <= high) == (abs(effect) <= reach)


@pytest.mark.parametrize("fall", [0.0, 0.02, 0.06, 0.15, 0.25])
def test_intervals_hold_what_a_share_fell_by(fall):
    # Over teams of many sizes, as with one size a share moves in few steps; exact probabilities.
    held, alone = [], []
    for n in range(15, 36):
        reach = 1.645 * np.sqrt(0.97 * 0.03 / n)
        for stayed, chance in enumerate(stats.binom.pmf(np.arange(n + 1), n, 0.97 - fall)):
            effect = stayed / n - 0.97
            low, high = widen_interval(effect, reach, quantile=1.645, expected=0.97, cases=n)
            held.append(chance * (low <= -fall <= high))
            alone.append(chance * (abs(effect + fall) <= reach))
    assert 0.89 <= sum(held) / 21 <= 0.94
    # The scatter of teams that keep their people does not do.
    assert fall < 0.06 or sum(alone) / 21 < 0.7
