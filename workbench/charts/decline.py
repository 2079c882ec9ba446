"""Pictures of declines: who fell more than similar people, and each person's course.

What comes in is the result of `judge_declines`; what goes out are Altair charts. Nothing is
computed here but where a label goes. The patterns by count are in `team_effect`.
"""

from collections.abc import Mapping

import altair as alt
import numpy as np
import pandas as pd

from workbench.analyses.decline import Declines
from workbench.analyses.patterns import PATTERNS
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

__all__ = ["FLAG_MARK", "PATTERN_MEANINGS", "PATTERN_WORDS", "plot_declines", "plot_trajectory"]

FLAG_MARK = "\u25c6"
PATTERN_WORDS: dict[str, str] = {pattern.name: pattern.label for pattern in PATTERNS}
PATTERN_MEANINGS: dict[str, str] = {pattern.name: pattern.meaning for pattern in PATTERNS}
NOBODY = "Nobody was promoted to management in these cycles."
NOBODY_JUDGED = (
    "Nobody promoted to management can be judged yet: there are too few cycles before or after "
    "the promotion, or too few similar people."
)
_ROW = 20
_LABEL_LIMIT = 172
_CYCLES_WIDTH = 100
_TICK = "#a9adb5"
_LINE = 17  # pixels of height that a line of text needs
_PADDING = 26  # pixels that the highest and lowest points keep from the edge
_NUMBER_STEP = 32  # pixels between cycles from which a number has room beside a point
_AXIS_TITLE = "Change in technical output beyond similar people (SD)"


def plot_declines(
    declines: Declines,
    *,
    labels: Mapping[str, str] | None = None,
    chosen: str | None = None,
    limit: int = 25,
    width: int = 340,
) -> Picture:
    """Rank the judged people by how far they fell beyond similar people.

    Parameters
    ----------
    declines
        Its `flags` need person_id, effect, low, high, flagged, detectable_drop, n_before and
        n_after; `shrunken` is drawn where it is there.
    labels
        The text shown for a person_id; the id itself where there is none.
    chosen
        A person_id whose row is marked; of a long list, the part with that row is shown.
    limit
        The most people shown at a time, in the order of `flags`.
    width
        Of the plot without its labels, in pixels.

    Returns
    -------
    altair chart
        One row a person, effect with interval, flagged people as filled diamonds in the accent, a
        grey tick at the smallest drop that would be seen. A click sets the point selection `person`
        on person_id.
    """
    if declines.n_promoted == 0 and declines.flags.empty:
        return empty_state(NOBODY, width=width + _LABEL_LIMIT, select="person")
    judged = declines.flags.loc[declines.flags["effect"].notna()].reset_index(drop=True)
    if judged.empty:
        return empty_state(NOBODY_JUDGED, width=width + _LABEL_LIMIT, height=150, select="person")
    places = judged.index[judged["person_id"].astype(str) == str(chosen)]
    first = limit * (int(places[0]) // limit) if len(places) else 0
    shown = judged.iloc[first : first + limit]
    shown = shown.assign(
        row=np.arange(len(shown)),
        label=labelled(shown["person_id"], labels),
        cycles=[f"{b} + {a}" for b, a in zip(shown["n_before"], shown["n_after"], strict=True)],
        chosen=shown["person_id"].astype(str) == str(chosen),
        seen_from=-shown["detectable_drop"],
    )
    likely = ["shrunken"] if "shrunken" in shown else []
    data = projected(
        shown,
        *"row person_id label effect low high flagged cycles chosen seen_from".split(),
        *likely,
    )
    title = alt.TitleParams(
        text=f"{int(judged['flagged'].sum()):,} of {len(judged):,} fell more than similar people",
        subtitle=_forest_subtitle(declines, shown, len(judged), width),
    )
    # The rows are given once and not to each layer: Altair copies them with every step.
    chart = alt.layer(
        *_forest_layers(width, _reach(judged), likely=bool(likely)),
        *_forest_words(width),
        data=data,
        width=width,
        height=_ROW * len(shown),
        title=title,
    )
    return themed(chart)


def _reach(judged: pd.DataFrame) -> list[float]:
    """Find how far the picture reaches, the same for every part of a long list."""
    low, high = min(judged["low"].min(), 0.0), max(judged["high"].max(), 0.0)
    return [float(np.floor(2 * low)) / 2, float(np.ceil(2 * high)) / 2]


def _forest_subtitle(
    declines: Declines, shown: pd.DataFrame, n_judged: int, width: int
) -> list[str]:
    """Say how to read the forest, and what of it is not on the picture."""
    level = f"{100 * declines.interval_level:g} %"
    sentences = [
        f"Diamond: flagged. Dot: not flagged. Line: {level} interval, wider for the flagged, who "
        "were picked out. Grey tick: a smaller drop would often not be seen."
    ]
    if "shrunken" in shown:
        sentences.append("Small hollow mark: likely size.")
    if len(shown) < n_judged:
        first = int(shown.index[0]) + 1
        sentences.append(f"Shown: {first:,} to {first + len(shown) - 1:,} of {n_judged:,}.")
    return wrapped(" ".join(sentences), width + _LABEL_LIMIT + _CYCLES_WIDTH)


def _flagged(value: object) -> dict[str, object]:
    """Give another value to flagged people."""
    # As Altair's own `condition` does, at a hundredth of its cost: a slider waits for this.
    return {"test": "datum.flagged", "value": value}


def _forest_layers(width: int, reach: list[float], *, likely: bool) -> list[alt.Chart]:
    """Draw the row that takes the click, zero, tick, interval, point and likely size."""
    person = alt.selection_point(name="person", fields=["person_id"])
    base = alt.Chart().encode(y=alt.Y("row:O", axis=None))
    colour = alt.ColorValue(UNDECIDED, condition=_flagged(ACCENT))
    shape = alt.ShapeValue("circle", condition=_flagged(FLAG_SHAPE))
    # Nearly invisible, but as wide as the picture: a row is easier to hit than a point.
    click = (
        base.mark_rect(fill=ACCENT, cursor="pointer", x=-_LABEL_LIMIT, x2=width + _CYCLES_WIDTH)
        .encode(
            opacity=alt.OpacityValue(0.001, condition={"test": "datum.chosen", "value": 0.12}),
            detail=alt.Detail("person_id:N"),
        )
        .add_params(person)
    )
    interval = base.mark_rule(strokeWidth=2).encode(
        x=alt.X(
            "low:Q",
            title=_AXIS_TITLE,
            axis=difference_axis(4),
            scale=alt.Scale(domain=reach, nice=False),
        ),
        x2=alt.X2("high:Q"),
        color=colour,
    )
    tick = base.mark_tick(color=_TICK, thickness=2, size=12).encode(x=alt.X("seen_from:Q"))
    point = base.mark_point(filled=True, opacity=1).encode(
        x=alt.X("effect:Q"),
        color=colour,
        shape=shape,
        size=alt.SizeValue(DOT_SIZE, condition=_flagged(FLAG_SIZE)),
    )
    hollow = base.mark_point(filled=True, fill="white", size=34, opacity=1, strokeWidth=1.5)
    small = hollow.encode(
        x=alt.X("shrunken:Q"),
        shape=shape,
        stroke=alt.StrokeValue(UNDECIDED, condition=_flagged(ACCENT)),
    )
    return [click, _zero_line(), tick, interval, point, *([small] if likely else [])]


def _forest_words(width: int) -> list[alt.Chart]:
    """Write the people left of the plot, their cycles right of it, and the two directions above."""
    base = alt.Chart().encode(y=alt.Y("row:O", axis=None))
    words = base.mark_text(align="right", baseline="middle", limit=_LABEL_LIMIT - 12, x=-10)
    cycles = base.mark_text(align="left", baseline="middle", color=QUIET, x=width + 14)
    return [
        words.encode(text=alt.Text("label:N")),
        cycles.encode(text=alt.Text("cycles:N")),
        _remark("\u2190 fell more", 0, "left"),
        _remark("rose more \u2192", width, "right"),
        _remark("Cycles", width + 14, "left", lift=16),
        _remark("before + after", width + 14, "left"),
    ]


def _remark(text: str, x: int, align: str, lift: int = 0) -> alt.Chart:
    """Write a fixed remark on the line above the plot."""
    drawn: alt.Chart = alt.Chart(alt.InlineData(values=[{}])).mark_text(
        align=align,  # type: ignore[arg-type]  # a Literal there
        baseline="bottom",
        color=QUIET,
        x=x,
        y=-6 - lift,
        text=text,
    )
    return drawn


def _zero_line() -> alt.Chart:
    """Draw the line on which a person changed as much as similar people."""
    drawn: alt.Chart = (
        alt.Chart(alt.InlineData(values=[{}]))
        .mark_rule(color=INK)
        .encode(x=alt.XDatum(0, type="quantitative"))
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
    """Show what one person did beside what similar people did.

    Parameters
    ----------
    declines
        Its `trajectories` need person_id, cycle, technical_output, expected, low, high, after and
        difference; its `flags` person_id, cycle, effect, low, high, flagged and pattern.
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
        the person, a rule at the promotion, and after it the distance between the two by cycle.
    """
    shown_as = plain_text(label if label is not None else person_id)
    course = declines.trajectories
    course = course.loc[course["person_id"].astype(str) == str(person_id)]
    if course.empty or course["technical_output"].notna().sum() == 0:
        return empty_state(f"No technical output is known for {shown_as}.", width=width)
    flag = declines.flags.loc[declines.flags["person_id"].astype(str) == str(person_id)]
    if cycle is not None:
        flag = flag.loc[flag["cycle"].astype(str) == str(cycle)]
    elif not flag.empty:
        cycle = str(flag["cycle"].iloc[0])
    flagged = bool(flag["flagged"].any())
    colour = ACCENT if flagged else INK
    course = _on_every_cycle(course, declines.trajectories["cycle"])
    step = width / len(course)
    layers = [
        *_similar_people(course),
        *_distances(course, colour, step, width, height),
        *_promotion(course, cycle, step, width),
        *_own_course(colour, flagged=flagged),
        *_end_labels(course, colour, declines.interval_level, width, height),
    ]
    words = _course_in_words(flag, declines.interval_level)
    subtitle = [line for each in words for line in wrapped(each, width + 160)]
    title = alt.TitleParams(text=shown_as, subtitle=subtitle, color=colour)
    columns = "cycle technical_output expected low high".split() + ["after"] * flagged
    data = projected(course, *columns)
    return themed(alt.layer(*layers, data=data, width=width, height=height, title=title))


def _course_in_words(flag: pd.DataFrame, level: float) -> list[str]:
    """Give what can be said of the person, then the difference with its interval and cycles."""
    if flag.empty:
        return ["Not promoted to management in these cycles."]
    row = flag.iloc[0]
    words = in_words(row["pattern"], PATTERN_WORDS)
    words = f"{words} ({row['n_before']} cycles before, {row['n_after']} after)."
    if pd.isna(row["effect"]):
        return [words]
    effect, low, high = (_rounded(row[name]) for name in ("effect", "low", "high"))
    return [
        words,
        f"{effect} SD beyond similar people ({100 * level:g} % interval {low} to {high}).",
    ]


def _rounded(value: float) -> str:
    """Write a difference with one decimal; what rounds to nothing has no sign."""
    return signed(value, 1) if round(value, 1) else "0"


def _on_every_cycle(course: pd.DataFrame, cycles: pd.Series) -> pd.DataFrame:
    """Give the person a row for every cycle in between, so that a gap is seen as a gap."""
    first, last = course["cycle"].min(), course["cycle"].max()
    between = sorted(each for each in cycles.unique() if first <= each <= last)
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
        scale=alt.Scale(zero=False, nice=False, padding=_PADDING),
    )


def _similar_people(course: pd.DataFrame) -> list[alt.Chart]:
    """Draw what similar people do: the band and its middle."""
    known = course["expected"].notna()
    alone = known & ~known.shift(1, fill_value=False) & ~known.shift(-1, fill_value=False)
    band = alt.Chart().encode(x=_cycle_axis(), y=_output_axis("low:Q"), y2=alt.Y2("high:Q"))
    middle = (
        alt.Chart()
        .mark_line(color=UNDECIDED, strokeWidth=2, strokeDash=[5, 3])
        .encode(x=_cycle_axis(), y=_output_axis("expected:Q"))
    )
    layers = [band.mark_area(color=PALE), middle]
    if alone.any():
        # An area needs two points; a cycle that stands alone would not be seen.
        single = projected(course.loc[alone], "cycle", "low", "high")
        layers.insert(0, band.mark_rule(color=PALE, strokeWidth=14).properties(data=single))
    return layers


def _distances(
    course: pd.DataFrame, colour: str, step: float, width: int, height: int
) -> list[alt.Chart]:
    """Draw how far the person is from similar people in each cycle after, in SD where it fits."""
    after = course["after"].eq(True) & course["difference"].notna()
    if not after.any():
        return []
    apart = course.loc[after]
    apart = apart.assign(words=[_rounded(value) for value in apart["difference"]])
    lines = alt.Chart(projected(apart, "cycle", "technical_output", "expected")).encode(
        x=_cycle_axis(), y=_output_axis("technical_output:Q"), y2=alt.Y2("expected:Q")
    )
    lines = lines.mark_rule(color=colour, strokeWidth=1.5, opacity=0.5)
    if step < _NUMBER_STEP:
        return [lines]
    numbers = alt.Chart(projected(apart, "cycle", "words"))
    numbers = numbers.mark_text(color=colour, baseline="middle", y=height - 9)
    return [
        lines,
        numbers.encode(x=_cycle_axis(), text=alt.Text("words:N")),
        _remark("SD apart", width + 6, "left", lift=-height),
    ]


def _own_course(colour: str, *, flagged: bool) -> list[alt.Chart]:
    """Draw what the person did, after a promotion with the mark of a flag where there is one."""
    own = alt.Chart().encode(x=_cycle_axis(), y=_output_axis("technical_output:Q"))
    points = own.mark_point(color=colour, filled=True, size=DOT_SIZE, opacity=1)
    if flagged:
        points = points.encode(
            shape=alt.ShapeValue("circle", condition={"test": "datum.after", "value": FLAG_SHAPE}),
            size=alt.SizeValue(DOT_SIZE, condition={"test": "datum.after", "value": FLAG_SIZE}),
        )
    return [own.mark_line(color=colour, strokeWidth=2.5), points]


def _promotion(course: pd.DataFrame, cycle: str | None, step: float, width: int) -> list[alt.Chart]:
    """Draw the rule between the last cycle before and the first cycle after the promotion."""
    later = [] if cycle is None else [each for each in course["cycle"] if str(each) >= str(cycle)]
    if not later:
        return []
    words = f"promoted {plain_text(later[0])}"
    at = alt.Chart(projected(pd.DataFrame({"cycle": later[:1], "words": words}), "cycle", "words"))
    at = at.encode(x=_cycle_axis())
    # Above the plot, centred on the rule but not over the edge.
    middle = width - step * len(later)
    half = 3.4 * len(words)
    shift = min(max(middle, half), width - half) - middle
    word = at.mark_text(baseline="bottom", dx=shift - step / 2, y=-4)
    return [
        at.mark_rule(color=INK, xOffset=-step / 2),
        word.encode(text=alt.Text("words:N")),
    ]


def _end_labels(
    course: pd.DataFrame, colour: str, level: float, width: int, height: int
) -> list[alt.Chart]:
    """Name the two lines where they end, pushed apart where they end close together."""
    drawn = course[["technical_output", "expected", "low", "high"]].to_numpy(dtype=float)
    bottom, span = np.nanmin(drawn), max(float(np.nanmax(drawn) - np.nanmin(drawn)), 1e-9)
    labels = [(course["technical_output"], ["this person"], colour)]
    if course["expected"].notna().any():
        of = ["similar people", f"(grey: {100 * level:g} % of them)"]
        labels.append((course["expected"], of, QUIET))
    # Where each line ends, in pixels from the top, and half the height of its words.
    ends = [
        _PADDING + (height - 2 * _PADDING) * (1 - (series.dropna().to_numpy()[-1] - bottom) / span)
        for series, _, _ in labels
    ]
    lowest = height - _LINE - 3  # the numbers of the distances have a line of their own
    halves = [_LINE * len(lines) / 2 for _, lines, _ in labels]
    if len(ends) == 2:
        close = max(0.0, sum(halves) - abs(ends[0] - ends[1]))
        sign = 1 if ends[0] > ends[1] else -1
        # The person's label stays where the line is: that is the one people look for.
        ends[1] -= sign * close
    return [
        alt.Chart(alt.InlineData(values=[{}])).mark_text(
            align="left",
            baseline="middle",
            color=tint,
            lineHeight=_LINE,
            x=width + 6,
            # Where the first of the lines stands.
            y=float(np.clip(end, half, lowest - half)) - half + _LINE / 2,
            text=lines,
        )
        for end, half, (_, lines, tint) in zip(ends, halves, labels, strict=True)
    ]
