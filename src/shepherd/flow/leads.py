"""Ways of a flow that can't be built yet: those to no step are told along with what stops it, not only behind it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from shepherd.flow.findings import Finding, Rule, allowed, nearest
from shepherd.flow.ids import is_id
from shepherd.flow.mistakes import BAD_NAME
from shepherd.flow.reader import is_map, items, pairs, plain
from shepherd.flow.source import Map, Node, Scalar
from shepherd.flow.synonyms import as_name

UNKNOWN_TARGET = Rule(
    "SHP202",
    "unknown-target",
    "error",
    "A way leads to a step that this flow does not have. Targets are steps of the same flow, never outcomes.",
)
RULES = (UNKNOWN_TARGET,)
#: So many are told beside what is to be mended first.
MOST = 50
#: What people write who want to stop there, and to go on.
ENDS, ON = frozenset(["end", "stop", "exit", "quit"]), frozenset(["next", "continue"])


def told_at_the_key(root: Map, findings: Iterable[Finding]) -> list[Finding]:
    """*findings*, where a step's key that is no name is told there alone, and not at each way to it as well."""
    listed = list(findings)
    keys = {key.place for key, _ in pairs(root.get("steps"))}
    told = {f.message for f in listed if f.code == BAD_NAME.code and f.place in keys}
    return [f for f in listed if f.code != BAD_NAME.code or f.place in keys or f.message not in told]


def meant_step(target: str, steps: Iterable[str], enders: Iterable[str] = ()) -> str:
    """What is meant by a way to *target*, which is none of *steps*; *enders* are those of them that end the flow."""
    listed = list(steps)
    if target in ENDS:
        ending = next(iter(enders), "")
        there = f' Lead it to "{ending}".' if ending else ""
        return f"An end is a step of its own, with `end: OUTCOME`.{there}"
    if target in ON:
        return "Leave the way out: a step goes on to the one below it in the file. Or name that step."
    return nearest(target, listed) or f"Steps: {allowed(listed)}."


def unknown_ways(root: Map, file: str) -> Iterator[Finding]:
    """
    The ways in the flow of *root* that lead to no step, be the rest of it right or not.

    A word that is a key anywhere below the steps, or an outcome, is left alone: it may be a step once that is mended.
    So is one that a step would be called by, were its key a name.
    """
    steps = root.get("steps")
    if not isinstance(steps, Map):
        return
    listed = [key.text for key, _ in steps.entries]
    known = {*_keys(steps), *(key.text for key, _ in pairs(root.get("outcomes")))}
    known |= {as_name(name) for name in listed if not is_id(name)}
    flow = plain(root.get("flow"))
    ways = ((key.text, target) for key, node in steps.entries for target in _targets(node))
    wrong = ((step, target) for step, target in ways if target.text not in known and is_id(target.text))
    for step, target in islice(wrong, MOST):
        hint = meant_step(target.text, listed)
        message = f'"{target.text}" is not a step of this flow.'
        yield UNKNOWN_TARGET.at(target.place, message, file=file, flow=flow, step=step, hint=hint)


def _keys(node: Node) -> Iterator[str]:
    """Every key below *node*."""
    for key, below in pairs(node):
        yield key.text
        yield from _keys(below)


def _targets(node: Node) -> Iterator[Scalar]:
    """The words of a step that name another to go to."""
    at = is_map(node)
    if at is None:
        return
    for key in ("then", "out_of_attempts", "unmet"):
        yield from _named(at.get(key))
    yield from _named(at.get("no_answer"))
    for key in ("answers", "results"):
        for _, way in pairs(at.get(key)):
            yield from _named(way)
    for line in items(at.get("decide")):
        yield from _named(line)
        branch = is_map(line)
        yield from _named(branch.get("otherwise") if branch else None)


def _named(way: Node | None) -> Iterator[Scalar]:
    """The target of *way*: itself, or under ``then``."""
    found = way.get("then") if isinstance(way, Map) else way
    if isinstance(found, Scalar):
        yield found
