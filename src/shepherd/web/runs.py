"""The page of a run: one address, whose GET shows where the contact stands and whose POST takes what the agent did."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from flask import Blueprint, Response, abort, jsonify, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Reply

from shepherd.desk import Reused, RunView, Stale, Taken
from shepherd.desk.errors import Broken
from shepherd.record import RecordError
from shepherd.run.api import Change, Choice, Due, GoBack, Note, PathItem, Refused
from shepherd.web import forms
from shepherd.web.fields import as_people_read, wrong
from shepherd.web.headings import blanks
from shepherd.web.marks import Marks
from shepherd.web.show import GONE, RunPage, page_of
from shepherd.web.so_far import has_begun
from shepherd.web.who import ask_name, desk, here

pages = Blueprint("run", __name__, url_prefix="/runs")
pages.before_request(ask_name)
#: The header by which our script says that it puts the page that comes in the place of the present one.
IN_PLACE = "X-In-Place"
#: What falls away is told where people gave it, or it changed something: what was looked up is looked up again.
TOLD = frozenset({"message", "ask", "collect", "do"})
#: What led to the page of a run, by the name under which its address bears the run's number then.
LED_HERE = {
    "old": "That page was old: what it was about has been taken back or changed since. Here the contact stands now.",
    "same": "Nothing was changed: that was the answer already.",
}
# However many calls are slow, most threads of the server wait for none of them.
PATIENT = threading.BoundedSemaphore(4)


class AskFirst(Exception):
    """Going back to *visit* would take off so much that the agent is asked first."""

    def __init__(self, visit: int):
        super().__init__(visit)
        self.visit = visit


class Fallen(Exception):
    """The page was about a visit of *view* that no longer stands, as where one comes back by the browser's button."""

    def __init__(self, view: RunView):
        super().__init__(view.id)
        self.view = view


@pages.errorhandler(Fallen)
def fallen(gone: Fallen) -> Reply:
    """Where the contact stands, instead of an old page about what has fallen away."""
    return redirect(url_for("run.step", run_id=gone.view.id, old=gone.view.seq), 303)


@pages.errorhandler(Broken)
def damaged(error: Broken) -> Response:
    """A run whose record is not as it was written: what is wrong, what can still be read, and how to go on."""
    run_id, row = (request.view_args or {}).get("run_id", ""), None
    with suppress(RecordError):
        row = desk().record.run(run_id)
    page = render_template("damaged.html", sentence=error.sentence, run_id=run_id, ticket=row.number if row else "")
    return make_response(page, 409)


def show(view: RunView, status: int = 200, **more: Any) -> Response:
    """The run page of *view*."""
    written = "" if view.case_note else desk().case_note(view.id).text
    before = None if has_begun(view) else desk().turned_away(view.ticket, but=view.id)
    page = page_of(view, here(), desk().clock(), case_note=written, turned_away=before, **more)
    return make_response(render_template("run.html", page=page), status)


@pages.get("/<run_id>")
def step(run_id: str) -> Response:
    """Where the contact stands. What led here is told as long as nothing has happened since."""
    view = desk().see(run_id)
    told = next((text for name, text in LED_HERE.items() if request.args.get(name) == str(view.seq)), "")
    return _standing(view, told=told)


def _standing(view: RunView, **more: Any) -> Response:
    """The page of *view*. A call under way gets a moment to come back before the waiting page is shown."""
    if view.calling and PATIENT.acquire(blocking=False):
        try:
            view = desk().wait(view.id)
        finally:
            PATIENT.release()
    return show(view, **more)


@pages.get("/<run_id>/state")
def state(run_id: str) -> Response:
    """The number of the latest event, for the script that waits for a call."""
    return Response(str(desk().see(run_id).seq), mimetype="text/plain")


@pages.post("/<run_id>/shown")
def shown(run_id: str) -> Response:
    """Which fields of the form that is being filled in are shown now; nothing is taken, and nothing kept."""
    form = request.form
    return jsonify(shown=desk().asked(run_id, forms.number(form, "visit"), forms.fields(form)))


@pages.post("/<run_id>")
def act(run_id: str) -> Reply:
    """
    Take one act of the agent, and go to where the run then stands.

    Our own script, which puts that page in the place of the present one, is spared the way there.
    """
    form = request.form
    if forms.act_of(form) == forms.LOOK:
        return show(desk().see(run_id), note=forms.note(form), **_filled(run_id, form))
    try:
        taken = _take(run_id, form)
    except AskFirst as far:
        return redirect(url_for("run.back", run_id=run_id, visit=far.visit), 303)
    except Stale as error:
        return show(error.run, 409, told=error.sentence, note=_note(run_id, form))
    except Reused:
        told = "This page was sent twice with different answers. The first one was taken; here is the step after it."
        return show(desk().see(run_id), 409, told=told, note=_note(run_id, form))
    except Refused as error:
        return _refused(run_id, error, form)
    if IN_PLACE in request.headers:
        return _standing(taken.run)
    return redirect(url_for("run.step", run_id=run_id), 303)


def _take(run_id: str, form: forms.Form) -> Taken:
    """The note that goes along is taken first, under a token of its own, so that a repeat repeats both."""
    who, seq, token = here(), forms.number(form, "seq"), form.get("token", "")
    if not token or len(token) > 64:
        abort(400)
    act, along = forms.act_of(form), forms.note(form)
    given = None if act == "settle" else forms.read(form)
    if along and act != "note":
        desk().take(run_id, Note(along), seq=seq, token=f"{token}-note", actor=who.actor, role=who.role)
        seq += 1
    if act == "back" and isinstance(given, GoBack) and form.get("sure") != "yes" and desk().asks_first(run_id, given):
        raise AskFirst(given.visit)
    if given is None:
        made = form.get("value")
        if made not in ("yes", "no"):
            abort(400)
        return desk().answer_open_do(run_id, made == "yes", seq=seq, token=token, actor=who.actor, role=who.role)
    return desk().take(run_id, given, seq=seq, token=token, actor=who.actor, role=who.role)


def _note(run_id: str, form: forms.Form) -> str:
    """A note that was not taken, to be shown again."""
    text = forms.note(form)
    return "" if text in [n[2] for n in desk().see(run_id).notes] else text


def _refused(run_id: str, error: Refused, form: forms.Form) -> Response:
    """The same step again, with what was entered and what is wrong with it."""
    view = desk().see(run_id)
    errors = wrong(error, blanks(view.waiting))
    if isinstance(view.waiting, Due) and error.code == "required" and forms.act_of(form) == "continue":
        errors = {"reason": error.sentence}
    filled = _filled(run_id, form) if forms.act_of(form) in ("answer", "fields") else {}
    return show(view, 422, errors=errors, note=_note(run_id, form), **filled)


def _filled(run_id: str, form: forms.Form) -> dict[str, Any]:
    """What a form brought, and which of its fields are shown with it."""
    given = forms.fields(form)
    with suppress(Refused):
        return {"given": given, "shown": desk().asked(run_id, forms.number(form, "visit"), given)}
    return {"given": given}


# --- an old answer given anew ---------------------------------------------------------------------


@pages.get("/<run_id>/change/<int:visit>")
def change(run_id: str, visit: int) -> Response:
    """The old question, to be answered anew."""
    return _ask_anew(run_id, visit)


@pages.post("/<run_id>/change/<int:visit>")
def preview_change(run_id: str, visit: int) -> Reply:
    """What would fall away; nothing has changed yet. The same answer once more is no change."""
    view = desk().see(run_id)
    old = _visit(view, visit)
    if forms.act_of(request.form) == forms.LOOK:
        return _ask_anew(run_id, visit, **_filled(run_id, request.form))
    try:
        value = forms.one_or_all(request.form, old.verb == "ask")
        falls = desk().preview(run_id, Change(visit, value))
    except Refused as error:
        errors = wrong(error, blanks(desk().question(run_id, visit)))
        return _ask_anew(run_id, visit, 422, errors=errors, **_filled(run_id, request.form))
    if desk().is_same(run_id, Change(visit, value)):
        return redirect(url_for("run.step", run_id=run_id, same=view.seq), 303)
    hidden = [("is_ask", "yes" if old.verb == "ask" else "no")]
    hidden += [(n, text) for n, text in request.form.items(multi=True) if n.startswith((forms.FIELD, forms.MANY))]
    ask = {
        "heading": "Change this answer?",
        "about": old.title,
        "from_": old.answer,
        "to": _as_shown(run_id, visit, forms.fields(request.form)),
        "falls": [item for item in falls if item.visit != visit and item.verb in TOLD],
        "lost": desk().would_lose(run_id, Change(visit, value)),
        "act": "change",
        "button": "Change it",
        "hidden": hidden,
    }
    return _confirm(view, ask, visit)


@pages.get("/<run_id>/back/<int:visit>")
def back(run_id: str, visit: int) -> Response:
    """What going back to an old step would take off the path."""
    view = desk().see(run_id)
    old = _visit(view, visit)
    ask = {
        "heading": "Go back to this step?",
        "about": old.title,
        "from_": "",
        "to": "",
        "falls": [item for item in desk().preview(run_id, GoBack(visit)) if item.verb in TOLD],
        "act": "back",
        "button": "Go back",
        "lost": desk().would_lose(run_id, GoBack(visit)),
        "hidden": [("to", visit), ("sure", "yes")],
    }
    return _confirm(view, ask, visit)


def _confirm(view: RunView, ask: Mapping[str, Any], visit: int) -> Response:
    page = page_of(view, here(), desk().clock(), visit=visit, asked=())
    return make_response(render_template("confirm.html", page=page, ask=ask))


def _visit(view: RunView, number: int) -> PathItem:
    """The visit *number* where it still stands and may be gone back to."""
    found = next((p for p in view.path if p.visit == number), None)
    if found is None:
        if 0 < number <= view.standing.made:
            raise Fallen(view)
        abort(404)
    return found


def _ask_anew(run_id: str, visit: int, status: int = 200, **more: Any) -> Response:
    view = desk().see(run_id)
    old = _visit(view, visit)
    asked = desk().question(run_id, visit)
    before = old.value if isinstance(old.value, dict) else {b.name: old.value for b in blanks(asked)}
    none = {b.name: [""] for b in blanks(asked) if b.type == "many" and before.get(b.name) == []}
    given = {b.name: b.given for b in blanks(asked) if not b.secret} | none | more.pop("given", {})
    question = {"heading": old.title, "answer": old.answer, "blanks": blanks(asked)}
    more |= {"given": given, "asked": blanks(asked), "step": asked.step}
    page = page_of(view, here(), desk().clock(), visit=visit, **more)
    return make_response(render_template("change.html", page=page, question=question), status)


def _as_shown(run_id: str, visit: int, values: Mapping[str, Any]) -> str:
    """The new answer as people read it: labels for options, secrets never."""
    shown = []
    asked = blanks(desk().question(run_id, visit))
    for blank in asked:
        text = as_people_read(blank, values.get(blank.name))
        shown.append(text if len(asked) == 1 else f"{blank.label}: {text}")
    return "; ".join(shown)


# --- leaving the step ------------------------------------------------------------------------------


def _page(run_id: str) -> RunPage:
    return page_of(desk().see(run_id), here(), desk().clock(), asked=())


def _queues(*more: Choice) -> list[Choice]:
    """The queues, each with the same key wherever it is offered, then what there is *more*."""
    choices = [*(Choice(value=v, label=Marks.words(v)) for v in desk().library.policy.queues), *more]
    return [Choice(value=c.value, label=c.label, key=str(n) if n <= 9 else "") for n, c in enumerate(choices, 1)]


@pages.get("/<run_id>/hand-over")
def hand_over(run_id: str) -> str:
    """To whom, and why."""
    ask = {
        "heading": "Hand over to whom?",
        "sentence": "They get the path, the answers and the case note, and go on at this very step.",
        "act": "hand_over",
        "choices": _queues(),
        "label": "What they should know",
    }
    return render_template("leave.html", page=_page(run_id), ask=ask)


@pages.get("/<run_id>/none-fits")
def none_fits(run_id: str) -> str:
    """None of the answers fits, or the step asks for what there is not: never a dead end."""
    page = _page(run_id)
    ask = {
        "heading": "None of these fits" if page.chooses else "It can’t go on like this",
        "sentence": "Hand the contact to somebody who can help, or only note it, for the people who keep this flow.",
        "act": "none" if page.chooses else "unfit",
        "choices": _queues(Choice(value="", label="Only note it, and stay here")),
        "label": "What the customer said",
    }
    return render_template("leave.html", page=page, ask=ask)


@pages.get("/<run_id>/gone")
def gone(run_id: str) -> str:
    """The contact is over without an end."""
    return render_template("gone.html", page=_page(run_id), choices=GONE)
