"""What stands beside the flows: the desk's policy and its connectors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from shepherd.flow.beside import Assurance, Connector, Operation, Policy, Queue, ServiceLevel, Severity
from shepherd.flow.calendar import Calendar, Duration, duration
from shepherd.flow.calling import wrong_calls
from shepherd.flow.findings import NOWHERE, Finding, Place, Rule, allowed, nearest
from shepherd.flow.hours import calendar_of
from shepherd.flow.lists import Lists
from shepherd.flow.model import Field
from shepherd.flow.reader import Reader, is_map, names, pairs, plain, seconds, true
from shepherd.flow.source import Map, Node
from shepherd.flow.types import Type

UNKNOWN_ZONE = Rule("SHP118", "unknown-time-zone", "error", "Times are shown on the desk's clock, which must exist.")
UNKNOWN_LOOKUP = Rule(
    "SHP119",
    "unknown-customer-lookup",
    "error",
    "What gives a customer's facts is an operation that reads; a misspelt one would open every ticket without them.",
)

OPERATION_KEYS = frozenset(["reads", "inputs", "results", "accepts_secret", "timeout", "repeatable"])
DEFAULT_TIMEOUT = 8
TICKET = {
    "priority": ("to",),
    "queue": ("to",),
    "tag": ("name",),
    "follow_up": ("in", "owner", "what"),
    "note": ("text",),
}


def ticket_connector() -> Connector:
    """
    The connector ``ticket`` that every desk has: its finished calls are the change itself.

    So ``ok`` gives back what was asked for, and the ticket is read from those results.
    """
    operations = {
        name: Operation(
            name=name,
            reads=False,
            inputs={i: Field(name=i, type=Type.named("text")) for i in inputs},
            results={"ok": {i: Field(name=i, type=Type.named("long_text"), personal=name == "note") for i in inputs}},
            repeatable=True,
        )
        for name, inputs in TICKET.items()
    }
    return Connector(name="ticket", kind="ticket", operations=operations)


def policy_of(root: Map, *, file: str, lists: Lists | None = None, findings: list[Finding] | None = None) -> Policy:
    """
    The policy of a ``desk.yaml`` that has passed its schema; what it leaves out has a default.

    *lists* are the library's; what is wrong with its fields is added to *findings*.
    """
    default = Policy()
    currency = plain(root.get("currency"), default.currency)
    reader = Reader(file, "", {}, currency, lists=lists)
    calendar = calendar_of(root, reader.lists)
    named = {key.text: tuple(n.text for n in names(node)) for key, node in root.entries}
    facts = {key.text: reader.fields(node) for key, node in pairs(root.get("facts"))}
    if findings is not None:
        findings += reader.findings
    return Policy(
        name=plain(root.get("desk"), default.name),
        time_zone=plain(root.get("time_zone"), default.time_zone),
        calendar=calendar,
        currency=currency,
        facts=facts,
        roles=named.get("roles") or default.roles,
        queues={
            k.text: Queue(name=k.text, skill=_in(v, "skill"), owner=_in(v, "owner"))
            for k, v in pairs(root.get("queues"))
        },
        assurances={k.text: _assurance(k.text, v) for k, v in pairs(root.get("assurances"))},
        severities={
            k.text: Severity(
                name=k.text,
                acknowledge=_owed(_in(v, "acknowledge"), calendar),
                update_every=_owed(_in(v, "update_every"), calendar),
                resolve=_owed(_in(v, "resolve"), calendar),
            )
            for k, v in pairs(root.get("severities"))
        },
        service_levels={k.text: _service_level(k.text, v, calendar) for k, v in pairs(root.get("service_levels"))},
        categories=named.get("categories") or default.categories,
        tags=named.get("tags") or default.tags,
        dispositions={k.text: plain(v) for k, v in pairs(root.get("dispositions"))},
        customer_lookup=plain(root.get("customer_lookup")),
        min_coverage=int(_in(root.get("publishing"), "min_coverage") or default.min_coverage),
        lists=reader.lists.read,
        checks={key.text: plain(node) for key, node in pairs(root.get("checks"))},
        declared=True,
        file=file,
        places=dict(_places(root)),
    )


def _service_level(channel: str, node: Node, calendar: Calendar) -> ServiceLevel:
    share = _in(node, "share")
    return ServiceLevel(
        channel=channel,
        answer=seconds(_in(node, "answer")),
        share=int(share) if share else None,
        reply=_owed(_in(node, "reply"), calendar),
        resolve=_owed(_in(node, "resolve"), calendar),
    )


def _owed(text: str, calendar: Calendar) -> Duration | None:
    """The span that *text* says; none of working time where the desk sets no hours."""
    span = duration(text)
    return None if span is None or (span.working and not calendar.declared) else span


def _in(node: Node | None, key: str) -> str:
    at = is_map(node)
    return plain(at.get(key)) if at else ""


def _assurance(name: str, node: Node) -> Assurance:
    at = is_map(node)
    if at is None:
        return Assurance(name=name, granted_by=())
    return Assurance(
        name=name,
        granted_by=tuple(n.text for n in names(at.get("granted_by"))),
        levels=tuple(n.text for n in names(at.get("levels"))),
        expires=seconds(plain(at.get("expires"))),
    )


def _places(root: Map) -> Iterator[tuple[str, Place]]:
    for key, value in root.entries:
        yield key.text, value.place
        for inner, below in pairs(value):
            yield f"{key.text}.{inner.text}", below.place
            for third, deepest in pairs(below):
                yield f"{key.text}.{inner.text}.{third.text}", deepest.place


def connectors_of(
    root: Map,
    typed: Mapping[str, Any],
    *,
    file: str,
    lists: Lists | None = None,
    findings: list[Finding] | None = None,
    currency: str = "",
) -> dict[str, Connector]:
    """
    The connectors of a ``connectors.yaml`` that has passed its schema.

    *lists* and *findings* as for the desk, *currency* is the desk's.
    """
    settings: Mapping[str, Any] = typed.get("connectors", {})
    reads: dict[str, Any] = {"lists": lists, "findings": findings, "currency": currency}
    return {
        key.text: connector_of(key.text, node, settings.get(key.text, {}), file=file, place=key.place, **reads)
        for key, node in pairs(root.get("connectors"))
        if isinstance(node, Map)
    }


def connector_of(
    name: str,
    node: Map,
    typed: Mapping[str, Any],
    *,
    file: str,
    place: Place = NOWHERE,
    lists: Lists | None = None,
    findings: list[Finding] | None = None,
    currency: str = "",
) -> Connector:
    """One connector; settings that are not the language's own are kept as typed, for its kind to read."""
    reader = Reader(file, "", {}, currency, lists=lists.anew() if lists is not None else None)
    operations = {
        key.text: _operation(reader, key.text, at, typed.get("operations", {}).get(key.text, {}), key.place)
        for key, at in pairs(node.get("operations"))
        if isinstance(at, Map)
    }
    rest = {k: v for k, v in typed.items() if k not in ("kind", "operations")}
    folder = file.rpartition("/")[0]
    if folder and "file" in rest:
        # Data files are named relative to the file that names them; from here on, to the library.
        rest["file"] = f"{folder}/{rest['file']}"
    kind = plain(node.get("kind"))
    if findings is not None:
        findings += reader.findings
        findings += wrong_calls(node, operations.values(), file) if kind == "http" else ()
    lists_read = reader.lists.read
    return Connector(
        name=name, kind=kind, operations=operations, settings=rest, lists=lists_read, file=file, place=place
    )


def _operation(reader: Reader, name: str, at: Map, typed: Mapping[str, Any], place: Place) -> Operation:
    results = {key.text: reader.fields(node) for key, node in pairs(at.get("results"))}
    return Operation(
        name=name,
        reads=true(at.get("reads")),
        inputs=reader.fields(at.get("inputs")),
        results=results,
        accepts_secret=true(at.get("accepts_secret")),
        timeout=seconds(plain(at.get("timeout"))) or DEFAULT_TIMEOUT,
        repeatable=true(at.get("repeatable")),
        settings={k: v for k, v in typed.items() if k not in OPERATION_KEYS},
        place=place,
    )


def wrong_policy(policy: Policy, connectors: Mapping[str, Connector]) -> Iterator[Finding]:
    """What desk.yaml names and nobody knows."""
    zone, lookup = policy.time_zone, policy.customer_lookup
    if not _is_zone(zone):
        place = policy.places.get("time_zone", NOWHERE)
        hint = nearest(zone, available_timezones()) or "Write an IANA name, such as Europe/Helsinki."
        yield UNKNOWN_ZONE.at(place, f'There is no time zone "{zone}".', file=policy.file, hint=hint)
    connector, _, name = lookup.partition(".")
    operation = connectors[connector].operations.get(name) if connector in connectors else None
    if lookup and (operation is None or not operation.reads):
        known = [f"{c.name}.{o.name}" for c in connectors.values() for o in c.operations.values() if o.reads]
        hint = nearest(lookup, known) or f"Operations that read: {allowed(known) or 'none'}."
        place = policy.places.get("customer_lookup", NOWHERE)
        yield UNKNOWN_LOOKUP.at(place, f'There is no operation "{lookup}" that reads.', file=policy.file, hint=hint)


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True
