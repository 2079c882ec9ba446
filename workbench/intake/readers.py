"""Files, bytes and frames in; sheets of cells out, with the addresses that they have in Excel.

A sheet is kept by columns and its cells as they were typed: text, numbers, dates, `""` for blank.
Excel's error values stand in it as text (`#REF!`). Addresses are only written for the cells that a
problem names, so that a large sheet costs little more than its reading.
"""

import csv
import datetime as dt
import io
import re
import unicodedata
import xml.etree.ElementTree as ElementTree
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path, PurePosixPath
from typing import IO, Any

import msoffcrypto
import numpy as np
import pandas as pd
import python_calamine
from msoffcrypto.exceptions import DecryptionError, FileFormatError, InvalidKeyError

from workbench.errors import ProtectedFileError, UnreadableFileError
from workbench.intake.cells import NO_RESULT, Cells

__all__ = ["ACCEPTED", "Sheet", "Source", "read_sheets"]

Source = (
    str
    | Path
    | bytes
    | IO[bytes]
    | pd.DataFrame
    | Iterable[str | Path | bytes | IO[bytes] | pd.DataFrame]
    | Mapping[str, pd.DataFrame | bytes | str | Path]
)

_WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
_TEXTS = (".csv", ".tsv", ".txt")
ACCEPTED = "Excel (.xlsx, .xlsm, .xlsb, .xls), OpenDocument (.ods), .csv and .tsv"
_SAVE_AGAIN = "Open it in Excel, save it as .xlsx, and choose it again."

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
    (b"PAR1", "a Parquet file"),
    (b"{\\rtf", "a text document (RTF)"),
    (b"MZ", "a program"),
    (b"\x7fELF", "a program"),
)
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MAX_BYTES = 2 * 1024**3
_SUSPECT_BYTES, _SUSPECT_RATIO = 100 * 1024**2, 200
_MAX_CELLS = 100_000_000
# Excel opens workbooks that are encrypted with this password without asking for it.
_EXCEL_DEFAULT_PASSWORD = "VelvetSweatshop"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet as it was read.

    Attributes
    ----------
    name
        The sheet's name; with the file's name before it, as in Excel, where there are several.
    columns
        Its cells by column, all of one length; blank cells are `""`.
    first_row, first_column
        Where in the spreadsheet the first cell stands, from 1.
    visible
        False for a sheet that is hidden in Excel.
    file
        The name of the file that it comes from.
    hidden_rows
        How many of its rows are hidden in Excel, by a filter or by hand.
    """

    name: str
    columns: tuple[Cells, ...]
    first_row: int = 1
    first_column: int = 1
    visible: bool = True
    file: str = ""
    hidden_rows: int = 0

    @property
    def n_rows(self) -> int:
        """How many rows were read."""
        return len(self.columns[0]) if self.columns else 0

    def address(self, row: int, column: int) -> str:
        """Write the address of a cell, given its position from 0, as Excel does.

        Examples
        --------
        >>> Sheet("Ratings", (), first_row=3).address(4, 27)
        'AB7'
        """
        number, letters = column + self.first_column, ""
        while number:
            number, rest = divmod(number - 1, 26)
            letters = chr(65 + rest) + letters
        return f"{letters}{row + self.first_row}"


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
    named = list(_open_parts(source))
    if not named:
        raise UnreadableFileError(
            f"An empty list was given. Accepted: {ACCEPTED}, or DataFrames. Name at least one file."
        )
    books = [(name, _read_part(name, part, password)) for name, part in named]
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
    label = named[0][0] if len(named) == 1 else f"{len(named)} tables"
    if not any(sheet.visible for sheet in kept):
        hidden = " but its hidden ones" if kept else ""
        raise UnreadableFileError(
            f"{label} was opened, and every sheet{hidden} in it is empty. A sheet with one row per "
            "person is needed. Check that this is the right file, and choose another one."
        )
    return kept, label


def _open_parts(source: Any) -> Iterator[tuple[str, Any]]:
    """Name the parts of a source: each a frame, or the bytes or text of a file."""
    if isinstance(source, pd.DataFrame):
        yield "DataFrame", source
    elif isinstance(source, bytes | bytearray | memoryview):
        yield "The uploaded file", bytes(source)
    elif isinstance(source, str | Path):
        yield from _open_path(source)
    elif hasattr(source, "read"):
        name = getattr(source, "name", None)
        name = Path(name).name if isinstance(name, str) else "The uploaded file"
        try:
            content = source.read()
        except (OSError, ValueError) as error:
            raise UnreadableFileError(
                f"{name} could not be read ({error}). Open the file in binary mode, "
                'such as open("reviews.xlsx", "rb"), and give it again.'
            ) from error
        yield name, content
    elif isinstance(source, Mapping):
        for name, part in source.items():
            for _, opened in _open_parts(part):
                yield str(name), opened
    elif isinstance(source, Iterable):
        parts = list(source)
        for number, part in enumerate(parts, start=1):
            for name, opened in _open_parts(part):
                generic = name in {"DataFrame", "The uploaded file"} and len(parts) > 1
                yield (f"{name} {number}" if generic else name), opened
    else:
        raise UnreadableFileError(
            f"A {type(source).__name__} was given. Accepted: the path of a file or folder, bytes, "
            f"an open file, or DataFrames; files: {ACCEPTED}. Give one of these."
        )


def _open_path(source: str | Path) -> Iterator[tuple[str, bytes]]:
    if re.match(r"^[a-z][a-z+]+://", str(source)):
        raise UnreadableFileError(
            f"{source} is a web address. The workbench reads files on this computer only, so that "
            "nothing leaves it. Download the file and choose the copy."
        )
    path = Path(source).expanduser()
    try:
        if path.is_dir():
            yield from _open_folder(path)
            return
        if not path.exists():
            raise UnreadableFileError(_missing(path))
        if path.suffix.lower() not in (*_WORKBOOKS, *_TEXTS):
            raise UnreadableFileError(
                f"{path.name} is no spreadsheet that the workbench can read. Accepted: {ACCEPTED}. "
                f"{_SAVE_AGAIN}"
            )
        if path.stat().st_size > _MAX_BYTES:
            raise UnreadableFileError(
                f"{path.name} is larger than 2 GB. Accepted are files up to 2 GB. Save the review "
                "cycles as separate files, and choose their folder."
            )
        yield path.name, path.read_bytes()
    except (OSError, ValueError) as error:
        raise UnreadableFileError(
            f"{path.name} cannot be opened ({error}). A file that you may read is needed. Check "
            "that it is not open elsewhere, and choose it again."
        ) from error


def _missing(path: Path) -> str:
    """Say that a file is not there, and which one may have been meant."""
    there = []
    if path.parent.is_dir():
        there = [
            each.name
            for each in path.parent.iterdir()
            if each.suffix.lower() in _WORKBOOKS + _TEXTS
        ]
    near = get_close_matches(path.name, there, n=1)
    hint = f' Did you mean "{near[0]}"?' if near else " Check the folder and the spelling."
    return f"{path} does not exist. The path of a spreadsheet or a folder is needed.{hint}"


def _open_folder(folder: Path) -> Iterator[tuple[str, bytes]]:
    # "~$reviews.xlsx" is the lock that Excel leaves beside a workbook that is open.
    files = sorted(
        each
        for each in folder.iterdir()
        if each.suffix.lower() in (*_WORKBOOKS, ".csv", ".tsv")
        and not each.name.startswith(("~$", "."))
        and each.is_file()
    )
    if not files:
        raise UnreadableFileError(
            f"The folder {folder} holds no spreadsheet. Accepted: {ACCEPTED}. Choose the folder in "
            "which the review files are, or one of the files."
        )
    for file in files:
        yield from _open_path(file)


def _read_part(name: str, part: Any, password: str | None) -> list[Sheet]:
    if isinstance(part, pd.DataFrame):
        return [_read_frame(name, part)]
    stem = PurePosixPath(name).stem if PurePosixPath(name).suffix else name
    if isinstance(part, str):
        return [_read_lines(name, stem, part)]
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
        if part.startswith(magic):
            raise UnreadableFileError(
                f"{name} is {what}, not a spreadsheet, whatever its name says. Accepted: "
                f"{ACCEPTED}. Choose the spreadsheet itself."
            )
    if part.startswith(_OLE):
        return _read_ole(name, part, password)
    if part.startswith(_ZIP):
        return _read_zip(name, part)
    return [_read_lines(name, stem, _decode(name, part))]


def _read_ole(name: str, content: bytes, password: str | None) -> list[Sheet]:
    """Read an old .xls workbook, or open one that is protected by a password."""
    try:
        office = msoffcrypto.OfficeFile(io.BytesIO(content))
        encrypted = office.is_encrypted()
    except Exception as error:
        # The library lets errors of many kinds through when the container is damaged.
        raise UnreadableFileError(_no_workbook(name)) from error
    if not encrypted:
        return _read_workbook(name, content)
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
        raise UnreadableFileError(_no_workbook(name)) from error
    content = opened.getvalue()
    return _read_zip(name, content) if content.startswith(_ZIP) else _read_workbook(name, content)


def _no_workbook(name: str) -> str:
    return (
        f"{name} is no workbook, or it is damaged. Accepted: {ACCEPTED}. Open it in Excel to see "
        "whether it is complete, save it as .xlsx, and choose that file."
    )


@dataclass(slots=True)
class _Scan:
    """What calamine leaves out of a worksheet: errors, unsaved formulas, hidden rows, size."""

    marks: list[tuple[str, str]] = field(default_factory=list)
    hidden_rows: int = 0
    last_row: int = 0
    last_column: int = 0


def _read_zip(name: str, content: bytes) -> list[Sheet]:
    """Check a zipped workbook before it is unpacked, then read it."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_sizes(name, archive)
            scans = _scan_archive(name, archive)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise UnreadableFileError(
            f"{name} is damaged: it ends too early or parts of it are broken. A complete workbook "
            "is needed. Download or copy it again, or open it in Excel, let Excel repair it, and "
            "save it as .xlsx."
        ) from error
    except (ValueError, KeyError, ElementTree.ParseError, Exception) as error:
        if isinstance(error, UnreadableFileError):
            raise
        raise UnreadableFileError(_no_workbook(name)) from error
    return _read_workbook(name, content, scans)


def _check_sizes(name: str, archive: zipfile.ZipFile) -> None:
    names = set(archive.namelist())
    if not names & {"xl/workbook.xml", "xl/workbook.bin", "content.xml"}:
        what = "a Word document" if "word/document.xml" in names else "a zip archive"
        if any(each.startswith("ppt/") for each in names):
            what = "a PowerPoint presentation"
        raise UnreadableFileError(
            f"{name} is {what}, not a workbook. Accepted: {ACCEPTED}. If a spreadsheet is inside "
            "it, take it out and choose that file."
        )
    size = sum(member.file_size for member in archive.infolist())
    packed = sum(member.compress_size for member in archive.infolist()) or 1
    if size > _MAX_BYTES or (size > _SUSPECT_BYTES and size / packed > _SUSPECT_RATIO):
        raise UnreadableFileError(
            f"{name} would unpack to {size / 1024**2:,.0f} MB, which no review workbook needs, so "
            "it was not opened. Accepted are workbooks up to 2 GB unpacked. Copy the rows that you "
            "need into a new workbook, and choose that."
        )


def _scan_archive(name: str, archive: zipfile.ZipFile) -> dict[str, _Scan]:
    """Look through every part of a workbook once; gives what was found, by sheet name."""
    scans = {}
    for member in archive.infolist():
        if not member.filename.endswith((".xml", ".rels", ".bin")):
            continue
        is_sheet = re.match(r"xl/worksheets/[^/]+\.xml$", member.filename)
        scan = _Scan()
        with archive.open(member) as stream:
            tail = b""
            while block := stream.read(1 << 20):
                chunk = tail + block
                if b"<!ENTITY" in chunk or b"<\0!\0E\0N\0T\0I\0T\0Y" in chunk:
                    raise UnreadableFileError(
                        f"{name} defines XML entities, which no spreadsheet program writes and "
                        f"which can be used to harm, so it was not opened. {_SAVE_AGAIN}"
                    )
                # A tag may lie across two blocks: the last one is looked at again with the next.
                cut = chunk.rfind(b"<c ") if is_sheet else -1
                cut = cut if cut > 0 and len(chunk) - cut < 65_536 else len(chunk) - 16
                tail = chunk[max(cut, 0) :]
                if is_sheet:
                    _scan_chunk(scan, chunk[: max(cut, 0)])
            if is_sheet:
                _scan_chunk(scan, tail)
                scans[member.filename] = scan
    return _by_sheet_name(archive, scans) if scans else {}


def _scan_chunk(scan: _Scan, chunk: bytes) -> None:
    if b't="e"' in chunk:
        for match in re.finditer(
            rb'<(?:\w+:)?c ([^>]*t="e"[^>]*)>.{0,8192}?<(?:\w+:)?v>([^<]*)<', chunk
        ):
            if address := re.search(rb'\br="([A-Z]+\d+)"', match[1]):
                scan.marks.append((address[1].decode(), match[2].decode("utf-8", "replace")))
    if b"<f" in chunk:
        empty = rb"<c ([^>/]*)><f(?:/>|[^>]*/>|[^>]*>[^<]*</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>"
        for match in re.finditer(empty, chunk):
            address = re.search(rb'\br="([A-Z]+\d+)"', match[1])
            if address and b't="str"' not in match[1]:
                scan.marks.append((address[1].decode(), NO_RESULT))
    if b'hidden="1"' in chunk:
        scan.hidden_rows += len(re.findall(rb'<row [^>]*hidden="1"', chunk))
    rows = re.findall(rb'<(?:\w+:)?row [^>]*?\br="(\d{1,9})"', chunk[-200_000:])
    scan.last_row = max([scan.last_row, *map(int, rows[-1:])])
    # Only columns from AA on make a sheet wide: a quotation mark and two capitals. Looking for
    # them as bytes takes a tenth of the time that the expression takes.
    codes = np.frombuffer(chunk, dtype=np.uint8)
    capital = codes - 65 < 26
    if (capital[2:] & capital[1:-1] & (codes[:-2] == 34)).any():
        for column in set(re.findall(rb'\br="([A-Z]{2,3})\d', chunk)):
            scan.last_column = max(scan.last_column, _column_number(column.decode()))


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _by_sheet_name(archive: zipfile.ZipFile, scans: dict[str, _Scan]) -> dict[str, _Scan]:
    """Name the scanned parts by the sheets that they are."""
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
    links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {link.get("Id"): (link.get("Target") or "").lstrip("/") for link in links}
    named = {}
    for element in book.iter():
        if element.tag.rpartition("}")[2] != "sheet":
            continue
        link = next((v for k, v in element.attrib.items() if k.rpartition("}")[2] == "id"), "")
        target = targets.get(link, "")
        scan = scans.get(target if target.startswith("xl/") else f"xl/{target}")
        if scan is not None:
            named[element.get("name", "")] = scan
    return named


def _read_workbook(name: str, content: bytes, scans: dict[str, _Scan] | None = None) -> list[Sheet]:
    """Read all worksheets of a workbook with calamine."""
    scans = scans or {}
    for sheet_name, scan in scans.items():
        if scan.last_row * scan.last_column > _MAX_CELLS:
            raise UnreadableFileError(
                f'{name}: sheet "{sheet_name}" reaches {scan.last_row:,} rows down and '
                f"{scan.last_column:,} columns across, probably through one stray cell. Sheets up "
                "to 100 million cells are accepted. Delete the empty rows and columns around the "
                "table in Excel, save, and choose it again."
            )
    try:
        with python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            return [
                _read_worksheet(book, each, scans.get(each.name, _Scan()))
                for each in book.sheets_metadata
                if each.typ == python_calamine.SheetTypeEnum.WorkSheet
            ]
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as error:
        # A panic of the Rust reader is no Exception, and is still only a damaged file.
        raise UnreadableFileError(_no_workbook(name)) from error


def _read_worksheet(
    book: python_calamine.CalamineWorkbook, about: python_calamine.SheetMetadata, scan: _Scan
) -> Sheet:
    worksheet = book.get_sheet_by_name(about.name)
    rows = worksheet.to_python(skip_empty_area=True)
    first_row, first_column = worksheet.start or (0, 0)
    columns = _by_column(rows)
    for address, text in scan.marks:
        row = int(address.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")) - 1 - first_row
        column = _column_number(address.rstrip("0123456789")) - 1 - first_column
        inside = 0 <= column < len(columns) and 0 <= row < len(rows)
        if inside and columns[column][row] == "":
            columns[column][row] = text
    return Sheet(
        about.name,
        columns,
        first_row + 1,
        first_column + 1,
        about.visible == python_calamine.SheetVisibleEnum.Visible,
        hidden_rows=scan.hidden_rows,
    )


def _by_column(rows: list[list[Any]]) -> tuple[Cells, ...]:
    """Turn rows of cells into columns."""
    if not rows or not rows[0]:
        return ()
    table = np.empty((len(rows), len(rows[0])), dtype=object)
    table[:] = rows
    return tuple(np.ascontiguousarray(column) for column in table.T)


def _decode(name: str, content: bytes) -> str:
    """Turn the bytes of a text file into text."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = content.decode("utf-16", "replace")
    elif content[1:400:2].count(0) > len(content[:400]) // 4:
        text = content.decode("utf-16-le", "replace")
    elif content[0:400:2].count(0) > len(content[:400]) // 4:
        text = content.decode("utf-16-be", "replace")
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("cp1252", "replace")
    # Text has no control characters but tabs and line ends.
    start = text[:4000]
    strange = sum(unicodedata.category(c) == "Cc" and c not in "\t\r\n\f\v" for c in start)
    if strange > len(start) / 100 or start.count("\ufffd") > len(start) / 20:
        raise UnreadableFileError(_no_workbook(name))
    if re.match(r"\s*<(?:!doctype|html|\?xml|table|head|meta)", start, re.IGNORECASE):
        raise UnreadableFileError(
            f"{name} is a web page or XML file, not a spreadsheet, whatever its name says. "
            f"Accepted: {ACCEPTED}. {_SAVE_AGAIN}"
        )
    if re.match(r"\s*[{\[]\s*[\"{\[]", start):
        raise UnreadableFileError(
            f"{name} is a JSON file, not a spreadsheet. Accepted: {ACCEPTED}. Export the data as a "
            "spreadsheet, and choose that."
        )
    return text


def _read_lines(name: str, stem: str, text: str) -> Sheet:
    """Read delimited text; every cell stays text."""
    declared = re.match(r"sep=(.)\r?\n", text)
    delimiter = declared[1] if declared else _find_delimiter(text)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise UnreadableFileError(
            f"{name} cannot be read as a table ({error}). A text file with one row per line is "
            f"needed; a quotation mark may be left open. {_SAVE_AGAIN}"
        ) from error
    if declared:
        rows[0] = []
    width = max(map(len, rows), default=0)
    for row in rows:
        row.extend([""] * (width - len(row)))
    sheet = Sheet(stem, _by_column(rows))
    # A file of nothing but separators has rows, and not one cell.
    return (
        sheet
        if any(cell.strip() for column in sheet.columns for cell in column)
        else Sheet(stem, ())
    )


def _find_delimiter(text: str) -> str:
    """Choose the delimiter that splits most lines into the same number of cells."""
    start = text[:200_000]
    best, delimiter = (0.0, 0), ","
    for candidate in ",;\t|":
        try:
            rows = csv.reader(io.StringIO(start, newline=""), delimiter=candidate)
            widths = [len(row) for row, _ in zip(rows, range(200), strict=False) if row]
        except csv.Error:
            continue
        split = [width for width in widths if width > 1]
        if not split:
            continue
        usual = max(set(split), key=split.count)
        score = (split.count(usual) / len(widths), usual)
        if score > best:
            best, delimiter = score, candidate
    return delimiter


def _read_frame(name: str, frame: pd.DataFrame) -> Sheet:
    """Read a frame as the sheet that it would be in Excel, its column names as the first row."""
    if any(level is not None for level in frame.index.names):
        frame = frame.reset_index(allow_duplicates=True)
    columns = []
    bare = isinstance(frame.columns, pd.RangeIndex)
    for j, header in enumerate(frame.columns):
        series = frame.iloc[:, j]
        cells = series.astype(object).to_numpy(dtype=object, copy=True)
        cells[np.asarray(series.isna(), dtype=bool)] = ""
        plain = (str, float, int, bool, dt.date, dt.time, dt.timedelta)
        if not all(isinstance(cell, plain) for cell in cells):
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
    if cell is None or cell is pd.NaT or cell is pd.NA:
        return ""
    if isinstance(cell, str | float | int | dt.date | dt.time | dt.timedelta):
        return cell
    try:
        return float(cell) if hasattr(cell, "as_integer_ratio") else str(cell)
    except (ValueError, OverflowError):
        return str(cell)
