"""Aspects: in what technical leadership and people management are compared, in words.

A catalogue in display order, and the sentence that sums up the verdicts on it.
"""

from typing import NamedTuple

import pandas as pd

from workbench.analyses.tracks.wording import listed

__all__ = ["ASPECTS", "Aspect", "say_headline"]


class Aspect(NamedTuple):
    """One thing in which the tracks are compared, and the words for it.

    Attributes
    ----------
    name, label
        How it is called in frames, and on the screen.
    measure
        What the number is.
    higher, lower
        What technical leadership has where it has more of it, or less.
    more, less
        The same as an answer beside the label.
    """

    name: str
    label: str
    measure: str
    higher: str
    lower: str
    more: str = "higher"
    less: str = "lower"


ASPECTS: tuple[Aspect, ...] = (
    Aspect("seats", "Seats above engineer", "ratio", "more seats", "fewer seats", "more", "fewer"),
    Aspect("highest_rung", "Highest rung", "", "a higher top rung", "a lower top rung"),
    Aspect("pay_bands", "Pay bands", "share", "higher pay bands", "lower pay bands"),
    Aspect("levels", "Levels", "share", "higher levels", "lower levels"),
    Aspect(
        "compa_ratio",
        "Pay within the band",
        "difference",
        "higher pay within the band",
        "lower pay within the band",
    ),
    Aspect(
        "promotion_into",
        "Promoted into it",
        "ratio",
        "more promotions into it",
        "fewer promotions into it",
        "more often",
        "less often",
    ),
    Aspect(
        "promotion_within",
        "Promoted within it",
        "ratio",
        "more promotions within it",
        "fewer promotions within it",
        "more often",
        "less often",
    ),
    Aspect("engagement", "Engagement", "difference", "higher engagement", "lower engagement"),
    Aspect(
        "preference",
        "Track people want",
        "ratio",
        "more people who want it",
        "fewer people who want it",
        "wanted more",
        "wanted less",
    ),
)


def say_headline(aspects: pd.DataFrame) -> str:
    """Say in one sentence, without its full stop, what one track has beside the other.

    Parameters
    ----------
    aspects
        As `judge_aspects` gives them.

    Returns
    -------
    str

    Examples
    --------
    >>> names = [aspect.name for aspect in ASPECTS]
    >>> verdicts = ["lower", "lower", "not_known", "hidden", *["cannot_be_told"] * 4, "higher"]
    >>> seats = {"n_technical_leadership": 9, "n_management": 30}
    >>> print(say_headline(pd.DataFrame({"aspect": names, "verdict": verdicts, **seats})))
    Technical leadership has fewer seats and a lower top rung than people management, but more \
people who want it
    """
    seats = aspects.loc[aspects["aspect"].eq("seats")].iloc[0]
    technical, managing = int(seats["n_technical_leadership"]), int(seats["n_management"])
    if not technical and not managing:
        return "Nobody is known to be above engineer, so there are no tracks to compare"
    if not technical or not managing:
        there, absent = ("technical leadership", "people management")[:: 1 if technical else -1]
        n = technical or managing
        people = "1 person has" if n == 1 else f"{n:,} people have"
        return f"Nobody has a position in {absent}, while {people} one in {there}"
    verdicts = dict(zip(aspects["aspect"], aspects["verdict"], strict=True))
    more = [each.higher for each in ASPECTS if verdicts[each.name] == "higher"]
    less = [each.lower for each in ASPECTS if verdicts[each.name] == "lower"]
    if not more and not less:
        equal = [each.label.lower() for each in ASPECTS if verdicts[each.name] == "about_equal"]
        if not equal:
            return "It cannot be told how technical leadership compares with people management"
        return f"Technical leadership and people management are about equal: {listed(equal)}"
    first, second = (less, more) if less else (more, [])
    but = f", but {listed(second)}" if second else ""
    return f"Technical leadership has {listed(first)} than people management{but}"
