"""Which lines a call goes through: jumps from line to line, seen by the interpreter's own tracing."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from types import CodeType, FrameType
from typing import Any

TIRED, SELDOM = 400, 24


class Lines:
    """
    The jumps (code, from line, to line) that were ever taken in *files*.

    A function that showed nothing new for long is watched only now and then, as watching makes it ten times slower.
    """

    def __init__(self, files: frozenset[str]):
        self.files = files
        self.jumps: set[tuple[CodeType, int, int]] = set()
        self.calls: Counter[CodeType] = Counter()

    def watch(self, call: Callable[[], Any]) -> tuple[Any, bool]:
        """What *call* gives, and whether it took a jump that nothing took before."""
        before = len(self.jumps)
        sys.settrace(self._called)
        try:
            made = call()
        finally:
            sys.settrace(None)
        return made, len(self.jumps) > before

    @property
    def reached(self) -> int:
        """How many lines were ever reached."""
        return len({(code.co_filename, line) for code, _, line in self.jumps})

    def _called(self, frame: FrameType, event: str, given: Any) -> Any:
        code = frame.f_code
        if code.co_filename not in self.files:
            return None
        self.calls[code] += 1
        count = self.calls[code]
        if count > TIRED and count % SELDOM:
            return None
        jumps, calls, last = self.jumps, self.calls, 0

        def local(frame: FrameType, event: str, given: Any) -> Any:
            nonlocal last
            if event == "line":
                line = frame.f_lineno
                jump = (code, last, line)
                if jump not in jumps:
                    jumps.add(jump)
                    calls[code] = 0
                last = line
            return local

        return local
