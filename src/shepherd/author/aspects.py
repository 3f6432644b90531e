"""The parts of a flow and of a step that may differ, each with what it is compared by and what people read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from shepherd.author.spoken import listed, named, span
from shepherd.flow.cells import Written
from shepherd.flow.expression import Expression
from shepherd.flow.model import (
    Ask,
    Call,
    Collect,
    Do,
    End,
    Escalate,
    Field,
    Flow,
    Grant,
    HandOn,
    Lookup,
    Need,
    Option,
    Outcome,
    Set,
    Step,
    Value,
    Wait,
)
from shepherd.flow.tables import Table
from shepherd.flow.types import to_json, to_text
from shepherd.flow.words import Text

Name = tuple[str, ...]
Key = tuple[str, Name]


class Aspect(NamedTuple):
    """One part: the same where *key* is the same, and read as *text*."""

    key: Any
    text: str


Aspects = dict[Key, Aspect]
Found = Iterator[tuple[str, Name, Aspect]]


def aspects_of_step(step: Step) -> Aspects:
    """All that *step* says and does, but for where its edges lead."""
    return _gathered(_step(step))


def aspects_of_flow(flow: Flow) -> Aspects:
    """All that stands in the head of *flow*."""
    return _gathered(_flow(flow))


def _gathered(found: Found) -> Aspects:
    return {(kind, name): aspect for kind, name, aspect in found}


# --- what is compared and read ----------------------------------------------------------------------


def plain(text: Any) -> Aspect:
    """A part that is compared as it is read."""
    shown = "yes" if text is True else "no" if text is False else str(text)
    return Aspect(shown, shown)


def expressed(expression: Expression) -> Aspect:
    """An expression, however its blanks are set."""
    return Aspect(bare(expression.tree), " ".join(expression.source.split()))


def bare(tree: Any) -> Any:
    """*tree* without its places, for comparing."""
    if isinstance(tree, tuple):
        fields = getattr(tree, "_fields", None)
        if fields is None:
            return tuple(bare(item) for item in tree)
        kept = (bare(getattr(tree, name)) for name in fields if name not in ("start", "end"))
        return (type(tree).__name__, *kept)
    return (type(tree).__name__, tree)


def worded(text: Text) -> Aspect:
    """Words with the values in them, however the blanks in the braces are set."""
    if text.cases:
        parts = [(expressed(when) if when is not None else None, worded(words)) for when, words in text.cases]
        shown = [f"{words.text} (if {when.text})" if when else f"{words.text} (otherwise)" for when, words in parts]
        return Aspect(tuple((when and when.key, words.key) for when, words in parts), " / ".join(shown))
    said = "".join(p if isinstance(p, str) else f"{{{{ {' '.join(p.source.split())} }}}}" for p in text.pieces).strip()
    return Aspect(said, said)


def needed(needs: tuple[Need, ...]) -> Aspect:
    """Assurances that are required."""
    return plain(listed([named(n.name) + _level(n.level) for n in needs], "and"))


def granted(grants: tuple[Grant, ...]) -> Aspect:
    """Assurances that are given."""
    lives = [f" for {span(g.expires)}" if g.expires is not None else "" for g in grants]
    return plain(listed([named(g.name) + _level(g.level) + life for g, life in zip(grants, lives, strict=True)], "and"))


def _level(level: int) -> str:
    return f" (level {level})" if level > 1 else ""


# --- steps ------------------------------------------------------------------------------------------


def _step(step: Step) -> Found:
    yield "verb", (), plain(step.verb.replace("_", " "))
    for key, text in step.words.texts:
        yield "words", (key,), worded(text)
    if step.words.article:
        yield "words", ("article",), plain(step.words.article)
    if step.note is not None:
        yield "words", ("note",), worded(step.note)
    row = ACTIONS.get(type(step.action))
    if row is not None:
        yield from row(step, step.action)
    for check in step.checks:
        must = expressed(check.must)
        yield "rule", (must.text,), worded(check.message)
    if step.checks[1:]:
        yield "order", ("rules",), _in_order([expressed(check.must).text for check in step.checks])
    if step.saves != step.id:
        yield "save", (), plain(step.saves)
    for kind, given in (("tag", step.tag), ("role", step.role)):
        if given:
            yield kind, (), plain(given)
    if step.requires:
        yield "requires", (), needed(step.requires)
    if step.withdraws:
        yield "withdraws", (), plain(listed([named(name) for name in step.withdraws], "and"))
    if step.attempts is not None:
        within = f" within {span(step.attempts.within)}" if step.attempts.within is not None else ""
        yield "attempts", (), plain(f"{step.attempts.most} per {step.attempts.per}{within}")
    if step.no_answer is not None:
        yield "no_answer", (), plain(span(step.no_answer))
    if step.no_going_back:
        yield "no_going_back", (), plain(True)


def _in_order(names: list[str]) -> Aspect:
    return Aspect(tuple(names), ", ".join(names))


def _ask(step: Step, action: Any) -> Found:
    yield "words", ("question",), worded(action.question)
    if action.routed:
        for option in action.field.options:
            yield "answer", (option.value,), plain(option.label)
        yield "order", ("answers",), _in_order([option.value for option in action.field.options])
    else:
        yield from _field("field", ("answer",), action.field)


def _collect(step: Step, action: Any) -> Found:
    for name, field in action.fields.items():
        yield from _field("field", (name,), field)
    yield "order", ("fields",), _in_order(list(action.fields))


def _field(kind: str, name: Name, field: Field) -> Found:
    yield kind, name, plain(field.type.name)
    parts: dict[str, Any] = {
        "label": field.label,
        "help": field.help,
        "pattern": field.pattern,
        "mask": field.mask,
        "length": " to ".join(map(str, field.length)) if field.length is not None else None,
        "min": _limit(field.minimum),
        "max": _limit(field.maximum),
        "currency": field.type.currency,
    }
    for part, given in parts.items():
        if given not in (None, ""):
            yield kind, (*name, part), plain(given)
    for part in ("optional", "personal", "secret"):
        yield kind, (*name, part), plain(getattr(field, part))
    for part, expression in (("default", field.default), ("show_if", field.show_if)):
        if expression is not None:
            yield kind, (*name, part), expressed(expression)
    for value, label in _options(field.options):
        yield "option", (*name, value), plain(label)
    if field.options:
        yield "order", (*name, "options"), _in_order([option.value for option in field.options])
    for heading, values in field.headings:
        yield kind, (*name, "heading", heading), plain(", ".join(values))


def _options(options: tuple[Option, ...]) -> list[tuple[str, str]]:
    return [(option.value, option.label) for option in options]


def _limit(limit: Any) -> str | None:
    return None if limit is None else limit if isinstance(limit, str) else to_text(to_json(limit))


def _arguments(args: Mapping[str, Expression]) -> Found:
    for name, expression in args.items():
        yield "with", (name,), expressed(expression)


def _call(step: Step, action: Any) -> Found:
    yield "calls", (), plain(action.flow)
    if getattr(action, "about", None):
        yield "about", (), plain(action.about)
    yield from _arguments(action.args)


def _operation(step: Step, action: Any) -> Found:
    yield "operation", (), plain(action.operation)
    yield from _arguments(action.args)
    if action.timeout is not None:
        yield "timeout", (), plain(span(action.timeout))
    for part in ("once_per", "undo"):
        if getattr(action, part, None):
            yield part, (), plain(getattr(action, part))


def _set(step: Step, action: Any) -> Found:
    for name, expression in action.values.items():
        yield "sets", (name,), expressed(expression)


def _wait(step: Step, action: Any) -> Found:
    yield "waits", (), expressed(action.until) if action.until is not None else plain(span(action.duration))


def _escalate(step: Step, action: Any) -> Found:
    yield "queue", (), plain(action.queue)
    if action.severity:
        yield "severity", (), plain(action.severity)
    if action.because is not None:
        yield "words", ("because",), worded(action.because)
    if action.outcome:
        yield "ends", (), plain(action.outcome)


def _end(step: Step, action: Any) -> Found:
    yield "ends", (), plain(action.outcome)


ACTIONS: Mapping[type, Callable[[Step, Any], Found]] = {
    Ask: _ask,
    Collect: _collect,
    Call: _call,
    HandOn: _call,
    Lookup: _operation,
    Do: _operation,
    Set: _set,
    Wait: _wait,
    Escalate: _escalate,
    End: _end,
}


# --- the head of a flow -----------------------------------------------------------------------------


def _flow(flow: Flow) -> Found:
    parts = {
        "title": flow.title,
        "category": flow.category,
        "version": flow.version,
        "owner": flow.owner,
        "review_by": flow.review_by,
        "audience": listed(list(flow.audience), "and"),
    }
    for name, given in parts.items():
        if given != "":
            yield "head", (name,), plain(given)
    for name in ("called_only", "no_going_back"):
        yield "head", (name,), plain(getattr(flow, name))
    if flow.no_answer is not None:
        yield "head", ("no_answer",), plain(span(flow.no_answer))
    if flow.requires:
        yield "head", ("requires",), needed(flow.requires)
    for name, field in flow.inputs.items():
        yield from _field("input", (name,), field)
    for outcome in flow.outcomes.values():
        yield from _outcome(outcome)
    for value in flow.values.values():
        yield "value", (value.name,), _value(value)
    for name, text in flow.texts.items():
        yield "text", (name,), worded(text)
    for table in flow.tables.values():
        yield from _table(table)


def _outcome(outcome: Outcome) -> Found:
    name = outcome.name
    yield "outcome", (name,), plain(outcome.code or name)
    if outcome.resolves is not None:
        yield "outcome", (name, "resolves"), plain(outcome.resolves)
    if outcome.follow_up is not None:
        yield "outcome", (name, "follow_up"), plain(span(outcome.follow_up))
    for key, expression in outcome.returns.items():
        yield "outcome", (name, "returns", key), expressed(expression)
    if outcome.grants:
        yield "outcome", (name, "grants"), granted(outcome.grants)


def _value(value: Value) -> Aspect:
    cases = [(expressed(c.when) if c.when is not None else None, expressed(c.gives)) for c in value.cases]
    key = tuple((when and when.key, gives.key) for when, gives in cases)
    if len(cases) == 1 and cases[0][0] is None:
        return Aspect(key, cases[0][1].text)
    shown = [f"{gives.text} if {when.text}" if when else f"otherwise {gives.text}" for when, gives in cases]
    return Aspect(key, "; ".join(shown))


def _table(table: Table) -> Found:
    name = table.name
    yield "table", (name,), plain(f"by {', '.join(table.by)}")
    for column, expression in table.by.items():
        yield "table", (name, "by", column), expressed(expression)
    for column, field in table.gives.items():
        yield "table", (name, "gives", column), plain(field.type.name)
    yield "table", (name, "unique"), plain(table.unique)
    if table.file:
        yield "table", (name, "file"), plain(table.file)
        return  # its rows are a document of their own
    seen: Counter[str] = Counter()
    for row in table.rows:
        by, gives = _cells(row[: len(table.by)]), _cells(row[len(table.by) :])
        seen[by] += 1  # one that stands there again is never reached, and told all the same
        yield "table", (name, "row", by if seen[by] == 1 else f"{by} ({seen[by]})"), plain(gives)
    yield "order", (name, "rows"), _in_order(list(seen))


def _cells(cells: Sequence[Written]) -> str:
    return " | ".join(", ".join(cell) if isinstance(cell, tuple) else str(cell) for cell in cells)
