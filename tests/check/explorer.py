"""Every walk of small flows, one by one: what the proof has to agree with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from shepherd.check.walks import UNTRIED, ending
from shepherd.flow.findings import Hop
from shepherd.flow.model import Call, Edge, Flow, Step


class Place(NamedTuple):
    """Where a walk stands: the frames (flow, step, tries of this call), what is held, the tries of the run."""

    frames: tuple[tuple[str, str, tuple[str, ...]], ...]
    held: frozenset[str]
    tries: tuple[str, ...]
    by: str


class Explorer:
    """
    Walks *flows* from the start of *root*, by every edge at every step.

    *counting*: a step with attempts is left by ``out_of_attempts`` once its tries are spent, and only then; else it
    may be left so at any time. *most* bounds the walks.
    """

    def __init__(self, flows: Mapping[str, Flow], root: str, *, counting: bool, most: int = 20_000):
        self.flows, self.root, self.counting, self.most = flows, root, counting, most
        self.found: set[tuple[str, str]] = set()
        self.complete = True

    def explore(self) -> set[tuple[str, str]]:
        """Each (step, assurance) of the root such that the step, or the flow it calls, is entered without it."""
        queue = [self.start()]
        seen = set(queue)
        while queue:
            for place in self.after(queue.pop()):
                if place not in seen:
                    if len(seen) >= self.most:
                        self.complete = False
                        return self.found
                    seen.add(place)
                    queue.append(place)
        return self.found

    def start(self) -> Place:
        """Before the first step, with nothing held but what the root's head requires."""
        flow = self.flows[self.root]
        return Place(((self.root, flow.first, ()),), frozenset(n.name for n in flow.requires), (), "start")

    def after(self, place: Place) -> Iterator[Place]:
        """Every place at which the next step is entered or turned away from."""
        flow_id, name, local = place.frames[-1]
        flow = self.flows[flow_id]
        step = flow.steps[name]
        needs = [n.name for n in step.requires]
        if name == flow.first:
            needs += [n.name for n in flow.requires]
        for need in needs:
            self._check(place, need)
        if "unmet" in step.edges:
            for need in step.requires:
                yield self._to(place, step.edges["unmet"], place.held - {need.name})
        held = place.held | set(needs)
        if step.attempts is not None:
            way = step.edges["out_of_attempts"]
            ref = f"{flow_id}/{name}"
            spent = (local if step.attempts.per == "call" else place.tries).count(ref)
            if not self.counting or spent >= step.attempts.most:
                yield self._to(place, way, held)
            if self.counting and spent >= step.attempts.most:
                return
            if not self.counting and step.attempts.per == "ticket":  # another run may spend it meanwhile
                yield self._to(place, way, held - set(step.withdraws))
        held -= set(step.withdraws)
        place = place._replace(held=held)
        outcome = ending(step)
        if outcome is not None:
            yield from self._return(place, flow, outcome)
        elif isinstance(step.action, Call):
            callee = self.flows[step.action.flow]
            for need in callee.requires:
                self._check(place, need.name)
            held = place.held | {n.name for n in callee.requires}
            yield Place((*place.frames, (callee.id, callee.first, ())), held, place.tries, "call")
        else:
            for edge in step.edges.values():
                if edge.by not in ("out_of_attempts", "unmet"):
                    yield self._leave(place, step, edge)

    def _check(self, place: Place, need: str) -> None:
        if need not in place.held and len(place.frames) == 1:
            self.found.add((place.frames[0][1], need))

    def _return(self, place: Place, flow: Flow, outcome: str) -> Iterator[Place]:
        if len(place.frames) == 1:
            return
        held = place.held | {g.name for g in flow.outcomes[outcome].grants}
        frames = place.frames[:-1]
        caller = self.flows[frames[-1][0]].steps[frames[-1][1]]
        edge = caller.edges.get(f"outcome:{outcome}")
        if edge is not None:
            yield self._leave(place._replace(frames=frames, held=held), caller, edge)

    def _leave(self, place: Place, step: Step, edge: Edge) -> Place:
        flow_id, name, local = place.frames[-1]
        if self.counting and step.attempts is not None and edge.by not in UNTRIED:
            ref = f"{flow_id}/{name}"
            if step.attempts.per == "call":
                local = tuple(sorted((*local, ref)))
            else:
                place = place._replace(tries=tuple(sorted((*place.tries, ref))))
        place = place._replace(frames=(*place.frames[:-1], (flow_id, name, local)))
        return self._to(place, edge, place.held | {g.name for g in edge.grants})

    @staticmethod
    def _to(place: Place, edge: Edge, held: frozenset[str]) -> Place:
        flow_id, _, local = place.frames[-1]
        frames = (*place.frames[:-1], (flow_id, edge.target, local))
        return Place(frames, frozenset(held), place.tries, edge.by)

    def walks(self, path: tuple[Hop, ...], need: str) -> bool:
        """Whether *path* can be walked, hop by hop, and ends where *need* is missing."""
        places = {self.start()}
        for hop in path[1:]:
            places = {
                after
                for place in places
                for after in self.after(place)
                if f"{after.frames[-1][0]}/{after.frames[-1][1]}" == hop.step and after.by == hop.by
            }
        return any(need not in self._inside(place) for place in places)

    def _inside(self, place: Place) -> frozenset[str]:
        step = self.flows[place.frames[-1][0]].steps[place.frames[-1][1]]
        return place.held - set(step.withdraws) if isinstance(step.action, Call) else place.held
