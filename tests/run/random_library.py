"""Random libraries in the language's typed source: every verb and type, calls three deep, loops, attempts, errors."""

from __future__ import annotations

import random
from typing import Any

RESULTS = {"ok": {"status": {"type": "choice", "options": ["up", "down"]}, "count": "integer"}, "not_found": {}}
DESK = {
    "desk": "random",
    "time_zone": "Europe/Helsinki",
    "hours": {"mon-fri": "08:00-20:00"},
    "facts": {
        "customer": {"id": "text", "first_name": {"type": "text", "personal": True}},
        "contact": {"kind": "text"},
    },
    "queues": {"second_line": {"skill": "technical", "owner": "supervisor"}},
    "assurances": {"identity": {"granted_by": ["f2"], "levels": ["basic", "strong"], "expires": "30m"}},
    "severities": {"sev2": {"acknowledge": "15m", "update_every": "2h"}},
}
CONNECTORS = {
    "connectors": {
        "system": {
            "kind": "table",
            "file": "system.csv",
            "key": "id",
            "operations": {
                "read": {"reads": True, "inputs": {"id": "text"}, "results": RESULTS},
                "prove": {
                    "reads": True,
                    "inputs": {"id": "text", "pin": {"type": "digits", "secret": True}},
                    "accepts_secret": True,
                    "results": {"ok": {}, "no_match": {}},
                },
                "change": {"reads": False, "inputs": {"id": "text"}, "results": {"ok": {"ref": "text"}}},
                "restore": {"reads": False, "inputs": {"ref": "text"}, "results": {"ok": {}, "too_late": {}}},
            },
        }
    }
}


COLOURS = {
    "list": "colours",
    "options": {"red": "Red", "amber": "Amber", "blue": "Blue"},
    "groups": {"warm": ["red", "amber"]},
}
TABLE = {
    "by": {"how": "channel", "on": "today"},
    "gives": {"team": "text"},
    "rows": [["phone", "over 2026-01-01", "Callers"], ["any", "any", "Others"]],
}
HANDS_ON = {"f0": "f3", "f3": "f0"}


class Maker:
    """Makes one flow: a list of steps that mostly lead forward, with some ways back."""

    def __init__(self, rng: random.Random, name: str, callee: str | None):
        self.rng, self.name, self.callee = rng, name, callee
        self.count = rng.randint(6, 13)
        self.ids = [f"s{i}" for i in range(self.count)]
        self.steps: dict[str, Any] = {}

    def target(self, here: int) -> str:
        """A step further on, or now and then an earlier one."""
        if self.rng.random() < 0.2:
            return self.ids[self.rng.randrange(0, here + 1)]
        return self.ids[min(self.count - 1, here + self.rng.choice((1, 1, 2, 3)))]

    def extras(self, here: int, step: dict[str, Any]) -> dict[str, Any]:
        """Attempts, guards, approvals, deadlines and bars, now and then."""
        rng = self.rng
        if rng.random() < 0.25:
            step["attempts"] = rng.randint(1, 3)
            step["attempts_per"] = rng.choice(("run", "call", "ticket", "customer"))
            if step["attempts_per"] == "customer":
                step["within"] = "24h"
            step["out_of_attempts"] = self.ids[min(self.count - 1, here + 1)]
        if rng.random() < 0.12:
            step["requires"] = "identity"
            if rng.random() < 0.5:
                step["unmet"] = self.target(here)
        if rng.random() < 0.08:
            step["withdraws"] = "identity"
        return step

    def human(self, here: int, step: dict[str, Any]) -> dict[str, Any]:
        """What only steps that people answer may carry."""
        if self.rng.random() < 0.08:
            step["by"] = "supervisor"
        if self.rng.random() < 0.15:
            step["no_answer"] = {"after": "10m", "then": self.target(here)}
        if self.rng.random() < 0.06:
            step["no_going_back"] = True
        return step

    def message(self, here: int) -> dict[str, Any]:
        words = self.rng.choice(
            (
                "Hello {{ customer.first_name }}.",
                "That is for {{ level.team }}.",
                [{"when": f"visits.{self.ids[here]} > 1", "is": "Once more."}, {"otherwise": "Well."}],
            )
        )
        return self.human(here, self.extras(here, {"say": words, "then": self.target(here)}))

    def ask(self, here: int) -> dict[str, Any]:
        answers: dict[str, Any] = {"yes": self.target(here), "no": self.target(here)}
        if self.rng.random() < 0.2 and self.name == "f2":
            answers["sure"] = {"label": "Sure", "then": self.target(here), "grants": "identity"}
        return self.human(here, self.extras(here, {"ask": "Is it so?", "answers": answers}))

    def ask_typed(self, here: int) -> dict[str, Any]:
        field = self.rng.choice(
            (
                {"type": "integer", "min": 0, "max": 9},
                {"type": "number"},
                {"type": "date"},
                {"type": "text", "personal": True},
                {"options": ["a", "b"]},
                {"type": "yes_no"},
                {"type": "long_text", "optional": True},
                {"type": "digits", "length": [4, 4]},
                {"type": "money", "currency": "GBP", "max": "500.00"},
                {"type": "time"},
                {"type": "datetime"},
                {"type": "phone", "personal": True},
                {"type": "email"},
                {"type": "many", "options": "lists.colours", "optional": True},
                {"options": "lists.colours.warm"},
            )
        )
        return self.human(here, self.extras(here, {"ask": "How much?", **field, "then": self.target(here)}))

    def collect(self, here: int) -> dict[str, Any]:
        fields = {
            "size": {"label": "Size", "type": "number", "min": 0},
            "wired": {"label": "Wired", "type": "yes_no"},
            "name": {"label": "Name", "type": "text", "personal": True, "optional": True},
            "cable": {"label": "Cable", "options": ["a", "b"], "show_if": f"{self.ids[here]}.wired"},
        }
        must = f"{self.ids[here]}.size < 100"
        step = {"collect": fields, "then": self.target(here), "check": [{"must": must, "message": "That is too much."}]}
        return self.human(here, self.extras(here, step))

    def secret(self, here: int) -> dict[str, Any]:
        """A PIN, and the one look-up that takes it at once."""
        proof = f"s{here}_prove"
        results = {n: self.target(here) for n in ("ok", "no_match", "error")}
        self.steps[f"s{here}_pin"] = {"ask": "The PIN, please.", "type": "digits", "secret": True, "then": proof}
        self.steps[proof] = {
            "lookup": "system.prove",
            "with": {"id": "customer.id", "pin": f"s{here}_pin"},
            "results": results,
            "attempts": 2,
            "attempts_per": self.rng.choice(("ticket", "customer")),
            "out_of_attempts": self.ids[-1],
        }
        if self.steps[proof]["attempts_per"] == "customer":
            self.steps[proof]["within"] = "24h"
        return {"say": "I will ask for your PIN.", "then": f"s{here}_pin"}

    def decide(self, here: int) -> dict[str, Any]:
        when = self.rng.choice(
            (f"visits.{self.ids[here]} > 1", 'channel == "phone"', "assured.identity", "today > date(2026, 1, 1)")
        )
        return {
            "decide": [
                {"when": when, "then": self.target(here)},
                {"otherwise": self.ids[min(self.count - 1, here + 1)]},
            ]
        }

    def call(self, here: int) -> dict[str, Any]:
        if self.callee is None:
            return self.message(here)
        step = {"call": self.callee, "results": {"good": self.target(here), "bad": self.target(here)}}
        if self.rng.random() < 0.2:
            step["about"] = "representative"
        if self.rng.random() < 0.7:
            step["with"] = {"customer_id": self.rng.choice(('"C-2"', '"C-3"', "customer.id"))}
        return {k: v for k, v in self.extras(here, step).items() if "attempts" not in k and k != "within"}

    def lookup(self, here: int) -> dict[str, Any]:
        results = {n: self.target(here) for n in ("ok", "not_found", "error")}
        return self.extras(here, {"lookup": "system.read", "with": {"id": "customer.id"}, "results": results})

    def do(self, here: int) -> dict[str, Any]:
        results = {n: self.target(here) for n in ("ok", "error", "unknown")}
        once = self.rng.choice(("visit", "run", "ticket"))
        step = {"do": "system.change", "once_per": once, "with": {"id": "customer.id"}, "results": results}
        if once == "visit":
            step["undo"] = "system.restore"
        return self.extras(here, step)

    def escalate(self, here: int) -> dict[str, Any]:
        step: dict[str, Any] = {"escalate": "second_line", "severity": "sev2", "because": "It is beyond this desk."}
        if self.rng.random() < 0.7:
            return {**step, "outcome": "bad"}
        return {**step, "then": self.target(here)}

    def set(self, here: int) -> dict[str, Any]:
        kept = {f"n{here}": f"visits.{self.ids[here]} + 1", f"p{here}": "customer.first_name", f"d{here}": "today"}
        return {"set": kept, "then": self.target(here)}

    def wait(self, here: int) -> dict[str, Any]:
        length = self.rng.choice(({"for": "2h"}, {"for": "4 working hours"}, {"until": "today + days(1)"}))
        return {"wait": length, "say": "We call you back.", "then": self.target(here)}

    def hand_on(self, here: int) -> dict[str, Any]:
        """Only flows that nobody calls hand on: the first, and the one that it hands on to."""
        if self.name not in HANDS_ON:
            return self.message(here)
        return {"hand_on": HANDS_ON[self.name], "with": {"from_where": f'"{self.name}"'}}

    def flow(self) -> dict[str, Any]:
        """The flow as typed source."""
        makers = [self.message, self.ask, self.ask, self.collect, self.secret, self.decide, self.call, self.call]
        makers += [self.ask_typed] * 3 + [self.lookup, self.do, self.do, self.escalate]
        makers += [self.set, self.wait, self.hand_on]
        for here in range(self.count - 2):
            made = self.rng.choice(makers)(here)
            self.steps = {**self.steps, self.ids[here]: made}
        self.steps[self.ids[-2]] = {"end": "bad"}
        self.steps[self.ids[-1]] = {"say": "Thank you.", "end": "good"}
        ordered = {k: self.steps[k] for k in sorted(self.steps, key=lambda k: (int(k[1:].split("_")[0]), "_" in k))}
        good: dict[str, Any] = {"resolves": True}
        if self.name == "f2":
            good["grants"] = "identity"
        flow: dict[str, Any] = {
            "flow": self.name,
            "title": f"Flow {self.name}",
            "category": "authentication" if self.name == "f2" else "troubleshooting",
            "version": 1,
            "inputs": {name: {"type": "text", "optional": True} for name in ("from_where", "customer_id")},
            "tables": {"level": TABLE},
            "outcomes": {"good": good, "bad": {"resolves": False}},
            "steps": ordered,
        }
        if self.rng.random() < 0.2 and self.name != "f0":
            flow["no_going_back"] = True
        return flow


def random_documents(seed: int) -> dict[str, Any]:
    """The documents of a random library: ``f0`` calls ``f1``, which calls ``f2``; ``f0`` and ``f3`` hand on."""
    rng = random.Random(seed)
    flows = {n: Maker(rng, n, c).flow() for n, c in (("f0", "f1"), ("f1", "f2"), ("f2", None), ("f3", "f2"))}
    connectors = {f"connectors:{n}": c for n, c in CONNECTORS["connectors"].items()}
    return {f"flow:{n}": f for n, f in flows.items()} | {"desk": DESK, "list:colours": COLOURS} | connectors
