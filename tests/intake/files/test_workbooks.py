import datetime as dt
import io
import struct
import zipfile

import openpyxl
import pytest
import xlwt
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from workbench.errors import ProtectedFileError, UnreadableFileError
from workbench.intake.cells import NO_RESULT
from workbench.intake.files.binary_scan import scan_xls
from workbench.intake.files.compound_files import read_xls_stream
from workbench.intake.files.readers import read_sheets

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"


def rows_of(sheet):
    return [list(row) for row in zip(*sheet.columns, strict=True)]


def hidden_of(sheet):
    return sheet.hidden_rows.tolist(), sheet.hidden_columns.tolist(), sorted(sheet.merged)


def pack(parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return out.getvalue()


def xlsx(rows, *, before="", after="", main=MAIN, **parts):
    """Write a workbook of one sheet from the XML of its rows."""
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.active.title = "S"
    book.save(out)
    with zipfile.ZipFile(out) as archive:
        written = {name: archive.read(name) for name in archive.namelist()}
    sheet = (
        f'<?xml version="1.0"?><worksheet xmlns="{main}">{before}<sheetData>{rows}</sheetData>'
        f"{after}</worksheet>"
    )
    written["xl/worksheets/sheet1.xml"] = parts.pop("sheet", sheet)
    return pack(written | {name.replace("__", "/"): part for name, part in parts.items()})


def read_one(content):
    [sheet], _ = read_sheets(content)
    return sheet


# .xlsx


def test_rows_and_columns_that_are_hidden_are_known_by_position():
    rows = "".join(
        f'<row r="{r}"{extra}><c r="B{r}"><v>{r}</v></c><c r="C{r}"><v>1</v></c></row>'
        for r, extra in [(3, ""), (4, ' hidden="1"'), (5, ' ht="0" customHeight="1"'), (6, "")]
    )
    columns = (
        '<cols><col min="1" max="2" width="9" hidden="true"/>'
        '<col min="3" max="3" width="0"/></cols>'
    )
    merged = '<mergeCells count="2"><mergeCell ref="B3:C4"/><mergeCell ref="A1:XFD2"/></mergeCells>'
    sheet = read_one(xlsx(rows, before=columns, after=merged))
    assert (sheet.first_row, sheet.first_column) == (3, 2)
    assert hidden_of(sheet) == ([1, 2], [0, 1], [(0, 0, 1, 1)])


def test_rows_of_a_closed_outline_are_hidden(tmp_path):
    book = openpyxl.Workbook()
    for row in range(6):
        book.active.append([row, row])
    book.active.row_dimensions.group(2, 3, hidden=True)
    book.active.column_dimensions.group("B", "B", hidden=True)
    book.save(tmp_path / "a.xlsx")
    assert hidden_of(read_one(tmp_path / "a.xlsx")) == ([1, 2], [1], [])


def test_more_merges_than_a_table_has_are_not_kept():
    merges = "".join(f'<mergeCell ref="A{r}:B{r}"/>' for r in range(1, 10_100))
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="20000"><c r="B20000"><v>1</v></c></row>'
    sheet = read_one(xlsx(rows, after=f"<mergeCells>{merges}</mergeCells>"))
    assert len(sheet.merged) == 10_000


def test_addresses_are_counted_where_rows_and_cells_have_none():
    rows = (
        '<row><c><v>1</v></c><c t="e"><v>#REF!</v></c><c><f>1+1</f></c></row>'
        '<row hidden="1"><c/><c><v>2</v></c></row>'
    )
    merged = '<mergeCells><mergeCell ref="A1:B1"/></mergeCells>'
    columns = '<cols><col min="2" max="2" hidden="1"/></cols>'
    sheet = read_one(xlsx(rows, before=columns, after=merged))
    assert rows_of(sheet) == [[1.0, "#REF!", NO_RESULT], ["", 2.0, ""]]
    assert hidden_of(sheet) == ([1], [1], [(0, 0, 0, 1)])


def test_prefixed_tags_are_read():
    sheet = (
        f'<x:worksheet xmlns:x="{MAIN}"><x:cols><x:col min="1" max="1" hidden="1"/></x:cols>'
        '<x:sheetData><x:row r="1"><x:c r="A1" t="inlineStr"><x:is><x:t>hi</x:t></x:is></x:c>'
        '<x:c r="B1" t="e"><x:v>#N/A</x:v></x:c><x:c r="C1"><x:f>1+1</x:f></x:c></x:row>'
        '<x:row r="2" hidden="1"><x:c r="A2"><x:v>2</x:v></x:c></x:row></x:sheetData>'
        '<x:mergeCells><x:mergeCell ref="B1:B2"/></x:mergeCells></x:worksheet>'
    )
    found = read_one(xlsx("", sheet=sheet))
    assert rows_of(found) == [["hi", "#N/A", NO_RESULT], [2.0, "", ""]]
    assert hidden_of(found) == ([1], [0], [(0, 1, 1, 1)])


def test_strict_workbooks_and_single_quotes_are_read():
    rows = "<row r='1' hidden='1'><c r='A1' t='e'><v>#N/A</v></c><c r='B1'><v>1</v></c></row>"
    sheet = read_one(xlsx(rows, main=STRICT))
    assert rows_of(sheet) == [["#N/A", 1.0]]
    assert sheet.hidden_rows.tolist() == [0]


def test_what_a_sheet_says_of_its_size_is_not_believed():
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="C2"><v>2</v></c></row>'
    for size in ("A1", "A1:XFD1048576"):
        sheet = read_one(xlsx(rows, before=f'<dimension ref="{size}"/>'))
        assert rows_of(sheet) == [[1.0, "", ""], ["", "", 2.0]]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ('<c r="A1"><f>1+1</f></c>', NO_RESULT),
        ('<c r="A1"><f>1+1</f><v/></c>', NO_RESULT),
        ('<c r="A1"><f>1+1</f><v></v></c>', NO_RESULT),
        ('<c r="A1"><f t="shared" si="0"/></c>', NO_RESULT),
        ('<c r="A1"><f t="shared" si="0"/><v>3</v></c>', 3.0),
        ('<c r="A1" t="str"><f>""</f><v></v></c>', ""),
        ('<c r="A1" t="e"><f>NA()</f><v>#N/A</v></c>', "#N/A"),
        ('<c r="A1" t="e"><v>#SPILL!</v></c>', "#SPILL!"),
        ('<c r="A1" t="e"><v>#GETTING_DATA</v></c>', "#GETTING_DATA"),
        ('<c r="A1" t="e"><v></v></c>', NO_RESULT),
        ('<c r="A1" t="b"><v>1</v></c>', True),
        ('<c r="A1" t="d"><v>2024-01-02</v></c>', dt.date(2024, 1, 2)),
        ('<c r="A1" t="inlineStr"><is><r><t>a</t></r><r><t>b</t></r></is></c>', "ab"),
        ('<c r="A1" t="inlineStr"><is><t>&lt;b&gt; =1&#10;x</t></is></c>', "<b> =1\nx"),
        ('<c r="A1" t="inlineStr"><is><t>00123</t></is></c>', "00123"),
        ('<c r="A1" t="inlineStr"><is><t>Null</t></is></c>', "Null"),
    ],
)
def test_no_cell_becomes_blank_unseen(cell, value):
    # The other cell stands left of and above it, so that the sheet must widen where need be.
    rows = f'<row r="1">{cell}</row><row r="2"><c r="B2"><v>1</v></c></row>'
    assert read_one(xlsx(rows)).columns[0][0] == value


def test_errors_beyond_all_values_widen_the_sheet():
    rows = (
        '<row r="2"><c r="B2"><f>1+1</f></c></row><row r="3"><c r="C3"><v>5</v></c></row>'
        '<row r="5"><c r="E5"><f>1+1</f></c></row>'
    )
    sheet = read_one(xlsx(rows))
    assert sheet.address(0, 0) == "B2"
    assert rows_of(sheet) == [
        [NO_RESULT, "", "", ""],
        ["", 5.0, "", ""],
        ["", "", "", ""],
        ["", "", "", NO_RESULT],
    ]


@pytest.mark.parametrize("blocks", [1, 7, 64])
def test_what_lies_across_two_blocks_is_found(monkeypatch, blocks):
    monkeypatch.setattr("workbench.intake.files.archives._BLOCK", blocks)
    monkeypatch.setattr("workbench.intake.files.archives._BEFORE_ROOT", 1)
    rows = "".join(
        f'<row r="{r}" hidden="1"><c r="A{r}" t="e"><v>#N/A</v></c><c r="B{r}"><f>1</f></c></row>'
        for r in range(1, 40)
    )
    sheet = read_one(xlsx(rows))
    assert rows_of(sheet) == [["#N/A", NO_RESULT]] * 39
    assert sheet.hidden_rows.tolist() == list(range(39))


def test_very_hidden_sheets_are_hidden(tmp_path):
    book = openpyxl.Workbook()
    book.active.append([1])
    for state in ("hidden", "veryHidden"):
        sheet = book.create_sheet(state)
        sheet.append([1])
        sheet.sheet_state = state
    book.save(tmp_path / "a.xlsx")
    assert [sheet.visible for sheet in read_sheets(tmp_path / "a.xlsx")[0]] == [True, False, False]


def test_workbooks_that_count_from_1904_say_so_and_their_dates_are_right(tmp_path):
    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904
    book.active.append([dt.date(2024, 1, 2), 43831])
    book.save(tmp_path / "a.xlsx")
    sheet = read_one(tmp_path / "a.xlsx")
    assert sheet.epoch == dt.datetime(1904, 1, 1)
    assert rows_of(sheet) == [[dt.date(2024, 1, 2), 43831.0]]
    assert sheet.epoch + dt.timedelta(43831) == dt.datetime(2024, 1, 2)


def test_a_long_text_and_many_columns_are_kept_whole():
    text = "x" * 100_000
    cells = f'<c r="A1" t="inlineStr"><is><t>{text}</t></is></c><c r="XFD1"><v>1</v></c>'
    sheet = read_one(xlsx(f'<row r="1">{cells}</row>'))
    assert sheet.columns[0][0] == text
    assert len(sheet.columns) == 16_384


def test_rows_that_are_only_formatted_are_not_read():
    rows = '<row r="1"><c r="A1"><v>1</v></c></row>' + "".join(
        f'<row r="{r}" s="1" customFormat="1"><c r="A{r}" s="1"/><c r="AX{r}" s="1"/></row>'
        for r in range(2, 30_000)
    )
    assert rows_of(read_one(xlsx(rows))) == [[1.0]]


# What a small file may stand for


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="XFD1048576"><v>2</v></c>',
        '<y:c r="XFD1048576"><v>2</v></y:c>',
        '<c s="0" r="XFD1048576"><v>2</v></c>',
        '<c r="XFD1048576"><f>1</f></c>',
    ],
)
def test_a_stray_cell_is_refused_however_it_is_written(cell):
    with pytest.raises(UnreadableFileError, match="1,048,576 rows down and 16,384 columns"):
        read_sheets(xlsx(f'<row r="1"><c r="A1"><v>1</v></c>{cell}</row>'))


@pytest.mark.parametrize("address", ["ZZZZ1", "A99999999999999999999", "a1", "1A"])
def test_what_is_no_address_is_refused(address):
    with pytest.raises(UnreadableFileError, match="damaged"):
        read_sheets(xlsx(f'<row r="1"><c r="{address}"><v>1</v></c></row>'))


@pytest.mark.parametrize("shared", ['t="s"', "t='s'", 't = "s" s="1"', 't="s" s="1"'])
def test_one_long_text_in_very_many_cells_is_refused(shared):
    rows = "".join(f'<row r="{r}"><c r="A{r}" {shared}><v>0</v></c></row>' for r in range(1, 3000))
    texts = f"<sst><si><t>{'x' * 1_000_000}</t></si></sst>"
    with pytest.raises(UnreadableFileError, match=r"would take 2\.\d GB of memory"):
        read_sheets(xlsx(rows, **{"xl__sharedStrings.xml": texts}))


def test_texts_declared_and_not_there_are_refused():
    texts = '<sst count="9" uniqueCount="999999999999"><si><t>x</t></si></sst>'
    with pytest.raises(UnreadableFileError, match="damaged"):
        read_sheets(xlsx("", **{"xl__sharedStrings.xml": texts}))


def test_more_texts_than_memory_holds_are_refused(monkeypatch):
    monkeypatch.setattr("workbench.intake.files.scans._MEMORY", 1 << 20)
    texts = f"<sst>{'<si/>' * 200_000}</sst>"
    with pytest.raises(UnreadableFileError, match="different texts"):
        read_sheets(xlsx("", **{"xl__sharedStrings.xml": texts}))


def test_a_wrong_count_of_texts_does_not_matter():
    texts = '<sst count="1" uniqueCount="5000"><si><t>x</t></si></sst>'
    rows = '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'
    links = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId1" Target="/xl/worksheets/sheet1.xml" Type="http://schemas.'
        'openxmlformats.org/officeDocument/2006/relationships/worksheet"/></Relationships>'
    )
    parts = {"xl__sharedStrings.xml": texts, "xl___rels__workbook.xml.rels": links}
    assert rows_of(read_one(xlsx(rows, **parts))) == [["x"]]


@pytest.mark.parametrize("part", ["xl__workbook.xml", "xl__sharedStrings.xml"])
def test_entities_are_refused_in_every_part(part):
    bomb = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'
    with pytest.raises(UnreadableFileError, match="XML entities"):
        read_sheets(xlsx("", **{part: bomb}))


def test_a_sheet_in_utf_16_is_refused_and_not_read_as_empty():
    rows = '<row r="1"><c r="A1"><v>1</v></c></row>'
    sheet = f"<worksheet><sheetData>{rows}</sheetData></worksheet>"
    sheet = f'<?xml version="1.0" encoding="UTF-16"?>{sheet}'
    with pytest.raises(UnreadableFileError, match="UTF-16"):
        read_sheets(xlsx("", sheet=sheet.encode("utf-16")))


# .xlsb


def record(kind, content=b""):
    head = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size, length = b"", len(content)
    while length > 0x7F:
        size, length = size + bytes([length & 0x7F | 0x80]), length >> 7
    return head + size + bytes([length]) + content


def wide(text):
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def xlsb(sheets, *, from_1904=False, texts=b""):
    """Write an .xlsb from {name: (state, records of its sheet)}."""
    bundle = b"".join(
        record(156, struct.pack("<II", state, number) + wide(f"rId{number}") + wide(name))
        for number, (name, (state, _)) in enumerate(sheets.items(), start=1)
    )
    links = "".join(
        f'<Relationship Id="rId{number}" Target="worksheets/sheet{number}.bin" Type="http://schemas'
        '.openxmlformats.org/officeDocument/2006/relationships/worksheet"/>'
        for number in range(1, len(sheets) + 1)
    )
    settings = record(153, struct.pack("<II", from_1904, 0) + wide(""))
    parts = {
        "[Content_Types].xml": "<Types/>",
        "xl/workbook.bin": record(131)
        + settings
        + record(143)
        + bundle
        + record(144)
        + record(132),
        "xl/_rels/workbook.bin.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/'
        f'package/2006/relationships">{links}</Relationships>',
    }
    if texts:
        parts["xl/sharedStrings.bin"] = texts
    for number, (_, records) in enumerate(sheets.values(), start=1):
        size = record(148, struct.pack("<4I", 0, 9, 0, 9))
        parts[f"xl/worksheets/sheet{number}.bin"] = record(129) + size + records + record(130)
    return pack(parts)


def xlsb_row(number, *cells, hidden=False):
    head = struct.pack("<IIHBBB", number, 0, 300, 0, 0x10 if hidden else 0, 0) + struct.pack(
        "<I", 0
    )
    return record(0, head) + b"".join(
        record(kind, struct.pack("<II", column, 0) + content)
        for column, (kind, content) in enumerate(cells)
    )


TEXT, NUMBER, ERROR, ERROR_RESULT, SHARED = 6, 5, 3, 11, 7


def test_xlsb_gives_errors_what_is_hidden_and_merged():
    columns = record(390) + record(60, struct.pack("<4IH", 1, 1, 9, 0, 1)) + record(391)
    cells = (
        record(145)
        + xlsb_row(0, (TEXT, wide("id")), (NUMBER, struct.pack("<d", 1.5)), (TEXT, wide("007")))
        + xlsb_row(1, (ERROR, b"\x17"), (ERROR_RESULT, b"\x2a\0\0" + bytes(8)), hidden=True)
        + record(146)
    )
    merged = record(177) + record(176, struct.pack("<4I", 0, 1, 2, 2)) + record(178)
    content = xlsb({"S": (0, columns + cells + merged), "H": (1, cells), "V": (2, cells)})
    sheet, hidden, very = read_sheets(content)[0]
    assert rows_of(sheet) == [["id", 1.5, "007"], ["#REF!", "#N/A", ""]]
    assert hidden_of(sheet) == ([1], [1], [(0, 2, 1, 2)])
    assert (sheet.visible, hidden.visible, very.visible) == (True, False, False)
    assert sheet.epoch == dt.datetime(1899, 12, 30)


def test_xlsb_may_count_from_1904():
    row = record(145) + xlsb_row(0, (NUMBER, struct.pack("<d", 1))) + record(146)
    assert read_one(xlsb({"S": (0, row)}, from_1904=True)).epoch == dt.datetime(1904, 1, 1)


def test_xlsb_that_stands_for_too_much_is_refused():
    far = record(145) + xlsb_row(0, (TEXT, wide("x"))) + xlsb_row(1_048_575)
    far += record(NUMBER, struct.pack("<IId", 16_383, 0, 1)) + record(146)
    with pytest.raises(UnreadableFileError, match="1,048,576 rows down and 16,384 columns"):
        read_sheets(xlsb({"S": (0, far)}))
    texts = record(159, struct.pack("<II", 1, 0xFFFFFFF0)) + record(19, b"\0" + wide("x"))
    with pytest.raises(UnreadableFileError, match="damaged"):
        read_sheets(xlsb({"S": (0, record(145) + record(146))}, texts=texts))
    texts = record(159, struct.pack("<II", 1, 1)) + record(19, b"\0" + wide("x" * 500_000))
    rows = b"".join(xlsb_row(r, (SHARED, struct.pack("<I", 0))) for r in range(3000))
    with pytest.raises(UnreadableFileError, match="GB of memory"):
        read_sheets(xlsb({"S": (0, record(145) + rows + record(146))}, texts=texts))


def test_records_of_xlsb_that_are_cut_off_are_refused():
    # Its reader would take the missing column from the record before.
    long = xlsb_row(0, (TEXT, wide("x" * 99)))
    for short in (record(NUMBER, b"\0"), record(0, b"\1")):
        with pytest.raises(UnreadableFileError, match="no workbook, or it is damaged"):
            read_sheets(xlsb({"S": (0, record(145) + long + short + record(146))}))


# .xls


def xls(fill, **settings):
    book, out = xlwt.Workbook(), io.BytesIO()
    for name, value in settings.items():
        setattr(book, name, value)
    fill(book)
    book.save(out)
    return out.getvalue()


def fill_xls(book):
    sheet = book.add_sheet("Zoë")
    for j, cell in enumerate(["id", 1.5, "007", True]):
        sheet.write(2, j + 1, cell)
    sheet.write(3, 1, dt.date(2024, 1, 2), xlwt.easyxf(num_format_str="yyyy-mm-dd"))
    sheet.row(3).set_cell_error(2, "#REF!")
    sheet.row(3).hidden = True
    sheet.col(3).hidden = True
    sheet.col(4).width = 0
    sheet.merge(2, 3, 3, 3)
    for name, state in (("H", 1), ("V", 2)):
        book.add_sheet(name).write(0, 0, "x")
        book.get_sheet(name).visibility = state


def test_xls_gives_errors_what_is_hidden_and_merged():
    sheet, hidden, very = read_sheets(xls(fill_xls))[0]
    assert sheet.name == "Zoë"
    assert rows_of(sheet) == [["id", 1.5, "007", True], [dt.date(2024, 1, 2), "#REF!", "", ""]]
    assert hidden_of(sheet) == ([1], [2, 3], [(0, 2, 1, 2)])
    assert (sheet.visible, hidden.visible, very.visible) == (True, False, False)


def test_xls_that_counts_from_1904_says_so():
    sheet = read_sheets(xls(fill_xls, dates_1904=True))[0][0]
    assert sheet.epoch == dt.datetime(1904, 1, 1)
    assert sheet.columns[0][1] == dt.date(2024, 1, 2)


def test_the_texts_of_xls_are_measured_across_its_records():
    def fill(book):
        sheet = book.add_sheet("S")
        for row in range(900):
            sheet.write(row, 0, ("\u00e9" if row % 2 else "\u4e2d") * (row + 1))

    content = xls(fill)
    assert [len(cell) for cell in read_one(content).columns[0]] == list(range(1, 901))
    scan = scan_xls(read_xls_stream(content)).sheets["S"]
    assert scan.text_bytes == sum(range(1, 901))


def test_one_long_text_in_very_many_cells_of_xls_is_refused(monkeypatch):
    monkeypatch.setattr("workbench.intake.files.scans._MEMORY", 20 * 1024**2)
    monkeypatch.setattr("workbench.intake.files.scans._SWELLING", 1)

    def fill(book):
        sheet = book.add_sheet("S")
        sheet.write(0, 1, "other")
        for row in range(1000):
            sheet.write(row, 0, "x" * 30_000)

    with pytest.raises(UnreadableFileError, match="GB of memory"):
        read_sheets(xls(fill))


@pytest.mark.parametrize(
    "size", [(0, 0xFFFFFFFF, 0, 0xFFFF), (5, 3, 0, 1), (5, 5, 0, 1), (9, 0, 0, 0)]
)
def test_a_size_that_xls_cannot_have_is_refused(size):
    content = xls(lambda book: book.add_sheet("S").write(0, 0, "x"))
    declared = b"\x00\x02\x0e\x00" + struct.pack("<IIHH", 0, 1, 0, 1)
    assert declared in content
    with pytest.raises(UnreadableFileError, match="no workbook, or it is damaged"):
        read_sheets(content.replace(declared, declared[:4] + struct.pack("<IIHH", *size)))


def test_a_cell_where_xls_has_none_is_refused():
    def fill(book):
        sheet = book.add_sheet("S")
        sheet.write(0, 0, 1.25)
        sheet.write(1, 1, 1 / 3)

    content, cell = xls(fill), b"\x03\x02\x0e\x00" + struct.pack("<HH", 1, 1)
    far = cell[:4] + struct.pack("<HH", 65_535, 65_535)
    assert content.count(cell) == 1
    with pytest.raises(UnreadableFileError, match="65,536 rows down and 65,536 columns"):
        read_sheets(content.replace(cell, far))


def test_a_chain_of_sectors_in_a_circle_is_refused():
    content = bytearray(xls(fill_xls))
    table = 512 * (1 + struct.unpack_from("<I", content, 76)[0])
    for first in (struct.unpack_from("<I", content, 48)[0], 0):
        broken = content.copy()
        struct.pack_into("<I", broken, table + 4 * first, first)
        with pytest.raises(UnreadableFileError, match="no workbook, or it is damaged"):
            read_sheets(bytes(broken))
    struct.pack_into("<II", content, 68, 2, 1_000_000)
    struct.pack_into("<I", content, 512 * 3 + 508, 2)
    with pytest.raises(UnreadableFileError, match="no workbook, or it is damaged"):
        read_sheets(bytes(content))


# .ods


def ods(table, *, styles="", manifest="<m/>", start="", **parts):
    content = (
        f'<?xml version="1.0"?>{start}<office:document-content xmlns:office="o" xmlns:table="t" '
        'xmlns:text="x" xmlns:style="s" xmlns:calcext="c"><office:automatic-styles>'
        f"{styles}</office:automatic-styles><office:body><office:spreadsheet>{table}"
        "</office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    written = {"mimetype": kind, "content.xml": content, "META-INF/manifest.xml": manifest}
    return pack(written | parts)


def ods_table(*rows, before="", name="S", style=""):
    return (
        f'<table:table table:name="{name}" table:style-name="{style}">{before}{"".join(rows)}'
        "</table:table>"
    )


def ods_row(*cells, about=""):
    return f"<table:table-row {about}>{''.join(cells)}</table:table-row>"


def ods_cell(text=None, kind="string", about=""):
    said = "" if text is None else f"<text:p>{text}</text:p>"
    typed = f'office:value-type="{kind}"' if kind else ""
    return f"<table:table-cell {typed} {about}>{said}</table:table-cell>"


X = ods_cell("x")
FORMULA, FAILED = 'table:formula="of:=1/0"', 'calcext:value-type="error"'


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        (ods_cell("#DIV/0!", about=f'office:string-value="" {FORMULA} {FAILED}'), "#DIV/0!"),
        (ods_cell("Err:502", "float", f'office:value="0" {FORMULA} {FAILED}'), "Err:502"),
        (ods_cell(None, "", FORMULA), NO_RESULT),
        (ods_cell("", "", FORMULA), ""),
        (ods_cell("untyped", ""), "untyped"),
        (ods_cell("TRUE", "boolean", 'office:boolean-value="true"'), True),
        (ods_cell("50%", "percentage", 'office:value="0.5"'), 0.5),
        (ods_cell("$5", "currency", 'office:value="5" office:currency="USD"'), 5.0),
        (ods_cell("", "time", 'office:time-value="PT30H05M00S"'), dt.timedelta(1, 21_900)),
        (ods_cell("", "time", 'office:time-value="PT08H30M00S"'), dt.time(8, 30)),
        (ods_cell("", "date", 'office:date-value="2024-01-02"'), dt.date(2024, 1, 2)),
        (ods_cell('a <text:span>b</text:span><text:s text:c="2"/>c'), "a b  c"),
        (ods_cell("a</text:p><text:p>b"), "a\nb"),
        (ods_cell("00123"), "00123"),
        (
            '<table:table-cell office:value-type="string"><office:annotation><text:p>note</text:p>'
            "</office:annotation><text:p>value</text:p></table:table-cell>",
            "value",
        ),
    ],
)
def test_cells_of_ods_are_read_as_what_they_are(cell, value):
    sheet = read_one(ods(ods_table(ods_row(X, cell, X), ods_row(X))))
    assert sheet.columns[1][0] == value
    assert type(sheet.columns[1][0]) is type(value)


def test_ods_knows_what_is_hidden_and_merged():
    before = (
        '<table:table-column table:number-columns-repeated="2"/>'
        '<table:table-column table:visibility="collapse"/>'
        '<table:table-column-group table:display="false"><table:table-column/>'
        "</table:table-column-group>"
    )
    spanned = ods_cell("m", about='table:number-columns-spanned="2" table:number-rows-spanned="2"')
    table = ods_table(
        ods_row(spanned, "<table:covered-table-cell/>", X, X),
        ods_row('<table:covered-table-cell table:number-columns-repeated="2"/>', X, X),
        ods_row(X, about='table:visibility="filter" table:number-rows-repeated="2"'),
        f'<table:table-row-group table:display="false">{ods_row(X)}</table:table-row-group>',
        ods_row(X),
        before=before,
    )
    sheet = read_one(ods(table))
    assert hidden_of(sheet) == ([2, 3, 4], [2, 3], [(0, 0, 1, 1)])


def test_hidden_tables_and_the_first_day_of_ods_are_known():
    style = (
        '<style:style style:name="h" style:family="table">'
        '<style:table-properties table:display="false"/></style:style>'
    )
    day = (
        "<table:calculation-settings>"
        '<table:null-date table:date-value="1904-01-01"/></table:calculation-settings>'
    )
    tables = day + ods_table(ods_row(X), name="H", style="h") + ods_table(ods_row(X), name="V")
    hidden, shown = read_sheets(ods(tables, styles=style))[0]
    assert (hidden.visible, shown.visible) == (False, True)
    assert shown.epoch == dt.datetime(1904, 1, 1)


def test_blank_cells_that_repeat_without_end_are_not_read():
    table = ods_table(
        ods_row(X, ods_cell(None, "", 'table:number-columns-repeated="16383"')),
        ods_row(
            ods_cell(None, "", 'table:number-columns-repeated="16384"'),
            about='table:number-rows-repeated="1048575"',
        ),
    )
    assert rows_of(read_one(ods(table))) == [["x"]]


@pytest.mark.parametrize(
    "table",
    [
        ods_table(ods_row(ods_cell("x", about='table:number-columns-repeated="2000000000"'))),
        ods_table(ods_row(X, about='table:number-rows-repeated="2000000000"')),
        ods_table(ods_row(ods_cell(None, "", 'table:number-columns-repeated="1000000000"'), X)),
        ods_table(
            ods_row(ods_cell(None, ""), about='table:number-rows-repeated="2000000000"'), ods_row(X)
        ),
        ods_table(
            ods_row(
                ods_cell(None, "", 'table:number-columns-repeated="16000"'),
                X,
                about='table:number-rows-repeated="900000"',
            )
        ),
        ods_table(
            ods_row(
                ods_cell("x" * 3_000_000, about='table:number-columns-repeated="999"'),
            )
        ),
        ods_table(
            ods_row(
                ods_cell("#N/A", about=f'{FAILED} table:number-columns-repeated="30000"'),
                about='table:number-rows-repeated="30000"',
            )
        ),
    ],
)
def test_cells_that_repeat_without_end_are_refused(table):
    with pytest.raises(UnreadableFileError, match="cells that repeat, and would take"):
        read_sheets(ods(table))


def test_entities_are_refused_in_ods():
    table = ods_table(ods_row(ods_cell("&a;")))
    with pytest.raises(UnreadableFileError, match="XML entities"):
        read_sheets(ods(table, start='<!DOCTYPE x [<!ENTITY a "aaaa">]>'))


@pytest.mark.parametrize(
    "content",
    [
        ods("", manifest="<m><manifest:encryption-data/></m>"),
        pack({"mimetype": "", "encrypted-package": "x"}),
    ],
)
def test_an_encrypted_ods_asks_for_a_copy_without_a_password(content):
    with pytest.raises(ProtectedFileError, match="save it without a password"):
        read_sheets(content)
