"""Pictures of flows, as they are now or as a recorded run went through them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from shepherd.desk.errors import Unknown
from shepherd.desk.qa import Audits

if TYPE_CHECKING:
    from shepherd.author.overlay import Overlay
    from shepherd.author.picture import Picture
    from shepherd.check.library import Library


class Walked(NamedTuple):
    """A flow that a run went through: its *id* and *title*, and the path in it as a sentence."""

    id: str
    title: str
    told: str


class Pictures:
    """Drawn from the library of the desk, and for a recorded run from the one that it pins."""

    def __init__(self, library: Library, audits: Audits):
        self._library, self._audits = library, audits

    def of(self, flow: str, form: str = "svg") -> str:
        """The flow as it is now, in a format of ``author.draw``. Raises Unknown where there is none."""
        return self._drawn(self._library, flow, form)

    def page(self, flow: str, link: Callable[[str], str]) -> tuple[Picture, str]:
        """What is drawn of the flow as it is now, and its SVG for a page; *link* addresses the flows that it calls."""
        from shepherd.author.picture import picture_of
        from shepherd.author.svg import svg

        found = self._library.flows.get(flow)
        if found is None:
            raise Unknown(f'There is no flow "{flow}".')
        picture = picture_of(found, {name: one.title for name, one in self._library.flows.items()})
        return picture, svg(picture, embedded=True, link=link)

    def of_run(self, run: str, flow: str, form: str = "svg") -> str:
        """The flow as *run* went through it, with its path laid over it. Raises Unknown where it did not."""
        from shepherd.author.overlay import overlay

        library, stops = self._audits.walked(run)
        if library is None:
            raise Unknown("The flow that this run went through can't be read any more.")
        if not any(stop.ref.partition("/")[0] == flow for stop in stops):
            raise Unknown(f'The run did not come through "{flow}".')
        return self._drawn(library, flow, form, overlay(flow, stops))

    def walked(self, run: str) -> tuple[Walked, ...]:
        """The flows that *run* went through, in the order in which it came to them."""
        from shepherd.author.overlay import overlay

        library, stops = self._audits.walked(run)
        names = dict.fromkeys(stop.ref.partition("/")[0] for stop in stops)
        known = library.flows if library is not None else {}
        return tuple(Walked(name, known[name].title, overlay(name, stops).described) for name in names if name in known)

    def _drawn(self, library: Library, flow: str, form: str, over: Overlay | None = None) -> str:
        from shepherd.author.draw import draw

        if flow not in library.flows:
            raise Unknown(f'There is no flow "{flow}".')
        return draw(library.flows, flow, form, over)
