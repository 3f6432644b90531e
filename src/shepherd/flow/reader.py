"""Reading typed places of a document: durations, grants, needs, fields, expressions and texts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from shepherd.flow.calendar import duration
from shepherd.flow.expression import Expression, parse
from shepherd.flow.fieldrules import IMPOSSIBLE_FIELD, wrong_rules
from shepherd.flow.fields_in import limit_of
from shepherd.flow.findings import NOWHERE, Finding, Place
from shepherd.flow.hours import wrong_currency
from shepherd.flow.lists import ROOT, Lists, Members, Missing
from shepherd.flow.model import Field, Grant, Need, Option
from shepherd.flow.source import Map, Node, Scalar, Seq
from shepherd.flow.types import Refusal, Type
from shepherd.flow.words import Text, parse_text

__all__ = ["Reader", "duration", "is_map", "items", "names", "pairs", "place_of", "plain", "seconds", "true"]


def seconds(text: str) -> int | None:
    """``8s``, ``30m``, ``4h``, ``2d`` in seconds; None for what is no plain duration (working hours)."""
    span = duration(text)
    return span.seconds if span is not None and not span.working else None


def plain(node: Node | None, otherwise: str = "") -> str:
    """The text of a scalar, or *otherwise* where there is none."""
    return node.text if isinstance(node, Scalar) else otherwise


def true(node: Node | None) -> bool:
    """Whether a setting says ``true``."""
    return isinstance(node, Scalar) and node.text == "true"


def pairs(node: Node | None) -> Iterator[tuple[Scalar, Node]]:
    """The entries of a map; none where there is no map."""
    return iter(node.entries if isinstance(node, Map) else ())


def items(node: Node | None) -> tuple[Node, ...]:
    """A list's items; a single thing counts as a list of one."""
    if node is None:
        return ()
    return node.items if isinstance(node, Seq) else (node,)


def names(node: Node | None) -> tuple[Scalar, ...]:
    """The scalars of a list, or of a single one."""
    return tuple(item for item in items(node) if isinstance(item, Scalar))


class Reader:
    """Reads the parts of one flow, and keeps what is wrong with its expressions and texts."""

    def __init__(
        self,
        file: str,
        flow: str,
        levels: Mapping[str, tuple[str, ...]],
        currency: str = "",
        lists: Lists | None = None,
    ):
        self.file, self.flow, self.levels, self.currency = file, flow, levels, currency
        self.lists = lists or Lists()
        self.step = ""
        self.unread = False
        self.values: Collection[str] = ()
        self.findings: list[Finding] = []
        self.expressions: list[Expression] = []
        self.texts: list[Text] = []

    def expression(self, node: Scalar) -> Expression | None:
        """The expression that stands in *node*; None where it can't be read (a finding says why)."""
        read, found = parse(node.text, at=node.at, file=self.file, flow=self.flow, step=self.step)
        self.findings += found
        if read is not None:
            self.expressions.append(read)
            self._find_lists(read)
        return read

    def text(self, node: Node | None) -> Text | None:
        """The words that stand in *node*."""
        if not isinstance(node, Scalar):
            return None
        read, found = parse_text(node.text, at=node.at, file=self.file, flow=self.flow, step=self.step)
        self.findings += found
        if read is not None:
            self.texts.append(read)
            for part in read.values:
                self._find_lists(part)
        return read

    def _find_lists(self, expression: Expression) -> None:
        """Note the lists that *expression* reads; a finding for each that there is not."""
        if ROOT not in expression.names:
            return
        for read in expression.reads:
            found = self.lists.find(read.path) if read.path[0] == ROOT else None
            if isinstance(found, Missing):
                start = read.start + len(".".join(("", *read.path[: found.part])).removeprefix("."))
                start += 1 if found.part else 0
                end = start + len(read.path[found.part])
                self.missing(found, expression.at(start, end))

    def missing(self, what: Missing, place: Place) -> None:
        """Say that a list, or a group of one, is not there; silent where a list could not be read."""
        self.unread = True
        if self.lists.whole:
            self.findings.append(
                what.rule.at(place, what.message, file=self.file, hint=what.hint, flow=self.flow, step=self.step)
            )

    def words(self, node: Node | None) -> Text | None:
        """The words that stand in *node*: a text, or cases of which the first that holds gives them."""
        if node is None:
            return None
        if not isinstance(node, Seq):
            return self.text(node)
        cases: list[tuple[Expression | None, Text]] = []
        for item in node.items:
            line = is_map(item)
            when = line.get("when") if line else None
            said = self.text(line.get("is") or line.get("otherwise")) if line else None
            condition = self.expression(when) if isinstance(when, Scalar) else None
            if said is not None and (condition is not None or when is None):
                cases.append((condition, said))
        made = Text.by_cases(tuple(cases), node.place, self.step)
        self.texts.append(made)
        return made

    def named_expressions(self, node: Node | None) -> dict[str, Expression]:
        """A map of names to expressions (``with``, ``returns``)."""
        read = ((k.text, self.expression(v)) for k, v in pairs(node) if isinstance(v, Scalar))
        return {name: expression for name, expression in read if expression is not None}

    # --- assurances --------------------------------------------------------------------------------

    def level(self, name: str, node: Node | None) -> int:
        """A level as a number from 1, written as such or by its name in desk.yaml; 0 for one that is unknown."""
        text = plain(node)
        declared = self.levels.get(name.rpartition(".")[2], ())
        if text in declared:
            return declared.index(text) + 1
        if text.isdigit():
            return int(text)
        return 0 if text else 1

    def grants(self, node: Node | None) -> tuple[Grant, ...]:
        """``identity``, ``[identity, consent]`` or ``{identity: {level: 2, expires: 30m}}``."""
        if isinstance(node, Map):
            return tuple(
                Grant(
                    name=key.text,
                    level=self.level(key.text, value.get("level") if isinstance(value, Map) else value),
                    expires=seconds(plain(value.get("expires"))) if isinstance(value, Map) else None,
                    place=key.place,
                )
                for key, value in node.entries
            )
        return tuple(Grant(name=name.text, place=name.place) for name in names(node))

    def needs(self, node: Node | None) -> tuple[Need, ...]:
        """``identity``, ``[identity, consent]`` or ``{identity: 2}``."""
        if isinstance(node, Map):
            return tuple(
                Need(name=key.text, level=self.level(key.text, value), place=key.place) for key, value in node.entries
            )
        return tuple(Need(name=name.text, place=name.place) for name in names(node))

    # --- fields ------------------------------------------------------------------------------------

    def fields(self, node: Node | None) -> dict[str, Field]:
        """A map of names to fields, each ``NAME: type`` or ``NAME: {type: …, …}``."""
        return {key.text: self.field(key.text, value, key.place) for key, value in pairs(node)}

    def field(self, name: str, node: Node, place: Place, answers: tuple[Option, ...] = ()) -> Field:
        """One field; *node* is a type's name or a map (for an ``ask``, the step itself, with its *answers*)."""
        at: Callable[[str], Node | None] = node.keyed().get if isinstance(node, Map) else lambda key: None
        options = answers or self.options(at("options") or at("one_of"))
        written = plain(node) if isinstance(node, Scalar) else plain(at("type"))
        type_name = written or ("choice" if options else "text")
        personal, secret = true(at("personal")), true(at("secret"))
        type_ = Type.named(
            type_name,
            options=Members(o.value for o in options) if options else None,
            personal=personal,
            secret=secret,
            currency=plain(at("currency"), self.currency),
        )
        default, show_if, currency = at("default"), at("show_if"), at("currency")
        if isinstance(currency, Scalar):
            self.findings += wrong_currency(currency, self.file, self.flow, self.step)
        made = Field(
            name=name,
            type=type_,
            label=plain(at("label")),
            help=plain(at("help")),
            optional=true(at("optional")),
            minimum=limit(type_, at("min")),
            maximum=limit(type_, at("max")),
            length=length(at("length")),
            pattern=plain(at("pattern")) or None,
            options=options,
            headings=self.headings(at("options")),
            default=self.expression(default) if isinstance(default, Scalar) else None,
            show_if=self.expression(show_if) if isinstance(show_if, Scalar) else None,
            mask=plain(at("mask")) or None,
            personal=personal,
            secret=secret,
            place=place,
        )
        self.findings += (
            IMPOSSIBLE_FIELD.at(*wrong[:2], file=self.file, hint=wrong.hint, flow=self.flow, step=self.step)
            for wrong in wrong_rules(made, at, self.values)
        )
        return made

    def options(self, node: Node | None) -> tuple[Option, ...]:
        """``[a, b]``, ``{a: Label}``, ``lists.NAME`` or ``lists.NAME.GROUP``."""
        if isinstance(node, Scalar) and node.text.startswith(f"{ROOT}."):
            found = self.lists.options(node)
            if isinstance(found, Missing):
                self.missing(found, node.place)
                return ()
            return found
        if isinstance(node, Map):
            return tuple(Option(value=k.text, label=plain(v), place=k.place) for k, v in node.entries)
        return tuple(Option(value=n.text, label=readable(n.text), place=n.place) for n in names(node))

    def headings(self, node: Node | None) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The headings of the list that is read, as labels, each with those of its values that are offered."""
        found = self.lists.find(tuple(node.text.split("."))) if isinstance(node, Scalar) else None
        if found is None or isinstance(found, Missing):
            return ()
        list_, offered = found
        under = ((name, tuple(v for v in list_.groups.get(name, ()) if v in offered)) for name in list_.headings)
        return tuple((list_.headings[name] or readable(name), values) for name, values in under if values)


def readable(value: str) -> str:
    """A stable value as a label where none is written: ``hung_up`` is "Hung up"."""
    text = value.replace("_", " ")
    return text[:1].upper() + text[1:]


def limit(type_: Type, node: Node | None) -> Any:
    """A constant of the field's type, or the name of a value, as text."""
    if not isinstance(node, Scalar):
        return None
    value = limit_of(type_.name, node.text, type_.currency)
    return node.text if isinstance(value, Refusal) else value


def length(node: Node | None) -> tuple[int, int] | None:
    """``4``, ``[4, 8]`` or ``{min: 4, max: 8}`` characters."""
    if isinstance(node, Map):
        return int(plain(node.get("min"), "0")), int(plain(node.get("max"), "20000"))
    found = [int(n.text) for n in names(node)]
    return (found[0], found[-1]) if found else None


def place_of(node: Node | None) -> Place:
    """Where *node* stands."""
    return node.place if node is not None else NOWHERE


def is_map(node: Node | None) -> Map | None:
    """*node* where it is a map."""
    return node if isinstance(node, Map) else None
