"""Claims: what a sentence tells of the eleven statements, and whether it was done.

What comes in are sentences; what goes out is a row for each statement that one of them touches,
told apart as a deed, a wish, or something that was not done. What others did for the writer, or
what somebody only attended, is no row at all.

There are two ways to a row. The first is a phrase of the catalogue. A word that negates or wishes
counts for the words after it in its clause: "I did not finish the migration, but mentored Sam" has
one deed. The second is likeness to the sentences of the catalogue, where a sentence has none of its
phrases; there negation and wish count wherever they stand.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
import pandas as pd

from workbench.measures.likeness import find_alike
from workbench.measures.phrases import CUES, STATEMENTS, Match, find_phrases, read_catalogue
from workbench.measures.sentences import Words, split_words

__all__ = ["KINDS", "read_claims"]

KINDS = ("deed", "wish", "negation")

_AT_ONCE = 20_000  # sentences, which keeps the memory small


def read_claims(sentences: pd.DataFrame, *, min_text_similarity: float) -> pd.DataFrame:
    """Read what sentences tell of the eleven statements.

    Parameters
    ----------
    sentences
        `sentence`, and `is_self`: whether the person wrote it of themself. Each pair once.
    min_text_similarity
        Likeness to a sentence of the catalogue from which a sentence counts like it.

    Returns
    -------
    pandas.DataFrame
        `row` (number of the sentence), `statement`, `kind` (deed, wish or negation), `how` (phrase
        or similarity), `matched` (the phrase, or the sentence of the catalogue) and `strength`
        (1 for a phrase, else the likeness). One row per sentence and statement at most.

    Examples
    --------
    >>> told = pd.DataFrame({"sentence": ["I mentored Sam.", "I want to mentor Sam."]})
    >>> read_claims(told.assign(is_self=True), min_text_similarity=0.6)[["row", "kind"]].values
    array([[0, 'deed'],
           [1, 'wish']], dtype=object)
    """
    parts = [
        _read_part(sentences.iloc[start : start + _AT_ONCE], start, min_text_similarity)
        for start in range(0, len(sentences), _AT_ONCE)
    ]
    columns = ["row", "statement", "kind", "how", "matched", "strength"]
    rows = [row for part in parts for row in part]
    claims = pd.DataFrame(rows, columns=columns).astype({"row": np.int64, "strength": float})
    order = pd.Index(STATEMENTS).get_indexer(pd.Index(claims["statement"]))
    return claims.iloc[np.lexsort((order, claims["row"].to_numpy()))].reset_index(drop=True)


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence with the places of the words that say how it is meant."""

    clauses: tuple[int, ...]
    cues: dict[str, frozenset[int]]


def _read_part(
    part: pd.DataFrame, first: int, min_text_similarity: float
) -> list[tuple[int, str, str, str, str, float]]:
    """Read the claims of some sentences, which begin at row `first`."""
    split = [split_words(sentence) for sentence in part["sentence"]]
    words = [each.words for each in split]
    is_self = part["is_self"].to_numpy(bool)
    catalogue = read_catalogue()
    found = find_phrases(words, [phrase for phrase in catalogue if phrase.name in STATEMENTS])
    silent = [number for number in range(len(split)) if not found[number]]
    like = find_alike([words[number] for number in silent], catalogue, min_text_similarity)
    alike = dict(zip(silent, like, strict=True))
    touched = [number for number in range(len(split)) if found[number] or alike[number]]
    cues = find_phrases(
        [words[number] for number in touched], [each for each in catalogue if each.name in CUES]
    )
    rows = []
    for number, cue in zip(touched, cues, strict=True):
        sentence = _place_cues(split[number], _counting(cue, is_self[number]))
        claims = _judge_phrases(_counting(found[number], is_self[number]), sentence)
        for statement, likeness, example in alike.get(number, ()):
            claims.setdefault(statement, (_judge_whole(sentence), "similarity", example, likeness))
        rows += [
            (first + number, statement, kind, how, matched, strength)
            for statement, (kind, how, matched, strength) in claims.items()
            if kind
        ]
    return rows


def _counting(matches: Iterable[Match], is_self: bool) -> list[Match]:
    """Keep the phrases that count in the words of this writer."""
    return [each for each in matches if each.phrase.where in ("", "self" if is_self else "other")]


def _place_cues(split: Words, matches: Sequence[Match]) -> _Sentence:
    """Gather where the cues stand, and end clauses at conjunctions too."""
    harmless = {place for match in matches if match.phrase.name == "harmless" for place in match.at}
    places: dict[str, set[int]] = {cue: set() for cue in CUES}
    for match in matches:
        name = match.phrase.name
        # A negative word in a phrase such as "not only" negates nothing, "a plan to" wishes
        # for nothing.
        if name in ("negation", "failure", "wish") and harmless & set(match.at):
            continue
        places[name].add(match.at[0])
    opened = accumulate(int(place in places["clause"]) for place in range(len(split.words)))
    clauses = tuple(one + two for one, two in zip(split.clauses, opened, strict=True))
    return _Sentence(clauses, {name: frozenset(at) for name, at in places.items()})


def _judge_phrases(
    matches: Sequence[Match], sentence: _Sentence
) -> dict[str, tuple[str, str, str, float]]:
    """Judge each statement by its phrases; a deed needs a clause that is not wished or negated."""
    kinds: dict[str, list[tuple[str, frozenset[int], str]]] = {}
    for match in matches:
        inside = frozenset(sentence.clauses[place] for place in match.at)
        kind = _judge(match.at, sentence)
        kinds.setdefault(match.phrase.name, []).append((kind, inside, match.phrase.text))
    claims = {}
    for statement, judged in kinds.items():
        spoiled = frozenset[int]().union(*(inside for kind, inside, _ in judged if kind != "deed"))
        deeds = [text for kind, inside, text in judged if kind == "deed" and not inside & spoiled]
        others = [(kind, text) for kind, _, text in judged if kind != "deed"]
        kind, text = ("deed", deeds[0]) if deeds else others[0] if others else ("", "")
        claims[statement] = (kind, "phrase", text, 1.0)
    return claims


def _judge(at: Sequence[int], sentence: _Sentence) -> str:
    """Tell how the words at some places are meant: a kind, or "" where others did it."""
    first: dict[int, int] = {}
    last: dict[int, int] = {}
    for place in at:
        clause = sentence.clauses[place]
        first.setdefault(clause, place)
        last[clause] = place

    def places(cue: str) -> list[tuple[int, int]]:
        inside = ((place, sentence.clauses[place]) for place in sentence.cues[cue])
        return [(place, clause) for place, clause in inside if clause in last]

    if places("bystander"):
        return ""
    if any(place < last[clause] for place, clause in places("negation") if place not in at):
        return "negation"
    if any(place > first[clause] for place, clause in places("failure") if place not in at):
        return "negation"
    return "wish" if any(place < at[0] for place, _ in places("wish")) else "deed"


def _judge_whole(sentence: _Sentence) -> str:
    """Tell how a whole sentence is meant: a kind, or "" where others did it."""
    named = {cue for cue, at in sentence.cues.items() if at}
    if "bystander" in named:
        return ""
    if named & {"negation", "failure"}:
        return "negation"
    return "wish" if "wish" in named else "deed"
