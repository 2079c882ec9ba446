"""Who is nearest to which role of technical leadership, for a pool without separate groups.

What comes in is the result of `cluster_candidates`; what goes out is an Altair chart.
"""

from collections.abc import Collection, Mapping
from typing import Literal

import altair as alt
import numpy as np
import pandas as pd

from workbench.analyses.candidates import Candidates
from workbench.analyses.resemblance.roles import NO_ROLE, ROLE_PROFILES, STRONG_ENGINEER
from workbench.charts.theme import (
    ACCENT,
    FLAG_SHAPE,
    INK,
    QUIET,
    RING_SIZE,
    RING_WIDTH,
    ROLE_COLOURS,
    UNDECIDED,
    Picture,
    counted,
    empty_state,
    labelled,
    projected,
    themed,
    wrapped,
)

__all__ = ["name_holders", "plot_role_ranking", "role_colour"]

NO_SIMILARITY = (
    "The people form no separate groups, and too little is known of them to compare them with the "
    "roles of technical leadership."
)
_LEADERSHIP = [profile.role for profile in ROLE_PROFILES if profile.role != STRONG_ENGINEER]
_ROW = 21
_MIDDLE = 0.5
_LABEL, _NUMBER = 176, 48  # pixels left and right of the plot


def role_colour(role: object) -> str:
    """Give each role of technical leadership its colour, the same everywhere; grey to the rest.

    Examples
    --------
    >>> role_colour("Lead Engineer") == ROLE_COLOURS[0], role_colour("No role") == UNDECIDED
    (True, True)
    """
    if role in _LEADERSHIP:
        return ROLE_COLOURS[_LEADERSHIP.index(str(role)) % len(ROLE_COLOURS)]
    return QUIET if role == STRONG_ENGINEER else UNDECIDED


def name_holders(role: str, n: int) -> str:
    """Name those who resemble a role, one or several.

    Examples
    --------
    >>> name_holders("Director of Architecture", 2), name_holders("CTO", 1)
    ('Directors of Architecture', 'CTO')
    """
    if n == 1 or role == NO_ROLE:
        return role
    return role.replace("Director", "Directors") if role.startswith("Director") else f"{role}s"


def plot_role_ranking(
    candidates: Candidates,
    *,
    labels: Mapping[str, str] | None = None,
    flagged: Collection[str] = (),
    chosen: str | None = None,
    min_role_similarity: float | None = None,
    rows: int = 17,
    width: int = 560,
) -> Picture:
    """Rank the people who are nearest to each role of technical leadership.

    Parameters
    ----------
    candidates
        Its `members` need person_id, role and role_similarity.
    labels
        The text shown for a person_id; the id itself where there is none.
    flagged
        Whose technical output fell: they have the mark of a flag beside their ring.
    chosen
        The person whose row is marked.
    min_role_similarity
        Where the bar is drawn from which a role is named; without it there is none.
    rows
        The most rows, those with the name of a role included.
    width
        Of the picture, in pixels.

    Returns
    -------
    altair chart
        One row a person under the role that the person resembles most, a ring at the similarity. A
        click sets the point selection `person` on person_id.
    """
    known = candidates.members.dropna(subset=["role_similarity"])
    known = known.assign(label=labelled(known["person_id"], labels))
    shown = _nearest(known, rows)
    if shown.empty:
        return empty_state(NO_SIMILARITY, width=width, height=200, select="person")
    ids = shown["person_id"].astype("string")
    shown = shown.assign(
        flagged=ids.isin({str(each) for each in flagged}),
        chosen=ids.eq(str(chosen)),
        number=[
            # Rounded down without a role, so that it never reads as what is needed.
            f"{np.floor(100 * near) / 100 if role == NO_ROLE else near:.2f}"
            for role, near in zip(shown["role"], shown["role_similarity"], strict=True)
        ],
    )
    drawn = int(shown["person_id"].notna().sum())
    reading = "How near each person's own signals come to the profile of a role. "
    if drawn < len(known):
        reading += f"Shown: the nearest {drawn:,} of {len(known):,}. "
    if shown["flagged"].any():
        reading += "Diamond: technical output fell."
    title = alt.TitleParams(
        text=f"{counted(len(candidates.map), 'person', 'people')}, no separate groups",
        subtitle=wrapped(reading, width),
    )
    layers = _layers(shown, width - _LABEL - _NUMBER, min_role_similarity)
    size = {"width": width - _LABEL - _NUMBER, "height": _ROW * len(shown)}
    return themed(alt.layer(*layers, title=title, **size))


def _nearest(known: pd.DataFrame, rows: int) -> pd.DataFrame:
    """Take the people nearest to each role, as many as there is room for, under its name."""
    roles = [role for role in [*_LEADERSHIP, NO_ROLE] if known["role"].eq(role).any()]
    by_role = {
        role: known.loc[known["role"].eq(role)].sort_values(
            "role_similarity", ascending=False, kind="stable"
        )
        for role in roles
    }
    room = dict.fromkeys(roles, 0)
    left = rows - len(roles)
    while left > 0 and (open_roles := [r for r in roles if room[r] < len(by_role[r])]):
        for role in open_roles[:left]:
            room[role] += 1
        left -= len(open_roles)
    parts = []
    for role in roles:
        n = counted(len(by_role[role]), "person", "people")
        words = f"Nearest without a role ({n})" if role == NO_ROLE else f"{role} ({n})"
        parts.append(pd.DataFrame({"role": [role], "head": [words]}))
        parts.append(by_role[role].head(room[role]))
    columns = ["person_id", "role", "role_similarity", "label", "head"]
    if not parts:
        return pd.DataFrame(columns=columns)
    shown = pd.concat(parts, ignore_index=True).reindex(columns=columns)
    return shown.assign(row=np.arange(len(shown)), colour=shown["role"].map(role_colour))


def _layers(shown: pd.DataFrame, width: int, bar: float | None) -> list[alt.Chart]:
    """Draw the row that takes the click, the bar, the rings, and the words beside them."""
    y = alt.Y("row:O", axis=None)
    people = shown.loc[shown["person_id"].notna()]
    low = min(0.0, float(people["role_similarity"].min()))
    x = alt.X(
        "role_similarity:Q",
        title="Similarity to the role's profile",
        axis=alt.Axis(format=".1f", tickCount=6, grid=True),
        scale=alt.Scale(domain=[low, 1.0], nice=False),
    )
    tint = alt.Color("colour:N", scale=None)
    base = alt.Chart(
        projected(
            people, "row", "person_id", "role_similarity", "label", "number", "colour", "chosen"
        )
    ).encode(y=y)
    click = (
        base.mark_rect(fill=ACCENT, cursor="pointer", x=-_LABEL, x2=width + _NUMBER)
        .encode(
            opacity=alt.condition("datum.chosen", alt.value(0.12), alt.value(0.001)),
            detail=alt.Detail("person_id:N"),
        )
        .add_params(alt.selection_point(name="person", fields=["person_id"]))
    )
    ring = base.mark_point(filled=False, size=RING_SIZE, strokeWidth=RING_WIDTH, opacity=1)
    number = base.encode(x=x, text=alt.Text("number:N"))
    heads = alt.Chart(projected(shown.loc[shown["head"].notna()], "row", "head", "colour"))
    flags = alt.Chart(projected(people.loc[people["flagged"]], "row", "role_similarity"))
    return [
        click,
        *([] if bar is None else _bar(bar)),
        ring.encode(x=x, color=tint),
        number.mark_text(align="left", dx=26, stroke="white", strokeWidth=5),
        number.mark_text(align="left", dx=26, color=QUIET),
        flags.mark_point(
            shape=FLAG_SHAPE, filled=True, color=ACCENT, size=70, opacity=1, xOffset=14
        ).encode(x=x, y=y),
        base.mark_text(align="right", limit=_LABEL - 12, x=-10, color=INK).encode(text="label:N"),
        heads.mark_text(align="left", fontWeight=600, x=-_LABEL).encode(
            y=y, text="head:N", color=tint
        ),
    ]


def _bar(bar: float) -> list[alt.Chart]:
    """Draw the similarity from which a role is named, and say so above it."""
    at = alt.Chart(alt.InlineData(values=[{}])).encode(x=alt.XDatum(bar, type="quantitative"))
    words = f"a role from {bar:.2f} \u2192"
    align: Literal["left", "right"] = "left" if bar <= _MIDDLE else "right"
    return [
        at.mark_rule(color=INK, strokeDash=[4, 3]),
        at.mark_text(align=align, baseline="bottom", color=QUIET, y=-4, text=words),
    ]
