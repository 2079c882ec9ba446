"""Ratings of which some cycles are on a scale of their own, because the analyst says so."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from workbench.intake.cells import Cells, Fault, show_value
from workbench.intake.ratings.scale_choices import ScaleChoice
from workbench.intake.ratings.scales import RatingColumn, read_ratings

__all__ = ["read_cycle_ratings"]


def read_cycle_ratings(
    cells: Cells,
    groups: Cells,
    *,
    given: ScaleChoice | None = None,
    by_cycle: Mapping[str, ScaleChoice] | None = None,
    header: str = "",
) -> RatingColumn:
    """Read a column of ratings as numbers on one scale, each cycle from the scale that is decided.

    Parameters
    ----------
    cells
        The cells of the column.
    groups
        The cycle of each cell.
    given
        What the analyst decided for the whole column.
    by_cycle
        What the analyst decided for single cycles, by their names.
    header
        The header of the column.

    Returns
    -------
    RatingColumn
        As `read_ratings` gives it. A cycle with a scale of its own is mapped linearly to the scale
        of the others.

    Examples
    --------
    >>> cells = np.array([1.0, 2.0, 5.0, 4.0], dtype=object)
    >>> groups = np.array(["2023", "2023", "2024", "2024"], dtype=object)
    >>> best_is_one = {"2023": ScaleChoice(low=1, high=5, best="low")}
    >>> read_cycle_ratings(cells, groups, by_cycle=best_is_one).values
    array([5., 4., 5., 4.])
    """
    own = {cycle: choice for cycle, choice in (by_cycle or {}).items() if (groups == cycle).any()}
    if not own:
        return read_ratings(cells, groups, given=given, header=header)
    masks = [np.asarray(groups == cycle, dtype=bool) for cycle in own]
    rest = ~np.logical_or.reduce(masks)
    parts = [(rest, read_ratings(cells[rest], groups[rest], given=given, header=header))]
    for mask, choice in zip(masks, own.values(), strict=True):
        parts.append((mask, read_ratings(cells[mask], groups[mask], given=choice, header=header)))
    main = parts[0 if rest.any() else 1][1]
    values = np.full(len(cells), np.nan)
    faults: list[Fault] = []
    for mask, part in parts:
        values[mask] = _rescale(part, main)
        places = np.flatnonzero(mask)
        faults += [replace(fault, positions=places[fault.positions]) for fault in part.faults]
    return replace(
        main,
        values=values,
        text=_join_texts(cells) if any(part.text is not None for _, part in parts) else None,
        faults=tuple(faults),
        levels=pd.concat([part.levels for _, part in parts], ignore_index=True),
        scales=pd.concat([part.scales for _, part in parts], ignore_index=True),
    )


def _rescale(part: RatingColumn, main: RatingColumn) -> np.ndarray:
    """Map the ratings of a part from its own scale to that of the others."""
    if (part.low, part.high) == (main.low, main.high) or part.high <= part.low:
        return part.values
    share = (part.values - part.low) / (part.high - part.low)
    return np.round(main.low + share * (main.high - main.low), 6)


def _join_texts(cells: Cells) -> pd.Series:
    return pd.Series([show_value(cell) or None for cell in cells], dtype="str")
