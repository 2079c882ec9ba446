"""Histories: technical output as a grid of people by cycles, with what is comparable marked.

What comes in is a table of technical output and a table of promotions; what goes out is the grid,
in standard deviations, that the counterfactual model is fitted on, and the promotions to judge.
A cell is comparable (untreated) while the person engineers and has not been promoted yet.
"""

import re
from bisect import bisect_left
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.errors import InputError

__all__ = [
    "Bools",
    "Events",
    "Floats",
    "Histories",
    "Ints",
    "build_histories",
    "cells_after",
    "in_order",
    "in_time",
    "read_level",
]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

_TRACK_CODES = {"engineer": 0, "technical_leadership": 1, "management": 2}
_MIN_CYCLE = 5  # comparable people in a cycle, below which its company-wide level is unknown
_MIN_LEVEL = 10  # people who start on a level, below which it is counted with its neighbour
_MIN_FAMILY = 20  # people in a job family, below which it gets no level of its own
_MIN_RATERS = 5  # raters of several people, below which severity cannot be told apart


@dataclass(frozen=True, slots=True)
class Histories:
    """People by cycles; N people, T cycles, both in a fixed order.

    Attributes
    ----------
    people, cycles
        What the rows and columns of the grids stand for.
    score : (N, T)
        Technical output, centred, in standard deviations; missing is NaN.
    untreated, managing, leading : (N, T)
        Cells that are comparable; cells that can show what came after a promotion to management,
        and after one to technical leadership.
    row : (N, T)
        Position of the cell's row in the table that came in, -1 where there is none.
    person_design : (N, a)
        Dummies of first level and job family.
    level_change : (N, T) or (N, 0)
        Change of level since the first cycle; no columns where there is no change at all.
    rater : (N, T)
        Code of the rater, -1 where none is known.
    n_raters
        How many raters there are; 0 where severity cannot be estimated.
    centre, sd
        `score = (output - centre) / sd`; `sd` is the standard deviation of comparable cells among
        people of one level and cycle, NaN where output does not vary (it is then divided by one).
    notes
        What was left out or pooled, in sentences.
    """

    people: tuple[Hashable, ...]
    cycles: tuple[Hashable, ...]
    score: Floats
    untreated: Bools
    managing: Bools
    leading: Bools
    row: Ints
    person_design: Floats
    level_change: Floats
    rater: Ints
    n_raters: int
    centre: float
    sd: float
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Events:
    """The promotions to judge, ordered by person and cycle.

    Attributes
    ----------
    row
        Position in the promotions table.
    person
        Row of the grid.
    start, stop
        First column after the promotion, and the first column that belongs to the next one.
    kind
        `to_management` or `to_technical_leadership`.
    """

    row: Ints
    person: Ints
    start: Ints
    stop: Ints
    kind: npt.NDArray[np.str_]


def build_histories(
    output: pd.DataFrame, promotions: pd.DataFrame, *, kinds: Sequence[str] = ("to_management",)
) -> tuple[Histories, Events]:
    """Turn technical output and promotions into grids.

    Parameters
    ----------
    output
        `person_id`, `cycle`, `technical_output` and, where known, `track`, `level`, `job_family`,
        `rater_id`. Other columns are ignored.
    promotions
        `person_id`, `cycle` and, where known, `kind`.
    kinds
        Which promotions the events are; people are comparable until the first of either kind.

    Returns
    -------
    tuple of Histories and Events

    Raises
    ------
    InputError
        If a column is missing, technical output is not a number, or cycles cannot be sorted.
    """
    _require(output, ("person_id", "cycle", "technical_output"), "technical output")
    _require(promotions, ("person_id", "cycle"), "promotions")
    notes: list[str] = []
    moves = _moves(promotions, notes)
    cells = _cells(output, notes)
    cycles, start = _place_in_time(cells["cycle"], moves["cycle"])
    people = in_order([*cells["person_id"].tolist(), *moves["person_id"].tolist()])
    person_of = {person: code for code, person in enumerate(people)}
    moves = moves.assign(start=start, person=[person_of[each] for each in moves["person_id"]])
    events = _events(moves, len(cycles), kinds)
    cycle_of = {cycle: code for code, cycle in enumerate(cycles)}
    grid = _Grid(
        np.array([person_of[each] for each in cells["person_id"]], dtype=np.int64),
        np.array([cycle_of[each] for each in cells["cycle"]], dtype=np.int64),
        (len(people), len(cycles)),
    )
    output_grid = grid.spread(cells["technical_output"])
    untreated, managing, leading = _comparable(grid, cells, moves, np.isfinite(output_grid))
    _drop_thin_cycles((untreated, managing, leading), cycles, notes)
    centre, sd = _location_and_spread(grid, cells, output_grid, untreated)
    person_design, level_change = _design(grid, cells, untreated, notes)
    rater, n_raters = _raters(grid, cells, untreated, notes)
    histories = Histories(
        people=tuple(people),
        cycles=tuple(cycles),
        score=(output_grid - centre) / (sd if np.isfinite(sd) else 1.0),
        untreated=untreated,
        managing=managing,
        leading=leading,
        row=grid.spread_codes(cells["row"]),
        person_design=person_design,
        level_change=level_change,
        rater=rater,
        n_raters=n_raters,
        centre=centre,
        sd=sd,
        notes=tuple(notes),
    )
    return histories, events


def in_order(values: Iterable[Hashable]) -> list[Hashable]:
    """Give the distinct values in an order that does not depend on how they came in.

    Examples
    --------
    >>> in_order(["b", "a", "b"])
    ['a', 'b']
    >>> in_order(["b", 2, "a"])
    [2, 'a', 'b']
    """
    distinct = list(dict.fromkeys(values))
    try:
        return sorted(distinct)  # type: ignore[type-var]  # ids of one sortable type, as a rule
    except TypeError:
        return sorted(distinct, key=lambda value: (type(value).__name__, repr(value)))


def in_time(cycles: pd.Series) -> list[Hashable]:
    """Give the distinct cycles in the order of time: of the labels, or of an ordered category.

    Examples
    --------
    >>> in_time(pd.Series(["2024H1", "2023H2", "2024H1"]))
    ['2023H2', '2024H1']
    """
    distinct: list[Hashable] = list(dict.fromkeys(cycles.dropna().tolist()))
    if isinstance(cycles.dtype, pd.CategoricalDtype) and cycles.dtype.ordered:
        rank = {cycle: position for position, cycle in enumerate(cycles.dtype.categories)}
        return sorted(distinct, key=lambda cycle: rank[cycle])
    try:
        return sorted(distinct)  # type: ignore[type-var]  # what cannot be sorted is refused
    except TypeError as error:
        raise InputError(
            f"the cycles cannot be brought into one order ({error}). Use one kind of label, such "
            "as 2024H1 or 2024, that sorts in time."
        ) from error


def read_level(value: object) -> tuple[str, float]:
    """Split a level into its ladder and its number, NaN where it has none.

    Examples
    --------
    >>> read_level("L4"), read_level(5)
    (('l', 4.0), ('', 5.0))
    """
    match = re.fullmatch(r"\s*(.*?)[\s._-]*(\d+(?:\.\d+)?)\s*", str(value))
    if match is None:
        return str(value).strip().casefold(), float("nan")
    return match[1].casefold(), float(match[2])


@dataclass(frozen=True, slots=True)
class _Grid:
    """Where each row of the cells goes."""

    person: Ints
    cycle: Ints
    shape: tuple[int, int]

    def spread(self, values: npt.ArrayLike) -> Floats:
        """Lay numbers out as people by cycles, NaN where there is none."""
        grid = np.full(self.shape, np.nan)
        grid[self.person, self.cycle] = values
        return grid

    def spread_codes(self, values: npt.ArrayLike) -> Ints:
        """Lay codes out as people by cycles, -1 where there is none."""
        grid = np.full(self.shape, -1, dtype=np.int64)
        grid[self.person, self.cycle] = values
        return grid


def _require(frame: pd.DataFrame, columns: Sequence[str], name: str) -> None:
    """Refuse a table without the columns that nothing can be said without."""
    lacking = [column for column in columns if column not in frame.columns]
    if lacking:
        raise InputError(
            f"the table of {name} has {', '.join(map(str, frame.columns)) or 'no columns'}; "
            f"it lacks {', '.join(lacking)}. It needs {', '.join(columns)}, one row per person and "
            f"cycle. Rename the columns that hold them."
        )


def _moves(promotions: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    """Keep the promotions after which a person is no longer comparable, one row each."""
    moves = pd.DataFrame(
        {
            "person_id": promotions["person_id"].array,
            "cycle": promotions["cycle"].array,
            "row": np.arange(len(promotions)),
            "kind": promotions["kind"].array if "kind" in promotions else "to_management",
        }
    )
    complete = (moves["person_id"].notna() & moves["cycle"].notna()).to_numpy(dtype=bool)
    if not complete.all():
        notes.append(
            f"{_count(int((~complete).sum()), 'promotion')} without a person or a cycle "
            "could not be judged."
        )
    wanted = moves["kind"].isin(["to_management", "to_technical_leadership"]).to_numpy(dtype=bool)
    kept = moves.loc[complete & wanted]
    return kept.drop_duplicates(["person_id", "cycle", "kind"]).reset_index(drop=True)


def _cells(output: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    """Bring the output to one clean row per person and cycle; `row` says where it came from."""
    try:
        numbers = pd.to_numeric(output["technical_output"]).astype("Float64")
    except (ValueError, TypeError) as error:
        raise InputError(
            f"technical_output holds something that is not a number ({error}). Give numbers, and "
            "leave what is unknown empty."
        ) from error
    score = numbers.to_numpy(dtype=np.float64, na_value=np.nan)
    optional = ("track", "level", "job_family", "rater_id")
    cells = pd.DataFrame(
        {
            "person_id": output["person_id"].array,
            "cycle": output["cycle"].array,
            "technical_output": np.where(np.isfinite(score), score, np.nan),
            "row": np.arange(len(output)),
        }
        | {column: output[column].astype(object).array for column in optional if column in output}
    )
    known = (cells["person_id"].notna() & cells["cycle"].notna()).to_numpy(dtype=bool)
    if not known.all():
        rows = _count(int((~known).sum()), "row")
        notes.append(f"{rows} of output without a person or a cycle left out.")
    cells = cells.loc[known]
    if not cells.duplicated(["person_id", "cycle"]).any():
        return cells.reset_index(drop=True)
    notes.append("Some people have several rows in one cycle; their output was averaged.")
    # Sorting by what the rows say, not by where they stand, keeps shuffled tables equal.
    said = [repr(row) for row in cells.drop(columns="row").astype(object).to_numpy().tolist()]
    cells = cells.assign(said=said).sort_values("said", kind="stable").drop(columns="said")
    mean = cells.groupby(["person_id", "cycle"], sort=False, observed=True)["technical_output"]
    cells = cells.assign(technical_output=mean.transform("mean"))
    return cells.drop_duplicates(["person_id", "cycle"]).reset_index(drop=True)


def _place_in_time(known: pd.Series, promoted: pd.Series) -> tuple[list[Hashable], list[int]]:
    """Sort the cycles, and say before which of them each promotion lies."""
    cycles, wanted = in_time(known), promoted.tolist()
    dtype = known.dtype
    try:
        if isinstance(dtype, pd.CategoricalDtype) and dtype.ordered:
            rank = {cycle: position for position, cycle in enumerate(dtype.categories)}
            ranks = [rank[cycle] for cycle in cycles]
            return cycles, [bisect_left(ranks, rank[cycle]) for cycle in wanted]
        return cycles, [bisect_left(cycles, cycle) for cycle in wanted]
    except (TypeError, KeyError) as error:
        raise InputError(
            f"the cycles of output and promotions cannot be brought into one order ({error}). Use "
            "the same kind of label in both tables, such as 2024H1 or 2024, so that they sort in "
            "time."
        ) from error


def cells_after(histories: Histories, events: Events) -> Bools:
    """Mark the cells that lie after each promotion and before the next one, (events, T)."""
    column = np.arange(len(histories.cycles))
    to_management = (events.kind == "to_management")[:, None]
    cells = np.where(
        to_management, histories.managing[events.person], histories.leading[events.person]
    )
    within = (column >= events.start[:, None]) & (column < events.stop[:, None])
    after: Bools = cells & within
    return after


def _events(moves: pd.DataFrame, n_cycles: int, kinds: Sequence[str]) -> Events:
    """Find, for each promotion to judge, where the next move of the same person begins."""
    ordered = moves.sort_values(["person", "start", "kind"], kind="stable")
    following = ordered.groupby("person", sort=False)["start"].shift(-1)
    ordered = ordered.assign(stop=following.fillna(n_cycles).astype(np.int64))
    ordered = ordered[ordered["kind"].isin(kinds)]
    return Events(
        row=ordered["row"].to_numpy(dtype=np.int64),
        person=ordered["person"].to_numpy(dtype=np.int64),
        start=ordered["start"].to_numpy(dtype=np.int64),
        stop=ordered["stop"].to_numpy(dtype=np.int64),
        kind=ordered["kind"].to_numpy(dtype=np.str_),
    )


def _comparable(
    grid: _Grid, cells: pd.DataFrame, moves: pd.DataFrame, known: Bools
) -> tuple[Bools, Bools, Bools]:
    """Mark the cells that are comparable, and those that can lie after a promotion of each kind."""
    n_people, n_cycles = grid.shape
    column = np.arange(n_cycles)
    first_treated = np.full(n_people, n_cycles)
    np.minimum.at(
        first_treated, moves["person"].to_numpy(np.int64), moves["start"].to_numpy(np.int64)
    )
    if "track" not in cells:
        return known & (column < first_treated[:, None]), known.copy(), known.copy()
    track = grid.spread_codes(cells["track"].map(_TRACK_CODES).fillna(3))
    left = np.isin(track, (1, 2))
    first_left = np.where(left.any(axis=1), left.argmax(axis=1), n_cycles)
    first_treated = np.minimum(first_treated, first_left)
    untreated = known & (track == 0) & (column < first_treated[:, None])
    return untreated, known & (track == 2), known & (track == 1)


def _drop_thin_cycles(
    marks: tuple[Bools, Bools, Bools], cycles: Sequence[Hashable], notes: list[str]
) -> None:
    """Unmark cycles in which too few comparable people say what it was like for everyone."""
    untreated, managing, _ = marks
    thin = untreated.sum(axis=0) < _MIN_CYCLE
    if (untreated | managing)[:, thin].any():
        names = ", ".join(str(cycles[each]) for each in np.flatnonzero(thin).tolist())
        notes.append(
            f"Left out, with fewer than {_MIN_CYCLE} comparable people in the cycle: {names}."
        )
    for cells in marks:
        cells[:, thin] = False


def _location_and_spread(
    grid: _Grid, cells: pd.DataFrame, output: Floats, untreated: Bools
) -> tuple[float, float]:
    """Centre of the comparable cells, and their pooled standard deviation among peers.

    Peers are people of the same level in the same cycle; of the same cycle, where levels are so
    many that most have a cell to themselves.
    """
    values = output[untreated]
    cycle = np.nonzero(untreated)[1]
    if not len(values):
        return 0.0, float("nan")
    centre = float(values.sum() / len(values))
    peers = cycle
    if "level" in cells and cells["level"].notna().any():
        level = grid.spread_codes(pd.factorize(cells["level"].astype(str), sort=True)[0])
        peers = np.unique(level[untreated] * output.shape[1] + cycle, return_inverse=True)[
            1
        ].ravel()
        if 2 * (len(values) - peers.max() - 1) < len(values):
            peers = cycle
    counts = np.bincount(peers)
    freedom = len(values) - int((counts > 0).sum())
    if freedom < 1:
        return centre, float("nan")
    means = np.bincount(peers, values) / np.maximum(counts, 1)
    sd = float(np.sqrt(((values - means[peers]) ** 2).sum() / freedom))
    largest = float(np.abs(values).max())
    return centre, sd if sd > 1e-9 * largest else float("nan")


def _design(
    grid: _Grid, cells: pd.DataFrame, untreated: Bools, notes: list[str]
) -> tuple[Floats, Floats]:
    """Give dummies of first level and job family, and the change of level since."""
    n_people = grid.shape[0]
    person_design, level_change = np.empty((n_people, 0)), np.empty((n_people, 0))
    counted = np.asarray(untreated.any(axis=1))
    if "level" in cells and cells["level"].notna().any():
        first, change = _levels(grid, cells["level"])
        person_design = _dummies(first, counted, _MIN_LEVEL, notes, "level")
        if np.any(change[untreated] != 0):
            level_change = change
    if "job_family" in cells and cells["job_family"].notna().any():
        names = in_order(cells["job_family"].dropna().tolist())
        code = {name: position for position, name in enumerate(names)}
        families = grid.spread_codes(cells["job_family"].map(code).fillna(-1))
        known = families >= 0
        first_family = families[np.arange(n_people), known.argmax(axis=1)]
        keys: list[tuple[str, float]] = [("", float(each)) for each in first_family]
        dummies = _dummies(keys, counted, _MIN_FAMILY, notes, "job family")
        person_design = np.hstack([person_design, dummies])
    return person_design, level_change


def _levels(grid: _Grid, levels: pd.Series) -> tuple[list[tuple[str, float]], Floats]:
    """Read each person's first level, and how far the number of it has moved since.

    A level of another ladder (M1 after L5) says nothing about how far an engineer rose, so the
    last known change is kept there.
    """
    n_people = grid.shape[0]
    read = {value: read_level(value) for value in levels.dropna().unique().tolist()}
    prefixes = {prefix: code for code, prefix in enumerate(sorted({p for p, _ in read.values()}))}
    known = levels.notna().to_numpy(dtype=bool)
    pairs = [read[value] for value in levels[known].tolist()]
    code, number = np.full(len(levels), -1, dtype=np.int64), np.full(len(levels), np.nan)
    code[known] = [prefixes[prefix] for prefix, _ in pairs]
    number[known] = [value for _, value in pairs]
    codes, numbers = grid.spread_codes(code), grid.spread(number)
    first_column = (codes >= 0).argmax(axis=1)
    everyone = np.arange(n_people)
    first_code, first_number = codes[everyone, first_column], numbers[everyone, first_column]
    change = np.where(codes == first_code[:, None], numbers - first_number[:, None], np.nan)
    change = pd.DataFrame(change).ffill(axis=1).fillna(0.0).to_numpy(dtype=np.float64)
    names = [*sorted(prefixes), ""]
    first = [
        (names[each] if each >= 0 else "?", float(value))
        for each, value in zip(first_code, first_number, strict=True)
    ]
    return first, change


def _dummies(
    keys: list[tuple[str, float]], counted: Bools, smallest: int, notes: list[str], name: str
) -> Floats:
    """Give dummies of the common groups; a rare one is counted with a common neighbour."""
    texts = [(prefix, f"{number:g}") for prefix, number in keys]  # NaN equals itself as text
    number_of = {text: number for text, (_, number) in zip(texts, keys, strict=True)}
    sizes = dict.fromkeys(sorted(number_of), 0)
    for text, counts in zip(texts, counted, strict=True):
        sizes[text] += int(counts)
    common = [text for text, size in sizes.items() if size >= smallest]
    if len(common) < 2:
        return np.empty((len(keys), 0))
    base = max(common, key=lambda text: (sizes[text], text))
    stands_for: dict[tuple[str, str], tuple[str, str]] = {text: text for text in common}
    rare = [text for text in sizes if text not in stands_for]
    for text in rare:
        near = [each for each in common if each[0] == text[0] and np.isfinite(number_of[each])]
        if near and np.isfinite(number_of[text]) and name == "level":
            stands_for[text] = min(near, key=lambda t: (abs(number_of[t] - number_of[text]), t))
        else:
            stands_for[text] = base
    if any(sizes[text] for text in rare):
        notes.append(
            f"{_count(len(rare), name)} with fewer than {smallest} people were counted with a "
            "common one."
        )
    columns = [text for text in common if text != base]
    groups = [stands_for[text] for text in texts]
    return np.array([[group == column for column in columns] for group in groups], dtype=float)


def _raters(
    grid: _Grid, cells: pd.DataFrame, untreated: Bools, notes: list[str]
) -> tuple[Ints, int]:
    """Code the raters; none are given back where severity cannot be told apart from the people."""
    nobody = np.full(grid.shape, -1, dtype=np.int64)
    if "rater_id" not in cells or not cells["rater_id"].notna().any():
        return nobody, 0
    code = {rater: each for each, rater in enumerate(in_order(cells["rater_id"].dropna().tolist()))}
    rater = grid.spread_codes(cells["rater_id"].map(code).fillna(-1))
    seen = untreated & (rater >= 0)
    person = np.broadcast_to(np.arange(grid.shape[0])[:, None], grid.shape)[seen]
    pairs = np.unique(person * len(code) + rater[seen])
    people_of_rater = np.bincount(pairs % len(code), minlength=len(code))
    if (people_of_rater >= 2).sum() < _MIN_RATERS:
        notes.append(
            "Rater severity was not taken into account: too few raters rate several people."
        )
        return nobody, 0
    return rater, len(code)


def _count(number: int, noun: str) -> str:
    """Put number and noun in agreement: 1 row, 2 rows, 3 job families."""
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{number:,} {noun if number == 1 else plural}"
