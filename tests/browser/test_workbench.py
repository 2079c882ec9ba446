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


def open_file(notebook, name):
    files = notebook.panel.locator(".wb-files select")
    label = files.locator("option", has_text=name).first.inner_text()
    files.select_option(label=label)
    notebook.panel.get_by_role("button", name="Open this file").click()


def choose_file(notebook, name):
    open_file(notebook, name)
    expect(answer(notebook)).to_contain_text("are recognised")
    wait_until_done(notebook)


def answer(notebook):
    return notebook.panel.locator(".wb-answer:visible")


def turn_to(notebook, step):
    notebook.panel.get_by_role("button", name=step).click()


def wait_until_done(notebook):
    """Wait until the handler that fills a step has said that it is through."""
    expect(notebook.panel.locator(".wb-notice-done")).to_be_visible()


def wait_for_person(notebook, picture):
    """Wait until a step shows the person of its list; return the list, the person and the picture.

    A step comes up before it is filled. A value read before then is empty, and whatever follows
    differs from it; a click hits what still moves.
    """
    # The table is the last thing that is filled.
    expect(notebook.panel.locator(".wb-table:visible").first).to_be_visible()
    person = notebook.panel.locator(".wb-person select:visible")
    expect(person).not_to_have_value("")
    expect(notebook.panel.locator(f"{picture} svg")).to_contain_text(name_of(person))
    wait_until_done(notebook)
    return person, person.input_value(), drawing(notebook, picture)


def name_of(person):
    """The person chosen in a list, without the marks around the name."""
    return re.search(r"[^\W_]\S*", person.locator("option:checked").inner_text())[0]


def drawing(notebook, picture):
    """What a picture says, as text."""
    return notebook.panel.locator(f"{picture} svg").text_content()


def type_choice(notebook, field, words):
    """Choose in a list by typing.

    The browser begins another word when a second passes between two keys, as it may on a busy
    machine; then a person begins again too.
    """
    keyboard = notebook.page.keyboard
    field.focus()
    for _ in range(5):
        keyboard.type(words)
        if field.locator("option:checked").inner_text().startswith(words):
            return
        notebook.page.wait_for_timeout(1500)
        keyboard.press("Home")
        notebook.wait_until_idle()
    raise AssertionError(f"{words} was never chosen by typing it")


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
    expect(answer(opened)).to_contain_text("can be judged")
    expect(panel.locator(".wb-ranking svg")).to_be_visible()
    expect(panel.locator(".wb-course svg")).to_be_visible()
    shoot(page, "5_declines")
    turn_to(opened, "7  Candidates")
    expect(answer(opened)).to_contain_text("technical-leadership track")
    expect(panel.locator(".wb-map svg")).to_be_visible()
    shoot(page, "6_candidates")
    expect(panel.get_by_text("Traceback")).to_have_count(0)


def test_a_click_on_a_decline_changes_the_trajectory(opened, shoot):
    turn_to(opened, "5  Declines")
    person, chosen, before = wait_for_person(opened, ".wb-course")
    rows = opened.panel.locator(".wb-ranking svg .mark-rect path")
    rows.nth(3).click()
    expect(person).not_to_have_value(chosen)
    expect(opened.panel.locator(".wb-course svg")).to_contain_text(name_of(person))
    assert drawing(opened, ".wb-course") != before
    shoot(opened.page, "5_declines_clicked")


def test_the_list_of_people_works_by_keyboard(opened):
    turn_to(opened, "5  Declines")
    person, chosen, before = wait_for_person(opened, ".wb-course")
    person.focus()
    opened.page.keyboard.press("ArrowDown")
    expect(person).not_to_have_value(chosen)
    expect(opened.panel.locator(".wb-course svg")).to_contain_text(name_of(person))
    assert drawing(opened, ".wb-course") != before


def test_a_click_on_the_map_shows_the_person(opened, shoot):
    turn_to(opened, "7  Candidates")
    person, chosen, before = wait_for_person(opened, ".wb-map")
    points = opened.panel.locator(".wb-map svg .mark-symbol path")
    points.nth(40).click(force=True)
    expect(person).not_to_have_value(chosen)
    expect(opened.panel.locator(".wb-candidates .wb-card-head")).to_contain_text(name_of(person))
    expect(opened.panel.locator(".wb-map svg")).to_contain_text(name_of(person))
    assert drawing(opened, ".wb-map") != before
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
        open_file(notebook, "keys 2024 H1")
        asked = notebook.panel.get_by_label("Which column says who a row is about?")
        expect(asked).to_be_visible()
        shoot(notebook.page, "1_no_person")
        asked.select_option("Colleague code")
        expect(answer(notebook)).to_contain_text("are recognised")
        expect(notebook.panel.get_by_text("Dev Points", exact=True)).to_be_visible()
        shoot(notebook.page, "2_columns_unsure")
        notebook.panel.get_by_role("button", name=re.compile(r"^All \(5\)")).click()
        # Until then the rows change places, and the keys would go to another header.
        expect(notebook.panel.get_by_text("1 to 5 of 5")).to_be_visible()
        field = notebook.panel.get_by_title("What Dev Points stands for")
        type_choice(notebook, field, "Commits")
        # Each letter is a choice of its own, "C" being the first that begins so; the last counts.
        expect(notebook.panel.locator(".wb-counts")).to_contain_text("5 columns (before: 4)")
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
        open_file(notebook, "a_picture")
        alert = notebook.panel.locator(".wb-notice-error")
        expect(alert).to_contain_text("a_picture.xlsx")
        expect(notebook.panel.get_by_text("Traceback")).to_have_count(0)
        shoot(notebook.page, "1_bad_file")
    finally:
        bad.unlink()
