"""What the tests of the desk share: a small library, a clock that stands, tables that count, an agent at work."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from shepherd.connect import Reply, hash_secret
from shepherd.connect.table import Table
from shepherd.desk import Desk, RunView, new_id
from shepherd.flow.beside import Operation
from shepherd.run.api import Actor, Input

MARIA = Actor("agent", "maria")
OLLI = Actor("agent", "olli")

DESK = """
desk: small
time_zone: Europe/Helsinki
customer_lookup: base.find
facts:
  customer:
    first_name: {type: text, personal: true}
    tier: {type: choice, options: [basic, premium]}
  contact: {channel: text}
  ticket: {number: text}
queues: {second_line: {skill: technical, owner: supervisor}}
assurances: {identity: {granted_by: [login], expires: 30m}}
severities: {sev3: {acknowledge: 4h}}
"""

CONNECTORS = """
connectors:
  base:
    kind: table
    file: base.csv
    key: customer_id
    operations:
      find:
        reads: true
        inputs: {customer_id: text}
        results: {ok: {first_name: {type: text, personal: true}, tier: {one_of: [basic, premium]}}, not_found: {}}
      check_pin:
        reads: true
        accepts_secret: true
        inputs: {customer_id: text, pin: digits}
        results: {ok: {}, no_match: {}}
  visits:
    kind: table
    file: slots.csv
    key: slot
    operations:
      book:
        reads: false
        inputs: {customer_id: text}
        results: {ok: {slot: datetime}, full: {}}
        timeout: 2s
        repeatable: true
      cancel:
        reads: false
        frees: book
        inputs: {slot: datetime}
        results: {ok: {}, not_found: {}}
      promise:
        reads: false
        inputs: {customer_id: text}
        results: {ok: {slot: datetime}, full: {}}
        timeout: 2s
      send:
        reads: false
        inputs: {customer_id: text}
        results: {ok: {}, full: {}}
        timeout: 2s
"""

LOGIN = """
flow: login
title: Identify the caller
category: authentication
version: 1
owner: desk
inputs: {customer_id: text}
outcomes:
  verified: {resolves: true, code: ID-OK, grants: identity}
  failed: {resolves: false, code: ID-FAILED}
steps:
  pin:
    ask: Please tell me the four digits.
    type: digits
    secret: true
    length: 4
  check:
    lookup: base.check_pin
    with: {customer_id: customer_id, pin: pin}
    timeout: 2s
    attempts: 3
    attempts_per: customer
    within: 24h
    out_of_attempts: no
    results: {ok: yes, no_match: wrong, error: wrong}
  wrong:
    decide:
      - when: attempts_left.check == 0
        then: no
      - otherwise: pin
  yes: {end: verified}
  no: {end: failed}
"""

HELP = """
flow: help
title: No internet at all
category: troubleshooting
version: 4
owner: desk
inputs: {customer_id: text}
outcomes:
  fixed: {resolves: true, code: FIXED}
  visit: {resolves: false, code: VISIT, follow_up: 2d}
  passed_on: {resolves: false, code: TIER2}
steps:
  greet:
    say: Hello {{ customer.first_name }}, let us see.
  light:
    ask: What colour is the light?
    answers:
      green: {label: Green, then: speed}
      red: {label: Red, then: offer}
      odd: {label: Something else, then: pass_on}
    no_answer: {after: 10m, then: pass_on}
  speed:
    collect:
      mbps: {label: Speed shown, type: number, min: 0}
      words: {label: What they see, type: text, optional: true}
  fine:
    ask: Does it work?
    answers: {yes: tag, no: light}
  tag:
    do: ticket.tag
    with: {name: '"survey"'}
    once_per: ticket
    results: {ok: close_fixed, error: close_fixed, unknown: close_fixed}
  offer:
    ask: Shall an engineer come?
    answers: {yes: book, no: plan}
  book:
    do: visits.book
    with: {customer_id: customer_id}
    once_per: ticket
    save: visit
    results: {ok: told, full: pass_on, error: pass_on, unknown: pass_on}
  told:
    say: They come on {{ visit.slot | datetime }}.
    then: close_visit
  plan:
    do: ticket.follow_up
    with: {in: '"1d"', owner: '"second_line"', what: '"Ask again"'}
    once_per: ticket
    results: {ok: raise, error: raise, unknown: raise}
  raise:
    do: ticket.priority
    with: {to: '"high"'}
    once_per: ticket
    results: {ok: close_fixed, error: close_fixed, unknown: close_fixed}
  pass_on:
    escalate: second_line
    severity: sev3
    because: Not solved.
    say: My colleagues take over.
    outcome: passed_on
  close_fixed: {end: fixed}
  close_visit: {end: visit}
"""

REPAIR = """
flow: repair
title: Send somebody
category: billing
version: 1
owner: desk
inputs: {customer_id: text}
outcomes:
  booked: {resolves: true, code: BOOKED}
steps:
  want:
    ask: Shall somebody come?
    answers: {yes: book, no: close}
  book:
    do: visits.book
    with: {customer_id: customer_id}
    once_per: visit
    undo: visits.cancel
    results: {ok: told, full: close, error: close, unknown: close}
  told:
    say: We come at {{ book.slot | datetime }}.
  close: {end: booked}
"""

PROMISE = """
flow: promise
title: Promise a visit
category: orders
version: 1
owner: desk
inputs: {customer_id: text}
outcomes:
  promised: {resolves: true, code: PROMISED}
  sent: {resolves: true, code: SENT}
  unsure: {resolves: false, code: UNSURE}
  failed: {resolves: false, code: FAILED}
steps:
  kind:
    ask: Which one?
    answers: {promise: promise, send: send}
  promise:
    do: visits.promise
    with: {customer_id: customer_id}
    once_per: run
    results: {ok: close_promised, full: close_failed, error: close_failed, unknown: close_unsure}
  send:
    do: visits.send
    with: {customer_id: customer_id}
    once_per: run
    results: {ok: close_sent, full: close_failed, error: close_failed, unknown: close_unsure}
  close_promised: {end: promised}
  close_sent: {end: sent}
  close_unsure: {end: unsure}
  close_failed: {end: failed}
"""


def library_in(place: Path) -> Path:
    """The library as files below *place*."""
    folder = place / "flows"
    folder.mkdir()
    for name, text in {
        "desk": DESK,
        "connectors": CONNECTORS,
        "login": LOGIN,
        "help": HELP,
        "promise": PROMISE,
        "repair": REPAIR,
    }.items():
        (folder / f"{name}.yaml").write_text(text.lstrip(), "utf-8")
    rows, pin = ["customer_id,first_name,tier,pin_hash"], hash_secret("4071")
    rows += [f"C-{n},{name},basic,{pin}" for n, name in enumerate(("Aino", "Mikael", "Sofia"), 1)]
    (folder / "base.csv").write_text("\r\n".join(rows) + "\r\n", "utf-8")
    (folder / "slots.csv").write_text("slot,customer_id\n2026-12-01T09:00,\n2026-12-01T13:00,\n", "utf-8")
    return folder


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **span: int) -> None:
        self.now += timedelta(**span)


class Counted(Table):
    """A table that counts which calls reach it."""

    calls: list[str]

    def call(self, operation: Operation, inputs: Mapping[str, Any], key: str) -> Reply:
        self.calls.append(f"{self.name}.{operation.name}")
        return super().call(operation, inputs, key)


class Contact:
    """An agent at work on one run."""

    def __init__(self, desk: Desk, run: RunView, actor: Actor = MARIA):
        self.desk, self.run, self.actor = desk, run, actor

    @classmethod
    def begin(cls, desk: Desk, flow: str, customer: str | None = "C-1", actor: Actor = MARIA) -> Contact:
        """A new ticket with *flow* begun."""
        ticket = desk.open_ticket(customer, channel="phone", subject="It is broken", actor=actor)
        return cls(desk, desk.start(ticket.head.id, flow, actor=actor, token=new_id()).run, actor)

    def give(self, given: Input, *, role: str = "agent") -> RunView:
        """Take *given*, and wait for what it calls."""
        taken = self.desk.take(self.run.id, given, seq=self.run.seq, token=new_id(), actor=self.actor, role=role)
        self.run = self.desk.wait(taken.run.id, 10) if taken.run.calling else taken.run
        return self.run

    @property
    def step(self) -> str:
        """Where the run stands."""
        return self.run.waiting.step
