"""Trajectories: what people did cycle by cycle, and what people like them would have done.

What comes in are the grid, the fit and the windows of the promoted; what goes out is one row per
person and cycle in the units of output.
"""

import numpy as np
import pandas as pd
from scipy import stats

from workbench.analyses.expected.counterfactual import (
    Counterfactual,
    condition_on_past,
    residuals_from,
    unknown_severity,
)
from workbench.analyses.expected.discoveries import weighted_quantile
from workbench.analyses.expected.histories import Floats, Histories, Ints
from workbench.analyses.expected.placebos import Comparison
from workbench.analyses.expected.windows import Windows

__all__ = ["draw_trajectories"]

_BLOCK = 4096


def draw_trajectories(
    output: pd.DataFrame,
    histories: Histories,
    promoted: Windows,
    order: Ints,
    model: Counterfactual | None,
    comparison: Comparison | None,
    offset: Floats,
    interval_level: float,
) -> pd.DataFrame:
    """Lay out output and what was expected, for the first listed promotion of each person.

    Parameters
    ----------
    output
        What the grid was built from: `person_id`, `cycle`.
    histories, promoted
        The grid and the windows.
    order
        Of the promotions, as they are listed.
    model, comparison
        The fit and what the placebos say; None where there is none.
    offset : (m,)
        By how much look-alikes moved, for each promotion; NaN where nothing is known.
    interval_level
        Coverage of the band.

    Returns
    -------
    pandas.DataFrame
        `person_id`, `cycle`, `technical_output`, `expected`, `low`, `high` (units of output),
        `after`, `difference` (output minus expected, in standard deviations).
    """
    _, first = np.unique(promoted.person[order], return_index=True)
    listed = order[np.sort(first)]
    shown = promoted.take(listed)
    which, cycle = np.nonzero(np.isfinite(histories.score[shown.person]))
    row = histories.row[shown.person[which], cycle]
    expected = np.full((3, len(which)), np.nan)
    if model is not None:
        for begin in range(0, len(which), _BLOCK):
            part = slice(begin, begin + _BLOCK)
            expected[:, part] = _expected(
                histories, model, comparison, shown, which[part], cycle[part], interval_level
            )
    after = cycle >= shown.start[which]
    expected = expected + np.where(after, np.nan_to_num(offset)[listed][which], 0.0)
    scale = histories.sd if np.isfinite(histories.sd) else 1.0
    expected = expected * scale + histories.centre
    known = histories.score[shown.person[which], cycle] * scale + histories.centre
    return pd.DataFrame(
        {
            "person_id": output["person_id"].take(row).array,
            "cycle": output["cycle"].take(row).array,
            "technical_output": known,
            "expected": expected[0],
            "low": expected[1],
            "high": expected[2],
            "after": after,
            "difference": (known - expected[0]) / scale,
        }
    )


def _expected(
    histories: Histories,
    model: Counterfactual,
    comparison: Comparison | None,
    shown: Windows,
    which: Ints,
    cycle: Ints,
    interval_level: float,
) -> Floats:
    """Give the expected score with its band, for some cells of the people shown."""
    people = shown.person[which]
    residuals = residuals_from(histories, model, people)
    earlier = shown.before[which] & (np.arange(residuals.shape[1]) < cycle[:, None])
    mean, variance, length = condition_on_past(residuals, earlier, cycle, model.covariance)
    outside = (1 - interval_level) / 2
    ends = np.asarray(stats.norm.ppf([outside, 1 - outside]))
    if comparison is not None:
        tails, count = comparison.degrees_of_freedom, earlier.sum(axis=1)
        variance = variance * (tails + length) / (tails + count)
        shares = np.array([outside, 1 - outside])
        ends = weighted_quantile(comparison.z, comparison.weight, shares)
    if histories.n_raters:
        rater = histories.rater[people, cycle][:, None]
        variance = variance + unknown_severity(model, rater, rater >= 0)[:, 0, 0]
    here = np.arange(len(people))
    centre = histories.score[people, cycle] - residuals[here, cycle] + mean
    # A cycle in which nobody was comparable has no company-wide level to start from.
    comparable = np.asarray(histories.untreated.any(axis=0))
    centre = np.where(comparable[cycle], centre, np.nan)
    spread = np.sqrt(np.asarray(variance))
    return np.stack([centre, centre + ends[0] * spread, centre + ends[1] * spread])
