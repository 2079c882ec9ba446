"""The flow from a spreadsheet to findings, top to bottom, one cached step a line.

It computes nothing itself: every step is a call of the function that does.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import pandas as pd

from workbench.analyses.candidates import Candidates, cluster_candidates
from workbench.analyses.coverage import Coverage, measure_coverage
from workbench.analyses.decline import DeclineFit, Declines, fit_declines, judge_declines
from workbench.analyses.event_study import EventStudy, estimate_event_study
from workbench.analyses.parity import Parity, compare_tracks
from workbench.analyses.patterns import describe_patterns
from workbench.analyses.people.positions import find_positions
from workbench.analyses.pool import describe_pool_rule, select_pool
from workbench.analyses.promotions import find_promotions
from workbench.analyses.sensitivity import Sensitivity, assess_sensitivity
from workbench.analyses.team_effect import TeamEffects, measure_team_effects
from workbench.analyses.track_plan import TrackPlan, plan_track
from workbench.errors import NoPersonError
from workbench.intake.annotation import write_annotated
from workbench.intake.files.readers import Source
from workbench.intake.panel import Panel
from workbench.intake.profiles import AddedTo, Choices
from workbench.intake.reading import Intake, Reading, interpret, read_panel, remember
from workbench.measures.added_signals import added_measures, measures_of_output
from workbench.measures.measure import Measure
from workbench.measures.scoring import known_measures, score_reviews, score_technical_output
from workbench.measures.signals import name_evidence, summarise_signals
from workbench.measures.standings import place_in_cohorts
from workbench.measures.written_evidence import WrittenEvidence, read_written_evidence
from workbench.settings import Settings, name_thresholds

__all__ = ["Calibration", "load", "load_again"]

# What each cached step rests on: earlier steps by name, and functions, whose thresholds come from
# the settings. With other settings, a step is taken over where nothing that it rests on has
# changed, so that moving a bar answers at once.
_RESTS_ON: dict[str, tuple[str | Callable[..., Any], ...]] = {
    "problems": (),
    "promotions": (),
    "added": (),
    "written": (read_written_evidence,),
    "measured": ("written",),
    "output": ("added", score_technical_output),
    "scores": ("output", "measured", "added", score_reviews),
    "decline_fit": ("output", "promotions", fit_declines),
    "team_effects": ("output", "promotions", measure_team_effects),
    "declines": ("decline_fit", "team_effects", judge_declines, describe_patterns),
    "sensitivity": ("declines", "added", score_technical_output, fit_declines, assess_sensitivity),
    "event_study": ("output", "promotions", estimate_event_study),
    "standings": ("measured", "added", place_in_cohorts),
    "evidence": ("standings", name_evidence),
    "signals": ("scores", "added", "declines", select_pool, summarise_signals),
    "candidates": ("signals", "standings", "evidence", cluster_candidates),
    "coverage": ("output", "promotions", measure_coverage),
    "track_plan": ("candidates", "coverage", "declines", plan_track),
    "parity": ("promotions", compare_tracks),
}


@dataclass(frozen=True, repr=False)
class Calibration:
    """One calibration: its data, what is wrong with them, and every finding on demand.

    Attributes
    ----------
    intake
        What was read from the spreadsheet, and how.
    settings
        Every threshold used.
    """

    intake: Intake
    settings: Settings = field(default_factory=Settings)

    @property
    def panel(self) -> Panel:
        """The data: reviews, people, ratings."""
        return self.intake.panel

    @property
    def columns(self) -> pd.DataFrame:
        """What each header was taken for: sheet, header, field, confidence, how."""
        return self.intake.columns

    @cached_property
    def problems(self) -> pd.DataFrame:
        """Every problem: severity, reason, sheet, cell, person_id, field, value, message."""
        return self.intake.found.frame()

    @property
    def scales(self) -> pd.DataFrame:
        """The scale of each rating: field, cycle, low, high, best, how, n."""
        return self.intake.scales

    @property
    def levels(self) -> pd.DataFrame:
        """What each text of a rating was read as: field, cycle, text, value, n, kind."""
        return self.intake.levels

    @property
    def source(self) -> str:
        """The name of the file or tables that it came from."""
        return self.intake.reading.name

    def __repr__(self) -> str:
        """Say how much there is, and nothing of what is in it: a notebook keeps what it prints."""
        return f"<Calibration of {self.source}: {self.panel!r}, {len(self.problems)} problems>"

    def with_settings(self, settings: Settings) -> "Calibration":
        """Take the same data with other thresholds, and what was found that they do not change.

        Parameters
        ----------
        settings
            All thresholds, those that stay the same included.

        Returns
        -------
        Calibration
            The findings are those of a calibration that starts from nothing with these settings.

        Examples
        --------
        >>> from dataclasses import replace
        >>> import workbench
        >>> found = load(workbench.make_company(people=60, cycles=4, seed=1).tables)
        >>> scores = found.scores
        >>> strict = found.with_settings(replace(found.settings, fdr=0.01))
        >>> strict.scores is scores
        True
        """
        other = replace(self, settings=settings)
        changed = {
            each.name
            for each in fields(settings)
            if getattr(settings, each.name) != getattr(self.settings, each.name)
        }
        # A cached step lives under its own name beside the fields.
        kept = {step for step in _RESTS_ON if changed.isdisjoint(_settings_behind(step))}
        vars(other).update({step: found for step, found in vars(self).items() if step in kept})
        return other

    def with_choices(self, choices: Choices) -> "Calibration":
        """Read the same cells with other choices about columns, scales, dates and hidden parts."""
        return replace(self, intake=interpret(self.intake.reading, choices))

    def write_annotated(self, path: str | Path) -> Path:
        """Write a copy of the workbook with every problem cell marked and commented.

        Parameters
        ----------
        path
            Where to write it: an .xlsx file, or an .xlsm one for a workbook with macros.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        InputError
            If it cannot be written there; the message says what to do.
        """
        return write_annotated(self.intake, Path(path))

    def remember(self) -> Path:
        """Save what was decided beside the data; the next file like this one loads without asking.

        Returns
        -------
        Path
            The profile. It holds headers and rating words, and no row of the data.

        Raises
        ------
        InputError
            If the data did not come from a file, or its folder cannot be written to.
        """
        return remember(self.intake)

    @cached_property
    def promotions(self) -> pd.DataFrame:
        """Who moved where: person_id, cycle, kind, from_title, to_title, source."""
        return find_promotions(self.panel.reviews)

    @cached_property
    def added(self) -> tuple[Measure, ...]:
        """The columns that the analyst counts towards either half, beside the known ones."""
        return added_measures(self.panel.reviews, self.intake.signals)

    @cached_property
    def written(self) -> WrittenEvidence:
        """What is written of each signal, sentence by sentence, and what it comes to."""
        return read_written_evidence(self.panel.reviews, **self.settings.of(read_written_evidence))

    @cached_property
    def measured(self) -> pd.DataFrame:
        """The reviews, with what is written of each signal beside what is counted of it."""
        return self.panel.reviews.merge(
            self.written.scores, on=["person_id", "cycle"], how="left", validate="one_to_one"
        )

    @cached_property
    def output(self) -> pd.DataFrame:
        """Technical output alone, by person_id and cycle, for which no text need be read."""
        return score_technical_output(
            self.panel.reviews,
            measures=measures_of_output(self.added),
            **self.settings.of(score_technical_output),
        )

    @cached_property
    def scores(self) -> pd.DataFrame:
        """Both halves of technical output and the signals, by person_id and cycle."""
        return score_reviews(
            self.measured,
            extra=self.added,
            output=self.output,
            **self.settings.of(score_reviews),
        )

    @cached_property
    def decline_fit(self) -> DeclineFit:
        """What is expected of everyone promoted, before the bar of a decline is set."""
        return self._fit_declines(self.output)

    @cached_property
    def team_effects(self) -> TeamEffects:
        """What happened to the teams that the promoted led, beyond similar teams."""
        return measure_team_effects(
            self.panel.reviews,
            self.promotions,
            self.output,
            **self.settings.of(measure_team_effects),
        )

    @cached_property
    def declines(self) -> Declines:
        """Whose technical output fell after a promotion to management, beyond similar people's."""
        declines = self._judge_declines(self.decline_fit)
        flags = describe_patterns(
            declines.flags,
            self.team_effects.situations,
            **self.settings.of(describe_patterns),
        )
        return replace(declines, flags=flags)

    @cached_property
    def sensitivity(self) -> Sensitivity:
        """What it would take to explain each flag away, and how firm it is."""
        return assess_sensitivity(
            self.decline_fit,
            self.declines,
            without=self._declines_without_each_measure(),
            **self.settings.of(assess_sensitivity),
        )

    @cached_property
    def event_study(self) -> EventStudy:
        """What promotion does to technical output on the whole, by cycle since it."""
        output = self._beside(self.output, ["track", "level", "rater_id", "job_family"])
        # Scores are made within job families, which therefore only group the effects here.
        return estimate_event_study(
            output.rename(columns={"job_family": "group"}),
            self.promotions,
            group="group" if "job_family" in output else None,
            **self.settings.of(estimate_event_study),
        )

    @cached_property
    def standings(self) -> pd.DataFrame:
        """How many of their cohort each person lies above, in every measure of recent cycles."""
        return place_in_cohorts(
            self.measured,
            extra=self.added,
            **self.settings.of(place_in_cohorts),
        )

    @cached_property
    def evidence(self) -> pd.DataFrame:
        """What each signal of each person rests on: person_id, signal, rests_on, n_evidence."""
        return name_evidence(self.standings, **self.settings.of(name_evidence))

    @cached_property
    def signals(self) -> pd.DataFrame:
        """One row per person who could lead technically, with the recent value of each signal."""
        pool = select_pool(
            self.panel.reviews,
            self.declines.flags,
            **self.settings.of(select_pool),
        )
        recent = summarise_signals(
            self.scores,
            extra=self.added,
            **self.settings.of(summarise_signals),
        )
        known = self.panel.people.reindex(columns=["person_id", "level"]).dropna(axis=1, how="all")
        return recent.merge(pool, on="person_id").merge(known, on="person_id", how="left")

    @property
    def pool_rule(self) -> str:
        """Who is in the pool of candidates, and how many by which part of the rule."""
        return describe_pool_rule(
            self.signals,
            **self.settings.of(describe_pool_rule),
        )

    @cached_property
    def candidates(self) -> Candidates:
        """Who resembles which role of the technical-leadership track, and why."""
        return cluster_candidates(
            self.signals,
            standings=self.standings,
            evidence=self.evidence,
            **self.settings.of(cluster_candidates),
        )

    @cached_property
    def coverage(self) -> Coverage:
        """Who leads each team technically and who manages it, since when, and what a void did."""
        return measure_coverage(
            self.panel.reviews,
            self.promotions,
            self.output,
            **self.settings.of(measure_coverage),
        )

    @cached_property
    def track_plan(self) -> TrackPlan:
        """Which candidate could fill which void, paired with whom: a proposal, never applied."""
        return self.plan()

    def plan(
        self,
        *,
        locked: Sequence[tuple[Hashable, Hashable]] = (),
        excluded_people: Iterable[Hashable] = (),
        excluded_teams: Iterable[Hashable] = (),
    ) -> TrackPlan:
        """Plan again with people kept on seats, or people or seats left out.

        Parameters
        ----------
        locked
            Pairs of a person and the team whose seat the person keeps.
        excluded_people, excluded_teams
            Who and which seats are left out.

        Returns
        -------
        TrackPlan
            A proposal; `track_plan` stays as it is.

        Raises
        ------
        InputError
            If who or what is named is unknown, or the wishes contradict each other.
        """
        return plan_track(
            self.candidates.members,
            self.coverage.teams,
            find_positions(self.panel.reviews),
            roles=self.candidates.roles,
            flags=self.declines.flags,
            locked=locked,
            excluded_people=excluded_people,
            excluded_teams=excluded_teams,
            **self.settings.of(plan_track),
        )

    @cached_property
    def parity(self) -> Parity:
        """Whether technical leadership is as important as people management here."""
        return compare_tracks(
            self.panel.reviews,
            self.promotions,
            self.panel.people,
            **self.settings.of(compare_tracks),
        )

    def _fit_declines(self, scores: pd.DataFrame) -> DeclineFit:
        """Fit what is expected of everyone to some scores."""
        output = self._beside(scores, ["track", "level", "rater_id", "team"])
        return fit_declines(output, self.promotions, **self.settings.of(fit_declines))

    def _judge_declines(self, fit: DeclineFit) -> Declines:
        """Set the bar where the settings have it."""
        return judge_declines(fit, **self.settings.of(judge_declines))

    def _declines_without_each_measure(self) -> dict[str, Declines]:
        """Judge again with each measure left out, where more than one is known."""
        reviews = self.panel.reviews
        known = known_measures(reviews, measures_of_output(self.added))
        if len(known) < 2:
            return {}
        declines = {}
        for left_out in known:
            rest = tuple(measure for measure in known if measure is not left_out)
            scores = score_technical_output(
                reviews, measures=rest, **self.settings.of(score_technical_output)
            )
            declines[left_out.label] = self._judge_declines(self._fit_declines(scores))
        return declines

    def _beside(self, scores: pd.DataFrame, context: list[str]) -> pd.DataFrame:
        """Put technical output beside what the reviews say of the same person and cycle."""
        keys = ["person_id", "cycle"]
        known = [column for column in context if column in self.panel.reviews]
        return scores[[*keys, "technical_output"]].merge(
            self.panel.reviews[[*keys, *known]], on=keys, how="left", validate="one_to_one"
        )


def _settings_behind(step: str) -> set[str]:
    """Name the settings that a step rests on, those of the steps before it included."""
    behind: set[str] = set()
    for each in _RESTS_ON[step]:
        behind |= _settings_behind(each) if isinstance(each, str) else set(name_thresholds(each))
    return behind


def load(
    source: Source,
    *,
    password: str | None = None,
    columns: Mapping[str, str | None] | None = None,
    signals: Mapping[str, AddedTo | None] | None = None,
    settings: Settings | None = None,
    choices: Choices | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> Calibration:
    """Read a calibration spreadsheet and say everything that is wrong with it, at once.

    Parameters
    ----------
    source
        A path, a list of paths, a folder, the bytes of a file, an open file, a frame, or a list or
        dict of frames (by sheet name).
    password
        Password of a protected workbook.
    columns
        What a header stands for, where the guess is wrong: header to field name, or to None for a
        column to be kept as it is.
    signals
        Other columns of numbers that count: header to `technical_output` or `force_multiplier`,
        with ", less is better" behind it where that is so.
    settings
        Thresholds other than the defaults.
    choices
        All that was decided about the sheets. By default it is what was remembered beside the file
        for headers like its own; `Choices()` leaves that alone.
    progress
        Is told what is being done, and how much is done already, from 0 to 1.

    Returns
    -------
    Calibration
        The data, its problems, and every finding when it is asked for.

    Raises
    ------
    WorkbenchError
        Where nothing can be read: the message says what was given, what is accepted and what to do.

    Examples
    --------
    >>> import workbench
    >>> company = workbench.make_company(people=60, cycles=4, seed=1)
    >>> calibration = workbench.load(company.tables)
    >>> calibration.panel.reviews["cycle"].unique().tolist()
    ['2021H1', '2021H2', '2022H1', '2022H2']
    """
    intake = read_panel(
        source,
        password=password,
        columns=columns,
        signals=signals,
        choices=choices,
        progress=progress,
    )
    return Calibration(intake, settings or Settings())


def load_again(
    error: NoPersonError, choices: Choices, settings: Settings | None = None
) -> Calibration:
    """Read the cells of a spreadsheet again after it was said which column holds the people.

    Parameters
    ----------
    error
        What `load` raised.
    choices
        With a header that stands for `person_id`, `email` or `name`.
    settings
        Thresholds other than the defaults.

    Returns
    -------
    Calibration
        As `load` gives it.

    Examples
    --------
    >>> import pandas as pd
    >>> try:
    ...     load(pd.DataFrame({"Who": ["a1", "b2"], "Commits": [3, 4]}))
    ... except NoPersonError as error:
    ...     calibration = load_again(error, Choices(columns={"Who": "person_id"}))
    >>> calibration.panel.people["person_id"].tolist()
    ['a1', 'b2']
    """
    return Calibration(interpret(cast(Reading, error.reading), choices), settings or Settings())
