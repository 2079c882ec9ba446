"""Signals: what others achieve through a person, scored, summarised, and with its evidence named.

What comes in are reviews, scores or standings, one row per person and cycle or finer; what goes out
are the six signals of force multiplication and those that an analyst added, in standard deviations
(SD) of the engineers of the same cohort and cycle, and what each of them rests on.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.measures.cohort_scores import name_known, score_in_cohorts
from workbench.measures.cohorts import find_cohorts
from workbench.measures.force_multiplier import EVIDENCE, FORCE_MULTIPLIER
from workbench.measures.measure import Measure
from workbench.measures.rows import count_cycles_back, require_columns, sort_rows
from workbench.settings import DEFAULTS

__all__ = ["SIGNALS", "name_evidence", "score_signals", "summarise_signals"]

_Floats = npt.NDArray[np.float64]
_Codes = npt.NDArray[np.int64]

SIGNALS: tuple[str, ...] = tuple(signal.name for signal in FORCE_MULTIPLIER)
_LEAST_SIGNAL_SHARE = 1 / 3


def score_signals(
    reviews: pd.DataFrame,
    *,
    min_cohort: int = DEFAULTS.min_cohort,
    extra: Sequence[Measure] = (),
) -> pd.DataFrame:
    """Score the signals of force multiplication of each person in each cycle.

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
    extra
        Columns that an analyst added, as from `added_measures`; those of force multiplication are
        a signal each.

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
    rows = sort_rows(reviews)
    cohorts = find_cohorts(rows, ("job_family", "level"), min_cohort)
    added = [measure for measure in extra if measure.half == "force_multiplier"]
    names = [*SIGNALS, *(measure.name for measure in added)]
    pieces = (*EVIDENCE, *added)
    columns = [piece.name for piece in pieces]

    def combine(scores: _Floats, at: _Codes) -> _Floats:
        ranked = pd.DataFrame(scores, columns=columns)
        own = [signal.function(ranked).to_numpy(float) for signal in FORCE_MULTIPLIER]
        return np.column_stack([*own, scores[:, len(EVIDENCE) :]])

    values, _ = score_in_cohorts(rows, pieces, combine, len(names), cohorts)
    signals = pd.DataFrame(values, columns=names)
    n_signals = signals.notna().sum(axis=1)
    enough = n_signals >= _LEAST_SIGNAL_SHARE * len(names)
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
    scores: pd.DataFrame,
    *,
    recent_cycles: int = DEFAULTS.recent_cycles,
    cycle_weight: float = DEFAULTS.cycle_weight,
    extra: Sequence[Measure] = (),
) -> pd.DataFrame:
    """Average each person's scores over the latest cycles, as input for finding candidates.

    Parameters
    ----------
    scores
        One row per person and cycle, as from `score_reviews`.
    recent_cycles
        How many of the latest cycles of the panel count.
    cycle_weight
        What a cycle weighs, relative to the one after it. Where a person's latest cycle says
        nothing, the earlier ones stand for it.
    extra
        What the scores were made with beside the usual measures.

    Returns
    -------
    pandas.DataFrame
        One row per person with a row in those cycles: `person_id`, `technical_output`, one column a
        signal (missing where no cycle has it), and `evidence_share`, how much of what is known of
        anybody in these cycles is known of the person: one who came in the latest of four cycles
        has far less than half of it, however much that cycle says.

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
    require_columns(scores, ("person_id", "cycle"))
    known = scores.dropna(subset=["person_id", "cycle"])
    age = count_cycles_back(known["cycle"])
    recent = known[age < recent_cycles].reset_index(drop=True)
    weight = pd.Series(cycle_weight ** age[age < recent_cycles].astype(float))
    added = [measure.name for measure in extra if measure.half == "force_multiplier"]
    values = recent.reindex(columns=["technical_output", *SIGNALS, *added]).astype(float)
    persons = recent["person_id"]
    total = values.mul(weight, axis=0).groupby(persons).sum(min_count=1)
    weights = values.notna().mul(weight, axis=0).groupby(persons).sum()
    summary = (total / weights.where(weights > 0)).sort_index()
    cycle = recent["cycle"]
    known_then = values.notna().groupby(cycle).any().sum(axis=1)
    anybody = float((known_then * weight.groupby(cycle).first()).sum())
    share = weights.sum(axis=1).reindex(summary.index) / anybody if anybody else 0.0
    return summary.assign(evidence_share=share).rename_axis("person_id").reset_index()


def name_evidence(
    standings: pd.DataFrame, *, recent_cycles: int = DEFAULTS.recent_cycles
) -> pd.DataFrame:
    """Name what each signal of each person rests on, over the latest cycles.

    A signal that rests on the count of one activity says little: who is asked for it, and what is
    counted, moves it as much as what the person achieves. (Forsgren and others, "The SPACE of
    developer productivity", 2021: no single activity is a measure.)

    Parameters
    ----------
    standings
        As from `place_in_cohorts`: `person_id`, `cycle`, `measure`, `label`, `signal`, `is_count`.
    recent_cycles
        How many of the latest cycles of the standings count.

    Returns
    -------
    pandas.DataFrame
        One row per person and signal of which anything is known: `person_id`, `signal`, `rests_on`
        (the measures in words, joined by commas), `n_evidence` (how many), `of` (how many measures
        of the signal are known of anybody in those cycles), `one_count` (whether it rests on one
        activity count alone). Sorted by person, signals in the order of the standings' measures.

    Raises
    ------
    InputError
        If one of those columns is missing.

    Examples
    --------
    >>> standings = pd.DataFrame({"person_id": ["a", "a", "b"], "cycle": "2024H1",
    ...                           "measure": ["talks", "mentees", "talks"], "is_count": True,
    ...                           "label": ["talks", "mentees", "talks"],
    ...                           "signal": "team_learning"})
    >>> name_evidence(standings)[["rests_on", "n_evidence", "of", "one_count"]].values.tolist()
    [['talks, mentees', 2, 2, False], ['talks', 1, 2, True]]
    """
    needed = ("person_id", "cycle", "measure", "label", "signal", "is_count")
    require_columns(standings, needed)
    recent = standings[count_cycles_back(standings["cycle"]) < recent_cycles]
    person, persons = pd.factorize(recent["person_id"], sort=True)
    keys = pd.DataFrame({key: _code_in_order(recent[key]) for key in ("signal", "measure")})
    pair = keys["signal"] * (keys["measure"].max() + 1) + keys["measure"] if len(keys) else []
    places, first = np.unique(pair, return_index=True)
    pairs = recent.iloc[first]
    there = np.zeros((len(persons), len(places)), dtype=bool)
    there[person, np.searchsorted(places, pair)] = True
    counts = pairs["is_count"].to_numpy(bool)
    parts = []
    for order, (signal, columns) in enumerate(pairs.groupby("signal", sort=False).indices.items()):
        known = there[:, columns]
        n = known.sum(axis=1)
        words = name_known(known, pairs["label"].iloc[columns].astype(str).tolist())
        alone = (n == 1) & (known & counts[columns]).any(axis=1)
        part = pd.DataFrame(
            {
                "person_id": persons,
                "signal": str(signal),
                "rests_on": words.astype("str"),
                "n_evidence": n,
                "of": len(columns),
                "one_count": alone,
                "order": order,
            }
        )
        parts.append(part[n > 0])
    if not parts:
        return _no_evidence()
    named = pd.concat(parts, ignore_index=True)
    named = named.sort_values(["person_id", "order"], ignore_index=True, kind="stable")
    return pd.DataFrame(named.drop(columns="order"))


def _code_in_order(column: pd.Series) -> _Codes:
    """Give each value a number: as the categories are ordered, else as they come."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return np.asarray(column.cat.codes, dtype=np.int64)
    return np.asarray(pd.factorize(column)[0], dtype=np.int64)


def _no_evidence() -> pd.DataFrame:
    """Give a table without rows."""
    dtypes = {
        "person_id": "str",
        "signal": "str",
        "rests_on": "str",
        "n_evidence": "int64",
        "of": "int64",
        "one_count": "bool",
    }
    return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in dtypes.items()})
