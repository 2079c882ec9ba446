"""Assignment: who takes which seat so that the whole is best, and what each choice is worth.

What comes in is a grid of scores, seats by people, and which cells are allowed; what goes out is
the holder of each seat. Nothing here knows what a seat is.
"""

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

__all__ = ["assign_seats", "find_seconds", "weigh_choices"]

_Floats = npt.NDArray[np.float64]
_Ints = npt.NDArray[np.int64]
_Mask = npt.NDArray[np.bool_]

# Sums of whole numbers are exact, so that what is equal is equal to the last digit. Of equal sums,
# which are common where a score is a sum of parts, the one with the highest single scores is taken.
_WHOLE = 2.0**40
_HIGH_ONES = 1e-9


def _exact(scores: _Floats) -> _Floats:
    """Turn scores into whole numbers that order assignments alike, and break their ties."""
    # The 1 lets a holder who adds nothing count for more than an empty seat.
    return np.rint((scores + _HIGH_ONES * scores**2) * _WHOLE) + 1.0


def assign_seats(scores: _Floats, allowed: _Mask) -> _Ints:
    """Give each seat at most one person and each person at most one seat, for the largest sum.

    Parameters
    ----------
    scores : (S, P)
        Fit of each person to each seat, from 0 to 1 where it is allowed.
    allowed : (S, P)
        Which cells may be chosen. A seat without a holder counts 0.

    Returns
    -------
    holder : (S,)
        The column of the person of each seat, -1 for an empty one. Of equal sums, the one with the
        highest single scores.

    Examples
    --------
    >>> scores = np.array([[0.9, 0.8], [0.7, 0.1]])
    >>> assign_seats(scores, scores >= 0.3).tolist()
    [1, 0]
    """
    holder = np.full(len(scores), -1, dtype=np.int64)
    seats, people = linear_sum_assignment(np.where(allowed, _exact(scores), 0.0), maximize=True)
    chosen = allowed[seats, people]
    holder[seats[chosen]] = people[chosen]
    return holder


def find_seconds(scores: _Floats, allowed: _Mask, holder: _Ints) -> _Ints:
    """Find for each seat the best person who has no seat, so that no other seat is touched.

    Parameters
    ----------
    scores, allowed : (S, P)
        As for `assign_seats`.
    holder : (S,)
        What `assign_seats` gave.

    Returns
    -------
    second : (S,)
        The column of the person, -1 where nobody is free. In a best assignment nobody here has a
        higher score for the seat than its holder.

    Examples
    --------
    >>> scores = np.array([[0.9, 0.8, 0.6], [0.7, 0.1, 0.2]])
    >>> find_seconds(scores, scores >= 0.3, np.array([1, 0])).tolist()
    [2, -1]
    """
    if not scores.size:
        return np.full(len(scores), -1, dtype=np.int64)
    free = allowed.copy()
    free[:, holder[holder >= 0]] = False
    best = np.where(free, scores, -1.0).argmax(axis=1)
    return np.where(free[np.arange(len(best)), best], best, -1).astype(np.int64)


def weigh_choices(scores: _Floats, allowed: _Mask, holder: _Ints) -> _Floats:
    """Say how much the whole loses when the holder of a seat may not have that seat.

    Forbidding one cell changes a best assignment along one closed walk at most: its holder takes
    another seat or none, whose holder moves on, until somebody takes the seat that fell free. The
    best of these walks, for all seats at once, are the longest paths between seats [1]_; nothing is
    solved again.

    Parameters
    ----------
    scores, allowed : (S, P)
        As for `assign_seats`.
    holder : (S,)
        What `assign_seats` gave for them.

    Returns
    -------
    loss : (S,)
        Never below 0; missing for an empty seat. 0 where another assignment is as good.

    References
    ----------
    .. [1] Ahuja, Magnanti and Orlin, Network Flows, 1993, sections 5.6 and 9.6: all pairs of
       shortest paths, and the optimality of residual networks.

    Examples
    --------
    >>> scores = np.array([[0.9, 0.8], [0.7, 0.1]])
    >>> weigh_choices(scores, scores >= 0.3, np.array([1, 0])).round(3).tolist()
    [0.6, 0.6]
    """
    n = len(scores)
    filled = np.flatnonzero(holder >= 0)
    loss = np.full(n, np.nan)
    if not len(filled):
        return loss
    worth = _exact(scores)
    open_to = np.where(allowed, worth, -np.inf)
    held = np.zeros(n)
    held[filled] = worth[filled, holder[filled]]
    # Node n is the outside: people without a seat, and nobody at all.
    gain = np.full((n + 1, n + 1), -np.inf)
    gain[filled, :n] = open_to[:, holder[filled]].T - held
    gain[:n, n] = 0.0
    outside = np.full(n, 0.0)
    unseated = np.setdiff1d(np.arange(scores.shape[1]), holder[filled])
    if len(unseated):
        outside = np.maximum(open_to[:, unseated].max(axis=1), 0.0)
    gain[n, :n] = outside - held
    np.fill_diagonal(gain, -np.inf)
    path = gain.copy()
    np.fill_diagonal(path, 0.0)
    for via in range(n + 1):
        np.maximum(path, path[:, [via]] + path[[via], :], out=path)
    around = (gain[filled] + path[:, filled].T).max(axis=1)
    loss[filled] = -around / _WHOLE
    return loss
