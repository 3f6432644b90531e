"""What axe sees of a page in each of its looks: light and dark, wide and narrow."""

from __future__ import annotations

from collections.abc import Mapping

from playwright.sync_api import Page

from tests.browser.walk import shows

SIZES = {1366: 768, 400: 768}
WHOLE = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
#: What passes and what does not apply is neither described nor brought over.
RUN = "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']}).then(found => found.violations)"


class Eye:
    """Looks at a page in all its looks, and keeps what axe finds."""

    def __init__(self, page: Page, axe: str):
        self.page, self.axe = page, axe
        self.found: list[str] = []

    def look(self, name: str, heading: str) -> None:
        """Look at the page *name*, once it says *heading*: whole in light, in dark at its colours."""
        shows(self.page, heading)
        for width, schemes in ((1366, ("light", "dark")), (400, ("dark", "light"))):
            self.page.set_viewport_size({"width": width, "height": SIZES[width]})
            for scheme in schemes:
                self.page.emulate_media(color_scheme=scheme)
                rules = WHOLE if scheme == "light" else COLOURS
                self.found += [f"{name}, {scheme}, {width}: {v}" for v in violations(self.page, self.axe, rules)]


def violations(page: Page, axe: str, rules: Mapping[str, object] = WHOLE) -> list[str]:
    """What axe finds on *page* by *rules*, in words; without them all of WCAG 2.2 AA."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(axe)
    found = page.evaluate(RUN, rules)
    return [f"{v['id']}: {v['help']} at {', '.join(str(n['target']) for n in v['nodes'][:3])}" for v in found]
