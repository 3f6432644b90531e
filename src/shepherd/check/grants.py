"""Who may grant what, and whether assurances and levels exist."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from shepherd.check.callgraph import others_of
from shepherd.check.summaries import REPRESENTATIVE
from shepherd.check.written import broken_kinds, is_written
from shepherd.flow.beside import Policy
from shepherd.flow.findings import NOWHERE, Finding, Place, Rule, allowed, nearest
from shepherd.flow.model import Flow, Grant, Need, Step

if TYPE_CHECKING:
    from shepherd.flow.draft import Draft

MAY_NOT_GRANT = Rule(
    "SHP405",
    "may-not-grant",
    "error",
    "Only the flows that desk.yaml names may grant an assurance; one that it does not declare may be granted by flows "
    "of the category authentication only.",
)
UNKNOWN_ASSURANCE = Rule(
    "SHP406",
    "unknown-assurance",
    "error",
    "The assurance is neither declared in desk.yaml nor granted by any flow.",
)
UNKNOWN_LEVEL = Rule(
    "SHP407",
    "unknown-level",
    "error",
    "The assurance has no such level: desk.yaml lists its levels, the lowest first.",
)
UNMET_WITHOUT_REQUIRES = Rule(
    "SHP408",
    "unmet-without-requires",
    "error",
    "`unmet` says where to go when what the step requires is missing, but the step requires nothing.",
)
UNKNOWN_GRANTER = Rule(
    "SHP409",
    "unknown-granter",
    "error",
    "desk.yaml says that a flow grants an assurance, and there is no such flow.",
)

RULES = (MAY_NOT_GRANT, UNKNOWN_ASSURANCE, UNKNOWN_LEVEL, UNMET_WITHOUT_REQUIRES, UNKNOWN_GRANTER)


def grants(draft: Draft) -> Iterator[Finding]:
    """Grants by flows that may not, names and levels that do not exist, and `unmet` without use."""
    if "desk" in broken_kinds(draft):
        return
    names = known_assurances(draft)
    for flow in draft.flows.values():
        for grant in all_grants(flow):
            yield from _grant(draft, flow, grant)
        for need in flow.requires:
            yield from _need(draft, flow, None, need.name, need.level, need.place, names)
        for step in flow.steps.values():
            for need in step.requires:
                yield from _need(draft, flow, step, need.name, need.level, need.place, names)
            for name in step.withdraws:
                place = step.places.get("withdraws", step.place)
                yield from _need(draft, flow, step, name, 1, place, names)
            if "unmet" in step.edges and not step.requires:
                yield UNMET_WITHOUT_REQUIRES.at(
                    step.edges["unmet"].place,
                    f'"{step.id}" has `unmet`, but requires nothing.',
                    file=flow.file,
                    flow=flow.id,
                    step=step.id,
                    hint="Write `requires: NAME` beside it, or take `unmet` out.",
                )
    yield from _granters(draft)


def all_grants(flow: Flow) -> Iterator[Grant]:
    """Every grant of *flow*, on its edges and on its outcomes."""
    for step in flow.steps.values():
        for edge in step.edges.values():
            yield from edge.grants
    for outcome in flow.outcomes.values():
        yield from outcome.grants


def reached(flows: Mapping[str, Flow], policy: Policy, flow: str) -> set[str]:
    """The flows that *flow* calls or hands on to, and those that grant what any of them requires."""
    granting: dict[str, set[str]] = {}
    for other in flows.values():
        for grant in all_grants(other):
            granting.setdefault(grant.name, set()).add(other.id)
    for name, declared in policy.assurances.items():
        granting.setdefault(name, set()).update(declared.granted_by)
    seen: set[str] = set()
    queue = [flow]
    while queue:
        name = queue.pop()
        if name in seen or name not in flows:
            continue
        seen.add(name)
        one = flows[name]
        queue += [other.flow for _, other in others_of(one)]
        for need in (*one.requires, *(n for step in one.steps.values() for n in step.requires)):
            queue += granting.get(need.name.removeprefix(REPRESENTATIVE), ())
    return seen


def known_assurances(draft: Draft) -> set[str]:
    """The assurances that desk.yaml declares or some flow grants."""
    granted = {grant.name.removeprefix(REPRESENTATIVE) for flow in draft.flows.values() for grant in all_grants(flow)}
    return granted | set(draft.policy.assurances)


def granters(draft: Draft) -> dict[str, tuple[str, ...]]:
    """For each assurance the flows that grant it."""
    found: dict[str, dict[str, None]] = {}
    for flow in draft.flows.values():
        for grant in all_grants(flow):
            found.setdefault(grant.name, {})[flow.id] = None
    return {name: tuple(flows) for name, flows in found.items()}


def grantor(flows: Mapping[str, Flow], policy: Policy, name: str) -> Flow | None:
    """
    The flow that is called where *name* is missing: the first that desk.yaml names, else the first by its id that does.

    A library that was read from its folders has its flows in another order than one made of a run's documents.
    """
    declared = policy.assurances.get(name)
    if declared and declared.granted_by:
        return flows.get(declared.granted_by[0])
    granting = [f for f in flows.values() if any(g.name == name for o in f.outcomes.values() for g in o.grants)]
    return min(granting, key=lambda flow: flow.id, default=None)


def known_level(draft: Draft, need: Need | Grant) -> bool:
    """Whether the level exists; any does where desk.yaml lists none."""
    declared = draft.policy.assurances.get(need.name.removeprefix(REPRESENTATIVE))
    return need.level >= 1 and (declared is None or not declared.levels or need.level <= len(declared.levels))


def _grant(draft: Draft, flow: Flow, grant: Grant) -> Iterator[Finding]:
    declared = draft.policy.assurances.get(grant.name)
    if declared is not None and flow.id not in declared.granted_by:
        yield MAY_NOT_GRANT.at(
            grant.place,
            f'"{flow.id}" may not grant {grant.name}.',
            file=flow.file,
            flow=flow.id,
            hint=f"desk.yaml lets it be granted by: {allowed(declared.granted_by) or 'nobody'}.",
        )
    elif declared is None and flow.category != "authentication":
        yield MAY_NOT_GRANT.at(
            grant.place,
            f'"{flow.id}" is of the category {flow.category} and may not grant {grant.name}.',
            file=flow.file,
            flow=flow.id,
            hint=f"Declare it in desk.yaml: `assurances: {{{grant.name}: {{granted_by: [{flow.id}]}}}}`. "
            "Or grant it in a flow of the category authentication.",
        )
    elif not known_level(draft, grant):
        yield _level(draft, flow, "", grant.name, grant.level, grant.place)


def _need(
    draft: Draft, flow: Flow, step: Step | None, name: str, level: int, place: Place, names: set[str]
) -> Iterator[Finding]:
    plain = name.removeprefix(REPRESENTATIVE)
    where = step.id if step is not None else ""
    if plain not in names:
        if "flow" in broken_kinds(draft):  # the flow that grants it may be the one that can't be read
            return
        yield UNKNOWN_ASSURANCE.at(
            place,
            f"No flow grants {name}, and desk.yaml does not declare it.",
            file=flow.file,
            flow=flow.id,
            step=where,
            hint=nearest(plain, names) or (f"Assurances: {allowed(sorted(names))}." if names else ""),
        )
    elif not known_level(draft, Need(name=name, level=level)):
        yield _level(draft, flow, where, name, level, place)


def _level(draft: Draft, flow: Flow, step: str, name: str, level: int, place: Place) -> Finding:
    declared = draft.policy.assurances.get(name.removeprefix(REPRESENTATIVE))
    levels = declared.levels if declared is not None else ()
    listed = ", ".join(f"{named} ({n})" for n, named in enumerate(levels, 1))
    return UNKNOWN_LEVEL.at(
        place,
        f'"{name}" has no level {level}.' if level else f'"{name}" has no such level.',
        file=flow.file,
        flow=flow.id,
        step=step,
        hint=f"Levels: {listed}." if levels else "1 is the lowest.",
    )


def _granters(draft: Draft) -> Iterator[Finding]:
    policy = draft.policy
    for name, declared in policy.assurances.items():
        for flow in declared.granted_by:
            if flow not in draft.flows and not is_written(draft, flow):
                keys = (f"assurances.{name}.granted_by", f"assurances.{name}", "assurances")
                yield UNKNOWN_GRANTER.at(
                    next((policy.places[key] for key in keys if key in policy.places), NOWHERE),
                    f'"{flow}" should grant {name}, but there is no such flow.',
                    file=policy.file,
                    hint=nearest(flow, draft.flows) or f"Flows: {allowed(draft.flows)}.",
                )
