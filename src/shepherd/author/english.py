"""Expressions as English: what a value is and when a condition holds, in words that can be read aloud."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from shepherd.author import spoken
from shepherd.author.clauses import ASKED, TIMES, clause
from shepherd.author.spoken import listed, named, owned, quoted, seen
from shepherd.flow.functions import SAID
from shepherd.flow.infer import Infer
from shepherd.flow.languages import language_in_english
from shepherd.flow.model import Ask, Flow
from shepherd.flow.shown import many
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
from shepherd.flow.types import Type
from shepherd.flow.words import Text

SUMMED = {"+": "{0} plus {1}", "-": "{0} minus {1}", "*": "{0} times {1}", "/": "{0} divided by {1}"}
SUMMED |= {"//": "how many times {1} goes into {0}", "%": "what is left of {0} divided by {1}"}
SPANS = {"days": "day", "weeks": "week", "months": "month", "years": "year", "workdays": "working day"}
#: A function that is a value. The others, spans and rounding, have words of their own below.
GIVEN: Mapping[str, str] = {
    "date": "the date of the year {0}, the month {1} and the day {2}",
    "year": "the year of {0}",
    "month": "the number of the month of {0}",
    "day": "the day of the month of {0}",
    "hour": "the hour of {0}",
    "weekday": "the weekday of {0}",
    "end_of_month": "the last day of the month of {0}",
    "weekdays_between": "the number of weekdays from {0} up to and without {1}",
    "abs": "{0} without its sign",
    "count": "the number of entries in {0}",
    "lower": "{0} in small letters",
    "length": "the number of characters in {0}",
}
ROUNDED = {"round": "rounded", "round_down": "rounded down", "round_up": "rounded up"}
#: How a filter shows a value in a text.
SHOWN: Mapping[str, str] = {
    "date": "as a date",
    "time": "as hours and minutes",
    "datetime": "as a date and a time",
    "money": "as an amount of money",
    "number": "as a number",
    "mask": "with all but its end hidden",
    "join": "one after the other",
}


class English:
    """
    Says the expressions and texts of one flow.

    *types* are the names that the flow reads, as the checks infer them. ``holds(node)`` is a clause ("the line's
    status is “down”"), ``fails(node)`` its opposite, ``value(node)`` a noun ("the line's status"), ``words(text)`` a
    text with its values in braces. Nothing is worked out, and the same tree always gives the same words.
    """

    def __init__(self, flow: Flow, types: Mapping[str, Type]):
        self._flow, self._types = flow, types
        self._asked = {s.id for s in flow.steps.values() if isinstance(s.action, Ask) and s.saves == s.id}

    def value(self, node: Node) -> str:
        """*node* as a noun."""
        return VALUE[type(node)](self, node)

    def holds(self, node: Node) -> str:
        """*node* as a clause that may be true."""
        return clause(self, node, True)

    def fails(self, node: Node) -> str:
        """The clause that is true where *node* is not."""
        return clause(self, node, False)

    def words(self, text: Text) -> str:
        """*text* in quotation marks, what will be filled in between braces; words by cases one after the other."""
        if text.cases:
            said = [
                f"{self.words(words)} if {self.holds(when.tree)}" if when else f"otherwise {self.words(words)}"
                for when, words in text.cases
            ]
            return "; ".join(said)
        pieces = [p if isinstance(p, str) else f"{{{self.value(p.tree)}}}" for p in text.pieces]
        return quoted("".join(pieces))

    def kind(self, node: Node) -> str:
        """The kind of *node*'s type, as the checks infer it."""
        return Infer(self._types).of(node).kind

    def is_value(self, node: Read) -> bool:
        """Whether *node* reads one of the flow's own values."""
        return len(node.path) == 1 and node.path[0] in self._flow.values

    # --- nouns -------------------------------------------------------------------------------------

    def _part(self, node: Node) -> str:
        """*node* as part of something larger: in brackets where it has parts itself."""
        words = self.value(node)
        return f"({words})" if isinstance(node, (Sum, Choose, All, Any_, Compare, Not, Defined)) else words

    def _constant(self, node: Const) -> str:
        if isinstance(node.value, bool):
            return "yes" if node.value else "no"
        return quoted(node.value) if isinstance(node.value, str) else format(node.value, "f" * _exact(node.value))

    def _read(self, node: Read) -> str:
        root, *rest = node.path
        if root in SPECIAL and rest:
            return SPECIAL[root](rest)
        if self.is_value(node) and self.kind(node) == "yes_no":
            return f"whether {named(root)} holds"
        if root in self._asked:
            first = f"the answer to {seen(root)}"
        elif root in self._flow.steps:
            first = seen(root)
        else:
            first = root if root in ("today", "now") else f"the {named(root)}"
        return owned(first, rest)

    def _items(self, node: Items) -> str:
        return listed([self.value(item) for item in node.items], "and")

    def _sum(self, node: Sum) -> str:
        left, right = node.left, node.right
        if node.op in ("+", "-") and isinstance(right, Apply) and right.function in SPANS:
            return f"{self.value(right)} {'after' if node.op == '+' else 'before'} {self.value(left)}"
        if self._between(node):
            return f"the number of days from {self._part(right)} to {self._part(left)}"
        alike = (
            isinstance(left, Sum)
            and not self._between(left)
            and (left.op in "+-" if node.op in "+-" else left.op == "*" and node.op in "*/")
        )
        return SUMMED[node.op].format(self.value(left) if alike else self._part(left), self._part(right))

    def _between(self, node: Sum) -> bool:
        """Whether *node* is the number of days between two."""
        return node.op == "-" and self.kind(node.left) in TIMES and self.kind(node.right) in TIMES

    def _minus(self, node: Minus) -> str:
        return f"minus {self._part(node.item)}"

    def _choose(self, node: Choose) -> str:
        return f"{self._part(node.yes)} if {self.holds(node.test)}, and otherwise {self._part(node.no)}"

    def _truth(self, node: Node) -> str:
        return f"whether {self.holds(node)}"

    def _apply(self, node: Apply) -> str:
        name, args = node.function, node.args
        if name in ASKED:
            return self._truth(node)
        if name in SPANS:
            return self._amount(args[0], SPANS[name])
        if name == "date" and (written := _date(args)) is not None:
            return spoken.day(written)
        if name in ROUNDED:
            to = f"{self._amount(args[1], 'place')} behind the point" if args[1:] else "a whole number"
            return f"{self._part(args[0])} {ROUNDED[name]} to {to}"
        said = [self.value(arg) for arg in args]
        if name in ("min", "max"):
            most = {"min": ("smaller", "smallest"), "max": ("larger", "largest")}[name]
            return f"the {most[len(said) > 2]} of {listed(said, 'and')}"
        if name == "weekdays_between" and args[2:]:
            return "the number of those days of the week in {2} from {0} up to and without {1}".format(*said)
        return GIVEN[name].format(*said) if name in GIVEN else f"{named(name)} of {listed(said, 'and')}"

    def _amount(self, node: Node, unit: str) -> str:
        if isinstance(node, Const) and isinstance(node.value, int):
            return many(node.value, unit)
        return f"{self._part(node)} {unit}s"

    def _filtered(self, node: Filtered) -> str:
        said = f"{self.value(node.item)}, {SHOWN.get(node.filter, f'as {named(node.filter)}')}"
        if node.filter in SAID and node.args and isinstance(node.args[0], Const):
            return f"{said}, in {language_in_english(str(node.args[0].value))}"
        return f"{said} ({listed([self.value(arg) for arg in node.args], 'and')})" if node.args else said


def _exact(value: int | Decimal) -> int:
    """Whether *value* may have a fraction, which is shown without an exponent."""
    return int(isinstance(value, Decimal))


def _date(args: Sequence[Node]) -> date | None:
    numbers = [arg.value for arg in args if isinstance(arg, Const) and isinstance(arg.value, int)]
    try:
        return date(*numbers) if len(numbers) == 3 else None
    except (ValueError, OverflowError):
        return None


def _assurance(path: Iterable[str]) -> str:
    first, *rest = path
    return owned(f"the {named(first)}", rest)


def _list(path: list[str]) -> str:
    return "".join(f"the group {seen(group)} of " for group in path[1:]) + f"the list {seen(path[0])}"


#: What may be read below a name of the language.
SPECIAL: Mapping[str, Callable[[list[str]], str]] = {
    "attempts_left": lambda path: f"the number of tries left at {seen('.'.join(path))}",
    "visits": lambda path: f"the number of visits to {seen('.'.join(path))}",
    "assured": lambda path: f"whether {_assurance(path)} is established",
    "lists": _list,
    "texts": lambda path: f"the words of {seen('.'.join(path))}",
}
#: One row per node: its words as a noun.
VALUE: Mapping[type, Callable[[English, Any], str]] = {
    Const: English._constant,
    Read: English._read,
    Items: English._items,
    Not: English._truth,
    All: English._truth,
    Any_: English._truth,
    Compare: English._truth,
    Defined: English._truth,
    Sum: English._sum,
    Minus: English._minus,
    Choose: English._choose,
    Apply: English._apply,
    Filtered: English._filtered,
}
