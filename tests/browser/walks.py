"""For each shipped flow one contact from the first step to an end: what is answered, and the code that it ends with."""

from __future__ import annotations

from typing import NamedTuple

from tests.browser.keyboard import Given
from tests.browser.walk import PIN

BY_PIN: tuple[Given, ...] = ("yes", {"pin": PIN})
BY_STREET: tuple[Given, ...] = ("no", "matches", "yes", "no_reply", "reached")


class Walk(NamedTuple):
    """What is answered, step for step, and the code of the end."""

    code: str
    answers: tuple[Given, ...]


WALKS: dict[str, Walk] = {
    "account_locked": Walk("LOCK-OPENED", ("wrong", "no", "matches", "yes", "reached", "yes", "email", "hung_up")),
    "authentication": Walk("ID-VERIFIED", BY_STREET),
    "billing_dispute": Walk("DISPUTE-EXPLAINED", (*BY_PIN, "not_known", {"item": "300101"}, "yes", "hung_up")),
    "closing": Walk("CLOSE-CONFIRMED", ("yes", "yes")),
    "complaint": Walk(
        "COMPLAINT-SETTLED",
        ({"story": "Rang twice"}, "no", "bill", "money", *BY_STREET, {"amount": "19.90"}, "yes", "yes", "yes"),
    ),
    "internet_down": Walk(
        "INET-FIXED", (*BY_STREET, "green", {"down_mbps": "300", "wired": "true"}, "too_early", "no")
    ),
    "mobile_no_service": Walk("MOB-EXPLAINED", ("abroad", "no_sim", "no", "matches", "yes", "reached", "no")),
    "parcel_not_arrived": Walk("PARCEL-TRACED", (*BY_STREET, "yes", {"order_number": "100202"}, "nowhere")),
    "payment_failed": Walk("PAY-LINK", (*BY_STREET, "now", "later")),
    "privacy_request": Walk("PRIVACY-REGISTERED", ("erasure", "elsewhere", "first", *BY_STREET, "see_first", "portal")),
    "refund": Walk("REFUND-TOO-LATE", (*BY_STREET, "yes", {"order_number": "100202"}, "changed_mind")),
    "reset_credentials": Walk("RESET-DONE", ("mailbox", "matches", "yes", "confirmed", "phone", "yes", "yes")),
    "severity_triage": Walk(
        "INC-SEV2",
        (
            "no",
            {"scope": "many", "effect": "works_badly", "core": "true"},
            {"owner": "Second line", "status": "Looking into it", "workaround": "None yet"},
            "no",
        ),
    ),
    "slow_wifi": Walk(
        "WIFI-TIER2",
        ("slow", *BY_STREET, "everywhere", {"mbps": "3", "by_cable": "true"}, {"mbps": "3", "by_cable": "false"}),
    ),
    "suspected_fraud": Walk("FRAUD-ADVISED", ("yes", *BY_STREET, "message", "yes", "yes")),
    "third_party_caller": Walk("THIRD-FORM", ("mobile", "no", "no", "yes")),
}
