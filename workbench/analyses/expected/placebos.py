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

from workbench.analyses.expected.discoveries import weighted_quantile, weighted_rank
from workbench.analyses.expected.histories import Floats, Ints
from workbench.analyses.expected.shifts import Halves, Shifts

__all__ = ["Comparison", "compare_with_placebos"]

_LARGEST_WEIGHT = 0.98  # quantile of the odds at which they are capped
_TAILS = (3.0, 4.0, 6.0, 8.0, 12.0, 20.0, 50.0, 1000.0)  # degrees of freedom tried
_SAME_PEOPLE = 2.0  # placebos of one person overlap, so that variances are about twice as large


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the placebos say of each promoted person; m promoted.

    Attributes
    ----------
    effect, se, p_value : (m,)
        Shift in standard deviations beyond the median placebo's, its standard error (tails
        included), and the share of look-alike placebos that fell as much or more; the share that
        the model says where that is larger, as the farthest placebos are few.
    offset : (m,)
        The shift that the median placebo would have had; already taken off the effect.
    early, late, recovery : (m,)
        Shift of the first and second half of the cycles after, and the studentized difference.
    late_se : (m,)
        Standard error of the late shift.
    n_alike : (m,)
        Placebos with cycles before at least as far out as those of the promotion, on the same side.
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
    n_alike: Ints
    z: Floats
    weight: Floats
    degrees_of_freedom: float


def compare_with_placebos(ours: Shifts, halves: Halves, theirs: Shifts) -> Comparison:
    """Set the shifts of the promoted against those of look-alike placebos.

    Parameters
    ----------
    ours, halves
        Of the promoted.
    theirs
        Of the placebos, none of them NaN.

    Returns
    -------
    Comparison
    """
    tails = _fit_tails(theirs)
    z = theirs.effect / (theirs.se * _tail_scale(tails, theirs.length, theirs.n_before))
    weight, own_weight = _look_alike_odds(ours, theirs)
    scale = _tail_scale(tails, ours.length, ours.n_before)
    se = ours.se * scale
    order = np.lexsort((weight, z))
    z, weight = z[order], weight[order]
    # What look-alikes do on average is no drop, even where the model did not foresee it.
    median = float(weighted_quantile(z, weight, np.array([0.5]))[0])
    middle = _shrink_towards_zero(median, weight)
    effect, z = ours.effect - middle * se, z - median
    return Comparison(
        effect=effect,
        se=se,
        p_value=np.maximum(
            weighted_rank(effect / se, own_weight, z, weight),
            stats.t.cdf(effect / se, tails + ours.n_before),
        ),
        offset=middle * se,
        early=halves.early - middle * halves.early_se * scale,
        late=halves.late - middle * halves.late_se * scale,
        late_se=halves.late_se * scale,
        recovery=halves.rise / scale,
        n_alike=_count_alike(ours.features[:, 0], theirs.features[:, 0]),
        z=z,
        weight=weight,
        degrees_of_freedom=tails,
    )


def _tail_scale(degrees_of_freedom: float, length: Floats, count: Ints) -> Floats:
    """Say how much wider than usual a person's later cycles scatter, judged by the earlier ones."""
    return np.sqrt((degrees_of_freedom + length) / (degrees_of_freedom + count))


def _count_alike(ours: Floats, theirs: Floats) -> Ints:
    """Count the placebos that lie at least as far out as each of the promoted."""
    ordered = np.sort(theirs)
    above = len(ordered) - np.searchsorted(ordered, ours, side="left")
    below = np.searchsorted(ordered, ours, side="right")
    return np.minimum(above, below).astype(np.int64)


def _shrink_towards_zero(median: float, weight: Floats) -> float:
    """Take from the median of the placebos what chance can put there.

    Peers who do well are promoted themselves, after which they are placebos no longer: their last
    good cycles stay in, and lift the median a little above what the model rightly expects.
    """
    people = float(weight.sum() ** 2 / (weight**2).sum()) / _SAME_PEOPLE
    variance = np.pi / 2 / people  # of a median of standard normal values
    return median * max(0.0, 1.0 - variance / max(median**2, 1e-12))


def _fit_tails(shifts: Shifts) -> float:
    """Pick the degrees of freedom under which the placebos are likeliest."""

    def likelihood(tails: float) -> float:
        scale = shifts.se * _tail_scale(tails, shifts.length, shifts.n_before)
        density = stats.t.logpdf(shifts.effect / scale, tails + shifts.n_before)
        return float(np.sum(density - np.log(scale)))

    return max(_TAILS, key=likelihood)


def _look_alike_odds(ours: Shifts, theirs: Shifts) -> tuple[Floats, Floats]:
    """Give the odds of promotion of the placebos, and of the promoted themselves, capped."""
    features = np.vstack([theirs.features, ours.features])
    promoted = np.repeat([0.0, 1.0], [len(theirs.features), len(ours.features)])
    odds = np.exp(_logistic_scores(features, promoted))
    theirs_odds = odds[: len(theirs.features)]
    cap = np.quantile(theirs_odds, _LARGEST_WEIGHT)
    return np.minimum(theirs_odds, cap), np.minimum(odds[len(theirs_odds) :], cap)


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
