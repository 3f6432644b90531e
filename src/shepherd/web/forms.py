"""What a form brought, as an input of the run. Nothing is judged here: the engine does that, for every door alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort
from werkzeug.datastructures import MultiDict

from shepherd.run.api import (
    Abandon,
    Answer,
    Change,
    Continue,
    Fields,
    GoBack,
    HandOver,
    Input,
    Note,
    Pause,
    Refused,
    Resume,
    TakeOver,
)

Form = MultiDict[str, str]
FIELD, MANY = "f.", "m."
LOOK = "look"
BOTH = "Tick what holds, or “None of these”, but not both."
NONE_FITS, UNFIT = "None of the answers fitted.", "The step did not fit the contact."


def number(form: Form, name: str) -> int:
    """A whole number that our own page put into the form; anything else is nobody's form."""
    text = form.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        abort(400)
    return int(text)


def fields(form: Form) -> dict[str, Any]:
    """The values of the fields, by the names that the flow gave them; where several may be ticked, a list of them."""
    one = {name[len(FIELD) :]: value for name, value in form.items() if name.startswith(FIELD)}
    return one | {name[len(MANY) :]: values for name, values in form.lists() if name.startswith(MANY)}


def _agreed(form: Form) -> dict[str, Any]:
    """The same; refused where "None of these" was ticked along with one of them."""
    values = fields(form)
    wrong = [name for name, value in values.items() if isinstance(value, list) and len(value) > 1 and "" in value]
    if wrong:
        raise Refused("not_an_option", BOTH, fields=dict.fromkeys(wrong, ("not_an_option", BOTH)))
    return values


def one_or_all(form: Form, is_ask: bool) -> Any:
    """The value of an old answer given anew: one text for an ask, all fields for a collect."""
    values = _agreed(form)
    return next(iter(values.values()), "") if is_ask else values


def _answer(form: Form) -> Answer:
    return Answer(form["value"] if "value" in form else one_or_all(form, True))


def _back(form: Form) -> GoBack:
    name = "back" if form.get("back") else "to"
    if not form.get(name):
        raise Refused("nowhere_back", "There is nothing before this step that can be answered anew.")
    return GoBack(number(form, name))


def _change(form: Form) -> Change:
    return Change(number(form, "visit"), one_or_all(form, form.get("is_ask") == "yes"))


def note(form: Form) -> str:
    """What stands in the note box."""
    return (form.get("note") or form.get("text") or "").strip()


def _note(form: Form) -> Note:
    text = note(form)
    if not text:
        raise Refused("required", "The note is empty. Write something first.")
    return Note(text)


def _unfit(form: Form, what: str) -> Input:
    """*what* does not fit: to somebody who knows, or as a note for whoever keeps the flow."""
    reason = " ".join((what, form.get("reason", "").strip())).strip()
    to = form.get("to", "")
    return HandOver(to, reason) if to else Note(reason)


READ: dict[str, Callable[[Form], Input]] = {
    "continue": lambda form: Continue(form.get("reason", "").strip()),
    "answer": _answer,
    "fields": lambda form: Fields(_agreed(form)),
    "back": _back,
    "change": _change,
    "note": _note,
    "none": lambda form: _unfit(form, NONE_FITS),
    "unfit": lambda form: _unfit(form, UNFIT),
    "pause": lambda form: Pause(form.get("reason", "").strip()),
    "resume": lambda form: Resume(),
    "take_over": lambda form: TakeOver(),
    "hand_over": lambda form: HandOver(form.get("to", ""), form.get("reason", "").strip()),
    "gone": lambda form: Abandon(form.get("reason", "customer_gone")),
}


def act_of(form: Form) -> str:
    """What is to be done: the form's own act, or what its button does instead."""
    return "back" if form.get("back") else form.get("instead") or form.get("act", "")


def read(form: Form) -> Input:
    """The input that *form* brings; Refused where it is empty, 400 where it is none of our forms."""
    act = READ.get(act_of(form))
    if act is None:
        abort(400)
    return act(form)
