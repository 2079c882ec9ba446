"""Comparisons: technical leadership against people management, in one aspect after the other.

What comes in are the people of the latest cycle and counts of promotions; what goes out is one row
per aspect: the difference with its interval, a verdict, and a sentence. A group below the smallest
size gives no number, and a verdict is of the tracks, never of a person.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import norm

from workbench.analyses.tracks.aspects import ASPECTS
from workbench.analyses.tracks.grades import Grades, find_top, median_grade, name_top
from workbench.analyses.tracks.intervals import (
    NOTHING,
    Estimate,
    compare_means,
    compare_ranks,
    compare_rates,
    estimate_mean,
    estimate_share,
)
from workbench.analyses.tracks.rungs import Rung
from workbench.analyses.tracks.track_rates import Rate
from workbench.analyses.tracks.wording import number, numbers, percent, percents, say_ratio

__all__ = ["Bars", "Evidence", "judge_aspects", "known_values"]


_SAID = {"about_equal": "about equal", "cannot_be_told": "cannot be told", "not_known": "no data"}
_TECHNICAL, _MANAGING = "technical_leadership", "management"
_PLURALS = {"engineer": "engineers", _TECHNICAL: "technical leaders", _MANAGING: "managers"}


@dataclass(frozen=True, slots=True)
class Bars:
    """The thresholds of a comparison, as `compare_tracks` takes them."""

    min_group_size: int
    interval_level: float
    equal_ratio: float
    equal_difference: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the tracks are compared on.

    Attributes
    ----------
    people
        One row per person of the latest cycle: `track`, `engagement`, `compa_ratio`, `preference`.
    rates
        Moves into and within each track.
    pay_bands, levels
        How the tracks spread over them.
    rungs
        The highest rung of each track.
    """

    people: pd.DataFrame
    rates: dict[tuple[str, str], Rate]
    pay_bands: Grades
    levels: Grades
    rungs: dict[str, Rung]


class _Finding(NamedTuple):
    estimate: Estimate
    n: tuple[int | None, int | None]
    verdict: str
    sentence: str


def judge_aspects(evidence: Evidence, bars: Bars) -> pd.DataFrame:
    """Compare the tracks in every aspect.

    Parameters
    ----------
    evidence
        What is known of both tracks.
    bars
        The thresholds.

    Returns
    -------
    pandas.DataFrame
        One row per aspect, in the order of `ASPECTS`, as the attribute `aspects` of `Parity`.
    """
    findings = {
        "seats": _judge_seats(evidence, bars),
        "highest_rung": _judge_rungs(evidence),
        "pay_bands": _judge_grades(evidence.pay_bands, "pay band", bars),
        "levels": _judge_grades(evidence.levels, "level", bars),
        "compa_ratio": _judge_means(evidence, "compa_ratio", "pay over the band's midpoint", bars),
        "promotion_into": _judge_rates(evidence, "into", bars),
        "promotion_within": _judge_rates(evidence, "within", bars),
        "engagement": _judge_means(evidence, "engagement", "engagement", bars),
        "preference": _judge_preference(evidence, bars),
    }
    hidden = f"hidden: fewer than {bars.min_group_size} people"
    rows = []
    for aspect in ASPECTS:
        found = findings[aspect.name]
        said = {**_SAID, "higher": aspect.more, "lower": aspect.less, "hidden": hidden}
        rows.append(
            {
                "aspect": aspect.name,
                "label": aspect.label,
                "measure": aspect.measure,
                "value": found.estimate.value,
                "low": found.estimate.low,
                "high": found.estimate.high,
                "n_technical_leadership": found.n[0],
                "n_management": found.n[1],
                "verdict": found.verdict,
                "says": said[found.verdict],
                "sentence": found.sentence,
            }
        )
    counts = {"n_technical_leadership": "Int64", "n_management": "Int64"}
    return pd.DataFrame(rows).astype(counts)


def known_values(people: pd.DataFrame, track: str, column: str) -> pd.Series:
    """Take the known numbers of the people of one track, the lowest first.

    Sums depend in the last digit on the order in which they are added.

    Examples
    --------
    >>> people = pd.DataFrame({"track": ["management"] * 2, "engagement": [4.0, None]})
    >>> known_values(people, "management", "engagement").tolist()
    [4.0]
    """
    return people.loc[people["track"].eq(track), column].dropna().sort_values()


def _judge(estimate: Estimate, equal: float, low: float, high: float) -> str:
    """Put an interval in a word: within what counts as equal, beyond equality, or neither."""
    if np.isnan(estimate.low) or np.isnan(estimate.high):
        return "cannot_be_told"
    if low <= estimate.low and estimate.high <= high:
        return "about_equal"
    if estimate.low > equal:
        return "higher"
    return "lower" if estimate.high < equal else "cannot_be_told"


def _judge_seats(evidence: Evidence, bars: Bars) -> _Finding:
    """Count the positions of both tracks; a count of everybody needs no interval."""
    held = evidence.people["track"].value_counts()
    technical, managing = int(held.get(_TECHNICAL, 0)), int(held.get(_MANAGING, 0))
    seats = technical + managing
    if not seats:
        return _Finding(NOTHING, (0, 0), "not_known", "Nobody is known to be above engineer.")
    ratio = technical / managing if managing else np.inf
    estimate = Estimate(ratio, ratio, ratio)
    verdict = _judge(estimate, 1.0, 1 / bars.equal_ratio, bars.equal_ratio)
    share = percent(technical / seats)
    sentence = (
        f"{technical:,} of the {seats:,} seats above engineer {_is(technical)} technical "
        f"leadership ({share}), {managing:,} {_is(managing)} people management. This counts "
        "everybody, so it has no interval."
    )
    if not technical:
        sentence = (
            f"There is no technical leadership: nobody has such a position, while {managing:,} "
            f"{'person manages' if managing == 1 else 'people manage'}."
        )
    return _Finding(Estimate(ratio, np.nan, np.nan), (technical, managing), verdict, sentence)


def _is(n: int) -> str:
    """Put the verb in agreement."""
    return "is" if n == 1 else "are"


def _judge_rungs(evidence: Evidence) -> _Finding:
    """Compare where the tracks end: in pay bands that can be seen, else in levels of one ladder."""
    named = {track: _name_rung(evidence, track) for track in (_TECHNICAL, _MANAGING)}
    missing = [_PLURALS[track] for track, name in named.items() if not name]
    if missing:
        sentence = f"There are no titles or levels of {' and '.join(missing)} to compare."
        return _Finding(NOTHING, (None, None), "not_known", sentence)
    sentence = (
        f"The technical track ends at {named[_TECHNICAL]}, people management at {named[_MANAGING]}."
    )
    for grades in (evidence.pay_bands, evidence.levels):
        tops = [find_top(grades, track) for track in (_TECHNICAL, _MANAGING)]
        if grades.comparable and all(top is not None for top in tops):
            verdict = "about_equal" if tops[0] == tops[1] else "higher"
            verdict = "lower" if (tops[0] or 0) < (tops[1] or 0) else verdict
            return _Finding(NOTHING, (None, None), verdict, sentence)
    why = " No pay band or level that can be shown says which of the two is higher."
    return _Finding(NOTHING, (None, None), "cannot_be_told", sentence + why)


def _name_rung(evidence: Evidence, track: str) -> str:
    """Spell the highest rung of a track, with the highest pay band where that can be shown."""
    rung = evidence.rungs[track]
    level = f"level {rung.level}" if rung.level else ""
    band = name_top(evidence.pay_bands, track)
    beside = ", ".join(
        each for each in (level if rung.title else "", f"pay band {band}" if band else "") if each
    )
    name = rung.title or level
    return f"{name} ({beside})" if name and beside else name


def _judge_grades(grades: Grades, name: str, bars: Bars) -> _Finding:
    """Compare pay bands or levels: how often the technical leader's is the higher one."""
    held = [
        grades.counts[track] if track in grades.counts else pd.Series(dtype="int64")
        for track in (_TECHNICAL, _MANAGING)
    ]
    n = int(held[0].sum()), int(held[1].sum())
    unseen = _unseen(n, f"the {name}", bars)
    if unseen is not None:
        return unseen
    if not grades.comparable:
        why = f"The {name}s of the two tracks are not on one scale, so they do not compare."
        return _Finding(NOTHING, n, "cannot_be_told", why)
    estimate = compare_ranks(held[0], held[1], bars.interval_level)
    margin = float(norm.cdf(bars.equal_difference / np.sqrt(2)))
    verdict = _judge(estimate, 0.5, 1 - margin, margin)
    middle = [median_grade(grades, track) for track in (_TECHNICAL, _MANAGING)]
    medians = f" The medians are {middle[0]} and {middle[1]}." if all(middle) else ""
    shown = grades.shown
    if shown.loc[shown["track"].isin((_TECHNICAL, _MANAGING)), "hidden"].any():
        # From the exact number, the people in hidden cells could be worked out.
        said = {**_SAID, "higher": "higher", "lower": "lower"}[verdict]
        sentence = (
            f"The {name}s of technical leaders, against those of managers: {said}. As some of them "
            f"are hidden, no number is given.{medians}"
        )
        return _Finding(NOTHING, n, verdict, sentence)
    ends = percents(estimate).partition(", ")[2]
    sentence = (
        f"Of a technical leader and a manager drawn at random, the technical leader has the "
        f"higher {name} in {percent(estimate.value)} of cases ({ends}), ties counting half; they "
        f"are {n[0]:,} and {n[1]:,} people.{medians}"
    )
    return _Finding(estimate, n, verdict, sentence)


def _judge_means(evidence: Evidence, column: str, words: str, bars: Bars) -> _Finding:
    """Compare the means of a number in the latest cycle."""
    values = [known_values(evidence.people, track, column) for track in (_TECHNICAL, _MANAGING)]
    n = len(values[0]), len(values[1])
    unseen = _unseen(n, words, bars)
    if unseen is not None:
        return unseen
    estimate = compare_means(values[0], values[1], bars.interval_level)
    spread = float(np.sqrt((values[0].var() + values[1].var()) / 2))
    margin = bars.equal_difference * spread
    means = [
        f"{number(mean.value)} ({numbers(mean)}; {size:,} {_PLURALS[track]})"
        for track, mean, size in zip(
            (_TECHNICAL, _MANAGING),
            (estimate_mean(each, bars.interval_level) for each in values),
            n,
            strict=True,
        )
    ]
    difference = (
        "no interval, as all answers of a group are alike"
        if np.isnan(estimate.low)
        else f"{numbers(estimate, signed=True)}"
    )
    sentence = (
        f"Mean {words} in the latest cycle is {means[0]} against {means[1]}: a difference of "
        f"{number(estimate.value, signed=True)} ({difference})."
    )
    return _Finding(estimate, n, _judge(estimate, 0.0, -margin, margin), sentence)


def _judge_rates(evidence: Evidence, move: str, bars: Bars) -> _Finding:
    """Compare how often people are promoted into, or within, the two tracks."""
    technical, managing = (evidence.rates[track, move] for track in (_TECHNICAL, _MANAGING))
    what = "promotions into the tracks" if move == "into" else "rises in level"
    unseen = _unseen((technical.people, managing.people), what, bars)
    if unseen is not None:
        return unseen
    effect = max(technical.effect, managing.effect)
    estimate = compare_rates(
        (technical.events, technical.n),
        (managing.events, managing.n),
        bars.interval_level,
        effect=effect,
    )
    said = [
        f"{rate.events:,} of {rate.n:,} ({percents(_share(rate, bars))})"
        for rate in (technical, managing)
    ]
    if move == "into":
        sentence = (
            f"In {technical.n:,} cycles of engineers, {technical.events:,} moved to technical "
            f"leadership ({percents(_share(technical, bars))}) and {managing.events:,} to people "
            f"management ({percents(_share(managing, bars))})"
        )
    else:
        sentence = (
            f"Technical leaders rose in level in {said[0]} of their cycles, managers in {said[1]}"
        )
    verdict = _judge(estimate, 1.0, 1 / bars.equal_ratio, bars.equal_ratio)
    times = say_ratio(estimate)
    return _Finding(estimate, (technical.n, managing.n), verdict, f"{sentence}{times}.")


def _share(rate: Rate, bars: Bars) -> Estimate:
    """Estimate a rate per cycle."""
    return estimate_share(rate.events, rate.n, bars.interval_level, effect=rate.effect)


def _judge_preference(evidence: Evidence, bars: Bars) -> _Finding:
    """Compare how many would rather lead technically with how many would rather manage."""
    people = evidence.people
    stating = people.groupby("track", observed=True)["preference"].transform("count")
    # With a small track in the sum, its answers could be got by subtracting those of the others.
    people = people[stating >= bars.min_group_size]
    wanted = people["preference"].value_counts()
    technical, managing = int(wanted.get(_TECHNICAL, 0)), int(wanted.get(_MANAGING, 0))
    stated = technical + managing
    undecided = int(wanted.get("undecided", 0))
    if not stated and undecided:
        sentence = f"All {undecided:,} people who say which track they want are undecided."
        return _Finding(NOTHING, (0, 0), "cannot_be_told", sentence)
    if not stated:
        known = bool(evidence.people["preference"].notna().any())
        why = (
            f"Fewer than {bars.min_group_size} people of each track say which one they want, so it "
            "is not shown."
            if known
            else "Nothing in the data says which track people want."
        )
        return _Finding(NOTHING, (None, None), "hidden" if known else "not_known", why)
    share = estimate_share(technical, stated, bars.interval_level)
    estimate = compare_rates((technical, stated), (managing, stated), bars.interval_level)
    unknown = int(people["preference"].isna().sum())
    sentence = (
        f"{technical:,} of {stated:,} people who name a track would rather lead technically "
        f"({percents(share)}); of {unknown:,} it is not known"
        f"{f', and {undecided:,} are undecided' if undecided else ''}."
    )
    for track, other in ((_MANAGING, _TECHNICAL), (_TECHNICAL, _MANAGING)):
        own = people.loc[people["track"].eq(track), "preference"].dropna()
        if len(own) >= bars.min_group_size:
            verb = "lead technically" if other == _TECHNICAL else "manage"
            n = int(own.eq(other).sum())
            sentence += (
                f" {n:,} of {len(own):,} {_PLURALS[track]} {'says' if n == 1 else 'say'} that they "
                f"would rather {verb}."
            )
    verdict = _judge(estimate, 1.0, 1 / bars.equal_ratio, bars.equal_ratio)
    return _Finding(estimate, (technical, managing), verdict, sentence)


def _unseen(n: tuple[int, int], what: str, bars: Bars) -> _Finding | None:
    """Say why two groups are not compared: nothing is known, or one of them is too small."""
    least = bars.min_group_size
    nobody = [track for track, size in zip((_TECHNICAL, _MANAGING), n, strict=True) if not size]
    if nobody:
        who = " or ".join(_PLURALS[track] for track in nobody)
        sentence = f"For {who}, the data say nothing of {what}."
        return _Finding(NOTHING, (None, None), "not_known", sentence)
    small = [track for track, size in zip((_TECHNICAL, _MANAGING), n, strict=True) if size < least]
    if not small:
        return None
    shown = tuple(size if size >= least else None for size in n)
    who = " and ".join(_PLURALS[track] for track in small)
    return _Finding(
        NOTHING,
        (shown[0], shown[1]),
        "hidden",
        f"Known of fewer than {least} {who} ({what}), so it is not shown.",
    )
