"""Standings: how many of their cohort each person lies above, in every measure and cycle.

What comes in is a reviews frame, one row per person and cycle; what goes out is one row per person,
cycle, measure and signal on which the measure bears, so that a finding about a person can be said
with the value, the share of whom that lies lower, who they are and how many.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.measures.added_signals import measures_of_output
from workbench.measures.cohort_scores import order_measures, read_measures, visit
from workbench.measures.cohorts import Cohorts, find_cohorts, name_cohorts
from workbench.measures.force_multiplier import EVIDENCE, FORCE_MULTIPLIER
from workbench.measures.measure import Measure
from workbench.measures.ranking import count_around
from workbench.measures.rows import count_cycles_back, sort_rows
from workbench.settings import DEFAULTS

__all__ = ["place_in_cohorts"]

_Counts = npt.NDArray[np.int64]


def place_in_cohorts(
    reviews: pd.DataFrame,
    *,
    min_cohort: int = DEFAULTS.min_cohort,
    extra: Sequence[Measure] = (),
    recent_cycles: int | None = None,
) -> pd.DataFrame:
    """Place each person among their cohort, in every measure of both halves and every cycle.

    The cohort are the engineers of the same job family, level and cycle, or of the family, or of
    the cycle, whichever is the first that is large enough, and of them those known in the measure.
    What each team counts in its own way is compared within the team, where teams are known. People
    of other tracks are placed as if they had joined.

    Parameters
    ----------
    reviews
        One row per person and cycle: `person_id`, `cycle`, any columns of the measures; `track`,
        `job_family`, `level`, `team`, `fte`, `leave_share` and `employment_status` are used where
        they are there. Other columns, protected attributes among them, are not read.
    min_cohort
        Engineers of a cohort in a cycle, below which a wider cohort is taken.
    extra
        Columns that an analyst added, as from `added_measures`.
    recent_cycles
        How many of the latest cycles of the reviews to give; all of them by default.

    Returns
    -------
    pandas.DataFrame
        One row for each person, cycle, measure and signal on which the measure bears, where the
        measure is known: `person_id`, `cycle`, `measure`, `label` (the measure in words), `signal`
        (`technical_output`, one of the six or an added one), `is_count`, `value` (per full-time
        cycle where it counts something, else as recorded), `share_below` (share of the cohort that
        lies strictly lower, where more is worse strictly higher; missing without anybody to
        compare with), `share_equal` (share with the same value, oneself included), `cohort` (in
        words: "Backend, L3", "Backend", "team Apollo" or "everybody") and `n` (people of the cohort
        known in the measure, oneself included). Sorted by person, cycle, and the order of the
        measures; `measure`, `label`, `signal` and `cohort` are categories.

    Raises
    ------
    InputError
        If `person_id` or `cycle` is missing, or a person has two rows in a cycle.

    Examples
    --------
    >>> reviews = pd.DataFrame({"person_id": list("abcd"), "cycle": "2024H1",
    ...                         "talks": [0, 0, 0, 2], "rework_rate": [0.1, 0.2, 0.3, None]})
    >>> placed = place_in_cohorts(reviews)
    >>> placed[["person_id", "measure", "share_below", "n"]].round(2).values.tolist()[:3]
    [['a', 'rework_rate', 0.67, 3], ['a', 'talks', 0.0, 4], ['b', 'rework_rate', 0.33, 3]]
    """
    rows = sort_rows(reviews)
    measures, bearing = _list_bearing(extra)
    cohorts = find_cohorts(rows, ("job_family", "level"), min_cohort)
    back = count_cycles_back(rows["cycle"])
    recent = back < (len(rows) if recent_cycles is None else recent_cycles)
    values = read_measures(rows, measures)
    values[~recent] = np.nan
    order = order_measures(values, measures)
    own = np.array([measure.scale == "team" for measure in measures])
    within = _within_teams(rows, cohorts)
    lower, equal, among = _count_around(order, cohorts, ~own) + _count_around(order, within, own)
    of_pair = np.array([place for place, _ in bearing], dtype=np.int64)
    at, pair = np.nonzero((order >= 0)[:, of_pair])
    measure = of_pair[pair]
    n = among[measure, at]
    return pd.DataFrame(
        {
            "person_id": rows["person_id"].take(at).array,
            "cycle": rows["cycle"].take(at).array,
            "measure": _categories([m.name for m in measures], measure),
            "label": _categories([m.label for m in measures], measure),
            "signal": _categories([signal for _, signal in bearing], pair),
            "is_count": np.array([m.is_count for m in measures])[measure],
            "value": values[at, measure],
            "share_below": np.where(n > 1, lower[measure, at] / n, np.nan),
            "share_equal": np.where(n > 1, equal[measure, at] / n, np.nan),
            "cohort": _name(cohorts, within, own[measure], at),
            "n": n,
        }
    )


def _list_bearing(extra: Sequence[Measure]) -> tuple[list[Measure], list[tuple[int, str]]]:
    """List every column once, and by its place the signals on which it bears, in display order."""
    measures: dict[str, Measure] = {}
    bearing = []
    evidence = {piece.name: piece for piece in EVIDENCE}
    told = [(piece, "technical_output") for piece in measures_of_output(extra)]
    told += [(evidence[name], s.name) for s in FORCE_MULTIPLIER for name in s.needs]
    told += [(m, m.name) for m in extra if m.half == "force_multiplier"]
    for measure, signal in told:
        measures.setdefault(measure.name, measure)
        bearing.append((list(measures).index(measure.name), signal))
    return list(measures.values()), bearing


def _within_teams(rows: pd.DataFrame, cohorts: Cohorts) -> Cohorts:
    """Compare within the team of the cycle; as otherwise where nobody's team is known."""
    if "team" not in rows or rows["team"].isna().all():
        return cohorts
    teams = find_cohorts(rows.drop(columns="track", errors="ignore"), ("team",), 1)
    return replace(teams, reference=cohorts.reference, labels=(_name_teams(rows["team"]),))


def _name_teams(teams: pd.Series) -> pd.Series:
    """Call each team a team, once."""
    names = teams.astype("str")
    return names.where(names.str.contains("team", case=False, na=True), "team " + names)


def _count_around(order: _Counts, cohorts: Cohorts, wanted: npt.NDArray[np.bool_]) -> _Counts:
    """Count who lies lower, beside and at all: three times measures x rows, zero if not wanted."""
    counts = np.zeros((3, order.shape[1], len(order)), dtype=np.int64)
    for at, group, reference, pick in visit(cohorts):
        for place in np.flatnonzero(wanted):
            placed = count_around(order[at, place], group, reference)
            for which in range(3):
                counts[which, place, at[pick]] = placed[which][pick]
    return counts


def _categories(names: Sequence[str], codes: npt.NDArray[np.int64]) -> pd.Categorical:
    """Give the names by number, each name once."""
    each, first = pd.factorize(np.array(names, dtype=object))
    return pd.Categorical.from_codes(each[codes], categories=pd.Index(first, dtype="str"))


def _name(
    cohorts: Cohorts, within: Cohorts, own: npt.NDArray[np.bool_], at: _Counts
) -> pd.Categorical:
    """Name the cohort of each row, that of the team where the measure is the team's own."""
    wide, narrow = name_cohorts(cohorts), name_cohorts(within)
    names = [*wide.categories, *narrow.categories]
    codes = np.where(own, narrow.codes[at] + len(wide.categories), wide.codes[at])
    return _categories(names, codes.astype(np.int64))
