"""Differences as plain sentences: of steps, answers, words, ways and promises, one row per kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from shepherd.author.difference import Change, Difference, FlowDifference
from shepherd.author.picture import readable
from shepherd.author.spoken import named, quoted, seen, sentence

#: Words of a step, as they are spoken of.
WORDS = {
    "say": "what the customer is told",
    "guide": "what the agent is to do",
    "warn": "the warning",
    "why": "the background",
    "question": "the question",
    "note": "the note on the ticket",
    "because": "the reason given",
    "article": "the article",
}
WAYS = {
    "then": "the way on",
    "otherwise": "the way for all else",
    "out_of_attempts": "the way without a try left",
    "unmet": "the way without what it needs",
    "no_answer": "the way without an answer in time",
}
#: Settings of a step, as they are spoken of.
SETTINGS = {
    "tag": "the tag",
    "role": "who may act",
    "save": "the name of what comes of it",
    "requires": "what it needs",
    "withdraws": "what counts no longer",
    "attempts": "the number of tries",
    "no_answer": "the time to wait for an answer",
    "no_going_back": "that nobody goes back behind it",
    "calls": "the flow that it goes through",
    "about": "whom it is about",
    "operation": "what it calls",
    "timeout": "the time to wait for it",
    "once_per": "how often it is done",
    "undo": "how it is taken back",
    "waits": "how long it waits",
    "queue": "the queue",
    "severity": "the severity",
    "ends": "how the flow ends",
}
HEADS = {
    "first": "the step that it begins with",
    "version": "its version",
    "title": "its title",
    "category": "its category",
    "owner": "its owner",
    "review_by": "when it has to be looked at again",
    "audience": "whom it is for",
    "called_only": "whether it is only gone through from others",
    "no_going_back": "whether it is closed once it has ended",
    "no_answer": "the time to wait for an answer",
    "requires": "what it needs",
}


def sentences(difference: FlowDifference) -> Iterator[tuple[Change, str]]:
    """Every change of a flow with its sentence; a way that comes or goes with its answer or step is told with that."""
    routes = {(c.was, c.step, c.how, c.name): c for c in difference.changes if c.kind == "route"}
    told: set[Change] = set()
    new = {c.step for c in difference.changes if c.kind == "step" and c.how == "added"}
    gone = {c.was for c in difference.changes if c.kind == "step" and c.how == "removed"}
    for change in difference.changes:
        if change.kind == "answer" and change.how != "changed":
            way = routes.get((change.was, change.step, change.how, f"answer:{change.name}"))
            told |= {way} if way else set()
    for change in difference.changes:
        if change.kind == "route" and (
            change in told or change.step in new or (not change.step and change.was in gone)
        ):
            continue
        way = routes.get((change.was, change.step, change.how, f"answer:{change.name}"))
        yield (
            change,
            sentence(TELLS.get(change.kind, _setting)(change) + (_with(way) if change.kind == "answer" else "")),
        )


def one(change: Change) -> str:
    """The sentence of one change alone."""
    return sentence(TELLS.get(change.kind, _setting)(change))


def _with(way: Change | None) -> str:
    if way is None:
        return ""
    return f" and leads to {seen(way.after)}" if way.how == "added" else f"; it led to {seen(way.before)}"


def _differs(what: str, change: Change, show: Callable[[str], str] = seen) -> str:
    """``WHAT is “a”, and was “b”``; new or gone where only one version has it."""
    if change.how == "added":
        return f"{what} is new" + (f": {show(change.after)}" if change.after else "")
    if change.how == "removed":
        return f"{what} is gone" + (f"; it was {show(change.before)}" if change.before else "")
    if change.how == "moved":
        return f"the order of {what} is {seen(change.after)}, and was {seen(change.before)}"
    return f"{what} is {show(change.after)}, and was {show(change.before)}"


def _step(change: Change) -> str:
    if change.how == "renamed":
        return f"the step {seen(change.before)} is called {seen(change.after)} now"
    verb = change.after or change.before
    kind = f"({verb.replace('_', ' ')})"
    return f"the step {seen(change.name)} {kind} is {'new' if change.how == 'added' else 'gone'}"


def _flow(change: Change) -> str:
    if change.how == "renamed":
        return f"the flow {seen(change.before)} is called {seen(change.after)} now"
    title = quoted(change.after or change.before)
    return f"the flow {seen(change.name)} ({title}) is {'new' if change.how == 'added' else 'gone'}"


def _words(change: Change) -> str:
    return _differs(WORDS.get(change.name, named(change.name)), change, quoted)


def _answer(change: Change) -> str:
    what = f"the answer {seen(change.name)}"
    if change.how == "renamed":
        return f"the answer {seen(change.before)} is called {seen(change.after)} now"
    if change.how == "changed":
        return f"{what} reads {quoted(change.after)}, and read {quoted(change.before)}"
    shown = quoted(change.after or change.before)
    return f"{what} ({shown}) is {'new' if change.how == 'added' else 'gone'}"


def way(name: str) -> str:
    """What an edge is called: ``the answer red``, ``the way on``."""
    kind, _, rest = name.partition(":")
    if name.startswith("when "):
        return f"the condition {seen(name.removeprefix('when '))}"
    return WAYS.get(name) or f"the {named(kind)} {seen(rest)}"


def _route(change: Change) -> str:
    what = way(change.name)
    if change.how == "added":
        return f"{what} is new, and leads to {seen(change.after)}"
    if change.how == "removed":
        return f"{what} is gone; it led to {seen(change.before)}"
    return f"{what} leads to {seen(change.after)}, and led to {seen(change.before)}"


def _condition(change: Change) -> str:
    return f"a condition is {seen(change.after)}, and was {seen(change.before)}"


def _grants(change: Change) -> str:
    what = f"what {way(change.name)} establishes" if change.name != "when" else "what a condition establishes"
    return _differs(what, change)


def _inner(what: str) -> Callable[[Change], str]:
    """``the field years (min) is …``."""

    def tell(change: Change) -> str:
        name, _, part = change.name.partition(".")
        shown = f"the {what} {seen(name)}" + (f" ({named(part.replace('.', ', '))})" if part else "")
        return _differs(shown, change)

    return tell


def _table(change: Change) -> str:
    """A part of a table; a row is called by what is looked up."""
    table, _, part = change.name.partition(".")
    kind, _, row = part.partition(".")
    if kind != "row":
        return _inner("table")(change)
    told = f"the row {quoted(row)} of the table {seen(table)}"
    if change.how == "changed":
        return f"{told} gives {quoted(change.after)}, and gave {quoted(change.before)}"
    new = change.how == "added"
    return (
        f"{told} is new, and gives {quoted(change.after)}"
        if new
        else f"{told} is gone; it gave {quoted(change.before)}"
    )


def _order(change: Change) -> str:
    what = {"branches": "its conditions", "answers": "the answers", "rules": "the rules", "fields": "the fields"}
    return _differs(what.get(change.name, named(change.name.replace(".", ", "))), change)


def _rule(change: Change) -> str:
    return _differs(f"the rule {seen(change.name)}", change, quoted)


def _head(change: Change) -> str:
    return _differs(HEADS.get(change.name, named(change.name)), change)


def _setting(change: Change) -> str:
    what = SETTINGS.get(change.kind)
    if what is None:
        what = f"the {named(change.kind)} {seen(change.name)}".rstrip()
    return _differs(what, change)


def _text(change: Change) -> str:
    return _differs(f"the words of {seen(change.name)}", change, quoted)


def _beside(what: str, show: Callable[[str], str] = seen) -> Callable[[Change], str]:
    def tell(change: Change) -> str:
        told = f"{what} {seen(change.name)}" if change.name else "what the desk sets (desk.yaml)"
        return _differs(told, change, show)

    return tell


#: How each kind of change is told.
TELLS: Mapping[str, Callable[[Change], str]] = {
    "flow": _flow,
    "step": _step,
    "verb": lambda change: f"it is {seen(change.after)}, and was {seen(change.before)}",
    "words": _words,
    "answer": _answer,
    "route": _route,
    "condition": _condition,
    "grants": _grants,
    "field": _inner("field"),
    "option": _inner("option"),
    "input": _inner("input"),
    "outcome": _inner("outcome"),
    "table": _table,
    "value": _inner("value"),
    "order": _order,
    "rule": _rule,
    "head": _head,
    "text": _text,
    "with": lambda change: _differs(f"what it gives as {named(change.name)}", change),
    "sets": lambda change: _differs(f"what {named(change.name)} is from there on", change),
    "desk": _beside("the desk's"),
    "promise": _beside("the promise"),
    "connector": _beside("the connector"),
    "list": _beside("the list"),
    "rows": _beside("a row of"),
    "translation": _beside("the translation", quoted),
}


def summary(difference: Difference) -> str:
    """``3 flows differ, one is new; 1 promise differs.``; what stands beside the flows by its kind."""
    if difference.empty:
        return "Nothing differs that means anything."
    parts = []
    for how, words in (("changed", "differ"), ("added", "new"), ("removed", "gone"), ("renamed", "renamed")):
        count = sum(1 for flow in difference.flows if flow.how == how and not flow.rewritten)
        if count:
            parts.append(_counted(count, "flow", words))
    for kind in dict.fromkeys(change.kind for change in difference.beside):
        count = sum(change.kind == kind for change in difference.beside)
        parts.append(_counted(count, f"change of {named(kind)}" if count == 1 else f"changes of {named(kind)}", ""))
    return f"{', '.join(parts)}."


def _counted(count: int, what: str, words: str) -> str:
    if not words:
        return f"{count} {what}"
    if words == "differ":
        return f"{count} {what}{'s differ' if count > 1 else ' differs'}"
    return f"{count} {what}{'s are' if count > 1 else ' is'} {words}"


def heading(difference: FlowDifference) -> str:
    """``internet_down: The customer has no internet``."""
    return f"{difference.flow or difference.was}: {seen(difference.title) or readable(difference.flow)}"
