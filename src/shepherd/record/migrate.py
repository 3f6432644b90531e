"""Bringing a database to the schema of this release: forward only, in one transaction."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from shepherd.record.api import RecordUnavailable


def migrate(engine: Engine) -> None:
    """Make or upgrade the tables. Raises RecordUnavailable where the database is newer than this release."""
    config = Config()
    config.set_main_option("script_location", "shepherd.record:migrations")
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        now = MigrationContext.configure(connection).get_current_revision()
        if now is not None and now not in known:
            raise RecordUnavailable("This database was made by a newer release. Start that one, or restore a backup.")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
