"""What must not change a finding, from the tables to the flags, bit for bit."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

import workbench
from workbench import Calibration

Tables = dict[str, pd.DataFrame]
PROTECTED = ["Gender", "Ethnicity", "Date of Birth"]


@pytest.fixture(scope="module")
def tables() -> Tables:
    return workbench.make_company(people=180, cycles=9, seed=11).tables


@pytest.fixture(scope="module")
def before(tables: Tables) -> Calibration:
    return workbench.load(tables)


def permute_protected(tables: Tables) -> Tables:
    rng = np.random.default_rng(1)
    roster = tables["Roster"].copy()
    for column in PROTECTED:
        roster[column] = roster[column].to_numpy()[rng.permutation(len(roster))]
    return {**tables, "Roster": roster}


def drop_protected(tables: Tables) -> Tables:
    return {**tables, "Roster": tables["Roster"].drop(columns=PROTECTED)}


def shuffle_rows(tables: Tables) -> Tables:
    return {name: table.sample(frac=1, random_state=2) for name, table in tables.items()}


def change_units(tables: Tables) -> Tables:
    return {
        **tables,
        "Reviews": tables["Reviews"].assign(Commits=tables["Reviews"]["Commits"] * 10),
    }


def add_columns(tables: Tables) -> Tables:
    rng = np.random.default_rng(3)
    reviews = tables["Reviews"]
    noise = {"Shoe Size": rng.integers(36, 47, len(reviews)), "Desk": "by the window"}
    return {**tables, "Reviews": reviews.assign(**noise)}


CHANGES = [permute_protected, drop_protected, shuffle_rows, change_units, add_columns]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_nothing_found_changes(
    tables: Tables, before: Calibration, change: Callable[[Tables], Tables]
) -> None:
    changed = change(tables)
    assert any(not changed[name].equals(tables[name]) for name in tables)
    after = workbench.load(changed)
    pd.testing.assert_frame_equal(after.scores, before.scores, check_exact=True)
    pd.testing.assert_frame_equal(after.declines.flags, before.declines.flags, check_exact=True)
    pd.testing.assert_frame_equal(
        after.declines.trajectories, before.declines.trajectories, check_exact=True
    )


def test_there_is_something_to_change(before: Calibration) -> None:
    assert before.declines.n_judged > 3
    assert before.scores["technical_output"].notna().sum() > 1000
