"""Standings by hand: who lies below whom, in which cohort, and what must not change it."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.errors import InputError
from workbench.fields import fields_with_role
from workbench.measures.added_signals import added_measure
from workbench.measures.force_multiplier import EVIDENCE, FORCE_MULTIPLIER
from workbench.measures.standings import place_in_cohorts
from workbench.measures.technical_output import TECHNICAL_OUTPUT

COLUMNS = list(dict.fromkeys(m.name for m in (*TECHNICAL_OUTPUT, *EVIDENCE)))


def one_cycle(**columns: object) -> pd.DataFrame:
    n = len(next(iter(columns.values())))  # type: ignore[arg-type]
    frame = pd.DataFrame({"person_id": [f"p{place:03d}" for place in range(n)], "cycle": "2024H1"})
    return frame.assign(**columns)


def company(people: int = 90, cycles: int = 3, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    n = people * cycles
    frame = pd.DataFrame(
        {
            "person_id": np.repeat([f"p{place:03d}" for place in range(people)], cycles),
            "cycle": np.tile([f"{2020 + place}H1" for place in range(cycles)], people),
            "track": rng.choice(["engineer", "management"], n, p=[0.8, 0.2]),
            "job_family": np.repeat(rng.choice(["web", "data"], people), cycles),
            "level": np.repeat(rng.choice(["L3", "L4", None], people), cycles),
            "team": np.repeat(rng.choice(["Apollo", "Borealis", None], people), cycles),
            "fte": rng.choice([1.0, 0.5], n),
        }
    )
    values = rng.poisson(2, (n, len(COLUMNS))).astype(float)
    frame[COLUMNS] = np.where(rng.random(values.shape) < 0.2, np.nan, values)
    return frame


def of(placed: pd.DataFrame, measure: str, signal: str | None = None) -> pd.DataFrame:
    here = placed[placed["measure"] == measure]
    here = here if signal is None else here[here["signal"] == signal]
    return here.set_index("person_id")


def test_the_share_below_is_strict_and_ties_are_told_apart_from_it() -> None:
    placed = of(place_in_cohorts(one_cycle(talks=[0, 0, 0, 0, 3])), "talks")
    assert placed["share_below"].tolist() == [0, 0, 0, 0, 0.8]
    assert placed["share_equal"].tolist() == [0.8, 0.8, 0.8, 0.8, 0.2]
    assert placed["n"].tolist() == [5] * 5
    assert placed["value"].tolist() == [0, 0, 0, 0, 3]
    assert set(placed["cohort"]) == {"everybody"}


def test_below_means_worse_where_more_is_worse() -> None:
    placed = place_in_cohorts(one_cycle(rework_rate=[0.1, 0.2, 0.3, 0.3], regretted_exits=range(4)))
    assert of(placed, "rework_rate")["share_below"].tolist() == [0.75, 0.5, 0, 0]
    assert of(placed, "rework_rate")["value"].tolist() == [0.1, 0.2, 0.3, 0.3]
    assert of(placed, "regretted_exits")["share_below"].tolist() == [0.75, 0.5, 0.25, 0]


def test_only_those_known_in_the_measure_count() -> None:
    placed = of(place_in_cohorts(one_cycle(talks=[1, 2, np.nan, 3])), "talks")
    assert placed.index.tolist() == ["p000", "p001", "p003"]
    assert placed["share_below"].tolist() == pytest.approx([0, 1 / 3, 2 / 3])
    assert placed["n"].tolist() == [3, 3, 3]


def test_alone_there_is_nobody_to_lie_above() -> None:
    placed = of(place_in_cohorts(one_cycle(talks=[1, np.nan], prototypes=[2, 2])), "talks")
    assert placed["share_below"].isna().all()
    assert placed["n"].tolist() == [1]


def test_a_small_cohort_is_pooled_upward_and_named_in_words() -> None:
    frame = one_cycle(
        talks=np.arange(12),
        job_family=["web"] * 8 + ["data"] * 3 + ["compiler"],
        level=["L3"] * 5 + ["L4"] * 3 + ["L3"] * 4,
    )
    placed = of(place_in_cohorts(frame, min_cohort=3), "talks")
    assert placed["cohort"].tolist() == [
        *["web, L3"] * 5,
        *["web, L4"] * 3,
        *["data, L3"] * 3,
        "everybody",
    ]
    assert placed["n"].tolist() == [5] * 5 + [3] * 3 + [3] * 3 + [12]
    pooled = of(place_in_cohorts(frame, min_cohort=4), "talks")
    # Five of L3 are enough; the three of L4 are held against all eight of the family.
    assert pooled["cohort"].tolist() == ["web, L3"] * 5 + ["web"] * 3 + ["everybody"] * 4
    assert pooled["n"].tolist() == [5] * 5 + [8] * 3 + [12] * 4
    assert pooled["share_below"].tolist()[5:8] == [5 / 8, 6 / 8, 7 / 8]


def test_levels_that_are_numbers_are_named_as_people_write_them() -> None:
    frame = one_cycle(talks=[1, 2, 3], job_family="web", level=[3.0, 3.0, 3.0])
    assert set(place_in_cohorts(frame, min_cohort=2)["cohort"]) == {"web, 3"}


def test_managers_are_placed_among_the_engineers_as_if_they_had_joined() -> None:
    track = ["engineer"] * 4 + ["management"] * 2
    frame = one_cycle(talks=[1, 2, 3, 4, 9, 0], track=track)
    placed = of(place_in_cohorts(frame, min_cohort=2), "talks")
    assert placed["n"].tolist() == [4, 4, 4, 4, 5, 5]
    assert placed["share_below"].tolist() == [0, 0.25, 0.5, 0.75, 0.8, 0]


def test_counts_are_per_full_time_cycle() -> None:
    placed = place_in_cohorts(one_cycle(talks=[2, 2], technical_rating=[3, 4], fte=[0.5, 1]))
    assert of(placed, "talks")["value"].tolist() == [4, 2]
    assert of(placed, "talks")["is_count"].all()
    assert of(placed, "technical_rating")["value"].tolist() == [3, 4]
    assert not of(placed, "technical_rating")["is_count"].any()


def test_story_points_are_compared_within_the_team() -> None:
    frame = one_cycle(
        story_points=[1, 2, 3, 100, 200], team=["Apollo"] * 3 + ["Team B"] * 2, job_family="web"
    )
    placed = of(place_in_cohorts(frame, min_cohort=2), "story_points")
    assert placed["cohort"].tolist() == ["team Apollo"] * 3 + ["Team B"] * 2
    assert placed["share_below"].tolist() == pytest.approx([0, 1 / 3, 2 / 3, 0, 0.5])
    unknown = of(place_in_cohorts(frame.drop(columns="team"), min_cohort=2), "story_points")
    assert unknown["cohort"].tolist() == ["web"] * 5


def test_a_column_stands_once_for_each_signal_on_which_it_bears() -> None:
    everything = one_cycle(**{name: [1, 2, 3] for name in COLUMNS})
    placed = place_in_cohorts(everything)
    told = set(placed[["signal", "measure"]].astype(str).itertuples(index=False, name=None))
    expected = {("technical_output", m.name) for m in TECHNICAL_OUTPUT}
    expected |= {(s.name, field) for s in FORCE_MULTIPLIER for field in s.needs}
    assert told == expected
    assert len(placed) == 3 * len(expected)
    docs = placed[placed["measure"] == "design_docs"]
    assert set(docs["signal"]) == {"technical_output", "long_term_design"}


def test_added_columns_are_placed_like_any_other() -> None:
    extra = (
        added_measure("Katas", "force_multiplier", is_count=True),
        added_measure("Cycle Time", "technical_output", higher_is="worse"),
    )
    frame = one_cycle(**{"Katas": [0, 1, 4], "Cycle Time": [9.5, 3, 1]})
    placed = place_in_cohorts(frame, extra=extra)
    katas, time = of(placed, "Katas"), of(placed, "Cycle Time")
    assert set(katas["signal"]) == {"Katas"} and set(time["signal"]) == {"technical_output"}
    assert katas["share_below"].tolist() == time["share_below"].tolist()
    assert katas["is_count"].all() and not time["is_count"].any()
    assert place_in_cohorts(frame).empty


def test_the_latest_cycles_alone_are_the_latest_of_all() -> None:
    frame = company()
    whole = place_in_cohorts(frame, min_cohort=10)
    late = place_in_cohorts(frame, min_cohort=10, recent_cycles=2)
    expected = whole[whole["cycle"] >= "2021H1"].reset_index(drop=True)
    # Which words there are may differ; the words may not.
    pd.testing.assert_frame_equal(late, expected, check_categorical=False)
    assert 0 < len(late) < len(whole)


def test_rows_are_sorted_and_their_order_makes_no_difference() -> None:
    frame = company()
    kept = frame.copy()
    placed = place_in_cohorts(frame, min_cohort=10)
    keys = ["person_id", "cycle"]
    assert placed[keys].equals(placed[keys].sort_values(keys, kind="stable", ignore_index=True))
    shuffled = place_in_cohorts(frame.sample(frac=1, random_state=3), min_cohort=10)
    pd.testing.assert_frame_equal(shuffled, placed, check_exact=True)
    pd.testing.assert_frame_equal(frame, kept)


def test_protected_and_unrelated_columns_change_nothing() -> None:
    frame, rng = company(), np.random.default_rng(1)
    others = {name: rng.choice(["x", "y"], len(frame)) for name in fields_with_role("protected")}
    more = frame.assign(**others, **{"Shoe Size": rng.integers(36, 47, len(frame))})
    pd.testing.assert_frame_equal(place_in_cohorts(more), place_in_cohorts(frame), check_exact=True)


@pytest.mark.parametrize("factor", [10, 0.1])
def test_units_move_no_share(factor: float) -> None:
    frame = company()
    scaled = frame.assign(**{name: frame[name] * factor for name in COLUMNS})
    shares = ["measure", "signal", "share_below", "share_equal", "cohort", "n"]
    pd.testing.assert_frame_equal(
        place_in_cohorts(scaled)[shares], place_in_cohorts(frame)[shares], check_exact=True
    )


def test_nothing_known_gives_no_rows_and_a_table_without_keys_is_refused() -> None:
    empty = place_in_cohorts(pd.DataFrame({"person_id": [], "cycle": []}))
    assert empty.empty and "share_below" in empty
    assert place_in_cohorts(one_cycle(shoe_size=[40, 41])).empty
    with pytest.raises(InputError, match="cycle"):
        place_in_cohorts(pd.DataFrame({"person_id": ["a"], "talks": [1]}))


@settings(deadline=None, max_examples=60)
@given(st.lists(st.one_of(st.none(), st.integers(0, 3)), min_size=2, max_size=12))
def test_shares_are_what_counting_gives(values: list[int | None]) -> None:
    placed = of(place_in_cohorts(one_cycle(talks=pd.array(values, dtype="Int64"))), "talks")
    known = [value for value in values if value is not None]
    assert len(placed) == len(known)
    for value, below, equal, n in zip(
        known, placed["share_below"], placed["share_equal"], placed["n"], strict=True
    ):
        assert n == len(known)
        if n > 1:
            assert below == sum(other < value for other in known) / n
            assert equal == sum(other == value for other in known) / n
