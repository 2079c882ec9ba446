"""What is wrong with the data, all of it at once: one row for each problem, with sheet and cell.

What comes in are the faults of single cells and the frames that were read; what goes out is the
problems frame. A reason that returns in one column of one sheet is listed for its first cells and
then counted, so that one bad column cannot hide everything else.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.fields import FIELD_BY_NAME, Field, fields_with_role
from workbench.intake.cells import Fault, Severity, show_value
from workbench.intake.cycles import find_gaps, read_cycle
from workbench.intake.stacks import Stack
from workbench.ladder import track_of_title

__all__ = [
    "PROBLEM_COLUMNS",
    "ProblemList",
    "check_absent_fields",
    "check_cycles",
    "check_dates",
    "check_duplicates",
    "check_limits",
    "check_managers",
    "check_titles",
]

PROBLEM_COLUMNS = (
    "severity",
    "reason",
    "sheet",
    "cell",
    "person_id",
    "field",
    "value",
    "message",
)
_SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")
_LISTED = 20


@dataclass(slots=True)
class ProblemList:
    """Collects problems while a workbook is read.

    Attributes
    ----------
    rows
        One tuple for each problem, in the order of `PROBLEM_COLUMNS`.
    """

    rows: list[tuple[str | None, ...]] = field(default_factory=list)

    def add(
        self,
        severity: Severity,
        reason: str,
        message: str,
        *,
        sheet: str = "",
        cell: str = "",
        person_id: str | None = None,
        field: str | None = None,
        value: str | None = None,
    ) -> None:
        """Add one problem."""
        self.rows.append((severity, reason, sheet, cell, person_id, field, value, message))

    def add_faults(
        self, stack: Stack, key: str, faults: Iterable[Fault], people: pd.Series | None = None
    ) -> None:
        """Add the faults of one column of a stack; `people` says whose rows they are."""
        name = key if key in FIELD_BY_NAME else None
        for fault in faults:
            tables = stack.table[fault.positions]
            for table in np.unique(tables).tolist():
                positions = fault.positions[tables == table]
                for position in positions[:_LISTED].tolist():
                    place = stack.place(position, key)
                    shown = show_value(place.value)
                    person = None if people is None else people.iat[position]
                    self.add(
                        fault.severity,
                        fault.reason,
                        _say(place.header, fault.message.replace("{value}", _shorten(shown))),
                        sheet=place.sheet,
                        cell=place.cell,
                        person_id=person if isinstance(person, str) else None,
                        field=name or place.header,
                        value=shown,
                    )
                more = len(positions) - _LISTED
                if more > 0:
                    self.add(
                        fault.severity,
                        fault.reason,
                        _say(place.header, f"and {more:,} more cells like the ones above."),
                        sheet=place.sheet,
                        field=name or place.header,
                    )

    def frame(self) -> pd.DataFrame:
        """Give all problems as a frame, the most severe first."""
        rows = sorted(self.rows, key=lambda row: _SEVERITIES.index(row[0]))
        frame = pd.DataFrame(rows, columns=list(PROBLEM_COLUMNS))
        return frame.astype(dict.fromkeys(PROBLEM_COLUMNS, "str"))


def _say(header: str, message: str) -> str:
    return f"{header}: {message}" if header else message


def _shorten(text: str, longest: int = 60) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}\u2026"


def check_limits(
    values: NDArray[np.float64], known: Field
) -> tuple[NDArray[np.float64], list[Fault]]:
    """Take out the values that a field cannot have; gives the rest and the faults.

    Examples
    --------
    >>> values, faults = check_limits(np.array([3.0, -1.0]), FIELD_BY_NAME["commits"])
    >>> values, faults[0].reason
    (array([ 3., nan]), 'impossible_number')
    """
    low = -np.inf if known.minimum is None else known.minimum
    high = np.inf if known.maximum is None else known.maximum
    with np.errstate(invalid="ignore"):
        outside = (values < low) | (values > high)
    if not outside.any():
        return values, []
    limits = f"{low:g} or more" if high == np.inf else f"between {low:g} and {high:g}"
    message = (
        f'"{{value}}" cannot be: a value {limits} was expected, so the cell counts as missing. '
        "Correct it, or leave it empty."
    )
    fault = Fault("warning", "impossible_number", np.flatnonzero(outside), message)
    return np.where(outside, np.nan, values), [fault]


def check_duplicates(frame: pd.DataFrame, stack: Stack, problems: ProblemList) -> None:
    """Report the people who have more than one row in a cycle.

    Parameters
    ----------
    frame
        One row for each row of the stack: `person_id`, `cycle`, then every column that was read.
    stack
        Where those rows stand.
    problems
        Takes the problems: a note where the rows of one sheet are the same, a warning where they
        differ, on the same sheet or between sheets.
    """
    keys = ["person_id", "cycle"]
    usable = frame.dropna(subset=keys)
    repeated = usable[usable.duplicated(keys, keep=False)]
    if repeated.empty:
        return
    grouped = repeated.groupby(keys, sort=False)
    differs = grouped[list(repeated.columns.difference(keys))].nunique() > 1
    last = grouped.tail(1).set_index(keys, append=True).reset_index(level=0, names="position")
    positions = last["position"].reindex(differs.index)
    same_sheet = repeated.assign(table=stack.table[repeated.index]).duplicated([*keys, "table"])
    within = same_sheet.groupby([repeated[key] for key in keys], sort=False).any()
    named = [", ".join(differs.columns[row]) for row in differs.to_numpy(dtype=bool)]
    what = pd.Series(named, index=differs.index, dtype="str")
    faults = []
    for columns, rows in positions.groupby(what, sort=True):
        if columns:
            message = (
                f'Several rows of "{{value}}" in one cycle differ in {columns}; the last one '
                "counts. Delete the rows that are wrong."
            )
            faults.append(Fault("warning", "conflicting_rows", rows.to_numpy(), message))
            continue
        message = (
            'Several rows of "{value}" in one cycle say the same; they count once. Nothing needs '
            "to be done."
        )
        rows = rows[within.reindex(rows.index).to_numpy()]
        if len(rows):
            faults.append(Fault("note", "repeated_rows", rows.to_numpy(), message))
    problems.add_faults(stack, stack.person_key, faults, frame["person_id"])


def check_dates(frame: pd.DataFrame, stack: Stack, problems: ProblemList) -> None:
    """Report promotions before the first day at the company."""
    if not {"hire_date", "promotion_date"} <= set(frame.columns):
        return
    early = (frame["promotion_date"] < frame["hire_date"]).to_numpy()
    message = (
        '"{value}" is before the first day at the company. One of the two dates is wrong; correct '
        "it in the sheet."
    )
    if early.any():
        # A date repeats in every cycle of a person; the first cell stands for all.
        first = ~frame.assign(early=early).duplicated(["person_id", "promotion_date", "early"])
        positions = np.flatnonzero(early & first.to_numpy())
        fault = Fault("warning", "promotion_before_hire", positions, message)
        problems.add_faults(stack, "promotion_date", [fault], frame["person_id"])


def check_titles(frame: pd.DataFrame, stack: Stack, problems: ProblemList) -> None:
    """Note the titles in which no known word stands, so that no track can be read."""
    if "title" not in frame:
        return
    titles = frame["title"].dropna().drop_duplicates()
    unread = [i for i, title in titles.items() if not _is_title(title)]
    if unread:
        message = (
            'No known word stands in the title "{value}", so it counts to no track. Spell it out, '
            "or add a column Track with engineer, technical_leadership or management."
        )
        fault = Fault("note", "unreadable_title", np.array(unread, dtype=np.intp), message)
        problems.add_faults(stack, "title", [fault], frame["person_id"])


_JOB_WORDS = frozenset(
    "manager director head lead leader vp president chief officer engineer engineering "
    "developer architect analyst designer scientist administrator assistant specialist "
    "coordinator owner consultant writer recruiter partner tester technician support "
    "operations product project program programme account sales marketing finance hr human "
    "people legal counsel accountant associate executive editor trainer master coach intern "
    "apprentice trainee staff researcher member representative agent clerk advisor strategist "
    "planner buyer controller secretary".split()
)


def _is_title(title: object) -> bool:
    words = str(title).casefold().replace(",", " ").replace("/", " ").replace("-", " ").split()
    return track_of_title(title) != "other" or any(
        word.strip(".()").removesuffix("s") in _JOB_WORDS for word in words
    )


def check_managers(frame: pd.DataFrame, stack: Stack, problems: ProblemList) -> None:
    """Report people who manage themselves, directly or through others, in one cycle."""
    if "manager" not in frame:
        return
    seen: set[frozenset[str]] = set()
    known = frame.dropna(subset=["person_id", "cycle", "manager"])
    for _, rows in known.groupby("cycle", sort=True):
        people = rows["person_id"].to_numpy(dtype=object)
        managers = dict(zip(people, rows["manager"].to_numpy(dtype=object), strict=True))
        positions = dict(zip(people, rows.index, strict=True))
        for circle in _find_circles(managers):
            if frozenset(circle) in seen:
                continue
            seen.add(frozenset(circle))
            position = np.array([positions[circle[0]]], dtype=np.intp)
            chain = " manages ".join([*reversed(circle), circle[-1]])
            message = (
                f"The reporting line is a circle: {chain}. Correct the manager of one of them."
            )
            fault = Fault("warning", "manager_circle", position, message)
            problems.add_faults(stack, "manager", [fault], frame["person_id"])


def _find_circles(managers: Mapping[str, str]) -> list[list[str]]:
    """Find the circles in who reports to whom, each once, from its first person on."""
    done: set[str] = set()
    circles = []
    for start in managers:
        path: dict[str, None] = {}
        person = start
        while person in managers and person not in done and person not in path:
            path[person] = None
            person = managers[person]
        if person in path:
            chain = list(path)
            circle = chain[chain.index(person) :]
            low = circle.index(min(circle))
            circles.append(circle[low:] + circle[:low])
        done.update(path)
    return circles


def check_cycles(cycles: Collection[str], problems: ProblemList) -> None:
    """Report cycles that are missing between others, and names that no period is found in."""
    unread = sorted(cycle for cycle in cycles if read_cycle(cycle) is None)
    missing = find_gaps([cycle for cycle in cycles if read_cycle(cycle) is not None])
    if missing and len(missing) <= 2 * len(cycles):
        names = ", ".join(missing[:10])
        problems.add(
            "warning",
            "missing_cycle",
            f"There are no rows for {names}, although there are cycles before and after. Add the "
            "sheet or file if there is one; otherwise nothing needs to be done.",
            field="cycle",
            value=names,
        )
    for cycle in unread[:_LISTED]:
        problems.add(
            "warning",
            "unreadable_cycle",
            f'No period was found in the review cycle "{cycle}", so it is kept as it is and sorts '
            "as text. Write it as 2024H1, 2024Q2, 2024 or 2024-06.",
            field="cycle",
            value=cycle,
        )


_ABSENT: tuple[tuple[Severity, str, tuple[str, ...], str], ...] = (
    (
        "warning",
        "no_titles",
        ("title", "track"),
        "No job titles: promotions to management cannot be found. Add a column Job Title or Track.",
    ),
    (
        "note",
        "no_ratings",
        ("rating_self", "rating_manager", "rating_peer", "rating_original", "rating_calibrated"),
        "No ratings in this workbook: rating analyses cannot be made.",
    ),
    (
        "warning",
        "no_technical_output",
        fields_with_role("technical_output"),
        "No technical output, such as Commits or Design Docs: declines cannot be found. Add the "
        "columns that you have.",
    ),
    (
        "note",
        "no_force_multiplier",
        (*fields_with_role("force_multiplier"), *fields_with_role("written")),
        "No evidence of what people achieve through others, such as Mentoring Hours or written "
        "reviews: candidates cannot be found from it.",
    ),
    (
        "note",
        "no_managers",
        ("manager",),
        "No managers: teams and raters cannot be told. Add a column Manager ID.",
    ),
)


def check_absent_fields(present: Collection[str], problems: ProblemList) -> None:
    """Say which groups of fields the workbook lacks altogether, and what cannot be made then."""
    for severity, reason, group, message in _ABSENT:
        if not set(group) & set(present):
            problems.add(severity, reason, message)
