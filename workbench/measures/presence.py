"""Presence: in which cycles a person was there to be measured.

What comes in is a reviews frame, one row per person and cycle; what goes out says which of its rows
tell nothing of the person's work. Somebody who left, or was away, is not somebody at zero.

A status is written in two ways. Sheets with one row per cycle say what held in that cycle. A roster
says what holds today, and the same word stands in all rows of a person: then "terminated" stands
beside years of work as well, and only the empty rows at the end come after the person had left.
"""

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

__all__ = ["find_absent"]

_GONE = re.compile(
    r"\b(?:left|leavers?|terminat\w*|resign\w*|inactive|retired?|dismissed|separated|departed|"
    r"deceased|redundant|ausgeschieden|gekündigt|parti|licencié|dado de baja)\b"
)
_AWAY = re.compile(
    r"\b(?:leave|loa|sabbatical|parental|maternity|paternity|furlough\w*|absent|suspended|"
    r"elternzeit|mutterschutz|beurlaubt|congé|excedencia)\b"
)


def find_absent(rows: pd.DataFrame, counts: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Find the rows of cycles in which the person was not there.

    Parameters
    ----------
    rows
        One row per person and cycle, sorted by both. Without `employment_status` nobody was absent:
        zeros alone may be a manager who builds nothing any more, which is what is looked for.
    counts
        The columns that count work; those that the rows lack are passed over.

    Returns
    -------
    numpy.ndarray
        True where the status says that the person had left, if it says otherwise in another cycle;
        where no work is counted after the last work of somebody whose status is the same in all
        rows; where no work is counted and the status is empty after the last cycle of employment;
        and where no work is counted in a cycle on leave.

    Examples
    --------
    >>> rows = pd.DataFrame({"person_id": list("aaabbb"), "cycle": [1, 2, 3] * 2,
    ...                      "employment_status": ["Active"] * 2 + ["Left"] + ["Terminated"] * 3,
    ...                      "commits": [5, 4, 0, 0, 7, 0]})
    >>> find_absent(rows, ["commits"]).tolist()
    [False, False, True, False, False, True]
    """
    if "employment_status" not in rows or rows.empty:
        return np.zeros(len(rows), dtype=bool)
    person = np.asarray(pd.factorize(rows["person_id"])[0], dtype=np.int64)
    gone, away, unknown = _read_status(rows["employment_status"])
    idle = _idle(rows, counts)
    employed = ~gone & ~unknown
    place = np.arange(len(rows))
    last_work, last_employed = _last(person, place, ~idle), _last(person, place, employed)
    told_apart = last_employed[person] >= 0
    after_work = idle & (place > last_work[person]) & (last_work[person] >= 0)
    after_employment = idle & unknown & told_apart & (place > last_employed[person])
    on_leave = away & idle
    return np.where(told_apart, gone | after_employment | on_leave, gone & after_work)


def _read_status(status: pd.Series) -> tuple[npt.NDArray[np.bool_], ...]:
    """Read each status as having left, being away, and saying nothing."""
    codes, words = pd.factorize(status)
    texts = [str(word).casefold() for word in words]
    # The last entry is for the code -1 of an empty cell.
    gone = np.array([bool(_GONE.search(text)) for text in texts] + [False])
    # "Left during parental leave" is somebody who left.
    away = np.array([bool(_AWAY.search(text)) for text in texts] + [False]) & ~gone
    blank = np.array([not text.strip() for text in texts] + [True])
    return gone[codes], away[codes], blank[codes]


def _idle(rows: pd.DataFrame, counts: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Tell which rows count no work: every count is zero or empty, where there is any count."""
    there = [column for column in counts if column in rows]
    idle = np.full(len(rows), bool(there))
    for column in there:
        numbers = pd.to_numeric(rows[column], errors="coerce").astype("Float64")
        idle &= ~(numbers.to_numpy(float, na_value=0.0) > 0)
    return idle


def _last(
    person: npt.NDArray[np.int64],
    place: npt.NDArray[np.int64],
    where: npt.NDArray[np.bool_],
) -> npt.NDArray[np.int64]:
    """Find each person's last row where something holds; -1 where it never does."""
    last = np.full(person.max() + 1, -1, dtype=np.int64)
    last[person[where]] = place[where]  # rows are in time order, so the last one stays
    return last
