"""The track plan on the screen: the plan, what if it were otherwise, and the words for both."""

import pandas as pd
import pytest

from workbench.analyses.track_plan import plan_track
from workbench.widgets.notice import Notice
from workbench.widgets.track_plan import AS_PROPOSED, TAKEN_BACK, TrackPlanBoard

MEMBERS = pd.DataFrame(
    [
        ("E1", "Lead Engineer", 0.58),
        ("E2", "Lead Engineer", 0.5),
        ("E3", "Software Architect", 0.7),
    ],
    columns=["person_id", "role", "role_similarity"],
)
TEAMS = pd.DataFrame(
    {
        "team": ["Ads", "<b>Web</b>", "Search"],
        "covered": [False, False, False],
        "people_managers": [("M1",), ("M2",), ()],
        "since": ["2023H1", "2023H2", None],
    }
)
PEOPLE = pd.DataFrame(
    {
        "person_id": ["E1", "E2", "E3", "E4", "E5"],
        "team": ["Ads", "Ads", "<b>Web</b>", "Search", "Search"],
        "job_family": ["Backend", "Backend", "Backend", "Data", "Data"],
    }
)


class Found:
    """What the board asks of a calibration."""

    def __init__(self, teams=TEAMS, members=MEMBERS):
        self.teams, self.members, self.asked = teams, members, []
        self.track_plan = plan_track(members, teams, PEOPLE)

    def plan(self, **choices):
        self.asked.append(choices)
        return plan_track(self.members, self.teams, PEOPLE, **choices)


@pytest.fixture(autouse=True)
def _strict(monkeypatch):
    monkeypatch.setattr(Notice, "strict", True)


@pytest.fixture
def opened():
    return []


@pytest.fixture
def found():
    return Found()


@pytest.fixture
def board(found, opened):
    board = TrackPlanBoard(Notice(), opened.append)
    board.show(found, {"E1": "Ada (E1)", "M1": "Max <i>"})
    return board


def choose(board, team):
    board.seats.value = team


def test_the_plan_is_said_drawn_and_listed(board):
    assert "2 of 3 open seats could be filled by candidates, all of them from" in board.answer.value
    assert "It is a proposal; nothing is applied." in board.answer.value
    assert "Ada (E1)" in str(board.picture.spec["datasets"])
    assert "Ada (E1)" in board.table.value
    assert "works in this team" in board.table.value
    assert "E2 (0.75)" in board.table.value
    assert "Search" in board.empty.value
    assert "E2" in board.unseated.value
    assert AS_PROPOSED in board.changed.value
    assert "Worth of a choice" in board.notes.value


def test_spreadsheet_text_stays_text(board):
    for part in (board.table, board.empty, board.unseated, board.changed):
        assert "<b>Web" not in part.value
        assert "<i>" not in part.value
    choose(board, "<b>Web</b>")
    board.leave_seat.click()
    assert "&lt;b&gt;Web&lt;/b&gt; left out: 1 person is without a seat" in board.changed.value


def test_leaving_a_person_out_plans_again_and_says_what_changed(board, found):
    choose(board, "Ads")
    board.leave_person.click()
    assert found.asked[-1] == {"locked": [], "excluded_people": ["E1"], "excluded_teams": []}
    # E2 comes in for E1: 0.5 * 0.5 in place of 0.5 * 0.58.
    assert "With Ada (E1) left out: 1 person gets a seat; the total fit falls by 0.04" in (
        board.changed.value
    )
    assert "left out of this plan" in board.unseated.value
    assert ("Ads \u2013 E2", "Ads") in board.seats.options
    assert board.seats.value == "Ads"


def test_keeping_a_person_holds_through_other_choices(board, found):
    choose(board, "Ads")
    board.keep.click()
    assert board.keep.disabled
    assert "Ada (E1) kept for Ads: nobody else moves; the total fit stays" in board.changed.value
    choose(board, "<b>Web</b>")
    assert not board.keep.disabled
    board.leave_seat.click()
    assert found.asked[-1] == {
        "locked": [("E1", "Ads")],
        "excluded_people": [],
        "excluded_teams": ["<b>Web</b>"],
    }
    assert "kept for Ads and &lt;b&gt;Web&lt;/b&gt; left out" in board.changed.value
    assert "kept" in board.table.value


def test_leaving_out_who_was_kept_takes_the_keeping_back(board, found):
    choose(board, "Ads")
    board.keep.click()
    board.leave_person.click()
    assert found.asked[-1]["locked"] == []
    assert found.asked[-1]["excluded_people"] == ["E1"]
    board.keep.click()
    board.leave_seat.click()
    assert found.asked[-1] == {
        "locked": [],
        "excluded_people": ["E1"],
        "excluded_teams": ["Ads"],
    }
    assert ("Ads \u2013 left out", "Ads") in board.seats.options
    assert board.leave_seat.disabled


def test_choices_are_taken_back_one_by_one_or_all_at_once(board, found):
    assert board.undo.disabled
    assert board.reset.disabled
    choose(board, "Ads")
    board.leave_person.click()
    choose(board, "<b>Web</b>")
    board.leave_seat.click()
    board.undo.click()
    assert found.asked[-1] == {"locked": [], "excluded_people": ["E1"], "excluded_teams": []}
    board.reset.click()
    assert AS_PROPOSED in board.changed.value
    assert "Ada (E1)" in board.table.value
    assert board.undo.disabled


def test_an_empty_seat_offers_only_to_leave_it_out(board):
    choose(board, "Search")
    assert board.keep.disabled
    assert board.leave_person.disabled
    assert board.card.disabled
    assert not board.leave_seat.disabled


def test_a_person_is_opened_by_keyboard_and_by_a_click(board, opened):
    choose(board, "<b>Web</b>")
    board.card.click()
    board._pick("E1")
    assert opened == ["E3", "E1"]
    assert board.seats.value == "Ads"


def test_other_labels_keep_the_choices_and_other_data_take_them_back(board, found):
    choose(board, "Ads")
    board.leave_person.click()
    board.show(found, {})
    assert "With E1 left out" in board.changed.value
    board.show(Found(), {})
    assert TAKEN_BACK in board.changed.value
    assert board.undo.disabled
    board.show(Found(), {})
    assert AS_PROPOSED in board.changed.value


def test_choices_that_cannot_hold_are_said_and_not_taken(found, opened, monkeypatch):
    notice = Notice()
    board = TrackPlanBoard(notice, opened.append)
    board.show(found, {})
    choose(board, "Ads")
    shown = board.table.value

    def refuse(**choices):
        return plan_track(MEMBERS, TEAMS, PEOPLE, excluded_people=["nobody"])

    monkeypatch.setattr(found, "plan", refuse)
    board.leave_person.click()
    assert "excluded_people names nobody" in notice.value
    assert board.table.value == shown
    assert board.undo.disabled


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (Found(teams=TEAMS.assign(covered=True)), "Every team has a technical leader"),
        (Found(teams=TEAMS.assign(covered=pd.NA)), "It is not known which teams"),
    ],
)
def test_without_open_seats_there_is_nothing_to_choose(found, words, opened):
    board = TrackPlanBoard(Notice(), opened.append)
    board.show(found, {})
    assert words in board.answer.value
    parts = (board.found, board.what_if, board.picture, board.notes)
    assert {part.layout.display for part in parts} == {"none"}
    assert board.seats.value is None
    board.show(Found(), {})
    assert board.found.layout.display == ""


def test_no_part_hides_what_every_widget_can_do(board):
    assert callable(board.close)
    board.close()
