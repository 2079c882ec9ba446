"""The container of old .xls workbooks and of protected ones: a small file system in a file.

Chains of sectors that run in a circle would keep a reader busy for ever, so every chain is walked
once before anything else reads the file.
"""

import io
import struct
from collections.abc import Sequence

import olefile

__all__ = ["check_chains", "read_xls_stream"]

_STREAMS = ("Workbook", "Book")
_LAST = 0xFFFFFFFA  # sector numbers from here on mean the end of a chain, or no sector


def check_chains(content: bytes) -> None:
    """Walk every chain of sectors.

    Raises
    ------
    OSError
        If the container is damaged, or if a chain runs in a circle.
    """
    _check_tables(content)
    with olefile.OleFileIO(io.BytesIO(content)) as ole:
        _walk(ole.fat, ole.first_dir_sector)
        _walk(ole.fat, ole.first_mini_fat_sector)
        ole.loadminifat()
        for entry in filter(None, ole.direntries):
            if entry.size > len(content):
                raise OSError("a stream is longer than its file")
            small = entry.size < ole.mini_stream_cutoff_size and entry.sid != 0
            _walk(ole.minifat if small else ole.fat, entry.isectStart if entry.size else _LAST)


def _check_tables(content: bytes) -> None:
    """Walk the chain of the tables of sectors themselves."""
    if len(content) < 512:
        raise OSError("the header is cut off")
    shift, first = (
        struct.unpack_from("<H", content, 30)[0],
        struct.unpack_from("<I", content, 68)[0],
    )
    if shift not in (9, 12):
        raise OSError("the size of its sectors is unknown")
    size, seen = 1 << shift, set[int]()
    while first < _LAST:
        end = (first + 2) * size
        if first in seen or end > len(content):
            raise OSError("its table of sectors is broken")
        seen.add(first)
        (first,) = struct.unpack_from("<I", content, end - 4)


def _walk(table: Sequence[int], sector: int) -> None:
    steps = 0
    while sector < _LAST:
        if steps > len(table) or sector >= len(table):
            raise OSError("a chain of sectors is broken")
        sector = table[sector]
        steps += 1


def read_xls_stream(content: bytes) -> bytes:
    """Take the stream of records out of an .xls workbook.

    Raises
    ------
    OSError
        If there is none, or if it is damaged.
    """
    with olefile.OleFileIO(io.BytesIO(content)) as ole:
        for name in _STREAMS:
            if ole.exists(name):
                stream: bytes = ole.openstream(name).read()
                return stream
    raise OSError("there is no workbook in it")
