"""A plain table on the screen: spreadsheet text stays text, long tables say that they go on."""

import html
from collections.abc import Mapping

import ipywidgets
import pandas as pd

__all__ = ["Table"]


class Table(ipywidgets.HTML):
    """A frame shown as a table that scrolls within its own height.

    Parameters
    ----------
    columns
        Column name to the words above it, in display order; other columns are not sent.
    limit
        Rows sent to the screen; a line below says how many there are in all.

    Examples
    --------
    >>> table = Table({"name": "Name"})
    >>> table.show(pd.DataFrame({"name": ["<b>Ada</b>"], "pay": [1]}))
    >>> "&lt;b&gt;Ada" in table.value, "pay" in table.value
    (True, False)
    """

    def __init__(self, columns: Mapping[str, str], *, limit: int = 200, height: str = "") -> None:
        """Lay the table out, still empty."""
        super().__init__()
        self._columns = dict(columns)
        self._limit = limit
        self._style = f"max-height:{height};overflow:auto" if height else ""

    def show(
        self,
        frame: pd.DataFrame,
        empty: str = "Nothing to show.",
        columns: Mapping[str, str] | None = None,
    ) -> None:
        """Show the rows of a frame, or a sentence where it has none; `columns` may be others."""
        if columns is not None:
            self._columns = dict(columns)
        if frame.empty:
            self.value = f'<p class="wb-empty">{html.escape(empty)}</p>'
            return
        shown = frame.head(self._limit)
        head = "".join(_heading(word, shown[name]) for name, word in self._columns.items())
        body = "".join(
            "<tr>" + "".join(_cell(value) for value in row) + "</tr>"
            for row in shown[list(self._columns)].itertuples(index=False)
        )
        more = len(frame) - len(shown)
        tail = f"<p>{more:,} more rows are not shown; filter to see them.</p>" if more else ""
        self.value = (
            f'<div class="wb-table" tabindex="0" style="{self._style}"><table>'
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{tail}</div>"
        )


def _heading(word: str, column: pd.Series) -> str:
    """Write a heading on the side on which its cells stand."""
    numbers = pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
    side = ' class="wb-number"' if numbers else ""
    return f'<th scope="col"{side}>{html.escape(word)}</th>'


def _cell(value: object) -> str:
    """Write one cell: numbers to the right with two decimals, missing as a dash."""
    if isinstance(value, float):
        number = "\u2013" if pd.isna(value) else f"{value:.2f}"
        return f'<td class="wb-number">{number}</td>'
    if isinstance(value, int) and not isinstance(value, bool):
        return f'<td class="wb-number">{value:,}</td>'
    text = "\u2013" if value is None or value is pd.NA else html.escape(str(value))
    return f"<td>{text}</td>"
