"""A worksheet read tag by tag, for layouts that are rare: rows and cells without an address."""

from typing import Any
from xml.parsers import expat

import numpy as np
from numpy.typing import NDArray

from workbench.intake.cells import NO_RESULT
from workbench.intake.files.archives import Archive
from workbench.intake.files.scans import SheetScan
from workbench.intake.files.tag_arrays import read_range

__all__ = ["scan_events"]

_TRUE = {"1", "true"}


def scan_events(archive: Archive, part: str, lengths: NDArray[np.intp]) -> SheetScan:
    """Scan one worksheet tag by tag.

    Parameters
    ----------
    archive, part
        The workbook, and which part of it is the worksheet.
    lengths
        How long the texts are that cells share.

    Returns
    -------
    SheetScan
        What the sheet holds besides its cells.
    """
    events = _Events(lengths)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = events.start
    parser.EndElementHandler = events.end
    parser.CharacterDataHandler = events.text
    try:
        for block in archive.xml_blocks(part):
            parser.Parse(block)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise archive.damaged() from error
    return events.scan


class _Events:
    def __init__(self, lengths: NDArray[np.intp]) -> None:
        self.scan = SheetScan()
        self._lengths = lengths
        self._row = self._column = -1
        self._kind = ""
        self._formula = self._filled = False
        self._value: list[str] | None = None
        self._said = ""

    def start(self, tag: str, about: dict[str, Any]) -> None:
        name = tag.rpartition(":")[2]
        if name == "c":
            self._start_cell(about)
        elif name in {"v", "t"}:
            self._filled = True
            self._value = []
        elif name == "f":
            self._formula = self._filled = True
        elif name == "row":
            given = str(about.get("r", ""))
            self._row = int(given) - 1 if given.isdecimal() else self._row + 1
            self._column = -1
            if about.get("hidden") in _TRUE or _is_zero(about.get("ht")):
                self.scan.hidden_rows.append((self._row, self._row))
        elif name == "col":
            if about.get("hidden") in _TRUE or _is_zero(about.get("width")):
                first, last = (str(about.get(end, "")) for end in ("min", "max"))
                if first.isdecimal() and last.isdecimal():
                    self.scan.hidden_columns.append((int(first) - 1, int(last) - 1))
        elif name == "mergeCell" and (area := read_range(about.get("ref", ""))):
            self.scan.merge(area)

    def _start_cell(self, about: dict[str, Any]) -> None:
        address = about.get("r")
        area = read_range(address or "")
        if address is not None and area is None:
            raise ValueError(f"{address} is no address")
        self._row, self._column = area[:2] if area else (max(self._row, 0), self._column + 1)
        self._kind = about.get("t", "")
        self._formula = self._filled = False
        self._said = ""

    def text(self, text: str) -> None:
        if self._value is not None and len(self._value) < 8:
            self._value.append(text[:64])

    def end(self, tag: str) -> None:
        name = tag.rpartition(":")[2]
        if name in {"v", "t"}:
            self._said = "".join(self._value or ()).strip()
            self._value = None
        elif name == "c" and self._filled:
            self.scan.filled += 1
            self.scan.reach(self._row, self._column, self._row, self._column)
            unsaved = self._formula and not self._said and self._kind != "str"
            if self._kind == "e":
                self.scan.errors.add(self._said)
            if self._kind == "e" or unsaved:
                self.scan.mark(self._row, self._column, self._said or NO_RESULT)
            if (
                self._kind == "s"
                and self._said.isdecimal()
                and int(self._said) < len(self._lengths)
            ):
                self.scan.text_bytes += int(self._lengths[int(self._said)])


def _is_zero(size: Any) -> bool:
    try:
        return size is not None and float(size) == 0
    except ValueError:
        return False
