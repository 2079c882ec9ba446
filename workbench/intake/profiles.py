"""What an analyst decided about a spreadsheet, remembered beside it for the next one of its kind.

A profile is a small readable file. It holds headers and what they stand for, rating words and what
they are worth, which number of a date is the day, and which other columns count; it holds no row of
any sheet. It is found again by the signature of the headers, whatever cycle stands in them.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args

from workbench.errors import InputError
from workbench.fields import FIELD_BY_NAME
from workbench.intake.cycles import split_cycle
from workbench.intake.headers.matching import fold_header, normalise_header
from workbench.intake.ratings.scales import ScaleChoice

__all__ = [
    "ADDED_TO",
    "PROFILE_NAME",
    "AddedTo",
    "Choices",
    "Leading",
    "find_profile",
    "header_key",
    "save_profile",
    "sign_headers",
]

Leading = Literal["day", "month"]
AddedTo = Literal[
    "technical_output",
    "technical_output, less is better",
    "force_multiplier",
    "force_multiplier, less is better",
]
ADDED_TO: tuple[AddedTo, ...] = get_args(AddedTo)
_Said = TypeVar("_Said")

PROFILE_NAME = "workbench_profile.json"
_FORMAT = "calibration workbench profile"
_VERSION = 1
# Of the headers that were decided, so many must be in a sheet again for it to be of the same kind.
_ENOUGH = 0.8
_LARGEST = 5_000_000


@dataclass(frozen=True)
class Choices:
    """What the analyst decided, where the workbench would otherwise guess or ask.

    Attributes
    ----------
    columns
        From a header to the field that it stands for, or to None for "keep it as it is".
    scales
        From a rating field to its scale; from a field, "@" and a cycle to its scale in that cycle.
    dates
        From a header to what stands first in a date such as 03/04/2024: `day` or `month`.
    hidden
        Whether sheets, rows and columns that are hidden in Excel count.
    signals
        From a header that is kept as it is to the half of technical work that it is added to
        (`technical_output` or `force_multiplier`, with ", less is better" behind it where that is
        so), or to None for "it counts towards neither".

    Raises
    ------
    InputError
        If a column is added to something else.

    Examples
    --------
    >>> old = Choices(columns={"Stuff": "commits"})
    >>> old.then(Choices(columns={"Stuff": None}, hidden=True)).columns
    {'Stuff': None}
    """

    columns: Mapping[str, str | None] = field(default_factory=dict)
    scales: Mapping[str, ScaleChoice] = field(default_factory=dict)
    dates: Mapping[str, Leading] = field(default_factory=dict)
    hidden: bool = False
    signals: Mapping[str, AddedTo | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse a column that is added to nothing that there is."""
        for header, added_to in self.signals.items():
            if added_to is not None and added_to not in ADDED_TO:
                raise InputError(
                    f'"{header}" was added to {added_to!r}. A column can be added to '
                    f"{', '.join(map(repr, ADDED_TO))}, or to None to take it out again. "
                    "Choose one of these."
                )

    def then(self, later: "Choices") -> "Choices":
        """Give what holds when other choices are made after these."""
        return replace(
            self,
            columns=_renew(self.columns, later.columns),
            scales={**self.scales, **later.scales},
            dates={**self.dates, **later.dates},
            hidden=self.hidden or later.hidden,
            signals=_renew(self.signals, later.signals),
        )

    def cycle_scales(self, field: str) -> dict[str, ScaleChoice]:
        """Give what was decided about the scale of a rating in single cycles.

        Examples
        --------
        >>> Choices(scales={"potential@2024H1": ScaleChoice(best="low")}).cycle_scales("potential")
        {'2024H1': ScaleChoice(low=None, high=None, best='low', words={})}
        """
        keys = ((key, *key.partition("@")) for key in self.scales)
        return {cycle: self.scales[key] for key, name, at, cycle in keys if name == field and at}

    def for_headers(self, headers: Sequence[str]) -> dict[str, str | None]:
        """Give what was decided about the headers of one sheet, also where their cycle differs.

        Examples
        --------
        >>> Choices({"Feb 2025 Score": "potential"}).for_headers(["Aug 2025 Score", "Commits"])
        {'Aug 2025 Score': 'potential'}
        """
        exact = {fold_header(header): field for header, field in self.columns.items()}
        loose = {header_key(header): field for header, field in self.columns.items()}
        keys = [header_key(header) for header in headers]
        decided = {}
        for header, key in zip(headers, keys, strict=True):
            if fold_header(header) in exact:
                decided[header] = exact[fold_header(header)]
            elif key in loose and (split_cycle(header)[0] or keys.count(key) == 1):
                decided[header] = loose[key]
        return decided


def _renew(old: Mapping[str, _Said], new: Mapping[str, _Said]) -> dict[str, _Said]:
    """Give what was said of each header, the new where it was said again, however it is spelled."""
    renewed = {fold_header(header) for header in new}
    return {**{h: said for h, said in old.items() if fold_header(h) not in renewed}, **new}


def header_key(header: str) -> str:
    """Fold a header to what stays the same from cycle to cycle.

    Examples
    --------
    >>> header_key("Aug 2025  Talent Assessment"), header_key("talent_assessment 2024H2")
    ('talent assessment', 'talent assessment')
    """
    return normalise_header(split_cycle(header)[1]) or normalise_header(header)


def sign_headers(headers: Iterable[str]) -> str:
    """Give the signature of a spreadsheet: the same for the same headers, in any order.

    Examples
    --------
    >>> sign_headers(["Employee ID", "2024 Rating"]) == sign_headers(["2025 rating", "employee_id"])
    True
    """
    keys = sorted({header_key(header) for header in headers} - {""})
    return hashlib.sha256("\n".join(keys).encode()).hexdigest()[:16]


def save_profile(folder: Path, headers: Iterable[str], choices: Choices) -> Path:
    """Remember choices beside the data, in place of what was remembered for the same headers.

    Parameters
    ----------
    folder
        The folder of the spreadsheet.
    headers
        The headers of all its sheets.
    choices
        What was decided.

    Returns
    -------
    Path
        The file; it holds the profiles of other spreadsheets of the folder as well.

    Raises
    ------
    InputError
        If the folder cannot be written to.
    """
    path = folder / PROFILE_NAME
    signature = sign_headers(headers)
    profile = {
        "signature": signature,
        "saved": dt.date.today().isoformat(),
        "columns": dict(choices.columns),
        "scales": {field: asdict(scale) for field, scale in choices.scales.items()},
        "dates": dict(choices.dates),
        "hidden": choices.hidden,
        "signals": dict(choices.signals),
    }
    draft = path.with_suffix(".tmp")
    try:
        others = [each for each in _keep_readable(path) if each["signature"] != signature]
        content = {"format": _FORMAT, "version": _VERSION, "profiles": [*others, profile]}
        draft.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        raise InputError(
            f"The profile could not be saved as {path} ({error.strerror}). A folder that you may "
            "write to is needed. Copy the spreadsheet to such a folder, and load it from there."
        ) from error
    return path


def _keep_readable(path: Path) -> list[dict[str, Any]]:
    """Read the other profiles; a damaged file is kept under another name, not written over."""
    try:
        return _load(path)
    except InputError:
        path.replace(path.with_suffix(".damaged.json"))
        return []


def find_profile(folder: Path, headers: Iterable[str]) -> Choices | None:
    """Find what was decided about a spreadsheet of these headers.

    Parameters
    ----------
    folder
        The folder of the spreadsheet.
    headers
        The headers of all its sheets.

    Returns
    -------
    Choices or None
        Those of the same signature; else the latest of which most of the decided headers are here.

    Raises
    ------
    InputError
        If the file is no profile; the message says what to do.
    """
    profiles = _load(folder / PROFILE_NAME)
    names = list(headers)
    signature = sign_headers(names)
    keys = {header_key(name) for name in names}
    best: tuple[bool, float, str] = (False, _ENOUGH, "")
    found = None
    for each in profiles:
        decided = {header_key(header) for header in each["columns"]}
        share = len(decided & keys) / len(decided) if decided else 0.0
        score = (each["signature"] == signature, share, each["saved"])
        if score >= best:
            best, found = score, each
    return None if found is None else _read_choices(found)


def _load(path: Path) -> list[dict[str, Any]]:
    """Read the profiles of a folder, or none where there is no file."""
    if not path.is_file():
        return []
    try:
        if path.stat().st_size > _LARGEST:
            raise ValueError("larger than 5 MB")
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["format"] != _FORMAT or not isinstance(content["version"], int):
            raise ValueError("another kind of file")
        if content["version"] > _VERSION:
            raise ValueError("written by a later version of the workbench")
        for each in content["profiles"]:
            _read_choices(each)
            if not (isinstance(each["signature"], str) and isinstance(each["saved"], str)):
                raise ValueError("no signature")
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InputError(
            f"{path.name} is no profile that can be read ({error}), so nothing of it was used. A "
            "file as the workbench saves it is needed. Delete it, and confirm the columns again."
        ) from error
    return list(content["profiles"])


def _read_choices(profile: Mapping[str, Any]) -> Choices:
    """Read choices from a file that anybody may have changed."""
    columns, dates = dict(profile["columns"]), dict(profile["dates"])
    for header, name in columns.items():
        if name is not None and name not in FIELD_BY_NAME:
            raise ValueError(f'the field "{name}" of "{header}" does not exist')
    if not set(dates.values()) <= {"day", "month"}:
        raise ValueError("dates begin with day or month")
    scales = {name: ScaleChoice.from_dict(scale) for name, scale in profile["scales"].items()}
    if not isinstance(profile["hidden"], bool):
        raise ValueError("hidden is true or false")
    # Profiles of earlier versions have none.
    signals = dict(profile.get("signals", {}))
    if not set(signals.values()) <= {*ADDED_TO, None}:
        raise ValueError("a column is added to what does not exist")
    return Choices(columns, scales, dates, profile["hidden"], signals)
