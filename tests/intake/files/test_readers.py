import datetime as dt
import functools
import io
import zipfile

import msoffcrypto
import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import ProtectedFileError, UnreadableFileError, WorkbenchError
from workbench.intake.cells import NO_RESULT
from workbench.intake.files.readers import Sheet, read_sheets

ROWS = [["Employee ID", "Rating"], ["E1", 4], ["E2", 5]]
TEXT = "Employee ID,Rating\nE1,4\nE2,5\n"


def rows_of(sheet):
    return [list(row) for row in zip(*sheet.columns, strict=True)]


def protect(content, password):
    locked = io.BytesIO()
    msoffcrypto.OfficeFile(io.BytesIO(content)).encrypt(password, locked)
    return locked.getvalue()


def rewrite(content, change):
    """Copy a workbook, its parts changed by a function of their name and bytes."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            target.writestr(name, change(name, source.read(name)))
    return out.getvalue()


def test_a_path_bytes_and_an_open_file_read_the_same(make_workbook):
    path = make_workbook({"Reviews": ROWS})
    with path.open("rb") as file:
        opened, name = read_sheets(file)
    for [sheet], said in (read_sheets(path), read_sheets(str(path)), (opened, name)):
        assert rows_of(sheet) == ROWS
        assert (sheet.name, said) == ("Reviews", "reviews.xlsx")
    [sheet], said = read_sheets(path.read_bytes())
    assert rows_of(sheet) == ROWS
    assert said == "The uploaded file"


def test_addresses_are_those_of_excel_also_below_blank_rows(tmp_path):
    book = openpyxl.Workbook()
    book.active["C4"] = "Employee ID"
    book.active["AB7"] = 5
    book.save(tmp_path / "a.xlsx")
    [sheet], _ = read_sheets(tmp_path / "a.xlsx")
    assert sheet.address(0, 0) == "C4"
    assert sheet.address(sheet.n_rows - 1, len(sheet.columns) - 1) == "AB7"


@pytest.mark.parametrize(
    ("column", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")]
)
def test_columns_are_lettered_like_in_excel(column, letters):
    assert Sheet("S", ()).address(0, column) == f"{letters}1"


def test_errors_and_unsaved_formulas_are_seen(tmp_path):
    book = openpyxl.Workbook()
    for row in (["Employee ID", "A", "B", "C"], ["E1", "#REF!", 1, 1], ["E2", "=1+1", 2, 2]):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    [sheet], _ = read_sheets(tmp_path / "a.xlsx")
    assert sheet.columns[1].tolist() == ["A", "#REF!", NO_RESULT]


def test_hidden_sheets_and_rows_are_known(make_workbook):
    path = make_workbook({"Reviews": ROWS, "Old": ROWS}, hidden=["Old"])
    book = openpyxl.load_workbook(path)
    book["Reviews"].row_dimensions[3].hidden = True
    book.save(path)
    reviews, old = read_sheets(path)[0]
    assert (reviews.visible, reviews.hidden_rows.tolist()) == (True, [2])
    assert not old.visible


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_text_is_read_in_every_encoding_with_every_delimiter(tmp_path, encoding, delimiter):
    text = "Employee ID,Name\nE1,Zo\u00eb M\u00fcller\nE2,Jos\u00e9\n".replace(",", delimiter)
    path = tmp_path / "people.csv"
    path.write_bytes(text.encode(encoding))
    [sheet], _ = read_sheets(path)
    assert rows_of(sheet)[1] == ["E1", "Zo\u00eb M\u00fcller"]
    assert sheet.name == "people"


def test_text_keeps_what_pandas_would_lose():
    [sheet], _ = read_sheets(io.BytesIO(b'Name,ID,Said\nNull,007,"a, ""b""\nc"\nNA,08,\n'))
    assert rows_of(sheet)[1:] == [["Null", "007", 'a, "b"\nc'], ["NA", "08", ""]]


def test_the_delimiter_that_excel_declares_is_used():
    [sheet], _ = read_sheets(b"sep=;\r\nEmployee ID;Rating\r\nE1;3,5\r\n")
    assert rows_of(sheet)[2] == ["E1", "3,5"]


def test_frames_are_sheets_with_their_headers_in_row_one():
    frame = pd.DataFrame(
        {"id": ["E1", None], "n": [1, 2], "d": [pd.Timestamp("2024-01-02"), pd.NaT]}
    )
    before = frame.copy()
    [sheet], said = read_sheets(frame)
    assert rows_of(sheet) == [["id", "n", "d"], ["E1", 1, dt.datetime(2024, 1, 2)], ["", 2, ""]]
    assert said == "DataFrame"
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize("dtype", ["Int64", "float32", "category", "string", object])
def test_frames_of_any_dtype_are_read(dtype):
    frame = pd.DataFrame({"id": pd.Series(["1", "2"], dtype=object).astype(int).astype(dtype)})
    [sheet], _ = read_sheets(frame)
    assert [str(cell).removesuffix(".0") for cell in sheet.columns[0]] == ["id", "1", "2"]


def test_an_index_with_names_is_part_of_the_table():
    frame = pd.DataFrame({"id": ["E1"], "half": ["2024H1"], "n": [1]}).set_index(["id", "half"])
    [sheet], _ = read_sheets(frame)
    assert rows_of(sheet) == [["id", "half", "n"], ["E1", "2024H1", 1]]


def test_several_frames_and_files_keep_their_names(make_workbook):
    sheets, said = read_sheets({"2023": pd.DataFrame(ROWS), "2024": pd.DataFrame(ROWS)})
    assert [sheet.name for sheet in sheets] == ["2023", "2024"]
    assert said == "2 tables"
    paths = [make_workbook({"S": ROWS}, name=f"{year}.xlsx") for year in (2023, 2024)]
    assert [sheet.name for sheet in read_sheets(paths)[0]] == ["[2023.xlsx]S", "[2024.xlsx]S"]


def test_a_folder_is_its_spreadsheets_without_locks(make_workbook, tmp_path):
    make_workbook({"S": ROWS}, name="b.xlsx")
    (tmp_path / "a.csv").write_text(TEXT)
    (tmp_path / "~$b.xlsx").write_bytes(b"lock")
    (tmp_path / "notes.docx").write_bytes(b"")
    assert [sheet.name for sheet in read_sheets(tmp_path)[0]] == ["a", "[b.xlsx]S"]


def test_a_password_opens_a_protected_workbook(workbook_bytes):
    locked = protect(workbook_bytes({"S": ROWS}), "secret")
    [sheet], _ = read_sheets(locked, password="secret")
    assert rows_of(sheet) == ROWS


@pytest.mark.parametrize("password", [None, "wrong"])
def test_without_it_the_error_says_what_to_do(workbook_bytes, tmp_path, password):
    path = tmp_path / "reviews.xlsx"
    path.write_bytes(protect(workbook_bytes({"S": ROWS}), "secret"))
    with pytest.raises(ProtectedFileError) as caught:
        read_sheets(path, password=password)
    assert "reviews.xlsx is protected by a password" in str(caught.value)
    assert "remove the password (File > Info > Protect Workbook)" in str(caught.value)
    assert ("does not open it" in str(caught.value)) == (password is not None)


def test_what_excel_opens_without_asking_is_opened(workbook_bytes):
    locked = protect(workbook_bytes({"S": ROWS}), "VelvetSweatshop")
    assert rows_of(read_sheets(locked)[0][0]) == ROWS


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.xlsx", b"", r"empty \(0 bytes\)"),
        ("a.csv", b"  \n", r"empty \(0 bytes\)"),
        ("a.xlsx", b"\x89PNG\r\n\x1a\n" + b"\0" * 99, "a PNG picture"),
        ("a.xlsx", b"%PDF-1.7 ...", "a PDF document"),
        ("a.xlsx", b"PK\x03\x04" + b"\0" * 40, "damaged"),
        ("a.xls", b"<html><table></table></html>", "a web page"),
        ("a.csv", b'{"people": []}', "a JSON file"),
        ("a.xlsx", bytes(range(256)) * 9, "no workbook"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "no workbook"),
        ("a.docx", b"PK\x03\x04", "no spreadsheet that the workbench can read"),
        ("a.csv", b",,,\n,,\n", "every sheet in it is empty"),
    ],
)
def test_every_wrong_file_is_named_for_what_it_is(tmp_path, name, content, said):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UnreadableFileError, match=said) as caught:
        read_sheets(path)
    assert name in str(caught.value)


def test_a_zip_that_is_no_workbook_is_named(tmp_path):
    for parts, said in ((["a.txt"], "a zip archive"), (["word/document.xml"], "a Word document")):
        path = tmp_path / "a.xlsx"
        with zipfile.ZipFile(path, "w") as archive:
            for part in parts:
                archive.writestr(part, "x")
        with pytest.raises(UnreadableFileError, match=said):
            read_sheets(path)


def test_a_truncated_workbook_is_damaged(workbook_bytes):
    content = workbook_bytes({"S": ROWS})
    for length in (len(content) // 3, len(content) // 2, len(content) - 30):
        with pytest.raises(UnreadableFileError, match="damaged"):
            read_sheets(content[:length])


def test_a_bomb_is_not_unpacked(workbook_bytes):
    def swell(name, part):
        return part + b" " * 110 * 1024**2 if name.endswith("sheet1.xml") else part

    with pytest.raises(UnreadableFileError, match=r"would unpack to 1\d\d MB"):
        read_sheets(rewrite(workbook_bytes({"S": ROWS}), swell))


def test_entities_are_refused(workbook_bytes):
    def define(name, part):
        entity = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>'
        return part.replace(b"<worksheet", entity + b"<worksheet") if "sheet1" in name else part

    with pytest.raises(UnreadableFileError, match="XML entities"):
        read_sheets(rewrite(workbook_bytes({"S": ROWS}), define))


def test_one_stray_cell_far_away_does_not_take_all_memory(tmp_path):
    book = openpyxl.Workbook()
    book.active["A1"] = "Employee ID"
    book.active["XFD1048576"] = "x"
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(UnreadableFileError, match="1,048,576 rows down and 16,384 columns"):
        read_sheets(tmp_path / "a.xlsx")


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("https://example.org/a.xlsx", "is a web address"),
        (42, "A int was given"),
        ([], "An empty list"),
        (io.StringIO(""), "every sheet in it is empty"),
        (pd.DataFrame(), "every sheet in it is empty"),
        ("a\0b.xlsx", "cannot be opened|does not exist"),
    ],
)
def test_what_is_no_source_is_refused(source, said):
    with pytest.raises(UnreadableFileError, match=said):
        read_sheets(source)


def test_a_missing_file_says_which_was_meant(make_workbook, tmp_path):
    make_workbook({"S": ROWS})
    with pytest.raises(UnreadableFileError, match=r'Did you mean "reviews\.xlsx"'):
        read_sheets(tmp_path / "review.xlsx")
    (tmp_path / "empty").mkdir()
    with pytest.raises(UnreadableFileError, match="holds no spreadsheet"):
        read_sheets(tmp_path / "empty")


def test_a_workbook_of_empty_sheets_is_said_to_be_empty(make_workbook):
    with pytest.raises(UnreadableFileError, match="every sheet in it is empty"):
        read_sheets(make_workbook({"A": [], "B": []}))
    with pytest.raises(UnreadableFileError, match="but its hidden ones"):
        read_sheets(make_workbook({"A": [], "B": ROWS}, hidden=["B"]))


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_in_words(content):
    try:
        sheets, _ = read_sheets(content)
    except WorkbenchError as error:
        assert len(str(error)) > 40
    else:
        assert all(isinstance(column, np.ndarray) for sheet in sheets for column in sheet.columns)


@functools.cache
def sound_workbook():
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in ROWS:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


@given(
    st.lists(
        st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=6
    )
)
def test_a_workbook_with_broken_bytes_is_read_or_refused_in_words(changes):
    content = bytearray(sound_workbook())
    for place, byte in changes:
        # The first four bytes say that it is a zip file at all.
        content[4 + int(place * (len(content) - 4))] = byte
    try:
        read_sheets(bytes(content))
    except WorkbenchError as error:
        assert "." in str(error)
