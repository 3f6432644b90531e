"""What connectors need from outside the library before they can be used: variables of the environment."""

from __future__ import annotations

from collections.abc import Iterator

from shepherd.connect.environment import NAMED, NotSet, setting
from shepherd.flow.beside import Connector


def needed(connector: Connector) -> tuple[str, ...]:
    """The variables that *connector* reads: its ``url``'s, and each ``{NAME}`` of its headers; none for a table."""
    if connector.kind != "http":
        return ()
    told = connector.settings
    headers = told.get("headers", {}).values()
    names = [str(told.get("url", "")), *(name for text in headers for name in NAMED.findall(str(text)))]
    return tuple(dict.fromkeys(name for name in names if name))


def lacking(connector: Connector) -> Iterator[tuple[str, str]]:
    """Each variable of *connector* that is not set, or whose file can't be read, with a sentence; never a value."""
    for name in needed(connector):
        try:
            setting(name)
        except NotSet as error:
            yield name, str(error)
