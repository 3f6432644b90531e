"""What a scenario gives and expects, read from its typed tree (FORMATS §8)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

SUFFIX = ".scenarios.yaml"
DEFAULT_AT = "2026-01-15T10:00:00+00:00"
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class Malformed(Exception):
    """A scenario, or a file of answers, that can't be read; the sentence says what to write instead."""


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
    """A scripted walk that a designer writes as a test."""

    name: str
    flow: str
    file: str
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
    """The ``given`` part of a scenario of *flow*."""
    if tree is None or tree == "":
        tree = {}
    given = _map(tree, "given", ("inputs", "facts", "at", "answers", "connectors", "spent"))
    at, offset = _moment(given.get("at", DEFAULT_AT))
    parts = {key: _map(given.get(key, {}), key) for key in ("inputs", "facts", "answers", "connectors", "spent")}
    return Given(
        inputs=parts["inputs"],
        facts=parts["facts"],
        at=at,
        offset=offset,
        answers={full(step, flow): value for step, value in parts["answers"].items()},
        connectors=parts["connectors"],
        spent={full(step, flow): count(tries) for step, tries in parts["spent"].items()},
    )


def read_scenarios(tree: Any, file: str) -> tuple[Scenario, ...]:
    """The scenarios of the file *file*, whose stem names their flow. Raises Malformed."""
    flow = file.replace("\\", "/").rpartition("/")[2].removesuffix(SUFFIX)
    listed = _map(tree, "the file", ("scenarios",)).get("scenarios")
    if not isinstance(listed, list | tuple) or not listed:
        raise Malformed(f"{file}: write the scenarios as a list under `scenarios:`, each with a name.")
    found = []
    for number, entry in enumerate(listed, 1):
        name = entry.get("name", "") if isinstance(entry, Mapping) else ""
        try:
            found.append(_scenario(entry, flow, file))
        except Malformed as error:
            raise Malformed(f"{file}: scenario {name or number}: {error}") from None
    names = [scenario.name for scenario in found]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise Malformed(f'{file}: two scenarios are called "{twice}". Give each its own name.')
    return tuple(found)


def _scenario(entry: Any, flow: str, file: str) -> Scenario:
    fields = _map(entry, "a scenario", ("name", "given", "expect"))
    if not isinstance(fields.get("name"), str) or not fields["name"].strip():
        raise Malformed("it has no name.")
    return Scenario(
        name=fields["name"],
        flow=flow,
        file=file,
        given=read_given(fields.get("given"), flow),
        expect=_expect(fields.get("expect"), flow),
    )


def _expect(tree: Any, flow: str) -> Expect:
    keys = ("outcome", "waiting", "path", "says", "values", "returns", "ticket", "refused")
    given = _map({} if tree is None else tree, "expect", keys)
    if ("outcome" in given) == ("waiting" in given):
        raise Malformed("expect needs either `outcome` or `waiting: STEP`.")
    if not any(key in given for key in ("path", "says", "values", "ticket")):
        raise Malformed("expect needs at least one of path, says, values and ticket; an outcome alone proves little.")
    ticket = _map(given.get("ticket", {}), "ticket", ("has", "lacks"))
    waiting = given.get("waiting")
    return Expect(
        outcome=given.get("outcome"),
        waiting=full(waiting, flow) if waiting is not None else None,
        path=_texts(given["path"], "path") if "path" in given else None,
        says=_texts(given.get("says", ()), "says"),
        values=_map(given.get("values", {}), "values"),
        returns=_map(given.get("returns", {}), "returns"),
        has=_texts(ticket.get("has", ()), "has"),
        lacks=_texts(ticket.get("lacks", ()), "lacks"),
        refused=None if given.get("refused") in (None, "null", "") else str(given["refused"]),
    )


def _map(tree: Any, what: str, keys: tuple[str, ...] | None = None) -> Mapping[str, Any]:
    if not isinstance(tree, Mapping):
        raise Malformed(f"{what} must be a group of `name: value` lines.")
    unknown = [key for key in tree if keys is not None and key not in keys]
    if unknown and keys:
        raise Malformed(f'{what} has no key "{unknown[0]}". There are: {", ".join(keys)}.')
    return tree


def _texts(tree: Any, what: str) -> tuple[str, ...]:
    if isinstance(tree, str):
        return (tree,)
    if not isinstance(tree, list | tuple) or not all(isinstance(item, str) for item in tree):
        raise Malformed(f"{what} must be a list of texts.")
    return tuple(tree)


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
