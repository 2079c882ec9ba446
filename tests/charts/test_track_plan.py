import io
import xml.etree.ElementTree as ET
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from workbench.analyses.track_plan import TrackPlan
from workbench.charts.ladder_places import SEATS_SHOWN
from workbench.charts.track_plan import plot_track_plan

NASTY = ["<img src=x onerror=alert(1)>", "datum.near", '"+alert(1)+"', "=cmd()"]
ROLES = ["Lead Engineer", "Software Architect", "Principal Architect"]


def make_plan(filled, empty=0, **other):
    place = np.arange(filled)
    assignments = pd.DataFrame(
        {
            "person_id": [f"E{each}" for each in place],
            "role": [ROLES[each % 3] for each in place],
            "team": [f"Team {each:02d}" for each in place],
            "paired_with": pd.Series([f"M{each}" for each in place], dtype=object),
            "score": 0.9 - place / 100,
            "same_team": np.where(place % 2, 0.0, 1.0),
            "locked": np.zeros(filled, dtype=bool),
            "reason": "CANARY",
        }
    )
    open_seats = pd.DataFrame(
        {
            "team": [f"Open {each:02d}" for each in range(empty)],
            "paired_with": [f"N{each}" for each in range(empty)],
            "why": "nobody fits yet: the highest fit is 0.20 where 0.30 is needed",
            "best_score": 0.2,
        }
    )
    values = {
        "assignments": assignments,
        "open_seats": open_seats,
        "unseated": pd.DataFrame(),
        "weights": pd.DataFrame(),
        "notes": (),
        "n_seats": filled + empty,
        "n_candidates": filled + 1,
        "total": float(assignments["score"].sum()),
        "tracks_known": True,
    }
    return TrackPlan(**{**values, **other})


def draw(chart):
    svg = io.StringIO()
    chart.save(svg, format="svg")
    return svg.getvalue()


def rows_with(spec, column):
    """The rows of the first layer that has a column."""
    return next(rows for _, rows in spec.layers if rows and column in rows[0])


def test_each_person_is_on_the_rung_of_the_role_and_beside_the_own_seat(read_spec):
    spec = read_spec(plot_track_plan(make_plan(7)))
    people, seats = rows_with(spec, "label"), rows_with(spec, "seat")
    plan = make_plan(7).assignments.set_index("person_id")
    team_at = {row["y"]: row["seat"] for row in seats}
    assert {row["label"]: team_at[row["y"]] for row in people} == plan["team"].to_dict()
    rungs = {row["role"]: row["y"] for row in rows_with(spec, "role")}
    spans = {row["bottom"]: row["top"] for row in rows_with(spec, "top")}
    for row in people:
        rung = rungs[plan.loc[row["label"], "role"]]
        (top, bottom) = next((t, b) for b, t in spans.items() if t <= rung <= b)
        assert top <= row["y"] <= bottom


def test_the_ladder_has_all_rungs_with_the_cto_on_top(read_spec):
    spec = read_spec(plot_track_plan(make_plan(3)))
    names = [row["role"] for row in sorted(rows_with(spec, "role"), key=lambda row: row["y"])]
    assert names == ["CTO", "Director of Architecture", *ROLES[::-1]]


@pytest.mark.parametrize(("filled", "empty"), [(1, 0), (7, 2), (16, 0), (40, 30)])
def test_every_line_is_level_so_that_none_crosses_another(read_spec, filled, empty):
    spec = read_spec(plot_track_plan(make_plan(filled, empty)))
    ys = [row["y"] for row in rows_with(spec, "label")]
    assert len(set(ys)) == len(ys)
    lines = [
        layer
        for layer, rows in spec.layers
        if rows and "end" in rows[0] and "x2" in layer["encoding"]
    ]
    assert lines
    assert not [layer for layer in lines if "y2" in layer["encoding"]]
    order = [row["seat"] for row in sorted(rows_with(spec, "seat"), key=lambda row: row["y"])]
    assert len(order) == len(ys)


def test_empty_seats_stand_below_and_say_why(read_spec):
    spec = read_spec(plot_track_plan(make_plan(4, 2)))
    empty = rows_with(spec, "said")
    assert {row["said"] for row in empty} == {"nobody fits yet"}
    assert min(row["y"] for row in empty) > max(row["y"] for row in rows_with(spec, "label"))
    assert "Open 01" in spec.words()


def test_a_long_plan_shows_its_best_fits_and_counts_the_rest(read_spec):
    spec = read_spec(plot_track_plan(make_plan(30, 5)))
    shown = rows_with(spec, "label")
    assert len(shown) + len(rows_with(spec, "said")) == SEATS_SHOWN
    assert {row["label"] for row in shown} == {f"E{each}" for each in range(13)}
    words = " ".join(spec.json["title"]["subtitle"])
    assert "17 more proposals and 2 more empty seats in the table" in words
    whole = " ".join(read_spec(plot_track_plan(make_plan(12, 2))).json["title"]["subtitle"])
    assert "more" not in whole


def test_the_headline_says_what_was_found(read_spec):
    def headline(plan):
        return read_spec(plot_track_plan(plan)).json["title"]["text"]

    assert headline(make_plan(4, 2)) == (
        "4 of 6 open seats could be filled by candidates, 2 from the team itself"
    )
    assert headline(make_plan(3)).startswith("All 3 open seats could be filled")
    assert headline(make_plan(1)) == "The one open seat could be filled, from the team itself"
    assert headline(make_plan(0, 3)) == "Nobody fits any of the 3 open seats yet"


def test_who_comes_from_another_team_has_a_dashed_line_and_who_is_kept_says_so(read_spec):
    plan = make_plan(2)
    locked = plan.assignments.assign(locked=[True, False])
    spec = read_spec(plot_track_plan(replace(plan, assignments=locked)))
    near = {row["y"]: row["near"] for row in rows_with(spec, "near")}
    where = {row["label"]: row["y"] for row in rows_with(spec, "label")}
    assert near == {where["E0"]: True, where["E1"]: False}
    assert {row["fit"] for row in rows_with(spec, "fit")} == {"0.90, kept", "0.89"}


def test_a_seat_without_a_people_manager_says_that_it_needs_one(read_spec):
    plan = make_plan(2)
    alone = plan.assignments.assign(paired_with=pd.Series(["M0", None], dtype=object))
    spec = read_spec(plot_track_plan(replace(plan, assignments=alone)))
    assert {row["pair"] for row in rows_with(spec, "pair")} == {"M0", "needs a people manager"}


def test_a_kept_person_without_a_rung_or_a_fit_is_drawn_below_the_ladder(read_spec):
    plan = make_plan(2)
    odd = plan.assignments.assign(
        role=["Lead Engineer", ""], score=[0.8, np.nan], same_team=np.nan, locked=[False, True]
    )
    spec = read_spec(plot_track_plan(replace(plan, assignments=odd)))
    ys = {row["label"]: row["y"] for row in rows_with(spec, "label")}
    assert ys["E1"] > ys["E0"]
    assert "\u2013, kept" in spec.words()


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"n_seats": 0}, "Every team has a technical leader"),
        ({"n_seats": 0, "tracks_known": False}, "It is not known which team"),
        ({"n_seats": 3, "n_candidates": 0}, "3 teams have no technical leader. Nobody resembles"),
    ],
)
def test_nothing_to_draw_is_said(read_spec, other, words):
    said = read_spec(plot_track_plan(make_plan(0, **other))).words().replace("\\n", " ")
    assert words in said


def test_a_click_anywhere_in_a_row_selects_the_person(read_spec):
    for plan in (make_plan(3, 1), make_plan(0, 3), make_plan(0, n_seats=0)):
        (param,) = read_spec(plot_track_plan(plan)).json["params"]
        assert param["name"] == "person"
        assert param["select"] == {"type": "point", "fields": ["person_id"]}


def test_no_column_travels_that_is_not_drawn(read_spec):
    for plan in (make_plan(5, 2), make_plan(1), make_plan(0, 2)):
        spec = read_spec(plot_track_plan(plan))
        assert spec.unused_columns() == set()
        assert "CANARY" not in spec.words()


def test_text_of_a_sheet_is_drawn_as_text_and_never_enters_an_expression(read_spec):
    plan = make_plan(4, 1)
    nasty = plan.assignments.assign(person_id=NASTY, team=NASTY[::-1], paired_with=NASTY)
    chart = plot_track_plan(
        replace(plan, assignments=nasty, open_seats=plan.open_seats.assign(team=NASTY[0])),
        labels={NASTY[3]: "</text></svg><script>alert(1)</script>"},
    )
    code = read_spec(chart).without_data()
    assert not [text for text in (NASTY[0], NASTY[2], NASTY[3]) if text in code]
    drawn = draw(chart)
    assert "<img" not in drawn
    assert "<script" not in drawn


def test_labels_stand_for_people_and_for_managers(read_spec):
    spec = read_spec(plot_track_plan(make_plan(2), labels={"E0": "Ada", "M1": "Max"}))
    assert {row["label"] for row in rows_with(spec, "label")} == {"Ada", "E1"}
    assert {row["pair"] for row in rows_with(spec, "pair")} == {"M0", "Max"}


def test_long_names_keep_their_beginning_and_their_end(read_spec):
    plan = make_plan(1)
    team = "Customer Identity and Access Management Team 14"
    plan = replace(plan, assignments=plan.assignments.assign(team=team))
    long = {"E0": "Maximiliane Konstantinopolitanische von Hohenlohe (E0)"}
    spec = read_spec(plot_track_plan(plan, labels=long))
    assert {row["seat"] for row in rows_with(spec, "seat")} == {"Customer\u2026Team 14"}
    assert {row["label"] for row in rows_with(spec, "label")} == {"Maximiliane K\u2026henlohe (E0)"}


def test_nothing_is_written_into_the_plan():
    plan = make_plan(5, 2)
    before = plan.assignments.copy(), plan.open_seats.copy()
    plot_track_plan(plan)
    pd.testing.assert_frame_equal(plan.assignments, before[0])
    pd.testing.assert_frame_equal(plan.open_seats, before[1])


@pytest.mark.parametrize(("filled", "empty"), [(3, 0), (12, 2), (40, 30)])
def test_it_fits_on_a_shared_screen(filled, empty):
    root = ET.fromstring(draw(plot_track_plan(make_plan(filled, empty))))
    assert float(root.get("width")) <= 1180
    assert float(root.get("height")) <= 660
