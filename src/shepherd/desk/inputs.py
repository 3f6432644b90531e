"""What people send: card numbers masked, and the body by which a repeated form is known, secrets left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields as parts
from dataclasses import replace
from typing import Any

from shepherd.check.library import Library
from shepherd.desk.mask import mask, mask_all
from shepherd.flow.model import Field, Step
from shepherd.run.api import Abandon, Answer, Change, Event, Fail, Fields, HandOver, Note, Pause, Refused
from shepherd.run.fields import as_typed
from shepherd.run.keep import fields
from shepherd.run.state import Run

LONGEST_NOTE = 4_000


def check_length(given: Any) -> None:
    """Refuse a note or a reason that nobody would read; a case note, written or corrected, may be longer."""
    if (isinstance(given, Note) and given.use) or not isinstance(given, Note | Pause | HandOver | Abandon):
        return
    longest = max(len(getattr(given, p.name)) for p in parts(given))
    if longest > LONGEST_NOTE:
        raise Refused("too_long", f"A note has at most {LONGEST_NOTE} characters; this one has {longest}.")


def step_of(given: Any, run: Run) -> Step:
    """The step that *given* is for, as *run* stands now."""
    visit = run.tip
    if isinstance(given, Change):
        while visit.prev is not None and visit.number > given.visit:
            visit = visit.prev
    return visit.step


def step_then(given: Any, library: Library, events: Sequence[Event], seq: int) -> Step | None:
    """The step that *given* was for when the run stood after *seq* of its *events*."""
    entered = [item for event in events[:seq] for item in event.entered]
    if isinstance(given, Change):
        entered = [item for item in entered if item["visit"] == given.visit]
    if not entered:
        return None
    flow, _, step = str(entered[-1]["step"]).partition("/")
    return library.flows[flow].steps[step]


def masked(given: Any, step: Step | None) -> Any:
    """*given* with card numbers masked in all that would be stored; secrets go on as files would write them."""
    secret = {f.name: f for f in fields(step) if f.secret} if step else {}
    if isinstance(given, Answer):
        return Answer(_kept(next(iter(secret.values()), None), given.value))
    if isinstance(given, Fields):
        return Fields({n: _kept(secret.get(n), v) for n, v in given.values.items()})
    if isinstance(given, Change):
        if isinstance(given.value, dict):
            return replace(given, value={n: _kept(secret.get(n), v) for n, v in given.value.items()})
        return replace(given, value=_kept(next(iter(secret.values()), None), given.value))
    if isinstance(given, Note | Pause | HandOver | Abandon | Fail):
        texts: dict[str, Any] = {p.name: mask(getattr(given, p.name)) for p in parts(given)}
        return replace(given, **texts)
    return given


def _kept(secret: Field | None, value: Any) -> Any:
    """*value* with card numbers masked; that of a *secret* field, which one other system gets, as it expects it."""
    return as_typed(secret, value) if secret is not None else mask_all(value)


def body_of(given: Any, step: Step | None) -> dict[str, Any]:
    """*given* as JSON for the hash of its submission, without secrets."""
    secret = _secret_fields(step)
    body: dict[str, Any] = {"kind": type(given).__name__}
    for part in parts(given):
        value = getattr(given, part.name)
        if isinstance(value, dict):
            value = {n: str(v) for n, v in value.items() if n not in secret}
        elif part.name == "value" and secret:
            value = None
        body[part.name] = value if value is None or isinstance(value, bool | int | dict) else str(value)
    return body


def _secret_fields(step: Step | None) -> frozenset[str]:
    return frozenset(f.name for f in fields(step) if f.secret) if step else frozenset()
