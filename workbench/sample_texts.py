"""What people of a made-up company write: of themselves, of those they manage, of their peers.

What comes in is what each person did more of than others, and who manages whom; what goes out are
the texts, in words that differ from writer to writer. Some managers write much and praise freely,
some paste the same sentence under every name, some people hand in the same self-review every half
year, and among the deeds stand wishes, regrets and what everybody does: texts say something about
what somebody did, and not reliably.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Subjects", "write_texts"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_SYSTEMS = (
    "billing search ledger checkout booking inventory identity catalogue messaging payroll pricing "
    "tracking"
).split()
_PARTNERS = (
    "the tax office|the courier|the card network|the warehouse team|the app team|the data team|"
    "the clearing bank|the marketplace|the partner in Oslo|the search team"
).split("|")
_CLIENTS = (
    "a hotel chain|a grocer|an insurer|a school board|our oldest customer|a shipping company|"
    "a pharmacy group|a football club|a car dealer|a publisher"
).split("|")
_TOPICS = "tracing|SQL|threat models|profiling|queues|accessibility|load tests|Rust".split("|")

# What a deed of each signal looks like, in the past tense and without its subject.
_DEEDS = {
    "durable_solutions": (
        "took the {system} rules out of the code, so that a new one is a line of configuration",
        "replaced three near copies of the {system} export by one small library with tests",
        "cleaned up the {system} module until a newcomer could change it within a day",
        "showed the juniors how to draw a clear boundary around {system}, and it has held",
        "rewrote the {system} import; nobody has had to touch it since",
        "talked two teams into simpler designs for {system} that are easier to look after",
        "got {system} to a state where a change of the rules stays in one file",
    ),
    "integration_foresight": (
        "found out in the second week that {partner} sends amounts in another unit",
        "agreed every message of {system} with {partner} before a line was written",
        "put contract tests between {system} and {partner}, and the release was quiet",
        "listed what depends on {system} and warned four teams ahead of the change",
        "rehearsed the switch of {system} with {partner} twice",
        "kept the old {system} interface alive until {partner} had moved",
        "saw that {system} and {partner} meant different things by an order",
    ),
    "long_term_design": (
        "wrote down where {system} should be in three years, and the steps that lead there",
        "kept {system} free of anything that ties it to one vendor",
        "argued for a small detour in {system} that spares us a migration later",
        "drew up the plan for {system} beyond the next two releases",
        "left a clean seam in {system}, so that the stopgap can go without pain",
        "designed the {system} tables for ten times the load",
        "made sure that the quick fix in {system} did not become its architecture",
    ),
    "team_learning": (
        "mentored two new colleagues in {topic}",
        "held a series of sessions on {topic} which people from other teams joined",
        "paired with the trainees every week until they could handle {system} alone",
        "wrote the guide to {topic} that every newcomer reads first",
        "explained {system} so patiently that five people now know it",
        "started a reading circle on {topic}",
        "coached a colleague from a first commit to the whole of {system}",
    ),
    "customer_rescue": (
        "stayed with {client} through their outage and had a fix by the evening",
        "wrote {client} a tool for their move, so that the sprint went on as planned",
        "turned {client} round when they were about to cancel",
        "took the complaint of {client} off the team and solved it alone",
        "patched the {system} connector at {client} over a weekend",
        "answered the escalation of {client} with a working import in two days",
    ),
    "prototypes_ahead": (
        "had a first version of the new {system} running before the project was approved",
        "tried two ways to do {system} in spring, which made the plan in autumn an easy one",
        "built a throwaway {system} to see whether it would be fast enough",
        "showed a demo of {system} on real data ahead of planning",
        "settled the open question about {system} with a quick experiment",
        "wrote a proof of concept of {system} in the innovation week",
    ),
}
# What people who multiply others do besides.
_LEADING = (
    "handed {system} over to a younger colleague and stood behind the decisions",
    "gave the team the room to choose how to build {system}",
    "asked whether we need {system} at all, with numbers to show for it",
    "pushed back on the date for {system} and offered a smaller scope",
    "did away with the manual steps in the {system} release",
    "cut the {system} build from half an hour to six minutes",
    "made it normal to write down what went wrong in {system}",
    "set the tone in reviews of {system}: direct and kind",
    "led the move of {system} to the new platform",
    "settled the standards for {topic} that all teams follow now",
)
_WISHES = {
    "durable_solutions": "write code that is easier to maintain",
    "integration_foresight": "check interfaces with other teams earlier",
    "long_term_design": "think about {system} beyond the next release",
    "team_learning": "mentor somebody in {topic}",
    "customer_rescue": "step in when a customer is in trouble",
    "prototypes_ahead": "have a prototype ready before planning",
}
_REGRETS = {
    "durable_solutions": "did not get {system} into a state that others can maintain",
    "integration_foresight": "did not check the {system} contract with {partner} in time",
    "long_term_design": "never finished the plan for {system}",
    "team_learning": "had no time for mentoring",
    "customer_rescue": "could not keep {client} from leaving",
    "prototypes_ahead": "did not manage to build a prototype of {system} before the start",
}
_ORDINARY = (
    ("finished what was planned for {system}", "delivered the {system} stories of this half"),
    ("joined the training on {topic}", "attended the talks on {topic}"),
    ("found the {system} migration slower than expected", "shipped {system} a little late"),
    ("fixed bugs in {system}", "kept the on-call rota of {system} covered"),
    ("read about {topic} in spare hours", "got to know {system}"),
    ("worked on {system} with the product team", "took part in the planning of {system}"),
)
_VERDICTS = (
    "A steady half.",
    "Reliable and pleasant to work with.",
    "Estimates were close to what it took.",
    "Communication with product was fine.",
    "Goals were met.",
    "A demanding half for the whole team.",
    "Handled the change of teams well.",
)
_PRAISE = (
    "Shares knowledge freely and mentors others.",
    "Always has the long-term architecture in view.",
    "Keeps customers happy when they escalate.",
    "Thinks integrations through, so there are few surprises.",
)


@dataclass(frozen=True, slots=True)
class Subjects:
    """What the texts are about: one entry a row of the reviews, in every field.

    Attributes
    ----------
    who
        Number of the person; the rows of a person stand in the order of the cycles.
    manager
        Number of the person's manager, -1 where there is none.
    signals
        (rows, signals): how much more than others the person does of each.
    told
        The signals that the person tells of in the self-review.
    ordinary
        The kinds of ordinary work, out of six, that the self-review tells of.
    away
        Whether the person was away all the time.
    """

    who: Ints
    manager: Ints
    signals: Floats
    told: Sequence[Sequence[int]]
    ordinary: Sequence[Sequence[int]]
    away: NDArray[np.bool_]


def write_texts(subjects: Subjects, rng: np.random.Generator) -> dict[str, list[str | None]]:
    """Write the self-review, the manager's review and the peers' feedback of each row.

    Parameters
    ----------
    subjects
        What they are about.
    rng
        From which the words are drawn, and nothing else.

    Returns
    -------
    dict
        `Self Review`, `Manager Review` and `Peer Feedback`, one text a row; `None` where nobody
        wrote one.

    Examples
    --------
    >>> one = Subjects(np.zeros(1, int), -np.ones(1, int), np.zeros((1, 6)), [[3]], [[0, 3]],
    ...                np.zeros(1, bool))
    >>> texts = write_texts(one, np.random.default_rng(0))
    >>> list(texts), texts["Manager Review"]
    (['Self Review', 'Manager Review', 'Peer Feedback'], [None])
    """
    people = int(max(subjects.who.max(), subjects.manager.max())) + 1
    return {
        "Self Review": _self_reviews(subjects, rng.random(people) < 0.06, rng),
        "Manager Review": _manager_reviews(subjects, rng.standard_normal(people), rng),
        "Peer Feedback": _peer_feedback(subjects, rng),
    }


def _self_reviews(
    subjects: Subjects, pastes: NDArray[np.bool_], rng: np.random.Generator
) -> list[str | None]:
    """Let people write of themselves; those who paste hand in their first text every time."""
    names = list(_DEEDS)
    first: dict[int, str] = {}
    texts: list[str | None] = []
    for row, who in enumerate(subjects.who.tolist()):
        said = [_pick(_DEEDS[names[k]], rng) for k in subjects.told[row]]
        said += _leading(subjects.signals[row], 0.25, rng)
        said += [_pick(_ORDINARY[k], rng) for k in subjects.ordinary[row]]
        name = names[int(rng.integers(len(names)))]
        draw = rng.random()
        if draw < 0.3:
            said.append(f"would like to {_fill(_WISHES[name], rng)} next half")
        elif draw < 0.4:
            said.append(_fill(_REGRETS[name], rng))
        text = " ".join(f"I {sentence}." for sentence in said)
        first.setdefault(who, text)
        texts.append(first[who] if pastes[who] else text)
    return texts


def _manager_reviews(
    subjects: Subjects, eloquence: Floats, rng: np.random.Generator
) -> list[str | None]:
    """Let managers write: the eloquent more, and some the same praise of everybody."""
    names = list(_DEEDS)
    pastes = rng.random(len(eloquence)) < 0.12
    favourite = rng.integers(len(_PRAISE), size=len(eloquence))
    texts: list[str | None] = []
    for row, manager in enumerate(subjects.manager.tolist()):
        if manager < 0 or subjects.away[row] or rng.random() < 0.12:
            texts.append(None)
            continue
        seen = subjects.signals[row] + 0.7 * rng.standard_normal(len(names))
        bar = 1.1 - 0.5 * eloquence[manager]
        told = [k for k in np.argsort(-seen)[: 2 + int(eloquence[manager] > 0)] if seen[k] > bar]
        said = [_third(_pick(_DEEDS[names[k]], rng), rng) for k in told]
        said += [_third(each, rng) for each in _leading(subjects.signals[row], 0.3, rng)]
        verdicts = 1 + int(rng.random() < _share(eloquence[manager]))
        said += [_pick(_VERDICTS, rng) for _ in range(verdicts)]
        if rng.random() < 0.25:
            said.append(f"Should {_fill(_WISHES[names[int(np.argmin(seen))]], rng)}.")
        elif rng.random() < 0.1:
            said.append(_third(_fill(_REGRETS[names[int(np.argmin(seen))]], rng), rng))
        if pastes[manager]:
            said.append(_PRAISE[favourite[manager]])
        texts.append(" ".join(dict.fromkeys(said)))
    return texts


def _peer_feedback(subjects: Subjects, rng: np.random.Generator) -> list[str | None]:
    """Let peers write a sentence or two about most people."""
    names = list(_DEEDS)
    texts: list[str | None] = []
    for row in range(len(subjects.who)):
        if subjects.away[row] or rng.random() < 0.35:
            texts.append(None)
            continue
        seen = subjects.signals[row] + 0.9 * rng.standard_normal(len(names))
        best = int(np.argmax(seen))
        said = [_third(_pick(_DEEDS[names[best]], rng), rng)] if seen[best] > 1.0 else []
        said += [_third(each, rng) for each in _leading(subjects.signals[row], 0.15, rng)]
        said.append(_pick(_VERDICTS, rng))
        texts.append(" ".join(said))
    return texts


def _leading(signals: Floats, share: float, rng: np.random.Generator) -> list[str]:
    """Tell of leadership besides the signals, of those who have many of them above all."""
    chance = share * _share(2.0 * float(signals.mean()) - 1.0)
    return [_pick(_LEADING, rng)] if rng.random() < chance else []


def _share(log_odds: float) -> float:
    """Turn log-odds into a share."""
    return float(1.0 / (1.0 + np.exp(-log_odds)))


def _pick(sentences: Sequence[str], rng: np.random.Generator) -> str:
    """Take one of some sentences and fill it in."""
    return _fill(sentences[int(rng.integers(len(sentences)))], rng)


def _third(deed: str, rng: np.random.Generator) -> str:
    """Tell a deed of somebody else, as a sentence or as a note; neither tells a gender."""
    return f"They {deed}." if rng.random() < 0.4 else f"{deed[0].upper()}{deed[1:]}."


def _fill(sentence: str, rng: np.random.Generator) -> str:
    """Fill in what a sentence is about."""
    draw = rng.integers(60, size=4)
    return sentence.format(
        system=_SYSTEMS[draw[0] % len(_SYSTEMS)],
        partner=_PARTNERS[draw[1] % len(_PARTNERS)],
        client=_CLIENTS[draw[2] % len(_CLIENTS)],
        topic=_TOPICS[draw[3] % len(_TOPICS)],
    )
