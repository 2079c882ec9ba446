"""Resampling: what of the clusters comes back when people are drawn again.

What comes in are a mixture and the people it was fitted to; what goes out is how much of each
cluster comes back, and how sure one may be of who belongs to which.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq, linear_sum_assignment

from workbench.analyses.groups.mixtures import Mixture, fit_mixtures

__all__ = ["Resampled", "draw_again", "temper"]

_Floats = npt.NDArray[np.float64]
_Labels = npt.NDArray[np.int64]
_Mask = npt.NDArray[np.bool_]

_RESAMPLES = 20
_STARTS = 3
_HOTTEST = 50.0


@dataclass(frozen=True, slots=True)
class Resampled:
    """What came back of the clusters.

    Attributes
    ----------
    jaccard
        For each cluster, the overlap with its best match among the new ones.
    confidence
        How likely people are, on the average, in their own cluster by the mixtures fitted to other
        draws.
    sizes
        People in each cluster, before anybody was drawn.
    """

    jaccard: _Floats
    confidence: float
    sizes: _Labels


def draw_again(mixture: Mixture, scores: _Floats, rng: np.random.Generator) -> Resampled:
    """Draw people again, fit a mixture to each draw and compare the clusters.

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
    Resampled

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> scores = rng.normal(size=(1, 90, 2)) + np.repeat([[0.0], [9.0]], [30, 60], axis=0)
    >>> mixture = fit_mixtures(scores, np.ones((1, 90)), 2, 3, rng)
    >>> draw_again(mixture, scores, rng).jaccard.round(2).tolist()
    [1.0, 1.0]
    """
    n, k = scores.shape[1], mixture.shares.shape[1]
    drawn = rng.multinomial(n, np.full(n, 1 / n), size=_RESAMPLES)
    again = fit_mixtures(scores, drawn.astype(float), k, _STARTS, rng).memberships(scores)
    before = mixture.memberships(scores)[0]
    labels = before.round(9).argmax(axis=0)
    jaccard = _overlap(labels, again.round(9).argmax(axis=1), drawn > 0, k)
    own = [
        new[linear_sum_assignment(before @ new.T, maximize=True)[1][labels], np.arange(n)].mean()
        for new in again
    ]
    return Resampled(jaccard, float(np.mean(own)), np.bincount(labels, minlength=k))


def _overlap(labels: _Labels, again: _Labels, drawn: _Mask, k: int) -> _Floats:
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


def temper(memberships: _Floats, confidence: float) -> float:
    """Find the temperature at which memberships are as sure as they may be.

    A mixture takes its own parameters for known and is too sure of who belongs where. Divided by a
    temperature, its log-odds are on the average as sure as other draws of people are of the same
    clusters.

    Parameters
    ----------
    memberships
        (k, n): how likely each person belongs to each component.
    confidence
        How sure they may be on the average.

    Returns
    -------
    float
        At least 1, which changes nothing.

    Examples
    --------
    >>> sure = np.array([[0.99, 0.02], [0.01, 0.98]])
    >>> round(temper(sure, 0.9), 1)
    1.9
    """
    odds = np.log(np.maximum(memberships, 1e-300))
    odds -= odds.max(axis=0)

    def exceed(temperature: float) -> float:
        return float((1 / np.exp(odds / temperature).sum(axis=0)).mean() - confidence)

    if exceed(1.0) <= 0:
        return 1.0
    return _HOTTEST if exceed(_HOTTEST) > 0 else float(brentq(exceed, 1.0, _HOTTEST, xtol=1e-6))
