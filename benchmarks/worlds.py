"""Simulated companies in which who dropped after promotion is known.

What comes in is a `Scenario` and a seed; what goes out is a `World`: the tables that the analysis
gets, the planted drops, and the parameters that an oracle would know. Promotion picks people whose
last observed cycles were good, so that output falls afterwards even where nobody dropped.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

__all__ = ["SCENARIOS", "Scenario", "World", "simulate_world"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Scenario:
    """How a company works; spreads are in standard deviations of output, times in cycles."""

    people: int = 2000
    cycles: int = 10
    person_sd: float = 0.60
    ar_sd: float = 0.50
    rho: float = 0.60
    noise_sd: float = 0.55
    tail_freedom: float = np.inf  # of the noise and the wandering
    noise_log_sd: float = 0.0  # people differ in noise by this log-SD
    slope_sd: float = 0.0  # people differ in trend by this much a cycle
    trend_sd: float = 0.10
    level_effect: float = 0.25
    severity_sd: float = 0.25
    rater_change: float = 0.12
    people_per_rater: int = 10
    directors: bool = False  # the promoted are rated by people who rate only them
    team_sd: float = 0.15
    team_size: int = 10
    selection: float = 1.3  # logit slope on the observed mean of the last two cycles
    promoted: float = 0.08
    dropped: float = 0.40  # of the promoted
    sizes: tuple[float, ...] = (0.5, 1.0, 1.5)
    shape: tuple[float, ...] = (1.0,)  # share of the drop by cycle since promotion, last one stays
    missing: float = 0.07
    leavers: float = 0.15


BASE = Scenario()
SCENARIOS: dict[str, Scenario] = {
    "base": BASE,
    "null": replace(BASE, dropped=0.0),
    "500 people": replace(BASE, people=500),
    "8 cycles": replace(BASE, cycles=8),
    "12 cycles": replace(BASE, cycles=12),
    "t5 tails": replace(BASE, tail_freedom=5.0),
    "noise differs": replace(BASE, noise_log_sd=0.4),
    "slopes differ": replace(BASE, slope_sd=0.08),
    "rho 0.95": replace(BASE, rho=0.95),
    "strong selection": replace(BASE, selection=2.5),
    "drops rare": replace(BASE, dropped=0.10),
    "severity 0.5": replace(BASE, severity_sd=0.5),
    "directors": replace(BASE, directors=True),
    "directors 0.5": replace(BASE, directors=True, severity_sd=0.5),
    "phased in": replace(BASE, shape=(0.4, 0.8, 1.0)),
    "fading": replace(BASE, shape=(1.0, 0.75, 0.5, 0.3)),
    "quiet": replace(BASE, noise_sd=0.30, ar_sd=0.30),
    "noisy": replace(BASE, noise_sd=0.85),
}


@dataclass(frozen=True, slots=True)
class World:
    """One simulated company.

    Attributes
    ----------
    output
        `person_id`, `cycle`, `technical_output`, `level`, `rater_id`.
    promotions
        `person_id`, `cycle`.
    truth
        `person_id`, `cycle`, `drop`: by how much output fell, zero or above.
    mean : (people, cycles)
        What is expected of everyone of that level in that cycle.
    covariance : (cycles, cycles)
        Of one person's cycles around it, raters left out.
    severity_variance
        Variance of rater severity.
    shocks : (people, cycles)
        Rater severity and team-cycle shocks, which nobody knows but the oracle that knows all.
    shock_variance
        Variance of the team-cycle shocks, which `covariance` has on its diagonal.
    """

    output: pd.DataFrame
    promotions: pd.DataFrame
    truth: pd.DataFrame
    mean: Floats
    covariance: Floats
    severity_variance: float
    shocks: Floats
    shock_variance: float


def simulate_world(scenario: Scenario, seed: int) -> World:
    """Simulate one company, cycle by cycle."""
    rng = np.random.default_rng(seed)
    n, t = scenario.people, scenario.cycles
    base, shocks = _untreated_output(scenario, rng)
    trend = np.cumsum(rng.normal(0, scenario.trend_sd, t))
    seen = _presence(scenario, rng)
    n_raters = max(n // scenario.people_per_rater, 2)
    severity = rng.normal(0, scenario.severity_sd, 2 * n_raters)
    level = rng.choice(5, size=n, p=[0.2, 0.3, 0.25, 0.15, 0.1]) + 1
    rater = np.arange(n) % n_raters
    promoted_at, drop = np.full(n, t), np.zeros(n)
    sizes = np.array(scenario.sizes)
    levels, raters = np.zeros((n, t), dtype=np.int64), np.zeros((n, t), dtype=np.int64)
    score = np.zeros((n, t))
    for now in range(t):
        streak = _streak(score, trend, levels, scenario, seen, now)
        if now >= 2:
            rises = rng.random(n) < 1 / (1 + np.exp(3.0 - scenario.selection * streak))
            level = np.where(rises & (level < 6) & (promoted_at > now), level + 1, level)
        changes = rng.random(n) < scenario.rater_change
        if 3 <= now <= t - 2:
            chosen = _choose(scenario, streak, seen[:, now - 1] & (promoted_at == t), rng)
            promoted_at[chosen] = now
            dropping = chosen & (rng.random(n) < scenario.dropped)
            drop[dropping] = rng.choice(sizes, size=int(dropping.sum()))
            changes |= chosen
        others = rng.integers(0, n_raters, n)
        if scenario.directors:
            others = np.where(promoted_at <= now, others // 8 + n_raters, others)
        rater = np.where(changes, others, rater)
        shape = np.r_[scenario.shape, np.full(t, scenario.shape[-1])]
        since = np.maximum(now - promoted_at, 0)
        fallen = np.where(promoted_at <= now, drop * shape[since], 0.0)
        levels[:, now], raters[:, now] = level, rater
        shocks[:, now] += severity[rater]
        expected = trend[now] + scenario.level_effect * level
        score[:, now] = expected + base[:, now] + shocks[:, now] - fallen
    truth = promoted_at, drop, trend, shocks
    return _as_world(scenario, score, seen, levels, raters, truth)


def _untreated_output(scenario: Scenario, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Person, wandering and noise; and the shocks that a team shares in a cycle."""
    n, t = scenario.people, scenario.cycles
    freedom = scenario.tail_freedom

    def draws(size: tuple[int, ...]) -> Floats:
        if np.isinf(freedom):
            return rng.normal(size=size)
        return rng.standard_t(freedom, size) / np.sqrt(freedom / (freedom - 2))

    wandering = np.empty((n, t))
    wandering[:, 0] = draws((n,))
    for now in range(1, t):
        step = np.sqrt(1 - scenario.rho**2) * draws((n,))
        wandering[:, now] = scenario.rho * wandering[:, now - 1] + step
    noise = scenario.noise_sd * draws((n, t))
    if scenario.noise_log_sd:
        noise *= np.exp(scenario.noise_log_sd * rng.normal(size=(n, 1)))
    team = rng.permutation(n) // scenario.team_size
    shock = rng.normal(0, scenario.team_sd, (team.max() + 1, t))[team]
    slope = scenario.slope_sd * rng.normal(size=(n, 1)) * (np.arange(t) - (t - 1) / 2)
    person = scenario.person_sd * rng.normal(size=(n, 1))
    return person + scenario.ar_sd * wandering + noise + slope, shock


def _presence(scenario: Scenario, rng: np.random.Generator) -> npt.NDArray[np.bool_]:
    """Cells with output: some start late, some leave, some cells are missing."""
    n, t = scenario.people, scenario.cycles
    column = np.arange(t)
    hired = np.where(rng.random(n) < 0.2, rng.integers(1, t // 2 + 1, n), 0)
    left = np.where(rng.random(n) < scenario.leavers, rng.integers(t // 2, t, n), t)
    present = (column >= hired[:, None]) & (column < left[:, None])
    return present & (rng.random((n, t)) >= scenario.missing)


def _streak(
    score: Floats,
    trend: Floats,
    levels: npt.NDArray[np.int64],
    scenario: Scenario,
    seen: npt.NDArray[np.bool_],
    now: int,
) -> Floats:
    """Observed mean of the last two cycles, within level and cycle; zero where nothing was seen."""
    last = slice(max(now - 2, 0), now)
    known = seen[:, last]
    within = score[:, last] - trend[last] - scenario.level_effect * levels[:, last]
    return np.where(known, within, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)


def _choose(
    scenario: Scenario,
    streak: Floats,
    eligible: npt.NDArray[np.bool_],
    rng: np.random.Generator,
) -> npt.NDArray[np.bool_]:
    """Promote an even share a cycle, likelier after a good streak."""
    wanted = scenario.promoted * scenario.people / (scenario.cycles - 4)
    pull = np.where(eligible, np.exp(scenario.selection * streak), 0.0)
    chance = np.minimum(pull * wanted / pull.sum(), 0.9)
    return rng.random(len(streak)) < chance


def _as_world(
    scenario: Scenario,
    score: Floats,
    seen: npt.NDArray[np.bool_],
    levels: npt.NDArray[np.int64],
    raters: npt.NDArray[np.int64],
    truth: tuple[npt.NDArray[np.int64], Floats, Floats, Floats],
) -> World:
    """Lay the grids out as tables, and keep what an oracle knows."""
    promoted_at, drop, trend, shocks = truth
    person, cycle = np.nonzero(seen)
    output = pd.DataFrame(
        {
            "person_id": person,
            "cycle": cycle,
            "technical_output": score[person, cycle],
            "level": levels[person, cycle],
            "rater_id": raters[person, cycle],
        }
    )
    who = np.flatnonzero(promoted_at < scenario.cycles)
    promotions = pd.DataFrame({"person_id": who, "cycle": promoted_at[who]})
    lag = np.abs(np.subtract.outer(np.arange(scenario.cycles), np.arange(scenario.cycles)))
    covariance = scenario.person_sd**2 + scenario.ar_sd**2 * scenario.rho**lag
    covariance = covariance + (scenario.noise_sd**2 + scenario.team_sd**2) * (lag == 0)
    column = np.arange(scenario.cycles) - (scenario.cycles - 1) / 2
    covariance = covariance + scenario.slope_sd**2 * np.outer(column, column)
    return World(
        output=output,
        promotions=promotions,
        truth=promotions.assign(drop=drop[who]),
        mean=trend + scenario.level_effect * levels,
        covariance=covariance,
        severity_variance=scenario.severity_sd**2,
        shocks=shocks,
        shock_variance=scenario.team_sd**2,
    )
