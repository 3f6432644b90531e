"""For each shipped flow one contact from the first step to an end: what is answered, and the code that it ends with."""

from __future__ import annotations

from typing import NamedTuple

from tests.browser.keyboard import Given
from tests.browser.walk import PIN

NUMBER: tuple[Given, ...] = ("yes", {"pin": PIN})


class Walk(NamedTuple):
    """What is answered, step for step, and the code of the end."""

    code: str
    answers: tuple[Given, ...]


WALKS: dict[str, Walk] = {
    "authentication": Walk("ID-VERIFIED", ("no", "matches", "yes", "no_reply", "reached")),
    "billing_dispute": Walk("DISPUTE-EXPLAINED", (*NUMBER, "not_known", {"item": "300101"}, "yes", "hung_up")),
    "closing": Walk("CLOSE-CONFIRMED", ("yes", "yes")),
    "internet_down": Walk(
        "INET-FIXED",
        (
            "no",
            "matches",
            "yes",
            "no_reply",
            "reached",
            "green",
            {"down_mbps": "300", "wired": "true"},
            "too_early",
            "no",
        ),
    ),
}
