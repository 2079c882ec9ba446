"""The picture of both tracks: sides, scales, what is hidden, what is not in the data, no person."""

import numpy as np
import pandas as pd
import pytest

from workbench.analyses.parity import compare_tracks
from workbench.charts.drawing import draw_svg
from workbench.charts.parity import NOBODY, plot_parity
from workbench.charts.parity_rows import lay_out_parity
from workbench.charts.theme import ACCENT


def make_reviews(engineers=30, technical=12, managing=20):
    rng = np.random.default_rng(0)
    tracks = ["engineer"] * engineers + ["technical_leadership"] * technical
    tracks += ["management"] * managing
    n = len(tracks)
    return pd.DataFrame(
        {
            "person_id": [f"CANARY{place}" for place in range(n)],
            "cycle": "2024H1",
            "track": tracks,
            "title": [
                {"engineer": "Software Engineer", "management": "Engineering Manager"}.get(
                    track, "Software Architect"
                )
                for track in tracks
            ],
            "engagement": rng.normal(3.6, 0.4, n).round(1),
            "compa_ratio": rng.normal(1.0, 0.05, n),
            "track_preference": rng.choice(["Technical", "Management", None], n),
            "pay_band": [
                {"engineer": "B4", "technical_leadership": "B5", "management": "B6"}[track]
                for track in tracks
            ],
        }
    )


@pytest.fixture
def parity():
    return compare_tracks(make_reviews())


def rows_of(parity):
    found = {}
    for row in lay_out_parity(parity):
        found.setdefault(row.aspect, []).append(row)
    return found


def test_the_title_is_the_finding_and_the_sides_are_named(parity, read_spec):
    spec = read_spec(plot_parity(parity))
    assert " ".join(spec.json["title"]["text"]) == f"{parity.headline}."
    words = spec.words()
    assert "Technical leadership, 12 people" in words
    assert "People management, 20 people" in words
    assert set(parity.aspects["sentence"]) <= {
        each for each in parity.aspects["sentence"] if each in spec.json["description"]
    }


def test_both_sides_of_an_aspect_are_on_one_scale(parity):
    found = rows_of(parity)
    left, right = found["seats"][0].wings
    assert left.length / right.length == pytest.approx(12 / 20)
    assert right.length == 1.0
    means = parity.tracks.set_index("track")["engagement"]
    left, right = found["engagement"][0].wings
    assert left.is_dot and right.is_dot
    # The scale is from 3 to 4, whichever side it is.
    assert found["engagement"][0].label == "mean, 3 to 4"
    assert left.length == pytest.approx(means["technical_leadership"] - 3)
    assert right.length == pytest.approx(means["management"] - 3)


def test_bars_stand_on_their_side_of_the_middle_in_their_colour(parity, read_spec):
    spec = read_spec(plot_parity(parity))
    bars = next(rows for layer, rows in spec.layers if layer["mark"]["type"] == "rect")
    middle = {bar["x"] for bar in bars if bar["colour"] != ACCENT}
    assert len(middle) == 1
    line = middle.pop()
    assert all(bar["x2"] == line for bar in bars if bar["colour"] == ACCENT)
    assert all(bar["x2"] > line for bar in bars if bar["colour"] != ACCENT)


def test_the_highest_pay_band_is_on_top(parity):
    assert [row.label for row in rows_of(parity)["pay_bands"]] == ["B6", "B5"]


def test_what_is_drawn_is_all_that_travels_and_nobody_is_in_it(parity, read_spec):
    spec = read_spec(plot_parity(parity))
    assert not spec.unused_columns()
    assert "CANARY" not in spec.words()
    assert spec.columns <= {"text", "x", "x2", "y", "y2", "colour", "wide"}


def test_a_small_group_is_drawn_as_hidden(read_spec):
    parity = compare_tracks(make_reviews(technical=3))
    found = rows_of(parity)
    hidden = "hidden: fewer than 5 people"
    for aspect in ("engagement", "compa_ratio", "pay_bands"):
        assert found[aspect][0].wings[0].text == hidden, aspect
        assert found[aspect][0].wings[0].length is None
        assert found[aspect][0].wings[1].length is not None
    leaders = next(row for row in found["preference"] if row.label == "technical leaders")
    assert [wing.text for wing in leaders.wings] == [hidden, hidden]
    assert hidden in read_spec(plot_parity(parity)).words()


def test_a_band_that_guards_another_is_not_said_to_be_small(read_spec):
    reviews = make_reviews(technical=30)
    leaders = reviews.index[reviews["track"].eq("technical_leadership")]
    reviews.loc[leaders, "pay_band"] = ["B4"] * 2 + ["B5"] * 8 + ["B6"] * 20
    parity = compare_tracks(reviews)
    texts = [row.wings[0].text for row in rows_of(parity)["pay_bands"]]
    assert texts == ["20 (67 %)", "hidden", "hidden"]
    assert "guards groups of fewer than 5 people" in read_spec(plot_parity(parity)).words()


def test_what_is_not_in_the_data_is_named_and_not_drawn(read_spec):
    reviews = make_reviews().drop(columns=["pay_band", "compa_ratio"])
    parity = compare_tracks(reviews)
    assert not {"pay_bands", "compa_ratio"} & set(rows_of(parity))
    subtitle = " ".join(read_spec(plot_parity(parity)).json["title"]["subtitle"])
    assert "Not in the data: pay bands, levels, pay within the band" in subtitle


def test_levels_are_drawn_where_they_compare_and_no_pay_band_is_known():
    reviews = make_reviews().drop(columns="pay_band")
    levels = {"engineer": "3", "technical_leadership": "5", "management": "6"}
    reviews["level"] = reviews["track"].map(levels)
    assert [row.label for row in rows_of(compare_tracks(reviews))["levels"]] == ["6", "5"]
    reviews["level"] = reviews["track"].map(levels | {"management": "M6"})
    assert "levels" not in rows_of(compare_tracks(reviews))


def test_without_a_technical_track_its_side_says_nobody():
    found = rows_of(compare_tracks(make_reviews(technical=0)))
    for aspect in ("highest_rung", "pay_bands", "engagement"):
        assert found[aspect][0].wings[0].text == "nobody", aspect
    assert found["seats"][0].wings[0].text == "0"


def test_without_any_leader_there_is_a_sentence(read_spec):
    parity = compare_tracks(make_reviews(technical=0, managing=0))
    assert NOBODY.split(",")[0] in read_spec(plot_parity(parity)).words().replace("\\n", " ")


def test_many_bands_end_with_how_many_are_left_out():
    reviews = make_reviews(technical=100, managing=100)
    leading = reviews["track"].ne("engineer")
    reviews.loc[leading, "pay_band"] = [f"B{10 + place % 16}" for place in range(200)]
    rows = rows_of(compare_tracks(reviews))["pay_bands"]
    assert rows[0].label == "B25"
    assert rows[-1].label == "4 lower"
    assert len(rows) == 13


def test_hostile_titles_are_text(read_spec):
    reviews = make_reviews()
    reviews.loc[reviews["track"].eq("management"), "title"] = (
        "<img src=x> Manager\x00 of all things"
    )
    chart = plot_parity(compare_tracks(reviews))
    words = read_spec(chart).words()
    assert "\\u0000" not in words and "\x00" not in words
    assert "<img" not in draw_svg(chart)


def test_it_fits_a_screen_of_720_lines(parity):
    chart = plot_parity(parity).to_dict()
    assert chart["width"] <= 1180
    assert chart["height"] <= 560
