"""Which names may still lead a run its way, seen from each step of a flow. Pure."""

from __future__ import annotations

from typing import NamedTuple

from shepherd.author.domains import LEADS
from shepherd.flow.expression import Expression, named
from shepherd.flow.model import Do, Flow, Lookup, Set, Step
from shepherd.flow.scope import uses


class Live(NamedTuple):
    """Names that matter when a step is entered, and once it is left."""

    before: frozenset[str]
    after: frozenset[str]


def liveness(flow: Flow) -> dict[str, Live]:
    """For each step of *flow* the names whose values can still decide where it leads, by a walk against the edges."""
    made = {name: parts for name, parts in named(flow).items() if not name.startswith("texts.")}
    reads = {name: _read(flow, step, made) for name, step in flow.steps.items()}
    before: dict[str, frozenset[str]] = dict.fromkeys(flow.steps, frozenset())
    after = dict(before)
    changed = True
    while changed:
        changed = False
        for name in reversed(list(flow.steps)):
            step = flow.steps[name]
            targets = (edge.target for edge in step.edges.values() if edge.target in before)
            left = frozenset().union(*(before[target] for target in targets))
            entered = reads[name] | (left - _gives(step))
            if entered != before[name] or left != after[name]:
                before[name], after[name], changed = entered, left, True
    return {name: Live(before[name], after[name]) for name in flow.steps}


def _gives(step: Step) -> frozenset[str]:
    if isinstance(step.action, Set):
        return frozenset(step.action.values)
    return frozenset({step.saves}) if step.saves else frozenset()


def _read(flow: Flow, step: Step, made: dict[str, tuple[Expression, ...]]) -> frozenset[str]:
    elsewhere = isinstance(step.action, Lookup | Do)
    found: set[str] = set()
    waiting = [
        use.expression for use in uses(flow, step) if use.role in LEADS and not (elsewhere and use.role == "with")
    ]
    asked = getattr(step.action, "fields", None) or {}
    fields = [*asked.values(), *([step.action.field] if hasattr(step.action, "field") else [])]
    limits = [limit for field in fields for limit in (field.minimum, field.maximum) if isinstance(limit, str)]
    waiting += [part for limit in limits for part in made.get(limit, ())]
    while waiting:
        for name in waiting.pop().names - found:
            found.add(name)
            waiting += made.get(name, ())
    return frozenset(found)
