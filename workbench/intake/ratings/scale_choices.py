"""What is said of a rating scale beside its cells: by the analyst, or by the column's header."""

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from workbench.errors import InputError
from workbench.intake.ratings.rating_words import fit_words, fold_phrase

__all__ = ["ScaleChoice", "fold_text", "read_scale_header"]

Best = Literal["high", "low"]


def fold_text(text: str) -> str:
    """Fold a rating's text for case and spaces, as the words of a choice are.

    Examples
    --------
    >>> fold_text("  Sehr   GUT ")
    'sehr gut'
    """
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


@dataclass(frozen=True, slots=True)
class ScaleChoice:
    """What is decided of the scale of a column; what is left open is detected.

    Attributes
    ----------
    low, high
        The ends of the written numbers.
    best
        Which end of the written numbers is best, `high` or `low`.
    words
        For original texts, whatever their case and spaces, the rating that they are read as, higher
        is better; None where the person was not rated.

    Raises
    ------
    InputError
        What is decided makes no scale.

    Examples
    --------
    >>> choice = ScaleChoice(low=1, high=5, best="low", words={"Rock  Star": 5})
    >>> choice.words
    {'rock star': 5.0}
    >>> ScaleChoice.from_dict(choice.to_dict()) == choice
    True
    """

    low: float | None = None
    high: float | None = None
    best: Best | None = None
    words: Mapping[str, float | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Fold the words, and refuse what makes no scale."""
        low, high = _check_number(self.low, "low"), _check_number(self.high, "high")
        if low is not None and high is not None and low >= high:
            raise InputError(
                f"The scale was given as {low:g} to {high:g}. Its lower end must be below its "
                'upper end; where smaller numbers are better, choose "low" as the best end.'
            )
        if self.best not in ("high", "low", None):
            raise InputError(
                f"The best end of the scale was given as {_show(self.best)}. It is the high end or "
                'the low end of the written numbers: choose "high" or "low".'
            )
        object.__setattr__(self, "low", low)
        object.__setattr__(self, "high", high)
        object.__setattr__(self, "words", _check_words(self.words, low, high))

    def to_dict(self) -> dict[str, object]:
        """Write the choice as plain JSON types."""
        return {"low": self.low, "high": self.high, "best": self.best, "words": dict(self.words)}

    @classmethod
    def from_dict(cls, data: object) -> "ScaleChoice":
        """Read a choice from JSON types, from wherever they come.

        Raises
        ------
        InputError
            They hold no choice.
        """
        if not isinstance(data, Mapping):
            raise InputError(
                f"The choice of a rating scale was given as {_show(data)}. It is a group of named "
                "values: low, high, best and words. Choose the scale again and save it."
            )
        unknown = [key for key in data if key not in ("low", "high", "best", "words")]
        if unknown:
            raise InputError(
                f"The choice of a rating scale has {_show(unknown[0])}, which means nothing here. "
                "It may have low, high, best and words. Remove the rest."
            )
        words = data.get("words")
        return cls(
            data.get("low"), data.get("high"), data.get("best"), {} if words is None else words
        )


def _show(value: object) -> str:
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 40 else f"{text[:37]}..."


def _check_number(value: object, name: str) -> float | None:
    if value is None:
        return None
    # Far larger numbers are nobody's rating, and overflow when they are turned round.
    plain = isinstance(value, int | float) and not isinstance(value, bool)
    if not plain or not -1e9 <= value <= 1e9:  # type: ignore[operator]
        raise InputError(
            f"The {name} end of the rating scale was given as {_show(value)}. It must be a number, "
            "such as 1 or 5, or left open."
        )
    return float(value)  # type: ignore[arg-type]


def _check_words(words: object, low: float | None, high: float | None) -> dict[str, float | None]:
    if not isinstance(words, Mapping):
        raise InputError(
            f"The words of the rating scale were given as {_show(words)}. Give for each word the "
            "rating that it stands for, or nothing where the person was not rated."
        )
    checked: dict[str, float | None] = {}
    for word, rating in words.items():
        key = fold_text(word) if isinstance(word, str) else ""
        if not key:
            raise InputError(
                f"{_show(word)} was given as a word of the rating scale. Give the text as the cell "
                "has it; empty cells count as not rated anyway."
            )
        number = rating
        if rating is not None:
            number = _check_number_of_word(rating, word, low, high)
        if key in checked and checked[key] != number:
            raise InputError(
                f"{_show(word)} was given two ratings, {_show(checked[key])} and {_show(number)}; "
                "case and spaces make no difference. Keep one of them."
            )
        checked[key] = number
    return checked


def _check_number_of_word(
    rating: object, word: str, low: float | None, high: float | None
) -> float:
    plain = isinstance(rating, int | float) and not isinstance(rating, bool)
    number = float(rating) if plain else math.nan  # type: ignore[arg-type]
    least, most = (-1e9 if low is None else low), (1e9 if high is None else high)
    if not least <= number <= most:
        span = "" if low is None and high is None else " on the scale that was given"
        raise InputError(
            f"{_show(word)} was given the rating {_show(rating)}. It must be a number{span}, or "
            "nothing where the person was not rated."
        )
    return number


# Headers name the ends of a scale in these words, beside the words of ratings themselves.
_BEST_WORDS = frozenset(
    "best beste bester bestes highest hoechste hochste hoechster hochster high top better besser "
    "strongest meilleur meilleure mejor excellent maximum max".split()
)
_WORST_WORDS = frozenset(
    "worst lowest low worse weakest schlechteste schlechtester schlechtestes niedrigste schlechter "
    "pire peor minimum min mauvais".split()
)
_PLAIN_ENDS = frozenset("best beste highest worst lowest hochste niedrigste mejor peor".split())
_TOPS = frozenset({3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 20.0, 50.0, 100.0})
_N = r"(?<![\w.,/])((?!0\d)\d{1,3})(?![\w/]|[.,]\d)"
_RANGE = re.compile(
    rf"{_N}\s*(?:-|\u2013|\u2014|\.{{2,3}}|\u2026|to|bis|through|a|\u00e0)\s*(\d{{1,3}})(?![\w/-])"
)
_OUT_OF = re.compile(r"(?:\b(?:out of|sur|sobre|von|max\.?)\s*|(?<!\d)\s*/\s*)(\d{1,3})(?![\w/])")
_WORDS_AFTER = r"([^\W\d_][^\d,;()/=:]*)"
_ENDS_FORWARD = re.compile(
    rf"{_N}\s*(?:=|:|\(|\bis\b|\bist\b|\best\b|\bes\b|\bbeing\b)\s*(?:the )?{_WORDS_AFTER}"
)
_ENDS_BACKWARD = re.compile(rf"([^\W\d_]+)\s*(?:=|:|\(|\bis\b|\bist\b)\s*{_N}")
_ENDS_BESIDE = re.compile(rf"{_N}\s*-?\s*{_WORDS_AFTER}")


def read_scale_header(header: str) -> ScaleChoice:
    """Read what a header says of its scale: "Rating (1-5)", "Score out of 10", "1 = best".

    Examples
    --------
    >>> said = read_scale_header("Rating (1 = best, 6 = worst)")
    >>> said.low, said.high, said.best
    (1.0, 6.0, 'low')
    >>> read_scale_header("Rating 2023-2024")
    ScaleChoice(low=None, high=None, best=None, words={})
    """
    text = unicodedata.normalize("NFKC", header).casefold()[:200]
    ends = _read_ends(text)
    low, high, best = ends
    if (match := _RANGE.search(text)) and _is_span(*(found := _in_order(match))):
        low, high = found
    elif low is None and high is None and (match := _OUT_OF.search(text)):
        high = float(match[1]) if float(match[1]) in _TOPS else None
    if re.search(r"\blower\b[^.;]{0,12}\bbetter\b", text):
        best = best or "low"
    if re.search(r"\bhigher\b[^.;]{0,12}\bbetter\b", text):
        best = best or "high"
    if "schulnote" in text:
        # German school grades; a header that names other ends is believed.
        low, high, best = (1.0 if low is None else low), (6.0 if high is None else high), "low"
    return ScaleChoice(low, high, best)


def _in_order(match: re.Match[str]) -> tuple[float, float]:
    first, second = float(match[1]), float(match[2])
    return min(first, second), max(first, second)


def _is_span(low: float, high: float) -> bool:
    return low in {0.0, 1.0} and high in _TOPS


def _read_ends(text: str) -> tuple[float | None, float | None, Best | None]:
    """Read which number is named the best and which the worst."""
    good: set[float] = set()
    bad: set[float] = set()
    for pattern, number, words in (
        (_ENDS_FORWARD, 1, 2),
        (_ENDS_BACKWARD, 2, 1),
        (_ENDS_BESIDE, 1, 2),
    ):
        for match in pattern.finditer(text):
            side = _side_of(match[words])
            # Without a sign between them, "1 high confidence" is no statement; "1 best" is.
            if side and (pattern is not _ENDS_BESIDE or _is_plain_end(match[words], text)):
                (good if side > 0 else bad).add(float(match[number]))
        if good or bad:
            break
    named = good | bad
    if not named or (good and bad and not (max(good) < min(bad) or max(bad) < min(good))):
        return None, None, None
    least, most = min(named), max(named)
    if good and bad:
        best: Best = "low" if max(good) < min(bad) else "high"
        return (least, most, best) if _is_span(least, most) else (None, None, best)
    # One end only: 1 is the lower end of any scale, and 3 or more the upper end.
    low = least if least in {0.0, 1.0} else None
    high = most if low is None and most in _TOPS else None
    if low is None and high is None:
        return None, None, None
    return low, high, "low" if bool(good) == (low is not None) else "high"


def _is_plain_end(words: str, text: str) -> bool:
    """Tell whether words beside a number are an end by themselves, or one of two ends named."""
    others = {_side_of(match[2]) for match in _ENDS_BESIDE.finditer(text)}
    return {1, -1} <= others or (fold_phrase(words) in _PLAIN_ENDS)


def _side_of(words: str) -> int:
    """Tell whether words name the good end of a scale (1), the bad end (-1), or neither (0)."""
    phrase = fold_phrase(words)
    first = phrase.split()[:1]
    for names, side in ((_BEST_WORDS, 1), (_WORST_WORDS, -1)):
        if phrase in names or (first and first[0] in names):
            return side
    step = fit_words([phrase]).steps.get(phrase, 0)
    return (step > 0) - (step < 0)
