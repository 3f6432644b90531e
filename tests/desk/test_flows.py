"""Finding flows as people type: single words, small slips, words that the flow itself does not have."""

from __future__ import annotations

import pytest

from shepherd.desk.flows import find
from tests.shipped import library


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("slow internet", "slow_wifi"),
        ("internt", "internet_down"),
        ("Intrenet!", "internet_down"),
        ("wifi", "slow_wifi"),
        ("wi-fi", "slow_wifi"),
        ("par", "parcel_not_arrived"),
        ("pay", "refund"),
        ("wlan", "internet_down"),
        ("router light", "internet_down"),
        ("INET-VISIT", "internet_down"),
        ("forgot password", "reset_credentials"),
        ("pasword", "reset_credentials"),
        ("invoice", "billing_dispute"),
        ("hacked", "suspected_fraud"),
        ("scam", "suspected_fraud"),
        ("package lost", "parcel_not_arrived"),
        ("direct debit", "payment_failed"),
        ("gdpr", "privacy_request"),
        ("power of attorney", "third_party_caller"),
        ("overch", "billing_dispute"),
    ],
)
def test_a_flow_is_found_as_people_type(words: str, first: str) -> None:
    """The flow that is meant comes first."""
    assert [f.id for f in find(library(), words, "", 20)][:1] == [first]


@pytest.mark.parametrize("words", ["zebra", "quite another matter", "xy"])
def test_what_no_flow_speaks_of_finds_none(words: str) -> None:
    """One word met by chance among several is not enough."""
    assert find(library(), words, "", 20) == ()


def test_no_words_find_every_flow() -> None:
    """An empty field lists what may be started, by title."""
    titles = [f.title for f in find(library(), "  ", "", 20)]
    assert len(titles) >= 2
    assert titles == sorted(titles, key=str.casefold)
