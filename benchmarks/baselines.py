"""What others would do: before/after, differences in differences, matched peers."""

import numpy as np
from scipy.spatial import KDTree

from benchmarks.verdicts import (
    INTERVAL_LEVEL,
    RECENT,
    Bools,
    Floats,
    Judged,
    Verdict,
    by_normal,
    enough_evidence,
    flags_at,
)

__all__ = ["before_after", "difference_in_differences", "matched_placebos"]

NEIGHBOURS = 20


def before_after(judged: Judged) -> Verdict:
    """Mean after minus mean before, held against nobody."""
    score = judged.score[judged.person]
    change = _mean(score, judged.after) - _mean(score, judged.before)
    return by_normal(change, _spread(judged, judged.score) * _relative_error(judged))


def difference_in_differences(judged: Judged) -> Verdict:
    """Mean after minus mean before, minus the same of all peers not promoted at that cycle."""
    score = judged.score[judged.person]
    change = _mean(score, judged.after) - _mean(score, judged.before)
    for start in np.unique(judged.start).tolist():
        peers = judged.untreated
        before, after = peers[:, :start], peers[:, start:]
        both = before.any(axis=1) & after.any(axis=1)
        theirs = _mean(judged.score[both, start:], after[both])
        theirs = theirs - _mean(judged.score[both, :start], before[both])
        change = change - np.where(judged.start == start, theirs.mean(), 0.0)
    trendless = judged.score - _cycle_means(judged)
    return by_normal(change, _spread(judged, trendless) * _relative_error(judged))


def matched_placebos(judged: Judged) -> Verdict:
    """Change against that of the peers nearest before, ranked among the peers' own such changes.

    It is told what cycle and level do to output, which is more than one would know.
    """
    score = judged.score - judged.world.mean
    gap, placebos = np.zeros(len(judged.person)), []
    for start in np.unique(judged.start).tolist():
        column = np.arange(score.shape[1])
        before, after = judged.untreated & (column < start), judged.untreated & (column >= start)
        peers = enough_evidence(before, after, np.full(len(score), start))
        features, theirs = _features(score[peers], before[peers], after[peers], start)
        here = judged.start == start
        own_features, ours = _features(
            score[judged.person[here]], judged.before[here], judged.after[here], start
        )
        tree = KDTree(features)
        _, near = tree.query(own_features, NEIGHBOURS)
        gap[here] = ours - theirs[near].mean(axis=1)
        _, near = tree.query(features, NEIGHBOURS + 1)  # the nearest one is the peer itself
        gaps = theirs - theirs[near[:, 1:]].mean(axis=1)
        placebos.append(gaps / _error_of(before[peers], after[peers]))
    if not placebos:
        return by_normal(gap, np.ones_like(gap))
    among = np.sort(np.concatenate(placebos))
    error = _relative_error(judged)
    p_value = (1 + np.searchsorted(among, gap / error, side="right")) / (1 + len(among))
    outside = (1 - INTERVAL_LEVEL) / 2
    low, high = np.quantile(among, [outside, 1 - outside])
    return Verdict(flags_at(p_value), p_value, gap, gap - high * error, gap - low * error)


def _mean(score: Floats, cells: Bools) -> Floats:
    """Mean of each person's marked cells."""
    mean: Floats = np.where(cells, score, 0.0).sum(axis=1) / np.maximum(cells.sum(axis=1), 1)
    return mean


def _cycle_means(judged: Judged) -> Floats:
    """Mean of the comparable cells of each cycle."""
    cells = judged.untreated
    means: Floats = np.where(cells, judged.score, 0.0).sum(axis=0) / cells.sum(axis=0)
    return means


def _spread(judged: Judged, score: Floats) -> float:
    """Give the deviation of comparable cells within a person, pooled over people."""
    cells = judged.untreated
    within = np.where(cells, score - _mean(score, cells)[:, None], 0.0)
    freedom = cells.sum() - cells.any(axis=1).sum()
    return float(np.sqrt((within**2).sum() / freedom))


def _relative_error(judged: Judged) -> Floats:
    """Give the standard error of a change of mean, for cells of variance 1."""
    return _error_of(judged.before, judged.after)


def _error_of(before: Bools, after: Bools) -> Floats:
    error: Floats = np.sqrt(1 / before.sum(axis=1) + 1 / after.sum(axis=1))
    return error


def _features(score: Floats, before: Bools, after: Bools, start: int) -> tuple[Floats, Floats]:
    """Give what to match on, the means of recent and of all cells before; and the change."""
    recent = before & (np.arange(score.shape[1]) >= start - RECENT)
    level = _mean(score, before)
    return np.column_stack([_mean(score, recent), level]), _mean(score, after) - level
