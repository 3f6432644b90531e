"""The workshop: a designer's flows as they are being written, followed from save to save."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, current_app, render_template, request, url_for
from markupsafe import Markup

from shepherd.author.overlay import Covered, Laid
from shepherd.author.overview import rows
from shepherd.author.reading import Reading, lines_of
from shepherd.author.since import drawn, since
from shepherd.desk import Settings
from shepherd.desk.pictures import flow_page
from shepherd.desk.shelf import Shelf
from shepherd.desk.workbench import DAYS, Bench, Committed, Earlier, Good, Workbench
from shepherd.web import trying
from shepherd.web.app import new_app
from shepherd.web.bench import workbench
from shepherd.web.serve import free_port, serve_app, tell

pages = Blueprint("workshop", __name__)
#: So many pages are told of changes as they happen, each for so many seconds before it asks anew; the others look now
#: and then. A stream takes a thread of the server as long as it lasts.
STREAMS, LIFE, BREATH = 6, 60.0, 2.0
MOST_FINDINGS = 50


def create_workshop(bench: Workbench, *, pages_folder: Path | None = None) -> Flask:
    """The pages over *bench*; *pages_folder* is the folder with ``templates`` and ``static``."""
    zone = bench.look().zone
    app = new_app(lambda: zone, pages_folder)
    app.extensions["bench"] = bench
    app.extensions["streams"] = threading.BoundedSemaphore(STREAMS)
    app.register_blueprint(pages)
    app.register_blueprint(trying.pages)
    app.jinja_env.globals.update(layout="workshop.html", home=("workshop.flows", "To the flows"), who=None)
    app.jinja_env.globals.update(folder=bench.folder, days=DAYS, demo=None)
    return app


def serve(
    settings: Settings,
    *,
    committed: Committed | None = None,
    today: date | None = None,
    say: Callable[[str], Any] = tell,
) -> None:
    """
    Serve the workshop of *settings* until SIGTERM or Ctrl-C. Raises CannotServe where the address can't be had.

    *committed* gives the flows as they were last committed, with a name; *today* the day, if not the desk's.
    """
    port = free_port(settings.host, settings.port)
    bench = Workbench(settings.library, database=settings.database, committed=committed, today=today)
    try:
        app = create_workshop(bench)
        what = f"The workshop of {settings.library}"
        serve_app(app, host=settings.host, port=port, say=say, what=what, stopping=bench.leave)
    finally:
        bench.close()


@pages.get("/")
def flows() -> str:
    """Every flow, how it stands, and what is left to do."""
    bench = workbench().look()
    today = workbench().today(bench.zone)
    traffic = workbench().traffic()
    listed = rows(bench.now, bench.counted, traffic, today)
    return render_template(
        "workshop_flows.html",
        bench=bench,
        rows=listed,
        traffic=traffic is not None,
        standing=workbench().shelf.standing(bench.now.draft),
        shelf_trouble=workbench().shelf.trouble,
    )


@pages.get("/flows/<flow_id>")
def flow(flow_id: str) -> str:
    """One flow: picture, sentences, text, findings and scenarios; where it is broken, the last version that was not."""
    bench = workbench().flow(flow_id)
    good = bench.good.get(flow_id)
    is_good = bench.is_good(flow_id)
    draft = good.draft if good is not None else bench.now.draft
    shown = draft.flows.get(flow_id)
    counted = bench.counted.get(flow_id)
    shelf = workbench().shelf
    earlier = workbench().earlier()
    chosen = _chosen(request.args.get("since", ""), earlier, shelf)
    over: Laid | None = None
    drawing = None
    laid = request.args.get("show", "")
    if laid == "coverage" and counted:
        over = Covered(counted.coverage)
    elif laid == "changes" and shown is not None and flow_id in chosen.draft.flows:
        drawing, over = drawn(chosen.draft, draft, flow_id)
    page = None
    if shown is not None:
        page = flow_page(draft, flow_id, _address, bench.now.of(flow_id), over, drawing=drawing)
    lines = () if is_good and page else _lines(bench, flow_id)
    reading = page.reading if page else Reading(bench.now.files[flow_id], (), (), ())
    return render_template(
        "workshop_flow.html",
        bench=bench,
        id=flow_id,
        title=bench.now.title(flow_id),
        flow=shown,
        stands=_stands(bench, flow_id, good),
        good=good,
        findings=bench.now.of(flow_id)[:MOST_FINDINGS],
        picture=Markup(page.svg) if page else "",  # the drawing escapes all words itself
        reading=reading._replace(lines=lines) if lines else reading,
        counted=counted,
        laid=laid if over is not None else "",
        earlier=earlier,
        versions=shelf.of(flow_id),
        standing=shelf.standing(bench.now.draft).get(flow_id),
        chosen=chosen,
        since=since(chosen.draft, bench.now.draft, flow_id) if flow_id in bench.now.draft.flows else None,
        needs=[name for name in bench.now.needs(flow_id) if bench.now.is_broken(name)],
    )


def _chosen(key: str, earlier: tuple[Earlier, ...], shelf: Shelf) -> Earlier:
    """The version that the present one is held against: one of *earlier*, or any that was published."""
    found = next((one for one in earlier if one.key == key), None)
    number = key.removeprefix("version-")
    if found is None and number != key:
        version = next((one for one in shelf.versions() if str(one.number) == number), None)
        draft = shelf.draft(version) if version is not None else None
        if draft is not None:
            found = Earlier(key, f"version {number}", draft)
    return found or earlier[0]


def _address(flow: str) -> str:
    return url_for("workshop.flow", flow_id=flow)


def _lines(bench: Bench, flow: str) -> Any:
    """The lines of the present text of *flow*, right or wrong."""
    file = bench.now.files.get(flow, "")
    text = bench.now.draft.sources.get(file, "")
    return lines_of(text, bench.now.draft.flows.get(flow), bench.now.findings, file)


def _stands(bench: Bench, flow: str, good: Good | None) -> str:
    """How *flow* stands, as the page has it: right, warned, untested, broken, held_up or gone."""
    if flow not in bench.now.files:
        return "gone"
    if bench.is_good(flow):
        found = {finding.severity for finding in bench.now.of(flow)}
        return "untested" if "error" in found else "warned" if found else "right"
    return "broken" if bench.now.is_broken(flow) else "held_up"


# --- what a page is told of changes ----------------------------------------------------------------


@pages.get("/state")
def state() -> Response:
    """The number of the bench, for a page that looks now and then."""
    return Response(str(workbench().look().number), mimetype="text/plain")


class Stream:
    """
    Tells one page of each change as server-sent events, until it has lasted long enough or the server is to stop.

    *release* is called once, when the page has gone or enough was told, even where nothing was ever sent.
    """

    def __init__(self, bench: Workbench, number: int, release: Callable[[], None]):
        self._bench, self._number, self._release = bench, number, release
        self._parts = self._told()
        self._left = threading.Lock()

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            return next(self._parts)
        except StopIteration:
            self.close()
            raise

    def _told(self) -> Iterator[bytes]:
        until = time.monotonic() + LIFE
        yield b"retry: 500\n\n"
        while not self._bench.closed and time.monotonic() < until:
            number = self._bench.wait(self._number, BREATH)
            if number == self._number:
                yield b": nothing new\n\n"
            else:
                self._number = number
                yield f"id: {number}\ndata: {number}\n\n".encode()

    def close(self) -> None:
        """The page has gone, or has been told enough."""
        if self._left.acquire(blocking=False):
            self._release()


@pages.get("/events")
def events() -> Response:
    """Each change as it happens; no content where enough pages are told already, which then look now and then."""
    streams = current_app.extensions["streams"]
    last = request.headers.get("Last-Event-ID") or request.args.get("number", "")
    number = int(last) if last.isascii() and last.isdigit() and len(last) < 10 else 0
    if request.method == "HEAD" or not streams.acquire(blocking=False):
        return Response(status=204)
    reply = Response(Stream(workbench(), number, streams.release), mimetype="text/event-stream")
    reply.headers["X-Accel-Buffering"] = "no"
    return reply
