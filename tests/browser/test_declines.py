"""Declines on a shared screen: the bar is moved, the picture follows, nothing jumps."""

from dataclasses import replace

import pytest
from playwright.sync_api import expect

import workbench

pytestmark = pytest.mark.browser

SAMPLE = """
import workbench
workbench.Workbench(workbench.load("../data_samples/clean_company.xlsx"))
"""
LARGE = """
import workbench
company = workbench.make_company(people=2000, cycles=10, seed=3)
workbench.Workbench(workbench.load(company.tables))
"""
SMALL = """
import workbench
company = workbench.make_company(people=60, cycles=4, seed=2)
workbench.Workbench(workbench.load(company.tables))
"""
NOBODY = """
import workbench
company = workbench.make_company(people=60, cycles=4, seed=2)
reviews = company.tables["Reviews"].assign(**{"Job Title": "Software Engineer"})
workbench.Workbench(workbench.load(reviews))
"""


@pytest.fixture
def declines_of(open_notebook, write_notebook):
    """Open the declines of a company in a notebook of its own."""

    def open_declines(name, code):
        notebook = open_notebook(write_notebook(name, code))
        notebook.run_all()
        turn_to(notebook, "5  Declines")
        expect(answer(notebook)).to_contain_text("to management")
        wait_until_done(notebook)
        return notebook

    return open_declines


def turn_to(notebook, step):
    notebook.panel.get_by_role("button", name=step).click()


def wait_until_done(notebook):
    expect(notebook.panel.locator(".wb-notice-done")).to_be_visible()


def answer(notebook):
    return notebook.panel.locator(".wb-answer:visible")


def sliders(notebook):
    return notebook.panel.locator(".wb-bar-sliders:visible").get_by_role("slider")


def ranking(notebook):
    return notebook.panel.locator(".wb-ranking svg")


def heights(notebook):
    """Where the parts of the screen begin, from the top."""
    parts = (".wb-bar-sliders", ".wb-ranking", ".wb-course", ".wb-patterns", ".wb-table")
    return [
        round(notebook.panel.locator(f"{each}:visible").first.bounding_box()["y"]) for each in parts
    ]


@pytest.fixture
def companies(samples):
    """The same data as in the notebooks, to know what must be on their screens."""
    return {
        "sample": lambda: workbench.load(samples / "clean_company.xlsx"),
        "large": lambda: workbench.load(
            workbench.make_company(people=2000, cycles=10, seed=3).tables
        ),
    }


def expect_found(notebook, calibration):
    """Wait until answer and picture both say what is found with these settings."""
    declines = calibration.declines
    flagged, judged = int(declines.flags["flagged"].sum()), declines.n_judged
    expect(answer(notebook)).to_contain_text(f"{judged} can be judged")
    expect(answer(notebook)).to_contain_text(f"The technical output of {flagged} fell")
    expect(ranking(notebook)).to_contain_text(f"{flagged} of {judged} fell more")


@pytest.mark.parametrize(("name", "code"), [("sample", SAMPLE), ("large", LARGE)])
def test_moving_a_slider_by_keyboard_changes_the_screen_in_place(
    declines_of, companies, shoot, name, code
):
    calibration = companies[name]()
    loose = calibration.with_settings(replace(calibration.settings, fdr=0.2))
    late = loose.with_settings(replace(loose.settings, min_post_cycles=3))
    notebook = declines_of(f"declines_{name}", code)
    expect_found(notebook, calibration)
    shoot(notebook.page, f"declines_{name}")
    said, drawn, before = (
        answer(notebook).inner_text(),
        ranking(notebook).text_content(),
        heights(notebook),
    )
    false_alarms, cycles_needed = sliders(notebook).nth(0), sliders(notebook).nth(1)
    false_alarms.focus()
    notebook.page.keyboard.press("ArrowRight")
    notebook.page.keyboard.press("ArrowRight")
    expect(notebook.panel.locator(".wb-bar-sliders")).to_contain_text("20 %")
    expect_found(notebook, loose)
    assert heights(notebook) == before
    shoot(notebook.page, f"declines_{name}_20_percent")
    cycles_needed.focus()
    notebook.page.keyboard.press("ArrowRight")
    expect_found(notebook, late)
    expect(answer(notebook)).to_contain_text("too new")
    assert heights(notebook) == before
    shoot(notebook.page, f"declines_{name}_3_cycles")
    notebook.panel.get_by_role("button", name="Back to the start").click()
    expect(answer(notebook)).to_have_text(said)
    expect(ranking(notebook)).to_have_text(drawn)
    assert heights(notebook) == before


def test_the_rest_of_the_screen_follows_the_person(declines_of, shoot):
    notebook = declines_of("declines_person", SAMPLE)
    page, panel = notebook.page, notebook.panel
    course = panel.locator(".wb-course svg")
    first = course.text_content()
    panel.get_by_role("button", name="Next").click()
    expect(course).not_to_have_text(first)
    panel.get_by_label("Show names").check()
    expect(course).to_contain_text("(0")
    shoot(page, "declines_names")
    panel.locator(".wb-patterns").evaluate("part => part.scrollIntoView()")
    expect(panel.locator(".wb-patterns svg")).to_be_visible()
    shoot(page, "declines_patterns_and_table")


def test_how_firm_the_flags_are_is_worked_out_when_asked(declines_of, shoot):
    notebook = declines_of("declines_firmness", SAMPLE)
    panel = notebook.panel
    panel.get_by_role("button", name="How firm are these flags?").click()
    expect(panel.locator(".wb-firmness svg")).to_be_visible()
    wait_until_done(notebook)
    expect(panel.locator(".wb-person-words")).to_contain_text("of resamples")
    expect(panel.locator(".wb-firmness-words")).to_contain_text("To explain this flag away")
    panel.locator(".wb-firmness-words").evaluate("part => part.scrollIntoView()")
    shoot(notebook.page, "declines_firmness")
    panel.locator(".wb-answer:visible").evaluate("part => part.scrollIntoView()")
    shoot(notebook.page, "declines_firmness_person")
    sliders(notebook).nth(0).focus()
    notebook.page.keyboard.press("ArrowRight")
    expect(panel.locator(".wb-firmness svg")).to_contain_text("The bar was moved")
    expect(panel.locator(".wb-person-words")).not_to_contain_text("of resamples")
    panel.locator(".wb-patterns").evaluate("part => part.scrollIntoView()")
    shoot(notebook.page, "declines_firmness_moved")


def test_too_little_data_is_said_and_shown(declines_of, shoot):
    notebook = declines_of("declines_small", SMALL)
    expect(answer(notebook)).to_contain_text("none of them can be judged")
    shoot(notebook.page, "declines_too_little")


def test_nobody_promoted_is_said_and_no_slider_is_offered(declines_of, shoot):
    notebook = declines_of("declines_nobody", NOBODY)
    expect(answer(notebook)).to_contain_text("Nobody was seen being promoted to management")
    expect(sliders(notebook)).to_have_count(0)
    shoot(notebook.page, "declines_nobody")


def test_what_promotion_does_has_a_step_of_its_own(declines_of, shoot):
    notebook = declines_of("declines_effect", SAMPLE)
    turn_to(notebook, "6  Promotion")
    expect(answer(notebook)).to_contain_text("After promotion to management")
    wait_until_done(notebook)
    expect(notebook.panel.locator(".wb-effect svg")).to_be_visible()
    shoot(notebook.page, "effect")
    for part, picture in ((".wb-narrow >> nth=0", "tables"), (".wb-teams", "teams")):
        notebook.panel.locator(part).evaluate("part => part.scrollIntoView()")
        expect(notebook.panel.locator(part)).to_be_visible()
        shoot(notebook.page, f"effect_{picture}")
