"""The words of the track plan: why this person, why this seat is empty, why this person has none.

What comes in is who sits where; what goes out are sentences and the lists that they stand in. No
sentence names a person, as screens may hide who people are.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.analyses.open_seats import AREA_ROLE, TEAM_ROLE, key_of
from workbench.analyses.seat_fit import EARLIER_TEAM, SeatFit
from workbench.ladder import ROLES

__all__ = [
    "PROPOSAL",
    "Occupancy",
    "explain_open_seats",
    "explain_unseated",
    "give_reasons",
    "note_plan",
    "pair_seats",
]

_Floats = npt.NDArray[np.float64]
_Ints = npt.NDArray[np.int64]
_Mask = npt.NDArray[np.bool_]

PROPOSAL = "This is a proposal for a meeting; nothing is applied."


@dataclass(frozen=True, slots=True)
class Occupancy:
    """Who sits where: S seats and P people.

    Attributes
    ----------
    seats, persons
        As `find_open_seats` gives them; indexed by the text of the person: `person_id`, `role`,
        `role_similarity`, `candidate`, `returns`.
    positions, teams
        Everybody's position; every team.
    fit
        How well people suit seats.
    holder, second : (S,)
        Columns of people, -1 for none.
    margin : (S,)
        What the plan loses without the choice.
    locked, seat_free : (S,)
        Kept by choice; filled by the plan, which leaves out the rest.
    person_free, left_out : (P,)
        Whom the plan could place; who is left out by choice.
    min_seat_fit
        Fit below which a seat rather stays empty.
    """

    seats: pd.DataFrame
    persons: pd.DataFrame
    positions: pd.DataFrame
    teams: pd.DataFrame
    fit: SeatFit
    holder: _Ints
    second: _Ints
    margin: _Floats
    locked: _Mask
    seat_free: _Mask
    person_free: _Mask
    left_out: _Mask
    min_seat_fit: float


def pair_seats(taken: Occupancy) -> list[object]:
    """Find the people manager whom each seat would be paired with.

    Of several managers it is the one with the most of the team's people, then the first by name.
    Whoever is proposed for a seat does not manage any more.
    """
    moving = {taken.persons.index[each] for each in taken.holder if each >= 0}
    positions = taken.positions
    reports = Counter(zip(positions["team"], positions["manager"], strict=True))
    found: list[object] = []
    for team, managers in taken.seats["people_managers"].items():
        stay = [each for each in managers if each not in moving]
        stay.sort(key=lambda each: (-reports[(key_of(team), each)], each))
        found.append(stay[0] if stay else None)
    return found


def give_reasons(taken: Occupancy) -> list[str]:
    """Say of each seat that is filled why by this person, in the order of the seats."""
    paired = pair_seats(taken)
    only_manager = {
        cell[0]: key_of(team)
        for team, cell in taken.teams["people_managers"].items()
        if len(cell) == 1
    }
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
    only_manager: Mapping[str, str],
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
    left = only_manager.get(key, team)
    if left != team:
        said.append(f"{left} would then need a people manager")
    return said


def explain_open_seats(taken: Occupancy) -> pd.DataFrame:
    """List the seats that stay empty, with the best person and why it is not enough."""
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
    """List the candidates without a seat, with the seat that they fit best and why not that one."""
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


def note_plan(
    taken: Occupancy, members: pd.DataFrame, weights: Mapping[str, float], *, rung_step: float
) -> tuple[str, ...]:
    """Say how the plan was made and what was not known."""
    seats, persons = taken.seats, taken.persons
    total = sum(weights.values())
    role, team, domain = (
        f"{100 * weights[part] / total:.0f} %" for part in ("role_fit", "same_team", "known_domain")
    )
    notes = [
        PROPOSAL,
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
        notes.append(
            f"{lead_already:,} who resemble a role of the track are not moved: they lead a team "
            "technically already, or too little is known of them."
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
