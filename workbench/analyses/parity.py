"""Parity: whether technical leadership is as important as people management here.

What comes in are reviews, promotions and what is known of people; what goes out is what each track
has: seats, its highest rung, pay bands, promotions, engagement, and who would rather be on it. Pay
is read here because the question is about pay, in groups only: a group of few people is hidden, and
so is what would give it away by subtraction. Seats, titles and the number of people on a track
are not hidden, as everybody in a company can see them.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.analyses.expected.histories import in_time, read_level
from workbench.analyses.people.employment import has_left
from workbench.analyses.people.preferences import read_preferences
from workbench.analyses.promotions import find_promotions
from workbench.analyses.teams.roster import one_row_each
from workbench.analyses.tracks.aspects import ASPECTS, Aspect, say_headline
from workbench.analyses.tracks.comparisons import Bars, Evidence, judge_aspects
from workbench.analyses.tracks.grades import Grades, count_grades
from workbench.analyses.tracks.rungs import find_highest_rung
from workbench.analyses.tracks.track_rates import Rate, count_moves
from workbench.analyses.tracks.track_tables import (
    COMPARED,
    list_preferences,
    list_rates,
    list_seats,
    list_tracks,
)
from workbench.errors import InputError
from workbench.ladder import track_of_title
from workbench.settings import DEFAULTS

__all__ = ["ASPECTS", "COMPARED", "Aspect", "Parity", "compare_tracks"]

_READ = (
    "track",
    "title",
    "level",
    "pay_band",
    "compa_ratio",
    "engagement",
    "track_preference",
    "employment_status",
)
_PAY = ("pay_band", "compa_ratio")
_LARGEST = 1e9  # of what can be a ratio or an answer


@dataclass(frozen=True, slots=True)
class Parity:
    """What each track has, beside the other.

    Attributes
    ----------
    tracks
        One row per track (`engineer`, `technical_leadership`, `management`): `track`, `n` (people
        of the latest cycle), `share` (of the people on the three tracks), `seat_share` (of the
        seats above engineer), `promotion_rate`, `promotion_low`, `promotion_high`, `promotions`,
        `promotion_n` (engineers promoted into the track, per engineer and cycle), `rise_rate`,
        `rise_low`, `rise_high`, `rises`, `rise_n` (within it), `engagement`, `engagement_low`,
        `engagement_high`, `engagement_n`, the same of `compa_ratio`, `median_level`,
        `median_pay_band`, `top_title`, `top_level`, `top_pay_band`. Missing, or empty text, where
        not known or hidden.
    aspects
        One row per aspect: `aspect`, `label`, `measure` (`ratio`, `difference`, or `share` of pairs
        in which the technical leader stands higher), `value`, `low`, `high`,
        `n_technical_leadership`, `n_management`, `verdict`
        (of technical leadership against management: `higher`, `lower`, `about_equal`,
        `cannot_be_told`, `hidden`, `not_known`), `says` (the same in words), `sentence`.
    seats
        `track`, `n`, `share` (of the people), `seat_share`.
    rates
        `track`, `move` (`into`, `within`), `events`, `n` (cycles in which it could have happened),
        `people`, `rate`, `low`, `high`, `hidden`.
    pay_bands
        `track`, `pay_band`, `place` (0 is the lowest), `n`, `share`, `hidden`.
    levels
        The same of `level`. Levels of different ladders (`L4`, `M1`) do not compare.
    preferences
        `track`, `preference` (`technical_leadership`, `management`, `undecided`, `unknown`), `n`,
        `of` (the people of the track whose preference is known; everybody for `unknown`), `share`,
        `low`, `high`, `hidden`.
    cycle
        The latest cycle; None where there is none.
    levels_compare
        Whether the levels of both tracks of leadership are on one scale.
    headline
        What one track has beside the other, in one sentence without its full stop.
    notes
        What was done and what could not be, in sentences.
    min_group_size, interval_level
        The thresholds used.
    """

    tracks: pd.DataFrame
    aspects: pd.DataFrame
    seats: pd.DataFrame
    rates: pd.DataFrame
    pay_bands: pd.DataFrame
    levels: pd.DataFrame
    preferences: pd.DataFrame
    cycle: Hashable | None
    levels_compare: bool
    headline: str
    notes: tuple[str, ...]
    min_group_size: int
    interval_level: float


def compare_tracks(
    reviews: pd.DataFrame,
    promotions: pd.DataFrame | None = None,
    people: pd.DataFrame | None = None,
    *,
    min_group_size: int = DEFAULTS.min_group_size,
    interval_level: float = DEFAULTS.interval_level,
    equal_ratio: float = DEFAULTS.equal_ratio,
    equal_difference: float = DEFAULTS.equal_difference,
) -> Parity:
    """Compare technical leadership with people management in all that the data say of them.

    Parameters
    ----------
    reviews
        One row per person and cycle: `person_id`, `cycle`, `track` or `title`; `level`,
        `engagement` (points), `track_preference`, `employment_status`, `pay_band` and
        `compa_ratio` are used where they are there.
    promotions
        `person_id`, `cycle`, `kind`; those that `find_promotions` sees, where not given.
    people
        One row per person: `person_id`, and `pay_band` or `compa_ratio` where they are kept apart
        from the reviews. They come before those of the reviews.
    min_group_size
        People in a group, below which nothing of the group is shown.
    interval_level
        Coverage of every interval.
    equal_ratio
        Ratio of two counts or rates, up to which (and down to its inverse) they are about equal.
    equal_difference
        Difference in standard deviations up to which two groups are about equal.

    Returns
    -------
    Parity

    Raises
    ------
    InputError
        If `person_id`, `cycle`, or both of `track` and `title` are missing.

    Notes
    -----
    Rates have exact intervals (Clopper, Pearson 1934), with people as clusters (Korn, Graubard
    1998); their ratio has the exact conditional one. Means have those of Student and Welch. Pay
    bands are compared by the Mann-Whitney probability (Newcombe 2006, method 5). Two tracks are
    "about equal" where the whole interval lies within what counts as equal, and "cannot be told"
    where it holds equality but reaches further.

    Examples
    --------
    >>> reviews = pd.DataFrame({
    ...     "person_id": range(20), "cycle": "2024H1",
    ...     "track": ["technical_leadership"] * 6 + ["management"] * 14,
    ...     "pay_band": ["B6"] * 6 + ["B6"] * 7 + ["B7"] * 7,
    ... })
    >>> parity = compare_tracks(reviews)
    >>> parity.aspects.set_index("aspect").loc[["seats", "pay_bands"], "says"].tolist()
    ['fewer', 'lower']
    """
    bars = Bars(min_group_size, interval_level, equal_ratio, equal_difference)
    rows, cycles = _read_rows(reviews)
    moves = find_promotions(reviews) if promotions is None else promotions
    _require(moves, ("person_id", "cycle", "kind"), "promotions")
    known = rows[~has_left(rows)]
    latest = known[known["cycle"].isin(cycles[-1:])]
    here = _describe(latest[latest["track"].isin(COMPARED)], people)
    evidence = _gather(here, count_moves(known, moves), bars)
    aspects = judge_aspects(evidence, bars)
    return Parity(
        tracks=list_tracks(evidence, bars),
        aspects=aspects,
        seats=list_seats(here),
        rates=list_rates(evidence, bars),
        pay_bands=evidence.pay_bands.shown.rename(columns={"grade": "pay_band"}),
        levels=evidence.levels.shown.rename(columns={"grade": "level"}),
        preferences=list_preferences(here, bars),
        cycle=cycles[-1] if cycles else None,
        levels_compare=evidence.levels.comparable,
        headline=say_headline(aspects),
        notes=_note(evidence, latest, cycles),
        min_group_size=min_group_size,
        interval_level=interval_level,
    )


def _require(frame: pd.DataFrame, columns: Sequence[str], name: str) -> None:
    """Refuse a table without the columns that nothing can be said without."""
    lacking = [column for column in columns if column not in frame]
    if lacking:
        raise InputError(
            f"the {name} have the columns {', '.join(map(str, frame.columns)) or '(none)'}; they "
            f"lack {', '.join(lacking)}. Rename the columns that hold them."
        )


def _read_rows(reviews: pd.DataFrame) -> tuple[pd.DataFrame, list[Hashable]]:
    """Keep the rows of which the position is known, the track read from the title where need be."""
    if not {"track", "title"} & set(reviews.columns):
        raise InputError(
            f"the reviews have the columns {', '.join(map(str, reviews.columns)) or '(none)'}; "
            "they lack track and title, without which nothing is known of the tracks. Rename the "
            "column that holds one of them."
        )
    rows = one_row_each(reviews, _READ, "reviews")
    cycles = in_time(rows["cycle"].drop_duplicates())
    title = rows["title"] if "title" in rows else pd.Series(None, index=rows.index, dtype=object)
    read = {text: track_of_title(text) for text in title.dropna().unique().tolist()}
    of_title = title.map(read).astype(object)
    track = rows["track"].astype(object) if "track" in rows else of_title
    track = track.where(track.notna(), of_title)
    # A cell without a title says nothing of the position, while "Product Manager" says a lot.
    unknown = track.isna() | (track.eq("other") & title.isna())
    return rows.assign(track=track)[~unknown], cycles


def _describe(latest: pd.DataFrame, people: pd.DataFrame | None) -> pd.DataFrame:
    """Put beside each person of the latest cycle what the tracks are compared on."""
    pay = _take_pay(latest, people)
    text = latest.reindex(columns=["title", "level"]).astype(object)
    said = latest.get("track_preference", pd.Series(None, index=latest.index, dtype=object))
    return text.assign(
        track=pd.Categorical(latest["track"], categories=list(COMPARED)),
        engagement=_read_numbers(latest, "engagement"),
        preference=read_preferences(said),
        pay_band=pay["pay_band"].where(pay["pay_band"].notna(), None),
        compa_ratio=_read_numbers(pay, "compa_ratio"),
    )


def _take_pay(latest: pd.DataFrame, people: pd.DataFrame | None) -> pd.DataFrame:
    """Take pay band and compa-ratio of each person: what is kept of people, else of reviews."""
    own = latest.reindex(columns=list(_PAY)).astype(object)
    if people is None:
        return own
    _require(people, ("person_id",), "people")
    kept = people.reindex(columns=["person_id", *_PAY]).dropna(subset="person_id")
    kept = kept.astype(object).groupby("person_id", sort=False).last()
    known = kept.reindex(latest["person_id"].astype(object)).set_index(latest.index)
    return known.where(known.notna(), own)


def _read_numbers(frame: pd.DataFrame, column: str) -> pd.Series:
    """Read numbers; what is none, or too large to be one, is missing."""
    if column not in frame:
        return pd.Series(np.nan, index=frame.index)
    numbers = pd.to_numeric(frame[column], errors="coerce").astype("Float64")
    values = pd.Series(numbers.to_numpy(dtype=float, na_value=np.nan), index=frame.index)
    return values.where(values.abs() <= _LARGEST)


def _gather(here: pd.DataFrame, rates: list[Rate], bars: Bars) -> Evidence:
    """Bring together what the tracks are compared on."""
    guide = _rank_engineers(here)
    pay_bands, levels = (
        count_grades(
            here[column],
            here["track"],
            name=name,
            min_group_size=bars.min_group_size,
            guide=guide if column == "pay_band" else None,
        )
        for column, name in (("pay_band", "pay bands"), ("level", "levels"))
    )
    return Evidence(
        people=here,
        rates={(rate.track, rate.move): rate for rate in rates},
        pay_bands=pay_bands,
        levels=levels,
        rungs={track: find_highest_rung(here[here["track"].eq(track)]) for track in COMPARED},
    )


def _rank_engineers(here: pd.DataFrame) -> pd.Series:
    """Give the level of engineers as a number, missing for others and on rare ladders."""
    level = here["level"].where(here["track"].eq("engineer"))
    read = {each: read_level(each) for each in level.dropna().unique().tolist()}
    ladder = level.map({each: ladder for each, (ladder, _) in read.items()})
    number = level.map({each: number for each, (_, number) in read.items()}).astype(float)
    main = ladder.mode()
    return number.where(ladder.eq(main.iloc[0])) if len(main) else number


def _note(evidence: Evidence, latest: pd.DataFrame, cycles: list[Hashable]) -> tuple[str, ...]:
    """Say what was compared, and what is not in the data."""
    if not cycles:
        return ("There are no reviews, so there is nothing to compare.",)
    here = evidence.people
    if here.empty:
        return (
            f"Nobody of the latest cycle, {cycles[-1]}, is known to be on one of the three tracks, "
            "so there is nothing to compare.",
        )
    notes = [
        f"Seats, grades, engagement and preferences are those of the {len(here):,} "
        f"{'person' if len(here) == 1 else 'people'} on the three tracks in the latest cycle, "
        f"{cycles[-1]}; each person counts once. Promotions are "
        f"those of {f'all {len(cycles):,} cycles' if len(cycles) > 1 else 'this one cycle'}."
    ]
    other = len(latest) - len(here)
    if other:
        notes.append(
            f"{other:,} {'person has' if other == 1 else 'people have'} a position on none of the "
            "three tracks and are not counted."
        )
    notes += [*evidence.pay_bands.notes, *evidence.levels.notes]
    return (*notes, *_note_grades(evidence.pay_bands, evidence.levels, here))


def _note_grades(pay_bands: Grades, levels: Grades, here: pd.DataFrame) -> list[str]:
    """Say on which scale the grades of the tracks compare, and of whom no pay band is known."""
    notes = []
    known = int(here["pay_band"].notna().sum())
    if not known:
        notes.append("Pay bands are not in the data.")
    elif known < len(here):
        notes.append(f"The pay band is known of {known:,} of the {len(here):,} people.")
    if levels.counts.size and not levels.comparable:
        scale = "; pay bands are the common scale" if pay_bands.comparable else ""
        notes.append(
            f"Levels of the two tracks are on different ladders and do not compare{scale}."
        )
    hidden = bool(pay_bands.shown["hidden"].any())
    if hidden:
        notes.append(
            "Pay bands that few people hold are hidden, and so are as many others as it takes that "
            "they cannot be got by subtraction."
        )
    return notes
