"""Candidates: who resembles which role of technical leadership, and which groups there are.

What comes in is one row per person with signals: technical output and the six signals of force
multiplication, or any numeric columns. What goes out is two readings of them, side by side. Each
person is compared with a declared profile of each role, which names the role. Beside that, the
people are clustered without any profile, as a check: groups that exist only on paper do not appear
in the data, and one group is an answer.

A role is a resemblance on the evidence given, never a verdict.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.analyses.groups.cluster_map import draw_map
from workbench.analyses.groups.cluster_tree import ClusterRules, explain_clusters
from workbench.analyses.groups.clusters import Clusters, find_clusters
from workbench.analyses.people.spelling import count_people, spell
from workbench.analyses.pool import select_pool
from workbench.analyses.resemblance.next_rung import find_next_rungs
from workbench.analyses.resemblance.reasons import describe_cautions, describe_reasons
from workbench.analyses.resemblance.roles import (
    LEAST_SIGNALS,
    NO_ROLE,
    REACH,
    ROLE_PROFILES,
    SIGNALS,
    STRONG_ENGINEER,
    Resemblance,
    open_rungs,
    profile_clusters,
    resemble_roles,
)
from workbench.analyses.resemblance.signal_matrix import (
    SignalMatrix,
    read_signals,
)
from workbench.settings import DEFAULTS

__all__ = ["Candidates", "cluster_candidates", "select_pool"]

_Labels = npt.NDArray[np.int64]
_Mask = npt.NDArray[np.bool_]

_MEMBERS = (
    "person_id cluster role probability stability reasons evidence_share role_similarity "
    "cluster_role agrees next_role missing caution"
).split()
_TEXTS = dict.fromkeys("role reasons cluster_role next_role missing caution".split(), str)


@dataclass(frozen=True, slots=True)
class Candidates:
    """Who resembles which role, and the groups in which the pool falls.

    Attributes
    ----------
    members
        One row per person: `person_id`, `cluster` (0-based; -1 where the evidence is not enough),
        `role` (the person's own, from the profiles), `probability` of the cluster, `stability` of
        the cluster, `reasons`, `evidence_share`, `role_similarity`, `cluster_role` (which the
        cluster resembles) and whether it `agrees`, `next_role` and what is `missing` for it, and
        `caution` where the role rests on thin evidence. The people nearest to a role of technical
        leadership come first.
    profiles
        One row per cluster: `cluster`, `role`, `similarity`, `n`, `stability`, then the mean of
        each signal in SD of the pool.
    stability
        One row per cluster: `cluster`, `jaccard` (how much of it comes back when people are drawn
        again; missing with one cluster), `n`.
    map
        One row per clustered person: `person_id`, `x`, `y`, `cluster`.
    axes
        What lies to the right and to the top of the map, in words.
    notes
        What was done and what could not be, in sentences.
    n_pool
        People in the pool.
    votes
        How many clusters each rule found: `rule`, `clusters`; the middle one counts.
    rules
        What tells the clusters apart: `cluster`, `rule` in words, `n`, `agreement`. Empty with one
        cluster.
    tree_agreement
        Share of the people whom these rules put into their own cluster; missing with one cluster.
    agreement
        Share of the people whose role is their cluster's; missing with one cluster.
    roles
        One row per clustered person and profile: `person_id`, `role`, `similarity`, `considered`
        (whether level, reach and evidence opened it).
    """

    members: pd.DataFrame
    profiles: pd.DataFrame
    stability: pd.DataFrame
    map: pd.DataFrame
    axes: tuple[str, str]
    notes: tuple[str, ...]
    n_pool: int
    votes: pd.DataFrame
    rules: pd.DataFrame
    tree_agreement: float
    agreement: float
    roles: pd.DataFrame


def cluster_candidates(
    signals: pd.DataFrame,
    *,
    standings: pd.DataFrame | None = None,
    evidence: pd.DataFrame | None = None,
    random_state: int = DEFAULTS.random_state,
    max_clusters: int = DEFAULTS.max_clusters,
    cluster_stability: float = DEFAULTS.cluster_stability,
    dissolved_below: float = DEFAULTS.dissolved_below,
    min_evidence_share: float = DEFAULTS.min_evidence_share,
    min_role_similarity: float = DEFAULTS.min_role_similarity,
    min_reach: float = DEFAULTS.min_reach,
    recent_cycles: int = DEFAULTS.recent_cycles,
) -> Candidates:
    """Name the role of technical leadership that each person resembles, and cluster the pool.

    Signals are read as normal quantiles of their rank in the pool. A person's family of roles is
    that of the profile to which the person is most similar (cosine over the signals known of them,
    drawn towards 0 for people near the middle of the pool); level and reach decide the rung in it.
    The clusters are a tied Gaussian mixture; their number is the median of the gap statistic, the
    largest number whose clusters all come back when people are drawn again, and the BIC of the
    mixture. One cluster means no structure.

    Parameters
    ----------
    signals
        One row per person: `person_id` and numeric columns; any of `SIGNALS` can be read as roles.
        `level` opens the upper rungs, the top ones to the highest level, where few hold it.
        Protected attributes are never used.
    standings
        `person_id`, `cycle`, `measure`, `label`, `signal`, `share_below` (0 to 1) and `cohort`:
        where each measure stands among comparable people. With it the reasons are measures.
    evidence
        `person_id`, `signal`, `rests_on` and `one_count`: which signal rests on one activity count
        alone.
    random_state
        Seed of everything random.
    max_clusters
        Largest number of clusters that is tried.
    cluster_stability
        Jaccard similarity from which a cluster counts as stable.
    dissolved_below
        Jaccard similarity below which a cluster does not come back, so that there are fewer.
    min_evidence_share
        Share of the evidence that must be known of a person to be clustered: `evidence_share` where
        the signals have it, as from `summarise_signals`, and never more than the share of them that
        is known.
    min_role_similarity
        Similarity to a profile, below which no role is named.
    min_reach
        Mean of the signals of `REACH`, in SD of the pool, that opens the wider rungs.
    recent_cycles
        Latest cycles of the standings that are told of.

    Returns
    -------
    Candidates
        The same for the same people in any order.

    Raises
    ------
    InputError
        If `person_id`, or any numeric column beside it, is missing.

    Examples
    --------
    >>> signals = pd.DataFrame({"person_id": ["a", "b", "c", "d"],
    ...                         "technical_output": [2.0, 0.1, -0.2, -0.9],
    ...                         "team_learning": [-0.5, 1.8, 0.2, -1.0],
    ...                         "customer_rescue": [-0.6, 0.9, -0.1, 0.0]})
    >>> cluster_candidates(signals).members[["person_id", "role"]].values.tolist()
    [['b', 'Lead Engineer'], ['a', 'Strong engineer'], ['c', 'No role'], ['d', 'No role']]
    """
    matrix = read_signals(signals)
    enough = (matrix.evidence_share >= min_evidence_share) & (matrix.evidence_share > 0)
    at = np.flatnonzero(enough)
    scores = matrix.scores[enough]
    points = scores.fillna(0.0).to_numpy(float)
    clusters = find_clusters(
        points,
        random_state=random_state,
        max_clusters=max_clusters,
        dissolved_below=dissolved_below,
    )
    opened = open_rungs(scores, matrix.levels[enough], matrix.top_level[enough], min_reach)
    own = resemble_roles(scores, opened, min_role_similarity)
    labels, profiles = profile_clusters(scores, opened, clusters, min_role_similarity)
    told = explain_clusters(matrix.shares_below[enough], labels)
    positions, axes = draw_map(points, labels, list(scores.columns))
    members = _list_members(matrix, at, labels, clusters, profiles, own).assign(
        reasons=describe_reasons(
            matrix,
            at,
            own,
            standings,
            min_similarity=min_role_similarity,
            recent_cycles=recent_cycles,
        ),
        caution=describe_cautions(matrix, at, own, evidence),
    )
    rungs = find_next_rungs(
        matrix, at, own, standings, min_reach=min_reach, recent_cycles=recent_cycles
    )
    members = members.assign(next_role=rungs.roles, missing=rungs.missing)
    agreement = float(members["agrees"].iloc[at].mean()) if len(profiles) > 1 else float("nan")
    where = {"x": positions[:, 0], "y": positions[:, 1], "cluster": labels}
    return Candidates(
        members=_nearest_first(members)[list(_MEMBERS)].astype(_TEXTS),
        profiles=profiles,
        stability=profiles[["cluster", "stability", "n"]].rename(columns={"stability": "jaccard"}),
        map=pd.DataFrame({"person_id": matrix.persons[enough], **where}),
        axes=axes,
        notes=(
            *matrix.notes,
            *_note_evidence(matrix, enough, min_evidence_share),
            *clusters.notes,
            *_note_clusters(profiles, cluster_stability, told),
            *_note_roles(matrix, agreement, min_reach),
        ),
        n_pool=len(matrix.persons),
        votes=pd.DataFrame(clusters.votes, columns=["rule", "clusters"]),
        rules=told.rules,
        tree_agreement=told.agreement,
        agreement=agreement,
        roles=_list_roles(matrix.persons[enough], own),
    )


def _list_members(
    matrix: SignalMatrix,
    at: _Labels,
    labels: _Labels,
    clusters: Clusters,
    profiles: pd.DataFrame,
    own: Resemblance,
) -> pd.DataFrame:
    """List everybody with their cluster and their role; those without the evidence have none."""
    everybody = pd.RangeIndex(len(matrix.persons))
    of_cluster = profiles.set_index("cluster")
    known = pd.DataFrame(
        {
            "cluster": labels,
            "role": pd.Series(own.names, at, dtype=str),
            "probability": clusters.probability,
            "stability": of_cluster["stability"].reindex(labels).to_numpy(float),
            "role_similarity": own.similarity,
            "cluster_role": of_cluster["role"].reindex(labels).to_numpy(object),
        },
        index=at,
    )
    known["agrees"] = known["role"] == known["cluster_role"]
    members = known.reindex(everybody).assign(
        person_id=matrix.persons, evidence_share=matrix.evidence_share
    )
    unknown = {"cluster": -1, "role": NO_ROLE, "cluster_role": "", "agrees": False}
    return members.fillna(unknown).astype({"cluster": np.int64, "agrees": bool})


def _nearest_first(members: pd.DataFrame) -> pd.DataFrame:
    """Put the people nearest to a role of technical leadership first, the unknown ones last."""
    after = members["role"].map({STRONG_ENGINEER: 1, NO_ROLE: 2}).fillna(0).to_numpy(float)
    similarity = members["role_similarity"].fillna(-2).to_numpy(float)
    order = np.lexsort((-similarity, after, members["cluster"].lt(0).to_numpy(bool)))
    return members.iloc[order].reset_index(drop=True)


def _list_roles(persons: pd.Index, own: Resemblance) -> pd.DataFrame:
    """List how similar each person is to each profile, and which of these could be theirs."""
    roles = [profile.role for profile in ROLE_PROFILES]
    return pd.DataFrame(
        {
            "person_id": persons.repeat(len(roles)),
            "role": pd.Series(roles * len(persons), dtype=str),
            "similarity": own.similarities.ravel(),
            "considered": own.considered.ravel(),
        }
    )


def _note_evidence(matrix: SignalMatrix, enough: _Mask, min_evidence_share: float) -> list[str]:
    """Say what was missing and what was done about it."""
    notes = []
    if not len(matrix.scores.columns):
        notes.append("No signal differs between people, so there is nothing to compare.")
    few = int((~enough).sum())
    if few:
        notes.append(
            f"Not enough evidence for {count_people(few)}: under {100 * min_evidence_share:.0f} % "
            "of the evidence is known. They are in no cluster and have no role."
        )
    gaps = int(matrix.scores[enough].isna().sum().sum())
    if gaps:
        notes.append(
            f"{gaps} of {matrix.scores[enough].size} values are missing. For the clusters alone "
            "they stand at the middle of the pool; roles are read from the known values."
        )
    return notes


def _note_clusters(
    profiles: pd.DataFrame, cluster_stability: float, told: ClusterRules
) -> list[str]:
    """Say how many clusters are stable, and how well a few questions tell them apart."""
    if np.isnan(told.agreement):
        return []
    stable = int((profiles["stability"] >= cluster_stability).sum())
    return [
        f"{stable} of the {len(profiles)} clusters {'is' if stable == 1 else 'are'} stable: at "
        f"least {100 * cluster_stability:.0f} % of each comes back when people are drawn again.",
        f"Three questions about where a person stands in the pool tell the cluster of "
        f"{100 * told.agreement:.0f} % of the people; they explain the clusters, and decide none.",
    ]


def _note_roles(matrix: SignalMatrix, agreement: float, min_reach: float) -> list[str]:
    """Say how roles were named and how far the clusters agree with them."""
    if sum(column in SIGNALS for column in matrix.scores.columns) < LEAST_SIGNALS:
        return [
            f"No roles: the profiles need at least {LEAST_SIGNALS} of "
            f"{', '.join(map(spell, SIGNALS))}."
        ]
    notes = [
        "The profile decides the family of a role, level and reach the rung. Reach is the mean of "
        f"{', '.join(map(spell, REACH[:-1]))} and {spell(REACH[-1])}; from {min_reach:.1f} SD "
        "above the middle of the pool it opens Principal Architect to the upper half of levels.",
        "Director of Architecture and CTO are considered only for people of the highest level."
        if matrix.has_levels
        else "Director of Architecture and CTO need a reach that the signals do not show; without "
        "three levels in order, the highest held by few, they are not named.",
    ]
    if np.isnan(agreement):
        return [*notes, "Members are ranked by their similarity to the profiles of the roles."]
    return [
        *notes,
        f"{100 * agreement:.0f} % of the people have the role of their cluster. Each person's role "
        "is read from the profiles directly, which is the more reliable of the two.",
    ]
