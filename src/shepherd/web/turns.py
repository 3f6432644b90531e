"""Whose turn it is at the step of a run, what they need to know who answer in a role, and what they answered."""

from __future__ import annotations

from typing import NamedTuple

from shepherd.desk import RunView
from shepherd.run.api import Ended, PathItem, Stuck
from shepherd.web.marks import Marks
from shepherd.web.so_far import GIVEN, HUMAN
from shepherd.web.who import Who

#: So many answers stand above what a role is asked.
FEW = 5


class Elsewhere(NamedTuple):
    """
    Why this agent can't answer now.

    *leaves*: they guide the contact, hear what to say and may leave the step. *reads*: they read along what is said,
    done and asked now.
    """

    heading: str
    sentence: str
    can_take: bool
    leaves: bool = False
    reads: bool = False


class Brief(NamedTuple):
    """What somebody who answers in a role is told who hears no customer: *speaker* does, *say* is meant for them."""

    speaker: str
    say: str
    answers: tuple[PathItem, ...]


def elsewhere(view: RunView, who: Who) -> Elsewhere | None:
    """Whose turn it is, where it is not that of *who*."""
    if isinstance(view.waiting, Ended):
        return None
    mine = not view.owner or view.owner == who.name
    role = _awaited(view)
    if view.state == "handed_over":
        return Elsewhere(
            f"Waits for {Marks.words(view.owner).lower() or 'a colleague'}",
            "It was handed over with everything so far. Whoever takes it over goes on at the very same step.",
            True,
            reads=True,
        )
    if role and role != who.role:
        return Elsewhere(
            f"Waits for a {role}",
            f"This step must be answered by a {role} who has not answered in this run before.{_lasts(view)}",
            can_take=not mine,
            leaves=mine,
        )
    if role and view.standing.has_answered(who.name):
        return Elsewhere(
            "Another person must act here",
            f"{who.name} has already answered in this run, so this step is for another {role}.{_lasts(view)}",
            can_take=not mine,
            leaves=mine,
        )
    if not role and not mine:
        does = "has paused" if view.state == "paused" else "is guiding"
        return Elsewhere(
            f"{view.owner} {does} this contact",
            "You can read along, or take it over and go on from here.",
            True,
            reads=True,
        )
    return None


def _awaited(view: RunView) -> str:
    """The role that the step at hand waits for, "" for none."""
    return "" if view.state == "paused" or isinstance(view.waiting, Stuck | Ended) else view.waiting.role


def _lasts(view: RunView) -> str:
    """That a step waits as long as it takes, where it does."""
    return "" if view.waiting.due else " It stays here until then; nothing is lost."


def brief(view: RunView, who: Who) -> Brief | None:
    """What *who* needs to answer in their role; None where they guide the contact themselves, or it is not theirs."""
    if not _awaited(view) or not view.owner or view.owner == who.name or elsewhere(view, who):
        return None
    answers = [p for p in view.path if p.verb in GIVEN and p.answer and p.visit != view.waiting.visit]
    return Brief(view.owner, view.waiting.words.say, tuple(answers[-FEW:]))


def decided(view: RunView, who: Who, kind: str) -> str:
    """What was answered last, where it was kept for a role: told to who answered so, and to whoever goes on."""
    last = next((p for p in reversed(view.path) if p.verb in HUMAN and p.visit != view.waiting.visit), None)
    role = role_of(view, last) if last is not None else ""
    if last is None or not role or not last.answer or last.actor is None:
        return ""
    told = f"“{last.answer}” to “{last.title}”."
    if last.actor.kind != "agent":
        return f"No {role} answered in time: “{last.title}”."
    if last.actor.id != who.name:
        return "" if kind == "elsewhere" and view.owner != who.name else f"{last.actor.id}, {role}, answered {told}"
    if kind not in ("elsewhere", "ended") or role != who.role:
        return ""
    goes_on = f" {view.owner} goes on." if view.owner and kind == "elsewhere" else ""
    return f"Recorded: {told}{goes_on}"


def role_of(view: RunView, item: PathItem) -> str:
    """The role that the step of *item* is kept for, "" for none."""
    flow, _, step = item.step.partition("/")
    return view.standing.library.flows[flow].steps[step].role or ""
