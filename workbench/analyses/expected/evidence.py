"""Evidence: what is there to judge a promotion by, and what is said where it is not enough.

What comes in are the grid and the windows around promotions; what goes out are patterns and
sentences. Nothing here looks at whether output fell.
"""

import numpy as np

from workbench.analyses.expected.histories import Events, Histories, Ints
from workbench.analyses.expected.windows import RECENT_CYCLES, Windows
from workbench.settings import Settings

__all__ = ["can_fit_anything", "describe_evidence", "find_missing_evidence", "say_too_few_peers"]

_MIN_TO_FIT = 10  # people with comparable output, below which nothing can be expected of anyone


def can_fit_anything(histories: Histories) -> bool:
    """Say whether there is enough comparable output to expect anything of anyone."""
    people = int(histories.untreated.any(axis=1).sum())
    return bool(np.isfinite(histories.sd)) and people >= _MIN_TO_FIT


def find_missing_evidence(
    histories: Histories, events: Events, promoted: Windows, settings: Settings
) -> list[tuple[str, str]]:
    """Say of each promotion why it cannot be judged; pattern and sentence, empty where it can."""
    column = np.arange(len(histories.cycles))
    start, stop = promoted.start[:, None], events.stop[:, None]
    known = np.isfinite(histories.score[promoted.person])
    recent = np.asarray((promoted.before & (column >= start - RECENT_CYCLES)).any(axis=1))
    too_new = len(histories.cycles) - promoted.start < settings.min_post_cycles
    n_before, n_after = promoted.before.sum(axis=1), promoted.after.sum(axis=1)
    some_before = (known & (column < start)).sum(axis=1) > n_before
    some_after = (known & (column >= start) & (column < stop)).sum(axis=1) > n_after
    found = [("", "")] * len(promoted.person)
    for each in range(len(found)):
        if n_before[each] < settings.min_pre_cycles:
            what = "comparable output" if some_before[each] else "output"
            sentence = _only(int(n_before[each]), what, "before", settings.min_pre_cycles)
            found[each] = "not_enough_evidence", sentence
        elif n_after[each] < settings.min_post_cycles:
            what = "output in management" if some_after[each] else "output"
            sentence = _only(int(n_after[each]), what, "after", settings.min_post_cycles)
            found[each] = "too_new" if too_new[each] else "not_enough_evidence", sentence
        elif not recent[each]:
            sentence = (
                f"No comparable output in the last {RECENT_CYCLES} cycles before the promotion."
            )
            found[each] = "not_enough_evidence", sentence
    return found


def _only(number: int, what: str, side: str, needed: int) -> str:
    """Say how many cycles lie on one side of the promotion, and how many it takes."""
    amount = f"Only {number} cycle{'' if number == 1 else 's'}" if number else "No cycle"
    needs = f"{needed} {'is' if needed == 1 else 'are'} needed"
    return f"{amount} with {what} {side} the promotion; {needs}."


def say_too_few_peers(histories: Histories, n_placebos: int, needed: int) -> str:
    """Say why nobody at all can be judged."""
    can_fit = can_fit_anything(histories)
    if not can_fit and np.isfinite(histories.sd):
        return "Too few people with comparable output to say what would be expected of anyone."
    if not can_fit:
        return "Technical output does not vary among comparable people, so nothing can be compared."
    return (
        f"Only {n_placebos} similar histories without a promotion to compare with; "
        f"{needed} are needed."
    )


def describe_evidence(
    histories: Histories,
    promoted: Windows,
    why_not: list[tuple[str, str]],
    judged: Ints,
    placebos: Windows,
) -> list[str]:
    """Say in sentences what the result rests on and what it leaves open."""
    notes = list(histories.notes)
    patterns = [pattern for pattern, _ in why_not]
    if not why_not:
        notes.append("No promotions to management are known, so nobody was judged.")
    if len(judged):
        peers = len(np.unique(placebos.person))
        notes.append(
            f"{len(judged):,} of {len(why_not):,} promotions judged, against "
            f"{len(placebos.person):,} pretend promotions of {peers:,} people."
        )
        notes.append(
            "Output is held against people with a like history. It cannot be told from these "
            "numbers whether somebody was promoted because output was about to fall."
        )
    for pattern, words in (
        ("too_new", "too new to judge"),
        ("not_enough_evidence", "without enough evidence to judge"),
    ):
        if patterns.count(pattern):
            notes.append(f"{patterns.count(pattern):,} of {len(why_not):,} promotions {words}.")
    if len(judged) and histories.n_raters:
        rater = histories.rater[promoted.person[judged]]
        rated = promoted.after[judged] & (rater >= 0)
        peers_of = np.unique(histories.rater[histories.untreated])
        alone = ~np.isin(rater[rated], peers_of)
        if rated.any() and alone.mean() > 0.5:
            notes.append(
                f"{alone.mean():.0%} of the cycles after promotion were rated by people who rate "
                "no comparable engineer; their severity is unknown, and drops are hard to see."
            )
    return notes
