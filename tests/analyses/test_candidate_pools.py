"""Pools with planted archetypes, and without: a few of each; `benchmarks/candidates.py` has many.

Bounds leave room for what few pools vary by: a share of 0.90 among 24 pools may be 20 of them, and
the ratio of a few pools lies around that of many by some hundredths.
"""

import numpy as np
import pandas as pd
import pytest

from benchmarks.candidates import (
    believe,
    compare,
    find,
    name_archetypes,
    stay,
    tabulate,
)
from benchmarks.pools import BLOBS, PLANTED, World, make_pool
from workbench.analyses.groups.clusters import find_clusters

WORLDS = {world.name: world for world in (*PLANTED, *BLOBS)}
CLEAR = "4 archetypes, 4 SD, normal, 400"
OVERLAPPING = "4 archetypes, 2.5 SD, normal, 400"


@pytest.mark.parametrize(
    ("name", "least"),
    [
        (CLEAR, 0.95),
        ("4 archetypes, 4 SD, messy, 400", 0.9),
        ("4 archetypes, 3 SD, messy, 400", 0.9),
        ("4 archetypes, 3 SD, t5, roles, 400", 0.85),
        (OVERLAPPING, 0.85),
        ("3 archetypes, 4 SD, normal, 120", 0.85),
    ],
)
def test_archetypes_are_found_as_by_a_mixture_that_is_told(name: str, least: float) -> None:
    row = tabulate(compare(WORLDS[name], range(2), ["workbench"])).iloc[0]
    # A mixture on standardised signals is no bar where these are messy.
    assert row["of told"] > least
    assert row["of known"] > least - 0.1


def test_pools_without_structure_are_one_group() -> None:
    alone = [
        len(find_clusters(make_pool(world, seed).points).jaccard) == 1
        for world in BLOBS
        for seed in range(2 if world.people == 120 else 1)
    ]
    assert np.mean(alone) > 0.85


def test_memberships_are_as_sure_as_they_are_right() -> None:
    pools = [make_pool(WORLDS[name], seed) for name in (CLEAR, OVERLAPPING) for seed in range(2)]
    table = believe(pools)
    # Of 1,600 people in four pools the difference is known to about 0.02.
    assert abs(table.loc["all", "too_sure"]) < 0.06
    assert table["right"].iloc[-2] > table["right"].iloc[0]


def test_few_assignments_change_when_people_are_drawn_again() -> None:
    assert stay(make_pool(WORLDS[CLEAR], 0), draws=2) >= 0.85


def test_the_tree_tells_most_clusters_and_profiles_most_roles() -> None:
    roles = World("roles", 3.0, centres="roles", equal=True)
    assert find(make_pool(roles, 0).points)[0].tree_agreement > 0.75
    by_profile, _ = name_archetypes(make_pool(roles, 0))
    assert by_profile > 0.85


def test_draws_and_order_do_not_change_the_number_of_a_clear_pool() -> None:
    pool = make_pool(WORLDS[CLEAR], 1)
    counts = {len(find_clusters(pool.points, random_state=seed).jaccard) for seed in range(3)}
    assert counts == {4}


def test_pools_are_what_they_say() -> None:
    for world in (*PLANTED, *BLOBS):
        pool = make_pool(world, 0)
        assert pool.points.shape == (world.people, 7)
        assert np.isfinite(pool.points).all()
        assert len(pd.unique(pool.truth)) == world.archetypes
        pd.testing.assert_frame_equal(
            pd.DataFrame(pool.points), pd.DataFrame(make_pool(world, 0).points)
        )
