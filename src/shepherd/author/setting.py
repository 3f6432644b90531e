"""What is written in a picture, in how many lines, and so how large its nodes are and where they stand."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from shepherd.author.grid import spans
from shepherd.author.layout import Box, Plan, Way, lay_out
from shepherd.author.lettering import width, wrap
from shepherd.author.picture import Node, Picture
from shepherd.author.shapes import shape_of

WIDE = 208.0
PAD, INSET = 24.0, 20.0
TEXT, SMALL, LABEL = 13.0, 11.0, 12.0
LINE, NAME_LINE, LABEL_LINE = 17.0, 14.0, 15.0
MOST_LINES, MOST_LABEL_LINES = 5, 8
LABEL_ROOM = 150.0
FAR = 3
BOLD = 1.1
FAR_ROOM = 170.0
MOST_PARTS = 2400
#: What a flow that is opened in place has above and before it: its heading, and the dot at which it begins.
OPENED_TOP, BEFORE = 52.0, 26.0


class Lettered(NamedTuple):
    """What is written in a node: its verb and id on one line or two, then its words."""

    names: list[str]
    words: list[str]

    @property
    def height(self) -> float:
        """The height of a plain box around it."""
        return 26 + NAME_LINE * len(self.names) + LINE * len(self.words)


class Label(NamedTuple):
    """What is written at an arrow: the lines of its label, and *to* which step it leads, if that is told."""

    lines: list[str]
    to: str

    @property
    def all(self) -> list[str]:
        """All its lines, from top to bottom."""
        return [*self.lines, self.to] if self.to else self.lines


@lru_cache(maxsize=32)
def planned(picture: Picture) -> Plan:
    """Where the nodes and arrows of *picture* are drawn, in its order, by the room that their words take."""
    boxes = [_box(node) for node in picture.nodes]
    ways = []
    for way, label in zip(_ways(picture), labelled(picture), strict=True):
        lines = label.all
        room = (max(width(line, LABEL) for line in lines) + 14, LABEL_LINE * len(lines) + 2) if lines else (0.0, 0.0)
        ways.append(Way(way.source, way.target, *room))
    return lay_out(boxes, ways, _first(picture))


def _box(node: Node) -> Box:
    """The room that *node* takes: for its words, or for the flow that is opened in it."""
    if node.inside is not None:
        inner = planned(node.inside)
        return Box(inner.width + BEFORE + 2 * PAD, inner.height + OPENED_TOP + PAD)
    shape = shape_of(node.verb)
    return Box(WIDE, lettered(node).height + shape.head + shape.foot)


def too_large(picture: Picture) -> bool:
    """Whether *picture* has more nodes, arrows and lanes than anybody can follow, or waits for."""
    return _parts(picture) > MOST_PARTS


def _parts(picture: Picture) -> int:
    """How many nodes, arrows and lanes *picture* has, with those inside it; some more than MOST_PARTS if too many."""
    ways = _ways(picture)
    parts = len(picture.nodes) + len(ways) + sum(_parts(node.inside) for node in picture.nodes if node.inside)
    if parts > MOST_PARTS:
        return parts
    lanes: dict[tuple[int, bool], int] = {}
    for way, span in zip(ways, spans(len(picture.nodes), ways, _first(picture)), strict=True):
        net = (way.target, span < 1)
        lanes[net] = max(lanes.get(net, 0), abs(span))
    return parts + sum(lanes.values())


def labelled(picture: Picture) -> list[Label]:
    """What is written at each arrow: its label, and where it leads if that is too far away to be seen."""
    ways = _ways(picture)
    far = [span >= FAR or span <= -FAR for span in spans(len(picture.nodes), ways, _first(picture))]
    return [
        Label(
            wrap(arrow.label, LABEL_ROOM, LABEL, MOST_LABEL_LINES),
            f"→ {wrap(arrow.target, FAR_ROOM, LABEL, 1)[0]}" if away else "",
        )
        for arrow, away in zip(picture.arrows, far, strict=True)
    ]


def lettered(node: Node) -> Lettered:
    """What is written in *node*; an id that does not fit beside the verb has lines of its own."""
    room = WIDE - 2 * INSET
    word = shape_of(node.verb).word
    names = [f"{word} · {node.id}"]
    if width(names[0], SMALL * BOLD) > room:
        names = [word, *wrap(node.id, room, SMALL * BOLD, 2)]
    return Lettered(names, wrap(node.text, room, TEXT, MOST_LINES))


def _ways(picture: Picture) -> list[Way]:
    number = {node.id: place for place, node in enumerate(picture.nodes)}
    return [Way(number[arrow.source], number[arrow.target]) for arrow in picture.arrows]


def _first(picture: Picture) -> int:
    return next((place for place, node in enumerate(picture.nodes) if node.id == picture.first), 0)
