"""What is recorded, in words: values, results, branches, and the texts of a step where what filled them is gone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from shepherd.flow.model import Ask, Collect, Decide, Escalate, Flow, Step
from shepherd.run.api import Event, Spoken
from shepherd.run.path import entered, named
from shepherd.run.state import Run, Visit
from shepherd.run.waiting import filled

_GAP = re.compile(r"\{\{.*?\}\}", re.DOTALL)
ERASED = "[erased]"
#: In the place of what an entry would say that is missing, or is not as it was written.
UNKNOWN = "[can’t be worked out]"
#: How a run is said to have ended that was abandoned, and why, as parts of sentences.
NO_OUTCOME = "ended without an outcome"
REASONS = {
    "hung_up": "the customer hung up",
    "no_reply": "the customer no longer answered",
    "later": "the customer will come back later",
    "customer_gone": "the customer was gone",
    "untouched": "nobody went on with it",
    "data_erased": "what is personal in it was erased",
}


def reason_of(reason: str) -> str:
    """Why a run ended without an outcome, as a part of a sentence."""
    return REASONS.get(reason, reason.replace("_", " ")) or "given up"


def reasons_like(text: str) -> tuple[str, ...]:
    """The reasons that *text* is a part of, as they are stored or as people read them; none for no text."""
    word = " ".join(text.casefold().replace("_", " ").split())
    told = {reason: f"{NO_OUTCOME}: {said} {reason.replace('_', ' ')}" for reason, said in REASONS.items()}
    return tuple(reason for reason, said in told.items() if word and word in said)


def unfilled(step: Step | None, flows: Mapping[str, Flow], gap: str) -> tuple[str, Spoken]:
    """What a visit to *step* was about, and its words, where *gap* stands for what filled them."""
    if step is None:
        return "", Spoken()
    texts = {key: _GAP.sub(gap, text.source) for key, text in step.words.texts}
    asked = _GAP.sub(gap, step.action.question.source) if isinstance(step.action, Ask) else named(step, flows)
    return asked, Spoken(article=step.words.article, **texts)


def given(event: Event, step: Step | None) -> str:
    """What *event* gave at *step*, as it stands in the record: by the labels of the step, where it has such a value."""
    data = event.data
    if step is not None and isinstance(step.action, Ask | Collect):
        with suppress(KeyError, TypeError, ValueError, AttributeError, LookupError):
            return entered(step, data["value"] if isinstance(step.action, Ask) else data["values"])
    if "given" in data:
        return f"given, {data['given']}"
    if "result" in data:
        return result(data)
    if "values" in data:
        return "; ".join(f"{n}: {text_of(v)}" for n, v in data["values"].items())
    return text_of(data.get("value", ""))


def result(data: Mapping[str, Any]) -> str:
    """The result of a call with the values that came back, like ``ok: status faulty``."""
    name = str(data["result"]).replace("_", " ")
    values = data.get("values")
    if not values:
        return name
    return f"{name}: {_named(values) if isinstance(values, Mapping) and not _marked(values) else text_of(values)}"


def branch(step: Step | None, by: str) -> str:
    """Which branch of a decide was taken: the source of its condition, or "otherwise"."""
    if step is not None and isinstance(step.action, Decide):
        for one in step.action.branches:
            if one.by == by:
                return one.when.source
    return by.replace("_", " ")


def escalated(step: Step | None, run: Run | None, visit: Visit | None, gap: str = ERASED) -> str:
    """How severe an escalation is and why, like ``severity high: no light on the router``; empty for other steps."""
    if step is None or not isinstance(step.action, Escalate):
        return ""
    severity, because = step.action.severity, step.action.because
    why = ""
    if because is not None:
        why = filled(because, run, visit) if run is not None and visit is not None else _GAP.sub(gap, because.source)
    return ": ".join(part for part in (f"severity {severity}" if severity else "", why.strip()) if part)


def text_of(value: Any) -> str:
    """One recorded value as text; an erased one says so, a secret only how much was given."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        if "given" in value:
            return f"given, {value['given']}"
        return "erased" if _marked(value) or not value else _named(value)
    if isinstance(value, Iterable) and not isinstance(value, str):
        return ", ".join(text_of(v) for v in value)
    return "" if value is None else str(value)


def _named(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{str(name).replace('_', ' ')} {text_of(v)}".rstrip() for name, v in values.items())


def _marked(value: Mapping[str, Any]) -> bool:
    return "given" in value or set(value) == {"erased"}
