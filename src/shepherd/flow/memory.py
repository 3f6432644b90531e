"""Reading without pauses, and two versions of a library without reading twice what they have in common."""

from __future__ import annotations

import gc
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

T = TypeVar("T")
_KNOWN: ContextVar[dict[Hashable, Any] | None] = ContextVar("known", default=None)


@contextmanager
def collector_rests() -> Iterator[None]:
    """Keep the cycle collector off; it would look through the growing tree again and again and find nothing."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@contextmanager
def readings_kept() -> Iterator[None]:
    """Keep what is read in here, so that a file that stands in two versions of a library is read once."""
    token = _KNOWN.set({})
    try:
        yield
    finally:
        _KNOWN.reset(token)


def kept(key: Hashable, make: Callable[[], T]) -> T:
    """What *make* gives, or gave under the same *key* while readings are kept; *key* names all that it hangs on."""
    known = _KNOWN.get()
    if known is None:
        return make()
    if key not in known:
        known[key] = make()
    found: T = known[key]
    return found
