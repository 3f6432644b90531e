"""What the main thread of a server waits for: woken by a signal whenever it comes, and without a lock."""

from __future__ import annotations

import os
import signal
from contextlib import suppress


class Waking:
    """
    In the place of a ``threading.Event`` that a signal's handler sets, for one waiting main thread.

    Python runs such a handler in the main thread, between two of its steps. A signal that comes as that thread is about
    to wait on an event, or is given to another thread, is handled only when something else wakes it; and a handler that
    comes in the middle of ``wait`` finds the event's lock taken by its own thread. Here the signal itself writes into
    the pipe that is waited on (``signal.set_wakeup_fd``).
    """

    def __init__(self) -> None:
        self._there, self._here = os.pipe()
        os.set_blocking(self._here, False)
        signal.set_wakeup_fd(self._here, warn_on_full_buffer=False)
        self._set = False

    def set(self) -> None:
        """Let ``wait`` return."""
        self._set = True
        with suppress(BlockingIOError):  # full: it is awake already
            os.write(self._here, b"\0")

    def clear(self) -> None:
        """Wait anew from now on."""
        self._set = False

    def is_set(self) -> bool:
        """Whether ``wait`` would return at once."""
        return self._set

    def wait(self) -> bool:
        """Return once ``set`` was called."""
        while not self._set:
            os.read(self._there, 512)
        return True

    def rest(self) -> None:
        """Leave signals alone again. The pipe stays: ``set``, called late, must not write into what got its number."""
        signal.set_wakeup_fd(-1)
