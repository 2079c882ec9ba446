from dataclasses import fields, replace

import numpy as np
import pandas as pd
import pytest

from benchmarks.worlds import SCENARIOS, simulate_world
from workbench.analyses.decline import fit_declines, judge_declines
from workbench.analyses.expected.discoveries import adjust_p_values
from workbench.analyses.expected.placebos import compare_with_placebos
from workbench.analyses.sensitivity import Sensitivity, assess_sensitivity
from workbench.errors import InputError

COMPANY = replace(SCENARIOS["base"], people=600, promoted=0.10, sizes=(1.5, 2.5))


def people(n=120, cycles=8, seed=0, **drops):
    """Even people without promotions; those named by number fall from cycle 4 on."""
    rng = np.random.default_rng(seed)
    output = pd.DataFrame(
        {
            "person_id": np.repeat(np.arange(n), cycles),
            "cycle": np.tile(np.arange(cycles), n),
            "technical_output": rng.normal(size=n * cycles),
        }
    )
    for person, drop in drops.items():
        fell = output["person_id"].eq(int(person[1:])) & output["cycle"].ge(4)
        output.loc[fell, "technical_output"] -= drop
    promotions = pd.DataFrame({"person_id": [int(each[1:]) for each in drops], "cycle": 4})
    return output, promotions


def judged_world(scenario=COMPANY, seed=0, **thresholds):
    world = simulate_world(scenario, seed)
    fit = fit_declines(world.output, world.promotions)
    return world, fit, judge_declines(fit, **thresholds)


@pytest.fixture(scope="module")
def company():
    world, fit, declines = judged_world()
    return world, fit, declines, assess_sensitivity(fit, declines)


def flagged_at_gamma(declines, gamma):
    """Whom Benjamini and Hochberg flag once the odds behind each p-value are multiplied."""
    p_value = declines.flags["p_value"].dropna().to_numpy()
    odds = gamma * p_value / (1 - p_value)
    return adjust_p_values(odds / (1 + odds)) <= declines.fdr


# ---------------------------------------------------------------------------- hand-worked


def test_the_tipping_point_of_a_lone_flag_by_hand():
    fit = fit_declines(*people(p0=4.0))
    declines = judge_declines(fit, fdr=0.10)
    row = assess_sensitivity(fit, declines).flags.iloc[0]
    p_value = declines.flags["p_value"].iloc[0]
    # One person: her q-value is her p-value. The odds 0.1 / 0.9 are reached from hers.
    assert row["flagged"]
    assert row["gamma"] == pytest.approx((0.1 / 0.9) / (p_value / (1 - p_value)), rel=1e-4)


def test_two_flags_move_the_bar_of_each_other():
    fit = fit_declines(*people(p0=4.0, p1=2.0, p2=0.0, p3=-0.5))
    declines = judge_declines(fit, fdr=0.20)
    flags = assess_sensitivity(fit, declines).flags
    assert flags["flagged"].tolist() == [True, True, False, False]
    for place in (0, 1):
        tipping = flags["gamma"].iloc[place]
        assert flagged_at_gamma(declines, tipping * 0.999)[place]
        assert not flagged_at_gamma(declines, tipping * 1.001)[place]
    assert flags["gamma"].iloc[2:].isna().all()


def test_knowledge_in_proportion_to_the_fall_by_tilting_every_weight():
    fit = fit_declines(*people(p0=3.5))
    declines = judge_declines(fit)
    row = assess_sensitivity(fit, declines).flags.iloc[0]
    enough = (fit.placebos.before.sum(axis=1) >= 3) & (fit.placebos.after.sum(axis=1) >= 2)
    compared = compare_with_placebos(
        fit.fitted.ours, fit.fitted.halves, fit.fitted.theirs.take(enough)
    )
    z, weight, own = compared.z, compared.weight, compared.effect[0] / compared.se[0]
    mean = np.average(z, weights=weight)
    sd = np.sqrt(np.cov(z, aweights=weight))
    # Her odds at the tipping point are those of the bar, 1 in 9.
    tilted = weight * row["gamma_per_sd"] ** (-z / sd)
    p_value = compared.p_value[0]
    below = z <= own
    low = (
        tilted[below].sum() / weight[below].sum()
        if below.any()
        else row["gamma_per_sd"] ** (-own / sd)
    )
    high = tilted[~below].sum() / weight[~below].sum()
    assert p_value / (1 - p_value) * low / high == pytest.approx(1 / 9, rel=1e-3)
    shift = (mean - np.average(z, weights=tilted)) * compared.se[0]
    assert row["known_sd"] == pytest.approx(shift, rel=1e-3)


def test_how_much_would_have_to_be_known_is_in_units_of_the_streak(company):
    _, _, _, result = company
    flagged = result.flags[result.flags["flagged"]]
    closeness = np.log(flagged["gamma_per_sd"]) / np.log(result.streak)
    assert flagged["known_correlation"].to_numpy() == pytest.approx(closeness.to_numpy())
    assert flagged["known_share"].to_numpy() == pytest.approx((closeness**2).to_numpy())


def test_the_streak_is_worth_what_was_planted():
    # Promotion picks with a slope of 1.3 on the observed mean of the last two cycles within level
    # and cycle, whose SD is about 0.9: odds of 3.1 per SD. Shares are small, so odds are rates.
    found = []
    for seed in range(3):
        world = simulate_world(replace(COMPANY, people=1500, selection=1.3), seed)
        score = world.output["technical_output"]
        streak = score - score.groupby([world.output["level"], world.output["cycle"]]).transform(
            "mean"
        )
        grid = streak.groupby([world.output["person_id"], world.output["cycle"]]).mean().unstack()
        spread = float(np.nanstd(grid.T.rolling(2, min_periods=1).mean().to_numpy()))
        fit = fit_declines(world.output, world.promotions)
        result = assess_sensitivity(fit, judge_declines(fit), draws=1)
        row = result.benchmark.set_index("recorded").loc["streak"]
        assert row["low"] < row["odds_ratio"] < row["high"]
        found.append(np.log(row["odds_ratio"]) / (1.3 * spread))
    assert np.mean(found) == pytest.approx(1.0, abs=0.15)


# ---------------------------------------------------------------------------- promises


def test_without_selection_on_the_unseen_the_flags_are_those_of_the_declines(company):
    _, _, declines, result = company
    judged = declines.flags.dropna(subset="effect").reset_index(drop=True)
    for column in ("person_id", "cycle", "effect", "q_value", "flagged"):
        assert result.flags[column].tolist() == judged[column].tolist()
    assert flagged_at_gamma(declines, 1.0).tolist() == judged["flagged"].tolist()
    for factor in ("gamma", "gamma_per_sd"):
        assert (result.flags[factor] > 1).tolist() == judged["flagged"].tolist()
        assert result.remaining[f"by_{factor}"].iloc[0] == judged["flagged"].sum() > 5


def test_stronger_selection_leaves_fewer_flags(company):
    _, _, declines, result = company
    for factor in ("by_gamma", "by_gamma_per_sd"):
        assert result.remaining[factor].is_monotonic_decreasing
    for factor, left in zip(result.remaining["factor"], result.remaining["by_gamma"], strict=True):
        assert flagged_at_gamma(declines, factor).sum() == left
    flagged = result.flags[result.flags["flagged"]]
    # A smaller p-value is never easier to explain away.
    ordered = flagged.sort_values("q_value", kind="stable")
    assert ordered["gamma"].is_monotonic_decreasing
    # Everyone below her counts fully: nothing explains a flag away with less.
    assert (flagged["gamma_per_sd"] > 1).all()
    assert (flagged["known_sd"] > 0).all()


def test_stability_is_a_share_and_goes_by_how_near_the_bar_is(company):
    _, _, _, result = company
    flags = result.flags
    assert flags["stability"].between(0, 1).all()
    assert (flags["bars_flagged"] <= flags["bars_judged"]).all()
    assert flags["bars_judged"].isin([4, 8, 12, 16]).all()
    firm = flags["gamma"] > 3
    far = ~flags["flagged"] & (flags["q_value"] > 0.5)
    assert firm.any()
    assert far.any()
    assert flags.loc[firm, "stability"].min() > 0.9
    assert flags.loc[far, "stability"].max() < 0.1
    assert flags.loc[firm, "bars_flagged"].ge(flags.loc[firm, "bars_judged"] - 2).all()


def test_a_flag_on_the_edge_of_the_bar_is_not_stable():
    _, fit, declines = judged_world()
    flagged = declines.flags[declines.flags["flagged"]]
    edge = float(flagged["q_value"].max())
    moved = judge_declines(fit, fdr=edge * 1.0001)
    flags = assess_sensitivity(fit, moved).flags
    last = flags[flags["flagged"] & (flags["q_value"] == edge)]
    assert (last["gamma"] < 1.01).all()
    assert last["stability"].between(0.05, 0.95).all()


def test_shuffled_rows_give_the_same_bit_for_bit(company):
    world, _, _, result = company
    fit = fit_declines(
        world.output.sample(frac=1, random_state=1), world.promotions.sample(frac=1, random_state=2)
    )
    other = assess_sensitivity(fit, judge_declines(fit))
    for each in fields(Sensitivity):
        one, two = getattr(result, each.name), getattr(other, each.name)
        if isinstance(one, pd.DataFrame):
            pd.testing.assert_frame_equal(one, two, check_exact=True)
        else:
            assert one == two


def test_nothing_is_written_into_what_comes_in(company):
    world, _, _, _ = company
    fit = fit_declines(world.output, world.promotions)
    declines = judge_declines(fit)
    before = declines.flags.copy(), fit.placebos.before.copy(), fit.fitted.theirs.effect.copy()
    assess_sensitivity(fit, declines, without={"commits": declines}, draws=5)
    pd.testing.assert_frame_equal(declines.flags, before[0])
    assert np.array_equal(fit.placebos.before, before[1])
    assert np.array_equal(fit.fitted.theirs.effect, before[2])


def test_words_are_told_of_each_flag_and_of_the_limits(company):
    _, _, _, result = company
    told = result.flags["told"]
    assert (told != "").tolist() == result.flags["flagged"].tolist()
    assert told[result.flags["flagged"]].str.contains("explain this flag away").all()
    assert told[result.flags["flagged"]].str.contains(r"\d+ % of resamples").all()
    assert "cannot be seen in any data" in " ".join(result.notes)
    assert all(note.endswith(".") and note.isascii() for note in result.notes)


# ---------------------------------------------------------------------------- planted selection


def test_hidden_selection_makes_false_flags_that_are_easy_to_explain_away():
    scenario = replace(SCENARIOS["base"], people=1000, promoted=0.10, on_coming=0.5)
    flagged = []
    for seed in range(5):
        world, fit, declines = judged_world(scenario, seed)
        flags = assess_sensitivity(fit, declines, draws=1).flags
        flags = flags.merge(world.truth, on=["person_id", "cycle"])
        flagged.append(flags[flags["flagged"]])
    flagged = pd.concat(flagged)
    false, large = flagged[flagged["drop"] == 0], flagged[flagged["drop"] >= 1.5]
    assert len(false) > 10
    assert len(large) > 10
    assert false["gamma"].median() < 2.2
    assert large["gamma"].median() > 2 * false["gamma"].median()
    assert large["gamma_per_sd"].mean() > false["gamma_per_sd"].mean() + 0.2
    # They were picked by a slope of 0.65 on the coming output, and not by more than that.
    assert false["gamma_per_sd"].median() < np.exp(0.65)


# ---------------------------------------------------------------------------- placebo in time


def test_before_promotion_there_is_the_streak_and_nothing_else():
    rows = []
    for seed in range(3):
        _, fit, declines = judged_world(SCENARIOS["null"], seed)
        rows.append(assess_sensitivity(fit, declines, draws=1).placebo_in_time)
    table = pd.concat(rows)
    mean = table.groupby(["reading", "cycles_earlier"])["effect"].mean()
    assert list(mean.index) == [
        *(("free_of_streak", each) for each in (3, 4, 5)),
        *(("streak", each) for each in (1, 2, 3)),
    ]
    # The streak was picked for: 0.4 to 0.6 SD. Standard errors of the others are 0.04.
    assert (mean["streak"] > 0.25).all()
    assert (mean["free_of_streak"].abs() < 0.12).all()
    assert table["n_flagged"].sum() <= 6
    wide = table.set_index("reading")
    assert (wide["low"] < wide["effect"]).all()
    assert (wide["effect"] < wide["high"]).all()


def test_without_selection_there_is_no_streak():
    _, fit, declines = judged_world(replace(SCENARIOS["null"], people=1000, selection=0.0), 1)
    table = assess_sensitivity(fit, declines, draws=1).placebo_in_time
    assert (table["effect"].abs() < 0.3).all()


def test_a_fall_before_the_date_is_found_before_it():
    output, promotions = people(200, 10, **{f"p{each}": 0.0 for each in range(15)})
    fell = output["person_id"].isin(range(15)) & output["cycle"].isin([2, 3])
    output = output.assign(
        technical_output=output["technical_output"] - 1.5 * fell.to_numpy(dtype=float)
    )
    fit = fit_declines(output, promotions.assign(cycle=6))
    result = assess_sensitivity(fit, judge_declines(fit), draws=1, min_pre_cycles=3)
    free = result.placebo_in_time.set_index(["reading", "cycles_earlier"])
    found = free.loc[("free_of_streak", 4)]
    assert found["high"] < -0.5
    assert found["n"] == 15
    by_person = result.placebo_people.query("reading == 'free_of_streak' and cycles_earlier == 4")
    assert set(by_person["person_id"]) == set(range(15))
    assert by_person["p_value"].median() < 0.1


def test_without_the_last_cycle_before_a_spike_in_it_is_no_fall():
    # 0 falls for good; 1 only falls back from one cycle that stood out, by more than chance.
    output, promotions = people(200, 9, p0=0.0, p1=0.0)
    score = output["technical_output"].to_numpy(copy=True)
    score += 2.0 * np.random.default_rng(1).normal(size=200)[output["person_id"]]
    score[output["person_id"].eq(0) & output["cycle"].ge(5)] -= 6
    fell_back = output["person_id"].eq(1) & output["cycle"].ge(5)
    score[output["person_id"].eq(1)] = 0.0
    score[fell_back] = -0.6
    score[output["person_id"].eq(1) & output["cycle"].eq(4)] = 8.0
    fit = fit_declines(output.assign(technical_output=score), promotions.assign(cycle=5))
    flags = assess_sensitivity(fit, judge_declines(fit), draws=1).flags.set_index("person_id")
    assert flags["flagged"].tolist() == [True, True]
    assert flags.loc[[0, 1], "flagged_without_last_cycle"].tolist() == [True, False]


# ---------------------------------------------------------------------------- measures


def test_each_measure_is_left_out_and_the_one_that_carries_the_flag_is_named():
    fit = fit_declines(*people(p0=4.0, p1=3.0))
    declines = judge_declines(fit)
    assert declines.flags["flagged"].all()
    cleared = declines.flags.assign(flagged=declines.flags["person_id"] == 0)
    unjudged = declines.flags.iloc[:1]
    without = {
        "commits": declines,
        "design docs": replace(declines, flags=cleared),
        "technical rating": replace(declines, flags=unjudged),
    }
    result = assess_sensitivity(fit, declines, without=without, draws=1)
    flags = result.flags.set_index("person_id")
    assert flags["n_measures"].tolist() == [3, 3]
    assert flags.loc[0, ["stays_flagged_without", "carried_by"]].tolist() == [3, ""]
    assert flags.loc[1, ["stays_flagged_without", "carried_by"]].tolist() == [
        1,
        "design docs, technical rating",
    ]
    assert "Flagged without any one of 3 measures." in flags.loc[0, "told"]
    assert "not without design docs, technical rating" in flags.loc[1, "told"]
    assert any("1 of 2 flags stay whichever measure" in note for note in result.notes)
    rows = result.without_measure.set_index(["measure", "person_id"])
    assert rows.loc[("commits", 1), "flagged"]
    assert rows.loc[("technical rating", 1), "flagged"] is pd.NA


# ---------------------------------------------------------------------------- nothing there


def test_nobody_flagged():
    fit = fit_declines(*people(p0=0.0, p1=-1.0))
    result = assess_sensitivity(fit, judge_declines(fit), draws=3)
    assert len(result.flags) == 2
    assert result.flags["gamma"].isna().all()
    assert (result.flags["told"] == "").all()
    assert (result.remaining["by_gamma"] == 0).all()
    assert any("Nobody is flagged" in note for note in result.notes)


@pytest.mark.parametrize(
    ("output", "promotions"),
    [
        (people(60)[0], pd.DataFrame({"person_id": [], "cycle": []}, dtype=int)),
        (people(60)[0], pd.DataFrame({"person_id": [1], "cycle": [7]})),
        (people(20, p0=4.0)[0], people(20, p0=4.0)[1]),
        (people(4, p0=4.0)[0], people(4, p0=4.0)[1]),
    ],
    ids=["nobody promoted", "too new", "no placebos", "nothing to fit"],
)
def test_nobody_judged(output, promotions):
    fit = fit_declines(output, promotions)
    result = assess_sensitivity(fit, judge_declines(fit))
    assert result.flags.empty
    assert result.flags["flagged"].dtype == bool
    assert np.isnan(result.streak)
    assert "could be judged" in result.notes[0]
    assert (result.remaining[["by_gamma", "by_gamma_per_sd"]] == 0).all(axis=None)


def test_another_fit_or_other_thresholds_are_refused(company):
    _, fit, declines, _ = company
    with pytest.raises(InputError, match="same min_pre_cycles"):
        assess_sensitivity(fit, declines, min_post_cycles=3)
    other = fit_declines(*people(p0=4.0))
    with pytest.raises(InputError, match="not judged with this fit"):
        assess_sensitivity(other, declines)
