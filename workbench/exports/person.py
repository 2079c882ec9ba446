"""What is known of one person, in sentences: the same on the card as in any list of people.

A calibration comes in, sentences go out. Pay and protected attributes are not among the columns
that are read here. What was written about a person is in `quotes`, as a screen may be shared.
"""

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from workbench.analyses.candidates import Candidates
from workbench.analyses.coverage import Coverage
from workbench.analyses.decline import Declines
from workbench.analyses.resemblance.roles import NO_ROLE
from workbench.analyses.track_plan import TrackPlan
from workbench.calibration import Calibration
from workbench.charts.decline import FLAG_MARK
from workbench.charts.event_study import MOVES
from workbench.charts.group_profiles import SIGNAL_WORDS
from workbench.charts.role_ranking import name_holders
from workbench.charts.theme import in_words, plain_text, signed
from workbench.errors import WorkbenchError
from workbench.ladder import ROLES

__all__ = ["PersonAccount", "describe_person"]

# What rests on an analysis, and the words for it where that was not made.
PARTS: dict[str, str] = {
    "candidates": "the role and the signals",
    "evidence": "what the signals rest on",
    "coverage": "who leads the team",
    "track_plan": "a proposed seat",
}
CANDIDATE_MARK = "\u25cb"
LEADER = "Technical leader already"
_POSITION = ("title", "level", "job_family", "team")
_CLEAR = 0.95


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
        Flagged, with the difference and its interval; technical leader already.
    flagged
        Whether technical output fell more than that of similar people.
    role
        Which role the person resembles, and how much.
    group
        In which group the person is, how surely, and how firm the group is.
    reasons
        Why, one sentence each.
    next_role
        The next rung; empty where there is none, or it is not known.
    missing
        What there is to see before it, one sentence each.
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
    flagged: bool
    role: str
    group: str
    reasons: tuple[str, ...]
    next_role: str
    missing: tuple[str, ...]
    evidence: tuple[str, ...]
    situation: tuple[str, ...]
    unknown: tuple[str, ...]


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

    Examples
    --------
    >>> import workbench
    >>> found = workbench.load(workbench.make_company(people=60, cycles=4, seed=1).tables)
    >>> person = found.panel.people["person_id"].iloc[0]
    >>> account = describe_person(found, person, labels={person: "Ada"}, only_known=True)
    >>> account.name, account.unknown[0]
    ('Ada', 'Not worked out yet: the role and the signals.')
    """
    labels = labels or {}
    names = ["declines", "promotions", *PARTS]
    parts, refusals = _take_parts(calibration, names, only_known=only_known)
    latest = _latest_review(calibration, person_id)
    member = _own_row(getattr(parts.get("candidates"), "members", None), person_id)
    fell = _say_falls(parts.get("declines"), person_id)
    return PersonAccount(
        name=_named(person_id, labels),
        position=_say_position(latest),
        marks=(*fell, *([LEADER] if latest.get("track") == "technical_leadership" else [])),
        flagged=bool(fell),
        role=_say_role(parts.get("candidates"), member),
        group=_say_group(parts.get("candidates"), member, calibration.settings.sure_membership),
        reasons=tuple(_sentences(member.get("reasons"))),
        next_role=plain_text(member.get("next_role", "")),
        missing=tuple(_sentences(member.get("missing"))),
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
            taken[name] = getattr(calibration, name)
        except WorkbenchError as error:
            if name in PARTS:
                refusals.append(f"Not known: {PARTS[name]}. {_as_sentence(error)}")
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


def _as_sentence(error: WorkbenchError) -> str:
    """Give what an error says, starting with a capital."""
    text = str(error)
    return text[:1].upper() + text[1:]


def _say_position(latest: Mapping[str, Any]) -> str:
    """Say what the person does, and since which cycle nothing is known where that has ended."""
    said = ", ".join(plain_text(latest[each]) for each in _POSITION if each in latest)
    return f"{said or 'Position not known'} ({latest['cycle']})" if "cycle" in latest else said


def _say_falls(declines: Declines | None, person_id: str) -> list[str]:
    """Say by how much technical output fell, of each promotion after which it did."""
    if declines is None:
        return []
    flags = declines.flags
    own = flags.loc[flags["person_id"].astype(str).eq(person_id) & flags["flagged"].astype(bool)]
    return [
        f"{FLAG_MARK} technical output {signed(row['effect'], 1)} SD ({signed(row['low'], 1)} to "
        f"{signed(row['high'], 1)}) beyond similar people"
        for row in own.to_dict("records")
    ]


def _say_role(candidates: Candidates | None, member: Mapping[str, Any]) -> str:
    """Say which role the person resembles, and how much."""
    if candidates is None:
        return ""
    if not member:
        return "Not in the pool of candidates, and therefore compared with no role."
    role, similarity = plain_text(member["role"]), member.get("role_similarity")
    if role == NO_ROLE and similarity is None:
        return "Compared with no role: too little is known for it."
    if role == NO_ROLE and similarity is not None and similarity > 0:
        # Rounded down, so that it never reads as what is needed.
        near = f"{math.floor(100 * similarity) / 100:.2f}"
        return f"Resembles no role clearly: the nearest reaches a similarity of {near} of 1."
    if role == NO_ROLE:
        return "Resembles no role."
    near = "" if similarity is None else f" (similarity {similarity:.2f} of 1)"
    ring = f"{CANDIDATE_MARK} " if role in ROLES else ""
    return f"{ring}Resembles {_a(role)}{near}."


def _say_group(candidates: Candidates | None, member: Mapping[str, Any], sure_from: float) -> str:
    """Say in which group the person is, how surely, and how firm the group is."""
    if candidates is None or len(candidates.profiles) < 2 or "probability" not in member:
        return ""
    probability, stability = member["probability"], member.get("stability")
    sure = (
        "clearly" if probability >= _CLEAR else "probably" if probability >= sure_from else "maybe"
    )
    firm = ""
    if stability is not None:
        firm = f"; {100 * stability:.0f} % of it stays when redrawn"
    role = name_holders(plain_text(member.get("cluster_role", NO_ROLE)), 2)
    return f"Group: {role}, {sure} ({100 * probability:.0f} %){firm}."


def _a(role: str) -> str:
    """Put the article before a role."""
    if role not in ROLES:
        role = role[:1].lower() + role[1:]
    return f"{'an' if role[:1] in 'aeiouAEIOU' else 'a'} {role}"


def _say_evidence(parts: Mapping[str, Any], member: Mapping[str, Any], person_id: str) -> list[str]:
    """Say how much of the evidence is known and which signals rest on little."""
    said = []
    if "evidence_share" in member:
        known = f"{100 * member['evidence_share']:.0f} %"
        said.append(f"{known} of what the recent cycles say of others is known.")
    cautions = _sentences(member.get("caution"))
    evidence = parts.get("evidence")
    if evidence is None or not member:
        return said + cautions
    # Said below once for all signals, those that do not bear on the role included.
    said += [each for each in cautions if " rests on one activity count alone" not in each]
    own = evidence.loc[evidence["person_id"].astype(str).eq(person_id)]
    partly = own.loc[own["n_evidence"] < own["of"]]
    if len(partly):
        counted = partly["n_evidence"].astype(str) + " of " + partly["of"].astype(str) + " measures"
        said.append(f"Known in part: {_list_signals(partly['signal'], counted)}.")
    alone = own.loc[own["one_count"].astype(bool)]
    if len(alone):
        told = _list_signals(alone["signal"], alone["rests_on"].map(plain_text))
        said.append(f"Resting on one activity count alone: {told}.")
    return said


def _list_signals(signals: pd.Series, beside: pd.Series) -> str:
    """List signals in words, each with something in brackets."""
    return ", ".join(
        f"{in_words(signal, SIGNAL_WORDS).lower()} ({words})"
        for signal, words in zip(signals, beside, strict=True)
    )


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


def _say_team(coverage: Coverage | None, team: object, labels: Mapping[str, str]) -> str:
    """Say who leads the team of the person, or since when nobody does."""
    if coverage is None or team is None:
        return ""
    rows = coverage.teams.loc[coverage.teams["team"].astype(str).eq(str(team))].to_dict("records")
    if not rows:
        return f"{plain_text(team)}: not known who leads it."
    led = [
        f"{what} {_named(each, labels)}"
        for what in ("technical leader", "people manager")
        for each in _listed(rows[0][f"{what.replace(' ', '_')}s"])
    ]
    reason = plain_text(rows[0]["reason"]).rstrip(".")
    people = f" ({', '.join(led)})" if led else ""
    return f"{plain_text(team)}: {reason}{people}."


def _listed(ids: object) -> Collection[object]:
    """Take the people in a cell; nobody where it is empty."""
    return ids if isinstance(ids, tuple | list) else ()


def _say_seat(plan: TrackPlan | None, person_id: str, labels: Mapping[str, str]) -> str:
    """Say which seat is proposed for the person, or why none is."""
    if plan is None:
        return ""
    seat = _own_row(plan.assignments, person_id)
    if seat:
        said = f"Proposed: the open seat of {plain_text(seat['team'])}"
        if "paired_with" in seat:
            said += f", beside people manager {_named(seat['paired_with'], labels)}"
        return f"{said} ({plain_text(seat['reason'])})."
    why = _own_row(plan.unseated, person_id).get("why")
    return f"No seat is proposed: {plain_text(why)}." if why else ""
