"""Scenarios for edges that none takes yet: the fewest that reach them, each walked before it is suggested. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple

from shepherd.author.domains import MOST_VALUES, Domains, leading
from shepherd.author.edge_cover import cover_edges
from shepherd.author.explore import BEFORE, Explorer
from shepherd.author.facts import unread
from shepherd.author.play import Played, play
from shepherd.author.scenarios import steps_of
from shepherd.author.trail import Crossing
from shepherd.author.walking import START, Move, Rare, Walker
from shepherd.flow.given import read_given
from shepherd.flow.graph import graph_of
from shepherd.flow.model import Flow
from shepherd.flow.types import to_text
from shepherd.run.state import reachable

if TYPE_CHECKING:
    from shepherd.check.library import Library

#: How many ways to begin are tried; beyond that each input is varied by itself.
MOST_BEGINNINGS = 48
#: Where there is too much to look at, so many values of each name are tried at last.
FEW_VALUES = 4


class Suggested(NamedTuple):
    """
    *scenarios* as a file writes them, which cover *missing* but for *unreached*.

    *least* is how many any set must have that covers the same. *whole* is False where not everything was looked at.
    """

    scenarios: tuple[Mapping[str, Any], ...]
    unreached: tuple[Crossing, ...]
    least: int
    whole: bool


def suggest(library: Library, flow: str, missing: Iterable[Crossing]) -> Suggested:
    """Scenarios of *flow* that take the edges *missing*, as few as can be found."""
    wanted = set(missing)
    looks = [Look(MOST_VALUES, fine=False), Look(MOST_VALUES, fine=True)]
    scenarios: list[tuple[dict[str, Any], frozenset[Crossing]]] = []
    least, whole, left = 0, True, set(wanted)
    while looks and left:
        look = looks.pop(0)
        made = _looked(library, flow, look, left)
        scenarios += [(scenario, crossed & wanted) for scenario, crossed in made.scenarios]
        left -= {crossing for _, crossed in made.scenarios for crossing in crossed}
        least = max(least, made.least)
        if not made.whole:
            looks = [Look(FEW_VALUES, fine=False)] if whole and look.values == MOST_VALUES else []
            whole = False
    unreached = (Crossing(flow, step.id, by) for step in library.flows[flow].steps.values() for by in step.edges)
    return Suggested(_named(scenarios), tuple(c for c in unreached if c in left), least, whole)


class Look(NamedTuple):
    """How closely a flow is looked at: so many *values* of a name, and *fine* as in ``Explorer``."""

    values: int
    fine: bool


class _Looked(NamedTuple):
    scenarios: list[tuple[dict[str, Any], frozenset[Crossing]]]
    least: int
    whole: bool


def _looked(library: Library, flow: str, look: Look, left: set[Crossing]) -> _Looked:
    """Scenarios for the edges *left* as far as one *look* finds them; each has been walked."""
    flows = [one.id for one in reachable(library, flow)]
    domains = Domains(library, {*flows, *library.reached(flow)}, START, look.values)
    begins = beginnings(library, domains, library.flows[flow])
    walker = Walker(library, domains)
    givens = [read_given(tree, flow) for tree in begins]
    explorer = Explorer(library, walker, flow, _rare(library.flows[flow], left), fine=look.fine)
    explored = explorer.explore(givens)
    bit = {crossing: 1 << number for number, crossing in enumerate(explored.edges)}
    found = cover_edges(explored, sum(bit[crossing] for crossing in left))
    scenarios = []
    for walk in found.walks:
        number = explored.begins[explored.ways[BEFORE].index(walk[0])]
        moves = explorer.realised(givens[number], walk)
        given = {**begins[number], **_script(flow, moves or (), walker.most)}
        made = _scenario(library, flow, given) if moves is not None else None
        if made is not None and made[1].crossed & left:
            scenarios.append((made[0], made[1].crossed))
            left = left - made[1].crossed
    return _Looked(scenarios, found.least, explored.whole)


def _rare(flow: Flow, wanted: Iterable[Crossing]) -> Rare:
    """What has to be tried so that *wanted* edges can be taken."""
    ways = {(crossing.source, crossing.by) for crossing in wanted}
    crowded = tuple(
        step.ref
        for step in flow.steps.values()
        if step.attempts and step.attempts.per in ("ticket", "customer") and (step.id, "out_of_attempts") in ways
    )
    seen = {source for source, by in ways if by == "unmet"}
    late, waiting = set(), list(seen)
    while waiting:
        for before in graph_of(flow).predecessors(waiting.pop()):
            if flow.steps[before].human:
                late.add(flow.steps[before].ref)
            elif before not in seen:
                seen.add(before)
                waiting.append(before)
    return Rare(frozenset(late), crowded)


def beginnings(library: Library, domains: Domains, flow: Flow) -> list[dict[str, Any]]:
    """The heads of ``given`` worth trying, the plainest first."""
    inputs = {name: domains.of(flow.id, (name,), field) for name, field in flow.inputs.items()}
    facts = {
        (name, key): _fact(domains, (name, key), field)
        for name, declared in library.policy.facts.items()
        for key, field in declared.items()
    }
    names = [("inputs", name) for name in inputs] + [("facts", *path) for path in facts]
    values = [*inputs.values(), *facts.values()]
    count = 1
    for one in values:
        count *= len(one)
    plain = tuple(one[0] for one in values)
    chosen = list(product(*values)) if count <= MOST_BEGINNINGS else [plain]
    if count > MOST_BEGINNINGS:
        chosen += [(*plain[:n], v, *plain[n + 1 :]) for n, one in enumerate(values) for v in one[1:]]
    heads = [_head(library, flow, dict(zip(names, one, strict=True))) for one in chosen]
    base = heads[0]
    heads += [{**base, "at": at.isoformat()} for at in domains.times(flow.id)[1:]]
    for step in flow.steps.values():
        if step.attempts is not None and step.attempts.per in ("ticket", "customer"):
            heads += [{**base, "spent": {step.id: step.attempts.most}}]
    asked = {
        read.path[1] for e in leading(flow) for read in e.reads if read.path[0] == "assured" and len(read.path) > 1
    }
    heads += [{**base, "assured": {name: "true"}} for name in sorted(asked)]
    return [head for number, head in enumerate(heads) if head not in heads[:number]]


def _fact(domains: Domains, path: tuple[str, str], field: Any) -> tuple[Any, ...]:
    """The values of a fact that some flow's condition tells apart."""
    found: list[Any] = []
    for flow in domains.flows:
        found += [value for value in domains.of(flow, path, field) if value not in found]
    given = [value for value in found if value is not None]
    return tuple(given[: None if any(domains.leads(flow, path) for flow in domains.flows) else 1]) or ("",)


def _head(library: Library, flow: Flow, chosen: Mapping[tuple[str, ...], Any]) -> dict[str, Any]:
    inputs = {path[1]: _written(value) for path, value in chosen.items() if path[0] == "inputs" and value is not None}
    facts: dict[str, dict[str, Any]] = {}
    for path, value in chosen.items():
        if path[0] == "facts" and value not in (None, ""):
            facts.setdefault(path[1], {})[path[2]] = _written(value)
    idle = set(unread(library, flow.id, facts))
    kept = {name: {k: v for k, v in of.items() if f"{name}.{k}" not in idle} for name, of in facts.items()}
    kept = {name: of for name, of in kept.items() if of}
    return {**({"inputs": inputs} if inputs else {}), **({"facts": kept} if kept else {})}


def _scenario(library: Library, flow: str, given: dict[str, Any]) -> tuple[dict[str, Any], Played] | None:
    """What comes of *given* as a scenario, and how it went; None where not all of it was needed, or it did not end."""
    played = play(library, flow, read_given(given, flow))
    run = played.run
    if run is None or not run.ended or played.refused is not None or played.unused:
        return None
    expect: dict[str, Any] = {"outcome": run.outcome}
    expect["path"] = [step.removeprefix(f"{flow}/") for step in steps_of(played)]
    if run.end is not None and run.end.code:
        expect["ticket"] = {"has": [run.end.code]}
    return {"name": "", "given": given, "expect": expect}, played


def _script(flow: str, moves: Sequence[Move], most: Callable[[str], int]) -> dict[str, Any]:
    """*moves* as answers by step and results by operation."""
    said: dict[str, list[Any]] = {}
    called: dict[str, list[Any]] = {}
    for move in moves:
        entry = "continue" if move.value is None else _written(move.value)
        words: dict[str, Any] = {}
        if move.after:
            words["after"] = f"{move.after // 60}m" if move.after % 60 == 0 else f"{move.after}s"
        if move.meanwhile:
            words["meanwhile"] = {move.meanwhile.removeprefix(f"{flow}/"): most(move.meanwhile)}
        if words:
            entry = {**({} if move.value is None else {"value": entry}), **words}
        into = called if move.call else said
        into.setdefault(move.name.removeprefix(f"{flow}/"), []).append(entry)
    answers = {}
    for step, entries in said.items():
        while entries and entries[-1] == "continue":
            entries.pop()
        if entries:
            answers[step] = entries if len(entries) > 1 or isinstance(entries[0], list) else entries[0]
    connectors = {
        name: results if len(results) > 1 else results[0]
        for name, results in called.items()
        if not (name.startswith("ticket.") and all(result == "ok" for result in results))
    }
    return {**({"answers": answers} if answers else {}), **({"connectors": connectors} if connectors else {})}


def _written(value: Any) -> Any:
    """*value* as a scenario writes it."""
    if isinstance(value, Mapping):
        if set(value) == {"amount", "currency"}:
            return f"{value['amount']} {value['currency']}"
        return {key: _written(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_written(one) for one in value]
    return ("true" if value else "false") if isinstance(value, bool) else to_text(value)


def _named(scenarios: Sequence[tuple[dict[str, Any], frozenset[Crossing]]]) -> tuple[Mapping[str, Any], ...]:
    named: list[Mapping[str, Any]] = []
    for number, (scenario, covers) in enumerate(scenarios, 1):
        told = sorted(f"{crossing.source} --{crossing.by}" for crossing in covers)
        note = ("Suggested: it says what the flow does today. Is that right? It takes:", *(f"  {one}" for one in told))
        named.append({**scenario, "#": note, "name": f"Suggested {number} ({scenario['expect']['outcome']})"})
    return tuple(named)
