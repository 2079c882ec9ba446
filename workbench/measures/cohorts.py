"""Cohorts: whom each person is compared with in each cycle.

What comes in are the rows of the reviews; what goes out numbers the cohorts, from the narrowest to
everyone of the cycle, and says which one is large enough for each row. The engineers of a cohort
make its scale. A manager stays with the job family of their last cycle as an engineer.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

__all__ = ["EVERYBODY", "Cohorts", "code_labels", "find_cohorts", "name_cohorts"]

_Codes = npt.NDArray[np.int64]
_Mask = npt.NDArray[np.bool_]

EVERYBODY = "everybody"


@dataclass(frozen=True, slots=True)
class Cohorts:
    """Whom each row is compared with.

    Attributes
    ----------
    grades
        One code per row for each way of forming cohorts, narrowest first, -1 where a row has none.
    chosen
        The grade that is large enough for the row.
    reference
        The rows of engineers, who make the scale.
    labels
        What the cohorts are called, one column for each grade but the last, widest first.
    """

    grades: tuple[_Codes, ...]
    chosen: _Codes
    reference: _Mask
    labels: tuple[pd.Series, ...] = ()


def find_cohorts(rows: pd.DataFrame, by: Sequence[str], min_cohort: int) -> Cohorts:
    """Find whom each row is compared with: the narrowest cohort that is large enough.

    Parameters
    ----------
    rows
        One row per person and cycle, sorted by both; `track` is used where it is there.
    by
        Columns that make cohorts within a cycle, widest first; absent ones are passed over.
    min_cohort
        Engineers below which a cohort is too small, unless it had them in another cycle and has
        half of them here.

    Returns
    -------
    Cohorts
        Every grade, the one chosen for each row, and who makes the scale.

    Examples
    --------
    >>> rows = pd.DataFrame({"person_id": list("abc"), "cycle": 1, "job_family": list("xxy")})
    >>> find_cohorts(rows, ("job_family",), min_cohort=2).chosen.tolist()
    [0, 0, 1]
    """
    cycle = code_labels(rows["cycle"])
    reference = _find_reference(rows, cycle, min_cohort)
    grades, large, named = [cycle], [np.ones(len(rows), dtype=bool)], []
    codes, slots = cycle, np.zeros(len(rows), dtype=np.int64)
    for column in by:
        if column not in rows:
            continue
        labels = _engineering_family(rows) if column == "job_family" else rows[column]
        label = code_labels(labels)
        # A row without a family has no narrower cohort either: -1 crossed with anything is -1.
        slots = _cross(slots, label)
        codes = _cross(codes, label)
        named.append(labels)
        grades.append(codes)
        large.append(_is_large(codes, slots, reference, min_cohort))
    grades, large = grades[::-1], large[::-1]
    chosen = np.argmax(np.stack(large), axis=0).astype(np.int64)
    return Cohorts(tuple(grades), chosen, reference, tuple(named))


def name_cohorts(cohorts: Cohorts) -> pd.Categorical:
    """Name the cohort with which each row is compared, in words.

    Examples
    --------
    >>> rows = pd.DataFrame({"person_id": list("abc"), "cycle": 1, "job_family": list("xxy"),
    ...                      "level": "L3"})
    >>> name_cohorts(find_cohorts(rows, ("job_family", "level"), min_cohort=2)).tolist()
    ['x, L3', 'x, L3', 'everybody']
    """
    words = np.full(len(cohorts.chosen), EVERYBODY, dtype=object)
    for grade in range(len(cohorts.labels)):
        at = np.flatnonzero(cohorts.chosen == grade)
        labels = cohorts.labels[: len(cohorts.labels) - grade]
        _, first, inverse = np.unique(
            cohorts.grades[grade][at], return_index=True, return_inverse=True
        )
        said = [", ".join(_say(label.iloc[row]) for label in labels) for row in at[first]]
        words[at] = np.array(said, dtype=object)[inverse] if said else EVERYBODY
    return pd.Categorical(words)


def _say(label: object) -> str:
    """Write a label as a person would: level 3 is no 3.0."""
    return f"{label:g}" if isinstance(label, float) else str(label)


def code_labels(labels: pd.Series) -> _Codes:
    """Give each label a number, in the order in which they come; -1 where there is none.

    Examples
    --------
    >>> code_labels(pd.Series(["web", None, "data", "web"])).tolist()
    [0, -1, 1, 0]
    """
    return np.asarray(pd.factorize(labels)[0], dtype=np.int64)


def _cross(first: _Codes, second: _Codes) -> _Codes:
    """Give each pair of two codings a number; -1 where either is."""
    both = np.where((first < 0) | (second < 0), -1, first * (second.max(initial=0) + 1) + second)
    found, codes = np.unique(both, return_inverse=True)
    return np.asarray(codes - int(found.size > 0 and found[0] == -1), dtype=np.int64)


def _find_reference(rows: pd.DataFrame, cycle: _Codes, min_cohort: int) -> _Mask:
    """Mark the engineers; everyone in a cycle in which there are too few, or without tracks."""
    if "track" not in rows:
        return np.ones(len(rows), dtype=bool)
    engineers = rows["track"].eq("engineer").fillna(False).to_numpy(bool)
    enough = _is_large(cycle, np.zeros(len(rows), dtype=np.int64), engineers, min_cohort)
    return np.where(enough, engineers, True)


def _is_large(codes: _Codes, slots: _Codes, reference: _Mask, min_cohort: int) -> _Mask:
    """Tell which rows lie in a cohort with enough engineers, or half as many if it once had them.

    `codes` number the cohorts of a cycle, `slots` the same cohorts whatever the cycle.
    """
    inside = codes >= 0
    sizes = np.bincount(codes[inside & reference], minlength=codes.max(initial=-1) + 1)
    first = pd.Series(slots[inside]).groupby(codes[inside]).first()
    largest = pd.Series(sizes).groupby(first.to_numpy()).max().to_numpy()
    large = np.zeros(len(codes), dtype=bool)
    large[inside] = (largest[slots[inside]] >= min_cohort) & (
        sizes[codes[inside]] >= min_cohort / 2
    )
    return large


def _engineering_family(rows: pd.DataFrame) -> pd.Series:
    """Take the family of the last engineering cycle so far, else of the first, else their own."""
    family = rows["job_family"].astype(object)
    if "track" not in rows:
        return family
    engineering = family.where(rows["track"].eq("engineer").fillna(False).to_numpy(bool))
    person = rows["person_id"]
    so_far = engineering.groupby(person).ffill()
    return so_far.fillna(so_far.groupby(person).bfill()).fillna(family)
