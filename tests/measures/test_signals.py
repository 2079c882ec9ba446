"""Signals by hand: their evidence, the window over cycles, and people at zero among many."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from workbench.errors import InputError, SettingsError
from workbench.measures.force_multiplier import EVIDENCE, FORCE_MULTIPLIER, WRITTEN
from workbench.measures.signals import SIGNALS, name_evidence, score_signals, summarise_signals
from workbench.measures.standings import place_in_cohorts
from workbench.settings import Settings


def one_cycle(**columns: object) -> pd.DataFrame:
    n = len(next(iter(columns.values())))  # type: ignore[arg-type]
    frame = pd.DataFrame({"person_id": [f"p{place:03d}" for place in range(n)], "cycle": "2024H1"})
    return frame.assign(**columns)


def scores_of(*values: tuple[str, str, float | None]) -> pd.DataFrame:
    frame = pd.DataFrame(values, columns=["person_id", "cycle", "team_learning"])
    return frame.astype({"team_learning": "float64"})


def standard(values: np.ndarray) -> np.ndarray:
    return (values - values.mean()) / values.std()


def test_each_column_alone_tells_the_signals_on_which_it_bears_and_no_other() -> None:
    for piece in EVIDENCE:
        scores = score_signals(one_cycle(**{piece.name: [0.1, 0.2, 0.4]}))
        told = {name for name in SIGNALS if scores[name].notna().all()}
        assert told == {s.name for s in FORCE_MULTIPLIER if piece.name in s.needs}
        for name in told:
            best = scores[name].idxmax()
            assert best == (0 if piece.higher_is == "worse" else 2)


@settings(deadline=None, max_examples=25)
@given(
    st.sampled_from([piece.name for piece in EVIDENCE]),
    st.floats(1e-3, 1e6),
    st.integers(0, 2**16),
)
def test_units_rows_and_other_columns_move_no_signal(name: str, factor: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = rng.poisson(1, (30, len(EVIDENCE))) * rng.choice([1.0, np.nan], (30, len(EVIDENCE)))
    frame = one_cycle(**{piece.name: values[:, i] for i, piece in enumerate(EVIDENCE)})
    frame = frame.assign(fte=rng.choice([1.0, 0.8, 0.6], 30))
    scores = score_signals(frame)
    changed = frame.assign(
        **{name: frame[name] * factor, "Shoe Size": rng.integers(36, 47, 30), "gender": "x"}
    )
    again = score_signals(changed.sample(frac=1, random_state=seed))
    pd.testing.assert_frame_equal(again, scores, check_exact=True)


def test_written_evidence_is_one_piece_beside_the_columns() -> None:
    frame = one_cycle(talks=[1, 2, 3], **{WRITTEN + "team_learning": [0.9, 0.0, 0.5]})
    found = score_signals(frame)["team_learning"].to_numpy(float)
    rank = 3 * -np.diff(norm.pdf(norm.ppf([0, 1 / 3, 2 / 3, 1])))
    assert found == pytest.approx(standard((rank + rank[[2, 0, 1]]) / 2))


def test_what_a_review_leaves_out_is_no_evidence_to_the_contrary() -> None:
    silent = score_signals(one_cycle(**{WRITTEN + "team_learning": [-2.0, -0.1, 0.0, 0.8]}))
    assert silent["team_learning"][:3].nunique() == 1
    assert silent["team_learning"][3] > 1
    placed = place_in_cohorts(one_cycle(**{WRITTEN + "team_learning": [-2.0, -0.1, 0.8]}))
    assert placed["value"].tolist() == [0.0, 0.0, 0.8]
    assert placed["share_below"].tolist() == pytest.approx([0, 0, 2 / 3])


def test_a_person_at_zero_among_many_does_not_look_bad() -> None:
    talks = [0] * 80 + list(range(1, 21))
    scores = score_signals(one_cycle(talks=talks))["team_learning"]
    # No lower than half a standard deviation, where the lowest of a hundred lies at 2.6 below.
    assert scores[:80].nunique() == 1
    assert -0.5 < scores[0] < 0
    plain = score_signals(one_cycle(talks=np.arange(100)))["team_learning"]
    assert plain[0] < -2.5
    # Beside a measure that tells people apart, it hardly lowers those who are at zero.
    mentees = np.tile(np.arange(10), 10)
    both = score_signals(one_cycle(talks=talks, mentees=mentees))["team_learning"]
    alone = score_signals(one_cycle(mentees=mentees))["team_learning"]
    assert -0.3 < (both - alone)[:80].mean() < 0
    assert np.corrcoef(both[:80], alone[:80])[0, 1] > 0.99


def test_each_cycle_back_weighs_as_much_less_as_the_setting_says() -> None:
    scores = scores_of(("a", "2022H1", 8.0), ("a", "2023H1", 4.0), ("a", "2024H1", 1.0))

    def summed(**thresholds: float) -> float:
        return float(summarise_signals(scores, **thresholds)["team_learning"].iloc[0])  # type: ignore[arg-type]

    assert summed(cycle_weight=0.5) == pytest.approx((1 + 0.5 * 4 + 0.25 * 8) / 1.75)
    assert summed(cycle_weight=1.0) == pytest.approx(13 / 3)
    assert summed(cycle_weight=1) == summed(cycle_weight=1.0)
    assert summed() == pytest.approx((1 + 0.7 * 4 + 0.49 * 8) / 2.19)
    assert summed(cycle_weight=0.5, recent_cycles=2) == pytest.approx((1 + 0.5 * 4) / 1.5)
    assert summed(recent_cycles=1) == 1.0


def test_earlier_cycles_carry_what_the_latest_one_lacks() -> None:
    scores = scores_of(
        ("a", "2022H1", 8.0), ("a", "2023H1", 4.0), ("a", "2024H1", None), ("b", "2024H1", 1.0)
    )
    row_missing = scores.drop(index=2)
    for frame in (scores, row_missing):
        summary = summarise_signals(frame, cycle_weight=0.5).set_index("person_id")
        # A cycle back is a cycle of the panel, whether the person has it or not.
        assert summary.loc["a", "team_learning"] == pytest.approx((0.5 * 4 + 0.25 * 8) / 0.75)
        assert summary.loc["b", "team_learning"] == 1.0


@pytest.mark.parametrize("weight", [0.0, 1.5])
def test_a_weight_outside_its_range_is_refused(weight: float) -> None:
    with pytest.raises(SettingsError, match="Weight of a cycle"):
        Settings(cycle_weight=weight)


@settings(deadline=None, max_examples=40)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 3),
            st.integers(2020, 2024),
            st.one_of(st.none(), st.floats(-3, 3)),
        ),
        max_size=20,
        unique_by=lambda row: row[:2],
    ),
    st.floats(0.05, 1),
)
def test_a_summary_lies_within_the_scores_that_it_sums(
    rows: list[tuple[int, int, float | None]], weight: float
) -> None:
    scores = scores_of(*((f"p{person}", f"{year}H1", value) for person, year, value in rows))
    summary = summarise_signals(scores, recent_cycles=5, cycle_weight=weight)
    shuffled = summarise_signals(
        scores.sample(frac=1, random_state=1), recent_cycles=5, cycle_weight=weight
    )
    pd.testing.assert_frame_equal(shuffled, summary)
    known = scores.groupby("person_id")["team_learning"].agg(["min", "max"])
    got = summary.set_index("person_id")["team_learning"]
    assert got.isna().equals(known["min"].isna())
    assert (got.dropna() >= known["min"].dropna() - 1e-9).all()
    assert (got.dropna() <= known["max"].dropna() + 1e-9).all()


def evidence_of(frame: pd.DataFrame, person: str, **window: int) -> pd.DataFrame:
    named = name_evidence(place_in_cohorts(frame), **window)
    return named[named["person_id"] == person].set_index("signal")


def test_what_a_signal_rests_on_is_named_and_counted() -> None:
    frame = one_cycle(
        talks=[1, 2, 3], mentees=[1, np.nan, 2], team_retention=[np.nan, 0.9, 0.8], commits=5
    )
    first = evidence_of(frame, "p000")
    assert first.loc["team_learning"].drop("person_id").tolist() == ["mentees, talks", 2, 3, False]
    assert first.loc["technical_output", "rests_on"] == "commits"
    assert first.index.tolist() == ["technical_output", "team_learning"]
    second = evidence_of(frame, "p001")
    assert second.loc["team_learning", "rests_on"] == "talks, team retention"


def test_a_signal_that_rests_on_one_activity_count_alone_says_so() -> None:
    frame = one_cycle(
        escalations_resolved=[0, 3],
        talks=[1, 2],
        team_retention=[np.nan, 0.9],
        rework_rate=[0.1, 0.2],
    )
    first, second = evidence_of(frame, "p000"), evidence_of(frame, "p001")
    assert first["one_count"].to_dict() == {
        "durable_solutions": False,
        "team_learning": True,
        "customer_rescue": True,
    }
    # Two measures are not one, and a share is no count of an activity.
    assert not second.loc["team_learning", "one_count"]
    written = frame.assign(**{WRITTEN + "customer_rescue": [0.2, 0.4]})
    assert not evidence_of(written, "p000").loc["customer_rescue", "one_count"]


def test_evidence_is_named_over_the_same_cycles_as_signals_are_summed() -> None:
    frame = pd.DataFrame(
        {
            "person_id": ["a", "b"] * 3,
            "cycle": np.repeat(["2022H1", "2023H1", "2024H1"], 2),
            "talks": [1, 2, 1, 2, 1, 2],
            "mentees": [1, 2, np.nan, 2, np.nan, np.nan],
        }
    )
    whole, late = evidence_of(frame, "a"), evidence_of(frame, "a", recent_cycles=2)
    assert whole.loc["team_learning", ["rests_on", "of"]].tolist() == ["mentees, talks", 2]
    assert late.loc["team_learning", ["rests_on", "of"]].tolist() == ["talks", 2]
    assert late.loc["team_learning", "one_count"]
    latest = evidence_of(frame, "a", recent_cycles=1)
    assert latest.loc["team_learning", "of"] == 1


def test_plain_text_serves_as_well_as_categories_and_order_makes_no_difference() -> None:
    rng = np.random.default_rng(0)
    values = rng.poisson(1, (40, len(EVIDENCE))).astype(float)
    values[rng.random(values.shape) < 0.5] = np.nan
    frame = one_cycle(**{piece.name: values[:, i] for i, piece in enumerate(EVIDENCE)})
    standings = place_in_cohorts(frame)
    named = name_evidence(standings)
    shuffled = name_evidence(standings.sample(frac=1, random_state=2))
    pd.testing.assert_frame_equal(shuffled, named)
    words = standings.astype(dict.fromkeys(["measure", "label", "signal", "cohort"], "str"))
    plain = name_evidence(words).set_index(["person_id", "signal"]).sort_index()
    same = ["n_evidence", "of", "one_count"]
    expected = named.set_index(["person_id", "signal"]).sort_index()
    pd.testing.assert_frame_equal(plain[same], expected[same])


def test_no_standings_give_no_evidence_and_others_are_refused() -> None:
    empty = name_evidence(place_in_cohorts(one_cycle(shoe_size=[40])))
    assert empty.empty
    assert list(empty) == ["person_id", "signal", "rests_on", "n_evidence", "of", "one_count"]
    with pytest.raises(InputError, match="label"):
        name_evidence(pd.DataFrame({"person_id": ["a"], "cycle": ["2024H1"]}))


def test_the_evidence_of_somebody_new_is_a_share_of_what_is_known_of_others():
    scores = pd.DataFrame(
        {
            "person_id": ["a", "a", "b", "c", "c"],
            "cycle": ["2023H2", "2024H1", "2024H1", "2023H2", "2024H1"],
            "technical_output": [0.1, 0.2, 0.3, 0.4, 0.5],
            # Nobody is known in it before the latest cycle, so nobody lacks that.
            "team_learning": [None, 1.0, 1.0, None, None],
        }
    )
    share = summarise_signals(scores, cycle_weight=0.5).set_index("person_id")["evidence_share"]
    # Of 1 + 0.5 for technical output and 1 for team learning, 2.5 in all.
    assert share.to_dict() == pytest.approx({"a": 1.0, "b": 2 / 2.5, "c": 1.5 / 2.5})


def test_without_anything_known_there_is_no_evidence():
    scores = pd.DataFrame({"person_id": ["a"], "cycle": ["2024H1"], "technical_output": [None]})
    assert summarise_signals(scores)["evidence_share"].tolist() == [0.0]
