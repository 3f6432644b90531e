"""The one client: certificates are verified, and nothing else in the product makes calls."""

from __future__ import annotations

import re
import socket
import ssl
import threading
import time
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from shepherd.connect.base import Base
from shepherd.connect.body import read_json
from shepherd.connect.client import Answer, Limits, NoAnswer, Request, exchange, trust
from tests.connect.fake import BOMB, Fake

ROOT = Path(__file__).parents[2]
ASK = Request("GET", "/customers/C-1", {})


def certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """A certificate for *name* that vouches for itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / f"{name}.pem", folder / f"{name}.key"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    form = serialization.PrivateFormat.PKCS8
    paths[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))
    return paths


@pytest.fixture
def secure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Fake, Path]]:
    """An encrypted server that says it is localhost, and the authority that vouches for it."""
    authority, key = certificate(tmp_path, "localhost")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority, key)
    server = Fake(tls=context)
    trust.cache_clear()
    yield server, authority
    server.close()
    monkeypatch.undo()
    trust.cache_clear()


def test_a_certificate_must_be_trusted(secure: tuple[Fake, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """One that nobody vouches for is refused before anything is sent; one of a given authority is taken."""
    fake, authority = secure
    with pytest.raises(NoAnswer, match="not trusted") as raised:
        exchange(Base("https", "localhost", fake.port, "/api"), ASK, Limits(), inside=True)
    assert (raised.value.sent, raised.value.again) == (False, False)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    trust.cache_clear()
    assert exchange(Base("https", "localhost", fake.port, "/api"), ASK, Limits(), inside=True).status == 200
    with pytest.raises(NoAnswer, match="not trusted"):
        exchange(Base("https", "127.0.0.1", fake.port, "/api"), ASK, Limits(), inside=True)
    assert len(fake.asked) == 1


@pytest.mark.parametrize("behaviour", ["slow_body", "drip_head", "slow_head"])
def test_limits_hold_within_encryption(
    secure: tuple[Fake, Path], monkeypatch: pytest.MonkeyPatch, behaviour: str
) -> None:
    """An encrypted reply that drips is cut at the same time."""
    fake, authority = secure
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    trust.cache_clear()
    base, began = Base("https", "localhost", fake.port, "/api"), time.monotonic()
    with pytest.raises(NoAnswer, match="in time"):
        exchange(base, Request("GET", f"/customers/{behaviour}", {}), Limits(total=0.6), inside=True)
    assert 0.5 < time.monotonic() - began < 1.2


def test_a_connection_that_does_not_come_about_is_given_up() -> None:
    """A server that takes the connection and never begins with the encryption: nothing was sent."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        base, began = Base("https", "127.0.0.1", server.getsockname()[1], ""), time.monotonic()
        with pytest.raises(NoAnswer, match="no connection in time") as raised:
            exchange(base, ASK, Limits(connect=0.3), inside=True)
    assert not raised.value.sent
    assert time.monotonic() - began < 1


def test_each_part_has_its_own_limit(fake: Fake) -> None:
    """A head that comes at once does not give its time to the body, nor the other way round."""
    base = Base("http", "127.0.0.1", fake.port, "/api")
    for behaviour, limits in (("slow_head", Limits(head=0.3)), ("slow_body", Limits(body=0.3))):
        began = time.monotonic()
        with pytest.raises(NoAnswer, match="in time"):
            exchange(base, Request("GET", f"/customers/{behaviour}", {}), limits, inside=True)
        assert 0.2 < time.monotonic() - began < 1


def test_a_packed_bomb_is_stopped_while_it_is_unpacked() -> None:
    """Fifty megabytes in fifty kilobytes: no more than the limit is ever unpacked."""
    headers = {"content-type": "application/json", "content-encoding": "gzip"}
    assert len(BOMB) < 60_000
    tracemalloc.start()
    try:
        with pytest.raises(NoAnswer, match="once it is unpacked"):
            read_json(Answer(200, headers, BOMB), 1024 * 1024)
        assert tracemalloc.get_traced_memory()[1] < 8 * 1024 * 1024
    finally:
        tracemalloc.stop()


def test_no_thread_and_no_socket_is_left(fake: Fake) -> None:
    """Forty bad replies leave nothing behind."""
    base = Base("http", "127.0.0.1", fake.port, "/api")
    before = threading.active_count()
    for behaviour in ("cut", "cut_head", "reset", "html", "endless") * 8:
        try:
            exchange(base, Request("GET", f"/customers/{behaviour}", {}), Limits(), inside=True)
        except NoAnswer:
            continue
    fake.stopped.set()
    for _ in range(100):
        if threading.active_count() <= before:
            break
        time.sleep(0.05)
    assert threading.active_count() <= before
    assert len(list(Path("/proc/self/fd").iterdir())) < 200


def test_nothing_else_makes_calls() -> None:
    """One way out: no other module opens connections, so that none goes round the guards."""
    ways = re.compile(
        r"^\s*(?:import|from) (urllib3|urllib\.request|http\.client|requests|httpx|socket|ftplib|smtplib)\b", re.M
    )
    allowed = {"connect/client.py", "connect/addresses.py", "web/serve.py"}
    room = ROOT / "src" / "shepherd"
    found = {p.relative_to(room).as_posix() for p in room.rglob("*.py") if ways.search(p.read_text("utf-8"))}
    assert found == allowed
