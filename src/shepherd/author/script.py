"""What a script says for one visit or one call: plain values, and the words that do more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from shepherd.flow.given import SPECIAL, Malformed, count, seconds
from shepherd.flow.types import to_json
from shepherd.run.api import DoDue, Finished, Form, LookupDue, Question, SecretRef

TICKET = "ticket."


class Line(NamedTuple):
    """One entry of the script for one visit of a step."""

    value: Any = None
    back: str = ""
    change: str = ""
    to: Any = None
    refused: str = ""
    after: int = 0
    meanwhile: Mapping[str, int] | None = None
    silent: bool = False


def read_line(raw: Any, waiting: Any) -> Line:
    """One entry of a script: a plain value, or one of the words that do more."""
    names = {b.name for b in getattr(waiting, "blanks", ())}
    if isinstance(raw, Mapping) and not (names and set(raw) <= names):
        if raw and set(raw) <= SPECIAL:
            return Line(
                value=raw.get("value"),
                back=str(raw.get("back", "")),
                change=str(raw.get("change", "")),
                to=raw.get("to"),
                refused=str(raw.get("refused", "")),
                after=seconds(raw["after"]) if "after" in raw else 0,
                meanwhile=_tries(raw["meanwhile"]) if "meanwhile" in raw else None,
                silent=raw.get("value") == "no_answer" and not _offers(waiting, "no_answer"),
            )
        if not names:
            raise Malformed(f'"{waiting.step}" is given {", ".join(raw)}. Use: {", ".join(sorted(SPECIAL))}.')
    if raw == "no_answer" and not _offers(waiting, raw):
        return Line(silent=True)
    return Line(value=raw)


def lacking(waiting: Any, flow: str, visit: int) -> str:
    """How the answer that a scenario of *flow* lacks at the *visit*-th visit of *waiting* is written."""
    if visit > 1:
        return "Under given, answers, a list has one for each visit."
    home, _, step = str(waiting.step).partition("/")
    key = step if home == flow else waiting.step
    blanks = waiting.blanks if isinstance(waiting, Form) else (waiting.blank,) if isinstance(waiting, Question) else ()
    values = {blank.name: next((choice.value for choice in blank.choices), "…") for blank in blanks if blank.shown}
    if isinstance(waiting, Form):
        return f"Write it under given, answers: {key}: {{{', '.join(f'{name}: {v}' for name, v in values.items())}}}"
    return f"Write it under given, answers: {key}: {next(iter(values.values()), '…')}"


def _tries(raw: Any) -> dict[str, int]:
    """The tries that others spend in the meantime, by step."""
    if not isinstance(raw, Mapping):
        raise Malformed("meanwhile must be a group of `step: tries` lines.")
    return {step: count(tries) for step, tries in raw.items()}


def _offers(waiting: Any, value: str) -> bool:
    blank = getattr(waiting, "blank", None)
    return blank is not None and any(c.value == value for c in blank.choices)


def finished_of(stub: Any, name: str) -> Finished:
    """What a call of the operation *name* gives: a result alone, or one with its fields."""
    if isinstance(stub, str):
        return Finished(stub)
    if isinstance(stub, Mapping) and len(stub) == 1:
        result, values = next(iter(stub.items()))
        return Finished(str(result), dict(values) if isinstance(values, Mapping) else {})
    raise Malformed(f"connectors: {name}: write a result (`error`), or one with its fields (`{{ok: {{status: up}}}}`).")


def noted(waiting: LookupDue) -> Finished:
    """What the ticket's own operations give: what they were asked to note."""
    return Finished("ok", {n: to_json(v) for n, v in waiting.inputs.items() if not isinstance(v, SecretRef)})


def once_key(waiting: LookupDue) -> Any:
    """What makes a change the same as an earlier one; None where it is done anew at every visit."""
    if not isinstance(waiting, DoDue) or waiting.once_per == "visit":
        return None
    return (waiting.step, waiting.operation, tuple(sorted((k, str(v)) for k, v in waiting.inputs.items())))
