import itertools
import json
import xml.etree.ElementTree as ET

import altair as alt
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.charts import theme
from workbench.charts.theme import (
    ACCENT,
    FLAG_SHAPE,
    GROUP_SHAPES,
    ROLE_COLOURS,
    counted,
    empty_state,
    in_words,
    labelled,
    plain_text,
    projected,
    signed,
    themed,
    wrapped,
)

# What is left of red, green and blue for each deficiency (Machado, Oliveira, Fernandes 2009).
DEFICIENCIES = {
    "none": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}


def linear(colour):
    parts = np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)]) / 255
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def luminance(colour):
    return float(linear(colour) @ [0.2126, 0.7152, 0.0722])


def lightness_and_hue(rgb):
    """CIE 1976 L*a*b* of linear red, green and blue."""
    to_xyz = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    )
    x, y, z = np.cbrt(to_xyz @ np.clip(rgb, 0, 1) / [0.9505, 1, 1.089])
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def find_all(part, key):
    """Every value under a key, wherever it stands in a specification."""
    if isinstance(part, dict):
        for name, value in part.items():
            if name == key:
                yield value
            yield from find_all(value, key)
    elif isinstance(part, list):
        for value in part:
            yield from find_all(value, key)


@pytest.mark.parametrize("colour", [*ROLE_COLOURS, ACCENT, theme.INK, theme.QUIET, theme.UNDECIDED])
def test_colours_stand_out_from_white(colour):
    # 4.5 to 1 is what text needs (WCAG 2.1, 1.4.3); names of groups are written in their colour.
    assert 1.05 / (luminance(colour) + 0.05) >= 4.5


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
def test_roles_differ_for_people_who_see_fewer_colours(deficiency):
    seen = [lightness_and_hue(DEFICIENCIES[deficiency] @ linear(each)) for each in ROLE_COLOURS]
    apart = [np.linalg.norm(one - other) for one, other in itertools.combinations(seen, 2)]
    # A difference of 2.3 can just be noticed (CIE 1976); side by side this is plain.
    assert min(apart) > 15


def test_groups_differ_in_shape_as_well_as_colour_and_none_looks_like_a_flag():
    assert len(set(ROLE_COLOURS)) == len(ROLE_COLOURS)
    assert len(set(GROUP_SHAPES)) == len(GROUP_SHAPES)
    assert ACCENT not in ROLE_COLOURS
    assert FLAG_SHAPE not in GROUP_SHAPES


def test_a_themed_chart_has_two_type_sizes_and_fetches_no_font():
    chart = themed(alt.Chart(alt.InlineData(values=[{"n": 1}])).mark_point())
    config = chart.to_dict()["config"]
    sizes = {
        value
        for key in ("fontSize", "labelFontSize", "titleFontSize", "subtitleFontSize")
        for value in find_all(config, key)
    }
    assert sizes == {13, 16}
    assert "sans-serif" in config["font"]


def test_a_chart_tells_its_title_to_those_who_cannot_see_it():
    bare = alt.Chart(alt.InlineData(values=[{"n": 1}])).mark_point()
    title = alt.TitleParams(text="Two groups", subtitle=["Blue: above the", "mean."])
    assert themed(bare.properties(title=title)).to_dict()["description"] == (
        "Two groups. Blue: above the mean."
    )
    own = bare.properties(title=title, description="All of it.")
    assert themed(own).to_dict()["description"] == "All of it."
    assert "description" not in themed(bare).to_dict()
    assert empty_state("Nobody yet.").to_dict()["description"] == "Nobody yet."


def test_projected_keeps_only_the_columns_asked_for_and_numbers_that_json_has():
    frame = pd.DataFrame(
        {
            "person_id": ["E1", pd.NA],
            "effect": [np.nan, -np.inf],
            "n": np.array([3, 4], dtype=np.int32),
            "flagged": [True, False],
            "name": ["Ada", "Grace"],
        }
    )
    before = frame.copy()
    values = projected(frame, "person_id", "effect", "n", "flagged").to_dict()["values"]
    assert values == [
        {"person_id": "E1", "effect": None, "n": 3, "flagged": True},
        {"person_id": None, "effect": None, "n": 4, "flagged": False},
    ]
    json.dumps(values, allow_nan=False)
    pd.testing.assert_frame_equal(frame, before)


@given(st.text())
def test_plain_text_is_one_line_that_xml_can_hold(text):
    plain = plain_text(text)
    escaped = plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert (ET.fromstring(f"<t>{escaped}</t>").text or "") == plain
    assert "\n" not in plain
    assert plain_text(plain) == plain


def test_labels_stand_for_the_ids_that_have_one():
    ids = pd.Series(["E1", "E2", "E3"])
    assert labelled(ids, {"E2": "Ada"}) == ["E1", "Ada", "E3"]
    assert labelled(ids, None) == ["E1", "E2", "E3"]


def test_words():
    assert in_words("too_new", {"too_new": "Too new"}) == "Too new"
    assert in_words("not_a_number") == "Not a number"
    assert in_words("") == ""
    assert counted(0, "person", "people") == "0 people"
    assert signed(-0.004) == signed(0.004) == "0.00"


@given(st.text(alphabet=st.characters(categories=["L", "N", "P", "Zs"])), st.integers(80, 900))
def test_wrapping_loses_no_letter(text, width):
    assert "".join("".join(wrapped(text, width)).split()) == "".join(text.split())


def test_an_empty_state_says_its_sentence_and_listens_to_the_same_clicks():
    sentence = "Nobody was promoted to management in these cycles."
    spec = empty_state(sentence, width=200, select="person").to_dict()
    ((row,),) = spec["datasets"].values()
    shown = row["sentence"]
    assert shown.replace("\n", " ") == sentence
    assert "\n" in shown
    assert [param["name"] for param in spec["params"]] == ["person"]
    assert "params" not in empty_state(sentence).to_dict()
