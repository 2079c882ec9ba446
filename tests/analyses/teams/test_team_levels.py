import numpy as np
import pandas as pd
import pytest

from workbench.analyses.teams.led_teams import find_leads
from workbench.analyses.teams.roster import build_roster
from workbench.analyses.teams.team_levels import Window, average, measure_teams

WINDOW = Window(start=1, since=1, before=1, after=2)


def measure(teams, values=None, promoted=None, **columns):
    """Measure teams given as a letter a cycle for each person."""
    cells = [(who, t, team) for who, by in teams.items() for t, team in enumerate(by)]
    reviews = pd.DataFrame(cells, columns=["person_id", "cycle", "team"]).assign(**columns)
    reviews = reviews[reviews["team"].ne(".")]
    if values is not None:
        told = [
            values[who][t] for who, t in reviews[["person_id", "cycle"]].itertuples(index=False)
        ]
        reviews = reviews.assign(engagement=told)
    promotions = pd.DataFrame((promoted or {}).items(), columns=["person_id", "cycle"])
    roster = build_roster(reviews)
    return measure_teams(roster, find_leads(roster, promotions, np.dtype("int64")), "team", WINDOW)


def test_a_window_fits_around_every_cycle_that_leaves_room():
    window = Window(start=3, since=4, before=2, after=2)
    assert window.columns.tolist() == [1, 2, 4, 5]
    fits = window.everywhere(7)
    assert [each.columns.tolist() for each in fits] == [[0, 1, 3, 4], [1, 2, 4, 5], [2, 3, 5, 6]]
    assert window in fits


def test_an_average_needs_a_number_on_both_sides():
    missing = np.nan
    levels = average(
        np.array([[1.0, 3.0], [1.0, missing], [missing, missing]]),
        np.array([[4.0], [missing], [5.0]]),
    )
    np.testing.assert_array_equal(levels.before, [2.0, missing, missing])
    np.testing.assert_array_equal(levels.after, [4.0, missing, missing])
    assert (levels.n_before.tolist(), levels.n_after.tolist()) == ([2, 1, 0], [1, 0, 1])


def test_members_are_followed_back_anywhere_and_on_while_they_stay():
    found = measure(
        {"a": "SSS", "b": "ASS", "c": "SSA", "d": "SAA"},
        {"a": [1, 2, 3], "b": [5, 6, 7], "c": [9, 10, 99], "d": [50, 50, 50]},
    )
    # Teams are A (d) and S (a, b, c). b counts before though elsewhere, c not once gone.
    assert found.size.tolist() == [1, 3]
    levels = found.levels["engagement"]
    assert levels.before[1] == pytest.approx((1 + 5 + 9) / 3)
    assert levels.after[1] == pytest.approx((2.5 + 6.5 + 10) / 3)
    assert levels.same.tolist() == [1, 3]
    assert np.isnan(levels.cases).all()  # it is no share
    assert (levels.n_before[1], levels.n_after[1]) == (1, 2)


def test_a_team_that_is_renamed_is_followed_under_its_new_name():
    found = measure({"a": "SSN", "b": "SSN", "c": "SSS"}, {k: [1, 2, 4] for k in "abc"})
    levels = found.levels["engagement"]
    # a and b go with the team to N, where c does not count.
    assert levels.after.tolist() == [pytest.approx((3 + 3 + 2) / 3)]


def test_retention_is_the_share_of_members_who_are_seen_later():
    found = measure({"a": "SSS", "b": "SSS", "c": "SS.", "d": "S.."})
    levels = found.levels["retention"]
    # Of four one is not seen after the first cycle, of three one not after the second.
    assert (levels.before.tolist(), levels.after.tolist()) == ([0.75], [pytest.approx(2 / 3)])
    # Of the members of the last cycle nobody knows yet who stays.
    assert (levels.n_before.tolist(), levels.n_after.tolist()) == ([1], [1])
    assert levels.cases.tolist() == [3]


def test_a_promotion_touches_the_team_and_a_later_one_ends_it():
    teams = {"a": "SSS", "b": "SSS", "x": "SSS", "c": "AAA", "d": "AAA"}
    values = {who: [1, 2, 4] for who in teams}
    touched = measure(teams, values, {"x": 1})
    assert touched.touched.tolist() == [False, True]
    assert touched.size.tolist() == [2, 2]  # without the promoted person
    later = measure(teams, values, {"x": 2})
    assert later.touched.tolist() == [False, False]
    assert later.levels["engagement"].after.tolist() == [3, 2]
    assert later.levels["engagement"].n_after.tolist() == [2, 1]


def test_what_leaders_report_is_averaged_over_those_in_other_jobs():
    teams = {"a": "SSS", "b": "SSS", "m": "SSS", "n": "SSS"}
    track = ["engineer"] * 6 + ["management"] * 6
    reported = [np.nan] * 6 + [1.0, 2.0, 3.0, 3.0, 4.0, 5.0]
    found = measure(teams, track=track, team_engagement=reported)
    levels = found.levels["team_engagement"]
    assert (levels.before.tolist(), levels.after.tolist()) == ([2.0], [3.5])
    assert np.isnan(levels.same).all()
