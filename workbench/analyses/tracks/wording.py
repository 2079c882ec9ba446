"""Wording: estimates and their intervals as words.

What comes in is an `Estimate`; what goes out is text for the middle of a sentence.
"""

from collections.abc import Sequence

import numpy as np

from workbench.analyses.tracks.intervals import Estimate

__all__ = ["listed", "number", "numbers", "percent", "percents", "say_ratio"]


def say_ratio(estimate: Estimate) -> str:
    """Say how many times as often the first happened, where that can be said.

    Examples
    --------
    >>> say_ratio(Estimate(2.0, 0.62, 7.5)), say_ratio(Estimate(np.inf, 1.2, np.inf))
    (': 2.0 times as often (0.62 to 7.5)', '; at least 1.2 times as often')
    >>> say_ratio(Estimate(np.inf, 0.053, np.inf))
    '; at least 0.05 times as often'
    """
    if np.isnan(estimate.value):
        return "; neither happened, so the two do not compare"
    if np.isinf(estimate.value):
        return f"; at least {_times(estimate.low)} times as often"
    value, low, high = map(_times, estimate)
    upper = "no upper end" if np.isinf(estimate.high) else f"to {high}"
    return f": {value} times as often ({low} {upper})"


def _times(ratio: float) -> str:
    """Write a ratio with two digits, so that a small one is not rounded to a larger claim."""
    return f"{ratio:.{1 if ratio >= 1 else 2}f}"


def listed(texts: Sequence[str]) -> str:
    """Join texts as in a sentence.

    Examples
    --------
    >>> listed(["seats", "pay", "engagement"])
    'seats, pay and engagement'
    """
    return " and ".join(", ".join(texts).rsplit(", ", 1))


def percent(share: float) -> str:
    """Write a share in percent, with a decimal where it is small.

    Examples
    --------
    >>> percent(0.284), percent(0.016), percent(0.0)
    ('28 %', '1.6 %', '0 %')
    """
    return f"{100 * share:.{0 if share >= 0.1 or share == 0 else 1}f} %"


def percents(estimate: Estimate) -> str:
    """Write a share and its interval in percent.

    Examples
    --------
    >>> percents(Estimate(0.28, 0.21, 0.36))
    '28 %, 21 to 36 %'
    """
    low, high = percent(estimate.low).removesuffix(" %"), percent(estimate.high)
    return f"{percent(estimate.value)}, {low} to {high}"


def number(value: float, *, signed: bool = False) -> str:
    """Write a number with two decimals; a zero has no sign.

    Examples
    --------
    >>> number(-0.001, signed=True), number(-0.25, signed=True), number(3.617)
    ('0.00', '\u22120.25', '3.62')
    """
    rounded = round(value, 2)
    text = f"{rounded:+.2f}" if signed and rounded else f"{rounded or 0:.2f}"
    return text.replace("-", "\u2212")


def numbers(estimate: Estimate, *, signed: bool = False) -> str:
    """Write the ends of an interval.

    Examples
    --------
    >>> numbers(Estimate(0.1, -0.2, 0.4), signed=True)
    '\u22120.20 to +0.40'
    """
    if np.isnan(estimate.low):
        return "no interval"
    return f"{number(estimate.low, signed=signed)} to {number(estimate.high, signed=signed)}"
