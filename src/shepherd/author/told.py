"""What a step does, in sentences: one row per verb, and one per side word."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from shepherd.author import spoken
from shepherd.author.english import English
from shepherd.author.fieldwords import field_name, field_words
from shepherd.author.spoken import listed, named, quoted, seen
from shepherd.author.ways import Ways, tries
from shepherd.flow.expression import Expression
from shepherd.flow.findings import Place
from shepherd.flow.model import (
    Ask,
    Call,
    Collect,
    Decide,
    Do,
    End,
    Escalate,
    Flow,
    HandOn,
    Lookup,
    Message,
    Need,
    Outcome,
    Set,
    Step,
    Wait,
)
from shepherd.flow.tree import Read

SPOKEN = {"warn": "Mind", "say": "Say", "guide": "Do", "why": "Why"}
ONCE = {
    "visit": "each time that this step is reached",
    "run": "once in a run; asked for again with the same values, the first result counts",
    "ticket": "once for the ticket; asked for again with the same values, the first result counts",
}


class Said(NamedTuple):
    """A sentence of a step: what it is about (a key of the step, or ``way``), where that stands, and its words."""

    about: str
    place: Place
    text: str


class Teller:
    """Tells the steps of one flow; *titles* are those of the flows that it may call."""

    def __init__(self, flow: Flow, titles: Mapping[str, str], english: English, ways: Ways):
        self.flow, self._titles, self.english, self._ways = flow, titles, english, ways

    def of(self, step: Step) -> Iterator[Said]:
        """All that *step* says and does, in the order in which it happens."""
        yield from self._before(step)
        said = dict(step.words.texts)
        for key in ("warn", "say"):
            if key in said:
                yield self._spoken(step, key, said[key])
        if step.note is not None:
            note = spoken.sentence(f"Put on the ticket: {self.english.words(step.note)}")
            yield Said("note", _at(step, "note"), note)
        asks = step.verb in ("ask", "collect")
        guide = [self._spoken(step, "guide", said["guide"])] if "guide" in said else []
        yield from () if asks else guide
        yield from TOLD[step.verb](self, step, step.action)
        yield from guide if asks else ()
        if step.words.article:
            yield Said("article", _at(step, "article"), f"See {quoted(step.words.article)}.")
        for check in step.checks:
            refused = f"It is refused with {self.english.words(check.message)}"
            yield Said("check", check.place, f"{refused} if {self.english.fails(check.must.tree)}.")
        yield from self._kept(step)
        yield from (Said("way", place, text) for place, text in self._ways.of(step))
        yield from self._behind(step)
        if "why" in said:
            yield self._spoken(step, "why", said["why"])

    def _spoken(self, step: Step, key: str, text: Any) -> Said:
        return Said(key, _at(step, key), spoken.sentence(f"{SPOKEN[key]}: {self.english.words(text)}"))

    # --- what holds for every verb -----------------------------------------------------------------

    def _before(self, step: Step) -> Iterator[Said]:
        if step.withdraws:
            names = listed([named(name) for name in step.withdraws], "and")
            yield Said("withdraws", _at(step, "withdraws"), f"From here on {names} counts no longer.")
        if step.requires:
            needs = self.needs(step.requires)
            guarded = (
                "" if "unmet" in step.edges else "; if it is missing, the flow that gives it is gone through first"
            )
            yield Said("requires", _at(step, "requires"), f"This needs {needs}{guarded}.")
        if step.role:
            who = f"{named(step.role)} who has not answered earlier in this run"
            yield Said("by", _at(step, "by"), f"Only {spoken.article(who)} may do this.")

    def needs(self, needs: tuple[Need, ...]) -> str:
        """``identity at the level strong and consent``."""
        return listed([named(n.name) + self._ways.level(n.name, n.level) for n in needs], "and")

    def _kept(self, step: Step) -> Iterator[Said]:
        if step.saves != step.id:
            yield Said("save", _at(step, "save"), f"What comes of it is kept as the {named(step.saves)}.")
        if step.tag:
            yield Said("tag", _at(step, "tag"), f"This step is tagged {seen(step.tag)}.")

    def _behind(self, step: Step) -> Iterator[Said]:
        if step.attempts is not None and "out_of_attempts" not in step.edges:
            yield Said("attempts", _at(step, "attempts"), f"It ends once {tries(step.attempts)}.")
        if step.no_going_back:
            yield Said("no_going_back", _at(step, "no_going_back"), "Nobody can go back behind this step.")

    # --- one row per verb --------------------------------------------------------------------------

    def _message(self, step: Step, action: Message) -> Iterator[Said]:
        return iter(())

    def _ask(self, step: Step, action: Ask) -> Iterator[Said]:
        yield Said("ask", _at(step, "ask"), f"Ask: {self.english.words(action.question)}")
        if not action.routed:
            yield Said("type", _at(step, "type"), field_words(action.field, self.english, name="The answer"))

    def _collect(self, step: Step, action: Collect) -> Iterator[Said]:
        yield Said("collect", _at(step, "collect"), "Fill in, on one page:")
        for field in action.fields.values():
            yield Said(f"field:{field.name}", field.place, field_words(field, self.english, name=field_name(field)))

    def _decide(self, step: Step, action: Decide) -> Iterator[Said]:
        yield Said("decide", _at(step, "decide"), "Nobody is asked here: the first of these that holds decides.")

    def _call(self, step: Step, action: Call) -> Iterator[Said]:
        about = f", for the {named(action.about)}" if action.about else ""
        yield Said("call", action.place, f"Go through {self._flow_name(action.flow)}{about}{self._with(action.args)}.")

    def _lookup(self, step: Step, action: Lookup) -> Iterator[Said]:
        yield Said("lookup", action.place, f"Look up {seen(action.operation)}{self._with(action.args)}.")
        yield from self._timeout(step, action.timeout)

    def _do(self, step: Step, action: Do) -> Iterator[Said]:
        yield Said("do", action.place, f"Carry out {seen(action.operation)}{self._with(action.args)}.")
        if action.once_per:
            yield Said("once_per", _at(step, "once_per"), f"It is done {ONCE[action.once_per]}.")
        if action.undo:
            yield Said("undo", _at(step, "undo"), f"Whoever goes back over it takes it back by {seen(action.undo)}.")
        yield from self._timeout(step, action.timeout)

    def _timeout(self, step: Step, seconds: int | None) -> Iterator[Said]:
        if seconds is not None:
            yield Said("timeout", _at(step, "timeout"), f"Wait at most {spoken.span(seconds)} for it.")

    def _escalate(self, step: Step, action: Escalate) -> Iterator[Said]:
        severity = f", as {seen(action.severity)}" if action.severity else ""
        because = f", because: {self.english.words(action.because)}" if action.because else ""
        yield Said("escalate", action.place, spoken.sentence(f"Pass it on to {seen(action.queue)}{severity}{because}"))
        if action.outcome:
            yield Said("outcome", _at(step, "outcome"), self._ends(action.outcome))

    def _end(self, step: Step, action: End) -> Iterator[Said]:
        yield Said("end", action.place, self._ends(action.outcome))

    def _hand_on(self, step: Step, action: HandOn) -> Iterator[Said]:
        words = f"Go on in {self._flow_name(action.flow)}{self._with(action.args)}, and do not come back"
        yield Said("hand_on", action.place, f"{words}; what it ends with is how this flow ends.")

    def _set(self, step: Step, action: Set) -> Iterator[Said]:
        for name, expression in action.values.items():
            words = f"From here on the {named(name)} is {self.english.value(expression.tree)}."
            yield Said(f"set:{name}", expression.place, words)

    def _wait(self, step: Step, action: Wait) -> Iterator[Said]:
        until = action.until
        words = (
            f"until {self.english.value(until.tree)}" if until is not None else f"for {spoken.span(action.duration)}"
        )
        yield Said("wait", _at(step, "wait"), f"Wait {words}; somebody may go on earlier.")

    # --- parts of these ----------------------------------------------------------------------------

    def _flow_name(self, flow: str) -> str:
        title = self._titles.get(flow)
        return f"the flow {quoted(title)} ({seen(flow)})" if title else f"the flow {seen(flow)}"

    def _with(self, args: Mapping[str, Expression]) -> str:
        given = [self._given(name, expression) for name, expression in args.items()]
        return f", with {listed(given, 'and')}" if given else ""

    def _given(self, name: str, expression: Expression) -> str:
        tree = expression.tree
        said = self.english.value(tree)
        return said if isinstance(tree, Read) and tree.path == (name,) else f"{said} as {named(name)}"

    def _ends(self, name: str) -> str:
        outcome = self.flow.outcomes.get(name)
        return f"The flow ends as {seen(name)}{resolved(outcome) if outcome else ', which is no outcome of it'}."


def resolved(outcome: Outcome) -> str:
    """Whether *outcome* resolves the matter, for behind its name."""
    if outcome.resolves is None:
        return ""
    return ": resolved" if outcome.resolves else ": not resolved"


def _at(step: Step, key: str) -> Place:
    return step.places.get(key, step.place)


#: What is told of each verb, by its name.
TOLD: Mapping[str, Callable[[Teller, Step, Any], Iterator[Said]]] = {
    "message": Teller._message,
    "ask": Teller._ask,
    "collect": Teller._collect,
    "decide": Teller._decide,
    "call": Teller._call,
    "lookup": Teller._lookup,
    "do": Teller._do,
    "escalate": Teller._escalate,
    "end": Teller._end,
    "hand_on": Teller._hand_on,
    "set": Teller._set,
    "wait": Teller._wait,
}
