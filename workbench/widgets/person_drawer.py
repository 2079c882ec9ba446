"""The card of one person over the right side of the screen, on whatever step it was asked for."""

from collections.abc import Callable

import ipywidgets

from workbench.widgets.notice import Notice
from workbench.widgets.person_card import PersonCard

__all__ = ["PersonDrawer"]


class PersonDrawer(ipywidgets.VBox):
    """A person's card that lies over a step, so that nothing below it moves.

    Parameters
    ----------
    notice
        Where it is said that something is worked out, and an error of a handler.
    on_shut
        Called when the card goes out of sight.

    Examples
    --------
    >>> drawer = PersonDrawer(Notice())
    >>> drawer.is_open
    False
    """

    def __init__(self, notice: Notice, on_shut: Callable[[], None] = lambda: None) -> None:
        """Lay the card out, out of sight."""
        self._on_shut = on_shut
        self.card = PersonCard(notice)
        self.shut_button = ipywidgets.Button(
            description="Close", tooltip="Close this card (Escape)", layout={"width": "80px"}
        )
        self.shut_button.on_click(notice.guard(lambda _: self.shut()))
        self.sheet = ipywidgets.VBox([self.shut_button, self.card])
        self.sheet.add_class("wb-sheet")
        super().__init__([self.sheet])
        self.add_class("wb-drawer")
        self.sheet.layout.display = "none"

    @property
    def is_open(self) -> bool:
        """Whether the card is in sight."""
        return bool(self.sheet.layout.display != "none")

    def open_person(self, person_id: str) -> None:
        """Lay the card of one person over the step; without an id there is nothing to open."""
        if person_id:
            self.sheet.layout.display = ""
            self.card.open_person(person_id)

    def shut(self) -> None:
        """Take the card out of sight."""
        self.sheet.layout.display = "none"
        self._on_shut()
