"""The panel: one row per person and cycle, and what is known of each person beside it.

What comes in are the tables of a spreadsheet; what goes out is sound data with stable names, and
every problem with its sheet and cell.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from workbench.fields import FIELD_BY_NAME, FIELDS, fields_with_role
from workbench.intake.cells import Fault
from workbench.intake.columns import NO_CYCLE, Scales, name_cycles, read_stack, read_tracks
from workbench.intake.headers.matching import is_private
from workbench.intake.identities import Identities, find_identities
from workbench.intake.problems import ProblemList
from workbench.intake.profiles import Choices
from workbench.intake.stacks import Stack, stack_tables
from workbench.intake.tables import Table
from workbench.intake.validation import (
    check_absent_fields,
    check_cycles,
    check_dates,
    check_duplicates,
    check_managers,
    check_people,
    check_ratings,
    check_spellings,
    check_titles,
)

__all__ = ["Panel", "build_panel"]

_KEYS = ["person_id", "cycle"]
# Kinds of rating, by the field that holds them in a sheet with one row per person and cycle.
_KINDS = {
    "rating_self": "self",
    "rating_manager": "manager",
    "rating_peer": "peer",
    "rating_original": "original",
    "rating_calibrated": "calibrated",
}
# Fields of a roster that hold for every cycle; others are of one cycle only.
_LASTING = frozenset((*fields_with_role("position", "preference"), "manager"))
_OUT_OF_REVIEWS = frozenset(("name", "email", *fields_with_role("pay", "protected")))


@dataclass(frozen=True, slots=True, repr=False)
class Panel:
    """The data of one calibration, in three tidy frames.

    Attributes
    ----------
    reviews
        One row per person and cycle, sorted by both: `person_id` (text), `cycle` (text that sorts
        in time, such as `2024H1`), `track` (read from the title where the sheet does not say it),
        then every other known field of the sheet under its canonical name and every unknown column
        under its own header. It holds no name, e-mail, pay or protected attribute. Ratings are
        numbers, higher is better; the original text stands in `<field>_text`. Missing is missing,
        never zero.
    people
        One row per person, latest known values: `person_id`, then name, e-mail, position, pay and
        protected fields where the sheet has them, and unknown columns that are private.
    ratings
        One row per rating: `person_id`, `cycle`, `rater_id`, `kind` (`self`, `manager`, `peer`,
        `original`, `calibrated`), `rating`, then the unknown columns of a
        sheet of ratings.
    """

    reviews: pd.DataFrame
    people: pd.DataFrame
    ratings: pd.DataFrame

    def __repr__(self) -> str:
        """Say how much there is and show nobody: a notebook keeps what it prints."""
        rows, cycles = len(self.reviews), self.reviews["cycle"].nunique()
        return f"<Panel: people {len(self.people)}, cycles {cycles}, reviews {rows}>"


def build_panel(
    tables: Sequence[Table],
    problems: ProblemList,
    choices: Choices | None = None,
    scales: Scales | None = None,
) -> Panel:
    """Build the panel from the tables of a workbook.

    Parameters
    ----------
    tables
        The tables, each with its kind settled.
    problems
        Takes what is wrong with the data.
    choices
        What the analyst decided about scales and dates.
    scales
        Takes how the ratings of each column were read.

    Returns
    -------
    Panel
        `reviews`, `people` and `ratings`.
    """
    kinds = ("reviews", "roster", "ratings")
    stacks = [stack_tables([t for t in tables if t.kind == kind]) for kind in kinds]
    present = [stack for stack in stacks if stack.tables]
    who = find_identities(present, problems)
    cycles, names = name_cycles(present)
    cycles = _fill_cycles(present, cycles, names, problems)
    frames = {
        stack.tables[0].kind: read_stack(stack, cycle, who, problems, choices, scales)
        for stack, cycle in zip(present, cycles, strict=True)
    }
    for stack in present:
        _check_frame(frames[stack.tables[0].kind], stack, problems)
    wide = frames.get("reviews", pd.DataFrame({key: pd.Series(dtype="str") for key in _KEYS}))
    roster = frames.get("roster", pd.DataFrame({"person_id": pd.Series(dtype="str")}))
    long = _read_long_ratings(frames["ratings"], who, wide) if "ratings" in frames else None
    merged = _merge_rows(wide, _KEYS)
    if long is not None:
        merged = _add_long_ratings(merged, long, frames["ratings"])
    lasting = _merge_rows(roster, ["person_id"]).drop(columns="cycle", errors="ignore")
    joined = _join_roster(merged, lasting, problems)
    check_absent_fields([*joined.columns, *lasting.columns], problems)
    check_cycles(sorted(joined["cycle"].unique()), problems)
    reviews = read_tracks(joined)
    people = _build_people(reviews, read_tracks(lasting))
    reviews = _arrange(reviews.drop(columns=[c for c in reviews.columns if _is_out_of_reviews(c)]))
    return Panel(reviews, people, _build_ratings(reviews, long))


def _fill_cycles(
    stacks: Sequence[Stack],
    cycles: Sequence[pd.Series],
    names: Sequence[str],
    problems: ProblemList,
) -> list[pd.Series]:
    """Give the rows of a workbook of one cycle that cycle; elsewhere, a missing one is an error."""
    filled = []
    for stack, series in zip(stacks, cycles, strict=True):
        roster = stack.tables[0].kind == "roster"
        if not roster and len(names) <= 1 and series.isna().all():
            series = series.fillna(names[0] if names else NO_CYCLE)
            if not names:
                sheet = stack.tables[0].sheet
                problems.add(
                    "warning",
                    "no_cycle",
                    "No review cycle was found, so all rows were read as one cycle, called "
                    f'"{NO_CYCLE}". Add a column Review Cycle, or name the sheets after their '
                    "cycles, such as 2024H1; without several cycles no change can be seen.",
                    sheet=sheet.name,
                    field="cycle",
                )
        elif not roster and series.isna().any():
            message = "The row has no review cycle, so it was left out. Fill it in, such as 2024H1."
            fault = Fault("error", "missing_cycle", np.flatnonzero(series.isna()), message)
            problems.add_faults(stack, "cycle", [fault])
        filled.append(series)
    return filled


def _check_frame(frame: pd.DataFrame, stack: Stack, problems: ProblemList) -> None:
    if stack.tables[0].kind != "ratings":
        check_duplicates(frame, stack, problems)
        check_people(frame, stack, problems)
        check_managers(frame, stack, problems)
    if stack.tables[0].kind == "reviews":
        check_ratings(frame, stack, problems)
    check_dates(frame, stack, problems)
    check_titles(frame, stack, problems)
    check_spellings(frame, stack, problems)


def _merge_rows(frame: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Keep one row for each key: of several, the last value that is not missing."""
    known = frame.dropna(subset=keys)
    if known.duplicated(keys).any():
        return known.groupby(keys, sort=True).last().reset_index()
    return known.sort_values(keys, ignore_index=True)


def _join_roster(
    reviews: pd.DataFrame, roster: pd.DataFrame, problems: ProblemList
) -> pd.DataFrame:
    """Fill what the reviews lack from the roster, for what holds in every cycle."""
    one_cycle = reviews["cycle"].nunique() <= 1
    own = roster.columns.drop("person_id")
    unsure = [c for c in own if c in FIELD_BY_NAME and c not in _LASTING | _OUT_OF_REVIEWS]
    if unsure and not one_cycle:
        problems.add(
            "warning",
            "no_cycle",
            f"{', '.join(unsure)} stand on a sheet without a review cycle, so they belong to no "
            "cycle and were kept with the people only. Add a column Review Cycle to that sheet.",
            field=unsure[0],
        )
    joined = [c for c in own if one_cycle or c not in unsure]
    values = roster.set_index("person_id")[joined].reindex(reviews["person_id"])
    values.index = reviews.index
    filled = {c: reviews[c].fillna(values[c]) if c in reviews else values[c] for c in joined}
    return reviews.assign(**filled)


def _is_out_of_reviews(column: str) -> bool:
    """Tell the columns that name people or describe them privately."""
    known = column.removesuffix("_text")
    return column in _OUT_OF_REVIEWS or (known not in FIELD_BY_NAME and is_private(column))


def _arrange(reviews: pd.DataFrame) -> pd.DataFrame:
    """Put the columns of the reviews in the order of the fields, unknown ones last."""
    order = [*_KEYS, "track", "track_text"]
    order += [name for known in FIELDS for name in (known.name, f"{known.name}_text")]
    known = [name for name in dict.fromkeys(order) if name in reviews]
    return reviews[[*known, *reviews.columns.drop(known)]]


def _build_people(reviews: pd.DataFrame, roster: pd.DataFrame) -> pd.DataFrame:
    """Keep for each person what is known of them: from the roster, else from the latest cycle."""
    kept = [c for c in reviews.columns if c in _LASTING or _is_out_of_reviews(c)]
    latest = reviews[["person_id", *kept]].groupby("person_id", sort=True).last()
    known = roster.set_index("person_id")
    people = known.combine_first(latest) if len(known) else latest
    order = [known.name for known in FIELDS if known.name in people]
    return people[[*order, *people.columns.drop(order)]].rename_axis("person_id").reset_index()


def _kind_of(text: object) -> str | None:
    """Read whose rating a row holds: self, manager, peer, original, calibrated or upward."""
    words = set(str(text).casefold().replace("-", " ").replace("_", " ").split())
    for kind, known in (
        ("self", {"self", "own", "employee", "myself"}),
        ("original", {"original", "pre", "draft", "precalibrated", "initial", "proposed"}),
        ("calibrated", {"calibrated", "final", "post", "calibration"}),
        ("upward", {"upward", "report", "reports", "subordinate", "direct"}),
        ("manager", {"manager", "supervisor", "boss", "mgr", "lead", "downward", "leader"}),
        ("peer", {"peer", "peers", "colleague", "coworker", "partner", "stakeholder", "360"}),
    ):
        if words & known:
            return kind
    return None


def _read_long_ratings(frame: pd.DataFrame, who: Identities, reviews: pd.DataFrame) -> pd.DataFrame:
    """Read a sheet with a row per rating: person_id, cycle, rater_id, kind, rating."""
    parts = []
    empty = pd.Series(np.full(len(frame), None, dtype=object), index=frame.index, dtype="str")
    raters = frame.get("rater_id", empty)
    known = frame.dropna(subset=_KEYS)
    managers = _look_up(reviews, known, "manager")
    stated = frame.get("rating_kind", empty).map(_kind_of, na_action="ignore").astype("str")
    alone = ~known.duplicated(_KEYS, keep=False)
    kept = [c for c in map(str, known) if _is_kept_with_ratings(c)]
    for field, kind in _KINDS.items():
        if field not in frame:
            continue
        guessed = pd.Series("peer", index=known.index, dtype="str")
        guessed = guessed.mask(alone | (raters == managers), "manager")
        guessed = guessed.mask(raters == known["person_id"], "self")
        own = pd.Series(kind, index=known.index, dtype="str")
        # A column called Rating says nothing of who rated.
        kinds = stated.reindex(known.index).fillna(guessed) if kind == "manager" else own
        ratings = {"rater_id": raters.reindex(known.index), "kind": kinds, "rating": known[field]}
        parts.append(known[[*_KEYS, *kept]].assign(**ratings))
    if not parts:
        nothing = {"rater_id": None, "kind": None, "rating": float("nan")}
        parts = [known.head(0)[[*_KEYS, *kept]].assign(**nothing)]
    long = pd.concat(parts, ignore_index=True).dropna(subset="rating")
    long = long.astype({"rater_id": "str", "kind": "str"})
    itself = (long["kind"] == "self") & long["rater_id"].isna()
    return long.assign(rater_id=long["rater_id"].mask(itself, long["person_id"]))


def _is_kept_with_ratings(column: str) -> bool:
    """Tell the unknown columns, which stay beside the rating that they came with."""
    return column.removesuffix("_text") not in FIELD_BY_NAME and not is_private(column)


def _look_up(reviews: pd.DataFrame, rows: pd.DataFrame, column: str) -> pd.Series:
    """Find a column of the reviews for other rows of the same people and cycles."""
    if column not in reviews:
        return pd.Series(np.full(len(rows), None, dtype=object), index=rows.index, dtype="str")
    known = reviews.dropna(subset=_KEYS).drop_duplicates(_KEYS, keep="last").set_index(_KEYS)
    found = known[column].reindex(pd.MultiIndex.from_frame(rows[_KEYS]))
    return pd.Series(found.to_numpy(), index=rows.index, dtype="str")


def _add_long_ratings(
    reviews: pd.DataFrame, long: pd.DataFrame, frame: pd.DataFrame
) -> pd.DataFrame:
    """Put into the reviews what only the sheet of ratings has: the mean of each kind, the words."""
    fields = {kind: field for field, kind in _KINDS.items()} | {"upward": "management_rating"}
    means = long.groupby([*_KEYS, "kind"])["rating"].mean().unstack("kind").rename(columns=fields)
    known = frame.dropna(subset=_KEYS)
    roles = fields_with_role("rating", "technical_output", "force_multiplier", "outcome")
    others = [c for c in roles if c in known and c not in {*_KINDS, "rater_id", "rating_kind"}]
    # What was answered beside the rating's own rows says something of the person, not of a rating.
    own = known[known[[field for field in _KINDS if field in known]].isna().all(axis=1)]
    answers = [c for c in map(str, known) if _is_kept_with_ratings(c) and own[c].notna().any()]
    others += [c for c in answers if is_numeric_dtype(known[c])]
    if others:
        means = means.join(known.groupby(_KEYS)[others].mean(), how="outer")
    texts = [c for c in fields_with_role("written") if c in known]
    texts += [c for c in answers if c not in others]
    if texts:
        known = known.astype(dict.fromkeys(texts, "str"))
        joined = known.groupby(_KEYS)[texts].agg(_join_texts)
        means = means.join(joined, how="outer")
    base = reviews.set_index(_KEYS)
    return base.combine_first(means).reset_index() if len(base) else means.reset_index()


def _join_texts(texts: pd.Series) -> str | None:
    return "\n".join(texts.dropna()) or None


def _build_ratings(reviews: pd.DataFrame, long: pd.DataFrame | None) -> pd.DataFrame:
    """List every rating once: one row per person, cycle, rater and kind."""
    columns = [*_KEYS, "rater_id", "kind", "rating"]
    empty = pd.Series(np.full(len(reviews), None, dtype=object), index=reviews.index, dtype="str")
    rater, manager = reviews.get("rater_id", empty), reviews.get("manager", empty)
    raters = {
        "self": reviews["person_id"],
        "manager": rater.fillna(manager),
        "original": rater.fillna(manager),
    }
    parts = [] if long is None else [long[long["kind"] != "upward"]]
    for field, kind in _KINDS.items():
        if field not in reviews:
            continue
        part = reviews[_KEYS].assign(rater_id=raters.get(kind, empty), kind=kind)
        part = part.assign(rating=reviews[field]).dropna(subset="rating")
        if long is not None:
            # What the sheet of ratings tells rater by rater is not told again by its mean.
            told = pd.MultiIndex.from_frame(long.loc[long["kind"] == kind, _KEYS])
            part = part[~pd.MultiIndex.from_frame(part[_KEYS]).isin(told)]
        parts.append(part)
    if long is not None:
        columns += [column for column in map(str, long) if column not in columns]
    texts = dict.fromkeys([*_KEYS, "rater_id", "kind"], "str")
    if not parts:
        return pd.DataFrame({c: pd.Series(dtype=texts.get(c, "float64")) for c in columns})
    ratings = pd.concat(parts, ignore_index=True)[columns].astype(texts)
    order = [*_KEYS, "kind", "rater_id", "rating"]
    return ratings.sort_values(order, ignore_index=True, kind="stable")
