"""Assurances in scenarios: what earlier contacts have established, and what must be established in the end. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from shepherd.author.facts import expressions
from shepherd.check.summaries import REPRESENTATIVE
from shepherd.flow.beside import Policy
from shepherd.flow.given import Assured, Malformed
from shepherd.run.state import Run
from shepherd.run.walk import instant

if TYPE_CHECKING:
    from shepherd.check.library import Library


def held_before(policy: Policy, assured: Mapping[str, Assured], at: datetime) -> list[dict[str, Any]]:
    """What is *assured* as it stands in the first event of a run that begins *at*. Raises Malformed."""
    return [_held(policy, name, given, at) for name, given in assured.items()]


def _held(policy: Policy, name: str, given: Assured, at: datetime) -> dict[str, Any]:
    declared = policy.assurances.get(name.removeprefix(REPRESENTATIVE))
    expires = given.expires if given.expires is not None else declared.expires if declared else None
    entry: dict[str, Any] = {"name": name, "level": number_of(policy, name, given.level), "at": instant(at)}
    if expires is not None:
        entry["until"] = instant(at + timedelta(seconds=expires))
    return entry


def number_of(policy: Policy, name: str, level: str) -> int:
    """The number of a *level* of the assurance *name*, 1 where none is named. Raises Malformed."""
    declared = policy.assurances.get(name.removeprefix(REPRESENTATIVE))
    levels = declared.levels if declared else ()
    if not level:
        return 1
    if level not in levels:
        known = ", ".join(levels) or "none"
        raise Malformed(f'assured: {name} has no level "{level}". There are: {known}.')
    return levels.index(level) + 1


def not_as_assured(run: Run, wanted: Mapping[str, Assured]) -> Iterator[str]:
    """What is not established in the end of *run* as it is *wanted*, or is and should not be."""
    policy = run.library.policy
    for name, one in wanted.items():
        held = run.state.held.get(name)
        stands = held is not None and held.stands(run.last.at)
        if not one.held:
            if stands:
                yield f"assured: {name} is established, and must not be"
        elif held is None or not stands:
            yield f"assured: {name} is not established{' any more' if held else ''}"
        elif one.level:
            try:
                number = number_of(policy, name, one.level)
            except Malformed as error:
                yield error.sentence
                continue
            if number != held.level:
                levels = policy.assurances[name.removeprefix(REPRESENTATIVE)].levels
                found = levels[held.level - 1] if held.level <= len(levels) else str(held.level)
                yield f'assured: {name} has the level "{found}", not "{one.level}"'


def unasked(library: Library, flow: str, assured: Mapping[str, Assured]) -> tuple[str, ...]:
    """Of what is *assured* that which no flow that a run of *flow* can reach ever asks for."""
    if not assured:
        return ()
    asked: set[str] = set()
    for name in library.reached(flow):
        one = library.flows[name]
        needs = (*one.requires, *(need for step in one.steps.values() for need in step.requires))
        asked |= {need.name.removeprefix(REPRESENTATIVE) for need in needs}
        reads = (read.path for expression in expressions(one) for read in expression.reads)
        asked |= {path[-1] for path in reads if path[0] == "assured"}
    return tuple(name for name in assured if name.removeprefix(REPRESENTATIVE) not in asked)
