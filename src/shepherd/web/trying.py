"""Trying a flow in the workshop: the agent's own steps, and whatever a customer or another system may say."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from flask import Blueprint, Response, abort, jsonify, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Reply

from shepherd.author.known import Group, values_of
from shepherd.author.overlay import overlay, stops
from shepherd.author.trial import Move, Script, Trial, pack, unpack
from shepherd.desk import Misused
from shepherd.desk.trials import Trials
from shepherd.desk.workbench import Bench
from shepherd.flow.given import Malformed
from shepherd.flow.model import Collect
from shepherd.run import shown as shown_now
from shepherd.run.api import Blank, Due, Ended, Form, LookupDue, PathItem, Question, Refused, Stuck, Waiting
from shepherd.run.path import path
from shepherd.web import forms
from shepherd.web.agent import CHANNELS
from shepherd.web.bench import workbench
from shepherd.web.fields import as_blank, labels_of, needs_help, wrong
from shepherd.web.flows import picture_reply
from shepherd.web.headings import blanks, heading
from shepherd.web.show import first_of
from shepherd.web.who import KEYS, MODES, local_path, remember

pages = Blueprint("trying", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class TryPage:
    """What the templates of a run's steps read, for a walk that is only tried. *kind* names the step's template."""

    url: str
    shown_at: str
    kind: str
    heading: str
    waiting: Waiting
    visit: int
    errors: Mapping[str, str] = field(default_factory=dict)
    given: Mapping[str, Any] = field(default_factory=dict)
    asked: tuple[Blank, ...] = ()
    hidden: frozenset[str] = frozenset()
    comes: bool = False
    case_note: str = ""
    seq: int = 0
    token: str = ""

    @property
    def first(self) -> str:
        """The field that gets the focus."""
        return first_of(self.asked, self.errors)

    @property
    def labels(self) -> Mapping[str, str]:
        """The labels by which problems are told apart."""
        return labels_of(self.asked)

    @property
    def starts(self) -> str:
        """The field at which one starts."""
        return "" if self.errors and self.labels else self.first

    @property
    def helped(self) -> bool:
        """Whether the script for fields has something to do."""
        return needs_help(self.asked) or self.comes


KINDS: tuple[tuple[type, str], ...] = (
    (Ended, "ended"),
    (LookupDue, "call"),
    (Stuck, "stuck"),
    (Due, "wait"),
    (Question, "question"),
    (Form, "form"),
)
TEMPLATES = {"question": "_step_question", "form": "_step_form", "message": "_step_message", "stuck": "_step_stuck"}


@pages.route("/keys", methods=["GET", "POST"])
def keys() -> Reply:
    """How keys work in this browser, as on the desk's own pages."""
    back = local_path(request.values.get("back", ""), "workshop.flows")
    if request.method == "GET":
        return make_response(render_template("workshop_keys.html", back=back, modes=MODES))
    mode = request.form.get("keys", "")
    if mode not in dict(MODES):
        abort(400)
    reply = make_response(redirect(back, 303))
    remember(reply, KEYS, mode)
    return reply


@pages.get("/flows/<flow_id>/try")
def trying(flow_id: str) -> Reply:
    """How a try begins; where it stands; or, for ``to`` and ``whole``, the way to where it is to stand."""
    bench = workbench().flow(flow_id)
    trials = Trials(bench, flow_id)
    scenario = request.args.get("scenario", "")
    if step := request.args.get("to", ""):
        return _jump(bench, trials, step)
    if request.args.get("whole"):
        return redirect(_at(flow_id, trials.whole(scenario)), 303)
    if "s" not in request.args:
        return _begin(bench, trials, trials.head(scenario, workbench().clock()), scenario=scenario)
    return _stand(bench, trials, _script())


@pages.post("/flows/<flow_id>/try")
def move(flow_id: str) -> Reply:
    """Begin a try, or make one move; then to where it stands."""
    bench = workbench().flow(flow_id)
    trials = Trials(bench, flow_id)
    if "s" not in request.args:
        return _start(bench, trials)
    script = _script()
    if forms.act_of(request.form) == forms.LOOK:
        return _stand(bench, trials, script, given=forms.fields(request.form))
    try:
        return redirect(_at(flow_id, trials.on(script, _move(request.form))), 303)
    except Refused as error:
        return _stand(bench, trials, script, 422, error=error, given=forms.fields(request.form))


@pages.post("/flows/<flow_id>/try/shown")
def shown(flow_id: str) -> Response:
    """Which fields of the form at hand are shown with what is filled in."""
    trial = Trials(workbench().flow(flow_id), flow_id).walk(_script())
    return jsonify(shown=list(shown_now(trial.run, forms.fields(request.form))))


@pages.get("/flows/<flow_id>/try/<shown_flow>.svg")
def picture(flow_id: str, shown_flow: str) -> Response:
    """The walk so far, laid over the picture of a flow that it came through."""
    trials = Trials(workbench().flow(flow_id), flow_id)
    return picture_reply(trials.picture(trials.walk(_script()), shown_flow))


def _script() -> Script:
    try:
        return unpack(request.args.get("s", ""))
    except Malformed as error:
        raise Misused(error.sentence) from None


def _at(flow: str, script: Script) -> str:
    try:
        return url_for("trying.trying", flow_id=flow, s=pack(script))
    except Malformed as error:
        raise Misused(error.sentence) from None


def _move(form: forms.Form) -> Move:
    """What a form of the page does."""
    made = MOVES.get(forms.act_of(form))
    if made is None:
        abort(400)
    return made(form)


def _result(form: forms.Form) -> Move:
    values = {name: value for name, value in forms.fields(form).items() if value not in ("", [""])}
    return {"result": form.get("result", ""), "values": values}


MOVES: Mapping[str, Callable[[forms.Form], Move]] = {
    "continue": lambda form: {"go": form.get("reason", "").strip()},
    "answer": lambda form: {"answer": form["value"] if "value" in form else forms.one_or_all(form, True)},
    "fields": lambda form: {"fields": forms.one_or_all(form, False)},
    "result": _result,
    "time": lambda form: {"time": True},
    "pass": lambda form: {"pass": form.get("by", "").strip()},
    "back": lambda form: {"back": forms.number(form, "to")},
}


# --- how it begins -----------------------------------------------------------------------------------


def _start(bench: Bench, trials: Trials) -> Reply:
    """Begin as the form says."""
    form, filled = request.form, forms.fields(request.form)
    given: dict[str, Any] = {"at": form.get("f.at", "")}
    inputs = {n.removeprefix("in."): v for n, v in filled.items() if n.startswith("in.") and v not in ("", [""])}
    facts: dict[str, Any] = {"channel": form.get("channel", "")} if form.get("channel") else {}
    for name, value in filled.items():
        kind, _, key = name.removeprefix("fact.").partition(".")
        if name.startswith("fact.") and value not in ("", [""]):
            facts.setdefault(kind, {})[key] = value
    held = {name: form[f"held.{name}"] for name in trials.library.policy.assurances if form.get(f"held.{name}")}
    given |= {key: value for key, value in (("inputs", inputs), ("facts", facts), ("assured", held)) if value}
    try:
        given["at"] = trials.moment(given["at"])
        script = Script(given)
        trials.walk(script)
        return redirect(_at(trials.flow.id, script), 303)
    except Refused as error:
        names = {"at": "at"} | {name: f"in.{name}" for name in trials.flow.inputs}
        errors = {names.get(error.at, ""): error.sentence}
        return _begin(bench, trials, given, 422, errors=errors)


def _begin(
    bench: Bench,
    trials: Trials,
    head: Mapping[str, Any],
    status: int = 200,
    *,
    scenario: str = "",
    errors: Mapping[str, str] | None = None,
) -> Response:
    """The page that asks with what the flow is to begin."""
    inputs = [replace(as_blank(one), name=f"in.{name}") for name, one in trials.flow.inputs.items()]
    facts = [replace(as_blank(one), name=f"fact.{name}", optional=True, label=name) for name, one in trials.facts()]
    given = {f"in.{name}": _text(value) for name, value in head.get("inputs", {}).items()}
    for kind, known in head.get("facts", {}).items():
        if isinstance(known, Mapping):
            given |= {f"fact.{kind}.{key}": _text(value) for key, value in known.items()}
    body = render_template(
        "try_begin.html",
        bench=bench,
        flow=trials.flow,
        inputs=inputs,
        facts=facts,
        at=Blank(name="at", type="datetime", label="Day and time"),
        given=given | {"at": trials.clock(head.get("at", ""))},
        channel=head.get("facts", {}).get("channel", ""),
        channels=CHANNELS,
        language=given.get("fact.contact.language", ""),
        languages=trials.library.every_language,
        assurances=trials.library.policy.assurances,
        held={name: _level(value) for name, value in head.get("assured", {}).items()},
        scenarios=trials.scenarios,
        scenario=scenario,
        errors=errors or {},
        helped=needs_help([*inputs, *facts]),
    )
    return make_response(body, status)


def _text(value: Any) -> Any:
    """A value of a scenario as a field shows it."""
    return (
        [str(one) for one in value]
        if isinstance(value, list)
        else str(value).lower()
        if value in (True, False)
        else value
    )


def _level(value: Any) -> str:
    return value.get("level", "true") if isinstance(value, Mapping) else str(value)


def _jump(bench: Bench, trials: Trials, step: str) -> Reply:
    script = trials.jump(step)
    if script is not None:
        return redirect(_at(trials.flow.id, script), 303)
    return make_response(render_template("try_no_way.html", bench=bench, flow=trials.flow, step=step), 404)


# --- where it stands -----------------------------------------------------------------------------------


def _stand(
    bench: Bench,
    trials: Trials,
    script: Script,
    status: int = 200,
    *,
    error: Refused | None = None,
    given: Mapping[str, Any] | None = None,
) -> Response:
    """The page of a try: the step as an agent has it, the way so far, and all that is known."""
    trial = trials.walk(script)
    run = trial.run
    waiting, step = run.waiting, run.tip.step
    flow = run.state.frame.flow
    page = _page(trials, script, trial, error, given)
    visits = [one for one in path(run) if one.visit != waiting.visit]
    body = render_template(
        "try.html",
        bench=bench,
        flow=trials.flow,
        page=page,
        template=TEMPLATES.get(page.kind, f"_try_{page.kind}") + ".html",
        stopped=trial.stopped,
        moves=trial.taken,
        step=step.id,
        line=step.place.line,
        inside=flow if flow.id != trials.flow.id else None,
        visits=[(one, _walked(one)) for one in visits],
        groups=_groups(trial),
        picture=url_for("trying.picture", flow_id=trials.flow.id, shown_flow=flow.id, s=pack(script)),
        described=overlay(flow.id, stops(trial.events)).described,
        at=trial.hand.clock(trial.hand.at),
        due=trial.hand.clock(waiting.due) if waiting.due else "",
        results=_results(trials, waiting),
        earlier=_at(trials.flow.id, Script(script.given, script.moves[: trial.taken - 1])) if trial.taken else "",
        written=trials.as_scenario(trial) if request.args.get("as") == "scenario" else "",
        here=_at(trials.flow.id, script),
        passes=(("10m", "10 minutes"), ("1h", "1 hour"), ("1d", "1 day"), ("7d", "a week")),
    )
    return make_response(body, status)


def _page(
    trials: Trials, script: Script, trial: Trial, error: Refused | None, given: Mapping[str, Any] | None
) -> TryPage:
    run, waiting = trial.run, trial.run.waiting
    kind = next((name for type_, name in KINDS if isinstance(waiting, type_)), "message")
    asked = blanks(waiting)
    errors = wrong(error, asked) if error is not None else {}
    action = run.tip.step.action
    comes = isinstance(action, Collect) and any(f.show_if is not None for f in action.fields.values())
    seen = {b.name for b in asked if b.shown}
    if given is not None:
        with suppress(Refused):
            seen = set(shown_now(run, given))
    flow = trials.flow.id
    kept = Script(script.given, script.moves[: trial.taken])
    return TryPage(
        url=_at(flow, kept),
        shown_at=url_for("trying.shown", flow_id=flow, s=pack(kept)),
        kind=kind,
        heading=heading(waiting),
        waiting=waiting,
        visit=waiting.visit,
        errors=errors,
        given=given or {},
        asked=asked,
        hidden=frozenset(b.name for b in asked if b.name not in seen and b.name not in errors),
        comes=comes,
    )


def _walked(item: PathItem) -> str:
    """How a visit was come to, where that says more than its step does."""
    return item.by.replace(":", " ").replace("_", " ") if item.by not in ("then", "start") else ""


def _groups(trial: Trial) -> Sequence[Group]:
    return values_of(trial.run)


def _results(trials: Trials, waiting: Waiting) -> list[dict[str, Any]]:
    """What another system may answer, each result with its fields."""
    if not isinstance(waiting, LookupDue):
        return []
    found = []
    for result in trials.results(waiting):
        asked = [as_blank(one) for one in result.fields]
        values = {name: _text(value) for name, value in result.values.items()}
        found.append({"name": result.name, "blanks": asked, "given": values})
    return found
