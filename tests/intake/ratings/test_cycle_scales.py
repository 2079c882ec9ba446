import numpy as np

from workbench.intake.ratings.cycle_scales import read_cycle_ratings
from workbench.intake.ratings.scale_choices import ScaleChoice


def column(*values):
    cells = np.empty(len(values), dtype=object)
    cells[:] = values
    return cells


CELLS = column(1.0, 3.0, 5.0, 10.0, 1.0, "purple", "Meets", 4.0)
CYCLES = column("a", "a", "a", "b", "b", "b", "c", "c")


def test_a_cycle_of_its_own_scale_is_mapped_to_that_of_the_others():
    choice = ScaleChoice(low=1, high=10, best="low")
    read = read_cycle_ratings(CELLS, CYCLES, by_cycle={"b": choice})
    np.testing.assert_array_equal(read.values, [1, 3, 5, 1, 5, np.nan, 3, 4])
    scales = read.scales.set_index("group")
    assert scales.loc["b", ["high", "best", "how"]].tolist() == [10, "low", "given"]
    assert scales.loc["a", "best"] == "high"


def test_its_faults_keep_their_place_and_every_text_is_kept():
    read = read_cycle_ratings(CELLS, CYCLES, by_cycle={"b": ScaleChoice(low=1, high=10)})
    [unknown] = [fault for fault in read.faults if fault.reason == "unknown_rating"]
    assert unknown.positions.tolist() == [5]
    assert read.text.tolist() == ["1", "3", "5", "10", "1", "purple", "Meets", "4"]


def test_without_choices_for_cycles_all_is_as_it_was():
    plain = read_cycle_ratings(CELLS, CYCLES)
    other = read_cycle_ratings(CELLS, CYCLES, by_cycle={"z": ScaleChoice(best="low")})
    np.testing.assert_array_equal(plain.values, other.values)


def test_all_cycles_may_have_their_own():
    choices = {"a": ScaleChoice(best="low"), "b": ScaleChoice(best="high"), "c": ScaleChoice()}
    read = read_cycle_ratings(
        column(1.0, 5.0, 1.0, 5.0), column("a", "a", "b", "b"), by_cycle=choices
    )
    assert read.values.tolist() == [5, 1, 1, 5]
