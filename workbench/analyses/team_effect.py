"""Team effects: what happened to the team that a promoted person led, beside similar teams.

What comes in are reviews, promotions and scores; what goes out is one row per promotion to
management and outcome (output, engagement, retention of the team), and one row per promotion with
what a meeting needs to know of the situation: is there a technical leader, is the person content,
how do the people managed rate her.
"""

from bisect import bisect_left
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from workbench.analyses.histories import Bools, Floats, Ints, in_order, in_time
from workbench.errors import InputError
from workbench.ladder import track_of_title
from workbench.settings import DEFAULTS, Settings

__all__ = ["OUTCOMES", "Outcome", "TeamEffects", "measure_team_effects"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One thing that can happen to a team.

    Attributes
    ----------
    name
        As in the column `outcome`.
    label, unit
        In words; what a difference is counted in.
    scale
        What a difference is multiplied with before it is put in words.
    of
        `members`: a number of each member; `leader`: a number in the row of whoever leads the
        team; `presence`: who is still there in the next cycle.
    """

    name: str
    label: str
    unit: str
    scale: float
    of: str


OUTCOMES: tuple[Outcome, ...] = (
    Outcome("technical_output", "Technical output of the team", "SD", 1.0, "members"),
    Outcome("engagement", "Engagement of the members", "points", 1.0, "members"),
    Outcome("retention", "Retention of the members", "percentage points", 100.0, "presence"),
    Outcome("team_engagement", "Team engagement as reported", "points", 1.0, "leader"),
    Outcome("team_retention", "Team retention as reported", "percentage points", 100.0, "leader"),
    Outcome("regretted_exits", "Regretted exits", "exits a cycle", 1.0, "leader"),
)
_ALWAYS = ("technical_output", "engagement", "retention")
_NUMBERS = "engagement team_engagement team_retention regretted_exits management_rating fte".split()
_GONE = r"\b(?:left|leaver|terminated|resigned|inactive|retired|dismissed)\b"
_TECHNICAL = ("engineer", "technical_leadership")
_LIKE_SIZE = 2.0  # a similar team has at most so many times as many members, or as few


@dataclass(frozen=True, slots=True)
class TeamEffects:
    """What happened to the teams of the people promoted to management.

    Attributes
    ----------
    teams
        One row per promotion to management and outcome: `person_id`, `cycle`, `team`, `outcome`,
        `before`, `after` (means over the cycles of the window), `effect` (change beyond similar
        teams that started from the same level), `low`, `high`, `p_value` (two-sided), `n_before`,
        `n_after` (cycles in which the outcome is known), `n_members` (when the person began to
        lead, without her), `n_same` (members known both before and after, on whom `before` and
        `after` rest; missing for what the leader's row reports), `n_similar` (teams compared with
        in the same cycles) and `reason`. Output is in the units of the scores, retention a share.
    situations
        One row per promotion: `person_id`, `cycle`, `team`; `technical_leader` (is there one in the
        latest cycle in which she leads the team), `technical_leader_since`, `void` (there is
        none); `own_engagement_before`, `own_engagement_after`, `own_engagement_change` (beyond
        that of people who were not promoted), `own_engagement_low`, `own_engagement_high`,
        `own_engagement_n`; `lead_rating` (share of the other managers of the cycle who are rated
        lower by the people they manage), `lead_rating_n`; `direct_reports`, `fte`;
        `team_output_change`, `team_engagement_change`, `team_retention_change`, each with `_low`,
        `_high` and `_n` (similar teams). What is not known is missing, never zero.
    notes
        What was left out or assumed, in sentences.
    interval_level, team_window
        The thresholds it was made with.
    """

    teams: pd.DataFrame
    situations: pd.DataFrame
    notes: tuple[str, ...]
    interval_level: float
    team_window: int


@dataclass(frozen=True, slots=True)
class _Grid:
    """People by cycles; N people, T cycles. Units are what a person belongs to in a cycle."""

    people: list[Hashable]
    cycles: list[Hashable]
    labels: list[Hashable]
    last_seen: Ints  # last column in which a person is there, -1 for none
    technical: Bools  # there, and in a technical job or one that is not known
    leading: Bools  # there, as a technical leader
    managing: Bools  # there, in another job than a technical one
    tracks_known: bool
    units: dict[str, Ints]  # "manager": code of a person, or from N on; "team": code of a label
    values: dict[str, Floats]


@dataclass(frozen=True, slots=True)
class _Event:
    """One promotion to management, and the team that she led from then on."""

    row: int  # in the promotions table
    person: int
    start: int  # first column in the new position
    basis: str = ""  # "manager", "team", or nothing where she leads nobody
    unit: int = -1
    label: int = -1
    lead: int = -1  # first column in which she leads the unit
    stop: int = -1  # first column that says nothing of her lead any more
    last: int = -1  # last column in which she leads it
    reports: int = -1  # people who report to her in the last column with any


@dataclass(frozen=True, slots=True)
class _Window:
    """The columns that are compared: `before` ones up to `start`, `after` ones from `lead`.

    Between start and lead lie the cycles in which somebody was promoted but led nobody yet.
    """

    start: int
    lead: int
    before: int
    after: int

    @property
    def columns(self) -> tuple[range, range]:
        return (
            range(self.start - self.before, self.start),
            range(self.lead, self.lead + self.after),
        )

    def moved(self, start: int) -> "_Window":
        """Give the same window around another cycle."""
        return _Window(start, self.lead - self.start + start, self.before, self.after)


@dataclass(frozen=True, slots=True)
class _Levels:
    """Levels before and after, one entry each: a team or a person in a window."""

    start: Ints
    before: Floats
    after: Floats
    n_before: Ints
    n_after: Ints
    same: Floats  # people they rest on, NaN where it is a number of the leader's row

    def at(self, place: int) -> "_Levels":
        """Give one entry alone."""
        return _Levels(*(getattr(self, each.name)[[place]] for each in fields(self)))


@dataclass(frozen=True, slots=True)
class _Teams:
    """All teams of one window: by code of the unit, with their levels by outcome."""

    unit: Ints
    size: Ints
    touched: Bools  # somebody was promoted to management out of it, or to lead it
    levels: dict[str, _Levels]


@dataclass(frozen=True, slots=True)
class _Difference:
    """A change beyond similar ones; NaN where nothing can be said, with a word that says why."""

    effect: float = np.nan
    low: float = np.nan
    high: float = np.nan
    p_value: float = np.nan
    n_similar: int = 0
    outside: bool = False  # started from a level that no similar one started from
    why_not: str = ""


def measure_team_effects(
    reviews: pd.DataFrame,
    promotions: pd.DataFrame,
    scores: pd.DataFrame | None = None,
    *,
    team_window: int = DEFAULTS.team_window,
    min_team_size: int = DEFAULTS.min_team_size,
    min_similar_teams: int = DEFAULTS.min_similar_teams,
    interval_level: float = DEFAULTS.interval_level,
) -> TeamEffects:
    """Say what happened to the teams of the promoted, beyond what happened to similar teams.

    The team is everybody in a technical job who reports to the promoted person in the first cycle
    in which anybody does; where the sheet names no managers, the members of her team. She herself
    is left out. Her members are followed back to their own earlier cycles and on for as long as
    they stay in the team, so that people who come or go do not make a change; who went is what
    retention says.

    Similar teams are those of the same cycles, of half to twice the size, with no such promotion in
    the window, neither of a member nor of somebody to lead them. (A team with one after the first
    cycle of the lead counts up to then: what comes later must not decide who is compared.)

    The change is not held against their plain change: a team that did well is more likely to have
    somebody promoted, and would have fallen back anyway. So the level after is predicted from the
    team's *own* level before (analysis of covariance): the slope comes from similar teams around
    every cycle, the general level from those of the same cycle. A slope below one is the regression
    to the mean. The scatter of similar teams around that line gives interval and p-value, with the
    t distribution that few teams call for; with fewer than `min_similar_teams` there is no number.

    Parameters
    ----------
    reviews
        One row per person and cycle: `person_id`, `cycle` and, where known, `manager`, `team`,
        `track` or `title`, `employment_status`, `fte`, `engagement`, `team_engagement`,
        `team_retention`, `regretted_exits`, `management_rating`. Other columns are not read.
    promotions
        `person_id`, `cycle` and, where known, `kind`; rows of kind `to_management` count, without
        `kind` every row.
    scores
        `person_id`, `cycle`, `technical_output`; taken from `reviews` where it is not given.
    team_window
        Cycles before and after a promotion that are looked at.
    min_team_size
        Members of a team, below which nothing of it is shown.
    min_similar_teams
        Similar teams (or people) of the same cycles, below which there is no number.
    interval_level
        Coverage of the intervals.

    Returns
    -------
    TeamEffects
        By person and cycle, outcomes in the order of `OUTCOMES`; those reported by leaders only
        where the sheet has them. The same for rows in any order.

    Raises
    ------
    InputError
        If a column is missing or cycles cannot be sorted.
    SettingsError
        If a threshold makes no sense.

    Examples
    --------
    One team alone can be held against no other, and that is what the result says.

    >>> reviews = pd.DataFrame({
    ...     "person_id": list("abcdef") * 2,
    ...     "cycle": ["2024H1"] * 6 + ["2024H2"] * 6,
    ...     "team": "Search",
    ...     "technical_output": [1.0] * 6 + [0.0] * 6,
    ... })
    >>> promotions = pd.DataFrame({"person_id": ["a"], "cycle": ["2024H2"]})
    >>> teams = measure_team_effects(reviews, promotions).teams
    >>> teams[["team", "before", "after", "n_members"]].head(1).values.tolist()
    [['Search', 1.0, 0.0, 5]]
    >>> teams.loc[0, "reason"]
    'Only 0 similar teams in the same cycles to compare with; 5 are needed.'
    """
    settings = Settings(
        team_window=team_window,
        min_team_size=min_team_size,
        min_similar_teams=min_similar_teams,
        interval_level=interval_level,
    )
    grid = _lay_out(reviews, scores)
    events = _find_teams(grid, _find_events(grid, reviews, promotions))
    outcomes = [each for each in OUTCOMES if each.name in _ALWAYS or each.name in grid.values]
    comparison = _Comparison(grid, events, settings)
    rows = [
        _team_row(comparison, promotions, event, outcome)
        for event in events
        for outcome in outcomes
    ]
    teams = pd.DataFrame(rows, columns=_TEAM_COLUMNS).astype(_TEAM_DTYPES)
    return TeamEffects(
        teams=teams,
        situations=_situations(comparison, promotions, teams),
        notes=_notes(grid, events, outcomes, teams),
        interval_level=interval_level,
        team_window=team_window,
    )


# ------------------------------------------------------------------------------ people by cycles


def _lay_out(reviews: pd.DataFrame, scores: pd.DataFrame | None) -> _Grid:
    """Lay the reviews out as people by cycles."""
    rows = _one_row_each(reviews, _READ, "reviews")
    people = in_order(rows["person_id"].tolist())
    cycles = in_time(rows["cycle"])
    shape = len(people), len(cycles)
    place = _places(rows, people, cycles)
    text = {name: _texts(rows, name) for name in ("title", "track", "employment_status", "team")}
    gone = text["employment_status"].str.casefold().str.contains(_GONE, regex=True)
    here = _spread(place, shape, ~gone.to_numpy(dtype=bool), False)
    titles = {title: track_of_title(title) for title in text["title"].unique() if title}
    read = pd.Series([titles.get(title, "") for title in text["title"]], dtype="str")
    track = text["track"].where(text["track"].ne(""), read)
    known, jobs = track.ne("").to_numpy(dtype=bool), track.isin(_TECHNICAL).to_numpy(dtype=bool)
    technical = here & _spread(place, shape, jobs | ~known, False)
    managers = rows["manager"].astype(object) if "manager" in rows else pd.Series(dtype=object)
    managers = managers.where(managers.notna().to_numpy(dtype=bool), None)
    known_people = dict.fromkeys(people)
    strangers = in_order(each for each in managers.dropna() if each not in known_people)
    code = {each: position for position, each in enumerate([*people, *strangers])}
    manager = np.array([code.get(each, -1) for each in managers], dtype=np.int64)
    labels = in_order(text["team"][text["team"].ne("")])
    label = {each: position for position, each in enumerate(labels)}
    team = text["team"].map(label).fillna(-1).to_numpy(dtype=np.int64)
    units = {"team": np.where(here, _spread(place, shape, team, -1), -1)}
    if (manager >= 0).any():
        units["manager"] = np.where(here, _spread(place, shape, manager, -1), -1)
        # Who is entered as their own manager has none.
        units["manager"][units["manager"] == np.arange(len(people))[:, None]] = -1
    leads = track.eq("technical_leadership").to_numpy(dtype=bool)
    return _Grid(
        people=people,
        cycles=cycles,
        labels=labels,
        last_seen=np.where(here, np.arange(shape[1]), -1).max(axis=1, initial=-1).astype(np.int64),
        technical=technical,
        leading=here & _spread(place, shape, leads, False),
        managing=here & ~technical,
        tracks_known=bool(known.any()),
        units=units,
        values=_values(rows, place, shape, scores, people, cycles),
    )


_READ = ("manager team track title employment_status technical_output".split()) + _NUMBERS


def _one_row_each(frame: pd.DataFrame, read: Sequence[str], name: str) -> pd.DataFrame:
    """Keep what is read, one row per person and cycle, whatever order the rows came in."""
    lacking = [column for column in ("person_id", "cycle") if column not in frame]
    if lacking:
        raise InputError(
            f"the {name} have the columns {', '.join(map(str, frame.columns)) or '(none)'}; they "
            f"lack {', '.join(lacking)}. Rename the columns that hold the person and the cycle."
        )
    columns = [column for column in read if column in frame]
    rows = frame[["person_id", "cycle", *columns]].dropna(subset=["person_id", "cycle"])
    repeated = rows.duplicated(["person_id", "cycle"], keep=False)
    if repeated.any():
        # Sorting by what the rows say, not by where they stand, keeps shuffled tables equal.
        said = [repr(row) for row in rows[columns].astype(object).to_numpy().tolist()]
        rows = rows.assign(said=said).sort_values("said", kind="stable").drop(columns="said")
        rows = rows.drop_duplicates(["person_id", "cycle"])
    return rows.reset_index(drop=True)


def _places(
    rows: pd.DataFrame, people: list[Hashable], cycles: list[Hashable]
) -> tuple[Ints, Ints]:
    """Say in which cell of the grid each row lies."""
    person = {each: position for position, each in enumerate(people)}
    cycle = {each: position for position, each in enumerate(cycles)}
    return (
        np.array([person.get(each, -1) for each in rows["person_id"]], dtype=np.int64),
        np.array([cycle.get(each, -1) for each in rows["cycle"]], dtype=np.int64),
    )


def _spread(
    place: tuple[Ints, Ints], shape: tuple[int, int], values: npt.NDArray[Any], empty: object
) -> npt.NDArray[Any]:
    """Lay values out as people by cycles."""
    grid = np.full(shape, empty, dtype=values.dtype)
    grid[place] = values
    return grid


def _texts(rows: pd.DataFrame, column: str) -> pd.Series:
    """Take a column as text, empty where it is missing or there is no such column."""
    if column not in rows:
        return pd.Series("", index=rows.index, dtype="str")
    known = rows[column].notna()
    return rows[column].astype(object).where(known, "").astype("str")


def _values(
    rows: pd.DataFrame,
    place: tuple[Ints, Ints],
    shape: tuple[int, int],
    scores: pd.DataFrame | None,
    people: list[Hashable],
    cycles: list[Hashable],
) -> dict[str, Floats]:
    """Lay out every number that is known of anybody."""
    found = {
        name: _spread(place, shape, _numbers(rows[name]), np.nan)
        for name in ("technical_output", *_NUMBERS)
        if name in rows
    }
    if scores is not None:
        scored = _one_row_each(scores, ["technical_output"], "scores")
        where = _places(scored, people, cycles)
        inside = (where[0] >= 0) & (where[1] >= 0)
        numbers = _numbers(scored.reindex(columns=["technical_output"])["technical_output"])
        where = where[0][inside], where[1][inside]
        found["technical_output"] = _spread(where, shape, numbers[inside], np.nan)
    return {name: grid for name, grid in found.items() if np.isfinite(grid).any()}


def _numbers(column: pd.Series) -> Floats:
    """Read numbers; what is none is missing."""
    numbers = pd.to_numeric(column, errors="coerce").astype("Float64")
    read = numbers.to_numpy(dtype=np.float64, na_value=np.nan)
    return np.where(np.isfinite(read), read, np.nan)


# ------------------------------------------------------------------------------ who led which team


def _find_events(grid: _Grid, reviews: pd.DataFrame, promotions: pd.DataFrame) -> list[_Event]:
    """Find the promotions to management of people who are in the reviews, by person and cycle."""
    moves = promotions.assign(row=np.arange(len(promotions)))
    if "kind" in promotions:
        moves = moves[promotions["kind"].eq("to_management").fillna(False).to_numpy(dtype=bool)]
    moves = _one_row_each(moves, ["row"], "promotions")
    person = {each: position for position, each in enumerate(grid.people)}
    dtype = reviews["cycle"].dtype
    known, wanted = list(grid.cycles), moves["cycle"].tolist()
    try:
        if isinstance(dtype, pd.CategoricalDtype) and dtype.ordered:
            rank = {each: position for position, each in enumerate(dtype.categories)}
            known, wanted = [rank[each] for each in known], [rank[each] for each in wanted]
        starts = [bisect_left(known, each) for each in wanted]
    except (TypeError, KeyError) as error:
        raise InputError(
            f"the cycles of reviews and promotions cannot be brought into one order ({error}). Use "
            "the same kind of label in both tables, such as 2024H1, so that they sort in time."
        ) from error
    found = [
        (person[who], start, repr(cycle), int(row))
        for row, who, cycle, start in zip(
            moves["row"], moves["person_id"], moves["cycle"], starts, strict=True
        )
        if who in person and start < len(grid.cycles)
    ]
    return [_Event(row, who, start) for who, start, _, row in sorted(found)]


def _find_teams(grid: _Grid, events: Sequence[_Event]) -> list[_Event]:
    """Find the team that each promoted person led, from when and until when."""
    managers = grid.units.get("manager", np.empty((0, 0), dtype=np.int64)).ravel()
    order = np.argsort(managers, kind="stable")
    bounds = np.searchsorted(managers[order], np.arange(len(grid.people) + 1))
    found = []
    for event in events:
        cells = order[bounds[event.person] : bounds[event.person + 1]]
        led = _find_reports(grid, event, *np.divmod(cells, len(grid.cycles)))
        found.append(led or _find_team_mates(grid, event))
    # A lead ends where somebody else is promoted to lead the same team.
    leads: dict[tuple[str, int], list[int]] = {}
    for event in found:
        leads.setdefault((event.basis, event.unit), []).append(event.lead)
    for place, event in enumerate(found):
        later = [lead for lead in leads[event.basis, event.unit] if lead > event.lead]
        if event.basis:
            stop = min([event.stop, *later])
            found[place] = replace(event, stop=stop, last=stop - 1)
    return found


def _find_reports(grid: _Grid, event: _Event, person: Ints, column: Ints) -> _Event | None:
    """Take those who report to a promoted person as the team; None where nobody does."""
    later = column >= event.start
    person, column = person[later], column[later]
    led = column[grid.technical[person, column]]
    if not len(led):
        return None
    lead = int(led.min())
    label = _most_common(grid.units["team"][person[column == lead], lead])
    # She leads it until the first cycle in which nobody reports to her any more.
    stop = lead + 1
    while stop in column:
        stop += 1
    own = _first_label(grid, event)
    return replace(
        event,
        basis="manager",
        unit=event.person,
        label=own if label < 0 else label,
        lead=lead,
        stop=stop,
        reports=int((column == stop - 1).sum()),
    )


def _find_team_mates(grid: _Grid, event: _Event) -> _Event:
    """Take the people with the same team name as the team, unless they report to somebody else."""
    label = _first_label(grid, event)
    event = replace(event, label=label)
    if label < 0:
        return event
    teams = grid.units["team"]
    if "manager" in grid.units:
        mates = teams[:, event.start] == label
        if (grid.units["manager"][mates, event.start] >= 0).any():
            return event
    own = teams[event.person]
    lead = event.start + int((own[event.start :] == label).argmax())
    elsewhere = np.flatnonzero((own[lead:] >= 0) & (own[lead:] != label))
    stop = lead + int(elsewhere[0]) if len(elsewhere) else len(grid.cycles)
    return replace(event, basis="team", unit=label, lead=lead, stop=stop)


def _first_label(grid: _Grid, event: _Event) -> int:
    """Give the team that a person is in from the promotion on; -1 where none is known."""
    own = grid.units["team"][event.person, event.start :]
    return int(own[own >= 0][0]) if (own >= 0).any() else -1


def _most_common(codes: Ints) -> int:
    """Give the most common code, the lowest of several; -1 where none is known."""
    known = codes[codes >= 0]
    return int(np.bincount(known).argmax()) if len(known) else -1


# ------------------------------------------------------------------------------ levels of teams


class _Comparison:
    """Teams, and what is expected of them, each worked out once for all who need it."""

    def __init__(self, grid: _Grid, events: list[_Event], settings: Settings) -> None:
        """Remember whom promotions touch."""
        self.grid, self.events, self.settings = grid, events, settings
        self._teams: dict[tuple[str, _Window], _Teams] = {}
        self._people: dict[_Window, _Levels] = {}
        self._lines: dict[tuple[object, ...], _Line] = {}

    def window_of(self, event: _Event) -> _Window:
        """Cut the window of a promotion at the ends of the data and of the lead."""
        width = self.settings.team_window
        before = min(width, event.start)
        return _Window(event.start, event.lead, before, min(width, event.stop - event.lead))

    def windows_like(self, window: _Window) -> list[_Window]:
        """Give the same window around every cycle around which it fits."""
        reach = window.lead - window.start + window.after
        last = len(self.grid.cycles) - reach
        return [window.moved(start) for start in range(window.before, last + 1)]

    def teams(self, basis: str, window: _Window) -> _Teams:
        """Measure every team in a window."""
        key = basis, window
        if key not in self._teams:
            self._teams[key] = _measure_teams(self.grid, self.events, basis, window)
        return self._teams[key]

    def line(self, basis: str, window: _Window, outcome: str, size: int) -> "_Line":
        """Fit what similar teams of a size come to from where they start."""
        key = basis, window.moved(window.before), outcome, size
        if key not in self._lines:
            parts = [
                _similar_levels(self.teams(basis, each), outcome, size, self.settings)
                for each in self.windows_like(window)
            ]
            self._lines[key] = _Line(*(np.concatenate(each) for each in zip(*parts, strict=True)))
        return self._lines[key]

    def own_team(self, event: _Event, outcome: Outcome) -> tuple[int, _Levels | None]:
        """Give the size and the levels of the team that a promoted person led."""
        if not event.basis:
            return 0, None
        teams = self.teams(event.basis, self.window_of(event))
        place = int(np.searchsorted(teams.unit, event.unit))
        if place == len(teams.unit) or teams.unit[place] != event.unit:
            return 0, None
        levels = teams.levels.get(outcome.name)
        return int(teams.size[place]), None if levels is None else levels.at(place)

    def own_window_of(self, event: _Event) -> _Window:
        """Cut the window for what concerns the promoted person alone."""
        width, left = self.settings.team_window, len(self.grid.cycles) - event.start
        return _Window(event.start, event.start, min(width, event.start), min(width, left))

    def people(self, window: _Window) -> _Levels:
        """Measure everybody's own engagement in a window."""
        if window not in self._people:
            before, after = window.columns
            until = np.full(len(self.grid.people), len(self.grid.cycles))
            for event in self.events:
                if event.start > window.start:
                    until[event.person] = min(until[event.person], event.start)
            stays = np.asarray(after) < until[:, None]
            self._people[window] = _levels_of(self.grid.values["engagement"], before, after, stays)
        return self._people[window]

    def own_line(self, window: _Window) -> "_Line":
        """Fit what people who were not promoted come to from their own engagement before."""
        key = ("own", window.moved(window.before))
        if key not in self._lines:
            parts = [self._unpromoted(each) for each in self.windows_like(window)]
            self._lines[key] = _Line(*(np.concatenate(each) for each in zip(*parts, strict=True)))
        return self._lines[key]

    def _unpromoted(self, window: _Window) -> tuple[Ints, Floats, Floats]:
        """Take the people whose engagement is known and who had not been promoted by then."""
        levels = self.people(window)
        kept = np.isfinite(levels.before) & np.isfinite(levels.after)
        kept[_promoted_in(self.events, window)] = False
        return levels.start[kept], levels.before[kept], levels.after[kept]


def _promoted_in(events: Sequence[_Event], window: _Window) -> list[int]:
    """List the people promoted to management between the first column and that of the lead."""
    first = window.start - window.before
    return [event.person for event in events if first < event.start <= window.lead]


def _measure_teams(grid: _Grid, events: Sequence[_Event], basis: str, window: _Window) -> _Teams:
    """Measure every team of a window: those together in its lead column, before and after."""
    units = grid.units[basis]
    promoted = np.zeros(len(grid.people), dtype=bool)
    promoted[_promoted_in(events, window)] = True
    inside = grid.technical & ~promoted[:, None]
    now = np.where(inside[:, window.lead], units[:, window.lead], -1)
    unit, team = np.unique(now, return_inverse=True)
    # The unknown unit sorts first; without it, codes of teams count from zero and -1 is nobody.
    unknown = int(unit.size > 0 and unit[0] == -1)
    unit, team = unit[unknown:], team.astype(np.int64) - unknown
    n_teams = len(unit)
    before, after = window.columns
    followed = {t: _follow(units[:, t], team, n_teams) for t in (*before, *after)}
    touched = _touch(events, units, basis, window, followed)
    own = {t: np.append(followed[t], -1)[team] for t in after}  # the last one is nobody's
    stays = np.column_stack([(own[t] >= 0) & (units[:, t] == own[t]) for t in after])
    levels = {}
    for outcome in OUTCOMES:
        values = grid.values.get(outcome.name)
        if outcome.of == "presence":
            levels[outcome.name] = _retention(grid, inside, units, followed, window, n_teams)
        elif values is not None and outcome.of == "members":
            of_people = _levels_of(values, before, after, stays)
            levels[outcome.name] = _mean_of_teams(of_people, values, team, window, stays, n_teams)
        elif values is not None:
            led = {t: _led_values(grid, basis, values, followed[t], t) for t in followed}
            levels[outcome.name] = _levels_of_columns(led, window, n_teams)
    size = np.bincount(team[team >= 0], minlength=n_teams)
    return _Teams(unit=unit, size=size, touched=touched, levels=levels)


def _follow(units: Ints, team: Ints, n_teams: int) -> Ints:
    """Find the unit in which most people of each team are in another cycle; -1 for none."""
    known = (team >= 0) & (units >= 0)
    found = np.full(n_teams, -1, dtype=np.int64)
    if not known.any():
        return found
    width = int(units.max()) + 1
    pairs, counts = np.unique(team[known] * width + units[known], return_counts=True)
    # The last one written wins: the largest count, of several the lowest unit.
    order = np.lexsort((-pairs, counts))
    found[pairs[order] // width] = pairs[order] % width
    return found


def _levels_of(values: Floats, before: range, after: range, stays: Bools | None) -> _Levels:
    """Average a number of each person before and after; missing unless known on both sides."""
    parts = values[:, before.start : before.stop], values[:, after.start : after.stop]
    known = [np.isfinite(part) for part in parts]
    if stays is not None:
        known[1] = known[1] & stays
    counts = [each.sum(axis=1) for each in known]
    both = (counts[0] > 0) & (counts[1] > 0)
    means = [
        np.where(both, np.where(each, part, 0.0).sum(axis=1) / np.maximum(count, 1), np.nan)
        for part, each, count in zip(parts, known, counts, strict=True)
    ]
    start = np.full(len(values), before.stop)
    return _Levels(start, means[0], means[1], counts[0], counts[1], both.astype(np.float64))


def _mean_of_teams(
    of_people: _Levels, values: Floats, team: Ints, window: _Window, stays: Bools, n_teams: int
) -> _Levels:
    """Average the people of each team, the same people before and after."""
    known = (team >= 0) & np.isfinite(of_people.before)
    same = np.bincount(team[known], minlength=n_teams).astype(np.float64)
    means = [
        np.bincount(team[known], weights=each[known], minlength=n_teams) / np.maximum(same, 1)
        for each in (of_people.before, of_people.after)
    ]
    cycles = []
    for columns, among in zip(window.columns, (None, stays), strict=True):
        seen = np.isfinite(values[:, columns.start : columns.stop]) & known[:, None]
        seen = seen if among is None else seen & among
        cycles.append(
            sum(
                (np.bincount(team[each], minlength=n_teams) > 0).astype(np.int64) for each in seen.T
            )
            + np.zeros(n_teams, dtype=np.int64)
        )
    return _Levels(
        start=np.full(n_teams, window.start),
        before=np.where(same > 0, means[0], np.nan),
        after=np.where(same > 0, means[1], np.nan),
        n_before=cycles[0],
        n_after=cycles[1],
        same=same,
    )


def _levels_of_columns(led: dict[int, Floats], window: _Window, n_teams: int) -> _Levels:
    """Average a number of each team before and after."""
    before, after = (
        np.array([led[t] for t in columns]).reshape(len(columns), n_teams)
        for columns in window.columns
    )
    values = np.vstack([before, after]).T
    levels = _levels_of(values, range(len(before)), range(len(before), values.shape[1]), None)
    start, nobody = np.full(n_teams, window.start), np.full(n_teams, np.nan)
    return replace(levels, start=start, same=nobody)


def _led_values(grid: _Grid, basis: str, values: Floats, unit: Ints, t: int) -> Floats:
    """Take what the row of whoever leads each team says in a column."""
    if basis == "manager":
        person = (unit >= 0) & (unit < len(grid.people))
        return np.where(person, values[np.where(person, unit, 0), t], np.nan)
    # Without ids the leaders are the team's people in other jobs than technical ones.
    leads = np.isfinite(values[:, t]) & (grid.managing[:, t] | (not grid.tracks_known))
    leads &= grid.units["team"][:, t] >= 0
    teams = grid.units["team"][leads, t]
    count = np.bincount(teams, minlength=len(grid.labels))
    total = np.bincount(teams, weights=values[leads, t], minlength=len(grid.labels))
    mean = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return np.where(unit >= 0, mean[unit], np.nan) if len(mean) else np.full(len(unit), np.nan)


def _retention(
    grid: _Grid,
    inside: Bools,
    units: Ints,
    followed: dict[int, Ints],
    window: _Window,
    n_teams: int,
) -> _Levels:
    """Say which share of the members of each cycle is still seen in a later one."""
    width = int(units.max(initial=0)) + 1
    sides = []
    for columns in window.columns:
        members, stayed = np.zeros(n_teams), np.zeros(n_teams)
        cycles = np.zeros(n_teams, dtype=np.int64)
        for t in columns:
            if t == len(grid.cycles) - 1:
                continue  # nobody knows yet who stays
            here = inside[:, t] & (units[:, t] >= 0)
            count = np.bincount(units[here, t], minlength=width)
            stays = np.bincount(units[here & (grid.last_seen > t), t], minlength=width)
            found = followed[t] >= 0
            members += np.where(found, count[followed[t]], 0)
            stayed += np.where(found, stays[followed[t]], 0)
            cycles += found
        sides.append((np.where(members > 0, stayed / np.maximum(members, 1), np.nan), cycles))
    (before, n_before), (after, n_after) = sides
    return _Levels(
        start=np.full(n_teams, window.start),
        before=before,
        after=after,
        n_before=n_before,
        n_after=n_after,
        same=np.full(n_teams, np.nan),
    )


def _touch(
    events: Sequence[_Event],
    units: Ints,
    basis: str,
    window: _Window,
    followed: dict[int, Ints],
) -> Bools:
    """Mark the teams that a promotion touches up to the lead, and end those that a later one does.

    A promotion touches the team that it is out of and the team that it is to lead. To leave out the
    teams with a later promotion altogether would leave those that do badly later on.
    """
    stop = window.lead + window.after
    # One place more than there are units, which stands for the unknown unit -1.
    by_then = np.zeros(int(units.max(initial=-1)) + 2, dtype=bool)
    ends = np.full(len(by_then), stop)
    for event in events:
        if window.start - window.before < event.start < stop:
            earlier = units[event.person, : event.start]
            # Whoever leads a unit by manager ids is that unit's code.
            to_lead = event.person if basis == "manager" else units[event.person, event.start]
            for code in (*earlier[earlier >= 0][-1:], to_lead):
                if 0 <= code < len(by_then) - 1 and event.start <= window.lead:
                    by_then[code] = True
                elif 0 <= code < len(by_then) - 1:
                    ends[code] = min(ends[code], event.start)
    touched = np.any([by_then[each] for each in followed.values()], axis=0)
    end = np.min([ends[each] for each in followed.values()], axis=0)
    for t in followed:
        followed[t] = np.where(t < end, followed[t], -1)
    return np.asarray(touched)


# ------------------------------------------------------------------------------ what is expected


def _similar_levels(
    teams: _Teams, outcome: str, size: int, settings: Settings
) -> tuple[Ints, Floats, Floats]:
    """Take the teams of a window that are similar: untouched, known, and of like size."""
    levels = teams.levels[outcome]
    kept = ~teams.touched & np.isfinite(levels.before) & np.isfinite(levels.after)
    kept &= np.where(np.isnan(levels.same), teams.size, levels.same) >= settings.min_team_size
    kept &= (teams.size <= _LIKE_SIZE * size) & (teams.size * _LIKE_SIZE >= size)
    return levels.start[kept], levels.before[kept], levels.after[kept]


class _Line:
    """The line from the level before to the level after, one for each cycle, all of one slope."""

    def __init__(self, start: Ints, before: Floats, after: Floats) -> None:
        """Fit slope and scatter within cycles."""
        cycle, inverse, self._n = np.unique(start, return_inverse=True, return_counts=True)
        n_cycles = len(cycle)
        self._place = {int(each): place for place, each in enumerate(cycle)}
        self._before = np.bincount(inverse, weights=before, minlength=n_cycles) / self._n
        self._after = np.bincount(inverse, weights=after, minlength=n_cycles) / self._n
        self._range = (before.min(initial=np.inf), before.max(initial=-np.inf))
        x, y = before - self._before[inverse], after - self._after[inverse]
        self._spread = float(x @ x)
        even = self._spread <= 1e-12 * max(len(x), 1) * (
            1 + float(np.abs(before).max(initial=0)) ** 2
        )
        self.slope = 0.0 if even else float(x @ y) / self._spread
        self._spread = np.inf if even else self._spread
        left = y - self.slope * x
        free = len(x) - n_cycles - (not even)
        self._variance = float(left @ left) / free if free > 0 else np.nan
        if self._variance <= 1e-18 * (1 + float(np.abs(after).max(initial=0)) ** 2):
            self._variance = 0.0
        self._free, self._even = free, even

    def compare(self, start: int, before: float, after: float, settings: Settings) -> _Difference:
        """Hold one change against the line of its cycle."""
        place = self._place.get(start)
        n = 0 if place is None else int(self._n[place])
        if place is None or n < settings.min_similar_teams:
            return _Difference(n_similar=n, why_not="few")
        if self._variance == 0 or not np.isfinite(self._variance):
            return _Difference(n_similar=n, why_not="even")
        outside = not self._range[0] <= before <= self._range[1]
        if outside and self._even:
            return _Difference(n_similar=n, why_not="outside")
        away = before - self._before[place]
        effect = after - self._after[place] - self.slope * away
        se = np.sqrt(self._variance * (1 + 1 / n + away**2 / self._spread))
        # Windows that overlap share cycles: taken together they are worth about half their number.
        freedom = max(n - 1 - (not self._even), self._free / 2)
        reach = stats.t.ppf((1 + settings.interval_level) / 2, freedom) * se
        p_value = 2 * float(stats.t.sf(abs(effect) / se, freedom))
        return _Difference(effect, effect - reach, effect + reach, p_value, n, outside)


# ------------------------------------------------------------------------------ one row each

_TEAM_DTYPES = {
    "team": "str",
    "outcome": "str",
    "before": "float64",
    "after": "float64",
    "effect": "float64",
    "low": "float64",
    "high": "float64",
    "p_value": "float64",
    "n_before": "int64",
    "n_after": "int64",
    "n_members": "int64",
    "n_same": "Int64",
    "n_similar": "int64",
    "reason": "str",
}
_TEAM_COLUMNS = ["person_id", "cycle", *_TEAM_DTYPES]


def _team_row(
    comparison: "_Comparison", promotions: pd.DataFrame, event: _Event, outcome: Outcome
) -> tuple[object, ...]:
    """Say what happened to one outcome of one team."""
    settings, grid = comparison.settings, comparison.grid
    size, levels = comparison.own_team(event, outcome)
    n_same: Any = pd.NA
    difference, cycles = _Difference(), (0, 0)
    before, after = np.nan, np.nan
    if not event.basis:
        reason = "Nobody in a technical job is known to be led by this person."
    elif size < settings.min_team_size:
        reason = f"The team has fewer than {settings.min_team_size} members, so nothing is shown."
    elif event.start == 0:
        reason = "There is no cycle before the promotion."
    elif levels is None or not np.isfinite(levels.before[0] + levels.after[0]):
        reason = f"{outcome.label} is not known both before and after the promotion."
    elif levels.same[0] < settings.min_team_size:
        reason = (
            f"Fewer than {settings.min_team_size} members are known both before and after, so "
            "nothing is shown."
        )
    else:
        before, after = float(levels.before[0]), float(levels.after[0])
        cycles = int(levels.n_before[0]), int(levels.n_after[0])
        n_same = pd.NA if np.isnan(levels.same[0]) else int(levels.same[0])
        line = comparison.line(event.basis, comparison.window_of(event), outcome.name, size)
        difference = line.compare(event.start, before, after, settings)
        reason = _tell(outcome, difference, settings)
    numbers = difference.effect, difference.low, difference.high, difference.p_value
    who = promotions["person_id"].iloc[event.row], promotions["cycle"].iloc[event.row]
    counts = (*cycles, size, n_same, difference.n_similar)
    return (
        *who,
        _label(grid, event),
        outcome.name,
        before,
        after,
        *numbers,
        *counts,
        reason,
    )


def _label(grid: _Grid, event: _Event) -> object:
    """Give the name of the team, where it has one."""
    return grid.labels[event.label] if event.label >= 0 else None


def _tell(outcome: Outcome, found: _Difference, settings: Settings) -> str:
    """Put a difference, or why there is none, in a sentence."""
    if found.why_not == "few":
        teams = "team" if found.n_similar == 1 else "teams"
        return (
            f"Only {found.n_similar} similar {teams} in the same cycles to compare with; "
            f"{settings.min_similar_teams} are needed."
        )
    if found.why_not == "even":
        return "Similar teams do not differ from each other, so nothing can be compared."
    if found.why_not == "outside":
        return "No similar team started from this level, so nothing can be compared."
    low, effect, high = (
        round(outcome.scale * each, 1) + 0.0 for each in (found.low, found.effect, found.high)
    )
    level = f"{settings.interval_level:.0%}".replace("%", " %")
    interval = f"{level} interval {low:.1f} to {high:.1f}"
    beyond = f"{found.n_similar} similar teams"
    if found.high < 0 or found.low > 0:
        verb = "fell" if found.high < 0 else "rose"
        told = (
            f"{outcome.label} {verb} by {abs(effect):.1f} {outcome.unit} more than in {beyond} "
            f"({interval})."
        )
    else:
        told = (
            f"{outcome.label}: no change beyond that of {beyond} can be told apart "
            f"({effect:+.1f} {outcome.unit}, {interval})."
        )
    if found.outside:
        told += " None of the teams compared with started from this level."
    return told


# ------------------------------------------------------------------------------ situations


_SITUATION_TEXTS = "person_id cycle team technical_leader technical_leader_since void".split()


def _situations(
    comparison: "_Comparison", promotions: pd.DataFrame, teams: pd.DataFrame
) -> pd.DataFrame:
    """Say of each promotion what a meeting needs to know beside the person's own output."""
    grid, events = comparison.grid, comparison.events
    rows = [event.row for event in events]
    frame = pd.DataFrame(
        {
            "person_id": promotions["person_id"].iloc[rows].array,
            "cycle": promotions["cycle"].iloc[rows].array,
            "team": pd.Series([_label(grid, event) for event in events], dtype="str"),
        }
    )
    counts = _count_leaders(grid)
    leaders = [_technical_leader(grid, event, counts) for event in events]
    there = pd.array([each for each, _ in leaders], dtype="boolean")
    frame["technical_leader"] = there
    since = [grid.cycles[t] if t >= 0 else None for _, t in leaders]
    frame["technical_leader_since"] = pd.Series(since, dtype=object)
    frame["void"] = ~there
    own = pd.DataFrame(
        [_own_engagement(comparison, event) for event in events],
        columns=[f"own_engagement_{name}" for name in "before after change low high n".split()],
    )
    rating = grid.values.get("management_rating", np.empty((0, 0)))
    ranked = [np.sort(each[np.isfinite(each)]) for each in rating.T]
    placed = pd.DataFrame(
        [
            (*_lead_rating(grid, event, ranked, comparison.settings), *_load(grid, event))
            for event in events
        ],
        columns=["lead_rating", "lead_rating_n", "direct_reports", "fte"],
    )
    frame = pd.concat([frame, own, placed], axis=1)
    for outcome, name in zip(_ALWAYS, ("output", "engagement", "retention"), strict=True):
        found = teams.loc[teams["outcome"] == outcome].reset_index(drop=True)
        for column, source in (("change", "effect"), ("low", "low"), ("high", "high")):
            frame[f"team_{name}_{column}"] = found[source]
        frame[f"team_{name}_n"] = found["n_similar"]
    dtypes = {
        str(name): "Int64" if str(name).endswith("_n") or name == "direct_reports" else "float64"
        for name in frame.columns[len(_SITUATION_TEXTS) :]
    }
    return frame.astype(dtypes)


def _count_leaders(grid: _Grid) -> dict[str, Ints]:
    """Count the technical leaders of each unit in each cycle."""
    counts = {}
    for basis, units in grid.units.items():
        count = np.zeros((int(units.max(initial=-1)) + 1, units.shape[1]), dtype=np.int64)
        person, column = np.nonzero(grid.leading & (units >= 0))
        np.add.at(count, (units[person, column], column), 1)
        counts[basis] = count
    return counts


def _technical_leader(grid: _Grid, event: _Event, counts: dict[str, Ints]) -> tuple[Any, int]:
    """Say whether the team has a technical leader in the latest cycle of the lead, since when."""
    if not event.basis or not grid.tracks_known:
        return pd.NA, -1
    seen = np.zeros(len(grid.cycles), dtype=bool)
    for basis, unit in (("team", event.label), (event.basis, event.unit)):
        if unit >= 0:
            own = grid.leading[event.person] & (grid.units[basis][event.person] == unit)
            seen |= counts[basis][unit] > own
    if not seen[event.last]:
        return False, -1
    gaps = np.flatnonzero(~seen[: event.last])
    return True, int(gaps[-1]) + 1 if len(gaps) else 0


def _own_engagement(comparison: "_Comparison", event: _Event) -> tuple[float, ...]:
    """Hold a person's own engagement against that of people who were not promoted."""
    settings, grid = comparison.settings, comparison.grid
    missing = (np.nan,) * 5
    if "engagement" not in grid.values or event.start == 0:
        return *missing, 0
    window = comparison.own_window_of(event)
    levels = comparison.people(window)
    before, after = float(levels.before[event.person]), float(levels.after[event.person])
    if not np.isfinite(before + after):
        return *missing, 0
    found = comparison.own_line(window).compare(event.start, before, after, settings)
    return before, after, found.effect, found.low, found.high, found.n_similar


def _lead_rating(
    grid: _Grid, event: _Event, ranked: list[Floats], settings: Settings
) -> tuple[float, int]:
    """Place how the people managed rate a person among the other managers of the same cycles."""
    shares, others = [], []
    for t, known in list(enumerate(ranked))[event.start : event.start + settings.team_window]:
        own = grid.values["management_rating"][event.person, t]
        if np.isfinite(own) and len(known) > 1:
            lower, not_higher = np.searchsorted(known, own), np.searchsorted(known, own, "right")
            # Half of those rated alike count as lower; she herself is one of them.
            shares.append((lower + (not_higher - lower - 1) / 2) / (len(known) - 1))
            others.append(len(known) - 1)
    return (float(np.mean(shares)), min(others)) if shares else (np.nan, 0)


def _load(grid: _Grid, event: _Event) -> tuple[float, float]:
    """Give the number of people who report to a person, and her share of full time."""
    fte = grid.values.get("fte")
    last = event.last if event.basis else len(grid.cycles) - 1
    return (
        float(event.reports) if event.reports >= 0 else np.nan,
        np.nan if fte is None else float(fte[event.person, last]),
    )


def _notes(
    grid: _Grid, events: Sequence[_Event], outcomes: Sequence[Outcome], teams: pd.DataFrame
) -> tuple[str, ...]:
    """Say in sentences what the result rests on and what it leaves open."""
    notes = []
    if not events:
        return ("No promotions to management are known, so no team was looked at.",)
    by_team = sum(event.basis == "team" for event in events)
    if by_team:
        notes.append(
            f"For {by_team:,} of {len(events):,} promotions the sheet does not say who reports to "
            "whom; the team is everybody with the same team name."
        )
    nobody = sum(not event.basis for event in events)
    if nobody:
        notes.append(
            f"For {nobody:,} of {len(events):,} promotions nobody is known to be led by the person."
        )
    for outcome in outcomes:
        judged = teams.loc[teams["outcome"] == outcome.name, "effect"].notna()
        notes.append(
            f"{outcome.label}: {int(judged.sum()):,} of {len(judged):,} teams could be held "
            "against similar ones."
        )
    level = "Intervals and p-values are for one team at a time, not for having looked at many."
    return (*notes, level) if teams["effect"].notna().any() else tuple(notes)
