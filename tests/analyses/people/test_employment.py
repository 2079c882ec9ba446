"""Employment: who has left, by the words of exports."""

import pandas as pd

from workbench.analyses.people.employment import has_left


def test_who_has_left_is_read_from_the_status():
    words = ["Active", "On leave", "Left company", "TERMINATED", "Resigned (Q2)", "Retired", None]
    rows = pd.DataFrame({"employment_status": words}, index=range(10, 17))
    assert has_left(rows).tolist() == [False, False, True, True, True, True, False]
    assert has_left(rows).index.tolist() == list(range(10, 17))


def test_without_a_status_nobody_has_left():
    assert has_left(pd.DataFrame({"person_id": ["a", "b"]})).tolist() == [False, False]
