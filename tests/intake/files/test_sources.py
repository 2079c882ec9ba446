import os

import pytest

from workbench.errors import UnreadableFileError
from workbench.intake.files.readers import read_sheets


def test_a_pipe_and_a_device_are_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "people.csv")
    for path in (tmp_path / "people.csv", "/dev/zero"):
        with pytest.raises(UnreadableFileError, match="a pipe or a device"):
            read_sheets(path)
    with open("/dev/zero", "rb") as device, pytest.raises(UnreadableFileError):  # noqa: PTH123
        read_sheets(device)
    with pytest.raises(UnreadableFileError, match="holds no spreadsheet"):
        read_sheets(tmp_path)


def test_links_in_a_circle_end_in_words(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "itself").symlink_to(tmp_path / "folder")
    (tmp_path / "a.csv").symlink_to(tmp_path / "a.csv")
    with pytest.raises(UnreadableFileError, match="holds no spreadsheet"):
        read_sheets(tmp_path / "folder")
    with pytest.raises(UnreadableFileError, match=r"does not exist|cannot be opened"):
        read_sheets(tmp_path / "a.csv")


def test_a_file_that_may_not_be_read_says_so(tmp_path, monkeypatch):
    path = tmp_path / "a.csv"
    path.write_text("id,n\nE1,1\n")

    def refuse(_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.read_bytes", refuse)
    with pytest.raises(UnreadableFileError, match=r"a\.csv cannot be opened .*Permission denied"):
        read_sheets(path)


def test_text_files_and_parquet_are_taken_by_name(tmp_path):
    (tmp_path / "a.txt").write_text("id^n\nE1^1\n")
    [sheet], _ = read_sheets(tmp_path / "a.txt")
    assert [column.tolist() for column in sheet.columns] == [["id", "E1"], ["n", "1"]]


def test_a_list_within_itself_ends_in_words():
    endless = []
    endless.append(endless)
    with pytest.raises(UnreadableFileError, match="nested without end"):
        read_sheets(endless)


@pytest.mark.parametrize("error", [MemoryError, RecursionError])
def test_too_little_memory_is_said_in_words(monkeypatch, error):
    def fail(*_):
        raise error

    monkeypatch.setattr("workbench.intake.files.readers.read_text_table", fail)
    with pytest.raises(UnreadableFileError, match="memory"):
        read_sheets(b"id,n\nE1,1\n")


def test_a_panic_of_the_reader_is_a_damaged_file_and_an_interrupt_is_none(
    monkeypatch, workbook_bytes
):
    class Panic(BaseException):
        pass

    content = workbook_bytes({"S": [["id"]]})
    for raised, expected in ((Panic, UnreadableFileError), (KeyboardInterrupt, KeyboardInterrupt)):

        def fail(*_, raised=raised):
            raise raised

        monkeypatch.setattr("workbench.intake.files.workbooks.gather_columns", fail)
        with pytest.raises(expected):
            read_sheets(content)
