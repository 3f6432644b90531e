"""Where something may have happened although the path no longer shows it: passed, and gone back from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from shepherd.check.callgraph import CallGraph
from shepherd.check.picked import Passing
from shepherd.check.walks import Ways, ending
from shepherd.flow.model import Do, Flow, HandOn, Step

#: An outcome with which a flow is left, and whether it has happened by then.
Left = tuple[str, bool]


class Node(NamedTuple):
    """A step at its door, and whether what is looked for has happened."""

    step: str
    happened: bool


WON = Node("", True)
#: Ways by which one is turned away at the door: the step has not been entered.
TURNED = ("out_of_attempts", "unmet")


class GoingBack:
    """
    From which steps one can walk on until something has happened, come to a stop, and go back to the step.

    A step with ``no_going_back``, and a change that can't be taken back, end every such way; so does the end of the
    run. A change that is taken back has not happened. *passed* is what is looked for.
    """

    def __init__(self, calls: CallGraph, ways: Mapping[str, Ways], passed: Passing):
        self.calls, self.ways, self.passed = calls, ways, passed
        self._won: dict[tuple[str, frozenset[Left]], frozenset[Node]] = {}
        self._through: dict[tuple[str, bool], tuple[bool, frozenset[Left]]] = {}
        self._taken: set[tuple[str, bool]] = set()
        if not passed.nowhere:
            self._settle_hand_ons()

    def from_(self, flow: Flow, wins: frozenset[Left]) -> frozenset[Node]:
        """The nodes of *flow* from which it can be done; *wins* are the ways to leave it behind which it can."""
        if flow.no_going_back:
            wins = frozenset()
        if (flow.id, wins) not in self._won:
            self._won[flow.id, wins] = self._backwards(flow, wins)
        return self._won[flow.id, wins]

    def wins_inside(self, flow: Flow, step: Step, wins: frozenset[Left]) -> frozenset[Left]:
        """For the flow that *step* of *flow* calls: the ways to leave it behind which it can be done."""
        here = self.from_(flow, wins)
        found: set[Left] = set()
        for edge in self.ways[flow.id][step.id]:
            if edge.by.startswith("outcome:") and not step.no_going_back:
                for happened in (False, True):
                    now = happened or (flow.id, step.id, edge.by) in self.passed.edges
                    after = Node(edge.target, now)
                    if after in here or (now and stops(flow.steps[edge.target])):
                        found.add((edge.by.partition(":")[2], happened))
        return frozenset(found)

    def can(self, flow: Flow, step: Step, wins: frozenset[Left]) -> bool:
        """Whether one can stand at *step*, go on until it has happened, and come back to stand there again."""
        if not (step.human or step.verb == "lookup") or step.no_going_back:
            return False
        won = self.from_(flow, wins)
        if Node(step.id, False) not in won:
            return False
        turned = {Node(step.edges[by].target, False) for by in TURNED if by in step.edges}
        ways = self.after(flow, Node(step.id, False), wins)
        return any(after is WON or (after in won and after not in turned) for after in ways)

    # --- one flow ----------------------------------------------------------------------------------

    def _backwards(self, flow: Flow, wins: frozenset[Left]) -> frozenset[Node]:
        before: dict[Node, list[Node]] = {}
        for step in flow.steps.values():
            for happened in (False, True):
                here = Node(step.id, happened)
                for after in self.after(flow, here, wins):
                    before.setdefault(after, []).append(here)
        won: set[Node] = set()
        todo = [WON]
        while todo:
            for node in before.get(todo.pop(), ()):
                if node not in won:
                    won.add(node)
                    todo.append(node)
        return frozenset(won)

    def after(self, flow: Flow, node: Node, wins: frozenset[Left]) -> Iterator[Node]:
        """The nodes behind *node* as far as one can go back over them; WON where it has happened and one may."""
        step = flow.steps[node.step]
        if isinstance(step.action, HandOn):
            happened = node.happened or (flow.id, step.id) in self.passed.ends
            if not flow.no_going_back and (step.action.flow, happened) in self._taken:
                yield WON
            return
        name = ending(step)
        if name is not None:
            if (name, self._ended(flow, step, name, node.happened)) in wins:
                yield WON
            return
        for by, now in self._left(flow, step, node.happened):
            if now is None:
                yield WON
                continue
            edge = step.edges[by]
            if edge.target in flow.steps:
                yield WON if now and stops(flow.steps[edge.target]) else Node(edge.target, now)

    def _left(self, flow: Flow, step: Step, happened: bool) -> Iterator[tuple[str, bool | None]]:
        """The ways out of *step* over which one can go back, and whether it has happened then; None: inside already."""
        for by in step.edges:
            if by in TURNED:
                yield by, happened
            elif step.no_going_back:
                continue
            elif not by.startswith("outcome:"):
                yield from self._tried(flow, step, by, happened)
        callee = self.calls.callee(flow, step)
        if callee is None:
            return
        inside, left = self.through(callee, happened)
        if inside:
            yield "", None
        if not step.no_going_back:
            for outcome, now in left:
                by = f"outcome:{outcome}"
                if by in step.edges:
                    yield by, now or (flow.id, step.id, by) in self.passed.edges

    def _tried(self, flow: Flow, step: Step, by: str, happened: bool) -> Iterator[tuple[str, bool]]:
        now = happened or (flow.id, step.id, by) in self.passed.edges
        if isinstance(step.action, Do) and by != "result:error":
            if step.action.undo is not None and by != "result:unknown":
                yield by, happened  # taken back on the way
            return
        yield by, now

    def through(self, flow: Flow, happened: bool) -> tuple[bool, frozenset[Left]]:
        """Whether it can be done inside *flow*, and how one can come out of it again without a bar."""
        if (flow.id, happened) not in self._through:
            start = Node(flow.first, happened)
            inside = start in self.from_(flow, frozenset()) or (happened and stops(flow.steps[flow.first]))
            self._through[flow.id, happened] = (inside, frozenset(self._outcomes(flow, start)))
        return self._through[flow.id, happened]

    def _outcomes(self, flow: Flow, start: Node) -> Iterable[Left]:
        seen, todo, found = {start}, [start], set()
        while todo:
            node = todo.pop()
            step = flow.steps[node.step]
            name = ending(step)
            if name is not None:
                found.add((name, self._ended(flow, step, name, node.happened)))
            for after in self.after(flow, node, frozenset()):
                if after is not WON and after not in seen:
                    seen.add(after)
                    todo.append(after)
        return found

    def _ended(self, flow: Flow, step: Step, name: str, happened: bool) -> bool:
        return happened or (flow.id, step.id) in self.passed.ends or (flow.id, name) in self.passed.outcomes

    def _settle_hand_ons(self) -> None:
        """Which flows, taken over to, let it be done: looked at again until nothing is added, as they may go round."""
        flows = self.calls.flows
        taken = {
            step.action.flow
            for flow in flows.values()
            for step in flow.steps.values()
            if isinstance(step.action, HandOn) and step.action.flow in flows
        }
        while True:
            found = {(name, now) for name in taken for now in (False, True) if self.through(flows[name], now)[0]}
            self._won.clear()
            self._through.clear()
            if found <= self._taken:
                return
            self._taken |= found


def stops(step: Step) -> bool:
    """Whether a run stands still at *step*, so that one may go back from there."""
    return (step.pauses or step.verb in ("lookup", "do")) and not step.no_going_back
