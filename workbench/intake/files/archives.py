"""Zipped workbooks, unpacked with care: what they say of their sizes is not believed."""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

import defusedxml.ElementTree as ElementTree
from defusedxml import DefusedXmlException

from workbench.errors import UnreadableFileError

__all__ = ["Archive"]

_BLOCK = 1 << 20
_MAX_BYTES = 2 * 1024**3
_SUSPECT_BYTES, _SUSPECT_RATIO = 100 * 1024**2, 100
_MAX_PART = 64 * 1024**2
_BEFORE_ROOT = 65_536


@dataclass(frozen=True, slots=True)
class _Member:
    name: str
    start: int
    packed: int
    deflated: bool
    crc: int


class Archive:
    """The parts of a zipped workbook, by name, out of its bytes.

    Every part is unpacked by the bytes that are there, whatever size is declared, and is checked
    to be whole.

    Parameters
    ----------
    name
        What to call the file in errors.
    content
        Its bytes.

    Raises
    ------
    UnreadableFileError
        If the archive is damaged, or if it would unpack to far more than a workbook needs.
    """

    def __init__(self, name: str, content: bytes) -> None:
        self.name = name
        self._content = content
        self._unpacked: dict[str, int] = {}
        self._members: dict[str, _Member] = {}
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                members = archive.infolist()
        except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError, OSError) as error:
            raise self.damaged() from error
        self._check_sizes(
            sum(member.file_size for member in members),
            sum(member.compress_size for member in members),
        )
        self._find_members(members)

    def __contains__(self, part: str) -> bool:
        """Tell whether there is a part of this name."""
        return part.lower() in self._members

    @property
    def parts(self) -> list[str]:
        """The names of all parts, in lower case."""
        return list(self._members)

    @property
    def size(self) -> int:
        """How many bytes the archive itself has."""
        return len(self._content)

    def damaged(self) -> UnreadableFileError:
        """Give the error that says that parts of it are broken."""
        return UnreadableFileError(
            f"{self.name} is damaged: it ends too early or parts of it are broken. A complete "
            "workbook is needed. Download or copy it again, or open it in Excel, let Excel repair "
            "it, and save it as .xlsx."
        )

    def _check_sizes(self, size: int, packed: int) -> None:
        if size > _MAX_BYTES or (size > _SUSPECT_BYTES and size > _SUSPECT_RATIO * packed):
            raise UnreadableFileError(
                f"{self.name} would unpack to {size / 1024**2:,.0f} MB, "
                f"{size // max(packed, 1):,} times its size, which no review workbook needs, so it "
                "was not opened. Accepted are workbooks of up to 2 GB unpacked, and of up to "
                f"{_SUSPECT_RATIO} times their size. Copy the rows that you need into a new "
                "workbook, and choose that."
            )

    def _find_members(self, members: list[zipfile.ZipInfo]) -> None:
        """Find where each part lies; parts that overlap or share a name are no accident."""
        end = 0
        for member in sorted(members, key=lambda member: member.header_offset):
            header = self._content[member.header_offset : member.header_offset + 30]
            if len(header) < 30 or not header.startswith(b"PK\x03\x04"):
                raise self.damaged()
            lengths = sum(struct.unpack("<HH", header[26:30]))
            start = member.header_offset + 30 + lengths
            key = member.filename.replace("\\", "/").lower()
            sound = member.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
            whole = start + member.compress_size <= len(self._content)
            if member.header_offset < end or key in self._members or not sound or not whole:
                raise self.damaged()
            if member.flag_bits & 1:
                raise UnreadableFileError(
                    f"{self.name} holds parts that are locked with a password by a zip program. A "
                    "workbook without one is needed. Unpack it, and choose the workbook itself."
                )
            end = start + member.compress_size
            deflated = member.compress_type == zipfile.ZIP_DEFLATED
            self._members[key] = _Member(
                member.filename, start, member.compress_size, deflated, member.CRC
            )

    def blocks(self, part: str) -> Iterator[bytes]:
        """Unpack one part, in blocks of a megabyte."""
        member = self._members[part.lower()]
        packed = memoryview(self._content)[member.start : member.start + member.packed]
        crc = size = 0
        try:
            for block in _inflate(packed) if member.deflated else _slices(packed):
                crc = zlib.crc32(block, crc)
                size += len(block)
                self._unpacked[part] = size
                self._check_sizes(sum(self._unpacked.values()), len(self._content))
                yield block
        except (zlib.error, EOFError) as error:
            raise self.damaged() from error
        if crc != member.crc:
            raise self.damaged()

    def xml_blocks(self, part: str) -> Iterator[bytes]:
        """Unpack one XML part; one that defines entities or is no UTF-8 is refused."""
        blocks = self.blocks(part)
        start = b""
        for block in blocks:
            start += block
            if len(start) >= _BEFORE_ROOT:
                break
        self._check_start(start)
        yield start
        yield from blocks

    def _check_start(self, start: bytes) -> None:
        if start.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in start[:4]:
            raise UnreadableFileError(
                f"{self.name} holds its text as UTF-16, which spreadsheet programs do not write "
                "into workbooks. Open it in Excel, save it as .xlsx, and choose it again."
            )
        if re.search(rb"<!(?:ENTITY|DOCTYPE)", start[:_BEFORE_ROOT]):
            raise UnreadableFileError(
                f"{self.name} defines XML entities, which no spreadsheet program writes and which "
                "can be used to harm, so it was not opened. Open it in Excel, save it as .xlsx, "
                "and choose it again."
            )

    def read(self, part: str) -> bytes:
        """Unpack one small part whole."""
        pieces, size = [], 0
        for block in self.blocks(part):
            pieces.append(block)
            size += len(block)
            if size > _MAX_PART:
                raise self.damaged()
        return b"".join(pieces)

    def read_xml(self, part: str) -> Element:
        """Read one small XML part whole."""
        content = self.read(part)
        self._check_start(content)
        try:
            root: Element = ElementTree.fromstring(content, forbid_dtd=True)
        except (ElementTree.ParseError, DefusedXmlException, ValueError, LookupError) as error:
            raise self.damaged() from error
        return root

    def rewrite(self, change: Callable[[bytes], bytes], parts: Collection[str]) -> bytes:
        """Give the bytes of an archive like this one, some of its parts changed."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for part, member in self._members.items():
                content = b"".join(self.blocks(part))
                archive.writestr(member.name, change(content) if part in parts else content)
        return out.getvalue()


def _slices(packed: memoryview) -> Iterator[bytes]:
    for start in range(0, len(packed), _BLOCK):
        yield bytes(packed[start : start + _BLOCK])


def _inflate(packed: memoryview) -> Iterator[bytes]:
    inflater = zlib.decompressobj(-15)
    for start in range(0, len(packed), 65_536):
        rest: bytes | memoryview = packed[start : start + 65_536]
        pieces = []
        while rest and not inflater.eof:
            pieces.append(inflater.decompress(rest, _BLOCK))
            rest = inflater.unconsumed_tail
            if len(pieces[-1]) == _BLOCK:
                yield b"".join(pieces)
                pieces = []
        if pieces:
            yield b"".join(pieces)
    yield inflater.flush()
    if not inflater.eof:
        raise EOFError("a part of the archive ends too early")
