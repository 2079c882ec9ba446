"""What-if: what a meeting keeps and leaves out before seats are planned again, checked.

What comes in are pairs and names as somebody chose them; what goes out are the same as text keys,
none of which contradicts another. People and teams are known here by their text.
"""

from collections.abc import Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass

from workbench.errors import InputError

__all__ = ["WhatIf", "read_what_if"]


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What is kept and what is left out.

    Attributes
    ----------
    seats
        Text of the team to text of the person who is kept there.
    people, teams
        Texts of those who are left out.
    """

    seats: dict[str, str]
    people: frozenset[str]
    teams: frozenset[str]


def read_what_if(
    locked: Sequence[tuple[Hashable, Hashable]],
    excluded_people: Iterable[Hashable],
    excluded_teams: Iterable[Hashable],
    *,
    people: Collection[str],
    teams: Collection[str],
    voids: Collection[str],
) -> WhatIf:
    """Check what is kept and left out against who and what there is.

    Parameters
    ----------
    locked
        Pairs of a person and the team whose seat the person keeps.
    excluded_people, excluded_teams
        Who and what is left out.
    people, teams, voids
        The texts of all people, of all teams, and of the teams with an open seat.

    Returns
    -------
    WhatIf

    Raises
    ------
    InputError
        If somebody or something is unknown, or two choices contradict each other.

    Examples
    --------
    >>> known = {"people": {"E1"}, "teams": {"Ads", "Search"}, "voids": {"Ads"}}
    >>> read_what_if([("E1", "Ads")], [], [], **known).seats
    {'Ads': 'E1'}
    """
    left_out = frozenset(map(str, _listed(excluded_people, "excluded_people", "person_id")))
    without = frozenset(map(str, _listed(excluded_teams, "excluded_teams", "team")))
    _refuse_unknown(left_out, people, "excluded_people", "people")
    _refuse_unknown(without, teams, "excluded_teams", "teams")
    seats: dict[str, str] = {}
    for pair in _listed(locked, "locked", "(person_id, team) pair"):
        if isinstance(pair, str) or not isinstance(pair, Sequence) or len(pair) != 2:
            raise InputError(
                f"locked was given {pair!r}; each entry is a pair of a person and a team, such as "
                '("E1", "Team 07").'
            )
        person, team = map(str, pair)
        if seats.get(team) == person:
            continue
        _refuse_unknown({person}, people, "locked", "people")
        _refuse_unknown({team}, teams, "locked", "teams")
        _refuse_contradiction(person, team, seats, left_out, without, voids)
        seats[team] = person
    return WhatIf(seats, left_out, without)


def _listed(given: Iterable[Hashable], name: str, entry: str) -> list[Hashable]:
    """Take a list; a single text would otherwise be read letter by letter."""
    if isinstance(given, str | bytes):
        raise InputError(f"{name} was given the text {given!r}; give a list with each {entry}.")
    return list(given)


def _refuse_unknown(chosen: Collection[str], known: Collection[str], name: str, kind: str) -> None:
    """Refuse who or what is not there."""
    unknown = sorted(set(chosen) - set(known))
    if unknown:
        raise InputError(
            f"{name} names {', '.join(unknown[:5])}, which is not among the {len(known):,} {kind} "
            "given. Check the spelling, or leave it out."
        )


def _refuse_contradiction(
    person: str,
    team: str,
    seats: dict[str, str],
    left_out: Collection[str],
    without: Collection[str],
    voids: Collection[str],
) -> None:
    """Refuse a choice that cannot hold beside the others."""
    if person in left_out:
        problem = f"{person} is both kept for {team} and left out"
    elif team in without:
        problem = f"{person} is kept for {team}, and {team} is left out"
    elif team in seats:
        problem = f"both {seats[team]} and {person} are kept for {team}, which has one seat"
    elif person in seats.values():
        other = next(seat for seat, holder in seats.items() if holder == person)
        problem = f"{person} is kept for both {other} and {team}; a person has one seat"
    elif team not in voids:
        problem = f"{person} is kept for {team}, which has no open seat"
    else:
        return
    raise InputError(f"{problem}. Take one of these choices back.")
