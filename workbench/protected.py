"""Protected columns: those that say who people are or what they earn, known by their names.

None of them ever counts towards a score, a flag or a group of people. Names are read word by word,
so that "Age (years)" is one of them and "Pages Written" is not.
"""

import re

__all__ = ["is_pay", "is_protected"]

_PROTECTED = frozenset(
    "gender sex sexual pronouns ethnicity race age ages birth birthdate birthday dob nationality "
    "citizenship disability disabled religion pregnancy pregnant marital veteran".split()
)
_PAY = frozenset("pay salary salaries wage wages compensation bonus compa".split())


def is_protected(column: str) -> bool:
    """Tell by its name whether a column holds a protected attribute.

    Parameters
    ----------
    column
        A header or the name of a column, in any spelling.

    Returns
    -------
    bool

    Examples
    --------
    >>> is_protected("birth_year"), is_protected("AGE 2024"), is_protected("Pages Written")
    (True, True, False)
    """
    return bool(_PROTECTED & _words(column))


def is_pay(column: str) -> bool:
    """Tell by its name whether a column holds what people earn.

    Parameters
    ----------
    column
        A header or the name of a column, in any spelling.

    Returns
    -------
    bool

    Examples
    --------
    >>> is_pay("compa_ratio"), is_pay("Base Salary"), is_pay("Payments Fixed")
    (True, True, False)
    """
    return bool(_PAY & _words(column))


def _words(column: str) -> set[str]:
    """Take a name apart into its words."""
    return set(re.findall(r"[^\W\d_]+", column.casefold()))
