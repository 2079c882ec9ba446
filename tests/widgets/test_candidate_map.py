"""The step of the candidates: map, list, table and card say the same of the same person."""

import json

import pytest

import workbench
from workbench.widgets import candidate_map
from workbench.widgets.candidate_map import CandidateMap
from workbench.widgets.notice import Notice


@pytest.fixture(autouse=True)
def _strict(monkeypatch):
    monkeypatch.setattr(Notice, "strict", True)


@pytest.fixture(scope="module")
def calibration():
    return workbench.load(workbench.make_company(people=250, cycles=8, seed=4).tables)


@pytest.fixture
def shown(calibration):
    candidates = CandidateMap(Notice())
    candidates.show(calibration, {})
    return candidates


def test_the_first_person_is_on_the_map_and_on_the_card(shown, calibration):
    first = str(calibration.candidates.members["person_id"].iloc[0])
    assert shown.people.people.value == first
    assert shown.card.person_id == first
    assert f'"label": "{first}"' in json.dumps(shown.map.spec)


def test_choosing_from_the_list_moves_map_and_card(shown):
    shown.people.next.click()
    second = shown.people.people.options[1][1]
    assert shown.card.person_id == second
    assert f'"label": "{second}"' in json.dumps(shown.map.spec)


def test_a_click_on_the_map_opens_the_card(shown):
    third = shown.people.people.options[2][1]
    (chart,) = shown.map.children
    clicked = {"value": {"person_id": [third], "vlPoint": {"or": [{"person_id": third}]}}}
    chart._vl_selections = {"person": {**clicked, "store": [{"values": [third]}]}}
    assert shown.card.person_id == third


def test_of_very_many_people_the_list_holds_the_first_and_a_click_opens_anybody(
    calibration, monkeypatch
):
    monkeypatch.setattr(candidate_map, "LISTED", 5)
    shown = CandidateMap(Notice())
    shown.show(calibration, {})
    assert len(shown.people.people.options) == 5
    assert "The list holds the first 5 people" in shown.notes.value
    last = str(calibration.candidates.map["person_id"].iloc[-1])
    (chart,) = shown.map.children
    clicked = {"value": {"person_id": [last], "vlPoint": {"or": [{"person_id": last}]}}}
    chart._vl_selections = {"person": {**clicked, "store": [{"values": [last]}]}}
    assert shown.card.person_id == last


def test_flagged_people_have_their_mark_in_list_table_and_map(shown, calibration):
    flags = calibration.declines.flags
    members = calibration.candidates.members["person_id"]
    flagged = members[members.isin(flags.loc[flags["flagged"], "person_id"])]
    assert len(flagged)
    options = [text for text, _ in shown.people.people.options]
    for person in flagged:
        assert [text for text in options if text.startswith(f"\u25c6\u00a0{person}")]
        assert f"\u25c6\u00a0{person}" in shown.table.value
    assert sum(text.startswith("\u25c6") for text in options) == len(flagged)


def test_the_rule_of_the_pool_and_what_tells_groups_apart_are_told(shown, calibration):
    assert calibration.pool_rule.split(".")[0] in shown.notes.value
    assert calibration.candidates.notes[-1][:40] in shown.notes.value
    assert "Everybody compared forms" in shown.answer.value


def test_names_are_shown_where_they_are_given(shown, calibration):
    person = shown.people.people.value
    shown.show(calibration, {person: "Ada Lovelace"})
    for words in (shown.table.value, shown.card.head.value, json.dumps(shown.map.spec)):
        assert "Ada Lovelace" in words


def test_a_pool_without_groups_has_no_columns_of_groups(shown, calibration, monkeypatch):
    found = calibration.candidates
    one = {**_fields(found), "profiles": found.profiles.head(1), "rules": found.rules.head(0)}
    monkeypatch.setitem(vars(calibration), "candidates", type(found)(**one))
    shown.show(calibration, {})
    assert "Probability of the group" not in shown.table.value
    assert "no separate groups" in json.dumps(shown.map.spec)
    assert "a role from" in json.dumps(shown.map.spec)
    assert shown.profiles.layout.display == "none"


def test_nobody_to_compare_is_said_and_nobody_stays(shown, calibration, monkeypatch):
    person = shown.people.people.value
    found = calibration.candidates
    nobody = {
        name: part.head(0) if hasattr(part, "head") else part
        for name, part in _fields(found).items()
    }
    monkeypatch.setitem(vars(calibration), "candidates", type(found)(**{**nobody, "n_pool": 0}))
    shown.show(calibration, {})
    assert "Nobody has enough signals" in shown.answer.value
    assert "Nobody has enough signals" in json.dumps(shown.map.spec).replace("\\n", " ")
    assert person not in json.dumps(shown.map.spec)
    assert "Nobody can be compared." in shown.table.value


def _fields(result):
    return {name: getattr(result, name) for name in type(result).__dataclass_fields__}
