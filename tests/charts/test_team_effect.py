import json
import re

import altair as alt
import numpy as np
import pandas as pd
import pytest
import vl_convert

from workbench.analyses.patterns import PATTERNS
from workbench.analyses.team_effect import OUTCOMES, TeamEffects
from workbench.charts.team_effect import OUTCOME_WORDS, chart_patterns, plot_team_effects
from workbench.charts.theme import empty_state

NOTHING = float("nan")
NASTY = "</text><script>alert(1)</script> datum.away"


def row(person, outcome, before, after, effect, reach, *, team="Search", cycle="2023H1"):
    return {
        "person_id": person,
        "cycle": cycle,
        "team": team,
        "outcome": outcome,
        "before": before,
        "after": after,
        "effect": effect,
        "low": effect - reach,
        "high": effect + reach,
        "p_value": 0.01 if abs(effect) > reach else 0.5,
        "n_before": 3,
        "n_after": 3,
        "n_members": 8,
        "n_similar": 12,
        "reason": "A reason.",
    }


def effects_of(*rows):
    return TeamEffects(pd.DataFrame(rows), pd.DataFrame(), (), 0.9, 3)


@pytest.fixture
def team_effects():
    return effects_of(
        row("E1", "technical_output", 0.2, 0.1, -0.1, 0.5),
        row("E1", "engagement", 3.8, 3.9, 0.1, 0.4),
        row("E1", "retention", 1.0, 0.95, -0.02, 0.1),
        row("E2", "technical_output", 0.5, -0.5, -0.9, 0.4, team="Payments"),
        row("E2", "engagement", NOTHING, NOTHING, NOTHING, NOTHING, team="Payments"),
        row("E2", "retention", 1.0, 0.8, -0.2, 0.1, team="Payments"),
        row("E3", "technical_output", NOTHING, NOTHING, NOTHING, NOTHING, team="Small"),
    )


def cells(chart):
    """The rows that are drawn, by panel and team."""
    spec = chart.to_dict()
    values = spec["datasets"].values() if "datasets" in spec else [spec["data"]["values"]]
    return pd.DataFrame([each for rows in values for each in rows])


def test_one_row_a_team_and_one_panel_an_outcome(team_effects):
    drawn = cells(plot_team_effects(team_effects))
    assert drawn["panel"].drop_duplicates().tolist() == [
        OUTCOME_WORDS[each] for each in ("technical_output", "engagement", "retention")
    ]
    first = drawn[drawn["panel"].eq(OUTCOME_WORDS["technical_output"])]
    # Those that moved away come first; a team without any number is not there.
    assert first["label"].tolist() == ["Payments, 2023H1", "Search, 2023H1"]
    assert first["row"].tolist() == [0, 1]
    assert drawn.loc[drawn["panel"].ne(OUTCOME_WORDS["technical_output"]), "label"].eq("").all()


def test_the_band_is_where_similar_teams_came_to(team_effects):
    drawn = cells(plot_team_effects(team_effects)).set_index(["panel", "row"])
    output = drawn.loc[OUTCOME_WORDS["technical_output"], :]
    # After -0.5 with an effect of -0.9 and a reach of 0.4: similar teams came to 0.0 to 0.8.
    assert output.loc[0, ["before", "after", "band_low", "band_high"]].tolist() == pytest.approx(
        [0.5, -0.5, 0.0, 0.8]
    )
    assert output["away"].tolist() == [True, False]
    outside = (drawn["after"] < drawn["band_low"]) | (drawn["after"] > drawn["band_high"])
    known = drawn["after"].notna()
    assert outside[known].tolist() == drawn.loc[known, "away"].tolist()


def test_shares_are_in_percent_and_end_at_none_and_all(team_effects):
    drawn = cells(plot_team_effects(team_effects)).set_index(["panel", "row"])
    stay = drawn.loc[OUTCOME_WORDS["retention"], :]
    assert stay["after"].tolist() == [80, 95]
    assert stay["band_high"].tolist() == [100, 100]


def test_what_is_not_known_is_said_and_not_drawn_as_zero(team_effects):
    drawn = cells(plot_team_effects(team_effects)).set_index(["panel", "row"])
    missing = drawn.loc[(OUTCOME_WORDS["engagement"], 0)]
    assert missing["remark"] == "no comparison"
    assert missing[["before", "after", "band_low", "band_high"]].isna().all()


def test_the_title_counts_and_the_subtitle_says_how_to_read_and_what_chance_does(team_effects):
    spec = plot_team_effects(team_effects, limit=1).to_dict()
    assert spec["title"]["text"] == (
        "1 of 2 led teams moved away from similar teams after the promotion"
    )
    words = " ".join(spec["title"]["subtitle"])
    assert "(90 %)" in words
    assert "Of 5 comparisons, about 0 would lie outside by chance alone." in words
    assert "The first 1 of 2 teams are shown." in words
    assert spec["description"].startswith(spec["title"]["text"])
    assert len(cells(plot_team_effects(team_effects, limit=1))) == 3


def test_only_what_is_asked_for_is_shown(team_effects):
    drawn = cells(plot_team_effects(team_effects, outcomes=("retention",)))
    assert set(drawn["panel"]) == {OUTCOME_WORDS["retention"]}
    assert drawn["label"].tolist() == ["Payments, 2023H1", "Search, 2023H1"]


def test_two_promotions_in_one_team_have_a_row_each():
    both = effects_of(
        row("E1", "retention", 1.0, 0.9, -0.1, 0.2),
        row("E2", "retention", 0.9, 0.9, 0.0, 0.2, cycle="2024H1"),
    )
    drawn = cells(plot_team_effects(both))
    assert sorted(drawn["label"]) == ["Search, 2023H1", "Search, 2024H1"]
    assert sorted(drawn["row"]) == [0, 1]


def test_no_column_travels_that_is_not_drawn(team_effects):
    teams = team_effects.teams.assign(name="CANARY", salary=1.0)
    chart = plot_team_effects(TeamEffects(teams, pd.DataFrame(), (), 0.9, 3))
    text = json.dumps(chart.to_dict())
    assert "CANARY" not in text
    drawn = set(re.findall(r'"field": "(\w+)"', text)) | set(re.findall(r"datum\.(\w+)", text))
    assert set(cells(chart).columns) <= drawn


def test_a_team_without_a_name_is_that_of_its_leader_and_labels_replace_names():
    unnamed = effects_of(row("E1", "retention", 1.0, 0.9, -0.1, 0.2, team=None))
    assert cells(plot_team_effects(unnamed))["label"].tolist() == ["Team of E1, 2023H1"]
    named = effects_of(row("E1", "retention", 1.0, 0.9, -0.1, 0.2))
    drawn = cells(plot_team_effects(named, labels={"Search": "Team A"}))
    assert drawn["label"].tolist() == ["Team A, 2023H1"]


def test_text_of_a_sheet_is_drawn_as_text_and_a_long_name_keeps_its_cycle():
    chart = plot_team_effects(effects_of(row("E1", "retention", 1.0, 0.9, -0.1, 0.2, team=NASTY)))
    svg = vl_convert.vegalite_to_svg(chart.to_dict(), vl_version=version())
    assert "<script" not in svg
    assert cells(chart)["label"].tolist() == [f"{NASTY[:19]}\u2026, 2023H1"]
    spec = chart.to_dict()
    spec.pop("datasets", None)
    spec.get("data", {}).pop("values", None)
    assert "alert(1)" not in json.dumps(spec)


def version():
    return ".".join(alt.SCHEMA_VERSION.removeprefix("v").split(".")[:2])


def test_the_picture_fits_a_small_projector(team_effects):
    many = [
        row(f"E{place}", outcome, 0.5, 0.4, -0.1, 0.3, team=f"A long name of a team {place}")
        for place in range(30)
        for outcome in ("technical_output", "engagement", "retention")
    ]
    chart = plot_team_effects(effects_of(*many))
    svg = vl_convert.vegalite_to_svg(chart.to_dict(), vl_version=version())
    width, height = re.search(r'width="([\d.]+)" height="([\d.]+)"', svg).groups()
    assert float(width) <= 1200
    assert float(height) <= 640


def test_empty_states_say_why(team_effects):
    nothing = TeamEffects(team_effects.teams.head(0), pd.DataFrame(), (), 0.9, 3)
    assert "Nobody was promoted" in json.dumps(plot_team_effects(nothing).to_dict())
    unknown = effects_of(row("E1", "retention", NOTHING, NOTHING, NOTHING, NOTHING))
    assert "can be compared yet" in json.dumps(plot_team_effects(unknown).to_dict()).replace(
        "\\n", " "
    )
    assert (
        chart_patterns(pd.DataFrame({"pattern": []})).to_dict()
        == empty_state("Nobody was promoted to management in these cycles.").to_dict()
    )


def test_nothing_is_written_into_the_result(team_effects):
    before = team_effects.teams.copy()
    plot_team_effects(team_effects)
    pd.testing.assert_frame_equal(team_effects.teams, before)


def test_every_outcome_has_words():
    assert set(OUTCOME_WORDS) == {outcome.name for outcome in OUTCOMES}


def test_patterns_are_counted_in_the_order_of_the_catalogue():
    names = [pattern.name for pattern in PATTERNS]
    flags = pd.DataFrame({"pattern": np.repeat(names[::-1], 2), "name": "CANARY"})
    spec = chart_patterns(flags).to_dict()
    drawn = cells(chart_patterns(flags))
    assert drawn["words"].tolist() == [pattern.label for pattern in PATTERNS]
    assert drawn["n"].tolist() == [2] * len(names)
    assert drawn.loc[drawn["fell"], "words"].tolist() == [
        pattern.label
        for pattern in PATTERNS
        if pattern.name in {"does_both_poorly", "gave_up_technical_work"}
    ]
    assert spec["title"]["text"] == "16 promotions to management"
    assert "Output held, at a cost: 2." in spec["description"]
    assert "CANARY" not in json.dumps(spec)


def test_a_pattern_that_is_new_is_still_counted():
    drawn = cells(chart_patterns(pd.DataFrame({"pattern": ["slow_slide"] * 3})))
    assert drawn[["words", "n"]].values.tolist() == [["Slow slide", 3]]
