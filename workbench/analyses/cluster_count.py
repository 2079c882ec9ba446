"""Number of clusters: three rules vote, and the middle vote counts, as each errs its own way.

What comes in is, for each signal, the share of people below each person. What goes out are the
votes, the mixtures that were compared, and how much of each cluster comes back when people are
drawn again.

All three look at the same mixtures. The gap statistic asks by how much more components describe the
people better than they describe references: draws from one group with the same signals and the same
correlations. The BIC asks whether the better description is worth its parameters. Resampling asks
whether the clusters come back, which they also do where there are too few; the other two rules
would not see clusters that are there by chance, or in this draw only.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from workbench.analyses.mixtures import HIGHEST_SCORE, Mixture, fit_copulas, fit_mixtures

__all__ = ["ClusterCount", "count_clusters", "measure_stability"]

_Floats = npt.NDArray[np.float64]
_Labels = npt.NDArray[np.int64]
_Mask = npt.NDArray[np.bool_]

_STARTS = 10
_REFERENCES = 15
_RESAMPLES = 20
_FEW_STARTS = 3
_SMALLEST_CLUSTER = 5
# Two groups may only show together, so that one more component tells nothing and two tell all.
_LOOK_AHEAD = 2
_STANDARD_ERRORS = 3.0


@dataclass(frozen=True, slots=True)
class ClusterCount:
    """How many clusters there are.

    Attributes
    ----------
    votes
        Each rule in words, with its number.
    k
        The middle vote.
    mixture
        Of so many components.
    scores
        The scores of the people that it was fitted to, (1, n, signals).
    jaccard
        How much of each of its clusters comes back when people are drawn again.
    """

    votes: tuple[tuple[str, int], ...]
    k: int
    mixture: Mixture
    scores: _Floats
    jaccard: _Floats


def count_clusters(
    below: _Floats, *, most: int, dissolved_below: float, rng: np.random.Generator
) -> ClusterCount:
    """Count the clusters of some people.

    Parameters
    ----------
    below
        (n, signals): share of people below each person, in (0, 1).
    most
        Largest number that is tried.
    dissolved_below
        Jaccard similarity below which a cluster does not come back; no number with such a cluster,
        or one of under five people, is taken, whatever the votes.
    rng
        Draws starts, references and resamples.

    Returns
    -------
    ClusterCount

    Notes
    -----
    Gap statistic: Tibshirani, Walther and Hastie (2001), with the log-likelihood of the mixture in
    place of the dispersion and the fitted single group in place of a box, as in the parametric
    bootstrap of McLachlan (1987). Clusterwise Jaccard by resampling: Hennig (2007). BIC: Schwarz
    (1978), on the copula of the mixture, which units and spread of the signals cannot change.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> below = rng.uniform(size=(80, 3))
    >>> count_clusters(below, most=4, dissolved_below=0.5, rng=rng).k
    1
    """
    fits = {k: fit_copulas(below[None], k, _STARTS, rng) for k in range(1, most + 1)}
    heights = np.array([mixture.log_copula(scores)[0] for mixture, scores in fits.values()])
    by_gap = _count_by_gap(below, heights, rng)
    by_bic = _count_by_bic(below, heights)
    # Beyond the larger of the two, resampling cannot change which vote is in the middle.
    jaccard = {k: measure_stability(*fits[k], rng) for k in range(2, max(by_gap, by_bic) + 1)}
    back = {
        1,
        *(
            k
            for k, each in jaccard.items()
            if each.min() >= dissolved_below and _count_smallest(*fits[k]) >= _SMALLEST_CLUSTER
        ),
    }
    middle = int(np.median([by_gap, max(back), by_bic]))
    k = max(number for number in back if number <= middle)
    votes = (
        ("gap statistic", by_gap),
        ("stability under resampling", max(back)),
        ("BIC", by_bic),
    )
    return ClusterCount(votes, k, *fits[k], jaccard.get(k, np.full(1, np.nan)))


def _count_by_gap(below: _Floats, heights: _Floats, rng: np.random.Generator) -> int:
    """Find the first number that the next ones beat by no more than they do in one group."""
    references = _draw_references(below, rng)
    found: list[_Floats] = []

    def by_chance(k: int) -> _Floats:
        while len(found) < k:
            mixture, scores = fit_copulas(references, len(found) + 1, 1, rng)
            found.append(mixture.log_copula(scores))
        return found[k - 1]

    most, errors = len(heights), _STANDARD_ERRORS * np.sqrt(1 + 1 / _REFERENCES)
    for k in range(1, most):
        gains = [
            (heights[more - 1] - heights[k - 1], by_chance(more) - by_chance(k))
            for more in range(k + 1, min(k + _LOOK_AHEAD, most) + 1)
        ]
        if all(gain <= chance.mean() + errors * chance.std() for gain, chance in gains):
            return k
    return most


def _draw_references(below: _Floats, rng: np.random.Generator) -> _Floats:
    """Draw people from one group that has each signal and its correlations, ties included."""
    n, d = below.shape
    scores = np.clip(ndtri(below), -HIGHEST_SCORE, HIGHEST_SCORE)
    centred = scores - scores.mean(axis=0)
    root = np.linalg.cholesky(centred.T @ centred / n + 1e-9 * np.eye(d))
    ranks = (rng.normal(size=(_REFERENCES, n, d)) @ root.T).argsort(axis=1).argsort(axis=1)
    return np.take_along_axis(np.sort(below, axis=0)[None], ranks, axis=1)


def _count_by_bic(below: _Floats, heights: _Floats) -> int:
    """Find the number whose mixture is worth its parameters most."""
    n, d = below.shape
    # The covariance is there with any number of components.
    cost = 0.5 * np.log(n) * (d + 1) * np.arange(len(heights))
    return int((heights - cost).round(6).argmax()) + 1


def _count_smallest(mixture: Mixture, scores: _Floats) -> int:
    """Count the people of the smallest cluster."""
    labels = mixture.memberships(scores)[0].round(9).argmax(axis=0)
    return int(np.bincount(labels, minlength=mixture.shares.shape[1]).min())


def measure_stability(mixture: Mixture, scores: _Floats, rng: np.random.Generator) -> _Floats:
    """Measure how much of each cluster comes back when people are drawn again.

    Parameters
    ----------
    mixture
        One set.
    scores
        (1, n, signals).
    rng
        Draws the people and the starts.

    Returns
    -------
    ndarray
        For each component the Jaccard similarity with the best match among the new ones, over the
        people drawn, averaged over the draws.
    """
    n, k = scores.shape[1], mixture.shares.shape[1]
    drawn = rng.multinomial(n, np.full(n, 1 / n), size=_RESAMPLES)
    again = fit_mixtures(scores, drawn.astype(float), k, _FEW_STARTS, rng).memberships(scores)
    labels = mixture.memberships(scores)[0].round(9).argmax(axis=0)
    return _jaccard(labels, again.round(9).argmax(axis=1), drawn > 0, k)


def _jaccard(labels: _Labels, again: _Labels, drawn: _Mask, k: int) -> _Floats:
    """Average over the draws the overlap of each cluster with its best match among the new."""
    of_label = np.eye(k)
    old = of_label[labels]
    overlaps = np.zeros((len(again), k, k))
    for draw, (new, there) in enumerate(zip(again, drawn, strict=True)):
        before, after = old[there], of_label[new[there]]
        shared = before.T @ after
        either = before.sum(axis=0)[:, None] + after.sum(axis=0)[None, :] - shared
        overlaps[draw] = shared / np.maximum(either, 1)
    return np.asarray(overlaps.max(axis=2).mean(axis=0), dtype=float)
