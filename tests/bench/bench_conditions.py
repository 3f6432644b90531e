"""Conditions of the shipped flows, and a few typical ones, against the same written as plain Python functions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from shepherd.flow.compile import Code
from shepherd.flow.draft import read_draft
from shepherd.flow.expression import Undefined, Unworkable, parse
from shepherd.flow.findings import NOWHERE
from shepherd.flow.model import Decide
from tests.bench.measure import side_by_side

FLOWS = Path(__file__).parents[2] / "flows"
ROUNDS = 2_000
V: dict[str, Any] = {
    "light": "red",
    "speed": Decimal("12.5"),
    "tries": 3,
    "wired": True,
    "line": {"status": "up", "down": Decimal(40)},
    "customer": {"tier": "premium", "since": date(2024, 2, 1)},
    "kinds": ("a", "b"),
    "account": "C-1",
}
C = SimpleNamespace(
    today=date(2026, 11, 21), channel="phone", visits=lambda step: 2, attempts_left=lambda step: 1, assured=lambda n: 1
)
# Each as the language has it, and as somebody would write it who knows that every name is there.
TYPICAL: tuple[tuple[str, Callable[[Any, Any], Any]], ...] = (
    ('light == "red"', lambda v, c: v["light"] == "red"),
    ("wired", lambda v, c: v["wired"]),
    ('light in ["red", "dark"] and not wired', lambda v, c: v["light"] in ("red", "dark") and not v["wired"]),
    ("speed < 20", lambda v, c: v["speed"] < 20),
    ('line.status == "up" and line.down > 10', lambda v, c: v["line"]["status"] == "up" and v["line"]["down"] > 10),
    (
        'line is defined and line.status is defined and line.status != "up"',
        lambda v, c: "line" in v and "status" in v["line"] and v["line"]["status"] != "up",
    ),
    ('customer.tier == "premium" or tries > 2', lambda v, c: v["customer"]["tier"] == "premium" or v["tries"] > 2),
    ("visits.s > 1", lambda v, c: c.visits("s") > 1),
    ('channel == "phone"', lambda v, c: c.channel == "phone"),
    (
        '(line.status if wired else "none") == "up"',
        lambda v, c: (v["line"]["status"] if v["wired"] else "none") == "up",
    ),
)


def shipped() -> list[str]:
    """Every condition of the shipped flows, once each."""
    draft = read_draft(FLOWS)
    steps = [step for flow in draft.flows.values() for step in flow.steps.values()]
    found = [b.when.source for step in steps if isinstance(step.action, Decide) for b in step.action.branches]
    return list(dict.fromkeys(found))


def by_hand(source: str) -> Callable[[Any, Any], Any]:
    """A condition of the shipped flows as a plain Python function: the same words, each read from the mapping."""
    expression, _ = parse(source, at=lambda start, end: NOWHERE, file="", flow="", step="")
    assert expression is not None
    text, end, parts = source, 0, []
    for read in expression.reads:
        root, *rest = read.path
        plain = f"v[{root!r}]" + "".join(f"[{part!r}]" for part in rest)
        if root in ("visits", "attempts_left", "assured"):
            plain = f"c.{root}({'.'.join(rest)!r})"
        elif root in ("today", "channel"):
            plain = f"c.{root}"
        parts += [text[end : read.start], plain]
        end = read.end
    text = "".join([*parts, text[end:]])
    plain_function: Callable[[Any, Any], Any] = eval(f"lambda v, c: {text}", {})  # noqa: S307
    return plain_function


def measured(source: str, plain: Callable[[Any, Any], Any]) -> float | None:
    """How many times longer *source* takes than *plain*; None where its names are not at hand here."""
    expression, found = parse(source, at=lambda start, end: NOWHERE, file="", flow="", step="")
    assert expression is not None, found
    evaluate = Code().compile(expression.tree)
    try:
        assert evaluate(V, C) == plain(V, C)
    except (Undefined, Unworkable, KeyError):
        return None

    def ours() -> None:
        for _ in range(ROUNDS):
            evaluate(V, C)

    def theirs() -> None:
        for _ in range(ROUNDS):
            plain(V, C)

    return side_by_side(ours, theirs, rounds=25).ratio


def main() -> dict[str, float]:
    """Print each ratio; give the typical one and the worst."""
    pairs = list(TYPICAL)
    sources = shipped()
    V.update(_values_for(sources))
    for source in sources:
        if " is " not in source and " if " not in source:
            pairs.append((source, by_hand(source)))
    ratios = []
    for source, plain in pairs:
        ratio = measured(source, plain)
        if ratio is not None:
            ratios.append(ratio)
            print(f"{ratio:6.2f} ×   {source}")
    ratios.sort()
    middle, worst = ratios[len(ratios) // 2], ratios[-1]
    print(f"middle {middle:.2f} ×, worst {worst:.2f} ×, of {len(ratios)} conditions   (aim: 2 ×)")
    return {"conditions": len(ratios), "middle_ratio": middle, "worst_ratio": worst}


def _values_for(sources: list[str]) -> dict[str, Any]:
    """A text or a group of fields for every name that the shipped conditions read and that is not at hand yet."""
    made: dict[str, Any] = {}
    for source in sources:
        expression, _ = parse(source, at=lambda start, end: NOWHERE, file="", flow="", step="")
        for read in expression.reads if expression else ():
            root, *rest = read.path
            if root in V and not (rest and isinstance(V[root], dict)):
                continue
            if rest:
                made.setdefault(root, dict(V.get(root, {}))).setdefault(
                    rest[0], Decimal(7) if ">" in source or "<" in source else "up"
                )
            else:
                made.setdefault(root, Decimal(7) if ">" in source or "<" in source else True)
    return made


if __name__ == "__main__":
    main()
