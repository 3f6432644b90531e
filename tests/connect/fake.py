"""
A customer base and a field-work service on a real socket, that behave as other systems do on their worst days.

How one behaves is chosen by the customer asked about: ``GET /customers/slow_head``, ``POST /visits`` for ``lost``.
"""

from __future__ import annotations

import gzip
import json
import socket
import ssl
import struct
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

BOMB = gzip.compress(b'{"customer_id": "gzip_bomb", "name": "' + b"0" * 50_000_000 + b'"}')


class Fake:
    """The server; *visits* are the changes that were made, by their Idempotency-Key, *asked* every request's head."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = self._socket.getsockname()[1]
        self.asked: list[str] = []
        self.seen: Counter[str] = Counter()
        self.visits: dict[str, str] = {}
        self.stopped = threading.Event()
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        """Its base address."""
        return f"http{'s' if self._tls else ''}://127.0.0.1:{self.port}/api"

    def close(self) -> None:
        """Stop, and let every slow behaviour end."""
        self.stopped.set()
        self._socket.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, raw: socket.socket) -> None:
        try:
            with raw if self._tls is None else self._tls.wrap_socket(raw, server_side=True) as connection:
                connection.settimeout(20)
                request = self._read(connection)
                if request is not None:
                    Reply(self, connection, *request).behave()
        except OSError:
            pass

    def _read(self, connection: socket.socket) -> tuple[str, str, dict[str, str], Any] | None:
        data = b""
        while b"\r\n\r\n" not in data:
            piece = connection.recv(65536)
            if not piece:
                return None
            data += piece
        head, _, body = data.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        method, path, _ = first.split(" ")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        while len(body) < int(headers.get("content-length", 0)):
            body += connection.recv(65536)
        with self._lock:
            self.asked.append(head.decode("latin-1"))
        return method, path, headers, json.loads(body) if body else None

    def visit(self, key: str, customer: str) -> str:
        """Book a visit, once for each key; its time."""
        with self._lock:
            self.visits.setdefault(key, customer)
            return f"2026-12-01T{8 + list(self.visits).index(key) % 10:02}:00"

    def count(self, name: str) -> int:
        """How often *name* was asked about, this time included."""
        with self._lock:
            self.seen[name] += 1
            return self.seen[name]


class Reply:
    """One reply, good or bad."""

    def __init__(
        self, fake: Fake, connection: socket.socket, method: str, path: str, headers: dict[str, str], body: Any
    ) -> None:
        self.fake, self.socket, self.method, self.path, self.headers = fake, connection, method, path, headers
        self.customer = body["customer_id"] if body else path.partition("?")[0].rpartition("/")[2]
        self.times = fake.count(self.customer)
        if method == "POST" and self.customer != "refused":
            slot = fake.visit(headers.get("idempotency-key", ""), self.customer)
            self.good: Any = {"customer_id": self.customer, "visit": {"starts_at": slot}}
        else:
            self.good = {"customer_id": self.customer, "name": "Aino", "tier": "premium"}

    def behave(self) -> None:
        """Reply as the customer asked about wants it."""
        behaviour: Callable[[], None] | None = getattr(self, f"_{self.customer}", None)
        (behaviour or self._well)()

    def _send(self, body: Any, status: str = "200 OK", type_: str = "application/json", more: str = "") -> None:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        head = f"HTTP/1.1 {status}\r\nContent-Type: {type_}\r\nContent-Length: {len(data)}\r\n{more}\r\n"
        self.socket.sendall(head.encode() + data)

    def _drip(self, data: bytes) -> None:
        for byte in data:
            self.socket.sendall(bytes([byte]))
            if self.fake.stopped.wait(0.05):
                return

    def _well(self) -> None:
        self._send(self.good)

    def _slow_head(self) -> None:
        self.fake.stopped.wait(10)

    def _drip_head(self) -> None:
        self._drip(b"HTTP/1.1 200 OK\r\n" + b"X-More: 1\r\n" * 50)

    def _slow_body(self) -> None:
        self.socket.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
        self._drip(b" " * 500)

    def _late(self) -> None:
        self.fake.stopped.wait(1.5)
        self._send(self.good)

    def _cut_head(self) -> None:
        self.socket.sendall(b"HTTP/1.1 200")

    def _cut(self) -> None:
        self.socket.sendall(b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{"a":')

    def _cut_once(self) -> None:
        self._cut() if self.times == 1 else self._well()

    def _reset(self) -> None:
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def _lost(self) -> None:
        """The change is made, and nobody hears of it."""

    def _endless(self) -> None:
        self.socket.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
        while not self.fake.stopped.is_set():
            self.socket.sendall(b"2000\r\n" + b" " * 0x2000 + b"\r\n")

    def _huge(self) -> None:
        self.socket.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99999999999\r\n\r\n")
        self.fake.stopped.wait(10)

    def _endless_head(self) -> None:
        self.socket.sendall(b"HTTP/1.1 200 OK\r\n")
        while not self.fake.stopped.is_set():
            self.socket.sendall(b"X-More: " + b"1" * 1000 + b"\r\n")

    def _packed(self) -> None:
        self._send(gzip.compress(json.dumps(self.good).encode()), more="Content-Encoding: gzip\r\n")

    def _gzip_bomb(self) -> None:
        self._send(BOMB, more="Content-Encoding: gzip\r\n")

    def _gzip_cut(self) -> None:
        self._send(gzip.compress(json.dumps(self.good).encode())[:-9], more="Content-Encoding: gzip\r\n")

    def _not_gzip(self) -> None:
        self._send(self.good, more="Content-Encoding: gzip\r\n")

    def _other_packing(self) -> None:
        self._send(self.good, more="Content-Encoding: br\r\n")

    def _wrong_type(self) -> None:
        self._send(self.good, type_="text/plain")

    def _other_charset(self) -> None:
        self._send(self.good, type_="application/json; charset=utf-16")

    def _html(self) -> None:
        self._send(b"<!doctype html><title>Sign in</title>", type_="text/html; charset=utf-8")

    def _wrong_customer(self) -> None:
        self._send(self.good | {"customer_id": "C-2"})

    def _no_customer(self) -> None:
        self._send({"name": "Aino", "tier": "premium", "visit": {"starts_at": "2026-12-01T08:00"}})

    def _redirect(self) -> None:
        self._send(b"", "302 Found", more=f"Location: {self.fake.url}/customers/C-1\r\n")

    def _busy(self) -> None:
        if self.times == 1:
            self._send({}, "429 Too Many Requests", more="Retry-After: 1\r\n")
        else:
            self._well()

    def _busy_long(self) -> None:
        self._send({}, "429 Too Many Requests", more="Retry-After: 3600\r\n")

    def _down_once(self) -> None:
        self._send(b"", "503 Service Unavailable") if self.times == 1 else self._well()

    def _broken(self) -> None:
        self._send(b"<h1>Internal Server Error</h1>", "500 Internal Server Error", "text/html")

    def _refused(self) -> None:
        self._send({"message": "no"}, "422 Unprocessable Content")

    def _conflict(self) -> None:
        self._send({"message": "another is under way"}, "409 Conflict")

    def _nobody(self) -> None:
        self._send({"message": "unknown"}, "404 Not Found")

    def _nobody_html(self) -> None:
        self._send(b"<h1>404</h1>", "404 Not Found", "text/html")

    def _full(self) -> None:
        self._send({"customer_id": "full", "state": "full"})

    def _nothing(self) -> None:
        self.socket.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    def _not_utf_8(self) -> None:
        self._send(b'{"customer_id": "not_utf_8", "name": "\xe9", "tier": "premium"}')

    def _twice(self) -> None:
        self._send(b'{"customer_id": "C-2", "customer_id": "twice", "name": "A", "tier": "premium"}')

    def _no_number(self) -> None:
        self._send(b'{"customer_id": "no_number", "name": NaN, "tier": "premium"}')

    def _deep(self) -> None:
        self._send(b"[" * 200_000)

    def _wrong_field(self) -> None:
        self._send(self.good | {"tier": "gold", "visit": {"starts_at": "soon"}})

    def _no_field(self) -> None:
        self._send({"customer_id": "no_field", "visit": {}})

    def _group_for_field(self) -> None:
        self._send(self.good | {"name": {"first": "Aino"}, "visit": {"starts_at": ["2026-12-01T08:00"]}})

    def _offset(self) -> None:
        self._send(self.good | {"visit": {"starts_at": "2026-12-01T08:00:00.000Z"}})
