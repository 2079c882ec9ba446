from dataclasses import fields

import numpy as np
import pandas as pd
import pytest

from workbench.analyses import Declines, find_declines
from workbench.analyses.decline import fit_declines, judge_declines
from workbench.errors import InputError, SettingsError

NUMBERS = ["effect", "low", "high", "p_value", "q_value", "before_after", "detectable_drop"]
UNJUDGED = {"too_new", "not_enough_evidence"}


def company(seed=0, people=400, cycles=9, promoted=40, drop=0.0, dropping=0.5, noise=0.5):
    """Promote people after good cycles; half of them drop. Output in points around 50."""
    rng = np.random.default_rng(seed)
    score = 0.6 * rng.normal(size=(people, 1)) + noise * rng.normal(size=(people, cycles))
    score = score + 0.3 * rng.normal(size=cycles)
    level = rng.integers(3, 6, people)
    score = score + 0.2 * level[:, None]
    rater = rng.integers(0, people // 10, (people, cycles))
    rater = np.where(rng.random((people, cycles)) < 0.8, rater[:, :1], rater)
    score = score + (0.3 * rng.normal(size=people // 10))[rater]
    start = np.full(people, cycles)
    fell = np.zeros(people, dtype=bool)
    for cycle in range(4, cycles - 2):
        pull = np.where(start == cycles, np.exp(1.3 * score[:, cycle - 2 : cycle].mean(axis=1)), 0)
        size = promoted // (cycles - 6)
        chosen = rng.choice(people, size=size, replace=False, p=pull / pull.sum())
        start[chosen] = cycle
        fell[chosen] = rng.random(size) < dropping
        score[chosen, cycle:] -= drop * fell[chosen, None]
    who, when = np.nonzero(rng.random((people, cycles)) < 0.95)
    output = pd.DataFrame(
        {
            "person_id": [f"P{each:04}" for each in who],
            "cycle": [f"20{15 + each // 2}H{1 + each % 2}" for each in when],
            "technical_output": 50 + 10 * score[who, when],
            "level": [f"L{each}" for each in level[who]],
            "rater_id": rater[who, when],
        }
    )
    leaders = np.flatnonzero(start < cycles)
    promotions = pd.DataFrame(
        {
            "person_id": [f"P{each:04}" for each in leaders],
            "cycle": [f"20{15 + each // 2}H{1 + each % 2}" for each in start[leaders]],
            "kind": "to_management",
        }
    )
    return output, promotions, set(promotions["person_id"][fell[leaders]])


def same(one, other):
    pd.testing.assert_frame_equal(one.flags, other.flags, check_exact=True)
    pd.testing.assert_frame_equal(one.trajectories, other.trajectories, check_exact=True)
    assert one.notes == other.notes


# ---------------------------------------------------------------------------- planted and null


@pytest.mark.parametrize("seed", range(3))
def test_large_drops_are_found_and_few_others_flagged(seed):
    output, promotions, fell = company(seed, drop=2.0)
    declines = find_declines(output, promotions)
    flagged = set(declines.flags.loc[declines.flags["flagged"], "person_id"])
    assert len(flagged & fell) >= 0.75 * len(fell)
    assert len(flagged - fell) <= 4
    judged = declines.flags.dropna(subset="effect").set_index("person_id")
    assert (judged["low"] <= judged["effect"]).all()
    assert (judged["effect"] <= judged["high"]).all()
    sd_points = declines.output_sd
    mean = judged.loc[sorted(fell & set(judged.index)), "effect"].mean() * sd_points
    assert mean == pytest.approx(-20, abs=4)


def test_no_drops_few_flags_and_even_p_values():
    p_values, any_flag, covered = [], 0, []
    for seed in range(8):
        output, promotions, _ = company(seed, drop=0.0)
        flags = find_declines(output, promotions).flags
        judged = flags.dropna(subset="effect")
        p_values += judged["p_value"].tolist()
        covered += ((judged["low"] <= 0) & (judged["high"] >= 0)).tolist()
        any_flag += bool(flags["flagged"].any())
    # About 300 people: three standard errors are 0.04 below 0.05 and 0.09 around one half.
    assert np.mean(np.array(p_values) <= 0.05) < 0.09
    assert np.mean(np.array(p_values) <= 0.5) == pytest.approx(0.5, abs=0.09)
    assert np.mean(covered) > 0.84
    assert any_flag <= 3


def test_a_good_streak_alone_is_no_decline():
    changes, effects = [], []
    for seed in range(5, 9):
        output, promotions, _ = company(seed, people=600, promoted=60, noise=1.0)
        of_cycle = output.groupby("cycle")["technical_output"].transform("mean")
        output = output.assign(technical_output=output["technical_output"] - of_cycle)
        flags = find_declines(output, promotions).flags.dropna(subset="effect")
        changes += flags["before_after"].tolist()
        effects += flags["effect"].tolist()
    # They fall back from the streak they were promoted for; held against peers nobody does.
    # The standard error of either mean is 0.04.
    assert np.mean(changes) < -0.12
    assert np.mean(effects) == pytest.approx(0.0, abs=0.12)


def test_a_flagged_interval_is_wider_than_a_plain_one():
    output, promotions, _ = company(1, drop=2.0)
    found = find_declines(output, promotions).flags
    plain = find_declines(output, promotions, fdr=0.001).flags
    both = found.merge(plain, on="person_id", suffixes=("", "_plain"))
    picked = both[both["flagged"] & ~both["flagged_plain"]]
    assert len(picked)
    width, plain_width = (
        picked["high"] - picked["low"],
        picked["high_plain"] - picked["low_plain"],
    )
    assert (width > plain_width).all()


def test_a_drop_that_recovers_is_called_transient():
    output, promotions, _ = company(2, drop=0.0, promoted=20, cycles=12, noise=0.3)
    who = promotions[promotions["cycle"] <= "2018H1"]["person_id"].iloc[0]
    start = promotions.set_index("person_id").loc[who, "cycle"]
    cycles = sorted(output["cycle"].unique())
    first = set(cycles[cycles.index(start) : cycles.index(start) + 3])
    fell = output["person_id"].eq(who) & output["cycle"].isin(first)
    output.loc[fell, "technical_output"] -= 50
    row = find_declines(output, promotions).flags.set_index("person_id").loc[who]
    assert row["flagged"]
    assert row["pattern"] == "transient"
    assert "has recovered since" in row["reason"]


def test_a_drop_that_builds_up_is_called_a_ramp():
    output, promotions, _ = company(2, drop=0.0, promoted=20, cycles=12, noise=0.3)
    who = promotions[promotions["cycle"] <= "2018H1"]["person_id"].iloc[0]
    start = promotions.set_index("person_id").loc[who, "cycle"]
    cycles = sorted(output["cycle"].unique())
    since = output["cycle"].map(cycles.index) - cycles.index(start)
    hers = output["person_id"].eq(who) & (since >= 0)
    fallen = 12.0 * np.minimum(since[hers] + 1, 4)
    output.loc[hers, "technical_output"] -= fallen
    row = find_declines(output, promotions).flags.set_index("person_id").loc[who]
    assert row["flagged"]
    assert row["shape"] == "ramp"
    assert "It built up" in row["reason"]
    assert row["pattern"] == "gave_up_technical_work"


def test_the_likely_size_lies_between_none_and_what_was_seen():
    output, promotions, _ = company(1, drop=2.0)
    flags = find_declines(output, promotions).flags.dropna(subset="effect")
    flagged = flags[flags["flagged"]]
    assert (flagged["shrunken"] > flagged["effect"]).mean() > 0.9
    assert (flagged["shrunken"] < 0).all()
    assert flags.loc[~flags["flagged"], "shrunken"].abs().mean() < 0.4
    assert set(flagged["shape"]) <= {"at_once", "ramp", "transient"}
    assert (flags.loc[~flags["flagged"], "shape"] == "").all()


def test_somebody_with_a_streak_that_no_peer_had_is_said_to_stand_alone():
    output, promotions, _ = company(3, drop=0.0)
    who, start = promotions.iloc[0][["person_id", "cycle"]]
    hers = output["person_id"].eq(who) & (output["cycle"] < start)
    output.loc[hers, "technical_output"] += 60
    flags = find_declines(output, promotions).flags.set_index("person_id")
    assert flags.loc[who, "n_alike"] < 10
    assert "rests on the model" in flags.loc[who, "reason"]
    others = flags.drop(index=who)
    assert not others.loc[others["n_alike"] >= 10, "reason"].str.contains("rests on").any()


def test_few_judged_and_few_look_alikes_are_said():
    output, promotions, _ = company(0, people=120, promoted=9)
    notes = " ".join(find_declines(output, promotions).notes)
    assert "one flag more or less is chance" in notes
    assert "cannot be told from chance" in notes


# ---------------------------------------------------------------------------- the kept fit


@pytest.mark.parametrize(
    "bar", [{}, {"fdr": 0.3}, {"min_post_cycles": 4}, {"min_pre_cycles": 5, "interval_level": 0.5}]
)
def test_moving_the_bar_on_a_kept_fit_equals_starting_again(bar):
    output, promotions, _ = company(0, drop=1.5)
    fit = fit_declines(output, promotions)
    judge_declines(fit, fdr=0.01)
    same(judge_declines(fit, **bar), find_declines(output, promotions, **bar))


def test_more_false_flags_accepted_never_mean_fewer_flags():
    output, promotions, _ = company(0, drop=1.0)
    fit = fit_declines(output, promotions)
    before: set[str] = set()
    for fdr in (0.01, 0.05, 0.10, 0.20, 0.40):
        flags = judge_declines(fit, fdr=fdr).flags
        now = set(flags.loc[flags["flagged"], "person_id"])
        assert before <= now
        before = now


# ---------------------------------------------------------------------------- promises


def test_columns_order_and_reasons():
    output, promotions, _ = company(0, drop=2.0)
    declines = find_declines(output, promotions)
    flags = declines.flags
    assert list(flags)[:10] == [
        "person_id", "cycle", "effect", "low", "high", "p_value", "q_value", "flagged", "pattern",
        "reason",
    ]  # fmt: skip
    assert len(flags) == len(promotions) == declines.n_promoted
    assert flags["flagged"].is_monotonic_decreasing
    assert flags.loc[flags["flagged"], "p_value"].is_monotonic_increasing
    assert flags["p_value"].isna().sum() == declines.n_promoted - declines.n_judged
    assert flags["reason"].str.endswith(".").all()
    flagged = flags[flags["flagged"]]
    assert flagged["reason"].str.contains("SD more than for similar people").all()
    quiet = flags[flags["pattern"] == "not_distinguishable"]
    assert quiet["reason"].str.contains("would often not be seen").all()
    assert flags["reason"].str.isascii().all()
    assert {field.name for field in fields(Declines)} == set(Declines.__slots__)


def test_trajectories_hold_everyone_in_flags():
    output, promotions, _ = company(0, drop=2.0)
    declines = find_declines(output, promotions)
    lines = declines.trajectories
    assert set(lines["person_id"]) == set(declines.flags["person_id"])
    assert list(lines)[:7] == [
        "person_id", "cycle", "technical_output", "expected", "low", "high", "after",
    ]  # fmt: skip
    known = lines.merge(output, on=["person_id", "cycle"], suffixes=("", "_given"))
    assert len(known) == len(lines)
    assert np.allclose(known["technical_output"], known["technical_output_given"])
    assert (lines["low"] < lines["expected"]).all()
    assert (lines["expected"] < lines["high"]).all()
    before = lines[~lines["after"]]
    inside = before["technical_output"].between(before["low"], before["high"])
    assert inside.mean() == pytest.approx(0.9, abs=0.07)
    start = promotions.set_index("person_id")["cycle"].loc[lines["person_id"]].to_numpy()
    assert (lines["after"] == (lines["cycle"].to_numpy() >= start)).all()


def test_shuffled_rows_give_the_same_bit_for_bit():
    output, promotions, _ = company(3, drop=1.0)
    shuffled = find_declines(
        output.sample(frac=1, random_state=1), promotions.sample(frac=1, random_state=2)
    )
    same(find_declines(output, promotions), shuffled)


def test_unknown_columns_are_ignored_bit_for_bit():
    output, promotions, _ = company(3, drop=1.0)
    more = output.assign(gender="x", age=np.arange(len(output)), team="t")
    same(find_declines(output, promotions), find_declines(more, promotions.assign(note=1)))


@pytest.mark.parametrize(("factor", "shift"), [(0.01, 0.0), (1000.0, 0.0), (3.0, -1e4)])
def test_the_unit_of_output_does_not_matter(factor, shift):
    output, promotions, _ = company(4, drop=1.5)
    scaled = output.assign(technical_output=output["technical_output"] * factor + shift)
    one, other = find_declines(output, promotions), find_declines(scaled, promotions)
    pd.testing.assert_frame_equal(one.flags, other.flags, rtol=1e-6)
    expected = one.trajectories["expected"] * factor + shift
    assert np.allclose(other.trajectories["expected"], expected)


def test_the_frames_passed_in_are_left_alone():
    output, promotions, _ = company(0, people=100, promoted=9)
    given = output.copy(), promotions.copy()
    find_declines(output, promotions)
    pd.testing.assert_frame_equal(output, given[0])
    pd.testing.assert_frame_equal(promotions, given[1])


@pytest.mark.parametrize(
    "relabel",
    [
        lambda person: int(person[1:]),
        lambda person: (person[:2], int(person[2:])),
        lambda person: int(person[1:]) if person < "P0200" else person,
    ],
)
def test_any_hashable_person(relabel):
    output, promotions, _ = company(0, drop=2.0)
    other = find_declines(
        output.assign(person_id=[relabel(each) for each in output["person_id"]]),
        promotions.assign(person_id=[relabel(each) for each in promotions["person_id"]]),
    )
    flags = find_declines(output, promotions).flags
    assert set(other.flags["person_id"]) == {relabel(each) for each in flags["person_id"]}
    assert other.n_judged == flags["p_value"].notna().sum()


@pytest.mark.parametrize("kind", ["number", "category", "period"])
def test_any_cycle_that_sorts(kind):
    output, promotions, _ = company(0, drop=2.0)
    names = sorted(output["cycle"].unique())
    labels = {
        "number": {name: each for each, name in enumerate(names)},
        "category": {name: f"round {'zyxwvutsr'[each]}" for each, name in enumerate(names)},
        "period": {name: pd.Period(f"{2015 + each}", freq="Y") for each, name in enumerate(names)},
    }[kind]
    one = output.assign(cycle=output["cycle"].map(labels))
    other = promotions.assign(cycle=promotions["cycle"].map(labels))
    if kind == "category":
        one["cycle"] = pd.Categorical(one["cycle"], categories=list(labels.values()), ordered=True)
    found = find_declines(one, other).flags
    expected = find_declines(output, promotions).flags
    assert found["effect"].to_numpy() == pytest.approx(expected["effect"].to_numpy(), nan_ok=True)


# ---------------------------------------------------------------------------- who is judged


def people_with_tracks(events, cycles=8, people=80, seed=0):
    """Plain engineers, and one person `lead` whose track by cycle is given in letters."""
    rng = np.random.default_rng(seed)
    names = {"e": "engineer", "m": "management", "t": "technical_leadership", "o": "other"}
    rows = [
        (f"p{person}", cycle, rng.normal(), "engineer")
        for person in range(people)
        for cycle in range(cycles)
    ]
    rows += [
        ("lead", cycle, rng.normal(), names[letter])
        for cycle, letter in enumerate(events)
        if letter != "."
    ]
    return pd.DataFrame(rows, columns=["person_id", "cycle", "technical_output", "track"])


def promoted(*cycles, kind="to_management"):
    return pd.DataFrame({"person_id": "lead", "cycle": cycles, "kind": kind})


def test_only_cycles_in_management_count_as_after():
    output = people_with_tracks("eeeemmee")
    row = find_declines(output, promoted(4)).flags.iloc[0]
    assert (row["n_before"], row["n_after"]) == (4, 2)
    without = find_declines(output.drop(columns="track"), promoted(4)).flags.iloc[0]
    assert (without["n_before"], without["n_after"]) == (4, 4)


def test_each_election_is_judged_by_itself():
    output = people_with_tracks("eeeemmemm", cycles=9)
    flags = find_declines(output, promoted(4, 7)).flags.set_index("cycle")
    assert flags.loc[4, ["n_before", "n_after"]].tolist() == [4, 2]
    assert flags.loc[4, "pattern"] not in UNJUDGED
    # Cycles after the first promotion say nothing of the person as an engineer.
    assert flags.loc[7, ["n_before", "n_after"]].tolist() == [4, 2]
    assert flags.loc[7, "pattern"] == "not_enough_evidence"
    assert "last 2 cycles before" in flags.loc[7, "reason"]
    once = find_declines(output, promoted(4, 7)).trajectories
    assert not once.duplicated(["person_id", "cycle"]).any()


def test_without_tracks_the_next_promotion_ends_the_first():
    output = people_with_tracks("e" * 9, cycles=9).drop(columns="track")
    flags = find_declines(output, promoted(4, 7)).flags.set_index("cycle")
    assert flags.loc[4, "n_after"] == 3


def test_after_technical_leadership_nobody_is_comparable():
    output = people_with_tracks("eeeettmm")
    moves = pd.concat([promoted(4, kind="to_technical_leadership"), promoted(6)])
    row = find_declines(output, moves).flags.iloc[0]
    assert len(find_declines(output, moves).flags) == 1
    assert (row["n_before"], row["pattern"]) == (4, "not_enough_evidence")


def test_rises_within_a_track_are_no_promotions_to_management():
    declines = find_declines(people_with_tracks("eeeeeeee"), promoted(4, kind="within_track"))
    assert declines.n_promoted == 0
    assert declines.flags.empty


@pytest.mark.parametrize(
    ("tracks", "start", "pattern", "reason"),
    [
        ("eeeeeem.", 6, "not_enough_evidence", "Only 1 cycle with output after"),
        ("eeeeeee" + "m", 7, "too_new", "Only 1 cycle with output after the promotion; 2 are"),
        (".....emm", 6, "not_enough_evidence", "Only 1 cycle with output before the promotion; 3"),
        ("ooooemmm", 5, "not_enough_evidence", "Only 1 cycle with comparable output before"),
        ("mmmmmmmm", 3, "not_enough_evidence", "No cycle with comparable output before"),
        ("eeeemeee", 4, "not_enough_evidence", "Only 1 cycle with output in management after"),
        ("eeee..mm", 6, "not_enough_evidence", "No comparable output in the last 2 cycles"),
        ("eeeeeeee", 9, "too_new", "No cycle with output after"),
    ],
)
def test_why_somebody_is_not_judged(tracks, start, pattern, reason):
    row = find_declines(people_with_tracks(tracks), promoted(start)).flags.iloc[0]
    assert row["pattern"] == pattern
    assert row["reason"].startswith(reason)
    assert not row["flagged"]
    assert row[["effect", "p_value", "q_value"]].isna().all()


def test_a_promoted_person_without_output():
    declines = find_declines(
        people_with_tracks("eeeemmmm"), pd.DataFrame({"person_id": ["nobody"], "cycle": [4]})
    )
    assert declines.flags.loc[0, "reason"].startswith("No cycle with output before")
    assert declines.trajectories.empty


def test_levels_of_another_ladder_do_not_move_the_expectation():
    output = people_with_tracks("eeeemmmm").drop(columns="track")
    same_ladder = output.assign(level="L5")
    other = same_ladder.copy()
    other.loc[other["person_id"].eq("lead") & (other["cycle"] >= 4), "level"] = "M1"
    same(find_declines(same_ladder, promoted(4)), find_declines(other, promoted(4)))


# ---------------------------------------------------------------------------- degenerate input


def frame(people, cycles, value=None, seed=0):
    rng = np.random.default_rng(seed)
    who, when = np.divmod(np.arange(people * cycles), cycles)
    score = rng.normal(size=people * cycles) if value is None else value
    return pd.DataFrame({"person_id": who, "cycle": when, "technical_output": score})


def at(cycle, people=(0,)):
    return pd.DataFrame({"person_id": list(people), "cycle": cycle})


@pytest.mark.parametrize(
    ("output", "promotions"),
    [
        (frame(0, 0), at(1)),
        (frame(0, 0), at(1)[:0]),
        (frame(50, 8), at(1)[:0]),
        (frame(1, 8), at(4)),
        (frame(3, 8), at(4)),
        (frame(12, 8), at(4)),
        (frame(50, 1), at(0)),
        (frame(50, 2), at(1)),
        (frame(50, 8, value=3.0), at(4)),
        (frame(50, 8, value=0.0), at(4)),
        (frame(50, 8, value=np.nan), at(4)),
        (frame(50, 8), at(4, range(50))),
        (frame(50, 8).assign(level="L3", job_family="a", rater_id=1), at(4)),
        (frame(50, 8).assign(level=None, job_family=None, rater_id=None), at(4)),
        (frame(50, 8).assign(track=None), at(4)),
        (frame(50, 8).assign(track="management"), at(4)),
        (frame(50, 8).iloc[::5], at(4)),
        (pd.concat([frame(50, 8), frame(50, 8, seed=1)]), at(4)),
    ],
)
def test_sparse_and_empty_input_gives_an_ordinary_result(output, promotions):
    declines = find_declines(output, promotions)
    assert declines.n_promoted == len(promotions) == len(declines.flags)
    assert declines.notes
    unjudged = declines.flags["effect"].isna()
    assert set(declines.flags.loc[unjudged, "pattern"]) <= UNJUDGED
    assert not declines.flags.loc[unjudged, "flagged"].any()
    assert declines.flags["reason"].str.len().gt(10).all()
    assert declines.n_judged == (~unjudged).sum()


def test_constant_output_says_so():
    declines = find_declines(frame(50, 8, value=3.0), at(4))
    assert "does not vary" in declines.flags.loc[0, "reason"]
    assert (declines.trajectories["technical_output"] == 3.0).all()


def test_too_few_peers_says_how_many():
    declines = find_declines(frame(15, 8), at(4))
    assert "to compare with; 50 are needed" in declines.flags.loc[0, "reason"]
    # What would be expected can be drawn all the same.
    assert declines.trajectories["expected"].notna().all()


def test_long_and_sparse_histories_are_judged():
    rng = np.random.default_rng(0)
    output = frame(400, 25)
    first = rng.integers(0, 21, 400)[output["person_id"]]
    output = output[(output["cycle"] >= first) & (output["cycle"] < first + 7)]
    output = output.assign(technical_output=np.round(output["technical_output"] ** 2))
    starts = output.groupby("person_id")["cycle"].min() + 4
    promotions = starts.rename("cycle").reset_index().iloc[::20]
    declines = find_declines(output, promotions)
    assert declines.n_judged >= 15
    assert not declines.flags["flagged"].any()


def test_missing_output_is_not_zero():
    output, promotions, _ = company(0, people=200, promoted=15)
    holes = pd.concat([output, output.iloc[:30].assign(cycle="2099H1", technical_output=np.nan)])
    one, other = find_declines(output, promotions), find_declines(holes, promotions)
    assert other.flags["n_after"].tolist() == one.flags["n_after"].tolist()
    infinite = holes.assign(technical_output=holes["technical_output"].fillna(np.inf))
    same(other, find_declines(infinite, promotions))


def test_repeated_rows_are_averaged_whatever_their_order():
    output, promotions, _ = company(0, people=200, promoted=15)
    twice = pd.concat([output, output.iloc[:50].assign(technical_output=40.0, level="L4")])
    declines = find_declines(twice, promotions)
    assert any("averaged" in note for note in declines.notes)
    same(declines, find_declines(twice.sample(frac=1, random_state=0), promotions))


def test_missing_columns_are_named_with_what_is_needed():
    output, promotions, _ = company(0, people=60, promoted=6)
    with pytest.raises(InputError, match=r"lacks technical_output.*Rename"):
        find_declines(output.drop(columns="technical_output"), promotions)
    with pytest.raises(InputError, match=r"promotions has person_id.*lacks cycle"):
        find_declines(output, promotions[["person_id"]])
    with pytest.raises(InputError, match="no columns"):
        find_declines(pd.DataFrame(), promotions)


def test_what_cannot_be_read_is_refused():
    output, promotions, _ = company(0, people=60, promoted=6)
    with pytest.raises(InputError, match="not a number"):
        find_declines(output.assign(technical_output="high"), promotions)
    with pytest.raises(InputError, match="one order"):
        find_declines(output, promotions.assign(cycle=7))
    with pytest.raises(SettingsError, match="fdr"):
        find_declines(output, promotions, fdr=1.5)
