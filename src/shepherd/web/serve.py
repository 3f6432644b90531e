"""Serving the pages: one process with threads, which lets what is under way finish when it is told to stop."""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from flask import Flask
from granian.constants import Interfaces
from granian.server.mt import MTServer

from shepherd.desk import Desk, DeskError, Settings
from shepherd.record import called
from shepherd.web.app import create_app
from shepherd.web.demo import Caller, callers, hold_apart, open_tickets
from shepherd.web.guard import is_loopback
from shepherd.web.outage import Outage
from shepherd.web.waking import Waking

log = logging.getLogger("shepherd.web")
THREADS = 16
DRAIN = 10

TICK = 1.0
#: How the names of pages begin that the workshop alone has.
WORKSHOPS = ("workshop", "try")


class CannotServe(DeskError):
    """The address can't be served from."""


def tell(line: str) -> None:
    """Print *line* at once, even into a pipe."""
    print(line, flush=True)  # noqa: T201


class OneProcess(MTServer):
    """
    Granian's threaded server, its one worker a thread of this very process.

    The record has one writer, so a second process must never hold the socket: ``kill`` ends everything at once.
    Granian keeps this server for Python without a global lock; nothing in it needs that, only the check does.
    """

    main_loop_interrupt: Any
    #: What to do at once when the server is told to stop, before it waits for what is under way.
    stopping: Callable[[], None] = staticmethod(lambda: None)

    def _check_gil(self) -> None:
        """Serve with a global lock, too."""

    def signal_handler_interrupt(self, *args: Any, **more: Any) -> None:
        """Stop: tell whoever holds a page open first."""
        self.stopping()
        super().signal_handler_interrupt(*args, **more)  # type: ignore[no-untyped-call]


def serve(settings: Settings, *, demo: bool = False, say: Callable[[str], Any] = tell) -> None:
    """
    Open the desk of *settings* and serve it until SIGTERM or Ctrl-C.

    *demo* gives an empty desk its first tickets, and says on every page that nothing there is real.

    Raises CannotServe where the address can't be had, NotThatRecord where a record is the other kind's, NoneLive where
    the live version can't be read, and what ``Desk.open`` raises.
    """
    port = free_port(settings.host, settings.port)
    desk = Desk.open(settings)
    try:
        desk.live.fresh()
        hold_apart(desk, demo)
        known = callers(desk) if demo else None
        if known:
            open_tickets(desk, known)
        serve_desk(desk, host=settings.host, port=port, say=say, demo=known, where=called(settings.database))
    finally:
        desk.close()


def serve_desk(
    desk: Desk,
    *,
    host: str,
    port: int,
    say: Callable[[str], Any],
    demo: tuple[Caller, ...] | None = None,
    where: str = "",
) -> None:
    """
    Serve *desk* until told to stop, then drain and return; *say* gets the address once it answers.

    *where* is what the log calls its database.
    """
    stopped = threading.Event()
    outage = Outage(where, log.error, lambda: datetime.now(UTC))
    threading.Thread(target=_tick, args=(desk, stopped, say, outage), daemon=True).start()

    def told(line: str) -> None:
        say(line)
        if demo is not None:
            say(f"Nothing in this demo is real. Its record is {where}.")
        with suppress(DeskError):
            live = desk.live.version()
            if live is not None:
                say(f"Version {live.number} is live; what is in the folder of flows is a draft.")

    app = create_app(desk, demo=demo)
    threading.Thread(target=compile_pages, args=(app,), daemon=True).start()
    try:
        serve_app(app, host=host, port=port, say=told, what="Shepherd")
    finally:
        stopped.set()


def serve_app(
    app: Flask,
    *,
    host: str,
    port: int,
    say: Callable[[str], Any],
    what: str,
    stopping: Callable[[], None] | None = None,
) -> None:
    """
    Serve *app* until told to stop, then drain and return; *say* gets the address of *what* once it answers.

    *stopping* is called as soon as the server is told to stop.
    """
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
    server.main_loop_interrupt = woken = Waking()
    if stopping is not None:
        server.stopping = stopping
    shown = f"[{host}]" if ":" in host else host
    line = f"{what} is served at http://{shown}:{port}/ (process {os.getpid()}). Ctrl-C stops it."
    threading.Thread(target=_announce, args=(host, port, lambda: say(line)), daemon=True).start()
    try:
        server.serve(target_loader=lambda: app, wrap_loader=False)
    finally:
        woken.rest()


def compile_pages(app: Flask) -> None:
    """Compile the desk's pages before they are asked for, so that nobody's customer waits for it on the line."""
    for name in app.jinja_env.list_templates(filter_func=lambda name: not name.lstrip("_").startswith(WORKSHOPS)):
        app.jinja_env.get_template(name)


def _tick(desk: Desk, stopped: threading.Event, say: Callable[[str], Any], outage: Outage) -> None:
    """
    Set going what the clock makes due, each second; where a tick fails, *outage* is told, and the next one tries again.

    *say* is told when another version is live.
    """
    before: int | None = None
    while not stopped.wait(TICK):
        try:
            desk.tick()
            live = desk.live.version()
            if live is not None and before not in (None, live.number):
                say(f"Version {live.number} is live now.")
            before = live.number if live is not None else 0
        except Exception as error:
            outage.failed(error)
        else:
            outage.worked()


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
                f"Port {port} of {host} can’t be used ({error}). Stop what uses it, or choose another with --port "
                "(`python3 start.py -- --port PORT`)."
            ) from error
        return int(probe.getsockname()[1])
