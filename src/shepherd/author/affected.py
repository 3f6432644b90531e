"""Which scenarios a change affects: those of both versions, walked over both. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from shepherd.author.difference import Change, Difference
from shepherd.author.partings import may_lead
from shepherd.author.scenarios import Verdict, run_scenario
from shepherd.flow.expression import named, used
from shepherd.flow.given import Scenario
from shepherd.flow.model import Flow, Step
from shepherd.flow.scope import uses
from shepherd.run.keep import fields

if TYPE_CHECKING:
    from shepherd.check.library import Library


class Affected(NamedTuple):
    """
    A scenario that does not come to the same.

    *edition* says whose text it is: ``both``, or that of ``before`` or ``after`` alone. *before* and *after* are what
    it ended with there ("waits at STEP" where it did not), *passed* and *passes* whether all that it expects came
    about. *why* are sentences: the failures, or where the paths part.
    """

    flow: str
    name: str
    edition: str
    how: str
    before: str
    after: str
    passed: bool
    passes: bool
    why: tuple[str, ...] = ()


#: Does jobs, one after the other or side by side, and gives what they gave in their order.
Spread = Callable[[Sequence[Callable[[], "Affected | None"]]], Iterable["Affected | None"]]


def one_by_one(jobs: Sequence[Callable[[], Affected | None]]) -> Iterator[Affected | None]:
    """What *jobs* give."""
    return (job() for job in jobs)


def affected(
    before: Library,
    after: Library,
    difference: Difference,
    scenarios: tuple[Iterable[Scenario], Iterable[Scenario]],
    spread: Spread = one_by_one,
) -> tuple[tuple[Affected, ...], int]:
    """The scenarios of both versions that come to something else, and how many were walked; *spread* does the walks."""
    names = _Names(difference)
    reached = touched(before, difference, old=True), touched(after, difference, old=False)
    steps = None if any(map(may_lead, difference.beside)) else touched_steps(before, difference)
    jobs = [
        partial(_compared, before, after, names, steps, edition, scenario)
        for edition, scenario in _editions(*scenarios)
        if names.earlier(scenario.flow, edition) in reached[0] or names.later(scenario.flow, edition) in reached[1]
    ]
    return tuple(one for one in spread(jobs) if one is not None), len(jobs)


def _compared(
    before: Library, after: Library, names: _Names, steps: set[str] | None, edition: str, scenario: Scenario
) -> Affected | None:
    """What *scenario* comes to otherwise; None where it comes to the same, or by none of *steps*, which differ."""
    old, new = names.earlier(scenario.flow, edition), names.later(scenario.flow, edition)
    verdict = _run(before, scenario, old)
    alike = edition == "both" and old == new and verdict is not None
    if alike and verdict and steps is not None and steps.isdisjoint(verdict.played.entered):
        return None
    return _walked(after, names, edition, scenario, verdict, new)


def _editions(before: Iterable[Scenario], after: Iterable[Scenario]) -> Iterator[tuple[str, Scenario]]:
    """Every scenario once where both versions have the very same, else each text of it."""
    known = {(s.flow, s.name): s for s in before}
    later = {(s.flow, s.name): s for s in after}
    for key in sorted(known.keys() | later.keys()):
        old, new = known.get(key), later.get(key)
        if old is new or (old and new and (old.given, old.expect) == (new.given, new.expect)):
            assert new is not None
            yield "both", new
        else:
            yield from (("before", old),) if old is not None else ()
            yield from (("after", new),) if new is not None else ()


class _Names:
    """What flows and steps are called in the other version."""

    def __init__(self, difference: Difference):
        pairs = [(one.was, one.flow) for one in difference.flows]
        self._later = {was: flow for was, flow in pairs if was and was != flow}
        self._earlier = {flow: was for was, flow in pairs if flow and was != flow}
        self.steps: Mapping[str, str] = {
            f"{one.was}/{was}": f"{one.flow}/{step}" for one in difference.flows for was, step in one.steps.items()
        }

    def earlier(self, flow: str, edition: str) -> str:
        """The earlier name of the flow of a scenario of *edition*."""
        return flow if edition == "before" else self._earlier.get(flow, flow)

    def later(self, flow: str, edition: str) -> str:
        """Its later name."""
        return flow if edition == "after" else self._later.get(flow, flow)

    def in_later(self, path: Iterable[str]) -> list[str]:
        """*path* with the later names of its steps."""
        return [self.steps.get(step, step) for step in path]


def touched(library: Library, difference: Difference, *, old: bool) -> set[str]:
    """The flows whose runs can come to something that differs."""
    changed = {f"flow:{one.was if old else one.flow}" for one in difference.flows if not one.rewritten}
    changed |= {change.document for change in difference.beside}
    return {flow for flow in library.flows if not changed.isdisjoint(library.bundle(flow))}


def touched_steps(library: Library, difference: Difference) -> set[str]:
    """The earlier steps at which something differs, by themselves or by what they read, as ``flow/step``."""
    found = set()
    for one in difference.flows:
        flow = library.flows.get(one.was)
        if flow is None:
            continue
        names = {_read_as(change) for change in one.changes if not change.was and change.kind in READ}
        heads = [c for c in one.changes if not c.was and c.kind not in (*READ, "step") and c.how != "renamed"]
        whole = any(map(may_lead, heads))
        for step in flow.steps.values():
            if whole or step.id in one.touched or not names.isdisjoint(_reads(flow, step)):
                found.add(step.ref)
    return found


#: Parts of a flow's head that steps read by their names.
READ = ("value", "table", "text", "order")


def _read_as(change: Change) -> str:
    name = change.name.partition(".")[0]
    return f"texts.{name}" if change.kind == "text" else name


def _reads(flow: Flow, step: Step) -> set[str]:
    """The names that *step* reads, and those that these read in turn."""
    made = named(flow)
    limits = [limit for field in fields(step) for limit in (field.minimum, field.maximum) if isinstance(limit, str)]
    found = set(limits)
    waiting = [*(use.expression for use in uses(flow, step)), *(part for name in limits for part in made.get(name, ()))]
    while waiting:
        for name in {used(read) for read in waiting.pop().reads} - found:
            found.add(name)
            waiting += made.get(name, ())
    return found


def _walked(
    after: Library, names: _Names, edition: str, scenario: Scenario, old: Verdict | None, flow: str
) -> Affected | None:
    new = _run(after, scenario, flow)
    how, why = _how(names, old, new)
    if not how:
        return None
    return Affected(
        scenario.flow,
        scenario.name,
        edition,
        how,
        _end(old),
        _end(new),
        bool(old and old.ok),
        bool(new and new.ok),
        why,
    )


def _run(library: Library, scenario: Scenario, flow: str) -> Verdict | None:
    """The verdict over one version; None where the flow is not there."""
    if flow not in library.flows:
        return None
    return run_scenario(library, scenario if scenario.flow == flow else _in_flow(scenario, flow))


def _in_flow(scenario: Scenario, flow: str) -> Scenario:
    from dataclasses import replace

    answers = {
        f"{flow}{step.removeprefix(scenario.flow)}" if step.startswith(f"{scenario.flow}/") else step: value
        for step, value in scenario.given.answers.items()
    }
    return replace(scenario, flow=flow, given=replace(scenario.given, answers=answers))


def _end(verdict: Verdict | None) -> str:
    run = verdict.played.run if verdict is not None else None
    if run is None:
        return "" if verdict is None else "can't begin"
    return run.outcome if run.ended else f"waits at {run.tip.ref}"


def _how(names: _Names, old: Verdict | None, new: Verdict | None) -> tuple[str, tuple[str, ...]]:
    """How the two differ, and why; empty where they do not."""
    if old is None or new is None:
        return ("", ()) if old is None and new is None else ("only there" if old is None else "not there any more", ())
    walked, walks = names.in_later(old.path), list(new.path)
    parts = next(
        (n for n, (a, b) in enumerate(zip(walked, walks, strict=False)) if a != b), min(len(walked), len(walks))
    )
    where = (f"{walked[parts - 1]} led to {_at(walked, parts)}, and leads to {_at(walks, parts)}",) if parts else ()
    if old.ok != new.ok:
        return ("passes now", ()) if new.ok else ("fails now", (*new.failures,))
    if names.in_later([_end(old).removeprefix("waits at ")]) != [_end(new).removeprefix("waits at ")]:
        return "ends elsewhere", where
    if walked != walks:
        return "goes another way", where
    return ("is told other words", ()) if old.played.said != new.played.said else ("", ())


def _at(path: list[str], place: int) -> str:
    return path[place] if place < len(path) else "its end"
