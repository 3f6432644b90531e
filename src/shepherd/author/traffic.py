"""How many recorded runs took each way of a flow, and how long they stood at each step: counts, nobody's values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from statistics import median
from typing import NamedTuple

from shepherd.author.overlay import LOADS, Note, State, Stop, stops
from shepherd.author.picture import Picture
from shepherd.flow.model import Flow
from shepherd.flow.shown import many
from shepherd.run.api import Event

_UNITS = ((60.0, "s", 1.0), (3600.0, "min", 60.0), (2 * 86400.0, "h", 3600.0), (float("inf"), "d", 86400.0))


class Period(NamedTuple):
    """Which runs were looked at: those that began *since* a day (None: all), of more than *most* only the newest."""

    since: date | None = None
    most: int = 0

    @property
    def told(self) -> str:
        """The same in words, behind a number of runs."""
        return f" since {self.since.isoformat()}" if self.since is not None else ""


class Traffic:
    """
    The traffic of *flow*, whose document has the hash *version* in a bundle.

    Runs of other versions count by the ids of their steps and the names of their ways.
    """

    def __init__(self, flow: Flow, version: str, runs: Iterable[Sequence[Event]], period: Period):
        self.flow, self.version, self.period = flow, version, period
        self.runs = self.older = self.lost = self.looked = 0
        self.ways: dict[tuple[str, str], int] = {}
        self.visits: dict[str, int] = {}
        seconds: dict[str, list[float]] = {}
        for events in runs:
            self.looked += 1
            self._count(events, seconds)
        self.seconds: Mapping[str, float] = {step: median(found) for step, found in seconds.items()}
        self._most = max(self.ways.values(), default=0)

    def _count(self, events: Sequence[Event], seconds: dict[str, list[float]]) -> None:
        """What one run did in the flow."""
        made = list(zip(stops(events), _times(events), strict=True))
        here = [place for place, (stop, _) in enumerate(made) if stop.ref.partition("/")[0] == self.flow.id]
        if not here:
            return
        self.runs += 1
        self.older += _version(events, self.flow.id) != self.version
        for place in here:
            step = made[place][0].ref.partition("/")[2]
            known = self.flow.steps.get(step)
            if known is None:
                self.lost += 1
                continue
            self.visits[step] = self.visits.get(step, 0) + 1
            after = _left(made, place, here, calls=known.verb == "call")
            if after is not None and known.verb not in ("end", "hand_on"):
                seconds.setdefault(step, []).append((after - made[place][1]).total_seconds())
        for stop, _ in made:
            if stop.by is not None and stop.by.flow == self.flow.id:
                way = (stop.by.source, stop.by.by)
                if way[0] in self.flow.steps and way[1] in self.flow.steps[way[0]].edges:
                    self.ways[way] = self.ways.get(way, 0) + 1

    # --- what a drawing asks ----------------------------------------------------------------------

    @property
    def described(self) -> str:
        """One sentence for those who do not see the picture."""
        walked = sorted(self.ways.items(), key=lambda item: (-item[1], item[0]))[:12]
        told = "; ".join(f"{source} by {by}: {count}" for (source, by), count in walked)
        return f"{self._runs} {f'The ways walked most: {told}.' if told else 'No way was walked.'}"

    @property
    def legend(self) -> str:
        """What its looks mean."""
        told = f"{self._runs} The wider a way, the more often it was walked: the number behind it (taken back or not)."
        told += " Over a step: its visits and the median time there. Dashed: walked by none."
        if self.older:
            told += f" {self.older} of the runs walked another version of the flow, and count by the ids of its steps"
            told += f"; visits to its former steps are left out: {self.lost}." if self.lost else "."
        return told

    @property
    def _runs(self) -> str:
        newest = f" of the newest {self.period.most}" if 0 < self.period.most <= self.looked else ""
        return f"{many(self.runs, 'recorded run')}{newest}{self.period.told} came through here."

    def step(self, step: str) -> tuple[State, Note | None]:
        """Its visits and the median time there, or that nobody came."""
        visits = self.visits.get(step, 0)
        if not visits:
            return "missed", None
        known = self.seconds.get(step)
        return "", Note(f"{span(known)} · visits" if known is not None else "Visits", ((visits, False),))

    def way(self, source: str, by: str) -> State:
        """How wide a way is drawn."""
        count = self.ways.get((source, by), 0)
        return LOADS[-(-len(LOADS) * count // self._most) - 1] if count else "missed"

    def counted(self, picture: Picture) -> Picture:
        """*picture* with the number of its walks behind the words of each way."""
        arrows = (
            arrow._replace(label=f"{arrow.label} ({self.ways.get((arrow.source, arrow.by), 0)})".strip())
            for arrow in picture.arrows
        )
        return picture._replace(arrows=tuple(arrows))


def span(seconds: float) -> str:
    """A time for a small place: ``8 s``, ``1.5 min``, ``3 h``, ``2 d``."""
    _, unit, size = next(row for row in _UNITS if seconds < row[0])
    return f"{seconds / size:.1f}".removesuffix(".0") + f" {unit}"


def _times(events: Iterable[Event]) -> list[datetime]:
    """When each visit of a run began, in the order of ``stops``."""
    return [
        event.at
        for event in events
        for item in event.entered
        if isinstance(item.get("visit"), int) and isinstance(item.get("step"), str)
    ]


def _version(events: Iterable[Event], flow: str) -> str:
    """The hash of *flow* that a run pins, in the end."""
    bundles = (event.data.get("bundle") for event in events if event.kind in ("run_started", "version_moved"))
    pinned = [str(bundle.get(f"flow:{flow}", "")) for bundle in bundles if isinstance(bundle, Mapping)]
    return pinned[-1] if pinned else ""


def _left(made: list[tuple[Stop, datetime]], place: int, here: list[int], *, calls: bool) -> datetime | None:
    """When the visit at *place* was over: with the next one; of a call, with the next one in this flow."""
    if calls:
        place = next((later for later in here if later > place), len(made)) - 1
    return made[place + 1][1] if place + 1 < len(made) else None
