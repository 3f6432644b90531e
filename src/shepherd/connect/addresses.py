"""
Where a connector may call: the address that a name stands for is looked up, judged, and then called itself.

A name may stand for another address at each question, so only what was judged is ever connected to.
"""

from __future__ import annotations

import ipaddress
import socket
import threading
from collections.abc import Callable
from queue import Empty, Queue
from typing import Any, NamedTuple

MOST_ADDRESSES = 4
MOST_QUESTIONS = 32

IPv4, IPv6 = ipaddress.IPv4Address, ipaddress.IPv6Address
_CARRIER = ipaddress.ip_network("100.64.0.0/10")
_OWN = [
    ipaddress.ip_network(n)
    for n in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "::1/128", "fc00::/7")
]
# Addresses that carry another one inside: a gateway would lead from them to anywhere.
_CARRIERS = [
    ipaddress.ip_network(n)
    for n in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96", "::ffff:0:0/96", "::ffff:0:0:0/96")
]
# Cloud machines hand out their credentials here.
_METADATA = (ipaddress.ip_address("fd00:ec2::254"), ipaddress.ip_address("100.100.100.200"))
_OUTSIDE = "its address does not lie in the desk's own network, as `inside: true` says"
_INSIDE = "its address is private, local or reserved, and only a connector with `inside: true` may call such"
_questions = threading.BoundedSemaphore(MOST_QUESTIONS)


class Unreachable(Exception):
    """There is no address that may be called; the sentence says why, without naming it."""


class Target(NamedTuple):
    """One judged address, as ``socket.connect`` takes it."""

    family: int
    address: tuple[Any, ...]


def allowed(text: str, *, inside: bool) -> bool:
    """
    Whether the address *text* may be called.

    *inside*: the system stands in the desk's own network, so that only private and loopback addresses may be called
    (and those of a carrier's shared network); else only addresses of the open internet.
    """
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if address in _METADATA or address.is_link_local or address.is_multicast or address.is_unspecified:
        return False
    own = any(address in n for n in (*_OWN, _CARRIER) if n.version == address.version)
    if own or inside:
        return own and inside
    if isinstance(address, IPv6) and any(address in network for network in _CARRIERS):
        return False
    return address.is_global and not address.is_reserved and not getattr(address, "is_site_local", False)


def look_up(
    host: str,
    port: int,
    *,
    inside: bool,
    seconds: float,
    ask: Callable[..., list[Any]] = socket.getaddrinfo,
) -> list[Target]:
    """
    The addresses of *host*, each of which may be called; raises Unreachable.

    One that may not be called among them refuses all. *ask* answers as ``socket.getaddrinfo`` does; it has no time
    limit of its own, so it is asked beside and given up after *seconds*.
    """
    found = _asked(host, port, seconds, ask)
    targets = [Target(family, address) for family, _, _, _, address in found]
    if not targets:
        raise Unreachable("its name has no address")
    if not all(allowed(str(target.address[0]), inside=inside) for target in targets):
        raise Unreachable(_OUTSIDE if inside else _INSIDE)
    return list(dict.fromkeys(targets))[:MOST_ADDRESSES]


def _asked(host: str, port: int, seconds: float, ask: Callable[..., list[Any]]) -> list[Any]:
    answers: Queue[list[Any] | Exception] = Queue()
    if not _questions.acquire(blocking=False):
        raise Unreachable("too many names are being looked up")

    def question() -> None:
        try:
            answers.put(ask(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP))
        except (OSError, UnicodeError) as error:
            answers.put(error)
        finally:
            _questions.release()

    threading.Thread(target=question, name="shepherd-name", daemon=True).start()
    try:
        answer = answers.get(timeout=max(seconds, 0.0))
    except Empty:
        raise Unreachable("its name was not looked up in time") from None
    if isinstance(answer, Exception):
        raise Unreachable("its name has no address")
    return answer
