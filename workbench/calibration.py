"""The flow from a spreadsheet to findings, top to bottom, one cached step a line.

It computes nothing itself: every step is a call of the function that does.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from pathlib import Path
from typing import cast

import pandas as pd

from workbench.analyses.candidates import Candidates, cluster_candidates, select_pool
from workbench.analyses.decline import DeclineFit, Declines, fit_declines, judge_declines
from workbench.analyses.event_study import EventStudy, estimate_event_study
from workbench.analyses.patterns import describe_patterns
from workbench.analyses.promotions import find_promotions
from workbench.analyses.sensitivity import Sensitivity, assess_sensitivity
from workbench.analyses.team_effect import TeamEffects, measure_team_effects
from workbench.errors import NoPersonError
from workbench.intake.annotation import write_annotated
from workbench.intake.files.readers import Source
from workbench.intake.panel import Panel
from workbench.intake.profiles import Choices
from workbench.intake.reading import Intake, Reading, interpret, read_panel, remember
from workbench.measures.scoring import (
    known_measures,
    score_reviews,
    score_technical_output,
    summarise_signals,
)
from workbench.settings import Settings

__all__ = ["Calibration", "load", "load_again"]

# What each cached step rests on: earlier steps, and settings by name. With other settings, a step
# is taken over where nothing that it rests on has changed, so that moving a bar answers at once.
_RESTS_ON: dict[str, tuple[str, ...]] = {
    "problems": (),
    "promotions": (),
    "scores": ("min_cohort",),
    "decline_fit": ("scores", "promotions", "random_state"),
    "team_effects": (
        "scores",
        "promotions",
        "team_window",
        "min_team_size",
        "min_similar_teams",
        "interval_level",
    ),
    "declines": (
        "decline_fit",
        "team_effects",
        "fdr",
        "interval_level",
        "min_pre_cycles",
        "min_post_cycles",
        "min_placebos",
        "held_above",
        "weak_lead_rating",
        "heavy_load",
    ),
    "sensitivity": ("declines", "min_cohort", "random_state"),
    "event_study": ("scores", "promotions", "interval_level", "random_state"),
    "signals": ("scores", "declines", "recent_cycles"),
    "candidates": (
        "signals",
        "random_state",
        "max_clusters",
        "cluster_stability",
        "min_evidence_share",
        "min_role_similarity",
    ),
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
    def scores(self) -> pd.DataFrame:
        """Both halves of technical output and the signals, by person_id and cycle."""
        return score_reviews(self.panel.reviews, min_cohort=self.settings.min_cohort)

    @cached_property
    def decline_fit(self) -> DeclineFit:
        """What is expected of everyone promoted, before the bar of a decline is set."""
        return self._fit_declines(self.scores)

    @cached_property
    def team_effects(self) -> TeamEffects:
        """What happened to the teams that the promoted led, beyond similar teams."""
        return measure_team_effects(
            self.panel.reviews,
            self.promotions,
            self.scores,
            team_window=self.settings.team_window,
            min_team_size=self.settings.min_team_size,
            min_similar_teams=self.settings.min_similar_teams,
            interval_level=self.settings.interval_level,
        )

    @cached_property
    def declines(self) -> Declines:
        """Whose technical output fell after a promotion to management, beyond similar people's."""
        declines = self._judge_declines(self.decline_fit)
        flags = describe_patterns(
            declines.flags,
            self.team_effects.situations,
            held_above=self.settings.held_above,
            weak_lead_rating=self.settings.weak_lead_rating,
            heavy_load=self.settings.heavy_load,
            min_similar_teams=self.settings.min_similar_teams,
        )
        return replace(declines, flags=flags)

    @cached_property
    def sensitivity(self) -> Sensitivity:
        """What it would take to explain each flag away, and how firm it is."""
        return assess_sensitivity(
            self.decline_fit,
            self.declines,
            without=self._declines_without_each_measure(),
            min_pre_cycles=self.settings.min_pre_cycles,
            min_post_cycles=self.settings.min_post_cycles,
            min_placebos=self.settings.min_placebos,
            random_state=self.settings.random_state,
        )

    @cached_property
    def event_study(self) -> EventStudy:
        """What promotion does to technical output on the whole, by cycle since it."""
        output = self._beside(
            self.scores, "technical_output", ["track", "level", "rater_id", "job_family"]
        )
        # Scores are made within job families, which therefore only group the effects here.
        return estimate_event_study(
            output.rename(columns={"job_family": "group"}),
            self.promotions,
            group="group" if "job_family" in output else None,
            interval_level=self.settings.interval_level,
            random_state=self.settings.random_state,
        )

    @cached_property
    def signals(self) -> pd.DataFrame:
        """One row per person who could lead technically, with the recent value of each signal."""
        pool = select_pool(self.panel.reviews, self.declines.flags)
        recent = summarise_signals(self.scores, recent_cycles=self.settings.recent_cycles)
        known = self.panel.people.reindex(columns=["person_id", "level"]).dropna(axis=1, how="all")
        return recent.merge(pool, on="person_id").merge(known, on="person_id", how="left")

    @cached_property
    def candidates(self) -> Candidates:
        """Who resembles which role of the technical-leadership track, and why."""
        return cluster_candidates(
            self.signals,
            random_state=self.settings.random_state,
            max_clusters=self.settings.max_clusters,
            cluster_stability=self.settings.cluster_stability,
            min_evidence_share=self.settings.min_evidence_share,
            min_role_similarity=self.settings.min_role_similarity,
        )

    def _fit_declines(self, scores: pd.DataFrame) -> DeclineFit:
        """Fit what is expected of everyone to some scores."""
        output = self._beside(scores, "technical_output", ["track", "level", "rater_id", "team"])
        return fit_declines(output, self.promotions, random_state=self.settings.random_state)

    def _judge_declines(self, fit: DeclineFit) -> Declines:
        """Set the bar where the settings have it."""
        return judge_declines(
            fit,
            fdr=self.settings.fdr,
            interval_level=self.settings.interval_level,
            min_pre_cycles=self.settings.min_pre_cycles,
            min_post_cycles=self.settings.min_post_cycles,
            min_placebos=self.settings.min_placebos,
        )

    def _declines_without_each_measure(self) -> dict[str, Declines]:
        """Judge again with each measure left out, where more than one is known."""
        reviews, known = self.panel.reviews, known_measures(self.panel.reviews)
        if len(known) < 2:
            return {}
        declines = {}
        for left_out in known:
            rest = tuple(measure for measure in known if measure is not left_out)
            scores = score_technical_output(
                reviews, min_cohort=self.settings.min_cohort, measures=rest
            )
            declines[left_out.label] = self._judge_declines(self._fit_declines(scores))
        return declines

    def _beside(self, scores: pd.DataFrame, score: str, context: list[str]) -> pd.DataFrame:
        """Put a score beside what the reviews say of the same person and cycle."""
        keys = ["person_id", "cycle"]
        known = [column for column in context if column in self.panel.reviews]
        return scores[[*keys, score]].merge(
            self.panel.reviews[[*keys, *known]], on=keys, how="left", validate="one_to_one"
        )


def _settings_behind(step: str) -> set[str]:
    """Name the settings that a step rests on, those of the steps before it included."""
    behind: set[str] = set()
    for each in _RESTS_ON[step]:
        behind |= _settings_behind(each) if each in _RESTS_ON else {each}
    return behind


def load(
    source: Source,
    *,
    password: str | None = None,
    columns: Mapping[str, str | None] | None = None,
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
        source, password=password, columns=columns, choices=choices, progress=progress
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
