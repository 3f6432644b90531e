"""What falls when one goes back, and which later answers are kept when an old one is given anew."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from shepherd.flow.model import Ask, Collect, Field, Step
from shepherd.run.fields import read_form
from shepherd.run.state import Visit
from shepherd.run.walk import Walk

Apply = Callable[[Walk, str, Mapping[str, Any]], None]


def fall(tip: Visit, number: int) -> list[Visit]:
    """The visits from *number* on, oldest first; LookupError where *number* does not stand on the path."""
    fallen = []
    visit: Visit | None = tip
    while visit is not None and visit.number > number:
        fallen.append(visit)
        visit = visit.prev
    if visit is None or visit.number != number or number == 0:
        raise LookupError(number)
    return [*fallen, visit][::-1]


def replay_later(walk: Walk, later: Iterable[Visit], apply: Apply) -> None:
    """
    Give the answers of *later* again, as long as the same step is reached and the value still holds.

    Nothing that proves something is given again by itself: secrets, grants, approvals and counted tries stop it.
    """
    for old in later:
        if not (old.step.human or old.step.verb == "lookup"):
            continue
        tip = walk.tip
        same = tip.ref == old.ref and tip.before.frame.depth == old.before.frame.depth and not tip.done
        if not (same and old.done) or walk.end or walk.trouble or not _may_repeat(old.step):
            return
        again = _again(walk, old)
        if again is None:
            return
        item = next(i for i in reversed(walk.entered) if i["visit"] == tip.number)
        item["kept"] = old.number
        apply(walk, *again)


def _may_repeat(step: Step) -> bool:
    keyed = step.attempts is not None and step.attempts.per in ("ticket", "customer")
    grants = any(edge.grants for edge in step.edges.values())
    return not (step.role or keyed or grants or any(f.secret for f in fields(step)))


def fields(step: Step) -> tuple[Field, ...]:
    """The fields that a step asks for."""
    if isinstance(step.action, Ask):
        return (step.action.field,)
    return tuple(step.action.fields.values()) if isinstance(step.action, Collect) else ()


def _again(walk: Walk, old: Visit) -> tuple[str, dict[str, Any]] | None:
    """The event that repeats what *old* gave, or None where it no longer holds."""
    visit = walk.tip.number
    if old.step.verb == "message":
        return ("continued", {"visit": visit}) if not old.result else None
    if old.step.verb == "lookup":
        if old.inputs != walk.tip.inputs:
            return None
        return "lookup_finished", {"visit": visit, "result": old.result, "values": old.value}
    if old.result:
        return None
    given = old.value if isinstance(old.step.action, Collect) else {f.name: old.value for f in fields(old.step)}
    form = read_form(old.step, given, walk.state.frame, walk.context())
    if form.refused or set(form.values) != {name for name, value in given.items() if value is not None}:
        return None
    if isinstance(old.step.action, Collect):
        return "collected", {"visit": visit, "values": old.value}
    return "answered", {"visit": visit, "value": old.value}
