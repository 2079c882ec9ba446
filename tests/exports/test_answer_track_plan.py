"""The sentence of the track plan, in every case that can come up."""

from types import SimpleNamespace

import pandas as pd
import pytest

from workbench.exports.answers import answer_track_plan


def _plan(same_team=(), *, n_seats=21, n_candidates=30, tracks_known=True):
    return SimpleNamespace(
        assignments=pd.DataFrame({"same_team": pd.Series(same_team, dtype=float)}),
        n_seats=n_seats,
        n_candidates=n_candidates,
        tracks_known=tracks_known,
    )


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (
            _plan([1.0] * 9 + [0.5, 0.0, 0.0, 0.0, float("nan")]),
            "14 of 21 open seats could be filled by candidates, 9 of them from the team itself. "
            "It is a proposal; nothing is applied.",
        ),
        (
            _plan([0.0], n_seats=1),
            "The one open seat could be filled by a candidate from another",
        ),
        (_plan([1.0, 0.0], n_seats=2), "All 2 open seats could be filled by candidates, 1 of them"),
        (_plan([1.0], n_seats=1), "The one open seat could be filled by a candidate from the team"),
        (_plan([1.0, 1.0]), "2 of 21 open seats could be filled by candidates, all of them"),
        (_plan(), "21 teams have no technical leader; nobody fits"),
        (_plan(n_candidates=0), "21 teams have no technical leader. Nobody resembles"),
        (_plan(n_seats=1, n_candidates=0), "1 team has no technical leader. Nobody resembles"),
        (_plan(n_seats=0), "Every team has a technical leader"),
        (_plan(n_seats=0, tracks_known=False), "It is not known which teams lack"),
    ],
)
def test_the_answer_counts_seats_and_says_that_it_is_a_proposal(plan, words):
    assert answer_track_plan(SimpleNamespace(track_plan=plan)).startswith(words)


def test_another_plan_of_the_same_data_can_be_told():
    calibration = SimpleNamespace(track_plan=_plan([1.0]))
    told = answer_track_plan(calibration, _plan([1.0, 1.0]))
    assert told.startswith("2 of 21 open seats")
