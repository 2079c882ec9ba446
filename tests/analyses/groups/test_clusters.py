"""Clusters: real groups come back with their stability, and no groups where there are none."""

import numpy as np
import pytest
from sklearn.datasets import load_iris, load_wine
from sklearn.metrics import adjusted_rand_score

from workbench.analyses.groups.clusters import find_clusters


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


def test_one_signal_alone_shows_no_groups_and_says_so() -> None:
    points = np.repeat([[0.0], [9.0]], 30, axis=0) + np.random.default_rng(0).normal(size=(60, 1))
    found = find_clusters(points)
    assert not found.labels.any() and found.votes == ()
    assert "two are needed" in found.notes[0]


def test_each_group_high_in_a_signal_of_its_own_is_found_among_few_people() -> None:
    truth = np.repeat(np.arange(5), 24)
    points = 5 * np.eye(7)[truth] + np.random.default_rng(0).normal(size=(120, 7))
    found = find_clusters(points)
    assert adjusted_rand_score(truth, found.labels) > 0.85


def test_many_people_are_counted_on_a_draw_and_all_have_a_cluster() -> None:
    truth = np.repeat(np.arange(3), 700)
    points = 4 * np.eye(3)[truth] + np.random.default_rng(0).normal(size=(2100, 3))
    found = find_clusters(points)
    assert len(found.labels) == len(found.probability) == 2100
    assert adjusted_rand_score(truth, found.labels) > 0.85
    assert any("1,000 people drawn by the seed" in note for note in found.notes)
