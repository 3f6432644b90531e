"""The interpreter's three verbs: start a run, advance it by an input, replay it from its events."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from immutables import Map

from shepherd.check.library import Library
from shepherd.flow.model import Field
from shepherd.flow.scope import CUSTOMER
from shepherd.flow.types import Refusal, Type, check_field, from_json, to_json
from shepherd.run.api import Change, Event, GoBack, PathItem, Refused, Spent, Stamp, Try
from shepherd.run.doors import read
from shepherd.run.enter import EMPTY
from shepherd.run.fold import APPLY
from shepherd.run.keep import fall
from shepherd.run.path import item
from shepherd.run.state import Frame, Held, Limits, Run, State, Visit, new, plain_number, whose
from shepherd.run.tongue import language_of
from shepherd.run.walk import Walk, instant

LANGUAGE = 1
ERASED = {"erased": True}


class Step(NamedTuple):
    """What an input made: the run as it stands now, and the event to be recorded."""

    run: Run
    event: Event


class Diverged(Exception):
    """A recorded event does not fold to what was recorded; *seq* is its number from 1."""

    def __init__(self, seq: int, sentence: str):
        super().__init__(sentence)
        self.seq, self.sentence = seq, sentence


class Erased(Diverged):
    """A personal value that the fold needs has been erased: the record can be read, the run can't go on."""


def start(
    library: Library,
    flow: str,
    *,
    inputs: Mapping[str, Any],
    facts: Mapping[str, Any],
    stamp: Stamp,
    spent: Mapping[str, Spent] | None = None,
    held: Iterable[Mapping[str, Any]] = (),
    guarded: bool = True,
    limits: Limits | None = None,
    taken: int = 0,
) -> Step:
    """
    Begin a run of *flow*.

    *inputs* are texts or JSON by input name; *facts* is ``{"customer": {…}, "channel": "phone", …}`` in JSON.
    *spent* are tries already spent, by the keys of ``Run.keyed``; *held* the contact's assurances from earlier runs;
    *taken* the tracking ids that this minute has given (``escalation.numbered`` asks for them where it must).
    Raises Refused where the flow can't be started or an input is wrong.
    """
    if flow not in library.flows:
        raise Refused("unknown_flow", f'There is no flow "{flow}" in the library.')
    chosen = library.flows[flow]
    data: dict[str, Any] = {"flow": flow, "language": LANGUAGE, "bundle": dict(library.bundle(flow))}
    data["inputs"], private = _inputs(chosen.inputs, inputs)
    data["facts"] = {name: dict(v) if isinstance(v, Mapping) else v for name, v in facts.items()}
    private += [("facts", "customer", key) for key in data["facts"].get("customer", {})]
    if held:
        data["held"] = [dict(h) for h in held]
    if spent:
        data["spent"] = {key: s.count for key, s in spent.items() if s.count}
    if limits is not None:
        data["limits"] = list(limits)
    if taken:
        data["taken"] = taken
    run, entered, tries = _begin(library, data, stamp, guarded)
    return Step(run, Event("run_started", data, entered, *stamp[:3], tuple(private), _after(tries, spent)))


def advance(run: Run, given: Any, *, stamp: Stamp, spent: Mapping[str, Spent] | None = None, taken: int = 0) -> Step:
    """Take one input; *spent* and *taken* are as for ``start``. Raises Refused, and then nothing has changed."""
    kind, data, private = read(run, given, stamp)
    if taken:
        data["taken"] = taken
    if spent:
        counts = {key: s.count for key, s in spent.items() if s.count != run.spent.get(key, 0)}
        if counts:
            data["spent"] = counts
    if stamp.role != "agent" and "role" not in data:
        stamp = stamp._replace(role="agent")  # as replay has it: an event keeps only a role that was asked for
    after, entered, tries = fold(run, kind, data, stamp)
    if tries:
        tries = _after(tries, spent)
    return new(Step, (after, new(Event, (kind, data, entered, *stamp[:3], private, tries))))


def fold(run: Run, kind: str, data: Mapping[str, Any], stamp: Stamp) -> tuple[Run, tuple[Any, ...], tuple[Try, ...]]:
    """*run* one event later, what the engine entered, and the tries that it spent across runs."""
    walk = Walk(run, stamp, data.get("spent"), data.get("taken", 0))
    APPLY[kind](walk, data)
    after = walk.close()
    return after, tuple(walk.entered), walk.tries


def replay(
    library: Library | Mapping[str, Any],
    events: Iterable[Event],
    *,
    libraries: Callable[[Mapping[str, str]], Library] | None = None,
    guarded: bool = True,
) -> Run:
    """
    The run that *events* make, oldest first. Raises Diverged where what was recorded does not come about.

    *library* may also be the documents of one, by their names: compiling them again is what loading means.
    *libraries* gives the library of a bundle; it is asked only where the run was moved to another version.
    """
    events = list(events)
    if isinstance(library, Mapping):
        library = Library.load(library)
    moves = [seq for seq, event in enumerate(events, 1) if event.kind == "version_moved"]
    run = refold(library, events[: moves[0]] if moves else events, guarded)
    for place, seq in enumerate(moves):
        if libraries is None:
            raise Diverged(seq, "The run was moved to another version, whose library was not given.")
        until = moves[place + 1] if place + 1 < len(moves) else len(events)
        run = refold(libraries(events[seq - 1].data["bundle"]), events[:until], guarded, moved_at=seq)
    return run


def refold(library: Library, events: list[Event], guarded: bool, moved_at: int = 0) -> Run:
    """Fold *events* over *library*; up to *moved_at* the words may be others than those recorded."""
    run: Run | None = None
    for seq, event in enumerate(events, 1):
        stamp = Stamp(event.at, event.offset, event.actor, event.data.get("role", "agent"))
        if _has_erased(event.data):
            raise Erased(seq, f"Event {seq} holds a value that was erased; the run can be read, but not continued.")
        if run is None and event.kind != "run_started":
            raise Diverged(seq, f"The first event is {event.kind}, not run_started.")
        try:
            if run is None:
                run, entered, _ = _begin(library, event.data, stamp, guarded)
            else:
                run, entered, _ = fold(run, event.kind, event.data, stamp)
        except (LookupError, AssertionError, AttributeError, TypeError, ValueError) as error:
            raise Diverged(seq, f"Event {seq} ({event.kind}) does not fit the run: {error!r}.") from error
        if not came_about(entered, event.entered, words=seq > moved_at):
            raise Diverged(seq, f"Event {seq} ({event.kind}) was recorded with another way than the flow gives.")
    if run is None:
        raise Diverged(0, "There are no events.")
    return run


def preview(run: Run, given: Change | GoBack, *, stamp: Stamp) -> tuple[PathItem, ...]:
    """What falls away if *given* is taken: the visits that people or calls answered, without those that are kept."""
    step = advance(run, given, stamp=stamp)
    kept = {i["kept"] for i in step.event.entered if "kept" in i}
    later = fall(run.tip, given.visit)[1:]
    return tuple(
        item(run, v)
        for v in later
        if v.number not in kept and v.done and (v.step.human or v.step.verb in ("lookup", "do"))
    )


def came_about(made: Iterable[Mapping[str, Any]], recorded: Iterable[Mapping[str, Any]], *, words: bool = True) -> bool:
    """
    Whether what the engine enters now is what was *recorded*; without *words*, whatever was said.

    A value that one of the two keeps back as personal (null in ``set``) is not held against the other: a later release
    may see more sharply what is personal, and a run begun before it must still be read.
    """
    now, then = list(made), list(recorded)
    if now == then:
        return True
    pairs = zip(now, then, strict=False)
    return len(now) == len(then) and all(_seen(one, other, words) == _seen(other, one, words) for one, other in pairs)


def _seen(item: Mapping[str, Any], beside: Mapping[str, Any], words: bool) -> dict[str, Any]:
    """*item* with what it is compared by, *beside* being the one that it is compared with."""
    kept = {key: value for key, value in item.items() if words or key != "words"}
    others = beside.get("set")
    if "set" in kept and isinstance(others, Mapping):
        kept["set"] = {n: None if others.get(n, value) is None else value for n, value in kept["set"].items()}
    return kept


# --- the first event --------------------------------------------------------------------------------


def _inputs(
    declared: Mapping[str, Field], given: Mapping[str, Any]
) -> tuple[dict[str, Any], list[tuple[str | int, ...]]]:
    unknown = sorted(set(given) - set(declared))
    if unknown:
        raise Refused("unknown_input", f'This flow has no input "{unknown[0]}".', unknown[0])
    values: dict[str, Any] = {}
    private: list[tuple[str | int, ...]] = []
    refused: dict[str, tuple[str, str]] = {}
    for name, field in declared.items():
        value = check_field(field, given.get(name, ""))
        if isinstance(value, Refusal):
            refused[name] = (value.code, value.sentence)
        elif value is not None:
            values[name] = to_json(value)
            if field.personal:
                private.append(("inputs", name))
    for name, (code, sentence) in refused.items():
        raise Refused(code, f'Input "{name}": {sentence}', name, refused)
    return values, private


def _begin(library: Library, data: Mapping[str, Any], stamp: Stamp, guarded: bool) -> tuple[Run, Any, Any]:
    flows = library.spoken(language_of(data["facts"]))
    flow = flows[data["flow"]]
    facts = _facts(library, data["facts"])
    values = facts.update({n: from_json(v, flow.inputs[n].type) for n, v in data["inputs"].items()})
    held: Map[str, Held] = EMPTY
    for entry in data.get("held", ()):
        until = entry.get("until")
        held = held.set(entry["name"], Held(entry["level"], _moment(entry["at"]), _moment(until) if until else None))
    frame = Frame(flow, values, EMPTY, EMPTY, None, "", None, False, 1, 0)
    state = State(frame, held, EMPTY, EMPTY)
    first = flow.steps[flow.first]
    root = Visit(0, first, "", state, None, stamp, done=True)
    run = Run(
        library=library,
        flow_id=flow.id,
        flows=flows,
        limits=Limits(*data["limits"]) if "limits" in data else Limits(),
        guarded=guarded,
        facts=facts,
        seq=0,
        state=state,
        tip=root,
        made=0,
        requested=False,
        spent=Map(data.get("spent", {})),
        open_tries=frozenset(),
        answered_by=frozenset(),
        owner=stamp.actor.id if stamp.actor.kind == "agent" else "",
        paused=False,
        trouble=None,
        end=None,
        undoing=None,
        undone=frozenset(),
        happened=frozenset(),
        persons=(whose(flow, values) or _customer(data["facts"]),),
        last=stamp,
        channel=str(data["facts"].get("channel", "")),
    )
    walk = Walk(run, stamp, taken=data.get("taken", 0))
    walk.go(flow.first, "start")
    return walk.close(), tuple(walk.entered), walk.tries


def _facts(library: Library, given: Mapping[str, Any]) -> Map[str, Any]:
    """Facts typed as desk.yaml declares them; what it does not declare stays as it came."""
    facts: Map[str, Any] = EMPTY
    for name, value in given.items():
        declared = library.policy.facts.get(name, {})
        if isinstance(value, Mapping):
            value = {
                k: from_json(v, declared[k].type if k in declared else Type(kind="any", name="any"))
                for k, v in value.items()
                if v is not None
            }
        facts = facts.set(name, value)
    return facts


def _customer(facts: Mapping[str, Any]) -> str:
    """The number of the ticket's customer as the first event tells it; "" where it does not."""
    customer = facts.get("customer")
    return plain_number(customer.get(CUSTOMER)) if isinstance(customer, Mapping) else ""


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _has_erased(value: Any) -> bool:
    if isinstance(value, Mapping):
        return dict(value) == ERASED or any(_has_erased(v) for v in value.values())
    return isinstance(value, list | tuple) and any(_has_erased(v) for v in value)


def _after(tries: tuple[Try, ...], spent: Mapping[str, Spent] | None) -> tuple[Try, ...]:
    """*tries*, each after the last one under its key in *spent*."""
    return tuple(t._replace(last=spent[t.key].last) if t.key in spent else t for t in tries) if spent else tries


def held_after(run: Run) -> list[dict[str, Any]]:
    """What the contact holds after *run*, as ``held`` of a later run's start."""
    return [
        {"name": n, "level": h.level, "at": instant(h.at)} | ({"until": instant(h.until)} if h.until else {})
        for n, h in sorted(run.state.held.items())
        if h.stands(run.last.at)
    ]
