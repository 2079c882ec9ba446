"""Sensitivity: what it would take for a flagged decline to be no decline after all.

What comes in are the kept fit and the declines judged with it; what goes out is one row per judged
promotion, that says how strongly promotion would have had to go by knowledge of the coming fall
that no column holds, how much the flag hangs on who else is in the data and on where the bar is
set, and whether it stays without any one measure; and a test in which nothing happened, some
cycles before the promotion.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from workbench.analyses.decline import DeclineFit, Declines
from workbench.analyses.doubts.earlier_promotions import (
    MEAN_COLUMNS,
    PERSON_COLUMNS,
    measure_again,
    name_people,
)
from workbench.analyses.doubts.firmness import (
    MEASURE_COLUMNS,
    count_measures,
    leave_measures_out,
    move_the_bar,
    resample_peers,
)
from workbench.analyses.doubts.hidden_selection import (
    STREAK_COLUMNS,
    find_tipping_points,
    measure_streak,
)
from workbench.analyses.doubts.trials import Trial, try_promotions
from workbench.analyses.expected.histories import Ints
from workbench.analyses.expected.windows import RECENT_CYCLES
from workbench.errors import InputError
from workbench.settings import DEFAULTS, Settings

__all__ = ["Sensitivity", "assess_sensitivity"]

_KEYS = ["person_id", "cycle"]
_DRAWS = 200  # resamples; the share is known to 0.04 at worst
_FACTORS = (1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 7.5, 10.0, 20.0, 50.0, 100.0)
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
        >>> nobody = pd.DataFrame(columns=STREAK_COLUMNS)
        >>> empty = pd.DataFrame()
        >>> Sensitivity(empty, empty, empty, empty, empty, nobody, (), 0.1, 0.9).streak
        nan
        """
        rows = self.benchmark.loc[self.benchmark["recorded"] == "streak", "odds_ratio"]
        return float(rows.iloc[0]) if len(rows) else float("nan")


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
    benchmark = measure_streak(fit, held, settings)
    streak = float(benchmark["odds_ratio"].iloc[0])
    placebos = measure_again(fit, held, settings)
    without_measure = leave_measures_out(rows[_KEYS], without or {})
    flags = rows[[*_KEYS, "effect", "q_value", "flagged"]].assign(
        **find_tipping_points(held, settings.fdr, streak),
        stability=resample_peers(fit, held, settings, draws),
        **move_the_bar(fit, held, settings),
        flagged_without_last_cycle=placebos.without_last_cycle,
        **count_measures(without_measure, rows["flagged"], list(without or {})),
    )
    flags = flags.assign(told=_tell(flags, streak))
    flags = flags.iloc[np.argsort(in_events)].reset_index(drop=True)
    result = Sensitivity(
        flags=_typed(flags),
        placebo_in_time=placebos.means,
        placebo_people=name_people(placebos.people, rows),
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
        placebo_in_time=pd.DataFrame(columns=MEAN_COLUMNS),
        placebo_people=pd.DataFrame(columns=PERSON_COLUMNS),
        without_measure=pd.DataFrame(columns=MEASURE_COLUMNS),
        remaining=_count_remaining(nobody),
        benchmark=pd.DataFrame(columns=STREAK_COLUMNS),
        notes=("Nobody promoted to management could be judged, so no flag can be put to a test.",),
        fdr=declines.fdr,
        interval_level=declines.interval_level,
    )


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


def _hold_as_judged(fit: DeclineFit, judged: Ints, rows: pd.DataFrame, settings: Settings) -> Trial:
    """Hold everyone judged against the same placebos again, and make sure of it."""
    held = try_promotions(fit, judged, settings)
    if held is None or not np.array_equal(held.comparison.p_value, rows["p_value"]):
        raise InputError(_OTHERS)
    return held


def _count_remaining(flags: pd.DataFrame) -> pd.DataFrame:
    """Count the flags that are left by strength of the selection."""
    counts = {
        f"by_{name}": [int((flags[name] > factor).sum()) for factor in _FACTORS]
        for name in ("gamma", "gamma_per_sd")
    }
    return pd.DataFrame({"factor": _FACTORS, **counts})


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
