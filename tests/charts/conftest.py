"""Small results of the analyses, made by hand, and how to read a chart's specification."""

import json
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from workbench.analyses.candidates import Candidates
from workbench.analyses.decline import Declines

CYCLES = ["2022H1", "2022H2", "2023H1", "2023H2", "2024H1", "2024H2"]
NOTHING = float("nan")


def make_flag(person_id, effect, pattern, *, cycle="2023H2", n_before=3, n_after=3):
    judged = pattern not in {"too_new", "not_enough_evidence"}
    return {
        "person_id": person_id,
        "cycle": cycle,
        "effect": effect if judged else NOTHING,
        "low": effect - 0.5 if judged else NOTHING,
        "high": effect + 0.5 if judged else NOTHING,
        "p_value": 0.001 if judged else NOTHING,
        "q_value": 0.01 if judged else NOTHING,
        "flagged": pattern in {"gave_up_technical_work", "transient"},
        "pattern": pattern,
        "reason": f"The reason of {person_id}.",
        "n_before": n_before,
        "n_after": n_after,
        "before_after": effect - 0.3,
        "detectable_drop": 0.8 if judged else NOTHING,
    }


def make_declines(rows, **other):
    flags = pd.DataFrame(rows) if rows else pd.DataFrame(columns=list(make_flag("E", 0.0, "")))
    courses = [
        {
            "person_id": person,
            "cycle": cycle,
            "technical_output": -1.0 if place >= 3 else 0.5,
            "expected": NOTHING if place == 0 else 0.2,
            "low": NOTHING if place == 0 else -0.7,
            "high": NOTHING if place == 0 else 1.1,
            "after": place >= 3,
            "difference": NOTHING if place == 0 else -1.2 if place >= 3 else 0.3,
        }
        for person in dict.fromkeys(flags["person_id"])
        for place, cycle in enumerate(CYCLES)
    ]
    columns = "person_id cycle technical_output expected low high after difference".split()
    declines = Declines(
        flags=flags,
        trajectories=pd.DataFrame(courses, columns=columns),
        notes=("A note about the declines.",),
        n_promoted=len(flags),
        n_judged=int(flags["effect"].notna().sum()),
        n_placebos=120,
        interval_level=0.9,
        fdr=0.1,
        output_sd=1.0,
    )
    return replace(declines, **other)


@pytest.fixture
def declines():
    return make_declines(
        [
            make_flag("E2", -1.4, "gave_up_technical_work"),
            make_flag("E1", -1.1, "transient"),
            make_flag("E3", 0.2, "not_distinguishable"),
            make_flag("E4", 0.0, "too_new", n_after=1),
        ]
    )


@pytest.fixture
def no_declines():
    return make_declines([])


@pytest.fixture
def unjudged():
    return make_declines([make_flag("E4", 0.0, "too_new", n_after=1)])


def make_candidates(roles_of_groups, *, people=12):
    """Make one group a role; people are spread evenly over them and resemble their group's role."""
    groups = len(roles_of_groups)
    cluster = np.arange(people) % groups if groups else np.array([], dtype=int)
    person_id = [f"E{place}" for place in range(len(cluster))]
    role = [roles_of_groups[each] for each in cluster]
    members = pd.DataFrame(
        {
            "person_id": person_id,
            "cluster": cluster,
            "role": pd.Series(role, dtype=object),
            "probability": 0.9,
            "stability": 0.8,
            "reasons": "team learning 1.2 SD above comparable people",
            "evidence_share": 1.0,
            "role_similarity": 0.7,
            "cluster_role": pd.Series(role, dtype=object),
            "agrees": True,
            "next_role": "",
            "missing": "",
            "caution": "",
        }
    )
    profiles = pd.DataFrame(
        {
            "cluster": np.arange(groups),
            "role": pd.Series(roles_of_groups, dtype=object),
            "similarity": 0.7,
            "n": np.bincount(cluster, minlength=groups),
            "stability": 0.8,
            "technical_output": 0.1,
            "team_learning": np.linspace(-1.0, 1.5, groups),
            "long_term_design": np.linspace(1.0, -1.5, groups),
        }
    )
    return Candidates(
        members=members,
        profiles=profiles,
        stability=profiles[["cluster", "stability", "n"]].set_axis(
            ["cluster", "jaccard", "n"], axis=1
        ),
        map=pd.DataFrame(
            {
                "person_id": person_id,
                "x": np.cos(np.arange(len(cluster))) + 3 * cluster,
                "y": np.sin(np.arange(len(cluster))),
                "cluster": cluster,
            }
        ),
        axes=("more team learning \u2192", "more long-term design \u2192"),
        notes=("A note about the candidates.",),
        n_pool=len(cluster),
        votes=pd.DataFrame({"rule": ["gap statistic", "BIC"], "clusters": max(groups, 1)}),
        rules=pd.DataFrame(
            {
                "cluster": np.arange(groups),
                "rule": [f"rule of group {each}" for each in range(groups)],
                "n": np.bincount(cluster, minlength=groups),
                "agreement": 0.9,
            }
        ),
        tree_agreement=0.9,
        agreement=1.0,
        roles=members[["person_id", "role"]].assign(similarity=0.7, considered=True),
    )


@pytest.fixture
def candidates():
    return make_candidates(["Lead Engineer", "Software Architect", "No role"])


@pytest.fixture
def make_pool():
    """How to make other pools: the role of each group, and how many people."""
    return make_candidates


@pytest.fixture
def one_group():
    return make_candidates(["Software Architect"])


@pytest.fixture
def nobody():
    return make_candidates([])


@pytest.fixture
def signals():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"person_id": [f"E{place}" for place in range(12)]})
    for column in ("technical_output", "team_learning", "long_term_design"):
        frame[column] = rng.normal(size=12)
    frame.loc[0, "team_learning"] = NOTHING
    return frame.assign(level="L4", job_family="Software")


class Spec:
    """A chart's specification, with the questions that the tests ask of it."""

    def __init__(self, chart):
        self.json = chart.to_dict()
        self.layers = list(self._walk(self.json, None))

    def _walk(self, part, data):
        data = part.get("data", data)
        if "layer" not in part:
            yield part, self._values(data)
        for layer in part.get("layer", ()):
            yield from self._walk(layer, data)

    def _values(self, data):
        if data is None:
            return []
        return data["values"] if "values" in data else self.json["datasets"][data["name"]]

    def values(self, column):
        """Every value of a column, from the first layer that has it."""
        for _, rows in self.layers:
            if rows and column in rows[0]:
                return [row[column] for row in rows]
        return []

    @property
    def columns(self):
        return {column for _, rows in self.layers for row in rows for column in row}

    def unused_columns(self):
        """Columns that travel without being drawn, clicked or asked for by any layer."""
        used, sent = {}, {}
        for layer, rows in self.layers:
            drawn = json.dumps({key: value for key, value in layer.items() if key != "data"})
            fields = re.findall(r'"field": "(\w+)"', drawn) + re.findall(r"datum\.(\w+)", drawn)
            used.setdefault(id(rows), set()).update(fields)
            sent[id(rows)] = {column for row in rows for column in row}
        return {column for rows, columns in sent.items() for column in columns - used[rows]}

    def words(self):
        """Every text that is drawn: data, fixed remarks, titles."""
        return json.dumps(self.json, ensure_ascii=False)

    def without_data(self):
        """The specification without its data: all that is code."""
        text = json.loads(self.words())
        text.pop("datasets", None)
        parts = [text]
        while parts:
            part = parts.pop()
            part.pop("data", None)
            parts += part.get("layer", [])
        return json.dumps(text, ensure_ascii=False)


@pytest.fixture
def read_spec():
    return Spec
