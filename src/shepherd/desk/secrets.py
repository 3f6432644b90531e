"""Secrets on their way: from the request that brought them to the one call that takes them, in memory only."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import Any

from shepherd.run.api import Answer, Change, Fields, SecretRef

Secrets = dict[tuple[int, str], str]
_KEPT_SECONDS = 600.0


class Pocket:
    """Secrets given at one form while the next form asks for another; emptied by whatever comes next."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: dict[str, tuple[float, Secrets]] = {}

    def look(self, run: str) -> Secrets:
        """What is held for *run*."""
        with self._lock:
            at, found = self._held.get(run, (0.0, {}))
            return dict(found) if time.monotonic() - at < _KEPT_SECONDS else {}

    def put(self, run: str, secrets: Secrets) -> None:
        """Hold exactly *secrets* for *run* from now on."""
        now = time.monotonic()
        with self._lock:
            self._held = {r: s for r, s in self._held.items() if now - s[0] < _KEPT_SECONDS and r != run}
            if secrets:
                self._held[run] = (now, secrets)


def taken_from(given: Any, visit: int, names: frozenset[str]) -> Secrets:
    """The secrets in *given*, an input at *visit* whose secret fields are *names* (``""`` for an ask)."""
    if not names:
        return {}
    if isinstance(given, Answer):
        return {(visit, ""): str(given.value)}
    values = given.values if isinstance(given, Fields) else given.value if isinstance(given, Change) else None
    if isinstance(values, Mapping):
        return {(visit, n): str(values[n]) for n in names if n in values}
    return {(visit, ""): str(values)} if isinstance(given, Change) else {}


def lacking(inputs: Mapping[str, Any], held: Secrets) -> bool:
    """Whether a call's *inputs* need a secret that is gone."""
    return any(isinstance(v, SecretRef) and (v.visit, v.field) not in held for v in inputs.values())


def filled(inputs: Mapping[str, Any], held: Secrets) -> dict[str, Any]:
    """*inputs* with the secrets themselves, for the one call."""
    return {n: held[(v.visit, v.field)] if isinstance(v, SecretRef) else v for n, v in inputs.items()}


def without(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """*inputs* without secrets."""
    return {n: v for n, v in inputs.items() if not isinstance(v, SecretRef)}
