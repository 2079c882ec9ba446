"""Who leads the teams, on the screen: one choice for picture, words, numbers and people."""

from types import SimpleNamespace

import pandas as pd
import pytest

import workbench
from workbench.analyses.coverage import measure_coverage
from workbench.charts.coverage import STATE_WORDS, rank_teams
from workbench.widgets.notice import Notice
from workbench.widgets.team_coverage import HOW_LEADERS_ARE_SEEN, TeamCoverage


@pytest.fixture(autouse=True)
def _strict(monkeypatch):
    monkeypatch.setattr(Notice, "strict", True)


def calibration_of(reviews, promotions=None, scores=None):
    """What the widget needs of a calibration."""
    coverage = measure_coverage(reviews, promotions, scores)
    return SimpleNamespace(panel=SimpleNamespace(reviews=reviews), coverage=coverage)


@pytest.fixture(scope="module")
def calibration():
    found = workbench.load(workbench.make_company(people=400, cycles=8, seed=1).tables)
    return calibration_of(found.panel.reviews, found.promotions, found.scores)


@pytest.fixture
def chosen():
    return []


@pytest.fixture
def shown(calibration, chosen):
    widget = TeamCoverage(Notice(), chosen.append)
    widget.show(calibration, {})
    return widget


def drawn(widget):
    return [row for rows in widget.grid.spec["datasets"].values() for row in rows]


def marked(widget):
    return {row["team"] for row in drawn(widget) if row.get("chosen")}


def pick(widget, calibration, began_with):
    voids = calibration.coverage.voids
    team = voids.loc[voids["began_with"].eq(began_with), "team"].iloc[0]
    widget.teams.pick(team)
    return voids.set_index("team").loc[team]


def test_the_first_team_is_the_one_that_has_been_without_for_longest(shown, calibration):
    first = rank_teams(calibration.coverage)["team"].iloc[0]
    assert shown.teams.people.value == first
    assert marked(shown) == {first}
    assert "lack a technical leader" in shown.answer.value


def test_a_click_on_the_grid_and_the_buttons_choose_a_team(shown, calibration):
    teams = rank_teams(calibration.coverage)["team"].tolist()
    shown.grid._picked({"new": SimpleNamespace(value=[{"team": teams[5]}])})
    assert shown.teams.people.value == teams[5]
    assert marked(shown) == {teams[5]}
    shown.teams.next.click()
    assert marked(shown) == {teams[6]}
    # The part of the list that is drawn follows the choice.
    shown.teams.pick(teams[-1])
    assert marked(shown) == {teams[-1]}


def test_of_a_void_the_numbers_are_told_with_interval_and_similar_teams(shown, calibration):
    voids = calibration.coverage.voids.dropna(subset="output_change")
    void = voids.iloc[0]
    shown.teams.pick(void["team"])
    assert void["reason"].replace("'", "&#x27;") in shown.reason.value
    table = shown.outcomes.value
    for end in ("change", "low", "high"):
        assert f"{abs(void[f'output_{end}']):.1f}" in table
    assert f'<td class="wb-number">{void["output_n"]}</td>' in table
    assert "%\u00a0points" in table


def test_why_nothing_can_be_said_is_said_once(shown, calibration):
    void = pick(shown, calibration, "always")
    assert shown.outcomes.layout.display == "none"
    assert shown.unknown.value.count(void["output_reason"]) == 1


def test_a_team_with_a_pair_has_no_numbers_but_its_people(shown, calibration):
    teams = calibration.coverage.teams
    row = teams[teams["state"].eq("pair")].iloc[0]
    shown.teams.pick(row["team"])
    assert shown.unknown.value == ""
    assert shown.outcomes.layout.display == "none"
    for person in (*row["people_managers"], *row["technical_leaders"]):
        assert str(person) in shown.cycles.value
    listed = [text for text, _ in shown.people.options]
    assert "technical leader" in listed[0]
    assert "people manager" in " ".join(listed[: 1 + len(row["technical_leaders"])])


def test_choosing_a_person_hands_the_id_on_and_choosing_a_team_does_not(shown, calibration, chosen):
    pick(shown, calibration, "promotion_to_management")
    assert shown.people.value is None
    assert chosen == []
    shown.people.index = 1
    assert chosen == [shown.people.options[1][1]]
    shown.teams.next.click()
    assert len(chosen) == 1


def test_people_are_called_by_their_labels_and_only_by_those(calibration):
    widget = TeamCoverage(Notice(), lambda person: None)
    members = calibration.coverage.members
    people = members["person_id"].astype(str)
    widget.show(calibration, {person: f"Name of {person}" for person in people})
    row = rank_teams(calibration.coverage).iloc[0]
    assert f"Name of {row['people_managers'][0]}" in widget.table.value
    assert all(text.startswith("Name of ") for text, _ in widget.people.options)
    widget.show(calibration, {})
    assert "Name of" not in widget.table.value + widget.cycles.value + str(widget.people.options)


def test_the_table_has_every_team_in_words(shown, calibration):
    assert shown.table.value.count("<tr>") == 1 + len(calibration.coverage.teams)
    for state in calibration.coverage.teams["state"].unique():
        assert STATE_WORDS[state] in shown.table.value
    for note in calibration.coverage.notes[:1]:
        assert note.split(",")[0] in shown.notes.value


def test_without_teams_there_is_a_sentence_and_nothing_of_the_data_before(calibration):
    widget = TeamCoverage(Notice(), lambda person: None)
    widget.show(calibration, {})
    nobody = pd.DataFrame({"person_id": ["a"], "cycle": ["2024H1"], "track": ["engineer"]})
    widget.show(calibration_of(nobody), {})
    assert widget.found.layout.display == "none"
    assert "neither teams nor managers" in widget.answer.value
    assert HOW_LEADERS_ARE_SEEN.split(",")[0] not in widget.answer.value
    assert "neither teams nor managers" not in widget.notes.value, "it is said once"
    assert widget.people.options == ()
    assert "Team" not in widget.reason.value
    widget.show(calibration, {})
    assert widget.found.layout.display == ""
    assert marked(widget)


def test_where_no_leader_is_seen_at_all_it_says_how_they_are_seen():
    reviews = pd.DataFrame(
        {"person_id": ["a", "b"], "cycle": "2024H1", "team": "Search", "track": "engineer"}
    )
    widget = TeamCoverage(Notice(), lambda person: None)
    widget.show(calibration_of(reviews), {})
    assert HOW_LEADERS_ARE_SEEN.split(",")[0] in widget.answer.value
    assert widget.people.options[0][0] == "a"


def test_text_of_the_sheet_stays_text():
    reviews = pd.DataFrame(
        {
            "person_id": ["<i>a</i>", "b"],
            "cycle": "2024H1",
            "team": "<b>Search</b>",
            "track": ["engineer", "technical_leadership"],
            "manager": "<script>",
        }
    )
    widget = TeamCoverage(Notice(), lambda person: None)
    widget.show(calibration_of(reviews), {})
    for html in (widget.table.value, widget.cycles.value, widget.reason.value):
        assert "<b>" not in html
        assert "<script>" not in html
    assert "&lt;b&gt;Search" in widget.table.value
