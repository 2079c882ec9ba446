import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.intake.files.gathering import gather_columns

CELLS = st.one_of(
    st.just(""), st.text(max_size=2), st.integers(0, 2), st.booleans(), st.sampled_from([0.0, 1.0])
)


@pytest.fixture(scope="module", autouse=True)
def few_rows_at_once():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("workbench.intake.files.gathering._ROWS_AT_ONCE", 3)
        yield


@given(st.lists(st.lists(CELLS, max_size=4), max_size=12))
def test_rows_of_any_length_become_columns_of_one(rows):
    width = max(map(len, rows), default=0)
    columns = gather_columns(rows)
    assert len(columns) == width
    for row, cells in enumerate(rows):
        for j, column in enumerate(columns):
            cell = cells[j] if j < len(cells) else ""
            assert column[row] == cell
            assert type(column[row]) is type(cell)


def test_values_that_repeat_are_one_object():
    [column] = gather_columns([[f"Team {row % 3}"] for row in range(30_000)])
    assert len({id(cell) for cell in column}) == 3
