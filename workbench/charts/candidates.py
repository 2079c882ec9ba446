"""Pictures of candidates: the map of people, what each group is strong in, one person's signals.

What comes in is the result of `cluster_candidates`; what goes out are Altair charts.
"""

import math
from collections.abc import Mapping

import altair as alt
import numpy as np
import pandas as pd

from workbench.analyses.candidates import Candidates
from workbench.analyses.roles import NO_ROLE, ROLE_PROFILES, STRONG_ENGINEER
from workbench.charts.theme import (
    ACCENT,
    GROUP_SHAPES,
    INK,
    PALE,
    QUIET,
    RING_SIZE,
    RING_WIDTH,
    ROLE_COLOURS,
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

__all__ = ["SIGNAL_WORDS", "plot_cluster_map", "plot_member", "plot_profiles"]

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
_PROFILE_COLUMNS = ("cluster", "role", "similarity", "n", "stability")
ONE_GROUP = (
    "The people form no separate groups, so there are none to compare. "
    "Roles come from each person's own signals."
)
_ROLES = [profile.role for profile in ROLE_PROFILES]
_LEADERSHIP = [role for role in _ROLES if role != STRONG_ENGINEER]


def plot_cluster_map(
    candidates: Candidates,
    *,
    labels: Mapping[str, str] | None = None,
    width: int = 560,
    height: int = 420,
) -> Picture:
    """Map the people whose signals are alike next to each other, and name the groups.

    Parameters
    ----------
    candidates
        Its `map` needs person_id, x, y and cluster; its `profiles` cluster, role and n; its
        `members` person_id and role.
    labels
        The text shown for a person_id when the person is selected; the id where there is none.
    width, height
        Of the plot without its axes, in pixels.

    Returns
    -------
    altair chart
        One hollow mark a person, shape and colour by group, each group named on the map by its
        role. Where there are no separate groups, by the person's own role, with a legend. A click
        sets the point selection `person` on person_id.
    """
    if candidates.map.empty:
        return empty_state(NO_POOL, width=width, height=height // 2, select="person")
    grouped = len(candidates.profiles) > 1
    people = candidates.map.assign(label=labelled(candidates.map["person_id"], labels))
    kinds = _groups(candidates) if grouped else _roles(candidates)
    kind = people["cluster"].astype(str) if grouped else _kind_by_role(people, candidates, kinds)
    people = people.assign(kind=kind)
    right, up = (plain_text(axis).replace("->", "\u2192") for axis in candidates.axes)
    x = alt.X("x:Q", title=right, axis=_direction())
    y = alt.Y("y:Q", title=up, axis=_direction())
    marks = _people_marks(people, kinds, legend=not grouped).encode(x=x, y=y)
    chosen = (
        alt.Chart(projected(people, "person_id", "x", "y", "label"))
        .transform_filter({"param": "person", "empty": False})
        .mark_text(dy=-14, fontWeight=600)
        .encode(x=x, y=y, text=alt.Text("label:N"), detail=alt.Detail("person_id:N"))
    )
    names = _group_names(people, kinds, x, y) if grouped else []
    title = _map_title(candidates, width)
    chart = alt.layer(marks, *names, chosen).properties(width=width, height=height, title=title)
    return themed(chart)


def _groups(candidates: Candidates) -> pd.DataFrame:
    """Give each group its words: cluster, role, n, kind, label."""
    groups = candidates.profiles.sort_values("cluster", kind="stable").reset_index(drop=True)
    return groups.assign(kind=groups["cluster"].astype(str), label=_with_count(groups))


def _roles(candidates: Candidates) -> pd.DataFrame:
    """Give each role that somebody on the map resembles its words: role, n, kind, label."""
    shown = candidates.members["person_id"].isin(candidates.map["person_id"])
    counts = candidates.members.loc[shown, "role"].value_counts().rename("n").reset_index()
    rank = {role: place for place, role in enumerate([*_ROLES, NO_ROLE])}
    roles = counts.sort_values("role", key=lambda role: role.map(rank).fillna(-1), kind="stable")
    roles = roles.assign(label=_with_count(roles)).reset_index(drop=True)
    return roles.assign(kind=roles["label"])


def _with_count(kinds: pd.DataFrame) -> list[str]:
    """Say for each kind what it is and how many people it holds."""
    return [
        f"{plain_text(role)}, {counted(int(n), 'person', 'people')}"
        for role, n in zip(kinds["role"], kinds["n"], strict=True)
    ]


def _kind_by_role(people: pd.DataFrame, candidates: Candidates, roles: pd.DataFrame) -> pd.Series:
    """Look up the kind of each person on the map by the person's own role."""
    role = candidates.members.drop_duplicates("person_id").set_index("person_id")["role"]
    return people["person_id"].map(role).map(roles.set_index("role")["kind"])


def _people_marks(people: pd.DataFrame, kinds: pd.DataFrame, *, legend: bool) -> alt.Chart:
    """Draw a hollow mark for each person, shape and colour by kind, that takes the click."""
    domain = kinds["kind"].tolist()
    shapes = [GROUP_SHAPES[place % len(GROUP_SHAPES)] for place in range(len(kinds))]
    key = alt.Legend(
        orient="bottom", title=None, columns=3, labelFontSize=13, labelLimit=260, symbolSize=90
    )
    person = alt.selection_point(name="person", fields=["person_id"])
    marks: alt.Chart = (
        alt.Chart(projected(people, "person_id", "x", "y", "kind"))
        .mark_point(filled=False, size=RING_SIZE, opacity=1, cursor="pointer")
        .encode(
            color=alt.Color(
                "kind:N",
                legend=key if legend else None,
                scale=alt.Scale(domain=domain, range=[_colour(role) for role in kinds["role"]]),
            ),
            shape=alt.Shape(
                "kind:N",
                legend=key if legend else None,
                scale=alt.Scale(domain=domain, range=shapes),
            ),
            detail=alt.Detail("person_id:N"),
            strokeWidth=alt.condition(person, alt.value(4), alt.value(RING_WIDTH), empty=False),
        )
        .add_params(person)
    )
    return marks


def _colour(role: object) -> str:
    """Give each role of technical leadership its colour, the same everywhere; grey to the rest."""
    if role in _LEADERSHIP:
        return ROLE_COLOURS[_LEADERSHIP.index(str(role)) % len(ROLE_COLOURS)]
    return QUIET if role == STRONG_ENGINEER else UNDECIDED


def _direction() -> alt.Axis:
    """Say which way is more; the numbers of such an axis mean nothing to a reader."""
    return alt.Axis(labels=False, ticks=False, grid=False)


def _map_title(candidates: Candidates, width: int) -> alt.TitleParams:
    """Say how many people and groups there are, and how to read the map."""
    drawn = counted(len(candidates.map), "person", "people")
    alike = "People who are close together have similar signals."
    if len(candidates.profiles) > 1:
        text = f"{drawn} in {len(candidates.profiles)} groups"
        reading = f"{alike} A group is named by the role it resembles most."
    else:
        text = f"{drawn}, no separate groups"
        reading = f"{alike} Marks show the role that each person resembles."
    return alt.TitleParams(text=text, subtitle=wrapped(reading, width))


def _group_names(people: pd.DataFrame, groups: pd.DataFrame, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """Write each group's name over its people, on white so that the points do not hide it."""
    # Most of the group lies below its name; the few above it would move it away from them.
    by_group = people.groupby("cluster", sort=True)
    middle = pd.DataFrame({"x": by_group["x"].median(), "top": by_group["y"].quantile(0.9)})
    spots = groups.merge(middle, left_on="cluster", right_index=True)
    spots = _spread(spots, float(np.ptp(people["x"])), float(np.ptp(people["y"])))
    # No scale of its own: it shares that of the marks, so a name has its group's colour.
    colour = alt.Color("kind:N", legend=None)
    base = alt.Chart(projected(spots, "x", "y", "label", "kind")).encode(x=x, y=y, text="label:N")
    return [
        base.mark_text(stroke="white", strokeWidth=5, strokeJoin="round", dy=-14, fontWeight=600),
        base.mark_text(dy=-14, fontWeight=600).encode(color=colour),
    ]


def _spread(spots: pd.DataFrame, width: float, height: float) -> pd.DataFrame:
    """Move names that would overlap apart, upwards, by the height of a line."""
    placed: list[tuple[float, float]] = []
    line, reach = 0.055 * (height or 1.0), 0.38 * (width or 1.0)
    for spot in spots.itertuples():
        x, y = float(spot.x), float(spot.top)  # type: ignore[arg-type]  # itertuples is untyped
        while any(abs(x - a) < reach and abs(y - b) < line for a, b in placed):
            y += line / 4
        placed.append((x, y))
    return spots.assign(y=[y for _, y in placed])


def plot_profiles(candidates: Candidates) -> Picture:
    """Show what each group is strong in.

    Parameters
    ----------
    candidates
        Its `profiles` need cluster, role, n and one column a signal.

    Returns
    -------
    altair chart
        One row a group, one column a signal; the darker, the further above the mean.
    """
    names = _signal_columns(candidates.profiles)
    if candidates.profiles.empty or not names:
        return empty_state(NO_POOL)
    if len(candidates.profiles) == 1:
        return empty_state(ONE_GROUP)
    groups = _groups(candidates)
    cells = groups.melt(id_vars="cluster", value_vars=names, var_name="signal", value_name="mean")
    cells = cells.assign(
        place=cells["signal"].map({each: place for place, each in enumerate(names)}),
        text=[_rounded(mean) for mean in cells["mean"]],
    )
    heads = [
        {"place": place, "signal": _two_lines(in_words(name, SIGNAL_WORDS))}
        for place, name in enumerate(names)
    ]
    x, y = alt.X("place:O", axis=None), alt.Y("cluster:O", axis=None)
    base = alt.Chart(projected(cells, "cluster", "place", "mean", "text")).encode(x=x, y=y)
    shade = alt.Scale(
        domain=[-1.5, 0, 1.5], range=["#a9adb5", "#ffffff", ACCENT], clamp=True, interpolate="rgb"
    )
    chart = alt.layer(
        base.mark_rect(stroke="white", strokeWidth=3).encode(
            color=alt.Color("mean:Q", legend=None, scale=shade)
        ),
        base.mark_text().encode(
            text=alt.Text("text:N"),
            color=alt.condition("datum.mean > 1.15", alt.value("white"), alt.value(INK)),
        ),
        alt.Chart(projected(groups, "cluster", "label"))
        .mark_text(align="right", fontWeight=600)
        .encode(x=alt.value(-10), y=y, text="label:N"),
        alt.Chart(alt.InlineData(values=heads))
        .mark_text(baseline="bottom", lineBreak="\n", color=QUIET)
        .encode(x=x, y=alt.value(-22), text="signal:N"),
    )
    title = alt.TitleParams(
        text="What each group is strong in",
        subtitle="Mean in SD. Blue: above the mean of everybody compared. Grey: below it.",
    )
    width, height = 78 * len(names), 44 * len(groups)
    return themed(chart.properties(title=title, width=width, height=height))


def _signal_columns(profiles: pd.DataFrame) -> list[str]:
    """Name the signals of the profiles, in their order."""
    signals = profiles.drop(columns=list(_PROFILE_COLUMNS), errors="ignore")
    return [str(column) for column in signals.select_dtypes("number").columns]


def _rounded(mean: float) -> str:
    """Write a mean with one decimal; what rounds to nothing has no sign."""
    if math.isnan(mean):
        return "\u2014"
    return signed(mean, 1) if round(mean, 1) else "0"


def _two_lines(words: str) -> str:
    """Break a heading at the space nearest to its middle."""
    spaces = [place for place, char in enumerate(words) if char == " "]
    if not spaces:
        return words
    middle = min(spaces, key=lambda place: abs(place - len(words) / 2))
    return f"{words[:middle]}\n{words[middle + 1 :]}"


def plot_member(
    candidates: Candidates,
    signals: pd.DataFrame,
    person_id: str,
    *,
    label: str | None = None,
    width: int = 360,
) -> Picture:
    """Show one person's signals beside those of everybody in the pool.

    Parameters
    ----------
    candidates
        Its `members` need person_id and role; its `profiles` name the signals.
    signals
        The frame that was clustered, one row a person: person_id and numeric signal columns.
    person_id
        The person.
    label
        The text shown for the person; the id when it is not given.
    width
        Of the plot without its labels, in pixels.

    Returns
    -------
    altair chart
        One bar a signal from the mean, the middle 80 % of the pool as a grey band. A signal without
        evidence says so.
    """
    shown_as = plain_text(label if label is not None else person_id)
    own = signals.loc[signals["person_id"].astype(str) == str(person_id)]
    names = [n for n in _drawn_signals(candidates, signals) if signals[n].notna().any()]
    if own.empty or not names:
        return empty_state(f"No signals are known for {shown_as}.")
    bands = signals[names].astype(float).quantile([0.1, 0.5, 0.9]).T
    rows = pd.DataFrame(
        {
            "place": np.arange(len(names)),
            "signal": [in_words(name, SIGNAL_WORDS) for name in names],
            "value": own[names].iloc[0].astype(float).to_numpy(),
            "low": bands[0.1].to_numpy(),
            "middle": bands[0.5].to_numpy(),
            "high": bands[0.9].to_numpy(),
        }
    )
    role = candidates.members.loc[candidates.members["person_id"].astype(str) == str(person_id)]
    title = shown_as if role.empty else f"{shown_as}: {plain_text(role['role'].iloc[0])}"
    chart = alt.layer(*_member_layers(rows)).properties(
        width=width,
        height=32 * len(rows),
        title=alt.TitleParams(
            text=title,
            subtitle=f"Grey: middle 80 % of {counted(len(signals), 'person', 'people')}, "
            "with the median.",
        ),
    )
    return themed(chart)


def _drawn_signals(candidates: Candidates, signals: pd.DataFrame) -> list[str]:
    """Name what is drawn: technical output first, then the signals that were clustered."""
    names = ["technical_output", *_signal_columns(candidates.profiles)]
    if candidates.profiles.empty:
        names = [name for name in SIGNAL_WORDS if name in signals]
    return [name for name in dict.fromkeys(names) if name in signals]


def _member_layers(rows: pd.DataFrame) -> list[alt.Chart]:
    """Draw the pool, the person's bars, and the words beside them."""
    y = alt.Y("place:O", axis=None)
    pool = alt.Chart(projected(rows, "place", "low", "middle", "high")).encode(y=y)
    has = rows["value"].notna()
    own = alt.Chart(projected(rows.loc[has], "place", "value")).encode(y=y)
    layers = [
        pool.mark_bar(color=PALE, height=22).encode(
            x=alt.X("low:Q", axis=difference_axis(), title="SD from the mean of comparable people"),
            x2=alt.X2("high:Q"),
        ),
        pool.mark_tick(color=UNDECIDED, thickness=2, size=22).encode(x=alt.X("middle:Q")),
        own.mark_bar(color=ACCENT, height=10).encode(
            x=alt.X("value:Q"), x2=alt.datum(0, type="quantitative")
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
