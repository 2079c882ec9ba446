"""Stacked tables in, one typed frame out: every field read as what it is, every fault listed.

Ratings become numbers beside their text, shares lie between 0 and 1, managers and raters become ids
where they mean exactly one person, and unknown columns keep their header.
"""

import re
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from workbench.fields import FIELD_BY_NAME, FIELDS, Field
from workbench.intake.cells import (
    Cells,
    Fault,
    by_value,
    map_texts,
    read_dates,
    read_ids,
    read_numbers,
    read_prose,
    read_shares,
    read_text,
    read_unknown,
    show_value,
    split_errors,
)
from workbench.intake.cycles import order_cycles, read_cycle
from workbench.intake.files.sheet import EPOCH_1900, EPOCH_1904
from workbench.intake.headers.matching import normalise_header
from workbench.intake.identities import Identities, read_names, read_people, resolve_people
from workbench.intake.problems import ProblemList
from workbench.intake.profiles import Choices
from workbench.intake.ratings.cycle_scales import read_cycle_ratings
from workbench.intake.ratings.scales import RatingColumn
from workbench.intake.stacks import Stack
from workbench.intake.validation import check_limits
from workbench.ladder import TRACKS, Track, track_of_title

__all__ = ["Scales", "name_cycles", "read_stack", "read_tracks"]

NO_CYCLE = "current"
# For each rating column its field, and how it was read.
Scales = list[tuple[str, RatingColumn]]


def name_cycles(stacks: Sequence[Stack]) -> tuple[list[pd.Series], list[str]]:
    """Read the cycle of every row of a workbook.

    Returns
    -------
    cycles
        For each stack the cycle of each row, missing where there is none.
    names
        All cycles of the workbook, in time.
    """
    spelled = [_spell_cycles(stack) for stack in stacks]
    texts = pd.unique(pd.concat(spelled).dropna()) if spelled else []
    names = order_cycles(texts)
    cycles = [series.map(names).astype("str") for series in spelled]
    return cycles, sorted(set(names.values()))


def _spell_cycles(stack: Stack) -> pd.Series:
    """Say of each row which cycle its sheet or its cells name, as they name it."""
    cells = split_errors(stack.cells("cycle"))[0]
    years = split_errors(stack.cells("cycle:year"))[0]
    of_table = np.array([table.cycle for table in stack.tables], dtype=object)[stack.table]
    codes, read = by_value(cells, _spell_cycle)
    texts = np.array([*read, None], dtype=object)[codes]
    if (years != "").any():
        step = _step_of_header(stack)
        for i in np.flatnonzero(years != ""):
            texts[i] = _join_year(show_value(years[i]), texts[i], step)
    missing = np.array([text is None for text in texts], dtype=bool)
    texts[missing] = of_table[missing]
    return pd.Series(texts, dtype="str")


def _spell_cycle(cell: object) -> str | None:
    # A date or a number is read here; text stays as it is until all texts are known.
    return (
        show_value(cell) or None if isinstance(cell, str) else read_cycle(cell) or show_value(cell)
    )


def _step_of_header(stack: Stack) -> str:
    """Tell from the header whether the bare number of a cycle is a half or a quarter."""
    for table in stack.tables:
        for match in table.matches:
            words = set(normalise_header(match.header).split())
            if match.field == "cycle" and not match.part and words & {"quarter", "qtr"}:
                return "Q"
    return "H"


def _join_year(year: str, text: str | None, step: str) -> str:
    if text is None:
        return year
    if read_cycle(text) is not None:
        return text
    return f"{year} {step}{text}" if text.isdigit() else f"{year} {text}"


def read_stack(
    stack: Stack,
    cycles: pd.Series,
    who: Identities,
    problems: ProblemList,
    choices: Choices | None = None,
    scales: Scales | None = None,
) -> pd.DataFrame:
    """Read every column of a stack as what it is.

    Parameters
    ----------
    stack
        The tables.
    cycles
        The cycle of each row.
    who
        The people of the workbook.
    problems
        Takes what could not be read.
    choices
        What the analyst decided about scales and dates.
    scales
        Takes how each rating was read.

    Returns
    -------
    DataFrame
        One row for each row of the stack: `person_id`, `cycle`, the fields in their order, each
        rating's `<field>_text` where it is no mere number, then the unknown columns.
    """
    people = read_people(stack, who, problems)
    columns: dict[str, pd.Series] = {"person_id": people, "cycle": cycles}
    keys = stack.keys
    groups = cycles.fillna(NO_CYCLE).to_numpy(dtype=object)
    for known in FIELDS:
        has = known.name in keys or (
            known.name in {"name", "manager"} and f"{known.name}:last" in keys
        )
        if not has or known.name in {"person_id", "cycle"}:
            continue
        cells, faults = split_errors(stack.cells(known.name))
        decided = choices or Choices()
        if known.dtype == "rating":
            columns |= _read_rating(known, cells, groups, stack, decided, faults, scales)
        elif known.dtype == "date":
            columns[known.name] = _read_dates(known, cells, stack, decided, faults)
        else:
            columns |= _read_field(known, cells, stack, who, faults)
        problems.add_faults(stack, known.name, faults, people)
    for key in keys:
        if key not in FIELD_BY_NAME and key.rpartition(":")[0] not in FIELD_BY_NAME:
            cells, faults = split_errors(stack.cells(key))
            columns[key] = read_unknown(cells)
            problems.add_faults(stack, key, faults, people)
    return pd.DataFrame(columns)


def _read_rating(
    known: Field,
    cells: Cells,
    groups: Cells,
    stack: Stack,
    choices: Choices,
    faults: list[Fault],
    scales: Scales | None,
) -> dict[str, pd.Series]:
    """Read one column of ratings; its faults are added to those given, its scale to the scales."""
    header = " / ".join(stack.headers(known.name))
    ratings = read_cycle_ratings(
        cells,
        groups,
        given=choices.scales.get(known.name),
        by_cycle=choices.cycle_scales(known.name),
        header=header,
    )
    faults += ratings.faults
    if scales is not None:
        scales.append((known.name, ratings))
    read = {known.name: pd.Series(ratings.values)}
    return read if ratings.text is None else {**read, f"{known.name}_text": ratings.text}


def _read_dates(
    known: Field, cells: Cells, stack: Stack, choices: Choices, faults: list[Fault]
) -> pd.Series:
    """Read one column of dates; bare numbers count from the first day of their workbook."""
    late = np.array([table.sheet.epoch == EPOCH_1904 for table in stack.tables])[stack.table]
    if late.any():
        days = (EPOCH_1904 - EPOCH_1900).days
        moved = [c + days if type(c) in (int, float) else c for c in cells[late]]
        cells = cells.copy()
        cells[late] = moved
    said = [choices.dates[h] for h in stack.headers(known.name) if h in choices.dates]
    dates, found = read_dates(cells, said[0] if said else None)
    faults += found
    return dates


def _read_field(
    known: Field, cells: Cells, stack: Stack, who: Identities, faults: list[Fault]
) -> dict[str, pd.Series]:
    """Read one other known column; its faults are added to those given."""
    name = known.name
    if known.dtype in {"count", "number", "share"}:
        if known.dtype == "share":
            numbers, found = read_shares(cells, known.maximum or 1.0)
        else:
            numbers, found = read_numbers(cells)
        faults += found
        numbers, found = check_limits(numbers, known)
        faults += found
        return {name: pd.Series(numbers)}
    if name in {"manager", "rater_id"}:
        texts = read_names(stack, "manager") if f"{name}:last" in stack.keys else read_ids(cells)
        ids, found_one = resolve_people(texts, who)
        faults += _unlinked(texts, found_one, name)
        return {name: ids}
    if name == "name":
        return {name: read_names(stack)}
    return {name: read_prose(cells) if known.role == "written" else read_text(cells)}


def _unlinked(texts: pd.Series, found: pd.Series, name: str) -> list[Fault]:
    """Note managers or raters who are none of the people, unless that is only to be expected."""
    unknown = np.flatnonzero(texts.notna() & ~found)
    # A top manager stands on no sheet; only a column in which most are unknown is a problem.
    if unknown.size <= 0.5 * int(texts.notna().sum()):
        return []
    message = (
        '"{value}" is none of the people in this workbook, so nobody can be linked to this '
        "person. Use the same ids as in the person column."
    )
    first = texts.iloc[unknown].drop_duplicates().index.to_numpy(dtype=np.intp)
    return [Fault("note", f"unknown_{name.removesuffix('_id')}", first, message)]


_TRACKS_SPELLED: tuple[tuple[Track, str], ...] = (
    (
        "engineer",
        "engineer, engineering, ic, individual contributor, contributor, developer, technical, "
        "individual, non manager, professional, expert",
    ),
    (
        "technical_leadership",
        "technical leadership, tech leadership, technical leader, tech lead, technical lead, "
        "architect, architecture, principal, staff plus, staff, tl, technical leadership track",
    ),
    (
        "management",
        "management, manager, managers, people manager, people management, people, m, mgmt, "
        "mgr, "
        "people leader, people lead, leadership, management track, em, people leadership",
    ),
    ("other", "other, none, product, support"),
)
_TRACK_WORDS: Mapping[str, Track] = {
    word: track for track, words in _TRACKS_SPELLED for word in words.split(", ")
}


def read_tracks(frame: pd.DataFrame) -> pd.DataFrame:
    """Read the track of each row: from the sheet's own column if it can be read, else the title.

    Parameters
    ----------
    frame
        May hold `track` as the sheet spells it, and `title`.

    Returns
    -------
    DataFrame
        The frame with `track` as `engineer`, `technical_leadership`, `management` or `other`,
        missing where neither says; `track_text` where the sheet spells it otherwise.
    """
    empty = pd.Series(np.full(len(frame), None, dtype=object), index=frame.index, dtype="str")
    titles = frame.get("title", empty)
    by_title = map_texts(titles, track_of_title)
    if "track" not in frame:
        return frame.assign(track=by_title)
    own = frame["track"]
    read = map_texts(own, _read_track)
    if read.notna().sum() < 0.5 * own.notna().sum():
        read = empty
    # "IC" says that a person does not manage; the title says whether they lead technically.
    leads = (read == "engineer") & (by_title == "technical_leadership")
    tracks = read.where(~leads, by_title).fillna(by_title)
    spelled = not set(own.dropna().unique()) <= set(TRACKS)
    return frame.assign(track=tracks, **({"track_text": own} if spelled else {}))


def _read_track(text: str) -> Track | None:
    words = normalise_header(text)
    known = _TRACK_WORDS.get(words) or _TRACK_WORDS.get(words.removesuffix(" track"))
    if known is None and re.fullmatch(r"ic\s?\d+", words):
        return "engineer"
    if known is None and re.fullmatch(r"m\s?\d+", words):
        return "management"
    return known
