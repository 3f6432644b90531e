"""A sketch made whole: every way leads to a station, and it begins at one."""

from __future__ import annotations

import networkx as nx

from shepherd.author.elsewhere.sketch import MOST_WAYS, Mistake, Sketch, Station, Unreadable, Way

START, MISSING = "\0start", "missing"


def settle(sketch: Sketch) -> None:
    """
    Give *sketch* an end for each target that it lacks, and a first station; raises Unreadable where that can't be.

    Where it begins at several places, a question in front leads to each of them.
    """
    if not sketch.stations:
        raise Unreadable([Mistake(0, "There is no step in this file.", "Export the tree itself, with its steps.")])
    _crowded(sketch)
    _missing(sketch)
    if all(station.targets for station in sketch.stations.values()):
        says = "Nothing ends here: every step leads on to another."
        raise Unreadable([Mistake(0, says, "Lead one of them to a step that leads nowhere.")])
    firsts = _firsts(sketch)
    if len(firsts) == 1:
        sketch.first = firsts[0]
        return
    listed = ", ".join(f'"{sketch.stations[key].text or key}"'[:60] for key in firsts[:6])
    station = Station(START, "Where does this begin?", wish="where_begins", kind="ask")
    station.ways = [Way(key, sketch.stations[key].text or key) for key in firsts]
    station.unknown = [f"the file does not tell where it begins: nothing leads to {listed}"]
    sketch.stations[START] = station
    sketch.first = START
    _crowded(sketch)


def _crowded(sketch: Sketch) -> None:
    wide = [station for station in sketch.stations.values() if len(station.ways) > MOST_WAYS]
    if wide:
        says = f'More than {MOST_WAYS} ways lead on from "{wide[0].text or wide[0].key}".'
        raise Unreadable([Mistake(wide[0].line, says, "Ask in two steps.")])


def _missing(sketch: Sketch) -> None:
    ways = [way for station in sketch.stations.values() for way in station.ways]
    ways += [Way(station.silent, line=station.line) for station in sketch.stations.values() if station.silent]
    ways += [Way(sketch.first)] if sketch.first else []
    for way in ways:
        if way.target not in sketch.stations:
            missing = sketch.stations[way.target] = Station(way.target, line=way.line, kind="end")
            missing.wish, missing.outcome = f"missing {way.target}", MISSING
            where = f"line {way.line}" if way.line else "a way"
            missing.unknown = [f'{where} leads to "{way.target}", which is not in the file']


def _firsts(sketch: Sketch) -> list[str]:
    """The stations from which all others can be reached: as few as can be, the file's own first."""
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(sketch.stations)
    graph.add_edges_from((key, to) for key, station in sketch.stations.items() for to in station.targets)
    whole = nx.condensation(graph)
    place = {key: number for number, key in enumerate(sketch.stations)}
    roots = [
        min(whole.nodes[part]["members"], key=place.__getitem__) for part, degree in whole.in_degree() if not degree
    ]
    roots.sort(key=place.__getitem__)
    if not sketch.first:
        return roots
    reached = {sketch.first} | nx.descendants(graph, sketch.first)
    return [sketch.first, *(key for key in roots if key not in reached)]
