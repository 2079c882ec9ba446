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
from sklearn.tree._tree import Tree

from workbench.analyses.people.spelling import spell

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
    ['team learning not above 57 % of the pool', 'team learning above 57 % of the pool']
    >>> told.agreement
    1.0
    """
    clusters = np.unique(labels)
    if len(clusters) < 2 or not len(shares_below.columns):
        dtypes = {"cluster": np.int64, "rule": str, "n": np.int64, "agreement": float}
        return ClusterRules(pd.DataFrame(columns=list(dtypes)).astype(dtypes), float("nan"))
    # Rounded, so that a rule that is told in whole percents is the very rule that was judged.
    places = (100 * shares_below.fillna(0.5)).round().to_numpy(float)
    tree = DecisionTreeClassifier(
        max_depth=_DEPTH, min_samples_leaf=_SMALLEST_LEAF, random_state=0
    ).fit(places, labels)
    told = tree.predict(places)
    ways = _walk(tree.tree_, [spell(column) for column in shares_below.columns])
    rules = []
    for place, cluster in enumerate(clusters):
        described = told == cluster
        right = float((labels[described] == cluster).mean()) if described.any() else np.nan
        rule = "; or ".join(way for leaf, way in ways if leaf == place)
        rule = rule or "no rule of three questions describes this group"
        rules.append((int(cluster), rule, int(described.sum()), right))
    frame = pd.DataFrame(rules, columns=["cluster", "rule", "n", "agreement"])
    return ClusterRules(frame.astype({"rule": str}), float((told == labels).mean()))


def _walk(tree: Tree, words: list[str]) -> list[tuple[int, str]]:
    """Spell the questions on the way to each leaf, beside the cluster that the leaf tells.

    A question whose answers tell the same cluster is not asked; a signal asked twice is one range.
    """
    told = tree.value[:, 0].argmax(axis=1)
    whole = _find_whole(tree, told)
    ways: list[tuple[int, str]] = []
    waiting: list[tuple[int, dict[int, tuple[float, float]]]] = [(0, {})]
    while waiting:
        node, ranges = waiting.pop()
        if whole[node]:
            spelled = (_say_range(words[signal], *ends) for signal, ends in ranges.items())
            ways.append((int(told[node]), " and ".join(spelled)))
            continue
        # Between two whole percents: to be above it is to be above the lower one.
        signal, cut = int(tree.feature[node]), float(np.floor(tree.threshold[node]))
        low, high = ranges.get(signal, (-np.inf, np.inf))
        right = {**ranges, signal: (max(low, cut), high)}
        waiting.append((int(tree.children_right[node]), right))
        waiting.append((int(tree.children_left[node]), {**ranges, signal: (low, min(high, cut))}))
    return ways


def _find_whole(tree: Tree, told: _Labels) -> list[bool]:
    """Find the nodes under which one cluster is told whatever the answers."""
    whole = [True] * len(told)
    # Children come after their parent.
    for node in reversed(range(len(told))):
        left, right = tree.children_left[node], tree.children_right[node]
        if left >= 0:
            alike = told[left] == told[right] == told[node]
            whole[node] = bool(alike and whole[left] and whole[right])
    return whole


def _say_range(word: str, low: float, high: float) -> str:
    """Say in which part of the pool a signal lies."""
    if np.isinf(high):
        return f"{word} above {low:.0f} % of the pool"
    if np.isinf(low):
        return f"{word} not above {high:.0f} % of the pool"
    return f"{word} above {low:.0f} % but not above {high:.0f} % of the pool"
