"""Signals of a pool as one matrix: people by signals, by rank.

What comes in is one row per person with numeric columns; what goes out are the people in one order,
and their signals as normal quantiles of ranks, so that heavy tails, units and skewed counts do not
decide who is like whom. Protected attributes and pay never get in, even where somebody leaves them
in the frame.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtri
from scipy.stats import rankdata

from workbench.analyses.groups.mixtures import HIGHEST_SCORE
from workbench.analyses.people.spelling import count_people, spell
from workbench.analyses.pool import rank_levels
from workbench.analyses.resemblance.roles import SIGNALS
from workbench.errors import InputError
from workbench.protected import is_pay, is_protected

__all__ = ["SignalMatrix", "read_signals"]

_Floats = npt.NDArray[np.float64]
_Mask = npt.NDArray[np.bool_]

# Known columns that are no signal, those of the results among them.
_NOT_SIGNALS = frozenset(
    "person_id cycle level job_family evidence_share n_measures n_signals weight_share "
    "rests_on cluster role similarity stability n".split()
)
_LEAST_LEVELS = 3
_MOST_AT_TOP = 0.05


@dataclass(frozen=True, slots=True)
class SignalMatrix:
    """The people of a pool in one order.

    Attributes
    ----------
    persons
        Their `person_id`, sorted.
    scores
        One column a signal: normal quantiles of the mid-ranks, missing where unknown.
    shares_below
        The share of the pool that lies below each, from 0 to 1.
    evidence_share
        How much of the evidence is known of each person, from 0 to 1.
    levels
        The levels as numbers that grow, missing where they have no order.
    level_names
        The levels as they are written.
    top_level
        Who holds the highest level, where few do.
    notes
        What was left out, in sentences.
    """

    persons: pd.Index
    scores: pd.DataFrame
    shares_below: pd.DataFrame
    evidence_share: _Floats
    levels: _Floats
    level_names: tuple[str, ...]
    top_level: _Mask
    notes: tuple[str, ...]

    @property
    def has_levels(self) -> bool:
        """Tell whether there is a highest level that opens the top rungs."""
        return bool(self.top_level.any())


def read_signals(signals: pd.DataFrame) -> SignalMatrix:
    """Bring the people into one order and their signals onto one scale.

    Parameters
    ----------
    signals
        One row per person: `person_id`, numeric columns and, if known, `level` and
        `evidence_share`, without which the share of the signals counts that are known. Several rows
        of a person are averaged.

    Returns
    -------
    SignalMatrix

    Raises
    ------
    InputError
        If `person_id`, or any numeric column beside it, is missing.

    Examples
    --------
    >>> read = read_signals(pd.DataFrame({"person_id": ["b", "a"], "talks": [1, 9], "age": 40}))
    >>> read.persons.tolist(), read.shares_below["talks"].tolist()
    (['a', 'b'], [0.5, 0.0])
    """
    values, notes = _take_values(signals)
    told = values.loc[:, values.nunique() > 1]
    unknown = [column for column in values if values[column].isna().all()]
    alike = [column for column in values if column not in told and column not in unknown]
    if unknown:
        notes.append(
            f"Not known of anybody, or alike in every cohort: {', '.join(map(spell, unknown))}."
        )
    if alike:
        notes.append(f"Left out, as nobody differs in it: {', '.join(map(spell, alike))}.")
    scores = pd.DataFrame({column: _rank_normal(told[column]) for column in told}, values.index)
    known = told.notna().to_numpy(float).sum(axis=1) / max(len(told.columns), 1)
    known = _share_over_cycles(signals, values.index, known)
    below = (told.rank(method="min") - 1) / told.notna().sum()
    names, levels = _read_levels(signals, values.index)
    highest = levels == (np.nanmax(levels) if np.isfinite(levels).any() else np.nan)
    # A highest level that many hold is a grade of engineers, not a seat at the top.
    few = len(np.unique(levels[np.isfinite(levels)])) >= _LEAST_LEVELS
    few = few and highest.mean() <= _MOST_AT_TOP
    return SignalMatrix(
        values.index, scores, below, known, levels, names, highest & few, tuple(notes)
    )


def _share_over_cycles(signals: pd.DataFrame, persons: pd.Index, known: _Floats) -> _Floats:
    """Take how much is known over several cycles where that was measured; never more than now."""
    if "evidence_share" not in signals:
        return known
    measured = pd.to_numeric(signals["evidence_share"], errors="coerce").astype("Float64")
    share = measured.groupby(signals["person_id"].to_numpy(object)).mean().reindex(persons)
    return np.fmin(known, share.to_numpy(float, na_value=np.nan))


def _read_levels(signals: pd.DataFrame, persons: pd.Index) -> tuple[tuple[str, ...], _Floats]:
    """Take each person's level as it is written, and as a number."""
    if "level" not in signals:
        return ("",) * len(persons), np.full(len(persons), np.nan)
    level = signals["level"].astype(object).where(signals["level"].notna(), "").astype(str)
    of_person = level.groupby(signals["person_id"].astype(str)).max()
    names = of_person.reindex(persons.astype(str)).fillna("")
    return tuple(names), rank_levels(names).to_numpy(float)


def _take_values(signals: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Take the numeric columns that are signals, one row per person, sorted by person."""
    if "person_id" not in signals:
        raise InputError(
            "the signals have no column person_id; they have: "
            f"{', '.join(map(str, signals.columns)) or 'no columns at all'}. "
            "Give one row per person, with person_id and numeric signal columns."
        )
    signals = signals.loc[:, ~signals.columns.duplicated()].rename(columns=str)
    names = [column for column in map(str, signals) if _is_signal(signals, column)]
    if not names:
        raise InputError(
            f"the signals have no numeric column beside person_id; they have: "
            f"{', '.join(map(str, signals.columns))}. Give at least one, such as technical_output."
        )
    if set(names) & set(SIGNALS[1:]) and "force_multiplier" in names:
        names.remove("force_multiplier")
    names.sort(key=lambda name: (SIGNALS.index(name) if name in SIGNALS else len(SIGNALS), name))
    numbers = signals[names].apply(pd.to_numeric, errors="coerce").astype("Float64")
    values = pd.DataFrame(numbers.to_numpy(float, na_value=np.nan), columns=names)
    values = values.where(np.isfinite(values)).set_index(pd.Index(signals["person_id"]))
    values = values[values.index.notna()]
    notes = []
    for words, is_one in (("protected attributes", is_protected), ("pay", is_pay)):
        left_out = sorted(column for column in map(str, signals) if is_one(column))
        if left_out:
            notes.append(f"Not used, as {words}: {', '.join(left_out)}.")
    repeated = values.index.duplicated()
    if repeated.any():
        notes.append(
            f"{count_people(values.index[repeated].nunique())} had more than one row; the rows "
            "were averaged."
        )
        # Sorted, as even the order in which numbers are added would show in the last digit.
        values = values.sort_values(list(names)).groupby(level=0).mean()
    order = np.argsort(values.index.astype(str).to_numpy(object), kind="stable")
    return values.iloc[order].rename_axis("person_id"), notes


def _is_signal(signals: pd.DataFrame, column: str) -> bool:
    """Tell whether a column can be clustered on: numeric, and no key, nor protected or pay."""
    if column.casefold() in _NOT_SIGNALS or is_protected(column) or is_pay(column):
        return False
    if column in SIGNALS:
        return True
    dtype = signals[column].dtype
    return pd.api.types.is_numeric_dtype(dtype) and not pd.api.types.is_bool_dtype(dtype)


def _rank_normal(values: pd.Series) -> _Floats:
    """Turn values into normal quantiles of their mid-ranks; missing stays missing."""
    share = (rankdata(values, nan_policy="omit") - 0.5) / max(values.notna().sum(), 1)
    return np.clip(ndtri(share), -HIGHEST_SCORE, HIGHEST_SCORE)
