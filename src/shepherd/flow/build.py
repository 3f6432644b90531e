"""From a document of the right shape to an immutable Flow: every way resolved, every expression read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from shepherd.flow.beside import Policy
from shepherd.flow.canonical import digest
from shepherd.flow.expression import bind
from shepherd.flow.findings import Finding, Place
from shepherd.flow.lists import Lists
from shepherd.flow.model import HUMAN, Attempts, Case, Edge, Flow, Must, Outcome, Step, Value, VerbName, Words
from shepherd.flow.reader import Reader, duration, is_map, items, names, pairs, place_of, plain, seconds, true
from shepherd.flow.rows import Rows
from shepherd.flow.source import Map, Node, Scalar
from shepherd.flow.tables import tables
from shepherd.flow.verbs import MAKE, Made, verb_of

SPOKEN = ("ask", "say", "guide", "warn", "why", "article")


class Built(NamedTuple):
    """A flow, or None where an expression or a text can't be read; *findings* say what."""

    flow: Flow | None
    findings: list[Finding]


def build(
    root: Map,
    *,
    file: str,
    typed: Mapping[str, Any],
    policy: Policy,
    lists: Lists | None = None,
    rows: Mapping[str, Rows] | None = None,
) -> Built:
    """
    The flow of a document that has passed its schema; *typed* is its typed source.

    *lists* are the library's, *rows* the CSV files of its tables by their names in the library.
    """
    flow_id = plain(root.get("flow"))
    levels = {name: a.levels for name, a in policy.assurances.items()}
    reader = Reader(file, flow_id, levels, policy.currency, lists=lists)
    reader.values = {key.text for key, _ in pairs(root.get("values"))}
    texts = {key.text: reader.words(value) for key, value in pairs(root.get("texts"))}
    values = dict(_values(reader, root))
    looked_into = {table.name: table for table in tables(reader, root, typed.get("tables", {}), rows or {})}
    inputs = reader.fields(root.get("inputs"))
    outcomes = dict(_outcomes(reader, root))
    steps = _steps(reader, root, typed.get("steps", {}))
    if reader.findings or reader.unread or not steps:
        return Built(None, reader.findings)
    no_answer = root.get("no_answer")
    flow = Flow(
        id=flow_id,
        file=file,
        title=plain(root.get("title"), flow_id),
        category=plain(root.get("category")),
        version=int(plain(root.get("version"), "1")),
        owner=plain(root.get("owner")),
        review_by=plain(root.get("review_by")),
        audience=tuple(n.text for n in names(root.get("audience"))) or ("agent",),
        called_only=true(root.get("called_only")),
        inputs=inputs,
        outcomes=outcomes,
        values=values,
        texts={k: t for k, t in texts.items() if t is not None},
        steps=steps,
        first=next(iter(steps)),
        requires=reader.needs(root.get("requires")),
        no_answer=seconds(plain(no_answer.get("after"))) if isinstance(no_answer, Map) else None,
        no_going_back=true(root.get("no_going_back")),
        reads_visits=any("visits" in names for names in _names_read(reader)),
        lists=reader.lists.read,
        tables=looked_into,
        hash=digest(typed),
        place=place_of(root.get("flow")),
        places=dict(_places(root)),
    )
    found = bind(flow, reader.expressions, reader.texts, policy.calendar)
    return Built(flow, list(found))


def _names_read(reader: Reader) -> Iterator[frozenset[str]]:
    """The names that each expression and each text reads."""
    yield from (read.names for read in reader.expressions)
    yield from (text.names for text in reader.texts)


def _values(reader: Reader, root: Map) -> Iterator[tuple[str, Value]]:
    for key, node in pairs(root.get("values")):
        cases = [_case(reader, item) for item in items(node)]
        yield key.text, Value(name=key.text, cases=tuple(c for c in cases if c is not None), place=key.place)


def _case(reader: Reader, node: Node) -> Case | None:
    """One line of a value: an expression alone, ``{when, is}`` or ``{otherwise}``."""
    line = is_map(node)
    if line is None:
        gives = reader.expression(node) if isinstance(node, Scalar) else None
        return Case(when=None, gives=gives, place=node.place) if gives else None
    when, gives_at = line.get("when"), line.get("is") or line.get("otherwise")
    gives = reader.expression(gives_at) if isinstance(gives_at, Scalar) else None
    condition = reader.expression(when) if isinstance(when, Scalar) else None
    return Case(when=condition, gives=gives, place=line.place) if gives else None


def _outcomes(reader: Reader, root: Map) -> Iterator[tuple[str, Outcome]]:
    for key, node in pairs(root.get("outcomes")):
        at = is_map(node)
        resolves = plain(at.get("resolves")) if at else ""
        yield (
            key.text,
            Outcome(
                name=key.text,
                resolves=None if not resolves else resolves == "true",
                code=plain(at.get("code") if at else None, key.text),
                follow_up=duration(plain(at.get("follow_up"))) if at else None,
                returns=reader.named_expressions(at.get("returns")) if at else {},
                grants=reader.grants(at.get("grants")) if at else (),
                place=key.place,
            ),
        )


def _steps(reader: Reader, root: Map, typed: Mapping[str, Any]) -> dict[str, Step]:
    entries = [(key, node) for key, node in pairs(root.get("steps")) if isinstance(node, Map)]
    head = is_map(root.get("no_answer"))
    steps = {}
    for number, (key, node) in enumerate(entries):
        reader.step = key.text
        following = entries[number + 1][0] if number + 1 < len(entries) else None
        verb = verb_of(node)
        made = MAKE[verb](reader, key.text, node)
        if made is not None:
            steps[key.text] = _step(reader, key, node, verb, made, following, head, typed.get(key.text, {}))
    reader.step = ""
    return steps


def _step(
    reader: Reader,
    key: Scalar,
    node: Map,
    verb: VerbName,
    made: Made,
    following: Scalar | None,
    head: Map | None,
    typed: Mapping[str, Any],
) -> Step:
    at = node.keyed()
    edges = {edge.by: edge for edge in made.edges}
    for edge in _ways(key, at, made.goes_on, following, head if verb in HUMAN else None):
        edges[edge.by] = edge
    no_answer = is_map(at.get("no_answer"))
    return Step(
        id=key.text,
        ref=f"{reader.flow}/{key.text}",
        verb=verb,
        action=made.action,
        edges=edges,
        words=_words(reader, at, typed),
        saves=plain(at.get("save"), key.text),
        tag=plain(at.get("tag")),
        note=reader.text(at.get("note")),
        checks=tuple(_checks(reader, at.get("check"))),
        requires=reader.needs(at.get("requires")),
        withdraws=tuple(n.text for n in names(at.get("withdraws"))),
        attempts=_attempts(at),
        role=plain(at.get("by")) or None,
        no_answer=seconds(plain(no_answer.get("after"))) if no_answer else None,
        no_going_back=true(at.get("no_going_back")),
        place=key.place,
        places=dict(_places(node)),
    )


def _ways(
    key: Scalar, at: Mapping[str, Node], goes_on: bool, following: Scalar | None, head: Map | None
) -> Iterator[Edge]:
    """The ways that a step has beside those its verb routes: on, out of attempts, unmet, no answer."""
    source = key.text
    then = at.get("then")
    if goes_on and then is not None:
        yield Edge(by="then", source=source, target=plain(then), place=then.place)
    elif goes_on and following is not None:
        yield Edge(by="then", source=source, target=following.text, place=key.place)
    for by in ("out_of_attempts", "unmet"):
        target = at.get(by)
        if target is not None:
            yield Edge(by=by, source=source, target=plain(target), place=target.place)
    deadline = is_map(at.get("no_answer")) or head
    if deadline is not None:
        target = deadline.get("then")
        yield Edge(by="no_answer", source=source, target=plain(target), place=place_of(target))


def _checks(reader: Reader, node: Node | None) -> Iterator[Must]:
    """The rules over a step's answers."""
    for item in items(node):
        line = is_map(item)
        must = line.get("must") if line else None
        read = reader.expression(must) if isinstance(must, Scalar) else None
        message = reader.text(line.get("message")) if line else None
        if read is not None and message is not None:
            yield Must(must=read, message=message, place=item.place)


def _attempts(at: Mapping[str, Node]) -> Attempts | None:
    most = at.get("attempts")
    if most is None:
        return None
    per: Any = plain(at.get("attempts_per"), "run")
    return Attempts(most=int(plain(most)), per=per, within=seconds(plain(at.get("within"))), place=most.place)


def _words(reader: Reader, at: Mapping[str, Node], typed: Mapping[str, Any]) -> Words:
    spoken: dict[str, Any] = {key: typed[key] for key in SPOKEN if isinstance(typed.get(key), str | list)}
    shown = {key: typed[key] for key in ("answers", "options", "collect", "check") if key in typed}
    if shown:
        spoken["shown"] = _labels(shown)
    return Words(
        say=reader.words(at.get("say")),
        guide=reader.words(at.get("guide")),
        warn=reader.words(at.get("warn")),
        why=reader.words(at.get("why")),
        article=plain(at.get("article")),
        hash=digest(spoken) if spoken else "",
    )


def _labels(value: Any) -> Any:
    """What people read of answers and fields: values, labels and help, without the ways and the rules."""
    if isinstance(value, dict):
        return {k: _labels(v) for k, v in value.items() if k not in ("then", "grants", "must")}
    return value if isinstance(value, list) else str(value) if isinstance(value, str) else value


def _places(node: Map) -> Iterator[tuple[str, Place]]:
    """Where each key's value stands, two levels deep (``with.customer_id``), and the codes of outcomes."""
    for key, value in node.entries:
        yield key.text, value.place
        if isinstance(value, Map) and key.text not in ("steps", "outcomes"):
            for inner, below in value.entries:
                yield f"{key.text}.{inner.text}", below.place
        elif isinstance(value, Map) and key.text == "outcomes":
            codes = ((outcome, below.get("code")) for outcome, below in value.entries if isinstance(below, Map))
            yield from ((f"outcomes.{outcome.text}.code", code.place) for outcome, code in codes if code is not None)
