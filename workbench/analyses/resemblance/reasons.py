"""Reasons: what speaks for a person's role, in words with values, and what to be careful about.

What comes in are the signals of the pool, the role that each person resembles and, if known, where
each measure stands among comparable people, cycle by cycle. What goes out is text for each person.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.analyses.people.spelling import spell
from workbench.analyses.resemblance.roles import NO_ROLE, ROLE_PROFILES, Resemblance, weigh_signals
from workbench.analyses.resemblance.signal_matrix import SignalMatrix

__all__ = ["MOST_REASONS", "describe_cautions", "describe_reasons", "name_measures", "take_recent"]

_Floats = npt.NDArray[np.float64]
_Labels = npt.NDArray[np.int64]

MOST_REASONS = 3
_NUMBERS = "no one two three four five six seven eight nine ten eleven twelve".split()


def describe_reasons(
    matrix: SignalMatrix,
    at: _Labels,
    own: Resemblance,
    standings: pd.DataFrame | None,
    *,
    min_similarity: float,
    recent_cycles: int,
) -> list[str]:
    """Say for each person what speaks for the role, or why there is none.

    Parameters
    ----------
    matrix
        The signals of the pool.
    at
        The rows of the people with enough evidence, to whom `own` belongs.
    own
        The role that each of them resembles.
    standings
        `person_id`, `cycle`, `measure`, `label`, `signal`, `share_below` and `cohort`: the share of
        the cohort that lies below the person in a measure in a cycle. Without it the reasons are
        the signals themselves.
    min_similarity
        Similarity from which a role is named.
    recent_cycles
        Latest cycles that count.

    Returns
    -------
    list of str
        One for each person of the matrix: up to three reasons, joined by semicolons.
    """
    columns = list(matrix.shares_below.columns)
    words = [spell(column) for column in columns]
    weights = weigh_signals(columns)
    below = matrix.shares_below.to_numpy(float)
    reasons = [""] * len(below)
    for row in np.flatnonzero(~np.isin(np.arange(len(below)), at)):
        reasons[row] = _say_unknown(below[row], words, matrix.evidence_share[row])
    by_measure = _cite_standings(matrix, at, own, standings, recent_cycles)
    order = np.argsort(-np.nan_to_num(below, nan=-1.0), axis=1, kind="stable")
    for row, nearest, similarity, role in zip(
        at, own.nearest, own.similarity, own.names, strict=True
    ):
        if role != NO_ROLE:
            reasons[row] = by_measure.get(row) or "; ".join(
                _highest(below[row], order[row], words, weights[nearest], MOST_REASONS)
            )
            continue
        near = ["unlike any of the roles"] if nearest >= 0 else []
        if similarity > 0:
            # Rounded down, so that it never reads as what is needed.
            near = [
                f"nearest to {ROLE_PROFILES[nearest].role}, with a similarity of "
                f"{np.floor(100 * similarity) / 100:.2f} where {min_similarity:.2f} is needed"
            ]
        whole = np.ones(len(words))
        highest = _highest(below[row], order[row], words, whole, MOST_REASONS - len(near))
        reasons[row] = "; ".join(near + highest)
    return reasons


def _say_unknown(below: _Floats, words: list[str], evidence_share: float) -> str:
    """Say what is missing of somebody with too little evidence."""
    if not words:
        return "not enough evidence: there is no signal in which people differ"
    missing = [word for word, share in zip(words, below, strict=True) if np.isnan(share)]
    if not missing:
        return (
            "not enough evidence: every signal is known, but in few of the recent cycles "
            f"({100 * evidence_share:.0f} % of what is known of others)"
        )
    return (
        f"not enough evidence: {len(words) - len(missing)} of {len(words)} signals are known; "
        f"missing: {', '.join(missing)}"
    )


def _highest(
    below: _Floats, order: _Labels, words: list[str], weights: _Floats, at_most: int
) -> list[str]:
    """Name the highest signals that count for a profile and lie above the middle of the pool."""
    chosen = [place for place in order if weights[place] > 0 and below[place] >= 0.5][:at_most]
    if not chosen:
        return ["no signal above the middle of the pool"]
    return [
        f"{words[place]}: higher than {int(100 * below[place])} % of the pool" for place in chosen
    ]


def take_recent(standings: pd.DataFrame, recent_cycles: int) -> pd.DataFrame:
    """Take the latest cycles of the standings, in order of time.

    Examples
    --------
    >>> standings = pd.DataFrame({"cycle": ["2024H1", "2023H2", "2023H1"], "share_below": 0.5})
    >>> take_recent(standings, 2)["cycle"].tolist()
    ['2023H2', '2024H1']
    """
    order, cycles = pd.factorize(standings["cycle"], sort=True)
    late = (order >= len(cycles) - recent_cycles) & (order >= 0)
    known = standings["share_below"].notna().to_numpy()
    return standings[late & known].sort_values("cycle", kind="stable")


def _cite_standings(
    matrix: SignalMatrix,
    at: _Labels,
    own: Resemblance,
    standings: pd.DataFrame | None,
    recent_cycles: int,
) -> dict[int, str]:
    """Name for each person the measures that bear on the role and stand highest in the cohort."""
    if standings is None or standings.empty:
        return {}
    named = np.array([role != NO_ROLE for role in own.names], dtype=bool)
    people = pd.DataFrame(
        {
            "person_id": matrix.persons[at][named].astype(str),
            "row": at[named],
            "place": own.nearest[named],
        }
    )
    rows = name_measures(take_recent(standings, recent_cycles))
    rows = rows.assign(person_id=rows["person_id"].astype(str)).merge(people, on="person_id")
    signals = list(dict.fromkeys(rows["signal"].astype(str)))
    of_signal = pd.Index(signals).get_indexer(pd.Index(rows["signal"].astype(str)))
    rows = rows[weigh_signals(signals)[rows["place"].to_numpy(np.int64), of_signal] > 0]
    # A measure may bear on several signals of the role; it is one reason all the same.
    rows = rows.drop_duplicates(["row", "cycle", "measure"])
    course = _summarise_course(rows)
    # A label or a cohort comes from the sheet; semicolons stand between reasons.
    said = [
        f"{label}: {'higher' if is_count else 'better'} than {int(100 * share)} % of "
        f"{cohort}{_say_course(above, n)}".replace(";", ",")
        for label, is_count, share, cohort, above, n in zip(
            *(course[name] for name in ("label", "is_count", "share", "cohort", "above", "n")),
            strict=True,
        )
    ]
    joined = course.assign(said=said).groupby("row")["said"].agg("; ".join)
    return dict(zip(joined.index.to_numpy(np.int64).tolist(), joined, strict=True))


def name_measures(standings: pd.DataFrame) -> pd.DataFrame:
    """Name the signal beside a label that several measures have.

    Examples
    --------
    >>> standings = pd.DataFrame({"measure": ["talks", "written_a", "written_b"],
    ...                           "label": ["talks", "written evidence", "written evidence"],
    ...                           "signal": ["team_learning", "team_learning", "customer_rescue"]})
    >>> name_measures(standings)["label"].tolist()
    ['talks', 'written evidence of team learning', 'written evidence of customer rescue']
    """
    known = standings[["measure", "signal", "label"]].drop_duplicates()
    known = known.astype({"signal": str, "label": str}).assign(signal_as_given=known["signal"])
    several = known.groupby("label")["measure"].nunique()
    shared = known["label"].isin(several.index[several > 1])
    named = known["label"].where(~shared, known["label"] + " of " + known["signal"].map(spell))
    known = known.assign(label=named, signal=known["signal_as_given"])
    return standings.drop(columns="label").merge(
        known.drop(columns="signal_as_given"), on=["measure", "signal"], how="left"
    )


def _summarise_course(rows: pd.DataFrame) -> pd.DataFrame:
    """Summarise the cycles of each person and measure, and take the highest above the middle."""
    # Whom many equal stands in their midst, not below them all.
    equal = rows.get("share_equal", 0.0)
    count = rows["is_count"].astype(bool) if "is_count" in rows else True
    rows = rows.assign(
        above=(rows["share_below"] + equal / 2).to_numpy(float) >= 0.5, is_count=count
    )
    rows = rows.sort_values(["row", "measure", "cycle"], kind="stable")
    course = rows.groupby(["row", "measure"], sort=True).agg(
        label=("label", "last"),
        is_count=("is_count", "last"),
        cohort=("cohort", "last"),
        share=("share_below", "median"),
        above=("above", "sum"),
        n=("above", "size"),
    )
    course = course[course["share"] >= 0.5].reset_index()
    highest_first = course.sort_values(["share", "n"], ascending=False, kind="stable")
    return highest_first.groupby("row").head(MOST_REASONS)


def _say_course(above: int, n: int) -> str:
    """Say in how many of the cycles somebody stood above the middle."""
    if n == 1:
        return ", in the one cycle that is known"
    share = "all" if above == n else _number(above)
    return f", above the middle in {share} of the last {_number(n)} cycles"


def _number(n: int) -> str:
    """Spell a small number."""
    return _NUMBERS[n] if n < len(_NUMBERS) else str(n)


def describe_cautions(
    matrix: SignalMatrix, at: _Labels, own: Resemblance, evidence: pd.DataFrame | None
) -> list[str]:
    """Say for each person on what thin evidence the role rests.

    Parameters
    ----------
    matrix
        The signals of the pool.
    at
        The rows of the people with enough evidence, to whom `own` belongs.
    own
        The role that each of them resembles.
    evidence
        `person_id`, `signal`, `rests_on` and `one_count`: whether the signal rests on one activity
        count alone, and which.

    Returns
    -------
    list of str
        One for each person of the matrix, empty where there is nothing to say.
    """
    columns = list(matrix.scores.columns)
    weighed = weigh_signals(columns) > 0
    cautions: list[list[str]] = [[] for _ in matrix.persons]
    alone: dict[tuple[str, str], str] = {}
    if evidence is not None and len(evidence):
        single = evidence[evidence["one_count"].fillna(False).astype(bool)]
        keys = zip(single["person_id"].astype(str), single["signal"].astype(str), strict=True)
        alone = dict(zip(keys, single["rests_on"].astype(str), strict=True))
    known = matrix.scores.notna().to_numpy()
    for row, nearest, role in zip(at, own.nearest, own.names, strict=True):
        if role == NO_ROLE:
            continue
        person = str(matrix.persons[row])
        counts = [place for place in np.flatnonzero(weighed[nearest]) if known[row, place]]
        cautions[row] += [
            f"{spell(columns[place])} rests on one activity count alone "
            f"({alone[person, columns[place]]})"
            for place in counts
            if (person, columns[place]) in alone
        ]
        unknown = [
            spell(columns[place])
            for place in np.flatnonzero(weighed[nearest])
            if not known[row, place]
        ]
        if unknown:
            cautions[row].append(f"not known: {', '.join(unknown)}")
    return ["; ".join(each) for each in cautions]
