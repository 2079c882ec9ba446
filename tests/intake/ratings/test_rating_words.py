import pytest

from workbench.intake.ratings.rating_words import (
    fit_words,
    fold_phrase,
    is_known_phrase,
    is_not_rated,
)


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("MEETS  Expectations.", "meets"),
        ("\u00dcbertrifft die Erwartungen", "ubertrifft"),
        ("uebertrifft", "ubertrifft"),
        ("D\u00e9passe les attentes", "depasse"),
        ("Cumple con las expectativas", "cumple"),
        ("Overall Performance", "overall performance"),
        ("B-", "b-"),
        ("A-player", "a player"),
        ("s\u00ed", "s\u00ed"),
    ],
)
def test_what_makes_no_difference_is_folded(text, phrase):
    assert fold_phrase(text) == phrase


def test_no_word_is_both_a_level_and_not_rated():
    words = "Not Met|No cumple|Nicht erf\u00fcllt|New|Unknown|zu neu|no evaluado".split("|")
    assert [is_not_rated(word) for word in words] == [False] * 3 + [True] * 4
    assert not any(is_known_phrase(fold_phrase(word)) for word in words[3:])


def test_a_word_belongs_to_the_scale_that_explains_most_of_its_neighbours():
    assert fit_words(["mm", "ee", "ms"]).size == 7
    assert fit_words(["ni", "me", "ee"]).levels == {"ni": 1, "me": 2, "ee": 3}
    assert fit_words(["gut", "befriedigend"]).size == 6
    assert fit_words(["schlecht", "befriedigend", "hervorragend"]).size == 3
    assert fit_words(["low", "moderate", "high"]).levels == {"low": 1, "moderate": 2, "high": 3}


def test_words_with_no_room_between_them_are_ranked():
    words = ["insuffisant", "passable", "assez bien", "bien", "tres bien"]
    assert [fit_words(words).levels[word] for word in words] == [1, 2, 3, 4, 5]


def test_what_is_unknown_has_no_level():
    assert fit_words(["zonk", "meets"]).levels.keys() == {"meets"}
    assert fit_words([]).levels == {}
