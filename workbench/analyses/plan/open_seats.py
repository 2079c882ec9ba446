"""Open seats: which teams have one, for which role, and who belongs to them.

What comes in are the teams with what covers them, and where people work; what goes out is one row
per team without a technical leader.

A seat is a team's, so it is for a Lead Engineer first: the rung that leads one team. Where several
teams of one area lack a technical leader and nobody on a higher rung is there, one of these seats
is for a Software Architect, who leads that team technically and spans the others.
"""

from collections import Counter
from collections.abc import Collection, Hashable, Mapping

import pandas as pd

from workbench.errors import InputError
from workbench.ladder import ROLES

__all__ = [
    "AREA_ROLE",
    "TEAM_ROLE",
    "find_open_seats",
    "key_of",
    "name_areas",
    "read_positions",
    "read_teams",
    "refuse_repeated",
    "require_columns",
]

TEAM_ROLE, AREA_ROLE = ROLES[0], ROLES[1]
_TEXTS = ("team", "team_since", "manager", "job_family", "department", "track")


def key_of(value: object) -> str:
    """Give the text by which a person or team is known; empty where there is none.

    A number is the same person in a column that has become one of floats for the missing ones.

    Examples
    --------
    >>> key_of(7), key_of(7.0), key_of(None)
    ('7', '7', '')
    """
    if value is None or value is pd.NA or value != value:
        return ""
    return str(int(value) if isinstance(value, float) and value.is_integer() else value)


def _listed(cell: object) -> tuple[object, ...]:
    """Read a cell that lists people or teams, or names one."""
    if isinstance(cell, list | tuple):
        return tuple(cell)
    return (cell,) if key_of(cell) else ()


def _ids_of(cell: object) -> tuple[str, ...]:
    """Give the texts of those whom a cell lists."""
    return tuple(map(key_of, _listed(cell)))


def read_teams(teams: pd.DataFrame) -> pd.DataFrame:
    """Bring the teams into one order, with what covers them.

    Parameters
    ----------
    teams
        `team`, `covered`; `people_managers`, `technical_leaders` (tuples of person_id), `since` and
        `n_people` where known.

    Returns
    -------
    pandas.DataFrame
        Indexed by the text of the team and sorted by it: `team`, `covered` (missing where it is not
        known), `people_managers`, `technical_leaders` (tuples of the texts of people), `since`,
        `n_people`, and `manager_ids`, the managers as they were given.

    Raises
    ------
    InputError
        If a column is missing or a team has more than one row.

    Examples
    --------
    >>> read_teams(pd.DataFrame({"team": ["b", "a"], "covered": [True, False]})).index.tolist()
    ['a', 'b']
    """
    require_columns(teams, ("team", "covered"), "teams", "as in the teams of the coverage")
    rows = teams.dropna(subset="team").reset_index(drop=True)
    rows.index = pd.Index([key_of(team) for team in rows["team"]], dtype=object)
    refuse_repeated(rows.index, "team")
    columns = ["team", "covered", "people_managers", "technical_leaders", "since", "n_people"]
    rows = rows.reindex(columns=columns).sort_index()
    given = pd.Series(list(map(_listed, rows["people_managers"])), index=rows.index, dtype=object)
    lists = {
        column: pd.Series([_ids_of(cell) for cell in rows[column]], index=rows.index, dtype=object)
        for column in ("people_managers", "technical_leaders")
    }
    return rows.assign(covered=rows["covered"].astype("boolean"), **lists, manager_ids=given)


def read_positions(people: pd.DataFrame | None) -> pd.DataFrame:
    """Bring the people into one order, with where they work.

    Parameters
    ----------
    people
        As `find_positions` gives them; only `person_id` is needed.

    Returns
    -------
    pandas.DataFrame
        Indexed by the text of the person and sorted by it; text, empty where not known: `team`,
        `team_since`, `manager`, `job_family`, `department`, `track`; and `teams`, a tuple.

    Raises
    ------
    InputError
        If `person_id` is missing or a person has more than one row.

    Examples
    --------
    >>> read_positions(pd.DataFrame({"person_id": ["a"], "team": ["Ads"]})).loc["a", "team"]
    'Ads'
    """
    if people is None:
        people = pd.DataFrame({"person_id": []})
    hint = "find_positions(reviews) gives one row per person"
    require_columns(people, ("person_id",), "people", hint)
    rows = people.dropna(subset="person_id")
    keys = pd.Index([key_of(person) for person in rows["person_id"]], dtype=object)
    refuse_repeated(keys, "person", f"; {hint}")
    found = pd.DataFrame(index=keys)
    for column in _TEXTS:
        values = rows[column] if column in rows else [None] * len(rows)
        found[column] = pd.Series([key_of(value) for value in values], index=keys, dtype=object)
    teams = rows["teams"] if "teams" in rows else [()] * len(rows)
    found["teams"] = pd.Series([_ids_of(cell) for cell in teams], index=keys, dtype=object)
    return found.sort_index()


def require_columns(frame: pd.DataFrame, columns: Collection[str], name: str, hint: str) -> None:
    """Refuse a frame without the columns that everything rests on.

    Parameters
    ----------
    frame, columns
        What was given, and what it needs.
    name, hint
        What the frame is of, and how to get one, as parts of the sentence.

    Raises
    ------
    InputError
        If a column is missing.
    """
    absent = [column for column in columns if column not in frame]
    if absent:
        raise InputError(
            f"the {name} have no column {' and no column '.join(absent)}; they have: "
            f"{', '.join(map(str, frame.columns)) or 'no columns at all'}. Give one row each, "
            f"{hint}."
        )


def refuse_repeated(keys: pd.Index, kind: str, hint: str = "") -> None:
    """Refuse rows of which it is not clear which one holds.

    Parameters
    ----------
    keys
        Text of the person or team of each row.
    kind, hint
        What the rows are of, and how to get one row each, as parts of the sentence.

    Raises
    ------
    InputError
        If a key stands there twice.

    Examples
    --------
    >>> refuse_repeated(pd.Index(["a", "b", "a"]), "person")
    Traceback (most recent call last):
        ...
    workbench.errors.InputError: the person a has more than one row; give one row each.
    """
    repeated = keys[keys.duplicated()].unique()
    if len(repeated):
        others = len(repeated) - 1
        also = f", and so have {others:,} others" if others > 1 else ", and so has another"
        raise InputError(
            f"the {kind} {repeated[0]} has more than one row{also if others else ''}; give one row "
            f"each{hint}."
        )


def name_areas(positions: pd.DataFrame) -> dict[str, str]:
    """Name the area of each team: the department of most of its people, or their job family.

    Parameters
    ----------
    positions
        As `read_positions` gives them.

    Returns
    -------
    dict
        Text of the team to the area, for the teams of whose people it is known.

    Examples
    --------
    >>> people = pd.DataFrame({"person_id": [1, 2, 3], "team": "Ads",
    ...                        "job_family": ["Data", "Data", "Web"]})
    >>> name_areas(read_positions(people))
    {'Ads': 'Data'}
    """
    area = "department" if positions["department"].ne("").any() else "job_family"
    known = positions.loc[positions["team"].ne("") & positions[area].ne("")]
    counts = known.groupby(["team", area]).size().rename("n").reset_index()
    # Sorted by name after size, so that a tie does not depend on the order of rows.
    counts = counts.sort_values(["team", "n", area], ascending=[True, False, True])
    first = counts.drop_duplicates("team")
    return dict(zip(first["team"], first[area], strict=True))


def find_open_seats(
    teams: pd.DataFrame,
    areas: Mapping[str, str],
    roles: Mapping[str, str],
    *,
    min_spanned_teams: int,
) -> pd.DataFrame:
    """List the open seats with the role that each of them is for.

    Which role that is depends on nothing that a meeting keeps or leaves out, so that one choice
    does not change the others.

    Parameters
    ----------
    teams
        As `read_teams` gives them.
    areas
        Text of the team to its area.
    roles
        Text of the person to the role that the person resembles.
    min_spanned_teams
        Open seats of one area from which one of them spans the others.

    Returns
    -------
    pandas.DataFrame
        Of the teams that are not covered: the columns of `teams`, `role`, `area` and `n_spanned`,
        the open seats of the area that the seat spans, its own included; 0 for a seat of one team.

    Examples
    --------
    >>> teams = read_teams(pd.DataFrame({"team": ["a", "b"], "covered": False}))
    >>> areas = {"a": "Data", "b": "Data"}
    >>> find_open_seats(teams, areas, {}, min_spanned_teams=2)["role"].tolist()
    ['Software Architect', 'Lead Engineer']
    """
    seats = teams.loc[teams["covered"].eq(False).fillna(False)]
    above = set(ROLES[1:])
    led_from_above = {
        areas.get(key_of(team))
        for team, leaders in teams["technical_leaders"].items()
        if any(roles.get(leader) in above for leader in leaders)
    }
    n_open = Counter(areas[team] for team in seats.index if team in areas)
    spanning: dict[Hashable, int] = {}
    for area in sorted(n_open):
        if n_open[area] >= min_spanned_teams and area not in led_from_above:
            of_area = seats.loc[[areas.get(team) == area for team in seats.index]]
            largest = of_area["n_people"].fillna(0).astype(float).idxmax()
            spanning[largest] = n_open[area]
    return seats.assign(
        role=[AREA_ROLE if team in spanning else TEAM_ROLE for team in seats.index],
        area=[areas.get(team, "") for team in seats.index],
        n_spanned=[spanning.get(team, 0) for team in seats.index],
    )
