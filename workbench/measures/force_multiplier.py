"""Force multiplication: what others achieve through a person, as six signals.

`EVIDENCE` has one row for each column that says something about it, with the direction that is
good. `FORCE_MULTIPLIER` has the six signals; each is the mean of those of its pieces of evidence
that are there, after each piece was made comparable between people. A new signal is one row there;
a new column one row in `EVIDENCE` and its name in the signals on which it bears.

Each piece counts once in a signal, and a column bears on a signal only where the statement of the
signal is what the column records:

- A rating of everything that others achieve through a person names no signal, so it is one piece
  of the most general one. In all six it would make every signal say the same.
- Written evidence is read for one statement at a time, and bears on that statement's signal only.
  Only what is told beyond the usual counts: silence says nothing.
- Those who leave and whom the company wanted to keep are the other side of a team that stays.
- Reviews of code and incidents resolved are everyone's daily work and stand in the other half.
- Engagement, of the person or of the team, and the rating of a manager by the people managed have
  many causes besides; they are held against the findings, and so must not make them.
"""

from collections.abc import Callable

import pandas as pd

from workbench.measures.measure import Direction, Measure, mean_of, per_exposure, recorded

__all__ = ["EVIDENCE", "FORCE_MULTIPLIER", "WRITTEN"]

WRITTEN = "written_"  # before the name of the signal whose statement was looked for in the texts


def _count(field: str, label: str, description: str) -> Measure:
    """Declare a count of which more is better."""
    return Measure(
        field,
        label,
        description,
        (field,),
        "better",
        per_exposure(field),
        is_count=True,
        half="force_multiplier",
    )


def _value(field: str, label: str, description: str, higher_is: Direction = "better") -> Measure:
    """Declare a rating, a share or a score, which time away does not shrink."""
    function = recorded(field)
    return Measure(
        field, label, description, (field,), higher_is, function, half="force_multiplier"
    )


def _written(signal: str) -> Measure:
    """Declare what the reviews say of the statement of one signal, beyond the usual."""
    field = WRITTEN + signal
    words = "Deeds of this kind that the reviews tell of, beyond what such reviews usually tell."
    function = _beyond_usual(field)
    return Measure(
        field, "written evidence", words, (field,), "better", function, half="force_multiplier"
    )


def _beyond_usual(field: str) -> Callable[[pd.DataFrame], pd.Series]:
    """Take a column of which zero is the usual, and less than that no evidence to the contrary.

    What a review leaves out may well have been done. Whoever is told of in one respect would
    otherwise stand behind others in all that there was no room for.
    """
    read = recorded(field)

    def told(reviews: pd.DataFrame) -> pd.Series:
        return read(reviews).clip(lower=0.0)

    return told


def _signal(name: str, label: str, statement: str, *columns: str) -> Measure:
    """Declare a signal by the statement it stands for and the columns that bear on it."""
    evidence = (*columns, WRITTEN + name)
    function = mean_of(*evidence)
    return Measure(name, label, statement, evidence, "better", function, half="force_multiplier")


EVIDENCE: tuple[Measure, ...] = (
    _count("mentees", "mentees", "People mentored, per full-time cycle."),
    _count("mentoring_hours", "mentoring hours", "Hours spent mentoring, per full-time cycle."),
    _count(
        "cross_team_reviews",
        "reviews for other teams",
        "Reviews given on other teams' work, per full-time cycle.",
    ),
    _count("design_reviews", "design reviews", "Designs of others reviewed, per full-time cycle."),
    _count("talks", "talks", "Talks and teaching sessions given, per full-time cycle."),
    _count("prototypes", "prototypes", "Prototypes built ahead of planned work."),
    _count("escalations_resolved", "escalations solved", "Customer escalations solved."),
    _value("rework_rate", "rework", "Share of the work led that had to be redone.", "worse"),
    _value("team_retention", "team retention", "Share of the team that stayed."),
    _value("multiplier_rating", "multiplier rating", "Rating of what others achieve through them."),
    _count("design_docs", "design documents", "Design documents written, per full-time cycle."),
    # Nobody's work, and time away does not shrink it.
    _value(
        "regretted_exits",
        "regretted exits",
        "Leavers of the team whom the company wanted to keep.",
        "worse",
    ),
    _written("durable_solutions"),
    _written("integration_foresight"),
    _written("long_term_design"),
    _written("team_learning"),
    _written("customer_rescue"),
    _written("prototypes_ahead"),
)

FORCE_MULTIPLIER: tuple[Measure, ...] = (
    _signal(
        "durable_solutions",
        "durable solutions",
        "Helps engineers at all levels create solutions that last longer, are easier to maintain "
        "and respond better to change.",
        "rework_rate",
        "design_reviews",
        "multiplier_rating",
    ),
    _signal(
        "integration_foresight",
        "integration foresight",
        "Thought integration problems through, so that there are fewer surprises.",
        "cross_team_reviews",
        "design_reviews",
    ),
    _signal(
        "long_term_design",
        "long-term design",
        "Short-term solutions do not paint everyone into an architectural corner.",
        "design_docs",
        "design_reviews",
    ),
    _signal(
        "team_learning",
        "team learning",
        "The team keeps learning from them, so people stay.",
        "mentees",
        "mentoring_hours",
        "talks",
        "team_retention",
        "regretted_exits",
    ),
    _signal(
        "customer_rescue",
        "customer rescue",
        "Codes up a solution for an upset customer so that the team keeps to its planned work.",
        "escalations_resolved",
    ),
    _signal(
        "prototypes_ahead",
        "prototypes ahead",
        "Has prototypes ready before the next big effort starts.",
        "prototypes",
    ),
)
