"""The recorded path: what the agent saw, what was given, what was taken back."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from shepherd.audit import Heading, Verdict, case_note, marked, path_csv, path_rows, rows_of
from shepherd.audit.export import COLUMNS, harmless
from shepherd.audit.notelines import answered_by
from shepherd.audit.words import branch
from shepherd.check.library import Library
from shepherd.connect import hash_secret
from shepherd.flow.model import Decide
from shepherd.flow.shown import visible
from shepherd.record import Broken, Told
from shepherd.run import advance, start
from shepherd.run.api import (
    Actor,
    Answer,
    Change,
    Continue,
    Event,
    Fields,
    Finished,
    GoBack,
    Note,
    PathItem,
    Pause,
    Request,
    Resume,
    Spoken,
    Stamp,
)
from shepherd.run.state import Run
from tests import shipped
from tests.desk.house import CONNECTORS, DESK, HELP, LOGIN, PROMISE

MARIA = Actor("agent", "maria")
VERDICT = ("verdict", "verified_utc", "last_hash", "names_assured")
WHOLE = Verdict("Whole.", datetime(2026, 11, 21, 9, tzinfo=UTC), "ab12", False)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """The desk tests' library."""
    folder = tmp_path_factory.mktemp("flows")
    texts = {"desk": DESK, "connectors": CONNECTORS, "login": LOGIN, "help": HELP, "promise": PROMISE}
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text.lstrip(), "utf-8")
    (folder / "base.csv").write_text(f"customer_id,first_name,tier,pin_hash\nC-1,Aino,basic,{hash_secret('4071')}\n")
    (folder / "slots.csv").write_text("slot,customer_id\n2026-12-01T09:00,\n")
    return Library.read(folder)


class Walked:
    """A run under way: each input comes ten seconds after the one before."""

    def __init__(self, library: Library, flow: str):
        self.library = library
        self.at = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
        facts = {"channel": "phone", "customer": {"first_name": "Aino", "tier": "basic"}}
        step = start(library, flow, inputs={"customer_id": "C-1"}, facts=facts, stamp=self.stamp())
        self.run: Run = step.run
        self.events: list[Event] = [step.event]

    def stamp(self) -> Stamp:
        return Stamp(self.at, "+02:00", MARIA)

    def give(self, *inputs: Any) -> Walked:
        for given in inputs:
            self.at += timedelta(seconds=10)
            step = advance(self.run, given, stamp=self.stamp())
            self.run = step.run
            self.events.append(step.event)
        return self


def test_each_visit_is_told_as_it_was_shown(library: Library) -> None:
    """Words filled with what was known, question, answer, who, seconds and where the answer came from."""
    walked = Walked(library, "help").give(Continue(), Answer("green"), Fields({"mbps": "12.5", "words": "slow"}))
    greet, light, speed, fine = path_rows(library, walked.events)
    assert greet.words.say == "Hello Aino, let us see."
    assert (light.title, light.answer, light.who, light.seconds) == (
        "What colour is the light?",
        "Green",
        "maria",
        10.0,
    )
    assert (light.source, light.by) == ("agent", "then")
    assert speed.answer == "Speed shown: 12.5; What they see: slow"
    assert (fine.answer, fine.seconds) == ("", None)


def test_what_was_taken_back_is_struck_through(library: Library) -> None:
    """Going back strikes the visits that fell, names the entry that did it, and has a row of its own after them."""
    walked = Walked(library, "help").give(Continue(), Answer("green"), GoBack(2), Answer("red"))
    rows = path_rows(library, walked.events)
    told = [(r.step, r.answer, r.taken_back, r.struck_by) for r in rows if r.step != "help/greet"]
    assert told == [
        ("help/light", "Green", True, 4),
        ("help/speed", "", True, 4),
        ("", "maria went back to visit 2; visits 2–3 fell away", False, None),
        ("help/light", "Red", False, None),
        ("help/offer", "", False, None),
    ]


def test_a_kept_answer_says_where_it_came_from(library: Library) -> None:
    """After a change, what still holds is told as kept from its old visit."""
    walked = Walked(library, "help").give(Continue(), Answer("green"), Fields({"mbps": "12"}), Answer("no"))
    rows = path_rows(library, walked.give(Change(2, "green")).events)
    kept = [(r.step, r.answer, r.source) for r in rows if r.source.startswith("kept")]
    assert kept == [("help/speed", "Speed shown: 12", "kept from visit 3"), ("help/fine", "No", "kept from visit 4")]


def test_a_changed_answer_has_a_row_that_says_from_what_to_what(library: Library) -> None:
    """Who changed which visit from what to what, and which visits fell; each of them names that row's entry."""
    walked = Walked(library, "help").give(Continue(), Answer("green"), Fields({"mbps": "12"}), Change(2, "red"))
    rows = path_rows(library, walked.events)
    (row,) = [r for r in rows if r.kind == "answer_changed"]
    assert (row.visit, row.who, row.answer) == (
        0,
        "maria",
        "maria changed visit 2 from Green to Red; visits 2–4 fell away",
    )
    assert {r.struck_by for r in rows if r.taken_back} == {row.seq}
    assert [(r.step, r.by) for r in rows if not r.taken_back and r.visit > 2] == [
        ("help/light", "change"),
        ("help/offer", "answer:red"),
    ]
    again = path_rows(library, walked.give(GoBack(5), Answer("green"), GoBack(7)).events)
    assert [r.answer for r in again if r.kind == "went_back"] == [
        "maria went back to visit 5; visits 5–6 fell away",
        "maria went back to visit 7; visits 7–8 fell away",
    ]
    table = list(csv.DictReader(io.StringIO(path_csv(rows, ticket="T", run="r", verdict=WHOLE).decode(), newline="")))
    assert [line["answer"] for line in table if line["kind"] == "answer_changed"] == [row.answer]


def test_an_escalation_says_how_severe_it_is_and_why(library: Library) -> None:
    """Severity and reason stand in the answer of its row, as they were filled then."""
    walked = Walked(library, "help").give(Continue(), Answer("odd"))
    row = path_rows(library, walked.events)[-1]
    assert (row.step, row.kind, row.answer) == ("help/pass_on", "escalate", "severity sev3: Not solved.")
    assert [r.answer for r in rows_of(None, [Told(n, e, e.at) for n, e in enumerate(walked.events, 1)])][-1] == ""


def test_an_approval_in_the_case_note_says_by_whom() -> None:
    """What a role was needed for has the name of who acted and the role; what the clock did has none."""
    library = shipped.library()
    step = library.flows["reset_credentials"].steps["approval"]
    assert step.role == "supervisor"
    run = Walked(library, "reset_credentials").run
    item = PathItem(visit=9, step=step.ref, verb="ask", by="then", title="", actor=Actor("agent", "Sam Super"))
    assert answered_by(run, item) == ", by Sam Super (supervisor)"
    assert answered_by(run, replace(item, actor=Actor("clock", "clock"))) == ""
    assert answered_by(run, replace(item, step="reset_credentials/where_to")) == ""


def test_secrets_calls_notes_and_ends_have_rows(library: Library) -> None:
    """A secret only as given, a call by its result and source, notes and hand-overs between, the end with its code."""
    inputs = (Note("a free note"), Answer("4071"), Request(), Finished("ok", source="x"))
    walked = Walked(library, "login").give(*inputs)
    note, pin, check, end = sorted(path_rows(library, walked.events), key=lambda r: (r.visit, r.seq))
    assert (note.kind, note.answer, note.visit) == ("noted", "a free note", 0)
    assert pin.answer == "given, 4 digits"
    assert (check.answer, check.source, check.attempt) == ("ok", "looked up: x", 1)
    assert (end.ended, end.granted) == ("verified [ID-OK]", ("identity",))


def test_every_entry_stands_in_the_rows(library: Library) -> None:
    """No number is left out: that a call was asked for stands at its visit, whatever else was recorded between."""
    inputs = (Answer("4071"), Note("a free note"), Request(), Finished("ok", source="x"))
    walked = Walked(library, "login").give(*inputs)
    rows = path_rows(library, walked.events)
    assert [(r.seq, r.step or r.kind, r.further) for r in rows] == [
        (1, "login/pin", ()),
        (2, "login/check", (4,)),
        (3, "noted", ()),
        (5, "login/yes", ()),
    ]
    changed = marked(rows, [Broken("r", 4, "its hash does not fit.")])
    assert [r.broken for r in changed if r.broken] == [("Entry 4: its hash does not fit.",)]
    table = path_csv(rows, ticket="T", run="r", verdict=WHOLE).decode()
    told = [(row["entry"], row["further_entries"]) for row in csv.DictReader(io.StringIO(table))]
    assert told == [("1", ""), ("2", "4"), ("3", ""), ("5", "")]


def test_an_erased_run_still_tells_its_steps(library: Library) -> None:
    """Where values were erased, words stand with gaps and the answers that are left."""
    walked = Walked(library, "help").give(Continue(), Answer("red"))
    first = walked.events[0]
    data = {**first.data, "facts": {"channel": "phone", "customer": {"first_name": {"erased": True}}}}
    rows = path_rows(library, [first._replace(data=data), *walked.events[1:]])
    assert rows[0].words.say == "Hello [erased], let us see."
    assert (rows[1].answer, rows[1].title) == ("Red", "What colour is the light?")


def test_what_a_missing_entry_would_fill_is_not_called_erased(library: Library) -> None:
    """After a gap words stand with what can't be worked out marked as such, and whole answers by their labels."""
    events = Walked(library, "help").give(Continue(), Answer("red"), GoBack(1), Continue(), Answer("red")).events
    entries = [Told(seq, event, event.at) for seq, event in enumerate(events, 1) if seq != 2]
    whole = path_rows(library, events)
    rows = rows_of(library, entries)
    greeted = next(r for r in rows if r.seq == 4 and r.visit)
    assert greeted.words.say == "Hello [can’t be worked out], let us see."
    assert next(r for r in rows if r.left_by == 6).answer == next(r for r in whole if r.left_by == 6).answer == "Red"
    assert not any("erased" in f"{r.words} {r.title} {r.answer}" for r in rows)


def test_words_of_a_wait_that_was_too_short_are_told_as_not_shown(library: Library) -> None:
    """The words of a call stand on a page only where its result did not come at once."""
    *before, answered, asked, finished = Walked(library, "login").give(Answer("4071"), Request(), Finished("ok")).events
    for seconds, shown in ((0.1, "no"), (2.0, "yes")):
        then = answered.at + timedelta(seconds=seconds)
        events = [*before, answered, asked._replace(at=answered.at), finished._replace(at=then)]
        rows = [
            replace(r, words=Spoken(say="I am looking.")) if r.kind == "lookup" else r
            for r in path_rows(library, events)
        ]
        table = path_csv(rows, ticket="T", run="r", verdict=WHOLE).decode()
        assert [row["words_shown"] for row in csv.DictReader(io.StringIO(table)) if row["kind"] == "lookup"] == [shown]


def test_a_changed_entry_does_not_stop_the_telling(library: Library) -> None:
    """What no longer folds is told from the entries as they stand."""
    walked = Walked(library, "help").give(Continue(), Answer("red"))
    forged = walked.events[2]._replace(data={"visit": 2, "value": "green"})
    rows = path_rows(library, [*walked.events[:2], forged])
    assert [r.step for r in rows] == ["help/greet", "help/light", "help/offer"]
    assert rows[1].answer == "Green"


def test_what_cannot_be_read_has_a_row_of_its_own(library: Library) -> None:
    """One entry that can't be read and one that is missing are told in their place; the rest is told as it stands."""
    events = Walked(library, "help").give(Continue(), Answer("green"), Note("a free note")).events
    entries = [Told(1, events[0], events[0].at), Told(2, None, events[1].at), Told(4, events[3], events[3].at)]
    told = [(r.seq, r.step or r.kind, r.answer) for r in rows_of(library, entries)]
    assert told == [
        (1, "help/greet", ""),
        (2, "not_as_written", "This entry is not as it was written and can't be read."),
        (3, "not_as_written", "Entry 3 is missing."),
        (4, "noted", "a free note"),
    ]
    assert [r.step for r in rows_of(None, entries) if r.visit] == ["help/greet"]


def test_data_of_another_form_does_not_stop_the_telling(library: Library) -> None:
    """An entry that reads as JSON but not as what it says it is has a row that says so."""
    events = Walked(library, "help").give(Continue(), Answer("green")).events
    forged = [events[0], events[1]._replace(kind="went_back", data={}), events[2]._replace(entered=({"step": 7},))]
    assert [r.kind for r in path_rows(library, forged)] == ["message", "not_as_written", "not_as_written"]


def test_a_call_tells_what_came_back(library: Library) -> None:
    """A result has its values beside it: personal ones as recorded, erased ones as erased, secrets never."""
    walked = Walked(library, "login").give(Answer("4071"), Request(), Finished("ok"))
    values = {"line_status": "faulty", "name": {"erased": True}, "pin": {"given": "4 digits"}, "open": True}
    last = walked.events[-1]
    row = path_rows(library, [*walked.events[:-1], last._replace(data={**last.data, "values": values})])[1]
    assert row.answer == "ok: line status faulty, name erased, pin given, 4 digits, open yes"


def test_a_decide_tells_its_branch(library: Library) -> None:
    """The condition that held as it is written, or "otherwise"; the bare way where the flow can't be read."""
    flows = shipped.library().flows
    step = flows["internet_down"].steps["route_by_line"]
    assert isinstance(step.action, Decide)
    first = step.action.branches[0]
    assert branch(step, first.by) == first.when.source
    assert branch(step, "otherwise") == "otherwise"
    assert branch(None, "when:1") == "when:1"


def test_csv_is_safe_and_complete(library: Library) -> None:
    """RFC 4180 with a heading; nothing begins a formula; the byte order mark only where asked."""
    walked = Walked(library, "help").give(Note('=HYPERLINK("x"), "quoted"\nsecond line'), Continue())
    rows = path_rows(library, walked.events)
    raw = path_csv(rows, ticket="T-100001", run="r", verdict=WHOLE)
    assert not raw.startswith(b"\xef\xbb\xbf")
    assert path_csv(rows, ticket="T", run="r", verdict=WHOLE, bom=True).startswith(b"\xef\xbb\xbf")
    assert raw.count(b"\r\n") == len(rows) + 1
    table = list(csv.DictReader(io.StringIO(raw.decode(), newline="")))
    assert tuple(table[0]) == COLUMNS
    assert table[0]["say"] == "Hello Aino, let us see."
    assert {tuple(row[name] for name in VERDICT) for row in table} == {
        ("Whole.", "2026-11-21T09:00:00.000Z", "ab12", "no")
    }
    note = next(row for row in table if row["kind"] == "noted")
    assert note["answer"] == '\'=HYPERLINK("x"), "quoted"\nsecond line'


def test_a_pause_is_told_apart_from_the_time_a_step_took(library: Library) -> None:
    """Of the seconds at a step, the CSV has those for which the run lay aside in a column of their own."""
    walked = Walked(library, "help").give(Pause(), Resume(), Continue())
    table = csv.DictReader(
        io.StringIO(path_csv(path_rows(library, walked.events), ticket="T", run="r", verdict=WHOLE).decode())
    )
    assert [(r["kind"], r["seconds"], r["aside_seconds"]) for r in table][:3] == [
        ("message", "30.000", "10.000"),
        ("paused", "", ""),
        ("resumed", "", ""),
    ]


def test_every_column_is_explained() -> None:
    """QA's page of the manual names each column of the CSV, once and in the order in which they stand."""
    manual = (Path(__file__).parents[2] / "docs" / "qa.md").read_text("utf-8")
    table = manual.partition("| column | holds |")[2].partition("\n\n")[0]
    named = [name for row in table.splitlines() for name in re.findall(r"`(\w+)`", row.partition(" | ")[0])]

    assert named == list(COLUMNS)


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@x", "\tx", "\r=1", "  =1", "＝1"])
def test_a_formula_is_made_harmless(cell: str) -> None:
    """An apostrophe stands before whatever a spreadsheet would work out."""
    assert harmless(cell) == f"'{visible(cell)}"
    assert harmless(f"x{cell}") == visible(f"x{cell}")


def test_the_case_note_has_the_answers_and_the_next_step(library: Library) -> None:
    """First the result and the next step with owner and time; then who, what was established, notes, each answer."""
    walked = Walked(library, "help").give(Continue(), Answer("odd"))
    notes = ((walked.at, "maria", "the dog ate the cable"),)
    text = case_note(walked.run, Heading(ticket="T-100001", customer="C-1", notes=notes))
    assert text.splitlines() == [
        "T-100001 · No internet at all · phone · 2026-11-21 12:00",
        "Result: passed on [TIER2], not resolved.",
        "Passed on to second line as INC-2026-1121-1200, severity sev3: Not solved.",
        "Next step: the queue second line, owner supervisor, takes it over by 2026-11-21 16:00.",
        "Customer C-1. Nothing established about the caller.",
        "Note by maria: the dog ate the cable",
        "- What colour is the light? Something else",
    ]
    verified = Walked(library, "login").give(Answer("4071"), Request(), Finished("ok"))
    text = case_note(verified.run, Heading(ticket="T-1", customer="C-1"))
    assert "Identity established at 12:00." in text
    assert "4071" not in text
    assert text.splitlines()[1:3] == [
        "Result: verified [ID-OK], resolved.",
        "Next step: none, the contact is resolved.",
    ]
    assert ": ok" not in text


def test_the_case_note_has_the_steps_that_were_tried(tmp_path: Path) -> None:
    """A message whose tries are counted is something done; others are talk, and the one that stands is not done yet."""
    (tmp_path / "desk.yaml").write_text("desk: small\n")
    (tmp_path / "lamp.yaml").write_text(
        "flow: lamp\ntitle: The lamp is dark\ncategory: troubleshooting\nversion: 1\ninputs: {customer_id: text}\n"
        "outcomes: {lit: {resolves: true}, dark: {resolves: false}}\nsteps:\n"
        "  greet: {say: Good morning., then: turn}\n"
        "  turn:\n    say: >-\n      Please turn it\n      off and on.\n    attempts: 2\n    out_of_attempts: give_up\n"
        "  works:\n    ask: Does it work?\n    answers:\n"
        "      yes: {label: It does, then: done}\n      no: {label: Not yet, then: turn}\n"
        "  done: {end: lit}\n  give_up: {end: dark}\n"
    )
    walked = Walked(Library.read(tmp_path), "lamp").give(Continue())
    assert "Step:" not in case_note(walked.run, Heading(ticket="T-1"))
    walked.give(Continue(), Answer("no"), Continue(), Answer("yes"))
    assert case_note(walked.run, Heading(ticket="T-1")).splitlines()[-4:] == [
        "- Step: Please turn it off and on.",
        "- Does it work? Not yet",
        "- Step: Please turn it off and on. (try 2)",
        "- Does it work? It does",
    ]
