"""What the operator sets outside the library: addresses and secrets, by the name of a variable or of its file."""

from __future__ import annotations

import os
import re
from pathlib import Path

LARGEST = 64 * 1024
NAMED = re.compile(r"\{([A-Z][A-Z0-9_]{0,63})\}")


class NotSet(Exception):
    """Something has to be set in the environment; the sentence says what, never to what it was set."""


def setting(name: str) -> str:
    """The variable *name*, else what the file holds that ``NAME_FILE`` names, without the line break at its end."""
    value = os.environ.get(name, "")
    if value:
        return value
    path = os.environ.get(f"{name}_FILE", "")
    if not path:
        raise NotSet(f"{name} is not set (nor {name}_FILE, the file that holds it)")
    try:
        with Path(path).open("rb") as file:
            read = file.read(LARGEST + 1)
        value = read.decode("utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError):
        raise NotSet(f"the file that {name}_FILE names can't be read") from None
    if not value or len(read) > LARGEST:
        raise NotSet(f"the file that {name}_FILE names is empty or too large")
    return value


def filled(text: str) -> str:
    """*text* with every ``{NAME}`` replaced by that setting; raises NotSet."""
    return NAMED.sub(lambda found: setting(found[1]), text)
