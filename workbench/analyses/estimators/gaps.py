"""Gaps: how far people are from what their own other cycles lead one to expect.

What comes in are histories and the windows of the promoted; what goes out is, of each promotion,
the distance in each cycle around it, from a fit that has not seen it.
"""

from dataclasses import dataclass

import numpy as np

from workbench.analyses.expected.counterfactual import (
    Counterfactual,
    condition_on_past,
    residuals_from,
)
from workbench.analyses.expected.fitting import fit_counterfactual, leave_people_out
from workbench.analyses.expected.histories import Floats, Histories, Ints
from workbench.analyses.expected.windows import RECENT_CYCLES, Windows

__all__ = ["Gaps", "measure_gaps"]

_FOLDS = 5


@dataclass(frozen=True, slots=True)
class Gaps:
    """Distances from what was expected, one row a promotion, NaN where there is none.

    Attributes
    ----------
    person : (n,)
        Row of the grid.
    value : (n, k + 1)
        By relative cycle and, last, the mean over all cycles after.
    weight : (n, k + 1, T)
        How much each cell after counts in them.
    rater : (n, T)
        Who rates the cells after, -1 where nobody is known to.
    model
        The fit; None where there is nothing to fit.
    """

    person: Ints
    value: Floats
    weight: Floats
    rater: Ints
    model: Counterfactual | None


def measure_gaps(histories: Histories, windows: Windows, relative: Ints, random_state: int) -> Gaps:
    """Take from each cell of the promoted what the person's own other cells lead one to expect.

    Parameters
    ----------
    histories, windows
        The grid, and the promotions.
    relative : (k,)
        Cycles since promotion that are wanted.
    random_state
        Seed of the folds in which people are left out of the fit.

    Returns
    -------
    Gaps
    """
    n, size = windows.after.shape
    column = np.arange(size)
    since = column - windows.start[:, None]
    weight = np.zeros((n, len(relative) + 1, size))
    weight[:, :-1] = (since[:, None, :] == relative[:, None]) & windows.after[:, None, :]
    weight[:, -1] = windows.after / np.maximum(windows.after.sum(axis=1), 1)[:, None]
    value = np.full((n, len(relative) + 1), np.nan)
    rater = np.where(windows.after, histories.rater[windows.person], -1)
    if not n:
        return Gaps(windows.person, value, weight, rater, None)
    model = fit_counterfactual(histories)
    residuals = residuals_from(histories, model, windows.person)
    distance = np.zeros((n, size))
    for cycle in range(size):
        expected, _, _ = condition_on_past(
            residuals, windows.before, np.full(n, cycle), model.covariance
        )
        distance[:, cycle] = residuals[:, cycle] - expected
    known = np.where(weight.any(axis=2), 1.0, np.nan)
    value[:] = np.einsum("nkt,nt->nk", weight, distance) * known
    if (relative < 0).any():
        folds = np.random.default_rng(random_state).permutation(len(histories.people)) % _FOLDS
        _measure_leads(histories, model, windows, relative, folds, value)
    return Gaps(windows.person, value, weight, rater, model)


def _measure_leads(
    histories: Histories,
    model: Counterfactual,
    windows: Windows,
    relative: Ints,
    folds: Ints,
    value: Floats,
) -> None:
    """Fill in the cells before promotion, each from a fit that the person had no part in.

    The last ones are what people are picked on. What came before them can be predicted from them
    and all the others without being touched by that, as far as picking looked at nothing else.
    """
    column = np.arange(len(histories.cycles))
    streak = column >= windows.start[:, None] - RECENT_CYCLES
    for fold, without in leave_people_out(histories, model, folds):
        which = np.flatnonzero(folds[windows.person] == fold)
        block = windows.take(which)
        residuals = residuals_from(histories, without, block.person)
        for place, lead in enumerate(relative[relative < 0].tolist()):
            cycle = np.maximum(block.start + lead, 0)
            own = np.arange(len(which)), cycle
            others = block.before & (column != cycle[:, None])
            if lead >= -RECENT_CYCLES:
                others &= ~streak[which]
            expected, _, _ = condition_on_past(residuals, others, cycle, without.covariance)
            known = (block.start + lead >= 0) & block.before[own] & others.any(axis=1)
            value[which, place] = np.where(known, residuals[own] - expected, np.nan)
