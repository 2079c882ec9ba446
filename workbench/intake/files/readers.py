"""Files, bytes and frames in; sheets of cells out, with the addresses that they have in Excel.

Each kind of source has a module of its own: workbooks, delimited text, frames. Here they meet.
"""

from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

import pandas as pd

from workbench.errors import UnreadableFileError
from workbench.intake.files.frames import PARQUET, read_frame, read_parquet
from workbench.intake.files.sheet import Sheet
from workbench.intake.files.sources import ACCEPTED, Source, open_parts
from workbench.intake.files.texts import read_text_table
from workbench.intake.files.workbooks import is_workbook, read_workbook

__all__ = ["ACCEPTED", "Sheet", "Source", "read_sheets"]

# What other kinds of file begin with, so that a wrong file is named for what it is.
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"BM", "a bitmap picture"),
    (b"%PDF", "a PDF document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"{\\rtf", "a text document (RTF)"),
    (b"MZ", "a program"),
    (b"\x7fELF", "a program"),
)


def read_sheets(source: Source, *, password: str | None = None) -> tuple[list[Sheet], str]:
    """Read every sheet of a source.

    Parameters
    ----------
    source
        A path, a folder, bytes, an open binary file, a frame, several of these, or a mapping from
        sheet or file names to frames or bytes.
    password
        Opens workbooks that are protected by one.

    Returns
    -------
    sheets
        All sheets that have cells, hidden ones too.
    name
        What to call the source, such as `reviews.xlsx`.

    Raises
    ------
    UnreadableFileError
        If a file is missing, empty, damaged or no spreadsheet, or if there are no cells.
    ProtectedFileError
        If a file needs a password, and none or another one was given.
    """
    books = []
    try:
        # One file after the other, so that the bytes of only one are held.
        for name, part in open_parts(source):
            books.append((name, _read_part(name, part, password)))
    except (MemoryError, RecursionError) as error:
        raise UnreadableFileError(
            "What was given does not fit into this computer's memory, or is nested without end. "
            f"Accepted: {ACCEPTED}, or DataFrames. Close other programs, or choose a file with "
            "only the rows and columns that the reviews need."
        ) from error
    if not books:
        raise UnreadableFileError(
            f"An empty list was given. Accepted: {ACCEPTED}, or DataFrames. Name at least one file."
        )
    several = len(books) > 1
    sheets = []
    for name, book in books:
        one_table = len(book) == 1 and (
            book[0].name == PurePosixPath(name).stem or book[0].name == name
        )
        for sheet in book:
            label = sheet.name if not several or one_table else f"[{name}]{sheet.name}"
            sheets.append(replace(sheet, name=label, file=name))
    kept = [sheet for sheet in sheets if sheet.n_rows]
    label = books[0][0] if len(books) == 1 else f"{len(books)} tables"
    if not any(sheet.visible for sheet in kept):
        hidden = " but its hidden ones" if kept else ""
        raise UnreadableFileError(
            f"{label} was opened, and every sheet{hidden} in it is empty. A sheet with one row per "
            "person is needed. Check that this is the right file, and choose another one."
        )
    return kept, label


def _read_part(name: str, part: Any, password: str | None) -> list[Sheet]:
    if isinstance(part, pd.DataFrame):
        return [read_frame(name, part)]
    stem = PurePosixPath(name).stem if PurePosixPath(name).suffix else name
    if isinstance(part, str):
        return [read_text_table(name, stem, part)]
    if not isinstance(part, bytes):
        raise UnreadableFileError(
            f"{name} gave no bytes. Accepted: files opened in binary mode. Open it with "
            'open("reviews.xlsx", "rb"), and give it again.'
        )
    if not part.strip():
        raise UnreadableFileError(
            f"{name} is empty (0 bytes). A spreadsheet with one row per person is needed. It may "
            "not have been saved or downloaded completely; save it again, and choose it again."
        )
    for magic, what in _MAGIC:
        # Letters alone may begin a header as well: binary files have zeros among them.
        if part.startswith(magic) and (len(magic) > 2 or b"\0" in part[:64]):
            raise UnreadableFileError(
                f"{name} is {what}, not a spreadsheet, whatever its name says. Accepted: "
                f"{ACCEPTED}. Choose the spreadsheet itself."
            )
    if is_workbook(part):
        return read_workbook(name, part, password)
    if part.startswith(PARQUET):
        return [read_parquet(name, stem, part)]
    return [read_text_table(name, stem, part)]
