"""The record keeps what it was given, gives it back the same, and says plainly what it would not take."""

from __future__ import annotations

import sqlite3
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shepherd.flow.canonical import canonical, digest
from shepherd.record import (
    Appended,
    Conflict,
    IdTaken,
    NotFound,
    NotRecordable,
    Once,
    OnceTaken,
    Record,
    RecordError,
    RecordUnavailable,
    TokenReused,
    TryTaken,
    open_record,
)
from shepherd.run.api import Counted, Event, Spent, Try
from tests.record.making import (
    BEGIN,
    DOCUMENTS,
    FLOW,
    MARIA,
    POLICY,
    a_run,
    a_ticket,
    answer,
    at,
    attacker,
    event,
    new_id,
    opened,
    started,
)

TRIED = Try("customer", "login/check", 0, "", "login/check")
COUNTED = Counted("customer", "login/check", 60, "", "login/check")

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.from_regex(r"[a-z]{1,8}", fullmatch=True), inner),
    max_leaves=8,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.tuples(values, st.booleans()), min_size=1, max_size=4), max_size=5))
def test_what_was_appended_is_read_the_same_after_opening_again(
    tmp_path_factory: pytest.TempPathFactory, appends: list[list[tuple[object, bool]]]
) -> None:
    """Any events, sealed or not, in any grouping, come back the same from a record that was closed and opened."""
    folder = tmp_path_factory.mktemp("record")
    record = opened(folder)
    run = a_run(record, a_ticket(record))
    given_events = [started()]
    for group in appends:
        seq = len(given_events)
        events = [answer(v, seq + i, private=(("value",),) if p else ()) for i, (v, p) in enumerate(group)]
        assert record.append(run, seq, events) == Appended(seq + 1, seq + len(events))
        given_events += events
    record.close()
    record = opened(folder)
    read = record.events(run)
    assert [e._replace(private=()) for e in read] == [e._replace(private=()) for e in given_events]
    assert record.verify().ok
    record.close()


def test_bodies_are_the_canonical_bytes_of_the_format(record: Record) -> None:
    """A stored body is canonical JSON with exactly the fields of the format, in every entry."""
    ticket = a_ticket(record)
    run = a_run(record, ticket, "red")
    bodies = record.bodies(ticket)
    entries = record.entries(ticket)
    assert [canonical(e) for e in entries] == bodies
    assert entries[1] == {
        "v": 1,
        "ticket": ticket,
        "run": run,
        "seq": 2,
        "at": "2026-11-21T10:00:01.000Z",
        "offset": "+02:00",
        "actor": {"kind": "agent", "id": "maria", "assured": False},
        "kind": "answered",
        "data": {"visit": 1, "value": "red"},
        "entered": [{"visit": 1, "step": "help/light", "by": "then"}],
    }


def test_the_same_submission_gives_the_first_result(record: Record) -> None:
    """A form sent again gets what the first got, wherever the run stands now; nothing is written twice."""
    run = a_run(record, a_ticket(record))
    sent = ("token", record.request_hash({"value": "red"}))
    assert record.append(run, 1, [answer("red")], submission=sent) == Appended(2, 2)
    assert record.append(run, 1, [answer("red")], submission=sent) == Appended(2, 2, repeated=True)
    record.append(run, 2, [answer("green", 2)])
    assert record.append(run, 1, [], submission=sent) == Appended(2, 2, repeated=True)
    assert record.head(run).seq == 3


def test_a_token_with_another_body_is_refused(record: Record) -> None:
    """A token that was used for one form can't be used for another."""
    run = a_run(record, a_ticket(record))
    record.append(run, 1, [answer("red")], submission=("token", record.request_hash("red")))
    with pytest.raises(TokenReused):
        record.append(run, 2, [answer("green")], submission=("token", record.request_hash("green")))
    assert record.head(run).seq == 2


def test_a_stale_number_is_refused_with_the_true_one(record: Record) -> None:
    """Whoever expects another number than the run has learns where it stands, and has changed nothing."""
    run = a_run(record, a_ticket(record), "red")
    for stale in (0, 1, 3):
        with pytest.raises(Conflict) as refused:
            record.append(run, stale, [answer("green", 9)], submission=(f"t{stale}", "0" * 64))
        assert refused.value.seq == 2
    assert record.head(run).seq == 2


def test_a_run_is_made_once(record: Record) -> None:
    """The same run id again is a conflict that tells where that run stands."""
    ticket = a_ticket(record)
    run = a_run(record, ticket, "red")
    with pytest.raises(Conflict) as refused:
        record.create_run(run, ticket, "help", [started()], documents=DOCUMENTS)
    assert refused.value.seq == 2
    with pytest.raises(NotFound):
        record.create_run(new_id(), "no-such-ticket", "help", [started()], documents=DOCUMENTS)
    with pytest.raises(NotFound):
        record.append("no-such-run", 1, [answer("red")])


def test_time_does_not_go_back_within_a_run(record: Record) -> None:
    """An entry dated before the last one is refused; the same time is fine."""
    run = a_run(record, a_ticket(record), "red")
    assert record.head(run).at == at(1)
    with pytest.raises(NotRecordable):
        record.append(run, 2, [answer("green", 0.999)])
    assert record.append(run, 2, [answer("green", 1)]).last_seq == 3


@pytest.mark.parametrize("value", [1.5, float("nan"), 2**53, "\ud800", {"ä": 1}, {1: 2}, {"a", "b"}, b"x"])
def test_what_has_no_canonical_form_is_refused(record: Record, value: object) -> None:
    """Floats, huge integers, half characters, strange keys and objects are refused, and leave nothing behind."""
    run = a_run(record, a_ticket(record))
    with pytest.raises(NotRecordable):
        record.append(run, 1, [answer("fine"), answer(value)])
    assert record.head(run).seq == 1


def test_an_unknown_kind_is_refused(record: Record) -> None:
    """The kinds of events are closed."""
    with pytest.raises(NotRecordable):
        record.append(a_run(record, a_ticket(record)), 1, [event("guessed", {})])


def test_documents_are_kept_once_under_their_hash(record: Record) -> None:
    """A document is read back the same by its hash; one that does not fit its hash is refused."""
    ticket = a_ticket(record)
    a_run(record, ticket)
    a_run(record, ticket)
    assert record.document(digest(FLOW)) == FLOW
    assert record.documents(DOCUMENTS) == DOCUMENTS
    with pytest.raises(NotFound):
        record.document("0" * 64)
    with pytest.raises(NotRecordable):
        record.create_run(new_id(), ticket, "help", [started()], documents={"0" * 64: {"flow": "other"}})


def test_a_document_of_a_refused_append_comes_with_the_next(record: Record) -> None:
    """What was taken back with the append that it came with is not taken for known."""
    run = a_run(record, a_ticket(record))
    other = {digest(POLICY | {"desk": "other"}): POLICY | {"desk": "other"}}
    with pytest.raises(TryTaken):
        record.append(run, 1, [answer("x", tries=(Try("ticket", "f/s", 7, "", "f/s"),))], documents=other)
    record.append(run, 1, [answer("x")], documents=other)
    assert record.documents(other) == other


def test_a_try_is_spent_once(record: Record) -> None:
    """Two runs of a customer that spend the same try: the second is refused and has written nothing."""
    ticket = a_ticket(record)
    first, second = a_run(record, ticket), a_run(record, a_ticket(record))
    record.append(first, 1, [answer("x", tries=(TRIED,))])
    with pytest.raises(TryTaken) as refused:
        record.append(second, 1, [answer("x", tries=(TRIED,))])
    assert refused.value.step == "login/check"
    assert record.head(second).seq == 1
    place, on_ticket = record.place(first), COUNTED._replace(per="ticket")
    assert record.spent(place, [COUNTED], now=at(30)) == {"login/check": Spent(1, 1)}
    assert record.spent(place, [on_ticket], now=at(30)) == {"login/check": Spent(0, 0)}
    record.append(second, 1, [answer("x", 2, tries=(TRIED._replace(last=1),))])
    assert record.spent(place, [COUNTED], now=at(62)) == {"login/check": Spent(0, 2)}
    assert record.spent(place, [COUNTED], now=at(61.5)) == {"login/check": Spent(1, 2)}
    forever = [COUNTED._replace(within=999_999 * 86_400)]
    assert record.spent(place, forever, now=at(62)) == {"login/check": Spent(2, 2)}


def test_tries_of_an_unknown_customer_are_those_of_the_ticket(record: Record) -> None:
    """Without a customer, tries per customer are counted on the ticket, and no other ticket sees them."""
    ticket, other = a_ticket(record, customer=None), a_ticket(record, customer=None)
    run = a_run(record, ticket)
    record.append(run, 1, [answer("x", tries=(TRIED,))])
    assert record.spent(record.place(run), [COUNTED], now=at(2)) == {"login/check": Spent(1, 1)}
    assert record.spent(record.ticket(other).place, [COUNTED], now=at(2)) == {"login/check": Spent(0, 0)}


def test_tries_are_those_of_the_person_whom_they_name(record: Record) -> None:
    """Tries for a customer number that somebody gives are found by whoever asks for that number, and by nobody else."""
    run = a_run(record, a_ticket(record, customer=None))
    record.append(run, 1, [answer("x", tries=(TRIED._replace(person="c-1"),))])
    elsewhere = record.place(a_run(record, a_ticket(record, customer=None)))
    asked = [COUNTED._replace(person="c-1", key="login/check@1"), COUNTED._replace(person="c-2", key="login/check@2")]
    spent = record.spent(elsewhere, [COUNTED, *asked], now=at(2))
    assert [spent[key].count for key in ("login/check", "login/check@1", "login/check@2")] == [0, 1, 0]


def test_a_change_is_made_once_under_its_key(record: Record) -> None:
    """A second request under a key is refused while the first is open and when it is done; then its result is read."""
    ticket = a_ticket(record)
    first, second = a_run(record, ticket), a_run(record, ticket)
    key = record.once_key("ticket", ticket, "visits.book", "help/book", {"customer_id": "C-1"})
    asked = event("do_requested", {"visit": 1, "operation": "visits.book"}, second=1)
    assert record.once(key) is None
    record.append(first, 1, [asked], once=Once(key, "requested"))
    state = record.once(key)
    assert state is not None
    assert (state.open, state.done, state.n, state.run, state.seq) == (True, False, 1, first, 2)
    with pytest.raises(OnceTaken) as refused:
        record.append(second, 1, [asked], once=Once(key, "requested"))
    assert refused.value.state == state
    values = {"slot": "2026-11-22T09:00"}
    done = event("do_finished", {"visit": 1, "result": "ok", "values": values}, second=2, private=(("values", "slot"),))
    record.append(first, 2, [done, answer("x", 2)], once=Once(key, "finished", "ok"))
    state = record.once(key)
    assert state is not None
    assert (state.open, state.done, state.result, state.values) == (False, True, "ok", values)
    with pytest.raises(OnceTaken):
        record.append(second, 1, [asked], once=Once(key, "requested"))
    assert record.head(second).seq == 1


@pytest.mark.parametrize("result", ["error", "unknown"])
def test_after_error_and_unknown_the_same_key_is_sent_again(record: Record, result: str) -> None:
    """A change that failed, or of which nobody knows, may be asked for again under the same key."""
    ticket = a_ticket(record)
    run = a_run(record, ticket)
    key = record.once_key("ticket", ticket, "visits.book", "help/book", {})
    asked = event("do_requested", {"visit": 1, "operation": "visits.book"}, second=1)
    done = event("do_finished", {"visit": 1, "result": result, "values": {}}, second=1)
    record.append(run, 1, [asked], once=Once(key, "requested"))
    record.append(run, 2, [done], once=Once(key, "finished", result))
    record.append(run, 3, [asked], once=Once(key, "requested"))
    state = record.once(key)
    assert state is not None
    assert (state.n, state.open) == (2, True)


def test_keys_of_changes_hide_what_was_given(record: Record, tmp_path: Path) -> None:
    """Hashes of inputs and of forms differ from record to record: they are keyed, so nobody can guess their way in."""
    (tmp_path / "other").mkdir()
    other = opened(tmp_path / "other")
    try:
        one, two = (r.once_key("ticket", "t", "a.b", "f/s", {"pin": "1234"}) for r in (record, other))
        assert one.inputs != two.inputs
        assert one == record.once_key("ticket", "t", "a.b", "f/s", {"pin": "1234"})
        assert record.request_hash("1234") != other.request_hash("1234")
    finally:
        other.close()


def test_ticket_numbers_are_said_and_never_reused(record: Record) -> None:
    """Numbers start at T-100001, grow by one, and find their ticket in any way people write them."""
    first, second = a_ticket(record), a_ticket(record)
    assert [record.ticket(t).number for t in (first, second)] == ["T-100001", "T-100002"]
    for said in ("T-100002", "t-100002", "100002", second):
        assert record.ticket(said).id == second
    with pytest.raises(NotFound):
        record.ticket("T-999999")
    again = record.create_ticket(second, customer=None, subject="other", at=BEGIN, actor=MARIA)
    assert (again.number, again.subject) == ("T-100002", "No internet")


def test_tickets_are_found(record: Record) -> None:
    """By number, by the customer's number, and by words of the subject, newest first and paged."""
    first = a_ticket(record, customer="C-1", subject="Router blinks red")
    second = a_ticket(record, customer="C-2", subject="No internet at all")

    def found(query: str = "", **more: object) -> list[str]:
        return [t.id for t in record.tickets(query, **more)]  # type: ignore[arg-type]

    assert found() == [second, first]
    assert found("T-100001") == [first]
    assert found("C-2") == [second]
    assert found("INTERNET all") == [second]
    assert found("nothing like it") == []
    assert found(limit=1) == [second]
    assert found(before=second) == [first]
    assert found(customer=record.ticket(first).customer) == [first]
    record.change_ticket(first, at=at(5), status="closed", subject="Solved")
    assert found(status="closed") == [first]
    assert record.ticket(first).subject == "Solved"


def test_runs_are_found(record: Record) -> None:
    """By ticket, customer, agent, flow, outcome and status, newest first, paged; rows tell how they stand."""
    ticket, _ = a_ticket(record), a_ticket(record, customer="C-2")
    first, second = a_run(record, ticket), a_run(record, ticket)
    name = "Olli Virta"
    olli = MARIA._replace(id=name)
    end = {"outcome": "fixed", "code": "FIXED"}
    record.append(first, 1, [event("taken_over", {}, second=1, actor=olli), answer("x", 2, actor=olli, ended=end)])
    record.append(second, 1, [event("paused", {"reason": ""}, second=3)])

    def found(**by: object) -> list[str]:
        return [r.id for r in record.runs(**by)]  # type: ignore[arg-type]

    assert found() == [second, first]
    assert found(agent="olli") == found(agent="virta  OLLI") == found(agent="lli vir") == [first]
    assert found(agent="maria") == [second, first]
    assert found(agent="olli maria") == []
    assert found(outcome="fixed") == found(outcome="ixe") == [first]
    assert found(outcome="%") == found(outcome="f_x") == found(agent="mari_") == []
    assert found(tickets=[record.ticket("T-100001").id]) == [second, first]
    assert found(tickets=[]) == []
    (mine,), (other,) = (record.customers_numbered([ref]) for ref in ("c1", "C-2"))
    assert found(customers=[mine]) == found(customers=[mine, other]) == [second, first]
    assert found(customers=[other]) == found(customers=[]) == []
    assert {row.customer_ref for row in record.runs()} == {"C-1"}
    assert found(status="paused") == [second]
    assert found(flow="other") == []
    assert found(ticket="T-100001", limit=1) == [second]
    assert found(before=second) == [first]
    assert found(since=at(1)) == []
    row = record.run(first)
    assert (row.status, row.owner, row.outcome, row.code, row.step) == ("ended", name, "fixed", "FIXED", "help/light")
    assert (row.entries, row.updated_at, row.number, row.created_by) == (3, at(2), "T-100001", "maria")


def test_the_cache_is_worked_out_again_from_the_entries(record: Record, tmp_path: Path) -> None:
    """``rebuild`` gives the rows of runs back as they were, whatever they said meanwhile."""
    run = a_run(record, a_ticket(record), "red", "green")
    record.append(run, 3, [event("handed_over", {"to": "second_line", "reason": "x"}, second=9)])
    before = record.run(run)
    assert (before.status, before.owner) == ("handed_over", "second_line")
    with sqlite3.connect(tmp_path / "shepherd.db") as connection:
        connection.execute("UPDATE runs SET status = 'ended', owner = '', step = '', outcome = 'nonsense'")
    assert record.rebuild() == 1
    assert record.run(run) == before


def test_items_stand_on_the_ticket_once(record: Record) -> None:
    """An item with a key that was there already is not added again, and says so."""
    ticket = a_ticket(record)
    assert record.add_item(ticket, "k1", "note", "Called back", at=at(1), actor=MARIA)
    assert not record.add_item(ticket, "k1", "note", "Called again", at=at(2), actor=MARIA)
    assert record.add_item(ticket, "k2", "priority", {"to": "high"}, at=at(2), actor=MARIA, private=False)
    assert [(i.kind, i.value, i.at) for i in record.items(ticket)] == [
        ("note", "Called back", at(1)),
        ("priority", {"to": "high"}, at(2)),
    ]


def test_contacts_and_customers(record: Record) -> None:
    """A customer is known by their number; facts are renewed under the same id; contacts come in order."""
    one = record.put_customer(new_id(), "C-9", {"tier": "basic"}, at=BEGIN)
    two = record.put_customer(new_id(), "C-9", {"tier": "premium"}, at=at(9))
    assert (one.id, two.facts) == (two.id, {"tier": "premium"})
    assert record.customer_by_ref("C-9") == record.customer(one.id) == two
    assert record.customer("nobody") is None
    ticket = a_ticket(record)
    for second, channel in enumerate(("phone", "chat")):
        record.create_contact(new_id(), ticket, channel=channel, at=at(second), actor=MARIA)
    assert [(c.channel, c.at) for c in record.contacts(ticket)] == [("phone", BEGIN), ("chat", at(1))]


def test_a_closed_record_refuses_politely(record: Record) -> None:
    """What comes after close is told that nothing was saved."""
    run = a_run(record, a_ticket(record))
    record.close()
    with pytest.raises(RecordUnavailable):
        record.append(run, 1, [answer("red")])


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "nonsense", "mysql://localhost/x"])
def test_what_is_no_database_is_refused(tmp_path: Path, url: str) -> None:
    """A database in memory, of an unknown kind, or named in no known way is refused in a sentence."""
    with pytest.raises(RecordUnavailable):
        open_record(url, str(tmp_path / "keys.db"))


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    """Any other file in the database's place is refused, and left as it is."""
    path = tmp_path / "shepherd.db"
    path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(RecordUnavailable):
        opened(tmp_path)
    assert path.read_bytes() == b"not a database at all" * 100


def test_a_newer_database_is_refused(record: Record, tmp_path: Path) -> None:
    """A database that a newer release has changed is left alone."""
    record.close()
    with sqlite3.connect(tmp_path / "shepherd.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(RecordUnavailable, match="newer"):
        opened(tmp_path)


def test_damaged_entries_are_said_without_a_traceback(record: Record, tmp_path: Path) -> None:
    """An entry that can't be read any more is an error of the record's, in a sentence, wherever it is read."""
    ticket = a_ticket(record)
    run = a_run(record, ticket, "red")
    for body in (b"nonsense", b"[]", b'{"v":1}', b'{"v":2,"kind":"answered"}', b"\xff"):
        with attacker(tmp_path) as connection:
            connection.execute("UPDATE entries SET body = ? WHERE seq = 2", (body,))
        for read in (lambda: record.events(run), lambda: record.entries(ticket)):
            with pytest.raises(RecordError):
                read()
        assert not record.verify(ticket).ok
        assert list(record.export(ticket))


def test_a_run_begins_with_an_event(record: Record) -> None:
    """A run without a first event is refused, as is an append of nothing."""
    ticket = a_ticket(record)
    with pytest.raises(NotRecordable):
        record.create_run(new_id(), ticket, "help", [], documents=DOCUMENTS)
    with pytest.raises(RecordError):
        record.append(a_run(record, ticket), 1, [])


def test_a_time_that_would_be_cut_is_refused(record: Record) -> None:
    """What is replayed must be what was lived: a time finer than the record keeps is not taken."""
    fine = answer("red")._replace(at=at(1) + timedelta(microseconds=1))
    with pytest.raises(NotRecordable):
        record.append(a_run(record, a_ticket(record)), 1, [fine])


def test_a_result_needs_its_request(record: Record) -> None:
    """A change is finished only by the run that asked for it, once."""
    ticket = a_ticket(record)
    first, second = a_run(record, ticket), a_run(record, ticket)
    key = record.once_key("ticket", ticket, "visits.book", "help/book", {})
    asked = event("do_requested", {"visit": 1, "operation": "visits.book"}, second=1)
    done = event("do_finished", {"visit": 1, "result": "ok", "values": {}}, second=1)
    for run in (first, second):
        with pytest.raises(OnceTaken):
            record.append(run, 1, [done], once=Once(key, "finished", "ok"))
    record.append(first, 1, [asked], once=Once(key, "requested"))
    with pytest.raises(OnceTaken):
        record.append(second, 1, [done], once=Once(key, "finished", "ok"))
    record.append(first, 2, [done], once=Once(key, "finished", "ok"))
    with pytest.raises(OnceTaken):
        record.append(first, 3, [done], once=Once(key, "finished", "ok"))
    assert record.head(second).seq == 1


def test_times_need_a_zone(record: Record) -> None:
    """A time that does not say where it is can't be recorded."""
    naive = answer("red")._replace(at=(BEGIN + timedelta(seconds=5)).replace(tzinfo=None))
    with pytest.raises(NotRecordable):
        record.append(a_run(record, a_ticket(record)), 1, [naive])


def incident(number: int, second: float = 1) -> Event:
    """An event that gave the tracking id *number* of a minute."""
    id_ = "INC-2026-1121-1200" + (f"-{number}" if number > 1 else "")
    return answer("x", second, escalated={"id": id_, "queue": "engineering"})


def test_a_tracking_id_is_given_once(record: Record) -> None:
    """Two runs that were given the same id: the second is refused and has written nothing."""
    first, second = a_run(record, a_ticket(record)), a_run(record, a_ticket(record))
    assert record.last_tracking_id("INC-2026-1121-1200") == 0
    record.append(first, 1, [incident(1)])
    with pytest.raises(IdTaken):
        record.append(second, 1, [incident(1)])
    assert record.head(second).seq == 1
    assert record.last_tracking_id("INC-2026-1121-1200") == 1
    record.append(second, 1, [incident(2), incident(3)])
    assert record.last_tracking_id("INC-2026-1121-1200") == 3
    assert record.last_tracking_id("INC-2026-1121-1201") == 0


def test_two_writers_never_give_the_same_tracking_id(record: Record) -> None:
    """Two records open on one database, each asked and written to as a process would, share the minute's numbers."""
    keys = str(record._keys._engine.url.database)
    other = open_record(record._engine.url.render_as_string(hide_password=False), keys)
    runs = {one: [a_run(record, a_ticket(record)) for _ in range(10)] for one in (record, other)}
    got: list[int] = []

    def work(one: Record) -> None:
        for run in runs[one]:
            while True:
                number = one.last_tracking_id("INC-2026-1121-1200") + 1
                try:
                    one.append(run, 1, [incident(number)])
                except IdTaken:
                    continue
                got.append(number)
                break

    threads = [threading.Thread(target=work, args=(one,)) for one in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()
    assert sorted(got) == list(range(1, 21))
