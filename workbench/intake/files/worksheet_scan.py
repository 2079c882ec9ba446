"""Zipped Excel workbooks, looked through for what the reader of the cells leaves out.

Sheets are scanned by their arrays of tags (`tag_arrays`), and those with an unusual layout tag by
tag (`tag_events`), which is slower and knows every way of writing a sheet.
"""

import posixpath
import re
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from workbench.intake.files.archives import Archive
from workbench.intake.files.scans import EXCEL_ERRORS, BookScan
from workbench.intake.files.sheet import EPOCH_1904
from workbench.intake.files.tag_arrays import OddLayoutError, TagArrays
from workbench.intake.files.tag_events import scan_events

__all__ = ["find_targets", "scan_worksheets", "write_errors_as_text"]

# One error of the other formats is unknown to the reader of the cells in this one.
_KNOWN_ERRORS = frozenset(EXCEL_ERRORS.values()) - {"#GETTING_DATA"}
_TRUE = {"1", "true", "on"}
# A row is scanned as a whole, unless it is longer than any sheet of 16,384 columns needs.
_LONGEST_ROW = 8 * 1024**2


def scan_worksheets(archive: Archive) -> BookScan:
    """Look through every worksheet of an .xlsx or .xlsm workbook.

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
    for element in archive.read_xml("xl/workbook.xml").iter():
        counts_from_1904 = element.get("date1904", "").lower() in _TRUE
        if _local(element.tag) == "workbookPr" and counts_from_1904:
            scan.epoch = EPOCH_1904
    lengths = _measure_texts(archive, scan)
    for name, part in _sheet_parts(archive):
        arrays = TagArrays(lengths)
        try:
            for chunk in _by_row(archive.xml_blocks(part)):
                arrays.take(chunk)
            scan.sheets[name] = arrays.scan
        except OddLayoutError:
            scan.sheets[name] = scan_events(archive, part, lengths)
        if not _KNOWN_ERRORS.issuperset(scan.sheets[name].errors):
            scan.odd_parts.add(part.lower())
    return scan


def write_errors_as_text(worksheet: bytes) -> bytes:
    """Change the XML of a worksheet so that its error values are text.

    Examples
    --------
    >>> write_errors_as_text(b'<c r="A1" t="e"><v>#SPILL!</v></c>')
    b'<c r="A1" t="str"><v>#SPILL!</v></c>'
    """
    return re.sub(rb"""(<(?:\w+:)?c\s[^>]*?\bt=)["']e["']""", rb'\1"str"', worksheet)


def find_targets(archive: Archive, links: str) -> dict[str, str]:
    """Read which part of the archive each link of a workbook means."""
    return {
        link.get("Id", ""): posixpath.normpath(
            posixpath.join("/xl", (link.get("Target") or "").replace("\\", "/"))
        ).lstrip("/")
        for link in archive.read_xml(links)
    }


def _sheet_parts(archive: Archive) -> Iterator[tuple[str, str]]:
    targets = find_targets(archive, "xl/_rels/workbook.xml.rels")
    for element in archive.read_xml("xl/workbook.xml").iter():
        if _local(element.tag) == "sheet":
            link = next((v for k, v in element.attrib.items() if _local(k) == "id"), "")
            if (part := targets.get(link, "")) in archive:
                yield element.get("name", ""), part


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _measure_texts(archive: Archive, scan: BookScan) -> NDArray[np.intp]:
    """Measure the texts that cells share: how many tags, and how long each is at most."""
    part, before = "xl/sharedstrings.xml", 0
    starts = [np.empty(0, dtype=np.intp)]
    if part not in archive:
        return np.zeros(1, dtype=np.intp)
    for chunk in _by_tag(archive.xml_blocks(part)):
        scan.tags += chunk.count(b"<")
        scan.check_memory(archive.name, archive.size)
        if _declares_too_many(chunk):
            raise archive.damaged()
        found = [match.start() for match in re.finditer(rb"<(?:\w+:)?si[\s/>]", chunk)]
        starts.append(np.array(found, dtype=np.intp) + before)
        before += len(chunk)
    return np.diff(np.concatenate([*starts, [before]]))


def _declares_too_many(chunk: bytes) -> bool:
    """Tell whether a tag says that hundreds of millions of texts follow, as no file can hold."""
    places = [match.end() for match in re.finditer(rb"<[^<>]{0,99}?sst[\s>/]", chunk)]
    tags = [chunk[place:].partition(b"<")[0] for place in places]
    return any(re.search(rb"\d{9}", tag) for tag in tags)


def _by_tag(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Cut blocks anew, so that no tag lies across two."""
    tail = b""
    for block in blocks:
        chunk = tail + block
        cut = max(chunk.rfind(b"<"), 0)
        # In the middle of a text longer than a block there is nothing to find.
        tail = chunk[cut:] if len(chunk) - cut < _LONGEST_ROW else chunk[cut : cut + 64]
        yield chunk[:cut]
    yield tail


def _by_row(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Cut blocks anew, so that no row lies across two, if rows are of a sensible length."""
    tail, row, cell = b"", b"<row", b"<c "
    for number, chunk in enumerate(_by_tag(blocks)):
        if not number and (root := re.search(rb"<(\w+:)worksheet[\s>]", chunk)):
            row, cell = b"<" + root[1] + b"row", b"<" + root[1] + b"c "
        tail += chunk
        cut = tail.rfind(row)
        if cut <= 0 and len(tail) > _LONGEST_ROW:
            cut = tail.rfind(cell)
            cut = cut if cut > 0 else len(tail)
        if cut > 0:
            yield tail[:cut]
            tail = tail[cut:]
    yield tail
