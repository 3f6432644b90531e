"""Ids and values made from labels: the same each time, readable, never twice."""

from __future__ import annotations

import re
import unicodedata

from shepherd.flow.ids import RESERVED

LONGEST, MOST_WORDS = 40, 5
_LETTERS = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ł": "l", "þ": "th", "ð": "d", "ı": "i"})
_FILLING = frozenset(
    "a an the is are was do does did of to your you please der die das ein eine ist le la les un une".split()
)
_MADE = re.compile(
    r"[a-z]?[0-9]+|[0-9a-f]{8,}.*|[a-z]{1,2}[0-9]*"
    r"|(step|node|row|id|nr|no|question|task|activity|gateway|event|flow|item|box)[-_ ]?[0-9][0-9a-z.]*"
    r"|(activity|gateway|event|task|usertask|startevent|endevent|callactivity|subprocess|exclusivegateway"
    r"|intermediatethrowevent|intermediatecatchevent|boundaryevent)[-_][0-9a-z]{5,}"
)


def slug(text: str, *, most: int = MOST_WORDS, whole: bool = False) -> str:
    """
    The words of *text* in small letters with underscores between, at most *most* of them; perhaps empty.

    Words that only fill are left out, unless *whole*.
    """
    plain = unicodedata.normalize("NFKD", text[:2000].lower().translate(_LETTERS))
    words = re.findall(r"[a-z0-9]+", "".join(c for c in plain if not unicodedata.combining(c) and c not in "'’"))
    telling = words if whole else [word for word in words if word not in _FILLING] or words
    made = ""
    for word in telling[:most]:
        joined = f"{made}_{word}" if made else word[:LONGEST]
        if len(joined) > LONGEST:
            break
        made = joined
    return made


class Names:
    """Ids that are given away, each once."""

    def __init__(self) -> None:
        self._taken: set[str] = set(RESERVED)

    def give(self, *wishes: str, otherwise: str) -> str:
        """An id from the first of *wishes* that has letters or digits, with a number behind it where it is taken."""
        made = next((word for wish in wishes if (word := slug(wish))), otherwise)
        if not made[0].isalpha():
            made = f"{otherwise}_{made}"
        return self.keep(f"{made}_step" if made in RESERVED else made)

    def keep(self, name: str) -> str:
        """*name* itself, or with the next free number behind it."""
        number, free = 1, name
        while free in self._taken:
            number += 1
            free = f"{name}_{number}"
        self._taken.add(free)
        return free


def telling(key: str) -> bool:
    """Whether the id *key* says anything to people, rather than that a program counted it."""
    return bool(re.search(r"[^\W\d_]{3}", key)) and not _MADE.fullmatch(key.lower())


def value_of(known: str, label: str, taken: set[str], number: int) -> str:
    """The stable value of the answer *label*: ``Not yet`` is ``not_yet``; unlike all that are *taken*. Or *known*."""
    made = known or slug(label, most=4, whole=True) or f"answer_{number}"
    count, free = 1, made
    while free in taken:
        count += 1
        free = f"{made}_{count}"
    taken.add(free)
    return free
