"""Seat candidates: who could take a seat of technical leadership.

What comes in are the people with the role that each resembles, and who manages or leads what today;
what goes out are those who could be moved without opening another void, and those who are kept for
a seat whatever their fit.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.analyses.plan.open_seats import key_of, refuse_repeated, require_columns
from workbench.analyses.plan.what_if import WhatIf
from workbench.ladder import ROLES

__all__ = ["list_persons", "read_members"]


def read_members(members: pd.DataFrame) -> pd.DataFrame:
    """Bring the people who were assessed into one order.

    Parameters
    ----------
    members
        `person_id`, `role` and, if known, `role_similarity` and `evidence_share`; without them a
        role counts in full.

    Returns
    -------
    pandas.DataFrame
        These columns, indexed by the text of the person and sorted by it.

    Raises
    ------
    InputError
        If a column is missing or a person has more than one row.

    Examples
    --------
    >>> read_members(pd.DataFrame({"person_id": ["b", "a"], "role": "CTO",
    ...                            "role_similarity": 0.7})).index.tolist()
    ['a', 'b']
    """
    needed = ("person_id", "role")
    require_columns(members, needed, "members", "as in the members of the candidates")
    rows = members.dropna(subset="person_id")
    keys = pd.Index([key_of(person) for person in rows["person_id"]], dtype=object)
    refuse_repeated(keys, "person", " among the members")
    found = pd.DataFrame(index=keys)
    found["person_id"] = pd.Series(rows["person_id"].tolist(), index=keys, dtype=object)
    found["role"] = pd.Series([key_of(role) for role in rows["role"]], index=keys, dtype=object)
    for column in ("role_similarity", "evidence_share"):
        numbers = pd.to_numeric(rows[column]) if column in rows else pd.Series(1.0, rows.index)
        found[column] = numbers.astype("Float64").to_numpy(float, na_value=np.nan)
    return found.sort_index()


def list_persons(
    members: pd.DataFrame,
    positions: pd.DataFrame,
    teams: pd.DataFrame,
    what_if: WhatIf,
    flags: pd.DataFrame | None,
    min_evidence_share: float,
) -> pd.DataFrame:
    """List the candidates, and those who are kept for a seat.

    Parameters
    ----------
    members
        As `read_members` gives them.
    positions, teams
        As `read_positions` and `read_teams` give them.
    what_if
        Who is kept.
    flags
        As `plan_track` takes them.
    min_evidence_share
        Share of the evidence that must be known of a candidate.

    Returns
    -------
    pandas.DataFrame
        Indexed by the text of the person and sorted by it: the columns of `members`, `candidate`
        and `returns` (manages people today, and would return to the technical track).
    """
    covered = teams.loc[teams["covered"].fillna(False)]
    leads = {person for cell in covered["technical_leaders"] for person in cell}
    at_home = positions.loc[
        positions["track"].eq("technical_leadership") & positions["team"].isin(covered.index)
    ]
    leads |= set(at_home.index)
    resembles = members["role"].isin(ROLES) & members["role_similarity"].notna()
    enough = members["evidence_share"].ge(min_evidence_share)
    candidate = resembles & enough & ~members.index.isin(leads)
    kept = sorted(set(what_if.seats.values()) - set(members.index[candidate]))
    persons = members.reindex(sorted([*members.index[candidate], *kept]))
    persons["person_id"] = persons["person_id"].where(persons["person_id"].notna(), persons.index)
    persons["role"] = persons["role"].fillna("")
    persons["candidate"] = candidate.reindex(persons.index, fill_value=False).astype(bool)
    persons["returns"] = _who_returns(persons.index, positions, teams, flags)
    return persons


def _who_returns(
    people: pd.Index, positions: pd.DataFrame, teams: pd.DataFrame, flags: pd.DataFrame | None
) -> npt.NDArray[np.bool_]:
    """Tell who manages people today, and so would return to the technical track."""
    track = positions["track"].reindex(people).fillna("")
    manages = {person for cell in teams["people_managers"] for person in cell}
    flagged: set[str] = set()
    if flags is not None:
        flagged = set(map(key_of, flags.loc[flags["flagged"].astype(bool), "person_id"]))
    # Only people promoted to management are flagged; some have gone back since.
    was_manager = np.array([each in manages or each in flagged for each in people], dtype=bool)
    is_manager = track.eq("management").to_numpy(bool)
    return np.where(track.eq("").to_numpy(bool), was_manager, is_manager)
