"""Pictures of flows, as they are now or as a recorded run went through them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from shepherd.desk.errors import Unknown
from shepherd.desk.qa import Audits

if TYPE_CHECKING:
    from shepherd.author.overlay import Overlay
    from shepherd.check.library import Library


class Pictures:
    """Drawn from the library of the desk, and for a recorded run from the one that it pins."""

    def __init__(self, library: Library, audits: Audits):
        self._library, self._audits = library, audits

    def of(self, flow: str, form: str = "svg") -> str:
        """The flow as it is now. Raises Unknown where there is none."""
        return self._drawn(self._library, flow, form)

    def page(self, flow: str, link: Callable[[str], str]) -> str:
        """The same as a part of a page, where *link* gives the address of a called flow."""
        from shepherd.author.picture import picture_of
        from shepherd.author.svg import svg

        found = self._library.flows.get(flow)
        if found is None:
            raise Unknown(f'There is no flow "{flow}".')
        titles = {name: one.title for name, one in self._library.flows.items()}
        return svg(picture_of(found, titles), embedded=True, link=link)

    def of_run(self, run: str, flow: str, form: str = "svg") -> str:
        """The flow that *run* went through, with its path laid over it. Raises Unknown where it did not."""
        from shepherd.author.overlay import overlay

        library, stops = self._audits.walked(run)
        if library is None:
            raise Unknown("The flow that this run went through can’t be read any more.")
        if not any(stop.ref.partition("/")[0] == flow for stop in stops):
            raise Unknown(f'The run did not come through "{flow}".')
        return self._drawn(library, flow, form, overlay(flow, stops))

    def walked(self, run: str) -> tuple[tuple[str, str], ...]:
        """The flows that *run* went through, in the order in which it came to them, as (id, title)."""
        library, stops = self._audits.walked(run)
        if library is None:
            return ()
        names = dict.fromkeys(stop.ref.partition("/")[0] for stop in stops)
        return tuple((name, library.flows[name].title) for name in names if name in library.flows)

    def _drawn(self, library: Library, flow: str, form: str, over: Overlay | None = None) -> str:
        from shepherd.author.draw import draw

        if flow not in library.flows:
            raise Unknown(f'There is no flow "{flow}".')
        return draw(library.flows, flow, form, over)
