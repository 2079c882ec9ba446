"""Who is who: the ids, e-mail addresses and names under which a workbook knows the same person.

What comes in are the stacked tables; what goes out is the person of each row, and the person whom a
manager or rater cell means, where it means exactly one.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.intake.cells import Fault, is_blank, map_texts, read_ids, read_text, split_errors
from workbench.intake.problems import ProblemList
from workbench.intake.stacks import Stack

__all__ = ["Identities", "find_identities", "read_names", "read_people", "resolve_people"]


@dataclass(frozen=True, slots=True)
class Identities:
    """The people of a workbook.

    Attributes
    ----------
    ids
        From an id as it may be spelled (folded: no case, no leading zeros) to the id.
    emails, names
        From an e-mail address or a name (folded) to the id of the one person who has it.
    """

    ids: dict[str, str]
    emails: dict[str, str]
    names: dict[str, str]

    def find(self, text: object) -> str | None:
        """Find the one person whom an id, an e-mail address or a name means.

        Examples
        --------
        >>> Identities({"e1": "E1"}, {}, {"ada king": "E1"}).find("King, Ada")
        'E1'
        """
        if not isinstance(text, str):
            return None
        known = self.ids.get(text) or self.ids.get(_fold_id(text))
        return known or self.emails.get(_fold_email(text)) or self.names.get(fold_name(text))


def _fold_id(text: str) -> str:
    folded = text.casefold()
    return folded.lstrip("0") or "0" if folded.isdigit() else folded


def _fold_email(text: str) -> str:
    return text.casefold().removeprefix("mailto:")


def fold_name(text: str) -> str:
    """Fold a name, whether it is written "Ada King" or "King, Ada"."""
    text = unicodedata.normalize("NFKC", text).casefold()
    if text.count(",") == 1:
        last, first = text.split(",")
        text = f"{first} {last}"
    return " ".join(re.findall(r"[\w'-]+", text))


def read_names(
    stack: Stack, field: str = "name", rows: slice | NDArray[np.intp] = slice(None)
) -> pd.Series:
    """Read a name that stands in one column, or in two for the first and the last name."""
    whole = read_text(split_errors(stack.cells(field)[rows])[0])
    if not {f"{field}:first", f"{field}:last"} & set(stack.keys):
        return whole
    parts = [f"{field}:{part}" for part in ("first", "last")]
    texts = [read_text(stack.cells(part)[rows]).fillna("") for part in parts]
    joined = (texts[0] + " " + texts[1]).str.strip()
    return whole.fillna(joined.where(joined != ""))


def find_identities(stacks: Sequence[Stack], problems: ProblemList) -> Identities:
    """Find all people of a workbook and what they are known by.

    An id that is "0042" on one sheet and "42" on another, or "e7" and "E7", is one id, unless both
    spellings stand on the same sheet.
    """
    if _are_told_apart(stacks):
        return Identities({}, {}, {})
    spellings: dict[str, dict[str, set[int]]] = {}
    pairs: list[pd.DataFrame] = []
    start = 0
    for stack in stacks:
        rows = _distinct_rows(stack)
        ids = read_ids(split_errors(stack.cells("person_id")[rows])[0])
        seen = pd.DataFrame({"id": ids, "table": stack.table[rows] + start}).dropna()
        start += len(stack.tables)
        for spelled, table in seen.drop_duplicates().itertuples(index=False):
            spellings.setdefault(_fold_id(spelled), {}).setdefault(spelled, set()).add(table)
        emails = map_texts(read_text(stack.cells("email")[rows]), _fold_email)
        folded = map_texts(read_names(stack, rows=rows), fold_name)
        pairs.append(pd.DataFrame({"id": ids, "email": emails, "name": folded}))
    canonical = _choose_spellings(spellings, problems)
    known = pd.concat(pairs).dropna(subset="id")
    known["id"] = map_texts(known["id"], lambda spelled: _canonical(canonical, spelled))
    return Identities(canonical, _unique(known, "email"), _unique(known, "name"))


def _are_told_apart(stacks: Sequence[Stack]) -> bool:
    """Tell a workbook of one table in which every row has an id and nobody else is named."""
    keys = {key.partition(":")[0] for stack in stacks for key in stack.keys}
    if sum(len(stack.tables) for stack in stacks) != 1 or keys & {"manager", "rater_id"}:
        return False
    return "person_id" in keys and not is_blank(stacks[0].cells("person_id")).any()


def _distinct_rows(stack: Stack) -> NDArray[np.intp]:
    """Find the rows that name people otherwise than those above: most cycles name the same ones."""
    keys = {"person_id", "email", "name", "name:first", "name:last"} & set(stack.keys)
    codes = {key: pd.factorize(stack.cells(key))[0] for key in keys}
    named = pd.DataFrame({"table": stack.table, **codes})
    return np.flatnonzero(~named.duplicated())


def _canonical(ids: dict[str, str], spelled: str) -> str:
    return ids.get(spelled) or ids.get(_fold_id(spelled), spelled)


def _choose_spellings(
    spellings: dict[str, dict[str, set[int]]], problems: ProblemList
) -> dict[str, str]:
    """Choose one spelling of each id: the longest, which has kept its leading zeros."""
    canonical: dict[str, str] = {}
    merged = []
    for folded, forms in spellings.items():
        best = max(forms, key=len)
        together = any(forms[a] & forms[b] for a in forms for b in forms if a < b)
        if together:
            # Two people of one sheet; each spelling stands for itself.
            canonical |= {form: form for form in forms}
            continue
        canonical[folded] = best
        if len(forms) > 1:
            merged.append((best, sorted(forms)))
    for best, forms_of_one in merged[:20]:
        shown = ", ".join(f'"{form}"' for form in forms_of_one)
        problems.add(
            "warning",
            "id_spelled_differently",
            f"The id is spelled {shown} on different sheets, taken for one person here. Excel "
            "drops leading zeros from numbers: format the column as text.",
            person_id=best,
            field="person_id",
            value=shown,
        )
    if len(merged) > 20:
        more = f"and {len(merged) - 20:,} more ids like the ones above."
        problems.add("warning", "id_spelled_differently", more, field="person_id")
    return canonical


def _unique(known: pd.DataFrame, column: str) -> dict[str, str]:
    """Keep the e-mail addresses or names that exactly one person has."""
    pairs = known[["id", column]].dropna().drop_duplicates()
    pairs = pairs[~pairs.duplicated(column, keep=False) & (pairs[column] != "")]
    return dict(zip(pairs[column], pairs["id"], strict=True))


def read_people(stack: Stack, who: Identities, problems: ProblemList) -> pd.Series:
    """Read the person of each row: by id, else by e-mail address, else by name."""
    cells, faults = split_errors(stack.cells("person_id"))
    canonical = (lambda spelled: _canonical(who.ids, spelled)) if who.ids else None
    people = read_ids(cells, canonical)
    if people.isna().any():
        people = _fill_people(people, stack, who)
    in_error = (stack.cells("person_id") != "") & (cells == "")
    blank = np.flatnonzero(people.isna().to_numpy() & ~in_error)
    if blank.size:
        message = (
            "The row has values, but nothing says who it is about, so it was left out. Fill in the "
            "person's id."
        )
        faults.append(Fault("error", "missing_person_id", blank, message))
    problems.add_faults(
        stack, "person_id" if "person_id" in stack.keys else stack.person_key, faults
    )
    _tell_substitutes(stack, problems)
    return people


def _fill_people(people: pd.Series, stack: Stack, who: Identities) -> pd.Series:
    """Find by e-mail address or name who a row without an id is about."""
    without = np.array(["person_id" not in columns for columns in stack.columns])[stack.table]
    for texts, known, fold, own in (
        (read_text(stack.cells("email")), who.emails, _fold_email, _fold_email),
        (read_names(stack), who.names, fold_name, _plain_name),
    ):
        people = people.fillna(map_texts(texts, _in(known, fold)))
        # On a sheet without ids, the address or the name is the id.
        people = people.where(~(people.isna() & without), map_texts(texts, own))
    return people


def _in(known: dict[str, str], fold: Callable[[str], str]) -> Callable[[str], str | None]:
    return lambda text: known.get(fold(text))


def _plain_name(text: str) -> str:
    if text.count(",") == 1:
        last, first = text.split(",")
        text = f"{first} {last}"
    return " ".join(text.split())


def _tell_substitutes(stack: Stack, problems: ProblemList) -> None:
    for table, columns in zip(stack.tables, stack.columns, strict=True):
        if "person_id" in columns:
            continue
        what = "e-mail address" if "email" in columns else "name"
        problems.add(
            "warning",
            "no_person_id",
            f"The sheet has no id column, so people are told apart by their {what}, which then "
            "also stands wherever ids are shown. Add a column Employee ID.",
            sheet=table.sheet.name,
            cell=table.sheet.address(table.header_row, table.person_columns[0]),
            field="person_id",
        )


def resolve_people(texts: pd.Series, who: Identities) -> tuple[pd.Series, pd.Series]:
    """Turn what managers or raters are called into ids; gives them, and which were found."""
    codes, distinct = pd.factorize(texts)
    found = [who.find(text) for text in distinct]
    known = np.array([each is not None for each in found] + [False], dtype=bool)[codes]
    values = np.array(
        [each or text for each, text in zip(found, distinct, strict=True)] + [None], dtype=object
    )[codes]
    return pd.Series(values, index=texts.index, dtype="str"), pd.Series(known, index=texts.index)
