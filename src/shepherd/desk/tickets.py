"""Customers and tickets: found, opened, and shown with all that their runs have put on them."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from shepherd.check.library import Library
from shepherd.connect import Connectors, Reply
from shepherd.desk.clock import Clock, wall, whole
from shepherd.desk.customers import MOST_FITTING, Customers, state_of
from shepherd.desk.errors import Misused, Unknown
from shepherd.desk.live import LiveLibrary
from shepherd.desk.mask import mask, mask_all
from shepherd.desk.runs import CASE_NOTE, Said, note_of
from shepherd.desk.show import facts_as_text
from shepherd.desk.views import CaseNote, FollowUp, Target, TicketView
from shepherd.flow.calendar import Duration, told_span
from shepherd.flow.types import to_json
from shepherd.record import Contact, Customer, Item, NotFound, Record, RunRow, Ticket
from shepherd.run.api import Actor
from shepherd.run.resting import absolute

LONGEST_SUBJECT = 200
LOOKUPS = 4
#: The key of the note that entries can't be read.
DAMAGE = "damage"
#: An outcome's follow-up so near to one that its run has planned is the same promise.
SAME_PROMISE = timedelta(hours=1)
CONTACT_LASTS = timedelta(hours=2)
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


class Tickets:
    """The tickets of a desk."""

    def __init__(self, live: LiveLibrary, record: Record, connectors: Connectors, clock: Clock):
        self._live, self._record, self._connectors, self._clock = live, record, connectors, clock
        self.customers = Customers(live, record, connectors)
        self._pool = ThreadPoolExecutor(LOOKUPS, thread_name_prefix="shepherd-customers")
        self._lookups = threading.BoundedSemaphore(LOOKUPS)
        self._answers = True

    def facts(self, customer: str) -> dict[str, Any] | None:
        """The facts of *customer* that desk.yaml declares, from the customer base; None where it does not answer."""
        policy = self._live.library.policy
        if not policy.customer_lookup:
            return {}
        reply = self._looked_up(policy.customer_lookup, customer)
        if reply is None:
            return None
        if reply.result == "not_found":
            raise Unknown(f'The customer base has no customer "{customer[:64]}".')
        if reply.result != "ok":
            return None
        declared = policy.facts.get("customer", {})
        values: dict[str, Any] = mask_all(to_json(reply.values))
        return {n: v for n, v in values.items() if n in declared}

    def _looked_up(self, operation: str, customer: str) -> Reply | None:
        """
        The customer base's reply, None where there is none in time.

        Who opens a ticket waits for it; so that a base that has stopped answering holds up only a few of them, the
        others then go on without it at once.
        """
        if not self._lookups.acquire(timeout=0.4 if self._answers else 0):
            return None
        try:
            asked = partial(self._connectors.call, key="", declared=self._live.library.connectors)
            future = self._pool.submit(asked, operation, {"customer_id": customer})
            try:
                reply = future.result(timeout=3)
            except TooLate:
                future.cancel()
                self._answers = False
                return None
            self._answers = reply.result != "error"
            return reply
        finally:
            self._lookups.release()

    def open(
        self, customer_id: str | None, *, channel: str, subject: str, actor: Actor, id_: str, new_id: Any
    ) -> Ticket:
        """A new ticket and its first contact, once per *id_*."""
        subject = mask(" ".join(subject.split()))
        if len(subject) > LONGEST_SUBJECT:
            raise Misused(f"Say in at most {LONGEST_SUBJECT} characters what the contact is about.")
        now = whole(self._clock())
        customer = self._customer(customer_id, new_id=new_id) if customer_id else None
        ticket = self._record.create_ticket(
            id_, customer=customer.id if customer else None, subject=subject, at=now, actor=actor
        )
        if not self._record.contacts(ticket.id):
            self._record.create_contact(new_id(), ticket.id, channel=_channel(channel), at=now, actor=actor)
        return ticket

    def attach(self, ticket: Ticket, customer_id: str, *, actor: Actor, new_id: Any) -> Ticket:
        """Put the customer on a ticket that has none, and note who did."""
        if ticket.customer:
            raise Misused("This ticket has a customer already. Open another ticket for somebody else.")
        customer = self._customer(customer_id, new_id=new_id)
        if customer is None:
            raise Unknown("Say which customer it is.")
        now = whole(self._clock())
        changed = self._record.change_ticket(ticket.id, at=now, customer=customer.id)
        text = f"Customer {customer.ref} put on the ticket."
        self._record.add_item(ticket.id, new_id(), "note", text, at=now, actor=actor)
        return changed

    def _customer(self, text: str, *, new_id: Any) -> Customer | None:
        """The customer whose number is *text*, in capitals or not, with fresh facts where the base answers."""
        ref = text.strip()
        try:
            facts = self.facts(ref)
        except Unknown:
            ref = self._same_number(ref)
            facts = self.facts(ref)
        known = self._record.customer_by_ref(ref)
        if facts is None and known is not None:
            return known
        return self._record.put_customer(new_id(), ref, facts or {}, at=whole(self._clock()))

    def _same_number(self, text: str) -> str:
        """The number that differs from *text* in how it is written only."""
        found, fit = self.customers.number(text)
        if not found:
            if fit:
                raise Unknown(_fitting(text[:64], fit))
            near = self.customers.near(text)
            hint = f"Did you mean {near}?" if near else "Find them by name, or leave it empty."
            raise Unknown(f'The customer base has no customer "{text[:64]}". {hint}')
        return found

    def contact(self, ticket: Ticket, *, channel: str, actor: Actor, new_id: Any, runs: Iterable[RunRow]) -> Contact:
        """
        The contact under way on *ticket*, or a new one.

        What was established about a caller holds for their contact alone: another channel, or two hours without
        anything, is another contact.
        """
        contacts = self._record.contacts(ticket.id)
        now = whole(self._clock())
        if contacts:
            latest = max(contacts, key=lambda c: (c.at, c.id))
            last = max([latest.at, *(r.updated_at for r in runs if r.contact == latest.id)])
            if now - last < CONTACT_LASTS and (not channel or channel == latest.channel):
                return latest
            channel = channel or latest.channel
        return self._record.create_contact(new_id(), ticket.id, channel=_channel(channel), at=now, actor=actor)

    def find(self, id_or_number: str) -> Ticket:
        """The ticket by its id or number."""
        try:
            return self._record.ticket(id_or_number.strip())
        except NotFound:
            raise Unknown(f'There is no ticket "{id_or_number.strip()[:64]}".') from None

    def view(self, ticket: Ticket) -> TicketView:
        """*ticket* with all that stands on it."""
        record = self._record
        runs = tuple(sorted(record.runs(ticket=ticket.id, limit=500), key=lambda r: (r.created_at, r.id), reverse=True))
        sheet = Sheet(self._live.library)
        read = record.readable(ticket.id)
        for body in sorted((b for b in read if b), key=lambda b: (str(b["at"]), str(b["run"]), str(b["seq"]).zfill(9))):
            sheet.read_tolerant(body)
        sheet.unreadable += read.count(None)
        contact = max(record.contacts(ticket.id), key=lambda c: (c.at, c.id), default=None)
        customer = record.customer(ticket.customer) if ticket.customer else None
        facts = customer.facts if customer else {}
        return TicketView(
            head=ticket,
            status=state_of(runs, self._live.library),
            customer=facts_as_text(facts) if isinstance(facts, Mapping) and set(facts) != {"erased"} else {},
            channel=contact.channel if contact else "",
            runs=runs,
            priority=sheet.priority,
            queue=sheet.queue,
            tags=tuple(sheet.tags),
            follow_ups=tuple(sheet.follow_ups),
            notes=(*sheet.damage(ticket), *sheet.notes, *(i for i in record.items(ticket.id) if i.kind == "note")),
            case_notes=sheet.case_notes([run.id for run in runs]),
            target=self._target(contact) if contact else None,
        )

    def _target(self, contact: Contact) -> Target | None:
        """What the desk aims at on the channel of *contact*; None where it sets nothing."""
        policy = self._live.library.policy
        level = policy.service_levels.get(contact.channel)
        if level is None:
            return None
        came = wall(contact.at, policy.time_zone)

        def by(span: Duration | None) -> datetime | None:
            return absolute(policy.calendar.after(came, span), policy) if span else None

        return Target(answer=level.answer, share=level.share, reply_by=by(level.reply), resolve_by=by(level.resolve))

    def close(self) -> None:
        """Wait for nobody."""
        self._pool.shutdown(wait=False, cancel_futures=True)


def valid_id(token: str) -> str:
    """*token*, which becomes the id of what is made; refused where it is none that ``new_id`` gives."""
    if not _UUID.fullmatch(token):
        raise Misused("The form has no valid token. Open the page again.")
    return token


def _channel(channel: str) -> str:
    kept = mask(channel.strip())[:40]
    return kept or "phone"


@dataclass
class Sheet:
    """A ticket as its entries have written it."""

    library: Library
    priority: str = ""
    queue: str = ""
    tags: list[str] = field(default_factory=list)
    follow_ups: list[FollowUp] = field(default_factory=list)
    notes: list[Item] = field(default_factory=list)
    unreadable: int = 0
    _asked: dict[tuple[str, int], str] = field(default_factory=dict)
    _said: dict[str, list[Said]] = field(default_factory=dict)
    _agent: dict[str, str] = field(default_factory=dict)
    _planned: dict[str, list[datetime | None]] = field(default_factory=dict)

    def read_tolerant(self, body: Mapping[str, Any]) -> None:
        """One more entry; one that somebody has changed into another form is counted, and does not stop the rest."""
        try:
            self.read(body)
        except (LookupError, TypeError, ValueError, AttributeError):
            self.unreadable += 1

    def damage(self, ticket: Ticket) -> list[Item]:
        """A note where entries can't be read, so that nobody takes the ticket for whole."""
        if not self.unreadable:
            return []
        many = "One entry" if self.unreadable == 1 else f"{self.unreadable} entries"
        text = f"{many} of this ticket can't be read: not as written. Its paths under Recorded runs show where."
        at = ticket.updated_at
        return [Item(ticket=ticket.id, key=DAMAGE, run=None, kind="note", at=at, actor="Shepherd", value=text)]

    def read(self, body: Mapping[str, Any]) -> None:
        """One more entry."""
        data, run = body["data"], body["run"]
        at = datetime.fromisoformat(body["at"])
        if body["actor"]["kind"] == "agent":
            self._agent[run] = body["actor"]["id"]
        if body["kind"] == "do_requested":
            self._asked[run, data["visit"]] = data["operation"]
        elif body["kind"] == "do_finished" and data["result"] == "ok" and not data.get("repeated"):
            self._done(self._asked.get((run, data["visit"]), ""), data["values"], body, at)
        elif body["kind"] == "noted":
            self._noted(run, data, body, at)
        for item in body["entered"]:
            if "escalated" in item:
                self._escalated(item["escalated"])
            if "ended" in item:
                self._ended(run, item, body)

    def _done(self, operation: str, values: Mapping[str, Any], body: Mapping[str, Any], at: datetime) -> None:
        told = {n: _shown(v) for n, v in values.items()}
        if operation == "ticket.priority":
            self.priority = told.get("to", "")
        elif operation == "ticket.queue":
            self.queue = told.get("to", "")
        elif operation == "ticket.tag" and told.get("name") not in self.tags:
            self.tags.append(told.get("name", ""))
        elif operation == "ticket.follow_up":
            due = self._after(body, told)
            owner = told.get("owner", "")
            self.follow_ups.append(FollowUp(what=told.get("what", ""), owner=owner, at=due))
            self._planned.setdefault(str(body["run"]), []).append(due)
        elif operation == "ticket.note":
            self.notes.append(_item(body, at, told.get("text", "")))

    def _noted(self, run: str, data: Mapping[str, Any], body: Mapping[str, Any], at: datetime) -> None:
        note = Said(at, body["actor"]["id"], _shown(data["text"]), data.get("use", ""))
        self._said.setdefault(run, []).append(note)
        if note.use != CASE_NOTE:
            self.notes.append(_item(body, at, note.text))

    def case_notes(self, runs: Iterable[str]) -> tuple[CaseNote, ...]:
        """The case note of each of *runs* that is over, in their order."""
        return tuple(note for run in runs if (note := note_of(run, self._said.get(run, []))))

    def _escalated(self, fields: Mapping[str, Any]) -> None:
        self.queue = fields["queue"]
        until = fields.get("acknowledge_by") or fields.get("next_update") or fields.get("resolve_by")
        what = f"Take over {fields['id']}"
        due = self._instant(datetime.fromisoformat(until)) if until else None
        self.follow_ups.append(FollowUp(what=what, owner=fields.get("owner") or fields["queue"], at=due))

    def _ended(self, run: str, item: Mapping[str, Any], body: Mapping[str, Any]) -> None:
        ended, flow = item["ended"], self.library.flows.get(item["step"].partition("/")[0])
        outcome = flow.outcomes.get(ended["outcome"]) if flow else None
        if outcome and outcome.follow_up:
            due = self._due(body, outcome.follow_up)
            if any(at is not None and abs(at - due) <= SAME_PROMISE for at in self._planned.get(run, ())):
                return  # the run has planned it already, under its own name
            meant = self.library.policy.dispositions.get(str(ended.get("code") or ""), "")
            what = f"Follow up: {meant or ended['outcome'].replace('_', ' ')}"
            self.follow_ups.append(FollowUp(what=what, owner=self._agent.get(run, ""), at=due))

    def _after(self, body: Mapping[str, Any], told: Mapping[str, str]) -> datetime | None:
        span = told_span(told.get("in", ""))
        return self._due(body, span) if span else None

    def _due(self, body: Mapping[str, Any], span: Duration) -> datetime:
        """When *span* is over that began with *body*, counted over the desk's calendar."""
        zone = datetime.strptime(body["offset"], "%z").tzinfo
        wall = datetime.fromisoformat(body["at"]).astimezone(zone).replace(tzinfo=None)
        return self._instant(self.library.policy.calendar.after(wall, span))

    def _instant(self, wall: datetime) -> datetime:
        """A moment on the desk's clock, in UTC."""
        return absolute(wall, self.library.policy)


def _fitting(text: str, fit: int) -> str:
    """What to say of *text* where the number of one customer is due, and *fit* customers are found by it."""
    if fit == 1:
        return f'One customer fits "{text}": choose them, or type another name or the number.'
    count = f"{MOST_FITTING} or more" if fit >= MOST_FITTING else str(fit)
    return f'{count} customers fit "{text}": choose the right one, or type more of the name or the number.'


def _shown(value: Any) -> str:
    return "erased" if isinstance(value, Mapping) else str(value)


def _item(body: Mapping[str, Any], at: datetime, text: str) -> Item:
    key = f"{body['run']}:{body['seq']}"
    actor = body["actor"]["id"]
    return Item(ticket=body["ticket"], key=key, run=body["run"], kind="note", at=at, actor=actor, value=text)
