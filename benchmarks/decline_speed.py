"""How fast declines are found, how the cost grows, and what a regression a person would cost.

Run `python -m benchmarks.decline_speed`; `--large` adds 100,000 people by 12 cycles. Each size runs
in a process of its own: seconds are the median of a few runs, megabytes the peak of the process,
imports and simulation included. Beside it stands an interrupted time series a person (statsmodels,
where installed), timed on some of the people and scaled up to all of them.
"""

import argparse
import resource
import statistics
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from importlib.util import find_spec
from multiprocessing import get_context
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.worlds import BASE, World, simulate_world
from workbench.analyses.decline import find_declines

SIZES = (
    *((people, 10) for people in (500, 1_000, 2_000, 5_000, 10_000, 20_000)),
    *((2_000, cycles) for cycles in (6, 14, 20)),
)
LARGE = (100_000, 12)
SAMPLE = 200  # people that the regressions are timed on
LIMITS = {(2_000, 10): 0.5, LARGE: 20.0}
MEMORY_LIMIT, EXPONENT_LIMIT, RATIO_LIMIT = 4096, 1.1, 50


def measure(people: int, cycles: int, times: int) -> dict[str, float]:
    """Time one size of company; to be called in a fresh process."""
    world = simulate_world(replace(BASE, people=people, cycles=cycles), seed=0)
    seconds = statistics.median(_time(world) for _ in range(times))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    megabytes = peak / (1024**2 if sys.platform == "darwin" else 1024)
    row = {
        "people": people,
        "cycles": cycles,
        "cells": len(world.output),
        "seconds": seconds,
        "megabytes": megabytes,
    }
    if find_spec("statsmodels"):
        for name, each in time_regressions(world).items():
            row |= {name: each * people, f"faster than {name}": each * people / seconds}
    return row


def time_regressions(world: World) -> dict[str, float]:
    """Time one person's interrupted time series: level, trend, step and change of trend.

    Written as a formula, as most would do it, and with bare arrays, the fastest that statsmodels
    offers. The never promoted are cut in the middle.
    """
    import statsmodels.api as sm
    import statsmodels.formula.api as smf

    middle = world.mean.shape[1] // 2
    starts = world.promotions.set_index("person_id")["cycle"]
    sample = world.output[world.output["person_id"] < SAMPLE]
    start = sample["person_id"].map(starts).fillna(middle)
    sample = sample.assign(after=(sample["cycle"] >= start) * 1.0)
    sample = sample.assign(since=sample["after"] * (sample["cycle"] - start), level=1.0)
    # It takes two cycles on a side to tell a trend, and a fifth to tell an error.
    after = sample.groupby("person_id")["after"].agg(["sum", "count"])
    sides = (after["sum"] >= 2) & (after["count"] - after["sum"] >= 2)
    enough = after.index[sides & (after["count"] >= 5)]
    sample = sample[sample["person_id"].isin(enough)]

    def by_formula(rows: pd.DataFrame) -> Any:
        return smf.ols("technical_output ~ cycle + after + since", data=rows).fit()

    def by_arrays(rows: pd.DataFrame) -> Any:
        design = rows[["level", "cycle", "after", "since"]].to_numpy()
        return sm.OLS(rows["technical_output"].to_numpy(), design).fit()

    seconds = {}
    for name, regress in (("formula", by_formula), ("arrays", by_arrays)):
        began = time.perf_counter()
        for _, rows in sample.groupby("person_id"):
            fit = regress(rows)
            _ = fit.params, fit.bse, fit.pvalues
        seconds[name] = (time.perf_counter() - began) / len(enough)
    return seconds


def growth(table: pd.DataFrame) -> float:
    """Fit the exponent with which seconds grow in people x cycles."""
    size = np.log(table["people"] * table["cycles"])
    return float(np.polyfit(size, np.log(table["seconds"]), 1)[0])


def _time(world: World) -> float:
    began = time.perf_counter()
    find_declines(world.output, world.promotions)
    return time.perf_counter() - began


def _print_limits(table: pd.DataFrame) -> None:
    """Print the figures that have a limit, and whether it holds."""
    # A company as large as LARGE is timed once and stands apart.
    grown = table[table["people"] < LARGE[0]]
    figures: list[tuple[str, float, float | None]] = [
        ("exponent of people x cycles", growth(grown), EXPONENT_LIMIT),
        ("exponent of people, at 10 cycles", growth(grown[grown["cycles"] == 10]), EXPONENT_LIMIT),
        ("exponent of cycles, at 2,000 people", growth(grown[grown["people"] == 2_000]), None),
    ]
    for (people, cycles), limit in LIMITS.items():
        rows = table[(table["people"] == people) & (table["cycles"] == cycles)]
        for row in rows.to_dict("records"):
            figures.append((f"seconds at {people:,} x {cycles}", row["seconds"], limit))
            if (people, cycles) == LARGE:
                figures.append(
                    (f"megabytes at {people:,} x {cycles}", row["megabytes"], MEMORY_LIMIT)
                )
    for name, found, limit in figures:
        verdict = "" if limit is None else f", at most {limit}: {_verdict(found <= limit)}"
        print(f"{name}: {found:.2f}{verdict}")
    if "formula" not in table:
        print("statsmodels is not installed; no regression a person was timed.")
        return
    print(f"Regressions were timed on up to {SAMPLE} people and scaled up to all of them.")
    ratio = table.loc[(table["people"] == 2_000) & (table["cycles"] == 10), "faster than formula"]
    print(
        f"times faster than a formula a person at 2,000 x 10: {ratio.iloc[0]:.0f}, "
        f"at least {RATIO_LIMIT}: {_verdict(ratio.iloc[0] >= RATIO_LIMIT)}"
    )


def _verdict(holds: bool) -> str:
    return "holds" if holds else "does not hold"


def main() -> None:
    """Print the table and the limits."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--large", action="store_true", help="add 100,000 people by 12 cycles")
    parser.add_argument("--times", type=int, default=3, help="runs of each size")
    given = parser.parse_args()
    context = get_context("spawn")
    rows = []
    for people, cycles in (*SIZES, *([LARGE] if given.large else [])):
        with ProcessPoolExecutor(1, mp_context=context) as pool:
            times = 1 if (people, cycles) == LARGE else given.times
            rows.append(pool.submit(measure, people, cycles, times).result())
    table = pd.DataFrame(rows)
    print(table.round(2).to_string(index=False), end="\n\n")
    _print_limits(table)


if __name__ == "__main__":
    main()
