"""Versions of the library, folded from what was published: in which state each is, and which is live when. Pure."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal, NamedTuple

from shepherd.record import Publication

State = Literal["proposed", "scheduled", "live", "past", "withdrawn"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """
    A library that was proposed: its *number* for people, and its *hash*, over the hashes of all its *documents*.

    *base* is the number of the version that was live when it was proposed (0: none). *evidence* is what the gate
    counted. *goes_live* is the time from which it is, or will be, live for the first time; None while nobody has
    approved it. *scheduled* is the date that was set. *state* is as of the time asked for.
    """

    number: int
    hash: str
    documents: Mapping[str, str]
    base: int
    author: str
    proposed_at: datetime
    note: str
    evidence: Mapping[str, Any] = field(default_factory=dict)
    state: State = "proposed"
    scheduled: datetime | None = None
    approver: str = ""
    approved_at: datetime | None = None
    approval: str = ""
    goes_live: datetime | None = None
    withdrawn_by: str = ""
    withdrawn_at: datetime | None = None
    withdrawal: str = ""


class Release(NamedTuple):
    """A version goes live *at* a time, by the publication numbered *seq*; *back*: it was gone back to, and why."""

    at: datetime
    seq: int
    version: int
    by: str
    note: str
    back: bool


class Published(NamedTuple):
    """All that was published: the versions by their numbers, and every time that one goes live, in order."""

    versions: Mapping[int, Version]
    releases: tuple[Release, ...]

    def live(self, now: datetime) -> Release | None:
        """What is live at *now*, None where nothing has been by then."""
        count = bisect_right(self.releases, now, key=lambda release: release.at)
        return self.releases[count - 1] if count else None

    def before(self, release: Release) -> Release | None:
        """What was live until *release*."""
        at = self.releases.index(release)
        return self.releases[at - 1] if at else None

    def at(self, now: datetime) -> tuple[Version, ...]:
        """The versions in the state in which they are at *now*, oldest first."""
        live = self.live(now)
        return tuple(replace(one, state=_state(one, live, now)) for one in self.versions.values())


def folded(history: Sequence[Publication]) -> Published:
    """
    What *history* comes to.

    Of two releases at the same time the one that was published later holds; nothing depends on who asks, or where.
    """
    versions: dict[int, Version] = {}
    backs: list[Release] = []
    approved: dict[int, int] = {}
    for one in history:
        number, data, by = int(one.data["version"]), one.data, one.actor.id
        if one.kind == "proposed":
            versions[number] = Version(
                number=number,
                hash=data["hash"],
                documents=dict(data["documents"]),
                base=data["base"],
                author=by,
                proposed_at=one.at,
                note=data["note"],
                evidence=data["evidence"],
            )
            continue
        version = versions[number]
        if one.kind == "approved":
            goes_live = max(one.at, version.scheduled or one.at)
            approved[number] = one.seq
            version = replace(version, approver=by, approved_at=one.at, approval=data["note"], goes_live=goes_live)
        elif one.kind == "scheduled":
            scheduled = datetime.fromisoformat(data["from"])
            version = replace(version, scheduled=scheduled, goes_live=scheduled if version.approver else None)
        elif one.kind == "withdrawn":
            version = replace(version, withdrawn_by=by, withdrawn_at=one.at, withdrawal=data["note"], goes_live=None)
        else:
            backs.append(Release(one.at, one.seq, number, by, data["note"], True))
        versions[number] = version
    firsts = [
        Release(one.goes_live, approved[one.number], one.number, one.approver, one.note, False)
        for one in versions.values()
        if one.goes_live is not None
    ]
    return Published(versions, tuple(sorted((*firsts, *backs), key=lambda release: release[:2])))


def _state(one: Version, live: Release | None, now: datetime) -> State:
    if one.withdrawn_at is not None:
        return "withdrawn"
    if one.goes_live is None:
        return "proposed"
    if one.goes_live > now:
        return "scheduled"
    return "live" if live is not None and live.version == one.number else "past"


def person(name: str) -> str:
    """
    *name* as it is compared: compatible forms, capitals, blanks and unseen characters make no other person.

    >>> person(" MARIA  Virtanen") == person("maria virtanen")
    True
    """
    folded_ = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return " ".join("".join(c for c in folded_ if c.isspace() or unicodedata.category(c)[0] != "C").split())
