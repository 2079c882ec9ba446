"""Positions: where each person works now, since when, and in which teams they worked before.

What comes in are reviews, one row per person and cycle; what goes out is one row per person who is
there in the latest cycle.
"""

import pandas as pd

from workbench.analyses.expected.histories import in_time
from workbench.analyses.people.employment import has_left
from workbench.analyses.teams.roster import one_row_each

__all__ = ["find_positions"]

_KEPT = ("manager", "job_family", "department", "track")


def find_positions(reviews: pd.DataFrame) -> pd.DataFrame:
    """Find where everybody works in the latest cycle, and where they worked before.

    Parameters
    ----------
    reviews
        `person_id`, `cycle`; `team`, `manager`, `job_family`, `department`, `track` and
        `employment_status` are used where they are there.

    Returns
    -------
    pandas.DataFrame
        Sorted by person: `person_id`, `team`, `team_since` (first cycle of the unbroken time in
        that team), `teams` (tuple of the teams before it, the last one first), then those of
        `manager`, `job_family`, `department` and `track` that are known. Nobody who has left.

    Raises
    ------
    InputError
        If the reviews lack `person_id` or `cycle`.

    Examples
    --------
    >>> reviews = pd.DataFrame({"person_id": ["a", "a", "a", "b"],
    ...                         "cycle": ["2023H1", "2023H2", "2024H1", "2023H2"],
    ...                         "team": ["Ads", "Search", "Search", "Ads"]})
    >>> find_positions(reviews).values.tolist()
    [['a', 'Search', '2023H2', ('Ads',)]]
    """
    rows = one_row_each(reviews, ("team", *_KEPT, "employment_status"), "reviews")
    cycles = in_time(rows["cycle"])
    place = {cycle: number for number, cycle in enumerate(cycles)}
    rows = rows.assign(
        _order=[place[cycle] for cycle in rows["cycle"]],
        _key=rows["person_id"].astype(str),
        team=rows["team"].astype(object) if "team" in rows else None,
    ).sort_values(["_key", "_order"], kind="stable")
    known = [column for column in _KEPT if column in rows]
    here = rows.loc[rows["_order"].eq(len(cycles) - 1) & ~has_left(rows)]
    spells = _find_spells(rows.loc[rows["_key"].isin(set(here["_key"]))])
    past = spells.groupby("_key")["team"].agg(list)
    since = spells.drop_duplicates("_key", keep="last").set_index("_key")["cycle"]
    now = here["team"].where(here["team"].notna(), None)
    before = [
        tuple(dict.fromkeys(team for team in reversed(past.get(key, [])) if team != current))
        for key, current in zip(here["_key"], now, strict=True)
    ]
    found = here[["person_id", "team"]].assign(
        team_since=here["_key"].map(since).where(here["team"].notna()),
        teams=pd.Series(before, index=here.index, dtype=object),
    )
    return found.join(here[known]).reset_index(drop=True)


def _find_spells(rows: pd.DataFrame) -> pd.DataFrame:
    """Keep the first row of each unbroken time in a team; rows are sorted by person and cycle."""
    known = rows.dropna(subset="team")
    moved = known["team"].ne(known["team"].shift()) | known["_key"].ne(known["_key"].shift())
    return known.loc[moved, ["_key", "team", "cycle"]]
