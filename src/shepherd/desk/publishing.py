"""Publishing: a version is proposed, approved by somebody else, goes live at once or at its date, and can be undone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from shepherd.author.gate import Gate, judge_draft
from shepherd.check.library import Library
from shepherd.desk.clock import Clock, day, offset, system_clock, whole
from shepherd.desk.errors import DeskError, Misused, Unknown
from shepherd.desk.mask import mask
from shepherd.desk.published import DEFAULT_ZONE, Versions
from shepherd.desk.versions import Published, Version, folded, person
from shepherd.flow.canonical import digest
from shepherd.flow.draft import Draft
from shepherd.record import Decide, Publication
from shepherd.run.api import Actor

LANGUAGE = 1
LONGEST_NAME, LONGEST_NOTE = 64, 2_000

Rule = Callable[[Published, datetime], tuple[str, Mapping[str, Any]]]


class Shut(DeskError):
    """What was proposed, or is to go live, does not pass: *gates* says which conditions are not met, and what mends."""

    def __init__(self, gates: Sequence[Gate]):
        super().__init__(" ".join(f"{gate.name}: {gate.says} → {gate.mends}" for gate in gates))
        self.gates = tuple(gates)


class Passed(NamedTuple):
    """A library that passed the gate, and the evidence: what was counted."""

    library: Library
    evidence: Mapping[str, Any]


class Publishing(Versions):
    """
    What may be done with versions of the library, and what is known of them.

    Everything is read from the record each time, and decided in the transaction that writes: of two who do the same
    at once, one is told what the other has done. Names are taken as given and recorded as not assured.
    """

    def propose(self, draft: Draft, *, by: str, note: str = "", passed: Passed | None = None) -> Version:
        """
        Put *draft* forward, to be approved; *note* says in a sentence what changes, for those who work with it.

        *passed* is what :func:`passed_gate` said of it, where that was asked already. Raises Shut where it has errors,
        a scenario fails or too little is covered; Misused where it is there already.
        """
        by, note = _named(by), _noted(note)
        zone = draft.policy.time_zone
        library, evidence = passed or passed_gate(draft, self._clock)
        named = sorted(library.hashes.items())
        manifest = manifest_of(named)
        hash_ = digest(manifest)
        kept = {one: library.document(one) for one in library.hashes.values()} | {hash_: manifest}

        def rule(published: Published, now: datetime) -> tuple[str, Mapping[str, Any]]:
            same = [one for one in published.at(now) if one.hash == hash_ and one.state not in ("past", "withdrawn")]
            if same:
                raise Misused(f"This is version {same[0].number}, which is {told(same[0])}. Nothing was proposed.")
            live = published.live(now)
            fresh = {"version": len(published.versions) + 1, "hash": hash_, "documents": [list(one) for one in named]}
            base = live.version if live else 0
            return "proposed", {**fresh, "base": base, "note": note, "evidence": dict(evidence)}

        return self._done(rule, by, zone, kept)

    def approve(self, named: str, *, by: str, note: str, over: bool = False) -> Version:
        """
        Let a version go live: at its date, or at once where it has none, or that is over.

        Raises Shut where whoever approves is its author, or says nothing on it, and where another version is live by
        then than when it was proposed, whose changes it would take back, unless that is wanted (*over*); Misused where
        it is not proposed.
        """
        by, note = _named(by), _noted(note)
        version = self.version(named)
        shut = []
        if person(by) == person(version.author):
            says = f"{version.author} proposed version {version.number}, and {by} is no other person."
            shut.append(Gate("second person", says, "Let somebody else look at it, and approve it under their name."))
        if not note:
            shut.append(Gate("note", "Nothing was said on what was looked at.", '--note "What I looked at"'))
        if shut:
            raise Shut(shut)

        def rule(published: Published, now: datetime) -> tuple[str, Mapping[str, Any]]:
            one = _in_state(published, now, version.number, "proposed", "be approved")
            release = published.live(max(now, one.scheduled or now))
            live = release.version if release else 0
            data = {"version": one.number, "hash": one.hash, "note": note}
            if live == one.base:
                return "approved", data
            if not over:
                raise Shut((_overtaken(one, live),))
            return "approved", {**data, "over": live}

        return self._done(rule, by, self.zone(version))

    def schedule(self, named: str, at: str, *, by: str) -> Version:
        """Set the date from which a version that is not live yet goes live; *at* is on the desk's clock."""
        by = _named(by)
        version = self.version(named)
        zone = self.zone(version)
        goes_live = time_in(at, zone)

        def rule(published: Published, now: datetime) -> tuple[str, Mapping[str, Any]]:
            _in_state(published, now, version.number, ("proposed", "scheduled"), "be given a date")
            if goes_live <= now:
                raise Misused(f"{_clock(goes_live, zone)} is over. Without a date it goes live when it is approved.")
            data = {"version": version.number, "hash": version.hash, "from": _iso(goes_live)}
            return "scheduled", data

        return self._done(rule, by, zone)

    def withdraw(self, named: str, *, by: str, note: str) -> Version:
        """Take back a version that is not live yet, approved or not; *note* says why."""
        by, note = _named(by), _required(note)
        version = self.version(named)

        def rule(published: Published, now: datetime) -> tuple[str, Mapping[str, Any]]:
            _in_state(published, now, version.number, ("proposed", "scheduled"), "be withdrawn")
            return "withdrawn", {"version": version.number, "hash": version.hash, "note": note}

        return self._done(rule, by, self.zone(version))

    def rollback(self, named: str = "", *, by: str, note: str) -> Version:
        """
        Make a version live again that was live before: *named*, or the one before the version that is live now.

        What was gone back to is not gone back from without a name, so that two who roll back at once do it once.
        """
        by, note = _named(by), _required(note)
        wanted = self.version(named) if named else None
        shown = wanted or self.live()
        zone = self.zone(shown) if shown else DEFAULT_ZONE

        def rule(published: Published, now: datetime) -> tuple[str, Mapping[str, Any]]:
            number = wanted.number if wanted else _one_before(published, now)
            release = published.live(now)
            been = {one.version for one in published.releases if one.at <= now}
            if number not in been or release is None:
                raise Misused(f"Version {number} was never live, so there is no going back to it.")
            if number == release.version:
                raise Misused(f"Version {number} is live already, since {_clock(release.at, zone)}.")
            chosen = published.versions[number]
            return "rolled_back", {"version": number, "hash": chosen.hash, "from": release.version, "note": note}

        return self._done(rule, by, zone)

    def read(self, release: int, *, by: str) -> bool:
        """*by* has read what changed with the release numbered *release*; False where they had already."""
        by = _named(by)
        if all(one.seq != release for one in self.published().releases):
            raise Unknown("There is nothing of that number to be read.")
        return self._record.receive(release, person(by), at=whole(self._clock()), actor=Actor("agent", by))

    def _done(self, rule: Rule, by: str, zone: str, documents: Mapping[str, Any] | None = None) -> Version:
        """Write what *rule* says of all that was published; the version that it is about, as it is then."""
        decide: Decide = lambda history: self._decided(history, rule, by, zone)  # noqa: E731
        done = self._record.publish(decide, documents or {})
        return next(one for one in self.published().at(done.at) if one.number == done.data["version"])

    def _decided(self, history: Sequence[Publication], rule: Rule, by: str, zone: str) -> Publication:
        now = whole(self._clock())
        at = max(now, history[-1].at) if history else now
        kind, data = rule(folded(history), at)
        return Publication(kind, at, offset(at, zone), Actor("agent", by), data)


def passed_gate(draft: Draft, clock: Clock = system_clock) -> Passed:
    """What *draft* is as a library, and what shows that it may be published; no record is needed. Raises Shut."""
    judged = judge_draft(draft, day(clock(), draft.policy.time_zone))
    if judged.shut or judged.library is None:
        raise Shut(judged.shut)
    return Passed(judged.library, judged.evidence)


def manifest_of(documents: Sequence[tuple[str, str]]) -> Mapping[str, Any]:
    """What a version's hash is over: the names and hashes of its *documents*, sorted."""
    return {"language": LANGUAGE, "documents": [list(one) for one in documents]}


def documents_in(document: Any) -> Mapping[str, str] | None:
    """The hashes by name that *document*, as it is stored, lists where it is a version; None where it is another."""
    version = isinstance(document, Mapping) and document.keys() == manifest_of(()).keys()
    return dict(document["documents"]) if version else None


def told(version: Version) -> str:
    """The state of *version* in words."""
    words = {"proposed": "waiting to be approved", "scheduled": "approved, and goes live at its date", "past": "over"}
    return words.get(version.state, version.state)


def time_in(text: str, zone: str) -> datetime:
    """
    The time that *text* says on the clock of *zone*, in UTC; one with an offset of its own is taken as it is.

    Raises Misused for what is no date with a time, and for a time that the clock skips or shows twice.
    """
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        at = None
    if at is None or len(text.strip()) < len("2026-12-01T06:00"):
        raise Misused(f'"{text[:40]}" is no date with a time. Write it like 2026-12-01T06:00.')
    try:
        if at.tzinfo is None:
            readings = {at.replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC) for fold in (0, 1)}
            if len(readings) > 1:
                raise Misused(f"The clock of {zone} skips {text}, or shows it twice. Add the offset, like +02:00.")
            return whole(readings.pop())
        return whole(at.astimezone(UTC))
    except OverflowError:
        raise Misused(f"{text} lies outside the calendar.") from None


def _one_before(published: Published, now: datetime) -> int:
    """The version to go back to where none is named."""
    release = published.live(now)
    before = published.before(release) if release else None
    if release is None or before is None:
        raise Misused("No version was live before, so there is none to go back to.")
    if release.back:
        says = f"{release.by} has gone back to version {release.version} already."
        raise Misused(f"{says} To go further, name a version: shepherd publish rollback VERSION")
    return before.version


def _overtaken(version: Version, live: int) -> Gate:
    """Why *version*, which was proposed while another was live than *live*, is not simply approved."""
    base = f"version {version.base} was live" if version.base else "no version was live"
    says = f"Version {version.number} was proposed when {base}. It would take back what changed with version {live}."
    return Gate("base", says, "Bring its folder up to date and propose it anew, or approve it with --over.")


def _in_state(published: Published, now: datetime, number: int, allowed: str | tuple[str, ...], what: str) -> Version:
    """The version *number*, where its state is one of *allowed*; else Misused says who was first."""
    version = next(one for one in published.at(now) if one.number == number)
    if version.state in ((allowed,) if isinstance(allowed, str) else allowed):
        return version
    who = {"withdrawn": f"{version.withdrawn_by} has withdrawn it"}
    done = who.get(version.state, f"{version.approver} has approved it, and it is {version.state}")
    raise Misused(f"Version {number} can't {what}: {done}.")


def _named(by: str) -> str:
    name = " ".join(by.split())
    if not person(name) or len(name) > LONGEST_NAME or not name.isprintable():
        raise Misused(f"Say who you are, in 1 to {LONGEST_NAME} characters.")
    return name


def _noted(note: str) -> str:
    text = mask(note.strip())
    if len(text) > LONGEST_NOTE:
        raise Misused(f"A note has at most {LONGEST_NOTE} characters.")
    return text


def _required(note: str) -> str:
    text = _noted(note)
    if not text:
        raise Misused("Say why: --note TEXT.")
    return text


def _clock(at: datetime, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M} {zone}"


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"
