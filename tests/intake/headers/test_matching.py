import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import InputError
from workbench.fields import FIELD_BY_NAME, FIELDS
from workbench.intake.headers.matching import is_private, match_headers, normalise_header

# Headers of real exports, by the field that they hold; None where they hold another thing.
REAL_HEADERS = {
    "person_id": "Employee ID|Employee Id|Empl ID|External user ID|employee_id|USERID|EMPID|EmpID|"
    "EmployeeID|EmployeeNumber|Employee number|employeeNumber|id|employee_id_in_company|worker_id|"
    "worker_code|user_id|universal_id|FILENUMBER|WORKER_ID|ASSIGNMENT_ID|Employee|Employee Key|"
    "EMPLOYEE_ID|Employee  ID|employee-id|Employe ID|Emp. ID|Staff No.",
    "name": "Worker|Name|Full name|Preferred name|Employee Name|Employee_Name|display_name|"
    "First name|Preferred first name|Last name|Surname|Preferred last name|Employee First Name|"
    "Employee Last Name|FIRSTNAME|LASTNAME|FirstName|LastName|first_name|last_name|"
    "Legal Given Name|Legal Family Name|Preferred Name",
    "email": "Email|Email address|Work email|Employee email|email|EMAIL|email_address|E-mail|"
    "Work Email Address|Reviewee email address",
    "manager": "Manager|Manager email|Manager email address|Managers email|Supervisor email|"
    "Manager ID|Worker's Manager|Worker\u2019s Manager|MANAGER|ManagerName|ManagerID|ManagerEmail|"
    "Supervisor ID|Supervisor E ID|supervisorEid|reports_to_id_in_company|manager_id|MANAGER_ID|"
    "Manager Name|Managr ID|Manager Email|Manager first name|Manager last name|manager",
    "department": "Department|DEPARTMENT|DIVISION|Division|DeptID|division|organization_name|"
    "Employee Department|Department Name",
    "location": "LOCATION|Region|Work Location|Country|Location",
    "title": "Title|Business title|Job title|Business Title|Job Title|JobTitle|TITLE|Position|"
    "JobRole|business_title|job_title|JOBTITLE",
    "level": "Job Level - Primary Position|Job Title Level|JobLevel|most_recent_level|"
    "compensation_grade_id|Level|Grade",
    "job_family": "Job Profile|job_profile_id|job_family_codes|job_family_group_codes|Job Family",
    "hire_date": "Start date|Start date YYYY/MM/DD|Hire date|Started At|Start Date|start_date|"
    "Hire Date|HIREDATE|DateofHire|HireDate|hireDate|hire_date|Adjusted Start Date|Seniority Date|"
    "Continuous Employment Date|Date of Joining",
    "promotion_date": "last promotion date|Last Promotion Date|lastPromotionDate|"
    "most_recent_position_start_date|position_start_date|Date of Last Promotion",
    "cycle": "PerformanceCycle.ShortName|cycle_id|CYCLE_ID|Cycle Year|Period|REVIEW_PERIOD_ID|"
    "Review Cycle|Review Period|Half",
    "rating_self": "SelfRating|Self Rating|self_rating|employee_review_rating_code",
    "rating_manager": "ManagerRating|Manager Rating|overall_rating|OVERALL_RATING|"
    "manager_review_rating_code|OVERALL_NUMERIC_RATING|OVERALL_RATING_DESC|"
    "CALCULATED_OVERALL_RATING|PerformanceRating|PerformanceScore|PerfScoreID|Performance|"
    "Current Performance|Overall Form Rating|rating|rating_description|Manager Summary Rating|"
    "Aug 2025 Talent Assessment Performance|2023 Completed Performance Rating|"
    "Performance Ratings (1-5)",
    "rating_peer": "Peer Rating",
    "rating_original": "Original answer|Original Rating|Pre-Calibrated Overall Rating|"
    "pre-calibrated rating|original_rating",
    "rating_calibrated": "Calibrated answer|Calibrated Rating|calibrated_rating|final_rating|"
    "Final Calibrated Rating",
    "potential": "Potential|Current Potential|Aug 2025  Talent Assessment Potential|"
    "potential_rating",
    "engagement": "EngagementSurvey|EmpSatisfaction|JobSatisfaction",
    "gender": "Gender|Gender identity|GENDER|Sex|GenderID",
    "ethnicity": "Race/Ethnicity|BIPOC|RaceDesc|HispanicLatino|Ethnicity|ethnicity_codes|"
    "is_hispanic_or_latino",
    "birth_date": "Date of Birth|DOB|date_of_birth",
    "employment_status": "Status|Active|Active Status|STATUS|is_active|EmploymentStatus|Termd|"
    "EmpStatusID|is_employed|is_terminated",
    "fte": "fte_percent|FTE %|FTE",
    "commits": "Commits|Commit Count|# of Commits|Total commits|Comits",
    "pull_requests": "Pull Requests|PRs|PRs Merged|Pull requests merged|Pull Reqeusts",
    "mentees": "Mentee|# Mentees",
    "team": "Group name|Team|Squad",
    None: "MI|second_level_manager|Management Chain - Level 05|Organization Name - Level 02|"
    "Employee Level 7 Key|Session Owner|Participant|Activation Date|Rating Change Description|"
    "Rating Change Notes|Aug 2025  Talent Assessment 9-Box Label|"
    "Talent Mapping Position [Performance vs Potential]|Management Chain - Level 04|"
    "Organization Name - Level 01|"
    "supervisory_organization_id|superior_organization_id|Employee Level 1 Name|HR|Active groups|"
    "active_group_names|JOBCODE|PositionID|Tenure Category (Months)|Time in Job Profile|"
    "YearsAtCompany|YearsInCurrentRole|TotalWorkingYears|YearsInMostRecentRole|"
    "days_of_employment|days_at_position|duration_of_employment|YearsSinceLastPromotion|"
    "Promotion Ready|Promotion Readiness|Promotion (In-Line,|CYCLE_TYPE|FY25 Talent Indicator|"
    "Overall Goal Rating|Overall Competency Rating|rating_maximum|Calibration Notes|delta_score|"
    "justification|CALIBRATION_STATUS|Weighted|9-Box Label|Development Focus|Development Action|"
    "Notes|Impact of Loss|Reason to Leave|Retention Risk|Calibration session|"
    "Is in active session|Session Name|Session Facilitator|Template|Subject|Session Date|"
    "SpecialProjectsCount|Absences|JobInvolvement|EnvironmentSatisfaction|WorkLifeBalance|"
    "eeo_job_category|Employment Type|LastPerformanceReview_Date|submitted_at|completed_at|"
    "SUBMISSION_DATE|Last raise|Modified in Session|Modification Date|Documentation Commits|"
    "Reverted Commits|Commit Messages|Open Pull Requests|Previous Rating|Prior Manager Rating|"
    "Manager Level|Manager Title|Next Level|Recommended Level|Team Size|Tasks|Reviewed|"
    "People Managed|Review Status|Review Date|Termination Date|Peer Review Count|Rate|Page|"
    "Skip-Level Manager|HR Partner|Cost Center|Base Salary|Rating Scale|Target Rating",
}
CASES = [
    (header, field) for field, headers in REAL_HEADERS.items() for header in headers.split("|")
]


@pytest.mark.parametrize(("header", "field"), CASES, ids=[header for header, _ in CASES])
def test_real_headers_find_their_field(header, field):
    [match] = match_headers([header])
    assert match.field == field


# Headers of other languages, abbreviations and brackets, by the rule that reads them.
@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Mitarbeiternummer", "person_id"),
        ("Personal-Nr.", "person_id"),
        ("PERNR", "person_id"),
        ("Matricule", "person_id"),
        ("N\u00famero de empleado", "person_id"),
        ("Vorgesetzter", "manager"),
        ("Matricule N+1", "manager"),
        ("Jefe directo", "manager"),
        ("Eintrittsdatum", "hire_date"),
        ("Date d'embauche", "hire_date"),
        ("Fecha de contrataci\u00f3n", "hire_date"),
        ("FEC_INGRESO", "hire_date"),
        ("Letzte Bef\u00f6rderung", "promotion_date"),
        ("Stellenbezeichnung", "title"),
        ("Intitul\u00e9 du poste", "title"),
        ("Puesto de trabajo", "title"),
        ("Gesamtbewertung", "rating_manager"),
        ("Note globale", "rating_manager"),
        ("Calificaci\u00f3n del desempe\u00f1o", "rating_manager"),
        ("Kollegenbewertung (\u00d8)", "rating_peer"),
        ("Correo electr\u00f3nico", "email"),
        ("Adresse e-mail professionnelle", "email"),
        ("Abteilung", "department"),
        ("\u00c9quipe", "team"),
        ("Beurteilungszeitraum", "cycle"),
        ("P\u00e9riode d'\u00e9valuation", "cycle"),
        ("Nivel de potencial", "potential"),
        ("Geschlecht (m/w/d)", "gender"),
        ("Fecha de nacimiento", "birth_date"),
        ("LAST_PROMO_DT", "promotion_date"),
        ("gh_pr_cnt", "pull_requests"),
        ("Growth Potential (L/M/H)", "potential"),
        ("Age (yrs)", "age"),
        ("Teamzugeh\u00f6rigkeit", "team"),
        ("Vorgesetztenbewertung", "rating_manager"),
        ("Leistungsbeurteilung", "rating_manager"),
        ("Nom et pr\u00e9nom", "name"),
        ("Apellidos", "name"),
        ("Kalibrierte Bewertung", "rating_calibrated"),
        ("Note avant calibration", "rating_original"),
        ("Self Assessment (1-5)", "rating_self"),
        ("RFCs Authored", "design_docs"),
        ("Potential Grade", "potential"),
        ("E-mail personnel", None),
        ("Number of Raters", None),
        ("Team Rating", None),
        ("Direcci\u00f3n", None),
        ("Betriebszugeh\u00f6rigkeit", None),
        ("Rating (max)", None),
        ("Kostenstelle", None),
        ("Prime annuelle", None),
        ("Fecha de la pr\u00f3xima evaluaci\u00f3n", None),
        ("Commits (reverted)", None),
    ],
)
def test_headers_of_four_languages_find_their_field(header, field):
    assert match_headers([header])[0].field == field


# What the cells of a column are, by the field that they are cells of.
PLAUSIBLE = {
    "id": ["E1007", "E0042", "E3310", "E2208", "E0815"],
    "cycle": ["2024H1", "2024H2", "2025H1", "2024H1", "2025H1"],
    "date": ["2020-03-01", "2018-11-15", "2021-07-01", "2019-01-07", "2022-05-02"],
    "rating": ["Meets", "Exceeds", "Meets", "Below", "Exceeds"],
    "count": [4.0, 17.0, 0.0, 9.0, 12.0],
    "number": [71.0, 64.0, 80.0, 55.0, 90.0],
    "share": [0.8, 1.0, 1.0, 0.5, 1.0],
    "category": ["Alpha", "Beta", "Alpha", "Gamma", "Beta"],
}
PLAUSIBLE_OF = {
    "name": ["Ada King", "Eve Ng", "Max Roth", "Ana Gil", "Lea Petit"],
    "email": ["a@x.org", "b@x.org", "c@x.org", "d@x.org", "e@x.org"],
    "title": ["Engineer", "Senior Engineer", "Engineering Manager", "Architect", "Engineer"],
}


@pytest.mark.parametrize(
    ("header", "field"),
    [case for case in CASES if case[1] and case[0] != "Employee"],
    ids=[header for header, field in CASES if field and header != "Employee"],
)
def test_real_headers_with_cells_find_their_field(header, field):
    cells = PLAUSIBLE_OF.get(field) or PLAUSIBLE[FIELD_BY_NAME[field].dtype]
    if field == "name" and "name" not in header.casefold() + "worker surname":
        cells = ["Ada", "Eve", "Max", "Ana", "Lea"]
    assert match_headers([header], {header: cells})[0].field == field


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("Manager", ["Meets", "Exceeds", "Below"]),
        ("Level", ["2020-01-01", "2021-02-03", "2022-05-06"]),
        ("Commits", ["2020-01-01", "2021-02-03", "2022-05-06"]),
        ("Title", [3.0, 4.0, 5.0]),
        ("Status", ["Submitted", "In progress", "Draft"]),
        ("Hire Date", ["Meets", "Exceeds", "Below"]),
    ],
)
def test_cells_that_are_another_thing_take_a_known_header_away(header, cells):
    assert match_headers([header], {header: cells})[0].field is None
    assert match_headers([header])[0].field is not None


@given(
    st.permutations(["ID", "Employee ID", "Rating", "Overall Rating", "Score", "Name", "Worker"])
)
def test_the_order_of_the_columns_makes_no_difference(headers):
    found = {match.header: match for match in match_headers(headers)}
    usual = match_headers(sorted(headers))
    assert [found[match.header] for match in usual] == list(usual)


def test_an_unmatched_header_is_offered_with_its_best_guesses_and_uses():
    numbers, teams = match_headers(
        ["Reverted Commits", "Guild"],
        {"Reverted Commits": [1.0, 4.0, 2.0], "Guild": ["Data", "Web", "Data", "Web"]},
    )
    assert (numbers.field, numbers.kind, teams.kind) == (None, "number", "category")
    assert numbers.guesses[0][0] == "commits"
    assert numbers.guesses[0][1] < 0.7


@pytest.mark.parametrize(
    "alias", [(f.name, spelling) for f in FIELDS for spelling in (f.name, *f.aliases)], ids=str
)
def test_every_alias_finds_its_field_in_any_case(alias):
    name, spelling = alias
    for header in (spelling, spelling.upper(), spelling.title(), spelling.replace(" ", "_")):
        [match] = match_headers([header], split_cycles=False)
        assert match.field == name


def test_each_field_is_given_to_one_header_only():
    matches = match_headers(["Commits", "Documentation Commits", "Commit Count"])
    assert [match.field for match in matches] == ["commits", None, None]


def test_the_surer_of_two_headers_wins_wherever_it_stands():
    matches = match_headers(["ID", "Employee ID", "Overall Rating", "Manager Rating"])
    assert [match.field for match in matches] == [None, "person_id", None, "rating_manager"]


def test_a_manager_is_best_known_by_id():
    matches = match_headers(["Manager", "Manager Name", "Manager Email", "Manager ID"])
    assert [match.field for match in matches] == [None, None, None, "manager"]
    assert all(match.confidence <= 1 for match in matches)


def test_first_and_last_names_are_the_name_unless_there_is_a_whole_one():
    parts = match_headers(["First name", "Last name"])
    assert [(m.field, m.part) for m in parts] == [("name", "first"), ("name", "last")]
    whole = match_headers(["First name", "Last name", "Full name"])
    assert [match.field for match in whole] == [None, None, "name"]
    # A lone first name is better than no name.
    assert match_headers(["First name"])[0].field == "name"


def test_a_name_beside_a_first_name_is_the_last_name_where_its_cells_are():
    cells = {"Nom": ["Petit", "Roux", "Blanc"], "Pr\u00e9nom": ["Lea", "Max", "Ana"]}
    parts = match_headers(list(cells), cells)
    assert [(m.field, m.part) for m in parts] == [("name", "last"), ("name", "first")]
    cells["Nom"] = ["Lea Petit", "Max Roux", "Ana Blanc"]
    assert [(m.field, m.part) for m in match_headers(list(cells), cells)] == [
        ("name", ""),
        (None, ""),
    ]


def test_codes_under_an_unknown_header_are_offered_as_ids_and_not_taken():
    [match] = match_headers(["Stamm"], {"Stamm": ["E1007", "E0042", "E3310", "E2208"]})
    assert match.field is None
    assert match.guesses[0] == ("person_id", 0.6)


def test_a_year_completes_a_column_of_halves():
    year, half = match_headers(["Year", "Half"])
    assert (year.field, year.part, half.field) == ("cycle", "year", "cycle")


@pytest.mark.parametrize(
    ("header", "cells", "field"),
    [
        ("Employee", ["E1", "E2", "E3"], "person_id"),
        ("Employee", ["Ada King", "Alan Moore", "Eve Ng"], "name"),
        ("ID", [1.0, 2.0, 3.0], None),
        ("Self Review", [4.0, 5.0, 3.0], "rating_self"),
        ("Self Review", ["I led the migration of the billing system."] * 3, "self_review"),
        ("Zeitpunkt", ["2024H1", "2024H2", "2025H1"], "cycle"),
        ("Kontakt", ["a@x.org", "b@x.org", "c@x.org"], "email"),
        ("Annual Evaluation Result", ["Meets", "Exceeds", "Below"], "rating_manager"),
        ("Retention", ["High", "Low", "High"], None),
        ("Mentoring", ["yes", "no", "yes"], None),
        ("is_final_calibrated", ["TRUE", "FALSE", "TRUE"], None),
        ("Performance", ["Payments", "Search", "Core"], None),
        ("Joined", ["2020-01-01", "2021-02-03", "2022-05-06"], "hire_date"),
        ("Goal Rating", ["Meets", "Exceeds", "Below"], None),
        ("Team", ["Team 22", "Team 06", "Team 36"], "team"),
    ],
)
def test_cells_decide_where_the_header_leaves_a_question(header, cells, field):
    [match] = match_headers([header], {header: cells})
    assert match.field == field
    assert field is None or match.how in {"values", "alias", "name"}


def test_the_analysts_word_counts():
    given = {"commits ": None, "Stuff": "commits"}
    stuff, commits = match_headers(["Stuff", "Commits"], given=given)
    assert (stuff.field, stuff.how, stuff.confidence) == ("commits", "given", 1.0)
    assert (commits.field, commits.how) == (None, "given")


def test_a_decision_for_a_field_that_does_not_exist_says_which_was_meant():
    with pytest.raises(InputError, match='Did you mean "commits"'):
        match_headers(["Stuff"], given={"Stuff": "comits"})


def test_two_headers_of_a_sheet_cannot_be_given_one_field():
    with pytest.raises(InputError, match="both given"):
        match_headers(["A", "B"], given={"A": "commits", "B": "commits"})


@pytest.mark.parametrize(
    "header", ["Manager Email", "Base Salary", "Reviewer Name", "Home Address"]
)
def test_what_names_or_describes_people_is_private(header):
    assert is_private(header)


@pytest.mark.parametrize("header", ["Project Name", "Documentation Commits", "Cost Center"])
def test_what_does_not_is_kept(header):
    assert not is_private(header)


@given(st.lists(st.text(max_size=40), unique=True, max_size=8))
def test_any_headers_can_be_matched(headers):
    matches = match_headers(headers)
    assert [match.header for match in matches] == headers
    whole = [(m.field, m.cycle) for m in matches if m.field and not m.part]
    assert len(set(whole)) == len(whole)


@given(st.text(max_size=60))
def test_folding_a_header_twice_changes_nothing(header):
    folded = normalise_header(header)
    assert normalise_header(folded) == folded
