"""Small marks in templates: times, spans, keys, and addresses of static files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from flask import g, request, url_for
from markupsafe import Markup

from shepherd.web.who import keys_of

if TYPE_CHECKING:
    from shepherd.web.show import RunPage


class Marks:
    """What templates use beside their data; *zone* tells the desk's time zone, *versions* hash each static file."""

    def __init__(self, zone: Callable[[], str], versions: Mapping[str, str]):
        self.zone, self.versions = zone, versions

    def clock(self, at: datetime | None, seconds: bool = False, zone: bool = False) -> str:
        """*at* on the desk's clock, like ``2026-11-24 14:05``; with its *zone*: ``2026-11-24 14:05 UTC+02:00``."""
        if at is None:
            return ""
        here = at.astimezone(ZoneInfo(self.zone()))
        told = here.strftime("%Y-%m-%d %H:%M:%S" if seconds else "%Y-%m-%d %H:%M")
        return f"{told} UTC{here.isoformat()[-6:]}" if zone else told

    @staticmethod
    def span(seconds: float) -> str:
        """A length of time in its one or two largest units, like ``2 h 5 min``."""
        left, parts = int(seconds), []
        for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")):
            count, left = divmod(left, size)
            if count:
                parts.append(f"{count} {unit}")
        return " ".join(parts[:2]) or "0 s"

    @staticmethod
    def words(name: str) -> str:
        """An id as people read it: ``second_line`` is "Second line"."""
        if name == "qa":
            return "QA"
        text = name.replace("_", " ").replace(".", " ")
        return text[:1].upper() + text[1:]

    @staticmethod
    def kbd(key: str, force: bool = False) -> Markup:
        """*key* as it is drawn on its button; nothing where keys are switched off, unless *force*."""
        mode = keys_of(request)
        if mode == "off" and not force:
            return Markup("")
        hidden = Markup("") if force else Markup(' aria-hidden="true"')
        return Markup("<kbd{}>{}</kbd>").format(hidden, f"Alt {key.upper()}" if mode == "alt" else key)

    @staticmethod
    def shortcut(key: str) -> Markup:
        """The attributes that give an element its key, told to assistive technology too."""
        mode = keys_of(request)
        if mode == "off":
            return Markup("")
        _used().add(key)
        return Markup(' data-key="{}" aria-keyshortcuts="{}"').format(key, f"Alt+{key}" if mode == "alt" else key)

    @staticmethod
    def pressed() -> frozenset[str]:
        """The keys that do something on the page, as far as it is written by now."""
        return frozenset(_used())

    @staticmethod
    def focus(page: RunPage) -> Markup:
        """Where reading begins: the heading, unless errors come first or a field is to be filled."""
        return Markup("") if page.errors or page.first else Markup(" data-focus autofocus")

    def asset(self, name: str) -> str:
        """The address of a static file with its version."""
        return url_for("static", filename=name, v=self.versions[name])


def _used() -> set[str]:
    """The keys of the page that is being written."""
    found: set[str] = g.setdefault("keys_used", set())
    return found
