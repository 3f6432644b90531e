"""Which reads of an expression are really worked out, and what is known to be defined by then."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from shepherd.flow.tree import All, Any_, Choose, Defined, Node, Not, Read, children

Path = tuple[str, ...]
NOTHING: frozenset[Path] = frozenset()


def covered(path: Path, known: Iterable[Path]) -> bool:
    """Whether *path* is defined where all of *known* are: a field proves what it is a field of."""
    return any(one[: len(path)] == path for one in known)


def holds_if(node: Node, true: bool) -> frozenset[Path]:
    """The reads that are defined for sure where *node* is true (or false)."""
    if isinstance(node, Defined):
        return frozenset({node.read.path}) if true else NOTHING
    if isinstance(node, Not):
        return holds_if(node.item, not true)
    if isinstance(node, All | Any_):
        parts = [holds_if(item, true) for item in node.items]
        every = isinstance(node, All) is true
        return frozenset().union(*parts) if every else frozenset.intersection(*parts)
    return NOTHING


def open_reads(node: Node, known: frozenset[Path] = NOTHING) -> Iterator[tuple[Read, frozenset[Path]]]:
    """Every read of *node* that is really worked out, with what is known to be defined by then."""
    if isinstance(node, Defined):
        return
    if isinstance(node, Read):
        yield node, known
    elif isinstance(node, All | Any_):
        for item in node.items:
            yield from open_reads(item, known)
            known |= holds_if(item, isinstance(node, All))
    elif isinstance(node, Choose):
        yield from open_reads(node.test, known)
        yield from open_reads(node.yes, known | holds_if(node.test, True))
        yield from open_reads(node.no, known | holds_if(node.test, False))
    else:
        for part in children(node):
            yield from open_reads(part, known)
