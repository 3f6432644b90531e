"""Where another system is, as the operator writes it: an address that can be read in one way only."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlsplit


class WrongAddress(Exception):
    """A base address can't be used; the sentence says why."""


class Base(NamedTuple):
    """Where a system is: its scheme, name, port, and the path before every other."""

    scheme: str
    host: str
    port: int
    path: str

    @classmethod
    def read(cls, text: str, *, inside: bool) -> Base:
        """The base that *text* writes; raises WrongAddress. Without encryption only *inside* the own network."""
        text = text.strip()
        if not text.isascii() or not text.isprintable() or any(c in text for c in ' \\"<>^`{|}'):
            raise WrongAddress("it has characters that no address has")
        try:
            parts = urlsplit(text)
            host, port = parts.hostname or "", parts.port
        except ValueError:
            raise WrongAddress("it can't be read as an address") from None
        if parts.scheme not in ("http", "https") or not host:
            raise WrongAddress("it does not begin with https:// and a name")
        if "@" in parts.netloc:
            raise WrongAddress("it has a user or a password in it; use a header")
        if parts.query or parts.fragment or "?" in text or "#" in text:
            raise WrongAddress("it has a ? or # part")
        if ".." in parts.path.split("/"):
            raise WrongAddress("it goes up by ..")
        if parts.scheme == "http" and not inside:
            raise WrongAddress("it begins with http://, which only a connector with `inside: true` may")
        return cls(parts.scheme, host, port or (443 if parts.scheme == "https" else 80), parts.path.rstrip("/"))

    @property
    def named(self) -> str:
        """The name as the head of a request says it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.scheme == "https" else 80) else f"{host}:{self.port}"
