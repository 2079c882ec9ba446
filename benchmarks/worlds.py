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
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

HIGHEST_LEVEL = 6
FIRST_LEVELS = (0.20, 0.30, 0.25, 0.15, 0.10)  # shares of levels 1 to 5 at the start
RATERS_A_DIRECTOR = 8


@dataclass(frozen=True, slots=True)
class Scenario:
    """How a company works; all spreads are in one unit of output, times in cycles.

    With the defaults, the standard deviation of output within level and cycle is 1.
    """

    people: int = 2000
    cycles: int = 10
    person_sd: float = 0.60
    ar_sd: float = 0.50
    rho: float = 0.60
    noise_sd: float = 0.55
    tail_freedom: float = np.inf  # of the noise and the wandering
    noise_log_sd: float = 0.0  # people differ in noise by this log-SD, around the same mean
    slope_sd: float = 0.0  # people differ in trend by this much a cycle
    trend_sd: float = 0.10
    level_effect: float = 0.25
    level_rise: float = 1.8  # logit, below zero, of one level up after a middling streak
    severity_sd: float = 0.25
    rater_change: float = 0.12
    people_per_rater: int = 10
    directors: bool = False  # the promoted are rated by people who rate only them
    team_sd: float = 0.15
    team_size: int = 10
    selection: float = 1.3  # logit slope on the observed mean of the last two cycles
    on_ability: float = 0.0  # share of the selection that goes by true ability in its place
    on_coming: float = 0.0  # pull of a coming fall, as a share of the pull of the streak
    promoted: float = 0.08
    dropped: float = 0.40  # of the promoted
    sizes: tuple[float, ...] = (0.5, 1.0, 1.5)
    shape: tuple[float, ...] = (1.0,)  # share of the drop by cycle since promotion, last one stays
    missing: float = 0.07
    late_hires: float = 0.15
    leavers: float = 0.10
    leaving: float = 0.0  # how much likelier leave those whose output is low just then


BASE = Scenario()
SCENARIOS: dict[str, Scenario] = {
    "base": BASE,
    "null": replace(BASE, dropped=0.0),
    "500 people": replace(BASE, people=500),
    "8 cycles": replace(BASE, cycles=8),
    "12 cycles": replace(BASE, cycles=12),
    "14 cycles": replace(BASE, cycles=14),
    "t5 tails": replace(BASE, tail_freedom=5.0),
    "noise differs": replace(BASE, noise_log_sd=0.4),
    "rho 0.95": replace(BASE, rho=0.95),
    "slopes differ": replace(BASE, slope_sd=0.08),
    "strong selection": replace(BASE, selection=2.5),
    "ramp": replace(BASE, shape=(0.4, 0.8, 1.0)),
    "low performers leave": replace(BASE, leavers=0.12, leaving=1.0),
    "directors": replace(BASE, directors=True),
    "directors 0.5": replace(BASE, directors=True, severity_sd=0.5),
    "severity 0.5": replace(BASE, severity_sd=0.5),
    "drops rare": replace(BASE, dropped=0.10),
    "fading": replace(BASE, shape=(1.0, 1.0, 1.0, 0.3)),
    "quiet": replace(BASE, noise_sd=0.30, ar_sd=0.30),
    "noisy": replace(BASE, noise_sd=0.85),
    "on ability": replace(BASE, on_ability=1.0),
    "half on ability": replace(BASE, on_ability=0.5),
    "on the coming fall": replace(BASE, on_coming=0.2),
}


@dataclass(frozen=True, slots=True)
class World:
    """One simulated company; people are rows of the grids, and their number is their id.

    Attributes
    ----------
    output
        `person_id`, `cycle`, `technical_output`, `level`, `rater_id`, `team`.
    promotions
        `person_id`, `cycle`.
    truth
        `person_id`, `cycle`, `drop`: by how much output fell in the end, zero or above.
    effect : (people, cycles)
        What the promotion did to output, zero or below.
    shape : (cycles,)
        Share of a drop that is there in each cycle since the promotion.
    mean : (people, cycles)
        What is expected of everyone of that level in that cycle.
    covariance : (cycles, cycles)
        Of one person's cycles around it, without raters, teams and noise.
    noise_variance : (people,)
        Of each person's own noise.
    severity_variance, shock_variance
        Of rater severity, and of what a team shares in a cycle.
    shocks : (people, cycles)
        Rater severity and team shocks, which nobody knows but the oracle that knows all.
    """

    output: pd.DataFrame
    promotions: pd.DataFrame
    truth: pd.DataFrame
    effect: Floats
    shape: Floats
    mean: Floats
    covariance: Floats
    noise_variance: Floats
    severity_variance: float
    shock_variance: float
    shocks: Floats


@dataclass(slots=True)
class _Company:
    """What happens as the cycles pass: grids of people by cycles, and where everyone stands."""

    untreated: Floats  # ability, wandering, noise: all that is a person's own
    ability: Floats
    noise_variance: Floats
    team: Ints
    team_shock: Floats
    trend: Floats
    severity: Floats
    seen: Bools
    level: Ints
    rater: Ints
    promoted_at: Ints
    drop: Floats
    levels: Ints
    raters: Ints
    mean: Floats
    shocks: Floats
    effect: Floats
    score: Floats


def simulate_world(scenario: Scenario, seed: int) -> World:
    """Simulate one company, cycle by cycle."""
    rng = np.random.default_rng(seed)
    company = _found(scenario, rng)
    for now in range(scenario.cycles):
        streak = _streak(company, now)
        if now >= 2:
            _raise_levels(company, scenario, streak, rng)
        moved = rng.random(scenario.people) < scenario.rater_change
        if 3 <= now <= scenario.cycles - 2:
            moved |= _promote(company, scenario, streak, now, rng)
        _change_raters(company, scenario, moved, now, rng)
        _work(company, scenario, now)
        if now >= scenario.cycles // 2:
            _leave(company, scenario, now, rng)
    return _as_world(scenario, company)


def _found(scenario: Scenario, rng: np.random.Generator) -> _Company:
    """Hire everyone, and draw what does not depend on what happens later."""
    n, t = scenario.people, scenario.cycles
    n_raters = _count_raters(scenario)
    ability = scenario.person_sd * rng.normal(size=n)
    spread = scenario.noise_log_sd
    noise_sd = scenario.noise_sd * np.exp(spread * rng.normal(size=n) - spread**2 / 2)
    slope = scenario.slope_sd * rng.normal(size=(n, 1)) * _centred(t)
    own = ability[:, None] + slope + scenario.ar_sd * _wandering(scenario, rng)
    own = own + noise_sd[:, None] * _draws(scenario, (n, t), rng)
    team = rng.permutation(n) // scenario.team_size
    hired = np.where(rng.random(n) < scenario.late_hires, rng.integers(1, t // 2 + 1, n), 0)
    here = np.arange(t) >= hired[:, None]
    return _Company(
        untreated=own,
        ability=ability,
        noise_variance=noise_sd**2,
        team=team,
        team_shock=rng.normal(0, scenario.team_sd, (team.max() + 1, t)),
        trend=np.cumsum(rng.normal(0, scenario.trend_sd, t)),
        severity=rng.normal(0, scenario.severity_sd, 2 * n_raters),
        seen=here & (rng.random((n, t)) >= scenario.missing),
        level=rng.choice(len(FIRST_LEVELS), size=n, p=FIRST_LEVELS) + 1,
        rater=np.arange(n) % n_raters,
        promoted_at=np.full(n, t),
        drop=np.zeros(n),
        levels=np.zeros((n, t), dtype=np.int64),
        raters=np.zeros((n, t), dtype=np.int64),
        mean=np.zeros((n, t)),
        shocks=np.zeros((n, t)),
        effect=np.zeros((n, t)),
        score=np.zeros((n, t)),
    )


def _count_raters(scenario: Scenario) -> int:
    """Raters of engineers; as many numbers again are kept for directors."""
    return max(scenario.people // scenario.people_per_rater, 2)


def _centred(cycles: int) -> Floats:
    """Cycles counted from the middle one."""
    return np.arange(cycles) - (cycles - 1) / 2


def _draws(scenario: Scenario, size: tuple[int, ...], rng: np.random.Generator) -> Floats:
    """Draw with variance 1, normal or with heavy tails."""
    freedom = scenario.tail_freedom
    if np.isinf(freedom):
        return rng.normal(size=size)
    return rng.standard_t(freedom, size) / np.sqrt(freedom / (freedom - 2))


def _wandering(scenario: Scenario, rng: np.random.Generator) -> Floats:
    """Slow ups and downs of each person, AR(1) with variance 1."""
    wandering = np.empty((scenario.people, scenario.cycles))
    wandering[:, 0] = _draws(scenario, (scenario.people,), rng)
    for now in range(1, scenario.cycles):
        step = np.sqrt(1 - scenario.rho**2) * _draws(scenario, (scenario.people,), rng)
        wandering[:, now] = scenario.rho * wandering[:, now - 1] + step
    return wandering


def _streak(company: _Company, now: int) -> Floats:
    """Observed mean of the last two cycles, within level and cycle; zero where nothing was seen."""
    last = slice(max(now - 2, 0), now)
    known = company.seen[:, last]
    within = company.score[:, last] - company.mean[:, last]
    return np.where(known, within, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)


def _raise_levels(
    company: _Company, scenario: Scenario, streak: Floats, rng: np.random.Generator
) -> None:
    """Give some engineers one level more, likelier after a good streak."""
    chance = 1 / (1 + np.exp(scenario.level_rise - scenario.selection * streak))
    rises = (rng.random(scenario.people) < chance) & (company.promoted_at == scenario.cycles)
    company.level = np.where(rises, np.minimum(company.level + 1, HIGHEST_LEVEL), company.level)


def _promote(
    company: _Company, scenario: Scenario, streak: Floats, now: int, rng: np.random.Generator
) -> Bools:
    """Promote an even share a cycle, likelier after a good streak, and plant the drops."""
    n = scenario.people
    coming = company.untreated[:, now : now + 2].mean(axis=1)
    pull = (1 - scenario.on_ability) * streak + scenario.on_ability * company.ability
    pull = np.exp(scenario.selection * (pull - scenario.on_coming * coming))
    pull *= company.seen[:, now - 1] & (company.promoted_at == scenario.cycles)
    wanted = scenario.promoted * n / (scenario.cycles - 4)
    chosen = rng.random(n) < np.minimum(pull * wanted / pull.sum(), 0.9)
    company.promoted_at[chosen] = now
    dropping = chosen & (rng.random(n) < scenario.dropped)
    company.drop[dropping] = rng.choice(scenario.sizes, size=int(dropping.sum()))
    return chosen


def _change_raters(
    company: _Company, scenario: Scenario, moved: Bools, now: int, rng: np.random.Generator
) -> None:
    """Give everyone who moved another rater; the promoted may get one of a few directors."""
    n_raters = _count_raters(scenario)
    others = rng.integers(0, n_raters, scenario.people)
    if scenario.directors:
        director = others // RATERS_A_DIRECTOR + n_raters
        others = np.where(company.promoted_at <= now, director, others)
    company.rater = np.where(moved, others, company.rater)


def _work(company: _Company, scenario: Scenario, now: int) -> None:
    """Fill in the cycle: what is expected, what raters and teams add, what the promotion did."""
    shape = _shape(scenario)
    since = now - company.promoted_at
    company.levels[:, now], company.raters[:, now] = company.level, company.rater
    company.mean[:, now] = company.trend[now] + scenario.level_effect * company.level
    company.shocks[:, now] = company.severity[company.rater] + company.team_shock[company.team, now]
    company.effect[:, now] = np.where(since >= 0, -company.drop * shape[np.maximum(since, 0)], 0.0)
    company.score[:, now] = (
        company.mean[:, now]
        + company.untreated[:, now]
        + company.shocks[:, now]
        + company.effect[:, now]
    )


def _shape(scenario: Scenario) -> Floats:
    """Share of a drop that is there in each cycle since the promotion."""
    return np.r_[scenario.shape, np.full(scenario.cycles, scenario.shape[-1])][: scenario.cycles]


def _leave(company: _Company, scenario: Scenario, now: int, rng: np.random.Generator) -> None:
    """Let some people go before the cycle is seen, maybe likelier those for whom it went badly."""
    pull = np.exp(-scenario.leaving * (company.score[:, now] - company.mean[:, now]))
    chance = scenario.leavers / (scenario.cycles - scenario.cycles // 2) * pull / pull.mean()
    company.seen[rng.random(scenario.people) < chance, now:] = False


def _as_world(scenario: Scenario, company: _Company) -> World:
    """Lay the grids out as tables, and keep what an oracle knows."""
    person, cycle = np.nonzero(company.seen)
    output = pd.DataFrame(
        {
            "person_id": person,
            "cycle": cycle,
            "technical_output": company.score[person, cycle],
            "level": company.levels[person, cycle],
            "rater_id": company.raters[person, cycle],
            "team": company.team[person],
        }
    )
    who = np.flatnonzero(company.promoted_at < scenario.cycles)
    promotions = pd.DataFrame({"person_id": who, "cycle": company.promoted_at[who]})
    column = _centred(scenario.cycles)
    lag = np.abs(np.subtract.outer(column, column))
    covariance = scenario.person_sd**2 + scenario.ar_sd**2 * scenario.rho**lag
    return World(
        output=output,
        promotions=promotions,
        truth=promotions.assign(drop=company.drop[who]),
        effect=company.effect,
        shape=_shape(scenario),
        mean=company.mean,
        covariance=covariance + scenario.slope_sd**2 * np.outer(column, column),
        noise_variance=company.noise_variance,
        severity_variance=scenario.severity_sd**2,
        shock_variance=scenario.team_sd**2,
        shocks=company.shocks,
    )
