"""Roster: who belonged to which team and manager in each cycle, with the numbers known of them.

What comes in are reviews and scores; what goes out are grids of people by cycles.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.analyses.expected.histories import Bools, Floats, Ints, in_order, in_time
from workbench.analyses.people.employment import has_left
from workbench.analyses.teams.team_outcomes import OUTCOMES
from workbench.errors import InputError
from workbench.ladder import TRACKS, track_of_title

__all__ = ["Roster", "add_by_unit", "build_roster", "one_row_each"]

_TEXTS = ("team", "track", "title")
_NUMBERS = (
    *(each.name for each in OUTCOMES if each.of != "presence"),
    "management_rating",
    "fte",
    "leave_share",
    "force_multiplier",
)
_SCORES = ("technical_output", "force_multiplier")
_TECHNICAL = ("engineer", "technical_leadership")
_LARGEST = 1e100  # of what can be a measurement; squares of much larger numbers overflow


@dataclass(frozen=True, slots=True)
class Roster:
    """People by cycles; N people, T cycles, both in a fixed order.

    Attributes
    ----------
    people, cycles, labels
        What rows and columns stand for; the names of the teams.
    last_seen : (N,)
        Last column in which a person is there, -1 for none.
    here, gone : (N, T)
        In the reviews and not said to have left; said to have left.
    jobs : (N, T)
        Place of the track in `TRACKS`, -1 where it is not known.
    technical, leading, managing : (N, T)
        There, and in a technical job or one that is not known; as a technical leader; in another
        job than a technical one.
    tracks_known
        Whether the job of anybody is known.
    units
        What a person belongs to, (N, T), -1 for nothing. Under `team` the place in `labels`; under
        `manager`, where any is known, the place of the manager in `managers`.
    managers
        Who the codes of managers stand for: the people, then strangers without a row of their own.
    values
        Numbers by column of the reviews, (N, T), NaN where missing; those known of anybody.
    """

    people: list[Hashable]
    cycles: list[Hashable]
    labels: list[Hashable]
    last_seen: Ints
    here: Bools
    gone: Bools
    jobs: Ints
    technical: Bools
    leading: Bools
    managing: Bools
    tracks_known: bool
    units: dict[str, Ints]
    managers: list[Hashable]
    values: dict[str, Floats]


def build_roster(reviews: pd.DataFrame, scores: pd.DataFrame | None = None) -> Roster:
    """Lay the reviews out as people by cycles.

    Parameters
    ----------
    reviews, scores
        As `measure_team_effects` takes them.

    Returns
    -------
    Roster

    Raises
    ------
    InputError
        If a column is missing or cycles cannot be sorted.

    Examples
    --------
    >>> roster = build_roster(
    ...     pd.DataFrame({"person_id": ["b", "a"], "cycle": [1, 2], "team": ["Search", "Ads"]})
    ... )
    >>> roster.people, roster.labels, roster.units["team"].tolist()
    (['a', 'b'], ['Ads', 'Search'], [[-1, 0], [1, -1]])
    """
    rows = one_row_each(reviews, ("manager", "employment_status", *_TEXTS, *_NUMBERS), "reviews")
    people, cycles = in_order(rows["person_id"].tolist()), in_time(rows["cycle"])
    shape = len(people), len(cycles)
    place = _places(rows, people, cycles)
    text = {name: _texts(rows, name) for name in _TEXTS}
    left = has_left(rows).to_numpy(dtype=bool)
    here = _spread(place, shape, ~left, False)
    track = _tracks(text)
    jobs = np.where(here, _spread(place, shape, _job_codes(track), -1), -1)
    technical = here & ((jobs == -1) | np.isin(jobs, [TRACKS.index(each) for each in _TECHNICAL]))
    labels = in_order(text["team"][text["team"].ne("")])
    units = {"team": np.where(here, _spread(place, shape, _codes(text["team"], labels), -1), -1)}
    managers = [*people, *_strangers(rows, people)]
    manager = _codes(rows["manager"], managers) if "manager" in rows else np.empty(0, np.int64)
    if (manager >= 0).any():
        led_by = _spread(place, shape, manager, -1)
        # Who is entered as their own manager has none.
        other = led_by != np.arange(len(people))[:, None]
        units["manager"] = np.where(here & other, led_by, -1)
    return Roster(
        people=people,
        cycles=cycles,
        labels=labels,
        last_seen=np.where(here, np.arange(shape[1]), -1).max(axis=1, initial=-1).astype(np.int64),
        here=here,
        gone=_spread(place, shape, left, False),
        jobs=jobs,
        technical=technical,
        leading=jobs == TRACKS.index("technical_leadership"),
        managing=here & ~technical,
        tracks_known=bool(track.ne("").any()),
        units=units,
        managers=managers,
        values=_values(rows, place, scores, people, cycles),
    )


def one_row_each(frame: pd.DataFrame, read: Sequence[str], name: str) -> pd.DataFrame:
    """Keep what is read, one row per person and cycle, whatever order the rows came in.

    Parameters
    ----------
    frame
        With `person_id` and `cycle`.
    read
        Columns to keep, among those that are there.
    name
        What a message calls the frame.

    Returns
    -------
    DataFrame
        Of rows that repeat a person and cycle, the one that sorts first by what it says.

    Raises
    ------
    InputError
        If the column of the person or of the cycle is missing.

    Examples
    --------
    >>> moves = pd.DataFrame({"person_id": ["a", "a"], "cycle": [1, 1], "row": [1, 0]})
    >>> one_row_each(moves, ["row"], "promotions")["row"].tolist()
    [0]
    """
    lacking = [column for column in ("person_id", "cycle") if column not in frame]
    if lacking:
        raise InputError(
            f"the {name} have the columns {', '.join(map(str, frame.columns)) or '(none)'}; they "
            f"lack {', '.join(lacking)}. Rename the columns that hold the person and the cycle."
        )
    columns = [column for column in read if column in frame]
    rows = frame[["person_id", "cycle", *columns]].dropna(subset=["person_id", "cycle"])
    if rows.duplicated(["person_id", "cycle"]).any():
        # Sorting by what the rows say, not by where they stand, keeps shuffled tables equal.
        said = [repr(row) for row in rows[columns].astype(object).to_numpy().tolist()]
        rows = rows.assign(said=said).sort_values("said", kind="stable").drop(columns="said")
        rows = rows.drop_duplicates(["person_id", "cycle"])
    return rows.reset_index(drop=True)


def add_by_unit(units: Ints, which: Bools, values: Floats | None = None) -> npt.NDArray[Any]:
    """Add up the values of some people by unit and cycle, or count the people.

    Parameters
    ----------
    units, which, values : (N, T)
        Codes, -1 for none; the cells that count; what to add up, the number of people without it.

    Returns
    -------
    array : (units + 1, T)
        The last row is zero, so that code -1 finds nothing.

    Examples
    --------
    >>> add_by_unit(np.array([[0], [1], [1], [-1]]), np.ones((4, 1), dtype=bool)).tolist()
    [[1], [2], [0]]
    """
    n_units, width = int(units.max(initial=-1)) + 1, units.shape[1]
    person, column = np.nonzero(which & (units >= 0))
    cell = units[person, column] * width + column
    weights = None if values is None else values[person, column]
    return np.bincount(cell, weights, (n_units + 1) * width).reshape(n_units + 1, width)


def _codes(values: pd.Series, known: Iterable[Hashable]) -> Ints:
    """Give each value its place among the known ones, -1 where it is none of them."""
    place = {each: position for position, each in enumerate(known)}
    codes, distinct = pd.factorize(values)
    # One place more than there are values, which what is missing points to with its code -1.
    return np.array([*(place.get(each, -1) for each in distinct), -1], dtype=np.int64)[codes]


def _places(
    rows: pd.DataFrame, people: list[Hashable], cycles: list[Hashable]
) -> tuple[Ints, Ints]:
    """Say in which cell of the grid each row lies."""
    return _codes(rows["person_id"], people), _codes(rows["cycle"], cycles)


def _spread(
    place: tuple[Ints, Ints], shape: tuple[int, int], values: npt.NDArray[Any], empty: object
) -> npt.NDArray[Any]:
    """Lay values out as people by cycles."""
    person, cycle = place
    inside = (person >= 0) & (cycle >= 0)
    grid = np.full(shape, empty, dtype=values.dtype)
    grid[person[inside], cycle[inside]] = values[inside]
    return grid


def _texts(rows: pd.DataFrame, column: str) -> pd.Series:
    """Take a column as text, empty where it is missing or there is no such column."""
    if column not in rows:
        return pd.Series("", index=rows.index, dtype="str")
    known = rows[column].notna()
    return rows[column].astype(object).where(known, "").astype("str")


def _tracks(text: dict[str, pd.Series]) -> pd.Series:
    """Take the track, or read it from the title; empty where neither is known."""
    titles = text["title"].unique()
    tracks = {title: track_of_title(title) if title else "" for title in titles}
    read = text["title"].map(tracks).astype("str")
    return text["track"].where(text["track"].ne(""), read)


def _job_codes(tracks: pd.Series) -> Ints:
    """Give the place of each track in `TRACKS`; one that is not there counts as `other`."""
    codes = _codes(tracks, TRACKS)
    said = tracks.ne("").to_numpy(dtype=bool)
    return np.where((codes == -1) & said, TRACKS.index("other"), codes)


def _strangers(rows: pd.DataFrame, people: list[Hashable]) -> list[Hashable]:
    """List the managers who have no row of their own."""
    if "manager" not in rows:
        return []
    known = dict.fromkeys(people)
    managers = rows["manager"].astype(object).dropna().unique()
    return in_order(each for each in managers if each not in known)


def _values(
    rows: pd.DataFrame,
    place: tuple[Ints, Ints],
    scores: pd.DataFrame | None,
    people: list[Hashable],
    cycles: list[Hashable],
) -> dict[str, Floats]:
    """Lay out every number that is known of anybody."""
    shape = len(people), len(cycles)
    found = {
        name: _spread(place, shape, _numbers(rows[name]), np.nan)
        for name in _NUMBERS
        if name in rows
    }
    if scores is not None:
        scored = one_row_each(scores, _SCORES, "scores")
        places = _places(scored, people, cycles)
        for name in _SCORES:
            score = _numbers(scored.reindex(columns=[name])[name])
            found[name] = _spread(places, shape, score, np.nan)
    return {name: grid for name, grid in found.items() if np.isfinite(grid).any()}


def _numbers(column: pd.Series) -> Floats:
    """Read numbers; what is none, or too large to be a measurement, is missing."""
    numbers = pd.to_numeric(column, errors="coerce").astype("Float64")
    read = numbers.to_numpy(dtype=np.float64, na_value=np.nan)
    return np.where(np.abs(read) <= _LARGEST, read, np.nan)
