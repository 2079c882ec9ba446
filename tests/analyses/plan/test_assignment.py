"""Who takes which seat: against every possible assignment of small grids."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.analyses.plan.assignment import assign_seats, find_seconds, weigh_choices


def every_assignment(allowed):
    """All ways to give seats to people, each person once, seats may stay empty."""
    seats, people = allowed.shape
    for chosen in itertools.product(range(-1, people), repeat=seats):
        holders = [each for each in chosen if each >= 0]
        if len(set(holders)) == len(holders) and all(
            each < 0 or allowed[seat, each] for seat, each in enumerate(chosen)
        ):
            yield chosen


def total(scores, holder):
    return sum(scores[seat, each] for seat, each in enumerate(holder) if each >= 0)


def best_total(scores, allowed):
    return max(total(scores, each) for each in every_assignment(allowed))


@st.composite
def grids(draw):
    seats, people = draw(st.integers(1, 4)), draw(st.integers(0, 4))
    # Few distinct values, so that ties are common.
    value = st.integers(0, 10).map(lambda tenth: tenth / 10)
    cells = draw(st.lists(value, min_size=seats * people, max_size=seats * people))
    scores = np.array(cells, dtype=float).reshape(seats, people)
    return scores, scores >= draw(st.sampled_from([0.0, 0.3, 0.6]))


@given(grids())
@settings(max_examples=150, deadline=None)
def test_the_sum_is_the_largest_and_nobody_has_two_seats(grid):
    scores, allowed = grid
    holder = assign_seats(scores, allowed)
    seated = holder[holder >= 0]
    assert len(set(seated)) == len(seated)
    assert all(allowed[seat, each] for seat, each in enumerate(holder) if each >= 0)
    assert total(scores, holder) == pytest.approx(best_total(scores, allowed), abs=1e-6)


@given(grids())
@settings(max_examples=150, deadline=None)
def test_a_choice_is_worth_what_the_best_plan_without_it_loses(grid):
    scores, allowed = grid
    holder = assign_seats(scores, allowed)
    loss = weigh_choices(scores, allowed, holder)
    best = best_total(scores, allowed)
    for seat, each in enumerate(holder):
        if each < 0:
            assert np.isnan(loss[seat])
            continue
        without = allowed.copy()
        without[seat, each] = False
        assert loss[seat] == pytest.approx(best - best_total(scores, without), abs=1e-6)
        assert loss[seat] >= 0


@given(grids())
@settings(max_examples=150, deadline=None)
def test_the_second_best_is_the_best_of_those_without_a_seat_and_never_better(grid):
    scores, allowed = grid
    holder = assign_seats(scores, allowed)
    second = find_seconds(scores, allowed, holder)
    free = [each for each in range(scores.shape[1]) if each not in holder]
    for seat, each in enumerate(second):
        fit = [scores[seat, other] for other in free if allowed[seat, other]]
        assert (each >= 0) == bool(fit)
        if fit:
            assert scores[seat, each] == max(fit)
            assert holder[seat] >= 0
            assert scores[seat, each] <= scores[seat, holder[seat]] + 1e-6


def test_worked_by_hand():
    scores = np.array([[0.9, 0.8, 0.1], [0.7, 0.1, 0.1], [0.2, 0.2, 0.2]])
    allowed = scores >= 0.3
    holder = assign_seats(scores, allowed)
    # 0.8 + 0.7 is more than 0.9 + nothing; nobody fits the third seat.
    assert holder.tolist() == [1, 0, -1]
    loss = weigh_choices(scores, allowed, holder)
    # Without either of the two, one seat is filled with 0.9.
    assert loss[:2] == pytest.approx([0.6, 0.6])
    assert np.isnan(loss[2])
    assert find_seconds(scores, allowed, holder).tolist() == [-1, -1, -1]


def test_of_equal_sums_the_one_with_the_highest_single_score_is_taken():
    scores = np.array([[0.85, 0.9], [0.35, 0.4]])
    for grid, expected in ((scores, [1, 0]), (scores[:, ::-1], [0, 1])):
        holder = assign_seats(grid, grid >= 0.3)
        assert holder.tolist() == expected
        assert weigh_choices(grid, grid >= 0.3, holder) == pytest.approx([0, 0], abs=1e-8)


def test_choices_are_weighed_alike_by_planning_again_on_a_larger_grid():
    rng = np.random.default_rng(5)
    scores = rng.random((12, 30)).round(2)
    allowed = scores >= 0.4
    holder = assign_seats(scores, allowed)
    loss = weigh_choices(scores, allowed, holder)
    for seat, each in enumerate(holder):
        without = allowed.copy()
        without[seat, each] = False
        again = total(scores, assign_seats(scores, without))
        assert loss[seat] == pytest.approx(total(scores, holder) - again, abs=1e-6)


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 0)])
def test_nothing_to_assign(shape):
    scores = np.zeros(shape)
    holder = assign_seats(scores, scores >= 0)
    assert holder.tolist() == [-1] * shape[0]
    assert find_seconds(scores, scores >= 0, holder).tolist() == [-1] * shape[0]
    assert np.isnan(weigh_choices(scores, scores >= 0, holder)).all()
