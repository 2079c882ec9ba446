from pathlib import Path

import nbformat
import pytest

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").rglob("*.ipynb"))


def read(path):
    return nbformat.read(path, as_version=nbformat.NO_CONVERT)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_notebooks_are_valid_and_hold_no_output(path):
    notebook = read(path)
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "python3"
    assert "widgets" not in notebook.metadata
    for cell in notebook.cells:
        assert not cell.get("outputs"), "run `Edit > Clear Outputs of All Cells`, then save"
        assert cell.get("execution_count") is None
        assert not cell.get("attachments")


def test_the_calibration_notebook_is_words_and_one_short_cell():
    cells = read(NOTEBOOKS[0]).cells
    assert NOTEBOOKS[0].name == "01_calibration.ipynb"
    [code] = [cell for cell in cells if cell.cell_type == "code"]
    assert code.source.split() == ["import", "workbench", 'workbench.Workbench(folder="..")']
    assert "press the **Run** button" in cells[0].source
