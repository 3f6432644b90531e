"""
From a key pressed to the next step drawn, in a real Chromium, through every shipped flow; beside it the browser alone.

The browser alone: a page of one line, which a key replaces by the next from a server that does nothing else.
"""

from __future__ import annotations

import json
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import quantiles
from urllib.parse import quote, urlencode

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.conftest import QUIET, ROOT, Served, chromium
from tests.browser.keyboard import finish
from tests.browser.walk import CUSTOMER, Sender
from tests.browser.walks import WALKS

BARE = b"<!doctype html><title>x</title><p>1<script>addEventListener('keydown', () => location.replace('/'))</script>"
LOOK = """(() => {
  const now = () => performance.timeOrigin + performance.now();
  const kept = (name, otherwise) => JSON.parse(sessionStorage.getItem(name) || otherwise);
  const keep = (name, value) => sessionStorage.setItem(name, JSON.stringify(value));
  const waited = (since) => ["navigation", "resource"].flatMap((kind) => performance.getEntriesByType(kind))
    .filter((entry) => ["xmlhttprequest", "navigation"].includes(entry.initiatorType))
    .filter((entry) => performance.timeOrigin + entry.startTime > since)
    .reduce((sum, entry) => sum + entry.responseEnd - entry.startTime, 0);
  const drawn = () => requestAnimationFrame(() => requestAnimationFrame(() => {
    const pressed = kept("pressed", "0");
    if (!pressed) return;
    keep("seen", [...kept("seen", "[]"), [now() - pressed, waited(pressed)]]);
    keep("pressed", 0);
  }));
  addEventListener("keydown", () => keep("pressed", now()), true);
  addEventListener("load", drawn);
  addEventListener("DOMContentLoaded", () =>
    new MutationObserver(drawn).observe(document.documentElement, { childList: true }));
})()"""


class Bare(BaseHTTPRequestHandler):
    """The page of one line."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(BARE)))
        self.end_headers()
        self.wfile.write(BARE)

    def log_message(self, *_: object) -> None:
        """Nothing is written down."""


@contextmanager
def bare_server() -> Iterator[str]:
    """The address of the server that does nothing else."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Bare)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()


def seen(browser: Browser, work: Callable[[Page], None]) -> list[tuple[float, float]]:
    """What a fresh page saw during *work*: by key that led on, the milliseconds till drawn, and the desk's."""
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    context.add_init_script(LOOK)
    page = context.new_page()
    work(page)
    page.wait_for_timeout(100)
    found: list[tuple[float, float]] = page.evaluate("JSON.parse(sessionStorage.getItem('seen') || '[]')")
    context.close()
    return found


def press_alone(page: Page, address: str, times: int = 60) -> None:
    """A key on the page of one line, again and again."""
    page.goto(address)
    for n in range(1, times + 1):
        page.keyboard.press("1")
        page.wait_for_function("n => JSON.parse(sessionStorage.getItem('seen') || '[]').length >= n", arg=n)


def walk(page: Page, address: str, flow: str) -> None:
    """One contact through *flow*."""
    Sender(page, address).start(CUSTOMER, flow).show()
    finish(page, WALKS[flow].answers)


class Wire(Sender):
    """The same contact without a browser: over one connection, each answer with its page timed as our script asks."""

    def __init__(self, address: str):
        self.address, self.url, self.text, self.seconds = address, "", "", list[float]()
        self._line = HTTPConnection(address.removeprefix("http://"))
        self._own = {"Cookie": f"shepherd_who={quote(json.dumps({'name': 'maria', 'role': 'agent'}))}"}

    def get(self, path: str) -> None:
        """Get *path*."""
        self._ask("GET", path.removeprefix(self.address), None)

    def post(self, url: str, fields: dict[str, str]) -> None:
        """Send *fields* to *url*, and follow to where that leads."""
        began = time.perf_counter()
        self._ask("POST", url.removeprefix(self.address), urlencode(fields))
        self.seconds.append(time.perf_counter() - began)

    def _ask(self, method: str, path: str, body: str | None) -> None:
        form = (
            {"Content-Type": "application/x-www-form-urlencoded", "Origin": self.address, "X-In-Place": "1"}
            if body
            else {}
        )
        self._line.request(method, path, body, self._own | form)
        reply = self._line.getresponse()
        text = reply.read().decode()
        if reply.status == 303:
            self._ask("GET", reply.headers["Location"], None)
            return
        assert reply.status == 200, f"{reply.status} at {path}"
        self.url, self.text = path, text

    def walk(self, flow: str) -> list[float]:
        """Milliseconds from each answer of a contact through *flow* until the next page is there."""
        self.start(CUSTOMER, flow)
        self.seconds.clear()
        for given in WALKS[flow].answers:
            while 'name="act" value="continue"' in self.text:
                self.act("continue")
            if isinstance(given, str):
                self.act("answer", value=given)
            else:
                asked = "fields" if 'name="act" value="fields"' in self.text else "answer"
                self.act(asked, **{f"f.{name}": str(value) for name, value in given.items()})
        return [1000 * each for each in self.seconds]


def spread(milliseconds: list[float]) -> tuple[float, float]:
    """The median and the 95th percentile."""
    hundredths = quantiles(milliseconds, n=100, method="inclusive")
    return hundredths[49], hundredths[94]


def without_browser() -> list[float]:
    """Milliseconds of each answer in a contact through every flow, at a desk of its own."""
    with tempfile.TemporaryDirectory() as folder:
        desk = Served(Path(folder), ROOT / "flows").start()
        try:
            return [each for flow in WALKS for each in Wire(desk.address).walk(flow)]
        finally:
            desk.stop()


def main() -> dict[str, float]:
    """Print both, and what the desk's pages add."""
    steps: list[tuple[float, float]] = []
    alone: list[tuple[float, float]] = []
    desks = without_browser()
    with sync_playwright() as playwright, bare_server() as bare, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=chromium(), args=[*QUIET, "--no-sandbox"])
        desk = Served(Path(folder), ROOT / "flows").start()
        try:
            for flow in WALKS:
                steps += seen(browser, lambda page, flow=flow: walk(page, desk.address, flow))  # type: ignore[misc]
                alone += seen(browser, lambda page: press_alone(page, bare, 6))
        finally:
            desk.stop()
            browser.close()
    drawn, waited, served = spread([d for d, _ in steps]), spread([s for _, s in steps]), spread(desks)
    bare_drawn = spread([d for d, _ in alone])
    print(f"{len(steps)} keys through {len(WALKS)} flows       median      p95")
    print(f"key to step drawn          {drawn[0]:8.1f} {drawn[1]:8.1f} ms   (aim: p95 under 100 ms)")
    print(f"of this waited for replies {waited[0]:8.1f} {waited[1]:8.1f} ms")
    print(f"the desk without a browser {served[0]:8.1f} {served[1]:8.1f} ms   (aim: p95 under 20 ms)")
    print(f"the browser alone          {bare_drawn[0]:8.1f} {bare_drawn[1]:8.1f} ms")
    print(f"ratio of the medians       {drawn[0] / bare_drawn[0]:8.1f} ×")
    return {"drawn_p95_ms": drawn[1], "served_p95_ms": served[1], "drawn_ratio": drawn[0] / bare_drawn[0]}


if __name__ == "__main__":
    main()
