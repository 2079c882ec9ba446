"""JupyterLab as the workbench runs it: on this machine alone, asking nobody anything.

What comes in is the folder of a calibration project; what goes out is a JupyterLab with the
calibration notebook open, and notebooks that are saved without the people shown in them.
"""

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from workbench.errors import WorkbenchError

__all__ = ["NOTEBOOK", "Project", "build_arguments", "find_project", "forget_people", "run_lab"]

NOTEBOOK = Path("notebooks", "01_calibration.ipynb")

_WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"

# Settings that the command line of Jupyter cannot carry, because they are not text.
_CONFIG = {
    "ServerApp": {
        # At the default of 10 MB a larger upload drops the connection without a word.
        "tornado_settings": {"websocket_max_message_size": 500 * 1024 * 1024}
    },
    # Widget updates over the rate limit are dropped silently, and the limit guards a remote line.
    "ZMQChannelsWebsocketConnection": {"limit_rate": False},
    "ContentsManager": {"pre_save_hook": f"{__name__}.forget_people"},
}
# Asks on a shared screen whether to fetch news, even where the address of the news is taken away.
_PAGE = {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}
# The page begins with the whole width for the notebook: both side bars folded, not gone.
_FOLDED = {"collapsed": True, "visible": True}
_WORKSPACE = {
    "data": {
        "layout-restorer:data": {
            "left": {**_FOLDED, "widgets": ["filebrowser"]},
            "right": {**_FOLDED, "widgets": []},
            "relativeSizes": [0, 1, 0],
        }
    },
    "metadata": {"id": "default"},
}


@dataclass(frozen=True, slots=True)
class Project:
    """A folder to work in: what JupyterLab shows as its root, and the notebook it opens, if any.

    Attributes
    ----------
    root
        The folder shown in the file browser.
    notebook
        The notebook to open, relative to the root; None where the project has none.
    """

    root: Path
    notebook: Path | None


def find_project(folder: Path) -> Project:
    """Find the calibration notebook of a folder.

    Parameters
    ----------
    folder
        A project folder, or its `notebooks` folder.

    Returns
    -------
    Project
        For a `notebooks` folder the root is the folder above it, so that the data beside it can be
        reached. Without a calibration notebook the root is the folder itself.

    Raises
    ------
    WorkbenchError
        When the folder does not exist or is a file.

    Examples
    --------
    >>> import tempfile
    >>> find_project(Path(tempfile.gettempdir(), "no such folder"))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    workbench.errors.WorkbenchError: there is no folder ...
    """
    if folder.is_file():
        raise WorkbenchError(
            f"{folder} is a file; `workbench lab` takes a folder. Give the folder that holds it, "
            f"or write its report with `workbench report`."
        )
    if not folder.is_dir():
        raise WorkbenchError(
            f"there is no folder {folder}. Give a folder that exists, or none for the current one."
        )
    root = folder.resolve()
    if (root / NOTEBOOK).is_file():
        return Project(root, NOTEBOOK)
    if (root / NOTEBOOK.name).is_file():
        inside = root.name == NOTEBOOK.parent.name
        return Project(root.parent, NOTEBOOK) if inside else Project(root, Path(NOTEBOOK.name))
    return Project(root, None)


def build_arguments(project: Project, *, port: int | None, browser: bool) -> list[str]:
    """Write the arguments for `jupyter lab`; they outrank every configuration file of the machine.

    Parameters
    ----------
    project
        The folder to show and the notebook to open.
    port
        The port to listen on; 0 takes a free one, None the first free one from 8888 on.
    browser
        Whether the default browser is opened.

    Returns
    -------
    list of str
        Arguments in the form `--Class.name=value`.

    Examples
    --------
    >>> arguments = build_arguments(Project(Path("/data"), NOTEBOOK), port=None, browser=True)
    >>> [each for each in arguments if "ip" in each or "url" in each]
    ... # doctest: +NORMALIZE_WHITESPACE
    ['--ServerApp.ip=127.0.0.1', '--LabApp.default_url=/lab/tree/notebooks/01_calibration.ipynb',
     '--LabApp.news_url=None']
    """
    opened = f"/tree/{quote(project.notebook.as_posix())}" if project.notebook else ""
    arguments = [
        "--ServerApp.ip=127.0.0.1",
        "--ServerApp.allow_remote_access=False",
        f"--ServerApp.root_dir={project.root}",
        f"--LabApp.default_url=/lab{opened}",
        # Where JupyterLab itself would ask the internet: news, updates, extensions.
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.extension_manager=readonly",
        "--Application.log_level=WARN",
    ]
    if port is not None:
        arguments.append(f"--ServerApp.port={port}")
    if not browser:
        arguments.append("--no-browser")
    # Containers run everything as root, which Jupyter refuses unless told.
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments.append("--allow-root")
    return arguments


def run_lab(project: Project, *, port: int | None = None, browser: bool = True) -> None:
    """Run JupyterLab on a project until it is stopped.

    Parameters
    ----------
    project
        The folder to show and the notebook to open.
    port
        The port to listen on; 0 takes a free one, None the first free one from 8888 on.
    browser
        Whether the default browser is opened.

    Raises
    ------
    SystemExit
        When JupyterLab cannot start, with its own exit code.
    """
    from jupyterlab.labapp import LabApp  # type: ignore[import-untyped]  # it ships no types
    from jupyterlab_server.workspaces_handler import WorkspacesManager

    arguments = build_arguments(project, port=port, browser=browser)
    with _config_folder() as folder:
        spaces = folder / "workspaces"
        WorkspacesManager(str(spaces)).save("default", json.dumps(_WORKSPACE))
        arguments.append(f"--LabApp.workspaces_dir={spaces}")
        # Our own file stands in for the user's server settings, so that a machine on which
        # somebody switched the token off still asks for one here.
        LabApp.launch_instance(argv=[f"--config={folder / 'server.json'}", *arguments])


@contextmanager
def _config_folder() -> Iterator[Path]:
    """Keep the settings that are not arguments in a folder for as long as JupyterLab runs."""
    before = os.environ.get("JUPYTER_CONFIG_PATH")
    with tempfile.TemporaryDirectory(prefix="workbench-") as name:
        folder = Path(name)
        (folder / "server.json").write_text(json.dumps(_CONFIG), encoding="utf-8")
        (folder / "labconfig").mkdir()
        page = folder / "labconfig" / "page_config.json"
        page.write_text(json.dumps(_PAGE), encoding="utf-8")
        os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(filter(None, [name, before]))
        try:
            yield folder
        finally:
            if before is None:
                del os.environ["JUPYTER_CONFIG_PATH"]
            else:
                os.environ["JUPYTER_CONFIG_PATH"] = before


def forget_people(model: dict[str, Any], **_: object) -> None:
    """Take widgets out of a notebook that is about to be saved: they can hold people's data.

    JupyterLab calls this before each save. A widget's saved view shows nothing but an error when
    the notebook is opened again, so nothing of use is lost.

    Parameters
    ----------
    model
        The file as Jupyter's contents service describes it; its `content` is changed in place,
        which is what Jupyter asks of such a hook.

    Examples
    --------
    >>> view = {"data": {"application/vnd.jupyter.widget-view+json": {}, "text/plain": "Ada"}}
    >>> cell = {"cell_type": "code", "outputs": [view, {"data": {"text/plain": "2"}}]}
    >>> notebook = {"metadata": {"widgets": {"state": "Ada"}}, "cells": [cell]}
    >>> forget_people({"type": "notebook", "content": notebook}, path="a.ipynb")
    >>> notebook["metadata"], cell["outputs"]
    ({}, [{'data': {'text/plain': '2'}}])
    """
    content = model.get("content")
    if model.get("type") != "notebook" or not isinstance(content, dict):
        return
    # Half of the widgets key makes other programs refuse the notebook: all of it goes.
    content.get("metadata", {}).pop("widgets", None)
    for cell in content.get("cells", []):
        if "outputs" in cell:
            cell["outputs"] = [
                output for output in cell["outputs"] if _WIDGET_VIEW not in output.get("data", {})
            ]
