"""Frames and Parquet files as the sheets that they would be in Excel."""

import datetime as dt
import io
import math
from decimal import Decimal
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd

from workbench.errors import UnreadableFileError
from workbench.intake.files.sheet import Sheet

__all__ = ["PARQUET", "read_frame", "read_parquet"]

# The second one is that of a file that is encrypted, its footer too.
PARQUET = (b"PAR1", b"PARE")
_MOST_CELLS = 50_000_000
# Above it numbers have digits that no spreadsheet keeps, and some cannot be a float at all.
_LARGEST_INT = 10**300


def read_parquet(name: str, sheet_name: str, content: bytes) -> Sheet:
    """Read a Parquet file.

    Parameters
    ----------
    name
        What to call the file in errors.
    sheet_name
        What to call the sheet.
    content
        The file's bytes.

    Returns
    -------
    Sheet
        Its columns, like those of a frame.

    Raises
    ------
    UnreadableFileError
        If it is damaged, encrypted, or holds more cells than fit into memory.
    """
    # Its reader is heavy, and few have a Parquet file.
    import pyarrow
    from pyarrow import parquet

    try:
        file = parquet.ParquetFile(io.BytesIO(content))
        cells = file.metadata.num_rows * file.metadata.num_columns
        if cells <= _MOST_CELLS:
            return read_frame(sheet_name, file.read().to_pandas())
    except (pyarrow.ArrowException, OSError, ValueError, TypeError, OverflowError) as error:
        locked = "encrypt" in str(error).lower() or content.startswith(PARQUET[1])
        what = "encrypted" if locked else "damaged, or its parts do not fit together"
        raise UnreadableFileError(
            f"{name} is a Parquet file that is {what}. A complete one without encryption is "
            "needed. Export it again, or save the table as .csv, and choose that."
        ) from error
    raise UnreadableFileError(
        f"{name} holds {cells:,} cells. Accepted are up to {_MOST_CELLS:,}. Export only the rows "
        "and columns that the reviews need, and choose that file."
    )


def read_frame(name: str, frame: pd.DataFrame) -> Sheet:
    """Read a frame as the sheet that it would be in Excel, its column names as the first row.

    Parameters
    ----------
    name
        What to call the sheet.
    frame
        The frame; it is not changed. An index that has a name is part of the table.

    Returns
    -------
    Sheet
        Its cells, missing ones blank.

    Examples
    --------
    >>> read_frame("DataFrame", pd.DataFrame({"n": [1, None]})).columns[0].tolist()
    ['n', 1.0, '']
    """
    if any(level is not None for level in frame.index.names):
        frame = frame.reset_index(allow_duplicates=True)
    columns = []
    bare = isinstance(frame.columns, pd.RangeIndex)
    for j, header in enumerate(frame.columns):
        series = frame.iloc[:, j]
        cells = series.astype(object).to_numpy(dtype=object, copy=True)
        cells[np.asarray(series.isna(), dtype=bool)] = ""
        plain = (str, float, int, bool, dt.date, dt.time, dt.timedelta)
        mixed = not all(isinstance(cell, plain) for cell in cells)
        if mixed or (series.dtype == object and any(map(_is_large, cells))):
            cells = np.array([_plain_cell(cell) for cell in cells], dtype=object)
        if not bare:
            label = " ".join(map(str, header)) if isinstance(header, tuple) else header
            cells = np.concatenate([np.array([_plain_cell(label)], dtype=object), cells])
        columns.append(cells)
    return Sheet(name, tuple(columns) if len(frame) else ())


def _plain_cell(cell: Any) -> Any:
    """Turn what only pandas and numpy know into what a spreadsheet holds."""
    if isinstance(cell, np.generic):
        cell = cell.item()
    if isinstance(cell, np.ndarray):
        cell = cell.tolist()
    if isinstance(cell, bytes):
        return cell.decode("utf-8", "replace")
    if cell is None or cell is pd.NaT or cell is pd.NA:
        return ""
    if _is_large(cell):
        return _show_large(cell)
    if isinstance(cell, str | float | int | dt.date | dt.time | dt.timedelta):
        return cell
    try:
        return float(cell) if isinstance(cell, Real | Decimal) else str(cell)
    except (TypeError, ValueError, OverflowError):
        return str(cell)


def _is_large(cell: object) -> bool:
    return isinstance(cell, int) and abs(cell) > _LARGEST_INT


def _show_large(number: int) -> str:
    """Write a number that is larger than any that a spreadsheet holds; Python limits its digits."""
    try:
        return str(number)
    except ValueError:
        return f"{'-' if number < 0 else ''}1e{int(math.log10(abs(number)))}"
