"""What a step is called on pages: by what is asked, said or done there first; by its id only where there is nothing."""

from __future__ import annotations

import re
from textwrap import shorten

from shepherd.audit.words import reason_of, unfilled
from shepherd.desk import RunView
from shepherd.flow.model import Ask, Collect, Escalate
from shepherd.run.api import Blank, DoDue, Due, Ended, Form, LookupDue, Message, Question, Stuck, Waiting
from shepherd.run.waiting import choices
from shepherd.web.marks import Marks

LONGEST_HEADING = 70
_SENTENCE = re.compile(r"(?<=[.?!])\s|\n")


def heading(waiting: Waiting, lost: bool = False) -> str:
    """
    The one line that names the step: the question, or what is said or done there first; only else its id.

    *lost*: a change nobody knows about.
    """
    name = Marks.words(waiting.step.rpartition("/")[2])
    if isinstance(waiting, Question):
        return waiting.question
    if isinstance(waiting, DoDue):
        return f"Was it done: {name.lower()}?" if lost else f"Being done: {name.lower()}"
    if isinstance(waiting, LookupDue):
        return f"Being looked up: {name.lower()}"
    if isinstance(waiting, Due):
        return f"Waits: {name}"
    if isinstance(waiting, Stuck):
        return "The flow can’t go on by itself"
    if isinstance(waiting, Ended):
        if waiting.outcome:
            return Marks.words(waiting.outcome)
        return Marks.words(reason_of(waiting.reason))
    words = waiting.words
    labels = ", ".join(blank.label for blank in blanks(waiting))
    return first_words(words.say or words.guide or words.warn or labels) or name


def first_words(text: str) -> str:
    """The first sentence of *text*, cut between words where it is long."""
    sentence = _SENTENCE.split(text.strip(), maxsplit=1)[0]
    return shorten(sentence, LONGEST_HEADING, placeholder=" …")


def then_at(view: RunView) -> str:
    """Where a run goes on by itself when its time is up, or nobody has answered in time, in words."""
    run, waiting = view.standing, view.waiting
    edge = run.tip.step.edges.get("then" if isinstance(waiting, Due) else "no_answer") if waiting.due else None
    if edge is None:
        return ""
    step = run.flows[run.tip.ref.partition("/")[0]].steps.get(edge.target)
    asked, words = unfilled(step, run.flows, "…")
    if step is not None and isinstance(step.action, Escalate):
        return f"Passed on to {Marks.words(step.action.queue).lower()}"
    said = asked if step is not None and isinstance(step.action, Ask) else words.say or words.guide
    return first_words(said) or Marks.words(edge.target)


def field_follows(view: RunView) -> bool:
    """Whether what is said now is answered on the next page, by typing: nothing can be typed on this one."""
    run = view.standing
    edge = run.tip.step.edges.get("then") if isinstance(view.waiting, Message) else None
    if edge is None:
        return False
    action = run.flows[run.tip.ref.partition("/")[0]].steps[edge.target].action
    return isinstance(action, Collect) or (isinstance(action, Ask) and not choices(action.field))


def blanks(waiting: Waiting) -> tuple[Blank, ...]:
    """What is to be filled at this stop."""
    if isinstance(waiting, Question):
        return (waiting.blank,)
    return waiting.blanks if isinstance(waiting, Form) else ()
