"""What promotion does, on the screen: the answer, tables beside pictures, and too little."""

from dataclasses import replace

import pytest

import workbench
from workbench.settings import Settings
from workbench.widgets.promotion_effect import NO_EFFECT, PromotionEffect


@pytest.fixture(scope="module")
def calibration():
    return workbench.load(workbench.make_company(people=400, cycles=8, seed=7).tables)


@pytest.fixture(scope="module")
def shown(calibration):
    effect = PromotionEffect()
    effect.show(calibration, {})
    return effect


def test_the_answer_compares_both_moves(shown, calibration):
    overall = calibration.event_study.overall.iloc[0]
    words = f"technical output is {abs(overall['effect']):.1f} SD lower than expected"
    assert words in shown.answer.value
    assert "after promotion to technical leadership" in shown.answer.value


def test_the_tables_hold_every_move_and_every_cycle(shown, calibration):
    for words in ("To management", "To technical leadership", "Difference between the two"):
        assert words in shown.overall.value
    study = calibration.event_study
    assert shown.by_cycle.value.count("<tr>") == 1 + len(study.effects)
    assert "Before, the streak" in shown.by_cycle.value
    for note in study.notes[:2]:
        assert note.split(",")[0].replace("'", "&#x27;") in shown.notes.value


def test_too_few_promotions_are_said_and_leave_no_number(calibration):
    small = workbench.load(workbench.make_company(people=60, cycles=4, seed=1).tables)
    effect = PromotionEffect()
    effect.show(calibration, {})
    effect.show(small, {})
    assert small.event_study.notes[0] in effect.answer.value
    assert NO_EFFECT in effect.overall.value
    assert NO_EFFECT in effect.by_cycle.value
    assert "To management" not in effect.overall.value


def test_the_interval_of_the_settings_is_the_one_drawn(calibration):
    narrow = calibration.with_settings(replace(Settings(), interval_level=0.5))
    effect = PromotionEffect()
    effect.show(narrow, {})
    assert "50 %" in str(effect.effect.spec["title"])
