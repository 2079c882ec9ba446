"""Team effects: what happened to the team that a promoted person led, beside similar teams.

What comes in are reviews, promotions and scores; what goes out is one row per promotion to
management and outcome (output, engagement, retention of the team), and one row per promotion with
what a meeting needs to know of the situation: is there a technical leader, is the person content,
how do the people managed rate her.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
from scipy import stats

from workbench.analyses.histories import Bools, Floats, Ints, in_order, in_time
from workbench.errors import InputError
from workbench.ladder import track_of_title
from workbench.settings import DEFAULTS, Settings

__all__ = ["OUTCOMES", "Outcome", "TeamEffects", "measure_team_effects"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One thing that can happen to a team.

    Attributes
    ----------
    name
        As in the column `outcome`.
    label, unit
        In words; what a difference is counted in.
    scale
        What a difference is multiplied with before it is put in words.
    of
        `members`: a number of each member; `leader`: a number in the row of whoever leads the
        team; `presence`: who is still there in the next cycle.
    """

    name: str
    label: str
    unit: str
    scale: float
    of: str


OUTCOMES: tuple[Outcome, ...] = (
    Outcome("technical_output", "Technical output of the team", "SD", 1.0, "members"),
    Outcome("engagement", "Engagement of the members", "points", 1.0, "members"),
    Outcome("retention", "Retention of the members", "percentage points", 100.0, "presence"),
    Outcome("team_engagement", "Team engagement as reported", "points", 1.0, "leader"),
    Outcome("team_retention", "Team retention as reported", "percentage points", 100.0, "leader"),
    Outcome("regretted_exits", "Regretted exits", "exits a cycle", 1.0, "leader"),
)
_ALWAYS = ("technical_output", "engagement", "retention")
_NUMBERS = "engagement team_engagement team_retention regretted_exits management_rating fte".split()
_GONE = r"\b(?:left|leaver|terminated|resigned|inactive|retired|dismissed)\b"
_TECHNICAL = ("engineer", "technical_leadership")
_LIKE_SIZE = 2.0  # a similar team has at most so many times as many members, or as few


@dataclass(frozen=True, slots=True)
class TeamEffects:
    """What happened to the teams of the people promoted to management.

    Attributes
    ----------
    teams
        One row per promotion to management and outcome: `person_id`, `cycle`, `team`, `outcome`,
        `before`, `after` (means over the cycles of the window), `effect` (change beyond similar
        teams that started from the same level), `low`, `high`, `p_value` (two-sided), `n_before`,
        `n_after` (cycles in which the outcome is known), `n_members` (when the person began to
        lead, without her), `n_same` (members known both before and after, on whom `before` and
        `after` rest; missing for what the leader's row reports), `n_similar` (teams compared with
        in the same cycles) and `reason`. Output is in the units of the scores, retention a share.
    situations
        One row per promotion: `person_id`, `cycle`, `team`; `technical_leader` (is there one in the
        latest cycle in which she leads the team), `technical_leader_since`, `void` (there is
        none); `own_engagement_before`, `own_engagement_after`, `own_engagement_change` (beyond
        that of people who were not promoted), `own_engagement_low`, `own_engagement_high`,
        `own_engagement_n`; `lead_rating` (share of the other managers of the cycle who are rated
        lower by the people they manage), `lead_rating_n`; `direct_reports`, `fte`;
        `team_output_change`, `team_engagement_change`, `team_retention_change`, each with `_low`,
        `_high` and `_n` (similar teams). What is not known is missing, never zero.
    notes
        What was left out or assumed, in sentences.
    interval_level, team_window
        The thresholds it was made with.
    """

    teams: pd.DataFrame
    situations: pd.DataFrame
    notes: tuple[str, ...]
    interval_level: float
    team_window: int


@dataclass(frozen=True, slots=True)
class _Grid:
    """People by cycles; N people, T cycles. Units are what a person belongs to in a cycle."""

    people: list[Hashable]
    cycles: list[Hashable]
    labels: list[Hashable]
    present: Bools
    technical: Bools
    leading: Bools
    track_known: Bools
    manager: Ints  # code of a person, or a code of its own from N on; -1 where unknown
    team: Ints
    values: dict[str, Floats]
    given: frozenset[str]  # columns that the reviews have at all

    @cached_property
    def last_seen(self) -> Ints:
        """The last column in which each person is there, -1 for none."""
        reversed_first = self.present[:, ::-1].argmax(axis=1)
        last = self.present.shape[1] - 1 - reversed_first
        return np.where(self.present.any(axis=1), last, -1).astype(np.int64)
