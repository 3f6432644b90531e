"""
One use of the product, one function: the web pages and the terminal call only this.

    desk = Desk.open(settings)                       # or Desk(library, record, connectors, clock=…)
    ticket = desk.open_ticket("C-1001", channel="phone", subject="No internet", actor=Actor("agent", "maria"))
    taken = desk.start(ticket.head.number, "internet_down", actor=…, token=new_id())
    taken = desk.take(taken.run.id, Answer("red"), seq=taken.run.seq, token=new_id(), actor=…)
    view = desk.wait(taken.run.id, 0.3)              # for a call under way
    desk.close()

Every function raises ``Refused`` (a rule of the flow, with a sentence and the field) or a ``DeskError``
(``Unknown Stale Reused Misused Unavailable``), and then nothing has changed.
"""

import importlib
from typing import TYPE_CHECKING, Any

from shepherd.desk.errors import DeskError, Misused, Reused, Stale, Unavailable, Unknown
from shepherd.desk.ids import new_id
from shepherd.desk.settings import Settings

if TYPE_CHECKING:
    from shepherd.desk.desk import Desk
    from shepherd.desk.views import (
        AssuranceView,
        CaseNote,
        CustomerRow,
        FlowRow,
        FollowUp,
        Recorded,
        RunView,
        Taken,
        Target,
        TicketRow,
        TicketView,
    )

__all__ = [
    "AssuranceView",
    "CaseNote",
    "CustomerRow",
    "Desk",
    "DeskError",
    "FlowRow",
    "FollowUp",
    "Misused",
    "Recorded",
    "Reused",
    "RunView",
    "Settings",
    "Stale",
    "Taken",
    "Target",
    "TicketRow",
    "TicketView",
    "Unavailable",
    "Unknown",
    "new_id",
]


def __getattr__(name: str) -> Any:
    """The desk and its views when they are first asked for: checking flows needs only the settings, not a database."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"shepherd.desk.{'desk' if name == 'Desk' else 'views'}"), name)
