"""Which scale the cells of a rating column are on: its ends, its direction, what its words mean.

The cells are counted once; all that follows looks at the distinct ones.
"""

import math
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.intake.cells import Cells, by_value
from workbench.intake.ratings.rating_cells import RatingCell, take_apart
from workbench.intake.ratings.rating_words import WordScale, fit_words
from workbench.intake.ratings.scale_choices import ScaleChoice, fold_text

__all__ = ["Found", "GroupScale", "Scale", "Span", "count_cells", "find_scale"]

_Floats = NDArray[np.float64]
_Counts = NDArray[np.intp]
_Numbers = Mapping[int, tuple[_Floats, _Counts]]
Said = Literal["cells", "labels", "header", "given"]


@dataclass(frozen=True, slots=True)
class Found:
    """The distinct cells of a column, and how often each group has each.

    Attributes
    ----------
    parts
        The distinct cells, taken apart.
    groups
        The names of the groups.
    code, group, n
        Of each pair of a distinct cell and a group that has it, by group: which, and how often.
    pair_of
        For each cell of the column its pair.
    numbers
        For each distinct cell its number, NaN where it has none or names a scale of its own.
    spelled
        Which distinct cells are more than a number and tell of the scale.
    decided
        What the analyst decided of distinct cells, None for not rated.
    """

    parts: list[RatingCell]
    groups: list[object]
    code: _Counts
    group: _Counts
    n: _Counts
    pair_of: _Counts
    numbers: _Floats
    spelled: NDArray[np.bool_]
    decided: Mapping[int, float | None]

    def numbers_of(self, group: int) -> tuple[_Floats, _Counts]:
        """Give the numbers of one group, and how often it has each."""
        pairs = self._pairs_of(group)
        numbers = self.numbers[self.code[pairs]]
        has = ~np.isnan(numbers)
        return numbers[has], self.n[pairs][has]

    def spelled_of(self, group: int) -> Iterator[tuple[int, RatingCell]]:
        """Give the spelled cells of one group, each with its pair."""
        pairs = self._pairs_of(group)
        for pair in (pairs.start + np.flatnonzero(self.spelled[self.code[pairs]])).tolist():
            yield pair, self.parts[self.code[pair]]

    def _pairs_of(self, group: int) -> slice:
        start, end = np.searchsorted(self.group, [group, group + 1]).tolist()
        return slice(start, end)


def count_cells(cells: Cells, groups: Cells, given: ScaleChoice) -> Found:
    """Take the distinct cells of a column apart and count them by group."""
    codes, parts = by_value(cells, take_apart)
    if (codes < 0).any():
        codes = np.where(codes < 0, len(parts), codes)
        parts = [*parts, RatingCell("", "not_rated")]
    group_codes, names = pd.factorize(groups, use_na_sentinel=False)
    joint = group_codes * len(parts) + codes
    pair_of, pairs = pd.factorize(joint, sort=True)
    decided = {}
    if given.words:
        told = {code: fold_text(part.text) for code, part in enumerate(parts)}
        decided = {code: given.words[text] for code, text in told.items() if text in given.words}
    numbers = np.array(
        [math.nan if c.number is None or c.top is not None else c.number for c in parts],
        dtype=float,
    )
    spelled = np.array([c.form not in {"number", "not_rated"} for c in parts], dtype=bool)
    for code, value in decided.items():
        # A decided word still tells which scale its neighbours are on; a code for "none" does not.
        if value is None or parts[code].number is not None:
            numbers[code], spelled[code] = math.nan, False
    return Found(
        parts,
        list(names),
        pairs % max(len(parts), 1),
        pairs // max(len(parts), 1),
        np.bincount(pair_of, minlength=len(pairs)),
        pair_of,
        numbers,
        spelled,
        decided,
    )


@dataclass(frozen=True, slots=True)
class Span:
    """The ends of a scale of numbers.

    Attributes
    ----------
    low, high
        The ends.
    split
        Whether numbers above 10 are on a second scale beside it, 0 to 100.
    said
        By what it is known.
    """

    low: float
    high: float
    split: bool = False
    said: Said = "cells"


@dataclass(frozen=True, slots=True)
class GroupScale:
    """The scale of one group.

    Attributes
    ----------
    span
        The ends of its numbers as written.
    turned
        Whether its smaller numbers are better.
    words
        The rating of each phrase on the scale of the column.
    own_words
        The scale of its own that its words are on, where it is not that of the column.
    letters
        Which of its phrases are letter grades.
    """

    span: Span
    turned: bool = False
    words: Mapping[str, float] = field(default_factory=dict)
    own_words: WordScale | None = None
    letters: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Scale:
    """The scales of a column.

    Attributes
    ----------
    low, high
        The ends of the scale that all ratings are read on.
    of_group
        The scale of each group.
    direction_said
        By what the direction is known.
    """

    low: float
    high: float
    of_group: list[GroupScale]
    direction_said: Said = "cells"

    def rescale(self, values: _Floats, low: float | _Floats, high: float | _Floats) -> _Floats:
        """Map ratings linearly from their own scale to that of the column."""
        size = np.maximum(np.subtract(high, low), 1e-9)
        mapped = np.round(self.low + (values - low) / size * (self.high - self.low), 6)
        mapped = np.clip(mapped, self.low, self.high)
        same = np.equal(low, self.low) & np.equal(high, self.high)
        return np.where(same, values, mapped)

    def read_numbers(self, numbers: _Floats, group: int) -> _Floats:
        """Read bare numbers of one group; infinity is off the scale."""
        own = self.of_group[group]
        second = own.span.split & (numbers > 10)
        low = np.where(second, 0.0, own.span.low)
        high = np.where(second, 100.0, own.span.high)
        outside = (numbers < low) | (numbers > high)
        inside = np.clip(numbers, low, high)
        values = np.where(own.turned & ~second, np.clip(low + high - inside, low, high), inside)
        return np.where(outside, math.inf, self.rescale(values, low, high))

    def read_cell(self, cell: RatingCell, group: int) -> float | None:
        """Read one cell: NaN for not rated, infinity for off the scale, None for unknown words."""
        own = self.of_group[group]
        if cell.form == "not_rated":
            return math.nan
        if cell.number is None:
            return own.words.get(cell.phrase)
        if cell.top is None:
            turn_back = own.turned and cell.form == "stars"
            number = own.span.low + own.span.high - cell.number if turn_back else cell.number
            return float(self.read_numbers(np.array([number]), group)[0])
        if cell.form == "share":
            low, turned = 0.0, own.turned and own.span.high in {1.0, 100.0}
        else:
            like = cell.top == own.span.high
            low = own.span.low if like else _usual_low(cell.top)
            turned = own.turned and cell.form == "fraction"
        if not low <= cell.number <= cell.top:
            return math.inf
        value = low + cell.top - cell.number if turned else cell.number
        return float(self.rescale(np.array([value]), low, cell.top)[0])


def _usual_low(high: float) -> float:
    return 0.0 if high > 10 or high == 1 else 1.0


def find_scale(found: Found, given: ScaleChoice, hint: ScaleChoice) -> Scale:
    """Find the scales of a column; what was decided beats its cells, and these beat its header."""
    labels = [
        {
            (cell.number, cell.phrase)
            for _, cell in found.spelled_of(group)
            if cell.form == "label" and cell.number is not None
        }
        for group in range(len(found.groups))
    ]
    levels = fit_words({phrase for each in labels for _, phrase in each})
    if size := _size_by_labels(set().union(*labels), levels):
        hint = ScaleChoice(1.0, size, hint.best)
    main, own, with_numbers = _find_spans(found, given, hint)
    spans = [own.get(group, main) for group in range(len(found.groups))]
    turned, said = _find_direction(labels, levels, spans, given, hint)
    of_group = [GroupScale(span, group in turned) for group, span in enumerate(spans)]
    scale = Scale(main.low, main.high, of_group, said)
    return replace(scale, of_group=_find_words(found, scale, with_numbers))


def _find_spans(
    found: Found, given: ScaleChoice, hint: ScaleChoice
) -> tuple[Span, dict[int, Span], bool]:
    """Find the span of the column, those of groups on another one, and whether any is known."""
    numbers = {group: found.numbers_of(group) for group in range(len(found.groups))}
    numbers = {group: each for group, each in numbers.items() if each[0].size}
    if given.low is not None or given.high is not None:
        main, _ = _spans_of_numbers(numbers, hint) if numbers else (Span(1.0, 5.0), {})
        return _complete(given, main), {}, True
    if numbers:
        return *_spans_of_numbers(numbers, hint), True
    cells = [cell for g in range(len(found.groups)) for _, cell in found.spelled_of(g)]
    stated = max((cell.top for cell in cells if cell.top is not None), default=None)
    if stated is not None:
        return Span(_usual_low(stated), stated), {}, True
    if hint.high is not None:
        return _complete(hint, Span(1.0, 5.0), "header"), {}, True
    return Span(1.0, float(fit_words({cell.phrase for cell in cells}).size)), {}, False


def _complete(choice: ScaleChoice, detected: Span, said: Said = "given") -> Span:
    """Take the ends that were chosen, and detect the other."""
    low, high = choice.low, choice.high
    if high is None:
        assert low is not None
        high = detected.high if detected.high > low else low + 4
    elif low is None:
        low = _usual_low(high) if detected.low >= high or detected.high != high else detected.low
        low = low if low < high else high - 4
    return Span(low, high, said=said)


def _spans_of_numbers(numbers: _Numbers, hint: ScaleChoice) -> tuple[Span, dict[int, Span]]:
    """Find the main span of the numbers, and that of each group that is on another one."""
    values, counts = _pool(numbers, numbers)
    if _are_shares(values) and not (hint.high and hint.high > 1):
        # Shares, which Excel shows as percentages.
        return Span(0.0, 1.0), {}
    spans = {group: _span_of(*each, hint) for group, each in numbers.items()}
    weights: Counter[float] = Counter()
    for group, span in spans.items():
        weights[span.high] += int(numbers[group][1].sum())
    # A few cells on a larger scale do not make it the scale of the column.
    high = max(high for high, n in weights.items() if n >= 0.3 * max(weights.values()))
    headed = next((span for span in spans.values() if span.said == "header"), None)
    high = headed.high if headed else high
    alike = [group for group, span in spans.items() if span.high == high]
    values_alike, counts_alike = _pool(numbers, alike)
    others = {}
    for group, span in spans.items():
        above = counts_alike[values_alike > span.high].sum() / counts_alike.sum()
        # Nobody above 5 among so many, where others often are: this group rates from 1 to 5.
        unlikely = (1 - above) ** numbers[group][1].sum() < 0.001
        smaller = high >= 1.4 * span.high and (unlikely or span.split or span.high == 1)
        if span.high > high or smaller or (headed and span.high != high):
            others[group] = span
    kept = values[values <= high]
    clear = counts.sum() >= 30 and not others and not headed
    if high == 5 and clear and kept.max(initial=0) in {3.0, 4.0}:
        high = float(kept.max())
    values, counts = _pool(numbers, numbers.keys() - others.keys())
    zeros = counts[values == 0].sum()
    with_zero = zeros >= 2 or zeros > 0.05 * counts.sum()
    low = headed.low if headed else 0.0 if with_zero else _usual_low(high)
    main = Span(low, high, said="header" if headed else "cells")
    own = {g: replace(main, split=True) for g, s in spans.items() if s.split and g not in others}
    return main, own | others


def _pool(numbers: _Numbers, groups: Collection[int]) -> tuple[_Floats, _Counts]:
    each = [numbers[group] for group in sorted(groups)]
    if not each:
        return np.empty(0), np.empty(0, dtype=np.intp)
    return np.concatenate([one for one, _ in each]), np.concatenate([n for _, n in each])


def _are_shares(values: _Floats) -> bool:
    return bool(values.max() <= 1 and values.min() >= 0 and (values % 1 > 0).any())


def _span_of(values: _Floats, counts: _Counts, hint: ScaleChoice) -> Span:
    """Name the span that a group's numbers are on; a slip of the pen is no scale."""
    total = counts.sum()
    if hint.high is not None:
        zero = bool((values == 0).any())
        usual = 0.0 if zero else _usual_low(hint.high)
        span = Span(usual if hint.low is None else hint.low, hint.high, said="header")
        outside = counts[(values < span.low) | (values > span.high)].sum()
        if outside < 0.05 * total or (outside < 3 and outside < 0.25 * total):
            return span
    if total >= 3 and _are_shares(values):
        return Span(0.0, 1.0)
    if high := _find_split(values, counts):
        return Span(1.0, high, split=True)
    large = counts[values > 10].sum()
    if (large > 2 and large >= 0.05 * total) or large >= 0.25 * total:
        return Span(0.0, 100.0)
    return Span(1.0, _top_of(values, counts))


def _find_split(values: _Floats, counts: _Counts) -> float | None:
    """Find whether a group is on two scales: some numbers up to 10, the others far above.

    Gives the top of the smaller scale.
    """
    total = counts.sum()
    small, large = values <= 10, values > 10
    n_small, n_large = counts[small].sum(), counts[large].sum()
    if min(n_small, n_large) < 3 or n_small < 0.1 * total or n_large < 0.05 * total:
        return None
    # Ratings are whole or half, and percentages so low, zero or not round, are percentages.
    whole = bool((values[small] >= 1).all() and (values[small] * 2 % 1 == 0).all())
    return _top_of(values[small], counts[small]) if whole and values[large].min() >= 20 else None


def _top_of(values: _Floats, counts: _Counts) -> float:
    total = counts.sum()
    for top in (5.0, 7.0):
        above = counts[(values > top) & (values <= 10)].sum()
        if above == 0 or (above < 3 and above < 0.03 * total):
            return top
    return 10.0


_Labels = set[tuple[float, str]]


def _size_by_labels(labels: _Labels, levels: WordScale) -> float | None:
    """Tell how many levels the scale of school grades or the like has that the labels name."""
    known = [(number, levels.levels[word]) for number, word in labels if word in levels.levels]
    if levels.steps or levels.letters or not known:
        return None
    size = float(levels.size)
    up = all(number == level for number, level in known)
    down = all(number == size + 1 - level for number, level in known)
    return size if up or down else None


def _find_direction(
    labels: list[_Labels],
    levels: WordScale,
    spans: list[Span],
    given: ScaleChoice,
    hint: ScaleChoice,
) -> tuple[frozenset[int], Said]:
    """Find the groups whose smaller numbers are better, and by what that is known."""
    groups = range(len(spans))
    if given.best is not None:
        return frozenset(groups) if given.best == "low" else frozenset(), "given"
    signs = [_sign_of(each, levels, span) for each, span in zip(labels, spans, strict=True)]
    overall = sum(signs)
    if any(signs):
        turned = [g for g, sign in enumerate(signs) if sign < 0 or (sign == 0 and overall < 0)]
        return frozenset(turned), "labels"
    if hint.best is not None:
        return frozenset(groups) if hint.best == "low" else frozenset(), "header"
    return frozenset(), "cells"


def _sign_of(labels: _Labels, fitted: WordScale, span: Span) -> int:
    """Tell whether labels get better with their numbers (1), worse (-1), or do not tell (0)."""
    known = [(number, fitted.levels[word]) for number, word in labels if word in fitted.levels]
    if not known:
        return 0
    first = known[0][0]
    if all(number == first for number, _ in known):
        # One label tells only where it names an end, as "1 - Outstanding" does.
        steps = sum(fitted.steps.get(word, 0) for _, word in labels)
        end = int(first == span.high) - int(first == span.low)
        return end * (int(steps > 0) - int(steps < 0))
    numbers, levels = np.array(known).T
    together = float(((numbers - numbers.mean()) * (levels - levels.mean())).sum())
    return int(together > 1e-9) - int(together < -1e-9)


def _find_words(found: Found, scale: Scale, with_numbers: bool) -> list[GroupScale]:
    """Give every phrase of every group its rating on the scale of the column."""
    told: dict[str, list[float]] = {}
    bare: list[set[str]] = []
    for group in range(len(found.groups)):
        bare.append(set())
        for _, cell in found.spelled_of(group):
            if cell.number is None:
                bare[group].add(cell.phrase)
            elif cell.phrase:
                value = scale.read_cell(cell, group)
                if value is not None and math.isfinite(value):
                    told.setdefault(cell.phrase, []).append(value)
    labels = {phrase: float(np.mean(values)) for phrase, values in told.items()}
    fitted = fit_words(set().union(*bare))
    pooled = _rate_words(fitted, scale, with_numbers)
    homes = Counter(phrase for words in bare for phrase in words)
    of_group = []
    for group, words in enumerate(bare):
        own = fit_words(words)
        # A group that has words only, all those of a smaller scale, and shares none of them with
        # another group, rates on that scale.
        foreign = own.complete and own.size < scale.high
        foreign &= all(homes[word] == 1 for word in own.levels) and labels.keys().isdisjoint(words)
        foreign &= not found.numbers_of(group)[0].size
        alone = not own.levels.keys() <= pooled.keys()
        ratings, letters = pooled, fitted.letters
        if foreign or alone:
            ratings = {**pooled, **_rate_words(own, scale, with_numbers and not foreign)}
            letters = own.letters
        of_group.append(
            replace(
                scale.of_group[group],
                words=ratings | labels,
                own_words=own if foreign or alone else None,
                letters=letters & words - labels.keys(),
            )
        )
    return of_group


def _rate_words(fitted: WordScale, scale: Scale, with_numbers: bool) -> dict[str, float]:
    """Rate the phrases of one scale on that of the column.

    On numbers up to 5, "meets" is 3 even where not all words occur; other scales are mapped.
    """
    whole = fitted.complete and fitted.size == scale.high
    if with_numbers and scale.low == 1 and scale.high in {3.0, 4.0, 5.0} and not whole:
        middle = 3 if scale.high == 5 or min(fitted.steps.values(), default=0) < -1 else 2
        stepped = {word: float(step + middle) for word, step in fitted.steps.items()}
        if stepped and min(stepped.values()) >= 1 and max(stepped.values()) <= scale.high:
            rest = fitted.levels.keys() - stepped.keys()
            return stepped | {word: _rate(fitted, scale, word) for word in sorted(rest)}
    return {word: _rate(fitted, scale, word) for word in fitted.levels}


def _rate(fitted: WordScale, scale: Scale, word: str) -> float:
    level = np.array([fitted.levels[word]])
    return float(scale.rescale(level, 1.0, fitted.size)[0])
