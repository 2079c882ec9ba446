"""The workbench by its traits: steps, links, errors in words, and nothing kept or leaked."""

import datetime
import json
import shutil

import ipywidgets
import pytest
from ipywidgets.widgets.widget import _instances
from msoffcrypto.format.ooxml import OOXMLFile

import workbench
from workbench.intake.profiles import Choices
from workbench.widgets.app import (
    CANDIDATES,
    COLUMNS,
    DECLINES,
    EFFECT,
    PLAN,
    PROBLEMS,
    SCALES,
    STEPS,
    TEAMS,
    TRACKS,
    Workbench,
)
from workbench.widgets.notice import Notice

OF_DATA = range(COLUMNS, len(STEPS))


@pytest.fixture(autouse=True)
def _strict(monkeypatch):
    monkeypatch.setattr(Notice, "strict", True)


@pytest.fixture(scope="module")
def company():
    return workbench.make_company(people=250, cycles=8, seed=4)


@pytest.fixture(scope="module")
def calibration(company):
    return workbench.load(company.tables)


@pytest.fixture
def bench(calibration):
    return Workbench(calibration)


def _everything_sent(widget):
    """All that a widget and its children hold for the browser, as one text."""
    sent, queue, seen = [], [widget], set()
    while queue:
        each = queue.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        state = {k: v for k, v in each.get_state().items() if k != "_esm"}
        sent.append(json.dumps(state, default=repr))
        queue += [v for v in getattr(each, "children", ()) if isinstance(v, ipywidgets.Widget)]
    return "\n".join(sent)


def test_it_starts_with_choosing_a_file(tmp_path):
    bench = Workbench(folder=tmp_path)
    assert bench.step == 0
    assert bench.pages.selected_index == 0
    assert "No spreadsheet here yet" in bench.chooser.files.options[0][0]
    assert bench.chooser.choose.disabled


def test_other_steps_wait_for_a_file(tmp_path):
    bench = Workbench(folder=tmp_path)
    bench.steps.value = DECLINES
    assert bench.step == 0
    assert "Choose a file first" in bench.notice.value


def test_a_file_of_the_folder_is_opened(tmp_path, samples):
    shutil.copy(samples / "clean_company.xlsx", tmp_path / "reviews.xlsx")
    bench = Workbench(folder=tmp_path)
    assert "reviews.xlsx" in bench.chooser.files.options[0][0]
    bench.chooser.choose.click()
    assert bench.step == COLUMNS
    assert "headers are recognised" in bench.columns.answer.value
    bench.steps.value = PROBLEMS
    assert "400 people in 8 cycles" in bench.check.answer.value


def test_an_upload_is_opened_and_not_kept(tmp_path, samples):
    bench = Workbench(folder=tmp_path)
    content = (samples / "clean_company.xlsx").read_bytes()
    bench.chooser.upload.value = (
        {
            "name": "up.xlsx",
            "type": "",
            "size": len(content),
            "content": memoryview(content),
            "last_modified": datetime.datetime.now(datetime.UTC),
        },
    )
    assert bench.step == COLUMNS
    assert bench.chooser.upload.value == ()
    assert "up.xlsx" in bench.notice.value


def test_a_bad_file_is_said_in_words_and_the_old_data_stay(tmp_path, calibration):
    (tmp_path / "holiday.xlsx").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    bench = Workbench(calibration, folder=tmp_path)
    bench.chooser.choose.click()
    assert 'role="alert"' in bench.notice.value
    assert "holiday.xlsx" in bench.notice.value
    assert "Traceback" not in bench.notice.value
    assert bench.calibration is calibration


def test_a_protected_file_asks_for_its_password(tmp_path, samples):
    locked = tmp_path / "locked.xlsx"
    with (samples / "clean_company.xlsx").open("rb") as plain, locked.open("wb") as target:
        OOXMLFile(plain).encrypt("correct horse", target)
    bench = Workbench(folder=tmp_path)
    bench.chooser.choose.click()
    assert "protected by a password" in bench.notice.value
    assert bench.chooser.password.layout.display == ""
    bench.chooser.password.value = "correct horse"
    bench.chooser.choose.click()
    assert bench.step == COLUMNS
    assert bench.chooser.password.layout.display == "none"
    assert bench.chooser.password.value == ""


def test_a_defect_is_said_in_words_and_raised_in_tests(bench, monkeypatch):
    def break_down(*_):
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(bench.declines, "show", break_down)
    with pytest.raises(ZeroDivisionError):
        bench.steps.value = DECLINES
    assert "defect in the workbench" in bench.notice.value
    assert "secret detail" not in bench.notice.value


def test_every_step_fills(bench):
    for step in OF_DATA:
        bench.steps.value = step
        assert bench.pages.selected_index == step
    assert "can be judged" in bench.declines.answer.value
    assert "After promotion to management" in bench.effect.answer.value
    assert "technical-leadership track" in bench.candidates.answer.value
    assert bench.declines.ranking.spec["$schema"]
    assert bench.effect.effect.spec["$schema"]
    assert bench.effect.teams.spec["$schema"]
    assert bench.candidates.map.spec["$schema"]
    assert "lack a technical leader" in bench.teams.answer.value
    assert bench.teams.grid.spec["$schema"]
    assert "nothing is applied" in bench.plan.answer.value
    assert bench.plan.picture.spec["$schema"]
    assert "technical leadership" in bench.tracks.answer.value.casefold()
    assert bench.tracks.chart.spec["$schema"]


def test_the_card_lies_over_the_step_until_it_is_closed(bench):
    bench.steps.value = DECLINES
    assert not bench.drawer.is_open
    bench.declines.card.click()
    chosen = bench.declines.people.people.value
    assert bench.drawer.is_open
    assert bench.drawer.card.person_id == chosen
    bench.drawer.shut_button.click()
    assert not bench.drawer.is_open


def test_a_person_of_a_team_and_one_of_a_seat_open_their_card(bench):
    bench.steps.value = TEAMS
    person = bench.teams.people.options[0][1]
    bench.teams.people.value = person
    assert (bench.drawer.is_open, bench.drawer.card.person_id) == (True, person)
    bench.drawer.shut_button.click()
    assert not bench.drawer.is_open
    bench.teams.people.value = person
    assert bench.drawer.is_open, "whose card was closed can be chosen again"
    bench.steps.value = PLAN
    assert not bench.drawer.is_open
    bench.plan.card.click()
    proposed = bench.calibration.track_plan.assignments["person_id"].astype(str)
    assert bench.drawer.is_open
    assert bench.drawer.card.person_id in set(proposed)


def test_the_card_follows_names_and_settings(bench):
    bench.steps.value = DECLINES
    bench.declines.card.click()
    assert "(" not in bench.drawer.card.head.value.split("</p>")[0]
    bench.names.value = True
    assert f"({bench.drawer.card.person_id})" in bench.drawer.card.head.value.split("</p>")[0]
    bench.names.value = False
    assert f"({bench.drawer.card.person_id})" not in bench.drawer.card.head.value.split("</p>")[0]
    bench.declines.bar.false_alarms.value = 0.3
    assert bench.drawer.card.person_id == bench.declines.people.people.value


def test_picking_a_person_changes_course_and_reason(bench):
    bench.steps.value = DECLINES
    first, second = [person for _, person in bench.declines.people.people.options][:2]
    bench.declines.people.pick(first)
    one = bench.declines.course.spec, bench.declines.reason.value
    bench.declines.people.pick(second)
    assert bench.declines.course.spec != one[0]
    assert bench.declines.reason.value != one[1]
    bench.declines.people.previous.click()
    assert bench.declines.people.people.value == first
    assert (bench.declines.course.spec, bench.declines.reason.value) == one


def test_a_click_on_a_chart_picks_the_person(bench):
    bench.steps.value = DECLINES
    third = bench.declines.people.people.options[2][1]
    (chart,) = bench.declines.ranking.children
    clicked = {"value": {"person_id": [third], "vlPoint": {"or": [{"person_id": third}]}}}
    chart._vl_selections = {"person": {**clicked, "store": [{"values": [third]}]}}
    assert bench.declines.people.people.value == third


def _flagged_on_screen(bench):
    return bench.declines.ranking.spec["title"]["text"].split()[0]


def test_a_slider_changes_answer_ranking_course_patterns_and_table(bench):
    bench.steps.value = DECLINES
    shown = bench.declines
    shown.people.next.click()
    chosen = shown.people.people.value

    def look():
        return (
            shown.answer.value,
            shown.ranking.spec,
            shown.course.spec,
            shown.patterns.spec,
            shown.meanings.value,
            shown.table.value,
        )

    before = look()
    shown.bar.cycles_needed.value = 5
    after = look()
    assert not [one for one, other in zip(before, after, strict=True) if one == other]
    assert "are too new" in shown.answer.value
    assert shown.people.people.value == chosen
    shown.bar.back.click()
    assert look() == before


def test_the_fit_is_kept_and_every_later_step_has_the_settings_of_the_sliders(bench):
    bench.steps.value = CANDIDATES
    bench.steps.value = DECLINES
    fit, candidates = bench.calibration.decline_fit, bench.candidates.answer.value
    flagged = _flagged_on_screen(bench)
    bench.declines.bar.false_alarms.value = 0.3
    assert bench.calibration.settings.fdr == 0.3
    assert bench.calibration.decline_fit is fit
    assert int(_flagged_on_screen(bench)) > int(flagged)
    # Nothing is worked out for a step that nobody looks at.
    assert "candidates" not in vars(bench.calibration)
    assert bench.candidates.answer.value == candidates
    bench.steps.value = CANDIDATES
    assert "candidates" in vars(bench.calibration)


def test_the_settings_of_the_sliders_stay_when_a_column_is_corrected(bench):
    bench.steps.value = DECLINES
    bench.declines.bar.false_alarms.value = 0.02
    bench.steps.value = COLUMNS
    bench.columns.filter.value = "all"
    row = next(row for row in bench.columns.rows if row.key == "Location")
    row.choice.value = ""
    bench.steps.value = DECLINES
    assert bench.calibration.settings.fdr == 0.02
    assert bench.declines.bar.false_alarms.value == 0.02
    assert not bench.declines.bar.back.disabled


def test_how_firm_a_flag_is_stands_beside_its_reason_once_asked_for(bench):
    bench.steps.value = DECLINES
    shown = bench.declines
    assert "of resamples" not in shown.reason.value
    shown.firmness.ask.click()
    assert "of resamples" in shown.reason.value
    assert "explain this flag away" in shown.firmness.of_person.value
    assert "\u2713" in bench.notice.value
    shown.bar.false_alarms.value = 0.2
    assert "of resamples" not in shown.reason.value
    assert "explain this flag away" not in shown.firmness.of_person.value


def test_a_bar_that_nobody_can_pass_is_said_and_the_sliders_stay(bench):
    bench.steps.value = DECLINES
    bench.declines.bar.cycles_needed.value = 6
    assert "none of them can be judged yet" in bench.declines.answer.value
    assert "Nobody promoted to management can be judged yet" in json.dumps(
        bench.declines.ranking.spec
    ).replace("\\n", " ")
    assert bench.declines.found.layout.display == ""


def test_nobody_of_earlier_data_stays_on_the_screen(bench, company):
    bench.steps.value = DECLINES
    person = bench.declines.people.people.value
    assert person in _everything_sent(bench.declines)
    reviews = company.tables["Reviews"]
    moved = bench.calibration.promotions["person_id"]
    nobody = reviews[~reviews["Employee ID"].isin(moved)]
    bench.show(workbench.load({"Reviews": nobody}))
    bench.steps.value = DECLINES
    assert "Nobody was seen being promoted" in bench.declines.answer.value
    assert person not in _everything_sent(bench.declines)
    assert bench.declines.found.layout.display == "none"
    assert "job title" in bench.declines.answer.value


def test_flagged_people_have_their_mark_in_list_and_table(bench):
    bench.steps.value = DECLINES
    flags = bench.calibration.declines.flags
    flagged = flags.loc[flags["flagged"], "person_id"]
    others = flags.loc[~flags["flagged"], "person_id"]
    options = [text for text, _ in bench.declines.people.people.options]
    for shown in (bench.declines.table.value, options):
        assert all(f"\u25c6\u00a0{person}" in shown for person in flagged)
        assert not [person for person in others if f"\u25c6\u00a0{person}" in shown]


def test_names_are_sent_only_when_asked_for(company, calibration):
    bench = Workbench(calibration)
    for step in OF_DATA:
        bench.steps.value = step
    promoted = calibration.declines.flags["person_id"]
    roster = company.tables["Roster"].set_index("Employee ID")
    names = set(roster["Employee Name"])
    sent = _everything_sent(bench)
    assert not [name for name in names if name in sent]
    assert str(promoted.iloc[0]) in sent
    bench.names.value = True
    assert roster.loc[promoted.iloc[0], "Employee Name"] in _everything_sent(bench)
    bench.names.value = False
    sent = _everything_sent(bench)
    assert not [name for name in names if name in sent]


def test_pay_and_protected_attributes_are_never_sent(company, calibration):
    bench = Workbench(calibration)
    bench.names.value = True
    for step in OF_DATA:
        bench.steps.value = step
    roster = company.tables["Roster"]
    sent = _everything_sent(bench)
    for column in ("Gender", "Ethnicity", "Work Email"):
        for value in set(roster[column]) - {"Not stated"}:
            assert f'"{value}"' not in sent
            assert f">{value}<" not in sent


def test_what_a_notebook_prints_holds_no_people(bench, calibration):
    printed = f"{bench!r} {calibration!r} {calibration.panel!r}"
    assert printed.count("\n") == 0
    assert not [person for person in calibration.panel.people["person_id"] if person in printed]


def test_a_choice_counts_at_once_and_the_row_stays(bench):
    columns = bench.columns
    columns.filter.value = "all"
    listed = [row.key for row in columns.rows]
    row = columns.rows[listed.index("Location")]
    assert row.choice.value == "location"
    row.choice.value = ""
    assert [row.key for row in columns.rows] == listed
    assert "columns (before:" in columns.counts.value
    assert bench.calibration.intake.choices.columns == {"Location": None}
    assert (
        "Location" in bench.calibration.panel.people
        or "Location" in bench.calibration.panel.reviews
    )
    columns.reset.click()
    assert not bench.calibration.intake.choices.columns


def test_a_field_is_given_to_one_header_and_the_other_gives_way(bench):
    columns = bench.columns
    columns.filter.value = "all"
    row = next(row for row in columns.rows if row.key == "Location")
    row.choice.value = "job_family"
    taken = bench.calibration.columns
    roster = taken[taken["sheet"] == "Roster"].set_index("header")["field"]
    assert roster["Location"] == "job_family"
    assert list(roster).count("job_family") == 1


def test_a_choice_that_leaves_no_people_is_refused_and_the_screen_shows_what_holds(company):
    reviews = company.tables["Reviews"]
    bench = Workbench(workbench.load(reviews))
    bench.columns.filter.value = "all"
    row = next(row for row in bench.columns.rows if row.choice.value == "person_id")
    row.choice.value = ""
    assert "No sheet says who" in bench.notice.value
    assert row.choice.value == "person_id"


def test_a_date_that_can_be_read_two_ways_is_a_question(samples):
    bench = Workbench(workbench.load(samples / "messy_company.xlsx", choices=Choices()))
    [question, other] = bench.columns.dates
    assert (question.layout.display, other.layout.display) == ("", "none")
    assert "03/04/2019" in question.texts[0].value
    question.choice.value = "day"
    assert bench.calibration.intake.choices.dates == {"Hire Date": "day"}
    assert "ambiguous_date" not in set(bench.calibration.problems["reason"])
    assert question.choice.value == "day"


def test_a_confirmed_file_is_remembered_and_the_next_one_loads_without_a_question(
    tmp_path, company
):
    first = company.tables["Reviews"].rename(columns={"Commits": "Dev Points"})
    first.to_csv(tmp_path / "first.csv", index=False)
    bench = Workbench(folder=tmp_path)
    bench.chooser.choose.click()
    assert bench.step == COLUMNS
    bench.columns.filter.value = "all"
    while not any(row.key == "Dev Points" for row in bench.columns.rows):
        bench.columns.next.click()
    next(row for row in bench.columns.rows if row.key == "Dev Points").choice.value = "commits"
    bench.columns.confirm.click()
    assert bench.step == PROBLEMS
    assert "workbench_profile.json" in bench.notice.value
    (tmp_path / "first.csv").unlink()
    first.iloc[::-1].to_csv(tmp_path / "second.csv", index=False)
    bench.chooser.look()
    bench.steps.value = 0
    bench.chooser.choose.click()
    assert bench.step == PROBLEMS
    assert "commits" in bench.calibration.panel.reviews
    assert set(bench.calibration.columns["how"]) == {"remembered"}


def test_a_text_of_a_rating_is_read_as_the_analyst_says(tmp_path):
    path = tmp_path / "reviews.csv"
    path.write_text("Employee ID,Cycle,Rating\n1,2024,Meets\n2,2024,Rock Star\n3,2024,Below\n")
    bench = Workbench(workbench.load(path))
    bench.steps.value = SCALES
    assert "1 text was not understood" in bench.scales.answer.value
    row = bench.scales.rows[0]
    assert (row.key, row.texts[2].value) == ("Rock Star", "not understood")
    row.choice.value = "3"
    assert bench.calibration.panel.reviews["rating_manager"].notna().all()
    assert "Every text was understood" in bench.scales.answer.value
    bench.scales.best.value = "low"
    assert bench.calibration.intake.choices.scales["rating_manager"].best == "low"


def test_one_cycle_can_have_a_scale_of_its_own(tmp_path):
    path = tmp_path / "reviews.csv"
    rows = "".join(f"E{i},{year},{i}\n" for year in (2023, 2024) for i in range(1, 6))
    path.write_text(f"Employee ID,Cycle,Rating\n{rows}")
    bench = Workbench(workbench.load(path))
    bench.steps.value = SCALES
    bench.scales.cycle.value = "2023"
    bench.scales.best.value = "low"
    reviews = bench.calibration.panel.reviews
    by_cycle = reviews.groupby("cycle")["rating_manager"].apply(list).to_dict()
    assert by_cycle == {"2023": [5, 4, 3, 2, 1], "2024": [1, 2, 3, 4, 5]}
    assert bench.scales.cycle.value == "2023"
    assert bench.scales.best.value == "low"
    bench.scales.cycle.value = "2024"
    assert bench.scales.best.value == "as read"


def test_problems_on_the_screen_name_nobody(tmp_path):
    path = tmp_path / "reviews.csv"
    path.write_text(
        "Employee ID,Employee Name,Email,Cycle,Commits,Date of Birth\n"
        "E1,Ada King,ada@x.org,2024,Ada King,soon1980\nE2,Bo Ng,ada@x.org,2024,3,1980-01-01\n"
    )
    bench = Workbench(workbench.load(path))
    for step in (COLUMNS, SCALES, PROBLEMS):
        bench.steps.value = step
    sent = _everything_sent(bench)
    assert "reviews!C3" in bench.check.problems.table.value
    assert not [text for text in ("Ada", "ada@", "Ng", "soon1980") if text in sent]


def test_problems_are_marked_in_a_copy_beside_the_file(tmp_path, samples):
    shutil.copy(samples / "messy_company.xlsx", tmp_path / "reviews.xlsx")
    bench = Workbench(folder=tmp_path)
    bench.chooser.choose.click()
    bench.steps.value = PROBLEMS
    bench.check.mark.click()
    assert (tmp_path / "reviews_checked.xlsx").exists()
    assert "reviews_checked.xlsx" in bench.notice.value


def test_dozens_of_changes_make_no_new_widgets(bench):
    for step in OF_DATA:
        bench.steps.value = step
    before = len(_instances)
    people = [person for _, person in bench.declines.people.people.options]
    bar = bench.declines.bar
    for turn in range(40):
        bench.declines.people.pick(people[turn % len(people)])
        if turn % 10 == 0:
            bar.false_alarms.value = bar.false_alarms.options[turn // 10 % 7][1]
    bench.steps.value = PLAN
    for turn in range(4):
        bench.drawer.open_person(people[turn % len(people)])
        (bench.plan.leave_person if turn % 2 else bench.plan.undo).click()
    for step in (COLUMNS, SCALES, DECLINES, PROBLEMS, TEAMS, TRACKS, COLUMNS, CANDIDATES):
        bench.steps.value = step
    bench.columns.filter.value = "all"
    for turn in range(6):
        bench.columns.rows[turn % 8].choice.value = ("", "talks")[turn % 2]
        bench.columns.next.click()
        bench.columns.reset.click()
    assert len(_instances) == before


def test_names_go_from_every_step_though_one_of_them_fails(company, calibration, monkeypatch):
    bench = Workbench(calibration)
    for step in (DECLINES, EFFECT, TEAMS, PLAN):
        bench.steps.value = step
    bench.names.value = True
    names = set(company.tables["Roster"]["Employee Name"])
    assert [name for name in names if name in _everything_sent(bench.teams)]

    def break_down(*_):
        raise ZeroDivisionError

    monkeypatch.setattr(bench.effect, "show", break_down)
    monkeypatch.setattr(Notice, "strict", False)
    bench.names.value = False
    for shown in (bench.declines, bench.teams, bench.plan):
        sent = _everything_sent(shown)
        assert not [name for name in names if name in sent]
    assert bench.effect.layout.visibility == "hidden"
    monkeypatch.undo()
    bench.steps.value = EFFECT
    assert bench.effect.layout.visibility == "visible"
    sent = _everything_sent(bench)
    assert not [name for name in names if name in sent]


def test_a_manager_outside_the_list_is_not_named_before_names_are_asked_for(company):
    reviews = company.tables["Reviews"].copy()
    reviews["Manager ID"] = reviews["Manager ID"].where(reviews["Team"].ne("Team 03"), "Cy Dahl")
    bench = Workbench(workbench.load({**company.tables, "Reviews": reviews}))
    for step in (DECLINES, EFFECT, CANDIDATES, TEAMS, PLAN, TRACKS):
        bench.steps.value = step
    assert "Cy Dahl" not in _everything_sent(bench)
    bench.names.value = True
    assert "Cy Dahl" in _everything_sent(bench)
