"""Linking: one combined score from measures that are not known in every cycle.

What comes in are comparable measures, one row per person and cycle, NaN where unknown; what goes
out is their weighted mean as it would be with every measure, as far as the person's own other
cycles tell.

People have a profile: many commits and a middling rating, say. Where only the rating is known
after a promotion, the plain mean of what is there would fall although nothing did. So each measure
is first held against the person's own profile in that measure. The profile is shrunk by how little
is known of it, and with nothing known of it the weight of a missing measure is simply spread over
the others. The expectation is then the same whatever is known; the spread is not: a score that
rests on less is less certain, which `weight_share` says beside it.
"""

import numpy as np
import numpy.typing as npt

__all__ = ["combine_linked"]

_Floats = npt.NDArray[np.float64]
_ROUNDS = 4  # profile and mean depend on each other where holes are scattered; it settles fast


def combine_linked(
    values: _Floats,
    weights: _Floats,
    person: npt.NDArray[np.int64],
    typical: npt.NDArray[np.bool_],
) -> _Floats:
    """Combine measures into one weighted mean per row, whatever is missing.

    Parameters
    ----------
    values : (n, M)
        Comparable measures; NaN where unknown.
    weights : (M,)
        Declared weights.
    person : (n,)
        Code of the person of each row.
    typical : (n,)
        Rows that may tell a person's profile: those as an engineer, not what came after.

    Returns
    -------
    numpy.ndarray
        One number per row; NaN where nothing is known. Where everything is known it is the weighted
        mean itself.

    Examples
    --------
    Two measures always, then the lower one alone: nothing fell.

    >>> values = np.array([[2.0, 0.0], [2.0, 0.0], [np.nan, 0.0]] * 2 + [[0.0, 0.0]] * 3)
    >>> person = np.repeat([0, 1, 2], 3)
    >>> combine_linked(values, np.ones(2), person, np.ones(9, dtype=bool)).round(2).tolist()[:3]
    [1.0, 1.0, 1.0]
    """
    known = ~np.isnan(values)
    weights = np.where(known.any(axis=0), weights, 0.0)
    present = known @ weights
    filled = np.where(known, values, 0.0)
    mean: _Floats = np.divide(
        filled @ weights, present, out=np.full(len(values), np.nan), where=present > 0
    )
    full = known[:, weights > 0].all(axis=1)
    if full.all() or not known.any():
        return mean
    n_people = int(person.max()) + 1
    # A row with one measure says nothing of how the measures of a person differ.
    telling = known & (typical & (known.sum(axis=1) > 1))[:, None]
    n = _sums(telling.astype(float), person, n_people)
    profile, trust = np.zeros((n_people, len(weights))), None
    common = mean
    for _ in range(_ROUNDS):
        apart = np.where(telling, filled - np.nan_to_num(common)[:, None], 0.0)
        sums = _sums(apart, person, n_people)
        if trust is None:
            trust = _trust(apart, telling, sums, n, person)
        profile = trust * sums / np.maximum(n, 1.0)
        expected = np.where(known, profile[person], 0.0) @ weights
        common = mean - np.divide(expected, present, out=np.zeros(len(values)), where=present > 0)
    linked: _Floats = common + profile[person] @ weights / weights.sum()
    result: _Floats = np.where(full, mean, linked)
    return result


def _sums(values: _Floats, person: npt.NDArray[np.int64], n_people: int) -> _Floats:
    """Sum the rows of each person."""
    columns = [np.bincount(person, weights=column, minlength=n_people) for column in values.T]
    return np.stack(columns, axis=1)


def _trust(
    apart: _Floats,
    telling: npt.NDArray[np.bool_],
    sums: _Floats,
    n: _Floats,
    person: npt.NDArray[np.int64],
) -> _Floats:
    """Shrink each profile by the noise of its mean against how much people differ in it."""
    means = sums / np.maximum(n, 1.0)
    inside = np.where(telling, apart - means[person], 0.0)
    people = (n > 0).sum(axis=0)
    noise = (inside**2).sum(axis=0) / np.maximum(n.sum(axis=0) - people, 1.0)
    total = (means**2).sum(axis=0) / np.maximum(people, 1)
    of_noise = noise * np.divide(1.0, n, out=np.zeros_like(n), where=n > 0).sum(axis=0)
    spread = np.maximum(total - of_noise / np.maximum(people, 1), 0.0)
    trust: _Floats = np.divide(
        spread * n, spread * n + noise, out=np.zeros_like(n), where=spread * n > 0
    )
    return trust
