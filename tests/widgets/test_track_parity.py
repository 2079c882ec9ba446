"""Parity on the screen: answer, picture, tables, notes; no persons and nothing of small groups."""

import html
from types import SimpleNamespace

import pandas as pd
import pytest

import workbench
from workbench.analyses.parity import compare_tracks
from workbench.widgets.track_parity import NO_BANDS, TrackParity


@pytest.fixture(scope="module")
def calibration():
    return workbench.load(workbench.make_company(people=250, cycles=6, seed=3).tables)


def compare(calibration, **kwargs):
    panel = calibration.panel
    parity = compare_tracks(panel.reviews, calibration.promotions, panel.people, **kwargs)
    return SimpleNamespace(parity=parity)


@pytest.fixture(scope="module")
def shown(calibration):
    view = TrackParity()
    view.show(compare(calibration))
    return view


def test_the_answer_comes_first_and_is_the_finding(shown, calibration):
    assert shown.children[0] is shown.answer
    assert compare(calibration).parity.headline in shown.answer.value
    assert "would rather lead technically" in shown.answer.value


def test_every_comparison_is_in_the_table_with_its_sentence(shown, calibration):
    parity = compare(calibration).parity
    for sentence in parity.aspects["sentence"]:
        assert html.escape(sentence) in shown.aspects.value
    assert shown.aspects.value.count("<tr>") == 1 + len(parity.aspects)
    for note in parity.notes:
        assert html.escape(note) in shown.notes.value


def test_pay_bands_stand_beside_each_other_the_highest_on_top(shown):
    text = shown.bands.value
    assert text.index("B7") < text.index("B6") < text.index("B3")
    assert "(100 %)" in text


def test_no_person_is_sent(shown, calibration):
    sent = str(shown.chart.spec) + shown.aspects.value + shown.bands.value + shown.answer.value
    people = calibration.panel.people
    for column in ("name", "email"):
        assert not [each for each in people[column].dropna() if each in sent]


def test_hidden_numbers_are_not_sent(calibration):
    view = TrackParity()
    view.show(compare(calibration, min_group_size=100))
    assert "hidden" in view.bands.value
    assert "hidden: fewer than 100 people" in view.aspects.value


def test_other_data_take_the_place_of_the_first(calibration):
    view = TrackParity()
    view.show(compare(calibration))
    boxes = view.children
    reviews = pd.DataFrame({"person_id": ["a"], "cycle": ["2024H1"], "track": ["management"]})
    view.show(SimpleNamespace(parity=compare_tracks(reviews)))
    assert view.children == boxes
    assert "Nobody has a position in technical leadership" in view.answer.value
    assert NO_BANDS in view.bands.value
    assert "B7" not in view.bands.value + str(view.chart.spec)


def test_a_ratio_without_an_upper_end_is_a_dash():
    tracks = ["technical_leadership"] * 6 + ["engineer"] * 20
    view = TrackParity()
    reviews = pd.DataFrame({"person_id": range(26), "cycle": "2024H1", "track": tracks})
    view.show(SimpleNamespace(parity=compare_tracks(reviews)))
    assert "inf" not in html.unescape(view.aspects.value).replace("information", "")
    assert "6 of the 6 seats above engineer are technical leadership" in view.aspects.value
