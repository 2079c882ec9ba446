"""Void outcomes: what team output, engagement and retention did around the beginning of a void.

What comes in are the voids and the seats; what goes out is one row per void, each outcome beside
that of similar teams.
"""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from workbench.analyses.teams.led_teams import Lead
from workbench.analyses.teams.seats import Seats
from workbench.analyses.teams.similar_teams import SimilarTeams
from workbench.analyses.teams.team_changes import measure_change
from workbench.analyses.teams.team_outcomes import OUTCOMES, Outcome
from workbench.analyses.teams.voids import BEGINNINGS, Void

__all__ = ["VOID_OUTCOMES", "measure_voids"]

_BY_NAME = {each.name: each for each in OUTCOMES}
VOID_OUTCOMES: dict[str, Outcome] = {
    "output": _BY_NAME["technical_output"],
    "engagement": _BY_NAME["engagement"],
    "retention": _BY_NAME["retention"],
}
_EVENTS = {each.name: each.event for each in BEGINNINGS}


def measure_voids(
    similar: SimilarTeams, seats: Seats, voids: Sequence[Void], teams: pd.DataFrame
) -> pd.DataFrame:
    """Say what happened around the beginning of each void.

    Parameters
    ----------
    similar
        The teams to compare with.
    seats, voids
        Of the same people.
    teams
        As in `Coverage.teams`.

    Returns
    -------
    DataFrame
        As in `Coverage.voids`.
    """
    roster = similar.roster
    by_team = {team["team"]: team for team in teams.to_dict("records")}
    rows = []
    for void in voids:
        team = by_team[seats.names[void.team]]
        own = void.lead if void.is_of_led_team(seats) else None
        lead = void.event(seats, len(roster.cycles)) if own is None else own
        numbers: list[Any] = []
        for outcome in VOID_OUTCOMES.values():
            numbers += _numbers(void, team["n_people"], similar, lead, outcome)
        person = roster.managers[void.person] if void.person >= 0 else None
        event = roster.cycles[void.start] if void.start >= 0 else None
        told = team["since"], void.how, person, event, team["n_people"]
        rows.append((team["team"], *told, *numbers, team["reason"]))
    return _frame(rows)


def _numbers(
    void: Void, n_people: int, similar: SimilarTeams, lead: Lead, outcome: Outcome
) -> tuple[Any, ...]:
    """Give change, low, high, n and reason of one outcome."""
    least = similar.settings.min_team_size
    if void.start < 0:
        change = None
        reason = "No event is seen with which it began, so there is no before and after."
    elif n_people < least:
        change, reason = None, f"The team has fewer than {least} members, so nothing is shown."
    else:
        change = measure_change(similar, lead, outcome, event=_EVENTS[void.how])
        reason = change.reason
    if change is None:
        return float("nan"), float("nan"), float("nan"), pd.NA, reason
    found = change.found
    return found.effect, found.low, found.high, found.n_similar, reason


def _frame(rows: Sequence[tuple[Any, ...]]) -> pd.DataFrame:
    """Lay the rows out as a table."""
    # Of objects, so that nobody stays None.
    dtypes: dict[str, str] = {"team": "str", "since": "object", "began_with": "str"}
    dtypes |= {"person_id": "object", "event_cycle": "object", "n_people": "int64"}
    for name in VOID_OUTCOMES:
        dtypes |= {f"{name}_{each}": "float64" for each in ("change", "low", "high")}
        dtypes |= {f"{name}_n": "Int64", f"{name}_reason": "str"}
    dtypes["reason"] = "str"
    frame = pd.DataFrame(rows, columns=list(dtypes), dtype=object).astype(dtypes)
    return frame.assign(since=frame["since"].infer_objects())
