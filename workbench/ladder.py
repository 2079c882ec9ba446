"""The two tracks, the rungs of technical leadership in order, and the reading of job titles.

A title is read by its head noun, not by the words around it: in "Software Engineer, Identity
Management" the person engineers and the rest is what the team owns, while in "Engineering
Manager, Architecture Tools" the person manages.
"""

import re
import unicodedata
from typing import Literal, get_args

__all__ = ["ROLES", "TRACKS", "Track", "track_of_title"]

Track = Literal["engineer", "technical_leadership", "management", "other"]
TRACKS: tuple[Track, ...] = get_args(Track)

ROLES: tuple[str, ...] = (
    "Lead Engineer",
    "Software Architect",
    "Principal Architect",
    "Director of Architecture",
    "CTO",
)

# Spellings brought to one word each, before a title is taken apart.
_SPELLINGS: tuple[tuple[str, str], ...] = (
    (r"\bchief technology officer\b|\bchief technical officer\b", "cto"),
    (r"\bchief information officer\b", "cio"),
    (r"\bchief executive officer\b", "ceo"),
    (r"\b(?:senior |executive )?vice president\b|\b[se]?vp\b", "vp"),
    (r"\bmembers? of (?:the )?technical staff\b|\bmts\b", "engineer"),
    (
        r"\btechnical (?:committee|steering committee|steering)(?: member| chair)?\b",
        "techlead",
    ),
    (r"\b(?:tech|technical|technology)[ -]?lead(?:er)?\b|\btl\b", "techlead"),
    (r"\b(?:team|squad|people|group|chapter)[ -]?lead(?:er)?\b|\bteamleiter(?:in)?\b", "teamlead"),
    (
        r"\bmgr\b|\bmanagerin\b|\bgerente\b|\bleiter(?:in)?\b|\bentwicklungsleiter(?:in)?\b",
        "manager",
    ),
    (r"\beng\b|\bengr\b", "engineer"),
    (
        r"\bdev\b|\b(?:software)?entwickler(?:in)?\b|\bdéveloppeu(?:r|se)\b|\bdesarrollador(?:a)?\b",
        "developer",
    ),
    (r"\b(?:software)?ingenieur(?:in)?\b|\bingénieure?\b|\bingenier[oa]\b", "engineer"),
    (r"\b(?:software)?architekt(?:in)?\b|\barchitecte\b|\barquitect[oa]\b", "architect"),
    (r"\bswe\b|\bsde\b|\bsdet\b|\bsre\b", "engineer"),
    (r"\bsr\b", "senior"),
)

# The nouns that can be the head of a title, and what each stands for.
_HEADS: dict[str, str] = {
    "manager": "manager",
    "supervisor": "manager",
    "director": "director",
    "head": "director",
    "vp": "director",
    "teamlead": "teamlead",
    "techlead": "technical_leadership",
    "cto": "technical_leadership",
    "architect": "technical_leadership",
    "fellow": "technical_leadership",
    "technologist": "technical_leadership",
    "lead": "lead",
    "leader": "lead",
    "engineer": "engineer",
    "engineering": "engineering",
    "developer": "engineer",
    "programmer": "engineer",
    "scientist": "engineer",
    "tester": "engineer",
    "devops": "engineer",
    "coder": "engineer",
    "intern": "intern",
    "principal": "principal",
    "officer": "other",
    "ceo": "other",
    "cio": "other",
    "owner": "other",
    "assistant": "other",
    "analyst": "other",
    "designer": "other",
    "coach": "other",
    "consultant": "other",
    "recruiter": "other",
    "writer": "other",
}

_SENIOR_TECHNICAL = frozenset({"lead", "staff", "principal", "distinguished", "chief", "fellow"})
_ENGINEERING = frozenset(
    (
        "engineering engineer engineers software technology technical tech development "
        "developer developers platform  infrastructure backend frontend web mobile data devops "
        "qa quality test testing security research r&d it  reliability systems cloud firmware "
        "embedded hardware ml ai architecture"
    ).split()
)
_NOT_ENGINEERING = frozenset(
    (
        "product program programme project account marketing sales hr human people finance "
        "financial legal design ux community office operations content brand customer support "
        "success partner partnerships procurement facilities release delivery event events "
        "communications recruiting talent payroll case relationship category store business "
        "change compliance"
    ).split()
)
# "Product Manager" and "Engineering Program Manager" lead a product or a programme, not people.
_WITHOUT_REPORTS = frozenset(
    (
        "product program programme project account office community content brand release "
        "delivery event case relationship category success marketing sales"
    ).split()
)
_ARCHITECTURE = re.compile(
    r"^(?:the )?(?:(?:enterprise|software|technical|technology|solutions?|systems?|data|platform|"
    r"cloud|it|global|chief|senior|associate) )*architecture$"
)


def track_of_title(title: object) -> Track:
    """Read the track from a job title.

    Parameters
    ----------
    title
        The title as the sheet spells it. Anything that is not text, or empty, is `other`.

    Returns
    -------
    Track
        `engineer`, `technical_leadership`, `management` or `other`. Engineers from staff level up
        count as technical leadership, as do architects up to the director of architecture and the
        CTO. People who lead a product, a project or a programme without engineers reporting to
        them are `other`.

    Examples
    --------
    >>> track_of_title("Software Engineer, Identity Management")
    'engineer'
    >>> track_of_title("Director of Architecture"), track_of_title("CTO")
    ('technical_leadership', 'technical_leadership')
    >>> track_of_title("Engineering Manager, Architecture Tools")
    'management'
    >>> track_of_title("Product Manager")
    'other'
    """
    if not isinstance(title, str):
        return "other"
    head, domain = _take_apart(title)
    words = head.split()
    heads = [word for word in words if word in _HEADS]
    if not heads:
        return "other"
    around = [word for word in words if word != heads[-1]]
    return _track_of_head(_HEADS[_head_noun(words, heads)], around, domain)


def _take_apart(title: str) -> tuple[str, str]:
    """Split a title into its head ("engineering manager") and its domain ("architecture")."""
    text = unicodedata.normalize("NFKC", title).casefold().replace(".", "").replace("_", " ")
    text = re.sub(r"\s+", " ", text)
    for pattern, word in _SPELLINGS:
        text = re.sub(pattern, word, text)
    parts = re.split(
        r"\s*[,;:/|()\[\]]\s*|\s+[-\u2013\u2014]\s+|\s+(?:of|for|in|to|at)\s+(?:the\s+)?",
        text,
        maxsplit=1,
    )
    head = " ".join(re.findall(r"[^\W\d_]+(?:&[^\W\d_]+)?", parts[0]))
    domain = " ".join(re.findall(r"[^\W\d_]+(?:&[^\W\d_]+)?", parts[1])) if len(parts) > 1 else ""
    return head, domain


def _head_noun(words: list[str], heads: list[str]) -> str:
    """Pick the noun that decides: the last one, except where a weaker word merely follows it."""
    strong = [word for word in heads if word not in {"engineering", "intern", "principal"}]
    if not strong:
        return heads[-1]
    # Some exports drop the comma: "Senior Manager Software Engineer".
    first = strong[0]
    leads_with = words[0] == first or words[:2] in (
        ["senior", first],
        ["associate", first],
        ["acting", first],
    )
    return first if leads_with and first in {"manager", "director", "head", "vp"} else strong[-1]


def _track_of_head(head: str, around: list[str], domain: str) -> Track:
    """Turn the head noun, the words beside it and the domain into a track."""
    area = set(around) | set(domain.split())
    elsewhere = bool(area & _NOT_ENGINEERING) and not area & _ENGINEERING
    if head == "manager":
        return "other" if elsewhere or set(around) & _WITHOUT_REPORTS else "management"
    if head == "director":
        if _ARCHITECTURE.match(domain) or (not domain and "architecture" in around):
            return "technical_leadership"
        return "other" if elsewhere else "management"
    if head == "lead":
        return "other" if elsewhere else "technical_leadership"
    if head in {"engineer", "engineering", "principal"}:
        if head == "engineer" and "sales" in around:
            return "other"
        senior = head == "principal" or bool(set(around) & _SENIOR_TECHNICAL)
        return "technical_leadership" if senior else "engineer"
    by_head: dict[str, Track] = {
        "teamlead": "management",
        "technical_leadership": "technical_leadership",
        "intern": "engineer" if area & _ENGINEERING else "other",
    }
    return by_head.get(head, "other")
