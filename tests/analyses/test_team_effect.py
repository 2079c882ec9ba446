import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.analyses.team_effect import TeamEffects, measure_team_effects
from workbench.errors import InputError, SettingsError

FEW = {"team_window": 1, "min_similar_teams": 4}
# Means of four similar teams before and after, and of the team whose leader was promoted.
SIMILAR = ((0.0, 0.1), (1.0, 0.4), (2.0, 1.1), (3.0, 1.4))
LED = (2.0, 0.0)


def small_company(outcome="technical_output", members=5, similar=SIMILAR):
    """Two cycles; five members a team around the team's mean; X of team 0 is promoted."""
    rows = []
    for team, levels in enumerate([LED, *similar]):
        for cycle, level in zip(["2024H1", "2024H2"], levels, strict=True):
            for member in range(members):
                value = level + 0.5 * (member - (members - 1) / 2)
                rows.append((f"P{team}{member}", cycle, f"Team {team}", "engineer", value))
    rows.append(("X", "2024H1", "Team 0", "engineer", 9.0))
    rows.append(("X", "2024H2", "Team 0", "management", -9.0))
    columns = ["person_id", "cycle", "team", "track", outcome]
    promotions = pd.DataFrame({"person_id": ["X"], "cycle": ["2024H2"], "kind": "to_management"})
    return pd.DataFrame(rows, columns=columns), promotions


def company(
    seed, *, teams=30, cycles=8, promoted=6, fall=0.0, selection=2.0, managers=True, share=0.97
):
    """Promote out of the teams that did well in the last two cycles; their teams fall or not."""
    rng = np.random.default_rng(seed)
    team = np.repeat(np.arange(teams), rng.integers(6, 12, size=teams))
    people = len(team)
    shock = 0.3 * rng.normal(size=(teams, cycles))
    output = 0.3 * rng.normal(size=teams)[team, None] + shock[team]
    output = output + 0.5 * rng.normal(size=(people, 1)) + 0.7 * rng.normal(size=(people, cycles))
    output = output + 0.3 * rng.normal(size=cycles)
    leads = {}
    for start in range(3, cycles - 2):
        recent = np.array([output[team == k, start - 2 : start].mean() for k in range(teams)])
        free = np.array([k for k in range(teams) if k not in leads])
        pull = np.exp(selection * recent[free] / recent.std())
        size = promoted // (cycles - 5)
        for k in rng.choice(free, size=size, replace=False, p=pull / pull.sum()):
            members = np.flatnonzero(team == k)
            leads[int(k)] = int(members[0]), start
            output[members, start:] -= fall
    person, cycle = np.nonzero(rng.random((people, cycles)) < share)
    led_by = [
        f"P{leads[k][0]:03}" if k in leads and t >= leads[k][1] else f"M{k:02}"
        for k, t in zip(team[person], cycle, strict=True)
    ]
    own = [f"P{each:03}" for each in person]
    moved = np.array(own) == np.array(led_by)
    reviews = pd.DataFrame(
        {
            "person_id": own,
            "cycle": [f"C{each}" for each in cycle],
            "team": [f"T{each:02}" for each in team[person]],
            "track": np.where(moved, "management", "engineer"),
            "technical_output": output[person, cycle],
        }
    )
    if managers:
        reviews["manager"] = np.where(moved, "D1", led_by)
    promotions = pd.DataFrame(
        [(f"P{who:03}", f"C{start}", "to_management") for who, start in leads.values()],
        columns=["person_id", "cycle", "kind"],
    )
    return reviews, promotions


def outcome_of(found, outcome="technical_output"):
    return found.teams.set_index("outcome").loc[outcome]


def judged(found, outcome="technical_output"):
    return found.teams[found.teams["outcome"].eq(outcome)].dropna(subset="effect")


def same(one, other):
    pd.testing.assert_frame_equal(one.teams, other.teams, check_exact=True)
    pd.testing.assert_frame_equal(one.situations, other.situations, check_exact=True)
    assert one.notes == other.notes


# ---------------------------------------------------------------------------- hand-worked


@pytest.mark.parametrize("outcome", ["technical_output", "engagement"])
def test_the_change_beyond_similar_teams_by_hand(outcome):
    reviews, promotions = small_company(outcome)
    row = outcome_of(measure_team_effects(reviews, promotions, **FEW), outcome)
    # Before 0 1 2 3 and after .1 .4 1.1 1.4: slope 2.3 / 5 = 0.46 around (1.5, 0.75), residuals
    # .04 -.12 .12 -.04, variance .032 / 2 = .016. From 2.0 similar teams come to 0.75 + .23 = 0.98.
    assert (row["before"], row["after"]) == (2.0, 0.0)
    assert row["effect"] == pytest.approx(-0.98)
    # Its error is sqrt(.016 * (1 + 1/4 + .25/5)) = 0.14422; t with 2 degrees of freedom has its
    # 95 % quantile at 2.92 and, at -0.98 / 0.14422 = -6.795, two tails of 0.0210.
    assert row["low"] == pytest.approx(-0.98 - 2.92 * 0.14422, abs=1e-4)
    assert row["high"] == pytest.approx(-0.98 + 2.92 * 0.14422, abs=1e-4)
    assert row["p_value"] == pytest.approx(0.0210, abs=1e-4)
    counts = row[["n_before", "n_after", "n_members", "n_same", "n_similar"]].tolist()
    assert counts == [1, 1, 5, 5, 4]
    assert "fell by 1.0" in row["reason"]
    assert "4 similar teams (90 % interval -1.4 to -0.6)" in row["reason"]


def test_a_plain_difference_would_say_something_else():
    # Similar teams with a level of 2 fall to about 1 as well: of the fall by 2.0, 1.02 is theirs.
    reviews, promotions = small_company(similar=(*SIMILAR, (2.0, 0.98)))
    row = outcome_of(measure_team_effects(reviews, promotions, **FEW))
    assert row["after"] - row["before"] == -2.0
    assert row["effect"] == pytest.approx(-0.98)


def test_only_people_known_before_and_after_count():
    reviews, promotions = small_company(members=7)
    gone = reviews["person_id"].eq("P00") & reviews["cycle"].eq("2024H2")
    came = reviews["person_id"].eq("P06") & reviews["cycle"].eq("2024H1")
    row = outcome_of(measure_team_effects(reviews[~gone & ~came], promotions, **FEW))
    # Members 1 to 5 remain on both sides; they lie around the mean of the team.
    assert (row["before"], row["after"]) == (2.0, 0.0)
    assert (row["n_members"], row["n_same"]) == (6, 5)


def test_whoever_moves_to_another_team_no_longer_counts_after():
    reviews, promotions = small_company(members=7)
    reviews = pd.concat([reviews, reviews[reviews["cycle"].eq("2024H2")].assign(cycle="2025H1")])
    moves = reviews["person_id"].eq("P06") & reviews["cycle"].eq("2025H1")
    reviews.loc[moves, ["team", "technical_output"]] = "Team 1", 99.0
    row = outcome_of(measure_team_effects(reviews, promotions, team_window=2, min_similar_teams=4))
    assert row["after"] == pytest.approx(0.0)
    assert row["n_after"] == 2


def test_retention_is_who_is_still_seen_later():
    reviews, promotions = small_company(members=6)
    last = reviews[reviews["cycle"].eq("2024H2")].assign(cycle="2025H1")
    reviews = pd.concat([reviews, last], ignore_index=True)
    cell = reviews["person_id"] + " " + reviews["cycle"]
    reviews["employment_status"] = np.where(cell.eq("P00 2025H1"), "Terminated", "Active")
    # One has a row that says it, one has no row any more, one has a gap and comes back. Among
    # similar teams some leave as well, so that they differ.
    dropped = cell.isin(["P01 2025H1", "P02 2024H2", "P11 2025H1", "P21 2025H1", "P22 2025H1"])
    row = outcome_of(measure_team_effects(reviews[~dropped], promotions, **FEW), "retention")
    # Of P00, P01, P03, P04, P05 two are not there in 2025H1; nobody left before.
    assert (row["before"], row["after"]) == (1.0, 0.6)
    # Similar teams go from 1 to 5/6 4/6 1 1: mean .875, variance .0764 / 3, t with 3 degrees.
    assert row["effect"] == pytest.approx(0.6 - 0.875)
    error = np.sqrt(0.076389 / 3 * (1 + 1 / 4))
    assert row["high"] - row["effect"] == pytest.approx(2.3534 * error, abs=1e-4)
    # Downwards a share of five scatters more than those of the similar teams: the low end solves
    # (1 + w) x^2 - 2 (-.275 + w (1 - 2 * .875) / 2) x + .275^2 - .4199^2 = 0, w = 2.3534^2 / 5,
    # that is 2.1077 x^2 + 1.3808 x - .1007 = 0, in place of lying at -.695.
    assert row["low"] == pytest.approx(-0.7213, abs=1e-4)
    assert pd.isna(row["n_same"])
    assert "percentage points" in row["reason"]


def test_what_the_leaders_report_is_taken_from_their_rows():
    reviews, promotions = small_company()
    reviews["manager"] = reviews["team"].str.replace("Team ", "L")
    led = reviews["team"].eq("Team 0") & reviews["cycle"].eq("2024H2")
    reviews.loc[led, "manager"] = "X"
    reviews.loc[reviews["person_id"].eq("X"), "manager"] = "D"
    bosses = pd.DataFrame(
        [
            (f"L{team}", cycle, "management", level)
            for team, levels in enumerate([LED, *SIMILAR])
            for cycle, level in zip(["2024H1", "2024H2"], levels, strict=True)
        ],
        columns=["person_id", "cycle", "track", "team_engagement"],
    )
    # After the promotion the number of the team is in the row of whoever leads it now.
    bosses.loc[bosses["person_id"].eq("L0") & bosses["cycle"].eq("2024H2"), "team_engagement"] = 5
    reviews.loc[reviews["person_id"].eq("X") & led, "team_engagement"] = LED[1]
    found = measure_team_effects(pd.concat([reviews, bosses]), promotions, **FEW)
    row = outcome_of(found, "team_engagement")
    assert (row["before"], row["after"]) == LED
    assert row["effect"] == pytest.approx(-0.98)


def test_own_engagement_is_held_against_people_who_were_not_promoted():
    people = pd.DataFrame(
        [
            (f"P{who}", cycle, level)
            for who, levels in enumerate([LED, *SIMILAR])
            for cycle, level in zip(["2024H1", "2024H2"], levels, strict=True)
        ],
        columns=["person_id", "cycle", "engagement"],
    )
    promotions = pd.DataFrame({"person_id": ["P0"], "cycle": ["2024H2"]})
    row = measure_team_effects(people, promotions, **FEW).situations.loc[0]
    assert row["own_engagement_change"] == pytest.approx(-0.98)
    assert row["own_engagement_high"] == pytest.approx(-0.98 + 2.92 * 0.14422, abs=1e-4)
    assert (row["own_engagement_before"], row["own_engagement_after"]) == LED
    assert row["own_engagement_n"] == 4


def test_lead_ratings_are_placed_among_other_managers():
    ratings = {"X": 3.0, "M1": 1.0, "M2": 3.0, "M3": 4.0, "M4": 5.0}
    reviews = pd.DataFrame(
        [(who, cycle, value) for who, value in ratings.items() for cycle in ("C1", "C2")],
        columns=["person_id", "cycle", "management_rating"],
    )
    reviews.loc[reviews["person_id"].eq("X") & reviews["cycle"].eq("C1"), "management_rating"] = (
        None
    )
    promotions = pd.DataFrame({"person_id": ["X"], "cycle": ["C2"]})
    row = measure_team_effects(reviews, promotions).situations.loc[0]
    # One of four is rated lower and one alike: (1 + 1/2) / 4.
    assert row["lead_rating"] == 0.375
    assert row["lead_rating_n"] == 4


def test_load_is_who_reports_and_the_hours():
    reviews, promotions = small_company()
    reviews["manager"] = np.where(reviews["cycle"].eq("2024H2"), "X", None)
    reviews.loc[reviews["team"].ne("Team 0") | reviews["person_id"].eq("X"), "manager"] = None
    reviews.loc[reviews["person_id"].eq("X"), "fte"] = 1.2
    row = measure_team_effects(reviews, promotions, **FEW).situations.loc[0]
    assert (row["direct_reports"], row["fte"]) == (5, 1.2)


# ---------------------------------------------------------------------------- technical leaders


@pytest.mark.parametrize(
    ("title", "track", "since"),
    [("Software Architect", None, "2024H1"), (None, "technical_leadership", "2024H1")],
)
def test_a_technical_leader_in_the_team_fills_the_void(title, track, since):
    reviews, promotions = small_company()
    leads = reviews["person_id"].eq("P01")
    reviews["title"] = np.where(leads, title, "Software Engineer")
    if track is None:
        reviews = reviews.drop(columns="track")
    else:
        reviews.loc[leads, "track"] = track
    row = measure_team_effects(reviews, promotions, **FEW).situations.loc[0]
    assert row["technical_leader"]
    assert not row["void"]
    assert row["technical_leader_since"] == since


def test_whoever_takes_over_later_is_there_since_then_and_who_left_is_not_there():
    reviews, promotions = small_company()
    reviews = pd.concat([reviews, reviews[reviews["cycle"].eq("2024H2")].assign(cycle="2025H1")])
    at = reviews["person_id"].eq("P01")
    later = reviews.assign(
        track=reviews["track"].mask(at & reviews["cycle"].ge("2024H2"), "technical_leadership")
    )
    row = measure_team_effects(later, promotions, **FEW).situations.loc[0]
    assert (row["technical_leader"], row["technical_leader_since"]) == (True, "2024H2")
    earlier = reviews.assign(
        track=reviews["track"].mask(at & reviews["cycle"].le("2024H2"), "technical_leadership")
    )
    row = measure_team_effects(earlier, promotions, **FEW).situations.loc[0]
    assert (row["technical_leader"], row["void"]) == (False, True)
    assert row["technical_leader_since"] is None


def test_the_promoted_person_does_not_fill_the_void_that_she_left():
    reviews, promotions = small_company()
    own = reviews["person_id"].eq("X")
    reviews["track"] = reviews["track"].mask(own, "technical_leadership")
    assert measure_team_effects(reviews, promotions, **FEW).situations.loc[0, "void"]


def test_a_technical_leader_of_the_team_may_report_to_somebody_else():
    reviews, promotions = small_company()
    reviews["manager"] = np.where(reviews["cycle"].eq("2024H2"), "X", "L")
    reviews.loc[reviews["team"].ne("Team 0"), "manager"] = "M"
    reviews.loc[reviews["person_id"].isin(["X", "P01"]), "manager"] = "D"
    reviews.loc[reviews["person_id"].eq("P01"), "track"] = "technical_leadership"
    row = measure_team_effects(reviews, promotions, **FEW).situations.loc[0]
    assert row["team"] == "Team 0"
    assert row["technical_leader"]


def test_without_titles_or_tracks_nothing_is_said_of_a_void():
    reviews, promotions = small_company()
    row = measure_team_effects(reviews.drop(columns="track"), promotions, **FEW).situations.loc[0]
    assert pd.isna(row["technical_leader"])
    assert pd.isna(row["void"])


# ---------------------------------------------------------------------------- too little


def test_a_small_team_is_hidden():
    reviews, promotions = small_company(members=4)
    row = outcome_of(measure_team_effects(reviews, promotions, **FEW))
    assert row[["before", "after", "effect", "low", "high", "p_value"]].isna().all()
    assert row["reason"] == (
        "Fewer than 5 people in technical jobs are in the team, so nothing is shown."
    )
    shown = outcome_of(measure_team_effects(reviews, promotions, min_team_size=4, **FEW))
    assert shown["effect"] == pytest.approx(-0.98)


def test_a_team_of_which_few_are_known_on_both_sides_is_hidden():
    reviews, promotions = small_company(members=6)
    new = reviews["person_id"].isin(["P00", "P05"]) & reviews["cycle"].eq("2024H1")
    row = outcome_of(measure_team_effects(reviews[~new], promotions, **FEW))
    assert pd.isna(row["before"])
    assert "Fewer than 5 members are known both before and after" in row["reason"]


def test_with_few_similar_teams_there_is_no_number_but_the_count():
    reviews, promotions = small_company()
    row = outcome_of(measure_team_effects(reviews, promotions, team_window=1, min_similar_teams=5))
    assert pd.isna(row["effect"])
    assert (row["before"], row["n_similar"]) == (2.0, 4)
    assert "Only 4 similar teams in the same cycles" in row["reason"]


def test_teams_of_another_size_are_not_similar():
    reviews, promotions = small_company(members=11)
    kept = reviews["team"].ne("Team 4") | reviews["person_id"].isin([f"P4{k}" for k in range(3, 8)])
    row = outcome_of(measure_team_effects(reviews[kept], promotions, **FEW))
    assert row["n_similar"] == 3


def test_similar_teams_that_do_not_differ_give_no_number():
    reviews, promotions = small_company(similar=((1.0, 1.0),) * 5)
    row = outcome_of(measure_team_effects(reviews, promotions, **FEW))
    assert pd.isna(row["effect"])
    assert "do not differ" in row["reason"]


def test_a_level_that_no_similar_team_started_from_is_said():
    reviews, promotions = small_company(similar=((0.0, 0.1), (1.0, 0.4), (1.5, 1.1), (1.9, 1.2)))
    assert (
        "None of the teams compared with"
        in outcome_of(measure_team_effects(reviews, promotions, **FEW))["reason"]
    )
    # All from one level and this one from another: there is no line to follow.
    reviews, promotions = small_company(similar=((0.0, 0.1), (0.0, 0.4), (0.0, 1.1), (0.0, 1.2)))
    row = outcome_of(measure_team_effects(reviews, promotions, **FEW))
    assert pd.isna(row["effect"])
    assert "No similar team started from this level" in row["reason"]


def test_missing_output_is_no_zero_and_unknown_outcomes_say_so():
    reviews, promotions = small_company()
    led = reviews["team"].eq("Team 0") & reviews["cycle"].eq("2024H2")
    found = measure_team_effects(
        reviews.assign(technical_output=reviews["technical_output"].mask(led)), promotions, **FEW
    )
    row = outcome_of(found)
    assert pd.isna(row["after"])
    assert "not known both before and after" in row["reason"]
    assert "Engagement of the members is not known" in outcome_of(found, "engagement")["reason"]
    assert found.teams["outcome"].tolist() == ["technical_output", "engagement", "retention"]


def test_somebody_whose_team_mates_report_to_another_leads_nobody():
    reviews, promotions = small_company()
    found = measure_team_effects(reviews.assign(manager="L"), promotions, **FEW)
    assert "Nobody in a technical job" in outcome_of(found)["reason"]
    assert pd.isna(found.situations.loc[0, "void"])
    assert any("nobody is known to be led" in note for note in found.notes)


def test_a_promotion_in_the_first_cycle_has_no_before():
    reviews, promotions = small_company()
    found = measure_team_effects(reviews, promotions.assign(cycle="2024H1"), **FEW)
    assert "no cycle before" in outcome_of(found)["reason"]


def test_nobody_promoted():
    reviews, promotions = small_company()
    found = measure_team_effects(reviews, promotions.head(0), **FEW)
    assert found.teams.empty
    assert found.situations.empty
    assert found.notes == ("No promotions to management are known, so no team was looked at.",)
    other = measure_team_effects(reviews, promotions.assign(kind="within_track"), **FEW)
    assert other.teams.empty


# ---------------------------------------------------------------------------- which teams compare


def test_teams_with_a_promotion_are_not_similar():
    reviews, promotions = small_company(similar=(*SIMILAR, (2.0, 9.0)))
    second = pd.DataFrame({"person_id": ["P50"], "cycle": ["2024H2"], "kind": "to_management"})
    found = measure_team_effects(reviews, pd.concat([promotions, second]), **FEW)
    first = found.teams[found.teams["person_id"].eq("X")].set_index("outcome")
    assert first.loc["technical_output", "n_similar"] == 4
    assert first.loc["technical_output", "effect"] == pytest.approx(-0.98)


def test_a_team_that_gets_a_newly_promoted_manager_from_elsewhere_is_not_similar():
    reviews, promotions = small_company(similar=(*SIMILAR, (2.0, 9.0)))
    reviews["manager"] = reviews["team"].str.replace("Team ", "L")
    after = reviews["cycle"].eq("2024H2")
    reviews.loc[after & reviews["team"].eq("Team 0"), "manager"] = "X"
    reviews.loc[after & reviews["team"].eq("Team 5"), "manager"] = "Y"
    reviews.loc[reviews["person_id"].eq("X"), "manager"] = "D"
    guest = pd.DataFrame({"person_id": "Y", "cycle": ["2024H1", "2024H2"], "track": "engineer"})
    second = pd.DataFrame({"person_id": ["Y"], "cycle": ["2024H2"], "kind": "to_management"})
    found = measure_team_effects(
        pd.concat([reviews, guest]), pd.concat([promotions, second]), **FEW
    )
    first = found.teams[found.teams["person_id"].eq("X")].set_index("outcome")
    assert first.loc["technical_output", "n_similar"] == 4
    assert first.loc["technical_output", "effect"] == pytest.approx(-0.98)


def test_a_lead_ends_where_the_next_one_begins():
    reviews, promotions = small_company(members=6)
    later = reviews[reviews["cycle"].eq("2024H2")].assign(cycle="2025H1")
    later["technical_output"] += 50.0
    second = pd.DataFrame({"person_id": ["P00"], "cycle": ["2025H1"], "kind": "to_management"})
    found = measure_team_effects(
        pd.concat([reviews, later]),
        pd.concat([promotions, second]),
        team_window=2,
        min_similar_teams=4,
    )
    row = found.teams[found.teams["person_id"].eq("X")].set_index("outcome").loc["technical_output"]
    assert (row["n_after"], row["after"]) == (1, pytest.approx(0.0))


def test_cycles_in_the_order_of_a_category():
    reviews, promotions = small_company()
    names = {"2024H1": "winter", "2024H2": "summer"}
    order = pd.CategoricalDtype(["winter", "summer"], ordered=True)
    renamed = reviews.assign(cycle=reviews["cycle"].map(names).astype(order))
    found = measure_team_effects(renamed, promotions.assign(cycle="summer"), **FEW)
    assert outcome_of(found)["effect"] == pytest.approx(-0.98)


def test_scores_may_come_from_a_table_of_their_own():
    reviews, promotions = small_company()
    scores = reviews[["person_id", "cycle", "technical_output"]]
    apart = reviews.drop(columns="technical_output")
    same(
        measure_team_effects(apart, promotions, scores, **FEW),
        measure_team_effects(reviews, promotions, **FEW),
    )


# ---------------------------------------------------------------------------- planted and null


def test_teams_that_truly_fell_are_found():
    found, effects = 0, []
    for seed in range(6):
        teams = judged(measure_team_effects(*company(seed, fall=1.0)))
        found += int((teams["high"] < 0).sum())
        effects += teams["effect"].tolist()
    assert len(effects) >= 30
    assert found >= 0.75 * len(effects)
    assert np.mean(effects) == pytest.approx(-1.0, abs=0.1)


@pytest.mark.parametrize("managers", [True, False])
def test_without_an_effect_p_values_are_even_and_intervals_cover(managers):
    p_values, effects, plain, covered = [], [], [], []
    for seed in range(40):
        teams = judged(measure_team_effects(*company(seed, managers=managers)))
        p_values += teams["p_value"].tolist()
        effects += teams["effect"].tolist()
        plain += (teams["after"] - teams["before"]).tolist()
        covered += ((teams["low"] <= 0) & (teams["high"] >= 0)).tolist()
    # About 240 teams: three standard errors are 0.042 at 0.05 and 0.058 at 0.10.
    assert len(p_values) >= 200
    assert np.mean(np.array(p_values) <= 0.05) == pytest.approx(0.05, abs=0.042)
    assert np.mean(covered) == pytest.approx(0.90, abs=0.058)
    # The chosen teams fall back by themselves, and that is nobody's effect.
    assert np.mean(plain) < -0.07
    assert abs(np.mean(effects)) < 0.06


# ---------------------------------------------------------------------------- what must not matter


def test_rows_in_any_order_protected_attributes_and_other_columns_change_nothing():
    reviews, promotions = company(1)
    rng = np.random.default_rng(5)
    reviews["engagement"] = rng.normal(size=len(reviews))
    found = measure_team_effects(reviews, promotions)
    shuffled = reviews.sample(frac=1, random_state=2)
    same(measure_team_effects(shuffled, promotions.sample(frac=1, random_state=3)), found)
    for seed in (3, 4):
        drawn = np.random.default_rng(seed).choice(["a", "b", "c"], len(reviews))
        marked = reviews.assign(gender=drawn, ethnicity=drawn[::-1], age=40, pay_band=drawn)
        same(measure_team_effects(marked, promotions), found)


def test_repeated_rows_in_any_order_give_the_same():
    reviews, promotions = small_company()
    again = reviews.assign(technical_output=reviews["technical_output"] + 1)
    twice = pd.concat([reviews, again], ignore_index=True)
    same(
        measure_team_effects(twice, promotions, **FEW),
        measure_team_effects(twice.iloc[::-1], promotions, **FEW),
    )


def test_nothing_is_written_into_the_frames():
    reviews, promotions = company(0)
    copies = reviews.copy(), promotions.copy()
    measure_team_effects(reviews, promotions, reviews)
    pd.testing.assert_frame_equal(reviews, copies[0])
    pd.testing.assert_frame_equal(promotions, copies[1])


def test_what_cannot_be_read_is_refused_with_what_to_do():
    reviews, promotions = small_company()
    with pytest.raises(InputError, match="they lack person_id"):
        measure_team_effects(reviews.drop(columns="person_id"), promotions)
    with pytest.raises(InputError, match="promotions have the columns"):
        measure_team_effects(reviews, promotions.drop(columns="cycle"))
    with pytest.raises(InputError, match="one order"):
        measure_team_effects(reviews, promotions.assign(cycle=3))
    with pytest.raises(SettingsError, match="team_window"):
        measure_team_effects(reviews, promotions, team_window=0)


def test_a_number_too_large_to_be_a_measurement_is_missing():
    reviews, promotions = small_company("engagement")
    value = reviews["engagement"].mask(reviews["person_id"].eq("P10"), 1e160)
    huge = measure_team_effects(reviews.assign(engagement=value), promotions, **FEW)
    unknown = measure_team_effects(
        reviews.assign(engagement=value.mask(value.gt(1e100))), promotions, **FEW
    )
    same(huge, unknown)


texts = st.sampled_from(["a", "b", "c", "X", "", None])
numbers = st.one_of(st.none(), st.floats(allow_nan=True, allow_infinity=True), st.just(1.0))
columns = {
    "manager": texts,
    "team": texts,
    "track": st.sampled_from(["engineer", "management", "technical_leadership", "other", None]),
    "title": st.sampled_from(["Software Engineer", "CTO", "", None]),
    "employment_status": st.sampled_from(["Active", "Left", None]),
    "technical_output": numbers,
    "engagement": numbers,
    "team_engagement": numbers,
    "management_rating": numbers,
    "fte": numbers,
}


@st.composite
def tables(draw):
    size = draw(st.integers(0, 25))
    kept = draw(st.sets(st.sampled_from(sorted(columns))))
    frame = {
        "person_id": draw(st.lists(texts, min_size=size, max_size=size)),
        "cycle": draw(
            st.lists(st.sampled_from(["1", "2", "3", None]), min_size=size, max_size=size)
        ),
    }
    for name in sorted(kept):
        frame[name] = draw(st.lists(columns[name], min_size=size, max_size=size))
    moves = draw(st.lists(st.tuples(texts, st.sampled_from(["0", "1", "2", "3", "9", None]))))
    return pd.DataFrame(frame), pd.DataFrame(moves, columns=["person_id", "cycle"])


@settings(max_examples=150, deadline=None)
@given(tables())
def test_any_table_gives_rows_with_reasons(table):
    reviews, promotions = table
    found = measure_team_effects(
        reviews, promotions, team_window=2, min_team_size=2, min_similar_teams=4
    )
    assert isinstance(found, TeamEffects)
    teams = found.teams
    assert not teams.duplicated(["person_id", "cycle", "outcome"]).any()
    assert len(found.situations) == len(teams[["person_id", "cycle"]].drop_duplicates())
    assert teams["reason"].str.endswith(".").all()
    known = teams.dropna(subset="effect")
    assert (known["low"] <= known["high"]).all()
    assert known["p_value"].between(0, 1).all()
    assert (known["n_similar"] >= 4).all()
    assert teams.loc[teams["effect"].isna(), ["low", "high", "p_value"]].isna().all(axis=None)
    shuffled = measure_team_effects(
        reviews.iloc[::-1],
        promotions.iloc[::-1],
        team_window=2,
        min_team_size=2,
        min_similar_teams=4,
    )
    same(found, shuffled)
