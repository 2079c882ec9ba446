"""A picture of the track plan: the ladder of technical leadership, its people, lines to the teams.

What comes in is the result of `plan_track`; what goes out is an Altair chart. Nothing is computed
here but where a mark goes. People and teams stand in one order, so no line crosses another.
"""

from collections.abc import Mapping
from typing import Literal

import altair as alt
import numpy as np
import pandas as pd

from workbench.analyses.track_plan import TrackPlan
from workbench.charts.ladder_places import Places, place_plan
from workbench.charts.theme import (
    ACCENT,
    INK,
    QUIET,
    RING_SIZE,
    RING_WIDTH,
    UNDECIDED,
    Picture,
    counted,
    empty_state,
    projected,
    themed,
    wrapped,
)

__all__ = ["ALL_COVERED", "NOBODY", "NOT_KNOWN", "plot_track_plan"]

ALL_COVERED = "Every team has a technical leader, so there is no seat to plan for."
NOT_KNOWN = (
    "It is not known which team has a technical leader: the data show no team of which the "
    "technical work and the tracks are known."
)
NOBODY = (
    "Nobody resembles a role of the technical-leadership track without leading a team technically "
    "already, so nobody can be proposed."
)
_ROW = 34  # the most pixels of a row
# Where things stand, as shares of the width.
_RAILS = (0.178, 0.198)
_TRUNK, _RING, _NAME, _LINE, _SEAT, _TEAM, _PAIR = 0.222, 0.248, 0.264, 0.48, 0.61, 0.625, 0.77
_Align = Literal["left", "center", "right"]


def plot_track_plan(
    plan: TrackPlan,
    *,
    labels: Mapping[str, str] | None = None,
    width: int = 1120,
    height: int = 540,
) -> Picture:
    """Draw the plan as a ladder whose people are joined to the teams that they could lead.

    Parameters
    ----------
    plan
        Its `assignments` need person_id, role, team, paired_with, score, same_team and locked; its
        `open_seats` team, paired_with and why.
    labels
        The text shown for a person_id; the id itself where there is none.
    width, height
        Of the picture without its title, in pixels; few seats take less height.

    Returns
    -------
    altair chart
        The rungs of the track on the left, the CTO on top; one ring for each person who is
        proposed, on the rung that the person resembles; a line with the fit to the team, dashed
        where the person comes from another team; the people manager with whom the seat is paired.
        Below, the seats left empty. A click sets the point selection `person` on person_id.
    """
    nothing = _say_nothing(plan)
    if nothing:
        return empty_state(nothing, width=width, height=height // 3, select="person")
    places = place_plan(plan, labels or {})
    pixels = min(float(height), _ROW * places.rows)
    x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[0, 1], nice=False))
    y = alt.Y(
        "y:Q",
        axis=None,
        scale=alt.Scale(domain=[0, round(places.rows, 3)], nice=False, reverse=True),
    )
    chart = alt.layer(
        *_ladder(places, x, y),
        *_people(places, x, y, width),
        *_empty_seats(places, x, y, width),
        *_headings(x),
        width=width,
        height=pixels,
        title=alt.TitleParams(text=_headline(plan), subtitle=_subtitle(plan, places, width)),
    )
    return themed(chart)


def _say_nothing(plan: TrackPlan) -> str:
    """Say why there is nothing to draw; nothing where there is."""
    if not plan.tracks_known:
        return NOT_KNOWN
    if not plan.n_seats:
        return ALL_COVERED
    if plan.assignments.empty and not plan.n_candidates:
        return f"{counted(plan.n_seats, 'team has', 'teams have')} no technical leader. {NOBODY}"
    return ""


def _headline(plan: TrackPlan) -> str:
    """Say what was found, in one sentence."""
    filled, own = len(plan.assignments), int(plan.assignments["same_team"].eq(1).sum())
    if not filled:
        return f"Nobody fits any of the {counted(plan.n_seats, 'open seat', 'open seats')} yet"
    if plan.n_seats == 1:
        origin = "from the team itself" if own else "from another team"
        return f"The one open seat could be filled, {origin}"
    of = f"All {filled:,}" if filled == plan.n_seats else f"{filled:,} of {plan.n_seats:,}"
    part = "all" if own == filled > 1 else own or "none"
    return f"{of} open seats could be filled by candidates, {part} from the team itself"


def _subtitle(plan: TrackPlan, places: Places, width: int) -> list[str]:
    """Say how to read it, and what is not shown."""
    sentences = [
        "A proposal; nothing is applied. Ring: a person, on the rung that the person resembles. "
        "Line: to the team that has no technical leader, with the fit from 0 to 1 and the people "
        "manager it would be paired with. Dashed: comes from another team."
    ]
    more = len(plan.assignments) - len(places.people)
    empty = len(plan.open_seats) - len(places.seats)
    if more or empty:
        parts = [
            *([f"{counted(more, 'more proposal', 'more proposals')}"] if more else []),
            *([f"{counted(empty, 'more empty seat', 'more empty seats')}"] if empty else []),
        ]
        sentences.append(f"Shown: the best fits; and {' and '.join(parts)} in the table.")
    return wrapped(" ".join(sentences), width)


def _ladder(places: Places, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """Draw the rails, the rungs with their names, and the branches to their people."""
    left, right = _RAILS
    rungs = places.rungs.assign(
        x=left, x2=right, out=np.where(places.rungs["top"].isna(), right, _TRUNK)
    )
    rungs = rungs.assign(busy=rungs["top"].notna())
    inked = alt.condition("datum.busy", alt.value(INK), alt.value(UNDECIDED))
    end = float(np.fmax(rungs["y"], rungs["bottom"]).max()) + 0.4
    rails = pd.DataFrame({"x": [left, right], "y": 0.0, "y2": end})
    trunks = rungs.loc[rungs["bottom"] > rungs["top"]].assign(x=_TRUNK)
    names = pd.DataFrame({"role": rungs["role"], "y": rungs["y"], "busy": rungs["busy"], "x": left})
    trunk = alt.Chart(projected(trunks, "x", "top", "bottom")).encode(
        x=x, y=alt.Y("top:Q", axis=None), y2="bottom:Q"
    )
    return [
        alt.Chart(projected(rails, "x", "y", "y2"))
        .mark_rule(color=UNDECIDED, strokeWidth=3)
        .encode(x=x, y=y, y2="y2:Q"),
        alt.Chart(projected(rungs, "x", "out", "y"))
        .mark_rule(color=UNDECIDED, strokeWidth=2)
        .encode(x=x, x2="out:Q", y=y),
        trunk.mark_rule(color=UNDECIDED, strokeWidth=2, strokeCap="square"),
        alt.Chart(projected(names, "x", "y", "role", "busy"))
        .mark_text(align="right", dx=-10, fontWeight=600)
        .encode(x=x, y=y, text="role:N", color=inked),
    ]


def _people(places: Places, x: alt.X, y: alt.Y, width: int) -> list[alt.Chart]:
    """Draw each person's ring, the line to the seat, and the words on it."""
    if places.people.empty:
        return [_clickable(places.people.assign(person_id="", y=0.0), y)]
    rows = places.people.assign(x=_TRUNK, ring=_RING, end=_SEAT)
    data = projected(rows, *"x ring end y near locked".split())
    dash = alt.condition("datum.near", alt.value([1, 0]), alt.value([6, 4]))
    base = alt.Chart(data).encode(y=y)
    ring = base.mark_point(
        filled=False,
        opacity=1,
        color=ACCENT,
        size=RING_SIZE,
        strokeWidth=RING_WIDTH,
        shape="circle",
    ).encode(x=alt.X("ring:Q", axis=None))
    kept = (
        base.transform_filter("datum.locked")
        .mark_point(filled=True, opacity=1, color=ACCENT, size=24, shape="circle")
        .encode(x=alt.X("ring:Q", axis=None))
    )
    return [
        _clickable(rows, y),
        base.mark_rule(color=UNDECIDED, strokeWidth=2).encode(x=x, x2="ring:Q"),
        base.mark_rule(color=ACCENT, strokeWidth=2).encode(
            x=alt.X("ring:Q", axis=None), x2="end:Q", strokeDash=dash
        ),
        alt.Chart(projected(rows, "ring", "y"))
        .mark_point(filled=True, fill="white", opacity=1, size=RING_SIZE)
        .encode(x=alt.X("ring:Q", axis=None), y=y),
        ring,
        kept,
        base.mark_point(filled=True, opacity=1, color=ACCENT, shape="square", size=70).encode(
            x=alt.X("end:Q", axis=None)
        ),
        *_on_line(rows, "label", _NAME, y, limit=_room(_NAME, _LINE, width)),
        *_on_line(rows, "fit", (_LINE + _SEAT) / 2, y, limit=100, align="center", colour=ACCENT),
        _words(rows, "seat", _TEAM, y, limit=_room(_TEAM, _PAIR, width), bold=True),
        _words(rows, "pair", _PAIR, y, limit=_room(_PAIR, 1.0, width), colour=QUIET),
    ]


def _clickable(rows: pd.DataFrame, y: alt.Y) -> alt.Chart:
    """Take a click anywhere in a person's row; a row is easier to hit than a ring."""
    person = alt.selection_point(name="person", fields=["person_id"])
    spans = rows.assign(x=_TRUNK, x2=1.0, y=rows["y"] - 0.5, y2=rows["y"] + 0.5)
    drawn: alt.Chart = (
        alt.Chart(projected(spans, "person_id", "x", "x2", "y", "y2"))
        .mark_rect(fill=ACCENT, cursor="pointer")
        .encode(
            x=alt.X("x:Q", axis=None),
            x2="x2:Q",
            y=y,
            y2="y2:Q",
            detail=alt.Detail("person_id:N"),
            opacity=alt.condition(person, alt.value(0.1), alt.value(0.001), empty=False),
        )
        .add_params(person)
    )
    return drawn


def _on_line(
    rows: pd.DataFrame,
    column: str,
    at: float,
    y: alt.Y,
    *,
    limit: int,
    align: _Align = "left",
    colour: str = INK,
) -> list[alt.Chart]:
    """Write words on the line, on white so that it does not run through them."""
    under = _words(rows, column, at, y, limit=limit, align=align, bold=True, halo=True)
    return [under, _words(rows, column, at, y, limit=limit, align=align, bold=True, colour=colour)]


def _empty_seats(places: Places, x: alt.X, y: alt.Y, width: int) -> list[alt.Chart]:
    """Draw the seats left empty, with why."""
    if places.seats.empty:
        return []
    rows = places.seats.assign(x=_SEAT)
    return [
        alt.Chart(projected(rows, "x", "y"))
        .mark_point(
            filled=False, opacity=1, color=UNDECIDED, shape="square", size=70, strokeWidth=2
        )
        .encode(x=x, y=y),
        _words(rows, "said", _SEAT - 0.015, y, limit=300, colour=QUIET, align="right"),
        _words(rows, "seat", _TEAM, y, limit=_room(_TEAM, _PAIR, width), bold=True),
        _words(rows, "pair", _PAIR, y, limit=_room(_PAIR, 1.0, width), colour=QUIET),
    ]


def _headings(x: alt.X) -> list[alt.Chart]:
    """Head the columns."""
    heads: tuple[tuple[str, float, _Align], ...] = (
        ("Resembles", _RAILS[0], "right"),
        ("Proposed", _NAME, "left"),
        ("Fit", (_LINE + _SEAT) / 2, "center"),
        ("Open seat", _TEAM, "left"),
        ("Paired with", _PAIR, "left"),
    )
    return [
        alt.Chart(alt.InlineData(values=[{"x": at}]))
        .mark_text(
            align=align,
            baseline="bottom",
            color=QUIET,
            y=-8,
            text=text,
            dx=-10 * (align == "right"),
        )
        .encode(x=x)
        for text, at, align in heads
    ]


def _room(start: float, end: float, width: int) -> int:
    """Say how many pixels a text may take."""
    return int((end - start) * width) - 10


def _words(
    rows: pd.DataFrame,
    column: str,
    at: float,
    y: alt.Y,
    *,
    limit: int,
    colour: str = INK,
    bold: bool = False,
    align: _Align = "left",
    halo: bool = False,
) -> alt.Chart:
    """Write one column of words, or only the white around them."""
    drawn: alt.Chart = (
        alt.Chart(projected(rows.assign(x=at), "x", "y", column))
        .mark_text(
            align=align,
            limit=limit,
            color=colour,
            fontWeight=600 if bold else 400,
            stroke="white" if halo else None,
            strokeWidth=10 if halo else 0,
            strokeJoin="round",
        )
        .encode(x=alt.X("x:Q", axis=None), y=y, text=f"{column}:N")
    )
    return drawn
