"""Candidates: who resembles which role of technical leadership, and which groups there are.

What comes in is one row per person with signals: technical output and the six signals of force
multiplication, or any numeric columns. What goes out is two readings of them, side by side. Each
person is compared with a declared profile of each role, which names the role. Beside that, the
people are clustered without any profile, as a check: groups that exist only on paper do not appear
in the data, and one group is an answer.

A role is a resemblance on the evidence given, never a verdict.
"""

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtri
from scipy.stats import rankdata

from workbench.analyses.clusters import find_clusters
from workbench.analyses.roles import (
    LEAST_SIGNALS,
    NO_ROLE,
    ROLE_PROFILES,
    SIGNALS,
    STRONG_ENGINEER,
    Resemblance,
    profile_clusters,
    resemble_roles,
    weigh_signals,
)
from workbench.errors import InputError
from workbench.settings import DEFAULTS

__all__ = ["POOL_RULE", "Candidates", "cluster_candidates", "select_pool"]

_Floats = npt.NDArray[np.float64]
_Labels = npt.NDArray[np.int64]
_Mask = npt.NDArray[np.bool_]

POOL_RULE = (
    "The pool holds the technical leaders and the engineers above the lowest level who are in the "
    "latest cycle, and those of its managers whose technical output was flagged or who say that "
    "they prefer the technical track."
)

# Known columns that are no signal. Protected attributes are named here so that none enters a
# cluster even where somebody leaves it in the frame.
_PROTECTED = frozenset(
    "gender sex ethnicity race age birth_date dob nationality citizenship disability".split()
)
_NOT_SIGNALS = frozenset(
    "person_id cycle level job_family evidence_share n_measures n_signals".split()
)
_LEVEL_WORDS = ("intern", "junior", "mid", "senior", "staff", "principal", "distinguished")
_PREFERS_TECHNICAL = re.compile(
    r"\b(?:tech\w*|ic|individual contributor|engineer\w*|architect\w*|expert|specialist)\b"
)
_GONE = re.compile(r"\b(?:left|leaver|terminated|resigned|inactive|retired|dismissed)\b")

_HIGHEST_SCORE = 3.5
_LEAST_LEVELS = 3
_MOST_AT_TOP = 0.05


@dataclass(frozen=True, slots=True)
class Candidates:
    """Who resembles which role, and the groups in which the pool falls.

    Attributes
    ----------
    members
        One row per person: `person_id`, `cluster` (0-based; -1 where the evidence is not enough),
        `role` (the person's own, from the profiles), `probability` of the cluster, `stability` of
        the cluster, `reasons`, `evidence_share`, `role_similarity`. The people nearest to a role of
        technical leadership come first.
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
    """

    members: pd.DataFrame
    profiles: pd.DataFrame
    stability: pd.DataFrame
    map: pd.DataFrame
    axes: tuple[str, str]
    notes: tuple[str, ...]
    n_pool: int


@dataclass(frozen=True, slots=True)
class _Pool:
    """The people in one order: signals as normal quantiles, shares of the pool below, levels."""

    persons: pd.Index
    scores: pd.DataFrame
    shares_below: pd.DataFrame
    evidence_share: _Floats
    top_level: _Mask
    has_levels: bool
    notes: tuple[str, ...]


def select_pool(
    reviews: pd.DataFrame, flags: pd.DataFrame | None = None, *, within_cycles: int = 1
) -> pd.DataFrame:
    """Select the people among whom candidates for technical leadership are looked for.

    The pool holds the technical leaders, the engineers above the lowest level, and those managers
    whose technical output was flagged or who say that they prefer the technical track; all of them
    present in the latest cycle and not recorded as having left. Levels are used where they can be
    put in order (`L4`, `IC5`, `Senior`); otherwise every engineer is in the pool.

    Parameters
    ----------
    reviews
        `person_id`, `cycle`; `track`, `level`, `track_preference` and `employment_status` are used
        where they are there. Without `track` everyone counts as an engineer.
    flags
        `person_id` and `flagged`, as in the flags of the declines.
    within_cycles
        How many of the latest cycles count as the latest.

    Returns
    -------
    pandas.DataFrame
        `person_id` and `why`, in words, sorted by person.

    Raises
    ------
    InputError
        If the reviews lack `person_id` or `cycle`.

    Examples
    --------
    >>> reviews = pd.DataFrame({"person_id": ["a", "b", "c"], "cycle": "2024H1",
    ...                         "track": ["engineer", "management", "management"],
    ...                         "track_preference": [None, "technical", None]})
    >>> select_pool(reviews)["why"].tolist()
    ['engineer', 'manager who prefers the technical track']
    """
    absent = [column for column in ("person_id", "cycle") if column not in reviews]
    if absent:
        raise InputError(
            f"the reviews have no column {' and no column '.join(absent)}; give one row per person "
            "and cycle with person_id, cycle and, if known, track and level."
        )
    rows = reviews.dropna(subset=["person_id", "cycle"])
    order, cycles = pd.factorize(rows["cycle"], sort=True)
    rows = rows.assign(_order=order)[order >= len(cycles) - within_cycles]
    latest = rows.sort_values(["person_id", "_order"]).groupby("person_id", as_index=False).last()
    track = _text(latest, "track") if "track" in latest else pd.Series("engineer", latest.index)
    flagged = set() if flags is None else set(flags.loc[flags["flagged"].astype(bool), "person_id"])
    engineer, manager = track.eq("engineer"), track.eq("management")
    level = _rank_levels(latest["level"].where(engineer)) if "level" in latest else None
    ranked = level is not None and level.nunique() > 1
    above = engineer & ~level.eq(level.min()) if ranked and level is not None else engineer
    preference = _text(latest, "track_preference")
    prefers = preference.str.contains(_PREFERS_TECHNICAL) & ~preference.str.contains("manag")
    why = pd.Series("", index=latest.index)
    why = why.mask(above, "engineer above the lowest level" if ranked else "engineer")
    why = why.mask(track.eq("technical_leadership"), "technical leader already")
    why = why.mask(manager & prefers, "manager who prefers the technical track")
    why = why.mask(
        manager & latest["person_id"].isin(flagged), "manager whose technical output fell"
    )
    here = ~_text(latest, "employment_status").str.contains(_GONE)
    return (
        latest.assign(why=why).loc[why.ne("") & here, ["person_id", "why"]].reset_index(drop=True)
    )


def cluster_candidates(
    signals: pd.DataFrame,
    *,
    random_state: int = DEFAULTS.random_state,
    max_clusters: int = DEFAULTS.max_clusters,
    cluster_stability: float = DEFAULTS.cluster_stability,
    min_evidence_share: float = DEFAULTS.min_evidence_share,
    min_role_similarity: float = DEFAULTS.min_role_similarity,
) -> Candidates:
    """Name the role of technical leadership that each person resembles, and cluster the pool.

    Signals are read as normal quantiles of their rank in the pool. A person's role is the profile
    to which the person is most similar (cosine over the signals known of them, drawn towards 0 for
    people near the middle of the pool). The clusters are a tied Gaussian mixture; their number is
    the median of the gap statistic, the largest number whose clusters all come back when people are
    drawn again, and the BIC of the mixture. One cluster means no structure.

    Parameters
    ----------
    signals
        One row per person: `person_id` and numeric columns; any of `SIGNALS` can be read as roles.
        `level` opens the roles that need reach to the highest one, where few hold it. Protected
        attributes are never used.
    random_state
        Seed of everything random.
    max_clusters
        Largest number of clusters that is tried.
    cluster_stability
        Jaccard similarity from which a cluster counts as stable.
    min_evidence_share
        Share of the signals a person must have to be clustered.
    min_role_similarity
        Similarity to a profile, below which no role is named.

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
    pool = _read_pool(signals)
    enough = (pool.evidence_share >= min_evidence_share) & (pool.evidence_share > 0)
    scores, top = pool.scores[enough], pool.top_level[enough]
    points = scores.fillna(0.0).to_numpy(float)
    clusters = find_clusters(
        points,
        random_state=random_state,
        max_clusters=max_clusters,
        cluster_stability=cluster_stability,
    )
    own = resemble_roles(scores, top, min_role_similarity)
    labels, profiles = profile_clusters(scores, top, clusters, min_role_similarity)
    positions, axes = _draw_map(points, labels, list(scores.columns))
    members = _list_members(pool, enough, labels, clusters.probability, profiles, own)
    where = {"x": positions[:, 0], "y": positions[:, 1], "cluster": labels}
    return Candidates(
        members=members.assign(
            reasons=_give_reasons(pool, own, np.flatnonzero(enough), min_role_similarity)
        )
        .astype({"reasons": str})
        .pipe(_nearest_first),
        profiles=profiles,
        stability=profiles[["cluster", "stability", "n"]].rename(columns={"stability": "jaccard"}),
        map=pd.DataFrame({"person_id": pool.persons[enough], **where}),
        axes=axes,
        notes=(
            *pool.notes,
            *_note_evidence(pool, enough, min_evidence_share),
            *clusters.notes,
            *_note_roles(pool, own, profiles, labels),
        ),
        n_pool=len(pool.persons),
    )


# Reading the pool


def _read_pool(signals: pd.DataFrame) -> _Pool:
    """Bring the people into one order and their signals onto one scale."""
    values, notes = _read_signals(signals)
    told = values.loc[:, values.nunique() > 1]
    unknown = [column for column in values if values[column].isna().all()]
    alike = [column for column in values if column not in told and column not in unknown]
    if unknown:
        notes.append(f"Not known of anybody: {', '.join(map(_words, unknown))}.")
    if alike:
        notes.append(f"Left out, as nobody differs in it: {', '.join(map(_words, alike))}.")
    # Ranks, so that heavy tails, units and skewed counts do not decide who is like whom.
    scores = pd.DataFrame({column: _rank_normal(told[column]) for column in told}, values.index)
    known = told.notna().to_numpy(float).sum(axis=1) / max(len(told.columns), 1)
    below = (told.rank(method="min") - 1) / told.notna().sum()
    top = np.zeros(len(values), dtype=bool)
    levels = pd.Series(dtype=float)
    if "level" in signals:
        level = _text(signals, "level").groupby(signals["person_id"].astype(str)).max()
        levels = _rank_levels(level.reindex(values.index.astype(str)))
    highest = levels.to_numpy(float) == levels.max()
    # A highest level that many hold is a grade of engineers, not a seat at the top.
    has_levels = levels.nunique() >= _LEAST_LEVELS and highest.mean() <= _MOST_AT_TOP
    if has_levels:
        top = highest
    return _Pool(values.index, scores, below, known, top, has_levels, tuple(notes))


def _read_signals(signals: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Take the numeric columns that are signals, one row per person, sorted by person."""
    if "person_id" not in signals:
        raise InputError(
            "the signals have no column person_id; they have: "
            f"{', '.join(map(str, signals.columns)) or 'no columns at all'}. "
            "Give one row per person, with person_id and numeric signal columns."
        )
    signals = signals.loc[:, ~signals.columns.duplicated()].rename(columns=str)
    names = [column for column in map(str, signals) if _is_signal(signals, column)]
    if not names:
        raise InputError(
            f"the signals have no numeric column beside person_id; they have: "
            f"{', '.join(map(str, signals.columns))}. Give at least one, such as technical_output."
        )
    if set(names) & set(SIGNALS[1:]) and "force_multiplier" in names:
        names.remove("force_multiplier")
    names.sort(key=lambda name: (SIGNALS.index(name) if name in SIGNALS else len(SIGNALS), name))
    numbers = signals[names].apply(pd.to_numeric, errors="coerce").astype("Float64")
    values = pd.DataFrame(numbers.to_numpy(float, na_value=np.nan), columns=names)
    values = values.where(np.isfinite(values)).set_index(pd.Index(signals["person_id"]))
    values = values[values.index.notna()]
    notes = []
    protected = [str(column) for column in signals if str(column).casefold() in _PROTECTED]
    if protected:
        notes.append(f"Not used, as protected attributes: {', '.join(sorted(protected))}.")
    repeated = values.index.duplicated()
    if repeated.any():
        notes.append(
            f"{_people(values.index[repeated].nunique())} had more than one row; the rows were "
            "averaged."
        )
        # Sorted, as even the order in which numbers are added would show in the last digit.
        values = values.sort_values(list(names)).groupby(level=0).mean()
    order = np.argsort(values.index.astype(str).to_numpy(object), kind="stable")
    return values.iloc[order].rename_axis("person_id"), notes


def _is_signal(signals: pd.DataFrame, column: str) -> bool:
    """Tell whether a column can be clustered on: numeric, and neither a key nor protected."""
    if str(column).casefold() in _PROTECTED | _NOT_SIGNALS:
        return False
    if column in SIGNALS:
        return True
    dtype = signals[column].dtype
    return pd.api.types.is_numeric_dtype(dtype) and not pd.api.types.is_bool_dtype(dtype)


def _rank_normal(values: pd.Series) -> _Floats:
    """Turn values into normal quantiles of their mid-ranks; missing stays missing."""
    share = (rankdata(values, nan_policy="omit") - 0.5) / max(values.notna().sum(), 1)
    return np.clip(ndtri(share), -_HIGHEST_SCORE, _HIGHEST_SCORE)


def _rank_levels(levels: pd.Series) -> pd.Series:
    """Put levels in order by their number (`L4`, `IC5`), else by their word; missing if neither.

    Numbers of different ladders do not compare (`L4` and `M4`): the ladder of most people counts.
    """
    text = levels.astype(str).str.strip().str.casefold()
    parts = text.str.extract(r"^(\D*?)\s*(\d+(?:\.\d+)?)$")
    if parts[1].notna().any():
        ladder = str(parts[0].value_counts().sort_index().idxmax())
        return parts[1].astype(float).where(parts[0].eq(ladder))
    ranks = pd.Series(np.nan, index=levels.index)
    for rank, word in enumerate(_LEVEL_WORDS):
        ranks = ranks.mask(text.str.contains(rf"\b{word}", regex=True), float(rank))
    return ranks


def _text(frame: pd.DataFrame, column: str) -> pd.Series:
    """Take a column as lower-case text, empty where it is missing or there is no such column."""
    if column not in frame:
        return pd.Series("", index=frame.index, dtype=str)
    return frame[column].astype(object).where(frame[column].notna(), "").astype(str).str.casefold()


# Words and the map


def _list_members(
    pool: _Pool,
    enough: _Mask,
    labels: _Labels,
    probability: _Floats,
    profiles: pd.DataFrame,
    own: Resemblance,
) -> pd.DataFrame:
    """List everybody with their cluster and their role; those without the evidence have none."""
    members = pd.DataFrame(
        {
            "person_id": pool.persons,
            "cluster": -1,
            "role": NO_ROLE,
            "probability": np.nan,
            "stability": np.nan,
            "reasons": "",
            "evidence_share": pool.evidence_share,
            "role_similarity": np.nan,
        }
    )
    at = np.flatnonzero(enough)
    members.loc[at, "cluster"] = labels
    members.loc[at, "role"] = own.names
    members.loc[at, "probability"] = probability
    members.loc[at, "stability"] = profiles["stability"].to_numpy(float)[labels]
    members.loc[at, "role_similarity"] = own.similarity
    return members


def _nearest_first(members: pd.DataFrame) -> pd.DataFrame:
    """Put the people nearest to a role of technical leadership first, the unknown ones last."""
    after = members["role"].map({STRONG_ENGINEER: 1, NO_ROLE: 2}).fillna(0).to_numpy(float)
    similarity = members["role_similarity"].fillna(-2).to_numpy(float)
    order = np.lexsort((-similarity, after, members["cluster"].lt(0).to_numpy(bool)))
    return members.iloc[order].reset_index(drop=True)


def _give_reasons(pool: _Pool, own: Resemblance, at: _Labels, min_similarity: float) -> list[str]:
    """Say in words, for each person, what speaks for the role, or why there is none."""
    columns = list(pool.shares_below.columns)
    words = [_words(column) for column in columns]
    weights = weigh_signals(columns)
    below = pool.shares_below.to_numpy(float)
    reasons = [_say_unknown(row, words) for row in below]
    for row, nearest, similarity, role in zip(
        at, own.nearest, own.similarity, own.names, strict=True
    ):
        if role != NO_ROLE:
            reasons[row] = "; ".join(_highest(below[row], words, weights[nearest], 3))
            continue
        near = []
        if nearest >= 0:
            # Rounded down, so that it never reads as what is needed.
            near = [
                f"nearest to {ROLE_PROFILES[nearest].role}, with a similarity of "
                f"{np.floor(100 * similarity) / 100:.2f} where {min_similarity:.2f} is needed"
            ]
        highest = _highest(below[row], words, np.ones(len(words)), 3 - len(near))
        reasons[row] = "; ".join(near + highest)
    return reasons


def _say_unknown(below: _Floats, words: list[str]) -> str:
    """Say what is missing of somebody with too little evidence."""
    if not words:
        return "not enough evidence: there is no signal in which people differ"
    missing = [word for word, share in zip(words, below, strict=True) if np.isnan(share)]
    return (
        f"not enough evidence: {len(words) - len(missing)} of {len(words)} signals are known; "
        f"missing: {', '.join(missing)}"
    )


def _highest(below: _Floats, words: list[str], weights: _Floats, at_most: int) -> list[str]:
    """Name the highest signals that count for a profile and lie above the middle of the pool."""
    order = np.argsort(-np.nan_to_num(below, nan=-1.0), kind="stable")
    chosen = [place for place in order if weights[place] > 0 and below[place] >= 0.5][:at_most]
    if not chosen:
        return ["no signal above the middle of the pool"]
    return [
        f"{words[place]}: higher than {int(100 * below[place])} % of the pool" for place in chosen
    ]


def _draw_map(
    points: _Floats, labels: _Labels, columns: list[str]
) -> tuple[_Floats, tuple[str, str]]:
    """Place the people in two dimensions: those that set the clusters apart, or vary most."""
    n, d = points.shape
    if n < 2 or d == 0:
        return np.zeros((n, 2)), ("", "")
    centred = points - points.mean(axis=0)
    k = int(labels.max()) + 1
    turned = centred
    directions = np.empty((0, d))
    if k > 1:
        counts = np.bincount(labels, minlength=k)
        means = np.stack([centred[labels == cluster].mean(axis=0) for cluster in range(k)])
        apart = centred - means[labels]
        within = apart.T @ apart / n + 1e-3 * np.eye(d)
        root = np.linalg.cholesky(np.linalg.inv(within))
        turned = centred @ root
        between = np.sqrt(counts / n)[:, None] * (means @ root)
        directions = np.linalg.svd(between, full_matrices=False)[2][: min(k - 1, 2)]
    # What the clusters do not use of the plane shows the widest spread that is left.
    rest = turned - turned @ directions.T @ directions
    _, spread, spare = np.linalg.svd(rest, full_matrices=False)
    spare = spare[spread > 1e-9 * max(spread[0], 1.0)][: 2 - len(directions)]
    places = turned @ np.vstack([directions, spare]).T
    places = np.pad(places, ((0, 0), (0, 2 - places.shape[1])))
    turned_right = [_name_axis(places[:, axis], points, columns) for axis in range(2)]
    signs = np.array([sign for sign, _ in turned_right])
    return places * signs, (turned_right[0][1], turned_right[1][1])


def _name_axis(places: _Floats, points: _Floats, columns: list[str]) -> tuple[float, str]:
    """Say which signals grow along an axis, and turn it so that the strongest does."""
    spread = places.std() * points.std(axis=0)
    shared = (places - places.mean()) @ (points - points.mean(axis=0)) / len(places)
    loading = np.divide(shared, spread, out=np.zeros_like(shared), where=spread > 1e-9)
    order = np.argsort(-np.abs(loading).round(9), kind="stable")
    if abs(loading[order[0]]) < 1e-6:
        return 1.0, ""
    sign = float(np.sign(loading[order[0]]))
    named = [place for place in order[:2] if abs(loading[place]) >= 0.6 * abs(loading[order[0]])]
    words = ", ".join(
        f"{'more' if sign * loading[place] > 0 else 'less'} {_words(columns[place])}"
        for place in named
    )
    return sign, f"{words} ->"


def _note_evidence(pool: _Pool, enough: _Mask, min_evidence_share: float) -> list[str]:
    """Say what was missing and what was done about it."""
    notes = []
    if not len(pool.scores.columns):
        notes.append("No signal differs between people, so there is nothing to compare.")
    few = int((~enough).sum())
    if few:
        notes.append(
            f"Not enough evidence for {_people(few)}: under {100 * min_evidence_share:.0f} % of "
            "the signals are known. They are in no cluster and have no role."
        )
    gaps = int(pool.scores[enough].isna().sum().sum())
    if gaps:
        notes.append(
            f"{gaps} of {pool.scores[enough].size} values are missing. For the clusters alone they "
            "stand at the middle of the pool; roles are read from the known values."
        )
    return notes


def _note_roles(
    pool: _Pool, own: Resemblance, profiles: pd.DataFrame, labels: _Labels
) -> list[str]:
    """Say how roles were named and how far the clusters agree with them."""
    if sum(column in SIGNALS for column in pool.scores.columns) < LEAST_SIGNALS:
        return [
            f"No roles: the profiles need at least {LEAST_SIGNALS} of "
            f"{', '.join(map(_words, SIGNALS))}."
        ]
    notes = [
        "Director of Architecture and CTO are considered only for people of the highest level."
        if pool.has_levels
        else "Director of Architecture and CTO need a reach that the signals do not show; without "
        "three levels in order, the highest held by few, they are not named."
    ]
    if len(profiles) > 1:
        of_cluster = profiles["role"].to_numpy()[labels]
        agree = 100 * np.mean([a == b for a, b in zip(own.names, of_cluster, strict=True)])
        notes.append(
            f"{agree:.0f} % of the people have the role of their cluster. Each person's role is "
            "read from the profiles directly, which is the more reliable of the two."
        )
    else:
        notes.append("Members are ranked by their similarity to the profiles of the roles.")
    return notes


def _words(name: object) -> str:
    """Spell a column name as words."""
    return str(name).replace("_", " ")


def _people(n: int) -> str:
    """Count people in words that agree with the number."""
    return "1 person" if n == 1 else f"{n:,} people"
