"""Ranking: values of any unit and skew as scores that can be added up.

What comes in are numbers and the group that each is compared within; what goes out are normal
scores of their ranks. Units, skew, and whatever moves everyone in a group alike cancel.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtri

__all__ = ["count_around", "order_values", "score_ranks", "standardise"]

_Floats = npt.NDArray[np.float64]
_Codes = npt.NDArray[np.int64]
_Mask = npt.NDArray[np.bool_]


def order_values(values: pd.Series, reverse: bool) -> _Codes:
    """Give each different value its place in order; -1 where missing.

    Values that differ by rounding only are one: 3 in six tenths of a cycle ties with 5 in a whole.

    Examples
    --------
    >>> order_values(pd.Series([5.0, None, 2.0, 5.0]), reverse=False).tolist()
    [1, -1, 0, 1]
    """
    numbers = values.to_numpy(float)
    known = ~np.isnan(numbers)
    found, inverse = np.unique(numbers[known], return_inverse=True)
    apart = np.diff(found) > 1e-11 * np.abs(found[1:])
    places = np.concatenate([[0], np.cumsum(apart)])[inverse]
    codes = np.full(len(numbers), -1, dtype=np.int64)
    codes[known] = places.max(initial=0) - places if reverse else places
    return codes


def score_ranks(ranks: _Codes, group: _Codes, reference: _Mask) -> _Floats:
    """Turn places in order into normal scores among the reference of their group.

    A value takes the mean of the normal distribution over the share of the group that it takes up:
    what would be expected if equal values were told apart by a finer measure. So a measure on which
    four in five are at zero has a smaller spread, which is its correlation with that finer measure,
    and weighs as much less in a mean. The scores of a group have mean zero, ties or not.

    A row outside the reference is ranked as if it had joined it. Where the reference of a group has
    fewer than two different values, the measure tells nothing and is missing.

    Examples
    --------
    >>> everyone = np.ones(5, dtype=bool)
    >>> scores = score_ranks(np.array([0, 0, 0, 0, 1]), np.zeros(5, dtype=int), everyone)
    >>> scores.round(2).tolist()
    [-0.35, -0.35, -0.35, -0.35, 1.4]
    """
    lower, ties, among, told = count_around(ranks, group, reference)
    result = np.full(len(ranks), np.nan)
    low, high, n = lower[told], (lower + ties)[told], among[told]
    result[told] = (_density(low / n) - _density(high / n)) * n / ties[told]
    return result


def count_around(
    ranks: _Codes, group: _Codes, reference: _Mask
) -> tuple[_Codes, _Codes, _Codes, _Mask]:
    """Count whom each place in order lies above and beside, among the reference of its group.

    Everyone is counted with the others and oneself, so that joining the reference or not makes no
    difference.

    Parameters
    ----------
    ranks
        Places in order as from `order_values`; -1 where missing.
    group, reference
        The group of each row, and who is compared with.

    Returns
    -------
    lower, equal, among
        How many lie lower; how many in the same place, oneself included; how many there are in
        all, oneself included. Zero where the place is missing.
    told
        Where the place is known and the reference has at least two different ones.

    Examples
    --------
    The last one is none of the reference, and is counted as if they had joined it.

    >>> everyone = np.array([True, True, True, False])
    >>> lower, equal, among, _ = count_around(
    ...     np.array([0, 1, 1, 1]), np.zeros(4, dtype=int), everyone)
    >>> lower.tolist(), equal.tolist(), among.tolist()
    ([0, 1, 1, 1], [1, 2, 2, 3], [3, 3, 3, 4])
    """
    known = np.flatnonzero(ranks >= 0)
    # One sort of (group, value) pairs serves every group at once; the rest counts along it.
    width = int(ranks.max(initial=0)) + 1
    key = group[known] * width + ranks[known]
    order = np.argsort(key)  # equal keys count alike, in whatever order
    at, key = known[order], key[order]
    inside = reference[at]
    start = np.flatnonzero(np.diff(key, prepend=-1))
    run = np.repeat(np.arange(len(start)), np.diff(start, append=len(key)))
    before = np.concatenate([[0], np.cumsum(inside)])
    end = np.append(start[1:], len(key))
    owner = key[start] // width
    edges = np.flatnonzero(np.diff(owner, prepend=-1))
    piece = np.repeat(np.arange(len(edges)), np.diff(edges, append=len(start)))
    first, last = before[start][edges], before[end][np.append(edges[1:], len(start)) - 1]
    equal = before[end] - before[start]
    different = np.bincount(piece, weights=equal > 0, minlength=len(edges))
    counts = np.zeros((3, len(ranks)), dtype=np.int64)
    counts[0, at] = (before[start] - first[piece])[run]
    counts[1, at] = equal[run] - inside + 1
    counts[2, at] = (last - first)[piece][run] - inside + 1
    told = np.zeros(len(ranks), dtype=bool)
    told[at] = different[piece][run] >= 2
    return counts[0], counts[1], counts[2], told


def _density(share: _Floats) -> _Floats:
    """Give the height of the normal density where that share lies below."""
    return np.asarray(np.exp(-(ndtri(share) ** 2) / 2) / np.sqrt(2 * np.pi), dtype=np.float64)


def standardise(values: _Floats, group: _Codes, reference: _Mask) -> _Floats:
    """Shift and scale the values so that the reference of each group has mean 0 and SD 1.

    Examples
    --------
    >>> engineers = np.array([True, True, False])
    >>> standardise(np.array([1.0, 3.0, 4.0]), np.zeros(3, dtype=int), engineers).tolist()
    [-1.0, 1.0, 2.0]
    """
    use = reference & ~np.isnan(values)
    n_groups = int(group.max(initial=-1)) + 1
    n = np.bincount(group[use], minlength=n_groups)
    count = np.maximum(n, 1)
    mean = np.bincount(group[use], weights=values[use], minlength=n_groups) / count
    apart = values - mean[group]
    variance = np.bincount(group[use], weights=apart[use] ** 2, minlength=n_groups) / count
    # Measures that cancel each other out exactly leave rounding noise, not a spread.
    deviation = np.where(variance > 1e-18, np.sqrt(variance), np.nan)
    return apart / deviation[group]
