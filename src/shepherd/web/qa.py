"""QA's pages: which runs were recorded, which path each took, and whether the record is as it was written."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request, url_for

from shepherd.record import RunRow
from shepherd.web.marks import Marks
from shepherd.web.show import Identity, name_of
from shepherd.web.who import ask_name, desk

pages = Blueprint("qa", __name__, url_prefix="/qa")
pages.before_request(ask_name)
MOST = 50


@pages.get("")
def runs() -> str:
    """Recorded runs, by ticket, agent, flow and outcome."""
    asked = {name: request.args.get(name, "").strip()[:64] for name in ("ticket", "agent", "flow", "outcome")}
    found = desk().recorded(**asked, limit=MOST, before=request.args.get("before", "")[:64])
    older = url_for("qa.runs", **{k: v for k, v in asked.items() if v}, before=found[-1].id) if found else ""
    flows = sorted(desk().library.flows.values(), key=lambda f: f.title)
    more = older if len(found) == MOST else ""
    return render_template("runs.html", asked=asked, rows=[_row(r) for r in found], more=more, flows=flows)
