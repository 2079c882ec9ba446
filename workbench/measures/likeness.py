"""Likeness: which sentences of the catalogue a sentence resembles.

What comes in are the words of sentences and the catalogue; what goes out is, for each sentence, the
statements of which it resembles an example, with how much and which one.

Sentences are compared by TF-IDF: stems and pairs of stems, and the beginnings, middles and ends of
words, which forgives typing errors (Salton and Buckley, Term-weighting approaches in automatic text
retrieval, Information Processing & Management 1988). Words that the catalogue does not have at all
count as well: the cosine is taken times the share of the words that it knows, so that a long
sentence about something else is not alike because two of its words are.
"""

from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, TfidfVectorizer

from workbench.measures.phrases import Phrase
from workbench.measures.sentences import split_words

__all__ = ["find_alike"]

_GRAM = 4  # letters of the parts of words
_FEWEST = 3  # words that carry meaning, below which nothing is alike


def find_alike(
    sentences: Sequence[Sequence[str]], catalogue: tuple[Phrase, ...], min_text_similarity: float
) -> list[list[tuple[str, float, str]]]:
    """Find the statements whose examples a sentence resembles.

    Parameters
    ----------
    sentences
        The words of each, as `split_words` gives them.
    catalogue
        Phrases with examples.
    min_text_similarity
        Likeness from which a sentence counts, 0 to 1.

    Returns
    -------
    list of list of (statement, likeness, example)
        One list a sentence; of each statement the example that is most alike.

    Examples
    --------
    >>> from workbench.measures.phrases import read_phrase
    >>> row = read_phrase("x", "lead_technology", {}, example="Led the migration to Postgres.")
    >>> said = split_words("She was leading our migrations to postgres").words
    >>> [[(name, like > 0.5) for name, like, _ in each] for each in find_alike([said], (row,), 0.5)]
    [[('lead_technology', True)]]
    """
    vectorizer, examples, known = _learn(catalogue)
    found: list[list[tuple[str, float, str]]] = [[] for _ in sentences]
    meant = [_meaningful(words) for words in sentences]
    rows = [number for number, words in enumerate(meant) if len(words) >= _FEWEST]
    if not rows:
        return found
    likeness = vectorizer.transform([meant[number] for number in rows]) @ examples
    share = np.array([np.mean([_stem(w) in known for w in meant[number]]) for number in rows])
    likeness = likeness.multiply(share[:, None]).tocoo()
    strong = likeness.data >= min_text_similarity
    with_example = [phrase for phrase in catalogue if phrase.example]
    best: dict[tuple[int, str], tuple[float, str]] = {}
    for row, column, value in zip(
        likeness.row[strong], likeness.col[strong], likeness.data[strong], strict=True
    ):
        phrase = with_example[column]
        key = (rows[row], phrase.name)
        best[key] = max(best.get(key, (0.0, "")), (min(float(value), 1.0), phrase.example))
    for (number, statement), (value, example) in best.items():
        found[number].append((statement, value, example))
    return found


@cache
def _learn(catalogue: tuple[Phrase, ...]) -> tuple[Any, Any, frozenset[str]]:
    """Learn the weights of words from the catalogue: vectorizer, examples as columns, stems."""
    words = [_meaningful(split_words(each.example).words) for each in catalogue if each.example]
    vectorizer = TfidfVectorizer(analyzer=_terms, sublinear_tf=True, dtype=np.float64)
    examples = vectorizer.fit_transform(words).T.tocsc()
    return vectorizer, examples, frozenset(_stem(word) for each in words for word in each)


def _meaningful(words: Sequence[str]) -> list[str]:
    """Leave out the words that carry no meaning."""
    return [word for word in words[1:] if word not in ENGLISH_STOP_WORDS and not word.isdigit()]


def _terms(words: Sequence[str]) -> list[str]:
    """List stems, pairs of them, and the parts of words."""
    stems = [_stem(word) for word in words]
    pairs = [f"{one} {two}" for one, two in pairwise(stems)]
    return [*stems, *pairs, *(part for word in words for part in _parts(word))]


@cache
def _parts(word: str) -> tuple[str, ...]:
    """Give the parts of a word, marked so that none is taken for a stem."""
    padded = f"<{word}>"
    return tuple(f"~{padded[k : k + _GRAM]}" for k in range(max(len(padded) - _GRAM + 1, 1)))


@cache
def _stem(word: str) -> str:
    """Cut the usual endings of English words."""
    for ending in ("ations", "ation", "ing", "ings", "ers", "er", "ies", "ed", "es", "s", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= _FEWEST:
            return word[: len(word) - len(ending)]
    return word
