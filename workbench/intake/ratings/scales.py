"""Rating cells in, numbers out: higher is better, not rated is missing, the words are kept.

A rating is a number, a word of a known scale, a letter, or a number with a label ("4 - Exceeds").
Labels tell what the words of their column stand for, and in which direction its numbers run. Where
a column uses several scales, all are mapped linearly to the one that most of its cells use. What
the analyst decided beats the labels, and these beat the header.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.intake.cells import Cells, Fault
from workbench.intake.ratings.rating_cells import RatingCell, is_rating
from workbench.intake.ratings.scale_choices import ScaleChoice, read_scale_header
from workbench.intake.ratings.scale_detection import (
    Found,
    GroupScale,
    Scale,
    count_cells,
    find_scale,
)

__all__ = ["RatingColumn", "ScaleChoice", "is_rating", "read_ratings"]

_Floats = NDArray[np.float64]
_Marks = NDArray[np.bool_]

# How many distinct texts of one group are listed; a column of free numbers has no levels to show.
_N_LISTED = 200


@dataclass(frozen=True, slots=True)
class RatingColumn:
    """A rating column as it was read.

    Attributes
    ----------
    values
        The ratings, higher is better; NaN where the person was not rated.
    text
        The cells as the sheet spells them; None where all of them are the numbers in `values`.
    faults
        Which cells could not be read, and where the column uses more than one scale.
    levels
        What each text was read as in each group: `group`, `text`, `value` (NaN where it was not
        rated or not read), `n` cells, and `kind` (`number`, `word`, `label`, `letter`, `pair`,
        `share`, `not_rated` or `unknown`); of each group the 200 commonest texts, best first.
    scales
        The scale of each group: `group`, `low` and `high` as written, `best` (which end of the
        written numbers is best, `high` or `low`), `how` it is known (`numbers`, `words`, `labels`,
        `letters`, `header` or `given`), and `n` rated cells.
    low, high
        The ends of the scale that `values` are on.
    """

    values: _Floats
    text: pd.Series | None
    faults: tuple[Fault, ...]
    levels: pd.DataFrame
    scales: pd.DataFrame
    low: float
    high: float


def read_ratings(
    cells: Cells, groups: Cells, *, given: ScaleChoice | None = None, header: str = ""
) -> RatingColumn:
    """Read a column of ratings as numbers on one scale.

    Parameters
    ----------
    cells
        The cells of the column.
    groups
        For each cell the part of the workbook that is filled in by one hand, such as the cycle;
        scales are compared between parts.
    given
        What the analyst decided; it holds in every group.
    header
        The header of the column, which may name its scale: "Rating (1 = best)".

    Returns
    -------
    RatingColumn
        The ratings, the original text where there is any, the faults, and how all was read.

    Examples
    --------
    >>> cells = np.array(["Exceeds", 4.0, "4 - Exceeds", "Too New To Rate", 2.0], dtype=object)
    >>> groups = np.full(5, "2024H1", dtype=object)
    >>> read_ratings(cells, groups).values
    array([ 4.,  4.,  4., nan,  2.])
    >>> read_ratings(cells, groups, given=ScaleChoice(low=1, high=5, best="low")).values
    array([ 2.,  2.,  2., nan,  4.])
    """
    given = given or ScaleChoice()
    found = count_cells(cells, groups, given)
    scale = find_scale(found, given, read_scale_header(header))
    read = _read(found, scale)
    faults = [*_cell_faults(found, read, scale), *_pair_faults(found)]
    faults += [*_mixture_faults(found, scale, read), *_direction_faults(found, scale)]
    decided = [value for value in given.words.values() if value is not None]
    return RatingColumn(
        read.values[found.pair_of],
        _original_text(found, read),
        tuple(faults),
        _list_levels(found, scale, read),
        _list_scales(found, scale, read, given),
        min([scale.low, *decided]),
        max([scale.high, *decided]),
    )


@dataclass(frozen=True, slots=True)
class _Read:
    """What each pair of a distinct cell and a group was read as, and which could not be read."""

    values: _Floats
    outside: _Marks
    unknown: _Marks


def _read(found: Found, scale: Scale) -> _Read:
    values = np.full(len(found.code), math.nan)
    unknown = np.zeros(len(found.code), dtype=bool)
    numbers = found.numbers[found.code]
    for group in range(len(found.groups)):
        bare = (found.group == group) & ~np.isnan(numbers)
        values[bare] = scale.read_numbers(numbers[bare], group)
        for pair, cell in found.spelled_of(group):
            value = scale.read_cell(cell, group)
            unknown[pair] = value is None
            values[pair] = math.nan if value is None else value
    outside = np.isinf(values)
    values[outside] = math.nan
    for code, rating in found.decided.items():
        settled = found.code == code
        values[settled] = math.nan if rating is None else rating
        unknown[settled] = outside[settled] = False
    return _Read(values, outside, unknown)


def _original_text(found: Found, read: _Read) -> pd.Series | None:
    """Give the cells as they are spelled, if any says more than its rating does."""
    number = np.array(
        [math.nan if c.number is None else c.number for c in found.parts], dtype=float
    )
    shown = np.array([bool(part.text) for part in found.parts], dtype=bool)
    plain = np.array([part.form == "number" for part in found.parts], dtype=bool)
    same = plain[found.code] & (number[found.code] == read.values)
    # "Too New To Rate" says more than a blank does.
    if (same | ~shown[found.code]).all():
        return None
    texts = np.array([part.text or None for part in found.parts], dtype=object)
    return pd.Series(texts[found.code][found.pair_of], dtype="str")


def _cell_faults(found: Found, read: _Read, scale: Scale) -> Iterator[Fault]:
    unknown = np.flatnonzero(read.unknown[found.pair_of])
    if unknown.size:
        yield Fault(
            "warning",
            "unknown_rating",
            unknown,
            '"{value}" is on no rating scale that is known, so the person counts as not rated. '
            "Write a number, or words such as Below, Meets or Exceeds; leave the cell empty if "
            "the person was not rated.",
        )
    outside = np.flatnonzero(read.outside[found.pair_of])
    if outside.size:
        yield Fault(
            "warning",
            "impossible_number",
            outside,
            f'"{{value}}" is not on the scale of this column, {scale.low:g} to {scale.high:g}, so '
            "the person counts as not rated. Correct the cell, or leave it empty.",
        )


def _first_cell(found: Found, pairs: list[int]) -> NDArray[np.intp]:
    """Give the position of the first cell of some pairs."""
    return np.flatnonzero(np.isin(found.pair_of, pairs))[:1]


def _pair_faults(found: Found) -> Iterator[Fault]:
    """Say once for each group that a cell rates two things, of which one is read."""
    for group, name in enumerate(found.groups):
        pairs = [
            pair
            for pair, cell in found.spelled_of(group)
            if cell.form == "pair" and found.code[pair] not in found.decided
        ]
        if pairs:
            yield Fault(
                "note",
                "rating_pair",
                _first_cell(found, pairs),
                f'"{{value}}" is a pair. Here and elsewhere in {name}, its first part was read as '
                "the rating, and the second is kept in the text only.",
            )


def _mixture_faults(found: Found, scale: Scale, read: _Read) -> Iterator[Fault]:
    """Say once for each group where a second scale is used, and what was done with it."""
    numbered = [found.numbers_of(group)[0] for group in range(len(found.groups))]
    any_numbers = any(numbers.size for numbers in numbered)
    for group, name in enumerate(found.groups):
        odd: list[int] = []
        done = []
        for pairs, what in (
            _odd_words(found, scale, read, group, any_numbers),
            _odd_letters(found, scale, read, group),
            _odd_numbers(found, scale, group),
            _odd_tops(found, scale, read, group),
        ):
            odd += pairs
            done += [what] if pairs else []
        if odd:
            message = (
                f"Rating uses two scales in {name}: {'; '.join(done)}. Check that this is meant."
            )
            yield Fault("warning", "two_scales", _first_cell(found, odd), message)


def _show_mapped(found: Found, read: _Read, pairs: list[int]) -> str:
    texts = {found.parts[found.code[pair]].text: read.values[pair] for pair in pairs}
    return ", ".join(f'"{text}" as {texts[text]:g}' for text in sorted(texts)[:6])


def _odd_words(
    found: Found, scale: Scale, read: _Read, group: int, any_numbers: bool
) -> tuple[list[int], str]:
    """Find words in a column of numbers, or on another scale than those of the other groups."""
    sizes = {None if own.own_words is None else own.own_words.size for own in scale.of_group}
    if not any_numbers and (len(sizes) == 1 or scale.of_group[group].own_words is None):
        return [], ""
    pairs = [
        pair
        for pair, cell in found.spelled_of(group)
        if cell.number is None
        and not math.isnan(read.values[pair])
        and found.code[pair] not in found.decided
    ]
    shown = _show_mapped(found, read, pairs)
    return pairs, f"words were read on the scale {scale.low:g} to {scale.high:g}: {shown}"


def _odd_letters(found: Found, scale: Scale, read: _Read, group: int) -> tuple[list[int], str]:
    """Find letter grades beside words."""
    letters = scale.of_group[group].letters
    words = [
        (pair, cell)
        for pair, cell in found.spelled_of(group)
        if cell.number is None
        and not math.isnan(read.values[pair])
        and found.code[pair] not in found.decided
    ]
    pairs = [pair for pair, cell in words if cell.phrase in letters]
    if len(pairs) == len(words):
        return [], ""
    shown = _show_mapped(found, read, pairs)
    return pairs, f"letters stand beside words, and were read as levels: {shown}"


def _odd_numbers(found: Found, scale: Scale, group: int) -> tuple[list[int], str]:
    """Find numbers on another scale than the column's, of all the group or of some cells."""
    span = scale.of_group[group].span
    numbers = found.numbers[found.code]
    own = (found.group == group) & ~np.isnan(numbers)
    if span.split:
        return np.flatnonzero(own & (numbers > 10)).tolist(), (
            f"numbers above 10 were read on 0 to 100, the others on {span.low:g} to {span.high:g}"
        )
    if (span.low, span.high) == (scale.low, scale.high):
        return [], ""
    return np.flatnonzero(own).tolist(), (
        f"numbers up to {span.high:g} were mapped to {scale.low:g} to {scale.high:g}"
    )


def _odd_tops(found: Found, scale: Scale, read: _Read, group: int) -> tuple[list[int], str]:
    """Find cells that name another scale than the column's, such as 85% among 1 to 5."""
    tops = {
        pair: cell.top
        for pair, cell in found.spelled_of(group)
        if cell.top is not None and not (cell.form == "share" and scale.high in {1.0, 100.0})
    }
    pairs = [pair for pair, top in tops.items() if top != scale.high]
    pairs = [pair for pair in pairs if not math.isnan(read.values[pair])]
    return pairs, f"cells with a scale of their own were mapped: {_show_mapped(found, read, pairs)}"


def _direction_faults(found: Found, scale: Scale) -> Iterator[Fault]:
    """Say where a scale was turned round, unless that was decided."""
    turned = [group for group, own in enumerate(scale.of_group) if own.turned]
    turned = [group for group in turned if found.numbers_of(group)[0].size]
    if not turned or scale.direction_said == "given":
        return
    names = ", ".join(str(found.groups[group]) for group in turned[:6])
    by_labels = scale.direction_said == "labels"
    says = "The labels say" if by_labels else "The header says"
    yield Fault(
        "warning" if by_labels else "note",
        "reversed_scale",
        _first_cell(found, np.flatnonzero(np.isin(found.group, turned)).tolist()),
        f"{says} that a lower number is better (in {names}), so the scale was turned round: higher "
        "is better everywhere in the workbench. Check that this is meant.",
    )


_KINDS = {"share": "share", "pair": "pair", "label": "label", "not_rated": "not_rated"}


def _kind_of(cell: RatingCell, own: GroupScale, dropped: bool, decided: bool) -> str:
    if dropped:
        return "not_rated"
    if cell.form == "words" or (decided and cell.form == "not_rated"):
        return "letter" if cell.phrase in own.letters else "word"
    return _KINDS.get(cell.form, "share" if own.span.high == 1 else "number")


def _list_levels(found: Found, scale: Scale, read: _Read) -> pd.DataFrame:
    """List what the commonest texts of each group were read as, best first."""
    # A text can stand in a sheet as a number and as a text, so more are looked at than are listed.
    order = np.lexsort((-found.n, found.group))
    place = np.arange(len(order)) - np.searchsorted(found.group, found.group[order])
    rows = []
    for pair in order[place < 2 * _N_LISTED].tolist():
        code, group = int(found.code[pair]), int(found.group[pair])
        cell, value = found.parts[code], float(read.values[pair])
        decided = code in found.decided
        dropped = decided and math.isnan(value)
        kind = _kind_of(cell, scale.of_group[group], dropped, decided)
        kind = "unknown" if read.unknown[pair] else kind
        rows.append((group, cell.text, value, int(found.n[pair]), kind))
    levels = pd.DataFrame(rows, columns=["group", "text", "value", "n", "kind"])
    keys = ["group", "text", "kind"]
    levels = levels.groupby(keys, as_index=False, sort=False).agg({"value": "first", "n": "sum"})
    levels = levels.sort_values(["group", "n"], ascending=[True, False], kind="stable")
    levels = levels[levels.groupby("group").cumcount() < _N_LISTED]
    levels = levels.sort_values(["group", "value"], ascending=[True, False], kind="stable")
    names = pd.Series(found.groups, dtype=object if not found.groups else None)
    return pd.DataFrame(
        {
            "group": names.reindex(levels["group"]).to_numpy(),
            "text": levels["text"].astype("str").to_numpy(),
            "value": levels["value"].to_numpy(dtype=float),
            "n": levels["n"].to_numpy(dtype=np.int64),
            "kind": levels["kind"].astype("str").to_numpy(),
        }
    )


def _list_scales(found: Found, scale: Scale, read: _Read, given: ScaleChoice) -> pd.DataFrame:
    """List the scale of each group, and by what it is known."""
    rated = ~np.isnan(read.values)
    forms = np.array([part.form for part in found.parts], dtype=object)
    rows = []
    for group, name in enumerate(found.groups):
        own = scale.of_group[group]
        mine = rated & (found.group == group)
        n_by_form = pd.Series(found.n[mine]).groupby(forms[found.code[mine]]).sum()
        how = _how_known(own, scale, given, n_by_form)
        low, high = own.span.low, own.span.high
        if how in {"words", "letters"} and own.own_words is not None:
            low, high = 1.0, float(own.own_words.size)
        turned = own.turned and (how == "given" or set(n_by_form.index) != {"words"})
        rows.append((name, low, high, "low" if turned else "high", how, int(n_by_form.sum())))
    return pd.DataFrame(rows, columns=["group", "low", "high", "best", "how", "n"])


def _how_known(own: GroupScale, scale: Scale, given: ScaleChoice, n_by_form: pd.Series) -> str:
    if (given.low, given.high, given.best) != (None, None, None):
        return "given"
    n_words = int(n_by_form.get("words", 0))
    if n_words > n_by_form.sum() - n_words:
        return "letters" if own.letters else "words"
    if n_by_form.get("label", 0):
        return "labels"
    by_header = own.span.said == "header" or scale.direction_said == "header"
    return "header" if by_header else "numbers"
