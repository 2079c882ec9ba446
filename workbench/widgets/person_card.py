"""One person on the screen: what the person resembles and why, by cycle, and in which situation.

Every step with people opens it. What was written about the person is sent to the screen only when
somebody asks for it, and taken away again with the next person, as a screen may be shared.
"""

from collections.abc import Mapping, Sequence

import ipywidgets
from altair.utils.schemapi import debug_mode

from workbench.calibration import Calibration
from workbench.charts.person import plot_history, plot_member
from workbench.charts.theme import empty_state
from workbench.exports.person import PersonAccount, describe_person
from workbench.exports.quotes import Quote, quote_person
from workbench.widgets.chart_view import ChartView
from workbench.widgets.notice import Notice
from workbench.widgets.prose import bullets, paragraph

__all__ = ["PersonCard"]

PICTURE_WIDTH, HISTORY_HEIGHT = 280, 84
NOBODY = "Choose a person: on the picture, in the list or in the table."
ASK, CLOSE = "Show what was written about this person", "Hide what was written"
NOTHING_WRITTEN = "Nothing was found in the reviews of this person that speaks of these signals."


class PersonCard(ipywidgets.VBox):
    """What is known of one person, in a box of fixed height.

    Parameters
    ----------
    notice
        Where it is said that something is worked out, and an error of a handler.

    Attributes
    ----------
    person_id
        Who is on the card; empty where nobody is.

    Examples
    --------
    >>> card = PersonCard(Notice())
    >>> card.person_id, card.ask.disabled
    ('', True)
    """

    def __init__(self, notice: Notice) -> None:
        """Lay the card out, still without a person."""
        self._notice = notice
        self._calibration: Calibration | None = None
        self._labels: Mapping[str, str] = {}
        self.person_id = ""
        self.head = _box("wb-card-head")
        self.signals = ChartView("wb-card-signals", height="206px")
        self.history = ChartView("wb-card-history", height="206px")
        self.why, self.situation = _box("wb-card-why"), _box("wb-card-situation")
        self.written = _box("wb-card-written")
        self.ask = ipywidgets.Button(description=ASK, layout={"width": "300px"})
        self.ask.on_click(notice.guard(lambda _: self._turn_written()))
        self._open = notice.guard(self._work_out)
        pictures = ipywidgets.HBox([self.signals, self.history])
        self.words = ipywidgets.HBox([self.why, self.situation])
        super().__init__([self.head, pictures, self.words, self.written, self.ask])
        for box, name in ((pictures, "wb-card-pictures"), (self.words, "wb-card-words")):
            box.add_class(name)
        self.add_class("wb-card")
        self._clear()

    def show(self, calibration: Calibration, labels: Mapping[str, str]) -> None:
        """Take another calibration; whoever is open stays, with what is known already.

        Nothing is worked out for the card here, so that a slider can call this.
        """
        self._calibration, self._labels = calibration, labels
        known = calibration.panel.people["person_id"].astype(str)
        if self.person_id and known.eq(self.person_id).any():
            self._fill(self.person_id, only_known=True)
        else:
            self._clear()

    # Not `open`: every widget has one, which tells the browser about it.
    def open_person(self, person_id: str) -> None:
        """Open one person, and work out for it what is not known yet."""
        self._open(person_id)

    def _work_out(self, person_id: str) -> None:
        """Open one person; what was written about the last one goes."""
        if self._calibration is None:
            return
        self._fill(person_id, only_known=False)

    def _clear(self) -> None:
        """Leave nobody on the card."""
        self.person_id = ""
        self.head.value = paragraph(NOBODY, "wb-empty")
        self.why.value = self.situation.value = ""
        self._hide_written()
        self.ask.disabled = True
        for picture in (self.signals, self.history):
            picture.show(empty_state("", width=PICTURE_WIDTH, height=HISTORY_HEIGHT))

    # The charts are held to Altair's schema by their tests; here that would be waited for.
    @debug_mode(False)
    def _fill(self, person_id: str, *, only_known: bool) -> None:
        """Fill every part of the card."""
        calibration = self._calibration
        if calibration is None:
            return
        account = describe_person(
            calibration, person_id, labels=self._labels, only_known=only_known
        )
        self.person_id = person_id
        self._hide_written()
        self.ask.disabled = False
        self.head.value = _tell_head(account)
        self.why.value = _tell_why(account)
        self.situation.value = _tell("Situation", [*account.situation, *account.unknown])
        known = vars(calibration)
        signals = history = empty_state("", width=PICTURE_WIDTH, height=HISTORY_HEIGHT)
        if "scores" in known or not only_known:
            history = plot_history(
                calibration.scores,
                calibration.promotions,
                person_id,
                flagged=account.flagged,
                width=PICTURE_WIDTH,
                height=HISTORY_HEIGHT,
            )
        if "candidates" in known:
            signals = plot_member(
                calibration.candidates,
                calibration.signals,
                person_id,
                evidence=known.get("evidence"),
                width=PICTURE_WIDTH,
            )
        self.history.show(history)
        self.signals.show(signals)

    def _turn_written(self) -> None:
        """Show what was written about the person, or hide it again."""
        if self.ask.description == CLOSE or self._calibration is None:
            self._hide_written()
            return
        self._notice.say("Reading what was written", "busy")
        quotes = quote_person(self._calibration, self.person_id)
        self.written.value = _tell_quotes(quotes)
        self.words.layout.display, self.written.layout.display = "none", ""
        self.ask.description = CLOSE
        self._notice.say(self._calibration.source, "done")

    def _hide_written(self) -> None:
        """Take from the screen, and from what is sent to it, what was written."""
        self.written.value = ""
        self.words.layout.display, self.written.layout.display = "", "none"
        self.ask.description = ASK


def _box(name: str) -> ipywidgets.HTML:
    """Make a box of words whose height stays, whatever is said in it."""
    box = ipywidgets.HTML()
    box.add_class(name)
    return box


def _tell(title: str, sentences: Sequence[str]) -> str:
    """Write sentences under a heading, or nothing where there are none."""
    return paragraph(title, "wb-card-title") + bullets(sentences) if sentences else ""


def _tell_head(account: PersonAccount) -> str:
    """Write who it is, with which marks, and what the person resembles."""
    marks = " \u00b7 ".join(account.marks)
    return (
        paragraph(account.name, "wb-card-name")
        + paragraph(account.position)
        + "".join(paragraph(line) for line in (marks, account.role, account.group) if line)
    )


def _tell_why(account: PersonAccount) -> str:
    """Write why, what there is to see before the next rung, and what all this rests on."""
    return (
        _tell("Why", account.reasons)
        + _tell(f"Before {account.next_role or 'the next rung'}", account.missing)
        + _tell("Rests on", account.evidence)
    )


def _tell_quotes(quotes: Sequence[Quote]) -> str:
    """Write each sentence with its source, and which of them are only wishes."""
    if not quotes:
        return paragraph(NOTHING_WRITTEN, "wb-empty")
    return _tell(
        "Written about this person",
        [
            f"\u201c{quote.sentence}\u201d \u2013 {quote.where}: {quote.statement}"
            f"{' (a wish, no deed yet)' if quote.is_wish else ''}"
            for quote in quotes
        ],
    )
