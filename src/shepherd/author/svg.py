"""A picture as SVG: real text, no script, nothing from elsewhere; looks come from classes alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise
from xml.sax.saxutils import escape, quoteattr

from shepherd.author.layout import Point, Route, Spot
from shepherd.author.lettering import width, wrap
from shepherd.author.looks import RULES, STYLE
from shepherd.author.overlay import LOADS, Inner, Laid, Note, bare
from shepherd.author.picture import Arrow, Node, Picture
from shepherd.author.setting import (
    BEFORE,
    INSET,
    LABEL_LINE,
    LINE,
    MOST_LINES,
    NAME_LINE,
    OPENED_TOP,
    PAD,
    SMALL,
    Label,
    Lettered,
    labelled,
    lettered,
    planned,
    too_large,
)
from shepherd.author.shapes import shape_of
from shepherd.author.xml import legal

CORNER = 6.0
LEGEND_ROOM = 560.0
TOO_LARGE = "That is too much for one picture: split it into flows that call one another, or draw it as mermaid or dot."
#: What lies on top where ways cross.
ORDER: Mapping[str, int] = {"": 0, "missed": 1, "gone": 1, "removed": 1, "walked": 2, "changed": 2, "added": 3} | {
    load: n for n, load in enumerate(LOADS, 3)
}


def svg(
    picture: Picture,
    overlay: Laid | None = None,
    *,
    embedded: bool = False,
    link: Callable[[str], str] | None = None,
    step: Callable[[str], str] | None = None,
    inner: Inner = bare,
) -> str:
    """
    *picture* as an SVG document, with a run or the coverage laid over it.

    *embedded* leaves out the style and the heading, for a page that has both. *link* gives the address of a called
    flow's page, *step* that of what is said about a step; without them nothing is linked. *inner* gives what is laid
    over a flow that is opened in place.
    """
    if too_large(picture):
        return _words(f"{picture.described} {TOO_LARGE}")
    return _Drawing(picture, overlay, embedded, link, step, inner).text()


def _words(told: str) -> str:
    """A picture that says why there is none."""
    lines = wrap(told, 600, 13, 9)
    text = "".join(f'<text x="12" y="{24 + 19 * place}">{_t(line)}</text>' for place, line in enumerate(lines))
    high = 24 + 19 * len(lines)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="flow-picture" role="img" width="640" height="{high}" '
        f'viewBox="0 0 640 {high}" aria-label={_q(told)}>\n<title>{_t(told)}</title>\n{text}\n</svg>\n'
    )


class _Drawing:
    def __init__(
        self,
        picture: Picture,
        overlay: Laid | None,
        embedded: bool,
        link: Callable[[str], str] | None,
        step: Callable[[str], str] | None,
        inner: Inner,
        within: bool = False,
    ) -> None:
        self.picture, self.overlay, self.embedded, self.link, self.step = picture, overlay, embedded, link, step
        self.inner, self.within = inner, within
        self.letters = [lettered(node) for node in picture.nodes]
        self.labels = labelled(picture)
        self.plan = planned(picture)
        self.top = PAD if embedded else PAD + 34
        room = max(self.plan.width, LEGEND_ROOM)
        self.legend = wrap(overlay.legend, room, SMALL, MOST_LINES) if overlay is not None else []
        if self.legend:
            self.top += 20 + NAME_LINE * len(self.legend)

    def text(self) -> str:
        """The whole document."""
        wide = max(self.plan.width, *(width(line, SMALL) for line in self.legend), 0.0) + 2 * PAD + BEFORE
        high = self.plan.height + self.top + PAD
        heading = f"{self.picture.title} ({self.picture.flow}, version {self.picture.version})"
        told = self.picture.described
        if self.overlay is not None:
            told = f"{told} {self.overlay.described}"
        role = "img" if self.link is None else "group"  # an image would hide its links from those who listen
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" class="flow-picture" role="{role}" width="{_n(wide)}" '
            f'height="{_n(high)}" viewBox="0 0 {_n(wide)} {_n(high)}" aria-label={_q(told)}>',
            f"<title>{_t(heading)}</title>",
            f"<desc>{_t(told)}</desc>",
        ]
        if not self.embedded:
            parts += [
                f"<style>{STYLE}{RULES}</style>",
                f'<rect class="paper" width="{_n(wide)}" height="{_n(high)}"/>',
                f'<text class="title" x="{_n(PAD)}" y="32">{_t(heading)}</text>',
            ]
        for up, line in enumerate(reversed(self.legend)):
            y = self.top - 28 - NAME_LINE * up
            parts.append(f'<text class="kind" x="{_n(PAD)}" y="{_n(y)}">{_t(line)}</text>')
        parts += [*self.body(PAD + BEFORE, self.top), "</svg>"]
        return "\n".join(part for part in parts if part) + "\n"

    def body(self, x: float, y: float) -> list[str]:
        """The nodes and arrows, from *x* and *y* on."""
        nodes = zip(self.picture.nodes, self.plan.spots, self.letters, strict=True)
        drawn = [self._node(n, s, i) if n.inside is None else self._opened(n, n.inside, s) for n, s, i in nodes]
        return [f'<g transform="translate({_n(x)} {_n(y)})">', *self._arrows(), *self._start(), *drawn, "</g>"]

    def _start(self) -> list[str]:
        first = next(
            (s for n, s in zip(self.picture.nodes, self.plan.spots, strict=True) if n.id == self.picture.first), None
        )
        if first is None:
            return []
        y = first.y + first.height / 2
        x = first.x - 34
        return [
            f'<g class="start"><title>A run begins here</title><circle class="head" cx="{_n(x)}" cy="{_n(y)}" r="6"/>'
            f'<path class="way" d="M{_n(x)} {_n(y)}H{_n(first.x - 6)}"/>{_head((first.x, y))}</g>'
        ]

    # --- arrows -----------------------------------------------------------------------------------

    def _arrows(self) -> list[str]:
        lines: list[tuple[int, str]] = []
        for arrow, route, label in zip(self.picture.arrows, self.plan.routes, self.labels, strict=True):
            lines.append(self._arrow(arrow, route, label))
        return [text for _, text in sorted(lines, key=lambda line: line[0])]

    def _arrow(self, arrow: Arrow, route: Route, label: Label) -> tuple[int, str]:
        """An arrow, and how far on top it is drawn."""
        looks = self.overlay.way(arrow.source, arrow.by) if self.overlay else ""
        state = f" {looks}" if looks else ""
        loop = " loop" if route.back else ""
        points = self._ends(arrow, route)
        kind = arrow.by.replace("_", " ").replace(":", " ")
        title = f"{arrow.source} → {arrow.target}: {arrow.label or kind}"
        end = points[-1]
        middle = _backward(points) if route.back else ""
        drawn = (
            f'<g class="arrow{loop}{state}" data-from={_q(self._ref(arrow.source))} '
            f"data-by={_q(arrow.by)} data-to={_q(self._ref(arrow.target))}><title>{_t(title)}</title>"
            f'<path class="way" d="{_rounded([*points[:-1], (end[0] - 6, end[1])])}"/>{_head(end)}{middle}'
        )
        if label.all:
            x, y = route.points[0]
            drawn += f'<g class="way-label{" aside" if arrow.aside else ""}{state}">'
            for up, line in enumerate(reversed(label.all)):
                to = ' class="to"' if label.to and not up else ""
                drawn += f'<text{to} x="{_n(x + 6)}" y="{_n(y - 5 - up * LABEL_LINE)}">{_t(line)}</text>'
            drawn += "</g>"
        return ORDER[looks], drawn + "</g>"

    def _ends(self, arrow: Arrow, route: Route) -> list[Point]:
        """The corners of an arrow, its ends on the outlines of its nodes."""
        points = list(route.points)
        for place, name, sign in ((0, arrow.source, -1), (-1, arrow.target, 1)):
            at = next(i for i, node in enumerate(self.picture.nodes) if node.id == name)
            shape, spot = shape_of(self.picture.nodes[at].verb), self.plan.spots[at]
            inset = shape.right if sign < 0 else shape.left
            if self.picture.nodes[at].inside is not None:
                continue
            x, y = points[place]
            points[place] = (x + sign * inset((y - spot.y) / spot.height), y)
        return points

    # --- nodes ------------------------------------------------------------------------------------

    def _opened(self, node: Node, inside: Picture, spot: Spot) -> str:
        """A call with the flow that it calls inside its frame."""
        looks, note = self.overlay.step(node.id) if self.overlay else ("", None)
        word = shape_of(node.verb).word
        inner = _Drawing(inside, self.inner(inside.flow), True, self.link, None, self.inner, within=True)
        heading = f'{_t(word)} · <tspan class="id">{_t(node.id)}</tspan>'
        title = _t(f"{inside.title} ({inside.flow}, version {inside.version})")
        if self.link is not None:
            title = f"<a href={_q(self.link(inside.flow))}>{title}</a>"
        parts = [
            f'<g class="node {node.verb} opened{f" {looks}" if looks else ""}" data-step={_q(self._ref(node.id))} '
            f'transform="translate({_n(spot.x)} {_n(spot.y)})">'
            f"<title>{_t(f'{node.id} ({word}): {node.text}')}</title>"
            f'<rect class="shape frame" width="{_n(spot.width)}" height="{_n(spot.height)}" rx="8"/>'
            f'<text class="kind" x="{_n(INSET)}" y="22">{heading}</text>'
            f'<text x="{_n(INSET)}" y="41">{title}</text>{_noted(note)}</g>',
            f'<g transform="translate({_n(spot.x)} {_n(spot.y)})">',
            *inner.body(PAD + BEFORE, OPENED_TOP + (spot.height - OPENED_TOP - PAD - inner.plan.height) / 2),
            "</g>",
        ]
        return "\n".join(parts)

    def _ref(self, step: str) -> str:
        """What *step* is called in the whole picture: within a flow that is opened in place, with the flow's id."""
        return f"{self.picture.flow}/{step}" if self.within else step

    def _node(self, node: Node, spot: Spot, letters: Lettered) -> str:
        shape = shape_of(node.verb)
        looks, note = self.overlay.step(node.id) if self.overlay else ("", None)
        state = f" {looks}" if looks else ""
        inner = shape.inner(spot.width, spot.height)
        drawn = (
            f'<g class="node {node.verb}{state}" data-step={_q(self._ref(node.id))} '
            f'transform="translate({_n(spot.x)} {_n(spot.y)})">'
            f"<title>{_t(f'{node.id} ({shape.word}): {node.text}')}</title>"
            f'<path class="shape" d="{shape.path(spot.width, spot.height)}"/>'
        )
        if inner:
            drawn += f'<path class="inner" d="{inner}"/>'
        down = (spot.height - shape.head - shape.foot - letters.height) / 2 + shape.head + 21
        kind, *more = letters.names
        drawn += f'<text class="kind" x="{_n(INSET)}" y="{_n(down)}">{_t(kind)}'
        if more:
            id_ = [f'<tspan class="id" x="{_n(INSET)}" dy="{_n(NAME_LINE)}">{_t(line)}</tspan>' for line in more]
            drawn += "".join(id_) + "</text>"
        else:
            drawn = drawn.removesuffix(_t(kind)) + f'{_t(shape.word)} · <tspan class="id">{_t(node.id)}</tspan></text>'
        down += NAME_LINE * len(more) + 19
        words = "".join(
            f'<text x="{_n(INSET)}" y="{_n(down + LINE * place)}">{_t(line)}</text>'
            for place, line in enumerate(letters.words)
        )
        if self.link is not None and node.calls:
            words = f"<a href={_q(self.link(node.calls))}>{words}</a>"
        if self.step is not None:
            drawn = self._told(node.id, drawn)
        return drawn + words + _noted(note) + "</g>"

    def _told(self, step: str, drawn: str) -> str:
        """A node that leads to what is said about it; left out by the tab key, for the words stand right beside it."""
        assert self.step is not None
        begin, title, shape = drawn.partition("</title>")
        begin = begin.replace("<g ", f"<g id={_q(f'node-{step}')} ", 1)
        return f'{begin}{title}<a class="told" tabindex="-1" href={_q(self.step(step))}>{shape}</a>'


def _noted(note: Note | None) -> str:
    if note is None:
        return ""
    told = ", ".join(
        f'<tspan class="struck">{n}</tspan>' if struck else f"<tspan>{n}</tspan>" for n, struck in note.numbers
    )
    return f'<text class="visits" x="2" y="-6">{note.word} {told}</text>'


def _head(end: Point) -> str:
    x, y = end
    return f'<path class="head" d="M{_n(x)} {_n(y)}L{_n(x - 9)} {_n(y - 4.5)}V{_n(y + 4.5)}Z"/>'


def _backward(points: list[Point]) -> str:
    """A tip in the middle of the longest part that runs to the left, so that a loop is read the right way round."""
    parts = [(a[0] - b[0], a, b) for a, b in pairwise(points) if a[1] == b[1] and a[0] > b[0]]
    if not parts:
        return ""
    _, a, b = max(parts)
    x, y = (a[0] + b[0]) / 2, a[1]
    return f'<path class="head" d="M{_n(x - 5)} {_n(y)}L{_n(x + 4)} {_n(y - 4.5)}V{_n(y + 4.5)}Z"/>'


def _rounded(points: list[Point]) -> str:
    """The data of a path along *points*, its corners rounded."""
    found = [f"M{_n(points[0][0])} {_n(points[0][1])}"]
    for before, here, after in zip(points, points[1:], points[2:], strict=False):
        r = min(CORNER, _far(before, here) / 2, _far(here, after) / 2)
        a, b = _toward(here, before, r), _toward(here, after, r)
        found.append(f"L{_n(a[0])} {_n(a[1])}Q{_n(here[0])} {_n(here[1])} {_n(b[0])} {_n(b[1])}")
    return "".join(found) + f"L{_n(points[-1][0])} {_n(points[-1][1])}"


def _far(one: Point, other: Point) -> float:
    return abs(one[0] - other[0]) + abs(one[1] - other[1])


def _toward(here: Point, there: Point, by: float) -> Point:
    far = _far(here, there) or 1.0
    return here[0] + (there[0] - here[0]) * by / far, here[1] + (there[1] - here[1]) * by / far


def _n(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0").replace("-0.0", "0")


def _t(text: str) -> str:
    return escape(legal(text))


def _q(text: str) -> str:
    return quoteattr(legal(text))
