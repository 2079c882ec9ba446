"""The words of the track plan: why this person for this seat, and how the plan was made.

What comes in is who sits where; what goes out are sentences. None of them names a person, as
screens may hide who people are.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from workbench.analyses.plan.occupancy import Occupancy, pair_seats
from workbench.analyses.plan.open_seats import AREA_ROLE, TEAM_ROLE, key_of
from workbench.analyses.plan.seat_fit import EARLIER_TEAM, SeatFit
from workbench.ladder import ROLES

__all__ = ["give_reasons", "note_plan"]

_PROPOSAL = "This is a proposal for a meeting; nothing is applied."


def give_reasons(taken: Occupancy) -> list[str]:
    """Say of each seat that is filled why by this person.

    Parameters
    ----------
    taken
        Who sits where.

    Returns
    -------
    list of str
        One reason for each seat that is filled, in the order of the seats.
    """
    paired = pair_seats(taken)
    only_manager: dict[str, list[str]] = {}
    for team, cell in taken.teams["people_managers"].items():
        if len(cell) == 1:
            only_manager.setdefault(cell[0], []).append(key_of(team))
    reasons = []
    for seat in np.flatnonzero(taken.holder >= 0):
        person = int(taken.holder[seat])
        parts = [
            *(["kept by choice"] if taken.locked[seat] else []),
            _say_role(taken, int(seat), person),
            _say_team(taken, int(seat), person),
            *_say_domain(taken.fit, int(seat), person),
            *(["returns to the technical track"] if taken.persons["returns"].iloc[person] else []),
            *_say_managers(taken, int(seat), person, paired[seat], only_manager),
        ]
        reasons.append("; ".join(parts))
    return reasons


def _say_role(taken: Occupancy, seat: int, person: int) -> str:
    """Say which role the person resembles, and what the seat is for where that is another one."""
    wanted, n_spanned = taken.seats["role"].iloc[seat], taken.seats["n_spanned"].iloc[seat]
    own = key_of(taken.persons["role"].iloc[person])
    similarity = taken.persons["role_similarity"].iloc[person]
    role_fit = taken.fit.role_fit[seat, person]
    if np.isnan(role_fit):
        return "resemblance to the roles is not known"
    said = (
        f"resembles a {own} ({similarity:.2f})"
        if own in ROLES
        else "resembles no role of the track clearly"
    )
    nearest = int(taken.fit.nearest[seat, person])
    if nearest >= 0 and ROLES[nearest] != own and ROLES[nearest] == wanted:
        said += f" and a {wanted}, whom this seat is for ({role_fit:.2f})"
    elif own in ROLES and own != wanted:
        rungs = ROLES.index(own) - ROLES.index(wanted)
        away = ("one rung", "two rungs", "three rungs", "four rungs")[abs(rungs) - 1]
        said += f", {away} {'above' if rungs > 0 else 'below'} the {wanted} of this seat"
    if n_spanned:
        said += (
            f"; the seat spans {n_spanned} teams of {taken.seats['area'].iloc[seat]} without a "
            "technical leader"
        )
    return said


def _say_team(taken: Occupancy, seat: int, person: int) -> str:
    """Say whether the person works in the team, or did."""
    same = taken.fit.same_team[seat, person]
    key = taken.persons.index[person]
    if same == 1:
        since = taken.positions.loc[key, "team_since"]
        return f"works in this team{f' since {since}' if since else ''}"
    if same == EARLIER_TEAM:
        return "worked in this team before"
    if np.isnan(same):
        return "present team not known"
    return f"would come from {taken.positions.loc[key, 'team']}"


def _say_domain(fit: SeatFit, seat: int, person: int) -> list[str]:
    """Say how many of the team's members do the same kind of work."""
    alike, others = int(fit.alike[seat, person]), int(fit.others[seat, person])
    if not others:
        return []
    other = "other " if fit.same_team[seat, person] == 1 else ""
    does = "does" if alike == 1 else "do"
    return [
        f"{alike or 'none'} of {others} {other}{'member' if others == 1 else 'members'} {does} the "
        "same kind of work"
    ]


def _say_managers(
    taken: Occupancy,
    seat: int,
    person: int,
    paired: object,
    only_manager: Mapping[str, Sequence[str]],
) -> list[str]:
    """Say which team would need a people manager."""
    key = taken.persons.index[person]
    team = key_of(taken.seats.index[seat])
    managers = taken.seats["people_managers"].iloc[seat]
    said = []
    if paired is None and managers:
        said.append(
            "this team would then need a people manager"
            if key in managers
            else "this team's people manager is proposed for another seat, so it would need one"
        )
    elif paired is None:
        said.append("no people manager of this team is known")
    left = [each for each in only_manager.get(key, ()) if each != team]
    if left:
        said.append(f"{' and '.join(left)} would then need a people manager")
    return said


def note_plan(
    taken: Occupancy, members: pd.DataFrame, weights: Mapping[str, float], *, rung_step: float
) -> tuple[str, ...]:
    """Say how the plan was made and what was not known.

    Parameters
    ----------
    taken
        Who sits where.
    members
        Everybody who was assessed, with `role`.
    weights
        Of `role_fit`, `same_team` and `known_domain`.
    rung_step
        Share of the fit lost for each rung.

    Returns
    -------
    tuple of str
        Sentences; the first says that it is a proposal.
    """
    seats, persons = taken.seats, taken.persons
    total = sum(weights.values())
    role, team, domain = (
        f"{100 * weights[part] / total:.0f} %" for part in ("role_fit", "same_team", "known_domain")
    )
    notes = [
        _PROPOSAL,
        f"Fit, from 0 to 1: {role} resemblance to the seat's role, {team} working in the team "
        f"(half of it for having worked there before), {domain} share of its members who do the "
        "same kind of work. What is not known is left out of the mean. The plan has the largest "
        f"sum of fits; below {taken.min_seat_fit:.2f} a seat rather stays empty.",
        "Worth of a choice: how much the sum of fits falls if this person may not have this seat "
        "and everybody else is placed anew. Near 0, another plan is as good. The second choice is "
        "the best fit among those without a seat.",
        f"A seat of one team is for a {TEAM_ROLE}; each rung between a person's role and the "
        f"seat's takes {100 * rung_step:.0f} % of the resemblance.",
    ]
    spanning = seats.loc[seats["n_spanned"].gt(0)]
    if len(spanning):
        named = ", ".join(
            f"{team} for {area} ({n} teams)"
            for team, area, n in zip(
                spanning.index, spanning["area"], spanning["n_spanned"], strict=True
            )
        )
        notes.append(
            f"Where several teams of an area have no technical leader and nobody above the "
            f"{TEAM_ROLE} leads there, the seat of the largest one is for a {AREA_ROLE} who spans "
            f"them: {named}."
        )
    lead_already = int(members["role"].isin(ROLES).sum()) - int(persons["candidate"].sum())
    if lead_already:
        who = (
            "1 person who resembles a role of the track is"
            if lead_already == 1
            else f"{lead_already:,} people who resemble a role of the track are"
        )
        notes.append(
            f"{who} not moved: they lead a team technically already, or too little is known of "
            "them."
        )
    not_known = int(taken.teams["covered"].isna().sum())
    if not_known:
        notes.append(
            f"Of {not_known:,} {'team' if not_known == 1 else 'teams'} it is not known whether "
            "they have a technical leader; they count as no open seat."
        )
    if taken.positions.empty and len(seats):
        notes.append("Where people work is not known, so the fit is the resemblance alone.")
    return tuple(notes)
