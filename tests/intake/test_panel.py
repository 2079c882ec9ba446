import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.errors import InputError, WorkbenchError
from workbench.intake.reading import read_panel


def frame(text):
    """Read a small table from text: a line a row, a bar between the cells."""
    rows = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    return pd.DataFrame(rows[1:], columns=rows[0])


def read(text, **options):
    return read_panel(frame(text), **options)


def reasons(intake, severity=None):
    problems = intake.problems
    if severity:
        problems = problems[problems["severity"] == severity]
    return set(problems["reason"])


def cell_of(intake, reason):
    found = intake.problems[intake.problems["reason"] == reason]
    return [f"{sheet}!{cell}" for sheet, cell in zip(found["sheet"], found["cell"], strict=True)]


MESSY = {
    "Read me": [["About this workbook"], ["Ratings are confidential."]],
    "Roster": [
        ["Employee ID", "Employee Name", "Work Email", "Gender", "Hire Date"],
        ["0001", "Ada King", "ada@x.org", "F", dt.date(2015, 1, 5)],
        ["0002", "Moore, Alan", "alan@x.org", "M", dt.date(2016, 2, 6)],
        ["0003", "Eve Null", "eve@x.org", "F", dt.date(2017, 3, 7)],
    ],
    "H1 2024": [
        ["Performance Reviews"],
        ["Engineering, exported 2024-07-15"],
        ["Empl ID", "Business Title", "Manager", "Overall Rating", "Commits", "Shoe Size"],
        ["0001", "Software Engineer", "Alan Moore", "Exceeds", 10, 41],
        ["0002", "Engineering Manager", None, 4, "about 3", 44],
        ["0003", "Staff Engineer", "alan@x.org", "4 - Exceeds", "#REF!", 38],
        ["Total", None, None, None, 13, None],
    ],
    "H2 2024": [
        ["Performance Reviews"],
        [],
        ["Empl ID", "Business Title", "Manager", "Overall Rating", "Commits", "Shoe Size"],
        [1, "Software Engineer", "0002", "Meets", 12, 41],
        ["0002", "Engineering Manager", None, "Too New To Rate", -4, 44],
        ["0003", "Staff Engineer", "0002", 5, 7, 38],
        ["0003", "Staff Engineer", "0002", 3, 7, 38],
    ],
}


@pytest.fixture
def messy(make_workbook):
    return read_panel(make_workbook(MESSY))


def test_a_messy_workbook_reads_right(messy):
    reviews = messy.panel.reviews
    assert reviews["person_id"].tolist() == ["0001", "0001", "0002", "0002", "0003", "0003"]
    assert reviews["cycle"].tolist() == ["2024H1", "2024H2"] * 3
    np.testing.assert_array_equal(reviews["rating_manager"], [4, 3, 4, np.nan, 4, 3])
    np.testing.assert_array_equal(reviews["commits"], [10, 12, np.nan, np.nan, np.nan, 7])
    assert reviews["rating_manager_text"].tolist()[:2] == ["Exceeds", "Meets"]
    assert reviews["manager"].dropna().tolist() == ["0002"] * 4
    assert (
        reviews["track"].tolist()
        == ["engineer"] * 2 + ["management"] * 2 + ["technical_leadership"] * 2
    )
    assert reviews["Shoe Size"].tolist() == [41, 41, 44, 44, 38, 38]
    assert reviews["hire_date"].notna().all()


def test_what_names_or_describes_people_is_with_the_people(messy):
    assert not {"name", "email", "gender"} & set(messy.panel.reviews.columns)
    people = messy.panel.people.set_index("person_id")
    assert people.loc["0003", ["name", "email", "gender"]].tolist() == [
        "Eve Null",
        "eve@x.org",
        "F",
    ]
    assert people.loc["0002", "title"] == "Engineering Manager"


def test_every_problem_has_its_sheet_and_cell(messy):
    assert cell_of(messy, "excel_error") == ["H1 2024!E6"]
    assert cell_of(messy, "not_a_number") == ["H1 2024!E5"]
    assert cell_of(messy, "impossible_number") == ["H2 2024!E5"]
    assert cell_of(messy, "total_row") == ["H1 2024!A7"]
    assert cell_of(messy, "conflicting_rows") == ["H2 2024!A7"]
    assert cell_of(messy, "two_scales")[0] == "H1 2024!D4"
    assert {"sheet_left_out", "title_rows", "id_spelled_differently"} <= reasons(messy)
    first = messy.problems.iloc[0]
    assert (first["severity"], first["person_id"], first["field"]) == ("error", "0003", "commits")
    assert first["value"] == "#REF!"


def test_the_columns_say_what_each_header_of_each_sheet_was_taken_for(messy):
    columns = messy.columns
    assert list(columns.columns) == ["sheet", "header", "field", "confidence", "how"]
    on_first = columns[columns["sheet"] == "H1 2024"].set_index("header")
    assert on_first.loc["Empl ID", ["field", "how"]].tolist() == ["person_id", "alias"]
    assert on_first.loc["Shoe Size", "field"] is None
    assert on_first.loc["Shoe Size", "how"] == "unknown"
    assert columns["confidence"].between(0, 1).all()


def test_ratings_are_one_row_each_with_the_manager_as_rater(messy):
    ratings = messy.panel.ratings
    assert list(ratings.columns) == ["person_id", "cycle", "rater_id", "kind", "rating"]
    assert len(ratings) == 5
    assert set(ratings["kind"]) == {"manager"}
    assert ratings.loc[ratings["person_id"] == "0001", "rater_id"].tolist() == ["0002", "0002"]


def test_the_same_rows_in_any_container_give_the_same_panel(make_workbook, tmp_path):
    rows = [["Employee ID", "Job Title", "Commits", "Joined", "Extra"]]
    rows += [[f"E{i}", "Engineer", i, f"2020-01-{i + 1:02d}", i * 2] for i in range(9)]
    by_sheet = make_workbook({"2024H1": rows, "2024H2": rows})
    folder = tmp_path / "folder"
    folder.mkdir()
    for cycle in ("2024H1", "2024H2"):
        make_workbook({"Sheet1": rows}, name=f"folder/reviews_{cycle}.xlsx")
    long = [["Cycle", *rows[0]]] + [[c, *row] for c in ("2024H1", "2024H2") for row in rows[1:]]
    (tmp_path / "long.csv").write_text("\n".join(",".join(map(str, row)) for row in long))
    frames = {c: pd.DataFrame(rows[1:], columns=rows[0]) for c in ("2024H1", "2024H2")}
    expected = read_panel(by_sheet).panel
    assert len(expected.reviews) == 18
    for source in (folder, tmp_path / "long.csv", frames, by_sheet.read_bytes()):
        panel = read_panel(source).panel
        pd.testing.assert_frame_equal(panel.reviews, expected.reviews)
        pd.testing.assert_frame_equal(panel.people, expected.people)


def test_shuffled_rows_give_the_same_panel():
    rng = np.random.default_rng(3)
    table = pd.DataFrame(
        {
            "Employee ID": [f"E{i}" for i in range(30)] * 2,
            "Cycle": ["2023"] * 30 + ["2024"] * 30,
            "Rating": rng.choice(["Below", "Meets", "Exceeds"], 60),
            "Commits": rng.poisson(9, 60),
        }
    )
    before = table.copy()
    one = read_panel(table).panel
    two = read_panel(table.sample(frac=1, random_state=1)).panel
    pd.testing.assert_frame_equal(one.reviews, two.reviews)
    pd.testing.assert_frame_equal(one.ratings, two.ratings)
    pd.testing.assert_frame_equal(table, before)


def test_an_unfinished_list_of_the_analyst_counts_before_the_guess():
    table = "Key | Cycle | Stuff | Commits\nE1 | 2024 | 5 | 7"
    intake = read(table, columns={"Stuff": "commits", "Commits": None, "Gone": "level"})
    assert intake.panel.reviews[["commits", "Commits"]].iloc[0].tolist() == [5, 7]
    assert "unused_mapping" in reasons(intake, "note")


def test_a_column_named_like_a_field_that_it_is_not_gets_another_name():
    intake = read(
        "Employee ID | Cycle | level | commits\nE1 | 2024 | 3 | 7", columns={"commits": None}
    )
    assert intake.panel.reviews["commits (sheet)"].tolist() == [7]
    assert "commits" not in intake.panel.reviews


def test_first_and_last_names_are_joined():
    people = read("Employee ID | First name | Last name\nE1 | Ada | King\nE2 | Bo | ").panel.people
    assert people["name"].tolist() == ["Ada King", "Bo"]


def test_year_and_half_in_two_columns_are_one_cycle():
    reviews = read(
        "Employee ID | Year | Half | Rating\nE1 | 2024 | H1 | 3\nE1 | 2024 | 2 | 4"
    ).panel.reviews
    assert reviews["cycle"].tolist() == ["2024H1", "2024H2"]


@pytest.mark.parametrize(
    ("header", "person"), [("Email", "ada@x.org"), ("Name", "Ada King"), ("Employee", "Ada King")]
)
def test_without_ids_people_are_told_apart_by_what_there_is(header, person):
    intake = read(f"{header} | Cycle | Rating\n{person} | 2024H1 | 3\n{person} | 2024H2 | 4")
    assert intake.panel.reviews["person_id"].tolist() == [person] * 2
    assert "no_person_id" in reasons(intake, "warning")


def test_a_sheet_of_names_finds_the_ids_of_the_roster():
    frames = {
        "People": frame("Employee ID | Name\nE1 | Ada King\nE2 | Bo Ng"),
        "2024H1": frame("Name | Rating\nKing, Ada | 3\nBo Ng | 4"),
    }
    assert read_panel(frames).panel.reviews["person_id"].tolist() == ["E1", "E2"]


def test_two_people_of_one_name_are_no_manager():
    frames = {
        "People": frame("Employee ID | Name\nE1 | Ada King\nE2 | Bo Ng\nE3 | Bo Ng"),
        "2024H1": frame("Employee ID | Manager\nE1 | Bo Ng\nE2 | Ada King"),
    }
    assert read_panel(frames).panel.reviews["manager"].tolist() == ["Bo Ng", "E1"]


def test_ids_that_differ_only_in_zeros_on_one_sheet_are_two_people():
    reviews = read("Employee ID | Cycle | Rating\n07 | 2024 | 3\n7 | 2024 | 4").panel.reviews
    assert reviews["person_id"].tolist() == ["07", "7"]


def test_sheets_that_complete_each_other_are_joined():
    frames = {
        "Ratings": frame("Employee ID | Cycle | Rating\nE1 | 2024H1 | 3\nE2 | 2024H1 | 4"),
        "Output": frame("Employee ID | Cycle | Commits\nE1 | 2024H1 | 5\nE3 | 2024H1 | 6"),
    }
    intake = read_panel(frames)
    np.testing.assert_array_equal(intake.panel.reviews["rating_manager"], [3, 4, np.nan])
    np.testing.assert_array_equal(intake.panel.reviews["commits"], [5, np.nan, 6])
    assert not reasons(intake) & {"conflicting_rows", "repeated_rows"}


def test_a_sheet_of_ratings_stays_row_by_row_and_its_means_reach_the_reviews():
    frames = {
        "Reviews": frame(
            "Employee ID | Cycle | Manager ID | Commits\nE1 | 2024H1 | E9 | 5\nE9 | 2024H1 | | 1"
        ),
        "Ratings": frame(
            "Employee ID | Cycle | Rater ID | Rating\n"
            "E1 | 2024H1 | E9 | 4\nE1 | 2024H1 | E2 | 3\nE1 | 2024H1 | E3 | 5\nE1 | 2024H1 | E1 | 5"
        ),
    }
    panel = read_panel(frames).panel
    kinds = dict(zip(panel.ratings["rater_id"], panel.ratings["kind"], strict=True))
    assert kinds == {"E9": "manager", "E2": "peer", "E3": "peer", "E1": "self"}
    means = panel.reviews.iloc[0][["rating_manager", "rating_peer", "rating_self"]]
    assert means.tolist() == [4, 4, 5]
    assert panel.reviews["commits"].tolist() == [5, 1]


def test_unknown_columns_of_a_sheet_of_ratings_stay_beside_the_rating():
    reviews = pd.DataFrame({"Employee ID": ["1", "2"], "Cycle": ["2024H1"] * 2, "Commits": [3, 4]})
    ratings = pd.DataFrame(
        {
            "Employee ID": ["1", "1", "2", "2"],
            "Cycle": ["2024H1"] * 4,
            "Reviewer ID": ["7", "8", "7", "8"],
            "Rating": [3, 4, 5, 2],
            "Mood of the day": ["dry", "wet", "dry", "fog"],
        }
    )
    kept = read_panel({"Reviews": reviews, "Ratings": ratings}).panel.ratings
    assert kept.set_index(["person_id", "rater_id"])["Mood of the day"].to_dict() == {
        ("1", "7"): "dry",
        ("1", "8"): "wet",
        ("2", "7"): "dry",
        ("2", "8"): "fog",
    }


def test_the_kind_of_a_rating_is_read_from_its_column():
    panel = read(
        "Employee ID | Cycle | Reviewer Type | Rater ID | Rating\n"
        "E1 | 2024 | Peer | E2 | 3\nE1 | 2024 | Line manager | E3 | 4\n"
        "E1 | 2024 | Self-review | | 5\n"
        "E1 | 2024 | Direct report | E4 | 2"
    ).panel
    assert sorted(panel.ratings["kind"]) == ["manager", "peer", "self"]
    assert panel.ratings.set_index("kind")["rater_id"].to_dict() == {
        "manager": "E3",
        "peer": "E2",
        "self": "E1",
    }
    assert panel.reviews["management_rating"].tolist() == [2]


def test_cycles_in_the_headers_become_rows():
    reviews = read(
        "Employee ID | Title | 2023 Rating | 2024 Rating\nE1 | Engineer | 3 | 4"
    ).panel.reviews
    assert reviews[["cycle", "rating_manager", "title"]].to_numpy().tolist() == [
        ["2023", 3, "Engineer"],
        ["2024", 4, "Engineer"],
    ]


def test_without_any_cycle_all_is_one_and_that_is_told():
    intake = read("Employee ID | Rating\nE1 | 3\nE2 | 4")
    assert intake.panel.reviews["cycle"].tolist() == ["current", "current"]
    assert "no_cycle" in reasons(intake, "warning")


@pytest.mark.parametrize(
    ("track", "title", "read_as"),
    [
        ("IC", "Software Engineer", "engineer"),
        ("IC", "Staff Engineer", "technical_leadership"),
        ("Manager", "Software Engineer", "management"),
        ("Technical Leadership", "", "technical_leadership"),
        ("", "Engineering Manager", "management"),
        ("Blue", "Engineering Manager", "management"),
        ("", "", None),
    ],
)
def test_the_track_is_the_sheets_own_or_the_titles(track, title, read_as):
    reviews = read(
        f"Employee ID | Cycle | Track | Job Title | Commits\nE1 | 2024 | {track} | {title} | 1"
    )
    value = reviews.panel.reviews["track"].tolist()[0]
    assert value == read_as or (read_as is None and pd.isna(value))


def test_shares_and_dates_are_read():
    table = "Employee ID | Cycle | FTE | Hire Date\nE1 | 2024 | 80% | 2020-01-02\n"
    reviews = read(f"{table}E2 | 2024 | 1 | 3 Apr 2021").panel.reviews
    assert reviews["fte"].tolist() == [0.8, 1]
    assert reviews["hire_date"].tolist() == [pd.Timestamp("2020-01-02"), pd.Timestamp("2021-04-03")]


def test_no_person_column_at_all_stops_the_work_in_words():
    with pytest.raises(InputError) as caught:
        read_panel({"Data": pd.DataFrame({"Team": ["a", "b"], "Commits": [1, 2]})})
    said = str(caught.value)
    assert '"Data" with the headers "Team", "Commits"' in said
    assert "Employee ID" in said
    assert 'columns={"its header": "person_id"}' in said


def test_a_sheet_without_people_beside_others_is_an_error_row(make_workbook):
    sheets = {
        "2024H1": [["Employee ID", "Rating"], ["E1", 3]],
        "Budget": [["Team", "Commits"], ["a", 1]],
    }
    intake = read_panel(make_workbook(sheets))
    assert cell_of(intake, "no_person_column") == ["Budget!A1"]
    assert len(intake.panel.reviews) == 1


def test_hidden_sheets_are_left_out_and_named(make_workbook):
    rows = [["Employee ID", "Rating"], ["E1", 3]]
    intake = read_panel(make_workbook({"2024H1": rows, "2023H1": rows}, hidden=["2023H1"]))
    assert intake.panel.reviews["cycle"].tolist() == ["2024H1"]
    assert cell_of(intake, "hidden_sheet") == ["2023H1!"]


def test_progress_is_told_from_nothing_to_all():
    told = []
    read_panel(pd.DataFrame({"Employee ID": ["E1"]}), progress=lambda what, done: told.append(done))
    assert told[0] == 0
    assert told[-1] == 1
    assert told == sorted(told)


def test_written_text_and_unknown_text_keep_their_lines():
    words = "First  line.\r\n\r\nThird line, at length. "
    rows = {"Employee ID": ["E1"], "Team": ["Data\nCore"], "Self Review": [words], "Own": [words]}
    review = read_panel(pd.DataFrame(rows)).panel.reviews.iloc[0]
    assert review["self_review"] == review["Own"] == "First line.\n\nThird line, at length."
    assert review["team"] == "Data Core"


cells = st.one_of(
    st.text(max_size=12), st.floats(), st.booleans(), st.dates(), st.none(), st.integers()
)
headers = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        [
            "Employee ID",
            "Cycle",
            "Rating",
            "Commits",
            "Hire Date",
            "FTE",
            "Manager",
            "Title",
            "Year",
        ]
    ),
)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(headers, min_size=1, max_size=6).flatmap(
        lambda names: st.tuples(
            st.just(names),
            st.lists(st.lists(cells, min_size=len(names), max_size=len(names)), max_size=6),
        )
    )
)
def test_any_table_is_read_or_refused_in_words(table):
    names, rows = table
    try:
        intake = read_panel(pd.DataFrame(rows, columns=names, dtype=object))
    except WorkbenchError as error:
        assert len(str(error)) > 40
        return
    reviews = intake.panel.reviews
    assert not reviews.duplicated(["person_id", "cycle"]).any()
    assert reviews[["person_id", "cycle"]].notna().all(axis=None)
    assert set(intake.problems["severity"]) <= {"error", "warning", "note"}
    assert set(reviews["person_id"]) <= set(intake.panel.people["person_id"])


def test_one_cell_that_cannot_be_read_does_not_make_it_another_column():
    intake = read("Employee ID | Cycle | Eintrittsdatum\nE1 | 2024 | soonish\nE2 | 2024 | ")
    assert cell_of(intake, "unreadable_date") == ["DataFrame!C2"]
    assert intake.columns["field"].tolist() == ["person_id", "cycle", "hire_date"]


@pytest.mark.parametrize("value", [10**400, int, 3 + 4j, object()])
def test_a_frame_may_hold_anything(value):
    table = pd.DataFrame({"Employee ID": ["a", "b"], "Cycle": ["2024"] * 2})
    for header in ("Commits", "Hire Date", "Rating", "Stuff"):
        odd = table.assign(**{header: pd.Series([value, 3], dtype=object)})
        assert len(read_panel(odd).panel.people) == 2
