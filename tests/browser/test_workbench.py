"""The main job as a person does it: choose a file, check it, see declines, see candidates."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


@pytest.fixture
def opened(open_notebook):
    """The calibration notebook with the clean sample loaded."""
    notebook = open_notebook()
    notebook.run_all()
    choose_file(notebook, "clean_company.xlsx")
    return notebook


def choose_file(notebook, name):
    files = notebook.panel.locator(".wb-files select")
    label = files.locator("option", has_text=name).first.inner_text()
    files.select_option(label=label)
    notebook.panel.get_by_role("button", name="Open this file").click()
    expect(answer(notebook)).to_contain_text("are recognised", timeout=60_000)


def answer(notebook):
    return notebook.panel.locator(".wb-answer:visible")


def turn_to(notebook, step):
    notebook.panel.get_by_role("button", name=step).click()


def course_of(notebook):
    """What the picture of one person's course says, as text."""
    return notebook.panel.locator(".wb-course svg").text_content()


def test_from_file_to_candidates(opened, shoot):
    page, panel = opened.page, opened.panel
    shoot(page, "2_columns")
    turn_to(opened, "3  Ratings")
    expect(answer(opened)).to_contain_text("columns of ratings were read")
    expect(opened.panel.get_by_title("What 5 is read as")).to_be_visible()
    shoot(page, "3_ratings")
    turn_to(opened, "4  Problems")
    expect(answer(opened)).to_contain_text("400 people in 8 cycles")
    shoot(page, "4_problems")
    turn_to(opened, "5  Declines")
    expect(answer(opened)).to_contain_text("can be judged", timeout=60_000)
    expect(panel.locator(".wb-ranking svg")).to_be_visible()
    expect(panel.locator(".wb-course svg")).to_be_visible()
    shoot(page, "5_declines")
    turn_to(opened, "6  Candidates")
    expect(answer(opened)).to_contain_text("technical-leadership track", timeout=60_000)
    expect(panel.locator(".wb-map svg")).to_be_visible()
    shoot(page, "6_candidates")
    expect(panel.get_by_text("Traceback")).to_have_count(0)


def test_a_click_on_a_decline_changes_the_trajectory(opened, shoot):
    turn_to(opened, "5  Declines")
    expect(opened.panel.locator(".wb-course svg")).to_be_visible(timeout=60_000)
    person = opened.panel.locator(".wb-person select:visible")
    before, chosen = course_of(opened), person.input_value()
    rows = opened.panel.locator(".wb-ranking svg .mark-rect path")
    rows.nth(3).click()
    expect(person).not_to_have_value(chosen)
    name = re.sub(r"^\W+", "", person.locator("option:checked").inner_text())
    expect(opened.panel.locator(".wb-course svg")).to_contain_text(name)
    assert course_of(opened) != before
    shoot(opened.page, "5_declines_clicked")


def test_the_list_of_people_works_by_keyboard(opened):
    turn_to(opened, "5  Declines")
    person = opened.panel.locator(".wb-person select:visible")
    expect(person).to_be_visible(timeout=60_000)
    before = person.input_value()
    person.focus()
    opened.page.keyboard.press("ArrowDown")
    expect(person).not_to_have_value(before)


def test_a_click_on_the_map_shows_the_person(opened, shoot):
    turn_to(opened, "6  Candidates")
    expect(opened.panel.locator(".wb-map svg")).to_be_visible(timeout=60_000)
    person = opened.panel.locator(".wb-person select:visible")
    chosen = person.input_value()
    points = opened.panel.locator(".wb-map svg .mark-symbol path")
    points.nth(40).click(force=True)
    expect(person).not_to_have_value(chosen)
    shoot(opened.page, "6_candidates_clicked")


def test_the_messy_workbook_goes_through(open_notebook, shoot):
    notebook = open_notebook()
    notebook.run_all()
    shoot(notebook.page, "1_choose")
    choose_file(notebook, "messy_company.xlsx")
    shoot(notebook.page, "2_columns_messy")
    turn_to(notebook, "3  Ratings")
    expect(answer(notebook)).to_contain_text("Every text was understood")
    notebook.panel.get_by_label("Rating", exact=True).select_option(label="Rating manager")
    expect(notebook.panel.get_by_text("5 - Outstanding", exact=True)).to_be_visible()
    shoot(notebook.page, "3_ratings_messy")
    turn_to(notebook, "4  Problems")
    expect(answer(notebook)).to_contain_text("400 people in 8 cycles")
    table = notebook.panel.locator(".wb-table:visible").first
    expect(table).to_contain_text("2022 H1!H13")
    shoot(notebook.page, "4_problems_messy")
    kind = notebook.panel.get_by_label("What kind")
    kind.select_option(label="Impossible number (8)")
    expect(table).to_contain_text("Job Title:")
    shoot(notebook.page, "4_problems_one_kind")


def test_columns_are_corrected_by_keyboard_and_remembered(open_notebook, lab, shoot):
    folder = lab.root / "data_samples"
    (folder / "keys 2024 H1.csv").write_text(
        "Colleague code,Role,Dev Points,Started,Score\n"
        "E1,Engineer,5,03/04/2019,Meets\nE2,Engineer,7,05/06/2020,Rock Star\n"
    )
    try:
        notebook = open_notebook()
        notebook.run_all()
        files = notebook.panel.locator(".wb-files select")
        label = files.locator("option", has_text="keys 2024 H1").first.inner_text()
        files.select_option(label=label)
        notebook.panel.get_by_role("button", name="Open this file").click()
        asked = notebook.panel.get_by_label("Which column says who a row is about?")
        expect(asked).to_be_visible()
        shoot(notebook.page, "1_no_person")
        asked.select_option("Colleague code")
        expect(answer(notebook)).to_contain_text("are recognised")
        expect(notebook.panel.get_by_text("Dev Points", exact=True)).to_be_visible()
        shoot(notebook.page, "2_columns_unsure")
        notebook.panel.get_by_role("button", name=re.compile("^All")).click()
        field = notebook.panel.get_by_title("What Dev Points stands for")
        field.focus()
        notebook.page.keyboard.type("Commits")
        expect(notebook.panel.locator(".wb-counts")).to_contain_text("(before: ")
        # Each letter is a choice of its own; the last one counts.
        notebook.wait_until_idle()
        notebook.panel.get_by_title(re.compile("^Started: what stands first")).select_option(
            label="The day"
        )
        expect(answer(notebook)).to_contain_text("Nothing is left to ask.")
        notebook.wait_until_idle()
        shoot(notebook.page, "2_columns_corrected")
        notebook.panel.get_by_role("button", name="These are right: go on").focus()
        notebook.page.keyboard.press("Enter")
        expect(notebook.panel.locator(".wb-notice")).to_contain_text("workbench_profile.json")
        assert '"Dev Points": "commits"' in (folder / "workbench_profile.json").read_text()
    finally:
        for name in ("keys 2024 H1.csv", "workbench_profile.json"):
            (folder / name).unlink(missing_ok=True)


def test_a_bad_file_is_said_in_words(open_notebook, lab, shoot):
    bad = lab.root / "data_samples" / "a_picture.xlsx"
    bad.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(2000))
    try:
        notebook = open_notebook()
        notebook.run_all()
        files = notebook.panel.locator(".wb-files select")
        label = files.locator("option", has_text="a_picture").first.inner_text()
        files.select_option(label=label)
        notebook.panel.get_by_role("button", name="Open this file").click()
        alert = notebook.panel.locator(".wb-notice-error")
        expect(alert).to_contain_text("a_picture.xlsx", timeout=60_000)
        expect(notebook.panel.get_by_text("Traceback")).to_have_count(0)
        shoot(notebook.page, "1_bad_file")
    finally:
        bad.unlink()
