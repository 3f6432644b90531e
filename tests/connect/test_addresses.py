"""Where a connector may call: every address is judged after its name was looked up, and the judged one is called."""

from __future__ import annotations

import socket
import threading
import time
from typing import Any

import pytest

from shepherd.connect.addresses import Unreachable, allowed, look_up
from shepherd.connect.base import Base, WrongAddress
from shepherd.connect.client import Limits, NoAnswer, Request, exchange
from tests.connect.fake import Fake

OPEN = ["93.184.215.14", "1.1.1.1", "2606:4700:4700::1111"]
OWN = [
    "10.1.2.3",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "127.0.0.1",
    "127.9.9.9",
    "::1",
    "fd12::1",
    "100.64.0.1",
]
NEVER = [
    "169.254.169.254",
    "169.254.0.1",
    "fe80::1",
    "fe80::1%eth0",
    "0.0.0.0",
    "::",
    "224.0.0.1",
    "ff02::1",
    "255.255.255.255",
    "240.0.0.1",
    "192.0.2.1",
    "198.18.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::5db8:d70e",
    "64:ff9b:1::a00:1",
    "2002:7f00:1::",
    "2001:0:7f00:1::",
    "::ffff:127.0.0.1",
    "::ffff:93.184.215.14",
    "::127.0.0.1",
    "fec0::1",
    "2001:db8::1",
    "fd00:ec2::254",
    "100.100.100.200",
    "nonsense",
]


@pytest.mark.parametrize("address", OPEN)
def test_the_open_internet_is_outside(address: str) -> None:
    """An address of the open internet, and only for a connector that is not inside."""
    assert (allowed(address, inside=False), allowed(address, inside=True)) == (True, False)


@pytest.mark.parametrize("address", OWN)
def test_the_own_network_is_inside(address: str) -> None:
    """Private, loopback and carrier addresses only with ``inside: true``."""
    assert (allowed(address, inside=False), allowed(address, inside=True)) == (False, True)


@pytest.mark.parametrize("address", NEVER)
def test_some_addresses_are_never_called(address: str) -> None:
    """Link-local ones (the metadata of clouds), those that lead on through gateways, reserved ones: never."""
    assert (allowed(address, inside=False), allowed(address, inside=True)) == (False, False)


def answers(*addresses: str) -> Any:
    """A resolver that gives *addresses*."""
    return lambda host, port, **more: [
        (socket.AF_INET6 if ":" in a else socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port)) for a in addresses
    ]


def test_one_bad_address_refuses_all() -> None:
    """A name that stands for a good and a bad address is not called at all."""
    with pytest.raises(Unreachable, match="private, local or reserved"):
        look_up("crm.example.com", 443, inside=False, seconds=1, ask=answers("93.184.215.14", "127.0.0.1"))
    with pytest.raises(Unreachable, match="no address"):
        look_up("crm.example.com", 443, inside=False, seconds=1, ask=answers())
    found = look_up("crm.example.com", 443, inside=False, seconds=1, ask=answers("93.184.215.14"))
    assert found[0].address == ("93.184.215.14", 443)


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f.1", "0177.0.0.1", "localhost", "①②⑦.0.0.1"])
def test_other_ways_to_write_an_address_are_judged_too(host: str) -> None:
    """However it is written, it is what it resolves to that is judged."""
    with pytest.raises(Unreachable):
        look_up(host, 80, inside=False, seconds=2)


def test_a_name_that_is_not_answered_is_given_up() -> None:
    """Looking up has no time limit of its own; the connector's holds."""
    gate = threading.Event()
    began = time.monotonic()
    with pytest.raises(Unreachable, match="in time"):
        look_up("crm.example.com", 443, inside=False, seconds=0.2, ask=lambda *a, **m: gate.wait(5) and [])
    gate.set()
    assert time.monotonic() - began < 1


def test_the_name_is_asked_about_once_and_pinned(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that changes its address after it was judged leads nowhere else: the judged address is connected to."""
    asked = []
    real = socket.getaddrinfo

    def changing(host: str, port: int, *form: Any, **more: Any) -> Any:
        asked.append(host)
        if host != "crm.internal":
            return real(host, port, *form, **more)
        return answers("127.0.0.1" if len(asked) == 1 else "169.254.169.254")(host, port)

    monkeypatch.setattr("shepherd.connect.addresses.socket.getaddrinfo", changing)
    monkeypatch.setattr(look_up, "__kwdefaults__", {"ask": changing})
    base = Base("http", "crm.internal", fake.port, "/api")
    answer = exchange(base, Request("GET", "/customers/C-1", {}), Limits(), inside=True)
    assert answer.status == 200
    assert asked.count("crm.internal") == 1
    assert f"Host: crm.internal:{fake.port}" in fake.asked[0]


def test_a_dead_address_is_not_the_last(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a name has several addresses, the next one is tried."""
    monkeypatch.setattr(look_up, "__kwdefaults__", {"ask": answers("127.0.0.2", "127.0.0.1")})
    base = Base("http", "crm.internal", fake.port, "/api")
    assert exchange(base, Request("GET", "/customers/C-1", {}), Limits(), inside=True).status == 200
    monkeypatch.setattr(look_up, "__kwdefaults__", {"ask": answers("127.0.0.2")})
    with pytest.raises(NoAnswer, match="no connection") as raised:
        exchange(base, Request("GET", "/customers/C-1", {}), Limits(), inside=True)
    assert not raised.value.sent


@pytest.mark.parametrize(
    "address",
    [
        "",
        "crm.example.com",
        "ftp://crm.example.com",
        "https://",
        "http://crm.example.com",
        "https://user:pass@crm.example.com",
        "https://crm.example.com\\@evil.example",
        "https://crm.example.com/a b",
        "https://crm.example.com/?x=1",
        "https://crm.example.com/#x",
        "https://crm.example.com/a/../b",
        "https://crm.example.com:99999",
        "https://[::1",
        "https://crm\u3002example.com",
        "file:///etc/passwd",
    ],
)
def test_a_base_address_is_plain(address: str) -> None:
    """Only https, a name, a port and a path; nothing that two readers would read in two ways."""
    with pytest.raises(WrongAddress):
        Base.read(address, inside=False)


def test_a_base_address_is_read() -> None:
    """What is left out is the usual; without encryption only inside."""
    assert Base.read("https://crm.example.com/api/\n", inside=False) == ("https", "crm.example.com", 443, "/api")
    assert Base.read("http://10.0.0.7:8080", inside=True).named == "10.0.0.7:8080"
    assert Base.read("https://[2606:4700::1]:8443/x", inside=False).named == "[2606:4700::1]:8443"
