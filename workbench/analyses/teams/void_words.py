"""Void words: the state of a team, how it came to it, and what was assumed, in sentences."""

import numpy as np
import pandas as pd

from workbench.analyses.teams.roster import Roster
from workbench.analyses.teams.seats import NO_TEAM, UNKNOWN, YES, Seats
from workbench.analyses.teams.void_outcomes import VOID_OUTCOMES
from workbench.analyses.teams.voids import Void
from workbench.settings import Settings

__all__ = ["say_state", "write_notes"]


def say_state(
    roster: Roster,
    seats: Seats,
    state: str,
    where: tuple[int, int],
    void: Void | None,
    settings: Settings,
) -> str:
    """Say in words how a team stands in the latest cycle.

    Parameters
    ----------
    roster, seats
        Of the same people.
    state
        A name of `STATES`.
    where
        The team, and the column since which it has, or has not, had a technical leader.
    void
        How it came to be without one, if it is.
    settings
        Its `min_team_size` counts.

    Returns
    -------
    str
        One to three sentences without a name or an id in them.
    """
    team, start = where
    since = roster.cycles[start]
    if void is not None:
        told = _say_beginning(roster, void)
        if state == "neither":
            told += " Nobody manages its people either."
    elif state == "pair":
        told = f"It has a people manager and, since {since}, a technical leader."
    elif state == "no_people_manager" and seats.both[team, -1]:
        told = (
            f"Since {since} it has a technical leader, who is also the only one to manage its "
            "people."
        )
    elif state == "no_people_manager":
        told = f"Since {since} it has a technical leader; nobody is seen to manage its people."
    elif seats.latest[team] == YES:
        told = (
            f"Since {since} it has a technical leader; the reviews do not say who manages people."
        )
    else:
        told = "The job title of somebody in the team is missing, so it cannot be said."
    if seats.n_people[team, -1] < settings.min_team_size:
        told += f" With fewer than {settings.min_team_size} people, its results are not shown."
    return told + _say_leave(roster, seats, team)


def _say_beginning(roster: Roster, void: Void) -> str:
    """Say since when a team has had no technical leader, and what happened."""
    since = roster.cycles[void.since]
    none = f"No technical leader since {since}"
    first = ", the first cycle in which the team is seen"
    if void.how == "always":
        return f"{none}{first}."
    if void.n_last == 0 and void.person >= 0:
        return (
            f"{none} by title. In {roster.cycles[void.start]} its strongest engineer "
            f"by {void.strength} was promoted to management."
        )
    if void.person < 0:
        return f"{none}; whether it had one in the cycle before is not known."
    who = "the last one" if void.n_last == 1 else f"one of the last {void.n_last}"
    happened = {
        "promotion_to_management": f"was promoted to management in {roster.cycles[void.start]}",
        "departure": "is not in the reviews any more",
        "move": "moved to another team",
        "other": "is no longer on the technical-leadership track",
    }[void.how]
    return f"{none}: {who} {happened}."


def _say_leave(roster: Roster, seats: Seats, team: int) -> str:
    """Say that every technical leader of a team is on leave for the whole of the latest cycle."""
    leave = roster.values.get("leave_share")
    who = seats.leaders.of((team + 1) * len(roster.cycles) - 1)
    who = who[who < len(roster.people)]
    if leave is None or not len(who) or not (leave[who, -1] >= 1).all():
        return ""
    return f" Its technical leader is on leave for the whole of {roster.cycles[-1]}."


def write_notes(roster: Roster, seats: Seats, voids: pd.DataFrame) -> tuple[str, ...]:
    """Say in sentences what the coverage rests on and what it leaves open.

    Parameters
    ----------
    roster, seats
        Of the same people.
    voids
        As in `Coverage.voids`.

    Returns
    -------
    tuple of str
    """
    if not seats.basis:
        return ("The reviews name neither teams nor managers, so no team can be looked at.",)
    if not roster.tracks_known:
        return (
            "The reviews have neither tracks nor job titles, so it is not known who leads "
            "technically.",
        )
    notes = []
    if seats.basis == "manager":
        notes.append(
            "The reviews have no team names; a team is everybody who reports to one manager, and "
            "begins anew with each manager."
        )
    if not (seats.leader == YES).any():
        notes.append(
            "Nobody in these reviews is on the technical-leadership track. If some people are, "
            "their job titles do not say so."
        )
    if not seats.managers_known:
        notes.append("The reviews do not say who manages people.")
    unknown = int((seats.latest == UNKNOWN).sum())
    if unknown:
        notes.append(
            f"For {_teams(unknown)} it is not known whether there is a technical leader: the job "
            "title of somebody in the team is missing."
        )
    # A team that is left with managers alone is still there.
    here = np.isin(seats.units, np.unique(roster.units[seats.basis][:, -1]))
    led_before = (seats.leader != NO_TEAM).any(axis=1)
    ended = int(((seats.latest == NO_TEAM) & led_before & ~here).sum())
    if ended:
        notes.append(f"Not there any more in the latest cycle: {_teams(ended)}.")
    codes = roster.units[seats.basis][:, -1]
    without = len(np.unique(codes[codes >= 0])) - int((seats.latest != NO_TEAM).sum())
    if without > 0:
        notes.append(f"Left out, because nobody in it is in a technical job: {_teams(without)}.")
    return (*notes, *_say_outcomes(voids))


def _teams(n: int) -> str:
    """Count teams in words."""
    return f"{n:,} {'team' if n == 1 else 'teams'}"


def _say_outcomes(voids: pd.DataFrame) -> list[str]:
    """Say how many voids could be held against similar teams, and what that does not prove."""
    if voids.empty:
        return []
    counted = [
        f"{name} for {int(voids[f'{name}_change'].notna().sum()):,}" for name in VOID_OUTCOMES
    ]
    if not any(voids[f"{name}_change"].notna().any() for name in VOID_OUTCOMES):
        return [
            f"What happened around the beginning could be held against similar teams for none of "
            f"{_teams(len(voids))} without a technical leader."
        ]
    return [
        f"Of {_teams(len(voids))} without a technical leader, what happened around the beginning "
        f"could be held against similar teams in {', '.join(counted)}.",
        "Intervals are for one team at a time, not for having looked at many. A change around "
        "the beginning of a void can have other causes.",
    ]
