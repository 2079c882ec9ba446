from dataclasses import replace

import numpy as np
import pytest

from workbench.analyses.expected.counterfactual import (
    Counterfactual,
    condition_on_past,
    estimate_shift,
    fit_structured_covariance,
    unknown_severity,
)


def test_conditional_mean_of_three_cells_by_hand():
    # Cells 0 and 1 are known to be 1 and 3. With S the matrix below, the weights of the third cell
    # solve [[2, 1], [1, 2]] w = [1, 1], so w = (1/3, 1/3), mean 4/3 and variance 2 - 2/3.
    covariance = np.array([[2.0, 1.0, 1.0], [1.0, 2.0, 1.0], [1.0, 1.0, 2.0]])
    mean, variance, length = condition_on_past(
        np.array([[1.0, 3.0, 99.0]]), np.array([[True, True, False]]), np.array([2]), covariance
    )
    assert mean[0] == pytest.approx(4 / 3)
    assert variance[0] == pytest.approx(4 / 3)
    # (1, 3) S^-1 (1, 3)' with S^-1 = [[2, -1], [-1, 2]] / 3
    assert length[0] == pytest.approx((2 * 1 - 2 * 3 + 2 * 9) / 3)


def test_missing_cells_do_not_matter_for_the_prediction():
    covariance = 0.5 + 0.5 * np.eye(4)
    seen = np.array([[True, False, True, False]])
    given = [
        condition_on_past(np.array([[1.0, fill, 2.0, fill]]), seen, np.array([3]), covariance)
        for fill in (0.0, 1e6)
    ]
    assert np.allclose(given[0], given[1])


def test_shift_by_hand():
    # One cell before (0), two after (-1, -3); S = I + 1 (every pair shares 1).
    # Given the first cell, the later two have mean 0 and covariance [[1.5, .5], [.5, 1.5]], which
    # weighs them alike: the shift is -2 with variance (1.5 + .5) / 2 = 1.
    shift = estimate_shift(
        np.array([[0.0, -1.0, -3.0]]),
        np.ones((1, 3), dtype=bool),
        np.array([[[0.0], [1.0], [1.0]]]),
        np.eye(3) + 1.0,
    )
    assert shift.effect[0, 0] == pytest.approx(-2.0)
    assert shift.se[0, 0] == pytest.approx(1.0)


def test_shift_takes_off_what_the_past_predicts():
    # The cell before is 2 and half of it carries over: an unchanged person is expected at 1.
    covariance = np.array([[1.0, 0.5], [0.5, 1.0]])
    shift = estimate_shift(
        np.array([[2.0, 0.0]]), np.ones((1, 2), bool), np.array([[[0.0], [1.0]]]), covariance
    )
    assert shift.effect[0, 0] == pytest.approx(-1.0)
    assert shift.se[0, 0] == pytest.approx(np.sqrt(0.75))
    assert shift.length[0] == pytest.approx(4.0)


def test_uncertain_raters_widen_the_shift():
    arguments = (np.array([[0.0, -1.0]]), np.ones((1, 2), bool), np.array([[[0.0], [1.0]]]))
    known = estimate_shift(*arguments, np.eye(2))
    unknown = estimate_shift(*arguments, np.eye(2), np.array([[[0.0, 0.0], [0.0, 3.0]]]))
    assert unknown.se[0, 0] == pytest.approx(2 * known.se[0, 0])


def test_a_rater_who_stays_widens_less_than_one_who_is_new():
    # Half of the cell before carries over, so the surprise is y1 - y0 / 2, of variance 3/4. A rater
    # off by an unknown amount of variance 0.2 in both cells leaves half of it in the surprise; two
    # such raters, unknown independently, leave all of the new one and half of the old one.
    covariance = np.array([[1.0, 0.5], [0.5, 1.0]])
    arguments = (np.array([[0.0, -1.0]]), np.ones((1, 2), bool), np.array([[[0.0], [1.0]]]))
    stays = estimate_shift(*arguments, covariance, np.full((1, 2, 2), 0.2))
    new = estimate_shift(*arguments, covariance, 0.2 * np.eye(2)[None])
    assert stays.se[0, 0] ** 2 == pytest.approx(0.75 + 0.2 / 4)
    assert new.se[0, 0] ** 2 == pytest.approx(0.75 + 0.2 + 0.2 / 4)
    assert stays.effect == pytest.approx(new.effect)


def test_structured_covariance_leaves_out_unknown_entries():
    lag = np.abs(np.subtract.outer(np.arange(5), np.arange(5)))
    covariance = 0.4 + 0.4 * 0.5**lag + 0.2 * (lag == 0)
    holes = covariance.copy()
    holes[0, 4] = holes[4, 0] = holes[1, 3] = np.nan
    assert np.allclose(fit_structured_covariance(holes), covariance)


def test_unknown_raters_count_in_the_cells_that_they_rated():
    model = Counterfactual(
        coefficients=np.zeros(2),
        severities=np.zeros(2),
        severity_covariance=np.array([[0.3, 0.1], [0.1, 0.2]]),
        severity_variance=0.4,
        covariance=np.eye(3),
    )
    rater, rated = np.array([[0, 1, 1]]), np.array([[True, True, False]])
    expected = [[[0.3, 0.1, 0.0], [0.1, 0.2, 0.0], [0.0, 0.0, 0.0]]]
    assert unknown_severity(model, rater, rated).tolist() == expected
    # With variances alone, raters are taken to be unknown independently of each other.
    alone = replace(model, severity_covariance=np.array([0.3, 0.2]))
    expected = [[[0.3, 0.0, 0.0], [0.0, 0.2, 0.0], [0.0, 0.0, 0.0]]]
    assert unknown_severity(alone, rater, rated).tolist() == expected
