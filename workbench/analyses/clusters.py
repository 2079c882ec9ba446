"""Clusters: into how many groups people fall, who belongs to which, and how far to trust it.

What comes in is one row of numbers per person, all on one scale. What goes out is a label and a
membership probability for each, and for each cluster how much of it comes back when people are
drawn again. One cluster is an answer: the people do not fall into groups.

Three rules vote on the number and the middle vote counts, because each errs its own way: the gap
statistic finds too few clusters where they overlap, resampling and the BIC too many where a single
group is long, lumpy or not normal.
"""

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture

from workbench.settings import DEFAULTS

__all__ = ["Clusters", "find_clusters"]

_Floats = npt.NDArray[np.float64]
_Labels = npt.NDArray[np.int64]
_Mask = npt.NDArray[np.bool_]

_SMALLEST_POOL = 20
_SMALLEST_CLUSTER = 10
_LARGEST_FIT = 3000
_REFERENCES = 15
_RESAMPLES = 30
_STARTS = 4


@dataclass(frozen=True, slots=True)
class Clusters:
    """The groups in which people fall.

    Attributes
    ----------
    labels
        The cluster of each person, from 0.
    probability
        How likely each person belongs to it.
    jaccard
        One number per cluster: how much of it comes back when people are drawn again. Missing with
        one cluster, which comes back by definition.
    notes
        How the number of clusters was found, in sentences.
    """

    labels: _Labels
    probability: _Floats
    jaccard: _Floats
    notes: tuple[str, ...]


def find_clusters(
    points: _Floats,
    *,
    random_state: int = DEFAULTS.random_state,
    max_clusters: int = DEFAULTS.max_clusters,
    cluster_stability: float = DEFAULTS.cluster_stability,
) -> Clusters:
    """Cluster people by a Gaussian mixture whose components share one covariance.

    Parameters
    ----------
    points
        One row per person, one column per signal, nothing missing. Rows in one order give one
        answer.
    random_state
        Seed of the starts, the references and the resamples.
    max_clusters
        Largest number of clusters that is tried.
    cluster_stability
        Jaccard similarity under resampling from which a cluster counts as stable.

    Returns
    -------
    Clusters
        One cluster where there is no structure, or where there are fewer than 20 people.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> find_clusters(rng.normal(size=(60, 3)) + np.repeat([[0.0], [6.0]], 30, axis=0)).jaccard
    array([1., 1.])
    >>> find_clusters(rng.normal(size=(60, 3))).labels.max()
    np.int64(0)
    """
    n = len(points)
    together = np.zeros(n, dtype=np.int64), np.ones(n), np.full(min(n, 1), np.nan)
    if n < _SMALLEST_POOL:
        few = f"No clusters: {n} people with enough evidence, and {_SMALLEST_POOL} are needed."
        return Clusters(*together, (few,))
    if not np.ptp(points, axis=0).any():
        return Clusters(*together, ("No clusters: nobody differs from anybody.",))
    notes = []
    rng = np.random.default_rng(random_state)
    sample = points
    # More people would cost minutes and tell no more about the number of groups.
    if n > _LARGEST_FIT:
        sample = points[np.sort(rng.choice(n, _LARGEST_FIT, replace=False))]
        notes.append(
            f"The clusters were found on {_LARGEST_FIT:,} people drawn by the seed and all "
            f"{n:,} were then assigned to them."
        )
    most = min(max_clusters, n // _SMALLEST_CLUSTER)
    mixtures = {k: _fit_mixture(sample, k, rng) for k in range(1, most + 1)}
    drawn = rng.multinomial(len(sample), np.full(len(sample), 1 / len(sample)), size=_RESAMPLES)
    votes = (
        _count_by_gap(sample, most, rng),
        _count_by_stability(sample, most, cluster_stability, drawn, rng),
        min(mixtures, key=lambda k: float(mixtures[k].bic(sample))),
    )
    k = int(np.median(votes))
    notes.append(
        f"Number of clusters: {k} (gap statistic {votes[0]}, stability under resampling "
        f"{votes[1]}, BIC {votes[2]}; the middle one counts)."
    )
    probabilities = mixtures[k].predict_proba(points)
    # A component to which nobody belongs most is no cluster.
    found, labels = np.unique(probabilities.argmax(axis=1), return_inverse=True)
    if len(found) == 1:
        notes.append("No structure: the people do not fall into groups.")
        return Clusters(*together, tuple(notes))
    jaccard = _measure_stability(sample, mixtures[k], drawn, rng)[found]
    return Clusters(labels.astype(np.int64), probabilities.max(axis=1), jaccard, tuple(notes))


def _fit_mixture(points: _Floats, k: int, rng: np.random.Generator) -> Any:
    """Fit a Gaussian mixture whose components share one covariance, from the best k-means start."""
    labels, _ = _k_means(points[None], np.ones((1, len(points))), k, 3 * _STARTS, rng)
    member = np.eye(k)[labels[0]]
    size = np.maximum(member.sum(axis=0), 1.0)
    means = member.T @ points / size[:, None]
    apart = points - means[labels[0]]
    within = apart.T @ apart / len(points) + 1e-3 * np.eye(points.shape[1])
    mixture = GaussianMixture(
        k,
        covariance_type="tied",
        reg_covar=1e-3,
        tol=1e-4,
        max_iter=300,
        init_params="random_from_data",
        weights_init=size / size.sum(),
        means_init=means,
        precisions_init=np.linalg.inv(within),
        random_state=0,
    )
    with warnings.catch_warnings():
        # A mixture that is still creeping after 300 steps has settled on its members long before.
        warnings.simplefilter("ignore", ConvergenceWarning)
        return mixture.fit(points)


def _count_by_gap(points: _Floats, most: int, rng: np.random.Generator) -> int:
    """Count clusters by the gap statistic, against uniform points in the box of the components."""
    centred = points - points.mean(axis=0)
    directions = np.linalg.svd(centred, full_matrices=False)[2]
    turned = centred @ directions.T
    low, high = turned.min(axis=0), turned.max(axis=0)
    references = rng.uniform(low, high, size=(_REFERENCES, *turned.shape))
    weights = np.ones((1, len(points)))
    gaps, errors = [], []
    for k in range(1, most + 1):
        inertia = _k_means(turned[None], weights, k, 3 * _STARTS, rng)[1]
        by_chance = _k_means(references, weights, k, _STARTS, rng)[1]
        expected = np.log(np.maximum(by_chance, 1e-12))
        gaps.append(expected.mean() - np.log(max(inertia[0], 1e-12)))
        errors.append(expected.std() * np.sqrt(1 + 1 / _REFERENCES))
    # The first number that the next one does not beat by more than its error.
    for k in range(1, most):
        if gaps[k - 1] >= gaps[k] - errors[k]:
            return k
    return most


def _count_by_stability(
    points: _Floats, most: int, threshold: float, drawn: _Labels, rng: np.random.Generator
) -> int:
    """Find the largest number of k-means clusters that all come back in the drawn samples."""
    best = 1
    for k in range(2, most + 1):
        labels, _ = _k_means(points[None], np.ones((1, len(points))), k, 3 * _STARTS, rng)
        again, _ = _k_means(points[None], drawn.astype(float), k, _STARTS, rng)
        if _jaccard(labels[0], again, drawn > 0, k).min() >= threshold:
            best = k
    return best


def _measure_stability(
    points: _Floats, mixture: Any, drawn: _Labels, rng: np.random.Generator
) -> _Floats:
    """Measure how much of each cluster comes back when people are drawn again.

    In the space in which the shared covariance is a sphere, k-means finds the mixture's clusters.
    """
    whitened = points @ np.linalg.cholesky(mixture.precisions_)
    again, _ = _k_means(whitened[None], drawn.astype(float), mixture.n_components, _STARTS, rng)
    return _jaccard(mixture.predict(points), again, drawn > 0, mixture.n_components)


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


def _k_means(
    points: _Floats, weights: _Floats, k: int, starts: int, rng: np.random.Generator
) -> tuple[_Labels, _Floats]:
    """Run weighted k-means on many sets at once and keep the best of some starts for each.

    `points` is (sets, n, d) and `weights` (sets, n); either may have one set for all. Resampling
    people is weighting them, so that hundreds of small problems are a few large products.
    """
    sets, (n, d) = max(len(points), len(weights)), points.shape[1:]
    points = np.broadcast_to(points, (sets, n, d)) if len(points) < sets else points
    weights = np.broadcast_to(weights, (sets, n)) if len(weights) < sets else weights
    spread = (points**2).sum(axis=2)[:, None, :]
    mass = weights[:, None, :]
    centres = _draw_centres(points, weights, k, starts, rng)
    labels = np.full((sets, starts, n), -1, dtype=np.int64)
    for _ in range(30):
        nearest, distance = _nearest(points, spread, centres)
        if np.array_equal(nearest, labels):
            break
        labels = nearest
        for cluster in range(k):
            held = (labels == cluster) * mass
            size = held.sum(axis=2, keepdims=True)
            # A cluster that lost everyone stays where it was.
            moved = held @ points / np.maximum(size, 1e-12)
            centres[:, :, cluster] = np.where(size > 0, moved, centres[:, :, cluster])
    inertia = (np.maximum(distance, 0.0) * mass).sum(axis=2)
    best = inertia.argmin(axis=1)
    each = np.arange(sets)
    return labels[each, best], inertia[each, best]


def _draw_centres(
    points: _Floats, weights: _Floats, k: int, starts: int, rng: np.random.Generator
) -> _Floats:
    """Draw far-apart points to start from, as k-means++ does."""
    sets, n, d = points.shape
    centres = np.empty((sets, starts, k, d))
    chance = np.repeat(weights[:, None, :], starts, axis=1)
    spread = (points**2).sum(axis=2)[:, None, :]
    nearest = np.full((sets, starts, n), np.inf)
    for cluster in range(k):
        total = chance.cumsum(axis=2)
        drawn = rng.random((sets, starts, 1)) * total[:, :, -1:]
        chosen = np.minimum((total <= drawn).sum(axis=2), n - 1)
        centres[:, :, cluster] = np.take_along_axis(points, chosen[:, :, None], axis=1)
        distance = _nearest(points, spread, centres[:, :, cluster : cluster + 1])[1]
        nearest = np.minimum(nearest, np.maximum(distance, 0.0))
        chance = nearest * weights[:, None, :]
    return centres


def _nearest(points: _Floats, spread: _Floats, centres: _Floats) -> tuple[_Labels, _Floats]:
    """Find the nearest centre of each point, and how far it is, squared."""
    across = points.transpose(0, 2, 1)
    shape = (centres.shape[0], centres.shape[1], points.shape[1])
    labels, closest = np.zeros(shape, dtype=np.int64), np.full(shape, np.inf)
    for cluster in range(centres.shape[2]):
        centre = centres[:, :, cluster]
        distance = (centre**2).sum(axis=2, keepdims=True) - 2.0 * (centre @ across)
        np.copyto(labels, cluster, where=distance < closest)
        np.minimum(distance, closest, out=closest)
    return labels, closest + spread
