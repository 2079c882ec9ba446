"""Next rung: which role comes next for a person, and what of it is not there yet.

What comes in are the signals of the pool and the role that each person resembles; what goes out is
the next role and, in words, the signals in which the person stands below those who resemble it, the
evidence that there is none of, and the level or reach that the role takes.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.analyses.people.spelling import spell
from workbench.analyses.resemblance.reasons import MOST_REASONS, name_measures, take_recent
from workbench.analyses.resemblance.roles import (
    NO_ROLE,
    REACH,
    ROLE_PROFILES,
    STRONG_ENGINEER,
    Resemblance,
    weigh_signals,
)
from workbench.analyses.resemblance.signal_matrix import SignalMatrix

__all__ = ["NextRungs", "find_next_rungs"]

_Floats = npt.NDArray[np.float64]
_Labels = npt.NDArray[np.int64]
_Mask = npt.NDArray[np.bool_]

_LEADING = [place for place, each in enumerate(ROLE_PROFILES) if each.role != STRONG_ENGINEER]
_FIRST = [
    place
    for place in _LEADING
    if ROLE_PROFILES[place].needs_level == "any" and not ROLE_PROFILES[place].needs_reach
]
_FEWEST_HOLDERS = 5
_NEEDED_OF_NOBODY = 0.75
_LEAST_WEIGHT = 0.3


@dataclass(frozen=True, slots=True)
class NextRungs:
    """What comes next for each person of a pool.

    Attributes
    ----------
    roles
        The next role; empty at the top, and where too little is known to compare.
    missing
        What of it is not there yet, in words; empty where there is no next role.
    """

    roles: list[str]
    missing: list[str]


def find_next_rungs(
    matrix: SignalMatrix,
    at: _Labels,
    own: Resemblance,
    standings: pd.DataFrame | None,
    *,
    min_reach: float,
    recent_cycles: int,
) -> NextRungs:
    """Find the next rung of each person, and what is missing for it.

    Somebody without a role, or a strong engineer, has the nearer of the first rungs before them.

    Parameters
    ----------
    matrix
        The signals of the pool.
    at
        The rows of the people with enough evidence, to whom `own` belongs.
    own
        The role that each of them resembles.
    standings
        `person_id`, `cycle`, `label`, `signal` and `share_below`; tells of which measures there is
        no evidence.
    min_reach
        Reach that opens the wider rungs.
    recent_cycles
        Latest cycles that count.

    Returns
    -------
    NextRungs
    """
    place = _name_next(own)
    roles, missing = [""] * len(matrix.persons), [""] * len(matrix.persons)
    gaps = _find_gaps(matrix, at, own, place)
    absent = _find_absent_evidence(matrix, at, place, standings, recent_cycles)
    opened = _find_closed(matrix, at, place, min_reach)
    for each, row in enumerate(at):
        if place[each] < 0:
            continue
        roles[row] = ROLE_PROFILES[place[each]].role
        said = [*opened[each], *gaps[each][:MOST_REASONS], *absent[each]]
        missing[row] = "; ".join(said) or "nothing that the signals show"
    return NextRungs(roles, missing)


def _name_next(own: Resemblance) -> _Labels:
    """Find the position of the next role; -1 where there is none."""
    first = np.where(np.isnan(own.similarities[:, _FIRST]), -2.0, own.similarities[:, _FIRST])
    begin = np.where(first.max(axis=1) > -2, np.array(_FIRST)[first.argmax(axis=1)], -1)
    led = np.array([role not in (NO_ROLE, STRONG_ENGINEER) for role in own.names], dtype=bool)
    after = np.where(own.nearest + 1 <= _LEADING[-1], own.nearest + 1, -1)
    return np.where(led, after, begin).astype(np.int64)


def _find_gaps(
    matrix: SignalMatrix, at: _Labels, own: Resemblance, place: _Labels
) -> list[list[str]]:
    """Name the signals in which people stand below those of the next role, the widest gap first."""
    columns = list(matrix.shares_below.columns)
    below = matrix.shares_below.to_numpy(float)[at]
    weights = weigh_signals(columns)
    gaps: list[list[str]] = [[] for _ in at]
    for target in np.unique(place[place >= 0]):
        role = ROLE_PROFILES[target].role
        holders = np.array([name == role for name in own.names], dtype=bool)
        counts = weights[target] >= _LEAST_WEIGHT * max(weights[target].max(initial=0.0), 1e-9)
        enough = (~np.isnan(below[holders])).sum(axis=0) >= _FEWEST_HOLDERS
        needed = np.full(len(columns), _NEEDED_OF_NOBODY)
        needed[enough] = np.nanquantile(below[holders][:, enough], 0.25, axis=0)
        whose = [
            f"three quarters of those who resemble it are above {int(100 * need)} %"
            if held
            else f"{int(100 * need)} % is looked for"
            for need, held in zip(needed, enough, strict=True)
        ]
        rows = np.flatnonzero(place == target)
        short = np.nan_to_num((needed - below[rows]) * weights[target] * counts, nan=0.0)
        order = np.argsort(-short.round(12), axis=1, kind="stable")[:, :MOST_REASONS]
        for row, ranked, size in zip(rows, order, short, strict=True):
            gaps[row] = [
                f"{spell(columns[signal])}: {_say_place(below[row, signal])}, where {whose[signal]}"
                for signal in ranked
                if size[signal] > 0
            ]
    return gaps


def _say_place(below: float) -> str:
    """Say where somebody stands in the pool, given the share of it that lies lower."""
    share = int(100 * below)
    return f"higher than {share} % of the pool" if share else "among the lowest of the pool"


def _find_absent_evidence(
    matrix: SignalMatrix,
    at: _Labels,
    place: _Labels,
    standings: pd.DataFrame | None,
    recent_cycles: int,
) -> list[list[str]]:
    """Name what there is no evidence of: signals, and measures that most of the pool have."""
    columns = list(matrix.scores.columns)
    unknown = matrix.scores.isna().to_numpy()[at]
    weighed = weigh_signals(columns) > 0
    bears, seen = _see_measures(matrix, at, standings, recent_cycles)
    absent: list[list[str]] = []
    for row, target in enumerate(place):
        counts = weighed[target] if target >= 0 else np.zeros(len(columns), dtype=bool)
        names = [spell(columns[signal]) for signal in np.flatnonzero(counts & unknown[row])]
        known = {columns[signal] for signal in np.flatnonzero(counts & ~unknown[row])}
        names += [
            label
            for measure, (label, signals) in enumerate(bears)
            if not seen[row, measure] and known & signals
        ]
        absent.append([f"no evidence of {name}" for name in names])
    return absent


def _see_measures(
    matrix: SignalMatrix, at: _Labels, standings: pd.DataFrame | None, recent_cycles: int
) -> tuple[list[tuple[str, set[str]]], _Mask]:
    """List the measures that most of the pool have, the signals they bear on, and who has each."""
    if standings is None or standings.empty:
        return [], np.zeros((len(at), 0), dtype=bool)
    rows = name_measures(take_recent(standings, recent_cycles))
    people = pd.Index(matrix.persons[at].astype(str))
    row = people.get_indexer(rows["person_id"].astype(str))
    rows, row = rows[row >= 0], row[row >= 0]
    labels = pd.Index(sorted(rows["label"].unique()))
    seen = np.zeros((len(at), len(labels)), dtype=bool)
    seen[row, labels.get_indexer(pd.Index(rows["label"]))] = True
    usual = np.flatnonzero(seen.mean(axis=0) >= 0.5) if len(at) else np.array([], dtype=int)
    known = rows[["label", "signal"]].drop_duplicates().astype(str)
    signals = known.groupby("label")["signal"].agg(set)
    return [(labels[each], signals[labels[each]]) for each in usual], seen[:, usual]


def _find_closed(
    matrix: SignalMatrix, at: _Labels, place: _Labels, min_reach: float
) -> list[list[str]]:
    """Say where level or reach do not open the next role."""
    levels = matrix.levels[at]
    names = [matrix.level_names[row] for row in at]
    known = np.isfinite(levels)
    middle, highest = (
        (np.median(levels[known]), levels[known].max()) if known.any() else (np.nan, np.nan)
    )
    name_of = dict(zip(levels[known], np.array(names, dtype=object)[known], strict=True))
    reach = matrix.scores.reindex(columns=list(REACH)).mean(axis=1).to_numpy(float)[at]
    closed: list[list[str]] = [[] for _ in at]
    for row, target in enumerate(place):
        if target < 0:
            continue
        role = ROLE_PROFILES[target]
        if role.needs_level == "upper half" and levels[row] < middle:
            least = min(level for level in name_of if level >= middle)
            closed[row].append(f"level: {name_of[least]} or above, now {names[row]}")
        elif role.needs_level == "highest" and not matrix.top_level[at[row]]:
            which = f" ({name_of[highest]})" if matrix.has_levels else ", held by few"
            closed[row].append(f"level: the highest{which}, now {names[row] or 'not known'}")
        if role.needs_reach and not reach[row] >= min_reach:
            # Rounded down, so that it never reads as what is needed.
            now = np.floor(10 * reach[row]) / 10
            said = "not known" if np.isnan(now) else f"now {now:.1f}"
            closed[row].append(
                f"reach across teams ({', '.join(map(spell, REACH))}): {min_reach:.1f} SD above "
                f"the middle of the pool, {said}"
            )
    return closed
