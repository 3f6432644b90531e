"""The recorded path: every visit as the agent saw it, told from the events over the pinned flow."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from shepherd.audit.aside import Aside
from shepherd.audit.rows import DAMAGED, PathRow
from shepherd.audit.words import (
    ERASED,
    NO_OUTCOME,
    UNKNOWN,
    branch,
    escalated,
    given,
    reason_of,
    result,
    text_of,
    unfilled,
)
from shepherd.check.library import Library
from shepherd.flow.model import Step
from shepherd.record import Told
from shepherd.run import Diverged, replay
from shepherd.run.api import Event, Spoken, Stamp
from shepherd.run.engine import came_about, fold, refold
from shepherd.run.path import answer, title
from shepherd.run.state import Run, Visit
from shepherd.run.tongue import is_heard, language_of
from shepherd.run.waiting import spoken

#: The way by which a step was come to whose answer was changed; the entry itself calls it "back".
CHANGED = "change"
UNREADABLE = "This entry is not as it was written and can't be read."
_SOURCES = {"lookup_finished": "looked up", "do_finished": "done", "time_reached": "clock"}
Say = Callable[[Step | None, str], str]
Libraries = Callable[[Mapping[str, str]], Library | None]
_STRANGE = (Diverged, LookupError, AssertionError, AttributeError, TypeError, ValueError)
_BESIDE = frozenset({"noted", "paused", "resumed", "handed_over", "taken_over", "failed", "abandoned", "version_moved"})


def path_rows(library: Library | None, events: Sequence[Event]) -> list[PathRow]:
    """The rows of a run, in the order of its entries. Never raises for a broken or erased run: it tells less then."""
    return rows_of(library, [Told(seq, event, event.at) for seq, event in enumerate(events, 1)])


def rows_of(
    library: Library | None, entries: Iterable[Told], libraries: Libraries | None = None, say: Say = branch
) -> list[PathRow]:
    """
    The same from entries as the record could read them; *libraries* gives the library of a bundle that the run was
    moved to, *say* words for the branch that a decide took.

    One that is missing or can't be read has a row that says so; from there on words stand without what filled them.
    Without a *library* (the one that the run pins can't be read) the steps stand without words.
    """
    telling = _Telling(library, say)
    run: Run | None = None
    whole, expected = library is not None, 1
    heard: list[Event] = []
    for seq, event, at in entries:
        if seq > expected:
            telling.damage(expected, at, _missing(expected, seq - 1))
        if event is None:
            telling.damage(seq, at, UNREADABLE)
        if event is None or seq > expected:
            whole, run, telling.gap = False, None, UNKNOWN
        expected = seq + 1
        if event is None:
            continue
        heard.append(event)
        if library is not None and whole:
            try:
                if event.kind == "version_moved":
                    run = _moved(heard, libraries)
                    library = run.library
                else:
                    run = _fold(library, run, event)
            except Gone:
                whole, run = False, None
            except _STRANGE:
                whole, run, telling.gap = False, None, UNKNOWN
        try:
            telling.hear(seq, event, run)
        except _STRANGE:
            telling.damage(seq, at, UNREADABLE)
            whole, run, telling.gap = False, None, UNKNOWN
    return telling.rows


class Gone(Exception):
    """A value that the run needs was erased."""


def _span(numbers: Sequence[int]) -> str:
    """Rising *numbers* for people: ``3, 5–7``."""
    parts: list[list[int]] = []
    for number in numbers:
        if parts and number == parts[-1][-1] + 1:
            parts[-1].append(number)
        else:
            parts.append([number])
    return ", ".join(f"{p[0]}–{p[-1]}" if len(p) > 1 else str(p[0]) for p in parts)


def _missing(first: int, last: int) -> str:
    return f"Entry {first} is missing." if first == last else f"Entries {first} to {last} are missing."


def _fold(library: Library, run: Run | None, event: Event) -> Run:
    if _has_erased(event.data):
        raise Gone
    if run is None:
        return replay(library, [event])
    stamp = Stamp(event.at, event.offset, event.actor, event.data.get("role", "agent"))
    after, entered, _ = fold(run, event.kind, event.data, stamp)
    if not came_about(entered, event.entered):
        raise ValueError
    return after


def _moved(heard: list[Event], libraries: Libraries | None) -> Run:
    """The run as it stands on the version that the last of the events *heard* moved it to."""
    library = libraries(heard[-1].data["bundle"]) if libraries is not None else None
    if library is None:
        raise ValueError
    return refold(library, heard, guarded=True, moved_at=len(heard))


def _has_erased(value: Any) -> bool:
    if isinstance(value, Mapping):
        return set(value) == {"erased"} or any(_has_erased(v) for v in value.values())
    return isinstance(value, list | tuple) and any(_has_erased(v) for v in value)


class _Telling:
    """Rows under way: those that stand, by visit."""

    def __init__(self, library: Library | None, say: Say):
        self._library, self._language, self._branch = library, "", say
        self._flows = library.flows if library is not None else {}
        #: What stands in words for what filled them, where the run can't be followed any more.
        self.gap = ERASED
        self.rows: list[PathRow] = []
        self._place: dict[int, int] = {}
        self._aside = Aside()
        self._standing: list[int] = []

    def damage(self, seq: int, at: datetime, what: str) -> None:
        """Something stood here that can't be told."""
        offset = self.rows[-1].offset if self.rows else "+00:00"
        self.rows.append(PathRow(seq=seq, visit=0, step="", kind=DAMAGED, by="", at=at, offset=offset, answer=what))

    def hear(self, seq: int, event: Event, run: Run | None) -> None:
        """One more event; *run* is the run after it, None where it can't be folded."""
        data = event.data
        if event.kind == "run_started" and self._library is not None and isinstance(data.get("facts"), Mapping):
            self._language = language_of(data["facts"])
            self._flows = self._library.spoken(self._language)
        if data.get("undo"):
            self._undo(seq, event)
        elif event.kind in ("went_back", "answer_changed"):
            self._turned(seq, event, _visits(run, event))
        elif event.kind in _BESIDE:
            self._beside(seq, event)
        self._aside.hear(event)
        visits = _visits(run, event)
        if event.kind == "answer_changed" and event.entered:
            done = {event.entered[0]["visit"]}
        elif event.kind in ("went_back", "run_started") or data.get("undo"):
            done = set()
        else:
            done = {data["visit"]} if "visit" in data and not event.kind.endswith("_requested") else set()
        for item in event.entered:
            self._enter(seq, event, item, visits.get(item["visit"]), run)
        for number in done:
            self._leave(number, seq, event, visits.get(number))
        for item in event.entered:
            if "kept" in item:
                self._keep(item, event, visits.get(item["visit"]))
        if self.rows and self.rows[-1].seq != seq:
            place = -1 if data.get("undo") else self._place.get(data.get("visit", 0), -1)
            self.rows[place] = replace(self.rows[place], further=(*self.rows[place].further, seq))

    def _turned(self, seq: int, event: Event, visits: Mapping[int, Visit]) -> None:
        """Who went back or changed an answer, from what to what, and which visits fell with it."""
        number, who = event.data["visit"], event.actor.id
        told = f"{who} went back to visit {number}"
        if event.kind == "answer_changed":
            anew = event.entered[0] if event.entered else None
            step = self._step(anew["step"]) if anew else None
            new = _answer(visits.get(anew["visit"]) if anew else None, event, step)
            place = self._place.get(number)
            old = self.rows[place].answer if place is not None else ""
            told = f"{who} changed visit {number} from {old or 'nothing'} to {new or 'nothing'}"
        fell = self._strike(number, seq)
        if fell:
            told += f"; visit{'' if len(fell) == 1 else 's'} {_span(fell)} fell away"
        self._say(seq, event, told)

    def _say(self, seq: int, event: Event, told: str) -> None:
        who, kind = event.actor.id, event.actor.kind
        row = PathRow(seq=seq, visit=0, step="", kind=event.kind, by="", at=event.at, offset=event.offset)
        self.rows.append(replace(row, answer=told, who=who, source=kind))

    def _strike(self, number: int, seq: int) -> list[int]:
        """Strike through what stands from visit *number* on; the visits that fell."""
        fell = [v for v in self._standing if v >= number]
        for gone in fell:
            place = self._place[gone]
            self.rows[place] = replace(self.rows[place], taken_back=True, struck_by=seq)
        self._standing = [v for v in self._standing if v < number]
        return fell

    def _undo(self, seq: int, event: Event) -> None:
        """A change was taken back, or could not be; where the run then went back, what came later falls."""
        if event.kind == "went_back":
            number = event.data["visit"]
            told = f"{event.actor.id} goes back to visit {number}; what was changed since is taken back first"
            self._say(seq, event, told)
        if event.kind != "do_finished":
            return
        place = self._place.get(event.data["visit"])
        step = self.rows[place].step if place is not None else ""
        if event.entered:
            self._strike(event.data["back_to"], seq)
        result = event.data["result"]
        told = "taken back" if result == "ok" else f"could not be taken back: {result}"
        who, kind = event.actor.id, event.actor.kind
        self.rows.append(
            PathRow(
                seq=seq,
                visit=0,
                step=step,
                kind="undone",
                by="",
                at=event.at,
                offset=event.offset,
                answer=told,
                who=who,
                source=kind,
            )
        )

    def _beside(self, seq: int, event: Event) -> None:
        data = event.data
        told = data.get("text") or data.get("reason") or data.get("what") or ""
        if event.kind == "handed_over":
            to = str(data["to"]).replace("_", " ")
            told = f"to {to}" + (f": {text_of(data['reason'])}" if data.get("reason") else "")
        elif event.kind == "abandoned":
            told = f"{NO_OUTCOME}: {reason_of(text_of(data.get('reason', '')))}"
        kind = data.get("use") or event.kind
        self.rows.append(
            PathRow(
                seq=seq,
                visit=0,
                step="",
                kind=str(kind),
                by="",
                at=event.at,
                offset=event.offset,
                answer=text_of(told),
                who=event.actor.id,
                source=event.actor.kind,
            )
        )

    def _enter(self, seq: int, event: Event, item: Mapping[str, Any], visit: Visit | None, run: Run | None) -> None:
        step = self._step(item["step"])
        self._decided(event, str(item["by"]))
        if visit is None or run is None:
            told = _Told(*unfilled(step, self._flows, self.gap))
        else:
            told = _Told(title(run, visit), spoken(run, visit))
        own = self._granted(step, item)
        anew = event.kind == "answer_changed" and item is event.entered[0]
        self._place[item["visit"]] = len(self.rows)
        self._standing.append(item["visit"])
        ended = item.get("ended") or {}
        code = f" [{ended['code']}]" if ended.get("code") else ""
        self.rows.append(
            PathRow(
                seq=seq,
                visit=item["visit"],
                step=str(item["step"]),
                kind=step.verb if step else "",
                by=CHANGED if anew else str(item["by"]),
                at=event.at,
                offset=event.offset,
                title=told.title,
                words=told.words,
                answer=escalated(step, run, visit, self.gap),
                attempt=item.get("attempt"),
                granted=own,
                ended=f"{ended['outcome']}{code}" if ended else str(item.get("returned", "")),
                fell_back=self._library is not None and not is_heard(self._library, str(item["step"]), self._language),
            )
        )

    def _step(self, ref: Any) -> Step | None:
        flow_id, _, step_id = str(ref).partition("/")
        flow = self._flows.get(flow_id)
        return flow.steps.get(step_id) if flow else None

    def _decided(self, event: Event, by: str) -> None:
        """The visit before the one entered *by* a way, where it was a decide: the branch that it took."""
        place = self._place[self._standing[-1]] if self._standing else -1
        if place >= 0 and self.rows[place].kind == "decide" and not self.rows[place].answer:
            row = self.rows[place]
            took = self._branch(self._step(row.step), by)
            self.rows[place] = replace(
                row, answer=took, seconds=(event.at - row.at).total_seconds(), source="worked out"
            )

    def _granted(self, step: Step | None, item: Mapping[str, Any]) -> tuple[str, ...]:
        """
        What came with *item*, less what the visit before it has given, which is told there.

        An entered visit carries what the answer or the outcome before it gave; only the end of a run, after which
        nothing is entered, carries its own.
        """
        names = tuple(str(g["name"]) for g in item.get("granted", ()))
        outcome = None
        if "ended" in item and step is not None:
            outcome = self._flows[step.ref.partition("/")[0]].outcomes.get(item["ended"]["outcome"])
        kept = {g.name for g in outcome.grants} if outcome else set()
        own = tuple(name for name in names if name in kept)
        before = tuple(name for name in names if name not in kept)
        if before and self._standing:
            place = self._place[self._standing[-1]]
            self.rows[place] = replace(self.rows[place], granted=(*self.rows[place].granted, *before))
            return own
        return names

    def _leave(self, number: int, seq: int, event: Event, visit: Visit | None) -> None:
        place = self._place.get(number)
        if place is None:
            return
        row = self.rows[place]
        source = _SOURCES.get(event.kind, event.actor.kind)
        if event.data.get("source"):
            source = f"{source}: {event.data['source']}"
        if event.data.get("repeated"):
            source += ", made before"
        self.rows[place] = replace(
            row,
            answer=_answer(visit, event, self._step(row.step)),
            seconds=(event.at - row.at).total_seconds(),
            aside=self._aside.between(row.at, event.at),
            who=event.actor.id,
            role=str(event.data.get("role", "")),
            source=source,
            left_by=seq,
        )

    def _keep(self, item: Mapping[str, Any], event: Event, visit: Visit | None) -> None:
        place, old = self._place[item["visit"]], self._place.get(item["kept"])
        before = self.rows[old].answer if old is not None else ""
        self.rows[place] = replace(
            self.rows[place],
            answer=answer(visit) if visit is not None else before,
            seconds=0.0,
            who=event.actor.id,
            source=f"kept from visit {item['kept']}",
        )


def _answer(visit: Visit | None, event: Event, step: Step | None) -> str:
    if "result" in event.data:
        return result(event.data)
    if event.kind == "continued" and event.data.get("reason"):
        return f"gone on early: {text_of(event.data['reason'])}"
    return answer(visit) if visit is not None and visit.done else given(event, step)


@dataclass(frozen=True, slots=True)
class _Told:
    title: str
    words: Spoken


def _visits(run: Run | None, event: Event) -> dict[int, Visit]:
    """The visits that *event* entered or left, by number."""
    if run is None:
        return {}
    numbers = [item["visit"] for item in event.entered]
    lowest = min([*numbers, event.data.get("visit", run.tip.number)])
    if event.kind in ("went_back", "answer_changed"):
        lowest = min(numbers, default=run.tip.number)
    found = {}
    visit: Visit | None = run.tip
    while visit is not None and visit.number >= max(lowest, 1):
        found[visit.number] = visit
        visit = visit.prev
    return found
