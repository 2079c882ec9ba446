"""Sentences and words of free text, as people type it into review forms.

What comes in is the text of one cell, whatever it holds; what goes out are its sentences, each a
verbatim part of it, and the words of a sentence with the clauses that they stand in. No step takes
longer than in proportion to the text, whatever is in it.
"""

import re
from dataclasses import dataclass

__all__ = ["LONGEST_SENTENCE", "LONGEST_TEXT", "Words", "split_sentences", "split_words"]

# A page holds some 3,000 characters; what is longer than seven pages is no review.
LONGEST_TEXT = 20_000
LONGEST_SENTENCE = 400

# Short forms that end in a full stop without ending a sentence.
_SHORT_FORMS = frozenset(
    "e.g i.e etc vs mr mrs ms dr prof no nr approx incl resp cf st fig jan feb mar apr jun jul aug "
    "sept sep oct nov dec".split()
)
# A run of marks is read from its first one only: else every part of a long run would be tried.
_END = re.compile(
    r"(?<![.!?…])[.!?…]++[\"'\u201d\u2019)\]]*+(?=\s)|[\n\r\v\f\x85\u2028\u2029]++|[•▪●◦]"
)
_BULLET = " \t\xa0-\u2013\u2014*•▪●◦·>"
_LAST_WORD = re.compile(r"[\w.]{0,8}\Z")
_WORD_OR_BREAK = re.compile(r"[^\W_]+(?:'[^\W_]+)*|[,;()\[\]\u2013\u2014]|\s-+\s")
_ENDINGS = ("'s", "'ve", "'re", "'m")


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a sentence.

    Attributes
    ----------
    words
        In lower case; `^` stands first, for the beginning of the sentence.
    clauses
        The number of the clause in which each stands, as far as punctuation tells.
    """

    words: tuple[str, ...]
    clauses: tuple[int, ...]


def split_sentences(text: object) -> tuple[str, ...]:
    r"""Split a text into its sentences; what is no text has none.

    Parameters
    ----------
    text
        The content of a cell. Of a text beyond `LONGEST_TEXT` characters the rest is left out.

    Returns
    -------
    tuple of str
        Verbatim parts of the text, without the bullets and spaces around them; a longer one than
        `LONGEST_SENTENCE` characters is cut where a word ends.

    Examples
    --------
    >>> split_sentences("Led the rewrite, i.e. all of it. Mentored Bo!\n- wrote docs")
    ('Led the rewrite, i.e. all of it.', 'Mentored Bo!', 'wrote docs')
    >>> split_sentences(None), split_sentences(3.5)
    ((), ())
    """
    if not isinstance(text, str):
        return ()
    text = text[:LONGEST_TEXT]
    found: list[str] = []
    begin = 0
    for mark in _END.finditer(text):
        if mark.group().startswith(".") and _ends_short_form(text, begin, mark.start()):
            continue
        found += _cut(text[begin : mark.end()])
        begin = mark.end()
    found += _cut(text[begin:])
    return tuple(found)


def split_words(sentence: str) -> Words:
    """Split a sentence into words and clauses.

    Examples
    --------
    >>> read = split_words("Although I'd planned less, she's built two pull-through caches.")
    >>> " ".join(read.words)
    "^ although i'd planned less she built two pull through caches"
    >>> read.clauses
    (0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1)
    """
    words, clauses, clause = ["^"], [0], 0
    for word in _WORD_OR_BREAK.findall(sentence.replace("\u2019", "'").lower()):
        if not word[0].isalnum():
            clause += 1
            continue
        if "'" in word and word.endswith(_ENDINGS):
            word = word[: word.rindex("'")]
        words.append(word)
        clauses.append(clause)
    return Words(tuple(words), tuple(clauses))


def _ends_short_form(text: str, begin: int, stop: int) -> bool:
    """Tell whether the full stop at a place belongs to a short form, such as e.g."""
    last = _LAST_WORD.search(text[max(begin, stop - 8) : stop])
    return last is not None and last.group().lower() in _SHORT_FORMS


def _cut(part: str) -> list[str]:
    """Strip a sentence, and cut it where it is longer than any sentence is."""
    pieces = []
    part = part.strip().strip(_BULLET).strip()
    while len(part) > LONGEST_SENTENCE:
        space = part.rfind(" ", 1, LONGEST_SENTENCE)
        stop = space if space > 0 else LONGEST_SENTENCE
        pieces.append(part[:stop].strip())
        part = part[stop:].strip()
    return [piece for piece in (*pieces, part) if any(sign.isalnum() for sign in piece)]
