"""Team effects: what happened to the team that a promoted person led, beside similar teams.

What comes in are reviews, promotions and scores; what goes out is one row per promotion to
management and outcome (output, engagement, retention of the team), and one row per promotion with
what a meeting needs to know of the situation: is there a technical leader, is the person content,
how do the people managed rate this manager.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from workbench.analyses.teams.led_teams import Lead, find_leads
from workbench.analyses.teams.roster import build_roster
from workbench.analyses.teams.seats import find_seats
from workbench.analyses.teams.similar_teams import SimilarTeams
from workbench.analyses.teams.situations import describe_situations
from workbench.analyses.teams.team_changes import measure_change
from workbench.analyses.teams.team_outcomes import OUTCOMES, Outcome
from workbench.analyses.teams.voids import find_losses, other_events
from workbench.settings import DEFAULTS, Settings

__all__ = ["OUTCOMES", "Outcome", "TeamEffects", "measure_team_effects"]

_DTYPES = {
    "team": "str",
    "outcome": "str",
    "before": "float64",
    "after": "float64",
    "effect": "float64",
    "low": "float64",
    "high": "float64",
    "p_value": "float64",
    "n_before": "int64",
    "n_after": "int64",
    "n_members": "int64",
    "n_same": "Int64",
    "n_similar": "int64",
    "reason": "str",
}


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
        lead, the person not counted), `n_same` (members known both before and after, on whom
        `before` and `after` rest; missing for what the leader's row reports), `n_similar` (teams
        compared with in the same cycles) and `reason`. Output is in the units of the scores,
        retention a share.
    situations
        One row per promotion: `person_id`, `cycle`, `team`; `technical_leader` (is there one in the
        latest cycle in which the person leads the team), `technical_leader_since`, `void` (there is
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


def measure_team_effects(
    reviews: pd.DataFrame,
    promotions: pd.DataFrame,
    scores: pd.DataFrame | None = None,
    *,
    team_window: int = DEFAULTS.team_window,
    min_team_size: int = DEFAULTS.min_team_size,
    min_similar_teams: int = DEFAULTS.min_similar_teams,
    interval_level: float = DEFAULTS.interval_level,
) -> TeamEffects:
    """Say what happened to the teams of the promoted, beyond what happened to similar teams.

    The team is everybody in a technical job who reports to the promoted person in the first cycle
    in which anybody does; where the sheet names no managers, the other members of that person's
    team. The members are followed back to their own earlier cycles and on for as long as they stay
    in the team, so that people who come or go do not make a change; who went is what
    retention says.

    Similar teams are those of the same cycles, of half to twice the size, with no such promotion in
    the window, neither of a member nor of somebody to lead them, and that did not lose their last
    technical leader in another way. (A team with one after the first cycle of the lead counts up to
    then: what comes later must not decide who is compared.)

    The change is not held against their plain change: a team that did well is more likely to have
    somebody promoted, and would have fallen back anyway. So the level after is predicted from the
    team's *own* level before (analysis of covariance): the slope comes from similar teams around
    every cycle, the general level from those of the same cycle. A slope below one is the regression
    to the mean. The scatter of similar teams around that line gives interval and p-value, with the
    t distribution that few teams call for; with fewer than `min_similar_teams` there is no number.
    The interval of retention also counts that the share of a team that people leave scatters more
    than that of teams they stay in.

    Parameters
    ----------
    reviews
        One row per person and cycle: `person_id`, `cycle` and, where known, `manager`, `team`,
        `track` or `title`, `employment_status`, `fte`, `engagement`, `team_engagement`,
        `team_retention`, `regretted_exits`, `management_rating`. Other columns are not read.
    promotions
        `person_id`, `cycle` and, where known, `kind`; rows of kind `to_management` count, without
        `kind` every row.
    scores
        `person_id`, `cycle`, `technical_output`; taken from `reviews` where it is not given.
    team_window
        Cycles before and after a promotion that are looked at.
    min_team_size
        Members of a team, below which nothing of it is shown.
    min_similar_teams
        Similar teams (or people) of the same cycles, below which there is no number.
    interval_level
        Coverage of the intervals.

    Returns
    -------
    TeamEffects
        By person and cycle, outcomes in the order of `OUTCOMES`; those reported by leaders only
        where the sheet has them. The same for rows in any order.

    Raises
    ------
    InputError
        If a column is missing or cycles cannot be sorted.
    SettingsError
        If a threshold makes no sense.

    Examples
    --------
    One team alone can be held against no other, and that is what the result says.

    >>> reviews = pd.DataFrame({
    ...     "person_id": list("abcdef") * 2,
    ...     "cycle": ["2024H1"] * 6 + ["2024H2"] * 6,
    ...     "team": "Search",
    ...     "technical_output": [1.0] * 6 + [0.0] * 6,
    ... })
    >>> promotions = pd.DataFrame({"person_id": ["a"], "cycle": ["2024H2"]})
    >>> teams = measure_team_effects(reviews, promotions).teams
    >>> teams[["team", "before", "after", "n_members"]].head(1).values.tolist()
    [['Search', 1.0, 0.0, 5]]
    >>> teams.loc[0, "reason"]
    'Only 0 similar teams in the same cycles to compare with; 5 are needed.'
    """
    settings = Settings(
        team_window=team_window,
        min_team_size=min_team_size,
        min_similar_teams=min_similar_teams,
        interval_level=interval_level,
    )
    roster = build_roster(reviews, scores)
    leads = find_leads(roster, promotions, reviews["cycle"].dtype)
    outcomes = [each for each in OUTCOMES if each.of != "leader" or each.name in roster.values]
    seats = find_seats(roster)
    events = other_events(roster, seats, find_losses(roster, seats, leads))
    similar = SimilarTeams(roster, [*leads, *events], settings)
    rows = [_team_row(similar, promotions, lead, outcome) for lead in leads for outcome in outcomes]
    teams = pd.DataFrame(rows, columns=["person_id", "cycle", *_DTYPES]).astype(_DTYPES)
    return TeamEffects(
        teams=teams,
        situations=describe_situations(roster, leads, promotions, teams, settings),
        notes=_notes(leads, outcomes, teams),
        interval_level=interval_level,
        team_window=team_window,
    )


def _team_row(
    similar: SimilarTeams, promotions: pd.DataFrame, lead: Lead, outcome: Outcome
) -> tuple[object, ...]:
    """Say what happened to one outcome of one team."""
    change = measure_change(similar, lead, outcome)
    found = change.found
    who = promotions["person_id"].iloc[lead.row], promotions["cycle"].iloc[lead.row]
    numbers = change.before, change.after, found.effect, found.low, found.high, found.p_value
    counts = change.n_before, change.n_after, change.n_members, change.n_same, found.n_similar
    team = lead.team(similar.roster)
    return (*who, team, outcome.name, *numbers, *counts, change.reason)


def _notes(
    leads: Sequence[Lead], outcomes: Sequence[Outcome], teams: pd.DataFrame
) -> tuple[str, ...]:
    """Say in sentences what the result rests on and what it leaves open."""
    notes = []
    if not leads:
        return ("No promotions to management are known, so no team was looked at.",)
    by_team = sum(lead.basis == "team" for lead in leads)
    if by_team:
        notes.append(
            f"For {by_team:,} of {len(leads):,} promotions the sheet does not say who reports to "
            "whom; the team is everybody with the same team name."
        )
    nobody = sum(not lead.basis for lead in leads)
    if nobody:
        notes.append(
            f"For {nobody:,} of {len(leads):,} promotions nobody is known to be led by the person."
        )
    for outcome in outcomes:
        judged = teams.loc[teams["outcome"] == outcome.name, "effect"].notna()
        notes.append(
            f"{outcome.label}: {int(judged.sum()):,} of {len(judged):,} teams could be held "
            "against similar ones."
        )
    level = "Intervals and p-values are for one team at a time, not for having looked at many."
    return (*notes, level) if teams["effect"].notna().any() else tuple(notes)
