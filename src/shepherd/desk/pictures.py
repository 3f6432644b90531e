"""Pictures of flows, as they are now or as a recorded run went through them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

from shepherd.desk.errors import Unknown
from shepherd.desk.live import LiveLibrary
from shepherd.desk.qa import Audits

if TYPE_CHECKING:
    from shepherd.author.overlay import Inner, Laid
    from shepherd.author.picture import Opening, Picture
    from shepherd.author.reading import Reading
    from shepherd.check.library import Library
    from shepherd.flow.draft import Draft
    from shepherd.flow.findings import Finding
    from shepherd.run.api import Event


#: So many recorded runs are looked at for the traffic of a flow.
MOST_RUNS = 5000
#: So many for a page, which nobody waits long for.
ON_PAGE = 300


class Walked(NamedTuple):
    """A flow that a run went through: its *id* and *title*, and the path in it as a sentence."""

    id: str
    title: str
    told: str


class FlowPage(NamedTuple):
    """
    A flow for its page: what is drawn of it, that as SVG, and how it is read aloud beside its text.

    The parts know one another by their addresses within the page: ``#node-STEP``, ``#say-STEP``, ``#line-N``.
    *rewritten*: the text that was written is not at hand, so one of the same meaning stands for it, without comments.
    """

    picture: Picture
    svg: str
    reading: Reading
    rewritten: bool = False


def flow_page(
    library: Draft | Library,
    flow: str,
    link: Callable[[str], str],
    findings: Iterable[Finding] = (),
    over: Laid | None = None,
    opened: Iterable[str] = (),
    drawing: Picture | None = None,
    inner: Inner | None = None,
) -> FlowPage:
    """
    The page of *flow* of *library*, with the flows *opened* inside the calls of them.

    *link* addresses the flows that it calls. *findings* stand at their lines, *over* is laid over the picture, which is
    that of the flow or another *drawing* of it, and what *inner* says over the flows inside.
    """
    from shepherd.author.draw import counted
    from shepherd.author.overlay import bare
    from shepherd.author.picture import Opening
    from shepherd.author.picture import opened as with_opened
    from shepherd.author.reading import reading
    from shepherd.author.svg import svg

    laid = cache(inner or bare)
    picture = drawing or counted(with_opened(library.flows, flow, Opening(frozenset(opened))), over, laid)
    drawn = svg(picture, over, inner=laid, embedded=True, link=link, step=lambda step: f"#say-{step}")
    return FlowPage(picture, drawn, reading(library, flow, findings))


def rewritten(page: FlowPage, document: Any) -> FlowPage:
    """*page* with the text that the typed source *document* of its flow is."""
    from shepherd.author.reading import lines_of
    from shepherd.author.written import written

    return page._replace(reading=page.reading._replace(lines=lines_of(written(document), None)), rewritten=True)


class Pictures:
    """Drawn from the library of the desk, and for a recorded run from the one that it pins."""

    def __init__(self, live: LiveLibrary, audits: Audits):
        self._live, self._audits = live, audits

    def of(self, flow: str, form: str = "svg", opening: Opening | None = None) -> str:
        """The flow as it is now, in a format of ``author.draw``. Raises Unknown where there is none."""
        return self._drawn(self._live.library, flow, form, opening=opening)

    def page(
        self, flow: str, link: Callable[[str], str], opened: Iterable[str] = (), *, traffic: bool = False
    ) -> FlowPage:
        """The flow as it is now, for its page, as ``flow_page`` has it, with *traffic* or not. Raises Unknown."""
        from shepherd.author.overlay import bare

        library = self._live.library
        if flow not in library.flows:
            raise Unknown(f'There is no flow "{flow}".')
        over = self._traffic(library, flow, None, ON_PAGE, again=bool(opened)) if traffic else bare
        page = flow_page(library, flow, link, over=over(flow), inner=over, opened=opened)
        return page if page.reading.lines else rewritten(page, library.documents[f"flow:{flow}"])

    def of_run(self, run: str, flow: str, form: str = "svg", opening: Opening | None = None) -> str:
        """The flow as *run* went through it, with its path laid over it. Raises Unknown where it did not."""
        from shepherd.author.overlay import overlay

        library, stops = self._audits.walked(run)
        if library is None:
            raise Unknown("The flow that this run went through can't be read any more.")
        if not any(stop.ref.partition("/")[0] == flow for stop in stops):
            raise Unknown(f'The run did not come through "{flow}".')
        return self._drawn(library, flow, form, lambda name: overlay(name, stops), opening)

    def traffic(
        self,
        flow: str,
        form: str = "svg",
        *,
        since: date | None = None,
        most: int = MOST_RUNS,
        opening: Opening | None = None,
    ) -> str:
        """
        The flow as it is now, with what the newest *most* recorded runs did in it, of those that began *since* a day.

        Calls of the flow count too. Raises Unknown where there is none.
        """
        library = self._live.library
        if flow not in library.flows:
            raise Unknown(f'There is no flow "{flow}".')
        over = self._traffic(library, flow, since, most, again=opening is not None)
        return self._drawn(library, flow, form, over, opening)

    def _traffic(self, library: Library, flow: str, since: date | None, most: int, *, again: bool) -> Inner:
        """The traffic of each flow that is drawn in the picture of *flow*; *again* where there may be several."""
        from shepherd.author.traffic import Period, Traffic

        zone = ZoneInfo(library.policy.time_zone)
        began = datetime(since.year, since.month, since.day, tzinfo=zone) if since is not None else None
        alone = flow if not _called(library, flow) else None
        found: Iterable[list[Event]] = self._audits.passed(flow=alone, since=began, most=most)
        runs, period = list(found) if again else found, Period(since, most)
        return lambda name: Traffic(library.flows[name], library.bundle(name)[f"flow:{name}"], runs, period)

    def walked(self, run: str) -> tuple[Walked, ...]:
        """The flows that *run* went through, in the order in which it came to them."""
        from shepherd.author.overlay import overlay

        library, stops = self._audits.walked(run)
        names = dict.fromkeys(stop.ref.partition("/")[0] for stop in stops)
        known = library.flows if library is not None else {}
        return tuple(Walked(name, known[name].title, overlay(name, stops).described) for name in names if name in known)

    def _drawn(
        self, library: Library, flow: str, form: str, over: Inner | None = None, opening: Opening | None = None
    ) -> str:
        from shepherd.author.draw import CLOSED, draw
        from shepherd.author.overlay import bare

        if flow not in library.flows:
            raise Unknown(f'There is no flow "{flow}".')
        over = over or bare
        return draw(library.flows, flow, form, over(flow), opening=opening or CLOSED, inner=over)


def _called(library: Library, flow: str) -> bool:
    """Whether runs may come to *flow* that were started with another one: by a call, a hand-on or a guard."""
    actions = (step.action for one in library.flows.values() for step in one.steps.values())
    granted = any(flow in assurance.granted_by for assurance in library.policy.assurances.values())
    return granted or any(getattr(action, "flow", "") == flow for action in actions)
