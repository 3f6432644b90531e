"""The scenarios of a file, and every mistake in it at its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from shepherd.flow.findings import Finding, Place
from shepherd.flow.given import (
    Expect,
    Malformed,
    Never,
    Scenario,
    below,
    full,
    mapping,
    part,
    read_assured,
    read_given,
    texts,
)
from shepherd.flow.schema import KINDS
from shepherd.flow.source import Map, Node, Seq

SUFFIX = ".scenarios.yaml"
_OTHER = re.compile(rf"^(?:{'|'.join(kind for kind in KINDS if kind != 'scenarios')}):", re.MULTILINE)
#: Of these a scenario expects at least one besides how it ends.
PROVES = ("path", "says", "values", "ticket")
_EXPECTED = ("outcome", "waiting", "path", "says", "values", "returns", "ticket", "refused", "assured", "never")


def flow_of(file: str) -> str:
    """The flow that the scenarios of *file* are of: its stem."""
    return file.replace("\\", "/").rpartition("/")[2].removesuffix(SUFFIX)


def stops_no_run(finding: Finding, text: str) -> bool:
    """Whether *finding* is about a file of scenarios, whose *text* says nothing else: flows are run without it."""
    return finding.file.endswith(SUFFIX) and _OTHER.search(text) is None


def read_scenarios(tree: Any, file: str, root: Node | None = None) -> tuple[Scenario, ...]:
    """The scenarios of the file *file*, as by :func:`scenarios_in`. Raises Malformed with the first mistake."""
    found, wrong = scenarios_in(tree, file, root)
    if wrong:
        raise wrong[0]
    return found


def scenarios_in(tree: Any, file: str, root: Node | None = None) -> tuple[tuple[Scenario, ...], tuple[Malformed, ...]]:
    """
    The scenarios of the file *file*, whose stem names their flow, and every mistake.

    *root* is the file's tree with its places, from which the scenarios have their lines.
    """
    flow = flow_of(file)
    try:
        listed = mapping(tree, "the file", ("scenarios",)).get("scenarios")
        if not isinstance(listed, list | tuple) or not listed:
            raise Malformed("write the scenarios as a list under `scenarios:`, each with a name.", "scenarios")
    except Malformed as error:
        return (), (Malformed(f"{file}: {error}", *error.at),)
    found: dict[str, Scenario] = {}
    wrong = []
    for number, entry in enumerate(listed):
        name = entry.get("name", "") if isinstance(entry, Mapping) else ""
        try:
            scenario = _scenario(entry, flow, file, _entry(root, number))
            if scenario.name in found:
                raise Malformed(f'two scenarios are called "{scenario.name}". Give each its own name.', "name")
            found[scenario.name] = scenario
        except Malformed as error:
            told = Malformed(f"{file}: scenario {name or number + 1}: {error}", *error.at)
            wrong.append(told.below("scenarios", number))
    return tuple(found.values()), tuple(wrong)


def place_of(root: Node, at: Iterable[str | int]) -> Place:
    """Where in a file the keys *at* lead to: the last of them that stands there."""
    place = root.place
    for key in at:
        if isinstance(root, Map):
            entry = next(((word, node) for word, node in root.entries if word.text == key), None)
            if entry is None:
                break
            place, root = entry[0].place, entry[1]
        elif isinstance(root, Seq) and isinstance(key, int) and key < len(root.items):
            root = root.items[key]
            place = root.place
        else:
            break
    return place


def _entry(root: Node | None, number: int) -> Node | None:
    """The tree of the scenario *number* in that of its file."""
    listed = root.get("scenarios") if isinstance(root, Map) else None
    return listed.items[number] if isinstance(listed, Seq) and number < len(listed.items) else None


def _scenario(entry: Any, flow: str, file: str, root: Node | None) -> Scenario:
    fields = mapping(entry, "a scenario", ("name", "given", "expect"))
    if not isinstance(fields.get("name"), str) or not fields["name"].strip():
        raise Malformed("it has no name.", "name")
    with below("given"):
        given = read_given(fields.get("given"), flow)
    with below("expect"):
        expect = _expect(fields.get("expect"), flow)
    line = root.place.line if root else 0
    return Scenario(name=fields["name"], flow=flow, file=file, line=line, given=given, expect=expect, root=root)


def _expect(tree: Any, flow: str) -> Expect:
    given = mapping({} if tree is None else tree, "expect", _EXPECTED)
    if ("outcome" in given) == ("waiting" in given):
        raise Malformed("expect needs either `outcome` or `waiting: STEP`.")
    if given.keys().isdisjoint(PROVES):
        raise Malformed("expect needs at least one of path, says, values and ticket; an outcome alone proves little.")
    with below("ticket"):
        ticket = mapping(given.get("ticket", {}), "ticket", ("has", "lacks"))
        has, lacks = (texts(ticket, key) for key in ("has", "lacks"))
    with below("never"):
        never = mapping(given.get("never", {}), "never", ("says", "steps", "values"))
        says, steps, values = (texts(never, key) for key in ("says", "steps", "values"))
    waiting = given.get("waiting")
    return Expect(
        outcome=given.get("outcome"),
        waiting=full(waiting, flow) if waiting is not None else None,
        path=texts(given, "path") if "path" in given else None,
        says=texts(given, "says"),
        values=part(given, "values"),
        returns=part(given, "returns"),
        has=has,
        lacks=lacks,
        refused=None if given.get("refused") in (None, "null", "") else str(given["refused"]),
        assured=read_assured(part(given, "assured"), expected=True),
        never=Never(says, tuple(full(step, flow) for step in steps), values),
    )
