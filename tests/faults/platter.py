"""What a power cut leaves of what was written: all that was synced, and a random part of the rest, in any order."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.faults.disk import Cut, Disk, FolderSynced, Made, Removed, Synced, Wrote

SECTOR = 512
CHANCES = (0, 0, 0.1, 0.5, 0.9, 1)


class File:
    """The bytes of a file that are durable, and what was done to it since."""

    def __init__(self, durable: bytes = b""):
        self.durable = bytearray(durable)
        self.pending: list[Wrote | Cut] = []

    def sync(self) -> None:
        """All that was done is durable."""
        for done in self.pending:
            if isinstance(done, Cut):
                _resize(self.durable, done.size, b"\0")
            else:
                _put(self.durable, done.offset, done.data, b"\0")
        self.pending.clear()

    def after_cut(self, chance: random.Random) -> bytes:
        """
        The bytes after a power cut: each sector of each write reached the disk or not, early or late.

        Where a file grew and its bytes did not come, there are zeros or whatever lay on the disk.
        """
        left, survives = bytearray(self.durable), chance.choice(CHANCES)
        rest = chance.choice((b"\0", chance.randbytes(1)))
        done = list(self.pending)
        if chance.random() < 0.5:
            chance.shuffle(done)
        for one in done:
            if isinstance(one, Cut):
                if chance.random() < survives:
                    _resize(left, one.size, rest)
                continue
            for begin, end in sectors(one.offset, len(one.data)):
                if chance.random() < survives:
                    _put(left, begin, one.data[begin - one.offset : end - one.offset], rest)
        return bytes(left)


class Platter:
    """The state of a disk as its log is played; *after_cut* writes down what a cut at this moment leaves."""

    def __init__(self, disk: Disk):
        self.folder = disk.folder
        self._files = {file: File(content) for file, content in enumerate(disk.before.values())}
        self._names: dict[Path, int] = {name: file for file, name in enumerate(disk.before)}
        self._pending: dict[Path, list[int | None]] = {}

    def play(self, done: Any) -> None:
        """One more thing that was done to the disk."""
        match done:
            case Made(name, file):
                self._files[file] = File()
                self._pending.setdefault(name, []).append(file)
            case Removed(name):
                self._pending.setdefault(name, []).append(None)
            case Wrote(file) | Cut(file):
                self._files[file].pending.append(done)
            case Synced(file):
                self._files[file].sync()
            case FolderSynced(folder):
                for name in [name for name in self._pending if name.parent == folder]:
                    self._name(self._names, name, self._pending.pop(name)[-1])

    def after_cut(self, into: Path, chance: random.Random) -> None:
        """Put what survives into the folder *into*; of each name any state since its folder was synced last."""
        names = dict(self._names)
        for name, states in self._pending.items():
            known = [names.get(name), *states]
            self._name(names, name, chance.choice((known[0], known[-1], chance.choice(known))))
        for folder in {name.parent for name in names} | {name.parent for name in self._pending}:
            (into / folder.relative_to(self.folder)).mkdir(parents=True, exist_ok=True)
        for name, file in sorted(names.items()):
            (into / name.relative_to(self.folder)).write_bytes(self._files[file].after_cut(chance))

    @staticmethod
    def _name(names: dict[Path, int], name: Path, file: int | None) -> None:
        if file is None:
            names.pop(name, None)
        else:
            names[name] = file


def sectors(offset: int, size: int) -> Iterator[tuple[int, int]]:
    """The parts of *size* bytes at *offset* that lie in one sector each, from and to."""
    begin, end = offset, offset + size
    while begin < end:
        after = min(end, (begin // SECTOR + 1) * SECTOR)
        yield begin, after
        begin = after


def _resize(content: bytearray, size: int, rest: bytes) -> None:
    if size < len(content):
        del content[size:]
    else:
        content.extend(rest * (size - len(content)))


def _put(content: bytearray, offset: int, data: bytes, rest: bytes) -> None:
    _resize(content, max(len(content), offset), rest)
    content[offset : offset + len(data)] = data
