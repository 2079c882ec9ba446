"""A made-up company: review tables as an HR system exports them, and what was planted in them.

What comes in is a size and a seed; what goes out is three tables (roster, reviews, ratings) with
the skew, the zeros and the gaps of real exports, and beside them what nobody can see in real
data: whose output fell after the promotion, who works as a technical leader already, and how
severe each rater is.

Engineers are promoted to management *because their recent output was high*, on the very numbers
that the tables show. Output therefore falls after promotion for nearly everyone, effect or not,
which is what an honest analysis has to see through.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.errors import SettingsError
from workbench.ladder import ROLES
from workbench.sample_texts import Subjects, write_texts

__all__ = ["Company", "Truth", "make_company"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

_FAMILIES = ("Backend", "Frontend", "Data", "Platform")
_FAMILY_SHARES = (0.4, 0.25, 0.15, 0.2)

# Header, mean count of an average engineer in a cycle, log-slope on output, gamma shape (low =
# more skew), share of people who never do it.
_OUTPUT_COUNTS = (
    ("Commits", 28.0, 0.60, 4.0, 0.00),
    ("Pull Requests", 12.0, 0.55, 5.0, 0.00),
    ("Code Reviews", 15.0, 0.45, 4.0, 0.02),
    ("Design Docs", 1.1, 0.60, 3.0, 0.10),
    ("Incidents Resolved", 1.8, 0.45, 3.0, 0.15),
    ("Story Points", 24.0, 0.45, 6.0, 0.00),
)
_SIGNALS = (
    "durable_solutions",
    "integration_foresight",
    "long_term_design",
    "team_learning",
    "customer_rescue",
    "prototypes_ahead",
)
# Nobody is promoted before there is something to judge by.
_FIRST_PROMOTION = 3
# Levels of people who manage people are counted apart from those of engineers.
_GRADES = {"manager": "M1", "director": "M2"}
# Standard deviation of output within level and cycle: ability, streak and the noise of the counts.
_OUTPUT_SD = 0.9
# Header, mean count, the signals behind it.
_SIGNAL_COUNTS = (
    ("Mentees", 0.9, ("team_learning",)),
    ("Mentoring Hours", 6.0, ("team_learning",)),
    ("Cross-Team Reviews", 3.0, ("integration_foresight",)),
    ("Design Reviews", 2.0, ("long_term_design", "integration_foresight")),
    ("Talks", 0.6, ("team_learning",)),
    ("Prototypes", 0.8, ("prototypes_ahead",)),
    ("Escalations Resolved", 1.2, ("customer_rescue",)),
)
# What each planted kind of engineer does more of than others: hands-on output first, then the
# signals in order.
_KINDS: dict[str, tuple[float, ...]] = {
    "Lead Engineer": (0.4, 0.3, 0.3, 0.0, 2.8, 2.6, 0.3),
    "Software Architect": (-0.1, 2.4, 2.8, 3.0, 0.2, -0.3, 0.8),
    "Principal Architect": (0.3, 2.7, 3.0, 2.8, 2.7, 1.0, 3.0),
    "Strong engineer": (1.0, -0.3, -0.5, -0.5, -1.0, 0.3, -0.2),
}
_KIND_SHARES = {
    "Lead Engineer": 0.18,
    "Software Architect": 0.14,
    "Principal Architect": 0.08,
    "Strong engineer": 0.2,
}
_FIRST_NAMES = (
    "Ada Aisha Alan Amara Anders Ana Arjun Beatriz Bjarne Carlos Chen Chloe Daniel Dmitri Edsger "
    "Elena Emeka Fatima Femi Frances Grace Hana Hedy Ines Ivan Jamal Jean Joan Kofi Lars Leila Lin "
    "Luca Margaret Mei Mikael Nadia Noor Olga Omar Priya Radia Rahul Rosa Sana Sofia Tariq Tomasz "
    "Valentina Wei Yuki Zoë"
).split()
_LAST_NAMES = (
    "Abara Ahmed Andersson Bakker Banerjee Berg Castillo Chen Costa Dahl Diaz Dubois Eriksen Evans "
    "Ferrari Fischer Garcia Gupta Haddad Hansen Hughes Ito Ivanova Jansen Kaya Khan Kim Kowalski "
    "Larsen Lee Lopez Martin Mensah Meyer Moreau Nakamura Null Nguyen O'Brien Okafor Olsen Osei "
    "Park Patel Petrov Rossi Sato Schmidt Silva Singh Tanaka Torres Vargas Wang Weber Yilmaz Zhang"
).split()
_KINDS_OF_WORK = 6  # of which a self-review tells two besides the deeds


@dataclass(frozen=True, slots=True)
class Truth:
    """What was planted, which no real export shows.

    Attributes
    ----------
    declines
        One row per promotion to management in the tables: `person_id`, `cycle` (first cycle as a
        manager), `effect` (lasting change of hands-on output in standard deviations of output; 0
        where nothing was planted), `declined`.
    roles
        One row per person: `person_id`, `role` (a role of the technical-leadership track that the
        person already fills in all but title, `Strong engineer`, or `None`).
    raters
        One row per rater: `rater_id`, `severity` (rating points by which the rater rates lower).
    """

    declines: pd.DataFrame
    roles: pd.DataFrame
    raters: pd.DataFrame


@dataclass(frozen=True, slots=True)
class Company:
    """A made-up company.

    Attributes
    ----------
    tables
        What the HR system exports, by sheet name: `Roster` (a row per person), `Reviews` (a row
        per person and cycle) and `Ratings` (a row per rating), under the headers of such exports.
    truth
        What was planted.
    """

    tables: dict[str, pd.DataFrame]
    truth: Truth


def make_company(
    people: int = 400,
    cycles: int = 8,
    seed: int = 0,
    *,
    promoted_share: float = 0.2,
    decline_share: float = 0.45,
    effects: tuple[float, ...] = (1.25, 1.75, 2.25),
    selection: float = 1.3,
    missing_share: float = 0.03,
    first_year: int = 2021,
) -> Company:
    """Make a company with planted declines, technical leaders and severe raters.

    Parameters
    ----------
    people, cycles
        Size: everyone who ever appears, and the number of half-year cycles.
    seed
        Seed of everything random; the same seed gives the same company.
    promoted_share
        Share of engineers promoted to management, chosen by their output in the last two cycles.
    decline_share
        Share of these whose hands-on output then falls for good.
    effects
        Sizes of the planted falls, in standard deviations of output, drawn evenly.
    selection
        How strongly promotion follows recent output (log-odds per standard deviation); 0 is a
        lottery.
    missing_share
        Share of measure cells left empty.
    first_year
        Year of the first cycle.

    Returns
    -------
    Company
        The tables and the planted truth.

    Raises
    ------
    SettingsError
        A size or a share that makes no company.

    Examples
    --------
    >>> company = make_company(people=60, cycles=4, seed=1)
    >>> sorted(company.tables)
    ['Ratings', 'Reviews', 'Roster']
    >>> list(company.truth.declines.columns)
    ['person_id', 'cycle', 'effect', 'declined']
    """
    if people < 30 or cycles < 2:
        raise SettingsError(
            f"a company of {people} people and {cycles} cycles was asked for; at least 30 people "
            "and 2 cycles are needed. Ask for more of both."
        )
    if not 0 <= missing_share < 1 or not 0 <= promoted_share < 1 or not 0 <= decline_share <= 1:
        raise SettingsError(
            f"shares of {promoted_share}, {decline_share} and {missing_share} were given; each is "
            "a number from 0 to 1. Write 12 % as 0.12."
        )
    rng = np.random.default_rng(seed)
    # A source of its own, so that what people write changes nothing that they did.
    words = np.random.default_rng([seed, 1])
    staff = _hire(people, cycles, rng)
    planted = rng.choice(effects, size=people) * (rng.random(people) < decline_share)
    years = _live(staff, _Plan(promoted_share, selection, planted), cycles, rng)
    labels = [f"{first_year + t // 2}H{t % 2 + 1}" for t in range(cycles)]
    tables = {
        "Roster": _roster(staff, years, first_year, rng),
        "Reviews": _reviews(staff, years, labels, missing_share, rng, words),
        "Ratings": _ratings(staff, years, labels, rng),
    }
    return Company(tables=tables, truth=_truth(staff, years, labels))


@dataclass(frozen=True, slots=True)
class _Staff:
    """What does not change about each person: one entry a person in every array."""

    ids: list[str]
    family: Ints
    team: Ints
    start_level: Ints
    start_role: list[str]  # engineer, manager, director or a technical role
    kind: list[str]
    ability: Floats
    signals: Floats  # people x signals
    severity: Floats
    joins: Ints
    leaves: Ints


@dataclass(frozen=True, slots=True)
class _Years:
    """What happens: people x cycles, apart from the moves, which are one entry a person."""

    present: Flags
    role: NDArray[np.object_]
    level: Ints
    team: Ints
    manager: Ints  # index of the person who manages, -1 at the top
    on_leave: Floats
    counts: dict[str, Floats]
    technical_rating: Floats
    engagement: Floats
    standing: Floats  # observed output within family and cycle, in standard deviations
    promoted_at: Ints  # first cycle as a manager; cycles = never
    drop: Floats  # lasting fall of output after the promotion, in standard deviations


def _hire(people: int, cycles: int, rng: np.random.Generator) -> _Staff:
    """Draw everyone who ever works at the company."""
    teams = max(2, people // 11)
    directors = max(1, teams // 12)
    roles = np.array(["engineer"] * people, dtype=object)
    roles[:directors] = "director"
    roles[directors : directors + teams] = "manager"
    kinds = np.array(["None"] * people, dtype=object)
    kinds[directors + teams :] = rng.choice(
        [*_KIND_SHARES, "None"],
        size=people - directors - teams,
        p=[*_KIND_SHARES.values(), 1 - sum(_KIND_SHARES.values())],
    )
    shift = np.array([_KINDS.get(kind, (0.0,) * 7) for kind in kinds])
    leads = (kinds == "Lead Engineer") & (rng.random(people) < 0.12)
    roles[leads] = "Lead Engineer"
    architects = np.isin(kinds, ["Software Architect", "Principal Architect"])
    roles[architects & (rng.random(people) < 0.1)] = "Software Architect"
    team = rng.integers(0, teams, people)
    team[directors : directors + teams] = np.arange(teams)
    joins = np.where(rng.random(people) < 0.2, rng.integers(0, cycles, people), 0)
    leaves = np.where(rng.random(people) < 0.15, rng.integers(1, cycles + 1, people), cycles)
    steady = roles != "engineer"
    joins[steady], leaves[steady] = 0, cycles
    level = rng.choice([1, 2, 3, 4], size=people, p=[0.2, 0.4, 0.3, 0.1])
    level = np.where(architects, np.maximum(level, 3), level)
    return _Staff(
        ids=[f"{number:05d}" for number in 100 + rng.permutation(people * 3)[:people]],
        family=rng.choice(len(_FAMILIES), size=people, p=_FAMILY_SHARES),
        team=team,
        start_level=np.where(np.isin(roles, ROLES), 4, level),
        start_role=list(roles),
        kind=list(kinds),
        ability=0.6 * rng.standard_normal(people) + shift[:, 0],
        signals=0.4 * rng.standard_normal((people, len(_SIGNALS))) + shift[:, 1:],
        severity=0.35 * rng.standard_normal(people),
        joins=joins,
        leaves=np.maximum(leaves, joins + 1),
    )


@dataclass(frozen=True, slots=True)
class _Plan:
    """How promotions and their effects are drawn."""

    promoted_share: float
    selection: float
    planted: Floats  # the fall that each person would suffer, 0 for most


def _live(staff: _Staff, plan: _Plan, cycles: int, rng: np.random.Generator) -> _Years:
    """Let the cycles pass: moves, promotions chosen on output, and the work itself."""
    people = len(staff.ids)
    years = _blank_years(people, cycles)
    never = rng.random((people, len(_OUTPUT_COUNTS))) < [spec[4] for spec in _OUTPUT_COUNTS]
    scale = np.exp(0.35 * rng.standard_normal((len(_FAMILIES), len(_OUTPUT_COUNTS))))
    lead = {int(staff.team[i]): i for i, role in enumerate(staff.start_role) if role == "manager"}
    streak = 0.6 * rng.standard_normal(people)
    for t in range(cycles):
        years.present[:, t] = (staff.joins <= t) & (t < staff.leaves)
        years.role[:, t] = years.role[:, t - 1] if t else staff.start_role
        years.level[:, t] = years.level[:, t - 1] if t else staff.start_level
        years.team[:, t] = years.team[:, t - 1] if t else staff.team
        engineers = years.present[:, t] & (years.role[:, t] == "engineer")
        moving = engineers & (rng.random(people) < 0.08)
        years.team[moving, t] = rng.integers(0, int(staff.team.max()) + 1, int(moving.sum()))
        if t >= _FIRST_PROMOTION:
            _promote(years, staff, plan, t, lead, rng)
        years.manager[:, t] = [_manager(i, years, t, lead) for i in range(people)]
        streak = 0.6 * streak + 0.5 * rng.standard_normal(people)
        settled = np.isin(staff.start_role, ["manager", "director"])
        output = staff.ability + streak + 0.15 * years.level[:, t] - 1.5 * settled
        output = output - np.where(years.promoted_at <= t, years.drop, 0) * _OUTPUT_SD
        _work(years, staff, t, output, scale * _tool_change(t, cycles), never, rng)
    return years


def _blank_years(people: int, cycles: int) -> _Years:
    """Make room for what will happen."""
    shape = (people, cycles)
    return _Years(
        present=np.zeros(shape, dtype=bool),
        role=np.full(shape, "engineer", dtype=object),
        level=np.zeros(shape, dtype=np.int64),
        team=np.zeros(shape, dtype=np.int64),
        manager=np.full(shape, -1, dtype=np.int64),
        on_leave=np.zeros(shape),
        counts={spec[0]: np.zeros(shape) for spec in (*_OUTPUT_COUNTS, *_SIGNAL_COUNTS)},
        technical_rating=np.zeros(shape),
        engagement=np.zeros(shape),
        standing=np.full(shape, np.nan),
        promoted_at=np.full(people, cycles, dtype=np.int64),
        drop=np.zeros(people),
    )


def _odds(log_odds: Floats) -> Floats:
    """Turn log-odds into a probability."""
    return np.asarray(1 / (1 + np.exp(-log_odds)), dtype=np.float64)


def _promote(
    years: _Years,
    staff: _Staff,
    plan: _Plan,
    t: int,
    lead: dict[int, int],
    rng: np.random.Generator,
) -> None:
    """Promote on the output of the last two cycles, which is what makes it fall afterwards."""
    people, cycles = years.present.shape
    recent = years.standing[:, t - 2 : t].mean(axis=1)
    free = years.present[:, t] & (years.role[:, t] == "engineer") & ~np.isnan(recent)
    recent = np.where(free, recent, 0.0)
    rise = free & (rng.random(people) < _odds(-3.2 + 0.9 * recent)) & (years.level[:, t] < 4)
    years.level[rise, t] += 1
    eligible = free & (years.level[:, t] >= 2)
    chance = _chances(
        plan.selection * recent,
        eligible,
        plan.promoted_share / max(cycles - _FIRST_PROMOTION - 1, 1),
    )
    chosen = (rng.random(people) < chance) & (t <= max(cycles - 2, _FIRST_PROMOTION))
    years.promoted_at[chosen], years.drop[chosen] = t, plan.planted[chosen]
    years.role[chosen, t] = "manager"
    lead.update({int(years.team[i, t]): int(i) for i in np.flatnonzero(chosen)})
    technical = free & ~chosen & np.isin(staff.kind, ROLES) & (years.level[:, t] >= 3)
    for i in np.flatnonzero(technical & (rng.random(people) < 0.06)):
        years.role[i, t], years.level[i, t] = staff.kind[i], 4


def _chances(pull: Floats, eligible: Flags, share: float) -> Floats:
    """Give each eligible person a chance that follows the pull and averages the share."""
    if share <= 0 or not eligible.any():
        return np.zeros(len(pull))
    low, high = -40.0, 40.0
    for _ in range(60):
        middle = (low + high) / 2
        above = _odds(middle + pull[eligible]).mean() > share
        low, high = (low, middle) if above else (middle, high)
    return np.where(eligible, _odds(middle + pull), 0.0)


def _manager(i: int, years: _Years, t: int, lead: dict[int, int]) -> int:
    """Find who manages a person: the team's manager, for managers a director, for those nobody."""
    role = years.role[i, t]
    if role == "director":
        return -1
    directors = np.flatnonzero(years.role[:, t] == "director")
    if role == "manager":
        return int(directors[years.team[i, t] % len(directors)])
    return lead.get(int(years.team[i, t]), int(directors[0]))


def _tool_change(t: int, cycles: int) -> Floats:
    """Halve everybody's story points from mid-way on: a new way of counting, nobody's decline."""
    factor = np.ones(len(_OUTPUT_COUNTS))
    if t >= cycles // 2:
        factor[[spec[0] for spec in _OUTPUT_COUNTS].index("Story Points")] = 0.5
    return factor


def _work(
    years: _Years,
    staff: _Staff,
    t: int,
    output: Floats,
    scale: Floats,
    never: Flags,
    rng: np.random.Generator,
) -> None:
    """Draw what one cycle's work looks like in the tables, and how it compares."""
    people = len(staff.ids)
    leave = np.where(rng.random(people) < 0.03, rng.choice([0.25, 0.5, 1.0], size=people), 0.0)
    years.on_leave[:, t] = leave
    seen = []
    for k, (header, mean, slope, shape, _) in enumerate(_OUTPUT_COUNTS):
        # Those who design for the long term write more of it down.
        lift = (
            0.5 * staff.signals[:, _SIGNALS.index("long_term_design")] * (header == "Design Docs")
        )
        rate = mean * scale[staff.family, k] * np.exp(slope * output + lift) * (1 - leave)
        count = rng.poisson(rate * rng.gamma(shape, 1 / shape, people)) * ~never[:, k]
        years.counts[header][:, t] = count
        seen.append(_within_family(np.log1p(count / np.maximum(1 - leave, 0.25)), staff.family))
    for header, mean, behind in _SIGNAL_COUNTS:
        signal = staff.signals[:, [_SIGNALS.index(name) for name in behind]].mean(axis=1)
        signal = signal + 0.3 * rng.standard_normal(people)
        rate = mean * np.exp(0.8 * signal) * (1 - leave)
        years.counts[header][:, t] = rng.poisson(rate)
    severity = np.where(years.manager[:, t] >= 0, staff.severity[years.manager[:, t]], 0.0)
    rating = 3 + 0.8 * output - severity + 0.45 * rng.standard_normal(people)
    years.technical_rating[:, t] = np.clip(np.rint(rating), 1, 5)
    seen.append(_within_family(rating, staff.family))
    together = np.mean(seen, axis=0)
    standing = _within_family(together, staff.family)
    years.standing[:, t] = np.where(years.present[:, t] & (leave < 1), standing, np.nan)
    unhappy = np.where(years.promoted_at <= t, years.drop, 0.0)
    mood = 3.8 + 0.2 * staff.ability - 0.5 * unhappy + 0.5 * rng.standard_normal(people)
    years.engagement[:, t] = np.clip(mood, 1, 5).round(1)


def _within_family(values: Floats, family: Ints) -> Floats:
    """Standardize within job family."""
    table = pd.Series(values).groupby(family)
    spread = table.transform("std").replace(0, np.nan).fillna(1.0)
    return ((pd.Series(values) - table.transform("mean")) / spread).to_numpy()


def _title(role: str, level: int, family: int) -> str:
    """Spell the job title of a role and level."""
    if role == "manager":
        return "Engineering Manager"
    if role == "director":
        return "Director of Engineering"
    if role in ROLES:
        return role
    rank = {1: "Junior ", 3: "Senior ", 4: "Senior "}.get(level, "")
    return f"{rank}{_FAMILIES[family]} Engineer{' II' if level == 4 else ''}"


def _roster(
    staff: _Staff, years: _Years, first_year: int, rng: np.random.Generator
) -> pd.DataFrame:
    """Write the roster: a row per person, with what must never reach a score."""
    people = len(staff.ids)
    first = rng.choice(_FIRST_NAMES, people)
    last = rng.choice(_LAST_NAMES, people)
    days = staff.joins * 182 - rng.integers(30, 3000, people) * (staff.joins == 0)
    hired = pd.Timestamp(first_year, 1, 4) + pd.to_timedelta(days, unit="D")
    born = pd.Timestamp(first_year - 36, 6, 1) + pd.to_timedelta(
        rng.integers(-5000, 4000, people), unit="D"
    )
    genders = ["Woman", "Man", "Non-binary", "Not stated"]
    groups = ["Asian", "Black", "Hispanic", "White", "Two or more", "Not stated"]
    managing = np.isin(years.role[:, -1], ["manager", "director"])
    band = np.where(managing, 5, years.level[:, -1])
    return pd.DataFrame(
        {
            "Employee ID": staff.ids,
            "Employee Name": [f"{a} {b}" for a, b in zip(first, last, strict=True)],
            "Work Email": [f"person{number}@company.example" for number in staff.ids],
            "Hire Date": hired,
            "Location": rng.choice(["Lisbon", "Toronto", "Pune", "Berlin"], people),
            "Pay Band": [f"B{value + 2}" for value in band],
            "Gender": rng.choice(genders, people, p=[0.32, 0.62, 0.02, 0.04]),
            "Ethnicity": rng.choice(groups, people, p=[0.25, 0.1, 0.12, 0.4, 0.05, 0.08]),
            "Date of Birth": born,
        }
    ).sort_values("Employee ID", ignore_index=True)


def _reviews(
    staff: _Staff,
    years: _Years,
    labels: list[str],
    missing: float,
    rng: np.random.Generator,
    words: np.random.Generator,
) -> pd.DataFrame:
    """Write the reviews: a row per person and cycle, present people only."""
    who, when = np.nonzero(years.present)
    level, team = years.level[who, when], years.team[who, when]
    table = pd.DataFrame(
        {
            "Employee ID": [staff.ids[i] for i in who],
            "Review Cycle": [labels[t] for t in when],
            "Job Title": [
                _title(years.role[i, t], int(years.level[i, t]), int(staff.family[i]))
                for i, t in zip(who, when, strict=True)
            ],
            "Job Level": [
                _GRADES.get(role, f"L{value}")
                for role, value in zip(years.role[who, when], level, strict=True)
            ],
            "Job Family": [_FAMILIES[staff.family[i]] for i in who],
            "Team": [f"Team {value + 1:02d}" for value in team],
            "Manager ID": [
                staff.ids[m] if (m := years.manager[i, t]) >= 0 else None
                for i, t in zip(who, when, strict=True)
            ],
            "Leave Share": years.on_leave[who, when],
        }
    )
    measures = pd.DataFrame({name: grid[who, when] for name, grid in years.counts.items()})
    signals = staff.signals[who]
    durable = signals[:, _SIGNALS.index("durable_solutions")]
    measures["Technical Rating"] = years.technical_rating[who, when]
    rework = 0.18 * np.exp(-0.4 * durable + 0.25 * rng.standard_normal(len(who)))
    measures["Rework Rate"] = np.clip(rework, 0, 0.9).round(3)
    stay = 0.9 + 0.03 * signals[:, _SIGNALS.index("team_learning")]
    measures["Team Retention"] = np.clip(stay + 0.04 * rng.standard_normal(len(who)), 0, 1).round(3)
    multiplier = 3 + 0.6 * signals.mean(axis=1) + 0.5 * rng.standard_normal(len(who))
    measures["Force Multiplier Rating"] = np.clip(np.rint(multiplier), 1, 5)
    # Nobody has anything to show for a cycle spent wholly on leave.
    measures[years.on_leave[who, when] == 1] = np.nan
    measures = measures.mask(rng.random(measures.shape) < missing)
    table = pd.concat([table, measures], axis=1)
    table["Engagement Score"] = years.engagement[who, when]
    table["Track Preference"] = _preferences(staff, years, who, when, rng)
    subjects = _subjects(staff, years, who, when, rng)
    table["Upward Rating"], table["Team Engagement Score"] = _lead_ratings(years, who, when, words)
    table = pd.concat([table, pd.DataFrame(write_texts(subjects, words))], axis=1)
    return table.sort_values(["Review Cycle", "Employee ID"], ignore_index=True)


def _preferences(
    staff: _Staff, years: _Years, who: Ints, when: Ints, rng: np.random.Generator
) -> list[str | None]:
    """Say which track each person wants; those who lost their craft often want it back."""
    draw = rng.random((len(staff.ids), 2))
    wants: list[str | None] = []
    for i, t in zip(who, when, strict=True):
        if draw[i, 0] < 0.3:
            wants.append(None)
        elif years.promoted_at[i] <= t and years.drop[i] > 0:
            wants.append("Technical" if draw[i, 1] < 0.65 else "Management")
        else:
            technical = 0.85 if staff.kind[i] in ROLES else 0.6
            wants.append("Technical" if draw[i, 1] < technical else "Management")
    return wants


def _subjects(
    staff: _Staff, years: _Years, who: Ints, when: Ints, rng: np.random.Generator
) -> Subjects:
    """Say what the texts are about: the strong signals, and two kinds of ordinary work."""
    told, ordinary = [], []
    for i in who:
        ranked = np.argsort(-(staff.signals[i] + 0.4 * rng.standard_normal(len(_SIGNALS))))
        told.append([int(k) for k in ranked[:2] if staff.signals[i][k] > 0.8])
        ordinary.append(rng.choice(_KINDS_OF_WORK, size=2, replace=False).tolist())
    return Subjects(
        who=who,
        manager=years.manager[who, when],
        signals=staff.signals[who],
        told=told,
        ordinary=ordinary,
        away=years.on_leave[who, when] == 1,
    )


def _lead_ratings(
    years: _Years, who: Ints, when: Ints, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Rate each manager by the people managed, and average how engaged those are."""
    people = len(years.manager)
    led, content = np.zeros((2, *years.manager.shape))
    for t in range(years.manager.shape[1]):
        reports = years.present[:, t] & (years.manager[:, t] >= 0)
        of = years.manager[reports, t]
        led[:, t] = np.bincount(of, minlength=people)
        content[:, t] = np.bincount(of, years.engagement[reports, t], minlength=people)
    skill = 0.6 * rng.standard_normal(people)
    noise = 0.4 * rng.standard_normal(len(who))
    # Those who lost their craft are, on average, the less happy managers of others too.
    merit = 3.4 + skill[who] - 0.3 * years.drop[who] * (years.promoted_at[who] <= when)
    few = led[who, when] < 3
    upward = np.where(few, np.nan, np.clip(np.rint(merit + noise), 1, 5))
    mean = content[who, when] / np.maximum(led[who, when], 1)
    return upward, np.where(few, np.nan, mean.round(1))


def _ratings(
    staff: _Staff, years: _Years, labels: list[str], rng: np.random.Generator
) -> pd.DataFrame:
    """Write the ratings: one by the person, one by the manager, two by peers of the team."""
    rows: list[tuple[str, str, str, str, int]] = []
    for t, label in enumerate(labels):
        present = np.flatnonzero(years.present[:, t] & (years.on_leave[:, t] < 1))
        mates = {team: present[years.team[present, t] == team] for team in set(years.team[:, t])}
        for i in present:
            merit = 3 + 0.8 * np.nan_to_num(years.standing[i, t])
            peers = rng.choice(mates[years.team[i, t]], size=2)
            raters = [("Self", i, -0.4), ("Manager", years.manager[i, t], 0.0)]
            raters += [("Peer", int(p), 0.0) for p in dict.fromkeys(peers) if p != i]
            for kind, rater, lift in raters:
                if rater < 0:
                    continue
                severe = lift if kind == "Self" else staff.severity[rater]
                mark = int(np.clip(np.rint(merit - severe + 0.5 * rng.standard_normal()), 1, 5))
                rows.append((staff.ids[i], label, staff.ids[rater], kind, mark))
    headers = ["Employee ID", "Review Cycle", "Reviewer ID", "Reviewer Type", "Rating"]
    return pd.DataFrame(rows, columns=headers)


def _truth(staff: _Staff, years: _Years, labels: list[str]) -> Truth:
    """Lay the planted truth beside the tables."""
    moved = np.flatnonzero(
        (years.promoted_at < years.present.shape[1]) & (staff.leaves > years.promoted_at)
    )
    raters = sorted({int(m) for m in years.manager[years.present].ravel() if m >= 0})
    return Truth(
        declines=pd.DataFrame(
            {
                "person_id": [staff.ids[i] for i in moved],
                "cycle": [labels[years.promoted_at[i]] for i in moved],
                "effect": 0.0 - years.drop[moved],
                "declined": years.drop[moved] > 0,
            }
        ).sort_values("person_id", ignore_index=True),
        roles=pd.DataFrame({"person_id": staff.ids, "role": staff.kind}).sort_values(
            "person_id", ignore_index=True
        ),
        raters=pd.DataFrame(
            {
                "rater_id": [staff.ids[i] for i in raters],
                "severity": staff.severity[raters],
            }
        ).sort_values("rater_id", ignore_index=True),
    )
