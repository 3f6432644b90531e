"""Agents at work over HTTP who never give up: what got no reply is sent again, the same form with the same token."""

from __future__ import annotations

import random
import threading
import time
from typing import NamedTuple

from shepherd.flow.types import to_json
from shepherd.record import is_erased, open_record
from shepherd.run import replay
from tests.faults.replaying import libraries_of
from tests.faults.serving import Browser, Form, Lost, Page, Server

EVENT = {
    "continue": "continued",
    "answer": "answered",
    "fields": "collected",
    "note": "noted",
    "back": "went_back",
    "pause": "paused",
    "resume": "resumed",
    "settle": "do_finished",
    "gone": "abandoned",
}


class Sent(NamedTuple):
    """One act of an agent: what was sent to which page of which run, and what of it can be found in the record."""

    act: str
    path: str
    body: dict[str, str]
    run: str = ""
    seq: int = 0
    value: str = ""

    @property
    def token(self) -> str:
        return self.body["token"]


class Caller(threading.Thread):
    """One agent, one ticket after the other, until told to stop; every act is sent until somebody replies."""

    def __init__(
        self, server: Server, name: str, seed: int, pins: dict[str, str], flows: tuple[str, ...], lose: float = 0.08
    ):
        super().__init__(name=name, daemon=True)
        self.lose = lose
        self.rng = random.Random(seed)
        self.browser = Browser(server, name)
        self.pins, self.flows = pins, flows
        self.customers = list(pins)
        self.customer = ""
        self.leave = threading.Event()
        self.sent: list[Sent] = []
        self.acknowledged: list[Sent] = []
        self.resent = 0
        self.odd: list[str] = []
        self.marks = 0

    # --- sending --------------------------------------------------------------------------------

    def run(self) -> None:
        while not self.leave.is_set():
            try:
                self._contact()
            except Exception as error:
                self.odd.append(f"{self.name}: {type(error).__name__}: {error}")
                return

    def mark(self) -> str:
        """Words that nobody else writes."""
        self.marks += 1
        return f"{self.name} says thing {self.marks}."

    def look(self, path: str) -> Page:
        """A page, however long the server takes to come back."""
        while True:
            try:
                page = self.browser.get(path)
            except Lost:
                time.sleep(0.05)
                continue
            if page.status >= 500 and page.status != 503:
                self.odd.append(f"GET {path}: {page.status}")
            return page

    def send(self, sent: Sent) -> Page:
        """Send an act until there is a reply; 303 acknowledges it."""
        self.sent.append(sent)
        drop = self.rng.random() < self.lose
        for attempt in range(10_000):
            self.resent += attempt > 0 and self.browser.server.port > 0
            try:
                page = self.browser.post(sent.path, sent.body, drop=drop and attempt == 0)
            except Lost:
                time.sleep(0.05)
                continue
            if page.status == 503:
                time.sleep(0.05)
                continue
            if page.status == 303:
                self.acknowledged.append(sent)
            elif page.status not in (409, 422) and (sent.act, page.status) != ("ticket", 200):
                self.odd.append(f"{sent.act} at {sent.path}: {page.status} {page.heading}")
            return page
        raise AssertionError("The server never came back.")

    # --- one contact ----------------------------------------------------------------------------

    def _contact(self) -> None:
        """Open a ticket, start a flow, walk it to its end."""
        self.customer = self.rng.choice(self.customers)
        page, subject = self.look(f"/?customer={self.customer}"), self.mark()
        while page.status == 200:  # another caller may have opened one for this customer since
            form = page.sent_to("/tickets")
            body = form.hidden | {"customer": self.customer, "subject": subject, "channel": "phone"}
            page = self.send(Sent("ticket", form.action, body, value=subject))
        if page.status != 303 or self.leave.is_set():
            return
        ticket = page.location
        form = self.look(ticket).sent_to("/runs")
        body = form.hidden | {"flow": self.rng.choice(self.flows)}
        page = self.send(Sent("start", form.action, body, run=form.hidden["token"]))
        if page.status == 303:
            self._walk(page.location)

    def _walk(self, path: str) -> None:
        told: Page | None = None
        kept = ""
        for _ in range(80):
            if self.leave.is_set():
                return
            page = told or self.look(path)
            told = None
            form, values = self._choose(page, kept)
            if form is None:
                if "Ended" in page.text and "Back to ticket" in page.text:
                    return
                time.sleep(0.05)
                continue
            value = values.get("text") or values.get("value") or values.get("f.down_mbps") or ""
            body = form.hidden | values
            run = path.rpartition("/")[2]
            reply = self.send(Sent(form.act, form.action, body, run, int(form.hidden["seq"]), value))
            # A note that was not taken is shown again to be sent once more, as the page does it.
            kept = value if form.act == "note" and reply.status == 409 else ""
            told = reply if reply.status in (409, 422) and reply.forms else None

    def _choose(self, page: Page, kept: str) -> tuple[Form | None, dict[str, str]]:
        """A form of the page, and what to put into it."""
        rng = self.rng
        note = page.form("note")
        if note is not None and (kept or rng.random() < 0.25):
            return note, {"text": kept or self.mark()}
        back = page.form("back")
        if back is not None and rng.random() < 0.05:
            return back, {"sure": "yes"}
        pause = page.form("pause")
        if pause is not None and rng.random() < 0.04:
            return pause, {}
        for act in ("resume", "settle", "continue", "answer", "fields"):
            form = page.form(act)
            if form is not None:
                return form, self._fill(form)
        return None, {}

    def _fill(self, form: Form) -> dict[str, str]:
        offered = [v for n, v in form.buttons if n == "value" and v]
        if offered:
            usual = [v for v in offered if v not in ("hung_up", "cannot_tell")]
            return {"value": self.rng.choice(usual or offered)}
        values = {}
        for name, choices in form.inputs.items():
            if choices:
                values[name] = self.rng.choice(choices)
            elif "mbps" in name:
                values[name] = str(self.rng.randint(1, 9999))
            else:
                values[name] = self.pins[self.customer] if self.rng.random() < 0.7 else "0000"
        return values


class Verdict(NamedTuple):
    """What the record says of the callers' work; everything but the counts should be empty."""

    acknowledged: int
    resent: int
    entries: int
    runs: int
    lost: list[str]
    doubled: list[str]
    broken: list[str]
    unlike: list[str]

    @property
    def clean(self) -> bool:
        return not (self.lost or self.doubled or self.broken or self.unlike)


def judge(server: Server, callers: list[Caller]) -> Verdict:
    """Look into the record, with nothing serving it: is each acknowledged act in it, and no act twice?"""
    record = open_record(f"sqlite:///{server.database}", str(server.keys))
    try:
        tickets = record.tickets(limit=1_000_000)
        subjects: dict[str, int] = {}
        for ticket in tickets:
            assert isinstance(ticket.subject, str)
            subjects[ticket.subject] = subjects.get(ticket.subject, 0) + 1
        runs = {row.id: record.events(row.id) for row in record.runs(limit=1_000_000)}
        lost, doubled, notes = [], [f"ticket “{s}”: {n} times" for s, n in subjects.items() if n > 1], {}
        for events in runs.values():
            for event in events:
                if event.kind == "noted" and not event.data.get("use"):
                    text = event.data["text"]
                    assert not is_erased(text)
                    notes[text] = notes.get(text, 0) + 1
        doubled += [f"note “{t}”: {n} times" for t, n in notes.items() if n > 1]
        for sent in (s for c in callers for s in c.acknowledged):
            if sent.act == "ticket":
                found = sent.value in subjects
            elif sent.act == "start":
                found = sent.run in runs
            else:
                events = runs.get(sent.run, [])
                found = len(events) > sent.seq and is_what(sent, events[sent.seq])
            if not found:
                lost.append(f"{sent.act} {sent.value!r} of {sent.run} after {sent.seq}")
        unlike = []
        library = libraries_of(record)
        for id_, events in runs.items():
            try:
                run = replay(library(events[0]), events)
            except Exception as error:
                unlike.append(f"{id_}: {type(error).__name__}: {error}")
            else:
                if run.seq != len(events):
                    unlike.append(f"{id_}: {run.seq} events of {len(events)}")
        report = record.verify()
        broken = [str(b) for b in report.broken]
        sent_runs = {s.run for c in callers for s in c.sent if s.act == "start"}
        doubled += [f"run {id_}: nobody started it" for id_ in set(runs) - sent_runs]
        return Verdict(
            sum(len(c.acknowledged) for c in callers),
            sum(c.resent for c in callers),
            sum(len(e) for e in runs.values()),
            len(runs),
            lost,
            doubled,
            broken,
            unlike,
        )
    finally:
        record.close()


def is_what(sent: Sent, event: object) -> bool:
    """Whether *event* is what was sent."""
    kind, data = event.kind, event.data  # type: ignore[attr-defined]
    if kind != EVENT[sent.act]:
        return False
    if sent.act == "answer" and "value" in data:
        return str(to_json(data["value"])) == sent.value
    if sent.act == "fields" and "f.down_mbps" in sent.body:
        return str(data["values"]["down_mbps"]) == sent.value
    return sent.act != "note" or data["text"] == sent.value
