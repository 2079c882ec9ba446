"""What is said of one person, on a calibration made by hand."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from workbench.errors import InputError
from workbench.exports.groups import explain_groups
from workbench.exports.person import describe_person
from workbench.exports.quotes import quote_person


def described(calibration, person_id="E1", **options):
    return describe_person(calibration, person_id, **options)


def set_members(calibration, **columns):
    members = calibration.candidates.members.assign(**columns)
    calibration.candidates = replace(calibration.candidates, members=members)


@pytest.fixture
def calibration(calibration):
    reviews = calibration.panel.reviews
    calibration.panel.reviews = reviews.assign(
        title="Engineer", level="L3", job_family="Backend", team="Search", track="engineer"
    )
    calibration.coverage = SimpleNamespace(
        teams=pd.DataFrame(
            {
                "team": ["Search"],
                "technical_leaders": [("E7",)],
                "people_managers": [("E8",)],
                "reason": "It has both.",
            }
        )
    )
    calibration.track_plan = SimpleNamespace(
        assignments=pd.DataFrame(
            {
                "person_id": ["E1"],
                "role": "Lead Engineer",
                "team": "Ads",
                "paired_with": ["E8"],
                "reason": "knows the domain",
            }
        ),
        unseated=pd.DataFrame({"person_id": ["E3"], "why": ["no seat is left"]}),
    )
    calibration.evidence = pd.DataFrame(
        {
            "person_id": ["E1", "E1", "E2"],
            "signal": ["customer_rescue", "team_learning", "customer_rescue"],
            "rests_on": ["escalations solved", "mentees, talks", "escalations solved"],
            "n_evidence": [1, 2, 1],
            "of": [1, 4, 1],
            "one_count": [True, False, True],
        }
    )
    return calibration


def test_position_is_that_of_the_latest_cycle(calibration):
    reviews = calibration.panel.reviews
    latest = reviews["cycle"].eq("2024H2")
    calibration.panel.reviews = reviews.assign(
        title=np.where(latest, "Engineering Manager", "Engineer")
    ).iloc[::-1]
    account = described(calibration)
    assert account.position == "Engineering Manager, L3, Backend, Search (2024H2)"


def test_names_are_those_that_were_given(calibration):
    account = described(calibration, labels={"E1": "Ada", "E8": "Bo"})
    assert account.name == "Ada"
    assert "people manager Bo" in " ".join(account.situation)
    assert "technical leader E7" in " ".join(account.situation)


def test_a_flag_is_said_with_its_interval_and_only_of_who_has_it(calibration):
    account = described(calibration)
    assert account.flagged
    assert account.marks == (
        "\u25c6 technical output \u22121.4 SD (\u22121.9 to \u22120.9) beyond similar people",
    )
    other = described(calibration, "E3")
    assert not other.flagged
    assert other.marks == ()


def test_who_leads_technically_already_is_marked(calibration):
    calibration.panel.reviews = calibration.panel.reviews.assign(track="technical_leadership")
    assert described(calibration, "E5").marks == ("Technical leader already",)


def test_the_role_is_said_with_its_similarity_and_the_group_with_how_sure_it_is(calibration):
    account = described(calibration)
    assert account.role == "\u25cb Resembles a Software Architect (similarity 0.83 of 1)."
    assert account.group == (
        "Group: Software Architects, probably (87 %); 91 % of it stays when redrawn."
    )
    set_members(calibration, probability=0.97, stability=float("nan"))
    assert described(calibration).group == "Group: Software Architects, clearly (97 %)."
    set_members(calibration, probability=0.4)
    assert "maybe (40 %" in described(calibration).group


def test_no_role_and_a_strong_engineer_are_no_candidates(calibration):
    set_members(calibration, role="No role", role_similarity=0.4999)
    assert described(calibration).role == (
        "Resembles no role clearly: the nearest reaches a similarity of 0.49 of 1."
    )
    set_members(calibration, role="Strong engineer")
    assert described(calibration).role.startswith("Resembles a strong engineer (")
    set_members(calibration, role="No role", role_similarity=float("nan"))
    assert described(calibration).role == "Compared with no role: too little is known for it."


def test_without_groups_there_is_none_to_be_in(calibration):
    one = calibration.candidates.profiles.head(1)
    calibration.candidates = replace(calibration.candidates, profiles=one)
    assert described(calibration).group == ""


def test_reasons_and_what_is_missing_are_lists(calibration):
    set_members(
        calibration,
        reasons="mentees: higher than 90 %; talks: higher than 80 %",
        next_role="CTO",
        missing="level: the highest",
        caution="customer rescue rests on one activity count alone (escalations solved); "
        "rests on little",
    )
    account = described(calibration)
    assert account.reasons == ("Mentees: higher than 90 %", "Talks: higher than 80 %")
    assert (account.next_role, account.missing) == ("CTO", ("Level: the highest",))
    assert account.evidence == (
        "75 % of what the recent cycles say of others is known.",
        "Rests on little",
        "Known in part: team learning (2 of 4 measures).",
        "Resting on one activity count alone: customer rescue (escalations solved).",
    )


def test_the_situation_has_preference_promotion_team_and_seat(calibration):
    calibration.panel.reviews = calibration.panel.reviews.assign(track_preference="Technical")
    assert described(calibration).situation == (
        "Says to prefer: Technical.",
        "Promoted to management in 2023H2.",
        "Search: It has both (technical leader E7, people manager E8).",
        "Proposed: the open seat of Ads, beside people manager E8 (knows the domain).",
    )
    other = described(calibration, "E3").situation
    assert other[-1] == "No seat is proposed: no seat is left."


def test_what_the_data_lack_is_said(calibration):
    calibration.panel.reviews = calibration.panel.reviews[["person_id", "cycle"]]
    account = described(calibration, "E6")
    assert account.position == "Position not known (2024H2)"
    assert account.situation == ("No preference of a track is recorded.",)


def test_somebody_outside_the_pool_is_compared_with_no_role(calibration):
    members = calibration.candidates.members
    others = replace(calibration.candidates, members=members[members["person_id"].ne("E1")])
    calibration.candidates = others
    account = described(calibration)
    assert account.role.startswith("Not in the pool")
    assert (account.reasons, account.evidence, account.group) == ((), (), "")
    assert account.flagged


def test_an_analysis_that_cannot_be_made_leaves_the_rest_of_the_card(calibration):
    class Refusing(SimpleNamespace):
        @property
        def coverage(self):
            raise InputError("there is no column team. Add one.")

    parts = {name: part for name, part in vars(calibration).items() if name != "coverage"}
    account = described(Refusing(**parts))
    assert account.unknown == ("Not known: who leads the team. There is no column team. Add one.",)
    assert account.role


def test_nothing_is_worked_out_where_only_what_is_known_is_asked_for(calibration):
    del calibration.track_plan, calibration.evidence
    account = described(calibration, only_known=True)
    assert account.unknown == (
        "Not worked out yet: what the signals rest on.",
        "Not worked out yet: a proposed seat.",
    )
    assert account.role


def test_pay_and_protected_attributes_are_never_said(calibration):
    everything = repr(described(calibration, "E1"))
    assert "CANARY" not in everything
    assert "birds.example" not in everything


def test_quotes_are_deeds_and_wishes_latest_first_each_sentence_once(calibration):
    calibration.written = SimpleNamespace(
        quotes=pd.DataFrame(
            [
                ("E1", "2023H1", "self_review", "team_learning", "deed", "I taught.", 0.9),
                ("E1", "2024H1", "self_review", "team_learning", "wish", "I want to.", 0.9),
                ("E1", "2024H1", "manager_review", "lead_technology", "deed", "She led.", 0.4),
                ("E1", "2024H1", "manager_review", "team_learning", "deed", "She taught.", 0.8),
                ("E1", "2024H1", "manager_review", "customer_rescue", "deed", "She led.", 0.3),
                ("E1", "2024H1", "peer_feedback", "team_learning", "negation", "Never.", 1.0),
                ("E2", "2024H1", "peer_feedback", "team_learning", "deed", "Other.", 1.0),
            ],
            columns="person_id cycle source statement kind sentence strength".split(),
        )
    )
    quotes = quote_person(calibration, "E1")
    assert [quote.sentence for quote in quotes] == [
        "She taught.",
        "She led.",
        "I want to.",
        "I taught.",
    ]
    assert [quote.is_wish for quote in quotes] == [False, False, True, False]
    assert quotes[0].where == "manager's review, 2024H1"
    assert quotes[1].statement == "lead technology"
    assert len(quote_person(calibration, "E1", at_most=2)) == 2
    assert quote_person(calibration, "E9") == []


def test_groups_are_told_apart_by_their_rules(calibration):
    told = explain_groups(calibration.candidates)
    assert told[0] == "Software Architects: A rule. (right for 90 % of 4 people)."
    nobody = calibration.candidates.rules.assign(n=[0, 4])
    assert len(explain_groups(replace(calibration.candidates, rules=nobody))) == 1


def test_nothing_is_written_into_what_is_given(calibration):
    frames = (calibration.panel.reviews, calibration.candidates.members, calibration.evidence)
    before = [frame.copy() for frame in frames]
    described(calibration)
    for frame, copy in zip(frames, before, strict=True):
        pd.testing.assert_frame_equal(frame, copy)
