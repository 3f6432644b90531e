"""Everything that is known where a run stands, for people: what each name is, and where it came from. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from shepherd.author.scenarios import all_known, text_of
from shepherd.run.context import Context, spent
from shepherd.run.state import Run


class Known(NamedTuple):
    """One value: its *name* as an expression reads it, and its *text*."""

    name: str
    text: str


class Group(NamedTuple):
    """Values that have the same origin, under a *heading*."""

    heading: str
    values: tuple[Known, ...]


def values_of(run: Run) -> tuple[Group, ...]:
    """What is known in the flow at hand: inputs, facts, results, what is worked out, what is established, tries."""
    flow, now = run.state.frame.flow, all_known(run)
    declared = run.library.policy.facts
    of = {
        "Given to the flow": [n for n in now if n in flow.inputs],
        "Known of customer and contact": [n for n in now if n in run.facts or n in declared],
        "Worked out": [n for n in now if n in flow.values],
    }
    rest = {name for names in of.values() for name in names}
    of = {"Results of steps": [name for name in now if name not in rest], **of}
    groups = [Group(heading, tuple(k for n in names for k in _flat(n, now[n]))) for heading, names in of.items()]
    groups += [Group("Established", tuple(_held(run))), Group("Tries left", tuple(_tries(run)))]
    visits = tuple(Known(f"visits.{step}", str(times)) for step, times in run.state.frame.counts.items() if times)
    return tuple(group for group in (*groups, Group("Visits that are counted", visits)) if group.values)


def _flat(name: str, value: Any) -> Iterator[Known]:
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from _flat(f"{name}.{key}", inner)
    else:
        yield Known(name, "nothing" if value == {} else text_of(value))


def _held(run: Run) -> Iterator[Known]:
    for name, held in sorted(run.state.held.items()):
        declared = run.library.policy.assurances.get(name.rpartition(".")[2])
        level = declared.levels[held.level - 1] if declared and 0 < held.level <= len(declared.levels) else "yes"
        zone = datetime.fromisoformat(f"2026-01-01T00:00:00{run.last.offset}").tzinfo
        until = f", until {held.until.astimezone(zone):%Y-%m-%d %H:%M}" if held.until else ""
        yield Known(name, f"{level}{until}" if held.stands(run.last.at) else f"expired{until}")


def _tries(run: Run) -> Iterator[Known]:
    context = Context(run.state, run.last, run.spent, run.channel)
    for step in run.state.frame.flow.steps.values():
        if step.attempts is not None and spent(run.state, step.id, run.spent):
            yield Known(f"attempts_left.{step.id}", str(context.attempts_left(step.id)))
