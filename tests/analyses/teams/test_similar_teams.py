import numpy as np
import pytest

from workbench.analyses.teams.similar_teams import fit_around, fit_line
from workbench.analyses.teams.team_levels import Window
from workbench.settings import Settings

FOUR = Settings(min_similar_teams=4)
BEFORE, AFTER = np.array([0.0, 1.0, 2.0, 3.0]), np.array([0.1, 0.4, 1.1, 1.4])
ONE_CYCLE = np.zeros(4, dtype=np.int64)


def test_the_line_by_hand():
    line = fit_line(ONE_CYCLE, BEFORE, AFTER)
    # Slope 2.3 / 5 = 0.46 around (1.5, 0.75), residuals .04 -.12 .12 -.04: variance .032 / 2.
    assert (line.slope, line.variance) == (pytest.approx(0.46), pytest.approx(0.016))
    found = line.compare(0, 2.0, 0.0, FOUR)
    assert found.effect == pytest.approx(-0.98)
    # Error sqrt(.016 * (1 + 1/4 + .25/5)) = 0.14422, t with 2 degrees of freedom.
    assert found.high - found.effect == pytest.approx(2.92 * 0.14422, abs=1e-4)
    assert found.p_value == pytest.approx(0.0210, abs=1e-4)
    assert (found.n_similar, found.outside, found.why_not) == (4, False, "")


def test_a_share_keeps_its_p_value_and_may_have_fallen_further():
    before, after = np.array([0.9, 0.95, 0.95, 1.0]), np.array([0.92, 1.0, 0.93, 0.98])
    line = fit_line(ONE_CYCLE, before, after)
    plain, share = (line.compare(0, 0.95, 0.8, FOUR, cases=each) for each in (np.nan, 20.0))
    assert (share.effect, share.p_value) == (plain.effect, plain.p_value)
    assert share.low < plain.low
    # A share of very many scatters no more than it did.
    many = line.compare(0, 0.95, 0.8, FOUR, cases=1e12)
    assert (many.low, many.high) == (pytest.approx(plain.low), pytest.approx(plain.high))


def test_cycles_share_the_slope_and_have_levels_of_their_own():
    line = fit_line(np.repeat([2, 5], 4), np.tile(BEFORE, 2), np.concatenate([AFTER, AFTER + 10.0]))
    assert line.slope == pytest.approx(0.46)
    assert line.freedom == 8 - 2 - 1
    assert line.compare(2, 2.0, 0.98, FOUR).effect == pytest.approx(0.0)
    assert line.compare(5, 2.0, 10.98, FOUR).effect == pytest.approx(0.0)


def test_few_in_the_same_cycle_say_nothing_however_many_there_are_in_others():
    line = fit_line(np.repeat([2, 5], [4, 3]), np.arange(7.0), np.sin(np.arange(7.0)))
    few = line.compare(5, 2.0, 0.0, FOUR)
    assert (few.why_not, few.n_similar) == ("few", 3)
    assert np.isnan(few.effect)
    assert line.compare(3, 2.0, 0.0, FOUR).n_similar == 0


def test_no_scatter_says_nothing():
    assert fit_line(ONE_CYCLE, BEFORE, 0.5 * BEFORE).compare(0, 2.0, 0.0, FOUR).why_not == "even"


def test_without_a_slope_only_the_level_that_all_started_from_can_be_compared():
    line = fit_line(ONE_CYCLE, np.ones(4), AFTER)
    assert line.slope == 0
    assert line.compare(0, 2.0, 0.0, FOUR).why_not == "outside"
    assert line.compare(0, 1.0, 0.0, FOUR).effect == pytest.approx(-0.75)


def test_a_level_that_none_started_from_is_compared_and_said():
    found = fit_line(ONE_CYCLE, BEFORE, AFTER).compare(0, 4.0, 0.0, FOUR)
    assert found.outside and found.effect < 0


def test_a_line_is_fitted_around_every_cycle_around_which_the_window_fits():
    asked = []

    def take(window):
        asked.append(window.start)
        return BEFORE, AFTER + window.start

    line = fit_around(Window(start=2, since=2, before=1, after=2), 6, take)
    assert asked == line.start.tolist() == [1, 2, 3, 4]
    assert line.compare(3, 2.0, 3.98, FOUR).effect == pytest.approx(0.0)
