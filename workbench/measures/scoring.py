"""Scores: measures made comparable between people of different job families and cycles.

What comes in is a reviews frame, one row per person and cycle, with whichever of the measured
columns the sheet has. What goes out is one row per person and cycle with technical output and the
six signals of force multiplication in standard deviations (SD) of the engineers of the same cohort
and cycle.

Every column is ranked among the engineers of the cohort and the rank becomes a normal score, so
that units, tool changes and company-wide trends cancel. People of other tracks are placed on the
engineers' scale as if they were one of them, and stay out of it: a promotion moves nobody else.

Each question that this leaves has one file: `presence` whether somebody was there to be measured,
`cohorts` whom each is compared with, `team_scale` what a team's tools move, `linking` what becomes
of a person of whom not everything is known, `signals` what others achieve through a person,
`added_signals` what an analyst counts besides. For technical output the level is not used; it
belongs to the model of what is expected.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.measures.added_signals import measures_of_output
from workbench.measures.agreement import weigh_by_agreement
from workbench.measures.cohort_scores import name_known, score_in_cohorts
from workbench.measures.cohorts import code_labels, find_cohorts
from workbench.measures.linking import combine_linked
from workbench.measures.measure import Measure
from workbench.measures.rows import sort_rows
from workbench.measures.signals import SIGNALS, score_signals
from workbench.measures.team_scale import equate_teams, find_jumps
from workbench.measures.technical_output import TECHNICAL_OUTPUT
from workbench.settings import DEFAULTS

__all__ = [
    "find_tool_changes",
    "known_measures",
    "score_reviews",
    "score_technical_output",
    "weigh_measures",
]

_Floats = npt.NDArray[np.float64]
_Codes = npt.NDArray[np.int64]


def score_reviews(
    reviews: pd.DataFrame,
    *,
    min_cohort: int = DEFAULTS.min_cohort,
    extra: Sequence[Measure] = (),
    output: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Score technical output and force multiplication of each person in each cycle.

    Parameters
    ----------
    reviews
        One row per person and cycle: `person_id`, `cycle`, any of the measured columns; `track`,
        `job_family`, `level`, `fte` and `leave_share` are used where they are there. Other columns,
        protected attributes among them, are not read.
    min_cohort
        Engineers of a cohort in a cycle, below which a wider cohort is taken.
    extra
        Columns that an analyst added, as from `added_measures`: those of technical output join its
        weighted mean, each of force multiplication is a signal of its own.
    output
        What `score_technical_output` gave for the same rows, where that is known already.

    Returns
    -------
    pandas.DataFrame
        `person_id`, `cycle`, `technical_output`, `force_multiplier`, one column a signal, those
        that were added last, then `n_measures` and `n_signals`, the numbers of measures and signals
        known, and `rests_on`, the measures behind technical output in words. In SD of the engineers
        of the cohort; missing where nothing is known, never zero. Sorted by person and cycle; rows
        without either are left out.

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
    {'technical_output': [-1.22, 1.22, -0.0], 'team_learning': [1.0, -1.0, nan]}
    """
    if output is None:
        measures = measures_of_output(extra)
        output = score_technical_output(reviews, min_cohort=min_cohort, measures=measures)
    signals = score_signals(reviews, min_cohort=min_cohort, extra=extra)
    told = output[["technical_output", "n_measures", "rests_on"]]
    added = [measure.name for measure in extra if measure.half == "force_multiplier"]
    order = ["technical_output", "force_multiplier", *SIGNALS, *added, "n_measures", "n_signals"]
    return pd.concat([signals, told], axis=1)[["person_id", "cycle", *order, "rests_on"]]


def known_measures(
    reviews: pd.DataFrame, measures: Sequence[Measure] = TECHNICAL_OUTPUT
) -> tuple[Measure, ...]:
    """Find the measures of which the reviews hold anything.

    Parameters
    ----------
    reviews
        One row per person and cycle.
    measures
        The measures to look for.

    Returns
    -------
    tuple of Measure
        Those with a value in any row, in the order given. To see what a result is without one of
        them, score the reviews with the others.

    Examples
    --------
    >>> reviews = pd.DataFrame({"person_id": ["a", "b"], "cycle": "2024H1", "commits": [10, 30],
    ...                         "pull_requests": None, "technical_rating": [4, 3]})
    >>> known = known_measures(reviews)
    >>> [measure.name for measure in known]
    ['commits', 'technical_rating']
    >>> without = [measure for measure in known if measure.name != "commits"]
    >>> score_technical_output(reviews, measures=without)["rests_on"].tolist()
    ['technical rating', 'technical rating']
    """
    there = [measure for measure in measures if any(field in reviews for field in measure.needs)]
    return tuple(measure for measure in there if measure.function(reviews).notna().any())


def score_technical_output(
    reviews: pd.DataFrame,
    *,
    min_cohort: int = DEFAULTS.min_cohort,
    measures: Sequence[Measure] = TECHNICAL_OUTPUT,
) -> pd.DataFrame:
    """Score the technical output of each person in each cycle.

    The score is the weighted mean of the measures, each as a normal score of its rank among the
    engineers of the same job family and cycle, standardised again so that those engineers have mean
    0 and SD 1. A manager is compared with the job family of their last engineering cycle. The level
    is not used: a person who grows is meant to rise.

    A family is its own cohort in a cycle with `min_cohort` engineers; otherwise the engineers of
    all families are the cohort. A family that reached `min_cohort` in any cycle stays its own with
    half as many, so that one near the threshold does not change cohorts back and forth.

    Where a measure is missing, the others stand for it, each held against the person's own profile
    in other cycles: knowing less moves nobody's score, it only makes it less certain. Cycles after
    somebody left are missing. Measures that each team counts in its own way, and those that a
    change of tools moved in one team, are set to the level of that team's other measures.

    Parameters
    ----------
    reviews
        One row per person and cycle: `person_id`, `cycle`, any columns of `measures`; `track`,
        `job_family`, `team`, `fte`, `leave_share` and `employment_status` are used where they are
        there.
    min_cohort
        Engineers of a job family in a cycle, below which all families are one cohort.
    measures
        What to score, with its weights: some of `TECHNICAL_OUTPUT`, to leave others out, or your
        own.

    Returns
    -------
    pandas.DataFrame
        `person_id`, `cycle`, `technical_output` (SD; missing without any measure), `n_measures`,
        `weight_share` (the weight of the measures known of the person in that cycle, as a share of
        the weight of those known of anyone) and `rests_on` (those measures in words).

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
    rows = sort_rows(reviews)
    scored = _score_output(rows, min_cohort, measures)
    known = ~np.isnan(scored.ranked)
    weights = np.array([measure.weight for measure in measures], dtype=float)
    anyone = weights[known.any(axis=0)].sum()
    return rows[["person_id", "cycle"]].assign(
        technical_output=scored.scores[:, 0],
        n_measures=known.sum(axis=1),
        weight_share=known @ weights / anyone if anyone else 0.0,
        rests_on=name_known(known, [measure.label for measure in measures]),
    )


def weigh_measures(
    reviews: pd.DataFrame,
    *,
    min_cohort: int = DEFAULTS.min_cohort,
    measures: Sequence[Measure] = TECHNICAL_OUTPUT,
) -> tuple[Measure, ...]:
    """Take weights from the data: measures that move together within persons count for more.

    A score with these weights has less noise where measures differ in it. It also means something
    else: what is mostly counted counts mostly, and a rating that sees what no count sees weighs
    little. So the declared weights stand unless you decide otherwise.

    Parameters
    ----------
    reviews, min_cohort, measures
        As for `score_technical_output`.

    Returns
    -------
    tuple of Measure
        The measures known in the reviews, their weights replaced but with the same sum; with their
        declared weights where there are fewer than three, or too few rows to tell.

    Examples
    --------
    >>> import workbench
    >>> company = workbench.make_company(people=200, cycles=6, seed=1)
    >>> reviews = workbench.load(company.tables).panel.reviews
    >>> weighed = weigh_measures(reviews)
    >>> weight = {measure.name: measure.weight for measure in weighed}
    >>> weight["technical_rating"] > weight["incidents_resolved"]
    True
    >>> scores = score_technical_output(reviews, measures=weighed)
    """
    rows = sort_rows(reviews)
    known = known_measures(rows, measures)
    scored = _score_output(rows, min_cohort, known)
    engineers = find_cohorts(rows, ("job_family",), min_cohort).reference
    weights = weigh_by_agreement(scored.ranked, code_labels(rows["person_id"]), engineers)
    if weights is None:
        return known
    total = sum(measure.weight for measure in known) / len(known)
    return tuple(
        replace(measure, weight=float(weight * total))
        for measure, weight in zip(known, weights, strict=True)
    )


def find_tool_changes(
    reviews: pd.DataFrame,
    *,
    min_cohort: int = DEFAULTS.min_cohort,
    measures: Sequence[Measure] = TECHNICAL_OUTPUT,
) -> pd.DataFrame:
    """Find teams in which one measure jumped for everyone while the others stood.

    Scoring takes these for a change of tools: from then on, and before, the measure is compared
    within the team only.

    Parameters
    ----------
    reviews, min_cohort, measures
        As for `score_technical_output`. Without a column `team` there is nothing to find.

    Returns
    -------
    pandas.DataFrame
        `team`, `measure`, `cycle` (the first one after the jump), `jump` (SD of the measure).

    Examples
    --------
    >>> find_tool_changes(pd.DataFrame({"person_id": ["a"], "cycle": [1], "commits": [3]})).columns
    Index(['team', 'measure', 'cycle', 'jump'], dtype='str')
    """
    rows = sort_rows(reviews)
    found = _score_output(rows, min_cohort, measures).jumps
    labels = pd.factorize(rows["team"])[1].tolist() if "team" in rows else []
    cycles = pd.factorize(rows["cycle"], sort=True)[1]
    table = pd.DataFrame(
        {
            "team": pd.Series([labels[team] for team, *_ in found], dtype=object),
            "measure": pd.Series([measures[place].name for _, place, *_ in found], dtype="str"),
            "cycle": pd.Series([cycles[since] for _, _, since, _ in found], dtype=object),
            "jump": pd.Series([jump for *_, jump in found], dtype=float),
        }
    )
    return table.drop_duplicates(["team", "measure"], ignore_index=True)


@dataclass(frozen=True, slots=True)
class _Scored:
    """Technical output (rows x 1), the measures behind it (rows x measures), what jumped."""

    scores: _Floats
    ranked: _Floats
    jumps: list[tuple[int, int, int, float]]  # team, measure, first cycle after, how far


def _score_output(rows: pd.DataFrame, min_cohort: int, measures: Sequence[Measure]) -> _Scored:
    """Rank the measures, take out what the teams' tools do, and combine what is left."""
    cohorts = find_cohorts(rows, ("job_family",), min_cohort)
    weights = np.array([measure.weight for measure in measures], dtype=float)
    declared = np.array([measure.scale == "team" for measure in measures], dtype=bool)
    person = code_labels(rows["person_id"])
    cycle = np.asarray(pd.factorize(rows["cycle"], sort=True)[0], dtype=np.int64)
    team = code_labels(rows["team"]) if "team" in rows else np.full(len(rows), -1)
    jumps: list[tuple[int, int, int, float]] = []

    def combine(scores: _Floats, at: _Codes) -> _Floats:
        where = team[at], cycle[at], cohorts.reference[at]
        jump, since = find_jumps(scores, weights, person[at], *where)
        places = zip(*np.nonzero(since >= 0), strict=True)
        jumps.extend((j, m, int(since[j, m]), float(jump[j, m])) for j, m in places)
        level = equate_teams(scores, weights, (since >= 0) | declared, *where)
        return combine_linked(level, weights, person[at], cohorts.reference[at])[:, None]

    scores, ranked = score_in_cohorts(rows, measures, combine, 1, cohorts)
    return _Scored(scores, ranked, jumps)
