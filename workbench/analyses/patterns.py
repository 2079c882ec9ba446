"""Patterns: what can be said, in words, of each person promoted to management.

What comes in is what was found of each person's own output and what is known of the situation; what
goes out are the same rows with a pattern and a reason. A drop in a manager's own output is expected
by the job. What makes it worth a discussion is a team without a technical leader, a person who is
less content than before, and people who do not rate the lead: each is said to be there, not to be
there, or not to be known.
"""

import math
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from workbench.errors import InputError
from workbench.settings import DEFAULTS, Settings

__all__ = ["PATTERNS", "Pattern", "describe_patterns"]


@dataclass(frozen=True, slots=True)
class Pattern:
    """One pattern, with its words.

    Attributes
    ----------
    name
        As in the column `pattern`.
    label
        What a chart or a list calls it.
    meaning
        One sentence of what it says.
    """

    name: str
    label: str
    meaning: str


PATTERNS: tuple[Pattern, ...] = (
    Pattern(
        "does_both_poorly",
        "Output fell, and lead or team as well",
        "Technical output fell more than for similar people, and the lead is rated low or the team "
        "fell behind similar teams.",
    ),
    Pattern(
        "gave_up_technical_work",
        "Output fell and stayed down",
        "Technical output fell more than for similar people and stayed down, as the new job leads "
        "to expect. What else is known says whether it is worth a discussion.",
    ),
    Pattern(
        "does_both_jobs",
        "Output held, at a cost",
        "Technical output held beside the new job, and the number of reports, the hours or the "
        "person's own engagement say that it costs.",
    ),
    Pattern(
        "supported_transition",
        "Output fell, a technical leader is there",
        "Technical output fell as the job expects, and a technical leader is in the team: nothing "
        "to mend.",
    ),
    Pattern(
        "transient",
        "Output fell at first, then recovered",
        "Technical output fell at first and has recovered since.",
    ),
    Pattern(
        "not_distinguishable",
        "Not distinguishable from similar people",
        "The change cannot be told apart from what similar people show.",
    ),
    Pattern(
        "too_new",
        "Promoted too recently to judge",
        "There are too few cycles since the promotion.",
    ),
    Pattern(
        "not_enough_evidence",
        "Not enough evidence",
        "There is too little output, or too few similar people, to say anything; or the interval "
        "is too wide to say that output held.",
    ),
)

# `lasting_drop` is how earlier results spell a drop that stayed.
_FELL = ("gave_up_technical_work", "lasting_drop")
_LED_TEAM = ("output", "engagement")


@dataclass(frozen=True, slots=True)
class _Finding:
    """One thing that may be the case: True, False, or None where it is not known."""

    holds: bool | None
    sentence: str


def describe_patterns(
    flags: pd.DataFrame,
    situations: pd.DataFrame,
    *,
    held_above: float = DEFAULTS.held_above,
    weak_lead_rating: float = DEFAULTS.weak_lead_rating,
    heavy_load: int = DEFAULTS.heavy_load,
    min_similar_teams: int = DEFAULTS.min_similar_teams,
) -> pd.DataFrame:
    """Say of each promoted person which pattern the numbers show, and what is worth discussing.

    Parameters
    ----------
    flags
        `person_id`, `cycle`, `effect`, `low`, `high`, `flagged`, `pattern`, `reason`, as from
        `find_declines`. Other columns are kept.
    situations
        `person_id`, `cycle` and what is known of the columns that `measure_team_effects` gives.
    held_above
        Low end of the interval (SD) above which output counts as held. Output that was merely not
        seen to fall has not been seen to hold.
    weak_lead_rating
        Share of the other managers rated lower, up to which lead ratings are weak.
    heavy_load
        Direct reports from which leading beside one's own technical work is a load.
    min_similar_teams
        Other managers needed before lead ratings are called weak or not.

    Returns
    -------
    DataFrame
        The rows of `flags` in their order, with `pattern` (see `PATTERNS`), `reason` (the numbers,
        then what is there of the three things worth a discussion, what is not, and what is not
        known) and `worth_discussing` (how many of the three are there; missing where none of them
        is known). Nothing is written into the frames that come in.

    Raises
    ------
    InputError
        If a column is missing, or a promotion is there twice in `situations`.
    SettingsError
        If a threshold makes no sense.

    Examples
    --------
    >>> flags = pd.DataFrame({
    ...     "person_id": ["a"], "cycle": ["2024H1"], "effect": [-1.2], "low": [-1.8],
    ...     "high": [-0.6], "flagged": [True], "pattern": ["gave_up_technical_work"],
    ...     "reason": ["Technical output fell by 1.2 SD."],
    ... })
    >>> situations = pd.DataFrame({
    ...     "person_id": ["a"], "cycle": ["2024H1"], "technical_leader": [True],
    ...     "technical_leader_since": ["2023H2"],
    ... })
    >>> described = describe_patterns(flags, situations)
    >>> described.loc[0, "pattern"]
    'supported_transition'
    >>> for sentence in described.loc[0, "reason"].split(". "):
    ...     print(sentence)
    Technical output fell by 1.2 SD
    A technical leader has been in the team since 2023H2
    Not known for lack of data: own engagement, lead ratings.
    """
    settings = Settings(
        held_above=held_above,
        weak_lead_rating=weak_lead_rating,
        heavy_load=heavy_load,
        min_similar_teams=min_similar_teams,
    )
    _require(flags, ("person_id", "cycle", "low", "flagged", "pattern", "reason"), "flags")
    _require(situations, ("person_id", "cycle"), "situations")
    known = _by_promotion(situations)
    told = [
        _describe(flag, known.get((flag["person_id"], flag["cycle"]), {}), settings)
        for flag in flags.to_dict("records")
    ]
    return flags.assign(
        pattern=pd.Series([each[0] for each in told], index=flags.index, dtype="str"),
        reason=pd.Series([each[1] for each in told], index=flags.index, dtype="str"),
        worth_discussing=pd.Series([each[2] for each in told], index=flags.index, dtype="Int64"),
    )


def _require(frame: pd.DataFrame, columns: tuple[str, ...], name: str) -> None:
    """Refuse a frame without the columns that nothing can be said without."""
    lacking = [column for column in columns if column not in frame]
    if lacking:
        raise InputError(
            f"the {name} have the columns {', '.join(map(str, frame.columns)) or '(none)'}; they "
            f"lack {', '.join(lacking)}. Take them from find_declines and measure_team_effects."
        )


def _by_promotion(situations: pd.DataFrame) -> dict[tuple[Hashable, Hashable], dict[str, Any]]:
    """Look situations up by person and cycle."""
    repeated = situations.duplicated(["person_id", "cycle"])
    if repeated.any():
        person, cycle = situations.loc[repeated, ["person_id", "cycle"]].iloc[0]
        raise InputError(
            f"the promotion of {person} in {cycle} is there twice in the situations; give one row "
            "per person and cycle."
        )
    rows = situations.to_dict("records")
    return {(row["person_id"], row["cycle"]): {str(k): row[k] for k in row} for row in rows}


def _describe(
    flag: dict[Hashable, Any], situation: dict[str, Any], settings: Settings
) -> tuple[str, str, int | None]:
    """Give pattern, reason and number of things worth a discussion, for one promotion."""
    concerns = [find(situation, settings) for find, _ in _CONCERNS]
    known = [each.holds for each in concerns if each.holds is not None]
    unknown = [
        words for each, (_, words) in zip(concerns, _CONCERNS, strict=True) if each.holds is None
    ]
    sentences = [each.sentence for each in concerns if each.holds]
    sentences += [each.sentence for each in concerns if each.holds is False]
    team = [_team_fell(situation, name) for name in _LED_TEAM]
    pattern, cost = _pattern(flag, concerns, team, situation, settings)
    sentences += [each.sentence for each in team if each.holds] + cost
    if unknown:
        sentences.append(f"Not known for lack of data: {', '.join(unknown)}.")
    reason = " ".join([_text(flag["reason"]), *sentences]).strip()
    return pattern, reason, sum(known) if known else None


def _pattern(
    flag: dict[Hashable, Any],
    concerns: list[_Finding],
    team: list[_Finding],
    situation: dict[str, Any],
    settings: Settings,
) -> tuple[str, list[str]]:
    """Choose the pattern, and give the sentences that only it calls for."""
    void, unhappy, weak = concerns
    found = _text(flag["pattern"])
    if found in _FELL:
        if weak.holds or any(each.holds for each in team):
            return "does_both_poorly", []
        # Somebody who is less content is something to mend, whoever leads technically.
        if void.holds is False and not unhappy.holds:
            return "supported_transition", []
        return "gave_up_technical_work", []
    if found != "not_distinguishable":
        return found, []
    load = _load(situation, settings)
    if not unhappy.holds and not load.holds:
        return found, []
    told = [load.sentence] if load.holds else []
    if _number(flag["low"]) > settings.held_above:
        held = f"Output held: the interval leaves out a drop of {-settings.held_above:.1f} SD."
        return "does_both_jobs", [*told, held]
    return "not_enough_evidence", [
        *told,
        "There is not enough evidence to say that output held: the interval reaches a drop of "
        f"{-settings.held_above:.1f} SD.",
    ]


# ------------------------------------------------------------------------------ what may be so


def _find_void(situation: dict[str, Any], settings: Settings) -> _Finding:
    """Say whether the team is without a technical leader."""
    there = situation.get("technical_leader")
    if there is None or pd.isna(there):
        return _Finding(None, "")
    if not there:
        return _Finding(True, "The team has no technical leader.")
    since = _text(situation.get("technical_leader_since"))
    told = f"has been in the team since {since}" if since else "is in the team"
    return _Finding(False, f"A technical leader {told}.")


def _find_unhappiness(situation: dict[str, Any], settings: Settings) -> _Finding:
    """Say whether the person's own engagement fell beyond that of others."""
    low, high, change = (
        _number(situation.get(f"own_engagement_{name}")) for name in ("low", "high", "change")
    )
    if math.isnan(high):
        return _Finding(None, "")
    interval = f"interval {low:.1f} to {high:.1f}"
    if high < 0:
        return _Finding(
            True, f"Own engagement fell by {-change:.1f} more than that of others ({interval})."
        )
    return _Finding(
        False, f"No fall of own engagement beyond that of others can be seen ({interval})."
    )


def _find_weak_lead(situation: dict[str, Any], settings: Settings) -> _Finding:
    """Say whether the people managed rate the person low among managers."""
    share, n = _number(situation.get("lead_rating")), _number(situation.get("lead_rating_n"))
    if math.isnan(share) or not n >= settings.min_similar_teams:
        return _Finding(None, "")
    told = f"above {100 * share:.0f} % of {n:.0f} other managers"
    if share <= settings.weak_lead_rating:
        return _Finding(True, f"Lead ratings are weak: {told}.")
    return _Finding(False, f"Lead ratings are not weak: {told}.")


_Concern = Callable[[dict[str, Any], Settings], _Finding]
_CONCERNS: tuple[tuple[_Concern, str], ...] = (
    (_find_void, "a technical leader in the team"),
    (_find_unhappiness, "own engagement"),
    (_find_weak_lead, "lead ratings"),
)


def _team_fell(situation: dict[str, Any], name: str) -> _Finding:
    """Say whether the team fell behind similar teams."""
    low, high, change = (
        _number(situation.get(f"team_{name}_{part}")) for part in ("low", "high", "change")
    )
    if math.isnan(high):
        return _Finding(None, "")
    unit = " SD" if name == "output" else ""
    told = (
        f"The team's {name} fell by {-change:.1f}{unit} more than in similar teams "
        f"(interval {low:.1f} to {high:.1f})."
    )
    return _Finding(high < 0, told)


def _load(situation: dict[str, Any], settings: Settings) -> _Finding:
    """Say whether the person carries more than one job, by reports or by hours."""
    reports, fte = _number(situation.get("direct_reports")), _number(situation.get("fte"))
    if reports >= settings.heavy_load:
        return _Finding(True, f"The person leads {reports:.0f} people beside it.")
    if fte > 1:
        return _Finding(True, f"The person works {100 * fte:.0f} % of full time.")
    return _Finding(None if math.isnan(reports) and math.isnan(fte) else False, "")


def _number(value: object) -> float:
    """Read a cell as a number, NaN where it holds none."""
    try:
        number = float(value)  # type: ignore[arg-type]  # whatever a frame holds; text ends below
    except (TypeError, ValueError):
        return np.nan
    return number


def _text(value: Any) -> str:
    """Read a cell as text, empty where it is missing."""
    return "" if pd.api.types.is_scalar(value) and pd.isna(value) else str(value)
