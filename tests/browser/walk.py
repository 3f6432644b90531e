"""Hands for the browser tests: the same few moves, by keys alone or by clicks alone."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

CUSTOMER, PIN = "C-1001", "4071"
LIGHT = "What colour is the light on the front of the router?"
RESTART = "Please switch the router off, count to ten, and switch it on again."
WORKS = "Is the internet working now?"
VISIT = "An engineer has to look at this at your home. Shall I book the next free visit?"


def shows(page: Page, text: str) -> None:
    """Wait until the step says *text*, or the page where it has no step."""
    expect(page.locator("article.step, main:not(:has(article.step))")).to_contain_text(text, timeout=15_000)


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


def ticket_by_clicks(page: Page, address: str, customer: str = CUSTOMER) -> None:
    """Open a ticket for *customer*."""
    page.goto(f"{address}/")
    page.get_by_label("Customer number", exact=True).fill(customer)
    page.get_by_label("In the customer’s words").fill("My internet is gone")
    page.get_by_role("button", name="Open ticket").click()
    shows(page, "Start a flow")


def start_by_clicks(page: Page, address: str, flow: str = "The customer has no internet") -> None:
    """Name, ticket, and the first step of *flow*."""
    name_by_clicks(page, address)
    ticket_by_clicks(page, address)
    page.get_by_role("button", name=flow).click()
    shows(page, "Continue")


def press(page: Page, button: str) -> None:
    """Press the step's button named *button*, and wait for the page that it leads to."""
    with page.expect_navigation():
        page.locator(".answers").get_by_role("button", name=button).click()


def to_light(page: Page) -> None:
    """From the first step over the PIN to the question for the light."""
    press(page, "Continue")
    press(page, "They have it")
    page.get_by_label("Pin", exact=True).fill(PIN)
    press(page, "Save and go on")
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
