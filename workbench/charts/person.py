"""Pictures of one person: the signals beside everybody's, and output by cycle with the promotions.

What comes in are the frames of the calibration; what goes out are Altair charts. Nothing is
computed here but where a label goes.
"""

import altair as alt
import numpy as np
import pandas as pd

from workbench.analyses.candidates import Candidates
from workbench.charts.event_study import MOVES
from workbench.charts.group_profiles import SIGNAL_WORDS, signal_columns
from workbench.charts.theme import (
    ACCENT,
    DOT_SIZE,
    FLAG_SHAPE,
    FLAG_SIZE,
    INK,
    PALE,
    QUIET,
    UNDECIDED,
    Picture,
    counted,
    difference_axis,
    empty_state,
    in_words,
    plain_text,
    projected,
    signed,
    themed,
    wrapped,
)

__all__ = ["plot_history", "plot_member"]

HALVES: dict[str, str] = {
    "technical_output": "technical output",
    "force_multiplier": "achieved through others",
}
_NO_HISTORY = "No technical output is known by cycle."
_ROW = 16
_NAMES = 150  # pixels left of the bars


def plot_member(
    candidates: Candidates,
    signals: pd.DataFrame,
    person_id: str,
    *,
    evidence: pd.DataFrame | None = None,
    width: int = 360,
) -> Picture:
    """Show one person's signals beside those of everybody in the pool.

    Parameters
    ----------
    candidates
        Its `profiles` name the signals.
    signals
        The frame that was clustered, one row a person: person_id and numeric signal columns.
    person_id
        The person.
    evidence
        What each signal rests on: person_id, signal and one_count, which marks the signals of which
        a single activity count is all there is.
    width
        Of the picture, in pixels.

    Returns
    -------
    altair chart
        One bar a signal from the mean, the middle 80 % of the pool as a grey band; hollow where it
        rests on one count. A signal without evidence says so.
    """
    own = signals.loc[signals["person_id"].astype(str).eq(str(person_id))]
    names = [n for n in _drawn_signals(candidates, signals) if signals[n].notna().any()]
    if own.empty or not names:
        sentence = "No signals: not among the people who are compared."
        return empty_state(sentence, width=width, height=_ROW * 7)
    bands = signals[names].astype(float).quantile([0.1, 0.5, 0.9]).T
    rows = pd.DataFrame(
        {
            "place": np.arange(len(names)),
            "signal": [in_words(name, SIGNAL_WORDS) for name in names],
            "value": own[names].iloc[0].astype(float).to_numpy(),
            "low": bands[0.1].to_numpy(),
            "middle": bands[0.5].to_numpy(),
            "high": bands[0.9].to_numpy(),
            "one_count": pd.Series(names).isin(_on_one_count(evidence, person_id)),
        }
    )
    reading = f"SD. Grey: middle 80 % of {counted(len(signals), 'person', 'people')}."
    if rows["one_count"].any():
        reading += " Hollow: one activity count alone."
    told = [
        f"{signal} {'no evidence' if np.isnan(value) else signed(value, 1)}"
        for signal, value in zip(rows["signal"], rows["value"], strict=True)
    ]
    chart = alt.layer(*_member_layers(rows)).properties(
        width=width - _NAMES,
        height=_ROW * len(rows),
        title=alt.TitleParams(text="Signals", subtitle=wrapped(reading, width - 24), offset=8),
        description=f"Signals, in SD: {'; '.join(told)}.",
    )
    return themed(chart)


def _drawn_signals(candidates: Candidates, signals: pd.DataFrame) -> list[str]:
    """Name what is drawn: technical output first, then the signals that were clustered."""
    names = ["technical_output", *signal_columns(candidates.profiles)]
    if candidates.profiles.empty:
        names = list(SIGNAL_WORDS)
    return [name for name in dict.fromkeys(names) if name in signals]


def _on_one_count(evidence: pd.DataFrame | None, person_id: str) -> set[str]:
    """Name the signals of a person of which one activity count is all there is."""
    if evidence is None:
        return set()
    own = evidence.loc[evidence["person_id"].astype(str).eq(str(person_id))]
    return set(own.loc[own["one_count"].astype(bool), "signal"])


def _member_layers(rows: pd.DataFrame) -> list[alt.Chart]:
    """Draw the pool, the person's bars, and the words beside them."""
    y = alt.Y("place:O", axis=None)
    pool = alt.Chart(projected(rows, "place", "low", "middle", "high")).encode(y=y)
    has = rows["value"].notna()
    own = alt.Chart(projected(rows.loc[has], "place", "value", "one_count")).encode(y=y)
    layers = [
        pool.mark_bar(color=PALE, height=12).encode(
            x=alt.X("low:Q", axis=difference_axis(4), title=None),
            x2=alt.X2("high:Q"),
        ),
        pool.mark_tick(color=UNDECIDED, thickness=2, size=12).encode(x=alt.X("middle:Q")),
        own.mark_bar(stroke=ACCENT, strokeWidth=1.5, height=8).encode(
            x=alt.X("value:Q"),
            x2=alt.datum(0, type="quantitative"),
            fill=alt.condition("datum.one_count", alt.value("white"), alt.value(ACCENT)),
        ),
        alt.Chart(projected(rows, "place", "signal"))
        .mark_text(align="right")
        .encode(y=y, x=alt.value(-10), text="signal:N"),
    ]
    if not has.all():
        layers.append(
            alt.Chart(projected(rows.loc[~has], "place"))
            .mark_text(align="left", dx=6, color=QUIET)
            .encode(y=y, x=alt.datum(0, type="quantitative"), text=alt.value("no evidence"))
        )
    return layers


def plot_history(
    scores: pd.DataFrame,
    promotions: pd.DataFrame,
    person_id: str,
    *,
    flagged: bool = False,
    width: int = 280,
    height: int = 130,
) -> Picture:
    """Show both halves of one person's technical output by cycle, and the moves to another track.

    Parameters
    ----------
    scores
        person_id, cycle and either of technical_output and force_multiplier.
    promotions
        person_id, cycle and kind; moves within a track are not drawn.
    person_id
        The person.
    flagged
        Whether technical output fell after a move to management: from then on it has the mark of a
        flag.
    width, height
        Of the picture and of the plot, in pixels.

    Returns
    -------
    altair chart
        One line a half, a rule and words at each move. A gap is a cycle without evidence.

    Examples
    --------
    >>> scores = pd.DataFrame({"person_id": "E1", "cycle": ["2023", "2024"],
    ...                        "technical_output": [0.4, -0.9], "force_multiplier": [0.1, 0.2]})
    >>> moves = pd.DataFrame({"person_id": ["E1"], "cycle": "2024", "kind": "to_management"})
    >>> chart = plot_history(scores, moves, "E1").to_dict()
    >>> [layer["mark"]["text"] for layer in chart["layer"] if "text" in layer["mark"]]
    ['to management']
    """
    halves = [half for half in HALVES if half in scores]
    own = scores.loc[scores["person_id"].astype(str).eq(str(person_id)), ["cycle", *halves]]
    if own.empty or not own[halves].notna().to_numpy().any():
        return empty_state(_NO_HISTORY, width=width, height=height)
    own = own.sort_values("cycle", kind="stable").reset_index(drop=True)
    moves = promotions.loc[
        promotions["person_id"].astype(str).eq(str(person_id)) & promotions["kind"].isin(MOVES)
    ]
    rows = own.melt(id_vars="cycle", value_vars=halves, var_name="half", value_name="score")
    fell = moves.loc[moves["kind"].eq("to_management"), "cycle"].min() if flagged else None
    rows = rows.assign(
        half=rows["half"].map(HALVES),
        fell=rows["half"].eq("technical_output") & rows["cycle"].ge(fell)
        if fell is not None
        else False,
    )
    plot = width - 76
    drawn = _moves(own["cycle"].tolist(), moves, plot)
    layers = [*drawn, *_lines(rows, flagged=flagged)]
    # The words over the plot take the room that the title leaves without them.
    title = alt.TitleParams(text="By cycle", offset=5 if drawn else 22)
    return themed(alt.layer(*layers, title=title, width=plot, height=height))


def _lines(rows: pd.DataFrame, *, flagged: bool) -> list[alt.Chart]:
    """Draw both halves, each with a mark in every cycle that is known."""
    key = alt.Legend(
        orient="bottom", title=None, direction="vertical", labelFontSize=13, labelLimit=240
    )
    words = list(HALVES.values())
    colours = alt.Scale(domain=words, range=[ACCENT if flagged else INK, UNDECIDED])
    base = alt.Chart(projected(rows, "cycle", "half", "score", "fell")).encode(
        x=_cycle_axis(),
        y=alt.Y(
            "score:Q",
            title="SD",
            axis=difference_axis(4),
            scale=alt.Scale(zero=True, nice=False, padding=12),
        ),
        color=alt.Color("half:N", legend=key, scale=colours),
    )
    shapes = alt.Scale(domain=words, range=["circle", "square"])
    points = base.mark_point(filled=True, opacity=1).encode(
        shape=alt.condition(
            "datum.fell", alt.value(FLAG_SHAPE), alt.Shape("half:N", legend=key, scale=shapes)
        ),
        size=alt.condition("datum.fell", alt.value(FLAG_SIZE), alt.value(DOT_SIZE)),
    )
    return [base.mark_line(strokeWidth=2), points]


def _cycle_axis() -> alt.X:
    """Lay the cycles out in time, labels level, some left out where they are tight."""
    axis = alt.Axis(labelAngle=0, labelOverlap="greedy", ticks=False)
    return alt.X("cycle:O", title=None, axis=axis, scale=alt.Scale(type="point", padding=0.5))


def _moves(cycles: list[object], moves: pd.DataFrame, width: int) -> list[alt.Chart]:
    """Draw a rule before the first cycle on another track, with the track above it."""
    step = width / len(cycles)
    drawn = []
    for cycle, kind in zip(moves["cycle"], moves["kind"], strict=True):
        if cycle not in cycles:
            continue
        words = f"to {MOVES[str(kind)]}"
        middle, half = step * cycles.index(cycle), 3.4 * len(words)
        at = min(max(middle, half), width - half)
        spot = alt.InlineData(values=[{"cycle": plain_text(cycle)}])
        rule = alt.Chart(spot).encode(x=_cycle_axis())
        drawn += [
            rule.mark_rule(color=INK, xOffset=-step / 2),
            alt.Chart(alt.InlineData(values=[{}])).mark_text(
                baseline="bottom", x=at, y=-4, text=words
            ),
        ]
    return drawn
