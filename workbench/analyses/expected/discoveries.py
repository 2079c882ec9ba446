"""False discoveries: which of many p-values to believe, and what is left of an effect picked out.

What comes in are p-values, or effects with standard errors, of everyone judged; what goes out are
q-values and shrunken effects.
"""

import numpy as np
from scipy import stats

from workbench.analyses.expected.histories import Floats

__all__ = ["adjust_p_values", "shrink_effects", "weighted_quantile", "weighted_rank"]

_NO_EFFECT = 10.0  # people without an effect that are assumed besides those judged
_SIZES = 12  # largest sizes of effect that are thought possible, on either side
_ROUNDS = 200
_OVER_HALF = 0.03  # of those who fell, at least as many have a p-value above one half
_UNSEEN = 2  # p-values above one half, of people who did not fall, that are assumed unseen


def weighted_rank(values: Floats, own_weight: Floats, among: Floats, weight: Floats) -> Floats:
    """Weighted share of `among` (sorted) at or below each value, the value itself counted once.

    Examples
    --------
    Of nine placebos of equal weight none fell as much: 1 in 10.

    >>> float(weighted_rank(np.array([-9.0]), np.ones(1), np.arange(9.0), np.ones(9))[0])
    0.1
    """
    below = np.concatenate([[0.0], np.cumsum(weight)])
    share = below[np.searchsorted(among, values, side="right")] + own_weight
    rank: Floats = np.minimum(share / (below[-1] + own_weight), 1.0)
    return rank


def weighted_quantile(among: Floats, weight: Floats, share: Floats) -> Floats:
    """Give the values of `among` (sorted) below which the given shares of the weight lie.

    Examples
    --------
    >>> weighted_quantile(np.array([-1.0, 0.0, 1.0]), np.ones(3), np.array([0.5])).tolist()
    [0.0]
    """
    middle = np.cumsum(weight) - weight / 2
    quantile: Floats = np.interp(np.asarray(share) * weight.sum(), middle, among)
    return quantile


def adjust_p_values(p_values: Floats) -> Floats:
    """Turn p-values into q-values, Benjamini-Hochberg with Storey's share of no effect.

    Of people who did not fall one half have a p-value above one half, of those who fell a few as
    well: 3 % in quiet data with large drops, 8 % in usual data. Storey counts none of these, which
    takes the share for larger than it is; here the 3 % are taken off.

    Among few people that share is anybody's guess, and a low guess raises false flags. It is drawn
    towards 1 as if four more people had been judged of whom none fell; among hundreds that counts
    for nothing.

    Parameters
    ----------
    p_values
        One a person; all of them, not only the small ones.

    Returns
    -------
    ndarray
        Flagging everyone with a q-value of at most 0.10 accepts one false flag in ten. A p-value
        above one half never gets one below 1.

    Examples
    --------
    >>> adjust_p_values(np.array([0.01, 0.02, 0.60, 0.90])).round(3).tolist()
    [0.04, 0.04, 1.0, 1.0]

    Of ten people at 0.01, plain Benjamini-Hochberg would say 0.01, Storey's estimate alone 0.002.

    >>> round(float(adjust_p_values(np.full(10, 0.01))[0]), 4)
    0.0039
    """
    count = len(p_values)
    if not count:
        return np.empty(0)
    above = (1 + int((p_values > 0.5).sum()) + _UNSEEN) / (count + 2 * _UNSEEN)
    no_effect = float(np.clip((above - _OVER_HALF) / (0.5 - _OVER_HALF), 1 / count, 1.0))
    order = np.argsort(p_values, kind="stable")
    steps = no_effect * count * p_values[order] / np.arange(1, count + 1)
    q_values = np.empty(count)
    q_values[order] = np.minimum.accumulate(steps[::-1])[::-1]
    return np.where(p_values > 0.5, 1.0, np.minimum(q_values, 1.0))


def shrink_effects(effect: Floats, se: Floats) -> Floats:
    """Draw effects together as far as chance alone may have spread them.

    True effects are taken to be none, or to lie anywhere between none and some size, small ones
    more often than large ones. How often is estimated from all of them by EM, with a penalty in
    favour of none, and each effect is replaced by its mean given what was seen: empirical Bayes
    with half-uniform components, after Stephens, False discovery rates: a new deal, Biostatistics
    2017.

    Parameters
    ----------
    effect, se : (m,)
        Of everyone judged.

    Returns
    -------
    ndarray (m,)
        Closer to zero than what came in, most of all where it is least known.

    Examples
    --------
    Two of six stand out; what is left of them is less than what was seen.

    >>> shrink_effects(np.array([-2.0, -1.5, 0.1, 0.0, -0.1, 0.2]), np.full(6, 0.5)).round(1) + 0.0
    array([-1.8, -1.3,  0. ,  0. ,  0. ,  0. ])
    """
    if not len(effect):
        return np.empty(0)
    farthest = float(np.abs(effect).max()) or 1.0
    sizes = farthest * np.geomspace(0.1, 1.2, _SIZES)
    low = np.concatenate([-sizes, np.zeros(_SIZES)])
    high = np.concatenate([np.zeros(_SIZES), sizes])
    inside, mean = _truncated_normal(effect[:, None], se[:, None], low, high)
    none = stats.norm.pdf(effect, 0.0, se)
    likelihood = np.column_stack([none, inside / (high - low)])
    weight = np.full(likelihood.shape[1], 1 / likelihood.shape[1])
    for _ in range(_ROUNDS):
        count = _shares(likelihood, weight).sum(axis=0)
        count[0] += _NO_EFFECT
        weight = count / count.sum()
    shares = _shares(likelihood, weight)
    shrunken: Floats = (shares[:, 1:] * mean).sum(axis=1)
    return shrunken


def _shares(likelihood: Floats, weight: Floats) -> Floats:
    """Give the probability of each component for each effect."""
    joint = likelihood * weight
    shares: Floats = joint / np.maximum(joint.sum(axis=1, keepdims=True), 1e-300)
    return shares


def _truncated_normal(
    centre: Floats, sd: Floats, low: Floats, high: Floats
) -> tuple[Floats, Floats]:
    """Give the probability of an interval under a normal distribution, and the mean within it."""
    from_low, to_high = (low - centre) / sd, (high - centre) / sd
    inside = stats.norm.cdf(to_high) - stats.norm.cdf(from_low)
    ends = stats.norm.pdf(from_low) - stats.norm.pdf(to_high)
    mean = centre + sd * ends / np.maximum(inside, 1e-300)
    return inside, np.clip(mean, low, high)
