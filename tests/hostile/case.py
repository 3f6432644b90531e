"""What a hostile case is: files, what has to be said of them, and the doors through which they are sent."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

#: What a file is made of: its bytes, its text, or something that is made at its place (a link, a pipe, a folder).
Made: TypeAlias = bytes | str | Callable[[Path], object]
Files: TypeAlias = Mapping[str, Made]

HEAD = "flow: a\ntitle: T\ncategory: orders\nversion: 1\noutcomes: {ok: {resolves: true}}\n"
STEPS = "steps:\n  hello:\n    say: Hello.\n  done: {end: ok}\n"
FLOW = HEAD + STEPS
#: Whether everything is tried, at its full size; else the heavy cases are left out, and many is fewer.
WHOLE = os.environ.get("SHEPHERD_HOSTILE") == "whole"
MANY = 5000 if WHOLE else 250
#: Stands in a file outside the library, which no output may ever hold.
SECRET = "the-words-outside-the-library"


@dataclass(frozen=True, slots=True)
class Case:
    """
    One attack. *files* makes the library (the flow ``a`` is looked at most closely), by names relative to its folder.

    *said* holds the codes of findings that must come, and words that some output must have. Where it has no code, no
    error may be found. *door* names the function in ``doors.py`` that sends the case through the product; *given* is
    what that door needs beside the files. A *heavy* one takes about a second of CPU, and is sent only if WHOLE.
    """

    files: Callable[[], Files]
    said: tuple[str, ...] = ()
    door: str = "library"
    given: tuple[str, ...] = ()
    heavy: bool = False


def of(
    files: Callable[[], Files] | bytes | str,
    *said: str,
    door: str = "library",
    given: tuple[str, ...] = (),
    heavy: bool = False,
) -> Case:
    """A case of *files*, or of the one file ``a.yaml``."""
    if isinstance(files, (bytes, str)):
        text = files
        return Case(lambda: {"a.yaml": text}, said, door, given, heavy)
    return Case(files, said, door, given, heavy)


def block(key: str, text: str, indent: int) -> str:
    """*key* with *text* as it is, as a block of YAML."""
    body = textwrap.indent(text, " " * (indent + 2), lambda line: True)
    return f"{' ' * indent}{key}: |2-\n{body}\n"


def words(text: str) -> str:
    """The flow ``a``, whose first step says *text*."""
    return FLOW.replace("    say: Hello.\n", block("say", text, 4))


def quoted(text: str) -> str:
    """The flow ``a``, whose first step says *text*, each character that is no plain one as a YAML escape."""
    escaped = "".join(
        c if c.isascii() and c.isalnum() else f"\\U{ord(c):08X}" if ord(c) > 0xFFFF else f"\\u{ord(c):04X}"
        for c in text
    )
    return FLOW.replace("Hello.", f'"{escaped}"')


def value(
    expression: str, *, inputs: str = "n: integer, t: text, d: date, m: money, l: {type: many, options: [p, q]}"
) -> str:
    """The flow ``a`` with the value ``x`` worked out by *expression*, over an input of many types, and shown."""
    return (
        HEAD
        + f"inputs: {{{inputs}}}\nvalues:\n"
        + block("x", expression, 2)
        + STEPS.replace("say: Hello.", "say: |\n      It is {{ x }}.")
    )
