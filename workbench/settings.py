"""Every threshold of the workbench, in one frozen place, each with one line of meaning.

Analyses take these as keyword-only arguments whose defaults come from here, so that a report can
print the numbers that it was made with and a different choice is a different `Settings`, never a
changed global.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from functools import cache
from inspect import Parameter, signature
from typing import Any

from workbench.errors import SettingsError

__all__ = ["DEFAULTS", "Settings", "name_thresholds"]


def _setting(default: float, meaning: str, low: float, high: float) -> Any:
    """Declare one threshold with its meaning and the range in which it makes sense."""
    return field(default=default, metadata={"meaning": meaning, "low": low, "high": high})


@dataclass(frozen=True)
class Settings:
    """The thresholds of one analysis.

    Examples
    --------
    >>> Settings().fdr
    0.1
    >>> Settings(fdr=0.2) == Settings(fdr=0.2)
    True
    """

    fdr: float = _setting(
        0.10, "Share of false flags that is accepted among all flagged declines.", 0.001, 0.5
    )
    interval_level: float = _setting(0.90, "Coverage of every interval shown.", 0.5, 0.999)
    min_pre_cycles: int = _setting(
        3, "Cycles with output before a promotion, below which a decline is not judged.", 1, 20
    )
    min_post_cycles: int = _setting(
        2, "Cycles with output after a promotion, below which it is too new to judge.", 1, 20
    )
    min_placebos: int = _setting(
        50, "Comparable people-cycles needed before any p-value is given.", 10, 100_000
    )
    min_cohort: int = _setting(
        20, "People of a job family in a cycle, below which all families are one cohort.", 2, 10_000
    )
    pool_levels_left_out: int = _setting(
        1, "Lowest levels of engineers that are not in the pool of candidates.", 0, 20
    )
    pool_declined_managers: int = _setting(
        1, "1 where managers whose output was flagged are in the pool of candidates, else 0.", 0, 1
    )
    pool_willing_managers: int = _setting(
        1, "1 where managers who prefer the technical track are in the pool, else 0.", 0, 1
    )
    min_evidence_share: float = _setting(
        0.5, "Share of the evidence that must be known of a person to be clustered.", 0.0, 1.0
    )
    recent_cycles: int = _setting(
        4, "Latest cycles over which a candidate's signals are averaged.", 1, 100
    )
    cycle_weight: float = _setting(
        0.7, "Weight of a cycle relative to the one after it.", 0.05, 1.0
    )
    max_clusters: int = _setting(6, "Largest number of clusters that is tried.", 1, 20)
    dissolved_below: float = _setting(
        0.5, "Jaccard similarity under resampling below which a cluster is not there.", 0.0, 1.0
    )
    cluster_stability: float = _setting(
        0.75, "Jaccard similarity under resampling from which a cluster counts as stable.", 0.0, 1.0
    )
    min_reach: float = _setting(
        0.9,
        "Reach across teams, in SD of the pool, from which the wider rungs are open.",
        -3.0,
        3.0,
    )
    min_role_similarity: float = _setting(
        0.5, "Similarity to a role's profile below which no role is named.", -1.0, 1.0
    )
    sure_membership: float = _setting(
        0.8, "Probability of a person's group below which the person lies between groups.", 0.5, 1.0
    )
    min_text_similarity: float = _setting(
        0.55, "Likeness to a sentence of the phrase table from which text counts like it.", 0.0, 1.0
    )
    team_window: int = _setting(
        3, "Cycles before and after a promotion over which the team is compared.", 1, 20
    )
    min_team_size: int = _setting(
        5, "Members of a team, below which nothing of the team is shown.", 2, 100
    )
    min_similar_teams: int = _setting(
        5, "Similar teams, or people, needed before a change is held against them.", 4, 1_000
    )
    held_above: float = _setting(
        -1.0, "Low end of the interval, in SD, above which output counts as held.", -5.0, 0.0
    )
    weak_lead_rating: float = _setting(
        0.25, "Share of other managers rated lower, up to which lead ratings are weak.", 0.0, 0.5
    )
    heavy_load: int = _setting(
        8, "Direct reports from which leading beside one's own technical work is a load.", 1, 100
    )
    role_fit_weight: float = _setting(
        0.5, "Weight of the resemblance to the seat's role when people are matched to seats.", 0, 10
    )
    same_team_weight: float = _setting(
        0.3, "Weight of working in the team already when people are matched to seats.", 0, 10
    )
    known_domain_weight: float = _setting(
        0.2, "Weight of doing the team's kind of work when people are matched to seats.", 0, 10
    )
    rung_step: float = _setting(
        0.15, "Share of a role's fit lost for each rung between it and the seat's role.", 0.0, 1.0
    )
    min_seat_fit: float = _setting(
        0.3, "Fit of a person to a seat, below which the seat rather stays empty.", 0.0, 1.0
    )
    min_spanned_teams: int = _setting(
        3, "Teams of one area without a technical leader, from which one seat spans them.", 2, 100
    )
    min_group_size: int = _setting(
        5, "People in a group, below which nothing of the group is shown.", 2, 100
    )
    equal_ratio: float = _setting(
        1.25, "Ratio of two rates, up to which and down to its inverse they count as equal.", 1, 10
    )
    equal_difference: float = _setting(
        0.5, "Difference in SD, up to which two groups count as about equal.", 0.0, 5.0
    )
    random_state: int = _setting(0, "Seed of everything random.", 0, 2**31)

    def __post_init__(self) -> None:
        """Refuse a threshold outside its range, naming it, the range and what it means."""
        for each in fields(self):
            value = getattr(self, each.name)
            low, high = each.metadata["low"], each.metadata["high"]
            if not isinstance(value, int | float) or not low <= value <= high:
                raise SettingsError(
                    f"setting {each.name} was given {value!r}; a number from {low:g} to {high:g} "
                    f"is needed. It means: {each.metadata['meaning']}"
                )

    def of(self, function: Callable[..., Any]) -> dict[str, Any]:
        """Take the thresholds that a function asks for, to be given to it by their names.

        Parameters
        ----------
        function
            Any function whose keyword-only parameters are named as thresholds are.

        Returns
        -------
        dict
            From the name of a threshold to its value.

        Examples
        --------
        >>> def judge(output, *, fdr=0.1, labels=None): ...
        >>> Settings(fdr=0.2).of(judge)
        {'fdr': 0.2}
        """
        return {name: getattr(self, name) for name in name_thresholds(function)}


@cache
def name_thresholds(function: Callable[..., Any]) -> tuple[str, ...]:
    """Name the thresholds that a function takes, keyword-only, in its order.

    Examples
    --------
    >>> def judge(output, *, fdr=0.1, labels=None): ...
    >>> name_thresholds(judge)
    ('fdr',)
    """
    known = {each.name for each in fields(Settings)}
    return tuple(
        name
        for name, each in signature(function).parameters.items()
        if each.kind is Parameter.KEYWORD_ONLY and name in known
    )


DEFAULTS = Settings()
