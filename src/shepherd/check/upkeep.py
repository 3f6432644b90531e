"""Whether somebody looks after a flow: its owner, the day by which it is looked at again, the articles it points to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from shepherd.flow.findings import Finding, Rule

if TYPE_CHECKING:
    from shepherd.flow.draft import Draft

NO_OWNER = Rule(
    "SHP931",
    "no-owner",
    "warning",
    "Where the other flows of a library name who answers for them, a flow without an owner has been forgotten.",
)
REVIEW_IS_PAST = Rule(
    "SHP932",
    "review-is-past",
    "warning",
    "The day by which the flow was to be looked at again is past: what it says may hold no longer.",
)
DEAD_ARTICLE = Rule(
    "SHP933",
    "dead-article",
    "warning",
    "An article is opened by its address: `https://` and a host, or `/` and a path on the desk's own site. Anything "
    "else opens nothing. No network is asked.",
)
RULES = (NO_OWNER, REVIEW_IS_PAST, DEAD_ARTICLE)
_HOST = re.compile(r"[\w.:-]+")


def upkeep(draft: Draft) -> Iterator[Finding]:
    """Flows without an owner, and articles that nothing opens."""
    owned = any(flow.owner for flow in draft.flows.values())
    for flow in draft.flows.values():
        if owned and not flow.owner:
            message = f'Nobody is named who answers for "{flow.id}".'
            yield NO_OWNER.at(flow.place, message, file=flow.file, hint="Write `owner: WHO`.", flow=flow.id)
        for step in flow.steps.values():
            wrong = _wrong(step.words.article) if step.words.article else ""
            if wrong:
                yield DEAD_ARTICLE.at(
                    step.places.get("article", step.place),
                    f'"{step.words.article}" {wrong}',
                    file=flow.file,
                    hint="Write the whole address, such as https://kb.example/router or /kb/router.",
                    flow=flow.id,
                    step=step.id,
                )


def reviews(draft: Draft, today: date) -> Iterator[Finding]:
    """Flows that were to be looked at again before *today*."""
    for flow in draft.flows.values():
        if flow.review_by and flow.review_by < today.isoformat():
            place = flow.places.get("review_by", flow.place)
            message = f"This flow was to be looked at again by {flow.review_by}."
            hint = "Look at it with its owner, then set the next day."
            yield REVIEW_IS_PAST.at(place, message, file=flow.file, hint=hint, flow=flow.id)


def _wrong(address: str) -> str:
    """Why a page can't open *address*; empty where it can, as far as is seen without asking anybody."""
    if re.search(r"[\s<>\"{}|\\^`]", address):
        return "has characters that no address has."
    try:
        scheme, host = urlsplit(address).scheme, urlsplit(address).hostname or ""
        _ = urlsplit(address).port
    except ValueError:
        return "is no address."
    if scheme in ("http", "https"):
        return "" if _HOST.fullmatch(host) else "names no host."
    if address.startswith("/") and not address.startswith("//"):
        return ""
    if scheme and ":" in address:
        return f"begins with {scheme}:, which is not opened here."
    return "is no address that a page can open."
