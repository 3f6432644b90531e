"""Tables: cells that fit their columns, rows that do not get in each other's way, and whether some row always fits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from shepherd.check.gaps import Gaps, Unknown
from shepherd.check.overlaps import Pairs
from shepherd.flow.cells import ANY, Cell, Unread, Written, currencies, guess, key_of, kind_of, reads_as_span, within
from shepherd.flow.expression import Expression
from shepherd.flow.findings import Finding, Place, Rule, allowed, nearest
from shepherd.flow.infer import Infer
from shepherd.flow.model import Ask, Collect, Field, Flow, Set
from shepherd.flow.money import CURRENCIES
from shepherd.flow.scope import Around
from shepherd.flow.tables import MOST_FINDINGS, WRONG_COLUMNS, Table
from shepherd.flow.tree import Read
from shepherd.flow.types import Refusal, Type

if TYPE_CHECKING:
    from shepherd.flow.draft import Draft

WRONG_CELL = Rule(
    "SHP345",
    "wrong-cell",
    "error",
    "A cell is any, a value, a span or a list of them, of the kind that its column is looked into by or gives.",
)
OVERLAP = Rule(
    "SHP346",
    "rows-overlap",
    "error",
    "A table with `unique: true` has no two rows that the same values fit: which one held would hang on their order.",
)
NEVER_REACHED = Rule(
    "SHP347",
    "row-never-reached",
    "warning",
    "The first row that fits gives the values, so a row that an earlier one covers whole is never reached.",
)
RULES = (WRONG_CELL, OVERLAP, NEVER_REACHED)


def tables(draft: Draft) -> Iterator[Finding]:
    """What is wrong in the rows of tables."""
    around = Around(draft.flows, draft.policy, draft.connectors)
    for flow in draft.flows.values():
        for table in flow.tables.values():
            yield from _Checked(flow, table, around.types(flow)).findings()
            table.finder.forget()


def column_types(table: Table, types: Mapping[str, Type]) -> list[Type]:
    """What the columns of *table* are looked into by; *types* are those of its flow's names."""
    return [Infer(types).of(expression.tree) for expression in table.by.values()]


def gap_of(flow: Flow, table: Table, types: Mapping[str, Type]) -> str | None:
    """
    Words for values that fit no row of *table*, empty where that is not known; None where some row always fits.

    *types* are those of the names of *flow*. A table with cells that can't be read has none: that is told elsewhere.
    """
    width = len(table.by)
    if any(takes_any(row[0]) and all(map(takes_any, row[:width])) for row in reversed(table.rows)):
        return None
    columns = column_types(table, types)
    if any(kind_of(type_) is None and type_.kind != "any" for type_ in columns):
        return None
    kinds = kinds_of(table, columns)
    for n, (name, kind, type_) in enumerate(zip(table.by, kinds, columns, strict=True)):
        if kind == "text" and not type_.options and not any(takes_any(row[n]) for row in table.rows):
            return f"{name} another text"
    read = [table.finder.column(n, kind) for n, kind in enumerate(kinds)]
    if any(cell.__class__ is Unread for column in read for cell in column):
        return None
    rows: Any = list(zip(*read, strict=True))
    try:
        limits = [limits_of(flow, e, kind) for e, kind in zip(table.by.values(), kinds, strict=True)]
        steps = [Decimal(1).scaleb(-CURRENCIES.get(t.currency, 2)) if t.kind == "money" else None for t in columns]
        found = Gaps(rows, kinds, [type_.cases for type_ in columns], limits, steps).first()
    except Unknown:
        return ""
    return None if found is None else ", ".join(f"{n} {words}" for n, words in zip(table.by, found, strict=True))


def limits_of(flow: Flow, expression: Expression, kind: str) -> tuple[Any, Any]:
    """The least and the greatest that *expression* may be by the rules of the fields it reads; None where unknown."""
    fields = fields_of(flow, expression.tree.path) if isinstance(expression.tree, Read) else []
    limits = []
    for ends, outer in ([f.minimum for f in fields], min), ([f.maximum for f in fields], max):
        known = bool(ends) and all(end is not None and not isinstance(end, str) for end in ends)
        keys = [key_of(end) for end in ends] if known else []
        fits = keys and all(found == ("number" if kind == "integer" else kind) for found, _ in keys)
        limits.append(outer(key for _, key in keys) if fits else None)
    return limits[0], limits[1]


def fields_of(flow: Flow, path: tuple[str, ...]) -> list[Field]:
    """The fields that *path* may be the value of; none where something else may have given it."""
    root, *rest = path
    if root in flow.inputs:
        return [flow.inputs[root]]
    found: list[Field] = []
    for step in flow.steps.values():
        action = step.action
        if isinstance(action, Set) and root in action.values:
            return []
        if step.saves != root or step.verb in ("message", "decide", "end"):
            continue
        if isinstance(action, Ask) and not rest:
            found.append(action.field)
        elif isinstance(action, Collect) and len(rest) == 1 and rest[0] in action.fields:
            found.append(action.fields[rest[0]])
        else:
            return []
    return found


def takes_any(written: Written) -> bool:
    """Whether a cell is ``any``."""
    return written.__class__ is str and written.strip() == ANY


def kinds_of(table: Table, columns: Sequence[Type]) -> list[str]:
    """How the cells of each column are read; by themselves, where it is not known what they are held against."""
    return [kind_of(type_) or guess([row[n] for row in table.rows]) for n, type_ in enumerate(columns)]


class _Checked:
    """One table of one flow."""

    def __init__(self, flow: Flow, table: Table, types: Mapping[str, Type]):
        self.flow, self.table = flow, table
        self.types = column_types(table, types)
        self.width = len(table.by)

    def findings(self) -> Iterator[Finding]:
        odd = [column for column, type_ in enumerate(self.types) if kind_of(type_) is None and type_.kind != "any"]
        expressions = list(self.table.by.values())
        for column in odd:
            yield self.no_column(expressions[column], self.types[column])
        if odd:
            return
        kinds = kinds_of(self.table, self.types)
        wrong = list(self.gives())
        cells: list[list[Cell]] = []
        for column, kind in enumerate(kinds):
            read_, found = self.column(column, kind)
            cells.append(read_)
            wrong += found
        yield from sorted(wrong, key=lambda finding: finding.order)[:MOST_FINDINGS]
        if not wrong:
            yield from self.rows(list(zip(*cells, strict=True)))

    def at(self, rule: Rule, place: Place, message: str, hint: str) -> Finding:
        file = self.table.file or self.flow.file
        return rule.at(place, message, file=file, hint=hint, flow=self.flow.id)

    def no_column(self, expression: Expression, type_: Type) -> Finding:
        message = f"This is {type_.words}: no cell can be held against it."
        hint = "Look into the table by one of its fields." if type_.kind == "record" else ""
        return WRONG_COLUMNS.at(expression.place, message, file=self.flow.file, hint=hint, flow=self.flow.id)

    # --- cells -------------------------------------------------------------------------------------

    def column(self, column: int, kind: str) -> tuple[list[Cell], list[Finding]]:
        """The cells of a column that is looked into, and what is wrong with them."""
        cells: Any = self.table.finder.column(column, kind)
        known: dict[Written, Cell | Unread] = {}
        found: list[Finding] = []
        for number, (row, cell) in enumerate(zip(self.table.rows, cells, strict=True)):
            written = row[column]
            if written not in known:
                known[written] = self.cell(written, cell, kind, self.types[column])
            wrong = known[written]
            if wrong.__class__ is Unread and len(found) < MOST_FINDINGS:
                found.append(self.at(WRONG_CELL, self.table.at(number, column), *wrong))
        return cells, found

    def cell(self, written: Written, cell: Cell | Unread, kind: str, type_: Type) -> Cell | Unread:
        """*cell*, or why it does not fit its column."""
        if cell is None or isinstance(cell, Unread):
            return cell
        if kind == "text":
            return _of_texts(written, cell, type_)
        other = currencies(written) - {type_.currency} if type_.kind == "money" else set()
        if other:
            return Unread(f"This is in {min(other)}, but the column is in {type_.currency}.")
        return cell

    def gives(self) -> Iterator[Finding]:
        """The cells that are given, each by the rules of its column."""
        for column, (name, field) in enumerate(self.table.gives.items(), self.width):
            known: dict[Written, Any] = {}
            found = 0
            for number, row in enumerate(self.table.rows):
                written = row[column]
                if written not in known:
                    known[written] = self.table.given(name, written)
                value = known[written]
                if isinstance(value, Refusal) and found < MOST_FINDINGS:
                    found += 1
                    shown = written if isinstance(written, str) else "|".join(written)
                    message = f'"{shown[:40]}" can\'t be given as {field.type.words} in the column "{name}".'
                    if value.code == "required":
                        message = f'This cell of the column "{name}" is empty.'
                    yield self.at(WRONG_CELL, self.table.at(number, column), message, _hint(value, shown, field.type))

    # --- rows --------------------------------------------------------------------------------------

    def rows(self, rows: Sequence[tuple[Cell, ...]]) -> Iterator[Finding]:
        """Rows that an earlier row covers, and rows that share values where that is forbidden."""
        pairs = Pairs(rows)
        met, covered = 0, set()
        for first, second in pairs.meeting():
            if self.table.unique:
                met += 1
                message = f"This row and {self.row(first)} fit the same values."
                yield self.at(OVERLAP, self.table.at(second, 0), message, "Draw their cells apart, or take one out.")
                if met == MOST_FINDINGS:
                    return
            elif second not in covered and all(map(within, rows[second], rows[first])):
                covered.add(second)
                message = f"{self.row(first).capitalize()} takes all that this row would take."
                yield self.at(
                    NEVER_REACHED, self.table.at(second, 0), message, "Put this row before it, or take it out."
                )
                if len(covered) == MOST_FINDINGS:
                    return
        if pairs.exhausted and self.table.unique:
            message = "These rows are too entangled to be proved apart."
            yield OVERLAP.at(
                self.table.place, message, file=self.flow.file, hint="Split the table in two.", flow=self.flow.id
            )

    def row(self, number: int) -> str:
        return f"the row in line {self.table.at(number, 0).line}"


def _of_texts(written: Written, cell: Cell, type_: Type) -> Cell | Unread:
    """A cell of texts: an option of its column where that has some, and never a span, as texts have no order."""
    for part in (written,) if isinstance(written, str) else written:
        text = part.strip()
        if type_.options:
            if text not in type_.options:
                hint = nearest(text, type_.options) or f"Values: {allowed(type_.options)}."
                return Unread(f'"{text[:40]}" is not one of the values that this column may have.', hint)
        elif reads_as_span(text):
            return Unread(
                f'"{text[:40]}" is a span, but this column has texts.', "Look into the table by a number or a date."
            )
    return cell


def _hint(refusal: Refusal, shown: str, type_: Type) -> str:
    return (nearest(shown, type_.options) if type_.options else "") or refusal.sentence
