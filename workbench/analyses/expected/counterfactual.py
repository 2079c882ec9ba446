"""The counterfactual: what technical output would have been without the promotion.

What comes in is a grid of histories; what goes out is a Gaussian mixed model of the comparable
cells (company level of each cycle, first level, change of level, rater severity, and how one
person's cycles hang together), and what a person's earlier cycles say of the later ones with it.

Promotion depends on output that was seen. So cells after it can be treated as missing, and the
likelihood of the rest is all that is needed (Little and Rubin, Statistical Analysis with Missing
Data, chapter 11).
"""

from dataclasses import dataclass

import numpy as np
from scipy import optimize

from workbench.analyses.expected.histories import Bools, Floats, Histories, Ints

__all__ = [
    "Counterfactual",
    "Shift",
    "condition_on_past",
    "estimate_shift",
    "fit_structured_covariance",
    "mask_covariance",
    "residuals_from",
    "unknown_severity",
]

_SMALLEST_NOISE = 1e-3  # of the variance: cycles are never copies of each other
_RHOS = np.linspace(0.0, 0.95, 20)


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """The fitted model, in standard deviations of output; T cycles, R raters.

    Attributes
    ----------
    coefficients
        One a cycle, then first level and job family, then change of level.
    severities : (R,)
        How much each rater adds to what they rate, shrunk.
    severity_covariance : (R, R) or (R,)
        What remains unknown of them; of thousands of raters the variances alone.
    severity_variance
        Variance of severity among raters.
    covariance : (T, T)
        Of one person's cycles around what is expected of everyone.
    """

    coefficients: Floats
    severities: Floats
    severity_covariance: Floats
    severity_variance: float
    covariance: Floats


@dataclass(frozen=True, slots=True)
class Shift:
    """How far people lie from what their past says, one row a person.

    Attributes
    ----------
    effect, se : (n, k)
        Size of each of the k shapes of shift, and its standard error under the model.
    covariance : (n, k, k)
        Of the effects.
    length : (n,)
        Squared Mahalanobis length of the residuals before.
    """

    effect: Floats
    se: Floats
    covariance: Floats
    length: Floats


def residuals_from(
    histories: Histories, model: Counterfactual, people: Ints, *, of: Floats | None = None
) -> Floats:
    """Give output minus what is expected of anyone in that cycle, level and with that rater.

    Parameters
    ----------
    histories, model
        The grid and the fit.
    people
        Rows of the grid.
    of
        What the expectation is taken from, (N, T); output by default.

    Returns
    -------
    ndarray (n, T)
        Zero where output is missing; what uses it masks those cells.
    """
    score = histories.score if of is None else of
    n_cycles, n_person = len(histories.cycles), histories.person_design.shape[1]
    b = model.coefficients
    by_person = histories.person_design[people] @ b[n_cycles : n_cycles + n_person]
    expected = b[:n_cycles] + by_person[:, None]
    if histories.level_change.shape[1]:
        expected = expected + histories.level_change[people] * b[-1]
    if histories.n_raters:
        rater = histories.rater[people]
        expected = expected + np.where(rater >= 0, model.severities[rater], 0.0)
    return np.nan_to_num(score[people] - expected)


def estimate_shift(
    residuals: Floats, seen: Bools, shapes: Floats, covariance: Floats, extra: Floats | None = None
) -> Shift:
    """Estimate by generalized least squares how far people moved away from their own past.

    The cells in which a shape is not zero are those after; the other seen cells are those before.
    With one shape that is 1 after the promotion, this is the constant shift of the later cells,
    given the earlier ones, under the Gaussian model.

    Parameters
    ----------
    residuals : (n, T)
        From `residuals_from`.
    seen : (n, T)
        The cells to use, before and after.
    shapes : (n, T, k)
        The shapes of shift; zero in the cells before.
    covariance : (T, T)
        Of a person's cycles.
    extra : (n, T, T), optional
        What is unknown of the raters, as a covariance of the cells. It widens the error of the
        prediction and leaves the prediction as it is: a rater who stays is wrong before and after
        alike, one who is new is not.

    Returns
    -------
    Shift

    Examples
    --------
    Two independent cycles of variance 1, one before and two units lower after: a shift of -2.

    >>> shift = estimate_shift(np.array([[0.0, -2.0]]), np.array([[True, True]]),
    ...                        np.array([[[0.0], [1.0]]]), np.eye(2))
    >>> shift.effect.tolist(), shift.se.tolist()
    ([[-2.0]], [[1.0]])
    """
    after = seen & (shapes != 0).any(axis=2)
    before = seen & ~after
    shared = np.where(before[:, :, None] & after[:, None, :], covariance, 0.0)
    known = np.where(before, residuals, 0.0)
    solved = np.linalg.solve(
        mask_covariance(covariance, before), np.concatenate([shared, known[:, :, None]], axis=2)
    )
    carried, length = solved[:, :, :-1], np.einsum("nt,nt->n", solved[:, :, -1], known)
    # Each row takes from a cell after what the cells before say of it.
    surprise = after[:, :, None] * np.eye(len(covariance)) - carried.transpose(0, 2, 1)
    total = covariance if extra is None else covariance + extra
    spread = surprise @ total @ surprise.transpose(0, 2, 1)
    spread = np.where(after[:, :, None] & after[:, None, :], spread, np.eye(len(covariance)))
    weighted = np.linalg.solve(spread, np.where(after[:, :, None], shapes, 0.0))
    information = np.einsum("ntk,ntl->nkl", shapes, weighted)
    precision = np.linalg.inv(information)
    moved = np.einsum("ntu,nu->nt", surprise, np.where(seen, residuals, 0.0))
    effect = np.einsum("nkl,ntl,nt->nk", precision, weighted, moved)
    se = np.sqrt(np.einsum("nkk->nk", precision))
    return Shift(effect, se, precision, np.maximum(length, 0.0))


def condition_on_past(
    residuals: Floats, seen: Bools, cycle: Ints, covariance: Floats
) -> tuple[Floats, Floats, Floats]:
    """Predict one cell from the seen ones.

    Parameters
    ----------
    residuals : (n, T)
        From `residuals_from`.
    seen : (n, T)
        Cells to predict from; `cycle` itself must not be among them.
    cycle : (n,)
        Column to predict.
    covariance : (T, T)
        Of a person's cycles.

    Returns
    -------
    tuple of ndarray (n,)
        Mean and variance of the cell, and the squared Mahalanobis length of the seen residuals.

    Examples
    --------
    >>> covariance = np.array([[1.0, 0.5], [0.5, 1.0]])
    >>> mean, variance, length = condition_on_past(
    ...     np.array([[2.0, 0.0]]), np.array([[True, False]]), np.array([1]), covariance)
    >>> float(mean[0]), float(variance[0]), float(length[0])
    (1.0, 0.75, 4.0)
    """
    known = np.where(seen, residuals, 0.0)
    towards = np.where(seen, covariance[cycle], 0.0)
    solved = np.linalg.solve(mask_covariance(covariance, seen), np.stack([towards, known], axis=2))
    mean = np.einsum("nt,nt->n", solved[:, :, 0], known)
    variance = covariance[cycle, cycle] - np.einsum("nt,nt->n", solved[:, :, 0], towards)
    length = np.einsum("nt,nt->n", solved[:, :, 1], known)
    return mean, np.maximum(variance, 0.0), np.maximum(length, 0.0)


def fit_structured_covariance(covariance: Floats, weights: Floats | None = None) -> Floats:
    """Fit person + AR(1) + noise to the average covariance at each lag.

    Parameters
    ----------
    covariance : (T, T)
        What to fit; NaN where nothing is known.
    weights : (T, T), optional
        How much each entry is known; equal by default.

    Returns
    -------
    ndarray (T, T)

    Examples
    --------
    >>> ar = 0.5 ** np.abs(np.subtract.outer(np.arange(4), np.arange(4)))
    >>> covariance = 0.4 + 0.3 * ar + 0.3 * np.eye(4)
    >>> bool(np.allclose(fit_structured_covariance(covariance), covariance))
    True
    """
    size = len(covariance)
    lag = np.abs(np.subtract.outer(np.arange(size), np.arange(size)))
    known = np.isfinite(covariance)
    weight = np.where(known, 1.0 if weights is None else weights, 0.0)
    by_lag = np.bincount(lag.ravel(), weight.ravel(), minlength=size)
    total = np.bincount(lag.ravel(), (weight * np.where(known, covariance, 0.0)).ravel())
    mean = total / np.maximum(by_lag, 1e-12)
    root = np.sqrt(by_lag / max(by_lag.sum(), 1e-12))
    lags = np.arange(size)
    best, parts, best_rho = np.inf, np.zeros(3), 0.0
    for rho in _RHOS:
        columns = np.column_stack([np.ones(size), rho**lags, lags == 0])
        found, distance = optimize.nnls(columns * root[:, None], mean * root)
        if distance < best - 1e-12:
            best, parts, best_rho = distance, found, float(rho)
    person, wandering, noise = parts
    floor = _SMALLEST_NOISE * max(float(mean[0]), 1e-6)
    structured: Floats = person + wandering * best_rho**lag + max(noise, floor) * np.eye(size)
    return structured


def mask_covariance(covariance: Floats, seen: Bools) -> Floats:
    """Replace rows and columns of cells not seen by the identity's, so that all share a size.

    Examples
    --------
    >>> mask_covariance(np.full((2, 2), 0.5), np.array([[True, False]])).tolist()
    [[[0.5, 0.0], [0.0, 1.0]]]
    """
    both = seen[:, :, None] & seen[:, None, :]
    return np.where(both, covariance, np.eye(len(covariance)))


def unknown_severity(model: Counterfactual, rater: Ints, rated: Bools) -> Floats:
    """Give what remains unknown of the raters of some cells, as a covariance of the cells.

    Parameters
    ----------
    model
        The fit.
    rater, rated : (n, T)
        Codes, and the cells in which they count.

    Returns
    -------
    ndarray (n, T, T)
        Zero where one of the two cells does not count.
    """
    one, other = rater[:, :, None], rater[:, None, :]
    both = rated[:, :, None] & rated[:, None, :]
    if model.severity_covariance.ndim == 1:
        return np.where(both & (one == other), model.severity_covariance[rater][:, :, None], 0.0)
    return np.where(both, model.severity_covariance[one, other], 0.0)
