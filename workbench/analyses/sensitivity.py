"""Sensitivity: what it would take for a flagged decline to be no decline after all.

What comes in are the kept fit and the declines judged with it; what goes out is one row per judged
promotion, that says how strongly promotion would have had to go by knowledge of the coming fall
that no column holds, how much the flag hangs on who else is in the data and on where the bar is
set, and whether it stays without any one measure; and a test in which nothing happened, some
cycles before the promotion.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import special, stats

from workbench.analyses.decline import DeclineFit, Declines
from workbench.analyses.discoveries import adjust_p_values
from workbench.analyses.evidence import find_missing_evidence
from workbench.analyses.histories import Bools, Floats, Ints
from workbench.analyses.placebos import Comparison, compare_with_placebos
from workbench.analyses.shifts import Halves, Shifts, measure_placebo_shifts, measure_shifts
from workbench.analyses.windows import RECENT_CYCLES, Windows
from workbench.errors import InputError
from workbench.settings import DEFAULTS, Settings

__all__ = ["Sensitivity", "assess_sensitivity"]

_KEYS = ["person_id", "cycle"]
_FDRS = (0.05, 0.10, 0.15, 0.20)  # bars that are tried ...
_CYCLES_AFTER = (1, 2, 3, 4)  # ... with each of these numbers of cycles after
_DRAWS = 200  # resamples; the share is known to 0.04 at worst
_STEEPEST = 300.0  # log odds, above which nothing is left to be told apart
_STEPS = 24  # halvings towards a tipping point
_FACTORS = (1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 7.5, 10.0, 20.0, 50.0, 100.0)
# Cycles by which a promotion is pretended too early; what counts as after ends with the promotion,
# or with the streak before it.
_READINGS = {
    "streak": (1, 2, 3),
    "free_of_streak": tuple(RECENT_CYCLES + each for each in (1, 2, 3)),
}
_LIGHT = 1e-3  # ridge, without which a cycle that has no peers would have odds without end
_OTHERS = (
    "the declines were not judged with this fit and these thresholds. Give assess_sensitivity the "
    "fit that judge_declines got, and the same min_pre_cycles, min_post_cycles and min_placebos."
)
_FLAGS = {
    "person_id": "object",
    "cycle": "object",
    "effect": "float",
    "q_value": "float",
    "flagged": "bool",
    "gamma": "float",
    "gamma_per_sd": "float",
    "known_sd": "float",
    "known_correlation": "float",
    "known_share": "float",
    "stability": "float",
    "bars_flagged": "int64",
    "bars_judged": "int64",
    "flagged_without_last_cycle": "boolean",
    "stays_flagged_without": "Int64",
    "n_measures": "int64",
    "carried_by": "str",
    "told": "str",
}
_PLACEBO = ["reading", "cycles_earlier", "effect", "low", "high", "n", "n_flagged"]
_PLACEBO_PEOPLE = [*_KEYS, "reading", "cycles_earlier", "effect", "se", "p_value"]
_WITHOUT = [*_KEYS, "measure", "effect", "flagged"]
_BENCHMARK = ["recorded", "odds_ratio", "low", "high"]


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """How much it would take to explain each flag away, and how firm it is.

    Attributes
    ----------
    flags
        One row per judged promotion, in the order of the declines: `person_id`, `cycle`, `effect`,
        `q_value`, `flagged`, and

        - `gamma`: how many times the odds of promotion of those who would fall at least as far
          anyway would have to be those of people with the same recorded history who would not, for
          the flag to be gone; missing where nothing is flagged;
        - `gamma_per_sd`: the same where the odds rise evenly with the coming fall, by this factor
          with each standard deviation of it; to be read beside `benchmark`;
        - `known_sd`: by how much, in standard deviations of output, the promoted would then have
          been bound to fall in any case, on average;
        - `known_correlation`: how closely what was known in advance would have to go with the
          coming change, had it been acted on as strongly as the streak was; `known_share` is its
          square, the share of the coming change that was known. Above 1, full knowledge would not
          do; missing where the streak did not matter;
        - `stability`: share of resamples of the other people in which it is flagged;
        - `bars_flagged` of `bars_judged`: settings of the bar at which it is flagged, of those at
          which it is judged;
        - `flagged_without_last_cycle`: whether it is, with the last cycle before the promotion left
          out; missing where too little is left;
        - `stays_flagged_without`: of `n_measures` measures, without how many it is flagged just
          so; `carried_by`: those without which it is not;
        - `told`: all this in words, where flagged.
    placebo_in_time
        A promotion is pretended some cycles earlier than the real one: `reading`,
        `cycles_earlier`, `effect` (mean over the promoted, beyond the mean placebo), `low`, `high`,
        `n`, `n_flagged`. In the reading `streak` every cycle up to the promotion counts as after;
        it is above zero where people are picked for it. In the reading `free_of_streak` only cycles
        before the streak do, and the streak is among what is known; with nothing but recorded
        output behind promotion it is zero, but for some hundredths of an SD.
    placebo_people
        The same by person: `person_id`, `cycle`, `reading`, `cycles_earlier`, `effect`, `se`,
        `p_value`.
    without_measure
        `person_id`, `cycle`, `measure` (the one left out), `effect`, `flagged`.
    remaining
        How many flags are left by `factor`: `by_gamma`, `by_gamma_per_sd`.
    benchmark
        How strongly promotion went by what everybody saw: `recorded` (`streak` is the mean of the
        last two cycles before, `everything` the whole recorded history), `odds_ratio` (of one
        standard deviation of it), `low`, `high`.
    notes
        What follows and what cannot be known, in sentences.
    fdr, interval_level
        The thresholds it was made with.
    """

    flags: pd.DataFrame
    placebo_in_time: pd.DataFrame
    placebo_people: pd.DataFrame
    without_measure: pd.DataFrame
    remaining: pd.DataFrame
    benchmark: pd.DataFrame
    notes: tuple[str, ...]
    fdr: float
    interval_level: float

    @property
    def streak(self) -> float:
        """By what factor one SD more of the streak changed the odds of promotion; NaN if unknown.

        Examples
        --------
        >>> nobody = pd.DataFrame(columns=_BENCHMARK)
        >>> empty = pd.DataFrame()
        >>> Sensitivity(empty, empty, empty, empty, empty, nobody, (), 0.1, 0.9).streak
        nan
        """
        rows = self.benchmark.loc[self.benchmark["recorded"] == "streak", "odds_ratio"]
        return float(rows.iloc[0]) if len(rows) else float("nan")


@dataclass(frozen=True, slots=True)
class _Held:
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


def assess_sensitivity(
    fit: DeclineFit,
    declines: Declines,
    *,
    without: Mapping[str, Declines] | None = None,
    min_pre_cycles: int = DEFAULTS.min_pre_cycles,
    min_post_cycles: int = DEFAULTS.min_post_cycles,
    min_placebos: int = DEFAULTS.min_placebos,
    random_state: int = DEFAULTS.random_state,
    draws: int = _DRAWS,
) -> Sensitivity:
    """Say of each flag what would explain it away, and how firm it is.

    Selection on what is not recorded: `gamma` is the factor of Rosenbaum (Observational Studies,
    2002, chapter 4), by which the odds of promotion of two people of the same recorded history may
    differ. The largest p-value under it has the weight of each placebo that fell at least as far
    multiplied by gamma, and no other (sharp for weighted ranks: Jin, Ren and Candes, Sensitivity
    analysis of individual treatment effects, PNAS 2023, whose weights in [1/G, G], after Tan, A
    distributional approach for causal inference, JASA 2006, are gamma = G squared). All p-values
    are tilted together, since the bar of Benjamini and Hochberg moves with them. `gamma_per_sd` is
    the same with weights that rise with exp(slope x coming fall), the selection on what is only
    partly known in advance.

    Placebo in time: promotion picks people after a good streak, so that output rises before it. A
    date pretended inside or before the streak, with only cells before that date as the past, finds
    this rise; it is shown as what it is, and is free of it at no distance, as cycles hang
    together. In the other reading the streak counts as known, so that the cells before it have to
    be as expected, unless promotion went by something else as well.

    The stability of flags goes by the bootstrap: people, not cycles, are drawn with replacement,
    the placebos and the other promoted, while the model is kept and the person stays in. Their own
    noise is not in it; the interval of the decline shows that.

    Without the last cycle: where output had begun to fall before the official date, that cycle is
    part of the fall. Leaving it out also hides half of the streak, so fewer flags are left.

    Parameters
    ----------
    fit, declines
        From `fit_declines`, and from `judge_declines` with this fit.
    without
        For each measure, the declines found without it.
    min_pre_cycles, min_post_cycles, min_placebos
        Those that the declines were judged with.
    random_state
        Seed of the resamples and of the folds.
    draws
        Resamples.

    Returns
    -------
    Sensitivity

    Raises
    ------
    InputError
        If the declines were judged with another fit, or other thresholds.
    SettingsError
        If a threshold makes no sense.

    Examples
    --------
    >>> from workbench.analyses.decline import fit_declines, judge_declines
    >>> rng = np.random.default_rng(0)
    >>> output = pd.DataFrame({
    ...     "person_id": np.repeat(np.arange(100), 8),
    ...     "cycle": np.tile(np.arange(8), 100),
    ...     "technical_output": rng.normal(size=800),
    ... })
    >>> output.loc[output["person_id"].eq(0) & output["cycle"].ge(4), "technical_output"] -= 5
    >>> fit = fit_declines(output, pd.DataFrame({"person_id": [0], "cycle": [4]}))
    >>> sensitivity = assess_sensitivity(fit, judge_declines(fit))
    >>> sensitivity.flags[["person_id", "flagged", "stability"]].to_dict("records")
    [{'person_id': 0, 'flagged': True, 'stability': 1.0}]
    >>> bool(sensitivity.flags.loc[0, "gamma"] > 5)
    True
    """
    settings = Settings(
        fdr=declines.fdr,
        interval_level=declines.interval_level,
        min_pre_cycles=min_pre_cycles,
        min_post_cycles=min_post_cycles,
        min_placebos=min_placebos,
        random_state=random_state,
    )
    found = declines.flags.loc[declines.flags["effect"].notna()].reset_index(drop=True)
    events = _find_events(fit, found)
    if not len(found) or fit.fitted is None:
        return _nothing(declines)
    # Everything runs in the order of the events; the flags are put back into theirs at the end.
    in_events = np.argsort(events)
    rows = found.iloc[in_events].reset_index(drop=True)
    held = _hold_as_judged(fit, events[in_events], rows, settings)
    benchmark = _benchmark(fit, held, settings)
    streak = float(benchmark["odds_ratio"].iloc[0])
    placebos = _measure_again(fit, held, settings)
    without_measure = _leave_measures_out(rows[_KEYS], without or {})
    flags = rows[[*_KEYS, "effect", "q_value", "flagged"]].assign(
        **_tipping_points(held, settings.fdr, streak),
        stability=_resample(fit, held, settings, draws),
        **_move_the_bar(fit, held, settings),
        flagged_without_last_cycle=placebos.without_last_cycle,
        **_count_measures(without_measure, rows["flagged"], list(without or {})),
    )
    flags = flags.assign(told=_tell(flags, streak))
    flags = flags.iloc[np.argsort(in_events)].reset_index(drop=True)
    result = Sensitivity(
        flags=_typed(flags),
        placebo_in_time=placebos.means,
        placebo_people=_name_people(placebos.people, rows),
        without_measure=without_measure,
        remaining=_count_remaining(flags),
        benchmark=benchmark,
        notes=(),
        fdr=declines.fdr,
        interval_level=declines.interval_level,
    )
    return replace(result, notes=tuple(_describe(result)))


def _typed(flags: pd.DataFrame) -> pd.DataFrame:
    """Give the columns of the flags in their order, of their types, whatever is in them."""
    types = {name: dtype for name, dtype in _FLAGS.items() if name not in _KEYS}
    return flags.reindex(columns=list(_FLAGS)).astype(types)


def _nothing(declines: Declines) -> Sensitivity:
    """Say that there is nobody whose flag could be explained away."""
    nobody = pd.DataFrame(columns=list(_FLAGS))
    return Sensitivity(
        flags=_typed(nobody),
        placebo_in_time=pd.DataFrame(columns=_PLACEBO),
        placebo_people=pd.DataFrame(columns=_PLACEBO_PEOPLE),
        without_measure=pd.DataFrame(columns=_WITHOUT),
        remaining=_count_remaining(nobody),
        benchmark=pd.DataFrame(columns=_BENCHMARK),
        notes=("Nobody promoted to management could be judged, so no flag can be put to a test.",),
        fdr=declines.fdr,
        interval_level=declines.interval_level,
    )


# ------------------------------------------------------------------------- who is held against whom


def _find_events(fit: DeclineFit, found: pd.DataFrame) -> Ints:
    """Find the promotion of the fit that each row of the flags is about."""
    promotions = fit.promotions[_KEYS].take(fit.events.row)
    event_of: dict[tuple[Hashable, ...], int] = {
        key: event for event, key in enumerate(promotions.itertuples(index=False, name=None))
    }
    keys = found[_KEYS].itertuples(index=False, name=None)
    events = np.array([event_of.get(key, -1) for key in keys], dtype=np.int64)
    if (events < 0).any():
        raise InputError(_OTHERS)
    return events


def _hold_as_judged(fit: DeclineFit, judged: Ints, rows: pd.DataFrame, settings: Settings) -> _Held:
    """Hold everyone judged against the same placebos again, and make sure of it."""
    held = _hold(fit, judged, settings)
    if held is None or not np.array_equal(held.comparison.p_value, rows["p_value"]):
        raise InputError(_OTHERS)
    return held


def _hold(fit: DeclineFit, judged: Ints, settings: Settings) -> _Held | None:
    """Hold some of the promoted against the placebos; None where there are too few."""
    assert fit.fitted is not None  # it is asked for above
    return _compare(
        judged, fit.promoted, fit.placebos, fit.fitted.ours, fit.fitted.theirs, settings
    )


def _compare(
    judged: Ints,
    promoted: Windows,
    placebos: Windows,
    ours: Shifts,
    theirs: Shifts,
    settings: Settings,
) -> _Held | None:
    """Hold some promotions against the placebos that have as much evidence, at the same cycles."""
    enough = _has_evidence(placebos, settings)
    peers = np.flatnonzero(enough & np.isin(placebos.start, promoted.start[judged]))
    if not len(judged) or len(peers) < settings.min_placebos:
        return None
    # The halves of the cycles after are nothing that is asked here.
    halves = Halves(*np.full((5, len(judged)), np.nan))
    kept = theirs.take(peers)
    comparison = compare_with_placebos(ours.take(judged), halves, kept)
    tails = comparison.degrees_of_freedom
    scale = np.sqrt((tails + kept.length) / (tails + kept.n_before))
    return _Held(judged, peers, comparison, kept.effect / (kept.se * scale))


def _has_evidence(windows: Windows, settings: Settings) -> Bools:
    """Say which windows have as many cycles on either side as is asked for."""
    enough: Bools = (
        np.minimum(
            windows.before.sum(axis=1) - settings.min_pre_cycles,
            windows.after.sum(axis=1) - settings.min_post_cycles,
        )
        >= 0
    )
    return enough


# ---------------------------------------------------------------------- selection on what is unseen


def _benchmark(fit: DeclineFit, held: _Held, settings: Settings) -> pd.DataFrame:
    """Say how strongly the recorded history predicts who is promoted."""
    assert fit.fitted is not None
    ours, theirs = fit.fitted.ours.take(held.judged), fit.fitted.theirs.take(held.peers)
    streak = np.concatenate([ours.features[:, 0], theirs.features[:, 0]])
    start = np.concatenate([fit.promoted.start[held.judged], fit.placebos.start[held.peers]])
    promoted = np.repeat([1.0, 0.0], [len(held.judged), len(held.peers)])
    spread = float(theirs.features[:, 0].std())
    slope, se = _logistic_slope(streak / (spread or 1.0), start, promoted)
    reach = float(stats.norm.ppf((1 + settings.interval_level) / 2)) * se
    everything = float(np.log(np.maximum(held.comparison.weight, 1e-300)).std())
    ratios = np.exp([[slope, slope - reach, slope + reach], [everything, np.nan, np.nan]])
    return pd.DataFrame(ratios, columns=_BENCHMARK[1:]).assign(
        recorded=pd.Series(["streak", "everything"], dtype="str")
    )[_BENCHMARK]


def _logistic_slope(values: Floats, group: Ints, outcome: Floats) -> tuple[float, float]:
    """Fit a logistic regression within groups, by Newton steps; slope and standard error."""
    _, code = np.unique(group, return_inverse=True)
    design = np.column_stack([values - values.mean(), np.eye(code.max() + 1)[code]])
    ridge = _LIGHT * np.eye(design.shape[1])
    at = np.zeros(design.shape[1])
    at[1:] = np.log(outcome.mean() / (1 - outcome.mean()))
    for _ in range(50):
        fitted = special.expit(design @ at)
        curvature = (design * (fitted * (1 - fitted))[:, None]).T @ design + ridge
        step = np.linalg.solve(curvature, design.T @ (outcome - fitted) - ridge @ at)
        at = at + np.clip(step, -1, 1)
        if np.abs(step).max() < 1e-8:
            break
    return float(at[0]), float(np.sqrt(np.linalg.inv(curvature)[0, 0]))


def _tipping_points(held: _Held, fdr: float, streak: float) -> dict[str, Floats]:
    """Find how strong selection on the coming fall has to be for each flag to be gone."""
    comparison, flagged = held.comparison, held.flags(fdr)
    z, weight = comparison.z, comparison.weight
    spread = float(np.sqrt(np.cov(z, aweights=weight))) or 1.0

    def at_gamma(log_gamma: float) -> Bools:
        p_value = _tilt(comparison.p_value, np.exp(log_gamma))
        held_on: Bools = adjust_p_values(p_value) <= fdr
        return held_on

    def at_slope(slope: float) -> Bools:
        p_value = _tilt(comparison.p_value, _odds_of_falling(comparison, slope / spread))
        held_on: Bools = adjust_p_values(p_value) <= fdr
        return held_on

    slopes = _find_tipping(at_slope, flagged)
    bound_to_fall = np.full(len(flagged), np.nan)
    for each in np.flatnonzero(flagged):
        tilted = weight * np.exp(-slopes[each] / spread * z)
        shift = np.average(z, weights=weight) - np.average(z, weights=tilted)
        bound_to_fall[each] = shift * comparison.se[each]
    # Knowledge that goes with the change by r, acted on as strongly as the streak, has r times the
    # streak's slope on the change itself.
    closeness = slopes / np.log(streak) if streak > 1 else np.full(len(slopes), np.nan)
    return {
        "gamma": np.exp(_find_tipping(at_gamma, flagged)),
        "gamma_per_sd": np.exp(slopes),
        "known_sd": bound_to_fall,
        "known_correlation": closeness,
        "known_share": closeness**2,
    }


def _tilt(p_value: Floats, factor: float | Floats) -> Floats:
    """Multiply the odds that a p-value stands for; by 1 leaves it as it is, to the last bit.

    Examples
    --------
    >>> _tilt(np.array([0.2]), 4.0).tolist()
    [0.5]
    """
    tilted: Floats = p_value * factor / (1 + (factor - 1) * p_value)
    return np.minimum(tilted, 1.0)


def _odds_of_falling(comparison: Comparison, slope: float) -> Floats:
    """Say how many times likelier than others those are picked who fall at least as far as each."""
    z, weight = comparison.z, comparison.weight
    # Relative to the lowest, so that nothing grows without end.
    tilt = np.exp(-slope * (z - z[0]))
    own = comparison.effect / comparison.se
    below = np.searchsorted(z, own, side="right")
    total = np.concatenate([[0.0], np.cumsum(weight)])
    tilted = np.concatenate([[0.0], np.cumsum(weight * tilt)])
    inside, outside = total[below], total[-1] - total[below]
    alone = np.exp(np.minimum(-slope * (own - z[0]), _STEEPEST))
    low = np.where(inside > 0, tilted[below] / np.where(inside > 0, inside, 1.0), alone)
    high = (tilted[-1] - tilted[below]) / np.where(outside > 0, outside, 1.0)
    # Where nobody fell less there is nobody to be preferred to.
    odds: Floats = np.where(outside > 0, low / np.maximum(high, 1e-300), 1.0)
    return odds


def _find_tipping(flagged_at: Callable[[float], Bools], flagged: Bools) -> Floats:
    """Find, by halving, up to which strength each flag holds; NaN where there is none."""
    high = 1.0
    while flagged_at(high).any():
        high *= 2
    holds, gone = np.zeros(len(flagged)), np.full(len(flagged), high)
    for _ in range(_STEPS):
        middle = (holds + gone) / 2
        for strength in np.unique(middle[flagged]):
            here = flagged & (middle == strength)
            still = flagged_at(float(strength))
            holds[here & still], gone[here & ~still] = strength, strength
    return np.where(flagged, (holds + gone) / 2, np.nan)


def _count_remaining(flags: pd.DataFrame) -> pd.DataFrame:
    """Count the flags that are left by strength of the selection."""
    counts = {
        f"by_{name}": [int((flags[name] > factor).sum()) for factor in _FACTORS]
        for name in ("gamma", "gamma_per_sd")
    }
    return pd.DataFrame({"factor": _FACTORS, **counts})


# --------------------------------------------------------------------- who else, and where the bar


def _resample(fit: DeclineFit, held: _Held, settings: Settings, draws: int) -> Floats:
    """Draw the placebo people and the other promoted again; share of draws with a flag."""
    comparison = held.comparison
    order = np.argsort(held.z, kind="stable")
    _, code = np.unique(fit.placebos.person[held.peers[order]], return_inverse=True)
    n_people, n_judged = int(code.max()) + 1, len(held.judged)
    below = np.searchsorted(comparison.z, comparison.effect / comparison.se, side="right")
    # Each person's own weight, and what the model's own tail adds to it, follow from the p-value.
    total = np.concatenate([[0.0], np.cumsum(comparison.weight)])
    rest = np.maximum(1 - comparison.p_value, 1e-12)
    own = np.maximum(comparison.p_value * total[-1] - total[below], 0.0) / rest
    rng = np.random.default_rng(settings.random_state)
    flagged = np.zeros(n_judged)
    for _ in range(draws):
        times = np.bincount(rng.integers(0, n_people, n_people), minlength=n_people)
        drawn = np.concatenate([[0.0], np.cumsum(comparison.weight * times[code])])
        p_value = (drawn[below] + own) / np.maximum(drawn[-1] + own, 1e-300)
        others = p_value[rng.integers(0, n_judged, n_judged - 1)]
        flagged += p_value <= _largest_flagged(p_value, others, settings.fdr)
    return flagged / max(draws, 1)


def _largest_flagged(p_values: Floats, others: Floats, fdr: float) -> float:
    """Find the largest of some p-values that is flagged when it joins the others; -1 if none."""
    candidates = np.unique(p_values)
    flagged, not_flagged = -1, len(candidates)
    while not_flagged - flagged > 1:
        middle = (flagged + not_flagged) // 2
        joined = np.concatenate([candidates[middle : middle + 1], others])
        if adjust_p_values(joined)[0] <= fdr:
            flagged = middle
        else:
            not_flagged = middle
    return float(candidates[flagged]) if flagged >= 0 else -1.0


def _move_the_bar(fit: DeclineFit, held: _Held, settings: Settings) -> dict[str, Ints]:
    """Count the settings of the bar at which each promotion is judged, and flagged."""
    counts = np.zeros((2, len(held.judged)), dtype=np.int64)
    for cycles in _CYCLES_AFTER:
        moved = replace(settings, min_post_cycles=cycles)
        why_not = find_missing_evidence(fit.histories, fit.events, fit.promoted, moved)
        judged = np.flatnonzero([not pattern for pattern, _ in why_not])
        other = _hold(fit, judged, moved)
        if other is None:
            continue
        place = np.minimum(np.searchsorted(judged, held.judged), len(judged) - 1)
        there = judged[place] == held.judged
        for fdr in _FDRS:
            counts[0] += there & other.flags(fdr)[place]
            counts[1] += there
    return {"bars_flagged": counts[0], "bars_judged": counts[1]}


# -------------------------------------------------------------------- other cycles, and measures


@dataclass(frozen=True, slots=True)
class _Again:
    """What came out with other cycles before and after.

    `people` has a row number of those judged in `judged`; `without_last_cycle` is missing where
    too little is left.
    """

    without_last_cycle: pd.Series
    means: pd.DataFrame
    people: pd.DataFrame


def _measure_again(fit: DeclineFit, held: _Held, settings: Settings) -> _Again:
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
    return _Again(last, *_sum_up(outcomes, settings))


def _compare_cut(
    fit: DeclineFit, held: _Held, cut: Callable[[Windows], Windows], settings: Settings
) -> _Held | None:
    """Cut the windows of those judged and of the placebos another way, and compare again."""
    assert fit.fitted is not None
    promoted = cut(fit.promoted.take(held.judged))
    judged = np.flatnonzero(_has_evidence(promoted, settings))
    at_their_cycles = np.isin(fit.placebos.start, fit.promoted.start[held.judged[judged]])
    placebos = cut(fit.placebos.take(at_their_cycles))
    placebos = placebos.take(_has_evidence(placebos, settings))
    if not len(judged) or len(placebos.person) < settings.min_placebos:
        return None
    model = fit.fitted.model
    ours = measure_shifts(fit.histories, model, promoted)
    theirs = measure_placebo_shifts(
        fit.histories, model, placebos, random_state=settings.random_state
    )
    return _compare(judged, promoted, placebos, ours, theirs, settings)


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
    outcomes: Mapping[tuple[str, int], _Held | None], settings: Settings
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
        pd.DataFrame(means, columns=_PLACEBO),
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


def _name_people(people: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Put the person and the cycle to the rows of those judged."""
    if people.empty:
        return pd.DataFrame(columns=_PLACEBO_PEOPLE)
    keys = rows[_KEYS].take(people["judged"].to_numpy()).reset_index(drop=True)
    return pd.concat([keys, people], axis=1)[_PLACEBO_PEOPLE]


def _leave_measures_out(rows: pd.DataFrame, without: Mapping[str, Declines]) -> pd.DataFrame:
    """Give effect and flag of everyone judged without each measure; missing where not judged."""
    parts = [
        rows.merge(declines.flags[[*_KEYS, "effect", "flagged"]], on=_KEYS, how="left").assign(
            measure=measure
        )
        for measure, declines in without.items()
    ]
    if not parts:
        return pd.DataFrame(columns=_WITHOUT)
    found = pd.concat(parts, ignore_index=True)[_WITHOUT]
    judged = found["effect"].notna()
    return found.assign(flagged=found["flagged"].astype("boolean").where(judged, pd.NA))


def _count_measures(
    without_measure: pd.DataFrame, flagged: pd.Series, measures: list[str]
) -> dict[str, list[str] | list[int] | int | str | None]:
    """Say of everyone judged without how many measures there is a flag, and without which none."""
    if not measures:
        return {"stays_flagged_without": None, "n_measures": 0, "carried_by": ""}
    kept = without_measure["flagged"].fillna(False).to_numpy(dtype=bool)
    stays = kept.reshape(len(measures), len(flagged)).T
    carried = [
        ", ".join(name for name, kept in zip(measures, row, strict=True) if whole and not kept)
        for whole, row in zip(flagged.tolist(), stays.tolist(), strict=True)
    ]
    return {
        "stays_flagged_without": stays.sum(axis=1).tolist(),
        "n_measures": len(measures),
        "carried_by": carried,
    }


# ------------------------------------------------------------------------------------- in words


def _tell(flags: pd.DataFrame, streak: float) -> list[str]:
    """Say of each flag in words what would explain it away and how firm it is; "" without one."""
    return [_tell_one(row, streak) if row["flagged"] else "" for _, row in flags.iterrows()]


def _tell_one(row: pd.Series, streak: float) -> str:
    """Say it of one flag."""
    sentences = [
        "To explain this flag away, knowledge of the coming fall that is in no column would have "
        f"had to multiply the odds of promotion by {row['gamma_per_sd']:.1f} per SD of the fall; "
        f"the streak that everybody saw multiplied them by {streak:.1f} per SD.",
        *_tell_share(float(row["known_share"])),
        f"Flagged in {_share(row['stability'])} of resamples and at {row['bars_flagged']} of "
        f"{row['bars_judged']} settings of the bar.",
    ]
    if row["flagged_without_last_cycle"] is not pd.NA:
        whether = "Flagged" if row["flagged_without_last_cycle"] else "Not flagged"
        sentences.append(f"{whether} with the last cycle before the promotion left out.")
    if row["n_measures"]:
        carried = f"; not without {row['carried_by']}" if row["carried_by"] else ""
        sentences.append(
            f"Flagged without any one of {row['n_measures']} measures."
            if not carried
            else f"Flagged without {row['stays_flagged_without']} of {row['n_measures']} measures, "
            f"one left out at a time{carried}."
        )
    return " ".join(sentences)


def _tell_share(known: float) -> list[str]:
    """Say how much of the coming change would have to have been known; nothing if that is unknown.

    Examples
    --------
    >>> _tell_share(0.25)
    ['Acted on like the streak, that takes 25 % of the coming change to be known in advance.']
    """
    if np.isnan(known):
        return []
    if known > 1:
        return ["Acted on like the streak, even full knowledge of the coming change would not do."]
    return [
        f"Acted on like the streak, that takes {_share(known)} of the coming change to be known in "
        "advance."
    ]


def _share(value: float) -> str:
    """Write a share.

    Examples
    --------
    >>> _share(0.938)
    '94 %'
    """
    return f"{100 * value:.0f} %"


def _describe(result: Sensitivity) -> list[str]:
    """Say what follows, and what cannot be known."""
    notes = [
        "Whether people were promoted on knowledge of a coming fall that is in no column cannot be "
        "seen in any data, here or elsewhere. The figures only say how strong it would have to be."
    ]
    streak = result.benchmark.iloc[0]
    level = _share(result.interval_level)
    notes.append(
        f"One SD more of output in the last {RECENT_CYCLES} cycles before multiplied the odds of "
        f"promotion by {streak['odds_ratio']:.1f} ({level} interval {streak['low']:.1f} to "
        f"{streak['high']:.1f})."
    )
    flagged = result.flags[result.flags["flagged"]]
    if flagged.empty:
        notes.append("Nobody is flagged, so there is no flag to explain away.")
    else:
        notes += _describe_flags(flagged, float(streak["odds_ratio"]))
    return [*notes, *_describe_placebos(result.placebo_in_time, level)]


def _describe_flags(flagged: pd.DataFrame, streak: float) -> list[str]:
    """Sum up the flags as a whole."""
    total, factor = len(flagged), flagged["gamma_per_sd"]
    notes = [
        f"{int((factor > streak).sum()):,} of {total:,} flags would take unseen knowledge that "
        "counts for more, per SD, than the streak did. Half of the flags are gone where it "
        f"multiplies the odds by {factor.median():.1f} per SD, the last one at {factor.max():.1f}.",
    ]
    last = flagged["flagged_without_last_cycle"].dropna()
    if len(last):
        notes.append(
            f"{int(last.sum()):,} of {len(last):,} flags stay with the last cycle before the "
            "promotion left out. That hides part of the streak as well, and so it errs towards "
            "fewer flags."
        )
    if int(flagged["n_measures"].iloc[0]):
        stays = int((flagged["carried_by"] == "").sum())
        notes.append(f"{stays:,} of {total:,} flags stay whichever measure is left out.")
    return notes


def _describe_placebos(placebos: pd.DataFrame, level: str) -> list[str]:
    """Say what was found before the promotions, in both readings."""
    known = placebos[placebos["low"].notna()]
    notes = []
    for reading, words in (
        (
            "streak",
            "Pretended {k} cycles earlier, promotion seems to change output by {effect:+.2f} SD "
            "({level} interval {low:+.2f} to {high:+.2f}): that is the streak that people were "
            "picked for, and no effect.",
        ),
        (
            "free_of_streak",
            "Before the streak, up to {k} cycles earlier, output was {effect:+.2f} SD off what is "
            "expected ({level} interval {low:+.2f} to {high:+.2f}); it is about zero where "
            "promotion went by output on record.",
        ),
    ):
        rows = known[known["reading"] == reading]
        # The streak is all there at its own length; before it, more cycles say more.
        rows = rows[rows["cycles_earlier"] <= RECENT_CYCLES] if reading == "streak" else rows
        if len(rows):
            row = rows.iloc[-1]
            notes.append(
                words.format(
                    k=row["cycles_earlier"],
                    effect=row["effect"],
                    low=row["low"],
                    high=row["high"],
                    level=level,
                )
            )
    return notes
