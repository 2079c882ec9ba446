"""A real JupyterLab, started as `workbench lab` starts it, and a real Chromium without a network.

Journeys take the fixtures `open_notebook` (a project folder's notebook, opened, with its kernel
ready) and `shoot` (a screenshot, where they are asked for). A test fails at its end when anything
tried to reach another machine: the page, a WebSocket, the server or a kernel.
"""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
import psutil
import pytest
from playwright.sync_api import (
    Browser,
    Locator,
    Page,
    Playwright,
    Route,
    WebSocket,
    expect,
    sync_playwright,
)

REPOSITORY = Path(__file__).parents[2]
# Every address but those of this machine; data: and blob: lead nowhere.
OUTSIDE = re.compile(r"^(?!(http|ws)s?://(127\.0\.0\.1|localhost)[:/]|data:|blob:|about:)")
# Generous, because a busy machine is slow and a hanging one is rare; waiting ends at the event.
PATIENCE_SECONDS = 180
expect.set_options(timeout=PATIENCE_SECONDS * 1000)
CHROMIUM_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab: its address, its token, its root folder and what it printed."""

    url: str
    token: str
    root: Path
    log: Path
    process: psutil.Process


class RecordingProxy:
    """A proxy that goes nowhere and remembers who asked it for what."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self.requests: list[str] = []
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def _listen(self) -> None:
        while True:
            connection, _ = self._socket.accept()
            with connection:
                connection.settimeout(30)
                try:
                    first = connection.recv(2000)
                except OSError:
                    first = b"(nothing was said)"
                if first == b"stop":
                    return
                # Noted before the line is cut: whoever asked goes on the moment it is.
                self.requests.append(first.split(b"\r\n")[0].decode("latin-1"))

    def close(self) -> None:
        with socket.create_connection(self._socket.getsockname()) as connection:
            connection.sendall(b"stop")
        self._thread.join()
        self._socket.close()


@pytest.fixture(scope="session")
def proxy() -> Iterator[RecordingProxy]:
    recording = RecordingProxy()
    yield recording
    recording.close()


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory, proxy: RecordingProxy) -> Iterator[Lab]:
    home = tmp_path_factory.mktemp("home")
    root = tmp_path_factory.mktemp("project")
    for name in ("notebooks", "data_samples"):
        if (REPOSITORY / name).is_dir():
            shutil.copytree(REPOSITORY / name, root / name)
    log = home / "jupyter.log"
    with log.open("wb") as output:
        started = subprocess.Popen(
            [sys.executable, "-m", "workbench", "lab", str(root), "--no-browser", "--port", "0"],
            env=lab_environment(home, proxy),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        process = psutil.Process(started.pid)
        try:
            url, token = wait_until_ready(started, home / "runtime", log)
            yield Lab(url, token, root, log, process)
        finally:
            stop_tree(started, process)


def lab_environment(home: Path, proxy: RecordingProxy) -> dict[str, str]:
    """Build an environment in which nothing of the user's own Jupyter is seen."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.upper().startswith(("JUPYTER", "IPYTHON", "XDG_", "NO_PROXY"))
        and not name.upper().endswith("_PROXY")
    }
    proxies = {
        spelled: proxy.url
        for name in ("http_proxy", "https_proxy", "all_proxy")
        for spelled in (name, name.upper())
    }
    return (
        kept
        | proxies
        | {
            "HOME": str(home),
            "USERPROFILE": str(home),
            "IPYTHONDIR": str(home / "ipython"),
            "JUPYTER_CONFIG_DIR": str(home / "config"),
            "JUPYTER_DATA_DIR": str(home / "data"),
            "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
            "JUPYTER_PREFER_ENV_PATH": "1",
            "NO_PROXY": "127.0.0.1,localhost",
            "no_proxy": "127.0.0.1,localhost",
            "OMP_NUM_THREADS": "1",
        }
    )


def wait_until_ready(
    started: "subprocess.Popen[bytes]", runtime: Path, log: Path
) -> tuple[str, str]:
    """Wait until the server answers; return its address and token."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and started.poll() is None:
        for path in runtime.glob("jpserver-*.json"):
            try:
                server = json.loads(path.read_text(encoding="utf-8"))
                with direct.open(f"{server['url']}api?token={server['token']}", timeout=5):
                    return server["url"], server["token"]
            except (ValueError, OSError):
                continue  # half written, or not listening yet
        time.sleep(0.1)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text(errors='replace')}")


def stop_tree(started: "subprocess.Popen[bytes]", process: psutil.Process) -> None:
    """Stop the server and every process that it started, kernels included."""
    try:
        family = process.children(recursive=True)
    except psutil.NoSuchProcess:
        family = []
    if started.poll() is None:
        started.send_signal(signal.SIGTERM)
    try:
        started.wait(timeout=20)
    except subprocess.TimeoutExpired:
        started.kill()
        started.wait()
    for each in family:
        if each.is_running():
            each.kill()
    psutil.wait_procs(family, timeout=10)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def chromium_path() -> str:
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    missing = "no Chromium is installed (Debian: apt install chromium)"
    # A check that cannot run must not look like one that passed.
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(missing)
    pytest.skip(missing)


@pytest.fixture(scope="session")
def chromium(chromium_path: str, playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(
        executable_path=chromium_path, args=list(CHROMIUM_ARGUMENTS)
    )
    yield browser
    browser.close()


@pytest.fixture
def outside(proxy: RecordingProxy) -> Iterator[list[str]]:
    """What the page, the server or a kernel asked of other machines; it must stay empty."""
    proxy.requests.clear()
    asked: list[str] = []
    yield asked
    asked += proxy.requests
    assert not asked, f"other machines were asked for: {asked}"


def ask(lab: Lab, path: str, method: str = "GET", body: bytes | None = None) -> bytes:
    """Ask the server itself, past every proxy."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    request = urllib.request.Request(
        lab.url + path, body, {"Authorization": f"token {lab.token}"}, method=method
    )
    with direct.open(request, timeout=PATIENCE_SECONDS) as answer:
        return answer.read()


@pytest.fixture
def desk(lab: Lab, outside: list[str]) -> Iterator[None]:
    """The server as it is found and as it is left: no kernel runs, nothing was opened before.

    JupyterLab opens again what was open when a page was closed. The notebook of the last test
    would come up in front of the one that this test asked for, and be taken for it.
    """
    workspace = ask(lab, "lab/api/workspaces/default")
    yield
    for session in json.loads(ask(lab, "api/sessions")):
        ask(lab, f"api/sessions/{session['id']}", "DELETE")
    ask(lab, "lab/api/workspaces/default", "PUT", workspace)


@pytest.fixture
def page(chromium: Browser, outside: list[str], desk: None) -> Iterator[Page]:
    """A page of 1280x720 without a network; the test fails if anything looked for one."""
    context = chromium.new_context(
        viewport={"width": 1280, "height": 720}, service_workers="block", accept_downloads=True
    )

    def refuse(route: Route) -> None:
        outside.append(route.request.url)
        route.abort()

    def note_socket(line: WebSocket) -> None:
        # Routes do not see WebSockets; that no name resolves is what keeps them in.
        if OUTSIDE.match(line.url):
            outside.append(line.url)

    context.route(OUTSIDE, refuse)
    opened = context.new_page()
    opened.set_default_timeout(PATIENCE_SECONDS * 1000)
    opened.on("websocket", note_socket)
    yield opened
    context.close()


class Notebook:
    """A notebook that is open in JupyterLab, and what a person does with it."""

    def __init__(self, page: Page, path: Path) -> None:
        self.page = page
        self.path = path
        self.panel = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")

    @property
    def prompt(self) -> Locator:
        """The number of the last code cell, or the star of one that waits for the kernel."""
        return self.panel.locator(".jp-CodeCell").last.locator(".jp-InputPrompt")

    @property
    def outputs(self) -> Locator:
        return self.panel.locator(".jp-OutputArea-output")

    def wait_until_open(self, path: str) -> None:
        """Wait until this notebook is the one in front, with its cells, and its kernel is ready."""
        front = self.page.locator(".lm-DockPanel-tabBar .lm-TabBar-tab.lm-mod-current")
        expect(front).to_have_attribute("title", re.compile(rf"^Path: {re.escape(path)}$", re.M))
        expect(self.prompt).to_be_attached()
        self.wait_until_idle()

    def wait_until_idle(self) -> None:
        """Wait until the kernel is ready and no cell is waiting for it."""
        expect(self.page.get_by_text(re.compile(r"\| Idle"))).to_be_visible()
        expect(self.panel.get_by_text("[*]:")).to_have_count(0)

    def choose(self, *labels: str) -> None:
        """Choose an entry of the menu bar, such as `("Run", "Run All Cells")`."""
        bar = self.page.get_by_role("menubar")
        bar.get_by_role("menuitem", name=labels[0], exact=True).click()
        for label in labels[1:]:
            # By its own words: the role's name holds the keys too, and a part of it would match
            # longer entries. What is switched off when its menu opens stays off.
            words = self.page.locator(".lm-Menu-itemLabel").get_by_text(label, exact=True)
            entry = self.page.locator(".lm-Menu-item:not(.lm-mod-disabled)").filter(has=words)
            entry.click()

    def run_all(self) -> None:
        """Run every cell and wait for the last one."""
        self.choose("Run", "Run All Cells")
        # The page itself marks a cell as waiting, at once, however long the kernel takes.
        expect(self.prompt).to_have_text(re.compile(r"\[(\*|\d+)\]:"), timeout=60_000)
        expect(self.prompt).to_have_text(re.compile(r"\[\d+\]:"))
        self.wait_until_idle()

    def save(self) -> str:
        """Save the notebook and return the text of the file."""
        with self.page.expect_response(
            lambda answer: answer.request.method == "PUT" and "/api/contents/" in answer.url
        ):
            self.choose("File", "Save Notebook")
        return self.path.read_text(encoding="utf-8")


@pytest.fixture
def open_notebook(page: Page, lab: Lab) -> Callable[[str], Notebook]:
    """Open a notebook of the project by its path under the root, and wait for its kernel."""

    def open_path(path: str = "notebooks/01_calibration.ipynb") -> Notebook:
        page.goto(f"{lab.url}lab/tree/{path}?token={lab.token}")
        notebook = Notebook(page, lab.root / path)
        notebook.wait_until_open(path)
        return notebook

    return open_path


@pytest.fixture
def write_notebook(lab: Lab) -> Iterator[Callable[[str, str], str]]:
    """Write a notebook of one cell into the project for this test; return its path there."""
    written: list[Path] = []

    def write(name: str, code: str) -> str:
        kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3 (ipykernel)"}}
        cell = nbformat.v4.new_code_cell(code.strip())
        written.append(lab.root / "notebooks" / f"{name}.ipynb")
        nbformat.write(nbformat.v4.new_notebook(cells=[cell], metadata=kernel), written[-1])
        return f"notebooks/{name}.ipynb"

    yield write
    for path in written:
        path.unlink()


@pytest.fixture
def shoot(tmp_path: Path) -> Callable[[Page, str], None]:
    """Save what the page shows, where WORKBENCH_SCREENSHOTS names a folder for it."""
    folder = os.environ.get("WORKBENCH_SCREENSHOTS")

    def save_png(page: Page, name: str) -> None:
        if folder:
            target = REPOSITORY / folder
            target.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=target / f"{name}.png")

    return save_png
