"""Small workbooks, made by the test that needs them."""

import io

import openpyxl
import pytest


@pytest.fixture
def make_workbook(tmp_path):
    """Write a workbook from {sheet name: rows} and give its path."""

    def make(sheets, name="reviews.xlsx", hidden=()):
        book = openpyxl.Workbook()
        book.remove(book.active)
        for title, rows in sheets.items():
            sheet = book.create_sheet(title)
            for row in rows:
                sheet.append(row)
            if title in hidden:
                sheet.sheet_state = "hidden"
        path = tmp_path / name
        book.save(path)
        return path

    return make


@pytest.fixture
def workbook_bytes(make_workbook):
    """Give the bytes of a workbook."""

    def make(sheets):
        return io.BytesIO(make_workbook(sheets).read_bytes()).getvalue()

    return make
