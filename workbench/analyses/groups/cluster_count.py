"""Number of clusters: three rules vote, and the middle vote counts, as each errs its own way.

What comes in is, for each signal, the share of people below each person. What goes out are the
votes, the mixtures that were compared, and how much of each cluster comes back when people are
drawn again.

All three look at the same mixtures. The gap statistic asks by how much more components describe the
people better than they describe references: draws from one group with the same signals and the same
correlations. The BIC asks whether the better description is worth its parameters. Resampling asks
whether the clusters come back, which they also do where there are too few: it votes for the largest
number, and no rule may take one with a cluster that does not come back.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from workbench.analyses.groups.mixtures import HIGHEST_SCORE, Mixture, fit_copulas
from workbench.analyses.groups.resampling import Resampled, draw_again

__all__ = ["ClusterCount", "count_clusters"]

_Floats = npt.NDArray[np.float64]

_STARTS = 10
_REFERENCES = 15
_SMALLEST_CLUSTER = 5
# One error is the custom. Here the references are searched by fewer starts than the people, and
# structure that is there exceeds them by twenty.
_STANDARD_ERRORS = 4.0


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
    resampled
        What comes back of its clusters when people are drawn again; nothing to ask of one cluster.
    """

    votes: tuple[tuple[str, int], ...]
    k: int
    mixture: Mixture
    scores: _Floats
    resampled: Resampled | None


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
        Jaccard similarity below which a cluster does not come back. No rule may take a number with
        such a cluster, or one of under five people.
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
    tried = {k: draw_again(*fits[k], rng) for k in range(2, most + 1)}
    allowed = [1]
    for k, each in tried.items():
        if each.jaccard.min() >= dissolved_below and each.sizes.min() >= _SMALLEST_CLUSTER:
            allowed.append(k)
    by_gap = _count_by_gap(below, heights, allowed, rng)
    by_bic = _count_by_bic(below, heights, allowed)
    k = int(np.median([by_gap, max(allowed), by_bic]))
    votes = (
        ("gap statistic", by_gap),
        ("stability under resampling", max(allowed)),
        ("BIC", by_bic),
    )
    return ClusterCount(votes, k, *fits[k], tried.get(k))


def _count_by_gap(
    below: _Floats, heights: _Floats, allowed: list[int], rng: np.random.Generator
) -> int:
    """Find the first number that no larger one beats by more than it does in one group."""
    references = _draw_references(below, rng)
    by_chance = np.empty((len(heights), _REFERENCES))
    for k in range(1, len(heights) + 1):
        mixture, scores = fit_copulas(references, k, 1, rng)
        by_chance[k - 1] = mixture.log_copula(scores)
    bar = _STANDARD_ERRORS * np.sqrt(1 + 1 / _REFERENCES)
    for k in allowed:
        # All larger ones, as some groups only show together with the others.
        gains, chance = heights[k:] - heights[k - 1], by_chance[k:] - by_chance[k - 1]
        if np.all(gains <= chance.mean(axis=1) + bar * chance.std(axis=1)):
            return k
    return allowed[-1]


def _draw_references(below: _Floats, rng: np.random.Generator) -> _Floats:
    """Draw people from one group that has each signal, ties included, and its correlations.

    They lie as far from the middle as the people do, in directions of chance: a group with heavy
    tails is one group as well.
    """
    n, d = below.shape
    scores = np.clip(ndtri(below), -HIGHEST_SCORE, HIGHEST_SCORE)
    centred = scores - scores.mean(axis=0)
    root = np.linalg.cholesky(centred.T @ centred / n + 1e-9 * np.eye(d))
    distance = np.linalg.norm(np.linalg.solve(root, centred.T), axis=0)
    direction = rng.normal(size=(_REFERENCES, n, d))
    direction /= np.linalg.norm(direction, axis=2, keepdims=True)
    far = rng.permuted(np.tile(distance, (_REFERENCES, 1)), axis=1)[:, :, None]
    ranks = ((direction * far) @ root.T).argsort(axis=1).argsort(axis=1)
    return np.take_along_axis(np.sort(below, axis=0)[None], ranks, axis=1)


def _count_by_bic(below: _Floats, heights: _Floats, allowed: list[int]) -> int:
    """Find the number whose mixture is worth its parameters most."""
    n, d = below.shape
    # The covariance is there with any number of components.
    cost = 0.5 * np.log(n) * (d + 1) * np.arange(len(heights))
    worth = (heights - cost).round(6)
    return max(allowed, key=lambda k: float(worth[k - 1]))
