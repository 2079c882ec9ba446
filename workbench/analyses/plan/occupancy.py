"""Occupancy: who sits where, and with which people manager each seat would be paired.

What comes in are seats, people and how they suit each other; what goes out is what the words of the
track plan are made from.
"""

from collections import Counter
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.analyses.plan.open_seats import key_of
from workbench.analyses.plan.seat_fit import SeatFit

__all__ = ["Occupancy", "pair_seats"]

_Floats = npt.NDArray[np.float64]
_Ints = npt.NDArray[np.int64]
_Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Occupancy:
    """Who sits where: S seats and P people.

    Attributes
    ----------
    seats, persons
        As `find_open_seats` gives them; indexed by the text of the person: `person_id`, `role`,
        `role_similarity`, `candidate`, `returns`.
    positions, teams
        Everybody's position; every team.
    fit
        How well people suit seats.
    holder, second : (S,)
        Columns of people, -1 for none.
    margin : (S,)
        What the plan loses without the choice.
    locked, seat_free : (S,)
        Kept by choice; filled by the plan, which leaves out the rest.
    person_free, left_out : (P,)
        Whom the plan could place; who is left out by choice.
    min_seat_fit
        Fit below which a seat rather stays empty.
    """

    seats: pd.DataFrame
    persons: pd.DataFrame
    positions: pd.DataFrame
    teams: pd.DataFrame
    fit: SeatFit
    holder: _Ints
    second: _Ints
    margin: _Floats
    locked: _Mask
    seat_free: _Mask
    person_free: _Mask
    left_out: _Mask
    min_seat_fit: float


def pair_seats(taken: Occupancy) -> list[object]:
    """Find the people manager whom each seat would be paired with.

    Of several managers it is the one with the most of the team's people, then the first by name.
    Whoever is proposed for a seat does not manage any more.

    Parameters
    ----------
    taken
        Who sits where.

    Returns
    -------
    list
        The id of a person for each seat, as the teams have it; None where there would be no people
        manager.
    """
    moving = {taken.persons.index[each] for each in taken.holder if each >= 0}
    positions = taken.positions
    reports = Counter(zip(positions["team"], positions["manager"], strict=True))
    found: list[object] = []
    seats = taken.seats
    for team, keys, ids in zip(
        seats.index, seats["people_managers"], seats["manager_ids"], strict=True
    ):
        stay = [pair for pair in zip(keys, ids, strict=True) if pair[0] not in moving]
        first = min(
            stay, key=lambda pair: (-reports[(key_of(team), pair[0])], pair[0]), default=None
        )
        found.append(first[1] if first else None)
    return found
