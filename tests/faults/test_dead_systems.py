"""Other systems at their worst, all at once: agents whose calls they hold up wait, and nobody else does."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.connect.fake import Fake
from tests.faults.serving import Browser, Form, Lost, Page, Server

#: Agents with calls that go wrong, and for how long they and the others work; the whole size has 50 for 30 seconds.
TROUBLED = int(os.environ.get("SHEPHERD_TROUBLED", "12"))
SECONDS = float(os.environ.get("SHEPHERD_TROUBLED_SECONDS", "6"))
OTHERS = 4
BEHAVIOURS = (
    "slow_head drip_head slow_body late cut_head cut reset lost endless huge endless_head gzip_bomb gzip_cut not_gzip "
    "other_packing wrong_type other_charset html wrong_customer no_customer redirect busy_long broken refused conflict "
    "nobody nobody_html nothing not_utf_8 twice no_number deep wrong_field no_field group_for_field"
).split()

DESK = """
desk: troubled
time_zone: UTC
customer_lookup: crm.find
facts: {customer: {name: {type: text, personal: true}}}
"""
SYSTEM = """
  {name}:
    kind: http
    url: SYSTEM_URL
    inside: true
    limits: {{failures: {failures}}}
    operations:
      find:
        reads: true
        path: /customers/{{customer_id}}
        inputs: {{customer_id: text}}
        results: {{ok: {{name: {{type: text, personal: true}}}}, not_found: {{}}}}
        echo: customer_id
        timeout: 2s
      book:
        path: /visits
        inputs: {{customer_id: text}}
        results: {{ok: {{slot: datetime}}, full: {{}}}}
        replies: [{{is: ok, fields: {{slot: visit.starts_at}}}}, {{status: 409, is: full}}]
        echo: customer_id
        timeout: 2s
        repeatable: true
"""
FLOW = """
flow: {name}
title: Ask {name}
category: orders
version: 1
inputs: {{customer_id: text}}
outcomes:
  done: {{resolves: true}}
steps:
  begin: {{ask: Shall we?, answers: {{yes: look, no: finish}}}}
  look:
    lookup: {name}.find
    with: {{customer_id: customer_id}}
    results: {{ok: book, not_found: book, error: book}}
  book:
    do: {name}.book
    with: {{customer_id: customer_id}}
    once_per: run
    results: {{ok: told, full: told, error: told, unknown: told}}
  told: {{ask: And now?, answers: {{good: finish, bad: finish}}}}
  finish: {{end: done}}
"""
PLAIN = """
flow: plain
title: Ask nobody else
category: orders
version: 1
outcomes:
  done: {resolves: true}
steps:
  first: {ask: Is it on?, answers: {yes: second, no: second}}
  second: {ask: Is it warm?, answers: {yes: third, no: third}}
  third: {ask: Is it well?, answers: {yes: finish, no: finish}}
  finish: {end: done}
"""
# The breaker of `raw` never opens, so that every behaviour is met for as long as it lasts; `well` has none of them.
SYSTEMS = {"crm": 5, "raw": 100, "well": 5}


@pytest.fixture
def fake() -> Iterator[Fake]:
    """The system that misbehaves, and the one that does not, by who is asked about."""
    server = Fake()
    yield server
    server.close()


@pytest.fixture
def server(tmp_path: Path, fake: Fake, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A desk whose customers and visits are there, served by a process of its own."""
    monkeypatch.setenv("SYSTEM_URL", fake.url)
    library = tmp_path / "flows"
    library.mkdir()
    (library / "desk.yaml").write_text(DESK.lstrip(), "utf-8")
    systems = "".join(SYSTEM.format(name=name, failures=most) for name, most in SYSTEMS.items())
    (library / "connectors.yaml").write_text(f"connectors:{systems}", "utf-8")
    (library / "plain.yaml").write_text(PLAIN.lstrip(), "utf-8")
    for name in SYSTEMS:
        (library / f"{name}.yaml").write_text(FLOW.format(name=name).lstrip(), "utf-8")
    served = Server(tmp_path, library)
    served.start()
    yield served
    served.stop()


class Took(NamedTuple):
    """One request of an agent: what it was, its seconds, its status."""

    what: str
    seconds: float
    status: int


class Agent(threading.Thread):
    """
    One agent who works through tickets for a while, and takes the time of every page.

    *thinks*: seconds before each page; nobody reads one in less than one.
    """

    def __init__(self, server: Server, name: str, customers: list[str], flow: str, *, thinks: float = 0.0):
        super().__init__(name=name, daemon=True)
        self.browser = Browser(server, name)
        self.customers, self.flow = customers, flow
        self.thinks = thinks
        self.until = 0.0
        self.took: list[Took] = []
        self.ended = 0
        self.failed = ""

    def run(self) -> None:
        turn = 0
        while time.monotonic() < self.until:
            try:
                self._ticket(self.customers[turn % len(self.customers)] if self.customers else "")
            except (Lost, StopIteration, AssertionError, KeyError) as error:
                self.failed = f"{type(error).__name__}: {error}"
                return
            turn += 1

    def _get(self, what: str, path: str) -> Page:
        began = time.monotonic()
        page = self.browser.get(path)
        self.took.append(Took(what, time.monotonic() - began, page.status))
        time.sleep(self.thinks)
        return page

    def _post(self, what: str, form: Form, **fields: str) -> str:
        """Send a form; the address that it leads to."""
        began = time.monotonic()
        page = self.browser.post(form.action, form.hidden | fields)
        self.took.append(Took(what, time.monotonic() - began, page.status))
        assert page.status == 303, (what, page.status, page.heading)
        return page.location

    def _open(self, customer: str) -> str:
        """Open a ticket, all the same where it is told that the customer has open ones; the address of it."""
        form = self._get("desk", f"/?customer={customer}").sent_to("/tickets")
        given = {"customer": customer, "channel": "phone", "subject": "Trouble"}
        while True:
            began = time.monotonic()
            page = self.browser.post(form.action, form.hidden | given)
            self.took.append(Took("open", time.monotonic() - began, page.status))
            if page.status != 200:
                assert page.status == 303, ("open", page.status, page.heading)
                return page.location
            form = page.sent_to("/tickets")

    def _ticket(self, customer: str) -> None:
        """Open a ticket, start the flow, and answer until it has ended."""
        ticket = self._get("ticket", self._open(customer))
        path = self._post("start", ticket.sent_to("/runs"), flow=self.flow)
        page = self._get("step", path)
        while "Back to ticket" not in page.text:
            form = page.form("answer")
            if form is not None:
                page = self._get("step", self._post("answer", form, value=form.buttons[0][1]))
            elif time.monotonic() < self.until + 10:
                assert 'http-equiv="refresh"' in page.text, page.heading
                time.sleep(0.5)
                page = self._get("waiting", path)
            else:
                raise AssertionError(f"still at {page.heading}")
        self.ended += 1


def at_work(agents: list[Agent], seconds: float) -> None:
    """Let *agents* work for so long, and wait until each has ended what it began."""
    for agent in agents:
        agent.until = time.monotonic() + seconds
        agent.start()
    for agent in agents:
        agent.join(timeout=seconds + 60)
    assert not any(agent.is_alive() for agent in agents)
    assert [f"{agent.name}: {agent.failed}" for agent in agents if agent.failed] == []


def p99(agents: list[Agent]) -> float:
    """The seconds within which 99 of 100 of their pages came, calls of their own apart."""
    took = sorted(t.seconds for agent in agents for t in agent.took)
    return took[min(int(len(took) * 0.99), len(took) - 1)]


def others(server: Server, when: str) -> list[Agent]:
    """Agents whose work needs none of the systems that fail."""
    return [Agent(server, f"{when}{n}", [], "plain", thinks=0.1) for n in range(OTHERS)]


def memory(server: Server) -> int:
    """Megabytes that the serving process has."""
    status = Path(f"/proc/{server._process}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) // 1024


@pytest.mark.campaign
@pytest.mark.timeout(300 + 4 * SECONDS)
def test_dead_systems_hold_up_nobody_else(server: Server) -> None:
    """
    Every behaviour at once, met by agents whose flows and customers depend on it: each of their runs ends by the way
    for failed calls; the pages of the others come as they do on a quiet day, 99 of 100 within a second; the process
    says nothing and does not grow.
    """
    quiet = others(server, "quiet")
    at_work(quiet, SECONDS / 3)
    before = memory(server)
    beside = others(server, "beside")
    each = [name for name in BEHAVIOURS if name != "nobody"]
    troubled = [
        Agent(server, f"troubled{n}", each[n % len(each) :] + each[: n % len(each)], ("raw", "crm")[n % 2], thinks=1)
        for n in range(TROUBLED)
    ]
    at_work(troubled + beside, SECONDS)
    usual, found = p99(quiet), p99(beside)
    pages = sum(len(agent.took) for agent in beside)
    waited = sum(agent.ended for agent in troubled)
    grown = memory(server) - before
    slowest = sorted((t for agent in beside for t in agent.took), key=lambda t: -t.seconds)[:5]
    print(", ".join(f"{t.what} {t.seconds:.2f} s" for t in slowest))
    print(f"p99 {found:.3f} s of {pages} pages (quiet {usual:.3f} s); {waited} troubled runs ended; +{grown} MB")
    assert pages > 100
    assert waited >= TROUBLED
    assert found < max(1.0, 3 * usual)
    assert grown < 100
    assert not any(t.status >= 500 for agent in (*troubled, *beside) for t in agent.took)
    assert "Traceback" not in server.said()


def test_a_slow_system_takes_nothing_from_another(server: Server, fake: Fake) -> None:
    """While every call of one connector hangs, a call of another comes back at once."""
    slow = [Agent(server, f"slow{n}", ["slow_head"], "raw") for n in range(20)]
    for agent in slow:
        agent.until = time.monotonic() + 1
        agent.start()
    end = time.monotonic() + 15
    while fake.seen["slow_head"] < 8 and time.monotonic() < end:
        time.sleep(0.05)
    assert fake.seen["slow_head"] >= 8
    well = Agent(server, "well", ["C-1"], "well")
    at_work([well], 0.01)
    for agent in slow:
        agent.join(timeout=60)
    assert well.ended == 1
    assert [t.what for t in well.took].count("waiting") <= 2
