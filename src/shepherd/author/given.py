"""What a scenario gives and expects, read from its typed tree (FORMATS §8)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from shepherd.flow.findings import Place
from shepherd.flow.source import Map, Node, Seq

SUFFIX = ".scenarios.yaml"
DEFAULT_AT = "2026-01-15T10:00:00+00:00"
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """
    What is known and said in a walk.

    *answers* maps a step (``flow/step``) and *connectors* an operation to what it gives: a list has one entry per
    visit, anything else stands for every visit. *spent* are tries that earlier runs took, by step.
    """

    inputs: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    at: datetime
    offset: str
    answers: Mapping[str, Any] = field(default_factory=dict)
    connectors: Mapping[str, Any] = field(default_factory=dict)
    spent: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expect:
    """What must have come of it; None and empty are not looked at. *refused* is the code of the last refusal."""

    outcome: str | None = None
    waiting: str | None = None
    path: tuple[str, ...] | None = None
    says: tuple[str, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    returns: Mapping[str, Any] = field(default_factory=dict)
    has: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    refused: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A scripted walk that a designer writes as a test. *line* is that of its name in *file*, 0 where it has none."""

    name: str
    flow: str
    file: str
    line: int = 0
    given: Given
    expect: Expect


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
    given = _map(tree, "given", ("inputs", "facts", "at", "answers", "connectors", "spent"))
    with _below("at"):
        at, offset = _moment(given.get("at", DEFAULT_AT))
    parts = {key: _part(given, key) for key in ("inputs", "facts", "answers", "connectors", "spent")}
    spent = {}
    for step, tries in parts["spent"].items():
        with _below("spent", step):
            spent[full(step, flow)] = count(tries)
    return Given(
        inputs=parts["inputs"],
        facts=parts["facts"],
        at=at,
        offset=offset,
        answers={full(step, flow): value for step, value in parts["answers"].items()},
        connectors=parts["connectors"],
        spent=spent,
    )


def read_scenarios(tree: Any, file: str, root: Node | None = None) -> tuple[Scenario, ...]:
    """The scenarios of the file *file*, as by :func:`scenarios_in`. Raises Malformed with the first mistake."""
    found, wrong = scenarios_in(tree, file, root)
    if wrong:
        raise wrong[0]
    return found


def scenarios_in(tree: Any, file: str, root: Node | None = None) -> tuple[tuple[Scenario, ...], tuple[Malformed, ...]]:
    """
    The scenarios of the file *file*, whose stem names their flow, and every mistake.

    *root* is the file's tree with its places, from which the scenarios have their lines.
    """
    flow = file.replace("\\", "/").rpartition("/")[2].removesuffix(SUFFIX)
    try:
        listed = _map(tree, "the file", ("scenarios",)).get("scenarios")
        if not isinstance(listed, list | tuple) or not listed:
            raise Malformed("write the scenarios as a list under `scenarios:`, each with a name.", "scenarios")
    except Malformed as error:
        return (), (Malformed(f"{file}: {error}", *error.at),)
    found: dict[str, Scenario] = {}
    wrong = []
    for number, entry in enumerate(listed):
        name = entry.get("name", "") if isinstance(entry, Mapping) else ""
        try:
            scenario = _scenario(entry, flow, file, place_of(root, ("scenarios", number)).line if root else 0)
            if scenario.name in found:
                raise Malformed(f'two scenarios are called "{scenario.name}". Give each its own name.', "name")
            found[scenario.name] = scenario
        except Malformed as error:
            told = Malformed(f"{file}: scenario {name or number + 1}: {error}", *error.at)
            wrong.append(told.below("scenarios", number))
    return tuple(found.values()), tuple(wrong)


def place_of(root: Node, at: Iterable[str | int]) -> Place:
    """Where in a file the keys *at* lead to: the last of them that stands there."""
    place = root.place
    for key in at:
        if isinstance(root, Map):
            entry = next(((word, node) for word, node in root.entries if word.text == key), None)
            if entry is None:
                break
            place, root = entry[0].place, entry[1]
        elif isinstance(root, Seq) and isinstance(key, int) and key < len(root.items):
            root = root.items[key]
            place = root.place
        else:
            break
    return place


def _scenario(entry: Any, flow: str, file: str, line: int) -> Scenario:
    fields = _map(entry, "a scenario", ("name", "given", "expect"))
    if not isinstance(fields.get("name"), str) or not fields["name"].strip():
        raise Malformed("it has no name.", "name")
    with _below("given"):
        given = read_given(fields.get("given"), flow)
    with _below("expect"):
        expect = _expect(fields.get("expect"), flow)
    return Scenario(name=fields["name"], flow=flow, file=file, line=line, given=given, expect=expect)


def _expect(tree: Any, flow: str) -> Expect:
    keys = ("outcome", "waiting", "path", "says", "values", "returns", "ticket", "refused")
    given = _map({} if tree is None else tree, "expect", keys)
    if ("outcome" in given) == ("waiting" in given):
        raise Malformed("expect needs either `outcome` or `waiting: STEP`.")
    if not any(key in given for key in ("path", "says", "values", "ticket")):
        raise Malformed("expect needs at least one of path, says, values and ticket; an outcome alone proves little.")
    with _below("ticket"):
        ticket = _map(given.get("ticket", {}), "ticket", ("has", "lacks"))
        has, lacks = (_texts(ticket, key) for key in ("has", "lacks"))
    waiting = given.get("waiting")
    return Expect(
        outcome=given.get("outcome"),
        waiting=full(waiting, flow) if waiting is not None else None,
        path=_texts(given, "path") if "path" in given else None,
        says=_texts(given, "says"),
        values=_part(given, "values"),
        returns=_part(given, "returns"),
        has=has,
        lacks=lacks,
        refused=None if given.get("refused") in (None, "null", "") else str(given["refused"]),
    )


@contextmanager
def _below(*keys: str | int) -> Iterator[None]:
    """Mistakes found in here lie below *keys*."""
    try:
        yield
    except Malformed as error:
        raise error.below(*keys) from None


def _part(tree: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    with _below(key):
        return _map(tree.get(key, {}), key)


def _map(tree: Any, what: str, keys: tuple[str, ...] | None = None) -> Mapping[str, Any]:
    if not isinstance(tree, Mapping):
        raise Malformed(f"{what} must be a group of `name: value` lines.")
    unknown = [key for key in tree if keys is not None and key not in keys]
    if unknown and keys:
        raise Malformed(f'{what} has no key "{unknown[0]}". There are: {", ".join(keys)}.', unknown[0])
    return tree


def _texts(tree: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """The texts below *key*: a list, or one alone."""
    found = tree.get(key, ())
    if isinstance(found, str):
        return (found,)
    if not isinstance(found, list | tuple) or not all(isinstance(item, str) for item in found):
        raise Malformed(f"{key} must be a list of texts.", key)
    return tuple(found)


def count(value: Any) -> int:
    """A whole number that is not negative, from its text."""
    text = str(value).strip()
    if not re.fullmatch("[0-9]{1,6}", text):
        raise Malformed(f'"{value}" is no whole number.')
    return int(text)


def _moment(text: Any) -> tuple[datetime, str]:
    wrong = Malformed(f'at: "{text}" is no time. Write it with its offset, like 2026-11-21T10:00:00+01:00.')
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        raise wrong from None
    if at.tzinfo is None or at.utcoffset() is None:
        raise wrong
    shift = f"{at:%z}"
    try:
        return at.astimezone(UTC), f"{shift[:3]}:{shift[3:5]}"
    except OverflowError:
        raise wrong from None
