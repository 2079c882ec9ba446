"""The answer to each question in a sentence, the same on screen, in the report, in a terminal."""

from workbench.analyses.track_plan import TrackPlan
from workbench.calibration import Calibration
from workbench.charts.event_study import MOVES
from workbench.charts.role_ranking import name_holders
from workbench.charts.theme import signed
from workbench.intake.overview import list_dates, list_headers
from workbench.ladder import ROLES

__all__ = [
    "answer_candidates",
    "answer_columns",
    "answer_coverage",
    "answer_declines",
    "answer_event_study",
    "answer_parity",
    "answer_problems",
    "answer_scales",
    "answer_track_plan",
    "count",
]


def count(number: int, one: str, many: str) -> str:
    """Write a number with its noun.

    Examples
    --------
    >>> count(1, "person", "people"), count(1200, "person", "people"), count(0, "flag", "flags")
    ('1 person', '1,200 people', 'no flags')
    """
    return f"{f'{number:,}' if number else 'no'} {one if number == 1 else many}"


def answer_problems(calibration: Calibration) -> str:
    """Say what was read and whether it is sound.

    Parameters
    ----------
    calibration
        Its `panel` and `problems` are used.

    Returns
    -------
    str
        One sentence of people, cycles and problems by how bad they are.
    """
    severity = calibration.problems["severity"].value_counts()
    reviews = calibration.panel.reviews
    found = [
        count(int(severity.get(code, 0)), one, many)
        for code, one, many in (
            ("error", "error", "errors"),
            ("warning", "warning", "warnings"),
            ("note", "note", "notes"),
        )
        if severity.get(code, 0)
    ]
    size = (
        f"{count(reviews['person_id'].nunique(), 'person', 'people')} in "
        f"{count(reviews['cycle'].nunique(), 'cycle', 'cycles')} could be read"
    )
    if not found:
        return f"{size}; nothing is wrong with the cells."
    return f"{size}, with {' and '.join(', '.join(found).rsplit(', ', 1))}."


def answer_columns(calibration: Calibration) -> str:
    """Say how many headers were recognised, and how many a person should look at.

    Parameters
    ----------
    calibration
        Its `intake` is used.

    Returns
    -------
    str
        One or two sentences.
    """
    headers = list_headers(calibration.intake)
    known, looked = int(headers["field"].notna().sum()), int(headers["look"].sum())
    said = f"{known} of {count(len(headers), 'header', 'headers')} are recognised"
    kept = len(headers) - known
    if kept:
        said += f"; {kept} {'is kept under its own name' if kept == 1 else 'are kept as they are'}"
    dates = int((list_dates(calibration.intake)["leading"] == "").sum())
    asked = [f"{count(looked, 'header', 'headers')} should be looked at"] if looked else []
    if dates:
        asked.append(f"the dates of {count(dates, 'column', 'columns')} can be read in two ways")
    if not asked:
        return f"{said}. Nothing is left to ask."
    return f"{said}. {' and '.join(asked).capitalize()}."


def answer_scales(calibration: Calibration) -> str:
    """Say how the ratings of a spreadsheet were read.

    Parameters
    ----------
    calibration
        Its `scales` and `levels` are used.

    Returns
    -------
    str
        One or two sentences: which ratings, on which scales, and what was not understood.
    """
    scales, levels = calibration.scales, calibration.levels
    if scales.empty:
        return "There are no ratings in this spreadsheet."
    rated = scales[scales["n"] > 0]
    fields = rated["field"].nunique()
    mixed = int((rated.groupby("field")[["low", "high", "best"]].nunique().max(axis=1) > 1).sum())
    unknown = levels[levels["kind"] == "unknown"]
    said = f"{count(fields, 'column', 'columns')} of ratings were read; higher is better everywhere"
    if mixed:
        said += f", and {count(mixed, 'column', 'columns')} changed scale between cycles"
    if unknown.empty:
        return f"{said}. Every text was understood."
    texts = count(unknown["text"].nunique(), "text was", "texts were")
    return f"{said}. {texts} not understood and count as not rated."


def answer_declines(calibration: Calibration) -> str:
    """Say whose technical output fell beyond similar people's, and how many cannot be judged.

    Parameters
    ----------
    calibration
        Its `declines` are used.

    Returns
    -------
    str
        One or two sentences with the number promoted, judged and flagged.
    """
    declines = calibration.declines
    if declines.n_promoted == 0:
        return "Nobody was seen being promoted to management, so no decline can be assessed."
    promoted = count(declines.n_promoted, "person", "people")
    patterns = declines.flags["pattern"].value_counts()
    too_new = int(patterns.get("too_new", 0))
    early = f"{too_new:,} {'is' if too_new == 1 else 'are'} too new"
    if declines.n_judged == 0:
        why = "from these data"
        if too_new:
            others = declines.n_promoted - too_new
            why = (
                f"yet: {early}{f', for {others:,} there is too little evidence' if others else ''}"
            )
        return f"{promoted} moved to management; none of them can be judged {why}."
    flagged = int(declines.flags["flagged"].sum())
    found = (
        f"Of {promoted} promoted to management, {declines.n_judged:,} can be judged"
        f"{f' and {early}' if too_new else ''}. The technical output of "
        f"{f'{flagged:,}' if flagged else 'none of them'} fell more than that of similar people"
    )
    if not flagged:
        return f"{found}."
    recovered = int(patterns.get("transient", 0))
    if recovered:
        found += f"; {recovered:,} {'has' if recovered == 1 else 'have'} recovered"
    expected = declines.fdr * flagged
    wrong = "fewer than one" if expected < 1 else f"about {expected:,.0f}"
    return f"{found}. On average {wrong} of these {flagged:,} would be a false alarm."


def answer_event_study(calibration: Calibration) -> str:
    """Say what promotion does to output on the whole, and how the two moves differ.

    Parameters
    ----------
    calibration
        Its `event_study` is used.

    Returns
    -------
    str
        One sentence a kind of move, each with interval and number of people; or why there is none.
    """
    study = calibration.event_study
    whole = study.by_kind.loc[study.by_kind["relative_cycle"].isna()]
    found = {
        str(kind): (float(effect), float(low), float(high), int(n))
        for kind, effect, low, high, n in whole[["kind", "effect", "low", "high", "n"]].itertuples(
            index=False
        )
    }
    if study.kind not in found:
        return study.notes[0]
    kinds = [study.kind, *(kind for kind in MOVES if kind in found and kind != study.kind)]
    said = [
        f"after promotion to {MOVES[kind]}{'' if place else ', technical output is'} "
        f"{_say_effect(*found[kind], own=not place)}"
        for place, kind in enumerate(kinds)
    ]
    return f"{'; '.join(said)}.".replace("after", "After", 1)


def _say_effect(effect: float, low: float, high: float, n: int, *, own: bool) -> str:
    """Say how far output after one move lies from what was expected, and how sure that is."""
    people = count(n, "person", "people")
    if low <= 0 <= high:
        return f"about as expected ({signed(low, 1)} to {signed(high, 1)} SD; {people})"
    near, far = sorted((abs(low), abs(high)))
    of = " from people's own earlier cycles" if own else ""
    way = "lower" if effect < 0 else "higher"
    return f"{abs(effect):.1f} SD {way} than expected{of} ({near:.1f} to {far:.1f} SD; {people})"


def answer_coverage(calibration: Calibration) -> str:
    """Say how many teams have a technical leader and a people manager, and how many lack one.

    Parameters
    ----------
    calibration
        Its `coverage` is used.

    Returns
    -------
    str
        One sentence with the number of teams in each state, or why there is none.
    """
    coverage = calibration.coverage
    if coverage.teams.empty:
        return coverage.notes[0] if coverage.notes else "There is no team with technical work."
    states = coverage.teams["state"].value_counts()
    pairs, neither = int(states.get("pair", 0)), int(states.get("neither", 0))
    alone, unknown = int(states.get("no_people_manager", 0)), int(states.get("not_known", 0))
    void = int(states.get("no_technical_leader", 0)) + neither
    promoted = int((coverage.voids["began_with"] == "promotion_to_management").sum())
    teams = count(len(coverage.teams), "team", "teams")
    if unknown == len(coverage.teams):
        return f"It is not known of any of {teams} whether it has a technical leader."
    none = f"None of {teams} {'is known to have' if unknown else 'has'}"
    said = [
        f"{pairs:,} of {teams} {_has(pairs)} a technical leader and a people manager"
        if pairs
        else f"{'The one team does not have' if len(coverage.teams) == 1 else none} a technical "
        "leader and a people manager"
    ]
    if void:
        lack = f"{void:,} {'lacks' if void == 1 else 'lack'} a technical leader"
        if promoted:
            lack += (
                f", {promoted:,} of these after the technical leader or the strongest engineer was "
                "promoted to management"
            )
        said.append(lack)
    if alone:
        said.append(f"{alone:,} {_has(alone)} nobody beside the technical leader to manage people")
    if unknown:
        said.append(f"for {unknown:,} it is not known")
    return f"{'; '.join(said)}."


def _has(number: int) -> str:
    """Put the verb in agreement."""
    return "has" if number == 1 else "have"


def answer_candidates(calibration: Calibration) -> str:
    """Say how many people resemble a role of the technical-leadership track.

    Parameters
    ----------
    calibration
        Its `candidates` are used.

    Returns
    -------
    str
        The roles, whether there are separate groups, and of how many too little is known.
    """
    candidates = calibration.candidates
    if candidates.n_pool == 0 and calibration.signals.empty:
        return "Nobody of the latest cycle is in the pool of candidates, so nobody is compared."
    if candidates.n_pool == 0:
        return "Nobody has enough signals of technical leadership to be compared."
    if candidates.n_pool == 1:
        return "Only 1 person is in the pool of candidates, so there is nobody to compare with."
    if candidates.members["role_similarity"].isna().all():
        return (
            "Candidates cannot be assessed: the data say too little of what others achieve through "
            "a person, such as mentoring, reviews across teams or design reviews."
        )
    roles = candidates.members["role"].value_counts()
    named = [
        f"{count(int(roles[role]), role, name_holders(role, 2))}"
        for role in ROLES
        if roles.get(role, 0)
    ]
    pool = count(candidates.n_pool, "person", "people")
    profiles = candidates.profiles[candidates.profiles["cluster"] >= 0]
    groups = len(profiles)
    firm = int((profiles["stability"] >= calibration.settings.cluster_stability).sum())
    how_firm = "" if firm == groups else f", {firm or 'none'} of them firm"
    structure = (
        f"Everybody compared forms {groups} groups{how_firm}."
        if groups > 1
        else "There are no separate groups; the roles come from each person's own profile."
    )
    found = f"None of {pool} resembles a role of the technical-leadership track."
    if named:
        total = int(roles.reindex(list(ROLES)).sum())
        found = (
            f"{total:,} of {pool} {'resembles' if total == 1 else 'resemble'} a role of the "
            f"technical-leadership track: {', '.join(named)}."
        )
    few = int(candidates.members["role_similarity"].isna().sum())
    unknown = f" Of {count(few, 'person', 'people')} too little is known." if few else ""
    return f"{found} {structure}{unknown}"


def answer_parity(calibration: Calibration) -> str:
    """Say what technical leadership has beside people management, and who would rather change.

    Parameters
    ----------
    calibration
        Its `parity` is used.

    Returns
    -------
    str
        One sentence of the tracks, and one of the managers where enough of them say what they want.
    """
    parity = calibration.parity
    said = f"{parity.headline}."
    cells = parity.preferences
    managers = cells["track"].eq("management") & cells["preference"].eq("technical_leadership")
    wanted = cells[managers & ~cells["hidden"].astype(bool) & (cells["of"].fillna(0) > 0)]
    for n, of in zip(wanted["n"], wanted["of"], strict=True):
        said += (
            f" {n:,} of {count(int(of), 'manager', 'managers')} {'says' if n == 1 else 'say'} that "
            "they would rather lead technically."
        )
    return said


def answer_track_plan(calibration: Calibration, plan: TrackPlan | None = None) -> str:
    """Say how many of the open seats could be filled, and that it is a proposal.

    Parameters
    ----------
    calibration
        Its `track_plan` is used where no other plan is given.
    plan
        Another plan of the same data, after something was kept or left out.

    Returns
    -------
    str
        One or two sentences, or why there is no plan.
    """
    plan = calibration.track_plan if plan is None else plan
    if not plan.tracks_known:
        return (
            "It is not known which teams lack a technical leader, so no seat can be planned for: "
            "the data show no team of which the technical work and the tracks are known."
        )
    if not plan.n_seats:
        return "Every team has a technical leader, so there is no open seat to plan for."
    seats = count(plan.n_seats, "team has", "teams have")
    if not plan.n_candidates and plan.assignments.empty:
        return (
            f"{seats} no technical leader. Nobody resembles a role of the track without leading a "
            "team technically already, so nobody can be proposed."
        )
    filled, own = len(plan.assignments), int(plan.assignments["same_team"].eq(1).sum())
    if not filled:
        return f"{seats} no technical leader; nobody fits any of these seats well enough yet."
    proposal = "It is a proposal; nothing is applied."
    if plan.n_seats == 1:
        origin = "the team itself" if own else "another team"
        return f"The one open seat could be filled by a candidate from {origin}. {proposal}"
    of = f"All {filled:,}" if filled == plan.n_seats else f"{filled:,} of {plan.n_seats:,}"
    return (
        f"{of} open seats could be filled by candidates, {_part(own, filled)} of them from the "
        f"team itself. {proposal}"
    )


def _part(number: int, of: int) -> str:
    """Write how many of some things, where all or none of them stand out.

    Examples
    --------
    >>> _part(0, 3), _part(1, 3), _part(3, 3), _part(1, 1)
    ('none', '1', 'all', '1')
    """
    if not number:
        return "none"
    return "all" if number == of > 1 else f"{number:,}"
