"""Voids: how each team without a technical leader came to be without one.

What comes in are a roster, the seats of its teams and the promotions to management; what goes out
is one void per team without a technical leader in the latest cycle, and every loss of the last
technical leader of a team in any cycle, which teams compared with each other must not have had.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from workbench.analyses.expected.histories import Bools, Floats, Ints
from workbench.analyses.teams.led_teams import Lead
from workbench.analyses.teams.roster import Roster
from workbench.analyses.teams.seats import NO, NO_TEAM, UNKNOWN, YES, Seats
from workbench.ladder import TRACKS
from workbench.settings import Settings

__all__ = [
    "BEGINNINGS",
    "Beginning",
    "Void",
    "find_losses",
    "find_voids",
    "other_events",
    "run_starts",
]

_MANAGING = TRACKS.index("management")
# What makes a person the strongest of a team, with its words.
_STRENGTHS = (
    ("technical_output", "technical output"),
    ("force_multiplier", "what others achieve through them"),
)


@dataclass(frozen=True, slots=True)
class Beginning:
    """One way in which a team can come to be without a technical leader.

    Attributes
    ----------
    name
        As in the column `began_with`.
    label, meaning
        In words, and in a sentence.
    event
        What happened, as the end of "before ...".
    """

    name: str
    label: str
    meaning: str
    event: str


BEGINNINGS: tuple[Beginning, ...] = (
    Beginning(
        "promotion_to_management",
        "promotion to management",
        "The last technical leader, or the strongest engineer of a team that never had one by "
        "title, was promoted to management.",
        "the promotion",
    ),
    Beginning(
        "departure",
        "departure",
        "The last technical leader is not in the reviews any more.",
        "the departure",
    ),
    Beginning(
        "move",
        "move to another team",
        "The last technical leader moved to another team.",
        "the move",
    ),
    Beginning(
        "other",
        "another reason",
        "The last technical leader changed to another track, or what was before is not known.",
        "the change",
    ),
    Beginning(
        "always",
        "never had one",
        "The team had no technical leader in any cycle in which it is seen.",
        "the void",
    ),
)
_TELLING = {each.name: place for place, each in enumerate(BEGINNINGS)}


@dataclass(frozen=True, slots=True)
class Void:
    """A team that lost its last technical leader, or never had one.

    Attributes
    ----------
    team, since
        Team, and first column without a technical leader.
    how
        The name of a beginning.
    person
        Row of who left the gap, -1 for nobody.
    start
        Column of the event that left it, -1 for none.
    n_last
        Technical leaders in the last column with any; 0 where there was none.
    strength
        In words what a person who was no technical leader by title was strongest in.
    lead
        The promotion to management that it began with, where there is one.
    """

    team: int
    since: int
    how: str
    person: int = -1
    start: int = -1
    n_last: int = 0
    strength: str = ""
    lead: Lead | None = None

    def event(self, seats: Seats, n_cycles: int) -> Lead:
        """Give the event as a lead of the team that was left, to compare the team around it."""
        unit = int(seats.units[self.team])
        return Lead(
            row=-1,
            person=self.person,
            start=self.start,
            basis=seats.basis,
            unit=unit,
            label=unit if seats.basis == "team" else -1,
            since=self.start,
            stop=n_cycles,
        )

    def is_of_led_team(self, seats: Seats) -> bool:
        """Say whether the promoted person leads this very team."""
        if self.lead is None or not self.lead.basis:
            return False
        led = self.lead.label if seats.basis == "team" else self.lead.unit
        return led == int(seats.units[self.team])


def run_starts(values: Ints) -> Ints:
    """Give the first column of the run of equal values in which each row ends.

    Parameters
    ----------
    values : (n, T)
        With at least one column.

    Returns
    -------
    array : (n,)

    Examples
    --------
    >>> run_starts(np.array([[1, 0, 0], [1, 1, 1], [0, 0, 1]])).tolist()
    [1, 0, 2]
    """
    other = values[:, :-1] != values[:, -1:]
    columns: Ints = np.where(other, np.arange(1, values.shape[1]), 0)
    return np.asarray(columns.max(axis=1, initial=0))


def find_losses(roster: Roster, seats: Seats, leads: Sequence[Lead]) -> list[Void]:
    """Find every cycle in which a team is without a technical leader after having had one.

    Parameters
    ----------
    roster, seats
        Of the same people.
    leads
        The promotions to management.

    Returns
    -------
    list of Void
        By team and cycle. Where several technical leaders were lost at once, the promotion to
        management counts, then the departure, then the move.
    """
    by_person: dict[int, list[Lead]] = {}
    for lead in leads:
        by_person.setdefault(lead.person, []).append(lead)
    n_cycles = len(roster.cycles)
    last = _last_known(seats.leader)
    columns = np.arange(len(seats.leader))[:, None]
    had = (last >= 0) & (seats.leader[columns, last] == YES)
    losses = []
    for team, column in np.argwhere((seats.leader == NO) & had).tolist():
        since = int(last[team, column])
        people = seats.leaders.of(team * n_cycles + since)
        # A manager without a row of their own has no history to tell.
        people = people[people < len(roster.people)]
        found = [
            _say_how(roster, seats, by_person.get(person, []), person, (team, since, column))
            for person in people.tolist()
        ]
        first = min(found, key=lambda each: _TELLING[each.how], default=Void(team, column, "other"))
        losses.append(replace(first, n_last=len(people)))
    return losses


def other_events(roster: Roster, seats: Seats, losses: Sequence[Void]) -> list[Lead]:
    """Give the losses that were no promotions, to leave such teams out of comparisons.

    Parameters
    ----------
    roster, seats, losses
        Of the same people.

    Returns
    -------
    list of Lead
        Of the teams that were left.
    """
    return [each.event(seats, len(roster.cycles)) for each in losses if each.lead is None]


def _last_known(leader: Ints) -> Ints:
    """Give the last column before each cell in which a technical leader is there or not; or -1."""
    known = np.where(leader != UNKNOWN, np.arange(leader.shape[1]), -1)
    upto = np.maximum.accumulate(known, axis=1)
    return np.hstack([np.full((len(leader), 1), -1), upto[:, :-1]])


def _say_how(
    roster: Roster,
    seats: Seats,
    leads: Sequence[Lead],
    person: int,
    where: tuple[int, int, int],
) -> Void:
    """Say how a team lost one technical leader between two columns."""
    team, last, since = where
    later = np.flatnonzero(roster.here[person, last + 1 :])
    seen = last + 1 + int(later[0]) if len(later) else -1
    for lead in leads:
        if last < lead.start <= max(since, seen):
            how = "promotion_to_management"
            return Void(team, since, how, person, lead.start, lead=lead)
    if seen < 0:
        return Void(team, since, "departure", person, since)
    if roster.jobs[person, seen] == _MANAGING:
        return Void(team, since, "promotion_to_management", person, since)
    moved = seats.team[person, seen] not in (team, -1)
    return Void(team, since, "move" if moved else "other", person, since)


def find_voids(
    roster: Roster,
    seats: Seats,
    leads: Sequence[Lead],
    losses: Sequence[Void],
    settings: Settings,
) -> list[Void]:
    """Say of each team without a technical leader in the latest cycle how that began.

    A team that never had one by title had one in deed, where its strongest engineer was promoted
    to management: the highest technical output of its members over the cycles before, or the most
    that others achieve through a person. Of several such promotions the latest counts.

    Parameters
    ----------
    roster, seats, leads
        Of the same people.
    losses
        As `find_losses` gives them.
    settings
        Its `team_window` and `min_team_size` count.

    Returns
    -------
    list of Void
        By team.
    """
    lost = {(each.team, each.since): each for each in losses}
    starts = run_starts(seats.leader)
    strongest = _find_strongest(roster, seats, leads, settings)
    voids = []
    for team in np.flatnonzero(seats.latest == NO).tolist():
        since = int(starts[team])
        void = lost.get((team, since))
        if void is None:
            fresh = since == 0 or seats.leader[team, since - 1] == NO_TEAM
            void = Void(team, since, "always" if fresh else "other")
            lead, strength = strongest.get(team, (None, ""))
            if lead is not None and lead.start >= since:
                how = "promotion_to_management"
                void = Void(team, since, how, lead.person, lead.start, 0, strength, lead)
        voids.append(void)
    return voids


def _find_strongest(
    roster: Roster, seats: Seats, leads: Sequence[Lead], settings: Settings
) -> dict[int, tuple[Lead, str]]:
    """Find for each team the latest promotion to management of its strongest engineer."""
    found: dict[int, tuple[Lead, str]] = {}
    tops: dict[int, list[tuple[Bools, str]]] = {}
    place = {int(unit): team for team, unit in enumerate(seats.units)}
    for lead in sorted(leads, key=lambda each: (each.start, -each.person)):
        if lead.start == 0:
            continue
        if lead.start not in tops:
            tops[lead.start] = _tops(roster, seats, lead.start, settings)
        strength = next((words for top, words in tops[lead.start] if top[lead.person]), "")
        # Where teams have no names, a promoted person's team begins with the promotion.
        team = (
            int(seats.team[lead.person, lead.start - 1])
            if seats.basis == "team"
            else place.get(lead.unit, -1)
        )
        if strength and team >= 0:
            found[team] = lead, strength
    return found


def _tops(roster: Roster, seats: Seats, start: int, settings: Settings) -> list[tuple[Bools, str]]:
    """Mark who was the strongest of each team before a cycle, by each kind of strength."""
    first, last = max(start - settings.team_window, 0), start - 1
    team = np.where(seats.technical[:, last], seats.team[:, last], -1)
    tops = []
    for name, words in _STRENGTHS:
        if name in roster.values:
            mean = _mean(roster.values[name][:, first:start])
            known = (team >= 0) & np.isfinite(mean)
            n = np.bincount(team[known], minlength=len(seats.units) + 1)
            highest = np.full(len(seats.units) + 1, -np.inf)
            np.maximum.at(highest, team[known], mean[known])
            top = known & (mean == highest[team]) & (n[team] >= settings.min_team_size)
            # Several who are alike are nobody's strongest.
            alone = np.bincount(team[top], minlength=len(seats.units) + 1) == 1
            tops.append((top & alone[team], words))
    return tops


def _mean(values: Floats) -> Floats:
    """Average what is known of each row; NaN where nothing is."""
    known = np.isfinite(values)
    n = known.sum(axis=1)
    total = np.where(known, values, 0.0).sum(axis=1)
    return np.where(n > 0, total / np.maximum(n, 1), np.nan)
