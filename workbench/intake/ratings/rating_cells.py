"""One rating cell taken apart: its number, the words beside it, and what kind of rating it is."""

import datetime as dt
import math
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from workbench.intake.cells import read_number, show_value
from workbench.intake.ratings.rating_words import (
    fit_words,
    fold_phrase,
    is_grade,
    is_known_phrase,
    is_not_rated,
)

__all__ = ["Form", "RatingCell", "is_rating", "take_apart"]

Form = Literal["number", "share", "fraction", "stars", "pair", "label", "words", "not_rated"]

_NUMBER = r"[+-]?\d{1,4}(?:[.,]\d+)?"
_FULL_STARS, _EMPTY_STARS = "\u2605\u2b50\u272d\u272e\U0001f31f", "\u2606\u2729"
_OUT_OF = re.compile(
    rf"({_NUMBER})\s*(?:/|out of|of|von|sur|sobre|de)\s*(\d{{1,3}}(?:[.,]0+)?)"
    r"\s*(?:stars?|points?|pts|sterne|sternen|punkte|punkten|puntos|\u00e9toiles)?"
)
_PAIR = re.compile(r"(\d{1,2}(?:[.,]\d)?)\s*:\s*\d(?:[.,]\d)?")
# Excel takes a typed 2:3 for a time of day.
_PAIR_AS_TIME = re.compile(r"0(\d):0\d:00")
_BOX = re.compile(
    r"[^\[(]*[\[(]\s*(h|m|l|high|med|medium|low)\s*[,/]\s*(?:h|m|l|high|med|medium|low)\s*[\])]"
)
_NUMBER_FIRST = re.compile(
    rf"\(?({_NUMBER})(?:(\s*[-\u2013\u2014:.)=|(]\s*|\s*,\s+)|\s*)([^\d\s].*)", re.DOTALL
)
_NUMBER_LAST = re.compile(
    r"(\D+?)(?:\s*[(:=\u2013\u2014]\s*|\s+-\s*|\s+|-)(\d{1,4}(?:[.,]\d+)?)\s*\)?"
)
# Words that only say that a number is a rating.
_UNITS = frozenset(
    "level rating score star stars point points pts grade rated stufe note punkt punkte sterne "
    "niveau nivel punto puntos etoile etoiles + -".split()
)
# Levels of a scale that alone are more often something else: a country, a team, a size.
_SELDOM_ALONE = frozenset(
    "us at core learning model standard basic regular unter \u00fcber bas media medio haut alto "
    "alta bajo baja encima debajo expert notable".split()
)
# Longer texts are prose, whatever word of a scale stands in them.
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class RatingCell:
    """One distinct rating cell, taken apart.

    Attributes
    ----------
    text
        The cell as the sheet shows it.
    form
        What it looks like.
    number
        Its number, if it has one.
    phrase
        Its words, folded.
    top
        The top of its scale, where the cell itself names it ("4 out of 5").
    """

    text: str
    form: Form
    number: float | None = None
    phrase: str = ""
    top: float | None = None


def is_rating(value: object) -> bool:
    """Tell whether a cell can be a rating by itself, which "Payments" and a date cannot.

    Examples
    --------
    >>> [is_rating(value) for value in ("4 - Exceeds", "Meets Expectations", 3.5, "Payments")]
    [True, True, True, False]
    """
    if isinstance(value, bool | dt.date | dt.time):
        return False
    if isinstance(value, str) and len(value.strip()) > _LONGEST:
        return False
    cell = take_apart(value)
    if cell.form == "not_rated":
        return True
    if cell.number is not None:
        # "100 - Payments" is the key of a department.
        top = 100 if not cell.phrase or _names_rating(cell.phrase) else 10
        return 0 <= cell.number <= top and len(cell.phrase) <= 40
    if cell.text.casefold() in _SELDOM_ALONE:
        return False
    if len(cell.phrase) == 2 and cell.phrase in {"si", "ne", "mi", "re", "ge", "ma"}:
        # As a word, "si" is a yes.
        return cell.text.isupper()
    return is_known_phrase(cell.phrase) or is_grade(cell.phrase)


def take_apart(value: object) -> RatingCell:
    """Take one cell apart.

    Examples
    --------
    >>> cell = take_apart("4 - Exceeds Expectations")
    >>> cell.form, cell.number, cell.phrase
    ('label', 4.0, 'exceeds')
    >>> take_apart("2:3").form, take_apart("3/5").top, take_apart("n/a").form
    ('pair', 5.0, 'not_rated')
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        text = show_value(value)
        if math.isfinite(value):
            return RatingCell(text, "number", float(value))
        return RatingCell(text, "not_rated" if math.isnan(value) else "words", phrase=text)
    return _take_text_apart(show_value(value))


@lru_cache(maxsize=16_384)
def _take_text_apart(text: str) -> RatingCell:
    if is_not_rated(text):
        return RatingCell(text, "not_rated")
    return (
        _read_stars(text) or _read_bare_number(text) or _read_two(text) or _read_label(text)
    ) or RatingCell(text, "words", phrase=_read_words(text))


def _read_stars(text: str) -> RatingCell | None:
    signs = text.replace("\ufe0f", "").replace(" ", "")
    full = sum(signs.count(star) for star in _FULL_STARS)
    empty = sum(signs.count(star) for star in _EMPTY_STARS)
    if not signs or full + empty != len(signs):
        return None
    return RatingCell(text, "stars", float(full), top=float(len(signs)) if empty else None)


def _read_bare_number(text: str) -> RatingCell | None:
    number = read_number(text)
    if number is None:
        return None
    if math.isnan(number):
        return RatingCell(text, "not_rated")
    if "%" in text:
        return RatingCell(text, "share", round(100 * number, 9), top=100.0)
    return RatingCell(text, "number", number)


def _read_two(text: str) -> RatingCell | None:
    """Read "4 out of 5", and pairs, of which the first is the rating of the work itself."""
    folded = text.casefold().strip("*[]() ")
    if (match := _OUT_OF.fullmatch(folded)) and (top := _to_number(match[2])):
        return RatingCell(text, "fraction", _to_number(match[1]), top=top)
    if match := _PAIR.fullmatch(folded) or _PAIR_AS_TIME.fullmatch(folded):
        return RatingCell(text, "pair", _to_number(match[1]))
    if match := _BOX.fullmatch(text.casefold()):
        return RatingCell(text, "pair", phrase=match[1])
    return None


def _read_label(text: str) -> RatingCell | None:
    """Read a number with words; without a sign between them the words must be those of a rating."""
    folded = text.casefold().strip("*[] ")
    if match := _NUMBER_FIRST.fullmatch(folded):
        phrase = _read_words(match[3].strip("()"))
        if match[2] or _names_rating(phrase):
            return RatingCell(text, "label", _to_number(match[1]), phrase)
    if match := _NUMBER_LAST.fullmatch(folded):
        phrase = _read_words(match[1])
        if _names_rating(phrase):
            return RatingCell(text, "label", _to_number(match[2]), phrase)
    return None


def _to_number(text: str) -> float:
    return float(text.replace(",", "."))


def _names_rating(phrase: str) -> bool:
    """Tell whether words beside a number are a rating's, which "months" and "Team" are not."""
    return (
        phrase in _UNITS
        or is_known_phrase(phrase)
        or is_grade(phrase)
        or any(len(word) > 3 and is_known_phrase(word) for word in phrase.split())
    )


def _read_words(text: str) -> str:
    """Fold the words of a cell; of an abbreviation beside its words, the words count."""
    phrase = fold_phrase(text)
    if is_known_phrase(phrase) or len(text) > 80:
        return phrase
    halves = re.fullmatch(
        r"\s*([^-(:=|\u2013\u2014]+?)\s*[-(:=|\u2013\u2014]\s*([^(]+?)\)?\s*", text
    )
    if halves is None:
        return phrase
    first, second = fold_phrase(halves[1]), fold_phrase(halves[2])
    short, long = sorted((first, second), key=len)
    if is_grade(short) and len(short) <= 2 and is_known_phrase(long):
        return long
    levels = fit_words([first, second]).levels
    same = first in levels and second in levels and levels[first] == levels[second]
    return long if same and len(short) <= 4 else phrase
