"""The shape of documents: the published schemas, used by the product as they are used by editors."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any, cast

import jsonschema_rs

from shepherd.flow.data import data_folder
from shepherd.flow.findings import NOWHERE, Finding, nearest
from shepherd.flow.hazards import TOO_LARGE
from shepherd.flow.mistakes import NO_VERB, TWO_VERBS, UNKNOWN_KEY, Spot, findings_of
from shepherd.flow.source import Map
from shepherd.flow.synonyms import meant
from shepherd.flow.typed import Typer, typer_of
from shepherd.flow.verbs import VERBS

KINDS = ("flow", "desk", "connectors", "promises", "list", "translation", "scenarios")
MOST_STEPS = 20_000
MOST_MISTAKES = 200
COMMON = "common.schema.json"


def validate(root: Map, kind: str, file: str) -> tuple[Any, list[Finding]]:
    """
    The typed source of a document of *kind*, and what is wrong with its shape.

    A fast validator tells whether anything is wrong; only then the messages are looked for, step by step.
    """
    typed = _typer(kind).read(root)
    steps = typed.get("steps")
    if kind == "flow" and isinstance(steps, dict) and len(steps) > MOST_STEPS:
        message = f"This flow has {len(steps)} steps; at most {MOST_STEPS} are read."
        place = next((key.place for key, _ in root.entries if key.text == "steps"), NOWHERE)
        return typed, [TOO_LARGE.at(place, message, file=file, hint="Split it into several flows.")]
    if _fast(kind, "").is_valid(typed):
        return typed, []
    found = list(islice(_all(root, typed, kind, file), MOST_MISTAKES + 1))
    if not found:  # no part is wrong by itself; then the whole says what is
        found += findings_of(_slow(kind, "").iter_errors(typed), Spot(root, file))
    if len(found) > MOST_MISTAKES:
        message = f"There are more than {MOST_MISTAKES} mistakes in this file; only these are told."
        found[-1] = TOO_LARGE.at(found[-1].place, message, file=file, hint="Mend them, and the rest is told.")
    return typed, sorted(found, key=lambda finding: finding.order)


def _all(root: Map, typed: Any, kind: str, file: str) -> Iterator[Finding]:
    """All that is wrong with the shape of a document, part by part."""
    yield from _head(root, typed, kind, file)
    steps = typed.get("steps")
    if kind == "flow" and isinstance(steps, dict):
        yield from _steps(root, steps, file)


def _head(root: Map, typed: Any, kind: str, file: str) -> Iterator[Finding]:
    """All of a document except what is in a flow's steps."""
    part = "head" if kind == "flow" else ""
    flow = typed.get("flow", "") if kind == "flow" else ""
    spot = Spot(root, file, flow if isinstance(flow, str) else "")
    yield from findings_of(_slow(kind, part).iter_errors(typed), spot)


def _steps(root: Map, steps: Mapping[str, Any], file: str) -> Iterator[Finding]:
    """What is wrong in the steps that are wrong, each judged by its own verb."""
    flow_node = root.get("flow")
    flow = getattr(flow_node, "text", "")
    nodes = {key.text: (key, node) for key, node in getattr(root.get("steps"), "entries", ())}
    for name, step in steps.items():
        key, node = nodes[name]
        spot = Spot(node, file, flow, name, key)
        if not isinstance(step, dict):
            yield from findings_of(_slow("flow", "step").iter_errors(step), spot)
            continue
        verbs = [verb for verb in VERBS if verb in step]
        part = f"{verbs[0] if verbs else 'message'}{'_answers' if _has_answers(step) else ''}_step"
        if len(verbs) > 1:
            yield from _two_verbs(verbs, spot)
        elif not _fast("flow", part).is_valid(step):
            yield from _step(step, part, spot, bool(verbs))


def _has_answers(step: Mapping[str, Any]) -> bool:
    """Whether a step asks with ``answers``, be the word misspelt."""
    slips = (key for key in step if key not in offered())
    return "ask" in step and ("answers" in step or any('"answers"' in nearest(k, offered()) for k in slips))


def _step(step: Mapping[str, Any], part: str, spot: Spot, has_verb: bool) -> Iterator[Finding]:
    if not has_verb:
        known = offered()
        slips = [key for key in step if key not in known and meant(key, VERBS)]
        if slips:
            for key in slips:
                message = f'"{key}" is no word of a step.'
                yield spot.at(UNKNOWN_KEY, spot.key_place((), key), message, meant(key, VERBS))
            return
        if not any(key in step for key in ("say", "guide", "warn")) and all(key in known for key in step):
            message = f'The step "{spot.step}" says nothing and does nothing.'
            yield spot.at(NO_VERB, spot.place(()), message, f"Give it words (say), or one of: {', '.join(VERBS)}.")
            return
    yield from findings_of(_slow("flow", part).iter_errors(step), spot, offered())


def _two_verbs(verbs: Sequence[str], spot: Spot) -> Iterator[Finding]:
    message = f'The step "{spot.step}" has two main verbs: {" and ".join(verbs)}.'
    places = [spot.key_place((), verb) for verb in verbs]
    yield spot.at(TWO_VERBS, max(places), message, "Make two steps of it; each does one thing.")


@lru_cache(maxsize=1)
def offered() -> Mapping[str, tuple[str, ...]]:
    """Every key that a step may have, with the verbs that take it."""
    defs = bundled("flow")["$defs"]
    takes: dict[str, tuple[str, ...]] = {}
    for verb in ("message", *VERBS):
        keys = dict.fromkeys(defs[f"{verb}_step"]["properties"])
        if verb == "ask":
            keys |= dict.fromkeys(defs["ask_answers_step"]["properties"])
        for key in keys:
            takes[key] = (*takes.get(key, ()), verb)
    return takes


# --- the schemas themselves --------------------------------------------------------------------------


@lru_cache(maxsize=8)
def bundled(kind: str) -> dict[str, Any]:
    """The schema of *kind* with all that it refers to in one document."""
    folder = data_folder("schemas")
    common = json.loads((folder / COMMON).read_text("utf-8"))
    schema = json.loads((folder / f"{kind}.schema.json").read_text("utf-8"))
    schema["$defs"] = {**common["$defs"], **schema.get("$defs", {})}
    return cast(dict[str, Any], _local(schema))


def _local(value: Any) -> Any:
    """*value* with references to the common schema turned into local ones."""
    if isinstance(value, dict):
        return {
            k: v.removeprefix(COMMON) if k == "$ref" and isinstance(v, str) else _local(v) for k, v in value.items()
        }
    return [_local(item) for item in value] if isinstance(value, list) else value


def _part(kind: str, part: str) -> dict[str, Any]:
    """The whole schema of *kind* (``""``), a flow without its steps (``head``), or one of its definitions."""
    whole = bundled(kind)
    if not part:
        return whole
    if part == "head":
        steps = {key: value for key, value in whole["properties"]["steps"].items() if key != "additionalProperties"}
        return {**whole, "properties": {**whole["properties"], "steps": steps}}
    if part == "step":
        return {"type": "object"}
    return {"$ref": f"#/$defs/{part}", "$defs": whole["$defs"]}


@lru_cache(maxsize=8)
def _typer(kind: str) -> Typer:
    return typer_of(bundled(kind))


@lru_cache(maxsize=32)
def _fast(kind: str, part: str) -> Any:
    return jsonschema_rs.Draft202012Validator(_part(kind, part), validate_formats=True)


@lru_cache(maxsize=32)
def _slow(kind: str, part: str) -> Any:
    """The validator for messages, imported when something is wrong."""
    from shepherd.flow.explaining import explaining

    return explaining(_part(kind, part))
