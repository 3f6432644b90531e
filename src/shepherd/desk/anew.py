"""An old question, to be answered anew: the form of a visit as it stood, with what was given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from shepherd.run import shown
from shepherd.run.api import Blank, Form, Question, Refused
from shepherd.run.state import Run, Visit
from shepherd.run.waiting import as_given


def question(run: Run, number: int) -> Question | Form:
    """The ask or collect of visit *number*, filled in with what was given; Refused where there is none."""
    then, value = _as_it_stood(run, number)
    waiting: Any = then.waiting
    if isinstance(waiting, Question):
        return replace(waiting, blank=_given(waiting.blank, value))
    values = value or {}
    seen = shown(then, values)
    blanks = tuple(replace(_given(b, values.get(b.name)), shown=b.name in seen) for b in waiting.blanks)
    form: Form = replace(waiting, blanks=blanks)
    return form


def asked(run: Run, number: int, values: Mapping[str, Any]) -> tuple[str, ...]:
    """The fields that the form of visit *number* shows when *values* (name → raw) are filled in so far."""
    return shown(_as_it_stood(run, number)[0], values)


def _as_it_stood(run: Run, number: int) -> tuple[Run, Any]:
    """*run* as it stood when the ask or collect of visit *number* was entered, and what was given there."""
    visit: Visit | None = run.tip
    while visit is not None and visit.number > number:
        visit = visit.prev
    if visit is None or visit.number != number or visit.step.verb not in ("ask", "collect"):
        raise Refused("no_such_visit", "That step no longer stands on the path. Reload the page.", run.tip.ref)
    then = run._replace(state=visit.before, tip=visit._replace(done=False), end=None, trouble=None)
    return then, visit.value


def _given(blank: Blank, value: Any) -> Blank:
    return replace(blank, given="" if blank.secret else as_given(value))
