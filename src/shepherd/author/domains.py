"""
The few values of each name that are worth trying, since conditions tell them apart: the finite abstraction of a flow.

A choice has its options, a number or a date lies on, below and above what it is compared with, a text is what it is
compared with or something else. What a called flow compares counts for what it is given. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from shepherd.author.stand_ins import digits, stand_ins
from shepherd.check.weighing import constant
from shepherd.flow.arithmetic import Span, Unworkable, shift
from shepherd.flow.cells import Unread, guess
from shepherd.flow.cells import read as read_cell
from shepherd.flow.expression import Expression, named
from shepherd.flow.functions import FUNCTIONS, WEEKDAYS
from shepherd.flow.lists import spelled
from shepherd.flow.model import Ask, Call, Do, Field, Flow, HandOn, Lookup, Step
from shepherd.flow.scope import uses
from shepherd.flow.tables import Table
from shepherd.flow.tree import Apply, Compare, Defined, Node, Read, children
from shepherd.flow.types import Refusal, check_field, to_json, to_text
from shepherd.run.keep import fields

if TYPE_CHECKING:
    from shepherd.check.library import Library

Path = tuple[str, ...]
#: What leads a run: words, notes and the inputs of other systems do not.
LEADS = frozenset({"when", "must", "show_if", "with", "set", "until", "returns"})
MOST_VALUES, MOST_CELLS, DEEPEST = 12, 60, 8
#: A number of days is held against the days between two dates; a larger one is a year, or an amount.
MOST_DAYS_BETWEEN = 3_660
TODAY = ("today", "now")


class Domains:
    """
    What is worth trying of a library's names, seen from *at*; of each at *most* so many values.

    *cut* has the names of which there was more on the limits of conditions than was given.
    """

    def __init__(self, library: Library, flows: Iterable[str], at: datetime, most: int = MOST_VALUES):
        self.library, self.at, self.most = library, at, most
        self.flows = {name: library.flows[name] for name in flows}
        self.held: dict[tuple[str, Path], set[Any]] = {}
        self.links: dict[tuple[str, Path], set[tuple[str, Path]]] = {}
        self.cut: set[tuple[str, Path]] = set()
        self._named: dict[str, Mapping[str, tuple[Expression, ...]]] = {}
        for flow in self.flows.values():
            for expression in leading(flow):
                self._look(flow, spelled(expression, flow.lists))
            for table in flow.tables.values():
                for number, expression in enumerate(table.by.values()):
                    self._hold(flow, self._roots(flow, expression.tree), _cells(table, number))
        self._across()

    def leads(self, flow: str, path: Path) -> bool:
        """Whether some condition tells values of *path* apart."""
        return (flow, path) in self.held

    def of(self, flow: str, path: Path, field: Field) -> tuple[Any, ...]:
        """The values to give *field*, read as *path*, as JSON; the first is the plainest, None is nothing given."""
        if not self.leads(flow, path):
            return self._plain(field)[:1]
        constants = set(self.held[flow, path])
        for other in self.links.get((flow, path), ()):
            constants |= self.held.get(other, set())
        found: list[Any] = []
        kinds: dict[Any, Any] = {}
        for value in (*self._plain(field), *self._near(field, constants)):
            given = check_field(field, value)
            if isinstance(given, Refusal) or given is None:
                continue
            kind = self._alike(given, constants)
            if kind not in kinds:
                kinds[kind] = to_json(given)
                found.append(kinds[kind])
        if field.optional or not found:
            found.append(None)
        if field.options or len(found) <= self.most:
            return tuple(found)
        # What lies on a limit tells more than what lies between two of them.
        limits = [value for kind, value in kinds.items() if isinstance(kind, tuple) and 0 in kind and value != found[0]]
        rest = [value for value in found[1:] if value not in limits]
        if len(limits) >= self.most:
            self.cut.add((flow, path))
        some = _spread(limits, self.most - 1)
        return (found[0], *some, *_spread(rest, self.most - 1 - len(some)))

    def _alike(self, value: Any, constants: set[Any]) -> Any:
        """The same for values that no comparison with *constants* tells apart."""
        plain = getattr(value, "amount", value)
        if isinstance(plain, int | Decimal) and not isinstance(plain, bool):
            return tuple((plain > c) - (plain < c) for c in _sorted(constants, int | Decimal))
        if isinstance(plain, date) and not isinstance(plain, datetime):
            return tuple((plain > end) - (plain < end) for end in self._ends(constants))
        return repr(to_json(value))

    def counted(self, flow: str) -> dict[str, int]:
        """The steps whose visits some condition of *flow* counts, each with the number from which on all are alike."""
        found = {}
        for (name, path), held in self.held.items():
            if name == flow and path[0] == "visits" and len(path) == 2:
                found[path[1]] = max((c for c in held if isinstance(c, int)), default=0) + 1
        return found

    def times(self, flow: str) -> tuple[datetime, ...]:
        """When a run may begin so that what it reads of the clock tells apart; the first is the plainest."""
        found = [self.at]
        for name in TODAY:
            for value in sorted(self.held.get((flow, (name,)), ()), key=str):
                if isinstance(value, date):
                    day = value if isinstance(value, datetime) else datetime.combine(value, self.at.time())
                    found += [day.replace(tzinfo=self.at.tzinfo) + timedelta(days=off) for off in (0, -1, 1)]
                elif value in WEEKDAYS:
                    found.append(self.at + timedelta(days=(WEEKDAYS.index(value) - self.at.weekday()) % 7))
                elif isinstance(value, int) and 0 < value < 24:  # an hour
                    found += [self.at.replace(hour=value), self.at.replace(hour=value - 1)]
            for year in _sorted(self.held.get((flow, (name, "year")), set()), int):
                found += [self.at.replace(year=year + off) for off in (0, 1, -1) if 1900 < year < 2200]
        return tuple(dict.fromkeys(found))[: self.most]

    # --- what conditions hold against what -------------------------------------------------------

    def _look(self, flow: Flow, node: Node) -> None:
        """Every comparison in *node*: its names against its constants, and against each other."""
        if isinstance(node, Compare | Apply | Defined | Read):
            names = self._roots(flow, node)
            self._hold(flow, names, self._constants(flow, node))
            for one in names:
                self.links.setdefault((flow.id, one), set()).update((flow.id, other) for other in names - {one})
        if not isinstance(node, Defined):
            for part in children(node):
                self._look(flow, part)

    def _hold(self, flow: Flow, names: Iterable[Path], constants: set[Any]) -> None:
        for name in names:
            self.held.setdefault((flow.id, name), set()).update(constants)

    def _roots(self, flow: Flow, node: Node, depth: int = 0) -> set[Path]:
        """The names that *node* is worked out from; a value or table of the flow stands for what it is made of."""
        found: set[Path] = set()
        if flow.id not in self._named:
            self._named[flow.id] = named(flow)
        made = self._named[flow.id]
        for read in _reads(node):
            parts = made.get(read.path[0])
            if parts is None:
                found.add(read.path)
            elif depth < DEEPEST:
                for part in parts:
                    found |= self._roots(flow, part.tree, depth + 1)
        return found

    def _constants(self, flow: Flow, node: Node, depth: int = 0) -> set[Any]:
        """The constants in *node*, and in the values of the flow that it reads."""
        found = _constants(node)
        for read in _reads(node):
            if depth < DEEPEST and read.path[0] in flow.values:
                for part in self._named[flow.id][read.path[0]]:
                    found |= self._constants(flow, part.tree, depth + 1)
        return found

    def _across(self) -> None:
        """What a called flow holds its inputs against counts for what it is given; what it returns, the other way."""
        for _ in range(3):
            for flow in self.flows.values():
                for step in flow.steps.values():
                    action = step.action
                    self._limited(flow, step)
                    if isinstance(action, Call | HandOn) and action.flow in self.flows:
                        for name, expression in action.args.items():
                            self._share(flow, expression, action.flow, (name,))
                    if isinstance(action, Call) and action.flow in self.flows:
                        self._returned(flow, step, self.flows[action.flow])

    def _limited(self, flow: Flow, step: Step) -> None:
        """What a field is held against counts for the values that limit it: else it could not be given."""
        asked = fields(step)
        for field in asked:
            path = (step.saves,) if isinstance(step.action, Ask) else (step.saves, field.name)
            for limit in (field.minimum, field.maximum):
                if isinstance(limit, str) and (flow.id, path) in self.held:
                    for part in self._named.get(flow.id, {}).get(limit, ()):
                        self._hold(flow, self._roots(flow, part.tree), self.held[flow.id, path])

    def _share(self, flow: Flow, expression: Expression, other: str, path: Path) -> None:
        if (other, path) in self.held:
            self._hold(flow, self._roots(flow, expression.tree), self.held[other, path])

    def _returned(self, flow: Flow, step: Step, called: Flow) -> None:
        for outcome in called.outcomes.values():
            for name, expression in outcome.returns.items():
                held = self.held.get((flow.id, (step.saves, name)))
                if held is not None:
                    self._hold(called, self._roots(called, expression.tree), held)

    # --- values ----------------------------------------------------------------------------------

    def _plain(self, field: Field) -> tuple[Any, ...]:
        """What anybody might give: every option, both of yes and no, or something of the right form."""
        kind, options = field.type.kind, tuple(o.value for o in field.options) or field.type.options
        if kind == "yes_no":
            return (True, False)
        if kind == "many":
            least = field.minimum if isinstance(field.minimum, int) else 0
            some = options or ()
            return (list(some[: max(least, 1)]), [], *([one] for one in some[1:]), list(some))
        if options:
            return options
        if kind == "digits":
            return (digits((field.length or (4, 4))[0] or 1),)
        return tuple(dict.fromkeys(stand_ins(field, "", 1, self.at.date())))[:2]

    def _near(self, field: Field, constants: set[Any]) -> Iterator[Any]:
        kind = field.type.kind
        if kind == "many":
            texts = sorted(c for c in constants if isinstance(c, str))
            yield from ([text] for text in texts)
            yield texts
            return
        for value in sorted(constants, key=lambda c: (str(type(c)), str(c))):
            if kind in ("integer", "number", "money") and isinstance(value, int | Decimal) and value is not True:
                yield from (to_text(value + off) for off in (0, -1, 1) if value is not False)
            elif kind == "date" and isinstance(value, date):
                day = value.date() if isinstance(value, datetime) else value
                yield from ((day + timedelta(days=off)).isoformat() for off in (0, -1, 1))
            elif kind == "datetime" and isinstance(value, date):
                moment = value if isinstance(value, datetime) else datetime.combine(value, self.at.time())
                yield from (to_text((moment + timedelta(days=off)).replace(tzinfo=None)) for off in (0, -1, 1))
            elif isinstance(value, str):
                yield value
        if kind in ("date", "datetime"):
            yield from self._days(constants, kind)

    def _days(self, constants: set[Any], kind: str) -> Iterator[str]:
        """Days as far from today, and from other days, as conditions say, and one more or less."""
        for end in self._ends(constants):
            for off in (0, -1, 1):
                day = datetime.combine(end, self.at.time()) + timedelta(days=off)
                yield to_text(day) if kind == "datetime" else day.date().isoformat()

    def _ends(self, constants: set[Any]) -> tuple[date, ...]:
        """The days at which what conditions say changes: today, those that they name, and so far from these."""
        spans = {c for c in constants if isinstance(c, Span)}
        spans |= {Span(0, abs(c)) for c in _sorted(constants, int) if abs(c) <= MOST_DAYS_BETWEEN}
        days = (self.at.date(), *(d.date() if isinstance(d, datetime) else d for d in _sorted(constants, date)))
        found = dict.fromkeys(days)
        for span in sorted(spans, key=lambda span: span[:3]):
            counted = span._replace(calendar=self.library.policy.calendar)
            for day in days:
                for sign in (1, -1):
                    with suppress(Unworkable):
                        found[shift(day, counted, sign)] = None
        return tuple(found)


def _spread(values: list[Any], most: int) -> list[Any]:
    """At most *most* of *values*, from all over them."""
    return values[:: -(-len(values) // most)] if most > 0 and values else []


def _sorted(constants: set[Any], kind: Any) -> list[Any]:
    return sorted((c for c in constants if isinstance(c, kind) and not isinstance(c, bool)), key=str)


def leading(flow: Flow) -> Iterator[Expression]:
    """Every expression of *flow* by which a run finds its way."""
    for step in flow.steps.values():
        elsewhere = isinstance(step.action, Lookup | Do)
        for use in uses(flow, step):
            if use.role in LEADS and not (elsewhere and use.role == "with"):
                yield use.expression
    for name, parts in named(flow).items():
        if not name.startswith("texts."):
            yield from parts


def _reads(node: Node) -> Iterator[Read]:
    if isinstance(node, Read):
        yield node
    elif isinstance(node, Defined):
        yield node.read
    else:
        for part in children(node):
            yield from _reads(part)


def _constants(node: Node) -> set[Any]:
    """The constants in *node*; a length of time as such."""
    if isinstance(node, Apply) and FUNCTIONS[node.function].gives == "duration":
        return {span for arg in node.args for number in constant(arg) for span in _span(node.function, number)}
    value = constant(node)
    if value:
        return {value[0]}
    return {found for part in children(node) for found in _constants(part)}


def _span(unit: str, count: Any) -> Iterator[Span]:
    """So many days, weeks, months, years or working days; the last without the calendar by which they are counted."""
    with suppress(Unworkable):
        yield Span(0, 0, count) if unit == "workdays" else FUNCTIONS[unit].work(count)


def _cells(table: Table, column: int) -> set[Any]:
    """The ends of the cells of a column, as values."""
    written = list(dict.fromkeys(row[column] for row in table.rows))[:MOST_CELLS]
    kind = guess(written)
    read_cells = (read_cell(one, kind) for one in written)
    spans = (span for cell in read_cells if cell is not None and not isinstance(cell, Unread) for span in cell)
    return {bound[1] for span in spans for bound in (span.low, span.high) if len(bound) > 1}
