"""Team levels: where every team stood before and after a cycle, by outcome.

What comes in are a roster, the leads and a window of cycles; what goes out are the levels of all
teams in it. Members are followed back to their own earlier cycles and on for as long as they stay,
so that people who come or go do not make a change.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from workbench.analyses.expected.histories import Bools, Floats, Ints
from workbench.analyses.teams.led_teams import Lead
from workbench.analyses.teams.roster import Roster, add_by_unit
from workbench.analyses.teams.team_outcomes import OUTCOMES

__all__ = ["Levels", "Teams", "Window", "average", "measure_teams"]


@dataclass(frozen=True, slots=True)
class Window:
    """The columns that are compared: `before` ones up to `start`, `after` ones from `since`.

    Between start and since lie the cycles in which somebody was promoted but led nobody yet.
    """

    start: int
    since: int
    before: int
    after: int

    @property
    def columns(self) -> Ints:
        """All columns, those before first."""
        return np.concatenate(
            [
                np.arange(self.start - self.before, self.start),
                np.arange(self.since, self.since + self.after),
            ]
        )

    def moved(self, start: int) -> "Window":
        """Give the same window around another cycle."""
        return replace(self, start=start, since=self.since - self.start + start)

    def everywhere(self, n_cycles: int) -> list["Window"]:
        """Give the same window around every cycle around which it fits."""
        last = n_cycles - (self.since - self.start + self.after)
        return [self.moved(start) for start in range(self.before, last + 1)]

    def promoted(self, leads: Sequence[Lead]) -> list[int]:
        """List the people promoted to management after the first column, up to `since`."""
        first = self.start - self.before
        return [lead.person for lead in leads if first < lead.start <= self.since]


@dataclass(frozen=True, slots=True)
class Levels:
    """Levels before and after of n teams or people.

    Attributes
    ----------
    before, after : (n,)
        Means, NaN where not known on both sides.
    n_before, n_after : (n,)
        Cycles in which the number is known.
    same : (n,)
        Members they rest on, NaN where the number is not one of members.
    cases : (n,)
        Members times cycles that the level after is a share of, NaN where it is no share.
    """

    before: Floats
    after: Floats
    n_before: Ints
    n_after: Ints
    same: Floats
    cases: Floats

    def take(self, which: Ints) -> "Levels":
        """Keep some."""
        return Levels(*(getattr(self, each.name)[which] for each in fields(self)))


@dataclass(frozen=True, slots=True)
class Teams:
    """All teams of a window; n teams.

    Attributes
    ----------
    unit, size : (n,)
        Codes in order, and numbers of members.
    touched : (n,)
        Whether somebody was promoted to management out of it, or to lead it.
    levels
        By outcome.
    """

    unit: Ints
    size: Ints
    touched: Bools
    levels: dict[str, Levels]


def average(before: Floats, after: Floats) -> Levels:
    """Average the cycles before and those after, where any is known on both sides.

    Parameters
    ----------
    before, after : (n, cycles)
        One row a team or person, NaN where missing.

    Returns
    -------
    Levels
        Without members.

    Examples
    --------
    >>> levels = average(np.array([[1.0, 2.0], [1.0, 3.0]]), np.array([[5.0], [np.nan]]))
    >>> levels.before.tolist(), levels.after.tolist()
    ([1.5, nan], [5.0, nan])
    """
    known = np.isfinite(before), np.isfinite(after)
    counts = [each.sum(axis=1) for each in known]
    both = (counts[0] > 0) & (counts[1] > 0)
    means = [
        np.where(both, np.where(each, part, 0.0).sum(axis=1) / np.maximum(count, 1), np.nan)
        for part, each, count in zip((before, after), known, counts, strict=True)
    ]
    unknown = np.full(len(both), np.nan)
    return Levels(means[0], means[1], counts[0], counts[1], same=unknown, cases=unknown)


def measure_teams(roster: Roster, leads: Sequence[Lead], basis: str, window: Window) -> Teams:
    """Measure every team of a window: those together in the column `since`, before and after.

    Parameters
    ----------
    roster, leads
        Of the same people.
    basis
        The kind of unit that is a team.
    window
        With at least one column after.

    Returns
    -------
    Teams
        Without those promoted in the window.
    """
    units, columns = roster.units[basis], window.columns
    inside = roster.technical.copy()
    inside[window.promoted(leads)] = False
    unit, team = np.unique(
        np.where(inside[:, window.since], units[:, window.since], -1), return_inverse=True
    )
    # The unknown unit sorts first; without it, codes of teams count from zero and -1 is nobody.
    unknown = int(unit.size > 0 and unit[0] == -1)
    unit, team = unit[unknown:], team.astype(np.int64) - unknown
    followed = np.column_stack([_follow(units[:, t], team, len(unit)) for t in columns])
    touched, ends = _touch(leads, units, basis, window, followed)
    followed = np.where(columns < ends[:, None], followed, -1)
    own = np.vstack([followed, np.full(len(columns), -1)])[team]  # the last one is nobody's
    stays = (own >= 0) & (units[:, columns] == own)
    stays[:, : window.before] = True  # earlier cycles count wherever the members were
    levels = {}
    for outcome in OUTCOMES:
        values = roster.values.get(outcome.name)
        if outcome.of == "presence":
            levels[outcome.name] = _retention(roster, inside, units, followed, window)
        elif values is not None and outcome.of == "members":
            of_members = np.where(stays, values[:, columns], np.nan)
            levels[outcome.name] = _average_members(of_members, team, window, len(unit))
        elif values is not None:
            reported = _reported(roster, basis, values, followed, columns)
            levels[outcome.name] = average(*_split(reported, window))
    size = np.bincount(team[team >= 0], minlength=len(unit))
    return Teams(unit=unit, size=size, touched=touched, levels=levels)


def _split(values: Floats, window: Window) -> tuple[Floats, Floats]:
    """Part the columns of a window into those before and those after."""
    return values[:, : window.before], values[:, window.before :]


def _follow(units: Ints, team: Ints, n_teams: int) -> Ints:
    """Find the unit in which most people of each team are in another cycle; -1 for none."""
    known = (team >= 0) & (units >= 0)
    found = np.full(n_teams, -1, dtype=np.int64)
    width = int(units.max(initial=0)) + 1
    pairs, counts = np.unique(team[known] * width + units[known], return_counts=True)
    # The last one written wins: the largest count, of several the lowest unit.
    order = np.lexsort((-pairs, counts))
    found[pairs[order] // width] = pairs[order] % width
    return found


def _touch(
    leads: Sequence[Lead], units: Ints, basis: str, window: Window, followed: Ints
) -> tuple[Bools, Ints]:
    """Mark the teams that a promotion touches up to the lead, and end those that a later one does.

    A promotion touches the team that it is out of and the team that it is to lead. To leave out the
    teams with a later promotion altogether would leave those that do badly later on.
    """
    stop = window.since + window.after
    # One place more than there are units, which stands for the unknown unit -1.
    by_then = np.zeros(int(units.max(initial=-1)) + 2, dtype=bool)
    ends = np.full(len(by_then), stop)
    for lead in leads:
        if window.start - window.before < lead.start < stop:
            earlier = units[lead.person, : lead.start]
            # Whoever leads a unit by manager ids is that unit's code.
            to_lead = lead.person if basis == "manager" else units[lead.person, lead.start]
            for code in (*earlier[earlier >= 0][-1:], to_lead):
                if 0 <= code < len(by_then) - 1 and lead.start <= window.since:
                    by_then[code] = True
                elif 0 <= code < len(by_then) - 1:
                    ends[code] = min(ends[code], lead.start)
    return np.asarray(by_then[followed].any(axis=1)), ends[followed].min(axis=1)


def _average_members(values: Floats, team: Ints, window: Window, n_teams: int) -> Levels:
    """Average the members of each team, the same people before and after."""
    own = average(*_split(values, window))
    known = (team >= 0) & np.isfinite(own.before)
    team = team[known]
    same = np.bincount(team, minlength=n_teams).astype(np.float64)
    before, after = (
        np.where(same > 0, np.bincount(team, each[known], n_teams) / np.maximum(same, 1), np.nan)
        for each in (own.before, own.after)
    )
    seen = np.zeros((n_teams, values.shape[1]), dtype=bool)
    person, column = np.nonzero(np.isfinite(values[known]))
    seen[team[person], column] = True
    n_before, n_after = (
        each.sum(axis=1) for each in (seen[:, : window.before], seen[:, window.before :])
    )
    return Levels(before, after, n_before, n_after, same, cases=np.full(n_teams, np.nan))


def _reported(roster: Roster, basis: str, values: Floats, followed: Ints, columns: Ints) -> Floats:
    """Take what the rows of whoever leads each team say."""
    if basis == "manager":
        known = (followed >= 0) & (followed < len(roster.people))
        return np.where(known, values[np.where(known, followed, 0), columns], np.nan)
    # Without ids the leaders are the team's people in other jobs than technical ones.
    units = roster.units["team"][:, columns]
    values = values[:, columns]
    leads = np.isfinite(values) & (roster.managing[:, columns] | (not roster.tracks_known))
    count = add_by_unit(units, leads)
    mean = np.where(count > 0, add_by_unit(units, leads, values) / np.maximum(count, 1), np.nan)
    return np.asarray(mean[followed, np.arange(len(columns))])


def _retention(
    roster: Roster, inside: Bools, units: Ints, followed: Ints, window: Window
) -> Levels:
    """Say which share of the members of each cycle is still seen in a later one."""
    columns = window.columns
    here, units = inside[:, columns], units[:, columns]
    later = roster.last_seen[:, None] > columns
    # Of the members of the last cycle nobody knows yet who stays.
    known = (followed >= 0) & (columns < len(roster.cycles) - 1)
    members, stayed = (
        np.where(known, add_by_unit(units, which)[followed, np.arange(len(columns))], 0)
        for which in (here, here & later)
    )
    shares, cycles = [], []
    for side in (slice(None, window.before), slice(window.before, None)):
        n = members[:, side].sum(axis=1)
        shares.append(np.where(n > 0, stayed[:, side].sum(axis=1) / np.maximum(n, 1), np.nan))
        cycles.append(known[:, side].sum(axis=1))
    cases = members[:, window.before :].sum(axis=1).astype(np.float64)
    unknown = np.full(len(known), np.nan)
    return Levels(shares[0], shares[1], cycles[0], cycles[1], same=unknown, cases=cases)
