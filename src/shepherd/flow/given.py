"""What a scenario gives and expects, read from its typed tree (FORMATS §8)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from shepherd.flow.source import Node

#: The years in which walks take place: any span that a flow can write leads from them to a day that there is.
FIRST_YEAR, LAST_YEAR = 1000, 2999
DEFAULT_AT = "2026-01-15T10:00:00+00:00"
#: The words by which one line of a script does more than answer.
SPECIAL = frozenset({"value", "back", "change", "to", "refused", "after", "meanwhile"})
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class Malformed(Exception):
    """
    A scenario, or a file of answers, that can't be read; the sentence says what to write instead.

    *at* are the keys that lead to the mistake, as far as it is known where it is.
    """

    def __init__(self, sentence: str, *at: str | int):
        super().__init__(sentence)
        self.sentence, self.at = sentence, at

    def below(self, *keys: str | int) -> Malformed:
        """The same mistake, seen from further up: *keys* lead to where it was found."""
        return Malformed(self.sentence, *keys, *self.at)


class Assured(NamedTuple):
    """
    Something established. *level* is one of desk.yaml's, empty for any; *expires* in seconds, None as desk.yaml says.

    *held* is False only in what is expected: that it is not established.
    """

    level: str = ""
    expires: int | None = None
    held: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """
    What is known and said in a walk.

    *answers* maps a step (``flow/step``) and *connectors* an operation to what it gives: a list has one entry per
    visit, anything else stands for every visit. *spent* are tries that earlier runs took, by step; *assured* what they
    have established, by name.
    """

    inputs: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    at: datetime
    offset: str
    answers: Mapping[str, Any] = field(default_factory=dict)
    connectors: Mapping[str, Any] = field(default_factory=dict)
    spent: Mapping[str, int] = field(default_factory=dict)
    assured: Mapping[str, Assured] = field(default_factory=dict)


class Never(NamedTuple):
    """What must not have come about: words *says*, *steps* as ``flow/step``, and *values* by name."""

    says: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    values: tuple[str, ...] = ()


NEVER = Never()


@dataclass(frozen=True, slots=True, kw_only=True)
class Expect:
    """
    What must have come of it; None and empty are not looked at. *refused* is the code of the last refusal.

    *assured* is what must be established in the end, or must not.
    """

    outcome: str | None = None
    waiting: str | None = None
    path: tuple[str, ...] | None = None
    says: tuple[str, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    returns: Mapping[str, Any] = field(default_factory=dict)
    has: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    refused: str | None = None
    assured: Mapping[str, Assured] = field(default_factory=dict)
    never: Never = NEVER


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """
    A scripted walk that a designer writes as a test.

    *line* is that of its name in *file*, 0 where it has none, and *root* its tree there with all places.
    """

    name: str
    flow: str
    file: str
    line: int = 0
    given: Given
    expect: Expect
    root: Node | None = field(default=None, compare=False, repr=False)


def seconds(text: str) -> int:
    """The seconds of a length of time such as ``90s``, ``31m``, ``2h`` or ``1d``."""
    found = re.fullmatch(r"([0-9]{1,6})([smhd])", str(text).strip())
    if not found:
        raise Malformed(f'"{text}" is no length of time. Write it like 90s, 31m, 2h or 1d.')
    return int(found[1]) * _SECONDS[found[2]]


def full(step: str, flow: str) -> str:
    """*step* with its flow: a bare step is one of *flow*."""
    return step if "/" in step else f"{flow}/{step}"


def read_given(tree: Any, flow: str) -> Given:
    """The ``given`` part of a scenario of *flow*. Raises Malformed."""
    if tree is None or tree == "":
        tree = {}
    given = mapping(tree, "given", ("inputs", "facts", "at", "answers", "connectors", "spent", "assured"))
    with below("at"):
        at, offset = _moment(str(given.get("at", DEFAULT_AT)))
    parts = {key: part(given, key) for key in ("inputs", "facts", "answers", "connectors", "spent")}
    spent = {}
    for key in ("facts", "spent"):
        with below(key):
            _named(parts[key])
    for step, tries in parts["spent"].items():
        with below("spent", step):
            spent[full(step, flow)] = count(tries)
    return Given(
        inputs=parts["inputs"],
        facts=parts["facts"],
        at=at,
        offset=offset,
        answers={full(step, flow): value for step, value in parts["answers"].items()},
        connectors=parts["connectors"],
        spent=spent,
        assured=read_assured(part(given, "assured")),
    )


def read_assured(tree: Mapping[str, Any], *, expected: bool = False) -> dict[str, Assured]:
    """
    What is established, by name: ``true``, a level, or both its level and its life; ``false`` where that is *expected*.

    Raises Malformed.
    """
    found = {}
    for name, value in tree.items():
        with below("assured", name):
            if isinstance(value, Mapping) and not expected:
                entry = mapping(value, "an assurance", ("level", "expires"))
                with below("expires"):
                    expires = seconds(entry["expires"]) if "expires" in entry else None
                found[name] = Assured(str(entry.get("level", "")), expires)
            elif not isinstance(value, str | bool):
                raise Malformed(f"write `{name}: true`, or its level.")
            else:
                word = str(value).lower() if isinstance(value, bool) else value
                if word == "false" and not expected:
                    raise Malformed(f"leave out {name} where it is not established.")
                found[name] = Assured("" if word in ("true", "false") else word, held=word != "false")
    return found


class below:
    """Mistakes found in here lie below *keys*."""

    __slots__ = ("keys",)

    def __init__(self, *keys: str | int):
        self.keys = keys

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, Malformed):
            raise error.below(*self.keys) from None


def _named(tree: Mapping[str, Any]) -> None:
    """Refuse what can be no name in groups whose names are recorded as they are given. Raises Malformed."""
    for name, value in tree.items():
        if not name.isascii():
            raise Malformed(f'"{name}" is no name: names are made of a to z, digits and _.', name)
        with below(name):
            _names_in(value)


def _names_in(value: Any) -> None:
    if isinstance(value, Mapping):
        _named(value)
    elif isinstance(value, list | tuple):
        for number, item in enumerate(value):
            with below(number):
                _names_in(item)


def part(tree: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """The group below *key*, empty where there is none. Raises Malformed."""
    if key not in tree:
        return {}
    with below(key):
        return mapping(tree[key], key)


def mapping(tree: Any, what: str, keys: tuple[str, ...] | None = None) -> Mapping[str, Any]:
    """*tree* as a group that has only *keys*; *what* names it. Raises Malformed."""
    if not isinstance(tree, Mapping):
        raise Malformed(f"{what} must be a group of `name: value` lines.")
    if not keys:
        return tree
    for key in tree:
        if key not in keys:
            raise Malformed(f'{what} has no key "{key}". There are: {", ".join(keys)}.', key)
    return tree


def texts(tree: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """The texts below *key*: a list, or one alone. Raises Malformed."""
    if key not in tree:
        return ()
    found = tree[key]
    if isinstance(found, str):
        return (found,)
    if not isinstance(found, list | tuple) or not {*map(type, found)} <= {str}:
        raise Malformed(f"{key} must be a list of texts.", key)
    return tuple(found)


def count(value: Any) -> int:
    """A whole number of at most four digits that is not negative, from its text."""
    text = str(value).strip()
    if not re.fullmatch("[0-9]{1,4}", text):
        raise Malformed(f'"{value}" is no whole number from 0 to 9999.')
    return int(text)


@lru_cache(maxsize=64)
def _moment(text: str) -> tuple[datetime, str]:
    wrong = Malformed(f'at: "{text}" is no time. Write it with its offset, like 2026-11-21T10:00:00+01:00.')
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise wrong from None
    if at.tzinfo is None or at.utcoffset() is None or not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise wrong
    shift = f"{at:%z}"
    return at.astimezone(UTC), f"{shift[:3]}:{shift[3:5]}"
