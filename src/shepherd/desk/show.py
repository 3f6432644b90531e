"""A run for its page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shepherd.desk.runs import Live, note_of
from shepherd.desk.views import AssuranceView, RunView
from shepherd.flow.beside import Policy
from shepherd.flow.money import is_amount
from shepherd.flow.types import to_text
from shepherd.run.api import LookupDue, Waiting
from shepherd.run.state import Run
from shepherd.run.tongue import in_own_words, is_heard, language_of


def run_view(live: Live, waiting: Waiting, *, now: datetime, open_do: bool, message: str) -> RunView:
    """*live* as it stands at *now*; *open_do*: only people can know whether its change was made."""
    run = live.run
    flow = run.flows[run.flow_id]
    language, note = language_of(live.started["facts"]), note_of(live.id, live.notes)
    return RunView(
        id=live.id,
        ticket=live.ticket,
        flow=flow.id,
        title=flow.title,
        version=flow.version,
        seq=run.seq,
        state=state(live),
        waiting=waiting,
        standing=run,
        assurances=assurances(run, now),
        customer=facts_as_text(live.started["facts"].get("customer", {})),
        channel=run.channel,
        owner=run.owner or live.handed_to,
        calling=isinstance(waiting, LookupDue) and not open_do,
        open_do=open_do,
        message=message,
        notes=tuple((n.at, n.by, n.text) for n in live.notes if not n.use),
        case_note=note.text if note else "",
        noted_since=note.since if note else (),
        language=language,
        heard=is_heard(run.library, run.tip.ref, language),
        own=in_own_words(run),
    )


def state(live: Live) -> str:
    """open, paused, handed_over, ended or abandoned."""
    run = live.run
    if run.end is not None:
        return "ended" if run.end.outcome else "abandoned"
    if run.paused:
        return "paused" if run.owner else "handed_over"
    return "open"


def assurances(run: Run, now: datetime) -> tuple[AssuranceView, ...]:
    """What is established about the contact and still holds at *now*."""
    return tuple(
        AssuranceView(
            name=name,
            level=level_name(run.library.policy, name, held.level),
            at=held.at,
            until=held.until,
            age=max(0, int((now - held.at).total_seconds())),
        )
        for name, held in sorted(run.assured.items())
        if held.stands(now)
    )


def level_name(policy: Policy, name: str, level: int) -> str:
    """The level of an assurance as desk.yaml calls it."""
    declared = policy.assurances.get(name.rpartition(".")[2])
    if declared and 0 < level <= len(declared.levels):
        return declared.levels[level - 1]
    return f"level {level}" if level > 1 else ""


def facts_as_text(facts: Mapping[str, Any]) -> dict[str, str]:
    """Facts for people; what was erased says so."""
    return {
        n: "erased" if isinstance(v, Mapping) and not is_amount(v) else to_text(v)
        for n, v in facts.items()
        if v is not None
    }
