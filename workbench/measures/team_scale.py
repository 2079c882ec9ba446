"""Team scale: measures that a team's tools or its way of counting move, and not its people.

What comes in are measures that are comparable within job family and cycle, one row per person and
cycle; what goes out are the same measures, with those on a scale of the team's own held against the
team's other measures.

What a whole team does better or worse in *all* its measures is left alone: that is the team's
output, and its people's. A constant difference between teams in one measure is left alone too:
within a person it cancels, and teams differ in what they are good at. Two things are taken out:

- a measure that is declared to be on each team's own scale, such as story points;
- one measure of a team that jumps from one cycle to the next and stays there, for nearly all of its
  people at once, while their other measures stand: a change of tools.

Such a measure still tells the people of a team apart from each other. Its mean in the team is set
to that of the team's other measures, each person apart from their own share in it, and the less so
the fewer colleagues there are to tell and the less such means differ at all.
"""

import numpy as np
import numpy.typing as npt

__all__ = ["equate_teams", "find_jumps"]

_Floats = npt.NDArray[np.float64]
_Codes = npt.NDArray[np.int64]
_Mask = npt.NDArray[np.bool_]

_FEWEST_MEASURES = 3  # with two, nobody can say which of them moved
_FEWEST_PEOPLE = 5  # of a team, on both sides of a jump
_SURE = 4.5  # standard errors; a company has thousands of places where a jump could be


def equate_teams(
    values: _Floats,
    weights: _Floats,
    own_scale: _Mask,
    team: _Codes,
    cycle: _Codes,
    reference: _Mask,
) -> _Floats:
    """Set the measures on a team's own scale to the level of the team's other measures.

    Parameters
    ----------
    values : (n, M)
        Comparable measures; NaN where unknown.
    weights : (M,)
        Declared weights.
    own_scale : (J, M)
        Which measures of which team are on its own scale.
    team, cycle : (n,)
        Codes of team (-1: none known) and cycle.
    reference : (n,)
        Rows of engineers, who make the level; the others are moved with them.

    Returns
    -------
    numpy.ndarray
        The measures, those of teams on their own scale moved.

    Examples
    --------
    >>> values = np.array([[1.0, 2.0], [1.0, 2.0], [1.0, 2.0], [0.0, 0.0]])
    >>> own = np.array([[False, True], [False, False]])
    >>> team, cycle = np.array([0, 0, 0, 1]), np.zeros(4, dtype=int)
    >>> equate_teams(values, np.ones(2), own, team, cycle, np.ones(4, dtype=bool))[:, 1].tolist()
    [1.0, 1.0, 1.0, 0.0]
    """
    result = values.copy()
    inside = team >= 0
    if not inside.any() or not own_scale.any():
        return result
    mine = own_scale[np.where(inside, team, 0)] & inside[:, None]
    cell = np.where(inside, team * (int(cycle.max()) + 1) + cycle, 0)
    usable = np.where(np.isnan(values) | mine, 0.0, weights)
    total = (np.nan_to_num(values) * usable).sum(axis=1)
    others = np.divide(
        total, usable.sum(axis=1), out=np.full(len(values), np.nan), where=usable.sum(axis=1) > 0
    )
    for place in np.flatnonzero(mine.any(axis=0)):
        apart = values[:, place] - others
        telling = reference & mine[:, place] & ~np.isnan(apart)
        n_cells = int(cell.max()) + 1
        sums = np.bincount(cell[telling], apart[telling], minlength=n_cells)
        size = np.bincount(cell[telling], minlength=n_cells)
        # Nobody is held against themselves: else a promotion, which takes a person out of the
        # engineers, would change what they are held against.
        colleagues = size[cell] - telling
        offset = (sums[cell] - np.where(telling, apart, 0.0)) / np.maximum(colleagues, 1)
        half = _colleagues_for_half(apart[telling], cell[telling])
        trust = colleagues / np.maximum(colleagues + half, 1)
        result[:, place] -= np.where(mine[:, place] & (colleagues > 0), trust * offset, 0.0)
    return result


def _colleagues_for_half(apart: _Floats, cell: _Codes) -> float:
    """Find with how many colleagues half of a team's difference is believed.

    It is the variance within teams over that between them; infinite where teams do not differ.
    """
    size, sums = np.bincount(cell), np.bincount(cell, apart)
    level = sums / np.maximum(size, 1)
    large = size > 1
    n_rows, n_cells = int(size[large].sum()), int(large.sum())
    if not n_cells:
        return np.inf
    inside = large[cell]
    within = float(((apart - level[cell])[inside] ** 2).sum()) / (n_rows - n_cells)
    between = float((level[large] ** 2 - within / size[large]).mean())
    return within / between if between > 0 else np.inf


def find_jumps(
    values: _Floats,
    weights: _Floats,
    person: _Codes,
    team: _Codes,
    cycle: _Codes,
    reference: _Mask,
) -> tuple[_Floats, _Codes]:
    """Find measures of a team that jumped at some cycle while its other measures stood.

    Every place for a step in the mean of the people who stay is tried; the standard error comes
    from how much such steps vary between teams. Where half of a team's measures or more seem to
    jump, it is the team that changed, and nothing is reported.

    Parameters
    ----------
    values : (n, M)
        Comparable measures; NaN where unknown.
    weights : (M,)
        Declared weights.
    person, team, cycle : (n,)
        Codes; a team of -1 is none. Cycles are numbered in time.
    reference : (n,)
        Rows of engineers; others are not looked at.

    Returns
    -------
    jump : (J, M)
        How far the measure of the team jumped against its others; NaN where it did not.
    since : (J, M)
        The first cycle after it; -1 where there was none.
    """
    n_teams, n_measures = int(team.max(initial=-1)) + 1, values.shape[1]
    jump = np.full((n_teams, n_measures), np.nan)
    since = np.full((n_teams, n_measures), -1, dtype=np.int64)
    known = ~np.isnan(values)
    use = reference & (team >= 0) & (known.sum(axis=1) >= _FEWEST_MEASURES)
    if not use.any():
        return jump, since
    weight = np.where(known[use], weights, 0.0)
    filled = np.nan_to_num(values[use])
    total, present = (filled * weight).sum(axis=1), weight.sum(axis=1)
    # A stay is one person in one team: changing teams is no jump of either team.
    pairs = person[use] * n_teams + team[use]
    stay = np.unique(pairs, return_inverse=True)[1].astype(np.int64)
    for place in range(n_measures):
        there = known[use, place]
        rest = present[there] - weight[there, place]
        if not there.any() or not (rest > 0).all():
            continue
        others = (total[there] - filled[there, place] * weight[there, place]) / rest
        apart = filled[there, place] - others
        steps = _steps(apart, stay[there], team[use][there], cycle[use][there], n_teams)
        jump[:, place], since[:, place] = _largest_sure(*steps)
    share = np.where(since >= 0, weights, 0.0).sum(axis=1)
    whole = 2 * share >= weights[known.any(axis=0)].sum()
    jump[whole], since[whole] = np.nan, -1
    return jump, since


def _steps(
    apart: _Floats, stay: _Codes, team: _Codes, cycle: _Codes, n_teams: int
) -> tuple[_Floats, _Floats]:
    """Estimate a step of each team's mean at each cycle, from within stays; and its precision.

    Of a regression on "at or after this cycle" with an effect for each stay.
    """
    n_cycles, n_stays = int(cycle.max()) + 1, int(stay.max()) + 1
    length = np.bincount(stay, minlength=n_stays)
    level = np.bincount(stay, apart, minlength=n_stays) / np.maximum(length, 1)
    centred = apart - level[stay]
    of_stay = np.zeros(n_stays, dtype=np.int64)
    of_stay[stay] = team
    step, precision = np.zeros((2, n_cycles, n_teams))
    for first in range(1, n_cycles):
        late = cycle >= first
        n_late = np.bincount(stay[late], minlength=n_stays)
        moment = n_late * (1 - n_late / np.maximum(length, 1))
        both = np.bincount(of_stay, moment > 0, minlength=n_teams) >= _FEWEST_PEOPLE
        among = np.bincount(of_stay, moment, minlength=n_teams)
        sums = np.bincount(team[late], centred[late], minlength=n_teams)
        step[first] = np.divide(sums, among, out=np.zeros(n_teams), where=both & (among > 0))
        precision[first] = np.where(both, among, 0.0)
    free = max(len(apart) - n_stays, 1)
    noise = float((centred**2).sum()) / free
    return step, precision / max(noise, 1e-12)


def _largest_sure(step: _Floats, precision: _Floats) -> tuple[_Floats, _Codes]:
    """Take each team's surest step, where it is sure enough."""
    z = step * np.sqrt(precision)
    tried = z[precision > 0]
    # Noise that lasts for cycles makes steps vary by more than independent noise would.
    wide = max(1.0, 1.4826 * float(np.median(np.abs(tried)))) if tried.size else 1.0
    place = np.argmax(np.abs(z), axis=0)
    teams = np.arange(step.shape[1])
    sure = np.abs(z[place, teams]) > _SURE * wide
    return np.where(sure, step[place, teams], np.nan), np.where(sure, place, -1).astype(np.int64)
