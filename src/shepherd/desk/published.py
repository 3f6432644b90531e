"""What is known of the versions of the library: which there are, what changed with each, and who has read it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from typing import NamedTuple

from shepherd.author.compare import compare
from shepherd.author.news import FlowNews, every_change, news
from shepherd.check.library import Library
from shepherd.desk.clock import Clock, system_clock
from shepherd.desk.errors import Unknown
from shepherd.desk.versions import Published, Release, Version, folded, person
from shepherd.record import Receipt, Record

SHORTEST_HASH = 8
MOST_COMPARED = 16
DEFAULT_ZONE = "UTC"
FLOW = "flow:"


class News(NamedTuple):
    """What changed with *release*, which is *version*, since the version number *since*, by flow."""

    release: Release
    since: int
    version: Version
    flows: tuple[FlowNews, ...]


class Versions:
    """What can be asked; all of it is read from the record each time."""

    def __init__(self, record: Record, clock: Clock = system_clock):
        self._record, self._clock = record, clock
        self._compared: OrderedDict[tuple[str, str], tuple[FlowNews, ...]] = OrderedDict()

    def published(self) -> Published:
        """All that was published. Raises ``record.Damaged`` where that is not as it was written."""
        return folded(self._record.publications())

    def versions(self) -> tuple[Version, ...]:
        """Every version with its state now, oldest first."""
        return self.published().at(self._clock())

    def live(self) -> Version | None:
        """The version that is live now; None where nothing was published yet, and the folder is."""
        return next((one for one in self.versions() if one.state == "live"), None)

    def version(self, named: str) -> Version:
        """The version with that number, or whose hash begins so (the newest). Raises Unknown."""
        text = named.strip().lower()
        for one in reversed(self.versions()):
            if text == str(one.number) or (len(text) >= SHORTEST_HASH and one.hash.startswith(text)):
                return one
        raise Unknown(f'There is no version "{named[:64]}". See: shepherd publish list')

    def library(self, version: Version) -> Library:
        """The library that *version* is, compiled again from its documents. Raises ``record.Damaged``."""
        return library_of(self._record, version)

    def readers(self, version: Version) -> list[Receipt]:
        """Who has read what changed when *version* went live, oldest first; again for each time that it did."""
        seqs = [release.seq for release in self.published().releases if release.version == version.number]
        return [receipt for seq in seqs for receipt in self._record.receipts(publication=seq)]

    def against(self, version: Version) -> Version | None:
        """What *version* is held against: what is live now where it is not live yet, else what was until it was."""
        published = self.published()
        first = next((one for one in published.releases if one.version == version.number), None)
        if first is None or version.state == "scheduled":
            found = published.live(self._clock())
        else:
            found = published.before(first)
        return published.versions[found.version] if found else None

    def changes(self, version: Version) -> tuple[int, tuple[str, ...]]:
        """What changes with *version*, a sentence each, and the number of what it is held against; 0 is none."""
        earlier = self.against(version)
        if earlier is None:
            return 0, ()
        return earlier.number, every_change(compare(self.library(earlier), self.library(version)))

    def taken_away(self, version: Version) -> tuple[int, tuple[str, ...]]:
        """The flows that are no more with *version*, and the number of the one that has them; 0 is none."""
        earlier = self.against(version)
        if earlier is None:
            return 0, ()
        gone = (name for name in earlier.documents if name.startswith(FLOW) and name not in version.documents)
        return earlier.number, tuple(name.removeprefix(FLOW) for name in gone)

    def news(self, reader: str) -> News | None:
        """
        What changed for *reader* since they last confirmed reading it, at most since the version before the live one.

        None where they have read it, where nothing changed that they meet, and while only the folder is live.
        """
        published = self.published()
        live = published.live(self._clock())
        if live is None:
            return None
        receipts = self._record.receipts(reader=person(reader))
        if any(one.publication == live.seq for one in receipts):
            return None
        read = [release for one in receipts for release in published.releases if release.seq == one.publication]
        found = self._news(published, live, read[-1] if read else published.before(live))
        return found if found is not None and (found.flows or found.version.note) else None

    def latest(self) -> News | None:
        """What changed with the version that is live, whoever has read it; None where it is the first, or none is."""
        published = self.published()
        live = published.live(self._clock())
        return self._news(published, live, published.before(live)) if live is not None else None

    def _news(self, published: Published, live: Release, since: Release | None) -> News | None:
        if since is None or since.version == live.version:
            return None
        earlier, later = (published.versions[one.version] for one in (since, live))
        pair = (earlier.hash, later.hash)
        flows = self._compared.get(pair)
        if flows is None:
            flows = self._compared[pair] = news(compare(self.library(earlier), self.library(later)))
            while len(self._compared) > MOST_COMPARED:
                self._compared.popitem(last=False)
        return News(live, since.version, later, flows)

    def zone(self, version: Version) -> str:
        """The time zone of the desk in *version*, by its IANA name."""
        if "desk" not in version.documents:
            return DEFAULT_ZONE
        return str(self._record.document(version.documents["desk"]).get("time_zone", DEFAULT_ZONE))

    def export(self) -> Iterator[bytes]:
        """All that was published as lines with their hashes, which an outsider can prove."""
        return self._record.export_publications()


def library_of(record: Record, version: Version) -> Library:
    """The library that *version* is, compiled from the documents in *record*. Raises ``record.Damaged``."""
    stored = record.documents(version.documents.values())
    return Library.load({name: stored[hash_] for name, hash_ in version.documents.items()})
