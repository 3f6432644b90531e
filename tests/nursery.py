"""
Starts processes that have read their modules and the shipped flows already, forked before anything is opened.

Reading takes most of a start: campaigns of hundreds of kills and pages of commands would spend their time there. Each
process is one of its own, with its own files, and ends by itself; what it reads is kept by name and content, so that a
file that differs is read anew.

As a program: a line of JSON
``{"out": …, "err": …, "folder": …, "env": {…}, "call": "module:function", "args": […]}`` on
stdin starts one, and its number is printed; ``{"ended": NUMBER}`` waits for it, and prints the code that it ended with.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import pkgutil
import re
import subprocess
import sys
import threading
import time
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 60


def environment(**more: str) -> dict[str, str]:
    """The environment of a process: nothing of ``SHEPHERD_*`` but what is given."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("SHEPHERD_")}
    return env | {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"} | more


class Nursery:
    """The program, asked from a test."""

    def __init__(self) -> None:
        self._asked = threading.Lock()
        self._parent = subprocess.Popen(
            [sys.executable, "-m", "tests.nursery"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env=environment(),
            text=True,
        )

    def start(
        self, call: str, args: list[str], *, folder: Path, out: Path, err: Path, env: dict[str, str] | None = None
    ) -> int:
        """Start *call* in *folder*, its output in the files *out* and *err*; its number."""
        files = {"out": str(out), "err": str(err), "folder": str(folder)}
        return self._ask({**files, "env": env or {}, "call": call, "args": args})

    def ended(self, process: int) -> int:
        """Wait for *process*; the code that it ended with."""
        return self._ask({"ended": process})

    def close(self) -> None:
        """End the program; what it started has ended, or is killed by whoever started it."""
        assert self._parent.stdin is not None
        self._parent.stdin.close()
        self._parent.wait(timeout=10)

    def _ask(self, asked: dict[str, object]) -> int:
        assert self._parent.stdin is not None
        assert self._parent.stdout is not None
        with self._asked:
            print(json.dumps(asked), file=self._parent.stdin, flush=True)
            return int(self._parent.stdout.readline())


@cache
def nursery() -> Nursery:
    """The one nursery of this process."""
    made = Nursery()
    atexit.register(made.close)
    return made


def alive(process: int) -> bool:
    """Whether *process* runs still; one that waits to be reaped has let go of its files."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in ("Z", "X")


def port_told(process: int, out: Path, err: Path) -> int:
    """The port of the address that *process* tells in *out* once it serves."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        ended = not alive(process)
        found = re.search(rb"http://127\.0\.0\.1:(\d+)", out.read_bytes()) if out.exists() else None
        if found:
            return int(found[1])
        assert not ended, f"The server has ended. {err.read_text('utf-8')[-2000:]}"
        time.sleep(0.01)
    raise AssertionError(f"The server told no address within {START_SECONDS} s.")


# --- the program ---------------------------------------------------------------------------------


def main() -> None:
    """Start what stdin asks for, until it is closed."""
    import shepherd
    from shepherd.flow.draft import read_draft
    from shepherd.flow.memory import readings_kept

    names = [m.name for m in pkgutil.walk_packages(shepherd.__path__, "shepherd.")]
    for name in (*names, "tests.faults.faulty_server"):
        if not name.endswith("__main__") and ".migrations" not in name:
            importlib.import_module(name)
    with readings_kept():
        read_draft(ROOT / "flows")
        assert threading.active_count() == 1
        gc.freeze()
        for line in sys.stdin:
            print(answered(json.loads(line)), flush=True)


def answered(asked: dict[str, Any]) -> int:
    """The number of the process that was *asked* for, or the code that it ended with."""
    if "ended" in asked:
        return os.waitstatus_to_exitcode(os.waitpid(asked["ended"], 0)[1])
    child = os.fork()
    if child == 0:
        become(asked)
    return child


def become(asked: dict[str, Any]) -> None:
    """Be the process that was asked for."""
    for target, name in ((1, "out"), (2, "err")):
        os.dup2(os.open(asked[name], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), target)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.chdir(asked["folder"])
    os.environ.update(asked["env"])
    module, _, function = asked["call"].partition(":")
    sys.argv = [module, *asked["args"]]
    code = 1
    try:
        code = getattr(importlib.import_module(module), function)() or 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
