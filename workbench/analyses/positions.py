"""Positions: where each person works now, since when, and in which teams they worked before.

What comes in are reviews, one row per person and cycle; what goes out is one row per person who is
there in the latest cycle.
"""

import pandas as pd

from workbench.analyses.histories import in_time
from workbench.errors import InputError

__all__ = ["find_positions"]

_KEPT = ("manager", "job_family", "department", "track")
_GONE = r"\b(?:left|leaver|terminated|resigned|inactive|retired|dismissed)\b"


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
    absent = [column for column in ("person_id", "cycle") if column not in reviews]
    if absent:
        raise InputError(
            f"the reviews have no column {' and no column '.join(absent)}; they have: "
            f"{', '.join(map(str, reviews.columns)) or 'no columns at all'}. Give one row per "
            "person and cycle with person_id, cycle and, if known, team."
        )
    rows = reviews.dropna(subset=["person_id", "cycle"])
    cycles = in_time(rows["cycle"])
    place = {cycle: number for number, cycle in enumerate(cycles)}
    rows = rows.assign(
        _order=rows["cycle"].map(place).astype("int64"), _key=rows["person_id"].astype(str)
    )
    known = [column for column in _KEPT if column in rows]
    if "team" not in rows:
        rows["team"] = None
    # What repeats a person and cycle is taken in the order of what it says, not of where it stands.
    said = rows[["team", *known]].astype(str).agg("\x00".join, axis=1)
    rows = rows.assign(_said=said).sort_values(["_key", "_order", "_said"], kind="stable")
    rows = rows.drop_duplicates(["_key", "_order"])
    here = rows.loc[rows["_order"].eq(len(cycles) - 1) & ~_is_gone(rows)]
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


def _is_gone(rows: pd.DataFrame) -> pd.Series:
    """Tell who is recorded as having left."""
    if "employment_status" not in rows:
        return pd.Series(False, index=rows.index)
    status = rows["employment_status"].astype(object).where(rows["employment_status"].notna(), "")
    return status.astype(str).str.casefold().str.contains(_GONE, regex=True)


def _find_spells(rows: pd.DataFrame) -> pd.DataFrame:
    """Keep the first row of each unbroken time in a team; rows are sorted by person and cycle."""
    known = rows.dropna(subset="team")
    moved = known["team"].ne(known["team"].shift()) | known["_key"].ne(known["_key"].shift())
    return known.loc[moved, ["_key", "team", "cycle"]]
