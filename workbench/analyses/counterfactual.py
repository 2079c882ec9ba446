"""The counterfactual: what technical output would have been without the promotion.

What comes in is a grid of histories; what goes out is a Gaussian mixed model of the comparable
cells (company level of each cycle, first level, change of level, rater severity, and how one
person's cycles hang together), and what a person's earlier cycles say of the later ones with it.

Promotion depends on output that was seen. So cells after it can be treated as missing, and the
likelihood of the rest is all that is needed (Little and Rubin, Statistical Analysis with Missing
Data, chapter 11). Sums run over blocks of people, so that memory stays bounded.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from scipy import linalg, optimize

from workbench.analyses.histories import Bools, Floats, Histories, Ints

__all__ = [
    "Counterfactual",
    "Shift",
    "condition_on_past",
    "estimate_shift",
    "fit_counterfactual",
    "fit_structured_covariance",
    "leave_people_out",
    "residuals_from",
]

_ROUNDS = 8  # of EM; more change the flags no further
_BLOCK = 2048  # people at a time
_SHRINKAGE = 0.3  # weight of the structured covariance in every round
_MIN_PEOPLE = 250  # below which the structured covariance stands alone
_MIN_PAIRS = 120  # people behind an average covariance, below which the same holds
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
    severity_covariance : (R, R)
        What remains unknown of them.
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
    """

    effect: Floats
    se: Floats
    covariance: Floats


@dataclass(frozen=True, slots=True)
class _Equations:
    """Henderson's mixed-model equations without the ridge on the raters, and moments of the rest.

    `left` and `right` are over (coefficients, severities); `moment` is the sum over people of
    w w' - W, with W the inverse covariance of the seen cells and w = W times the residuals.
    """

    left: Floats
    right: Floats
    moment: Floats


def fit_counterfactual(histories: Histories, *, rounds: int = _ROUNDS) -> Counterfactual:
    """Fit the model to the comparable cells by EM.

    Parameters
    ----------
    histories
        The grid; at least a few people with comparable cells.
    rounds
        Rounds of EM.

    Returns
    -------
    Counterfactual
    """
    seen = histories.untreated
    people = np.flatnonzero(seen.any(axis=1))
    structured_only = _too_few_for_unstructured(seen[people])
    width = len(histories.cycles) + histories.person_design.shape[1]
    width += int(histories.level_change.shape[1] > 0)
    model = Counterfactual(
        coefficients=np.zeros(width),
        severities=np.zeros(histories.n_raters),
        severity_covariance=np.zeros((histories.n_raters, histories.n_raters)),
        severity_variance=0.1,
        covariance=_starting_covariance(histories, people),
    )
    for step in range(rounds + 2):
        equations = _sum_equations(histories, model, people)
        fitted = _solve(equations, model, width)
        if 0 < step <= rounds:
            # Residuals come from the coefficients of the round before, which hardly move after
            # the first; in exchange the people are passed over once a round.
            covariance = _next_covariance(
                model.covariance, equations.moment / len(people), structured_only
            )
            fitted = replace(
                fitted,
                covariance=covariance,
                severity_variance=_next_severity_variance(histories, fitted),
            )
        model = fitted
    return model


def leave_people_out(
    histories: Histories, model: Counterfactual, folds: Ints
) -> Iterator[tuple[int, Counterfactual]]:
    """Give, for each fold, coefficients and severities that its people had no part in.

    Parameters
    ----------
    histories
        The grid.
    model
        The fit to everyone; its covariance and severity variance are kept.
    folds
        Fold of each person of the grid.

    Yields
    ------
    tuple of int and Counterfactual
    """
    width = len(model.coefficients)
    everyone = np.flatnonzero(histories.untreated.any(axis=1))
    total = _sum_equations(histories, model, everyone)
    for fold in np.unique(folds).tolist():
        part = _sum_equations(histories, model, everyone[folds[everyone] == fold])
        rest = _Equations(total.left - part.left, total.right - part.right, total.moment)
        yield fold, _solve(rest, model, width)


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

    With one shape that is 1 after the promotion and 0 before, this is the constant shift of the
    later cells, given the earlier ones, under the Gaussian model.

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
        Added to the covariance, such as what is unknown of the raters.

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
    masked = _masked(covariance, seen)
    if extra is not None:
        masked = masked + np.where(seen[:, :, None] & seen[:, None, :], extra, 0.0)
    weighted = np.linalg.solve(masked, np.where(seen[:, :, None], shapes, 0.0))
    information = np.einsum("ntk,ntl->nkl", shapes, weighted)
    precision = np.linalg.inv(information)
    score = np.einsum("ntk,nt->nk", weighted, np.where(seen, residuals, 0.0))
    effect = np.einsum("nkl,nl->nk", precision, score)
    se = np.sqrt(np.einsum("nkk->nk", precision))
    return Shift(effect, se, precision)


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
    solved = np.linalg.solve(_masked(covariance, seen), np.stack([towards, known], axis=2))
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


def _masked(covariance: Floats, seen: Bools) -> Floats:
    """Replace rows and columns of cells not seen by the identity's, so that all share a size."""
    both = seen[:, :, None] & seen[:, None, :]
    return np.where(both, covariance, np.eye(len(covariance)))


def _too_few_for_unstructured(seen: Bools) -> bool:
    """Say whether the cells are too few to learn the covariance of each pair of cycles."""
    cells = seen.sum(axis=1)
    size = seen.shape[1]
    pairs = float((cells * (cells + 1) / 2).sum()) / (size * (size + 1) / 2)
    return len(seen) < _MIN_PEOPLE or pairs < _MIN_PAIRS


def _starting_covariance(histories: Histories, people: Ints) -> Floats:
    """Start from the pairs of cycles in which the same people were seen."""
    seen = histories.untreated[people]
    counts = seen.sum(axis=0)
    values = np.where(seen, histories.score[people], 0.0)
    values = np.where(seen, values - values.sum(axis=0) / np.maximum(counts, 1), 0.0)
    pairs = seen.astype(float).T @ seen.astype(float)
    moments = np.where(pairs > 0, values.T @ values / np.maximum(pairs, 1.0), np.nan)
    return fit_structured_covariance(moments, pairs)


def _blocks(seen: Bools, people: Ints) -> Iterator[tuple[Ints, Bools, Ints]]:
    """Give people in blocks, with the distinct patterns of seen cells and who has which."""
    packed = np.packbits(seen[people], axis=1)
    keys = np.ascontiguousarray(packed).view(np.dtype((np.void, packed.shape[1]))).ravel()
    # People with equal patterns stand together, so that a pattern is inverted about once.
    people = people[np.argsort(keys, kind="stable")]
    for first in range(0, len(people), _BLOCK):
        block = people[first : first + _BLOCK]
        packed = np.packbits(seen[block], axis=1)
        _, example, pattern = np.unique(packed, axis=0, return_index=True, return_inverse=True)
        yield block, seen[block][example], pattern.ravel()


def _sum_equations(histories: Histories, model: Counterfactual, people: Ints) -> _Equations:
    """Add up the mixed-model equations and the moments of the residuals over people."""
    n_cycles, n_raters = len(histories.cycles), histories.n_raters
    width = len(model.coefficients)
    left = np.zeros((width + n_raters, width + n_raters))
    right = np.zeros(width + n_raters)
    moment = np.zeros((n_cycles, n_cycles))
    for block, patterns, pattern in _blocks(histories.untreated, people):
        inverse = np.linalg.inv(_masked(model.covariance, patterns))
        inverse *= patterns[:, :, None] & patterns[:, None, :]
        weight = inverse[pattern]
        seen = patterns[pattern]
        design = _design_of(histories, block)
        score = np.where(seen, histories.score[block], 0.0)
        weighted = (weight @ design).reshape(-1, width)
        weighted_score = np.einsum("ntu,nu->nt", weight, score)
        left[:width, :width] += design.reshape(-1, width).T @ weighted
        right[:width] += weighted.T @ score.ravel()
        if n_raters:
            rater = np.where(seen & (histories.rater[block] >= 0), histories.rater[block], n_raters)
            left[width:, :width] += _sum_by_rater(rater.ravel(), weighted, n_raters)
            right[width:] += np.bincount(
                rater.ravel(), weighted_score.ravel(), minlength=n_raters + 1
            )[:n_raters]
            pair = rater[:, :, None] * (n_raters + 1) + rater[:, None, :]
            pairs = np.bincount(pair.ravel(), weight.ravel(), minlength=(n_raters + 1) ** 2)
            left[width:, width:] += pairs.reshape(n_raters + 1, -1)[:n_raters, :n_raters]
        residual = np.where(seen, residuals_from(histories, model, block), 0.0)
        pull = np.einsum("ntu,nu->nt", weight, residual)
        moment += pull.T @ pull
        moment -= np.tensordot(np.bincount(pattern, minlength=len(patterns)), inverse, axes=1)
    left[:width, width:] = left[width:, :width].T
    return _Equations(left, right, moment)


def _sum_by_rater(rater: Ints, rows: Floats, n_raters: int) -> Floats:
    """Add up rows that share a rater; the last code stands for no rater and is dropped."""
    order = np.argsort(rater, kind="stable")
    codes, first = np.unique(rater[order], return_index=True)
    sums = np.add.reduceat(rows[order], first, axis=0)
    total = np.zeros((n_raters + 1, rows.shape[1]))
    total[codes] = sums
    return total[:n_raters]


def _design_of(histories: Histories, people: Ints) -> Floats:
    """Lay out the fixed part of the model for some people, (n, T, coefficients)."""
    n_cycles, n_person = len(histories.cycles), histories.person_design.shape[1]
    changes = int(histories.level_change.shape[1] > 0)
    design = np.zeros((len(people), n_cycles, n_cycles + n_person + changes))
    design[:, np.arange(n_cycles), np.arange(n_cycles)] = 1.0
    design[:, :, n_cycles : n_cycles + n_person] = histories.person_design[people][:, None, :]
    if changes:
        design[:, :, -1] = histories.level_change[people]
    return design


def _solve(equations: _Equations, model: Counterfactual, width: int) -> Counterfactual:
    """Solve the mixed-model equations for coefficients and severities."""
    left = equations.left.copy()
    diagonal = np.einsum("ii->i", left)
    # A cycle nobody was seen in, or a level that says the same as another, gets a zero.
    diagonal[:width] += 1e-8 * max(float(diagonal[:width].max(initial=0.0)), 1.0)
    diagonal[width:] += 1.0 / model.severity_variance
    factor = linalg.cho_factor(left, lower=True, check_finite=False)
    solution = linalg.cho_solve(factor, equations.right, check_finite=False)
    # The raters come last, so their block of the inverse needs their part of the factor only.
    unknown = factor[0][width:, width:]
    if len(unknown):
        lower = np.tril(linalg.lapack.dpotri(unknown, lower=1)[0])
        unknown = lower + np.tril(lower, -1).T
    return replace(
        model,
        coefficients=solution[:width],
        severities=solution[width:],
        severity_covariance=unknown,
    )


def _next_covariance(covariance: Floats, moment: Floats, structured_only: bool) -> Floats:
    """One EM step of the covariance, drawn towards person + AR(1) + noise."""
    unstructured = covariance + covariance @ moment @ covariance
    unstructured = (unstructured + unstructured.T) / 2
    structured = fit_structured_covariance(unstructured)
    if structured_only:
        return structured
    return (1 - _SHRINKAGE) * unstructured + _SHRINKAGE * structured


def _next_severity_variance(histories: Histories, fitted: Counterfactual) -> float:
    """One EM step of the variance of severity, over the raters of comparable cells."""
    if not histories.n_raters:
        return fitted.severity_variance
    rater = histories.rater[histories.untreated]
    known = np.unique(rater[rater >= 0])
    expected = fitted.severities[known] ** 2 + np.diag(fitted.severity_covariance)[known]
    return max(float(expected.mean()), 1e-4)
