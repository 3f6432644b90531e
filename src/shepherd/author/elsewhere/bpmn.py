"""Processes in BPMN 2.0: tasks, gateways, events, calls, and sub-processes, which are laid open."""

from __future__ import annotations

from shepherd.author.elsewhere.process import MODEL, gathered, processes
from shepherd.author.elsewhere.sketch import MOST_WORDS, Mistake, Sketch, Unreadable
from shepherd.author.elsewhere.strands import sketched
from shepherd.author.elsewhere.xmltree import Element, read_xml


def read_bpmn(data: bytes, process: str = "") -> Sketch:
    """
    The process in *data*, or of several the one with the id or the name *process*.

    Raises Unreadable with the lines of what can't be meant.
    """
    root = read_xml(data)
    if (root.space, root.name) != (MODEL, "definitions"):
        says = f"This is no BPMN 2.0: the file begins with <{root.name[:40]}>."
        raise Unreadable([Mistake(root.line, says, "Export the process as BPMN 2.0 XML.")])
    chosen = _chosen(processes(root), process)
    found = gathered(chosen)
    sketch = sketched(found)
    sketch.title = " ".join(chosen.get("name")[:MOST_WORDS].split())
    sketch.flow = chosen.get("id")
    for what, names in found.beside.items():
        named = ", ".join(f'"{name}"' for name in names if name)[:300]
        sketch.unknown.append(f"{what} were not read{f': {named}' if named else ''}")
    if len(processes(root)) > 1:
        sketch.unknown.append("other processes of the file, and messages between them, were not read")
    return sketch


def _chosen(found: list[Element], wanted: str) -> Element:
    """The process that is wanted, or the only one."""
    named = ", ".join(f"{one.get('id')} ({one.get('name') or 'without a name'})" for one in found[:9])
    if wanted:
        found = [one for one in found if wanted in (one.get("id"), one.get("name"))]
    if len(found) == 1:
        return found[0]
    if not named:
        raise Unreadable([Mistake(0, "There is no process with steps in this file.", "Export one with its steps.")])
    says = f'There is no process "{wanted}".' if wanted else f"There are {len(found)} processes in this file."
    raise Unreadable([Mistake(0, says, f"Choose one with --process: {named}.")])
