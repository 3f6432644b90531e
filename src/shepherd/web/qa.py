"""QA's pages: which runs were recorded, which path each took, and whether the record is as it was written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for

from shepherd.audit.rows import PathRow
from shepherd.audit.words import NO_OUTCOME, reason_of
from shepherd.desk import Misused
from shepherd.desk.runs import CASE_NOTE
from shepherd.flow.days_in import day_typed, days_of, trouble
from shepherd.record import RunRow
from shepherd.run.tongue import language_of
from shepherd.web.marks import Marks
from shepherd.web.rows import holder
from shepherd.web.show import name_of
from shepherd.web.who import ask_name, desk

pages = Blueprint("qa", __name__, url_prefix="/qa")
pages.before_request(ask_name)
MOST = 50
BY, DAYS = ("ticket", "customer", "agent", "flow", "outcome"), ("first", "last")


@pages.get("")
def runs() -> str:
    """Recorded runs, by ticket, customer, agent, flow, outcome and the days on which they were begun."""
    asked = {name: request.args.get(name, "").strip()[:64] for name in (*BY, *DAYS)}
    asked["flow"] = _flow(asked["flow"])
    days = {name: _day(asked[name]) for name in DAYS}
    errors = _wrong(asked, days)
    found: tuple[RunRow, ...] = ()
    if not errors:
        try:
            found = desk().recorded(
                ticket=asked["ticket"],
                customer=asked["customer"],
                agent=asked["agent"],
                flow=asked["flow"],
                outcome=asked["outcome"],
                first=days["first"],
                last=days["last"],
                limit=MOST,
                before=request.args.get("before", "")[:64],
            )
        except Misused as error:
            errors["customer"] = error.sentence
    query: dict[str, Any] = {k: v for k, v in asked.items() if v}
    older = url_for("qa.runs", **query, before=found[-1].id) if found else ""
    flows = sorted(desk().library.flows.values(), key=lambda f: f.title)
    more = older if len(found) == MOST else ""
    broken = desk().broken(found)
    ids = [run.id for run in found]
    people, reasons = desk().acted(ids)
    rows = [_row(r, people.get(r.id, ()), reasons.get(r.id, "")) | {"broken": r.id in broken} for r in found]
    page = {"asked": asked, "rows": rows, "more": more, "flows": flows, "errors": errors}
    return render_template("runs.html", **page, broken=len(broken), verified_at=desk().clock())


def _day(text: str) -> date | None:
    """The day that *text* gives, as people type one; None where it is none of this calendar's usual centuries."""
    try:
        day = date.fromisoformat(day_typed(text))
    except ValueError:
        return None
    return day if 1970 <= day.year < 3000 else None


def _wrong(asked: Mapping[str, str], days: Mapping[str, date | None]) -> dict[str, str]:
    """What is wrong with the *days* that were *asked* for, by the field that has it."""
    errors = {n: _no_day(asked[n]) for n in DAYS if asked[n] and days[n] is None}
    first, last = (days[name] for name in DAYS)
    if first and last and last < first:
        errors["last"] = f"{last} is before {first}. Give a later day."
    return errors


def _no_day(text: str) -> str:
    """What to give in the place of *text*, which is no day, or one of two."""
    return trouble(text) if len(days_of(text)) > 1 else f"{text} is no day. Give days as in 2026-11-24."


def _flow(named: str) -> str:
    """The id of the flow that is *named* by its id or its title, in any case; what no flow is called stays."""
    wanted = named.casefold()
    for flow in desk().library.flows.values():
        if wanted in (flow.id.casefold(), flow.title.casefold()):
            return flow.id
    return named


def _row(run: RunRow, people: Sequence[str], reason: str) -> dict[str, object]:
    """A run in the list: who acted in it, and for whom it waits; why it ended, where it did without an outcome."""
    over = run.status in ("ended", "abandoned") and run.updated_at >= run.created_at
    found = desk().library.flows.get(run.flow)
    return {
        "id": run.id,
        "at": run.created_at,
        "ticket": run.number,
        "customer": run.customer_ref,
        "flow": found.title if found else run.flow,
        "outcome": Marks.words(run.outcome) if run.outcome else "",
        "state": Marks.words(f"{NO_OUTCOME}: {reason_of(reason)}" if run.status == "abandoned" else run.status),
        "agents": ", ".join(dict.fromkeys(a for a in (run.created_by, *people) if a)),
        "waits_for": holder(run.owner) if run.status == "handed_over" else "",
        "seconds": (run.updated_at - run.created_at).total_seconds() if over else None,
    }


@pages.get("/runs/<run_id>")
def path(run_id: str) -> str:
    """The path of a run, verified now."""
    found = desk().audit(run_id)
    head = found.ticket
    page = {
        "run_id": run_id,
        "ticket": head.number,
        "customer": name_of(found.facts.get("customer", found.facts), head.customer_ref),
        "identity": None,
        "channel": found.facts.get("channel", ""),
        "flow": found.title,
        "version": found.version,
        "outcome": found.row.outcome,
        "ended": found.row.status in ("ended", "abandoned"),
        "case_note": found.case_note.text if found.case_note else "",
        "broke_off": found.row.status == "abandoned",
    }
    spoken = language_of(found.facts)
    rows = told(found.rows)
    visits = sum(1 for row in found.rows if row.visit and not row.taken_back)
    return render_template(
        "path.html",
        found=found,
        page=page,
        rows=rows,
        visits=visits,
        entries=entries_of(found.rows) if found.ok else 0,
        calls=any(row.further for row in found.rows),
        walked=desk().pictures.walked(run_id),
        spoken=spoken,
    )


def entries_of(rows: Sequence[PathRow]) -> int:
    """How many entries there are, where *rows* have every number from 1 to the last; else 0."""
    held = {seq for row in rows for seq in (row.seq, *row.further)}
    return len(held) if held == set(range(1, len(held) + 1)) else 0


def told(rows: Sequence[PathRow]) -> list[dict[str, Any]]:
    """The rows with their words, and times on the clock of their own time; day and zone stand where new ones begin."""
    shown, before, noted = [], ("", ""), False
    for row in rows:
        on, _, time = clock_of(row).partition(" ")
        began = (on, f"UTC{row.offset}")
        day, zone = began if began != before else ("", "")
        said = row.title not in row.words.say
        corrected = noted and row.kind == CASE_NOTE
        one = {"row": row, "words": words_of(row), "said": said, "time": time, "day": day, "zone": zone}
        outcome, _, code = row.ended.partition(" [")
        shown.append(one | {"corrected": corrected, "ended": Marks.words(outcome) + (f" [{code}" if code else "")})
        before, noted = began, noted or row.kind == CASE_NOTE
    return shown


def clock_of(row: PathRow) -> str:
    """When a row came about, by the offset that was recorded with it."""
    return row.at.astimezone(datetime.strptime(row.offset, "%z").tzinfo).strftime("%Y-%m-%d %H:%M:%S")


def words_of(row: PathRow) -> list[tuple[str, str]]:
    """The words of a visit as they were shown, each with the heading it had."""
    words = row.words
    named = (("Must not be missed", words.warn), ("Say", words.say), ("Do", words.guide), ("Why", words.why))
    return [(name, text) for name, text in named if text]


@pages.get("/runs/<run_id>/path.csv")
def path_csv(run_id: str) -> Response:
    """The path to take away."""
    row = desk().audit(run_id).row
    reply = Response(desk().csv(run_id, bom=True), mimetype="text/csv")
    reply.headers["Content-Disposition"] = f'attachment; filename="{row.number}-{row.flow}.csv"'
    return reply
