"""An agent who never touches the mouse: answers each step of a run by its keys, from a list of what to answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from playwright.sync_api import Locator, Page

Given = str | Mapping[str, "str | list[str]"]

LONGEST = 80
BETWEEN = 200  # milliseconds in which a second press of the same key is not taken
GLANCE = 400  # and after a page that came by itself
NOW = "document.querySelector('#step input[name=seq]')?.value ?? ''"
FOCUSED = "() => [document.activeElement.name || document.activeElement.id, document.activeElement.value]"
CALLED = """document.querySelector('[data-each="1"]')"""
SETTLED = f"before => !{CALLED} && ({NOW}) !== before"


def finish(page: Page, answers: Sequence[Given]) -> str:
    """Go through the run that *page* shows to its end, and return the code that it ends with."""
    left = iter(answers)
    for _ in range(LONGEST):
        ended = page.locator("dl.outcome strong")
        if ended.count():
            assert next(left, None) is None, "The run ended before all was answered"
            return ended.inner_text()
        before = page.evaluate(NOW)
        step(page, left)
        page.wait_for_function(SETTLED, arg=before)
        page.wait_for_load_state()
        page.wait_for_timeout(BETWEEN)
    raise AssertionError(f"No end after {LONGEST} steps, at {page.locator('h1').inner_text()!r}")


def step(page: Page, left: Iterator[Given]) -> None:
    """Do what the step that *page* shows asks for, by keys."""
    if page.locator("#step input[name=act][value=continue]").count():
        press(page, "1")
        return
    given = next(left, None)
    assert given is not None, f"Nothing is left to answer {page.locator('h1').inner_text()!r} with"
    if isinstance(given, str):
        choose(page, given)
        return
    for name, value in given.items():
        fill(page, name, value)
    go_to(page, page.get_by_role("button", name="Save and go on"))
    press(page, "Enter")


def choose(page: Page, value: str) -> None:
    """Press the key of the answer *value*; one that has none is come to by Tab."""
    button = page.locator(f'.answers button[name=value][value="{value}"]')
    key = button.get_attribute("data-key", timeout=2_000)
    if key:
        press(page, key)
    else:
        go_to(page, button)
        press(page, "Enter")


def press(page: Page, key: str) -> None:
    """Press *key*, and once more where the page says that it had just changed by itself and did not take it."""
    page.keyboard.press(key)
    if page.locator("#status", has_text="That was not taken.").count():
        page.wait_for_timeout(GLANCE)
        page.keyboard.press(key)


def go_to(page: Page, place: Locator) -> None:
    """Press Tab until *place* has the focus."""
    for _ in range(LONGEST):
        if place.evaluate("e => e === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never came to {place}")


def fill(page: Page, name: str, value: str | list[str]) -> None:
    """Fill the field *name*: tick boxes, move to the radio button, take from the list, or type."""
    if isinstance(value, list):
        for one in value or [""]:
            go_to(page, page.locator(f'[name="m.{name}"][value="{one}"]'))
            page.keyboard.press("Space")
        return
    field = page.locator(f'[id="f-{name}"]')
    kind = field.get_attribute("type", timeout=2_000)
    if kind == "radio":
        go_to(page, field)
        page.keyboard.press("Space")
        while page.evaluate(FOCUSED)[1] != value:
            page.keyboard.press("ArrowDown")
        return
    go_to(page, field)
    page.keyboard.type(value)
    if field.get_attribute("role") == "combobox":
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
