"""Tree: the clusters told again by a few yes-or-no questions, and how well those tell them.

What comes in is where each person stands in each signal and the cluster that was found; what goes
out is a rule in words for each cluster. The tree explains, it decides nothing: its agreement with
the clusters is part of the answer.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.tree import DecisionTreeClassifier

from workbench.analyses.signal_matrix import spell

__all__ = ["ClusterRules", "explain_clusters"]

_Floats = npt.NDArray[np.float64]
_Labels = npt.NDArray[np.int64]

_DEPTH = 3
_SMALLEST_LEAF = 5


@dataclass(frozen=True, slots=True)
class ClusterRules:
    """What tells the clusters apart.

    Attributes
    ----------
    rules
        One row per cluster: `cluster`, `rule` in words, `n` people whom it describes, `agreement`
        (the share of these who are in the cluster; missing where no rule describes anybody).
    agreement
        Share of all people whom the rules put into their own cluster; missing with one cluster.
    """

    rules: pd.DataFrame
    agreement: float


def explain_clusters(shares_below: pd.DataFrame, labels: _Labels) -> ClusterRules:
    """Explain the clusters by a tree of depth 3.

    Parameters
    ----------
    shares_below
        One row per person, one column a signal: the share of the pool that lies below. Missing
        values count as the middle, as they do for the clusters.
    labels
        The cluster of each person, from 0.

    Returns
    -------
    ClusterRules
        With one cluster there is nothing to tell apart, and no rule.

    Examples
    --------
    >>> shares = pd.DataFrame({"team_learning": np.arange(20) / 20})
    >>> told = explain_clusters(shares, (np.arange(20) >= 12).astype(np.int64))
    >>> told.rules["rule"].tolist()
    ['team learning not above 58 % of the pool', 'team learning above 58 % of the pool']
    >>> told.agreement
    1.0
    """
    clusters = np.unique(labels)
    if len(clusters) < 2 or not len(shares_below.columns):
        dtypes = {"cluster": np.int64, "rule": str, "n": np.int64, "agreement": float}
        return ClusterRules(pd.DataFrame(columns=list(dtypes)).astype(dtypes), float("nan"))
    # Rounded, so that thresholds are whole percents, as they are told.
    places = (100 * shares_below.fillna(0.5)).to_numpy(float)
    tree = DecisionTreeClassifier(
        max_depth=_DEPTH, min_samples_leaf=_SMALLEST_LEAF, random_state=0
    ).fit(places, labels)
    leaves, told = tree.apply(places), tree.predict(places)
    words = [spell(column) for column in shares_below.columns]
    paths = _walk(tree.tree_, words)
    rules = []
    for cluster in clusters:
        described = told == cluster
        ways = [paths[leaf] for leaf in np.unique(leaves[described])]
        right = float((labels[described] == cluster).mean()) if described.any() else np.nan
        rule = "; or ".join(ways) or "no rule of three questions describes this group"
        rules.append((int(cluster), rule, int(described.sum()), right))
    frame = pd.DataFrame(rules, columns=["cluster", "rule", "n", "agreement"])
    return ClusterRules(frame.astype({"rule": str}), float((told == labels).mean()))


def _walk(tree: object, words: list[str]) -> dict[int, str]:
    """Spell the questions on the way to each leaf; a signal asked twice is one range."""
    paths: dict[int, str] = {}
    left, right = tree.children_left, tree.children_right  # type: ignore[attr-defined]
    feature, threshold = tree.feature, tree.threshold  # type: ignore[attr-defined]
    waiting: list[tuple[int, dict[int, tuple[float, float]]]] = [(0, {})]
    while waiting:
        node, ranges = waiting.pop()
        if left[node] < 0:
            paths[node] = " and ".join(
                _say_range(words[signal], *ends) for signal, ends in ranges.items()
            )
            continue
        signal, cut = int(feature[node]), float(threshold[node])
        low, high = ranges.get(signal, (-np.inf, np.inf))
        waiting.append((int(left[node]), {**ranges, signal: (low, min(high, cut))}))
        waiting.append((int(right[node]), {**ranges, signal: (max(low, cut), high)}))
    return paths


def _say_range(word: str, low: float, high: float) -> str:
    """Say in which part of the pool a signal lies."""
    if np.isinf(high):
        return f"{word} above {low:.0f} % of the pool"
    if np.isinf(low):
        return f"{word} not above {high:.0f} % of the pool"
    return f"{word} above {low:.0f} % but not above {high:.0f} % of the pool"
