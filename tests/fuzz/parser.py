"""What is fuzzed: a parser with its seeds, what it promises of every input, and the modules whose lines count."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shepherd.check import RULES
from shepherd.check.report import as_json, render
from shepherd.flow import parse as expressions
from shepherd.flow.findings import Finding, Place

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "shepherd"
CORPUS = Path(__file__).parent / "corpus"
CODES = frozenset(rule.code for rule in RULES)
#: The line above each file, where one input holds several.
NAMED = re.compile(rb"^=== ([a-z0-9_./-]{1,60}\.(?:yaml|csv))\n", re.MULTILINE)
HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
#: The line break, and signs that people see though Unicode counts them as formats (Prepended_Concatenation_Mark).
SEEN = "\n\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
#: What joins two letters that are not plain ones, as emoji and some scripts need it.
JOINING = re.compile("(?<=[^\x00-\x7f\u200c\u200d])[\u200c\u200d](?=[^\x00-\x7f\u200c\u200d])")


class Broken(Exception):
    """A parser does not do what it promises; the first words before a colon say what, the same for all such inputs."""


@dataclass(frozen=True, kw_only=True)
class Parser:
    """
    One parser. *read* takes any bytes and gives what came of them as a text; it raises where a promise is broken.

    *seeds* are inputs to begin with, *make* writes a new one by the language's own grammar. *words* are put in by
    mutation. *shape* says what inputs are: trees ("yaml", "json"), several files with a line ``=== NAME`` above each
    ("files"), or plain texts (""). *head*: the first line says what the rest is, and is left alone. *modules* are
    those whose lines are counted. *most* bytes are given.
    """

    name: str
    read: Callable[[bytes], str]
    seeds: Callable[[], Sequence[bytes]]
    modules: tuple[str, ...]
    make: Callable[[random.Random], bytes] | None = None
    words: tuple[str, ...] = ()
    shape: str = ""
    head: bool = False
    most: int = 20_000

    def regressions(self) -> list[Path]:
        """The inputs that once broke a promise, by name."""
        return sorted(path for path in (CORPUS / self.name).glob("*") if path.is_file())

    def begin(self) -> list[bytes]:
        """What a campaign begins with: the seeds, then the regressions."""
        return [*self.seeds(), *(path.read_bytes() for path in self.regressions())]

    def files(self) -> frozenset[str]:
        """The files whose lines are counted."""
        found = {str(path) for name in self.modules for path in SOURCE.glob(name)}
        assert found, self.modules
        return frozenset(found)


def forget() -> None:
    """Empty the caches of the language, so that the same input is read anew."""
    expressions.tree_of.cache_clear()


def text_of(data: bytes) -> str:
    """*data* as a text: what is no UTF-8 becomes lone halves of characters, which JSON can bring, too."""
    return data.decode("utf-8", "surrogateescape")


def split_head(data: bytes) -> tuple[str, bytes]:
    """The first line, in ASCII, and the rest."""
    head, _, rest = data.partition(b"\n")
    return head.decode("ascii", "ignore"), rest


def inside(place: Place, lines: Sequence[str], what: str) -> None:
    """*place* must be a span of *lines*; its end may stand one behind a line, or begin a line after the last."""
    line, column, end_line, end_column = place
    ok = (
        1 <= line <= len(lines) and (line, column) <= (end_line, end_column) and 1 <= column <= len(lines[line - 1]) + 1
    )
    last = len(lines[end_line - 1]) + 2 if end_line <= len(lines) else end_line <= len(lines) + 1
    ok = ok and 1 <= end_column <= last
    if not ok:
        raise Broken(f"a place outside the text, of {what}: at {tuple(place)} of {len(lines)} lines")


def shown(text: str, what: str) -> None:
    """*text* must not hold what a terminal acts on, or what turns the writing round."""
    rest = JOINING.sub("", text)
    odd = next((c for c in rest if unicodedata.category(c) in HIDDEN and c not in SEEN), None)
    if odd is not None:
        raise Broken(f"an unseen character in {what}: U+{ord(odd):04X}")


def told(findings: Iterable[Finding], sources: Mapping[str, str]) -> str:
    """*findings* as text, each held to what findings promise."""
    listed = list(findings)
    split = {name: text.split("\n") for name, text in sources.items()}
    for finding in listed:
        if finding.code not in CODES or not finding.message.strip():
            raise Broken(f"a finding without a rule or a message: {finding.code} {finding.message!r}")
        if finding.file not in split:
            raise Broken(f"a finding of a file that is not there: {finding.code} {finding.file!r}")
        inside(finding.place, split[finding.file], finding.code)
    shown(render(listed, sources), "a rendered finding")
    return repr(as_json(listed, len(split))["findings"])


def same(one: Any, other: Any, what: str) -> None:
    """The two must be equal."""
    if one != other:
        raise Broken(f"{what}: {one!r} is not {other!r}")
