"""Judging a walk: what a scenario expects against what came of it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from shepherd.author.assuring import not_as_assured
from shepherd.author.play import Played, play
from shepherd.author.trail import Crossing
from shepherd.check.misnamed import Names, no_flow
from shepherd.flow.canonical import canonical
from shepherd.flow.expression import Undefined, Unworkable
from shepherd.flow.given import Expect, Never, Scenario
from shepherd.flow.model import Do, Escalate
from shepherd.flow.money import is_amount
from shepherd.flow.types import to_json, to_text
from shepherd.run.api import SecretRef
from shepherd.run.path import answer, title
from shepherd.run.state import Run, Visit

if TYPE_CHECKING:
    from shepherd.check.library import Library

_HASH = re.compile("\\b[0-9a-f]{64}\\b")


class Verdict(NamedTuple):
    """What a scenario came to: its failures as sentences, none where all is well, and the walk."""

    scenario: Scenario
    played: Played
    failures: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether all that was expected came about."""
        return not self.failures

    @property
    def path(self) -> tuple[str, ...]:
        """The steps that stand at the end, as ``flow/step``."""
        return steps_of(self.played)


class Walked(NamedTuple):
    """
    A verdict without the run, which would keep a whole library: what counts and reports ask for.

    *failures* are none where it passed; *path* are the steps that stand at the end, as ``flow/step``, *seconds* is
    how long the walk took, where somebody looked, and *rows* are those of tables that gave something.
    """

    scenario: Scenario
    failures: tuple[str, ...]
    path: tuple[str, ...]
    entered: frozenset[str]
    crossed: frozenset[Crossing]
    seconds: float = 0.0
    rows: frozenset[tuple[str, str, int]] = frozenset()

    @property
    def ok(self) -> bool:
        """Whether it passed."""
        return not self.failures


def walk(library: Library, scenario: Scenario) -> Walked:
    """Walk *scenario* and keep what came of it."""
    verdict = run_scenario(library, scenario)
    played = verdict.played
    return Walked(scenario, verdict.failures, verdict.path, played.entered, played.crossed, rows=played.rows)


def run_scenario(library: Library, scenario: Scenario) -> Verdict:
    """Walk *scenario* and judge it; what it names and there is not is told first, and once."""
    if scenario.flow not in library.flows:
        told = " ".join(filter(None, no_flow(scenario.flow, library.flows)))
        return Verdict(scenario, Played(None), (told,))
    wrong = list(Names(library).wrong(scenario))
    played = play(library, scenario.flow, scenario.given)
    judged = (failure for failure in judge(scenario, played) if not any(one.causes(failure) for one in wrong))
    return Verdict(scenario, played, (*(one.told(scenario) for one in wrong), *judged))


def judge(scenario: Scenario, played: Played) -> Iterator[str]:
    """Everything that is not as *scenario* expects it."""
    expect, run = scenario.expect, played.run
    if expect.refused is not None:
        yield from _refused(expect.refused, played)
    elif played.refused is not None:
        yield played.problem
        return
    if run is None:
        if expect.refused is None:
            yield played.problem
        return
    yield from _stop(expect, played, run)
    for name in played.unused:
        yield f"given and not used: {name}"
    if expect.path is not None:
        yield from _path(expect.path, played, scenario.flow)
    for words in expect.says:
        if not any(words in said for said in played.said):
            yield f'nowhere said: "{words}"'
    yield from _never(expect.never, played, run)
    yield from not_as_assured(run, expect.assured)
    yield from _values("values", expect.values, all_known(run))
    yield from _values("returns", expect.returns, dict(run.end.returns) if run.end else {})
    kept = ticket_text(played) if expect.has or expect.lacks else ""
    for words in expect.has:
        if words not in kept:
            yield f'the ticket does not have "{words}"'
    for words in expect.lacks:
        if words in kept:
            yield f'the ticket has "{words}"'


def steps_of(played: Played) -> tuple[str, ...]:
    """The steps of *played* that stand, as ``flow/step``."""
    return tuple(visit.ref for visit in standing(played.run)) if played.run else ()


def standing(run: Run) -> list[Visit]:
    """The visits of *run* that stand, oldest first."""
    visits = []
    visit: Visit | None = run.tip
    while visit is not None and visit.number:
        visits.append(visit)
        visit = visit.prev
    return visits[::-1]


def ticket_text(played: Played) -> str:
    """
    All that stands on the ticket after a walk: events as they are stored, the path as shown, what was changed.

    Without hashes: their digits are no words of anybody, and would be taken for a PIN by chance.
    """
    lines = [canonical({"kind": e.kind, "data": e.data, "entered": list(e.entered)}).decode() for e in played.events]
    if played.run is not None:
        lines += [f"{title(played.run, visit)}: {answer(visit)}" for visit in standing(played.run)]
        lines += changes(played.run)
    return _HASH.sub("", "\n".join(lines))


def changes(run: Run) -> list[str]:
    """What the visits that stand put on the ticket: calls that changed something with their inputs, and escalations."""
    lines = []
    for visit in standing(run):
        action = visit.step.action
        if isinstance(action, Do) and visit.result:
            given = ", ".join(f"{k}: {v}" for k, v in (visit.inputs or {}).items() if not isinstance(v, SecretRef))
            lines.append(f"{action.operation} ({given}): {visit.result}")
        elif isinstance(action, Escalate):
            lines.append(f"escalated to {action.queue} {action.severity or ''}".rstrip())
    return lines


def _refused(code: str, played: Played) -> Iterator[str]:
    last = played.refused.code if played.refused else (played.foreseen[-1] if played.foreseen else None)
    if last is None:
        yield f"nothing was refused; {code} was expected"
    elif last != code:
        yield f"refused with {last}, not {code}"


def _stop(expect: Expect, played: Played, run: Run) -> Iterator[str]:
    if expect.outcome is not None:
        if not run.ended:
            yield played.problem or f'waits at "{run.tip.ref}"'
        elif run.outcome != expect.outcome:
            yield f'ended with "{run.outcome}", not "{expect.outcome}"'
    elif run.ended:
        yield f'ended with "{run.outcome}" and should wait at "{expect.waiting}"'
    elif run.tip.ref != expect.waiting:
        yield f'waits at "{run.tip.ref}", not "{expect.waiting}". {played.problem}'.strip()


def _never(never: Never, played: Played, run: Run) -> Iterator[str]:
    """What came about and must not."""
    for words in never.says:
        if any(words in said for said in played.said):
            yield f'said, and must never be: "{words}"'
    for step in never.steps:
        if step in played.entered:
            yield f'entered, and must never be: "{step}"'
    known = all_known(run) if never.values else {}
    for name in never.values:
        if name in known:
            yield f'values: {name} is "{text_of(known[name])}", and must never be set'


def _path(wanted: tuple[str, ...], played: Played, flow: str) -> Iterator[str]:
    walked = [step.removeprefix(f"{flow}/") for step in steps_of(played)]
    listed = [step.removeprefix(f"{flow}/") for step in wanted]
    if not fits(listed, walked):
        yield f"path walked:   {' → '.join(walked)}\n     expected: {' → '.join(listed)}"


def fits(pattern: list[str], walked: list[str]) -> bool:
    """Whether *walked* is *pattern*, in which ``...`` stands for any number of steps, none too."""
    ends = {0}
    for step in pattern:
        if step == "...":
            ends = set(range(min(ends), len(walked) + 1)) if ends else set()
        else:
            ends = {at + 1 for at in ends if at < len(walked) and walked[at] == step}
    return len(walked) in ends


def all_known(run: Run) -> dict[str, Any]:
    """The names of the flow that stand at the end: saved results, inputs, facts, and values worked out now."""
    from shepherd.run.context import Context

    known = dict(run.values)
    context = Context(run.state, run.last, run.spent, run.channel)
    for name, value in run.state.frame.flow.values.items():
        try:
            case = next((c for c in value.cases if c.when is None or c.when.evaluate(run.values, context)), None)
            if case is not None:
                known[name] = case.gives.evaluate(run.values, context)
        except (Undefined, Unworkable):
            continue
    return known


def _values(what: str, wanted: Mapping[str, Any], known: Mapping[str, Any]) -> Iterator[str]:
    for name, value in wanted.items():
        if name not in known:
            yield f"{what}: {name} is not set"
        elif isinstance(value, Mapping) and isinstance(known[name], Mapping):
            yield from _values(f"{what}: {name}", value, known[name])
        elif text_of(known[name]) != text_of(value):
            yield f'{what}: {name} is "{text_of(known[name])}", not "{text_of(value)}"'


def text_of(value: Any) -> str:
    """*value* as a scenario writes it."""
    value = to_json(value)
    if is_amount(value):
        return to_text(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return ", ".join(map(text_of, value)) if isinstance(value, list) else str(value)
