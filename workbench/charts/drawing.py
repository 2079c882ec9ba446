"""A chart drawn without a browser: an Altair chart comes in, the text of a picture goes out."""

import altair as alt
import vl_convert

from workbench.charts.theme import Picture

__all__ = ["draw_svg"]


def draw_svg(chart: Picture) -> str:
    """Draw a chart as SVG, on this machine and without asking another.

    Parameters
    ----------
    chart
        Any chart of this package. It is not held to Altair's schema again: its tests do that, and
        it takes longer than the drawing.

    Returns
    -------
    str
        One `svg` element.

    Examples
    --------
    >>> chart = alt.Chart(alt.InlineData(values=[{"n": 1}])).mark_point()
    >>> draw_svg(chart)[:4]
    '<svg'
    """
    schema = ".".join(alt.SCHEMA_VERSION.removeprefix("v").split(".")[:2])
    return str(vl_convert.vegalite_to_svg(chart.to_dict(validate=False), vl_version=schema))
