"""The sentences say what was found, with its numbers, in every case that can come up."""

from types import SimpleNamespace

import pandas as pd
import pytest

from workbench.exports.answers import (
    answer_candidates,
    answer_coverage,
    answer_declines,
    answer_event_study,
    answer_parity,
    answer_problems,
)
from workbench.settings import Settings


def _calibration(**parts):
    reviews = pd.DataFrame({"person_id": ["1", "1", "2"], "cycle": ["2024H1", "2024H2", "2024H1"]})
    return SimpleNamespace(panel=SimpleNamespace(reviews=reviews), **parts)


@pytest.mark.parametrize(
    ("severities", "end"),
    [
        ([], "nothing is wrong with the cells."),
        (["warning"], "with 1 warning."),
        (["note", "error", "note"], "with 1 error and 2 notes."),
        (["note", "error", "warning"], "with 1 error, 1 warning and 1 note."),
    ],
)
def test_problems_are_counted_by_how_bad_they_are(severities, end):
    problems = pd.DataFrame({"severity": severities})
    answer = answer_problems(_calibration(problems=problems))
    assert answer.startswith("2 people in 2 cycles could be read")
    assert answer.endswith(end)


def _declines(promoted, judged, flagged, *, too_new=0, recovered=0):
    told = ["transient"] * recovered + ["gave_up_technical_work"] * (flagged - recovered)
    told += ["too_new"] * too_new
    told += ["not_distinguishable"] * (promoted - len(told))
    flags = pd.DataFrame({"pattern": told, "flagged": [n < flagged for n in range(promoted)]})
    found = SimpleNamespace(n_promoted=promoted, n_judged=judged, flags=flags, fdr=0.1)
    return answer_declines(_calibration(declines=found))


def test_declines_say_how_many_were_promoted_judged_and_flagged():
    assert "Nobody was seen being promoted" in _declines(0, 0, 0)
    assert "1 person moved to management; none of them can be judged from" in _declines(1, 0, 0)
    assert "output of none of them fell more" in _declines(9, 8, 0)
    assert "false alarm" not in _declines(9, 8, 0)
    assert "Of 9 people promoted to management, 8 can be judged." in _declines(9, 8, 3)
    assert _declines(9, 8, 3).endswith("fewer than one of these 3 would be a false alarm.")
    assert _declines(40, 38, 21).endswith("about 2 of these 21 would be a false alarm.")


def test_declines_say_who_is_too_new_and_who_has_recovered():
    assert "8 can be judged and 1 is too new." in _declines(9, 8, 0, too_new=1)
    assert "7 can be judged and 2 are too new." in _declines(9, 7, 3, too_new=2)
    assert "none of them can be judged yet: 3 are too new." in _declines(3, 0, 0, too_new=3)
    assert "yet: 2 are too new, for 1 there is too little evidence." in (
        _declines(3, 0, 0, too_new=2)
    )
    assert "of 3 fell more than that of similar people; 1 has recovered." in (
        _declines(9, 9, 3, recovered=1)
    )
    assert "similar people; 2 have recovered." in _declines(9, 9, 3, recovered=2)


def _event_study(**moves):
    """Two moves as (effect, low, high, n), each with a row of one cycle beside the whole."""
    rows = [
        {
            "kind": kind,
            "relative_cycle": cycle,
            "effect": effect + shift,
            "low": low,
            "high": high,
            "n": n,
        }
        for kind, (effect, low, high, n) in moves.items()
        for cycle, shift in ((0, 9.0), (None, 0.0))
    ]
    columns = ["kind", "relative_cycle", "effect", "low", "high", "n"]
    study = SimpleNamespace(
        by_kind=pd.DataFrame(rows, columns=columns), kind="to_management", notes=("Too few.",)
    )
    return answer_event_study(_calibration(event_study=study))


def test_the_effect_of_promotion_is_said_for_each_move_with_interval_and_people():
    both = _event_study(
        to_management=(-0.66, -0.96, -0.36, 41), to_technical_leadership=(0.0, -0.35, 0.31, 1)
    )
    assert both == (
        "After promotion to management, technical output is 0.7 SD lower than expected from "
        "people's own earlier cycles (0.4 to 1.0 SD; 41 people); after promotion to technical "
        "leadership about as expected (\u22120.3 to +0.3 SD; 1 person)."
    )
    rose = _event_study(to_management=(0.5, 0.2, 0.8, 1200))
    assert "0.5 SD higher than expected" in rose
    assert rose.endswith("(0.2 to 0.8 SD; 1,200 people).")
    assert _event_study() == "Too few."


def _candidates(roles, clusters, similarity=0.8, whys=(), n_pool=None, stability=0.9):
    members = pd.DataFrame({"role": roles, "role_similarity": similarity})
    profiles = pd.DataFrame({"cluster": range(clusters), "stability": stability})
    n_pool = len(roles) if n_pool is None else n_pool
    found = SimpleNamespace(n_pool=n_pool, members=members, profiles=profiles)
    signals = pd.DataFrame({"why": whys}) if whys else pd.DataFrame()
    settings = Settings(cluster_stability=0.75)
    return answer_candidates(_calibration(candidates=found, signals=signals, settings=settings))


def test_candidates_say_which_roles_and_whether_there_are_groups():
    assert "nobody is compared" in _candidates([], 0)
    assert "nobody to compare with" in _candidates(["No role"], 1, similarity=None)
    assert "Nobody has enough signals" in _candidates(["No role"], 1, whys=["engineer"], n_pool=0)
    assert "None of 2 people" in _candidates(["No role", "Strong engineer"], 1)
    answer = _candidates(["Lead Engineer", "Lead Engineer", "CTO", "No role"], 3)
    assert answer.startswith("3 of 4 people resemble a role")
    assert "2 Lead Engineers, 1 CTO" in answer
    assert answer.endswith("Everybody compared forms 3 groups.")
    loose = _candidates(["CTO"] * 9, 3, stability=[0.9, 0.7, 0.74])
    assert loose.endswith("forms 3 groups, 1 of them firm.")
    assert "forms 2 groups, none of them firm." in _candidates(["CTO"] * 9, 2, stability=0.6)
    assert _candidates(["CTO", "No role"], 1).startswith("1 of 2 people resembles a role")
    assert "no separate groups" in _candidates(["CTO", "No role"], 1)
    assert "cannot be assessed" in _candidates(["No role"] * 3, 1, similarity=float("nan"))


def test_candidates_say_of_how_many_too_little_is_known():
    answer = _candidates(["CTO", "No role", "No role"], 1, similarity=[0.8, None, None])
    assert answer.startswith("1 of 3 people resembles a role")
    assert answer.endswith("Of 2 people too little is known.")


@pytest.mark.parametrize(
    ("hidden", "of", "said"),
    [
        (False, 31, " 12 of 31 managers say that they would rather lead technically."),
        (True, pd.NA, ""),
        (False, 0, ""),
    ],
)
def test_parity_is_the_headline_and_the_managers_who_would_rather_lead(hidden, of, said):
    row = ("management", "technical_leadership", pd.NA if hidden else 12, of, hidden)
    columns = ["track", "preference", "n", "of", "hidden"]
    parity = SimpleNamespace(
        headline="Technical leadership has fewer seats than people management",
        preferences=pd.DataFrame([row], columns=columns),
    )
    answer = answer_parity(SimpleNamespace(parity=parity))
    assert answer == f"Technical leadership has fewer seats than people management.{said}"


def _coverage(*states, promoted=0, notes=()):
    teams = pd.DataFrame({"state": states})
    void = teams["state"].isin(["no_technical_leader", "neither"]).sum()
    began = ["promotion_to_management"] * promoted + ["departure"] * (int(void) - promoted)
    voids = pd.DataFrame({"began_with": pd.Series(began, dtype="str")})
    return answer_coverage(
        SimpleNamespace(coverage=SimpleNamespace(teams=teams, voids=voids, notes=notes))
    )


def test_coverage_counts_teams_by_what_they_have_and_lack():
    void = ["no_technical_leader"] * 2 + ["neither"]
    assert _coverage("pair", "pair", *void, "no_people_manager", "not_known", promoted=1) == (
        "2 of 7 teams have a technical leader and a people manager; 3 lack a technical leader, 1 "
        "of these after the technical leader or the strongest engineer was promoted to "
        "management; 1 has nobody beside the technical leader to manage people; for 1 it is not "
        "known."
    )
    assert _coverage("pair") == "1 of 1 team has a technical leader and a people manager."
    assert _coverage(*void) == (
        "None of 3 teams has a technical leader and a people manager; 3 lack a technical leader."
    )
    assert _coverage("no_technical_leader") == (
        "The one team does not have a technical leader and a people manager; 1 lacks a technical "
        "leader."
    )
    assert _coverage("no_technical_leader", "not_known") == (
        "None of 2 teams is known to have a technical leader and a people manager; 1 lacks a "
        "technical leader; for 1 it is not known."
    )
    assert _coverage("not_known", "not_known") == (
        "It is not known of any of 2 teams whether it has a technical leader."
    )
    assert _coverage(notes=("The reviews name no teams.",)) == "The reviews name no teams."
    assert "no team" in _coverage()
