"""Parsers of single texts: expressions, words, values, cells, rows, patterns, spans of time."""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, time
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any

import yaml

from shepherd.flow import cells, rows
from shepherd.flow.arithmetic import Undefined, Unworkable
from shepherd.flow.calendar import Calendar, duration
from shepherd.flow.canonical import canonical
from shepherd.flow.compile import Code
from shepherd.flow.expression import Expression, parse
from shepherd.flow.findings import Place
from shepherd.flow.functions import FILTERS, FUNCTIONS
from shepherd.flow.given import Malformed, seconds
from shepherd.flow.infer import COUNTED, Infer
from shepherd.flow.money import Money
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
    Node,
    Not,
    Read,
    Sum,
    walk,
)
from shepherd.flow.types import KIND_OF, Refusal, Type, from_json, matches, parse_value, pattern_error, to_json, to_text
from shepherd.flow.words import parse_text
from tests.fuzz import grammar
from tests.fuzz.parser import ROOT, Broken, Parser, inside, same, shown, split_head, text_of, told

FILE = "f.yaml"
OPTIONS = ("a", "b", "c d")
TYPES: dict[str, Type] = {
    "n": Type.named("integer"),
    "x": Type.named("number"),
    "m": Type.named("money"),
    "t": Type.named("text"),
    "c": Type.named("choice", options=OPTIONS),
    "y": Type.named("yes_no"),
    "d": Type.named("date"),
    "w": Type.named("datetime"),
    "z": Type.named("time"),
    "l": Type.named("many", options=OPTIONS),
    "g": Type.named("digits"),
    "r": Type("record", fields={"status": Type.named("choice", options=("up", "down")), "n": Type.named("integer")}),
    "today": Type("date", name="date"),
    "now": Type("datetime", name="datetime"),
    "channel": Type("text", name="text"),
}
COMMON = {"n": 3, "x": Decimal("0.1"), "m": Money("19.50", "EUR"), "t": "Ada", "c": "a", "y": True, "g": "007"}
MOMENTS = {"d": date(2024, 2, 29), "w": datetime(2026, 11, 24, 9, 30), "z": time(9)}
EDGES = {"d": date(1, 1, 1), "w": datetime(9999, 12, 31, 23, 59, 59), "z": time(23, 59, 59), "n": 1 - 10**15, "t": ""}
VALUES: tuple[dict[str, Any], ...] = (
    {**COMMON, **MOMENTS, "l": ("a", "b"), "r": {"status": "down", "n": 0}},
    {**COMMON, **EDGES, "x": Decimal("999999999999999.9999999999"), "m": Money("-0.01", "EUR"), "y": False, "l": ()},
    {"n": 0, "d": date(9999, 12, 31), "t": "ſẞ\u0301", "l": ("c d",), "r": {"status": "up", "n": 9}},
)
GIVEN: dict[str, Any] = {
    "integer": int,
    "number": (int, Decimal, Fraction),
    "yes_no": bool,
    "date": date,
    "datetime": datetime,
    "time": time,
    "text": str,
    "choice": str,
    "digits": str,
    "list": (tuple, list),
    "many": (tuple, list),
}


class Clock:
    """What expressions ask beyond values, at one moment."""

    now, today, channel = datetime(2026, 11, 24, 12, 0), date(2026, 11, 24), "phone"


@cache
def written(*keys: str) -> tuple[str, ...]:
    """What the shipped flows, the cookbook and the examples of the check write under any of *keys*."""
    found: dict[str, None] = {}

    def look(node: Any, key: str) -> None:
        if isinstance(node, dict):
            for name, below in node.items():
                look(below, str(name))
        elif isinstance(node, list):
            for below in node:
                look(below, key)
        elif key in keys:
            found[str(node)] = None

    for folder in ("flows", "docs/cookbook", "src/shepherd/check/examples"):
        for path in sorted((ROOT / folder).rglob("*.yaml")):
            if "scenarios" in path.name:
                continue
            try:
                look(yaml.load(path.read_bytes(), Loader=yaml.CBaseLoader), "")
            except yaml.YAMLError:
                continue
    return tuple(found)


def encoded(texts: Any) -> list[bytes]:
    """*texts* as inputs."""
    return [text.encode("utf-8", "surrogateescape") for text in texts]


# --- expressions ------------------------------------------------------------------------------------


def place_in(text: str) -> Callable[[int, int], Place]:
    """Places in a text of one line, whose line breaks count as characters."""
    return lambda start, end: Place(1, start + 1, 1, max(end, start + 1) + 1)


def bracketed(node: Node) -> str:
    """*node* written again, with brackets round everything."""
    if isinstance(node, Const):
        if isinstance(node.value, bool):
            return "true" if node.value else "false"
        if isinstance(node.value, str):
            return '"' + node.value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
        return f"({node.value:f})" if isinstance(node.value, Decimal) else f"({node.value})"
    parts = [bracketed(item) for item in _below(node)]
    if isinstance(node, Read):
        return node.words
    if isinstance(node, All | Any_):
        return f"({(' and ' if isinstance(node, All) else ' or ').join(parts)})"
    if isinstance(node, Items):
        return f"[{', '.join(parts)}]"
    if isinstance(node, Apply):
        return f"{node.function}({', '.join(parts)})"
    if isinstance(node, Compare | Sum):
        return f"({parts[0]} {node.op} {parts[1]})"
    if isinstance(node, Choose):
        return f"({parts[1]} if {parts[0]} else {parts[2]})"
    if isinstance(node, Defined):
        return f"({node.read.words} is defined)"
    if isinstance(node, Filtered):
        return f"({parts[0]} | {node.filter}" + (f"({', '.join(parts[1:])}))" if parts[1:] else ")")
    return f"({'not' if isinstance(node, Not) else '-'} {parts[0]})"


def _below(node: Node) -> tuple[Node, ...]:
    from shepherd.flow.tree import children

    return children(node)


def without_places(node: Any) -> Any:
    """*node* without its places: what it means."""
    if isinstance(node, Const):
        return ("Const", type(node.value).__name__, str(node.value))
    if isinstance(node, tuple) and hasattr(node, "_fields"):
        fields = [
            without_places(part) for name, part in zip(node._fields, node, strict=True) if name not in ("start", "end")
        ]
        return (type(node).__name__, *fields)
    return tuple(map(without_places, node)) if isinstance(node, tuple) else node


def expression_is_kept(expression: Expression, text: str) -> None:
    """The places of *expression* lie in *text*; what is written from its tree is read as the same tree."""
    for node in walk(expression.tree):
        if not 0 <= node.start <= node.end <= len(text):
            raise Broken(f"a part outside its expression: {node}")
    again = bracketed(expression.tree)
    if len(again) > 1500 or again.count("(") + again.count("[") > 30:
        return
    wide = any(isinstance(node, Filtered) for node in walk(expression.tree))
    from shepherd.flow.parse import Wrong, tree_of

    try:
        twin = tree_of(again, filters=wide)
    except Wrong as wrong:
        raise Broken(f"an expression that can't be written again: {again!r}: {wrong.sentence}") from None
    same(without_places(twin), without_places(expression.tree), "an expression that means something else written again")


def worked_out(expression: Expression) -> str:
    """What *expression* gives over several values, where its types fit; it has to be of the kind that was foretold."""
    names = [node for node in walk(expression.tree) if isinstance(node, Apply) and node.function in COUNTED]
    infer = Infer(TYPES)
    foretold = infer.of(expression.tree)
    if names or infer.misfits or not expression.names <= TYPES.keys():
        return f"misfits {[tuple(m) for m in infer.misfits]}"
    expression.bind(Code(calendar=Calendar()))
    made = []
    for values in VALUES:
        try:
            value = expression.evaluate(values, Clock())
        except (Undefined, Unworkable) as error:
            made.append(f"{type(error).__name__} {error}")
            continue
        wanted = GIVEN.get(foretold.kind)
        if wanted is not None and not (
            isinstance(value, wanted) and (foretold.kind == "yes_no") == isinstance(value, bool)
        ):
            raise Broken(f"a value of another kind than foretold: {foretold.kind}, and {value!r}")
        canonical(to_json(value))
        made.append(to_text(value))
    return f"{foretold.kind} {made}"


def read_expression(data: bytes) -> str:
    """One expression."""
    text = text_of(data)
    found, findings = parse(text, at=place_in(text), file=FILE, flow="", step="")
    if found is None:
        if not findings:
            raise Broken("nothing was read, and nothing is said")
        return _said(findings, text)
    expression_is_kept(found, text)
    return f"{without_places(found.tree)} {worked_out(found)}"


def _said(findings: Any, text: str) -> str:
    return told(findings, {FILE: text.replace("\n", " ")})


def read_words(data: bytes) -> str:
    """One text with values in it."""
    text = text_of(data)
    found, findings = parse_text(text, at=place_in(text), file=FILE, flow="", step="")
    if found is None:
        if not findings:
            raise Broken("nothing was read, and nothing is said")
        return _said(findings, text)
    again = "".join(p if isinstance(p, str) else "{{" + p.source + "}}" for p in found.pieces)
    same(again, text, "words that are not as they were written")
    for value in found.values:
        inside(value.place, [text.replace("\n", " ")], "a value in a text")
        expression_is_kept(value, value.source)
    return repr([worked_out(value) for value in found.values])


# --- values -----------------------------------------------------------------------------------------


def read_value(data: bytes) -> str:
    """The first line is a type, the rest what was typed, or JSON."""
    kind, body = split_head(data)
    kind, _, currency = kind.partition(" ")
    if kind not in KIND_OF:
        return "no type"
    text = text_of(body)
    raws: list[Any] = [text]
    with suppress(ValueError, RecursionError):
        raws.append(json.loads(text))
    return repr([_one_value(kind, raw, currency if currency in ("EUR", "JPY", "KWD") else "") for raw in raws])


def _one_value(kind: str, raw: Any, currency: str) -> str:
    value = parse_value(kind, raw, options=OPTIONS, currency=currency)
    if isinstance(value, Refusal):
        shown(value.sentence, "a refusal")
        if not value.sentence.endswith("."):
            raise Broken(f"a refusal that is no sentence: {value.sentence!r}")
        return f"{value.code} {value.sentence}"
    same(
        parse_value(kind, to_text(value), options=OPTIONS, currency=currency),
        value,
        "a value that is another typed again",
    )
    stored = json.loads(canonical(to_json(value)))
    type_ = Type.named(kind, options=OPTIONS if kind in ("choice", "many") else None, currency=currency)
    same(from_json(stored, type_), value, "a value that is another read from the record")
    return f"{type(value).__name__} {to_text(value)!r}"


def make_value(rng: random.Random) -> bytes:
    kind = rng.choice(tuple(KIND_OF)) + rng.choice(("", "", "", " EUR", " JPY", " KWD"))
    text = grammar.value(rng)
    if rng.random() < 0.15:
        text = json.dumps({"amount": grammar.number(rng), "currency": rng.choice(("EUR", "JPY", "x"))})
    return f"{kind}\n{text}".encode("utf-8", "surrogateescape")


def value_seeds() -> list[bytes]:
    typed = [
        "12",
        "19.50 EUR",
        "2026-11-21",
        "09:30",
        "2026-11-21T09:30",
        "+358 40 123",
        "a@b.org",
        "yes",
        "a, b",
        "0071",
    ]
    return encoded(
        f"{kind}\n{text}" for kind in KIND_OF for text in (*typed, '{"amount": "1", "currency": "EUR"}', "1e400")
    )


# --- cells and rows ---------------------------------------------------------------------------------


def read_cell(data: bytes) -> str:
    """The first line is the kind of a column, the rest a cell; lines are the parts of a list."""
    kind, body = split_head(data)
    if kind not in cells.KINDS:
        return "no kind"
    parts = text_of(body).split("\n")
    form: cells.Written = parts[0] if len(parts) == 1 else tuple(parts)
    cells.currencies(form)
    cells.guess([form])
    for part in parts:
        cells.reads_as_span(part)
    cell = cells.read(form, kind)
    if isinstance(cell, cells.Unread):
        if not cell.message:
            raise Broken("a cell is refused without a word")
        return f"{cell.message} {cell.hint}"
    if not (
        cells.meet(cell, cell) and cells.within(cell, cell) and cells.meet(cell, None) and cells.within(cell, None)
    ):
        raise Broken(f"a cell that does not fit itself: {cell}")
    for span in cell or ():
        for bound in (span.low, span.high):
            if len(bound) == 3 and bound[2] == 0 and not cells.takes(cell, bound[1]):
                raise Broken(f"a cell that does not take its own end: {cell}")
    return repr(cell)


def make_cell(rng: random.Random) -> bytes:
    parts = [grammar.span(rng) for _ in range(rng.choice((1, 1, 1, 2, 3)))]
    return f"{rng.choice(cells.KINDS)}\n".encode() + "\n".join(parts).encode("utf-8", "surrogateescape")


def cell_seeds() -> list[bytes]:
    known = [
        "any",
        "5",
        "over 5",
        "up to 19.50",
        "1 to 5",
        "from 2026-01-01",
        "2026-01-01 to 2026-12-31",
        "09:00 to 17:00",
        "yes",
    ]
    return encoded(f"{kind}\n{text}" for kind in cells.KINDS for text in (*known, "1\n3 to 5", "> 5", "-0.5 to 2"))


def read_rows(data: bytes) -> str:
    """A CSV file."""
    found, findings = rows.read_rows(data, "f.csv")
    text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
    if found is None:
        if not findings:
            raise Broken("nothing was read, and nothing is said")
        return told(findings, {"f.csv": text})
    lines = found.text.split("\n")
    for number, row in enumerate(found.rows[:50]):
        for column, cell in enumerate(row[:50]):
            place = found.place(number, column)
            inside(place, lines, "a cell")
            if place.line == place.end_line:
                there = lines[place.line - 1][place.column - 1 : place.end_column - 1].rstrip("\r")
                if not there.startswith('"') and '"' not in there and cell != there:
                    raise Broken(f"a cell that stands elsewhere: {cell!r}, and there is {there!r}")
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(found.document())
    again, _ = rows.read_rows(out.getvalue().encode(), "f.csv")
    same(again and again.document(), found.document(), "rows that are others written again")
    return repr(found.document())[:5000]


def rows_seeds() -> list[bytes]:
    shipped = [p.read_bytes()[:2000] for f in ("flows", "docs/cookbook") for p in sorted((ROOT / f).rglob("*.csv"))]
    return [*shipped[:40], b"a,b\n1,2\n", b'a,b\r\n"x ""y""",2\r\n\r\n3\n', b'"a\nb",c\n1,"2\r\n3"\n']


def make_rows(rng: random.Random) -> bytes:
    def cell() -> str:
        text = rng.choice((grammar.span, grammar.value))(rng)
        return '"' + text.replace('"', '""') + '"' if rng.random() < 0.3 else text

    end = rng.choice(("\n", "\r\n", "\n\n"))
    table = [[cell() for _ in range(rng.randint(1, 4))] for _ in range(rng.randint(1, 5))]
    return end.join(",".join(row) for row in table).encode("utf-8", "surrogateescape")


# --- patterns and spans of time ---------------------------------------------------------------------


def read_pattern(data: bytes) -> str:
    """A pattern, then texts that are held against it, one a line."""
    pattern, _, rest = data.decode("utf-8", "replace").partition("\n")
    said = pattern_error(pattern)
    if said:
        return said
    return repr([matches(pattern, text) for text in (*rest.split("\n")[:5], "", "a" * 2000, "ä1 " * 300)])


def read_length(data: bytes) -> str:
    """A span of time, as flows and as scenarios write it."""
    text = text_of(data)
    span = duration(text)
    try:
        length = str(seconds(text))
    except Malformed as error:
        length = str(error)
    if span is not None:
        Calendar().after(datetime(2026, 11, 24, 12), span)
        if not span.words:
            raise Broken("a span without words")
    return f"{span} {length}"


OPERATORS = (
    "and",
    "or",
    "not",
    "in",
    "is",
    "defined",
    "if",
    "else",
    "true",
    "false",
    "none",
    "==",
    "!=",
    "<=",
    "//",
    "**",
)
READ_BY = ("flow/parse.py", "flow/plain.py", "flow/expression.py", "flow/tree.py")
WORKED_BY = ("flow/infer.py", "flow/compile.py", "flow/functions.py", "flow/arithmetic.py", "flow/calendar.py")

PARSERS = (
    Parser(
        name="expression",
        read=read_expression,
        seeds=lambda: encoded(written("when", "must", "decide", "show_if", "is", "gives", "values", "by")),
        make=lambda rng: grammar.expression(rng).encode("utf-8", "surrogateescape"),
        words=(*OPERATORS, *FUNCTIONS, *grammar.NAMES, *grammar.CONSTANTS),
        modules=(*READ_BY, *WORKED_BY),
        most=4000,
    ),
    Parser(
        name="words",
        read=read_words,
        seeds=lambda: encoded(written("say", "ask", "guide", "warn", "message", "label", "why", "note")),
        make=lambda rng: grammar.words(rng).encode("utf-8", "surrogateescape"),
        words=("{{", "}}", "{%", "%}", "{#", "#}", "|", *FILTERS, *OPERATORS, *grammar.NAMES),
        modules=("flow/words.py", *READ_BY, *WORKED_BY, "flow/values_out.py"),
        most=8000,
    ),
    Parser(
        name="value",
        read=read_value,
        seeds=value_seeds,
        make=make_value,
        words=(*KIND_OF, "EUR", "JPY", "T", ":", "-", "@", "+"),
        modules=("flow/values_in.py", "flow/values_out.py", "flow/addresses.py", "flow/money.py", "flow/types.py"),
        head=True,
        most=25_000,
    ),
    Parser(
        name="cell",
        read=read_cell,
        seeds=cell_seeds,
        make=make_cell,
        words=("any", "over", "under", "from", "up to", "to", ">=", "EUR", *cells.KINDS),
        modules=("flow/cells.py", "flow/values_in.py"),
        head=True,
        most=30_000,
    ),
    Parser(
        name="rows",
        read=read_rows,
        seeds=rows_seeds,
        make=make_rows,
        words=('"', '""', ",", "\n", "\r\n", "any"),
        modules=("flow/rows.py", "flow/hazards.py"),
    ),
    Parser(
        name="pattern",
        read=read_pattern,
        seeds=lambda: encoded(
            (*written("pattern"), "[A-Z]{2}[0-9]+\nAB12", "(a+)+b\naaaa", r"\d{4}-\d\d" + "\n2026-11")
        ),
        make=lambda rng: f"{grammar.pattern(rng)}\n{grammar.value(rng)}".encode("utf-8", "surrogateescape"),
        words=("(?", "(?:", "{1,3}", "*", "+", r"\d", r"\b", "[^", "]", "|", r"\p{L}", "(?i)", r"\C", "(?s)"),
        modules=("flow/fields_in.py",),
        most=3000,
    ),
    Parser(
        name="duration",
        read=read_length,
        seeds=lambda: encoded(("8s", "30m", "4h", "2d", "4 working hours", "1 working day", "90", "1d 2h", "999999d")),
        make=lambda rng: grammar.length(rng).encode("utf-8", "surrogateescape"),
        words=("s", "m", "h", "d", "working", "hours", "day", "days", "hour"),
        modules=("flow/calendar.py", "flow/given.py"),
        most=200,
    ),
)
