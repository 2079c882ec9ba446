"""The report of a calibration: one HTML file that opens anywhere and fetches nothing.

What comes in is a calibration; what goes out is a page that first says in a sentence what was
found, then shows it, then lists it, with what could not be judged beside what could.
"""

import platform
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TypeVar

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from workbench.analyses.candidates import Candidates
from workbench.analyses.decline import Declines
from workbench.calibration import Calibration
from workbench.charts.candidates import plot_cluster_map
from workbench.charts.decline import plot_declines, plot_trajectory
from workbench.charts.drawing import draw_svg
from workbench.charts.group_profiles import plot_profiles
from workbench.charts.team_effect import chart_patterns
from workbench.charts.theme import Picture, counted, plain_text
from workbench.charts.validation import plot_problems
from workbench.errors import WorkbenchError
from workbench.exports.answers import answer_candidates, answer_declines, answer_problems
from workbench.exports.tables import (
    People,
    Table,
    describe_people,
    tabulate_candidates,
    tabulate_columns,
    tabulate_declines,
    tabulate_groups,
    tabulate_problems,
    tabulate_rows,
    tabulate_unjudged,
)

__all__ = ["write_report"]

MAX_TRAJECTORIES = 12
_SIMILAR = (
    "Similar people are engineers with the same earlier course who were not promoted to "
    "management. People are often promoted after a good streak, so part of a fall would have come "
    "anyway; only what goes beyond that counts."
)
_RESEMBLANCE = (
    "A role comes from comparing a person's own signals with the profile of that role. Beside "
    "that, groups of people with similar signals were looked for without those profiles, as a "
    "check. A role is a resemblance on the evidence given, not a verdict."
)
_PACKAGES = (
    "calibration-workbench pandas numpy scipy scikit-learn altair vl-convert-python openpyxl "
    "python-calamine"
).split()
_Finding = TypeVar("_Finding")


@dataclass(frozen=True, slots=True)
class _Section:
    """One section: the answer, more sentences, pictures in rows, tables."""

    anchor: str
    title: str
    answer: str = ""
    sentences: Sequence[str] = ()
    points: Sequence[str] = ()
    pictures: Sequence[Sequence[Markup]] = ()
    tables: Sequence[Table] = ()


def write_report(
    calibration: Calibration,
    path: str | Path,
    *,
    names: bool = False,
    progress: Callable[[str], object] | None = None,
) -> Path:
    """Write what was found as one HTML file, without scripts and without anything to fetch.

    Parameters
    ----------
    calibration
        The data, its problems and its findings. Findings that cannot be had are said to be so.
    path
        Where to write; an earlier file there is replaced.
    names
        Show names. Without it people appear by their person_id only.
    progress
        Called with a few words before each step.

    Returns
    -------
    pathlib.Path
        The file that was written.

    Raises
    ------
    WorkbenchError
        When the file cannot be written there.

    Examples
    --------
    >>> import tempfile
    >>> import workbench
    >>> calibration = workbench.load(workbench.make_company(people=60, cycles=4, seed=1).tables)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_report(calibration, Path(folder) / "report.html").name
    'report.html'
    """
    page = _render(calibration, names=names, say=progress or (lambda words: None))
    target = Path(path)
    try:
        target.write_text(page, encoding="utf-8", newline="\n")
    except OSError as error:
        raise WorkbenchError(
            f"the report cannot be written to {target}: {error.strerror or error}. "
            "Give the name of a file in a folder that exists and that you may write to."
        ) from error
    return target


def _render(calibration: Calibration, *, names: bool, say: Callable[[str], object]) -> str:
    """Build every section and print the page."""
    people = describe_people(calibration.panel.people, names=names)
    say("Describing what could be read")
    read = _describe_data(calibration, people)
    say("Drawing the declines")
    declines, no_declines = _ask(lambda: calibration.declines)
    fell = _describe_declines(calibration, declines, no_declines, people)
    say("Drawing the candidates")
    candidates, no_candidates = _ask(lambda: calibration.candidates)
    suited = _describe_candidates(calibration, candidates, no_candidates, people)
    say("Writing the page")
    sections = [
        read,
        _describe_unjudged(declines, candidates, [no_declines, no_candidates], people),
        fell,
        suited,
        _describe_certainty(calibration, declines, candidates),
        _describe_settings(calibration),
    ]
    # Everything is escaped; only the pictures, which are drawn here, are marked as safe.
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined
    )
    return environment.get_template("report.html.j2").render(
        source=plain_text(calibration.source),
        subtitle="People appear by name." if names else "People appear by their id only.",
        summary=[each.answer for each in (read, fell, suited)],
        sections=sections,
    )


def _ask(question: Callable[[], _Finding]) -> tuple[_Finding | None, str]:
    """Take a finding, or the sentence that says why there is none."""
    try:
        return question(), ""
    except WorkbenchError as error:
        return None, plain_text(error)


def _draw(chart: Picture, words: str) -> Markup:
    """Draw a chart as SVG that stands inside the page and needs nothing from outside."""
    head, _, body = draw_svg(chart).partition(">")
    # Inside HTML the namespaces are known; without them not even the look of an address remains.
    head = re.sub(r'\sxmlns(?::\w+)?="[^"]*"', "", head)
    return Markup('{} role="img" aria-label="{}">{}').format(Markup(head), words, Markup(body))


def _describe_data(calibration: Calibration, people: People) -> _Section:
    """Say what could be read: how much, which problems and where, and what each header means."""
    problems, reviews = calibration.problems, calibration.panel.reviews
    cycles = sorted(reviews["cycle"].dropna().astype(str).unique())
    size = counted(len(reviews), "row of a person in a cycle", "rows of a person in a cycle")
    span = f", from {cycles[0]} to {cycles[-1]}" if len(cycles) > 1 else ""
    return _Section(
        "read",
        "What could be read",
        answer=answer_problems(calibration),
        sentences=[f"{size}{span}."],
        pictures=[[_draw(plot_problems(problems), "Problems by reason")]] if len(problems) else [],
        tables=[tabulate_problems(problems, people), tabulate_columns(calibration.columns, people)],
    )


def _describe_unjudged(
    declines: Declines | None,
    candidates: Candidates | None,
    refusals: Sequence[str],
    people: People,
) -> _Section:
    """Say what could not be judged, and why."""
    points = [each for each in refusals if each]
    answer, tables = "", []
    if declines is not None:
        points += [people.text(note) for note in declines.notes if not declines.n_judged]
        tables.append(tabulate_unjudged(declines, people))
        if declines.n_promoted:
            of = counted(declines.n_promoted, "promotion", "promotions")
            left = declines.n_promoted - declines.n_judged
            answer = f"{f'{left:,}' if left else 'None'} of {of} to management could not be judged."
    if candidates is not None and candidates.map.empty:
        points += [people.text(note) for note in candidates.notes]
    if not answer and not points:
        answer = "Everything that was asked could be judged."
    return _Section(
        "unjudged",
        "What could not be judged, and why",
        answer=answer,
        points=list(dict.fromkeys(points)),
        tables=tables,
    )


def _describe_declines(
    calibration: Calibration, declines: Declines | None, refusal: str, people: People
) -> _Section:
    """Say for whom technical output fell beyond similar people; show and list it."""
    anchor, title = "declines", "Declines after a promotion to management"
    if declines is None:
        return _Section(anchor, title, answer=f"Declines could not be assessed. {refusal}")
    answer = answer_declines(calibration)
    if declines.flags.empty:
        return _Section(anchor, title, answer=answer)
    sentences, points, labels = [_SIMILAR], [], people.chart_labels()
    overview = [_draw(chart_patterns(declines.flags), "Patterns of the people promoted")]
    if declines.n_judged:
        overview.append(_draw(plot_declines(declines, labels=labels), answer))
        points = [people.text(note) for note in declines.notes]
    flags = declines.flags
    flagged = flags.loc[flags["flagged"], "person_id"].astype(str).drop_duplicates().tolist()
    if flagged:
        sentences.append(
            "Under the overview, each flagged person: the line is what the person did, the grey "
            f"band is where {100 * declines.interval_level:g} % of similar people would be."
        )
    if len(flagged) > MAX_TRAJECTORIES:
        sentences.append(f"The first {MAX_TRAJECTORIES} of {len(flagged):,} of them are drawn.")
    courses = []
    for person in flagged[:MAX_TRAJECTORIES]:
        label = labels.get(person, plain_text(person))
        chart = plot_trajectory(declines, person, label=label, width=320, height=160)
        courses.append(_draw(chart, f"Technical output of {label} beside similar people"))
    table = tabulate_declines(declines, calibration.promotions, people)
    return _Section(anchor, title, answer, sentences, points, [overview, courses], [table])


def _describe_candidates(
    calibration: Calibration, candidates: Candidates | None, refusal: str, people: People
) -> _Section:
    """Say who resembles which role of technical leadership; show and list it."""
    anchor, title = "candidates", "Candidates for technical leadership"
    if candidates is None:
        return _Section(anchor, title, answer=f"Candidates could not be assessed. {refusal}")
    answer = answer_candidates(calibration)
    if candidates.map.empty:
        return _Section(anchor, title, answer=answer)
    chart = plot_cluster_map(
        candidates,
        labels=people.chart_labels(),
        min_role_similarity=calibration.settings.min_role_similarity,
    )
    pictures = [[_draw(chart, "Map of people with similar signals")]]
    tables = [tabulate_candidates(candidates, people)]
    if len(candidates.profiles) > 1:
        pictures.append(
            [
                _draw(
                    plot_profiles(candidates, stable_from=calibration.settings.cluster_stability),
                    "Mean signal of each group",
                )
            ]
        )
        tables.append(tabulate_groups(candidates))
    points = [calibration.pool_rule, *(people.text(note) for note in candidates.notes)]
    return _Section(anchor, title, answer, [_RESEMBLANCE], points, pictures, tables)


def _describe_certainty(
    calibration: Calibration, declines: Declines | None, candidates: Candidates | None
) -> _Section:
    """Say how sure all this is, and what would be missed."""
    points = []
    if declines is not None and declines.n_judged:
        level = f"{100 * declines.interval_level:g} %"
        points += [
            f"Every difference has a {level} interval: were the same study repeated, {level} of "
            "such intervals would hold the difference that is there. Those of flagged people are "
            "wider, because these people were picked out for what is being measured.",
            f"Of all flags, at most {100 * declines.fdr:g} % are expected to be false alarms.",
            f"Chance figures (p, q) come from {declines.n_placebos:,} comparable stretches of "
            "people who were not promoted.",
        ]
        smallest = declines.flags["detectable_drop"].dropna().abs()
        if len(smallest):
            low, high = f"{smallest.min():.1f}", f"{smallest.max():.1f}"
            size = low if low == high else f"{low} to {high}"
            points.append(
                f"A fall of less than about {size} SD would often not be seen. No flag does not "
                "mean that nothing fell."
            )
    if candidates is not None and len(candidates.profiles) > 1:
        needed = calibration.settings.cluster_stability
        stable = int((candidates.profiles["stability"] >= needed).sum())
        points.append(
            f"{stable} of {counted(len(candidates.profiles), 'group', 'groups')} came back when "
            f"the analysis was repeated on resampled people (stability of {needed:g} or more)."
        )
    points.append("What is missing was left out, never counted as zero.")
    return _Section("certainty", "How sure this is", points=points)


def _describe_settings(calibration: Calibration) -> _Section:
    """List every threshold with its meaning, and the versions it was made with."""
    settings = [
        (each.metadata["meaning"], f"{getattr(calibration.settings, each.name):g}", each.name)
        for each in fields(calibration.settings)
    ]
    versions = [("Python", platform.python_version())]
    for package in _PACKAGES:
        try:
            versions.append((package, version(package)))
        except PackageNotFoundError:
            continue
    return _Section(
        "settings",
        "Settings and versions",
        sentences=["The same file, settings and versions give the same report."],
        tables=[
            tabulate_rows("Settings used.", ("Meaning", "Value", "Setting"), settings, "settings"),
            tabulate_rows("Versions.", ("Software", "Version"), versions, "versions"),
        ],
    )
