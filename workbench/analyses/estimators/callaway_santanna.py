"""Callaway and Sant'Anna: difference-in-differences of people promoted at different times.

What comes in is a panel of an outcome and the cycle in which each person was promoted; what goes
out is the effect on each cohort in each cycle, and its averages, without covariates and in closed
form (Callaway and Sant'Anna 2021, Journal of Econometrics 225, 200-230).

It is the usual estimator, shown as the other side of a bracket. It rests on parallel trends, which
do not hold where people are promoted after a good streak: the fall from it counts as an effect.
"""

from bisect import bisect_left
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.analyses.expected.histories import Bools, Floats, Ints, in_order, in_time
from workbench.errors import InputError, SettingsError

__all__ = ["Base", "CallawaySantanna", "Controls", "contrast_cohorts", "estimate_callaway_santanna"]

Base = Literal["varying"] | int
Controls = Literal["never_treated", "not_yet_treated"]


@dataclass(frozen=True, slots=True)
class CallawaySantanna:
    """Effects of a staggered promotion, in the units of the outcome.

    Attributes
    ----------
    cells
        One row per cohort and cycle that both have people: `cohort`, `cycle`, `relative_cycle` (0
        is the first cycle after), `effect`, `se`, `n` promoted, `n_controls`.
    by_relative_cycle
        `relative_cycle`, `effect`, `se`, `n`: over cohorts, weighted by their size.
    by_cohort, by_cycle
        `cohort` or `cycle`, `effect`, `se`: over the cycles after.
    overall
        `aggregation` (`simple` over all cells after, `dynamic`, `cohort` and `calendar` over the
        frames above), `effect`, `se`.
    """

    cells: pd.DataFrame
    by_relative_cycle: pd.DataFrame
    by_cohort: pd.DataFrame
    by_cycle: pd.DataFrame
    overall: pd.DataFrame


@dataclass(frozen=True, slots=True)
class _Estimates:
    """Effects of k cohorts or averages, with the influence (N, k) of each of N people on them."""

    label: Ints
    effect: Floats
    influence: Floats

    @property
    def se(self) -> Floats:
        """Standard errors."""
        return np.asarray(np.sqrt((self.influence**2).sum(axis=0)) / max(len(self.influence), 1))

    def mean(self, which: Bools) -> "_Estimates":
        """Average some of them, each counting the same; NaN where there are none."""
        zero = np.zeros(1, dtype=np.int64)
        if not which.any():
            return _Estimates(zero, np.array([np.nan]), np.full((len(self.influence), 1), np.nan))
        share = which / which.sum()
        effect, influence = share @ self.effect, self.influence @ share
        return _Estimates(zero, np.array([effect]), influence[:, None])


@dataclass(frozen=True, slots=True)
class _Cells:
    """Effects of c pairs of cohort and cycle; N people, `start` as in `contrast_cohorts`."""

    start: Ints
    cohort: Ints
    cycle: Ints
    effect: Floats
    influence: Floats
    n: Ints
    n_controls: Ints


def estimate_callaway_santanna(
    panel: pd.DataFrame,
    *,
    outcome: str = "technical_output",
    person: str = "person_id",
    time: str = "cycle",
    cohort: str = "promoted",
    base: Base = "varying",
    controls: Controls = "never_treated",
) -> CallawaySantanna:
    """Estimate the effect of promotion on each cohort in each cycle, and its averages.

    Parameters
    ----------
    panel
        One row per person and cycle.
    outcome, person, time
        Names of its columns. Cycles sort in time.
    cohort
        Name of the column with the first cycle in the new position, the same in all rows of a
        person; missing for those who were never promoted.
    base
        What a cycle is held against. `varying`: the last cycle before the promotion, and for the
        cycles before it the one before each. A number k: the k-th cycle before, throughout.
    controls
        Those who were `never_treated`, or all who were `not_yet_treated` in either cycle.

    Returns
    -------
    CallawaySantanna
        Standard errors are analytic, from the influence of each person. Where a cell is missing,
        the person is left out of the pairs of cycles that need it and of no others. People promoted
        in the first cycle have no cycle before and are left out.

    Raises
    ------
    InputError
        If a column is missing, a person has two rows in a cycle or two cohorts.
    SettingsError
        If `base` or `controls` is none of the above.

    Examples
    --------
    Two people are promoted in cycle 2 and fall by one while the others rise by one.

    >>> panel = pd.DataFrame({
    ...     "person_id": list("aabbccdd"),
    ...     "cycle": [1, 2] * 4,
    ...     "technical_output": [5.0, 4.0, 3.0, 2.0, 1.0, 2.0, 4.0, 5.0],
    ...     "promoted": [2, 2, 2, 2, None, None, None, None],
    ... })
    >>> estimate_callaway_santanna(panel).cells[["cohort", "cycle", "effect", "n"]]
       cohort  cycle  effect  n
    0       2      2    -2.0  2
    """
    lacking = [name for name in (person, time, outcome, cohort) if name not in panel]
    if lacking:
        raise InputError(
            f"the panel has {', '.join(map(str, panel.columns)) or 'no columns'}; it lacks "
            f"{', '.join(lacking)}. Name the columns that hold person, cycle, outcome and cohort."
        )
    rows = panel.loc[panel[person].notna() & panel[time].notna()]
    cohort_of = rows[[person, cohort]].dropna().drop_duplicates()
    if rows.duplicated([person, time]).any() or cohort_of.duplicated(person).any():
        raise InputError(
            f"some people have several rows in one {time}, or several values of {cohort}. Give one "
            "row per person and cycle, and the same first cycle in all rows of a person."
        )
    cycles, people = in_time(rows[time]), in_order(rows[person].tolist())
    score = np.full((len(people), len(cycles)), np.nan)
    row_of = {each: place for place, each in enumerate(people)}
    column_of = {each: place for place, each in enumerate(cycles)}
    known = [row_of[each] for each in rows[person]], [column_of[each] for each in rows[time]]
    score[known] = rows[outcome].to_numpy(dtype=np.float64, na_value=np.nan)
    start = np.full(len(people), len(cycles))
    for each, first in zip(cohort_of[person], cohort_of[cohort], strict=True):
        start[row_of[each]] = bisect_left(cycles, first)
    return contrast_cohorts(score, start, cycles, base=base, controls=controls)


def contrast_cohorts(
    score: Floats,
    start: Ints,
    cycles: Sequence[Hashable],
    *,
    base: Base = "varying",
    controls: Controls = "never_treated",
) -> CallawaySantanna:
    """Do what `estimate_callaway_santanna` does, on a grid of people by cycles.

    Parameters
    ----------
    score : (N, T)
        The outcome, NaN where it is missing.
    start : (N,)
        First column in the new position, T for those who were never promoted.
    cycles
        Names of the columns.
    base, controls
        As `estimate_callaway_santanna` takes them.

    Returns
    -------
    CallawaySantanna

    Raises
    ------
    SettingsError
        If `base` or `controls` is none of those.
    """
    if controls not in ("never_treated", "not_yet_treated"):
        raise SettingsError(
            f"controls was given {controls!r}; never_treated or not_yet_treated is needed."
        )
    if base != "varying" and (isinstance(base, bool) or not isinstance(base, int) or base < 1):
        raise SettingsError(
            f"base was given {base!r}; 'varying' or a number of cycles before the promotion, from "
            "1, is needed."
        )
    with_base = start > 0
    return _lay_out(_contrast(score[with_base], start[with_base], base, controls), list(cycles))


def _contrast(score: Floats, start: Ints, base: Base, controls: Controls) -> _Cells:
    """Hold the change of each cohort, from its base to each cycle, against that of the controls."""
    n_people, n_cycles = score.shape
    found: list[tuple[int, int, float, int, int]] = []
    influence = []
    for cohort in np.unique(start[start < n_cycles]).tolist():
        for cycle in range(n_cycles):
            lag = 1 if base == "varying" else base
            held_against = cycle - 1 if base == "varying" and cycle < cohort else cohort - lag
            if held_against < 0 or held_against == cycle:
                continue
            spared = start == n_cycles
            if controls == "not_yet_treated":
                spared = (start > max(cycle, held_against)) & (start != cohort)
            change = score[:, cycle] - score[:, held_against]
            known = np.isfinite(change)
            treated, spared = known & (start == cohort), known & spared
            if treated.any() and spared.any():
                effect, pull = _mean_among(change, treated)
                usual, pull_of_others = _mean_among(change, spared)
                found.append((cohort, cycle, effect - usual, int(treated.sum()), int(spared.sum())))
                influence.append(pull - pull_of_others)
    table = np.array(found, dtype=np.float64).reshape(-1, 5)
    cohorts, columns, n, n_controls = table[:, [0, 1, 3, 4]].T.astype(np.int64)
    pulls = np.column_stack(influence) if influence else np.empty((n_people, 0))
    return _Cells(start, cohorts, columns, table[:, 2], pulls, n, n_controls)


def _mean_among(change: Floats, among: Bools) -> tuple[float, Floats]:
    """Average the change of some people; with the influence of each of all, times their number."""
    mean = float(change[among].mean())
    return mean, np.where(among, change - mean, 0.0) * (len(change) / among.sum())


def _averages(cells: _Cells, by: Ints, which: Bools) -> _Estimates:
    """Average cells with the same label, weighted by the size of their cohort.

    The influence counts that the sizes of cohorts are a draw as well.
    """
    start = cells.start
    size = np.bincount(start, minlength=int(start.max(initial=0)) + 1)
    labels = np.unique(by[which])
    effects, pulls = np.empty(len(labels)), np.empty((len(start), len(labels)))
    for place, label in enumerate(labels.tolist()):
        here = which & (by == label)
        cohort, effect = cells.cohort[here], cells.effect[here]
        weight = size[cohort] / size[cohort].sum()
        effects[place] = weight @ effect
        of_size = np.bincount(cohort, effect - effects[place], minlength=len(size))
        of_size *= len(start) / size[cohort].sum()
        pulls[:, place] = cells.influence[:, here] @ weight + of_size[start]
    return _Estimates(labels, effects, pulls)


def _lay_out(cells: _Cells, cycles: list[Hashable]) -> CallawaySantanna:
    """Average the cells in the four usual ways."""
    since = cells.cycle - cells.cohort
    after = since >= 0
    every = np.ones(len(since), dtype=bool)
    simple = _averages(cells, np.zeros_like(since), after)
    by_since = _averages(cells, since, every)
    by_cohort = _averages(cells, cells.cohort, after)
    by_cycle = _averages(cells, cells.cycle, after)
    means = {
        "simple": simple.mean(simple.label == 0),
        "dynamic": by_since.mean(by_since.label >= 0),
        "cohort": _mean_of_cohorts(cells, by_cohort),
        "calendar": by_cycle.mean(by_cycle.label >= 0),
    }
    frame = pd.DataFrame(
        {
            "cohort": [cycles[each] for each in cells.cohort],
            "cycle": [cycles[each] for each in cells.cycle],
            "relative_cycle": since,
            "effect": cells.effect,
            "se": _Estimates(since, cells.effect, cells.influence).se,
            "n": cells.n,
            "n_controls": cells.n_controls,
        }
    )
    people = [int(cells.n[since == each].sum()) for each in by_since.label]
    return CallawaySantanna(
        cells=frame,
        by_relative_cycle=_frame("relative_cycle", by_since.label, by_since).assign(n=people),
        by_cohort=_frame("cohort", [cycles[each] for each in by_cohort.label], by_cohort),
        by_cycle=_frame("cycle", [cycles[each] for each in by_cycle.label], by_cycle),
        overall=pd.DataFrame(
            {
                "aggregation": list(means),
                "effect": [float(each.effect[0]) for each in means.values()],
                "se": [float(each.se[0]) for each in means.values()],
            }
        ),
    )


def _mean_of_cohorts(cells: _Cells, by_cohort: _Estimates) -> _Estimates:
    """Average the cohorts by their size."""
    whole = replace(
        cells, cohort=by_cohort.label, effect=by_cohort.effect, influence=by_cohort.influence
    )
    one = _averages(
        whole, np.zeros_like(by_cohort.label), np.ones(len(by_cohort.label), dtype=bool)
    )
    return one.mean(one.label == 0)


def _frame(name: str, labels: npt.ArrayLike, estimates: _Estimates) -> pd.DataFrame:
    """Lay estimates out as rows."""
    return pd.DataFrame({name: labels, "effect": estimates.effect, "se": estimates.se})
