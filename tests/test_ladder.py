import pytest

from workbench.ladder import TRACKS, track_of_title

ENGINEERS = [
    "Software Engineer, Identity Management",
    "Senior Software Engineer",
    "Sr. Software Engineer II",
    "SWE III",
    "Backend Developer",
    "Engineer, Manager Tools",
    "Site Reliability Engineer - Director Portal",
    "Member of Technical Staff",
    "Data Scientist",
    "Software Engineering Intern",
    "Softwareentwicklerin",
    "Software Engineer (Product Management Tools)",
    "Product Engineer",
    "SDET",
    "Software Engineer in Test",
    "Engineer for Team Lead Tooling",
]
TECHNICAL_LEADERS = [
    "Director of Architecture",
    "CTO",
    "Chief Technology Officer",
    "Lead Engineer",
    "Lead Software Engineer",
    "Tech Lead",
    "Technical Lead, Payments",
    "Software Architect",
    "Principal Architect",
    "Senior Solutions Architect",
    "Staff Engineer",
    "Principal Software Engineer",
    "Distinguished Engineer",
    "Technical Fellow",
    "Chief Architect",
    "Director, Enterprise Architecture",
    "Head of Architecture",
    "VP Architecture",
    "Technical Committee Member",
    "Architect, Engineering Manager Experience",
    "Principal Member of Technical Staff",
]
MANAGERS = [
    "Engineering Manager, Architecture Tools",
    "Engineering Manager",
    "Senior Engineering Manager II",
    "Manager, Software Engineering",
    "Manager Software Engineering",
    "Director of Engineering",
    "VP of Engineering",
    "Vice President, Platform",
    "Head of Engineering",
    "Software Development Manager",
    "Project Team Lead",
    "Team Lead",
    "Tech Lead Manager",
    "Architecture Manager",
    "Senior Manager, Identity Management",
    "Director of Product Engineering",
    "QA Manager",
    "Teamleiter",
    "Eng Mgr",
    "Engineering Manager - CTO Office",
]
OTHERS = [
    "Product Manager",
    "Technical Program Manager",
    "Project Manager",
    "Product Owner",
    "HR Business Partner",
    "Director of Sales",
    "Marketing Manager",
    "UX Designer",
    "CEO",
    "Executive Assistant to the CTO",
    "",
    "   ",
    "-",
    "Head of Product",
    "Office Manager",
    "Account Executive",
    "Sales Engineer",
]


@pytest.mark.parametrize(
    ("title", "track"),
    [(title, "engineer") for title in ENGINEERS]
    + [(title, "technical_leadership") for title in TECHNICAL_LEADERS]
    + [(title, "management") for title in MANAGERS]
    + [(title, "other") for title in OTHERS],
)
def test_titles_are_read_by_their_head(title, track):
    assert track_of_title(title) == track
    assert track_of_title(title.upper()) == track


@pytest.mark.parametrize("not_a_title", [None, float("nan"), 7, ["CTO"]])
def test_what_is_not_text_is_other(not_a_title):
    assert track_of_title(not_a_title) == "other"
    assert "other" in TRACKS
