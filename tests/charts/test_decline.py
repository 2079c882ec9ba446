import io
import xml.etree.ElementTree as ET
from dataclasses import replace

import pandas as pd
import pytest

from workbench.analyses.patterns import PATTERNS
from workbench.charts.decline import PATTERN_WORDS, plot_declines, plot_trajectory
from workbench.charts.theme import ACCENT, FLAG_SHAPE

NASTY = [
    "<img src=x onerror=alert(1)>",
    "</text></svg><script>alert(1)</script>",
    "datum.effect",
    '"+alert(1)+"',
    "{{ 7 * 7 }}",
    "=cmd()",
    "a & b",
    "\u2028 line",
]


def draw(chart):
    svg = io.StringIO()
    chart.save(svg, format="svg")
    return svg.getvalue()


def texts(svg):
    return [
        "".join(each.itertext()) for each in ET.fromstring(svg).iter() if each.tag.endswith("text")
    ]


def test_the_forest_has_one_row_a_judged_person_in_the_order_of_the_flags(declines, read_spec):
    spec = read_spec(plot_declines(declines))
    assert spec.values("person_id") == ["E2", "E1", "E3"]
    assert spec.values("row") == [0, 1, 2]
    assert spec.values("flagged") == [True, True, False]
    assert spec.values("cycles") == ["3 + 3"] * 3


def test_the_forest_shows_effect_interval_zero_and_what_they_mean(declines, read_spec):
    spec = read_spec(plot_declines(declines))
    encodings = [layer.get("encoding", {}) for layer, _ in spec.layers]
    drawn = {enc["x"].get("field") for enc in encodings if "x" in enc}
    assert {"effect", "low"} <= drawn
    assert "high" in {enc["x2"].get("field") for enc in encodings if "x2" in enc}
    assert any(enc.get("x", {}).get("datum") == 0 for enc in encodings)
    assert "Change in technical output beyond similar people (SD)" in spec.words()
    assert "90 % interval" in spec.words()
    assert spec.json["title"]["text"] == "2 of 3 fell more than similar people"


def test_a_click_anywhere_in_a_row_selects_the_person(declines, read_spec):
    spec = read_spec(plot_declines(declines))
    (param,) = spec.json["params"]
    assert param["name"] == "person"
    assert param["select"] == {"type": "point", "fields": ["person_id"]}
    clicked = [layer for layer, _ in spec.layers if layer.get("name") in param["views"]]
    assert [layer["mark"]["type"] for layer in clicked] == ["rect"]


@pytest.mark.parametrize("other", [{}, {"shrunken": -0.5}])
def test_no_column_travels_that_is_not_drawn(declines, read_spec, other):
    flags = declines.flags.assign(name="CANARY", salary=1.0, **other)
    spec = read_spec(plot_declines(replace(declines, flags=flags)))
    assert spec.unused_columns() == set()
    assert "CANARY" not in spec.words()
    assert "tooltip" not in spec.words()


def test_people_of_the_same_name_keep_a_row_each(declines, read_spec):
    spec = read_spec(plot_declines(declines, labels=dict.fromkeys(["E1", "E2", "E3"], "Kim")))
    assert spec.values("label") == ["Kim"] * 3
    assert len(set(spec.values("row"))) == 3


def test_what_is_left_out_is_said(declines, read_spec):
    spec = read_spec(plot_declines(declines, limit=2))
    assert spec.values("person_id") == ["E2", "E1"]
    assert "Shown: 1 to 2 of 3." in " ".join(spec.json["title"]["subtitle"])
    assert spec.json["title"]["text"].startswith("2 of 3 fell more")


def test_the_chosen_person_is_marked_wherever_the_list_has_them(declines, read_spec):
    spec = read_spec(plot_declines(declines, limit=2, chosen="E3"))
    assert spec.values("person_id") == ["E3"]
    assert spec.values("chosen") == [True]
    assert "Shown: 3 to 3 of 3." in " ".join(spec.json["title"]["subtitle"])
    unjudged = read_spec(plot_declines(declines, limit=2, chosen="E4"))
    assert unjudged.values("person_id") == ["E2", "E1"]
    assert unjudged.values("chosen") == [False, False]
    (click,) = [layer for layer, _ in spec.layers if layer["mark"]["type"] == "rect"]
    assert click["encoding"]["opacity"]["condition"]["test"] == "datum.chosen"


def test_the_smallest_drop_that_would_be_seen_is_a_tick_below_zero(declines, read_spec):
    spec = read_spec(plot_declines(declines))
    assert spec.values("seen_from") == [-0.8] * 3
    (tick,) = [layer for layer, _ in spec.layers if layer["mark"]["type"] == "tick"]
    assert tick["encoding"]["x"]["field"] == "seen_from"
    assert "a smaller drop would often not be seen" in " ".join(spec.json["title"]["subtitle"])


def test_the_likely_size_is_drawn_where_it_is_known(declines, read_spec):
    assert "Small hollow mark" not in read_spec(plot_declines(declines)).words()
    flags = declines.flags.assign(shrunken=declines.flags["effect"] / 2)
    spec = read_spec(plot_declines(replace(declines, flags=flags)))
    assert spec.values("shrunken") == [-0.7, -0.55, 0.1]
    (small,) = [each for each, _ in spec.layers if each["mark"].get("fill") == "white"]
    assert small["encoding"]["x"]["field"] == "shrunken"
    assert small["encoding"]["shape"]["condition"] == {"test": "datum.flagged", "value": FLAG_SHAPE}
    assert "likely size" in " ".join(spec.json["title"]["subtitle"])


def test_empty_states_say_why(no_declines, unjudged, read_spec):
    nobody, none_judged = read_spec(plot_declines(no_declines)), read_spec(plot_declines(unjudged))
    assert "Nobody was promoted to management" in nobody.words()
    assert "can be judged yet" in none_judged.words().replace("\\n", " ")
    for spec in (nobody, none_judged):
        assert [param["name"] for param in spec.json["params"]] == ["person"]
    assert "No technical output is known for E9." in read_spec(
        plot_trajectory(no_declines, "E9")
    ).words().replace("\\n", " ")


def test_text_of_a_sheet_is_drawn_as_text_and_never_enters_an_expression(declines, read_spec):
    ids = NASTY[:3]
    flags = declines.flags.assign(person_id=[*ids, "E4"])
    chart = plot_declines(replace(declines, flags=flags), labels={ids[2]: NASTY[1]})
    spec = read_spec(chart)
    assert not [text for text in NASTY if text in spec.without_data() and text != "datum.effect"]
    drawn = draw(chart)
    assert "<img" not in drawn
    assert "<script" not in drawn
    # Long labels end in an ellipsis.
    assert any(text.startswith("<img src=x") for text in texts(drawn))


def test_every_nasty_label_survives_as_it_is(declines):
    rows = pd.concat([declines.flags.head(1)] * len(NASTY), ignore_index=True)
    rows = rows.assign(person_id=[f"E{place}" for place in range(len(NASTY))])
    labels = {f"E{place}": text[:20] for place, text in enumerate(NASTY)}
    drawn = texts(draw(plot_declines(replace(declines, flags=rows), labels=labels)))
    for text in labels.values():
        assert " ".join(text.split()) in [" ".join(each.split()) for each in drawn]


def test_a_trajectory_shows_the_person_the_band_and_the_promotion(declines, read_spec):
    spec = read_spec(plot_trajectory(declines, "E2", label="Ada"))
    marks = [layer["mark"]["type"] for layer, _ in spec.layers]
    assert {"area", "line", "point", "rule"} <= set(marks)
    assert spec.json["title"]["text"] == "Ada"
    assert spec.json["title"]["subtitle"] == [
        "Output fell and stayed down (3 cycles before, 3 after).",
        "\u22121.4 SD beyond similar people (90 % interval \u22121.9 to \u22120.9).",
    ]
    rules = [rows for layer, rows in spec.layers if layer["mark"]["type"] == "rule"]
    assert [{"cycle": "2023H2", "words": "promoted 2023H2"}] in rules
    for words in ("this person", "similar people", "(grey: 90 % of them)", "SD apart"):
        assert f'"{words}"' in spec.words()
    assert spec.unused_columns() == set()
    assert "legend" not in spec.words()


def test_the_distance_after_the_promotion_is_drawn_by_cycle(declines, read_spec):
    spec = read_spec(plot_trajectory(declines, "E2"))
    (apart,) = [
        rows
        for layer, rows in spec.layers
        if layer.get("encoding", {}).get("y2", {}).get("field") == "expected"
    ]
    assert [row["cycle"] for row in apart] == ["2023H2", "2024H1", "2024H2"]
    assert {(row["technical_output"], row["expected"]) for row in apart} == {(-1.0, 0.2)}
    numbers = [rows for _, rows in spec.layers if rows and set(rows[0]) == {"cycle", "words"}]
    assert [row["words"] for row in numbers[0]] == ["\u22121.2"] * 3
    tight = read_spec(plot_trajectory(declines, "E2", width=180))
    assert "SD apart" not in tight.words()
    assert tight.unused_columns() == set()


def test_only_a_flagged_person_has_the_mark_of_a_flag(declines, read_spec):
    for person, flagged in (("E2", True), ("E3", False)):
        spec = read_spec(plot_trajectory(declines, person))
        (point,) = [layer for layer, _ in spec.layers if layer["mark"]["type"] == "point"]
        assert (FLAG_SHAPE in str(point["encoding"])) is flagged
        assert (point["mark"]["color"] == ACCENT) is flagged
        assert (spec.json["title"]["color"] == ACCENT) is flagged


def test_a_cycle_without_output_is_a_gap_and_not_a_zero(declines, read_spec):
    course = declines.trajectories
    kept = course.loc[~((course["person_id"] == "E2") & (course["cycle"] == "2023H1"))]
    spec = read_spec(plot_trajectory(replace(declines, trajectories=kept), "E2"))
    rows = next(rows for _, rows in spec.layers if rows and "technical_output" in rows[0])
    output = {row["cycle"]: row["technical_output"] for row in rows}
    assert output["2023H1"] is None
    assert output["2022H2"] == 0.5


def test_a_band_of_a_single_cycle_is_still_seen(declines, read_spec):
    course = declines.trajectories
    alone = course["expected"].where(course["cycle"] == "2023H1")
    lonely = course.assign(expected=alone, low=alone - 1, high=alone + 1)
    spec = read_spec(plot_trajectory(replace(declines, trajectories=lonely), "E2"))
    bars = [rows for layer, rows in spec.layers if layer["mark"].get("strokeWidth") == 14]
    assert bars == [[{"cycle": "2023H1", "low": -0.8, "high": 1.2}]]


def test_lines_that_end_together_have_labels_apart(declines, read_spec):
    course = declines.trajectories.assign(technical_output=0.2)
    spec = read_spec(plot_trajectory(replace(declines, trajectories=course), "E2"))
    (own, others) = [
        layer["mark"] for layer, _ in spec.layers if isinstance(layer["mark"].get("text"), list)
    ]
    assert own["text"] == ["this person"]
    top = others["y"] - others["lineHeight"] / 2
    bottom = top + others["lineHeight"] * len(others["text"])
    assert not top < own["y"] < bottom


@pytest.mark.parametrize("ends_at", [-5.0, 0.2, 5.0])
def test_the_words_at_the_end_stay_above_the_row_of_distances(declines, read_spec, ends_at):
    course = declines.trajectories.assign(technical_output=ends_at)
    spec = read_spec(plot_trajectory(replace(declines, trajectories=course), "E2", height=230))
    words = [
        layer["mark"] for layer, _ in spec.layers if isinstance(layer["mark"].get("text"), list)
    ]
    row = next(layer["mark"] for layer, _ in spec.layers if layer["mark"].get("text") == "SD apart")
    for each in words:
        bottom = each["y"] - each["lineHeight"] / 2 + each["lineHeight"] * len(each["text"])
        assert each["y"] - each["lineHeight"] / 2 >= 0
        assert bottom <= row["y"] - 12


def test_a_promotion_can_be_named_and_need_not_be_known(declines, read_spec):
    named = read_spec(plot_trajectory(declines, "E2", "2022H2"))
    assert [{"cycle": "2022H2", "words": "promoted 2022H2"}] in [rows for _, rows in named.layers]
    without = replace(declines, flags=declines.flags.iloc[1:])
    spec = read_spec(plot_trajectory(without, "E2"))
    assert "promoted 20" not in spec.words()
    assert "Not promoted to management" in spec.words()


def test_someone_who_cannot_be_judged_has_a_course_and_the_reason(declines, read_spec):
    spec = read_spec(plot_trajectory(declines, "E4"))
    (subtitle,) = spec.json["title"]["subtitle"]
    assert subtitle == "Promoted too recently to judge (3 cycles before, 1 after)."
    assert any(layer["mark"]["type"] == "line" for layer, _ in spec.layers)


def test_every_pattern_has_words_and_none_says_that_a_person_failed():
    assert set(PATTERN_WORDS) == {each.name for each in PATTERNS}
    assert not [words for words in PATTERN_WORDS.values() if "fail" in words.casefold()]


def test_nothing_is_written_into_the_result(declines):
    before = declines.flags.copy(), declines.trajectories.copy()
    plot_declines(declines)
    plot_trajectory(declines, "E2")
    pd.testing.assert_frame_equal(declines.flags, before[0])
    pd.testing.assert_frame_equal(declines.trajectories, before[1])


def test_charts_fit_beside_a_list_on_a_shared_screen(declines):
    rows = pd.concat([declines.flags.head(1)] * 40, ignore_index=True)
    for chart in (plot_declines(replace(declines, flags=rows)), plot_trajectory(declines, "E2")):
        root = ET.fromstring(draw(chart))
        assert float(root.get("width")) <= 760
        assert float(root.get("height")) <= 660
