"""The track plan: the largest sum of fits, what a meeting keeps or leaves out, and the words."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.analyses.track_plan import plan_track
from workbench.errors import InputError, SettingsError
from workbench.ladder import ROLES

WEIGHTS = {"role_fit_weight": 0.5, "same_team_weight": 0.3, "known_domain_weight": 0.2}
MEMBERS = pd.DataFrame(
    [
        ("ada", "Lead Engineer", 0.8),
        ("bo", "Software Architect", 0.8),
        ("cy", "Lead Engineer", 0.6),
        ("dee", "Strong engineer", 0.9),
        ("eve", "No role", 0.3),
        ("max", "Lead Engineer", 0.7),
        ("tia", "Lead Engineer", 0.95),
    ],
    columns=["person_id", "role", "role_similarity"],
).assign(evidence_share=1.0)
TEAMS = pd.DataFrame(
    [
        ("Ads", ("max",), (), False, "2023H1", 5),
        ("Search", ("nia", "oli"), (), False, "2022H2", 4),
        ("Web", ("pam",), ("tia",), True, None, 3),
        ("Core", (), (), pd.NA, None, 2),
    ],
    columns=["team", "people_managers", "technical_leaders", "covered", "since", "n_people"],
)
PEOPLE = pd.DataFrame(
    [
        ("ada", "Ads", "2022H1", (), "max", "Backend", "engineer"),
        ("bo", "Web", "2021H1", ("Search",), "pam", "Backend", "engineer"),
        ("cy", "Core", "2021H1", (), "qin", "Data", "engineer"),
        ("dee", "Ads", "2021H1", (), "max", "Backend", "engineer"),
        ("eve", "Search", "2021H1", (), "oli", "Data", "engineer"),
        ("fay", "Search", "2021H1", (), "oli", "Backend", "engineer"),
        ("max", "Ads", "2023H1", (), "zed", "Backend", "management"),
        ("nia", "Search", "2021H1", (), "zed", "Backend", "management"),
        ("tia", "Web", "2021H1", (), "pam", "Backend", "technical_leadership"),
    ],
    columns=["person_id", "team", "team_since", "teams", "manager", "job_family", "track"],
)


def plan(**choices):
    return plan_track(MEMBERS, TEAMS, PEOPLE, **WEIGHTS, **choices)


def of(frame, person):
    return frame.set_index("person_id").loc[person]


def seats_of(found):
    pairs = found.assignments[["person_id", "team"]].itertuples(index=False)
    return dict(pairs)


def test_worked_by_hand():
    found = plan()
    # ada, Ads: 0.5 * 0.8 + 0.3 * 1 + 0.2 * 2 of 2 others of her family.
    # bo, Search: 0.5 * 0.8 * 0.85 + 0.3 * 0.5 + 0.2 * 2 of 3.
    assert seats_of(found) == {"ada": "Ads", "bo": "Search"}
    assert of(found.assignments, "ada")["score"] == pytest.approx(0.9)
    bo = of(found.assignments, "bo")
    assert bo["role_fit"] == pytest.approx(0.68)
    assert (bo["same_team"], bo["known_domain"]) == (0.5, pytest.approx(2 / 3))
    assert bo["score"] == pytest.approx(0.34 + 0.15 + 0.2 * 2 / 3)
    assert found.total == pytest.approx(found.assignments["score"].sum())
    assert (found.n_seats, found.n_candidates, found.tracks_known) == (2, 4, True)


def test_the_reason_is_in_words():
    found = plan().assignments
    assert of(found, "ada")["reason"] == (
        "resembles a Lead Engineer (0.80); works in this team since 2022H1; 2 of 2 other members "
        "do the same kind of work"
    )
    assert of(found, "bo")["reason"] == (
        "resembles a Software Architect (0.80), one rung above the Lead Engineer of this seat; "
        "worked in this team before; 2 of 3 members do the same kind of work"
    )


def test_the_second_choice_is_the_best_person_without_a_seat():
    found = plan().assignments
    # max, Ads: 0.5 * 0.7 + 0.3 + 0.2; Search: 0.35 + 0.2 * 2 / 3. cy, Search: 0.3 + 0.2 / 3.
    assert of(found, "ada")["second_person_id"] == "max"
    assert of(found, "ada")["second_score"] == pytest.approx(0.85)
    assert of(found, "bo")["second_person_id"] == "max"
    assert of(found, "bo")["second_score"] == pytest.approx(0.35 + 0.2 * 2 / 3)
    # Without ada on Ads, max comes in and ada would take Search only if that were better than bo.
    assert of(found, "ada")["margin"] == pytest.approx(0.05)


def test_who_leads_a_covered_team_is_not_moved_and_no_candidate_without_a_role_is_proposed():
    found = plan()
    assert set(found.unseated["person_id"]) == {"cy", "max"}
    assert "tia" not in seats_of(found)
    alone = plan_track(MEMBERS, TEAMS, PEOPLE.drop(columns="track"), **WEIGHTS)
    assert "tia" not in {*seats_of(alone), *alone.unseated["person_id"]}


def test_too_little_evidence_makes_no_candidate():
    thin = MEMBERS.assign(evidence_share=[0.4, *[1.0] * 6])
    found = plan_track(thin, TEAMS, PEOPLE, min_evidence_share=0.5)
    assert "ada" not in {*seats_of(found), *found.unseated["person_id"]}


def test_the_pair_is_the_manager_with_most_of_the_team_and_never_the_person():
    found = plan(excluded_people=["ada"]).assignments
    assert of(found, "bo")["paired_with"] == "oli"
    own = of(found, "max")
    assert own["team"] == "Ads"
    assert pd.isna(own["paired_with"])
    assert own["returns"]
    assert "returns to the technical track" in own["reason"]
    assert "this team would then need a people manager" in own["reason"]


def test_a_manager_who_moves_elsewhere_is_paired_with_nobody_and_leaves_a_gap_that_is_said():
    found = plan(locked=[("max", "Search")]).assignments
    assert "Ads would then need a people manager" in of(found, "max")["reason"]
    assert pd.isna(of(found, "ada")["paired_with"])
    assert "this team's people manager is proposed for another seat" in of(found, "ada")["reason"]


def test_somebody_who_manages_several_teams_alone_leaves_a_gap_in_each():
    teams = TEAMS.assign(people_managers=[("max",), ("oli",), ("max",), ("max",)])
    found = plan_track(MEMBERS, teams, PEOPLE, locked=[("max", "Search")], **WEIGHTS)
    reason = of(found.assignments, "max")["reason"]
    assert "Ads and Core and Web would then need a people manager" in reason


def test_flags_say_who_returns_where_the_track_is_not_known_and_change_no_score():
    without = PEOPLE.drop(columns="track")
    flags = pd.DataFrame({"person_id": ["ada", "bo"], "flagged": [True, False]})
    plain = plan_track(MEMBERS, TEAMS, without)
    found = plan_track(MEMBERS, TEAMS, without, flags=flags)
    assert found.assignments["returns"].tolist() == [True, False]
    pd.testing.assert_series_equal(found.assignments["score"], plain.assignments["score"])


def test_what_is_kept_stays_and_what_is_left_out_is_gone():
    found = plan(locked=[("cy", "Ads")], excluded_people=["max"])
    assert seats_of(found) == {"cy": "Ads", "bo": "Search"}
    cy = of(found.assignments, "cy")
    assert cy["locked"]
    assert np.isnan(cy["margin"])
    assert cy["reason"].startswith("kept by choice; ")
    assert of(found.unseated, "max")["why"] == "left out of this plan"
    without = plan(excluded_teams=["Ads"])
    assert seats_of(without) == {"bo": "Search"}
    assert without.open_seats[["team", "why"]].values.tolist() == [["Ads", "left out of this plan"]]


def test_somebody_below_every_bar_can_be_kept():
    found = plan(locked=[("eve", "Search"), ("fay", "Ads")])
    assert seats_of(found) == {"eve": "Search", "fay": "Ads"}
    eve, fay = of(found.assignments, "eve"), of(found.assignments, "fay")
    assert eve["role_fit"] == 0
    assert "resembles no role of the track clearly" in eve["reason"]
    # fay was never assessed: missing, not zero.
    assert np.isnan(fay["role_fit"])
    assert np.isnan(fay["score"])
    assert "resemblance to the roles is not known" in fay["reason"]
    assert found.total == pytest.approx(eve["score"])


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        ({"locked": [("ada", "Ads"), ("bo", "Ads")]}, "both ada and bo are kept for Ads"),
        ({"locked": [("ada", "Ads"), ("ada", "Search")]}, "ada is kept for both Ads and Search"),
        (
            {"locked": [("ada", "Ads")], "excluded_people": ["ada"]},
            "both kept for Ads and left out",
        ),
        ({"locked": [("ada", "Ads")], "excluded_teams": ["Ads"]}, "Ads is left out"),
        ({"locked": [("ada", "Web")]}, "Web, which has no open seat"),
        ({"locked": [("nobody", "Ads")]}, "locked names nobody"),
        ({"locked": [("ada", "Nowhere")]}, "locked names Nowhere"),
        ({"locked": ["ada"]}, "each entry is a pair"),
        ({"excluded_people": ["nobody"]}, "excluded_people names nobody"),
        ({"excluded_people": "ada"}, "give a list"),
        ({"excluded_teams": ["Nowhere"]}, "excluded_teams names Nowhere"),
    ],
)
def test_what_contradicts_itself_or_is_unknown_is_said(choices, words):
    with pytest.raises(InputError, match=words):
        plan(**choices)


def test_saying_the_same_twice_is_no_contradiction():
    assert seats_of(plan(locked=[("ada", "Ads"), ("ada", "Ads")]))["ada"] == "Ads"


def test_a_seat_rather_stays_empty_and_says_why():
    found = plan(min_seat_fit=0.7)
    assert seats_of(found) == {"ada": "Ads"}
    (seat,) = found.open_seats.to_dict("records")
    assert seat["team"] == "Search"
    assert seat["best_person_id"] == "bo"
    assert seat["why"] == "nobody fits yet: the highest fit is 0.62 where 0.70 is needed"
    assert seat["paired_with"] == "oli"
    assert of(found.unseated, "cy")["why"].startswith("fits no open seat yet")


def test_more_seats_than_people_say_so():
    found = plan(excluded_people=["bo", "cy", "max"])
    assert seats_of(found) == {"ada": "Ads"}
    assert found.open_seats["why"].tolist() == [
        "everybody who fits has another seat; the highest fit among them is 0.53"
    ]
    assert found.assignments["second_person_id"].tolist() == [None]
    assert found.assignments["second_score"].isna().all()


def test_without_candidates_or_without_voids_there_is_no_plan_and_it_is_said():
    nobody = plan_track(MEMBERS.iloc[3:5], TEAMS, PEOPLE)
    assert nobody.assignments.empty
    assert nobody.open_seats["why"].str.startswith("nobody resembles a role").all()
    covered = plan_track(MEMBERS, TEAMS.assign(covered=True), PEOPLE)
    assert covered.open_seats.empty
    assert set(covered.unseated["why"]) == {"there is no open seat"}
    unknown = plan_track(MEMBERS, TEAMS.assign(covered=pd.NA), PEOPLE)
    assert not unknown.tracks_known
    assert unknown.n_seats == 0
    assert any("not known whether they have a technical leader" in note for note in unknown.notes)
    columns = list(plan().assignments)
    assert list(nobody.assignments) == list(covered.assignments) == columns


def test_without_positions_the_fit_is_the_resemblance():
    found = plan_track(MEMBERS, TEAMS, **WEIGHTS)
    assert of(found.assignments, "ada")["score"] == pytest.approx(0.8)
    assert found.assignments["same_team"].isna().all()
    assert any("resemblance alone" in note for note in found.notes)


def test_an_area_with_several_voids_and_nobody_above_gets_a_spanning_seat():
    teams = pd.DataFrame(
        {
            "team": ["a", "b", "c", "d"],
            "covered": [False, False, False, True],
            "technical_leaders": [(), (), (), ("lea",)],
            "n_people": [4, 9, 9, 3],
        }
    )
    people = pd.DataFrame(
        {
            "person_id": ["p1", "p2", "p3", "lea", "arc"],
            "team": ["a", "b", "c", "d", "d"],
            "department": "Platform",
        }
    )
    members = pd.DataFrame(
        {"person_id": ["lea", "arc"], "role": ["Lead Engineer", "Software Architect"]}
    ).assign(role_similarity=0.8)
    found = plan_track(members, teams, people, min_spanned_teams=3)
    # The largest of the three, the first of two alike.
    assert found.assignments[["person_id", "team", "seat_role"]].values.tolist() == [
        ["arc", "b", "Software Architect"]
    ]
    assert "spans 3 teams of Platform" in found.assignments["reason"].iloc[0]
    # Which role a seat is for does not depend on what is left out.
    assert plan_track(
        members, teams, people, min_spanned_teams=3, excluded_teams=["a"]
    ).assignments["seat_role"].tolist() == ["Software Architect"]
    led = members.assign(role=["Software Architect", "Software Architect"])
    assert set(plan_track(led, teams, people, min_spanned_teams=3).open_seats["seat_role"]) == {
        "Lead Engineer"
    }
    few = plan_track(members, teams, people, min_spanned_teams=4)
    assert few.assignments["seat_role"].tolist() == ["Lead Engineer"]


def test_the_similarity_to_every_role_counts_where_it_is_known():
    roles = pd.DataFrame(
        {
            "person_id": ["bo", "bo", "bo"],
            "role": ["Lead Engineer", "Software Architect", "CTO"],
            "similarity": [0.75, 0.8, 0.99],
            "considered": [True, True, False],
        }
    )
    found = of(plan(roles=roles).assignments, "bo")
    assert found["role_fit"] == pytest.approx(0.75)
    assert "and a Lead Engineer, whom this seat is for (0.75)" in found["reason"]


def test_plans_are_compared_person_by_person():
    before, after = plan(), plan(excluded_people=["ada"])
    moves = after.moves_from(before).set_index("person_id")
    assert set(moves.index) == {"ada", "max"}
    assert moves.loc["ada", "team_before"] == "Ads"
    assert pd.isna(moves.loc["ada", "team"])
    assert before.moves_from(before).empty


@pytest.mark.parametrize(
    ("frames", "words"),
    [
        ((MEMBERS.drop(columns="role"), TEAMS, PEOPLE), "no column role"),
        (
            (pd.concat([MEMBERS, MEMBERS.head(1)]), TEAMS, PEOPLE),
            "the person ada has more than one row; give one row each among the members",
        ),
        ((MEMBERS, TEAMS.drop(columns="covered"), PEOPLE), "no column covered"),
        ((MEMBERS, pd.concat([TEAMS, TEAMS]), PEOPLE), "the team Ads has more than one row"),
        ((MEMBERS, TEAMS, PEOPLE.drop(columns="person_id")), "no column person_id"),
        ((MEMBERS, TEAMS, pd.concat([PEOPLE, PEOPLE])), "find_positions"),
    ],
)
def test_frames_that_lack_something_are_refused_in_words(frames, words):
    with pytest.raises(InputError, match=words):
        plan_track(*frames)


def test_weights_have_to_tell_something():
    for weight in (0.0, -1.0):
        with pytest.raises(SettingsError, match="weights"):
            plan_track(
                MEMBERS,
                TEAMS,
                role_fit_weight=weight,
                same_team_weight=0,
                known_domain_weight=0,
            )


def test_nothing_is_written_into_what_was_passed_in():
    before = [frame.copy(deep=True) for frame in (MEMBERS, TEAMS, PEOPLE)]
    plan(locked=[("cy", "Ads")], excluded_people=["bo"], excluded_teams=["Search"])
    for frame, copy in zip((MEMBERS, TEAMS, PEOPLE), before, strict=True):
        pd.testing.assert_frame_equal(frame, copy)


def test_attributes_that_no_decision_may_rest_on_change_nothing():
    expected = plan()
    rng = np.random.default_rng(0)
    for _ in range(3):
        told = {
            "gender": rng.choice(["f", "m"], len(PEOPLE)),
            "age": rng.integers(20, 60, len(PEOPLE)),
            "pay_band": rng.choice(["A", "B"], len(PEOPLE)),
        }
        found = plan_track(MEMBERS, TEAMS, PEOPLE.assign(**told), **WEIGHTS)
        pd.testing.assert_frame_equal(found.assignments, expected.assignments)


def test_ids_may_be_numbers():
    numbers = {name: place for place, name in enumerate(MEMBERS["person_id"])}
    members = MEMBERS.assign(person_id=MEMBERS["person_id"].map(numbers))
    people = PEOPLE.loc[PEOPLE["person_id"].isin(list(numbers))]
    people = people.assign(person_id=people["person_id"].map(numbers))
    # With somebody whose manager is not known, the column of managers is one of floats.
    people["manager"] = np.where(people["team"].eq("Search"), 92.0, np.nan)
    teams = TEAMS.assign(
        technical_leaders=[(), (), (numbers["tia"],), ()],
        people_managers=[(90,), (91, 92), (), ()],
    )
    found = plan_track(members, teams, people, locked=[(numbers["cy"], "Ads")], **WEIGHTS)
    assert seats_of(found) == {numbers["cy"]: "Ads", numbers["bo"]: "Search"}
    # Most of the people of Search report to 92.
    pairs = found.assignments.set_index("team")["paired_with"].to_dict()
    assert pairs == {"Ads": 90, "Search": 92}
    assert all(isinstance(each, int) for each in pairs.values())


# Companies of any kind


@st.composite
def companies(draw):
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    n_people, n_teams = draw(st.integers(1, 6)), draw(st.integers(1, 4))
    ids = [f"p{place}" for place in range(n_people)]
    names = [f"t{place}" for place in range(n_teams)]
    members = pd.DataFrame(
        {
            "person_id": ids,
            "role": rng.choice([*ROLES[:3], "Strong engineer"], n_people),
            # Few values, so that ties are common.
            "role_similarity": rng.choice([0.5, 0.7, 0.9], n_people),
        }
    )
    managers = [tuple(rng.choice(ids, rng.integers(0, 2), replace=False)) for _ in names]
    covered = rng.choice([True, False, None], n_teams, p=[0.2, 0.7, 0.1])
    teams = pd.DataFrame({"team": names, "covered": covered, "people_managers": managers})
    people = pd.DataFrame(
        {
            "person_id": ids,
            "team": rng.choice([*names, None], n_people),
            "job_family": rng.choice(["Backend", "Data", None], n_people),
        }
    )
    return members, teams, people


def fits(frames, **choices):
    """Score every person on every seat by keeping the person there alone."""
    members, teams, people = frames
    voids = teams.loc[[each is False for each in teams["covered"]], "team"]
    found = {}
    for person, team in itertools.product(members["person_id"], voids):
        kept = plan_track(members, teams, people, locked=[(person, team)], **choices)
        row = kept.assignments.loc[kept.assignments["locked"]].iloc[0]
        found[person, team] = row["score"]
    return found, list(voids)


@given(companies(), st.sampled_from([0.0, 0.3, 0.6]))
@settings(max_examples=12, deadline=None)
def test_the_plan_is_the_best_of_all_plans(frames, bar):
    members, teams, people = frames
    plan = plan_track(members, teams, people, min_seat_fit=bar)
    rows = plan.assignments
    assert rows["person_id"].is_unique
    assert rows["team"].is_unique
    assert rows["score"].between(bar, 1).all()
    assert set(rows["team"]) | set(plan.open_seats["team"]) == {
        team
        for team, covered in zip(teams["team"], teams["covered"], strict=True)
        if covered is False
    }
    scores, voids = fits(frames)
    who = members.loc[members["role"].isin(ROLES), "person_id"].tolist()
    best = 0.0
    for chosen in itertools.product([None, *who], repeat=len(voids)):
        pairs = [(each, team) for each, team in zip(chosen, voids, strict=True) if each]
        if len({each for each, _ in pairs}) == len(pairs):
            values = [scores[pair] for pair in pairs]
            if all(value >= bar for value in values):
                best = max(best, sum(values))
    assert plan.total == pytest.approx(best, abs=1e-6)
    free = set(who) - set(rows["person_id"])
    for row in rows.to_dict("records"):
        others = [scores[each, row["team"]] for each in free if scores[each, row["team"]] >= bar]
        if others:
            assert row["second_score"] == pytest.approx(max(others))
            assert row["second_person_id"] in free
        else:
            assert row["second_person_id"] is None
        assert row["paired_with"] not in set(rows["person_id"])


@given(companies(), st.data())
@settings(max_examples=20, deadline=None)
def test_choices_hold_and_leaving_out_never_raises_the_sum(frames, data):
    members, teams, people = frames
    voids = teams.loc[[each is False for each in teams["covered"]], "team"].tolist()
    before = plan_track(members, teams, people)
    without = data.draw(st.sets(st.sampled_from(sorted(members["person_id"])), max_size=2))
    left_out = data.draw(st.sets(st.sampled_from(voids), max_size=2)) if voids else set()
    after = plan_track(
        members, teams, people, excluded_people=sorted(without), excluded_teams=sorted(left_out)
    )
    assert after.total <= before.total + 1e-6
    assert not set(after.assignments["person_id"]) & without
    assert not set(after.assignments["team"]) & left_out
    open_to = [team for team in voids if team not in left_out]
    there = [each for each in sorted(members["person_id"]) if each not in without]
    if open_to and there:
        pair = data.draw(st.sampled_from(there)), data.draw(st.sampled_from(open_to))
        kept = plan_track(
            members,
            teams,
            people,
            locked=[pair],
            excluded_people=sorted(without),
            excluded_teams=sorted(left_out),
        )
        assert seats_of(kept)[pair[0]] == pair[1]
        assert kept.assignments["person_id"].is_unique
        assert kept.assignments["team"].is_unique


@given(companies(), st.integers(0, 1000))
@settings(max_examples=20, deadline=None)
def test_the_order_of_rows_makes_no_difference(frames, seed):
    def shuffled(frame):
        return frame.sample(frac=1, random_state=seed)

    expected, found = plan_track(*frames), plan_track(*map(shuffled, frames))
    for name in ("assignments", "open_seats", "unseated"):
        pd.testing.assert_frame_equal(getattr(found, name), getattr(expected, name))
    assert found.notes == expected.notes


def test_a_role_without_a_similarity_counts_in_full():
    found = plan_track(MEMBERS[["person_id", "role"]], TEAMS, PEOPLE, **WEIGHTS)
    lead = of(found.assignments, "ada")
    assert lead["team"] == "Ads"
    assert lead["role_fit"] == 1.0
