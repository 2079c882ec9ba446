"""Pictures of the teams that promoted people led: where they came to, and the patterns by count.

What comes in is the result of `measure_team_effects`, or the flags with their patterns; what goes
out are Altair charts. Nothing is computed here but where a mark goes.
"""

from collections.abc import Mapping

import altair as alt
import numpy as np
import pandas as pd

from workbench.analyses.patterns import PATTERNS
from workbench.analyses.team_effect import OUTCOMES, TeamEffects
from workbench.charts.theme import (
    ACCENT,
    DOT_SIZE,
    FLAG_SHAPE,
    FLAG_SIZE,
    INK,
    QUIET,
    UNDECIDED,
    Picture,
    counted,
    empty_state,
    in_words,
    plain_text,
    projected,
    themed,
    wrapped,
)

__all__ = ["OUTCOME_WORDS", "chart_patterns", "plot_team_effects"]

OUTCOME_WORDS: dict[str, str] = {
    "technical_output": "Technical output (SD)",
    "engagement": "Engagement (points)",
    "retention": "Members who stay (%)",
    "team_engagement": "Team engagement, reported",
    "team_retention": "Team retention, reported (%)",
    "regretted_exits": "Regretted exits a cycle",
}
NOBODY = "Nobody was promoted to management in these cycles."
NO_TEAM = (
    "No team of a promoted person can be compared yet: the teams are too small, too few similar "
    "ones are known, or nothing is known both before and after the promotion."
)
_MAIN = ("technical_output", "engagement", "retention")
_ROW = 26
_PERCENT = 100.0
_NAME_LENGTH = 20
_LABEL_LIMIT = 220
_GREY_BAND = "#c9ced6"
_BAR_GREY = "#b9bec6"
_LABELS = {pattern.name: pattern.label for pattern in PATTERNS}
_WITH_A_DROP = ("does_both_poorly", "gave_up_technical_work", "lasting_drop")


def plot_team_effects(
    team_effects: TeamEffects,
    *,
    outcomes: tuple[str, ...] = _MAIN,
    labels: Mapping[str, str] | None = None,
    limit: int = 12,
    width: int = 240,
) -> Picture:
    """Show where each led team came from and came to, and where similar teams came to.

    Parameters
    ----------
    team_effects
        Its `teams` need person_id, cycle, team, outcome, before, after, effect, low and high.
    outcomes
        What is shown, one panel each, among those that are known.
    labels
        The text shown for a team, by its name; the name itself where there is none. One without a
        name is the team of whoever leads it. The cycle of the promotion follows.
    limit
        The most teams shown, those that moved away from similar teams first.
    width
        Of each panel, in pixels.

    Returns
    -------
    altair chart
        One row a team, one panel an outcome: a grey band for similar teams that started from the
        same level, a ring where the team was before the promotion, a mark where it came to. A team
        outside the band is a filled diamond in the accent.

    Examples
    --------
    >>> teams = pd.DataFrame(columns=["person_id", "outcome", "effect"])
    >>> nothing = TeamEffects(teams, pd.DataFrame(), (), 0.9, 3)
    >>> list(plot_team_effects(nothing).to_dict()["datasets"].values())
    [[{'sentence': 'Nobody was promoted to management in these cycles.'}]]
    """
    teams = team_effects.teams
    if teams.empty:
        return empty_state(NOBODY)
    known = teams[teams["effect"].notna() & teams["outcome"].isin(outcomes)]
    if known.empty:
        return empty_state(NO_TEAM)
    rows = _ranked(known).head(limit)
    shown = _cells(
        teams, rows, [each for each in outcomes if each in set(known["outcome"])], labels
    )
    moved = known.loc[_away(known), ["person_id", "cycle"]].drop_duplicates()
    n_teams = len(known[["person_id", "cycle"]].drop_duplicates())
    title = alt.TitleParams(
        text=f"{len(moved):,} of {counted(n_teams, 'led team', 'led teams')} moved away from "
        "similar teams after the promotion",
        subtitle=_how_to_read(team_effects, known, n_teams, len(rows), width),
    )
    panels = alt.layer(*_marks(), data=_data(shown)).properties(
        width=width, height=_ROW * len(rows)
    )
    head = alt.Header(title=None, labelFontSize=13, labelFontWeight=600, labelColor=INK)
    chart = panels.facet(
        column=alt.Column("panel:N", header=head, sort=list(dict.fromkeys(shown["panel"]))),
        spacing=30,
        title=title,
        description=f"{title.text}. {' '.join(title.subtitle)}",
    ).resolve_scale(x="independent")
    return themed(chart)


def _ranked(known: pd.DataFrame) -> pd.DataFrame:
    """Put the teams that moved away first, then those that are nearest to it."""
    ranked = known.assign(away=_away(known))
    by_team = ranked.groupby(["person_id", "cycle"], sort=True)
    teams = by_team.agg(away=("away", "sum"), p_value=("p_value", "min")).reset_index()
    return teams.sort_values(["away", "p_value"], ascending=[False, True], kind="stable")


def _away(teams: pd.DataFrame) -> pd.Series:
    """Say which teams came to a level that the interval of similar teams leaves out."""
    return (teams["low"] > 0) | (teams["high"] < 0)


def _cells(
    teams: pd.DataFrame,
    rows: pd.DataFrame,
    outcomes: list[str],
    labels: Mapping[str, str] | None,
) -> pd.DataFrame:
    """Give each team shown a cell in each panel, with the words where there is no number."""
    keys = ["person_id", "cycle"]
    places = rows[keys].assign(row=np.arange(len(rows)))
    cells = teams[teams["outcome"].isin(outcomes)].merge(places, on=keys)
    scale = cells["outcome"].map({each.name: each.scale for each in OUTCOMES}).fillna(1.0)
    known = cells["effect"].notna()
    # The intervals are those of any number; a share ends at none and at all.
    share = scale.eq(_PERCENT)
    low, high = (
        ((cells["after"] - cells[end]) * scale).mask(share, lambda band: band.clip(0, _PERCENT))
        for end in ("high", "low")
    )
    first = cells["outcome"].eq(outcomes[0])
    names = [
        _name(team, person, cycle, labels)
        for team, person, cycle in zip(
            cells["team"], cells["person_id"], cells["cycle"], strict=True
        )
    ]
    return cells.assign(
        panel=[in_words(each, OUTCOME_WORDS) for each in cells["outcome"]],
        before=(cells["before"] * scale).where(known),
        after=(cells["after"] * scale).where(known),
        # The mark lies outside the band just where the interval of the effect leaves out zero.
        band_low=low,
        band_high=high,
        away=_away(cells),
        label=pd.Series(names, index=cells.index, dtype="str").where(first, ""),
        remark=pd.Series("", index=cells.index, dtype="str").where(known, "no comparison"),
    ).sort_values(["outcome", "row"], key=lambda column: _in_order(column, outcomes), kind="stable")


def _in_order(column: pd.Series, outcomes: list[str]) -> pd.Series:
    """Sort outcomes as they were asked for, rows as they are."""
    if column.name != "outcome":
        return column
    return column.map({outcome: place for place, outcome in enumerate(outcomes)})


def _name(team: object, person: object, cycle: object, labels: Mapping[str, str] | None) -> str:
    """Give the text shown for a team and when; one without a name is that of who leads it."""
    own = plain_text(team) if isinstance(team, str) and team else f"Team of {plain_text(person)}"
    text = plain_text((labels or {}).get(own, own))
    # Shortened here and not by the picture, which would cut off the cycle.
    short = text if len(text) <= _NAME_LENGTH else f"{text[: _NAME_LENGTH - 1].rstrip()}\u2026"
    return f"{short}, {plain_text(cycle)}"


def _data(shown: pd.DataFrame) -> alt.InlineData:
    """Hold what is drawn."""
    return projected(
        shown, "row", "panel", "label", "before", "after", "band_low", "band_high", "away", "remark"
    )


def _marks() -> list[alt.Chart]:
    """Draw the band of similar teams, the way of the team, and its words."""
    base = alt.Chart().encode(y=alt.Y("row:O", axis=None))
    axis = alt.Axis(tickCount=4, grid=True, title=None)
    scale = alt.Scale(zero=False, nice=False, padding=12)
    away = alt.condition("datum.away", alt.value(ACCENT), alt.value(UNDECIDED))
    return [
        base.mark_bar(height=14, color=_GREY_BAND).encode(
            x=alt.X("band_low:Q", axis=axis, scale=scale), x2=alt.X2("band_high:Q")
        ),
        base.mark_rule(strokeWidth=1.5).encode(
            x=alt.X("before:Q", axis=axis, scale=scale), x2=alt.X2("after:Q"), color=away
        ),
        base.mark_point(filled=True, fill="white", size=45, opacity=1, strokeWidth=1.5).encode(
            x=alt.X("before:Q", axis=axis, scale=scale), stroke=away
        ),
        base.mark_point(filled=True, opacity=1).encode(
            x=alt.X("after:Q", axis=axis, scale=scale),
            color=away,
            shape=alt.condition("datum.away", alt.value(FLAG_SHAPE), alt.value("circle")),
            size=alt.condition("datum.away", alt.value(FLAG_SIZE), alt.value(DOT_SIZE)),
        ),
        base.mark_text(align="right", limit=_LABEL_LIMIT).encode(
            x=alt.value(-10), text=alt.Text("label:N")
        ),
        base.mark_text(align="left", color=QUIET).encode(x=alt.value(4), text=alt.Text("remark:N")),
    ]


def _how_to_read(
    team_effects: TeamEffects, known: pd.DataFrame, n_teams: int, n_shown: int, width: int
) -> list[str]:
    """Say what the marks stand for, and what is not on the picture."""
    cycles = counted(team_effects.team_window, "cycle", "cycles")
    compared = int(known["effect"].notna().sum())
    chance = compared * (1 - team_effects.interval_level)
    reading = (
        "Grey: where similar teams that started from the same level came to "
        f"({100 * team_effects.interval_level:g} %). Ring: before. Dot: after, up to {cycles} "
        f"each. Diamond: outside the grey. Of {counted(compared, 'comparison', 'comparisons')}, "
        f"about {chance:.0f} would lie outside by chance alone."
    )
    if n_shown < n_teams:
        reading += f" The first {n_shown:,} of {n_teams:,} teams are shown."
    return wrapped(reading, max(2, known["outcome"].nunique()) * (width + 30))


def chart_patterns(flags: pd.DataFrame, *, width: int = 160) -> Picture:
    """Count the people promoted to management by the pattern that their numbers show.

    Parameters
    ----------
    flags
        With `pattern`, as from `describe_patterns`.
    width
        Of the plot without its labels, in pixels.

    Returns
    -------
    altair chart
        One bar a pattern, in words, with its count, in the order of `PATTERNS`.

    Examples
    --------
    >>> chart = chart_patterns(pd.DataFrame({"pattern": ["transient"] * 2}))
    >>> chart.to_dict()["title"]["text"]
    '2 promotions to management'
    """
    if flags.empty:
        return empty_state(NOBODY)
    counts = flags.groupby("pattern", sort=True).size().rename("n").reset_index()
    rank = {pattern.name: place for place, pattern in enumerate(PATTERNS)}
    counts = counts.assign(rank=counts["pattern"].map(rank).fillna(len(rank)))
    counts = counts.sort_values(["rank", "pattern"], kind="stable").reset_index(drop=True)
    counts = counts.assign(
        row=np.arange(len(counts)),
        words=[in_words(each, _LABELS) for each in counts["pattern"]],
        fell=counts["pattern"].isin(_WITH_A_DROP),
    )
    base = alt.Chart(projected(counts, "row", "words", "n", "fell"))
    base = base.encode(y=alt.Y("row:O", axis=None))
    length = alt.X("n:Q", axis=None)
    chart = alt.layer(
        base.mark_bar(height=18).encode(
            x=length, color=alt.condition("datum.fell", alt.value(ACCENT), alt.value(_BAR_GREY))
        ),
        base.mark_text(align="left", dx=6).encode(x=length, text=alt.Text("n:Q", format=",")),
        base.mark_text(align="right").encode(x=alt.value(-10), text=alt.Text("words:N")),
    )
    title = alt.TitleParams(
        text=f"{counted(len(flags), 'promotion', 'promotions')} to management",
        subtitle="Blue: output fell and stayed down, and there may be something to mend.",
    )
    told = [f"{words}: {n}." for words, n in zip(counts["words"], counts["n"], strict=True)]
    return themed(
        chart.properties(
            width=width,
            height=28 * len(counts),
            title=title,
            description=" ".join([f"{title.text}.", *told]),
        )
    )
