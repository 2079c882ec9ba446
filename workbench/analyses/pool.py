"""Pool: among whom candidates for technical leadership are looked for.

What comes in are the reviews and the flags of declines; what goes out is a list of people, each
with the reason in words. The rule is a matter of settings, and it is shown beside the answer.
"""

import numpy as np
import pandas as pd

from workbench.analyses.people.employment import has_left
from workbench.analyses.people.preferences import read_preferences
from workbench.errors import InputError
from workbench.settings import DEFAULTS

__all__ = ["describe_pool_rule", "rank_levels", "select_pool"]

_LEVEL_WORDS = ("intern", "junior", "mid", "senior", "staff", "principal", "distinguished")


def select_pool(
    reviews: pd.DataFrame,
    flags: pd.DataFrame | None = None,
    *,
    pool_levels_left_out: int = DEFAULTS.pool_levels_left_out,
    pool_declined_managers: int = DEFAULTS.pool_declined_managers,
    pool_willing_managers: int = DEFAULTS.pool_willing_managers,
) -> pd.DataFrame:
    """Select the people among whom candidates for technical leadership are looked for.

    The pool holds the technical leaders, the engineers above the lowest levels, and those managers
    whose technical output was flagged or who say that they prefer the technical track; all of them
    present in the latest cycle and not recorded as having left. Levels are used where they can be
    put in order (`L4`, `IC5`, `Senior`); otherwise every engineer is in the pool, and those whose
    level is not known, or of another ladder, always are.

    Parameters
    ----------
    reviews
        `person_id`, `cycle`; `track`, `level`, `track_preference` and `employment_status` are used
        where they are there. Where the track of nobody is known, everyone counts as an engineer.
    flags
        `person_id` and `flagged`, as in the flags of the declines.
    pool_levels_left_out
        How many of the lowest levels of engineers stay out; the highest never does.
    pool_declined_managers, pool_willing_managers
        Whether managers are in the pool whose technical output was flagged, or who prefer the
        technical track.

    Returns
    -------
    pandas.DataFrame
        `person_id` and `why`, in words, sorted by person.

    Raises
    ------
    InputError
        If the reviews lack `person_id` or `cycle`.

    Examples
    --------
    >>> reviews = pd.DataFrame({"person_id": ["a", "b", "c"], "cycle": "2024H1",
    ...                         "track": ["engineer", "management", "management"],
    ...                         "track_preference": [None, "technical", None]})
    >>> select_pool(reviews)["why"].tolist()
    ['engineer', 'manager who prefers the technical track']
    """
    latest = _take_latest(reviews)
    track = _text(latest, "track")
    if not track.any():
        track = pd.Series("engineer", latest.index)
    flagged = set() if flags is None else set(flags.loc[flags["flagged"].astype(bool), "person_id"])
    engineer, manager = track.eq("engineer"), track.eq("management")
    low, unplaced = _find_lowest(latest, engineer, pool_levels_left_out)
    prefers = read_preferences(_text(latest, "track_preference")).eq("technical_leadership")
    words = "engineer"
    if low.any():
        words += f" above the lowest {'level' if pool_levels_left_out == 1 else 'levels'}"
    why = pd.Series("", index=latest.index).mask(engineer & ~low, words)
    why = why.mask(unplaced, "engineer whose level does not compare")
    why = why.mask(track.eq("technical_leadership"), "technical leader already")
    if pool_willing_managers:
        why = why.mask(manager & prefers, "manager who prefers the technical track")
    if pool_declined_managers:
        fell = manager & latest["person_id"].isin(flagged)
        why = why.mask(fell, "manager whose technical output fell")
    chosen = why.ne("") & ~has_left(latest)
    return latest.assign(why=why).loc[chosen, ["person_id", "why"]].reset_index(drop=True)


def describe_pool_rule(
    signals: pd.DataFrame,
    *,
    pool_levels_left_out: int = DEFAULTS.pool_levels_left_out,
    pool_declined_managers: int = DEFAULTS.pool_declined_managers,
    pool_willing_managers: int = DEFAULTS.pool_willing_managers,
) -> str:
    """Say in words, and with its numbers, who is in the pool.

    Parameters
    ----------
    signals
        `why`, as `select_pool` gives it, one row per person.
    pool_levels_left_out, pool_declined_managers, pool_willing_managers
        As given to `select_pool`.

    Returns
    -------
    str
        Two sentences: the rule, and how many came in by which part of it.

    Examples
    --------
    >>> pool = pd.DataFrame({"why": ["engineer above the lowest level",
    ...                              "technical leader already"]})
    >>> print(describe_pool_rule(pool, pool_willing_managers=0))
    In the pool are the technical leaders, the engineers above the lowest level and the managers \
whose technical output was flagged, who are in the latest cycle. These are 2 people: 1 engineer \
above the lowest level, 1 technical leader already.
    """
    levels = "level" if pool_levels_left_out == 1 else f"{pool_levels_left_out} levels"
    of_level = (
        f"the engineers above the lowest {levels}" if pool_levels_left_out else "the engineers"
    )
    managers = [
        words
        for words, wanted in (
            ("whose technical output was flagged", pool_declined_managers),
            ("who prefer the technical track", pool_willing_managers),
        )
        if wanted
    ]
    who = ["the technical leaders", of_level]
    if managers:
        who.append(f"the managers {' or '.join(managers)}")
    rule = f"In the pool are {', '.join(who[:-1])} and {who[-1]}, who are in the latest cycle."
    counts = signals["why"].value_counts()
    counts = counts[sorted(counts.index, key=lambda why: (-counts[why], why))]
    told = ", ".join(f"{n:,} {_plural(str(why), n)}" for why, n in counts.items())
    if signals.empty:
        return f"{rule} At present that is nobody."
    people = "1 person" if len(signals) == 1 else f"{len(signals):,} people"
    return f"{rule} These are {people}: {told}."


def _plural(why: str, n: int) -> str:
    """Put a reason into the plural where it holds for several."""
    if n == 1:
        return why
    noun, _, rest = why.partition(" ")
    if noun == "technical":
        return "technical leaders already"
    rest = rest.replace("prefers", "prefer").replace("level does", "levels do")
    return f"{noun}s {rest}".strip()


def _take_latest(reviews: pd.DataFrame) -> pd.DataFrame:
    """Take the row of everybody who is in the latest cycle, sorted by person."""
    absent = [column for column in ("person_id", "cycle") if column not in reviews]
    if absent:
        raise InputError(
            f"the reviews have no column {' and no column '.join(absent)}; give one row per person "
            "and cycle with person_id, cycle and, if known, track and level."
        )
    rows = reviews.dropna(subset=["person_id", "cycle"])
    order, cycles = pd.factorize(rows["cycle"], sort=True)
    rows = rows[order == len(cycles) - 1]
    latest: pd.DataFrame = rows.groupby("person_id", as_index=False).last()
    return latest


def _find_lowest(
    latest: pd.DataFrame, engineer: pd.Series, left_out: int
) -> tuple[pd.Series, pd.Series]:
    """Find the engineers of the lowest levels, and those of none; nobody without an order."""
    nobody = pd.Series(False, index=latest.index)
    if "level" not in latest or left_out < 1:
        return nobody, nobody
    levels = rank_levels(latest["level"].where(engineer))
    known = np.sort(levels.dropna().unique())
    if len(known) < 2:
        return nobody, nobody
    lowest = known[min(left_out, len(known) - 1) - 1]
    return engineer & levels.le(lowest), engineer & levels.isna()


def rank_levels(levels: pd.Series) -> pd.Series:
    """Put levels in order by their number (`L4`, `IC5`), else by their word; missing if neither.

    Numbers of different ladders do not compare (`L4` and `M4`): the ladder of most people counts.

    Parameters
    ----------
    levels
        As they are written.

    Returns
    -------
    pandas.Series
        Numbers that grow with the level.

    Examples
    --------
    >>> rank_levels(pd.Series(["L4", "L3", "M5", None])).tolist()
    [4.0, 3.0, nan, nan]
    """
    text = levels.astype(str).str.strip().str.casefold()
    parts = text.str.extract(r"^(\D*?)\s*(\d+(?:\.\d+)?)$")
    if parts[1].notna().any():
        ladder = str(parts[0].value_counts().sort_index().idxmax())
        return parts[1].astype(float).where(parts[0].eq(ladder))
    ranks = pd.Series(np.nan, index=levels.index)
    for rank, word in enumerate(_LEVEL_WORDS):
        ranks = ranks.mask(text.str.contains(rf"\b{word}", regex=True), float(rank))
    return ranks


def _text(frame: pd.DataFrame, column: str) -> pd.Series:
    """Take a column as lower-case text, empty where it is missing or there is no such column."""
    if column not in frame:
        return pd.Series("", index=frame.index, dtype=str)
    return frame[column].astype(object).where(frame[column].notna(), "").astype(str).str.casefold()
