"""Hands for the browser tests: the same few moves, by keys, by clicks, or by forms sent without drawing each page."""

from __future__ import annotations

import html
import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

from playwright.sync_api import APIResponse, Error, Locator, Page, expect

from shepherd.desk import new_id
from tests.browser.keyboard import GLANCE

CUSTOMER, PIN = "C-1001", "4071"
LIGHT = "What colour is the light on the front of the router?"
RESTART = "Please switch the router off, count to ten, and switch it on again."
WORKS = "Is the internet working now?"
VISIT = "An engineer has to look at this at your home. Shall I book the next free visit?"


#: A browser drops what is clicked on a page that it has not painted yet.
PAINTED = "performance.getEntriesByName('first-contentful-paint').length"


def shows(page: Page, text: str) -> None:
    """Wait until the step says *text*, or the page where it has no step, and people can see it."""
    expect(page.locator("article.step, main:not(:has(article.step))")).to_contain_text(text, timeout=15_000)
    holds(page, PAINTED)


def holds(page: Page, condition: str, seconds: float = 15) -> None:
    """Wait until *condition* holds on the page, asked again and again: without scripts no page looks by itself."""
    until = time.monotonic() + seconds
    while True:
        try:
            if page.evaluate(condition):
                return
        except Error:  # on the way to another page
            if page.is_closed():
                raise
        assert time.monotonic() < until, f"Not so after {seconds} seconds: {condition}"
        page.wait_for_timeout(25)


def long_list(page: Page, name: str, *, exact: bool = True) -> Locator:
    """The field in which a long list is searched: it takes the place of the ordinary one once its script is there."""
    return page.get_by_role("combobox", name=name, exact=exact).and_(page.locator("input[aria-autocomplete=list]"))


def tab_to(page: Page, words: str, most: int = 60) -> None:
    """Press Tab until what is focused is named *words*."""
    for _ in range(most):
        page.keyboard.press("Tab")
        named = page.evaluate(
            "() => { const e = document.activeElement;"
            " if (!e.matches('a, button, input, textarea, select, summary')) return '';"
            " const label = e.labels && e.labels[0];"
            " return (label ? label.textContent : e.textContent) || e.getAttribute('aria-label') }"
        )
        if words in " ".join((named or "").split()):
            return
    raise AssertionError(f"Tab never came to {words!r}")


def name_by_clicks(page: Page, address: str, name: str = "maria", role: str = "Agent") -> None:
    """Give a name on the name page."""
    page.goto(f"{address}/")
    page.get_by_label("Your name").fill(name)
    page.get_by_label(role, exact=True).check()
    page.get_by_role("button", name="Go on").click()
    shows(page, "Who is on the line?")


def ticket_by_clicks(page: Page, address: str, customer: str) -> None:
    """Open a ticket for *customer*."""
    page.goto(f"{address}/")
    page.get_by_label("Customer number", exact=True).fill(customer)
    page.get_by_label("In the customer’s words").fill("My internet is gone")
    page.get_by_role("button", name="Open ticket").click()
    shows(page, "Start a flow")


def start_by_clicks(page: Page, address: str, customer: str, flow: str = "The customer has no internet") -> None:
    """Name, ticket for *customer*, and the first step of *flow*."""
    name_by_clicks(page, address)
    ticket_by_clicks(page, address, customer)
    page.get_by_role("button", name=flow).click()
    shows(page, "Continue")


def tap(page: Page, key: str) -> None:
    """Press *key* as somebody does who has seen the step: not so soon that it would count for the step before."""
    page.wait_for_timeout(GLANCE)
    page.keyboard.press(key)


@contextmanager
def arriving(page: Page) -> Iterator[None]:
    """What is done within leads to another page, which is waited for: gone to, or put in the place of this one."""
    page.evaluate("document.body.dataset.left = ''")
    yield
    there = "document.body && !('left' in document.body.dataset)"
    holds(page, f"{there} && document.readyState === 'complete' && {PAINTED}")


def press(page: Page, button: str) -> None:
    """Press the step's button named *button*, and wait for the page that it leads to."""
    with arriving(page):
        page.locator(".answers").get_by_role("button", name=button).click()


class Sender:
    """
    Sends what our own pages send, in the name of *page*'s browser, and draws nothing.

    It leads to where a test begins; what is tested is then done on the page itself.
    """

    def __init__(self, page: Page, address: str, name: str = "maria", role: str = "agent"):
        self.page, self.address = page, address
        who = quote(json.dumps({"name": name, "role": role}))
        page.context.add_cookies([{"name": "shepherd_who", "value": who, "url": address}])
        self.url = self.text = ""

    def get(self, path: str) -> None:
        """Get *path*."""
        self._keep(self.page.request.get(f"{self.address}{path}" if path.startswith("/") else path))

    def post(self, url: str, fields: dict[str, str]) -> None:
        """Send *fields* to *url*, and follow to where that leads."""
        ours = {"Origin": self.address, "Sec-Fetch-Site": "same-origin"}
        self._keep(self.page.request.post(url, form=fields, headers=ours))

    def _keep(self, reply: APIResponse) -> None:
        assert reply.ok, f"{reply.status} at {reply.url}"
        self.url, self.text = reply.url, reply.text()

    def act(self, act: str, **fields: str) -> None:
        """Send the form *act* of the run page, filled with *fields*; a call under way is waited for first."""
        while 'data-each="1"' in self.text:
            self.get(self.url)
        for form in re.findall(r"<form[^>]*>.*?</form>", self.text, re.DOTALL):
            if f'name="act" value="{act}"' in form:
                hidden = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', form))
                to = re.search(r'action="([^"]*)"', form)
                assert to
                return self.post(self.address + to[1], {n: html.unescape(v) for n, v in hidden.items()} | fields)
        raise AssertionError(f"No form {act} at {self.url}")

    def start(self, customer: str, flow: str = "internet_down", **inputs: str) -> Sender:
        """A ticket for *customer*, and *flow* begun on it."""
        self.get(f"/?customer={customer}")
        seen = re.search(r'name="seen" value="([^"]*)"', self.text)
        given = {
            "customer": customer,
            "channel": "phone",
            "subject": "My internet is gone",
            "seen": seen[1] if seen else "",
        }
        self.post(f"{self.address}/tickets", given | {"token": new_id()})
        asked = {f"f.{name}": value for name, value in inputs.items()}
        self.post(f"{self.url}/runs", {"token": new_id(), "flow": flow, "asked": "yes"} | asked)
        return self

    def to_pin(self) -> Sender:
        """From the first step of ``internet_down`` to the question for the PIN."""
        self.act("continue")
        self.act("answer", value="yes")
        return self

    def to_light(self) -> Sender:
        """From the first step of ``internet_down`` over the PIN to the question for the light."""
        self.to_pin()
        self.act("answer", **{"f.pin": PIN})
        while LIGHT not in self.text:
            self.get(self.url)
        return self

    def show(self) -> None:
        """Draw the page that was come to."""
        self.page.goto(self.url)


def start(page: Page, address: str, customer: str) -> None:
    """*page* at the first step of ``internet_down``."""
    Sender(page, address).start(customer).show()
    shows(page, "Continue")


def at_pin(page: Page, address: str, customer: str, name: str = "maria") -> None:
    """*page* at the question for the PIN."""
    Sender(page, address, name).start(customer).to_pin().show()
    shows(page, "tell me the four digits")


def at_light(page: Page, address: str, customer: str) -> None:
    """*page* at the question for the light."""
    Sender(page, address).start(customer).to_light().show()
    shows(page, LIGHT)


def run_id(page: Page) -> str:
    """The run that the page shows."""
    found = re.search(r"/runs/([0-9a-f-]{36})", page.url)
    assert found, page.url
    return found[1]


def answers(page: Page) -> list[str]:
    """The answers so far, oldest first, as "question: answer"."""
    rows = page.locator("#so-far li")
    texts = [" ".join(text.split()) for text in rows.all_inner_texts()]
    return list(reversed(texts))
