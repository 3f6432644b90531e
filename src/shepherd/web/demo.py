"""The demo desk: callers to try, who are made up, and the first ticket of each."""

from __future__ import annotations

from typing import NamedTuple

from shepherd.desk import Desk, DeskError, new_id
from shepherd.run.api import Actor

ACTOR = Actor("system", "demo", True)
MARK = "demo"
MOST = 10_000


class NotThatRecord(DeskError):
    """A demo on a real desk's record, or a real desk on a demo's."""


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


def hold_apart(desk: Desk, demo: bool) -> None:
    """
    Keep what is made up and what is real in records of their own: an empty one becomes a demo's for good.

    Raises NotThatRecord where the record of *desk* is not one of that kind.
    """
    known = bool(desk.record.marked(MARK))
    if known and not demo:
        raise NotThatRecord(
            "This record is a demo’s: nothing in it is real. Serve it with --demo, or name another with --database."
        )
    if demo and not known:
        tickets = desk.tickets(limit=MOST)
        if tickets and tickets[-1].created_by != ACTOR.id:
            raise NotThatRecord(
                "This record has a real desk’s tickets, so it can’t be a demo. Leave --demo away, or name another "
                "with --database and --keys."
            )
        desk.record.mark(MARK, "yes")


def callers(desk: Desk) -> tuple[Caller, ...]:
    """The callers whom the customer base of *desk* knows: another library has customers of its own."""
    return tuple(c for c in CALLERS if any(row.id == c.customer for row in desk.search_customers(c.customer)))


def open_tickets(desk: Desk, known: tuple[Caller, ...]) -> None:
    """Give an empty *desk* the first tickets."""
    if desk.tickets(limit=1):
        return
    for caller in known:
        desk.open_ticket(caller.customer, channel=caller.channel, subject=caller.subject, actor=ACTOR, token=new_id())
