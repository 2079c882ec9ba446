"""Spreadsheets made to do harm: bombs, endless repeats, sizes at the limits of Excel."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import msoffcrypto
import openpyxl
import xlsxwriter

__all__ = ["HOSTILE"]

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
_TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0"
_TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
_HEADERS = ("Employee ID", "Review Cycle", "Rating", "Manager Comments")
_PEOPLE = [(f"E{n}", "2024H1", n % 5 + 1, "Works well with others.") for n in range(50)]


def _parts() -> dict[str, bytes]:
    """Give the parts of a sound workbook."""
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in (_HEADERS, *_PEOPLE):
        book.active.append(row)
    book.save(out)
    with zipfile.ZipFile(out) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _pack(path: Path, parts: dict[str, bytes], large: tuple[str, bytes, int] | None = None) -> None:
    """Write an archive; one part may be a block that is repeated, so that it need not be held."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
        if large:
            name, block, times = large
            with archive.open(name, "w", force_zip64=True) as part:
                for _ in range(times):
                    part.write(block)


def _sheet(rows: str) -> bytes:
    return f'<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData></worksheet>'.encode()


def zip_bomb(path: Path) -> None:
    """Write two gigabytes of one row in two megabytes."""
    parts = _parts()
    del parts["xl/worksheets/sheet1.xml"]
    block = b"<row><c><v>1</v></c></row>" * 40_000
    _pack(path, parts, ("xl/worksheets/sheet1.xml", block, 2_000))


def entity_bomb(path: Path) -> None:
    """Declare ten entities, each ten times the one before."""
    entities = '<!ENTITY e0 "aaaaaaaaaa">'
    for n in range(1, 10):
        entities += f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">'
    cell = '<row r="1"><c r="A1" t="inlineStr"><is><t>&e9;</t></is></c></row>'
    sheet = f"<!DOCTYPE worksheet [{entities}]>".encode() + _sheet(cell)
    _pack(path, _parts() | {"xl/worksheets/sheet1.xml": sheet})


def _opendocument(path: Path, rows: str) -> None:
    content = (
        f'<office:document-content xmlns:office="{_OFFICE}" xmlns:table="{_TABLE}" '
        f'xmlns:text="{_TEXT}"><office:body><office:spreadsheet><table:table table:name="S">{rows}'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    kind = b"application/vnd.oasis.opendocument.spreadsheet"
    _pack(
        path, {"mimetype": kind, "META-INF/manifest.xml": b"<m/>", "content.xml": content.encode()}
    )


def _cell(text: str, about: str = "") -> str:
    start = f'<table:table-cell office:value-type="string"{about}>'
    return f"{start}<text:p>{text}</text:p></table:table-cell>"


def repeated_billions(path: Path) -> None:
    """Repeat one filled cell over two billion rows and columns."""
    many = "2147483647"
    cell = _cell("x", f' table:number-columns-repeated="{many}"')
    row = f'<table:table-row table:number-rows-repeated="{many}">{cell}</table:table-row>'
    _opendocument(path, row)


def blank_billions(path: Path) -> None:
    """Write a few people, and blank cells repeated over two billion rows and columns."""
    rows = "".join(
        f"<table:table-row>{''.join(_cell(str(each)) for each in row)}"
        '<table:table-cell table:number-columns-repeated="16380"/></table:table-row>'
        for row in (_HEADERS, *_PEOPLE)
    )
    many = '<table:table-row table:number-rows-repeated="2147483647"><table:table-cell '
    _opendocument(
        path, f'{rows}{many}table:number-columns-repeated="2147483647"/></table:table-row>'
    )


def ghost_rows(path: Path) -> None:
    """Write a few people above a million rows that are only formatted."""
    book = xlsxwriter.Workbook(path, {"constant_memory": True})
    grey = book.add_format({"bg_color": "#EEEEEE"})
    sheet = book.add_worksheet()
    for i, row in enumerate((_HEADERS, *_PEOPLE)):
        sheet.write_row(i, 0, row)
    for i in range(100, 1_048_576):
        sheet.write_blank(i, 0, None, grey)
    book.close()


def all_columns(path: Path) -> None:
    """Write a few people with 16,384 columns."""
    book = xlsxwriter.Workbook(path, {"constant_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, [*_HEADERS, *[f"Measure {n}" for n in range(16_380)]])
    for i, row in enumerate(_PEOPLE[:20], 1):
        sheet.write_row(i, 0, [*row, *range(16_380)])
    book.close()


def all_rows(path: Path) -> None:
    """Write a review in every one of 1,048,576 rows."""
    book = xlsxwriter.Workbook(path, {"constant_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, _HEADERS)
    for i in range(1, 1_048_576):
        sheet.write_row(i, 0, (f"E{i}", "2024H1", i % 5 + 1, "Works well."))
    book.close()


def long_cells(path: Path) -> None:
    """Write comments of 100,000 characters, three times what Excel can hold."""
    rows = [
        "".join(f'<c t="inlineStr"><is><t>{each}</t></is></c>' for each in row)
        for row in (_HEADERS, *((*row[:3], f"{row[0]} " * 25_000) for row in _PEOPLE))
    ]
    sheet = _sheet("".join(f"<row>{row}</row>" for row in rows))
    _pack(path, _parts() | {"xl/worksheets/sheet1.xml": sheet})


def stray_cell(path: Path) -> None:
    """Write a few people, and one cell in the last row of the last column."""
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet()
    for i, row in enumerate((_HEADERS, *_PEOPLE)):
        sheet.write_row(i, 0, row)
    sheet.write(1_048_575, 16_383, "x")
    book.close()


def shared_text(path: Path) -> None:
    """Put one text of a million characters into 100,000 cells."""
    text = f'<sst xmlns="{_MAIN}"><si><t>{"x" * 1_000_000}</t></si></sst>'.encode()
    sheet = _sheet('<row><c t="s"><v>0</v></c></row>' * 100_000)
    parts = _parts() | {"xl/worksheets/sheet1.xml": sheet, "xl/sharedStrings.xml": text}
    relations = parts["xl/_rels/workbook.xml.rels"]
    shared = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
    more = b'<Relationship Id="rId99" Type="%s" Target="sharedStrings.xml"/></Relationships>'
    parts["xl/_rels/workbook.xml.rels"] = relations.replace(b"</Relationships>", more % shared)
    _pack(path, parts)


def open_quote(path: Path) -> None:
    """Write 50 MB of text behind a quotation mark that is never closed."""
    row = "E1,2024H1,3,Works well with others\n"
    path.write_text(",".join(_HEADERS) + '\n"' + row * (50_000_000 // len(row)), encoding="utf-8")


def wide_text(path: Path) -> None:
    """Write a line of twenty million separators."""
    path.write_text(",".join(_HEADERS) + "," * 20_000_000 + "\nE1,2024H1,3\n", encoding="utf-8")


def encrypted(path: Path) -> None:
    """Lock a workbook with a password."""
    plain, locked = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(plain, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in _parts().items():
            archive.writestr(name, part)
    plain.seek(0)
    msoffcrypto.OfficeFile(plain).encrypt("secret", locked)
    path.write_bytes(locked.getvalue())


# By the name of the file that each writes.
HOSTILE: dict[str, Callable[[Path], None]] = {
    "zip bomb.xlsx": zip_bomb,
    "entity bomb.xlsx": entity_bomb,
    "repeated billions.ods": repeated_billions,
    "blank billions.ods": blank_billions,
    "ghost rows.xlsx": ghost_rows,
    "16,384 columns.xlsx": all_columns,
    "1,048,576 rows.xlsx": all_rows,
    "100,000 characters.xlsx": long_cells,
    "stray cell.xlsx": stray_cell,
    "one text, many cells.xlsx": shared_text,
    "open quote.csv": open_quote,
    "wide line.csv": wide_text,
    "encrypted.xlsx": encrypted,
}
