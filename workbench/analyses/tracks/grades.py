"""Grades: how the people of each track spread over pay bands or levels, from lowest to highest.

What comes in is one grade per person; what goes out are counts by track and grade in which no small
group can be seen, not by subtraction either. Grades held by few people in all are joined with the
next one; of what is left, small cells are hidden, and as many others as it takes.
"""

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

__all__ = ["Grades", "count_grades", "find_top", "median_grade", "name_top"]

_NUMBERED = re.compile(r"^(\D*?)[\s._-]*(\d+(?:[.,]\d+)*)\s*(.*)$", re.DOTALL)
_LETTERED = re.compile(r"^(?:(.*)[\s._-])?([a-z])$")
_THOUSANDS = re.compile(r"[.,](?=\d{3}(?:\D|$))")
_ROMAN = {each: place for place, each in enumerate("i ii iii iv v vi vii viii ix x".split(), 1)}

# Fewer holders of a grade than this, on average, and it is rather the pay of each than a band.
_LEAST_HOLDERS = 3

# Rank correlation of level and grade among engineers, below which grade 1 is the highest.
_CLEARLY_DOWN = -0.5

_Step = tuple[str, float, str]
_Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Grades:
    """How the people of each track spread over grades.

    Attributes
    ----------
    shown
        One row per track and grade: `track`, `grade`, `place` (0 is the lowest), `n`, `share` (of
        the people of the track whose grade is known), `hidden`; missing numbers where hidden.
    counts
        Everybody, by grade (rows, lowest first) and track (columns). Not to be shown.
    ordered
        Whether the grades can be brought into one order.
    comparable
        Whether the grades of both tracks of leadership stand on one scale.
    notes
        What was done, in sentences.
    """

    shown: pd.DataFrame
    counts: pd.DataFrame
    ordered: bool
    comparable: bool
    notes: tuple[str, ...]


def count_grades(
    grades: pd.Series,
    tracks: pd.Series,
    *,
    name: str,
    min_group_size: int,
    guide: pd.Series | None = None,
) -> Grades:
    """Count people by track and grade, so that no small group can be seen.

    Parameters
    ----------
    grades
        Text such as `B6`, `Grade 12`, `Band C`; missing where not known.
    tracks
        An ordered category: the track of each person, with the same index.
    name
        What the grades are called in a sentence, in the plural: `pay bands`.
    min_group_size
        People in a group, below which nothing of the group is shown.
    guide
        Numbers that rise with rank, such as levels of one ladder: where grades fall while they
        rise, the grades count downwards (grade 1 is the highest).

    Returns
    -------
    Grades

    Examples
    --------
    >>> grades = pd.Series(["B1"] * 7 + ["B2"] * 6 + ["B3"])
    >>> tracks = pd.Series(pd.Categorical(["engineer"] * 14))
    >>> found = count_grades(grades, tracks, name="pay bands", min_group_size=5)
    >>> found.shown[["grade", "n"]].values.tolist()
    [['B1', 7], ['B2 to B3', 7]]
    """
    known = grades.notna() & tracks.notna()
    grades, tracks = grades[known].astype(str).str.strip(), tracks[known]
    distinct = sorted(grades.unique())
    if len(distinct) > max(1, len(grades) // _LEAST_HOLDERS):
        return _no_grades(
            tracks,
            f"There are {len(distinct):,} different {name} for {len(grades):,} people, so that "
            "they would show single people. They are not used.",
        )
    steps = _read_steps(distinct)
    order = sorted(distinct, key=lambda each: steps[each]) if steps else distinct
    counts = pd.crosstab(grades, tracks, dropna=False).reindex(order)
    notes = []
    if steps and guide is not None and _counts_down(grades, guide[known], order):
        counts = counts.iloc[::-1]
        notes.append(f"The {name} count downwards: engineers of higher level have lower ones.")
    ladders = [steps[each][0] if steps else each for each in counts.index]
    if steps:
        counts = _join_rare(counts, ladders, min_group_size)
    return Grades(
        shown=_hide_small(counts, min_group_size),
        counts=counts,
        ordered=steps is not None,
        comparable=steps is not None and _on_one_scale(grades, tracks, steps),
        notes=tuple(notes),
    )


def median_grade(grades: Grades, track: str) -> str:
    """Name the grade in the middle of a track, or nothing where it is hidden or not known.

    Examples
    --------
    >>> grades, tracks = pd.Series(["B1"] * 5 + ["B2"] * 6), pd.Series(pd.Categorical(["a"] * 11))
    >>> found = count_grades(grades, tracks, name="pay bands", min_group_size=5)
    >>> median_grade(found, "a"), median_grade(found, "b")
    ('B2', '')
    """
    if not grades.ordered or track not in grades.counts or not grades.counts[track].sum():
        return ""
    below = grades.counts[track].cumsum() / grades.counts[track].sum()
    middle = str(below.index[int(np.argmax(below.to_numpy() >= 0.5))])
    shown = grades.shown
    cell = shown["track"].eq(track) & shown["grade"].eq(middle) & ~shown["hidden"]
    return middle if cell.any() else ""


def find_top(grades: Grades, track: str) -> int | None:
    """Give the place of the highest grade of a track; None where it is hidden or not known.

    Examples
    --------
    >>> grades, tracks = pd.Series(["B1"] * 5 + ["B2"] * 6), pd.Series(pd.Categorical(["a"] * 11))
    >>> find_top(count_grades(grades, tracks, name="pay bands", min_group_size=5), "a")
    1
    """
    if not grades.ordered:
        return None
    cells = grades.shown[grades.shown["track"].eq(track)]
    held = cells[cells["hidden"] | (cells["n"].fillna(0) > 0)]
    if held.empty or bool(held["hidden"].iloc[-1]):
        return None
    return int(held["place"].iloc[-1])


def name_top(grades: Grades, track: str) -> str:
    """Name the highest grade of a track, or nothing where it is hidden or not known.

    Examples
    --------
    >>> grades, tracks = pd.Series(["B1"] * 5 + ["B2"] * 6), pd.Series(pd.Categorical(["a"] * 11))
    >>> name_top(count_grades(grades, tracks, name="pay bands", min_group_size=5), "a")
    'B2'
    """
    top = find_top(grades, track)
    return "" if top is None else str(grades.counts.index[top])


def _no_grades(tracks: pd.Series, note: str) -> Grades:
    """Give no grade, and why."""
    counts = pd.DataFrame(index=pd.Index([], dtype=object), columns=tracks.cat.categories)
    shown = _hide_small(counts.astype("int64"), 1)
    return Grades(shown, counts.astype("int64"), False, False, (note,))


def _read_steps(grades: list[str]) -> dict[str, _Step] | None:
    """Split grades into ladder, number and the rest; None where they have no order."""
    lowered = {grade: grade.casefold() for grade in grades}
    endings = {grade: re.split(r"[\s._-]", text)[-1] for grade, text in lowered.items()}
    if all(ending in _ROMAN for ending in endings.values()):
        return {grade: ("", _ROMAN[ending], "") for grade, ending in endings.items()}
    steps: dict[str, _Step] = {}
    for grade, text in lowered.items():
        numbered, lettered = _NUMBERED.match(text), _LETTERED.match(text)
        if numbered:
            whole, _, part = _THOUSANDS.sub("", numbered[2]).replace(",", ".").partition(".")
            number = float(f"{whole}.{part.replace('.', '')}")
            steps[grade] = (numbered[1], number, numbered[3])
        elif lettered:
            steps[grade] = (lettered[1] or "", float(ord(lettered[2])), "")
        else:
            return None
    return steps


def _counts_down(grades: pd.Series, guide: pd.Series, order: list[str]) -> bool:
    """Say whether the grades of people fall while their rank rises."""
    place = grades.map({grade: number for number, grade in enumerate(order)})
    both = guide.notna()
    if both.sum() < 3 or place[both].nunique() < 2 or guide[both].nunique() < 2:
        return False
    together = place[both].rank().corr(guide[both].astype(float).rank())
    return bool(together < _CLEARLY_DOWN)


def _on_one_scale(grades: pd.Series, tracks: pd.Series, steps: dict[str, _Step]) -> bool:
    """Say whether both tracks of leadership have grades of one ladder.

    "E5" and "M3" are of two ladders, while "B3" and "C1" are of one where engineers have both.
    """
    ladders = grades.map({grade: step[0] for grade, step in steps.items()})
    used = {
        track: ladders[tracks.eq(track)]
        for track in ("engineer", "technical_leadership", "management")
    }
    if used["technical_leadership"].empty or used["management"].empty:
        return False
    if used["engineer"].nunique() > 1 and ladders.str.fullmatch("[a-z]").all():
        return True
    # Of equally frequent ladders, the first: the same whatever order the rows came in.
    main = [used[each].mode().iloc[0] for each in ("technical_leadership", "management")]
    return bool(main[0] == main[1])


def _join_rare(counts: pd.DataFrame, ladders: list[str], least: int) -> pd.DataFrame:
    """Join grades held by few people in all with the one below, the lowest with the one above."""
    rows = counts.to_numpy(dtype=np.int64)
    groups = [[place] for place in range(len(rows))]

    def held(group: list[int]) -> int:
        return int(rows[group].sum())

    place = len(groups) - 1
    while place >= 0:
        same = [ladders[groups[place][0]] == ladders[each[0]] for each in groups]
        if held(groups[place]) < least:
            if place and same[place - 1]:
                groups[place - 1] += groups.pop(place)
            elif place + 1 < len(groups) and same[place + 1]:
                groups[place] += groups.pop(place + 1)
        place -= 1
    names = [str(each) for each in counts.index]
    labels = [
        names[each[0]] if len(each) == 1 else f"{names[each[0]]} to {names[each[-1]]}"
        for each in groups
    ]
    joined = np.array([rows[each].sum(axis=0) for each in groups]).reshape(-1, rows.shape[1])
    return pd.DataFrame(joined, index=labels, columns=counts.columns)


def _hide_small(counts: pd.DataFrame, least: int) -> pd.DataFrame:
    """List the cells of each track, the small ones hidden and so many others as guard them."""
    parts = []
    for track in counts.columns:
        n = counts[track].to_numpy(dtype=np.int64)
        hidden = _guarded(n, least)
        total = n.sum()
        parts.append(
            pd.DataFrame(
                {
                    "track": str(track),
                    "grade": [str(each) for each in counts.index],
                    "place": np.arange(len(n)),
                    "n": pd.array(n, dtype="Int64"),
                    "share": n / total if total else np.nan,
                    "hidden": hidden,
                }
            )
        )
    shown = pd.concat(parts, ignore_index=True)
    shown["n"] = shown["n"].mask(shown["hidden"])
    shown["share"] = shown["share"].mask(shown["hidden"])
    return shown


def _guarded(n: _Counts, least: int) -> npt.NDArray[np.bool_]:
    """Say which cells are hidden: at least two, which together are no small group either."""
    if 0 < n.sum() < least:
        return np.ones(len(n), dtype=bool)
    hidden = (n > 0) & (n < least)
    while hidden.any() and (hidden.sum() < 2 or n[hidden].sum() < least):
        open_cells = np.flatnonzero(~hidden & (n > 0))
        hidden[open_cells[np.argmin(n[open_cells])]] = True
    return hidden
