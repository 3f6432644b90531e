"""Watches what Python itself does: that nothing of a case is run as code, and nothing outside the library is read."""

from __future__ import annotations

import os
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
#: Events by which a process starts another, loads foreign code, or speaks to the network.
FORBIDDEN = (
    "os.system",
    "os.exec",
    "os.fork",
    "os.forkpty",
    "os.posix_spawn",
    "os.spawn",
    "subprocess.Popen",
    "pty.spawn",
    "ctypes.dlopen",
    "socket.connect",
    "socket.getaddrinfo",
    "socket.gethostbyname",
    "socket.bind",
    "urllib.Request",
)
#: What no expression may ever come to.
NEVER = frozenset("eval exec compile open input getattr setattr globals locals vars breakpoint os sys".split())
_OWN = tuple(
    str(Path(p).resolve()) + os.sep
    for p in (sys.prefix, sys.base_prefix, sysconfig.get_paths()["stdlib"], ROOT, "/usr/share/zoneinfo")
)
_OURS = (str(ROOT / "src") + os.sep, str(ROOT / "tests") + os.sep)
_FREE = frozenset(["/dev/null", "/etc/localtime", "/proc/self/statm", "/proc/self/status"])

seen: list[str] = []
_room: list[str] = []


def arm(room: Path) -> None:
    """From now on, note what goes beyond *room*, the folder of the case, and the program's own files."""
    seen.clear()
    _room.append(str(room.resolve()) + os.sep)


def rest() -> None:
    """Note nothing more: what comes now is the judging."""
    _room.clear()


def _own(name: object) -> bool:
    return isinstance(name, str) and name.startswith(_OWN)


def _hook(event: str, args: tuple[object, ...]) -> None:
    if not _room:
        return
    if event in FORBIDDEN:
        seen.append(event)
    elif event == "exec":
        name = getattr(args[0], "co_filename", "")
        if name == "<expression>" and _by_the_compiler():
            seen.extend(f"an expression reads {word}" for word in _words(args[0]) if word in NEVER or "__" in word)
        elif not _own(name) and (name == "<template>" or not _by_a_library()):
            seen.append(f"exec of {name}")
    elif event == "compile":
        if args[1] == "<expression>" and _by_the_compiler():
            return
        if not _own(args[1]) and (args[1] == "<template>" or not _by_a_library()):
            seen.append(f"compile of {args[1]}")
    elif event == "open":
        _opened(args[0])


def _by_the_compiler() -> bool:
    """Whether the language's own compiler makes code, of a tree that has been checked."""
    return sys._getframe(2).f_code.co_filename == str(ROOT / "src" / "shepherd" / "flow" / "compile.py")


def _words(code: object) -> tuple[str, ...]:
    """The names that *code* reads, below too."""
    inner = (_words(part) for part in getattr(code, "co_consts", ()) if hasattr(part, "co_names"))
    return (*getattr(code, "co_names", ()), *(word for words in inner for word in words))


def _by_a_library() -> bool:
    """Whether the standard library or a dependency makes code for itself: a dataclass, a named tuple."""
    name = sys._getframe(2).f_code.co_filename
    return name.startswith("<frozen") or (_own(name) and not name.startswith(_OURS))


def _opened(path: object) -> None:
    if isinstance(path, bytes):
        path = os.fsdecode(path)
    if not isinstance(path, str) or path in _FREE:
        return
    real = os.path.realpath(path)
    if not real.startswith((*_OWN, *_room)):
        seen.append(f"open of {real}")


sys.addaudithook(_hook)
