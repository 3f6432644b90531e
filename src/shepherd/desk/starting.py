"""Starting a flow on a ticket: its facts, what the contact already holds, and the documents that the run pins."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from shepherd.audit.casenote import case_note
from shepherd.check.library import Library
from shepherd.desk.errors import Broken, Reused, Unavailable, Unknown
from shepherd.desk.going import Going
from shepherd.desk.guide import Guide
from shepherd.desk.ids import new_id
from shepherd.desk.live import LiveLibrary
from shepherd.desk.mask import mask_all
from shepherd.desk.runs import CASE_NOTE, Live, Runs
from shepherd.desk.tickets import Tickets, valid_id
from shepherd.desk.views import Taken
from shepherd.record import Conflict, Contact, IdTaken, Record, RecordUnavailable, RunRow, Ticket, TokenReused
from shepherd.run import advance, held_after, start
from shepherd.run.api import SYSTEM, Actor, Event, Note, Refused
from shepherd.run.escalation import numbered
from shepherd.run.tally import Tally, tallied
from shepherd.run.tongue import language_of

NEEDS_CUSTOMER = "This flow must know who the customer is. Put the customer on the ticket, then start it again."


class Starting:
    """How runs begin."""

    def __init__(self, live: LiveLibrary, record: Record, runs: Runs, tickets: Tickets, going: Going, guide: Guide):
        self._live, self._record, self._runs = live, record, runs
        self._tickets, self._going, self._guide = tickets, going, guide

    def start(
        self,
        ticket: Ticket,
        flow: str,
        *,
        actor: Actor,
        token: str,
        role: str,
        inputs: Mapping[str, Any],
        channel: str,
        language: str | None,
    ) -> Taken:
        """
        Start *flow*; the token is the run's id, so that the same form makes the same run.

        *language* is a tag, "" for the flow's own, None for what the contact's last run was in.
        """
        run_id = valid_id(token)
        before = self._begun(run_id, ticket, flow)
        if before is not None:
            return before
        library = self._live.fresh()
        chosen = library.flows.get(flow)
        if chosen is None or chosen.called_only:
            raise Unknown(f'There is no flow "{flow[:64]}" to be started.')
        rows = self._record.runs(ticket=ticket.id, limit=200)
        contact = self._tickets.contact(ticket, channel=channel, actor=actor, new_id=new_id, runs=rows)
        stamp = self._going.stamp(None, actor, role)
        given = {n: v for n, v in {"customer_id": ticket.customer_ref}.items() if v and n in chosen.inputs}
        needed = chosen.inputs.get("customer_id")
        if needed is not None and not needed.optional and not (given or inputs.get("customer_id")):
            raise Refused("needs_customer", NEEDS_CUSTOMER)
        held, last = self._held(contact, rows)
        spoken = self.spoken([r for r in rows if r.contact == contact.id]) if language is None else language
        stamp = stamp._replace(at=max(stamp.at, last)) if last else stamp
        begin = partial(
            start,
            library,
            flow,
            inputs=given | mask_all(inputs),
            facts=self._facts(library, ticket, contact, actor, role, spoken if library.speaks(spoken) else ""),
            stamp=stamp,
            held=held,
        )
        spent = Tally(partial(self._record.spent, ticket.place, now=stamp.at))
        step = tallied(
            lambda known: numbered(lambda taken: begin(spent=known, taken=taken), self._record.last_tracking_id), spent
        )
        events: list[Event] = [step.event]
        live = Live(run_id, step.run, ticket, contact.id, step.event.data, (), "")
        if step.run.ended:
            text = case_note(step.run, self._going.heading(live))
            end = advance(step.run, Note(text, use=CASE_NOTE), stamp=stamp._replace(actor=SYSTEM, role="system"))
            events.append(end.event)
            live = live._replace(run=end.run)
        bundle = step.event.data["bundle"]
        documents = {hash_: library.document(hash_) for hash_ in bundle.values()}
        try:
            self._record.create_run(run_id, ticket.id, flow, events, documents=documents, contact=contact.id)
        except (Conflict, TokenReused):
            return self._again(run_id, ticket, flow)
        except IdTaken:
            return self.start(
                ticket, flow, actor=actor, token=token, role=role, inputs=inputs, channel=channel, language=language
            )
        except RecordUnavailable as error:
            raise Unavailable(error.sentence) from None
        self._runs.keep(live.after(live.run, events))
        return Taken(run=self._guide.see(run_id))

    def _begun(self, run_id: str, ticket: Ticket, flow: str) -> Taken | None:
        try:
            live = self._runs.load(run_id)
        except Unknown:
            return None
        if live.ticket.id != ticket.id or live.run.flow_id != flow:
            raise Reused("This form was sent before with other content. Open the page again.")
        return Taken(run=self._guide.see(run_id), repeated=True)

    def _again(self, run_id: str, ticket: Ticket, flow: str) -> Taken:
        before = self._begun(run_id, ticket, flow)
        if before is None:
            raise Refused("not_now", "The flow could not be started. Open the ticket again.")
        return before

    def spoken(self, rows: list[RunRow]) -> str:
        """The language of the latest run among *rows*, as far as its record can be read."""
        latest = max(rows, key=lambda row: (row.created_at, row.id), default=None)
        if latest is None:
            return ""
        try:
            facts = self._runs.load(latest.id).started["facts"]
        except Broken:
            return ""
        return language_of(facts)

    def _facts(
        self, library: Library, ticket: Ticket, contact: Contact, actor: Actor, role: str, language: str
    ) -> dict[str, Any]:
        """What desk.yaml declares of customer, contact, ticket and agent; the channel, and the contact's language."""
        declared = library.policy.facts
        customer: Mapping[str, Any] = {}
        if ticket.customer:
            fresh = self._tickets.facts(ticket.customer_ref)
            known = self._record.customer(ticket.customer)
            kept = known.facts if known and isinstance(known.facts, Mapping) and "erased" not in known.facts else {}
            customer = {**kept, **(fresh or {})}
        ready = {
            "customer": {**customer, "customer_id": ticket.customer_ref},
            "contact": {"id": contact.id, "channel": contact.channel},
            "ticket": {"id": ticket.id, "number": ticket.number},
            "agent": {"name": actor.id, "role": role},
        }
        facts: dict[str, Any] = {"channel": contact.channel}
        for name, values in ready.items():
            facts[name] = {n: v for n, v in values.items() if n in declared.get(name, {}) and v not in (None, "")}
        if language:
            facts["contact"] = {**facts["contact"], "language": language}
        return facts

    def _held(self, contact: Contact, rows: list[RunRow]) -> tuple[list[dict[str, Any]], Any]:
        """
        What earlier runs of the same contact have established and not withdrawn, and when the last of them moved.

        A run that was begun with something and has lost it since takes it from those after it, too.
        """
        held: dict[str, dict[str, Any]] = {}
        last = None
        for row in sorted((r for r in rows if r.contact == contact.id), key=lambda r: (r.created_at, r.id)):
            live = self._runs.load(row.id)
            now = {h["name"]: h for h in held_after(live.run)}
            for name in {h["name"] for h in live.started.get("held", ())} - set(now):
                held.pop(name, None)
            held |= now
            last = max(filter(None, (last, live.run.last.at)))
        return [held[name] for name in sorted(held)], last
