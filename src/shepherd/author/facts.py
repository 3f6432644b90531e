"""Facts of a scenario that no flow it can reach ever reads: they were meant for something."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from shepherd.flow.expression import Expression, named
from shepherd.flow.model import Flow
from shepherd.flow.scope import uses

if TYPE_CHECKING:
    from shepherd.check.library import Library

LANGUAGE = "contact.language"


def unread(library: Library, flow: str, facts: Mapping[str, Any]) -> tuple[str, ...]:
    """The *facts* (``customer.tier``, ``channel``) that nothing reads in any flow that a run of *flow* can reach."""
    given = [f"{n}.{k}" if k else n for n, v in facts.items() for k in (v if isinstance(v, Mapping) else ("",))]
    if not given:
        return ()
    read: set[str] = set()
    for name in library.reached(flow):
        for expression in expressions(library.flows[name]):
            for one in expression.reads:
                read |= (
                    {one.path[0], ".".join(one.path[:2])} if len(one.path) > 1 else {one.path[0], f"{one.path[0]}.*"}
                )
    spoken = {LANGUAGE} if library.every_language else set()
    return tuple(g for g in given if g not in read | spoken and f"{g.partition('.')[0]}.*" not in read)


def expressions(flow: Flow) -> Iterator[Expression]:
    """Every expression of *flow*."""
    for step in flow.steps.values():
        yield from (use.expression for use in uses(flow, step))
    for parts in named(flow).values():
        yield from parts
