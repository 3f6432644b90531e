"""What stands beside the flows: the desk's policy, and the connectors with their operations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shepherd.flow.calendar import Calendar, Duration
from shepherd.flow.findings import NOWHERE, Place
from shepherd.flow.lists import OptionList
from shepherd.flow.model import Field
from shepherd.flow.money import DEFAULT_CURRENCY


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """
    One thing a connector can do.

    *inputs* and each entry of *results* (name → fields) are declared; ``error`` (and ``unknown`` for a change)
    are results of every operation and are not listed here. *accepts_secret*: an input may carry a secret.
    """

    name: str
    reads: bool
    inputs: Mapping[str, Field]
    results: Mapping[str, Mapping[str, Field]]
    accepts_secret: bool = False
    timeout: int = 8
    repeatable: bool = False
    settings: Mapping[str, Any] = field(default_factory=dict)
    place: Place = NOWHERE

    def result_names(self) -> tuple[str, ...]:
        """Every result a step must route, in order: the declared ones, ``error``, and ``unknown`` for a change."""
        return (*self.results, "error") if self.reads else (*self.results, "error", "unknown")


@dataclass(frozen=True, slots=True, kw_only=True)
class Connector:
    """A way to another system, declared in *file*; *lists* are the lists of the library that its fields read."""

    name: str
    kind: str
    operations: Mapping[str, Operation]
    settings: Mapping[str, Any] = field(default_factory=dict)
    lists: Mapping[str, OptionList] = field(default_factory=dict)
    file: str = ""
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Assurance:
    """What may be established about a contact, by which flows, at which levels, and for how many seconds."""

    name: str
    granted_by: tuple[str, ...]
    levels: tuple[str, ...] = ()
    expires: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """Where contacts wait for somebody else."""

    name: str
    skill: str = ""
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Severity:
    """How urgent an escalation is: how long to acknowledge, between updates and to resolve, each where set."""

    name: str
    acknowledge: Duration | None = None
    update_every: Duration | None = None
    resolve: Duration | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceLevel:
    """
    What the desk aims at on a channel, each where set.

    *share* of a hundred contacts are taken by an agent within *answer* seconds; the first reply is given within
    *reply*, and it is solved within *resolve*.
    """

    channel: str
    answer: int | None = None
    share: int | None = None
    reply: Duration | None = None
    resolve: Duration | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """
    What the desk has set beside its flows (``desk.yaml``); everything has a default.

    *facts* maps ``customer``, ``contact``, ``ticket``, ``agent`` to their declared fields.
    *customer_lookup* is the reading operation (``connector.operation``) that gives a customer's facts by
    ``customer_id`` when a ticket is opened; empty where the desk has none. *lists* are the lists that it reads.
    *dispositions* says what each code of an outcome means; any code will do where it is empty.
    *calendar* holds the desk's hours and holidays, *currency* is that of money which names none. *checks* maps codes of
    findings to what they count as here: ``error``, ``warning`` or ``off``.
    *min_coverage* is the least percentage of each flow's edges that scenarios walk before a version may be published.
    """

    name: str = "desk"
    time_zone: str = "UTC"
    calendar: Calendar = field(default_factory=Calendar)
    currency: str = DEFAULT_CURRENCY
    facts: Mapping[str, Mapping[str, Field]] = field(default_factory=dict)
    roles: tuple[str, ...] = ("agent", "supervisor", "designer", "qa")
    queues: Mapping[str, Queue] = field(default_factory=dict)
    assurances: Mapping[str, Assurance] = field(default_factory=dict)
    severities: Mapping[str, Severity] = field(default_factory=dict)
    service_levels: Mapping[str, ServiceLevel] = field(default_factory=dict)
    categories: tuple[str, ...] = (
        "authentication",
        "troubleshooting",
        "escalation",
        "billing",
        "orders",
        "intake",
        "closing",
    )
    tags: tuple[str, ...] = ()
    dispositions: Mapping[str, str] = field(default_factory=dict)
    customer_lookup: str = ""
    min_coverage: int = 80
    lists: Mapping[str, OptionList] = field(default_factory=dict)
    checks: Mapping[str, str] = field(default_factory=dict)
    declared: bool = False
    file: str = ""
    places: Mapping[str, Place] = field(default_factory=dict)
