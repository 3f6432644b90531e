"""Where one can walk in a flow: reachable steps, components, shortest ways. Linear in steps and edges."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping

from shepherd.flow.model import Edge, End, Escalate, Flow, HandOn, Step

Ways = Mapping[str, tuple[Edge, ...]]

#: Edges by which a step is left without having been tried.
UNTRIED = frozenset({"out_of_attempts", "unmet", "no_answer"})


def spends(step: Step, by: str) -> bool:
    """Whether leaving *step* by the way *by* takes one of its tries; a call never does."""
    return step.attempts is not None and by not in UNTRIED and step.verb != "call"


def ways(flow: Flow) -> dict[str, tuple[Edge, ...]]:
    """The edges out of each step whose targets exist."""
    steps = flow.steps
    return {name: tuple(e for e in step.edges.values() if e.target in steps) for name, step in steps.items()}


def ending(step: Step) -> str | None:
    """The name of the outcome with which *step* ends its flow, or None where it goes on."""
    action = step.action
    return action.outcome if isinstance(action, End | Escalate) else None


def leaves(step: Step) -> bool:
    """Whether the flow is over at *step*: it ends there, or another flow takes over."""
    return ending(step) is not None or isinstance(step.action, HandOn)


def reachable(flow: Flow) -> set[str]:
    """The steps that can be reached from the flow's first one."""
    return spread((flow.first,), ways(flow))


def spread(starts: Iterable[str], out: Ways) -> set[str]:
    """Every step that can be reached from *starts*, these included."""
    seen = set(starts)
    queue = list(seen)
    while queue:
        for edge in out[queue.pop()]:
            if edge.target not in seen:
                seen.add(edge.target)
                queue.append(edge.target)
    return seen


def leading_to(goals: Iterable[str], out: Ways) -> set[str]:
    """Every step from which one of *goals* can be reached, these included."""
    before: dict[str, list[str]] = {}
    for source, edges in out.items():
        for edge in edges:
            before.setdefault(edge.target, []).append(source)
    seen = set(goals)
    queue = list(seen)
    while queue:
        for source in before.get(queue.pop(), ()):
            if source not in seen:
                seen.add(source)
                queue.append(source)
    return seen


def components(out: Ways) -> list[list[str]]:
    """The strongly connected components of *out*, each before those that lead to it (Tarjan, without recursion)."""
    number: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    open_: set[str] = set()
    found: list[list[str]] = []
    for root in out:
        if root in number:
            continue
        number[root] = low[root] = len(number)
        stack.append(root)
        open_.add(root)
        work = [(root, iter(out[root]))]
        while work:
            step, edges = work[-1]
            for edge in edges:
                target = edge.target
                if target not in number:
                    number[target] = low[target] = len(number)
                    stack.append(target)
                    open_.add(target)
                    work.append((target, iter(out.get(target, ()))))
                    break
                if target in open_ and number[target] < low[step]:
                    low[step] = number[target]
            else:
                work.pop()
                if work and low[step] < low[work[-1][0]]:
                    low[work[-1][0]] = low[step]
                if low[step] == number[step]:
                    part: list[str] = []
                    while not part or part[-1] != step:
                        part.append(stack.pop())
                    open_.difference_update(part)
                    found.append(part)
    return found


def loops(out: Ways) -> list[set[str]]:
    """The components in which one can walk in a circle."""
    return [
        set(part)
        for part in components(out)
        if len(part) > 1 or any(edge.target == part[0] for edge in out.get(part[0], ()))
    ]


def circle(start: str, out: Ways, first: Callable[[Edge], bool] = lambda _: True) -> list[Edge]:
    """A shortest way from *start* back to it whose first edge passes *first*; empty where there is none."""
    came: dict[str, Edge] = {}
    queue: deque[str] = deque()
    for edge in out.get(start, ()):
        if first(edge) and edge.target not in came:
            came[edge.target] = edge
            queue.append(edge.target)
    while queue and start not in came:
        for edge in out.get(queue.popleft(), ()):
            if edge.target not in came:
                came[edge.target] = edge
                queue.append(edge.target)
    if start not in came:
        return []
    way = [came[start]]
    while way[-1].source != start:
        way.append(came[way[-1].source])
    return way[::-1]
