"""Scores by hand on small panels, and what must not move them."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from workbench.errors import InputError
from workbench.fields import fields_with_role
from workbench.measures.force_multiplier import EVIDENCE, FORCE_MULTIPLIER
from workbench.measures.ranking import order_values, score_ranks
from workbench.measures.scoring import known_measures, score_reviews, score_technical_output
from workbench.measures.signals import score_signals, summarise_signals
from workbench.measures.technical_output import TECHNICAL_OUTPUT

SIGNALS = [signal.name for signal in FORCE_MULTIPLIER]
COUNTS = [measure.name for measure in TECHNICAL_OUTPUT if measure.name != "technical_rating"]


def quantiles(*ranks: int, n: int) -> np.ndarray:
    """The mean of the normal distribution over the share of the cohort that each rank takes up."""
    place = np.array(ranks)
    return n * (norm.pdf(norm.ppf((place - 1) / n)) - norm.pdf(norm.ppf(place / n)))


def standard(values: np.ndarray, reference: np.ndarray | None = None) -> np.ndarray:
    reference = values if reference is None else reference
    return (values - reference.mean()) / reference.std()


def one_cycle(**columns: object) -> pd.DataFrame:
    n = len(next(iter(columns.values())))  # type: ignore[arg-type]
    frame = pd.DataFrame({"person_id": [f"p{place:03d}" for place in range(n)], "cycle": "2024H1"})
    return frame.assign(**columns)


def company(people: int = 120, cycles: int = 4, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    n = people * cycles
    frame = pd.DataFrame(
        {
            "person_id": np.repeat([f"p{place:04d}" for place in range(people)], cycles),
            "cycle": np.tile([f"{2020 + place}H1" for place in range(cycles)], people),
            "track": rng.choice(["engineer", "management"], n, p=[0.85, 0.15]),
            "job_family": np.repeat(rng.choice(["backend", "data", "firmware"], people), cycles),
            "level": np.repeat(rng.choice(["L3", "L4"], people), cycles),
            "fte": rng.choice([1.0, 0.8, 0.6], n),
        }
    )
    for measure in (*TECHNICAL_OUTPUT, *EVIDENCE):
        frame[measure.name] = rng.poisson(4, n).astype(float)
    frame.loc[rng.random(n) < 0.1, "commits"] = np.nan
    return frame


def scored(frame: pd.DataFrame, **thresholds: int) -> np.ndarray:
    return score_technical_output(frame, **thresholds)["technical_output"].to_numpy(float)


def test_one_measure_is_the_normal_score_of_its_rank_and_ties_share_theirs() -> None:
    found = scored(one_cycle(commits=[5, 0, 0, 9]))
    raw = quantiles(3, 1, 2, 4, n=4)
    raw[1:3] = raw[1:3].mean()
    assert raw.mean() == pytest.approx(0)
    assert found == pytest.approx(standard(raw))


def test_a_measure_that_is_zero_for_nearly_all_weighs_as_much_less() -> None:
    rng = np.random.default_rng(3)
    latent = rng.standard_normal(4000)
    rare = np.where(latent > np.quantile(latent, 0.8), latent, 0.0)
    place = pd.Series(rare)
    got = score_ranks(order_values(place, False), np.zeros(4000, dtype=int), np.ones(4000, bool))
    # Its spread is its correlation with the measure that would tell the zeros apart.
    assert got.std() == pytest.approx(np.corrcoef(got, latent)[0, 1], abs=0.02)
    assert got.std() == pytest.approx(0.75, abs=0.02)


def test_measures_count_by_their_declared_weight() -> None:
    weight = {measure.name: measure.weight for measure in TECHNICAL_OUTPUT}
    found = scored(one_cycle(commits=[1, 2, 3], story_points=[3, 1, 2], technical_rating=[1, 3, 2]))
    parts = {
        "commits": quantiles(1, 2, 3, n=3),
        "story_points": quantiles(3, 1, 2, n=3),
        "technical_rating": quantiles(1, 3, 2, n=3),
    }
    total = sum(weight[name] for name in parts)
    expected = sum(weight[name] * part for name, part in parts.items()) / total
    assert found == pytest.approx(standard(np.asarray(expected)))


def test_a_missing_measure_leaves_its_weight_to_the_others() -> None:
    frame = one_cycle(commits=[1, 2, 3, 4], pull_requests=[1, 2, 3, np.nan])
    result = score_technical_output(frame)
    commits, requests = quantiles(1, 2, 3, 4, n=4), quantiles(1, 2, 3, n=3)
    raw = np.append((commits[:3] + requests) / 2, commits[3])
    assert result["technical_output"].to_numpy(float) == pytest.approx(standard(raw))
    assert result["n_measures"].tolist() == [2, 2, 2, 1]


def test_nothing_known_is_missing_and_never_zero() -> None:
    frame = one_cycle(commits=[1, 2, np.nan], talks=[1, 2, np.nan], mentees=[1, 2, np.nan])
    scores = score_reviews(frame)
    assert scores.loc[2, ["technical_output", "force_multiplier", *SIGNALS]].isna().all()
    assert scores.loc[2, "n_measures"] == 0
    assert scores["customer_rescue"].isna().all()


def test_a_constant_or_empty_measure_is_left_out() -> None:
    plain = one_cycle(commits=[3, 1, 2])
    padded = plain.assign(pull_requests=7, story_points=np.nan)
    assert scored(padded) == pytest.approx(scored(plain))
    assert score_technical_output(padded)["n_measures"].tolist() == [1, 1, 1]
    assert np.isnan(scored(one_cycle(commits=[2, 2, 2]))).all()


def test_counts_are_per_full_time_cycle_and_too_little_time_is_missing() -> None:
    frame = one_cycle(
        commits=[10, 10, 10, 10],
        technical_rating=[1, 2, 3, 4],
        fte=[1.0, 0.5, 1.0, 1.0],
        leave_share=[0.0, 0.0, 0.6, 0.9],
    )
    result = score_technical_output(frame)
    commits = np.append(quantiles(1, 2, 3, n=3), np.nan)
    rating = quantiles(1, 2, 3, 4, n=4)
    raw = np.where(np.isnan(commits), rating, (commits + 2 * rating) / 3)
    assert result["technical_output"].to_numpy(float) == pytest.approx(standard(raw))
    assert result["n_measures"].tolist() == [2, 2, 2, 1]


def test_equal_rates_tie_whatever_the_rounding() -> None:
    # 0.8 of a full time with a quarter on leave is 0.6000000000000001 of a cycle.
    frame = one_cycle(commits=[3, 5, 9], fte=[0.8, 1.0, 1.0], leave_share=[0.25, 0.0, 0.0])
    assert scored(frame)[0] == scored(frame)[1]


def test_engineers_make_the_scale_and_others_are_placed_on_it() -> None:
    values = list(range(30))
    track = ["engineer"] * 30
    alone = scored(one_cycle(commits=values, track=track))
    beside = scored(one_cycle(commits=[*values, -1, 99, 14.5], track=[*track, *["management"] * 3]))
    assert beside[:30] == pytest.approx(alone)
    assert alone.mean() == pytest.approx(0) and alone.std() == pytest.approx(1)
    scale = quantiles(*range(1, 31), n=30)
    # As if they had joined the thirty: rank 1, 31 and 16 of 31.
    joined = standard(quantiles(1, 31, 16, n=31), scale)
    assert beside[30:] == pytest.approx(joined)


def test_everyone_is_the_reference_where_there_are_few_engineers() -> None:
    frame = one_cycle(commits=[1, 2, 3, 4], track=["engineer", "engineer", "management", "other"])
    assert scored(frame) == pytest.approx(scored(frame.drop(columns="track")))


def test_families_are_compared_with_themselves_when_large_enough() -> None:
    frame = one_cycle(
        commits=[1, 2, 3, 10, 20, 30], job_family=["data", "data", "data", "web", "web", "web"]
    )
    apart = scored(frame, min_cohort=3)
    assert apart[:3] == pytest.approx(apart[3:])
    pooled = scored(frame, min_cohort=4)
    assert pooled == pytest.approx(standard(quantiles(1, 2, 3, 4, 5, 6, n=6)))


def test_a_small_family_is_compared_with_all_families() -> None:
    frame = one_cycle(
        commits=[1, 2, 3, 4, 2.5], job_family=["web", "web", "web", "web", "compiler"]
    )
    found = scored(frame, min_cohort=4)
    assert found[:4] == pytest.approx(standard(quantiles(1, 2, 3, 4, n=4)))
    everyone = quantiles(1, 2, 4, 5, 3, n=5)
    assert found[4] == pytest.approx(standard(everyone)[4])


def test_a_family_near_the_threshold_keeps_its_cohort() -> None:
    web = pd.concat(
        [
            one_cycle(commits=np.arange(n), job_family="web").assign(cycle=cycle)
            for cycle, n in (("2023H1", 21), ("2023H2", 19), ("2024H1", 22))
        ]
    )
    web["person_id"] += "w"
    data = pd.concat(
        [
            one_cycle(commits=np.arange(100, 140), job_family="data").assign(cycle=cycle)
            for cycle in ("2023H1", "2023H2", "2024H1")
        ]
    )
    scores = score_technical_output(pd.concat([web, data]), min_cohort=20)
    middle = scores[scores["cycle"].eq("2023H2") & scores["person_id"].str.endswith("w")]
    assert middle["technical_output"].mean() == pytest.approx(0)


def test_a_manager_stays_with_the_family_they_engineered_in() -> None:
    def cycle(name: str, position: dict[str, str]) -> pd.DataFrame:
        web = one_cycle(commits=np.arange(20), job_family="web", track="engineer")
        data = one_cycle(commits=np.arange(100, 120), job_family="data", track="engineer")
        data["person_id"] = data["person_id"] + "d"
        rows = pd.concat([web, data], ignore_index=True).assign(cycle=name)
        rows.loc[rows["person_id"] == "p019", list(position)] = list(position.values())
        return rows

    moved = {"job_family": "Management", "track": "management"}
    scores = score_technical_output(pd.concat([cycle("2023H1", {}), cycle("2024H1", moved)]))
    before, after = scores.loc[scores["person_id"] == "p019", "technical_output"]
    assert before > 1.5
    # In the middle of all families the same work would be worth nothing.
    assert after > 1.5


def test_a_family_before_the_first_engineering_cycle_is_the_first_one() -> None:
    rows = pd.concat(
        [
            one_cycle(commits=np.arange(20), job_family="web").assign(cycle=cycle)
            for cycle in ("2023H1", "2024H1")
        ],
        ignore_index=True,
    ).assign(track="engineer")
    first = rows["person_id"].eq("p019") & rows["cycle"].eq("2023H1")
    rows.loc[first, ["job_family", "track"]] = ["Trainee", "other"]
    rows.loc[first, "commits"] = 19
    data = rows.assign(person_id=rows["person_id"] + "d", job_family="data", commits=500)
    data["commits"] += np.arange(len(data))
    data["track"] = "engineer"
    scores = score_technical_output(pd.concat([rows, data]), min_cohort=15)
    mine = scores[scores["person_id"].eq("p019") & scores["cycle"].eq("2023H1")]
    assert mine["technical_output"].item() > 1.5


@pytest.mark.parametrize("factor", [10, 0.1, 1000])
def test_units_do_not_matter(factor: float) -> None:
    frame = company()
    scaled = frame.copy()
    scaled[COUNTS] = scaled[COUNTS] * factor
    scaled["rework_rate"] = scaled["rework_rate"] * factor
    pd.testing.assert_frame_equal(score_reviews(scaled), score_reviews(frame), check_exact=True)


def test_a_company_wide_change_of_tools_is_nobodys_decline() -> None:
    frame = company(cycles=2).drop(columns="fte")
    changed = frame.copy()
    late = changed["cycle"] == "2021H1"
    changed.loc[late, "commits"] = changed.loc[late, "commits"] ** 2 * 3
    pd.testing.assert_frame_equal(score_reviews(changed), score_reviews(frame), check_exact=True)


def test_protected_attributes_change_nothing() -> None:
    frame = company()
    rng = np.random.default_rng(1)
    with_them = frame.assign(
        **{name: rng.choice(["x", "y"], len(frame)) for name in fields_with_role("protected")}
    ).assign(age=rng.integers(20, 60, len(frame)))
    pd.testing.assert_frame_equal(score_reviews(with_them), score_reviews(frame), check_exact=True)


def test_row_order_changes_nothing_and_the_input_stays_as_it_was() -> None:
    frame = company()
    kept = frame.copy()
    shuffled = frame.sample(frac=1, random_state=5)
    pd.testing.assert_frame_equal(score_reviews(shuffled), score_reviews(frame), check_exact=True)
    pd.testing.assert_frame_equal(frame, kept)


def test_raising_everyones_level_changes_no_output() -> None:
    frame = company()
    raised = frame.assign(level=frame["level"].map({"L3": "L4", "L4": "L5"}))
    for other in (raised, frame.drop(columns="level"), frame.assign(level="L9")):
        pd.testing.assert_frame_equal(
            score_technical_output(other), score_technical_output(frame), check_exact=True
        )
    pd.testing.assert_frame_equal(score_reviews(raised), score_reviews(frame), check_exact=True)


def test_only_the_named_columns_are_read() -> None:
    frame = company()
    more = frame.assign(name="Zoe", rating_manager=3.0, talks=9, **{"Shoe Size": 42})
    pd.testing.assert_frame_equal(
        score_technical_output(more), score_technical_output(frame), check_exact=True
    )


@pytest.mark.parametrize("leave", [0.5, 1.0])
def test_who_is_on_leave_has_not_declined(leave: float) -> None:
    frame = company(seed=2).drop(columns="fte").assign(leave_share=0.0)
    frame["technical_rating"] = frame["technical_rating"].clip(1, 5)
    rng = np.random.default_rng(4)
    late = frame["cycle"] >= "2022H1"
    away = late & frame["person_id"].isin(frame["person_id"].unique()[::4])
    counts = rng.binomial(frame[COUNTS].astype("Int64").fillna(0).astype(int), 1 - leave)
    on_leave = frame.assign(leave_share=np.where(away, leave, 0.0))
    on_leave.loc[away, COUNTS] = counts[away.to_numpy()]
    found = score_technical_output(on_leave)
    here = away.to_numpy()
    if leave == 1.0:
        assert found.loc[here, "technical_output"].isna().all()
        assert found.loc[here, "weight_share"].eq(0).all()
    else:
        blind = scored(on_leave.drop(columns="leave_share"))
        as_it_was = scored(frame)[here].mean()
        assert abs(found["technical_output"][here].mean() - as_it_was) < 0.2
        assert blind[here].mean() - as_it_was < -0.6


def test_a_score_says_what_it_rests_on() -> None:
    frame = one_cycle(
        commits=[1, 2, 3, np.nan], technical_rating=[2, 3, np.nan, np.nan], story_points=np.nan
    )
    result = score_technical_output(frame)
    assert result["n_measures"].tolist() == [2, 2, 1, 0]
    assert result["weight_share"].tolist() == pytest.approx([1, 1, 1 / 3, 0])
    assert result["rests_on"].tolist() == [
        "commits, technical rating",
        "commits, technical rating",
        "commits",
        "",
    ]
    assert score_reviews(frame)["rests_on"].tolist() == result["rests_on"].tolist()


def test_measures_can_be_left_out_one_at_a_time() -> None:
    frame = company()
    known = known_measures(frame)
    assert known == TECHNICAL_OUTPUT
    for measure in known:
        others = [each for each in known if each is not measure]
        without = score_technical_output(frame, measures=others)
        absent = score_technical_output(frame.drop(columns=measure.name))
        pd.testing.assert_frame_equal(without, absent, rtol=1e-12)
    assert known_measures(frame[["person_id", "cycle"]]) == ()
    assert known_measures(frame.assign(commits=np.nan)) == TECHNICAL_OUTPUT[1:]
    nothing = score_technical_output(frame, measures=())
    assert nothing["technical_output"].isna().all()
    assert nothing["weight_share"].eq(0).all()


def test_losing_the_counts_after_a_promotion_is_no_fall() -> None:
    rng = np.random.default_rng(8)
    people, cycles = 200, 8
    skill, profile = rng.normal(0, 0.5, people), rng.normal(0, 0.6, people)
    frame = pd.DataFrame(
        {
            "person_id": np.repeat([f"p{place:03d}" for place in range(people)], cycles),
            "cycle": np.tile([f"{2020 + place}H1" for place in range(cycles)], people),
        }
    )
    for name, sign in (("commits", 1), ("pull_requests", 1), ("technical_rating", -1)):
        value = np.repeat(skill + sign * profile, cycles) + rng.normal(0, 0.4, len(frame))
        frame[name] = np.exp(value)
    top = np.argsort(profile)[-20:]
    chosen = frame["person_id"].isin([f"p{place:03d}" for place in top])
    late = frame["cycle"] >= "2024H1"
    holes = frame.copy()
    holes.loc[chosen & late, ["commits", "pull_requests"]] = np.nan

    def change(scores: np.ndarray) -> float:
        return float(scores[chosen & late].mean() - scores[chosen & ~late].mean())

    # They are good at what is counted; the rating alone would say that they fell.
    rating_only = scored(frame[["person_id", "cycle", "technical_rating"]])
    assert np.where(late, rating_only, scored(frame))[chosen & late].mean() < -0.5
    assert change(scored(holes)) == pytest.approx(change(scored(frame)), abs=0.3)


def test_signals_are_the_mean_of_their_evidence_in_the_good_direction() -> None:
    frame = one_cycle(rework_rate=[0.1, 0.2, 0.4], multiplier_rating=[1, 3, 2])
    found = score_signals(frame)
    raw = (quantiles(3, 2, 1, n=3) + quantiles(1, 3, 2, n=3)) / 2
    assert found["durable_solutions"].to_numpy(float) == pytest.approx(standard(raw))
    assert found["n_signals"].tolist() == [1, 1, 1]
    # One signal of six is less than a third.
    assert found["force_multiplier"].isna().all()


def test_force_multiplier_is_the_mean_of_the_signals_that_are_there() -> None:
    found = score_signals(one_cycle(talks=[1, 2, 3], prototypes=[3, 1, 2]))
    expected = (found["team_learning"] + found["prototypes_ahead"]) / 2
    assert found["force_multiplier"].to_numpy(float) == pytest.approx(expected.to_numpy(float))


def test_signals_compare_people_of_a_level_and_technical_output_does_not() -> None:
    level = ["L3"] * 20 + ["L5"] * 20
    frame = one_cycle(commits=np.arange(40), talks=np.arange(40), level=level, job_family="web")
    scores = score_reviews(frame)
    junior, senior = scores[:20], scores[20:]
    assert junior["team_learning"].to_numpy() == pytest.approx(senior["team_learning"].to_numpy())
    assert junior["technical_output"].max() < senior["technical_output"].min()
    # Levels alone make a cohort too, where no family is known.
    alone = score_signals(frame.drop(columns="job_family"))
    assert alone["team_learning"].to_numpy() == pytest.approx(scores["team_learning"].to_numpy())
    small = score_signals(frame.assign(level=["L3"] * 35 + ["L9"] * 5))
    assert (small["team_learning"][35:] > 1).all()


def test_the_reference_has_sd_one_in_every_cycle() -> None:
    frame = company(people=300)
    scores = score_reviews(frame).merge(frame[["person_id", "cycle", "track", "job_family"]])
    engineers = scores[scores["track"] == "engineer"]
    # Rows were drawn with a stable family, so that the cohort is the family of the row.
    spread = engineers.groupby(["cycle", "job_family"])["technical_output"].std(ddof=0)
    assert spread.to_numpy() == pytest.approx(1.0)


def test_summary_weighs_the_latest_cycle_most() -> None:
    scores = pd.DataFrame(
        {
            "person_id": ["a"] * 3 + ["b"] * 2 + ["c"],
            "cycle": ["2022H1", "2023H1", "2024H1", "2023H1", "2024H1", "2022H1"],
            "technical_output": [9.0, 1.0, 2.0, 1.0, np.nan, 5.0],
            "team_learning": [9.0, np.nan, 1.0, np.nan, np.nan, 5.0],
        }
    )
    summary = summarise_signals(scores, recent_cycles=2).set_index("person_id")
    assert summary.index.tolist() == ["a", "b"]
    assert summary.loc["a", "technical_output"] == pytest.approx((2 + 0.7) / 1.7)
    assert summary.loc["b", "technical_output"] == pytest.approx(1.0)
    assert np.isnan(summary.loc["b", "team_learning"])
    # Of 1 + 0.7 for technical output and 1 for team learning, b has the 0.7.
    assert summary["evidence_share"].tolist() == pytest.approx([1.0, 0.7 / 2.7])
    assert summary["prototypes_ahead"].isna().all()


@pytest.mark.parametrize("column", ["person_id", "cycle"])
def test_a_table_without_its_keys_is_refused_in_words(column: str) -> None:
    frame = one_cycle(commits=[1, 2]).drop(columns=column)
    with pytest.raises(InputError, match=column):
        score_reviews(frame)


def test_two_rows_of_a_person_in_a_cycle_are_refused() -> None:
    frame = one_cycle(commits=[1, 2]).assign(person_id="p1")
    with pytest.raises(InputError, match="p1 has more than one row in cycle 2024H1"):
        score_technical_output(frame)


def test_empty_and_unmeasured_tables_give_empty_and_missing_scores() -> None:
    empty = score_reviews(pd.DataFrame({"person_id": [], "cycle": []}))
    assert empty.empty and "technical_output" in empty
    assert summarise_signals(empty).empty
    bare = score_reviews(one_cycle(shoe_size=[40, 41]))
    assert bare["technical_output"].isna().all() and len(bare) == 2


cells = st.one_of(st.none(), st.floats(allow_nan=True, allow_infinity=True), st.integers(-9, 10**6))


@settings(deadline=None, max_examples=40)
@given(
    rows=st.lists(
        st.tuples(
            st.integers(0, 3),
            cells,
            cells,
            st.sampled_from(["engineer", "management", None]),
            st.sampled_from(["web", "data", None]),
            st.sampled_from(["t1", "t2", None]),
            st.sampled_from(["Active", "Left", "on leave", "", None]),
        ),
        max_size=25,
    ),
    people=st.integers(1, 25),
)
def test_any_cells_give_finite_or_missing_scores(
    rows: list[tuple[object, ...]], people: int
) -> None:
    columns = ["cycle", "commits", "talks", "track", "job_family", "team", "employment_status"]
    frame = pd.DataFrame(rows, columns=columns)
    frame["person_id"] = [f"p{place % people}" for place in range(len(frame))]
    frame["story_points"] = frame["talks"]
    frame["code_reviews"] = frame["commits"].shift(1)
    frame = frame.drop_duplicates(["person_id", "cycle"])
    scores = score_reviews(frame, min_cohort=3)
    assert len(scores) == len(frame)
    values = scores[["technical_output", *SIGNALS]].to_numpy(float)
    assert not np.isinf(values).any()
    shuffled = score_reviews(frame.sample(frac=1, random_state=1), min_cohort=3)
    pd.testing.assert_frame_equal(shuffled, scores, check_exact=True)
