"""Headers in, fields out: which column of a sheet is which field, how sure that is, and why.

A header's words and its cells name candidates, each with a confidence; then all headers of a sheet
are given their fields at once, each field to one header at most, so that the confidence is highest
in all. A wrong match is worse than none: below the cut a header keeps its own name and is offered
with the best guesses.
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from rapidfuzz.process import extractOne

from workbench.errors import InputError
from workbench.fields import FIELD_BY_NAME
from workbench.intake.cycles import split_cycle
from workbench.intake.headers.column_values import ColumnValues, Kind
from workbench.intake.headers.meanings import (
    How,
    Meaning,
    find_meanings,
    is_known_key,
    suggest_fields,
)
from workbench.intake.headers.vocabulary import drop_aside, normalise_header, read_words

__all__ = [
    "Given",
    "Match",
    "fold_header",
    "is_known_header",
    "is_private",
    "match_headers",
    "normalise_header",
]

Given = Mapping[str, str | None]
Guesses = tuple[tuple[str, float], ...]

_CUT = 0.7
_N_GUESSES = 3


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
        `name`, `alias`, `spelling`, `translation`, `values`, `given` or `unknown`.
    cycle
        The review cycle that stands in the header, as in "2023 Performance Rating".
    part
        Which part of the field the column holds, where a field is spread over two columns:
        `first` and `last` of a name, `year` of a cycle.
    guesses
        Other fields that it may be, at most three, best first, each with its confidence.
    kind
        What an unmatched column can be used as: a `number` as a signal, a `category` as a group;
        `private` where it names or describes people. Empty where it is matched or has no cells.
    """

    header: str
    field: str | None = None
    confidence: float = 0.0
    how: How = "unknown"
    cycle: str | None = None
    part: str = ""
    guesses: Guesses = ()
    kind: Kind = ""


# A written review whose cells are ratings is the rating, and the other way round.
_TWINS = {
    "self_review": "rating_self",
    "manager_review": "rating_manager",
    "peer_feedback": "rating_peer",
}
_TWINS |= {rating: text for text, rating in _TWINS.items()}
_PRIVATE = frozenset(
    "email mail phone mobile telephone address postcode zip salary pay bonus compensation wage "
    "equity stock ssn passport birth dob birthdate religion sexual orientation veteran marital "
    "pregnancy pregnant nationality citizenship gender sex race ethnicity disability surname "
    "firstname lastname pronouns nickname initials mi telefon handy telefono movil".split()
)
_PEOPLE = frozenset(
    "employee worker manager supervisor reviewer rater person first last middle family given legal "
    "preferred full display hr partner hrbp owner lead mentor vorgesetzter reviewee user".split()
)
# Another person's, or another time's: never by its cells alone.
_OTHERS = frozenset(
    "manager rater peer next previous target preferred preference private hr partner owner lead "
    "mentor start end hire second skip user admin coach sponsor delegate created updated modified "
    "recommended proposed desired future interim contact emergency".split()
)


@lru_cache(maxsize=65_536)
def is_known_header(header: str) -> bool:
    """Tell whether a header is one that the workbench knows, well spelled, whatever its cells."""
    rest = split_cycle(header)[1]
    keys = {normalise_header(header), normalise_header(rest)} - {""}
    return any(is_known_key(key) for key in keys)


@lru_cache(maxsize=65_536)
def is_private(header: str) -> bool:
    """Tell whether an unknown column names or describes people, so that it stays out of reviews.

    Examples
    --------
    >>> is_private("Manager E-mail"), is_private("Base Salary"), is_private("Project Name")
    (True, True, False)
    """
    key = normalise_header(header)
    for words in (frozenset(key.split()), *(reading.words for reading in read_words(key))):
        if words & _PRIVATE or words == {"name"} or ("name" in words and words & _PEOPLE):
            return True
    return False


def match_headers(
    headers: Sequence[str],
    cells: Mapping[str, Sequence[object]] | None = None,
    *,
    given: Given | None = None,
    split_cycles: bool = True,
) -> tuple[Match, ...]:
    """Find the field of each header of one sheet; the order of the headers makes no difference.

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
    >>> for match in match_headers(["Empl ID", "Commits", "Eintrittsdatum", "Reverted Commits"]):
    ...     print(match.header, match.field, match.how)
    Empl ID person_id alias
    Commits commits name
    Eintrittsdatum hire_date alias
    Reverted Commits None unknown
    """
    decided = _check_given(given or {})
    columns = [
        _Column.of(header, (cells or {}).get(header, ()), split_cycles) for header in headers
    ]
    found: dict[str, Match] = {}
    for column in columns:
        if (folded := fold_header(column.header)) in decided:
            field = decided[folded]
            cycle = column.cycle if field else None
            found[column.header] = Match(column.header, field, 1.0, "given", cycle)
    _refuse_doubles(found.values())
    # Equal confidence is settled by the header's text, so that the order of columns is nothing.
    open_columns = sorted(
        (column for column in columns if column.header not in found), key=lambda each: each.header
    )
    taken = {(match.field, match.cycle) for match in found.values()}
    candidates = {column.header: column.find_candidates() for column in open_columns}
    found |= _assign(open_columns, candidates, taken)
    found |= _take_parts(open_columns, candidates, found)
    return tuple(_complete(column, found, candidates) for column in columns)


@dataclass(frozen=True, slots=True)
class _Column:
    """One column: its header, the cycle and the words in it, and its cells."""

    header: str
    cycle: str | None
    key: str
    values: ColumnValues

    @staticmethod
    def of(header: str, cells: Sequence[object], split_cycles: bool) -> "_Column":
        cycle, rest = _split_header(header) if split_cycles else (None, header)
        return _Column(header, cycle, normalise_header(rest), ColumnValues(cells))

    def find_candidates(self) -> tuple[Meaning, ...]:
        """List the fields that the column may be: what its header says, weighed by its cells."""
        meanings = find_meanings(self.key)
        if not meanings and (plain := drop_aside(self.header)) != self.header:
            meanings = find_meanings(normalise_header(_split_header(plain)[1]))
        if meanings and meanings[0].how == "values":
            return _decide_by_cells(meanings, self.values)
        judged = [each for meaning in meanings if (each := _judge(meaning, self.values))]
        return tuple(judged) or tuple(_find_by_cells(self.key, self.values))


_split_header = lru_cache(maxsize=65_536)(split_cycle)


def _judge(meaning: Meaning, values: ColumnValues) -> Meaning | None:
    """Keep what a header says unless the cells are another thing."""
    if meaning.part in {"first", "last"}:
        return meaning if values.suits("name") else None
    if meaning.part:
        return meaning
    # One or two cells that cannot be read are slips, not another kind of column.
    if values.suits(meaning.field, named=meaning.named or values.n < 3):
        return meaning
    twin = _TWINS.get(meaning.field)
    # Short words under a rating's header are unreadable ratings, not a review.
    words = twin is not None and FIELD_BY_NAME[twin].dtype == "text"
    if twin is None or not values.suits(twin, named=not words) or (words and values.length < 20):
        return None
    return replace(meaning, field=twin, confidence=0.85, how="values")


def _decide_by_cells(meanings: Iterable[Meaning], values: ColumnValues) -> tuple[Meaning, ...]:
    """Choose among the meanings of an ambiguous header by what its cells are."""
    if not values.n:
        return tuple(meanings)
    fitting = []
    for meaning in meanings:
        gain = 0.05
        if meaning.field == "person_id":
            # A column that only counts the rows is no id, and a column of names is a name.
            fits = not values.counted and max(values.names, values.emails) < 0.5
        elif meaning.field == "name":
            fits = values.names >= 0.5 or values.letters >= 0.8
            # One word may be a login or a code as well: another column can be the surer name.
            gain = 0.05 if values.names >= 0.5 else -0.02
        elif meaning.field == "track":
            fits = values.tracks >= 0.6
        else:
            fits = values.suits(meaning.field)
        if fits:
            fitting.append(replace(meaning, confidence=meaning.confidence + gain))
    best = sorted(fitting, key=lambda each: -each.confidence)
    # A name may stand beside an id under such a header; of other fields only the first is meant.
    return tuple(each for each in best if each is best[0] or each.field == "name")


def _find_by_cells(key: str, values: ColumnValues) -> list[Meaning]:
    """Take a column under an unknown name for what only one field's cells look like."""
    if values.n < 3:
        return []
    words = frozenset(key.split()).union(*(reading.words for reading in read_words(key)))
    if words & _OTHERS:
        return []
    if values.cycles == 1.0:
        return [Meaning("cycle", 0.75, "values")]
    if values.emails == 1.0 and values.distinct == 1.0:
        return [Meaning("email", 0.75, "values")]
    if values.titles >= 0.8:
        return [Meaning("title", 0.72, "values")]
    if values.codes >= 0.9 and values.distinct == 1.0:
        return [Meaning("person_id", 0.6, "values")]
    if values.genders == 1.0 and values.distinct < 1.0 and values.length > 2:
        return [Meaning("gender", 0.6, "values")]
    return []


def _assign(
    columns: Sequence[_Column],
    candidates: Mapping[str, Sequence[Meaning]],
    taken: Iterable[tuple[str | None, str | None]],
) -> dict[str, Match]:
    """Give the fields to headers, each to one, so that the confidence is highest in all."""
    by_cycle: dict[str | None, list[tuple[_Column, Meaning]]] = {}
    for column in columns:
        for meaning in candidates[column.header]:
            free = (meaning.field, column.cycle) not in taken
            if free and not meaning.part and meaning.confidence >= _CUT:
                by_cycle.setdefault(column.cycle, []).append((column, meaning))
    found = {}
    for pairs in by_cycle.values():
        for column, meaning in _solve(pairs):
            found[column.header] = _match(column, meaning)
    return found


def _solve(pairs: Sequence[tuple[_Column, Meaning]]) -> list[tuple[_Column, Meaning]]:
    """Pick the pairs of a header and a field, each once, whose confidences add up to most."""
    from scipy.optimize import linear_sum_assignment

    headers = list(dict.fromkeys(column.header for column, _ in pairs))
    fields = sorted({meaning.field for _, meaning in pairs})
    if len(headers) == len(fields) == len(pairs):
        return list(pairs)
    row = {header: i for i, header in enumerate(headers)}
    place = {field: j for j, field in enumerate(fields)}
    gain = np.zeros((len(headers), len(fields)))
    chosen = {}
    for column, meaning in pairs:
        at = row[column.header], place[meaning.field]
        # The header that comes first in the alphabet wins between equals.
        gain[at] = meaning.confidence - 1e-9 * at[0]
        chosen[at] = (column, meaning)
    rows, places = linear_sum_assignment(gain, maximize=True)
    best = zip(rows.tolist(), places.tolist(), strict=True)
    return [chosen[at] for at in best if at in chosen]


def _match(column: _Column, meaning: Meaning) -> Match:
    confidence = round(min(meaning.confidence, 1.0), 3)
    return Match(column.header, meaning.field, confidence, meaning.how, column.cycle, meaning.part)


def _take_parts(
    columns: Sequence[_Column],
    candidates: Mapping[str, Sequence[Meaning]],
    found: Mapping[str, Match],
) -> dict[str, Match]:
    """Give the fields that no column holds whole to the columns that hold their parts."""
    parts: dict[str, dict[str, tuple[_Column, Meaning]]] = {}
    for column in columns:
        for meaning in candidates[column.header]:
            if meaning.part and column.header not in found:
                parts.setdefault(meaning.field, {}).setdefault(meaning.part, (column, meaning))
    whole = {match.field for match in found.values() if match.cycle is None}
    matched = {}
    by_header = {column.header: column for column in columns}
    for match in found.values():
        lone = parts.get(match.field or "", {})
        if len(lone) == 1 and match.header in by_header and match.cycle is None:
            values = by_header[match.header].values
            if values.n and values.names < 0.5 and match.field == "name":
                # "Name" beside "Vorname" is the last name only, as its cells show.
                [(part, (column, meaning))] = lone.items()
                other = "last" if part == "first" else "first"
                matched[match.header] = replace(match, part=other)
                matched[column.header] = _match(column, meaning)
    for field, columns_of in parts.items():
        for part, (column, meaning) in columns_of.items():
            # A column of years completes a column of halves or quarters, or stands alone.
            if part == "year" or field not in whole:
                # A lone first name is better than no name.
                alone = part != "year" and len(columns_of) == 1
                matched[column.header] = _match(
                    column, replace(meaning, part="" if alone else part)
                )
    return matched


def _complete(
    column: _Column, found: Mapping[str, Match], candidates: Mapping[str, Sequence[Meaning]]
) -> Match:
    """Add what else a header may be, and what an unmatched column can be used as."""
    match = found.get(column.header, Match(column.header))
    scores = {meaning.field: meaning.confidence for meaning in candidates.get(column.header, ())}
    for field, score in suggest_fields(column.key):
        if field not in scores and column.values.suits(field):
            scores[field] = score
    scores.pop(match.field or "", None)
    best = sorted(scores.items(), key=lambda each: (-each[1], each[0]))[:_N_GUESSES]
    guesses = tuple((field, round(min(score, 1.0), 3)) for field, score in best)
    kind: Kind = ""
    if match.field is None and column.values.n:
        kind = "private" if is_private(column.header) else column.values.kind
    return replace(match, guesses=guesses, kind=kind)


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
