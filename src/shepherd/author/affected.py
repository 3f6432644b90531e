"""Which scenarios a change affects: those of both versions, walked over both. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from shepherd.author.difference import Change, Difference
from shepherd.author.leading import may_lead
from shepherd.author.renaming import Names
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
    flows = {one.was: one.flow for one in difference.flows if one.was and one.flow and one.was != one.flow}
    names = Names(difference.renamed, flows)
    reached = touched(before, difference, old=True), touched(after, difference, old=False)
    steps = None if any(map(may_lead, difference.beside)) else touched_steps(before, difference)
    jobs = [
        partial(_compared, before, after, names, steps, edition, old, new)
        for edition, old, new in _editions(*scenarios, names)
        if old.flow in reached[0] or new.flow in reached[1]
    ]
    return tuple(one for one in spread(jobs) if one is not None), len(jobs)


def _compared(
    before: Library, after: Library, names: Names, steps: set[str] | None, edition: str, old: Scenario, new: Scenario
) -> Affected | None:
    """
    What a scenario comes to otherwise; None where it comes to the same, or by none of *steps*, which differ.

    *old* and *new* are the same one, in the names of either version.
    """
    verdict = _run(before, old)
    alike = edition == "both" and old.flow == new.flow and verdict is not None
    if alike and verdict and steps is not None and steps.isdisjoint(verdict.played.entered):
        return None
    told = old if edition == "before" else new
    return _walked(names, edition, told, verdict, _run(after, new))


def _editions(
    before: Iterable[Scenario], after: Iterable[Scenario], names: Names
) -> Iterator[tuple[str, Scenario, Scenario]]:
    """
    Every scenario once where both versions have the very same, else each text of it; as either version has it.

    One that differs in nothing but in what steps and answers are called is the very same.
    """
    back = names.back()
    known = {(one.flow, one.name): (old, one) for old in before for one in (names.scenario(old),)}
    later = {(s.flow, s.name): s for s in after}
    for key in sorted(known.keys() | later.keys()):
        was, new = known.get(key), later.get(key)
        if was and new and (was[0] is new or (was[1].given, was[1].expect) == (new.given, new.expect)):
            yield "both", was[0], new
        else:
            yield from (("before", *was),) if was else ()
            yield from (("after", back.scenario(new), new),) if new is not None else ()


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


def _walked(names: Names, edition: str, told: Scenario, old: Verdict | None, new: Verdict | None) -> Affected | None:
    how, why = _how(names, old, new)
    if not how:
        return None
    return Affected(
        told.flow,
        told.name,
        edition,
        how,
        _end(old),
        _end(new),
        bool(old and old.ok),
        bool(new and new.ok),
        why,
    )


def _run(library: Library, scenario: Scenario) -> Verdict | None:
    """The verdict over one version; None where the flow is not there."""
    return run_scenario(library, scenario) if scenario.flow in library.flows else None


def _end(verdict: Verdict | None) -> str:
    run = verdict.played.run if verdict is not None else None
    if run is None:
        return "" if verdict is None else "can't begin"
    return run.outcome if run.ended else f"waits at {run.tip.ref}"


def _how(names: Names, old: Verdict | None, new: Verdict | None) -> tuple[str, tuple[str, ...]]:
    """How the two differ, and why; empty where they do not."""
    if old is None or new is None:
        return ("", ()) if old is None and new is None else ("only there" if old is None else "not there any more", ())
    walked, walks = _in_later(names, old.path), list(new.path)
    parts = next(
        (n for n, (a, b) in enumerate(zip(walked, walks, strict=False)) if a != b), min(len(walked), len(walks))
    )
    where = (f"{walked[parts - 1]} led to {_at(walked, parts)}, and leads to {_at(walks, parts)}",) if parts else ()
    if old.ok != new.ok:
        return ("passes now", ()) if new.ok else ("fails now", (*new.failures,))
    if _in_later(names, [_end(old).removeprefix("waits at ")]) != [_end(new).removeprefix("waits at ")]:
        return "ends elsewhere", where
    if walked != walks:
        return "goes another way", where
    return ("is told other words", ()) if old.played.said != new.played.said else ("", ())


def _in_later(names: Names, path: Iterable[str]) -> list[str]:
    """*path* with the later names of its steps."""
    return [names.steps.get(step, step) for step in path]


def _at(path: list[str], place: int) -> str:
    return path[place] if place < len(path) else "its end"
