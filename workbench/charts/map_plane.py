"""The plane of a map of people: its two directions in words, and places as pixels.

Positions on the map come in, axes of a chart and pixels go out.
"""

from dataclasses import dataclass
from typing import Any

import altair as alt
import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.charts.theme import INK, plain_text

__all__ = ["Plane", "span_plane"]

_Floats = npt.NDArray[np.float64]

_EDGE = 0.05


@dataclass(frozen=True, slots=True)
class Plane:
    """Two directions in words, what they span, and the size in pixels.

    Attributes
    ----------
    words
        What there is more of to the right, and what towards the top.
    low, span
        The lowest place in each direction, and how far it is to the highest.
    size
        Width and height in pixels.
    """

    words: tuple[str, str]
    low: _Floats
    span: _Floats
    size: _Floats

    def x(self, field: str) -> alt.X:
        """Lay a field out to the right; the numbers of such an axis mean nothing to a reader."""
        return alt.X(f"{field}:Q", **self._direction(0, "\u2192", titleAlign="right"))

    def y(self, field: str) -> alt.Y:
        """Lay a field out upwards; its words stand level, as few people read sideways."""
        level = {"titleAlign": "left", "titleAngle": 0, "titleX": 0, "titleY": -8}
        return alt.Y(f"{field}:Q", **self._direction(1, "\u2191", **level))

    def _direction(self, side: int, arrow: str, **title: Any) -> dict[str, Any]:
        """Say at the end of a direction what there is more of."""
        words = plain_text(self.words[side]).removesuffix("->").removesuffix("\u2192").strip()
        ends = [float(self.low[side]), float(self.low[side] + self.span[side])]
        axis = alt.Axis(
            labels=False, ticks=False, grid=False, titleAnchor="end", titleColor=INK, **title
        )
        scale = alt.Scale(domain=ends, nice=False, zero=False)
        return {"title": f"{words} {arrow}" if words else None, "axis": axis, "scale": scale}

    def pixels(self, places: _Floats) -> _Floats:
        """Turn places, one a row, into pixels from the left and from the top."""
        share = (places - self.low) / self.span
        return np.column_stack([share[:, 0], 1 - share[:, 1]]) * self.size

    def places(self, pixels: _Floats) -> _Floats:
        """Turn pixels from the left and from the top, one pair a row, into places."""
        share = pixels / self.size
        return self.low + np.column_stack([share[:, 0], 1 - share[:, 1]]) * self.span


def span_plane(people: pd.DataFrame, words: tuple[str, str], width: int, height: int) -> Plane:
    """Span a plane over some people, with a little room around them.

    Parameters
    ----------
    people
        Their x and y.
    words
        What there is more of to the right, and what towards the top.
    width, height
        In pixels.

    Returns
    -------
    Plane

    Examples
    --------
    >>> people = pd.DataFrame({"x": [0.0, 10.0], "y": [0.0, 20.0]})
    >>> plane = span_plane(people, ("more learning ->", ""), 220, 110)
    >>> plane.pixels(people.to_numpy()).round(6).tolist()
    [[10.0, 105.0], [210.0, 5.0]]
    """
    places = people[["x", "y"]].to_numpy(float)
    reach = np.ptp(places, axis=0)
    edge = np.where(reach > 0, _EDGE * reach, 1.0)
    low = places.min(axis=0) - edge
    return Plane(words, low, reach + 2 * edge, np.array([width, height], dtype=float))
