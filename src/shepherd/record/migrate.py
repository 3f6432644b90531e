"""Bringing a database to the schema of this release: forward only, in one transaction."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, insert, select

from shepherd.record.api import RecordUnavailable
from shepherd.record.keys import Keys
from shepherd.record.tables import marks


def migrate(engine: Engine) -> None:
    """Make or upgrade the tables. Raises RecordUnavailable where the database is newer than this release."""
    config = _config()
    known = _known(config)
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        now = MigrationContext.configure(connection).get_current_revision()
        if now is not None and now not in known:
            raise RecordUnavailable("This database was made by a newer release. Start that one, or restore a backup.")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "shepherd.record:migrations")
    return config


def _known(config: Config) -> list[str]:
    return [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]


def revisions() -> list[str]:
    """The schemas that this release knows, its own first."""
    return _known(_config())


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
