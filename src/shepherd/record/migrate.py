"""Bringing a database to the schema of this release: forward only, in one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, column, insert, inspect, select, table

from shepherd.record.api import RecordUnavailable
from shepherd.record.keys import Keys
from shepherd.record.migrations import REVISIONS
from shepherd.record.tables import marks

if TYPE_CHECKING:
    from alembic.config import Config

VERSION = table("alembic_version", column("version_num"))


def migrate(engine: Engine) -> None:
    """Make or upgrade the tables. Raises RecordUnavailable where the database is newer than this release."""
    with engine.connect() as connection, connection.begin():
        now = _revision(connection)
    if now == REVISIONS[0]:
        return
    if now is not None and now not in REVISIONS:
        raise RecordUnavailable("This database was made by a newer release. Start that one, or restore a backup.")
    from alembic import command

    config = _config()
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _revision(connection: Connection) -> str | None:
    """Which tables there are; None where there are none."""
    if not inspect(connection).has_table(VERSION.name):
        return None
    found: str | None = connection.execute(select(VERSION.c.version_num)).scalar()
    return found


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "shepherd.record:migrations")
    return config


def known_keys(engine: Engine) -> str | None:
    """The mark of the keys that the record was written with; None where nothing was written yet."""
    with engine.connect() as connection, connection.begin():
        return connection.execute(select(marks.c.value).where(marks.c.name == "keys")).scalar()


def same_keys(engine: Engine, keys: Keys) -> None:
    """Make sure that *keys* are those that the record was written with. Raises RecordUnavailable where not."""
    mark = keys.mac(["keys"])[:16]
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        known = connection.execute(select(marks.c.value).where(marks.c.name == "keys")).scalar()
        if known is None:
            connection.execute(insert(marks).values(name="keys", value=mark))
        elif known != mark:
            raise RecordUnavailable(
                "The key file does not belong to this database: with it, every personal value would look erased. "
                "Put the right one back, or name it with --keys."
            )
