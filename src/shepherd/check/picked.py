"""What the words of a promise mean in a library: which steps it holds for, and by which ways something is passed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from shepherd.check.walks import UNTRIED, ending
from shepherd.flow.model import Ask, Collect, Do, Flow, HandOn, Lookup, Step
from shepherd.flow.promised import Pick

#: Keys that tell steps apart; the others speak of flows, fields and ends.
STEP_KEYS = ("tag", "verb", "connector", "category", "step", "answer", "result")
END_KEYS = frozenset(("outcome", "resolves", "flow", "category"))


class Passing(NamedTuple):
    """
    When something has been passed: behind these ways out of steps, where these steps end, where these flows end.

    *edges* are (flow, step, by), *ends* (flow, step) of steps that no way leads out of, *outcomes* (flow, outcome).
    """

    edges: frozenset[tuple[str, str, str]] = frozenset()
    ends: frozenset[tuple[str, str]] = frozenset()
    outcomes: frozenset[tuple[str, str]] = frozenset()

    @property
    def steps(self) -> frozenset[tuple[str, str]]:
        """The steps whose ways out pass it."""
        return frozenset((flow, step) for flow, step, _ in self.edges) | self.ends

    @property
    def nowhere(self) -> bool:
        """Whether nothing ever passes it."""
        return not (self.edges or self.ends or self.outcomes)


NEVER = Passing()


class Selected(NamedTuple):
    """The steps that a promise holds for, as (flow, step); *ends*: only where they end a run."""

    steps: frozenset[tuple[str, str]]
    ends: bool


def selected(flows: Mapping[str, Flow], every: Pick) -> Selected:
    """The steps, or the ends of a run, that *every* picks."""
    if not {"outcome", "resolves"}.isdisjoint(every.keys):
        found = ((flow, step) for flow in flows.values() for step in flow.steps.values() if _ends(flow, step, every))
        return Selected(frozenset((flow.id, step.id) for flow, step in found), True)
    return Selected(frozenset((flow.id, step.id) for flow, step in _steps(flows.values(), every)), False)


def passing(flows: Mapping[str, Flow], pick: Pick) -> Passing:
    """
    When what *pick* names has been passed: a step once it was answered or gave a result, a flow once it came back.

    A step is not passed by ``no_answer``, nor by ``error``: nothing happened then. A field has to be filled for sure.
    """
    if "flow" in pick.keys:
        names, outcomes = pick.texts("flow"), pick.texts("outcome")
        ended = ((flow.id, name) for flow in flows.values() if flow.id in names for name in flow.outcomes)
        return Passing(outcomes=frozenset((f, name) for f, name in ended if not outcomes or name in outcomes))
    if "field" in pick.keys:
        return Passing(edges=frozenset(e for name in pick.texts("field") for e in _field(flows, name)))
    found = list(_steps(flows.values(), pick))
    narrow = {f"answer:{a}" for a in pick.texts("answer")}
    narrow |= {f"{kind}:{r}" for kind in ("result", "outcome") for r in pick.texts("result")}
    edges = ((flow.id, step.id, by) for flow, step in found for by in passed_by(step) if not narrow or by in narrow)
    ends = ((flow.id, step.id) for flow, step in found if not narrow and _is_last(step))
    return Passing(edges=frozenset(edges), ends=frozenset(ends))


def passed_by(step: Step) -> Iterator[str]:
    """The ways out of *step* behind which it has been worked through."""
    for by in step.edges:
        if by not in UNTRIED and by != "result:error":
            yield by


def matcher(pick: Pick) -> Callable[[Flow, Step], bool]:
    """Whether a step fits every key of *pick* that tells steps apart."""
    wanted = [(TOLD[key], frozenset(pick.texts(key)) - {""}) for key in pick.keys if key in TOLD]

    def fits(flow: Flow, step: Step) -> bool:
        return all(not words.isdisjoint(told(flow, step)) for told, words in wanted)

    return fits


def _operation(_: Flow, step: Step) -> tuple[str, ...]:
    """The operation that *step* calls, and its connector."""
    if not isinstance(step.action, Lookup | Do):
        return ()
    return (step.action.operation, step.action.operation.partition(".")[0])


#: What a pick tells steps apart by.
TOLD: Mapping[str, Callable[[Flow, Step], tuple[str, ...]]] = {
    "tag": lambda flow, step: (step.tag,),
    "verb": lambda flow, step: (step.verb,),
    "connector": _operation,
    "category": lambda flow, step: (flow.category,),
    "flow": lambda flow, step: (flow.id,),
    "step": lambda flow, step: (f"{flow.id}/{step.id}",),
}


def _is_last(step: Step) -> bool:
    """Whether no way leads out of *step*: it ends the flow, or hands on."""
    return ending(step) is not None or isinstance(step.action, HandOn)


def _steps(flows: Iterable[Flow], pick: Pick) -> Iterator[tuple[Flow, Step]]:
    fits = matcher(pick)
    for flow in flows:
        for step in flow.steps.values():
            if fits(flow, step):
                yield flow, step


def _ends(flow: Flow, step: Step, every: Pick) -> bool:
    name = ending(step)
    outcome = flow.outcomes.get(name) if name is not None else None
    if outcome is None:
        return False
    fits = {
        "outcome": (outcome.name, f"{flow.id}.{outcome.name}"),
        "resolves": () if outcome.resolves is None else (str(outcome.resolves).lower(),),
        "flow": (flow.id,),
        "category": (flow.category,),
    }
    return all(any(word in fits[key] for word in every.texts(key)) for key in every.keys if key in fits)


def _field(flows: Mapping[str, Flow], name: str) -> Iterator[tuple[str, str, str]]:
    """The ways behind which the field ``FLOW/STEP.FIELD`` is filled for sure."""
    flow_id, _, rest = name.partition("/")
    step_id, _, field_id = rest.partition(".")
    step = flows[flow_id].steps.get(step_id) if flow_id in flows else None
    action = step.action if step is not None else None
    if step is None or not isinstance(action, Ask | Collect):
        return
    field = action.field if isinstance(action, Ask) else action.fields.get(field_id)
    if field is not None and not field.optional and field.show_if is None:
        yield from ((flow_id, step_id, by) for by in passed_by(step))
