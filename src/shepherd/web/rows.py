"""What start page and tickets show of runs, tickets, flows and customers: a row for each, ready for the templates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from flask import current_app

from shepherd.audit.words import NO_OUTCOME
from shepherd.desk import CaseNote, DeskError, FlowRow, FollowUp, RunView, Target, TicketRow, TicketView, new_id
from shepherd.record import RunRow
from shepherd.run.api import Due
from shepherd.web.headings import heading
from shepherd.web.marks import Marks
from shepherd.web.show import name_of
from shepherd.web.who import Who, desk


def stand(waiting: Sequence[Mapping[str, Any]]) -> str:
    """How the list *waiting* stands, as a short text that differs when the list does."""
    return " ".join(f"{run['id']}:{run['seq']}" for run in waiting)


def waits(view: RunView, who: Who) -> dict[str, Any]:
    """
    A run that waits for the role of *who*: what is asked, since when and until when, for which customer, who guides.

    *another*: somebody else than *who* must answer, who has acted in the run already.
    """
    return {
        "id": view.id,
        "seq": view.seq,
        "ticket": view.ticket.number,
        "flow": view.title,
        "question": heading(view.waiting),
        "customer": name_of(view.customer, view.ticket.customer_ref),
        "agent": view.owner,
        "at": view.standing.tip.stamp.at,
        "until": view.waiting.due,
        "another": view.standing.has_answered(who.name),
    }


def customers_like(find: str) -> list[dict[str, str]]:
    """Customers whom the words *find* fit; none without words."""
    if not find:
        return []
    return [{"ref": c.id, "name": c.label} for c in desk().search_customers(find)]


def picks_for(typed: str) -> list[dict[str, str]]:
    """Customers who may be meant by what was *typed* for one: those whom it fits, else those whom it nearly does."""
    return customers_like(typed) or customers_like(desk().near_customers(typed))


def tickets_of(customer: str, *, limit: int = 20, but: str = "") -> list[dict[str, Any]]:
    """The newest tickets of *customer*, each with its state; *but* one by its number."""
    return [ticket_row(t) for t in desk().tickets_of(customer, limit=limit) if t.head.number != but]


def title(flow: str) -> str:
    """The title of *flow*; its id where the library no longer has it."""
    found = desk().library.flows.get(flow)
    return found.title if found else flow


def run_row(run: RunRow) -> dict[str, Any]:
    """A run with its state and outcome in words."""
    state = {"handed_over": "handed over", "abandoned": NO_OUTCOME}.get(run.status, run.status)
    return {
        "id": run.id,
        "ticket": run.number,
        "flow": title(run.flow),
        "state": state,
        "owner": run.owner,
        "at": run.updated_at,
        "outcome": Marks.words(run.outcome) if run.outcome else state,
    }


def ticket_row(row: TicketRow) -> dict[str, Any]:
    """A ticket with its state, its customer and its subject, which may be unknown or erased."""
    ticket = row.head
    return {
        "id": ticket.id,
        "state": row.state,
        "is_open": row.is_open,
        "number": ticket.number,
        "customer": ticket.customer_ref or "Unknown caller",
        "subject": ticket.subject if isinstance(ticket.subject, str) else "erased",
        "at": ticket.created_at,
    }


def open_row(run: RunRow, who: Who) -> dict[str, Any]:
    """
    A run under way: its *customer*, *until* when it waits for a time, and its page's *seq* where *who* has paused it.

    The last two are None where that is not so, or where the run can't be read.
    """
    due, seq, customer = None, None, ""
    with suppress(DeskError):
        view = desk().see(run.id)
        due = view.waiting.due if isinstance(view.waiting, Due) else None
        seq = view.seq if view.state == "paused" and view.owner == who.name else None
        customer = name_of(view.customer, view.ticket.customer_ref)
    return run_row(run) | {"until": due, "seq": seq, "token": new_id(), "customer": customer}


def note_row(view: TicketView, note: CaseNote) -> dict[str, Any]:
    """A case note of this ticket, with the title of the flow of its run, and when that run moved last."""
    run = next(run for run in view.runs if run.id == note.run)
    return {"note": note, "flow": title(run.flow), "at": run.updated_at}


def flow_row(flow: FlowRow) -> dict[str, Any]:
    """A flow that may be started, with what it asks for beforehand."""
    return {"id": flow.id, "title": flow.title, "category": flow.category, "asks": flow.asks}


def on_ticket(view: TicketView) -> list[str]:
    """What the desk aims at on this ticket, and what its runs left there, one line each."""
    lines = [*_service_level(view.target)] if view.target else []
    lines += [f"Priority {view.priority}"] if view.priority else []
    lines += [f"In the queue {Marks.words(view.queue)}"] if view.queue else []
    lines += [f"Tag {tag}" for tag in view.tags]
    lines += [_promise(f) for f in view.follow_ups]
    return lines


def _service_level(target: Target) -> Iterator[str]:
    """What the desk aims at for this contact."""
    clock = current_app.jinja_env.filters["clock"]
    if target.answer is not None:
        yield f"Service level: {target.share} % taken within {target.answer} s"
    for what, at in (("first reply", target.reply_by), ("solved", target.resolve_by)):
        if at is not None:
            yield f"Service level: {what} by {clock(at)}"


def holder(owner: str) -> str:
    """Who has something, as people read it: a queue by its words, a person by their name."""
    return Marks.words(owner).lower() if owner in desk().library.policy.queues else owner


def _promise(follow_up: FollowUp) -> str:
    """A follow-up with its time and owner."""
    due = f", by {current_app.jinja_env.filters['clock'](follow_up.at)}" if follow_up.at else ""
    return f"{follow_up.what}{due}" + (f", {holder(follow_up.owner)}" if follow_up.owner else "")
