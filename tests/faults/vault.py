"""A small library that asks for secrets in every way there is, the secrets themselves, and the search for them."""

from __future__ import annotations

import base64
import html
import json
import random
import string
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus

from shepherd.connect import hash_secret

DESK = """
desk: vault
time_zone: Europe/Helsinki
customer_lookup: vaults.find
facts:
  customer:
    first_name: {type: text, personal: true}
queues: {second_line: {skill: technical, owner: supervisor}}
severities: {sev3: {acknowledge: 4h}}
"""

CONNECTORS = """
connectors:
  vaults:
    kind: table
    file: vaults.csv
    key: customer_id
    operations:
      find:
        reads: true
        inputs: {customer_id: text}
        results: {ok: {first_name: {type: text, personal: true}}, not_found: {}}
      check_pin:
        reads: true
        accepts_secret: true
        inputs: {customer_id: text, pin: digits}
        results: {ok: {}, no_match: {}}
      check_phrase:
        reads: true
        accepts_secret: true
        inputs: {customer_id: text, phrase: text}
        results: {ok: {}, no_match: {}}
      set_pin:
        reads: false
        accepts_secret: true
        inputs: {customer_id: text, pin: {type: digits, secret: true}}
        results: {ok: {}, not_found: {}}
"""

FLOW = """
flow: vault
title: Open the vault
category: troubleshooting
version: 1
owner: desk
inputs: {customer_id: text, order: text}
outcomes:
  opened: {resolves: true, code: OPENED}
steps:
  pin:
    ask: Please tell me the twelve digits.
    type: digits
    secret: true
    length: 12
  check_pin:
    lookup: vaults.check_pin
    with: {customer_id: customer_id, pin: pin}
    timeout: 1s
    results: {ok: words, no_match: words, error: words}
  words:
    collect:
      phrase: {label: The words, type: text, secret: true}
      about: {label: About, type: text}
      how_many: {label: How many, type: integer, min: 0, max: 9}
  check_phrase:
    lookup: vaults.check_phrase
    with: {customer_id: customer_id, phrase: words.phrase}
    timeout: 1s
    results: {ok: story, no_match: story, error: story}
  story:
    ask: What happened?
    type: long_text
  new_pin:
    ask: Which twelve digits shall it be from now on?
    type: digits
    secret: true
    length: 12
  set_pin:
    do: vaults.set_pin
    with: {customer_id: customer_id, pin: new_pin}
    timeout: 1s
    once_per: visit
    results: {ok: told, not_found: told, error: told, unknown: told}
  told:
    say: It is done, {{ customer.first_name }}. You told me {{ story }} about {{ words.about }}.
    end: opened
"""
PEOPLE = 5


class Secrets:
    """Seeded random secrets; remembers all that it gave."""

    def __init__(self, seed: int):
        self.rng = random.Random(seed)
        self.given: dict[str, str] = {}

    def _keep(self, value: str, kind: str) -> str:
        self.given[value] = kind
        return value

    @property
    def count(self) -> int:
        """How many there are, one written in two ways counted once."""
        return sum(kind != "card as told" for kind in self.given.values())

    def pin(self) -> str:
        """Twelve digits."""
        return self._keep("".join(self.rng.choices(string.digits, k=12)), "pin")

    def phrase(self) -> str:
        """Words with all that codings change."""
        letters = string.ascii_letters + string.digits + "äöß%&+/=?#<>'\"\\ "
        return self._keep("x" + "".join(self.rng.choices(letters, k=16)) + "x", "phrase")

    def card(self) -> str:
        """A card number, as one of many ways to write it."""
        first, length = self.rng.choice((("4", 16), ("53", 16), ("2223", 16), ("37", 15), ("6011", 16), ("36", 14)))
        digits = first + "".join(self.rng.choices(string.digits, k=length - len(first) - 1))
        digits += next(d for d in string.digits if luhn(digits + d))
        between = self.rng.choice(("", "", " ", "-", ".", "  "))
        self._keep(digits, "card")
        return self._keep(between.join(digits[i : i + 4] for i in range(0, length, 4)), "card as told")


def luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of the others."""
    doubled = [int(d) * (1 + n % 2) for n, d in enumerate(reversed(digits))]
    return sum(d // 10 + d % 10 for d in doubled) % 10 == 0


def vault_of(folder: Path, secrets: Secrets) -> dict[str, tuple[str, str]]:
    """Write the library to *folder*; the right PIN and phrase of each customer."""
    library = folder / "flows"
    library.mkdir()
    for name, text in {"desk": DESK, "connectors": CONNECTORS, "vault": FLOW}.items():
        (library / f"{name}.yaml").write_text(text.lstrip(), "utf-8")
    known = {f"C-{n}": (secrets.pin(), secrets.phrase()) for n in range(1, PEOPLE + 1)}
    rows = ["customer_id,first_name,pin_hash,phrase_hash"]
    rows += [f"{c},Aino,{hash_secret(pin)},{hash_secret(phrase)}" for c, (pin, phrase) in known.items()]
    (library / "vaults.csv").write_text("\n".join(rows) + "\n", "utf-8")
    return known


# --- the search -------------------------------------------------------------------------------------

HEAD = 8


def forms(secret: str) -> Iterator[tuple[str, bytes]]:
    """Every way in which *secret* might stand in a file."""
    plain = secret.encode()
    yield "plain", plain
    yield "UTF-16", secret.encode("utf-16-le")
    yield "URL", quote(secret, safe="").encode()
    yield "URL, plus", quote_plus(secret).encode()
    yield "HTML", html.escape(secret).encode()
    yield "JSON", json.dumps(secret)[1:-1].encode()
    yield "Python", repr(secret)[1:-1].encode()
    yield "hex", plain.hex().encode()
    yield "HEX", plain.hex().upper().encode()
    for before in range(3):
        # What stands before and after shares its first and last characters with the neighbours.
        coded = base64.b64encode(bytes(before) + plain)
        core = coded[(before * 8 + 5) // 6 : (before + len(plain)) * 8 // 6]
        yield f"base64 at {before}", core
        yield f"base64url at {before}", core.replace(b"+", b"-").replace(b"/", b"_")


def search(folder: Path, secrets: dict[str, str], *, leave_out: Path | None = None) -> tuple[list[str], int, int]:
    """Look for *secrets* in every file below *folder*: what was found where, and how many files and bytes were read."""
    heads: dict[bytes, list[tuple[bytes, str]]] = {}
    for secret, kind in secrets.items():
        for form, coded in forms(secret):
            assert len(coded) >= HEAD
            heads.setdefault(coded[:HEAD], []).append((coded, f"{kind} {secret!r} ({form})"))
    found: set[str] = set()
    files = size = 0
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        if leave_out is not None and path.is_relative_to(leave_out):
            continue
        data = path.read_bytes()
        files, size = files + 1, size + len(data)
        for at in range(len(data) - HEAD + 1):
            for coded, name in heads.get(data[at : at + HEAD], ()):
                if data.startswith(coded, at):
                    found.add(f"{path.name}: {name}")
    return sorted(found), files, size
