"""The tables of the first release, append-only where they hold what happened."""

from alembic import op

from shepherd.record.guards import forbid_changes, forbid_deletes
from shepherd.record.tables import APPEND_ONLY, KEPT, metadata

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table, and the triggers that keep rows as they are."""
    connection = op.get_bind()
    metadata.create_all(connection)
    for table in APPEND_ONLY:
        forbid_changes(connection, table)
    for table in KEPT:
        forbid_deletes(connection, table)
