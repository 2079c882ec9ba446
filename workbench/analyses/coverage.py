"""Coverage: which teams have a technical leader beside their people manager, and since when.

What comes in are reviews, promotions and scores; what goes out is the state of every team in every
cycle and, for each team without a technical leader now, how that began and what team output,
engagement and retention did around it beside similar teams.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.analyses.expected.histories import Ints
from workbench.analyses.promotions import find_promotions
from workbench.analyses.teams.led_teams import find_leads
from workbench.analyses.teams.roster import Roster, build_roster
from workbench.analyses.teams.seats import NO, NO_TEAM, UNKNOWN, YES, Holders, Seats, find_seats
from workbench.analyses.teams.similar_teams import SimilarTeams
from workbench.analyses.teams.void_outcomes import VOID_OUTCOMES, measure_voids
from workbench.analyses.teams.void_words import say_state, write_notes
from workbench.analyses.teams.voids import (
    BEGINNINGS,
    Void,
    find_losses,
    find_voids,
    other_events,
    run_starts,
)
from workbench.settings import DEFAULTS, Settings

__all__ = [
    "BEGINNINGS",
    "SEATS",
    "STATES",
    "VOID_OUTCOMES",
    "Coverage",
    "State",
    "measure_coverage",
]


@dataclass(frozen=True, slots=True)
class State:
    """One state of a team in a cycle.

    Attributes
    ----------
    name
        As in the column `state`.
    label, meaning
        In words, and in a sentence.
    """

    name: str
    label: str
    meaning: str


STATES: tuple[State, ...] = (
    State(
        "pair",
        "technical leader and people manager",
        "The team has a technical leader and, as another person, a people manager.",
    ),
    State(
        "no_technical_leader",
        "no technical leader",
        "Nobody in the team is on the technical-leadership track.",
    ),
    State(
        "no_people_manager",
        "no people manager",
        "The team has a technical leader, but nobody else manages its people.",
    ),
    State(
        "neither",
        "neither of the two",
        "The team has no technical leader, and nobody manages its people.",
    ),
    State(
        "not_known",
        "not known",
        "Job titles or managers are missing, so that it cannot be said.",
    ),
)
# In which seat a person of a team can be: a technical leader counts one, a people manager two.
SEATS = ("member", "technical_leader", "people_manager", "both")
_STATE = {each.name: place for place, each in enumerate(STATES)}
_TEAM_COLUMNS = [
    "team",
    "people_managers",
    "technical_leaders",
    "covered",
    "since",
    "state",
    "n_people",
    "reason",
]
_CYCLE_COLUMNS = [
    "team",
    "cycle",
    "people_managers",
    "technical_leaders",
    "n_people",
    "covered",
    "state",
]
_COVERED = {YES: True, NO: False, UNKNOWN: pd.NA}


@dataclass(frozen=True, slots=True)
class Coverage:
    """Which teams have a technical leader and a people manager.

    Attributes
    ----------
    teams
        One row per team of the latest cycle: `team`, `people_managers`, `technical_leaders` (tuples
        of person_id), `covered` (whether it has a technical leader; missing where that is not
        known), `since` (first cycle since which `covered` has been so without a break), `state` (a
        name of `STATES`), `n_people` (members) and `reason` in words.
    by_cycle
        One row per team and cycle in which the team is there: `team`, `cycle`, `people_managers`,
        `technical_leaders`, `n_people`, `covered`, `state`.
    voids
        One row per team without a technical leader in the latest cycle: `team`, `since`,
        `began_with` (a name of `BEGINNINGS`), `person_id` (who left the gap), `event_cycle` (when;
        for the strongest engineer of a team that never had a technical leader by title this is
        later than `since`), `n_people`; for `output`, `engagement` and `retention` the columns
        `_change` (beyond similar teams), `_low`, `_high`, `_n` (similar teams) and `_reason`; and
        `reason`. What is not known is missing, never zero.
    members
        One row per member and people manager of the latest cycle: `team`, `person_id`, `seat`
        (`technical_leader`, `people_manager`, `both` or `member`).
    cycles
        All cycles, in time.
    notes
        What was left out or assumed, in sentences.
    interval_level, team_window
        The thresholds it was made with.
    """

    teams: pd.DataFrame
    by_cycle: pd.DataFrame
    voids: pd.DataFrame
    members: pd.DataFrame
    cycles: tuple[Hashable, ...]
    notes: tuple[str, ...]
    interval_level: float
    team_window: int


def measure_coverage(
    reviews: pd.DataFrame,
    promotions: pd.DataFrame | None = None,
    scores: pd.DataFrame | None = None,
    *,
    team_window: int = DEFAULTS.team_window,
    min_team_size: int = DEFAULTS.min_team_size,
    min_similar_teams: int = DEFAULTS.min_similar_teams,
    interval_level: float = DEFAULTS.interval_level,
) -> Coverage:
    """Say which teams have a technical leader and a people manager, and what voids came with.

    The people managers of a team are those whom its members report to; where the sheet does not
    say, its members on the management track. Its technical leaders are its members on the
    technical-leadership track. The pair of two people is the healthy state. Teams without anybody
    in a technical job, such as a director's managers, are left out. Where the sheet has no team
    names, a team is everybody who reports to one manager.

    Missing data make no void. Whoever has no review in a cycle but is in the same team before and
    after was there; a job title that is missing is the last one known; and a team in which the job
    of anybody is still unknown, and nobody is known to lead it, is `not_known`. Somebody on leave
    keeps the seat.

    A void begins with a promotion to management if the last technical leader was promoted in that
    cycle, or if a team that has had none by title saw its strongest engineer promoted. What
    happened around it is measured as for the teams of the promoted: the level after is predicted
    from the team's own level before (analysis of covariance), and held against similar teams
    without such an event. Where the promoted person leads this team, the numbers are those of
    `measure_team_effects`.

    Parameters
    ----------
    reviews
        One row per person and cycle: `person_id`, `cycle` and, where known, `team`, `manager`,
        `track` or `title`, `employment_status`, `engagement`, `leave_share`. Other columns that
        `measure_team_effects` reads are used in the same way; the rest is not read.
    promotions
        `person_id`, `cycle` and, where known, `kind`; found in the reviews where it is not given.
    scores
        `person_id`, `cycle`, `technical_output`, `force_multiplier`; taken from the reviews where
        it is not given.
    team_window
        Cycles before and after a void began that are looked at.
    min_team_size
        People of a team, below which nothing is said of its results.
    min_similar_teams
        Similar teams in the same cycles, below which there is no number.
    interval_level
        Coverage of the intervals.

    Returns
    -------
    Coverage
        By team, then by cycle. The same for rows in any order.

    Raises
    ------
    InputError
        If a column is missing or cycles cannot be sorted.
    SettingsError
        If a threshold makes no sense.

    Examples
    --------
    >>> reviews = pd.DataFrame({
    ...     "person_id": ["a", "b", "c"] * 2,
    ...     "cycle": ["2024H1"] * 3 + ["2024H2"] * 3,
    ...     "team": "Search",
    ...     "title": ["Software Architect", "Software Engineer", "Engineering Manager",
    ...               "Engineering Manager", "Software Engineer", "Engineering Manager"],
    ... })
    >>> coverage = measure_coverage(reviews)
    >>> coverage.by_cycle[["cycle", "technical_leaders", "state"]].values.tolist()
    [['2024H1', ('a',), 'pair'], ['2024H2', (), 'no_technical_leader']]
    >>> coverage.voids[["team", "since", "began_with", "person_id"]].values.tolist()
    [['Search', '2024H2', 'promotion_to_management', 'a']]
    """
    settings = Settings(
        team_window=team_window,
        min_team_size=min_team_size,
        min_similar_teams=min_similar_teams,
        interval_level=interval_level,
    )
    if promotions is None:
        promotions = _promotions_of(reviews)
    roster = build_roster(reviews, scores)
    seats = find_seats(roster)
    leads = find_leads(roster, promotions, reviews["cycle"].dtype)
    losses = find_losses(roster, seats, leads)
    voids = find_voids(roster, seats, leads, losses, settings)
    states = _states(seats)
    by_cycle, cells = _by_cycle(roster, seats, states)
    teams = _teams(roster, seats, by_cycle, cells, voids, settings)
    similar = SimilarTeams(roster, [*leads, *other_events(roster, seats, losses)], settings)
    found = measure_voids(similar, seats, voids, teams)
    return Coverage(
        teams=teams,
        by_cycle=by_cycle,
        voids=found,
        members=_members(roster, seats),
        cycles=tuple(roster.cycles),
        notes=write_notes(roster, seats, found),
        interval_level=interval_level,
        team_window=team_window,
    )


def _promotions_of(reviews: pd.DataFrame) -> pd.DataFrame:
    """Find the promotions in reviews that say something of the position."""
    if {"track", "title"} & set(reviews.columns):
        return find_promotions(reviews)
    return pd.DataFrame({"person_id": [], "cycle": [], "kind": []})


def _states(seats: Seats) -> Ints:
    """Give the place in `STATES` of every team and cycle."""
    led, managed, known = seats.leader == YES, seats.managed, seats.managers_known
    return np.select(
        [
            led & managed & ~seats.both,
            led & (managed | known),
            (seats.leader == NO) & (managed | (not known)),
            seats.leader == NO,
        ],
        [_STATE[each] for each in ("pair", "no_people_manager", "no_technical_leader", "neither")],
        default=_STATE["not_known"],
    )


def _by_cycle(roster: Roster, seats: Seats, states: Ints) -> tuple[pd.DataFrame, Ints]:
    """List every team in every cycle in which it is there; its cell beside it."""
    team, column = np.nonzero(seats.leader != NO_TEAM)
    cells = team * len(roster.cycles) + column
    names, words = np.array(seats.names, dtype=object), np.array([each.name for each in STATES])
    covered = [_COVERED[each] for each in seats.leader[team, column].tolist()]
    cycles = pd.Series(roster.cycles, dtype=object).infer_objects()
    frame = pd.DataFrame(
        {
            "team": pd.array(names[team], dtype="str"),
            "cycle": cycles.take(column).array,
            "people_managers": _tuples(seats.managers.names(cells, roster)),
            "technical_leaders": _tuples(seats.leaders.names(cells, roster)),
            "n_people": seats.n_people[team, column],
            "covered": pd.Series(covered, dtype="boolean"),
            "state": pd.array(words[states[team, column]], dtype="str"),
        }
    )
    return frame[_CYCLE_COLUMNS], cells


def _tuples(each: Sequence[tuple[object, ...]]) -> pd.Series:
    """Hold tuples in a column, also where all of them have the same length."""
    column = pd.Series(index=range(len(each)), dtype=object)
    column[:] = each
    return column


def _teams(
    roster: Roster,
    seats: Seats,
    by_cycle: pd.DataFrame,
    cells: Ints,
    voids: Sequence[Void],
    settings: Settings,
) -> pd.DataFrame:
    """List the teams of the latest cycle, with words."""
    n_cycles = len(roster.cycles)
    now = cells % n_cycles == n_cycles - 1
    teams = by_cycle[now].reset_index(drop=True)
    place = cells[now] // n_cycles
    starts = run_starts(seats.leader)
    by_team = {each.team: each for each in voids}
    since = [roster.cycles[starts[each]] for each in place]
    reasons = [
        say_state(roster, seats, state, (team, int(starts[team])), by_team.get(team), settings)
        for team, state in zip(place.tolist(), teams["state"], strict=True)
    ]
    told: pd.DataFrame = teams.assign(
        since=pd.Series(since, dtype=object).infer_objects(),
        reason=pd.Series(reasons, dtype="str"),
    )
    return told[_TEAM_COLUMNS]


def _members(roster: Roster, seats: Seats) -> pd.DataFrame:
    """List who belongs to each team of the latest cycle, and in which seat."""
    n_cycles, n_all = len(roster.cycles), len(roster.managers)
    person, column = np.nonzero(seats.team >= 0)
    person = person[column == n_cycles - 1]
    inside = seats.team[person, n_cycles - 1] * n_all + person if len(person) else person
    leading, managing = (_now(each, n_cycles, n_all) for each in (seats.leaders, seats.managers))
    every = np.unique(np.concatenate([inside, leading, managing]))
    # One number a team and person; teams that need no leader are left out.
    every = every[seats.latest[every // n_all] != NO_TEAM]
    seat = np.isin(every, leading) + 2 * np.isin(every, managing)
    ids = [roster.managers[each] for each in every % n_all]
    return pd.DataFrame(
        {
            "team": pd.array([seats.names[each] for each in every // n_all], dtype="str"),
            "person_id": pd.Series(ids, dtype=object).infer_objects(),
            "seat": pd.array(np.array(SEATS)[seat], dtype="str"),
        }
    )


def _now(holders: Holders, n_cycles: int, n_all: int) -> Ints:
    """Write each holder of the latest cycle as the number of a team and person."""
    now = holders.cell % n_cycles == n_cycles - 1
    pairs: Ints = holders.cell[now] // n_cycles * n_all + holders.who[now]
    return pairs
