"""Hidden selection: how strongly promotion would have to go by what no column holds.

What comes in are the kept fit and those judged with it; what goes out is, for each flag, the
strength of selection on the coming fall at which it is gone, beside that of the streak on record.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy import special, stats

from workbench.analyses.decline import DeclineFit
from workbench.analyses.doubts.trials import Trial
from workbench.analyses.expected.discoveries import adjust_p_values
from workbench.analyses.expected.histories import Bools, Floats, Ints
from workbench.analyses.expected.placebos import Comparison
from workbench.settings import Settings

__all__ = ["STREAK_COLUMNS", "find_tipping_points", "measure_streak"]

STREAK_COLUMNS = ["recorded", "odds_ratio", "low", "high"]
_STEEPEST = 300.0  # log odds, above which nothing is left to be told apart
_STEPS = 24  # halvings towards a tipping point
_LIGHT = 1e-3  # ridge, without which a cycle that has no peers would have odds without end


def measure_streak(fit: DeclineFit, held: Trial, settings: Settings) -> pd.DataFrame:
    """Say how strongly the recorded history predicts who is promoted."""
    assert fit.fitted is not None
    ours, theirs = fit.fitted.ours.take(held.judged), fit.fitted.theirs.take(held.peers)
    streak = np.concatenate([ours.features[:, 0], theirs.features[:, 0]])
    start = np.concatenate([fit.promoted.start[held.judged], fit.placebos.start[held.peers]])
    promoted = np.repeat([1.0, 0.0], [len(held.judged), len(held.peers)])
    spread = float(theirs.features[:, 0].std())
    slope, se = _logistic_slope(streak / (spread or 1.0), start, promoted)
    reach = float(stats.norm.ppf((1 + settings.interval_level) / 2)) * se
    everything = float(np.log(np.maximum(held.comparison.weight, 1e-300)).std())
    ratios = np.exp([[slope, slope - reach, slope + reach], [everything, np.nan, np.nan]])
    return pd.DataFrame(ratios, columns=STREAK_COLUMNS[1:]).assign(
        recorded=pd.Series(["streak", "everything"], dtype="str")
    )[STREAK_COLUMNS]


def _logistic_slope(values: Floats, group: Ints, outcome: Floats) -> tuple[float, float]:
    """Fit a logistic regression within groups, by Newton steps; slope and standard error."""
    _, code = np.unique(group, return_inverse=True)
    design = np.column_stack([values - values.mean(), np.eye(code.max() + 1)[code]])
    ridge = _LIGHT * np.eye(design.shape[1])
    at = np.zeros(design.shape[1])
    at[1:] = np.log(outcome.mean() / (1 - outcome.mean()))
    for _ in range(50):
        fitted = special.expit(design @ at)
        curvature = (design * (fitted * (1 - fitted))[:, None]).T @ design + ridge
        step = np.linalg.solve(curvature, design.T @ (outcome - fitted) - ridge @ at)
        at = at + np.clip(step, -1, 1)
        if np.abs(step).max() < 1e-8:
            break
    return float(at[0]), float(np.sqrt(np.linalg.inv(curvature)[0, 0]))


def find_tipping_points(held: Trial, fdr: float, streak: float) -> dict[str, Floats]:
    """Find how strong selection on the coming fall has to be for each flag to be gone."""
    comparison, flagged = held.comparison, held.flags(fdr)
    z, weight = comparison.z, comparison.weight
    spread = float(np.sqrt(np.cov(z, aweights=weight))) or 1.0

    def at_gamma(log_gamma: float) -> Bools:
        p_value = _tilt(comparison.p_value, np.exp(log_gamma))
        held_on: Bools = adjust_p_values(p_value) <= fdr
        return held_on

    def at_slope(slope: float) -> Bools:
        p_value = _tilt(comparison.p_value, _odds_of_falling(comparison, slope / spread))
        held_on: Bools = adjust_p_values(p_value) <= fdr
        return held_on

    slopes = _find_tipping(at_slope, flagged)
    bound_to_fall = np.full(len(flagged), np.nan)
    for each in np.flatnonzero(flagged):
        tilted = weight * np.exp(-slopes[each] / spread * z)
        shift = np.average(z, weights=weight) - np.average(z, weights=tilted)
        bound_to_fall[each] = shift * comparison.se[each]
    # Knowledge that goes with the change by r, acted on as strongly as the streak, has r times the
    # streak's slope on the change itself.
    closeness = slopes / np.log(streak) if streak > 1 else np.full(len(slopes), np.nan)
    return {
        "gamma": np.exp(_find_tipping(at_gamma, flagged)),
        "gamma_per_sd": np.exp(slopes),
        "known_sd": bound_to_fall,
        "known_correlation": closeness,
        "known_share": closeness**2,
    }


def _tilt(p_value: Floats, factor: float | Floats) -> Floats:
    """Multiply the odds that a p-value stands for; by 1 leaves it as it is, to the last bit.

    Examples
    --------
    >>> _tilt(np.array([0.2]), 4.0).tolist()
    [0.5]
    """
    tilted: Floats = p_value * factor / (1 + (factor - 1) * p_value)
    return np.minimum(tilted, 1.0)


def _odds_of_falling(comparison: Comparison, slope: float) -> Floats:
    """Say how many times likelier than others those are picked who fall at least as far as each."""
    z, weight = comparison.z, comparison.weight
    # Relative to the lowest, so that nothing grows without end.
    tilt = np.exp(-slope * (z - z[0]))
    own = comparison.effect / comparison.se
    below = np.searchsorted(z, own, side="right")
    total = np.concatenate([[0.0], np.cumsum(weight)])
    tilted = np.concatenate([[0.0], np.cumsum(weight * tilt)])
    inside, outside = total[below], total[-1] - total[below]
    alone = np.exp(np.minimum(-slope * (own - z[0]), _STEEPEST))
    low = np.where(inside > 0, tilted[below] / np.where(inside > 0, inside, 1.0), alone)
    high = (tilted[-1] - tilted[below]) / np.where(outside > 0, outside, 1.0)
    # Where nobody fell less there is nobody to be preferred to.
    odds: Floats = np.where(outside > 0, low / np.maximum(high, 1e-300), 1.0)
    return odds


def _find_tipping(flagged_at: Callable[[float], Bools], flagged: Bools) -> Floats:
    """Find, by halving, up to which strength each flag holds; NaN where there is none."""
    high = 1.0
    while flagged_at(high).any():
        high *= 2
    holds, gone = np.zeros(len(flagged)), np.full(len(flagged), high)
    for _ in range(_STEPS):
        middle = (holds + gone) / 2
        for strength in np.unique(middle[flagged]):
            here = flagged & (middle == strength)
            still = flagged_at(float(strength))
            holds[here & still], gone[here & ~still] = strength, strength
    return np.where(flagged, (holds + gone) / 2, np.nan)
