import io
import struct
import warnings
import zipfile

import pytest

from workbench.errors import UnreadableFileError
from workbench.intake.files.archives import Archive
from workbench.intake.files.readers import read_sheets

MEGABYTE = 1024**2


def pack(parts, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        for name, part in parts:
            archive.writestr(name, part)
    return out.getvalue()


def declare(content, name, size):
    """Change what an archive says that a part unpacks to, everywhere it says so."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        member = archive.getinfo(name)
    said = struct.pack("<III", member.CRC, member.compress_size, member.file_size)
    assert said in content
    return content.replace(said, said[:8] + struct.pack("<I", size))


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
def test_parts_are_unpacked_whole_and_in_blocks(method):
    part = bytes(range(256)) * 10_000
    archive = Archive("a.xlsx", pack([("A/b.XML", part), ("empty", b"")], method))
    assert b"".join(archive.blocks("a/B.xml")) == part
    assert archive.read("empty") == b""
    assert "a/b.xml" in archive
    assert "c" not in archive
    assert max(map(len, archive.blocks("a/b.xml"))) <= 2 * MEGABYTE


def test_sizes_that_are_declared_too_small_are_not_believed():
    content = declare(pack([("a", b" " * 150 * MEGABYTE)]), "a", 1000)
    archive = Archive("a.xlsx", content)
    with pytest.raises(UnreadableFileError, match=r"would unpack to 1\d\d MB"):
        for block in archive.blocks("a"):
            assert len(block) <= 2 * MEGABYTE


def test_sizes_are_added_up_over_all_parts():
    content = pack([(str(n), b" " * 30 * MEGABYTE) for n in range(5)])
    with pytest.raises(UnreadableFileError, match="would unpack to 150 MB"):
        Archive("a.xlsx", content)


def test_parts_that_share_a_name_or_bytes_are_refused():
    with pytest.raises(UnreadableFileError, match="damaged"):
        Archive("a.xlsx", pack([("xl/a.xml", "1"), ("xl/A.xml", "2")]))
    content = pack([("aaaa", "1"), ("bbbb", "2")])
    place = content.rindex(b"bbbb") - 46
    overlapping = bytearray(content)
    struct.pack_into("<I", overlapping, place + 42, 0)
    with pytest.raises(UnreadableFileError, match="damaged"):
        Archive("a.xlsx", bytes(overlapping))


def test_broken_bytes_are_found_by_the_checksum():
    content = bytearray(pack([("a", b"0123456789" * 9)], zipfile.ZIP_STORED))
    content[content.index(b"0123")] = 65
    with pytest.raises(UnreadableFileError, match="damaged"):
        Archive("a.xlsx", bytes(content)).read("a")


def test_locked_and_strangely_packed_parts_are_refused():
    content = bytearray(pack([("a", b"x")]))
    content[content.index(b"PK\1\2") + 8] |= 1
    with pytest.raises(UnreadableFileError, match="locked with a password by a zip program"):
        Archive("a.xlsx", bytes(content))
    with pytest.raises(UnreadableFileError, match="damaged"):
        Archive("a.xlsx", pack([("a", b"x")], zipfile.ZIP_BZIP2))


def test_an_archive_within_an_archive_is_not_opened():
    inner = pack([("a", b" " * 150 * MEGABYTE)])
    with pytest.raises(UnreadableFileError, match="a zip archive, not a workbook"):
        read_sheets(pack([("inner.xlsx", inner)]))


def test_names_that_lead_elsewhere_are_harmless(workbook_bytes, tmp_path):
    content = workbook_bytes({"S": [["id"], ["E1"]]})
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = [(name, archive.read(name)) for name in archive.namelist()]
    bad = pack([*parts, (f"..{tmp_path}/escaped", "x"), (f"{tmp_path}/escaped", "x")])
    [sheet], _ = read_sheets(bad)
    assert sheet.columns[0].tolist() == ["id", "E1"]
    assert not (tmp_path / "escaped").exists()


def test_small_parts_are_read_without_entities():
    for start in ('<!DOCTYPE x [<!ENTITY a "b">]>', " " * 70_000 + "<!DOCTYPE x>"):
        archive = Archive("a.xlsx", pack([("a", f"{start}<x/>")]))
        with pytest.raises(UnreadableFileError):
            archive.read_xml("a")


def test_a_rewritten_archive_has_every_part():
    archive = Archive("a.xlsx", pack([("A", b"x"), ("b", b"y")]))
    again = Archive("a.xlsx", archive.rewrite(bytes.upper, {"a"}))
    assert [(part, again.read(part)) for part in again.parts] == [("a", b"X"), ("b", b"y")]
