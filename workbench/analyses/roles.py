"""Roles: what the signals of each rung of technical leadership look like, and who resembles one.

What comes in are signals on one scale, one row per person or per cluster; what goes out is the role
that each row resembles most, and how much. A resemblance is never a verdict, and "No role" is one
of the answers.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import linear_sum_assignment

from workbench.analyses.clusters import Clusters

__all__ = [
    "LEAST_SIGNALS",
    "NO_ROLE",
    "ROLE_PROFILES",
    "SIGNALS",
    "STRONG_ENGINEER",
    "Resemblance",
    "RoleProfile",
    "profile_clusters",
    "resemble_roles",
    "weigh_signals",
]

_Floats = npt.NDArray[np.float64]
_Labels = npt.NDArray[np.int64]
_Mask = npt.NDArray[np.bool_]

SIGNALS: tuple[str, ...] = (
    "technical_output",
    "durable_solutions",
    "integration_foresight",
    "long_term_design",
    "team_learning",
    "customer_rescue",
    "prototypes_ahead",
)
NO_ROLE = "No role"
STRONG_ENGINEER = "Strong engineer"


@dataclass(frozen=True, slots=True)
class RoleProfile:
    """What the signals of a role look like.

    Attributes
    ----------
    role
        A rung of technical leadership, or the strong engineer.
    meaning
        What the role does, in one line.
    weights
        How much of each of `SIGNALS` belongs to it, in their order: 0 where it does not matter
        either way, as technical output does not for an architect, and below 0 where less of it
        belongs to the role.
    top_level_only
        Whether it is considered only for people of the highest level, because it takes a reach that
        the signals do not show.
    """

    role: str
    meaning: str
    weights: tuple[float, ...]
    top_level_only: bool = False


ROLE_PROFILES: tuple[RoleProfile, ...] = (
    RoleProfile(
        "Lead Engineer",
        "Leads one team: teaches, keeps it on its planned work, builds what lasts.",
        (0.5, 0.5, 0.2, 0.2, 1.0, 0.6, 0.0),
    ),
    RoleProfile(
        "Software Architect",
        "Designs for the long term, so that solutions of one area last.",
        (0.0, 0.8, 0.3, 1.0, 0.2, 0.0, 0.1),
    ),
    RoleProfile(
        "Principal Architect",
        "Works across teams: sees integration problems and tries things out ahead of them.",
        (0.0, 0.3, 1.0, 0.5, 0.4, 0.1, 0.9),
    ),
    RoleProfile(
        "Director of Architecture",
        "Sets the direction of many teams, through design and through the people who learn it.",
        (0.0, 0.6, 0.9, 1.0, 0.9, 0.2, 0.2),
        top_level_only=True,
    ),
    RoleProfile(
        "CTO",
        "Joins what customers need, what can be built next and where the whole is going.",
        (0.0, 0.2, 0.6, 0.8, 0.5, 0.8, 1.0),
        top_level_only=True,
    ),
    RoleProfile(
        STRONG_ENGINEER,
        "Builds much with their own hands; others' work depends on them less.",
        (1.0, -0.2, -0.2, -0.2, -0.2, -0.2, -0.2),
    ),
)
LEAST_SIGNALS = 3


@dataclass(frozen=True, slots=True)
class Resemblance:
    """The role that each row resembles.

    Attributes
    ----------
    nearest
        Position in `ROLE_PROFILES` of the most similar profile; -1 where none could be considered.
    similarity
        How similar it is, at most 1; missing where none could be considered.
    names
        The role that it names, `NO_ROLE` below the threshold.
    """

    nearest: _Labels
    similarity: _Floats
    names: list[str]


def weigh_signals(columns: Sequence[str]) -> _Floats:
    """Take the weights of the profiles for some columns.

    Parameters
    ----------
    columns
        Names of signals.

    Returns
    -------
    ndarray
        One row a profile of `ROLE_PROFILES`, one column a name; 0 for a name that is no known
        signal.

    Examples
    --------
    >>> weigh_signals(["technical_output", "shoe_size"])[0].tolist()
    [0.5, 0.0]
    """
    weights = [
        [profile.weights[SIGNALS.index(column)] if column in SIGNALS else 0.0 for column in columns]
        for profile in ROLE_PROFILES
    ]
    return np.array(weights, dtype=float).reshape(len(ROLE_PROFILES), len(columns))


def _similarities(scores: pd.DataFrame, top: _Mask) -> _Floats:
    """Compare each row with each profile, over the signals known of it.

    The cosine is taken over the signals that matter to the profile, and drawn towards 0 as if there
    were one more that says nothing: somebody in the middle of the pool points nowhere. A profile of
    whose weight less than half is known is not considered (-2), nor is one out of reach.
    """
    known = scores.notna().to_numpy(float)
    values = scores.fillna(0.0).to_numpy(float)
    weights = weigh_signals(list(scores.columns))
    length = np.sqrt((values**2) @ (weights != 0).T + 1.0)
    heard = np.sqrt(known @ (weights**2).T)
    cosine = values @ weights.T / np.maximum(heard, 1e-12) / length
    # Low multiplication alone makes nobody a strong engineer.
    cosine = np.where(values @ np.maximum(weights, 0.0).T > 0, cosine, np.minimum(cosine, 0.0))
    full = np.array([np.abs(profile.weights).sum() for profile in ROLE_PROFILES])
    considered = known @ np.abs(weights).T >= 0.5 * full
    reach = np.array([profile.top_level_only for profile in ROLE_PROFILES])
    considered &= ~reach[None, :] | top[:, None]
    considered &= len(set(scores.columns) & set(SIGNALS)) >= LEAST_SIGNALS
    return np.where(considered, cosine, -2.0)


def resemble_roles(scores: pd.DataFrame, top: _Mask, min_similarity: float) -> Resemblance:
    """Find the role that each row resembles most.

    Parameters
    ----------
    scores
        One row per person, one column a signal, in standard deviations from the middle of the pool;
        missing where unknown.
    top
        Who holds the highest level, for the roles that need its reach.
    min_similarity
        Similarity below which no role is named.

    Returns
    -------
    Resemblance

    Examples
    --------
    >>> teacher = pd.DataFrame({"technical_output": [0.4], "team_learning": 2.5,
    ...                         "customer_rescue": 1.2, "durable_solutions": 0.9})
    >>> resemble_roles(teacher, np.zeros(1, dtype=bool), 0.5).names
    ['Lead Engineer']
    """
    similarity = _similarities(scores, top)
    nearest = similarity.argmax(axis=1).astype(np.int64)
    return _name_roles(nearest, similarity.max(axis=1), min_similarity)


def _name_roles(nearest: _Labels, similarity: _Floats, min_similarity: float) -> Resemblance:
    """Name the roles; below the threshold there is none, and without any profile no similarity."""
    nearest = np.where(similarity < -1, -1, nearest)
    names = [
        ROLE_PROFILES[place].role if place >= 0 and similar >= min_similarity else NO_ROLE
        for place, similar in zip(nearest, similarity, strict=True)
    ]
    return Resemblance(nearest, np.where(similarity < -1, np.nan, similarity), names)


def profile_clusters(
    scores: pd.DataFrame, top: _Mask, clusters: Clusters, min_similarity: float
) -> tuple[_Labels, pd.DataFrame]:
    """Describe each cluster by its mean signals and the role that they resemble.

    Each role goes to one cluster at most, so that the similarities together are largest. The
    clusters are numbered by role, then by size, so that a rerun numbers them alike.

    Parameters
    ----------
    scores
        One row per person, one column a signal, as for `resemble_roles`.
    top
        Who holds the highest level.
    clusters
        The clusters of the same people.
    min_similarity
        Similarity below which no role is named.

    Returns
    -------
    labels : ndarray
        The cluster of each person under its new number.
    profiles : pandas.DataFrame
        One row a cluster: `cluster`, `role`, `similarity`, `n`, `stability`, then the mean of each
        signal.
    """
    every = range(len(clusters.jaccard))
    inside = [clusters.labels == cluster for cluster in every]
    filled = scores.fillna(0.0)
    # Rounded, as the mean of quantiles that cancel out is 0 and not 1e-17.
    centres = pd.DataFrame(
        [filled[each].mean().round(12) + 0.0 for each in inside],
        index=every,
        columns=scores.columns,
    ).astype(float)
    mostly_top = np.array([top[each].mean() > 0.5 for each in inside], dtype=bool)
    similarity = _similarities(centres, mostly_top)
    # What stays below the threshold names no role, so it must not take one from another cluster.
    gain = np.where(similarity >= min_similarity, similarity + 2.0, 0.0)
    rows, columns = linear_sum_assignment(gain, maximize=True)
    named = gain[rows, columns] > 0
    place = np.full(len(inside), len(ROLE_PROFILES))
    place[rows[named]] = columns[named]
    highest = similarity.max(axis=1)
    highest[rows[named]] = similarity[rows[named], columns[named]]
    counts = np.array([each.sum() for each in inside], dtype=np.int64)
    order = np.lexsort((-counts, place))
    roles = [*(profile.role for profile in ROLE_PROFILES), NO_ROLE]
    profiles = pd.DataFrame(
        {
            "cluster": np.arange(len(order)),
            "role": pd.Series([roles[each] for each in place[order]], dtype=str),
            "similarity": np.where(highest < -1, np.nan, highest)[order],
            "n": counts[order],
            "stability": clusters.jaccard[order],
        }
    )
    labels = np.argsort(order)[clusters.labels] if len(order) else clusters.labels
    return labels.astype(np.int64), profiles.join(centres.iloc[order].reset_index(drop=True))
