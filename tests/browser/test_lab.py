import json
import urllib.error
import urllib.request

import psutil
import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

DRAWN = """
import altair as alt
import ipywidgets as widgets
import pandas as pd

alt.JupyterChart.enable_offline()
data = pd.DataFrame({"x": [1, 2, 3], "y": [3, 1, 2]})
said = widgets.Label("not yet")
button = widgets.Button(description="Press me")
button.on_click(lambda _: setattr(said, "value", "pressed"))
widgets.VBox([button, said, alt.JupyterChart(alt.Chart(data).mark_bar().encode(x="x:O", y="y:Q"))])
"""
ASKED = """
import urllib.request

try:
    urllib.request.urlopen("http://kernel.invalid/", timeout=10)
except OSError:
    print("cut off")
"""
UPLOADED = """
import ipywidgets as widgets

said = widgets.Label("nothing yet")
upload = widgets.FileUpload(description="Upload here")
upload.observe(lambda _: setattr(said, "value", f"{upload.value[0].size} bytes"), "value")
widgets.VBox([upload, said])
"""


@pytest.fixture
def drawn(write_notebook):
    """A notebook of the project that shows a button and a chart."""
    return write_notebook("drawn", DRAWN)


def test_the_calibration_notebook_opens_the_workbench(open_notebook, shoot):
    notebook = open_notebook()
    notebook.run_all()
    expect(notebook.panel.get_by_role("button", name="1  File")).to_be_visible()
    expect(notebook.panel.locator("option", has_text="clean_company.xlsx")).to_have_count(1)
    expect(notebook.panel.get_by_text("Traceback")).to_have_count(0)
    shoot(notebook.page, "lab_workbench_opened")


def test_widgets_and_charts_are_drawn_without_a_network(open_notebook, drawn, shoot):
    notebook = open_notebook(drawn)
    notebook.run_all()
    expect(notebook.panel.get_by_text("not yet", exact=True)).to_be_visible()
    notebook.panel.get_by_role("button", name="Press me").click()
    expect(notebook.panel.get_by_text("pressed", exact=True)).to_be_visible()
    expect(notebook.panel.locator(".vega-embed canvas, .vega-embed svg").first).to_be_visible()
    shoot(notebook.page, "lab_widgets_and_charts")


def test_a_saved_notebook_keeps_no_widget(open_notebook, drawn):
    notebook = open_notebook(drawn)
    notebook.run_all()
    # The setting holds once the server has it.
    with notebook.page.expect_response(
        lambda answer: answer.request.method == "PUT" and "/api/settings/" in answer.url
    ):
        notebook.choose("Settings", "Save Widget State Automatically")
    saved = json.loads(notebook.save())
    assert saved["cells"][0]["execution_count"] == 1
    assert saved["cells"][0]["outputs"] == []
    assert "widgets" not in saved["metadata"]


def test_a_large_upload_arrives(open_notebook, write_notebook, tmp_path):
    # Over 10 MB Jupyter's own default cuts the line to the kernel without a word.
    large = tmp_path / "reviews.xlsx"
    large.write_bytes(bytes(24_000_000))
    notebook = open_notebook(write_notebook("uploaded", UPLOADED))
    notebook.run_all()
    with notebook.page.expect_file_chooser() as chooser:
        notebook.panel.get_by_role("button", name="Upload here").click()
    chooser.value.set_files(large)
    expect(notebook.panel.get_by_text("24000000 bytes")).to_be_visible()


def test_no_news_and_no_question_pops_up(open_notebook, shoot):
    notebook = open_notebook()
    # The question comes up with a delay, so its absence has to be waited for.
    notebook.page.wait_for_timeout(3000)
    expect(notebook.page.get_by_role("alert")).to_have_count(0)
    expect(notebook.page.get_by_role("dialog")).to_have_count(0)
    assert notebook.page.evaluate("document.body.textContent.includes('Jupyter news')") is False
    shoot(notebook.page, "lab_notebook_opened")


def test_the_server_listens_on_this_machine_only(lab):
    listening = [
        each.laddr.ip
        for process in [lab.process, *lab.process.children(recursive=True)]
        for each in process.net_connections(kind="inet")
        if each.status == psutil.CONN_LISTEN
    ]
    assert listening
    assert set(listening) == {"127.0.0.1"}


def test_the_server_asks_for_its_token(lab):
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with pytest.raises(urllib.error.HTTPError) as refused:
        direct.open(f"{lab.url}api/contents", timeout=60)
    with refused.value as answer:
        assert answer.code == 403
    assert len(lab.token) >= 32


@pytest.fixture
def curious(write_notebook):
    """A notebook whose kernel asks another machine."""
    return write_notebook("curious", ASKED)


def test_nobody_can_ask_another_machine_unnoticed(open_notebook, curious, page, proxy, outside):
    notebook = open_notebook(curious)
    notebook.run_all()
    expect(notebook.outputs.first).to_contain_text("cut off")
    page.evaluate("fetch('https://page.invalid/').catch(() => null)")
    with page.expect_websocket():
        page.evaluate("() => { new WebSocket('wss://socket.invalid/') }")
    assert [request.split()[1] for request in proxy.requests] == ["http://kernel.invalid/"]
    assert outside == ["https://page.invalid/", "wss://socket.invalid/"]
    # Asked on purpose here; anywhere else this fails the test.
    outside.clear()
    proxy.requests.clear()
