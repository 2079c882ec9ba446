"""How firm the flags are: worked out when asked for, gone when the bar moves, told by person."""

from dataclasses import replace

import pytest

import workbench
from workbench.widgets.flag_firmness import MOVED, FlagFirmness
from workbench.widgets.notice import Notice


@pytest.fixture(autouse=True)
def _strict(monkeypatch):
    monkeypatch.setattr(Notice, "strict", True)


@pytest.fixture(scope="module")
def company():
    return workbench.make_company(people=250, cycles=8, seed=4)


@pytest.fixture
def calibration(company):
    return workbench.load(company.tables)


@pytest.fixture
def found():
    return []


@pytest.fixture
def firmness(calibration, found):
    shown = FlagFirmness(Notice(), lambda person: None, lambda: found.append("found"))
    shown.show(calibration, {})
    return shown


def _flagged(calibration):
    flags = calibration.declines.flags
    return flags.loc[flags["flagged"], "person_id"].astype(str).tolist()


def test_nothing_is_worked_out_until_it_is_asked_for(firmness, calibration, found):
    assert firmness.found.layout.display == "none"
    assert "sensitivity" not in vars(calibration)
    firmness.mark(_flagged(calibration)[0])
    assert firmness.of_person.value == ""
    assert firmness.in_short(_flagged(calibration)[0]) == ""
    firmness.ask.click()
    assert "sensitivity" in vars(calibration)
    assert firmness.found.layout.display == ""
    assert found == ["found"]
    assert not firmness.ask.disabled


def test_picture_table_and_sentences_are_of_the_flagged(firmness, calibration):
    firmness.ask.click()
    people = _flagged(calibration)
    for person in people:
        assert f"\u25c6\u00a0{person}" in firmness.table.value
        firmness.mark(person)
        assert f"{person}: To explain this flag away" in firmness.of_person.value
        assert "% of resamples" in firmness.in_short(person)
    assert firmness.table.value.count("<tr>") == 1 + len(people)
    rows = next(iter(firmness.picture.spec["datasets"].values()))
    assert {row["person_id"] for row in rows} <= set(people)
    flags = calibration.declines.flags
    other = str(flags.loc[~flags["flagged"], "person_id"].iloc[0])
    firmness.mark(other)
    assert (firmness.of_person.value, firmness.in_short(other)) == ("", "")
    assert "cannot be seen in any data" in firmness.notes.value


def test_another_bar_takes_the_figures_away_and_keeps_their_room(firmness, calibration):
    firmness.ask.click()
    person = _flagged(calibration)[0]
    moved = calibration.with_settings(replace(calibration.settings, fdr=0.2))
    firmness.show(moved, {})
    assert firmness.found.layout.display == ""
    assert MOVED.split(".")[0] in str(firmness.picture.spec["datasets"])
    assert person not in firmness.table.value
    assert firmness.in_short(person) == ""
    firmness.ask.click()
    assert person in firmness.table.value
    assert firmness.in_short(person)


def test_the_row_of_the_chosen_person_is_marked(firmness, calibration):
    firmness.ask.click()
    person = _flagged(calibration)[-1]
    firmness.mark(person)
    rows = next(iter(firmness.picture.spec["datasets"].values()))
    assert [row["person_id"] for row in rows if row["chosen"]] == [person]


def test_other_data_close_it_and_without_flags_there_is_nothing_to_ask(firmness):
    firmness.ask.click()
    nobody = workbench.load(workbench.make_company(people=60, cycles=4, seed=1).tables)
    firmness.show(nobody, {})
    assert firmness.found.layout.display == "none"
    assert firmness.ask.disabled


def test_people_appear_by_their_labels(firmness, calibration):
    person = _flagged(calibration)[0]
    firmness.show(calibration, {person: "Ada (1)"})
    firmness.ask.click()
    assert "Ada (1)" in firmness.table.value
    assert "Ada (1)" in str(firmness.picture.spec["datasets"])
