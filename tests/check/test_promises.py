"""Promises: what breaks one, what does not, and the path that is shown."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from shepherd.check import examine
from shepherd.check.promises import kept
from shepherd.flow.draft import Draft, read_draft
from shepherd.flow.findings import Finding
from tests import shipped

CALLER = """flow: caller
title: Who is calling
category: authentication
version: 1
called_only: true
outcomes: {known: {grants: identity}, stranger: {}}
steps:
  street:
    ask: Which street do you live in?
    answers: {right: yes_, wrong: street}
    attempts: 2
    attempts_per: ticket
    out_of_attempts: no_
  yes_: {end: known}
  no_: {end: stranger}
"""
MAIN = """flow: main
title: Change something
category: orders
version: 1
outcomes: {done: {resolves: true}, stopped: {resolves: false}}
steps:
"""


def read(folder: Path, steps: str, promise: str, **others: str) -> Draft:
    """A library of the flow ``main`` with *steps*, one promise ``p``, and *others*."""
    files = {"main": MAIN + steps, "promises": f"promises:\n  p: {promise}\n", "caller": CALLER} | others
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return read_draft(folder)


def broken(folder: Path, steps: str, promise: str, **others: str) -> list[Finding]:
    """What is found of promises and assurances in such a library; spare steps and open loops are not in question."""
    return [f for f in examine(read(folder, steps, promise, **others)) if f.code.startswith("SHP4")]


def path(finding: Finding) -> list[str]:
    """The hops as ``step by``."""
    return [f"{hop.step.removeprefix('main/')} {hop.by}" for hop in finding.path]


IDENTIFY = "  identify: {call: caller, results: {known: menu, stranger: %s}}\n"
MENU = "  menu: {ask: What?, answers: {change: change, nothing: stop}}\n"
CHANGE = "  change: {say: Changed., tag: change%s}\n  done_: {end: done}\n  stop: {end: stopped}\n"
PROMISE = "{every: {tag: change}, needs: identity}"


def test_an_assurance_before_a_step_is_proved_across_calls_and_loops(tmp_path: Path):
    """
    Where every way leads through the outcome that grants, the promise is kept; else the path goes through the call and
    its tries.
    """
    assert broken(tmp_path, IDENTIFY % "stop" + MENU + CHANGE % "", PROMISE) == []
    found = broken(tmp_path, IDENTIFY % "menu" + MENU + CHANGE % "", PROMISE)

    assert [f.code for f in found] == ["SHP421"]
    assert path(found[0]) == [
        "identify start",
        "caller/street call",
        "caller/no_ out_of_attempts",
        "menu outcome:stranger",
        "change answer:change",
    ]


def test_what_is_wrong_on_the_path_comes_before_the_promise_that_it_breaks(tmp_path: Path):
    """
    A misspelt assurance at the very step is told alone; once it is mended, the promise is looked at.
    """
    flow = IDENTIFY % "menu" + MENU + CHANGE

    assert [f.code for f in broken(tmp_path, flow % ", requires: identty", PROMISE)] == ["SHP406"]
    assert "SHP421" in [f.code for f in broken(tmp_path, flow % "", PROMISE)]


def test_what_a_flow_that_can_not_be_read_may_have_is_not_missed(tmp_path: Path):
    """
    A result that only such a flow routes is no unknown word of a promise.
    """
    flow = IDENTIFY % "stop" + MENU + CHANGE % ", once_per: run"
    found = examine(read(tmp_path, flow, "{every: {tag: change}, never_after: {flow: caller, result: known}}"))

    assert "SHP426" not in [f.code for f in found]


def test_what_may_expire_is_asked_for_at_the_door(tmp_path: Path):
    """
    An identity that lasts half an hour may be gone once somebody was waited for; a step that requires it is safe.
    """
    desk = "desk: d\nassurances: {identity: {granted_by: [caller], expires: 30m}}\n"
    found = broken(tmp_path, IDENTIFY % "stop" + MENU + CHANGE % "", PROMISE, desk=desk)
    guarded = ", requires: identity, unmet: identify"

    assert [f.code for f in found] == ["SHP421"]
    assert path(found[0])[-2:] == ["menu resumed", "change answer:change"]
    assert broken(tmp_path, IDENTIFY % "stop" + MENU + CHANGE % guarded, PROMISE, desk=desk) == []


def test_a_caller_answers_for_the_flow_that_it_calls(tmp_path: Path):
    """
    A step of a helper is reached only behind what its callers do before: a check of the helper alone would refuse it.
    """
    helper = MAIN.replace("flow: main", "flow: helper\ncalled_only: true").replace("{resolves: true}", "{}")
    helper = helper.replace("{resolves: false}", "{}") + CHANGE % ""
    call = "  change: {call: helper, results: {done: done_, stopped: stop}}\n" + CHANGE.partition("\n")[2]

    assert broken(tmp_path, IDENTIFY % "stop" + MENU + call, PROMISE, helper=helper) == []
    found = broken(tmp_path, IDENTIFY % "change" + MENU + call, PROMISE, helper=helper)
    assert [(f.code, f.flow, f.step) for f in found] == [("SHP421", "helper", "change")]


LOOP = """  again: {ask: Well?, answers: {no: again, yes: done_}, attempts: 3, out_of_attempts: change}
  change: {say: Changed., tag: change}
  done_: {end: done}
  stop: {end: stopped}
"""


def test_the_path_has_the_repeats_that_it_needs(tmp_path: Path):
    """
    A way out that needs three tries is shown behind three tries.
    """
    found = broken(tmp_path, LOOP, "{every: {tag: change}, needs: {step: main/again, answer: yes}}")

    assert path(found[0]) == ["again start", *["again answer:no"] * 3, "change out_of_attempts"]


def test_a_way_out_that_nobody_can_need_is_closed(tmp_path: Path):
    """
    A step that is entered once never runs out of its tries: a check that takes every edge would refuse this.
    """
    steps = """  once: {ask: Well?, answers: {yes: agreed, no: stop}, attempts: 1, out_of_attempts: change}
  agreed: {say: Good., then: change}
  change: {say: Changed., tag: change}
  done_: {end: done}
  stop: {end: stopped}
"""

    assert broken(tmp_path, steps, "{every: {tag: change}, needs: {step: main/agreed}}") == []


KINDS = """  kind: {ask: Which?, answers: {big: ask_boss, small: go}}
  ask_boss: {ask: May I?, answers: {yes: go, no: stop}}
  go: {say: Let us see.}
  which:
    decide:
      - {when: kind == "big", then: change}
      - {when: price > 100, then: %s}
      - {otherwise: done_}
  change: {say: Changed., tag: change}
  done_: {end: done}
  stop: {end: stopped}
"""
INPUTS = "inputs: {price: number}\nsteps:\n"


def test_finite_values_are_weighed_and_others_are_named(tmp_path: Path):
    """
    What was answered closes ways behind it; a way that only arithmetic closes counts as open, and the finding says so.
    """
    promise = "{every: {tag: change}, needs: {step: main/ask_boss, answer: yes}}"
    head = MAIN.replace("steps:\n", INPUTS)

    assert broken(tmp_path, "", promise, main=head + KINDS % "done_") == []
    found = broken(tmp_path, "", promise, main=head + KINDS % "change")
    assert [f.code for f in found] == ["SHP421"]
    assert path(found[0])[-2:] == ["which then", "change when:2"]
    assert "price > 100 (main/which)" in found[0].hint
    assert "kind" not in found[0].hint


OFFER = """  offer: {ask: Is it the last?, answers: {yes: last, no: less}}
  last: {say: This is our last offer.%s}
  agreed: {ask: Do you take it?, answers: {yes: done_, no: stop}}
  less: {say: Ten per cent less., then: agreed}
  done_: {end: done}
  stop: {end: stopped}
"""


@pytest.mark.parametrize(
    ("bar", "codes"), [("", ["SHP423"]), (", no_going_back: true", [])], ids=["open", "no_going_back"]
)
def test_what_happened_counts_though_one_went_back(tmp_path: Path, bar: str, codes: list[str]):
    """
    Said once, a last offer was said: going back, or another answer, leads on to what may never come after it. Where
    there is no going back the promise is kept.
    """
    found = broken(tmp_path, OFFER % bar, "{every: {step: main/less}, never_after: {step: main/last}}")

    assert [f.code for f in found] == codes
    if codes:
        assert path(found[0]) == ["offer start", "last answer:yes", "agreed then", "offer back", "less answer:no"]


def test_what_must_follow_must_stand_at_the_end(tmp_path: Path):
    """
    A run that ends without it breaks the promise; so does one that goes back over what was owed.
    """
    owed = "{every: {step: main/last}, followed_by: {step: main/%s}}"

    assert broken(tmp_path, OFFER % ", no_going_back: true", owed % "agreed") == []
    found = broken(tmp_path, OFFER % ", no_going_back: true", owed % "less")
    assert path(found[0]) == ["offer start", "last answer:yes", "agreed then", "done_ answer:yes"]


def test_steps_are_counted_with_their_repeats(tmp_path: Path):
    """
    Three tries and the way out make three human steps, not four; a loop without an end makes any number.
    """
    for most, codes in ((3, []), (2, ["SHP424"])):
        found = broken(tmp_path, LOOP, f"{{every: {{tag: change}}, at_most: {{human: {most}}}}}")
        assert [f.code for f in found] == codes
    endless = "  again: {ask: Well?, answers: {no: again, yes: done_}}\n  done_: {end: done}\n  stop: {end: stopped}\n"
    found = broken(tmp_path, endless, "{every: {outcome: done}, at_most: {human: 7}}")

    assert [f.code for f in found] == ["SHP424"]
    assert path(found[0]) == ["again start", *["again answer:no"] * 7, "done_ answer:yes"]


def test_the_shipped_promises_are_kept():
    """
    All of them, and they hold for steps that are there.
    """
    draft = shipped.draft()

    assert shipped.findings() == ()
    assert kept(draft, []) == len(draft.promises) >= 7


LEVELS = "desk: d\nassurances: {identity: {granted_by: [caller], levels: [basic, strong]}}\n"


def test_a_level_is_asked_for_as_it_is_granted(tmp_path: Path):
    """
    What is granted at the basic level is not enough for a promise of the strong one; unknown levels are found.
    """
    steps, desk = IDENTIFY % "stop" + MENU + CHANGE % "", {"desk": LEVELS}
    strong = CALLER.replace("{grants: identity}", "{grants: {identity: strong}}")
    promise = "{every: {tag: change}, needs: {assurance: identity, level: %s}}"

    assert broken(tmp_path, steps, promise % "basic", **desk) == []
    found = broken(tmp_path, steps, promise % "strong", **desk)
    assert [f.code for f in found] == ["SHP421"]
    assert "identity at level strong" in found[0].message
    assert broken(tmp_path, steps, promise % "strong", caller=strong, **desk) == []
    assert [f.code for f in broken(tmp_path, steps, promise % "huge", **desk)] == ["SHP407"]


def test_what_a_representative_proves_is_theirs(tmp_path: Path):
    """
    A call about a representative gives theirs, not the customer's; each may be promised.
    """
    steps = IDENTIFY.replace("call: caller,", "call: caller, about: representative,") % "stop" + MENU + CHANGE % ""

    assert [f.code for f in broken(tmp_path, steps, PROMISE)] == ["SHP421"]
    assert broken(tmp_path, steps, PROMISE.replace("identity", "representative.identity")) == []


def test_a_flow_that_takes_over_keeps_what_came_before(tmp_path: Path):
    """
    Behind a hand-on it counts what was done before it, and the path goes on in the other flow.
    """
    other = MAIN.replace("flow: main", "flow: other") + CHANGE % "" + "  x: {say: Hm., then: stop}\n"
    steps = "  ask: {ask: Agreed?, answers: {yes: go, no: %s}}\n  go: {hand_on: other}\n"
    steps += "  done_: {end: done}\n  stop: {end: stopped}\n"
    promise = "{every: {tag: change}, needs: {step: main/ask, answer: yes}}"
    found = broken(tmp_path, steps % "stop", promise, other=other)

    assert [path(f) for f in found] == [["other/change start"]]  # a run may begin there
    promise = "{every: {step: other/change}, never_after: {step: main/ask, answer: no}}"
    found = broken(tmp_path, steps % "go", promise, other=other)
    assert [path(f) for f in found] == [["ask start", "go answer:no", "other/change hand_on"]]
    found = broken(tmp_path, steps % "stop", promise, other=other)
    assert found == []  # behind the answer no the run is over at once: there is no going back


UNDO = """  which: {ask: Which?, answers: {pay: pay, other: change}}
  pay: {do: box.pay, once_per: visit, results: {ok: more, error: more, unknown: stop}%s}
  more: {ask: What else?, answers: {nothing: done_}}
  change: {say: Changed., tag: change}
  done_: {end: done}
  stop: {end: stopped}
"""
BOX = """connectors:
  box:
    kind: table
    file: box.csv
    key: id
    operations:
      pay: {reads: false, results: {ok: {}}}
      back: {reads: false, results: {ok: {}}}
"""


@pytest.mark.parametrize("undo", ["", ", undo: box.back"], ids=["barred", "taken back"])
def test_a_change_bars_the_way_back_or_is_taken_back(tmp_path: Path, undo: str):
    """
    Nobody goes back over a change; where it can be undone it is undone on the way, and has not happened.
    """
    (tmp_path / "box.csv").write_text("id\n1\n", encoding="utf-8")
    promise = "{every: {tag: change}, never_after: {connector: box.pay}}"

    assert broken(tmp_path, UNDO % undo, promise, connectors=BOX) == []
    said = "  pay: {say: I pay., then: more}\n".join(re.split(r"  pay: .*\n", UNDO % undo))
    found = broken(tmp_path, said, promise.replace("connector: box.pay", "step: main/pay"), connectors=BOX)
    assert [path(f)[-2:] for f in found] == [["which back", "change answer:other"]]


def test_what_is_held_from_an_earlier_contact_counts_and_is_told(tmp_path: Path):
    """
    A branch on the identity may be taken without asking for it; once it is withdrawn, the promise is broken.
    """
    steps = (
        """  known: {decide: [{when: assured.identity, then: menu}, {otherwise: identify}]}
  identify: {call: caller, results: {known: menu, stranger: stop}}
  menu: {ask: What?, answers: {change: change, other: other}}
  other: {say: Give me the other caller.%s, then: change}
"""
        + CHANGE % ""
    )

    assert broken(tmp_path, steps % "", PROMISE) == []
    found = broken(tmp_path, steps % ", withdraws: identity", PROMISE)
    assert [f.code for f in found] == ["SHP421"]


def test_a_guard_at_the_head_calls_the_flow_that_grants(tmp_path: Path):
    """
    A run of a flow that requires the identity begins where it is granted: what happens there has happened.
    """
    head = MAIN.replace("steps:\n", "requires: identity\nsteps:\n")
    promise = "{every: {tag: change}, never_after: {step: caller/street}}"
    found = broken(tmp_path, "", promise, main=head + CHANGE % "")

    assert [path(f) for f in found] == [
        ["change start", "caller/street guard:change", "caller/yes_ answer:right", "change guard:change"]
    ]
    assert broken(tmp_path, "", PROMISE, main=head + CHANGE % "") == []


def test_words_that_do_not_go_together_are_told(tmp_path: Path):
    """
    Each with one finding at its word, and nothing is proved of such a promise.
    """
    wrong = {
        "{every: {outcome: done, tag: change}, needs: identity}": "SHP427",
        "{every: {outcome: done}, followed_by: {step: main/change}}": "SHP427",
        "{every: {tag: change}, never_after: {assurance: identity}}": "SHP427",
        "{every: {tag: change}, needs: {flow: caller, step: main/change}}": "SHP427",
        "{every: {tag: chnage}, needs: identity}": "SHP426",
        "{every: {tag: change}, needs: {step: main/change, answer: yes}}": "SHP426",
        "{every: {tag: change}, needs: {field: main/change}}": "SHP426",
        "{every: {tag: change}, needs: idenity}": "SHP406",
        "{every: {verb: collect}, needs: identity}": "SHP425",
    }

    for promise, code in wrong.items():
        assert [f.code for f in broken(tmp_path, CHANGE % "", promise)] == [code], promise


def test_a_long_way_back_is_found_through_many_loops(tmp_path: Path):
    """
    Forty loops of three tries each lie between: they are neither counted out one by one, nor is the path left in doubt.
    """
    loop = "  l{n}: {{ask: Well?, answers: {{on: l{m}, again: l{n}}}, attempts: 3, out_of_attempts: l{m}}}\n"
    loops = "".join(loop.format(n=n, m=n + 1) for n in range(40))
    steps = (
        f"  which: {{ask: Which?, answers: {{long: l0, change: change}}}}\n{loops}  l40: {{say: There., then: more}}\n"
    )
    steps += UNDO.partition("\n")[2].partition("\n")[2]
    found = broken(tmp_path, steps, "{every: {tag: change}, never_after: {step: main/l40}}")

    assert [len(f.path) for f in found] == [45]
    assert path(found[0])[-2:] == ["which back", "change answer:change"]
    assert found[0].hint == "Lead this path to another step."


def test_a_mistake_in_a_flow_makes_no_promise_look_wrong(tmp_path: Path):
    """Where a flow can't be read, what a promise names of it is not called unknown: one mistake, one finding."""
    for file in shipped.FLOWS.glob("*.yaml"):
        text = file.read_text("utf-8")
        if file.stem == "refund":
            text = text.replace("    ask: How much is to be paid back?", "    question: How much is to be paid back?")
        (tmp_path / file.name).write_text(text, "utf-8")
    for folder in ("data", "lists"):
        if (shipped.FLOWS / folder).is_dir():
            shutil.copytree(shipped.FLOWS / folder, tmp_path / folder)
    errors = [finding.code for finding in examine(read_draft(tmp_path)) if finding.severity == "error"]
    assert errors == ["SHP107"]
