"""Declines: whose technical output fell after promotion to management, beyond what peers show.

What comes in is technical output by person and cycle, and who was promoted when; what goes out is
one row per promotion to management that says how far output fell, how sure that is, and why.
Promotion picks people after a good streak, so output falls afterwards for everyone. Here everyone
is held against what their own earlier cycles say and against peers with a like history.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from workbench.analyses.expected.counterfactual import Counterfactual
from workbench.analyses.expected.discoveries import (
    adjust_p_values,
    shrink_effects,
    weighted_quantile,
)
from workbench.analyses.expected.evidence import (
    can_fit_anything,
    describe_evidence,
    find_missing_evidence,
    say_too_few_peers,
)
from workbench.analyses.expected.fitting import fit_counterfactual
from workbench.analyses.expected.histories import (
    Bools,
    Events,
    Floats,
    Histories,
    Ints,
    build_histories,
)
from workbench.analyses.expected.placebos import Comparison, compare_with_placebos
from workbench.analyses.expected.shifts import (
    Halves,
    Shifts,
    measure_halves,
    measure_placebo_shifts,
    measure_shifts,
)
from workbench.analyses.expected.trajectories import draw_trajectories
from workbench.analyses.expected.windows import Windows, draw_placebos, windows_of
from workbench.settings import DEFAULTS, Settings

__all__ = ["DeclineFit", "Declines", "find_declines", "fit_declines", "judge_declines"]

_POWER = 0.80  # with which the smallest detectable drop would be seen ...
_AT_SHARE = 0.01  # ... at this share of the placebos
_RECOVERED = 1.645  # studentized rise from the first to the second half of the cycles after
_FEW_JUDGED = 20  # below which the share without a drop is anybody's guess
_FEW_LOOK_ALIKES = 300  # placebos of equal weight, below which small p-values are coarse
_FEW_ALIKE = 10  # placebos with a streak beyond the real one, below which it stands alone
_LEFT_OVER = 0.25  # share of the early drop that may be left where output counts as recovered


@dataclass(frozen=True, slots=True)
class Declines:
    """Who fell, how far, and how sure that is.

    Attributes
    ----------
    flags
        One row per promotion to management: `person_id`, `cycle`, `effect` (in standard deviations
        of output, negative = fell), `low`, `high`, `p_value`, `q_value`, `flagged`, `pattern`,
        `reason`, `n_before`, `n_after`, `before_after` (mean after minus mean before, in the same
        standard deviations and held against nobody), `detectable_drop`, `shrunken` (the likely
        size of the effect, picking and chance allowed for), `shape` (`at_once`, `ramp` or
        `transient` where flagged, else empty), `n_alike` (placebos with a streak beyond the real
        one). The interval of a flagged row is widened for having been picked out (false coverage
        rate, Benjamini and Yekutieli 2005); of the others it is the plain one of `interval_level`.
        `pattern` is `gave_up_technical_work` or `transient` (it fell and recovered) where flagged,
        else `not_distinguishable`, `too_new` or `not_enough_evidence`; in the last two cases the
        numbers are missing.
    trajectories
        For everyone in `flags`, every cycle with output: `person_id`, `cycle`, `technical_output`,
        `expected`, `low`, `high`, `after`, `difference` (in SD). Expected is what people of the
        same level and cycle with the same own history before the promotion do, in the units of
        output.
    notes
        What was left out, pooled or assumed, in sentences.
    n_promoted, n_judged, n_placebos
        Promotions to management, those with enough evidence, and pretend promotions of peers.
    interval_level, fdr
        The thresholds it was made with.
    output_sd
        The standard deviation of output that effects are expressed in; NaN where there is none.
    """

    flags: pd.DataFrame
    trajectories: pd.DataFrame
    notes: tuple[str, ...]
    n_promoted: int
    n_judged: int
    n_placebos: int
    interval_level: float
    fdr: float
    output_sd: float


@dataclass(frozen=True, slots=True)
class _Fitted:
    """The model, and how far the promoted and the placebos lie from what it expects."""

    model: Counterfactual
    ours: Shifts
    halves: Halves
    theirs: Shifts


@dataclass(frozen=True, slots=True)
class DeclineFit:
    """What is known before the bar is set: the grid, the promotions, the peers, the fitted model.

    Attributes
    ----------
    output, promotions
        What it was made from: person and cycle of each row of output, and the promotions.
    histories, events, promoted, placebos
        The grid, the promotions to management and the cycles around them, and around the
        pretended promotions of peers.
    fitted
        The model and the shifts under it; None where nothing can be expected of anyone.
    """

    output: pd.DataFrame
    promotions: pd.DataFrame
    histories: Histories
    events: Events
    promoted: Windows
    placebos: Windows
    fitted: _Fitted | None


@dataclass(frozen=True, slots=True)
class _Verdicts:
    """What is said of each promotion, one entry each; NaN where nothing can be."""

    effect: Floats
    low: Floats
    high: Floats
    p_value: Floats
    q_value: Floats
    early: Floats
    late: Floats
    detectable: Floats
    offset: Floats
    shrunken: Floats
    flagged: Bools
    transient: Bools
    ramp: Bools
    n_alike: Ints


def find_declines(
    output: pd.DataFrame,
    promotions: pd.DataFrame,
    *,
    fdr: float = DEFAULTS.fdr,
    interval_level: float = DEFAULTS.interval_level,
    min_pre_cycles: int = DEFAULTS.min_pre_cycles,
    min_post_cycles: int = DEFAULTS.min_post_cycles,
    min_placebos: int = DEFAULTS.min_placebos,
    random_state: int = DEFAULTS.random_state,
) -> Declines:
    """Find people whose technical output fell after promotion, more than that of similar people.

    Parameters
    ----------
    output
        `person_id`, `cycle` (sorts in time), `technical_output` and, where known, `level`,
        `rater_id`, `job_family`, `track`. With `track`, only cells of engineers say what is
        expected, and only cells in management count as after the promotion. Other columns are
        ignored.
    promotions
        `person_id`, `cycle` (the first one in the new position) and, where known, `kind`. Rows of
        kind `to_management` are judged, after `to_technical_leadership` a person is no longer
        comparable, other kinds are ignored. Without `kind` every row is judged.
    fdr
        Share of false flags that is accepted among all flags.
    interval_level
        Coverage of the intervals.
    min_pre_cycles, min_post_cycles
        Cycles with output needed before and after a promotion; of the former, one among the last
        two.
    min_placebos
        Pretend promotions of peers that are needed before anyone is judged.
    random_state
        Seed of the folds, and of the draw of peers in large companies.

    Returns
    -------
    Declines
        Flagged first, then by p-value. The same for rows in any order and output in any unit.

    Raises
    ------
    InputError
        If a column is missing, output is not a number, or cycles cannot be sorted.
    SettingsError
        If a threshold makes no sense.

    Examples
    --------
    Four people are too few to compare anyone with, and that is what the result says.

    >>> output = pd.DataFrame({
    ...     "person_id": list("aaaabbbbccccdddd"),
    ...     "cycle": [1, 2, 3, 4] * 4,
    ...     "technical_output": [1.0, 1.2, 1.1, 0.2, 0.3, 0.1, 0.2, 0.4] * 2,
    ... })
    >>> promotions = pd.DataFrame({"person_id": ["a"], "cycle": [4]})
    >>> declines = find_declines(output, promotions)
    >>> declines.n_promoted, declines.n_judged
    (1, 0)
    >>> declines.flags.loc[0, "pattern"]
    'not_enough_evidence'
    """
    fit = fit_declines(output, promotions, random_state=random_state)
    return judge_declines(
        fit,
        fdr=fdr,
        interval_level=interval_level,
        min_pre_cycles=min_pre_cycles,
        min_post_cycles=min_post_cycles,
        min_placebos=min_placebos,
    )


def fit_declines(
    output: pd.DataFrame, promotions: pd.DataFrame, *, random_state: int = DEFAULTS.random_state
) -> DeclineFit:
    """Do everything that does not depend on where the bar is set, so that it can be moved at once.

    Parameters
    ----------
    output, promotions
        As `find_declines` takes them.
    random_state
        Seed of the folds, and of the draw of peers in large companies.

    Returns
    -------
    DeclineFit
        For `judge_declines`.

    Raises
    ------
    InputError
        If a column is missing, output is not a number, or cycles cannot be sorted.
    """
    histories, events = build_histories(output, promotions)
    promoted = windows_of(histories, events)
    placebos = draw_placebos(
        histories, promoted.start, min_pre_cycles=1, min_post_cycles=1, random_state=random_state
    )
    known = output[["person_id", "cycle"]]
    if not can_fit_anything(histories):
        return DeclineFit(known, promotions, histories, events, promoted, placebos, None)
    model = fit_counterfactual(histories)
    ours = measure_shifts(histories, model, promoted)
    halves = measure_halves(histories, model, promoted)
    theirs = measure_placebo_shifts(histories, model, placebos, random_state=random_state)
    fitted = _Fitted(model, ours, halves, theirs)
    return DeclineFit(known, promotions, histories, events, promoted, placebos, fitted)


def judge_declines(
    fit: DeclineFit,
    *,
    fdr: float = DEFAULTS.fdr,
    interval_level: float = DEFAULTS.interval_level,
    min_pre_cycles: int = DEFAULTS.min_pre_cycles,
    min_post_cycles: int = DEFAULTS.min_post_cycles,
    min_placebos: int = DEFAULTS.min_placebos,
) -> Declines:
    """Set the bar: who of the promoted is judged, against which peers, and who is flagged.

    Parameters
    ----------
    fit
        From `fit_declines`.
    fdr, interval_level, min_pre_cycles, min_post_cycles, min_placebos
        As `find_declines` takes them.

    Returns
    -------
    Declines

    Raises
    ------
    SettingsError
        If a threshold makes no sense.
    """
    settings = Settings(
        fdr=fdr,
        interval_level=interval_level,
        min_pre_cycles=min_pre_cycles,
        min_post_cycles=min_post_cycles,
        min_placebos=min_placebos,
    )
    histories, events, promoted = fit.histories, fit.events, fit.promoted
    why_not = find_missing_evidence(histories, events, promoted, settings)
    judged = np.flatnonzero([not each for each, _ in why_not])
    peers = _peers_of(fit, judged, settings)
    if len(judged) and (fit.fitted is None or len(peers) < min_placebos):
        sentence = say_too_few_peers(histories, len(peers), min_placebos)
        for each in judged:
            why_not[each] = "not_enough_evidence", sentence
        judged = judged[:0]
    comparison = None
    if fit.fitted is not None and len(judged):
        comparison = compare_with_placebos(
            fit.fitted.ours.take(judged),
            fit.fitted.halves.take(judged),
            fit.fitted.theirs.take(peers),
        )
    verdicts = _judge(len(events.person), judged, comparison, settings)
    flags, order = _flags(fit, verdicts, why_not, settings)
    trajectories = draw_trajectories(
        fit.output,
        histories,
        promoted,
        order,
        fit.fitted.model if fit.fitted else None,
        comparison,
        verdicts.offset,
        interval_level,
    )
    notes = describe_evidence(histories, promoted, why_not, judged, fit.placebos.take(peers))
    notes += _limits(len(judged), comparison)
    recovered = int(verdicts.transient.sum())
    if recovered:
        notes.append(f"{recovered:,} of the flagged drops recovered in later cycles.")
    return Declines(
        flags=flags,
        trajectories=trajectories,
        notes=tuple(notes),
        n_promoted=len(events.person),
        n_judged=len(judged),
        n_placebos=len(peers),
        interval_level=interval_level,
        fdr=fdr,
        output_sd=histories.sd,
    )


def _limits(n_judged: int, comparison: Comparison | None) -> list[str]:
    """Say what so few people, or so few look-alikes, cannot show."""
    if comparison is None:
        return []
    notes = []
    if n_judged < _FEW_JUDGED:
        notes.append(
            f"With only {n_judged:,} judged, the share of false flags holds over many companies "
            "like this one and not within it: one flag more or less is chance."
        )
    alike = int(comparison.weight.sum() ** 2 / (comparison.weight**2).sum())
    if alike < _FEW_LOOK_ALIKES:
        notes.append(
            f"The similar people count for only {alike:,} in all; a p-value below "
            f"{1 / (alike + 1):.3f} cannot be told from chance."
        )
    return notes


def _peers_of(fit: DeclineFit, judged: Ints, settings: Settings) -> Ints:
    """Pick the placebos with as much evidence as is asked of those judged, at the same cycles."""
    placebos = fit.placebos
    enough = (placebos.before.sum(axis=1) >= settings.min_pre_cycles) & (
        placebos.after.sum(axis=1) >= settings.min_post_cycles
    )
    return np.flatnonzero(enough & np.isin(placebos.start, fit.promoted.start[judged]))


def _judge(
    n_events: int, judged: Ints, comparison: Comparison | None, settings: Settings
) -> _Verdicts:
    """Turn the comparison with the placebos into flags and intervals."""
    missing = np.full((10, n_events), np.nan)
    flagged, transient, ramp = np.zeros((3, n_events), dtype=bool)
    n_alike = np.zeros(n_events, dtype=np.int64)
    if comparison is not None:
        q_value = adjust_p_values(comparison.p_value)
        flags = q_value <= settings.fdr
        # The flagged were picked out for being low: their intervals leave out less.
        outside = 1 - settings.interval_level
        outside_of = np.where(flags, outside * max(flags.mean(), 1 / len(flags)), outside)
        z, weight = comparison.z, comparison.weight
        low_z = weighted_quantile(z, weight, outside_of / 2)
        high_z = weighted_quantile(z, weight, 1 - outside_of / 2)
        reach = stats.norm.ppf(_POWER) - weighted_quantile(z, weight, np.array([_AT_SHARE]))[0]
        # Recovered: it rose again by more than noise, to where little is left to be seen.
        late_high = comparison.late + _RECOVERED * comparison.late_se
        nearly_back = (late_high > 0) | (comparison.late > _LEFT_OVER * comparison.early)
        recovered = (comparison.recovery > _RECOVERED) & nearly_back
        flagged[judged], transient[judged] = flags, flags & recovered
        ramp[judged] = flags & (comparison.recovery < -_RECOVERED)
        n_alike[judged] = comparison.n_alike
        missing[:, judged] = (
            comparison.effect,
            comparison.effect - high_z * comparison.se,
            comparison.effect - low_z * comparison.se,
            comparison.p_value,
            q_value,
            comparison.early,
            comparison.late,
            reach * comparison.se,
            comparison.offset,
            shrink_effects(comparison.effect, comparison.se),
        )
    effect, low, high, p_value, q_values, early, late, detectable, offset, shrunken = missing
    return _Verdicts(
        effect, low, high, p_value, q_values, early, late, detectable, offset, shrunken,
        flagged, transient, ramp, n_alike,
    )  # fmt: skip


def _flags(
    fit: DeclineFit, verdicts: _Verdicts, why_not: list[tuple[str, str]], settings: Settings
) -> tuple[pd.DataFrame, Ints]:
    """Lay the verdicts out as the flags frame, and say in which order it gives the promotions."""
    histories, events, promoted = fit.histories, fit.events, fit.promoted
    n_before, n_after = promoted.before.sum(axis=1), promoted.after.sum(axis=1)
    score = np.nan_to_num(histories.score[promoted.person])
    means = [
        np.where(cells, score, 0.0).sum(axis=1) / np.where(cells.any(axis=1), cells.sum(axis=1), 1)
        for cells in (promoted.before, promoted.after)
    ]
    both = (n_before > 0) & (n_after > 0) & np.isfinite(histories.sd)
    told = [
        (pattern, sentence) if pattern else _tell(verdicts, each, int(n_after[each]), settings)
        for each, (pattern, sentence) in enumerate(why_not)
    ]
    flags = pd.DataFrame(
        {
            "person_id": fit.promotions["person_id"].take(events.row).array,
            "cycle": fit.promotions["cycle"].take(events.row).array,
            "effect": verdicts.effect,
            "low": verdicts.low,
            "high": verdicts.high,
            "p_value": verdicts.p_value,
            "q_value": verdicts.q_value,
            "flagged": verdicts.flagged,
            "pattern": pd.Series([pattern for pattern, _ in told], dtype="str"),
            "reason": pd.Series([sentence for _, sentence in told], dtype="str"),
            "n_before": n_before,
            "n_after": n_after,
            "before_after": np.where(both, means[1] - means[0], np.nan),
            "detectable_drop": verdicts.detectable,
            "shrunken": verdicts.shrunken,
            "shape": pd.Series(_shapes(verdicts), dtype="str"),
            "n_alike": verdicts.n_alike,
        }
    )
    p_value = np.nan_to_num(verdicts.p_value, nan=np.inf)
    effect = np.nan_to_num(verdicts.effect, nan=np.inf)
    order = np.lexsort((effect, p_value, ~verdicts.flagged)).astype(np.int64)
    return flags.iloc[order].reset_index(drop=True), order


def _shapes(verdicts: _Verdicts) -> list[str]:
    """Name the shape of each flagged drop."""
    names = np.where(verdicts.flagged, "at_once", "").astype("U16")
    names[verdicts.ramp], names[verdicts.transient] = "ramp", "transient"
    return [str(name) for name in names]


def _tell(verdicts: _Verdicts, each: int, n_after: int, settings: Settings) -> tuple[str, str]:
    """Give pattern and reason of a judged promotion."""
    low, high, effect, early, late = (
        round(float(value[each]), 1) + 0.0  # no "-0.0"
        for value in (verdicts.low, verdicts.high, verdicts.effect, verdicts.early, verdicts.late)
    )
    interval = f"{low:.1f} to {high:.1f}"
    level = f"{settings.interval_level:.0%}".replace("%", " %")
    alone = ""
    if verdicts.n_alike[each] < _FEW_ALIKE:
        alone = (
            " Hardly any similar person had cycles as unusual before, so this rests on the model "
            "more than on comparison."
        )
    if verdicts.transient[each]:
        return "transient", (
            f"Technical output fell by {-early:.1f} SD more than for similar people "
            f"at first, and has recovered since: {late:+.1f} SD in the later of "
            f"{n_after} cycles ({level} interval over all of them {interval}).{alone}"
        )
    if verdicts.flagged[each]:
        grew = f" It built up: {early:+.1f} SD at first, {late:+.1f} SD later."
        return "gave_up_technical_work", (
            f"Technical output fell by {-effect:.1f} SD more than for similar "
            f"people ({level} interval {interval}, {n_after} cycles after the promotion)."
            f"{grew if verdicts.ramp[each] else ''}{alone}"
        )
    return "not_distinguishable", (
        "No drop beyond what similar people show can be told apart: the change is "
        f"{effect:+.1f} SD ({level} interval {interval}); a drop of less than "
        f"{verdicts.detectable[each]:.1f} SD would often not be seen.{alone}"
    )
