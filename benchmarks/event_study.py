"""How near event studies come to the planted effect in simulated companies: worlds by estimators.

Run `python -m benchmarks.event_study --worlds 100 --jobs 2`, or `--scenarios all`. `bias` and
`RMSE` are in standard deviations of output, against the mean planted effect over the same people's
cycles after promotion. `cover` is of the 90 % intervals: they take the promoted people as a draw,
so they are wide for the effect on just these people where people differ. `spike` is the rise from
the third last to the last cycle before promotion.
"""

import argparse
import os
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context

import numpy as np
import numpy.typing as npt
import pandas as pd

from benchmarks.worlds import SCENARIOS, World, simulate_world
from workbench.analyses.event_study import estimate_event_study
from workbench.analyses.expected.histories import Histories, build_histories
from workbench.analyses.expected.windows import Windows, windows_of

Floats = npt.NDArray[np.float64]


def measure(scenario: str, seed: int) -> list[dict[str, float | str]]:
    """Run every estimator on one company; one row each, in SD of output."""
    world = simulate_world(SCENARIOS[scenario], seed)
    began = time.perf_counter()
    study = estimate_event_study(world.output, world.promotions)
    seconds = time.perf_counter() - began
    histories, events = build_histories(world.output, world.promotions)
    windows = windows_of(histories, events)
    windows = windows.take(windows.before.any(axis=1) & windows.after.any(axis=1))
    planted = planted_effect(world, histories, windows)
    overall = study.comparison.loc[study.comparison["relative_cycle"].isna()]
    rows = pd.concat(
        [
            study.overall.assign(estimator="ours", seconds=seconds),
            overall.replace({"base_1": "CS, base g-1", "base_3": "CS, base g-3"}),
            pd.DataFrame(
                {"estimator": ["symmetric DiD"], "effect": [symmetric_did(histories, windows)]}
            ),
        ]
    )
    inside = (rows["low"] <= planted) & (planted <= rows["high"])
    return rows.assign(
        world=scenario,
        error=rows["effect"] - planted,
        covered=inside.where(rows["low"].notna()),
        spike=study.spike.estimate,
    )[["world", "estimator", "error", "covered", "spike", "seconds"]].to_dict("records")


def planted_effect(world: World, histories: Histories, windows: Windows) -> float:
    """Average the planted effect over each person's cells after promotion, then over people."""
    ids = np.array(histories.people)[windows.person]
    cycles = np.array(histories.cycles)
    effect = np.where(windows.after, world.effect[ids[:, None], cycles], 0.0)
    return float((effect.sum(axis=1) / windows.after.sum(axis=1)).mean() / histories.sd)


def symmetric_did(histories: Histories, windows: Windows) -> float:
    """Hold cycle g + k against cycle g - 1 - k, minus the same of peers (Chabe-Ferret 2015)."""
    peers = np.where(histories.untreated, histories.score, np.nan)
    changes: list[float] = []
    for each, start in enumerate(windows.start.tolist()):
        own = histories.score[windows.person[each]]
        for now in np.flatnonzero(windows.after[each]).tolist():
            then = 2 * start - 1 - now
            if then >= 0 and windows.before[each, then]:
                usual = np.nanmean(peers[:, now] - peers[:, then])
                changes.append(float(own[now] - own[then] - usual))
    return float(np.mean(changes))


def tabulate(rows: pd.DataFrame) -> pd.DataFrame:
    """Average over companies; one row a world and estimator."""
    by = rows.groupby(["world", "estimator"], sort=False)
    return pd.DataFrame(
        {
            "worlds": by.size(),
            "bias": by["error"].mean(),
            "mcse": by["error"].std() / np.sqrt(by.size()),
            "RMSE": np.sqrt(by["error"].apply(lambda error: (error**2).mean())),
            "cover": by["covered"].mean(),
            "spike": by["spike"].mean(),
            "seconds": by["seconds"].median(),
        }
    ).reset_index()


def main() -> None:
    """Print the table for the scenarios asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--worlds", type=int, default=60, help="seeds per scenario")
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument(
        "--scenarios", nargs="+", default=["base", "null"], choices=[*SCENARIOS, "all"]
    )
    parser.add_argument("--jobs", type=int, default=1, help="worlds at a time, one thread each")
    given = parser.parse_args()
    scenarios = list(SCENARIOS) if "all" in given.scenarios else given.scenarios
    seeds = range(given.first_seed, given.first_seed + given.worlds)
    # The workers read this when they load NumPy; threads of several worlds would get in each
    # other's way.
    os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")
    with ProcessPoolExecutor(given.jobs, mp_context=get_context("spawn")) as pool:
        for scenario in scenarios:
            found = pool.map(partial(measure, scenario), seeds)
            table = tabulate(pd.DataFrame([row for rows in found for row in rows]))
            print(table.round(3).to_string(index=False), end="\n\n", flush=True)


if __name__ == "__main__":
    main()
