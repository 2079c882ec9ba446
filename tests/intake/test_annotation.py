"""A copy of the workbook with its problems in it: every cell marked, nothing else changed."""

import io

import openpyxl
import pandas as pd
import pytest

import workbench
from workbench.errors import InputError

ROWS = [
    ["Reviews"],
    ["Employee ID", "Cycle", "Commits", "Rating", "Note"],
    ["E1", "2024", "many", 3, "=1+1"],
    ["E2", "2024", -4, "Rock Star", "<b>"],
    ["E3", "2024", "=2+3", 4, "fine"],
]


@pytest.fixture
def marked(make_workbook, tmp_path):
    def mark(name="reviews.xlsx", target="copy.xlsx"):
        path = make_workbook({"Ratings": ROWS, "Other": [["x"]]}, name=name)
        book = openpyxl.load_workbook(path)
        book["Ratings"]["E3"].data_type = "s"
        book["Ratings"].column_dimensions["A"].width = 33
        book.save(path)
        written = workbench.load(path).write_annotated(tmp_path / target)
        return openpyxl.load_workbook(written)

    return mark


def comments_of(book, sheet="Ratings"):
    cells = [cell for row in book[sheet].iter_rows() for cell in row if cell.comment]
    return {cell.coordinate: cell.comment.text for cell in cells}


def test_every_problem_cell_is_filled_and_commented(marked):
    book = marked()
    comments = comments_of(book)
    assert '"many" is not a number' in comments["C3"]
    assert '"-4" cannot be' in comments["C4"]
    assert "on no rating scale" in comments["D4"]
    assert "result was never saved" in comments["C5"]
    fills = {book["Ratings"][cell].fill.fgColor.rgb for cell in ("C3", "C5")}
    assert len(fills) == 2


def test_the_rest_of_the_workbook_is_as_it_was(marked):
    sheet = marked()["Ratings"]
    assert sheet["C5"].value == "=2+3"
    assert sheet["C5"].data_type == "f"
    assert (sheet["E3"].value, sheet["E3"].data_type) == ("=1+1", "s")
    assert sheet["E4"].value == "<b>"
    assert sheet.column_dimensions["A"].width == 33


def test_all_problems_are_listed_first_with_links(marked):
    book = marked()
    assert book.sheetnames == ["Problems", "Ratings", "Other"]
    rows = list(book["Problems"].iter_rows(values_only=True))
    assert rows[0] == ("How bad", "Where", "Seen", "What to do")
    where = [row[1] for row in rows]
    place = where.index("Ratings!C3")
    assert book["Problems"].cell(place + 1, 2).hyperlink.location == "'Ratings'!C3"
    assert all(cell.data_type != "f" for row in book["Problems"].iter_rows() for cell in row)


def test_more_cells_than_are_listed_are_marked_all(make_workbook, tmp_path):
    rows = [["Employee ID", "Cycle", "Commits"]] + [[f"E{i}", "2024", "x y"] for i in range(50)]
    calibration = workbench.load(make_workbook({"S": rows}))
    assert len(calibration.problems.query("reason == 'not_a_number'")) == 21
    book = openpyxl.load_workbook(calibration.write_annotated(tmp_path / "copy.xlsx"))
    assert sum(cell.startswith("C") for cell in comments_of(book, "S")) == 50


@pytest.mark.parametrize("source", ["csv", "bytes", "frame", "folder"])
def test_what_is_no_workbook_is_written_as_one(make_workbook, tmp_path, source):
    table = pd.DataFrame(ROWS[2:], columns=ROWS[1]).astype(object)
    folder = tmp_path / "folder"
    folder.mkdir()
    table.to_csv(folder / "reviews.csv", index=False)
    content = io.BytesIO()
    table.to_excel(content, index=False, sheet_name="reviews")
    given = {
        "csv": folder / "reviews.csv",
        "bytes": content.getvalue(),
        "frame": {"reviews": table},
        "folder": folder,
    }[source]
    book = openpyxl.load_workbook(workbench.load(given).write_annotated(tmp_path / "copy.xlsx"))
    [sheet] = [name for name in book.sheetnames if name != "Problems"]
    assert '"many" is not a number' in comments_of(book, sheet)["C2"]
    assert all(cell.data_type != "f" for row in book[sheet].iter_rows() for cell in row)


def test_the_workbook_itself_is_never_written_over(make_workbook, tmp_path):
    path = make_workbook({"Ratings": ROWS})
    before = path.read_bytes()
    calibration = workbench.load(path)
    with pytest.raises(InputError, match="is the workbook itself"):
        calibration.write_annotated(path)
    with pytest.raises(InputError, match=r"ends in \.xlsx"):
        calibration.write_annotated(tmp_path / "copy.csv")
    with pytest.raises(InputError, match="could not be written"):
        calibration.write_annotated(tmp_path / "nowhere" / "copy.xlsx")
    assert path.read_bytes() == before
