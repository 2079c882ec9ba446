"""The track plan: which candidate could take which open seat of technical leadership.

What comes in are the people with the role that each resembles, the teams with what covers them, and
where people work; what goes out is a proposal: the assignment of people to seats with the largest
sum of fits, at most one seat each, with what each choice is worth and what else there is. Nothing
is applied. A meeting can keep or leave out people and seats and plan again.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.analyses.plan.assignment import assign_seats, find_seconds, weigh_choices
from workbench.analyses.plan.occupancy import Occupancy, pair_seats
from workbench.analyses.plan.open_seats import (
    find_open_seats,
    name_areas,
    read_positions,
    read_teams,
)
from workbench.analyses.plan.plan_words import give_reasons, note_plan
from workbench.analyses.plan.seat_candidates import list_persons, read_members
from workbench.analyses.plan.seat_fit import SeatFit, fit_seats, similarities_to_roles
from workbench.analyses.plan.unfilled import explain_open_seats, explain_unseated
from workbench.analyses.plan.what_if import WhatIf, read_what_if
from workbench.errors import SettingsError
from workbench.settings import DEFAULTS

__all__ = ["TrackPlan", "plan_track"]

_Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class TrackPlan:
    """A proposal of who could take which open seat; nothing is applied.

    Attributes
    ----------
    assignments
        One row per seat that somebody is proposed for, the best fit first: `person_id`, `role` (the
        one the person resembles), `team`, `paired_with` (the people manager; missing where there
        would be none), `score` (0 to 1) with its parts `role_fit`, `same_team`, `known_domain`,
        `reason`, `seat_role` (the role that the seat is for), `current_team`, `similarity`,
        `second_person_id` (the best person without a seat; missing where nobody is free),
        `second_score`, `margin` (how much the sum of fits falls if this person may not have this
        seat and everybody else is placed anew; missing where it is kept by choice), `locked`,
        `returns` (from people management to the technical track).
    open_seats
        Seats left empty: `team`, `seat_role`, `since`, `paired_with`, `best_person_id`,
        `best_score`, `why`.
    unseated
        Candidates without a seat: `person_id`, `role`, `similarity`, `current_team`, `best_team`,
        `best_score`, `why`.
    weights
        One row a part of the score: `part`, `weight` (they add up to 1), `meaning`.
    notes
        How the plan was made and what was not known, in sentences.
    n_seats, n_candidates
        Teams without a technical leader; people who could take a seat.
    total
        Sum of the fits.
    tracks_known
        Whether it is known of any team if it has a technical leader.
    """

    assignments: pd.DataFrame
    open_seats: pd.DataFrame
    unseated: pd.DataFrame
    weights: pd.DataFrame
    notes: tuple[str, ...]
    n_seats: int
    n_candidates: int
    total: float
    tracks_known: bool

    def moves_from(self, before: "TrackPlan") -> pd.DataFrame:
        """List who would be elsewhere than in another plan.

        Parameters
        ----------
        before
            The plan to compare with.

        Returns
        -------
        pandas.DataFrame
            `person_id`, `team_before`, `team`; missing where the person has no seat.
        """
        columns = ["person_id", "team"]
        both = before.assignments[columns].merge(
            self.assignments[columns], on="person_id", how="outer", suffixes=("_before", "")
        )
        same = both["team_before"].eq(both["team"])
        return both.loc[~same].reset_index(drop=True)


def plan_track(
    members: pd.DataFrame,
    teams: pd.DataFrame,
    people: pd.DataFrame | None = None,
    *,
    roles: pd.DataFrame | None = None,
    flags: pd.DataFrame | None = None,
    locked: Sequence[tuple[Hashable, Hashable]] = (),
    excluded_people: Iterable[Hashable] = (),
    excluded_teams: Iterable[Hashable] = (),
    role_fit_weight: float = DEFAULTS.role_fit_weight,
    same_team_weight: float = DEFAULTS.same_team_weight,
    known_domain_weight: float = DEFAULTS.known_domain_weight,
    rung_step: float = DEFAULTS.rung_step,
    min_seat_fit: float = DEFAULTS.min_seat_fit,
    min_spanned_teams: int = DEFAULTS.min_spanned_teams,
    min_evidence_share: float = DEFAULTS.min_evidence_share,
) -> TrackPlan:
    """Match candidates for technical leadership to the teams that lack a technical leader.

    Each team without a technical leader has one open seat. A candidate resembles a role of the
    track on enough evidence and leads no team technically yet: nobody is moved away to open another
    void. The fit of a person to a seat is the weighted mean of three parts: resemblance to the
    seat's role, working in the team, and doing its kind of work. The plan has the largest sum of
    fits [1]_, of equal sums the one with the highest single fits; a seat stays empty rather than be
    filled below the least fit.

    A seat is for a Lead Engineer, the rung that leads one team. Where `min_spanned_teams` teams of
    one area lack a technical leader and nobody on a higher rung is there, the seat of the largest
    of them is for a Software Architect who spans the others.

    Parameters
    ----------
    members
        One row per person: `person_id`, `role` and, if known, `role_similarity`, `evidence_share`,
        as the members of `Candidates`.
    teams
        One row per team: `team`, `covered` and, if known, `people_managers`, `technical_leaders`
        (tuples of person_id), `since` and `n_people`, as the teams of `Coverage`.
    people
        One row per person, as `find_positions` makes them: `person_id`, `team` and, if known,
        `team_since`, `teams`, `manager`, `job_family`, `department`, `track`.
    roles
        Similarity of people to every role: `person_id`, `role`, `similarity`, `considered`. Without
        it, a person is compared by the role of `members` alone.
    flags
        `person_id` and `flagged`, as in the flags of `Declines`. A flagged manager is scored like
        anybody else; the reason says that the person returns to the technical track.
    locked
        Pairs of a person and the team whose seat the person keeps, whatever the fit.
    excluded_people, excluded_teams
        Who and which seats are left out.
    role_fit_weight, same_team_weight, known_domain_weight
        Weights of the three parts; only their ratio matters.
    rung_step
        Share of the role fit lost for each rung between a person's role and the seat's.
    min_seat_fit
        Fit below which a seat rather stays empty.
    min_spanned_teams
        Open seats of one area from which one of them spans the others.
    min_evidence_share
        Share of the evidence that must be known of a candidate.

    Returns
    -------
    TrackPlan
        The same for the same rows in any order.

    Raises
    ------
    InputError
        If a column is missing, a person or team has more than one row, or what is kept and left out
        is unknown or contradicts itself.
    SettingsError
        If no weight is above 0.

    References
    ----------
    .. [1] Kuhn, The Hungarian method for the assignment problem, 1955, as solved by
       `scipy.optimize.linear_sum_assignment`.

    Examples
    --------
    >>> members = pd.DataFrame({"person_id": ["ada", "bo"], "role": "Lead Engineer",
    ...                         "role_similarity": [0.8, 0.7]})
    >>> teams = pd.DataFrame({"team": ["Ads", "Search"], "covered": False,
    ...                       "people_managers": [("max",), ()]})
    >>> people = pd.DataFrame({"person_id": ["ada", "bo"], "team": ["Ads", "Ads"]})
    >>> plan = plan_track(members, teams, people)
    >>> plan.assignments[["person_id", "team", "paired_with"]].fillna("-").values.tolist()
    [['ada', 'Ads', 'max'], ['bo', 'Search', '-']]
    >>> plan.assignments["reason"].tolist()[0]
    'resembles a Lead Engineer (0.80); works in this team'
    """
    weights = {
        "role_fit": role_fit_weight,
        "same_team": same_team_weight,
        "known_domain": known_domain_weight,
    }
    _check_weights(weights)
    rows, positions, units = read_members(members), read_positions(people), read_teams(teams)
    seats = find_open_seats(
        units,
        name_areas(positions),
        dict(zip(rows.index, rows["role"], strict=True)),
        min_spanned_teams=min_spanned_teams,
    )
    named = {
        each for cell in (*units["people_managers"], *units["technical_leaders"]) for each in cell
    }
    what_if = read_what_if(
        locked,
        excluded_people,
        excluded_teams,
        people=set(rows.index) | set(positions.index) | named,
        teams=set(units.index),
        voids=set(seats.index),
    )
    persons = list_persons(rows, positions, units, what_if, flags, min_evidence_share)
    fit = fit_seats(
        seats,
        persons.index,
        positions,
        similarities_to_roles(persons, roles),
        weights=weights,
        rung_step=rung_step,
    )
    taken = _occupy(seats, persons, positions, units, fit, what_if, min_seat_fit)
    assignments = _list_assignments(taken)
    return TrackPlan(
        assignments=assignments,
        open_seats=explain_open_seats(taken),
        unseated=explain_unseated(taken),
        weights=_list_weights(weights),
        notes=note_plan(taken, rows, weights, rung_step=rung_step),
        n_seats=len(seats),
        n_candidates=int(persons["candidate"].sum()),
        total=float(assignments["score"].sum()),
        tracks_known=bool(units["covered"].notna().any()),
    )


def _check_weights(weights: dict[str, float]) -> None:
    """Refuse weights by which nothing could be told apart."""
    if min(weights.values()) < 0 or not sum(weights.values()) > 0:
        given = ", ".join(f"{name}_weight {value:g}" for name, value in weights.items())
        raise SettingsError(
            f"the weights were given as {given}; none may be below 0 and one must be above it."
        )


def _occupy(
    seats: pd.DataFrame,
    persons: pd.DataFrame,
    positions: pd.DataFrame,
    teams: pd.DataFrame,
    fit: SeatFit,
    what_if: WhatIf,
    min_seat_fit: float,
) -> Occupancy:
    """Put people on seats: first those who are kept, then the best plan for the others."""
    person_at = {key: place for place, key in enumerate(persons.index)}
    held = [person_at.get(what_if.seats.get(team, ""), -1) for team in seats.index]
    holder: _Ints = np.array(held, dtype=np.int64)
    locked = holder >= 0
    seat_free = ~locked & ~seats.index.isin(what_if.teams)
    person_free = persons["candidate"].to_numpy(bool) & ~persons.index.isin(what_if.people)
    person_free[holder[locked]] = False
    score = np.nan_to_num(fit.score)
    allowed = person_free[None, :] & (np.nan_to_num(fit.score, nan=-1.0) >= min_seat_fit)
    planned = assign_seats(score[seat_free], allowed[seat_free])
    margin = np.full(len(seats), np.nan)
    margin[seat_free] = weigh_choices(score[seat_free], allowed[seat_free], planned)
    holder[seat_free] = planned
    return Occupancy(
        seats=seats,
        persons=persons,
        positions=positions,
        teams=teams,
        fit=fit,
        holder=holder,
        second=find_seconds(score, allowed, holder),
        margin=margin,
        locked=locked,
        seat_free=seat_free,
        person_free=person_free,
        left_out=persons.index.isin(what_if.people),
        min_seat_fit=min_seat_fit,
    )


def _list_assignments(taken: Occupancy) -> pd.DataFrame:
    """List the seats that somebody is proposed for, the best fit first."""
    at = np.flatnonzero(taken.holder >= 0)
    who, second = taken.holder[at], taken.second[at]
    persons, seats, fit = taken.persons.iloc[who], taken.seats.iloc[at], taken.fit
    ids = [*taken.persons["person_id"], None]
    scores = np.hstack([fit.score, np.full((len(taken.seats), 1), np.nan)])
    team = taken.positions["team"].reindex(persons.index).fillna("")
    found = pd.DataFrame(
        {
            "person_id": persons["person_id"].to_numpy(object),
            "role": persons["role"].to_numpy(object),
            "team": seats["team"].to_numpy(object),
            "paired_with": pd.Series(pair_seats(taken), dtype=object).iloc[at].to_numpy(object),
            "score": fit.score[at, who],
            "role_fit": fit.role_fit[at, who],
            "same_team": fit.same_team[at, who],
            "known_domain": fit.known_domain[at, who],
            "reason": pd.Series(give_reasons(taken), dtype=object).to_numpy(object),
            "seat_role": seats["role"].to_numpy(object),
            "current_team": team.where(team.ne(""), None).to_numpy(object),
            "similarity": persons["role_similarity"].to_numpy(float),
            "second_person_id": pd.Series([ids[each] for each in second], dtype=object),
            "second_score": scores[at, second],
            "margin": taken.margin[at],
            "locked": taken.locked[at],
            "returns": persons["returns"].to_numpy(bool),
        }
    )
    # Rounded, so that what is equal but for the last digit is ordered by name.
    rank = np.lexsort([seats.index.to_numpy(str), -np.nan_to_num(found["score"]).round(9)])
    return found.iloc[rank].reset_index(drop=True)


def _list_weights(weights: dict[str, float]) -> pd.DataFrame:
    """List what each part of the score counts."""
    meanings = {
        "role_fit": "Resemblance to the role that the seat is for.",
        "same_team": "Works in the team; half where the person worked there before.",
        "known_domain": "Share of the team's other members who do the same kind of work.",
    }
    total = sum(weights.values())
    return pd.DataFrame(
        {
            "part": list(weights),
            "weight": [weight / total for weight in weights.values()],
            "meaning": [meanings[part] for part in weights],
        }
    )
