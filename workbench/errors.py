"""What the workbench raises on purpose, under one base.

Problems in the data are rows of a frame, not exceptions. An exception is for what stops the work,
and its message says three things: what was given, what is accepted, what to do now.
"""

__all__ = [
    "InputError",
    "NoPersonError",
    "ProtectedFileError",
    "SettingsError",
    "UnreadableFileError",
    "WorkbenchError",
]


class WorkbenchError(Exception):
    """The base of everything that the workbench raises on purpose."""


class UnreadableFileError(WorkbenchError):
    """A file that cannot be opened: missing, empty, encrypted, damaged or no spreadsheet."""


class ProtectedFileError(UnreadableFileError):
    """A file that is encrypted, given without its password or with another one."""


class InputError(WorkbenchError):
    """Tables that lack what an analysis cannot do without, such as a person column."""


class NoPersonError(InputError):
    """Tables of which no column says who their rows are about; a person can still say which does.

    Attributes
    ----------
    headers
        The headers that could be it.
    reading
        The cells, to be read again with that choice.
    """

    def __init__(self, message: str, headers: tuple[str, ...], reading: object) -> None:
        """Keep what is needed to ask."""
        super().__init__(message)
        self.headers = headers
        self.reading = reading


class SettingsError(WorkbenchError):
    """A threshold outside the values that make sense for it."""
