"""Scenarios as the YAML that a designer would write, by themselves or behind those that a file has already. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from shepherd.flow.given import Malformed
from shepherd.flow.source import Map, Node, Seq

WIDE = 118
_SHORT = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}
_PLAIN = re.compile(r"[A-Za-z_][\w./+()-]*(?: [\w./+()-]+)*", re.ASCII)
#: Read by editors as something else than text.
_TYPED = frozenset({"null", "on", "off", "y", "n"})
_DATED = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:.]+([+-][0-9:]+|Z)?)?|[0-9]+[smhd]")


def as_yaml(scenarios: Sequence[Mapping[str, Any]]) -> str:
    """A whole file of *scenarios*, each as :func:`shepherd.author.read_scenarios` reads it."""
    return "scenarios:\n" + "".join(item(scenario, 2) for scenario in scenarios)


def added(text: str, root: Node | None, scenarios: Sequence[Mapping[str, Any]]) -> str:
    """
    *text* of a file of scenarios, whose tree is *root*, with *scenarios* at its end; all else stays as it is.

    Raises Malformed where the file's list is not written as lines that begin with ``-``.
    """
    listed = root.get("scenarios") if isinstance(root, Map) else None
    if not isinstance(listed, Seq) or not listed.items or len(getattr(root, "entries", ())) != 1:
        raise Malformed("the file has no list of scenarios to add to.")
    lines = text.splitlines()
    place = listed.items[-1].place
    before = lines[place.line - 1][: place.column - 1]
    if before.strip() != "-" or text.rstrip().endswith(("...", "---")):
        raise Malformed("add to it by hand: its scenarios do not each begin on a line of their own, with `-`.")
    known = {getattr(one.get("name"), "text", "") for one in listed.items if isinstance(one, Map)}
    indent = len(before) - len(before.lstrip())
    fresh = [{**scenario, "name": unused(scenario["name"], known)} for scenario in scenarios]
    return text.rstrip("\n") + "\n" + "".join(item(scenario, indent) for scenario in fresh)


def unused(name: str, known: set[str]) -> str:
    """*name*, with a number behind it where it is among *known*; it is known from now on."""
    number, made = 1, name
    while made in known:
        number += 1
        made = f"{name} ({number})"
    known.add(made)
    return made


def item(scenario: Mapping[str, Any], indent: int) -> str:
    """One scenario as an item of the list, *indent* spaces in."""
    lines: list[str] = [f"# {line}" for line in scenario.get("#", ())]
    first = True
    for key in ("name", "given", "expect"):
        if key in scenario:
            below = _entry(key, scenario[key], indent + 2)
            if first:
                below[0] = f"- {below[0]}"
            lines += below if first else [f"  {line}" for line in below]
            first = False
    return "".join(f"{' ' * indent}{line}\n" for line in lines)


def _entry(key: str, value: Any, indent: int) -> list[str]:
    """A key with its value: on one line where it fits, else one line for each entry; a path is filled up."""
    line = f"{scalar(key)}: {flow(value)}"
    if len(line) + indent <= WIDE and not (isinstance(value, Mapping) and key in ("given", "expect")):
        return [line]
    if isinstance(value, Mapping) and value:
        below = [line for k, v in value.items() for line in _entry(str(k), v, indent + 2)]
        return [f"{scalar(key)}:", *(f"  {line}" for line in below)]
    if isinstance(value, list | tuple) and value:
        if all(isinstance(one, str) for one in value):
            return [f"{scalar(key)}:", *(f"  {line}" for line in _filled([scalar(one) for one in value], indent))]
        return [f"{scalar(key)}:", *(f"  - {flow(one)}" for one in value)]
    return [line]


def _filled(words: list[str], indent: int) -> list[str]:
    lines, line = [], "["
    for place, word in enumerate(words):
        word += "]" if place + 1 == len(words) else ","
        if len(line) + len(word) + 1 + indent + 2 > WIDE and line.strip() not in ("", "["):
            lines.append(line.rstrip())
            line = " "
        line += word + " "
    return [*lines, line.rstrip()]


def flow(value: Any) -> str:
    """*value* on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(str(k))}: {flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(flow(one) for one in value) + "]"
    return str(value).lower() if isinstance(value, bool | int) else scalar(str(value))


def scalar(text: str) -> str:
    """*text* as YAML that says the very same, here and to editors: in quotes where it could be something else."""
    if text == "...":
        return text
    if (_PLAIN.fullmatch(text) and text.lower() not in _TYPED) or _DATED.fullmatch(text):
        return text
    return '"' + "".join(c if c.isprintable() and c not in '"\\' else _escaped(c) for c in text) + '"'


def _escaped(character: str) -> str:
    code = ord(character)
    if character in _SHORT:
        return _SHORT[character]
    return f"\\x{code:02X}" if code < 0x100 else f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}"
