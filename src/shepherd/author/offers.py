"""What may be typed at a place of a file, where no schema can know it: names of this library. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from shepherd.author.cursor import Cursor
from shepherd.author.naming import flow_of
from shepherd.flow.functions import FUNCTIONS
from shepherd.flow.model import Ask, Call, Flow, HandOn
from shepherd.flow.reader import is_map, plain
from shepherd.flow.scope import FACTS, Around
from shepherd.flow.source import Map, Node
from shepherd.flow.types import Type

if TYPE_CHECKING:
    from shepherd.flow.beside import Operation
    from shepherd.flow.draft import Draft

EXPRESSIONS = frozenset({"when", "must", "default", "show_if", "until"})


class Offer(NamedTuple):
    """A word that may stand here, what it is, and what is said of it."""

    word: str
    kind: str
    detail: str = ""


class Offers:
    """
    What *draft* (the library as it last could be read) offers in *file*.

    *root* is the tree of the file as it last could be read, *steps* the ids of each flow's steps.
    """

    def __init__(self, draft: Draft, file: str, root: Node | None, steps: Mapping[str, frozenset[str]]):
        self.draft, self.file, self.root, self.steps = draft, file, root, steps
        self.flow = draft.flows.get(flow_of(file))
        self.kind = root.entries[0][0].text if isinstance(root, Map) and root.entries else "flow"

    def at(self, cursor: Cursor) -> list[Offer]:
        """All that fits where *cursor* is, sorted, each word once."""
        found: dict[str, Offer] = {}
        for offer in self._at(cursor):
            found.setdefault(offer.word, offer)
        return [found[word] for word in sorted(found)]

    def _at(self, cursor: Cursor) -> Iterable[Offer]:
        if cursor.braces:
            return self.readable(cursor)
        if self.kind == "scenarios":
            return self.in_scenario(cursor)
        if self.kind == "promises":
            return self.in_promise(cursor)
        if self.kind == "translation":
            return self.own_steps() if cursor.key and cursor.ends("steps") else ()
        return self.in_flow(cursor) if self.kind == "flow" else ()

    # --- flows --------------------------------------------------------------------------------------

    def in_flow(self, cursor: Cursor) -> Iterable[Offer]:
        """In a flow's own file."""
        last = cursor.path[-1] if cursor.path else ""
        if cursor.key:
            return self.keys(cursor, last)
        if last in ("then", "out_of_attempts", "unmet") or cursor.ends("decide", "otherwise"):
            return self.own_steps()
        if cursor.ends("answers", "*") or cursor.ends("results", "*"):
            return self.own_steps()
        if last in VALUES:
            return VALUES[last](self)
        if last in EXPRESSIONS or cursor.ends("with", "*") or cursor.ends("returns", "*") or cursor.ends("set", "*"):
            return self.readable(cursor)
        if cursor.path[:1] == ("values",) or cursor.ends("by", "*"):
            return self.readable(cursor)
        return ()

    def keys(self, cursor: Cursor, last: str) -> Iterator[Offer]:
        """Keys that the other side declares: its results, its outcomes, its inputs."""
        if last not in ("results", "with") or cursor.path[:1] != ("steps",):
            return
        named = self._step(cursor.path[1]) if len(cursor.path) > 2 else {}
        flow = self.draft.flows.get(named.get("call") or named.get("hand_on", ""))
        operation = self._operation(named.get("lookup") or named.get("do", ""))
        if last == "results" and flow is not None:
            given = {o.name: Offer(o.name, "outcome", o.code) for o in flow.outcomes.values()}
        elif last == "results" and operation is not None:
            given = {name: Offer(name, "result") for name in operation.result_names()}
        else:
            inputs = flow.inputs if flow is not None else operation.inputs if operation is not None else {}
            given = {name: Offer(name, "input", field.type.name) for name, field in inputs.items()}
        yield from (offer for name, offer in given.items() if name not in cursor.beside)

    def _step(self, name: str) -> dict[str, str]:
        """The words of the step *name* as it is written now, as far as it can be read."""
        steps = self.root.get("steps") if isinstance(self.root, Map) else None
        step = is_map(steps.get(name)) if isinstance(steps, Map) else None
        return {key.text: plain(value) for key, value in step.entries} if step else {}

    def _operation(self, name: str) -> Operation | None:
        connector, _, operation = name.partition(".")
        known = self.draft.connectors.get(connector)
        return known.operations.get(operation) if known else None

    def own_steps(self) -> Iterator[Offer]:
        """The steps of this flow."""
        for name in self.steps.get(flow_of(self.file), ()):
            yield Offer(name, "step", self._said(self.flow, name))

    def _said(self, flow: Flow | None, name: str) -> str:
        step = flow.steps.get(name) if flow is not None else None
        if step is None:
            return ""
        question = step.action.question.source if isinstance(step.action, Ask) else ""
        said = question or (step.words.say.source if step.words.say else "")
        return f"{step.verb}: {' '.join(said.split())}"[:80] if said else step.verb

    def flows(self) -> Iterator[Offer]:
        for flow in self.draft.flows.values():
            yield Offer(flow.id, "flow", flow.title)

    def outcomes(self) -> Iterator[Offer]:
        for outcome in self.flow.outcomes.values() if self.flow else ():
            yield Offer(outcome.name, "outcome", outcome.code)

    def operations(self, *, reads: bool) -> Iterator[Offer]:
        """``connector.operation`` that read, or that change."""
        for connector in self.draft.connectors.values():
            for operation in connector.operations.values():
                if operation.reads == reads:
                    results = ", ".join(operation.result_names())
                    yield Offer(f"{connector.name}.{operation.name}", "operation", results)

    def policy(self, part: str) -> Iterator[Offer]:
        """What desk.yaml declares."""
        for name in getattr(self.draft.policy, part):
            yield Offer(name, part)

    def lists(self) -> Iterator[Offer]:
        for name, one in self.draft.lists.items():
            yield Offer(f"lists.{name}", "list")
            yield from (Offer(f"lists.{name}.{group}", "list") for group in one.groups)

    # --- expressions --------------------------------------------------------------------------------

    def readable(self, cursor: Cursor) -> Iterator[Offer]:
        """The names that an expression may read; behind a dot, what the name before it has."""
        if self.flow is None:
            return
        root, dot, _ = cursor.word.rpartition(".")
        types = Around(self.draft.flows, self.draft.policy, self.draft.connectors).types(self.flow)
        if root in ("visits", "attempts_left"):
            yield from (offer._replace(word=f"{root}.{offer.word}") for offer in self.own_steps())
        elif root == "texts":
            yield from (Offer(f"texts.{name}", "text") for name in self.flow.texts)
        elif root == "assured":
            yield from (Offer(f"assured.{name}", "assurance") for name in self.draft.policy.assurances)
        elif root.partition(".")[0] == "lists":
            yield from self.lists()
        elif dot:
            record: Type | None = None
            for number, part in enumerate(root.split(".")):
                record = types.get(part) if number == 0 else (record.fields or {}).get(part) if record else None
            for name, type_ in ((record.fields or {}) if record else {}).items():
                yield Offer(f"{root}.{name}", "field", type_.name)
        else:
            for name, type_ in types.items():
                yield Offer(name, "fact" if name in FACTS else "name", type_.name)
            yield from (Offer(name, "word") for name in ("visits", "attempts_left", "assured", "lists", "texts"))
            yield from (Offer(name, "function") for name in FUNCTIONS)

    # --- files beside ---------------------------------------------------------------------------------

    def reached(self) -> Iterator[Offer]:
        """The steps of this flow, and those of the flows that it leads to, with their flow."""
        yield from self.own_steps()
        todo, seen = [self.flow] if self.flow else [], {flow_of(self.file)}
        while todo:
            for step in todo.pop().steps.values():
                name = step.action.flow if isinstance(step.action, Call | HandOn) else ""
                if name in self.draft.flows and name not in seen:
                    seen.add(name)
                    todo.append(other := self.draft.flows[name])
                    yield from (Offer(f"{name}/{s}", "step", self._said(other, s)) for s in other.steps)

    def in_scenario(self, cursor: Cursor) -> Iterable[Offer]:
        """In the scenarios of a flow."""
        last = cursor.path[-1] if cursor.path else ""
        if last in ("path", "waiting", "steps", "back", "change") or (cursor.key and last in ("answers", "spent")):
            return self.reached()
        if last == "outcome":
            return self.outcomes()
        if cursor.key and last == "connectors":
            return (*self.operations(reads=True), *self.operations(reads=False))
        if cursor.key and last == "inputs" and self.flow:
            return [Offer(name, "input", field.type.name) for name, field in self.flow.inputs.items()]
        if cursor.ends("answers", "*"):
            return self.answers(last)
        return ()

    def answers(self, step: str) -> Iterator[Offer]:
        """What may be answered at *step*."""
        flow, _, name = step.rpartition("/")
        known = self.draft.flows.get(flow or flow_of(self.file))
        asked = known.steps.get(name) if known else None
        if asked is not None and isinstance(asked.action, Ask):
            yield from (Offer(o.value, "answer", o.label) for o in asked.action.field.options)
            yield from (
                Offer(value, "answer") for value in ("true", "false") if asked.action.field.type.name == "yes_no"
            )

    def in_promise(self, cursor: Cursor) -> Iterable[Offer]:
        """In promises.yaml."""
        last = cursor.path[-1] if cursor.path else ""
        if last == "step":
            return [
                Offer(s.ref, "step", self._said(f, s.id)) for f in self.draft.flows.values() for s in f.steps.values()
            ]
        if last == "outcome":
            ends = ((flow.id, o) for flow in self.draft.flows.values() for o in flow.outcomes.values())
            return [Offer(f"{flow}.{o.name}", "outcome", o.code) for flow, o in ends]
        if last == "connector":
            return (*self.operations(reads=True), *self.operations(reads=False))
        if last == "flow":
            return self.flows()
        if last in ("tag", "category"):
            return self.policy({"tag": "tags", "category": "categories"}[last])
        return self.policy("assurances") if last in ("needs", "assurance") else ()


#: What the value of a key of a step or of the head may be.
VALUES: Mapping[str, Callable[[Offers], Iterable[Offer]]] = {
    "call": Offers.flows,
    "hand_on": Offers.flows,
    "end": Offers.outcomes,
    "outcome": Offers.outcomes,
    "lookup": lambda offers: offers.operations(reads=True),
    "do": lambda offers: offers.operations(reads=False),
    "undo": lambda offers: offers.operations(reads=False),
    "escalate": lambda offers: offers.policy("queues"),
    "severity": lambda offers: offers.policy("severities"),
    "by": lambda offers: offers.policy("roles"),
    "category": lambda offers: offers.policy("categories"),
    "tag": lambda offers: offers.policy("tags"),
    "requires": lambda offers: offers.policy("assurances"),
    "grants": lambda offers: offers.policy("assurances"),
    "withdraws": lambda offers: offers.policy("assurances"),
    "options": Offers.lists,
}
