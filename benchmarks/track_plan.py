"""How long the track plan takes, and whether what it says each choice is worth is right.

Run `python -m benchmarks.track_plan`.
"""

import time

import numpy as np
import pandas as pd

from workbench.analyses.plan.assignment import assign_seats, weigh_choices
from workbench.analyses.track_plan import plan_track
from workbench.ladder import ROLES

SIZES = ((80, 15), (500, 100), (2_000, 400))


def make_frames(candidates: int, seats: int) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Make a company with so many candidates and open seats, and ten people a team."""
    rng = np.random.default_rng(0)
    n_teams, n_people = 2 * seats, 20 * seats
    ids = np.array([f"E{place:06d}" for place in range(n_people)])
    names = [f"Team {place:04d}" for place in range(n_teams)]
    chosen = rng.permutation(n_people)[:candidates]
    members = pd.DataFrame(
        {
            "person_id": ids[chosen],
            "role": rng.choice(ROLES[:3], candidates, p=[0.6, 0.3, 0.1]),
            "role_similarity": rng.uniform(0.5, 0.95, candidates),
        }
    )
    teams = pd.DataFrame(
        {
            "team": names,
            "covered": np.arange(n_teams) >= seats,
            "people_managers": [(f"M{place:04d}",) for place in range(n_teams)],
            "n_people": 10,
        }
    )
    people = pd.DataFrame(
        {
            "person_id": ids,
            "team": rng.choice(names, n_people),
            "job_family": rng.choice(["Backend", "Frontend", "Data", "Platform"], n_people),
        }
    )
    return members, teams, people


def main() -> None:
    """Print the times for each size, and the largest error of a margin of the smallest one."""
    print(f"{'candidates':>10} {'seats':>6} {'filled':>6} {'total':>8} {'seconds':>8}")
    for candidates, seats in SIZES:
        frames = make_frames(candidates, seats)
        started = time.perf_counter()
        plan = plan_track(*frames)
        took = time.perf_counter() - started
        filled = len(plan.assignments)
        print(f"{candidates:>10,} {seats:>6,} {filled:>6,} {plan.total:>8.2f} {took:>8.2f}")
    scores = np.random.default_rng(1).random((60, 200))
    allowed = scores >= 0.3
    holder = assign_seats(scores, allowed)
    started = time.perf_counter()
    loss = weigh_choices(scores, allowed, holder)
    at_once = time.perf_counter() - started
    seats_at = np.arange(len(scores))
    best = scores[seats_at, holder].sum()
    started = time.perf_counter()
    again = []
    for seat in seats_at:
        without = allowed.copy()
        without[seat, holder[seat]] = False
        other = assign_seats(scores, without)
        again.append(best - scores[seats_at, other][other >= 0].sum())
    solved = time.perf_counter() - started
    print(
        f"margins of 60 seats: {at_once:.3f} s at once, {solved:.3f} s by planning each again; "
        f"largest difference {np.abs(loss - again).max():.1e}"
    )


if __name__ == "__main__":
    main()
