"""Serving the pages: one process with threads, which lets what is under way finish when it is told to stop."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

from granian.constants import Interfaces
from granian.server.mt import MTServer

from shepherd.desk import Desk
from shepherd.web.app import create_app
from shepherd.web.guard import is_loopback

THREADS = 16
DRAIN = 10


class CannotServe(Exception):
    """The address can't be served from; the message says why, and what to do."""


class OneProcess(MTServer):
    """
    Granian's threaded server, its one worker a thread of this very process.

    The record has one writer, so a second process must never hold the socket: ``kill`` ends everything at once.
    Granian keeps this server for Python without a global lock; nothing in it needs that, only the check does.
    """

    def _check_gil(self) -> None:
        """Serve with a global lock, too."""


def serve(desk: Desk, *, host: str = "127.0.0.1", port: int = 8321, say: Callable[[str], Any] = print) -> None:
    """
    Serve *desk* until SIGTERM or Ctrl-C, then drain and return; *say* gets the address once it answers.

    Port 0 takes a free one. Raises CannotServe.
    """
    port = free_port(host, port)
    app = create_app(desk)
    server = OneProcess(
        "shepherd",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=THREADS,
        backpressure=1024,
        websockets=False,
        log_enabled=False,
        workers_kill_timeout=DRAIN,
    )
    shown = f"[{host}]" if ":" in host else host
    line = f"Shepherd is served at http://{shown}:{port}/ (process {os.getpid()}). Ctrl-C stops it."
    threading.Thread(target=_announce, args=(host, port, lambda: say(line)), daemon=True).start()
    server.serve(target_loader=lambda: app, wrap_loader=False)


def _announce(host: str, port: int, say: Callable[[], Any]) -> None:
    """Tell the address as soon as it really answers."""
    for _ in range(500):
        try:
            socket.create_connection((host, port), 1).close()
        except OSError:
            time.sleep(0.02)
        else:
            say()
            return


def free_port(host: str, port: int) -> int:
    """
    The port to serve at, a free one for 0.

    Granian shares its socket with whoever asks, so a second server at the same port would quietly take half of the
    requests; an ordinary socket finds out first.
    """
    if not is_loopback(host):
        raise CannotServe(
            f"Without sign-in the pages are served on this machine only. Use --host 127.0.0.1 instead of {host}."
        )
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except (OSError, OverflowError) as error:
            raise CannotServe(
                f"Port {port} of {host} can’t be used ({error}). Stop what uses it, or choose another with --port."
            ) from error
        return int(probe.getsockname()[1])
