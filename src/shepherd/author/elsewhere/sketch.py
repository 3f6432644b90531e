"""What a file from elsewhere tells: stations joined by ways, and what it leaves open."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

MOST_BYTES = 4 * 1024 * 1024
MOST_STATIONS = 2000
MOST_WAYS = 200
MOST_MISTAKES = 50
MOST_WORDS = 5000

Kind = Literal["", "ask", "end", "call", "wait"]
Words = Literal["say", "guide"]


class Mistake(NamedTuple):
    """Why a file can't be read: the line (0: the file as a whole), what is wrong there, and what mends it."""

    line: int
    says: str
    mend: str = ""


class Unreadable(Exception):
    """A file from elsewhere can't be read; *mistakes* say where and why."""

    def __init__(self, mistakes: Iterable[Mistake]):
        self.mistakes = tuple(sorted(mistakes))[:MOST_MISTAKES]
        super().__init__(self.mistakes[0].says if self.mistakes else "")


class Way(NamedTuple):
    """
    A way out of a station: the key of the next one, what stands beside the way, the line where it is written.

    *value* is that of the answer, where it is known for certain.
    """

    target: str
    label: str = ""
    line: int = 0
    value: str = ""


@dataclass(slots=True)
class Station:
    """
    One step as the file has it.

    *key* is its id there, *wish* words for the step's id, *name* that id where it is known for certain. *kind* is ""
    where the ways decide what it is; *calls* the flow that a call names, *seconds* how long it waits, *silence* after
    how many seconds without an answer it goes to *silent*. *more* are further words, for the agent. *unknown* are
    things that the file does not tell, as sentences.
    """

    key: str
    text: str = ""
    more: str = ""
    line: int = 0
    kind: Kind = ""
    words: Words = "guide"
    wish: str = ""
    name: str = ""
    outcome: str = ""
    calls: str = ""
    seconds: int = 0
    silence: int = 0
    silent: str = ""
    ways: list[Way] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    @property
    def targets(self) -> list[str]:
        """Where its ways lead."""
        return [way.target for way in self.ways] + ([self.silent] if self.silent else [])


@dataclass(slots=True)
class Sketch:
    """All that was read: *stations* by their key in the file's order, *first* where it begins (empty: not told)."""

    title: str = ""
    flow: str = ""
    first: str = ""
    stations: dict[str, Station] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)


def within(data: bytes) -> bytes:
    """*data*; raises Unreadable where it is larger than anything that people draw, or empty."""
    if len(data) > MOST_BYTES:
        says = f"The file has more than {MOST_BYTES // 1024 // 1024} megabytes."
        raise Unreadable([Mistake(0, says, "Export the one tree that you want, without pictures.")])
    if not data.strip():
        raise Unreadable([Mistake(0, "The file is empty.", "Export it once more.")])
    return data


def text_of(data: bytes, hint: str) -> str:
    """The text of *data* in UTF-8, or in UTF-16 with its mark; raises Unreadable with the line of what is neither."""
    within(data)
    coding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = data.decode(coding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Unreadable([Mistake(line, f"This is not text in {coding.removesuffix('-sig').upper()}.", hint)]) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise Unreadable([Mistake(line, "There is a NUL character here: the file is no text.", hint)])
    return text.replace("\r\n", "\n").replace("\r", "\n")
