"""Seats: who manages the people of each team and who leads it technically, cycle by cycle.

What comes in is a roster; what goes out are grids of teams by cycles, and who holds each seat. A
review that is missing is not a person who is missing: whoever is in the same team before and after
a gap is taken to have been there in between.
"""

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np

from workbench.analyses.expected.histories import Bools, Ints
from workbench.analyses.teams.roster import Roster
from workbench.ladder import TRACKS

__all__ = ["NO", "NO_TEAM", "UNKNOWN", "YES", "Holders", "Seats", "find_seats"]

YES, NO, UNKNOWN, NO_TEAM = 1, 0, -1, -9
_ENGINEER, _LEADING, _MANAGING = (
    TRACKS.index(each) for each in ("engineer", "technical_leadership", "management")
)
_LEFT = -2


@dataclass(frozen=True, slots=True)
class Holders:
    """Who holds one kind of seat, by team and cycle; one entry a holder.

    Attributes
    ----------
    cell
        The team times the number of cycles, plus the cycle; ascending.
    who
        The holder: a place in `Roster.managers`, of which the people come first.
    """

    cell: Ints
    who: Ints

    def of(self, cell: int) -> Ints:
        """List the holders of one cell."""
        first, last = np.searchsorted(self.cell, [cell, cell + 1])
        return self.who[first:last]

    def count(self, shape: tuple[int, int]) -> Ints:
        """Count the holders of every team and cycle."""
        return np.bincount(self.cell, minlength=shape[0] * shape[1]).reshape(shape)

    def names(self, cells: Ints, roster: Roster) -> list[tuple[Hashable, ...]]:
        """Give the ids of the holders of some cells."""
        ids = [roster.managers[each] for each in self.who]
        ends = np.searchsorted(self.cell, [cells, cells + 1])
        return [tuple(ids[first:last]) for first, last in ends.T.tolist()]


@dataclass(frozen=True, slots=True)
class Seats:
    """The teams and their seats; K teams, T cycles, N people.

    Attributes
    ----------
    basis
        What a team is: everybody with one `team` name, everybody with one `manager`, or nothing
        where neither is known.
    units, names : (K,)
        Code of each team in `Roster.units[basis]`, in order, and what it is called.
    team : (N, T)
        The team of each person, -1 for none.
    technical : (N, T)
        Members in a technical job, or one that is not known.
    n_people : (K, T)
        Members.
    leader : (K, T)
        Whether the team has a technical leader: `YES`, `NO`, `UNKNOWN`, or `NO_TEAM` where nobody
        in it is in a technical job.
    managed : (K, T)
        Whether anybody manages its people.
    both : (K, T)
        Whether one person is its only technical leader and its only people manager.
    managers_known
        Whether anybody at all is known to manage people.
    leaders, managers
        Who they are; managers by how many report to them.
    """

    basis: str
    units: Ints
    names: list[str]
    team: Ints
    technical: Bools
    n_people: Ints
    leader: Ints
    managed: Bools
    both: Bools
    managers_known: bool
    leaders: Holders
    managers: Holders

    @property
    def latest(self) -> Ints:
        """Whether each team has a technical leader in the latest cycle; empty without cycles."""
        n_cycles = self.leader.shape[1]
        return self.leader[:, n_cycles - 1] if n_cycles else np.empty(0, dtype=np.int64)


def find_seats(roster: Roster) -> Seats:
    """Say who manages each team and who leads it technically, in each cycle.

    The people managers of a team are those whom its members in a technical job report to; where
    nobody is known to be reported to, its members on the management track. Its technical leaders
    are its members on the technical-leadership track. Teams without anybody in a technical job,
    such as the managers of one director, need no technical leader and are no teams here.

    Parameters
    ----------
    roster
        Of the reviews.

    Returns
    -------
    Seats

    Examples
    --------
    >>> import pandas as pd
    >>> from workbench.analyses.teams.roster import build_roster
    >>> reviews = pd.DataFrame({
    ...     "person_id": ["a", "b", "c"],
    ...     "cycle": "2024H1",
    ...     "team": ["Search", "Search", "Ads"],
    ...     "track": ["engineer", "technical_leadership", "engineer"],
    ... })
    >>> seats = find_seats(build_roster(reviews))
    >>> seats.names, seats.leader.tolist()
    (['Ads', 'Search'], [[0], [1]])
    """
    basis = "team" if roster.labels else "manager" if "manager" in roster.units else ""
    codes = roster.units.get(basis, np.full(roster.here.shape, -1))
    team = _bridge(codes, roster.gone)
    jobs = _fill_jobs(roster)
    technical = (team >= 0) & np.isin(jobs, [_ENGINEER, _LEADING, -1])
    units = np.unique(team[technical])
    place = np.searchsorted(units, team)
    listed = (team >= 0) & (place < len(units))
    listed[listed] = units[place[listed]] == team[listed]
    team = np.where(listed, place, -1)
    shape = len(units), team.shape[1]
    n_technical = _count(team, technical, shape)
    leaders = _holders(team, (team >= 0) & (jobs == _LEADING))
    if basis == "manager":
        leaders = _add_leading_managers(leaders, units, jobs, shape)
    leader = np.where(_count(team, (team >= 0) & (jobs == -1), shape) > 0, UNKNOWN, NO)
    leader = np.where(leaders.count(shape) > 0, YES, leader)
    managers = _find_managers(roster, basis, team, technical, jobs, units)
    n_managers = managers.count(shape)
    leads_too = np.isin(_pairs(managers, roster), _pairs(leaders, roster))
    shared = np.bincount(managers.cell[leads_too], minlength=n_managers.size).reshape(shape)
    return Seats(
        basis=basis,
        units=units,
        names=_names(roster, basis, units),
        team=team,
        technical=technical,
        n_people=_count(team, team >= 0, shape),
        leader=np.where(n_technical > 0, leader, NO_TEAM),
        managed=n_managers > 0,
        both=(shared == 1) & (n_managers == 1) & (leaders.count(shape) == 1),
        managers_known=bool(n_managers.any()),
        leaders=leaders,
        managers=managers,
    )


def _neighbours(codes: Ints) -> tuple[Ints, Ints]:
    """Give the known code before each cell, its own included, and the one from it on; else -1."""
    known, columns = codes != -1, np.arange(codes.shape[1])
    before = np.maximum.accumulate(np.where(known, columns, -1), axis=1)
    backwards = np.where(known, columns, codes.shape[1])[:, ::-1]
    after = np.minimum.accumulate(backwards, axis=1)[:, ::-1]
    padded = np.hstack([codes, np.full((len(codes), 1), -1)])  # where both ends point to
    rows = np.arange(len(codes))[:, None]
    return padded[rows, before], padded[rows, after]


def _bridge(codes: Ints, gone: Bools) -> Ints:
    """Fill the gaps that have the same code before and after; nobody comes back by it."""
    before, after = _neighbours(np.where(gone, _LEFT, codes))
    return np.where((before == after) & (before >= 0), before, codes)


def _fill_jobs(roster: Roster) -> Ints:
    """Take a job that a cell does not say from earlier cycles; in a gap, if it stays the same."""
    before, after = _neighbours(roster.jobs)
    stays = (before == after) | ((before != _LEADING) & (after != _LEADING))
    taken = np.where(roster.here | stays, before, -1)
    return np.where(roster.jobs >= 0, roster.jobs, taken)


def _count(team: Ints, which: Bools, shape: tuple[int, int]) -> Ints:
    """Count people by team and cycle."""
    person, column = np.nonzero(which & (team >= 0))
    cell = team[person, column] * shape[1] + column
    return np.bincount(cell, minlength=shape[0] * shape[1]).reshape(shape)


def _holders(team: Ints, which: Bools) -> Holders:
    """List people by team and cycle, in the order of the roster."""
    person, column = np.nonzero(which)
    cell = team[person, column] * team.shape[1] + column
    order = np.lexsort((person, cell))
    return Holders(cell[order], person[order])


def _add_leading_managers(
    leaders: Holders, units: Ints, jobs: Ints, shape: tuple[int, int]
) -> Holders:
    """Add those who are on the technical-leadership track and whom the whole team reports to."""
    own = np.flatnonzero(units < len(jobs))
    unit, column = np.nonzero(jobs[units[own]] == _LEADING)
    cell = np.concatenate([leaders.cell, own[unit] * shape[1] + column])
    who = np.concatenate([leaders.who, units[own[unit]]])
    order = np.lexsort((who, cell))
    return Holders(cell[order], who[order])


def _find_managers(
    roster: Roster, basis: str, team: Ints, technical: Bools, jobs: Ints, units: Ints
) -> Holders:
    """Find whom the members in technical jobs report to, else members who manage."""
    width = team.shape[1]
    on_track = _holders(team, (team >= 0) & (jobs == _MANAGING))
    if "manager" not in roster.units:
        return on_track
    led_by = _bridge(roster.units["manager"], roster.gone)
    person, column = np.nonzero(technical & (team >= 0) & (led_by >= 0))
    manager = units[team[person, column]] if basis == "manager" else led_by[person, column]
    has_row = manager < len(roster.people)
    left = np.zeros(len(manager), dtype=bool)
    left[has_row] = roster.gone[manager[has_row], column[has_row]]
    cell = (team[person, column] * width + column)[~left]
    manager = manager[~left]
    pair, n = np.unique(cell * len(roster.managers) + manager, return_counts=True)
    cell, manager = pair // len(roster.managers), pair % len(roster.managers)
    else_there = ~np.isin(on_track.cell, cell)
    cell = np.concatenate([cell, on_track.cell[else_there]])
    manager = np.concatenate([manager, on_track.who[else_there]])
    n = np.concatenate([n, np.zeros(int(else_there.sum()), dtype=n.dtype)])
    order = np.lexsort((manager, -n, cell))
    return Holders(cell[order], manager[order])


def _pairs(holders: Holders, roster: Roster) -> Ints:
    """Write each holder of each cell as one number."""
    return holders.cell * max(len(roster.managers), 1) + holders.who


def _names(roster: Roster, basis: str, units: Ints) -> list[str]:
    """Say what each team is called."""
    if basis == "manager":
        return [f"Team of {roster.managers[unit]}" for unit in units]
    return [str(roster.labels[unit]) for unit in units]
