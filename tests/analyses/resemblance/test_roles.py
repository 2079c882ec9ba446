"""Roles: the profile decides the family, level and reach the rung."""

import numpy as np
import pandas as pd
import pytest

from workbench.analyses.groups.clusters import Clusters
from workbench.analyses.resemblance.roles import (
    NO_ROLE,
    ROLE_PROFILES,
    SIGNALS,
    open_rungs,
    profile_clusters,
    resemble_roles,
)
from workbench.ladder import ROLES

ARCHITECT = [0.0, 1.6, 1.2, 2.0, 0.4, 0.0, 0.6]
PRINCIPAL = [0.0, 1.6, 1.8, 2.0, 1.2, 0.3, 1.6]


def scores(*rows: list[float]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=list(SIGNALS))


def name(row: list[float], level: float = np.nan, others: tuple[float, ...] = (), top=False) -> str:
    people = scores(row, *[[0.0] * 7 for _ in others])
    levels = np.array([level, *others])
    opened = open_rungs(people, levels, np.array([top, *(False for _ in others)]), 0.9)
    return resemble_roles(people, opened, 0.5).names[0]


def test_reach_lifts_an_architect_and_lack_of_it_holds_one() -> None:
    assert name(ARCHITECT) == "Software Architect"
    assert name(PRINCIPAL) == "Principal Architect"


def test_level_holds_an_architect_of_reach_in_the_lower_half() -> None:
    assert name(PRINCIPAL, 5.0, (4.0, 5.0, 6.0)) == "Principal Architect"
    assert name(PRINCIPAL, 3.0, (4.0, 5.0, 6.0)) == "Software Architect"
    # An unknown level is no low one.
    assert name(PRINCIPAL, np.nan, (4.0, 5.0, 6.0)) == "Principal Architect"


def test_the_top_rungs_take_the_highest_level() -> None:
    assert name(PRINCIPAL, 7.0, (4.0, 5.0), top=True) in ROLES[3:]
    assert name(PRINCIPAL, 7.0, (4.0, 5.0)) == "Principal Architect"


def test_no_level_and_no_reach_makes_an_architect_of_a_lead() -> None:
    lead = [1.0, 1.0, 1.2, 0.4, 2.0, 1.6, 1.0]
    assert name(lead, 7.0, (4.0, 5.0)) == "Lead Engineer"


def test_somebody_in_the_middle_has_no_role() -> None:
    assert name([0.1, -0.1, 0.0, 0.1, 0.0, -0.1, 0.1]) == NO_ROLE


def test_a_second_group_of_the_same_kind_has_the_role_too() -> None:
    lead, quiet = [0.8, 0.8, 0.0, 0.0, 2.0, 1.2, 0.0], [-1.0] * 7
    people = scores(*[lead] * 4, *[[0.9 * each for each in lead]] * 3, *[quiet] * 5)
    labels = np.repeat([0, 1, 2], [4, 3, 5])
    clusters = Clusters(labels, np.ones(12), np.ones(3), (), ())
    opened = np.tile([profile.role == "Lead Engineer" for profile in ROLE_PROFILES], (12, 1))
    found, profiles = profile_clusters(people, opened, clusters, 0.5)
    assert profiles["role"].tolist() == ["Lead Engineer", "Lead Engineer", NO_ROLE]
    assert profiles["n"].tolist() == [4, 3, 5]
    assert profiles["similarity"].iloc[:2].ge(0.5).all()
    assert found.tolist() == labels.tolist()


def test_similarities_are_told_of_closed_rungs_too() -> None:
    people = scores(PRINCIPAL)
    none = np.zeros((1, len(ROLE_PROFILES)), dtype=bool)
    found = resemble_roles(people, none, 0.5)
    assert found.names == [NO_ROLE] and found.nearest.tolist() == [-1]
    assert not np.isnan(found.similarities).any()
    assert not found.considered.any()


@pytest.mark.parametrize("signal", SIGNALS)
def test_an_unknown_signal_leaves_the_others_to_speak(signal: str) -> None:
    people = scores(PRINCIPAL).assign(**{signal: np.nan})
    opened = np.ones((1, len(ROLE_PROFILES)), dtype=bool)
    opened[:, 3:5] = False
    assert resemble_roles(people, opened, 0.5).names == ["Principal Architect"]
