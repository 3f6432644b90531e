"""
Where two versions of a flow part: the same answers and results, given to both side by side.

Both are walked over the few values that the conditions of either tell apart, and two walks that stand at the same steps
with the same values of all that can still matter are one. So nothing is counted path by path, and what is more than may
be looked at is said to be so. Pure.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import networkx as nx

from shepherd.author.difference import Difference, FlowDifference
from shepherd.author.domains import Domains
from shepherd.author.explore import Explorer, Moves
from shepherd.author.leading import counts_days, may_lead
from shepherd.author.suggest import beginnings
from shepherd.author.walking import START, Here, Move, Rare, Walker
from shepherd.flow.given import Given, read_given
from shepherd.flow.graph import graph_of
from shepherd.flow.model import End, Escalate, Flow, HandOn
from shepherd.run.state import reachable

if TYPE_CHECKING:
    from shepherd.check.library import Library

#: So many moves are made for one flow, so many values of a name tried, and so many added messages passed in a row.
MOST_MOVES, MOST_VALUES, MOST_SKIPPED = 8_000, 8, 8

#: Why there may be more, where working days differ and no path parts on the one day.
ONE_DAY = f"working days were counted as they are on {START:%A}s, and may differ on other days of the week"


class Told(NamedTuple):
    """One thing on the way: the *step* or the operation, and the *value* that it was given or gave ("" for none)."""

    step: str
    value: str


class Arrival(NamedTuple):
    """
    Where one version comes to: at *step* (``flow/step``, "" where the answer is not taken), or ended with *outcome*.

    *ends* are the outcomes that can still follow by the graph.
    """

    step: str = ""
    outcome: str = ""
    ends: tuple[str, ...] = ()

    @property
    def takes(self) -> bool:
        """Whether what was given is taken at all."""
        return bool(self.step or self.outcome)


class Parting(NamedTuple):
    """
    Where the versions part: both came by *path*, whose last entry was given to both, and go on to different places.
    """

    flow: str
    path: tuple[Told, ...]
    before: Arrival
    after: Arrival

    @property
    def kind(self) -> str:
        """``appears``, ``vanishes``, ``ends elsewhere``, or ``goes another way``."""
        if not self.before.takes or not self.after.takes:
            return "appears" if self.after.takes else "vanishes"
        return "goes another way" if self.before.ends == self.after.ends else "ends elsewhere"


class Weighed(NamedTuple):
    """What came of weighing a flow; *whole* is False where there was more than was looked at, *why* else not."""

    flow: str
    partings: tuple[Parting, ...]
    pairs: int
    whole: bool
    why: str = ""

    @property
    def not_weighed(self) -> str:
        """What was not looked at, as a sentence; empty where all was."""
        if self.whole:
            return ""
        return f"{self.why or f'after {self.pairs} places there was more than was looked at'}."


def weigh(
    before: Library,
    after: Library,
    difference: FlowDifference,
    most: int = MOST_MOVES,
    others: Sequence[FlowDifference] = (),
) -> tuple[Weighed, int]:
    """
    Where the two versions of the flow of *difference* part, as far as *most* moves show it, and how many it took.

    In flows that it calls, steps and answers are called otherwise as *others* tell.
    """
    weighing = _Weighing(before, after, difference, most, others)
    weighed = weighing.weighed()
    return weighed, most - min(weighing.old.explorer.left, weighing.new.explorer.left)


def weigh_all(before: Library, after: Library, difference: Difference, most: int = MOST_MOVES) -> tuple[Weighed, ...]:
    """
    Every flow whose ways may differ: those that differ in more than words, then those that read what differs beside.

    *most* moves are made for each, and three times as many in all; what comes after that is said not to be weighed.
    """
    changed = [one for one in difference.flows if one.flow and one.was and any(map(may_lead, one.changes))]
    known = {one.flow for one in difference.flows}
    beside = {change.document for change in difference.beside if may_lead(change)}
    others = [
        FlowDifference(flow, flow, one.title, (), {step: step for step in one.steps}, ())
        for flow, one in after.flows.items()
        if flow in before.flows and flow not in known and not beside.isdisjoint(after.bundle(flow))
    ]
    left, found = 3 * most, []
    for one in (*changed, *others):
        if left <= 0:
            found.append(Weighed(one.flow, (), 0, False, "it was not looked at, as others took all moves"))
            continue
        weighed, made = weigh(before, after, one, min(most, left), difference.flows)
        left -= made
        if weighed.partings or one.changes or not weighed.whole:
            found.append(weighed)
    return tuple(found)


class _Names(NamedTuple):
    """What steps, and the values of answers at them, are called in the other version."""

    steps: Mapping[str, str] = {}
    answers: Mapping[tuple[str, str], str] = {}

    def of(self, move: Move) -> Move:
        """*move* as the other version has it."""
        if move.call:
            return move
        given = move.value
        value = self.answers.get((move.name, given), given) if isinstance(given, str) else given
        return move._replace(name=self.steps.get(move.name, move.name), value=value)


class _Side(NamedTuple):
    flow: Flow
    explorer: Explorer
    walker: Walker


class _Pair(NamedTuple):
    old: Here
    new: Here
    path: tuple[Told, ...]


class _Weighing:
    def __init__(
        self,
        before: Library,
        after: Library,
        difference: FlowDifference,
        most: int,
        others: Sequence[FlowDifference],
    ):
        self.difference, self.most = difference, most
        self.old = _side(before, difference.was, most)
        self.new = _side(after, difference.flow, most)
        self.later, self.earlier = _names((*others, difference))
        found = [beginnings(side.walker.library, side.walker.domains, side.flow) for side in (self.old, self.new)]
        self.heads = [*found[0], *(head for head in found[1] if head not in found[0])]
        self.known = {**found[1][0].get("inputs", {}), **found[0][0].get("inputs", {})}
        both = (*self.old.walker.domains.held, *self.new.walker.domains.held)
        self.leading = {path[-1] for _, path in both if len(path) > 1}
        self.partings: dict[Any, Parting] = {}
        self.seen: set[Any] = set()
        self.waiting: deque[_Pair] = deque()

    def weighed(self) -> Weighed:
        for head in self.heads:
            self._begin(head)
        pairs = 0
        while self.waiting and min(self.old.explorer.left, self.new.explorer.left) > 0:
            pairs += 1
            self._on(self.waiting.popleft())
        found = tuple(self.partings.values())
        cut = self.old.walker.domains.cut or self.new.walker.domains.cut
        if not (found or self.waiting or cut) and any(map(counts_days, self.difference.changes)):
            return Weighed(self.difference.flow, (), pairs, False, ONE_DAY)
        return Weighed(self.difference.flow, found, pairs, not self.waiting and not cut)

    # --- both at once ------------------------------------------------------------------------------

    def _begin(self, head: Mapping[str, Any]) -> None:
        old, new = (self._given(side, head) for side in (self.old, self.new))
        there = self.new.walker.begin(self.new.flow.id, new)
        begun = False
        first = self.old.walker.begin(self.old.flow.id, old)
        for moves, _, here in self.old.explorer.begun(old):
            begun = True
            if first is not None and there is not None:
                self._side_by_side((), moves, self.old, self.new, first, there, here)
            else:
                self._arrive((), moves, here, None)
        if not begun and there is not None:
            self._arrive((), (), None, there)

    def _given(self, side: _Side, head: Mapping[str, Any]) -> Given:
        """*head* for one of the two: the inputs that it has, and the tries of steps that it has."""
        inputs = {**self.known, **head.get("inputs", {})}
        tree = {
            **head,
            "inputs": {name: value for name, value in inputs.items() if name in side.flow.inputs},
            "spent": {step: n for step, n in head.get("spent", {}).items() if step in side.flow.steps},
        }
        return read_given(tree, side.flow.id)

    def _on(self, pair: _Pair) -> None:
        tried = list(self.old.walker.moves(pair.old))
        for move in tried:
            self._try(pair, move, self.old, self.new, pair.old, pair.new)
        known = {_hashable(self.later.of(move)) for move in tried}
        for move in self.new.walker.moves(pair.new):
            if _hashable(move) not in known:
                self._try(pair, move, self.new, self.old, pair.new, pair.old)

    def _try(self, pair: _Pair, move: Move, lead: _Side, follow: _Side, first: Here, second: Here) -> None:
        """Make *move* in the walk *first* and see whether *second* goes along."""
        options = list(lead.explorer.after(first, move))
        if not options:
            there, made = self._follow(follow, second, (move,), self.later)
            if there is not None and made and lead is self.old:
                self._arrive(pair.path, (move,), None, there)
            return
        for moves, _, here in options:
            self._side_by_side(pair.path, moves or (move,), lead, follow, first, second, here)

    def _side_by_side(
        self, path: tuple[Told, ...], moves: Moves, lead: _Side, follow: _Side, first: Here, second: Here, come: Here
    ) -> None:
        """The walk *first* has *come* by *moves*; *second* goes along as far as it stands at the same steps."""
        names = self.later if lead is self.old else self.earlier
        there, made = self._follow(follow, second, moves, names)
        here: Here | None = come
        if there is not None and made < len(moves):
            here, _ = self._follow(lead, first, moves[:made], _Names())
        self._arrive(path, moves[:made], *((here, there) if lead is self.old else (there, here)))

    def _follow(self, side: _Side, here: Here, moves: Sequence[Move], names: _Names) -> tuple[Here | None, int]:
        """
        The walk *here* after the same *moves*, and how many of them it made before it stood at another step.

        None where one of them is not taken.
        """
        for number, move in enumerate(map(names.of, moves)):
            while (skipped := _made_before(side.walker, here, move)) is not None:
                here = skipped
            at = here.run.tip.step
            if here.run.ended or (getattr(at.action, "operation", "") if move.call else at.ref) != move.name:
                return here, number
            taken = side.walker.take(here, move)
            side.explorer.limit(side.explorer.left - 1)
            if taken is None:
                return None, number + 1
            here = taken[0]
        return here, len(moves)

    def _arrive(self, path: tuple[Told, ...], moves: Moves, old: Here | None, new: Here | None) -> None:
        """Both have come as far as *moves* lead: together, or to different places."""
        trail = (*path, *(self._told(move) for move in moves))
        if old is not None and new is not None:
            old, new = self._skip(self.old, old, self.later), self._skip(self.new, new, self.earlier)
            if _broken(old) or _broken(new):
                old, new = (None if _broken(one) else one for one in (old, new))
            elif self._together(old, new):
                self._keep(_Pair(old, new, trail))
                return
        if old is None and new is None:
            return
        before, after = self._arrival(self.old, old), self._arrival(self.new, new)
        last = trail[-1].step if trail and before.takes and after.takes else trail[-1:]
        key = (last, before, after)
        if key not in self.partings:
            self.partings[key] = Parting(self.difference.flow, trail, before, after)

    def _together(self, old: Here, new: Here) -> bool:
        if old.run.ended or new.run.ended:
            return old.run.ended and new.run.ended and old.run.outcome == new.run.outcome
        ref = old.run.tip.ref
        same = self.later.steps.get(ref, ref) == new.run.tip.ref
        return same and old.run.state.frame.depth == new.run.state.frame.depth

    def _keep(self, pair: _Pair) -> None:
        if pair.old.run.ended:
            return
        key = (self.old.explorer.key(pair.old), self.new.explorer.key(pair.new))
        if key not in self.seen:
            self.seen.add(key)
            self.waiting.append(pair)

    def _skip(self, side: _Side, here: Here, names: _Names) -> Here:
        """Read on where there is a message that the other version has not: it asks for nothing."""
        for _ in range(MOST_SKIPPED):
            step = here.run.tip.step
            known = step.ref in names.steps or not step.ref.startswith(f"{side.flow.id}/")
            if here.run.ended or step.verb != "message" or known:
                break
            taken = side.walker.take(here, Move(step.ref, None))
            if taken is None:
                break
            here = taken[0]
        return here

    # --- for telling -------------------------------------------------------------------------------

    def _told(self, move: Move) -> Told:
        """*move* for people: of what another system gives, the values that some condition reads."""
        value = move.value
        if move.call and isinstance(value, Mapping):
            (result, values), *_ = value.items()
            read = {name: one for name, one in values.items() if name in self.leading}
            return Told(move.name, f"{result} ({_value(read)})" if read else result)
        return Told(move.name, _value(value))

    def _arrival(self, side: _Side, here: Here | None) -> Arrival:
        if here is None:
            return Arrival()
        if here.run.ended:
            return Arrival(here.run.tip.ref, here.run.outcome, (here.run.outcome,))
        frame, step = here.run.state.frame, here.run.tip.step.id
        while frame.caller is not None:
            frame, step = frame.caller, frame.step
        return Arrival(here.run.tip.ref, "", ends(side.flow, step) if frame.flow.id == side.flow.id else ())


def _names(differences: Sequence[FlowDifference]) -> tuple[_Names, _Names]:
    """What the steps and answers of flows are called later, and earlier."""
    steps = {f"{d.was}/{a}": f"{d.flow}/{b}" for d in differences for a, b in d.steps.items()}
    answers = [(d, *key, new) for d in differences for key, new in d.answers.items()]
    return (
        _Names(steps, {(f"{d.was}/{a}", old): new for d, a, _, old, new in answers}),
        _Names({b: a for a, b in steps.items()}, {(f"{d.flow}/{b}", new): old for d, _, b, old, new in answers}),
    )


def _side(library: Library, flow: str, most: int) -> _Side:
    flows = {one.id for one in reachable(library, flow)} | library.reached(flow)
    walker = Walker(library, Domains(library, sorted(flows), START, MOST_VALUES))
    explorer = Explorer(library, walker, flow, Rare())
    explorer.limit(most)
    return _Side(library.flows[flow], explorer, walker)


def ends(flow: Flow, step: str) -> tuple[str, ...]:
    """The outcomes that can follow *step* by the graph of *flow*, in their order; what is handed on to by its name."""
    found = set()
    for name in nx.descendants(graph_of(flow), step) | {step}:
        action = flow.steps[name].action
        if isinstance(action, End | Escalate) and action.outcome:
            found.add(action.outcome)
        elif isinstance(action, HandOn):
            found.add(f"flow {action.flow}")
    return tuple(name for name in flow.outcomes if name in found) + tuple(sorted(found - set(flow.outcomes)))


def _made_before(walker: Walker, here: Here, move: Move) -> Here | None:
    """The walk behind a change that was made before, and that *move* is not about; None where there is none."""
    action = here.run.tip.step.action
    operation = getattr(action, "operation", "")
    if here.run.ended or not operation or (move.call and move.name == operation):
        return None
    taken = walker.take(here, Move(operation, "ok", call=True))
    return taken[0] if taken is not None and not taken[2] else None


def _broken(here: Here | None) -> bool:
    return here is not None and here.run.trouble is not None


def _hashable(move: Move) -> Any:
    return (move.name, repr(move.value), move.call, move.after)


def _value(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_value(one)}".strip() for name, one in value.items())
    if isinstance(value, list | tuple):
        return " and ".join(map(_value, value)) or "none"
    return str(value)
