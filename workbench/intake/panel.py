"""The panel: one row per person and cycle, and what is known of each person beside it.

What comes in is a spreadsheet as its cells were read; what goes out is sound data with stable names.
"""

from dataclasses import dataclass

import pandas as pd

__all__ = ["Panel"]


@dataclass(frozen=True, slots=True)
class Panel:
    """The data of one calibration, in three tidy frames.

    Attributes
    ----------
    reviews
        One row per person and cycle, sorted by both: `person_id` (text), `cycle` (text that sorts in time, such as
        `2024H1`), `track` (read from the title where the sheet does not say it), then every other known
        field of the sheet under its canonical name and every unknown column under its own header. It
        holds no name, e-mail, pay or protected attribute. Ratings are numbers, higher is better; the original text
        stands in `<field>_text`. Missing is missing, never zero.
    people
        One row per person, latest known values: `person_id`, then name, e-mail, position, pay and protected fields
        where the sheet has them.
    ratings
        One row per rating: `person_id`, `cycle`, `rater_id`, `kind` (`self`, `manager`, `peer`, `original`,
        `calibrated`), `rating`.
    """

    reviews: pd.DataFrame
    people: pd.DataFrame
    ratings: pd.DataFrame
