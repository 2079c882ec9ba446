"""What has to hold of `find_declines` in the simulated companies, and whether it does."""

from collections.abc import Iterator

import pandas as pd

__all__ = ["hold_against_limits"]

UNIDENTIFIED = ("on the coming fall",)  # nobody can tell such a selection from a drop
RATIO_SLACK = 0.05
# Power as a share of the oracle's and of the parameter oracle's, as a prototype reached it.
RATIOS: dict[str, tuple[float, float | None]] = {
    "500 people": (0.89, 0.95),
    "8 cycles": (0.86, 0.93),
    "12 cycles": (0.91, 0.95),
    "14 cycles": (0.91, 0.95),
    "t5 tails": (0.88, 0.94),
    "noise differs": (0.84, None),
    "slopes differ": (0.86, None),
    "rho 0.95": (0.92, 0.97),
    "strong selection": (0.88, 0.94),
    "drops rare": (0.82, 0.92),
    "severity 0.5": (0.88, 0.94),
    "directors": (0.81, 0.94),
    "directors 0.5": (0.52, 0.93),
    "ramp": (0.64, 0.86),
    "fading": (0.63, 0.89),
    "low performers leave": (0.87, 0.94),
    "quiet": (0.95, 0.98),
    "noisy": (0.84, 0.90),
    "on ability": (0.75, 0.84),
    "half on ability": (0.77, 0.83),
}


def hold_against_limits(table: pd.DataFrame) -> pd.DataFrame:
    """Give one row for each figure of ours that has a limit: what, the limit, whether it holds."""
    rows = [
        {"world": row["world"], "figure": figure, "found": row[figure], "limit": limit, "holds": ok}
        for _, row in table[table["method"] == "ours"].iterrows()
        for figure, limit, ok in _limits(row)
    ]
    return pd.DataFrame(rows, columns=["world", "figure", "found", "limit", "holds"])


def _limits(row: pd.Series) -> Iterator[tuple[str, str, bool]]:
    """Give figure, limit and verdict of one world."""
    world = row["world"]
    if world in UNIDENTIFIED:
        return
    if world == "null":
        yield _at_most(row, "any", 0.12)
    else:
        yield _at_most(row, "FDR", 0.105 if world == "base" else 0.12)
        yield from _ratios(row)
    yield "cover", "0.87 to 0.93", bool(0.87 <= row["cover"] <= 0.93)
    if "overall" in row:
        bias = 0.03 if world in ("base", "null", "strong selection") else 0.08
        yield "overall", f"-{bias} to {bias}", bool(abs(row["overall"]) <= bias)


def _ratios(row: pd.Series) -> Iterator[tuple[str, str, bool]]:
    """Give the limits of power against the oracles that were run."""
    least: tuple[float | None, ...] = (0.88, 0.93)
    if row["world"] != "base":
        reached = RATIOS[row["world"]]
        least = tuple(None if each is None else each - RATIO_SLACK for each in reached)
    for figure, limit in zip(("of oracle", "of parameter"), least, strict=True):
        if limit is not None and figure in row:
            yield figure, f"at least {limit:.2f}", bool(row[figure] >= limit)


def _at_most(row: pd.Series, figure: str, limit: float) -> tuple[str, str, bool]:
    return figure, f"at most {limit}", bool(row[figure] <= limit)
