"""Sentences on the screen: text in, escaped HTML out, nothing else."""

import html
from collections.abc import Iterable

__all__ = ["bullets", "paragraph"]


def paragraph(text: str, style: str = "") -> str:
    """Write one paragraph; whatever the text holds stays text.

    Examples
    --------
    >>> paragraph("a < b", "wb-answer")
    '<p class="wb-answer">a &lt; b</p>'
    """
    return f'<p class="{html.escape(style, quote=True)}">{html.escape(text)}</p>'


def bullets(texts: Iterable[str]) -> str:
    """Write a list of sentences, or nothing where there are none.

    Examples
    --------
    >>> bullets(["one", "two"])
    '<ul class="wb-notes"><li>one</li><li>two</li></ul>'
    """
    items = "".join(f"<li>{html.escape(text)}</li>" for text in texts)
    return f'<ul class="wb-notes">{items}</ul>' if items else ""
