"""Track tables: what is known of each track, one row or a few for each, small groups hidden.

What comes in are the people of the latest cycle and counts of promotions; what goes out are the
frames of `Parity`.
"""

import numpy as np
import pandas as pd

from workbench.analyses.people.preferences import PREFERENCES
from workbench.analyses.tracks.comparisons import Bars, Evidence, known_values
from workbench.analyses.tracks.grades import median_grade, name_top
from workbench.analyses.tracks.intervals import NOTHING, Estimate, estimate_mean, estimate_share
from workbench.analyses.tracks.track_rates import MOVES

__all__ = ["COMPARED", "list_preferences", "list_rates", "list_seats", "list_tracks"]

COMPARED: tuple[str, ...] = ("engineer", "technical_leadership", "management")


def list_seats(here: pd.DataFrame) -> pd.DataFrame:
    """Count the people of each track.

    Parameters
    ----------
    here
        One row per person of the latest cycle: `track`.

    Returns
    -------
    pandas.DataFrame
        As the attribute `seats` of `Parity`.

    Examples
    --------
    >>> here = pd.DataFrame({"track": ["engineer", "management", "management"]})
    >>> list_seats(here)[["n", "seat_share"]].values.tolist()
    [[1.0, nan], [0.0, 0.0], [2.0, 1.0]]
    """
    n = here["track"].value_counts().reindex(list(COMPARED)).fillna(0).astype("int64")
    leading = n.where(n.index != "engineer")
    return pd.DataFrame(
        {
            "track": list(COMPARED),
            "n": n.to_numpy(),
            "share": (n / max(n.sum(), 1)).to_numpy(),
            "seat_share": (leading / max(leading.sum(), 1)).to_numpy(),
        }
    )


def list_tracks(evidence: Evidence, bars: Bars) -> pd.DataFrame:
    """Say of each track what is known of it, one row each.

    Parameters
    ----------
    evidence, bars
        What is known of both tracks, and the thresholds.

    Returns
    -------
    pandas.DataFrame
        As the attribute `tracks` of `Parity`.
    """
    rates = list_rates(evidence, bars)
    parts = [
        list_seats(evidence.people).set_index("track"),
        _name_rates(rates, "into", "promotion", "promotions"),
        _name_rates(rates, "within", "rise", "rises"),
        *(_list_means(evidence, column, bars) for column in ("engagement", "compa_ratio")),
        pd.DataFrame(
            {
                "median_level": [median_grade(evidence.levels, each) for each in COMPARED],
                "median_pay_band": [median_grade(evidence.pay_bands, each) for each in COMPARED],
                "top_title": [evidence.rungs[each].title for each in COMPARED],
                "top_level": [evidence.rungs[each].level for each in COMPARED],
                "top_pay_band": [name_top(evidence.pay_bands, each) for each in COMPARED],
            },
            index=list(COMPARED),
        ),
    ]
    return pd.concat(parts, axis=1).rename_axis("track").reset_index()


def _name_rates(rates: pd.DataFrame, move: str, name: str, events: str) -> pd.DataFrame:
    """Take one kind of move for every track; engineers have none of their own."""
    names = {"rate": f"{name}_rate", "low": f"{name}_low", "high": f"{name}_high"}
    names |= {"events": events, "n": f"{name}_n"}
    own = rates[rates["move"].eq(move)].set_index("track").reindex(list(COMPARED))
    return own[list(names)].rename(columns=names)


def _list_means(evidence: Evidence, column: str, bars: Bars) -> pd.DataFrame:
    """Estimate the mean of a number on each track."""
    rows = []
    for track in COMPARED:
        values = known_values(evidence.people, track, column)
        seen = len(values) >= bars.min_group_size
        mean = estimate_mean(values, bars.interval_level) if seen else NOTHING
        rows.append((*mean, len(values) if seen else None))
    columns = [column, f"{column}_low", f"{column}_high", f"{column}_n"]
    listed = pd.DataFrame(rows, columns=columns, index=list(COMPARED))
    return listed.astype({f"{column}_n": "Int64"})


def list_rates(evidence: Evidence, bars: Bars) -> pd.DataFrame:
    """Estimate how often people move into and within each track of leadership.

    Parameters
    ----------
    evidence, bars
        What is known of both tracks, and the thresholds.

    Returns
    -------
    pandas.DataFrame
        As the attribute `rates` of `Parity`.
    """
    rows = []
    for move in MOVES:
        for track in COMPARED[1:]:
            rate = evidence.rates[track, move]
            hidden = 0 < rate.people < bars.min_group_size
            found = (
                NOTHING
                if hidden
                else estimate_share(rate.events, rate.n, bars.interval_level, effect=rate.effect)
            )
            counts = [None if hidden else each for each in (rate.events, rate.n, rate.people)]
            rows.append((track, move, *counts, *found, hidden))
    columns = ["track", "move", "events", "n", "people", "rate", "low", "high", "hidden"]
    listed = pd.DataFrame(rows, columns=columns)
    return listed.astype(dict.fromkeys(["events", "n", "people"], "Int64"))


def list_preferences(here: pd.DataFrame, bars: Bars) -> pd.DataFrame:
    """Count what the people of each track would rather do, those who did not say included.

    Parameters
    ----------
    here
        One row per person of the latest cycle: `track`, `preference`.
    bars
        The thresholds.

    Returns
    -------
    pandas.DataFrame
        As the attribute `preferences` of `Parity`.
    """
    rows: list[tuple[object, ...]] = []
    for track in COMPARED:
        said = here.loc[here["track"].eq(track), "preference"]
        known = int(said.notna().sum())
        hidden = 0 < known < bars.min_group_size
        for preference in PREFERENCES:
            n = int(said.eq(preference).sum())
            found = NOTHING if hidden else estimate_share(n, known, bars.interval_level)
            rows.append(
                (track, preference, *((None, None) if hidden else (n, known)), *found, hidden)
            )
        unknown, everybody = (None, None) if hidden else (len(said) - known, len(said))
        share = unknown / everybody if unknown is not None and everybody else np.nan
        rows.append(
            (track, "unknown", unknown, everybody, *Estimate(share, np.nan, np.nan), hidden)
        )
    columns = ["track", "preference", "n", "of", "share", "low", "high", "hidden"]
    return pd.DataFrame(rows, columns=columns).astype({"n": "Int64", "of": "Int64"})
