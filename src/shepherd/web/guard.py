"""What stands before the pages: whom we answer, whose forms we take, how much we read, which headers go out."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from flask import Flask, Request, Response, abort, request

MOST_BYTES = 1_000_000
MOST_PARTS = 200
WRITING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}

#: Headers that a reply may bring itself: a picture opened by itself allows less than a page does.
STRICTER = frozenset({"Content-Security-Policy"})


def is_loopback(host: str) -> bool:
    """Whether *host* (no port, no brackets) names this machine: ``localhost``, ``127.0.0.0/8`` or ``::1``."""
    if host.lower() in ("localhost", "localhost."):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def host_of(value: str) -> str:
    """The host in a Host header, "" where the header is not one host with at most a port."""
    try:
        parts = urlsplit(f"//{value}")
        parts.port  # noqa: B018 - reading it is what checks it
    except ValueError:
        return ""
    tail = parts.path or parts.query or parts.fragment
    if tail or "@" in value or any(c.isspace() for c in value):
        return ""
    return parts.hostname or ""


def is_ours(asked: Request) -> bool:
    """
    Whether a writing request comes from one of our own pages.

    Browsers set Sec-Fetch-Site themselves. Under ``no-referrer`` they send ``Origin: null``, so that value says nothing
    and counts only where Sec-Fetch-Site vouches for it. A request with neither header is nobody's page.
    """
    site = asked.headers.get("Sec-Fetch-Site")
    origin = asked.headers.get("Origin")
    if site is not None and site != "same-origin":
        return False
    if origin is None or origin == "null":
        return site == "same-origin"
    return origin.lower() == f"{asked.scheme}://{asked.host}".lower()


def _refuse_strangers() -> None:
    """Answer only for loopback names, and take writes only from our own pages and as forms."""
    if not is_loopback(host_of(request.headers.get("Host", ""))):
        abort(421)
    if request.method in WRITING and request.url_rule is not None:
        if not is_ours(request):
            abort(403)
        if request.mimetype not in FORMS:
            abort(415)


def _seal(response: Response) -> Response:
    """Put the same strict headers on every reply; only static files may be kept by the browser."""
    for name, value in HEADERS.items():
        if name not in STRICTER or name not in response.headers:
            response.headers[name] = value
    if request.endpoint in ("static", "looks") and response.status_code in (200, 206, 304):
        response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    else:
        response.headers["Cache-Control"] = "no-store"
    return response


def guard(app: Flask) -> None:
    """Set the limits of *app* and stand guard over all its routes."""
    app.config.update(MAX_CONTENT_LENGTH=MOST_BYTES, MAX_FORM_MEMORY_SIZE=MOST_BYTES, MAX_FORM_PARTS=MOST_PARTS)
    app.before_request(_refuse_strangers)
    app.after_request(_seal)
