"""Which words can stand around a field's own words and change nothing.

"Total Commits" are commits and "Employee Level" is the level, while "Reverted Commits" are another
thing: for each family of fields this says which words are neutral, so that all others count.
"""

from dataclasses import dataclass

from workbench.fields import FIELDS

__all__ = ["FAMILIES", "VAGUE", "Family", "Words", "reduce_words"]

Words = frozenset[str]


@dataclass(frozen=True, slots=True)
class Family:
    """Some fields, and the words that can stand around theirs.

    Attributes
    ----------
    fields
        The fields.
    neutral
        Words that say nothing new of such a field.
    same
        Words that mean the same in such a header only.
    """

    fields: tuple[str, ...]
    neutral: Words
    same: dict[str, str]


def _family(fields: str, neutral: str, **same: str) -> Family:
    """Declare a family; `same` gives words by what each becomes."""
    means = {word: target for target, words in same.items() for word in words.split()}
    return Family(tuple(fields.split()), frozenset(neutral.split()), means)


def _with_dtype(*dtypes: str) -> str:
    return " ".join(field.name for field in FIELDS if field.dtype in dtypes)


_OUTPUT = (
    "number count overall completed merged given written resolved employee cycle current qty year "
    "half quarter month github gitlab git gh jira"
)
FAMILIES = (
    _family(
        "person_id",
        "unique external internal company hr global current overall",
        id="number code key",
    ),
    _family(
        "manager",
        "id name email employee full number code key address current primary direct username login",
    ),
    _family("rater_id", "id name email employee full number code key address login"),
    _family("name", "employee full legal display preferred current complete work person"),
    _family("email", "employee work company address id official primary current office"),
    _family("cycle", "review performance rating calibrated name id code talent current"),
    _family(
        "title",
        "job name employee current company official working primary description work",
        title="position role function",
    ),
    _family(
        "level",
        "job career current employee engineering name code seniority position worker desc comment",
        level="grade",
    ),
    _family("pay_band", "employee current name code scale desc", band="level grade group"),
    _family(
        "department",
        "name code id employee current company label home desc membership comment functional",
    ),
    _family(
        "team",
        "name code id employee current label home assigned primary desc membership work git hub "
        "lab jira",
    ),
    _family("location", "work name employee current primary code base desc company job"),
    _family(
        "job_family",
        "name code id employee current desc group comment",
        discipline="specialty",
        job="position",
    ),
    _family("track", "current employee name", track="path"),
    _family("track_preference", "", preference="preferred target", track="path"),
    _family("employment_status", "current is flag code desc", employment="employee work"),
    _family("rating_kind", ""),
    _family(
        "gender ethnicity nationality disability",
        "employee legal id code desc name identity status is current self group flag",
    ),
    _family(
        "hire_date promotion_date birth_date",
        "employee company employment work original actual adjusted last effective",
        hire="start",
    ),
    _family(_with_dtype("count"), _OUTPUT),
    _family(_with_dtype("share"), "employee current number cycle overall direct", share="rate"),
    _family(
        _with_dtype("number"),
        "employee current rating index result value number level overall",
    ),
    _family(
        _with_dtype("rating") + " self_review manager_review peer_feedback",
        "overall annual year end mid half quarter employee current number numeric desc description "
        "name form talent completed cycle job work average official assigned",
        precalibrated="original before",
        calibrated="final agreed adjusted",
        technical="engineering craft",
    ),
)
_RATINGS = FAMILIES[-1]
# A rating of a review is the rating: of these the first that is there is what a header is about.
_HEADS = ("rating", "comment", "review", "performance")
# Alone these could belong to anything.
VAGUE = frozenset(
    "review comment performance number count date id share point group promotion leave path code "
    "time manager self peer key start mentoring hour retention user career track preference type "
    "rework status index survey calibrated precalibrated technical work".split()
)


# A grade of these is a rating; any other grade is the level of a job.
_GRADED = frozenset(
    "performance review final overall calibrated precalibrated original potential".split()
)


def reduce_words(words: Words, family: Family) -> Words:
    """Leave out what says nothing new in a family; keep all where nothing would be left.

    Examples
    --------
    >>> counts = next(family for family in FAMILIES if "commits" in family.fields)
    >>> sorted(reduce_words(frozenset({"total", "count", "commit"}), counts))
    ['commit', 'total']
    """
    if family is _RATINGS:
        words = _read_rating(words)
    kept = frozenset(family.same.get(word, word) for word in words if word not in family.neutral)
    if family is _RATINGS:
        heads = [head for head in _HEADS if head in kept]
        kept -= frozenset(heads[1:])
        if "potential" in kept and "comment" not in kept:
            kept -= frozenset(_HEADS)
        if kept & {"calibrated", "precalibrated"} and "rating" in kept:
            # Both the manager's word and the rating itself are what is calibrated.
            kept -= {"manager", "code"}
    return kept or words


def _read_rating(words: Words) -> Words:
    """Read the words that are about a rating only beside a word that says so."""
    if "grade" in words and words & _GRADED:
        words = words - {"grade"} | {"rating"}
    if "level" in words and words & {"performance", "potential"}:
        words = words - {"level"} | {"rating"}
    averaged = "average" in words and bool(words & {"review", "peer"})
    if (averaged or {"review", "performance"} <= words) and "comment" not in words:
        words = words | {"rating"}
    return words
