"""Files: ways out of the folder, links, pipes, devices, folders named as files, and names that steer."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from tests.hostile.case import FLOW, HEAD, STEPS, Case, of


def _link(target: str) -> Callable[[Path], object]:
    return lambda path: path.symlink_to(target)


def _mode(mode: int, text: str) -> Callable[[Path], object]:
    def make(path: Path) -> None:
        path.write_text(text)
        path.chmod(mode)

    return make


def _rows(file: str) -> str:
    table = f"inputs: {{n: text}}\ntables:\n  t:\n    by: {{k: n}}\n    gives: {{v: text}}\n    rows_from: {file}\n"
    return HEAD + table + STEPS


def _connector(file: str) -> str:
    return (
        f"connectors:\n  c:\n    kind: table\n    file: {file}\n    key: id\n    operations:\n"
        "      get: {reads: true, inputs: {id: text}, results: {ok: {v: text}, not_found: {}}}\n"
    )


#: Where rows_from and a connector's file may not lead; none of them is read.
OUTSIDE = {
    "one folder up": "../outside/secret.txt",
    "up and down again": "x/../../outside/secret.txt",
    "from the root": "/etc/passwd",
    "a device without an end": "/dev/zero",
    "a device of chance": "/dev/random",
    "the terminal": "/dev/tty",
    "the process itself": "/proc/self/environ",
    "its memory": "/proc/self/mem",
    "a home": "~/.ssh/id_rsa",
    "a variable": "$HOME/x.csv",
    "an address": "http://x.invalid/t.csv",
    "an address of a file": "file:///etc/passwd",
    "backslashes": "'..\\..\\outside\\secret.txt'",
    "a drive": "'C:\\Windows\\win.ini'",
    "a share": "'\\\\x.invalid\\share'",
    "percent signs": "x%2f%2e%2e%2fsecret.txt",
    "the folder itself": "'.'",
    "the folder above": "'..'",
    "4000 letters": "x" * 4000,
    "a thousand folders": "x/" * 1000 + "t.csv",
    "a link that leads out": "out.csv",
    "a link to itself": "loop.csv",
    "a pipe": "pipe.csv",
    "a folder named as a file": "folder.csv",
}


def _laid(name: str, text: str) -> dict[str, object]:
    return {
        name: text,
        "out.csv": _link("../outside/secret.txt"),
        "loop.csv": _link("loop.csv"),
        "pipe.csv": os.mkfifo,
        "folder.csv": Path.mkdir,
    }


CASES: dict[str, Case] = {}
#: What is found first where it is not that such a name can't stand there (rows), or that there is no such file.
ROWS = dict.fromkeys(("a link that leads out", "a link to itself"), "SHP115")
ROWS |= dict.fromkeys(("a variable", "a pipe", "a folder named as a file"), "SHP116")
FILES = dict.fromkeys(("4000 letters", "a thousand folders"), "SHP113")
FILES |= dict.fromkeys(
    ("one folder up", "up and down again", "from the root", "the folder above", *list(OUTSIDE)[3:8], *list(ROWS)[:2]),
    "SHP115",
)
for _name, _file in OUTSIDE.items():
    CASES[f"rows from {_name}"] = of(
        lambda file=_file: _laid("a.yaml", _rows(file)),  # type: ignore[misc]
        ROWS.get(_name, "SHP113"),
    )
    CASES[f"connector of {_name}"] = of(
        lambda file=_file: {**_laid("connectors.yaml", _connector(file)), "a.yaml": FLOW},  # type: ignore[misc]
        FILES.get(_name, "SHP116"),
    )
CASES |= {
    "a flow that is a link out": of(lambda: {"a.yaml": FLOW, "b.yaml": _link("../outside/secret.txt")}, "SHP115"),
    "a flow that is a link to a device": of(lambda: {"a.yaml": FLOW, "b.yaml": _link("/dev/zero")}),
    "a flow that is a link to itself": of(lambda: {"a.yaml": FLOW, "b.yaml": _link("b.yaml")}),
    "a flow that is a link to nothing": of(lambda: {"a.yaml": FLOW, "b.yaml": _link("nothing.yaml")}),
    "a folder that is a link to the root": of(lambda: {"a.yaml": FLOW, "root": _link("/")}),
    "a folder that is a link to itself": of(lambda: {"a.yaml": FLOW, "sub/back": _link("..")}),
    "a folder named as a flow": of(lambda: {"a.yaml": FLOW, "b.yaml": Path.mkdir}),
    "a pipe named as a flow": of(lambda: {"a.yaml": FLOW, "b.yaml": os.mkfifo}),
    "hidden files": of(lambda: {"a.yaml": FLOW, ".b.yaml": "nonsense", ".git/c.yaml": "nonsense"}),
    "a file that may not be read": of(lambda: {"a.yaml": FLOW, "b.yaml": _mode(0o000, "flow: b\n")}, "SHP106"),
    "200 folders deep": of(lambda: {"a.yaml": FLOW, "d/" * 200 + "b.yaml": FLOW.replace("flow: a", "flow: b")}),
    "a name with an escape": of(lambda: {"a.yaml": FLOW, "b\x1b[31m.yaml": "flow: b\n"}, "SHP106", "<U+001B>"),
    "a name with a reversal": of(lambda: {"a.yaml": FLOW, "b\u202elmay.yaml": "flow: b\n"}, "SHP106", "<U+202E>"),
    "a name with a line break": of(lambda: {"a.yaml": FLOW, "b\n::error::x.yaml": "flow: b\n"}, "SHP106"),
    "a name that is no text": of(lambda: {"a.yaml": FLOW, os.fsdecode(b"b\xff.yaml"): "flow: b\n"}, "SHP106"),
    "a name with markup": of(lambda: {"a.yaml": FLOW, "<b onload=x>.yaml": "flow: b\n"}, "SHP106"),
    "a name of blanks": of(lambda: {"a.yaml": FLOW, "   .yaml": "flow: b\n"}, "SHP106"),
    "an answer file that is a device": of(
        FLOW, "no file", door="command", given=("text", "run", "a", "--library", ".", "--answers", "/dev/zero")
    ),
    "an answer file that is a pipe": of(
        lambda: {"a.yaml": FLOW, "p": os.mkfifo},
        "no file",
        door="command",
        given=("text", "run", "a", "--library", ".", "--answers", "p"),
    ),
    "a flow named by a path": of(
        FLOW, "There is no flow", door="command", given=("text", "draw", "../../etc/passwd", "--library", ".")
    ),
    "a flow named with an escape": of(
        FLOW, "There is no flow", door="command", given=("text", "explain", "\x1b[2Jx", "--library", ".")
    ),
    "a flow named by a reversal": of(
        FLOW, "<U+202E>", door="command", given=("text", "run", "\u202ex", "--library", ".", "--answers", "-")
    ),
    "a folder named with an escape": of(FLOW, "<U+001B>", door="command", given=("text", "check", "\x1b]0;x\x07")),
    "a code named with an escape": of(FLOW, "<U+009B>", door="command", given=("text", "rule", "\x9b31m")),
    "a language that is a path": of(
        FLOW, "no language tag", door="command", given=("text", "translate", "a", "../../x", "--library", ".")
    ),
    "a new flow outside": of(FLOW, door="command", given=("text", "new", "../outside/x", "--library", ".")),
    "a folder that is a file": of(
        FLOW, "no folder", door="command", given=("text", "explain", "a", "--library", "a.yaml")
    ),
}
