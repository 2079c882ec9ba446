"""Team outcomes: what can happen to a team whose leader was promoted, one row each."""

from dataclasses import dataclass

__all__ = ["OUTCOMES", "Outcome"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One thing that can happen to a team.

    Attributes
    ----------
    name
        As in the column `outcome`, and as the column of the reviews that it is read from.
    label, meaning
        In words, and in a sentence that says what is averaged.
    unit
        What a difference is counted in.
    scale
        What a difference is multiplied with before it is put in words.
    of
        `members`: a number of each member; `leader`: a number in the row of whoever leads the
        team; `presence`: who is still there in the next cycle.
    """

    name: str
    label: str
    meaning: str
    unit: str
    scale: float
    of: str


OUTCOMES: tuple[Outcome, ...] = (
    Outcome(
        "technical_output",
        "Technical output of the team",
        "Mean technical output of the members known both before and after.",
        "SD",
        1.0,
        "members",
    ),
    Outcome(
        "engagement",
        "Engagement of the members",
        "Mean engagement of the members known both before and after.",
        "points",
        1.0,
        "members",
    ),
    Outcome(
        "retention",
        "Retention of the members",
        "Share of the members of a cycle who are still seen in a later one.",
        "percentage points",
        100.0,
        "presence",
    ),
    Outcome(
        "team_engagement",
        "Team engagement as reported",
        "Engagement of the team in the row of whoever leads it.",
        "points",
        1.0,
        "leader",
    ),
    Outcome(
        "team_retention",
        "Team retention as reported",
        "Share of the team that stayed, in the row of whoever leads it.",
        "percentage points",
        100.0,
        "leader",
    ),
    Outcome(
        "regretted_exits",
        "Regretted exits",
        "People whose exit is regretted, in the row of whoever leads the team.",
        "exits a cycle",
        1.0,
        "leader",
    ),
)
