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

from workbench.analyses.counterfactual import (
    Counterfactual,
    condition_on_past,
    residuals_from,
    unknown_severity,
)
from workbench.analyses.fitting import fit_counterfactual
from workbench.analyses.histories import (
    Bools,
    Events,
    Floats,
    Histories,
    Ints,
    build_histories,
    cells_after,
)
from workbench.analyses.placebos import (
    Comparison,
    Windows,
    adjust_p_values,
    compare_with_placebos,
    draw_placebos,
    weighted_quantile,
    windows_around,
)
from workbench.settings import DEFAULTS, Settings

__all__ = ["Declines", "find_declines"]

_RECENT = 2  # a person must have been seen in one of the last cycles before the promotion
_MIN_TO_FIT = 10  # people with comparable output, below which nothing can be expected of anyone
_POWER = 0.80  # with which the smallest detectable drop would be seen ...
_AT_SHARE = 0.01  # ... at this share of the placebos
_RECOVERED = 1.645  # studentized rise from the first to the second half of the cycles after
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
        standard deviations and held against nobody), `detectable_drop`. The interval of a flagged
        row is widened for having been picked out (false coverage rate, Benjamini and Yekutieli
        2005); of the others it is the plain one of `interval_level`. `pattern` is `lasting_drop`
        or `transient` (it fell and recovered) where flagged, else `not_distinguishable`,
        `too_new` or `not_enough_evidence`; in the last two cases the numbers are missing.
    trajectories
        For everyone in `flags`, every cycle with output: `person_id`, `cycle`, `technical_output`,
        `expected`, `low`, `high`, `after`. Expected is what people of the same level and cycle with
        the same own history before the promotion do, in the units of output.
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
class _Verdicts:
    """What is said of each promotion, one entry each; NaN where nothing can be."""

    effect: Floats
    low: Floats
    high: Floats
    p_value: Floats
    q_value: Floats
    flagged: Bools
    transient: Bools
    early: Floats
    late: Floats
    detectable: Floats
    offset: Floats


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
    settings = Settings(
        fdr=fdr,
        interval_level=interval_level,
        min_pre_cycles=min_pre_cycles,
        min_post_cycles=min_post_cycles,
        min_placebos=min_placebos,
        random_state=random_state,
    )
    histories, events = build_histories(output, promotions)
    promoted = _promoted_windows(histories, events)
    why_not = _missing_evidence(histories, events, promoted, settings)
    judged = np.flatnonzero([not each for each, _ in why_not])
    placebos = draw_placebos(
        histories,
        promoted.start[judged],
        min_pre_cycles=min_pre_cycles,
        min_post_cycles=min_post_cycles,
        random_state=random_state,
    )
    can_fit = _can_fit(histories)
    if len(judged) and (not can_fit or len(placebos.person) < min_placebos):
        sentence = _too_few_peers(histories, can_fit, len(placebos.person), min_placebos)
        for each in judged:
            why_not[each] = "not_enough_evidence", sentence
        judged = judged[:0]
    model = fit_counterfactual(histories) if can_fit else None
    comparison = None
    if model is not None and len(judged):
        comparison = compare_with_placebos(
            histories, model, promoted.take(judged), placebos, random_state=random_state
        )
    verdicts = _judge(len(events.person), judged, comparison, settings)
    flags, order = _flags(promotions, histories, events, promoted, verdicts, why_not, settings)
    return Declines(
        flags=flags,
        trajectories=_trajectories(
            output, histories, promoted, order, model, comparison, verdicts.offset, settings
        ),
        notes=_notes(histories, promoted, why_not, judged, placebos, verdicts),
        n_promoted=len(events.person),
        n_judged=len(judged),
        n_placebos=len(placebos.person),
        interval_level=interval_level,
        fdr=fdr,
        output_sd=histories.sd,
    )


def _promoted_windows(histories: Histories, events: Events) -> Windows:
    """Cut each promoted person's history at the promotion, and again at the next one."""
    return windows_around(histories, events.person, events.start, cells_after(histories, events))


def _can_fit(histories: Histories) -> bool:
    """Say whether there is enough comparable output to expect anything of anyone."""
    people = int(histories.untreated.any(axis=1).sum())
    return bool(np.isfinite(histories.sd)) and people >= _MIN_TO_FIT


def _missing_evidence(
    histories: Histories, events: Events, promoted: Windows, settings: Settings
) -> list[tuple[str, str]]:
    """Say of each promotion why it cannot be judged; pattern and sentence, empty where it can."""
    column = np.arange(len(histories.cycles))
    start, stop = promoted.start[:, None], events.stop[:, None]
    known = np.isfinite(histories.score[promoted.person])
    recent = np.asarray((promoted.before & (column >= start - _RECENT)).any(axis=1))
    too_new = len(histories.cycles) - promoted.start < settings.min_post_cycles
    n_before, n_after = promoted.before.sum(axis=1), promoted.after.sum(axis=1)
    some_before = (known & (column < start)).sum(axis=1) > n_before
    some_after = (known & (column >= start) & (column < stop)).sum(axis=1) > n_after
    found = [("", "")] * len(promoted.person)
    for each in range(len(found)):
        if n_before[each] < settings.min_pre_cycles:
            what = "comparable output" if some_before[each] else "output"
            sentence = _only(int(n_before[each]), what, "before", settings.min_pre_cycles)
            found[each] = "not_enough_evidence", sentence
        elif n_after[each] < settings.min_post_cycles:
            what = "output in management" if some_after[each] else "output"
            sentence = _only(int(n_after[each]), what, "after", settings.min_post_cycles)
            found[each] = "too_new" if too_new[each] else "not_enough_evidence", sentence
        elif not recent[each]:
            sentence = f"No comparable output in the last {_RECENT} cycles before the promotion."
            found[each] = "not_enough_evidence", sentence
    return found


def _only(number: int, what: str, side: str, needed: int) -> str:
    """Say how many cycles lie on one side of the promotion, and how many it takes."""
    amount = f"Only {number} cycle{'' if number == 1 else 's'}" if number else "No cycle"
    needs = f"{needed} {'is' if needed == 1 else 'are'} needed"
    return f"{amount} with {what} {side} the promotion; {needs}."


def _too_few_peers(histories: Histories, can_fit: bool, n_placebos: int, needed: int) -> str:
    """Say why nobody at all can be judged."""
    if not can_fit and np.isfinite(histories.sd):
        return "Too few people with comparable output to say what would be expected of anyone."
    if not can_fit:
        return "Technical output does not vary among comparable people, so nothing can be compared."
    return (
        f"Only {n_placebos} similar histories without a promotion to compare with; "
        f"{needed} are needed."
    )


def _judge(
    n_events: int, judged: Ints, comparison: Comparison | None, settings: Settings
) -> _Verdicts:
    """Turn the comparison with the placebos into flags and intervals."""
    missing = np.full((9, n_events), np.nan)
    flagged, transient = np.zeros(n_events, dtype=bool), np.zeros(n_events, dtype=bool)
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
        )
    effect, low, high, p_value, q_values = missing[:5]
    return _Verdicts(effect, low, high, p_value, q_values, flagged, transient, *missing[5:])


def _flags(
    promotions: pd.DataFrame,
    histories: Histories,
    events: Events,
    promoted: Windows,
    verdicts: _Verdicts,
    why_not: list[tuple[str, str]],
    settings: Settings,
) -> tuple[pd.DataFrame, Ints]:
    """Lay the verdicts out as the flags frame, and say in which order it gives the promotions."""
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
            "person_id": promotions["person_id"].take(events.row).array,
            "cycle": promotions["cycle"].take(events.row).array,
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
        }
    )
    p_value = np.nan_to_num(verdicts.p_value, nan=np.inf)
    effect = np.nan_to_num(verdicts.effect, nan=np.inf)
    order = np.lexsort((effect, p_value, ~verdicts.flagged)).astype(np.int64)
    return flags.iloc[order].reset_index(drop=True), order


def _tell(verdicts: _Verdicts, each: int, n_after: int, settings: Settings) -> tuple[str, str]:
    """Give pattern and reason of a judged promotion."""
    low, high, effect, late = (
        round(float(value[each]), 1) + 0.0  # no "-0.0"
        for value in (verdicts.low, verdicts.high, verdicts.effect, verdicts.late)
    )
    interval = f"{low:.1f} to {high:.1f}"
    level = f"{settings.interval_level:.0%}".replace("%", " %")
    if verdicts.transient[each]:
        return "transient", (
            f"Technical output fell by {-verdicts.early[each]:.1f} SD more than for similar people "
            f"at first, and has recovered since: {late:+.1f} SD in the later of "
            f"{n_after} cycles ({level} interval over all of them {interval})."
        )
    if verdicts.flagged[each]:
        return "lasting_drop", (
            f"Technical output fell by {-effect:.1f} SD more than for similar "
            f"people ({level} interval {interval}, {n_after} cycles after the promotion)."
        )
    return "not_distinguishable", (
        "No drop beyond what similar people show can be told apart: the change is "
        f"{effect:+.1f} SD ({level} interval {interval}); a drop of less than "
        f"{verdicts.detectable[each]:.1f} SD would often not be seen."
    )


def _trajectories(
    output: pd.DataFrame,
    histories: Histories,
    promoted: Windows,
    order: Ints,
    model: Counterfactual | None,
    comparison: Comparison | None,
    offset: Floats,
    settings: Settings,
) -> pd.DataFrame:
    """Lay out output and what was expected, for the first listed promotion of each person."""
    _, first = np.unique(promoted.person[order], return_index=True)
    listed = order[np.sort(first)]
    shown = promoted.take(listed)
    which, cycle = np.nonzero(np.isfinite(histories.score[shown.person]))
    row = histories.row[shown.person[which], cycle]
    expected = np.full((3, len(which)), np.nan)
    if model is not None:
        for begin in range(0, len(which), 4096):
            part = slice(begin, begin + 4096)
            expected[:, part] = _expected(
                histories, model, comparison, shown, which[part], cycle[part], settings
            )
    after = cycle >= shown.start[which]
    expected = expected + np.where(after, np.nan_to_num(offset)[listed][which], 0.0)
    scale = histories.sd if np.isfinite(histories.sd) else 1.0
    expected = expected * scale + histories.centre
    known = histories.score[shown.person[which], cycle] * scale + histories.centre
    return pd.DataFrame(
        {
            "person_id": output["person_id"].take(row).array,
            "cycle": output["cycle"].take(row).array,
            "technical_output": known,
            "expected": expected[0],
            "low": expected[1],
            "high": expected[2],
            "after": after,
        }
    )


def _expected(
    histories: Histories,
    model: Counterfactual,
    comparison: Comparison | None,
    shown: Windows,
    which: Ints,
    cycle: Ints,
    settings: Settings,
) -> Floats:
    """Give the expected score with its band, for some cells of the people shown."""
    people = shown.person[which]
    residuals = residuals_from(histories, model, people)
    earlier = shown.before[which] & (np.arange(residuals.shape[1]) < cycle[:, None])
    mean, variance, length = condition_on_past(residuals, earlier, cycle, model.covariance)
    outside = (1 - settings.interval_level) / 2
    ends = np.asarray(stats.norm.ppf([outside, 1 - outside]))
    if comparison is not None:
        tails, count = comparison.degrees_of_freedom, earlier.sum(axis=1)
        variance = variance * (tails + length) / (tails + count)
        shares = np.array([outside, 1 - outside])
        ends = weighted_quantile(comparison.z, comparison.weight, shares)
    if histories.n_raters:
        rater = histories.rater[people, cycle][:, None]
        variance = variance + unknown_severity(model, rater, rater >= 0)[:, 0, 0]
    here = np.arange(len(people))
    centre = histories.score[people, cycle] - residuals[here, cycle] + mean
    # A cycle in which nobody was comparable has no company-wide level to start from.
    comparable = np.asarray(histories.untreated.any(axis=0))
    centre = np.where(comparable[cycle], centre, np.nan)
    spread = np.sqrt(np.asarray(variance))
    return np.stack([centre, centre + ends[0] * spread, centre + ends[1] * spread])


def _notes(
    histories: Histories,
    promoted: Windows,
    why_not: list[tuple[str, str]],
    judged: Ints,
    placebos: Windows,
    verdicts: _Verdicts,
) -> tuple[str, ...]:
    """Say in sentences what the result rests on and what it leaves open."""
    notes = list(histories.notes)
    patterns = [pattern for pattern, _ in why_not]
    if not why_not:
        notes.append("No promotions to management are known, so nobody was judged.")
    if len(judged):
        peers = len(np.unique(placebos.person))
        notes.append(
            f"{len(judged):,} of {len(why_not):,} promotions judged, against "
            f"{len(placebos.person):,} pretend promotions of {peers:,} people."
        )
        notes.append(
            "Output is held against people with a like history. It cannot be told from these "
            "numbers whether somebody was promoted because output was about to fall."
        )
    for pattern, words in (
        ("too_new", "too new to judge"),
        ("not_enough_evidence", "without enough evidence to judge"),
    ):
        if patterns.count(pattern):
            notes.append(f"{patterns.count(pattern):,} of {len(why_not):,} promotions {words}.")
    if len(judged) and histories.n_raters:
        rater = histories.rater[promoted.person[judged]]
        rated = promoted.after[judged] & (rater >= 0)
        peers_of = np.unique(histories.rater[histories.untreated])
        alone = ~np.isin(rater[rated], peers_of)
        if rated.any() and alone.mean() > 0.5:
            notes.append(
                f"{alone.mean():.0%} of the cycles after promotion were rated by people who rate "
                "no comparable engineer; their severity is unknown, and drops are hard to see."
            )
    if not np.isnan(verdicts.p_value).all() and verdicts.transient.any():
        recovered = int(verdicts.transient.sum())
        notes.append(f"{recovered:,} of the flagged drops recovered in later cycles.")
    return tuple(notes)
