"""Seat fit: how well each person suits each open seat, and the parts of that.

What comes in are seats, people and their resemblance to the roles; what goes out are grids, seats
by people. What is not known is missing and left out of the mean; it is never taken as zero.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.analyses.plan.open_seats import key_of
from workbench.ladder import ROLES

__all__ = ["EARLIER_TEAM", "SeatFit", "fit_seats", "similarities_to_roles"]

_Floats = npt.NDArray[np.float64]
_Ints = npt.NDArray[np.int64]

# Somebody who worked in the team before knows its code and people, though not its present work.
EARLIER_TEAM = 0.5


@dataclass(frozen=True, slots=True)
class SeatFit:
    """How well people suit seats: S seats by P people.

    Attributes
    ----------
    score
        From 0 to 1, the weighted mean of the parts that are known; missing where the role fit is.
    role_fit
        Resemblance to a role, less for each rung between it and the seat's role.
    same_team
        1 for the team that the person works in, `EARLIER_TEAM` for an earlier one, else 0.
    known_domain
        Share of the team's other members who do the same kind of work.
    nearest
        Place in `ROLES` of the role behind the role fit, -1 for none.
    alike, others
        Members who do the same kind of work, and all whose kind of work is known.
    """

    score: _Floats
    role_fit: _Floats
    same_team: _Floats
    known_domain: _Floats
    nearest: _Ints
    alike: _Ints
    others: _Ints


def similarities_to_roles(members: pd.DataFrame, roles: pd.DataFrame | None = None) -> _Floats:
    """Lay out how much each person resembles each rung of the track.

    Parameters
    ----------
    members
        Indexed by the text of the person: `role`, `role_similarity`.
    roles
        `person_id`, `role`, `similarity` and, where some were not considered, `considered`: the
        similarity to every role. Without it, the person's own role alone is known.

    Returns
    -------
    array : (P, roles)
        From 0 to 1. All 0 for people of whom it is known that they resemble no role of the track,
        all missing for those who were not assessed.

    Examples
    --------
    >>> members = pd.DataFrame({"role": ["Lead Engineer", "No role"],
    ...                         "role_similarity": [0.8, 0.4]}, index=["a", "b"])
    >>> similarities_to_roles(members)[:, 0].tolist()
    [0.8, 0.0]
    """
    found = np.full((len(members), len(ROLES)), np.nan)
    person = {key: place for place, key in enumerate(members.index)}
    rung = {role: place for place, role in enumerate(ROLES)}
    if roles is not None:
        if "considered" in roles:
            roles = roles.loc[roles["considered"].astype(bool)]
        rows = roles["person_id"].map(lambda each: person.get(key_of(each), -1)).to_numpy(np.int64)
        columns = roles["role"].map(lambda each: rung.get(each, -1)).to_numpy(np.int64)
        known = (rows >= 0) & (columns >= 0)
        found[rows[known], columns[known]] = roles["similarity"].to_numpy(float)[known]
    own = members["role_similarity"].to_numpy(float)
    for place, role in enumerate(members["role"]):
        if role in rung:
            found[place, rung[role]] = own[place]
        elif role and np.isfinite(own[place]) and np.isnan(found[place]).all():
            found[place] = 0.0
    clipped: _Floats = np.clip(found, 0.0, 1.0)
    return clipped


def fit_seats(
    seats: pd.DataFrame,
    people: pd.Index,
    positions: pd.DataFrame,
    similarity: _Floats,
    *,
    weights: Mapping[str, float],
    rung_step: float,
) -> SeatFit:
    """Say how well each person suits each seat.

    Parameters
    ----------
    seats
        As `find_open_seats` gives them: indexed by the text of the team, with `role`.
    people
        Texts of the people, in the order of the columns.
    positions
        As `read_positions` gives them: the people, and everybody who works in the teams.
    similarity : (P, roles)
        As `similarities_to_roles` gives it.
    weights
        Of `role_fit`, `same_team` and `known_domain`.
    rung_step
        Share of the fit lost for each rung between a role and the seat's role.

    Returns
    -------
    SeatFit

    Examples
    --------
    >>> seats = pd.DataFrame({"role": ["Lead Engineer"]}, index=["Ads"])
    >>> people = pd.DataFrame({"team": ["Ads"], "teams": [()], "job_family": [""],
    ...                        "department": [""]}, index=["a"])
    >>> weights = {"role_fit": 0.5, "same_team": 0.5, "known_domain": 0.0}
    >>> fit_seats(seats, people.index, people, np.array([[0.8, 0, 0, 0, 0]]),
    ...           weights=weights, rung_step=0.1).score.round(2).tolist()
    [[0.9]]
    """
    wanted = np.array([ROLES.index(role) for role in seats["role"]], dtype=np.int64)
    away = np.abs(np.arange(len(ROLES))[None, :] - wanted[:, None])
    kept = np.maximum(1.0 - rung_step * away, 0.0)
    by_role = np.nan_to_num(similarity, nan=-1.0)[None, :, :] * kept[:, None, :]
    role_fit = by_role.max(axis=2, initial=-1.0)
    nearest = by_role.argmax(axis=2).astype(np.int64)
    assessed = np.isfinite(similarity).any(axis=1)
    role_fit = np.where(assessed, np.maximum(role_fit, 0.0), np.nan)
    nearest = np.where(role_fit > 0, nearest, -1)
    where = positions.reindex(people)
    same_team = _same_team(seats.index, where)
    alike, others = _count_alike(seats.index, where, positions)
    known_domain = np.where(others > 0, alike / np.maximum(others, 1), np.nan)
    parts = np.stack([role_fit, same_team, known_domain])
    weight = np.array([weights["role_fit"], weights["same_team"], weights["known_domain"]])
    heard = np.isfinite(parts) * weight[:, None, None]
    total = heard.sum(axis=0)
    mean = (np.nan_to_num(parts) * weight[:, None, None]).sum(axis=0) / np.where(total, total, 1.0)
    score = np.where(np.isfinite(role_fit) & (total > 0), mean, np.nan)
    return SeatFit(score, role_fit, same_team, known_domain, nearest, alike, others)


def _same_team(seats: pd.Index, where: pd.DataFrame) -> _Floats:
    """Compare the teams that people work in, or worked in, with those of the seats."""
    place = {team: row for row, team in enumerate(seats)}
    known = where["team"].fillna("").ne("").to_numpy(bool)
    same = np.where(known, 0.0, np.nan)[None, :].repeat(len(seats), axis=0)
    for column, (team, earlier) in enumerate(zip(where["team"], where["teams"], strict=True)):
        for each in earlier if isinstance(earlier, tuple) else ():
            if each in place:
                same[place[each], column] = EARLIER_TEAM
        if team in place:
            same[place[team], column] = 1.0
    return same


def _count_alike(
    seats: pd.Index, where: pd.DataFrame, positions: pd.DataFrame
) -> tuple[_Ints, _Ints]:
    """Count the other members of each team who do the same kind of work, and those who are known.

    The kind of work is the job family or, where it is known of nobody, the department.
    """
    kind = "job_family" if positions["job_family"].ne("").any() else "department"
    kinds = {each: place for place, each in enumerate(sorted(set(positions[kind]) - {""}))}
    place = {team: row for row, team in enumerate(seats)}
    known = positions.loc[positions["team"].isin(list(place)) & positions[kind].ne("")]
    counts = np.zeros((len(seats), len(kinds) + 1), dtype=np.int64)
    at = known["team"].map(place).to_numpy(np.int64), known[kind].map(kinds).to_numpy(np.int64)
    np.add.at(counts, at, 1)
    # The last column stays 0, so that somebody whose kind of work is not known finds nobody alike.
    own = where[kind].map(lambda each: kinds.get(each, -1)).to_numpy(np.int64)
    home = where["team"].map(lambda each: place.get(each, -1)).to_numpy(np.int64)
    alike = counts[:, own]
    others = counts.sum(axis=1)[:, None].repeat(len(own), axis=1)
    inside = np.flatnonzero((home >= 0) & (own >= 0))
    alike[home[inside], inside] -= 1
    others[home[inside], inside] -= 1
    others[:, own < 0] = 0
    return alike, others
