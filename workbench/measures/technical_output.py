"""Technical output: what a person builds with their own hands in a cycle, one row for each column.

Counts are taken per full-time cycle worked. The weights say how much each column says about
technical work as a whole; scoring spreads the weight of a missing column over those that are there.
"""

from workbench.measures.measure import Measure, Scale, per_exposure, recorded

__all__ = ["TECHNICAL_OUTPUT"]


def _count(
    field: str, label: str, description: str, weight: float = 1.0, scale: Scale = "family"
) -> Measure:
    """Declare a count of which more is better."""
    return Measure(
        field,
        label,
        description,
        (field,),
        "better",
        per_exposure(field),
        weight=weight,
        scale=scale,
        is_count=True,
    )


TECHNICAL_OUTPUT: tuple[Measure, ...] = (
    _count("commits", "commits", "Commits merged, per full-time cycle."),
    _count("pull_requests", "pull requests", "Pull requests merged, per full-time cycle."),
    _count("code_reviews", "code reviews", "Reviews given on others' code, per full-time cycle."),
    _count("design_docs", "design documents", "Design documents written, per full-time cycle."),
    # Who is on call decides much of it.
    _count(
        "incidents_resolved",
        "incidents resolved",
        "Production incidents resolved, per full-time cycle.",
        weight=0.5,
    ),
    # Each team estimates its points on a scale of its own.
    _count(
        "story_points",
        "story points",
        "Story points delivered, per full-time cycle.",
        weight=0.5,
        scale="team",
    ),
    # The only one that judges the quality of the work and not its volume.
    Measure(
        "technical_rating",
        "technical rating",
        "Rating of the technical work alone.",
        ("technical_rating",),
        "better",
        recorded("technical_rating"),
        weight=2.0,
    ),
)
