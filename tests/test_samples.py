"""The made-up company must have the traps that real data has, and tell the truth about them."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import workbench
from workbench.errors import SettingsError
from workbench.ladder import track_of_title
from workbench.measures.phrases import read_catalogue
from workbench.measures.sentences import split_sentences
from workbench.measures.written_evidence import read_written_evidence


@pytest.fixture(scope="module")
def company():
    return workbench.make_company(seed=3)


def _relative_output(company):
    """Log commits within job family and cycle, by cycles since the promotion."""
    reviews = company.tables["Reviews"]
    output = np.log1p(reviews["Commits"])
    cohort = [reviews["Review Cycle"], reviews["Job Family"]]
    standing = output - output.groupby(cohort).transform("mean")
    order = {label: t for t, label in enumerate(sorted(reviews["Review Cycle"].unique()))}
    truth = company.truth.declines.set_index("person_id")
    rows = reviews["Employee ID"].isin(truth.index)
    who = reviews.loc[rows, "Employee ID"]
    return pd.DataFrame(
        {
            "since": reviews.loc[rows, "Review Cycle"].map(order)
            - who.map(truth["cycle"]).map(order),
            "declined": who.map(truth["declined"]),
            "standing": standing[rows],
        }
    )


def test_same_seed_same_company():
    one, two = (workbench.make_company(60, 4, seed=5) for _ in range(2))
    for name, table in one.tables.items():
        pd.testing.assert_frame_equal(table, two.tables[name])
    other = workbench.make_company(60, 4, seed=6)
    assert not one.tables["Reviews"]["Commits"].equals(other.tables["Reviews"]["Commits"])


def test_size_is_what_was_asked(company):
    assert len(company.tables["Roster"]) == 400
    assert company.tables["Reviews"]["Review Cycle"].nunique() == 8
    assert not company.tables["Reviews"].duplicated(["Employee ID", "Review Cycle"]).any()


def test_people_are_promoted_on_recent_output():
    seen = pd.concat(_relative_output(workbench.make_company(seed=seed)) for seed in range(6))
    before = seen.loc[seen["since"].isin([-2, -1]), "standing"].mean()
    assert before > 0.3  # everyone's mean is 0


def test_output_falls_back_even_where_nothing_was_planted():
    seen = pd.concat(
        _relative_output(workbench.make_company(seed=seed, decline_share=0.0)) for seed in range(16)
    )
    before = seen.loc[seen["since"].isin([-2, -1]), "standing"].mean()
    after = seen.loc[seen["since"].isin([1, 2]), "standing"].mean()
    assert after < before - 0.1


def test_planted_declines_are_in_the_tables():
    seen = pd.concat(_relative_output(workbench.make_company(seed=seed)) for seed in range(6))
    change = {}
    for declined, rows in seen.groupby("declined"):
        after = rows.loc[rows["since"].between(0, 3), "standing"].mean()
        change[declined] = after - rows.loc[rows["since"].between(-2, -1), "standing"].mean()
    assert change[True] < change[False] - 0.4


def test_counts_are_skewed_with_zeros_and_gaps(company):
    reviews = company.tables["Reviews"]
    docs = reviews["Design Docs"]
    assert docs.skew() > 1
    assert (docs == 0).mean() > 0.2
    assert 0.01 < docs.isna().mean() < 0.1
    assert (docs.dropna() == docs.dropna().round()).all()


def test_people_come_and_go(company):
    reviews = company.tables["Reviews"]
    cycles = reviews["Review Cycle"]
    seen = reviews.groupby("Employee ID")["Review Cycle"].agg(["min", "max"])
    assert (seen["min"] > cycles.min()).sum() > 20
    assert (seen["max"] < cycles.max()).sum() > 20


def test_titles_tell_the_planted_promotions(company):
    reviews = company.tables["Reviews"].sort_values("Review Cycle")
    track = reviews["Job Title"].map(track_of_title)
    managing = reviews[track == "management"].groupby("Employee ID")["Review Cycle"].first()
    for row in company.truth.declines.itertuples():
        assert managing[row.person_id] == row.cycle


def test_severe_raters_rate_lower():
    company = workbench.make_company(people=300, cycles=8, seed=2)
    ratings = company.tables["Ratings"]
    given = ratings[ratings["Reviewer Type"] == "Manager"].groupby("Reviewer ID")["Rating"]
    mean = given.mean()[given.size() >= 15]
    severity = company.truth.raters.set_index("rater_id")["severity"].reindex(mean.index)
    assert np.corrcoef(mean, severity)[0, 1] < -0.4


@pytest.mark.parametrize(
    "asked", [{"people": 5}, {"cycles": 1}, {"missing_share": 12}, {"promoted_share": -0.1}]
)
def test_an_impossible_company_is_refused_in_words(asked):
    with pytest.raises(SettingsError, match=r"given|asked for"):
        workbench.make_company(**asked)


@pytest.mark.parametrize("seed", range(5))
def test_small_companies_hold_together(seed):
    company = workbench.make_company(people=30, cycles=2, seed=seed)
    assert len(company.tables["Reviews"]) > 30


def test_what_people_write_changes_no_number():
    # Taken down before anybody wrote a word.
    tables = workbench.make_company(60, 4, seed=1).tables
    ratings = tables["Ratings"]["Rating"]
    assert tables["Reviews"]["Commits"].sum() == 10057
    assert len(ratings) == 708
    assert (ratings * np.arange(1, len(ratings) + 1)).sum() == 793320


def test_the_written_columns_are_known_and_raise_no_problem(company):
    loaded = workbench.load(company.tables)
    fields = loaded.columns.set_index("header")["field"]
    assert fields[["Self Review", "Manager Review", "Peer Feedback"]].tolist() == [
        "self_review",
        "manager_review",
        "peer_feedback",
    ]
    assert fields["Upward Rating"] == "management_rating"
    assert fields["Team Engagement Score"] == "team_engagement"
    assert not loaded.problems["field"].isin([*fields]).any()


def test_texts_are_many_and_differ_from_writer_to_writer(company):
    reviews = company.tables["Reviews"]
    assert reviews["Self Review"].notna().all()
    assert reviews["Self Review"].nunique() > 0.9 * len(reviews)
    for column in ("Manager Review", "Peer Feedback"):
        assert 0.5 < reviews[column].notna().mean() < 0.95
    told = reviews["Manager Review"].str.len().groupby(reviews["Manager ID"])
    length = told.mean()[told.size() >= 20]
    assert length.max() > 1.5 * length.min()
    pasted = reviews.groupby("Employee ID")["Self Review"].agg(["size", "nunique"])
    always = pasted[pasted["size"] > 3]
    assert 0.01 < (always["nunique"] == 1).mean() < 0.15


def test_texts_tell_of_the_planted_signals_beyond_chance_but_not_surely():
    company = workbench.make_company(seed=3)
    written = read_written_evidence(workbench.load(company.tables).panel.reviews)
    scores = written.scores.groupby("person_id").mean(numeric_only=True)
    role = company.truth.roles.set_index("person_id")["role"].reindex(scores.index)
    for planted, signal in [
        ("Lead Engineer", "team_learning"),
        ("Lead Engineer", "customer_rescue"),
        ("Software Architect", "integration_foresight"),
        ("Principal Architect", "prototypes_ahead"),
    ]:
        score = scores[f"written_{signal}"]
        right = (
            score[role == planted].to_numpy()[:, None] > score[role == "None"].to_numpy()
        ).mean()
        assert 0.75 < right < 1.0, (planted, signal, right)
    assert set(written.quotes["kind"]) == {"deed", "wish", "negation"}
    assert set(written.quotes["source"]) == {"self_review", "manager_review", "peer_feedback"}


def test_no_text_is_copied_from_what_the_reader_of_texts_is_judged_by(company):
    labelled = pd.read_csv(Path(__file__).parent / "measures" / "labelled_sentences.csv")
    examples = {phrase.example for phrase in read_catalogue()}
    reviews = company.tables["Reviews"]
    for column in ("Self Review", "Manager Review", "Peer Feedback"):
        said = {s for text in reviews[column].dropna() for s in split_sentences(text)}
        assert not said & examples
        assert not said & set(labelled["sentence"])


def test_managers_of_a_few_are_rated_by_them_and_nobody_else_is(company):
    reviews = company.tables["Reviews"]
    size = reviews.groupby(["Review Cycle", "Manager ID"]).size()
    led = pd.MultiIndex.from_frame(reviews[["Review Cycle", "Employee ID"]])
    many = size.reindex(led).fillna(0).to_numpy() >= 3
    for column in ("Upward Rating", "Team Engagement Score"):
        assert (reviews[column].notna().to_numpy() == many).all()
        assert reviews[column].dropna().between(1, 5).all()
