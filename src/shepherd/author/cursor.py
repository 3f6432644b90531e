"""Where in a file somebody is typing, found by the lines alone: no file can be read in the middle of a word. Pure."""

from __future__ import annotations

import re
from typing import NamedTuple

_LEAD = re.compile(r"(?P<blank> *)(?P<dashes>(?:- +)*)")
_KEY = re.compile(r"""(?:[A-Za-z0-9_.-]+|"[^"]*"|'[^']*')(?=:(?:\s|$))""")
_TYPED = re.compile(r"[A-Za-z0-9_./-]*$")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*$|$")


class Cursor(NamedTuple):
    """
    *path* are the keys that lead here, the outermost first. *key*: a key is being typed, else a value of the last.

    *word* is what is typed of it already, *before* what stands before that in its value. *beside* are the keys that
    stand beside a key. *braces*: within ``{{ }}``.
    """

    path: tuple[str, ...]
    key: bool
    word: str
    before: str = ""
    beside: frozenset[str] = frozenset()
    braces: bool = False

    def ends(self, *keys: str) -> bool:
        """Whether the path ends with *keys*; ``*`` stands for any."""
        last = self.path[-len(keys) :]
        return len(last) == len(keys) and all(k in ("*", there) for k, there in zip(keys, last, strict=True))


class _Line(NamedTuple):
    """A line: where its dashes and its words begin, and its first key."""

    dash: int
    column: int
    key: str


def cursor(text: str, line: int, column: int) -> Cursor | None:
    """What is typed at *column* of *line* (from 0); None in a comment."""
    lines = text.split("\n")
    left = lines[line][:column] if line < len(lines) else ""
    if re.search(r"(^|\s)#", re.sub(r"\"[^\"]*\"|'[^']*'", "", left)):
        return None
    lead = _LEAD.match(left)
    assert lead is not None
    inner, key, rest, there = _within(left[lead.end() :])
    at = _Line(len(lead["blank"]) if lead["dashes"] else -1, lead.end(), "")
    above, beside = _above(lines, line, at)
    if there is not None:
        beside = there | set(_KEY.findall(lines[line][column:].partition("}")[0]))
    opened = left.rpartition("{{")
    if opened[1] and "}}" not in opened[2]:
        found = _NAME.search(opened[2])
        word = found[0] if found else ""
        return Cursor((*above, *inner), False, word, opened[2].removesuffix(word), braces=True)
    typed = _TYPED.search(rest)
    word = typed[0] if typed else ""
    return Cursor((*above, *inner), key, word, rest.removesuffix(word).lstrip("\"' "), frozenset(beside))


def _within(text: str) -> tuple[list[str], bool, str, set[str] | None]:
    """
    The keys that are open in a line, whether a key is typed next, and what is typed of the last part.

    Where that is within brackets, also the keys that stand there already.
    """
    frames: list[list[str]] = [["", ""]]
    beside: list[set[str]] = [set()]
    start = place = 0
    while place < len(text):
        frame, character = frames[-1], text[place]
        if character in "\"'" and not text[start:place].strip():
            end = text.find(character, place + 1)
            place = len(text) if end < 0 else end + 1
        elif character == ":" and not frame[1] and text[place + 1 : place + 2] in ("", " "):
            frame[1], start = text[start:place].strip().strip("\"'"), place + 1
            beside[-1].add(frame[1])
            place = start
        elif character in "{[" and not text[start:place].strip() and text[place : place + 2] != "{{":
            frames.append([character, ""])
            beside.append(set())
            place = start = place + 1
        elif character in "}]" and len(frames) > 1:
            frames.pop()
            beside.pop()
            place = start = place + 1
        elif character == "," and frame[0]:
            frame[1] = "" if frame[0] == "{" else frame[1]
            place = start = place + 1
        else:
            place += 1
    keys = [frame[1] for frame in frames if frame[1]]
    return keys, not frames[-1][1] and frames[-1][0] != "[", text[start:], beside[-1] if len(frames) > 1 else None


def _above(lines: list[str], line: int, at: _Line) -> tuple[list[str], set[str]]:
    """The keys of the lines that the line is below of, and those beside it."""
    path: list[str] = []
    beside = _beside(lines, line, at.column)
    column, dash = at.column, at.dash
    for number in range(line - 1, -1, -1):
        there = _read(lines[number])
        if there is None:
            continue
        if dash >= 0:
            parent = there.column < dash or (there.column == dash and there.dash < 0)
        else:
            parent = there.column < column
        if parent:
            path.insert(0, there.key)
            column, dash = there.column, there.dash
        elif there.column == column and there.dash >= 0 and dash < 0:
            dash = there.dash
        if column == 0 and dash < 0:
            break
    return path, beside


def _beside(lines: list[str], line: int, column: int) -> set[str]:
    """The keys of the same map, above and below."""
    found: set[str] = set()
    for numbers in (range(line - 1, -1, -1), range(line + 1, len(lines))):
        for number in numbers:
            there = _read(lines[number])
            if there is not None and there.column < column:
                break
            if there is not None and there.column == column:
                found.add(there.key)
                if there.dash >= 0:
                    break
    return found


def _read(text: str) -> _Line | None:
    """A line that begins with a key; None for any other."""
    lead = _LEAD.match(text)
    assert lead is not None
    key = _KEY.match(text, lead.end())
    if key is None:
        return None
    return _Line(len(lead["blank"]) if lead["dashes"] else -1, lead.end(), key[0].strip("\"'"))
