"""
Storage, hash chain and keys: what was said and done, append-only, chained per run, personal values sealed.

Everything goes through one object::

    record = open_record("sqlite:///shepherd.db", "shepherd-keys.db")     # makes or migrates both files
    required_record(url)                                                  # only reading: refuses to make one
    record.close()                                                        # drains what is under way

Ids are UUIDv7 text made by the caller. Times are aware UTC datetimes of whole milliseconds (``whole(at)`` cuts them).
Every write blocks until it is committed; concurrent ones share a commit. An error means that nothing changed.

Writing::

    put_customer(id, ref, facts, *, at) -> Customer            # by ref: there already → that one, facts renewed
    create_ticket(id, *, customer=None, subject="", at, actor) -> Ticket        # the id again → the ticket as it is
    change_ticket(id, *, at, customer=None, subject=None, status=None) -> Ticket
    create_contact(id, ticket_id, *, channel, at, actor) -> Contact
    create_run(id, ticket_id, flow, events, *, documents, contact=None, submission=None) -> Appended
    append(run_id, expected_seq, events, *, submission=None, once=None, documents={}) -> Appended
    add_item(ticket_id, key, kind, value, *, at, actor, run=None, private=True) -> bool   # False: was there already
    publish(decide, documents={}) -> Publication               # decide(all so far) says what comes next, or raises
    receive(publication, reader, *, at, actor) -> bool         # who has read what changed; False: had before
    mark(name, value)                                          # what this record is, for good; the first one stays
    erase(customer_id, *, at) -> int                           # the number of keys that were destroyed

``events`` are ``run.api.Event``; the first is ``expected_seq + 1``. Their ``private`` paths are sealed, their
``tries`` and tracking ids become rows. ``submission`` is ``(token, request_hash)``: the same again gives the first
result with ``repeated=True``, whatever ``expected_seq`` says. ``documents`` is hash → typed source (those known are
left alone).
``once`` is ``Once(key, "requested")`` beside a do_requested, ``Once(key, "finished", result)`` beside its result.
Errors: ``Conflict(.seq)``, ``TryTaken(.step)``, ``IdTaken(.minute)``, ``TokenReused``, ``OnceTaken(.state)``,
``NotFound``, ``RecordUnavailable`` (say "not saved", offer again), ``NotRecordable`` (a mistake of the caller's code),
and when reading ``Damaged`` (an entry is not as it was written: verify names it).

Reading::

    events(run_id) -> list[Event]             # unsealed; what was erased is ERASED, see is_erased(value)
    told(run_id) -> [Told(seq, event or None, at)]             # whatever somebody did to it: None can't be read
    head(run_id) -> Head(seq, at)             # at: no later event may be before it
    bodies(ticket_id, run=None) -> list[bytes]                 # the entries as stored, in order
    entries(ticket_id, run=None) -> list[dict]                 # the same, parsed, sealed values unsealed
    readable(ticket_id) -> list[dict | None]                   # the same, but None for what can't be read
    run(id) -> RunRow
    runs(ticket=, tickets=, agent=, flow=, outcome=, status=, customer=, since=, until=, limit=50, before=id)
                                              -> list[RunRow]
    agents(run_ids) -> {run: names}           reasons(run_ids) -> {run: why it ended without an outcome}
    ticket(id or number) -> Ticket            tickets(query="", *, customer=, status=, limit=50, before=id)
    customer(id) · customer_by_ref(ref) -> Customer | None     contacts(ticket_id) · items(ticket_id)
    document(hash) -> typed source            documents(hashes) -> {hash: typed source}
    hashes(prefix, limit=10) -> list[str]     # of documents, that begin so
    place(run_id) -> Place(ticket, customer, number)           # where a run stands, which never changes
    spent(place, keyed, *, now) -> {key: Spent}                # keyed: Counted(per, step, within, person, key)
    publications() -> [Publication]           last_publication() -> its number, 0 where there is none
    receipts(reader=, publication=) -> [Receipt(publication, actor, at)]
    last_tracking_id(minute) -> int           # the highest number given in INC-YYYY-MMDD-HHMM, 0 where none was
    once_key(scope, scope_id, operation, step, inputs) -> OnceKey     # inputs as JSON, secrets left out
    once(key) -> OnceState | None             marked(name) -> str
    request_hash(value) -> str                # an HMAC; secrets left out by the caller

Care::

    verify(ticket=None, run=None) -> Report   broken(runs) -> the ids of those that are not whole
    export(ticket_id) -> iterator of lines    export_publications() -> iterator of lines
    rebuild() -> number of runs
"""

from shepherd.record.api import (
    UNSEALED,
    Appended,
    Broken,
    Conflict,
    Contact,
    Customer,
    Damaged,
    Head,
    IdTaken,
    Item,
    NotFound,
    NotRecordable,
    Once,
    OnceKey,
    OnceState,
    OnceTaken,
    Place,
    RecordError,
    RecordUnavailable,
    Report,
    RunRow,
    Submission,
    Ticket,
    TokenReused,
    TryTaken,
)
from shepherd.record.bodies import whole
from shepherd.record.databases import called, required_record
from shepherd.record.publications import Decide, Publication, Receipt
from shepherd.record.seal import ERASED, is_erased
from shepherd.record.store import Record
from shepherd.record.tolerant import Told


def open_record(url: str, keys_path: str) -> Record:
    """The record at *url* with its keys at *keys_path*, made or migrated. Raises RecordUnavailable."""
    return Record(url, keys_path)


__all__ = [
    "ERASED",
    "UNSEALED",
    "Appended",
    "Broken",
    "Conflict",
    "Contact",
    "Customer",
    "Damaged",
    "Decide",
    "Head",
    "IdTaken",
    "Item",
    "NotFound",
    "NotRecordable",
    "Once",
    "OnceKey",
    "OnceState",
    "OnceTaken",
    "Place",
    "Publication",
    "Receipt",
    "Record",
    "RecordError",
    "RecordUnavailable",
    "Report",
    "RunRow",
    "Submission",
    "Ticket",
    "TokenReused",
    "Told",
    "TryTaken",
    "called",
    "is_erased",
    "open_record",
    "required_record",
    "whole",
]
