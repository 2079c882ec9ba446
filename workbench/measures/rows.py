"""Rows: one per person and cycle, in one order, whatever order they came in."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.errors import InputError

__all__ = ["count_cycles_back", "require_columns", "sort_rows"]


def require_columns(frame: pd.DataFrame, columns: Sequence[str]) -> None:
    """Refuse a frame that lacks some columns, naming them and those that it has.

    Parameters
    ----------
    frame, columns
        What was given, and what it needs.

    Raises
    ------
    InputError
        If one is missing.

    Examples
    --------
    >>> require_columns(pd.DataFrame({"person_id": ["a"]}), ["person_id"])
    """
    absent = [column for column in columns if column not in frame]
    if absent:
        raise InputError(
            f"the table has no column {' and no column '.join(absent)}; it has: "
            f"{', '.join(map(str, frame.columns)) or 'no columns at all'}. "
            "Give one row per person and cycle, with the columns person_id and cycle."
        )


def sort_rows(reviews: pd.DataFrame) -> pd.DataFrame:
    """Sort the rows by person and cycle; rows without either are left out.

    Parameters
    ----------
    reviews
        `person_id`, `cycle` and any other columns.

    Returns
    -------
    pandas.DataFrame
        The rows, numbered from zero.

    Raises
    ------
    InputError
        If `person_id` or `cycle` is missing, or a person has two rows in a cycle.

    Examples
    --------
    >>> reviews = pd.DataFrame({"person_id": ["b", "a", None], "cycle": "2024H1"})
    >>> sort_rows(reviews)["person_id"].tolist()
    ['a', 'b']
    """
    require_columns(reviews, ("person_id", "cycle"))
    keys = ["person_id", "cycle"]
    rows = reviews.dropna(subset=keys).sort_values(keys, kind="stable", ignore_index=True)
    repeated = rows.duplicated(keys)
    if repeated.any():
        person, cycle = rows.loc[repeated, keys].iloc[0]
        raise InputError(
            f"person {person} has more than one row in cycle {cycle} ({int(repeated.sum())} rows "
            "are repeated in all); give one row per person and cycle."
        )
    return rows


def count_cycles_back(cycles: pd.Series) -> npt.NDArray[np.int64]:
    """Count how many cycles before the latest one of all each row lies.

    Examples
    --------
    >>> count_cycles_back(pd.Series(["2024H1", "2022H2", "2023H1"])).tolist()
    [0, 2, 1]
    """
    order, found = pd.factorize(cycles, sort=True)
    return np.asarray(len(found) - 1 - order, dtype=np.int64)
