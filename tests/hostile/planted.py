"""Faults that are planted to show that the harness sees them: what a broken product would do with a case."""

from __future__ import annotations

import os
import time
from typing import Any

from tests.hostile import doors
from tests.hostile.case import FLOW, Case


def _spin(case: Case, heard: doors.Heard) -> None:
    with heard.timed("spin"):
        while True:
            pass


def _spin_in_c(case: Case, heard: doors.Heard) -> None:
    import re

    with heard.timed("spin"):
        re.fullmatch("(a+)+b", "a" * 60)  # one call that no signal handler of Python interrupts


def _sleep(case: Case, heard: doors.Heard) -> None:
    with heard.timed("sleep"):
        time.sleep(600)


def _slow(case: Case, heard: doors.Heard) -> None:
    with heard.timed("slow"):
        until = time.process_time() + 2.1
        while time.process_time() < until:
            pass


def _hog(case: Case, heard: doors.Heard) -> None:
    with heard.timed("hog"):
        heard.outputs.append(("text", str(len(bytearray(300 * 1024 * 1024)))))


def _glutton(case: Case, heard: doors.Heard) -> None:
    with heard.timed("hog"):
        heard.outputs.append(("text", str(len("x" * 5_000_000_000))))


def _traceback(case: Case, heard: doors.Heard) -> None:
    with heard.timed("raise"):
        raise KeyError("steps")


def _deep(case: Case, heard: doors.Heard) -> None:
    def down(n: int) -> int:
        return 1 + down(n + 1)

    with heard.timed("recursion"):
        down(0)


def _says(kind: str, text: str) -> Any:
    def door(case: Case, heard: doors.Heard) -> None:
        heard.outputs.append((kind, text))

    return door


def _calls(work: Any) -> Any:
    def door(case: Case, heard: doors.Heard) -> None:
        with heard.timed("runs"):
            work()

    return door


def _template() -> None:
    from jinja2 import Environment

    Environment().from_string("{{ 7 * 7 }}").render()


def _yaml_object() -> None:
    import yaml

    yaml.unsafe_load("!!python/object/apply:os.system ['true']")


def _outside() -> None:
    with open("../outside/secret.txt") as file:
        file.read()


#: Each fault, with what the harness must say of it.
PLANTED: dict[str, tuple[Any, str]] = {
    "hang": (_spin, "it hung: its CPU is used up"),
    "hang in C": (_spin_in_c, "it hung: its CPU is used up"),
    "hang that waits": (_sleep, "it hung: its time is over"),
    "slow": (_slow, "slow took 2."),
    "memory": (_hog, "MB"),
    "more memory than there is": (_glutton, "MemoryError"),
    "traceback": (_traceback, "raise: KeyError: 'steps' at"),
    "recursion": (_deep, "RecursionError"),
    "shell": (_calls(lambda: os.system("true")), "os.system"),
    "eval": (_calls(lambda: eval("6 * 7")), "compile of <string>"),  # noqa: S307 - the fault that is to be found
    "template": (_calls(_template), "compile of <template>"),
    "yaml object": (_calls(_yaml_object), "os.system"),
    "outside": (_calls(_outside), "open of "),
    "escape in a terminal": (_says("text", "a\x1b[31mb"), "U+001B stands in the text"),
    "reversal in a page": (_says("html", "<p>a\u202eb</p>"), "U+202E stands in the html"),
    "mark in JSON": (_says("json", '{"shepherd": "check/1", "x": "\u200f"}'), "U+200F stands in the json"),
    "script in a page": (_says("html", "<p><script>alert(1)</script></p>"), "a script of its own"),
    "handler in a page": (_says("html", "<p onclick=x>"), "the attribute onclick"),
    "address in a page": (_says("html", "<a href='java\tscript:x'>"), "leads to"),
    "element in a picture": (_says("svg", "<svg><foreignObject/></svg>"), "the element foreignObject"),
    "broken picture": (_says("svg", "<svg><text>a & b</text></svg>"), "no XML"),
    "open quote in DOT": (_says("dot", 'digraph "a" {\n  "x" [label="a"b", shape=box];\n}\n'), "no line of DOT"),
    "line break in Mermaid": (
        _says("mermaid", 'flowchart LR\n  s_a["x\n  click s_a call y()"]\n'),
        "no line of Mermaid",
    ),
    "formula in CSV": (_says("csv", "a\r\n=1+1\r\n"), "a spreadsheet would work this out"),
    "ragged CSV": (_says("csv", "a,b\r\nc\r\n"), "not of one length"),
    "words from outside": (_says("text", "the-words-outside-the-library"), "words from outside"),
    "no sentence": (
        _says(
            "json",
            '{"shepherd": "check/1", "findings": [{"message": "x", "hint": "", "code": "SHP001", '
            '"line": 1, "column": 1}]}',
        ),
        "no sentence",
    ),
}
CASES = {name: Case(lambda: {"a.yaml": FLOW}, door=f"planted {name}") for name in PLANTED}
doors.DOORS.update({f"planted {name}": door for name, (door, _) in PLANTED.items()})
