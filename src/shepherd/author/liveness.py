"""Which names may still lead a run its way, seen from each step of a flow. Pure."""

from __future__ import annotations

from typing import NamedTuple

from shepherd.author.domains import LEADS, Path
from shepherd.flow.expression import Expression, named
from shepherd.flow.model import Do, Flow, Lookup, Set, Step
from shepherd.flow.scope import uses


class Live(NamedTuple):
    """What is read, as ``("bill", "total")``, that matters when a step is entered, and once it is left."""

    before: frozenset[Path]
    after: frozenset[Path]


def liveness(flow: Flow) -> dict[str, Live]:
    """For each step of *flow* what is read that can still decide where it leads, by a walk against the edges."""
    made = {name: parts for name, parts in named(flow).items() if not name.startswith("texts.")}
    reads = {name: _read(flow, step, made) for name, step in flow.steps.items()}
    before: dict[str, frozenset[Path]] = dict.fromkeys(flow.steps, frozenset())
    after = dict(before)
    changed = True
    while changed:
        changed = False
        for name in reversed(list(flow.steps)):
            step = flow.steps[name]
            targets = (edge.target for edge in step.edges.values() if edge.target in before)
            left = frozenset().union(*(before[target] for target in targets))
            given = _gives(step)
            entered = reads[name] | {path for path in left if path[0] not in given}
            if entered != before[name] or left != after[name]:
                before[name], after[name], changed = entered, left, True
    return {name: Live(before[name], after[name]) for name in flow.steps}


def _gives(step: Step) -> frozenset[str]:
    if isinstance(step.action, Set):
        return frozenset(step.action.values)
    return frozenset({step.saves}) if step.saves else frozenset()


def _read(flow: Flow, step: Step, made: dict[str, tuple[Expression, ...]]) -> frozenset[Path]:
    elsewhere = isinstance(step.action, Lookup | Do)
    found: set[Path] = set()
    waiting = [
        use.expression for use in uses(flow, step) if use.role in LEADS and not (elsewhere and use.role == "with")
    ]
    asked = getattr(step.action, "fields", None) or {}
    fields = [*asked.values(), *([step.action.field] if hasattr(step.action, "field") else [])]
    limits = [limit for field in fields for limit in (field.minimum, field.maximum) if isinstance(limit, str)]
    waiting += [part for limit in limits for part in made.get(limit, ())]
    while waiting:
        for path in {read.path for read in waiting.pop().reads} - found:
            found.add(path)
            waiting += made.get(path[0], ())
    return frozenset(found)
