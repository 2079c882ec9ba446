"""The catalogue of phrases, and where its phrases stand in sentences.

The catalogue is one table, `phrases.csv`, which opens in a spreadsheet and can be translated there
without touching any code. It has three parts. A `list` names words that stand for each other; a
`statement` row is a phrase that tells of one of the eleven statements, with a sentence in which it
does; a `cue` row is a phrase that says how such a phrase is meant: not done, wished for, done by
others.

A phrase is words in order. `build|write` is either word, `prototyp*` any word that begins so,
`<people>` any word of that list, `on_call` two words side by side. Up to two other words may stand
between two words of a phrase, up to eight where it has `..`, and `^` is the beginning of the
sentence.

Phrases are no regular expressions: each is found in time in proportion to the sentence, whatever
somebody typed, and first of all only sentences that hold all its words are looked at.
"""

import csv
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
import numpy.typing as npt

from workbench.errors import InputError

__all__ = ["CUES", "STATEMENTS", "Match", "Phrase", "find_phrases", "read_catalogue", "read_phrase"]

# The six signals, then the five focus areas of technical leadership.
STATEMENTS = (
    "durable_solutions",
    "integration_foresight",
    "long_term_design",
    "team_learning",
    "customer_rescue",
    "prototypes_ahead",
    "empower_others",
    "challenge_assumptions",
    "eliminate_pain_points",
    "influence_culture",
    "lead_technology",
)
CUES = ("negation", "failure", "wish", "harmless", "bystander", "clause", "common", "foreign")

_CLOSE = 2  # other words between two words of a phrase
_FAR = 8  # the same where it has `..`

_Mask = npt.NDArray[np.bool_]
# Words side by side, each with whether any word that begins so will do.
_Alternative = tuple[tuple[str, bool], ...]
# Single words of a text, and words side by side, that will do in one place of a phrase.
_Spelled = tuple[frozenset[str], list[list[frozenset[str]]]]


@dataclass(frozen=True, slots=True)
class Phrase:
    """One row of the catalogue.

    Attributes
    ----------
    name
        The statement that it tells of, or the cue that it is.
    text
        The phrase as the table has it.
    where
        `self` where it counts in self-reviews only, `other` where in others' words only, else "".
    example
        A sentence that has it; cues have none.
    slots
        The words in order, each as the alternatives that will do.
    gaps
        How many other words may stand before each.
    """

    name: str
    text: str
    where: str
    example: str
    slots: tuple[tuple[_Alternative, ...], ...]
    gaps: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """A phrase in a sentence.

    Attributes
    ----------
    phrase
        Which one.
    at
        The places of its words in the sentence.
    """

    phrase: Phrase
    at: tuple[int, ...]


@cache
def read_catalogue() -> tuple[Phrase, ...]:
    """Read the catalogue that comes with the workbench.

    Returns
    -------
    tuple of Phrase
        Statements and cues, in the order of the table.

    Raises
    ------
    InputError
        A row that names no known statement, cue or list.

    Examples
    --------
    >>> {phrase.name for phrase in read_catalogue()} == {*STATEMENTS, *CUES}
    True
    """
    table = resources.files("workbench.measures").joinpath("phrases.csv")
    rows = list(csv.DictReader(table.read_text(encoding="utf-8").splitlines()))
    lists = {row["name"]: row["phrase"] for row in rows if row["part"] == "list"}
    return tuple(
        read_phrase(row["phrase"], row["name"], lists, where=row["where"], example=row["example"])
        for row in rows
        if row["part"] != "list"
    )


def read_phrase(
    text: str, name: str, lists: dict[str, str], *, where: str = "", example: str = ""
) -> Phrase:
    """Read one phrase of the table.

    Parameters
    ----------
    text
        As described at the top.
    name
        The statement or cue.
    lists
        The words of each list, separated by spaces.
    where, example
        As in `Phrase`.

    Raises
    ------
    InputError
        A name or a list that is not known.

    Examples
    --------
    >>> phrase = read_phrase("<make> .. demo|on_call", "wish", {"make": "build* made"})
    >>> phrase.slots[0]
    ((('build', True),), (('made', False),))
    >>> phrase.slots[1], phrase.gaps
    (((('demo', False),), (('on', False), ('call', False))), (0, 8))
    """
    if name not in {*STATEMENTS, *CUES}:
        raise InputError(
            f"the phrase {text!r} was given to {name!r}; the phrases of a statement or a cue are "
            f"needed. Give it one of: {', '.join((*STATEMENTS, *CUES))}."
        )
    slots, gaps, gap = [], [], 0
    for part in text.split():
        if part == "..":
            gap = _FAR
            continue
        slots.append(tuple(_read_words(word, text, lists) for word in _alternatives(part, lists)))
        gaps.append(gap if slots[1:] else 0)
        gap = _CLOSE
    if not all(slots) or not slots:
        raise InputError(
            f"the phrase {text!r} of {name!r} holds no words; at least one is needed. Write words "
            f"or one of the lists, such as <{next(iter(lists), 'people')}>."
        )
    return Phrase(name, text, where, example, tuple(slots), tuple(gaps))


def _alternatives(part: str, lists: dict[str, str]) -> list[str]:
    """List what will do in one place of a phrase, lists written out."""
    found = []
    for word in part.split("|"):
        found += lists.get(word[1:-1], word).split() if word.startswith("<") else [word]
    return found


def _read_words(word: str, text: str, lists: dict[str, str]) -> _Alternative:
    """Read words that stand side by side."""
    if word.startswith("<"):
        raise InputError(
            f"the phrase {text!r} names the list {word}, which the table does not have; a row with "
            f"part `list` is needed. The lists are: {', '.join(sorted(lists))}."
        )
    parts = [part for part in word.split("_") if part]
    return tuple((part.rstrip("*").lower(), part.endswith("*")) for part in parts)


def find_phrases(
    sentences: Sequence[Sequence[str]], phrases: Sequence[Phrase]
) -> list[list[Match]]:
    """Find phrases in sentences.

    Parameters
    ----------
    sentences
        The words of each, as `split_words` gives them.
    phrases
        What to look for.

    Returns
    -------
    list of list of Match
        One list a sentence, in the order of the phrases; a phrase each time that it stands there.

    Examples
    --------
    >>> made = read_phrase("built|wrote .. tool*", "eliminate_pain_points", {})
    >>> [[match.at for match in found] for found in find_phrases(
    ...     [["^", "i", "built", "a", "small", "tool"], ["^", "tools", "built"]], [made])]
    [[(2, 5)], []]
    """
    index = _Index(sentences)
    found: list[list[Match]] = [[] for _ in sentences]
    for phrase in phrases:
        inside = index.holding(phrase.slots[0])
        for slot in phrase.slots[1:]:
            inside = inside & index.holding(slot)
        for number in np.flatnonzero(inside).tolist():
            found[number] += [Match(phrase, at) for at in _place(phrase, sentences[number], index)]
    return found


class _Index:
    """Which sentences hold which words."""

    def __init__(self, sentences: Sequence[Sequence[str]]) -> None:
        """List the sentences of each word."""
        holders: dict[str, list[int]] = {}
        for number, words in enumerate(sentences):
            for word in set(words):
                holders.setdefault(word, []).append(number)
        self._count = len(sentences)
        self._holders = holders
        self._sorted = sorted(holders)
        self._words: dict[tuple[str, bool], frozenset[str]] = {}
        self._masks: dict[tuple[_Alternative, ...], _Mask] = {}
        self._alternatives: dict[tuple[_Alternative, ...], _Spelled] = {}

    def words_of(self, part: tuple[str, bool]) -> frozenset[str]:
        """List the words of the text that a word of a phrase stands for."""
        if part not in self._words:
            word, is_beginning = part
            if is_beginning:
                start = bisect_left(self._sorted, word)
                stop = bisect_left(self._sorted, word + "\U0010ffff")
                self._words[part] = frozenset(self._sorted[start:stop])
            else:
                self._words[part] = frozenset({word} & self._holders.keys())
        return self._words[part]

    def alternatives(self, slot: tuple[_Alternative, ...]) -> _Spelled:
        """Spell out what will do in one place of a phrase by the words of the text."""
        if slot not in self._alternatives:
            spelled = [[self.words_of(part) for part in alternative] for alternative in slot]
            single = frozenset[str]().union(*(each[0] for each in spelled if len(each) == 1))
            side_by_side = [each for each in spelled if len(each) > 1 and all(each)]
            self._alternatives[slot] = (single, side_by_side)
        return self._alternatives[slot]

    def holding(self, slot: tuple[_Alternative, ...]) -> _Mask:
        """Mark the sentences that hold the words of any alternative."""
        if slot not in self._masks:
            mask = np.zeros(self._count, dtype=bool)
            for alternative in slot:
                mask |= self._holding_all(alternative)
            self._masks[slot] = mask
        return self._masks[slot]

    def _holding_all(self, alternative: _Alternative) -> _Mask:
        """Mark the sentences that hold all words of one alternative."""
        mask = np.ones(self._count, dtype=bool)
        for part in alternative:
            having = np.zeros(self._count, dtype=bool)
            for word in self.words_of(part):
                having[self._holders[word]] = True
            mask &= having
        return mask


def _place(phrase: Phrase, words: Sequence[str], index: _Index) -> list[tuple[int, ...]]:
    """Give the places of a phrase's words in a sentence, for each time that it has them.

    Of the ways to reach a word only the one with the latest word before it is kept, so that the
    work is in proportion to the length of the sentence.
    """
    reached = dict(_spans(phrase.slots[0], words, index))
    for slot, gap in zip(phrase.slots[1:], phrase.gaps[1:], strict=True):
        onward = {}
        for stop, places in _spans(slot, words, index):
            near = range(places[0] - 1, places[0] - gap - 2, -1)
            last = next((place for place in near if place in reached), None)
            if last is not None:
                onward[stop] = reached[last] + places
        reached = onward
    found: list[tuple[int, ...]] = []
    for stop in sorted(reached):
        if not found or reached[stop][0] > found[-1][-1]:
            found.append(reached[stop])
    return found


def _spans(
    slot: tuple[_Alternative, ...], words: Sequence[str], index: _Index
) -> list[tuple[int, tuple[int, ...]]]:
    """List where the alternatives of one place of a phrase stand: last word, and all of them."""
    single, side_by_side = index.alternatives(slot)
    found: list[tuple[int, tuple[int, ...]]] = [
        (place, (place,)) for place, word in enumerate(words) if word in single
    ]
    for first, *rest in side_by_side:
        for start in range(len(words) - len(rest)):
            after = words[start + 1 : start + 1 + len(rest)]
            if words[start] in first and all(map(frozenset.__contains__, rest, after)):
                stop = start + len(rest)
                found.append((stop, tuple(range(start, stop + 1))))
    return found
