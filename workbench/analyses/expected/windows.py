"""Windows: the cycles before and after a promotion, real or pretended.

What comes in is a grid of histories; what goes out are the cells on either side of each promotion,
and of the pretended promotions of peers who were not promoted at that time.
"""

from dataclasses import dataclass

import numpy as np

from workbench.analyses.expected.histories import Bools, Events, Histories, Ints, cells_after

__all__ = ["RECENT_CYCLES", "Windows", "draw_placebos", "windows_around", "windows_of"]

RECENT_CYCLES = 2  # last cycles before a promotion, on which people are picked
_MAX_PLACEBOS = 20_000


@dataclass(frozen=True, slots=True)
class Windows:
    """People around a real or pretended promotion; n rows, T cycles.

    Attributes
    ----------
    person, start
        Row of the grid and first column after the promotion.
    before, after : (n, T)
        The cells with output on either side of it.
    """

    person: Ints
    start: Ints
    before: Bools
    after: Bools

    def take(self, which: Ints | Bools) -> "Windows":
        """Keep some rows."""
        return Windows(self.person[which], self.start[which], self.before[which], self.after[which])


def windows_around(histories: Histories, person: Ints, start: Ints, after: Bools) -> Windows:
    """Cut the histories of some people at their promotion; `after` says what can follow it."""
    column = np.arange(len(histories.cycles))
    before = histories.untreated[person] & (column < start[:, None])
    return Windows(person, start, before, after & (column >= start[:, None]))


def windows_of(histories: Histories, events: Events) -> Windows:
    """Cut each promoted person's history at the promotion, and again at the next one."""
    return windows_around(histories, events.person, events.start, cells_after(histories, events))


def draw_placebos(
    histories: Histories,
    starts: Ints,
    *,
    min_pre_cycles: int,
    min_post_cycles: int,
    random_state: int,
) -> Windows:
    """Pretend that everyone not yet promoted was promoted at each cycle at which somebody was.

    Parameters
    ----------
    histories
        The grid. A peer's cells after an own later promotion are not comparable, so they are not
        among those that follow the pretended one; peers are not picked by whether it comes.
    starts
        Columns at which somebody was promoted.
    min_pre_cycles, min_post_cycles
        Cycles with output needed on either side.
    random_state
        Seed of the draw, where there are more than can be used.

    Returns
    -------
    Windows
    """
    seen = histories.untreated
    total = np.cumsum(np.pad(seen, ((0, 0), (1, 0))).astype(np.int64), axis=1)
    people, places = [], []
    for start in np.unique(starts).tolist():
        fits = (total[:, start] >= min_pre_cycles) & (
            total[:, -1] - total[:, start] >= min_post_cycles
        )
        fits &= total[:, start] > total[:, max(start - RECENT_CYCLES, 0)]
        people.append(np.flatnonzero(fits))
        places.append(np.full(int(fits.sum()), start))
    person = np.concatenate(people) if people else np.empty(0, dtype=np.int64)
    start_of = np.concatenate(places) if places else np.empty(0, dtype=np.int64)
    if len(person) > _MAX_PLACEBOS:
        draw = np.random.default_rng(random_state)
        kept = np.sort(draw.choice(len(person), _MAX_PLACEBOS, replace=False))
        person, start_of = person[kept], start_of[kept]
    return windows_around(histories, person, start_of, seen[person])
