"""Who is judged in a simulated company, and what a method says of them.

Everyone with three cycles before the promotion, one of them among the last two, and one after it,
is judged: the same people for every method. Nothing here comes from the analysis that is measured.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from benchmarks.worlds import World

__all__ = [
    "FDR",
    "INTERVAL_LEVEL",
    "MIN_AFTER",
    "MIN_BEFORE",
    "Judged",
    "Verdict",
    "by_normal",
    "enough_evidence",
    "flags_at",
    "judged_people",
]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

FDR = 0.10
INTERVAL_LEVEL = 0.90
MIN_BEFORE, MIN_AFTER, RECENT = 3, 1, 2


@dataclass(frozen=True, slots=True)
class Judged:
    """One world as grids of people by cycles, and the people judged in it.

    Attributes
    ----------
    score, seen, rater : (people, cycles)
        Output (zero where missing), where there is any, and who rated it.
    untreated : (people, cycles)
        The seen cells before or without a promotion.
    person, start : (n,)
        Rows of the grids, and the cycle of the promotion.
    before, after : (n, cycles)
        Their seen cells.
    drop, effect : (n,)
        What was planted: the final drop, zero or above, and the mean effect on the cells after.
    """

    world: World
    score: Floats
    seen: Bools
    rater: Ints
    untreated: Bools
    person: Ints
    start: Ints
    before: Bools
    after: Bools
    drop: Floats
    effect: Floats


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a method says of the people judged, in the units of output.

    `low` and `high` are plain intervals; `flagged_low` and `flagged_high`, where a method has them,
    allow for the flagged having been picked out.
    """

    flagged: Bools
    p_value: Floats
    effect: Floats
    low: Floats
    high: Floats
    flagged_low: Floats | None = None
    flagged_high: Floats | None = None


def judged_people(world: World) -> Judged:
    """Lay the tables out as grids, and pick the people with enough evidence."""
    shape = world.mean.shape
    row, column = world.output["person_id"].to_numpy(), world.output["cycle"].to_numpy()
    score, seen = np.zeros(shape), np.zeros(shape, dtype=bool)
    rater = np.zeros(shape, dtype=np.int64)
    score[row, column] = world.output["technical_output"].to_numpy()
    rater[row, column] = world.output["rater_id"].to_numpy()
    seen[row, column] = True
    promoted_at = np.full(shape[0], shape[1])
    promoted_at[world.truth["person_id"].to_numpy()] = world.truth["cycle"].to_numpy()
    is_before = np.arange(shape[1]) < promoted_at[:, None]
    before, after = seen & is_before, seen & ~is_before
    person = world.truth["person_id"].to_numpy()
    enough = enough_evidence(before[person], after[person], promoted_at[person])
    person = person[enough]
    return Judged(
        world=world,
        score=score,
        seen=seen,
        rater=rater,
        untreated=before,
        person=person,
        start=promoted_at[person],
        before=before[person],
        after=after[person],
        drop=world.truth["drop"].to_numpy()[enough],
        effect=np.average(world.effect[person], axis=1, weights=after[person]),
    )


def enough_evidence(before: Bools, after: Bools, start: Ints) -> Bools:
    """Mark the people with enough cycles on both sides, one of them shortly before."""
    recent = before & (np.arange(before.shape[1]) >= start[:, None] - RECENT)
    enough = (before.sum(axis=1) >= MIN_BEFORE) & (after.sum(axis=1) >= MIN_AFTER)
    marked: Bools = enough & recent.any(axis=1)
    return marked


def by_normal(effect: Floats, se: Floats, no_drop: float = 1.0) -> Verdict:
    """Judge by the normal distribution; `no_drop` is the share of people known not to have one."""
    p_value = stats.norm.cdf(effect / se)
    reach = stats.norm.ppf((1 + INTERVAL_LEVEL) / 2) * se
    return Verdict(flags_at(p_value, no_drop), p_value, effect, effect - reach, effect + reach)


def flags_at(p_value: Floats, no_drop: float = 1.0) -> Bools:
    """Flag by Benjamini-Hochberg, at the accepted share over the share without a drop."""
    if not len(p_value):
        return np.zeros(0, dtype=bool)
    flagged: Bools = stats.false_discovery_control(p_value) * no_drop <= FDR
    return flagged
