import io
import xml.etree.ElementTree as ET
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from workbench.analyses.event_study import EventStudy, Spike
from workbench.charts.event_study import plot_event_study
from workbench.charts.theme import ACCENT, FLAG_SHAPE, ROLE_COLOURS

ROWS = ["relative_cycle", "effect", "low", "high", "n", "band_low", "band_high", "phase"]


def make_rows(effects, *, overall, n=40, first=-4):
    cycles = [*range(first, first + len(effects)), None]
    effect = np.array([*effects, overall])
    phases = ["after" if since >= 0 else "streak" for since in cycles[:-1]]
    phases = [
        "placebo" if since < -2 else phase for since, phase in zip(cycles[:-1], phases, strict=True)
    ]
    rows = pd.DataFrame(
        {
            "relative_cycle": pd.array(cycles, dtype="Int64"),
            "effect": effect,
            "low": effect - 0.1,
            "high": effect + 0.1,
            "n": n,
            "band_low": np.r_[effect[:-1] - 0.2, np.nan],
            "band_high": np.r_[effect[:-1] + 0.2, np.nan],
            "phase": [*phases, "overall"],
        }
    )
    return rows[ROWS]


def make_study(kinds, *, spike=0.4, **other):
    by_kind = pd.concat([rows.assign(kind=kind) for kind, rows in kinds.items()])
    first = next(iter(kinds.values()))
    usual = [
        make_rows([0.0] * 4 + [each] * 3, overall=each).assign(estimator=estimator)
        for estimator, each in (("base_1", -0.9), ("base_3", -0.6))
    ]
    study = EventStudy(
        effects=first[first["relative_cycle"].notna()].astype({"relative_cycle": "int64"}),
        overall=first.loc[first["relative_cycle"].isna(), ["effect", "low", "high", "n"]],
        by_kind=by_kind,
        by_group=first.head(0).assign(group=None),
        comparison=pd.concat(usual)[["estimator", *ROWS[:5]]],
        spike=Spike(spike, 0.1, abs(spike) > 0.2),
        notes=("Nobody was promoted to management in these cycles.",),
        outcome="technical_output",
        kind="to_management",
        n_promoted=50,
        n_used=40,
        interval_level=0.9,
        output_sd=1.0,
    )
    return replace(study, **other)


MANAGEMENT = make_rows([0.0, 0.02, 0.4, 0.5, -0.5, -0.4, -0.35], overall=-0.4)
LEADERSHIP = make_rows([0.0, 0.0, 0.3, 0.3, 0.1, 0.1, 0.2], overall=0.12, n=21)
APART = make_rows([0.0, 0.0, 0.1, 0.2, -0.6, -0.5, -0.55], overall=-0.52)


@pytest.fixture
def study():
    return make_study({"to_management": MANAGEMENT})


@pytest.fixture
def both():
    return make_study(
        {
            "to_management": MANAGEMENT,
            "to_technical_leadership": LEADERSHIP,
            "difference": APART,
        }
    )


def draw(chart):
    svg = io.StringIO()
    chart.save(svg, format="svg")
    return ET.fromstring(svg.getvalue())


def texts(chart):
    found = ["".join(each.itertext()) for each in draw(chart).iter() if each.tag.endswith("text")]
    return [each for each in found if each]


def marks(spec, kind):
    return [layer for layer, _ in spec.layers if layer["mark"]["type"] == kind]


def test_the_title_is_the_answer(study, read_spec):
    title = read_spec(plot_event_study(study)).json["title"]
    assert title["text"] == (
        "After promotion to management technical output is 0.4 SD lower than expected "
        "(0.3 to 0.5), n = 40"
    )
    assert "Bands: 90 %, for all cycles at once." in " ".join(title["subtitle"])


def test_an_answer_that_is_no_effect_and_one_that_is_a_rise(read_spec):
    small = make_study({"to_management": make_rows([0.0] * 7, overall=-0.02)})
    assert (
        read_spec(plot_event_study(small))
        .json["title"]["text"]
        .endswith("is about as expected: \u22120.02 SD (\u22120.12 to +0.08), n = 40")
    )
    rise = make_study({"to_management": make_rows([0.0] * 7, overall=0.3)}, outcome="engagement")
    assert (
        "management engagement is 0.3 SD higher than expected (0.2 to 0.4)"
        in (read_spec(plot_event_study(rise)).json["title"]["text"])
    )
    nought = make_study({"to_management": make_rows([0.0] * 7, overall=-0.001)})
    assert "expected: 0.00 SD" in read_spec(plot_event_study(nought)).json["title"]["text"]


def test_the_move_is_drawn_as_elsewhere_with_its_band_and_the_promotion(study, read_spec):
    spec = read_spec(plot_event_study(study))
    (band,) = marks(spec, "area")
    assert band["mark"]["color"] == ACCENT
    shapes = [layer["mark"].get("shape") for layer in marks(spec, "point")]
    assert shapes == [None, FLAG_SHAPE]
    course = next(rows for layer, rows in spec.layers if layer["mark"].get("shape") == FLAG_SHAPE)
    assert course == [
        {"relative_cycle": 0, "effect": -0.5},
        {"relative_cycle": 1, "effect": -0.4},
        {"relative_cycle": 2, "effect": -0.35},
    ]
    assert [{"relative_cycle": -0.5}] in [rows for _, rows in spec.layers]
    assert any(layer["encoding"]["y"].get("datum") == 0 for layer in marks(spec, "rule"))
    assert spec.unused_columns() == set()
    assert "legend" not in spec.words()


def test_the_usual_estimates_are_faint_and_named_with_what_they_say(study, read_spec):
    spec = read_spec(plot_event_study(study))
    dashed = [layer for layer in marks(spec, "line") if "strokeDash" in layer["mark"]]
    assert len(dashed) == 2
    said = texts(plot_event_study(study))
    assert "usual estimate, from the last cycle: \u22120.9" in said
    assert "usual estimate, from the third last: \u22120.6" in said
    assert "to management: \u22120.4" in said
    bare = replace(study, comparison=study.comparison.head(0))
    assert "usual" not in read_spec(plot_event_study(bare)).words()


def test_the_streak_is_marked_only_where_there_is_one(study, read_spec):
    spec = read_spec(plot_event_study(study))
    (shade,) = [rows for layer, rows in spec.layers if layer["mark"]["type"] == "rect"]
    assert shade == [{"relative_cycle": -2.5, "end": -0.5}]
    assert "good streak" in texts(plot_event_study(study))
    assert "take the way back from the streak for an effect" in spec.words()
    without = make_study({"to_management": MANAGEMENT}, spike=0.1)
    assert "streak" not in read_spec(plot_event_study(without)).words()
    low = make_study({"to_management": MANAGEMENT}, spike=-0.4)
    assert "poor streak" in texts(plot_event_study(low))


def test_the_two_moves_stand_side_by_side_with_their_difference(both, read_spec):
    spec = read_spec(plot_event_study(both))
    assert {layer["mark"]["color"] for layer in marks(spec, "area")} == {ACCENT, ROLE_COLOURS[0]}
    rings = [
        layer["mark"] for layer in marks(spec, "point") if layer["mark"].get("fill") == "white"
    ]
    assert [each["stroke"] for each in rings] == [ROLE_COLOURS[0]]
    said = " ".join(spec.json["title"]["subtitle"])
    assert "To technical leadership: +0.12 SD (+0.02 to +0.22), n = 21." in said
    assert "Difference between the two: \u22120.5 SD (\u22120.6 to \u22120.4)." in said
    assert spec.unused_columns() == set()


def test_labels_of_lines_that_end_together_are_apart(both):
    rows = make_rows([0.0] * 4 + [-0.9] * 3, overall=-0.9)
    close = {"to_management": rows, "to_technical_leadership": rows, "difference": APART}
    for each in (both, make_study(close)):
        labels = [
            float(text.get("transform").split(",")[1].rstrip(")"))
            for text in draw(plot_event_study(each)).iter()
            if text.tag.endswith("text") and ("".join(text.itertext())).startswith(("usual", "to "))
        ]
        assert len(labels) == 4
        assert np.diff(sorted(labels)).min() >= 17.9


def test_too_little_to_draw_is_a_sentence(study):
    said = texts(plot_event_study(replace(study, overall=study.overall.head(0))))
    assert " ".join(said) == study.notes[0]


def test_a_single_cycle_after_and_none_before_can_be_drawn(read_spec):
    only = make_study({"to_management": make_rows([-0.4], overall=-0.4, first=0)})
    spec = read_spec(plot_event_study(only))
    assert any(layer["mark"].get("strokeWidth") == 14 for layer in marks(spec, "rule"))
    assert "to management: \u22120.4" in texts(plot_event_study(only))


def test_nothing_is_written_into_the_study(both):
    before = {name: getattr(both, name).copy() for name in ("effects", "by_kind", "comparison")}
    plot_event_study(both)
    for name, frame in before.items():
        pd.testing.assert_frame_equal(getattr(both, name), frame)


def test_the_picture_fits_a_shared_screen(both):
    root = draw(plot_event_study(both))
    assert float(root.get("width")) <= 960
    assert float(root.get("height")) <= 540
