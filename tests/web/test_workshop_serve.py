"""``shepherd workshop`` in a process of its own: it tells of saves as they happen, stops when told, writes nothing."""

import html
import http.client
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import pytest

from shepherd.web.workshop import STREAMS
from tests.web.conftest import ROOT
from tests.web.test_serve import address_of

#: What the process is told to take for today, in its environment.
TODAY = "2099-02-01"
BENCH = ROOT / "tests" / "author" / "bench"


@pytest.fixture
def folder(tmp_path):
    return Path(shutil.copytree(BENCH, tmp_path / "flows"))


@pytest.fixture
def shop(folder):
    """``shepherd workshop`` over *folder*, in an empty folder of its own; killed in the end."""
    home = folder.parent / "home"
    home.mkdir()
    command = [sys.executable, "-m", "shepherd.cli", "workshop", "--library", str(folder), "--port", "0"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")])}
    environment["SHEPHERD_TODAY"] = TODAY
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=home, env=environment
    )
    process.home = home
    yield process
    process.kill()
    process.communicate()


def page_of(address):
    """What the page of the flow of parcels says."""
    with urlopen(f"{address}flows/parcel", timeout=20) as reply:
        return html.unescape(reply.read().decode())


def stream_of(address):
    """A page's stream of events, open."""
    connection = http.client.HTTPConnection(address.removeprefix("http://").rstrip("/"), timeout=20)
    connection.request("GET", "/events?number=0")
    reply = connection.getresponse()
    assert reply.status == 200
    assert reply.headers["Content-Type"].startswith("text/event-stream")
    return connection, reply


def status_of(address):
    """What somebody gets who asks for one stream more."""
    connection = http.client.HTTPConnection(address.removeprefix("http://").rstrip("/"), timeout=20)
    connection.request("GET", "/events")
    status = connection.getresponse().status
    connection.close()
    return status


def told(reply):
    """The number of the next event."""
    while not (line := reply.readline()).startswith(b"data:"):
        assert line, "the stream ended"
    return int(line[5:])


def test_a_save_is_told_as_it_happens_and_nothing_is_written(shop, folder):
    """An event for each change that a page shows; the process makes no file, least of all a record."""
    _, reply = stream_of(address_of(shop))
    first = told(reply)
    text = (folder / "parcel.yaml").read_text()
    began = time.monotonic()
    (folder / "parcel.yaml").write_text(text.replace("Where is my parcel?", "Where is it?"))

    assert told(reply) > first
    assert time.monotonic() - began < 10
    assert list(shop.home.iterdir()) == []
    assert sorted(p.name for p in folder.iterdir()) == sorted(p.name for p in BENCH.iterdir())


def test_it_stops_with_streams_open(shop):
    """Told to stop, it lets every page go that waits for news, and ends cleanly in a moment."""
    streams = [stream_of(address_of(shop))]
    address = f"http://{streams[0][0].host}:{streams[0][0].port}/"
    streams += [stream_of(address) for _ in range(3)]
    began = time.monotonic()
    shop.send_signal(signal.SIGTERM)

    assert shop.wait(20) == 0
    assert time.monotonic() - began < 8
    assert "Traceback" not in shop.stderr.read()


def test_a_review_that_is_past_is_told_by_the_day_of_the_environment(shop, folder):
    """On the flow's page, as ``shepherd check`` tells it with the same ``SHEPHERD_TODAY``."""
    address = address_of(shop)
    page = page_of(address)
    (folder / "parcel.yaml").write_text((folder / "parcel.yaml").read_text().replace("2099-01-31", TODAY))

    assert "This flow was to be looked at again by 2099-01-31." in page
    assert "This flow was to be looked at again by" not in page_of(address)


def test_pages_that_have_gone_make_room(shop):
    """A browser that closes its page gives its stream back, before anything happens that it could be told of."""
    address = address_of(shop)
    for connection, reply in [stream_of(address) for _ in range(STREAMS)]:
        reply.close()
        connection.close()
    until = time.monotonic() + 10
    while status_of(address) == 204:
        assert time.monotonic() < until
        time.sleep(0.1)


def test_a_folder_that_is_not_there_is_said(tmp_path):
    """In one sentence, and as wrong use."""
    command = [sys.executable, "-m", "shepherd.cli", "workshop", "--library", str(tmp_path / "nothing"), "--port", "0"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")])}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60)

    assert done.returncode == 2
    assert "There is no folder" in done.stderr
