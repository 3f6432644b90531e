"""What may be done to a run now: each input is read, judged and made an event's data, or refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from shepherd.flow.model import Ask, Collect, Do, Field, Lookup
from shepherd.flow.types import Refusal, to_json
from shepherd.run import api
from shepherd.run.api import Refused, Stamp
from shepherd.run.barriers import barrier
from shepherd.run.context import Context
from shepherd.run.fields import Form, as_typed, check, given, read_form
from shepherd.run.keep import fall, fields
from shepherd.run.state import Run, Visit, new
from shepherd.run.undo import to_undo, undo_of, undoing_at
from shepherd.run.waiting import due_at

Path = tuple[str | int, ...]
LONGEST_NOTE = 20_000
ANSWERS = (api.Continue, api.Answer, api.Fields)


class Read(NamedTuple):
    """An input made data: the event's kind, its data, and the parts of it that are sealed."""

    kind: str
    data: dict[str, Any]
    private: tuple[Path, ...] = ()


def read(run: Run, given_input: Any, stamp: Stamp) -> Read:
    """*given_input* as an event of *run*, or Refused: a code, and a sentence that says what to do."""
    row = DOORS.get(type(given_input))
    if row is None:
        raise Refused("unknown_input", f"{type(given_input).__name__} is not something a run can take.")
    reads, ends, working = row
    if ends and run.end is not None:
        raise Refused("ended", "This run is over. Its record stands; add a note or start a new run.", run.tip.ref)
    if working:
        kind = stamp.actor.kind
        if run.paused and kind != "system":
            raise Refused("paused", "This run is paused. Resume it first, or take it over.", run.tip.ref)
        early = run.undoing is not None and type(given_input) not in (api.Request, api.Finished)
        if early and not (kind == "system" and type(given_input) is api.Abandon):
            raise Refused("undoing", "A change is being taken back. Wait a moment, then go on.", run.tip.ref)
        if kind == "agent" and run.owner not in ("", stamp.actor.id) and not _for_role(run, given_input, stamp):
            own(run, stamp)
    return reads(run, given_input, stamp)


def _for_role(run: Run, given_input: Any, stamp: Stamp) -> bool:
    """Whether this is done at a ``by:`` step for its role: what it asks for (``approver`` judges), or by its people."""
    role = run.tip.step.role
    return bool(role) and (isinstance(given_input, ANSWERS) or stamp.role == role)


def own(run: Run, stamp: Stamp) -> None:
    """Refuse an agent who does not hold the run."""
    if stamp.actor.id != run.owner:
        raise Refused("not_owner", f"{run.owner} is guiding this contact. Take it over to go on.", run.tip.ref)


def approver(run: Run, stamp: Stamp) -> dict[str, Any]:
    """Refuse whoever may not act at a ``by:`` step: the role, and a name that has not answered in this run."""
    role = run.tip.step.role
    if not role:
        return {}
    if stamp.role != role:
        raise Refused("needs_role", f"This step is for a {role}. It waits until one acts on it.", run.tip.ref)
    if run.has_answered(stamp.actor.id):
        raise Refused(
            "needs_another",
            f"Another person must act here: {stamp.actor.id} has already answered in this run.",
            run.tip.ref,
        )
    return {"role": role}


def _at(run: Run, *verbs: str) -> Visit:
    if run.trouble is not None:
        raise Refused("stuck", run.trouble.sentence, run.tip.ref)
    visit = run.tip
    if visit.step.verb not in verbs or visit.done:
        raise Refused("not_now", f'The run stands at "{visit.step.id}", which takes something else.', visit.ref)
    return visit


def _continue(run: Run, given_input: api.Continue, stamp: Stamp) -> Read:
    visit = _at(run, "message", "wait")
    data = {"visit": visit.number, **approver(run, stamp)}
    if visit.step.verb == "message":
        return Read("continued", data)
    if not given_input.reason.strip():
        raise Refused("required", "Say why this goes on before its time.", visit.ref)
    return Read("continued", {**data, "reason": _text(given_input.reason)}, (("reason",),))


def _context(run: Run, stamp: Stamp) -> Context:
    return Context(run.state, stamp, run.spent, run.channel)


def _answer(run: Run, given_input: api.Answer, stamp: Stamp) -> Read:
    visit = _at(run, "ask")
    return answered(run, visit, given_input.value, stamp, approver(run, stamp))


def answered(run: Run, visit: Visit, raw: Any, stamp: Stamp, more: Mapping[str, Any]) -> Read:
    """The data of an answer to the ask of *visit*."""
    action = visit.step.action
    assert isinstance(action, Ask)
    field = action.field
    if field.type.kind != "choice":
        raw = as_typed(field, raw)
    value = check(field, raw, visit.before.frame, lambda: _context(run, stamp))
    if isinstance(value, Refusal):
        raise Refused(value.code, value.sentence, visit.ref, {field.name: (value.code, value.sentence)})
    if visit.step.checks:
        _all_hold(read_form(visit.step, {field.name: raw}, visit.before.frame, _context(run, stamp)), visit)
    if field.secret:
        return Read("answered", {"visit": visit.number, **more, "given": given(str(raw))})
    data = {"visit": visit.number, **more, "value": to_json(value)}
    return new(Read, ("answered", data, (("value",),) if field.personal else ()))


def _fields(run: Run, given_input: api.Fields, stamp: Stamp) -> Read:
    visit = _at(run, "collect")
    return collected(run, visit, given_input.values, stamp, approver(run, stamp))


def collected(run: Run, visit: Visit, raw: Mapping[str, Any], stamp: Stamp, more: Mapping[str, Any]) -> Read:
    """The data of a form given at the collect of *visit*; every refused field is named at once."""
    action = visit.step.action
    assert isinstance(action, Collect)
    unknown = sorted(set(raw) - set(action.fields))
    if unknown:
        raise Refused("unknown_field", f'This form has no field "{unknown[0]}".', visit.ref)
    form = read_form(visit.step, raw, visit.before.frame, _context(run, stamp))
    _all_hold(form, visit)
    values = {
        name: {"given": given(str(as_typed(action.fields[name], raw[name])))}
        if action.fields[name].secret
        else to_json(value)
        for name, value in form.values.items()
    }
    private = tuple(("values", n) for n in values if _sealed(action.fields[n]))
    return Read("collected", {"visit": visit.number, "values": values, **more}, private)


def _all_hold(form: Form, visit: Visit) -> None:
    """Refuse what does not fit, every field at once; or the first rule over the fields that does not hold."""
    if form.refused:
        code, sentence = next(iter(form.refused.values()))
        raise Refused(code, sentence, visit.ref, {name: said for name, said in form.refused.items() if name})


def _sealed(field: Field) -> bool:
    return field.personal and not field.secret


def _request(run: Run, given_input: api.Request, stamp: Stamp) -> Read:
    visit = _at(run, "lookup", "do") if run.undoing is None else undoing_at(run)
    if run.requested and not given_input.again:
        raise Refused("already_requested", "This call is already under way.", visit.ref)
    action = visit.step.action
    assert isinstance(action, Lookup | Do)
    data: dict[str, Any] = {"visit": visit.number, "operation": action.operation}
    if run.undoing is not None:
        data |= {"operation": undo_of(visit), "once_per": "visit", "undo": True}
    elif isinstance(action, Do):
        data["once_per"] = action.once_per
    if given_input.again:
        data["again"] = True
    return Read(f"{visit.step.verb}_requested", data)


def _finish(run: Run, given_input: api.Finished, stamp: Stamp) -> Read:
    visit = _at(run, "lookup", "do") if run.undoing is None else undoing_at(run)
    if not run.requested:
        raise Refused("not_requested", "No call is under way at this step.", visit.ref)
    action = visit.step.action
    assert isinstance(action, Lookup | Do)
    called = action.operation if run.undoing is None else undo_of(visit)
    connector, _, name = called.partition(".")
    operation = run.library.connectors[connector].operations[name]
    result = given_input.result
    if result not in operation.result_names():
        raise Refused("unknown_result", f'"{result}" is not a result of {called}.', visit.ref)
    declared = operation.results.get(result, {})
    values: dict[str, Any] = {}
    for field_name, field in declared.items():
        raw = given_input.values.get(field_name)
        if raw is None:
            continue
        value = check(field, raw, visit.before.frame, lambda: _context(run, stamp))
        if isinstance(value, Refusal):
            raise Refused("bad_result", f"{called} gave a {field_name} that is no {field.type.kind}.", visit.ref)
        if value is not None:
            values[field_name] = to_json(value)
    data: dict[str, Any] = {"visit": visit.number, "result": result, "values": values}
    if run.undoing is not None:
        data |= {"undo": True, "back_to": run.undoing.to}
    if given_input.repeated:
        data["repeated"] = True
    if given_input.source:
        data["source"] = given_input.source
    private = tuple(("values", n) for n in values if declared[n].personal)
    return Read(f"{visit.step.verb}_finished", data, private)


def _time(run: Run, given_input: api.Time, stamp: Stamp) -> Read:
    visit = _at(run, "message", "ask", "collect", "wait")
    due = due_at(run)
    if due is None or stamp.at < due:
        raise Refused("not_due", "Nothing is due at this step yet.", visit.ref)
    return Read("time_reached", {"visit": visit.number})


def _standing(run: Run, number: int) -> Visit:
    try:
        visit = fall(run.tip, number)[0]
    except LookupError:
        raise Refused(
            "no_such_visit", "That step no longer stands on the path. Reload the page.", run.tip.ref
        ) from None
    if not (visit.step.human or visit.step.verb == "lookup"):
        raise Refused(
            "not_a_stop", f'"{visit.step.id}" went by itself; go back to a step that people answered.', visit.ref
        )
    return visit


def _go_back(run: Run, given_input: api.GoBack, stamp: Stamp) -> Read:
    visit = _standing(run, given_input.visit)
    if visit.number == run.tip.number and not run.requested and run.trouble is None:
        raise Refused("already_there", "The run stands at that step already.", visit.ref)
    stop = barrier(run, visit, by_system=stamp.actor.kind == "system", may_undo=True)
    if stop:
        raise Refused("barred", stop, visit.ref)
    undo = to_undo(run, visit.number)
    return Read("went_back", {"visit": visit.number, "undo": list(undo)} if undo else {"visit": visit.number})


def _change(run: Run, given_input: api.Change, stamp: Stamp) -> Read:
    visit = _standing(run, given_input.visit)
    if visit.step.verb not in ("ask", "collect") or not visit.done:
        raise Refused("not_a_stop", f'"{visit.step.id}" has no answer to change.', visit.ref)
    stop = barrier(run, visit, by_system=False)
    if stop:
        raise Refused("barred", stop, visit.ref)
    if visit.step.role:
        raise Refused(
            "needs_role", f"What a {visit.step.role} answered is not changed; go back to ask again.", visit.ref
        )
    if any(field.secret for field in fields(visit.step)):
        raise Refused(
            "secret", "What is secret is not kept, so it can't be changed: go back to be told it anew.", visit.ref
        )
    row = answered if visit.step.verb == "ask" else collected
    was = row(run, visit, given_input.value, stamp, {})
    return Read("answer_changed", was.data, was.private)


def _text(text: str) -> str:
    kept = text.strip()
    if not kept:
        raise Refused("required", "Write something first.")
    if len(kept) > LONGEST_NOTE:
        raise Refused("too_long", f"A note has at most {LONGEST_NOTE} characters; this one has {len(kept)}.")
    return kept


def _note(run: Run, given_input: api.Note, stamp: Stamp) -> Read:
    use = {"use": given_input.use} if given_input.use else {}
    return Read("noted", {"text": _text(given_input.text), **use}, (("text",),))


def _pause(run: Run, given_input: api.Pause, stamp: Stamp) -> Read:
    if run.paused:
        raise Refused("paused", "This run is paused already.", run.tip.ref)
    return Read("paused", {"reason": given_input.reason.strip()}, (("reason",),))


def _resume(run: Run, given_input: api.Resume, stamp: Stamp) -> Read:
    if not run.paused:
        raise Refused("not_paused", "This run is not paused.", run.tip.ref)
    if not run.owner:
        raise Refused("not_owner", "This run waits in a queue. Take it over to go on.", run.tip.ref)
    own(run, stamp)
    return Read("resumed", {})


def _hand_over(run: Run, given_input: api.HandOver, stamp: Stamp) -> Read:
    to = given_input.to.strip()
    if not to:
        raise Refused("required", "Say to which queue or person this contact is handed over.", run.tip.ref)
    return Read("handed_over", {"to": to, "reason": given_input.reason.strip()}, (("reason",),))


def _take_over(run: Run, given_input: api.TakeOver, stamp: Stamp) -> Read:
    if stamp.actor.id == run.owner and not run.paused:
        raise Refused("already_owner", "You are guiding this contact already.", run.tip.ref)
    return Read("taken_over", {"from": run.owner})


def _fail(run: Run, given_input: api.Fail, stamp: Stamp) -> Read:
    return Read("failed", {"what": given_input.what})


def _abandon(run: Run, given_input: api.Abandon, stamp: Stamp) -> Read:
    return Read("abandoned", {"reason": given_input.reason.strip() or "customer_gone"})


class Door(NamedTuple):
    """How an input is read. *ends*: refused once the run is over. *working*: only for the owner, not while paused."""

    read: Callable[[Run, Any, Stamp], Read]
    ends: bool = True
    working: bool = True


DOORS: dict[type, Door] = {
    api.Continue: Door(_continue),
    api.Answer: Door(_answer),
    api.Fields: Door(_fields),
    api.Request: Door(_request),
    api.Finished: Door(_finish),
    api.Time: Door(_time),
    api.GoBack: Door(_go_back),
    api.Change: Door(_change),
    api.Note: Door(_note, ends=False, working=False),
    api.Pause: Door(_pause),
    api.Resume: Door(_resume, working=False),
    api.HandOver: Door(_hand_over),
    api.TakeOver: Door(_take_over, working=False),
    api.Fail: Door(_fail, working=False),
    api.Abandon: Door(_abandon),
}
