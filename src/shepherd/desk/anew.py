"""An old question, to be answered anew: the form of a visit as it stood, with what was given."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from shepherd.flow.types import to_text
from shepherd.run.api import Blank, Form, Question, Refused
from shepherd.run.state import Run, Visit


def question(run: Run, number: int) -> Question | Form:
    """The ask or collect of visit *number*, filled in with what was given; Refused where there is none."""
    visit: Visit | None = run.tip
    while visit is not None and visit.number > number:
        visit = visit.prev
    if visit is None or visit.number != number or visit.step.verb not in ("ask", "collect"):
        raise Refused("no_such_visit", "That step no longer stands on the path. Reload the page.", run.tip.ref)
    then = run._replace(state=visit.before, tip=visit._replace(done=False), end=None, trouble=None)
    waiting: Any = then.waiting
    if isinstance(waiting, Question):
        return replace(waiting, blank=_given(waiting.blank, visit.value))
    values = visit.value or {}
    blanks = tuple(_given(b, values.get(b.name)) for b in waiting.blanks)
    form: Form = replace(waiting, blanks=blanks)
    return form


def _given(blank: Blank, value: Any) -> Blank:
    if blank.secret or value is None or isinstance(value, dict):
        return replace(blank, given="")
    if isinstance(value, bool):
        return replace(blank, given="true" if value else "false")
    return replace(blank, given=to_text(value))
