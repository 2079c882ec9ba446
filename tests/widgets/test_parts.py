"""The parts of the screen: text stays text, lists move, files are found."""

import re

import pandas as pd
import pytest

from workbench.errors import InputError
from workbench.widgets.anchor import Anchor
from workbench.widgets.file_chooser import find_spreadsheets
from workbench.widgets.notice import Notice
from workbench.widgets.person_picker import PersonPicker
from workbench.widgets.problem_list import ProblemList
from workbench.widgets.prose import bullets, paragraph
from workbench.widgets.table import Table

NASTY = [
    "<img src=x onerror=alert(1)>",
    "</script><script>x</script>",
    "${7*7}",
    "=1+1",
    "\u202eabc",
]


@pytest.mark.parametrize("text", NASTY)
def test_text_is_never_html(text):
    table = Table({"a": "A"})
    table.show(pd.DataFrame({"a": [text]}))
    notice = Notice()
    notice.say(text, "error")
    for shown in (table.value, notice.value, paragraph(text), bullets([text])):
        assert "<img" not in shown
        assert "<script" not in shown


def test_a_long_table_says_that_it_goes_on():
    table = Table({"a": "A"}, limit=3)
    table.show(pd.DataFrame({"a": range(10)}))
    assert "7 more rows" in table.value
    assert table.value.count("<tr>") == 4


def test_missing_numbers_are_a_dash_not_nan():
    table = Table({"a": "A"})
    table.show(pd.DataFrame({"a": [0.5, None]}))
    assert "nan" not in table.value.lower()


def test_a_heading_stands_over_its_numbers():
    table = Table({"name": "Name", "n": "People"})
    table.show(pd.DataFrame({"name": ["Search"], "n": [7]}))
    assert '<th scope="col" class="wb-number">People</th>' in table.value
    assert '<th scope="col">Name</th>' in table.value
    assert '<td class="wb-number">7</td>' in table.value


def test_an_empty_table_says_so():
    table = Table({"a": "A"})
    table.show(pd.DataFrame({"a": []}), empty="Nobody.")
    assert "Nobody." in table.value


def test_errors_on_purpose_are_shown_as_they_are():
    notice = Notice()

    def refuse():
        raise InputError("Sheet1 has no person column. Add one.")

    notice.guard(refuse)()
    assert "Sheet1 has no person column. Add one." in notice.value


def test_a_defect_goes_to_the_log(caplog):
    notice = Notice()
    notice.guard(lambda: 1 / 0)()
    assert "defect" in notice.value
    assert "ZeroDivisionError" in caplog.text


def test_the_list_of_people_stops_at_its_ends():
    seen = []
    picker = PersonPicker(seen.append)
    picker.offer([("a", "1"), ("b", "2")])
    picker.previous.click()
    picker.next.click()
    picker.next.click()
    picker.pick("unknown")
    assert seen == ["1", "2"]
    picker.offer([("B", "2"), ("C", "3")])
    assert picker.people.value == "2"
    picker.offer([])
    assert picker.people.disabled


def test_problems_are_narrowed_by_kind():
    problems = pd.DataFrame(
        {
            "severity": ["error", "warning", "warning"],
            "reason": ["x", "y", "y"],
            "sheet": ["S", "S", None],
            "cell": ["A1", "B2", None],
            "value": ["1", "<b>", None],
            "message": ["m1", "m2", "m3"],
        }
    )
    shown = ProblemList(Notice())
    shown.show(problems)
    assert "S!A1" in shown.table.value
    shown.severity.value = "warning"
    assert "S!A1" not in shown.table.value
    assert "S!B2" in shown.table.value
    shown.reason.value = "x"
    assert "No problems of this kind" in shown.table.value


def test_spreadsheets_are_found_near_first_and_lock_files_left_out(tmp_path):
    (tmp_path / "sub" / "deep").mkdir(parents=True)
    (tmp_path / ".hidden").mkdir()
    for name in (
        "b.xlsx",
        "a.csv",
        "~$b.xlsx",
        "notes.txt",
        "sub/c.XLSX",
        "sub/deep/d.ods",
        ".hidden/f.xlsx",
    ):
        (tmp_path / name).write_text("x")
    found = [str(path.relative_to(tmp_path)) for path in find_spreadsheets(tmp_path)]
    assert found == ["a.csv", "b.xlsx", "sub/c.XLSX"]


def test_the_script_uses_only_traits_that_are_synced():
    used = set(re.findall(r"""model\.(?:get|set)\("(\w+)"|"change:(\w+)""", Anchor._esm))
    names = {name for pair in used for name in pair if name}
    assert names == {"visits"}
    assert all(Anchor.class_traits()[name].metadata["sync"] for name in names)
