"""What an edge of a ``decide`` proves by itself: behind ``when: assured.identity`` the identity is held."""

from __future__ import annotations

from collections.abc import Mapping

from shepherd.flow import tree
from shepherd.flow.model import Decide, Flow, Need

MOST_NESTED = 8


def proved(flow: Flow) -> dict[str, dict[str, tuple[Need, ...]]]:
    """For each ``decide`` of *flow*, by edge, the assurances that are held wherever that edge is taken."""
    found: dict[str, dict[str, tuple[Need, ...]]] = {}
    for step in flow.steps.values():
        if not isinstance(step.action, Decide):
            continue
        failed: set[Need] = set()
        ways: dict[str, tuple[Need, ...]] = {}
        for branch in step.action.branches:
            ways[branch.by] = tuple(failed | _held(flow, branch.when.tree, True, 0))
            failed |= _held(flow, branch.when.tree, False, 0)
        ways["otherwise"] = tuple(failed)
        if any(ways.values()):
            found[step.id] = ways
    return found


def _held(flow: Flow, node: tree.Node, truth: bool, depth: int) -> set[Need]:
    """What is held wherever *node* is of *truth*."""
    if depth > MOST_NESTED:
        return set()
    if isinstance(node, tree.Not):
        return _held(flow, node.item, not truth, depth + 1)
    if isinstance(node, tree.All | tree.Any_):
        parts = [_held(flow, item, truth, depth + 1) for item in node.items]
        return set.union(*parts) if isinstance(node, tree.All) == truth else set.intersection(*parts)
    if isinstance(node, tree.Read):
        if len(node.path) > 1 and node.path[0] == "assured":
            return {Need(name=".".join(node.path[1:]))} if truth else set()
        value = flow.values.get(node.path[0]) if len(node.path) == 1 else None
        if value is not None and len(value.cases) == 1 and value.cases[0].when is None:
            return _held(flow, value.cases[0].gives.tree, truth, depth + 1)
    if isinstance(node, tree.Compare):
        return _compared(node, truth)
    return set()


_FLIPPED: Mapping[str, str] = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "==": "==", "!=": "!="}
_DENIED: Mapping[str, str] = {"<": ">=", ">": "<=", "<=": ">", ">=": "<", "==": "!=", "!=": "=="}


def _compared(node: tree.Compare, truth: bool) -> set[Need]:
    """``assured.identity >= 2`` and its kin, either way round."""
    read, constant, op = node.left, node.right, node.op
    if isinstance(read, tree.Const):
        read, constant, op = node.right, node.left, _FLIPPED.get(op, op)
    if not (isinstance(read, tree.Read) and isinstance(constant, tree.Const)):
        return set()
    if op not in _DENIED or len(read.path) < 2 or read.path[0] != "assured":
        return set()
    name = ".".join(read.path[1:])
    value = constant.value
    if isinstance(value, bool) or not isinstance(value, int):
        return set()
    op = op if truth else _DENIED[op]
    least = {">": value + 1, ">=": value, "==": value, "!=": 1 if value == 0 else 0}.get(op, 0)
    return {Need(name=name, level=least)} if least >= 1 else set()
