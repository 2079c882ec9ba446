"""Workbooks of every format as sheets: Excel's four, and OpenDocument's.

calamine reads the cells. What it leaves out comes from a scan before: errors and formulas without
a result, which would be blank otherwise, what is hidden or merged, and how large it all is.
"""

import io
from itertools import islice

import msoffcrypto
import numpy as np
import python_calamine
from msoffcrypto.exceptions import DecryptionError, FileFormatError, InvalidKeyError

from workbench.errors import ProtectedFileError, UnreadableFileError, WorkbenchError
from workbench.intake.cells import Cells
from workbench.intake.files.archives import Archive
from workbench.intake.files.binary_scan import scan_xls, scan_xlsb
from workbench.intake.files.compound_files import check_chains, read_xls_stream
from workbench.intake.files.gathering import blank_cells, gather_columns
from workbench.intake.files.opendocument_scan import scan_opendocument
from workbench.intake.files.scans import BookScan, SheetScan
from workbench.intake.files.sheet import Sheet
from workbench.intake.files.sources import ACCEPTED
from workbench.intake.files.worksheet_scan import scan_worksheets, write_errors_as_text

__all__ = ["is_workbook", "no_workbook", "read_workbook"]

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Excel opens workbooks that are encrypted with this password without asking for it.
_EXCEL_DEFAULT_PASSWORD = "VelvetSweatshop"


def no_workbook(name: str) -> UnreadableFileError:
    """Give the error that says that a file is no workbook, or damaged."""
    return UnreadableFileError(
        f"{name} is no workbook, or it is damaged. Accepted: {ACCEPTED}. Open it in Excel to see "
        "whether it is complete, save it as .xlsx, and choose that file."
    )


def is_workbook(content: bytes) -> bool:
    r"""Tell by its first bytes whether a file may be a workbook.

    Examples
    --------
    >>> is_workbook(b"PK\3\4..."), is_workbook(b"Employee ID,Rating")
    (True, False)
    """
    return content.startswith((_ZIP, _OLE))


def read_workbook(name: str, content: bytes, password: str | None = None) -> list[Sheet]:
    """Read all worksheets of a workbook, hidden ones too.

    Parameters
    ----------
    name
        What to call the file in errors.
    content
        Its bytes.
    password
        Opens it where it is protected by one.

    Returns
    -------
    list of Sheet
        Its worksheets in their order, empty ones too.

    Raises
    ------
    UnreadableFileError
        If it is damaged, no workbook, or stands for far more cells than such a file may.
    ProtectedFileError
        If it needs a password, and none or another one was given.
    """
    if content.startswith(_OLE):
        content = _open_container(name, content, password)
    if content.startswith(_OLE):
        try:
            scan = scan_xls(read_xls_stream(content))
        except Exception as error:
            # A damaged container makes its reader fail in many ways.
            raise no_workbook(name) from error
        scan.check_memory(name, len(content))
    else:
        scan, content = _scan_archive(name, content)
    return _read_cells(name, content, scan)


def _open_container(name: str, content: bytes, password: str | None) -> bytes:
    """Open a protected workbook; an old one without a password is given as it is."""
    try:
        check_chains(content)
        office = msoffcrypto.OfficeFile(io.BytesIO(content))
        if not office.is_encrypted():
            return content
    except Exception as error:
        # The library lets errors of many kinds through when the container is damaged.
        raise no_workbook(name) from error
    opened = io.BytesIO()
    try:
        office.load_key(password=password if password else _EXCEL_DEFAULT_PASSWORD)
        office.decrypt(opened)
    except (InvalidKeyError, DecryptionError, FileFormatError) as error:
        wrong = ", and the password that was given does not open it" if password else ""
        raise ProtectedFileError(
            f"{name} is protected by a password{wrong}. Open it in Excel, remove the password "
            "(File > Info > Protect Workbook), save it and choose it again, or give password=..."
        ) from error
    except Exception as error:
        raise no_workbook(name) from error
    return opened.getvalue()


def _scan_archive(name: str, content: bytes) -> tuple[BookScan, bytes]:
    """Look through a zipped workbook before it is unpacked; give it as calamine can read it."""
    archive = Archive(name, content)
    try:
        if "xl/workbook.xml" in archive:
            scan = scan_worksheets(archive)
        elif "xl/workbook.bin" in archive:
            scan = scan_xlsb(archive)
        elif "content.xml" in archive or "encrypted-package" in archive:
            scan = scan_opendocument(archive)
        else:
            raise _other_archive(archive)
    except (WorkbenchError, MemoryError):
        raise
    except Exception as error:
        # Records and attributes of a damaged file can be anything.
        raise no_workbook(name) from error
    scan.check_memory(name, len(content))
    if scan.odd_parts:
        content = archive.rewrite(write_errors_as_text, scan.odd_parts)
    return scan, content


def _other_archive(archive: Archive) -> UnreadableFileError:
    what = "a Word document" if "word/document.xml" in archive else "a zip archive"
    if any(each.startswith("ppt/") for each in archive.parts):
        what = "a PowerPoint presentation"
    return UnreadableFileError(
        f"{archive.name} is {what}, not a workbook. Accepted: {ACCEPTED}. If a spreadsheet is "
        "inside it, take it out and choose that file."
    )


def _read_cells(name: str, content: bytes, scan: BookScan) -> list[Sheet]:
    """Read all worksheets of a workbook with calamine."""
    try:
        with python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            return [
                _read_worksheet(book, each, scan)
                for each in book.sheets_metadata
                if each.typ == python_calamine.SheetTypeEnum.WorkSheet
            ]
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as error:
        # A panic of the Rust reader is no Exception, and is still only a damaged file.
        raise no_workbook(name) from error


def _read_worksheet(
    book: python_calamine.CalamineWorkbook, about: python_calamine.SheetMetadata, scan: BookScan
) -> Sheet:
    worksheet = book.get_sheet_by_name(about.name)
    found = scan.sheets.get(about.name, SheetScan())
    first_row, first_column = worksheet.start or (0, 0)
    # calamine gives blank rows for those above the first that holds something.
    columns = gather_columns(islice(worksheet.iter_rows(), first_row, None))
    if found.marks:
        columns, first_row, first_column = _write_marks(columns, first_row, first_column, found)
    sheet = Sheet(
        about.name,
        columns,
        first_row + 1,
        first_column + 1,
        about.visible == python_calamine.SheetVisibleEnum.Visible and about.name not in scan.hidden,
        epoch=scan.epoch,
    )
    return found.dress(sheet)


def _write_marks(
    columns: tuple[Cells, ...], first_row: int, first_column: int, found: SheetScan
) -> tuple[tuple[Cells, ...], int, int]:
    """Write errors and the like into their cells, and widen the sheet where they lie outside."""
    rows, across = np.asarray(found.mark_rows), np.asarray(found.mark_columns)
    height, width = len(columns[0]) if columns else 0, len(columns)
    if not columns:
        first_row, first_column = int(rows.min()), int(across.min())
    top, left = min(first_row, int(rows.min())), min(first_column, int(across.min()))
    bottom = max(first_row + height, int(rows.max()) + 1)
    right = max(first_column + width, int(across.max()) + 1)
    above, below = first_row - top, bottom - first_row - height
    if above or below:
        columns = tuple(
            np.concatenate([blank_cells(above), each, blank_cells(below)]) for each in columns
        )
    before = tuple(blank_cells(bottom - top) for _ in range(left, first_column))
    behind = tuple(blank_cells(bottom - top) for _ in range(first_column + width, right))
    columns = (*before, *columns, *behind)
    marks = np.empty(len(rows), dtype=object)
    marks[:] = found.marks
    order = np.argsort(across, kind="stable")
    for some in np.split(order, np.flatnonzero(np.diff(across[order])) + 1):
        columns[int(across[some[0]]) - left][rows[some] - top] = marks[some]
    return columns, top, left
