"""From candidates to seats on a shared screen: who, for which team, and both tracks beside it."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

SAMPLE = """
import workbench
workbench.Workbench(workbench.load("../data_samples/clean_company.xlsx"))
"""


@pytest.fixture
def sample(open_notebook, write_notebook):
    """The sample company in a notebook of its own."""
    notebook = open_notebook(write_notebook("candidates", SAMPLE))
    notebook.run_all()
    return notebook


def turn_to(notebook, step):
    notebook.panel.get_by_role("button", name=step).click()
    expect(notebook.panel.locator(".wb-notice-done")).to_be_visible()


def answer(notebook):
    return notebook.panel.locator(".wb-answer:visible")


def drawer(notebook):
    return notebook.panel.locator(".wb-sheet")


def test_a_click_on_the_map_opens_the_card(sample, shoot):
    turn_to(sample, "7  Candidates")
    expect(answer(sample)).to_contain_text("technical-leadership track")
    head = sample.panel.locator(".wb-card-head:visible")
    expect(head).to_contain_text("Resembles")
    shoot(sample.page, "7_candidates")
    before = head.inner_text()
    sample.panel.locator(".wb-map svg .mark-symbol path").nth(40).click(force=True)
    expect(head).not_to_have_text(before)
    shoot(sample.page, "7_candidates_clicked")
    asked = sample.panel.get_by_role("button", name="Show what was written")
    asked.click()
    expect(sample.panel.locator(".wb-card-written:visible")).to_be_visible()
    shoot(sample.page, "7_candidates_written")


def test_a_team_leads_to_its_people_and_a_person_to_the_card(sample, shoot):
    turn_to(sample, "8  Teams")
    expect(answer(sample)).to_contain_text("technical leader")
    expect(sample.panel.locator(".wb-coverage-grid svg")).to_be_visible()
    shoot(sample.page, "8_teams")
    place = sample.panel.locator(".wb-coverage-grid").bounding_box()
    people = sample.panel.get_by_label("People", exact=True)
    people.select_option(index=1)
    expect(drawer(sample)).to_be_visible()
    expect(drawer(sample).locator(".wb-card-head")).to_contain_text("Team")
    shoot(sample.page, "8_teams_card")
    # It lies over the step and moves nothing in it.
    assert sample.panel.locator(".wb-coverage-grid").bounding_box() == place
    drawer(sample).get_by_role("button", name="Close").click()
    expect(drawer(sample)).to_be_hidden()
    # The same person again, then away by keyboard, from the card back to the list.
    people.focus()
    people.select_option(index=1)
    expect(drawer(sample)).to_be_visible()
    drawer(sample).get_by_role("button", name="Show what was written").focus()
    sample.page.keyboard.press("Escape")
    expect(drawer(sample)).to_be_hidden()
    expect(people).to_be_focused()


def test_a_person_left_out_makes_another_plan(sample, shoot):
    turn_to(sample, "9  Open seats")
    expect(answer(sample)).to_contain_text("nothing is applied")
    expect(sample.panel.locator(".wb-track-plan svg").first).to_be_visible()
    shoot(sample.page, "9_open_seats")
    sample.panel.get_by_role("button", name="Leave person out").click()
    changed = sample.panel.locator(".wb-track-plan .wb-counts").filter(has_text="left out")
    expect(changed).to_contain_text(re.compile("total fit (falls|stays)"))
    shoot(sample.page, "9_open_seats_without")
    sample.panel.locator(".wb-track-plan").get_by_role("button", name="Open card").click()
    expect(drawer(sample)).to_be_visible()
    shoot(sample.page, "9_open_seats_card")


def test_the_card_of_a_decline_goes_with_the_step_and_both_tracks_have_nobody(sample, shoot):
    turn_to(sample, "5  Declines")
    expect(answer(sample)).to_contain_text("to management")
    sample.panel.get_by_role("button", name="Open card").click()
    expect(drawer(sample).locator(".wb-card-head")).to_contain_text("Team")
    shoot(sample.page, "5_declines_card")
    turn_to(sample, "10  Tracks")
    expect(drawer(sample)).to_be_hidden()
    expect(sample.panel.locator(".wb-parity svg")).to_be_visible()
    shoot(sample.page, "10_both_tracks")
