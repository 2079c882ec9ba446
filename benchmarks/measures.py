"""How long scoring takes, and what weights from the data are worth.

Run `python -m benchmarks.measures`. The first table is time and memory of `score_technical_output`
on seven measures. The second says how well the combined score follows true output within persons
where measures differ in noise: with the declared weights, with those of `weigh_measures`, and with
the best that there are.
"""

import argparse
import resource
import time
from dataclasses import replace

import numpy as np
import pandas as pd

from workbench.measures.scoring import score_technical_output, weigh_measures
from workbench.measures.technical_output import TECHNICAL_OUTPUT

NAMES = [measure.name for measure in TECHNICAL_OUTPUT]
# Noise of each measure in SD of its own, in the order of the catalogue.
WORLDS = {
    "all alike": [0.9] * 7,
    "as declared": [0.8, 0.8, 0.9, 1.2, 1.3, 0.9, 0.7],
    "rating noisy": [0.6, 0.6, 0.6, 1.5, 1.5, 1.0, 2.0],
    "two clean, five noisy": [0.5, 0.5, 2.0, 2.0, 2.0, 2.0, 1.0],
}


def company(people: int, cycles: int, noise: list[float], seed: int) -> pd.DataFrame:
    """Draw reviews of engineers in teams of eight, and their true output beside them."""
    rng = np.random.default_rng(seed)
    streak = np.zeros((people, cycles))
    for cycle in range(cycles):
        before = streak[:, cycle - 1] if cycle else 0.0
        streak[:, cycle] = 0.6 * before + 0.4 * rng.standard_normal(people)
    truth = (0.6 * rng.standard_normal((people, 1)) + streak).ravel()
    reviews = pd.DataFrame(
        {
            "person_id": np.repeat([f"p{each:06d}" for each in range(people)], cycles),
            "cycle": np.tile([f"{2010 + t // 2}H{t % 2 + 1}" for t in range(cycles)], people),
            "track": np.repeat(
                rng.choice(["engineer", "management"], people, p=[0.9, 0.1]), cycles
            ),
            "job_family": np.repeat(rng.choice(["web", "data", "mobile"], people), cycles),
            "team": np.repeat(np.arange(people) // 8, cycles),
            "employment_status": "Active",
            "truth": truth,
        }
    )
    for name, own in zip(NAMES, noise, strict=True):
        profile = np.repeat(0.4 * rng.standard_normal(people), cycles)
        value = truth + profile + own * rng.standard_normal(len(truth))
        value[rng.random(len(value)) < 0.05] = np.nan
        reviews[name] = np.exp(value)
    return reviews


def within(score: pd.Series, reviews: pd.DataFrame) -> float:
    """Correlate a score with true output around each person's means."""
    both = pd.DataFrame({"score": score.to_numpy(), "truth": reviews["truth"].to_numpy()})
    apart = both - both.groupby(reviews["person_id"].to_numpy()).transform("mean")
    return float(apart["score"].corr(apart["truth"]))


def print_speed(sizes: list[tuple[int, int]]) -> None:
    """Print seconds and the peak memory of the process so far."""
    print("people  cycles  seconds  peak MB")
    for people, cycles in sizes:
        reviews = company(people, cycles, WORLDS["as declared"], 0)
        begin = time.perf_counter()
        score_technical_output(reviews)
        seconds = time.perf_counter() - begin
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(f"{people:6,}  {cycles:6}  {seconds:7.2f}  {peak:7,}")


def print_weights(seeds: int) -> None:
    """Print how well scores with each set of weights follow true output within persons."""
    print("\nmeasures                declared  from the data   best")
    for name, noise in WORLDS.items():
        found = []
        for seed in range(seeds):
            reviews = company(1000, 10, noise, seed)
            best = [
                replace(measure, weight=own**-2.0, scale="family")
                for measure, own in zip(TECHNICAL_OUTPUT, noise, strict=True)
            ]
            found.append(
                [
                    within(
                        score_technical_output(reviews, measures=each)["technical_output"], reviews
                    )
                    for each in (TECHNICAL_OUTPUT, weigh_measures(reviews), best)
                ]
            )
        declared, weighed, ideal = np.mean(found, axis=0)
        print(f"{name:24}{declared:8.3f}  {weighed:13.3f}  {ideal:5.3f}")


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description="Time scoring, and compare weights of measures.")
    parser.add_argument("--seeds", type=int, default=5)
    seeds = parser.parse_args().seeds
    print_speed([(2_000, 10), (20_000, 12), (100_000, 12)])
    print_weights(seeds)


if __name__ == "__main__":
    main()
