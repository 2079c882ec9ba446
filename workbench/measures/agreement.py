"""Agreement: how much each measure says of what the measures say together.

What comes in are comparable measures, one row per person and cycle; what goes out is one weight per
measure: how strongly it moves with what they share, over the variance that is its own. With such
weights a mean tells what is shared with the least noise.

Only movement within persons counts, because that is what a decline is; what a person is always
better at than at other things makes no noise there.
"""

import numpy as np
import numpy.typing as npt

__all__ = ["FEWEST_MEASURES", "weigh_by_agreement"]

_Floats = npt.NDArray[np.float64]

FEWEST_MEASURES = 3  # with two, nobody can say which of them is the noisy one
_FEWEST_ROWS = 200
_LEAST_OWN = 0.1  # share of a measure's variance that is its own at least
_LEAST_WEIGHT = 0.05  # of the mean weight: a measure that agrees with none is left in
_ROUNDS = 100


def weigh_by_agreement(
    values: _Floats, person: npt.NDArray[np.int64], typical: npt.NDArray[np.bool_]
) -> _Floats | None:
    """Estimate the weights of measures from how they move together within persons.

    A model with one common factor, fitted to the covariances within persons by principal axes.

    Parameters
    ----------
    values : (n, M)
        Comparable measures; NaN where unknown.
    person : (n,)
        Code of the person of each row.
    typical : (n,)
        Rows to learn from: those as an engineer.

    Returns
    -------
    numpy.ndarray or None
        Weights with mean one; None where there are too few measures or rows to tell.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> shared = rng.standard_normal((2000, 1))
    >>> values = shared + rng.standard_normal((2000, 3)) * [0.5, 1.0, 2.0]
    >>> everyone = np.ones(2000, dtype=bool)
    >>> weigh_by_agreement(values, np.arange(2000) // 10, everyone).round(1).tolist()
    [2.4, 0.5, 0.1]
    """
    covariance = _within_persons(values[typical], person[typical])
    if covariance is None:
        return None
    variance = np.diag(covariance)
    shared = 0.5 * variance
    for _ in range(_ROUNDS):
        reduced = covariance - np.diag(variance - shared)
        size, axes = np.linalg.eigh(reduced)
        loading = axes[:, -1] * np.sqrt(max(size[-1], 0.0))
        shared = np.minimum(loading**2, (1 - _LEAST_OWN) * variance)
    # The sign of an axis is arbitrary; most measures point in the good direction.
    loading = loading * np.sign(loading.sum())
    weight = np.maximum(loading, 0.0) / (variance - shared)
    if not weight.any():
        return None
    weight = np.maximum(weight / weight.mean(), _LEAST_WEIGHT)
    weights: _Floats = weight / weight.mean()
    return weights


def _within_persons(values: _Floats, person: npt.NDArray[np.int64]) -> _Floats | None:
    """Estimate the covariances of the measures around each person's own means."""
    known = ~np.isnan(values)
    if values.shape[1] < FEWEST_MEASURES or not len(values):
        return None
    centred = np.zeros_like(values)
    for place in range(values.shape[1]):
        there = known[:, place]
        n = np.bincount(person[there], minlength=int(person.max()) + 1)
        sums = np.bincount(person[there], values[there, place], minlength=len(n))
        level = sums / np.maximum(n, 1)
        centred[there, place] = values[there, place] - level[person[there]]
    both = known.T.astype(float) @ known
    if both.min() < _FEWEST_ROWS:
        return None
    covariance: _Floats = (centred.T @ centred) / both
    return covariance if np.diag(covariance).min() > 0 else None
