"""The recorded path: every visit as the agent saw it, told from the events over the pinned flow."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from shepherd.check.library import Library
from shepherd.flow.model import Ask, Step
from shepherd.run import Diverged, replay
from shepherd.run.api import Event, Spoken, Stamp
from shepherd.run.engine import fold
from shepherd.run.path import answer, title
from shepherd.run.state import Run, Visit
from shepherd.run.waiting import spoken

_GAP = re.compile(r"\{\{.*?\}\}", re.DOTALL)
ERASED = "[erased]"
_SOURCES = {"lookup_finished": "looked up", "do_finished": "done", "time_reached": "clock"}
_BESIDE = frozenset({"noted", "paused", "resumed", "handed_over", "taken_over", "failed", "abandoned", "version_moved"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PathRow:
    """
    One visit, or (*visit* 0) something beside the path: a note, a pause, a hand-over.

    *seconds* from entering to leaving. *who* answered, *source* where the answer came from (``agent``, ``looked up``,
    ``kept from visit 4``, ``clock`` …). *words* and *title* as shown. *taken_back*: struck
    through, by entry *struck_by*.
    *granted* are assurances that came with it. *seq* is the entry that made the row.
    """

    seq: int
    visit: int
    step: str
    kind: str
    by: str
    at: datetime
    offset: str
    title: str = ""
    words: Spoken = Spoken()  # noqa: RUF009 - frozen, never changed
    answer: str = ""
    seconds: float | None = None
    who: str = ""
    role: str = ""
    source: str = ""
    attempt: int | None = None
    granted: tuple[str, ...] = ()
    taken_back: bool = False
    struck_by: int | None = None
    ended: str = ""

    @property
    def shown(self) -> tuple[str, ...]:
        """The words and the question, in reading order, without empty ones."""
        words = self.words
        return tuple(t for t in (words.say, self.title, words.guide, words.warn, words.why) if t)


def path_rows(library: Library, events: Sequence[Event]) -> list[PathRow]:
    """The rows of a run, in the order of its entries. Never raises for a broken or erased run: it tells less then."""
    telling = _Telling(library)
    run: Run | None = None
    whole = True
    for seq, event in enumerate(events, 1):
        if whole:
            try:
                run = _fold(library, run, event)
            except (Diverged, LookupError, AssertionError, TypeError, ValueError):
                whole, run = False, None
        telling.hear(seq, event, run)
    return telling.rows


def _fold(library: Library, run: Run | None, event: Event) -> Run:
    if run is None:
        return replay(library, [event])
    if _has_erased(event.data):
        raise ValueError
    stamp = Stamp(event.at, event.offset, event.actor, event.data.get("role", "agent"))
    after, entered, _ = fold(run, event.kind, event.data, stamp)
    if list(entered) != list(event.entered):
        raise ValueError
    return after


def _has_erased(value: Any) -> bool:
    if isinstance(value, Mapping):
        return set(value) == {"erased"} or any(_has_erased(v) for v in value.values())
    return isinstance(value, list | tuple) and any(_has_erased(v) for v in value)


class _Telling:
    """Rows under way: those that stand, by visit."""

    def __init__(self, library: Library):
        self._library = library
        self.rows: list[PathRow] = []
        self._place: dict[int, int] = {}
        self._standing: list[int] = []

    def hear(self, seq: int, event: Event, run: Run | None) -> None:
        """One more event; *run* is the run after it, None where it can't be folded."""
        data = event.data
        if event.kind in ("went_back", "answer_changed"):
            self._strike(data["visit"], seq)
        elif event.kind in _BESIDE:
            self._beside(seq, event)
        visits = _visits(run, event)
        if event.kind == "answer_changed" and event.entered:
            done = {event.entered[0]["visit"]}
        elif event.kind in ("went_back", "run_started"):
            done = set()
        else:
            done = {data["visit"]} if "visit" in data and not event.kind.endswith("_requested") else set()
        for item in event.entered:
            self._enter(seq, event, item, visits.get(item["visit"]), run)
        for number in done:
            self._leave(number, event, visits.get(number))
        for item in event.entered:
            if "kept" in item:
                self._keep(item, event, visits.get(item["visit"]))

    def _strike(self, number: int, seq: int) -> None:
        for gone in [v for v in self._standing if v >= number]:
            place = self._place[gone]
            self.rows[place] = replace(self.rows[place], taken_back=True, struck_by=seq)
        self._standing = [v for v in self._standing if v < number]

    def _beside(self, seq: int, event: Event) -> None:
        data = event.data
        told = data.get("text") or data.get("reason") or data.get("what") or ""
        if event.kind == "handed_over":
            told = f"to {data['to']}" + (f": {text_of(data['reason'])}" if data.get("reason") else "")
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
        flow_id, _, step_id = str(item["step"]).partition("/")
        flow = self._library.flows.get(flow_id)
        step = flow.steps.get(step_id) if flow else None
        told = _Told(*_unfilled(step)) if visit is None or run is None else _Told(title(run, visit), spoken(run, visit))
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
                by=str(item["by"]),
                at=event.at,
                offset=event.offset,
                title=told.title,
                words=told.words,
                attempt=item.get("attempt"),
                granted=tuple(g["name"] for g in item.get("granted", ())),
                ended=f"{ended['outcome']}{code}" if ended else str(item.get("returned", "")),
            )
        )

    def _leave(self, number: int, event: Event, visit: Visit | None) -> None:
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
            answer=answer(visit) if visit is not None and visit.done else _raw_answer(event),
            seconds=(event.at - row.at).total_seconds(),
            who=event.actor.id,
            role=str(event.data.get("role", "")),
            source=source,
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


def _unfilled(step: Step | None) -> tuple[str, Spoken]:
    """The words of *step* where what filled them is gone."""
    if step is None:
        return "", Spoken()
    texts = {key: _GAP.sub(ERASED, text.source) for key, text in step.words.texts}
    asked = _GAP.sub(ERASED, step.action.question.source) if isinstance(step.action, Ask) else ""
    return asked, Spoken(article=step.words.article, **texts)


def _raw_answer(event: Event) -> str:
    data = event.data
    if "given" in data:
        return f"given, {data['given']}"
    if "result" in data:
        return str(data["result"]).replace("_", " ")
    if "values" in data:
        return "; ".join(f"{n}: {text_of(v)}" for n, v in data["values"].items())
    return text_of(data.get("value", ""))


def text_of(value: Any) -> str:
    """One recorded value as text; an erased one says so."""
    if isinstance(value, Mapping):
        return f"given, {value['given']}" if "given" in value else "erased"
    if isinstance(value, Iterable) and not isinstance(value, str):
        return ", ".join(text_of(v) for v in value)
    return "" if value is None else str(value)
