"""A sketch as the YAML of a flow, in the manner of those that ship, with a comment wherever something is not known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from shepherd.author.elsewhere.called import Called, called
from shepherd.author.elsewhere.naming import Names, slug, telling, value_of
from shepherd.author.elsewhere.settle import MISSING, settle
from shepherd.author.elsewhere.sketch import Sketch, Station
from shepherd.author.elsewhere.writing import clean, entry, inline, title
from shepherd.author.fresh import title_of
from shepherd.author.picture import readable
from shepherd.flow.hazards import short
from shepherd.flow.ids import RESERVED
from shepherd.flow.model import Flow

#: How a comment begins that `shepherd check` finds until it is gone.
MARK = "# to-do: "
_WORDS = {
    "say": 'steps without answers have their words under "say"; what the agent does belongs under "guide"',
    "guide": 'steps without answers have their words under "guide"; what is said belongs under "say"',
}
_UNITS = ((86400, "d"), (3600, "h"), (60, "m"), (1, "s"))


class Head(NamedTuple):
    """What a file from elsewhere does not tell: a *title* is empty and *known* false where nobody chose them."""

    flow: str
    title: str
    category: str
    known: bool
    file: str
    schema: str


class Composed(NamedTuple):
    """The text of a flow, and how many steps and ways it has."""

    text: str
    steps: int
    ways: int


def compose(sketch: Sketch, head: Head, flows: Mapping[str, Flow]) -> Composed:
    """
    The flow that *sketch* draws; *flows* are those of its library, which it may call.

    Raises Unreadable where there is no step, or no end.
    """
    settle(sketch)
    return _Composing(sketch, head, flows).all()


class _Composing:
    def __init__(self, sketch: Sketch, head: Head, flows: Mapping[str, Flow]):
        self.sketch, self.head, self.flows = sketch, head, flows
        for one in sketch.stations.values():
            one.text, one.more = clean(one.text, lines=True), clean(one.more, lines=True)
        self.order = [sketch.first, *(key for key in sketch.stations if key != sketch.first)]
        self.names = self._named()
        self.calls = {key: found for key, one in sketch.stations.items() if (found := called(one, flows)) is not None}
        self.outcomes = self._outcomes()

    def all(self) -> Composed:
        """The whole text."""
        stations, order = self.sketch.stations, self.order
        steps: list[str] = []
        for place, key in enumerate(order):
            steps += self._step(stations[key], order[place + 1] if place + 1 < len(order) else "")
        ways = sum(len(self.calls[k].results) if k in self.calls else len(stations[k].targets) for k in order)
        return Composed("\n".join([*self._top(), "steps:", *steps]) + "\n", len(order), ways)

    def _named(self) -> dict[str, str]:
        """The id of each step, those first that are known for certain."""
        stations, names = self.sketch.stations.values(), Names()
        found = {station.key: names.keep(station.name) for station in stations if station.name}
        for number, one in enumerate(stations, 1):
            if one.key not in found:
                key = one.key if telling(one.key) and not one.wish else ""
                found[one.key] = names.give(one.wish, key, one.text, one.calls, otherwise=f"step_{number}")
        return found

    def _outcomes(self) -> dict[str, str]:
        """The outcome of each station that ends."""
        found: dict[str, str] = {}
        for key in self.order:
            station = self.sketch.stations[key]
            if not station.targets and key not in self.calls:
                made = slug(station.outcome or (station.text if station.kind == "end" else "")) or self.names[key]
                made = made if made[0].isalpha() else f"end_{made}"
                found[key] = f"{made}_end" if made in RESERVED else made
        return found

    def _top(self) -> list[str]:
        head, sketch = self.head, self.sketch
        lines = [f"# yaml-language-server: $schema={head.schema}"] if head.schema else []
        lines += [f"# Imported from {clean(head.file)}. What that file does not tell is marked as to-do;"]
        lines += ["# `shepherd check` finds each mark until you have written what is true and taken it out."]
        lines += _marks(sketch.unknown, 0)
        used = {
            s.words for k, s in sketch.stations.items() if self._is_message(s) and not s.name and k not in self.calls
        }
        lines += _marks((_WORDS[words] for words in sorted(used)), 0)
        lines += [f"flow: {head.flow}", f"title: {title(self._title())}", f"category: {head.category}"]
        if not head.known:
            lines[-1] += f"  {MARK}is it of this category?"
        lines += ["version: 1"]
        given = {name: kind for found in self.calls.values() for name, kind in found.inputs.items()}
        if given:
            lines += [f"inputs: {{{', '.join(f'{name}: {kind}' for name, kind in given.items())}}}"]
        lines += ["outcomes:"]
        for outcome in dict.fromkeys(self.outcomes.values()):
            mark = f'does "{outcome}" settle what the contact is about? Then write true'
            told = outcome == MISSING  # its own step is marked
            lines.append(f"  {outcome}: {{resolves: false}}{'' if told else f'  {MARK}{mark}'}")
        return lines

    def _title(self) -> str:
        """What people chose, else what the file says, else what the id suggests; blanks alone say nothing."""
        return clean(self.head.title) or clean(self.sketch.title) or title_of(self.head.flow)

    def _is_message(self, station: Station) -> bool:
        if station.kind == "wait" or not station.text:
            return False
        return (len(station.ways) == 1 and not station.ways[0].label and station.kind != "ask") or (
            not station.targets and station.kind != "end"
        )

    # --- steps ------------------------------------------------------------------------------------

    def _step(self, station: Station, following: str) -> list[str]:
        name = self.names[station.key]
        unknown = list(station.unknown)
        if station.key in self.calls:
            body = self._call(self.calls[station.key])
            unknown += self.calls[station.key].unknown
            unknown += [f"the file says of it: {station.more}"] if station.more else []
        elif not station.targets:
            body = self._end(station)
            if station.kind == "end" and not unknown and len(body) == 1:
                return [f"  {name}: {{end: {self.outcomes[station.key]}}}"]
        elif station.kind == "wait" and len(station.ways) == 1:
            pause = f"    wait: {{for: {_span(station.seconds)}}}"
            body = [pause, *_more("guide", station), *self._then(station, following)]
        elif len(station.ways) == 1 and not station.ways[0].label and station.kind != "ask":
            body = [*self._words(station, unknown), *self._then(station, following)]
        else:
            body = self._ask(station, unknown)
        if station.calls and station.key not in self.calls:
            unknown.append(f'it calls "{short(clean(station.calls))}", which {self._not_called(station)}')
        if station.silent:
            after = f"after: {_span(station.silence)}, then: {self.names[station.silent]}"
            body.append(f"    no_answer: {{{after}}}")
        return [f"  {name}:", *_marks(unknown, 4), *body]

    def _not_called(self, station: Station) -> str:
        flow = self.flows.get(slug(station.calls)) or self.flows.get(station.calls)
        if flow is None:
            return "is no flow of this library: write it, and call it here"
        return f"ends as {', '.join(flow.outcomes)}: write the call, and where each of these leads"

    def _words(self, station: Station, unknown: list[str]) -> list[str]:
        if not station.text:
            unknown.append("the file has no words for this step")
        return [*entry(station.words, station.text or readable(self.names[station.key]), 4), *_more("why", station)]

    def _then(self, station: Station, following: str) -> list[str]:
        target = station.ways[0].target
        return [] if target == following else [f"    then: {self.names[target]}"]

    def _end(self, station: Station) -> list[str]:
        outcome = self.outcomes[station.key]
        told = clean(station.text).casefold() in (
            "",
            readable(outcome).casefold(),
            readable(self.names[station.key]).casefold(),
        )
        words = station.words if station.kind != "end" or station.name else "guide"
        return [*([] if told else entry(words, station.text, 4)), *_more("why", station), f"    end: {outcome}"]

    def _ask(self, station: Station, unknown: list[str]) -> list[str]:
        if not station.text:
            unknown.append("the file has no words for this question")
        lines = [*entry("ask", station.text or "Which of these is it?", 4), *_more("guide", station), "    answers:"]
        if len(station.ways) == 1:
            unknown.append("there is only this one answer in the file: what else may be answered?")
        taken: set[str] = set()
        for number, way in enumerate(station.ways, 1):
            target = self.names[way.target]
            label = clean(way.label)
            if not label:
                label = self._label(way.target)
                unknown.append(f'no words stand beside the way to "{target}", so that its answer says that')
            value = value_of(way.value, label, taken, number)
            route = target if label == readable(value) else f"{{label: {inline(label)}, then: {target}}}"
            lines.append(f"      {value}: {route}")
        return lines

    def _label(self, key: str) -> str:
        """What an answer without words of its own says: the words of the step that it leads to, if they are short."""
        words = clean(self.sketch.stations[key].text)
        return words if 0 < len(words) <= 60 else readable(self.names[key])

    def _call(self, found: Called) -> list[str]:
        lines = [f"    call: {found.flow}"]
        if found.inputs:
            lines.append(f"    with: {{{', '.join(f'{name}: {name}' for name in found.inputs)}}}")
        results = ", ".join(f"{outcome}: {self.names[to]}" for outcome, to in found.results.items())
        if len(results) < 100:
            return [*lines, f"    results: {{{results}}}"]
        return [*lines, "    results:", *(f"      {o}: {self.names[to]}" for o, to in found.results.items())]


def _more(key: str, station: Station) -> list[str]:
    return entry(key, station.more, 4) if station.more else []


def _marks(sentences: Iterable[str], indent: int) -> list[str]:
    return [f"{' ' * indent}{MARK}{one}" for one in dict.fromkeys(map(clean, sentences)) if one]


def _span(seconds: int) -> str:
    size, unit = next((size, unit) for size, unit in _UNITS if seconds % size == 0)
    return f"{seconds // size}{unit}"
