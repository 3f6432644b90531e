"""``draw``: a flow as SVG, Mermaid or DOT, with one run laid over it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from shepherd.author.lettering import wrap
from shepherd.author.overlay import Overlay
from shepherd.author.picture import Node, Picture, picture_of
from shepherd.author.shapes import shape_of
from shepherd.author.svg import svg
from shepherd.flow.model import Flow

FORMATS = ("svg", "mermaid", "dot")
Format = Literal["svg", "mermaid", "dot"]
ROOM, MOST = 190.0, 6


def draw(flows: Mapping[str, Flow], flow: str, form: str = "svg", overlay: Overlay | None = None) -> str:
    """The flow with the id *flow* in the format *form* (one of FORMATS). Raises KeyError where there is none."""
    picture = picture_of(flows[flow], {name: one.title for name, one in flows.items()})
    return WRITERS[form](picture, overlay)


def mermaid(picture: Picture, overlay: Overlay | None = None) -> str:
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


def _mermaid_overlay(picture: Picture, overlay: Overlay) -> list[str]:
    lines = ["  classDef walked stroke-width:4px", "  classDef gone stroke-dasharray:6 4"]
    for node in picture.nodes:
        visits = overlay.visits.get(node.id, ())
        if visits:
            lines.append(f"  class s_{node.id} {'gone' if all(gone for _, gone in visits) else 'walked'}")
    for number, arrow in enumerate(picture.arrows):
        stands = overlay.edges.get((arrow.source, arrow.by))
        if stands is not None:
            look = "stroke-width:4px" if stands else "stroke-dasharray:6 4"
            lines.append(f"  linkStyle {number} {look}")
    return lines


def dot(picture: Picture, overlay: Overlay | None = None) -> str:
    """*picture* as text for Graphviz."""
    lines = [
        f"digraph {_dot([picture.flow])} {{",
        f"  graph [rankdir=LR, label={_dot([picture.title])}, labelloc=t, labeljust=l];",
        "  node [fontname=sans, fontsize=11, style=filled, fillcolor=white];",
        "  edge [fontname=sans, fontsize=10];",
    ]
    for node in picture.nodes:
        visits = overlay.visits.get(node.id, ()) if overlay else ()
        look = "" if not visits else ", color=red" if all(gone for _, gone in visits) else ", penwidth=4"
        lines.append(f"  {_dot([node.id])} [label={_dot(_lines(node))}, {shape_of(node.verb).dot}{look}];")
    for arrow in picture.arrows:
        stands = overlay.edges.get((arrow.source, arrow.by)) if overlay else None
        look = {None: "", True: ", penwidth=4", False: ", style=dashed"}[stands]
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


WRITERS: Mapping[str, Callable[[Picture, Overlay | None], str]] = {"svg": svg, "mermaid": mermaid, "dot": dot}
