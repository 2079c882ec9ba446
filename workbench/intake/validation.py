"""What is wrong with the data beyond single cells: people, ratings, dates, titles, managers.

What comes in are the frames that were read; each check adds what it finds to the problems.
"""

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.fields import FIELD_BY_NAME, Field, fields_with_role
from workbench.intake.cells import Fault, Severity
from workbench.intake.cycles import find_gaps, find_overlaps, read_cycle
from workbench.intake.problems import LISTED, ProblemList
from workbench.intake.stacks import Stack
from workbench.ladder import track_of_title

__all__ = [
    "check_absent_fields",
    "check_cycles",
    "check_dates",
    "check_duplicates",
    "check_limits",
    "check_managers",
    "check_people",
    "check_ratings",
    "check_spellings",
    "check_titles",
]


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


def check_people(frame: pd.DataFrame, stack: Stack, problems: ProblemList) -> None:
    """Report people who may stand in the workbook twice, under two ids.

    One e-mail address under two ids is a warning, and so is one name with one first day. One name
    alone is nothing: two people may have it.
    """
    first = frame.dropna(subset="person_id").drop_duplicates(["person_id"])
    told: set[int] = set()
    for keys, what in (
        (["email"], "The e-mail address"),
        (["name", "hire_date"], "The name"),
    ):
        if not set(keys) <= set(frame):
            continue
        known = first.dropna(subset=keys)
        folded = known[keys].assign(**{keys[0]: known[keys[0]].str.casefold()})
        again = [i for i in known.index[folded.duplicated()] if i not in told]
        told.update(again)
        beside = " and the same first day" if len(keys) > 1 else ""
        message = (
            f'{what} "{{value}}" stands under another id{beside} as well. If it is one person, use '
            "one id; if there are two, nothing needs to be done."
        )
        if again:
            fault = Fault("warning", "duplicate_person", np.array(again, dtype=np.intp), message)
            key = keys[0] if keys[0] in stack.keys else stack.person_key
            problems.add_faults(stack, key, [fault], frame["person_id"])


def check_ratings(frame: pd.DataFrame, stack: Stack, problems: ProblemList) -> None:
    """Report cycles in which nobody is rated, and people of a rated cycle without a rating."""
    fields = [name for name in fields_with_role("rating") if name in frame and name != "rater_id"]
    fields = [name for name in fields if FIELD_BY_NAME[name].dtype == "rating"]
    if not fields:
        return
    # "Too New To Rate" is an answer; a blank cell is none.
    cells = [name for field in fields for name in (field, f"{field}_text") if name in frame]
    without = frame[cells].isna().all(axis=1) & frame["person_id"].notna()
    empty = without.groupby(frame["cycle"]).transform("all").fillna(False).astype(bool)
    if not without.any() or empty.all():
        return
    key = next(name for name in fields if name in stack.keys)
    cycles = frame["cycle"].where(empty & without).drop_duplicates().dropna()
    for position, cycle in cycles.items():
        place = stack.place(int(str(position)), key)
        problems.add(
            "warning",
            "cycle_without_rating",
            f"Nobody has a rating in {cycle}, although other cycles have. Add the ratings, or "
            "leave the cycle out.",
            sheet=place.sheet,
            cell=place.cell,
            field=key,
            value=str(cycle),
        )
    single = np.flatnonzero((without & ~empty).to_numpy())
    if single.size:
        message = (
            "The person has a row in this cycle and no rating. Fill it in, or write why there is "
            "none, such as Too New To Rate."
        )
        fault = Fault("note", "missing_rating", single, message)
        problems.add_faults(stack, key, [fault], frame["person_id"])


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


def check_spellings(frame: pd.DataFrame, stack: Stack, problems: ProblemList) -> None:
    """Note names of teams and the like that differ only in capitals and spaces from another.

    They count as what they say, as two teams may well be called "Core" and "CORE"; unnoticed, one
    team would be taken for several.
    """
    for name in ("team", "job_family", "department"):
        if name not in frame:
            continue
        known = frame[name].dropna().astype(str)
        uses = known.value_counts().sort_index().sort_values(ascending=False, kind="stable")
        folded = uses.index.str.casefold().str.split().str.join(" ")
        # The spelling of most rows is taken for the right one.
        rarer = known[known.isin(uses.index[folded.duplicated()])]
        odd = rarer.drop_duplicates().index
        if len(odd):
            message = (
                '"{value}" is written in another way in other rows, with other capitals or spaces, '
                "and counts as something else than there. If it is the same, write it the same."
            )
            fault = Fault("note", "two_spellings", odd.to_numpy(dtype=np.intp), message)
            problems.add_faults(stack, name, [fault], frame.get("person_id"))


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
        above = rows["manager"].to_numpy(dtype=object)
        # Who manages nobody is in no circle.
        leading = set(above)
        managers = {a: b for a, b in zip(people, above, strict=True) if a in leading}
        for circle in _find_circles(managers):
            if frozenset(circle) in seen:
                continue
            seen.add(frozenset(circle))
            position = rows.index[people == circle[0]].to_numpy(dtype=np.intp)[-1:]
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
    for inner, outer in find_overlaps(cycles)[:LISTED]:
        problems.add(
            "warning",
            "overlapping_cycles",
            f'The cycle "{inner}" lies within the cycle "{outer}", so the same time counts twice. '
            "Leave one of them out, unless they are reviews of two kinds.",
            field="cycle",
            value=f"{inner}, {outer}",
        )
    for cycle in unread[:LISTED]:
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
