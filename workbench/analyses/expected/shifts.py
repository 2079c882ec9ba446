"""Shifts: how far output moved away from what people's own earlier cycles say of the later ones.

What comes in are windows around promotions, real or pretended, and the fitted counterfactual; what
goes out is one row a window: the constant shift of the cycles after, its standard error, and what
a like history is told by.
"""

from dataclasses import dataclass, fields

import numpy as np

from workbench.analyses.expected.counterfactual import (
    Counterfactual,
    estimate_shift,
    residuals_from,
    unknown_severity,
)
from workbench.analyses.expected.fitting import leave_people_out
from workbench.analyses.expected.histories import Bools, Floats, Histories, Ints
from workbench.analyses.expected.windows import RECENT_CYCLES, Windows

__all__ = ["Halves", "Shifts", "measure_halves", "measure_placebo_shifts", "measure_shifts"]

_FOLDS = 5
_BLOCK = 4096


@dataclass(frozen=True, slots=True)
class Shifts:
    """Shifts with what the weights look at, one row a window.

    Attributes
    ----------
    effect, se : (n,)
        Constant shift of the cycles after and its standard error under the model; NaN for a window
        without a cycle on one of its sides.
    length, n_before : (n,)
        Squared Mahalanobis length of the cycles before, and how many there are.
    features : (n, 5)
        Mean of the last two cycles before, of all of them, both squared, and when it was.
    """

    effect: Floats
    se: Floats
    length: Floats
    n_before: Ints
    features: Floats

    def take(self, which: Ints | Bools) -> "Shifts":
        """Keep some rows."""
        return Shifts(*(getattr(self, each.name)[which] for each in fields(self)))


@dataclass(frozen=True, slots=True)
class Halves:
    """Shift of the first and the second half of the cycles after, one row a window.

    Attributes
    ----------
    early, late, early_se, late_se : (n,)
        The shifts and their standard errors; NaN with a single cycle after.
    rise : (n,)
        Late minus early, studentized; zero with a single cycle after.
    """

    early: Floats
    late: Floats
    early_se: Floats
    late_se: Floats
    rise: Floats

    def take(self, which: Ints | Bools) -> "Halves":
        """Keep some rows."""
        return Halves(*(getattr(self, each.name)[which] for each in fields(self)))


def measure_shifts(histories: Histories, model: Counterfactual, windows: Windows) -> Shifts:
    """Estimate the constant shift of each window, block by block.

    Parameters
    ----------
    histories, model
        The grid and the fit.
    windows
        Real or pretended promotions.

    Returns
    -------
    Shifts
    """
    size = len(windows.person)
    shifts = _no_shifts(size)
    both_sides = np.flatnonzero(windows.before.any(axis=1) & windows.after.any(axis=1))
    for first in range(0, len(both_sides), _BLOCK):
        here = both_sides[first : first + _BLOCK]
        block = windows.take(here)
        residuals = residuals_from(histories, model, block.person)
        shift = estimate_shift(
            residuals,
            block.before | block.after,
            block.after[:, :, None].astype(float),
            model.covariance,
            _unknown_of_raters(histories, model, block),
        )
        shifts.effect[here], shifts.se[here] = shift.effect[:, 0], shift.se[:, 0]
        shifts.length[here] = shift.length
        shifts.n_before[here] = block.before.sum(axis=1)
        shifts.features[here] = _recent_history(residuals, block)
    return shifts


def measure_placebo_shifts(
    histories: Histories, model: Counterfactual, placebos: Windows, *, random_state: int
) -> Shifts:
    """Estimate the shifts of placebos, each from a fit that their own output had no part in.

    Parameters
    ----------
    histories, model
        The grid and the fit.
    placebos
        Pretended promotions.
    random_state
        Seed of the folds.

    Returns
    -------
    Shifts
    """
    folds = np.random.default_rng(random_state).permutation(len(histories.people)) % _FOLDS
    shifts = _no_shifts(len(placebos.person))
    for fold, without in leave_people_out(histories, model, folds):
        which = np.flatnonzero(folds[placebos.person] == fold)
        part = measure_shifts(histories, without, placebos.take(which))
        for each in fields(Shifts):
            getattr(shifts, each.name)[which] = getattr(part, each.name)
    return shifts


def measure_halves(histories: Histories, model: Counterfactual, windows: Windows) -> Halves:
    """Estimate the shift of the first and the second half of the cycles after.

    Parameters
    ----------
    histories, model
        The grid and the fit.
    windows
        Promotions.

    Returns
    -------
    Halves
    """
    rank = np.cumsum(windows.after, axis=1)
    first = windows.after & (2 * rank <= rank[:, -1:] + 1)
    second = windows.after & ~first
    # With a single cycle after there is no second half, and a shape of zeros cannot be solved.
    both = np.flatnonzero(second.any(axis=1))
    block = windows.take(both)
    shift = estimate_shift(
        residuals_from(histories, model, block.person),
        block.before | block.after,
        np.stack([first[both], second[both]], axis=2).astype(float),
        model.covariance,
        _unknown_of_raters(histories, model, block),
    )
    size = len(windows.person)
    early, late, early_se, late_se = np.full((4, size), np.nan)
    halves = Halves(early, late, early_se, late_se, np.zeros(size))
    halves.early[both], halves.late[both] = shift.effect.T
    halves.early_se[both], halves.late_se[both] = shift.se.T
    spread = (shift.se**2).sum(axis=1) - 2 * shift.covariance[:, 0, 1]
    halves.rise[both] = (shift.effect[:, 1] - shift.effect[:, 0]) / np.sqrt(spread)
    return halves


def _no_shifts(size: int) -> Shifts:
    """Lay out rows in which nothing is known."""
    return Shifts(
        np.full(size, np.nan),
        np.full(size, np.nan),
        np.zeros(size),
        np.zeros(size, dtype=np.int64),
        np.zeros((size, 5)),
    )


def _unknown_of_raters(
    histories: Histories, model: Counterfactual, windows: Windows
) -> Floats | None:
    """Give what is unknown of the raters of the cells on either side, (n, T, T)."""
    if not histories.n_raters:
        return None
    rater = histories.rater[windows.person]
    return unknown_severity(model, rater, (windows.before | windows.after) & (rater >= 0))


def _recent_history(residuals: Floats, windows: Windows) -> Floats:
    """Sum up what people are picked for: their last cycles before, all of them, squares, when."""
    column = np.arange(residuals.shape[1])
    recent = windows.before & (column >= windows.start[:, None] - RECENT_CYCLES)
    means = [
        np.where(cells, residuals, 0.0).sum(axis=1) / np.maximum(cells.sum(axis=1), 1)
        for cells in (recent, windows.before)
    ]
    return np.column_stack([means[0], means[1], means[0] ** 2, means[1] ** 2, windows.start])
