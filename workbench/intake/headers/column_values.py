"""What the cells of a column look like: dates, e-mail addresses, ratings, titles and the like.

Cells support a header, speak against it, or tell by themselves what a column is. They are only
looked at as far as a question is open.
"""

import datetime as dt
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal

from workbench.fields import FIELD_BY_NAME
from workbench.intake.cells import MONTHS, read_number, show_value
from workbench.intake.cycles import read_cycle
from workbench.intake.ratings.scales import is_rating
from workbench.ladder import track_of_title

__all__ = ["ColumnValues", "Kind"]

Kind = Literal["number", "category", "text", "date", "private", ""]

_N_SAMPLE = 60
_FLAGS = frozenset("true false yes no y n ja nein oui non si".split()) | {"sí", "1", "0"}
_GENDERS = frozenset(
    "m f w d u male female man woman men women nonbinary non-binary divers diverse other "
    "undeclared männlich weiblich mann frau homme femme masculin féminin hombre mujer masculino "
    "femenino".split()
)
_TRACKS = frozenset(
    "ic m engineer engineering management manager mgmt technical technical_leadership people "
    "fachlaufbahn führungslaufbahn técnica técnico gestión technique expertise fach führung "
    "leadership individual expert".split()
) | {
    "individual contributor",
    "technical leadership",
    "tech leadership",
    "people management",
    "people manager",
    "technical track",
    "management track",
    "ic track",
    "manager track",
}
# Where a piece of work stands; people are active, on leave or gone.
_WORKFLOW = frozenset(
    "complete completed submitted pending draft open closed approved rejected overdue started "
    "signed acknowledged calibrated published shared done".split()
) | {"in progress", "not started", "in review", "to do", "signed off", "in calibration"}
_MONTH = rf"(?:(?:{'|'.join(sorted(MONTHS, key=len, reverse=True))})\.?)"
_DATE = re.compile(
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|"
    r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])$|"
    r"\d{1,2}[-/. ]\d{1,2}[-/. ]\d{2,4}$|"
    rf"\d{{1,2}}\.?[- ](?:de )?{_MONTH}[-, ]*(?:de )?\d{{2,4}}$|"
    rf"{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}$|"
    rf"{_MONTH}[- ]\d{{2,4}}$"
)


@dataclass(frozen=True)
class ColumnValues:
    """Some cells of one column, and what they look like as shares of those that are filled.

    Examples
    --------
    >>> values = ColumnValues(["2020-01-31", "2021-07-01", ""])
    >>> values.n, values.dates, values.suits("hire_date"), values.suits("commits")
    (2, 1.0, True, False)
    """

    cells: Sequence[object]

    @cached_property
    def filled(self) -> list[object]:
        """The cells that are not blank."""
        return [cell for cell in self.cells if show_value(cell)][:_N_SAMPLE]

    @cached_property
    def texts(self) -> list[str]:
        """The filled cells as the sheet shows them."""
        return [show_value(cell) for cell in self.filled]

    @cached_property
    def n(self) -> int:
        """How many cells are filled."""
        return len(self.filled)

    def _share(self, holds: Callable[[str], bool]) -> float:
        return sum(map(holds, self.texts)) / self.n if self.n else 0.0

    @cached_property
    def read(self) -> list[float | None]:
        """The cells as numbers."""
        return [read_number(cell) for cell in self.filled]

    @cached_property
    def numbers(self) -> float:
        """Share of numbers."""
        return sum(number is not None for number in self.read) / self.n if self.n else 0.0

    @cached_property
    def figures(self) -> float:
        """Share of numbers that are written out, which "n/a" and a person called Null are not."""
        figures = sum(number is not None and math.isfinite(number) for number in self.read)
        return figures / self.n if self.n else 0.0

    @cached_property
    def dates(self) -> float:
        """Share of dates, Excel's serial numbers included."""
        return sum(map(_is_date, self.filled)) / self.n if self.n else 0.0

    @cached_property
    def emails(self) -> float:
        """Share of e-mail addresses."""
        return self._share(_is_email)

    @cached_property
    def ratings(self) -> float:
        """Share of cells that can be a rating."""
        return sum(map(is_rating, self.filled)) / self.n if self.n else 0.0

    @cached_property
    def rating_words(self) -> float:
        """Share of cells that are a rating in words, which a number or one letter is not."""
        return self._share(_is_rating_word)

    @cached_property
    def cycles(self) -> float:
        """Share of halves, quarters, seasons or fiscal years."""
        return self._share(_is_part_of_year)

    @cached_property
    def flags(self) -> float:
        """Share of yes and no."""
        return self._share(lambda text: text.casefold() in _FLAGS)

    @cached_property
    def names(self) -> float:
        """Share of texts of several words without a digit, as the names of people are."""
        return self._share(lambda text: bool(_NAME.fullmatch(text)))

    @cached_property
    def letters(self) -> float:
        """Share of texts without a digit or an "@"."""
        return self._share(lambda text: re.search(r"[\d@]", text) is None)

    @cached_property
    def titles(self) -> float:
        """Share of job titles."""
        return self._share(_is_title)

    @cached_property
    def tracks(self) -> float:
        """Share of words for a career track."""
        return self._share(lambda text: text.casefold() in _TRACKS)

    @cached_property
    def genders(self) -> float:
        """Share of words for a gender."""
        return self._share(lambda text: text.casefold() in _GENDERS)

    @cached_property
    def workflow(self) -> float:
        """Share of words for where a piece of work stands."""
        return self._share(lambda text: text.casefold() in _WORKFLOW)

    @cached_property
    def length(self) -> float:
        """Mean number of characters."""
        return sum(map(len, self.texts)) / self.n if self.n else 0.0

    @cached_property
    def distinct(self) -> float:
        """Share of different texts."""
        return len(set(self.texts)) / self.n if self.n else 0.0

    @cached_property
    def counted(self) -> bool:
        """Whether the column only counts its rows."""
        first = self.read[0] if self.n > 2 else None
        return first is not None and self.read == [first + step for step in range(self.n)]

    @cached_property
    def codes(self) -> float:
        """Share of texts such as E1007 or 00123, as ids are."""
        return self._share(lambda text: bool(_CODE.fullmatch(text)))

    @property
    def kind(self) -> Kind:
        """What an unknown column can be used as: a number as a signal, a category as a group."""
        if not self.n:
            return ""
        if self.emails >= 0.5:
            return "private"
        if self.dates >= 0.8:
            return "date"
        if self.numbers >= 0.8:
            return "number"
        few = len(set(self.texts)) <= max(2, self.n // 2)
        return "category" if few or self.length <= 25 else "text"

    def suits(self, field: str, *, named: bool = False) -> bool:
        """Tell whether cells like these can be those of a field.

        Parameters
        ----------
        field
            The field.
        named
            Whether the header names the field beyond doubt: then unreadable cells are the data's
            fault, and only cells that are clearly another thing speak against it.
        """
        if self.n == 0:
            return True
        if self._is_other_than(field):
            return False
        return named or self._is_like(field)

    def _is_other_than(self, field: str) -> bool:
        """Tell cells that are clearly not those of a field."""
        dtype = FIELD_BY_NAME[field].dtype
        if dtype != "date" and field != "cycle" and self.dates >= 0.8 and self._are_no_numbers:
            return True
        if self.emails >= 0.5:
            return field not in {"email", "manager", "rater_id", "person_id"}
        if field == "email":
            return self.numbers >= 0.5 or self.dates >= 0.5 or (self.emails == 0 and self.n >= 3)
        if dtype in {"id", "date", "count", "number", "share", "cycle"} and self._are_words:
            return True
        if field in _PLACES and (self.flags >= 0.9 or self.length > 60):
            return True
        if field in {"title", "name"} and self.figures >= 0.5:
            return True
        if field == "employment_status":
            return self.workflow >= 0.5
        if dtype == "rating":
            return (self.flags >= 0.9 and self.numbers < 0.5) or self.length > 60
        if dtype == "text" and FIELD_BY_NAME[field].role == "written":
            # Nobody writes a review of two words.
            brief = self.n >= 3 and max(len(text.split()) for text in self.texts) <= 2
            return brief or ((self.ratings >= 0.5 or self.numbers >= 0.5) and self.length <= 25)
        return False

    @property
    def _are_no_numbers(self) -> bool:
        return not all(isinstance(cell, int | float) for cell in self.filled)

    @property
    def _are_words(self) -> bool:
        return self.rating_words >= 0.6 or (self.flags >= 0.9 and self.numbers < 0.5)

    def _is_like(self, field: str) -> bool:
        """Tell cells that look like those of a field."""
        dtype = FIELD_BY_NAME[field].dtype
        if dtype == "rating":
            return self.ratings >= 0.5
        if dtype == "date":
            return self.dates >= 0.5
        if dtype in {"count", "number", "share"}:
            return self.numbers >= 0.5
        if dtype in {"id", "category"}:
            return self.length <= 60
        return True


_PLACES = frozenset("title level job_family team department location track pay_band".split())
_NAME = re.compile(r"[^\W\d_][^\d@]*[, ][^\d@]+")
_CODE = re.compile(r"[A-Za-z]{0,4}[-_ ]?\d{3,10}|[A-Za-z]{1,3}\d{2,8}")


@lru_cache(maxsize=65_536)
def _is_email(text: str) -> bool:
    return re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", text) is not None


@lru_cache(maxsize=65_536)
def _is_title(text: str) -> bool:
    return len(text) <= 80 and track_of_title(text) != "other"


@lru_cache(maxsize=65_536)
def _is_rating_word(text: str) -> bool:
    return len(text) > 2 and re.search(r"\d", text) is None and is_rating(text)


def _is_date(cell: object) -> bool:
    if isinstance(cell, dt.date):
        return True
    if isinstance(cell, int | float):
        if 19_000_000 <= cell <= 21_000_000:
            return _is_date_text(show_value(cell))
        return 20_000 <= cell <= 60_000
    return _is_date_text(show_value(cell))


@lru_cache(maxsize=65_536)
def _is_date_text(text: str) -> bool:
    return re.search(r"\d", text) is not None and _DATE.match(text.casefold()) is not None


@lru_cache(maxsize=65_536)
def _is_part_of_year(text: str) -> bool:
    """Tell a half, quarter, season or fiscal year from a date or a bare number."""
    return (
        re.search(r"[^\W\d_]", text) is not None
        and len(text) <= 30
        and read_cycle(text) is not None
    )
