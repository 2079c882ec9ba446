"""Added signals: columns that an analyst counts towards either half of technical work.

What comes in are a reviews frame and what each column is added to; what goes out are measures like
those of the catalogues, to be handed to the scoring as `extra`. One that is added to technical
output joins that weighted mean; one that is added to force multiplication is a signal of its own.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from workbench.errors import InputError
from workbench.measures.force_multiplier import EVIDENCE, FORCE_MULTIPLIER
from workbench.measures.measure import Direction, Half, Measure, per_exposure, recorded
from workbench.measures.technical_output import TECHNICAL_OUTPUT
from workbench.protected import is_pay, is_protected

__all__ = ["added_measure", "added_measures", "looks_like_a_count", "measures_of_output"]

_LESS = ", less is better"
_HALVES: dict[str, tuple[Half, Direction]] = {
    "technical_output": ("technical_output", "better"),
    "technical_output" + _LESS: ("technical_output", "worse"),
    "force_multiplier": ("force_multiplier", "better"),
    "force_multiplier" + _LESS: ("force_multiplier", "worse"),
}
_COUNTED = frozenset(measure.name for measure in (*TECHNICAL_OUTPUT, *EVIDENCE))
# Columns of scores, summaries and candidates; a header that is spelled like one gets a name of its
# own.
_TAKEN = frozenset(
    "person_id cycle technical_output force_multiplier n_measures n_signals rests_on "
    "evidence_share level job_family why cluster role similarity n stability".split()
) | {signal.name for signal in FORCE_MULTIPLIER}
# A rating has few steps and no tail; what is counted has many, or is zero for some.
_MOST_STEPS = 10
_LEAST_SKEW = 0.5


def added_measure(
    column: str, half: Half, *, higher_is: Direction = "better", is_count: bool = False
) -> Measure:
    """Make a measure of a column, to be handed to the scoring as one of `extra`.

    Parameters
    ----------
    column
        The column of the reviews.
    half
        What it counts towards: `technical_output` or `force_multiplier`.
    higher_is
        Whether more of it is `better` or `worse`.
    is_count
        Whether it counts work done: it is then taken per full-time cycle worked, and a signal that
        rests on it alone says so.

    Returns
    -------
    Measure
        Named after the column; "(sheet)" stands behind a name that the scores use themselves.

    Raises
    ------
    InputError
        If the column is counted already, or is by its name pay or a protected attribute.

    Examples
    --------
    >>> katas = added_measure("Architecture Katas", "force_multiplier", is_count=True)
    >>> katas.name, katas.half, katas.description
    ('Architecture Katas', 'force_multiplier', 'Added by you: a count, per full-time cycle.')
    """
    if column in _COUNTED:
        raise InputError(
            f'"{column}" counts already, so it cannot be added again. Any other column of numbers '
            "can be added. Leave it out."
        )
    if is_protected(column) or is_pay(column):
        raise InputError(
            f'"{column}" describes who people are or what they earn, and never counts towards a '
            "score. Columns that say what people did can be added. Leave it out."
        )
    return Measure(
        f"{column} (sheet)" if column in _TAKEN else column,
        column,
        "Added by you: " + ("a count, per full-time cycle." if is_count else "as it is recorded."),
        (column,),
        higher_is,
        per_exposure(column) if is_count else recorded(column),
        is_count=is_count,
        half=half,
    )


def added_measures(reviews: pd.DataFrame, signals: Mapping[str, str]) -> tuple[Measure, ...]:
    """Make measures of the columns that an analyst added; counts are told from other numbers.

    Parameters
    ----------
    reviews
        One row per person and cycle, with the columns.
    signals
        From a column to what it is added to: `technical_output` or `force_multiplier`, with
        ", less is better" behind it where that is so.

    Returns
    -------
    tuple of Measure
        In the order given.

    Raises
    ------
    InputError
        If a column is not there, holds no numbers, is counted already, is pay or a protected
        attribute, or is added to something else.

    Examples
    --------
    >>> reviews = pd.DataFrame({"person_id": list("abcdef"), "cycle": "2024H1",
    ...                         "Katas": [0, 0, 1, 0, 2, 9], "Craft": [3, 4, 4, 5, 2, 3]})
    >>> added = added_measures(reviews, {"Katas": "force_multiplier", "Craft": "technical_output"})
    >>> [(measure.name, measure.is_count) for measure in added]
    [('Katas', True), ('Craft', False)]
    """
    made = []
    for column, added_to in signals.items():
        if added_to not in _HALVES:
            raise InputError(
                f'"{column}" was added to "{added_to}". It can be added to: '
                f"{', '.join(repr(each) for each in _HALVES)}. Choose one of these."
            )
        if column not in reviews:
            raise InputError(
                f'the table has no column "{column}", so it cannot be added; it has: '
                f"{', '.join(map(str, reviews.columns))}. Give the name of one of these."
            )
        half, higher_is = _HALVES[added_to]
        is_count = looks_like_a_count(reviews[column])
        measure = added_measure(column, half, higher_is=higher_is, is_count=is_count)
        if pd.to_numeric(reviews[column], errors="coerce").isna().all():
            raise InputError(
                f'"{column}" holds no numbers, so it cannot be added. A column of numbers is '
                "needed. Leave it out, or write numbers into it."
            )
        made.append(measure)
    return tuple(made)


def measures_of_output(extra: Sequence[Measure] = ()) -> tuple[Measure, ...]:
    """Give the measures of technical output with those that were added to it.

    Examples
    --------
    >>> measures_of_output([added_measure("Patents", "technical_output")])[-1].name
    'Patents'
    """
    return (*TECHNICAL_OUTPUT, *(each for each in extra if each.half == "technical_output"))


def looks_like_a_count(column: pd.Series) -> bool:
    """Tell counts of something from ratings and other numbers.

    Counts are whole numbers from zero up, most of them small and some large; and they are zero for
    some, or reach beyond the steps of a rating.

    Examples
    --------
    >>> looks_like_a_count(pd.Series([0, 0, 1, 0, 2, 9]))
    True
    >>> looks_like_a_count(pd.Series([3, 4, 4, 5, 2, 3])), looks_like_a_count(pd.Series([71, 90]))
    (False, False)
    """
    numbers = pd.to_numeric(column, errors="coerce").astype("Float64").to_numpy(float, na_value=0.0)
    known = numbers[column.notna().to_numpy() & np.isfinite(numbers)]
    if not len(known) or (known < 0).any() or (known != np.rint(known)).any():
        return False
    spread = float(known.std())
    skew = float(((known - known.mean()) ** 3).mean()) / spread**3 if spread else 0.0
    return skew > _LEAST_SKEW and bool((known == 0).any() or known.max() > _MOST_STEPS)
