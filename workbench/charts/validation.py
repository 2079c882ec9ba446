"""A picture of the problems in a spreadsheet: how many of which kind, and how serious.

What comes in is the frame of problems that intake found; what goes out is an Altair chart.
"""

import altair as alt
import numpy as np
import pandas as pd

from workbench.charts.theme import (
    ACCENT,
    UNDECIDED,
    Picture,
    counted,
    empty_state,
    in_words,
    projected,
    themed,
)

__all__ = ["SEVERITIES", "plot_problems"]

SEVERITIES: tuple[str, ...] = ("error", "warning", "note")
_COLOURS = {"error": ACCENT, "warning": UNDECIDED, "note": "#c9cdd3"}


def plot_problems(problems: pd.DataFrame, *, limit: int = 12, width: int = 380) -> Picture:
    """Count the problems of a spreadsheet by reason and severity.

    Parameters
    ----------
    problems
        One row a problem, with severity and reason.
    limit
        The most reasons shown, the serious and frequent ones first.
    width
        Of the plot without its labels, in pixels.

    Returns
    -------
    altair chart
        One bar a reason, in words, with its count and severity.

    Examples
    --------
    >>> problems = pd.DataFrame({"severity": ["error"], "reason": ["not_a_number"]})
    >>> plot_problems(problems).to_dict()["title"]["text"]
    '1 error'
    """
    if problems.empty:
        return empty_state("No problems were found in the spreadsheet.", height=80)
    counts = problems.groupby(["severity", "reason"], sort=True).size().rename("n").reset_index()
    rank = {severity: place for place, severity in enumerate(SEVERITIES)}
    counts = counts.assign(order=counts["severity"].map(rank).fillna(len(rank)))
    counts = counts.sort_values(["order", "n", "reason"], ascending=[True, False, True])
    shown = counts.head(limit).reset_index(drop=True)
    shown = shown.assign(
        row=np.arange(len(shown)),
        words=[in_words(reason) for reason in shown["reason"]],
        count=[_count(n, s) for n, s in zip(shown["n"], shown["severity"], strict=True)],
    )
    title = alt.TitleParams(
        text=", ".join(
            _count(int(n), severity)
            for severity in dict.fromkeys(counts["severity"])
            if (n := counts.loc[counts["severity"] == severity, "n"].sum())
        )
    )
    if len(shown) < len(counts):
        title.subtitle = f"The first {len(shown)} of {len(counts)} kinds of problem are shown."
    return themed(_bars(shown, width).properties(width=width, height=26 * len(shown), title=title))


def _count(n: int, severity: object) -> str:
    """Count problems of one severity in words."""
    return counted(n, str(severity), f"{severity}s")


def _bars(shown: pd.DataFrame, width: int) -> Picture:
    """Draw one bar a reason with its words on both sides."""
    base = alt.Chart(projected(shown, "row", "words", "n", "severity", "count"))
    base = base.encode(y=alt.Y("row:O", axis=None))
    length = alt.X("n:Q", axis=None, scale=alt.Scale(range=[0, width - 90]))
    severities = list(_COLOURS)
    shade = alt.Scale(domain=severities, range=[_COLOURS[each] for each in severities])
    return alt.layer(
        base.mark_bar(height=16).encode(
            x=length, color=alt.Color("severity:N", legend=None, scale=shade)
        ),
        base.mark_text(align="left", dx=6).encode(x=length, text=alt.Text("count:N")),
        base.mark_text(align="right", limit=300).encode(x=alt.value(-10), text=alt.Text("words:N")),
    )
