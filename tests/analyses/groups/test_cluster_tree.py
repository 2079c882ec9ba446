"""Tree: few questions, in shares of the pool, and how well they tell the clusters."""

import numpy as np
import pandas as pd
import pytest

from workbench.analyses.groups.cluster_tree import explain_clusters

SHARES = np.arange(100) / 100


def test_one_question_tells_two_clusters() -> None:
    shares = pd.DataFrame({"team_learning": SHARES, "noise": np.tile([0.2, 0.7], 50)})
    told = explain_clusters(shares, (SHARES >= 0.6).astype(np.int64))
    assert told.rules["rule"].tolist() == [
        "team learning not above 59 % of the pool",
        "team learning above 59 % of the pool",
    ]
    assert told.rules["n"].tolist() == [60, 40]
    assert told.rules["agreement"].tolist() == [1.0, 1.0] and told.agreement == 1.0


def test_a_signal_asked_twice_is_one_range() -> None:
    labels = ((SHARES >= 0.3) & (SHARES < 0.7)).astype(np.int64)
    told = explain_clusters(pd.DataFrame({"talks": SHARES}), labels)
    assert told.rules["rule"].iloc[1] == "talks above 29 % but not above 69 % of the pool"
    assert told.rules["rule"].iloc[0].count("; or ") == 1


def test_a_rule_tells_the_cluster_of_exactly_whom_it_describes() -> None:
    rng = np.random.default_rng(3)
    shares = pd.DataFrame({"talks": rng.random(300)})
    told = explain_clusters(shares, (shares["talks"] > 0.62734).to_numpy(np.int64))
    percent = int(told.rules["rule"].iloc[1].split()[2])
    above = (100 * shares["talks"]).round() > percent
    assert told.rules["rule"].iloc[0] == f"talks not above {percent} % of the pool"
    assert told.rules["n"].tolist() == [int((~above).sum()), int(above.sum())]


def test_what_the_tree_gets_wrong_is_told() -> None:
    labels = (SHARES >= 0.5).astype(np.int64)
    labels[[0, 99]] = [1, 0]
    told = explain_clusters(pd.DataFrame({"talks": SHARES}), labels)
    assert told.agreement == pytest.approx(0.98)
    assert told.rules["agreement"].to_numpy() == pytest.approx([49 / 50, 49 / 50])


def test_a_cluster_that_no_leaf_tells_is_named_all_the_same() -> None:
    labels = np.zeros(100, dtype=np.int64)
    labels[[10, 50, 90]] = 1
    told = explain_clusters(pd.DataFrame({"talks": SHARES}), labels)
    assert told.rules["n"].tolist() == [100, 0]
    assert "no rule" in told.rules["rule"].iloc[1] and np.isnan(told.rules["agreement"].iloc[1])


def test_missing_counts_as_the_middle_and_one_cluster_has_no_rule() -> None:
    shares = pd.DataFrame({"talks": np.where(SHARES < 0.1, np.nan, SHARES)})
    assert explain_clusters(shares, (SHARES >= 0.6).astype(np.int64)).agreement == 1.0
    alone = explain_clusters(shares, np.zeros(100, dtype=np.int64))
    assert alone.rules.empty and np.isnan(alone.agreement)
    assert alone.rules.columns.tolist() == ["cluster", "rule", "n", "agreement"]
