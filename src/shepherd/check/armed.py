"""Promises as the engine guards them: marks on the ways that pass something, guards on the steps that ask for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from shepherd.check.picked import Passing, passing, selected
from shepherd.check.walks import ending
from shepherd.flow.model import Flow, Guard, Mark, Need, Step
from shepherd.flow.promised import Pick, Promise, Rule


def concerned(flows: Mapping[str, Flow], promise: Promise) -> frozenset[str]:
    """The flows with steps that *promise* holds for."""
    return frozenset(flow for flow, _ in selected(flows, promise.every).steps)


def armed(flows: Mapping[str, Flow], promises: Mapping[str, Promise]) -> Mapping[str, Flow]:
    """*flows* with all that the engine needs to guard *promises*; a flow that none concerns is the very same."""
    plan = _Plan()
    for promise in promises.values():
        for number, rule in enumerate(promise.rules):
            _rule(plan, flows, promise, rule, f"{promise.name}.{number}")
    if not (plan.guards or plan.marks):
        return flows
    return {name: _flow(flow, plan) for name, flow in flows.items()}


def like(flow: Flow, own: Flow) -> Flow:
    """*flow*, which is *own* in other words, with what the engine needs to guard the promises in *own*."""
    steps = {name: _alike(step, own.steps[name]) for name, step in flow.steps.items()}
    outcomes = {name: replace(o, passes=own.outcomes[name].passes) for name, o in flow.outcomes.items()}
    return replace(flow, steps=steps, outcomes=outcomes)


def _alike(step: Step, own: Step) -> Step:
    edges = {by: replace(edge, passes=own.edges[by].passes) for by, edge in step.edges.items()}
    return replace(step, edges=edges, passes=own.passes, promised=own.promised)


class _Plan:
    """What is put where: guards by (flow, step), marks by (flow, step, by), (flow, step) or (flow, "", outcome)."""

    def __init__(self) -> None:
        self.guards: dict[tuple[str, str], tuple[Guard, ...]] = {}
        self.marks: dict[tuple[str, ...], tuple[Mark, ...]] = {}

    def guard(self, at: tuple[str, str], guard: Guard) -> None:
        self.guards[at] = (*self.guards.get(at, ()), guard)

    def mark(self, passed: Passing, mark: Mark) -> None:
        outcomes = ((flow, "", name) for flow, name in passed.outcomes)
        for at in (*passed.edges, *passed.ends, *outcomes):
            self.marks[at] = (*self.marks.get(at, ()), mark)


def _rule(plan: _Plan, flows: Mapping[str, Flow], promise: Promise, rule: Rule, key: str) -> None:
    steps, ends = selected(flows, promise.every)
    if not steps:
        return
    guard = Guard(promise=promise.name, kind=rule.kind, key=key, ends=ends, because=promise.because)
    if rule.kind == "at_most":
        guard = replace(guard, counts=str(rule.what), most=rule.most)
    elif isinstance(rule.what, Need):
        guard = replace(guard, need=rule.what)
    else:
        assert isinstance(rule.what, Pick)
        guard = replace(guard, what=rule.what.words)
        plan.mark(passing(flows, rule.what), Mark(key, lasting=rule.kind == "never_after"))
    if rule.kind == "followed_by":
        plan.mark(passing(flows, promise.every), Mark(key, lasting=True))
        steps = frozenset(_ends(flows))
        guard = replace(guard, ends=True)
    for at in steps:
        plan.guard(at, guard)


def _ends(flows: Mapping[str, Flow]) -> Iterator[tuple[str, str]]:
    """Every step at which a run may end."""
    for flow in flows.values():
        if not flow.called_only:
            yield from ((flow.id, step.id) for step in flow.steps.values() if ending(step) is not None)


def _flow(flow: Flow, plan: _Plan) -> Flow:
    steps = {name: _step(flow.id, step, plan) for name, step in flow.steps.items()}
    marked = {name: plan.marks[flow.id, "", name] for name in flow.outcomes if (flow.id, "", name) in plan.marks}
    outcomes = {n: replace(o, passes=marked[n]) if n in marked else o for n, o in flow.outcomes.items()}
    changed = marked or any(step is not flow.steps[name] for name, step in steps.items())
    return replace(flow, steps=steps, outcomes=outcomes) if changed else flow


def _step(flow: str, step: Step, plan: _Plan) -> Step:
    marked = {by: plan.marks[flow, step.id, by] for by in step.edges if (flow, step.id, by) in plan.marks}
    passes, guards = plan.marks.get((flow, step.id), ()), plan.guards.get((flow, step.id), ())
    if not (marked or passes or guards):
        return step
    edges = {by: replace(e, passes=marked[by]) if by in marked else e for by, e in step.edges.items()}
    return replace(step, edges=edges, passes=passes, promised=guards)
