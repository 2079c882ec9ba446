"""Map: people in two dimensions, so that a meeting sees which groups there are and what they are.

What comes in are the scores and the cluster of each person; what goes out is a place for each, and
what lies to the right and to the top, in words.
"""

import numpy as np
import numpy.typing as npt

from workbench.analyses.people.spelling import spell

__all__ = ["draw_map"]

_Floats = npt.NDArray[np.float64]
_Labels = npt.NDArray[np.int64]


def draw_map(
    points: _Floats, labels: _Labels, columns: list[str]
) -> tuple[_Floats, tuple[str, str]]:
    """Place the people in two dimensions: those that set the clusters apart, or vary most.

    Parameters
    ----------
    points
        One row per person, one column a signal.
    labels
        The cluster of each person, from 0.
    columns
        Names of the signals.

    Returns
    -------
    places : ndarray
        Two columns: to the right, and to the top.
    axes : tuple of str
        What grows along each, in words.

    Examples
    --------
    >>> points = np.array([[0.0, 0.1], [0.1, 0.0], [9.0, 0.1], [9.1, 0.0]])
    >>> draw_map(points, np.array([0, 0, 1, 1]), ["team_learning", "talks"])[1][0]
    'more team learning ->'
    """
    n, d = points.shape
    if n < 2 or d == 0:
        return np.zeros((n, 2)), ("", "")
    centred = points - points.mean(axis=0)
    turned, directions = _turn_apart(centred, labels)
    # What the clusters do not use of the plane shows the widest spread that is left.
    rest = turned - turned @ directions.T @ directions
    _, spread, spare = np.linalg.svd(rest, full_matrices=False)
    spare = spare[spread > 1e-9 * max(spread[0], 1.0)][: 2 - len(directions)]
    places = turned @ np.vstack([directions, spare]).T
    places = np.pad(places, ((0, 0), (0, 2 - places.shape[1])))
    named = [_name_axis(places[:, axis], points, columns) for axis in range(2)]
    signs = np.array([sign for sign, _ in named])
    return places * signs, (named[0][1], named[1][1])


def _turn_apart(centred: _Floats, labels: _Labels) -> tuple[_Floats, _Floats]:
    """Scale the people by the spread within clusters, and find where the clusters lie apart."""
    n, d = centred.shape
    k = int(labels.max()) + 1
    if k < 2:
        return centred, np.empty((0, d))
    counts = np.bincount(labels, minlength=k)
    means = np.stack([centred[labels == cluster].mean(axis=0) for cluster in range(k)])
    apart = centred - means[labels]
    within = apart.T @ apart / n + 1e-3 * np.eye(d)
    root = np.linalg.cholesky(np.linalg.inv(within))
    between = np.sqrt(counts / n)[:, None] * (means @ root)
    directions = np.linalg.svd(between, full_matrices=False)[2][: min(k - 1, 2)]
    return centred @ root, directions


def _name_axis(places: _Floats, points: _Floats, columns: list[str]) -> tuple[float, str]:
    """Say which signals grow along an axis, and turn it so that the strongest does."""
    spread = places.std() * points.std(axis=0)
    shared = (places - places.mean()) @ (points - points.mean(axis=0)) / len(places)
    loading = np.divide(shared, spread, out=np.zeros_like(shared), where=spread > 1e-9)
    order = np.argsort(-np.abs(loading).round(9), kind="stable")
    if abs(loading[order[0]]) < 1e-6:
        return 1.0, ""
    sign = float(np.sign(loading[order[0]]))
    named = [place for place in order[:2] if abs(loading[place]) >= 0.6 * abs(loading[order[0]])]
    words = ", ".join(
        f"{'more' if sign * loading[place] > 0 else 'less'} {spell(columns[place])}"
        for place in named
    )
    return sign, f"{words} ->"
