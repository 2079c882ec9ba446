"""Where spreadsheets come from: paths, folders, bytes, open files, frames, and several of these."""

import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import IO, Any

import pandas as pd

from workbench.errors import UnreadableFileError

__all__ = ["ACCEPTED", "Source", "open_parts"]

Source = (
    str
    | Path
    | bytes
    | IO[bytes]
    | pd.DataFrame
    | Iterable[str | Path | bytes | IO[bytes] | pd.DataFrame]
    | Mapping[str, pd.DataFrame | bytes | str | Path]
)

_TABLES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".csv", ".tsv", ".parquet")
# A folder's .txt files are as often notes as tables; named ones are meant.
_FILES = (*_TABLES, ".txt")
ACCEPTED = (
    "Excel (.xlsx, .xlsm, .xlsb, .xls), OpenDocument (.ods), text with one row per line (.csv, "
    ".tsv, .txt) and .parquet"
)
_MAX_BYTES = 2 * 1024**3


def open_parts(source: Any) -> Iterator[tuple[str, Any]]:
    """Name the parts of a source: each a frame, or the bytes or text of a file.

    Parameters
    ----------
    source
        What was given, of any kind.

    Yields
    ------
    tuple of str and object
        What to call the part, and the part.

    Raises
    ------
    UnreadableFileError
        If a file is missing, no spreadsheet or cannot be opened.
    """
    if isinstance(source, pd.DataFrame):
        yield "DataFrame", source
    elif isinstance(source, bytes | bytearray | memoryview):
        yield "The uploaded file", bytes(source)
    elif isinstance(source, str | Path):
        yield from _open_path(source)
    elif hasattr(source, "read"):
        name = getattr(source, "name", None)
        name = Path(name).name if isinstance(name, str) else "The uploaded file"
        try:
            content = b"" if _is_device(source) else source.read(_MAX_BYTES + 1)
        except (OSError, ValueError) as error:
            raise UnreadableFileError(
                f"{name} could not be read ({error}). Open the file in binary mode, "
                'such as open("reviews.xlsx", "rb"), and give it again.'
            ) from error
        if len(content) > _MAX_BYTES:
            raise _too_large(name)
        yield name, content
    elif isinstance(source, Mapping):
        for name, part in source.items():
            for _, opened in open_parts(part):
                yield str(name), opened
    elif isinstance(source, Iterable):
        parts = list(source)
        for number, part in enumerate(parts, start=1):
            for name, opened in open_parts(part):
                generic = name in {"DataFrame", "The uploaded file"} and len(parts) > 1
                yield (f"{name} {number}" if generic else name), opened
    else:
        raise UnreadableFileError(
            f"A {type(source).__name__} was given. Accepted: the path of a file or folder, bytes, "
            f"an open file, or DataFrames; files: {ACCEPTED}. Give one of these."
        )


def _open_path(source: str | Path) -> Iterator[tuple[str, bytes]]:
    if re.match(r"^[a-z][a-z+]+://", str(source)):
        raise UnreadableFileError(
            f"{source} is a web address. The workbench reads files on this computer only, so that "
            "nothing leaves it. Download the file and choose the copy."
        )
    path = Path(source).expanduser()
    try:
        if path.is_dir():
            yield from _open_folder(path)
            return
        if not path.exists():
            raise UnreadableFileError(_missing(path))
        if not path.is_file():
            # A pipe or a device can keep its reader waiting for ever.
            raise UnreadableFileError(
                f"{path} is no ordinary file but a pipe or a device. Accepted: {ACCEPTED}. Save "
                "what it gives as a file, and choose that."
            )
        if path.suffix.lower() not in _FILES:
            raise UnreadableFileError(
                f"{path.name} is no spreadsheet that the workbench can read. Accepted: {ACCEPTED}. "
                "Open it in Excel, save it as .xlsx, and choose it again."
            )
        if path.stat().st_size > _MAX_BYTES:
            raise _too_large(path.name)
        yield path.name, path.read_bytes()
    except (OSError, ValueError) as error:
        raise UnreadableFileError(
            f"{path.name} cannot be opened ({error}). A file that you may read is needed. Check "
            "that it is not open elsewhere, and choose it again."
        ) from error


def _is_device(file: Any) -> bool:
    """Tell whether an open file is a device, which never ends."""
    try:
        return stat.S_ISCHR(os.fstat(file.fileno()).st_mode)
    except (AttributeError, OSError, ValueError):
        return False


def _too_large(name: str) -> UnreadableFileError:
    return UnreadableFileError(
        f"{name} is larger than 2 GB. Accepted are files up to 2 GB. Save the review cycles as "
        "separate files, and choose their folder."
    )


def _missing(path: Path) -> str:
    """Say that a file is not there, and which one may have been meant."""
    there = []
    if path.parent.is_dir():
        there = [each.name for each in path.parent.iterdir() if each.suffix.lower() in _FILES]
    near = get_close_matches(path.name, there, n=1)
    hint = f' Did you mean "{near[0]}"?' if near else " Check the folder and the spelling."
    return f"{path} does not exist. The path of a spreadsheet or a folder is needed.{hint}"


def _open_folder(folder: Path) -> Iterator[tuple[str, bytes]]:
    # "~$reviews.xlsx" is the lock that Excel leaves beside a workbook that is open.
    files = sorted(
        each
        for each in folder.iterdir()
        if each.suffix.lower() in _TABLES
        and not each.name.startswith(("~$", "."))
        and each.is_file()
    )
    if not files:
        raise UnreadableFileError(
            f"The folder {folder} holds no spreadsheet. Accepted: {ACCEPTED}. Choose the folder in "
            "which the review files are, or one of the files."
        )
    for file in files:
        yield from _open_path(file)
