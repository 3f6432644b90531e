"""A desk over the shipped flows, and a browser without a window: a client that sends what our own pages send."""

from __future__ import annotations

import html
import re
from pathlib import Path
from urllib.parse import quote

import pytest

from shepherd.desk import Desk, Settings
from shepherd.web.app import create_app
from tests.record.making import blank
from tests.shipped import library

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def shipped():
    """The shipped library, read and checked once: nothing changes it."""
    return library()


@pytest.fixture
def desk(tmp_path, shipped):
    settings = Settings(
        ROOT / "flows", f"sqlite:///{tmp_path / 'desk.db'}", str(tmp_path / "keys.db"), "127.0.0.1", 8321
    )
    blank(tmp_path, "desk.db", "keys.db")
    opened = Desk.over(shipped, settings)
    yield opened
    opened.close()


@pytest.fixture
def small(tmp_path):
    """A tab of a desk over the small flows of these tests."""
    settings = Settings(
        ROOT / "tests" / "web" / "flows",
        f"sqlite:///{tmp_path / 'small.db'}",
        str(tmp_path / "small-keys.db"),
        "127.0.0.1",
        8321,
    )
    opened = Desk.open(settings)
    yield Tab(create_app(opened))
    opened.close()


class Tab:
    """One tab: its client, and the page it shows."""

    def __init__(self, app, name="maria", role="agent"):
        self.client = app.test_client()
        if name:
            cookie = quote(f'{{"name": "{name}", "role": "{role}"}}')
            self.client.set_cookie("shepherd_who", cookie, domain="localhost")
        self.reply = None

    def get(self, path, **more):
        self.reply = self.client.get(path, headers={"Host": "localhost"}, follow_redirects=True, **more)
        return self

    def post(self, path, data, *, follow=True, headers=None):
        ours = {"Host": "localhost", "Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
        self.reply = self.client.post(path, data=data, headers=ours | (headers or {}), follow_redirects=follow)
        return self

    def act(self, act, *, follow=True, **fields):
        """Send the form *act* of the page shown, as its button would; *fields* over its hidden ones."""
        return self.post(
            self.path, self.form(act) | {k.replace("__", "."): v for k, v in fields.items()}, follow=follow
        )

    def form(self, act):
        """What the form *act* of the page shown brings, or the button that does *act* instead of the step's own."""
        button = (
            r'<button form="step" name="back" value="(\d+)"' if act == "back" else f'name="(instead)" value="{act}"'
        )
        other = re.search(button, self.text)
        instead = {} if other is None else {"back": other[1]} if act == "back" else {"instead": act}
        for form in re.findall(r"<form[^>]*>.*?</form>", self.text, re.DOTALL):
            if instead and 'id="step"' in form:
                return dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', form)) | instead
            if f'name="act" value="{act}"' in form:
                hidden = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', form)
                return {name: html.unescape(value) for name, value in hidden}
        raise AssertionError(f"The page has no form {act}: {self.heading}")

    @property
    def text(self):
        return self.reply.get_data(as_text=True)

    @property
    def status(self):
        return self.reply.status_code

    @property
    def path(self):
        return self.reply.request.path

    @property
    def heading(self):
        found = re.search(r"<h1[^>]*>(.*?)</h1>", self.text, re.DOTALL)
        return html.unescape(re.sub(r"<[^>]+>", "", found[1])).strip() if found else ""

    @property
    def title(self):
        return html.unescape(re.search(r"<title>(.*?)</title>", self.text)[1])


@pytest.fixture
def app(desk):
    return create_app(desk)


@pytest.fixture
def tab(app):
    return Tab(app)


@pytest.fixture
def open_tab(app):
    """Further tabs, of this agent or of others."""
    return lambda name="maria", role="agent": Tab(app, name, role)


@pytest.fixture
def at_light(tab):
    """A tab at the question for the light: a ticket of C-1001 on which ``internet_down`` has come that far."""
    begin(tab, "C-1001")
    answer_until(tab, "What colour")
    return tab


def begin(tab, customer, flow="internet_down", **more):
    """Open a ticket and start *flow* on it; *more* goes into the form that starts it."""
    token = re.search(r'name="token" value="([^"]+)"', tab.get("/").text)[1]
    given = {"token": token, "customer": customer, "channel": "phone", "subject": "My internet is gone"}
    tab.post("/tickets", given)
    seen = re.search(r'name="seen" value="([^"]*)"', tab.text)
    if seen:  # they are told of the customer's open tickets first
        tab.post("/tickets", given | {"seen": seen[1]})
    token = re.search(r'name="token" value="([^"]+)"', tab.text)[1]
    return tab.post(f"{tab.path}/runs", {"token": token, "flow": flow, **more})


ANSWERS = {
    "Do you have your four-digit": "no",
    "Which street": "matches",
    "May I call you back": "yes",
    "Hello, this is": "reached",
}


def answer_until(tab, heading, answers=ANSWERS):
    """Go on as a patient customer would, until *heading* is asked."""
    for _ in range(40):
        if heading in tab.heading:
            return tab
        if 'name="act" value="continue"' in tab.text:
            tab.act("continue")
        elif "Being " in tab.heading:
            tab.get(tab.path)
        else:
            tab.act("answer", value=next(v for k, v in answers.items() if k in tab.heading))
    raise AssertionError(f"Never came to {heading}; stands at {tab.heading}")
