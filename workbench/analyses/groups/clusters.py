"""Clusters: into how many groups people fall, who belongs to which, and how far to trust it.

What comes in is one row of numbers per person. What goes out is a label and a membership
probability for each, and for each cluster how much of it comes back when people are drawn again.
One cluster is an answer: the people do not fall into groups. Numbers are read by rank only.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from workbench.analyses.groups.cluster_count import count_clusters
from workbench.analyses.groups.mixtures import read_quantiles, refine_copulas
from workbench.analyses.groups.resampling import temper
from workbench.settings import DEFAULTS

__all__ = ["Clusters", "find_clusters"]

_Floats = npt.NDArray[np.float64]
_Labels = npt.NDArray[np.int64]

_SMALLEST_POOL = 20
_PEOPLE_PER_CLUSTER = 10
# More people would cost minutes and tell no more about the number of groups.
_LARGEST_COUNT = 1000


@dataclass(frozen=True, slots=True)
class Clusters:
    """The groups in which people fall.

    Attributes
    ----------
    labels
        The cluster of each person, from 0.
    probability
        How likely each person belongs to it, as far as people drawn again agree.
    jaccard
        One number per cluster: how much of it comes back when people are drawn again. Missing with
        one cluster, which comes back by definition.
    votes
        How many clusters each rule found, by its name; the middle one counts. Empty where there
        were too few people to ask.
    notes
        How the number of clusters was found, in sentences.
    """

    labels: _Labels
    probability: _Floats
    jaccard: _Floats
    votes: tuple[tuple[str, int], ...]
    notes: tuple[str, ...]


def find_clusters(
    points: _Floats,
    *,
    random_state: int = DEFAULTS.random_state,
    max_clusters: int = DEFAULTS.max_clusters,
    dissolved_below: float = DEFAULTS.dissolved_below,
) -> Clusters:
    """Cluster people by a mixture of Gaussians that share one covariance.

    Parameters
    ----------
    points
        One row per person, one column per signal, nothing missing. Rows in one order give one
        answer.
    random_state
        Seed of the starts, the references and the resamples.
    max_clusters
        Largest number of clusters that is tried.
    dissolved_below
        Jaccard similarity under resampling below which a cluster does not come back.

    Returns
    -------
    Clusters
        One cluster where there is no structure, with fewer than 20 people, or with one signal.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> find_clusters(rng.normal(size=(60, 3)) + np.repeat([[0.0], [6.0]], 30, axis=0)).jaccard
    array([1., 1.])
    >>> find_clusters(rng.normal(size=(60, 3))).labels.max()
    np.int64(0)
    """
    n = len(points)
    if n < _SMALLEST_POOL:
        few = f"No clusters: {n} people with enough evidence, and {_SMALLEST_POOL} are needed."
        return _leave_together(n, (), few)
    if not np.ptp(points, axis=0).any():
        return _leave_together(n, (), "No clusters: nobody differs from anybody.")
    if points.shape[1] < 2:
        lone = "No clusters: read by rank, one signal alone shows no groups; two are needed."
        return _leave_together(n, (), lone)
    below = (rankdata(points, axis=0) - 0.5) / n
    rng = np.random.default_rng(random_state)
    drawn = np.sort(rng.permutation(n)[:_LARGEST_COUNT])
    counted = count_clusters(
        below[drawn],
        most=min(max_clusters, len(drawn) // _PEOPLE_PER_CLUSTER),
        dissolved_below=dissolved_below,
        rng=rng,
    )
    votes = ", ".join(f"{rule} {number}" for rule, number in counted.votes)
    notes = [f"Number of clusters: {counted.k} ({votes}; the middle one counts)."]
    if n > _LARGEST_COUNT:
        notes.insert(
            0,
            f"The clusters were counted on {_LARGEST_COUNT:,} people drawn by the seed, then "
            f"fitted to all {n:,}.",
        )
    if counted.resampled is None:
        notes.append("No structure: the people do not fall into groups.")
        return _leave_together(n, counted.votes, *notes)
    mixture, scores = counted.mixture, counted.scores
    temperature = temper(mixture.memberships(scores)[0], counted.resampled.confidence)
    if n > _LARGEST_COUNT:
        everybody = read_quantiles(below, mixture)
        mixture, scores = refine_copulas(below[None], mixture, everybody)
    chances = np.maximum(mixture.memberships(scores)[0], 1e-300) ** (1 / temperature)
    chances = (chances / chances.sum(axis=0)).round(9)
    # A component to which nobody belongs most is no cluster.
    found, labels = np.unique(chances.argmax(axis=0), return_inverse=True)
    jaccard = counted.resampled.jaccard[found]
    return Clusters(labels, chances.max(axis=0), jaccard, counted.votes, tuple(notes))


def _leave_together(n: int, votes: tuple[tuple[str, int], ...], *notes: str) -> Clusters:
    """Put everybody into one cluster."""
    labels, stability = np.zeros(n, dtype=np.int64), np.full(min(n, 1), np.nan)
    return Clusters(labels, np.ones(n), stability, votes, notes)
