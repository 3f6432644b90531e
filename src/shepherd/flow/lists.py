"""Lists that many flows share: values with their labels, and named groups of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from shepherd.flow.findings import NOWHERE, Finding, Place, Rule, allowed, nearest
from shepherd.flow.model import Option
from shepherd.flow.source import Map, Node, Scalar, Seq
from shepherd.flow.tree import All, Any_, Compare, Const, Items, Not, Read
from shepherd.flow.tree import Node as Tree

if TYPE_CHECKING:
    from shepherd.flow.expression import Expression

UNKNOWN_LIST = Rule(
    "SHP341",
    "unknown-list",
    "error",
    "Options and expressions name a list of the library, as `lists.NAME` or `lists.NAME.GROUP`; a misspelt one would "
    "offer nothing.",
)
UNKNOWN_GROUP = Rule("SHP342", "unknown-group", "error", "A list is read, or shown, by groups that it has.")
NOT_IN_LIST = Rule(
    "SHP343",
    "not-in-the-list",
    "error",
    "A group gathers values of its own list; one that is no option there could never be chosen.",
)
RULES = (UNKNOWN_LIST, UNKNOWN_GROUP, NOT_IN_LIST)
ROOT = "lists"


class Members(tuple[str, ...]):
    """Values in their order. Whether one is among them takes the same time however many they are."""

    known: frozenset[str]

    def __new__(cls, values: Iterable[str] = ()) -> Members:
        """The members *values*, which are kept in their order."""
        made = super().__new__(cls, values)
        made.known = frozenset(made)
        return made

    def __contains__(self, value: object) -> bool:
        return value in self.known


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionList:
    """
    A file of values that may be chosen.

    *groups* maps names to some of the values, in the order of *options*; groups may overlap. *headings* are the groups
    under which a page shows the options, each with its label, which is empty where it is the name, made readable.
    """

    name: str
    options: tuple[Option, ...]
    groups: Mapping[str, Members] = field(default_factory=dict)
    headings: Mapping[str, str] = field(default_factory=dict)
    file: str = ""
    place: Place = NOWHERE
    values: Members = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", Members(o.value for o in self.options))

    def members(self, group: str = "") -> Members:
        """The values of *group*, or all of them. Raises KeyError where there is no such group."""
        return self.groups[group] if group else self.values


def list_of(root: Map, *, file: str) -> tuple[OptionList, list[Finding]]:
    """The list of a document that has passed its schema, and what is wrong with its groups."""
    name = root.get("list")
    options = tuple(
        Option(value=key.text, label=node.text if isinstance(node, Scalar) else key.text, place=key.place)
        for key, node in _entries(root.get("options"))
    )
    known = Members(o.value for o in options)
    groups = {key.text: _group(known, node) for key, node in _entries(root.get("groups"))}
    headings = root.get("headings")
    made = OptionList(
        name=name.text if isinstance(name, Scalar) else "",
        options=options,
        groups=groups,
        headings={name.text: label for name, label in _headed(headings)},
        file=file,
        place=name.place if name is not None else NOWHERE,
    )
    return made, [*_strangers(root.get("groups"), known, file), *_headless(headings, groups, file)]


def _strangers(groups: Node | None, known: Members, file: str) -> Iterator[Finding]:
    for key, node in _entries(groups):
        for item in _items(node):
            if item.text not in known:
                message = f'"{item.text}" in the group "{key.text}" is no option of this list.'
                hint = nearest(item.text, known) or f"Options: {allowed(known)}."
                yield NOT_IN_LIST.at(item.place, message, file=file, hint=hint)


def _headed(headings: Node | None) -> Iterator[tuple[Scalar, str]]:
    """The headings of a list, ``[nordic]`` or ``{nordic: Nordic countries}``, each with its label as it is written."""
    yield from ((item, "") for item in _items(headings))
    yield from ((key, node.text if isinstance(node, Scalar) else "") for key, node in _entries(headings))


def _headless(headings: Node | None, groups: Mapping[str, Members], file: str) -> Iterator[Finding]:
    for item, _ in _headed(headings):
        if item.text not in groups:
            yield UNKNOWN_GROUP.at(
                item.place, f'This list has no group "{item.text}".', file=file, hint=_near(item.text, groups)
            )


def _entries(node: Node | None) -> tuple[tuple[Scalar, Node], ...]:
    return node.entries if isinstance(node, Map) else ()


def _items(node: Node | None) -> tuple[Scalar, ...]:
    return tuple(item for item in node.items if isinstance(item, Scalar)) if isinstance(node, Seq) else ()


def _group(known: Members, node: Node) -> Members:
    inside = {item.text for item in _items(node)}
    return Members(value for value in known if value in inside)


def _near(word: str, known: Iterable[str]) -> str:
    names = list(known)
    return nearest(word, names) or (f"Known: {allowed(names)}." if names else "There are none.")


# --- reading them ---------------------------------------------------------------------------------


class Missing(NamedTuple):
    """Why what is read is no list: the rule, a sentence, a hint; *part* is the number of the wrong word."""

    rule: Rule
    message: str
    hint: str
    part: int


class Lists:
    """
    The lists of a library, as one file reads them.

    *read* gathers the names of those that were read. *whole* is false where some list could not be read: then nothing
    is called unknown, as that is told already.
    """

    def __init__(self, known: Mapping[str, OptionList] | None = None, whole: bool = True):
        self.known: Mapping[str, OptionList] = known or {}
        self.whole = whole
        self.read: dict[str, OptionList] = {}

    def anew(self) -> Lists:
        """The same lists, for another file."""
        return Lists(self.known, self.whole)

    def find(self, path: tuple[str, ...]) -> tuple[OptionList, Members] | Missing:
        """The list that ``lists.NAME`` or ``lists.NAME.GROUP`` names, with the values that are meant."""
        if len(path) < 2:
            return Missing(UNKNOWN_LIST, "lists needs a name: lists.NAME.", _near("", self.known), 0)
        found = self.known.get(path[1])
        if found is None:
            return Missing(UNKNOWN_LIST, f'There is no list "{path[1]}".', _near(path[1], self.known), 1)
        self.read[found.name] = found
        if len(path) == 2:
            return found, found.values
        if len(path) > 3 or path[2] not in found.groups:
            word, part = (path[3], 3) if len(path) > 3 else (path[2], 2)
            return Missing(
                UNKNOWN_GROUP, f'The list "{found.name}" has no group "{word}".', _near(word, found.groups), part
            )
        return found, found.groups[path[2]]

    def options(self, node: Scalar) -> tuple[Option, ...] | Missing:
        """The options that a field's ``options: lists.NAME`` means, as options of that field."""
        found = self.find(tuple(node.text.split(".")))
        if isinstance(found, Missing):
            return found
        listed, members = found
        return tuple(replace(o, place=node.place) for o in listed.options if o.value in members)


def spelled(expression: Expression, lists: Mapping[str, OptionList]) -> Tree:
    """The tree of *expression*, with what it reads of *lists* written out, for those who weigh each case."""
    return _spelled(expression.tree, lists) if ROOT in expression.names else expression.tree


def _spelled(node: Tree, lists: Mapping[str, OptionList]) -> Tree:
    if isinstance(node, All | Any_):
        return node._replace(items=tuple(_spelled(item, lists) for item in node.items))
    if isinstance(node, Not):
        return node._replace(item=_spelled(node.item, lists))
    if isinstance(node, Compare):
        return node._replace(right=_spelled(node.right, lists))
    if isinstance(node, Read) and node.path[0] == ROOT:
        _, name, *group = node.path
        return Items(tuple(Const(v, node.start, node.end) for v in lists[name].members(*group)), node.start, node.end)
    return node
