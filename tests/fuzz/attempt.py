"""One input given to one parser: in its time, twice with the same result, and nothing raised that is not foreseen."""

from __future__ import annotations

import hashlib
import re
import resource
import signal
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from tests.fuzz.lines import Lines
from tests.fuzz.parser import SOURCE, Broken, Parser, forget

#: Seconds of CPU that one input may take, and kilobytes by which it may make the process grow.
LONGEST = 2.0
LARGEST = 256 * 1024
HUNG = 20


class Failure(NamedTuple):
    """A promise that is broken: *what* is the same for all inputs that break it alike, *why* is told."""

    what: str
    why: str
    data: bytes


class Result(NamedTuple):
    """What came of an input: its outcome as text, a failure or None, and whether it reached a new line."""

    outcome: str
    failure: Failure | None
    new: bool


class Hung(BaseException):
    """An input is read for much longer than it may be."""


@contextmanager
def bounded() -> Iterator[None]:
    """Within, what takes more than HUNG seconds of CPU is interrupted."""

    def stop(number: int, frame: Any) -> None:
        raise Hung

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, HUNG)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def attempt(parser: Parser, data: bytes, lines: Lines | None = None, *, twice: bool = True) -> Result:
    """Give *data* to *parser*, the second time watched by *lines*."""
    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    outcome, failure, took = _timed(parser, data)
    if failure is None and took > LONGEST:  # the first of all inputs also pays for what is read once
        outcome, failure, took = _timed(parser, data)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - size
    if failure is None and took > LONGEST:
        failure = Failure("slow", f"{took:.1f} s", data)
    if failure is None and grown > LARGEST:
        failure = Failure("large", f"{grown // 1024} MB", data)
    if failure is not None or not twice:
        return Result(outcome, failure, False)
    forget()
    (again, failure), new = lines.watch(lambda: _read(parser, data)) if lines else (_read(parser, data), False)
    if failure is None and again != outcome:
        at = next((i for i, (a, b) in enumerate(zip(outcome, again, strict=False)) if a != b), 0)
        why = f"{outcome[max(0, at - 60) : at + 60]!r}, then {again[max(0, at - 60) : at + 60]!r}"
        failure = Failure("two results of one input", why, data)
    return Result(outcome, failure, new)


def _timed(parser: Parser, data: bytes) -> tuple[str, Failure | None, float]:
    forget()
    began = time.process_time()
    outcome, failure = _read(parser, data)
    return outcome, failure, time.process_time() - began


def _read(parser: Parser, data: bytes) -> tuple[str, Failure | None]:
    try:
        with bounded():
            return parser.read(data), None
    except Broken as broken:
        return "", Failure(str(broken).partition(":")[0], str(broken), data)
    except Hung:
        return "", Failure("slow", f"more than {HUNG} s", data)
    except Exception as error:
        return "", Failure(_where(error), "".join(traceback.format_exception(error)[-4:]), data)


def _where(error: BaseException) -> str:
    """The kind of *error*, and the innermost line of the product in which it came up."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename.startswith(str(SOURCE))]
    inner = frames[-1] if frames else traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {inner.filename.rpartition('/')[2]} {inner.name}"


def digest(parser: Parser, data: bytes) -> str:
    """A short mark of what comes of *data*, to be compared with that of another process."""
    result = attempt(parser, data, twice=False)
    return hashlib.sha256((result.outcome or str(result.failure)).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def named(failure: Failure) -> str:
    """A file's name for the input of *failure*."""
    words = re.sub(r"[^a-z0-9]+", "-", failure.what.lower()).strip("-")[:50]
    return f"{words}-{hashlib.sha256(failure.data).hexdigest()[:8]}"
