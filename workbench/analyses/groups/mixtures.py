"""Mixtures: groups of people whose signals share one covariance, seen through ranks alone.

What comes in is, for each signal, the share of people below each person. What goes out is a
Gaussian mixture of the scores behind those shares. Ranks alone cannot say how far apart two people
are, and reading them as quantiles of one normal curve squeezes the gap between two groups. So the
shares are read as quantiles of the mixture itself, which is fitted again, and so on: a mixture of
Gaussians behind a copula. With one group that is the rank-normal transform.

Many sets of people are fitted at once, as drawing people again or drawing references means
hundreds of small fits that are a few large products.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

__all__ = ["Mixture", "fit_copulas", "fit_mixtures", "read_quantiles", "refine_copulas"]

_Floats = npt.NDArray[np.float64]
_Labels = npt.NDArray[np.int64]

HIGHEST_SCORE = 3.5
_PRIOR_PEOPLE = 10
_SHORT_RUN = 10
_LONG_RUN = 60
_GROUPING_STEPS = 5
_SETTLED = 1e-4
_GRID = 250


@dataclass(frozen=True, slots=True)
class Mixture:
    """Gaussian components that share one covariance, for each of some sets of people.

    Attributes
    ----------
    shares
        Share of people in each component, (sets, k).
    means
        Of each component, (sets, k, signals).
    precision
        Inverse of the covariance that they share, (sets, signals, signals).
    """

    shares: _Floats
    means: _Floats
    precision: _Floats

    def memberships(self, scores: _Floats) -> _Floats:
        """Tell how likely each person belongs to each component: (sets, k, n)."""
        odds = _log_odds(self, scores)
        chances = np.exp(odds - odds.max(axis=1, keepdims=True))
        return np.asarray(chances / chances.sum(axis=1, keepdims=True), dtype=float)

    def log_copula(self, scores: _Floats) -> _Floats:
        """Measure how likely the ranks are together, beyond each signal alone: a sum for each set.

        The density of the mixture over the product of its marginals does not change with units or
        with how the signals are spread, so that mixtures of any number of components compare.
        """
        d = scores.shape[2]
        odds = _log_odds(self, scores)
        top = odds.max(axis=1)
        within = np.log(np.exp(odds - top[:, None]).sum(axis=1)) + top
        squares = ((scores @ self.precision) * scores).sum(axis=2)
        scale = np.linalg.slogdet(self.precision)[1] - d * np.log(2 * np.pi)
        together = (within - 0.5 * squares).sum(axis=1) + 0.5 * scale * scores.shape[1]
        spread = self._spread()
        alone = np.zeros(scores.shape[:2])
        for signal in range(d):
            of_signal = scores[:, None, :, signal] - self.means[:, :, None, signal]
            width = spread[:, None, None, signal]
            heights = np.exp(-0.5 * (of_signal / width) ** 2) / (width * np.sqrt(2 * np.pi))
            alone += np.log(np.maximum((self.shares[:, :, None] * heights).sum(axis=1), 1e-300))
        return np.asarray(together - alone.sum(axis=1), dtype=float)

    def choose(self, sets: _Labels) -> "Mixture":
        """Take some of the sets."""
        return Mixture(self.shares[sets], self.means[sets], self.precision[sets])

    def _spread(self) -> _Floats:
        """Take the standard deviation of each signal within the components."""
        covariance = np.linalg.inv(self.precision)
        return np.sqrt(np.diagonal(covariance, axis1=1, axis2=2))


def _log_odds(mixture: Mixture, scores: _Floats) -> _Floats:
    """Weigh the components for each person; what all have in common is left out."""
    pull = mixture.means @ mixture.precision
    level = np.log(np.maximum(mixture.shares, 1e-300)) - 0.5 * (pull * mixture.means).sum(axis=2)
    return np.asarray(pull @ scores.transpose(0, 2, 1) + level[:, :, None], dtype=float)


def read_quantiles(below: _Floats, mixture: Mixture) -> _Floats:
    """Read shares of people below as quantiles of the mixture's marginals.

    Parameters
    ----------
    below
        Shares in (0, 1), (n, signals) for all sets or (sets, n, signals).
    mixture
        One for each set.

    Returns
    -------
    ndarray
        (sets, n, signals), on the scale of the mixture.

    Examples
    --------
    >>> apart = Mixture(np.array([[0.5, 0.5]]), np.array([[[-2.0], [2.0]]]), np.ones((1, 1, 1)))
    >>> read_quantiles(np.array([[0.25], [0.75]]), apart)[0].round(1).tolist()
    [[-2.0], [2.0]]
    """
    spread = mixture._spread()
    sets, _, d = mixture.means.shape
    below = np.broadcast_to(below, (sets, *below.shape[-2:]))
    scores = np.empty(below.shape)
    reach = np.linspace(-5.0, 5.0, _GRID)
    for one in range(sets):
        for signal in range(d):
            means, width = mixture.means[one, :, signal], spread[one, signal]
            low, high = means.min() - 5.0 * width, means.max() + 5.0 * width
            grid = (low + high) / 2 + reach * (high - low) / 10
            share = mixture.shares[one] @ ndtr((grid - means[:, None]) / width)
            scores[one, :, signal] = np.interp(below[one, :, signal], share, grid)
    return scores


def fit_copulas(
    below: _Floats, k: int, starts: int, rng: np.random.Generator
) -> tuple[Mixture, _Floats]:
    """Fit mixtures of `k` components to shares of people below.

    Parameters
    ----------
    below
        (sets, n, signals), each share in (0, 1).
    k
        Number of components.
    starts
        Starts in each of three readings of the shares; the best of all is kept.
    rng
        Draws the starts.

    Returns
    -------
    mixture : Mixture
        One for each set.
    scores : ndarray
        The shares as quantiles of the mixture's marginals, (sets, n, signals).

    Examples
    --------
    Forty people are low in both of two signals, forty are high.

    >>> rng = np.random.default_rng(0)
    >>> points = rng.normal(size=(80, 2)) + np.repeat([[0.0], [8.0]], 40, axis=0)
    >>> below = (points.argsort(axis=0).argsort(axis=0) + 0.5) / 80
    >>> mixture, scores = fit_copulas(below[None], 2, 3, rng)
    >>> np.bincount(mixture.memberships(scores)[0].argmax(axis=0)).tolist()
    [40, 40]
    """
    sets, n, _ = below.shape
    weights = np.ones((1, n))
    readings = _read_shares(below)
    if k == 1:
        return _maximise(readings[0], weights, np.ones((sets, 1, n))), readings[0]
    of_set = np.tile(np.repeat(np.arange(sets), starts), len(readings))
    scores = np.concatenate([np.repeat(reading, starts, axis=0) for reading in readings])
    member = _group(scores, weights, _draw_centres(scores, weights, len(of_set), k, rng))
    mixture = _climb(scores, weights, _maximise(scores, weights, member), _SHORT_RUN)[0]
    mixture, scores = refine_copulas(below[of_set], mixture, scores, rounds=2)
    # Rounded, so that starts that end alike are told apart alike on every machine.
    heights = mixture.log_copula(scores).round(6).reshape(len(readings), sets, starts)
    best = heights.transpose(1, 0, 2).reshape(sets, -1).argmax(axis=1)
    chosen = (best // starts) * sets * starts + np.arange(sets) * starts + best % starts
    return refine_copulas(below, mixture.choose(chosen), scores[chosen])


def _read_shares(below: _Floats) -> tuple[_Floats, ...]:
    """Read the shares as numbers in three ways, to start from.

    A normal curve is even-handed, but squeezes groups that lie apart. An exponential one shows a
    group that is high in a signal, a uniform one groups that share a signal between them.
    """
    normal = np.clip(ndtri(below), -HIGHEST_SCORE, HIGHEST_SCORE)
    return tuple(_standardise(each) for each in (normal, -np.log1p(-below), below))


def _standardise(scores: _Floats) -> _Floats:
    """Set place and width of each signal, as neither can be told from ranks."""
    centred = scores - scores.mean(axis=1, keepdims=True)
    return np.asarray(centred / np.maximum(centred.std(axis=1, keepdims=True), 1e-9), dtype=float)


def refine_copulas(
    below: _Floats, mixture: Mixture, scores: _Floats, rounds: int = 3
) -> tuple[Mixture, _Floats]:
    """Read shares as quantiles of a mixture, fit it again to what was read, and so on.

    Parameters
    ----------
    below
        (sets, n, signals), each share in (0, 1).
    mixture
        Where to begin, one for each set.
    scores
        The shares as they were read so far, (sets, n, signals).
    rounds
        How often.

    Returns
    -------
    mixture : Mixture
        With its components in the same order.
    scores : ndarray
        The shares as quantiles of the mixture's marginals.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> below = rng.uniform(0.01, 0.99, size=(1, 30, 2))
    >>> mixture, scores = fit_copulas(below, 2, 2, rng)
    >>> refine_copulas(below, mixture, scores, rounds=1)[1].shape
    (1, 30, 2)
    """
    weights = np.ones((1, below.shape[1]))
    for _ in range(rounds):
        member = mixture.memberships(scores)
        scores = _standardise(read_quantiles(below, mixture))
        mixture = _climb(scores, weights, _maximise(scores, weights, member), _SHORT_RUN)[0]
    return mixture, scores


def fit_mixtures(
    scores: _Floats, weights: _Floats, k: int, starts: int, rng: np.random.Generator
) -> Mixture:
    """Fit mixtures by EM, from the best of some starts for each set.

    Parameters
    ----------
    scores
        (sets, n, signals), or one set for all.
    weights
        (sets, n), or one for all: how often each person was drawn.
    k
        Number of components.
    starts
        Starts of which the best is kept.
    rng
        Draws the starts.

    Returns
    -------
    Mixture
        One for each set.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> scores = rng.normal(size=(1, 90, 2)) + np.repeat([[0.0], [9.0]], [30, 60], axis=0)
    >>> np.sort(fit_mixtures(scores, np.ones((1, 90)), 2, 3, rng).shares.round(2))
    array([[0.33, 0.67]])
    """
    sets = max(len(scores), len(weights))
    of_set = np.repeat(np.arange(sets), starts)
    many, drawn = _take(scores, of_set), _take(weights, of_set)
    member = _group(many, drawn, _draw_centres(many, drawn, sets * starts, k, rng))
    tried, fit = _climb(many, drawn, _maximise(many, drawn, member), _SHORT_RUN)
    # Rounded, so that starts that end alike are told apart alike on every machine.
    best = fit.round(9).reshape(sets, starts).argmax(axis=1) + starts * np.arange(sets)
    return _climb(scores, weights, tried.choose(best), _LONG_RUN)[0]


def _take(each: _Floats, of_set: _Labels) -> _Floats:
    """Repeat what belongs to each set; what is one for all stays one."""
    return each if len(each) == 1 else each[of_set]


def _climb(
    scores: _Floats, weights: _Floats, mixture: Mixture, steps: int
) -> tuple[Mixture, _Floats]:
    """Take steps of EM until no set gains from them; give the mean log-likelihood as well."""
    before = np.full(len(mixture.shares), -np.inf)
    total = weights.sum(axis=1)
    squares = _squares(scores, weights)
    for _ in range(steps):
        odds = _log_odds(mixture, scores)
        top = odds.max(axis=1, keepdims=True)
        chances = np.exp(odds - top)
        whole = chances.sum(axis=1, keepdims=True)
        within = ((np.log(whole) + top)[:, 0] * weights).sum(axis=1) / total
        width = (mixture.precision * squares).sum(axis=(1, 2))
        fit = within + 0.5 * (np.linalg.slogdet(mixture.precision)[1] - width)
        if np.max(fit - before) < _SETTLED:
            break
        before = fit
        mixture = _maximise(scores, weights, chances / whole, squares)
    return mixture, before


def _maximise(
    scores: _Floats, weights: _Floats, member: _Floats, squares: _Floats | None = None
) -> Mixture:
    """Fit the components to the memberships (sets, k, n)."""
    held = member * weights[:, None, :]
    size = held.sum(axis=2)
    means = held @ scores / np.maximum(size, 1e-9)[:, :, None]
    shares = size / weights.sum(axis=1)[:, None]
    squares = _squares(scores, weights) if squares is None else squares
    between = (means * shares[:, :, None]).transpose(0, 2, 1) @ means
    # As if a few more people had signals that are unrelated, so that small pools are not overread.
    ridge = _PRIOR_PEOPLE / scores.shape[1] * np.eye(scores.shape[2])
    return Mixture(shares, means, np.linalg.inv(squares - between + ridge))


def _squares(scores: _Floats, weights: _Floats) -> _Floats:
    """Take the mean products of the signals in each set."""
    turned = scores.transpose(0, 2, 1)
    if len(scores) == 1:
        d = scores.shape[2]
        products = (turned[0][:, None, :] * turned[0][None, :, :]).reshape(d * d, -1)
        sums = (weights @ products.T).reshape(-1, d, d)
    else:
        sums = turned @ (scores * weights[:, :, None])
    return np.asarray(sums / weights.sum(axis=1)[:, None, None], dtype=float)


def _group(scores: _Floats, weights: _Floats, centres: _Floats) -> _Floats:
    """Take a few steps of k-means from some centres and give who is in which group."""
    member = _join_nearest(scores, centres)
    for _ in range(_GROUPING_STEPS):
        held = member * weights[:, None, :]
        size = held.sum(axis=2)[:, :, None]
        # A group that lost everyone stays where it was.
        centres = np.where(size > 0, held @ scores / np.maximum(size, 1e-9), centres)
        member = _join_nearest(scores, centres)
    return member


def _join_nearest(scores: _Floats, centres: _Floats) -> _Floats:
    """Put everybody into the group of the nearest centre."""
    nearer = centres @ scores.transpose(0, 2, 1) - 0.5 * (centres**2).sum(axis=2)[:, :, None]
    each = np.eye(centres.shape[1])
    return np.asarray(each[nearer.argmax(axis=1)].transpose(0, 2, 1), dtype=float)


def _draw_centres(
    scores: _Floats, weights: _Floats, sets: int, k: int, rng: np.random.Generator
) -> _Floats:
    """Draw people who are far apart to start from, as k-means++ does."""
    squares = (scores**2).sum(axis=2)
    chance = np.broadcast_to(weights, (sets, weights.shape[1]))
    nearest = np.full((sets, scores.shape[1]), np.inf)
    centres = np.empty((sets, k, scores.shape[2]))
    each = np.arange(sets) if len(scores) > 1 else np.zeros(sets, dtype=int)
    for group in range(k):
        total = chance.cumsum(axis=1)
        chosen = (total <= rng.random((sets, 1)) * total[:, -1:]).sum(axis=1)
        centre = scores[each, np.minimum(chosen, scores.shape[1] - 1)]
        centres[:, group] = centre
        shared = (centre[:, None, :] @ scores.transpose(0, 2, 1))[:, 0]
        apart = squares + (centre**2).sum(axis=1)[:, None] - 2.0 * shared
        nearest = np.minimum(nearest, np.maximum(apart, 0.0))
        chance = nearest * weights
    return centres
