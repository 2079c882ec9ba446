"""Intervals: a share, a ratio of rates, a mean, a difference, each with what it may be as well.

What comes in are counts or values; what goes out is an estimate with an interval. Nothing is known
here of tracks. Shares and ratios have exact intervals, which hold for few events too; an interval
that cannot be given is missing rather than narrow.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import stats
from scipy.optimize import brentq

__all__ = [
    "NOTHING",
    "Estimate",
    "compare_means",
    "compare_ranks",
    "compare_rates",
    "design_effect",
    "estimate_mean",
    "estimate_share",
]

_Floats = npt.NDArray[np.float64]


class Estimate(NamedTuple):
    """A number, and the ends of its interval; NaN where it is not known."""

    value: float
    low: float
    high: float


NOTHING = Estimate(np.nan, np.nan, np.nan)


def design_effect(events: npt.ArrayLike, exposure: npt.ArrayLike) -> float:
    """Say how much less is known where a person's cycles resemble each other.

    Parameters
    ----------
    events, exposure
        Of each person: how often it happened, in how many cycles it could have happened.

    Returns
    -------
    float
        Variance of the share with people as clusters, over that of as many independent cycles; at
        least 1, as a variance estimated from few people can come out too small.

    Notes
    -----
    E. L. Korn, B. I. Graubard (1998), Confidence intervals for proportions with small expected
    number of positive counts estimated from survey data. Survey Methodology 24.

    Examples
    --------
    >>> design_effect([0, 4], [4, 4])
    8.0
    """
    happened, cycles = np.asarray(events, dtype=float), np.asarray(exposure, dtype=float)
    people, total = len(happened), cycles.sum()
    share = happened.sum() / total if total else 0.0
    if people < 2 or not 0 < share < 1:
        return 1.0
    clustered = ((happened - share * cycles) ** 2).sum() * people / (people - 1) / total**2
    return max(1.0, float(clustered / (share * (1 - share) / total)))


def estimate_share(events: float, n: float, level: float, *, effect: float = 1.0) -> Estimate:
    """Estimate a share with the exact interval of Clopper and Pearson.

    Parameters
    ----------
    events, n
        How often it happened, of how many.
    level
        Coverage of the interval.
    effect
        The design effect; counts are divided by it (Korn and Graubard).

    Returns
    -------
    Estimate
        `NOTHING` where n is zero.

    Examples
    --------
    >>> share, low, high = estimate_share(0, 10, 0.95)
    >>> share, low, round(high, 4)
    (0.0, 0.0, 0.3085)
    """
    if not n:
        return NOTHING
    k, of = events / effect, n / effect
    tail = (1 - level) / 2
    low = float(stats.beta.ppf(tail, k, of - k + 1)) if events else 0.0
    high = float(stats.beta.ppf(1 - tail, k + 1, of - k)) if events < n else 1.0
    return Estimate(events / n, low, high)


def compare_rates(
    first: tuple[float, float],
    second: tuple[float, float],
    level: float,
    *,
    effect: float = 1.0,
) -> Estimate:
    """Estimate the ratio of two rates with the exact conditional interval.

    Given how often it happened in all, the count of the first is binomial, with odds that are the
    ratio of the rates times that of the exposures.

    Parameters
    ----------
    first, second
        Events and exposure of each.
    level
        Coverage of the interval.
    effect
        The larger design effect of the two.

    Returns
    -------
    Estimate
        The ratio is infinite where only the first happened; `NOTHING` where neither did.

    Examples
    --------
    >>> [round(each, 3) for each in compare_rates((10, 100), (5, 100), 0.95)]
    [2.0, 0.623, 7.457]
    """
    events = first[0] + second[0]
    if not events or not first[1] or not second[1]:
        return NOTHING
    share = estimate_share(first[0], events, level, effect=effect)
    return Estimate(*(_odds(each) * second[1] / first[1] for each in share))


def _odds(share: float) -> float:
    return share / (1 - share) if share < 1 else np.inf


def estimate_mean(values: npt.ArrayLike, level: float) -> Estimate:
    """Estimate a mean with the interval of Student's t.

    Parameters
    ----------
    values
        Finite numbers, one per person.
    level
        Coverage of the interval.

    Returns
    -------
    Estimate
        Without an interval where there is one value, or all are alike.

    Examples
    --------
    >>> [round(each, 3) for each in estimate_mean([1.0, 2.0, 3.0], 0.95)]
    [2.0, -0.484, 4.484]
    """
    known = np.asarray(values, dtype=float)
    if not len(known):
        return NOTHING
    mean, error = float(known.mean()), _error(known)
    if not error > 0:
        return Estimate(mean, np.nan, np.nan)
    half = float(stats.t.ppf((1 + level) / 2, len(known) - 1)) * error
    return Estimate(mean, mean - half, mean + half)


def compare_means(first: npt.ArrayLike, second: npt.ArrayLike, level: float) -> Estimate:
    """Estimate by how much the first mean is above the second, with Welch's interval.

    Parameters
    ----------
    first, second
        Finite numbers, one per person.
    level
        Coverage of the interval.

    Returns
    -------
    Estimate
        Without an interval where one group has no spread to judge by.

    Examples
    --------
    >>> [round(each, 3) for each in compare_means([1.0, 2.0, 3.0], [2.0, 4.0, 6.0], 0.95)]
    [-2.0, -6.155, 2.155]
    """
    a, b = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    if not len(a) or not len(b):
        return NOTHING
    difference = float(a.mean() - b.mean())
    parts = np.array([_error(a) ** 2, _error(b) ** 2])
    if not (parts > 0).all():
        return Estimate(difference, np.nan, np.nan)
    freedom = parts.sum() ** 2 / (parts**2 / np.array([len(a) - 1, len(b) - 1])).sum()
    half = float(stats.t.ppf((1 + level) / 2, freedom) * np.sqrt(parts.sum()))
    return Estimate(difference, difference - half, difference + half)


def _error(values: _Floats) -> float:
    """Give the standard error of a mean, NaN where one value says nothing of the spread."""
    if len(values) < 2:
        return np.nan
    # Equal decimals can differ in their last digit, which is no spread.
    spread = float(values.std(ddof=1))
    return spread / float(np.sqrt(len(values))) if spread > 1e-9 * abs(values).max() else 0.0


def compare_ranks(first: npt.ArrayLike, second: npt.ArrayLike, level: float) -> Estimate:
    """Estimate how often one of the first stands above one of the second, ties counting half.

    Parameters
    ----------
    first, second
        How many people of each group stand on each step, from the lowest step to the highest.
    level
        Coverage of the interval.

    Returns
    -------
    Estimate
        The probability of superiority; 0.5 where neither stands higher. `NOTHING` where a group is
        empty.

    Notes
    -----
    The interval is method 5 of R. G. Newcombe (2006), Confidence intervals for an effect size
    measure based on the Mann-Whitney statistic, part 2. Statistics in Medicine 25: a score
    interval, which holds where the groups do not overlap at all. Ties make it a little wide.

    Examples
    --------
    >>> [round(each, 2) for each in compare_ranks([0, 30], [60, 0], 0.9)]
    [1.0, 0.97, 1.0]
    >>> [round(each, 2) for each in compare_ranks([5, 5], [5, 5], 0.9)]
    [0.5, 0.3, 0.7]
    """
    a, b = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    m, n = a.sum(), b.sum()
    if not m or not n:
        return NOTHING
    above = float((a * (np.cumsum(b) - b / 2)).sum() / (m * n))
    z = float(stats.norm.ppf((1 + level) / 2))

    def excess(true: float) -> float:
        spread = (
            true
            * (1 - true)
            * (1 + ((m + n) / 2 - 1) * ((1 - true) / (2 - true) + true / (1 + true)))
        )
        return float((above - true) ** 2 - z**2 * spread / (m * n))

    # Beside the estimate itself, where it is a root as well if the groups do not overlap.
    low = brentq(excess, 0.0, above * (1 - 1e-9)) if above > 0 else 0.0
    high = brentq(excess, above + (1 - above) * 1e-9, 1.0) if above < 1 else 1.0
    return Estimate(above, float(low), float(high))
