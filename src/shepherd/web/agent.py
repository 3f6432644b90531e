"""The agent's other pages: name, tickets, a ticket with its runs and case notes, and the keys."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response as Reply

from shepherd.desk import (
    CaseNote,
    DeskError,
    FlowRow,
    Misused,
    Reused,
    TicketView,
    Unknown,
    new_id,
)
from shepherd.desk.tickets import DAMAGE
from shepherd.record import Item, RunRow
from shepherd.run.api import Blank, Refused
from shepherd.run.fields import as_typed
from shepherd.web import forms
from shepherd.web.fields import as_blank, labels_of, needs_help, wrong
from shepherd.web.rows import (
    customers_like,
    flow_row,
    note_row,
    on_ticket,
    open_row,
    picks_for,
    run_row,
    stand,
    ticket_row,
    tickets_of,
    waits,
)
from shepherd.web.show import first_of, name_of
from shepherd.web.who import KEYS, MODES, Who, ask_name, clean, desk, here, local_path, remember, remember_who, who_of

pages = Blueprint("agent", __name__)
pages.before_request(ask_name)
CHANNELS = ("phone", "chat", "email", "counter")
#: So many tickets of a customer are listed beside something else.
FEW = 5
OVER = frozenset({"ended", "abandoned"})


# --- who is here ------------------------------------------------------------------------------------


@pages.route("/name", methods=["GET", "POST"])
def name() -> Reply:
    """Ask for a name and a role, which nobody proves."""
    known = who_of(request)
    back = local_path(request.values.get("back", ""))
    roles = desk().library.policy.roles
    given = {"name": known.name if known else "", "role": known.role if known else roles[0]}
    errors: dict[str, str] = {}
    if request.method == "POST":
        given = {"name": request.form.get("name", ""), "role": request.form.get("role", "")}
        if not clean(given["name"]):
            errors["name"] = "Enter your name, in at most 64 letters."
        if given["role"] not in roles:
            errors["role"] = "Choose your role."
        if not errors:
            reply = redirect(back, 303)
            remember_who(reply, Who(clean(given["name"]), given["role"]))  # type: ignore[arg-type]
            return reply
    page = render_template("name.html", back=back, roles=roles, given=given, errors=errors)
    return make_response(page, 422 if errors else 200)


@pages.route("/keys", methods=["GET", "POST"])
def keys() -> Reply:
    """How keys work for this agent, and which there are."""
    back = local_path(request.values.get("back", ""))
    if request.method == "POST":
        mode = request.form.get("keys", "")
        if mode not in dict(MODES):
            abort(400)
        reply = redirect(back, 303)
        remember(reply, KEYS, mode)  # type: ignore[arg-type]
        return reply
    return make_response(render_template("keys.html", back=back, modes=MODES))


def _channels() -> tuple[str, ...]:
    """The channels to choose from: the usual ones, and those that desk.yaml sets a service level for."""
    return tuple(dict.fromkeys((*CHANNELS, *desk().library.policy.service_levels)))


# --- finding and opening ------------------------------------------------------------------------------


@pages.get("/")
def home() -> Response:
    """Find the customer or the ticket; what was left open comes first."""
    find = _sought()
    given = {"customer": request.args.get("customer", "")[:64], "subject": "", "channel": CHANNELS[0]}
    return _home(find=find, given=given)


def _home(
    status: int = 200,
    *,
    find: str = "",
    given: Mapping[str, str],
    errors: Mapping[str, str] | None = None,
    warned: bool = False,
) -> Response:
    """*warned*: a new ticket was asked for, and its customer has open ones, which are told first."""
    waiting, (own, handed) = _waiting(), _open_runs()
    found = [(c, tickets_of(c["ref"], limit=FEW + 1)) for c in customers_like(find)]
    listed = {t["number"] for _, theirs in found for t in theirs}
    others = [t for t in desk().tickets(find, limit=20) if t.number not in listed] if find else []
    tickets = [ticket_row(t) for t in desk().stand(others)]
    page = render_template(
        "start.html",
        find=find,
        given=given,
        errors=errors or {},
        news=desk().news(here().name),
        picks=picks_for(given["customer"]) if errors and "customer" in errors else [],
        theirs=[t for t in tickets_of(given["customer"]) if t["is_open"]] if given["customer"] and not errors else [],
        warned=warned,
        token=new_id(),
        channels=_channels(),
        role=here().role,
        waiting=waiting,
        awaited=stand(waiting) if desk().awaits(here().role) else None,
        open_runs=[open_row(r, here()) for r in own],
        handed=[open_row(r, here()) for r in handed],
        few=FEW,
        customers=[c | {"tickets": theirs} for c, theirs in found],
        tickets=tickets,
        near=desk().near(find) if find and not found and not tickets else "",
        recent=[] if find else [ticket_row(t) for t in desk().stand(desk().tickets(limit=8))],
    )
    return make_response(page, status)


@pages.get("/waiting")
def waiting() -> Response:
    """What waits for one's role, as a short text that differs when the list does, for the script that watches it."""
    return Response(stand(_waiting()), mimetype="text/plain")


def _waiting() -> list[dict[str, Any]]:
    """Runs that wait for one's role; those that somebody else in it must answer come last."""
    return sorted((waits(v, here()) for v in desk().waits_for(here().role)), key=lambda run: run["another"])


def _open_runs() -> tuple[list[RunRow], list[RunRow]]:
    """Runs that are not over, among the latest: one's own, and those that wait to be taken over by anybody."""
    rows = [r for r in desk().recorded(limit=50) if r.status not in OVER]
    own = [r for r in rows if r.owner == here().name and r.status != "handed_over"]
    return own[:6], [r for r in rows if r.status == "handed_over"][:6]


def _sought() -> str:
    """What is to be found. The key that leads into the search, pressed where one is in it already, is no part of it."""
    return request.args.get("find", "").strip().removeprefix("/").lstrip()[:120]


@pages.get("/flows.json")
def flows() -> Response:
    """Which flows fit what is being typed, best first, for the list under the field."""
    return jsonify([f.id for f in desk().flows(_sought(), limit=50)])


@pages.get("/customers")
def customers() -> Response:
    """
    Customers who fit what is being typed, for the list under the field.

    A browser hides the entries of its list in which what was typed does not stand letter by letter; so it is added to
    those that fit by a number written otherwise, or by words in another order.
    """
    find = _sought()
    found = customers_like(find)
    for row in found:
        if find.casefold() not in row["name"].casefold() and find.casefold() not in row["ref"].casefold():
            row["name"] += f" ({find})"
    return jsonify(found)


@pages.post("/tickets")
def open_ticket() -> Reply:
    """Open a ticket for the customer on the line."""
    form = request.form
    given = {k: form.get(k, "").strip() for k in ("customer", "subject", "channel")}
    given["customer"] = form.get("customer_is") or given["customer"]
    errors = {}
    if given["channel"] not in _channels():
        abort(400)
    if len(given["subject"]) > 200:
        errors["subject"] = "Say it in at most 200 letters; there is room for notes later."
    if not given["customer"] and not given["subject"]:
        errors["subject"] = "For an unknown caller, say in a few words what it is about."
    if not errors and _has_unseen(given["customer"], form):
        return _home(given=given, warned=True)
    if not errors:
        try:
            view = desk().open_ticket(
                given["customer"] or None,
                channel=given["channel"],
                subject=given["subject"],
                actor=here().actor,
                token=form.get("token", ""),
            )
        except (Unknown, Misused) as error:
            errors["customer"] = error.sentence
        else:
            return redirect(url_for("agent.ticket", number=view.head.number), 303)
    return _home(422, given=given, errors=errors)


def _has_unseen(customer: str, form: Mapping[str, str]) -> bool:
    """Whether *customer* has open tickets that the page with *form* did not show; one sent again was seen before."""
    if not customer:
        return False
    theirs = tickets_of(customer)
    seen = form.get("seen", "").split()
    again = any(t["id"] == form.get("token") for t in theirs)
    return not again and any(t["is_open"] and t["number"] not in seen for t in theirs)


# --- a ticket ------------------------------------------------------------------------------------------


@pages.get("/tickets/<number>")
def ticket(number: str) -> Response:
    """A ticket: what is open, what may be started, what was done, and the case note."""
    return _ticket(desk().ticket(number))


def _ticket(
    view: TicketView,
    status: int = 200,
    *,
    errors: Mapping[str, str] | None = None,
    given: Mapping[str, str] | None = None,
    told: str = "",
) -> Response:
    find = _sought()
    head = view.head
    broken = desk().broken(view.runs)
    page = {
        "ticket": head.number,
        "subject": head.subject if isinstance(head.subject, str) else "erased",
        "customer": name_of(view.customer, head.customer_ref),
        "channel": view.channel,
        "identity": None,
        "flow": "",
        "token": new_id(),
        "told": told,
        "open_runs": [open_row(r, here()) | {"broken": r.id in broken} for r in view.runs if r.status not in OVER],
        "done_runs": [run_row(r) | {"broken": r.id in broken} for r in view.runs if r.status in OVER],
        "case_notes": [note_row(view, note) for note in (*_notes_so_far(view), *view.case_notes)],
        "unknown": not head.customer,
        "picks": picks_for((given or {}).get("customer", "")),
        "others": tickets_of(head.customer_ref, limit=FEW, but=head.number) if head.customer_ref else [],
        "facts": list(view.customer.items()),
        "work": on_ticket(view),
        "notes": sorted((n for n in view.notes if isinstance(n.value, str)), key=_newest, reverse=True),
        "turned_away": desk().turned_away(head),
    }
    flows = [flow_row(f) for f in desk().flows(find, limit=50)]
    languages, language = desk().languages(head.number)
    body = render_template(
        "ticket.html",
        page=page,
        find=find,
        flows=flows,
        languages=languages,
        language=language,
        errors=errors or {},
        given=given or {},
    )
    return make_response(body, status)


def _newest(note: Item) -> tuple[bool, datetime]:
    """What sorts notes by their time, that of damage last."""
    return note.key == DAMAGE, note.at


def _notes_so_far(view: TicketView) -> list[CaseNote]:
    """The case notes of the runs under way, as far as they can be read."""
    written = []
    for run in view.runs:
        if run.status not in OVER:
            with suppress(DeskError):
                written.append(desk().case_note(run.id))
    return written


@pages.post("/tickets/<number>/customer")
def attach(number: str) -> Reply:
    """Put a customer on a ticket opened for an unknown caller."""
    given = {"customer": (request.form.get("customer_is") or request.form.get("customer", "")).strip()[:64]}
    try:
        desk().attach_customer(number, given["customer"], actor=here().actor)
    except (Unknown, Misused) as error:
        return _ticket(desk().ticket(number), 422, errors={"customer": error.sentence}, given=given)
    return redirect(url_for("agent.ticket", number=number), 303)


@pages.post("/tickets/<number>/runs")
def start(number: str) -> Reply:
    """Start a flow on the ticket; where it asks for something first, ask."""
    form = request.form
    flow = next((f for f in desk().flows(limit=1000) if f.id == form.get("flow")), None)
    if flow is None:
        raise Unknown("There is no such flow to be started.")
    begun = _begun(number, flow, form)
    if begun:
        rows = [open_row(r, here()) for r in begun]
        sent = {name: form.get(name) for name in ("token", "language")}
        return make_response(render_template("again.html", number=number, flow=flow, runs=rows, **sent))
    asks = [as_blank(f) for f in flow.asks]
    if asks and form.get("asked") != "yes":
        return _begin(number, flow, asks)
    who = here()
    try:
        typed = forms.one_or_all(form, False)
        inputs = {f.name: as_typed(f, typed[f.name]) for f in flow.asks if f.name in typed}
        taken = desk().start(
            number,
            flow.id,
            actor=who.actor,
            token=form.get("token", ""),
            role=who.role,
            inputs=inputs or None,
            language=form.get("language"),
        )
    except Refused as error:
        errors = wrong(error, asks)
        if "" in errors:
            return _ticket(desk().ticket(number), 422, errors=errors)
        return _begin(number, flow, asks, 422, errors=errors, given=forms.fields(form))
    return redirect(url_for("run.step", run_id=taken.run.id), 303)


def _begun(number: str, flow: FlowRow, form: Mapping[str, str]) -> list[RunRow]:
    """Runs of *flow* under way on the ticket that were not told yet; none for a form sent again: it has its own run."""
    rows = desk().recorded(ticket=number, flow=flow.id)
    if any(row.id == form.get("token") for row in rows):
        return []
    seen = form.get("seen", "").split()
    return [row for row in rows if row.status not in OVER and row.id not in seen]


def _begin(
    number: str,
    flow: FlowRow,
    asks: list[Blank],
    status: int = 200,
    *,
    errors: Mapping[str, str] | None = None,
    given: Mapping[str, Any] | None = None,
) -> Response:
    body = render_template(
        "begin.html",
        labels=labels_of(asks),
        starts="" if errors and len(asks) > 1 else first_of(asks, errors or {}),
        helped=needs_help(asks),
        number=number,
        flow=flow,
        blanks=asks,
        token=new_id(),
        language=request.form.get("language", ""),
        seen=request.form.get("seen", ""),
        errors=errors or {},
        given=given or {},
    )
    return make_response(body, status)


@pages.post("/tickets/<number>/case-note/<run_id>")
def correct_note(number: str, run_id: str) -> Reply:
    """Correct a case note by a new entry; the first text stays."""
    text = request.form.get("text", "").strip()
    view = desk().ticket(number)
    if not text:
        return _ticket(view, 422, errors={run_id: "The corrected case note is empty."})
    try:
        desk().correct_note(run_id, text, actor=here().actor, token=request.form.get("token", ""))
    except (Misused, Reused) as error:
        return _ticket(view, 422, errors={run_id: error.sentence}, given={run_id: text})
    return redirect(url_for("agent.ticket", number=view.head.number), 303)
