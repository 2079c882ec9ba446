"""The whole flow, from tables to findings: what must change them, and what must not."""

from dataclasses import fields, replace
from functools import cached_property

import numpy as np
import pandas as pd
import pytest

import workbench
from workbench import calibration as flow
from workbench.calibration import Calibration
from workbench.ladder import ROLES
from workbench.settings import Settings


@pytest.fixture(scope="module")
def company():
    return workbench.make_company(people=300, cycles=8, seed=11)


@pytest.fixture(scope="module")
def found(company):
    return workbench.load(company.tables)


@pytest.fixture(scope="module")
def little():
    """A small company, for what is asked of every step or setting in turn."""
    return workbench.load(workbench.make_company(people=150, cycles=6, seed=11).tables)


def _same(one, other):
    pd.testing.assert_frame_equal(one.declines.flags, other.declines.flags, check_exact=True)
    pd.testing.assert_frame_equal(
        one.candidates.members, other.candidates.members, check_exact=True
    )
    pd.testing.assert_frame_equal(one.scores, other.scores, check_exact=True)
    pd.testing.assert_frame_equal(one.coverage.teams, other.coverage.teams, check_exact=True)
    pd.testing.assert_frame_equal(
        one.track_plan.assignments, other.track_plan.assignments, check_exact=True
    )
    pd.testing.assert_frame_equal(one.parity.tracks, other.parity.tracks, check_exact=True)


def test_frames_have_their_promised_columns(found):
    promised = {
        "columns": "sheet header field confidence how",
        "problems": "severity reason sheet cell person_id field value message",
        "promotions": "person_id cycle kind from_title to_title source",
        "scores": "person_id cycle technical_output force_multiplier durable_solutions "
        "integration_foresight long_term_design team_learning customer_rescue prototypes_ahead",
    }
    for name, columns in promised.items():
        frame = getattr(found, name)
        assert list(frame.columns)[: len(columns.split())] == columns.split()
    flags = "person_id cycle effect low high p_value q_value flagged pattern reason"
    assert list(found.declines.flags.columns)[:10] == flags.split()
    members = "person_id cluster role probability stability reasons"
    assert list(found.candidates.members.columns)[:6] == members.split()
    teams = "team people_managers technical_leaders covered since"
    assert list(found.coverage.teams.columns)[:5] == teams.split()
    assert set(found.parity.tracks["track"]) == {"engineer", "technical_leadership", "management"}
    assignments = set("person_id role team paired_with score reason".split())
    assert assignments <= set(found.track_plan.assignments)


def test_planted_promotions_are_found(company, found):
    planted = company.truth.declines[["person_id", "cycle"]]
    seen = found.promotions.loc[found.promotions["kind"] == "to_management", planted.columns]
    pd.testing.assert_frame_equal(
        seen.sort_values("person_id", ignore_index=True), planted, check_dtype=False
    )


def test_flags_are_mostly_planted_declines():
    flagged, wrong, found = 0, 0, 0
    for seed in range(4):
        company = workbench.make_company(seed=seed)
        flags = workbench.load(company.tables).declines.flags
        fell = company.truth.declines.set_index("person_id")["declined"]
        hits = fell.reindex(flags.loc[flags["flagged"], "person_id"])
        flagged, wrong, found = flagged + len(hits), wrong + (~hits).sum(), found + hits.sum()
    assert flagged > 30
    # One in ten is accepted; of 30 flags more than 7 wrong ones would be a 1 in 100 accident.
    assert wrong <= 0.22 * flagged


def test_people_with_a_planted_role_are_named(company, found):
    planted = company.truth.roles.set_index("person_id")["role"].isin(ROLES)
    members = found.candidates.members
    named = members.loc[members["role"].isin(ROLES), "person_id"]
    assert planted.reindex(named).mean() > 0.8


def test_protected_attributes_change_nothing(company, found):
    rng = np.random.default_rng(0)
    roster = company.tables["Roster"].copy()
    for column in ("Gender", "Ethnicity", "Date of Birth"):
        roster[column] = rng.permutation(roster[column])
    _same(found, workbench.load({**company.tables, "Roster": roster}))


def test_the_order_of_rows_changes_nothing(company, found):
    shuffled = {
        name: table.sample(frac=1, random_state=3).reset_index(drop=True)
        for name, table in company.tables.items()
    }
    _same(found, workbench.load(shuffled))


def test_the_unit_of_a_measure_changes_no_flag(company, found):
    reviews = company.tables["Reviews"].assign(Commits=lambda t: t["Commits"] * 10)
    again = workbench.load({**company.tables, "Reviews": reviews})
    pd.testing.assert_frame_equal(found.declines.flags, again.declines.flags, check_exact=True)


def test_a_column_that_nobody_asked_for_changes_nothing(company, found):
    reviews = company.tables["Reviews"].assign(**{"Desk Height": 72.5})
    again = workbench.load({**company.tables, "Reviews": reviews})
    assert "Desk Height" in again.panel.reviews
    _same(found, again)


def test_a_column_that_an_analyst_adds_is_a_signal_of_its_own(company, found):
    rng = np.random.default_rng(5)
    reviews = company.tables["Reviews"]
    katas = reviews.assign(**{"Architecture Katas": rng.poisson(2, len(reviews))})
    added = workbench.load(
        {**company.tables, "Reviews": katas}, signals={"Architecture Katas": "force_multiplier"}
    )
    for frame in (added.scores, added.signals, added.candidates.profiles):
        assert "Architecture Katas" in frame
    assert "Architecture Katas" in set(added.standings["measure"])
    pd.testing.assert_frame_equal(found.output, added.output, check_exact=True)
    counted = workbench.load(
        {**company.tables, "Reviews": katas}, signals={"Architecture Katas": "technical_output"}
    )
    assert not counted.output["technical_output"].equals(found.output["technical_output"])
    assert counted.output["rests_on"].astype(str).str.contains("Architecture Katas").any()


def test_what_is_written_moves_signals_and_no_flag(company, found):
    silent = company.tables["Reviews"].drop(
        columns=["Self Review", "Manager Review", "Peer Feedback"], errors="ignore"
    )
    without = workbench.load({**company.tables, "Reviews": silent})
    assert without.written.quotes.empty
    assert not found.written.quotes.empty
    pd.testing.assert_frame_equal(found.declines.flags, without.declines.flags, check_exact=True)
    assert not found.scores["team_learning"].equals(without.scores["team_learning"])


def test_a_plan_with_a_wish_leaves_the_plan_as_it_was(found):
    before = found.track_plan.assignments
    person = before["person_id"].iloc[0]
    other = found.plan(excluded_people=[person])
    assert person not in set(other.assignments["person_id"])
    assert other.total <= found.track_plan.total
    pd.testing.assert_frame_equal(found.track_plan.assignments, before)


def test_tables_that_were_passed_in_stay_as_they_were(company):
    before = {name: table.copy(deep=True) for name, table in company.tables.items()}
    calibration = workbench.load(company.tables)
    assert len(calibration.declines.flags) and len(calibration.candidates.members)
    for name, table in before.items():
        pd.testing.assert_frame_equal(table, company.tables[name])


def test_reviews_hold_no_name_pay_or_protected_attribute(company, found):
    held = {str(value) for column in found.panel.reviews for value in found.panel.reviews[column]}
    roster = company.tables["Roster"]
    for column in ("Employee Name", "Work Email", "Gender", "Ethnicity", "Pay Band"):
        assert not held & set(roster[column].astype(str))


def test_other_thresholds_are_another_calibration(found):
    strict = found.with_settings(Settings(fdr=0.01))
    assert strict.declines.flags["flagged"].sum() < found.declines.flags["flagged"].sum()
    assert strict.declines.fdr == 0.01
    assert found.settings.fdr == 0.10


MOVED = {
    "fdr": 0.02,
    "min_post_cycles": 3,
    "interval_level": 0.8,
    "min_cohort": 40,
    "recent_cycles": 2,
    "pool_willing_managers": 0,
    "min_text_similarity": 0.9,
    "same_team_weight": 0.0,
    "min_group_size": 12,
}


@pytest.mark.parametrize("setting", sorted(MOVED))
def test_moving_one_setting_gives_bit_for_bit_what_starting_afresh_gives(little, setting):
    # Every step is there to be taken over.
    assert len(little.track_plan.assignments) and len(little.parity.tracks)
    settings = replace(little.settings, **{setting: MOVED[setting]})
    moved, afresh = little.with_settings(settings), Calibration(little.intake, settings)
    _same(moved, afresh)
    pd.testing.assert_frame_equal(moved.signals, afresh.signals, check_exact=True)
    pd.testing.assert_frame_equal(
        moved.declines.trajectories, afresh.declines.trajectories, check_exact=True
    )
    assert moved.declines.notes == afresh.declines.notes


def test_moving_the_bar_of_a_decline_keeps_the_fit(found):
    fit, scores, declines = found.decline_fit, found.scores, found.declines
    moved = found.with_settings(replace(found.settings, fdr=0.02, min_post_cycles=3))
    assert moved.decline_fit is fit
    assert moved.scores is scores
    assert moved.declines is not declines
    back = moved.with_settings(found.settings)
    assert back.decline_fit is fit
    pd.testing.assert_frame_equal(back.declines.flags, declines.flags, check_exact=True)
    fewer = found.with_settings(replace(found.settings, max_clusters=2))
    assert fewer.declines is declines
    other_scores = found.with_settings(replace(found.settings, min_cohort=40))
    assert other_scores.decline_fit is not fit


class Watched(Settings):
    """Settings that remember which of them were looked at."""

    def __getattribute__(self, name):
        if name != "seen" and name in {each.name for each in fields(Settings)}:
            Watched.seen.add(name)
        return super().__getattribute__(name)


Watched.seen = set()


@pytest.mark.parametrize("step", sorted(flow._RESTS_ON))
def test_each_step_looks_at_the_settings_that_it_says(little, step):
    calibration = Calibration(little.intake, Watched())
    Watched.seen.clear()
    getattr(calibration, step)
    assert Watched.seen == flow._settings_behind(step)


def test_every_cached_step_says_what_it_rests_on():
    steps = {name for name, each in vars(Calibration).items() if isinstance(each, cached_property)}
    assert steps == set(flow._RESTS_ON)


def test_the_messy_workbook_says_the_same_as_the_clean_one(samples):
    clean = workbench.load(samples / "clean_company.xlsx")
    messy = workbench.load(samples / "messy_company.xlsx")
    keys = ["person_id", "cycle"]
    assert clean.problems.empty
    assert messy.panel.reviews[keys].equals(clean.panel.reviews[keys])
    effects = [each.declines.flags.set_index("person_id")["effect"] for each in (clean, messy)]
    assert (effects[0] - effects[1]).abs().max() < 0.25


def test_without_promotions_and_signals_there_is_a_result_that_says_so():
    reviews = pd.DataFrame(
        {
            "Employee ID": [f"{n:03d}" for n in range(40)] * 3,
            "Cycle": ["2023H1"] * 40 + ["2023H2"] * 40 + ["2024H1"] * 40,
            "Job Title": "Software Engineer",
            "Commits": list(range(120)),
        }
    )
    calibration = workbench.load(reviews)
    assert calibration.declines.flags.empty
    assert calibration.declines.notes
    assert calibration.candidates.members["role"].eq("No role").all()


def test_one_cycle_without_measures_is_read_and_said(tmp_path):
    path = tmp_path / "ratings 2024 H1.csv"
    path.write_text("Employee ID,Job Title,Rating\n1,Engineer,3\n2,Engineering Manager,4\n")
    calibration = workbench.load(path)
    assert calibration.panel.reviews["cycle"].tolist() == ["2024H1", "2024H1"]
    assert calibration.declines.n_judged == 0
    assert calibration.scores["technical_output"].isna().all()
    assert not calibration.candidates.members["role"].isin(ROLES).any()
