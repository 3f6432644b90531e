"""The Flask application: one factory, the blueprints, and a page of our own for every refusal."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask, Response, make_response, render_template, request
from jinja2 import StrictUndefined
from werkzeug.exceptions import HTTPException

from shepherd.author.looks import RULES
from shepherd.desk import Desk, DeskError, Misused, Unavailable, Unknown
from shepherd.desk.settings import shipped
from shepherd.flow.languages import language_name
from shepherd.flow.shown import visible
from shepherd.record import RecordError
from shepherd.run.api import Refused
from shepherd.web import agent, changes, fields, flows, qa, reads, runs
from shepherd.web.demo import Caller
from shepherd.web.guard import guard
from shepherd.web.marks import Marks
from shepherd.web.who import keys_of, who_of

log = logging.getLogger("shepherd.web")
#: The looks of drawings, which one that stands alone brings itself.
LOOKS = "drawing.css"
WORDS = {
    400: ("This can’t be read", "The form came without what this page needs. Open the page again and retry."),
    403: ("Not from here", "This was not sent by one of Shepherd’s own pages, so nothing was done."),
    404: ("Nothing here", "There is no such page, ticket or run. Look for it under Tickets."),
    405: ("Not this way", "This address can’t be used like that. Nothing was done."),
    413: ("Too large", "More than one megabyte was sent. Nothing was saved; shorten the text and send it again."),
    415: ("Not a form", "Only forms are read here. Nothing was done."),
    421: ("Not this address", "Shepherd answers only under a name of this machine, such as localhost or 127.0.0.1."),
    409: ("Not as it was", "The page was behind, so nothing was done. Open it again."),
    500: ("Something broke", "The mistake is ours, and it was logged. What was saved stays saved."),
    503: ("Not saved", "The record can’t be reached just now. Nothing was saved; go back and send the form again."),
}
#: The same where nothing was sent: it may come right after something that was saved.
NOT_SHOWN = (
    "Not to be shown now",
    "The record can’t be reached just now. What was saved stays saved; load this again.",
)


def create_app(desk: Desk, *, pages: Path | None = None, demo: tuple[Caller, ...] | None = None) -> Flask:
    """
    The pages over *desk*; *pages* is the folder with ``templates`` and ``static`` (default: the shipped one).

    *demo* has the callers to try on a demo desk, which says on every page that it is one; None is a real desk.
    """
    app = new_app(lambda: desk.library.policy.time_zone, pages)
    app.extensions["desk"] = desk
    for blueprint in (agent.pages, runs.pages, qa.pages, flows.pages, changes.pages, reads.pages):
        app.register_blueprint(blueprint)
    app.jinja_env.globals.update(
        layout="base.html", home=("agent.home", "To the tickets"), demo=demo, readable=reads.READABLE
    )
    app.context_processor(
        lambda: {"who": who_of(request), "base": bool(desk.library.policy.customer_lookup)},
    )
    return app


def new_app(zone: Callable[[], str], pages: Path | None = None) -> Flask:
    """
    An application with Shepherd's templates, guard and pages of refusal, and no address; *zone* tells its clock's.

    *pages* is the folder with ``templates`` and ``static`` (default: the shipped one).
    """
    folder = pages or shipped("web")
    app = Flask("shepherd", template_folder=str(folder / "templates"), static_folder=str(folder / "static"))
    ours = {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True, "finalize": _seen}
    app.jinja_options = {**app.jinja_options, **ours}
    guard(app)
    app.add_url_rule(f"/static/{LOOKS}", "looks", lambda: Response(RULES, mimetype="text/css"))
    marks = Marks(zone, _versions(folder / "static"))
    app.jinja_env.filters.update(clock=marks.clock, span=marks.span, words=marks.words, language=language_name)
    app.jinja_env.filters.update(grouped=fields.grouped, ticked=fields.ticked, amount=fields.amount)
    app.jinja_env.tests.update(is_long=fields.is_long, open_to_none=fields.none_holds)
    app.jinja_env.globals.update(asset=marks.asset, focus=marks.focus, pressed=marks.pressed)
    app.context_processor(lambda: {"keys": keys_of(request), "kbd": marks.kbd, "shortcut": marks.shortcut})
    _errors(app)
    return app


def _seen(value: Any) -> Any:
    """What a page shows of a value: no character of a text steers it, or hides. Markup is our own."""
    return visible(value, lines=True) if value.__class__ is str else value


def _versions(static: Path) -> dict[str, str]:
    """A short hash of each static file, so that browsers may keep it for ever."""
    files = {p.name: p.read_bytes() for p in static.iterdir() if p.is_file()} | {LOOKS: RULES.encode()}
    return {name: hashlib.sha256(data).hexdigest()[:12] for name, data in files.items()}


def refusal(code: int, sentence: str = "") -> Response:
    """The page that says why something was not done, or why a page can't be shown where nothing was to be done."""
    heading, usual = WORDS.get(code, WORDS[400] if code < 500 else WORDS[500])
    if code == 503 and request.method == "GET":
        heading, usual = NOT_SHOWN
    page = render_template("error.html", code=code, heading=heading, sentence=sentence or usual)
    return make_response(page, code)


def _errors(app: Flask) -> None:
    """No error leaves without a page, and none with a traceback, a form's content or a query in it."""

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Response:
        page = refusal(error.code or 500)
        for name, value in error.get_headers():
            if name.lower() == "allow":
                page.headers[name] = value
        return page

    @app.errorhandler(Unknown)
    def unknown(error: Unknown) -> Response:
        return refusal(404, error.sentence)

    @app.errorhandler(Misused)
    def misused(error: Misused) -> Response:
        return refusal(400, error.sentence)

    @app.errorhandler(DeskError)
    def desk_error(error: DeskError) -> Response:
        return refusal(409, error.sentence)

    @app.errorhandler(RecordError)
    def record_error(error: RecordError) -> Response:
        log.error("record: %s at %s", type(error).__name__, request.endpoint)
        return refusal(503, error.sentence)

    @app.errorhandler(Refused)
    def refused(error: Refused) -> Response:
        return refusal(409, error.sentence)

    @app.errorhandler(Unavailable)
    def unavailable(error: Unavailable) -> Response:
        log.error("record unavailable at %s", request.endpoint)
        return refusal(503)

    @app.errorhandler(Exception)
    def broken(error: Exception) -> Response:
        # The message of an exception may hold what a person entered; its kind and its place do not.
        place = error.__traceback__
        while place is not None and place.tb_next is not None:
            place = place.tb_next
        where = f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place else "?"
        log.error("%s at %s in %s %s", type(error).__name__, where, request.method, request.endpoint)
        return refusal(500)
