import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from workbench.charts.map_plane import span_plane

PLACES = arrays(float, st.tuples(st.integers(1, 20), st.just(2)), elements=st.floats(-1e3, 1e3))


@given(PLACES)
def test_places_and_pixels_turn_into_each_other_and_lie_on_the_picture(places):
    plane = span_plane(pd.DataFrame(places, columns=["x", "y"]), ("", ""), 560, 400)
    pixels = plane.pixels(places)
    assert (pixels >= 0).all()
    assert (pixels <= [560, 400]).all()
    assert np.allclose(plane.places(pixels), places, atol=1e-6 * (1 + np.ptp(places)))


def test_up_is_up():
    people = pd.DataFrame({"x": [0.0, 1.0], "y": [0.0, 1.0]})
    low, high = span_plane(people, ("", ""), 100, 100).pixels(people.to_numpy())
    assert high[1] < low[1]
    assert high[0] > low[0]


def test_people_in_one_place_lie_in_the_middle():
    people = pd.DataFrame({"x": [3.0, 3.0], "y": [5.0, 5.0]})
    assert (
        span_plane(people, ("", ""), 100, 60).pixels(people.to_numpy()).tolist() == [[50, 30]] * 2
    )
