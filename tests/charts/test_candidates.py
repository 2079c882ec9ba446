from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from workbench.charts.candidates import plot_cluster_map
from workbench.charts.theme import ACCENT, ROLE_COLOURS, UNDECIDED


def scale_of(spec, channel):
    for layer, _ in spec.layers:
        found = layer.get("encoding", {}).get(channel, {})
        if "scale" in found:
            return found["scale"]
    return None


def layers_of(spec, kind, **mark):
    return [
        (layer, rows)
        for layer, rows in spec.layers
        if layer["mark"]["type"] == kind and mark.items() <= layer["mark"].items()
    ]


def boxes_of(spec):
    [(_, boxes)] = layers_of(spec, "rect")
    return [(box["left"], box["right"], *sorted((box["top"], box["bottom"]))) for box in boxes]


def overlap(one, other):
    return min(one[1], other[1]) - max(one[0], other[0]) > 1e-9 and (
        min(one[3], other[3]) - max(one[2], other[2]) > 1e-9
    )


def test_the_map_says_of_each_group_what_it_is_how_many_and_what_it_is_strong_in(
    candidates, read_spec
):
    spec = read_spec(plot_cluster_map(candidates))
    assert spec.values("name") == ["Lead Engineers", "Software Architects", "No role"]
    assert spec.values("lines") == [
        "4 people: long-term design",
        "4 people: a little more",
        "team learning",
        "4 people: team learning",
    ]
    assert spec.json["title"]["text"] == "12 people in 3 groups"
    assert spec.json["description"].startswith(
        "12 people in 3 groups. Lead Engineers, 4 people: long-term design; Software Architects, "
    )
    assert "legend" not in str(spec.json).replace("'legend': None", "")


def test_one_person_is_no_group_of_engineers(candidates, read_spec):
    alone = candidates.profiles.assign(n=[1, 7, 4])
    spec = read_spec(plot_cluster_map(replace(candidates, profiles=alone)))
    assert spec.values("name")[0] == "Lead Engineer"
    assert spec.values("lines")[0].startswith("1 person:")


def test_the_axes_say_level_which_way_is_more(candidates, read_spec):
    axes = ("more team learning, less rework ->", "more long-term design ->")
    spec = read_spec(plot_cluster_map(replace(candidates, axes=axes)))
    across, up = (spec.layers[0][0]["encoding"][side] for side in "xy")
    assert across["title"] == "more team learning, less rework \u2192"
    assert up["title"] == "more long-term design \u2191"
    assert up["axis"]["titleAngle"] == 0
    unnamed = read_spec(plot_cluster_map(replace(candidates, axes=("", ""))))
    assert unnamed.layers[0][0]["encoding"]["x"]["title"] is None


def test_groups_differ_in_colour_and_shape_and_no_role_is_grey(candidates, read_spec):
    spec = read_spec(plot_cluster_map(candidates))
    colour, shape = scale_of(spec, "color"), scale_of(spec, "shape")
    assert colour["domain"] == shape["domain"] == ["0", "1", "2"]
    assert colour["range"] == [ROLE_COLOURS[0], ROLE_COLOURS[1], UNDECIDED]
    assert len(set(shape["range"])) == 3
    assert layers_of(spec, "point")[0][0]["mark"]["filled"] is False


def test_a_click_on_the_map_selects_a_person(candidates, read_spec):
    spec = read_spec(plot_cluster_map(candidates))
    (param,) = spec.json["params"]
    assert (param["name"], param["select"]["fields"]) == ("person", ["person_id"])


def test_the_chosen_person_is_named_and_nobody_else(candidates, read_spec):
    labels = {"E0": "Ada", "E1": "Bo"}
    spec = read_spec(plot_cluster_map(candidates, labels=labels, chosen="E0"))
    assert spec.values("label") == ["Ada"]
    assert "Bo" not in spec.words()
    assert "Ada" not in read_spec(plot_cluster_map(candidates, labels=labels)).words()
    long = read_spec(plot_cluster_map(candidates, labels={"E0": "A" * 40 + "da"}, chosen="E0"))
    assert long.values("label") == ["A" * 16 + "\u2026" + "A" * 13 + "da"]
    absent = read_spec(plot_cluster_map(candidates, labels=labels, chosen="E99"))
    assert absent.values("label") == []


@pytest.mark.parametrize("person", [f"E{place}" for place in range(12)])
def test_the_name_of_the_chosen_stays_inside_the_map(candidates, read_spec, person):
    label = "A rather long name"
    spec = read_spec(plot_cluster_map(candidates, labels={person: label}, chosen=person))
    [(halo, rows)] = layers_of(spec, "text", stroke="white")
    low, high = halo["encoding"]["x"]["scale"]["domain"]
    at = 560 * (rows[0]["x"] - low) / (high - low)
    half = 0.58 * 13 * len(label) / 2
    at += {"left": half + 14, "right": -half - 14}.get(halo["mark"].get("align"), 0)
    assert at - half >= 0
    assert at + half <= 560


def test_flagged_people_have_the_mark_of_a_flag_beside_their_ring(candidates, read_spec):
    spec = read_spec(plot_cluster_map(candidates, flagged={"E3"}))
    [(layer, rows)] = layers_of(spec, "point", shape="diamond", filled=True)
    place = candidates.map.set_index("person_id").loc["E3"]
    assert rows == [{"x": round(place["x"], 5), "y": round(place["y"], 5)}]
    assert layer["mark"]["color"] == ACCENT
    assert layer["mark"]["xOffset"] > 0
    assert "technical output fell" in spec.words()
    without = read_spec(plot_cluster_map(candidates))
    assert "diamond" not in without.words()
    assert "technical output fell" not in without.words()


def test_people_between_groups_are_pale(candidates, read_spec):
    members = candidates.members.assign(probability=[0.5, 0.79, 0.8, *[0.99] * 8, float("nan")])
    unsure = replace(candidates, members=members)
    spec = read_spec(plot_cluster_map(unsure))
    assert spec.values("unsure")[:4] == [True, True, False, False]
    assert "under 80 % sure" in " ".join(spec.json["title"]["subtitle"])
    assert "sure" not in str(read_spec(plot_cluster_map(candidates)).json["title"])
    assert read_spec(plot_cluster_map(unsure, sure_from=0.4)).values("unsure") == [False] * 12


ROLES = [
    "Lead Engineer",
    "Software Architect",
    "Principal Architect",
    "Director of Architecture",
    "CTO",
    "No role",
]


@pytest.mark.parametrize("people", [60, 400])
@pytest.mark.parametrize(("groups", "seed"), [(2, 0), (3, 1), (4, 2), (5, 3), (6, 4), (6, 5)])
def test_names_lie_on_the_map_and_never_on_each_other(groups, people, seed, make_pool, read_spec):
    rng = np.random.default_rng(seed)
    pool = make_pool(ROLES[:groups], people=people)
    middles = rng.normal(scale=rng.choice([0.5, 3.0]), size=(groups, 2))
    places = middles[pool.map["cluster"]] + rng.normal(size=(people, 2))
    spec = read_spec(
        plot_cluster_map(replace(pool, map=pool.map.assign(x=places[:, 0], y=places[:, 1])))
    )
    boxes = boxes_of(spec)
    assert len(boxes) == groups
    (left, right), (low, high) = (
        spec.layers[0][0]["encoding"][side]["scale"]["domain"] for side in "xy"
    )
    for place, box in enumerate(boxes):
        assert left - 1e-4 <= box[0] < box[1] <= right + 1e-4
        assert low - 1e-4 <= box[2] < box[3] <= high + 1e-4
        assert not [other for other in boxes[:place] if overlap(box, other)]


def test_many_people_have_small_marks_and_the_groups_keep_their_names(candidates, read_spec):
    many = pd.concat([candidates.map] * 420, ignore_index=True)
    few, crowd = (
        read_spec(plot_cluster_map(replace(candidates, map=each)))
        for each in (candidates.map, many)
    )
    assert len(crowd.values("unsure")) == 5040
    sizes = [layers_of(spec, "point")[0][0]["mark"]["size"] for spec in (few, crowd)]
    assert sizes[1] < sizes[0] / 5
    assert crowd.values("name") == few.values("name")


def test_more_people_than_a_browser_can_draw_are_thinned_out_and_that_is_said(
    candidates, read_spec
):
    ids = pd.Series(np.arange(24_000)).map("P{}".format)
    crowd = pd.concat([candidates.map] * 2000, ignore_index=True).assign(person_id=ids)
    spec = read_spec(
        plot_cluster_map(replace(candidates, map=crowd), flagged=["P13"], chosen="P17")
    )
    drawn = spec.values("person_id")
    assert len(drawn) == 6002
    assert {"P13", "P17"} <= set(drawn)
    assert "24,000 people in 3 groups" in spec.words()
    assert "Drawn: 6,002 of them" in " ".join(spec.json["title"]["subtitle"])


def test_no_column_travels_that_is_not_drawn(candidates, read_spec):
    secret = replace(
        candidates,
        map=candidates.map.assign(name="CANARY"),
        profiles=candidates.profiles.assign(name="CANARY"),
        members=candidates.members.assign(name="CANARY"),
    )
    spec = read_spec(plot_cluster_map(secret, flagged=["E1"], chosen="E2"))
    assert spec.unused_columns() == set()
    assert "CANARY" not in spec.words()
    assert "tooltip" not in spec.words()


def test_without_separate_groups_people_are_ranked_instead(one_group, read_spec):
    spec = read_spec(plot_cluster_map(one_group, labels={"E0": "Ada"}, min_role_similarity=0.5))
    assert spec.json["title"]["text"] == "12 people, no separate groups"
    assert "Ada" in spec.words()
    assert "a role from 0.50" in spec.words()
    assert [param["name"] for param in spec.json["params"]] == ["person"]


def test_too_little_data_says_so_and_how_many_are_in_the_pool(nobody, candidates, read_spec):
    empty = read_spec(plot_cluster_map(nobody))
    assert "Nobody has enough signals" in empty.words()
    assert [param["name"] for param in empty.json["params"]] == ["person"]
    unknown = replace(candidates, map=candidates.map.head(0), profiles=candidates.profiles.head(0))
    words = read_spec(plot_cluster_map(unknown)).words().replace("\\n", " ")
    assert "12 people are in the pool" in words


def test_a_single_person_a_group_is_drawn(candidates, read_spec):
    few = replace(candidates, map=candidates.map.head(3))
    spec = read_spec(plot_cluster_map(few))
    assert len(spec.values("unsure")) == 3
    assert len(boxes_of(spec)) == 3


def test_nothing_is_written_into_the_result(candidates):
    frames = (candidates.map, candidates.members, candidates.profiles)
    before = [frame.copy() for frame in frames]
    plot_cluster_map(candidates, flagged=["E1"], chosen="E2")
    for frame, copy in zip(frames, before, strict=True):
        pd.testing.assert_frame_equal(frame, copy)
