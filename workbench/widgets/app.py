"""The workbench on one screen: a file, how it was read, and one step for each question.

Every widget is built once and then updated; nothing of the people is kept in the notebook that
shows it.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import ipywidgets

from workbench.calibration import Calibration, load, load_again
from workbench.errors import NoPersonError, ProtectedFileError
from workbench.exports.labels import label_people
from workbench.intake.profiles import Choices
from workbench.widgets.anchor import Anchor
from workbench.widgets.candidate_map import CandidateMap
from workbench.widgets.column_matcher import ColumnMatcher
from workbench.widgets.data_check import DataCheck
from workbench.widgets.decline_list import DeclineList
from workbench.widgets.file_chooser import FileChooser
from workbench.widgets.notice import Notice
from workbench.widgets.person_drawer import PersonDrawer
from workbench.widgets.promotion_effect import PromotionEffect
from workbench.widgets.scale_editor import ScaleEditor
from workbench.widgets.team_coverage import TeamCoverage
from workbench.widgets.track_parity import TrackParity
from workbench.widgets.track_plan import TrackPlanBoard

__all__ = ["Workbench"]

STYLE = (Path(__file__).parent / "app.css").read_text(encoding="utf-8")
STEPS = (
    "1  File",
    "2  Columns",
    "3  Ratings",
    "4  Problems",
    "5  Declines",
    "6  Promotion",
    "7  Candidates",
    "8  Teams",
    "9  Open seats",
    "10  Tracks",
)
(
    FILE,
    COLUMNS,
    SCALES,
    PROBLEMS,
    DECLINES,
    EFFECT,
    CANDIDATES,
    TEAMS,
    PLAN,
    TRACKS,
) = range(len(STEPS))
_OF_DATA = set(range(COLUMNS, len(STEPS)))
# What rests on the declines, and is worked out again when it is looked at.
_AFTER_DECLINES = {CANDIDATES, TEAMS, PLAN}
_WITH_PEOPLE = {DECLINES, EFFECT, CANDIDATES, TEAMS, PLAN}


class Workbench(ipywidgets.VBox):
    """The whole workbench as one widget.

    Parameters
    ----------
    calibration
        What `workbench.load` gave; without it the workbench starts with choosing a file.
    folder
        Where to look for spreadsheets.

    Examples
    --------
    >>> bench = Workbench()
    >>> bench.step
    0
    """

    def __init__(self, calibration: Calibration | None = None, *, folder: str | Path = ".") -> None:
        """Build every step once; those that need data wait for them."""
        self.notice = Notice()
        self.top = Anchor()
        self.calibration: Calibration | None = None
        self._stale: set[int] = set()
        self.chooser = FileChooser(Path(folder), self.notice, self._load)
        self.columns = ColumnMatcher(self.notice, self._choose, self._confirm)
        self.scales = ScaleEditor(self.notice, self._choose)
        self.check = DataCheck(self.notice)
        self.drawer = PersonDrawer(self.notice, on_shut=lambda: self.teams.forget_person())
        self.declines = DeclineList(self.notice, self._change_settings, self.drawer.open_person)
        self.effect = PromotionEffect()
        self.candidates = CandidateMap(self.notice)
        self.teams = TeamCoverage(self.notice, self.drawer.open_person)
        self.plan = TrackPlanBoard(self.notice, self.drawer.open_person)
        self.tracks = TrackParity()
        self.steps = ipywidgets.ToggleButtons(
            options=[(words, number) for number, words in enumerate(STEPS)], value=FILE
        )
        self.names = ipywidgets.Checkbox(
            description="Show names", value=False, indent=False, layout={"width": "120px"}
        )
        self.pages = ipywidgets.Stack(
            [
                self.chooser,
                self.columns,
                self.scales,
                self.check,
                self.declines,
                self.effect,
                self.candidates,
                self.teams,
                self.plan,
                self.tracks,
            ],
            selected_index=FILE,
        )
        self.steps.observe(self.notice.guard(lambda _: self._turn_to()), "value")
        self.names.observe(self.notice.guard(lambda _: self._relabel()), "value")
        self._refill = self.notice.guard(self._fill)
        self.steps.add_class("wb-steps")
        bar = ipywidgets.HBox([self.steps, self.names])
        bar.add_class("wb-bar")
        style = ipywidgets.HTML(f"<style>{STYLE}</style>", layout={"display": "none"})
        super().__init__([style, self.top, bar, self.notice, self.drawer, self.pages])
        self.add_class("wb")
        if calibration is None:
            self.notice.say("Choose the spreadsheet of your reviews. It stays on this machine.")
        else:
            self.show(calibration)

    def __repr__(self) -> str:
        """Say what it is and nothing of what it shows: a notebook keeps what it prints."""
        return "<Workbench>"

    @property
    def step(self) -> int:
        """The step on screen, counted from 0."""
        return int(self.steps.value)

    def show(self, calibration: Calibration) -> None:
        """Show another calibration: how it was read or, where that is remembered, its problems."""
        self.calibration = calibration
        self._stale = set(_OF_DATA)
        asked = set(calibration.columns["how"]) - {"remembered", "given"}
        step = COLUMNS if asked else PROBLEMS
        if self.step == step:
            self._turn_to()
        else:
            self.steps.value = step

    def _choose(self, choices: Choices) -> None:
        """Read the same cells with other choices; the step on screen follows at once."""
        if self.calibration is None:
            return
        self.notice.say("Reading the cells again", "busy")
        self.calibration = self.calibration.with_choices(choices)
        self._stale = _OF_DATA - {self.step}
        if self.step == COLUMNS:
            self.columns.update(self.calibration)
        elif self.step == SCALES:
            self.scales.show(self.calibration)
        else:
            # A choice can arrive after its step was left: what is on screen must not be older.
            self._stale.add(self.step)
            self._turn_to()
        self.notice.say(f"{self.calibration.source}", "done")

    def _change_settings(self, calibration: Calibration) -> None:
        """Take other settings over: every later step, and every report, uses them too."""
        self.calibration = calibration
        self._stale |= _AFTER_DECLINES
        self.drawer.card.show(calibration, self._labels(calibration))

    def _confirm(self) -> None:
        """Remember what was decided beside the file, and go on to what is wrong with it."""
        if self.calibration is None:
            return
        remembered = ""
        if self.calibration.intake.reading.folder is not None:
            path = self.calibration.remember()
            remembered = f" Remembered for the next file like it, in {path.name}."
        self.steps.value = PROBLEMS
        self.notice.say(f"{self.calibration.source}.{remembered}", "done")

    def _load(self, source: Path | bytes, name: str, password: str | None) -> None:
        """Read the chosen file; a protected one asks for its password."""
        self.notice.say(f"Reading {name}", "busy")
        try:
            # An upload keeps its name: the cycle can stand there, and messages say it.
            named = {name: source} if isinstance(source, bytes) else source
            calibration = load(named, password=password)
        except ProtectedFileError:
            self.chooser.ask_password(True)
            raise
        except NoPersonError as error:
            self.chooser.ask_password(False)
            self.chooser.ask_person(error.headers, partial(self._take_person, error))
            words = f"{name} was opened, but no header is known to say who a row is about."
            self.notice.say(f"{words} Choose the one that does, here below.", "error")
            return
        self.chooser.ask_password(False)
        self.chooser.ask_person((), None)
        self.show(calibration)

    def _take_person(self, error: NoPersonError, header: str) -> None:
        """Read the cells again with the column that was said to hold the people."""
        calibration = load_again(error, Choices(columns={header: "person_id"}))
        self.chooser.ask_person((), None)
        self.show(calibration)

    def _turn_to(self) -> None:
        """Turn to the step that was chosen, and fill it if its data have changed."""
        if self.calibration is None and self.step != FILE:
            self.steps.value = FILE
            self.notice.say("Choose a file first; the other steps need its data.")
            return
        self.pages.selected_index = self.step
        self.top.visit()
        self.drawer.shut()
        if self.step in self._stale and self.calibration is not None:
            self.notice.say("Working it out", "busy")
            self._fill(self.step, self.calibration)
        if self.calibration is not None:
            self.notice.say(f"{self.calibration.source}", "done")

    def _fill(self, step: int, calibration: Calibration) -> None:
        """Show a calibration in one step."""
        page = self.pages.children[step]
        fillers: dict[int, Callable[[], None]] = {
            COLUMNS: partial(self.columns.show, calibration),
            SCALES: partial(self.scales.show, calibration),
            PROBLEMS: partial(self.check.show, calibration),
            DECLINES: lambda: self.declines.show(calibration, self._labels(calibration)),
            EFFECT: lambda: self.effect.show(calibration, self._labels(calibration)),
            CANDIDATES: lambda: self.candidates.show(calibration, self._labels(calibration)),
            TEAMS: lambda: self.teams.show(calibration, self._labels(calibration)),
            PLAN: lambda: self.plan.show(calibration, self._labels(calibration)),
            TRACKS: partial(self.tracks.show, calibration),
        }
        try:
            fillers[step]()
        except Exception:
            # What it showed before is of other data, or has names that were to be hidden.
            page.layout.visibility = "hidden"
            raise
        page.layout.visibility = "visible"
        self._stale.discard(step)
        if step in _WITH_PEOPLE:
            self.drawer.card.show(calibration, self._labels(calibration))

    def _labels(self, calibration: Calibration) -> dict[str, str]:
        """Give the text for each person: the id, and the name only where it is asked for."""
        return label_people(calibration.panel, names=self.names.value)

    def _relabel(self) -> None:
        """Show or hide names at once on every step, also on those that are not on screen."""
        if self.calibration is not None:
            # Each on its own: where one cannot be filled, the names still go from the others.
            for step in _WITH_PEOPLE - self._stale:
                self._stale.add(step)
                self._refill(step, self.calibration)
