"""The demo desk: callers to try, who are made up, and the first ticket of each."""

from __future__ import annotations

from typing import NamedTuple

from shepherd.desk import Desk, new_id
from shepherd.run.api import Actor

ACTOR = Actor("system", "demo", True)


class Caller(NamedTuple):
    """A made-up customer: their number, the PIN they say, and what they call about."""

    customer: str
    pin: str
    channel: str
    subject: str


CALLERS = (
    Caller("C-1001", "4071", "phone", "No internet since this morning"),
    Caller("C-1002", "5182", "phone", "Cannot log in any more"),
    Caller("C-1003", "6293", "chat", "The internet is slow in the evening"),
)


def callers(desk: Desk) -> tuple[Caller, ...]:
    """The callers whom the customer base of *desk* knows: another library has customers of its own."""
    return tuple(c for c in CALLERS if any(row.id == c.customer for row in desk.search_customers(c.customer)))


def open_tickets(desk: Desk, known: tuple[Caller, ...]) -> None:
    """Give an empty *desk* the first tickets."""
    if desk.tickets(limit=1):
        return
    for caller in known:
        desk.open_ticket(caller.customer, channel=caller.channel, subject=caller.subject, actor=ACTOR, token=new_id())
