"""How well declines are found in simulated companies: a table of worlds by methods.

Run `python -m benchmarks.declines --worlds 100 --scenarios base null`, or `--scenarios all`. Power
is over the dropped who have enough evidence to be judged, the same people for every method, and
stands beside its ratio to the two oracles. `cover` is of the plain 90 % intervals of everyone
judged, `flagged` of those of the flagged only, `FCR` of the intervals that allow for the picking.
`any` is the share of worlds with at least one flag, `overall` by how much the event study's effect
on all of them is off, in SD (with `--event-study`). `--limits` adds what has to hold.
"""

import argparse
import os
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context

import numpy as np
import pandas as pd

from benchmarks.baselines import before_after, difference_in_differences, matched_placebos
from benchmarks.decline_limits import hold_against_limits
from benchmarks.oracles import oracle, parameter_oracle
from benchmarks.verdicts import (
    FDR,
    INTERVAL_LEVEL,
    MIN_AFTER,
    MIN_BEFORE,
    Floats,
    Judged,
    Verdict,
    judged_people,
)
from benchmarks.worlds import SCENARIOS, simulate_world
from workbench.analyses.decline import find_declines
from workbench.analyses.event_study import estimate_event_study

SIZES = (0.5, 1.0, 1.5)
NEARLY_NONE = 0.001  # a false-discovery rate at which hardly anyone is flagged


def ours(judged: Judged) -> Verdict:
    """`find_declines`, with plain intervals taken from a run that flags nearly nobody."""
    find = partial(
        find_declines,
        judged.world.output,
        judged.world.promotions,
        interval_level=INTERVAL_LEVEL,
        min_pre_cycles=MIN_BEFORE,
        min_post_cycles=MIN_AFTER,
    )
    declines = find(fdr=FDR)
    numbers = ["effect", "low", "high"]
    flags = declines.flags.set_index("person_id").loc[judged.person]
    effect, flagged_low, flagged_high = (flags[numbers] * declines.output_sd).to_numpy().T
    plain = find(fdr=NEARLY_NONE).flags.set_index("person_id").loc[judged.person]
    _, low, high = (plain[numbers] * declines.output_sd).to_numpy().T
    return Verdict(
        flags["flagged"].to_numpy(dtype=bool),
        flags["p_value"].to_numpy(),
        effect,
        low,
        high,
        flagged_low,
        flagged_high,
    )


METHODS: dict[str, Callable[[Judged], Verdict]] = {
    "ours": ours,
    "parameter oracle": parameter_oracle,
    "oracle": oracle,
    "before/after": before_after,
    "DiD": difference_in_differences,
    "matched": matched_placebos,
}


def measure(
    scenario: str, methods: list[str], event_study: bool, seed: int
) -> list[dict[str, float | str]]:
    """Run the methods over one world; what each of them got right."""
    judged = judged_people(simulate_world(SCENARIOS[scenario], seed))
    counts: list[dict[str, float | str]] = []
    for method in methods:
        began = time.perf_counter()
        verdict = METHODS[method](judged)
        seconds = time.perf_counter() - began
        count: dict[str, float | str] = {"world": scenario, "method": method}
        # Ours is run a second time for the plain intervals, which is not part of its cost.
        count |= _count(verdict, judged) | {"seconds": seconds / (2 if method == "ours" else 1)}
        if event_study and method == "ours":
            count["overall"] = _event_study_error(judged)
        counts.append(count)
    return counts


def tabulate(counts: Iterable[dict[str, float | str]]) -> pd.DataFrame:
    """Average over worlds: one row a world and method, with the ratios of power to the oracles."""
    groups = pd.DataFrame(counts).groupby(["world", "method"], sort=False)
    table = pd.DataFrame([_summary(*names, worlds) for names, worlds in groups])
    power = table.set_index(["world", "method"])["power"]
    for column, reference in (("of oracle", "oracle"), ("of parameter", "parameter oracle")):
        best = [power.get((world, reference), np.nan) for world in table["world"]]
        table.insert(table.columns.get_loc("power") + 1, column, table["power"] / best)
    return table.dropna(axis=1, how="all")


def _event_study_error(judged: Judged) -> float:
    """Say by how much the event study's overall effect is off the planted one, in SD."""
    world = judged.world
    study = estimate_event_study(world.output, world.promotions, min_pre_cycles=MIN_BEFORE)
    planted = float(judged.effect.mean()) / study.output_sd
    return float(study.overall["effect"].iloc[0]) - planted


def _count(verdict: Verdict, judged: Judged) -> dict[str, float]:
    """Count what one method got right in one world."""
    drop, effect, flagged = judged.drop, judged.effect, verdict.flagged
    fell = drop > 0
    covered = (verdict.low <= effect) & (effect <= verdict.high)
    told = np.isfinite(verdict.effect)
    counts = {
        "judged": told.sum(),
        "any": flagged.any(),
        "fdp": (flagged & ~fell).sum() / max(flagged.sum(), 1),
        "found": (flagged & fell).sum(),
        "fell": fell.sum(),
        "unfallen": (~fell).sum(),
        "p05": (verdict.p_value[~fell] <= 0.05).sum(),
        "p01": (verdict.p_value[~fell] <= 0.01).sum(),
        "covered": covered.sum(),
        "flagged": flagged.sum(),
        "flagged covered": (covered & flagged).sum(),
        "FCR covered": _covered_of_flagged(verdict, effect),
        "width": np.sum((verdict.high - verdict.low)[told]),
        "squares": np.sum((verdict.effect - effect)[told] ** 2),
    }
    for size in SIZES:
        counts[f"found {size}"] = (flagged & (drop == size)).sum()
        counts[f"fell {size}"] = (drop == size).sum()
    return {name: float(value) for name, value in counts.items()}


def _covered_of_flagged(verdict: Verdict, effect: Floats) -> float:
    """Count the flagged whose widened interval covers what was planted."""
    if verdict.flagged_low is None or verdict.flagged_high is None:
        return float("nan")
    covered = (verdict.flagged_low <= effect) & (effect <= verdict.flagged_high)
    return float((covered & verdict.flagged).sum())


def _summary(scenario: str, method: str, worlds: pd.DataFrame) -> dict[str, object]:
    """Average over worlds: one row of the table."""
    total = worlds.drop(columns=["world", "method"]).sum(min_count=1)

    def share(part: str, whole: str) -> float:
        return float(total[part] / total[whole]) if total[whole] else float("nan")

    return {
        "world": scenario,
        "method": method,
        "worlds": len(worlds),
        "FDR": worlds["fdp"].mean(),
        "mcse": worlds["fdp"].std() / np.sqrt(len(worlds)),
        "power": share("found", "fell"),
        **{str(size): share(f"found {size}", f"fell {size}") for size in SIZES},
        "p<=.05": share("p05", "unfallen"),
        "p<=.01": share("p01", "unfallen"),
        "cover": share("covered", "judged"),
        "flagged": share("flagged covered", "flagged"),
        "FCR": share("FCR covered", "flagged"),
        "width": share("width", "judged"),
        "RMSE": share("squares", "judged") ** 0.5,
        "any": worlds["any"].mean(),
        "overall": worlds["overall"].mean() if "overall" in worlds else float("nan"),
        "seconds": worlds["seconds"].median(),
    }


def _parse() -> argparse.Namespace:
    """Read what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--worlds", type=int, default=60, help="seeds per scenario")
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument(
        "--scenarios", nargs="+", default=["base", "null"], choices=[*SCENARIOS, "all"]
    )
    parser.add_argument("--methods", nargs="+", default=list(METHODS), choices=METHODS)
    parser.add_argument("--jobs", type=int, default=1, help="worlds at a time, one thread each")
    parser.add_argument("--event-study", action="store_true", help="measure the event study too")
    parser.add_argument("--limits", action="store_true", help="add what has to hold")
    return parser.parse_args()


def main() -> None:
    """Print the table for the scenarios asked for."""
    given = _parse()
    scenarios = list(SCENARIOS) if "all" in given.scenarios else given.scenarios
    seeds = range(given.first_seed, given.first_seed + given.worlds)
    # The workers read this when they load NumPy; threads of several worlds would get in each
    # other's way.
    os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")
    with ProcessPoolExecutor(given.jobs, mp_context=get_context("spawn")) as pool:
        for scenario in scenarios:
            run = partial(measure, scenario, given.methods, given.event_study)
            table = tabulate(count for counts in pool.map(run, seeds) for count in counts)
            print(table.round(3).to_string(index=False), end="\n\n", flush=True)
            if given.limits:
                limits = hold_against_limits(table)
                print(limits.round(3).to_string(index=False), end="\n\n", flush=True)


if __name__ == "__main__":
    main()
