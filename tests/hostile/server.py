"""
Runs each case in a process of its own, forked off one that has read all modules, under limits that the kernel keeps.

CPU and memory are what the kernel counted for that process, not what it says of itself. Run as a program this is the
server: a line of JSON asks for a case, a line of JSON gives what came of it. ``Server`` is its client.
"""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.hostile import doors, guard, judge
from tests.hostile.case import FLOW, SECRET, Case

#: What a command may take, in seconds of CPU and megabytes of the whole process.
MOST_SECONDS, MOST_MEGABYTES = 2.0, 256
#: Where the kernel ends it: seconds of CPU, seconds on the clock, megabytes of address space beyond the start.
KILLED_CPU, KILLED_CLOCK, KILLED_SPACE = 20, 120, 768


class Server:
    """A forking server in a process of its own; cases are named by their module and name."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.hostile.server"],
            cwd=guard.ROOT,
            env={**os.environ, "PYTHONPATH": f"{guard.ROOT / 'src'}{os.pathsep}{guard.ROOT}", "NO_COLOR": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, module: str, name: str, *, cpu: int = KILLED_CPU, clock: float = KILLED_CLOCK) -> dict[str, Any]:
        """What came of the case *name* of *module*: ``wrong codes said seconds cpu megabytes``."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"module": module, "name": name, "cpu": cpu, "clock": clock}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, "the server of hostile cases has ended"
        found: dict[str, Any] = json.loads(line)
        return found

    def close(self) -> None:
        """End it."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(30)


def main() -> None:
    """Serve stdin until it is closed."""
    warm()
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    for line in sys.stdin:
        print(json.dumps(serve(json.loads(line))), flush=True)


def warm() -> None:
    """Read every module, and what is read once by each process: schemas, templates, time zones."""
    import shepherd

    for module in pkgutil.walk_packages(shepherd.__path__, "shepherd."):
        if not module.name.endswith("__main__") and ".migrations." not in module.name:
            importlib.import_module(module.name)
    room = Path(tempfile.mkdtemp(prefix="hostile-"))
    doors.lay(Case(lambda: {"a.yaml": FLOW}), room)
    doors.library(Case(dict), doors.Heard())
    os.chdir(guard.ROOT)
    shutil.rmtree(room)


def serve(asked: dict[str, Any]) -> dict[str, Any]:
    """Run one case in a fork, and say what came of it."""
    room = Path(tempfile.mkdtemp(prefix="hostile-"))
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work(asked, room)
            code = 0
        finally:
            os._exit(code)
    try:
        status, used = wait(child, asked["clock"])
        report = room / "report.json"
        found: dict[str, Any] = json.loads(report.read_text()) if report.is_file() else {}
        found.setdefault("wrong", []).extend(ended(status))
        return found | {"cpu": used.ru_utime + used.ru_stime}
    finally:
        shutil.rmtree(room, ignore_errors=True)


def wait(child: int, clock: float) -> tuple[int, resource.struct_rusage]:
    """Wait for *child*, or end it and all that it started when *clock* seconds are over."""
    until = time.monotonic() + clock
    while True:
        found, status, used = os.wait4(child, os.WNOHANG)
        if found:
            return status, used
        left = until - time.monotonic()
        if left <= 0 or signal.sigtimedwait({signal.SIGCHLD}, left) is None:
            os.killpg(child, signal.SIGKILL)
            _, status, used = os.wait4(child, 0)
            return status, used


def ended(status: int) -> list[str]:
    """What is wrong with how a process ended."""
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        why = {signal.SIGXCPU: "it hung: its CPU is used up", signal.SIGKILL: "it hung: its time is over"}
        return [why.get(number, f"it died of signal {number}")]
    return [] if os.WEXITSTATUS(status) == 0 else ["it died"]


def work(asked: dict[str, Any], room: Path) -> None:
    """Be the process of one case: lay its files, send it through its door, and judge what came out."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
    os.setpgid(0, 0)
    library = room / "library"
    library.mkdir()
    (room / "outside").mkdir()
    (room / "outside" / "secret.txt").write_text(SECRET)
    case: Case = importlib.import_module(asked["module"]).CASES[asked["name"]]
    doors.lay(case, library)
    limit(asked["cpu"])
    guard.arm(library)
    heard = doors.send(case)
    guard.rest()
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    wrong = [*heard.wrong, *dict.fromkeys(guard.seen)]
    for kind, text in heard.outputs:
        wrong += judge.wrong(kind, text)
    said = [word for word in case.said if any(word in text for _, text in heard.outputs)]
    report = {
        "wrong": wrong,
        "codes": sorted(heard.codes),
        "said": said,
        "refused": heard.refused,
        "seconds": heard.seconds,
        "megabytes": megabytes,
        "sample": [text[:600] for _, text in heard.outputs],
    }
    (room / "report.json").write_text(json.dumps(report))


def limit(cpu: int) -> None:
    """The limits that the kernel keeps."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    space = pages * resource.getpagesize() + KILLED_SPACE * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (space, space))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 1024 * 1024,) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
