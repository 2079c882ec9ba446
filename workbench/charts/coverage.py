"""Picture of who leads the teams: a grid of teams by cycles, those without a leader on top.

What comes in is the result of `measure_coverage`; what goes out is an Altair chart. Nothing is
computed here but where a mark goes.
"""

from collections.abc import Mapping
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from workbench.analyses.coverage import BEGINNINGS, STATES, VOID_OUTCOMES, Coverage
from workbench.charts.theme import (
    ACCENT,
    INK,
    QUIET,
    UNDECIDED,
    Picture,
    counted,
    empty_state,
    in_words,
    plain_text,
    projected,
    shortened,
    themed,
    wrapped,
)

__all__ = [
    "BEGINNING_WORDS",
    "STATE_WORDS",
    "VOID_WORDS",
    "name_of_team",
    "plot_coverage",
    "rank_teams",
]

STATE_WORDS = {each.name: each.label for each in STATES}
BEGINNING_WORDS = {each.name: each.label for each in BEGINNINGS}
# Of each outcome around a void: its words, what a number is multiplied with, and its short unit.
VOID_WORDS = {
    name: (words, VOID_OUTCOMES[name].scale, unit)
    for name, words, unit in (
        ("output", "Technical output", "SD"),
        ("engagement", "Engagement", "points"),
        ("retention", "Members who stay", "% points"),
    )
}
NO_TEAMS = (
    "No team can be shown: the reviews name neither teams nor managers, or nobody in them is in a "
    "technical job."
)
_PROMOTION = "promotion_to_management"
_ROW = 22
_BAR = 14  # height of a mark, in pixels
_SYMBOL = 24  # width of a mark in the legend, where the marks are not narrower
_WORDS_WIDTH = 190
_NAME_LENGTH = 18
_LABEL_LIMIT = 190
_SHORT_LABEL = 60  # the least room that names of teams take
_CALM = "#c9ced6"
_ROW_SHADE = "#edf2f7"
# Teams without a technical leader first, then those of which least is known.
_ORDER = ("neither", "no_technical_leader", "not_known", "no_people_manager", "pair")
_VOID = _ORDER[:2]
# Fill, outline, and the shape of the mark as a path within -1 to 1; {h} is half its height.
_LOOKS = {
    "pair": (_CALM, _CALM, "M-1,-{h}H1V{h}H-1Z"),
    "no_technical_leader": (ACCENT, ACCENT, "M-1,-{h}H1V{h}H-1Z"),
    "no_people_manager": ("white", UNDECIDED, "M-1,-{h}H1V{h}H-1Z"),
    "neither": (ACCENT, ACCENT, "M-1,-{h}H-.2V{h}H-1ZM.2,-{h}H1V{h}H.2Z"),
    "not_known": ("white", UNDECIDED, "M-.12,-{q}H.12V{q}H-.12Z"),
}


def plot_coverage(
    coverage: Coverage,
    *,
    labels: Mapping[str, str] | None = None,
    chosen: str | None = None,
    width: int = 420,
    height: int = 440,
) -> Picture:
    """Show for each team and cycle whether it has a technical leader and a people manager.

    Parameters
    ----------
    coverage
        Its `teams`, `by_cycle`, `voids` and `cycles` are drawn.
    labels
        The text shown for a team by its name, or for the person it is named after; the name itself
        where there is none.
    chosen
        A team whose row is marked; of a long list, the part with that row is shown.
    width, height
        Of the grid at most, in pixels; a row takes 22.

    Returns
    -------
    altair chart
        One row a team, one mark a cycle, teams without a technical leader on top, those that have
        been for longest first. A white triangle on a mark is the promotion to management that a
        void began with. A click sets the point selection `team` on team.

    Examples
    --------
    >>> from workbench.analyses.coverage import measure_coverage
    >>> reviews = pd.DataFrame({
    ...     "person_id": ["a", "b"], "cycle": "2024H1", "team": "Search", "track": "engineer",
    ... })
    >>> plot_coverage(measure_coverage(reviews)).to_dict()["title"]["text"]
    ['1 of 1 team has no technical leader']
    """
    if coverage.teams.empty:
        selection = alt.selection_point(name="team", fields=["team"])
        return empty_state(NO_TEAMS, width=width + _LABEL_LIMIT).add_params(selection)
    ranked = rank_teams(coverage)
    limit = max(height // _ROW, 1)
    place = ranked.index[ranked["team"] == chosen]
    first = limit * (int(place[0]) // limit) if len(place) else 0
    rows = _rows(coverage, ranked.iloc[first : first + limit], labels, chosen)
    cells = coverage.by_cycle.merge(rows[["team", "row"]], on="team").sort_values(
        "row", kind="stable"
    )
    cells = cells.assign(
        words=cells["state"].map(STATE_WORDS), cycle=cells["cycle"].map(plain_text)
    )
    # In the order of the legend, which is the same for every part of a long list.
    states = [each for each in STATE_WORDS if each in set(coverage.by_cycle["state"])]
    title = _title(coverage, ranked, width)
    # Beside long names there is room for one state in a line of the legend.
    wide = bool(rows["label"].str.len().max() <= _NAME_LENGTH // 2)
    chart = alt.layer(
        _shade(rows),
        _marks(cells, states, [plain_text(each) for each in coverage.cycles], width, wide=wide),
        _promotions(rows),
        *_texts(rows, width),
        *_rest(first, len(rows), len(ranked)),
    ).properties(
        width=width,
        height=_ROW * len(rows),
        title=title,
        description=f"{' '.join(title.text)}. {' '.join(title.subtitle)}",
    )
    return themed(chart)


def rank_teams(coverage: Coverage) -> pd.DataFrame:
    """Put the teams without a technical leader first, those that have been for longest on top.

    Parameters
    ----------
    coverage
        Its `teams`, `voids` and `cycles` are used.

    Returns
    -------
    DataFrame
        Its `teams` in that order; of those that are alike, the ones that began with a promotion
        first.
    """
    time = {cycle: place for place, cycle in enumerate(coverage.cycles)}
    rank = {state: max(place, 1) for place, state in enumerate(_ORDER)}
    began = {each.name: place for place, each in enumerate(BEGINNINGS)}
    began_with = coverage.voids.set_index("team")["began_with"]
    teams = coverage.teams.assign(
        _rank=coverage.teams["state"].map(rank),
        _since=coverage.teams["since"].map(time),
        _began=coverage.teams["team"].map(began_with.map(began)),
    )
    order = ["_rank", "_since", "_began", "team"]
    return teams.sort_values(order, kind="stable", ignore_index=True).drop(columns=order[:3])


def _rows(
    coverage: Coverage, shown: pd.DataFrame, labels: Mapping[str, str] | None, chosen: str | None
) -> pd.DataFrame:
    """Give each row shown its place and its words."""
    voids = coverage.voids.set_index("team")[["began_with", "event_cycle"]]
    rows = shown[["team", "state"]].join(voids, on="team").reset_index(drop=True)
    promoted = rows["began_with"].eq(_PROMOTION)
    return rows.assign(
        row=np.arange(len(rows)),
        label=[shortened(name_of_team(team, labels), _NAME_LENGTH) for team in rows["team"]],
        told=[
            in_words(began, BEGINNING_WORDS) if isinstance(began, str) else ""
            for began in rows["began_with"]
        ],
        promoted=[
            plain_text(cycle) if began else ""
            for cycle, began in zip(rows["event_cycle"], promoted, strict=True)
        ],
        chosen=rows["team"] == chosen,
    )


def name_of_team(team: str, labels: Mapping[str, str] | None) -> str:
    """Give the text shown for a team; one without a name is that of whom it reports to.

    Examples
    --------
    >>> name_of_team("Search", None), name_of_team("Team of E1", {"E1": "Ada (E1)"})
    ('Search', 'Team of Ada (E1)')
    """
    known: Mapping[str, str] = labels or {}
    if team in known:
        return plain_text(known[team])
    manager = team.removeprefix("Team of ")
    return plain_text(team if manager == team else f"Team of {known.get(manager, manager)}")


def _shade(rows: pd.DataFrame) -> alt.Chart:
    """Shade the row of the chosen team."""
    chart: alt.Chart = (
        alt.Chart(projected(rows[rows["chosen"]], "row"))
        .mark_rect(color=_ROW_SHADE)
        .encode(y=_place())
    )
    return chart


def _place() -> alt.Y:
    """Place a row."""
    return alt.Y("row:O", axis=None, scale=alt.Scale(paddingInner=0, paddingOuter=0))


def _marks(
    cells: pd.DataFrame, states: list[str], cycles: list[str], width: int, *, wide: bool
) -> alt.Chart:
    """Draw a mark for each team and cycle; shape and shade say the state."""
    long = 0.86 * width / len(cycles)
    half = _BAR / long
    sizes = {"h": f"{half:.3f}", "q": f"{half / 4:.3f}"}
    looks = [_LOOKS[state] for state in states]
    legend = alt.Legend(
        orient="top",
        title=None,
        direction="horizontal",
        columns=2 if wide else 1,
        columnPadding=24,
        symbolSize=min(_SYMBOL, long) ** 2,
        symbolOpacity=1,
        labelFontSize=13,
        labelColor=INK,
        labelLimit=330,
        offset=14,
    )
    words = [STATE_WORDS[state] for state in states]
    channels: dict[str, Any] = {
        channel: (kind("words:N", legend=legend, scale=alt.Scale(domain=words, range=values)))
        for channel, kind, values in (
            ("fill", alt.Fill, [fill for fill, _, _ in looks]),
            ("stroke", alt.Stroke, [stroke for _, stroke, _ in looks]),
            ("shape", alt.Shape, [path.format(**sizes) for *_, path in looks]),
        )
    }
    axis = alt.Axis(
        orient="top", title=None, labelAngle=0, labelOverlap="parity", ticks=False, domain=False
    )
    x = alt.X("cycle:O", sort=cycles, scale=alt.Scale(domain=cycles), axis=axis)
    team = alt.selection_point(name="team", fields=["team"])
    marks: alt.Chart = (
        alt.Chart(projected(cells, "team", "row", "cycle", "words"))
        .mark_point(size=long**2, opacity=1, strokeWidth=1, cursor="pointer")
        .encode(x=x, y=_place(), detail=alt.Detail("team:N"), **channels)
        .add_params(team)
    )
    return marks


def _promotions(rows: pd.DataFrame) -> alt.Chart:
    """Mark the cycle of the promotion to management that a void began with."""
    began = rows[rows["promoted"].ne("")].rename(columns={"promoted": "cycle"})
    marks: alt.Chart = (
        alt.Chart(projected(began, "team", "row", "cycle"))
        .mark_point(shape="triangle-up", filled=True, fill="white", size=70, opacity=1)
        .encode(x="cycle:O", y=_place(), detail=alt.Detail("team:N"))
    )
    return marks


def _texts(rows: pd.DataFrame, width: int) -> list[alt.Chart]:
    """Write the name of each team to the left, and how its void began to the right."""
    base = alt.Chart(projected(rows, "team", "row", "label", "told", "chosen")).encode(
        y=_place(), detail=alt.Detail("team:N")
    )
    names = [
        base.transform_filter("!datum.chosen").mark_text(align="right", cursor="pointer"),
        base.transform_filter("datum.chosen").mark_text(align="right", fontWeight=700),
    ]
    return [
        *(each.encode(x=alt.value(-8), text=alt.Text("label:N")) for each in names),
        base.mark_text(align="left", limit=_WORDS_WIDTH, color=QUIET).encode(
            x=alt.value(width + 8), text=alt.Text("told:N")
        ),
    ]


def _rest(first: int, n_shown: int, n_teams: int) -> list[alt.Chart]:
    """Say how many teams are not on the picture."""
    if n_shown == n_teams:
        return []
    left = n_teams - first - n_shown
    words = f"and {counted(left, 'more team', 'more teams')}" if left else "the last of the teams"
    if first:
        words = f"{words}; these are {first + 1:,} to {first + n_shown:,} of {n_teams:,}"
    chart = (
        alt.Chart(alt.InlineData(values=[{"rest": words}]))
        .mark_text(align="left", color=QUIET)
        .encode(x=alt.value(0), y=alt.value(_ROW * n_shown + 14), text=alt.Text("rest:N"))
    )
    return [chart]


def _title(coverage: Coverage, ranked: pd.DataFrame, width: int) -> alt.TitleParams:
    """Say what was found, and how to read the picture."""
    void = int(ranked["state"].isin(_VOID).sum())
    unknown = int(ranked["covered"].isna().sum())
    teams = counted(len(ranked), "team", "teams")
    promoted = int(coverage.voids["began_with"].eq(_PROMOTION).sum())
    if void:
        found = f"{void:,} of {teams} {'has' if void == 1 else 'have'} no technical leader"
        if promoted:
            found += f", {promoted:,} of them after a promotion to management"
    elif unknown:
        found = f"No team of {len(ranked):,} is known to be without a technical leader"
    else:
        found = f"{'The team has' if len(ranked) == 1 else f'All {teams} have'} a technical leader"
    reading = "One row a team, one mark a cycle."
    if void:
        reading += " To the right: how it came to be without a technical leader."
    if promoted:
        reading += (
            " White triangle: the technical leader, or the strongest engineer, was promoted to "
            "management."
        )
    room = width + (_WORDS_WIDTH if void else 0) + _SHORT_LABEL
    return alt.TitleParams(text=wrapped(found, room, 16), subtitle=wrapped(reading, room))
