"""Clusters: real groups come back with their stability, and no groups where there are none."""

import numpy as np
import pytest
from sklearn.datasets import load_iris, load_wine
from sklearn.metrics import adjusted_rand_score

from workbench.analyses.clusters import find_clusters


def test_wine_falls_into_its_three_cultivars() -> None:
    wine = load_wine()
    found = find_clusters(wine.data)
    assert len(found.jaccard) == 3
    assert adjusted_rand_score(wine.target, found.labels) > 0.9
    assert found.jaccard.min() > 0.8


def test_iris_falls_into_its_three_species() -> None:
    iris = load_iris()
    found = find_clusters(iris.data)
    assert len(found.jaccard) == 3
    assert adjusted_rand_score(iris.target, found.labels) > 0.85


@pytest.mark.parametrize("seed", range(3))
def test_one_long_group_is_one(seed: int) -> None:
    rng = np.random.default_rng(seed)
    points = rng.normal(size=(200, 5)) + 1.5 * rng.normal(size=(200, 1))
    found = find_clusters(points)
    assert found.labels.max() == 0
    assert np.isnan(found.jaccard).all() and (found.probability == 1).all()


def test_few_points_are_one_cluster() -> None:
    for points in (np.zeros((0, 3)), np.ones((5, 2)), np.zeros((19, 4))):
        found = find_clusters(points)
        assert len(found.labels) == len(points) and not found.labels.any()
        assert any("20 are needed" in note for note in found.notes)


@pytest.mark.parametrize("points", [np.ones((40, 2)), np.zeros((40, 0))])
def test_identical_points_are_one_cluster(points: np.ndarray) -> None:
    found = find_clusters(points)
    assert not found.labels.any() and len(found.labels) == 40
    assert found.notes == ("No clusters: nobody differs from anybody.",)


def test_no_more_clusters_than_asked_for() -> None:
    points = np.repeat(9 * np.eye(5), 20, axis=0)
    points = points + np.random.default_rng(0).normal(size=(100, 5))
    assert len(find_clusters(points).jaccard) == 5
    assert len(find_clusters(points, max_clusters=2).jaccard) <= 2
    assert len(find_clusters(points, max_clusters=1).jaccard) == 1
