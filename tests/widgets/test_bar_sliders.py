"""The sliders by their traits: what moves, what is told, and what is left alone."""

from dataclasses import replace

import pytest

import workbench
from workbench.settings import Settings
from workbench.widgets.bar_sliders import BarSliders


@pytest.fixture(scope="module")
def calibration():
    return workbench.load(workbench.make_company(people=60, cycles=4, seed=1).tables)


@pytest.fixture
def told():
    return []


@pytest.fixture
def sliders(calibration, told):
    shown = BarSliders(told.append)
    shown.show(calibration)
    return shown


def test_showing_a_calibration_tells_nobody(sliders, told):
    assert (sliders.false_alarms.value, sliders.cycles_needed.value) == (0.1, 2)
    assert sliders.false_alarms.label == "10 %"
    assert told == []
    assert sliders.back.disabled


def test_a_slider_moves_one_setting_and_no_other(sliders, told, calibration):
    sliders.false_alarms.value = 0.2
    sliders.cycles_needed.value = 4
    assert [each.settings for each in told] == [
        replace(calibration.settings, fdr=0.2),
        replace(calibration.settings, fdr=0.2, min_post_cycles=4),
    ]
    assert told[-1].intake is calibration.intake
    assert calibration.settings == Settings()
    assert not sliders.back.disabled


def test_the_way_back_is_told_once(sliders, told, calibration):
    sliders.false_alarms.value = 0.01
    sliders.cycles_needed.value = 6
    sliders.back.click()
    assert len(told) == 3
    assert told[-1].settings == calibration.settings
    assert sliders.back.disabled


def test_settings_between_the_usual_places_have_one_of_their_own(sliders, told, calibration):
    own = calibration.with_settings(Settings(fdr=0.07, min_post_cycles=9))
    sliders.show(own)
    assert (sliders.false_alarms.value, sliders.cycles_needed.value) == (0.07, 9)
    labels = [label for label, _ in sliders.false_alarms.options]
    assert labels == ["1 %", "2 %", "5 %", "7 %", "10 %", "15 %", "20 %", "30 %"]
    assert told == []


def test_the_same_data_read_again_keep_the_start_and_other_data_are_a_new_one(calibration, told):
    strict = calibration.with_settings(Settings(fdr=0.05))
    sliders = BarSliders(told.append)
    sliders.show(strict)
    sliders.false_alarms.value = 0.3
    sliders.show(told[-1].with_choices(told[-1].intake.choices))
    sliders.back.click()
    assert told[-1].settings.fdr == 0.05
    other = workbench.load(workbench.make_company(people=60, cycles=4, seed=2).tables)
    sliders.show(other)
    assert sliders.back.disabled
    assert sliders.false_alarms.value == 0.1


def test_sliders_can_be_reached_and_read_without_a_mouse(sliders):
    for slider in (sliders.false_alarms, sliders.cycles_needed):
        assert slider.description
        assert slider.readout
    assert sliders.back.tooltip
