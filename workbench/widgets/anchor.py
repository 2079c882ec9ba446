"""A place on the page that can be brought to the top, and whose keys are the workbench's own."""

from pathlib import Path

import anywidget
import traitlets

__all__ = ["Anchor"]


class Anchor(anywidget.AnyWidget):
    """An empty line that the page scrolls to, so that a step has the whole screen.

    While something in the workbench has the focus, JupyterLab's own keys do nothing: typing in a
    list would otherwise cut or change the cell. Escape shuts the card of a person.

    Attributes
    ----------
    visits
        How often the page was asked to come here; each increase is one request.

    Examples
    --------
    >>> anchor = Anchor()
    >>> anchor.visit()
    >>> anchor.visits
    1
    """

    _esm = (Path(__file__).parent / "anchor.js").read_text(encoding="utf-8")
    visits = traitlets.Int(0).tag(sync=True)

    def visit(self) -> None:
        """Bring this place to the top of the screen."""
        self.visits += 1
