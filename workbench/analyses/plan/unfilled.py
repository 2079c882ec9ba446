"""Unfilled: which seats stay empty and which candidates have no seat, each with why.

What comes in is who sits where; what goes out are two lists. No sentence names a person, as screens
may hide who people are.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.analyses.plan.occupancy import Occupancy, pair_seats
from workbench.analyses.plan.open_seats import key_of

__all__ = ["explain_open_seats", "explain_unseated"]

_Floats = npt.NDArray[np.float64]
_Ints = npt.NDArray[np.int64]
_Mask = npt.NDArray[np.bool_]


def explain_open_seats(taken: Occupancy) -> pd.DataFrame:
    """List the seats that stay empty, with the best person and why it is not enough.

    Parameters
    ----------
    taken
        Who sits where.

    Returns
    -------
    pandas.DataFrame
        As `open_seats` of `TrackPlan`.
    """
    at = np.flatnonzero(taken.holder < 0)
    ids = [*taken.persons["person_id"], None]
    paired = pair_seats(taken)
    best, highest = _best(taken.fit.score[at], taken.person_free[None, :])
    since = [key_of(each) or None for each in taken.seats["since"].iloc[at]]
    why = [
        _why_open(taken, bool(taken.seat_free[seat]), score)
        for seat, score in zip(at, highest, strict=True)
    ]
    return pd.DataFrame(
        {
            "team": pd.Series(taken.seats["team"].iloc[at].tolist(), dtype=object),
            "seat_role": pd.Series(taken.seats["role"].iloc[at].tolist(), dtype=object),
            "since": pd.Series(since, dtype=object),
            "paired_with": pd.Series([paired[seat] for seat in at], dtype=object),
            "best_person_id": pd.Series([ids[each] for each in best], dtype=object),
            "best_score": highest,
            "why": pd.Series(why, dtype=object),
        }
    )


def _why_open(taken: Occupancy, is_free: bool, highest: float) -> str:
    """Say why a seat stays empty."""
    if not is_free:
        return "left out of this plan"
    if not taken.persons["candidate"].any():
        return "nobody resembles a role of the track without leading a team technically already"
    if np.isnan(highest):
        return "nobody is left to propose"
    if highest < taken.min_seat_fit:
        return (
            f"nobody fits yet: the highest fit is {_down(highest)} where "
            f"{taken.min_seat_fit:.2f} is needed"
        )
    return f"everybody who fits has another seat; the highest fit among them is {highest:.2f}"


def explain_unseated(taken: Occupancy) -> pd.DataFrame:
    """List the candidates without a seat, with the seat that they fit best and why not that one.

    Parameters
    ----------
    taken
        Who sits where.

    Returns
    -------
    pandas.DataFrame
        As `unseated` of `TrackPlan`, the best fit first.
    """
    seated = np.isin(np.arange(len(taken.persons)), taken.holder)
    at = np.flatnonzero(taken.persons["candidate"].to_numpy(bool) & ~seated)
    best, highest = _best(taken.fit.score[:, at].T, taken.seat_free[None, :])
    teams = [*taken.seats["team"], None]
    own = taken.positions["team"].reindex(taken.persons.index[at]).fillna("")
    why = [
        _why_unseated(taken, bool(taken.left_out[person]), score, teams[seat])
        for person, seat, score in zip(at, best, highest, strict=True)
    ]
    found = pd.DataFrame(
        {
            "person_id": pd.Series(taken.persons["person_id"].iloc[at].tolist(), dtype=object),
            "role": pd.Series(taken.persons["role"].iloc[at].tolist(), dtype=object),
            "similarity": taken.persons["role_similarity"].to_numpy(float)[at],
            "current_team": own.where(own.ne(""), None).to_numpy(object),
            "best_team": pd.Series([teams[seat] for seat in best], dtype=object),
            "best_score": highest,
            "why": pd.Series(why, dtype=object),
        }
    )
    order = np.argsort(-found["best_score"].fillna(-1.0).round(9).to_numpy(float), kind="stable")
    return found.iloc[order].reset_index(drop=True)


def _why_unseated(taken: Occupancy, left_out: bool, highest: float, team: object) -> str:
    """Say why a candidate has no seat."""
    if left_out:
        return "left out of this plan"
    if taken.seats.empty:
        return "there is no open seat"
    if np.isnan(highest):
        return "no seat is left to fill"
    if highest < taken.min_seat_fit:
        return (
            f"fits no open seat yet: the highest fit is {_down(highest)}, for {key_of(team)}, "
            f"where {taken.min_seat_fit:.2f} is needed"
        )
    return f"others fit as well or better; the highest fit is {highest:.2f}, for {key_of(team)}"


def _best(scores: _Floats, among: _Mask) -> tuple[_Ints, _Floats]:
    """Find the highest score of each row among some columns: its column, -1 for none, and it."""
    if not scores.shape[1]:
        return np.full(len(scores), -1, dtype=np.int64), np.full(len(scores), np.nan)
    masked = np.where(among & np.isfinite(scores), scores, -1.0)
    best = masked.argmax(axis=1)
    highest = masked.max(axis=1)
    none = highest < 0
    return np.where(none, -1, best).astype(np.int64), np.where(none, np.nan, highest)


def _down(score: float) -> str:
    """Write a score that is too low so that it never reads as what is needed."""
    return f"{np.floor(100 * score) / 100:.2f}"
