"""One line of a list on the screen: what it is about, some words, and a choice to be made."""

import html
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ipywidgets

__all__ = ["ChoiceRow", "heads"]

Widths = Mapping[str, int]


class ChoiceRow(ipywidgets.HBox):
    """A line that is built once and filled again and again, so that nothing below it moves.

    Parameters
    ----------
    widths
        The heads of its columns, from left to right, with their widths in pixels.
    choice
        The head of the column in which the list stands.
    on_choose
        Called with the line's key and what was chosen, when a person chooses.

    Examples
    --------
    >>> chosen = []
    >>> widths = {"Header": 200, "Stands for": 200}
    >>> row = ChoiceRow(widths, "Stands for", lambda key, value: chosen.append((key, value)))
    >>> row.fill("Stuff", ["<b>"], [("Commits", "commits"), ("Talks", "talks")], "commits", "Stuff")
    >>> row.choice.value = "talks"
    >>> chosen, row.texts[0].value
    ([('Stuff', 'talks')], '&lt;b&gt;')
    """

    def __init__(self, widths: Widths, choice: str, on_choose: Callable[[str, str], None]) -> None:
        """Lay the line out, still hidden."""
        self.key = ""
        self._on_choose = on_choose
        self._filling = False
        self.choice = ipywidgets.Dropdown(layout={"width": f"{widths[choice]}px"})
        cells: list[ipywidgets.Widget] = [
            self.choice if head == choice else ipywidgets.HTML(layout={"width": f"{width}px"})
            for head, width in widths.items()
        ]
        self.texts = [cell for cell in cells if cell is not self.choice]
        self.choice.observe(self._changed, "value")
        super().__init__(cells)
        self.add_class("wb-choice")
        self.hide()

    def fill(
        self,
        key: str,
        texts: Sequence[str],
        options: Sequence[tuple[str, str]],
        value: str,
        words: str,
    ) -> None:
        """Show another thing, or the same one after a choice; all texts are text.

        Parameters
        ----------
        key
            What is handed on with a choice.
        texts
            The words of the other columns, from left to right.
        options, value
            What can be chosen, as (words, value), and what holds now.
        words
            What the list is about, for those who cannot see the line.
        """
        self._filling = True
        self.key = key
        for cell, text in zip(self.texts, texts, strict=True):
            cell.value = html.escape(text)
        self.choice.options = options
        known = [each for _, each in options]
        self.choice.value = value if value in known else known[0]
        self.choice.tooltip = words
        self.layout.visibility = "visible"
        self._filling = False

    def hide(self) -> None:
        """Leave the place empty."""
        self.key = ""
        self.layout.visibility = "hidden"

    def _changed(self, change: Mapping[str, Any]) -> None:
        if not self._filling and self.key:
            self._on_choose(self.key, str(change["new"]))


def heads(widths: Widths) -> str:
    """Write the heads of the columns, each as wide as the column below it.

    Examples
    --------
    >>> heads({"Header": 200})
    '<div class="wb-choice-heads"><span style="width:200px">Header</span></div>'
    """
    spans = "".join(
        f'<span style="width:{width}px">{html.escape(head)}</span>'
        for head, width in widths.items()
    )
    return f'<div class="wb-choice-heads">{spans}</div>'
