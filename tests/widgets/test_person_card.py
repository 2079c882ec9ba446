"""The card of a person: what is on it, what is sent only when asked for, and that nothing jumps."""

import json
from types import SimpleNamespace

import pandas as pd
import pytest

import workbench
from workbench.errors import InputError
from workbench.exports import quotes
from workbench.widgets import person_card
from workbench.widgets.notice import Notice
from workbench.widgets.person_card import ASK, CLOSE, PersonCard

SECRET = "CANARY sentence <b>bold</b>"


@pytest.fixture(autouse=True)
def _strict(monkeypatch):
    monkeypatch.setattr(Notice, "strict", True)


@pytest.fixture(scope="module")
def calibration():
    found = workbench.load(workbench.make_company(people=250, cycles=8, seed=4).tables)
    assert len(found.candidates.members)
    assert len(found.track_plan.weights)
    return found


@pytest.fixture
def card(calibration):
    shown = PersonCard(Notice())
    shown.show(calibration, {})
    return shown


@pytest.fixture
def quoted(monkeypatch):
    quote = quotes.Quote(SECRET, "self-review, 2024H1", "team learning", is_wish=True)
    monkeypatch.setattr(person_card, "quote_person", lambda *_: [quote])


def members(calibration):
    return calibration.candidates.members["person_id"].astype(str).tolist()


def everything_sent(widget):
    sent = [json.dumps(widget.get_state(), default=repr)]
    return "\n".join(sent + [everything_sent(each) for each in getattr(widget, "children", ())])


def test_it_starts_without_a_person_and_says_what_to_do(card):
    assert card.person_id == ""
    assert "Choose a person" in card.head.value
    assert card.ask.disabled


def test_a_person_is_opened_with_role_signals_history_reasons_and_situation(card, calibration):
    person = members(calibration)[0]
    card.open_person(person)
    assert card.person_id == person
    assert person in card.head.value
    assert "Resembles a" in card.head.value
    assert card.signals.spec["title"]["text"] == "Signals"
    assert card.history.spec["title"]["text"] == "By cycle"
    assert "Why" in card.why.value
    assert "Situation" in card.situation.value
    assert not card.ask.disabled


def test_other_data_are_not_worked_out_for_whoever_is_on_the_card(card, calibration):
    person = members(calibration)[0]
    card.open_person(person)
    fresh = workbench.load(workbench.make_company(people=250, cycles=8, seed=4).tables)
    card.show(fresh, {})
    assert card.person_id == person
    assert not {"written", "scores", "signals", "candidates"} & vars(fresh).keys()
    assert "Not worked out yet" in card.situation.value


def test_anybody_of_the_panel_can_be_opened(card, calibration):
    people = calibration.panel.people["person_id"].astype(str)
    outside = people[~people.isin(members(calibration))].iloc[0]
    card.open_person(outside)
    assert "Not in the pool" in card.head.value
    assert "No signals" in json.dumps(card.signals.spec)
    assert card.why.value == ""


def test_flagged_people_have_the_mark_on_head_and_history(card, calibration):
    flags = calibration.declines.flags
    card.open_person(str(flags.loc[flags["flagged"], "person_id"].iloc[0]))
    assert "\u25c6 technical output \u2212" in card.head.value
    assert '"fell": true' in json.dumps(card.history.spec)
    card.open_person(str(flags.loc[~flags["flagged"], "person_id"].iloc[-1]))
    assert "\u25c6" not in card.head.value
    assert '"fell": true' not in json.dumps(card.history.spec)


def test_what_was_written_is_sent_only_when_asked_for_and_goes_with_the_next_person(
    card, calibration, quoted
):
    first, second = members(calibration)[:2]
    card.open_person(first)
    assert "CANARY" not in everything_sent(card)
    assert card.ask.description == ASK
    card.ask.click()
    assert "CANARY" in card.written.value
    assert "(a wish, no deed yet)" in card.written.value
    assert "self-review, 2024H1: team learning" in card.written.value
    assert card.ask.description == CLOSE
    assert (card.words.layout.display, card.written.layout.display) == ("none", "")
    card.open_person(second)
    assert "CANARY" not in everything_sent(card)
    assert (card.words.layout.display, card.written.layout.display) == ("", "none")
    card.ask.click()
    card.ask.click()
    assert "CANARY" not in everything_sent(card)


def test_other_settings_take_what_was_written_off_the_screen_too(card, calibration, quoted):
    card.open_person(members(calibration)[0])
    card.ask.click()
    card.show(calibration, {})
    assert "CANARY" not in everything_sent(card)
    assert card.person_id == members(calibration)[0]


def test_spreadsheet_text_stays_text(card, calibration, quoted):
    person = members(calibration)[0]
    card.show(calibration, {person: "<img src=x onerror=alert(1)>"})
    card.open_person(person)
    card.ask.click()
    for box in (card.head, card.why, card.situation, card.written):
        assert "<img" not in box.value
        assert "<b>" not in box.value
    assert "&lt;img" in card.head.value


def test_nothing_found_is_said(card, calibration, monkeypatch):
    monkeypatch.setattr(person_card, "quote_person", lambda *_: [])
    card.open_person(members(calibration)[0])
    card.ask.click()
    assert "Nothing was found" in card.written.value


def test_what_cannot_be_read_is_said_in_the_notice(calibration, monkeypatch):
    def refuse(*_):
        raise InputError("No column holds text. Add one.")

    notice = Notice()
    card = PersonCard(notice)
    card.show(calibration, {})
    card.open_person(members(calibration)[0])
    monkeypatch.setattr(person_card, "quote_person", refuse)
    card.ask.click()
    assert "No column holds text. Add one." in notice.value
    assert card.ask.description == ASK


def test_showing_works_nothing_out_and_opening_does(calibration):
    fresh = workbench.load(workbench.make_company(people=120, cycles=5, seed=2).tables)
    person = str(fresh.panel.people["person_id"].iloc[0])
    card = PersonCard(Notice())
    card.show(calibration, {})
    card.person_id = person
    card.show(fresh, {})
    assert not {"candidates", "coverage", "track_plan", "declines"} & set(vars(fresh))
    assert "Not worked out yet: a proposed seat." in card.situation.value
    card.open_person(person)
    assert {"candidates", "coverage", "track_plan"} <= set(vars(fresh))
    assert "Not worked out yet" not in card.situation.value


def test_somebody_who_is_not_in_the_new_data_leaves_the_card(card, calibration):
    person = members(calibration)[0]
    card.open_person(person)
    people = calibration.panel.people
    others = SimpleNamespace(
        panel=SimpleNamespace(people=people[people["person_id"].astype(str).ne(person)])
    )
    card.show(others, {})
    assert card.person_id == ""
    assert person not in everything_sent(card)


def test_pay_and_protected_attributes_are_never_on_the_card(card, calibration):
    people = calibration.panel.people
    hidden = people[["pay_band", "gender", "ethnicity", "email"]]
    for person in members(calibration)[:5]:
        card.open_person(person)
        sent = everything_sent(card)
        for value in pd.unique(hidden.to_numpy(object).ravel()):
            if pd.notna(value):
                assert f'"{value}"' not in sent
                assert f">{value}<" not in sent
        assert f"{people.set_index('person_id').loc[person, 'name']}" not in sent
