"""Where the bar of a decline is set: how many false alarms are accepted, how soon is too soon.

What comes in are the settings of a calibration; what goes out are other settings, when a person
moves a slider. What follows from them is somebody else's.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import ipywidgets

from workbench.calibration import Calibration

__all__ = ["BarSliders"]

FALSE_ALARMS = (0.01, 0.02, 0.05, 0.10, 0.15, 0.20, 0.30)
CYCLES_NEEDED = (1, 2, 3, 4, 5, 6)
_Value = TypeVar("_Value", int, float)


class BarSliders(ipywidgets.HBox):
    """Two sliders and a button that takes both back to where they stood at first.

    Parameters
    ----------
    on_change
        Called with a calibration of the same data and other settings.

    Examples
    --------
    >>> import workbench
    >>> calibration = workbench.load(workbench.make_company(people=60, cycles=4, seed=1).tables)
    >>> moved = []
    >>> sliders = BarSliders(moved.append)
    >>> sliders.show(calibration)
    >>> sliders.false_alarms.value = 0.05
    >>> moved[0].settings.fdr
    0.05
    """

    def __init__(self, on_change: Callable[[Calibration], None]) -> None:
        """Lay the sliders out; they stand still until there is a calibration."""
        self._on_change = on_change
        self._calibration: Calibration | None = None
        self._first: tuple[float, int] | None = None
        self._showing = False
        self.false_alarms = _slider("Accepted share of false alarms", FALSE_ALARMS, "430px")
        self.cycles_needed = _slider("Cycles needed since the promotion", CYCLES_NEEDED, "462px")
        self.back = ipywidgets.Button(
            description="Back to the start",
            tooltip="Take both sliders back to where they stood when the data came in",
            layout={"width": "132px"},
        )
        self.false_alarms.observe(lambda _: self._moved(), "value")
        self.cycles_needed.observe(lambda _: self._moved(), "value")
        self.back.on_click(lambda _: self._go_back())
        super().__init__([self.false_alarms, self.cycles_needed, self.back])
        self.add_class("wb-bar-sliders")

    def show(self, calibration: Calibration) -> None:
        """Stand where the settings of a calibration are; one of other data is a new start."""
        known = self._calibration
        if known is None or known.intake.reading is not calibration.intake.reading:
            self._first = _places(calibration)
        self._calibration = calibration
        self._stand(*_places(calibration))

    def _stand(self, false_alarms: float, cycles_needed: int) -> None:
        """Move both sliders without telling anybody."""
        self._showing = True
        self.false_alarms.options = [
            (f"{100 * each:g} %", each) for each in _among(FALSE_ALARMS, false_alarms)
        ]
        self.cycles_needed.options = [
            (str(each), each) for each in _among(CYCLES_NEEDED, cycles_needed)
        ]
        self.false_alarms.value, self.cycles_needed.value = false_alarms, cycles_needed
        self._showing = False
        self.back.disabled = (false_alarms, cycles_needed) == self._first

    def _moved(self) -> None:
        """Tell what follows from where the sliders stand now."""
        if self._showing or self._calibration is None:
            return
        settings = replace(
            self._calibration.settings,
            fdr=self.false_alarms.value,
            min_post_cycles=self.cycles_needed.value,
        )
        self._calibration = self._calibration.with_settings(settings)
        self.back.disabled = _places(self._calibration) == self._first
        self._on_change(self._calibration)

    def _go_back(self) -> None:
        """Take both sliders back at once, and tell it once."""
        if self._first is not None:
            self._stand(*self._first)
            self._moved()


def _slider(words: str, values: tuple[_Value, ...], width: str) -> ipywidgets.SelectionSlider:
    """Lay out one slider with its words beside it."""
    return ipywidgets.SelectionSlider(
        options=[(str(value), value) for value in values],
        description=words,
        style={"description_width": "auto"},
        layout={"width": width},
    )


def _places(calibration: Calibration) -> tuple[float, int]:
    """Read where the sliders stand from the settings."""
    return calibration.settings.fdr, calibration.settings.min_post_cycles


def _among(usual: tuple[_Value, ...], value: _Value) -> list[_Value]:
    """Give the usual places, and the one in use where it is none of them."""
    return sorted(set(usual) | {value})
