"""The words, letters and abbreviations of rating scales, and which scale a set of them is from.

A phrase is filed by how far it is from "meets", in steps. Scales whose words mean something else
elsewhere stand beside, whole, with the words that give them away. Texts are compared folded: case,
accents, punctuation and the words that every level of a scale has make no difference.
"""

import math
import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

__all__ = ["WordScale", "fit_words", "fold_phrase", "is_grade", "is_known_phrase", "is_not_rated"]

# Said of every level of a scale, and so of none.
_FILLERS = re.compile(
    r"\b(?:expectations?|expected standards?|requirements?|objectives?|goals|performance|"
    r"contribution|the|job|role|impact|rating|level|overall|of|all expectations|"
    r"(?:die |den |der )?(?:erwartungen|anforderungen|ziele)|leistung|"
    r"(?:les |aux |des )?(?:attentes|objectifs|exigences)|"
    r"(?:con |de )?(?:las |los |lo )?(?:expectativas|objetivos|requisitos|esperado))\b"
)


def _fold_plain(text: str) -> str:
    """Fold case, punctuation and, in whole words, accents."""
    text = unicodedata.normalize("NFKC", text).casefold()
    # "sí" is a yes, and "SI" a rating; longer words lose their accents, however they are typed.
    if len(text) > 3:
        text = "".join(
            c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c)
        )
        text = re.sub(r"([aou])e", r"\1", text)
    text = re.sub(r"[^\w+\-]+|_", " ", text).replace("-", " " if len(text) > 3 else "-")
    return " ".join(text.split())


def fold_phrase(text: str) -> str:
    """Fold a rating's words: case, accents, punctuation and the words that every level has.

    Examples
    --------
    >>> fold_phrase("Exceeds  Expectations!"), fold_phrase("Übertrifft die Erwartungen")
    ('exceeds', 'ubertrifft')
    """
    plain = _fold_plain(text)
    return " ".join(_FILLERS.sub(" ", plain).split()) or plain


# How far from "meets" a phrase is, in steps; halves decide only between two words of one column.
_STEPS: dict[float, str] = {
    -2.0: """
        unsatisfactory, unacceptable, does not meet, did not meet, not meeting, not met, fails,
        fails to meet, failed to meet, far below, significantly below, well below, poor, very poor,
        very low, pip, performance improvement plan, development need, never, ineffective,
        underperformer, underperforming, dnm, nme, us, unsat, not satisfactory, inadequate, rarely
        meets, consistently below, does not meet any, c player, failing, missed

        erfüllt nicht, nicht erfüllt, verfehlt, weit unter, deutlich unter, deutlich verfehlt,
        weit unter den Erwartungen, ungenügend, unzureichend, schlecht, sehr schlecht, sehr niedrig,
        inakzeptabel, entspricht nicht, nicht erreicht, sehr gering

        très insuffisant, très insuffisante, inacceptable, n'atteint pas, ne répond pas, non
        conforme, non atteint, non atteints, très en dessous, bien en dessous, nettement en dessous,
        largement en dessous, mauvais, très faible, très bas, ne satisfait pas

        no cumple, no cumplió, insatisfactorio, insatisfactoria, inaceptable, deficiente, muy
        deficiente, muy bajo, muy por debajo, malo, muy malo, no alcanza
    """,
    -1.5: """
        below, low, weak, under performing, under performer, below average, be, below standard,
        below target, l, b, less than effective, lower, bottom, below bar

        unter, liegt unter, unterhalb, unterdurchschnittlich, niedrig, gering, schwach

        insuffisant, insuffisante, en dessous, au dessous, en deçà, inférieur, inférieure, faible,
        bas, médiocre

        por debajo, debajo, bajo, baja, inferior, insuficiente
    """,
    -1.0: """
        needs improvement, need improvement, improvement needed, needs work, needs development,
        developing, development needed, partial, partially meets, partially met, meets partially,
        inconsistent, sometimes meets, occasionally meets, fair, marginal, emerging, learning,
        approaching, ni, pm, nearly meets, needs some improvement, requires improvement, somewhat
        effective, basic, limited, rarely, meets some, below some, partly meets, novice

        teilweise erfüllt, erfüllt teilweise, teils erfüllt, zum teil erfüllt, erfüllt zum teil,
        mangelhaft, ausreichend, mäßig, verbesserungsbedürftig, verbesserungsbedarf,
        entwicklungsbedarf, entwicklungsbedürftig, teilweise erreicht

        à améliorer, partiellement atteint, atteint partiellement, partiellement atteints,
        partiellement conforme, répond partiellement, en développement, à développer, passable,
        perfectible, besoin d'amélioration, amélioration nécessaire, nécessite des améliorations,
        partiellement satisfaisant

        cumple parcialmente, parcialmente cumple, cumple parcialmente con, necesita mejorar,
        necesita mejora, requiere mejora, requiere mejorar, debe mejorar, a mejorar, en desarrollo,
        mejorable, regular, parcial, suficiente
    """,
    -0.5: """
        mostly meets, mostly met, meets most, generally meets, almost meets, mm

        weitgehend erfüllt, erfüllt weitgehend, überwiegend erfüllt, erfüllt überwiegend,
        größtenteils erfüllt, erfüllt größtenteils, befriedigend

        assez bien, répond en grande partie

        cumple casi siempre, cumple en gran parte
    """,
    0.0: """
        meets, met, fully meets, fully met, meets all, consistently meets, successful, solid, good,
        achieves, achieved, performing, performer, on track, effective, valued, valued contributor,
        satisfactory, average, medium, med, mid, moderate, m, me, s, proficient, fully effective,
        competent, standard, at, on target, at bar, meets bar, strong contributor, solid performer,
        core, expected, as expected, usually, growing, b player, fully achieves, fully achieved

        erfüllt, voll erfüllt, erfüllt voll, vollständig erfüllt, erfüllt vollständig, gut,
        durchschnittlich, mittel, solide, wie erwartet, entspricht, entspricht voll,
        zufriedenstellend, erfolgreich, erreicht

        conforme, répond, répond pleinement, atteint, atteints, satisfaisant, satisfaisante, bon,
        bonne, bien, moyen, moyenne, à la hauteur, performant

        cumple, cumple con, cumplió, cumple plenamente, satisfactorio, satisfactoria, bueno, buena,
        adecuado, adecuada, medio, media, promedio, competente, dentro de lo esperado
    """,
    0.5: """
        meets and sometimes exceeds, sometimes exceeds, occasionally exceeds, meets some exceeds

        teilweise übertroffen, übertrifft teilweise

        dépasse parfois, dépasse partiellement

        supera parcialmente, supera a veces
    """,
    1.0: """
        exceeds, exceeded, exceeding, strong, above, above average, very good, often exceeds,
        frequently exceeds, regularly exceeds, superior, highly effective, high, h, ee, e, advanced,
        above bar, above target, above standard, strong performer, partially exceeds, great, often,
        very effective, mostly exceeds

        übertrifft, übertroffen, sehr gut, über, liegt über, oberhalb, überdurchschnittlich, hoch,
        stark

        dépasse, dépassé, dépassés, supérieur, supérieure, au dessus, au delà, très satisfaisant,
        très satisfaisante, très bien, très bon, très bonne, élevé, élevée, haut

        supera, superó, excede, por encima, encima, muy bueno, muy buena, muy bien, alto, alta,
        notable
    """,
    1.5: """
        consistently exceeds, always exceeds, usually exceeds

        häufig übertroffen, übertrifft häufig

        destacado, destacada
    """,
    2.0: """
        outstanding, far exceeds, strongly exceeds, greatly exceeds, significantly exceeds,
        substantially exceeds, exceptional, distinguished, excellent, excels, role model, redefines,
        very high, top, top performer, extraordinary, se, fe, o, a player, world class, always,
        expert, star, top talent, well above, best, far above, significantly above

        hervorragend, ausgezeichnet, exzellent, herausragend, weit übertroffen, deutlich
        übertroffen, übertrifft weit, übertrifft deutlich, übertrifft bei weitem, deutlich über,
        weit über, außergewöhnlich, außerordentlich, sehr hoch

        excellente, exceptionnel, exceptionnelle, remarquable, dépasse largement, dépasse nettement,
        largement dépassé, très supérieur, nettement supérieur, bien au dessus, largement au dessus,
        très élevé

        sobresaliente, excelente, excepcional, supera ampliamente, supera con creces, supera
        significativamente, muy por encima, muy alto, extraordinario
    """,
    2.5: "superb",
}
_PHRASES: dict[str, float] = {
    fold_phrase(phrase): step
    for step, phrases in _STEPS.items()
    for phrase in re.split(r",|\n\s*\n", phrases)
    if phrase.strip()
}


@dataclass(frozen=True, slots=True)
class _Named:
    """A scale whose words mean something else elsewhere: its levels from low to high.

    `marks` are the words that no other scale has; without one of them it is not this scale.
    """

    levels: tuple[str, ...]
    marks: frozenset[str]
    level_of: dict[str, float]


def _name(marks: str, *levels: str) -> _Named:
    level_of = {
        fold_phrase(word): float(level)
        for level, words in enumerate(levels, start=1)
        for word in words.split(", ")
    }
    return _Named(levels, frozenset(fold_phrase(word) for word in marks.split(", ")), level_of)


_NAMED = (
    _name(
        "ne, mi, si, oi, ti, not enough, significant, transformative",
        "ne, not enough",
        "mi, moderate",
        "si, significant",
        "oi, outstanding",
        "ti, transformative",
    ),
    _name(
        "ms, ma, ge, re, redefines",
        "dnm, does not meet, does not meet any",
        "ms, meets some",
        "mm, meets most",
        "ma, meets all",
        "ee, exceeds",
        "ge, greatly exceeds",
        "re, redefines",
    ),
    _name(
        "lite, slite, lower than expected, slightly lower than expected",
        "lite, lower than expected",
        "slite, slightly lower than expected",
        "successful",
        "exceptional",
    ),
    _name(
        "befriedigend, ausreichend, mangelhaft",
        "ungenügend",
        "mangelhaft",
        "ausreichend",
        "befriedigend",
        "gut",
        "sehr gut",
    ),
    _name(
        "genügend, nicht genügend", "nicht genügend", "genügend", "befriedigend", "gut", "sehr gut"
    ),
)
_NAMED_WORDS = frozenset(word for scale in _NAMED for word in scale.level_of)

_NOT_RATED_TEXTS = """
    n/a, na, n.a., n a, none, null, nr, n/r, tbd, tbc, tntr, tnr, unknown, unrated, pending, blank,
    loa, new, nan, nil, missing, no data, too new to rate, too new, too new to evaluate, too new to
    be rated, too soon to rate, too soon, too early to rate, too early, new to role, new hire,
    new joiner, not rated, not applicable, not available, not yet rated, not reviewed, not
    evaluated, not calibrated, not ratable, no rating, no review, on leave, leave of absence,
    parental leave, insufficient time, insufficient time to rate, insufficient time in role, not
    enough time, insufficient data, in progress, to be determined, to be rated, exempt, not
    assessed, not submitted

    nicht bewertet, noch nicht bewertet, nicht beurteilt, keine bewertung, keine angabe, k.a., ka,
    nicht zutreffend, nicht anwendbar, entfällt, zu neu, zu neu für bewertung, zu neu um bewertet zu
    werden, zu früh, neu im team, elternzeit, in elternzeit, unbekannt, ausstehend, offen

    non évalué, non évaluée, non noté, non notée, pas évalué, pas encore évalué, pas encore évaluée,
    non applicable, sans objet, s/o, n/d, nd, non disponible, trop récent, trop récente, trop
    nouveau, trop nouvelle, trop tôt, en congé, inconnu, en attente, nouvel arrivant

    no evaluado, no evaluada, sin evaluar, sin evaluación, sin calificar, no calificado, no
    calificada, no aplica, no aplicable, no disponible, demasiado nuevo, demasiado nueva, muy nuevo,
    muy nueva, nuevo ingreso, sin datos, desconocido, de licencia, en licencia, pendiente
"""
_NOT_RATED = frozenset(
    _fold_plain(text) for text in re.split(r",|\n\s*\n", _NOT_RATED_TEXTS) if text.strip()
)
_NOTHING = re.compile(r"[\s\-.?()\[\]\u2013\u2014]*")


def is_not_rated(text: str) -> bool:
    """Tell whether a cell says that the person was not rated.

    Examples
    --------
    >>> is_not_rated("Too New To Rate"), is_not_rated("--"), is_not_rated("Not Met")
    (True, True, False)
    """
    return bool(_NOTHING.fullmatch(text)) or _fold_plain(text) in _NOT_RATED


def is_known_phrase(phrase: str) -> bool:
    """Tell whether a folded phrase is a level of any scale of words."""
    return phrase in _PHRASES or phrase in _NAMED_WORDS


def is_grade(phrase: str) -> bool:
    """Tell whether a folded phrase can be a letter grade."""
    return bool(re.fullmatch(r"[a-f][+-]?", phrase))


@dataclass(frozen=True, slots=True)
class WordScale:
    """The scale that a set of phrases is from.

    Attributes
    ----------
    size
        How many levels it has.
    levels
        The level of each phrase that is on it, from 1 to `size`, higher is better.
    complete
        Whether every level has a phrase.
    steps
        How far each phrase is from "meets", in whole levels; empty where that is not known.
    letters
        Which phrases are letter grades.
    """

    size: float
    levels: Mapping[str, float]
    complete: bool = False
    steps: Mapping[str, int] = field(default_factory=dict)
    letters: frozenset[str] = frozenset()


def fit_words(phrases: Collection[str]) -> WordScale:
    """Find the smallest scale that has most of the phrases; unknown ones get no level.

    Examples
    --------
    >>> fit_words(["meets", "exceeds", "below"]).levels
    {'below': 1.0, 'exceeds': 3.0, 'meets': 2.0}
    >>> fit_words(["b", "d"]).levels
    {'b': 4.0, 'd': 2.0}
    """
    letters = _find_letters(phrases)
    words = {phrase for phrase in phrases if is_known_phrase(phrase)} - letters
    if words.isdisjoint(_COMPANIONS):
        # B is below or the second best letter, E exceeds or the worst: alone they say nothing.
        words -= {"b", "e"}
    fitted = _fit_known(words)
    if not letters:
        return fitted
    graded = _fit_letters(letters)
    if not fitted.levels:
        return graded
    ratio = (fitted.size - 1) / (graded.size - 1)
    scaled = {grade: round(1 + ratio * (level - 1), 6) for grade, level in graded.levels.items()}
    return WordScale(
        fitted.size, {**fitted.levels, **scaled}, fitted.complete, fitted.steps, graded.letters
    )


# Beside one of these, B is "below" and E is "exceeds".
_COMPANIONS = frozenset({"m", "me", "s", "l", "h"})


def _find_letters(phrases: Collection[str]) -> set[str]:
    """Find the letter grades; one stray letter among words makes no scale of letters."""
    grades = {phrase for phrase in phrases if is_grade(phrase)}
    sure = {grade[0] for grade in grades if grade not in _PHRASES}
    others = any(is_known_phrase(phrase) and phrase not in grades for phrase in phrases)
    if not _COMPANIONS.isdisjoint(phrases) or len(sure) < (2 if others else 1):
        return set()
    return grades


def _fit_letters(grades: Collection[str]) -> WordScale:
    """Read letter grades: A is best, a plus or minus is a third of a step."""
    plain = {grade[0] for grade in grades}
    alphabet = "fedcba" if {"e", "f"} <= plain else "edcba" if "e" in plain else "fdcba"
    signs = {"": 0.0, "+": 1 / 3, "-": -1 / 3}
    top = float(len(alphabet))
    levels = {
        grade: round(min(max(alphabet.index(grade[0]) + 1 + signs[grade[1:]], 1.0), top), 6)
        for grade in sorted(grades)
    }
    return WordScale(top, levels, letters=frozenset(grades))


def _fit_known(words: Collection[str]) -> WordScale:
    """Choose between a scale with words of its own and the steps that words have elsewhere."""
    usual = {word: _PHRASES[word] for word in sorted(words) if word in _PHRASES}
    named = max(
        (scale for scale in _NAMED if not scale.marks.isdisjoint(words)),
        key=lambda scale: len(scale.level_of.keys() & words),
        default=None,
    )
    if named is not None and len(named.level_of.keys() & words) >= len(usual):
        levels = {word: named.level_of[word] for word in sorted(words) if word in named.level_of}
        size = len(named.levels)
        return WordScale(size, levels, len(set(levels.values())) == size)
    return _fit_steps(usual) if usual else WordScale(5.0, {})


def _fit_steps(steps: Mapping[str, float]) -> WordScale:
    """Turn steps from "meets" into levels; halves go wherever there is room."""
    distinct = sorted(set(steps.values()))
    for whole in (math.trunc, math.floor, math.ceil):
        places = {phrase: whole(step) for phrase, step in steps.items()}
        low, high = min(places.values()), max(places.values())
        if len(set(places.values())) < len(distinct) or high > 2:
            continue
        if len(distinct) == 3 and low < 0 < high and 0 in places.values():
            # "Does not meet, meets, exceeds" is a whole scale, however far apart its ends are.
            levels = {phrase: float(distinct.index(step) + 1) for phrase, step in steps.items()}
            return WordScale(3, levels, True, places)
        if low >= -1:
            size, middle = (3, 2) if high <= 1 else (4, 2)
        else:
            size, middle = (4, 3) if high <= 1 else (5, 3)
        levels = {phrase: float(place + middle) for phrase, place in places.items()}
        return WordScale(size, levels, len(set(levels.values())) == size, places)
    levels = {phrase: float(distinct.index(step) + 1) for phrase, step in steps.items()}
    return WordScale(max(3.0, len(distinct)), levels, True)
