"""What stands beside the flows: the data of tables, the settings, and card numbers in free text."""

from __future__ import annotations

import logging
import random
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from shepherd.check.library import Library
from shepherd.connect import Connectors
from shepherd.desk.errors import Misused
from shepherd.desk.mask import luhn, mask
from shepherd.desk.settings import Settings
from tests.fuzz import grammar
from tests.fuzz.parser import ROOT, Broken, Parser, split_head, text_of
from tests.run.small import DESK, flow

HASH = "scrypt$2$8$1$AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="


@contextmanager
def folder() -> Iterator[Path]:
    """An empty folder for one input."""
    made = Path(tempfile.mkdtemp(prefix="fuzz"))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


@cache
def library(file: str) -> Library:
    """A connector of kind table over *file*, with a reading of fields of several types and a comparison."""
    ok = {"name": "text", "size": {"type": "integer", "optional": True}, "day": {"type": "date", "optional": True}}
    inputs: dict[str, Any] = {"id": "text", "pin": {"type": "digits"}}
    operations = {
        "find": {"reads": True, "inputs": {"id": "text"}, "results": {"ok": ok, "not_found": {}}},
        "check": {"reads": True, "accepts_secret": True, "inputs": inputs, "results": {"ok": {}, "no_match": {}}},
    }
    connector = {"kind": "table", "file": file, "key": "id", "operations": operations}
    steps = {"hello": {"say": "Hello."}, "end": {"end": "done"}}
    return Library.load({"flow:f": flow("f", steps), "desk": DESK, "connectors:box": connector})


def read_data(data: bytes) -> str:
    """The first line is the file's kind, the rest the data of a table: it is asked, compared and searched."""
    kind, body = split_head(data)
    file = "x.yaml" if kind == "yaml" else "x.csv"
    declared = library(file).connectors
    logging.disable(logging.CRITICAL)
    try:
        with folder() as place:
            (place / file).write_bytes(body)
            table = Connectors(declared, folder=place, changes=place / "changes.db")
            made: list[Any] = [table.call("box.find", {"id": word}, key="k") for word in ("1", "C-1", "")]
            if made[1].result == "ok":  # for a stranger a hash is made that takes as long as it should
                made.append(table.call("box.check", {"id": "C-1", "pin": "1234"}, key="k"))
            made.append(table.search("box.find", "c 1", limit=5))
    finally:
        logging.disable(logging.NOTSET)
    if any(reply.result not in ("ok", "not_found", "no_match", "error") for reply in made[:-1]):
        raise Broken(f"a result that is not declared: {made}")
    return repr(made)


def data_seeds() -> list[bytes]:
    """The data that ships, and a few rows of our own."""
    shipped = [b"csv\n" + p.read_bytes()[:1500] for p in sorted((ROOT / "flows" / "data").glob("*.csv"))]
    own = f"id,name,size,day,pin_hash\nC-1,Ada,3,today-5,{HASH}\n1,Bo,x,today+3 09:00,{HASH}\n"
    rows = f"- {{id: C-1, name: Ada, size: 3, pin_hash: {HASH}}}\n- {{id: 1, name: Bo, day: today+3}}\n"
    return [*shipped, f"csv\n{own}".encode(), f"yaml\n{rows}".encode()]


def make_data(rng: random.Random) -> bytes:
    def row() -> str:
        day = f"today{rng.choice('+-')}{rng.randint(0, 9999)}{rng.choice(('', ' 09:00', ' 29:00'))}"
        cost = f"scrypt${grammar.number(rng)}${rng.choice((8, 0, 10**30))}$1$AAAA$AAAA"
        cells = (rng.choice(("C-1", "1", "2")), grammar.value(rng).replace(",", ""), grammar.number(rng), day, cost)
        return ",".join(cells).replace("\n", " ")

    rows = "\n".join(row() for _ in range(rng.randint(1, 3)))
    return f"csv\nid,name,size,day,pin_hash\n{rows}\n".encode("utf-8", "surrogateescape")


def read_settings(data: bytes) -> str:
    """A file of settings: they are read, or it is said why not."""
    with folder() as place:
        (place / "shepherd.toml").write_bytes(data)
        try:
            made = repr(Settings.find(folder=place, environ={}))
        except Misused as misused:
            made = str(misused)
        return made.replace(str(place), "FOLDER")


CARD = re.compile(r"(?<![0-9])4[0-9]{15}(?![0-9])")


def read_text(data: bytes) -> str:
    """A free text in which card numbers are found and masked."""
    made = mask(text_of(data))
    left = next((found[0] for found in CARD.finditer(made) if luhn(found[0])), None)
    if left is not None:
        raise Broken(f"a card number is left: {left}")
    return made


def make_text(rng: random.Random) -> bytes:
    cards = ("4111111111111111", "4012 8888 8888 1881", "5555-5555-5555-4444", "378282246310005", "6011111111111117")
    parts = [rng.choice((*cards, grammar.number(rng), grammar.value(rng), "my card")) for _ in range(rng.randint(1, 5))]
    return rng.choice(("", " ", "-", "\n", "x")).join(parts).encode("utf-8", "surrogateescape")


PARSERS = (
    Parser(
        name="mask",
        read=read_text,
        seeds=lambda: [
            b"My card is 4111 1111 1111 1111, please.",
            b"5555555555554444",
            "４１１１1111\u200b11111111".encode(),
        ],
        make=make_text,
        words=("4111111111111111", "0", "4", "55", "-", "\u200b", "\u0663"),
        modules=("desk/mask.py",),
        most=4000,
    ),
    Parser(
        name="data",
        read=read_data,
        seeds=data_seeds,
        make=make_data,
        words=(
            "id",
            "name",
            "size",
            "day",
            "pin_hash",
            "C-1",
            "today+3",
            "today-999",
            "09:00",
            HASH,
            "scrypt",
            "$",
            '"',
            "- {",
        ),
        modules=("connect/table.py", "connect/connectors.py", "connect/secrets.py"),
        head=True,
        most=6000,
    ),
    Parser(
        name="settings",
        read=read_settings,
        seeds=lambda: [
            b'library = "flows"\ndatabase = "sqlite:///x.db"\nkeys = "k.db"\nhost = "127.0.0.1"\nport = 8321\n',
            b"port = '8321'\nhost = ['a']\n",
        ],
        words=(
            "library",
            "database",
            "keys",
            "host",
            "port",
            "=",
            '"',
            "'''",
            "[",
            "]",
            "[[a]]",
            "1979-05-27",
            "0x1F",
            "true",
        ),
        modules=("desk/settings.py",),
        most=3000,
    ),
)
