"""The steps from each release's tables to the next."""

#: The tables that this release knows, its own first: most databases have them, and are opened without Alembic.
REVISIONS = ("0004", "0003", "0002", "0001")
