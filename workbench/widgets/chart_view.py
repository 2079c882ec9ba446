"""A chart on the screen that needs no network and tells which person or team was clicked."""

from collections.abc import Callable

import altair as alt
import ipywidgets

from workbench.charts.theme import Picture

__all__ = ["ChartView"]


class ChartView(ipywidgets.VBox):
    """Shows one chart at a time, in a box of fixed height, so that nothing jumps.

    The renderer comes with the package: Altair's default would load it from a host on the
    network. The chart's own menu is off, because its entry "Open in Vega Editor" hands the data
    to a public page.

    Parameters
    ----------
    name
        CSS class of the box.
    height
        Height of the box, as CSS.
    on_pick
        Called with the id that belongs to a mark, when the mark is clicked.
    selects
        The name of the chart's selection, and the column by which it selects.
    """

    def __init__(
        self,
        name: str,
        *,
        height: str,
        on_pick: Callable[[str], None] | None = None,
        selects: tuple[str, str] = ("person", "person_id"),
    ) -> None:
        """Lay the box out, still without a chart."""
        alt.JupyterChart.enable_offline()
        self._on_pick = on_pick
        self._selection, self._field = selects
        self._chart: alt.JupyterChart | None = None
        # A picture that is wider than the notebook, beside an open file list, can be moved.
        super().__init__(layout=ipywidgets.Layout(min_height=height, overflow="auto hidden"))
        self.add_class(name)

    @property
    def spec(self) -> dict[str, object]:
        """What was sent to the browser; empty before the first chart."""
        return dict(self._chart.spec) if self._chart is not None else {}

    def show(self, chart: Picture) -> None:
        """Show a chart in place of the last one; all of them have the same selections."""
        if self._chart is not None:
            # Held to Altair's schema by its tests; here that takes longer than all the rest.
            self._chart.spec = chart.to_dict(validate=False)
            return
        self._chart = alt.JupyterChart(chart, embed_options={"actions": False, "renderer": "svg"})
        self.children = (self._chart,)
        if self._on_pick is not None and self._chart.selections.has_trait(self._selection):
            self._chart.selections.observe(self._picked, self._selection)

    def _picked(self, change: dict[str, object]) -> None:
        """Pass on what a click picked; a click beside the marks picks nothing."""
        values = getattr(change["new"], "value", None) or []
        if values and self._on_pick is not None:
            self._on_pick(str(values[0][self._field]))
