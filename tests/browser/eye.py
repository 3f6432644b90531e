"""What axe sees of a page in each of its looks: light and dark, wide and narrow."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.browser.walk import shows

SIZES = {1366: 768, 400: 768}


class Eye:
    """Looks at a page in all its looks, and keeps what axe finds."""

    def __init__(self, page: Page, axe: str):
        self.page, self.axe = page, axe
        self.found: list[str] = []

    def look(self, name: str, heading: str) -> None:
        """Look at the page *name*, once it says *heading*."""
        shows(self.page, heading)
        for width, schemes in ((1366, ("light", "dark")), (400, ("dark", "light"))):
            self.page.set_viewport_size({"width": width, "height": SIZES[width]})
            for scheme in schemes:
                self.page.emulate_media(color_scheme=scheme)
                self.found += [f"{name}, {scheme}, {width}: {v}" for v in violations(self.page, self.axe)]


def violations(page: Page, axe: str) -> list[str]:
    """What axe finds on *page* at WCAG 2.2 AA, in words."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(axe)
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = page.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", tags)
    return [
        f"{v['id']}: {v['help']} at {', '.join(str(n['target']) for n in v['nodes'][:3])}" for v in found["violations"]
    ]
