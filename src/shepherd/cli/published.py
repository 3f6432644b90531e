"""What was published, for people and for machines."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from shepherd.desk.clock import offset
from shepherd.desk.versions import Published, Version
from shepherd.flow.shown import many

if TYPE_CHECKING:
    from shepherd.desk.publishing import Publishing

SHORT = 12
MOST_GONE = 5
MOST_CHANGES = 40
MOST_BACKS = 10


def sentence(publishing: Publishing, version: Version) -> str:
    """What *version* is now, and what comes next, as one would say it."""
    name, zone = f"Version {version.number}", publishing.zone(version)
    if version.state == "proposed":
        due = f", and would go live at {_clock(version.scheduled, zone)}" if version.scheduled else ""
        approve = f'shepherd publish approve {version.number} --by NAME --note "What was looked at"'
        return f"{name} is proposed{due} ({_evidence(version)}).\nSomebody else approves it: {approve}"
    if version.state == "scheduled":
        return f"{name} goes live at {_clock(version.goes_live, zone)}."
    if version.state == "withdrawn":
        return f"{name} is withdrawn."
    return f"{name} is live for every contact that begins from now on. Contacts under way go on as they were begun."


def still_to_come(publishing: Publishing, done: Version) -> Iterator[str]:
    """Other versions with a date: each was proposed without knowing of what is live by then."""
    if done.state not in ("live", "scheduled"):
        return
    for other in publishing.versions():
        if other.state == "scheduled" and other.number != done.number:
            name, at = f"Version {other.number}", _clock(other.goes_live, publishing.zone(other))
            yield f"{name} still goes live at {at}. To stop it: shepherd publish withdraw {other.number}"


def taken_away(publishing: Publishing, done: Version) -> Iterator[str]:
    """The flows that are no more with *done*: a folder that holds one flow alone takes all others from the desk."""
    if done.state not in ("proposed", "scheduled", "live"):
        return
    against, gone = publishing.taken_away(done)
    if gone:
        named = ", ".join(gone[:MOST_GONE]) + (f" and {len(gone) - MOST_GONE} more" if len(gone) > MOST_GONE else "")
        what = f"{len(gone)} flow{'s' if len(gone) > 1 else ''} of version {against}"
        yield f"It {'takes' if done.state == 'live' else 'would take'} {what} away: {named}."


def unwalked(done: Version) -> Iterator[str]:
    """What no scenario of a version that may still go live has walked: allowed by the desk, and nobody has seen it."""
    hit, every = done.evidence["edges"]
    if done.state == "proposed" and hit < every:
        verb, them = ("is", "it") if every - hit == 1 else ("are", "them")
        ways = f"{every - hit} of {many(every, 'edge')} {verb} walked by no scenario"
        yield f"{ways}, and passed by the desk's `min_coverage`. To see {them}: shepherd test"


def listed(publishing: Publishing) -> Iterator[str]:
    """A line for each version, the newest first."""
    versions = publishing.versions()
    if not versions:
        yield "Nothing was published yet; what is in the folder is live."
        return
    zone = publishing.zone(next((one for one in versions if one.state == "live"), versions[-1]))
    yield f"{'version':<8} {'state':<10} {'goes live':<23} {'hash':<{SHORT}} proposed by, approved by"
    for one in reversed(versions):
        due = one.goes_live or one.scheduled
        at = f"{due.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}" if due else ""
        who = f"{one.author}, {one.approver}" if one.approver else one.author
        yield f"{one.number:<8} {one.state:<10} {at:<23} {one.hash[:SHORT]} {who}".rstrip()
    yield from _gone_back(publishing.published(), zone)
    yield f"All times as on the clock of {zone}."


def _gone_back(published: Published, zone: str) -> Iterator[str]:
    """A line for each time that a version which had been live was made live again, the newest first."""
    backs = [release for release in reversed(published.releases) if release.back]
    for release in backs[:MOST_BACKS]:
        at = f"{release.at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"
        left = published.before(release)
        from_ = f" from {left.version}" if left else ""
        yield f"{at}  rolled back{from_} to {release.version} by {release.by}{_said(release.note)}"
    if len(backs) > MOST_BACKS:
        yield f"… and {len(backs) - MOST_BACKS} times before; --json has all."


def shown(publishing: Publishing, one: Version) -> Iterator[str]:
    """All about a version."""
    zone = publishing.zone(one)
    yield f"Version {one.number}, {one.state}"
    yield f"  hash       {one.hash}"
    yield f"  proposed   {_clock(one.proposed_at, zone)} by {one.author}{_said(one.note)}"
    yield f"  gate       {_evidence(one)}"
    yield from (f"             {line}" for line in unwalked(one))
    if one.approver:
        yield f"  approved   {_clock(one.approved_at, zone)} by {one.approver}{_said(one.approval)}"
    if one.goes_live or one.scheduled:
        yield f"  goes live  {_clock(one.goes_live or one.scheduled, zone)}"
    if one.withdrawn_by:
        yield f"  withdrawn  {_clock(one.withdrawn_at, zone)} by {one.withdrawn_by}{_said(one.withdrawal)}"
    for release in publishing.published().releases:
        if release.version == one.number and release.back:
            yield f"  back       {_clock(release.at, zone)} by {release.by}{_said(release.note)}"
    yield "  names      as given, not proved (assured: false)"
    compared, changes = publishing.changes(one)
    if compared:
        yield f"What changes against version {compared}:"
    elif one.state == "live":
        yield "It is what is live, so there is nothing that it would change."
    else:
        yield "Nothing is live yet that it would change."
    for line in changes[:MOST_CHANGES]:
        yield f"  {line}"
    if len(changes) > MOST_CHANGES:
        yield f"  … and {len(changes) - MOST_CHANGES} more; --json has all."
    yield "Documents:"
    for name, hash_ in one.documents.items():
        yield f"  {hash_[:SHORT]}  {name}"
    readers = publishing.readers(one)
    yield "Read by:" if readers else "Nobody has confirmed reading what changed."
    for receipt in readers:
        yield f"  {_clock(receipt.at, zone)}  {receipt.actor}"


def as_object(publishing: Publishing, versions: list[Version], *, whole: bool = False) -> dict[str, Any]:
    """The object that ``publish … --json`` prints; *whole* with documents, changes and readers."""
    live = publishing.live()
    listed_ = []
    for one in versions:
        entry = _one(one)
        if whole:
            compared, changes = publishing.changes(one)
            read = [{"by": r.actor, "at": _iso(r.at), "assured": False} for r in publishing.readers(one)]
            entry |= {"documents": dict(one.documents), "changes": list(changes), "against": compared, "read": read}
        listed_.append(entry)
    told = {"shepherd": "publish/1", "ok": True, "live": live.number if live else None, "versions": listed_}
    return told | {"rolled_back": list(_backs(publishing.published()))}


def _backs(published: Published) -> Iterator[dict[str, Any]]:
    """Each time that a version was gone back to, the oldest first."""
    for release in published.releases:
        left = published.before(release)
        if release.back:
            versions = {"from": left.version if left else None, "to": release.version}
            yield versions | {"by": release.by, "at": _iso(release.at), "note": release.note, "assured": False}


def _one(one: Version) -> dict[str, Any]:
    return {
        "version": one.number,
        "hash": one.hash,
        "state": one.state,
        "base": one.base or None,
        "proposed": _by(one.author, one.proposed_at, one.note),
        "evidence": dict(one.evidence),
        "approved": _by(one.approver, one.approved_at, one.approval),
        "scheduled": _iso(one.scheduled),
        "goes_live": _iso(one.goes_live),
        "withdrawn": _by(one.withdrawn_by, one.withdrawn_at, one.withdrawal),
    }


def _by(who: str, at: datetime | None, note: str) -> dict[str, Any] | None:
    return {"by": who, "at": _iso(at), "note": note, "assured": False} if who else None


def _evidence(one: Version) -> str:
    told = one.evidence
    hit, every = told["edges"]
    return f"{many(told['scenarios'], 'scenario')} green, edges {hit}/{every}, {many(told['warnings'], 'warning')}"


def _said(note: str) -> str:
    return f": {' '.join(note.split())}" if note else ""


def _clock(at: datetime | None, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M} UTC{offset(at, zone)}" if at is not None else ""


def _iso(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat(timespec="milliseconds")[:-6] + "Z" if at is not None else None
