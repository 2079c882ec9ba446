"""OpenDocument spreadsheets (.ods), looked through for what the reader of the cells leaves out."""

import datetime as dt
import re
from typing import Any
from xml.parsers import expat

from workbench.errors import ProtectedFileError
from workbench.intake.cells import NO_RESULT
from workbench.intake.files.archives import Archive
from workbench.intake.files.scans import BookScan, SheetScan

__all__ = ["scan_opendocument"]

_HIDDEN = {"collapse", "filter"}
_CELLS = {"table-cell", "covered-table-cell"}
_DURATION = re.compile(r"PT(\d{1,7})H(\d{1,2})M(\d{1,2}(?:[.,]\d{1,9})?)S")
_LONGEST_TEXT = 10 * 1024**2
_GROUPS = {"table-row-group", "table-column-group"}


def scan_opendocument(archive: Archive) -> BookScan:
    """Look through every table of an .ods spreadsheet.

    Parameters
    ----------
    archive
        The spreadsheet.

    Returns
    -------
    BookScan
        What its sheets hold besides their cells.

    Raises
    ------
    ProtectedFileError
        If it is encrypted; only LibreOffice itself opens it then.
    """
    manifest = "meta-inf/manifest.xml"
    locked = manifest in archive and b"encryption-data" in archive.read(manifest)
    if locked or "encrypted-package" in archive:
        raise ProtectedFileError(
            f"{archive.name} is protected by a password, and OpenDocument files with one can only "
            "be opened by the program that wrote them. Open it in LibreOffice, save it without a "
            "password (Save As, no tick at Save with password), and choose it again."
        )
    tables = _Tables()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = tables.start
    parser.EndElementHandler = tables.end
    parser.CharacterDataHandler = tables.text
    try:
        for block in archive.xml_blocks("content.xml"):
            parser.Parse(block)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise archive.damaged() from error
    return tables.book


def _count(about: dict[str, Any], name: str) -> int:
    """Read how often something repeats; no more than numbers that are far too large already."""
    given = str(about.get(f"table:{name}", "1"))
    return min(max(int(given), 1), 1 << 31) if given.isdecimal() and len(given) < 20 else 1


def _read_duration(text: str) -> dt.timedelta | None:
    """Read a duration of a day or longer; those that are shorter are times of day."""
    match = _DURATION.fullmatch(text)
    if not match or int(match[1]) < 24:
        return None
    hours, minutes, seconds = (float(part.replace(",", ".")) for part in match.groups())
    return dt.timedelta(hours=hours, minutes=minutes, seconds=seconds)


class _Tables:
    """The scans of the tables of a document, filled as its tags come by.

    The names of tags are used with the prefixes that every program gives them: the reader of the
    cells knows no others either.
    """

    def __init__(self) -> None:
        self.book = BookScan()
        self._scan = SheetScan()
        self._depth = 0
        self._unseen_styles: set[str] = set()
        self._style = ""
        self._groups: list[bool] = []
        self._row = self._column = self._next_column = 0
        self._repeat = self._across = 1
        self._cells: list[tuple[int, int, Any]] = []
        self._about: dict[str, Any] = {}
        self._in_note = False
        self._said: list[str] = []
        self._paragraphs = self._length = 0

    def start(self, tag: str, about: dict[str, Any]) -> None:
        name = tag.removeprefix("table:")
        if self._depth > 1 and name != "table":
            # A table within a cell; nothing of it is read.
            return
        if name in _CELLS:
            self._start_cell(about)
        elif name == "table-row":
            self._start_row(about)
        elif tag == "office:annotation":
            self._in_note = True
        elif tag == "text:p" and not self._in_note:
            self._paragraphs += 1
        elif name == "table-column":
            across = _count(about, "number-columns-repeated")
            if about.get("table:visibility") in _HIDDEN or any(self._groups):
                last = self._next_column + across - 1
                self._scan.hidden_columns.append((self._next_column, last))
            self._next_column += across
        elif name == "table":
            self._start_table(about)
        elif name in _GROUPS:
            self._groups.append(about.get("table:display") == "false")
        elif tag == "style:style":
            self._style = about.get("style:name", "")
        elif tag == "style:table-properties" and about.get("table:display") == "false":
            self._unseen_styles.add(self._style)
        elif name == "null-date" and (day := about.get("table:date-value")):
            self.book.epoch = dt.datetime.fromisoformat(day)

    def _start_table(self, about: dict[str, Any]) -> None:
        self._depth += 1
        if self._depth == 1:
            self._scan, self._groups = SheetScan(), []
            self._row = self._next_column = 0
            sheet = about.get("table:name", "")
            self.book.sheets[sheet] = self._scan
            if about.get("table:style-name") in self._unseen_styles:
                self.book.hidden.add(sheet)

    def _start_row(self, about: dict[str, Any]) -> None:
        self._repeat = _count(about, "number-rows-repeated")
        self._column, self._cells = 0, []
        if about.get("table:visibility") in _HIDDEN or any(self._groups):
            self._scan.hidden_rows.append((self._row, self._row + self._repeat - 1))

    def _start_cell(self, about: dict[str, Any]) -> None:
        self._about = about
        self._across = _count(about, "number-columns-repeated")
        self._said, self._paragraphs, self._length = [], 0, 0
        down = _count(about, "number-rows-spanned")
        across = _count(about, "number-columns-spanned")
        if down > 1 or across > 1:
            self._scan.merge(
                (self._row, self._column, self._row + down - 1, self._column + across - 1)
            )

    def text(self, text: str) -> None:
        if self._paragraphs and not self._in_note and self._depth == 1:
            self._length += len(text)
            if self._length < _LONGEST_TEXT:
                self._said.append(text)

    def end(self, tag: str) -> None:
        name = tag.removeprefix("table:")
        if name == "table":
            self._depth -= 1
        elif self._depth > 1:
            return
        elif name in _CELLS:
            self._end_cell()
        elif tag == "office:annotation":
            self._in_note = False
        elif name == "table-row":
            self._end_row()
        elif name in _GROUPS and self._groups:
            self._groups.pop()

    def _end_cell(self) -> None:
        about, said = self._about, "".join(self._said).strip()
        kind, formula = about.get("office:value-type"), "table:formula" in about
        mark: Any = None
        if about.get("calcext:value-type") == "error":
            mark = said or NO_RESULT
        elif kind is None and formula and not self._paragraphs:
            mark = NO_RESULT
        elif kind is None and said:
            mark = said
        elif kind == "time":
            mark = _read_duration(about.get("office:time-value", ""))
        if kind is not None or mark is not None:
            self._cells.append((self._column, self._across, mark))
            self._scan.text_bytes += self._length * self._across * self._repeat
        self._column += self._across
        self._paragraphs = 0

    def _end_row(self) -> None:
        scan, last = self._scan, self._row + self._repeat - 1
        for column, across, mark in self._cells:
            # What lies before a cell takes memory as well in this format.
            scan.reach(0, 0, last, column + across - 1)
            scan.filled += across * self._repeat
            if mark is not None and across * self._repeat <= 1 << 24:
                for row in range(self._row, last + 1):
                    for each in range(column, column + across):
                        scan.mark(row, each, mark)
        self._row += self._repeat
