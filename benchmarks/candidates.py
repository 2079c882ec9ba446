"""Measure how well the clusters of candidates find planted archetypes, beside other ways.

Run `python -m benchmarks.candidates --pools 20`. The first table has, for each kind of pool and
method, the adjusted Rand index, the same over that of somebody who knows where every archetype lies
and over that of a mixture that is told their number, the share of pools with the right number, and
seconds. The others tell how far membership probabilities can be believed, how many assignments stay
when people are drawn again, how many people the tree and the profiles get right, how data sets that
others labelled come out, and what size takes.
"""

import argparse
import resource
import time
import warnings
from collections.abc import Callable, Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import linear_sum_assignment
from sklearn.cluster import KMeans
from sklearn.datasets import load_breast_cancer, load_iris, load_wine
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import adjusted_rand_score, silhouette_score
from sklearn.mixture import GaussianMixture
from sklearn.preprocessing import StandardScaler

import workbench
from benchmarks.pools import BLOBS, PLANTED, ROLE_ORDER, Pool, World, make_pool
from workbench.analyses.candidates import Candidates, cluster_candidates
from workbench.analyses.groups.clusters import find_clusters
from workbench.analyses.resemblance.roles import NO_ROLE, SIGNALS
from workbench.ladder import ROLES

Points = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]

_BINS = (0.0, 0.6, 0.7, 0.8, 0.9, 0.97, 1.01)


def as_signals(points: Points) -> pd.DataFrame:
    """Write points as the signals of people, in an order that sorting keeps."""
    names = [*SIGNALS, *(f"extra_{each}" for each in range(points.shape[1]))][: points.shape[1]]
    frame = pd.DataFrame(points, columns=names)
    frame.insert(0, "person_id", [f"p{place:06d}" for place in range(len(points))])
    return frame


def find(points: Points) -> tuple[Candidates, pd.DataFrame]:
    """Cluster with the workbench; give the result, and its members in the order of the points."""
    found = cluster_candidates(as_signals(points))
    return found, found.members.sort_values("person_id")


def ours(points: Points, _: int) -> Labels:
    """Cluster with the workbench."""
    return find(points)[1]["cluster"].to_numpy(np.int64)


def k_means_silhouette(points: Points, _: int) -> Labels:
    """Cluster with k-means on standardised signals, the number by silhouette."""
    scaled = StandardScaler().fit_transform(points)
    fits = [KMeans(k, n_init=10, random_state=0).fit_predict(scaled) for k in range(2, 7)]
    return max(fits, key=lambda labels: float(silhouette_score(scaled, labels)))


def mixture_bic(points: Points, _: int) -> Labels:
    """Cluster with a Gaussian mixture on standardised signals, number and covariance by BIC."""
    scaled = StandardScaler().fit_transform(points)
    fits = [
        GaussianMixture(k, covariance_type=kind, reg_covar=1e-3, random_state=0).fit(scaled)
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
)


def compare(world: World, seeds: Iterable[int], methods: Iterable[str]) -> list[dict[str, object]]:
    """Cluster some pools of a world by each method, and compare with what was planted."""
    rows: list[dict[str, object]] = []
    for seed in seeds:
        pool = make_pool(world, seed)
        k = int(pool.truth.max()) + 1
        known = adjusted_rand_score(pool.truth, pool.oracle)
        told = adjusted_rand_score(pool.truth, mixture_told(pool.points, k))
        for method, cluster in METHODS:
            if method not in methods:
                continue
            began = time.perf_counter()
            labels = cluster(pool.points, k)
            rows.append(
                {
                    "world": world.name,
                    "method": method,
                    "ARI": adjusted_rand_score(pool.truth, labels),
                    "known": known,
                    "told": told,
                    "right k": len(np.unique(labels)) == k,
                    "seconds": time.perf_counter() - began,
                }
            )
    return rows


def tabulate(rows: list[dict[str, object]]) -> pd.DataFrame:
    """Average the comparisons of each world and method; ratios are those of the means."""
    table = pd.DataFrame(rows).groupby(["world", "method"], sort=False).mean()
    ratios = {f"of {which}": table["ARI"] / table[which] for which in ("known", "told")}
    return table.assign(**ratios)[["ARI", *ratios, "right k", "seconds"]]


def match(labels: Labels, truth: Labels) -> Labels:
    """Rename clusters as the archetypes that they overlap most, each archetype once."""
    overlap = np.zeros((labels.max() + 1, truth.max() + 1))
    np.add.at(overlap, (labels, truth), 1)
    rows, columns = linear_sum_assignment(overlap, maximize=True)
    names = np.full(len(overlap), -1)
    names[rows] = columns
    return names[labels]


def believe(pools: Iterable[Pool]) -> pd.DataFrame:
    """Set how sure memberships are beside how often they are right, over pools with structure."""
    sure, right = [], []
    for pool in pools:
        found, members = find(pool.points)
        if len(found.profiles) > 1:
            sure.append(members["probability"].to_numpy(float))
            right.append(match(members["cluster"].to_numpy(np.int64), pool.truth) == pool.truth)
    people = pd.DataFrame({"sure": np.concatenate(sure), "right": np.concatenate(right)})
    table = people.groupby(pd.cut(people["sure"], _BINS, right=False), observed=True)
    told = table.agg(n=("sure", "size"), sure=("sure", "mean"), right=("right", "mean"))
    whole = pd.DataFrame({"n": len(people), **people.mean()}, index=["all"])
    told = pd.concat([told.set_axis(told.index.astype(str)), whole])
    return told.assign(too_sure=told["sure"] - told["right"])


def stay(pool: Pool, draws: int, seed: int = 0) -> float:
    """Draw people again, do everything again, and give the share whose cluster is the same."""
    rng = np.random.default_rng(seed)
    before = ours(pool.points, 0)
    kept = []
    for _ in range(draws):
        drawn = rng.integers(0, len(before), len(before))
        kept.append(np.mean(match(ours(pool.points[drawn], 0), before[drawn]) == before[drawn]))
    return float(np.mean(kept))


def name_archetypes(pool: Pool, seed: int = 0) -> tuple[float, float]:
    """Let three in ten have no archetype; give how many of the others each reading names right.

    The first is the share of those named by the profiles, the second of those in a named cluster.
    The archetypes of the pool lie where the profiles of the roles do, in the order of `ROLE_ORDER`.
    """
    rng = np.random.default_rng(seed)
    nobody = rng.random(len(pool.truth)) < 0.3
    noise = rng.normal(size=pool.points.shape)
    _, members = find(np.where(nobody[:, None], noise, pool.points))
    truth = np.array(ROLE_ORDER, dtype=object)[pool.truth]
    right = []
    for reading in ("role", "cluster_role"):
        names = members[reading].to_numpy(object)
        named = ~nobody & (names != NO_ROLE)
        right.append(float(np.mean(names[named] == truth[named])))
    return right[0], right[1]


def find_planted(seed: int) -> dict[str, float]:
    """Look for the people who lead in all but title in a sample company, from its spreadsheet."""
    company = workbench.make_company(seed=seed)
    candidates = workbench.load(company.tables).candidates
    members = candidates.members
    planted = company.truth.roles.set_index("person_id")["role"].reindex(members["person_id"])
    leads = planted.isin(ROLES).to_numpy()
    named = members["role"].isin(ROLES).to_numpy()
    top = members[named].nlargest(int(leads.sum()), "role_similarity").index
    both = leads & named
    return {
        "planted": int(leads.sum()),
        "named": int(named.sum()),
        "named are planted": float(leads[named].mean()),
        "planted are named": float(named[leads].mean()),
        "top-k are planted": float(leads[top].mean()),
        "right role": float((members["role"].to_numpy() == planted.to_numpy())[both].mean()),
        "clusters": len(candidates.profiles),
        "tree agreement": candidates.tree_agreement,
        "role is the cluster's": candidates.agreement,
    }


def label_held_back() -> pd.DataFrame:
    """Cluster data sets that others labelled, and compare with their labels."""
    rows = []
    for load in (load_wine, load_iris, load_breast_cancer):
        data = load()
        found = find_clusters(data.data)
        told = mixture_told(data.data, len(data.target_names))
        rows.append(
            {
                "data": load.__name__.removeprefix("load_"),
                "labels": len(data.target_names),
                "clusters": len(found.jaccard),
                "votes": tuple(number for _, number in found.votes),
                "ARI": adjusted_rand_score(data.target, found.labels),
                "told k, standardised": adjusted_rand_score(data.target, told),
            }
        )
    return pd.DataFrame(rows)


def weigh(people: int, signals: int) -> dict[str, float]:
    """Measure what a pool of some size takes; the memory is the peak of the process so far."""
    rng = np.random.default_rng(0)
    member = rng.integers(0, 4, people)
    points = 3.0 * np.linalg.qr(rng.normal(size=(signals, signals)))[0][member]
    frame = as_signals(points + rng.normal(size=points.shape))
    began = time.perf_counter()
    found = cluster_candidates(frame)
    seconds = time.perf_counter() - began
    clusters = found.members.sort_values("person_id")["cluster"]
    return {
        "people": people,
        "signals": signals,
        "seconds": seconds,
        "peak MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "ARI": adjusted_rand_score(member, clusters),
    }


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pools", type=int, default=20, help="pools of each kind (default 20)")
    parser.add_argument("--draws", type=int, default=10, help="draws of people (default 10)")
    parser.add_argument("--only", help="only kinds of pools whose name has this in it")
    arguments = parser.parse_args()
    # A mixture that is told the number may creep on messy pools; that is its result.
    warnings.simplefilter("ignore", ConvergenceWarning)
    seeds = range(arguments.pools)
    worlds = [world for world in PLANTED if (arguments.only or "") in world.name]
    blobs = [world for world in BLOBS if (arguments.only or "") in world.name]
    methods = [method for method, _ in METHODS]
    show = {"float_format": "{:.3f}".format}
    for world in worlds:
        print(tabulate(compare(world, seeds, methods)).to_string(**show), flush=True)
    print("\nPools without structure: share that is called one group")
    for world in blobs:
        rows = pd.DataFrame(compare(world, seeds, methods))
        print(rows.groupby(["world", "method"], sort=False)["right k"].mean().to_string(**show))
    print("\nHow sure memberships are, and how often they are right")
    pools = [make_pool(world, seed) for world in worlds if world.people == 400 for seed in seeds]
    print(believe(pools).to_string(**show))
    print("\nShare of assignments that stay when people are drawn again and all is done again")
    for world in worlds[:4]:
        kept = [stay(make_pool(world, seed), arguments.draws) for seed in seeds[:5]]
        print(f"{world.name:40} {np.mean(kept):.3f}", flush=True)
    agreement = [find(pool.points)[0].tree_agreement for pool in pools[:: arguments.pools]]
    print(f"\nAgreement of the trees of depth 3: {np.nanmean(agreement):.3f}")
    roles = World("roles", 3.0, centres="roles", equal=True)
    named = np.mean([name_archetypes(make_pool(roles, seed), seed) for seed in seeds], axis=0)
    print(f"Right role, of those named: {named[0]:.3f} by profile, {named[1]:.3f} by cluster")
    company = pd.DataFrame([find_planted(seed) for seed in seeds]).mean()
    print(f"\nIn the sample company\n{company.to_string(**show)}\n")
    print(label_held_back().to_string(index=False, **show))
    sizes = [weigh(people, signals) for people, signals in ((400, 7), (2_000, 7), (100_000, 12))]
    print(pd.DataFrame(sizes).to_string(index=False, **show))


if __name__ == "__main__":
    main()
