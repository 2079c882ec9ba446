"""Employment: who a sheet records as having left."""

import re

import pandas as pd

__all__ = ["has_left"]

_GONE = re.compile(r"\b(?:left|leaver|terminated|resigned|inactive|retired|dismissed)\b")


def has_left(rows: pd.DataFrame) -> pd.Series:
    """Tell the rows of people who are recorded as having left.

    Parameters
    ----------
    rows
        `employment_status`, any text, is used where it is there.

    Returns
    -------
    pandas.Series
        Of truth values, with the index of the rows; without a status nobody has left.

    Examples
    --------
    >>> has_left(pd.DataFrame({"employment_status": ["Active", "Terminated", None]})).tolist()
    [False, True, False]
    """
    if "employment_status" not in rows:
        return pd.Series(False, index=rows.index)
    status = rows["employment_status"]
    gone = {text for text in status.dropna().unique() if _GONE.search(str(text).casefold())}
    return status.isin(gone)
