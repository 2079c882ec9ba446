"""Headers in, fields out: which column of a sheet is which field, how sure that is, and why.

A wrong match is worse than none: a header is taken by its name, by an alias, by an alias with a
slip of the pen, or, where its name can mean several things, by its cells; below the cut it keeps
its own name. Each field is given to one header at most.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from rapidfuzz.distance import OSA
from rapidfuzz.process import extractOne

from workbench.errors import InputError
from workbench.fields import FIELD_BY_NAME, FIELDS, Dtype
from workbench.intake.cells import read_number, show_value
from workbench.intake.cycles import read_cycle, split_cycle
from workbench.intake.scales import is_rating

__all__ = ["Given", "Match", "is_known_header", "is_private", "match_headers", "normalise_header"]

How = Literal["name", "alias", "spelling", "values", "given", "unknown"]
Given = Mapping[str, str | None]

_CUT = 0.7
_N_SAMPLE = 100


@dataclass(frozen=True, slots=True)
class Match:
    """What one header was taken for.

    Attributes
    ----------
    header
        The header as the sheet spells it.
    field
        The canonical name, or None where the column keeps its own.
    confidence
        Between 0 and 1.
    how
        `name`, `alias`, `spelling`, `values`, `given` or `unknown`.
    cycle
        The review cycle that stands in the header, as in "2023 Performance Rating".
    part
        Which part of the field the column holds, where a field is spread over two columns:
        `first` and `last` of a name, `year` of a cycle.
    """

    header: str
    field: str | None = None
    confidence: float = 0.0
    how: How = "unknown"
    cycle: str | None = None
    part: str = ""


# Columns that hold a part of a field; used where no column holds the whole.
_PARTS: dict[str, tuple[str, str]] = {
    key: (field, part)
    for field, part, keys in (
        (
            "name",
            "first",
            "first name, given name, forename, preferred first name, employee first name, legal "
            "given name, legal first name, vorname, prenom, nombre, worker first name",
        ),
        (
            "name",
            "last",
            "last name, surname, family name, preferred last name, employee last name, legal "
            "family name, legal last name, nachname, nom de famille, apellido, apellidos, worker "
            "last name",
        ),
        ("manager", "first", "manager first name, supervisor first name"),
        ("manager", "last", "manager last name, supervisor last name"),
        (
            "cycle",
            "year",
            "year, fiscal year, review year, performance year, calendar year, rating year, jahr",
        ),
    )
    for key in keys.split(", ")
}
# Headers that can mean several fields; their cells decide.
_AMBIGUOUS: dict[str, tuple[str, ...]] = {
    "id": ("person_id",),
    "no": ("person_id",),
    "key": ("person_id",),
    "code": ("person_id",),
    "employee": ("person_id", "name"),
    "worker": ("name", "person_id"),
    "person": ("name", "person_id"),
    "staff": ("name", "person_id"),
    "staff member": ("name", "person_id"),
    "team member": ("name", "person_id"),
    "engineer": ("name", "person_id"),
    "reviewee": ("person_id", "name", "email"),
    "ratee": ("person_id", "name", "email"),
    "user": ("person_id", "name", "email"),
    "username": ("person_id", "email"),
    "login": ("person_id", "email"),
    "contact": ("email",),
    "score": ("rating_manager",),
    "final": ("rating_calibrated",),
    "calibrated": ("rating_calibrated",),
    "calibration": ("rating_calibrated",),
    "self": ("rating_self", "self_review"),
    "peer": ("rating_peer", "peer_feedback"),
    "peers": ("rating_peer", "peer_feedback"),
    "role": ("title",),
    "family": ("job_family",),
    "joined": ("hire_date",),
    "start": ("hire_date",),
    "promoted": ("promotion_date",),
}
# A written review whose cells are ratings is the rating, and the other way round.
_TWINS = {
    "self_review": "rating_self",
    "manager_review": "rating_manager",
    "peer_feedback": "rating_peer",
}
_TWINS |= {rating: text for text, rating in _TWINS.items()}
# The people manager is best known by id, then by e-mail; a name may belong to two people.
_MANAGER_ORDER = (("id", 1.06), ("eid", 1.06), ("email", 1.04), ("name", 0.9))
_OWN = frozenset("employee emp worker current primary reviewee associate person staff".split())
_COUNTING = frozenset("number no num of total count nr".split())
_NAMING = frozenset("name desc description code label".split())
_SMALL_WORDS = frozenset("the of".split())
# Rating columns under a name of the company's own: every word must be one of these.
_RATING_WORDS = frozenset(
    "annual year yearly mid end midyear half overall performance review appraisal evaluation "
    "assessment rating score result outcome talent completed current summary cycle h1 h2".split()
)
_RATING_HEADS = frozenset("rating score evaluation appraisal assessment performance".split())
_PRIVATE = frozenset(
    "email mail phone mobile telephone address postcode zip salary pay bonus compensation wage "
    "equity stock ssn passport birth dob birthdate religion sexual orientation veteran marital "
    "pregnancy pregnant nationality citizenship gender sex race ethnicity disability surname "
    "firstname lastname pronouns nickname initials mi".split()
)
_PEOPLE = frozenset(
    "employee worker manager supervisor reviewer rater person first last middle family given legal "
    "preferred full display hr partner hrbp owner lead mentor vorgesetzter reviewee user".split()
)


@lru_cache(maxsize=65_536)
def normalise_header(header: str) -> str:
    """Fold a header to lower-case words: camelCase split, accents and punctuation gone.

    Examples
    --------
    >>> [normalise_header(header) for header in ("EmployeeNumber", "Worker's Manager", "E-mail")]
    ['employee number', 'workers manager', 'email']
    """
    text = unicodedata.normalize("NFKC", header)
    text = re.sub(r"[\u2018\u2019'`\u00b4]", "", text)
    text = re.sub(r"\be-mail", "email", text, flags=re.IGNORECASE)
    text = re.sub(r"(?<=[a-z\d])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", text)
    text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    text = text.replace("%", " percent ").replace("#", " number ")
    return " ".join(re.sub(r"[\W_]+", " ", text.casefold()).split())


def _squash(key: str) -> str:
    return key.replace(" ", "")


def _sorted_words(key: str) -> str:
    return " ".join(sorted(word for word in key.split() if word not in _SMALL_WORDS))


# Every known spelling: squashed -> (field, confidence, how). Earlier aliases are the surer ones.
_KNOWN: dict[str, tuple[str, float, How]] = {}
_SHUFFLED: dict[str, str] = {}
_SPELLED: dict[str, str] = {}
for _each in FIELDS:
    for _place, _alias in enumerate((_each.name, *_each.aliases)):
        _key = normalise_header(_alias)
        _sure: tuple[str, float, How] = (
            (_each.name, 1.0, "name")
            if _place == 0
            else (_each.name, 0.97 - 0.0005 * _place, "alias")
        )
        _KNOWN.setdefault(_squash(_key), _sure)
        _SPELLED.setdefault(_key, _each.name)
        if " " in _key:
            _SHUFFLED.setdefault(_sorted_words(_key), _each.name)


@lru_cache(maxsize=65_536)
def is_known_header(header: str) -> bool:
    """Tell whether a header is one that the workbench knows, well spelled, whatever its cells."""
    rest = split_cycle(header)[1]
    keys = {normalise_header(header), normalise_header(rest)} - {""}
    return any(key in _PARTS or key in _AMBIGUOUS or _by_words(key) is not None for key in keys)


def is_private(header: str) -> bool:
    """Tell whether an unknown column names or describes people, so that it stays out of reviews.

    Examples
    --------
    >>> is_private("Manager E-mail"), is_private("Base Salary"), is_private("Project Name")
    (True, True, False)
    """
    words = set(normalise_header(header).split())
    return (
        bool(words & _PRIVATE) or ("name" in words and bool(words & _PEOPLE)) or words == {"name"}
    )


def match_headers(
    headers: Sequence[str],
    cells: Mapping[str, Sequence[object]] | None = None,
    *,
    given: Given | None = None,
    split_cycles: bool = True,
) -> tuple[Match, ...]:
    """Find the field of each header of one sheet.

    Parameters
    ----------
    headers
        The headers, each different.
    cells
        Some cells of each column, by header, which support a match or speak against it.
    given
        What the analyst decided: header to field, or to None for "leave it as it is".
    split_cycles
        Whether a review cycle in a header counts; False where the sheet has its cycle elsewhere.

    Returns
    -------
    tuple of Match
        One for each header, in the order given.

    Raises
    ------
    InputError
        If `given` names a field that does not exist, or one field twice.

    Examples
    --------
    >>> for match in match_headers(["Empl ID", "Commits", "Documentation Commits"]):
    ...     print(match.header, match.field, match.how)
    Empl ID person_id alias
    Commits commits name
    Documentation Commits None unknown
    """
    decided = _check_given(given or {})
    samples = cells or {}
    found: dict[str, Match] = {}
    candidates: list[tuple[float, int, Match]] = []
    for place, header in enumerate(headers):
        folded = fold_header(header)
        cycle, rest = split_cycle(header) if split_cycles else (None, header)
        if folded in decided:
            field = decided[folded]
            found[header] = Match(header, field, 1.0, "given", cycle if field else None)
            continue
        look = _Look(samples.get(header, ()))
        for match in _find_candidates(header, normalise_header(rest), look):
            candidates.append((match.confidence, -place, _with_cycle(match, cycle)))
    taken: set[tuple[str | None, str | None]] = {
        (m.field, m.cycle) for m in found.values() if m.field
    }
    _refuse_doubles(found.values())
    for _, _, match in sorted(candidates, key=lambda each: each[:2], reverse=True):
        whole = (match.field, match.cycle)
        if match.confidence < _CUT or match.header in found or whole in taken or match.part:
            continue
        found[match.header] = _cap(match)
        taken.add(whole)
    _take_parts(candidates, found, taken)
    return tuple(found.get(header, Match(header)) for header in headers)


def _with_cycle(match: Match, cycle: str | None) -> Match:
    return Match(match.header, match.field, match.confidence, match.how, cycle, match.part)


def _cap(match: Match) -> Match:
    confidence = round(min(match.confidence, 1.0), 3)
    return Match(match.header, match.field, confidence, match.how, match.cycle, match.part)


def _take_parts(
    candidates: Iterable[tuple[float, int, Match]],
    found: dict[str, Match],
    taken: set[tuple[str | None, str | None]],
) -> None:
    """Give the fields that no column holds whole to the columns that hold their parts."""
    parts: dict[tuple[str | None, str], Match] = {}
    for _, _, match in candidates:
        if match.part and match.header not in found:
            parts.setdefault((match.field, match.part), match)
    for (field, part), match in parts.items():
        whole = (field, None) in taken
        if part == "year":
            # A column of years completes a column of halves or quarters, or stands alone.
            found[match.header] = _cap(match)
        elif not whole and (field, "last" if part == "first" else "first") in parts:
            found[match.header] = _cap(match)


def fold_header(header: str) -> str:
    """Fold what nobody means when typing a header twice: case and spaces."""
    return " ".join(unicodedata.normalize("NFKC", str(header)).casefold().split())


def _check_given(given: Given) -> dict[str, str | None]:
    for header, field in given.items():
        if field is not None and field not in FIELD_BY_NAME:
            near = extractOne(str(field), list(FIELD_BY_NAME))
            raise InputError(
                f'columns: "{header}" was given the field {field!r}, which does not exist. '
                "Accepted are the names in workbench.fields.FIELDS and None. Did you mean "
                f'"{near[0]}"?'
            )
    return {fold_header(header): field for header, field in given.items()}


def _refuse_doubles(matches: Iterable[Match]) -> None:
    seen: dict[tuple[str, str | None], str] = {}
    for match in matches:
        if match.field is None:
            continue
        other = seen.setdefault((match.field, match.cycle), match.header)
        if other != match.header:
            raise InputError(
                f'columns: "{other}" and "{match.header}" of one sheet were both given the field '
                f"{match.field!r}. Each field is one column. Give one of them None."
            )


@dataclass(slots=True)
class _Look:
    """The cells of a column, which are looked at only if the header leaves a question open."""

    cells: Sequence[object]
    seen: "_Profile | None" = None

    @property
    def profile(self) -> "_Profile":
        if self.seen is None:
            self.seen = _profile(self.cells)
        return self.seen


def _find_candidates(header: str, key: str, look: _Look) -> list[Match]:
    """List the fields that a header may be, with the confidence in each."""
    if key in _PARTS:
        field, part = _PARTS[key]
        return [Match(header, field, 0.95, "alias", part=part)]
    if key in _AMBIGUOUS:
        return _decide_by_cells(header, key, look.profile)
    known = _by_name(key)
    if known is None:
        return _find_by_cells(header, key, look.profile)
    field, confidence, how = known
    if field == "manager":
        endings = [weight for ending, weight in _MANAGER_ORDER if key.endswith(ending)]
        confidence *= endings[0] if endings else 1.0
    twin = _TWINS.get(field)
    if how == "name" and twin is None:
        return [Match(header, field, confidence, how)]
    if look.profile.suits(field):
        return [Match(header, field, confidence, how)]
    # A written review that holds ratings is the rating, and the other way round.
    words = twin is not None and FIELD_BY_NAME[twin].dtype == "text"
    if twin is None or not look.profile.suits(twin) or (words and look.profile.length < 20):
        return []
    return [Match(header, twin, 0.85, "values")]


def _by_name(key: str) -> tuple[str, float, How] | None:
    """Look a folded header up by its words, or else as a slip of the pen."""
    return _by_words(key) or _by_spelling(key)


def _by_words(key: str) -> tuple[str, float, How] | None:
    """Look a folded header up: as it is, with its words in another order, or trimmed."""
    exact = _KNOWN.get(_squash(key))
    if exact:
        return exact
    trimmed = _trim(key)
    words = key.split()
    if len(words) > 1 and (field := _SHUFFLED.get(_sorted_words(key))):
        return field, 0.9, "alias"
    if trimmed != key and (known := _KNOWN.get(_squash(trimmed))):
        return known[0], 0.93, "alias"
    return _without_extra_words(trimmed.split())


def _trim(key: str) -> str:
    """Take off what says how a column is to be filled in, such as a unit or a date format."""
    key = re.sub(r"\b(?:yyyy mm dd|dd mm yyyy|mm dd yyyy|yyyy|required|optional|auto)\b", "", key)
    key = re.sub(r"(?<=\w) (?:\d+ \d+|\d+|percent|in percent|numeric)$", "", key.strip())
    return " ".join(key.split())


def _without_extra_words(words: list[str]) -> tuple[str, float, How] | None:
    """Look up "Employee Department", "Total Commits" and "Team Desc" by what they are about."""
    if len(words) < 2:
        return None
    if words[0] in _OWN and (known := _KNOWN.get("".join(words[1:]))):
        role = FIELD_BY_NAME[known[0]].role
        allowed = role not in {"rating", "written", "identity"}
        if allowed or (words[0] == "current" and role != "written"):
            return known[0], 0.91, "alias"
    about = "".join(word for word in words if word not in _COUNTING)
    for rest, dtype, confidence in ((about, "count", 0.92), ("".join(words[:-1]), "category", 0.9)):
        known = _KNOWN.get(rest) if dtype == "count" or words[-1] in _NAMING else None
        if known and FIELD_BY_NAME[known[0]].dtype == dtype:
            return known[0], confidence, "alias"
    if words[-1] == "ratings" and (known := _KNOWN.get("".join(words)[:-1])):
        return known[0], 0.93, "alias"
    singular = _KNOWN.get("".join(words[:-1]) + words[-1] + "s")
    if singular and FIELD_BY_NAME[singular[0]].dtype == "count":
        return singular[0], 0.9, "alias"
    return None


def _by_spelling(key: str) -> tuple[str, float, How] | None:
    """Find the alias that differs from a header by a slip of the pen only."""
    near = extractOne(key, _SPELLED.keys(), scorer=OSA.distance, score_cutoff=3)
    if near is None:
        return None
    words, known = key.split(), near[0].split()
    if len(words) != len(known):
        return None
    slips = [(a, b) for a, b in zip(words, known, strict=True) if a != b]
    if not all(_is_slip(a, b) for a, b in slips) or len(slips) > 2:
        return None
    return _SPELLED[near[0]], 0.88 - 0.04 * len(slips), "spelling"


def _is_slip(word: str, known: str) -> bool:
    """Tell a slip of the pen from another word: "managr" is one, "talks" for "tasks" is not."""
    if len(known) < 5 or word[0] != known[0]:
        return False
    # Other endings make other words: a reviewer is not what was reviewed.
    plain, other = word.removesuffix("s"), known.removesuffix("s")
    if plain[-1:] != other[-1:]:
        return False
    swapped = sorted(word) == sorted(known)
    allowed = 2 if len(known) >= 11 else 1
    return OSA.distance(word, known) <= allowed and (len(known) >= 6 or swapped)


@dataclass(frozen=True, slots=True)
class _Profile:
    """What the cells of a column look like: shares of the cells that are not blank."""

    n: int = 0
    numbers: float = 0.0
    dates: float = 0.0
    emails: float = 0.0
    ratings: float = 0.0
    cycles: float = 0.0
    flags: float = 0.0
    names: float = 0.0
    length: float = 0.0
    distinct: float = 0.0
    counted: bool = False

    def suits(self, field: str) -> bool:
        """Tell whether cells like these can be those of a field."""
        if self.n == 0:
            return True
        dtype: Dtype = FIELD_BY_NAME[field].dtype
        if field == "email":
            return self.emails >= 0.5
        if field == "name":
            return self.numbers < 0.5 and self.emails < 0.5
        if field in _TWINS and dtype == "text":
            return self.ratings < 0.5 or self.length > 25
        suitable: dict[Dtype, bool] = {
            "rating": self.ratings >= 0.5 and self.flags < 0.9,
            "date": self.dates >= 0.5,
            "count": self.numbers >= 0.5,
            "number": self.numbers >= 0.5,
            "share": self.numbers >= 0.5,
            "id": self.length <= 60,
            "category": self.length <= 60,
        }
        return suitable.get(dtype, True)


def _profile(cells: Sequence[object]) -> _Profile:
    """Look at some of a column's cells."""
    filled = [cell for cell in cells if show_value(cell)][:_N_SAMPLE]
    n = len(filled)
    if n == 0:
        return _Profile()
    texts = [show_value(cell) for cell in filled]
    numbers = [read_number(cell) for cell in filled]
    serial = [number for number in numbers if number is not None]
    return _Profile(
        n=n,
        numbers=sum(number is not None for number in numbers) / n,
        dates=sum(isinstance(cell, dt.date) or _looks_like_date(cell) for cell in filled) / n,
        emails=sum(bool(re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", text)) for text in texts) / n,
        ratings=sum(is_rating(cell) for cell in filled) / n,
        cycles=sum(_is_part_of_year(text) for text in texts) / n,
        flags=sum(text.casefold() in _FLAGS for text in texts) / n,
        names=sum(bool(re.fullmatch(r"[^\W\d_][^\d@]*[, ][^\d@]+", text)) for text in texts) / n,
        length=sum(map(len, texts)) / n,
        distinct=len(set(texts)) / n,
        counted=n > 2 and serial == [serial[0] + step for step in range(n)] if serial else False,
    )


_FLAGS = frozenset("true false yes no y n".split())


def _looks_like_date(cell: object) -> bool:
    if isinstance(cell, int | float):
        return 20_000 <= cell <= 60_000
    text = show_value(cell)
    return bool(
        re.match(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/. ]\d{1,2}[-/. ]\d{2,4}$", text)
        or (
            re.search(r"\d", text)
            and re.match(r"\d{1,2}[- ]?[A-Za-z]{3}|[A-Za-z]{3,9}\.? \d", text)
        )
    )


def _is_part_of_year(text: str) -> bool:
    """Tell a half, quarter, season or fiscal year from a date or a bare number."""
    return (
        re.search(r"[^\W\d_]", text) is not None
        and len(text) <= 30
        and read_cycle(text) is not None
    )


def _decide_by_cells(header: str, key: str, profile: _Profile) -> list[Match]:
    """Choose among the meanings of an ambiguous header by what its cells are."""
    matches = []
    for field in _AMBIGUOUS[key]:
        if field == "person_id":
            # A column that only counts the rows is no id, and a column of names is a name.
            fits = not profile.counted and max(profile.names, profile.emails) < 0.5
        elif field == "name":
            fits = profile.names >= 0.5 or not profile.n
        else:
            fits = profile.suits(field)
        if fits:
            matches.append(Match(header, field, 0.8 if profile.n else 0.75, "values"))
    return matches[:1]


def _find_by_cells(header: str, key: str, profile: _Profile) -> list[Match]:
    """Take a column under an unknown name for what only one field's cells look like."""
    words = set(key.split())
    if profile.n >= 3 and profile.cycles == 1.0 and not words & {"hire", "start", "end", "next"}:
        return [Match(header, "cycle", 0.75, "values")]
    if profile.n >= 3 and profile.emails == 1.0 and profile.distinct == 1.0 and not words & _PEOPLE:
        return [Match(header, "email", 0.75, "values")]
    own_words = words <= _RATING_WORDS and words & _RATING_HEADS
    if own_words and profile.n and profile.ratings >= 0.9 and profile.flags < 0.9:
        return [Match(header, "rating_manager", 0.75, "values")]
    return []
