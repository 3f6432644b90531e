"""Serving: one process that tells its address, lets go of it at once, and finishes what it has begun."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from urllib.parse import quote

import pytest

from shepherd.web.app import create_app
from shepherd.web.serve import CannotServe, compile_pages, free_port
from tests.shipped import few
from tests.web.conftest import ROOT

NAMED = {"Cookie": "shepherd_who=" + quote('{"name": "maria", "role": "agent"}')}


@pytest.fixture
def serving(tmp_path):
    """Start ``shepherd serve`` with some flags; everything started is killed in the end."""
    started = []

    def start(*flags):
        command = [sys.executable, "-m", "shepherd.cli", "serve", "--library", str(few())]
        command += ["--database", f"sqlite:///{tmp_path / 'desk.db'}", "--keys", str(tmp_path / "keys.db"), *flags]
        process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")])},
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def address_of(process):
    """The address that the process told on its first line."""
    return re.search(r"http://127\.0\.0\.1:\d+/", process.stdout.readline())[0]


def page(address):
    """The page at *address*, for an agent with a name."""
    with urllib.request.urlopen(urllib.request.Request(address, headers=NAMED), timeout=10) as reply:
        return reply.read().decode()


def test_it_tells_its_address_once_it_answers(serving):
    """The first line has the address, and a request right after it is answered."""
    process = serving("--port", "0", "--demo")

    assert "Who is on the line?" in page(address_of(process))


def test_the_demo_has_tickets_to_look_at(serving):
    """``--demo`` gives an empty record its first tickets, once, and says where that record is."""
    process = serving("--port", "0", "--demo")
    first = page(address_of(process))
    told = process.stdout.readline()
    process.terminate()
    process.wait(20)
    again = page(address_of(serving("--port", "0", "--demo")))

    assert re.fullmatch(r"Nothing in this demo is real\. Its record is /.*/desk\.db\.\n", told)
    assert first.count("No internet since this morning") == 1
    assert again.count("No internet since this morning") == 1


def test_the_pages_of_a_call_are_compiled_before_they_are_asked_for(desk):
    """Every part of a step among them; those of the workshop are another application's."""
    app = create_app(desk)
    compile_pages(app)
    compiled = {name for _, name in app.jinja_env.cache}

    assert {p.name for p in (ROOT / "web" / "templates").glob("_step_*.html")} | {"run.html", "ticket.html"} <= compiled
    assert "workshop.html" not in compiled


def test_it_drains_on_sigterm(serving):
    """What is under way when it is told to stop gets its answer, and the exit is clean."""
    process = serving("--port", "0")
    address = address_of(process)
    got = []
    threads = [threading.Thread(target=lambda: got.append(page(address))) for _ in range(20)]
    for thread in threads:
        thread.start()
    while not got:
        time.sleep(0.001)
    process.send_signal(signal.SIGTERM)
    for thread in threads:
        thread.join(20)

    assert process.wait(20) == 0
    assert len(got) >= 1
    assert all("Who is on the line?" in text for text in got)


def test_a_kill_leaves_nobody_at_the_port(serving):
    """It is one process: killed, its port is free, and nobody else goes on writing."""
    process = serving("--port", "0")
    port = int(re.search(r":(\d+)/", address_of(process))[1])
    process.kill()
    process.wait(20)

    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", port), 1)


def test_a_second_desk_at_the_same_port_is_refused(serving):
    """Two desks never share a port: the second one says so, and what to do, with exit code 3."""
    process = serving("--port", "0")
    port = re.search(r":(\d+)/", address_of(process))[1]
    second = serving("--port", port)
    _, told = second.communicate(timeout=30)

    assert second.returncode == 3
    assert f"Port {port}" in told
    assert "--port" in told
    assert "Traceback" not in told


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "example.com", "::"])
def test_other_machines_are_not_served(host):
    """Before there is a sign-in, only the loopback can be served from."""
    with pytest.raises(CannotServe) as caught:
        free_port(host, 0)

    assert "on this machine only" in caught.value.sentence
