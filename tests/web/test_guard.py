"""The guard before every page: who is answered, whose forms are taken, how much is read, which headers go out."""

import pytest
from flask import Flask, request

from shepherd.web.guard import MOST_BYTES, MOST_PARTS, guard, host_of, is_loopback


@pytest.fixture
def client():
    app = Flask("guarded")
    guard(app)

    @app.route("/form", methods=["GET", "POST"])
    def form():
        return f"{len(request.form)} parts"

    return app.test_client()


@pytest.mark.parametrize(
    "host",
    ["localhost", "localhost:8321", "LOCALHOST", "127.0.0.1", "127.0.0.1:80", "127.9.9.9", "[::1]", "[::1]:8321"],
)
def test_answers_under_names_of_this_machine(client, host):
    """Any name of the loopback is answered, whatever the port."""
    assert client.get("/form", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "shepherd.example",
        "localhost.example.com",
        "127.0.0.1.example.com",
        "127.0.0.1@example.com",
        "example.com:127",
        "192.168.1.5",
        "0.0.0.0",
        "2130706433",
        "[::ffff:10.0.0.1]",
        "localhost/x",
        "local host",
        "localhost:port",
        "",
    ],
)
def test_refuses_every_other_host(client, host):
    """A name that is not the loopback's is misdirected (421): a rebound name of another site gets no page."""
    assert client.get("/form", headers={"Host": host}).status_code == 421


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "http://localhost:8321", "Sec-Fetch-Site": "same-origin"}, 200),
        ({"Origin": "http://localhost:8321"}, 200),
        ({"Origin": "null", "Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "http://localhost:9999"}, 403),
        ({"Origin": "https://localhost:8321"}, 403),
        ({"Origin": "http://localhost:8321.evil.example"}, 403),
        ({"Origin": "http://localhost:8321", "Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "http://localhost:8321", "Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "http://evil.example", "Sec-Fetch-Site": "same-origin"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Referer": "http://localhost:8321/form"}, 403),
    ],
)
def test_takes_forms_only_from_its_own_pages(client, headers, status):
    """A POST must say that it comes from our own page, by Origin or by Sec-Fetch-Site; both must agree where given."""
    reply = client.post("/form", data={"a": "1"}, headers={"Host": "localhost:8321", **headers})

    assert status == reply.status_code


OURS = {"Host": "localhost", "Origin": "http://localhost"}


def test_reads_at_most_one_megabyte(client):
    """A body of more than 1 MB is refused with 413, before it is read."""
    assert client.post("/form", data={"a": "x" * MOST_BYTES}, headers=OURS).status_code == 413
    assert client.post("/form", data={"a": "x" * (MOST_BYTES // 2)}, headers=OURS).status_code == 200


def test_reads_at_most_two_hundred_parts(client):
    """A form of very many parts is refused too."""
    many = {f"f{n}": "x" for n in range(MOST_PARTS + 1)}

    reply = client.post("/form", data=many, headers=OURS, content_type="multipart/form-data")

    assert reply.status_code == 413


@pytest.mark.parametrize("kind", ["application/json", "text/plain", ""])
def test_reads_only_forms(client, kind):
    """What is not a form is not read (415): no content type that other sites can send without asking gets through."""
    assert client.post("/form", data=b"{}", headers=OURS, content_type=kind).status_code == 415


@pytest.mark.parametrize("status", [200, 421, 403, 404, 405])
def test_every_reply_bears_the_same_headers(client, status):
    """Refusals bear the strict headers as well, and no page may be kept by the browser."""
    asked = {
        200: lambda: client.get("/form", headers=OURS),
        421: lambda: client.get("/form", headers={"Host": "evil.example"}),
        403: lambda: client.post("/form", headers={"Host": "localhost"}),
        404: lambda: client.get("/nothing", headers=OURS),
        405: lambda: client.delete("/form", headers=OURS),
    }
    reply = asked[status]()

    assert status == reply.status_code
    policy = reply.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert reply.headers["Cache-Control"] == "no-store"
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert reply.headers["Referrer-Policy"] == "no-referrer"
    assert reply.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert reply.headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_loopback_is_told_by_address_not_by_look():
    """Only the loopback's own names count: no numbers in disguise, no name that merely begins like one."""
    assert is_loopback("::1")
    assert not is_loopback("127.1")
    assert not is_loopback("0x7f000001")
    assert host_of("a b") == ""
    assert host_of("[::1]:80") == "::1"
