"""The grid of teams and cycles: order, marks, words, what travels, and what is not there."""

import json
import re
from dataclasses import replace

import pandas as pd
import pytest

from workbench.analyses.coverage import BEGINNINGS, STATES, VOID_OUTCOMES, measure_coverage
from workbench.charts.coverage import (
    BEGINNING_WORDS,
    STATE_WORDS,
    VOID_WORDS,
    name_of_team,
    plot_coverage,
    rank_teams,
)
from workbench.charts.drawing import draw_svg
from workbench.charts.theme import ACCENT

TRACKS = {"e": "engineer", "t": "technical_leadership", "m": "management", "?": None}
NASTY = "</text><script>alert(1)</script>"


def coverage_of(leaders, *, manager="boss"):
    """One leader of a course of four cycles and one engineer for each team."""
    rows = []
    for team, (course, boss) in leaders.items():
        for person, tracks in ((f"{team}-lead", course), (f"{team}-other", "eeee")):
            for cycle, track in enumerate(tracks):
                if track != "-":
                    rows.append((person, f"C{cycle}", team, TRACKS[track], boss or None))
    columns = ["person_id", "cycle", "team", "track", "manager"]
    return measure_coverage(pd.DataFrame(rows, columns=columns))


@pytest.fixture
def coverage():
    return coverage_of(
        {
            "Pair": ("tttt", "boss"),
            "Never": ("eeee", "boss"),
            "Promoted": ("ttmm", "boss"),
            "Left": ("ttt-", "boss"),
            "Unmanaged": ("tttt", None),
            "Neither": ("t---", None),
            "Unknown": ("????", "boss"),
        }
    )


def rows_of(chart, column):
    """The rows that are drawn of the layers that have a column."""
    data = chart.to_dict()["datasets"].values()
    return pd.DataFrame([row for rows in data for row in rows if column in row])


def test_teams_without_a_technical_leader_come_first_and_the_longest_on_top(coverage):
    order = ["Never", "Neither", "Promoted", "Left", "Unknown", "Unmanaged", "Pair"]
    assert rank_teams(coverage)["team"].tolist() == order
    drawn = rows_of(plot_coverage(coverage), "label")
    assert drawn["label"].tolist() == order
    assert drawn["row"].tolist() == list(range(7))
    assert list(rank_teams(coverage)) == list(coverage.teams)


def test_of_teams_that_are_alike_those_with_a_promotion_come_first():
    alike = coverage_of({"A": ("tt--", "boss"), "B": ("ttmm", "boss")})
    assert rank_teams(alike)["team"].tolist() == ["B", "A"]


def test_one_mark_a_team_and_cycle_says_the_state(coverage):
    cells = rows_of(plot_coverage(coverage), "words")
    assert len(cells) == 7 * 4
    by_team = cells.groupby("team")["words"].agg(list)
    assert by_team["Pair"] == [STATE_WORDS["pair"]] * 4
    assert (
        by_team["Promoted"] == [STATE_WORDS["pair"]] * 2 + [STATE_WORDS["no_technical_leader"]] * 2
    )
    assert by_team["Neither"][1:] == [STATE_WORDS["neither"]] * 3
    assert by_team["Unknown"] == [STATE_WORDS["not_known"]] * 4


def test_only_voids_have_the_accent_and_every_state_a_mark_of_its_own(coverage):
    marks = next(
        each for each in plot_coverage(coverage).to_dict()["layer"] if "fill" in each["encoding"]
    )
    encoding = marks["encoding"]
    looks = zip(
        encoding["fill"]["scale"]["domain"],
        encoding["fill"]["scale"]["range"],
        encoding["stroke"]["scale"]["range"],
        encoding["shape"]["scale"]["range"],
        strict=True,
    )
    seen = {words: look for words, *look in looks}
    assert list(seen) == list(STATE_WORDS.values())
    void = {STATE_WORDS["no_technical_leader"], STATE_WORDS["neither"]}
    assert {words for words, look in seen.items() if ACCENT in look} == void
    assert len({tuple(look) for look in seen.values()}) == len(seen)
    assert encoding["fill"]["legend"] == encoding["stroke"]["legend"] == encoding["shape"]["legend"]


def test_the_promotion_that_a_void_began_with_is_marked_in_its_cycle(coverage):
    spec = plot_coverage(coverage).to_dict()
    triangle = next(each for each in spec["layer"] if each["mark"].get("shape") == "triangle-up")
    data = spec["datasets"][triangle["data"]["name"]]
    assert data == [{"team": "Promoted", "row": 2, "cycle": "C2"}]
    told = rows_of(plot_coverage(coverage), "told").set_index("label")["told"]
    assert told["Promoted"] == "promotion to management"
    assert told["Never"] == "never had one"
    assert told["Pair"] == ""


def test_the_title_is_the_finding(coverage):
    spec = plot_coverage(coverage, width=900).to_dict()
    assert " ".join(spec["title"]["text"]) == (
        "4 of 7 teams have no technical leader, 1 of them after a promotion to management"
    )
    assert spec["description"].startswith("4 of 7 teams have no technical leader")
    led = coverage_of({"A": ("tttt", "boss"), "B": ("tttt", "boss")})
    assert plot_coverage(led).to_dict()["title"]["text"] == ["All 2 teams have a technical leader"]
    unknown = coverage_of({"A": ("tttt", "boss"), "B": ("????", "boss")})
    words = " ".join(plot_coverage(unknown).to_dict()["title"]["text"])
    assert words == "No team of 2 is known to be without a technical leader"


def test_more_teams_than_fit_are_counted_and_the_chosen_one_is_on_the_picture():
    many = coverage_of({f"T{place:02}": ("eeee", "boss") for place in range(30)})
    drawn = rows_of(plot_coverage(many, height=22 * 12), "label")
    assert drawn["label"].tolist() == [f"T{place:02}" for place in range(12)]
    assert not drawn["chosen"].any()
    rest = rows_of(plot_coverage(many, height=22 * 12), "rest")["rest"].tolist()
    assert rest == ["and 18 more teams"]
    second = plot_coverage(many, height=22 * 12, chosen="T13")
    drawn = rows_of(second, "label")
    assert drawn["label"].tolist() == [f"T{place:02}" for place in range(12, 24)]
    assert drawn.loc[drawn["chosen"], "label"].tolist() == ["T13"]
    assert rows_of(second, "rest")["rest"].tolist() == [
        "and 6 more teams; these are 13 to 24 of 30"
    ]
    last = rows_of(plot_coverage(many, height=22 * 12, chosen="T29"), "rest")["rest"].tolist()
    assert last == ["the last of the teams; these are 25 to 30 of 30"]


def test_a_click_selects_by_team_also_where_there_is_nothing(coverage):
    empty = measure_coverage(pd.DataFrame({"person_id": ["a"], "cycle": ["C0"]}))
    for each in (coverage, empty):
        (selection,) = [x for x in plot_coverage(each).to_dict()["params"] if x["name"] == "team"]
        assert selection["select"]["fields"] == ["team"]
    assert "No team can be shown" in json.dumps(plot_coverage(empty).to_dict())


def test_no_column_travels_that_is_not_drawn_or_clicked(coverage):
    secret = replace(
        coverage,
        teams=coverage.teams.assign(reason="CANARY"),
        by_cycle=coverage.by_cycle.assign(salary="CANARY"),
        voids=coverage.voids.assign(output_change=0.123456),
    )
    spec = plot_coverage(secret).to_dict()
    text = json.dumps(spec)
    assert "CANARY" not in text
    assert "0.123456" not in text
    # Nor does any person: the picture is of teams.
    assert "-lead" not in text
    drawn = set(re.findall(r'"field": "(\w+)"', text)) | set(re.findall(r"datum\.(\w+)", text))
    sent = {column for rows in spec["datasets"].values() for row in rows for column in row}
    assert sent <= drawn | {"team"}


def test_names_come_from_labels_and_text_of_a_sheet_is_drawn_as_text():
    named = coverage_of({NASTY: ("eeee", "boss"), "B": ("tttt", "boss")})
    chart = plot_coverage(named, labels={"B": "Search and ranking of very many results"})
    assert "<script" not in draw_svg(chart)
    labels = rows_of(chart, "label")["label"].tolist()
    assert labels[1] == "Search an\u2026results"
    assert name_of_team("Team of E1", {"E1": "Ada"}) == "Team of Ada"
    assert name_of_team("Search", {}) == "Search"


@pytest.mark.parametrize("n", [12, 36, 180])
def test_the_picture_fits_a_small_projector(n):
    many = coverage_of({f"A long name of a team {place}": ("ttmm", "boss") for place in range(n)})
    width, height = re.search(
        r'width="([\d.]+)" height="([\d.]+)"', draw_svg(plot_coverage(many))
    ).groups()
    assert float(width) <= 900
    assert float(height) <= 640


def test_nothing_is_written_into_the_result(coverage):
    before = {name: getattr(coverage, name).copy() for name in ("teams", "by_cycle", "voids")}
    plot_coverage(coverage, chosen="Pair")
    for name, frame in before.items():
        pd.testing.assert_frame_equal(getattr(coverage, name), frame)


def test_every_state_beginning_and_outcome_has_words_of_its_own():
    assert len(set(STATE_WORDS.values())) == len(STATES)
    assert len(set(BEGINNING_WORDS.values())) == len(BEGINNINGS)
    assert set(VOID_WORDS) == set(VOID_OUTCOMES)
    for entry in (*STATES, *BEGINNINGS):
        assert re.fullmatch(r"[a-z][a-z_]*[a-z]", entry.name)
        assert entry.label and not entry.label.endswith(".")
        assert entry.meaning.endswith(".")
