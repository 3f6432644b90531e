"""Why something that was given can't be taken."""

from __future__ import annotations

from typing import NamedTuple


class Refusal(NamedTuple):
    """Why a value can't be taken: a stable code, and a sentence that says what to give."""

    code: str
    sentence: str
