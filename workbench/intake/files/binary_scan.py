"""Excel's binary workbooks, .xlsb and .xls, looked through for what the cells' reader leaves out.

Both are rows of records: a number that says what the record is, its length, and its bytes. The
numbers and layouts are those of Microsoft's [MS-XLSB] and [MS-XLS].
"""

import struct
from collections.abc import Iterable, Iterator
from itertools import accumulate

from workbench.intake.files.archives import Archive
from workbench.intake.files.scans import EXCEL_ERRORS, BookScan, SheetScan
from workbench.intake.files.sheet import EPOCH_1904
from workbench.intake.files.worksheet_scan import find_targets

__all__ = ["scan_xls", "scan_xlsb"]

Record = tuple[int, bytes]
_LONGEST_RECORD = 16 * 1024**2
_MOST_TEXTS = 50_000_000

_ROW, _ERROR, _SHARED, _ERROR_RESULT, _RICH_TEXT = 0, 3, 7, 11, 62
_FILLED = frozenset({*range(2, 12), _RICH_TEXT})
_TEXT, _COLUMNS, _BOOK, _SHEET, _TEXTS, _MERGE = 19, 60, 153, 156, 159, 176

_XLS_SHEET, _XLS_1904, _XLS_BEGIN, _XLS_END, _XLS_TEXTS = 0x85, 0x22, 0x809, 0x0A, 0xFC
_XLS_ROW, _XLS_COLUMNS, _XLS_MERGES = 0x208, 0x7D, 0xE5
_XLS_ERROR, _XLS_FORMULA, _XLS_SHARED, _XLS_MORE = 0x205, 0x06, 0xFD, 0x3C
# Every record that is a cell in one of the versions of the format.
_XLS_NUMBERS, _IN_CHART = 0xBD, 0x10000
_XLS_CELLS = {2, 3, 4, 5, 6, 0x203, 0x204, 0x205, 0x206, 0x406, 0x27E, 0xD6, 0xFD, _XLS_NUMBERS}
_XLS_SIZE, _XLS_ROWS, _XLS_ACROSS = 0x200, 65_536, 256
_XLS_LONG = {_XLS_TEXTS, _XLS_MORE}


def scan_xlsb(archive: Archive) -> BookScan:
    """Look through every worksheet of an .xlsb workbook.

    Parameters
    ----------
    archive
        The workbook.

    Returns
    -------
    BookScan
        What its sheets hold besides their cells.
    """
    scan = BookScan()
    targets = find_targets(archive, "xl/_rels/workbook.bin.rels")
    parts = {}
    for kind, record in _xlsb_records(archive, "xl/workbook.bin"):
        if kind == _BOOK and record[:1] and record[0] & 1:
            scan.epoch = EPOCH_1904
        elif kind == _SHEET:
            link, rest = _wide_text(record[8:])
            parts[_wide_text(rest)[0]] = targets.get(link, "")
    lengths = []
    if (texts := "xl/sharedstrings.bin") in archive:
        for kind, record in _xlsb_records(archive, texts):
            if kind == _TEXTS and int.from_bytes(record[4:8], "little") > _MOST_TEXTS:
                raise archive.damaged()
            if kind == _TEXT:
                lengths.append(len(record))
                scan.tags += 2
    scan.check_memory(archive.name, archive.size)
    for name, part in parts.items():
        if part in archive:
            scan.sheets[name] = _scan_xlsb_sheet(_xlsb_records(archive, part), lengths)
    return scan


def _wide_text(record: bytes) -> tuple[str, bytes]:
    """Read a text that begins with its length, and what follows it."""
    (length,) = struct.unpack_from("<I", record)
    if length == 0xFFFFFFFF:
        return "", record[4:]
    return record[4 : 4 + 2 * length].decode("utf-16-le", "replace"), record[4 + 2 * length :]


def _xlsb_records(archive: Archive, part: str) -> Iterator[Record]:
    tail = b""
    for block in archive.blocks(part):
        data, start = tail + block, 0
        try:
            while True:
                place = start + 1
                if (kind := data[start]) & 0x80:
                    kind = (kind & 0x7F) | (data[place] & 0x7F) << 7
                    place += 1
                size = shift = 0
                while True:
                    byte = data[place]
                    place += 1
                    size |= (byte & 0x7F) << shift
                    shift += 7
                    if byte < 0x80 or shift == 28:
                        break
                if place + size > len(data):
                    if size > _LONGEST_RECORD:
                        raise archive.damaged()
                    break
                yield kind, data[place : place + size]
                start = place + size
        except IndexError:
            # The record goes on in the next block.
            pass
        tail = data[start:]


def _scan_xlsb_sheet(records: Iterable[Record], lengths: list[int]) -> SheetScan:
    scan, row, columns = SheetScan(), 0, list[int]()
    for kind, record in records:
        if len(record) < (8 if kind in _FILLED else 4 if kind == _ROW else 0):
            # Its reader would take the missing bytes from the record before.
            raise ValueError("a record is cut off")
        if kind in _FILLED:
            column = int.from_bytes(record[:4], "little")
            columns.append(column)
            if kind in (_ERROR, _ERROR_RESULT):
                scan.mark(row, column, EXCEL_ERRORS.get(record[8], "#VALUE!"))
            elif kind == _SHARED and (index := int.from_bytes(record[8:12], "little")) < len(
                lengths
            ):
                scan.text_bytes += lengths[index]
        elif kind == _ROW:
            _reach_row(scan, row, columns)
            row, columns = int.from_bytes(record[:4], "little"), []
            if record[11:12] and record[11] & 0x10:
                scan.hidden_rows.append((row, row))
        elif kind == _COLUMNS:
            first, last, width, _, flags = struct.unpack_from("<4IH", record)
            if flags & 1 or not width:
                scan.hidden_columns.append((first, last))
        elif kind == _MERGE:
            top, bottom, left, right = struct.unpack_from("<4I", record)
            scan.merge((top, left, bottom, right))
    _reach_row(scan, row, columns)
    return scan


def _reach_row(scan: SheetScan, row: int, columns: list[int]) -> None:
    if columns:
        scan.reach(row, min(columns), row, max(columns))
        scan.filled += len(columns)


def scan_xls(stream: bytes) -> BookScan:
    """Look through every worksheet of an .xls workbook.

    Parameters
    ----------
    stream
        Its stream of records.

    Returns
    -------
    BookScan
        What its sheets hold besides their cells.
    """
    scan, starts, texts = BookScan(), dict[str, int](), list[bytes]()
    wide = stream[5:6] == b"\6"
    before = 0
    for kind, record in _xls_records(stream, 0):
        if kind == _XLS_1904 and record[:1] == b"\1":
            scan.epoch = EPOCH_1904
        elif kind == _XLS_SHEET and len(record) > 7:
            start, _, length = struct.unpack_from("<IHB", record)
            encoding = "utf-16-le" if wide and record[7] & 1 else "cp1252"
            size = length * 2 if encoding == "utf-16-le" else length
            spelt = record[8:] if wide else record[7:]
            starts[spelt[:size].decode(encoding, "replace")] = start
        elif kind == _XLS_TEXTS or (kind == _XLS_MORE and texts and before in _XLS_LONG):
            texts.append(record)
        before = kind
    lengths = list(_text_lengths(texts))
    for name, start in starts.items():
        scan.sheets[name] = _scan_xls_sheet(_xls_records(stream, start), lengths)
    return scan


def _text_lengths(records: list[bytes]) -> Iterator[int]:
    """Measure the texts that cells share; each may go on from one record into the next."""
    joined = b"".join(records)
    ends = list(accumulate(map(len, records)))
    place, at = 8, 0
    while place + 3 <= len(joined):
        (length,), flags = struct.unpack_from("<H", joined, place), joined[place + 2]
        yield length
        extra, place = 0, place + 3
        if flags & 8:
            extra += 4 * int.from_bytes(joined[place : place + 2], "little")
            place += 2
        if flags & 4:
            extra += int.from_bytes(joined[place : place + 4], "little")
            place += 4
        while True:
            while at < len(ends) and ends[at] <= place:
                at += 1
            room = (ends[at] - place) >> (flags & 1) if at < len(ends) else 0
            if length <= room or at + 1 >= len(ends):
                break
            # Where a text is broken, it begins anew with how wide its characters are.
            length, place = length - room, ends[at] + 1
            flags = flags & ~1 | joined[ends[at]] & 1
        place += (length << (flags & 1)) + extra


def _xls_records(stream: bytes, start: int) -> Iterator[Record]:
    """Give the records of one part of the stream; those of charts within it are marked."""
    depth, first = 1, start
    while start + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, start)
        record = stream[start + 4 : start + 4 + size]
        depth += (kind == _XLS_BEGIN and start > first) - (kind == _XLS_END)
        if depth == 0:
            return
        if kind == _XLS_SIZE:
            _check_declared(record)
        yield kind if depth == 1 else kind | _IN_CHART, record
        start += 4 + size


def _check_declared(record: bytes) -> None:
    """Refuse a sheet that declares more cells than its format has: they would be set aside."""
    top, bottom, left, right = struct.unpack_from("<IIHH" if len(record) >= 14 else "<4H", record)
    # The last ones are those behind the table; a sheet without cells has zeros.
    last = (bottom - 1, right - 1) if bottom and right else (0, 0)
    if bottom > _XLS_ROWS or right > _XLS_ACROSS or top > last[0] or left > last[1]:
        raise ValueError("a sheet declares more cells than it can have")


def _scan_xls_sheet(records: Iterable[Record], lengths: list[int]) -> SheetScan:
    scan = SheetScan()
    for kind, record in records:
        if kind & ~_IN_CHART in _XLS_CELLS and len(record) >= 4:
            row, column = struct.unpack_from("<HH", record)
            # Several numbers side by side can share one record, six bytes each.
            last = column + (len(record) - 6) // 6 if kind & ~_IN_CHART == _XLS_NUMBERS else column
            scan.reach(row, column, row, max(column, last))
            scan.filled += 1
        if kind == _XLS_SHARED and len(record) >= 10:
            (index,) = struct.unpack_from("<I", record, 6)
            if index < len(lengths):
                scan.text_bytes += lengths[index]
        elif kind == _XLS_ROW and len(record) >= 16:
            row, flags = struct.unpack_from("<H10xH", record)
            if flags & 0x20:
                scan.hidden_rows.append((row, row))
        elif kind == _XLS_COLUMNS and len(record) >= 10:
            first, last, width, _, flags = struct.unpack_from("<5H", record)
            if flags & 1 or not width:
                scan.hidden_columns.append((first, last))
        elif kind == _XLS_MERGES and len(record) >= 2:
            for top, bottom, left, right in struct.iter_unpack(
                "<4H", record[2 : 2 + (len(record) - 2) // 8 * 8]
            ):
                scan.merge((top, left, bottom, right))
        elif kind == _XLS_ERROR and len(record) >= 8 and record[7]:
            row, column = struct.unpack_from("<HH", record)
            scan.mark(row, column, EXCEL_ERRORS.get(record[6], "#VALUE!"))
        elif kind == _XLS_FORMULA and record[12:14] == b"\xff\xff" and record[6] == 2:
            row, column = struct.unpack_from("<HH", record)
            scan.mark(row, column, EXCEL_ERRORS.get(record[8], "#VALUE!"))
    return scan
