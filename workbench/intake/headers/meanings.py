"""What a header by itself can mean: its fields, how sure each is, and why.

A header means a field if it is the field's name or an alias, or if it has the same words as an
alias: in any order, in another language, with a slip of the pen, or with words around them that
say nothing new of such a field ("Total", "Employee", "Current"). Any other word makes it another
thing: "Reverted Commits" are no commits.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby
from typing import Literal

from rapidfuzz.distance import OSA
from rapidfuzz.fuzz import ratio
from rapidfuzz.process import extractOne

from workbench.fields import FIELD_BY_NAME, FIELDS
from workbench.intake.headers.families import FAMILIES, VAGUE, Words, reduce_words
from workbench.intake.headers.vocabulary import (
    LANGUAGES,
    Reading,
    normalise_header,
    read_words,
    words_of,
)

__all__ = ["How", "Meaning", "find_meanings", "is_known_key", "suggest_fields"]

How = Literal["name", "alias", "spelling", "translation", "values", "given", "unknown"]


@dataclass(frozen=True, slots=True)
class Meaning:
    """One thing that a header can mean.

    Attributes
    ----------
    field
        The field's name.
    confidence
        Between 0 and 1.
    how
        `name`, `alias`, `spelling` or `translation`; `values` where its cells have to decide.
    part
        Which part of the field, where a field is spread over two columns.
    named
        Whether the header says outright what its cells are, whatever they look like.
    """

    field: str
    confidence: float
    how: How
    part: str = ""
    named: bool = False


# Headers that can mean several fields; their cells decide. With `?`: only if there are cells.
_AMBIGUOUS: dict[str, tuple[str, ...]] = {
    key: tuple(fields.split())
    for key, fields in {
        "id": "person_id",
        "no": "person_id",
        "number": "person_id",
        "key": "person_id",
        "code": "person_id",
        "employee": "person_id name email",
        "worker": "name person_id email",
        "person": "name person_id email",
        "staff": "name person_id email",
        "staff member": "name person_id",
        "team member": "name person_id",
        "engineer": "name person_id",
        "reviewee": "person_id name email",
        "ratee": "person_id name email",
        "user": "person_id name email",
        "username": "person_id email",
        "login": "person_id email",
        "contact": "email",
        "score": "rating_manager",
        "final": "rating_calibrated",
        "calibrated": "rating_calibrated",
        "calibration": "rating_calibrated",
        "self": "rating_self self_review",
        "peer": "rating_peer peer_feedback",
        "peers": "rating_peer peer_feedback",
        "role": "title",
        "family": "job_family",
        "joined": "hire_date",
        "start": "hire_date",
        "promoted": "promotion_date",
        "career": "track?",
        "note": "rating_manager?",
    }.items()
}


_PARTS: dict[Words, tuple[str, str]] = {
    frozenset(words.split()): (field, part)
    for field, part, spellings in (
        ("name", "first", "first name"),
        ("name", "last", "last name"),
        ("manager", "first", "manager first name"),
        ("manager", "last", "manager last name"),
        (
            "cycle",
            "year",
            "year, fiscal year, review year, performance year, rating year, calendar year, "
            "cycle fiscal year, company year, review fiscal year",
        ),
    )
    for words in spellings.split(", ")
}
_ROUND_NAMES = frozenset("employee legal preferred official current".split())


def _find_part(words: Words) -> tuple[str, str] | None:
    """Tell a part of a name from a whole one: "Last Name, First Name" is whole."""
    if {"first", "last"} <= words:
        rest = words - {"first", "last", "name", "middle"} - _ROUND_NAMES
        return ("name", "") if not rest and "name" in words else None
    return _PARTS.get(words) or _PARTS.get(words - _ROUND_NAMES)


def _squash(key: str) -> str:
    return key.replace(" ", "")


def _spellings() -> Iterator[tuple[str, str, int]]:
    for field in FIELDS:
        for place, spelling in enumerate((field.name, *field.aliases)):
            yield field.name, normalise_header(spelling), place


# Every known spelling without its spaces; every alias as a set of words; the same, reduced.
_KNOWN: dict[str, Meaning] = {}
_BY_WORDS: dict[Words, str] = {}
_BY_CORE: list[dict[Words, str]] = [{} for _ in FAMILIES]
_SPELLED: dict[str, str] = {}
_ALIASES: dict[str, list[tuple[Words, str]]] = defaultdict(list)
for _name, _key, _place in _spellings():
    _meaning = Meaning(_name, 1.0, "name", named=True)
    if _place:
        _meaning = Meaning(_name, 0.97 - 0.0005 * _place, "alias")
    _KNOWN.setdefault(_squash(_key), _meaning)
    _SPELLED.setdefault(_key, _name)
    _words = read_words(_key)[0].words
    if len(_words) > 1 or " " not in _key:
        _BY_WORDS.setdefault(_words, _name)
    for _word in _words:
        _ALIASES[_word].append((_words, _name))
    for _family_, _cores in zip(FAMILIES, _BY_CORE, strict=True):
        if _name in _family_.fields:
            _core = reduce_words(_words, _family_)
            if len(_core) > 1 or not _core <= VAGUE - {_name}:
                _cores.setdefault(_core, _name)
_WORDS = {
    language: words_of(language) | {word for key in _SPELLED for word in key.split()}
    for language in LANGUAGES
}
_ALL_WORDS = frozenset().union(*_WORDS.values())
# By first letter, which no slip of the pen changes.
_LISTED = {
    language: {
        first: list(same) for first, same in groupby(sorted(words), key=lambda word: word[0])
    }
    for language, words in _WORDS.items()
}


@lru_cache(maxsize=65_536)
def find_meanings(key: str) -> tuple[Meaning, ...]:
    """List what a folded header can mean, the surest first; each field once.

    Examples
    --------
    >>> [(meaning.field, meaning.how) for meaning in find_meanings("date d embauche")]
    [('hire_date', 'alias')]
    >>> [(meaning.field, meaning.how) for meaning in find_meanings("fecha de contratacion")]
    [('hire_date', 'translation')]
    >>> find_meanings("reverted commits")
    ()
    """
    return _best(_read(key)) or _best(_respell(key))


def _best(meanings: Iterable[Meaning]) -> tuple[Meaning, ...]:
    best: dict[tuple[str, str], Meaning] = {}
    for meaning in sorted(meanings, key=lambda each: (-each.confidence, each.field)):
        best.setdefault((meaning.field, meaning.part), meaning)
    return tuple(best.values())


def _read(key: str) -> list[Meaning]:
    """Read a header without looking for slips of the pen."""
    if key in _AMBIGUOUS:
        return _list_ambiguous(key, 0.0)
    trimmed = _trim(key)
    readings = read_words(trimmed)
    if re.search(r"\d (?:\D+ )?\d+$", key):
        # A scale behind a header says that it holds ratings: "Self Assessment (1-5)".
        rated = [replace(reading, words=reading.words | {"rating"}) for reading in readings]
        found = [meaning for reading in rated for meaning in _read_in(reading)]
        if found:
            return found
    for spelling, less in ((key, 0.0), (trimmed, 0.04)):
        exact = _KNOWN.get(_squash(spelling))
        if exact and readings:
            exact = replace(exact, confidence=exact.confidence - less)
            return [_weigh(exact, readings[0].words)]
    found = [meaning for reading in readings for meaning in _read_in(reading)]
    if any("private" in reading.words for reading in readings):
        # "E-mail personnel" is private in French, whatever it may be in English.
        found = [meaning for meaning in found if meaning.field != "email"]
    return found


def _trim(key: str) -> str:
    """Take off what says how a column is to be filled in, such as a unit or a date format."""
    key = re.sub(r"\b(?:(?:yyyy|mm|dd|jjjj|tt|aaaa|jj) ?){2,}|\byyyy\b", " ", f"{key} ")
    key = re.sub(r"\b(?:required|optional|auto$|if any|this cycle|in cycle)\b", " ", key)
    key = " ".join(key.split())
    return re.sub(r"(?<=\w)(?: \d+)+$|(?<=\w) (?:percent|in percent|numeric)$", "", key)


def _read_in(reading: Reading) -> Iterator[Meaning]:
    """Find the fields whose words are those of a header, in one language."""
    words = reading.words
    how: How = "translation" if reading.foreign else "alias"
    less = 0.02 if reading.foreign else 0.0
    part = _find_part(words)
    if part:
        yield Meaning(part[0], 0.95 - less, how, part[1])
        return
    if len(words) == 1 and (alone := min(words)) in _AMBIGUOUS:
        yield from _list_ambiguous(alone, less)
        return
    if words in _BY_WORDS:
        yield _weigh(Meaning(_BY_WORDS[words], 0.92 - less, how), words)
        return
    counted = words - {"count", "number", "overall"}
    if counted in _BY_WORDS and FIELD_BY_NAME[_BY_WORDS[counted]].dtype == "count":
        yield _weigh(Meaning(_BY_WORDS[counted], 0.9 - less, how), words)
        return
    for family, cores in zip(FAMILIES, _BY_CORE, strict=True):
        core = reduce_words(words, family)
        if core in cores:
            dropped = min(len(words) - len(core), 4)
            yield _weigh(Meaning(cores[core], 0.9 - 0.01 * dropped - less, how), words)


def _list_ambiguous(key: str, less: float) -> list[Meaning]:
    meanings = []
    for place, field in enumerate(_AMBIGUOUS[key]):
        # A question mark: not without cells that say the same.
        doubt = 0.06 if field.endswith("?") else 0.0
        sure = 0.75 - 0.01 * place - less - doubt
        meanings.append(Meaning(field.rstrip("?"), sure, "values"))
    return meanings


def _weigh(meaning: Meaning, words: Words) -> Meaning:
    """Weigh what names a manager: best an id, then an e-mail; a name may belong to two people."""
    named = meaning.named
    if FIELD_BY_NAME[meaning.field].dtype == "rating":
        named = named or "rating" in words or meaning.field == "potential"
    if meaning.field not in {"manager", "rater_id"}:
        return replace(meaning, named=named)
    factor = 1.0
    if words & {"id", "eid", "number"}:
        factor = 1.06
    elif "email" in words:
        factor = 1.04
    elif "name" in words:
        factor = 0.9
    return replace(meaning, confidence=meaning.confidence * factor)


def _respell(key: str) -> list[Meaning]:
    """Read a header again with each unknown word as the known one from which it slipped."""
    found: list[Meaning] = []
    for language in LANGUAGES:
        tokens = [_near_word(token, language) for token in key.split()]
        slips = sum(a != b for a, b in zip(tokens, key.split(), strict=True))
        if 0 < slips <= 2:
            for meaning in _read(" ".join(tokens)):
                less = 0.03 + 0.04 * slips
                if meaning.how != "values":
                    found.append(
                        replace(meaning, confidence=meaning.confidence - less, how="spelling")
                    )
    return found


@lru_cache(maxsize=65_536)
def _near_word(word: str, language: str) -> str:
    """Give the known word from which a word slipped; the word itself where there is none."""
    # What is a word elsewhere is no slip, except that English is everywhere.
    well_spelled = word in (_WORDS["en"] if language == "en" else _ALL_WORDS)
    if len(word) < 5 or well_spelled:
        return word
    listed = _LISTED[language].get(word[0], ())
    near = extractOne(word, listed, scorer=OSA.distance, score_cutoff=2)
    return near[0] if near and _is_slip(word, near[0]) else word


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


def is_known_key(key: str) -> bool:
    """Tell whether a folded header is one that is known, well spelled, whatever its cells."""
    return key in _AMBIGUOUS or any(meaning.how != "values" for meaning in _read(key))


@lru_cache(maxsize=65_536)
def suggest_fields(key: str) -> tuple[tuple[str, float], ...]:
    """Guess what an unknown header may be, by words or letters that it shares with an alias.

    Examples
    --------
    >>> suggest_fields("reverted commits")
    (('commits', 0.325),)
    """
    scores: dict[str, float] = {}
    for reading in read_words(key):
        for word in reading.words - VAGUE:
            for alias, field in _ALIASES.get(word, ()):
                score = 0.65 * len(alias & reading.words) / len(alias | reading.words)
                scores[field] = max(scores.get(field, 0.0), score)
    if not scores and (near := extractOne(key, _SPELLED.keys(), scorer=ratio, score_cutoff=70)):
        scores[_SPELLED[near[0]]] = 0.006 * near[1]
    best = sorted(scores.items(), key=lambda each: (-each[1], each[0]))
    return tuple((field, round(score, 3)) for field, score in best[:6])
