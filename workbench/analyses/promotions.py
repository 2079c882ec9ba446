"""Promotions: who moved to management, to technical leadership, or up within a track, and when.

What comes in are reviews with a track (or a title to read it from); what goes out is one row per
move. Going back from management to technical leadership is a promotion like any other. Who is
first seen as a manager was promoted before the first sheet, and gives no row.
"""

import re
from datetime import timedelta

import numpy as np
import pandas as pd

from workbench.analyses.expected.histories import in_order, in_time, read_level
from workbench.errors import InputError
from workbench.ladder import track_of_title

__all__ = ["find_promotions"]

_COLUMNS = ["person_id", "cycle", "kind", "from_title", "to_title", "source"]
_PART = r"(?P<unit>h|hj|s|q|m)?(?P<part>\d{1,2})"
_LABELS = (
    re.compile(rf"^(?:cy|fy)?(?P<year>\d{{4}})(?:[ /_-]*{_PART})?$"),
    re.compile(r"^(?P<unit>h|hj|s|q)(?P<part>\d)[ /_-]*(?:cy|fy)?(?P<year>\d{4})$"),
)
_MONTHS_OF_UNIT = {"h": 6, "hj": 6, "s": 6, "q": 3, "m": 1, None: 1}


def find_promotions(reviews: pd.DataFrame) -> pd.DataFrame:
    """Find the moves to another track and the rises in level.

    Parameters
    ----------
    reviews
        One row per person and cycle: `person_id`, `cycle` (sorts in time), `track` or `title`, and
        where known `level` and `promotion_date`. Cycles that are missing between two reviews do
        no harm; reviews on the track `other`, or without one, are passed over only where nothing
        is known of the position.

    Returns
    -------
    DataFrame
        `person_id`, `cycle` (first one in the new position), `kind` (`to_management`,
        `to_technical_leadership` or `within_track`), `from_title`, `to_title`, `source` (`title`,
        `track`, `level`, or `title and promotion date` where a promotion date lies in or next to
        that cycle), by person and cycle. Someone elected to lead twice has two rows.

    Raises
    ------
    InputError
        If `person_id`, `cycle`, or both of `track` and `title` are missing, or cycles cannot be
        sorted.

    Examples
    --------
    >>> reviews = pd.DataFrame({
    ...     "person_id": ["a"] * 3,
    ...     "cycle": ["2023H1", "2023H2", "2024H1"],
    ...     "title": ["Software Engineer", "Software Engineer", "Engineering Manager"],
    ... })
    >>> find_promotions(reviews)[["person_id", "cycle", "kind", "source"]].values.tolist()
    [['a', '2024H1', 'to_management', 'title']]
    """
    rows = _in_time(reviews)
    before = rows.groupby("person", sort=False)[["track", "title", "level_ladder", "level"]].shift()
    same_ladder = rows["level_ladder"].eq(before["level_ladder"])
    rises = same_ladder & (rows["level"] > before["level"]) & rows["track"].eq(before["track"])
    known = ["engineer", "technical_leadership", "management"]
    moved = rows["track"].ne(before["track"])
    conditions = [
        moved & rows["track"].eq("management") & before["track"].isin(known[:2]),
        moved & rows["track"].eq("technical_leadership") & before["track"].isin(known),
        rises & rows["track"].isin(known),
    ]
    kinds = ["to_management", "to_technical_leadership", "within_track"]
    kind = np.select([c.to_numpy(dtype=bool) for c in conditions], kinds, default="")
    found = kind != ""
    rows, before, kind = rows[found], before[found], kind[found]
    retitled = rows["title"].notna() & rows["title"].ne(before["title"])
    dated = np.array(
        [_near(date, cycle) for date, cycle in zip(rows["date"], rows["cycle"], strict=True)],
        dtype=bool,
    )
    source = np.select(
        [kind == "within_track", retitled.to_numpy(dtype=bool) & dated, retitled],
        ["level", "title and promotion date", "title"],
        default="track",
    )
    promotions = pd.DataFrame(
        {
            "person_id": reviews["person_id"].take(rows["row"]).array,
            "cycle": reviews["cycle"].take(rows["row"]).array,
            "kind": pd.array(kind, dtype="str"),
            "from_title": before["title"].array,
            "to_title": rows["title"].array,
            "source": pd.array(source, dtype="str"),
        }
    )
    return promotions[_COLUMNS]


def _in_time(reviews: pd.DataFrame) -> pd.DataFrame:
    """Bring the reviews with a known position into order: person, then cycle."""
    lacking = [column for column in ("person_id", "cycle") if column not in reviews]
    if lacking or not {"track", "title"} & set(reviews.columns):
        raise InputError(
            f"the reviews have the columns {', '.join(map(str, reviews.columns)) or '(none)'}; "
            f"they lack {', '.join(lacking) or 'track'}. They need person_id, cycle, and track or "
            "title. Rename the columns that hold them."
        )
    nothing = pd.Series(None, index=reviews.index, dtype=object)
    title = reviews["title"].astype(object) if "title" in reviews else nothing
    title = title.where(title.notna(), None)
    track = reviews["track"] if "track" in reviews else title.map(track_of_title)
    levels = reviews.get("level", nothing)
    ladder, number = _read_levels(levels)
    dates = reviews.get("promotion_date", nothing)
    rows = pd.DataFrame(
        {
            "person_id": reviews["person_id"].astype(object).array,
            "cycle": reviews["cycle"].array,
            "track": track.astype(object).array,
            "title": title.array,
            "level_ladder": ladder,
            "level": number,
            "date": pd.to_datetime(dates, errors="coerce", format="mixed").array,
            "row": np.arange(len(reviews)),
        }
    )
    # A cell without a title says nothing of the position, while "Product Manager" says a lot.
    unknown = rows["track"].isna() | (rows["track"].eq("other") & rows["title"].isna())
    rows = rows[rows["person_id"].notna() & rows["cycle"].notna() & ~unknown]
    code = {person: each for each, person in enumerate(in_order(rows["person_id"].tolist()))}
    rows = rows.assign(person=[code[person] for person in rows["person_id"]])
    position = {cycle: each for each, cycle in enumerate(in_time(rows["cycle"]))}
    rows = rows.assign(position=[position[cycle] for cycle in rows["cycle"]])
    rows = rows.sort_values(["person", "position"], kind="stable")
    if rows.duplicated(["person", "position"]).any():
        # Sorting by what the rows say keeps the first one the same however they came in.
        said = [repr(row) for row in rows[["title", "track", "level", "date"]].to_numpy().tolist()]
        rows = rows.assign(said=said).sort_values(["person", "position", "said"], kind="stable")
        rows = rows.drop_duplicates(["person", "position"]).drop(columns="said")
    return rows


def _read_levels(levels: pd.Series) -> tuple[list[str | None], list[float]]:
    """Split levels into ladder and number, so that L4 is above L3 but not above M1."""
    unknown: tuple[str | None, float] = (None, float("nan"))
    read = {value: read_level(value) for value in levels.dropna().unique().tolist()}
    pairs = [read.get(value, unknown) for value in levels.tolist()]
    return [ladder for ladder, _ in pairs], [number for _, number in pairs]


def _near(date: pd.Timestamp, cycle: object) -> bool:
    """Say whether a date lies in a cycle or in the one before or after it."""
    span = _span_of_cycle(cycle)
    if span is None or pd.isna(date):
        return False
    first, last = span
    length = last - first
    return bool(first - length <= date.tz_localize(None) <= last + length)


def _span_of_cycle(cycle: object) -> tuple[pd.Timestamp, pd.Timestamp] | None:
    """Read when a cycle begins and ends; None where the label does not say it.

    Examples
    --------
    >>> [str(day.date()) for day in _span_of_cycle("2024H2")]
    ['2024-07-01', '2024-12-31']
    >>> [str(day.date()) for day in _span_of_cycle("Q1 2024")]
    ['2024-01-01', '2024-03-31']
    >>> _span_of_cycle("spring review") is None
    True
    """
    if isinstance(cycle, pd.Period):
        return cycle.start_time, cycle.end_time
    label = str(cycle).strip().casefold()
    match = next((found for found in (each.match(label) for each in _LABELS) if found), None)
    if match is None:
        return None
    year, part, unit = int(match["year"]), match["part"], match["unit"]
    months = 12 if part is None else _MONTHS_OF_UNIT[unit]
    first_month = 1 if part is None else (int(part) - 1) * months + 1
    if not 1 <= first_month <= 12 or not 1900 <= year <= 2200:
        return None
    first = pd.Timestamp(year=year, month=first_month, day=1)
    last = first + pd.DateOffset(months=months) - timedelta(days=1)
    return first, last
