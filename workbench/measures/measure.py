"""A measure: what the columns of one row of the reviews say, as one number.

What comes in is a reviews frame, one row per person and cycle. What goes out is one number per row,
in the units of the sheet and per full-time cycle where the column counts something; missing stays
missing. Making the numbers comparable between people and cycles is the business of the scoring.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

__all__ = [
    "LOWEST_EXPOSURE",
    "Direction",
    "Half",
    "Measure",
    "Scale",
    "mean_of",
    "measure_exposure",
    "per_exposure",
    "recorded",
]

Direction = Literal["better", "worse"]
Scale = Literal["family", "team"]
Half = Literal["technical_output", "force_multiplier"]

# Under a quarter of a cycle, one merged change more or less would decide the rate.
LOWEST_EXPOSURE = 0.25


@dataclass(frozen=True, slots=True)
class Measure:
    """One row of a catalogue of measures.

    Attributes
    ----------
    name
        Stable snake_case name.
    label
        The name in words, for a chart or a sentence.
    description
        One line of meaning, or the statement that a signal stands for.
    needs
        The fields that it is made from; any of them that is there is enough.
    higher_is
        Whether more of it is `better` or `worse`.
    function
        From a frame that holds the needed columns to one number per row.
    weight
        Its share in a weighted mean of measures.
    scale
        What it can be compared across: the job `family`, or the `team` only, where each team
        counts in its own way.
    is_count
        Whether it counts work done, so that zero in all of them means that nothing was counted.
    half
        Which half of technical work it speaks for: what a person builds (`technical_output`), or
        what others achieve through them (`force_multiplier`).
    """

    name: str
    label: str
    description: str
    needs: tuple[str, ...]
    higher_is: Direction
    function: Callable[[pd.DataFrame], pd.Series]
    weight: float = 1.0
    scale: Scale = "family"
    is_count: bool = False
    half: Half = "technical_output"


def measure_exposure(reviews: pd.DataFrame) -> pd.Series:
    """Measure the share of a full-time cycle that each person worked.

    Parameters
    ----------
    reviews
        Where there are any, the columns `fte` and `leave_share` are read; a missing cell means full
        time and no leave.

    Returns
    -------
    pandas.Series
        `fte` times (1 - `leave_share`), with the index of the reviews.

    Examples
    --------
    >>> reviews = pd.DataFrame({"fte": [1.0, 0.5, None], "leave_share": [None, 0.5, 0.0]})
    >>> measure_exposure(reviews).tolist()
    [1.0, 0.25, 1.0]
    """
    exposure = pd.Series(1.0, index=reviews.index)
    if "fte" in reviews:
        exposure = exposure * _numbers(reviews["fte"]).fillna(1.0)
    if "leave_share" in reviews:
        exposure = exposure * (1.0 - _numbers(reviews["leave_share"]).fillna(0.0))
    return exposure


def recorded(field: str) -> Callable[[pd.DataFrame], pd.Series]:
    """Take a column as it is recorded: a rating or a share, which time away does not shrink.

    That of somebody who did not work at all in the cycle is missing: it was carried over, or filled
    in for the form.

    Examples
    --------
    >>> reviews = pd.DataFrame({"technical_rating": [3, None, 1], "leave_share": [0.5, 0.0, 1.0]})
    >>> recorded("technical_rating")(reviews).tolist()
    [3.0, nan, nan]
    """

    def read(reviews: pd.DataFrame) -> pd.Series:
        return _numbers(reviews[field]).where(measure_exposure(reviews) > 0)

    return read


def per_exposure(field: str) -> Callable[[pd.DataFrame], pd.Series]:
    """Take a column that counts something per full-time cycle worked.

    A count of somebody who worked less than a quarter of the cycle is missing: a person on leave
    did not decline. The first cycle of somebody hired within it counts in full, because a cycle is
    a label here and has no dates: it can only be too low, which makes a later drop look smaller.

    Examples
    --------
    >>> reviews = pd.DataFrame({"commits": [40, 40, 2], "leave_share": [0.0, 0.5, 0.9]})
    >>> per_exposure("commits")(reviews).tolist()
    [40.0, 80.0, nan]
    """

    def read(reviews: pd.DataFrame) -> pd.Series:
        exposure = measure_exposure(reviews)
        return _numbers(reviews[field]) / exposure.where(exposure >= LOWEST_EXPOSURE)

    return read


def mean_of(*columns: str) -> Callable[[pd.DataFrame], pd.Series]:
    """Average those of some columns that a row has; a row that has none of them is missing.

    Examples
    --------
    >>> scored = pd.DataFrame({"talks": [1.0, None], "mentees": [0.0, None]})
    >>> mean_of("talks", "mentees", "mentoring_hours")(scored).tolist()
    [0.5, nan]
    """

    def average(scored: pd.DataFrame) -> pd.Series:
        there = [column for column in columns if column in scored]
        return scored[there].mean(axis=1).astype(float)

    return average


def _numbers(column: pd.Series) -> pd.Series:
    """Read a column as floats; what is no finite number is missing."""
    numbers = pd.to_numeric(column, errors="coerce").astype("Float64")
    values = numbers.to_numpy(float, na_value=np.nan)
    return pd.Series(np.where(np.isfinite(values), values, np.nan), index=column.index)
