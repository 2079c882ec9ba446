"""Added signals: which of the columns that an analyst counts towards a score the panel can give.

What comes in are the analyst's choices and the panel's reviews; what goes out are the columns of
the reviews and what each is added to. A column that cannot be a signal is a problem in words.
"""

import pandas as pd
from pandas.api.types import is_numeric_dtype

from workbench.fields import FIELD_BY_NAME, fields_with_role
from workbench.intake.cells import Severity
from workbench.intake.headers.matching import fold_header, is_private, normalise_header
from workbench.intake.problems import ProblemList
from workbench.intake.profiles import AddedTo, Choices
from workbench.protected import is_pay, is_protected

__all__ = ["find_kept_column", "is_of_a_person", "settle_signals"]

_COUNTED = frozenset((*fields_with_role("technical_output", "force_multiplier"), "regretted_exits"))
_ADDABLE = frozenset(fields_with_role("rating", "outcome")) - _COUNTED
_PRIVATE = frozenset(fields_with_role("pay", "protected"))
_FIELDS = frozenset(FIELD_BY_NAME) | {f"{name}_text" for name in FIELD_BY_NAME}


def settle_signals(
    choices: Choices, reviews: pd.DataFrame, columns: pd.DataFrame, problems: ProblemList
) -> dict[str, AddedTo]:
    """Find the columns that the analyst counts towards a score.

    Parameters
    ----------
    choices
        With `signals`: from a header to what it is added to.
    reviews
        One row per person and cycle.
    columns
        What each header was taken for: `header`, `field`.
    problems
        Takes what cannot be a signal, and why.

    Returns
    -------
    dict
        From a column of the reviews to what it is added to.
    """
    settled: dict[str, AddedTo] = {}
    for header, added_to in choices.signals.items():
        if added_to is None:
            continue
        field = _find_field(header, columns)
        column = find_kept_column(header, reviews) if field is None else field
        said = _refuse(header, field, column, reviews)
        if said is None and column is not None:
            settled[column] = added_to
        elif said is not None:
            problems.add(*said, field=field, value=header)
    return settled


def find_kept_column(header: str, reviews: pd.DataFrame) -> str | None:
    """Find the column under which a header was kept that is none of the known fields.

    Examples
    --------
    >>> find_kept_column("katas ", pd.DataFrame({"Katas": [1]}))
    'Katas'
    """
    kept = {fold_header(str(column)): str(column) for column in reviews if column not in _FIELDS}
    # A header that is spelled like a field and is none was kept with this word behind it.
    return kept.get(fold_header(f"{header} (sheet)")) or kept.get(fold_header(header))


def is_of_a_person(header: str) -> bool:
    """Tell by its look whether a header names or describes people; none such is ever a signal.

    Examples
    --------
    >>> is_of_a_person("Age Group"), is_of_a_person("Base Salary"), is_of_a_person("Pages Written")
    (True, True, False)
    """
    return is_private(header) or any(
        is_one(name)
        for name in (header, normalise_header(header))
        for is_one in (is_protected, is_pay)
    )


def _find_field(header: str, columns: pd.DataFrame) -> str | None:
    """Find the field for which a header was taken, or which it names itself."""
    same = columns["header"].map(fold_header) == fold_header(header)
    taken = columns.loc[same, "field"].dropna()
    if len(taken):
        return str(taken.iloc[0])
    return header if header in FIELD_BY_NAME and not same.any() else None


def _refuse(
    header: str, field: str | None, column: str | None, reviews: pd.DataFrame
) -> tuple[Severity, str, str] | None:
    """Say why a column cannot be a signal, as severity, reason and message; None where it can."""
    if field in _PRIVATE or (field is None and is_of_a_person(header)):
        return (
            "warning",
            "private_signal",
            f'"{header}" describes who people are or what they earn, so it counts towards no '
            "score. Only what people did can be a signal.",
        )
    if field in _COUNTED:
        message = f'"{header}" counts towards the scores already, and was not added again.'
        return "note", "counted_signal", message
    if column is None or column not in reviews:
        message = f'No sheet has the header "{header}", so it counts towards no score.'
        return "note", "unused_signal", message
    numbers = is_numeric_dtype(reviews[column]) and reviews[column].notna().any()
    if not numbers or (field is not None and field not in _ADDABLE):
        return (
            "warning",
            "signal_without_numbers",
            f'"{header}" holds no numbers that say what people did, so it counts towards no '
            "score. A signal is a column of numbers, one for each person and cycle.",
        )
    return None
