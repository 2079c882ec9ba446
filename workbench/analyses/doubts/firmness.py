"""Firmness: whether a flag stays with other people, another bar or without a measure.

What comes in are the kept fit and those judged with it; what goes out is how often each of them is
flagged all the same.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from workbench.analyses.decline import DeclineFit, Declines
from workbench.analyses.doubts.trials import Trial, try_promotions
from workbench.analyses.expected.discoveries import adjust_p_values
from workbench.analyses.expected.evidence import find_missing_evidence
from workbench.analyses.expected.histories import Floats, Ints
from workbench.settings import Settings

__all__ = [
    "MEASURE_COLUMNS",
    "count_measures",
    "leave_measures_out",
    "move_the_bar",
    "resample_peers",
]

MEASURE_COLUMNS = ["person_id", "cycle", "measure", "effect", "flagged"]
_KEYS = ["person_id", "cycle"]
_FDRS = (0.05, 0.10, 0.15, 0.20)  # bars that are tried ...
_CYCLES_AFTER = (1, 2, 3, 4)  # ... with each of these numbers of cycles after


def resample_peers(fit: DeclineFit, held: Trial, settings: Settings, draws: int) -> Floats:
    """Draw the placebo people and the other promoted again; share of draws with a flag."""
    comparison = held.comparison
    order = np.argsort(held.z, kind="stable")
    _, code = np.unique(fit.placebos.person[held.peers[order]], return_inverse=True)
    n_people, n_judged = int(code.max()) + 1, len(held.judged)
    below = np.searchsorted(comparison.z, comparison.effect / comparison.se, side="right")
    # Each person's own weight, and what the model's own tail adds to it, follow from the p-value.
    total = np.concatenate([[0.0], np.cumsum(comparison.weight)])
    rest = np.maximum(1 - comparison.p_value, 1e-12)
    own = np.maximum(comparison.p_value * total[-1] - total[below], 0.0) / rest
    rng = np.random.default_rng(settings.random_state)
    flagged = np.zeros(n_judged)
    for _ in range(draws):
        times = np.bincount(rng.integers(0, n_people, n_people), minlength=n_people)
        drawn = np.concatenate([[0.0], np.cumsum(comparison.weight * times[code])])
        p_value = (drawn[below] + own) / np.maximum(drawn[-1] + own, 1e-300)
        others = p_value[rng.integers(0, n_judged, n_judged - 1)]
        flagged += p_value <= _largest_flagged(p_value, others, settings.fdr)
    return flagged / max(draws, 1)


def _largest_flagged(p_values: Floats, others: Floats, fdr: float) -> float:
    """Find the largest of some p-values that is flagged when it joins the others; -1 if none."""
    candidates = np.unique(p_values)
    flagged, not_flagged = -1, len(candidates)
    while not_flagged - flagged > 1:
        middle = (flagged + not_flagged) // 2
        joined = np.concatenate([candidates[middle : middle + 1], others])
        if adjust_p_values(joined)[0] <= fdr:
            flagged = middle
        else:
            not_flagged = middle
    return float(candidates[flagged]) if flagged >= 0 else -1.0


def move_the_bar(fit: DeclineFit, held: Trial, settings: Settings) -> dict[str, Ints]:
    """Count the settings of the bar at which each promotion is judged, and flagged."""
    counts = np.zeros((2, len(held.judged)), dtype=np.int64)
    for cycles in _CYCLES_AFTER:
        moved = replace(settings, min_post_cycles=cycles)
        why_not = find_missing_evidence(fit.histories, fit.events, fit.promoted, moved)
        judged = np.flatnonzero([not pattern for pattern, _ in why_not])
        other = try_promotions(fit, judged, moved)
        if other is None:
            continue
        place = np.minimum(np.searchsorted(judged, held.judged), len(judged) - 1)
        there = judged[place] == held.judged
        for fdr in _FDRS:
            counts[0] += there & other.flags(fdr)[place]
            counts[1] += there
    return {"bars_flagged": counts[0], "bars_judged": counts[1]}


def leave_measures_out(rows: pd.DataFrame, without: Mapping[str, Declines]) -> pd.DataFrame:
    """Give effect and flag of everyone judged without each measure; missing where not judged."""
    parts = [
        rows.merge(declines.flags[[*_KEYS, "effect", "flagged"]], on=_KEYS, how="left").assign(
            measure=measure
        )
        for measure, declines in without.items()
    ]
    if not parts:
        return pd.DataFrame(columns=MEASURE_COLUMNS)
    found = pd.concat(parts, ignore_index=True)[MEASURE_COLUMNS]
    judged = found["effect"].notna()
    return found.assign(flagged=found["flagged"].astype("boolean").where(judged, pd.NA))


def count_measures(
    without_measure: pd.DataFrame, flagged: pd.Series, measures: list[str]
) -> dict[str, list[str] | list[int] | int | str | None]:
    """Say of everyone judged without how many measures there is a flag, and without which none."""
    if not measures:
        return {"stays_flagged_without": None, "n_measures": 0, "carried_by": ""}
    kept = without_measure["flagged"].fillna(False).to_numpy(dtype=bool)
    stays = kept.reshape(len(measures), len(flagged)).T
    carried = [
        ", ".join(name for name, kept in zip(measures, row, strict=True) if whole and not kept)
        for whole, row in zip(flagged.tolist(), stays.tolist(), strict=True)
    ]
    return {
        "stays_flagged_without": stays.sum(axis=1).tolist(),
        "n_measures": len(measures),
        "carried_by": carried,
    }
