"""Flows for the type-ahead: by single words of title, id, category and texts, with a slip of the finger forgiven."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher
from functools import lru_cache

from shepherd.check.library import Library
from shepherd.desk.views import FlowRow
from shepherd.flow.model import Ask, Flow

ENOUGH = 0.5
ALIKE = 0.8
#: From how many letters on the beginning of a word stands for the word.
BEGUN = 4
#: What people say for what flows call otherwise.
SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "angry": ("complaint",),
    "appointment": ("visit",),
    "attorney": ("authority", "third"),
    "behalf": ("third",),
    "bill": ("invoice",),
    "broadband": ("internet",),
    "card": ("payment",),
    "charged": ("bill",),
    "compensation": ("credit", "complaint"),
    "courier": ("parcel",),
    "daughter": ("third",),
    "debit": ("payment",),
    "deceased": ("third",),
    "deliver": ("parcel",),
    "delivery": ("parcel",),
    "died": ("third",),
    "direct": ("payment",),
    "expensive": ("bill",),
    "father": ("third",),
    "fee": ("bill",),
    "fibre": ("internet",),
    "forgot": ("reset",),
    "forgotten": ("reset",),
    "gdpr": ("privacy",),
    "hacked": ("fraud",),
    "husband": ("third",),
    "invoice": ("bill",),
    "login": ("password",),
    "manager": ("complaint",),
    "modem": ("internet",),
    "mother": ("third",),
    "neighbour": ("third",),
    "offline": ("internet",),
    "outage": ("internet",),
    "overcharged": ("bill",),
    "package": ("parcel",),
    "passcode": ("password",),
    "phishing": ("fraud",),
    "post": ("parcel",),
    "reception": ("mobile",),
    "scam": ("fraud",),
    "scammed": ("fraud",),
    "scammer": ("fraud",),
    "signal": ("mobile",),
    "spam": ("fraud",),
    "technician": ("engineer",),
    "unhappy": ("complaint",),
    "verify": ("identify",),
    "wife": ("third",),
    "wifi": ("internet",),
    "wlan": ("internet",),
}


def find(library: Library, words: str, category: str, limit: int) -> tuple[FlowRow, ...]:
    """
    Startable flows that *words* speak of, best first: half of what is asked must be met, a title counting most.

    Where they are met alike, those come first whose title has the very words, or begins words with them.
    """
    wanted = tokens([words[:200]])[:12]
    found = []
    for flow, own, title, texts in _startable(library):
        if category and flow.category != category:
            continue
        met = fit(wanted, title, texts)
        if not wanted or met >= ENOUGH * len(wanted):
            found.append((-met, -sum(_close(w, flow.id, own, title) for w in wanted), flow.title.casefold(), flow))
    return tuple(row(flow) for *_, flow in sorted(found, key=lambda f: f[:3])[:limit])


@lru_cache(maxsize=2)
def _startable(library: Library) -> list[tuple[Flow, list[str], list[str], list[str]]]:
    """The flows that may be started, each with the words of its title, of title and id, and of its texts."""
    flows = (flow for flow in library.flows.values() if not flow.called_only)
    titled = ((flow, tokens([flow.title, flow.title.replace("-", "")])) for flow in flows)
    return [(flow, own, tokens([*own, flow.id]), tokens(_texts(flow))) for flow, own in titled]


def tokens(texts: Iterable[str]) -> list[str]:
    """The different words of *texts*, in order; an id's underscores part words."""
    text = " ".join(texts).casefold()
    return list(dict.fromkeys("".join(c if c.isalnum() else " " for c in text).split()))


def fit(wanted: Iterable[str], title: list[str], texts: list[str]) -> float:
    """How far *wanted* is met: a word of the title counts 1, one of the texts half, a similar one less."""
    return sum(max(_best(w, title), _best(w, texts) / 2) for w in wanted)


def _close(word: str, id_: str, own: list[str], title: list[str]) -> int:
    """How closely *word* is met: 3 as a word of the title, 2 as the beginning of one or of the id, 1 within the id."""
    if word in own:
        return 3
    if id_.startswith(word) or any(one.startswith(word) for one in own):
        return 2
    return int(any(one.startswith(word) for one in title))


def _best(word: str, among: list[str]) -> float:
    meant = SYNONYMS.get(word, ())
    if not meant and len(word) >= BEGUN:
        meant = next((said for known, said in SYNONYMS.items() if known.startswith(word)), ())
    if any(one.startswith((word, *meant)) for one in among):
        return 1.0
    if len(word) < 4:
        return 0.0
    near = (SequenceMatcher(None, word, one) for one in among if abs(len(one) - len(word)) <= 2)
    return 0.9 if any(m.quick_ratio() >= ALIKE and m.ratio() >= ALIKE for m in near) else 0.0


def row(flow: Flow) -> FlowRow:
    """*flow* for a list."""
    asks = tuple(f for f in flow.inputs.values() if f.name != "customer_id")
    return FlowRow(id=flow.id, title=flow.title, category=flow.category, version=flow.version, asks=asks)


def _texts(flow: Flow) -> list[str]:
    texts = [t.source for step in flow.steps.values() for _, t in step.words.texts]
    texts += [s.action.question.source for s in flow.steps.values() if isinstance(s.action, Ask)]
    return [flow.category, *(f"{name} {o.code}" for name, o in flow.outcomes.items()), *texts]
