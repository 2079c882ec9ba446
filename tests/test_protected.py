"""Columns that say who people are or what they earn must be known by their names."""

import pytest

from workbench.fields import fields_with_role
from workbench.protected import is_pay, is_protected


@pytest.mark.parametrize("column", [*fields_with_role("protected"), "Age (years)", "birth_year"])
def test_every_protected_field_is_known_by_its_name(column):
    assert is_protected(column)
    assert not is_pay(column)


@pytest.mark.parametrize("column", [*fields_with_role("pay"), "Base Salary", "BONUS_2024"])
def test_every_field_of_pay_is_known_by_its_name(column):
    assert is_pay(column)
    assert not is_protected(column)


@pytest.mark.parametrize(
    "column", fields_with_role("technical_output", "force_multiplier", "outcome", "rating")
)
def test_nothing_that_people_did_is_taken_for_either(column):
    assert not is_pay(column)
    assert not is_protected(column)
