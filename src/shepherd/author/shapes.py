"""How each verb looks: an outline of its own in a drawing, in Mermaid and in DOT. One row per verb."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

POINT = 16.0
SLANT = 14.0
BULGE = 10.0


class Shape(NamedTuple):
    """
    The look of a verb.

    *word* names it for readers. *path* gives the outline as the data of an SVG path for a width and a height, *inner*
    further lines inside it. *left* and *right* say how far the outline stands in from its box at a height between 0
    (top) and 1 (bottom), so that arrows meet it; *head* and *foot* are the room that it needs above and below the
    words. *mermaid* are the brackets around a label, *dot* the attributes.
    """

    word: str
    path: Callable[[float, float], str]
    mermaid: tuple[str, str]
    dot: str
    inner: Callable[[float, float], str] = lambda w, h: ""
    left: Callable[[float], float] = lambda at: 0.0
    right: Callable[[float], float] = lambda at: 0.0
    head: float = 0.0
    foot: float = 0.0


def shape_of(verb: str) -> Shape:
    """The row of *verb*; one that has none looks like a message."""
    return SHAPES.get(verb, SHAPES["message"])


def _n(*numbers: float) -> str:
    return " ".join(f"{number:.1f}".rstrip("0").rstrip(".") for number in numbers)


def _polygon(*points: tuple[float, float]) -> str:
    return "M" + "L".join(_n(*point) for point in points) + "Z"


def _sheet(w: float, h: float) -> str:
    """A page whose lower edge is torn off in a wave."""
    y = h - 4
    return f"M0 0H{_n(w)}V{_n(y)}C{_n(w * 0.75, y - 8, w * 0.75, y - 8, w / 2, y)}S{_n(w / 4, y + 8, 0, y)}Z"


def _round(w: float, h: float, r: float = 12) -> str:
    r = min(r, h / 2)
    a = f"A{_n(r, r)} 0 0 1 "
    upper = f"M{_n(r)} 0H{_n(w - r)}{a}{_n(w, r)}V{_n(h - r)}"
    return f"{upper}{a}{_n(w - r, h)}H{_n(r)}{a}{_n(0, h - r)}V{_n(r)}{a}{_n(r, 0)}Z"


def _drum(w: float, h: float) -> str:
    a = f"A{_n(BULGE, h / 2)} 0 0 1 "
    return f"M{_n(BULGE)} 0H{_n(w - BULGE)}{a}{_n(w - BULGE, h)}H{_n(BULGE)}{a}{_n(BULGE, 0)}Z"


def _drum_lid(w: float, h: float) -> str:
    return f"M{_n(w - BULGE)} 0A{_n(BULGE, h / 2)} 0 0 0 {_n(w - BULGE, h)}"


def _delay(w: float, h: float) -> str:
    return f"M0 0H{_n(w - 2 * BULGE)}A{_n(2 * BULGE, h / 2)} 0 0 1 {_n(w - 2 * BULGE, h)}H0Z"


def _bars(w: float, h: float) -> str:
    return f"M6 0V{_n(h)}M{_n(w - 6)} 0V{_n(h)}"


def _tip(at: float) -> float:
    return POINT * abs(2 * at - 1)


def _curve(depth: float) -> Callable[[float], float]:
    return lambda at: depth * (1 - max(0.0, 1 - (2 * at - 1) ** 2) ** 0.5)


SHAPES: dict[str, Shape] = {
    "message": Shape("message", _sheet, ("[", "]"), "shape=note", foot=6.0),
    "ask": Shape("ask", _round, ("(", ")"), 'shape=box, style="rounded,filled"'),
    "collect": Shape(
        "collect",
        lambda w, h: _polygon((0, 10), (w, 0), (w, h), (0, h)),
        ("[/", "/]"),
        "shape=parallelogram",
        head=6.0,
    ),
    "decide": Shape(
        "decide",
        lambda w, h: _polygon((POINT, 0), (w - POINT, 0), (w, h / 2), (w - POINT, h), (POINT, h), (0, h / 2)),
        ("{", "}"),
        "shape=hexagon",
        left=_tip,
        right=_tip,
    ),
    "call": Shape(
        "call", lambda w, h: _polygon((0, 0), (w, 0), (w, h), (0, h)), ("[[", "]]"), "shape=box, peripheries=2", _bars
    ),
    "hand_on": Shape(
        "hand on",
        lambda w, h: _polygon((0, 0), (w - POINT, 0), (w, h / 2), (w - POINT, h), (0, h)),
        ("{{", "}}"),
        "shape=cds, peripheries=2",
        lambda w, h: f"M6 0V{_n(h)}",
        right=_tip,
    ),
    "lookup": Shape(
        "look up", _drum, ("[(", ")]"), "shape=cylinder", _drum_lid, left=_curve(BULGE), right=_curve(BULGE)
    ),
    "do": Shape(
        "do",
        lambda w, h: _polygon((SLANT, 0), (w, 0), (w - SLANT, h), (0, h)),
        ("[/", "\\]"),
        "shape=trapezium",
        left=lambda at: SLANT * (1 - at),
        right=lambda at: SLANT * at,
    ),
    "set": Shape(
        "set",
        lambda w, h: _polygon((0, 0), (w, 0), (w, h), (0, h)),
        ("[\\", "\\]"),
        "shape=tab",
        lambda w, h: f"M0 5H{_n(w)}M6 0V{_n(h)}",
    ),
    "wait": Shape("wait", _delay, ("((", "))"), "shape=octagon", right=_curve(2 * BULGE)),
    "escalate": Shape(
        "escalate",
        lambda w, h: _polygon((0, 0), (w - POINT, 0), (w, h / 2), (w - POINT, h), (0, h)),
        (">", "]"),
        "shape=cds",
        right=_tip,
    ),
    "end": Shape("end", lambda w, h: _round(w, h, 26), ("([", "])"), "shape=oval", left=_curve(4)),
}
