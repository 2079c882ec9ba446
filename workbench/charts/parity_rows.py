"""Parity rows: what stands in each row of the picture of both tracks, to the left and to the right.

What comes in is the result of `compare_tracks`; what goes out are rows with lengths from 0 to 1 and
words. Within an aspect, both sides are on one scale.
"""

import math
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from workbench.analyses.parity import Parity
from workbench.charts.theme import plain_text

__all__ = ["BESIDE", "ParityRow", "Wing", "lay_out_parity"]

BESIDE = ("technical_leadership", "management")
_PEOPLE = {
    "engineer": "engineers",
    "technical_leadership": "technical leaders",
    "management": "managers",
}
_MOST_GRADES = 12
_LONGEST_TITLE = 38  # with its grade


@dataclass(frozen=True, slots=True)
class Wing:
    """One side of a row.

    Attributes
    ----------
    text
        The words at its end.
    length, low, high
        Of the bar, and of the interval around its end; from 0 to 1, None where there is none.
    is_dot
        Whether a dot stands at the end in place of a bar, as a scale does not start at zero.
    """

    text: str
    length: float | None = None
    low: float | None = None
    high: float | None = None
    is_dot: bool = False


@dataclass(frozen=True, slots=True)
class ParityRow:
    """A row: its aspect, its own label, both sides, and what is to be known beside them."""

    aspect: str
    label: str
    wings: tuple[Wing, Wing]
    remark: str = ""


def lay_out_parity(parity: Parity) -> list[ParityRow]:
    """Lay out the rows of the picture, aspect by aspect, without those of which nothing is known.

    Parameters
    ----------
    parity
        Its frames are read.

    Returns
    -------
    list of ParityRow

    Examples
    --------
    >>> from workbench.analyses.parity import compare_tracks
    >>> reviews = pd.DataFrame({"person_id": ["a"], "cycle": [1], "track": ["management"]})
    >>> [row.aspect for row in lay_out_parity(compare_tracks(reviews))]
    ['seats']
    """
    return [
        *_seat_row(parity),
        *_rung_row(parity),
        *_grade_rows(parity),
        *_mean_row(parity, "compa_ratio"),
        *_rate_row(parity, "into"),
        *_rate_row(parity, "within"),
        *_mean_row(parity, "engagement"),
        *_preference_rows(parity),
    ]


def _pair(wings: Iterable[Wing]) -> tuple[Wing, Wing]:
    left, right = wings
    return left, right


def _seat_row(parity: Parity) -> list[ParityRow]:
    """Draw the seats of each track as its share of all seats."""
    seats = parity.seats.set_index("track")
    most = max(seats.loc[list(BESIDE), "seat_share"].max(), 1e-9)
    wings = (
        Wing(f"{int(n):,} ({_percent(share)})" if n else "0", share / most if n else None)
        for n, share in seats.loc[list(BESIDE), ["n", "seat_share"]].itertuples(index=False)
    )
    return [ParityRow("seats", "", _pair(wings))]


def _rung_row(parity: Parity) -> list[ParityRow]:
    """Write where each track ends."""
    tracks = parity.tracks.set_index("track")
    wings, named = [], []
    for track in BESIDE:
        title, level, band = tracks.loc[track, ["top_title", "top_level", "top_pay_band"]]
        name = plain_text(title or level)
        named.append(bool(name))
        beside = [plain_text(level)] if title and level else []
        beside += [f"band {plain_text(band)}"] if band else []
        grade = f" ({', '.join(beside)})" if beside else ""
        room = max(_LONGEST_TITLE - len(grade), 12)
        said = (name if len(name) <= room else f"{name[: room - 1].rstrip()}\u2026") + grade
        wings.append(Wing(said) if name else _unknown(parity, "highest_rung", track))
    return [ParityRow("highest_rung", "", _pair(wings))] if any(named) else []


def _grade_rows(parity: Parity) -> list[ParityRow]:
    """Draw a pyramid of pay bands, the highest on top; of levels where no pay band is known."""
    if parity.pay_bands["hidden"].any() or parity.pay_bands["n"].notna().any():
        return _pyramid(parity, parity.pay_bands, "pay_bands", "pay_band")
    return _pyramid(parity, parity.levels, "levels", "level") if parity.levels_compare else []


def _pyramid(parity: Parity, grades: pd.DataFrame, aspect: str, column: str) -> list[ParityRow]:
    """Draw the grades that somebody of the two tracks has."""
    grades = grades[grades["track"].isin(BESIDE)]
    seen = grades[grades.groupby("track")["n"].transform("max") > 0]
    if seen.empty:
        wings = _pair(_hidden_grade(parity, aspect, each) for each in BESIDE)
        return [ParityRow(aspect, "", wings)] if grades["hidden"].any() else []
    held = seen.loc[seen["hidden"] | (seen["n"].fillna(0) > 0), "place"]
    most = float(seen["share"].fillna(0).max())
    cells = {(each["place"], each["track"]): each for each in grades.to_dict("records")}
    places = list(range(int(held.max()), int(held.min()) - 1, -1))
    rows = []
    for place in places[:_MOST_GRADES]:
        wings = _pair(_grade_wing(cells[place, each], most, parity, aspect) for each in BESIDE)
        rows.append(ParityRow(aspect, plain_text(cells[place, BESIDE[0]][column]), wings))
    more = len(places) - len(rows)
    if more:
        below = Wing("in the table")
        rows.append(ParityRow(aspect, f"{more:,} lower", (below, below)))
    return rows


def _grade_wing(cell: dict[Hashable, Any], most: float, parity: Parity, aspect: str) -> Wing:
    """Draw the people of a track in one grade, as a share of the track."""
    if cell["hidden"]:
        return _hidden_grade(parity, aspect, str(cell["track"]))
    if math.isnan(cell["share"]):
        return _unknown(parity, aspect, str(cell["track"]))
    if not cell["n"]:
        return Wing("0")
    return Wing(f"{cell['n']:,} ({_percent(cell['share'])})", cell["share"] / most)


def _hidden_grade(parity: Parity, aspect: str, track: str) -> Wing:
    """Say that a grade is hidden; it may hold many people, and guard another one that does not."""
    n = parity.aspects.set_index("aspect")[f"n_{track}"]
    return Wing(_hidden(parity) if pd.isna(n[aspect]) else "hidden")


def _mean_row(parity: Parity, column: str) -> list[ParityRow]:
    """Draw the means of a number as dots, on a scale that need not start at zero."""
    means = parity.tracks.set_index("track").loc[list(BESIDE)]
    if means[column].isna().all():
        return _words_row(parity, column)
    names = [column, f"{column}_low", f"{column}_high"]
    ends = means[names].to_numpy(dtype=float)
    first, last = _scale(float(np.nanmin(ends)), float(np.nanmax(ends)))
    wings = []
    for track, (mean, low, high), n in zip(
        BESIDE, ends.tolist(), means[f"{column}_n"], strict=True
    ):
        if math.isnan(mean):
            wings.append(_unknown(parity, column, track))
            continue
        between = "" if math.isnan(low) else f" ({low:.2f} to {high:.2f})"
        at, start, end = (
            None if math.isnan(each) else (each - first) / (last - first)
            for each in (mean, low, high)
        )
        text = f"{mean:.2f}{between}, n = {int(n):,}"
        wings.append(Wing(text, at, start, end, is_dot=True))
    return [ParityRow(column, f"mean, {first:g} to {last:g}", _pair(wings))]


def _scale(low: float, high: float) -> tuple[float, float]:
    """Give the ends of a scale in round numbers, so that a small difference looks small."""
    step = 10.0 ** math.ceil(math.log10(max(high - low, 1e-6)))
    first, last = math.floor(low / step), math.ceil(high / step)
    return first * step, max(last, first + 1) * step


def _rate_row(parity: Parity, move: str) -> list[ParityRow]:
    """Draw how often people move into, or within, each track, per person and cycle."""
    aspect = f"promotion_{move}"
    rates = parity.rates[parity.rates["move"].eq(move)].set_index("track").loc[list(BESIDE)]
    if rates["rate"].isna().all():
        return _words_row(parity, aspect)
    most = float(np.nanmax(rates[["rate", "high"]].to_numpy(dtype=float)))
    wings = []
    for track, rate, low, high, events, n in rates[
        ["rate", "low", "high", "events", "n"]
    ].itertuples():
        if math.isnan(rate):
            wings.append(_unknown(parity, aspect, track))
            continue
        text = f"{int(events):,} of {int(n):,} ({_percents(low, high)})"
        wings.append(Wing(text, rate / most, low / most, high / most))
    return [ParityRow(aspect, "per cycle", _pair(wings))]


def _preference_rows(parity: Parity) -> list[ParityRow]:
    """Draw for each track how many would rather lead technically, and how many rather manage."""
    records = parity.preferences.to_dict("records")
    said = {(each["track"], each["preference"]): each for each in records}
    rows = []
    for track, people in _PEOPLE.items():
        cells = [said[track, each] for each in BESIDE]
        if cells[0]["hidden"]:
            hidden = Wing(_hidden(parity))
            rows.append(ParityRow("preference", people, (hidden, hidden)))
        elif cells[0]["of"]:
            wings = (
                Wing(
                    f"{each['n']:,} of {each['of']:,} ({_percents(each['low'], each['high'])})",
                    each["share"],
                    each["low"],
                    each["high"],
                )
                for each in cells
            )
            unknown = said[track, "unknown"]["n"]
            remark = f"{unknown:,} did not say" if unknown else ""
            rows.append(ParityRow("preference", people, _pair(wings), remark))
    return rows


def _words_row(parity: Parity, aspect: str) -> list[ParityRow]:
    """Say that an aspect is hidden on both sides; draw nothing where it is not in the data."""
    if _verdict(parity, aspect) != "hidden":
        return []
    return [ParityRow(aspect, "", _pair(_unknown(parity, aspect, track) for track in BESIDE))]


def _unknown(parity: Parity, aspect: str, track: str) -> Wing:
    """Say why one side has no number."""
    if not parity.seats.loc[parity.seats["track"].eq(track), "n"].any():
        return Wing("nobody")
    return Wing(_hidden(parity) if _verdict(parity, aspect) == "hidden" else "not known")


def _verdict(parity: Parity, aspect: str) -> str:
    return str(parity.aspects.set_index("aspect")["verdict"].loc[aspect])


def _hidden(parity: Parity) -> str:
    return f"hidden: fewer than {parity.min_group_size} people"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _percents(low: float, high: float) -> str:
    """Write an interval in percent, with a decimal where it is of small numbers."""
    digits = 1 if high < 0.1 or high - low < 0.02 else 0
    return f"{100 * low:.{digits if low else 0}f} to {100 * high:.{digits}f} %"
