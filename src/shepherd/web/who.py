"""Who is at the keyboard, as far as anybody knows: a name and a role that were asked, kept in a cookie, not proved."""

from __future__ import annotations

import json
import unicodedata
from typing import NamedTuple, cast
from urllib.parse import quote, unquote

from flask import Request, Response, current_app, redirect, request, url_for

from shepherd.desk import Desk
from shepherd.run.api import Actor

WHO, KEYS = "shepherd_who", "shepherd_keys"
MODES = (("plain", "On"), ("alt", "With Alt"), ("off", "Off"))
LONGEST = 64
YEAR = 365 * 86_400


class Who(NamedTuple):
    """An agent as given: nothing about them is assured."""

    name: str
    role: str

    @property
    def actor(self) -> Actor:
        """Who the record names."""
        return Actor("agent", self.name, False)


def desk() -> Desk:
    """The desk that this application serves."""
    return cast(Desk, current_app.extensions["desk"])


def clean(name: str) -> str:
    """*name* as it may stand in the record: one line, normal form, nothing invisible; "" where nothing is left."""
    text = " ".join(unicodedata.normalize("NFC", name).split())
    if len(text) > LONGEST or any(unicodedata.category(c)[0] == "C" for c in text):
        return ""
    return text


def who_of(asked: Request) -> Who | None:
    """Who the cookie names, or nobody where it is missing or not as we wrote it."""
    try:
        found = json.loads(unquote(asked.cookies.get(WHO, "")))
        name, role = found["name"], found["role"]
    except (ValueError, KeyError, TypeError):
        return None
    if not isinstance(name, str) or not isinstance(role, str) or not name or clean(name) != name:
        return None
    return Who(name, role) if role in desk().library.policy.roles else None


def keys_of(asked: Request) -> str:
    """How keys work in this browser: plain, alt or off."""
    mode = asked.cookies.get(KEYS, "plain")
    return mode if mode in dict(MODES) else "plain"


def remember(response: Response, name: str, value: str) -> None:
    """Keep *value* in this browser, out of reach of scripts and of other sites."""
    response.set_cookie(name, value, max_age=YEAR, httponly=True, samesite="Lax")


def remember_who(response: Response, who: Who) -> None:
    """Keep *who* in this browser."""
    remember(response, WHO, quote(json.dumps(who._asdict(), ensure_ascii=False)))


def here() -> Who:
    """Who asks; only behind ``ask_name``."""
    found = who_of(request)
    assert found is not None
    return found


def ask_name() -> Response | None:
    """Before any other page: the name page, and back from there to where one wanted to go."""
    if who_of(request) is not None or request.endpoint == "agent.name":
        return None
    back = request.full_path.rstrip("?") if request.method in ("GET", "HEAD") else request.path
    return cast(Response, redirect(url_for("agent.name", back=back), 303))


def is_local(path: str) -> bool:
    """Whether *path* leads to a page of ours, and never to another site."""
    return path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()


def local_path(path: str, home: str = "agent.home") -> str:
    """*path* if it leads to a page of ours, else the page *home*; never another site."""
    return path if is_local(path) else url_for(home)
