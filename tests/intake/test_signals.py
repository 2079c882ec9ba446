"""Columns that an analyst counts towards a score: found under their header, or refused in words."""

import json

import pandas as pd
import pytest

import workbench
from workbench.errors import InputError
from workbench.fields import FIELD_BY_NAME, fields_with_role
from workbench.intake.overview import list_headers
from workbench.intake.profiles import ADDED_TO, PROFILE_NAME, Choices, find_profile
from workbench.intake.reading import interpret, read_panel
from workbench.intake.signals import find_kept_column, is_of_a_person
from workbench.measures.added_signals import added_measure, added_measures
from workbench.measures.force_multiplier import EVIDENCE, WRITTEN
from workbench.measures.technical_output import TECHNICAL_OUTPUT

TABLE = pd.DataFrame(
    {
        "Employee ID": ["E1", "E2", "E3"],
        "Cycle": ["2024H1"] * 3,
        "Commits": [3, 4, 5],
        "Architecture Katas": [0, 1, 0],
        "Lead Time": ["2.5", "3", ""],
        "Guild": ["Data", "Web", "Data"],
        "Base Salary": [1, 2, 3],
        "Gender": ["w", "m", "w"],
        "Age": [30, 40, 50],
        "Engagement Survey": [3.5, 4.0, 4.5],
        "Pay Band": [1, 2, 3],
    }
)


def refused(intake, header):
    problems = intake.problems
    rows = problems[(problems["value"] == header) & problems["message"].str.contains("score")]
    return rows["reason"].tolist()


def test_a_column_of_numbers_is_found_however_its_header_is_spelled():
    signals = {
        "architecture  katas": "force_multiplier",
        "Lead Time": "technical_output, less is better",
    }
    intake = read_panel(TABLE, signals=signals)
    assert intake.signals == {
        "Architecture Katas": "force_multiplier",
        "Lead Time": "technical_output, less is better",
    }
    made = added_measures(intake.panel.reviews, intake.signals)
    assert [measure.half for measure in made] == ["force_multiplier", "technical_output"]
    assert not {"unused_signal", "private_signal"} & set(intake.problems["reason"])


def test_a_field_that_no_measure_reads_can_be_added_under_its_header_or_its_name():
    for header in ("Engagement Survey", "engagement"):
        intake = read_panel(TABLE, signals={header: "force_multiplier"})
        assert intake.signals == {"engagement": "force_multiplier"}


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("Kata", "unused_signal"),
        ("Guild", "signal_without_numbers"),
        ("Employee ID", "signal_without_numbers"),
        ("Commits", "counted_signal"),
        ("commits", "counted_signal"),
        ("Base Salary", "private_signal"),
        ("Pay Band", "private_signal"),
        ("Gender", "private_signal"),
        ("Age", "private_signal"),
        ("age", "private_signal"),
    ],
)
def test_what_cannot_be_a_signal_is_a_problem_in_words(header, reason):
    intake = read_panel(TABLE, signals={header: "force_multiplier"})
    assert intake.signals == {}
    assert refused(intake, header) == [reason]


@pytest.mark.parametrize("header", ["Age Group", "Ages", "Gender Code", "Birth Year", "Sexe"])
def test_a_protected_column_is_known_by_the_look_of_its_header(header):
    table = TABLE.drop(columns=["Gender", "Age"]).assign(**{header: [1, 2, 1]})
    intake = read_panel(table, columns={header: None}, signals={header: "force_multiplier"})
    assert intake.signals == {}
    assert refused(intake, header) == ["private_signal"]
    entry = list_headers(intake).set_index("header").loc[header]
    assert not entry["addable"] and entry["added"] == ""


@pytest.mark.parametrize("name", sorted(FIELD_BY_NAME))
def test_whatever_the_scoring_refuses_never_gets_there(name):
    reviews = pd.DataFrame({"person_id": ["a"], "cycle": ["2024H1"], name: [1.0]})
    table = pd.DataFrame({"Employee ID": ["a", "b"], "Cycle": "2024H1", name: [1.0, 2.0]})
    try:
        added_measure(name, "force_multiplier")
    except InputError:
        settled = read_panel(table, signals={name: "force_multiplier"}).signals
        assert settled == {}
        assert find_kept_column(name, reviews) is None
    else:
        assert name not in fields_with_role("protected")


def test_every_field_that_a_measure_reads_counts_already():
    read = {measure.name for measure in (*TECHNICAL_OUTPUT, *EVIDENCE)}
    for name in read - {piece for piece in read if piece.startswith(WRITTEN)}:
        table = pd.DataFrame({"Employee ID": ["a", "b"], "Cycle": "2024H1", name: [1.0, 2.0]})
        assert refused(read_panel(table, signals={name: "technical_output"}), name) == [
            "counted_signal"
        ]


def test_words_of_other_things_are_no_protected_ones():
    assert not any(is_of_a_person(each) for each in ("Pages Written", "Usage", "Coverage Percent"))


@pytest.mark.parametrize("added_to", ["team_learning", "", "less is better", 3])
def test_what_a_column_can_be_added_to_is_said(added_to):
    with pytest.raises(InputError, match="force_multiplier, less is better"):
        read_panel(TABLE, signals={"Architecture Katas": added_to})


def test_a_header_that_is_spelled_like_a_field_and_kept_can_be_added():
    intake = read_panel(TABLE, columns={"Commits": None}, signals={"Commits": "force_multiplier"})
    assert list(intake.signals) == ["Commits"]
    named = TABLE.rename(columns={"Commits": "commits"})
    intake = read_panel(named, columns={"commits": None}, signals={"commits": "force_multiplier"})
    assert list(intake.signals) == ["commits (sheet)"]
    assert added_measures(intake.panel.reviews, intake.signals)[0].name == "commits (sheet)"


def test_later_choices_take_a_signal_out_again():
    added = Choices(signals={"Architecture Katas": "force_multiplier"})
    intake = read_panel(TABLE, choices=added)
    assert intake.signals
    out = added.then(Choices(signals={"architecture katas": None}))
    assert out.signals == {"architecture katas": None}
    assert interpret(intake.reading, out).signals == {}
    assert added.then(Choices(hidden=True)).signals == added.signals


def test_signals_are_remembered_beside_the_data(tmp_path):
    TABLE.to_csv(tmp_path / "reviews 2024.csv", index=False)
    choices = Choices(signals={"Architecture Katas": "force_multiplier, less is better"})
    workbench.load(tmp_path / "reviews 2024.csv", choices=choices).remember()
    TABLE.assign(Cycle="2025H1").to_csv(tmp_path / "reviews 2025.csv", index=False)
    later = workbench.load(tmp_path / "reviews 2025.csv")
    assert later.intake.signals == {"Architecture Katas": "force_multiplier, less is better"}
    assert find_profile(tmp_path, list(TABLE)).signals == choices.signals


def test_profiles_of_earlier_versions_are_read_and_damaged_ones_refused(tmp_path):
    TABLE.to_csv(tmp_path / "reviews.csv", index=False)
    path = workbench.load(tmp_path / "reviews.csv").remember()
    content = json.loads(path.read_text())
    content["profiles"][0].pop("signals")
    path.write_text(json.dumps(content))
    assert find_profile(tmp_path, list(TABLE)).signals == {}
    for damage in ({"Architecture Katas": "nothing"}, ["x"], {"Architecture Katas": ["x"]}):
        content["profiles"][0]["signals"] = damage
        (tmp_path / PROFILE_NAME).write_text(json.dumps(content))
        with pytest.raises(InputError, match="is no profile that can be read"):
            find_profile(tmp_path, list(TABLE))


def test_the_list_of_headers_says_what_can_be_added_and_what_is():
    intake = read_panel(TABLE, signals={"Lead Time": "technical_output, less is better"})
    headers = list_headers(intake).set_index("header")
    addable = headers.index[headers["addable"]].tolist()
    assert addable == ["Architecture Katas", "Lead Time"]
    assert headers["added"].replace("", pd.NA).dropna().to_dict() == {
        "Lead Time": "technical_output, less is better"
    }


def test_everything_that_can_be_said_can_be_scored():
    for added_to in ADDED_TO:
        intake = read_panel(TABLE, signals={"Architecture Katas": added_to})
        (measure,) = added_measures(intake.panel.reviews, intake.signals)
        assert measure.half == added_to.split(",")[0]
        assert measure.higher_is == ("worse" if "less" in added_to else "better")
