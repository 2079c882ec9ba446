"""Measure how well the clusters of candidates find planted archetypes, beside other ways.

A pool has 7 signals and four archetypes of 40, 30, 20 and 10 % whose centres lie some SD out from
the middle, at right angles, or no archetypes at all. Signals are clean, or messy: heavy tails,
outliers, a skewed and a coarse one.

    python benchmarks/candidates.py --pools 20
"""

import argparse
import time
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, silhouette_score
from sklearn.mixture import GaussianMixture
from sklearn.preprocessing import StandardScaler

from workbench.analyses.candidates import cluster_candidates
from workbench.analyses.roles import SIGNALS

Points = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]

WORLDS: tuple[tuple[str, float, bool], ...] = (
    ("4 archetypes, 4 SD out, clean", 4.0, False),
    ("4 archetypes, 3 SD out, clean", 3.0, False),
    ("4 archetypes, 2.2 SD out, clean", 2.2, False),
    ("4 archetypes, 4 SD out, messy", 4.0, True),
    ("4 archetypes, 3 SD out, messy", 3.0, True),
    ("one blob, clean", 0.0, False),
    ("one blob, messy", 0.0, True),
)
SHARES = (0.4, 0.3, 0.2, 0.1)


def make_pool(
    rng: np.random.Generator, people: int, separation: float, messy: bool
) -> tuple[Points, Labels]:
    """Draw a pool of people with planted archetypes; a separation of 0 plants none."""
    n_signals = len(SIGNALS)
    member = np.repeat(np.arange(4), (np.array(SHARES) * people).round().astype(int))
    corners = np.linalg.qr(rng.normal(size=(n_signals, n_signals)))[0][:4]
    centres = corners * separation
    mixing = np.eye(n_signals) + 0.25 * rng.normal(size=(n_signals, n_signals)) / np.sqrt(n_signals)
    noise = rng.normal(size=(len(member), n_signals))
    if messy:
        noise = rng.standard_t(5, size=noise.shape) / np.sqrt(5 / 3)
    points = centres[member] + noise @ mixing
    if messy:
        outliers = rng.random(len(points)) < 0.03
        points[outliers] *= 3
        points[:, 0] = np.exp(points[:, 0])
        points[:, 1] = np.clip(np.round(points[:, 1]), -2, 2)
    if separation == 0:
        member = np.zeros(len(points), dtype=np.int64)
    return points, member


def ours(points: Points, _: int) -> Labels:
    """Cluster with the workbench."""
    frame = pd.DataFrame(points, columns=list(SIGNALS))
    frame.insert(0, "person_id", [f"p{place:05d}" for place in range(len(points))])
    members = cluster_candidates(frame).members.sort_values("person_id")
    return members["cluster"].to_numpy(np.int64)


def k_means_silhouette(points: Points, _: int) -> Labels:
    """Cluster with k-means on standardised signals, the number by silhouette."""
    scaled = StandardScaler().fit_transform(points)
    fits = [KMeans(k, n_init=10, random_state=0).fit_predict(scaled) for k in range(2, 7)]
    return max(fits, key=lambda labels: float(silhouette_score(scaled, labels)))


def mixture_bic(points: Points, _: int) -> Labels:
    """Cluster with a Gaussian mixture on standardised signals, number and covariance by BIC."""
    scaled = StandardScaler().fit_transform(points)
    fits = [
        GaussianMixture(k, covariance_type=kind, reg_covar=1e-3, n_init=3, random_state=0).fit(
            scaled
        )
        for k in range(1, 7)
        for kind in ("tied", "diag", "full")
    ]
    return min(fits, key=lambda fit: float(fit.bic(scaled))).predict(scaled)


def mixture_told(points: Points, k: int) -> Labels:
    """Cluster with a tied Gaussian mixture that is told the right number."""
    scaled = StandardScaler().fit_transform(points)
    mixture = GaussianMixture(k, covariance_type="tied", reg_covar=1e-3, n_init=10, random_state=0)
    return mixture.fit_predict(scaled)


METHODS: tuple[tuple[str, Callable[[Points, int], Labels]], ...] = (
    ("workbench", ours),
    ("k-means + silhouette", k_means_silhouette),
    ("mixture + BIC", mixture_bic),
    ("mixture told k", mixture_told),
)


def main() -> None:
    """Print for each kind of pool and method the mean ARI, the share with the right k, the time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pools", type=int, default=20, help="pools of each kind (default 20)")
    parser.add_argument("--people", type=int, default=350, help="people in a pool (default 350)")
    parser.add_argument("--seed", type=int, default=0, help="seed of the pools (default 0)")
    arguments = parser.parse_args()
    rows = []
    for world, separation, messy in WORLDS:
        rng = np.random.default_rng([arguments.seed, int(10 * separation), messy])
        pools = [
            make_pool(rng, arguments.people, separation, messy) for _ in range(arguments.pools)
        ]
        for method, cluster in METHODS:
            began = time.perf_counter()
            found = [cluster(points, int(truth.max()) + 1) for points, truth in pools]
            seconds = (time.perf_counter() - began) / len(pools)
            agreement = [
                adjusted_rand_score(truth, labels)
                for (_, truth), labels in zip(pools, found, strict=True)
            ]
            right = [
                len(np.unique(labels)) == truth.max() + 1
                for (_, truth), labels in zip(pools, found, strict=True)
            ]
            rows.append((world, method, np.mean(agreement), np.mean(right), seconds))
    table = pd.DataFrame(rows, columns=["pool", "method", "ARI", "right k", "seconds"])
    print(table.to_string(index=False, float_format=lambda value: f"{value:.3f}"))


if __name__ == "__main__":
    main()
