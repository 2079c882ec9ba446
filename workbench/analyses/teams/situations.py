"""Situations: what a meeting needs to know of a promotion beside the person's own output.

What comes in are a roster, the leads and the effects on teams; what goes out is one row a
promotion: is there a technical leader, is the person content, how do the people managed rate the
lead, what is the load, what became of the team.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from workbench.analyses.expected.histories import Floats, Ints
from workbench.analyses.teams.led_teams import Lead
from workbench.analyses.teams.roster import Roster, add_by_unit
from workbench.analyses.teams.similar_teams import Line, fit_around
from workbench.analyses.teams.team_levels import Levels, Window, average
from workbench.settings import Settings

__all__ = ["describe_situations"]

_TEXTS = ("person_id", "cycle", "team", "technical_leader", "technical_leader_since", "void")
_OWN = "before after change low high n".split()
_OF_TEAM = {"output": "technical_output", "engagement": "engagement", "retention": "retention"}


def describe_situations(
    roster: Roster,
    leads: Sequence[Lead],
    promotions: pd.DataFrame,
    teams: pd.DataFrame,
    settings: Settings,
) -> pd.DataFrame:
    """Say of each promotion what a meeting needs to know beside the person's own output.

    Parameters
    ----------
    roster, leads
        Of the same people.
    promotions
        The table that `leads` count the rows of.
    teams
        As in `TeamEffects.teams`, promotions in the order of `leads`.
    settings
        Its `team_window`, `min_similar_teams` and `interval_level` count.

    Returns
    -------
    DataFrame
        As in `TeamEffects.situations`.
    """
    rows = [lead.row for lead in leads]
    counts = {basis: add_by_unit(units, roster.leading) for basis, units in roster.units.items()}
    leaders = [_technical_leader(roster, lead, counts) for lead in leads]
    there = pd.array([each for each, _ in leaders], dtype="boolean")
    since = [roster.cycles[t] if t >= 0 else None for _, t in leaders]
    frame = pd.DataFrame(
        {
            "person_id": promotions["person_id"].iloc[rows].array,
            "cycle": promotions["cycle"].iloc[rows].array,
            "team": pd.Series([lead.team(roster) for lead in leads], dtype="str"),
            "technical_leader": there,
            "technical_leader_since": pd.Series(since, dtype=object),
            "void": ~there,
        }
    )
    engagement = _OwnEngagement(roster, leads, settings)
    rating = roster.values.get("management_rating", np.empty((0, 0)))
    ranked = [np.sort(each[np.isfinite(each)]) for each in rating.T]
    own = [
        (
            *engagement.compare(lead),
            *_lead_rating(roster, lead, ranked, settings),
            *_load(roster, lead),
        )
        for lead in leads
    ]
    names = [f"own_engagement_{each}" for each in _OWN]
    names += ["lead_rating", "lead_rating_n", "direct_reports", "fte"]
    frame = pd.concat([frame, pd.DataFrame(own, columns=names)], axis=1)
    for name, outcome in _OF_TEAM.items():
        found = teams.loc[teams["outcome"] == outcome].reset_index(drop=True)
        for column, source in (("change", "effect"), ("low", "low"), ("high", "high")):
            frame[f"team_{name}_{column}"] = found[source]
        frame[f"team_{name}_n"] = found["n_similar"]
    numbers = [str(each) for each in frame.columns[len(_TEXTS) :]]
    counted = {each for each in numbers if each.endswith("_n") or each == "direct_reports"}
    return frame.astype({each: "Int64" if each in counted else "float64" for each in numbers})


def _technical_leader(roster: Roster, lead: Lead, counts: dict[str, Ints]) -> tuple[Any, int]:
    """Say whether the team has a technical leader in the latest cycle of the lead, since when."""
    if not lead.basis or not roster.tracks_known:
        return pd.NA, -1
    seen = np.zeros(len(roster.cycles), dtype=bool)
    for basis, unit in (("team", lead.label), (lead.basis, lead.unit)):
        if unit >= 0:
            own = roster.leading[lead.person] & (roster.units[basis][lead.person] == unit)
            seen |= counts[basis][unit] > own
    last = lead.stop - 1
    if not seen[last]:
        return False, -1
    gaps = np.flatnonzero(~seen[:last])
    return True, int(gaps[-1]) + 1 if len(gaps) else 0


class _OwnEngagement:
    """The engagement of people promoted, beside that of people who were not."""

    def __init__(self, roster: Roster, leads: Sequence[Lead], settings: Settings) -> None:
        """Remember who was promoted."""
        self._roster, self._leads, self._settings = roster, leads, settings
        self._levels: dict[Window, Levels] = {}
        self._lines: dict[Window, Line] = {}

    def compare(self, lead: Lead) -> tuple[float, ...]:
        """Give before, after, the change beyond that of others with its interval, and their n."""
        unknown = (*(np.nan,) * 5, 0)
        if "engagement" not in self._roster.values or lead.start == 0:
            return unknown
        width, n_cycles = self._settings.team_window, len(self._roster.cycles)
        window = Window(
            lead.start, lead.start, min(width, lead.start), min(width, n_cycles - lead.start)
        )
        levels = self._measure(window)
        before, after = float(levels.before[lead.person]), float(levels.after[lead.person])
        if not np.isfinite(before + after):
            return unknown
        shape = window.moved(window.before)
        if shape not in self._lines:
            self._lines[shape] = fit_around(window, n_cycles, self._unpromoted)
        found = self._lines[shape].compare(lead.start, before, after, self._settings)
        return before, after, found.effect, found.low, found.high, found.n_similar

    def _measure(self, window: Window) -> Levels:
        """Measure everybody in a window, each up to a later promotion."""
        if window not in self._levels:
            until = np.full(len(self._roster.people), len(self._roster.cycles))
            for lead in self._leads:
                if lead.start > window.start:
                    until[lead.person] = min(until[lead.person], lead.start)
            columns = window.columns
            values = self._roster.values["engagement"][:, columns]
            values = np.where(columns < until[:, None], values, np.nan)
            self._levels[window] = average(values[:, : window.before], values[:, window.before :])
        return self._levels[window]

    def _unpromoted(self, window: Window) -> tuple[Floats, Floats]:
        """Take the people whose engagement is known and who had not been promoted by then."""
        levels = self._measure(window)
        kept = np.isfinite(levels.before)
        kept[window.promoted(self._leads)] = False
        return levels.before[kept], levels.after[kept]


def _lead_rating(
    roster: Roster, lead: Lead, ranked: list[Floats], settings: Settings
) -> tuple[float, int]:
    """Place how the people managed rate a person among the other managers of the same cycles."""
    shares, others = [], []
    for t in range(lead.start, min(lead.start + settings.team_window, len(ranked))):
        known, own = ranked[t], roster.values["management_rating"][lead.person, t]
        if np.isfinite(own) and len(known) > 1:
            lower, not_higher = np.searchsorted(known, own), np.searchsorted(known, own, "right")
            # Half of those rated alike count as lower; the person is one of them.
            shares.append((lower + (not_higher - lower - 1) / 2) / (len(known) - 1))
            others.append(len(known) - 1)
    return (float(np.mean(shares)), min(others)) if shares else (np.nan, 0)


def _load(roster: Roster, lead: Lead) -> tuple[float, float]:
    """Give the number of people who report to a person, and the person's share of full time."""
    fte = roster.values.get("fte")
    last = lead.stop - 1 if lead.basis else len(roster.cycles) - 1
    return (
        float(lead.reports) if lead.reports >= 0 else np.nan,
        np.nan if fte is None else float(fte[lead.person, last]),
    )
