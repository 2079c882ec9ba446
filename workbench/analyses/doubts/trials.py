"""Trials: some promotions held against placebos, as the declines are.

What comes in are the kept fit and windows, those of the fit or cut another way; what goes out is
who was held against whom, and what came out.
"""

from dataclasses import dataclass

import numpy as np

from workbench.analyses.decline import DeclineFit
from workbench.analyses.expected.discoveries import adjust_p_values
from workbench.analyses.expected.histories import Bools, Floats, Ints
from workbench.analyses.expected.placebos import Comparison, compare_with_placebos
from workbench.analyses.expected.shifts import Halves, Shifts
from workbench.analyses.expected.windows import Windows
from workbench.settings import Settings

__all__ = ["Trial", "compare_windows", "has_evidence", "try_promotions"]


@dataclass(frozen=True, slots=True)
class Trial:
    """Some promotions held against placebos: both as rows of the fit's, and what came out.

    `z` is the studentized shift of each of the peers, in their order, as it was measured.
    """

    judged: Ints
    peers: Ints
    comparison: Comparison
    z: Floats

    def flags(self, fdr: float) -> Bools:
        """Say who of those judged is flagged at a bar."""
        flagged: Bools = adjust_p_values(self.comparison.p_value) <= fdr
        return flagged


def try_promotions(fit: DeclineFit, judged: Ints, settings: Settings) -> Trial | None:
    """Hold some of the promoted against the placebos; None where there are too few."""
    assert fit.fitted is not None  # it is asked for above
    return compare_windows(
        judged, fit.promoted, fit.placebos, fit.fitted.ours, fit.fitted.theirs, settings
    )


def compare_windows(
    judged: Ints,
    promoted: Windows,
    placebos: Windows,
    ours: Shifts,
    theirs: Shifts,
    settings: Settings,
) -> Trial | None:
    """Hold some promotions against the placebos that have as much evidence, at the same cycles."""
    enough = has_evidence(placebos, settings)
    peers = np.flatnonzero(enough & np.isin(placebos.start, promoted.start[judged]))
    if not len(judged) or len(peers) < settings.min_placebos:
        return None
    # The halves of the cycles after are nothing that is asked here.
    halves = Halves(*np.full((5, len(judged)), np.nan))
    kept = theirs.take(peers)
    comparison = compare_with_placebos(ours.take(judged), halves, kept)
    tails = comparison.degrees_of_freedom
    scale = np.sqrt((tails + kept.length) / (tails + kept.n_before))
    return Trial(judged, peers, comparison, kept.effect / (kept.se * scale))


def has_evidence(windows: Windows, settings: Settings) -> Bools:
    """Say which windows have as many cycles on either side as is asked for."""
    enough: Bools = (
        np.minimum(
            windows.before.sum(axis=1) - settings.min_pre_cycles,
            windows.after.sum(axis=1) - settings.min_post_cycles,
        )
        >= 0
    )
    return enough
