"""Scores: measures made comparable between people of different job families and cycles.

What comes in is a reviews frame, one row per person and cycle, with whichever of the measured
columns the sheet has. What goes out is one row per person and cycle with technical output and the
six signals of force multiplication in standard deviations (SD) of the engineers of the same cohort
and cycle.

Every column is ranked among the engineers of the cohort and the rank is read as a normal quantile,
so that units, tool changes and company-wide trends cancel. People of other tracks are placed on the
engineers' scale as if they were one of them, and stay out of it: a promotion moves nobody else.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtri

from workbench.errors import InputError
from workbench.measures.force_multiplier import EVIDENCE, FORCE_MULTIPLIER
from workbench.measures.measure import Measure
from workbench.measures.technical_output import TECHNICAL_OUTPUT
from workbench.settings import DEFAULTS

__all__ = ["score_reviews", "score_signals", "score_technical_output", "summarise_signals"]

_Floats = npt.NDArray[np.float64]
_Codes = npt.NDArray[np.int64]
_Mask = npt.NDArray[np.bool_]

_SIGNALS = tuple(signal.name for signal in FORCE_MULTIPLIER)
_HIGHEST_SCORE = 3.5
_LEAST_SIGNAL_SHARE = 1 / 3
_RECENCY = 0.7


@dataclass(frozen=True, slots=True)
class _Cohorts:
    """Whom each row is compared with.

    `grades` holds one code per row for each way of forming cohorts, narrowest first, -1 where a row
    has none; `chosen` is the grade that is large enough for the row; `reference` marks the rows of
    engineers, who make the scale.
    """

    grades: tuple[_Codes, ...]
    chosen: _Codes
    reference: _Mask


def score_reviews(reviews: pd.DataFrame, *, min_cohort: int = DEFAULTS.min_cohort) -> pd.DataFrame:
    """Score technical output and force multiplication of each person in each cycle.

    Parameters
    ----------
    reviews
        One row per person and cycle: `person_id`, `cycle`, any of the measured columns; `track`,
        `job_family`, `level`, `fte` and `leave_share` are used where they are there. Other columns,
        protected attributes among them, are not read.
    min_cohort
        Engineers of a cohort in a cycle, below which a wider cohort is taken.

    Returns
    -------
    pandas.DataFrame
        `person_id`, `cycle`, `technical_output`, `force_multiplier`, one column a signal, then
        `n_measures` and `n_signals`, the numbers of measures and signals known. In SD of the
        engineers of the cohort; missing where nothing is known, never zero. Sorted by person and
        cycle; rows without either are left out.

    Raises
    ------
    InputError
        If `person_id` or `cycle` is missing, or a person has two rows in a cycle.

    Examples
    --------
    >>> reviews = pd.DataFrame({"person_id": ["a", "b", "c"], "cycle": "2024H1",
    ...                         "commits": [10, 30, 20], "talks": [1, 0, None]})
    >>> scores = score_reviews(reviews)
    >>> scores[["technical_output", "team_learning"]].round(2).to_dict("list")
    {'technical_output': [-1.22, 1.22, 0.0], 'team_learning': [1.0, -1.0, nan]}
    """
    output = score_technical_output(reviews, min_cohort=min_cohort)
    signals = score_signals(reviews, min_cohort=min_cohort)
    return signals.assign(
        technical_output=output["technical_output"], n_measures=output["n_measures"]
    )[
        [
            "person_id",
            "cycle",
            "technical_output",
            "force_multiplier",
            *_SIGNALS,
            "n_measures",
            "n_signals",
        ]
    ]


def score_technical_output(
    reviews: pd.DataFrame, *, min_cohort: int = DEFAULTS.min_cohort
) -> pd.DataFrame:
    """Score the technical output of each person in each cycle.

    The score is the weighted mean of the measures that are there, each as a normal quantile of its
    rank among the engineers of the same job family and cycle, standardised again so that those
    engineers have mean 0 and SD 1. A manager is compared with the job family of their last
    engineering cycle. The level is not used: a person who grows is meant to rise.

    A family is its own cohort in a cycle with `min_cohort` engineers; otherwise the engineers of
    all families are the cohort. A family that reached `min_cohort` in any cycle stays its own with
    half as many, so that one near the threshold does not change cohorts back and forth.

    Parameters
    ----------
    reviews
        One row per person and cycle: `person_id`, `cycle`, any columns of `TECHNICAL_OUTPUT`;
        `track`, `job_family`, `fte` and `leave_share` are used where they are there.
    min_cohort
        Engineers of a job family in a cycle, below which all families are one cohort.

    Returns
    -------
    pandas.DataFrame
        `person_id`, `cycle`, `technical_output` (SD; missing without any measure), `n_measures`.

    Raises
    ------
    InputError
        If `person_id` or `cycle` is missing, or a person has two rows in a cycle.

    Examples
    --------
    >>> reviews = pd.DataFrame({"person_id": ["a", "b"], "cycle": "2024H1", "commits": [10, 30]})
    >>> score_technical_output(reviews)["technical_output"].tolist()
    [-1.0, 1.0]
    """
    rows = _sort_rows(reviews)
    cohorts = _find_cohorts(rows, ("job_family",), min_cohort)
    weights = pd.Series({measure.name: measure.weight for measure in TECHNICAL_OUTPUT})

    def combine(ranked: pd.DataFrame) -> pd.DataFrame:
        weight = weights.reindex(ranked.columns).to_numpy(float)
        present = ranked.notna().to_numpy(float) @ weight
        total = ranked.fillna(0.0).to_numpy(float) @ weight
        mean = np.divide(total, present, out=np.full(len(ranked), np.nan), where=present > 0)
        return pd.DataFrame({"technical_output": mean}, index=ranked.index)

    scores, n_known = _score(rows, TECHNICAL_OUTPUT, combine, ("technical_output",), cohorts)
    return pd.concat([rows[["person_id", "cycle"]], scores, n_known.rename("n_measures")], axis=1)


def score_signals(reviews: pd.DataFrame, *, min_cohort: int = DEFAULTS.min_cohort) -> pd.DataFrame:
    """Score the six signals of force multiplication of each person in each cycle.

    Each piece of evidence is ranked among the engineers of the same job family, level and cycle, or
    of the family, or of the cycle, whichever is the first that is large enough; a signal is the
    mean of its pieces of evidence that are there, standardised again.

    Parameters
    ----------
    reviews
        One row per person and cycle: `person_id`, `cycle`, any columns of `EVIDENCE`; `track`,
        `job_family`, `level`, `fte` and `leave_share` are used where they are there.
    min_cohort
        Engineers of a cohort in a cycle, below which a wider cohort is taken.

    Returns
    -------
    pandas.DataFrame
        `person_id`, `cycle`, `force_multiplier` (mean of the signals that are there; missing under
        a third of them), one column a signal, `n_signals`.

    Raises
    ------
    InputError
        If `person_id` or `cycle` is missing, or a person has two rows in a cycle.

    Examples
    --------
    >>> reviews = pd.DataFrame({"person_id": ["a", "b"], "cycle": "2024H1",
    ...                         "rework_rate": [0.1, 0.3]})
    >>> score_signals(reviews)["durable_solutions"].tolist()
    [1.0, -1.0]
    """
    rows = _sort_rows(reviews)
    cohorts = _find_cohorts(rows, ("job_family", "level"), min_cohort)

    def combine(ranked: pd.DataFrame) -> pd.DataFrame:
        return pd.DataFrame({signal.name: signal.function(ranked) for signal in FORCE_MULTIPLIER})

    signals, _ = _score(rows, EVIDENCE, combine, _SIGNALS, cohorts)
    n_signals = signals.notna().sum(axis=1)
    enough = n_signals >= _LEAST_SIGNAL_SHARE * len(_SIGNALS)
    return pd.concat(
        [
            rows[["person_id", "cycle"]],
            signals.mean(axis=1).where(enough).rename("force_multiplier"),
            signals,
            n_signals.rename("n_signals"),
        ],
        axis=1,
    )


def summarise_signals(
    scores: pd.DataFrame, *, recent_cycles: int = DEFAULTS.recent_cycles
) -> pd.DataFrame:
    """Average each person's scores over the latest cycles, as input for finding candidates.

    Parameters
    ----------
    scores
        One row per person and cycle, as from `score_reviews`.
    recent_cycles
        How many of the latest cycles of the panel count. Each cycle back weighs 0.7 of the next.

    Returns
    -------
    pandas.DataFrame
        One row per person with a row in those cycles: `person_id`, `technical_output`, one column a
        signal (missing where no cycle has it), and `evidence_share`, the share of these columns
        that are known, among those known for anybody.

    Raises
    ------
    InputError
        If `person_id` or `cycle` is missing.

    Examples
    --------
    >>> scores = pd.DataFrame({"person_id": "a", "cycle": ["2023H2", "2024H1"],
    ...                        "technical_output": [0.0, 1.7], "team_learning": [0.4, None]})
    >>> summary = summarise_signals(scores)
    >>> summary[["technical_output", "team_learning", "evidence_share"]].round(2).values.tolist()
    [[1.0, 0.4, 1.0]]
    """
    _require(scores, ("person_id", "cycle"))
    known = scores.dropna(subset=["person_id", "cycle"])
    age = _ages(known["cycle"])
    recent = known[age < recent_cycles].reset_index(drop=True)
    weight = pd.Series(_RECENCY ** age[age < recent_cycles])
    columns = ["technical_output", *_SIGNALS]
    values = recent.reindex(columns=columns).astype(float)
    persons = recent["person_id"]
    total = values.mul(weight, axis=0).groupby(persons).sum(min_count=1)
    weights = values.notna().mul(weight, axis=0).groupby(persons).sum()
    summary = (total / weights.where(weights > 0)).sort_index()
    anybody = summary.notna().any()
    share = summary.loc[:, anybody].notna().mean(axis=1) if anybody.any() else 0.0
    return summary.assign(evidence_share=share).rename_axis("person_id").reset_index()


def _ages(cycles: pd.Series) -> _Codes:
    """Count how many cycles before the latest one of the panel each row lies."""
    order, found = pd.factorize(cycles, sort=True)
    return np.asarray(len(found) - 1 - order, dtype=np.int64)


def _require(frame: pd.DataFrame, columns: Sequence[str]) -> None:
    """Refuse a frame without the columns that name its rows."""
    absent = [column for column in columns if column not in frame]
    if absent:
        raise InputError(
            f"the table has no column {' and no column '.join(absent)}; it has: "
            f"{', '.join(map(str, frame.columns)) or 'no columns at all'}. "
            "Give one row per person and cycle, with the columns person_id and cycle."
        )


def _sort_rows(reviews: pd.DataFrame) -> pd.DataFrame:
    """Bring the rows into one order, whatever order they came in."""
    _require(reviews, ("person_id", "cycle"))
    keys = ["person_id", "cycle"]
    rows = reviews.dropna(subset=keys).sort_values(keys, kind="stable", ignore_index=True)
    repeated = rows.duplicated(keys)
    if repeated.any():
        person, cycle = rows.loc[repeated, keys].iloc[0]
        raise InputError(
            f"person {person} has more than one row in cycle {cycle} ({int(repeated.sum())} rows "
            "are repeated in all); give one row per person and cycle."
        )
    return rows


def _find_cohorts(rows: pd.DataFrame, by: Sequence[str], min_cohort: int) -> _Cohorts:
    """Find whom each row is compared with: the narrowest cohort that is large enough."""
    cycle = _codes(rows["cycle"])
    reference = _find_reference(rows, cycle, min_cohort)
    grades, large = [cycle], [np.ones(len(rows), dtype=bool)]
    codes, slots = cycle, np.zeros(len(rows), dtype=np.int64)
    for column in by:
        if column not in rows:
            continue
        labels = _engineering_family(rows) if column == "job_family" else rows[column]
        label = _codes(labels)
        # A row without a family has no narrower cohort either: -1 crossed with anything is -1.
        slots = _cross(slots, label)
        codes = _cross(codes, label)
        grades.append(codes)
        large.append(_is_large(codes, slots, reference, min_cohort))
    grades, large = grades[::-1], large[::-1]
    chosen = np.argmax(np.stack(large), axis=0).astype(np.int64)
    return _Cohorts(tuple(grades), chosen, reference)


def _codes(labels: pd.Series) -> _Codes:
    """Give each label a number; -1 where there is none."""
    return np.asarray(pd.factorize(labels)[0], dtype=np.int64)


def _cross(first: _Codes, second: _Codes) -> _Codes:
    """Give each pair of two codings a number; -1 where either is."""
    both = np.where((first < 0) | (second < 0), -1, first * (second.max(initial=0) + 1) + second)
    found, codes = np.unique(both, return_inverse=True)
    return np.asarray(codes - int(found.size > 0 and found[0] == -1), dtype=np.int64)


def _find_reference(rows: pd.DataFrame, cycle: _Codes, min_cohort: int) -> _Mask:
    """Mark the engineers; everyone in a cycle in which there are too few, or without tracks."""
    if "track" not in rows:
        return np.ones(len(rows), dtype=bool)
    engineers = rows["track"].eq("engineer").fillna(False).to_numpy(bool)
    enough = _is_large(cycle, np.zeros(len(rows), dtype=np.int64), engineers, min_cohort)
    return np.where(enough, engineers, True)


def _is_large(codes: _Codes, slots: _Codes, reference: _Mask, min_cohort: int) -> _Mask:
    """Tell which rows lie in a cohort with enough engineers, or half as many if it once had them.

    `codes` number the cohorts of a cycle, `slots` the same cohorts whatever the cycle.
    """
    inside = codes >= 0
    sizes = np.bincount(codes[inside & reference], minlength=codes.max(initial=-1) + 1)
    first = pd.Series(slots[inside]).groupby(codes[inside]).first()
    largest = pd.Series(sizes).groupby(first.to_numpy()).max().to_numpy()
    large = np.zeros(len(codes), dtype=bool)
    large[inside] = (largest[slots[inside]] >= min_cohort) & (
        sizes[codes[inside]] >= min_cohort / 2
    )
    return large


def _engineering_family(rows: pd.DataFrame) -> pd.Series:
    """Take the family of the last engineering cycle so far, else of the first, else their own."""
    family = rows["job_family"].astype(object)
    if "track" not in rows:
        return family
    engineering = family.where(rows["track"].eq("engineer").fillna(False).to_numpy(bool))
    person = rows["person_id"]
    so_far = engineering.groupby(person).ffill()
    return so_far.fillna(so_far.groupby(person).bfill()).fillna(family)


def _score(
    rows: pd.DataFrame,
    measures: Sequence[Measure],
    combine: Callable[[pd.DataFrame], pd.DataFrame],
    names: Sequence[str],
    cohorts: _Cohorts,
) -> tuple[pd.DataFrame, pd.Series]:
    """Rank each measure in each row's cohort, combine the ranks, and standardise the result."""
    scores = np.full((len(rows), len(names)), np.nan)
    n_known = np.zeros(len(rows), dtype=np.int64)
    dense = {
        measure.name: _dense_ranks(measure.function(rows), measure.higher_is == "worse")
        for measure in measures
        if any(field in rows for field in measure.needs)
    }
    for grade, codes in enumerate(cohorts.grades):
        # A wide cohort is ranked whole, with people whose own score comes from a narrower one.
        wanted = cohorts.chosen == grade
        needed = np.isin(codes, codes[wanted]) & (codes >= 0)
        if not needed.any():
            continue
        group, reference = codes[needed], cohorts.reference[needed]
        ranked = pd.DataFrame(
            {name: _rank_normal(dense[name][needed], group, reference) for name in dense},
            index=np.flatnonzero(needed),
            dtype=float,
        )
        combined = combine(ranked)
        pick = wanted[needed]
        for place, name in enumerate(names):
            standard = _standardise(combined[name].to_numpy(float), group, reference)
            scores[np.flatnonzero(needed)[pick], place] = standard[pick]
        n_known[np.flatnonzero(needed)[pick]] = ranked.notna().sum(axis=1).to_numpy()[pick]
    return pd.DataFrame(scores, columns=list(names)), pd.Series(n_known)


def _dense_ranks(values: pd.Series, reverse: bool) -> _Codes:
    """Give each different value its place in order; -1 where missing.

    Values that differ by rounding only are one: 3 in six tenths of a cycle ties with 5 in a whole.
    """
    numbers = values.to_numpy(float)
    known = ~np.isnan(numbers)
    found, inverse = np.unique(numbers[known], return_inverse=True)
    apart = np.diff(found) > 1e-11 * np.abs(found[1:])
    places = np.concatenate([[0], np.cumsum(apart)])[inverse]
    codes = np.full(len(numbers), -1, dtype=np.int64)
    codes[known] = places.max(initial=0) - places if reverse else places
    return codes


def _rank_normal(ranks: _Codes, group: _Codes, reference: _Mask) -> _Floats:
    """Turn values into normal quantiles of their mid-rank among the reference of their group.

    A row outside the reference is ranked as if it had joined it. Where the reference of a group has
    fewer than two different values, the measure tells nothing and is missing.
    """
    result = np.full(len(ranks), np.nan)
    known = ranks >= 0
    # One sort of (group, value) pairs serves every group at once; the rest counts along it.
    width = int(ranks.max(initial=0)) + 1
    key, inside = group[known] * width + ranks[known], reference[known]
    order = np.argsort(key, kind="stable")
    key, inside = key[order], inside[order]
    start = np.flatnonzero(np.diff(key, prepend=-1))
    run = np.repeat(np.arange(len(start)), np.diff(start, append=len(key)))
    before = np.concatenate([[0], np.cumsum(inside)])
    end = np.append(start[1:], len(key))
    owner = key[start] // width
    edges = np.flatnonzero(np.diff(owner, prepend=-1))
    piece = np.repeat(np.arange(len(edges)), np.diff(edges, append=len(start)))
    first, last = before[start][edges], before[end][np.append(edges[1:], len(start)) - 1]
    equal = before[end] - before[start]
    different = np.bincount(piece, weights=equal > 0, minlength=len(edges))
    n_others = (last - first)[piece][run] - inside
    lower = (before[start] - first[piece])[run]
    # Over the others and oneself, so that joining the reference or not makes no difference.
    share = (lower + (equal[run] - inside) / 2 + 0.5) / (n_others + 1)
    quantile = np.clip(ndtri(share), -_HIGHEST_SCORE, _HIGHEST_SCORE)
    placed = np.empty(len(key))
    placed[order] = np.where(different[piece][run] >= 2, quantile, np.nan)
    result[known] = placed
    return result


def _standardise(values: _Floats, group: _Codes, reference: _Mask) -> _Floats:
    """Shift and scale the values so that the reference of each group has mean 0 and SD 1."""
    use = reference & ~np.isnan(values)
    n_groups = int(group.max(initial=-1)) + 1
    n = np.bincount(group[use], minlength=n_groups)
    count = np.maximum(n, 1)
    mean = np.bincount(group[use], weights=values[use], minlength=n_groups) / count
    apart = values - mean[group]
    variance = np.bincount(group[use], weights=apart[use] ** 2, minlength=n_groups) / count
    # Measures that cancel each other out exactly leave rounding noise, not a spread.
    deviation = np.where(variance > 1e-18, np.sqrt(variance), np.nan)
    return apart / deviation[group]
