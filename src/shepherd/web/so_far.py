"""The answers so far as the page of a run lists them: newest first, what became of each, what may be changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby, pairwise
from typing import NamedTuple

from shepherd.desk import RunView
from shepherd.run.api import Ended, PathItem

GIVEN = frozenset({"ask", "collect"})
HUMAN = GIVEN | {"message"}
CALLS = frozenset({"lookup", "do"})
ORDINALS = ("second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


class Given(NamedTuple):
    """An answer in the list; *barred* says why nobody can go back to it, where that is so."""

    visit: int
    title: str
    answer: str
    can_change: bool
    can_go_back: bool
    barred: str


class Stretch(NamedTuple):
    """Answers that stand together, newest first, and what bars the way to them; nothing where it is open."""

    barred: str
    answers: tuple[Given, ...]


def so_far(path: Sequence[PathItem], *, acts: bool = True) -> tuple[Stretch, ...]:
    """
    What was answered on *path* (oldest first), newest first, parted where something bars the way back.

    *acts*: whoever sees it may change an answer or go back to it.
    """
    found = [
        Given(
            item.visit,
            item.title,
            _told(item, behind),
            acts and item.can_change,
            acts and item.can_go_back,
            item.barred,
        )
        for item, behind in pairwise([*path, None])
        if item is not None and item.verb in GIVEN and item.answer
    ]
    return tuple(Stretch(barred, tuple(those)) for barred, those in groupby(reversed(found), lambda g: g.barred))


def _told(item: PathItem, behind: PathItem | None) -> str:
    """The answer; of a secret what the call right behind it found, for nothing else shows that it was refused."""
    if not _has_secret(item) or behind is None or behind.verb not in CALLS or not behind.answer:
        return item.answer
    attempt = f", try {behind.attempt}" if (behind.attempt or 1) > 1 else ""
    return f"{item.answer}: {'right' if behind.answer == 'ok' else behind.answer}{attempt}"


def _has_secret(item: PathItem) -> bool:
    """Whether something secret was given, of which only the length is kept."""
    values = item.value.values() if item.verb == "collect" and isinstance(item.value, Mapping) else (item.value,)
    return any(isinstance(value, Mapping) and "given" in value for value in values)


def has_begun(view: RunView) -> bool:
    """Whether somebody has acted in the run, so that its first step is behind them."""
    return any(item.verb in HUMAN and item.visit != view.waiting.visit for item in view.path)


def round_of(view: RunView) -> str:
    """Which time the run stands at this step, like ``second time``; "" for the first, and where it is over."""
    if isinstance(view.waiting, Ended):
        return ""
    times = sum(item.step == view.waiting.step for item in view.path)
    if times < 2:
        return ""
    return f"{ORDINALS[times - 2]} time" if times - 2 < len(ORDINALS) else f"{times} times"


def way_back(path: Sequence[PathItem]) -> int | None:
    """The latest visit before this one where somebody acted and to which one may go back."""
    return next((p.visit for p in reversed(path) if p.can_go_back and p.verb in HUMAN), None)


def no_way_back(path: Sequence[PathItem]) -> str:
    """Why there is no way back where people have acted already; nothing at the first step, or where there is one."""
    if way_back(path) is not None:
        return ""
    return next((p.barred for p in reversed(path) if p.barred and p.verb in HUMAN), "")
