"""What changed in the flows, for those who work with them, and their word that they have read it."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Reply

from shepherd.web.who import ask_name, desk, here

pages = Blueprint("changes", __name__)
pages.before_request(ask_name)


@pages.get("/changes")
def latest() -> str:
    """All that changed with the version that is live."""
    return render_template("changes.html", news=desk().publishing.latest())


@pages.post("/changes/read")
def read() -> Reply:
    """I have read this."""
    release = request.form.get("release", "")
    if not (release.isascii() and release.isdigit() and len(release) < 10):
        abort(400)
    desk().publishing.read(int(release), by=here().name)
    return redirect(url_for("agent.home"), 303)
