"""Sound spreadsheets changed at random: the bytes, the parts, the XML, the text, the cells.

What comes in is a kind and a seed; what goes out is a source that may be anything, and what was
done to it, so that whatever breaks can be made again.
"""

import datetime as dt
import io
import random
import re
import zipfile
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import xlwt
from odf import opendocument, table, text

__all__ = ["KINDS", "mutate"]

Source = bytes | pd.DataFrame | dict[str, Any]
Change = Callable[[random.Random, bytes], bytes]

HEADERS = ["Employee ID", "Name", "Review Cycle", "Job Title", "Hire Date", "Rating", "Commits"]
# What attributes and texts are set to.
ODD = (
    "",
    " ",
    "-1",
    "0",
    "1",
    "99999999999999999999",
    "2147483648",
    "1e308",
    "1e999",
    "NaN",
    "-inf",
    "A0",
    "XFD1048576",
    "XFE1",
    "A1:XFD1048576",
    "A1048577",
    "s",
    "b",
    "e",
    "d",
    "n",
    "str",
    "inlineStr",
    "true",
    "rId999",
    "../../../etc/passwd",
    "/xl/worksheets/sheet1.xml",
    "veryHidden",
    "2024-13-45",
    "9999-99-99T99:99:99",
    "PT9999999999H",
    "#REF!",
    "=1+1",
    "[$-F800]yyyy",
    "&#0;",
    "&#x1F600;",
    "&undefined;",
    "<x/>",
    "]]>",
    "\u0661\u0662",
    "a" * 40_000,
)


@cache
def _rows() -> list[list[object]]:
    rows: list[list[object]] = [list(HEADERS)]
    titles = ("Software Engineer", "Staff Engineer", "Engineering Manager")
    for cycle in ("2023H1", "2023H2", "2024H1"):
        for n in range(8):
            day = dt.date(2015 + n % 5, 1 + n, 2)
            rating = [4, 3.5, "4 - Exceeds", "Too New To Rate"][n % 4]
            row = [f"{n:05d}", f"Person {n}", cycle, titles[n % 3], day, rating, 10 * n]
            rows.append(row)
    return [["Calibration", *[None] * 6], *rows, ["Total", *[None] * 5, 840]]


@cache
def _sound_xlsx() -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    sheet = book.active
    sheet.title = "Reviews"
    for row in _rows():
        sheet.append(row)
    sheet.merge_cells("A1:G1")
    sheet["G5"] = "=1+1"
    sheet["F6"] = "#REF!"
    sheet.row_dimensions[9].hidden = True
    sheet.column_dimensions["D"].hidden = True
    people = book.create_sheet("People")
    people.append(["Employee ID", "Team", "Notes"])
    for n in range(8):
        people.append([f"{n:05d}", "Platform", "Said it twice.\nThen left."])
    hidden = book.create_sheet("Lists")
    hidden.sheet_state = "hidden"
    hidden.append(["Exceeds"])
    book.save(out)
    return out.getvalue()


@cache
def _sound_xls() -> bytes:
    book, out = xlwt.Workbook(), io.BytesIO()
    sheet = book.add_sheet("Reviews")
    day = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    for i, row in enumerate(_rows()):
        for j, value in enumerate(row):
            if value is not None:
                sheet.write(i, j, value, *([day] if isinstance(value, dt.date) else []))
    sheet.write(30, 0, xlwt.Formula("1+1"))
    sheet.row(5).hidden = True
    book.save(out)
    return out.getvalue()


@cache
def _sound_ods() -> bytes:
    book, out = opendocument.OpenDocumentSpreadsheet(), io.BytesIO()
    sheet = table.Table(name="Reviews")
    for row in _rows():
        line = table.TableRow()
        for value in row:
            if isinstance(value, dt.date):
                cell = table.TableCell(valuetype="date", datevalue=value.isoformat())
            elif isinstance(value, int | float):
                cell = table.TableCell(valuetype="float", value=value)
            elif value is None:
                cell = table.TableCell(numbercolumnsrepeated=1)
            else:
                cell = table.TableCell(valuetype="string")
                cell.addElement(text.P(text=value))
            line.addElement(cell)
        sheet.addElement(line)
    book.spreadsheet.addElement(sheet)
    book.write(out)
    return out.getvalue()


@cache
def _sound_text() -> str:
    rows = [",".join("" if cell is None else str(cell) for cell in row) for row in _rows()]
    return "\r\n".join(rows)


# Bytes


def _flip(rng: random.Random, content: bytes) -> bytes:
    changed = bytearray(content)
    for _ in range(rng.choice([1, 2, 8, 40])):
        changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


def _truncate(rng: random.Random, content: bytes) -> bytes:
    return content[: rng.randrange(len(content))]


def _drop(rng: random.Random, content: bytes) -> bytes:
    start = rng.randrange(len(content))
    return content[:start] + content[start + rng.choice([1, 16, 512]) :]


def _repeat(rng: random.Random, content: bytes) -> bytes:
    start = rng.randrange(len(content))
    size = rng.choice([1, 16, 512, 4096])
    return content[:start] + content[start : start + size] * rng.choice([2, 50]) + content[start:]


def _zero(rng: random.Random, content: bytes) -> bytes:
    start, size = rng.randrange(len(content)), rng.choice([4, 64, 512])
    return content[:start] + rng.choice([b"\0", b"\xff"]) * size + content[start + size :]


BYTES: dict[str, Change] = {
    "bytes flipped": _flip,
    "cut off": _truncate,
    "bytes dropped": _drop,
    "bytes repeated": _repeat,
    "bytes blanked": _zero,
}


# XML


def _replace_one(rng: random.Random, content: bytes, pattern: bytes, make: Any) -> bytes:
    found = list(re.finditer(pattern, content))
    if not found:
        return content
    match = rng.choice(found)
    return content[: match.start()] + make(match) + content[match.end() :]


def _odd(rng: random.Random) -> bytes:
    return rng.choice(ODD).encode()


def _set_attribute(rng: random.Random, content: bytes) -> bytes:
    pattern = rb'( [\w:.-]+=")([^"]*)(")'
    return _replace_one(rng, content, pattern, lambda m: m[1] + _odd(rng) + m[3])


def _drop_attribute(rng: random.Random, content: bytes) -> bytes:
    return _replace_one(rng, content, rb' [\w:.-]+="[^"]*"', lambda m: b"")


def _set_text(rng: random.Random, content: bytes) -> bytes:
    return _replace_one(rng, content, rb"(>)([^<>]+)(<)", lambda m: m[1] + _odd(rng) + m[3])


def _drop_tag(rng: random.Random, content: bytes) -> bytes:
    return _replace_one(rng, content, rb"<[^<>]+>", lambda m: b"")


def _rename_tag(rng: random.Random, content: bytes) -> bytes:
    names = [b"row", b"c", b"v", b"f", b"is", b"t", b"sheet", b"x:row", b"table:table-row"]
    return _replace_one(rng, content, rb"(?<=<)[\w:-]+", lambda m: rng.choice(names))


def _repeat_element(rng: random.Random, content: bytes) -> bytes:
    pattern = rb"<(row|c|si|table:table-row|table:table-cell|sheet|xf)\b.*?</\1>"
    times = rng.choice([2, 3, 100])
    return _replace_one(rng, content, pattern, lambda m: m[0] * times)


def _point_nowhere(rng: random.Random, content: bytes) -> bytes:
    number = rng.choice([b"9999", b"4294967296", b"-1", b"1.5", b"x"])
    return _replace_one(rng, content, rb"(<v>)(\d+)(</v>)", lambda m: m[1] + number + m[3])


def _spread_far(rng: random.Random, content: bytes) -> bytes:
    far = rng.choice([b"XFD1048576", b"A1048576", b"XFD1", b"ZZZ999999999", b"B2"])
    return _replace_one(rng, content, rb'(<c r=")(\w+)(")', lambda m: m[1] + far + m[3])


def _repeat_far(rng: random.Random, content: bytes) -> bytes:
    name = rng.choice([b"columns", b"rows"])
    times = rng.choice([b"2", b"16384", b"1048576", b"4294967296", b"-1"])
    extra = b' table:number-%s-repeated="%s"' % (name, times)
    pattern = rb"<table:table-(cell|row)\b"
    return _replace_one(rng, content, pattern, lambda m: m[0] + extra)


XML: dict[str, Change] = {
    "attribute set": _set_attribute,
    "attribute dropped": _drop_attribute,
    "text set": _set_text,
    "tag dropped": _drop_tag,
    "tag renamed": _rename_tag,
    "element repeated": _repeat_element,
    "text points nowhere": _point_nowhere,
    "cell far away": _spread_far,
    "repeated far": _repeat_far,
    **BYTES,
}


def _change_parts(rng: random.Random, content: bytes) -> tuple[bytes, str]:
    """Change the parts of an archive and pack them anew, so that only their content is wrong."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    done = []
    for _ in range(rng.choice([1, 1, 2, 4])):
        name = rng.choice(sorted(parts))
        what = rng.choice([*XML, *XML, "dropped", "emptied", "another part", "renamed", "noise"])
        done.append(f"{name} {what}")
        if what == "dropped" and len(parts) > 1:
            del parts[name]
        elif what == "emptied":
            parts[name] = b""
        elif what == "another part":
            parts[name] = parts[rng.choice(sorted(parts))]
        elif what == "renamed":
            parts[rng.choice(["x.xml", name.upper(), f"../{name}"])] = parts.pop(name)
        elif what == "noise":
            parts[name] = rng.randbytes(300)
        elif what in XML and parts[name]:
            parts[name] = XML[what](rng, parts[name])
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return out.getvalue(), ", ".join(done)


# Text and frames


def _change_text(rng: random.Random) -> tuple[bytes, str]:
    lines = _sound_text().split("\r\n")
    done = []
    for _ in range(rng.choice([1, 2, 5])):
        i = rng.randrange(len(lines))
        what = rng.choice(["quote", "delimiter", "odd", "repeat", "join", "blank", "long", "widen"])
        done.append(what)
        place = rng.randrange(len(lines[i]) + 1)
        put = {
            "quote": '"',
            "delimiter": rng.choice([",", ";", "\t", "|", ",,,,"]),
            "odd": rng.choice([*ODD, "\0", "\r", "\n", "\u2028", "\ufeff", "\x1a", "\ud7ff"]),
            "long": "x" * 200_000,
            "widen": "," * 20_000,
        }
        if what == "repeat":
            lines[i:i] = [lines[i]] * rng.choice([1, 300])
        elif what == "join":
            lines[i] += lines.pop(rng.randrange(len(lines))) if i + 1 < len(lines) else ""
        elif what == "blank":
            lines[i] = ""
        else:
            lines[i] = lines[i][:place] + put[what] + lines[i][place:]
    encoding = rng.choice(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "utf-32"])
    content = rng.choice(["\r\n", "\n", "\r"]).join(lines).encode(encoding, "replace")
    if rng.random() < 0.5 and content:
        name = rng.choice(sorted(BYTES))
        content = BYTES[name](rng, content)
        done.append(name)
    return content, f"{encoding}: {', '.join(done)}"


_ODD_VALUES: tuple[Any, ...] = (
    *ODD[:20],
    None,
    float("nan"),
    float("inf"),
    2**70,
    10**400,
    int,
    -(2**63),
    1e308,
    True,
    b"bytes",
    ["a", "list"],
    {"a": "dict"},
    ("a", 1),
    {1, 2},
    3 + 4j,
    pd.NaT,
    pd.NA,
    dt.time(1, 2),
    dt.timedelta(days=3),
    dt.datetime(9999, 12, 31, 23, 59),
    dt.date(1, 1, 1),
    pd.Timestamp("2024-01-01", tz="Asia/Tokyo"),
    pd.Period("2024Q1"),
    pd.Interval(0, 1),
    np.int8(3),
    np.datetime64("NaT"),
    object(),
)
_DTYPES = ("category", "string", "str", "object", "complex128", "float32", "datetime64[ns]", "bool")


def _change_frame(rng: random.Random) -> tuple[pd.DataFrame, str]:
    frame = pd.DataFrame(_rows()[2:-1], columns=HEADERS, dtype=object)
    done = []
    for _ in range(rng.choice([1, 2, 5])):
        what = rng.choice(["value", "value", "dtype", "header", "double", "index", "levels", "cut"])
        done.append(what)
        column = rng.randrange(frame.shape[1]) if frame.shape[1] else 0
        if what == "value" and len(frame) and frame.shape[1]:
            cells = list(frame.iloc[:, column])
            for place in rng.choice([[rng.randrange(len(cells))], range(len(cells))]):
                cells[place] = rng.choice(_ODD_VALUES)
            values = np.empty(len(cells), dtype=object)
            values[:] = cells
            frame.isetitem(column, pd.Series(values, index=frame.index, dtype=object))
        elif what == "dtype" and frame.shape[1]:
            frame = _cast(frame, column, rng.choice(_DTYPES))
        elif what == "header" and frame.columns.nlevels == 1 and frame.shape[1]:
            names = list(frame.columns)
            names[column] = rng.choice(
                [1.5, None, pd.NaT, "", ("a", "b"), dt.date(2024, 1, 1), *ODD]
            )
            frame = frame.set_axis(pd.Index(names, dtype=object, tupleize_cols=False), axis=1)
        elif what == "double":
            frame = pd.concat([frame, frame], axis=rng.choice([0, 1]))
        elif what == "index":
            frame = frame.set_axis(pd.MultiIndex.from_arrays([range(len(frame))] * 2), axis=0)
        elif what == "levels" and frame.columns.nlevels == 1:
            frame = pd.concat({"H1": frame, "H2": frame}, axis=1)
        elif what == "cut":
            frame = frame.iloc[: rng.choice([0, 1]), :]
    return frame, ", ".join(done)


def _cast(frame: pd.DataFrame, column: int, dtype: str) -> pd.DataFrame:
    """Give a column another dtype, where that can be."""
    try:
        cast = frame.iloc[:, column].astype(dtype)
    except (TypeError, ValueError, OverflowError, NotImplementedError):
        return frame
    changed = frame.copy()
    changed.isetitem(column, cast)
    return changed


def _change_bytes(rng: random.Random, content: bytes) -> tuple[bytes, str]:
    names = [rng.choice(sorted(BYTES)) for _ in range(rng.choice([1, 1, 2]))]
    for name in names:
        if content:
            content = BYTES[name](rng, content)
    return content, ", ".join(names)


KINDS: dict[str, Callable[[random.Random], tuple[Source, str]]] = {
    "xlsx bytes": lambda rng: _change_bytes(rng, _sound_xlsx()),
    "xlsx parts": lambda rng: _change_parts(rng, _sound_xlsx()),
    "xls bytes": lambda rng: _change_bytes(rng, _sound_xls()),
    "ods parts": lambda rng: _change_parts(rng, _sound_ods()),
    "text": _change_text,
    "frame": _change_frame,
}


def mutate(kind: str, seed: int) -> tuple[Source, str]:
    """Change a sound spreadsheet at random.

    Parameters
    ----------
    kind
        One of `KINDS`.
    seed
        The same one makes the same change.

    Returns
    -------
    source, what
        Something to be read, and what was done to it.
    """
    return KINDS[kind](random.Random(f"{kind} {seed}"))
