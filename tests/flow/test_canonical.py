"""Canonical JSON: one form for one value."""

from __future__ import annotations

import enum
import json
import uuid
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shepherd.flow.canonical import canonical, digest


class Text(str):
    """Text of another kind."""


TEXT = st.text(st.characters(exclude_categories=["Cs"]))
KEYS = st.text(st.characters(max_codepoint=127), max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | TEXT | st.integers(-(2**53) + 1, 2**53 - 1),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


def test_the_form_is_fixed():
    """
    Keys are sorted, there are no spaces, and letters stand as UTF-8.
    """
    assert canonical({"b": [1, True, None], "a": "é\n"}) == '{"a":"é\\n","b":[1,true,null]}'.encode()
    assert digest({}) == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"


@given(VALUES)
def test_a_value_comes_back(value: Any):
    """
    What is written is read again as the same value, and written again as the same bytes.
    """
    assert json.loads(canonical(value)) == value
    assert canonical(json.loads(canonical(value))) == canonical(value)


@given(VALUES)
def test_any_other_encoder_writes_the_same_bytes(value: Any):
    """
    The form hangs on no library: Python's own encoder, told to sort and leave no spaces, writes the same.
    """
    told = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    assert canonical(value) == told.encode()


class Named(enum.Enum):
    """A value that a fast encoder would write down as what it stands for."""

    ONE = "one"


@pytest.mark.parametrize("value", [Named.ONE, uuid.UUID(int=1), datetime(2026, 11, 30), Text("x")])
def test_what_an_encoder_would_write_unasked_is_refused(value: Any):
    """
    Times, ids, names of constants and kinds of text that are not plain have no single form.
    """
    with pytest.raises(ValueError):
        canonical([value])


@pytest.mark.parametrize(
    "value", [1.5, float("nan"), 2**53, -(2**53), Decimal(1), {"é": 1}, {1: 2}, "\ud800", {1, 2}, b"x", object()]
)
def test_what_has_no_single_form_is_refused(value: Any):
    """
    Fractions, large integers, keys that are no ASCII text, half characters and objects are refused.
    """
    with pytest.raises(ValueError):
        canonical({"x": value} if not isinstance(value, dict) else value)


def test_deep_values_are_refused_not_crashed_on():
    """
    A value nested without end is a ValueError, not a crash.
    """
    value: list[Any] = []
    for _ in range(100_000):
        value = [value]

    with pytest.raises(ValueError):
        canonical(value)
