"""
A disk that is watched: what SQLite writes, cuts, syncs, makes and removes below a folder, in order.

SQLite's own way to files stays at work, with its locks and its memory; only its entries for writing are led past a list
(``Disk.log``), for every connection of this process. The directory is synced when SQLite does it, not when it could.
"""

from __future__ import annotations

import _sqlite3
import ctypes
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ctypes import CFUNCTYPE, POINTER, Structure, byref, c_char_p, c_int, c_int64, c_void_p, cast
from pathlib import Path
from typing import Any, NamedTuple

OK, IO_ERROR = 0, 10
VERSION = 3


class Made(NamedTuple):
    """A file came to be under *name*; *file* tells it from others of that name."""

    name: Path
    file: int


class Removed(NamedTuple):
    """The name is gone."""

    name: Path


class Wrote(NamedTuple):
    """*data* was put at *offset*."""

    file: int
    offset: int
    data: bytes


class Cut(NamedTuple):
    """The file ends at *size*."""

    file: int
    size: int


class Synced(NamedTuple):
    """What was written to the file has reached the disk."""

    file: int


class FolderSynced(NamedTuple):
    """What was made and removed in *folder* has reached the disk."""

    folder: Path


def _fields(*groups: tuple[str, Any]) -> list[tuple[str, Any]]:
    return [(name, kind) for names, kind in groups for name in names.split()]


class Vfs(Structure):
    """``sqlite3_vfs`` of version 3."""

    _fields_ = _fields(
        ("version file_size longest_name", c_int),
        ("next name data open delete access full dl_open dl_error dl_symbol dl_close", c_void_p),
        ("random sleep time error time_64 set_call get_call next_call", c_void_p),
    )


class Methods(Structure):
    """``sqlite3_io_methods`` of version 3."""

    _fields_ = _fields(
        ("version", c_int),
        ("close read write truncate sync size lock unlock reserved control sector traits", c_void_p),
        ("shm_map shm_lock shm_barrier shm_unmap fetch unfetch", c_void_p),
    )


OPEN = CFUNCTYPE(c_int, c_void_p, c_void_p, c_void_p, c_int, c_void_p)
DELETE = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int)
CLOSE = CFUNCTYPE(c_int, c_void_p)
WRITE = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int, c_int64)
TRUNCATE = CFUNCTYPE(c_int, c_void_p, c_int64)
SYNC = CFUNCTYPE(c_int, c_void_p, c_int)
FOLDER = CFUNCTYPE(c_int, c_char_p, POINTER(c_int))
SET_CALL = CFUNCTYPE(c_int, c_void_p, c_char_p, c_void_p)
GET_CALL = CFUNCTYPE(c_void_p, c_void_p, c_char_p)

_kept: list[Any] = []  # a connection that outlives its disk must still find the functions


def library() -> ctypes.CDLL:
    """The very SQLite that the module ``sqlite3`` uses. Raises LookupError where this Python hides it."""
    module = getattr(sqlite3, "_sqlite3", _sqlite3)
    found = ctypes.CDLL(getattr(module, "__file__", None))
    if not hasattr(found, "sqlite3_vfs_register"):
        raise LookupError("This Python hides the SQLite that it was built with.")
    found.sqlite3_vfs_find.restype = c_void_p
    found.sqlite3_vfs_find.argtypes = [c_char_p]
    found.sqlite3_vfs_register.argtypes = [c_void_p, c_int]
    found.sqlite3_vfs_unregister.argtypes = [c_void_p]
    found.sqlite3_libversion.restype = c_char_p
    if found.sqlite3_libversion().decode() != sqlite3.sqlite_version:
        raise LookupError("This Python has another SQLite than the one that is found.")
    return found


def hidden() -> str:
    """Why the SQLite of this Python can't be watched; empty where it can."""
    try:
        library()
    except LookupError as hides:
        return str(hides)
    return ""


class Disk:
    """What happens to the files of *folder* and below while it is watched; what is there before counts as durable."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.log: list[Any] = []
        self.troubles: list[BaseException] = []
        self.before = {p: p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}
        self._names = {name: file for file, name in enumerate(self.before)}
        self._count = len(self._names)
        self._open: dict[int, int] = {}
        self._methods: dict[int, tuple[Methods, Methods]] = {}
        self._gate = threading.Lock()

    @contextmanager
    def watched(self) -> Iterator[None]:
        """SQLite's default way to files leads past this disk until the end."""
        sqlite = library()
        address = sqlite.sqlite3_vfs_find(None)
        self._base = Vfs.from_address(address)
        ours = Vfs.from_buffer_copy(self._base)
        own = ctypes.create_string_buffer(b"watched")
        ours.version, ours.next, ours.name = min(ours.version, VERSION), None, ctypes.addressof(own)
        ours.open, ours.delete = self._guarded(OPEN, self._opened), self._guarded(DELETE, self._deleted)
        self._address = address
        self._open_folder = FOLDER(GET_CALL(self._base.get_call)(address, b"openDirectory"))
        set_call = SET_CALL(self._base.set_call)
        _kept.extend((self, ours, own))
        assert set_call(address, b"openDirectory", self._guarded(FOLDER, self._folder_opened)) == OK
        assert sqlite.sqlite3_vfs_register(byref(ours), 1) == OK
        try:
            yield
        finally:
            assert sqlite.sqlite3_vfs_unregister(byref(ours)) == OK
            set_call(address, b"openDirectory", None)
        if self.troubles:
            raise self.troubles[0]

    def _guarded(self, kind: Any, work: Callable[..., int]) -> int:
        """The address of *work* as a function of C; what it raises is kept, and is an error of the disk for SQLite."""

        def call(*given: Any) -> int:
            try:
                return work(*given)
            except BaseException as trouble:
                self.troubles.append(trouble)
                return IO_ERROR

        function = kind(call)
        _kept.append(function)
        return cast(function, c_void_p).value or 0

    # --- names ------------------------------------------------------------------------------------

    def _opened(self, _: int, name: int | None, handle: int, flags: int, out: int | None) -> int:
        done: int = OPEN(self._base.open)(self._address, name, handle, flags, out)
        path = Path(ctypes.string_at(name).decode()) if name else None
        if done == OK and path is not None and path.is_relative_to(self.folder):
            with self._gate:
                if path not in self._names:
                    self._count += 1
                    self._names[path] = self._count
                    self.log.append(Made(path, self._count))
                self._open[handle] = self._names[path]
            self._lead(handle)
        return done

    def _lead(self, handle: int) -> None:
        """Give the open file *handle* our entries for writing in the place of its own."""
        slot = c_void_p.from_address(handle)
        at = slot.value or 0
        with self._gate:
            if at not in self._methods:
                base = Methods.from_address(at)
                ours = Methods.from_buffer_copy(base)
                ours.version = min(ours.version, VERSION)
                for entry, kind, work in (
                    ("close", CLOSE, self._closed),
                    ("write", WRITE, self._wrote),
                    ("truncate", TRUNCATE, self._truncated),
                    ("sync", SYNC, self._synced),
                ):
                    original = kind(getattr(base, entry))
                    setattr(ours, entry, self._guarded(kind, lambda *a, w=work, o=original: w(o, *a)))
                self._methods[at] = base, ours
            slot.value = ctypes.addressof(self._methods[at][1])

    def _deleted(self, _: int, name: int, sync: int) -> int:
        path = Path(ctypes.string_at(name).decode())
        with self._gate:
            if self._names.pop(path, None) is not None:
                self.log.append(Removed(path))
        done: int = DELETE(self._base.delete)(self._address, name, sync)
        return done

    def _folder_opened(self, name: bytes, out: Any) -> int:
        # SQLite opens a folder for nothing but to sync it at once.
        self.log.append(FolderSynced(Path(name.decode()).parent))
        done: int = self._open_folder(name, out)
        return done

    # --- contents ---------------------------------------------------------------------------------

    def _closed(self, original: Any, handle: int) -> int:
        self._open.pop(handle, None)
        done: int = original(handle)
        return done

    def _wrote(self, original: Any, handle: int, data: int, size: int, offset: int) -> int:
        self.log.append(Wrote(self._open[handle], offset, ctypes.string_at(data, size)))
        done: int = original(handle, data, size, offset)
        return done

    def _truncated(self, original: Any, handle: int, size: int) -> int:
        self.log.append(Cut(self._open[handle], size))
        done: int = original(handle, size)
        return done

    def _synced(self, original: Any, handle: int, flags: int) -> int:
        done: int = original(handle, flags)
        self.log.append(Synced(self._open[handle]))
        return done
