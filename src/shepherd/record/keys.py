"""The second database: a key per customer, and the key of the record's own HMACs. Deleting a key erases its values."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from sqlalchemy import delete, insert, select

from shepherd.flow.canonical import canonical
from shepherd.record import sqlite
from shepherd.record.api import RecordUnavailable
from shepherd.record.errors import readable
from shepherd.record.tables import keys_metadata, record_keys, subject_keys

T = TypeVar("T")


class Keys:
    """
    Keys by subject (a customer, or a ticket without one), made when first needed.

    None is kept in memory: what another process erases is gone here at once, and nothing is sealed under it any more.
    """

    def __init__(self, path: str):
        url = f"sqlite:///{path}"
        sqlite.private_file(url)
        self._engine = sqlite.engine_of(url)
        self._writing = self._engine.execution_options(writes=True)
        with self._writing.begin() as connection:
            keys_metadata.create_all(connection)
            found = connection.execute(select(record_keys.c.key).where(record_keys.c.id == "hmac")).scalar()
            if found is None:
                found = secrets.token_bytes(32)
                connection.execute(insert(record_keys).values(id="hmac", key=found))
        self._mac = bytes(found)

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()

    def of(self, subject: str) -> tuple[str, bytes]:
        """The key of *subject* with its id, made where there is none; durable before anything is sealed with it."""
        wanted = select(subject_keys).where(subject_keys.c.subject == subject)
        with readable():
            with self._engine.begin() as connection:
                row = connection.execute(wanted).first()
            if row is not None:
                return row.id, _whole(row.key)
            with self._writing.begin() as connection:
                row = connection.execute(wanted).first()
                if row is not None:
                    return row.id, _whole(row.key)
                made = (secrets.token_hex(16), secrets.token_bytes(32))
                connection.execute(insert(subject_keys).values(id=made[0], subject=subject, key=made[1]))
            return made

    def finder(self) -> Callable[[str], bytes | None]:
        """Finds keys by id during one reading; None where one was erased, by whichever process."""
        return self._by_id(subject_keys.c.key, _key)

    def owner(self) -> Callable[[str], str | None]:
        """Tells during one reading whose key has an id: a customer's or a ticket's; None where it was erased."""
        return self._by_id(subject_keys.c.subject, str)

    def _by_id(self, column: Any, made: Callable[[Any], T]) -> Callable[[str], T | None]:
        known: dict[str, T | None] = {}

        def find(key_id: str) -> T | None:
            if key_id not in known:
                with readable(), self._engine.begin() as connection:
                    found = connection.execute(select(column).where(subject_keys.c.id == key_id)).scalar()
                known[key_id] = made(found) if found is not None else None
            return known[key_id]

        return find

    def erase(self, subjects: Iterable[str]) -> int:
        """Destroy the keys of *subjects*; how many there were."""
        gone = 0
        with readable(), self._writing.begin() as connection:
            for subject in subjects:
                gone += connection.execute(delete(subject_keys).where(subject_keys.c.subject == subject)).rowcount
        sqlite.forget_log(self._engine)
        return gone

    def mac(self, value: Any) -> str:
        """An HMAC-SHA256 over canonical JSON, in hex: nobody without the key can guess what was given."""
        return hmac.new(self._mac, canonical(value), hashlib.sha256).hexdigest()


def _key(stored: Any) -> bytes:
    """A key as it is *stored*; no key at all, under which nothing opens, where it is none any more."""
    return stored if isinstance(stored, bytes) else b""


def _whole(stored: Any) -> bytes:
    """A key to seal with. Raises RecordUnavailable where it is none any more."""
    if len(_key(stored)) != 32:
        raise RecordUnavailable("The key file holds a key that is not as it was written. Verify the record.")
    return _key(stored)
