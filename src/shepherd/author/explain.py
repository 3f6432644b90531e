"""A flow as plain sentences, each of which knows the step and the line that it is about."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from shepherd.author import spoken
from shepherd.author.english import English
from shepherd.author.fieldwords import field_name, field_words
from shepherd.author.spoken import listed, named, seen
from shepherd.author.tablewords import table_words
from shepherd.author.told import Teller, resolved
from shepherd.author.vows import Vow, vows
from shepherd.author.ways import Ways
from shepherd.flow.expression import Expression
from shepherd.flow.findings import Place
from shepherd.flow.model import Flow, Outcome, Value
from shepherd.flow.scope import Around
from shepherd.flow.tree import Const, Read

if TYPE_CHECKING:
    from shepherd.check.library import Library
    from shepherd.flow.draft import Draft

WIDTH = 100
#: The parts of a flow's head, by what a sentence is about, each with the line above it.
HEADINGS = {"input": "What it is given", "outcome": "How it can end", "value": "What its own words mean"}
HEADINGS |= {"case": HEADINGS["value"], "text": "What it says in several places"}
HEADINGS |= {"table": "What it looks up", "row": "What it looks up"}

PROMISED = "What is promised of it"


class Sentence(NamedTuple):
    """
    One sentence about a flow.

    *step* is the id of the step that it is about, empty for the flow itself. *about* says which part: ``say``,
    ``way``, ``field:NAME``, ``outcome:NAME`` and so on. *place* is where that stands in the flow's file.
    """

    step: str
    about: str
    place: Place
    text: str


class Explained(NamedTuple):
    """A flow in sentences, in reading order, and the *promises* that hold for its steps."""

    flow: Flow
    sentences: tuple[Sentence, ...]
    promises: tuple[Vow, ...] = ()


def explain(draft: Draft | Library, name: str) -> Explained:
    """The flow *name* of *draft* in sentences. Raises KeyError where there is no such flow that can be read."""
    flow = draft.flows[name]
    around = Around(draft.flows, draft.policy, draft.connectors)
    english = English(flow, around.types(flow))
    ways = Ways(flow, draft.policy, english)
    teller = Teller(flow, {f.id: f.title for f in draft.flows.values()}, english, ways)
    said = list(_head(flow, english, ways, teller))
    for step in flow.steps.values():
        said += (Sentence(step.id, about, place, text) for about, place, text in teller.of(step))
    return Explained(flow, tuple(said), tuple(vows(draft, name)))


def _head(flow: Flow, english: English, ways: Ways, teller: Teller) -> Iterator[Sentence]:
    for about, text in _facts(flow, teller):
        yield Sentence("", about, flow.places.get(about, flow.place), text)
    for field in flow.inputs.values():
        yield Sentence("", f"input:{field.name}", field.place, field_words(field, english, name=field_name(field)))
    for outcome in flow.outcomes.values():
        yield Sentence("", f"outcome:{outcome.name}", outcome.place, _outcome(outcome, english, ways))
    for value in flow.values.values():
        yield from _value(value, english)
    for table in flow.tables.values():
        for is_row, place, words in table_words(table, english):
            yield Sentence("", f"{'row' if is_row else 'table'}:{table.name}", place, words)
    for name, phrase in flow.texts.items():
        yield Sentence("", f"text:{name}", phrase.place, f"{named(name)} stands for {english.words(phrase)}")


def _facts(flow: Flow, teller: Teller) -> Iterator[tuple[str, str]]:
    yield "flow", f"This is version {flow.version} of the flow {seen(flow.id)}, in {named(flow.category)}."
    if flow.owner:
        yield "owner", f"It belongs to {seen(flow.owner)}."
    if flow.review_by:
        yield "review_by", f"It has to be looked at again by {spoken.written_day(flow.review_by)}."
    yield "audience", f"It is for {listed([f'{named(who)}s' for who in flow.audience], 'and')}."
    if flow.called_only:
        yield "called_only", "It is only gone through from within other flows."
    if flow.requires:
        yield "requires", f"Whoever starts it needs {teller.needs(flow.requires)}."
    if flow.no_going_back:
        yield "no_going_back", "Once it has ended, nobody can go back into it."


def _outcome(outcome: Outcome, english: English, ways: Ways) -> str:
    said = [f"{seen(outcome.name)}{resolved(outcome)}"]
    if outcome.code != outcome.name:
        said.append(f"with the code {seen(outcome.code)}")
    if outcome.follow_up is not None:
        said.append(f"followed up after {spoken.span(outcome.follow_up)}")
    for name, expression in outcome.returns.items():
        tree, value = expression.tree, english.value(expression.tree)
        if isinstance(tree, Read) and len(tree.path) > 1 and tree.path[-1] == name:
            said.append(f"giving back {value}")
        else:
            said.append(f"giving back {value}" + ("" if value == f"the {named(name)}" else f" as {named(name)}"))
    given = ways.grants(outcome.grants)
    return ", ".join(said) + (f"; {given}." if given else ".")


def _value(value: Value, english: English) -> Iterator[Sentence]:
    """``slow holds if …``, ``The weekly is …``, or its cases one after the other."""
    name, about = named(value.name), f"value:{value.name}"
    truth = any(english.kind(case.gives.tree) == "yes_no" for case in value.cases)
    if len(value.cases) == 1 and value.cases[0].when is None:
        tree = value.cases[0].gives.tree
        words = f"{name} holds if {english.holds(tree)}." if truth else f"The {name} is {english.value(tree)}."
        yield Sentence("", about, value.place, words)
        return
    begun = f"Whether {name} holds" if truth else f"The {name}"
    yield Sentence("", about, value.place, f"{begun} is told by the first of these that fits.")
    for case in value.cases:
        tree = case.gives.tree
        gives = _holds(case.gives, english) if truth else f"it is {english.value(tree)}"
        words = f"If {english.holds(case.when.tree)}, {gives}." if case.when else f"Otherwise {gives}."
        yield Sentence("", f"case:{value.name}", case.place, words.replace(".”.", ".”"))


def _holds(expression: Expression, english: English) -> str:
    tree = expression.tree
    if isinstance(tree, Const):
        return "it always holds" if tree.value else "it never holds"
    return f"it holds if {english.holds(tree)}"


# --- as people read it, and as programs do ----------------------------------------------------------


def as_text(explained: Explained) -> str:
    """The sentences under headings, one a line, wrapped at 100 characters."""
    flow, lines, heading = explained.flow, [], ""
    title = seen(flow.title)
    lines += [title, "=" * min(len(title), WIDTH), ""]
    numbers = {step: number for number, step in enumerate(flow.steps, 1)}
    last = ""
    for sentence in explained.sentences:
        if sentence.step != last:
            last = sentence.step
            lines += ["", f"{numbers[last]}. {seen(last)}"]
        elif not sentence.step and (above := HEADINGS.get(sentence.about.partition(":")[0], "")) != heading:
            heading = above
            lines += ["", f"{heading}:"]
        bullet = "- " if ":" in sentence.about or sentence.about == "way" else ""
        indent = "   " if sentence.step else "  " if sentence.about.startswith(("case:", "row:")) else ""
        lines += _wrapped(sentence.text, indent + bullet, indent + "  ")
    if explained.promises:
        lines += ["", f"{PROMISED}:"]
    for vow in explained.promises:
        because = f" {spoken.sentence(vow.because)}" if vow.because else ""
        lines += _wrapped(f"{vow.text}{because}", "- ", "  ")
    return "\n".join(lines) + "\n"


def _wrapped(text: str, first: str, more: str) -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent=first, subsequent_indent=more, break_long_words=False, break_on_hyphens=False
    )


def as_json(explained: Explained) -> dict[str, Any]:
    """The object that ``explain --format json`` prints."""
    flow = explained.flow
    return {
        "shepherd": "explain/1",
        "flow": flow.id,
        "title": flow.title,
        "version": flow.version,
        "file": flow.file,
        "sentences": [
            {"step": s.step or None, "about": s.about, "line": s.place.line, "column": s.place.column, "text": s.text}
            for s in explained.sentences
        ],
        "promises": [
            {"name": v.name, "file": v.file, "line": v.line, "text": v.text, "because": v.because}
            for v in explained.promises
        ],
    }
