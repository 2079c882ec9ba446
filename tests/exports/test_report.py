import re
from dataclasses import replace
from html.parser import HTMLParser

import pandas as pd
import pytest

from workbench.errors import InputError, WorkbenchError
from workbench.exports import write_report
from workbench.exports.tables import People, tabulate_declines

ATTACK = "<img src=x onerror=alert(1)>"


class Page(HTMLParser):
    """What a browser would make of the report: its tags, its attributes, its text."""

    def __init__(self, html):
        super().__init__()
        self.html, self.tags, self.attributes, self.ids, self.texts = html, set(), [], set(), []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += attrs
        self.ids |= {value for name, value in attrs if name == "id"}

    def handle_data(self, data):
        self.texts.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.texts).split())


@pytest.fixture(scope="module")
def page(shared_calibration, tmp_path_factory):
    path = write_report(shared_calibration, tmp_path_factory.mktemp("page") / "report.html")
    return Page(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def named_page(shared_calibration, tmp_path_factory):
    path = tmp_path_factory.mktemp("named") / "report.html"
    return Page(write_report(shared_calibration, path, names=True).read_text(encoding="utf-8"))


@pytest.fixture
def write(tmp_path):
    def write(calibration, **options):
        path = write_report(calibration, tmp_path / "report.html", **options)
        return Page(path.read_text(encoding="utf-8"))

    return write


def test_the_page_has_nothing_to_fetch_and_nothing_to_run(named_page):
    page = named_page
    assert not re.search(r"https?:|//\w|url\(|@import|javascript:", page.html)
    assert page.tags.isdisjoint({"script", "link", "img", "iframe", "object", "embed", "form"})
    for name, value in page.attributes:
        assert name not in {"src", "srcset", "action", "data", "xlink:href"}
        assert not name.startswith("on")
        if name == "href":
            assert value[1:] in page.ids
            assert value.startswith("#")


def test_pictures_stand_in_the_page_and_do_not_share_ids(page):
    pictures = re.findall(r"<svg.*?</svg>", page.html, flags=re.DOTALL)
    # Problems, outcomes, forest, two flagged people, map, profiles.
    assert len(pictures) == 7
    assert not any(" id=" in picture for picture in pictures)
    assert all('role="img" aria-label="' in picture for picture in pictures)


def test_words_come_before_pictures_before_tables(page):
    html = page.html
    section = html[html.index('id="declines"') : html.index('id="candidates"')]
    places = [section.index(part) for part in ('class="answer"', "<svg", "<table")]
    assert places == sorted(places)


def test_every_section_is_there(page):
    text = page.text
    for words in (
        "What could be read",
        "What could not be judged, and why",
        "1 of 4 promotions to management could not be judged.",
        "The reason of number 4.",
        "Declines after a promotion to management",
        "3 can be judged and 1 is too new.",
        "The technical output of 2 fell more than that of similar people",
        "\u22121.91 to \u22120.91",
        "3 + 3",
        "A note about the declines.",
        "Candidates for technical leadership",
        "4 Software Architects",
        "In the pool are the engineers.",
        "team learning 1.2 SD above comparable people",
        "How sure this is",
        "at most 10 % are expected to be false alarms",
        "1,234 comparable stretches",
        "less than about 0.8 to 1.2 SD would often not be seen",
        "1 of 2 groups came back",
        "0.07",
        "Share of false flags that is accepted among all flagged declines.",
        "calibration-workbench",
        "pandas",
    ):
        assert words in text, words
    assert "48 rows of a person in a cycle, from 2022H1 to 2024H2." in text


def test_names_appear_only_when_they_are_asked_for(page, named_page):
    assert "CanaryA" in named_page.html
    assert "Canary" not in page.html
    assert "canary" not in page.html
    assert "CanaryA BirdA (E1)" in named_page.text
    assert "People appear by name." in named_page.text
    assert "People appear by their id only." in page.text


def test_names_that_messages_quote_are_shown_no_sooner(calibration, write):
    calibration.problems.loc[1, "message"] = "CanaryB BirdB is there twice."
    assert "[name] is there twice." in write(calibration).text
    assert "CanaryB BirdB is there twice." in write(calibration, names=True).text


def test_pay_and_protected_attributes_never_appear(page, named_page):
    for each in (page, named_page):
        assert "CANARYGENDER" not in each.html
        assert "CANARYPAY" not in each.html


def test_text_of_the_sheet_is_shown_as_text(calibration, write):
    flags = calibration.declines.flags
    flags.loc[0, "person_id"] = ATTACK
    calibration.declines.trajectories.replace({"person_id": {"E1": ATTACK}}, inplace=True)
    calibration.promotions.loc[0, ["person_id", "to_title"]] = [ATTACK, ATTACK + "title"]
    calibration.columns.loc[1, "header"] = ATTACK + "header"
    calibration.problems.loc[0, ["value", "message"]] = [ATTACK + "value", ATTACK + "message"]
    calibration.candidates.members.loc[0, ["person_id", "reasons"]] = [ATTACK, ATTACK + "why"]
    calibration.source = ATTACK + ".xlsx"
    page = write(calibration)
    assert "<img" not in page.html
    assert "img" not in page.tags
    for place in ("title", "header", "value", "message", "why", ".xlsx"):
        assert ATTACK + place in page.text, place
    pictures = "".join(re.findall(r"<svg.*?</svg>", page.html, flags=re.DOTALL))
    assert "&lt;img src=x" in pictures


def test_where_nothing_can_be_judged_the_report_says_why(empty_calibration, write):
    page = write(empty_calibration)
    assert "Nobody was seen being promoted to management" in page.text
    assert "Nobody has enough signals" in page.text
    assert "A note about the declines." in page.text
    assert "A note about the candidates." in page.text
    assert "svg" not in page.tags


def test_a_finding_that_cannot_be_had_leaves_the_others(calibration, write):
    class Halting:
        def __getattr__(self, name):
            if name == "declines":
                raise InputError("there is no column cycle; add one.")
            return getattr(calibration, name)

    page = write(Halting())
    assert "Declines could not be assessed. there is no column cycle; add one." in page.text
    assert "4 Software Architects" in page.text


def test_twelve_flagged_people_are_drawn_and_it_is_said(calibration, write):
    flags = pd.concat([calibration.declines.flags.head(1)] * 14, ignore_index=True)
    flags["person_id"] = [f"P{number}" for number in range(14)]
    course = calibration.declines.trajectories
    course = course.loc[course["person_id"] == "E1"]
    courses = pd.concat([course.assign(person_id=person) for person in flags["person_id"]])
    calibration.declines = replace(calibration.declines, flags=flags, trajectories=courses)
    page = write(calibration)
    assert page.html.count("beside similar people") == 12
    assert "The first 12 of 14 of them are drawn." in page.text


def test_the_same_calibration_gives_the_same_bytes(calibration, page, write):
    assert write(calibration).html == page.html


def test_progress_is_told_in_words(empty_calibration, write):
    told = []
    write(empty_calibration, progress=told.append)
    assert told == [
        "Describing what could be read",
        "Drawing the declines",
        "Drawing the candidates",
        "Writing the page",
    ]


def test_a_place_that_cannot_be_written_is_named(empty_calibration, tmp_path):
    with pytest.raises(WorkbenchError, match=r"cannot be written to .*nowhere"):
        write_report(empty_calibration, tmp_path / "nowhere" / "report.html")


def test_nothing_is_written_into_the_calibration(calibration, write):
    before = calibration.declines.flags.copy(), calibration.problems.copy()
    write(calibration)
    pd.testing.assert_frame_equal(calibration.declines.flags, before[0])
    pd.testing.assert_frame_equal(calibration.problems, before[1])


def test_flagged_rows_are_marked_in_both_parts_of_a_long_table(calibration, write):
    flags = pd.concat([calibration.declines.flags.head(1)] * 40, ignore_index=True)
    calibration.declines = replace(calibration.declines, flags=flags)
    table = tabulate_declines(calibration.declines, calibration.promotions, People())
    assert (len(table.first), len(table.rest)) == (30, 10)
    assert write(calibration).html.count('<tr class="flagged">') == 40
