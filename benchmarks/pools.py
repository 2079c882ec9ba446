"""Pools of people with planted archetypes, or without any, for the clusters of candidates.

A pool has 7 signals. Its archetypes lie some SD out from the middle, at right angles, along the
signals, or where the profiles of the roles do. Around them signals are normal, have heavy tails or
outliers, or are messy: heavy tails, outliers, a skewed signal and a coarse one.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workbench.analyses.resemblance.roles import ROLE_PROFILES, SIGNALS, STRONG_ENGINEER

__all__ = ["BLOBS", "PLANTED", "ROLE_ORDER", "Pool", "World", "make_pool"]

Points = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]

ROLE_ORDER = (STRONG_ENGINEER, "Lead Engineer", "Software Architect", "Principal Architect", "CTO")
_UNEQUAL = {
    1: (1.0,),
    3: (0.5, 0.3, 0.2),
    4: (0.4, 0.3, 0.2, 0.1),
    5: (0.3, 0.25, 0.2, 0.15, 0.1),
}


@dataclass(frozen=True)
class World:
    """How the pools of one kind are drawn."""

    name: str
    separation: float = 0.0  # SD of the centres from the middle
    noise: str = (
        "normal"  # normal, t5, elliptical t5, t3, outliers, messy, correlated, long, skewed
    )
    archetypes: int = 4
    centres: str = "orthogonal"  # orthogonal, signals or roles
    equal: bool = False
    people: int = 400


@dataclass(frozen=True)
class Pool:
    """One pool: signals, who belongs to which archetype, and what knowing everything would say."""

    points: Points
    truth: Labels
    oracle: Labels


def _plant(separation: float, noise: str, **more: object) -> World:
    people = more.get("people", 400)
    where = f", {more['centres']}" if "centres" in more else ""
    count = f"{more.get('archetypes', 4)} archetypes"
    return World(f"{count}, {separation:g} SD, {noise}{where}, {people}", separation, noise, **more)  # type: ignore[arg-type]


PLANTED: tuple[World, ...] = (
    *(
        _plant(separation, noise)
        for separation in (4.0, 3.0, 2.5, 2.2)
        for noise in ("normal", "messy")
    ),
    *(_plant(separation, "t5", centres="roles") for separation in (4.0, 3.0, 2.5)),
    *(_plant(3.0, "t3", archetypes=archetypes, equal=True) for archetypes in (3, 5)),
    _plant(3.0, "outliers", centres="signals", archetypes=5),
    *(_plant(separation, "normal", people=120, archetypes=3) for separation in (4.0, 3.0)),
    *(_plant(separation, "messy", people=120, archetypes=3) for separation in (4.0, 3.0)),
)
BLOBS: tuple[World, ...] = tuple(
    World(f"one group, {noise}, {people}", noise=noise, archetypes=1, people=people)
    for people in (400, 120)
    for noise in (
        "normal",
        "t5",
        "elliptical t5",
        "t3",
        "outliers",
        "messy",
        "correlated",
        "long",
        "skewed",
    )
)


def make_pool(world: World, seed: int) -> Pool:
    """Draw a pool of a world."""
    rng = np.random.default_rng([seed, *map(ord, world.name)])
    k, d = world.archetypes, len(SIGNALS)
    shares = np.full(k, 1 / k) if world.equal else np.array(_UNEQUAL[k])
    counts = (shares * world.people).round().astype(int)
    counts[0] += world.people - counts.sum()
    truth = np.repeat(np.arange(k), counts)
    centres = world.separation * _draw_centres(world, k, d, rng)
    around, mixing = _draw_noise(world.noise, len(truth), d, rng)
    points = centres[truth] + around
    precision = np.linalg.inv(mixing.T @ mixing)
    pull = centres @ precision
    odds = points @ pull.T - 0.5 * (pull * centres).sum(axis=1) + np.log(shares)
    if world.noise in ("outliers", "messy"):
        far = rng.random(len(points)) < 0.03
        points[far] *= 3
    if world.noise == "messy":
        points[:, 0] = np.exp(points[:, 0])
        points[:, 1] = np.clip(np.round(points[:, 1]), -2, 2)
    if world.noise == "skewed":
        points = np.exp(0.5 * points)
    return Pool(points, truth, odds.argmax(axis=1))


def _draw_centres(world: World, k: int, d: int, rng: np.random.Generator) -> Points:
    """Draw where the archetypes lie, one SD out; without archetypes there is the middle."""
    if k == 1:
        return np.zeros((1, d))
    if world.centres == "signals":
        return np.eye(d)[rng.permutation(d)[:k]]
    if world.centres == "roles":
        weights = {profile.role: profile.weights for profile in ROLE_PROFILES}
        profiles = np.array([weights[role] for role in ROLE_ORDER[:k]])
        return np.asarray(profiles / np.linalg.norm(profiles, axis=1, keepdims=True))
    return np.linalg.qr(rng.normal(size=(d, d)))[0][:k]


def _draw_noise(noise: str, n: int, d: int, rng: np.random.Generator) -> tuple[Points, Points]:
    """Draw people around their archetype, of variance 1 before signals are mixed."""
    mixing = np.eye(d) + 0.25 * rng.normal(size=(d, d)) / np.sqrt(d)
    if noise == "correlated":
        mixing = np.linalg.cholesky(np.full((d, d), 0.5) + 0.5 * np.eye(d)).T
    around = rng.normal(size=(n, d))
    if noise in ("t5", "messy"):
        around = rng.standard_t(5, size=(n, d)) / np.sqrt(5 / 3)
    elif noise == "t3":
        around = rng.standard_t(3, size=(n, d)) / np.sqrt(3)
    elif noise == "elliptical t5":
        around = around / np.sqrt(rng.chisquare(5, size=(n, 1)) / 3)
    around = around @ mixing
    if noise == "long":
        around = around + 1.5 * rng.normal(size=(n, 1))
    return around, mixing
