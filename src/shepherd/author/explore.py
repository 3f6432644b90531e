"""
All that may happen in one flow, over the few values that its conditions tell apart: a finite graph of moves.

Two walks that stand at the same step, with the same values of all that can still matter, are one node; so nothing is
counted path by path. Each move is made by the interpreter itself. A called flow is gone through once for each state in
which it is called. Pure.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from shepherd.author.domains import TODAY
from shepherd.author.liveness import Live, liveness
from shepherd.author.trail import Crossing
from shepherd.author.walking import Here, Move, Rare, Walker
from shepherd.flow.given import Given
from shepherd.run.state import Frame

if TYPE_CHECKING:
    from shepherd.check.library import Library

MOST_NODES, MOST_MOVES, MOST_INSIDE = 4_000, 60_000, 2_000
Moves = tuple[Move, ...]


class Way(NamedTuple):
    """From one node to another: the *moves*, and the *crossed* edges of the flow as bits of a number."""

    source: int
    target: int
    moves: Moves
    crossed: int


class Explored(NamedTuple):
    """
    The graph: node 0 is before the beginning, node 1 behind every end.

    *begins* tells for each way out of node 0 with which of the beginnings it starts. *edges* says which bit an edge
    has. *whole* is False where there was more than is looked at.
    """

    begins: list[int]
    ways: list[list[Way]]
    edges: list[Crossing]
    whole: bool


BEFORE, BEHIND = 0, 1


class Explorer:
    """
    One flow being explored, with what is *rare* in itself.

    Tries spent in flows that it calls tell its nodes apart only where that is *fine*: most flows can be left in so many
    ways that there would be far more nodes, and nothing else to see.
    """

    def __init__(self, library: Library, walker: Walker, flow: str, rare: Rare, *, fine: bool = False):
        self.library, self.walker, self.flow, self.rare, self.fine = library, walker, flow, rare, fine
        graph = library.flows[flow]
        self.edges = [Crossing(flow, s, e.by) for s, step in graph.steps.items() for e in step.edges.values()]
        self._bit = {crossing: 1 << number for number, crossing in enumerate(self.edges)}
        self._live: dict[str, dict[str, Live]] = {}
        self._counted: dict[str, dict[str, int]] = {}
        self._inside: dict[Any, list[Moves]] = {}
        self._ends: dict[Any, Moves | None] = {}
        self._left = MOST_MOVES
        self._ways: list[list[Way]] = [[], []]
        self._known: dict[Any, int] = {}
        self._waiting: deque[tuple[int, Here]] = deque()

    def explore(self, givens: Sequence[Given]) -> Explored:
        """Everything from each of *givens* on, as far as it is looked at."""
        begins: list[int] = []
        for number, given in enumerate(givens):
            for moves, crossed, there in self.begun(given):
                begins.append(number)
                self._add(BEFORE, moves, crossed, there)
        while self._waiting and self._left > 0 and len(self._ways) < MOST_NODES:
            node, here = self._waiting.popleft()
            for moves, crossed, there in self._choices(here):
                self._add(node, moves, crossed, there)
        self._left = MOST_MOVES
        return Explored(begins, self._ways, self.edges, not self._waiting)

    def realised(self, given: Given, walk: Sequence[Way]) -> list[Move] | None:
        """
        The moves of *walk* in a run that begins with *given*; None where there are none.

        Where a called flow takes other moves than it took when the node was found (since fewer tries are left), those
        are made.
        """
        here = self.walker.begin(self.flow, given)
        if here is None:
            return None
        made: list[Move] = []
        options: Iterator[tuple[Moves, int, Here]] = self._on((), self._entered(here), here)
        for way in walk:
            known = self._all(here, way.moves)
            if known is None or not self._is(way, known[1], known[2]):
                known = next((one for one in options if self._is(way, one[1], one[2])), None)
            if known is None:
                return None
            made += known[0]
            here = known[2]
            options = self._choices(here)
        return made

    def _is(self, way: Way, crossed: int, here: Here) -> bool:
        node = self._known.get(self._key(here, 0)) if self._at_home(here) else BEHIND
        return crossed & way.crossed == way.crossed and node == way.target

    def _choices(self, here: Here) -> Iterator[tuple[Moves, int, Here]]:
        """Everything that may come next."""
        for move in self.walker.moves(here, self.rare):
            yield from self.after(here, move)

    def after(self, here: Here, move: Move) -> Iterator[tuple[Moves, int, Here]]:
        """Where *move* leads before there is a choice in the flow itself: the moves, the edges crossed, the walk."""
        taken = self._take(here, move)
        if taken is not None:
            there, crossed, needed = taken
            yield from self._on((move,) if needed else (), crossed, there)

    def begun(self, given: Given) -> Iterator[tuple[Moves, int, Here]]:
        """The same of a walk that begins with *given*; nothing where it can't."""
        here = self.walker.begin(self.flow, given)
        if here is not None:
            yield from self._on((), self._entered(here), here)

    def key(self, here: Here) -> Any:
        """What tells *here* from walks that go on otherwise."""
        return self._key(here, 0)

    def limit(self, moves: int) -> None:
        """Make no more than *moves* moves from here on."""
        self._left = moves

    @property
    def left(self) -> int:
        """How many moves may still be made."""
        return self._left

    # --- nodes -----------------------------------------------------------------------------------

    def _add(self, source: int, moves: Moves, crossed: int, here: Here) -> None:
        target = BEHIND
        if self._at_home(here):
            key = self._key(here, 0)
            target = self._known.get(key, -1)
            if target < 0:
                target = self._known[key] = len(self._ways)
                self._ways.append([])
                self._waiting.append((target, here))
        way = Way(source, target, moves, crossed)
        if not any(w.target == target and w.crossed == crossed for w in self._ways[source]) or source == BEFORE:
            self._ways[source].append(way)

    def _at_home(self, here: Here) -> bool:
        """Whether the walk goes on in the flow itself, and can."""
        run = here.run
        return not run.ended and run.trouble is None and run.state.frame.depth == 1 and self._here_is(here, self.flow)

    def _here_is(self, here: Here, flow: str) -> bool:
        return here.run.state.frame.flow.id == flow

    def _on(self, moves: Moves, crossed: int, here: Here) -> Iterator[tuple[Moves, int, Here]]:
        """Where a walk comes to from *here* before there is a choice in the flow itself."""
        run = here.run
        if run.trouble is not None:
            return
        if run.ended or self._at_home(here):
            yield moves, crossed, here
        elif run.state.frame.depth > 1:
            for inside in self._through(here):
                found = self._all(here, inside)
                if found is not None:
                    yield from self._on((*moves, *found[0]), crossed | found[1], found[2])
        else:
            found = self._all(here, self._to_an_end(here) or ())
            if found is not None:
                yield (*moves, *found[0]), crossed | found[1], found[2]

    def _all(self, here: Here, moves: Moves) -> tuple[Moves, int, Here] | None:
        """*moves* made from *here*: those that were needed, what they crossed, and where they led."""
        crossed, made = 0, []
        for move in moves:
            taken = self._take(here, move)
            if taken is None:
                return None
            here, more, needed = taken
            crossed |= more
            if needed:
                made.append(move)
        return tuple(made), crossed, here

    def _take(self, here: Here, move: Move) -> tuple[Here, int, bool] | None:
        self._left -= 1
        taken = self.walker.take(here, move)
        if taken is None:
            return None
        there, crossed, needed = taken
        return there, sum(self._bit.get(one, 0) for one in crossed), needed

    def _entered(self, here: Here) -> int:
        """What the beginning itself crossed."""
        from shepherd.author.trail import crossings

        return sum({self._bit.get(c, 0) for _, c in crossings(here.run, None) if c is not None})

    # --- called flows, and what follows a flow that hands on ----------------------------------------

    def _through(self, here: Here) -> list[Moves]:
        """Ways through the flow that is called: the shortest to each state in which it can come back."""
        key = self._key(here, 1)
        if key not in self._inside:
            self._inside[key] = found = []
            seen: set[Any] = {key}
            back: set[Any] = set()
            queue: deque[tuple[Here, Moves]] = deque([(here, ())])
            while queue and len(seen) < MOST_INSIDE and self._left > 0:
                there, moves = queue.popleft()
                for move in self.walker.moves(there):
                    taken = self._take(there, move)
                    if taken is None or taken[0].run.trouble is not None:
                        continue
                    after = taken[0]
                    out = after.run.ended or after.run.state.frame.depth == 1
                    state = self._key(after, 0 if out else 1)
                    if out and (state, taken[1]) not in back:
                        back.add((state, taken[1]))
                        found.append((*moves, move))
                    elif not out and state not in seen:
                        seen.add(state)
                        queue.append((after, (*moves, move)))
        return self._inside[key]

    def _to_an_end(self, here: Here) -> Moves | None:
        """The shortest way to any end; None where none is found."""
        key = self._key(here, 0)
        if key not in self._ends:
            self._ends[key] = None
            seen = {key}
            queue: deque[tuple[Here, Moves]] = deque([(here, ())])
            while queue and self._ends[key] is None and len(seen) < MOST_INSIDE and self._left > 0:
                there, moves = queue.popleft()
                for move in self.walker.moves(there):
                    taken = self._take(there, move)
                    if taken is None or taken[0].run.trouble is not None:
                        continue
                    if taken[0].run.ended:
                        self._ends[key] = (*moves, move)
                        break
                    state = self._key(taken[0], 0)
                    if state not in seen:
                        seen.add(state)
                        queue.append((taken[0], (*moves, move)))
        return self._ends[key]

    # --- what can still matter ---------------------------------------------------------------------

    def _key(self, here: Here, below: int) -> Any:
        """What tells *here* from other walks; of the flows under way only those called deeper than *below*."""
        run = here.run
        if run.ended:
            return ("ended",)
        step: str = run.tip.step.id
        frames: list[Any] = []
        frame: Frame | None = run.state.frame
        while frame is not None and frame.depth > below:
            live = self._of(frame.flow.id)[step]
            paths = live.before if frame is run.state.frame else live.after
            values = tuple((p, repr(_value(frame.values, p))) for p in sorted(paths) if p[0] in frame.values)
            clock = (here.at.date(), here.at.hour) if any(path[0] in TODAY for path in paths) else ()
            most = self._counted.setdefault(frame.flow.id, self.walker.domains.counted(frame.flow.id))
            counts = tuple((s, min(n, most[s])) for s, n in sorted(frame.counts.items()) if s in most)
            frames.append((frame.flow.id, step, values, clock, counts, tuple(sorted(frame.tries.items())), frame.about))
            step, frame = frame.step, frame.caller
        held = tuple(
            (n, h.level, int((h.until - here.at).total_seconds()) if h.until else None)
            for n, h in sorted(run.state.held.items())
            if h.stands(here.at)
        )
        done = tuple(sorted(str(key[0]) for key in here.done))
        counted = [*run.state.tries.items(), *here.tries.items()]
        if not self.fine and below == 0:
            counted = [(ref, tries) for ref, tries in counted if ref.startswith(f"{self.flow}/")]
        return (tuple(frames), held, tuple(sorted(counted)), done, run.requested)

    def _of(self, flow: str) -> dict[str, Live]:
        if flow not in self._live:
            self._live[flow] = liveness(self.library.flows[flow])
        return self._live[flow]


def _value(values: Any, path: tuple[str, ...]) -> Any:
    """What is read by *path*, as far as there is something."""
    for name in path:
        if not isinstance(values, Mapping) or name not in values:
            return values if not isinstance(values, Mapping) else None
        values = values[name]
    return values
