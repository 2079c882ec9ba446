"""What could be known at best: two oracles that are told what was planted.

Both predict each person's later cycles from the earlier ones with the planted parameters, and know
what share of the promoted did not drop. `oracle` also knows the severity of every rater, what every
team had in common in every cycle, how noisy each person is and how a drop comes and goes;
`parameter_oracle` predicts severity, and knows none of the others.
"""

import numpy as np

from benchmarks.verdicts import Floats, Judged, Verdict, by_normal

__all__ = ["oracle", "parameter_oracle"]


def oracle(judged: Judged) -> Verdict:
    """Know everything but who dropped, how far, and what is a person's own."""
    world = judged.world
    residual = judged.score - world.mean - world.shocks
    noise = world.noise_variance[judged.person]
    covariance = world.covariance + noise[:, None, None] * np.eye(len(world.covariance))
    since = np.arange(len(world.shape)) - judged.start[:, None]
    shape = np.where(judged.after, world.shape[np.maximum(since, 0)], 0.0)
    return _known_shift(judged, residual[judged.person], covariance, shape)


def parameter_oracle(judged: Judged) -> Verdict:
    """Know the parameters; severity is predicted from the comparable cells."""
    world = judged.world
    size = len(world.covariance)
    noise = float(world.noise_variance.mean()) + world.shock_variance
    covariance = world.covariance + noise * np.eye(size)
    residual = judged.score - world.mean
    severity, unknown = _predict_severity(judged, residual, covariance)
    residual = (residual - severity[judged.rater])[judged.person]
    rater = judged.rater[judged.person]
    rated = judged.after[:, :, None] & judged.after[:, None, :]
    still_unknown = np.where(rated, unknown[rater[:, :, None], rater[:, None, :]], 0.0)
    return _known_shift(judged, residual, covariance + still_unknown, judged.after * 1.0)


def _predict_severity(
    judged: Judged, residual: Floats, covariance: Floats
) -> tuple[Floats, Floats]:
    """Predict the raters' severity with the planted variances; its mean and covariance."""
    seen, rater = judged.untreated, judged.rater
    n_raters = int(rater.max()) + 1
    weight = _inverse_of_seen(covariance, seen)
    pair = rater[:, :, None] * n_raters + rater[:, None, :]
    left = np.bincount(pair.ravel(), weight.ravel(), minlength=n_raters**2)
    pull = np.einsum("ntu,nu->nt", weight, np.where(seen, residual, 0.0))
    right = np.bincount(rater.ravel(), pull.ravel(), minlength=n_raters)
    variance = max(judged.world.severity_variance, 1e-9)
    unknown = np.linalg.inv(left.reshape(n_raters, n_raters) + np.eye(n_raters) / variance)
    return unknown @ right, unknown


def _known_shift(judged: Judged, residual: Floats, covariance: Floats, shape: Floats) -> Verdict:
    """Estimate by generalized least squares how far output shifted, on average of the cells."""
    weight = _inverse_of_seen(covariance, judged.before | judged.after)
    precision = np.einsum("nt,ntu,nu->n", shape, weight, shape)
    size = np.einsum("nt,ntu,nu->n", shape, weight, residual) / precision
    average = shape.sum(axis=1) / judged.after.sum(axis=1)
    no_drop = float(np.mean(judged.drop == 0)) if len(judged.drop) else 1.0
    return by_normal(size * average, average * precision**-0.5, no_drop)


def _inverse_of_seen(covariance: Floats, seen: np.ndarray) -> Floats:
    """Invert the covariance of each person's seen cells; zero in the others."""
    both = seen[:, :, None] & seen[:, None, :]
    masked = np.where(both, covariance, np.eye(covariance.shape[-1]))
    inverse: Floats = np.linalg.inv(masked) * both
    return inverse
