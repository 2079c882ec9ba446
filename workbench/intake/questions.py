"""Tables with a row for each question, as survey tools export them: one table for each question.

What comes in is a table of which one column holds questions and another the answers; what goes out
are tables in which the question stands where the answers' header stood, so that "Overall rating" or
"What went well?" is matched like any header, and each answer keeps its address.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.intake.cells import by_value, show_value
from workbench.intake.headers.matching import Given, Match, match_headers, normalise_header
from workbench.intake.tables import Table

__all__ = ["split_questions"]

_QUESTION = frozenset(
    "question,questions,question text,question name,question title,question label,prompt,item,"
    "survey item,survey question,review question,criterion,criteria,competency,competence,"
    "dimension,frage,fragen,fragetext,kriterium,kompetenz,pregunta,preguntas,criterio,competencia,"
    "questionnaire item,intitule de la question,critere".split(",")
)
_ANSWER = frozenset(
    "answer,answers,answer text,answer value,response,responses,response text,response value,"
    "numeric answer,answer score,selected answer,rating,score,value,result,rating value,antwort,"
    "antworten,antworttext,reponse,reponses,respuesta,respuestas,puntuacion,bewertung,"
    "original answer,calibrated answer,original response,calibrated response".split(",")
)
_MOST_QUESTIONS = 200
_N_SAMPLE = 100


def split_questions(table: Table, given: Given | None = None) -> list[Table]:
    """Split a table with a row for each question into one table for each question.

    Parameters
    ----------
    table
        Any table of people.
    given
        What the analyst decided about headers; a question counts as one.

    Returns
    -------
    list of Table
        The table itself where it has no column of questions. Of an answer before and an answer
        after calibration, both are kept.
    """
    question = _find_column(table, _QUESTION)
    answers = [
        place
        for place, match in enumerate(table.matches)
        if normalise_header(match.header) in _ANSWER and table.columns[place] != question
    ]
    if question is None or not answers:
        return [table]
    codes, texts = by_value(table.cells(question), show_value)
    asked = [(code, text) for code, text in enumerate(texts) if text]
    if not 1 <= len(asked) <= min(_MOST_QUESTIONS, len(table.rows) - 1):
        return [table]
    kept = [place for place, column in enumerate(table.columns) if column != question]
    varying = _find_varying(table, kept, answers)
    headers = [text for _, text in asked]
    main = _main_answer(table, answers)
    samples = {text: _sample(table, main, codes == code) for code, text in asked}
    found = match_headers(headers, samples, given=given, split_cycles=False)
    shown = (*(table.shown or table.matches), *found)
    parts: list[Table] = []
    for (code, text), match in zip(asked, found, strict=True):
        part = replace(
            table,
            matches=tuple(_rename(table, place, text, main, match, varying) for place in kept),
            columns=tuple(table.columns[place] for place in kept),
            rows=table.rows[codes == code],
            question=text,
            shown=shown,
            left_out=table.left_out if not parts else (),
        )
        parts.append(part)
    return parts


def _find_column(table: Table, headers: frozenset[str]) -> int | None:
    """Find the column of questions: by its header, and because its cells repeat."""
    for match, column in zip(table.matches, table.columns, strict=True):
        if normalise_header(match.header) in headers:
            cells = pd.Series(table.cells(column))
            if cells.nunique() < len(cells):
                return column
    return None


def _find_varying(table: Table, kept: Sequence[int], answers: Sequence[int]) -> set[int]:
    """Find the columns that hold or explain the answer, and say nothing else of the person."""
    keys = [*table.person_columns[:1]]
    keys += [c for c in (table.find("cycle"), table.find("rater_id")) if c is not None]
    frame = pd.DataFrame({column: table.cells(column) for column in keys}).astype(str)
    groups = frame.groupby(list(frame.columns), sort=False).ngroup().to_numpy()
    varying = set(answers)
    for place in kept:
        if table.matches[place].field is None and place not in varying:
            values = pd.Series(table.cells(table.columns[place])).astype(str)
            if (values.groupby(groups).nunique() > 1).any():
                varying.add(place)
    return varying


def _sample(table: Table, place: int, rows: NDArray[np.bool_]) -> list[object]:
    cells = table.cells(table.columns[place])[rows]
    return [cell for cell in cells.tolist() if cell != ""][:_N_SAMPLE]


def _main_answer(table: Table, answers: Sequence[int]) -> int:
    """Choose the column of answers that counts: the calibrated one, else the first final one."""
    fields = {place: table.matches[place].field for place in answers}
    calibrated = [place for place in answers if fields[place] == "rating_calibrated"]
    final = [place for place in answers if fields[place] != "rating_original"]
    return (calibrated or final or list(answers))[0]


def _rename(
    table: Table, place: int, question: str, main: int, match: Match, varying: set[int]
) -> Match:
    """Say what a column of the table holds for one question; `varying` are those that change."""
    own = table.matches[place]
    if place not in varying:
        return own
    # Before and after calibration: the rating has a field for each, other questions have one.
    if match.field == "rating_manager" and own.field in {"rating_original", "rating_calibrated"}:
        return replace(match, header=f"{question}: {own.header}", field=own.field)
    return match if place == main else Match(f"{question}: {own.header}")
