"""Which step, edge and flow of one version is which of the other: by id, else by what it says and does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shepherd.author.aspects import aspects_of_step, bare
from shepherd.author.difference import EdgePair
from shepherd.flow.model import Ask, Decide, Edge, Flow, Step

#: From which share of parts in common on a step, or a flow, looks like another that is gone.
ALIKE, ALIKE_FLOW = 0.6, 0.6
#: No edge is called otherwise.
ALL_SAME: Mapping[str, str] = {}
#: So many steps, or flows, of each side are looked at for that.
MOST_COMPARED = 400


def paired_steps(before: Flow, after: Flow) -> dict[str, str]:
    """The later id of each step of *before* that *after* has: the same id, else one that looks renamed."""
    same = {name: name for name in before.steps if name in after.steps}
    gone = [name for name in before.steps if name not in same]
    new = [name for name in after.steps if name not in same]
    if not gone or not new:
        return same
    known = _weights(before, gone), _weights(after, new)
    return same | best_pairs(known[0], known[1], ALIKE)


def paired_answers(before: Step, after: Step, steps: Mapping[str, str]) -> dict[str, str]:
    """
    The later value of an answer that looks renamed: the one that went and the one that came, where there are no others.

    Both lead to the same step and grant the same, and people read the same, or they stand at the same place.
    """
    old, new = _answers(before), _answers(after)
    gone, came = [value for value in old if value not in new], [value for value in new if value not in old]
    if len(gone) != 1 or len(came) != 1:
        return {}
    (was,), (now,) = gone, came
    went, comes = before.edges.get(f"answer:{was}"), after.edges.get(f"answer:{now}")
    alike = old[was] == new[now] or list(old).index(was) == list(new).index(now)
    return {was: now} if alike and went and comes and pair(went, comes, steps).same else {}


def _answers(step: Step) -> dict[str, str]:
    """The labels of the answers that lead on from *step*, by their values."""
    action = step.action
    return {one.value: one.label for one in action.field.options} if isinstance(action, Ask) and action.routed else {}


def _weights(flow: Flow, names: Sequence[str]) -> dict[str, Counter[Any]]:
    """What steps are known by: their verb, and what they say and do, and from where to where they lead."""
    leads: dict[str, Counter[Any]] = {}
    for name in names[:MOST_COMPARED]:
        step = flow.steps[name]
        found: Counter[Any] = Counter((key, aspect.key) for key, aspect in aspects_of_step(step).items())
        found[("verb", step.verb)] += 1
        found += Counter(("to", edge.by, edge.target) for edge in step.edges.values())
        leads[name] = found
    for step in flow.steps.values():
        for edge in step.edges.values():
            if edge.target in leads:
                leads[edge.target][("from", step.id, edge.by)] += 1
    return leads


def best_pairs(before: Mapping[str, Counter[Any]], after: Mapping[str, Counter[Any]], least: float) -> dict[str, str]:
    """Pairs that have at least the share *least* in common, the most alike first, each name once."""
    found = []
    for old, here in before.items():
        for new, there in after.items():
            shared = sum((here & there).values())
            share = shared / max(1, sum((here | there).values()))
            if share >= least:
                found.append((-share, sorted((old, new)), old, new))
    chosen: dict[str, str] = {}
    taken: set[str] = set()
    for _, _, old, new in sorted(found):
        if old not in chosen and new not in taken:
            chosen[old] = new
            taken.add(new)
    return chosen


def paired_flows(before: Mapping[str, Flow], after: Mapping[str, Flow], given: Mapping[str, str]) -> dict[str, str]:
    """The later id of each flow of *before* that *after* has; *given* says so of some."""
    same = {name: given.get(name, name) for name in before if given.get(name, name) in after}
    gone = {name: _in_flow(before[name]) for name in before if name not in same}
    new = {name: _in_flow(after[name]) for name in after if name not in same.values()}
    return same | (best_pairs(gone, new, ALIKE_FLOW) if gone and new else {})


def _in_flow(flow: Flow) -> Counter[Any]:
    found: Counter[Any] = Counter()
    for step in list(flow.steps.values())[:MOST_COMPARED]:
        found += Counter((step.id, key, aspect.key) for key, aspect in aspects_of_step(step).items())
    return found


# --- edges ------------------------------------------------------------------------------------------


def paired_edges(before: Flow, after: Flow, steps: Mapping[str, str]) -> Iterator[EdgePair]:
    """Every edge of both, each once; those of a ``decide`` are paired by their conditions, all others by their name."""
    for name, step in before.steps.items():
        later = after.steps[steps[name]] if name in steps else None
        if later is None:
            yield from (EdgePair(edge, None) for edge in step.edges.values())
        elif isinstance(step.action, Decide) and isinstance(later.action, Decide):
            yield from _branches(step, later, steps)
        else:
            answers = {f"answer:{was}": f"answer:{now}" for was, now in paired_answers(step, later, steps).items()}
            yield from _named(step.edges, later.edges, steps, answers)
    kept = set(steps.values())
    for name, step in after.steps.items():
        if name not in kept:
            yield from (EdgePair(None, edge) for edge in step.edges.values())


def _named(
    before: Mapping[str, Edge], after: Mapping[str, Edge], steps: Mapping[str, str], names: Mapping[str, str] = ALL_SAME
) -> Iterator[EdgePair]:
    """Edges of the same name; *names* has the later names of those that are called otherwise."""
    for by, edge in before.items():
        now = names.get(by, by)
        yield pair(edge, after[now], steps, reworded=by != now) if now in after else EdgePair(edge, None)
    known = {*before, *names.values()}
    yield from (EdgePair(None, edge) for by, edge in after.items() if by not in known)


def pair(before: Edge, after: Edge, steps: Mapping[str, str], *, reworded: bool = False) -> EdgePair:
    """Two edges that are the same way, and what differs about them."""
    regranted = _grants(before) != _grants(after)
    return EdgePair(before, after, steps.get(before.target) != after.target, reworded or regranted)


def _grants(edge: Edge) -> tuple[Any, ...]:
    return tuple(sorted((g.name, g.level, g.expires or 0) for g in edge.grants))


def _branches(before: Step, after: Step, steps: Mapping[str, str]) -> Iterator[EdgePair]:
    """Branches with the same condition are paired first, then those that lead to the same step, in their order."""
    old, new = branches(before), branches(after)
    matched = dict(_in_common([key for key, _ in old], [key for key, _ in new]))
    left = [n for n in range(len(new)) if n not in matched.values()]
    reworded = {}
    for place, (_, edge) in enumerate(old):
        if place not in matched:
            found = next((n for n in left if new[n][1].target == steps.get(edge.target)), None)
            if found is not None:
                reworded[place] = found
                left.remove(found)
    for place, (_, edge) in enumerate(old):
        if place in matched:
            yield pair(edge, new[matched[place]][1], steps)
        elif place in reworded:
            yield pair(edge, new[reworded[place]][1], steps, reworded=True)
        else:
            yield EdgePair(edge, None)
    yield from (EdgePair(None, new[n][1]) for n in left)
    others = [{by: e for by, e in step.edges.items() if not by.startswith("when:")} for step in (before, after)]
    yield from _named(others[0], others[1], steps)


def branches(step: Step) -> list[tuple[Any, Edge]]:
    """The conditions of a ``decide``, as they are compared, each with its edge."""
    assert isinstance(step.action, Decide)
    return [(bare(b.when.tree), step.edges[b.by]) for b in step.action.branches if b.by in step.edges]


def _in_common(old: Sequence[Any], new: Sequence[Any]) -> Iterator[tuple[int, int]]:
    """The places of what both lists have, the first with the first where something stands there twice."""
    places: dict[Any, list[int]] = {}
    for place, one in enumerate(new):
        places.setdefault(one, []).append(place)
    for place, one in enumerate(old):
        if places.get(one):
            yield place, places[one].pop(0)
