"""Whether every result and outcome is routed, answers can be told apart, and tries that run out lead somewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from shepherd.check.said import fields_of, own_options
from shepherd.check.written import operation_of
from shepherd.flow.beside import Operation
from shepherd.flow.findings import Finding, Rule, allowed, nearest
from shepherd.flow.model import Call, Collect, Do, Field, Flow, Lookup, Option, Step
from shepherd.flow.reader import readable

if TYPE_CHECKING:
    from shepherd.flow.draft import Draft

UNROUTED = Rule(
    "SHP213",
    "unrouted-result",
    "error",
    "Every result of a lookup, do or call needs a way: `error` too, and `unknown` for a do.",
)
UNKNOWN_RESULT = Rule(
    "SHP214",
    "unknown-result",
    "error",
    "A way is given for a result that the operation or the called flow does not have.",
)
SAME_LABEL = Rule(
    "SHP216",
    "same-label",
    "warning",
    "Two answers, or two fields of a form, read the same, so nobody can tell which is which.",
)
NO_WAY_WHEN_OUT = Rule(
    "SHP211",
    "attempts-without-way-out",
    "error",
    "A step with `attempts` has to say where to go when none is left: `out_of_attempts: STEP`.",
)
OUT_WITHOUT_ATTEMPTS = Rule(
    "SHP212",
    "way-out-without-attempts",
    "error",
    "`out_of_attempts` says where to go when no try is left, but the step does not count tries.",
)
NEVER_AGAIN = Rule(
    "SHP217",
    "tries-never-come-back",
    "warning",
    "Tries per customer that are counted without `within` never come back: once they are spent, no contact of that "
    "customer has any again.",
)

RULES = (UNROUTED, UNKNOWN_RESULT, SAME_LABEL, NO_WAY_WHEN_OUT, OUT_WITHOUT_ATTEMPTS, NEVER_AGAIN)


def routes(draft: Draft) -> Iterator[Finding]:
    """Results and outcomes without a way, ways without them, labels that read the same, tries that lead nowhere."""
    for one in draft.lists.values():
        yield from _labels(one.options, one.file)
    for flow in draft.flows.values():
        for step in flow.steps.values():
            action = step.action
            if isinstance(action, Lookup | Do):
                operation = operation_of(draft, action.operation)
                if operation is not None:
                    names = operation.result_names() if isinstance(action, Do) else _read(operation)
                    yield from _routed(flow, step, "result", names, f'"{action.operation}"')
            elif isinstance(action, Call) and action.flow in draft.flows:
                called = draft.flows[action.flow]
                yield from _routed(flow, step, "outcome", called.outcomes, f'the flow "{called.id}"')
            for field in fields_of(step):
                yield from _labels(own_options(field), flow.file, flow.id, step.id)
            if isinstance(action, Collect):
                always = (field for field in action.fields.values() if field.show_if is None)
                yield from _labels(map(_as_option, always), flow.file, flow.id, step.id)
            yield from _attempts(flow, step)


def _read(operation: Operation) -> tuple[str, ...]:
    """The results of a lookup; one of an operation that changes things is reported elsewhere."""
    return tuple(name for name in operation.result_names() if name != "unknown" or name in operation.results)


def _routed(flow: Flow, step: Step, kind: str, names: Iterable[str], whose: str) -> Iterator[Finding]:
    known = tuple(names)
    given = {by.partition(":")[2]: edge for by, edge in step.edges.items() if by.startswith(f"{kind}:")}
    missing = [name for name in known if name not in given]
    for name, edge in given.items():
        if name in known:
            continue
        hint = nearest(name, missing)
        if hint:
            missing = [m for m in missing if hint != nearest(name, [m])]
        yield UNKNOWN_RESULT.at(
            step.places.get(f"results.{name}", edge.place),
            f'{_capital(whose)} has no {kind} "{name}".',
            file=flow.file,
            flow=flow.id,
            step=step.id,
            hint=hint or f"It has: {allowed(known)}.",
        )
    if missing:
        yield UNROUTED.at(
            step.places.get("results", step.place),
            f"The {kind}{'s' if len(missing) > 1 else ''} {allowed(missing)} of {whose} "
            f"lead{'' if len(missing) > 1 else 's'} nowhere.",
            file=flow.file,
            flow=flow.id,
            step=step.id,
            hint=f"Add to `results`: {', '.join(f'{name}: STEP' for name in missing[:4])}.",
        )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _labels(options: Iterable[Option], file: str, flow: str = "", step: str = "") -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for option in options:
        label = " ".join(option.label.split()).casefold()
        if label in seen:
            yield SAME_LABEL.at(
                option.place,
                f'"{option.value}" and "{seen[label]}" both read "{option.label}".',
                file=file,
                flow=flow,
                step=step,
                hint="Give each its own label.",
            )
        seen.setdefault(label, option.value)


def _as_option(field: Field) -> Option:
    """The label of *field*, as that of something which may be chosen."""
    return Option(value=field.name, label=field.label or readable(field.name), place=field.place)


def _attempts(flow: Flow, step: Step) -> Iterator[Finding]:
    if step.attempts is not None and step.attempts.per == "customer" and step.attempts.within is None:
        yield NEVER_AGAIN.at(
            step.places.get("attempts_per", step.place),
            f'The tries at "{step.id}" are counted for a customer for ever.',
            file=flow.file,
            flow=flow.id,
            step=step.id,
            hint="Say within what time: `within: 24h`.",
        )
    way = step.edges.get("out_of_attempts")
    if step.attempts is not None and way is None:
        yield NO_WAY_WHEN_OUT.at(
            step.places.get("attempts", step.attempts.place),
            f'"{step.id}" does not say where to go when no try is left.',
            file=flow.file,
            flow=flow.id,
            step=step.id,
            hint="Write `out_of_attempts: STEP` beside `attempts`.",
        )
    elif step.attempts is None and way is not None:
        yield OUT_WITHOUT_ATTEMPTS.at(
            way.place,
            f'"{step.id}" has `out_of_attempts`, but no `attempts`.',
            file=flow.file,
            flow=flow.id,
            step=step.id,
            hint="Write `attempts: 3` beside it, or take it out.",
        )
