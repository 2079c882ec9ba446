"""Promotion rates: how often people move into a track, and up within it, per person and cycle.

What comes in are positions by person and cycle, and promotions; what goes out are counts of events
and of the cycles in which they could have happened.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.analyses.expected.histories import in_time, read_level
from workbench.analyses.tracks.intervals import design_effect

__all__ = ["MOVES", "Rate", "count_moves"]

MOVES: tuple[str, ...] = ("into", "within")
_LED = ("technical_leadership", "management")
_KIND_INTO = {"technical_leadership": "to_technical_leadership", "management": "to_management"}

_Bools = npt.NDArray[np.bool_]
_Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Rate:
    """How often something happened.

    Attributes
    ----------
    track, move
        Engineers moved `into` the track, or its people moved up `within` it.
    events
        How often it happened.
    n
        Cycles of people in which it could have happened; 0 where that is not known.
    people
        How many people these are.
    effect
        The design effect of counting the cycles of a person as if they were of several.
    """

    track: str
    move: str
    events: int
    n: int
    people: int
    effect: float


def count_moves(rows: pd.DataFrame, promotions: pd.DataFrame) -> list[Rate]:
    """Count the moves into and within both tracks of leadership, and who could have moved.

    A person could move in every cycle before which the position is known. Whether somebody rose
    within a track can be told only where levels of one ladder are known before and after.

    Parameters
    ----------
    rows
        One row per person and cycle in which the position is known: `person_id`, `cycle`, `track`,
        and `level` where it is known.
    promotions
        `person_id`, `cycle`, `kind`, as `find_promotions` gives them.

    Returns
    -------
    list of Rate
        One a track and move: management and technical leadership, into and within.

    Examples
    --------
    >>> rows = pd.DataFrame({"person_id": ["a", "a", "b", "b"], "cycle": [1, 2, 1, 2],
    ...                      "track": ["engineer", "management", "engineer", "engineer"]})
    >>> moves = pd.DataFrame({"person_id": ["a"], "cycle": [2], "kind": ["to_management"]})
    >>> [(rate.track, rate.events, rate.n) for rate in count_moves(rows, moves)[:2]]
    [('technical_leadership', 0, 2), ('management', 1, 2)]
    """
    persons = pd.Index(rows["person_id"].unique())
    # Distinct cells first: in a large panel, most of the time would go into repeating them.
    cycles = pd.Index(in_time(rows["cycle"].drop_duplicates()), dtype=rows["cycle"].dtype)
    person, cycle = _find(rows, persons, cycles)
    order = np.lexsort((cycle, person))
    track, person, cycle = rows["track"].to_numpy()[order], person[order], cycle[order]
    cell = person * len(cycles) + cycle
    follows = np.zeros(len(order), dtype=bool)
    follows[1:] = person[1:] == person[:-1]
    moves = _find(promotions, persons, cycles)
    known = (moves[0] >= 0) & (moves[1] >= 0)
    moved_to, kinds = moves[0] * len(cycles) + moves[1], promotions["kind"].to_numpy()
    before = {each: np.roll(track == each, 1) for each in ("engineer", *_LED)}
    has_levels = "level" in rows and bool(rows["level"].notna().any())
    seen = follows & _on_one_ladder(rows["level"].iloc[order]) if has_levels else follows
    counted = []
    for move in MOVES:
        for each in _LED:
            from_track = "engineer" if move == "into" else each
            kind = _KIND_INTO[each] if move == "into" else "within_track"
            happened = np.isin(cell, moved_to[known & (kinds == kind)])
            could = follows & before[from_track]
            if move == "within":
                told = has_levels or bool(happened.any())
                could &= seen & (track == each) & told
            counted.append(_count(each, move, person, happened & could, could))
    return counted


def _find(frame: pd.DataFrame, persons: pd.Index, cycles: pd.Index) -> tuple[_Ints, _Ints]:
    """Give persons and cycles their numbers, -1 for others."""
    return (
        persons.get_indexer(pd.Index(frame["person_id"])).astype(np.int64),
        cycles.get_indexer(pd.Index(frame["cycle"])).astype(np.int64),
    )


def _on_one_ladder(level: pd.Series) -> _Bools:
    """Say for each row whether its level and the one before are known and of one ladder."""
    read = {each: read_level(each) for each in level.dropna().unique().tolist()}
    ladder = level.map(
        {each: ladder for each, (ladder, number) in read.items() if number == number}
    )
    return (ladder.notna() & ladder.eq(ladder.shift())).to_numpy(dtype=bool)


def _count(track: str, move: str, person: _Ints, happened: _Bools, could: _Bools) -> Rate:
    """Add up one kind of move by person."""
    size = int(person.max(initial=-1)) + 1
    events = np.bincount(person[happened], minlength=size)
    exposure = np.bincount(person[could], minlength=size)
    exposed = exposure > 0
    return Rate(
        track=track,
        move=move,
        events=int(events.sum()),
        n=int(exposure.sum()),
        people=int(exposed.sum()),
        effect=design_effect(events[exposed], exposure[exposed]),
    )
