from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from workbench.analyses.counterfactual import (
    condition_on_past,
    estimate_shift,
    fit_structured_covariance,
    residuals_from,
)
from workbench.analyses.fitting import fit_counterfactual, leave_people_out
from workbench.analyses.histories import build_histories

NOBODY = pd.DataFrame({"person_id": [], "cycle": []})


def company(seed=0, people=600, cycles=6, person=0.6, noise=0.5, severity=0.0, raters=40):
    """People around a cycle level of 10 * cycle, with a rater each cycle."""
    rng = np.random.default_rng(seed)
    rater = rng.integers(0, raters, (people, cycles))
    effect = rng.normal(0, 1, raters) * severity
    score = 10.0 * np.arange(cycles) + person * rng.normal(size=(people, 1))
    score = score + noise * rng.normal(size=(people, cycles)) + effect[rater]
    who, when = np.nonzero(rng.random((people, cycles)) < 0.9)
    output = pd.DataFrame(
        {
            "person_id": who,
            "cycle": when,
            "technical_output": score[who, when],
            "rater_id": rater[who, when],
        }
    )
    return output, effect


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


def test_uncertain_raters_widen_the_shift():
    arguments = (np.array([[0.0, -1.0]]), np.ones((1, 2), bool), np.array([[[0.0], [1.0]]]))
    known = estimate_shift(*arguments, np.eye(2))
    unknown = estimate_shift(*arguments, np.eye(2), np.array([[[0.0, 0.0], [0.0, 3.0]]]))
    assert unknown.se[0, 0] == pytest.approx(2 * known.se[0, 0])


def test_structured_covariance_leaves_out_unknown_entries():
    lag = np.abs(np.subtract.outer(np.arange(5), np.arange(5)))
    covariance = 0.4 + 0.4 * 0.5**lag + 0.2 * (lag == 0)
    holes = covariance.copy()
    holes[0, 4] = holes[4, 0] = holes[1, 3] = np.nan
    assert np.allclose(fit_structured_covariance(holes), covariance)


def test_fit_finds_the_planted_company():
    output, effect = company(people=1500, severity=0.4)
    histories, _ = build_histories(output, NOBODY)
    model = fit_counterfactual(histories)
    in_units = model.covariance * histories.sd**2
    off_diagonal = in_units[~np.eye(len(in_units), dtype=bool)]
    assert off_diagonal.mean() == pytest.approx(0.36, abs=0.05)
    assert np.diag(in_units).mean() == pytest.approx(0.61, abs=0.05)
    assert np.corrcoef(model.severities, effect)[0, 1] > 0.97
    assert model.severity_variance * histories.sd**2 == pytest.approx(np.var(effect), rel=0.15)
    expected = model.coefficients * histories.sd + histories.centre
    assert np.diff(expected) == pytest.approx(np.full(5, 10.0), abs=0.1)


def test_few_people_get_the_structured_covariance():
    output, _ = company(people=60)
    histories, _ = build_histories(output, NOBODY)
    covariance = fit_counterfactual(histories).covariance
    for lag in range(1, len(covariance)):
        diagonal = np.diag(covariance, lag)
        assert np.allclose(diagonal, diagonal[0])


def test_leaving_people_out_equals_never_having_seen_them():
    output, _ = company(people=80, severity=0.3, raters=8)
    histories, _ = build_histories(output, NOBODY)
    model = fit_counterfactual(histories)
    folds = np.arange(80) % 4
    for fold, without in leave_people_out(histories, model, folds):
        unseen = replace(histories, untreated=histories.untreated & (folds != fold)[:, None])
        alone = dict(leave_people_out(unseen, model, (folds == fold).astype(int)))[1]
        assert np.allclose(without.coefficients, alone.coefficients)
        assert np.allclose(without.severities, alone.severities)
        assert np.allclose(without.severity_covariance, alone.severity_covariance)
        assert not np.allclose(without.coefficients, model.coefficients, atol=1e-6)


def test_residuals_take_off_cycle_and_rater():
    output, _ = company(people=1500, severity=0.4, person=0.0, noise=0.1)
    histories, _ = build_histories(output, NOBODY)
    residuals = residuals_from(histories, fit_counterfactual(histories), np.arange(1500))
    seen = histories.untreated
    assert residuals[seen].std() * histories.sd == pytest.approx(0.1, rel=0.1)
    assert (residuals[~seen] == 0).all()
