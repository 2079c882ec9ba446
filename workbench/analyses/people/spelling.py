"""Spelling: names of columns and numbers of people, in words."""

__all__ = ["count_people", "spell"]


def spell(name: object) -> str:
    """Spell a column name as words.

    A semicolon becomes a comma, as reasons are told apart by semicolons.

    Examples
    --------
    >>> spell("team_learning"), spell("long_term_design")
    ('team learning', 'long-term design')
    """
    return str(name).replace("_", " ").replace("long term", "long-term").replace(";", ",")


def count_people(n: int) -> str:
    """Count people in words that agree with the number.

    Examples
    --------
    >>> count_people(1), count_people(1200)
    ('1 person', '1,200 people')
    """
    return "1 person" if n == 1 else f"{n:,} people"
