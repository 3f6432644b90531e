"""The flows' own pages: which there are, what each looks like, and the picture of a run for QA's page."""

from __future__ import annotations

import base64
import hashlib

from flask import Blueprint, Response, render_template, request, url_for
from markupsafe import Markup

from shepherd.author.draw import FORMATS
from shepherd.author.looks import RULES, STYLE
from shepherd.author.picture import Opening, Picture
from shepherd.desk import Unknown
from shepherd.web.who import ask_name, desk

pages = Blueprint("flows", __name__)
pages.before_request(ask_name)
MEDIA = {"svg": "image/svg+xml", "mermaid": "text/plain", "dot": "text/vnd.graphviz", "bpmn": "application/xml"}
ENDINGS = {"svg": "svg", "mermaid": "mmd", "dot": "dot", "bpmn": "bpmn"}


def _only_its_style() -> str:
    """A policy for a picture opened by itself: its own style, known by its hash, and nothing else."""
    digest = base64.b64encode(hashlib.sha256((STYLE + RULES).encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; frame-ancestors 'none'"


PICTURE_POLICY = _only_its_style()


@pages.get("/flows")
def all_flows() -> str:
    """The flows of the desk."""
    found = sorted(desk().library.flows.values(), key=lambda flow: (flow.category, flow.title))
    said_in = {one.id: desk().library.said_in(one.id) for one in found}
    return render_template("flows.html", flows=found, said_in=said_in)


@pages.get("/flows/<flow_id>")
def flow(flow_id: str) -> str:
    """One flow: what it is, its picture, and beside it the same in sentences and as its text."""
    opened = _opened()
    traffic = request.args.get("show") == "traffic"
    page = desk().pictures.page(flow_id, lambda called: url_for("flows.flow", flow_id=called), opened, traffic=traffic)
    return render_template(
        "flow.html",
        flow=desk().library.flows[flow_id],
        picture=Markup(page.svg),  # the drawing escapes all words itself
        reading=page.reading,
        rewritten=page.rewritten,
        forms=FORMATS,
        opened=opened,
        traffic=traffic,
        calls=_calls(page.picture),
    )


def _opened() -> list[str]:
    """The flows that the address asks to see inside the calls of them."""
    known = desk().library.flows
    return sorted({name for name in request.args.getlist("open") if name in known})


def _calls(picture: Picture) -> list[str]:
    """The flows that are called in *picture*, and in what is opened in it, in its order."""
    found: dict[str, None] = {}
    for node in picture.nodes:
        if node.calls in desk().library.flows:
            found[node.calls] = None
        if node.inside is not None:
            found |= dict.fromkeys(_calls(node.inside))
    return list(found)


@pages.get("/flows/<flow_id>/picture.<form>")
def picture(flow_id: str, form: str) -> Response:
    """The picture to take away, by the name of its format."""
    if form not in FORMATS:
        raise Unknown(f"A flow is drawn as {', '.join(FORMATS)}.")
    opening = Opening(frozenset(_opened())) if form == "svg" else None
    reply = picture_reply(desk().pictures.of(flow_id, form, opening), form)
    reply.headers["Content-Disposition"] = f'attachment; filename="{flow_id}.{ENDINGS[form]}"'
    return reply


@pages.get("/qa/runs/<run_id>/<flow_id>.svg")
def run_picture(run_id: str, flow_id: str) -> Response:
    """The flow as a run went through it, with its path laid over it."""
    return picture_reply(desk().pictures.of_run(run_id, flow_id), "svg")


def picture_reply(text: str, form: str = "svg") -> Response:
    """A picture by itself, which may use nothing but its own style."""
    reply = Response(text, content_type=f"{MEDIA[form]}; charset=utf-8")
    if form == "svg":
        reply.headers["Content-Security-Policy"] = PICTURE_POLICY
    return reply
