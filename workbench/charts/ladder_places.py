"""Where the track plan's people, seats and rungs stand, from top to bottom.

What comes in is a plan; what goes out are rows, one for each person who is shown, beside that of
the seat, within the rung that the person resembles. One order for both sides keeps every line
level, so that none crosses another.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.analyses.resemblance.roles import ROLE_PROFILES, STRONG_ENGINEER
from workbench.analyses.track_plan import TrackPlan
from workbench.charts.theme import labelled, plain_text, shortened

__all__ = ["SEATS_SHOWN", "Places", "place_plan"]

SEATS_SHOWN = 16

_RUNGS = [profile.role for profile in ROLE_PROFILES if profile.role != STRONG_ENGINEER]
_NO_ROOM = 0.72  # height of a rung without people, in rows
_LONGEST_TEAM, _LONGEST_NAME = 18, 26  # letters
_GAP = 0.5  # between the ladder and the empty seats, in rows


@dataclass(frozen=True, slots=True)
class Places:
    """Where everything stands, from top to bottom, in rows.

    Attributes
    ----------
    people
        Assignments that are shown, with `y`.
    seats
        Empty seats that are shown, with `y`.
    rungs
        `role`, `y`, and `top` and `bottom` of its people; missing where it has none.
    rows
        How many rows there are in all.
    """

    people: pd.DataFrame
    seats: pd.DataFrame
    rungs: pd.DataFrame
    rows: float


def place_plan(plan: TrackPlan, labels: Mapping[str, str]) -> Places:
    """Choose what is shown and give everything its row: one order for people and for teams.

    Parameters
    ----------
    plan
        Its `assignments` and `open_seats`.
    labels
        The text shown for a person_id.

    Returns
    -------
    Places
    """
    n_open = min(len(plan.open_seats), max(SEATS_SHOWN - len(plan.assignments), 3))
    shown = plan.assignments.head(SEATS_SHOWN - n_open)
    rung = shown["role"].map({role: place for place, role in enumerate(_RUNGS)}).fillna(-1)
    order = np.lexsort([shown["team"].astype(str), -shown["score"].fillna(0), -rung])
    people = shown.iloc[order].assign(rung=rung.iloc[order].to_numpy(int)).reset_index(drop=True)
    ys, rungs, y = np.zeros(len(people)), [], 0.0
    for place in (*range(len(_RUNGS) - 1, -1, -1), -1):
        at = np.flatnonzero(people["rung"] == place)
        role = _RUNGS[place] if place >= 0 else "No rung yet"
        if len(at):
            ys[at] = y + 0.5 + np.arange(len(at))
            rungs.append((role, ys[at].mean(), ys[at].min(), ys[at].max()))
            y += len(at)
        elif place >= 0:
            rungs.append((role, y + _NO_ROOM / 2, np.nan, np.nan))
            y += _NO_ROOM
    people = people.assign(
        y=ys,
        label=[shortened(each, _LONGEST_NAME) for each in labelled(people["person_id"], labels)],
        pair=[_pair(each, labels) for each in people["paired_with"]],
        fit=[
            _fit(score, kept) for score, kept in zip(people["score"], people["locked"], strict=True)
        ],
        near=people["same_team"].eq(1),
        seat=[shortened(plain_text(team), _LONGEST_TEAM) for team in people["team"]],
    )
    seats = plan.open_seats.head(n_open)
    seats = seats.assign(
        y=y + _GAP + 0.5 + np.arange(n_open),
        seat=[shortened(plain_text(team), _LONGEST_TEAM) for team in seats["team"]],
        said=[_why_empty(why) for why in seats["why"]],
        pair=[_pair(each, labels) for each in seats["paired_with"]],
    )
    return Places(
        people,
        seats,
        pd.DataFrame(rungs, columns=["role", "y", "top", "bottom"]),
        y + (_GAP + n_open if n_open else 0.0),
    )


def _pair(manager: object, labels: Mapping[str, str]) -> str:
    """Name the people manager of a seat."""
    if manager is None or pd.isna(manager):  # type: ignore[call-overload]  # an id or missing
        return "needs a people manager"
    return shortened(plain_text(labels.get(str(manager), str(manager))), _LONGEST_NAME)


def _fit(score: float, kept: bool) -> str:
    """Write the fit, and that somebody is kept by choice."""
    number = "\u2013" if pd.isna(score) else f"{score:.2f}"
    return f"{number}, kept" if kept else number


def _why_empty(why: str) -> str:
    """Say in a few words why a seat is empty; the table has the whole sentence."""
    if why.startswith("left out"):
        return "left out"
    return "all who fit are placed" if why.startswith("everybody") else "nobody fits yet"
