"""Pictures of candidates: the map of people, and what each group is strong in.

What comes in is the result of `cluster_candidates`; what goes out are Altair charts.
"""

import textwrap
from collections.abc import Collection, Mapping
from typing import Any

import altair as alt
import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.analyses.candidates import Candidates
from workbench.charts.group_profiles import NO_POOL, name_strengths
from workbench.charts.map_labels import place_labels
from workbench.charts.map_plane import Plane, span_plane
from workbench.charts.role_ranking import name_holders, plot_role_ranking, role_colour
from workbench.charts.theme import (
    ACCENT,
    FLAG_SHAPE,
    GROUP_SHAPES,
    INK,
    RING_SIZE,
    RING_WIDTH,
    Picture,
    counted,
    empty_state,
    labelled,
    plain_text,
    projected,
    shortened,
    themed,
    wrapped,
)

__all__ = ["plot_cluster_map"]

_MOST_DRAWN = 6000
_EASY = 80  # people up to whom a ring can have its full size
_SMALLEST = 9
_NAME_SIZE, _TEXT_SIZE = 16, 13
_NAME_LINE, _TEXT_LINE = 21, 16
_LETTER = 0.58  # how wide a letter is, in parts of the size of the text
_ROOM = 205  # pixels of width for the words of a group
_INSIDE = 4
_LONGEST = 32  # letters of the name of who is chosen


def plot_cluster_map(
    candidates: Candidates,
    *,
    labels: Mapping[str, str] | None = None,
    flagged: Collection[str] = (),
    chosen: str | None = None,
    sure_from: float = 0.8,
    min_role_similarity: float | None = None,
    width: int = 560,
    height: int = 420,
) -> Picture:
    """Map the people whose signals are alike next to each other, and say what the groups are.

    Parameters
    ----------
    candidates
        Its `map` needs person_id, x, y and cluster; its `profiles` cluster, role, n and the means
        of the signals; its `members` person_id, role, role_similarity and probability.
    labels
        The text shown for a person_id when the person is chosen; the id where there is none.
    flagged
        Whose technical output fell: they have the mark of a flag beside their ring.
    chosen
        The person who is marked and named.
    sure_from
        Probability of the own group below which a mark is pale: the person lies between groups.
    min_role_similarity
        Similarity from which a role is named, drawn where people are ranked.
    width, height
        Of the plot without its axes, in pixels.

    Returns
    -------
    altair chart
        One hollow mark a person, shape and colour by group, each group named on the map by its role
        and what it is strong in. Where there are no separate groups, the people nearest to each
        role instead. A click sets the point selection `person` on person_id.
    """
    if candidates.map.empty:
        sentence = _too_little(candidates)
        return empty_state(sentence, width=width, height=height // 2, select="person")
    if len(candidates.profiles) < 2:
        return plot_role_ranking(
            candidates,
            labels=labels,
            flagged=flagged,
            chosen=chosen,
            min_role_similarity=min_role_similarity,
            rows=max((height + 20) // 21, 4),
            width=width,
        )
    people = _read_people(candidates, labels, flagged, sure_from)
    groups = _describe_groups(candidates)
    plane = span_plane(candidates.map, candidates.axes, width, height)
    drawn = _thin_out(people, chosen)
    names = _place_names(people, groups, plane)
    layers = [
        _people_marks(drawn, groups, plane),
        *_flags(drawn, plane),
        *_group_names(names, plane),
        *_chosen_name(drawn, chosen, names, plane),
    ]
    title = _map_title(candidates, people, len(drawn), sure_from, width)
    told = [f"{name}, {' '.join(lines)}" for name, lines in groups[["name", "lines"]].to_numpy()]
    chart = alt.layer(*layers, width=width, height=height, title=title)
    return themed(chart.properties(description=f"{title.text}. {'; '.join(told)}."))


def _too_little(candidates: Candidates) -> str:
    """Say why there is no map."""
    if not candidates.n_pool:
        return NO_POOL
    return (
        f"{counted(candidates.n_pool, 'person is', 'people are')} in the pool, but too few signals "
        "are known of them to be compared."
    )


def _read_people(
    candidates: Candidates,
    labels: Mapping[str, str] | None,
    flagged: Collection[str],
    sure_from: float,
) -> pd.DataFrame:
    """Put beside each place on the map whether the person is flagged, and sure of the group."""
    members = candidates.members.drop_duplicates("person_id").set_index("person_id")
    ids = candidates.map["person_id"]
    return candidates.map.assign(
        kind=candidates.map["cluster"].astype(str),
        label=labelled(ids, labels),
        flagged=ids.astype(str).isin({str(each) for each in flagged}),
        unsure=ids.map(members["probability"]).lt(sure_from),
    )


def _describe_groups(candidates: Candidates) -> pd.DataFrame:
    """Give each group its words: cluster, role, n, kind, name, lines of what it is strong in."""
    groups = candidates.profiles.sort_values("cluster", kind="stable").reset_index(drop=True)
    sizes = [counted(int(n), "person", "people") for n in groups["n"]]
    letters = int(_ROOM / (_TEXT_SIZE * _LETTER))
    lines = [
        textwrap.wrap(f"{size}: {strong}", letters, break_on_hyphens=False)
        for size, strong in zip(sizes, name_strengths(groups), strict=True)
    ]
    names = [
        plain_text(name_holders(str(role), int(n)))
        for role, n in zip(groups["role"], groups["n"], strict=True)
    ]
    return groups.assign(
        kind=groups["cluster"].astype(str), name=names, lines=pd.Series(lines, dtype=object)
    )


def _thin_out(people: pd.DataFrame, chosen: str | None) -> pd.DataFrame:
    """Leave some people out where a browser could not draw all, but no flag and not the chosen."""
    if len(people) <= _MOST_DRAWN:
        return people
    kept = people["flagged"] | people["person_id"].astype(str).eq(str(chosen))
    kept.iloc[np.linspace(0, len(people) - 1, _MOST_DRAWN).astype(int)] = True
    return people.loc[kept]


def _people_marks(people: pd.DataFrame, groups: pd.DataFrame, plane: Plane) -> alt.Chart:
    """Draw a hollow mark for each person, shape and colour by group, that takes the click."""
    domain = groups["kind"].tolist()
    shapes = [GROUP_SHAPES[place % len(GROUP_SHAPES)] for place in range(len(groups))]
    size = max(_SMALLEST, RING_SIZE * min(1.0, (_EASY / len(people)) ** 0.6))
    thin = max(1.0, RING_WIDTH * min(1.0, (_EASY / len(people)) ** 0.3))
    person = alt.selection_point(name="person", fields=["person_id"])
    marks: alt.Chart = (
        alt.Chart(projected(people, "person_id", "x", "y", "kind", "unsure"))
        .mark_point(filled=False, size=size, opacity=1, cursor="pointer")
        .encode(
            x=plane.x("x"),
            y=plane.y("y"),
            color=alt.Color(
                "kind:N",
                legend=None,
                scale=alt.Scale(domain=domain, range=groups["role"].map(role_colour).tolist()),
            ),
            shape=alt.Shape("kind:N", legend=None, scale=alt.Scale(domain=domain, range=shapes)),
            detail=alt.Detail("person_id:N"),
            strokeOpacity=alt.condition("datum.unsure", alt.value(0.4), alt.value(1)),
            strokeWidth=alt.condition(person, alt.value(4), alt.value(thin), empty=False),
        )
        .add_params(person)
    )
    return marks


def _flags(people: pd.DataFrame, plane: Plane) -> list[alt.Chart]:
    """Draw the mark of a flag beside the ring of each flagged person."""
    flags = people.loc[people["flagged"]]
    if flags.empty:
        return []
    beside = 9 if len(people) <= 4 * _EASY else 6
    mark = alt.Chart(projected(flags, "x", "y")).mark_point(
        shape=FLAG_SHAPE,
        filled=True,
        color=ACCENT,
        size=70 if len(people) <= 4 * _EASY else 45,
        opacity=1,
        xOffset=beside,
        yOffset=-beside,
    )
    return [mark.encode(x=plane.x("x"), y=plane.y("y"))]


def _chosen_name(
    people: pd.DataFrame, chosen: str | None, names: pd.DataFrame, plane: Plane
) -> list[alt.Chart]:
    """Ring the chosen person once more and write the name beside, where no group's name is."""
    person = people.loc[people["person_id"].astype(str).eq(str(chosen))].head(1)
    if person.empty:
        return []
    person = person.assign(label=[shortened(label, _LONGEST) for label in person["label"]])
    base = alt.Chart(projected(person, "x", "y", "label"))
    base = base.encode(x=plane.x("x"), y=plane.y("y"))
    place = _free_place(person, names, plane)
    words = base.encode(text=alt.Text("label:N"))
    return [
        base.mark_point(filled=False, size=260, color=INK, strokeWidth=2, opacity=1),
        words.mark_text(**place, fontWeight=600, stroke="white", strokeWidth=6, strokeJoin="round"),
        words.mark_text(**place, fontWeight=600),
    ]


def _free_place(person: pd.DataFrame, names: pd.DataFrame, plane: Plane) -> dict[str, Any]:
    """Choose the side of a mark on which its words hide the least of the names and stay inside."""
    at = plane.pixels(person[["x", "y"]].to_numpy(float))[0]
    long = _TEXT_SIZE * _LETTER * len(str(person["label"].iloc[0]))
    corner = plane.pixels(names[["left", "top"]].to_numpy(float))
    opposite = plane.pixels(names[["right", "bottom"]].to_numpy(float))
    sides: dict[str, tuple[npt.NDArray[np.float64], dict[str, Any]]] = {
        "above": (np.array([-long / 2, -27.0]), {"dy": -20}),
        "below": (np.array([-long / 2, 13.0]), {"dy": 20}),
        "right": (np.array([14.0, -8.0]), {"dx": 14, "align": "left"}),
        "left": (np.array([-14.0 - long, -8.0]), {"dx": -14, "align": "right"}),
    }
    hidden = {}
    for side, (offset, _) in sides.items():
        low, high = at + offset, at + offset + [long, 14.0]
        shared = np.minimum(high, opposite) - np.maximum(low, corner)
        outside = np.maximum(-low, 0.0) + np.maximum(high - plane.size, 0.0)
        hidden[side] = np.prod(np.maximum(shared, 0.0), axis=1).sum() + 100 * outside.sum()
    return sides[min(hidden, key=lambda side: hidden[side])][1]


def _map_title(
    candidates: Candidates, people: pd.DataFrame, drawn: int, sure_from: float, width: int
) -> alt.TitleParams:
    """Say how many people and groups there are, and how to read the map."""
    n = counted(len(candidates.map), "person", "people")
    reading = "Close together: similar signals. Named by the role that a group resembles."
    if people["unsure"].any():
        reading += f" Pale: under {100 * sure_from:.0f} % sure."
    if people["flagged"].any():
        reading += " Diamond: technical output fell."
    if drawn < len(people):
        reading += f" Drawn: {drawn:,} of them, evenly chosen."
    return alt.TitleParams(
        text=f"{n} in {len(candidates.profiles)} groups", subtitle=wrapped(reading, width)
    )


def _group_names(names: pd.DataFrame, plane: Plane) -> list[alt.Chart]:
    """Write on the map what each group is, on white, with a line to the middle of its people."""
    # No scale of its own: it shares that of the marks, so a name has its group's colour.
    colour = alt.Color("kind:N", legend=None)
    line = alt.Chart(projected(names, "kind", "x", "y", "middle_x", "middle_y"))
    box = alt.Chart(projected(names, "left", "right", "top", "bottom"))
    name = alt.Chart(projected(names, "kind", "name", "x", "name_y"))
    lines = names[["x", "lines", "lines_y"]].explode(["lines", "lines_y"])
    words = alt.Chart(projected(lines, "lines", "x", "lines_y")).mark_text(baseline="top")
    return [
        line.mark_rule(strokeWidth=1.5).encode(
            x=plane.x("x"),
            y=plane.y("y"),
            x2=alt.X2("middle_x:Q"),
            y2=alt.Y2("middle_y:Q"),
            color=colour,
        ),
        box.mark_rect(color="white", opacity=0.86, cornerRadius=3).encode(
            x=plane.x("left"), x2=alt.X2("right:Q"), y=plane.y("top"), y2=alt.Y2("bottom:Q")
        ),
        name.mark_text(baseline="top", fontSize=_NAME_SIZE, fontWeight=600).encode(
            x=plane.x("x"), y=plane.y("name_y"), text=alt.Text("name:N"), color=colour
        ),
        words.encode(x=plane.x("x"), y=plane.y("lines_y"), text=alt.Text("lines:N")),
    ]


def _place_names(people: pd.DataFrame, groups: pd.DataFrame, plane: Plane) -> pd.DataFrame:
    """Find for each name a box that hides few marks, and the middle of its people."""
    marks = plane.pixels(people[["x", "y"]].to_numpy(float))
    group = pd.Index(groups["cluster"]).get_indexer(people["cluster"])
    size = np.array(
        [_measure(name, lines) for name, lines in zip(groups["name"], groups["lines"], strict=True)]
    )
    box = place_labels(marks, group, size, width=plane.size[0], height=plane.size[1])
    middle = [np.median(marks[group == each], axis=0) for each in range(len(groups))]
    corners = {
        ("x", "y"): box,
        ("left", "top"): box - size / 2,
        ("right", "bottom"): box + size / 2,
        ("name_x", "name_y"): box - size / 2 + _INSIDE,
        ("middle_x", "middle_y"): np.array(middle),
    }
    placed = {
        name: values
        for names, pixels in corners.items()
        for name, values in zip(names, plane.places(pixels).T, strict=True)
    }
    line = _TEXT_LINE / plane.size[1] * plane.span[1]
    first = placed["name_y"] - _NAME_LINE / _TEXT_LINE * line
    lines_y = [
        [top - line * place for place in range(len(lines))]
        for top, lines in zip(first, groups["lines"], strict=True)
    ]
    return groups[["kind", "name", "lines"]].assign(
        **placed, lines_y=pd.Series(lines_y, dtype=object)
    )


def _measure(name: str, lines: list[str]) -> tuple[float, float]:
    """Say how wide and how high the words of a group are, in pixels."""
    width = max(_NAME_SIZE * _LETTER * len(name), *(_TEXT_SIZE * _LETTER * len(x) for x in lines))
    return width + 2 * _INSIDE, _NAME_LINE + _TEXT_LINE * len(lines) + 2 * _INSIDE
