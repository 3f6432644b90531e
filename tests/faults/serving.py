"""Real server processes over a copy of the shipped flows, and a browser without a window that reads their pages."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, urlencode

from shepherd.connect import hash_secret
from shepherd.connect.table import CONTROL
from tests.nursery import Nursery, alive, environment, port_told
from tests.shipped import copy_of_few

ROOT = Path(__file__).resolve().parents[2]
REPLY_SECONDS = 20


class Lost(Exception):
    """No reply came: nobody here knows whether what was sent was taken."""


class Form(NamedTuple):
    """A form of a page: where it is sent, its hidden fields, and what its buttons and inputs are called."""

    action: str
    hidden: dict[str, str]
    buttons: tuple[tuple[str, str], ...]
    inputs: dict[str, tuple[str, ...]]

    @property
    def act(self) -> str:
        return self.hidden.get("act", "")


class _Forms(HTMLParser):
    """Collects the posting forms of a page; radio buttons and selects with the values they offer."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._steps: list[int] = []
        self._instead: list[tuple[str, str]] = []
        self._open: tuple[str, dict[str, str], list[tuple[str, str]], dict[str, list[str]]] | None = None
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {k: v or "" for k, v in attrs}
        if tag == "button" and has.get("form") == "step":
            self._instead.append((has.get("name", ""), has.get("value", "")))
            return
        if tag == "form":
            if has.get("id") == "step":
                self._steps.append(len(self.forms))
            self._open = (has.get("action", ""), {}, [], {}) if has.get("method") == "post" else None
        if self._open is None:
            return
        _, hidden, buttons, inputs = self._open
        name, value = has.get("name", ""), has.get("value", "")
        if tag == "input" and has.get("type") == "hidden":
            hidden[name] = value
        elif tag == "button":
            buttons.append((name, value))
        elif tag == "input" and has.get("type") == "radio":
            inputs.setdefault(name, []).append(value)
        elif tag in ("input", "textarea", "select"):
            inputs.setdefault(name, [])
            self._select = name if tag == "select" else ""
        elif tag == "option" and value:
            inputs[self._select].append(value)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self._open is not None:
            action, hidden, buttons, inputs = self._open
            self.forms.append(Form(action, hidden, tuple(buttons), {n: tuple(v) for n, v in inputs.items()}))
            self._open = None

    @property
    def other_acts(self) -> list[Form]:
        """What the buttons of the step's form do instead of its own act, each as a form of its own."""
        own = [self.forms[n] for n in self._steps]
        acts = [(n, v, "back" if n == "back" else v) for n, v in self._instead]
        return [Form(f.action, f.hidden | {"act": act, n: v}, (), {}) for f in own for n, v, act in acts]


class Page(NamedTuple):
    """A reply: its status, where it leads, its text."""

    status: int
    location: str
    text: str

    @property
    def forms(self) -> list[Form]:
        reader = _Forms()
        reader.feed(self.text)
        return reader.forms + reader.other_acts

    def form(self, act: str) -> Form | None:
        """The first form that does *act*."""
        return next((f for f in self.forms if f.act == act), None)

    def sent_to(self, ending: str) -> Form:
        """The form whose address ends so."""
        return next(f for f in self.forms if f.action.endswith(ending))

    @property
    def heading(self) -> str:
        found = re.search(r"<h1[^>]*>(.*?)</h1>", self.text, re.DOTALL)
        return re.sub(r"<[^>]+>", "", found[1]).strip() if found else ""


class Server:
    """
    The serving process of one desk: started, killed and started again on the same files.

    Without a *nursery* each start is ``python -m shepherd serve``; *fault* names one of ``tests.faults.faulty_server``.
    """

    def __init__(self, folder: Path, library: Path, *, nursery: Nursery | None = None, fault: str = ""):
        self.folder, self.library = folder, library
        self.nursery, self.fault = nursery, fault
        self.database, self.keys = folder / "desk.db", folder / "keys.db"
        self.control = folder / "told.json"
        self.port = 0
        self.starts = 0
        self._process = 0

    @property
    def options(self) -> list[str]:
        """The settings that this desk has, as the command line takes them."""
        where = [f"--library={self.library}", f"--database=sqlite:///{self.database}", f"--keys={self.keys}"]
        return [*([self.fault] if self.fault else ["serve"]), *where, "--port=0"]

    def tell(self, **told: dict[str, str]) -> None:
        """Tell tables to be slow or to fail."""
        fresh = self.control.with_suffix(".new")
        fresh.write_text(json.dumps({k.replace("__", "."): v for k, v in told.items()}), "utf-8")
        fresh.replace(self.control)

    def start(self) -> None:
        """Start the process, and return when it answers; its output goes to files of the folder."""
        self.starts += 1
        out, err = (self.folder / f"{name}-{self.starts}.log" for name in ("stdout", "stderr"))
        self._process = self._spawn(out, err)
        self.port = port_told(self._process, out, err)

    def _spawn(self, out: Path, err: Path) -> int:
        told = {CONTROL: str(self.control)}
        module = "tests.faults.faulty_server" if self.fault else "shepherd"
        if self.nursery is not None:
            call = f"{module}:main" if self.fault else "shepherd.cli:main"
            return self.nursery.start(call, self.options, folder=self.folder, out=out, err=err, env=told)
        with out.open("wb") as to_out, err.open("wb") as to_err:
            self._started = subprocess.Popen(
                [sys.executable, "-m", module, *self.options],
                stdout=to_out,
                stderr=to_err,
                env=environment(**told),
                cwd=self.folder,
            )
        return self._started.pid

    def kill(self) -> None:
        """``kill -9``."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """SIGTERM: let what is under way finish."""
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        process, self._process, self.port = self._process, 0, 0
        if not process:
            return
        os.kill(process, how)
        end = time.monotonic() + 30
        while alive(process) and time.monotonic() < end:
            if self.nursery is None:
                self._started.poll()
            time.sleep(0.005)
        assert not alive(process), "The server did not end."
        if self.nursery is not None:
            self.nursery.ended(process)

    def said(self) -> str:
        """All that its processes wrote to stderr."""
        return "".join(p.read_text("utf-8") for p in sorted(self.folder.glob("stderr-*.log")))


class Browser:
    """One agent's browser: a name in its cookie, forms sent as a page of ours would send them."""

    def __init__(self, server: Server, name: str, *, role: str = "agent"):
        self.server = server
        self.cookie = f"shepherd_who={quote(json.dumps({'name': name, 'role': role}))}"
        self._wire: http.client.HTTPConnection | None = None

    def get(self, path: str) -> Page:
        return self._ask("GET", path)

    def post(self, path: str, fields: dict[str, str], *, drop: bool = False) -> Page:
        """Send a form. *drop* closes the browser as soon as it is sent, so that the reply is lost."""
        return self._ask("POST", path, urlencode(fields), drop=drop)

    def _ask(self, method: str, path: str, body: str | None = None, *, drop: bool = False) -> Page:
        port = self.server.port
        if not port:
            raise Lost
        if self._wire is None or self._wire.port != port:
            self._wire = http.client.HTTPConnection("127.0.0.1", port, timeout=REPLY_SECONDS)
        headers = {"Cookie": self.cookie}
        if body is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
            headers |= {"Origin": f"http://127.0.0.1:{port}"}
        try:
            self._wire.request(method, path, body, headers)
            if drop:
                raise Lost
            reply = self._wire.getresponse()
            text = reply.read().decode("utf-8")
        except (OSError, http.client.HTTPException, Lost):
            self._wire.close()
            self._wire = None
            raise Lost from None
        return Page(reply.status, reply.headers.get("Location", ""), text)


def library_of(folder: Path, pins: dict[str, str]) -> Path:
    """A copy of a few shipped flows with a customer for each of *pins*: C-number to PIN."""
    library = copy_of_few(folder / "flows")
    hashes = {pin: hash_secret(pin) for pin in set(pins.values())}
    people = ["customer_id,first_name,last_name,street,phone,tier,pin_hash"]
    people += [f"{c},Aino,Virtanen,Aurakatu 3,+358 40 555 0101,basic,{hashes[pin]}" for c, pin in pins.items()]
    states = ("up,", "down,", "down,18:30", "faulty,")
    lines = ["customer_id,status,eta", *(f"{c},{states[n % 4]}" for n, c in enumerate(pins))]
    slots = ["slot,customer_id"]
    slots += [f"2027-{m:02}-{d:02}T{h:02}:00," for m in range(1, 13) for d in range(1, 29) for h in range(8, 18)]
    accounts = ["customer_id,account,send_to", *(f"{c},," for c in pins)]
    tables = {"customers": people, "lines": lines, "slots": slots, "accounts": accounts}
    for name, rows in tables.items():
        (library / "data" / f"{name}.csv").write_text("\n".join(rows) + "\n", "utf-8")
    return library
