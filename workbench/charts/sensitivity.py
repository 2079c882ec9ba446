"""A picture of sensitivity: how much unseen knowledge it would take to explain each flag away.

What comes in is the result of `assess_sensitivity`; what goes out is an Altair chart. Nothing is
computed here but where a label goes.
"""

from collections.abc import Mapping
from typing import Literal

import altair as alt
import numpy as np
import pandas as pd

from workbench.analyses.sensitivity import Sensitivity
from workbench.charts.theme import (
    ACCENT,
    FLAG_SHAPE,
    FLAG_SIZE,
    INK,
    QUIET,
    Picture,
    empty_state,
    labelled,
    projected,
    themed,
    wrapped,
)

__all__ = ["plot_sensitivity"]

NOBODY = "Nobody is flagged, so there is no flag to explain away."
_ROW = 20
_LABEL_LIMIT = 150
_COLUMNS = 190  # pixels right of the plot
_SECOND = 104  # where the second of the two columns there begins
_TICKS = (1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 7, 10, 20, 50, 100)
_ROOM = 1.08  # times the farthest mark, that the axis reaches
_WORDS = 92  # pixels that the words at the streak need on either side
_AXIS_TITLE = "Odds of promotion, times per SD of the coming fall"


def plot_sensitivity(
    sensitivity: Sensitivity,
    *,
    labels: Mapping[str, str] | None = None,
    chosen: str | None = None,
    limit: int = 20,
    width: int = 390,
) -> Picture:
    """Show how strongly hidden knowledge would have had to sway promotions, flag by flag.

    Parameters
    ----------
    sensitivity
        Its `flags` need person_id, flagged, gamma_per_sd, known_share and stability; its
        `benchmark` the row of the streak.
    labels
        The text shown for a person_id; the id itself where there is none.
    chosen
        A person_id whose row is marked; of a long list, the part with that row is shown.
    limit
        The most people shown at a time, the firmest first.
    width
        Of the plot without its labels, in pixels.

    Returns
    -------
    altair chart
        One row a flagged person: a filled diamond at the factor at which the flag is gone, on a log
        axis from 1, beside a rule at the factor of the streak that everybody saw; right of it, how
        much of the coming change would have to have been known, and how often it is flagged in
        resamples. A click sets the point selection `person` on person_id.
    """
    flags = sensitivity.flags
    flagged = flags.loc[flags["flagged"].astype(bool)]
    if flagged.empty:
        return empty_state(NOBODY, width=width + _LABEL_LIMIT, select="person")
    ordered = flagged.sort_values("gamma_per_sd", ascending=False, kind="stable")
    ordered = ordered.reset_index(drop=True)
    places = ordered.index[ordered["person_id"].astype(str) == str(chosen)]
    first = limit * (int(places[0]) // limit) if len(places) else 0
    shown = ordered.iloc[first : first + limit]
    shown = shown.assign(
        row=np.arange(len(shown)),
        start=1.0,
        chosen=shown["person_id"].astype(str) == str(chosen),
        label=labelled(shown["person_id"], labels),
        known=[_known(share) for share in shown["known_share"]],
        steady=[_percent(share) for share in shown["stability"]],
    )
    data = projected(shown, *"row person_id start gamma_per_sd chosen label known steady".split())
    streak = sensitivity.streak
    end = _ROOM * max(float(ordered["gamma_per_sd"].max()), np.nan_to_num(streak), 2.0)
    x = _axis(end)
    chart = alt.layer(
        *_rows(x, width),
        *_streak_rule(x, streak, end, width),
        *_columns(width),
        data=data,
        width=width,
        height=_ROW * len(shown),
        title=alt.TitleParams(
            text=_headline(flagged["gamma_per_sd"], streak),
            subtitle=_subtitle(shown, len(flagged), width),
        ),
    )
    return themed(chart)


def _headline(factors: pd.Series, streak: float) -> str:
    """Say what it would take, in one sentence, beside what the streak did."""
    who = "The flag holds" if len(factors) == 1 else f"Half of {len(factors):,} flags hold"
    beside = f" (the streak: {streak:.1f})" if streak > 1 else ""
    return f"{who} until hidden knowledge multiplies the odds by {factors.median():.1f}{beside}"


def _subtitle(shown: pd.DataFrame, n_flagged: int, width: int) -> list[str]:
    """Say how to read it, and what no picture can show."""
    sentences = [
        "Diamond: how strongly promotion would have had to go by knowledge of the coming fall, "
        "that is in no column, for the flag to be gone. Farther right is firmer. Known in advance: "
        "share of the coming change, if acted on like the streak. Whether there was such knowledge "
        "cannot be seen in any data."
    ]
    if len(shown) < n_flagged:
        first = int(shown.index[0]) + 1
        sentences.append(f"Shown: {first:,} to {first + len(shown) - 1:,} of {n_flagged:,}.")
    return wrapped(" ".join(sentences), width + _LABEL_LIMIT + _COLUMNS)


def _known(share: float) -> str:
    """Write how much would have to be known; more than all of it cannot be."""
    if pd.isna(share):
        return "\u2013"
    return "over 100 %" if share > 1 else _percent(share)


def _percent(share: float) -> str:
    """Write a share."""
    return f"{100 * share:.0f} %"


def _axis(end: float) -> alt.X:
    """Measure factors from 1 on, on a log axis, as factors are."""
    ticks = [tick for tick in _TICKS if tick <= end]
    return alt.X(
        "start:Q",
        title=_AXIS_TITLE,
        scale=alt.Scale(type="log", domain=[1, round(end, 3)], nice=False),
        axis=alt.Axis(
            values=ticks,
            labelExpr="'\u00d7' + datum.value",
            labelOverlap="greedy",
            labelFlush=False,
        ),
    )


def _rows(x: alt.X, width: int) -> list[alt.Chart]:
    """Draw the row that takes the click, the line from 1, and the diamond."""
    person = alt.selection_point(name="person", fields=["person_id"])
    base = alt.Chart().encode(y=alt.Y("row:O", axis=None))
    # Nearly invisible, but as wide as the picture: a row is easier to hit than a point.
    click = (
        base.mark_rect(fill=ACCENT, cursor="pointer", x=-_LABEL_LIMIT, x2=width + _COLUMNS + 8)
        .encode(
            opacity=alt.OpacityValue(0.001, condition={"test": "datum.chosen", "value": 0.12}),
            detail=alt.Detail("person_id:N"),
        )
        .add_params(person)
    )
    line = base.mark_rule(color=ACCENT, strokeWidth=2).encode(x=x, x2=alt.X2("gamma_per_sd:Q"))
    point = base.mark_point(
        filled=True, opacity=1, color=ACCENT, shape=FLAG_SHAPE, size=FLAG_SIZE
    ).encode(x=alt.X("gamma_per_sd:Q"))
    return [click, line, point]


def _streak_rule(x: alt.X, streak: float, end: float, width: int) -> list[alt.Chart]:
    """Draw how strongly the streak counted, that everybody saw; nothing where it did not."""
    if not streak > 1:
        return []
    at = alt.Chart(alt.InlineData(values=[{"start": streak}])).encode(x=x)
    place = np.log(streak) / np.log(end) * width
    align: Literal["left", "center", "right"] = (
        "right" if width - place < _WORDS else "left" if place < _WORDS else "center"
    )
    words = at.mark_text(
        align=align, baseline="bottom", y=-6, text=f"the streak everybody saw: \u00d7{streak:.1f}"
    )
    return [at.mark_rule(color=INK, strokeDash=[5, 3], strokeWidth=1.5), words]


def _columns(width: int) -> list[alt.Chart]:
    """Write the people left of the plot, and right of it what would have to be known."""
    base = alt.Chart().encode(y=alt.Y("row:O", axis=None))
    words = base.mark_text(align="right", baseline="middle", limit=_LABEL_LIMIT - 12, x=-10)
    right = base.mark_text(align="right", baseline="middle", color=QUIET)
    return [
        words.encode(text=alt.Text("label:N")),
        right.encode(x=alt.value(width + _SECOND - 24), text=alt.Text("known:N")),
        right.encode(x=alt.value(width + _COLUMNS), text=alt.Text("steady:N")),
        _heading("Known in", width + _SECOND - 24, 16),
        _heading("advance", width + _SECOND - 24, 0),
        _heading("Flagged in", width + _COLUMNS, 16),
        _heading("resamples", width + _COLUMNS, 0),
    ]


def _heading(text: str, x: int, lift: int) -> alt.Chart:
    """Head a column of words."""
    drawn: alt.Chart = alt.Chart(alt.InlineData(values=[{}])).mark_text(
        align="right", baseline="bottom", color=QUIET, x=x, y=-6 - lift, text=text
    )
    return drawn
