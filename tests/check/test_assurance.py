"""The proof of ``requires`` against an explorer that walks every path."""

from __future__ import annotations

import random
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from shepherd.check import examine
from shepherd.check.assurance import CALL_NOT_GRANTED, GIVEN_ANEW, MAY_EXPIRE, NOT_GRANTED, assurance
from shepherd.check.paths import visited
from shepherd.flow import tree
from shepherd.flow.beside import Assurance, Policy
from shepherd.flow.findings import Hop
from shepherd.flow.model import Branch, Decide, Edge, Flow, Need, Step
from tests.check.explorer import Explorer
from tests.check.hand import draft, flow, step

NAMES = ("identity", "consent")


def authentication(**given: Any) -> Flow:
    """Two tries at a PIN; verified grants the identity."""
    return flow(
        "authentication",
        step("ask_pin", "then>check"),
        step("check", "answer:ok>ok", "answer:no>ask_pin", "out_of_attempts>bad", attempts=2, per="ticket"),
        step("ok", end="verified"),
        step("bad", end="failed"),
        outcomes={"verified": "identity"},
        **given,
    )


def caller(*edges: str, **book: Any) -> Flow:
    """A flow that identifies and then books, with *edges* out of the call."""
    return flow(
        "main",
        step("greet", "then>identify"),
        step("identify", *edges, call="authentication"),
        step("menu", "answer:a>book", "answer:b>done"),
        step("book", "then>done", requires=["identity"], **book),
        step("done", end="fin"),
        category="orders",
    )


def test_the_path_goes_through_the_called_flow_and_its_loop():
    """
    The printed path has every hop of the called flow, and spends the tries that its way out needs.
    """
    found = list(assurance(draft(authentication(), caller("outcome:verified>menu", "outcome:failed>menu"))))

    assert [f.code for f in found] == [NOT_GRANTED.code]
    assert [f"{hop.step} {hop.by}" for hop in found[0].path] == [
        "main/greet start",
        "main/identify then",
        "authentication/ask_pin call",
        "authentication/check then",
        "authentication/ask_pin answer:no",
        "authentication/check then",
        "authentication/ask_pin answer:no",
        "authentication/check then",
        "authentication/bad out_of_attempts",
        "main/menu outcome:failed",
        "main/book answer:a",
    ]
    assert Hop("authentication/bad", "out_of_attempts:check") in visited(found[0].path)


def test_a_call_that_always_grants_is_enough():
    """
    Where every way to the step goes through the outcome that grants, nothing is found.
    """
    found = list(assurance(draft(authentication(), caller("outcome:verified>menu", "outcome:failed>done"))))

    assert found == []


def test_what_may_expire_needs_a_way_for_it():
    """
    A declared life of an assurance makes `unmet` necessary, and its being there is enough.
    """
    policy = Policy(assurances={"identity": Assurance(name="identity", granted_by=("authentication",), expires=1800)})
    edges = ("outcome:verified>menu", "outcome:failed>done")
    without = list(assurance(draft(authentication(), caller(*edges), policy=policy)))
    main = caller(*edges)
    book = step("book", "then>done", "unmet>identify", requires=["identity"])
    with_ = flow("main", *(book if s.id == "book" else s for s in main.steps.values()), category="orders")

    assert [f.code for f in without] == [MAY_EXPIRE.code]
    assert list(assurance(draft(authentication(), with_, policy=policy))) == []


@pytest.mark.parametrize(("again", "code"), [({}, GIVEN_ANEW.code), ({"withdraws": ("identity",)}, NOT_GRANTED.code)])
def test_an_answer_given_anew_may_fail(again: dict[str, Any], code: str):
    """
    Where identification is walked again and fails, the first grant still stands unless the flow withdraws it:
    the step behind it then needs a way for that; with the withdrawal the proof sees the loss itself.
    """
    main = flow(
        "main",
        step("identify", "outcome:verified>menu", "outcome:failed>done", call="authentication"),
        step("menu", "answer:a>book", "answer:b>other_caller", "answer:c>done"),
        step("other_caller", "outcome:verified>menu", "outcome:failed>menu", call="authentication", **again),
        step("book", "then>done", requires=["identity"]),
        step("done", end="fin"),
    )
    found = list(assurance(draft(authentication(), main)))

    assert [(f.code, f.step) for f in found] == [(code, "book")]
    assert Hop("main/menu", "outcome:failed") in found[0].path


def test_a_failure_that_leads_elsewhere_needs_nothing():
    """
    A loop round the identification asks for nothing more where its failure never leads to the step.
    """
    main = flow(
        "main",
        step("identify", "outcome:verified>menu", "outcome:failed>done", call="authentication"),
        step("menu", "answer:a>book", "answer:b>identify"),
        step("book", "then>menu", requires=["identity"]),
        step("done", end="fin"),
    )

    assert list(assurance(draft(authentication(), main))) == []


def test_a_flow_that_requires_at_its_head_binds_its_callers():
    """
    Inside, the assurance is taken for granted; a call on a path without it is found.
    """
    helper = flow(
        "helper", step("do_it", "then>end", requires=["identity"]), step("end", end="fin"), requires=["identity"]
    )
    main = flow("main", step("go", "outcome:fin>end", call="helper"), step("end", end="fin"))
    found = list(assurance(draft(authentication(), helper, main)))

    assert [(f.code, f.flow, f.step) for f in found] == [(CALL_NOT_GRANTED.code, "main", "go")]


def decide(name: str, *whens: tree.Node) -> Step:
    """A decide that goes to ``book`` by its first branch, else to ``other``, else to ``end``."""
    branches = tuple(
        Branch(when=SimpleNamespace(tree=node), by=f"when:{n}")  # type: ignore[arg-type]
        for n, node in enumerate(whens, 1)
    )
    made = step(name, *(f"when:{n}>{t}" for n, t in zip(range(1, len(whens) + 1), ("book", "other"), strict=False)))
    edges = dict(made.edges) | {"otherwise": Edge(by="otherwise", source=name, target="end")}
    return replace(made, verb="decide", action=Decide(branches=branches, otherwise=True), edges=edges)


def assured(name: str = "identity") -> tree.Read:
    return tree.Read(("assured", *name.split(".")), 0, 0)


def guarded(*whens: tree.Node, level: int = 1, swap: bool = False) -> list[str]:
    """What is found where a step that requires the identity stands behind a decide."""
    first = decide("first", *whens)
    if swap:
        edges = {
            by: replace(e, target={"book": "end", "end": "book"}.get(e.target, e.target))
            for by, e in first.edges.items()
        }
        first = replace(first, edges=edges)
    one = flow(
        "one",
        first,
        replace(step("book", "then>end"), requires=(Need(name="identity", level=level),)),
        step("other", "then>end"),
        step("end", end="fin"),
        category="orders",
    )
    return [f.code for f in assurance(draft(authentication(), one))]


def test_a_branch_on_the_assurance_proves_it():
    """
    Behind `when: assured.identity`, alone or with more conditions, and behind the failure of its denial, it is held.
    """
    slow = tree.Read(("slow",), 0, 0)

    assert guarded(assured()) == []
    assert guarded(tree.All((slow, assured()), 0, 0)) == []
    assert guarded(tree.Not(tree.Not(assured(), 0, 0), 0, 0)) == []
    assert guarded(tree.Not(assured(), 0, 0), swap=True) == []
    assert guarded(tree.Any_((slow, tree.Not(assured(), 0, 0)), 0, 0), swap=True) == []
    assert guarded(slow) == [NOT_GRANTED.code]
    assert guarded(tree.Any_((slow, assured()), 0, 0)) == [NOT_GRANTED.code]
    assert guarded(tree.Not(assured(), 0, 0)) == [NOT_GRANTED.code]
    assert guarded(assured("consent")) == [NOT_GRANTED.code]


def test_a_branch_proves_the_level_that_it_compares_with():
    """
    `assured.identity >= 2` proves level 2, either way round; being assured at all proves level 1 only.
    """
    two, one = tree.Const(2, 0, 0), tree.Const(1, 0, 0)

    assert guarded(tree.Compare(">=", assured(), two, 0, 0), level=2) == []
    assert guarded(tree.Compare("<=", two, assured(), 0, 0), level=2) == []
    assert guarded(tree.Compare(">", assured(), one, 0, 0), level=2) == []
    assert guarded(tree.Compare("<", assured(), two, 0, 0), level=2, swap=True) == []
    assert guarded(assured(), level=2) == [NOT_GRANTED.code]
    assert guarded(tree.Compare("<", assured(), two, 0, 0), level=2) == [NOT_GRANTED.code]
    assert guarded(tree.Compare("!=", assured(), two, 0, 0), level=2) == [NOT_GRANTED.code]


@pytest.mark.parametrize(
    ("about", "needs", "codes"),
    [
        ("representative", "representative.identity", []),
        ("representative", "identity", [NOT_GRANTED.code]),
        (None, "identity", []),
        (None, "representative.identity", [NOT_GRANTED.code]),
    ],
)
def test_a_call_about_a_representative_assures_the_representative_only(about: str | None, needs: str, codes: list[str]):
    """
    Who was identified on behalf of somebody is not that somebody, nor the other way round.
    """
    main = flow(
        "main",
        step("identify", "outcome:verified>book", "outcome:failed>end", call="authentication", about=about),
        step("book", "then>end", requires=[needs]),
        step("end", end="fin"),
    )

    assert [f.code for f in assurance(draft(authentication(), main))] == codes


def test_a_call_that_withdraws_does_not_bring_what_it_required():
    """
    What a calling step requires and withdraws at once is gone before the called flow begins.
    """
    helper = flow("helper", step("ask", "then>end"), step("end", end="fin"), requires=["identity"])
    go = step("go", "outcome:fin>end", call="helper", requires=["identity"], withdraws=("identity",))
    main = flow("main", go, step("end", end="fin"), requires=["identity"])

    assert [(f.code, f.step) for f in assurance(draft(authentication(), helper, main))] == [
        (CALL_NOT_GRANTED.code, "go")
    ]


def test_a_lower_grant_is_not_enough_for_a_higher_level():
    """
    Level 2 is required, and what is granted without a level is level 1.
    """
    main = flow(
        "main",
        step("identify", "outcome:verified>book", "outcome:failed>end", call="authentication"),
        replace(step("book", "then>end"), requires=(Need(name="identity", level=2),)),
        step("end", end="fin"),
    )

    assert [f.code for f in assurance(draft(authentication(), main))] == [NOT_GRANTED.code]


def test_a_very_long_flow_is_proved_without_deep_recursion():
    """
    Thousands of steps, and hundreds of flows that each call the next, are no trouble; their path is kept short.
    """
    flows = [flow("f0", step("a", "then>end"), step("end", end="fin"))]
    for n in range(1, 400):
        calls = [step(f"s{i}", f"outcome:fin>s{i + 1}", call=f"f{n - 1}") for i in range(2)]
        flows.append(flow(f"f{n}", *calls, step("s2", "then>end"), step("end", end="fin")))
    main = flow(
        "main",
        step("go", "outcome:fin>book", call="f399"),
        step("book", "then>end", requires=["identity"]),
        step("end", end="fin"),
    )
    found = list(assurance(draft(authentication(), *flows, main)))

    assert [f.code for f in found] == [NOT_GRANTED.code]
    assert [hop.step for hop in found[0].path] == ["main/go", "main/book"]


def random_library(seed: int) -> list[Flow]:
    """Three small flows, the later ones calling the earlier, with loops, grants, withdrawals and attempts."""
    rng = random.Random(seed)
    flows: list[Flow] = []
    for n in range(3):
        names = [f"s{i}" for i in range(rng.randint(2, 5))]
        outcomes = {f"o{i}": rng.choice(["", "", *NAMES]) for i in range(rng.randint(1, 2))}
        ends = {f"e_{o}": o for o in outcomes}
        targets = [*names, *names, *ends]
        steps = [_random_step(rng, name, targets, flows) for name in names]
        steps += [step(e, end=o) for e, o in ends.items()]
        requires = [rng.choice(NAMES)] if rng.random() < 0.15 else []
        flows.append(flow(f"f{n}", *steps, outcomes=outcomes, requires=requires))
    return flows


def _random_step(rng: random.Random, name: str, targets: list[str], flows: list[Flow]) -> Any:
    given: dict[str, Any] = {}
    edges: list[str] = []
    if flows and rng.random() < 0.35:
        called = rng.choice(flows)
        given["call"] = called.id
        edges = [f"outcome:{o}>{rng.choice(targets)}" for o in called.outcomes]
    else:
        edges = [f"answer:{i}>{rng.choice(targets)}" for i in range(rng.randint(1, 3))]
    if rng.random() < 0.3:
        edges[0] += f"+{rng.choice(NAMES)}"
    if rng.random() < 0.3:
        given["requires"] = rng.sample(NAMES, rng.randint(1, 2))
        if rng.random() < 0.5:
            edges.append(f"unmet>{rng.choice(targets)}")
    if rng.random() < 0.15:
        given["withdraws"] = (rng.choice(NAMES),)
    if rng.random() < 0.3:
        given.update(attempts=rng.randint(1, 3), per=rng.choice(["run", "call", "ticket"]))
        edges.append(f"out_of_attempts>{rng.choice(targets)}")
    return step(name, *edges, **given)


def proof_of(flows: list[Flow]) -> dict[tuple[str, str, str], Any]:
    """The strict findings of the proof by flow, step and assurance."""
    found = {}
    for f in assurance(draft(*flows)):
        if f.code in (NOT_GRANTED.code, CALL_NOT_GRANTED.code):
            need = next(n for n in NAMES if f"requires {n}" in f.message)
            found[f.flow, f.step, need] = f
    return found


@pytest.mark.parametrize("block", range(10))
def test_the_proof_agrees_with_every_walk(block: int):
    """
    With tries that may run out at any time, exactly those steps are found that some walk enters without the assurance.
    """
    for seed in range(block * 60, block * 60 + 60):
        flows = random_library(seed)
        by_id = {f.id: f for f in flows}
        granted = {g.name for f in flows for s in f.steps.values() for e in s.edges.values() for g in e.grants}
        granted |= {g.name for f in flows for o in f.outcomes.values() for g in o.grants}
        found = set(proof_of(flows))
        for root in by_id:
            explorer = Explorer(by_id, root, counting=False)
            walked = {(root, s, need) for s, need in explorer.explore() if need in granted}
            proved = {key for key in found if key[0] == root}

            assert walked <= proved, seed
            assert not explorer.complete or proved == walked, seed


@pytest.mark.parametrize("block", range(10))
def test_a_printed_path_can_be_walked(block: int):
    """
    The printed path is a walk to the step without the assurance, also with tries counted, unless they run out on it.
    """
    for seed in range(block * 60, block * 60 + 60):
        flows = random_library(seed)
        by_id = {f.id: f for f in flows}
        proof = proof_of(flows)
        for (root, name, need), finding in proof.items():
            free = Explorer(by_id, root, counting=False)
            assert free.walks(finding.path, need), (seed, root, name, finding.path)
            if not any(by_id[f].steps[s].attempts for f, _, s in (hop.step.partition("/") for hop in finding.path)):
                assert Explorer(by_id, root, counting=True).walks(finding.path, need), (seed, root, name)


def test_examine_gives_one_finding_for_one_mistake():
    """
    An edge that goes round the identification gives that one finding and no other.
    """
    found = examine(draft(authentication(), caller("outcome:verified>menu", "outcome:failed>menu")))

    assert [f.code for f in found] == [NOT_GRANTED.code]
