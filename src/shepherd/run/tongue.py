"""In which language a run speaks: the contact's, where its flow has words in it, and the flow's own beside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from shepherd.flow.translations import heard_in
from shepherd.run.state import Run, Visit

if TYPE_CHECKING:
    from shepherd.check.library import Library
    from shepherd.flow.model import Step


def language_of(facts: Mapping[str, Any]) -> str:
    """The tag of the contact's language; empty for the flow's own."""
    contact = facts.get("contact")
    return str(contact.get("language", "")) if isinstance(contact, Mapping) else ""


def in_own_words(run: Run) -> Any:
    """What *run* waits for in the words that its flow has of its own; None where these are the very words it says."""
    own = _own_step(run, run.tip)
    if own is None or own is run.tip.step:
        return None
    told = run._replace(tip=run.tip._replace(step=own)).waiting
    return None if told == run.waiting else told


def is_heard(library: Library, ref: str, language: str) -> bool:
    """Whether all that the step *ref* (``flow/step``) says and asks is said in *language*; so is what says nothing."""
    flow, _, step = ref.partition("/")
    source = library.documents.get(f"flow:{flow}", {}).get("steps", {}).get(step, {})
    return not language or heard_in(source, step, library.words_in(flow, language))


def retold(run: Run) -> Run:
    """*run* with every visit on its path in the flow's own words: for colleagues, who may not know the customer's."""
    if run.flows is run.library.flows:
        return run
    visits: list[Visit] = []
    visit: Visit | None = run.tip
    while visit is not None:
        visits.append(visit)
        visit = visit.prev
    made: Visit | None = None
    for one in reversed(visits):
        made = one._replace(step=_own_step(run, one) or one.step, prev=made)
    return run._replace(tip=made or run.tip)


def _own_step(run: Run, visit: Visit) -> Step | None:
    flow, _, step = visit.ref.partition("/")
    known = run.library.flows.get(flow)
    return known.steps.get(step) if known is not None and run.flows is not run.library.flows else None
