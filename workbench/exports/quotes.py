"""What was written about one person: the sentences, each with its source and cycle.

A calibration comes in, sentences as they stand in the spreadsheet go out.
"""

from dataclasses import dataclass

from workbench.calibration import Calibration
from workbench.charts.group_profiles import SIGNAL_WORDS
from workbench.charts.theme import in_words, plain_text

__all__ = ["Quote", "quote_person"]

SOURCES: dict[str, str] = {
    "self_review": "self-review",
    "manager_review": "manager's review",
    "peer_feedback": "peer feedback",
}


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence that was written about a person.

    Attributes
    ----------
    sentence
        As it stands in the spreadsheet.
    where
        Source and cycle.
    statement
        What it speaks of.
    is_wish
        Whether it says what somebody would like to do, not what was done.
    """

    sentence: str
    where: str
    statement: str
    is_wish: bool


def quote_person(calibration: Calibration, person_id: str, *, at_most: int = 6) -> list[Quote]:
    """Take what was written about one person, the latest first.

    Parameters
    ----------
    calibration
        Its `written` is used.
    person_id
        The person.
    at_most
        The most sentences.

    Returns
    -------
    list of Quote
        Deeds and wishes, each sentence once; what a sentence denies is left out.

    Raises
    ------
    WorkbenchError
        If what was written cannot be read.

    Examples
    --------
    >>> import pandas as pd
    >>> import workbench
    >>> text = "I mentored two new engineers every week."
    >>> reviews = {"Employee ID": ["E1"], "Cycle": ["2024H1"], "Self Review": [text]}
    >>> found = workbench.load(pd.DataFrame(reviews))
    >>> [(quote.sentence, quote.where) for quote in quote_person(found, "E1")]
    [('I mentored two new engineers every week.', 'self-review, 2024H1')]
    """
    quotes = calibration.written.quotes
    own = quotes.loc[quotes["person_id"].astype(str).eq(person_id)]
    own = own.loc[own["kind"].isin(["deed", "wish"])]
    own = own.sort_values(["cycle", "kind", "strength"], ascending=[False, True, False])
    return [
        Quote(
            sentence=plain_text(row["sentence"]),
            where=f"{SOURCES.get(row['source'], in_words(row['source']))}, {row['cycle']}",
            statement=in_words(row["statement"], SIGNAL_WORDS).lower(),
            is_wish=row["kind"] == "wish",
        )
        for row in own.drop_duplicates("sentence").head(at_most).to_dict("records")
    ]
