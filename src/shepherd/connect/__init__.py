"""
Connectors: declared ways to other systems.

    connectors = Connectors(library.connectors, folder=Path("flows"), changes=Path("shepherd-tables.db"))
    reply = connectors.call("line.test", {"customer_id": "C-1001"}, key="")
    rows = connectors.search("customers.find", "virt", limit=8)

A call blocks as long as the other system takes; deadlines are kept by the desk. The connector ``ticket`` is none
of these: what it changes is the ticket itself, and the desk's record holds it.
"""

from shepherd.connect.connectors import BrokenTable, Connectors, Kind, Reply, Trial
from shepherd.connect.secrets import hash_secret

__all__ = ["BrokenTable", "Connectors", "Kind", "Reply", "Trial", "hash_secret"]
