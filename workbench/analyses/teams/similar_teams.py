"""Similar teams: what a team would have come to from where it started, had nobody been promoted.

What comes in are a roster and the leads; what goes out is each change beyond that of similar teams
around the same cycle, with its interval. The change is not held against their plain change: a team
that did well is more likely to have somebody promoted, and would have fallen back anyway. So the
level after is predicted from the level before (analysis of covariance): the slope comes from
similar teams around every cycle, the general level from those of the same cycle.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from workbench.analyses.expected.histories import Floats, Ints
from workbench.analyses.teams.led_teams import Lead
from workbench.analyses.teams.own_scatter import widen_interval
from workbench.analyses.teams.roster import Roster
from workbench.analyses.teams.team_levels import Levels, Teams, Window, measure_teams
from workbench.settings import Settings

__all__ = ["Difference", "Line", "SimilarTeams", "fit_around", "fit_line"]

_LIKE_SIZE = 2.0  # a similar team has at most so many times as many members, or as few


@dataclass(frozen=True, slots=True)
class Difference:
    """A change beyond similar ones.

    Attributes
    ----------
    effect, low, high, p_value
        NaN where nothing can be said.
    n_similar
        How many there are in the same cycles.
    outside
        Whether it started from a level that no similar one started from.
    why_not
        Why nothing can be said: `few`, `even` or `outside`; empty where something can.
    """

    effect: float = np.nan
    low: float = np.nan
    high: float = np.nan
    p_value: float = np.nan
    n_similar: int = 0
    outside: bool = False
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """The line from the level before to the level after, one for each of k cycles, of one slope.

    Attributes
    ----------
    start, n, before, after : (k,)
        The cycles, how many are in each, and their means.
    lowest, highest
        Of the levels before.
    slope
        Within cycles; zero where the levels before do not differ.
    spread
        Sum of squares of the levels before, within cycles; infinite where they do not differ.
    variance, freedom
        Of the scatter around the line.
    """

    start: Ints
    n: Ints
    before: Floats
    after: Floats
    lowest: float
    highest: float
    slope: float
    spread: float
    variance: float
    freedom: int

    def compare(
        self,
        start: int,
        before: float,
        after: float,
        settings: Settings,
        *,
        cases: float = np.nan,
    ) -> Difference:
        """Hold one change against the line of its cycle; `cases` if it is of a share of so many."""
        place = int(np.searchsorted(self.start, start))
        n = int(self.n[place]) if start in self.start else 0
        if n < settings.min_similar_teams:
            return Difference(n_similar=n, why_not="few")
        if self.variance == 0 or not np.isfinite(self.variance):
            return Difference(n_similar=n, why_not="even")
        outside, sloped = not self.lowest <= before <= self.highest, bool(np.isfinite(self.spread))
        if outside and not sloped:
            return Difference(n_similar=n, why_not="outside")
        away = before - self.before[place]
        effect = after - self.after[place] - self.slope * away
        se = np.sqrt(self.variance * (1 + 1 / n + away**2 / self.spread))
        # Windows that overlap share cycles: taken together they are worth about half their number.
        freedom = max(n - 1 - sloped, self.freedom / 2)
        quantile = float(stats.t.ppf((1 + settings.interval_level) / 2, freedom))
        reach = quantile * se
        low, high = effect - reach, effect + reach
        if cases > 0:
            low, high = widen_interval(
                effect, reach, quantile=quantile, expected=after - effect, cases=cases
            )
        p_value = 2 * float(stats.t.sf(abs(effect) / se, freedom))
        return Difference(effect, low, high, p_value, n, outside)


def fit_line(start: Ints, before: Floats, after: Floats) -> Line:
    """Fit the slope and the scatter of levels after on levels before, within cycles.

    Parameters
    ----------
    start, before, after : (n,)
        The cycle, and the levels before and after it.

    Returns
    -------
    Line

    Examples
    --------
    >>> line = fit_line(np.zeros(4), np.array([0.0, 1, 2, 3]), np.array([0.1, 0.4, 1.1, 1.4]))
    >>> round(line.slope, 2), round(line.variance, 3), line.freedom
    (0.46, 0.016, 2)
    """
    cycle, inverse, n = np.unique(start, return_inverse=True, return_counts=True)
    mean_before, mean_after = (np.bincount(inverse, each, len(n)) / n for each in (before, after))
    x, y = before - mean_before[inverse], after - mean_after[inverse]
    spread = float(x @ x)
    sloped = spread > 1e-12 * max(len(x), 1) * (1 + float(np.abs(before).max(initial=0)) ** 2)
    slope = float(x @ y) / spread if sloped else 0.0
    left = y - slope * x
    freedom = len(x) - len(n) - sloped
    variance = float(left @ left) / freedom if freedom > 0 else np.nan
    if variance <= 1e-18 * (1 + float(np.abs(after).max(initial=0)) ** 2):
        variance = 0.0
    return Line(
        start=cycle,
        n=n,
        before=mean_before,
        after=mean_after,
        lowest=before.min(initial=np.inf),
        highest=before.max(initial=-np.inf),
        slope=slope,
        spread=spread if sloped else np.inf,
        variance=variance,
        freedom=freedom,
    )


def fit_around(
    window: Window, n_cycles: int, take: Callable[[Window], tuple[Floats, Floats]]
) -> Line:
    """Fit the line of the same window around every cycle around which it fits.

    Parameters
    ----------
    window
        Any of them.
    n_cycles
        Cycles there are.
    take
        Gives the levels before and after of those to compare with in a window.

    Returns
    -------
    Line
    """
    windows = window.everywhere(n_cycles)
    levels = [take(each) for each in windows]
    start = np.repeat([each.start for each in windows], [len(before) for before, _ in levels])
    return fit_line(start, *(np.concatenate(each) for each in zip(*levels, strict=True)))


class SimilarTeams:
    """The teams that led ones are held against, each worked out once for all who need it."""

    def __init__(self, roster: Roster, leads: Sequence[Lead], settings: Settings) -> None:
        """Remember whom promotions touch."""
        self.roster, self.leads, self.settings = roster, leads, settings
        self._teams: dict[tuple[str, Window], Teams] = {}
        self._lines: dict[tuple[str, Window, str, int], Line] = {}

    def own(self, lead: Lead, outcome: str) -> tuple[int, Levels | None]:
        """Give the size and the levels of the team that was led; its levels have one entry."""
        if not lead.basis:
            return 0, None
        teams = self._measure(lead.basis, self._window(lead))
        place = np.flatnonzero(teams.unit == lead.unit)
        if not len(place):
            return 0, None
        levels = teams.levels.get(outcome)
        return int(teams.size[place[0]]), None if levels is None else levels.take(place)

    def compare(self, lead: Lead, outcome: str, size: int, own: Levels) -> Difference:
        """Hold the change of a led team, whose levels have one entry, against similar teams."""
        window = self._window(lead)
        key = lead.basis, window.moved(window.before), outcome, size
        if key not in self._lines:
            self._lines[key] = fit_around(
                window,
                len(self.roster.cycles),
                lambda each: self._similar(self._measure(lead.basis, each), outcome, size),
            )
        before, after, cases = (float(each[0]) for each in (own.before, own.after, own.cases))
        return self._lines[key].compare(lead.start, before, after, self.settings, cases=cases)

    def _window(self, lead: Lead) -> Window:
        """Cut the window of a promotion at the ends of the data and of the lead."""
        width = self.settings.team_window
        before, after = min(width, lead.start), min(width, lead.stop - lead.since)
        return Window(lead.start, lead.since, before, after)

    def _measure(self, basis: str, window: Window) -> Teams:
        """Measure every team in a window."""
        key = basis, window
        if key not in self._teams:
            self._teams[key] = measure_teams(self.roster, self.leads, basis, window)
        return self._teams[key]

    def _similar(self, teams: Teams, outcome: str, size: int) -> tuple[Floats, Floats]:
        """Take the teams of a window that are untouched, known, and of like size."""
        levels, least = teams.levels[outcome], self.settings.min_team_size
        kept = ~teams.touched & np.isfinite(levels.before) & np.isfinite(levels.after)
        kept &= np.where(np.isnan(levels.same), teams.size, levels.same) >= least
        kept &= (teams.size <= _LIKE_SIZE * size) & (teams.size * _LIKE_SIZE >= size)
        return levels.before[kept], levels.after[kept]
