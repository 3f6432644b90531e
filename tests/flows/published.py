"""
The published examples of ``flows/examples``, turned into scenarios.

``flows/examples/published`` holds figures and lists as departments and others printed them, each with its source.
What a source leaves open is filled in here, always in the same way: dates that make the printed number of days, high
earnings where none are named, no other pay, an ordinary passport.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

EXAMPLES = Path(__file__).resolve().parents[2] / "flows" / "examples"
PUBLISHED = EXAMPLES / "published"
WEEK = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
KEPT = {"total_pay": 2, "days_to_pay": 0, "daily_rate": 4}
COLUMNS = {"total_pay": "total", "days_to_pay": "payable", "daily_rate": "daily"}
SHORT = {name[:3]: name for name in WEEK}
HEAD = "# Made from published/{files} by pytest tests/flows/test_examples_published.py --golden\n"


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a file of published examples, by column."""
    with (PUBLISHED / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def written(scenarios: list[dict[str, Any]], *files: str) -> str:
    """A file of scenarios, as it stands beside its flow."""
    body = yaml.safe_dump(
        {"scenarios": scenarios}, sort_keys=False, allow_unicode=True, width=118, default_flow_style=None
    )
    return HEAD.format(files=" and published/".join(files)) + body


def sick_pay() -> str:
    """``sick_pay.scenarios.yaml``."""
    scenarios = [*map(_table_cell, rows("sick_pay_table.csv")), *map(_sick_pay_case, rows("sick_pay_cases.csv"))]
    return written([*scenarios, *_sick_pay_more()], "sick_pay_table.csv", "sick_pay_cases.csv")


# --- one cell of a table of daily rates ------------------------------------------------------------


def _table_cell(row: Mapping[str, str]) -> dict[str, Any]:
    """
    The first days of a week are worked and paid; before the reform, three waiting days end on the Saturday before.

    A table gives one amount for a number of days to pay, whichever days they are.
    """
    sunday, days = date.fromisoformat(row["first_sunday"]), int(row["days_to_pay"])
    work = WEEK[: int(row["qualifying_days"])]
    first, waiting = sunday, 0
    while waiting < 3 and sunday < date(2026, 4, 6):
        first -= timedelta(days=1)
        waiting += _weekday(first) in work
    case = {
        "first": str(first),
        "last": str(sunday + timedelta(days=days - 1)),
        "work_days": " ".join(d[:3] for d in work),
    }
    name = f"{row['source']}: {row['qualifying_days']} work days a week, {days} to pay"
    values = {"days_to_pay": days} | _printed(row, {"total_pay": "amount", "daily_rate": "daily"})
    return _scenario(name, case, "entitled", values)


def _printed(row: Mapping[str, str], columns: Mapping[str, str]) -> dict[str, str]:
    """The figures that the row has, by the flow's name for them, with the digits that the flow keeps."""
    return {name: f"{Decimal(row[column]):.{KEPT[name]}f}" for name, column in columns.items() if row[column]}


def _weekday(day: date) -> str:
    return WEEK[day.isoweekday() % 7]


# --- one worked example -----------------------------------------------------------------------------


def _sick_pay_case(row: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = _printed(row, COLUMNS)
    if row["earlier_work_days"]:
        values["earlier_work_days"] = row["earlier_work_days"]
    made = _scenario(f"{row['source']}: {row['what']}", row, row["outcome"], values)
    if row["average"] and row["outcome"] == "earns_too_little":
        made["expect"]["says"] = [f"£{float(row['average']):,.2f}"]
    elif row["average"]:
        made["expect"].setdefault("values", {})["average_earnings"] = row["average"]
    return made


def _scenario(name: str, row: Mapping[str, str], outcome: str, values: dict[str, Any]) -> dict[str, Any]:
    walk = list(_sick_pay_walk(row, outcome))
    answers = {step: answer for step, answer in walk if answer is not None}
    expect: dict[str, Any] = {"outcome": outcome, "path": [step for step, _ in walk]}
    return {"name": name, "given": {"answers": answers}, "expect": expect | ({"values": values} if values else {})}


def _sick_pay_walk(row: Mapping[str, str], outcome: str) -> Iterator[tuple[str, Any]]:
    """Each step of the walk to *outcome* with its answer, None where nothing is asked."""
    yield "other_pay", [[row["other_pay"]] if row.get("other_pay") else []]
    yield "route_other_pay", None
    if outcome == "other_pay":
        yield "tell_other_pay", None
        return
    yield "told_in_time", "yes"
    yield "sickness", {"first": row["first"], "last": row["last"]}
    yield "route_dates", None
    if outcome in ("too_short", "across_the_reform"):
        yield f"tell_{'too_short' if outcome == 'too_short' else 'across'}", None
        return
    earlier = row.get("earlier_first")
    yield "linked", "once" if earlier else "no"
    if earlier:
        yield "earlier", {"first": earlier, "last": row["earlier_last"]}
    yield "work_days", [list(_work_days(row["work_days"]))]
    yield "route_days", None
    if outcome in ("used_up", "nothing_to_pay"):
        yield f"tell_{'used_up' if outcome == 'used_up' else 'nothing'}", None
        return
    yield from _earnings(row.get("earnings") or "known 500.00")
    yield "judge_earnings", None
    yield f"tell_{outcome}", None


def _work_days(text: str) -> Iterator[str]:
    """``mon-fri`` and ``mon wed`` as the options of the flow."""
    for part in text.split():
        first, _, last = part.partition("-")
        names = list(SHORT)
        yield from (SHORT[name] for name in names[names.index(first) : names.index(last or first) + 1])


def _earnings(text: str) -> Iterator[tuple[str, Any]]:
    kind, amount, *over = text.removeprefix("8 ").split()
    if kind == "known":
        yield from (("earnings", "known"), ("known_average", amount))
    elif kind == "weeks":
        yield from (("earnings", "eight_weeks"), ("pay_rhythm", "by_weeks"), ("paid_by_weeks", amount))
    elif kind == "months":
        paid = {"total": amount, "months": over[0]}
        yield from (("earnings", "eight_weeks"), ("pay_rhythm", "monthly"), ("paid_monthly", paid))
    elif kind == "irregular":
        paid = {"total": amount, "days": over[0]}
        yield from (("earnings", "eight_weeks"), ("pay_rhythm", "irregularly"), ("paid_irregularly", paid))
    else:
        yield "earnings", "before_payday" if kind == "contract" else "less"
        yield "paid_so_far", {"total": amount, "days": over[0]}


# --- what is refused, and the edges that no source has an example for -------------------------------------


def _sick_pay_more() -> Iterator[dict[str, Any]]:
    """The gaps between linked periods that GOV.UK's own tests refuse, and ways that only we walk."""
    far = {"refused": "check", "value": {"first": "2014-10-01", "last": "2014-11-04"}}
    touching = {"refused": "check", "value": {"first": "2014-12-25", "last": "2014-12-31"}}
    short = {"refused": "check", "value": {"first": "2014-12-01", "last": "2014-12-03"}}
    row = {"first": "2015-01-01", "last": "2015-01-07", "work_days": "mon-fri"}
    linked = {**row, "earlier_first": "2014-10-30", "earlier_last": "2014-11-05"}
    name = "govuk-tests: which gaps and earlier periods are refused"
    made = _scenario(name, linked, "entitled", {"earlier_work_days": 5})
    made["given"]["answers"]["earlier"] = [far, touching, short, made["given"]["answers"]["earlier"]]
    yield made
    backwards = {"refused": "check", "value": {"first": "2015-01-02", "last": "2015-01-01"}}
    made = _scenario("govuk-tests: the last day before the first is refused", row, "entitled", {"days_to_pay": 2})
    made["given"]["answers"]["sickness"] = [backwards, made["given"]["answers"]["sickness"]]
    yield made
    yield _several("own: several linked periods", "2014-06-02", "2014-11-10", "entitled")
    yield _several("own: linked periods over more than three years", "2011-12-31", "2014-11-10", "linked_too_long")


def _several(name: str, first: str, last: str, outcome: str) -> dict[str, Any]:
    row = {"first": "2015-01-01", "last": "2015-01-07", "work_days": "mon-fri"}
    made = _scenario(name, row, "entitled" if outcome == "entitled" else "used_up", {})
    made["given"]["answers"] |= {"linked": "several", "series": {"first": first, "last": last, "days": 100}}
    path = made["expect"]["path"]
    path.insert(path.index("work_days"), "series")
    if outcome == "entitled":
        made["expect"]["values"] = {"earlier_paid": 97, "days_left": 43, "days_to_pay": 5, "total_pay": "87.55"}
    else:
        path[-1] = "tell_linked_too_long"
        made["expect"]["outcome"] = outcome
    return made
