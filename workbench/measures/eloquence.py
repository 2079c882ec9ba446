"""Eloquence: how much was told beyond what texts of that length, by that writer, usually tell.

What comes in are the texts, with their lengths, their writers and the deeds told in each; what goes
out is one number per person, cycle and statement.

Three things make a text tell more without anybody having done more: it is long, its writer has a
word of praise for everybody, or the same deed is told again and again. Against each stands one
step:

1. Of the deeds of one text that bear on the same statement, each further one counts half of the one
   before.
2. What a text of that length is expected to tell follows from the rate at which sentences of that
   source (self-review, manager, peers) tell of the statement in the whole table. Sentences that
   tell of another statement are not counted, so that they cost nothing here.
3. That is multiplied by the writer's eloquence. A manager's is what the manager's texts about
   *everybody else* tell, over what was expected of them; whoever is praised as all are gains
   nothing, and praise for one alone is left whole. A self-writer's is what the text tells of the
   *other* statements; as a person who tells more may well have done more, only its square root is
   taken, which puts half of the difference down to the pen. Peers are not named, and are taken as
   they are.

Rates of few texts are drawn towards one: a Poisson count with a Gamma prior, whose weight is
estimated from how much the writers differ (moments), and the score is the logarithm of what was
told over what was expected, after half a deed was added to both (DuMouchel, Bayesian data mining in
large frequency tables, The American Statistician 1999, calls this the empirical-Bayes arithmetic
mean). Somebody of whom just the usual is told has 0.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.measures.phrases import STATEMENTS

__all__ = ["score_texts"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_PRIOR_DEEDS = 0.5  # added to what was told and what was expected of a person
_USUAL_RATE = 0.05  # deeds of a statement per sentence, taken to be known from ten sentences
_KNOWN_FROM = 10.0
_LIGHTEST, _HEAVIEST = 0.5, 50.0  # weight of the prior of a writer's eloquence, in deeds


def score_texts(texts: pd.DataFrame, deeds: Floats, room: Floats) -> pd.DataFrame:
    """Score what is told of each person in each cycle.

    Parameters
    ----------
    texts
        One row a text: `person_id`, `cycle`, `source` (self_review, manager_review or
        peer_feedback), `writer` (missing where unknown), `n_sentences` (different ones).
    deeds
        (texts, statements): deeds told, a repeated one as a fraction.
    room
        (texts, statements): sentences that tell of the statement, or of none.

    Returns
    -------
    pandas.DataFrame
        One row per person and cycle with a text: `person_id`, `cycle`, `n_sentences` and
        `written_<statement>`, the logarithm of what was told over what was expected.

    Examples
    --------
    Of the same deed in two sentences or in eight, the first says more; nothing at all says least.

    >>> texts = pd.DataFrame({"person_id": list("abc"), "cycle": 1, "source": "self_review",
    ...                       "writer": list("abc"), "n_sentences": [2, 8, 8]})
    >>> told = np.zeros((3, 11))
    >>> told[:2, 0] = 1.0
    >>> room = np.array([[2.0], [8.0], [8.0]]).repeat(11, axis=1)
    >>> score_texts(texts, told, room)["written_durable_solutions"].round(1).tolist()
    [0.7, 0.1, -1.0]
    """
    told = 2.0 * (1.0 - np.exp2(-deeds))
    expected = np.zeros_like(told)
    for source, rows in texts.groupby("source", sort=True).indices.items():
        usual = _expect(told[rows], deeds[rows], room[rows])
        expected[rows] = usual * _weigh_writers(str(source), texts.iloc[rows], told[rows], usual)
    names = [f"written_{statement}" for statement in STATEMENTS]
    by = ["person_id", "cycle"]
    row = np.asarray(texts.groupby(by, observed=True, dropna=False).ngroup(), dtype=np.int64)
    found = texts.groupby(by, observed=True, dropna=False)["n_sentences"].sum().reset_index()
    beyond = (_sum_by(row, told) + _PRIOR_DEEDS) / (_sum_by(row, expected) + _PRIOR_DEEDS)
    scores = pd.DataFrame(np.log(beyond), columns=names)
    return pd.concat([found, scores], axis=1)


def _expect(told: Floats, deeds: Floats, room: Floats) -> Floats:
    """Expect of each text what one of its length tells, with the same total as what was told."""
    rate = (deeds.sum(axis=0) + _USUAL_RATE * _KNOWN_FROM) / (room.sum(axis=0) + _KNOWN_FROM)
    # The mean of 2 (1 - 1/2^k) over a Poisson number k of deeds.
    usual = 2.0 * (1.0 - np.exp(-room * rate / 2.0))
    total = usual.sum(axis=0)
    scaled: Floats = usual * (told.sum(axis=0) + _PRIOR_DEEDS) / (total + _PRIOR_DEEDS)
    return scaled


def _weigh_writers(source: str, texts: pd.DataFrame, told: Floats, usual: Floats) -> Floats:
    """Give the eloquence of each text's writer as far as it is known from other evidence."""
    writer = np.asarray(pd.factorize(texts["writer"])[0], dtype=np.int64)
    if source == "peer_feedback" or writer.max(initial=-1) < 0:
        return np.ones_like(told)
    if source == "self_review":
        all_told = _sum_by(writer, told).sum(axis=1, keepdims=True)
        all_usual = _sum_by(writer, usual).sum(axis=1, keepdims=True)
        weight = _prior_weight(all_told, all_usual)
        other = all_told - _sum_by(writer, told), all_usual - _sum_by(writer, usual)
        eloquence = np.sqrt((other[0] + weight) / (other[1] + weight))[writer]
    else:
        # Everything that the writer wrote, less what is about the same person.
        pair = np.asarray(texts.groupby(["writer", "person_id"], dropna=False).ngroup(), np.int64)
        weight = _prior_weight(_sum_by(writer, told), _sum_by(writer, usual))
        rest = [
            _sum_by(writer, values)[writer] - _sum_by(pair, values)[pair]
            for values in (told, usual)
        ]
        eloquence = (rest[0] + weight) / (rest[1] + weight)
    known: Floats = np.where(writer[:, None] >= 0, eloquence, 1.0)
    return known


def _sum_by(group: Ints, values: Floats) -> Floats:
    """Sum the rows of each group; rows of group -1 are in none."""
    sums = np.zeros((int(group.max(initial=-1)) + 1, values.shape[1]))
    np.add.at(sums, group[group >= 0], values[group >= 0])
    return sums


def _prior_weight(told: Floats, usual: Floats) -> float:
    """Estimate how strongly writers are alike, in deeds: small where they differ much.

    Under a Gamma prior of mean one and weight w, the count of a writer of whom u is expected has
    the variance u + u²/w.
    """
    beyond = float((np.square(told - usual) - usual).sum())
    spread = beyond / max(float(np.square(usual).sum()), 1e-12)
    return float(np.clip(1.0 / max(spread, 1e-12), _LIGHTEST, _HEAVIEST))
