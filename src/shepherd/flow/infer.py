"""The type of an expression, and what in it does not fit together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, NamedTuple

from shepherd.flow.dates import COUNT_FROM, MAY_BE_NO_DAY, may_be_no_day, no_such_day
from shepherd.flow.findings import allowed, nearest
from shepherd.flow.functions import FILTER_TAKES, FUNCTIONS, SAID, WEEKDAYS
from shepherd.flow.lists import ROOT
from shepherd.flow.mending import compared, days, each, within
from shepherd.flow.saying import SAYINGS
from shepherd.flow.tree import (
    All,
    Any_,
    Apply,
    Choose,
    Compare,
    Const,
    Defined,
    Filtered,
    Items,
    Minus,
    Node,
    Not,
    Read,
    Sum,
)
from shepherd.flow.types import NUMBERS, TEXTS, Type

ANY = Type("any", name="any")
#: A number in one case and a text in another: it can be shown, and nothing else be done with it.
MIXED = Type("any", name="mixed")
COUNTED = ("visits", "attempts_left", "assured")
YES_NO = Type("yes_no", name="yes_no")
INTEGER = Type("integer", name="integer")
NUMBER = Type("number", name="number")
TEXT = Type("text", name="text")
DURATION = Type("duration", name="duration")
MOMENTS = frozenset({"date", "datetime", "time"})
LISTS = frozenset({"list", "many"})
ORDERED = ("<", "<=", ">", ">=")
SAME = {"text": TEXTS, "choice": TEXTS, "digits": TEXTS, "integer": NUMBERS, "number": NUMBERS, "money": NUMBERS}
_RECKONED = "Numbers, amounts, days and lengths of time can be reckoned with."


class Misfit(NamedTuple):
    """What does not fit: a kind (``type``, ``value``, ``currency``, ``day``), the sentence, a hint, and where."""

    kind: str
    sentence: str
    hint: str
    start: int
    end: int


class Infer:
    """Infers types over *names*; collects misfits on the way."""

    def __init__(self, names: Mapping[str, Type]):
        self.names = names
        self.misfits: list[Misfit] = []

    def of(self, node: Node) -> Type:
        """The type of *node*; ``any`` where it can't be told."""
        return INFER[type(node)](self, node)

    def wrong(self, node: Node, sentence: str, hint: str, kind: str = "type") -> None:
        misfit = Misfit(kind, sentence, hint, node.start, node.end)
        if misfit not in self.misfits:  # some parts are looked at twice
            self.misfits.append(misfit)

    def needs(self, node: Node, kinds: frozenset[str] | set[str], what: str, mend: str = "") -> Type:
        """The type of *node*, which has to be one of *kinds*; *mend* is what to do where it is not."""
        type_ = self.of(node)
        if self.mixes(node, type_):
            return type_
        if type_.kind not in kinds and type_.kind != "any":
            hint = 'Compare it with something: x == "yes".' if what == "a yes or no" else f"Name {what}."
            self.wrong(node, f"This is {type_.words}, where {what} is needed.", mend or hint)
        return type_

    def mixes(self, node: Node, type_: Type) -> bool:
        """Whether *node* is of one kind in one case and of another in the other; then nothing can be done with it."""
        if type_.name != MIXED.name:
            return False
        self.wrong(node, "This is of one kind in one case, and of another in the other.", "Give both the same kind.")
        return True

    # --- one row per node --------------------------------------------------------------------------

    def const(self, node: Const) -> Type:
        if isinstance(node.value, bool):
            return YES_NO
        if isinstance(node.value, int):
            if node.value == 0 and node.end - node.start > 1:  # 1,000 among several values is 1 and 000
                hint = "Is it the end of a number, like 1000? Then nothing stands between its digits."
                self.wrong(node, "These zeros are a number of their own here.", hint)
            return INTEGER
        return NUMBER if isinstance(node.value, Decimal) else TEXT

    def read(self, node: Read) -> Type:
        root, *rest = node.path
        if root in COUNTED:
            return INTEGER
        if root == "texts":
            return TEXT
        type_ = self.names.get(root, ANY)
        for part in rest:
            if type_.kind == "record" or root == ROOT:
                type_ = (type_.fields or {}).get(part, ANY)
            else:
                return ANY
        return type_

    def items(self, node: Items) -> Type:
        types = [self.of(item) for item in node.items]
        return Type("list", item=types[0], name="list")

    def truth(self, node: Node) -> Type:
        """``and``, ``or``, ``not``: each part is a yes or no; an assurance's level counts as one."""
        parts = node.items if isinstance(node, All | Any_) else (node.item,) if isinstance(node, Not) else ()
        for part in parts:
            if not (isinstance(part, Read) and part.path[0] == "assured"):
                self.needs(part, {"yes_no"}, "a yes or no", each(parts, part))
        return YES_NO

    def defined(self, node: Defined) -> Type:
        return YES_NO

    def compare(self, node: Compare) -> Type:
        left, right = self.of(node.left), self.of(node.right)
        if self.mixes(node.left, left) or self.mixes(node.right, right):
            return YES_NO
        if node.op in ("in", "not in"):
            self._in(node, left, right)
        elif "any" not in (left.kind, right.kind):
            if right.kind not in SAME.get(left.kind, {left.kind}):
                hint = compared(left, right, node.right) or compared(right, left, node.left)
                self.wrong(node, f"{_capital(left.words)} can't be compared with {right.words}.", hint)
            elif differ(left, right):
                self.mixed(node, left, right)
            elif node.op in ORDERED and left.kind in ("yes_no", "record", "list", "many"):
                self.wrong(node, f"There is no order in {left.words}.", "Compare it with == or !=.")
            else:
                self.option(left, node.right)
                self.option(right, node.left)
        return YES_NO

    def _in(self, node: Compare, left: Type, right: Type) -> None:
        if right.kind not in ("list", "many", "any"):
            hint = within(right, node.left, node.right)
            self.wrong(node.right, f"This is {right.words}, where a list is needed.", hint)
        elif right.kind == "many":
            if left.kind not in TEXTS and left.kind != "any":
                self.wrong(node.left, f"{_capital(left.words)} is never among {right.words}.", "Look for a text in it.")
            self.option(right, node.left)
        elif isinstance(node.right, Items):
            for item in node.right.items:
                type_ = self.of(item)
                if "any" not in (left.kind, type_.kind) and type_.kind not in SAME.get(left.kind, {left.kind}):
                    self.wrong(item, f"{_capital(left.words)} is never {type_.words}.", f"Write {left.words} here.")
                elif differ(left, type_):
                    self.mixed(item, left, type_)
                self.option(left, item)
        elif right.kind == "list" and right.item is not None:
            self._among(node, left, right.item)

    def _among(self, node: Compare, left: Type, item: Type) -> None:
        """What is looked for in a list may be there: it has the kind of its items, and an option in common."""
        if "any" not in (left.kind, item.kind) and item.kind not in SAME.get(left.kind, {left.kind}):
            self.wrong(node.right, f"{_capital(left.words)} is never {item.words}.", f"Look for {item.words} there.")
        elif left.options and item.options and not any(option in item.options for option in left.options):
            hint = "Name a list that has some."
            self.wrong(node.right, "None of the values that this may have is in the list.", hint, kind="value")
        else:
            self.option(item, node.left)

    def mixed(self, node: Node, one: Type, other: Type) -> None:
        """Say that amounts in two currencies meet."""
        sentence = f"An amount in {one.currency} and one in {other.currency} don't go together."
        self.wrong(node, sentence, "Let a connector change the one into the other first.", kind="currency")

    def option(self, type_: Type, node: Node) -> None:
        """A constant that is compared with a choice has to be one of its options."""
        if (
            type_.options
            and isinstance(node, Const)
            and isinstance(node.value, str)
            and node.value not in type_.options
        ):
            hint = nearest(node.value, type_.options) or f"Values: {allowed(type_.options)}."
            self.wrong(node, f'"{node.value}" is not one of its values.', hint, kind="value")

    def sum(self, node: Sum) -> Type:
        if isinstance(node.right, Filtered) and (left := self.of(node.left)).kind not in TEXTS | {"any"}:
            hint = f"Put what is worked out into brackets: (…) | {node.right.filter}."
            self.wrong(node, f'The filter "{node.right.filter}" takes only what stands right before it.', hint)
            return ANY
        left, right = self.of(node.left), self.of(node.right)
        kinds = (left.kind, right.kind)
        if self.mixes(node.left, left) or self.mixes(node.right, right) or "any" in kinds:
            return ANY
        made = _sum_of(node.op, left, right)
        if made is None:
            hint = days(left, node.op, node.right, right) or _RECKONED
            self.wrong(node, f'"{node.op}" does not work on {left.words} and {right.words}.', hint)
            return ANY
        if differ(left, right):
            self.mixed(node, left, right)
        return made

    def minus(self, node: Minus) -> Type:
        return self.needs(node.item, set(NUMBERS), "a number")

    def choose(self, node: Choose) -> Type:
        self.needs(node.test, {"yes_no"}, "a yes or no")
        yes, no = self.of(node.yes), self.of(node.no)
        if MIXED.name in (yes.name, no.name):
            return MIXED
        if yes.kind == no.kind:
            return either(yes, no)
        if yes.kind in NUMBERS and no.kind in NUMBERS:
            return NUMBER
        if yes.kind in TEXTS and no.kind in TEXTS:
            return TEXT
        return MIXED if "any" not in (yes.kind, no.kind) else ANY

    def apply(self, node: Apply) -> Type:
        function = FUNCTIONS[node.function]
        types = []
        for place, arg in enumerate(node.args):
            wanted = function.takes[min(place, len(function.takes) - 1)]
            what = "a number or a date" if wanted == "ordered" else Type(wanted.rstrip("*")).words
            types.append(self.needs(arg, TAKES.get(wanted, {wanted}), what))
        if node.function == "date" and (wrong := no_such_day(node.args)):
            self.wrong(node, *wrong, kind="day")
        elif node.function == "date" and may_be_no_day(node.args):
            self.wrong(node, MAY_BE_NO_DAY, COUNT_FROM, kind="perhaps")
        if function.gives == "same":
            return self._alike(node, types)
        if node.function == "weekday":
            return Type("choice", options=WEEKDAYS, name="choice")
        if function.takes == ("list", "list"):
            self._listed(node, types)
        if node.function == "weekdays_between":
            self._weekdays(node.args[2:], types[2:])
        if function.gives == "number" and len(node.args) == 1:
            return INTEGER
        return Type(function.gives, name=function.gives)

    def _alike(self, node: Apply, types: list[Type]) -> Type:
        """What a function gives whose arguments are all of one kind, and whose result is one of them."""
        first = types[0]
        for arg, type_ in zip(node.args[1:], types[1:], strict=True):
            if "any" in (first.kind, type_.kind):
                return ANY
            if type_.kind not in SAME.get(first.kind, {first.kind}):
                hint = f"Give it {first.words}."
                self.wrong(arg, f"{_capital(first.words)} can't be compared with {type_.words}.", hint)
                return ANY
            if differ(first, type_):
                self.mixed(arg, first, type_)
            first = replace(either(first, type_), currency=first.currency or type_.currency)
        return first if first.kind in NUMBERS | MOMENTS else ANY

    def _weekdays(self, args: tuple[Node, ...], types: list[Type]) -> None:
        """The days of the week that are counted are written as ``weekday`` gives them."""
        for arg, type_ in zip(args, types, strict=True):
            written = [i for i in arg.items if isinstance(i, Const)] if isinstance(arg, Items) else []
            options = (type_.options or ()) if type_.kind == "many" else ()
            named = [(i, str(i.value)) for i in written] + [(arg, name) for name in options]
            for node, name in named:
                if name not in WEEKDAYS:
                    self.wrong(node, f'"{name}" is not a day of the week.', f"Days: {', '.join(WEEKDAYS)}.")

    def _listed(self, node: Apply, types: list[Type]) -> None:
        """The constants of a written list have to be values of the choice that it is held against."""
        for known, items in ((types[0], node.args[1]), (types[1], node.args[0])):
            if known.kind == "many" and isinstance(items, Items):
                for item in items.items:
                    self.option(known, item)

    def _language(self, node: Filtered) -> None:
        """What a day or hour is said in is one language, by its tag."""
        first, *more = node.args
        known = isinstance(first, Const) and first.value in SAYINGS
        if more or not known:
            wanted = ", ".join(f'"{tag}"' for tag in SAYINGS)
            sentence = f"The filter {node.filter} takes one language of these: {wanted}."
            self.wrong(more[0] if known else first, sentence, f"Without a language, write {node.filter} alone.")

    def filtered(self, node: Filtered) -> Type:
        kinds = FILTER_TAKES[node.filter]
        type_ = self.needs(node.item, set(kinds), f"{Type(kinds[0]).words} for the filter {node.filter}")
        if node.filter in SAID and node.args:
            self._language(node)
        if node.filter == "money" and node.args and isinstance(node.args[0], Const):
            shown = Type("money", currency=str(node.args[0].value))
            if differ(type_, shown):
                self.mixed(node, type_, shown)
        return TEXT


def _sum_of(op: str, left: Type, right: Type) -> Type | None:
    """What *op* makes of two types; None where it makes nothing."""
    if left.kind in NUMBERS and right.kind in NUMBERS:
        both = left.kind == right.kind == "integer"
        if both and op != "/":
            return INTEGER
        return replace(INTEGER if op == "//" else NUMBER, currency=_currency_of(op, left, right))
    dates = ("date", "datetime")
    if left.kind in dates and right.kind == "duration" and op in "+-":
        return left
    if left.kind in dates and right.kind in dates and op == "-":
        return INTEGER
    if left.kind == right.kind == "duration" and op == "+":
        return DURATION
    return TEXT if left.kind in TEXTS and right.kind in TEXTS and op == "+" else None


def _currency_of(op: str, left: Type, right: Type) -> str:
    """The currency of a sum; a share of an amount is one, an amount by an amount is a plain number."""
    if op in ("*", "/", "//") and left.currency and right.currency:
        return ""
    return left.currency if op in ("/", "//") else left.currency or right.currency


def differ(one: Type, other: Type) -> bool:
    """Whether both are amounts, or worked out from such, and in two currencies."""
    return bool(one.currency and other.currency and one.currency != other.currency)


def either(one: Type, other: Type) -> Type:
    """The type of what is the one or the other; both are of one kind, or numbers."""
    if one == other:
        return one
    currency = one.currency if one.currency == other.currency else ""
    kind = one.kind if one.kind == other.kind else "number"
    return Type(kind, name=one.name if kind == one.kind else kind, fields=one.fields, currency=currency)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


TAKES: Mapping[str, frozenset[str]] = {
    "number*": NUMBERS,
    "ordered": NUMBERS | MOMENTS,
    "text": TEXTS,
    "date": frozenset({"date", "datetime"}),
    "time": frozenset({"time", "datetime"}),
    "list": LISTS,
}
INFER: dict[type, Callable[[Infer, Any], Type]] = {
    Const: Infer.const,
    Read: Infer.read,
    Items: Infer.items,
    Not: Infer.truth,
    All: Infer.truth,
    Any_: Infer.truth,
    Defined: Infer.defined,
    Compare: Infer.compare,
    Sum: Infer.sum,
    Minus: Infer.minus,
    Choose: Infer.choose,
    Apply: Infer.apply,
    Filtered: Infer.filtered,
}
