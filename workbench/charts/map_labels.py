"""Where the names of groups go on a map, so that they cover few marks and never each other.

Positions of the marks in pixels come in, the middle of each name's box goes out.
"""

import numpy as np
import numpy.typing as npt

__all__ = ["place_labels"]

_Floats = npt.NDArray[np.float64]

# How many pixels farther from its group a name may go rather than cover every mark of the map, or
# the middle of another group, or another name.
_ALL_MARKS = 900.0
_MIDDLE = 150.0
_NAME = 100_000.0
_STEPS = (33, 25)
_ROUNDS = 5


def place_labels(
    points: _Floats,
    groups: npt.NDArray[np.int64],
    sizes: _Floats,
    *,
    width: float,
    height: float,
    gap: float = 6.0,
) -> _Floats:
    """Place a box for each group near the middle of its marks.

    Each name tries a grid of places. What counts against a place is the way to the middle of the
    group, the marks that the box would hide (those of others twice), the middles of other groups,
    and the boxes of other names. Names are placed one after the other and moved until none has a
    better place; of several orders, the one with which they lie best counts.

    Parameters
    ----------
    points
        One row a mark: pixels from the left and from the top.
    groups
        The group of each mark, counted from 0.
    sizes
        One row a group: width and height of its box, in pixels.
    width, height
        Of the map, in pixels; every box stays inside where it fits at all.
    gap
        Pixels that are kept between boxes.

    Returns
    -------
    ndarray
        One row a group: pixels from the left and from the top to the middle of its box.

    Examples
    --------
    >>> points = np.array([[50.0, 100.0], [60.0, 100.0], [250.0, 100.0], [260.0, 100.0]])
    >>> place_labels(points, np.array([0, 0, 1, 1]), np.full((2, 2), [80.0, 30.0]),
    ...              width=320, height=200).round().tolist()
    [[55.0, 79.0], [258.0, 79.0]]
    """
    n_groups = len(sizes)
    middles = np.array([np.median(points[groups == each], axis=0) for each in range(n_groups)])
    places, costs = [], []
    for each, size in enumerate(sizes):
        marks = np.where(groups == each, 1.0, 2.0) / len(points)
        others = np.delete(middles, each, axis=0)
        across, down = _grid(size, width, height)
        grid = np.stack(np.meshgrid(across, down), axis=-1).reshape(-1, 2)
        hidden = _count_inside(across, down, size, points, marks)
        in_the_way = _count_inside(across, down, size, others, np.ones(len(others)))
        way = np.hypot(*(grid - middles[each]).T)
        places.append(grid)
        costs.append(way + _ALL_MARKS * hidden + _MIDDLE * in_the_way)
    chosen = _settle(places, costs, sizes + gap)
    return np.array([grid[at] for grid, at in zip(places, chosen, strict=True)]).reshape(-1, 2)


def _grid(size: _Floats, width: float, height: float) -> tuple[_Floats, _Floats]:
    """List where the middle of a box can be, across and down."""
    across, down = (
        np.linspace(half, max(length - half, half), steps)
        for half, length, steps in zip(size / 2, (width, height), _STEPS, strict=True)
    )
    return across, down


def _count_inside(
    across: _Floats, down: _Floats, size: _Floats, points: _Floats, weights: _Floats
) -> _Floats:
    """Add up the weights of the points that a box at each place of a grid would hide."""
    in_column = np.abs(across[:, None] - points[:, 0]) < size[0] / 2
    in_row = np.abs(down[:, None] - points[:, 1]) < size[1] / 2
    counts: _Floats = (in_row * weights) @ in_column.T.astype(float)
    return counts.ravel()


def _settle(places: list[_Floats], costs: list[_Floats], sizes: _Floats) -> list[int]:
    """Place the names one after the other, in several orders, and keep the best of these."""
    every = list(range(len(places)))
    orders = [every[by:] + every[:by] for by in every]
    tries = [
        _place_in_order(order[::step], places, costs, sizes) for order in orders for step in (1, -1)
    ]
    return min(tries, key=lambda each: each[0])[1]


def _place_in_order(
    order: list[int], places: list[_Floats], costs: list[_Floats], sizes: _Floats
) -> tuple[float, list[int]]:
    """Place the names in one order, then move them in turn until none has a better place."""
    chosen: dict[int, int] = {}
    for turn in range(_ROUNDS):
        before = dict(chosen)
        total = 0.0
        for each in order:
            cost = costs[each].copy()
            for other in set(chosen) - {each}:
                apart = np.abs(places[each] - places[other][chosen[other]])
                shared = np.clip(1 - 2 * apart / (sizes[each] + sizes[other]), 0.0, 1.0)
                cost += _NAME * shared.prod(axis=1)
            chosen[each] = int(cost.argmin())
            total += float(cost[chosen[each]])
        if turn and chosen == before:
            break
    return total, [chosen[each] for each in sorted(chosen)]
