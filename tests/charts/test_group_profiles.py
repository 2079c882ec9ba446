from dataclasses import replace

import pandas as pd

from workbench.charts.group_profiles import name_strengths, plot_profiles


def test_profiles_have_a_cell_a_group_and_signal(candidates, read_spec):
    spec = read_spec(plot_profiles(candidates))
    cells = next(rows for layer, rows in spec.layers if layer["mark"]["type"] == "rect")
    assert len(cells) == 9
    assert {(row["cluster"], row["place"]): row["mean"] for row in cells}[(2, 1)] == 1.5
    heads = [layer["mark"].get("text") for layer, _ in spec.layers]
    assert ["Team", "learning"] in heads
    assert spec.values("name") == ["Lead Engineers", "Software Architects", "No role"]


def test_how_firm_a_group_is_and_how_many_of_its_people_agree_stands_beside_it(
    candidates, read_spec
):
    members = candidates.members
    agreeing = members["role"].mask(members["person_id"].eq("E0"), "No role")
    pool = replace(
        candidates,
        members=members.assign(role=agreeing),
        profiles=candidates.profiles.assign(stability=[0.934, 0.5, float("nan")]),
    )
    spec = read_spec(plot_profiles(pool))
    assert spec.values("back") == ["93 %", "50 %", "not known"]
    assert spec.values("agree") == ["75 %", "100 %", "100 %"]
    assert "people are redrawn" in spec.words()
    barred = read_spec(plot_profiles(pool, stable_from=0.75))
    assert barred.values("back") == ["93 %", "50 %, not firm", "not known"]


def test_strengths_are_the_highest_two_signals_that_stand_out():
    means = pd.DataFrame(
        {
            "cluster": [0, 1, 2, 3],
            "team_learning": [1.2, 0.3, -0.4, 0.1],
            "long_term_design": [0.6, 0.1, -0.5, 0.2],
            "own_signal": [0.7, -0.1, 0.2, 0.0],
        }
    )
    assert name_strengths(means) == [
        "team learning, own signal",
        "a little more team learning",
        "below the others in most signals",
        "near the middle in all signals",
    ]


def test_no_column_travels_that_is_not_drawn(candidates, read_spec):
    secret = replace(
        candidates,
        profiles=candidates.profiles.assign(note="CANARY"),
        members=candidates.members.assign(name="CANARY"),
    )
    spec = read_spec(plot_profiles(secret))
    assert spec.unused_columns() == set()
    assert "CANARY" not in spec.words()


def test_empty_states_say_why(nobody, one_group, read_spec):
    assert "Nobody has enough signals" in read_spec(plot_profiles(nobody)).words()
    assert "no separate groups" in read_spec(plot_profiles(one_group)).words()
