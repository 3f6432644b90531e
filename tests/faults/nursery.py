"""
Starts processes that have read their modules already: a fresh process for each, forked before anything is opened.

Reading the modules takes most of a start. A campaign of hundreds of kills would spend its time there, not in serving.
A line of JSON ``{"out": …, "err": …, "folder": …, "env": {…}, "call": "module:function", "args": […]}`` on stdin starts
one; its number is printed. A child that ended is reaped when the next one is started. With ``"wait": true`` it is
waited for, and the code that it ended with is printed in place of its number.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import threading
from typing import Any

import shepherd.web.serve  # noqa: F401 - read before the fork


def main() -> None:
    """Start what stdin asks for, until it is closed."""
    for name in sys.argv[1:]:
        importlib.import_module(name)
    assert threading.active_count() == 1
    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if child == 0:
            become(asked)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) if asked.get("wait") else child, flush=True)
        reap()


def reap() -> None:
    """Let go of the children that have ended."""
    while True:
        try:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                return
        except ChildProcessError:
            return


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
