"""One line that tells the user what is going on, and what to do where something went wrong.

Exceptions in a widget's callback are swallowed by Jupyter: they land in a log that nobody opens.
Every handler of the workbench therefore goes through `Notice.guard`.
"""

import functools
import html
import logging
from collections.abc import Callable
from typing import Any, Literal

import ipywidgets

from workbench.errors import WorkbenchError

__all__ = ["Notice"]

LOG = logging.getLogger("workbench")
Kind = Literal["quiet", "busy", "done", "error"]

# Colour is never the only sign: each kind begins with its own word or mark.
_MARKS: dict[Kind, str] = {"quiet": "", "busy": "\u2026 ", "done": "\u2713 ", "error": "\u26a0 "}


class Notice(ipywidgets.HTML):
    """A line of text with a kind, read out by screen readers when it changes.

    Examples
    --------
    >>> notice = Notice()
    >>> notice.say("Nothing chosen <yet>.")
    >>> "&lt;yet&gt;" in notice.value
    True
    """

    #: Set by tests, so that an error in a handler fails them.
    strict = False

    def __init__(self) -> None:
        """Start out empty, with the height of a line, so that nothing jumps when it speaks."""
        super().__init__()
        self.add_class("wb-notice")
        self.say("")

    def say(self, text: str, kind: Kind = "quiet") -> None:
        """Show a sentence; it is text, whatever characters it holds."""
        role = "alert" if kind == "error" else "status"
        words = html.escape(_MARKS[kind] + text)
        self.value = f'<div role="{role}" class="wb-notice-{kind}">{words or "&nbsp;"}</div>'

    def guard(self, handler: Callable[..., None]) -> Callable[..., None]:
        """Wrap a handler, so that whatever stops it is said here in plain words.

        What the workbench raises on purpose is shown as it is. Anything else is a defect: the
        screen says so without a traceback, and the traceback goes to the log.
        """

        @functools.wraps(handler)
        def guarded(*args: Any, **kwargs: Any) -> None:
            try:
                handler(*args, **kwargs)
            except WorkbenchError as error:
                self.say(str(error), "error")
            except Exception:
                LOG.exception("a handler of the workbench stopped")
                self.say(
                    "This step stopped because of a defect in the workbench, not because of your "
                    "file. Your file is unchanged. Choose another step or load the file again; "
                    "View > Show Log Console has the details.",
                    "error",
                )
                if self.strict:
                    raise

        return guarded
