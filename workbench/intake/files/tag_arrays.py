"""A worksheet's tags as arrays of numbers: a sheet of half a million rows is 400 MB of XML.

Nearly all programs write the address first in every row and cell, one spelling of each tag
throughout. Then where the tags stand says everything, and arrays find it in a tenth of the time
that reading the sheet takes. Any other layout is an `OddLayoutError`.
"""

import re

import numpy as np
from numpy.typing import NDArray

from workbench.intake.cells import NO_RESULT
from workbench.intake.files.scans import SheetScan

__all__ = ["OddLayoutError", "TagArrays", "read_range"]

Places = NDArray[np.intp]
Codes = NDArray[np.uint8]
_LONG_TEXT = 1_000
_HIDDEN = re.compile(rb"""\shidden=["'](?:1|true)["']|\sht=["']0(?:\.0*)?["']""")
_NO_WIDTH = re.compile(rb"""\shidden=["'](?:1|true)["']|\swidth=["']0(?:\.0*)?["']""")
_ERROR = re.compile(rb"""\st=["']e["']""")
_RANGE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})(?::\$?([A-Z]{1,3})\$?(\d{1,7}))?")
_OTHER_CELL = re.compile(rb"<[^\s/>]*:(?:c|row)[\s/>]")


def _marked(letters: bytes) -> NDArray[np.bool_]:
    """Give a table in which these bytes are true."""
    table = np.zeros(256, dtype=bool)
    table[list(letters)] = True
    return table


# What may stand after the name of a tag, and what begins the tags of a cell and of its contents.
_ENDS, _QUOTES, _USUAL, _CONTENTS = map(_marked, (b"\t\n\r />", b"\"'", b"cvft", b"vfi"))


class OddLayoutError(Exception):
    """The tags of a sheet are not laid out as nearly all programs write them."""


def read_range(text: str) -> tuple[int, int, int, int] | None:
    """Read a range such as `B2:D4` as top, left, bottom and right, from 0.

    Examples
    --------
    >>> read_range("B2:D4"), read_range("AA1"), read_range("#REF!")
    ((1, 1, 3, 3), (0, 26, 0, 26), None)
    """
    match = _RANGE.fullmatch(text)
    if not match:
        return None
    left, top, right, bottom = match.groups()
    return (
        int(top) - 1,
        _column_number(left),
        int(bottom or top) - 1,
        _column_number(right or left),
    )


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


class TagArrays:
    """The scan of one worksheet, fed with pieces of its XML that end between two rows.

    Parameters
    ----------
    lengths
        How long the texts are that cells share.
    """

    def __init__(self, lengths: NDArray[np.intp]) -> None:
        self.scan = SheetScan()
        self._lengths = lengths
        self._texts_count = bool(len(lengths)) and int(lengths.max()) > _LONG_TEXT
        self._prefix: int | None = None
        self._in_table = False

    def take(self, chunk: bytes) -> None:
        """Scan the next piece.

        Raises
        ------
        OddLayoutError
            If a row or a cell does not begin with its address.
        """
        if self._prefix is None:
            root = re.search(rb"<(\w+:)?worksheet[\s>]", chunk)
            if not root:
                raise OddLayoutError
            self._prefix = len(root[1] or b"")
        tags = _Tags(chunk, self._prefix)
        if not self._in_table:
            self._find_columns(chunk)
        self._in_table |= len(tags.rows) > 0
        cells, rows = tags.names[tags.cells], tags.names[tags.rows]
        row, column = tags.read_addresses(cells)
        filled = _CONTENTS[tags.first[tags.cells + 1]]
        if filled.any():
            at_row, at_column = row[filled], column[filled]
            self.scan.reach(at_row.min(), at_column.min(), at_row.max(), at_column.max())
            self.scan.filled += int(filled.sum())
        if self._texts_count:
            self._measure_texts(tags)
        if tags.may_hold_errors():
            self._mark_errors(tags, row, column)
        formulas = np.flatnonzero((tags.first == ord("f")) & _ENDS[tags.second])
        if len(formulas):
            self._mark_unsaved(tags, formulas, row, column)
        self._find_hidden_rows(tags, rows)
        if (tags.first == ord("m")).any():
            for match in re.finditer(rb"""<(?:\w+:)?mergeCell\s[^>]*?ref=["']([^"']+)""", chunk):
                if area := read_range(match[1].decode("ascii", "replace")):
                    self.scan.merge(area)

    def _find_hidden_rows(self, tags: "_Tags", rows: Places) -> None:
        starts, ends = tags.at[tags.rows].tolist(), tags.at[tags.rows + 1].tolist()
        spelt = [tags.chunk[start:end] for start, end in zip(starts, ends, strict=True)]
        # Looking at all of them at once shows quickly that there is nothing to look for.
        if _HIDDEN.search(b"".join(spelt)):
            for number, tag in zip(tags.read_numbers(rows + 7)[0].tolist(), spelt, strict=True):
                if _HIDDEN.search(tag):
                    self.scan.hidden_rows.append((number - 1, number - 1))

    def _find_columns(self, chunk: bytes) -> None:
        for match in re.finditer(rb"<(?:\w+:)?col\s[^>]*>", chunk):
            ends = [
                re.search(rb"""\s%s=["'](\d{1,5})["']""" % end, match[0])
                for end in (b"min", b"max")
            ]
            if _NO_WIDTH.search(match[0]) and ends[0] and ends[1]:
                self.scan.hidden_columns.append((int(ends[0][1]) - 1, int(ends[1][1]) - 1))

    def _measure_texts(self, tags: "_Tags") -> None:
        """Add up the texts of cells that share them: one text can stand in a million cells."""
        shared = tags.cells[tags.first[tags.cells + 1] == ord("v")]
        values = tags.names[shared + 1]
        before = tags.at[shared + 1]
        plain = (tags.codes[before - 2] == 34) & (tags.codes[before - 3] == ord("s"))
        plain &= tags.codes[before - 4] == 34
        if int(plain.sum()) != tags.chunk.count(b'"s"') + tags.chunk.count(b"'s'"):
            raise OddLayoutError
        index, _ = tags.read_numbers(values[plain] + 2)
        inside = index[index < len(self._lengths)]
        self.scan.text_bytes += int(self._lengths[inside].sum())

    def _mark_errors(self, tags: "_Tags", row: Places, column: Places) -> None:
        for match in _ERROR.finditer(tags.chunk):
            tag = int(np.searchsorted(tags.at, match.start())) - 1
            cell = int(np.searchsorted(tags.cells, tag))
            if cell < len(tags.cells) and tags.cells[cell] == tag:
                value = tag + 1
                while value < len(tags.at) and tags.first[value] not in b"vc":
                    value += 1
                text = tags.text_after(value) if tags.first[value] == ord("v") else ""
                self.scan.errors.add(text)
                self.scan.mark(int(row[cell]), int(column[cell]), text or NO_RESULT)

    def _mark_unsaved(self, tags: "_Tags", formulas: Places, row: Places, column: Places) -> None:
        """Mark the formulas that stand without a result."""
        # A formula ends in its own tag, or in a closing one of its own.
        closed = tags.first[formulas + 1] == 0
        closed &= tags.codes[tags.names[formulas + 1] + 1] == ord("f")
        value = formulas + 1 + closed
        # No text stands between the tag of an empty result and the next tag.
        empty = tags.first[value] != ord("v")
        empty |= tags.codes[tags.at[value + 1] - 1] == ord(">")
        for tag in (formulas[empty] - 1).tolist():
            cell = int(np.searchsorted(tags.cells, tag))
            if cell < len(tags.cells) and tags.cells[cell] == tag:
                about = tags.chunk[tags.at[tag] : tags.at[tag + 1]]
                if b't="str"' not in about and b"t='str'" not in about:
                    self.scan.mark(int(row[cell]), int(column[cell]), NO_RESULT)


class _Tags:
    """Where the tags of a piece of XML stand, and how they begin; closing ones begin with 0."""

    def __init__(self, chunk: bytes, prefix: int) -> None:
        self.chunk = chunk
        # Behind the last tag there is room to look for what follows it.
        self.codes = np.frombuffer(chunk + b" " * 64, dtype=np.uint8)
        at = np.flatnonzero(self.codes == ord("<"))
        opening = self.codes[at + prefix] == (ord(":") if prefix else ord("<"))
        if not prefix:
            opening = self.codes[at + 1] != ord("/")
        self.at = np.append(at, [len(chunk)] * 3)
        self.names = self.at + 1 + prefix
        self.first = np.where(np.append(opening, [False] * 3), self.codes[self.names], 0)
        self.second = self.codes[self.names + 1]
        rows = (self.first == ord("r")) & (self.second == ord("o"))
        rows &= (self.codes[self.names + 2] == ord("w")) & _ENDS[self.codes[self.names + 3]]
        self.rows = np.flatnonzero(rows)
        self.cells = np.flatnonzero((self.first == ord("c")) & _ENDS[self.second])
        self._check_layout(self.names[self.cells] + 1)
        self._check_layout(self.names[self.rows] + 3)
        self._check_names(chunk, at)

    def _check_layout(self, places: Places) -> None:
        codes = self.codes
        usual = (codes[places] == ord(" ")) & (codes[places + 1] == ord("r"))
        usual &= (codes[places + 2] == ord("=")) & _QUOTES[codes[places + 3]]
        if not usual.all():
            raise OddLayoutError

    def may_hold_errors(self) -> bool:
        """Tell whether a value begins like an error, or is empty, or is spelt unusually."""
        values = np.flatnonzero(self.first == ord("v"))
        begins = self.codes[self.names[values] + 2]
        unusual = (begins == ord("#")) | (begins == ord("<")) | (self.second[values] != ord(">"))
        return bool(unusual.any())

    def _check_names(self, chunk: bytes, at: Places) -> None:
        """Look for cells whose tags are spelt with another prefix than the others."""
        usual = _USUAL[self.first] & _ENDS[self.second]
        usual |= (self.first == ord("i")) & (self.second == ord("s"))
        usual[self.rows] = True
        unusual = ~usual[: len(at)] & (self.codes[at + 1] != ord("/"))
        for place in at[unusual].tolist():
            if _OTHER_CELL.match(chunk, place):
                raise OddLayoutError

    def read_addresses(self, cells: Places) -> tuple[Places, Places]:
        """Read the rows and columns of cells, from 0."""
        place = cells + 5
        column = np.zeros(len(cells), dtype=np.intp)
        for _ in range(3):
            letter = self.codes[place] - np.uint8(ord("A"))
            is_letter = letter < 26
            column = np.where(is_letter, column * 26 + letter + 1, column)
            place = place + is_letter
        row, end = self.read_numbers(place)
        if not (_QUOTES[self.codes[end]].all() and row.all() and column.all()):
            raise OddLayoutError
        return row - 1, column - 1

    def read_numbers(self, place: Places) -> tuple[Places, Places]:
        """Read the numbers that begin at these places, and where each ends."""
        number = np.zeros(len(place), dtype=np.intp)
        for _ in range(8):
            digit = self.codes[place] - np.uint8(ord("0"))
            is_digit = digit < 10
            if not is_digit.any():
                break
            number = np.where(is_digit, number * 10 + digit, number)
            place = place + is_digit
        return number, place

    def text_after(self, tag: int) -> str:
        """Give the text between a tag and the next one."""
        inside = self.chunk[self.at[tag] : self.at[tag + 1]]
        return inside.partition(b">")[2].decode("utf-8", "replace").strip()
