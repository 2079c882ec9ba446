"""Own scatter: what else a change in a share may be, where its own level is one of more scatter.

What comes in is a change beyond similar teams, with how far it may be off by their scatter; what
goes out is its interval. A share of few members scatters the more, the nearer it is to a half: of a
team that people leave, more is left to chance than of the teams they stay in.
"""

__all__ = ["widen_interval"]


def widen_interval(
    effect: float, reach: float, *, quantile: float, expected: float, cases: float
) -> tuple[float, float]:
    """Widen the interval of a change in a share by the scatter of the levels it may have come to.

    A change is in the interval if what was seen is no further from it than `quantile` errors. The
    error of no change is that of similar teams, so an interval leaves out zero exactly where it did
    before. The error of another change has added to it what a binomial share scatters more there.

    Parameters
    ----------
    effect
        The change beyond similar teams, as a share.
    reach
        Half the width of the interval from their scatter alone, `quantile` errors.
    quantile
        Of the t distribution.
    expected
        The share after had nothing changed.
    cases
        Members times cycles that the share after is one of.

    Returns
    -------
    tuple of float
        Low and high, none of them nearer to the effect than `reach`.

    Notes
    -----
    The score interval of E. B. Wilson (1927), Probable inference, the law of succession, and
    statistical inference. Journal of the American Statistical Association 22, with the scatter of
    similar teams where no change is supposed. Wilson's is narrower where a share scatters less;
    here it stays as wide as that of similar teams, whose scatter is not binomial alone.

    Examples
    --------
    Nine of ten stayed where all but three in a hundred were to be expected. The fall may be larger
    than the scatter of teams that keep their people lets one think; that it is none stays open.

    >>> low, high = widen_interval(-0.07, 0.08, quantile=1.7, expected=0.97, cases=20.0)
    >>> round(low, 3), round(high, 3)
    (-0.246, 0.01)
    """
    expected = min(max(expected, 0.0), 1.0)
    # A change x adds ((1 - 2 expected) x - x^2) / cases to the square of the error, so that the
    # ends solve a x^2 - 2 b x + c = 0.
    weight = quantile**2 / cases
    a = 1 + weight
    b = effect + weight * (1 - 2 * expected) / 2
    c = effect**2 - reach**2
    low, high = effect - reach, effect + reach
    inside = b**2 - a * c
    # Where zero is out, so are the changes beyond it, however widely few cases scatter there.
    if inside < 0 or (c > 0 and b * effect <= 0):
        return low, high
    root = inside**0.5
    return min(low, (b - root) / a), max(high, (b + root) / a)
