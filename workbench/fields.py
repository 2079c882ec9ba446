"""Every spreadsheet column that the workbench knows, one row each.

A field's name is stable: saved mappings and exports carry it. A new field is one row here;
nothing else has to know. Aliases are spelled as people type them; matching folds case, spaces,
underscores and punctuation, so that one spelling stands for all of those.
"""

from dataclasses import dataclass
from typing import Literal

__all__ = ["FIELDS", "FIELD_BY_NAME", "Dtype", "Field", "Role", "fields_with_role"]

Role = Literal[
    "identity",
    "time",
    "position",
    "rating",
    "technical_output",
    "force_multiplier",
    "outcome",
    "preference",
    "written",
    "pay",
    "protected",
]
Dtype = Literal["id", "text", "category", "date", "cycle", "rating", "count", "number", "share"]


@dataclass(frozen=True, slots=True)
class Field:
    """One known column.

    Attributes
    ----------
    name
        Canonical snake_case name, stable across releases.
    role
        What the column is for; protected fields never reach a score, a flag or a cluster.
    dtype
        How its cells are read: `id` stays text, `rating` goes through scale detection, `cycle` is
        ordered in time, `share` is a number between 0 and 1 (a percentage is divided by 100).
    description
        One line of meaning, shown to the analyst.
    aliases
        Other headers under which real exports carry it.
    minimum, maximum
        Limits of a possible value; outside them a cell is a problem.
    """

    name: str
    role: Role
    dtype: Dtype
    description: str
    aliases: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None


def _field(
    name: str,
    role: Role,
    dtype: Dtype,
    description: str,
    aliases: str = "",
    minimum: float | None = None,
    maximum: float | None = None,
) -> Field:
    """Declare one column; its aliases are written as one comma-separated line."""
    spellings = tuple(alias.strip() for alias in aliases.split(",") if alias.strip())
    # Counts and amounts cannot be negative.
    lowest = 0 if dtype == "count" and minimum is None else minimum
    return Field(name, role, dtype, description, spellings, lowest, maximum)


FIELDS: tuple[Field, ...] = (
    # identity
    _field(
        "person_id",
        "identity",
        "id",
        "The person's id in the HR system; leading zeros are kept.",
        "employee id, empl id, emp id, employee number, employee no, worker id, worker code, "
        "external user id, user id, employee id in company, universal id, filenumber, "
        "assignment id, employee key, employee code, staff id, staff number, personnel number, "
        "person number, associate id, empno, staff no, payroll number, id number, hr id, "
        "personnel id, personalnummer, mitarbeiter id, mitarbeiternummer, matricule, numero "
        "empleado",
    ),
    _field(
        "name",
        "identity",
        "text",
        "The person's name; shown only where it is asked for.",
        "worker, full name, preferred name, employee name, employee full name, display name, "
        "person name, worker name, legal name, mitarbeiter, person, name of employee, nom "
        "complet, nombre completo",
    ),
    _field(
        "email",
        "identity",
        "text",
        "The person's work e-mail address.",
        "email address, work email, employee email, work email address, reviewee email address, "
        "mail, business email, company email, corporate email, email id, employee email address",
    ),
    _field(
        "manager",
        "identity",
        "id",
        "The people manager: an id, a name or an e-mail address.",
        "manager id, manager name, manager email, manager email address, managers email, "
        "supervisor, supervisor email, supervisor id, worker's manager, reports to, reports to "
        "id in company, line manager, people manager, direct manager, supervisor eid, manager "
        "employee id, manager user id, manager worker id, managers name, supervisor name, line "
        "manager id, line manager name, line manager email, reporting manager, direct "
        "supervisor, reports to id, reports to name, boss, vorgesetzter, vorgesetzte, "
        "responsable hierarchique",
    ),
    # time
    _field(
        "cycle",
        "time",
        "cycle",
        "The review period.",
        "review cycle, review period, performance cycle, cycle id, cycle year, cycle name, "
        "period, review period id, performancecycle shortname, half, half year, quarter, "
        "calibration cycle, appraisal period, appraisal cycle, evaluation period, performance "
        "period, rating period, review half, review quarter, cycle short name, semester, "
        "beurteilungszeitraum, zeitraum",
    ),
    # position
    _field(
        "title",
        "position",
        "text",
        "Job title, from which the track is read.",
        "job title, business title, position, position title, job role, role title, working "
        "title, official title, position name, job position, current title, current job title, "
        "employee title, stelle, stellenbezeichnung, funktionsbezeichnung, poste, puesto",
    ),
    _field(
        "track",
        "position",
        "category",
        "engineer, technical_leadership or management, where the sheet says it itself.",
        "career track, ladder, job track, career path, ic or manager, manager or ic, ladder track",
    ),
    _field(
        "level",
        "position",
        "category",
        "Level or grade.",
        "job level, job level primary position, job title level, grade, job grade, most recent "
        "level, compensation grade id, career level, management level, band level, seniority "
        "level, engineering level, employee level, ic level, job level name, worker level, "
        "karrierestufe, niveau",
    ),
    _field(
        "job_family",
        "position",
        "category",
        "Family of jobs whose output is compared, such as backend or data.",
        "job profile, job family group, discipline, job function, function, specialty, job "
        "family codes, job family group codes, job profile id, job family name, engineering "
        "discipline",
    ),
    _field(
        "team",
        "position",
        "category",
        "The team.",
        "team name, squad, group name, pod, crew, scrum team, engineering team, current team",
    ),
    _field(
        "department",
        "position",
        "category",
        "Department or business unit.",
        "division, business unit, organization, organisation, organization name, org unit, "
        "dept, dept id, dept name, department id, org, abteilung, departement, departamento",
    ),
    _field(
        "location",
        "position",
        "category",
        "Place of work.",
        "work location, region, country, site, office, office location, work site, city, "
        "standort, location name",
    ),
    _field(
        "hire_date",
        "position",
        "date",
        "First day at the company.",
        "start date, started at, date of hire, adjusted start date, seniority date, continuous "
        "employment date, date of joining, joining date, service date, original hire date, date "
        "hired, hired on, hired, hiring date, joined, joined on, join date, date joined, doj, "
        "employment start date, company start date, start date yyyy mm dd, eintrittsdatum, date d "
        "embauche",
    ),
    _field(
        "promotion_date",
        "position",
        "date",
        "Date of the last promotion.",
        "last promotion date, date of last promotion, last promotion, promoted on, most recent "
        "position start date, position start date, date promoted, latest promotion date, most "
        "recent promotion date, last promoted, last promoted on",
    ),
    _field(
        "employment_status",
        "position",
        "category",
        "Whether the person works, is on leave or has left.",
        "status, active, active status, is active, is employed, is terminated, termd, emp "
        "status id, worker status, employee status, job status, current status, is active employee",
    ),
    _field(
        "fte",
        "position",
        "share",
        "Share of full time worked.",
        "fte percent, full time equivalent, employment percentage, working time",
        minimum=0,
        maximum=1.5,
    ),
    _field(
        "leave_share",
        "position",
        "share",
        "Share of the cycle spent on leave.",
        "share on leave, leave percent, absence share",
        minimum=0,
        maximum=1,
    ),
    # rating
    _field(
        "rating_self",
        "rating",
        "rating",
        "The person's own rating.",
        "self rating, self assessment rating, self score, employee review rating code, self "
        "evaluation rating, self review rating, self appraisal rating, own rating",
    ),
    _field(
        "rating_manager",
        "rating",
        "rating",
        "The manager's rating.",
        "manager rating, overall rating, performance rating, performance score, performance, "
        "current performance, overall form rating, overall numeric rating, calculated overall "
        "rating, overall rating desc, manager summary rating, rating, rating description, "
        "manager score, manager review rating code, perf score, perf score id, perf rating, "
        "talent assessment performance, completed performance rating, overall performance "
        "rating, overall performance, manager review rating, manager assessment rating, annual "
        "rating, annual performance rating, year end rating, mid year rating, review rating, "
        "appraisal rating, review score, overall score, bewertung, gesamtbewertung, "
        "leistungsbewertung, note globale",
    ),
    _field(
        "rating_peer",
        "rating",
        "rating",
        "Peers' rating.",
        "peer rating, peers rating, peer score, peer review rating, average peer rating, peer "
        "feedback rating, avg peer rating",
    ),
    _field(
        "rating_original",
        "rating",
        "rating",
        "The rating before calibration.",
        "original rating, original answer, pre calibrated overall rating, pre calibrated "
        "rating, pre calibration rating, draft rating, initial rating, pre calibration, "
        "proposed rating, preliminary rating, uncalibrated rating, rating before calibration",
    ),
    _field(
        "rating_calibrated",
        "rating",
        "rating",
        "The rating after calibration.",
        "calibrated rating, calibrated answer, final rating, final calibrated rating, is final "
        "calibrated, post calibration rating, calibrated overall rating, calibrated performance "
        "rating, final performance rating, final overall rating, rating after calibration, post "
        "calibrated rating, calibrated score",
    ),
    _field(
        "potential",
        "rating",
        "rating",
        "Potential as rated.",
        "current potential, potential rating, talent potential, talent assessment potential, "
        "potential score, growth potential",
    ),
    _field(
        "rater_id",
        "rating",
        "id",
        "Who gave the rating.",
        "rater, reviewer, reviewer id, rated by, respondent, assessor, reviewer email, rater "
        "name, rater email, reviewer name, reviewer email address, reviewer employee id, "
        "evaluator, evaluator id, appraiser, assessed by, reviewed by",
    ),
    _field(
        "rating_kind",
        "rating",
        "category",
        "Whose rating a row holds, in a sheet with a row per rating: self, manager or peer.",
        "rating type, review type, rater type, reviewer type, rater role, reviewer role, rater "
        "relationship, reviewer relationship, relationship, feedback type, rating source",
    ),
    # technical output
    _field(
        "commits",
        "technical_output",
        "count",
        "Commits merged in the cycle.",
        "commit count, number of commits, merged commits, code commits, git commits",
    ),
    _field(
        "pull_requests",
        "technical_output",
        "count",
        "Pull or merge requests merged in the cycle.",
        "prs, pull requests merged, merge requests, prs merged, merged prs, pull requests "
        "opened and merged, merge requests merged, mrs, mrs merged, pull request, merged pull "
        "requests",
    ),
    _field(
        "code_reviews",
        "technical_output",
        "count",
        "Reviews given on others' code.",
        "reviews given, pr reviews, code reviews given, pull request reviews, reviews "
        "completed, code reviews completed, code reviews done, prs reviewed, pull requests "
        "reviewed",
    ),
    _field(
        "design_docs",
        "technical_output",
        "count",
        "Design documents written.",
        "design documents, rfcs, design docs authored, adrs, technical designs, design doc, "
        "design documents written, design docs written, technical design docs, tech specs, "
        "technical specs, rfcs written",
    ),
    _field(
        "incidents_resolved",
        "technical_output",
        "count",
        "Production incidents resolved.",
        "incidents, incidents fixed, outages resolved, incidents handled, production incidents "
        "resolved, incident resolutions",
    ),
    _field(
        "story_points",
        "technical_output",
        "count",
        "Story points delivered.",
        "points delivered, story points completed, velocity points, points, points completed, "
        "sprint points, story points done",
    ),
    _field(
        "technical_rating",
        "technical_output",
        "rating",
        "Rating of the technical work alone.",
        "technical score, technical skills rating, engineering rating, technical performance, "
        "technical skill rating, technical skills score, engineering score, technical "
        "excellence rating, craft rating, technical work rating",
    ),
    # force multiplier
    _field(
        "mentees",
        "force_multiplier",
        "count",
        "People mentored in the cycle.",
        "number of mentees, people mentored, mentored, engineers mentored, mentee count",
    ),
    _field(
        "mentoring_hours",
        "force_multiplier",
        "count",
        "Hours spent mentoring others.",
        "mentoring, hours mentored, hours of mentoring, coaching hours, mentorship hours, hours "
        "spent mentoring, mentor hours",
    ),
    _field(
        "cross_team_reviews",
        "force_multiplier",
        "count",
        "Reviews given on other teams' work.",
        "reviews across teams, cross team code reviews, reviews for other teams, cross team "
        "reviews given, reviews for others teams, cross team pr reviews",
    ),
    _field(
        "design_reviews",
        "force_multiplier",
        "count",
        "Designs of others reviewed.",
        "design reviews given, architecture reviews, rfc reviews, design docs reviewed, designs "
        "reviewed, architecture review sessions, design reviews led",
    ),
    _field(
        "talks",
        "force_multiplier",
        "count",
        "Talks and teaching sessions given.",
        "tech talks, talks given, sessions taught, trainings given, internal talks, "
        "presentations, presentations given, brown bags, tech talks given, workshops given, "
        "talks and trainings",
    ),
    _field(
        "prototypes",
        "force_multiplier",
        "count",
        "Prototypes built ahead of planned work.",
        "prototypes built, proofs of concept, pocs, spikes, prototypes delivered, proof of "
        "concepts, demos built",
    ),
    _field(
        "escalations_resolved",
        "force_multiplier",
        "count",
        "Customer escalations solved.",
        "customer escalations, escalations, customer escalations resolved, escalations handled, "
        "customer issues rescued, customer escalations handled, customer rescues",
    ),
    _field(
        "rework_rate",
        "force_multiplier",
        "share",
        "Share of the work led that had to be redone.",
        "rework, rework share, rework percent, churn rate, share of rework, rework ratio, "
        "percent rework",
        minimum=0,
        maximum=1,
    ),
    _field(
        "team_retention",
        "force_multiplier",
        "share",
        "Share of the team that stayed through the cycle.",
        "retention, team retention rate, retention rate, retention of team, team retention "
        "share, team retention percent",
        minimum=0,
        maximum=1,
    ),
    _field(
        "multiplier_rating",
        "force_multiplier",
        "rating",
        "Rating of how much others achieve through the person.",
        "force multiplier rating, technical leadership rating, leadership impact rating, "
        "multiplier score, force multiplier score, leadership rating technical, technical "
        "leadership score, force multiplication rating",
    ),
    # outcome
    _field(
        "engagement",
        "outcome",
        "number",
        "The person's own engagement.",
        "engagement survey, engagement score, job satisfaction, emp satisfaction, employee "
        "satisfaction, engagement rating, engagement index, individual engagement",
    ),
    _field(
        "team_engagement",
        "outcome",
        "number",
        "Engagement of the team led.",
        "team engagement score, team satisfaction, engagement of team, team engagement rating, "
        "team engagement index, team survey score",
    ),
    _field(
        "management_rating",
        "outcome",
        "rating",
        "Rating of the manager by the people managed.",
        "upward rating, upward feedback score, manager effectiveness, manager effectiveness "
        "score, manager effectiveness rating, manager rating by reports, rating by direct "
        "reports, upward feedback rating, manager effectiveness index, people management "
        "rating, manager quality index",
    ),
    _field(
        "regretted_exits",
        "outcome",
        "count",
        "Leavers whom the company wanted to keep.",
        "regretted attrition, regretted leavers, regrettable exits, regretted departures, "
        "regretted turnover, regrettable attrition, regretted exit",
    ),
    # preference
    _field(
        "track_preference",
        "preference",
        "category",
        "The track that the person says they want.",
        "career preference, preferred track, career aspiration, career interest, preferred "
        "career track, career track preference, desired track, track interest, prefers track",
    ),
    # written
    _field(
        "self_review",
        "written",
        "text",
        "The person's own words.",
        "self assessment, self evaluation, self review comments, self comments, self review "
        "text, self reflection, employee comments, self appraisal, self evaluation comments, "
        "self assessment comments, selbsteinschätzung",
    ),
    _field(
        "manager_review",
        "written",
        "text",
        "The manager's words.",
        "manager comments, manager assessment, manager feedback, manager review comments, "
        "manager evaluation, manager summary, manager review text, manager assessment comments, "
        "manager narrative, reviewer comments",
    ),
    _field(
        "peer_feedback",
        "written",
        "text",
        "Peers' words.",
        "peer comments, peer review, peer review comments, peer feedback comments, feedback "
        "from peers, peer reviews, peer review text, peer feedback text",
    ),
    # pay
    _field(
        "pay_band",
        "pay",
        "category",
        "Pay band.",
        "salary band, compensation band, pay grade, salary grade, pay range, salary range, pay "
        "level, comp band",
    ),
    _field(
        "compa_ratio",
        "pay",
        "number",
        "Pay over the band's midpoint.",
        "compa, compa ratio percent, comp ratio",
        minimum=0,
    ),
    # protected
    _field(
        "gender",
        "protected",
        "category",
        "Gender.",
        "sex, gender identity, gender id, sex gender, geschlecht, sexe",
    ),
    _field(
        "ethnicity",
        "protected",
        "category",
        "Ethnicity or race.",
        "race ethnicity, race, race desc, ethnic group, hispanic latino, is hispanic or latino, "
        "bipoc, ethnicity codes, ethnicity race, race or ethnicity, ethnic background, ethnic "
        "origin",
    ),
    _field(
        "age",
        "protected",
        "number",
        "Age in years.",
        "age in years",
        minimum=14,
        maximum=100,
    ),
    _field(
        "birth_date",
        "protected",
        "date",
        "Date of birth.",
        "date of birth, dob, birthday, date of birth dd mm yyyy, geburtsdatum",
    ),
    _field(
        "nationality",
        "protected",
        "category",
        "Nationality.",
        "citizenship, nationalities, citizenship country, country of citizenship",
    ),
    _field(
        "disability",
        "protected",
        "category",
        "Disability status.",
        "disability status, disabled, has disability, disability indicator",
    ),
)

FIELD_BY_NAME: dict[str, Field] = {field.name: field for field in FIELDS}


def fields_with_role(*roles: Role) -> tuple[str, ...]:
    """Name the fields of some roles, in display order.

    Examples
    --------
    >>> fields_with_role("protected")
    ('gender', 'ethnicity', 'age', 'birth_date', 'nationality', 'disability')
    """
    return tuple(field.name for field in FIELDS if field.role in roles)
