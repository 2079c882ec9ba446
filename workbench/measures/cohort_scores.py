"""Cohort scores: measures ranked in each row's cohort, combined, and standardised again.

What comes in are sorted rows, measures, and cohorts; what goes out are scores in standard
deviations of the cohort's engineers. Whatever is combined from the ranks is the caller's business.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.measures.cohorts import Cohorts
from workbench.measures.force_multiplier import EVIDENCE
from workbench.measures.measure import Measure
from workbench.measures.presence import find_absent
from workbench.measures.ranking import order_values, score_ranks, standardise
from workbench.measures.technical_output import TECHNICAL_OUTPUT

__all__ = ["Combine", "name_known", "order_measures", "read_measures", "score_in_cohorts", "visit"]

_Floats = npt.NDArray[np.float64]
_Codes = npt.NDArray[np.int64]
_Mask = npt.NDArray[np.bool_]
# From scores of the measures (rows x measures) and the places of their rows to combined scores.
Combine = Callable[[_Floats, _Codes], _Floats]


def read_measures(rows: pd.DataFrame, measures: Sequence[Measure]) -> _Floats:
    """Take each measure of each row, in the units of the sheet.

    Parameters
    ----------
    rows
        One row per person and cycle, sorted by both.
    measures
        What to take; those of which the rows hold nothing are missing throughout.

    Returns
    -------
    numpy.ndarray
        Rows x measures; missing too in cycles in which the person was not there.

    Examples
    --------
    >>> rows = pd.DataFrame({"person_id": ["a"], "cycle": ["2024H1"], "commits": [3], "fte": [0.5]})
    >>> read_measures(rows, TECHNICAL_OUTPUT[:2]).tolist()
    [[6.0, nan]]
    """
    counts = dict.fromkeys(m.name for m in (*TECHNICAL_OUTPUT, *EVIDENCE, *measures) if m.is_count)
    absent = find_absent(rows, tuple(counts))
    values = np.full((len(rows), len(measures)), np.nan)
    for place, measure in enumerate(measures):
        if any(field in rows for field in measure.needs):
            values[:, place] = measure.function(rows).to_numpy(float)
    values[absent] = np.nan
    return values


def order_measures(values: _Floats, measures: Sequence[Measure]) -> _Codes:
    """Give each value of each measure its place in order, the best one last; -1 where missing.

    Parameters
    ----------
    values
        Rows x measures.
    measures
        Say whether more is better.

    Returns
    -------
    numpy.ndarray
        Rows x measures.

    Examples
    --------
    >>> order_measures(np.array([[5.0], [2.0], [np.nan]]), TECHNICAL_OUTPUT[:1]).tolist()
    [[1], [0], [-1]]
    """
    places = [
        order_values(pd.Series(values[:, place]), measure.higher_is == "worse")
        for place, measure in enumerate(measures)
    ]
    return np.stack(places, axis=1) if places else np.empty((len(values), 0), dtype=np.int64)


def visit(cohorts: Cohorts) -> Iterator[tuple[_Codes, _Codes, _Mask, _Mask]]:
    """Visit the cohorts of each width, narrowest first.

    Yields
    ------
    at
        The rows of all cohorts of that width that anybody is compared with. A wide cohort is taken
        whole, with people whose own score comes from a narrower one.
    group, reference
        Their cohort, and who of them makes the scale.
    pick
        Who of them is compared with that cohort.
    """
    for grade, codes in enumerate(cohorts.grades):
        wanted = cohorts.chosen == grade
        at = np.flatnonzero(np.isin(codes, codes[wanted]) & (codes >= 0))
        if len(at):
            yield at, codes[at], cohorts.reference[at], wanted[at]


def score_in_cohorts(
    rows: pd.DataFrame,
    measures: Sequence[Measure],
    combine: Combine,
    n_scores: int,
    cohorts: Cohorts,
) -> tuple[_Floats, _Floats]:
    """Rank each measure in each row's cohort, combine the ranks, and standardise the result.

    Parameters
    ----------
    rows
        One row per person and cycle, sorted by both.
    measures
        What to rank.
    combine
        Makes `n_scores` columns of the ranked measures.
    n_scores
        How many.
    cohorts
        Whom each row is compared with.

    Returns
    -------
    scores, ranked
        The combined scores, and the ranked measures that they were made from.
    """
    order = order_measures(read_measures(rows, measures), measures)
    scores = np.full((len(rows), n_scores), np.nan)
    parts = np.full((len(rows), len(measures)), np.nan)
    for at, group, reference, pick in visit(cohorts):
        ranked = np.full((len(at), len(measures)), np.nan)
        for place in range(len(measures)):
            ranked[:, place] = score_ranks(order[at, place], group, reference)
        combined = combine(ranked, at)
        for place in range(n_scores):
            standard = standardise(combined[:, place], group, reference)
            scores[at[pick], place] = standard[pick]
        parts[at[pick]] = ranked[pick]
    return scores, parts


def name_known(known: _Mask, labels: Sequence[str]) -> pd.Categorical:
    """Name what is known in each row, in words.

    Examples
    --------
    >>> name_known(np.array([[True, True], [False, True]]), ["talks", "mentees"]).tolist()
    ['talks, mentees', 'mentees']
    """
    # Row by row there are few different patterns, so each is put in words once.
    codes = np.zeros(len(known), dtype=np.int64)
    for column in known.T:
        codes = np.asarray(pd.factorize(2 * codes + column)[0], dtype=np.int64)
    _, first, inverse = np.unique(codes, return_index=True, return_inverse=True)
    words = [
        ", ".join(label for label, there in zip(labels, known[place], strict=True) if there)
        for place in first
    ]
    # Equal labels can give two patterns the same words.
    names, same = np.unique(np.array(words, dtype=object), return_inverse=True)
    return pd.Categorical.from_codes(same[inverse], categories=pd.Index(names, dtype="str"))
