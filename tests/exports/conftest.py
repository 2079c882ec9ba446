"""A calibration with a little of everything, made by hand: nothing is read and nothing computed."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from workbench.analyses.candidates import Candidates
from workbench.analyses.decline import Declines
from workbench.settings import Settings

CYCLES = ["2022H1", "2022H2", "2023H1", "2023H2", "2024H1", "2024H2"]
PEOPLE = [f"E{number}" for number in range(1, 9)]
NAMES = [f"Canary{letter} Bird{letter}" for letter in "ABCDEFGH"]


def make_flags():
    effect = np.array([-1.41, -1.07, 0.22, np.nan])
    judged = np.isfinite(effect)
    return pd.DataFrame(
        {
            "person_id": PEOPLE[:4],
            "cycle": "2023H2",
            "effect": effect,
            "low": effect - 0.5,
            "high": effect + 0.5,
            "p_value": np.where(judged, [0.0004, 0.004, 0.61, 1], np.nan),
            "q_value": np.where(judged, [0.0012, 0.006, 0.61, 1], np.nan),
            "flagged": [True, True, False, False],
            "pattern": [
                "gave_up_technical_work",
                "transient",
                "not_distinguishable",
                "too_new",
            ],
            "reason": [f"The reason of number {number}." for number in range(1, 5)],
            "n_before": [3, 4, 5, 3],
            "n_after": [3, 2, 3, 1],
            "before_after": [-1.92, -1.31, 0.11, np.nan],
            "detectable_drop": np.where(judged, [0.81, 0.93, 1.24, 1], np.nan),
        }
    )


def make_declines(flags):
    rows = [
        (person, cycle, 0.5 - 0.4 * place, 0.2, -0.7, 1.1, place >= 3, 0.3 - 0.4 * place)
        for person in flags["person_id"]
        for place, cycle in enumerate(CYCLES)
    ]
    columns = "person_id cycle technical_output expected low high after difference".split()
    return Declines(
        flags=flags,
        trajectories=pd.DataFrame(rows, columns=columns),
        notes=("A note about the declines.",),
        n_promoted=len(flags),
        n_judged=int(flags["effect"].notna().sum()),
        n_placebos=1234,
        interval_level=0.9,
        fdr=0.1,
        output_sd=1.0,
    )


def make_candidates(people):
    n = len(people)
    cluster = np.arange(n) % 2
    role = np.where(cluster == 0, "Software Architect", "No role").astype(object)
    groups = pd.DataFrame(
        {
            "cluster": [0, 1],
            "role": ["Software Architect", "No role"],
            "similarity": [0.83, 0.12],
            "n": np.bincount(cluster, minlength=2),
            "stability": [0.91, 0.64],
            "team_learning": [0.9, -0.9],
        }
    ).head(min(n, 2))
    return Candidates(
        members=pd.DataFrame(
            {
                "person_id": people,
                "cluster": cluster,
                "role": role,
                "probability": 0.87,
                "stability": 0.91,
                "reasons": "team learning 1.2 SD above comparable people",
                "evidence_share": 0.75,
                "role_similarity": 0.83,
                "cluster_role": role,
                "agrees": True,
                "next_role": "",
                "missing": "",
                "caution": "",
            }
        ),
        profiles=groups,
        stability=groups[["cluster", "stability", "n"]].set_axis(
            ["cluster", "jaccard", "n"], axis=1
        ),
        map=pd.DataFrame({"person_id": people, "x": np.arange(n), "y": 0.1, "cluster": cluster}),
        axes=("more team learning \u2192", "more long-term design \u2192"),
        notes=("A note about the candidates.",),
        n_pool=n,
        votes=pd.DataFrame({"rule": ["gap statistic"], "clusters": [len(groups)]}),
        rules=pd.DataFrame(
            {"cluster": groups["cluster"], "rule": "A rule.", "n": groups["n"], "agreement": 0.9}
        ),
        tree_agreement=0.9,
        agreement=1.0,
        roles=pd.DataFrame(
            {"person_id": people, "role": role, "similarity": 0.83, "considered": True}
        ),
    )


def make_problems(rows=()):
    columns = "severity reason sheet cell person_id field value message".split()
    return pd.DataFrame(list(rows), columns=columns)


def make_calibration():
    reviews = pd.DataFrame(
        [(person, cycle) for person in PEOPLE for cycle in CYCLES], columns=["person_id", "cycle"]
    )
    people = pd.DataFrame(
        {
            "person_id": PEOPLE,
            "name": NAMES,
            "email": [f"canary{number}@birds.example" for number in range(1, 9)],
            "gender": "CANARYGENDER",
            "pay_band": "CANARYPAY",
        }
    )
    flags = make_flags()
    moves = flags[["person_id", "cycle"]].assign(
        kind="to_management", from_title="Engineer", to_title="Engineering Manager"
    )
    return SimpleNamespace(
        source="reviews.xlsx",
        panel=SimpleNamespace(reviews=reviews, people=people),
        columns=pd.DataFrame(
            [
                ("Ratings", "Emp ID", "person_id", 1.0, "alias"),
                ("Ratings", "Shoe size", None, np.nan, "unknown"),
            ],
            columns="sheet header field confidence how".split(),
        ),
        problems=make_problems(
            [
                ("note", "total_row", "Ratings", "A40", None, None, "Total", "A row of totals."),
                ("error", "no_number", "Ratings", "F4", "E1", "commits", "a lot", "Not a number."),
            ]
        ),
        settings=Settings(fdr=0.07),
        promotions=moves,
        declines=make_declines(flags),
        candidates=make_candidates(PEOPLE),
        signals=pd.DataFrame({"person_id": PEOPLE, "team_learning": 0.0}),
        pool_rule="In the pool are the engineers.",
    )


@pytest.fixture
def calibration():
    return make_calibration()


@pytest.fixture(scope="session")
def shared_calibration():
    """The same, for tests that only read."""
    return make_calibration()


@pytest.fixture
def empty_calibration(calibration):
    calibration.problems = make_problems()
    calibration.promotions = calibration.promotions.head(0)
    calibration.declines = make_declines(make_flags().head(0))
    calibration.candidates = make_candidates([])
    return calibration
