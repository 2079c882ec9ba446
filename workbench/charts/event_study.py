"""Pictures of event studies: what promotion does to output, by cycle since promotion.

What comes in is the result of `estimate_event_study`; what goes out is an Altair chart. Nothing is
computed here but where a label goes.
"""

from dataclasses import dataclass

import altair as alt
import numpy as np
import pandas as pd

from workbench.analyses.event_study import DIFFERENCE, EventStudy
from workbench.charts.theme import (
    ACCENT,
    DOT_SIZE,
    FLAG_SHAPE,
    FLAG_SIZE,
    INK,
    QUIET,
    RING_SIZE,
    RING_WIDTH,
    ROLE_COLOURS,
    UNDECIDED,
    Picture,
    difference_axis,
    empty_state,
    in_words,
    projected,
    signed,
    themed,
    wrapped,
)

__all__ = ["ESTIMATORS", "MOVES", "plot_event_study"]

MOVES: dict[str, str] = {
    "to_management": "management",
    "to_technical_leadership": "technical leadership",
}
ESTIMATORS: dict[str, str] = {
    "base_1": "usual estimate, from the last cycle",
    "base_3": "usual estimate, from the third last",
}
_MARKS = {
    "to_management": (ACCENT, FLAG_SHAPE, FLAG_SIZE),
    "to_technical_leadership": (ROLE_COLOURS[0], "circle", RING_SIZE),
}
_SHADE = "#f4f1e4"
_LABEL = 18  # pixels of height that a label needs
_SMALL = 0.15  # SD below which one decimal says too little


@dataclass(frozen=True, slots=True)
class _Overall:
    """An effect over all cycles."""

    effect: float
    low: float
    high: float
    n: int


def plot_event_study(study: EventStudy, *, width: int = 600, height: int = 360) -> Picture:
    """Show by how much output differs from what was expected, by cycle since promotion.

    Parameters
    ----------
    study
        Its `effects` and `by_kind` need relative_cycle, effect, band_low and band_high, the first
        phase and the second kind as well; its `comparison` estimator, relative_cycle and effect.
    width, height
        Of the plot without its labels, in pixels.

    Returns
    -------
    altair chart
        Filled diamonds for promotion to management, rings for technical leadership, each with the
        band for all its cycles; grey dots for the cycles before; dashed lines for the usual
        estimators; a shade behind the streak on which people were picked.
    """
    if study.overall.empty:
        return empty_state(study.notes[0], width=width)
    moves = _moves(study)
    usual = study.comparison.loc[study.comparison["relative_cycle"] >= 0]
    limits = _limits(study, moves, usual)
    x, y = _axes(study, limits)
    layers = _streak(study, x)
    for kind, rows in reversed(moves.items()):
        layers += _band(rows, _MARKS[kind][0], x, y)
    layers += [
        _zero_line(),
        *_promotion(x),
        *_usual_lines(usual, x, y),
        *_cycles_before(study, x, y),
    ]
    for kind, rows in reversed(moves.items()):
        layers += _course(rows, kind, x, y)
    layers += _end_labels(_ends(study, moves, usual), limits, width, height)
    title = alt.TitleParams(text=_headline(study), subtitle=_subtitle(study, moves, width + 200))
    return themed(alt.layer(*layers).properties(width=width, height=height, title=title))


def _moves(study: EventStudy) -> dict[str, pd.DataFrame]:
    """Give the cycles after of each move, that of the headline first."""
    rows = study.by_kind.loc[study.by_kind["relative_cycle"] >= 0]
    kinds = [study.kind, *(kind for kind in MOVES if kind != study.kind)]
    return {kind: rows.loc[rows["kind"] == kind] for kind in kinds if kind in set(rows["kind"])}


def _limits(
    study: EventStudy, moves: dict[str, pd.DataFrame], usual: pd.DataFrame
) -> tuple[float, float]:
    """Find how far the picture reaches up and down.

    The bands of late cycles, of which few people are known, may leave it: they say only that
    nothing is known there.
    """
    drawn = [
        study.effects[["effect", "low", "high"]],
        *(each[["low", "high"]] for each in moves.values()),
    ]
    values = np.concatenate([frame.to_numpy(dtype=float).ravel() for frame in drawn])
    values = np.concatenate([values, usual["effect"].to_numpy(dtype=float), [0.0]])
    span = max(float(np.ptp(values)), 0.2)
    # Words stand on top of the picture.
    return round(float(values.min()) - 0.06 * span, 3), round(float(values.max()) + 0.14 * span, 3)


def _axes(study: EventStudy, limits: tuple[float, float]) -> tuple[alt.X, alt.Y]:
    """Lay out cycles since promotion, and differences in standard deviations."""
    cycles = study.effects["relative_cycle"]
    ends = [int(cycles.min()) - 0.5, int(cycles.max()) + 0.5]
    x = alt.X(
        "relative_cycle:Q",
        title="Cycles since promotion (0 = the first in the new position)",
        scale=alt.Scale(domain=ends, nice=False),
        axis=alt.Axis(values=cycles.tolist(), format="d", grid=False, ticks=False),
    )
    y = alt.Y(
        "effect:Q",
        title=f"{_outcome(study)} beyond what was expected (SD)",
        scale=alt.Scale(domain=list(limits), nice=False, clamp=True),
        axis=difference_axis(6),
    )
    return x, y


def _outcome(study: EventStudy) -> str:
    """Name what was measured."""
    return in_words(study.outcome)


def _streak(study: EventStudy, x: alt.X) -> list[alt.Chart]:
    """Shade the cycles on which people were picked, where they stand out."""
    streak = study.effects.loc[study.effects["phase"] == "streak", "relative_cycle"]
    if streak.empty or not study.spike.exceeds:
        return []
    span = pd.DataFrame({"relative_cycle": [streak.min() - 0.5], "end": [streak.max() + 0.5]})
    shade = alt.Chart(projected(span, "relative_cycle", "end")).encode(x=x)
    name = "good streak" if study.spike.estimate > 0 else "poor streak"
    middle = pd.DataFrame({"relative_cycle": [float(streak.mean())]})
    words = alt.Chart(projected(middle, "relative_cycle")).mark_text(baseline="top", color=QUIET)
    return [
        shade.mark_rect(color=_SHADE).encode(x2=alt.X2("end:Q")),
        words.encode(x=x, y=alt.value(6), text=alt.value(name)),
    ]


def _band(rows: pd.DataFrame, colour: str, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """Draw the band that holds for all cycles at once."""
    edges = rows.rename(columns={"effect": "middle", "band_low": "effect"})
    base = alt.Chart(projected(edges, "relative_cycle", "effect", "band_high"))
    base = base.encode(x=x, y=y, y2=alt.Y2("band_high:Q"))
    if len(rows) == 1:
        # An area needs two points.
        return [base.mark_rule(color=colour, opacity=0.16, strokeWidth=14, clip=True)]
    return [base.mark_area(color=colour, opacity=0.16, clip=True)]


def _zero_line() -> alt.Chart:
    """Draw the line on which output is as expected."""
    drawn: alt.Chart = (
        alt.Chart(alt.InlineData(values=[{}]))
        .mark_rule(color=INK)
        .encode(y=alt.datum(0, type="quantitative"))
    )
    return drawn


def _promotion(x: alt.X) -> list[alt.Chart]:
    """Draw the rule between the last cycle before and the first one after."""
    at = alt.Chart(alt.InlineData(values=[{"relative_cycle": -0.5}])).encode(x=x)
    word = at.mark_text(align="left", baseline="top", dx=5)
    return [at.mark_rule(color=INK), word.encode(y=alt.value(6), text=alt.value("promoted"))]


def _usual_lines(usual: pd.DataFrame, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """Draw what the usual estimators say, faint."""
    return [
        alt.Chart(projected(rows, "relative_cycle", "effect"))
        .mark_line(color=UNDECIDED, strokeWidth=1.5, strokeDash=[5, 3])
        .encode(x=x, y=y)
        for _, rows in usual.groupby("estimator", sort=True)
    ]


def _cycles_before(study: EventStudy, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """Draw the cycles before, with their intervals."""
    rows = study.effects.loc[study.effects["relative_cycle"] < 0]
    if rows.empty:
        return []
    points = alt.Chart(projected(rows, "relative_cycle", "effect")).encode(x=x, y=y)
    lines = rows.assign(effect=rows["low"])
    interval = alt.Chart(projected(lines, "relative_cycle", "effect", "high"))
    return [
        interval.mark_rule(color=UNDECIDED, strokeWidth=1.5).encode(x=x, y=y, y2=alt.Y2("high:Q")),
        points.mark_point(filled=True, color=UNDECIDED, size=DOT_SIZE, opacity=1),
    ]


def _course(rows: pd.DataFrame, kind: str, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """Draw the cycles after one kind of promotion."""
    colour, shape, size = _MARKS[kind]
    base = alt.Chart(projected(rows, "relative_cycle", "effect")).encode(x=x, y=y)
    hollow = shape == "circle"
    return [
        base.mark_line(color=colour, strokeWidth=2.5),
        base.mark_point(
            shape=shape,
            size=size,
            stroke=colour,
            strokeWidth=RING_WIDTH,
            fill="white" if hollow else colour,
            opacity=1,
        ),
    ]


def _ends(
    study: EventStudy, moves: dict[str, pd.DataFrame], usual: pd.DataFrame
) -> list[tuple[float, str, str]]:
    """Give where each line ends, its words and its colour."""
    ends = []
    whole = _overall(study.by_kind, "kind")
    for kind, rows in moves.items():
        words = f"to {MOVES[kind]}: {_rounded(whole[kind].effect)}"
        ends.append((float(rows["effect"].iloc[-1]), words, _MARKS[kind][0]))
    says = _overall(study.comparison, "estimator")
    for estimator, rows in usual.groupby("estimator", sort=True):
        words = ESTIMATORS.get(str(estimator), in_words(estimator))
        if str(estimator) in says:
            words = f"{words}: {_rounded(says[str(estimator)].effect)}"
        ends.append((float(rows["effect"].iloc[-1]), words, QUIET))
    return ends


def _end_labels(
    ends: list[tuple[float, str, str]], limits: tuple[float, float], width: int, height: int
) -> list[alt.Chart]:
    """Write the words right of the lines, pushed apart where these end close together."""
    low, high = limits
    ends = sorted(ends, key=lambda end: -end[0])
    wanted = np.array([(high - value) / (high - low) * height for value, _, _ in ends])
    step = _LABEL * np.arange(len(ends))
    # From the top down each is at least a line below the one before; then all move up as they must.
    placed = np.maximum.accumulate(wanted - step) + step
    shift = np.mean(placed - wanted)
    placed = np.clip(placed - shift, step, height - step[::-1])
    return [
        alt.Chart(alt.InlineData(values=[{"words": words}]))
        .mark_text(align="left", baseline="middle", color=colour)
        .encode(x=alt.value(width + 8), y=alt.value(float(at)), text=alt.Text("words:N"))
        for at, (_, words, colour) in zip(placed, ends, strict=True)
    ]


def _headline(study: EventStudy) -> str:
    """Give the answer."""
    of = _overall(study.by_kind, "kind")[study.kind]
    digits = _digits(of.effect)
    outcome = _outcome(study)[:1].lower() + _outcome(study)[1:]
    start = f"After promotion to {MOVES[study.kind]} {outcome} is"
    if of.low <= 0 <= of.high:
        return f"{start} about as expected: {_in_full(of)}, n = {of.n:,}"
    way = "lower" if of.effect < 0 else "higher"
    near, far = sorted((abs(of.low), abs(of.high)))
    return (
        f"{start} {abs(of.effect):.{digits}f} SD {way} than expected "
        f"({near:.{digits}f} to {far:.{digits}f}), n = {of.n:,}"
    )


def _subtitle(study: EventStudy, moves: dict[str, pd.DataFrame], width: int) -> list[str]:
    """Say how to read it, what the other move does, and what the dashed lines are."""
    lines = []
    whole = _overall(study.by_kind, "kind")
    for kind in list(moves)[1:]:
        lines.append(
            f"To {MOVES[kind]}: {_in_full(whole[kind])}, n = {whole[kind].n:,}. "
            f"Difference between the two: {_in_full(whole[DIFFERENCE])}."
        )
    lines.append(
        "Expected is what people's own earlier cycles lead one to expect. "
        f"Bands: {100 * study.interval_level:g} %, for all cycles at once."
    )
    if not study.comparison.empty:
        why = ", which take the way back from the streak for an effect" * study.spike.exceeds
        lines.append(f"Dashed: the usual estimates{why}.")
    return [part for line in lines for part in wrapped(line, width)]


def _overall(frame: pd.DataFrame, name: str) -> dict[str, _Overall]:
    """Give the rows over all cycles, by name."""
    rows = frame.loc[frame["relative_cycle"].isna(), [name, "effect", "low", "high", "n"]]
    return {
        str(each): _Overall(float(effect), float(low), float(high), int(n))
        for each, effect, low, high, n in rows.itertuples(index=False)
    }


def _in_full(of: _Overall) -> str:
    """Write an effect with its interval."""
    effect, low, high = (
        _rounded(each, _digits(of.effect)) for each in (of.effect, of.low, of.high)
    )
    return f"{effect} SD ({low} to {high})"


def _digits(effect: float) -> int:
    """Say to how many decimals an effect is written."""
    return 2 if abs(effect) < _SMALL else 1


def _rounded(value: float, digits: int | None = None) -> str:
    """Write a difference to as many decimals as it needs."""
    return signed(value, _digits(value) if digits is None else digits)
