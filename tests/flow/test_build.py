"""From text to an immutable flow: every construct, every resolved way."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from decimal import Decimal

import pytest

from shepherd.check import walks
from shepherd.flow.draft import Draft, read_draft
from shepherd.flow.graph import graph_of
from shepherd.flow.model import Ask, Call, Collect, Decide, Do, Escalate, Flow, Grant, Lookup, Need, Step
from tests.flow.library import Write

HEAD = "flow: a\ntitle: T\ncategory: orders\nversion: 3\noutcomes:\n  ok: {resolves: true}\n"


def built(write: Write, text: str, **files: str) -> Flow:
    draft: Draft = read_draft(write(a=text, **files))
    assert not draft.findings, draft.findings
    return draft.flows["a"]


def ways(step: Step) -> dict[str, str]:
    return {by: edge.target for by, edge in step.edges.items()}


def test_a_way_goes_to_then_or_to_the_next_step(write: Write):
    """
    Without `then` a step goes on to the next one in the file; a step that routes by itself, or ends, does not.
    """
    flow = built(
        write,
        HEAD
        + "steps:\n  one: {say: X.}\n  two: {say: X., then: one}\n  three: {ask: X?, answers: {yes: one, no: two}}\n"
        "  four: {end: ok}\n  five: {say: X.}\n",
    )

    assert flow.first == "one"
    assert [ways(step) for step in flow.steps.values()] == [
        {"then": "two"},
        {"then": "one"},
        {"answer:yes": "one", "answer:no": "two"},
        {},
        {},
    ]


def test_every_kind_of_way_has_its_name(write: Write):
    """
    Answers, results, outcomes, conditions, no attempts left, expired assurance and silence each have their edge.
    """
    flow = built(
        write,
        HEAD
        + """no_answer: {after: 30m, then: end_it}
steps:
  ask_it:
    ask: X?
    answers: {yes: {label: Yes!, then: look, grants: {identity: {level: 2, expires: 30m}}}}
    attempts: 3
    attempts_per: customer
    within: 24h
    out_of_attempts: end_it
    no_answer: {after: 10m, then: look}
  look:
    lookup: line.test
    timeout: 8s
    results: {ok: choose, error: end_it}
  choose:
    decide:
      - {when: today == today, then: call_it}
      - {otherwise: change, grants: identity}
  call_it:
    call: b
    about: representative
    results: {fine: change}
  change:
    do: ticket.note
    with: {text: '"x"'}
    once_per: visit
    undo: ticket.note
    requires: {identity: 2}
    unmet: ask_it
    withdraws: [identity]
    results: {ok: tell, error: tell, unknown: tell}
  tell:
    say: X.
    by: supervisor
    no_going_back: true
    tag: t
    note: Told.
  pass_on: {escalate: second_line, severity: sev3, because: It is so.}
  end_it: {end: ok}
""",
        b="flow: b\ntitle: T\ncategory: orders\ncalled_only: true\noutcomes: {fine: {}}\nsteps: {x: {end: fine}}\n",
    )
    steps = flow.steps

    assert ways(steps["ask_it"]) == {"answer:yes": "look", "out_of_attempts": "end_it", "no_answer": "look"}
    (grant,) = steps["ask_it"].edges["answer:yes"].grants
    assert (grant.name, grant.level, grant.expires) == ("identity", 2, 1800)
    assert steps["ask_it"].no_answer == 600
    assert steps["ask_it"].attempts is not None
    assert (steps["ask_it"].attempts.most, steps["ask_it"].attempts.per) == (3, "customer")
    assert steps["ask_it"].attempts.within == 86400
    assert ways(steps["look"]) == {"result:ok": "choose", "result:error": "end_it"}
    assert ways(steps["choose"]) == {"when:1": "call_it", "otherwise": "change"}
    assert ways(steps["call_it"]) == {"outcome:fine": "change"}
    assert set(ways(steps["change"])) == {"result:ok", "result:error", "result:unknown", "unmet"}
    assert ways(steps["tell"]) == {"then": "pass_on", "no_answer": "end_it"}
    assert flow.no_answer == 1800
    assert ways(steps["pass_on"]) == {"then": "end_it"}
    look, call, change = steps["look"].action, steps["call_it"].action, steps["change"].action
    assert isinstance(look, Lookup)
    assert isinstance(call, Call)
    assert isinstance(change, Do)
    assert (look.operation, look.timeout, call.flow, call.about) == ("line.test", 8, "b", "representative")
    assert (change.once_per, change.undo) == ("visit", "ticket.note")
    assert [(n.name, n.level) for n in steps["change"].requires] == [("identity", 2)]
    assert steps["change"].withdraws == ("identity",)
    assert (steps["tell"].role, steps["tell"].no_going_back, steps["tell"].tag) == ("supervisor", True, "t")
    assert isinstance(steps["pass_on"].action, Escalate)
    assert isinstance(steps["choose"].action, Decide)


def test_an_unknown_target_stays_for_the_checks(write: Write):
    """
    A way to a step that is not there does not stop the build: the edge stands in the step, not in the graph.
    """
    flow = built(write, HEAD + "steps:\n  one: {say: X., then: nowhere}\n  two: {end: ok}\n")

    assert ways(flow.steps["one"]) == {"then": "nowhere"}
    assert flow.steps["one"].edges["then"].place.line == 8
    assert list(graph_of(flow).edges) == []
    assert list(graph_of(flow)) == ["one", "two"]


def test_the_graph_has_every_way_once(write: Write):
    """
    Two answers that lead to one step are two edges of the graph, each with its Edge.
    """
    flow = built(write, HEAD + "steps:\n  one: {ask: X?, answers: {yes: two, no: two}}\n  two: {end: ok}\n")

    assert sorted(by for _, _, by in graph_of(flow).edges(keys=True)) == ["answer:no", "answer:yes"]
    for source, target, by, edge in graph_of(flow).edges(keys=True, data="edge"):
        assert edge is flow.steps[source].edges[by]
        assert edge.target == target


def test_what_is_checked_is_what_is_drawn(write: Write):
    """
    The ways that checks walk, those that are counted and the graph that is drawn and searched have the same edges.
    """
    steps = "one: {ask: X?, answers: {yes: two, no: nowhere}}\n  two: {say: Y}\n  three: {end: ok}"
    flow = built(write, HEAD + f"steps:\n  {steps}\n")

    walked = [edge for edges in walks.ways(flow).values() for edge in edges]
    drawn = [edge for _, _, edge in graph_of(flow).edges(data="edge")]
    assert [edge.by for edge in flow.edges] == ["answer:yes", "then"]
    assert walked == list(flow.edges) == drawn


def test_fields_carry_their_rules(write: Write):
    """
    Types, limits, lengths, options and marks of a field come to the model as they are written.
    """
    flow = built(
        write,
        HEAD
        + """values: {most: 5}
steps:
  form:
    collect:
      speed: {label: Speed, type: number, min: 0, max: 99.5}
      count: {type: integer, max: most}
      born: {type: date, min: 1900-01-01, personal: true, optional: true}
      code: {type: digits, length: [4, 6], mask: last2, secret: true, help: Four to six}
      mood: {options: {good: Very good, bad: Rather bad}}
      zip: {type: text, pattern: "[0-9]{5}", length: 5, default: '"00100"'}
  last: {end: ok}
""",
    )
    action = flow.steps["form"].action
    assert isinstance(action, Collect)
    speed, count, born, code, mood, zip_ = action.fields.values()

    assert (speed.label, speed.minimum, speed.maximum) == ("Speed", Decimal(0), Decimal("99.5"))
    assert count.maximum == "most"
    assert (born.minimum.isoformat(), born.personal, born.optional) == ("1900-01-01", True, True)
    assert (code.length, code.mask, code.secret, code.help) == ((4, 6), "last2", True, "Four to six")
    assert mood.type.kind == "choice"
    assert [(o.value, o.label) for o in mood.options] == [("good", "Very good"), ("bad", "Rather bad")]
    assert (zip_.pattern, zip_.length) == ("[0-9]{5}", (5, 5))
    assert zip_.default is not None


def test_an_answer_without_a_label_is_read_out_of_its_value(write: Write):
    """
    `hung_up` is shown as "Hung up"; an answer that routes keeps what is said of it, as that it is personal.
    """
    flow = built(write, HEAD + "steps:\n  one: {ask: X?, personal: true, answers: {hung_up: two}}\n  two: {end: ok}\n")
    action = flow.steps["one"].action
    assert isinstance(action, Ask)

    assert action.routed
    assert [(o.value, o.label) for o in action.field.options] == [("hung_up", "Hung up")]
    assert action.field.type.options == ("hung_up",)
    assert action.field.personal


@pytest.mark.parametrize(
    ("written", "grants"),
    [
        ("identity", [("identity", 1, None)]),
        ("[identity, consent]", [("identity", 1, None), ("consent", 1, None)]),
        ("{identity: 2}", [("identity", 2, None)]),
        ("{identity: strong}", [("identity", 2, None)]),
        ("{identity: {level: basic, expires: 2h}}", [("identity", 1, 7200)]),
        ("{identity: wrong}", [("identity", 0, None)]),
    ],
)
def test_grants_are_short_or_long(write: Write, written: str, grants: list[tuple[str, int, int | None]]):
    """
    A grant is a name, a list, or a map with levels, by number or by the name that desk.yaml gives; 0 is unknown.
    """
    text = HEAD.replace("{resolves: true}", f"{{resolves: true, grants: {written}}}")
    desk = "desk: d\nassurances: {identity: {granted_by: [a], levels: [basic, strong]}}\n"
    flow = built(write, text + "steps:\n  one: {end: ok}\n", desk=desk)

    assert [(g.name, g.level, g.expires) for g in flow.outcomes["ok"].grants] == grants


def test_requirements_are_a_name_a_list_or_levels(write: Write):
    """
    `requires` takes one assurance, a list, or a map of levels, at a flow's head as at a step.
    """
    flow = built(
        write,
        HEAD + "requires: [identity, representative.identity]\nsteps:\n  one: {end: ok, requires: {identity: 2}}\n",
    )

    assert [n.name for n in flow.requires] == ["identity", "representative.identity"]
    assert [(n.name, n.level) for n in flow.steps["one"].requires] == [("identity", 2)]
    assert isinstance(flow.requires[0], Need)


def test_values_are_expressions_or_cases(write: Write):
    """
    A value is one expression, or cases with a condition each and `otherwise` at the end.
    """
    flow = built(
        write,
        HEAD
        + "inputs: {n: number}\nvalues:\n  plain: n < 20\n  cases:\n    - {when: n < 20, is: 4}\n    - {otherwise: 8}\n"
        "steps:\n  one: {end: ok}\n",
    )

    assert [case.when is None for case in flow.values["plain"].cases] == [True]
    assert [case.when is None for case in flow.values["cases"].cases] == [False, True]


def test_what_is_said_has_a_hash_of_its_own(write: Write):
    """
    The hash of a step's words changes with the words, and not with where the step leads.
    """
    one = built(write, HEAD + "steps:\n  one: {say: X.}\n  two: {end: ok}\n").steps["one"].words.hash
    led = built(write, HEAD + "steps:\n  one: {say: X., then: two}\n  two: {end: ok}\n").steps["one"].words.hash
    new = built(write, HEAD + "steps:\n  one: {say: Y.}\n  two: {end: ok}\n").steps["one"].words.hash

    assert one == led != new


def test_a_flow_is_immutable(write: Write):
    """
    What was built is never changed: flows, steps and edges refuse it.
    """
    flow = built(write, HEAD + "steps:\n  one: {end: ok}\n")

    for thing, name in ((flow, "title"), (flow.steps["one"], "tag"), (flow.outcomes["ok"], "code")):
        with pytest.raises(FrozenInstanceError):
            setattr(thing, name, "x")
    with pytest.raises(FrozenInstanceError):
        Grant(name="x").level = 3  # type: ignore[misc]


@pytest.mark.parametrize(
    "rules",
    [
        "type: number, min: 5, max: 4",
        "type: number, min: nobody",
        "type: integer, max: 1.5",
        "type: date, min: 2026-02-30",
        "type: time, min: 18:00, max: 09:00",
        "type: datetime, min: 2026-02-02T00:00, max: 2026-02-01T23:59",
        "type: money, min: 5.01, max: 5 EUR",
        "type: money, min: 5 USD",
        "type: money, currency: JPY, max: 5.50",
        "type: many, options: [a, b, c], min: 3, max: 2",
        "type: many, options: [a, b], min: 3",
        "type: many, options: [a, b], min: b",
        'type: phone, pattern: "(?=a)"',
        "type: email, length: [9, 8]",
        "type: digits, length: [6, 4]",
        'type: text, pattern: "("',
        'type: text, pattern: "(?=a)"',
    ],
)
def test_a_field_that_nobody_can_fill_is_refused(write: Write, rules: str):
    """
    Limits that cross, names that are no values, and patterns that RE2 can't read are found before a contact waits.
    """
    draft = read_draft(write(a=f"{HEAD}steps:\n  one: {{ask: X?, {rules}}}\n  two: {{end: ok}}\n"))

    assert [(f.code, f.place.line, f.step) for f in draft.findings] == [("SHP117", 8, "one")]
    assert not draft.flows


@pytest.mark.parametrize(
    ("rules", "key", "named"),
    [
        ("type: date, min: today", "min", "from_today: today"),
        ("type: date, max: today", "max", "up_to_today: today"),
        ("type: integer, max: other.count", "max", "most: other.count"),
        ("type: date, min: 2027-02-30", "", ""),
        ("type: date, min: fristday", "", ""),
        ("type: date, min: 5", "", ""),
        ("type: date, max: now", "", ""),
    ],
)
def test_a_limit_that_reads_names_is_a_named_value(write: Write, rules: str, key: str, named: str):
    """
    The hint says how it is named; written so, it is a limit.
    """
    (found,) = read_draft(write(a=_limited("firstday: today, up_to_now: now", rules))).findings
    name = named.partition(":")[0]

    assert found.code == "SHP117"
    assert ("under `values:`" in found.hint) == bool(named)
    if named:
        assert found.hint.endswith(f" Or name it: put `{named}` under `values:`, and write `{key}: {name}`.")
        assert list(read_draft(write(a=_limited(named, f"{rules.rpartition(' ')[0]} {name}"))).findings) == []


def _limited(value: str, rules: str) -> str:
    return f"{HEAD}values: {{{value}}}\nsteps:\n  one: {{ask: X?, {rules}}}\n  two: {{end: ok}}\n"
