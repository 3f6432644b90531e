"""What the files beside the flows name, and all that a library names. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from shepherd.author.mentions import WORDS, FlowNames, Mention, Thing, word
from shepherd.flow.listwords import LISTED
from shepherd.flow.reader import is_map, items, names, pairs, plain
from shepherd.flow.scenario_files import SUFFIX
from shepherd.flow.source import Map, Node, Scalar


def mentions_in(root: Node | None, file: str, steps: Mapping[str, frozenset[str]]) -> tuple[Mention, ...]:
    """All that the file with the tree *root* names; *steps* are those of each flow, by its id."""
    if not isinstance(root, Map) or not root.entries:
        return ()
    kind = root.entries[0][0].text
    if kind == "flow":
        return tuple(FlowNames(file, plain(root.get("flow"))).all(root))
    if kind == "translation":
        return tuple(_translation(root, file, steps))
    if kind == "scenarios":
        return tuple(_Scenarios(file, steps).all(root))
    if kind == "promises":
        return tuple(_promises(root, file))
    if kind == "desk":
        return tuple(_desk(root, file))
    if kind == "connectors":
        return tuple(_connectors(root, file))
    return tuple(FlowNames(file, "").at("list", root.get("list"), defines=True))


def steps_of(roots: Iterable[Node | None]) -> dict[str, frozenset[str]]:
    """The ids of the steps of each flow among *roots*."""
    maps = [root for root in roots if isinstance(root, Map) and root.get("flow") is not None]
    return {plain(root.get("flow")): frozenset(key.text for key, _ in pairs(root.get("steps"))) for root in maps}


def mentions(roots: Mapping[str, Node | None]) -> Iterator[Mention]:
    """All that the files of a library name, by the trees of the files."""
    steps = steps_of(roots.values())
    for file, root in roots.items():
        yield from mentions_in(root, file, steps)


def _translation(root: Map, file: str, steps: Mapping[str, frozenset[str]]) -> Iterator[Mention]:
    """The words of a flow, or the labels of a list, in another language."""
    named = root.get("translation")
    flow = plain(named)
    if isinstance(named, Scalar) and flow.startswith(LISTED):
        yield Mention(Thing("list", flow.removeprefix(LISTED)), file, word(named, len(LISTED), len(flow)))
        return
    where = FlowNames(file, flow)
    where.steps = steps.get(flow, frozenset())
    yield from where.at("flow", named)
    for name, node in pairs(root.get("texts")):
        yield from where.own("text", name)
        at = is_map(node)
        yield from where.cases(at.get("is") if at else None, where.words)
    for name, node in pairs(root.get("steps")):
        yield from where.own("step", name)
        if isinstance(node, Map):
            for key in WORDS:
                yield from where.cases(node.get(key), where.words)
            for message in items(node.get("check")):
                yield from where.words(message)


class _Scenarios:
    """The scenarios of one file, which is named after their flow."""

    def __init__(self, file: str, steps: Mapping[str, frozenset[str]]):
        self.file, self.flow = file, file.rpartition("/")[2].removesuffix(SUFFIX)
        self.where = FlowNames(file, self.flow)
        self.where.steps = steps.get(self.flow, frozenset())

    def all(self, root: Map) -> Iterator[Mention]:
        for one in items(root.get("scenarios")):
            at = is_map(one)
            if at is not None:
                yield from self.given(is_map(at.get("given")))
                yield from self.expect(is_map(at.get("expect")))

    def given(self, at: Map | None) -> Iterator[Mention]:
        for name, _ in pairs(at.get("inputs") if at else None):
            yield from self.where.own("name", name)
        for step, value in pairs(at.get("answers") if at else None):
            yield from self.step(step)
            for line in items(value):
                yield from self.line(line)
        for step, _ in pairs(at.get("spent") if at else None):
            yield from self.step(step)
        for name, _ in pairs(at.get("connectors") if at else None):
            yield Mention(Thing("operation", name.text), self.file, word(name))

    def line(self, node: Node) -> Iterator[Mention]:
        """One answer; that to a form may have fields which are called like the words that do more."""
        at = node.keyed() if isinstance(node, Map) else {}
        if at.keys() <= {"value", "back", "change", "to", "refused", "after", "meanwhile"}:
            for key in ("back", "change"):
                yield from self.step(at.get(key))
            for step, _ in pairs(at.get("meanwhile")):
                yield from self.step(step)

    def expect(self, at: Map | None) -> Iterator[Mention]:
        if at is None:
            return
        yield from self.where.own("outcome", at.get("outcome"))
        for key in ("waiting", "path"):
            for step in names(at.get(key)):
                yield from self.step(step)
        never = is_map(at.get("never"))
        for step in names(never.get("steps") if never else None):
            yield from self.step(step)
        for name in (*(key for key, _ in pairs(at.get("values"))), *names(never.get("values") if never else None)):
            yield from self.where.own("step" if name.text in self.where.steps else "name", name)

    def step(self, node: Node | None) -> Iterator[Mention]:
        """``step``, or ``flow/step``."""
        if isinstance(node, Scalar) and node.text != "...":
            yield from _step(node, self.file, self.flow)


def _step(node: Scalar, file: str, flow: str, end: int | None = None) -> Iterator[Mention]:
    """The step that *node* names up to *end*, and the flow in front of it where it says one."""
    before, slash, step = node.text[:end].partition("/")
    if not slash:
        yield Mention(Thing("step", before, flow), file, word(node, 0, end))
        return
    yield Mention(Thing("flow", before), file, word(node, 0, len(before)))
    yield Mention(Thing("step", step, before), file, word(node, len(before) + 1, len(before) + 1 + len(step)))


def _promises(root: Map, file: str) -> Iterator[Mention]:
    for _, promise in pairs(root.get("promises")):
        at = is_map(promise)
        for key in ("every", "needs", "followed_by", "never_after"):
            for pick in items(at.get(key) if at else None):
                if isinstance(pick, Scalar):
                    yield Mention(Thing("assurance", pick.text), file, word(pick))
                for told, node in pairs(pick):
                    for one in names(node):
                        yield from _picked(told.text, one, file)


def _picked(key: str, node: Scalar, file: str) -> Iterator[Mention]:
    """What one word of a promise names: ``FLOW/STEP``, ``FLOW/STEP.FIELD``, ``FLOW.OUTCOME`` …"""
    if key in ("step", "field"):
        dot = node.text.find(".") if key == "field" else -1
        yield from _step(node, file, "", dot if dot >= 0 else None)
    elif key == "outcome" and "." in node.text:
        flow, _, outcome = node.text.partition(".")
        yield Mention(Thing("flow", flow), file, word(node, 0, len(flow)))
        yield Mention(Thing("outcome", outcome, flow), file, word(node, len(flow) + 1, len(node.text)))
    elif key == "connector":
        kind = "operation" if "." in node.text else "connector"
        yield Mention(Thing(kind, node.text), file, word(node))
    elif key in ("flow", "assurance"):
        yield Mention(Thing(key, node.text), file, word(node))


def _desk(root: Map, file: str) -> Iterator[Mention]:
    where = FlowNames(file, "")
    yield from where.at("operation", root.get("customer_lookup"))
    for name, _ in pairs(root.get("queues")):
        yield from where.at("queue", name, defines=True)
    for name, node in pairs(root.get("assurances")):
        yield from where.at("assurance", name, defines=True)
        at = is_map(node)
        for flow in names(at.get("granted_by") if at else None):
            yield from where.at("flow", flow)


def _connectors(root: Map, file: str) -> Iterator[Mention]:
    for name, node in pairs(root.get("connectors")):
        yield Mention(Thing("connector", name.text), file, word(name), True)
        at = is_map(node)
        for key, _ in pairs(at.get("operations") if at else None):
            yield Mention(Thing("operation", f"{name.text}.{key.text}"), file, word(key), True)
