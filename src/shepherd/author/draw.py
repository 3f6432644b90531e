"""``draw``: a flow as SVG, Mermaid, DOT or BPMN, with one run or the coverage laid over it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Literal

from shepherd.author.lettering import wrap
from shepherd.author.overlay import LOADS, Inner, Laid, bare
from shepherd.author.picture import Node, Opening, Picture, opened
from shepherd.author.shapes import shape_of
from shepherd.author.svg import svg
from shepherd.author.traffic import Traffic
from shepherd.flow.model import Flow

FORMATS = ("svg", "mermaid", "dot", "bpmn")
Format = Literal["svg", "mermaid", "dot", "bpmn"]
CLOSED = Opening()
ROOM, MOST = 190.0, 6
#: How wide ways are in Mermaid and in DOT.
WIDE: Mapping[str, int] = {"walked": 4, "added": 4} | {load: 2 * number - 1 for number, load in enumerate(LOADS, 1)}
#: How they are broken there: what is gone or was never walked in dashes, what has changed in dots.
BROKEN = {"changed": ("stroke-width:3px,stroke-dasharray:2 4", "style=dotted, penwidth=3")}
DASHED = ("stroke-dasharray:6 4", "style=dashed")


def draw(
    flows: Mapping[str, Flow],
    flow: str,
    form: str = "svg",
    overlay: Laid | None = None,
    *,
    opening: Opening = CLOSED,
    inner: Inner = bare,
) -> str:
    """
    The flow with the id *flow* in the format *form* (one of FORMATS). Raises KeyError where there is none.

    As SVG it has the flows inside that *opening* names, each with what *inner* lays over it; no other format has that.
    """
    laid = cache(inner)
    picture = counted(opened(flows, flow, opening if form == "svg" else CLOSED), overlay, laid)
    return svg(picture, overlay, inner=laid) if form == "svg" else WRITERS[form](picture, overlay)


def counted(picture: Picture, overlay: Laid | None, inner: Inner) -> Picture:
    """*picture* with the numbers of walks beside its ways, where traffic is laid over it or over what is inside."""
    if isinstance(overlay, Traffic):
        picture = overlay.counted(picture)
    nodes = (
        node if node.inside is None else node._replace(inside=counted(node.inside, inner(node.inside.flow), inner))
        for node in picture.nodes
    )
    return picture._replace(nodes=tuple(nodes))


def mermaid(picture: Picture, overlay: Laid | None = None) -> str:
    """*picture* as Mermaid text; ids get a prefix, since ``end`` and some others mean something there."""
    lines = ["---", f"title: {_mermaid_title(picture.title)}", "---", "flowchart LR"]
    for node in picture.nodes:
        left, right = shape_of(node.verb).mermaid
        lines.append(f'  s_{node.id}{left}"{_mermaid(_lines(node))}"{right}')
    for arrow in picture.arrows:
        label = f'|"{_mermaid(wrap(arrow.label, ROOM, 13, MOST))}"|' if arrow.label else ""
        lines.append(f"  s_{arrow.source} -->{label} s_{arrow.target}")
    lines += _mermaid_overlay(picture, overlay) if overlay is not None else []
    return "\n".join(lines) + "\n"


def _mermaid_overlay(picture: Picture, overlay: Laid) -> list[str]:
    lines = ["  classDef walked stroke-width:4px", "  classDef gone stroke-dasharray:6 4"]
    states = {node.id: overlay.step(node.id)[0] for node in picture.nodes}
    lines += [f"  classDef {name} {look}" for name, (look, _) in BROKEN.items() if name in states.values()]
    for name, looks in states.items():
        if looks:
            lines.append(f"  class s_{name} {looks if looks in BROKEN else 'walked' if looks in WIDE else 'gone'}")
    for number, arrow in enumerate(picture.arrows):
        looks = overlay.way(arrow.source, arrow.by)
        if looks:
            wide = WIDE.get(looks)
            look = f"stroke-width:{wide}px" if wide else BROKEN.get(looks, DASHED)[0]
            lines.append(f"  linkStyle {number} {look}")
    return lines


def dot(picture: Picture, overlay: Laid | None = None) -> str:
    """*picture* as text for Graphviz."""
    lines = [
        f"digraph {_dot([picture.flow])} {{",
        f"  graph [rankdir=LR, label={_dot([picture.title])}, labelloc=t, labeljust=l];",
        "  node [fontname=sans, fontsize=11, style=filled, fillcolor=white];",
        "  edge [fontname=sans, fontsize=10];",
    ]
    for node in picture.nodes:
        looks = overlay.step(node.id)[0] if overlay else ""
        look = {"": "", "walked": ", penwidth=4", "added": ", penwidth=4"}.get(looks, ", color=red")
        look = f", {BROKEN[looks][1]}" if looks in BROKEN else look
        lines.append(f"  {_dot([node.id])} [label={_dot(_lines(node))}, {shape_of(node.verb).dot}{look}];")
    for arrow in picture.arrows:
        looks = overlay.way(arrow.source, arrow.by) if overlay else ""
        wide = WIDE.get(looks)
        look = "" if not looks else f", penwidth={wide}" if wide else f", {BROKEN.get(looks, DASHED)[1]}"
        label = _dot(wrap(arrow.label, ROOM, 13, MOST))
        lines.append(f"  {_dot([arrow.source])} -> {_dot([arrow.target])} [label={label}{look}];")
    return "\n".join([*lines, "}"]) + "\n"


def _lines(node: Node) -> list[str]:
    return [f"{shape_of(node.verb).word} · {node.id}", *wrap(node.text, ROOM, 13, MOST)]


_MERMAID = str.maketrans({c: f"#{ord(c)};" for c in '"#&<>`\\|[]{}()*_~:;$%@'})


def _mermaid(lines: list[str]) -> str:
    return "<br/>".join("".join(c for c in line if c.isprintable()).translate(_MERMAID) for line in lines)


def _mermaid_title(title: str) -> str:
    plain = "".join(c for c in title if c.isprintable())
    return "'" + plain.replace("'", "''") + "'"


def _dot(lines: list[str]) -> str:
    plain = ("".join(c for c in line if c.isprintable()) for line in lines)
    return '"' + "\\n".join(line.replace("\\", "\\\\").replace('"', '\\"') for line in plain) + '"'


def _bpmn(picture: Picture, overlay: Laid | None = None) -> str:
    """*picture* as BPMN 2.0; what that needs to know is read only for it."""
    from shepherd.author.bpmn import bpmn

    return bpmn(picture, overlay)


WRITERS: Mapping[str, Callable[[Picture, Laid | None], str]] = {
    "svg": svg,
    "mermaid": mermaid,
    "dot": dot,
    "bpmn": _bpmn,
}
