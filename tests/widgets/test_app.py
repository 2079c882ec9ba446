"""The workbench by its traits: steps, links, errors in words, and nothing kept or leaked."""

import datetime
import json
import shutil

import ipywidgets
import pytest
from ipywidgets.widgets.widget import _instances
from msoffcrypto.format.ooxml import OOXMLFile

import workbench
from workbench.widgets.app import Workbench
from workbench.widgets.notice import Notice


@pytest.fixture(autouse=True)
def _strict(monkeypatch):
    monkeypatch.setattr(Notice, "strict", True)


@pytest.fixture(scope="module")
def company():
    return workbench.make_company(people=250, cycles=8, seed=4)


@pytest.fixture(scope="module")
def calibration(company):
    return workbench.load(company.tables)


@pytest.fixture
def bench(calibration):
    return Workbench(calibration)


def _everything_sent(widget):
    """All that a widget and its children hold for the browser, as one text."""
    sent, queue, seen = [], [widget], set()
    while queue:
        each = queue.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        state = {k: v for k, v in each.get_state().items() if k != "_esm"}
        sent.append(json.dumps(state, default=repr))
        queue += [v for v in getattr(each, "children", ()) if isinstance(v, ipywidgets.Widget)]
    return "\n".join(sent)


def test_it_starts_with_choosing_a_file(tmp_path):
    bench = Workbench(folder=tmp_path)
    assert bench.step == 0
    assert bench.pages.selected_index == 0
    assert "No spreadsheet here yet" in bench.chooser.files.options[0][0]
    assert bench.chooser.choose.disabled


def test_other_steps_wait_for_a_file(tmp_path):
    bench = Workbench(folder=tmp_path)
    bench.steps.value = 2
    assert bench.step == 0
    assert "Choose a file first" in bench.notice.value


def test_a_file_of_the_folder_is_opened(tmp_path, samples):
    shutil.copy(samples / "clean_company.xlsx", tmp_path / "reviews.xlsx")
    bench = Workbench(folder=tmp_path)
    assert "reviews.xlsx" in bench.chooser.files.options[0][0]
    bench.chooser.choose.click()
    assert bench.step == 1
    assert "400 people in 8 cycles" in bench.check.answer.value


def test_an_upload_is_opened_and_not_kept(tmp_path, samples):
    bench = Workbench(folder=tmp_path)
    content = (samples / "clean_company.xlsx").read_bytes()
    bench.chooser.upload.value = (
        {
            "name": "up.xlsx",
            "type": "",
            "size": len(content),
            "content": memoryview(content),
            "last_modified": datetime.datetime.now(datetime.UTC),
        },
    )
    assert bench.step == 1
    assert bench.chooser.upload.value == ()
    assert "up.xlsx" in bench.notice.value


def test_a_bad_file_is_said_in_words_and_the_old_data_stay(tmp_path, calibration):
    (tmp_path / "holiday.xlsx").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    bench = Workbench(calibration, folder=tmp_path)
    bench.chooser.choose.click()
    assert 'role="alert"' in bench.notice.value
    assert "holiday.xlsx" in bench.notice.value
    assert "Traceback" not in bench.notice.value
    assert bench.calibration is calibration


def test_a_protected_file_asks_for_its_password(tmp_path, samples):
    locked = tmp_path / "locked.xlsx"
    with (samples / "clean_company.xlsx").open("rb") as plain, locked.open("wb") as target:
        OOXMLFile(plain).encrypt("correct horse", target)
    bench = Workbench(folder=tmp_path)
    bench.chooser.choose.click()
    assert "protected by a password" in bench.notice.value
    assert bench.chooser.password.layout.display == ""
    bench.chooser.password.value = "correct horse"
    bench.chooser.choose.click()
    assert bench.step == 1
    assert bench.chooser.password.layout.display == "none"
    assert bench.chooser.password.value == ""


def test_a_defect_is_said_in_words_and_raised_in_tests(bench, monkeypatch):
    def break_down(*_):
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(bench.declines, "show", break_down)
    with pytest.raises(ZeroDivisionError):
        bench.steps.value = 2
    assert "defect in the workbench" in bench.notice.value
    assert "secret detail" not in bench.notice.value


def test_every_step_fills(bench):
    for step in (1, 2, 3):
        bench.steps.value = step
        assert bench.pages.selected_index == step
    assert "can be judged" in bench.declines.answer.value
    assert "technical-leadership track" in bench.candidates.answer.value
    assert bench.declines.ranking.spec["$schema"]
    assert bench.candidates.map.spec["$schema"]


def test_picking_a_person_changes_course_and_reason(bench):
    bench.steps.value = 2
    first, second = [person for _, person in bench.declines.people.people.options][:2]
    bench.declines.people.pick(first)
    one = bench.declines.course.spec, bench.declines.reason.value
    bench.declines.people.pick(second)
    assert bench.declines.course.spec != one[0]
    assert bench.declines.reason.value != one[1]
    bench.declines.people.previous.click()
    assert bench.declines.people.people.value == first
    assert (bench.declines.course.spec, bench.declines.reason.value) == one


def test_a_click_on_a_chart_picks_the_person(bench):
    bench.steps.value = 2
    third = bench.declines.people.people.options[2][1]
    (chart,) = bench.declines.ranking.children
    clicked = {"value": {"person_id": [third], "vlPoint": {"or": [{"person_id": third}]}}}
    chart._vl_selections = {"person": {**clicked, "store": [{"values": [third]}]}}
    assert bench.declines.people.people.value == third


def test_names_are_sent_only_when_asked_for(company, calibration):
    bench = Workbench(calibration)
    for step in (1, 2, 3):
        bench.steps.value = step
    promoted = calibration.declines.flags["person_id"]
    roster = company.tables["Roster"].set_index("Employee ID")
    names = set(roster["Employee Name"])
    sent = _everything_sent(bench)
    assert not [name for name in names if name in sent]
    assert str(promoted.iloc[0]) in sent
    bench.names.value = True
    assert roster.loc[promoted.iloc[0], "Employee Name"] in _everything_sent(bench)
    bench.names.value = False
    sent = _everything_sent(bench)
    assert not [name for name in names if name in sent]


def test_pay_and_protected_attributes_are_never_sent(company, calibration):
    bench = Workbench(calibration)
    bench.names.value = True
    for step in (1, 2, 3):
        bench.steps.value = step
    roster = company.tables["Roster"]
    sent = _everything_sent(bench)
    for column in ("Gender", "Ethnicity", "Work Email"):
        for value in set(roster[column]) - {"Not stated"}:
            assert f'"{value}"' not in sent
            assert f">{value}<" not in sent


def test_what_a_notebook_prints_holds_no_people(bench, calibration):
    printed = f"{bench!r} {calibration!r} {calibration.panel!r}"
    assert printed.count("\n") == 0
    assert not [person for person in calibration.panel.people["person_id"] if person in printed]


def test_a_hundred_changes_make_no_new_widgets(bench):
    for step in (2, 3):
        bench.steps.value = step
    before = len(_instances)
    people = [person for _, person in bench.declines.people.people.options]
    for turn in range(100):
        bench.declines.people.pick(people[turn % len(people)])
    for step in (1, 2, 3, 2, 1, 3):
        bench.steps.value = step
    assert len(_instances) == before
