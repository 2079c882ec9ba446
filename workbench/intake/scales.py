"""Rating cells in, numbers out: higher is better, not rated is missing, the words are kept.

A rating is a number, a word of a known scale, a letter, or a number with a label ("4 - Exceeds").
Labels tell what the words of their column stand for, and in which direction its numbers run. Where
a column uses several scales, all are mapped linearly to the one that most of its cells use.
"""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.intake.cells import Cells, Fault, by_value, read_number, show_value

__all__ = ["RatingColumn", "is_rating", "read_ratings"]

# How far from "meets" a phrase is, in steps; halves decide only between two words of one column.
_PHRASES: dict[str, float] = {
    phrase: step
    for step, phrases in (
        (
            -2.0,
            "unsatisfactory, unacceptable, does not meet, did not meet, not meeting, not met, "
            "fails, fails to meet, failed to meet, far below, significantly below, well below, "
            "poor, very poor, very low, pip, performance improvement plan, development need, "
            "never, ineffective, underperformer, underperforming, dnm, nme, us, unsat, not "
            "satisfactory, inadequate, rarely meets, consistently below",
        ),
        (
            -1.5,
            "below, low, weak, under performing, under performer, below average, be, below "
            "standard, below target, l, b, less than effective, lower, bottom",
        ),
        (
            -1.0,
            "needs improvement, need improvement, improvement needed, needs work, needs "
            "development, developing, development needed, partial, partially meets, partially "
            "met, meets partially, inconsistent, sometimes meets, occasionally meets, fair, "
            "marginal, emerging, learning, approaching, ni, pm, nearly meets, needs some "
            "improvement, requires improvement, somewhat effective, basic, limited, rarely",
        ),
        (-0.5, "mostly meets, mostly met, meets most, generally meets, almost meets, mm"),
        (
            0.0,
            "meets, met, fully meets, fully met, meets all, consistently meets, successful, "
            "solid, good, achieves, achieved, performing, performer, on track, effective, "
            "valued, valued contributor, satisfactory, average, medium, med, mid, moderate, m, "
            "me, s, proficient, fully effective, competent, standard, at, on target, at bar, "
            "meets bar, strong contributor, solid performer, core, expected, as expected, "
            "usually",
        ),
        (
            0.5,
            "meets and sometimes exceeds, sometimes exceeds, occasionally exceeds, meets some "
            "exceeds",
        ),
        (
            1.0,
            "exceeds, exceeded, exceeding, strong, above, above average, very good, often "
            "exceeds, frequently exceeds, regularly exceeds, superior, highly effective, high, "
            "h, ee, e, advanced, above bar, above target, above standard, strong performer, "
            "partially exceeds, great, often, very effective, mostly exceeds",
        ),
        (1.5, "consistently exceeds, always exceeds, usually exceeds"),
        (
            2.0,
            "outstanding, far exceeds, strongly exceeds, greatly exceeds, significantly exceeds, "
            "substantially exceeds, exceptional, distinguished, excellent, excels, role model, "
            "redefines, very high, top, top performer, extraordinary, se, fe, o, a player, world "
            "class, always, expert, star, top talent, well above, best",
        ),
    )
    for phrase in phrases.split(", ")
}
# Scales whose words mean something else elsewhere: low to high.
_NAMED: tuple[tuple[tuple[str, ...], ...], ...] = (
    (
        ("ne", "not enough"),
        ("mi", "moderate"),
        ("si", "significant"),
        ("oi", "outstanding"),
        ("ti", "transformative"),
    ),
    (
        ("dnm", "does not meet", "does not meet any"),
        ("ms", "meets some"),
        ("mm", "meets most"),
        ("ma", "meets all"),
        ("ee", "exceeds"),
        ("ge", "greatly exceeds"),
        ("re", "redefines"),
    ),
    (
        ("lite", "lower than expected"),
        ("slite", "slightly lower than expected"),
        ("successful",),
        ("exceptional",),
    ),
)
_NAMED_WORDS = frozenset(word for scale in _NAMED for level in scale for word in level)
_GRADES = {"a": 5.0, "b": 4.0, "c": 3.0, "d": 2.0, "e": 1.0, "f": 1.0}
_NOT_RATED = frozenset(
    "- -- . ? na n/a n.a. none null nr tbd tbc tntr tnr unknown unrated pending blank loa new "
    "nan".split()
) | {
    "too new to rate",
    "too new",
    "too new to evaluate",
    "too soon to rate",
    "too early to rate",
    "new to role",
    "new hire",
    "not rated",
    "not applicable",
    "not available",
    "not yet rated",
    "not reviewed",
    "not evaluated",
    "not calibrated",
    "no rating",
    "no review",
    "on leave",
    "leave of absence",
    "insufficient time",
    "insufficient data",
    "in progress",
    "to be determined",
    "to be rated",
    "exempt",
    "not assessed",
    "not submitted",
    "\u2013",
    "\u2014",
}
# Said of every level of a scale, and so of none.
_FILLERS = re.compile(
    r"\b(?:expectations?|expected standards?|requirements?|objectives?|goals|performance|"
    r"contribution|the|job|role|impact|rating|level|overall|of|all expectations)\b"
)


@dataclass(frozen=True, slots=True)
class _Cell:
    """One distinct rating cell, taken apart: its number, its words, the top that it names."""

    text: str
    number: float | None = None
    phrase: str = ""
    top: float | None = None
    missing: bool = False


@dataclass(frozen=True, slots=True)
class RatingColumn:
    """A rating column as it was read.

    Attributes
    ----------
    values
        The ratings, higher is better; NaN where the person was not rated.
    text
        The cells as the sheet spells them; None where all of them are numbers.
    faults
        Which cells could not be read, and where the column uses more than one scale.
    """

    values: NDArray[np.float64]
    text: pd.Series | None
    faults: tuple[Fault, ...]


def is_rating(value: object) -> bool:
    """Tell whether a cell can be a rating by itself, which "Payments" and a date cannot.

    Examples
    --------
    >>> [is_rating(value) for value in ("4 - Exceeds", "Meets Expectations", 3.5, "Payments")]
    [True, True, True, False]
    """
    cell = _take_apart(value)
    if cell.missing:
        return True
    if cell.number is not None:
        return 0 <= cell.number <= 100 and len(cell.phrase) <= 40
    return _is_phrase(cell.phrase) or cell.phrase.rstrip("+-") in _GRADES


def _is_phrase(phrase: str) -> bool:
    return phrase in _PHRASES or phrase in _NAMED_WORDS


def _fold(text: str) -> str:
    """Fold a rating's words: case, punctuation and the words that every level has."""
    text = unicodedata.normalize("NFKC", text).casefold()
    text = re.sub(r"[^\w+\-]+|_", " ", text).replace("-", " " if len(text) > 3 else "-")
    trimmed = " ".join(_FILLERS.sub(" ", text).split())
    return trimmed or " ".join(text.split())


@lru_cache(maxsize=16_384)
def _take_apart_text(text: str) -> _Cell:
    folded = text.casefold().strip("*[]() ")
    if not folded or folded in _NOT_RATED or _fold(text) in _NOT_RATED:
        return _Cell(text, missing=True)
    if set(text) <= {"\u2605", "\u2606"}:
        return _Cell(text, number=float(text.count("\u2605")), top=float(len(text)))
    number = read_number(text)
    if number is not None and math.isfinite(number):
        return _Cell(text, number=100 * number if "%" in text else number)
    if match := re.fullmatch(r"(\d+(?:\.\d+)?)\s*(?:/|out of|of)\s*(\d+)", folded):
        return _Cell(text, number=float(match[1]), top=float(match[2]))
    # "1:2" rates two things; the first is the work itself.
    if match := re.fullmatch(r"(\d)\s*:\s*\d", folded):
        return _Cell(text, number=float(match[1]))
    if match := re.fullmatch(r"(\d+(?:[.,]\d+)?)\s*[-\u2013\u2014:.)=|(]?\s*(\D.*)", folded):
        return _Cell(text, number=float(match[1].replace(",", ".")), phrase=_fold(match[2]))
    if match := re.fullmatch(r"(\D+?)[\s(:=\-\u2013\u2014]+(\d+(?:[.,]\d+)?)\s*\)?", folded):
        return _Cell(text, number=float(match[2].replace(",", ".")), phrase=_fold(match[1]))
    return _Cell(text, phrase=_fold(text))


def _take_apart(value: object) -> _Cell:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _Cell(show_value(value), number=float(value), missing=not math.isfinite(value))
    return _take_apart_text(show_value(value))


def read_ratings(cells: Cells, groups: Cells) -> RatingColumn:
    """Read a column of ratings as numbers on one scale.

    Parameters
    ----------
    cells
        The cells of the column.
    groups
        For each cell the part of the workbook that is filled in by one hand, such as the cycle;
        scales are compared between parts.

    Returns
    -------
    RatingColumn
        The ratings, the original text where there is any, and the faults.

    Examples
    --------
    >>> cells = np.array(["Exceeds", 4.0, "4 - Exceeds", "Too New To Rate", 2.0], dtype=object)
    >>> read_ratings(cells, np.full(5, "2024H1", dtype=object)).values
    array([ 4.,  4.,  4., nan,  2.])
    """
    if len(cells) == 0:
        return RatingColumn(np.empty(0), None, ())
    codes, parts = by_value(cells, _take_apart)
    group_codes, group_names = pd.factorize(groups)
    n_groups = len(group_names)
    joint, sizes = np.unique(codes * n_groups + group_codes, return_counts=True)
    pairs = [divmod(pair, n_groups) for pair in joint.tolist()]
    counts: dict[int, dict[_Cell, int]] = {}
    for (code, group), n in zip(pairs, sizes.tolist(), strict=True):
        if not parts[code].missing:
            of_group = counts.setdefault(group, {})
            of_group[parts[code]] = of_group.get(parts[code], 0) + n
    scale = _find_scale(counts)
    table = np.full((len(parts), n_groups), np.nan)
    unknown = np.zeros(len(parts), dtype=bool)
    for code, group in pairs:
        value = scale.read(parts[code], group)
        unknown[code] |= value is None
        table[code, group] = math.nan if value is None else value
    values = table[codes, group_codes]
    outside = np.isinf(values)
    values[outside] = np.nan
    faults = _cell_faults(np.flatnonzero(unknown[codes]), np.flatnonzero(outside), scale)
    faults += _scale_faults(counts, scale, (codes, group_codes), parts, list(group_names))
    filled = [part for part in parts if part.text]
    text = None
    if any(part.number is None or part.phrase or part.top for part in filled):
        texts = np.array([part.text or None for part in parts], dtype=object)
        text = pd.Series(texts[codes], dtype="str")
    return RatingColumn(values, text, tuple(faults))


@dataclass(frozen=True, slots=True)
class _Words:
    """The scale that a set of phrases comes from: its size, and the level of each phrase from 1."""

    size: float
    levels: dict[str, float]
    complete: bool
    steps: dict[str, int]


@dataclass(frozen=True, slots=True)
class _Scale:
    """What the numbers, words and labels of a column stand for.

    `top` and `bottom` bound the main scale; `words` gives each phrase its rating on it, for one
    group or for all; `other_tops` holds the tops of groups whose numbers are on another scale;
    `reversed_groups` those whose 1 is best.
    """

    top: float
    bottom: float
    words: dict[tuple[str, int | None], float]
    other_tops: dict[int, float]
    reversed_groups: frozenset[int]

    def read(self, cell: _Cell, group: int) -> float | None:
        """Read one cell: NaN for not rated, infinity for off the scale, None for unknown words."""
        if cell.missing:
            return math.nan
        if cell.number is None:
            return self.words.get((cell.phrase, group), self.words.get((cell.phrase, None)))
        top = cell.top or self.other_tops.get(group, self.top)
        bottom = self.bottom if top == self.top else (0.0 if top > 10 else 1.0)
        if not bottom <= cell.number <= top:
            return math.inf
        value = top + bottom - cell.number if group in self.reversed_groups else cell.number
        return self.rescale(value, bottom, top)

    def rescale(self, value: float, low: float, high: float) -> float:
        """Map a rating linearly from its own scale to the main one."""
        if (low, high) == (self.bottom, self.top) or high <= low:
            return value
        share = (value - low) / (high - low)
        return round(self.bottom + share * (self.top - self.bottom), 6)


_Counts = Mapping[int, Mapping[_Cell, int]]


def _find_scale(counts: _Counts) -> _Scale:
    """Find the scales of a column from how often each group has each distinct cell."""
    numbers: dict[int, Counter[float]] = {}
    for group, cells in counts.items():
        for cell, n in cells.items():
            if cell.number is not None and not cell.top:
                numbers.setdefault(group, Counter())[cell.number] += n
    phrases = {cell.phrase for cells in counts.values() for cell in cells if cell.number is None}
    if numbers:
        top, bottom, other_tops = _find_tops(numbers)
    else:
        stated = max((c.top for cells in counts.values() for c in cells if c.top), default=0.0)
        top, bottom, other_tops = stated or _fit_words(phrases).size, 1.0, {}
    reversed_groups = _find_reversed(counts)
    scale = _Scale(top, bottom, {}, other_tops, reversed_groups)
    return _Scale(
        top, bottom, _find_words(counts, scale, bool(numbers)), other_tops, reversed_groups
    )


def _find_tops(numbers: Mapping[int, Counter[float]]) -> tuple[float, float, dict[int, float]]:
    """Find the main scale's top and bottom, and the tops of the groups that use another scale."""
    pooled: Counter[float] = sum(numbers.values(), Counter())
    if max(pooled) <= 1 and any(value % 1 for value in pooled):
        # Shares, which Excel shows as percentages.
        return 1.0, 0.0, {}
    tops = {group: _top_of(found) for group, found in numbers.items()}
    weights: Counter[float] = Counter()
    for group, top in tops.items():
        weights[top] += numbers[group].total()
    # A few cells on a larger scale do not make it the scale of the column.
    main = max(top for top, n in weights.items() if n >= 0.3 * max(weights.values()))
    others = {}
    for group, top in tops.items():
        alike = sum((numbers[g] for g in tops if tops[g] == main), Counter())
        above = sum(n for value, n in alike.items() if value > top) / max(alike.total(), 1)
        # Nobody above 5 among so many, where others often are: this group rates from 1 to 5.
        unlikely = (1 - above) ** numbers[group].total() < 0.001
        if top > main or (main >= 1.4 * top and unlikely):
            others[group] = top
    kept = [value for value in pooled if value <= main]
    if main == 5 and pooled.total() >= 30 and not others and max(kept, default=5) in {3.0, 4.0}:
        main = max(kept)
    own: Counter[float] = sum((numbers[g] for g in tops if g not in others), Counter())
    zeros = own[0.0] >= 2 or own[0.0] > 0.05 * own.total()
    return main, 0.0 if main > 10 or zeros else 1.0, others


def _top_of(numbers: Counter[float]) -> float:
    """Name the top of the scale that a group's numbers are on; a slip of the pen is no scale."""
    total = numbers.total()
    large = sum(n for value, n in numbers.items() if value > 10)
    if large > 2 or large >= 0.25 * total:
        return 100.0
    for top in (5.0, 7.0):
        above = sum(n for value, n in numbers.items() if top < value <= 10)
        if above == 0 or (above < 3 and above < 0.03 * total):
            return top
    return 10.0


def _find_reversed(counts: _Counts) -> frozenset[int]:
    """Find the groups whose labels say that a lower number is better."""
    signs = {}
    for group, cells in counts.items():
        labels = {
            (cell.number, _PHRASES[cell.phrase])
            for cell in cells
            if cell.number is not None and cell.phrase in _PHRASES
        }
        signs[group] = sum(
            math.copysign(1.0, (a - b) * (x - y))
            for a, x in labels
            for b, y in labels
            if a > b and x != y
        )
    overall = sum(signs.values())
    return frozenset(g for g, sign in signs.items() if sign < 0 or (sign == 0 and overall < 0))


def _find_words(
    counts: _Counts, scale: _Scale, with_numbers: bool
) -> dict[tuple[str, int | None], float]:
    """Give every phrase of a column its rating on the main scale."""
    labels: dict[str, list[float]] = {}
    bare: dict[int, set[str]] = {}
    has_numbers = set()
    for group, cells in counts.items():
        for cell in cells:
            if cell.number is None:
                bare.setdefault(group, set()).add(cell.phrase)
                continue
            has_numbers.add(group)
            value = scale.read(cell, group)
            if cell.phrase and value is not None and math.isfinite(value):
                labels.setdefault(cell.phrase, []).append(value)
    phrases = set().union(*bare.values()) if bare else set()
    fitted = _fit_words(phrases)
    ratings: dict[tuple[str, int | None], float] = {}
    for phrase, level in fitted.levels.items():
        step = fitted.steps.get(phrase)
        if with_numbers and step is not None and scale.top in {3.0, 4.0, 5.0}:
            middle = 3 if scale.top == 5 or min(fitted.steps.values()) < -1 else 2
            ratings[phrase, None] = float(min(max(step + middle, 1), scale.top))
        else:
            ratings[phrase, None] = scale.rescale(level, 1.0, fitted.size)
    for group, own in bare.items():
        # A group that has words only, all those of a smaller scale, and words that no other group
        # has, rates on that scale.
        others = set().union(*(words for g, words in bare.items() if g != group))
        words = _fit_words(own)
        foreign = words.complete and words.size < scale.top and group not in has_numbers
        if foreign and not own & set(labels) and not own <= others:
            ratings |= {
                (phrase, group): scale.rescale(level, 1.0, words.size)
                for phrase, level in words.levels.items()
            }
    return ratings | {(phrase, None): float(np.mean(told)) for phrase, told in labels.items()}


def _fit_words(phrases: Collection[str]) -> _Words:
    """Find the smallest scale that has all the phrases that are known at all."""
    letters = {phrase for phrase in phrases if phrase.rstrip("+-") in _GRADES}
    known = {phrase for phrase in phrases if _is_phrase(phrase)} | letters
    if known and known == letters and not known <= _PHRASES.keys():
        return _fit_letters(known)
    for named in _NAMED:
        levels = {word: float(i) for i, level in enumerate(named, 1) for word in level}
        if known <= levels.keys() and not known <= _PHRASES.keys():
            mine = {phrase: levels[phrase] for phrase in known}
            return _Words(len(named), mine, len(set(mine.values())) == len(named), {})
    steps = {phrase: _PHRASES[phrase] for phrase in known if phrase in _PHRASES}
    if not steps:
        return _Words(5.0, {}, False, {})
    return _fit_steps(steps)


def _fit_letters(grades: Collection[str]) -> _Words:
    """Read letter grades: A is best, a plus or minus is a third of a step."""
    plain = {grade[0] for grade in grades}
    alphabet = "fedcba" if {"e", "f"} <= plain else "edcba" if "e" in plain else "fdcba"
    signs = {"": 0.0, "+": 1 / 3, "-": -1 / 3}
    top = float(len(alphabet))
    levels = {
        grade: round(
            min(max(alphabet.index(grade[0]) + 1 + signs.get(grade[1:], 0.0), 1.0), top), 6
        )
        for grade in grades
    }
    return _Words(top, levels, False, {})


def _fit_steps(steps: Mapping[str, float]) -> _Words:
    """Turn steps from "meets" into levels; halves go wherever there is room."""
    distinct = set(steps.values())
    for whole in (math.trunc, math.floor, math.ceil):
        if len({whole(step) for step in distinct}) == len(distinct):
            places = {phrase: whole(step) for phrase, step in steps.items()}
            low, high = min(places.values()), max(places.values())
            if low >= -1:
                size, middle = (3, 2) if high <= 1 else (4, 2)
            else:
                size, middle = (4, 3) if high <= 1 else (5, 3)
            levels = {phrase: float(place + middle) for phrase, place in places.items()}
            return _Words(size, levels, len(set(levels.values())) == size, places)
    ranks = {step: float(rank) for rank, step in enumerate(sorted(distinct), start=1)}
    levels = {phrase: ranks[step] for phrase, step in steps.items()}
    return _Words(max(3.0, len(ranks)), levels, True, {})


def _cell_faults(
    unknown: NDArray[np.intp], outside: NDArray[np.intp], scale: _Scale
) -> list[Fault]:
    faults = []
    if unknown.size:
        faults.append(
            Fault(
                "warning",
                "unknown_rating",
                unknown,
                '"{value}" is on no rating scale that is known, so the person counts as not rated. '
                "Write a number, or words such as Below, Meets or Exceeds; leave the cell empty if "
                "the person was not rated.",
            )
        )
    if outside.size:
        span = f"{scale.bottom:g} to {scale.top:g}"
        faults.append(
            Fault(
                "warning",
                "impossible_number",
                outside,
                f'"{{value}}" is not on the scale of this column, {span}, so the person counts as '
                "not rated. Correct the cell, or leave it empty.",
            )
        )
    return faults


def _scale_faults(
    counts: _Counts,
    scale: _Scale,
    codes: tuple[NDArray[np.intp], NDArray[np.intp]],
    parts: list[_Cell],
    groups: list[object],
) -> list[Fault]:
    """Say once for each group where a second scale is used, and what was done with it."""
    numbered = any(c.number is not None for cells in counts.values() for c in cells)
    faults = []
    for group, cells in counts.items():
        words = sorted({c for c in cells if c.number is None}, key=lambda c: c.text)
        mapped = [(c.text, scale.read(c, group)) for c in words]
        mapped = [(text, value) for text, value in mapped if value is not None]
        own = scale.other_tops.get(group)
        odd: set[_Cell] = set()
        if mapped and (numbered or any((c.phrase, group) in scale.words for c in words)):
            odd = set(words)
            done = ", ".join(f'"{text}" as {value:g}' for text, value in mapped[:6])
            done = f"words were read on the scale {scale.bottom:g} to {scale.top:g}: {done}"
        elif own is not None:
            odd = {c for c in cells if c.number is not None}
            done = f"numbers up to {own:g} were mapped to {scale.bottom:g} to {scale.top:g}"
        if odd:
            here = np.isin(codes[0], [i for i, part in enumerate(parts) if part in odd])
            place = np.flatnonzero(here & (codes[1] == group))[:1]
            message = (
                f"Rating uses two scales in {groups[group]}: {done}. Check that this is meant."
            )
            faults.append(Fault("warning", "two_scales", place, message))
    if scale.reversed_groups:
        names = ", ".join(str(groups[group]) for group in sorted(scale.reversed_groups)[:6])
        first = np.flatnonzero(np.isin(codes[1], list(scale.reversed_groups)))[:1]
        message = (
            f"The labels say that a lower number is better (in {names}), so the scale was turned "
            "round: higher is better everywhere in the workbench. Check that this is meant."
        )
        faults.append(Fault("warning", "reversed_scale", first, message))
    return faults
