import pytest

from workbench.fields import FIELD_BY_NAME, FIELDS, fields_with_role
from workbench.intake.headers.matching import normalise_header


def test_names_are_stable_identifiers_and_each_is_there_once():
    names = [field.name for field in FIELDS]
    assert len(set(names)) == len(names)
    assert all(name.isidentifier() and name == name.lower() for name in names)
    assert list(FIELD_BY_NAME) == names


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_every_field_says_what_it_means(field):
    assert field.description.endswith(".")
    assert field.minimum is None or field.maximum is None or field.minimum < field.maximum


def test_no_header_is_claimed_by_two_fields():
    owners = {}
    for field in FIELDS:
        for alias in (field.name, *field.aliases):
            key = normalise_header(alias).replace(" ", "")
            assert owners.setdefault(key, field.name) == field.name, alias


def test_shares_and_counts_have_limits():
    for field in FIELDS:
        if field.dtype in {"share", "count"}:
            assert field.minimum == 0
        if field.dtype == "share":
            assert field.maximum is not None


def test_roles_name_their_fields_in_order():
    assert fields_with_role("time") == ("cycle",)
    assert "rating_manager" in fields_with_role("rating")
    assert fields_with_role("pay", "protected")[0] == "pay_band"
