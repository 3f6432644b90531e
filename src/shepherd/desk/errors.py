"""What a use of the desk can be refused for. Refused (a rule of the flow) comes from run.api, the rest stands here."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shepherd.desk.views import RunView


class DeskError(Exception):
    """*sentence* says what is wrong and what to do; nothing has changed, and no value stands in it."""

    def __init__(self, sentence: str):
        super().__init__(sentence)
        self.sentence = sentence


class Unknown(DeskError):
    """There is no such ticket, run, customer or flow."""


class Stale(DeskError):
    """The page is behind the run: *run* is where it stands now."""

    def __init__(self, run: RunView):
        super().__init__("This page was behind. Here is the step at which the contact stands now.")
        self.run = run


class Reused(DeskError):
    """The token of a form came again with another content."""


class Misused(DeskError):
    """The desk was asked for what can't be done (no customer base, a blank name …)."""


class Unavailable(DeskError):
    """The record can't be reached: nothing was saved; the same form may be sent again."""


class Broken(DeskError):
    """A recorded run can't be folded any more: changed from outside, or erased."""
