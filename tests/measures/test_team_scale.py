"""What a team's tools move is nobody's decline; what the team moves stays."""

import numpy as np
import pandas as pd

from workbench.measures.scoring import find_tool_changes, score_technical_output

COUNTS = ["commits", "pull_requests", "code_reviews", "design_docs"]
TEAMS, SIZE, CYCLES = 24, 10, 10


def company(seed: int = 0) -> pd.DataFrame:
    """Teams of ten, who differ in output, in what they are good at, and from cycle to cycle."""
    rng = np.random.default_rng(seed)
    people = TEAMS * SIZE
    skill = rng.normal(0, 0.5, people)
    frame = pd.DataFrame(
        {
            "person_id": np.repeat([f"p{place:03d}" for place in range(people)], CYCLES),
            "cycle": np.tile([f"{2020 + t // 2}H{t % 2 + 1}" for t in range(CYCLES)], people),
            "team": np.repeat([f"t{place // SIZE:02d}" for place in range(people)], CYCLES),
            "job_family": np.repeat(
                ["web" if place // SIZE % 2 else "data" for place in range(people)], CYCLES
            ),
        }
    )
    for name in COUNTS:
        profile = rng.normal(0, 0.3, people)
        rate = np.repeat(skill + profile, CYCLES) + rng.normal(0, 0.4, len(frame))
        frame[name] = rng.poisson(20 * np.exp(rate))
    return frame


FRAME = company()
LATE = FRAME["cycle"] >= "2022H2"


def change_of(scores: pd.DataFrame, who: pd.Series) -> float:
    late = scores["cycle"] >= "2022H2"
    mine = scores["person_id"].isin(who)
    value = scores["technical_output"]
    return float(value[mine & late].mean() - value[mine & ~late].mean())


def members(team: str) -> pd.Series:
    return FRAME.loc[FRAME["team"] == team, "person_id"]


def test_nothing_is_found_where_no_tool_changed() -> None:
    assert find_tool_changes(FRAME).empty
    assert find_tool_changes(FRAME.drop(columns="team")).empty


def test_a_change_of_tools_in_one_team_is_found_and_nobodys_decline() -> None:
    changed = FRAME.copy()
    here = LATE & (FRAME["team"] == "t05")
    changed.loc[here, "commits"] = changed.loc[here, "commits"] // 4
    found = find_tool_changes(changed)
    assert found[["team", "measure", "cycle"]].to_numpy().tolist() == [["t05", "commits", "2022H2"]]
    assert found["jump"].item() < -1
    before = change_of(score_technical_output(FRAME), members("t05"))
    after = change_of(score_technical_output(changed), members("t05"))
    blind = change_of(score_technical_output(changed.drop(columns="team")), members("t05"))
    assert blind - before < -0.3
    assert abs(after - before) < 0.1


def test_a_change_of_tools_in_one_family_is_nobodys_decline() -> None:
    changed = FRAME.copy()
    here = LATE & (FRAME["job_family"] == "web")
    changed.loc[here, "commits"] = changed.loc[here, "commits"] * 3 + 7
    pd.testing.assert_frame_equal(
        score_technical_output(changed), score_technical_output(FRAME), check_exact=True
    )


def test_a_team_that_falls_in_everything_has_fallen() -> None:
    changed = FRAME.copy()
    here = LATE & (FRAME["team"] == "t05")
    changed.loc[here, COUNTS] = changed.loc[here, COUNTS] // 4
    assert find_tool_changes(changed).empty
    fall = change_of(score_technical_output(changed), members("t05"))
    assert fall - change_of(score_technical_output(FRAME), members("t05")) < -1


def test_one_person_who_falls_in_one_measure_has_fallen() -> None:
    changed = FRAME.copy()
    here = LATE & (FRAME["person_id"] == "p055")
    changed.loc[here, "commits"] = 0
    assert find_tool_changes(changed).empty
    who = pd.Series(["p055"])
    fall = change_of(score_technical_output(changed), who)
    assert fall - change_of(score_technical_output(FRAME), who) < -0.5


def test_story_points_are_compared_within_the_team() -> None:
    rng = np.random.default_rng(1)
    points = rng.poisson(20, len(FRAME))
    # Each team has a unit of its own, and takes another one now and then.
    unit = FRAME.groupby(["team", LATE])["commits"].transform("first") % 7 + 1
    plain, scaled = (
        score_technical_output(FRAME.assign(story_points=values))
        for values in (points, points * unit)
    )
    apart = (plain["technical_output"] - scaled["technical_output"]).std()
    no_team = FRAME.drop(columns="team")
    blind = [
        score_technical_output(no_team.assign(story_points=values))["technical_output"]
        for values in (points, points * unit)
    ]
    assert apart < 0.6 * (blind[0] - blind[1]).std()


def test_who_moves_to_a_team_with_another_unit_has_not_fallen() -> None:
    rng = np.random.default_rng(2)
    frame = FRAME.assign(story_points=rng.poisson(40, len(FRAME)))
    who = pd.Series([f"p{place * SIZE:03d}" for place in range(TEAMS)])
    mover = frame["person_id"].isin(who) & LATE
    # The first of each team moves to the next one of its family, where the unit is another.
    teams = frame.loc[mover, "team"].str[1:].astype(int)
    frame.loc[mover, "team"] = [f"t{(place + 2) % TEAMS:02d}" for place in teams]
    fine_to_coarse = who[np.arange(TEAMS) % 4 < 2]
    coarse = frame.copy()
    coarse["story_points"] = frame["story_points"].astype(float)
    coarse.loc[frame["team"].str[1:].astype(int) % 4 >= 2, "story_points"] /= 4

    def cost(*dropped: str) -> float:
        return change_of(
            score_technical_output(coarse.drop(columns=list(dropped))), fine_to_coarse
        ) - change_of(score_technical_output(frame.drop(columns=list(dropped))), fine_to_coarse)

    assert cost("team") < -0.15
    assert abs(cost()) < 0.06
