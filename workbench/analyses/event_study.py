"""Event study: what promotion does to output in the whole organisation, cycle by cycle.

What comes in is technical output by person and cycle, and who was promoted when; what goes out is
the mean distance from what each promoted person's own earlier cycles lead one to expect, with
bands, by kind of promotion and by group, and beside it the usual estimators.

The usual ones hold the cycles after against the last ones before. Promotion picks people after a
good streak, and the fall from the streak then counts as an effect. Here the streak is among what
is conditioned on, so that only what it does not lead one to expect is left.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.analyses.estimators.bands import (
    BAND_COLUMNS,
    average_gaps,
    lay_out_means,
    subtract_means,
)
from workbench.analyses.estimators.gaps import Gaps, measure_gaps
from workbench.analyses.estimators.usual_estimators import Spike, estimate_as_usual
from workbench.analyses.expected.histories import Histories, Ints, build_histories, in_order
from workbench.analyses.expected.windows import Windows, windows_of
from workbench.errors import InputError, SettingsError
from workbench.settings import DEFAULTS, Settings

__all__ = ["DIFFERENCE", "EventStudy", "Spike", "estimate_event_study"]

DIFFERENCE = "difference"
_WORDS = {"to_management": "management", "to_technical_leadership": "technical leadership"}
_KINDS = tuple(_WORDS)
_MIN_TO_FIT = 10  # people with comparable output, below which nothing can be expected of anyone


@dataclass(frozen=True, slots=True)
class EventStudy:
    """What promotion does to output in the whole organisation, in standard deviations of output.

    All frames have `effect`, `low`, `high` and `n`, the number of people; negative is lower than
    expected. Intervals take the promoted people as a draw.

    Attributes
    ----------
    effects
        One row per `relative_cycle` since promotion, of the first of the kinds asked for; 0 is the
        first cycle in the new position. `band_low` and `band_high` hold for all rows at once.
        `phase` is `after`; `streak` for the last two cycles before, given all that came before
        them, which are high because people are picked on them; `placebo` for those before, given
        all other cycles before promotion, which are near zero if the model describes people.
    overall
        One row: the mean over people of the mean over all their own cycles after.
    by_kind, by_group
        The same for each `kind` and each `group`, with `relative_cycle` missing in the row that is
        overall. The kind `difference` is the first kind minus the second.
    comparison
        `estimator`, `relative_cycle`, `effect`, `low`, `high`, `n`: Callaway and Sant'Anna, held
        against the last (`base_1`) and the third last cycle before (`base_3`), the other side of
        the bracket.
    spike
        The rise before promotion that sets the two apart.
    notes
        What was left out, what this rests on, and what cannot be told, in sentences.
    outcome, kind
        What was measured, and which kind `effects` and `overall` are of.
    n_promoted, n_used
        People promoted in that way, and those with output on both sides.
    interval_level
        Coverage of intervals and bands.
    output_sd
        The standard deviation of output that effects are expressed in, the same as of declines; NaN
        where there is none.
    """

    effects: pd.DataFrame
    overall: pd.DataFrame
    by_kind: pd.DataFrame
    by_group: pd.DataFrame
    comparison: pd.DataFrame
    spike: Spike
    notes: tuple[str, ...]
    outcome: str
    kind: str
    n_promoted: int
    n_used: int
    interval_level: float
    output_sd: float


@dataclass(frozen=True, slots=True)
class _Ask:
    """What was asked for, and the relative cycles (k,) that get a row."""

    kinds: tuple[str, ...]
    relative: Ints
    min_promoted: int
    settings: Settings


def estimate_event_study(
    output: pd.DataFrame,
    promotions: pd.DataFrame,
    *,
    outcome: str = "technical_output",
    kinds: Sequence[str] = _KINDS,
    group: str | None = None,
    max_leads: int = 5,
    max_lags: int = 7,
    min_promoted: int = 10,
    min_pre_cycles: int = 1,
    interval_level: float = DEFAULTS.interval_level,
    random_state: int = DEFAULTS.random_state,
) -> EventStudy:
    """Estimate what promotion does to output, by cycle since promotion.

    Parameters
    ----------
    output
        `person_id`, `cycle` (sorts in time), the outcome and, where known, `track`, `level`,
        `rater_id`, `job_family`, as `find_declines` takes them.
    promotions
        `person_id`, `cycle` (the first one in the new position) and, where known, `kind`; without
        it all are promotions to management.
    outcome
        Name of the column that is followed.
    kinds
        Kinds of promotion to compare; `effects` and `overall` are of the first.
    group
        Column of `output` by which to divide the promoted, as it was last before the promotion.
    max_leads, max_lags
        Cycles before and after promotion that get a row. `overall` is of all cycles after.
    min_promoted
        People below whom no number is given: not of a cycle, a kind, a group or at all.
    min_pre_cycles
        Comparable cycles before promotion that a person needs.
    interval_level
        Coverage of the intervals and of the bands.
    random_state
        Seed of the folds and of the resampling of people.

    Returns
    -------
    EventStudy
        The same for rows in any order and output in any unit.

    Raises
    ------
    InputError
        If a column is missing, the outcome is not a number, or cycles cannot be sorted.
    SettingsError
        If a threshold makes no sense.

    Notes
    -----
    A cell after promotion is predicted as its mean given the person's own comparable cells before,
    under the model of `fit_counterfactual`, which has not seen it. Promotion on output that was
    seen does not distort that; promotion on anything else that bears on later output does.

    Examples
    --------
    Nobody can say anything about an organisation from one promotion.

    >>> output = pd.DataFrame({
    ...     "person_id": list("aaabbb"), "cycle": [1, 2, 3] * 2,
    ...     "technical_output": [1.0, 1.2, 0.4, 0.3, 0.2, 0.4],
    ... })
    >>> study = estimate_event_study(output, pd.DataFrame({"person_id": ["a"], "cycle": [3]}))
    >>> len(study.overall), study.n_promoted
    (0, 1)
    >>> study.notes[0]  # doctest: +ELLIPSIS
    '0 people have comparable output on both sides of a promotion to management; 10 are ...'
    """
    ask = _Ask(
        kinds=_read_kinds(kinds),
        relative=np.arange(-_whole("max_leads", max_leads, 0), _whole("max_lags", max_lags, 0) + 1),
        min_promoted=_whole("min_promoted", min_promoted, 5),
        settings=Settings(
            interval_level=interval_level, min_pre_cycles=min_pre_cycles, random_state=random_state
        ),
    )
    known = _as_output(output, outcome, group)
    histories, events = build_histories(known, promotions, kinds=ask.kinds)
    windows = windows_of(histories, events)
    used = (windows.before.sum(axis=1) >= min_pre_cycles) & windows.after.any(axis=1)
    of_first = events.kind == ask.kinds[0]
    n_used = _count_people(windows.person[used & of_first])
    used &= _can_fit_anything(histories)
    windows, kind = windows.take(used), events.kind[used]
    first = kind == ask.kinds[0]
    gaps = measure_gaps(histories, windows, ask.relative, random_state)
    by_kind = _estimate_kinds(gaps, kind, ask)
    whole = by_kind.loc[by_kind["kind"] == ask.kinds[0]].drop(columns="kind")
    effects = whole.loc[whole["relative_cycle"].notna()].astype({"relative_cycle": "int64"})
    was = _group_before(known, group, histories, windows)
    group_of = [each if counts else None for each, counts in zip(was, first, strict=True)]
    by_group = _estimate_groups(gaps, group_of, ask)
    comparison, spike = estimate_as_usual(
        histories,
        windows.take(first),
        ask.relative,
        min_promoted=ask.min_promoted,
        interval_level=interval_level,
    )
    study = EventStudy(
        effects=effects.reset_index(drop=True),
        overall=whole.loc[whole["relative_cycle"].isna(), BAND_COLUMNS[1:5]].reset_index(drop=True),
        by_kind=by_kind,
        by_group=by_group,
        comparison=comparison,
        spike=spike,
        notes=(),
        outcome=outcome,
        kind=ask.kinds[0],
        n_promoted=_count_people(events.person[of_first]),
        n_used=n_used,
        interval_level=interval_level,
        output_sd=histories.sd,
    )
    small = len({each for each in group_of if each is not None}) - by_group["group"].nunique()
    notes = [*_describe(study, ask), *_describe_groups(small, ask), *histories.notes]
    return replace(study, notes=tuple(notes))


def _read_kinds(kinds: Sequence[str]) -> tuple[str, ...]:
    """Refuse kinds of promotion that nothing is known of."""
    given = (kinds,) if isinstance(kinds, str) else tuple(dict.fromkeys(kinds))
    if not given or not set(given) <= set(_KINDS):
        raise SettingsError(f"kinds was given {kinds!r}; some of {', '.join(_KINDS)} are needed.")
    return given


def _whole(name: str, value: int, least: int) -> int:
    """Refuse a threshold that is no whole number from the least that makes sense."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise SettingsError(f"{name} was given {value!r}; a whole number from {least} is needed.")
    return int(value)


def _as_output(output: pd.DataFrame, outcome: str, group: str | None) -> pd.DataFrame:
    """Give the outcome the name under which histories are built."""
    lacking = [name for name in (outcome, group) if name is not None and name not in output]
    if lacking:
        raise InputError(
            f"the table has {', '.join(map(str, output.columns)) or 'no columns'}; it lacks "
            f"{', '.join(lacking)}. Name a column of the table as outcome and as group."
        )
    return output.assign(technical_output=output[outcome])


def _can_fit_anything(histories: Histories) -> bool:
    """Say whether there is enough comparable output to expect anything of anyone."""
    people = int(histories.untreated.any(axis=1).sum())
    return bool(np.isfinite(histories.sd)) and people >= _MIN_TO_FIT


def _count_people(person: Ints) -> int:
    """Count each person once."""
    return len(np.unique(person))


# ------------------------------------------------------------------ kinds and groups


def _estimate_kinds(gaps: Gaps, kind: npt.NDArray[np.str_], ask: _Ask) -> pd.DataFrame:
    """Give rows for each kind of promotion, and for the first minus the second."""
    means = [average_gaps(gaps, kind == each) for each in ask.kinds]
    shown = [each.n >= ask.min_promoted for each in means]
    names = list(ask.kinds)
    if len(means) > 1:
        names.append(DIFFERENCE)
        means.append(subtract_means(means[0], means[1]))
        shown.append(shown[0] & shown[1])
    parts = [
        lay_out_means(*each, ask.relative, ask.settings) for each in zip(means, shown, strict=True)
    ]
    return pd.concat(
        [part.assign(kind=name) for name, part in zip(names, parts, strict=True)], ignore_index=True
    )[["kind", *BAND_COLUMNS]]


def _estimate_groups(gaps: Gaps, group_of: Sequence[Hashable], ask: _Ask) -> pd.DataFrame:
    """Give rows for each group of which enough people were promoted in the first way."""
    nobody = average_gaps(gaps, np.zeros(len(group_of), dtype=np.bool_))
    parts = [lay_out_means(nobody, nobody.n > 0, ask.relative, ask.settings).assign(group=None)]
    for name in in_order(each for each in group_of if each is not None):
        means = average_gaps(gaps, np.array([each == name for each in group_of], dtype=np.bool_))
        part = lay_out_means(means, means.n >= ask.min_promoted, ask.relative, ask.settings)
        parts.append(part.assign(group=pd.Series([name] * len(part), dtype=object)))
    return pd.concat(parts, ignore_index=True)[["group", *BAND_COLUMNS]]


def _group_before(
    output: pd.DataFrame, group: str | None, histories: Histories, windows: Windows
) -> list[Hashable]:
    """Look up where each person was when last seen before the promotion; None where unknown."""
    if group is None:
        return [None] * len(windows.person)
    values, known = output[group].tolist(), output[group].notna().to_numpy(dtype=np.bool_)
    row = histories.row[windows.person]
    before = np.arange(row.shape[1]) < windows.start[:, None]
    told = before & (row >= 0) & known[np.maximum(row, 0)]
    last = row.shape[1] - 1 - told[:, ::-1].argmax(axis=1)
    return [values[row[each, last[each]]] if told[each].any() else None for each in range(len(row))]


# ------------------------------------------------------------------ in words


def _describe(study: EventStudy, ask: _Ask) -> list[str]:
    """Say what the result rests on and what it does not claim."""
    words = _WORDS[study.kind]
    if study.overall.empty:
        return [_say_why_nothing(study, ask)]
    notes = [
        f"Output of {study.n_used:,} of {study.n_promoted:,} people promoted to {words} is held "
        "against what their own earlier cycles lead one to expect, in standard deviations.",
        "Whether people were promoted because their output was about to change cannot be told "
        "from these numbers, by this or by any other method.",
    ]
    notes += _describe_spike(study)
    placebos = study.effects.loc[study.effects["phase"] == "placebo"]
    off = placebos.loc[(placebos["band_low"] > 0) | (placebos["band_high"] < 0)]
    if len(off):
        cycles = ", ".join(str(-each) for each in off["relative_cycle"])
        notes.append(
            f"Already {cycles} cycles before promotion output was not as expected, so people were "
            "picked on something that is not in the data. Read the effect with caution."
        )
    found = study.by_kind.loc[study.by_kind["relative_cycle"].isna(), "kind"].tolist()
    notes += [
        f"Fewer than {ask.min_promoted} people promoted to {_WORDS[kind]} have output on both "
        "sides, so the two moves cannot be compared."
        for kind in ask.kinds
        if kind not in found
    ]
    return notes


def _describe_groups(small: int, ask: _Ask) -> list[str]:
    """Say how many groups are too small for a number."""
    groups = "1 group" if small == 1 else f"{small:,} groups"
    words = f"{groups} with fewer than {ask.min_promoted} promoted people left out."
    return [words] if small else []


def _say_why_nothing(study: EventStudy, ask: _Ask) -> str:
    """Say why no number is given."""
    words = _WORDS[study.kind]
    if not study.n_promoted:
        return f"Nobody was promoted to {words} in these cycles."
    if study.n_used < ask.min_promoted:
        people = "1 person has" if study.n_used == 1 else f"{study.n_used:,} people have"
        return (
            f"{people} comparable output on both sides of a promotion to {words}; "
            f"{ask.min_promoted} are needed, so nothing is said of what such a promotion does."
        )
    if np.isfinite(study.output_sd):
        return "Too few people with comparable output to say what would be expected of anyone."
    return "Output does not vary among comparable people, so nothing can be compared."


def _describe_spike(study: EventStudy) -> list[str]:
    """Say why the usual estimators differ."""
    overall = study.comparison.loc[study.comparison["relative_cycle"].isna()]
    usual = overall.set_index("estimator")["effect"]
    spike = study.spike
    if "base_1" not in usual or not np.isfinite(spike.estimate):
        return ["There are too few cycles before promotion to see whether it followed a streak."]
    said = f"{usual['base_1']:+.2f} SD"
    if spike.exceeds:
        return [
            f"Output moved by {spike.estimate:+.2f} SD (standard error {spike.se:.2f}) from the "
            "third last to the last cycle before promotion. Difference-in-differences from the "
            f"last cycle ({said}) counts the way back as an effect and is not to be relied on."
        ]
    return [
        f"No streak before promotion can be told from noise ({spike.estimate:+.2f} SD, standard "
        f"error {spike.se:.2f}). Where people are picked for what is known of them and not for "
        "recent output, the truth lies nearer to difference-in-differences, which says "
        f"{said} from the last cycle."
    ]
