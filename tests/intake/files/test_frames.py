import datetime as dt
import decimal
import io

import numpy as np
import pandas as pd
import pyarrow
import pytest
from pyarrow import parquet

from workbench.errors import UnreadableFileError
from workbench.intake.files.readers import read_sheets

FRAME = pd.DataFrame(
    {
        "id": ["00123", "NA", None],
        "whole": [1, 2, 3],
        "gaps": [1.5, None, 3.0],
        "when": [pd.Timestamp("2024-01-02"), None, pd.Timestamp("2024-03-04 05:06")],
        "yes": [True, False, True],
        "kind": pd.Categorical(["a", "b", "a"]),
    }
)


def to_bytes(frame):
    out = io.BytesIO()
    frame.to_parquet(out)
    return out.getvalue()


def columns_of(source):
    [sheet], _ = read_sheets(source)
    return [column.tolist() for column in sheet.columns]


def test_parquet_is_read_like_the_frame_that_it_was(tmp_path):
    (tmp_path / "people.parquet").write_bytes(to_bytes(FRAME))
    expected = columns_of(FRAME)
    assert expected[0] == ["id", "00123", "NA", ""]
    assert expected[3] == ["when", dt.datetime(2024, 1, 2), "", dt.datetime(2024, 3, 4, 5, 6)]
    for source in (tmp_path / "people.parquet", tmp_path, to_bytes(FRAME)):
        found = columns_of(source)
        assert found == expected
        assert [list(map(type, column)) for column in found] == [
            list(map(type, column)) for column in expected
        ]
    [sheet], _ = read_sheets(tmp_path)
    assert sheet.name == "people"


def test_what_only_parquet_knows_becomes_what_a_sheet_holds():
    table = pyarrow.table(
        {
            "skills": [["a", "b"], []],
            "bytes": [b"x\xc3\xab", None],
            "money": [decimal.Decimal("1.50"), None],
            "day": [dt.date(2024, 1, 2), None],
            "long": [dt.timedelta(hours=30), None],
        }
    )
    out = io.BytesIO()
    parquet.write_table(table, out)
    assert columns_of(out.getvalue()) == [
        ["skills", "['a', 'b']", "[]"],
        ["bytes", "xë", ""],
        ["money", 1.5, ""],
        ["day", dt.date(2024, 1, 2), ""],
        ["long", dt.timedelta(hours=30), ""],
    ]


def test_broken_and_encrypted_parquet_is_refused_in_words():
    sound = to_bytes(FRAME)
    broken = [sound[: len(sound) // 2], b"PAR1" + bytes(range(256)) * 9 + b"PAR1"]
    for content in broken:
        with pytest.raises(UnreadableFileError, match="Parquet file that is damaged"):
            read_sheets(content)
    with pytest.raises(UnreadableFileError, match="Parquet file that is encrypted"):
        read_sheets(b"PARE" + bytes(99) + b"PARE")


def test_parquet_that_stands_for_far_too_many_cells_is_refused():
    table = pyarrow.table({"n": pyarrow.array(np.zeros(60_000_000, dtype=np.int8))})
    out = io.BytesIO()
    parquet.write_table(table, out, compression="zstd")
    with pytest.raises(UnreadableFileError, match="holds 60,000,000 cells"):
        read_sheets(out.getvalue())


def test_a_header_may_begin_like_a_picture_or_a_program():
    assert columns_of(b"BMI,MZ\n1,2\n") == [["BMI", "1"], ["MZ", "2"]]
    with pytest.raises(UnreadableFileError, match="a bitmap picture"):
        read_sheets(b"BM" + bytes(60))
