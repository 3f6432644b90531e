"""The doors: each sends a case through the real commands and pages, and gives what came out and what it took."""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

from shepherd.cli.app import run
from tests.hostile.case import Case


class Heard:
    """What came of a case: *outputs* as ``(kind, text)``, *codes* of findings, *seconds* of CPU by command."""

    def __init__(self) -> None:
        self.outputs: list[tuple[str, str]] = []
        self.codes: set[str] = set()
        self.seconds: dict[str, float] = {}
        self.wrong: list[str] = []
        self.refused = False

    @contextlib.contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """Note under *name* the CPU of what is inside, the most if it comes again; an exception is wrong."""
        began = time.process_time()
        try:
            yield
        except BaseException as error:
            last = traceback.extract_tb(error.__traceback__)[-1]
            self.wrong.append(f"{name}: {type(error).__name__}: {str(error)[:200]} at {last.filename}:{last.lineno}")
        finally:
            self.seconds[name] = max(self.seconds.get(name, 0.0), time.process_time() - began)

    def command(self, kind: str, *arguments: str, stdin: bytes = b"") -> tuple[int, str]:
        """Run ``shepherd`` with *arguments*, as in a terminal that takes UTF-8; its exit code, and what it printed."""
        # A name of a file that is no UTF-8 reaches a program as half characters, and the terminal as they were.
        out = io.TextIOWrapper(io.BytesIO(), "utf-8", errors="strict", newline="", write_through=True)
        err = io.TextIOWrapper(io.BytesIO(), "utf-8", errors="backslashreplace", newline="", write_through=True)
        before, sys.stdin = sys.stdin, io.TextIOWrapper(io.BytesIO(stdin), "utf-8")
        code, name = 70, " ".join(arguments[:3])
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), self.timed(name):
            code = run(list(arguments))
        sys.stdin = before
        printed, told = (s.buffer.getvalue().decode() for s in (out, err))  # type: ignore[attr-defined]
        if printed:
            self.outputs.append((kind, printed))
        if told:
            self.outputs.append(("text", told))
        return code, printed


def library(case: Case, heard: Heard) -> None:
    """Check and format the folder, tell its flow and draw it; the scenarios and translations there are read too."""
    code, printed = heard.command("json", "check", "--format", "json", ".")
    read = json.loads(printed) if code in (0, 1) and printed else {"findings": (), "ok": False}
    heard.codes |= {finding["code"] for finding in read["findings"]}
    heard.refused = not read["ok"]
    heard.command("text", "check", ".")
    heard.command("github", "check", "--format", "github", ".")
    heard.command("text", "fmt", "--diff", ".")
    if Path("a.yaml").is_file():
        heard.command("text", "explain", "a", "--library", ".")
        heard.command("json", "explain", "a", "--library", ".", "--format", "json")
    if read["ok"] and Path("a.yaml").is_file():
        for form in ("svg", "mermaid", "dot"):
            heard.command(form, "draw", "a", "--library", ".", "--format", form)
    if any(Path().glob("*.scenarios.yaml")):
        heard.command("text", "test", ".")
        heard.command("json", "test", "--format", "json", ".")


def command(case: Case, heard: Heard) -> None:
    """Run the command line that the case gives."""
    kind, *arguments = case.given
    code, _ = heard.command(kind, *arguments)
    heard.refused = code != 0


def checked(case: Case, heard: Heard) -> None:
    """Only check the folder: for what is large, and is looked at by one command at a time."""
    code, printed = heard.command("json", "check", "--format", "json", ".")
    heard.codes |= {finding["code"] for finding in json.loads(printed)["findings"]} if printed else set()
    heard.refused = code != 0


def typed(case: Case, heard: Heard) -> None:
    """Answer the question of the flow with every text and shape there is; each is taken, or refused with a sentence."""
    from tests.hostile.typed import SHAPES, TEXTS

    library(case, heard)
    for value in (*TEXTS, *SHAPES):
        answers = json.dumps({"answers": {"hello": [value]}}).encode()
        for form in ("text", "json"):
            arguments = ["run", "a", "--library", ".", "--answers", "-", *(["--json"] if form == "json" else [])]
            code, _ = heard.command(form, *arguments, stdin=answers)
            if code not in (0, 1, 2):
                heard.wrong.append(f"run ends with {code} for {str(value)[:40]!r}")


def shown(case: Case, heard: Heard) -> None:
    """The library's commands, and its pages over a desk of its own: the list of flows, the flow, its pictures."""
    library(case, heard)
    if heard.refused:
        return
    with heard.timed("pages"), desk() as tab:
        for path in ("/flows", "/flows/a", "/start"):
            heard.outputs.append(("html", tab(path)))
        for form, kind in (("svg", "svg"), ("mermaid", "mermaid"), ("dot", "dot")):
            heard.outputs.append((kind, tab(f"/flows/a/picture.{form}")))


@contextlib.contextmanager
def desk() -> Iterator[Callable[[str], str]]:
    """A desk over the folder, as the page of each address."""
    from urllib.parse import quote

    from shepherd.desk import Desk, Settings
    from shepherd.web.app import create_app

    opened = Desk.open(Settings(Path(), "sqlite:///desk.db", "keys.db", "127.0.0.1", 8321))
    client = create_app(opened).test_client()
    client.set_cookie("shepherd_who", quote('{"name": "maria", "role": "agent"}'), domain="localhost")

    def tab(path: str) -> str:
        reply = client.get(path, headers={"Host": "localhost"}, follow_redirects=True)
        if reply.status_code >= 500:
            raise AssertionError(f"{path} gives {reply.status_code}")
        return reply.get_data(as_text=True)

    try:
        yield tab
    finally:
        opened.close()


DOORS: dict[str, Callable[[Case, Heard], None]] = {
    "library": library,
    "command": command,
    "checked": checked,
    "typed": typed,
    "shown": shown,
}


def send(case: Case) -> Heard:
    """Send *case* through its door; the folder of its files is the current one."""
    heard = Heard()
    with heard.timed("door"):
        DOORS[case.door](case, heard)
    heard.seconds.pop("door")
    return heard


def lay(case: Case, folder: Path) -> None:
    """Make the files of *case* in *folder*."""
    for name, made in case.files().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if callable(made):
            made(path)
        elif isinstance(made, str):
            path.write_bytes(made.encode("utf-8"))
        else:
            path.write_bytes(made)
    os.chdir(folder)
