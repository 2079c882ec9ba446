"""Rungs: how high a track goes, by the titles and levels that somebody holds.

What comes in are the titles and levels of the people of one track; what goes out is its highest
rung. Titles and levels are positions, which everybody in a company can see; pay is not read here.
"""

import re
from typing import NamedTuple

import pandas as pd

from workbench.analyses.expected.histories import read_level

__all__ = ["Rung", "find_highest_rung"]

# From the highest down; what fits none of them stands below all. Both tracks are read by one list,
# as each is only compared with itself.
_TITLES = tuple(
    re.compile(pattern)
    for pattern in (
        r"\bchief (?!architect|engineer)|\bc[a-z]o\b",
        r"\b(?:[se]vp|(?:senior|executive) vice president)\b",
        r"\b(?:vp|vice president)\b",
        r"\bsenior director\b",
        r"\b(?:director|head|distinguished|fellow)\b|\bchief (?:architect|engineer)\b",
        r"\b(?:principal|enterprise)\b|\b(?:senior|sr\.?)\b.*\bmanager\b",
        r"\barchitect|\bsenior staff\b|\bmanager\b",
        r"\b(?:staff|lead|leader|supervisor)\b",
    )
)


class Rung(NamedTuple):
    """A position: its title and its level, empty where not known."""

    title: str
    level: str


def find_highest_rung(people: pd.DataFrame) -> Rung:
    """Find the highest position that somebody of a track holds.

    By level where everybody of the track has one of the same ladder, and by the words of the title
    where levels are alike; otherwise by the title first.

    Parameters
    ----------
    people
        Of one track: `title` and `level`, where they are known.

    Returns
    -------
    Rung
        Of equally high positions, the one that most people hold.

    Examples
    --------
    >>> people = pd.DataFrame({"title": ["Lead Engineer", "Principal Architect"], "level": "L4"})
    >>> find_highest_rung(people)
    Rung(title='Principal Architect', level='L4')
    """
    text = people.reindex(columns=["title", "level"]).astype(object)
    text = text.where(text.notna(), "").astype(str).apply(lambda column: column.str.strip())
    held = text[text.ne("").any(axis=1)].value_counts().rename("n").reset_index()
    if held.empty:
        return Rung("", "")
    read = [read_level(level) for level in held["level"]]
    number = pd.Series([number for _, number in read], dtype=float)
    one_ladder = number.notna().all() and len({ladder for ladder, _ in read}) == 1
    held = held.assign(by_level=number, by_title=held["title"].map(_rank_title))
    keys = ["by_level", "by_title"] if one_ladder else ["by_title", "by_level"]
    top = held.sort_values(
        [*keys, "n", "title", "level"], ascending=[False, False, False, True, True]
    ).iloc[0]
    return Rung(str(top["title"]), str(top["level"]))


def _rank_title(title: str) -> int:
    """Count how many kinds of title stand below this one."""
    text = title.casefold()
    found = (place for place, each in enumerate(_TITLES) if each.search(text))
    return len(_TITLES) - next(found, len(_TITLES))
