"""A few companies of every kind of world; `benchmarks/declines.py` has hundreds of each."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from benchmarks.declines import measure, tabulate
from benchmarks.worlds import SCENARIOS, simulate_world
from workbench.analyses import find_declines

WORLDS = [
    "base",
    "500 people",
    "14 cycles",
    "t5 tails",
    "noise differs",
    "rho 0.95",
    "slopes differ",
    "strong selection",
    "ramp",
    "low performers leave",
    "directors",
]
SEEDS = range(100, 104)
METHODS = ["ours", "parameter oracle", "before/after", "DiD"]


@pytest.fixture(scope="module")
def counts():
    """What each method got right in each world, one row a world, seed and method."""
    return pd.DataFrame(
        [
            count
            for world in WORLDS
            for seed in SEEDS
            for count in measure(world, METHODS, True, seed)
        ]
    )


@pytest.fixture(scope="module")
def table(counts):
    return tabulate(counts.to_dict("records")).set_index(["world", "method"])


@pytest.mark.parametrize("world", WORLDS)
def test_each_world_is_judged_honestly(table, world):
    ours = table.loc[world, "ours"]
    # Four companies are off by 0.03 in the first, 0.015 in the second, 0.03 in the last.
    assert ours["FDR"] <= 0.10 + 3 * 0.03
    assert ours["cover"] == pytest.approx(0.90, abs=0.045)
    assert abs(ours["overall"]) <= 0.08 + 0.06
    # In a ramp the oracle does not know the shape either; noise of one's own it does not know.
    assert ours["of parameter"] >= 0.70


def test_all_worlds_together_keep_the_share_of_false_flags(table):
    ours = table.xs("ours", level="method")
    assert ours["FDR"].mean() <= 0.10 + 2 * 0.01
    assert ours["p<=.05"].mean() == pytest.approx(0.05, abs=0.012)
    assert ours["cover"].mean() == pytest.approx(0.90, abs=0.015)
    assert ours["FCR"].mean() == pytest.approx(0.94, abs=0.03)
    assert ours["of parameter"].mean() >= 0.88
    assert abs(ours["overall"].mean()) <= 0.03


@pytest.mark.parametrize(("method", "at_least"), [("before/after", 0.13), ("DiD", 0.19)])
def test_rules_of_thumb_take_the_streak_for_a_drop(table, method, at_least):
    assert table.xs(method, level="method")["FDR"].mean() >= at_least


def test_where_nothing_happens_few_companies_get_a_flag():
    seeds = range(200, 224)
    rows = [count for seed in seeds for count in measure("null", ["ours", "DiD"], False, seed)]
    companies = pd.DataFrame(rows).groupby("method")["any"].sum()
    # As many as one set of companies in a hundred would show where the share is what it may be.
    assert companies["ours"] <= stats.binom.ppf(0.99, len(seeds), 0.12)
    assert companies["DiD"] >= 0.8 * len(seeds)


def test_output_in_other_units_gives_the_same_flags():
    world = simulate_world(SCENARIOS["500 people"], 1)
    ten = world.output.assign(technical_output=10 * world.output["technical_output"])
    one, other = (find_declines(each, world.promotions).flags for each in (world.output, ten))
    assert one["flagged"].tolist() == other["flagged"].tolist()
    assert np.allclose(one["effect"], other["effect"], equal_nan=True)
