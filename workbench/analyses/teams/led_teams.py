"""Led teams: which team each person promoted to management led, from when and until when.

What comes in are a roster and promotions; what goes out is one lead per promotion to management.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from workbench.analyses.expected.histories import Ints
from workbench.analyses.teams.roster import Roster, one_row_each
from workbench.errors import InputError

__all__ = ["Lead", "find_leads"]


@dataclass(frozen=True, slots=True)
class Lead:
    """One promotion to management, and the team that the person led from then on.

    Attributes
    ----------
    row
        Position in the promotions table.
    person, start
        Row of the roster, and first column in the new position.
    basis
        The kind of unit that is the team: `manager`, `team`, or nothing where nobody is led.
    unit, label
        Codes of the unit and of the name of the team; -1 where there is none.
    since, stop
        First column in which the person leads it, and first that says nothing of the lead any more.
    reports
        People who report to the person in the last column with any; -1 where none does.
    """

    row: int
    person: int
    start: int
    basis: str = ""
    unit: int = -1
    label: int = -1
    since: int = -1
    stop: int = -1
    reports: int = -1

    def team(self, roster: Roster) -> object:
        """Give the name of the team, where it has one."""
        return roster.labels[self.label] if self.label >= 0 else None


def find_leads(roster: Roster, promotions: pd.DataFrame, cycle_dtype: object) -> list[Lead]:
    """Find the teams that people promoted to management led, by person and cycle.

    Parameters
    ----------
    roster
        Of the reviews.
    promotions
        `person_id`, `cycle` and, where known, `kind`; without it every row counts.
    cycle_dtype
        Of the cycles of the reviews, which may be an ordered category.

    Returns
    -------
    list of Lead
        Of the people in the roster who were promoted before its end. A lead ends where somebody
        else is promoted to lead the same team.

    Raises
    ------
    InputError
        If a column is missing, or the cycles of both tables cannot be brought into one order.

    Examples
    --------
    >>> from workbench.analyses.teams.roster import build_roster
    >>> reviews = pd.DataFrame({"person_id": list("abab"), "cycle": [1, 1, 2, 2], "team": "Search"})
    >>> moves = pd.DataFrame({"person_id": ["a"], "cycle": [2]})
    >>> roster = build_roster(reviews)
    >>> (lead,) = find_leads(roster, moves, reviews["cycle"].dtype)
    >>> lead.team(roster), lead.basis, lead.since, lead.stop
    ('Search', 'team', 1, 2)
    """
    promoted = _find_promoted(roster, promotions, cycle_dtype)
    reports = _reports_of(roster, [each.person for each in promoted])
    found = [
        _find_reports(roster, each, *reports[each.person]) or _find_team_mates(roster, each)
        for each in promoted
    ]
    begins: dict[tuple[str, int], list[int]] = {}
    for lead in found:
        begins.setdefault((lead.basis, lead.unit), []).append(lead.since)
    return [
        replace(lead, stop=min([lead.stop, *(each for each in others if each > lead.since)]))
        for lead, others in ((lead, begins[lead.basis, lead.unit]) for lead in found)
    ]


def _find_promoted(roster: Roster, promotions: pd.DataFrame, cycle_dtype: object) -> list[Lead]:
    """Find the promotions to management of people who are in the roster."""
    moves = promotions.assign(row=np.arange(len(promotions)))
    if "kind" in promotions:
        moves = moves[promotions["kind"].eq("to_management").fillna(False).to_numpy(dtype=bool)]
    moves = one_row_each(moves, ["row"], "promotions")
    person = {each: position for position, each in enumerate(roster.people)}
    known, wanted = list(roster.cycles), moves["cycle"].tolist()
    try:
        if isinstance(cycle_dtype, pd.CategoricalDtype) and cycle_dtype.ordered:
            rank = {each: position for position, each in enumerate(cycle_dtype.categories)}
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
        if who in person and start < len(roster.cycles)
    ]
    return [Lead(row, who, start) for who, start, _, row in sorted(found)]


def _reports_of(roster: Roster, people: Sequence[int]) -> dict[int, tuple[Ints, Ints]]:
    """List who reports to each of some people, and in which columns."""
    units = roster.units.get("manager", np.full(roster.technical.shape, -1))
    person, column = np.nonzero(np.isin(units, people))
    manager = units[person, column]
    order = np.argsort(manager, kind="stable")
    person, column, manager = person[order], column[order], manager[order]
    ends = {each: np.searchsorted(manager, [each, each + 1]) for each in people}
    return {each: (person[i:j], column[i:j]) for each, (i, j) in ends.items()}


def _find_reports(roster: Roster, lead: Lead, person: Ints, column: Ints) -> Lead | None:
    """Take those who report to a promoted person as the team; None where nobody does."""
    later = column >= lead.start
    person, column = person[later], column[later]
    led = column[roster.technical[person, column]]
    if not len(led):
        return None
    since = int(led.min())
    label = _most_common(roster.units["team"][person[column == since], since])
    # The lead lasts until the first cycle in which nobody reports any more.
    stop = since + 1
    while stop in column:
        stop += 1
    return replace(
        lead,
        basis="manager",
        unit=lead.person,
        label=_first_label(roster, lead) if label < 0 else label,
        since=since,
        stop=stop,
        reports=int((column == stop - 1).sum()),
    )


def _find_team_mates(roster: Roster, lead: Lead) -> Lead:
    """Take the people with the same team name as the team, unless they report to somebody else."""
    label = _first_label(roster, lead)
    nobody = replace(lead, label=label)
    if label < 0:
        return nobody
    teams = roster.units["team"]
    if "manager" in roster.units:
        mates = teams[:, lead.start] == label
        if (roster.units["manager"][mates, lead.start] >= 0).any():
            return nobody
    own = teams[lead.person]
    since = lead.start + int((own[lead.start :] == label).argmax())
    elsewhere = np.flatnonzero((own[since:] >= 0) & (own[since:] != label))
    stop = since + int(elsewhere[0]) if len(elsewhere) else len(roster.cycles)
    return replace(nobody, basis="team", unit=label, since=since, stop=stop)


def _first_label(roster: Roster, lead: Lead) -> int:
    """Give the team that a person is in from the promotion on; -1 where none is known."""
    own = roster.units["team"][lead.person, lead.start :]
    return int(own[own >= 0][0]) if (own >= 0).any() else -1


def _most_common(codes: Ints) -> int:
    """Give the most common code, the lowest of several; -1 where none is known."""
    known = codes[codes >= 0]
    return int(np.bincount(known).argmax()) if len(known) else -1
