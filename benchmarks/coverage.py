"""How near the change around a void comes to the planted one, and what it costs to find voids.

Run `python -m benchmarks.coverage --worlds 200 --jobs 2`; `--speed` measures time and memory. In
each company teams lose their technical leader: by promotion to management, mostly where output had
been high; by leaving; by moving. Output, engagement and retention of such teams then fall by what
is planted, or by nothing. `cover` is of the 90 % intervals, `alarms` the share that leaves out
zero, `began` the share of voids whose beginning is named as it was planted.
"""

import argparse
import os
import resource
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context

import numpy as np
import pandas as pd

from workbench.analyses.coverage import Coverage, measure_coverage
from workbench.analyses.promotions import find_promotions

FALLS = {"no fall": 0.0, "half an SD": 0.5, "one SD": 1.0}
_OUTCOMES = {"output": 1.0, "engagement": 0.5, "retention": 0.06}  # of the fall, in its own units
_KINDS = ("promotion_to_management", "departure", "move")
_FIRST = 3  # cycles before anything happens


@dataclass(frozen=True, slots=True)
class World:
    """A company with planted voids.

    Attributes
    ----------
    reviews
        One row per person and cycle.
    voids
        One row per planted void: `team`, `cycle`, `kind`.
    fall
        What output of such a team falls by, in standard deviations of a person's cycle.
    """

    reviews: pd.DataFrame
    voids: pd.DataFrame
    fall: float


def simulate_teams(
    seed: int,
    *,
    teams: int = 40,
    cycles: int = 9,
    fall: float = 0.0,
    void_share: float = 0.3,
    selection: float = 2.0,
    missing: float = 0.03,
) -> World:
    """Make a company whose teams have a technical leader each, and some of which lose theirs."""
    rng = np.random.default_rng(seed)
    team = np.repeat(np.arange(teams), rng.integers(9, 15, size=teams))
    n = len(team)
    leads = np.zeros(n, dtype=bool)
    leads[np.unique(team, return_index=True)[1]] = True
    shock = 0.35 * rng.normal(size=(teams, cycles)) + 0.4 * rng.normal(size=(teams, 1))
    ability, noise = 0.5 * rng.normal(size=(n, 1)), 0.7 * rng.normal(size=(n, cycles))
    output = shock[team] + ability + noise + 0.3 * rng.normal(size=cycles)
    mood = 3.8 + 0.2 * shock[team] + 0.5 * ability + 0.4 * rng.normal(size=(n, cycles))
    events = _plan_voids(rng, shock, round(void_share * teams), selection)
    since = np.full(teams, cycles)
    for lost, start, _ in events:
        since[lost] = start
    after = np.arange(cycles) >= since[team][:, None]
    output = output - fall * after
    mood = mood - _OUTCOMES["engagement"] * fall * after
    leaving = 0.03 + _OUTCOMES["retention"] * fall * after
    leaves = (rng.random((n, cycles)) < leaving) & ~leads[:, None]
    # Who leaves after a cycle has a row in it and none later.
    last = np.where(leaves.any(axis=1), leaves.argmax(axis=1), cycles - 1)
    reviews = _write(rng, team, leads, output, mood, last, events, missing)
    voids = pd.DataFrame(
        [(f"T{lost:03}", f"C{start:02}", kind) for lost, start, kind in events],
        columns=["team", "cycle", "kind"],
    )
    return World(reviews, voids, fall)


def _plan_voids(
    rng: np.random.Generator, shock: np.ndarray, n: int, selection: float
) -> list[tuple[int, int, str]]:
    """Choose which teams lose their technical leader, when and how; promotions follow output."""
    teams, cycles = shock.shape
    events: dict[int, tuple[int, int, str]] = {}
    for place in range(n):
        kind = _KINDS[place % len(_KINDS)]
        start = int(rng.integers(_FIRST, cycles - 2))
        free = np.array([each for each in range(teams) if each not in events])
        recent = shock[free, start - 2 : start].mean(axis=1)
        pull = np.exp(selection * (kind == _KINDS[0]) * recent / recent.std())
        lost = int(rng.choice(free, p=pull / pull.sum()))
        events[lost] = lost, start, kind
    return list(events.values())


def _write(
    rng: np.random.Generator,
    team: np.ndarray,
    leads: np.ndarray,
    output: np.ndarray,
    mood: np.ndarray,
    last: np.ndarray,
    events: list[tuple[int, int, str]],
    missing: float,
) -> pd.DataFrame:
    """Write the reviews as a sheet has them; some are missing."""
    n, cycles = output.shape
    leader_of = np.flatnonzero(leads)  # the first member of each team
    unit = np.repeat(team[:, None], cycles, axis=1)
    track = np.where(leads, "technical_leadership", "engineer").astype(object)
    track = np.repeat(track[:, None], cycles, axis=1)
    there = np.arange(cycles) <= last[:, None]
    lost = {each: start for each, start, _ in events}
    safe = [each for each in range(int(team.max()) + 1) if each not in lost]
    for each, start, kind in events:
        leader = int(leader_of[each])
        if kind == "promotion_to_management":
            track[leader, start:] = "management"
        elif kind == "departure":
            there[leader, start:] = False
        else:
            unit[leader, start:] = rng.choice(safe)
    ends = np.zeros((n, cycles), dtype=bool)
    ends[:, -1] = True
    there &= ends | leads[:, None] | (rng.random((n, cycles)) >= missing)
    person, cycle = np.nonzero(there)
    promoted = {each: start for each, start, kind in events if kind == "promotion_to_management"}
    boss = [
        f"P{leader_of[own]:04}" if own in promoted and t >= promoted[own] else f"M{own:03}"
        for own, t in zip(unit[person, cycle].tolist(), cycle.tolist(), strict=True)
    ]
    who = [f"P{each:04}" for each in person]
    return pd.DataFrame(
        {
            "person_id": who,
            "cycle": [f"C{each:02}" for each in cycle],
            "team": [f"T{each:03}" for each in unit[person, cycle]],
            "track": track[person, cycle],
            "manager": np.where(np.array(who) == np.array(boss), "D1", boss),
            "technical_output": output[person, cycle],
            "engagement": mood[person, cycle],
        }
    )


def measure(name: str, seed: int) -> list[dict[str, float | str | bool]]:
    """Measure every planted void of one company; one row each and outcome."""
    world = simulate_teams(seed, fall=FALLS[name])
    return judge(world, measure_coverage(world.reviews), name)


def judge(world: World, coverage: Coverage, name: str) -> list[dict[str, float | str | bool]]:
    """Hold what was found of the planted voids against what was planted."""
    found = world.voids.merge(coverage.voids, on="team", how="left")
    rows: list[dict[str, float | str | bool]] = []
    for void in found.to_dict("records"):
        right = void["began_with"] == void["kind"] and void["since"] == void["cycle"]
        for outcome, unit in _OUTCOMES.items():
            planted = -unit * world.fall
            low, high = void[f"{outcome}_low"], void[f"{outcome}_high"]
            rows.append(
                {
                    "world": name,
                    "outcome": outcome,
                    "kind": void["kind"],
                    "began": bool(right),
                    "error": void[f"{outcome}_change"] - planted,
                    "covered": np.nan if np.isnan(low) else float(low <= planted <= high),
                    "alarm": np.nan if np.isnan(low) else float(low > 0 or high < 0),
                    "width": high - low,
                }
            )
    return rows


def tabulate(rows: pd.DataFrame, by: tuple[str, ...] = ("world", "outcome")) -> pd.DataFrame:
    """Average over voids."""
    groups = rows.groupby(list(by), sort=False)
    return pd.DataFrame(
        {
            "voids": groups.size(),
            "known": groups["covered"].apply(lambda each: each.notna().mean()),
            "began": groups["began"].mean(),
            "bias": groups["error"].mean(),
            "cover": groups["covered"].mean(),
            "alarms": groups["alarm"].mean(),
            "width": groups["width"].median(),
        }
    ).reset_index()


def measure_speed(people: int, cycles: int) -> None:
    """Print how long one company takes, and how much memory."""
    world = simulate_teams(0, teams=people // 11, cycles=cycles)
    promotions = find_promotions(world.reviews)
    began = time.process_time()
    coverage = measure_coverage(world.reviews, promotions)
    seconds = time.process_time() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{people:,} people, {cycles} cycles: {len(coverage.teams):,} teams, "
        f"{len(coverage.voids):,} voids, {seconds:.2f} s of one core, {memory:,.0f} MB",
        flush=True,
    )


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--worlds", type=int, default=100, help="seeds per fall")
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=1, help="companies at a time, one thread each")
    parser.add_argument("--speed", action="store_true", help="measure time and memory only")
    given = parser.parse_args()
    if given.speed:
        for people, cycles in ((400, 8), (2_000, 8), (20_000, 12), (100_000, 12)):
            measure_speed(people, cycles)
        return
    # The workers read this when they load NumPy.
    os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")
    seeds = range(given.first_seed, given.first_seed + given.worlds)
    with ProcessPoolExecutor(given.jobs, mp_context=get_context("spawn")) as pool:
        worlds = [pool.map(partial(measure, name), seeds) for name in FALLS]
        found = pd.DataFrame([row for each in worlds for rows in each for row in rows])
    print(tabulate(found).round(3).to_string(index=False), end="\n\n")
    of_output = found[found["outcome"].eq("output")]
    print(tabulate(of_output, ("world", "kind")).round(3).to_string(index=False), flush=True)


if __name__ == "__main__":
    main()
