from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from workbench.charts.candidates import plot_cluster_map, plot_member, plot_profiles
from workbench.charts.theme import ROLE_COLOURS, UNDECIDED


def scale_of(spec, channel):
    for layer, _ in spec.layers:
        found = layer.get("encoding", {}).get(channel, {})
        if "scale" in found:
            return found["scale"]
    return None


def test_the_map_names_each_group_where_it_lies(candidates, read_spec):
    spec = read_spec(plot_cluster_map(candidates))
    named = [rows for layer, rows in spec.layers if layer["mark"].get("stroke") == "white"]
    labels = [row["label"] for rows in named for row in rows]
    assert labels == [
        "Lead Engineer, 4 people",
        "Software Architect, 4 people",
        "No role, 4 people",
    ]
    assert spec.json["title"]["text"] == "12 people in 3 groups"
    assert "legend" not in str(spec.json).replace("'legend': None", "")
    for axis in candidates.axes:
        assert axis in spec.words()


def test_groups_differ_in_colour_and_shape_and_no_role_is_grey(candidates, read_spec):
    spec = read_spec(plot_cluster_map(candidates))
    colour, shape = scale_of(spec, "color"), scale_of(spec, "shape")
    assert colour["domain"] == shape["domain"] == ["0", "1", "2"]
    assert colour["range"] == [ROLE_COLOURS[0], ROLE_COLOURS[1], UNDECIDED]
    assert len(set(shape["range"])) == 3
    (marks,) = [layer["mark"] for layer, _ in spec.layers if layer["mark"]["type"] == "point"]
    assert marks["filled"] is False


def test_without_separate_groups_the_marks_are_the_roles_that_people_resemble(one_group, read_spec):
    roles = ["Software Architect", "CTO", "No role", "Strong engineer"] * 3
    members = one_group.members.assign(role=roles)
    spec = read_spec(plot_cluster_map(replace(one_group, members=members)))
    assert spec.json["title"]["text"] == "12 people, no separate groups"
    assert scale_of(spec, "color")["domain"] == [
        "Software Architect, 3 people",
        "CTO, 3 people",
        "Strong engineer, 3 people",
        "No role, 3 people",
    ]
    assert set(spec.values("kind")) == set(scale_of(spec, "color")["domain"])
    assert not [1 for layer, _ in spec.layers if layer["mark"].get("stroke") == "white"]


def test_a_click_on_the_map_selects_a_person_and_shows_the_label(candidates, read_spec):
    spec = read_spec(plot_cluster_map(candidates, labels={"E0": "Ada"}))
    (param,) = spec.json["params"]
    assert (param["name"], param["select"]["fields"]) == ("person", ["person_id"])
    chosen = [layer for layer, _ in spec.layers if "transform" in layer]
    assert chosen[0]["transform"] == [{"filter": {"param": "person", "empty": False}}]
    assert "Ada" in spec.words()


def test_no_column_travels_that_is_not_drawn(candidates, signals, read_spec):
    secret = replace(
        candidates,
        map=candidates.map.assign(name="CANARY"),
        profiles=candidates.profiles.assign(name="CANARY"),
        members=candidates.members.assign(name="CANARY"),
    )
    charts = (
        plot_cluster_map(secret),
        plot_profiles(secret),
        plot_member(secret, signals.assign(name="CANARY", salary=1.0), "E1"),
    )
    for chart in charts:
        spec = read_spec(chart)
        assert spec.unused_columns() == set()
        assert "CANARY" not in spec.words()
        assert "tooltip" not in spec.words()


def test_names_of_groups_that_lie_on_each_other_are_moved_apart(candidates, read_spec):
    crowded = replace(candidates, map=candidates.map.assign(x=np.arange(12) % 3 / 10))
    spec = read_spec(plot_cluster_map(crowded))
    rows = next(rows for layer, rows in spec.layers if layer["mark"].get("stroke") == "white")
    heights = sorted(row["y"] for row in rows)
    assert min(np.diff(heights)) > 0.05


def test_a_large_company_is_drawn_whole(candidates, read_spec):
    many = pd.concat([candidates.map] * 420, ignore_index=True)
    assert len(read_spec(plot_cluster_map(replace(candidates, map=many))).values("x")) == 5040


def test_profiles_have_a_cell_a_group_and_signal(candidates, read_spec):
    spec = read_spec(plot_profiles(candidates))
    cells = next(rows for layer, rows in spec.layers if layer["mark"]["type"] == "rect")
    assert len(cells) == 9
    assert {(row["cluster"], row["place"]): row["mean"] for row in cells}[(2, 1)] == 1.5
    assert "Team\\nlearning" in spec.words()
    assert "Lead Engineer, 4 people" in spec.values("label")


def test_a_member_is_shown_beside_the_pool(candidates, signals, read_spec):
    spec = read_spec(plot_member(candidates, signals, "E1", label="Ada"))
    assert spec.json["title"]["text"] == "Ada: Software Architect"
    assert "12 people" in str(spec.json["title"]["subtitle"])
    own = next(rows for _, rows in spec.layers if rows and "value" in rows[0])
    assert [row["value"] for row in own] == [
        round(value, 5)
        for value in signals.loc[1, ["technical_output", "team_learning", "long_term_design"]]
    ]
    pool = next(rows for _, rows in spec.layers if rows and "middle" in rows[0])
    assert pool[1]["middle"] == pytest.approx(signals["team_learning"].median(), abs=1e-5)


def test_a_signal_without_evidence_says_so_and_is_no_zero(candidates, signals, read_spec):
    spec = read_spec(plot_member(candidates, signals, "E0"))
    own = next(rows for _, rows in spec.layers if rows and "value" in rows[0])
    assert [row["place"] for row in own] == [0, 2]
    assert '"value": "no evidence"' in spec.words()


def test_empty_states_say_why(nobody, one_group, candidates, signals, read_spec):
    empty_map = read_spec(plot_cluster_map(nobody))
    assert "Nobody has enough signals" in empty_map.words()
    assert [param["name"] for param in empty_map.json["params"]] == ["person"]
    assert "Nobody has enough signals" in read_spec(plot_profiles(nobody)).words()
    assert "no separate groups" in read_spec(plot_profiles(one_group)).words()
    unknown = read_spec(plot_member(candidates, signals, "E99"))
    assert "No signals are known for E99." in unknown.words()
    assert "No signals are known" in read_spec(plot_member(nobody, signals.head(0), "E1")).words()


def test_nothing_is_written_into_the_result(candidates, signals):
    frames = (candidates.map, candidates.members, candidates.profiles, signals)
    before = [frame.copy() for frame in frames]
    plot_cluster_map(candidates)
    plot_profiles(candidates)
    plot_member(candidates, signals, "E1")
    for frame, copy in zip(frames, before, strict=True):
        pd.testing.assert_frame_equal(frame, copy)
