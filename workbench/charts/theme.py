"""What every chart has in common: one accent, greys, two type sizes, marks, and an empty state.

A finished chart comes in, the same chart in the house's look goes out. No web font and no image is
named, so that nothing has to be fetched to draw it.
"""

import math
import textwrap
import unicodedata
from collections.abc import Hashable, Mapping
from typing import TypeAlias

import altair as alt
import pandas as pd

__all__ = [
    "ACCENT",
    "DOT_SIZE",
    "FLAG_SHAPE",
    "FLAG_SIZE",
    "FONT",
    "GROUP_SHAPES",
    "INK",
    "PALE",
    "QUIET",
    "RING_SIZE",
    "RING_WIDTH",
    "ROLE_COLOURS",
    "UNDECIDED",
    "Picture",
    "counted",
    "difference_axis",
    "empty_state",
    "in_words",
    "labelled",
    "plain_text",
    "projected",
    "shortened",
    "signed",
    "themed",
    "wrapped",
]

Picture: TypeAlias = alt.Chart | alt.LayerChart | alt.FacetChart

ACCENT = "#0b5fa5"
INK = "#23272e"
QUIET = "#50565f"
UNDECIDED = "#6f7680"
PALE = "#dfe3e8"
# All three have the same widths, so that a picture drawn on one machine fits on another.
FONT = "Arial, 'Liberation Sans', Helvetica, sans-serif"
TEXT_SIZE = 13
TITLE_SIZE = 16

# One mark for each state of a person, the same in every chart: a flagged person is a filled diamond
# in the accent, a candidate a hollow ring, anybody undecided a small grey dot.
FLAG_SHAPE, FLAG_SIZE = "diamond", 120
RING_SIZE, RING_WIDTH = 90, 2
DOT_SIZE = 60

# One for each role of technical leadership, in order. Told apart with any of the common colour
# deficiencies, dark enough to write with; the shapes carry the same information again. No diamond
# among them: that is the flag.
ROLE_COLOURS = ("#c25100", "#00819c", "#5b2a9a", "#8f1148", "#12365e")
GROUP_SHAPES = (
    "circle",
    "square",
    "triangle-up",
    "cross",
    "triangle-down",
    "triangle-right",
)


def themed(chart: Picture) -> Picture:
    """Give a finished chart the look of the house.

    Parameters
    ----------
    chart
        A chart or layered chart without a configuration of its own.

    Returns
    -------
    chart
        A copy with fonts, sizes and greys set, and a description for those who cannot see it: the
        title and how to read it, where it has none of its own. It cannot be layered further.

    Examples
    --------
    >>> chart = alt.Chart(alt.InlineData(values=[{"n": 1}]), title="One point").mark_point()
    >>> spec = themed(chart).to_dict()
    >>> spec["config"]["title"]["fontSize"], spec["description"]
    (16, 'One point')
    """
    if chart.description is alt.Undefined and (told := _tell_title(chart.title)):
        chart = chart.properties(description=told)
    styled: Picture = chart.configure(
        font=FONT,
        background="white",
        padding=6,
        view=alt.ViewConfig(stroke=None),
        axis=alt.AxisConfig(
            titleFontWeight="normal",
            titlePadding=10,
            labelPadding=6,
            labelLimit=220,
            domainColor=UNDECIDED,
            tickColor=UNDECIDED,
            gridColor="#eceff2",
            labelColor=QUIET,
            titleColor=QUIET,
            labelFontSize=TEXT_SIZE,
            titleFontSize=TEXT_SIZE,
        ),
        title=alt.TitleConfig(
            anchor="start",
            frame="bounds",
            color=INK,
            subtitleColor=QUIET,
            fontSize=TITLE_SIZE,
            subtitleFontSize=TEXT_SIZE,
            fontWeight=600,
            subtitlePadding=6,
            offset=14,
        ),
        text=alt.MarkConfig(fontSize=TEXT_SIZE, color=INK),
    )
    return styled


def _tell_title(title: object) -> str:
    """Give title and subtitle of a chart as sentences; nothing where there are none."""
    parts = [title]
    if isinstance(title, alt.TitleParams):
        parts = [title.text, title.subtitle]
    lines = [" ".join(part) if isinstance(part, list) else part for part in parts]
    told = [plain_text(line).rstrip(".") for line in lines if isinstance(line, str)]
    return f"{'. '.join(told)}." if len(told) > 1 else "".join(told)


def difference_axis(tick_count: int = 5) -> alt.Axis:
    """Label an axis of differences: signed, but for the zero.

    Examples
    --------
    >>> difference_axis().to_dict()["tickCount"]
    5
    """
    # The expression is this text and no other; only the axis's own numbers go into it.
    label = "datum.value == 0 ? '0' : format(datum.value, '+.1f')"
    return alt.Axis(tickCount=tick_count, labelExpr=label, labelSeparation=8, grid=True)


def projected(frame: pd.DataFrame, *columns: str) -> alt.InlineData:
    """Hold only the columns that a chart encodes, so that nothing else travels with it.

    Parameters
    ----------
    frame
        Any frame with these columns.
    columns
        The columns to keep, in this order.

    Returns
    -------
    altair.InlineData
        One record a row. Missing and infinite numbers are null, text is text without control
        characters, numbers are rounded to five decimals.

    Examples
    --------
    >>> frame = pd.DataFrame({"person_id": ["E1"], "effect": [-0.5], "salary": [1.0]})
    >>> projected(frame, "person_id", "effect").to_dict()
    {'values': [{'person_id': 'E1', 'effect': -0.5}]}
    """
    records = frame.loc[:, list(columns)].to_dict("records")
    return alt.InlineData(
        values=[{str(key): _plain(value) for key, value in row.items()} for row in records]
    )


def _plain(value: object) -> object:
    """Turn one cell into what JSON holds: text, a finite number, a truth value, or null."""
    if isinstance(value, str):
        return plain_text(value)
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, bool) or type(value).__name__ in {"bool", "bool_"}:
        return bool(value)
    if isinstance(value, int):
        return value
    try:
        number = float(value)  # type: ignore[arg-type]  # whatever numpy holds; text ends below
    except (TypeError, ValueError):
        return plain_text(value)
    if not math.isfinite(number):
        return None
    return int(number) if number.is_integer() and hasattr(value, "bit_length") else round(number, 5)


def plain_text(value: object) -> str:
    r"""Give a cell's text on one line, without the control characters that no page can hold.

    Examples
    --------
    >>> plain_text("Ada\x00 \n Lovelace")
    'Ada Lovelace'
    """
    kept = (" " if char.isspace() else char for char in str(value))
    # Cc: control, Cs: half a surrogate pair; neither is allowed in XML.
    text = "".join(c for c in kept if unicodedata.category(c) not in {"Cc", "Cs"})
    text = text.replace("\ufffe", "").replace("\uffff", "")
    return " ".join(text.split())


def shortened(text: str, letters: int) -> str:
    r"""Leave out the middle of a text that is too long; names that begin alike differ at the end.

    Examples
    --------
    >>> shortened("Search", 12), shortened("Identity Platform Team 14", 18)
    ('Search', 'Identity\u2026Team 14')
    """
    if len(text) <= letters:
        return text
    end = letters // 2 - 1
    return f"{text[: letters - end - 1].rstrip()}\u2026{text[-end:].lstrip()}"


def labelled(person_ids: pd.Series, labels: Mapping[str, str] | None) -> list[str]:
    """Give the text shown for each person: its label where there is one, else its id.

    Examples
    --------
    >>> labelled(pd.Series(["E1", "E2"]), {"E1": "Ada"})
    ['Ada', 'E2']
    """
    known: Mapping[str, str] = labels or {}
    return [plain_text(known.get(str(person), str(person))) for person in person_ids]


def in_words(code: Hashable, words: Mapping[str, str] | None = None) -> str:
    """Read a code such as `not_a_number` as words, from a list of words where it has them.

    Examples
    --------
    >>> in_words("not_a_number")
    'Not a number'
    """
    text = plain_text(code)
    if words and text in words:
        return words[text]
    text = " ".join(text.replace("_", " ").split())
    return text[:1].upper() + text[1:]


def counted(n: int, one: str, many: str) -> str:
    """Count things in words.

    Examples
    --------
    >>> counted(1, "person", "people"), counted(1200, "person", "people")
    ('1 person', '1,200 people')
    """
    return f"{n:,} {one if n == 1 else many}"


def signed(value: float, digits: int = 2) -> str:
    """Write a difference with its sign, with a minus as wide as the plus; no sign before a zero.

    Examples
    --------
    >>> signed(-0.9), signed(0.25, 1), signed(-0.04, 1)
    ('\u22120.90', '+0.2', '0.0')
    """
    rounded = round(value, digits)
    sign = "+" if rounded > 0 else ""
    return f"{rounded + 0.0:{sign}.{digits}f}".replace("-", "\u2212")


def wrapped(sentence: str, width: int, size: int = TEXT_SIZE) -> list[str]:
    """Break a sentence into lines that fit a width in pixels.

    Examples
    --------
    >>> wrapped("Each row is a person.", 100)
    ['Each row is a', 'person.']
    """
    # A letter of these fonts is half as wide as it is high, on average.
    return textwrap.wrap(plain_text(sentence), width=max(12, int(width / (0.5 * size))))


def empty_state(
    sentence: str, *, width: int = 560, height: int = 120, select: str | None = None
) -> Picture:
    """Show a sentence where there is nothing to draw.

    Parameters
    ----------
    sentence
        What is the case and, where there is something to do, what to do.
    width, height
        Size in pixels, that of the chart it stands for.
    select
        Name of the selection parameter of that chart, so that whoever listens to it need not
        know the two cases.

    Returns
    -------
    altair chart

    Examples
    --------
    >>> list(empty_state("Nobody was promoted.").to_dict()["datasets"].values())
    [[{'sentence': 'Nobody was promoted.'}]]
    """
    lines = "\n".join(wrapped(sentence, width, TITLE_SIZE))
    chart = (
        alt.Chart(alt.InlineData(values=[{"sentence": lines}]))
        .mark_text(
            fontSize=TITLE_SIZE, color=QUIET, lineBreak="\n", lineHeight=24, baseline="middle"
        )
        .encode(text=alt.Text("sentence:N"))
        .properties(
            width=width,
            height=height,
            view=alt.ViewBackground(fill="#f6f7f9"),
            description=plain_text(sentence),
        )
    )
    if select is not None:
        chart = chart.add_params(alt.selection_point(name=select, fields=["person_id"]))
    return themed(chart)
