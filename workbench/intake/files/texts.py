"""Delimited text as sheets, in any encoding and with any delimiter; every cell stays text."""

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import chain, islice

import numpy as np

from workbench.errors import UnreadableFileError
from workbench.intake.files.gathering import gather_columns
from workbench.intake.files.sheet import Sheet
from workbench.intake.files.sources import ACCEPTED

__all__ = ["read_text_table"]

Row = list[str]
_SAVE_AGAIN = "Open it in Excel, save it as .xlsx, and choose it again."
_START = 200_000
_SAMPLE_ROWS = 200
_COMMON, _RARE = ",;\t|^~", ":\u00a6\u00a7#"
# What Excel can hold across, and what memory can hold altogether, blank cells counted.
_MOST_COLUMNS, _MOST_CELLS = 16_384, 50_000_000
_LONGEST_LINE, _WIDEST_LINE, _BLOCK = 16 * 1024**2, 10_000, 1 << 20


def read_text_table(name: str, sheet_name: str, content: bytes | str) -> Sheet:
    r"""Read delimited text.

    Parameters
    ----------
    name
        What to call the file in errors.
    sheet_name
        What to call the sheet.
    content
        The file's bytes, or its text.

    Returns
    -------
    Sheet
        All its cells as text; without columns if there is none.

    Raises
    ------
    UnreadableFileError
        If it is no table of text, or wider than a table can be.

    Examples
    --------
    >>> [column.tolist() for column in read_text_table("a.csv", "a", "id;n\nE1;007").columns]
    [['id', 'E1'], ['n', '007']]
    """
    if isinstance(content, str):
        encoding, content = "utf-8", content.encode("utf-8", "replace")
    else:
        encoding = _find_encoding(content)
    start = content[:_START].decode(encoding, "replace")
    _check_start(name, start)
    try:
        columns = gather_columns(_bounded(_split(content, encoding, start)))
    except csv.Error as error:
        raise UnreadableFileError(
            f"{name} cannot be read as a table ({error}). A text file with one row per line is "
            f"needed; a quotation mark may be left open. {_SAVE_AGAIN}"
        ) from error
    # A file of nothing but separators has rows, and not one cell.
    has_text = any(cell.strip() for column in columns for cell in set(column))
    return Sheet(sheet_name, columns if has_text else ())


def _split(content: bytes, encoding: str, start: str) -> Iterator[Row]:
    """Split text into rows of cells by what separates them at its start."""
    sample = start if len(start) < _START // 4 else start[: start.rfind("\n") + 1] or start
    if declared := re.match(r"sep=(.)\r?\n", start):
        rows = csv.reader(_lines(content, encoding), delimiter=declared[1])
        # The first line of the file keeps its place, so that addresses hold.
        return chain([[]], islice(rows, 1, None))
    if delimiter := _find_delimiter(sample):
        padded = re.search(rf'{re.escape(delimiter)} +"', sample) is not None
        return csv.reader(_lines(content, encoding), delimiter=delimiter, skipinitialspace=padded)
    if cuts := _find_cuts(_lines(content, encoding), sample):
        ends = [*cuts[1:], None]
        return (
            [line[cut:end].strip() for cut, end in zip(cuts, ends, strict=True)]
            for line in _lines(content, encoding)
        )
    words = {len(line.split()) for line in sample.splitlines() if line.strip()}
    if len(words) == 1 and '"' not in sample:
        return (line.split() for line in _lines(content, encoding))
    return csv.reader(_lines(content, encoding))


def _lines(content: bytes, encoding: str) -> Iterator[str]:
    text = io.TextIOWrapper(io.BytesIO(content), encoding, "replace", newline="")
    while line := text.readline(_LONGEST_LINE):
        if len(line) == _LONGEST_LINE:
            raise csv.Error(f"a line is longer than {_LONGEST_LINE:,} characters")
        yield line


def _bounded(rows: Iterable[Row]) -> Iterator[Row]:
    """Pass rows on while they are as wide as a spreadsheet can be, and not too many."""
    width = 0
    for number, row in enumerate(rows, start=1):
        if len(row) > width:
            while len(row) > _MOST_COLUMNS and not row[-1].strip():
                row.pop()
            width = max(width, len(row))
        if width > _MOST_COLUMNS:
            raise csv.Error(
                f"row {number:,} has {width:,} cells, and a spreadsheet has {_MOST_COLUMNS:,}"
            )
        if width * number > _MOST_CELLS:
            raise csv.Error(
                f"its widest row has {width:,} cells, and together with {number:,} rows that is "
                f"more than {_MOST_CELLS:,} cells"
            )
        yield row


def _find_encoding(content: bytes) -> str:
    """Tell the encoding by the mark at the start, by zeros, or by trying."""
    if content.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if content[1:400:2].count(0) > len(content[:400]) // 4:
        return "utf-16-le"
    if content[0:400:2].count(0) > len(content[:400]) // 4:
        return "utf-16-be"
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for begin in range(0, len(content), _BLOCK):
            decoder.decode(content[begin : begin + _BLOCK])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def _check_start(name: str, start: str) -> None:
    """Refuse what is text of another kind, or no text."""
    start = start[:4000]
    # Text has no control characters but tabs and line ends.
    strange = sum(unicodedata.category(c) == "Cc" and c not in "\t\r\n\f\v" for c in start)
    if strange > len(start) / 100 or start.count("\ufffd") > len(start) / 20:
        raise UnreadableFileError(
            f"{name} is no workbook, or it is damaged. Accepted: {ACCEPTED}. Open it in Excel to "
            "see whether it is complete, save it as .xlsx, and choose that file."
        )
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


def _find_delimiter(sample: str) -> str:
    """Choose the delimiter that splits most lines into the same number of cells, or none."""
    best, delimiter = (0.0, 0), ""
    for candidate in _COMMON:
        if (score := _score(sample, candidate)) > best:
            best, delimiter = score, candidate
    if best[0] < 1:
        # Signs that are common in text separate cells only if they do so in every line.
        delimiter = next((each for each in _RARE if _score(sample, each)[0] == 1), delimiter)
    return delimiter


def _score(sample: str, delimiter: str) -> tuple[float, int]:
    """Give the share of lines with the usual number of cells, and that number."""
    try:
        rows = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
        widths = [len(row) for row in islice(rows, _SAMPLE_ROWS) if row]
    except csv.Error:
        # A quotation mark was left open; the reading of the whole will say so.
        widths = [line.count(delimiter) + 1 for line in sample.splitlines()[:_SAMPLE_ROWS]]
    split = [width for width in widths if width > 1]
    if not split:
        return 0.0, 0
    usual = max(set(split), key=split.count)
    return split.count(usual) / len(widths), usual


def _find_cuts(lines: Iterable[str], sample: str) -> list[int]:
    """Find where columns begin that are padded with spaces: behind gaps that all lines share."""
    if "  " not in sample or "\t" in sample:
        return []
    taken = np.zeros(_WIDEST_LINE, dtype=bool)
    count = 0
    for line in lines:
        codes = np.frombuffer(line[:_WIDEST_LINE].rstrip().encode("utf-32-le"), dtype=np.uint32)
        taken[: len(codes)] |= codes != ord(" ")
        count += len(codes) > 0
    # A column begins behind two blank places, or at the very start.
    wide = np.concatenate([[False, False], taken])
    begins = np.flatnonzero(taken & ~wide[1:-1] & ~wide[:-2]).tolist()
    return [0, *begins[1:]] if len(begins) > 1 and count > 1 else []
