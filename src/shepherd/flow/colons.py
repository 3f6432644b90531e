"""A colon that was forgotten, or the blank behind it: what YAML reads then, in words for designers."""

from __future__ import annotations

import re

#: Keys that stand in one-line maps, and are no words of a text when a single name follows.
_KEYS = frozenset(
    "then label when is must message otherwise type save optional end call lookup do default code resolves to".split()
)
#: Keys of which a step has one.
VERBS = frozenset("say guide warn ask collect decide call lookup do set wait escalate end".split())
#: Other keys under which words may stand on lines of their own.
_SAID = frozenset("why note because label title help message is otherwise".split())
_STUCK = re.compile(r"([A-Za-z_][\w.-]*):([^\s/].*)")
_BRACED = re.compile(r"\s*(?:- +)*([A-Za-z_][\w.-]*)\s*(:?)([{\[].*)")
_BARE = re.compile(r"\s*(?:- +)*([A-Za-z_][\w.-]*)(?:\s+(.+))?")


def of_line(line: str) -> tuple[str, str]:
    """What to say of a whole *line* that has to be ``key: value`` and is not."""
    braced = _BRACED.match(line)
    if braced is not None:
        what = "A blank is missing behind the colon of" if braced[2] else "A colon is missing behind"
        return f'{what} "{braced[1]}".', f"Write `{braced[1]}: {braced[3][:1]}…`."
    stuck = _STUCK.fullmatch(line.strip().removeprefix("- "))
    if stuck is not None:
        return _blank(stuck)
    bare = _BARE.fullmatch(line.rstrip())
    if bare is None:
        return "This line has no colon.", "Write `key: value`; words that go on from the line above stand further in."
    value = bare[2] or "…"
    shown = _cut(value)
    further = "; if it goes on with the words above, put it further in" if " " in value or bare[1] not in _KEYS else ""
    return "This line has no colon.", f"Write `{bare[1]}: {shown}`{further}."


def of_first(line: str, above: str, in_column: bool) -> tuple[str, str] | None:
    """
    What to say of a *line* that has to begin the map under the key *above*, and begins none; None where it is words.

    *in_column*: the keys below it begin where it does.
    """
    if re.match(r"\s*-\w", line):
        return "A blank is missing behind the dash.", f"Write `- {_cut(line.strip()[1:])}`."
    bare = _BARE.fullmatch(line.rstrip())
    if not in_column or above in VERBS | _SAID or (bare and not (bare[2] and bare[1].islower())):
        return None
    if bare:
        return f'A colon is missing behind "{bare[1]}".', f"Write `{bare[1]}: {_cut(bare[2])}`."
    return of_line(line) if _BRACED.match(line) or _STUCK.fullmatch(line.strip().removeprefix("- ")) else None


def of_group(text: str, *, verbs: bool) -> str:
    """How to write a group of keys that is one *text* to YAML, of a step with *verbs*; empty where it is no slip."""
    verb, _, said = text.partition(" ")
    if verbs and said and verb in VERBS:
        return f"A colon is missing: write `{verb}: {said}`."
    stuck = _STUCK.fullmatch(text)
    return f"A blank is missing behind the colon: write `{stuck[1]}: {stuck[2]}`." if stuck else ""


def of_brace(line: str) -> tuple[str, str] | None:
    """What to say of a *line* in which a map or list begins behind a key, without what parts them; None elsewhere."""
    return of_line(line) if _BRACED.match(line) else None


def of_key(key: str) -> tuple[str, str] | None:
    """What to say of a *key* of a one-line map that is a key and its value; None where it is not."""
    stuck = _STUCK.fullmatch(key)
    if stuck is not None:
        return _blank(stuck)
    word, _, value = key.partition(" ")
    if word in _KEYS and re.fullmatch(r"\w+", value):
        return f'A colon is missing behind "{word}".', f"Write `{word}: {value}`."
    return None


def _cut(value: str) -> str:
    return value if len(value) <= 30 else f"{value[:30]}…"


def _blank(stuck: re.Match[str]) -> tuple[str, str]:
    return f'A blank is missing behind the colon of "{stuck[1]}".', f"Write `{stuck[1]}: {_cut(stuck[2])}`."
