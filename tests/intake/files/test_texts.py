import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import UnreadableFileError
from workbench.intake.files.texts import read_text_table

ROWS = [["Employee ID", "Name", "Said"], ["00123", "Zoë Müller", "a, b; c"], ["E2", "Null", ""]]


def read(content):
    sheet = read_text_table("a.csv", "a", content)
    return [list(row) for row in zip(*sheet.columns, strict=True)]


def write(rows, delimiter):
    quoted = [[f'"{cell}"' if "," in cell else cell for cell in row] for row in rows]
    return "".join(delimiter.join(row) + "\r\n" for row in quoted)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32", "cp1252"]
)
@pytest.mark.parametrize("delimiter", list(",;\t|^~:¦"))
def test_every_encoding_and_delimiter_is_found(delimiter, encoding):
    assert read(write(ROWS, delimiter).encode(encoding)) == ROWS


def test_cells_of_delimited_text_may_be_padded():
    assert read(b'id ; name\nE1 ; "Lee; Ann"\n') == [["id ", "name"], ["E1 ", "Lee; Ann"]]


def test_columns_padded_with_spaces_are_cut_where_all_lines_have_a_gap():
    text = (
        "Employee ID   Name         Rating\n"
        "E1            Ann Lee      4\n"
        "E2                         3\n"
        "\n"
        "E3            Bo von Berg  \n"
    )
    assert read(text) == [
        ["Employee ID", "Name", "Rating"],
        ["E1", "Ann Lee", "4"],
        ["E2", "", "3"],
        ["", "", ""],
        ["E3", "Bo von Berg", ""],
    ]


def test_words_with_one_space_between_are_cells_if_every_line_has_as_many():
    assert read("id rating\nE1 4\nE2 3\n") == [["id", "rating"], ["E1", "4"], ["E2", "3"]]
    assert read("Name\nAnn Lee\nBo\n") == [["Name"], ["Ann Lee"], ["Bo"]]


def test_a_declared_delimiter_keeps_the_rows_where_they_are():
    assert read(b"sep=^\r\nid^n\r\nE1^1;2\r\n") == [["", ""], ["id", "n"], ["E1", "1;2"]]


def test_zeros_among_the_text_are_kept():
    assert read(b"id,name,rating\nE1,An\0n,4\n" + b"E2,Bo,3\n" * 99)[1] == ["E1", "An\0n", "4"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'id,name\nE1,"open\n' + b"E2,some words here\n" * 20_000, "quotation mark may be left"),
        (b"id,name\n" + b"x" * 200_000, "field larger than field limit"),
        (b"id,name" * 20_000, "row 1 has 20,001 cells, and a spreadsheet has 16,384"),
        (b"a,b\n" + (b"x," * 17_000 + b"\n") * 3, "row 2 has 17,000 cells"),
        (b"a,b\n" * 10_000 + b"x," * 16_000, "together with 10,001 rows"),
        (b"a,\0\0\0\n" * 99, "no workbook, or it is damaged"),
    ],
)
def test_what_is_no_table_or_far_too_wide_is_refused(content, said):
    with pytest.raises(UnreadableFileError, match=said):
        read_text_table("a.csv", "a", content)


def test_a_line_without_end_is_refused(monkeypatch):
    monkeypatch.setattr("workbench.intake.files.texts._LONGEST_LINE", 1000)
    with pytest.raises(UnreadableFileError, match="a line is longer than 1,000 characters"):
        read_text_table("a.csv", "a", b"a,b\n" + b"," * 2000)


def test_separators_behind_the_last_column_do_not_count():
    assert read(b"id,n\n" + b"E1,2" + b"," * 20_000 + b"\n")[1][:3] == ["E1", "2", ""]


def test_formulas_and_tags_stay_text():
    rows = [["=cmd|' /C calc'!A0", "<script>alert(1)</script>"], ["=1+1", "+3"]]
    assert read(write(rows, ",")) == rows


TEXTS = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "Zs", "S"]))


@given(st.lists(st.tuples(TEXTS, TEXTS, TEXTS), max_size=20))
def test_no_cell_of_quoted_text_is_lost(rows):
    rows = [["first", "second", "third"], *map(list, rows)]
    quoted = [[cell.replace('"', '""') for cell in row] for row in rows]
    text = "".join(",".join(f'"{cell}"' for cell in row) + "\n" for row in quoted)
    for content in (text, text.encode(), text.encode("utf-16")):
        assert read(content) == rows
