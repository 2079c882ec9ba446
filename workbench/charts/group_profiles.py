"""What each group of candidates is strong in, how firm it is, and whether its people agree.

What comes in is the result of `cluster_candidates`; what goes out is an Altair chart.
"""

import math

import altair as alt
import pandas as pd

from workbench.analyses.candidates import Candidates
from workbench.charts.role_ranking import name_holders, role_colour
from workbench.charts.theme import (
    ACCENT,
    INK,
    QUIET,
    Picture,
    counted,
    empty_state,
    in_words,
    plain_text,
    projected,
    signed,
    themed,
)

__all__ = ["SIGNAL_WORDS", "name_strengths", "plot_profiles", "signal_columns"]

SIGNAL_WORDS: dict[str, str] = {
    "technical_output": "Technical output",
    "durable_solutions": "Durable solutions",
    "integration_foresight": "Integration foresight",
    "long_term_design": "Long-term design",
    "team_learning": "Team learning",
    "customer_rescue": "Customer rescue",
    "prototypes_ahead": "Prototypes ahead",
}
NO_POOL = "Nobody has enough signals to be compared: there is no evidence to group people by."
ONE_GROUP = (
    "The people form no separate groups, so there are none to compare. "
    "Roles come from each person's own signals."
)
_PROFILE_COLUMNS = ("cluster", "role", "similarity", "n", "stability")
_STRONG, _SOME = 0.5, 0.25  # SD above the mean of the pool
_CELL, _ROW = 78, 48
_ASIDE = 118  # pixels of width for each of the columns of words


def signal_columns(profiles: pd.DataFrame) -> list[str]:
    """Name the signals of some profiles, in their order.

    Examples
    --------
    >>> signal_columns(pd.DataFrame({"cluster": [0], "role": "CTO", "n": 3, "team_learning": 0.4}))
    ['team_learning']
    """
    signals = profiles.drop(columns=list(_PROFILE_COLUMNS), errors="ignore")
    return [str(column) for column in signals.select_dtypes("number").columns]


def name_strengths(profiles: pd.DataFrame) -> list[str]:
    """Say in a few words what each group is strong in.

    Parameters
    ----------
    profiles
        One row a group: cluster, role, similarity, n, stability, then the mean of each signal in
        SD of the pool.

    Returns
    -------
    list of str
        The two signals that are highest, where they lie clearly above the pool.

    Examples
    --------
    >>> name_strengths(pd.DataFrame({"team_learning": [1.2, -0.4], "long_term_design": [0.1, 0.0]}))
    ['team learning', 'near the middle in all signals']
    """
    names = signal_columns(profiles)
    return [_strong_in(dict(zip(names, row, strict=True))) for row in profiles[names].to_numpy()]


def _strong_in(means: dict[str, float]) -> str:
    """Name the highest two signals of a group that lie clearly above the pool."""
    ordered = sorted((name for name in means if means[name] >= _SOME), key=lambda x: -means[x])
    words = ", ".join(in_words(name, SIGNAL_WORDS).lower() for name in ordered[:2])
    if not words:
        below = sum(mean <= -_SOME for mean in means.values())
        where = "below the others" if 2 * below > len(means) else "near the middle"
        return f"{where} in {'most' if 2 * below > len(means) else 'all'} signals"
    return words if means[ordered[0]] >= _STRONG else f"a little more {words}"


def plot_profiles(candidates: Candidates, *, stable_from: float | None = None) -> Picture:
    """Show what each group is strong in, and how far it can be relied on.

    Parameters
    ----------
    candidates
        Its `profiles` need cluster, role, n, stability and one column a signal; its `members`
        cluster and role.
    stable_from
        Share of a group that comes back, below which it is said not to be firm.

    Returns
    -------
    altair chart
        One row a group, one column a signal; the darker, the further above the mean. Beside it how
        much of the group comes back when people are drawn again, and how many of its people have
        its role by their own signals.
    """
    names = signal_columns(candidates.profiles)
    if candidates.profiles.empty or not names:
        return empty_state(NO_POOL)
    if len(candidates.profiles) == 1:
        return empty_state(ONE_GROUP)
    groups = _describe_groups(candidates, stable_from)
    cells = groups.melt(id_vars="cluster", value_vars=names, var_name="signal", value_name="mean")
    cells = cells.assign(
        place=cells["signal"].map({each: place for place, each in enumerate(names)}),
        text=[_rounded(mean) for mean in cells["mean"]],
    )
    width = _CELL * len(names)
    chart = alt.layer(*_cells(cells), *_heads(names, width), *_words(groups, width))
    chart = chart.resolve_scale(color="independent")  # shades and the colours of roles
    title = alt.TitleParams(
        text="What each group is strong in",
        subtitle="Mean in SD. Blue: above the mean of everybody compared. Grey: below it.",
    )
    return themed(chart.properties(title=title, width=width, height=_ROW * len(groups)))


def _describe_groups(candidates: Candidates, stable_from: float | None) -> pd.DataFrame:
    """Give each group its name, size, stability and agreement in words."""
    groups = candidates.profiles.sort_values("cluster", kind="stable").reset_index(drop=True)
    members = candidates.members
    agreement = [
        members.loc[members["cluster"].eq(cluster), "role"].eq(role).mean()
        for cluster, role in zip(groups["cluster"], groups["role"], strict=True)
    ]
    return groups.assign(
        colour=groups["role"].map(role_colour),
        name=[
            plain_text(name_holders(str(role), int(n)))
            for role, n in zip(groups["role"], groups["n"], strict=True)
        ],
        size=[counted(int(n), "person", "people") for n in groups["n"]],
        back=[
            f"{_percent(share)}{', not firm' if share < (stable_from or 0.0) else ''}"
            for share in groups["stability"]
        ],
        agree=[_percent(share) for share in agreement],
    )


def _percent(share: float) -> str:
    """Write a share as a meeting says it."""
    return "not known" if math.isnan(share) else f"{100 * share:.0f} %"


def _cells(cells: pd.DataFrame) -> list[alt.Chart]:
    """Shade one cell for each group and signal, with its number."""
    base = alt.Chart(projected(cells, "cluster", "place", "mean", "text")).encode(
        x=alt.X("place:O", axis=None), y=alt.Y("cluster:O", axis=None)
    )
    shade = alt.Scale(
        domain=[-1.5, 0, 1.5], range=["#a9adb5", "#ffffff", ACCENT], clamp=True, interpolate="rgb"
    )
    return [
        base.mark_rect(stroke="white", strokeWidth=3).encode(
            color=alt.Color("mean:Q", legend=None, scale=shade)
        ),
        base.mark_text().encode(
            text=alt.Text("text:N"),
            color=alt.condition("datum.mean > 1", alt.value("white"), alt.value(INK)),
        ),
    ]


def _heads(names: list[str], width: int) -> list[alt.Chart]:
    """Write above each column what it shows."""
    heads = [
        (_CELL * (place + 0.5), _two_lines(in_words(name, SIGNAL_WORDS)))
        for place, name in enumerate(names)
    ]
    aside = ["Comes back when", "people are redrawn"], ["Its people with", "the same role"]
    heads += [(width + _ASIDE * (place + 0.55), lines) for place, lines in enumerate(aside)]
    # In pixels, as the columns of words lie outside the scale of the signals.
    return [
        alt.Chart(alt.InlineData(values=[{}])).mark_text(
            baseline="line-bottom", color=QUIET, lineHeight=16, x=at, y=-22, text=lines
        )
        for at, lines in heads
    ]


def _words(groups: pd.DataFrame, width: int) -> list[alt.Chart]:
    """Write the name and size of each group on the left, how far to rely on it on the right."""
    rows = alt.Chart(projected(groups, "cluster", "name", "size", "back", "agree", "colour"))
    rows = rows.encode(y=alt.Y("cluster:O", axis=None))
    tint = alt.Color("colour:N", scale=None)
    name = rows.mark_text(align="right", fontWeight=600, x=-12, dy=-8)
    size = rows.mark_text(align="right", color=QUIET, x=-12, dy=9)
    return [
        name.encode(text="name:N", color=tint),
        size.encode(text="size:N"),
        rows.mark_text(x=width + 0.55 * _ASIDE).encode(text="back:N"),
        rows.mark_text(x=width + 1.55 * _ASIDE).encode(text="agree:N"),
    ]


def _rounded(mean: float) -> str:
    """Write a mean with one decimal; what rounds to nothing has no sign."""
    if math.isnan(mean):
        return "\u2014"
    return signed(mean, 1) if round(mean, 1) else "0"


def _two_lines(words: str) -> list[str]:
    """Break a heading at the space nearest to its middle."""
    spaces = [place for place, char in enumerate(words) if char == " "]
    if not spaces:
        return [words]
    middle = min(spaces, key=lambda place: abs(place - len(words) / 2))
    return [words[:middle], words[middle + 1 :]]
