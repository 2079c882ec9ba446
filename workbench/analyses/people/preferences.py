"""Preferences: which track people say that they want, read from their own words.

What comes in is a column as the sheet spells it; what goes out is one code for each person, missing
where nothing was said.
"""

import re

import pandas as pd

__all__ = ["PREFERENCES", "read_preferences"]

PREFERENCES: tuple[str, ...] = ("technical_leadership", "management", "undecided")

_TECHNICAL = re.compile(
    r"\b(?:tech\w*|ic\d?|individual contributor|engineer\w*|architect\w*|expert|specialist)\b"
)
_MANAGING = re.compile(r"manag|\bpeople\b|\bsupervis")
_NOT_MANAGING = re.compile(r"\b(?:no|not|non)\b.*\bmanag")
_EITHER = re.compile(r"\b(?:either|both|or|and|undecided|unsure|open)\b|[/&+]")


def read_preferences(said: pd.Series) -> pd.Series:
    """Read the track that each person says they want.

    Parameters
    ----------
    said
        Any text, such as `Technical`, `IC`, `People management`, `Either`.

    Returns
    -------
    pandas.Series
        `technical_leadership`, `management`, `undecided` (an answer that names both or neither),
        None where there is no answer. "Engineering management" is management.

    Examples
    --------
    >>> said = pd.Series(["Technical", "Engineering management", "IC or manager", "?", None])
    >>> read_preferences(said).tolist()
    ['technical_leadership', 'management', 'undecided', 'undecided', None]
    """
    read = {text: _read(str(text)) for text in said.dropna().unique().tolist()}
    answers = [read.get(text) for text in said.astype(object).where(said.notna(), None)]
    return pd.Series(answers, index=said.index, dtype=object)


def _read(said: str) -> str | None:
    """Read one answer."""
    text = said.strip().casefold().replace("_", " ")
    if not text:
        return None
    technical = bool(_TECHNICAL.search(text))
    managing = bool(_MANAGING.search(text))
    if _NOT_MANAGING.search(text):
        technical, managing = True, False
    if managing and not (technical and _EITHER.search(text)):
        return "management"
    return "technical_leadership" if technical and not managing else "undecided"
