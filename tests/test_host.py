import json
import os
from pathlib import Path

import nbformat
import pytest
from jupyterlab.labapp import LabApp

from workbench.errors import WorkbenchError
from workbench.host import NOTEBOOK, Project, build_arguments, find_project, forget_people, run_lab


@pytest.fixture
def project_folder(tmp_path):
    (tmp_path / NOTEBOOK).parent.mkdir()
    (tmp_path / NOTEBOOK).write_text("{}", encoding="utf-8")
    return tmp_path.resolve()


def test_the_notebook_is_found_from_the_project_and_from_its_folder(project_folder):
    expected = Project(project_folder, NOTEBOOK)
    assert find_project(project_folder) == expected
    assert find_project(project_folder / "notebooks") == expected


def test_the_current_folder_may_be_the_notebooks_folder(project_folder, monkeypatch):
    monkeypatch.chdir(project_folder / "notebooks")
    assert find_project(Path()) == Project(project_folder, NOTEBOOK)


def test_a_notebook_alone_in_a_folder_is_opened_there(tmp_path):
    (tmp_path / NOTEBOOK.name).write_text("{}", encoding="utf-8")
    assert find_project(tmp_path) == Project(tmp_path.resolve(), Path(NOTEBOOK.name))


def test_a_folder_without_a_notebook_is_opened_as_it_is(tmp_path):
    assert find_project(tmp_path) == Project(tmp_path.resolve(), None)


def test_a_file_is_not_a_folder(project_folder):
    with pytest.raises(WorkbenchError, match=r"is a file.*takes a folder.*workbench report"):
        find_project(project_folder / NOTEBOOK)


def test_addresses_are_spelled_for_a_browser(tmp_path):
    arguments = build_arguments(
        Project(tmp_path, Path("my notes", "50%.ipynb")), port=8900, browser=False
    )
    assert "--LabApp.default_url=/lab/tree/my%20notes/50%25.ipynb" in arguments
    assert "--ServerApp.port=8900" in arguments
    assert "--no-browser" in arguments


def test_without_a_notebook_the_start_page_opens_in_the_browser(tmp_path):
    arguments = build_arguments(Project(tmp_path, None), port=None, browser=True)
    assert "--LabApp.default_url=/lab" in arguments
    assert not [each for each in arguments if "port" in each or "browser" in each]


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="only where there is a root user")
@pytest.mark.parametrize("user", [0, 1000])
def test_root_is_allowed_only_to_root(tmp_path, monkeypatch, user):
    monkeypatch.setattr(os, "geteuid", lambda: user)
    arguments = build_arguments(Project(tmp_path, None), port=None, browser=True)
    assert ("--allow-root" in arguments) is (user == 0)


@pytest.mark.parametrize("before", [None, "/somewhere"])
def test_settings_are_there_while_it_runs_and_gone_after(tmp_path, monkeypatch, before):
    seen = {}

    def launch(argv):
        config = Path(argv[0].removeprefix("--config="))
        seen["server"] = json.loads(config.read_text(encoding="utf-8"))
        seen["path"] = os.environ["JUPYTER_CONFIG_PATH"].split(os.pathsep)
        page = Path(seen["path"][0], "labconfig", "page_config.json")
        seen["page"] = json.loads(page.read_text(encoding="utf-8"))
        raise SystemExit(3)

    if before:
        monkeypatch.setenv("JUPYTER_CONFIG_PATH", before)
    else:
        monkeypatch.delenv("JUPYTER_CONFIG_PATH", raising=False)
    monkeypatch.setattr(LabApp, "launch_instance", launch)
    with pytest.raises(SystemExit):
        run_lab(Project(tmp_path, None))
    limit = seen["server"]["ServerApp"]["tornado_settings"]["websocket_max_message_size"]
    assert limit == 500 * 1024 * 1024
    assert seen["page"]["disabledExtensions"]["@jupyterlab/apputils-extension:announcements"]
    assert seen["path"][1:] == ([before] if before else [])
    assert not Path(seen["path"][0]).exists()
    assert os.environ.get("JUPYTER_CONFIG_PATH") == before


def test_saving_forgets_widgets_and_keeps_everything_else():
    text = nbformat.v4.new_output("stream", text="12 problems\n")
    table = nbformat.v4.new_output("execute_result", data={"text/html": "<table>"})
    widget = nbformat.v4.new_output(
        "display_data",
        data={
            "application/vnd.jupyter.widget-view+json": {"model_id": "1"},
            "text/plain": "Button(description='Ada Lovelace')",
        },
    )
    notebook = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_markdown_cell("# Notes on *calibration*"),
            nbformat.v4.new_code_cell("1", outputs=[text, widget, table], execution_count=2),
        ],
        metadata={"widgets": {"application/vnd.jupyter.widget-state+json": {"state": {}}}},
    )
    forget_people({"type": "notebook", "content": notebook}, path="a.ipynb", contents_manager=None)
    nbformat.validate(notebook)
    assert notebook.cells[1].outputs == [text, table]
    assert notebook.cells[1].execution_count == 2
    assert notebook.cells[0].source == "# Notes on *calibration*"
    assert "widgets" not in notebook.metadata


@pytest.mark.parametrize(
    "model",
    [
        {"type": "file", "content": "id,rating\n1,4\n"},
        {"type": "directory", "content": None},
        {"type": "notebook", "content": None},
        {"type": "notebook", "content": {}},
    ],
)
def test_what_is_no_notebook_is_left_alone(model):
    before = json.dumps(model)
    forget_people(model, path="a", contents_manager=None)
    assert json.dumps(model) == before
