"""Comparing two libraries: what differs in their flows and beside them, as data. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from shepherd.author.aspects import Aspects, Key, aspects_of_flow, aspects_of_step, expressed, granted
from shepherd.author.difference import Change, Difference, EdgePair, FlowDifference, How
from shepherd.author.pairing import paired_answers, paired_edges, paired_flows, paired_steps
from shepherd.author.renaming import Names
from shepherd.check.stored import ORDERED, stored
from shepherd.flow.model import Decide, Edge, Flow, Step

#: Kinds of aspects whose key is a tuple of names, of which only those that both versions have are held in order.
ORDER = "order"
NO_FLOWS: Mapping[str, str] = {}


class Version(Protocol):
    """What is compared: a library, or a draft that can be read."""

    @property
    def flows(self) -> Mapping[str, Flow]:
        """Its flows by id."""

    @property
    def documents(self) -> Mapping[str, Any]:
        """Its typed sources by name."""


def compare(before: Version, after: Version, same: Mapping[str, str] = NO_FLOWS) -> Difference:
    """
    What differs from *before* to *after*; *same* names flows that are one though their ids differ.

    Comments, blanks and the order of what has none make no difference. The other way round, the same things differ.
    """
    pairs = paired_flows(before.flows, after.flows, same)
    flows = []
    for name, flow in before.flows.items():
        later = after.flows[pairs[name]] if name in pairs else None
        if later is None or flow.id != later.id or _kept(before, name) != _kept(after, later.id):
            flows.append(compare_flows(flow, later))
    flows += [compare_flows(None, flow) for name, flow in after.flows.items() if name not in pairs.values()]
    flows.sort(key=lambda one: sorted(filter(None, (one.flow, one.was))))
    inside = Difference(tuple(flows), ())
    named = {one.was: one.flow for one in flows if one.was and one.flow and one.was != one.flow}
    names = Names(inside.renamed, named)
    earlier = dict(names.document(name, document) for name, document in before.documents.items())
    return inside._replace(beside=tuple(_beside(earlier, after.documents)))


def _kept(version: Version, flow: str) -> Any:
    return stored(version.documents.get(f"flow:{flow}"))


def compare_flows(before: Flow | None, after: Flow | None) -> FlowDifference:
    """What differs between two versions of a flow; None where one of them has none."""
    here = after or before
    assert here is not None
    known = (before.id if before else "", after.id if after else "")
    if before is None or after is None:
        change = Change("added" if before is None else "removed", "flow", here.id, "", "")
        shown = change._replace(after=here.title) if before is None else change._replace(before=here.title)
        edges = [e for step in here.steps.values() for e in step.edges.values()]
        pairs = tuple(EdgePair(None, e) if before is None else EdgePair(e, None) for e in edges)
        return FlowDifference(known[1], known[0], here.title, (shown,), {}, pairs)
    steps = paired_steps(before, after)
    edges_ = tuple(paired_edges(before, after, steps))
    changes = tuple(_in_flow(before, after, steps, edges_))
    return FlowDifference(known[1], known[0], here.title, changes, steps, edges_, rewritten=not changes)


def _in_flow(before: Flow, after: Flow, steps: Mapping[str, str], edges: Sequence[EdgePair]) -> Iterator[Change]:
    if before.id != after.id:
        yield Change("renamed", "flow", after.id, before.id, after.id)
    yield from _parts(aspects_of_flow(before), aspects_of_flow(after), "", "")
    if steps.get(before.first) != after.first:
        yield Change("changed", "head", "first", before.first, after.first)
    led: dict[tuple[str, str], list[Change]] = {}
    for change in _ways(before, after, steps, edges):
        led.setdefault((change.was, change.step), []).append(change)
    earlier = {later: name for name, later in steps.items()}
    for name, step in after.steps.items():
        was = earlier.get(name, "")
        if not was:
            yield Change("added", "step", name, "", step.verb, "", name)
        else:
            if was != name:
                yield Change("renamed", "step", name, was, name, was, name)
            yield from _in_step(before.steps[was], step, paired_answers(before.steps[was], step, steps))
        yield from led.get((was, name), ())
    for name, step in before.steps.items():
        if name not in steps:
            yield Change("removed", "step", name, step.verb, "", name, "")
            yield from led.get((name, ""), ())


def _in_step(before: Step, after: Step, answers: Mapping[str, str]) -> Iterator[Change]:
    """What differs in a step; *answers* has the later values of those that are renamed."""
    for old, new in answers.items():
        yield Change("renamed", "answer", new, old, new, before.id, after.id)
    known: dict[Key, Key] = {("answer", (old,)): ("answer", (new,)) for old, new in answers.items()}
    aspects = {known.get(key, key): aspect for key, aspect in aspects_of_step(before).items()}
    earlier = {new: old for old, new in answers.items()}
    for change in _parts(aspects, aspects_of_step(after), before.id, after.id):
        renamed = earlier.get(change.name, "") if change.kind == "answer" else ""
        yield change._replace(earlier=renamed) if renamed else change


# --- parts of a step, and of the head of a flow --------------------------------------------------------


def _parts(before: Aspects, after: Aspects, was: str, step: str) -> Iterator[Change]:
    """What differs between two sets of aspects; what belongs to something new or gone is not told beside it."""
    for (kind, name), aspect in after.items():
        earlier = before.get((kind, name))
        if kind == ORDER:
            yield from _order(before, after, name, was, step)
        elif earlier is None:
            if not _below(kind, name, after, before):
                yield Change("added", kind, ".".join(name), "", aspect.text, was, step)
        elif earlier.key != aspect.key:
            yield Change("changed", kind, ".".join(name), earlier.text, aspect.text, was, step)
    for (kind, name), aspect in before.items():
        if kind != ORDER and (kind, name) not in after and not _below(kind, name, before, after):
            yield Change("removed", kind, ".".join(name), aspect.text, "", was, step)


def _below(kind: str, name: tuple[str, ...], having: Aspects, lacking: Aspects) -> bool:
    """Whether (*kind*, *name*) is part of something that only one of the two has: a field's label, say."""
    owners = {kind, "field", "input"} if kind == "option" else {kind}
    return any(
        (owner, name[:size]) in having and (owner, name[:size]) not in lacking
        for size in range(1, len(name))
        for owner in owners
    )


def _order(before: Aspects, after: Aspects, name: tuple[str, ...], was: str, step: str) -> Iterator[Change]:
    if (ORDER, name) not in before:
        return
    earlier, later = before[ORDER, name].key, after[ORDER, name].key
    both = set(earlier) & set(later)
    was_, now = ([one for one in listed if one in both] for listed in (earlier, later))
    if was_ != now:
        yield Change("moved", ORDER, ".".join(name), ", ".join(was_), ", ".join(now), was, step)


# --- where steps lead --------------------------------------------------------------------------------


def _ways(before: Flow, after: Flow, steps: Mapping[str, str], edges: Sequence[EdgePair]) -> Iterator[Change]:
    for old, new, pointed, reworded in edges:
        was, step = old.source if old else "", new.source if new else ""
        if old is None:
            assert new is not None
            was = next((name for name, later in steps.items() if later == step), "")
            yield Change("added", "route", _by(after, new), "", new.target, was, step)
        elif new is None:
            step = steps.get(was, "")
            yield Change("removed", "route", _by(before, old), old.target, "", was, step)
        else:
            if pointed:
                yield Change("changed", "route", _by(after, new), old.target, new.target, was, step)
            if reworded:
                yield from _reworded(before, after, old, new)
    yield from _branch_order(before, after, steps, edges)


def _reworded(before: Flow, after: Flow, old: Edge, new: Edge) -> Iterator[Change]:
    was, now = _condition(before, old), _condition(after, new)
    if was != now:
        yield Change("changed", "condition", "when", was, now, old.source, new.source)
    gave, gives = (granted(tuple(sorted(edge.grants, key=lambda g: g.name))).text for edge in (old, new))
    if gave != gives:
        how: How = "added" if not gave else "removed" if not gives else "changed"
        yield Change(how, "grants", _by(after, new) if was == now else "when", gave, gives, old.source, new.source)


def _by(flow: Flow, edge: Edge) -> str:
    """The name of an edge; a branch goes by its condition, since its number changes with those before it."""
    return f"when {_condition(flow, edge)}" if edge.by.startswith("when:") else edge.by


def _condition(flow: Flow, edge: Edge) -> str:
    action = flow.steps[edge.source].action
    if not isinstance(action, Decide):
        return ""
    return next((expressed(b.when).text for b in action.branches if b.by == edge.by), "")


def _branch_order(before: Flow, after: Flow, steps: Mapping[str, str], edges: Sequence[EdgePair]) -> Iterator[Change]:
    """Branches that both versions have, asked in another order."""
    both: dict[str, list[tuple[Edge, Edge]]] = {}
    for one in edges:
        if one.before is not None and one.after is not None and one.before.by.startswith("when:"):
            both.setdefault(one.before.source, []).append((one.before, one.after))
    for source, pairs in both.items():
        was = sorted(pairs, key=lambda pair: int(pair[0].by.partition(":")[2]))
        now = sorted(pairs, key=lambda pair: int(pair[1].by.partition(":")[2]))
        if was != now:
            first = "; ".join(_condition(before, pair[0]) for pair in was)
            then = "; ".join(_condition(after, pair[1]) for pair in now)
            yield Change("moved", ORDER, "branches", first, then, source, steps[source])


# --- beside the flows --------------------------------------------------------------------------------


def _beside(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    for name in sorted(before.keys() | after.keys()):
        kind, _, rest = name.partition(":")
        if kind == "flow":
            continue
        old, new = before.get(name), after.get(name)
        told = {"connectors": "connector", "promises": "promise"}.get(kind, kind)
        if name not in before:
            yield Change("added", told, rest)
        elif name not in after:
            yield Change("removed", told, rest)
        elif kind == "rows":
            yield from _rows(rest, old, new)
        elif stored(old) != stored(new):
            leaves = dict(_leaves(old, ())), dict(_leaves(new, ()))
            yield from _document(told, _head(kind, rest), *leaves)
            yield from _orders(told, old, new, ())


def _head(kind: str, rest: str) -> tuple[str, ...]:
    return (rest,) if rest else ()


def _document(kind: str, head: tuple[str, ...], old: Mapping[Any, str], new: Mapping[Any, str]) -> Iterator[Change]:
    drop = ("promises", *head) if kind == "promise" else ()
    for path in [*new, *(path for path in old if path not in new)]:
        was, now = old.get(path), new.get(path)
        if was != now:
            how: How = "added" if was is None else "removed" if now is None else "changed"
            inner = path[len(drop) :] if drop and path[: len(drop)] == drop else path
            yield Change(how, kind, ".".join((*head, *inner)), was or "", now or "")


def _leaves(tree: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every text of a typed source with the keys that lead there; a list of texts is one."""
    if isinstance(tree, Mapping):
        if not tree:
            yield path, "nothing"
        for key, value in tree.items():
            yield from _leaves(value, (*path, str(key)))
    elif isinstance(tree, list | tuple):
        if all(not isinstance(item, Mapping | list | tuple) for item in tree):
            yield path, ", ".join(map(_text, tree))
        else:
            for number, item in enumerate(tree, 1):
                yield from _leaves(item, (*path, str(number)))
    else:
        yield path, _text(tree)


def _text(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _orders(kind: str, old: Any, new: Any, path: tuple[str, ...]) -> Iterator[Change]:
    """Options and the like that stand in another order."""
    if not isinstance(old, Mapping) or not isinstance(new, Mapping):
        return
    if path and path[-1] in ORDERED:
        was, now = [k for k in old if k in new], [k for k in new if k in old]
        if was != now:
            yield Change("moved", kind, ".".join(path), ", ".join(was), ", ".join(now))
    for key in [key for key in old if key in new]:
        yield from _orders(kind, old[key], new[key], (*path, str(key)))


def _rows(name: str, old: Any, new: Any) -> Iterator[Change]:
    """Rows of a file that only one version has; else that they stand in another order."""
    was, now = ([" | ".join(map(str, row)) for row in rows] for rows in (old, new))
    gone, fresh = Counter(was) - Counter(now), Counter(now) - Counter(was)
    for row in dict.fromkeys(now):
        if fresh[row]:
            yield Change("added", "rows", name, "", row)
    for row in dict.fromkeys(was):
        if gone[row]:
            yield Change("removed", "rows", name, row, "")
    if not gone and not fresh and was != now:
        yield Change("moved", "rows", name)
