"""Labels: under which text each person appears on the screen, with names and without them.

What comes in is the data of a calibration; what goes out is a text for each id that does not stand
for itself. Without names, no name may stand in for an id either: a manager who is in no row of the
sheet is known by whatever the sheet calls the manager, which can be a name or an address.
"""

import pandas as pd

from workbench.intake.panel import Panel

__all__ = ["label_people"]


def label_people(panel: Panel, *, names: bool) -> dict[str, str]:
    """Give the text for each person whose id is not shown as it is.

    Parameters
    ----------
    panel
        Its people, and the managers of its reviews.
    names
        Whether names were asked for.

    Returns
    -------
    dict
        From the text of an id to what is shown for it: with names, the name and the id; without,
        "Person 1" where the id is itself a name or an address, "Manager 1 (not in the list)" for a
        manager of whom there is no row and who is called by one.

    Examples
    --------
    >>> import workbench
    >>> reviews = pd.DataFrame({
    ...     "Employee ID": ["E1", "E2"], "Employee Name": ["Ada Berg", "Bo Ek"], "Cycle": "2024",
    ...     "Manager": ["Cy Dahl", "Ada Berg"],
    ... })
    >>> panel = workbench.load(reviews).panel
    >>> label_people(panel, names=True)
    {'E1': 'Ada Berg (E1)', 'E2': 'Bo Ek (E2)'}
    >>> label_people(panel, names=False)
    {'Cy Dahl': 'Manager 1 (not in the list)'}
    """
    people = panel.people
    ids = people["person_id"].astype(str)
    if names:
        if "name" not in people:
            return {}
        known = people["name"].notna()
        texts = people["name"].astype(str) + " (" + ids + ")"
        return dict(zip(ids[known], texts[known], strict=True))
    called = pd.Series(False, index=people.index)
    for column in ("name", "email"):
        if column in people:
            called |= people[column].astype(str).str.casefold().eq(ids.str.casefold())
    called |= _is_name(ids)
    labels = {person: f"Person {place}" for place, person in enumerate(ids[called], start=1)}
    if "manager" not in panel.reviews:
        return labels
    managers = pd.Series(panel.reviews["manager"].dropna().astype(str).unique(), dtype=str)
    strangers = sorted(managers[~managers.isin(set(ids)) & _is_name(managers)])
    told = {who: f"Manager {n} (not in the list)" for n, who in enumerate(strangers, start=1)}
    return labels | told


def _is_name(ids: pd.Series) -> pd.Series:
    """Tell what reads like a name or an address: several words, or an @; an id has neither."""
    return ids.str.contains(r"@|[^\W\d_]{2,}[ ,.]+[^\W\d_]{2,}", regex=True)
