"""Usual estimators: what difference-in-differences says of the same promotions.

What comes in are histories and the windows of the promoted; what goes out are the estimates of
Callaway and Sant'Anna, held against two cycles before promotion, and the rise between the two.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from workbench.analyses.estimators.callaway_santanna import contrast_cohorts
from workbench.analyses.expected.histories import Histories, Ints
from workbench.analyses.expected.windows import Windows

__all__ = ["Spike", "estimate_as_usual"]

_BASES = (1, 3)  # cycles before the promotion that are held against
_CLEAR = 2.0  # standard errors from which the spike is one


@dataclass(frozen=True, slots=True)
class Spike:
    """By how much output rose to the last cycle before promotion from the third last.

    Attributes
    ----------
    estimate, se
        Rise beyond that of people not promoted yet, and its standard error; NaN where unknown.
    exceeds
        Whether it is more than two standard errors. The estimator that holds against the last
        cycle before then measures the end of a streak, and must not be the headline.
    """

    estimate: float
    se: float
    exceeds: bool


def estimate_as_usual(
    histories: Histories,
    windows: Windows,
    relative: Ints,
    *,
    min_promoted: int,
    interval_level: float,
) -> tuple[pd.DataFrame, Spike]:
    """Give what the usual estimators say of the same cells, and the spike that sets them apart.

    Parameters
    ----------
    histories, windows
        The grid, and the promotions.
    relative
        Cycles since promotion that get a row.
    min_promoted
        People below whom no number is given.
    interval_level
        Coverage of the intervals.

    Returns
    -------
    tuple of DataFrame and Spike
        The frame as in `EventStudy.comparison`.
    """
    start = np.full(len(histories.people), len(histories.cycles))
    cells = histories.untreated.copy()
    # Of somebody promoted twice in this way the first time counts: what is written last stays.
    start[windows.person[::-1]] = windows.start[::-1]
    cells[windows.person[::-1]] = (windows.before | windows.after)[::-1]
    score = np.where(cells, histories.score, np.nan)
    parts, spike = [], Spike(np.nan, np.nan, False)
    for base in _BASES:
        found = contrast_cohorts(
            score, start, histories.cycles, base=base, controls="not_yet_treated"
        )
        steps = found.by_relative_cycle
        steps = steps.loc[(steps["n"] >= min_promoted) & steps["se"].gt(0)]
        held = windows.before[np.arange(len(windows.person)), np.maximum(windows.start - base, 0)]
        overall = found.overall.loc[found.overall["aggregation"] == "simple", ["effect", "se"]]
        overall = overall.assign(relative_cycle=np.nan, n=len(np.unique(windows.person[held])))
        overall = overall.loc[overall["n"] >= min_promoted].dropna(subset="effect")
        last = steps.loc[steps["relative_cycle"] == -1]
        if base > 1 and len(last):
            rise, se = float(last["effect"].iloc[0]), float(last["se"].iloc[0])
            spike = Spike(rise, se, abs(rise) > _CLEAR * se)
        steps = steps.loc[steps["relative_cycle"].isin(relative)]
        part = pd.concat([steps, overall.astype(object)]).assign(estimator=f"base_{base}")
        parts.append(part.astype({"relative_cycle": "Int64", "effect": float, "se": float}))
    rows = pd.concat(parts, ignore_index=True)
    reach = stats.norm.ppf((1 + interval_level) / 2) * rows["se"]
    rows = rows.assign(low=rows["effect"] - reach, high=rows["effect"] + reach)
    return rows[["estimator", "relative_cycle", "effect", "low", "high", "n"]], spike
