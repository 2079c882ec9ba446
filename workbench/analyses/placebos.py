"""Placebos: what a drop looks like among similar people who were not promoted.

What comes in are histories, the fitted counterfactual and the promotions to judge; what goes out
are studentized shifts of the promoted and of peers who are pretended to be promoted at the same
cycles, weighted by how much they look like the promoted, with the p-values and widths that follow.

Promotion picks people after a good streak, and real output is skewed and uneven. Peers with a
like history carry both, so that what the model does not describe still does not pass for a drop.
"""

from dataclasses import dataclass

import numpy as np
from scipy import special, stats

from workbench.analyses.counterfactual import (
    Counterfactual,
    condition_on_past,
    estimate_shift,
    residuals_from,
    unknown_severity,
)
from workbench.analyses.fitting import leave_people_out
from workbench.analyses.histories import Bools, Floats, Histories, Ints

__all__ = [
    "Comparison",
    "Windows",
    "adjust_p_values",
    "compare_with_placebos",
    "draw_placebos",
    "weighted_quantile",
    "weighted_rank",
    "windows_around",
]

_FOLDS = 5
_UNSEEN = 5  # p-values above one half, of people who did not fall, that are assumed unseen
_RECENT = 2  # last cycles before a promotion, on which people are picked
_MAX_PLACEBOS = 20_000
_LARGEST_WEIGHT = 0.98  # quantile of the odds at which they are capped
_TAILS = (3.0, 4.0, 6.0, 8.0, 12.0, 20.0, 50.0, 1000.0)  # degrees of freedom tried
_WIDEST = 1.5  # times that new raters can widen the scatter
_SAME_PEOPLE = 2.0  # placebos of one person overlap, so that variances are about twice as large
_BLOCK = 4096


@dataclass(frozen=True, slots=True)
class Windows:
    """People around a real or pretended promotion; n rows, T cycles.

    Attributes
    ----------
    person, start
        Row of the grid and first column after the promotion.
    before, after : (n, T)
        The cells with output on either side of it.
    """

    person: Ints
    start: Ints
    before: Bools
    after: Bools

    def take(self, which: Ints | Bools) -> "Windows":
        """Keep some rows."""
        return Windows(self.person[which], self.start[which], self.before[which], self.after[which])


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the placebos say of each promoted person; m promoted.

    Attributes
    ----------
    effect, se, p_value : (m,)
        Shift in standard deviations beyond the median placebo's, its standard error (tails and new
        raters included), and the share of look-alike placebos that fell as much or more.
    offset : (m,)
        The shift that the median placebo would have had; already taken off the effect.
    early, late, recovery : (m,)
        Shift of the first and second half of the cycles after, and the studentized difference.
    late_se : (m,)
        Standard error of the late shift.
    z, weight
        Studentized shift beyond the median and weight of each placebo, sorted by the shift.
    degrees_of_freedom
        Of the tails, for predicting single cells.
    """

    effect: Floats
    se: Floats
    p_value: Floats
    offset: Floats
    early: Floats
    late: Floats
    late_se: Floats
    recovery: Floats
    z: Floats
    weight: Floats
    degrees_of_freedom: float


@dataclass(frozen=True, slots=True)
class _Shifts:
    """Shifts with what the weights look at, one row a window."""

    effect: Floats
    se: Floats
    length: Floats
    features: Floats
    new_raters: Floats


def windows_around(histories: Histories, person: Ints, start: Ints, after: Bools) -> Windows:
    """Cut the histories of some people at their promotion; `after` says what can follow it."""
    column = np.arange(len(histories.cycles))
    before = histories.untreated[person] & (column < start[:, None])
    return Windows(person, start, before, after & (column >= start[:, None]))


def draw_placebos(
    histories: Histories,
    starts: Ints,
    *,
    min_pre_cycles: int,
    min_post_cycles: int,
    random_state: int,
) -> Windows:
    """Pretend that everyone not yet promoted was promoted at each cycle at which somebody was.

    Parameters
    ----------
    histories
        The grid. A peer's cells after an own later promotion are not comparable, so they are not
        among those that follow the pretended one; peers are not picked by whether it comes.
    starts
        Columns at which somebody was promoted.
    min_pre_cycles, min_post_cycles
        Cycles with output needed on either side.
    random_state
        Seed of the draw, where there are more than can be used.

    Returns
    -------
    Windows
    """
    seen = histories.untreated
    total = np.cumsum(np.pad(seen, ((0, 0), (1, 0))).astype(np.int64), axis=1)
    people, places = [], []
    for start in np.unique(starts).tolist():
        fits = (total[:, start] >= min_pre_cycles) & (
            total[:, -1] - total[:, start] >= min_post_cycles
        )
        fits &= total[:, start] > total[:, max(start - _RECENT, 0)]
        people.append(np.flatnonzero(fits))
        places.append(np.full(int(fits.sum()), start))
    person = np.concatenate(people) if people else np.empty(0, dtype=np.int64)
    start_of = np.concatenate(places) if places else np.empty(0, dtype=np.int64)
    if len(person) > _MAX_PLACEBOS:
        draw = np.random.default_rng(random_state)
        kept = np.sort(draw.choice(len(person), _MAX_PLACEBOS, replace=False))
        person, start_of = person[kept], start_of[kept]
    return windows_around(histories, person, start_of, seen[person])


def compare_with_placebos(
    histories: Histories,
    model: Counterfactual,
    promoted: Windows,
    placebos: Windows,
    *,
    random_state: int,
) -> Comparison:
    """Set the shifts of the promoted against those of look-alike placebos.

    Parameters
    ----------
    histories, model
        The grid and the fit.
    promoted, placebos
        Windows with cells on both sides.
    random_state
        Seed of the folds.

    Returns
    -------
    Comparison
    """
    ours = _shifts(histories, model, promoted)
    theirs = _cross_fitted_shifts(histories, model, placebos, random_state)
    n_before = promoted.before.sum(axis=1), placebos.before.sum(axis=1)
    tails = _fit_tails(theirs, n_before[1])
    z = theirs.effect / (theirs.se * _tail_scale(tails, theirs.length, n_before[1]))
    weight, own_weight = _look_alike_odds(ours, theirs, promoted.start, placebos.start)
    widening = _new_rater_widening(ours, theirs, z, weight)
    scale = _tail_scale(tails, ours.length, n_before[0]) * widening
    se = ours.se * scale
    order = np.lexsort((weight, z))
    z, weight = z[order], weight[order]
    # What look-alikes do on average is no drop, even where the model did not foresee it.
    middle = float(weighted_quantile(z, weight, np.array([0.5]))[0])
    effect, z = ours.effect - middle * se, z - middle
    early, late, half_se, recovery = _halves(histories, model, promoted)
    return Comparison(
        effect=effect,
        se=se,
        p_value=weighted_rank(effect / se, own_weight, z, weight),
        offset=middle * se,
        early=early - middle * half_se[0] * scale,
        late=late - middle * half_se[1] * scale,
        late_se=half_se[1] * scale,
        recovery=recovery / scale,
        z=z,
        weight=weight,
        degrees_of_freedom=tails,
    )


def weighted_rank(values: Floats, own_weight: Floats, among: Floats, weight: Floats) -> Floats:
    """Weighted share of `among` (sorted) at or below each value, the value itself counted once.

    Examples
    --------
    Of nine placebos of equal weight none fell as much: 1 in 10.

    >>> float(weighted_rank(np.array([-9.0]), np.ones(1), np.arange(9.0), np.ones(9))[0])
    0.1
    """
    below = np.concatenate([[0.0], np.cumsum(weight)])
    share = below[np.searchsorted(among, values, side="right")] + own_weight
    rank: Floats = np.minimum(share / (below[-1] + own_weight), 1.0)
    return rank


def weighted_quantile(among: Floats, weight: Floats, share: Floats) -> Floats:
    """Give the values of `among` (sorted) below which the given shares of the weight lie.

    Examples
    --------
    >>> weighted_quantile(np.array([-1.0, 0.0, 1.0]), np.ones(3), np.array([0.5])).tolist()
    [0.0]
    """
    middle = np.cumsum(weight) - weight / 2
    quantile: Floats = np.interp(np.asarray(share) * weight.sum(), middle, among)
    return quantile


def adjust_p_values(p_values: Floats) -> Floats:
    """Turn p-values into q-values, Benjamini-Hochberg with Storey's share of no effect.

    Among few people that share is anybody's guess, and a low guess raises false flags. It is drawn
    towards 1 as if ten more people had been judged of whom none fell; among hundreds that counts
    for little.

    Parameters
    ----------
    p_values
        One a person; all of them, not only the small ones.

    Returns
    -------
    ndarray
        Flagging everyone with a q-value of at most 0.10 accepts one false flag in ten. A p-value
        above one half never gets one below 1.

    Examples
    --------
    >>> adjust_p_values(np.array([0.01, 0.02, 0.60, 0.90])).round(3).tolist()
    [0.04, 0.04, 1.0, 1.0]

    Of ten people at 0.01, plain Benjamini-Hochberg would say 0.01, Storey's estimate alone 0.002.

    >>> round(float(adjust_p_values(np.full(10, 0.01))[0]), 4)
    0.006
    """
    count = len(p_values)
    if not count:
        return np.empty(0)
    above = 1 + int((p_values > 0.5).sum())
    no_effect = min(1.0, (above + _UNSEEN) / (0.5 * count + _UNSEEN))
    order = np.argsort(p_values, kind="stable")
    steps = no_effect * count * p_values[order] / np.arange(1, count + 1)
    q_values = np.empty(count)
    q_values[order] = np.minimum.accumulate(steps[::-1])[::-1]
    return np.where(p_values > 0.5, 1.0, np.minimum(q_values, 1.0))


def _cross_fitted_shifts(
    histories: Histories, model: Counterfactual, placebos: Windows, random_state: int
) -> _Shifts:
    """Shifts of the placebos, each from a fit that their own output had no part in."""
    n_people = len(histories.people)
    folds = np.random.default_rng(random_state).permutation(n_people) % _FOLDS
    size = len(placebos.person)
    parts = _Shifts(
        np.empty(size), np.empty(size), np.empty(size), np.empty((size, 4)), np.empty(size)
    )
    for fold, without in leave_people_out(histories, model, folds):
        which = np.flatnonzero(folds[placebos.person] == fold)
        shifts = _shifts(histories, without, placebos.take(which))
        parts.effect[which] = shifts.effect
        parts.se[which] = shifts.se
        parts.length[which] = shifts.length
        parts.features[which] = shifts.features
        parts.new_raters[which] = shifts.new_raters
    return parts


def _shifts(histories: Histories, model: Counterfactual, windows: Windows) -> _Shifts:
    """Estimate the constant shift of each window, block by block."""
    size = len(windows.person)
    effect, se, length = np.empty(size), np.empty(size), np.empty(size)
    features, new_raters = np.empty((size, 4)), np.zeros(size)
    for first in range(0, size, _BLOCK):
        here = slice(first, first + _BLOCK)
        block = windows.take(np.arange(size)[here])
        residuals = residuals_from(histories, model, block.person)
        seen = block.before | block.after
        shift = estimate_shift(
            residuals,
            seen,
            block.after[:, :, None].astype(float),
            model.covariance,
            _rater_covariance(histories, model, block),
        )
        effect[here], se[here] = shift.effect[:, 0], shift.se[:, 0]
        anywhere = np.zeros(len(block.person), dtype=np.int64)
        _, _, length[here] = condition_on_past(residuals, block.before, anywhere, model.covariance)
        features[here] = _recent_history(residuals, block)
        if histories.n_raters:
            new_raters[here] = _share_of_new_raters(histories.rater[block.person], block)
    return _Shifts(effect, se, length, features, new_raters)


def _halves(
    histories: Histories, model: Counterfactual, promoted: Windows
) -> tuple[Floats, Floats, Floats, Floats]:
    """Shift of the first and the second half of the cycles after, and how they differ."""
    rank = np.cumsum(promoted.after, axis=1)
    first = promoted.after & (2 * rank <= rank[:, -1:] + 1)
    second = promoted.after & ~first
    # With a single cycle after there is no second half, and a shape of zeros cannot be solved.
    both = np.flatnonzero(second.any(axis=1))
    block = promoted.take(both)
    shift = estimate_shift(
        residuals_from(histories, model, block.person),
        block.before | block.after,
        np.stack([first[both], second[both]], axis=2).astype(float),
        model.covariance,
        _rater_covariance(histories, model, block),
    )
    size = len(promoted.person)
    effect, se, recovery = np.full((2, size), np.nan), np.full((2, size), np.nan), np.zeros(size)
    effect[:, both], se[:, both] = shift.effect.T, shift.se.T
    spread = se[0, both] ** 2 + se[1, both] ** 2 - 2 * shift.covariance[:, 0, 1]
    recovery[both] = (effect[1, both] - effect[0, both]) / np.sqrt(spread)
    return effect[0], effect[1], se, recovery


def _rater_covariance(
    histories: Histories, model: Counterfactual, windows: Windows
) -> Floats | None:
    """Give what is unknown of the raters after the promotion, (n, T, T)."""
    if not histories.n_raters:
        return None
    rater = histories.rater[windows.person]
    return unknown_severity(model, rater, windows.after & (rater >= 0))


def _recent_history(residuals: Floats, windows: Windows) -> Floats:
    """Sum up what people are picked for: their last cycles before, all of them, and squares."""
    column = np.arange(residuals.shape[1])
    recent = windows.before & (column >= windows.start[:, None] - _RECENT)
    means = [
        np.where(cells, residuals, 0.0).sum(axis=1) / np.maximum(cells.sum(axis=1), 1)
        for cells in (recent, windows.before)
    ]
    return np.column_stack([means[0], means[1], means[0] ** 2, means[1] ** 2])


def _share_of_new_raters(rater: Ints, windows: Windows) -> Floats:
    """Give the share of the cycles after that somebody rates who never rated the person before."""
    rated = windows.after & (rater >= 0)
    met = (rater[:, :, None] == rater[:, None, :]) & windows.before[:, None, :]
    new = rated & ~met.any(axis=2)
    share: Floats = new.sum(axis=1) / np.maximum(rated.sum(axis=1), 1)
    return share


def _tail_scale(degrees_of_freedom: float, length: Floats, count: Ints) -> Floats:
    """Say how much wider than usual a person's later cycles scatter, judged by the earlier ones."""
    return np.sqrt((degrees_of_freedom + length) / (degrees_of_freedom + count))


def _fit_tails(shifts: _Shifts, count: Ints) -> float:
    """Pick the degrees of freedom under which the placebos are likeliest."""

    def likelihood(tails: float) -> float:
        scale = shifts.se * _tail_scale(tails, shifts.length, count)
        density = stats.t.logpdf(shifts.effect / scale, tails + count)
        return float(np.sum(density - np.log(scale)))

    return max(_TAILS, key=likelihood)


def _look_alike_odds(
    ours: _Shifts, theirs: _Shifts, our_start: Ints, their_start: Ints
) -> tuple[Floats, Floats]:
    """Give the odds of promotion of the placebos, and of the promoted themselves, capped."""
    features = np.vstack(
        [
            np.column_stack([shifts.features, start])
            for shifts, start in ((theirs, their_start), (ours, our_start))
        ]
    )
    promoted = np.repeat([0.0, 1.0], [len(their_start), len(our_start)])
    odds = np.exp(_logistic_scores(features, promoted))
    theirs_odds = odds[: len(their_start)]
    cap = np.quantile(theirs_odds, _LARGEST_WEIGHT)
    return np.minimum(theirs_odds, cap), np.minimum(odds[len(their_start) :], cap)


def _logistic_scores(features: Floats, outcome: Floats) -> Floats:
    """Fit a logistic regression with a light ridge, by Newton steps; give its linear predictor."""
    spread = features.std(axis=0)
    scaled = (features - features.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    design = np.column_stack([np.ones(len(scaled)), scaled])
    penalty = np.diag(np.r_[1e-9, np.ones(scaled.shape[1])])

    def loss(at: Floats) -> float:
        scores = design @ at
        fit = np.sum(np.logaddexp(0.0, scores) - outcome * scores)
        return float(fit + at @ penalty @ at / 2)

    coefficients = np.zeros(design.shape[1])
    coefficients[0] = np.log(outcome.mean() / (1 - outcome.mean()))
    for _ in range(50):
        fitted = special.expit(design @ coefficients)
        slope = design.T @ (outcome - fitted) - penalty @ coefficients
        curvature = (design * (fitted * (1 - fitted))[:, None]).T @ design + penalty
        step = np.linalg.solve(curvature, slope)
        # A full step can overshoot where few were promoted; the loss is convex, so half of it ends.
        while loss(coefficients + step) > loss(coefficients) and np.abs(step).max() > 1e-10:
            step = step / 2
        coefficients = coefficients + step
        if np.abs(step).max() < 1e-8:
            break
    scores: Floats = np.clip(design @ coefficients, -30, 30)
    return scores


def _new_rater_widening(ours: _Shifts, theirs: _Shifts, z: Floats, weight: Floats) -> float:
    """Say how much wider placebos scatter that got as many new raters as the promoted did.

    Promotion usually brings a rater who never rated the person before; most placebos keep theirs.
    The slope of the squared shifts on the share of new raters is shrunk by its own uncertainty:
    taken as it comes, noise could only ever widen.
    """
    share = theirs.new_raters - theirs.new_raters.mean()
    total = float(share @ share)
    if total <= 0 or not ours.new_raters.any():
        return 1.0
    squares = (z - z.mean()) ** 2
    slope = float(share @ squares) / total
    rest = squares - squares.mean() - slope * share
    variance = _SAME_PEOPLE * float(np.mean(rest**2)) / total
    slope *= max(0.0, 1.0 - variance / max(slope**2, 1e-12))
    usual = float(np.average(theirs.new_raters, weights=weight))
    spread = float(squares.mean()) + slope * (usual - float(theirs.new_raters.mean()))
    more = slope * (float(ours.new_raters.mean()) - usual)
    return float(np.sqrt(np.clip(1.0 + more / max(spread, 1e-12), 1.0, _WIDEST**2)))
