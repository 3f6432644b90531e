"""Limits of fields that are worked out: the named value can be compared with what is given."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from shepherd.check.values import TWO_CURRENCIES, WRONG_TYPE
from shepherd.flow.findings import Finding
from shepherd.flow.infer import SAME, differ
from shepherd.flow.model import Ask, Collect, Field, Flow
from shepherd.flow.scope import Around
from shepherd.flow.types import Type

if TYPE_CHECKING:
    from shepherd.flow.draft import Draft

#: Kinds that limit another than their own: a count limits a choice of several, a day limits a moment.
LIMITS = {"many": {"integer"}, "date": {"date", "datetime"}, "datetime": {"date", "datetime"}}


def limits(draft: Draft) -> Iterator[Finding]:
    """``min`` and ``max`` that name an entry of ``values`` of another kind, or in another currency."""
    around = Around(draft.flows, draft.policy, draft.connectors)
    for flow in draft.flows.values():
        for step, field in _fields(flow):
            for limit in (field.minimum, field.maximum):
                type_ = around.types(flow).get(limit) if isinstance(limit, str) and limit in flow.values else None
                if type_ is not None and type_.kind != "any":
                    yield from _limit(flow, step, field, limit, type_)


def _fields(flow: Flow) -> Iterator[tuple[str, Field]]:
    yield from (("", field) for field in flow.inputs.values())
    for step in flow.steps.values():
        if isinstance(step.action, Ask):
            yield step.id, step.action.field
        elif isinstance(step.action, Collect):
            yield from ((step.id, field) for field in step.action.fields.values())


def _limit(flow: Flow, step: str, field: Field, limit: str, type_: Type) -> Iterator[Finding]:
    kind = field.type.kind
    if type_.kind not in LIMITS.get(kind, SAME.get(kind, {kind})):
        message = f'"{limit}" is {type_.words}, and limits {field.type.words}.'
        hint = "Let another value limit it, or write the limit itself."
        yield WRONG_TYPE.at(field.place, message, file=flow.file, flow=flow.id, step=step, hint=hint)
    elif differ(type_, field.type):
        message = f'"{limit}" is in {type_.currency}, and limits an amount in {field.type.currency}.'
        hint = f"Write the limit in {field.type.currency}."
        yield TWO_CURRENCIES.at(field.place, message, file=flow.file, flow=flow.id, step=step, hint=hint)
