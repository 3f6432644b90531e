"""The second database: a key per customer, and the key of the record's own HMACs. Deleting a key erases its values."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError

from shepherd.flow.canonical import canonical
from shepherd.record import sqlite
from shepherd.record.tables import keys_metadata, record_keys, subject_keys


class Keys:
    """Keys by subject (a customer, or a ticket without one), made when first needed and kept in memory."""

    def __init__(self, path: str):
        url = f"sqlite:///{path}"
        sqlite.private_file(url)
        self._engine = sqlite.engine_of(url)
        with self._engine.connect().execution_options(writes=True) as connection, connection.begin():
            keys_metadata.create_all(connection)
        self._lock = threading.Lock()
        self._by_subject: dict[str, tuple[str, bytes]] = {}
        self._mac = self._record_key()

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()

    def _record_key(self) -> bytes:
        with self._engine.connect().execution_options(writes=True) as connection, connection.begin():
            found = connection.execute(select(record_keys.c.key).where(record_keys.c.id == "hmac")).scalar()
            if found is None:
                found = secrets.token_bytes(32)
                connection.execute(insert(record_keys).values(id="hmac", key=found))
        return bytes(found)

    def of(self, subject: str) -> tuple[str, bytes]:
        """The key of *subject* with its id, made where there is none."""
        known = self._by_subject.get(subject)
        if known is not None:
            return known
        with self._lock:
            made = (secrets.token_hex(16), secrets.token_bytes(32))
            try:
                with self._engine.connect().execution_options(writes=True) as connection, connection.begin():
                    row = connection.execute(select(subject_keys).where(subject_keys.c.subject == subject)).first()
                    if row is None:
                        connection.execute(insert(subject_keys).values(id=made[0], subject=subject, key=made[1]))
                    else:
                        made = (row.id, bytes(row.key))
            except IntegrityError:
                return self.of(subject)
            self._by_subject[subject] = made
        return made

    def by_id(self, key_id: str) -> bytes | None:
        """The key *key_id*; None where it was erased, by whichever process."""
        with self._engine.connect() as connection:
            found = connection.execute(select(subject_keys.c.key).where(subject_keys.c.id == key_id)).scalar()
        return bytes(found) if found is not None else None

    def erase(self, subject: str) -> int:
        """Destroy the key of *subject*; the number of keys that were."""
        with self._lock:
            with self._engine.connect().execution_options(writes=True) as connection, connection.begin():
                gone = connection.execute(delete(subject_keys).where(subject_keys.c.subject == subject)).rowcount
            self._by_subject.pop(subject, None)
        return gone

    def mac(self, value: Any) -> str:
        """An HMAC-SHA256 over canonical JSON, in hex: nobody without the key can guess what was given."""
        return hmac.new(self._mac, canonical(value), hashlib.sha256).hexdigest()
