"""Roles: what the signals of each rung of technical leadership look like, and who resembles one.

What comes in are signals on one scale, one row per person or per cluster; what goes out is the role
that each row resembles most, and how much. A resemblance is never a verdict, and "No role" is one
of the answers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import linear_sum_assignment

from workbench.analyses.groups.clusters import Clusters
from workbench.settings import DEFAULTS

__all__ = [
    "LEAST_SIGNALS",
    "NO_ROLE",
    "REACH",
    "ROLE_PROFILES",
    "SIGNALS",
    "STRONG_ENGINEER",
    "Resemblance",
    "RoleProfile",
    "open_rungs",
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


# What is seen outside one's own team: problems between systems, talks and teaching, prototypes.
REACH = ("integration_foresight", "team_learning", "prototypes_ahead")

Level = Literal["any", "upper half", "highest"]


@dataclass(frozen=True, slots=True)
class RoleProfile:
    """What the signals of a role look like, and what opens it.

    Attributes
    ----------
    role
        A rung of technical leadership, or the strong engineer.
    family
        What kind of work it is. The profile decides the family, and within one family level and
        reach decide the rung.
    meaning
        What the role does, in one line.
    weights
        How much of each of `SIGNALS` belongs to it, in their order: 0 where it does not matter
        either way, as technical output does not for an architect, and below 0 where less of it
        belongs to the role.
    needs_reach
        Whether it is open only to people whose work is seen across teams.
    needs_level
        Which part of the pool's levels it is open to. People of unknown level are kept from the
        highest only.
    """

    role: str
    family: str
    meaning: str
    weights: tuple[float, ...]
    needs_reach: bool = False
    needs_level: Level = "any"


# Within a family from the lowest rung to the highest.
ROLE_PROFILES: tuple[RoleProfile, ...] = (
    RoleProfile(
        "Lead Engineer",
        "lead",
        "Leads one team: teaches, keeps it on its planned work, builds what lasts.",
        (0.5, 0.5, 0.2, 0.2, 1.0, 0.6, 0.0),
    ),
    RoleProfile(
        "Software Architect",
        "architect",
        "Designs for the long term, so that solutions of one area last.",
        (0.0, 0.8, 0.3, 1.0, 0.2, 0.0, 0.1),
    ),
    RoleProfile(
        "Principal Architect",
        "architect",
        "Works across teams: sees integration problems and tries things out ahead of them.",
        (0.0, 0.3, 1.0, 0.5, 0.4, 0.1, 0.9),
        needs_reach=True,
        needs_level="upper half",
    ),
    RoleProfile(
        "Director of Architecture",
        "architect",
        "Sets the direction of many teams, through design and through the people who learn it.",
        (0.0, 0.6, 0.9, 1.0, 0.9, 0.2, 0.2),
        needs_reach=True,
        needs_level="highest",
    ),
    RoleProfile(
        "CTO",
        "architect",
        "Joins what customers need, what can be built next and where the whole is going.",
        (0.0, 0.2, 0.6, 0.8, 0.5, 0.8, 1.0),
        needs_reach=True,
        needs_level="highest",
    ),
    RoleProfile(
        STRONG_ENGINEER,
        "engineer",
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
    names
        The role of each row; `NO_ROLE` where no similarity reaches the threshold.
    nearest
        Position in `ROLE_PROFILES` of that role, or of the nearest one that was considered where
        there is no role; -1 where none was.
    similarity
        How similar the row is to it, at most 1; missing where none was considered.
    similarities
        Of each row to each profile; missing where too little is known to compare them.
    considered
        Which profiles were open to each row, and could be compared.
    """

    names: list[str]
    nearest: _Labels
    similarity: _Floats
    similarities: _Floats
    considered: _Mask


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


def _compare(scores: pd.DataFrame) -> _Floats:
    """Compare each row with each profile, over the signals known of it.

    The cosine is taken over the signals that matter to the profile, and drawn towards 0 as if there
    were one more that says nothing: somebody in the middle of the pool points nowhere. It is
    missing where less than half of the weight of the profile is known.
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
    comparable = known @ np.abs(weights).T >= 0.5 * full
    comparable &= len(set(scores.columns) & set(SIGNALS)) >= LEAST_SIGNALS
    # Rounded, so that equal profiles tie on every machine.
    return np.where(comparable, cosine.round(12), np.nan)


def open_rungs(
    scores: pd.DataFrame, levels: _Floats, top_level: _Mask, min_reach: float = DEFAULTS.min_reach
) -> _Mask:
    """Tell which roles are open to each person by level and reach.

    Parameters
    ----------
    scores
        One row per person, one column a signal, in standard deviations of the pool.
    levels
        Levels as numbers that grow; missing where unknown.
    top_level
        Who holds the highest level.
    min_reach
        Mean of the known signals of `REACH`, from which somebody's work counts as seen across
        teams.

    Returns
    -------
    ndarray
        One row a person, one column a profile of `ROLE_PROFILES`.

    Examples
    --------
    >>> scores = pd.DataFrame({"integration_foresight": [1.5, 1.5, -0.2], "prototypes_ahead": 1.0})
    >>> opened = open_rungs(scores, np.array([5.0, 3.0, 4.0]), np.zeros(3, dtype=bool))
    >>> [[profile.role for profile, is_open in zip(ROLE_PROFILES, row) if is_open][1:-1]
    ...  for row in opened]
    [['Software Architect', 'Principal Architect'], ['Software Architect'], ['Software Architect']]
    """
    seen = scores.reindex(columns=list(REACH)).mean(axis=1).to_numpy(float) >= min_reach
    middle = np.median(levels[np.isfinite(levels)]) if np.isfinite(levels).any() else -np.inf
    of_level = {
        "any": np.ones(len(scores), dtype=bool),
        "upper half": ~(levels < middle),
        "highest": top_level,
    }
    opened = [
        of_level[profile.needs_level] & (seen | (not profile.needs_reach))
        for profile in ROLE_PROFILES
    ]
    return np.stack(opened, axis=1)


def resemble_roles(scores: pd.DataFrame, opened: _Mask, min_similarity: float) -> Resemblance:
    """Find the role that each row resembles: the family by its profile, the rung by what is open.

    Parameters
    ----------
    scores
        One row per person, one column a signal, in standard deviations from the middle of the pool;
        missing where unknown.
    opened
        Which profiles are open to each row, as `open_rungs` tells.
    min_similarity
        Similarity below which no role is named.

    Returns
    -------
    Resemblance

    Examples
    --------
    >>> teacher = pd.DataFrame({"technical_output": [0.4], "team_learning": 2.5,
    ...                         "customer_rescue": 1.2, "durable_solutions": 0.9})
    >>> resemble_roles(teacher, np.ones((1, 6), dtype=bool), 0.5).names
    ['Lead Engineer']
    """
    similarities = _compare(scores)
    considered = opened & ~np.isnan(similarities)
    open_similarity = np.where(considered, similarities, -2.0)
    nearest = open_similarity.argmax(axis=1).astype(np.int64)
    families = np.array([profile.family for profile in ROLE_PROFILES])
    fits = (open_similarity >= min_similarity) & (families == families[nearest][:, None])
    highest = len(ROLE_PROFILES) - 1 - fits[:, ::-1].argmax(axis=1)
    # Director and CTO are reached by the same people; there the nearer one counts.
    at_top = np.array([profile.needs_level == "highest" for profile in ROLE_PROFILES])
    nearest_top = np.where(fits & at_top, open_similarity, -2.0).argmax(axis=1)
    place = np.where(at_top[highest], nearest_top, highest)
    place = np.where(fits.any(axis=1), place, nearest)
    similarity = np.take_along_axis(open_similarity, place[:, None], axis=1)[:, 0]
    roles = np.array([*(profile.role for profile in ROLE_PROFILES), NO_ROLE], dtype=object)
    names = roles[np.where(similarity >= min_similarity, place, len(ROLE_PROFILES))]
    return Resemblance(
        list(names),
        np.where(similarity < -1, -1, place),
        np.where(similarity < -1, np.nan, similarity),
        similarities,
        considered,
    )


def profile_clusters(
    scores: pd.DataFrame, opened: _Mask, clusters: Clusters, min_similarity: float
) -> tuple[_Labels, pd.DataFrame]:
    """Describe each cluster by its mean signals and the role that they resemble.

    Each role goes to one cluster, so that the similarities together are largest; a cluster that is
    left over has the role that it resembles most, as a second group of it, or none. The clusters
    are numbered by role, then by size, so that a rerun numbers them alike.

    Parameters
    ----------
    scores
        One row per person, one column a signal, as for `resemble_roles`.
    opened
        Which profiles are open to each person; to a cluster those that are to most of it.
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
    mostly = np.array([opened[each].mean(axis=0) > 0.5 for each in inside], dtype=bool)
    similarity = _compare(centres)
    similarity = np.where(mostly.reshape(similarity.shape), similarity, np.nan)
    # What stays below the threshold names no role, so it must not take one from another cluster.
    gain = np.where(similarity >= min_similarity, similarity + 2.0, 0.0)
    rows, columns = linear_sum_assignment(gain, maximize=True)
    named = gain[rows, columns] > 0
    place = np.full(len(inside), len(ROLE_PROFILES))
    place[rows[named]] = columns[named]
    highest = np.nan_to_num(similarity, nan=-2.0).max(axis=1)
    second = np.isin(np.arange(len(inside)), rows[named], invert=True) & (highest >= min_similarity)
    place[second] = np.nan_to_num(similarity, nan=-2.0)[second].argmax(axis=1)
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
