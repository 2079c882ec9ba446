"""Team changes: how far one outcome of one team moved around an event, beside similar teams.

What comes in are similar teams and a lead; what goes out is the change in numbers and in words.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from workbench.analyses.teams.led_teams import Lead
from workbench.analyses.teams.similar_teams import Difference, SimilarTeams
from workbench.analyses.teams.team_outcomes import Outcome
from workbench.settings import Settings

__all__ = ["TeamChange", "measure_change"]


@dataclass(frozen=True, slots=True)
class TeamChange:
    """How far one outcome of a team moved.

    Attributes
    ----------
    before, after
        Means over the cycles of the window; NaN where nothing is shown.
    n_before, n_after
        Cycles in which the outcome is known.
    n_members
        In the first cycle after the event.
    n_same
        Members known both before and after; missing for what the leader's row reports.
    found
        The change beyond similar teams.
    reason
        In a sentence.
    """

    before: float
    after: float
    n_before: int
    n_after: int
    n_members: int
    n_same: Any
    found: Difference
    reason: str


def measure_change(
    similar: SimilarTeams, lead: Lead, outcome: Outcome, *, event: str = "the promotion"
) -> TeamChange:
    """Say how far one outcome of one team moved beyond similar teams.

    Parameters
    ----------
    similar
        The teams to compare with.
    lead
        The team, and the cycle around which it is looked at.
    outcome
        What moved.
    event
        What happened in that cycle, as a sentence names it.

    Returns
    -------
    TeamChange
    """
    settings = similar.settings
    size, levels = similar.own(lead, outcome.name)
    n_same: Any = pd.NA
    before, after, cycles = np.nan, np.nan, (0, 0)
    found = Difference()
    if not lead.basis:
        reason = "Nobody in a technical job is known to be led by this person."
    elif size < settings.min_team_size:
        reason = (
            f"Fewer than {settings.min_team_size} people in technical jobs are in the team, so "
            "nothing is shown."
        )
    elif lead.start == 0:
        reason = f"There is no cycle before {event}."
    elif levels is None or not np.isfinite(levels.before[0] + levels.after[0]):
        reason = f"{outcome.label} is not known both before and after {event}."
    elif levels.same[0] < settings.min_team_size:
        reason = (
            f"Fewer than {settings.min_team_size} members are known both before and after, so "
            "nothing is shown."
        )
    else:
        before, after = float(levels.before[0]), float(levels.after[0])
        cycles = int(levels.n_before[0]), int(levels.n_after[0])
        n_same = pd.NA if np.isnan(levels.same[0]) else int(levels.same[0])
        found = similar.compare(lead, outcome.name, size, levels)
        reason = _tell(outcome, found, settings)
    return TeamChange(before, after, *cycles, size, n_same, found, reason)


def _tell(outcome: Outcome, found: Difference, settings: Settings) -> str:
    """Put a difference, or why there is none, in a sentence."""
    if found.why_not == "few":
        teams = "team" if found.n_similar == 1 else "teams"
        return (
            f"Only {found.n_similar} similar {teams} in the same cycles to compare with; "
            f"{settings.min_similar_teams} are needed."
        )
    if found.why_not == "even":
        return "Similar teams do not differ from each other, so nothing can be compared."
    if found.why_not == "outside":
        return "No similar team started from this level, so nothing can be compared."
    low, effect, high = (
        round(outcome.scale * each, 1) + 0.0 for each in (found.low, found.effect, found.high)
    )
    level = f"{settings.interval_level:.0%}".replace("%", " %")
    interval = f"{level} interval {low:.1f} to {high:.1f}"
    beyond = f"{found.n_similar} similar teams"
    if found.high < 0 or found.low > 0:
        verb = "fell" if found.high < 0 else "rose"
        told = (
            f"{outcome.label} {verb} by {abs(effect):.1f} {outcome.unit} more than in {beyond} "
            f"({interval})."
        )
    else:
        told = (
            f"{outcome.label}: no change beyond that of {beyond} can be told apart "
            f"({effect:+.1f} {outcome.unit}, {interval})."
        )
    if found.outside:
        told += " None of the teams compared with started from this level."
    return told
