"""Earlier promotions: what would be found had the promotion come some cycles before it did.

What comes in are the kept fit and those judged with it; what goes out are the shifts around
pretended earlier dates, where nothing had happened yet, and around the real one without the last
cycle before it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import stats

from workbench.analyses.decline import DeclineFit
from workbench.analyses.doubts.trials import Trial, compare_windows, has_evidence
from workbench.analyses.expected.histories import Floats
from workbench.analyses.expected.shifts import measure_placebo_shifts, measure_shifts
from workbench.analyses.expected.windows import RECENT_CYCLES, Windows
from workbench.settings import Settings

__all__ = ["MEAN_COLUMNS", "PERSON_COLUMNS", "Again", "measure_again", "name_people"]

_KEYS = ["person_id", "cycle"]
MEAN_COLUMNS = ["reading", "cycles_earlier", "effect", "low", "high", "n", "n_flagged"]
PERSON_COLUMNS = [*_KEYS, "reading", "cycles_earlier", "effect", "se", "p_value"]
# Cycles by which a promotion is pretended too early; what counts as after ends with the promotion,
# or with the streak before it.
_READINGS = {
    "streak": (1, 2, 3),
    "free_of_streak": tuple(RECENT_CYCLES + each for each in (1, 2, 3)),
}


@dataclass(frozen=True, slots=True)
class Again:
    """What came out with other cycles before and after.

    `people` has a row number of those judged in `judged`; `without_last_cycle` is missing where
    too little is left.
    """

    without_last_cycle: pd.Series
    means: pd.DataFrame
    people: pd.DataFrame


def measure_again(fit: DeclineFit, held: Trial, settings: Settings) -> Again:
    """Measure promoted and placebos again with other cycles before and after."""
    # The cycle left out was one of those asked for; a pretended date needs one after it.
    one_less = replace(settings, min_pre_cycles=max(settings.min_pre_cycles - 1, 1))
    cut_short = _compare_cut(fit, held, _leave_last_out, one_less)
    last = pd.Series(pd.NA, index=range(len(held.judged)), dtype="boolean")
    if cut_short is not None:
        last.iloc[cut_short.judged] = cut_short.flags(settings.fdr)
    asked = replace(settings, min_post_cycles=1)
    outcomes = {
        (reading, earlier): _compare_cut(fit, held, _pretend(reading, earlier), asked)
        for reading, distances in _READINGS.items()
        for earlier in distances
    }
    return Again(last, *_sum_up(outcomes, settings))


def _compare_cut(
    fit: DeclineFit, held: Trial, cut: Callable[[Windows], Windows], settings: Settings
) -> Trial | None:
    """Cut the windows of those judged and of the placebos another way, and compare again."""
    assert fit.fitted is not None
    promoted = cut(fit.promoted.take(held.judged))
    judged = np.flatnonzero(has_evidence(promoted, settings))
    at_their_cycles = np.isin(fit.placebos.start, fit.promoted.start[held.judged[judged]])
    placebos = cut(fit.placebos.take(at_their_cycles))
    placebos = placebos.take(has_evidence(placebos, settings))
    if not len(judged) or len(placebos.person) < settings.min_placebos:
        return None
    model = fit.fitted.model
    ours = measure_shifts(fit.histories, model, promoted)
    theirs = measure_placebo_shifts(
        fit.histories, model, placebos, random_state=settings.random_state
    )
    return compare_windows(judged, promoted, placebos, ours, theirs, settings)


def _leave_last_out(windows: Windows) -> Windows:
    """Take the last cycle before the promotion from the past."""
    column = np.arange(windows.before.shape[1])
    before = windows.before & (column != windows.start[:, None] - 1)
    return replace(windows, before=before)


def _pretend(reading: str, earlier: int) -> Callable[[Windows], Windows]:
    """Pretend a promotion some cycles earlier; no cycle from the real one on is looked at."""

    def cut(windows: Windows) -> Windows:
        column, start = np.arange(windows.before.shape[1]), windows.start[:, None]
        since = windows.before & (column >= start - earlier)
        if reading == "streak":
            return Windows(windows.person, windows.start - earlier, windows.before & ~since, since)
        after = since & (column < start - RECENT_CYCLES)
        return replace(windows, before=windows.before & ~after, after=after)

    return cut


def _sum_up(
    outcomes: Mapping[tuple[str, int], Trial | None], settings: Settings
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Average the pretended promotions, and lay them out by person."""
    means: list[tuple[str, int, float, float, float, int, int]] = []
    people = []
    for (reading, earlier), held in outcomes.items():
        if held is None:
            means.append((reading, earlier, np.nan, np.nan, np.nan, 0, 0))
            continue
        comparison = held.comparison
        people.append(
            pd.DataFrame(
                {
                    "judged": held.judged,
                    "reading": reading,
                    "cycles_earlier": earlier,
                    "effect": comparison.effect,
                    "se": comparison.se,
                    "p_value": comparison.p_value,
                }
            )
        )
        # The mean is held against the mean placebo: of skewed output the median lies elsewhere.
        usual = float(np.average(np.sort(held.z), weights=comparison.weight))
        beyond = comparison.effect + comparison.offset - usual * comparison.se
        mean, low, high = _mean_with_interval(beyond, settings.interval_level)
        flagged = int(held.flags(settings.fdr).sum())
        means.append((reading, earlier, mean, low, high, len(held.judged), flagged))
    return (
        pd.DataFrame(means, columns=MEAN_COLUMNS),
        pd.concat(people, ignore_index=True) if people else pd.DataFrame(),
    )


def _mean_with_interval(values: Floats, level: float) -> tuple[float, float, float]:
    """Give the mean and its interval by Student's t; of a single value there is none."""
    mean = float(values.mean())
    if len(values) < 2:
        return mean, float("nan"), float("nan")
    spread = float(values.std(ddof=1)) / np.sqrt(len(values))
    reach = float(stats.t.ppf((1 + level) / 2, len(values) - 1)) * spread
    return mean, mean - reach, mean + reach


def name_people(people: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Put the person and the cycle to the rows of those judged."""
    if people.empty:
        return pd.DataFrame(columns=PERSON_COLUMNS)
    keys = rows[_KEYS].take(people["judged"].to_numpy()).reset_index(drop=True)
    return pd.concat([keys, people], axis=1)[PERSON_COLUMNS]
