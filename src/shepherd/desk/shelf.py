"""The versions that were published, as the workshop shows them: looked at from outside, and never changed by that."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from typing import NamedTuple

from shepherd.check.stored import restored, stored
from shepherd.desk.clock import Clock
from shepherd.desk.versions import Version, folded
from shepherd.flow.canonical import digest
from shepherd.flow.draft import Draft, from_documents
from shepherd.record import Damaged
from shepherd.record.outside import documents, published

#: For so many seconds the list is not asked for again; of so many versions the flows are kept; so many are listed.
KEPT_FOR, MOST_DRAFTS, MOST_LISTED = 2.0, 4, 20


class Standing(NamedTuple):
    """How the present text of a flow stands to what is live: ``as live``, ``changed`` or ``new``, since *version*."""

    state: str
    version: int


class Shelf:
    """What was published in the database *url*; empty where no record is kept there. Safe to use from many threads."""

    def __init__(self, url: str, clock: Clock):
        self._url, self._clock = url, clock
        self._lock = threading.Lock()
        self._asked = float("-inf")
        self._versions: tuple[Version, ...] = ()
        self._drafts: OrderedDict[int, Draft] = OrderedDict()
        self.trouble = ""

    def versions(self) -> tuple[Version, ...]:
        """Every version in the state in which it is now, oldest first."""
        with self._lock:
            if time.monotonic() - self._asked >= KEPT_FOR:
                try:
                    self._versions = folded(published(self._url) or ()).at(self._clock()) if self._url else ()
                    self.trouble = ""
                except Damaged as error:
                    self._versions, self.trouble = (), error.sentence
                self._asked = time.monotonic()
            return self._versions

    def live(self) -> Version | None:
        """The version that is live; None where nothing was published yet."""
        return next((one for one in self.versions() if one.state == "live"), None)

    def standing(self, draft: Draft) -> Mapping[str, Standing]:
        """How each flow of *draft* stands to what is live; nothing where nothing is."""
        live = self.live()
        if live is None:
            return {}
        return {name: Standing(_state(draft, name, live.documents), live.number) for name in draft.flows}

    def of(self, flow: str) -> tuple[Version, ...]:
        """The versions with which *flow* changed, newest first, those that were taken back left out."""
        found: list[Version] = []
        known: str | None = None
        for one in self.versions():
            hash_ = one.documents.get(f"flow:{flow}")
            if hash_ != known and one.state != "withdrawn":
                found.append(one)
                known = hash_
        return tuple(found[::-1][:MOST_LISTED])

    def draft(self, version: Version) -> Draft | None:
        """The flows as they were in *version*; None where that can't be read."""
        with self._lock:
            if version.number in self._drafts:
                return self._drafts[version.number]
        try:
            found = documents(self._url, version.documents.values()) or {}
        except Damaged:
            return None
        if not set(version.documents.values()) <= found.keys():
            return None
        kept = {name: found[hash_] for name, hash_ in version.documents.items()}
        draft = from_documents({n: d if n.startswith("rows:") else restored(d) for n, d in kept.items()})
        with self._lock:
            self._drafts[version.number] = draft
            if len(self._drafts) > MOST_DRAFTS:
                self._drafts.popitem(last=False)
        return draft


def _state(draft: Draft, flow: str, live: Mapping[str, str]) -> str:
    name = f"flow:{flow}"
    if name not in live:
        return "new"
    document = draft.documents.get(name)
    return "as live" if document is not None and digest(stored(document)) == live[name] else "changed"
