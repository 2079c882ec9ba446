"""Bands: mean gaps of the promoted, with what is known of their uncertainty.

What comes in are the gaps of single promotions; what goes out are their means by cycle, with
intervals for each and bands for all at once. People are drawn anew by flipping the sign of what
each contributes; raters shared by several of them add what is unknown of their severity.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.analyses.estimators.gaps import Gaps
from workbench.analyses.expected.counterfactual import unknown_severity
from workbench.analyses.expected.histories import Bools, Floats, Ints
from workbench.analyses.expected.windows import RECENT_CYCLES
from workbench.settings import Settings

__all__ = ["BAND_COLUMNS", "Means", "average_gaps", "lay_out_means", "subtract_means"]

BAND_COLUMNS = "relative_cycle effect low high n band_low band_high phase".split()
_DRAWS = 999


@dataclass(frozen=True, slots=True)
class Means:
    """Mean distances, with what their uncertainty comes from; p people, k + 1 columns.

    Attributes
    ----------
    effect, n : (k + 1,)
        Means and numbers of people.
    person : (p,)
        Rows of the grid.
    influence : (p, k + 1)
        By how much each person moves each mean.
    shared : (k + 1, k + 1)
        Covariance of what is unknown of raters who rate several of them.
    """

    effect: Floats
    n: Ints
    person: Ints
    influence: Floats
    shared: Floats


def average_gaps(gaps: Gaps, which: Bools) -> Means:
    """Average some promotions, column by column.

    Parameters
    ----------
    gaps
        Of n promotions.
    which : (n,)
        Those that count.

    Returns
    -------
    Means

    Examples
    --------
    >>> two = np.array([[1.0], [3.0]])
    >>> gaps = Gaps(np.array([0, 1]), two, np.ones((2, 1, 1)), np.full((2, 1), -1), None)
    >>> means = average_gaps(gaps, np.array([True, True]))
    >>> means.effect.tolist(), means.n.tolist()
    ([2.0], [2])
    """
    value = gaps.value[which]
    known = np.isfinite(value)
    count = np.maximum(known.sum(axis=0), 1)
    effect = np.where(known, value, 0.0).sum(axis=0) / count
    person, row = np.unique(gaps.person[which], return_inverse=True)
    influence, has = np.zeros((2, len(person), value.shape[1]))
    # Somebody promoted twice is one draw.
    np.add.at(influence, row, np.where(known, value - effect, 0.0) / count)
    np.add.at(has, row, known)
    n = (has > 0).sum(axis=0)
    influence *= np.sqrt(n / np.maximum(n - 1, 1))
    shared = _share_raters(gaps, which, gaps.weight[which] / count[:, None])
    return Means(effect, n, person, influence, shared)


def _share_raters(gaps: Gaps, which: Bools, weight: Floats) -> Floats:
    """Give the covariance that means have because people share raters of unknown severity.

    What a rater's severity does to one person is part of how people scatter already.
    """
    columns = weight.shape[1]
    if gaps.model is None or not len(gaps.model.severities):
        return np.zeros((columns, columns))
    rater, unknown = gaps.rater[which], gaps.model.severity_covariance
    load = np.zeros((len(gaps.model.severities), columns))
    np.add.at(load, rater[rater >= 0], weight.transpose(0, 2, 1)[rater >= 0])
    whole = load.T @ (unknown @ load if unknown.ndim == 2 else unknown[:, None] * load)
    own = unknown_severity(gaps.model, rater, rater >= 0)
    return np.asarray(whole - np.einsum("nkt,ntu,nlu->kl", weight, own, weight, optimize=True))


def subtract_means(one: Means, other: Means) -> Means:
    """Give one mean minus the other; somebody promoted in both ways is one draw."""
    person = np.union1d(one.person, other.person)
    influence = np.zeros((len(person), len(one.effect)))
    influence[np.searchsorted(person, one.person)] += one.influence
    influence[np.searchsorted(person, other.person)] -= other.influence
    shared = one.shared + other.shared
    return Means(one.effect - other.effect, one.n + other.n, person, influence, shared)


def lay_out_means(means: Means, shown: Bools, relative: Ints, settings: Settings) -> pd.DataFrame:
    """Lay means out as rows with intervals and bands, the one over all cycles last.

    Parameters
    ----------
    means
        Of k cycles and of all cycles after.
    shown : (k + 1,)
        Those that get a row; bands hold for all of them at once.
    relative : (k,)
        The cycles since promotion.
    settings
        Its `interval_level` and `random_state` count.

    Returns
    -------
    DataFrame
        With `BAND_COLUMNS`.
    """
    low, high, band_low, band_high = _resample(means, shown, settings)
    phase = np.select([relative >= 0, relative >= -RECENT_CYCLES], ["after", "streak"], "placebo")
    frame = pd.DataFrame(
        {
            "relative_cycle": pd.array([*relative.tolist(), None], dtype="Int64"),
            "effect": means.effect,
            "low": low,
            "high": high,
            "n": means.n,
            "band_low": band_low,
            "band_high": band_high,
            "phase": pd.Series([*phase.tolist(), "overall"], dtype="str"),
        }
    )
    return frame.loc[shown].reset_index(drop=True)


def _resample(means: Means, shown: Bools, settings: Settings) -> tuple[Floats, ...]:
    """Give intervals and bands by flipping at random the sign of what each person contributes.

    Each draw is divided by its own standard error, so that with few people the intervals widen as
    those of Student's t do.
    """
    draw = np.random.default_rng(settings.random_state)
    signs = draw.choice(np.array([-1.0, 1.0]), size=(_DRAWS, len(means.person)))
    pull = signs @ means.influence
    values, vectors = np.linalg.eigh((means.shared + means.shared.T) / 2)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    common = draw.normal(size=(_DRAWS, len(root))) @ root.T
    shared = (root**2).sum(axis=1)
    squares = (means.influence**2).sum(axis=0)
    drawn_squares = np.maximum(squares - pull**2 / np.maximum(means.n, 1), 1e-12 * squares)
    se, drawn_se = np.sqrt(squares + shared), np.sqrt(drawn_squares + shared)
    distance = np.abs(pull + common) / np.where(drawn_se > 0, drawn_se, 1.0)
    reach = np.quantile(distance, settings.interval_level, axis=0) * se
    rows = shown & (np.arange(len(se)) < len(se) - 1)
    widest = distance[:, rows].max(axis=1, initial=0.0)
    band = np.where(rows, np.quantile(widest, settings.interval_level) * se, np.nan)
    effect = means.effect
    return effect - reach, effect + reach, effect - band, effect + band
