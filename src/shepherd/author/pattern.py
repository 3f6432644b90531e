"""A text of a form that is asked for: the plainest that a regular expression of RE2's takes. Pure."""

from __future__ import annotations

_CLASSES = {"d": "0123456789", "w": "abcdefghijklmnopqrstuvwxyz0123456789_", "s": " "}
_ALL = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 -_.,:/"


class _Unread(Exception):
    """Something that no plain form has."""


def example(pattern: str) -> str | None:
    """A short text of the form *pattern*; None where it is too rich to be read here, or the text may not fit."""
    try:
        reading = _Reading(pattern)
        text = reading.either()
        return text if reading.at == len(pattern) else None
    except (_Unread, IndexError):
        return None


class _Reading:
    """A pattern being read, and the text that is made of it."""

    def __init__(self, pattern: str):
        self.pattern, self.at = pattern, 0

    def either(self) -> str:
        """The first of several forms; the others are passed over."""
        first = self._row()
        while self._next("|"):
            self._row()
        return first

    def _row(self) -> str:
        made = ""
        while self.at < len(self.pattern) and self.pattern[self.at] not in "|)":
            made += self._piece() * self._least()
        return made

    def _piece(self) -> str:
        c = self._take()
        if c == "(":
            if self._next("?"):
                while self._take() not in ":>":
                    pass
            made = self.either()
            if not self._next(")"):
                raise _Unread
            return made
        if c == "[":
            return self._one_of()
        if c == "\\":
            c = self._take()
            if c in _CLASSES:
                return _CLASSES[c][0]
            if c in "bBAzZ":
                return ""
            if c.isalnum():
                raise _Unread
            return c
        if c in "^$":
            return ""
        if c in "*+?{":
            raise _Unread
        return "a" if c == "." else c

    def _least(self) -> int:
        """How often a piece has to stand there."""
        least = 1
        if self._next("*") or self._next("?"):
            least = 0
        elif self._next("+"):
            least = 1
        elif self._next("{"):
            end = self.pattern.index("}", self.at) if "}" in self.pattern[self.at :] else -1
            low = self.pattern[self.at : end].partition(",")[0]
            if not low.isdigit() or int(low) > 1000:
                raise _Unread
            least, self.at = int(low), end + 1
        self._next("?")
        return least

    def _one_of(self) -> str:
        without = self._next("^")
        chars: list[str] = []
        while not (chars and self.pattern[self.at] == "]"):
            c = self._take()
            if c == "[":
                raise _Unread
            if c == "\\":
                c = self._take()
                if c in _CLASSES:
                    chars += _CLASSES[c]
                    continue
                if c.isalnum():
                    raise _Unread
            if self.pattern[self.at] == "-" and self.pattern[self.at + 1] != "]":
                self.at += 1
                chars += [chr(code) for code in range(ord(c), min(ord(self._take()), ord(c) + 200) + 1)]
            else:
                chars.append(c)
        self.at += 1
        return next((c for c in _ALL if c not in chars), "~") if without else chars[0]

    def _take(self) -> str:
        self.at += 1
        return self.pattern[self.at - 1]

    def _next(self, c: str) -> bool:
        found = self.at < len(self.pattern) and self.pattern[self.at] == c
        self.at += found
        return found
