"""A row for each question: the question becomes the header."""

import numpy as np
import pandas as pd
import pytest

from workbench.intake.reading import read_panel

ROWS = [
    # person, cycle, rater, relation, question, answer
    ("E1", "2024H1", "E9", "Manager", "Overall performance rating", 4),
    ("E1", "2024H1", "E2", "Peer", "Overall performance rating", 3),
    ("E1", "2024H1", "E3", "Peer", "Overall performance rating", 5),
    ("E1", "2024H1", "E1", "Self", "Overall performance rating", 5),
    ("E2", "2024H1", "E9", "Manager", "Overall performance rating", 2),
    ("E1", "2024H1", "E9", "Manager", "Potential", 3),
    ("E2", "2024H1", "E9", "Manager", "Potential", 4),
    ("E1", "2024H1", "E9", "Manager", "Works well with others", 3),
    ("E1", "2024H1", "E2", "Peer", "Works well with others", 5),
    ("E2", "2024H1", "E9", "Manager", "Works well with others", 4),
    ("E1", "2024H1", "E9", "Manager", "What went well?", "Led the migration."),
    ("E1", "2024H1", "E2", "Peer", "What went well?", "Helped us twice."),
]
NAMES = ["Employee ID", "Review Cycle", "Reviewer ID", "Relationship", "Question", "Answer"]


@pytest.fixture
def pivoted():
    return read_panel(pd.DataFrame(ROWS, columns=NAMES).astype(object))


def test_a_question_about_the_rating_is_the_rating(pivoted):
    ratings = pivoted.panel.ratings
    kinds = ratings[ratings["person_id"] == "E1"].groupby("kind")["rating"].apply(sorted)
    assert kinds.to_dict() == {"manager": [4], "peer": [3, 5], "self": [5]}
    reviews = pivoted.panel.reviews.set_index("person_id")
    assert reviews["rating_manager"].to_dict() == {"E1": 4, "E2": 2}
    assert reviews.loc["E1", "rating_peer"] == 4
    assert reviews["potential"].to_dict() == {"E1": 3, "E2": 4}


def test_other_questions_are_kept_under_their_own_words(pivoted):
    reviews = pivoted.panel.reviews.set_index("person_id")
    assert reviews["Works well with others"].to_dict() == {"E1": 4, "E2": 4}
    assert set(reviews.loc["E1", "What went well?"].split("\n")) == {
        "Led the migration.",
        "Helped us twice.",
    }


def test_problems_keep_the_address_of_the_answer():
    table = pd.DataFrame(ROWS, columns=NAMES).astype(object)
    table.loc[6, "Answer"] = "purple"
    problems = read_panel(table).problems
    found = problems[problems["reason"] == "unknown_rating"]
    assert found[["cell", "person_id", "field"]].to_numpy().tolist() == [["F8", "E2", "potential"]]


def test_the_questions_are_listed_with_the_headers_and_can_be_decided():
    table = pd.DataFrame(ROWS, columns=NAMES).astype(object)
    intake = read_panel(table, columns={"Works well with others": "multiplier_rating"})
    listed = intake.columns.set_index("header")["field"]
    assert listed["Overall performance rating"] == "rating_manager"
    assert listed["Works well with others"] == "multiplier_rating"
    assert intake.panel.reviews["multiplier_rating"].tolist() == [4, 4]


def test_answers_before_and_after_calibration_are_both_kept():
    table = pd.DataFrame(
        {
            "Employee email": ["a@x.org", "b@x.org"] * 2,
            "Review cycle": ["2024H1"] * 4,
            "Question": ["Performance"] * 2 + ["Potential"] * 2,
            "Respondent": ["m@x.org"] * 4,
            "Original answer": [3, 4, 2, 5],
            "Calibrated answer": [4, 4, 3, 5],
        }
    ).astype(object)
    reviews = read_panel(table).panel.reviews
    assert reviews["rating_original"].tolist() == [3, 4]
    assert reviews["rating_calibrated"].tolist() == [4, 4]
    assert reviews["potential"].tolist() == [3, 5]
    assert reviews["Potential: Original answer"].tolist() == [2, 5]


def test_comments_on_answers_are_kept_by_question():
    table = pd.DataFrame(
        [
            ("E1", "2024", "Rating", 4, "strong"),
            ("E1", "2024", "Potential", 3, "soon"),
            ("E2", "2024", "Rating", 2, "new"),
            ("E2", "2024", "Potential", 5, "now"),
        ],
        columns=["Employee ID", "Cycle", "Question", "Response", "Why"],
    ).astype(object)
    reviews = read_panel(table).panel.reviews
    assert reviews["Rating: Why"].tolist() == ["strong", "new"]
    assert reviews["Potential: Why"].tolist() == ["soon", "now"]
    np.testing.assert_array_equal(reviews["rating_manager"], [4, 2])
