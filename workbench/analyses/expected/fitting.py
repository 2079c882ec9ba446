"""Fitting the counterfactual: expectation-maximization on the comparable cells.

What comes in is a grid of histories; what goes out is the fitted model. Each round sums the
mixed-model equations of Henderson (coefficients and rater severities) and the moments of the
residuals over blocks of people, so that memory stays bounded, and solves them: exactly where the
raters are few, by conjugate gradients where they are thousands.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import cast

import numpy as np
from scipy import linalg, sparse
from threadpoolctl import ThreadpoolController

from workbench.analyses.expected.counterfactual import (
    Counterfactual,
    fit_structured_covariance,
    mask_covariance,
    residuals_from,
)
from workbench.analyses.expected.histories import Bools, Floats, Histories, Ints

__all__ = ["fit_counterfactual", "leave_people_out"]

_ROUNDS = 6  # of EM; more change the flags no further
_BLOCK = 2048  # people at a time
_LEARN_FROM = 20_000  # people; more do not make the covariance any better known
_SHRINKAGE = 0.3  # weight of the structured covariance in every round
_MIN_PEOPLE = 250  # below which the structured covariance stands alone
_MIN_PAIRS = 120  # people behind an average covariance, below which the same holds
_FEW_RATERS = 1500  # up to which the equations are solved exactly
_PRECISION = 1e-8  # of the conjugate gradients, relative


@dataclass(frozen=True, slots=True)
class _Equations:
    """The mixed-model equations without the ridge on the raters; w coefficients, R raters.

    `fixed` (w, w), `cross` (R, w) and `pairs` (R, R) are the parts of the left side, `to_fixed` and
    `to_raters` those of the right side. `moment` (T, T) is the sum over people of w w' - W, with W
    the inverse covariance of the seen cells and w = W times the residuals.
    """

    fixed: Floats
    cross: Floats
    pairs: sparse.csr_array
    to_fixed: Floats
    to_raters: Floats
    moment: Floats

    def __add__(self, other: "_Equations") -> "_Equations":
        """Add the sums over other people."""
        return _Equations(
            self.fixed + other.fixed,
            self.cross + other.cross,
            sparse.csr_array(self.pairs + other.pairs),
            self.to_fixed + other.to_fixed,
            self.to_raters + other.to_raters,
            self.moment + other.moment,
        )


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
        Of more than 20,000 people an even choice says how cycles hang together; coefficients and
        severities always come from everyone.
    """
    seen = histories.untreated
    everyone = np.flatnonzero(seen.any(axis=1))
    people = everyone[:: -(-len(everyone) // _LEARN_FROM)]
    structured_only = _too_few_for_unstructured(seen[people])
    width = len(histories.cycles) + histories.person_design.shape[1]
    width += int(histories.level_change.shape[1] > 0)
    model = Counterfactual(
        coefficients=np.zeros(width),
        severities=np.zeros(histories.n_raters),
        severity_covariance=np.zeros((0, 0)),
        severity_variance=0.1,
        covariance=_starting_covariance(histories, people),
    )
    slots = _slots(histories)
    for step in range(rounds + 1):
        equations = _sum_equations(histories, model, slots, people)
        fitted = _solve(equations, model)
        if step:
            # Residuals come from the coefficients of the round before, which hardly move after
            # the first; in exchange the people are passed over once a round.
            covariance = _next_covariance(
                model.covariance, equations.moment / len(people), structured_only
            )
            fitted = replace(
                fitted,
                covariance=covariance,
                severity_variance=_next_severity_variance(histories, people, fitted),
            )
        model = fitted
    return _solve(_sum_equations(histories, model, slots, everyone), model)


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
    everyone = np.flatnonzero(histories.untreated.any(axis=1))
    names, slots = np.unique(folds).tolist(), _slots(histories)
    parts = [
        _sum_equations(histories, model, slots, everyone[folds[everyone] == fold]) for fold in names
    ]
    for left_out, fold in enumerate(names):
        kept = [part for each, part in enumerate(parts) if each != left_out]
        total = kept[0] if kept else _no_equations(histories, len(model.coefficients))
        for part in kept[1:]:
            total = total + part
        yield fold, _solve(total, model)


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


def _no_equations(histories: Histories, width: int) -> _Equations:
    """Start a sum."""
    n_raters, size = histories.n_raters, len(histories.cycles)
    return _Equations(
        np.zeros((width, width)),
        np.zeros((n_raters, width)),
        sparse.csr_array((n_raters, n_raters)),
        np.zeros(width),
        np.zeros(n_raters),
        np.zeros((size, size)),
    )


def _sum_equations(
    histories: Histories, model: Counterfactual, slots: Ints, people: Ints
) -> _Equations:
    """Add up the mixed-model equations and the moments of the residuals over people."""
    total = _no_equations(histories, len(model.coefficients))
    size = len(histories.cycles)
    for block, patterns, pattern in _blocks(histories.untreated, people):
        masked = mask_covariance(model.covariance, patterns)
        inverse = np.asarray(np.linalg.inv(masked), dtype=np.float64)
        inverse *= patterns[:, :, None] & patterns[:, None, :]
        weight, seen = inverse[pattern], patterns[pattern]
        rows = _weigh_design(histories, block, weight)
        score = np.where(seen, histories.score[block], 0.0)
        total.fixed[:size] += rows.sum(axis=0)
        total.fixed[size:] += _design_of_people(histories, block, rows)
        total.to_fixed[:] += np.einsum("ntw,nt->w", rows, score)
        if histories.n_raters:
            total = _with_raters(total, histories, slots, block, weight, rows, score)
        residual = np.where(seen, residuals_from(histories, model, block), 0.0)
        pull = np.einsum("ntu,nu->nt", weight, residual)
        total.moment[:] += pull.T @ pull
        total.moment[:] -= np.tensordot(
            np.bincount(pattern, minlength=len(patterns)), inverse, axes=1
        )
    return total


def _weigh_design(histories: Histories, people: Ints, weight: Floats) -> Floats:
    """Weigh the columns of the fixed part (cycles, person, change of level), (n, T, w)."""
    columns = [weight]
    if histories.person_design.shape[1]:
        columns.append(weight.sum(axis=2)[:, :, None] * histories.person_design[people][:, None, :])
    if histories.level_change.shape[1]:
        columns.append(weight @ histories.level_change[people][:, :, None])
    return np.concatenate(columns, axis=2)


def _design_of_people(histories: Histories, people: Ints, rows: Floats) -> Floats:
    """Multiply the weighted rows by the columns of person and change of level."""
    parts = [histories.person_design[people].T @ rows.sum(axis=1)]
    if histories.level_change.shape[1]:
        change = np.einsum("nt,ntw->w", histories.level_change[people], rows)
        parts.append(change[None, :])
    return np.concatenate(parts)


def _slots(histories: Histories) -> Ints:
    """Give the raters of each person numbers as they came; -1 where nobody rated."""
    rated = histories.untreated & (histories.rater >= 0)
    slots = np.full(rated.shape, -1, dtype=np.int64)
    for first in range(0, len(rated), _BLOCK):
        rater, known = histories.rater[first : first + _BLOCK], rated[first : first + _BLOCK]
        same = (rater[:, :, None] == rater[:, None, :]) & known[:, None, :]
        came = same.argmax(axis=2)
        new = known & (came == np.arange(rated.shape[1]))
        number = np.cumsum(new, axis=1) - 1
        slots[first : first + _BLOCK] = np.where(
            known, np.take_along_axis(number, came, axis=1), -1
        )
    return slots


def _with_raters(
    total: _Equations,
    histories: Histories,
    slots: Ints,
    people: Ints,
    weight: Floats,
    rows: Floats,
    score: Floats,
) -> _Equations:
    """Add the part of the raters, whose cells of one person are taken together first."""
    n_raters, size = histories.n_raters, len(histories.cycles)
    slot, rater = slots[people], histories.rater[people]
    person, column = np.nonzero(slot >= 0)
    place = slot[person, column]
    gather = np.zeros((len(people), int(slot.max(initial=-1)) + 1, size))
    gather[person, place, column] = 1.0
    who = np.full(gather.shape[:2], -1, dtype=np.int64)
    who[person, place] = rater[person, column]
    met = who >= 0
    of_raters = sparse.csr_array(
        (np.ones(int(met.sum())), (who[met], np.arange(int(met.sum())))),
        shape=(n_raters, int(met.sum())),
    )
    gathered = gather @ rows
    total.cross[:] += np.asarray(of_raters @ gathered[met])
    weighted = np.einsum("ntu,nu->nt", weight, score)
    pulled = np.einsum("nkt,nt->nk", gather, weighted)[met]
    total.to_raters[:] += np.asarray(of_raters @ pulled)
    between = gathered[:, :, :size] @ gather.transpose(0, 2, 1)
    row, one, other = np.nonzero(met[:, :, None] & met[:, None, :])
    pairs = sparse.csr_array(
        (between[row, one, other], (who[row, one], who[row, other])), shape=(n_raters, n_raters)
    )
    return replace(total, pairs=sparse.csr_array(total.pairs + pairs))


def _solve(equations: _Equations, model: Counterfactual) -> Counterfactual:
    """Solve the mixed-model equations for coefficients and severities."""
    fixed = equations.fixed.copy()
    # A cycle nobody was seen in, or a level that says the same as another, gets a zero.
    largest = float(np.diag(fixed).max(initial=0.0))
    fixed[np.diag_indices(len(fixed))] += 1e-8 * max(largest, 1.0)
    if not len(equations.to_raters):
        coefficients = linalg.solve(fixed, equations.to_fixed, assume_a="pos")
        return replace(model, coefficients=coefficients, severity_covariance=np.zeros((0, 0)))
    if len(equations.to_raters) <= _FEW_RATERS:
        return _solve_exactly(equations, fixed, model)
    ridge = sparse.eye_array(len(equations.to_raters)) / model.severity_variance
    left = sparse.csr_array(equations.pairs + ridge)
    right = np.column_stack([equations.cross, equations.to_raters])
    solved = _solve_by_gradients(left, right)
    within, of_score = solved[:, :-1], solved[:, -1]
    coefficients = linalg.solve(
        fixed - equations.cross.T @ within,
        equations.to_fixed - equations.cross.T @ of_score,
        assume_a="pos",
    )
    return replace(
        model,
        coefficients=coefficients,
        severities=of_score - within @ coefficients,
        severity_covariance=_nearly_inverse_diagonal(left),
    )


def _solve_exactly(equations: _Equations, fixed: Floats, model: Counterfactual) -> Counterfactual:
    """Solve by Cholesky, with all that is unknown of the raters."""
    width = len(fixed)
    pairs = equations.pairs.toarray()
    pairs[np.diag_indices(len(pairs))] += 1.0 / model.severity_variance
    left = np.block([[fixed, equations.cross.T], [equations.cross, pairs]])
    right = np.concatenate([equations.to_fixed, equations.to_raters])
    # On a busy machine the threads of so small a problem wait for each other, for seconds.
    with _threads().limit(limits=1, user_api="blas"):
        factor = linalg.cho_factor(left, lower=True, check_finite=False)
        solution = linalg.cho_solve(factor, right, check_finite=False)
        # The raters come last, so their block of the inverse needs their part of the factor only.
        lower = np.tril(linalg.lapack.dpotri(factor[0][width:, width:], lower=1)[0])
    return replace(
        model,
        coefficients=solution[:width],
        severities=solution[width:],
        severity_covariance=lower + np.tril(lower, -1).T,
    )


@cache
def _threads() -> ThreadpoolController:
    """Find the libraries of linear algebra once; it takes longer than a solution."""
    return ThreadpoolController()


def _solve_by_gradients(left: sparse.csr_array, right: Floats) -> Floats:
    """Solve a sparse positive definite system, one column after the other."""
    scaling = sparse.diags_array(1.0 / left.diagonal())
    columns = [sparse.linalg.cg(left, column, rtol=_PRECISION, M=scaling)[0] for column in right.T]
    return cast(Floats, np.column_stack(columns))


def _nearly_inverse_diagonal(left: sparse.csr_array) -> Floats:
    """Give the diagonal of the inverse to the second order of what raters share.

    Of thousands of raters each pair shares few people, so that higher orders do not show.
    """
    diagonal = left.diagonal()
    shared = left.power(2) @ (1.0 / diagonal) - diagonal
    nearly: Floats = (1.0 + shared / diagonal) / diagonal
    return nearly


def _next_covariance(covariance: Floats, moment: Floats, structured_only: bool) -> Floats:
    """One EM step of the covariance, drawn towards person + AR(1) + noise."""
    unstructured = covariance + covariance @ moment @ covariance
    unstructured = (unstructured + unstructured.T) / 2
    structured = fit_structured_covariance(unstructured)
    if structured_only:
        return structured
    return (1 - _SHRINKAGE) * unstructured + _SHRINKAGE * structured


def _next_severity_variance(histories: Histories, people: Ints, fitted: Counterfactual) -> float:
    """One EM step of the variance of severity, over the raters of comparable cells."""
    if not histories.n_raters:
        return fitted.severity_variance
    rater = histories.rater[people][histories.untreated[people]]
    known = np.unique(rater[rater >= 0])
    covariance = fitted.severity_covariance
    unknown = covariance if covariance.ndim == 1 else np.diag(covariance)
    expected = fitted.severities[known] ** 2 + unknown[known]
    return max(float(expected.mean()), 1e-4)
