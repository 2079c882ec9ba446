import io
import xml.etree.ElementTree as ET
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from workbench.analyses.sensitivity import Sensitivity
from workbench.charts.sensitivity import plot_sensitivity

NASTY = ["<img src=x onerror=alert(1)>", "datum.gamma_per_sd", '"+alert(1)+"', "=cmd()"]


def make_sensitivity(factors, *, flagged=True, streak=3.1, known=0.25):
    n = len(factors)
    flags = pd.DataFrame(
        {
            "person_id": [f"E{each}" for each in range(n)],
            "cycle": "2023H2",
            "flagged": np.full(n, flagged, dtype=bool),
            "gamma_per_sd": np.array(factors, dtype=float),
            "known_share": np.full(n, known),
            "stability": np.full(n, 0.938),
            "told": "CANARY",
        }
    )
    benchmark = pd.DataFrame(
        {"recorded": ["streak"], "odds_ratio": [streak], "low": [2.5], "high": [3.9]}
    )
    empty = pd.DataFrame()
    return Sensitivity(flags, empty, empty, empty, empty, benchmark, (), 0.1, 0.9)


def draw(chart):
    svg = io.StringIO()
    chart.save(svg, format="svg")
    return svg.getvalue()


def texts(svg):
    return [
        "".join(each.itertext()) for each in ET.fromstring(svg).iter() if each.tag.endswith("text")
    ]


def test_the_firmest_flag_comes_first_on_a_log_axis_from_one(read_spec):
    spec = read_spec(plot_sensitivity(make_sensitivity([1.2, 2.4, 1.6])))
    assert spec.values("person_id") == ["E1", "E2", "E0"]
    assert spec.values("gamma_per_sd") == [2.4, 1.6, 1.2]
    scales = [
        layer["encoding"]["x"].get("scale")
        for layer, _ in spec.layers
        if "x2" in layer.get("encoding", {})
    ]
    (scale,) = [each for each in scales if each]
    assert scale["type"] == "log"
    assert scale["domain"][0] == 1
    assert scale["domain"][1] > 3.1  # the streak has room


def test_only_the_flagged_are_shown(read_spec):
    result = make_sensitivity([1.2, 2.4, 1.6])
    flags = result.flags.assign(flagged=[True, False, True])
    spec = read_spec(plot_sensitivity(replace(result, flags=flags)))
    assert spec.values("person_id") == ["E2", "E0"]


def test_the_headline_says_what_it_takes_beside_the_streak(read_spec):
    many = read_spec(plot_sensitivity(make_sensitivity([1.2, 2.4, 1.6])))
    assert many.json["title"]["text"] == (
        "Half of 3 flags hold until hidden knowledge multiplies the odds by 1.6 (the streak: 3.1)"
    )
    one = read_spec(plot_sensitivity(make_sensitivity([2.4])))
    assert one.json["title"]["text"].startswith("The flag holds until hidden knowledge")
    assert "cannot be seen in any data" in " ".join(many.json["title"]["subtitle"])


def test_the_streak_is_a_rule_with_words_and_absent_where_it_did_not_count(read_spec):
    spec = read_spec(plot_sensitivity(make_sensitivity([1.2])))
    assert "the streak everybody saw: \u00d73.1" in spec.words()
    for streak in (1.0, 0.7, float("nan")):
        without = read_spec(plot_sensitivity(make_sensitivity([1.2], streak=streak)))
        assert "streak everybody saw" not in without.words()
        assert "(the streak" not in without.words()


@pytest.mark.parametrize(
    ("known", "words"), [(0.25, "25 %"), (1.3, "over 100 %"), (float("nan"), "\u2013")]
)
def test_how_much_would_have_to_be_known_and_how_steady_it_is(read_spec, known, words):
    spec = read_spec(plot_sensitivity(make_sensitivity([1.2], known=known)))
    assert spec.values("known") == [words]
    assert spec.values("steady") == ["94 %"]


def test_a_long_list_shows_the_part_with_the_one_chosen(read_spec):
    result = make_sensitivity(np.linspace(3, 1.1, 45))
    first = read_spec(plot_sensitivity(result))
    assert first.values("person_id") == [f"E{each}" for each in range(20)]
    assert "Shown: 1 to 20 of 45." in " ".join(first.json["title"]["subtitle"])
    second = read_spec(plot_sensitivity(result, chosen="E23"))
    assert second.values("person_id") == [f"E{each}" for each in range(20, 40)]
    assert second.values("chosen") == [each == 3 for each in range(20)]
    assert "Shown: 21 to 40 of 45." in " ".join(second.json["title"]["subtitle"])


def test_a_click_anywhere_in_a_row_selects_the_person(read_spec):
    for result in (make_sensitivity([1.2]), make_sensitivity([])):
        (param,) = read_spec(plot_sensitivity(result)).json["params"]
        assert param["name"] == "person"
        assert param["select"] == {"type": "point", "fields": ["person_id"]}


def test_nobody_flagged_is_said(read_spec):
    for result in (make_sensitivity([]), make_sensitivity([float("nan")], flagged=False)):
        words = read_spec(plot_sensitivity(result)).words().replace("\\n", " ")
        assert "Nobody is flagged, so there is no flag to explain away." in words


def test_no_column_travels_that_is_not_drawn(read_spec):
    spec = read_spec(plot_sensitivity(make_sensitivity([1.2, 1.4])))
    assert spec.unused_columns() == set()
    assert "CANARY" not in spec.words()


def test_text_of_a_sheet_is_drawn_as_text_and_never_enters_an_expression(read_spec):
    result = make_sensitivity([2.0, 1.8, 1.6, 1.4])
    chart = plot_sensitivity(
        replace(result, flags=result.flags.assign(person_id=NASTY)),
        labels={NASTY[3]: "</text></svg><script>alert(1)</script>"},
    )
    code = read_spec(chart).without_data()
    assert not [text for text in (*NASTY[::2], NASTY[3]) if text in code]
    drawn = draw(chart)
    assert "<img" not in drawn
    assert "<script" not in drawn
    labelled = draw(plot_sensitivity(result, labels={"E0": "Ada & Kim"}))
    assert {"Ada & Kim", "E1"} <= set(texts(labelled))


def test_nothing_is_written_into_the_result():
    result = make_sensitivity([1.2, 2.4])
    before = result.flags.copy()
    plot_sensitivity(result)
    pd.testing.assert_frame_equal(result.flags, before)


def test_it_fits_beside_a_list_on_a_shared_screen():
    for streak in (1.05, 3.1, 60.0):
        root = ET.fromstring(
            draw(plot_sensitivity(make_sensitivity(np.full(45, 2.0), streak=streak)))
        )
        assert float(root.get("width")) <= 760
        assert float(root.get("height")) <= 660
