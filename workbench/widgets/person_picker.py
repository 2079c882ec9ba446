"""Choosing one person or team from a list, by keyboard as well as by a click on a chart."""

from collections.abc import Callable, Sequence

import ipywidgets

__all__ = ["PersonPicker"]


class PersonPicker(ipywidgets.HBox):
    """A list of people, or of anything with an id, and buttons for the previous and the next one.

    Parameters
    ----------
    on_pick
        Called with the id of the person who is now chosen.
    description
        What the list is of.

    Examples
    --------
    >>> seen = []
    >>> picker = PersonPicker(seen.append)
    >>> picker.offer([("Ada", "E1"), ("Bo", "E2")])
    >>> picker.pick("E2")
    >>> seen
    ['E1', 'E2']
    """

    def __init__(self, on_pick: Callable[[str], None], *, description: str = "Person") -> None:
        """Lay the list out, still without people."""
        self._on_pick = on_pick
        self._offering = False
        self.people = ipywidgets.Dropdown(
            description=description,
            style={"description_width": "auto"},
            layout=ipywidgets.Layout(width="300px"),
        )
        self.previous = ipywidgets.Button(description="Previous", layout={"width": "84px"})
        self.next = ipywidgets.Button(description="Next", layout={"width": "64px"})
        self.previous.on_click(lambda _: self._step(-1))
        self.next.on_click(lambda _: self._step(1))
        self.people.observe(self._changed, "value")
        super().__init__([self.people, self.previous, self.next])
        self.add_class("wb-person")

    def offer(self, people: Sequence[tuple[str, str]]) -> None:
        """Offer other people, as (text, id); who was chosen stays chosen if still there."""
        ids = [person for _, person in people]
        chosen = self.people.value if self.people.value in ids else next(iter(ids), None)
        self._offering = True
        self.people.options = people
        self.people.value = chosen
        self._offering = False
        for each in (self.people, self.previous, self.next):
            each.disabled = not people
        if chosen is not None:
            self._on_pick(chosen)

    def pick(self, person_id: str) -> None:
        """Choose a person by id; one who is not on the list is left alone."""
        if person_id in [person for _, person in self.people.options]:
            self.people.value = person_id

    def _step(self, by: int) -> None:
        """Move along the list and stop at its ends."""
        if self.people.index is not None:
            last = len(self.people.options) - 1
            self.people.index = min(max(self.people.index + by, 0), last)

    def _changed(self, change: dict[str, str | None]) -> None:
        """Tell who is chosen, except while the list itself changes."""
        person = change["new"]
        if person and not self._offering:
            self._on_pick(person)
