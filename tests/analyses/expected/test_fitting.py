from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from workbench.analyses.expected import fitting
from workbench.analyses.expected.counterfactual import residuals_from
from workbench.analyses.expected.fitting import fit_counterfactual, leave_people_out
from workbench.analyses.expected.histories import build_histories

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


@pytest.fixture
def thousands_of_raters(monkeypatch):
    """Take the way for thousands of raters with a few, so that it can be held to the exact one."""
    monkeypatch.setattr(fitting, "_FEW_RATERS", 0)


def test_the_way_for_thousands_of_raters_agrees_with_the_exact_one(request):
    output, _ = company(people=1200, severity=0.4, raters=60)
    histories, _ = build_histories(output, NOBODY)
    exact = fit_counterfactual(histories)
    request.getfixturevalue("thousands_of_raters")
    nearly = fit_counterfactual(histories)
    assert nearly.severity_covariance.shape == (60,)
    assert np.allclose(nearly.coefficients, exact.coefficients, atol=1e-3)
    assert np.allclose(nearly.severities, exact.severities, atol=5e-3)
    assert np.allclose(nearly.covariance, exact.covariance, atol=1e-3)
    # What is left out is of the third order; and the mean of all raters, which nothing tells from
    # the cycles. Among thousands of raters it is next to nothing.
    left_out = exact.severity_variance / 60
    known = np.diag(exact.severity_covariance) - left_out
    assert nearly.severity_covariance == pytest.approx(known, rel=0.05)


def test_leaving_people_out_with_thousands_of_raters(thousands_of_raters):
    output, _ = company(people=80, severity=0.3, raters=8)
    histories, _ = build_histories(output, NOBODY)
    model = fit_counterfactual(histories)
    folds = np.arange(80) % 2
    for fold, without in leave_people_out(histories, model, folds):
        unseen = replace(histories, untreated=histories.untreated & (folds != fold)[:, None])
        alone = dict(leave_people_out(unseen, model, (folds == fold).astype(int)))[1]
        assert np.allclose(without.severities, alone.severities, atol=1e-6)


def test_an_even_choice_of_people_is_enough_to_learn_from(monkeypatch):
    output, effect = company(people=4000, severity=0.4)
    histories, _ = build_histories(output, NOBODY)
    everyone = fit_counterfactual(histories)
    monkeypatch.setattr(fitting, "_LEARN_FROM", 1000)
    some = fit_counterfactual(histories)
    assert np.allclose(some.covariance, everyone.covariance, atol=0.08)
    # Severities come from all people all the same.
    assert np.corrcoef(some.severities, effect)[0, 1] > 0.98
    assert not np.array_equal(some.covariance, everyone.covariance)


def test_the_order_of_raters_ids_does_not_matter():
    output, _ = company(people=300, severity=0.4)
    histories, _ = build_histories(output, NOBODY)
    renamed, _ = build_histories(output.assign(rater_id=-output["rater_id"]), NOBODY)
    one, other = fit_counterfactual(histories), fit_counterfactual(renamed)
    assert np.allclose(one.severities, other.severities[::-1], atol=1e-8)
