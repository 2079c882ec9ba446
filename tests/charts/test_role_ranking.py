from dataclasses import replace

import pandas as pd

from workbench.charts.role_ranking import NO_SIMILARITY, name_holders, plot_role_ranking
from workbench.charts.theme import ROLE_COLOURS, UNDECIDED


def ranked(one_group, roles, similarity):
    members = one_group.members.assign(role=roles, role_similarity=similarity)
    return replace(one_group, members=members)


def rows_of(spec):
    return next(rows for _, rows in spec.layers if rows and "number" in rows[0])


def test_people_stand_under_the_role_that_they_are_nearest_to_nearest_first(one_group, read_spec):
    roles = ["CTO", "Lead Engineer", "No role", "Lead Engineer"] * 3
    spec = read_spec(
        plot_role_ranking(
            ranked(one_group, roles, [place / 20 for place in range(12)]), labels={"E11": "Ada"}
        )
    )
    assert spec.values("head") == [
        "Lead Engineer (6 people)",
        "CTO (3 people)",
        "Nearest without a role (3 people)",
    ]
    drawn = rows_of(spec)
    assert [row["label"] for row in drawn[:6]] == ["Ada", "E9", "E7", "E5", "E3", "E1"]
    assert [row["number"] for row in drawn[6:9]] == ["0.40", "0.20", "0.00"]
    assert drawn[0]["colour"] == ROLE_COLOURS[0]
    assert drawn[-1]["colour"] == UNDECIDED
    assert [row["row"] for row in drawn] == [*range(1, 7), *range(8, 11), *range(12, 15)]


def test_each_role_gets_its_share_of_the_room_and_the_rest_is_said(one_group, read_spec):
    roles = ["Lead Engineer"] * 9 + ["CTO", "No role", "No role"]
    chart = plot_role_ranking(ranked(one_group, roles, 0.7), rows=9)
    spec = read_spec(chart)
    assert len(rows_of(spec)) == 6
    assert [row["label"] for row in rows_of(spec)].count("E9") == 1
    assert "nearest 6 of 12" in " ".join(spec.json["title"]["subtitle"])


def test_strong_engineers_and_people_without_a_similarity_are_not_ranked(one_group, read_spec):
    roles = ["Strong engineer"] * 6 + ["Lead Engineer"] * 6
    similarity = [0.9] * 6 + [0.8] * 5 + [float("nan")]
    drawn = rows_of(read_spec(plot_role_ranking(ranked(one_group, roles, similarity))))
    assert [row["label"] for row in drawn] == ["E6", "E7", "E8", "E9", "E10"]


def test_the_bar_is_drawn_where_it_is_given(one_group, read_spec):
    assert (
        "a role from 0.35"
        in read_spec(plot_role_ranking(one_group, min_role_similarity=0.35)).words()
    )
    assert "a role from" not in read_spec(plot_role_ranking(one_group)).words()


def test_a_similarity_never_reads_as_what_is_needed(one_group, read_spec):
    spec = read_spec(plot_role_ranking(ranked(one_group, "No role", 0.4999), rows=4))
    assert {row["number"] for row in rows_of(spec)} == {"0.49"}


def test_flags_and_the_chosen_are_marked_and_a_row_takes_the_click(one_group, read_spec):
    spec = read_spec(plot_role_ranking(one_group, flagged=["E2"], chosen="E3"))
    [flags] = [rows for layer, rows in spec.layers if layer["mark"].get("shape") == "diamond"]
    assert len(flags) == 1
    assert [row["label"] for row in rows_of(spec) if row["chosen"]] == ["E3"]
    (param,) = spec.json["params"]
    assert (param["name"], param["select"]["fields"]) == ("person", ["person_id"])
    assert spec.unused_columns() == set()


def test_nobody_to_rank_is_said(one_group, read_spec):
    spec = read_spec(plot_role_ranking(ranked(one_group, "No role", float("nan"))))
    assert NO_SIMILARITY[:30] in spec.words()
    assert [param["name"] for param in spec.json["params"]] == ["person"]


def test_nothing_else_of_the_members_travels(one_group, read_spec):
    secret = replace(one_group, members=one_group.members.assign(name="CANARY"))
    assert "CANARY" not in read_spec(plot_role_ranking(secret)).words()


def test_several_holders_are_named_in_the_plural():
    assert pd.Series(["CTO", "No role"]).map(lambda role: name_holders(role, 3)).tolist() == [
        "CTOs",
        "No role",
    ]
