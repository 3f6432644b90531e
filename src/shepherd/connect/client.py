"""
The one way by which anything is asked over HTTP: a judged address, no redirects, no proxies, limits on all of it.

    base = Base.read("https://crm.example.com/api", inside=False)
    answer = exchange(base, Request("GET", "/customers/C-1", {}), Limits(), inside=False)

Every exchange has its own connection, so that a change is never sent into one that the other side has closed already.
"""

from __future__ import annotations

import http.client
import logging
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from types import TracebackType
from typing import NamedTuple

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.response import HTTPResponse

from shepherd.connect.addresses import Target, Unreachable, look_up
from shepherd.connect.base import Base

MOST_SENT = 256 * 1024
PIECE = 64 * 1024
# What urllib3 says of a strange head names the path that was asked for, and a path may name a customer.
logging.getLogger("urllib3.connection").addFilter(lambda record: False)


class NoAnswer(Exception):
    """
    Nothing came back that can be used; the sentence says why, and bears no values.

    *sent*: the request, or part of it, was on its way, so that a change may have been made. *again*: another try may
    well succeed.
    """

    def __init__(self, sentence: str, *, sent: bool, again: bool = False):
        super().__init__(sentence)
        self.sentence, self.sent, self.again = sentence, sent, again
        self.tries = 1


class NotMade(NoAnswer):
    """Nothing was asked, for a reason that lies here and says nothing about the other system."""


class Limits(NamedTuple):
    """Seconds for the connection, the reply's head, its body, and for everything; bytes of a reply once unpacked."""

    connect: float = 2.0
    head: float = 8.0
    body: float = 8.0
    total: float = 8.0
    reply: int = 1024 * 1024


class Request(NamedTuple):
    """What is asked: *path* is encoded and begins with a slash, *body* is JSON."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes | None = None


class Answer(NamedTuple):
    """What came back; header names are in small letters, *body* is as it was sent, packed or not."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def exchange(base: Base, request: Request, limits: Limits, *, inside: bool) -> Answer:
    """Ask *base* for *request* and give its whole answer, or raise NoAnswer."""
    until = time.monotonic() + limits.total
    if len(request.body or b"") + len(request.path) > MOST_SENT:
        raise NotMade(f"the request is larger than {MOST_SENT // 1024} kB", sent=False)
    connection = _connected(base, min(limits.connect, limits.total), inside)
    try:
        return _asked(connection, base, request, limits, until)
    finally:
        connection.close()


# --- connecting ------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def trust() -> ssl.SSLContext:
    """Certificates of the system's authorities, or of those in the file that ``SSL_CERT_FILE`` names; names checked."""
    return ssl.create_default_context()


def _connected(base: Base, seconds: float, inside: bool) -> HTTPConnection:
    """A connection to a judged address of *base*."""
    until = time.monotonic() + seconds
    try:
        targets = look_up(base.host, base.port, inside=inside, seconds=seconds)
    except Unreachable as error:
        raise NoAnswer(str(error), sent=False) from None
    trouble = NoAnswer("there was no connection in time", sent=False, again=True)
    for number, target in enumerate(targets):
        left = (until - time.monotonic()) / (len(targets) - number)
        if left <= 0:
            break
        connection = _connection(base, target, left)
        try:
            connection.connect()
            return connection
        except (OSError, HTTPError, ValueError) as error:
            connection.close()
            trouble = NoAnswer(_why_none(error), sent=False, again=not _untrusted(error))
    raise trouble


def _connection(base: Base, target: Target, seconds: float) -> HTTPConnection:
    address = str(target.address[0])
    if base.scheme == "http":
        return HTTPConnection(address, base.port, timeout=seconds)
    return HTTPSConnection(
        address,
        base.port,
        timeout=seconds,
        ssl_context=trust(),
        server_hostname=base.host,
    )


def _untrusted(error: BaseException) -> bool:
    return any(isinstance(e, ssl.SSLCertVerificationError) for e in (error, *error.args))


def _why_none(error: BaseException) -> str:
    if _untrusted(error):
        return "its certificate is not trusted"
    if isinstance(error, TimeoutError) or "Timeout" in type(error).__name__:
        return "there was no connection in time"
    return "there was no secure connection" if isinstance(error, ssl.SSLError) else "there was no connection"


class Cut:
    """Within it, whatever is done on a socket ends after some seconds, however slowly its bytes drip."""

    def __init__(self, sock: socket.socket, seconds: float):
        self._sock = sock
        self.over = False
        self._timer = threading.Timer(max(seconds, 0.001), self._end)
        self._timer.daemon = True

    def __enter__(self) -> Cut:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()

    def _end(self) -> None:
        self.over = True
        with suppress(OSError):
            # Not the method of an encrypted socket: that one would take the encryption off first.
            socket.socket.shutdown(self._sock, socket.SHUT_RDWR)


# --- asking ----------------------------------------------------------------------------------------


def _asked(connection: HTTPConnection, base: Base, request: Request, limits: Limits, until: float) -> Answer:
    connection.timeout = max(until - time.monotonic(), 0.001)
    # The head's reader lets go of the connection where the other side closes; its socket stays open for the body.
    sock = connection.sock
    assert isinstance(sock, socket.socket)
    with Cut(sock, min(limits.head, until - time.monotonic())) as cut:
        try:
            response = _head(connection, base, request)
        except (OSError, HTTPError, http.client.HTTPException, ValueError) as error:
            raise _lost(error, cut, "there was no answer in time") from None
    if cut.over:
        raise NoAnswer("there was no answer in time", sent=True)
    headers = {name.lower(): value for name, value in response.headers.items()}
    with Cut(sock, min(limits.body, until - time.monotonic())) as cut:
        try:
            body = _body(response, limits.reply)
        except (OSError, HTTPError, http.client.HTTPException, ValueError) as error:
            raise _lost(error, cut, "the reply did not end in time") from None
        finally:
            response.close()
    if cut.over:
        raise NoAnswer("the reply did not end in time", sent=True)
    if not body and response.status not in (204, 304) and not {"content-length", "transfer-encoding"} & headers.keys():
        # A head that is cut off reads like one that ends.
        raise NoAnswer("the connection was cut", sent=True, again=True)
    return Answer(response.status, headers, body)


def _head(connection: HTTPConnection, base: Base, request: Request) -> HTTPResponse:
    headers = {
        "Host": base.named,
        "User-Agent": "shepherd",
        "Accept": "application/json",
        "Accept-Encoding": "gzip",
        "Connection": "close",
        **request.headers,
    }
    if request.body is not None:
        headers["Content-Type"] = "application/json"
    connection.request(
        request.method,
        base.path + request.path,
        body=request.body,
        headers=headers,
        preload_content=False,
        decode_content=False,
        enforce_content_length=True,
    )
    return connection.getresponse()


def _body(response: HTTPResponse, most: int) -> bytes:
    said = response.headers.get("Content-Length", "")
    if said.isdigit() and int(said[:20]) > most:
        raise NoAnswer(f"the reply is larger than {most // 1024} kB", sent=True)
    pieces: list[bytes] = []
    size = 0
    while piece := response.read(PIECE, decode_content=False):
        pieces.append(piece)
        size += len(piece)
        if size > most:
            raise NoAnswer(f"the reply is larger than {most // 1024} kB", sent=True)
    return b"".join(pieces)


def _lost(error: BaseException, cut: Cut, late: str) -> NoAnswer:
    if cut.over or isinstance(error, TimeoutError) or "Timeout" in type(error).__name__:
        return NoAnswer(late, sent=True)
    return NoAnswer("the connection was cut", sent=True, again=True)
