"""
The kind ``http``: another system that is asked over the network, in JSON.

A reading is tried again, where that makes sense and time is left; a change is sent once, with its key. What comes
back is a declared result, ``error`` (nothing happened, or a reading failed), or ``unknown``: a change was on its way,
and nobody knows what became of it.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Mapping
from typing import Any, NamedTuple

from shepherd.connect.base import Base, WrongAddress
from shepherd.connect.breaker import Breaker
from shepherd.connect.client import Answer, Limits, NoAnswer, NotMade, exchange
from shepherd.connect.connectors import Reply, Setting, Trial
from shepherd.connect.environment import NotSet, filled, setting
from shepherd.connect.replies import Unusable, result_of
from shepherd.connect.request import request_of
from shepherd.flow.beside import Connector, Operation
from shepherd.flow.calendar import duration
from shepherd.flow.http import asked

_log = logging.getLogger("shepherd.connect")
TRIES = 3
AT_ONCE = 8
FIRST_PAUSE = 0.2
LEAST = 0.05


class Guards(NamedTuple):
    """The limits of one connector: of each exchange, of how many there are at once, and when it is left alone."""

    connect: float = 2.0
    head: float | None = None
    body: float | None = None
    reply: int = 1024 * 1024
    at_once: int = AT_ONCE
    failures: int = 5
    rest: float = 30.0

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Guards:
        """The limits as ``limits`` of a connector declares them."""
        read: dict[str, Any] = {
            name: _seconds(told[name]) for name in ("connect", "head", "body", "rest") if name in told
        }
        read |= {name: int(told[name]) for name in ("at_once", "failures") if name in told}
        if "reply_kb" in told:
            read["reply"] = int(told["reply_kb"]) * 1024
        return cls(**read)

    def within(self, seconds: float) -> Limits:
        """The limits of one exchange that has *seconds* in all."""
        head, body = self.head or seconds, self.body or seconds
        return Limits(min(self.connect, seconds), min(head, seconds), min(body, seconds), seconds, self.reply)


class Http:
    """One connector of kind ``http``. Safe to use from many threads; each call has its own connection."""

    def __init__(self, connector: Connector, place: Setting):
        self.name = connector.name
        self._settings = connector.settings
        self._inside = bool(connector.settings.get("inside", False))
        self._zone = place.zone
        self._guards = Guards.of(connector.settings.get("limits", {}))
        self._breaker = Breaker(failures=self._guards.failures, rest=self._guards.rest)
        self._share = threading.BoundedSemaphore(self._guards.at_once)

    def call(self, operation: Operation, inputs: Mapping[str, Any], key: str) -> Reply:
        """Ask; why there is no result stands in the reply's source, without any value."""
        found = self.trial(operation, inputs, key)
        name = f"{self.name}.{operation.name}"
        if found.why:
            _log.warning("%s: %s", name, found.why)
        return Reply(found.result, found.values, f"{name}, {found.why}" if found.why else name)

    def search(self, operation: Operation, words: str, limit: int) -> list[dict[str, str]]:
        """Nothing: other systems are asked by a customer's number, not by words."""
        return []

    def near(self, operation: Operation, words: str) -> str:
        """Nothing either."""
        return ""

    def trial(self, operation: Operation, inputs: Mapping[str, Any], key: str) -> Trial:
        """Ask, and tell what came back, how long it took and what did not fit."""
        began = time.monotonic()
        try:
            found = self._shielded(operation, inputs, key, began + operation.timeout)
        except NoAnswer as error:
            result = "unknown" if error.sent and not operation.reads else "error"
            status = error.status if isinstance(error, Unusable) else None
            found = Trial(result, why=error.sentence, status=status, tries=error.tries)
        return found._replace(seconds=time.monotonic() - began)

    def _shielded(self, operation: Operation, inputs: Mapping[str, Any], key: str, until: float) -> Trial:
        """One call behind the breaker and within the connector's share."""
        if not self._breaker.lets_through():
            raise NotMade("it failed again and again, and is left alone for a while", sent=False)
        well: bool | None = None
        try:
            if not self._share.acquire(timeout=min(self._guards.connect, operation.timeout)):
                raise NotMade("too many calls of it are under way", sent=False)
            try:
                found = self._tried(operation, inputs, key, until)
                well = True
                return found
            finally:
                self._share.release()
        except NotMade:
            raise
        except NoAnswer as error:
            well = isinstance(error, Unusable) and 400 <= error.status < 500 and not error.again
            raise
        finally:
            if well is None:
                self._breaker.given_up()
            else:
                self._breaker.went(well)

    def _tried(self, operation: Operation, inputs: Mapping[str, Any], key: str, until: float) -> Trial:
        """One call, again where it only reads, another try makes sense, and there is time for it."""
        # A secret is not sent twice: who checks it may count the tries.
        again = operation.reads and not operation.accepts_secret
        for tries in range(1, TRIES + 1):
            try:
                answer = self._exchanged(operation, inputs, key, until)
                result, values = self._judged(operation, answer, inputs)
                return Trial(result, values, status=answer.status, tries=tries)
            except NoAnswer as error:
                error.tries = tries
                pause = _pause(error, tries)
                if not (again and error.again and tries < TRIES and time.monotonic() + pause + LEAST < until):
                    raise
                time.sleep(pause)
        raise AssertionError

    def _exchanged(self, operation: Operation, inputs: Mapping[str, Any], key: str, until: float) -> Answer:
        try:
            base = Base.read(setting(str(self._settings.get("url", ""))), inside=self._inside)
            headers = {name: filled(str(text)) for name, text in self._settings.get("headers", {}).items()}
            for name, text in headers.items():
                if not (text.isascii() and text.isprintable()):
                    raise NotSet(f"what is set for the header {name} has characters that can't be sent")
        except NotSet as error:
            raise NotMade(str(error), sent=False) from None
        except WrongAddress as error:
            raise NotMade(f"the address in {self._settings['url']} can't be used: {error}", sent=False) from None
        request = request_of(asked(operation), inputs, headers, "" if operation.reads else key)
        left = self._guards.within(max(until - time.monotonic(), 0.001))
        return exchange(base, request, left, inside=self._inside)

    def _judged(self, operation: Operation, answer: Answer, inputs: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        try:
            return result_of(operation, asked(operation), answer, inputs, most=self._guards.reply, zone=self._zone)
        except NoAnswer:
            raise
        except Exception as error:
            # The request is over: whatever is wrong with the reading of its reply, a change may have been made.
            _log.error("%s.%s: the reply can't be read: %s", self.name, operation.name, type(error).__name__)
            raise NoAnswer("the reply can't be read", sent=True) from None


def _pause(error: NoAnswer, tries: int) -> float:
    """Seconds before another try: what the other side asked for, else a little longer each time, never the same."""
    asked_for = error.after if isinstance(error, Unusable) else 0.0
    return asked_for + random.uniform(0.5, 1.0) * FIRST_PAUSE * float(2 ** (tries - 1))


def _seconds(text: Any) -> float:
    span = duration(str(text))
    return float(span.seconds) if span is not None else 0.0
