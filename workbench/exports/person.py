"""What is known of one person, in sentences: the same on the card as in any list of people.

A calibration comes in, sentences go out. Pay and protected attributes are not among the columns
that are read here. What was written about a person is given separately, as a screen may be shared.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from workbench.analyses.roles import NO_ROLE
from workbench.calibration import Calibration
from workbench.charts.event_study import MOVES
from workbench.charts.group_profiles import SIGNAL_WORDS
from workbench.charts.role_ranking import name_holders
from workbench.charts.theme import in_words, plain_text, signed
from workbench.errors import WorkbenchError
from workbench.ladder import ROLES

__all__ = ["PersonAccount", "Quote", "describe_person", "quote_person"]

# What rests on an analysis, and the words for it where that was not made.
PARTS: dict[str, str] = {
    "candidates": "the role and the signals",
    "evidence": "what the signals rest on",
    "coverage": "who leads the team",
    "track_plan": "a proposed seat",
}
SOURCES: dict[str, str] = {
    "self_review": "self-review",
    "manager_review": "manager's review",
    "peer_feedback": "peer feedback",
}
_POSITION = ("title", "level", "job_family", "team")
_LEADER, _CANDIDATE, _FLAG = "technical leader already", "\u25cb candidate", "\u25c6"
_CLEAR, _LIKELY = 0.95, 0.8
_STATES: dict[str, str] = {
    "pair": "has a technical leader and a people manager",
    "no_technical_leader": "has no technical leader",
    "no_people_manager": "has no people manager",
    "neither": "has neither a technical leader nor a people manager",
    "not_known": "is not known to have a technical leader or not",
}


@dataclass(frozen=True, slots=True)
class PersonAccount:
    """What is known of one person.

    Attributes
    ----------
    name
        How the person appears.
    position
        Title, level, job family and team in the latest cycle.
    marks
        Flagged, candidate, technical leader already.
    role
        Which role the person resembles, how much, and how sure the group is.
    reasons
        Why, one sentence each.
    missing
        What there is to see before the next rung; empty where that is not known.
    evidence
        How much is known, and what rests on little.
    situation
        Preference, promotions, team, proposed seat.
    unknown
        What could not be said, and why.
    """

    name: str
    position: str
    marks: tuple[str, ...]
    role: str
    reasons: tuple[str, ...]
    missing: str
    evidence: tuple[str, ...]
    situation: tuple[str, ...]
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence that was written about a person.

    Attributes
    ----------
    sentence
        As it stands in the spreadsheet.
    where
        Source and cycle.
    statement
        What it speaks of.
    is_wish
        Whether it says what somebody would like to do, not what was done.
    """

    sentence: str
    where: str
    statement: str
    is_wish: bool


def describe_person(
    calibration: Calibration,
    person_id: str,
    *,
    labels: Mapping[str, str] | None = None,
    only_known: bool = False,
) -> PersonAccount:
    """Say what is known of one person.

    Parameters
    ----------
    calibration
        Its panel, declines, promotions, candidates, evidence, coverage and track plan are used.
    person_id
        Anybody in the panel.
    labels
        The text shown for each person; the id where there is none.
    only_known
        Whether to leave out what would first have to be worked out.

    Returns
    -------
    PersonAccount
        Nothing of pay or of protected attributes is in it.
    """
    labels = labels or {}
    names = ["declines", "promotions", "signals", *PARTS]
    parts, refusals = _take_parts(calibration, names, only_known=only_known)
    latest = _latest_review(calibration, person_id)
    member = _own_row(getattr(parts.get("candidates"), "members", None), person_id)
    return PersonAccount(
        name=_named(person_id, labels),
        position=_say_position(latest),
        marks=tuple(_say_marks(parts, latest, member, person_id)),
        role=_say_role(parts.get("candidates"), member),
        reasons=tuple(_sentences(member.get("reasons"))),
        missing=_say_missing(member),
        evidence=tuple(_say_evidence(parts, member, person_id)),
        situation=tuple(
            each
            for each in (
                _say_preference(latest),
                _say_moves(parts.get("promotions"), person_id),
                _say_team(parts.get("coverage"), latest.get("team"), labels),
                _say_seat(parts.get("track_plan"), person_id, labels),
            )
            if each
        ),
        unknown=tuple(refusals),
    )


def quote_person(calibration: Calibration, person_id: str, *, at_most: int = 6) -> list[Quote]:
    """Take what was written about one person, the latest first.

    Parameters
    ----------
    calibration
        Its `written` is used.
    person_id
        The person.
    at_most
        The most sentences.

    Returns
    -------
    list of Quote
        Deeds and wishes, each sentence once; what a sentence denies is left out.
    """
    parts, _ = _take_parts(calibration, ["written"], only_known=False)
    written = parts.get("written")
    if written is None:
        return []
    own = written.quotes.loc[written.quotes["person_id"].astype(str).eq(person_id)]
    own = own.loc[own["kind"].isin(["deed", "wish"])]
    own = own.sort_values(["cycle", "kind", "strength"], ascending=[False, True, False])
    return [
        Quote(
            sentence=plain_text(row["sentence"]),
            where=f"{SOURCES.get(row['source'], in_words(row['source']))}, {row['cycle']}",
            statement=in_words(row["statement"], SIGNAL_WORDS).lower(),
            is_wish=row["kind"] == "wish",
        )
        for row in own.drop_duplicates("sentence").head(at_most).to_dict("records")
    ]


def _take_parts(
    calibration: Calibration, names: Iterable[str], *, only_known: bool
) -> tuple[dict[str, Any], list[str]]:
    """Take some findings of a calibration, and say of those that cannot be had why."""
    taken, refusals = {}, []
    for name in names:
        if only_known and name not in vars(calibration):
            if name in PARTS:
                refusals.append(f"Not worked out yet: {PARTS[name]}.")
            continue
        try:
            if (part := getattr(calibration, name, None)) is not None:
                taken[name] = part
        except WorkbenchError as error:
            if name in PARTS:
                refusals.append(f"Not known: {PARTS[name]}. {error}")
    return taken, refusals


def _own_row(frame: pd.DataFrame | None, person_id: str) -> dict[str, Any]:
    """Take the row of one person, without what is missing in it; empty where there is none."""
    if frame is None or frame.empty:
        return {}
    rows = frame.loc[frame["person_id"].astype(str).eq(person_id)].tail(1).to_dict("records")
    return {str(key): value for row in rows for key, value in row.items() if _is_known(value)}


def _is_known(value: Any) -> bool:
    """Tell whether a cell says anything."""
    return bool(value) if isinstance(value, str | tuple | list) else not pd.isna(value)


def _latest_review(calibration: Calibration, person_id: str) -> dict[str, Any]:
    """Take what is known of the position of a person, from the latest cycle if it is there."""
    columns = ["person_id", "cycle", "track", "track_preference", *_POSITION]
    people = calibration.panel.people
    reviews = calibration.panel.reviews
    own = reviews.loc[reviews["person_id"].astype(str).eq(person_id)]
    own = own[own.columns.intersection(columns)].sort_values("cycle", kind="stable")
    of_person = _own_row(people[people.columns.intersection(columns)], person_id)
    return of_person | _own_row(own, person_id)


def _named(person_id: object, labels: Mapping[str, str]) -> str:
    """Give the text for a person."""
    return plain_text(labels.get(str(person_id), str(person_id)))


def _sentences(text: object) -> list[str]:
    """Take a text of reasons apart, each starting with a capital."""
    parts = [each.strip() for each in str(text or "").split(";")]
    return [each[:1].upper() + each[1:] for each in parts if each]


def _say_position(latest: Mapping[str, Any]) -> str:
    """Say what the person does, and since which cycle nothing is known where that has ended."""
    said = ", ".join(plain_text(latest[each]) for each in _POSITION if each in latest)
    return f"{said or 'Position not known'} ({latest['cycle']})" if "cycle" in latest else said


def _say_marks(
    parts: Mapping[str, Any],
    latest: Mapping[str, Any],
    member: Mapping[str, Any],
    person_id: str,
) -> list[str]:
    """Say with which marks the person has a place in the pictures."""
    marks = []
    flags = getattr(parts.get("declines"), "flags", None)
    if flags is not None:
        own = flags.loc[
            flags["person_id"].astype(str).eq(person_id) & flags["flagged"].astype(bool)
        ]
        marks += [
            f"{_FLAG} technical output fell by {-row['effect']:.1f} SD more than that of similar "
            f"people after {plain_text(row['cycle'])} "
            f"({signed(row['low'], 1)} to {signed(row['high'], 1)} SD)"
            for row in own.to_dict("records")
        ]
    if latest.get("track") == "technical_leadership":
        marks.append(_LEADER)
    elif member.get("role") in ROLES:
        marks.append(_CANDIDATE)
    return marks


def _say_role(candidates: Any, member: Mapping[str, Any]) -> str:
    """Say which role the person resembles, how much, and how sure the group is."""
    if candidates is None:
        return ""
    if not member:
        return "Not in the pool of candidates, and therefore compared with no role."
    role, similarity = plain_text(member["role"]), member.get("role_similarity")
    near = "" if similarity is None else f" (similarity {similarity:.2f} of 1)"
    if role == NO_ROLE:
        near = near.replace("(", "(nearest: ")
    said = f"{role}{near}." if role == NO_ROLE else f"Resembles {_a(role)}{near}."
    if len(candidates.profiles) < 2 or "probability" not in member:
        return said
    return f"{said} {_say_group(candidates.profiles, member)}"


def _say_group(profiles: pd.DataFrame, member: Mapping[str, Any]) -> str:
    """Say in which group the person is, and how sure both are."""
    group = profiles.loc[profiles["cluster"].eq(member["cluster"])]
    if group.empty:
        return ""
    role, probability = str(group["role"].iloc[0]), member["probability"]
    sure = "Clearly" if probability >= _CLEAR else "Probably" if probability >= _LIKELY else "Maybe"
    name = (
        f"the group of {name_holders(role, 2)}"
        if role in ROLES
        else f"the group \u201c{role}\u201d"
    )
    said = f"{sure} in {name} ({100 * probability:.0f} %)"
    stability = member.get("stability")
    if stability is not None:
        said += f", of which {100 * stability:.0f} % comes back when people are drawn again"
    agrees = member.get("agrees", role == member["role"])
    return f"{said}." if agrees else f"{said}; the person's own signals count."


def _a(role: str) -> str:
    """Put the article before a role."""
    if role not in ROLES:
        role = role[:1].lower() + role[1:]
    return f"{'an' if role[:1] in 'aeiouAEIOU' else 'a'} {role}"


def _say_missing(member: Mapping[str, Any]) -> str:
    """Say what there is to see before the next rung."""
    if not member.get("missing"):
        return ""
    towards = f" towards {member['next_role']}" if member.get("next_role") else ""
    return f"To see{towards}: {plain_text(member['missing'])}."


def _say_evidence(parts: Mapping[str, Any], member: Mapping[str, Any], person_id: str) -> list[str]:
    """Say how many of the signals are known and which of them rest on little."""
    said = []
    if "evidence_share" in member:
        said.append(f"{100 * member['evidence_share']:.0f} % of the signals are known.")
    if member.get("caution"):
        said.append(*_sentences(member["caution"]))
    evidence = parts.get("evidence")
    if evidence is None or not member:
        return said
    own = evidence.loc[
        evidence["person_id"].astype(str).eq(person_id) & evidence["one_count"].astype(bool)
    ]
    told = [
        f"{in_words(signal, SIGNAL_WORDS).lower()} ({plain_text(rests_on)})"
        for signal, rests_on in zip(own["signal"], own["rests_on"], strict=True)
    ]
    if told:
        said.append(f"Resting on one activity count alone: {', '.join(told)}.")
    return said


def _say_preference(latest: Mapping[str, Any]) -> str:
    """Say which track the person prefers."""
    if "track_preference" not in latest:
        return "No preference of a track is recorded."
    return f"Says to prefer: {plain_text(latest['track_preference'])}."


def _say_moves(promotions: pd.DataFrame | None, person_id: str) -> str:
    """Say when the person moved to another track."""
    if promotions is None:
        return ""
    own = promotions.loc[
        promotions["person_id"].astype(str).eq(person_id) & promotions["kind"].isin(list(MOVES))
    ]
    told = [
        f"to {MOVES[str(kind)]} in {cycle}"
        for cycle, kind in zip(own["cycle"], own["kind"], strict=True)
    ]
    return f"Promoted {', '.join(told)}." if told else ""


def _say_team(coverage: Any, team: object, labels: Mapping[str, str]) -> str:
    """Say who leads the team of the person, or since when nobody does."""
    if coverage is None or team is None:
        return ""
    rows = coverage.teams.loc[coverage.teams["team"].astype(str).eq(str(team))].to_dict("records")
    if not rows:
        return f"{plain_text(team)}: not known who leads it."
    row = rows[0]
    said = f"{plain_text(team)} {_STATES.get(row['state'], in_words(row['state']).lower())}"
    if row["state"] != "pair" and row["state"] != "not_known" and _is_known(row["since"]):
        said += f" (since {plain_text(row['since'])})"
    people = _say_people(row["technical_leaders"], "technical leader", labels)
    people += _say_people(row["people_managers"], "people manager", labels)
    return f"{said}{': ' if people else ''}{', '.join(people)}."


def _say_people(ids: object, what: str, labels: Mapping[str, str]) -> list[str]:
    """Name some people with what they are."""
    if not isinstance(ids, Collection) or isinstance(ids, str):
        return []
    return [f"{what} {_named(each, labels)}" for each in ids]


def _say_seat(plan: Any, person_id: str, labels: Mapping[str, str]) -> str:
    """Say which seat is proposed for the person, or why none is."""
    if plan is None:
        return ""
    seat = _own_row(plan.assignments, person_id)
    if seat:
        said = f"Proposed: {plain_text(seat['role'])} of {plain_text(seat['team'])}"
        if "paired_with" in seat:
            said += f", beside people manager {_named(seat['paired_with'], labels)}"
        return f"{said} ({plain_text(seat['reason'])})."
    why = _own_row(plan.unseated, person_id).get("why")
    return f"No seat is proposed: {plain_text(why)}." if why else "No seat is proposed."
