"""What a designer has marked as still to be done: comments that begin with ``to-do:``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from shepherd.flow.comments import marked
from shepherd.flow.findings import Finding, Rule
from shepherd.flow.shown import visible

if TYPE_CHECKING:
    from shepherd.flow.draft import Draft

LEFT = Rule(
    "SHP120",
    "to-do-left",
    "warning",
    "A comment that begins with `to-do:` says that something is not settled yet. Settle it, and take the comment out.",
)
RULES = (LEFT,)
HINT = "Settle it, and take the comment out."

_MARK = re.compile(r"(?:^|[ \t])(# ?to-?do: *(.*?))[ \t\r]*$", re.IGNORECASE | re.MULTILINE)


def unfinished(draft: Draft) -> Iterator[Finding]:
    """Every comment of a file that says ``to-do:``."""
    for file, text in draft.sources.items():
        for mark, place in marked(text, _MARK):
            says = visible(mark[2]) or "something is not settled yet"
            yield LEFT.at(place, f"Still to do: {says}", file=file, hint=HINT)
