"""Parity beside parity: what technical leadership has to the left, people management to the right.

What comes in is the result of `compare_tracks`; what goes out is an Altair chart. Nothing is
computed here but where a mark goes. Where the picture is symmetrical, the tracks are level.
"""

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

import altair as alt
import pandas as pd

from workbench.analyses.parity import Parity
from workbench.charts.parity_rows import BESIDE, ParityRow, Wing, lay_out_parity
from workbench.charts.theme import (
    ACCENT,
    DOT_SIZE,
    INK,
    PALE,
    QUIET,
    UNDECIDED,
    Picture,
    counted,
    empty_state,
    plain_text,
    projected,
    themed,
    wrapped,
)

__all__ = ["plot_parity"]

NOBODY = "Nobody is known to be above engineer in these reviews, so there are no tracks to compare."
_NAMES = {"technical_leadership": "Technical leadership", "management": "People management"}
_GREY = "#9aa1ab"
_LABELS, _VERDICT, _WORDS = 262, 212, 200
_REMARK = 102
_GAP = 8
_SURE = ("higher", "lower", "about_equal")


@dataclass(slots=True)
class _Marks:
    """What is drawn, by kind of mark; places in pixels."""

    bars: list[dict[str, object]] = field(default_factory=list)
    dots: list[dict[str, object]] = field(default_factory=list)
    lines: list[dict[str, object]] = field(default_factory=list)
    words: list[dict[str, object]] = field(default_factory=list)

    def write(
        self, text: str, x: float, y: float, *, align: str, bold: bool = False, colour: str = INK
    ) -> None:
        """Put words at a place."""
        self.words.append(
            {"text": text, "x": x, "y": y, "align": align, "bold": bold, "colour": colour}
        )

    def draw_line(self, x: float, x2: float, y: float, y2: float, colour: str, wide: float) -> None:
        """Put a line between two places."""
        self.lines.append({"x": x, "x2": x2, "y": y, "y2": y2, "colour": colour, "wide": wide})


def plot_parity(parity: Parity, *, width: int = 1060, row: int = 24) -> Picture:
    """Draw both tracks side by side, aspect by aspect.

    Parameters
    ----------
    parity
        Its frames, verdicts and headline are drawn; there are no persons in it.
    width
        Of the whole picture, in pixels.
    row
        Height of a row, in pixels.

    Returns
    -------
    altair chart
        Technical leadership in the accent to the left of the middle line, people management in
        grey to the right, on one scale within an aspect, and the verdict beside them. What is not
        in the data is named above.

    Examples
    --------
    >>> from workbench.analyses.parity import compare_tracks
    >>> reviews = pd.DataFrame({"person_id": ["a"], "cycle": [1], "track": ["engineer"]})
    >>> chart = plot_parity(compare_tracks(reviews))
    >>> [list(data[0]) for data in chart.to_dict()["datasets"].values()]
    [['sentence']]
    """
    seats = parity.seats.set_index("track")["n"]
    if not seats.loc[list(BESIDE)].sum():
        return empty_state(NOBODY)
    rows = lay_out_parity(parity)
    height = row * (len(rows) + 1)
    marks = _Marks()
    middle = _place_heads(marks, seats, width, row)
    aspects = {each["aspect"]: each for each in parity.aspects.to_dict("records")}
    for number, each in enumerate(rows):
        y = row * (number + 1.5)
        first = not number or rows[number - 1].aspect != each.aspect
        if first:
            _place_aspect(marks, aspects[each.aspect], y, row, width)
        where = width - _VERDICT + _GAP + (_REMARK if first else 0)
        marks.write(each.remark, where, y, align="left", colour=QUIET)
        marks.write(each.label, _LABELS - _GAP, y, align="right", colour=QUIET)
        _place_wings(marks, each, middle, y, row)
    marks.draw_line(middle, middle, row, height, UNDECIDED, 1)
    lines = wrapped(f"{parity.headline}.", round(0.85 * width), 16)
    chart = alt.layer(*_draw(marks, width, height)).properties(
        width=width,
        height=height,
        title=alt.TitleParams(text=lines, subtitle=_how_to_read(parity, rows, width)),
        description=" ".join([*lines, *map(plain_text, parity.aspects["sentence"])]),
    )
    return themed(chart)


def _place_heads(marks: _Marks, seats: pd.Series, width: int, row: int) -> float:
    """Name both sides and the verdicts; give the place of the line between the sides."""
    middle = (_LABELS + width - _VERDICT) / 2
    for track, side, colour in zip(BESIDE, (-1, 1), (ACCENT, QUIET), strict=True):
        text = f"{_NAMES[track]}, {counted(int(seats[track]), 'person', 'people')}"
        align = "right" if side < 0 else "left"
        marks.write(text, middle + side * _GAP, row / 2, align=align, bold=True, colour=colour)
    where = width - _VERDICT + _GAP
    marks.write("Technical leadership:", where, row / 2, align="left", colour=QUIET)
    return middle


def _place_aspect(
    marks: _Marks, aspect: dict[Hashable, Any], y: float, row: int, width: int
) -> None:
    """Name an aspect in its first row, with the verdict to its right."""
    marks.draw_line(0, width, y - row / 2, y - row / 2, PALE, 1)
    marks.write(str(aspect["label"]), 0, y, align="left", bold=True)
    sure = aspect["verdict"] in _SURE
    said = str(aspect["says"]).partition(":")[0]
    where = width - _VERDICT + _GAP
    marks.write(said, where, y, align="left", bold=sure, colour=INK if sure else QUIET)


def _place_wings(marks: _Marks, row: ParityRow, middle: float, y: float, high: int) -> None:
    """Draw both sides of a row away from the middle, the words behind what is drawn."""
    longest = middle - _LABELS - _WORDS
    for side, wing in zip((-1, 1), row.wings, strict=True):
        align = "right" if side < 0 else "left"
        colour = ACCENT if side < 0 else _GREY
        ends = [each for each in (wing.length, wing.high) if each is not None]
        behind = middle + side * (longest * max(ends, default=0.0) + _GAP)
        marks.write(
            wing.text,
            behind,
            y,
            align=align,
            colour=INK if ends or row.aspect == "highest_rung" else QUIET,
        )
        if wing.length is None:
            continue
        end = middle + side * longest * wing.length
        _place_end(marks, wing, (middle, end), y, high, colour)
        if wing.low is not None and wing.high is not None:
            first, last = (middle + side * longest * each for each in (wing.low, wing.high))
            marks.draw_line(first, last, y, y, INK, 1.5)
            for each in (first, last):
                marks.draw_line(each, each, y - high / 8, y + high / 8, INK, 1.5)


def _place_end(
    marks: _Marks, wing: Wing, ends: tuple[float, float], y: float, high: int, colour: str
) -> None:
    """Draw a bar from the middle, or a dot where the scale does not start at zero."""
    if wing.is_dot:
        marks.dots.append({"x": ends[1], "y": y, "colour": colour})
    else:
        bar = {"x": min(ends), "x2": max(ends), "y": y - high * 0.36, "y2": y + high * 0.36}
        marks.bars.append({**bar, "colour": colour})


def _how_to_read(parity: Parity, rows: list[ParityRow], width: int) -> list[str]:
    """Say how the picture is read, and what is not in it."""
    drawn = {each.aspect for each in rows}
    unknown = parity.aspects["verdict"].eq("not_known") & ~parity.aspects["aspect"].isin(drawn)
    absent = parity.aspects.loc[unknown, "label"].str.lower().tolist()
    missing = f" Not in the data: {', '.join(absent)}." if absent else ""
    if any(wing.text == "hidden" for each in rows for wing in each.wings):
        missing += f" What is hidden guards groups of fewer than {parity.min_group_size} people."
    text = (
        "Where left and right mirror each other, the tracks are level. Both sides of a row are on "
        f"one scale; thin lines are {100 * parity.interval_level:g} % intervals.{missing}"
    )
    return wrapped(text, width)


def _draw(marks: _Marks, width: int, height: int) -> list[alt.Chart]:
    """Turn places in pixels into marks."""
    x, x2 = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[0, width], nice=False)), alt.X2("x2:Q")
    y = alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[height, 0], nice=False))
    y2, colour = alt.Y2("y2:Q"), alt.Color("colour:N", scale=None, legend=None)
    spans = ("x", "x2", "y", "y2", "colour")
    layers = [
        alt.Chart(projected(_frame(marks.lines, *spans, "wide"), *spans, "wide"))
        .mark_rule()
        .encode(x=x, x2=x2, y=y, y2=y2, color=colour, strokeWidth=alt.Size("wide:Q", scale=None)),
        alt.Chart(projected(_frame(marks.bars, *spans), *spans))
        .mark_rect()
        .encode(x=x, x2=x2, y=y, y2=y2, color=colour),
        alt.Chart(projected(_frame(marks.dots, "x", "y", "colour"), "x", "y", "colour"))
        .mark_circle(size=DOT_SIZE * 1.5, opacity=1)
        .encode(x=x, y=y, color=colour),
    ]
    words = _frame(marks.words, "text", "x", "y", "align", "bold", "colour")
    for align in ("left", "right"):
        for bold in (True, False):
            own = words[words["align"].eq(align) & words["bold"].eq(bold) & words["text"].ne("")]
            layers.append(
                alt.Chart(projected(own, "text", "x", "y", "colour"))
                .mark_text(align=align, fontWeight=600 if bold else 400)
                .encode(x=x, y=y, text="text:N", color=colour)
            )
    return layers


def _frame(records: list[dict[str, object]], *columns: str) -> pd.DataFrame:
    return pd.DataFrame(records, columns=list(columns))
