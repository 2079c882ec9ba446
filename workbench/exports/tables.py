"""The tables of the report: from a frame of findings to rows of text that a person reads.

What comes in are problems, headers, declines and candidates; what goes out are headings and cells
as they are printed, with people named only where that was asked for. Values of pay, of protected
attributes and of written reviews stay in the sheet.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from workbench.analyses.candidates import Candidates
from workbench.analyses.decline import Declines
from workbench.analyses.resemblance.roles import NO_ROLE, STRONG_ENGINEER
from workbench.charts.theme import in_words, plain_text, signed
from workbench.charts.validation import SEVERITIES
from workbench.fields import FIELD_BY_NAME

__all__ = [
    "People",
    "Table",
    "describe_people",
    "hide_private",
    "tabulate_candidates",
    "tabulate_columns",
    "tabulate_declines",
    "tabulate_groups",
    "tabulate_problems",
    "tabulate_rows",
    "tabulate_unjudged",
]

FIRST_ROWS = 30
FIRST_PROBLEMS = 10
MAX_PROBLEMS = 500
NOT_SHOWN = "not shown"
MISSING = "\u2014"
_Record = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class People:
    """How people appear: by id, or by name where that was asked for.

    Attributes
    ----------
    names
        The name of each person_id; empty where names are not shown.
    hidden
        Names and addresses that must not appear, by their first word.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    hidden: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def chart_labels(self) -> dict[str, str]:
        """Give the text in a picture: the name, with the id where two people share it."""
        bearers = Counter(self.names.values())
        return {
            person: name if bearers[name] == 1 else f"{name} ({person})"
            for person, name in self.names.items()
        }

    def label(self, person_id: object) -> str:
        """Give the text in a table: the name with the id, or the id alone."""
        person = plain_text(person_id)
        name = self.names.get(str(person_id))
        return f"{name} ({person})" if name else person

    def text(self, value: object) -> str:
        """Give free text, with every known name and address replaced where names are not shown."""
        text = _text(value)
        words = set(re.findall(r"\w+", text.casefold()))
        found = {name for word in words for name in self.hidden.get(word, ())}
        # The longest first: an address may begin with a name.
        for name in sorted(found, key=lambda name: (-len(name), name)):
            # A single word may be a common one ("Will"), which only its capital tells apart.
            case = re.IGNORECASE if " " in name or "@" in name else re.NOFLAG
            text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", "[name]", text, flags=case)
        return text


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it is printed, in two parts: what everybody reads, and the rest to be opened.

    Attributes
    ----------
    caption
        What the table shows.
    headings, numbers
        The headings, and which of them head numbers.
    first, rest
        The cells of each row.
    marked
        How many of the first rows are of flagged people.
    summary
        What is in the rest.
    """

    caption: str
    headings: Sequence[str]
    numbers: frozenset[str]
    first: Sequence[Sequence[str]]
    rest: Sequence[Sequence[str]]
    summary: str
    marked: int = 0


@dataclass(frozen=True, slots=True)
class _Column:
    """One column: its heading, and how a cell is printed."""

    heading: str
    cell: Callable[[_Record], str]
    number: bool = False


def describe_people(people: pd.DataFrame, *, names: bool) -> People:
    """Decide how people appear, and which words must not.

    Parameters
    ----------
    people
        One row per person: `person_id` and, where the sheet has them, `name` and `email`.
    names
        Whether names were asked for.

    Returns
    -------
    People

    Examples
    --------
    >>> people = pd.DataFrame({"person_id": ["E1"], "name": ["Ada Lovelace"]})
    >>> describe_people(people, names=True).label("E1")
    'Ada Lovelace (E1)'
    >>> describe_people(people, names=False).text("E1 is ADA LOVELACE in row 3.")
    'E1 is [name] in row 3.'
    """
    if names:
        if "name" not in people:
            return People()
        known = people.loc[people["name"].notna(), ["person_id", "name"]]
        pairs = zip(known["person_id"], known["name"], strict=True)
        return People(names={str(person): plain_text(name) for person, name in pairs})
    hidden: dict[str, list[str]] = {}
    for column in ("name", "email"):
        for value in people[column].dropna().unique() if column in people else ():
            text = plain_text(value)
            first = re.search(r"\w+", text.casefold())
            if first:
                hidden.setdefault(first.group(), []).append(text)
    return People(hidden=hidden)


def tabulate_problems(problems: pd.DataFrame, people: People) -> Table:
    """List the problems with sheet and cell, the serious ones first.

    Parameters
    ----------
    problems
        One row a problem: severity, reason, sheet, cell, person_id, field, value, message.
    people
        How people appear.

    Returns
    -------
    Table
    """
    rank = {severity: place for place, severity in enumerate(SEVERITIES)}
    ranked = problems.sort_values(
        "severity", key=lambda severity: severity.map(rank).fillna(len(rank)), kind="stable"
    )
    listed = ranked.head(MAX_PROBLEMS)
    caption = "Problems, the serious ones first."
    if len(listed) < len(problems):
        caption = f"{caption} The first {len(listed):,} of {len(problems):,} are listed."
    columns = (
        _Column("Severity", lambda row: in_words(_text(row["severity"]))),
        _Column("Where", lambda row: people.text(_place(row))),
        _Column("Person", lambda row: people.label(_text(row["person_id"]))),
        _Column("Value", lambda row: _value_seen(row, people)),
        _Column("What is wrong, and what to do", lambda row: _problem_in_words(row, people)),
    )
    return _tabulate(listed, columns, caption, "problems", first=FIRST_PROBLEMS)


def hide_private(problems: pd.DataFrame, people: People) -> pd.DataFrame:
    """Take out of the problems what names or describes people, for a screen that others see.

    Parameters
    ----------
    problems
        One row a problem, as `tabulate_problems` takes them.
    people
        How people appear.

    Returns
    -------
    DataFrame
        The same rows; `value` and `message` hold no name, address, pay or protected attribute.
    """
    rows = _records(problems)
    values = pd.Series([_value_seen(row, people) for row in rows], dtype="str")
    messages = pd.Series([_problem_in_words(row, people) for row in rows], dtype="str")
    return problems.assign(value=values.to_numpy(), message=messages.to_numpy())


def _place(row: _Record) -> str:
    """Name sheet and cell as a spreadsheet does."""
    place = "!".join(part for part in (_text(row["sheet"]), _text(row["cell"])) if part)
    return place or "all of it"


def _value_seen(row: _Record, people: People) -> str:
    """Print the value that stands in the cell, where it may be shown."""
    return NOT_SHOWN if _is_private(row, people) else people.text(row["value"])


def _problem_in_words(row: _Record, people: People) -> str:
    """Print the message, or where it may quote what must not be shown, the reason alone."""
    if _is_private(row, people):
        return f"{in_words(_text(row['reason']))}. Look at the cell."
    return people.text(row["message"])


def _is_private(row: _Record, people: People) -> bool:
    """Say whether the values of a problem's field stay out of the report."""
    name = _text(row["field"])
    known = FIELD_BY_NAME.get(name)
    if known is None:
        # What an unknown column holds, nobody can say.
        return bool(name)
    if known.role == "identity":
        return name != "person_id" and not people.names
    return known.role in {"pay", "protected", "written"}


def tabulate_columns(columns: pd.DataFrame, people: People) -> Table:
    """List what each header was taken for, to be opened.

    Parameters
    ----------
    columns
        One row a header: sheet, header, field, confidence, how.
    people
        How people appear.

    Returns
    -------
    Table
    """
    shown = (
        _Column("Sheet", lambda row: people.text(row["sheet"])),
        _Column("Header", lambda row: people.text(row["header"])),
        _Column("Taken for", lambda row: in_words(_text(row["field"]) or "kept as it is")),
        _Column("Confidence", lambda row: _share(row["confidence"]), number=True),
        _Column("How", lambda row: in_words(_text(row["how"]))),
    )
    return _tabulate(columns, shown, "What each header was taken for.", "headers", first=0)


def tabulate_unjudged(declines: Declines, people: People) -> Table:
    """List who was promoted to management and cannot be judged, and why.

    Parameters
    ----------
    declines
        Its `flags` need person_id, cycle, effect, n_before, n_after and reason.
    people
        How people appear.

    Returns
    -------
    Table
    """
    unjudged = declines.flags.loc[declines.flags["effect"].isna()]
    columns = (
        _Column("Person", lambda row: people.label(row["person_id"])),
        _Column("Promoted", lambda row: _text(row["cycle"])),
        _Column("Cycles before", lambda row: _whole(row["n_before"]), number=True),
        _Column("Cycles after", lambda row: _whole(row["n_after"]), number=True),
        _Column("Why not judged", lambda row: people.text(row["reason"])),
    )
    return _tabulate(unjudged, columns, "Promoted to management, and not judged.", "people")


def tabulate_declines(declines: Declines, promotions: pd.DataFrame, people: People) -> Table:
    """List the judged people with difference, interval, n, chance figures and reason.

    Parameters
    ----------
    declines
        Its `flags`, all columns.
    promotions
        person_id, cycle and to_title, for the title that goes with each promotion.
    people
        How people appear.

    Returns
    -------
    Table
    """
    judged = declines.flags.loc[declines.flags["effect"].notna()]
    titles = {
        (str(row["person_id"]), str(row["cycle"])): people.text(row["to_title"])
        for row in _records(promotions)
    }

    def promoted(row: _Record) -> str:
        title = titles.get((str(row["person_id"]), str(row["cycle"])))
        return ", ".join(part for part in (_text(row["cycle"]), title) if part)

    def interval(row: _Record) -> str:
        return f"{_difference(row['low'])} to {_difference(row['high'])}"

    def person(row: _Record) -> str:
        return ("\u25c6\u00a0" if row["flagged"] else "") + people.label(row["person_id"])

    columns = (
        _Column("Person", person),
        _Column("Promoted", promoted),
        _Column("Difference (SD)", lambda row: _difference(row["effect"]), number=True),
        _Column(f"{100 * declines.interval_level:g} % interval", interval, number=True),
        _Column(
            "Cycles before + after",
            lambda row: f"{_whole(row['n_before'])} + {_whole(row['n_after'])}",
            number=True,
        ),
        _Column(
            "Before/after alone (SD)", lambda row: _difference(row["before_after"]), number=True
        ),
        _Column("p", lambda row: _chance(row["p_value"]), number=True),
        _Column("q", lambda row: _chance(row["q_value"]), number=True),
        _Column("What can be said", lambda row: people.text(row["reason"])),
    )
    caption = (
        "Judged people, flagged ones first (\u25c6). Before/after alone is the plain difference of "
        "the person's means; it holds what would have come anyway and is shown for comparison only."
    )
    return _tabulate(judged, columns, caption, "people", marked=int(judged["flagged"].sum()))


def tabulate_candidates(candidates: Candidates, people: People) -> Table:
    """List who resembles a role of technical leadership, and behind a click everybody else.

    Parameters
    ----------
    candidates
        Its `members`, all columns.
    people
        How people appear.

    Returns
    -------
    Table
    """
    members = candidates.members
    leads = ~members["role"].isin([NO_ROLE, STRONG_ENGINEER])
    columns = [
        _Column("Person", lambda row: people.label(row["person_id"])),
        _Column("Resembles", lambda row: plain_text(row["role"])),
        _Column("Similarity", lambda row: _share(row["role_similarity"]), number=True),
        _Column("Probability of the group", lambda row: _share(row["probability"]), number=True),
        _Column("Stability of the group", lambda row: _share(row["stability"]), number=True),
        _Column("Share of evidence known", lambda row: _share(row["evidence_share"]), number=True),
        _Column("Why", lambda row: people.text(row["reasons"])),
    ]
    if len(candidates.profiles) < 2:
        # Everybody is in the one group, so there is nothing to tell.
        columns = [column for column in columns if not column.heading.endswith("of the group")]
    return _tabulate(
        pd.concat([members.loc[leads], members.loc[~leads]]),
        columns,
        "Everybody compared, those who resemble a role of technical leadership first.",
        "people",
        first=min(int(leads.sum()), 2 * FIRST_ROWS),
    )


def tabulate_groups(candidates: Candidates) -> Table:
    """List the groups with their size and stability.

    Parameters
    ----------
    candidates
        Its `profiles` need role, n, stability and similarity.

    Returns
    -------
    Table
    """
    columns = (
        _Column("Group resembles", lambda row: plain_text(row["role"])),
        _Column("People", lambda row: _whole(row["n"]), number=True),
        _Column("Stability", lambda row: _share(row["stability"]), number=True),
        _Column("Similarity", lambda row: _share(row["similarity"]), number=True),
    )
    return _tabulate(candidates.profiles, columns, "The groups.", "groups")


def tabulate_rows(
    caption: str, headings: Sequence[str], rows: Sequence[Sequence[str]], things: str
) -> Table:
    """Print rows that are text already, such as settings.

    Parameters
    ----------
    caption
        What the table shows.
    headings
        One a column.
    rows
        The cells.
    things
        What the rows are, in the plural.

    Returns
    -------
    Table

    Examples
    --------
    >>> tabulate_rows("Versions.", ("Software", "Version"), [("Python", "3.11")], "versions").first
    [('Python', '3.11')]
    """
    return Table(caption, headings, frozenset(), rows, [], f"{len(rows):,} {things}")


def _tabulate(
    frame: pd.DataFrame,
    columns: Sequence[_Column],
    caption: str,
    things: str,
    *,
    first: int = FIRST_ROWS,
    marked: int = 0,
) -> Table:
    """Print the cells of a frame, the first rows open and the rest where it can be opened."""
    rows = [[column.cell(row) for column in columns] for row in _records(frame)]
    # Three rows more are shorter than the line that offers them.
    first = len(rows) if first and len(rows) <= first + 3 else first
    more = f"{len(rows) - first:,} more {things}"
    return Table(
        caption=caption,
        headings=[column.heading for column in columns],
        numbers=frozenset(column.heading for column in columns if column.number),
        first=rows[:first],
        rest=rows[first:],
        summary=more if first else f"{caption.rstrip('.')} ({len(rows):,} {things})",
        marked=marked,
    )


def _records(frame: pd.DataFrame) -> list[_Record]:
    """Take the rows of a frame as dictionaries."""
    return [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]


def _text(value: object) -> str:
    """Print a cell's text; a missing one is empty."""
    return "" if _is_missing(value) else plain_text(value)


def _is_missing(value: object) -> bool:
    """Say whether a cell holds nothing."""
    return value is None or value is pd.NA or value is pd.NaT or value != value


def _number(value: object) -> float | None:
    """Read a cell's number; a missing one is None."""
    return None if _is_missing(value) else float(value)  # type: ignore[arg-type]  # numpy's or ours


def _difference(value: object) -> str:
    """Print a difference in SD."""
    number = _number(value)
    return MISSING if number is None else signed(number)


def _whole(value: object) -> str:
    """Print a count."""
    number = _number(value)
    return MISSING if number is None else f"{number:,.0f}"


def _share(value: object) -> str:
    """Print a number between 0 and 1."""
    number = _number(value)
    return MISSING if number is None else f"{number:.2f}".replace("-", "\u2212")


def _chance(value: object) -> str:
    """Print a p- or q-value, never as zero."""
    number = _number(value)
    if number is None:
        return MISSING
    return "<0.001" if number < 0.001 else f"{number:.3f}"
