"""Candidates: planted archetypes come back, a blob stays one, and every role has its reasons."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from workbench.analyses.candidates import Candidates, cluster_candidates
from workbench.analyses.resemblance.roles import NO_ROLE, ROLE_PROFILES, SIGNALS, STRONG_ENGINEER
from workbench.errors import InputError
from workbench.fields import fields_with_role
from workbench.ladder import ROLES
from workbench.measures.force_multiplier import FORCE_MULTIPLIER

MEMBERS = (
    "person_id cluster role probability stability reasons evidence_share role_similarity "
    "cluster_role agrees next_role missing caution"
).split()
FRAMES = ("members", "profiles", "stability", "map", "votes", "rules", "roles")


def profile(role: str) -> np.ndarray:
    weights = next(each.weights for each in ROLE_PROFILES if each.role == role)
    return np.array(weights) / np.linalg.norm(weights)


def pool_of(points: np.ndarray) -> pd.DataFrame:
    frame = pd.DataFrame(points, columns=list(SIGNALS))
    frame.insert(0, "person_id", [f"p{place:04d}" for place in range(len(points))])
    return frame


def blob(people: int = 200, seed: int = 0) -> pd.DataFrame:
    return pool_of(np.random.default_rng(seed).normal(size=(people, len(SIGNALS))))


PLANTED = (STRONG_ENGINEER, "Lead Engineer", "Software Architect", "Principal Architect")


def archetypes(
    strength: float = 5.0, people: int = 300, seed: int = 0
) -> tuple[pd.DataFrame, np.ndarray]:
    rng = np.random.default_rng(seed)
    truth = np.repeat(PLANTED, (np.array([0.4, 0.3, 0.2, 0.1]) * people).astype(int))
    points = strength * np.stack([profile(role) for role in truth])
    return pool_of(points + rng.standard_t(6, size=points.shape) / np.sqrt(1.5)), truth


def same(one: Candidates, other: Candidates) -> None:
    for name in FRAMES:
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name), check_exact=True)
    assert (one.axes, one.n_pool) == (other.axes, other.n_pool)


@pytest.mark.parametrize("seed", [0, 1])
def test_planted_archetypes_come_back(seed: int) -> None:
    frame, truth = archetypes(seed=seed)
    found = cluster_candidates(frame)
    members = found.members.sort_values("person_id")
    assert len(found.profiles) == 4
    assert adjusted_rand_score(truth, members["cluster"]) > 0.75
    named = members["role"].ne(NO_ROLE).to_numpy(bool)
    assert named.mean() > 0.7
    assert (members["role"].to_numpy() == truth)[named].mean() > 0.9
    assert set(found.profiles["role"]) <= {*PLANTED, NO_ROLE}
    assert found.stability["jaccard"].min() >= 0.7
    assert any("have the role of their cluster" in note for note in found.notes)


def test_membership_is_a_probability_that_can_be_used() -> None:
    frame, truth = archetypes(strength=4.0, people=400)
    members = cluster_candidates(frame).members.sort_values("person_id")
    table = pd.crosstab(members["cluster"], truth)
    right = table.loc[members["cluster"]].idxmax(axis=1).to_numpy() == truth
    assert members["probability"].between(0, 1).all()
    assert members["probability"].mean() == pytest.approx(right.mean(), abs=0.1)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_blob_is_one_cluster_and_the_notes_say_so(seed: int) -> None:
    found = cluster_candidates(blob(seed=seed))
    assert found.members["cluster"].eq(0).all()
    assert found.profiles["role"].tolist() == [NO_ROLE]
    assert found.stability["jaccard"].isna().all()
    assert any("No structure" in note for note in found.notes)
    leading = found.members[found.members["role"].isin(ROLES)]
    assert leading["role_similarity"].is_monotonic_decreasing
    assert leading.index.tolist() == list(range(len(leading)))


def test_result_has_the_promised_columns() -> None:
    frame, _ = archetypes(people=150)
    found = cluster_candidates(frame)
    assert found.members.columns.tolist() == MEMBERS
    assert found.profiles.columns.tolist() == [
        *"cluster role similarity n stability".split(),
        *SIGNALS,
    ]
    assert found.stability.columns.tolist() == ["cluster", "jaccard", "n"]
    assert found.map.columns.tolist() == ["person_id", "x", "y", "cluster"]
    assert found.n_pool == len(frame) == found.stability["n"].sum()
    assert found.profiles["cluster"].tolist() == list(range(len(found.profiles)))
    assert found.profiles["n"].tolist() == found.stability["n"].tolist()


def test_the_same_people_give_the_same_answer_in_any_order() -> None:
    frame, _ = archetypes(people=150)
    found = cluster_candidates(frame)
    same(found, cluster_candidates(frame))
    shuffled = frame.sample(frac=1, random_state=3)
    same(found, cluster_candidates(shuffled[["person_id", *reversed(SIGNALS)]]))


def test_the_input_is_not_written_into() -> None:
    frame, _ = archetypes(people=100)
    frame["level"] = "L4"
    kept = frame.copy()
    cluster_candidates(frame)
    pd.testing.assert_frame_equal(frame, kept)


def test_protected_attributes_and_pay_change_nothing_and_are_named() -> None:
    frame, _ = archetypes(people=150)
    rng = np.random.default_rng(0)
    with_them = frame.copy()
    for name in (*fields_with_role("protected", "pay"), "Age (years)", "marital_status", "Salary"):
        with_them[name] = rng.normal(size=len(frame))
    found = cluster_candidates(with_them)
    same(found, cluster_candidates(frame))
    assert any("protected" in note and "gender" in note for note in found.notes)
    assert any("pay" in note and "Salary" in note for note in found.notes)


def test_permuting_protected_attributes_changes_nothing() -> None:
    frame, _ = archetypes(people=150)
    rng = np.random.default_rng(1)
    frame["gender"] = rng.choice(["woman", "man", "other"], len(frame))
    frame["ethnicity"] = rng.integers(0, 5, len(frame))
    frame["age"] = rng.integers(20, 65, len(frame))
    shuffled = frame.copy()
    for name in ("gender", "ethnicity", "age"):
        shuffled[name] = rng.permutation(shuffled[name])
    same(cluster_candidates(frame), cluster_candidates(shuffled))


def test_columns_about_the_evidence_are_no_signals() -> None:
    frame, _ = archetypes(people=100)
    beside = frame.assign(weight_share=np.arange(100.0), rests_on=np.arange(100.0), why="engineer")
    same(cluster_candidates(frame), cluster_candidates(beside))


def test_members_say_whether_person_and_cluster_agree() -> None:
    frame, _ = archetypes(people=200)
    found = cluster_candidates(frame)
    role_of = found.profiles.set_index("cluster")["role"]
    members = found.members
    assert members["cluster_role"].tolist() == role_of[members["cluster"]].tolist()
    assert members["agrees"].tolist() == (members["role"] == members["cluster_role"]).tolist()
    assert found.agreement == pytest.approx(members["agrees"].mean())
    assert np.isnan(cluster_candidates(blob()).agreement)


def test_each_profile_is_told_for_each_person() -> None:
    frame, _ = archetypes(people=100)
    found = cluster_candidates(frame)
    assert found.roles.columns.tolist() == ["person_id", "role", "similarity", "considered"]
    assert len(found.roles) == 100 * len(ROLE_PROFILES)
    told = found.roles.merge(found.members, on=["person_id", "role"])
    assert told["similarity"].to_numpy() == pytest.approx(told["role_similarity"].to_numpy())
    assert told["considered"].all()


def test_the_votes_and_the_tree_are_told() -> None:
    frame, _ = archetypes(people=200)
    found = cluster_candidates(frame)
    assert found.votes["rule"].tolist() == ["gap statistic", "stability under resampling", "BIC"]
    assert found.rules["cluster"].tolist() == found.profiles["cluster"].tolist()
    assert found.rules["n"].sum() == 200
    share = (found.rules["agreement"] * found.rules["n"]).sum() / 200
    assert share == pytest.approx(found.tree_agreement)
    assert any(f"{100 * found.tree_agreement:.0f} % of the people" in note for note in found.notes)


def test_monotone_transforms_change_nothing() -> None:
    frame, _ = archetypes(people=150)
    stretched = frame.assign(team_learning=np.exp(frame["team_learning"]))
    same(cluster_candidates(frame), cluster_candidates(stretched))


def test_the_signals_are_those_that_are_measured() -> None:
    measured = tuple(signal.name for signal in FORCE_MULTIPLIER)
    assert ("technical_output", *measured) == SIGNALS


def test_every_rung_has_a_profile() -> None:
    assert [profile.role for profile in ROLE_PROFILES] == [*ROLES, STRONG_ENGINEER]
    assert all(len(profile.weights) == len(SIGNALS) for profile in ROLE_PROFILES)
    assert all(profile.meaning.endswith(".") for profile in ROLE_PROFILES)
    assert [each.role for each in ROLE_PROFILES if each.needs_level == "highest"] == [
        "Director of Architecture",
        "CTO",
    ]


def test_reasons_name_the_highest_signals_of_the_role_with_their_rank() -> None:
    frame = blob(100)
    # Better than everybody at teaching, and at something that no lead engineer's profile weighs.
    frame.loc[7, ["team_learning", "customer_rescue", "prototypes_ahead"]] = [9.0, 1.3, 9.0]
    frame.loc[7, ["technical_output", "durable_solutions"]] = [1.0, 1.5]
    row = cluster_candidates(frame).members.set_index("person_id").loc["p0007"]
    assert row["role"] == "Lead Engineer"
    reasons = row["reasons"].split("; ")
    assert reasons[0] == "team learning: higher than 99 % of the pool"
    assert len(reasons) == 3
    assert not any("prototypes" in reason for reason in reasons)


@pytest.mark.parametrize(("at_top", "named"), [(4, True), (40, False)])
def test_the_top_rungs_are_for_a_highest_level_that_few_hold(at_top: int, named: bool) -> None:
    frame = blob(200)
    frame["level"] = ["L5"] * at_top + ["L4"] * 60 + ["L3"] * (140 - at_top)
    # The profile of a director of architecture.
    frame.loc[:3, list(SIGNALS)] = [0.0, 2.0, 2.4, 2.6, 2.5, 0.6, 0.6]
    roles = cluster_candidates(frame).members.set_index("person_id")["role"]
    assert (roles.loc["p0000"] == "Director of Architecture") == named
    assert named or not roles.isin(["Director of Architecture", "CTO"]).any()


def test_who_has_no_role_is_told_what_was_nearest() -> None:
    members = cluster_candidates(blob()).members
    nobody = members[members["role"] == NO_ROLE]
    near = nobody["role_similarity"] > 0
    assert nobody.loc[near, "reasons"].str.startswith("nearest to").all() and near.any()
    assert nobody.loc[~near, "reasons"].str.startswith("unlike any of the roles").all()
    assert nobody["role_similarity"].max() < 0.5
    assert members.loc[members["role"] != NO_ROLE, "role_similarity"].min() >= 0.5


def test_low_multiplication_alone_makes_no_strong_engineer() -> None:
    frame = blob(100)
    frame.loc[0, list(SIGNALS)] = [-0.5, *[-5.0] * 6]
    members = cluster_candidates(frame).members.set_index("person_id")
    assert members.loc["p0000", "role"] == NO_ROLE


def test_too_little_evidence_is_listed_with_what_is_missing() -> None:
    frame = blob()
    frame.loc[:4, list(SIGNALS[2:])] = np.nan
    found = cluster_candidates(frame)
    unknown = found.members.tail(5)
    assert unknown["person_id"].tolist() == [f"p{place:04d}" for place in range(5)]
    assert unknown["cluster"].eq(-1).all() and unknown["role"].eq(NO_ROLE).all()
    assert unknown["reasons"].str.startswith("not enough evidence: 2 of 7 signals").all()
    assert unknown["reasons"].str.contains("customer rescue").all()
    assert unknown["probability"].isna().all() and unknown["role_similarity"].isna().all()
    assert unknown["evidence_share"].to_numpy() == pytest.approx(2 / 7)
    assert found.n_pool == 200 and len(found.map) == 195
    assert any("5 people" in note for note in found.notes)


def test_evidence_of_few_cycles_is_too_little_however_much_they_say() -> None:
    frame = blob().assign(evidence_share=1.0)
    frame.loc[:2, "evidence_share"] = 0.39
    found = cluster_candidates(frame)
    unknown = found.members.tail(3)
    assert sorted(unknown["person_id"]) == [f"p{place:04d}" for place in range(3)]
    assert unknown["cluster"].eq(-1).all() and unknown["role"].eq(NO_ROLE).all()
    assert unknown["reasons"].str.contains("in few of the recent cycles").all()
    assert unknown["evidence_share"].to_numpy() == pytest.approx(0.39)
    rest = cluster_candidates(frame, min_evidence_share=0.3).members
    assert rest["cluster"].ge(0).all()


def test_a_missing_signal_does_not_lower_the_resemblance() -> None:
    frame = blob(100)
    frame.loc[3, list(SIGNALS)] = [0.3, 2.2, 0.3, 2.4, 0.3, 0.0, 0.0]
    whole = cluster_candidates(frame).members.set_index("person_id").loc["p0003"]
    frame.loc[3, ["durable_solutions"]] = np.nan
    part = cluster_candidates(frame).members.set_index("person_id").loc["p0003"]
    assert whole["role"] == part["role"] == "Software Architect"
    assert part["role_similarity"] > 0.9 * whole["role_similarity"]
    assert part["evidence_share"] == pytest.approx(6 / 7)


def test_a_small_pool_gets_roles_and_no_clusters() -> None:
    frame, _ = archetypes(people=10)
    found = cluster_candidates(frame)
    assert found.members["cluster"].eq(0).all()
    assert any("No clusters" in note and "20 are needed" in note for note in found.notes)
    assert found.members["role"].isin(ROLES).any()


def test_any_numeric_columns_can_be_clustered_without_roles() -> None:
    rng = np.random.default_rng(0)
    points = rng.normal(size=(90, 3)) + np.repeat([[0], [7], [14]], 30, axis=0) * [1, 0.5, -1]
    frame = pd.DataFrame(points, columns=["petal", "sepal", "stem"]).assign(person_id=range(90))
    found = cluster_candidates(frame)
    assert len(found.profiles) == 3
    assert found.members["role"].eq(NO_ROLE).all()
    assert any(note.startswith("No roles") for note in found.notes)
    assert found.axes[0].endswith("->")


def test_two_known_signals_name_no_role() -> None:
    frame = blob()[["person_id", "technical_output", "team_learning"]]
    assert cluster_candidates(frame).members["role"].eq(NO_ROLE).all()


def test_reach_opens_the_highest_rungs_to_the_highest_level_only() -> None:
    frame = blob(100)
    chief, director = profile("CTO") * 3, profile("Director of Architecture") * 3
    frame.loc[0, list(SIGNALS)], frame.loc[1, list(SIGNALS)] = chief, chief
    frame.loc[2, list(SIGNALS)] = director
    frame["level"] = ["L7", "L5", "L7", *["L4", "L5", "L6"] * 32, "M9"]
    roles = cluster_candidates(frame).members.set_index("person_id")["role"]
    assert roles["p0000"] == "CTO"
    assert roles["p0002"] == "Director of Architecture"
    assert roles["p0001"] in ROLES[:3]
    without = cluster_candidates(frame.drop(columns="level"))
    assert not without.members["role"].isin(ROLES[3:]).any()
    assert any("not named" in note for note in without.notes)


def test_the_map_sets_the_clusters_apart_and_says_what_lies_where() -> None:
    frame, _ = archetypes()
    found = cluster_candidates(frame)
    merged = found.map.merge(frame, on="person_id")
    assert all(axis.endswith(" ->") and axis.startswith(("more", "less")) for axis in found.axes)
    first = found.axes[0].removesuffix(" ->").split(", ")[0].removeprefix("more ")
    assert np.corrcoef(merged["x"], merged[first.replace(" ", "_")])[0, 1] > 0.5
    apart = merged.groupby("cluster")[["x", "y"]].mean().var().sum()
    within = merged.groupby("cluster")[["x", "y"]].var().mean().sum()
    assert apart > within


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "change",
    [
        lambda frame: frame.head(0),
        lambda frame: frame.head(1),
        lambda frame: frame.head(2),
        lambda frame: frame.assign(technical_output=1.0),
        lambda frame: frame.assign(team_learning=np.nan),
        lambda frame: frame.assign(**dict.fromkeys(SIGNALS, np.nan)),
        lambda frame: frame.assign(team_learning=frame["technical_output"]),
        lambda frame: frame.assign(technical_output=np.inf),
        lambda frame: pd.concat([frame, frame.head(9)]),
        lambda frame: frame.assign(person_id=[None, *frame["person_id"][1:]]),
        lambda frame: frame.astype({"team_learning": "Float64"}).convert_dtypes(),
        lambda frame: frame.assign(level=None),
        lambda frame: pd.concat([frame, frame["team_learning"]], axis=1),
        lambda frame: frame[["person_id", "technical_output"]].round(),
        lambda frame: frame.assign(person_id=range(len(frame))),
    ],
)
def test_degenerate_pools_give_a_result(change: object) -> None:
    frame = change(blob(60))  # type: ignore[operator]
    found = cluster_candidates(frame)
    assert found.members.columns.tolist() == MEMBERS
    assert found.members["person_id"].is_unique
    assert len(found.members) == found.n_pool == frame["person_id"].dropna().nunique()
    assert found.members["reasons"].str.len().gt(0).all()


def test_rows_of_one_person_are_averaged() -> None:
    frame = blob(60)
    halves = pd.concat([frame, frame]).reset_index(drop=True)
    halves.loc[60:, "team_learning"] += 2.0
    halves.loc[:59, "team_learning"] -= 2.0
    found = cluster_candidates(halves)
    assert found.n_pool == 60
    assert any("60 people had more than one row" in note for note in found.notes)


def test_a_big_pool_is_fitted_on_a_sample_and_everybody_is_assigned() -> None:
    frame, truth = archetypes(people=3100)
    found = cluster_candidates(frame, max_clusters=4)
    assert found.members["cluster"].ge(0).all() and len(found.members) == 3100
    assert adjusted_rand_score(truth, found.members.sort_values("person_id")["cluster"]) > 0.75
    assert any("drawn by the seed" in note for note in found.notes)


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        (pd.DataFrame(), "no column person_id"),
        (pd.DataFrame({"person_id": ["a"], "word": ["b"]}), "no numeric column"),
        (pd.DataFrame({"person_id": [1], "age": [40]}), "no numeric column"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(frame: pd.DataFrame, words: str) -> None:
    with pytest.raises(InputError, match=words):
        cluster_candidates(frame)


numbers = st.one_of(st.none(), st.floats(allow_nan=True, allow_infinity=True), st.just(0.0))


@settings(deadline=None, max_examples=25)
@given(st.lists(st.tuples(st.integers(0, 40), numbers, numbers, numbers), max_size=45))
def test_any_cells_give_a_result(rows: list[tuple[object, ...]]) -> None:
    frame = pd.DataFrame(rows, columns=["person_id", *SIGNALS[:3]])
    found = cluster_candidates(frame, max_clusters=3)
    assert len(found.members) == frame["person_id"].nunique()
    assert found.members["cluster"].isin([-1, *found.profiles["cluster"]]).all()
