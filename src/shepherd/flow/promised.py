"""Promises (``promises.yaml``): rules that hold on every path, as they are written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from shepherd.flow.findings import NOWHERE, Place
from shepherd.flow.model import Need
from shepherd.flow.reader import Reader, items, names, pairs, plain
from shepherd.flow.source import Map, Node, Scalar

Kind = Literal["needs", "followed_by", "never_after", "at_most"]
KINDS: tuple[Kind, ...] = ("needs", "followed_by", "never_after", "at_most")
#: Counted steps of ``at_most``.
COUNTED = ("automatic", "human")


class Word(NamedTuple):
    """One word of a promise, and where it stands."""

    text: str
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """
    Steps, fields, flows or ends of a run, by what is written of them.

    *keys* maps ``tag``, ``step``, ``outcome`` … to the words of which one has to fit; every key has to.
    """

    keys: Mapping[str, tuple[Word, ...]]
    place: Place = NOWHERE

    def texts(self, key: str) -> tuple[str, ...]:
        """The words under *key*, without their places."""
        return tuple(word.text for word in self.keys.get(key, ()))

    @property
    def words(self) -> str:
        """The pick for people: ``step refund/approval (answer approved)``."""
        first, *more = (f"{key} {' or '.join(self.texts(key))}" for key in self.keys)
        return f"{first} ({', '.join(more)})" if more else first


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One thing that a promise says: of *kind*, about *what*; *most* steps in all for ``at_most``."""

    kind: Kind
    what: Pick | Need | str
    most: int = 0
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """*every* is what it holds for, *rules* are what must be so, *because* is why (the empty text where not said)."""

    name: str
    every: Pick
    rules: tuple[Rule, ...]
    because: str = ""
    file: str = ""
    place: Place = NOWHERE
    places: Mapping[str, Place] = field(default_factory=dict)


def promises_of(root: Map, *, file: str, levels: Mapping[str, tuple[str, ...]]) -> dict[str, Promise]:
    """The promises of a document that has passed its schema; *levels* are those of each assurance in desk.yaml."""
    reader = Reader(file, "", levels)
    return {
        key.text: promise_of(key, node, reader) for key, node in pairs(root.get("promises")) if isinstance(node, Map)
    }


def document_of(name: str, typed: Any) -> dict[str, Any]:
    """One promise as it is kept: by its hash, for the runs that it concerns."""
    return {"promises": {name: typed}}


def promise_of(key: Scalar, node: Map, reader: Reader) -> Promise:
    """The promise that stands under *key*."""
    return Promise(
        name=key.text,
        every=_pick(node.get("every")),
        rules=tuple(rule for kind in KINDS for rule in _rules(kind, node.get(kind), reader)),
        because=plain(node.get("because")),
        file=reader.file,
        place=key.place,
        places={k.text: k.place for k, _ in node.entries},
    )


def _rules(kind: Kind, node: Node | None, reader: Reader) -> Iterator[Rule]:
    if node is None:
        return
    if kind == "at_most":
        for key, value in pairs(node):
            yield Rule(kind=kind, what=key.text, most=int(plain(value, "0")), place=key.place)
        return
    for item in items(node):
        if isinstance(item, Scalar):
            yield Rule(kind=kind, what=Need(name=item.text, place=item.place), place=item.place)
            continue
        assurance = item.get("assurance") if isinstance(item, Map) else None
        if isinstance(item, Map) and isinstance(assurance, Scalar) and set(item.keyed()) <= {"assurance", "level"}:
            level = reader.level(assurance.text, item.get("level"))
            need = Need(name=assurance.text, level=level, place=assurance.place)
            yield Rule(kind=kind, what=need, place=assurance.place)
        else:
            pick = _pick(item)
            yield Rule(kind=kind, what=pick, place=pick.place)


def _pick(node: Node | None) -> Pick:
    at = node.entries if isinstance(node, Map) else ()
    keys = {key.text: tuple(Word(n.text, n.place) for n in names(value)) for key, value in at}
    return Pick(keys=keys, place=at[0][0].place if at else NOWHERE)
