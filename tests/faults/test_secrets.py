"""PINs, passphrases and card numbers go through everything, and stand in no file that Shepherd writes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.faults.serving import Browser, Form, Page, Server
from tests.faults.vault import Secrets, forms, search, vault_of
from tests.nursery import environment, nursery

SECRETS = int(os.environ.get("SHEPHERD_SECRETS", "40"))
SEED = int(os.environ.get("SHEPHERD_SEED", "20261121"))


class Teller:
    """An agent to whom customers tell secrets, in the right places and in wrong ones."""

    def __init__(self, server: Server, secrets: Secrets, known: dict[str, tuple[str, str]]):
        self.server, self.secrets, self.known = server, secrets, known
        self.browser = Browser(server, "maria")
        self.runs: list[str] = []
        self.tickets: list[str] = []
        self.seen: Counter[str] = Counter()

    def wait(self, path: str) -> Page:
        """The run page once no call is under way."""
        for _ in range(100):
            page = self.browser.get(path)
            assert page.status == 200, page.text
            if "Waiting for the answer" not in page.text:
                return page
            time.sleep(0.05)
        raise AssertionError("The call never ended.")

    def send(self, form: Form, *, status: int = 303, **values: str) -> Page:
        """Send *form* filled with *values*; ``f__`` in a name stands for the dot of a field."""
        body = form.hidden | {k.replace("__", "."): v for k, v in values.items()}
        page = self.browser.post(form.action, body)
        assert page.status == status, (form.act, page.status, page.heading, page.text[:200])
        self.seen[f"{form.act or what(form.action)} {status}"] += 1
        return page

    def begin(self, customer: str) -> str:
        """A ticket and a run, with card numbers in whatever is written on the way; the run's path."""
        card, rng = self.secrets.card, self.secrets.rng
        self.browser.get(f"/?find={card().replace(' ', '+')}")
        home = self.browser.get(f"/?customer={customer}").sent_to("/tickets")
        self.send(home, status=422, customer=card(), subject=card(), channel="phone")
        self.send(home, status=422, customer=customer, subject=f"{card()} " * 20, channel="phone")
        page = self.send(home, customer=customer, subject=f"My card {card()} is lost", channel="phone")
        self.tickets.append(page.location)
        start = self.browser.get(page.location).sent_to("/runs")
        asks = self.send(start, status=200, flow="vault").sent_to("/runs")
        path = self.send(asks, f__order=f"card {card()}").location
        self.runs.append(path)
        if rng.random() < 0.3:
            self.browser.get(f"{path}/{card().replace(' ', '%20')}")
        return path

    def case(self, n: int) -> None:
        """One contact: the number chooses what goes wrong on its way."""
        card, pin, phrase = self.secrets.card, self.secrets.pin, self.secrets.phrase
        customer = list(self.known)[n % len(self.known)]
        right = self.known[customer] if n % 4 == 0 else (pin(), phrase())
        trouble = ("", "slow", "fail", "broken", "kill")[n % 5]
        path = self.begin(customer)

        ask = form_of(self.browser.get(path), "answer")
        self.send(ask, status=422, f__value=pin() + "7")
        note = form_of(self.browser.get(path), "note")
        self.send(note, text=f"They read me {card()}, then hung up and called again.")
        self.send(ask, status=409, **{secret_of(ask): pin()})
        self.pause(path)
        ask = form_of(self.browser.get(path), "answer")
        with_trouble = self.trouble(trouble, "vaults__check_pin", path, ask, {secret_of(ask): right[0]})
        if with_trouble:
            ask = form_of(self.wait(path), "answer")
            self.send(ask, **{secret_of(ask): right[0]})
        # A secret is no part of what a repeated form is known by: with another one it is the same form still.
        self.send(ask, **{secret_of(ask): pin()})
        self.send(ask, status=409, token=f"{n}-stale", **{secret_of(ask): pin()})
        self.unbroken()

        words = form_of(self.wait(path), "fields")
        self.send(words, status=422, f__phrase=phrase(), f__how_many="many", f__about=card())
        self.send(words, f__phrase=right[1], f__how_many="3", f__about=f"the card {card()}")
        again = {"f__phrase": phrase(), "f__how_many": "4", "f__about": card()}
        self.send(words, status=409, **again)

        page = self.wait(path)
        self.send(form_of(page, "answer"), f__story=f"I wrote {card()} on a slip.")
        self.anew(path, pin(), phrase())

        if trouble:
            self.go_on(path, trouble if trouble != "broken" else "unknown")
        self.finish(path, n)

    def go_on(self, path: str, trouble: str) -> None:
        """On to the last call, which takes a secret and has *trouble*."""
        secrets = self.secrets
        for _ in range(8):
            page = self.wait(path)
            fields, ask = page.form("fields"), page.form("answer")
            if fields is not None:
                self.send(fields, f__phrase=secrets.phrase(), f__how_many="5", f__about=secrets.card())
            elif ask is None:
                return
            elif "f.new_pin" in ask.inputs:
                self.trouble(trouble, "vaults__set_pin", path, ask, {"f__new_pin": secrets.pin()})
                self.unbroken()
                trouble = ""
            elif "f.pin" in ask.inputs:
                self.send(ask, f__pin=secrets.pin())
            else:
                self.send(ask, f__story=f"It was {secrets.card()}.")

    def pause(self, path: str) -> None:
        """A pause with a reason, which somebody takes back."""
        pause = form_of(self.browser.get(path), "pause")
        self.send(pause, reason=f"Looking for the card {self.secrets.card()}")
        self.send(form_of(self.browser.get(path), "resume"))

    def anew(self, path: str, pin: str, phrase: str) -> None:
        """Old secret answers given anew, as far as the run lets them: what comes of it does not matter here."""
        run = self.browser.get(path)
        hidden = form_of(run, "note").hidden
        for visit, values in ((1, {"f.pin": pin, "f.value": pin}), (3, {"f.phrase": phrase, "f.how_many": "x"})):
            page = self.browser.post(f"{path}/change/{visit}", hidden | values)
            self.seen[f"change {page.status}"] += 1
            confirm = next((f for f in page.forms if f.act == "change"), None)
            if confirm is not None and visit == 1:
                sent = self.browser.post(confirm.action, confirm.hidden)
                self.seen[f"changed {sent.status}"] += 1

    def trouble(self, kind: str, operation: str, path: str, ask: Form, told: dict[str, str]) -> bool:
        """Send *ask* while its call has trouble; whether the process was killed before the secret was taken."""
        if kind == "kill":
            self.server.tell(**{operation: {"slow": "0.8s"}})
            body = ask.hidden | {k.replace("__", "."): v for k, v in told.items()}
            reply = self.browser.post(ask.action, body)
            assert reply.status == 303
            time.sleep(self.secrets.rng.uniform(0, 0.4))
            self.server.kill()
            self.server.tell()
            self.server.start()
            page = self.wait(path)
            settle = page.form("settle")
            # A check is asked for anew; whether a change was made, only people can know.
            assert (settle is not None) == (operation == "vaults__set_pin"), page.heading
            if settle is not None:
                self.send(settle, value="no")
            name = operation.partition("__")[2]
            self.seen[f"killed in {name}, then {'settled' if settle else 'asked again'}"] += 1
            return settle is None and is_secret(page)
        if kind == "broken":
            file = self.server.library / "vaults.csv"
            file.rename(file.with_suffix(".away"))
        elif kind:
            self.server.tell(
                **{operation: {"slow": "1.3s"} if kind == "slow" else {"fail": kind.replace("fail", "error")}}
            )
        self.send(ask, **told)
        self.wait(path)
        self.seen[f"{operation.partition('__')[2]} {kind or 'well'}"] += 1
        return False

    def unbroken(self) -> None:
        """Mend what ``trouble`` did."""
        away = self.server.library / "vaults.away"
        if away.exists():
            away.rename(away.with_suffix(".csv"))
        self.server.tell()

    def finish(self, path: str, n: int) -> None:
        """To the end of the run, or out of it; then a corrected case note."""
        card = self.secrets.card
        page = self.wait(path)
        if page.form("pause") is not None and n % 2:
            page = self.browser.get(f"{path}/none-fits")
            leave = page.form("none") or form_of(page, "unfit")
            self.send(leave, to="second_line", reason=f"They only say {card()}.")
        elif page.form("pause") is not None:
            leave = form_of(self.browser.get(f"{path}/hand-over"), "hand_over")
            self.send(leave, to="second_line", reason=f"Card {card()} is stuck.")
        ticket = self.browser.get(self.tickets[-1])
        correct = next((f for f in ticket.forms if "/case-note/" in f.action), None)
        if correct is not None:
            self.send(correct, text=f"They paid with {card()}, not in cash.")


def form_of(page: Page, act: str) -> Form:
    """The form *act* of *page*."""
    form = page.form(act)
    assert form is not None, f"no form {act} on: {page.heading}"
    return form


def what(address: str) -> str:
    """What a form at *address* does, where it does not say so itself."""
    return next(name for name in ("case-note", "runs", "tickets") if f"/{name}" in address)


def secret_of(ask: Form) -> str:
    """The field of an ask, as a keyword."""
    return next(n for n in ask.inputs if n.startswith("f.")).replace(".", "__")


def is_secret(page: Page) -> bool:
    """Whether the page asks for a secret."""
    return 'type="password"' in page.text


def campaign(folder: Path, count: int, *, least: int = 5, fault: str = "") -> tuple[Teller, list[str], str]:
    """Put *count* secrets through a desk in *folder*; what was then found of them, and what was looked through."""
    secrets = Secrets(SEED)
    known = vault_of(folder, secrets)
    server = Server(folder, folder / "flows", nursery=nursery(), fault=fault)
    server.tell()
    server.start()
    teller = Teller(server, secrets, known)
    try:
        n = 0
        while n < least or secrets.count < count:
            teller.case(n)
            n += 1
        export(teller, folder / "exports")
    finally:
        server.kill()
    begin = time.monotonic()
    found, files, size = search(folder, secrets.given)
    looked = f"{files} files, {size / 1e6:.1f} MB, searched in {time.monotonic() - begin:.0f} s"
    return teller, found, looked


def export(teller: Teller, folder: Path) -> None:
    """All that Shepherd gives away: CSV and pages of each path, tickets with case notes, the entries as JSON."""
    folder.mkdir()
    for path in teller.runs:
        run = path.rpartition("/")[2]
        for kind, page in (("csv", f"/qa/runs/{run}/path.csv"), ("html", f"/qa/runs/{run}"), ("run.html", path)):
            reply = teller.browser.get(page)
            assert reply.status == 200, (page, reply.status)
            (folder / f"{run}.{kind}").write_text(reply.text, "utf-8")
    for path in teller.tickets:
        number = path.rpartition("/")[2]
        (folder / f"{number}.html").write_text(teller.browser.get(path).text, "utf-8")
        shown = (
            subprocess.run(
                [sys.executable, "-m", "shepherd", "path", number, "--json", *teller.server.options[1:-1]],
                capture_output=True,
                env=environment(),
                timeout=60,
                check=False,
            )
            if len(list(folder.glob("*.jsonl"))) < 3
            else None
        )
        if shown is not None:
            assert shown.returncode == 0, shown.stderr
            (folder / f"{number}.jsonl").write_bytes(shown.stdout + shown.stderr)


@pytest.mark.timeout(120 + SECRETS)
def test_secrets_stand_in_no_file(tmp_path: Path) -> None:
    """
    Seeded PINs, passphrases and card numbers go through forms, stale and repeated pages, refusals, notes, calls that
    work, fail, break and are slow, ``kill -9`` in the middle of a call, case notes and exports. In no file of the
    folder — database, journal, keys, changes of tables, output, exports — do they stand, in any coding.
    """
    begin = time.monotonic()
    teller, found, looked = campaign(tmp_path, SECRETS)
    kinds = Counter(kind for kind in teller.secrets.given.values() if kind != "card as told")
    print(
        f"\n{sum(kinds.values())} secrets ({', '.join(f'{n} {k}s' for k, n in kinds.items())}), seed {SEED}, "
        f"{len(teller.runs)} runs, {teller.server.starts - 1} kills, {time.monotonic() - begin:.0f} s; {looked}; "
        f"found: {len(found)}\nways gone: {dict(sorted(teller.seen.items()))}"
    )
    assert found == []
    gone = " ".join(teller.seen)
    ways = ["answer 303", "answer 409", "answer 422", "fields 422", "hand_over 303"]
    ways += [f"check_pin {kind}" for kind in ("slow", "fail", "broken")]
    ways += [
        "killed in check_pin, then asked again",
        "set_pin slow",
        "set_pin unknown",
        "killed in set_pin, then settled",
    ]
    for way in ways:
        assert way in gone, way
    assert "Traceback" not in teller.server.said()


def test_a_connector_that_logs_a_pin_is_found(tmp_path: Path) -> None:
    """A connector that notes its inputs on stderr is found by the very same search."""
    _, found, _ = campaign(tmp_path, 1, least=1, fault="chatty")
    pins = [f for f in found if f.startswith("stderr-") and ": pin " in f]
    print(f"\nplanted, a connector that logs what it gets: {len(found)} found, such as {pins[:2]}")
    assert pins


def test_every_coding_is_found(tmp_path: Path) -> None:
    """The search finds a secret in each of the forms it speaks of, amid other text."""
    secrets = Secrets(SEED)
    for secret in (secrets.pin(), secrets.phrase(), secrets.card()):
        for name, coded in forms(secret):
            (tmp_path / "file").write_bytes(b"before " + coded + b" after")
            assert search(tmp_path, {secret: "secret"})[0], (secret, name)
