"""Labels: with names off, no text that is shown for a person or a manager is a name."""

import pandas as pd
import pytest

import workbench
from workbench.exports.labels import label_people


def panel_of(**columns):
    table = {name.replace("_", " "): values for name, values in columns.items()}
    return workbench.load(pd.DataFrame({"Cycle": "2024", **table})).panel


def test_with_names_everybody_who_has_one_is_called_by_it():
    panel = panel_of(Employee_ID=["E1", "E2"], Employee_Name=["Ada Berg", None])
    assert label_people(panel, names=True) == {"E1": "Ada Berg (E1)"}
    assert label_people(panel, names=False) == {}


@pytest.mark.parametrize("stranger", ["Cy Dahl", "Dahl, Cy", "cy.dahl@company.example"])
def test_a_manager_of_whom_there_is_no_row_is_not_called_by_name(stranger):
    panel = panel_of(
        Employee_ID=["E1", "E2", "E3"],
        Employee_Name=["Ada Berg", "Bo Ek", "Di Falk"],
        Manager=[stranger, "Ada Berg", "M-0017"],
    )
    assert label_people(panel, names=False) == {stranger: "Manager 1 (not in the list)"}


@pytest.mark.parametrize(
    "who",
    [
        {"Employee_Name": ["Bo Ek", "Ada Berg"]},
        {"Work_Email": ["bo@company.example", "ada@company.example"]},
    ],
)
def test_who_has_no_id_but_a_name_or_an_address_gets_a_number(who):
    labels = label_people(panel_of(**who), names=False)
    assert sorted(labels.values()) == ["Person 1", "Person 2"]
    assert set(labels) == {value for values in who.values() for value in values}
