"""Pictures of declines: who fell more than similar people, each person's course, and the outcomes.

What comes in is the result of `find_declines`; what goes out are Altair charts. Nothing is computed
here but where a label goes.
"""

from collections.abc import Mapping

import altair as alt
import numpy as np
import pandas as pd

from workbench.analyses.decline import Declines
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
    labelled,
    plain_text,
    projected,
    signed,
    themed,
    wrapped,
)

__all__ = ["PATTERNS", "plot_declines", "plot_outcomes", "plot_trajectory"]

PATTERNS: dict[str, str] = {
    "lasting_drop": "Output fell more than for similar people",
    "transient": "Output fell at first, then recovered",
    "not_distinguishable": "Not distinguishable from similar people",
    "too_new": "Promoted too recently to judge",
    "not_enough_evidence": "Not enough evidence",
}
NOBODY = "Nobody was promoted to management in these cycles."
NOBODY_JUDGED = (
    "Nobody promoted to management can be judged yet: there are too few cycles before or after "
    "the promotion, or too few similar people."
)
_ROW = 20
_LABEL_LIMIT = 150
_AXIS_TITLE = "Change in technical output beyond similar people (SD)"


def plot_declines(
    declines: Declines,
    *,
    labels: Mapping[str, str] | None = None,
    limit: int = 25,
    width: int = 340,
) -> Picture:
    """Rank the judged people by how far they fell beyond similar people.

    Parameters
    ----------
    declines
        Its `flags` need person_id, effect, low, high, flagged, n_before and n_after.
    labels
        The text shown for a person_id; the id itself where there is none.
    limit
        The most people shown, in the order of `flags`.
    width
        Of the plot without its labels, in pixels.

    Returns
    -------
    altair chart
        One row a person, effect with interval, flagged people as filled diamonds in the accent.
        A click sets the point selection `person` on person_id.
    """
    if declines.n_promoted == 0 and declines.flags.empty:
        return empty_state(NOBODY, select="person")
    judged = declines.flags.loc[declines.flags["effect"].notna()]
    if judged.empty:
        return empty_state(NOBODY_JUDGED, select="person")
    shown = judged.head(limit).reset_index(drop=True)
    shown = shown.assign(
        row=np.arange(len(shown)),
        label=labelled(shown["person_id"], labels),
        cycles=[f"{b} + {a}" for b, a in zip(shown["n_before"], shown["n_after"], strict=True)],
    )
    data = projected(
        shown, "row", "person_id", "label", "effect", "low", "high", "flagged", "cycles"
    )
    title = alt.TitleParams(
        text=f"For {int(judged['flagged'].sum()):,} of {counted(len(judged), 'person', 'people')}, "
        "technical output fell more than for similar people",
        subtitle=_forest_subtitle(declines, len(shown), len(judged)),
    )
    chart = alt.layer(*_forest_layers(data, width), _zero_line(), *_forest_words(data, width))
    return themed(chart.properties(width=width, height=_ROW * len(shown), title=title))


def _forest_subtitle(declines: Declines, n_shown: int, n_judged: int) -> list[str]:
    """Say how to read the forest, and what of it is not on the picture."""
    lines = [
        "Diamonds: flagged. Grey dots: not flagged. "
        f"Lines: {100 * declines.interval_level:g} % interval."
    ]
    if n_shown < n_judged:
        lines.append(f"The first {n_shown:,} of {n_judged:,} are shown.")
    return lines


def _forest_layers(data: alt.InlineData, width: int) -> list[alt.Chart]:
    """Draw the row that takes the click, the interval and the point."""
    person = alt.selection_point(name="person", fields=["person_id"])
    rows = alt.Y("row:O", axis=None)
    base = alt.Chart(data).encode(y=rows)
    marks = alt.condition("datum.flagged", alt.value(ACCENT), alt.value(UNDECIDED))
    # Nearly invisible, but as wide as the picture: a row is easier to hit than a point.
    click = (
        base.mark_rect(fill=ACCENT, cursor="pointer")
        .encode(
            x=alt.value(-_LABEL_LIMIT),
            x2=alt.value(width + 100),
            opacity=alt.condition(person, alt.value(0.14), alt.value(0.001), empty=False),
            detail=alt.Detail("person_id:N"),
        )
        .add_params(person)
    )
    interval = base.mark_rule(strokeWidth=2).encode(
        x=alt.X("low:Q", title=_AXIS_TITLE, axis=difference_axis(4)),
        x2=alt.X2("high:Q"),
        color=marks,
    )
    point = base.mark_point(filled=True, opacity=1).encode(
        x=alt.X("effect:Q"),
        color=marks,
        shape=alt.condition("datum.flagged", alt.value(FLAG_SHAPE), alt.value("circle")),
        size=alt.condition("datum.flagged", alt.value(FLAG_SIZE), alt.value(DOT_SIZE)),
    )
    return [click, interval, point]


def _forest_words(data: alt.InlineData, width: int) -> list[alt.Chart]:
    """Write the people left of the plot, their cycles right of it, and the two directions above."""
    base = alt.Chart(data).encode(y=alt.Y("row:O", axis=None))
    words = base.mark_text(align="right", baseline="middle", limit=_LABEL_LIMIT).encode(
        x=alt.value(-10), text=alt.Text("label:N")
    )
    cycles = base.mark_text(align="left", baseline="middle", color=QUIET).encode(
        x=alt.value(width + 14), text=alt.Text("cycles:N")
    )
    return [
        words,
        cycles,
        _remark("\u2190 fell more", 0, "left"),
        _remark("rose more \u2192", width, "right"),
        _remark("Cycles before + after", width + 14, "left"),
    ]


def _remark(text: str, x: int, align: str) -> alt.Chart:
    """Write a fixed remark on the line above the plot."""
    drawn: alt.Chart = (
        alt.Chart(alt.InlineData(values=[{}]))
        .mark_text(align=align, baseline="bottom", color=QUIET)  # type: ignore[arg-type]  # Literal
        .encode(x=alt.value(x), y=alt.value(-6), text=alt.value(text))
    )
    return drawn


def _zero_line() -> alt.Chart:
    """Draw the line on which a person changed as much as similar people."""
    drawn: alt.Chart = (
        alt.Chart(alt.InlineData(values=[{}]))
        .mark_rule(color=INK)
        .encode(x=alt.datum(0, type="quantitative"))
    )
    return drawn


def plot_trajectory(
    declines: Declines,
    person_id: str,
    cycle: str | None = None,
    *,
    label: str | None = None,
    width: int = 360,
    height: int = 230,
) -> Picture:
    """Show one person's technical output beside what similar people do.

    Parameters
    ----------
    declines
        Its `trajectories` need person_id, cycle, technical_output, expected, low and high; its
        `flags` person_id, cycle and flagged.
    person_id
        The person.
    cycle
        First cycle in the new position; read from `flags` when it is not given.
    label
        The text shown for the person; the id when it is not given.
    width, height
        Of the plot without its labels, in pixels.

    Returns
    -------
    altair chart
        Grey band and line for similar people with the same earlier history, a line with points for
        the person, and a rule at the promotion.
    """
    shown_as = plain_text(label if label is not None else person_id)
    course = declines.trajectories
    course = course.loc[course["person_id"].astype(str) == str(person_id)]
    if course.empty or course["technical_output"].notna().sum() == 0:
        return empty_state(f"No technical output is known for {shown_as}.")
    flag = declines.flags.loc[declines.flags["person_id"].astype(str) == str(person_id)]
    if cycle is not None:
        flag = flag.loc[flag["cycle"].astype(str) == str(cycle)]
    elif not flag.empty:
        cycle = str(flag["cycle"].iloc[0])
    colour = ACCENT if bool(flag["flagged"].any()) else INK
    course = _on_every_cycle(course, declines.trajectories["cycle"])
    # Half a step before the first cycle in the new position, which is where the change lies.
    half_step = width / (2 * len(course))
    layers = [
        *_similar_people(course),
        *_promotion(course, cycle, half_step),
        *_own_course(course, colour),
        *_end_labels(course, colour, width, height),
    ]
    words = _course_in_words(flag, declines.interval_level)
    subtitle = [line for each in words for line in wrapped(each, width + 100)]
    title = alt.TitleParams(text=shown_as, subtitle=subtitle)
    return themed(alt.layer(*layers).properties(width=width, height=height, title=title))


def _course_in_words(flag: pd.DataFrame, level: float) -> list[str]:
    """Give the difference with its interval and cycles, or why there is none."""
    if flag.empty:
        return ["Not promoted to management in these cycles."]
    row = flag.iloc[0]
    cycles = f"{row['n_before']} cycles before, {row['n_after']} after"
    if pd.isna(row["effect"]):
        return [in_words(row["pattern"], PATTERNS), cycles]
    interval = f"{signed(row['low'])} to {signed(row['high'])}"
    return [
        f"{signed(row['effect'])} SD beyond similar people",
        f"{100 * level:g} % interval {interval}",
        cycles,
    ]


def _on_every_cycle(course: pd.DataFrame, cycles: pd.Series) -> pd.DataFrame:
    """Give the person a row for every cycle in between, so that a gap is seen as a gap."""
    first, last = course["cycle"].min(), course["cycle"].max()
    between = sorted({each for each in cycles if first <= each <= last})
    return course.set_index("cycle").reindex(between).rename_axis("cycle").reset_index()


def _cycle_axis() -> alt.X:
    """Lay the cycles out in time, labels level, every other one left out where they are tight."""
    axis = alt.Axis(labelAngle=0, labelOverlap="parity", ticks=False)
    return alt.X("cycle:O", title=None, axis=axis, scale=alt.Scale(type="point", padding=0.5))


def _output_axis(field: str) -> alt.Y:
    """Measure technical output, in standard deviations of the cohort."""
    return alt.Y(
        field,
        title="Technical output",
        axis=difference_axis(),
        scale=alt.Scale(zero=False, nice=False, padding=10),
    )


def _similar_people(course: pd.DataFrame) -> list[alt.Chart]:
    """Draw what similar people do: the band and its middle."""
    known = course["expected"].notna()
    alone = known & ~known.shift(1, fill_value=False) & ~known.shift(-1, fill_value=False)
    band = alt.Chart(projected(course, "cycle", "low", "high")).encode(
        x=_cycle_axis(), y=_output_axis("low:Q"), y2=alt.Y2("high:Q")
    )
    middle = (
        alt.Chart(projected(course, "cycle", "expected"))
        .mark_line(color=UNDECIDED, strokeWidth=2, strokeDash=[5, 3])
        .encode(x=_cycle_axis(), y=_output_axis("expected:Q"))
    )
    layers = [band.mark_area(color=PALE), middle]
    if alone.any():
        # An area needs two points; a cycle that stands alone would not be seen.
        single = projected(course.loc[alone], "cycle", "low", "high")
        layers.insert(0, band.mark_rule(color=PALE, strokeWidth=14).properties(data=single))
    return layers


def _own_course(course: pd.DataFrame, colour: str) -> list[alt.Chart]:
    """Draw what the person did."""
    own = alt.Chart(projected(course, "cycle", "technical_output")).encode(
        x=_cycle_axis(), y=_output_axis("technical_output:Q")
    )
    return [
        own.mark_line(color=colour, strokeWidth=2.5),
        own.mark_point(color=colour, filled=True, size=DOT_SIZE, opacity=1),
    ]


def _promotion(course: pd.DataFrame, cycle: str | None, half_step: float) -> list[alt.Chart]:
    """Draw the rule between the last cycle before and the first cycle after the promotion."""
    later = [] if cycle is None else [each for each in course["cycle"] if str(each) >= str(cycle)]
    if not later:
        return []
    at = alt.Chart(projected(pd.DataFrame({"cycle": later[:1]}), "cycle")).encode(x=_cycle_axis())
    # The word stands on the side that has room for it.
    late = len(later) * 2 * half_step < 80
    word = at.mark_text(
        align="right" if late else "left", baseline="top", dx=(-5 if late else 5) - half_step
    )
    return [
        at.mark_rule(color=INK, xOffset=-half_step),
        word.encode(y=alt.value(0), text=alt.value("promoted")),
    ]


def _end_labels(course: pd.DataFrame, colour: str, width: int, height: int) -> list[alt.Chart]:
    """Name the two lines where they end, pushed apart where they end close together."""
    ends = {
        "this person": (course["technical_output"].dropna(), colour),
        "similar people": (course["expected"].dropna(), QUIET),
    }
    drawn = course[["technical_output", "expected", "low", "high"]].to_numpy(dtype=float)
    span = max(float(np.nanmax(drawn) - np.nanmin(drawn)), 1e-9)
    last = {text: float(series.iloc[-1]) for text, (series, _) in ends.items() if len(series)}
    push = dict.fromkeys(last, 0.0)
    if len(last) == 2:
        gap = (last["this person"] - last["similar people"]) / span * height
        shift = max(0.0, (18 - abs(gap)) / 2)
        sign = -1 if gap >= 0 else 1
        push = {"this person": sign * shift, "similar people": -sign * shift}
    return [
        alt.Chart(alt.InlineData(values=[{"value": value}]))
        .mark_text(align="left", color=ends[text][1], dy=push[text])
        .encode(x=alt.value(width + 4), y=_output_axis("value:Q"), text=alt.value(text))
        for text, value in last.items()
    ]


def plot_outcomes(declines: Declines, *, width: int = 120) -> Picture:
    """Count the people promoted to management by what can be said of them.

    Parameters
    ----------
    declines
        Its `flags` need pattern and flagged.
    width
        Of the plot without its labels, in pixels.

    Returns
    -------
    altair chart
        One bar a pattern, in words, with its count.
    """
    if declines.flags.empty:
        return empty_state(NOBODY)
    counts = declines.flags.groupby("pattern", sort=True).agg(
        n=("pattern", "size"), flagged=("flagged", "any")
    )
    rank = {pattern: place for place, pattern in enumerate(PATTERNS)}
    counts = counts.reset_index()
    counts = counts.sort_values(
        by="pattern", key=lambda column: column.map(rank).fillna(len(rank)), kind="stable"
    ).reset_index(drop=True)
    counts = counts.assign(
        row=np.arange(len(counts)), outcome=[in_words(each, PATTERNS) for each in counts["pattern"]]
    )
    data = projected(counts, "row", "outcome", "n", "flagged")
    base = alt.Chart(data).encode(y=alt.Y("row:O", axis=None))
    length = alt.X("n:Q", axis=None)
    chart = alt.layer(
        base.mark_bar(height=18).encode(
            x=length,
            color=alt.condition("datum.flagged", alt.value(ACCENT), alt.value("#b9bec6")),
        ),
        base.mark_text(align="left", dx=6).encode(x=length, text=alt.Text("n:Q", format=",")),
        base.mark_text(align="right").encode(x=alt.value(-10), text=alt.Text("outcome:N")),
    )
    title = f"{counted(len(declines.flags), 'promotion', 'promotions')} to management"
    return themed(
        chart.properties(width=width, height=28 * len(counts), title=alt.TitleParams(text=title))
    )
