from importlib.metadata import files

import numpy as np
import pandas as pd
import pytest
from diff_diff import CallawaySantAnna as Reference

from workbench.analyses.estimators.callaway_santanna import (
    contrast_cohorts,
    estimate_callaway_santanna,
)
from workbench.errors import InputError, SettingsError

NAMES = [f"20{15 + each // 2}H{1 + each % 2}" for each in range(7)]


@pytest.fixture(scope="module")
def mpdta():
    """Teen employment in counties that raised the minimum wage, as a PyPI package bundles it."""
    (path,) = (file for file in files("moderndid") if file.name == "mpdta_long.pkl.gz")
    frame = pd.read_pickle(path.locate())
    return frame.assign(promoted=frame["first.treat"].where(frame["first.treat"] > 0))


def panel(seed, people=120, cycles=7, missing=0.0):
    """Promote people at different times, with effects that differ; leave some never promoted."""
    rng = np.random.default_rng(seed)
    promoted = rng.choice([3.0, 4.0, 6.0, np.nan], people, p=[0.2, 0.2, 0.2, 0.4])
    score = rng.normal(size=(people, 1)) + 0.5 * rng.normal(size=(people, cycles))
    score = score + rng.normal(size=cycles)
    since = np.arange(1, cycles + 1) - promoted[:, None]
    score = score + np.where(since >= 0, -0.3 - 0.1 * since, 0.0)
    person, cycle = np.nonzero(rng.random((people, cycles)) >= missing)
    return pd.DataFrame(
        {
            "person_id": person,
            "cycle": cycle + 1,
            "technical_output": score[person, cycle],
            "promoted": promoted[person],
        }
    )


def of_reference(frame, controls, base):
    return Reference(control_group=controls, base_period=base).fit(
        frame.assign(promoted=frame["promoted"].fillna(0)),
        outcome="technical_output",
        unit="person_id",
        time="cycle",
        first_treat="promoted",
    )


def dynamic(reference):
    frame = reference.aggregate("event_study").to_dataframe().set_index("event_time")
    return frame[~frame["is_reference"].astype(bool)]


# ---------------------------------------------------------------------------- published numbers


def test_the_published_table_is_reproduced(mpdta):
    found = estimate_callaway_santanna(mpdta, outcome="lemp", person="countyreal", time="year")
    table = {
        name: [tuple(row) for row in frame[["effect", "se"]].round(4).to_numpy().tolist()]
        for name, frame in vars_of(found).items()
    }
    assert table["overall"] == [
        (-0.0400, 0.0120),
        (-0.0772, 0.0200),
        (-0.0310, 0.0124),
        (-0.0417, 0.0160),
    ]
    assert found.overall["aggregation"].tolist() == ["simple", "dynamic", "cohort", "calendar"]
    assert found.by_relative_cycle["relative_cycle"].tolist() == [-3, -2, -1, 0, 1, 2, 3]
    assert table["by_relative_cycle"] == [
        (0.0305, 0.0150),
        (-0.0006, 0.0133),
        (-0.0245, 0.0142),
        (-0.0199, 0.0118),
        (-0.0510, 0.0169),
        (-0.1373, 0.0364),
        (-0.1008, 0.0344),
    ]
    assert found.by_cohort["cohort"].tolist() == [2004, 2006, 2007]
    assert table["by_cohort"] == [(-0.0797, 0.0264), (-0.0229, 0.0167), (-0.0261, 0.0167)]


def vars_of(found):
    return {name: getattr(found, name) for name in ("overall", "by_relative_cycle", "by_cohort")}


def test_the_cells_of_the_published_table(mpdta):
    found = estimate_callaway_santanna(mpdta, outcome="lemp", person="countyreal", time="year")
    cells = found.cells[found.cells["relative_cycle"] >= 0].groupby("cohort")["effect"]
    assert {cohort: effects.round(4).tolist() for cohort, effects in cells} == {
        2004: [-0.0105, -0.0704, -0.1373, -0.1008],
        2006: [-0.0046, -0.0412],
        2007: [-0.0261],
    }


# ---------------------------------------------------------------------------- another library


@pytest.mark.parametrize("controls", ["never_treated", "not_yet_treated"])
@pytest.mark.parametrize(("base", "theirs"), [("varying", "varying"), (1, "universal")])
@pytest.mark.parametrize("seed", range(3))
def test_another_library_says_the_same(controls, base, theirs, seed):
    frame = panel(seed)
    ours = estimate_callaway_santanna(frame, base=base, controls=controls)
    reference = of_reference(frame, controls, theirs)
    compare_cells(ours, reference)
    by_cycle = dynamic(reference)
    assert ours.by_relative_cycle["relative_cycle"].tolist() == by_cycle.index.tolist()
    close(ours.by_relative_cycle[["effect", "se"]], by_cycle[["att", "se"]])
    cohorts = reference.aggregate("group").to_dataframe()
    close(ours.by_cohort[["effect", "se"]], cohorts[["att", "se"]])
    simple = ours.overall.set_index("aggregation").loc["simple"]
    close(simple, [reference.overall_att, reference.overall_se])


@pytest.mark.parametrize("controls", ["never_treated", "not_yet_treated"])
def test_with_missing_cells_another_library_says_the_same_of_each_cell(controls):
    frame = panel(3, missing=0.1)
    with pytest.warns(UserWarning, match="Unbalanced panel"):
        reference = of_reference(frame, controls, "varying")
    compare_cells(estimate_callaway_santanna(frame, controls=controls), reference)


def compare_cells(ours, reference):
    keys = zip(ours.cells["cohort"], ours.cells["cycle"], strict=True)
    theirs = pd.DataFrame([reference.group_time_effects[key] for key in keys])
    assert len(theirs) == len(reference.group_time_effects) - int(
        sum(np.isnan(each["se"]) for each in reference.group_time_effects.values())
    )
    close(ours.cells[["effect", "se"]], theirs[["effect", "se"]])
    close(ours.cells[["n", "n_controls"]], theirs[["n_treated", "n_control"]])


def close(ours, theirs):
    np.testing.assert_allclose(
        np.asarray(ours, dtype=float), np.asarray(theirs, dtype=float), rtol=1e-9, atol=1e-9
    )


# ---------------------------------------------------------------------------- by hand


def test_the_base_is_the_cycle_that_was_asked_for():
    grid = np.array([[1.0, 2.0, 4.0, 8.0], [0.0, 0.0, 0.0, 1.0]])
    start = np.array([3, 4])

    def effects(base):
        cells = contrast_cohorts(grid, start, "abcd", base=base).cells
        return dict(zip(cells["cycle"], cells["effect"], strict=True))

    assert effects(1) == {"a": -3.0, "b": -2.0, "d": 3.0}
    assert effects(3) == {"b": 1.0, "c": 3.0, "d": 6.0}
    assert effects("varying") == {"b": 1.0, "c": 2.0, "d": 3.0}
    assert effects(4) == {}


def test_a_missing_cell_leaves_the_person_out_of_its_pairs_only():
    grid = np.array([[0.0, 1.0, 1.0], [0.0, 5.0, np.nan], [0.0, 0.0, 0.0]])
    cells = contrast_cohorts(grid, np.array([1, 1, 3]), range(3)).cells
    assert cells[["cycle", "effect", "n"]].to_numpy().tolist() == [[1, 3.0, 2], [2, 1.0, 1]]


def test_those_promoted_in_the_first_cycle_are_no_controls():
    grid = np.array([[9.0, 0.0], [1.0, 2.0], [0.0, 0.0]])
    found = contrast_cohorts(grid, np.array([0, 1, 2]), range(2), controls="not_yet_treated")
    assert found.cells[["effect", "n", "n_controls"]].to_numpy().tolist() == [[1.0, 1, 1]]


def test_without_controls_or_promotions_nothing_is_said():
    grid = np.zeros((3, 4))
    for start in ([2, 2, 2], [4, 4, 4]):
        found = contrast_cohorts(grid, np.array(start), range(4))
        assert found.cells.empty and found.by_relative_cycle.empty
        assert found.overall["effect"].isna().all() and found.overall["se"].isna().all()


def test_order_of_rows_and_units_make_no_difference():
    frame = panel(0, missing=0.05)
    one = estimate_callaway_santanna(frame)
    other = estimate_callaway_santanna(frame.sample(frac=1, random_state=0))
    pd.testing.assert_frame_equal(one.overall, other.overall, check_exact=True)
    larger = estimate_callaway_santanna(
        frame.assign(technical_output=frame["technical_output"] * 8)
    )
    close(larger.overall[["effect", "se"]], one.overall[["effect", "se"]] * 8)


def test_labels_in_words_and_columns_of_other_names():
    frame = panel(0).replace({"cycle": dict(enumerate(NAMES, 1))})
    frame = frame.assign(promoted=frame["promoted"].map(dict(enumerate(NAMES, 1))))
    renamed = frame.rename(columns={"cycle": "when", "promoted": "since"})
    found = estimate_callaway_santanna(renamed, time="when", cohort="since")
    numbered = estimate_callaway_santanna(panel(0))
    pd.testing.assert_frame_equal(found.overall, numbered.overall)
    assert found.by_cohort["cohort"].tolist() == [NAMES[2], NAMES[3], NAMES[5]]


@pytest.mark.parametrize("base", [0, -1, 1.5, True, "last"])
def test_a_base_that_is_none_is_refused(base):
    with pytest.raises(SettingsError, match="varying"):
        estimate_callaway_santanna(panel(0), base=base)


def test_what_cannot_be_estimated_is_refused():
    frame = panel(0)
    with pytest.raises(SettingsError, match="not_yet_treated"):
        estimate_callaway_santanna(frame, controls="everyone")
    with pytest.raises(InputError, match="lacks promoted"):
        estimate_callaway_santanna(frame.drop(columns="promoted"))
    with pytest.raises(InputError, match="several rows"):
        estimate_callaway_santanna(pd.concat([frame, frame.head(1)]))
    with pytest.raises(InputError, match="several values of promoted"):
        estimate_callaway_santanna(frame.assign(promoted=frame["cycle"]))
