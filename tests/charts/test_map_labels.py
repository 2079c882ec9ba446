import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.charts.map_labels import place_labels

WIDTH, HEIGHT = 560.0, 400.0


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**31), st.integers(1, 6), st.integers(6, 300), st.floats(0.0, 150.0))
def test_boxes_stay_inside_and_apart_wherever_the_people_are(seed, groups, people, spread):
    rng = np.random.default_rng(seed)
    middles = rng.uniform([0, 0], [WIDTH, HEIGHT], size=(groups, 2))
    of = np.arange(people) % groups
    points = np.clip(middles[of] + rng.normal(scale=spread, size=(people, 2)), 0, [WIDTH, HEIGHT])
    sizes = rng.uniform([100, 40], [215, 65], size=(groups, 2))
    placed = place_labels(points, of, sizes, width=WIDTH, height=HEIGHT)
    low, high = placed - sizes / 2, placed + sizes / 2
    assert (low >= -1e-9).all()
    assert (high <= np.array([WIDTH, HEIGHT]) + 1e-9).all()
    for one in range(groups):
        for other in range(one):
            apart = np.maximum(low[one] - high[other], low[other] - high[one])
            assert apart.max() > -1e-9, (one, other)


def test_a_name_stands_beside_a_crowd_rather_than_on_it():
    rng = np.random.default_rng(0)
    crowd = rng.normal([280, 200], [60, 20], size=(300, 2))
    [place] = place_labels(
        crowd, np.zeros(300, dtype=int), np.array([[160.0, 45.0]]), width=WIDTH, height=HEIGHT
    )
    hidden = (np.abs(crowd - place) < [80, 22.5]).all(axis=1).mean()
    assert hidden < 0.1
    assert abs(place[0] - 280) < 60


def test_a_box_that_is_larger_than_the_map_is_placed_all_the_same():
    placed = place_labels(
        np.array([[5.0, 5.0]]), np.array([0]), np.array([[900.0, 900.0]]), width=50, height=50
    )
    assert np.isfinite(placed).all()
