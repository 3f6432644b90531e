"""What a drawing calls, where it is a flow of the library: with what, and where each of its outcomes leads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from shepherd.author.elsewhere.naming import slug
from shepherd.author.elsewhere.sketch import Station
from shepherd.flow.model import Flow

#: Kinds of inputs that are said in one word.
_PLAIN = frozenset("text long_text number integer date time datetime yes_no phone email digits".split())


class Called(NamedTuple):
    """A call of *flow*: its *inputs* with their types, and for each outcome the key of the station it leads to."""

    flow: str
    inputs: dict[str, str]
    results: dict[str, str]
    unknown: tuple[str, ...]


def called(station: Station, flows: Mapping[str, Flow]) -> Called | None:
    """The call that *station* makes; None where it is no call, or one that the file does not tell whole."""
    if station.kind != "call" or not station.ways or station.silent:
        return None
    flow = _flow(station, flows)
    if flow is None:
        return None
    given = {name: field.type.kind for name, field in flow.inputs.items() if not field.optional}
    results = _results(station, flow)
    if results is None or not set(given.values()) <= _PLAIN:
        return None
    unknown = []
    if len(station.ways) == 1 and len(flow.outcomes) > 1 and not station.ways[0].label:
        unknown.append(f"every result of {flow.id} leads the same way, since the file has only one")
    if given:
        unknown.append(f"{flow.id} is given this flow's own {', '.join(given)}: is it that?")
    return Called(flow.id, given, results, tuple(unknown))


def _flow(station: Station, flows: Mapping[str, Flow]) -> Flow | None:
    """The flow that is called, by its id or its title."""
    for wish in (station.calls, slug(station.calls)):
        if wish in flows:
            return flows[wish]
    titles = (station.text.casefold(), station.calls.casefold())
    return next((flow for flow in flows.values() if flow.title.casefold() in titles), None)


def _results(station: Station, flow: Flow) -> dict[str, str] | None:
    """Where each outcome leads, in the flow's order; None where not every way and outcome fit."""
    if len(station.ways) == 1 and not station.ways[0].label:
        return dict.fromkeys(flow.outcomes, station.ways[0].target)
    by_label = {slug(way.label, most=9, whole=True): way.target for way in station.ways}
    wanted = {slug(outcome.replace("_", " "), most=9, whole=True): outcome for outcome in flow.outcomes}
    if by_label.keys() != wanted.keys() or len(by_label) != len(station.ways):
        return None
    return {outcome: by_label[key] for key, outcome in wanted.items()}
