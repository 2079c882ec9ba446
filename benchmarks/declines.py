"""How well declines are found in simulated companies: a table of worlds by methods.

Run `python -m benchmarks.declines --worlds 100 --scenarios base null`. Power is over the dropped
who have enough evidence to be judged, the same people for every method; `cover` is of the plain
90 % intervals of everyone judged; `any` is the share of worlds with at least one flag.
"""

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from benchmarks.worlds import SCENARIOS, World, simulate_world
from workbench.analyses.counterfactual import estimate_shift
from workbench.analyses.decline import find_declines
from workbench.analyses.histories import build_histories
from workbench.analyses.placebos import windows_around

Floats = npt.NDArray[np.float64]
FDR = 0.10


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a method says of the people judged, in the units of output."""

    flagged: npt.NDArray[np.bool_]
    p_value: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True, slots=True)
class Judged:
    """The people judged in one world, and their cells."""

    world: World
    people: npt.NDArray[np.int64]
    before: npt.NDArray[np.bool_]
    after: npt.NDArray[np.bool_]
    score: Floats
    untreated: npt.NDArray[np.bool_]
    rater: npt.NDArray[np.int64]
    drop: Floats


def judged_people(world: World) -> Judged:
    """Pick the people with enough evidence: three cycles before, one of them recent, two after."""
    histories, events = build_histories(world.output, world.promotions)
    windows = windows_around(
        histories, events.person, events.start, histories.managing[events.person]
    )
    column = np.arange(len(histories.cycles))
    recent = (windows.before & (column >= windows.start[:, None] - 2)).any(axis=1)
    enough = (windows.before.sum(axis=1) >= 3) & (windows.after.sum(axis=1) >= 2) & recent
    kept = windows.take(enough)
    ids = np.array(histories.people)
    return Judged(
        world=world,
        people=ids[kept.person],
        before=kept.before,
        after=kept.after,
        score=histories.score * histories.sd + histories.centre,
        untreated=histories.untreated,
        rater=histories.rater,
        drop=world.truth["drop"].to_numpy()[events.row[enough]],
    )


def ours(judged: Judged) -> Verdict:
    """`find_declines`, with plain intervals taken from a run that flags nearly nobody."""
    world = judged.world
    declines = find_declines(world.output, world.promotions, fdr=FDR)
    flags = declines.flags.set_index("person_id").loc[judged.people]
    plain = find_declines(world.output, world.promotions, fdr=0.001)
    intervals = plain.flags.set_index("person_id").loc[judged.people, ["low", "high"]]
    low, high = (intervals * declines.output_sd).to_numpy().T
    return Verdict(flags["flagged"].to_numpy(), flags["p_value"].to_numpy(), low, high)


def parameter_oracle(judged: Judged) -> Verdict:
    """Condition on the past with the planted parameters; raters are predicted, not known."""
    world = judged.world
    ids = np.unique(world.output["person_id"].to_numpy())
    residual = np.nan_to_num(judged.score - world.mean[ids])
    severity, unknown = _predict_severity(judged, residual)
    rater = np.maximum(judged.rater, 0)
    residual = residual - severity[rater]
    rows = np.searchsorted(ids, judged.people)
    rated = judged.after[:, :, None] & judged.after[:, None, :]
    extra = unknown[rater[rows][:, :, None], rater[rows][:, None, :]]
    return _known_shift(judged, residual[rows], world.covariance, np.where(rated, extra, 0.0))


def oracle(judged: Judged) -> Verdict:
    """Condition on the past with everything known but the person and the noise."""
    world = judged.world
    ids = np.unique(world.output["person_id"].to_numpy())
    residual = np.nan_to_num(judged.score - world.mean[ids] - world.shocks[ids])
    covariance = world.covariance - world.shock_variance * np.eye(len(world.covariance))
    rows = np.searchsorted(ids, judged.people)
    return _known_shift(judged, residual[rows], covariance, None)


def naive(judged: Judged) -> Verdict:
    """Mean after minus mean before, held against nobody."""
    return _mean_change(judged, judged.score)


def did(judged: Judged) -> Verdict:
    """Mean after minus mean before, minus the same of all peers in the same cycles."""
    peers = np.nanmean(np.where(judged.untreated, judged.score, np.nan), axis=0)
    return _mean_change(judged, judged.score - peers)


METHODS: dict[str, Callable[[Judged], Verdict]] = {
    "ours": ours,
    "parameter oracle": parameter_oracle,
    "oracle": oracle,
    "naive": naive,
    "did": did,
}


def measure(scenario: str, methods: list[str], seeds: range) -> pd.DataFrame:
    """Run the methods over the worlds of one scenario; one row a method."""
    rows: dict[str, list[dict[str, float]]] = {method: [] for method in methods}
    for seed in seeds:
        judged = judged_people(simulate_world(SCENARIOS[scenario], seed))
        for method in methods:
            began = time.perf_counter()
            verdict = METHODS[method](judged)
            seconds = time.perf_counter() - began
            rows[method].append(_count(verdict, judged.drop) | {"seconds": seconds})
    return pd.DataFrame(
        [_summary(scenario, method, pd.DataFrame(found)) for method, found in rows.items()]
    )


def _predict_severity(judged: Judged, residual: Floats) -> tuple[Floats, Floats]:
    """Predict the raters' severity from the comparable cells, with the planted variances."""
    seen = judged.untreated
    size = len(judged.world.covariance)
    n_raters = int(judged.rater.max()) + 1
    both = seen[:, :, None] & seen[:, None, :]
    weight = np.linalg.inv(np.where(both, judged.world.covariance, np.eye(size))) * both
    rater = np.maximum(judged.rater, 0)
    pair = rater[:, :, None] * n_raters + rater[:, None, :]
    left = np.bincount(pair.ravel(), weight.ravel(), minlength=n_raters**2)
    pull = np.einsum("ntu,nu->nt", weight, np.where(seen, residual, 0.0))
    right = np.bincount(rater.ravel(), pull.ravel(), minlength=n_raters)
    variance = max(judged.world.severity_variance, 1e-9)
    unknown = np.linalg.inv(left.reshape(n_raters, n_raters) + np.eye(n_raters) / variance)
    return unknown @ right, unknown


def _known_shift(
    judged: Judged, residual: Floats, covariance: Floats, extra: Floats | None
) -> Verdict:
    """Judge by the normal distribution, with the planted share of no drop."""
    seen = judged.before | judged.after
    shift = estimate_shift(residual, seen, judged.after[:, :, None] * 1.0, covariance, extra)
    no_drop = float(np.mean(judged.drop == 0)) if len(judged.drop) else 1.0
    return _by_normal(shift.effect[:, 0], shift.se[:, 0], no_drop)


def _mean_change(judged: Judged, score: Floats) -> Verdict:
    """Judge a change of mean by a t-test with the pooled within-person variance of peers."""
    ids = np.unique(judged.world.output["person_id"].to_numpy())
    rows = np.searchsorted(ids, judged.people)
    own = np.nan_to_num(score[rows])
    n_before, n_after = judged.before.sum(axis=1), judged.after.sum(axis=1)
    change = (own * judged.after).sum(axis=1) / n_after
    change -= (own * judged.before).sum(axis=1) / n_before
    cells = judged.untreated
    count = np.maximum(cells.sum(axis=1), 1)
    known = np.where(cells, score, 0.0)
    within = np.where(cells, known - (known.sum(axis=1) / count)[:, None], 0.0)
    variance = (within**2).sum() / (cells.sum() - cells.any(axis=1).sum())
    return _by_normal(change, np.sqrt(variance * (1 / n_before + 1 / n_after)), 1.0)


def _by_normal(effect: Floats, se: Floats, no_drop: float) -> Verdict:
    """One-sided p-values, BH at the accepted share over the share without a drop."""
    p_value = stats.norm.cdf(effect / se)
    q_value = stats.false_discovery_control(p_value) if len(p_value) else p_value
    reach = stats.norm.ppf(0.95) * se
    return Verdict(q_value * no_drop <= FDR, p_value, effect - reach, effect + reach)


def _count(verdict: Verdict, drop: Floats) -> dict[str, float]:
    """Count what one method got right in one world."""
    fell = drop > 0
    flagged = verdict.flagged
    counts = {
        "judged": len(drop),
        "any": float(flagged.any()),
        "fdp": (flagged & ~fell).sum() / max(flagged.sum(), 1),
        "found": (flagged & fell).sum(),
        "fell": fell.sum(),
        "unfallen": (~fell).sum(),
        "p05": (verdict.p_value[~fell] <= 0.05).sum(),
        "p01": (verdict.p_value[~fell] <= 0.01).sum(),
        "covered": ((verdict.low <= -drop) & (-drop <= verdict.high)).sum(),
    }
    for size in (0.5, 1.0, 1.5):
        counts[f"found {size}"] = (flagged & (drop == size)).sum()
        counts[f"fell {size}"] = (drop == size).sum()
    return {name: float(value) for name, value in counts.items()}


def _summary(scenario: str, method: str, worlds: pd.DataFrame) -> dict[str, object]:
    """Average over worlds: one row of the table."""
    total = worlds.sum()

    def share(part: str, whole: str) -> float:
        return float(total[part] / total[whole]) if total[whole] else float("nan")

    return {
        "world": scenario,
        "method": method,
        "FDR": worlds["fdp"].mean(),
        "mcse": worlds["fdp"].std() / np.sqrt(len(worlds)),
        "power": share("found", "fell"),
        **{str(size): share(f"found {size}", f"fell {size}") for size in (0.5, 1.0, 1.5)},
        "P(p<=.05)": share("p05", "unfallen"),
        "P(p<=.01)": share("p01", "unfallen"),
        "cover": share("covered", "judged"),
        "any": worlds["any"].mean(),
        "seconds": worlds["seconds"].median() / (2 if method == "ours" else 1),
    }


def main() -> None:
    """Print the table for the scenarios asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--worlds", type=int, default=60, help="seeds per scenario")
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--scenarios", nargs="+", default=["base", "null"], choices=SCENARIOS)
    parser.add_argument("--methods", nargs="+", default=list(METHODS), choices=METHODS)
    given = parser.parse_args()
    seeds = range(given.first_seed, given.first_seed + given.worlds)
    tables = [measure(scenario, given.methods, seeds) for scenario in given.scenarios]
    print(pd.concat(tables).round(3).to_string(index=False))


if __name__ == "__main__":
    main()
