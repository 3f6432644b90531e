"""Whether what a flow names beside itself exists: operations, queues, severities, roles, categories, tags."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from shepherd.check.secrets import given_in_plain
from shepherd.check.written import broken_kinds, operation_of
from shepherd.flow.beside import Policy
from shepherd.flow.findings import MUCH_ALIKE, Finding, Place, Rule, allowed, nearest
from shepherd.flow.model import Do, Escalate, Flow, Lookup, Step

if TYPE_CHECKING:
    from shepherd.flow.draft import Draft

UNKNOWN_OPERATION = Rule(
    "SHP611",
    "unknown-operation",
    "error",
    "A lookup or do names a connector, or one of its operations, that connectors.yaml does not declare.",
)
WRONG_VERB = Rule(
    "SHP612",
    "lookup-or-do",
    "error",
    "`lookup` is for operations that only read, `do` for those that change something.",
)
NO_ONCE_PER = Rule(
    "SHP613",
    "do-without-once-per",
    "error",
    "A `do` says how often it may be done: `once_per: visit`, `run` or `ticket`. A second entry then changes nothing.",
)
UNDO = Rule(
    "SHP621",
    "undo-does-not-fit",
    "error",
    "What takes a change back changes something too, says `ok` when it has, gets all it needs from what was done, and "
    "leaves the step free to be done again.",
)
UNKNOWN_QUEUE = Rule(
    "SHP615",
    "unknown-queue",
    "error",
    "The queue is not one of desk.yaml's; the owner of a follow-up may be one of its roles too.",
)
UNKNOWN_SEVERITY = Rule("SHP616", "unknown-severity", "error", "The severity is not one of desk.yaml's.")
UNKNOWN_ROLE = Rule("SHP617", "unknown-role", "error", "The role is not one of desk.yaml's.")
UNKNOWN_CATEGORY = Rule("SHP618", "unknown-category", "error", "The category is not one of desk.yaml's.")
HALF_A_LEVEL = Rule(
    "SHP622",
    "half-a-service-level",
    "error",
    "How many contacts are taken, and in which time, make one service level: `answer: 20s` goes with `share: 80`.",
)
UNKNOWN_TAG = Rule("SHP619", "unknown-tag", "error", "desk.yaml lists the tags that steps may have, and not this one.")
UNKNOWN_DISPOSITION = Rule(
    "SHP623",
    "unknown-disposition",
    "warning",
    "desk.yaml lists the codes under which contacts are closed, and not this one.",
)

RULES = (
    UNKNOWN_OPERATION,
    WRONG_VERB,
    NO_ONCE_PER,
    UNDO,
    UNKNOWN_QUEUE,
    UNKNOWN_SEVERITY,
    UNKNOWN_ROLE,
    UNKNOWN_CATEGORY,
    UNKNOWN_TAG,
    UNKNOWN_DISPOSITION,
    HALF_A_LEVEL,
)

#: Under which key desk.yaml lists what a flow may name.
KEYS = {
    "queue": "queues",
    "severity": "severities",
    "role": "roles",
    "category": "categories",
    "tag": "tags",
    "disposition": "dispositions",
}


def policy_refs(draft: Draft) -> Iterator[Finding]:
    """Names that desk.yaml or connectors.yaml would have to know; silent where that file itself is broken."""
    broken = broken_kinds(draft)
    for flow in draft.flows.values():
        for step in flow.steps.values():
            if "connectors" not in broken:
                yield from _operation(draft, flow, step)
                yield from _undo(draft, flow, step)
            yield from _change(draft, flow, step)
        if "desk" not in broken:
            yield from _desk(draft, flow)
    if "desk" not in broken:
        yield from _policy(draft.policy)


def _policy(policy: Policy) -> Iterator[Finding]:
    """What desk.yaml says that does not go together."""
    for queue in policy.queues.values():
        if queue.owner and queue.owner not in policy.roles:
            place = policy.places[f"queues.{queue.name}.owner"]
            message = f'The owner of "{queue.name}" is "{queue.owner}", which is no role.'
            hint = nearest(queue.owner, policy.roles) or f"Roles: {allowed(policy.roles)}."
            yield UNKNOWN_ROLE.at(place, message, file=policy.file, hint=hint)
    for level in policy.service_levels.values():
        if (level.answer is None) != (level.share is None):
            there, gone = ("share", "answer") if level.answer is None else ("answer", "share")
            place = policy.places[f"service_levels.{level.channel}.{there}"]
            message = f'The service level of "{level.channel}" has `{there}` and no `{gone}`.'
            hint = "Write both, like answer: 20s, share: 80: of a hundred, 80 are taken within 20 seconds."
            yield HALF_A_LEVEL.at(place, message, file=policy.file, hint=hint)


def _operation(draft: Draft, flow: Flow, step: Step) -> Iterator[Finding]:
    action = step.action
    if not isinstance(action, Lookup | Do):
        return
    place = step.places.get(step.verb, action.place)
    operation = operation_of(draft, action.operation)
    if operation is None:
        yield UNKNOWN_OPERATION.at(
            place,
            f'"{action.operation}" is not declared.',
            file=flow.file,
            flow=flow.id,
            step=step.id,
            hint=_like(draft, action.operation),
        )
    elif operation.reads == isinstance(action, Do):
        what = "only reads" if operation.reads else "changes something"
        yield WRONG_VERB.at(
            place,
            f'"{action.operation}" {what}.',
            file=flow.file,
            flow=flow.id,
            step=step.id,
            hint=f"Write `{'lookup' if operation.reads else 'do'}: {action.operation}`.",
        )


def _like(draft: Draft, name: str) -> str:
    connector = name.partition(".")[0]
    known = [f"{c.name}.{o}" for c in draft.connectors.values() for o in c.operations]
    own = [n for n in known if n.startswith(f"{connector}.")]
    return nearest(name, known) or f"Operations: {allowed(own or known)}."


def _change(draft: Draft, flow: Flow, step: Step) -> Iterator[Finding]:
    action = step.action
    operation = operation_of(draft, action.operation) if isinstance(action, Do) else None
    only_reads = operation is not None and operation.reads  # then `do` is what is wrong, and told
    if isinstance(action, Do) and action.once_per is None and not only_reads:
        yield NO_ONCE_PER.at(
            step.places.get("do", action.place),
            f'"{step.id}" changes something, and does not say how often it may.',
            file=flow.file,
            flow=flow.id,
            step=step.id,
            hint="Write `once_per: ticket`, `run` or `visit`.",
        )


def _undo(draft: Draft, flow: Flow, step: Step) -> Iterator[Finding]:
    """The operation that takes a change back is a change too, and gets all it needs from what was done."""
    action = step.action
    if not isinstance(action, Do) or action.undo is None:
        return
    place = step.places.get("undo", action.place)
    done, undo = operation_of(draft, action.operation), operation_of(draft, action.undo)
    message = hint = ""
    if undo is None:
        message, hint = f'"{action.undo}" is not declared.', _like(draft, action.undo)
    elif undo.reads or "ok" not in undo.results:
        message = f'"{action.undo}" can\'t say that it took something back.'
        hint = "Name an operation that changes something, with a result `ok`."
    elif action.once_per in ("run", "ticket"):
        message = f"What is done once per {action.once_per} and taken back could never be done again."
        hint = "Write `once_per: visit`."
    elif done is not None:
        known = {*given_in_plain(flow, action.args), *(name for fields in done.results.values() for name in fields)}
        lacking = [name for name, field in undo.inputs.items() if name not in known and not field.optional]
        if lacking:
            message = f'"{action.undo}" also needs {allowed(lacking)}, which the change was neither given nor gave.'
            hint = "Give it in `with`; a secret is gone by then."
    if message:
        yield UNDO.at(place, message, file=flow.file, flow=flow.id, step=step.id, hint=hint)


def _desk(draft: Draft, flow: Flow) -> Iterator[Finding]:
    policy = draft.policy
    if flow.category not in policy.categories:
        place = flow.places.get("category", flow.place)
        hint = _without(draft, "categories", flow.category, policy.categories)
        yield _unknown(UNKNOWN_CATEGORY, flow, None, place, flow.category, policy.categories, hint)
    for outcome in flow.outcomes.values():
        if policy.dispositions and outcome.code not in (outcome.name, *policy.dispositions):
            place = flow.places.get(f"outcomes.{outcome.name}.code", outcome.place)
            yield _unknown(UNKNOWN_DISPOSITION, flow, None, place, outcome.code, policy.dispositions)
    for step in flow.steps.values():
        if step.role is not None and step.role not in policy.roles:
            place, hint = step.places.get("by", step.place), _without(draft, "roles", step.role, policy.roles)
            yield _unknown(UNKNOWN_ROLE, flow, step, place, step.role, policy.roles, hint)
        if step.tag and policy.tags and step.tag not in policy.tags:
            yield _unknown(UNKNOWN_TAG, flow, step, step.places.get("tag", step.place), step.tag, policy.tags)
        action = step.action
        if not isinstance(action, Escalate) or not policy.declared:
            continue
        if action.queue not in policy.queues:
            place = step.places.get("escalate", action.place)
            yield _unknown(UNKNOWN_QUEUE, flow, step, place, action.queue, policy.queues)
        if action.severity is not None and action.severity not in policy.severities:
            place = step.places.get("severity", action.place)
            yield _unknown(UNKNOWN_SEVERITY, flow, step, place, action.severity, policy.severities)


def _without(draft: Draft, key: str, word: str, known: Iterable[str]) -> str:
    """What mends an unknown *word* where desk.yaml, or its *key*, is not there, so that those *known* are built in."""
    if key in draft.documents.get("desk", {}):
        return ""
    there = ", ".join(known)
    if draft.policy.declared:
        return f"desk.yaml lists no {key}; then they are {there}. For others list all: `{key}: [{word}, …]`."
    lines = f"`desk: NAME` and `{key}: [{word}, …]`"
    return f"There is no desk.yaml; then the {key} are {there}. For others write one that lists all: {lines}."


def _unknown(
    rule: Rule, flow: Flow, step: Step | None, place: Place, word: str, known: Iterable[str], without: str = ""
) -> Finding:
    """That there is no *word* among those *known*; *without* says what mends it where nothing near it is known."""
    what = rule.name.partition("-")[2]
    return rule.at(
        place,
        f'There is no {what} "{word}".',
        file=flow.file,
        flow=flow.id,
        step=step.id if step is not None else "",
        hint=hint_for(word, known, KEYS[what], without),
    )


def hint_for(word: str, known: Iterable[str], key: str, without: str = "") -> str:
    """What mends a *word* that is none of those *known* under *key* of desk.yaml: a near one, or to add it there."""
    names = tuple(known)
    near = nearest(word, names, MUCH_ALIKE)
    if without:
        return near or without
    listed = near or (f"desk.yaml has: {allowed(names)}." if names else "desk.yaml lists none.")
    return f"{listed} If it is new, add it under `{key}:` of desk.yaml."
