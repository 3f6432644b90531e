"""Moving runs under way to the flows as they are now: each judged by itself, in bulk, one event each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from shepherd.desk.errors import DeskError, Unavailable
from shepherd.desk.runs import Live, Runs
from shepherd.record import Conflict, Record, RecordUnavailable, RunRow
from shepherd.run import move
from shepherd.run.api import SYSTEM, Actor, Refused, Stamp
from shepherd.run.state import Run, Visit

if TYPE_CHECKING:
    from shepherd.check.library import Library
    from shepherd.flow.model import Step

Stamping = Callable[[Run | None, Actor, str], Stamp]
UNDER_WAY = ("open", "paused", "handed_over")
Verdict = Literal["moved", "moves", "stays", "there already", "unread"]


class Moved(NamedTuple):
    """
    A run under way, and whether it was or could be moved.

    *verdict*: it was ``moved``, it ``moves`` if asked to, it ``stays`` on its version for *why*, it is ``there
    already``, or it can't be read. *step* is where it stands, *reworded* are steps behind it that are worded otherwise.
    """

    run: str
    number: str
    flow: str
    step: str
    verdict: Verdict
    why: str = ""
    reworded: tuple[str, ...] = ()


def stamp_of(run: Run | None, actor: Actor, role: str) -> Stamp:
    """The stamp of the run's last event, for who only asks."""
    assert run is not None
    return Stamp(run.last.at, run.last.offset, actor, role)


class Moving:
    """Runs under way, and the library that they may be moved to, which *now* tells."""

    def __init__(self, now: Callable[[], Library], record: Record, runs: Runs, stamp: Stamping = stamp_of):
        self._now, self._record, self._runs, self._stamp = now, record, runs, stamp

    def under_way(self, *, flow: str = "", ticket: str = "") -> Iterator[RunRow]:
        """The rows of runs that are not over, oldest first within each status."""
        for status in UNDER_WAY:
            before: str | None = None
            rows: list[RunRow] = []
            while page := self._record.runs(
                status=status, flow=flow or None, ticket=ticket or None, limit=500, before=before
            ):
                before = page[-1].id
                rows += page
            yield from reversed(rows)

    def moves(self, *, flow: str = "", ticket: str = "", actor: Actor | None = None) -> Iterator[Moved]:
        """Each run under way with its verdict; moved, in the name of *actor*, where there is one and it is safe."""
        for row in self.under_way(flow=flow, ticket=ticket):
            yield self._one(row, actor)

    def standing(self, names: set[str], before: Library) -> Iterator[tuple[Moved, Step]]:
        """
        The runs under way that stand on *before*, as far as the documents *names* go, with the step at which they do.

        Each says whether it could be moved to this library; nothing is stored.
        """
        for row in self.under_way():
            try:
                run = self._runs.load(row.id).run
            except DeskError:
                continue
            pinned = run.library.bundle(run.flow_id)
            concerned = names & pinned.keys()
            if concerned and all(pinned[name] == before.hashes.get(name) for name in concerned):
                yield self._one(row, None), run.tip.step

    def _one(self, row: RunRow, actor: Actor | None) -> Moved:
        for _ in range(3):
            try:
                return self._judged(row, actor)
            except Conflict:
                self._runs.forget(row.id)
        return _verdict(row, "stays", "It is being answered just now; try again.")

    def _judged(self, row: RunRow, actor: Actor | None) -> Moved:
        library = self._now()
        try:
            live = self._runs.load(row.id, fresh=True)
            run = live.run
            if run.ended:
                return _verdict(row, "stays", "This run is over; there is nothing to move.")
            if _same(run, library):
                return _verdict(row, "there already", step=run.tip.ref)
            stamp = self._stamp(run, actor or SYSTEM, "agent")
            step = move(run, self._runs.events(row.id), library, stamp=stamp)
        except Refused as refused:
            return _verdict(row, "stays", refused.sentence)
        except DeskError as error:
            return _verdict(row, "unread", error.sentence)
        except RecordUnavailable as error:
            raise Unavailable(error.sentence) from None
        reworded = tuple(_reworded(run, step.run))
        if actor is not None:
            self._store(live, library, step)
        return _verdict(row, "moved" if actor is not None else "moves", step=run.tip.ref, reworded=reworded)

    def _store(self, live: Live, library: Library, step: Any) -> None:
        """Append the event with the documents that it pins. Raises Conflict where the run has gone on meanwhile."""
        documents = {hash_: library.document(hash_) for hash_ in step.event.data["bundle"].values()}
        try:
            self._record.append(live.id, live.run.seq, [step.event], documents=documents)
        except RecordUnavailable as error:
            raise Unavailable(error.sentence) from None
        self._runs.keep(live.after(step.run, [step.event]))


def _same(run: Run, library: Library) -> bool:
    """Whether *run* stands on *library* already."""
    known = run.flow_id in library.flows
    return known and dict(run.library.bundle(run.flow_id)) == dict(library.bundle(run.flow_id))


def _verdict(row: RunRow, verdict: Verdict, why: str = "", *, step: str = "", reworded: tuple[str, ...] = ()) -> Moved:
    return Moved(row.id, row.number, row.flow, step or row.step, verdict, why, reworded)


def _reworded(old: Run, new: Run) -> Iterator[str]:
    """The steps behind a run whose words are others on the newer version, each once, oldest first."""
    pairs = []
    one: Visit | None = old.tip
    other: Visit | None = new.tip
    while one is not None and other is not None and one.number:
        pairs.append((one, other))
        one, other = one.prev, other.prev
    told = {a.ref: None for a, b in reversed(pairs) if a.done and a.step.words.hash != b.step.words.hash}
    yield from told
