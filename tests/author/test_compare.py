"""What differs between two libraries, told from their meaning alone, and the same the other way round."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path
from typing import Any

import pytest

from shepherd.author.compare import compare
from shepherd.author.difference import Change, Difference
from shepherd.author.difftold import sentences
from shepherd.author.news import every_change, news
from shepherd.check.stored import ORDERED
from shepherd.flow.draft import Draft, from_documents, read_draft
from tests.shipped import FLOWS
from tests.shipped import draft as shipped

#: So many edits are tried of each flow.
SAMPLE = int(os.environ.get("SHEPHERD_COMPARE_EDITS", "20"))
SMALL = """flow: lamp
title: The lamp is dark
category: troubleshooting
version: 1
inputs: {customer_id: text}
outcomes: {lit: {resolves: true}, sent: {resolves: false}}
values: {old: age.years > 5}
steps:
  switch:
    ask: Is the lamp switched on?
    answers:
      yes: {label: It is on, then: age}
      no: {label: It is off, then: turn}
  turn:
    say: Please turn it on.
    then: done
  age:
    collect:
      years: {label: How old is it, type: number}
      bulb: {label: Which bulb, type: choice, options: {led: LED, other: Another one}}
  judge:
    decide:
      - {when: old, then: send}
      - {when: age.years < 1, then: turn}
      - otherwise: send
  send: {end: sent}
  done: {end: lit}
"""


def draft(tmp_path: Path, text: str, name: str = "lamp", **others: str) -> Draft:
    tmp_path.mkdir(exist_ok=True, parents=True)
    (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    for other, words in others.items():
        (tmp_path / f"{other}.yaml").write_text(words, encoding="utf-8")
    made = read_draft(tmp_path)
    assert not made.findings, made.findings
    return made


def edited(tmp_path: Path, *edits: tuple[str, str]) -> Difference:
    """What differs once *edits* are made in the small flow."""
    text = SMALL
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    return compare(draft(tmp_path / "a", SMALL), draft(tmp_path / "b", text))


def only(difference: Difference) -> Change:
    ((_, change),) = difference.changes
    return change


def test_a_library_does_not_differ_from_itself() -> None:
    """Read twice, it is the same, and nothing is called rewritten."""
    difference = compare(shipped(), read_draft(FLOWS))
    assert difference.empty
    assert difference.flows == ()


def test_comments_blanks_and_the_order_of_what_has_none_do_not_matter(tmp_path: Path) -> None:
    """What means the same is no difference, however it is written."""
    text = SMALL.replace("title:", "# why not\ntitle:").replace("age.years > 5", "age.years>5")
    text = text.replace("category: troubleshooting\nversion: 1", "version: 1\ncategory: troubleshooting")
    text = text.replace("{label: It is on, then: age}", "{then: age, label: It is on}")
    text = text.replace("    then: done", "    then: 'done'")
    difference = compare(draft(tmp_path / "a", SMALL), draft(tmp_path / "b", text))
    assert difference.empty
    assert [(one.flow, one.rewritten) for one in difference.flows] == [("lamp", True)]


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (("turn it on", "turn it on now"), ("changed", "words", "say", "turn")),
        (("label: It is on", "label: Yes"), ("changed", "answer", "yes", "switch")),
        (("off, then: turn", "off, then: send"), ("changed", "route", "answer:no", "switch")),
        (("age.years > 5", "age.years > 6"), ("changed", "value", "old", "")),
        (("age.years < 1", "age.years < 2"), ("changed", "condition", "when", "judge")),
        (("led: LED", "led: A LED"), ("changed", "option", "bulb.led", "age")),
        (("years: {label", "years: {min: 0, label"), ("added", "field", "years.min", "age")),
        (("title: The lamp", "title: A lamp"), ("changed", "head", "title", "")),
        (("sent: {resolves: false}", "sent: {resolves: true}"), ("changed", "outcome", "sent.resolves", "")),
        (("    then: done", "    attempts: 2\n    out_of_attempts: send\n    then: done"), None),
    ],
)
def test_each_thing_is_told_by_its_kind_and_place(
    tmp_path: Path, edit: tuple[str, str], told: tuple[str, ...] | None
) -> None:
    """One edit is one change: what it is, of which step, and both texts."""
    difference = edited(tmp_path, edit)
    if told is None:
        assert {(c.how, c.kind, c.name) for _, c in difference.changes} == {
            ("added", "attempts", ""),
            ("added", "route", "out_of_attempts"),
        }
        return
    change = only(difference)
    assert (change.how, change.kind, change.name, change.step) == told
    assert change.before != change.after


def test_a_step_under_another_name_looks_renamed_and_what_leads_to_it_is_the_same(tmp_path: Path) -> None:
    """A renamed step is one change; the edges to it are not called re-pointed."""
    text = SMALL.replace("turn", "turn_on").replace("Please turn_on it on", "Please turn it on")
    difference = compare(draft(tmp_path / "a", SMALL), draft(tmp_path / "b", text))
    change = only(difference)
    assert (change.how, change.kind, change.before, change.after) == ("renamed", "step", "turn", "turn_on")
    assert difference.flows[0].steps["turn"] == "turn_on"


NO = "no: {label: It is off, then: turn}"


@pytest.mark.parametrize(
    ("edits", "told"),
    [
        ([(NO, "off: {label: It is off, then: turn}")], {("renamed", "off", "no", "off")}),
        (
            [(NO, "off: {label: Not on, then: turn}")],
            {("renamed", "off", "no", "off"), ("changed", "off", "It is off", "Not on")},
        ),
        (
            [
                (f"      {NO}\n", ""),
                ("      yes: {label", "      off: {label: It is off, then: turn}\n      yes: {label"),
            ],
            {("renamed", "off", "no", "off")},
        ),
        ([(NO, "off: {label: It is off, then: send}")], None),
        ([(NO, "off: {label: It is off, then: turn, grants: proven}")], None),
        (
            [(f"      {NO}\n", ""), ("      yes: {label", "      off: {label: Off, then: turn}\n      yes: {label")],
            None,
        ),
        ([(NO, "off: {label: It is off, then: turn}"), ("yes: {label", "on: {label")], None),
        ([(NO, f"{NO}\n      off: {{label: It is off, then: turn}}")], None),
    ],
)
def test_an_answer_under_another_value_looks_renamed(
    tmp_path: Path, edits: list[tuple[str, str]], told: set[tuple[str, ...]] | None
) -> None:
    """
    The only one that went is the only one that came, where the way is the same, and the label or the place.

    Else one is gone and one is new (*told* is None). The other way round, the same is told.
    """
    text = SMALL
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    desk = "desk: one\nassurances: {proven: {granted_by: [lamp]}}\n"
    before, after = draft(tmp_path / "a", SMALL, desk=desk), draft(tmp_path / "b", text, desk=desk)
    there, back = compare(before, after), compare(after, before)
    found = [change for _, change in there.changes]
    assert sorted(change.mirrored for change in found) == sorted(change for _, change in back.changes)
    if told is None:
        assert "renamed" not in {change.how for change in found}
        assert ("added", "off") in {(change.how, change.name) for change in found}
        return
    assert {(c.how, c.name, c.before, c.after) for c in found} == told
    (pair,) = (pair for pair in there.flows[0].edges if not pair.same)
    assert (pair.before and pair.before.by, pair.after and pair.after.by) == ("answer:no", "answer:off")
    assert (pair.pointed, pair.reworded) == (False, True)


def test_agents_are_told_of_labels_and_not_of_the_values_behind_them(tmp_path: Path) -> None:
    """Those who publish are told of both."""
    value = edited(tmp_path / "value", ("no: {label", "off: {label"))
    assert news(value) == ()
    assert every_change(value) == ("lamp: switch: The answer no is called off now.",)
    label = edited(tmp_path / "label", ("no: {label: It is off", "off: {label: It is dark"))
    (told,) = news(label)
    assert told.lines == ("Switch: The answer off reads “It is dark”, and read “It is off”.",)


def test_a_step_that_is_put_between_two_others_is_new_and_the_way_is_led_through_it(tmp_path: Path) -> None:
    """The way that went by the order of the file is told as re-pointed."""
    difference = edited(tmp_path, ("  judge:\n", "  wait_a_moment:\n    say: One moment.\n  judge:\n"))
    told = {(c.how, c.kind, c.name, c.before, c.after) for _, c in difference.changes}
    assert told == {
        ("added", "step", "wait_a_moment", "", "message"),
        ("added", "route", "then", "", "judge"),
        ("changed", "route", "then", "judge", "wait_a_moment"),
    }


def test_branches_are_known_by_their_condition_and_not_by_their_number(tmp_path: Path) -> None:
    """A branch put in front leaves those behind it as they are; two that change places are told as moved."""
    first = edited(tmp_path, ("- {when: old", "- {when: age.years == 3, then: done}\n      - {when: old"))
    change = only(first)
    assert (change.how, change.kind, change.name, change.after) == ("added", "route", "when age.years == 3", "done")
    two = "      - {when: old, then: send}\n      - {when: age.years < 1, then: turn}\n"
    assert two in SMALL
    moved = only(edited(tmp_path, (two, "\n".join(two.splitlines()[::-1]) + "\n")))
    assert (moved.how, moved.kind, moved.name) == ("moved", "order", "branches")


def test_policy_lists_and_promises_are_compared_beside_the_flows(tmp_path: Path) -> None:
    """What stands beside the flows is told by its kind and the keys that lead there."""
    before = draft(
        tmp_path / "a",
        SMALL,
        desk="desk: one\nhours: {mon: 08:00-16:00}\n",
        fruits="list: fruits\noptions: {a: Apple}\n",
    )
    promises = "promises:\n  never_twice: {every: {step: lamp/send}, never_after: {step: lamp/turn}}\n"
    after = draft(
        tmp_path / "b",
        SMALL,
        desk="desk: one\nhours: {mon: 09:00-16:00}\n",
        fruits="list: fruits\noptions: {a: Apple, b: Banana}\n",
        promises=promises,
    )
    told = [(c.how, c.kind, c.name, c.before, c.after) for c in compare(before, after).beside]
    assert told == [
        ("changed", "desk", "hours.mon", "08:00-16:00", "09:00-16:00"),
        ("added", "list", "fruits.options.b", "", "Banana"),
        ("added", "promise", "never_twice", "", ""),
    ]


def test_a_flow_under_another_name_looks_renamed(tmp_path: Path) -> None:
    """A flow whose steps are those of one that is gone is that one."""
    after = draft(tmp_path / "b", SMALL.replace("flow: lamp", "flow: light"), "light")
    (one,) = compare(draft(tmp_path / "a", SMALL), after).flows
    assert (one.how, one.was, one.flow) == ("renamed", "lamp", "light")


# --- rules that hold for any edit ----------------------------------------------------------------------


def leaves(tree: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(tree, dict):
        return [at for key, value in tree.items() for at in leaves(value, (*path, key))]
    if isinstance(tree, list):
        return [at for number, value in enumerate(tree) for at in leaves(value, (*path, number))]
    return [path]


def changed(document: Any, path: tuple[Any, ...], dice: random.Random) -> Any:
    """*document* with another value at *path*: another of its own texts, or one letter more; or without it."""
    copy = json.loads(json.dumps(document))
    here = copy
    for key in path[:-1]:
        here = here[key]
    old = here[path[-1]]
    if isinstance(old, bool):
        here[path[-1]] = not old
    elif isinstance(old, int):
        here[path[-1]] = old + 1
    elif dice.random() < 0.3:
        here.pop(path[-1])
    elif path[-1] in ("then", "ok", "error", "failed") and "steps" in copy:
        here[path[-1]] = dice.choice(list(copy["steps"]))
    else:
        here[path[-1]] = "long_text" if path[-1] == "type" else f"{old}x"
    return copy


def shuffled(tree: Any, dice: random.Random, key: str = "") -> Any:
    """*tree* with the keys whose order means nothing in another order."""
    if isinstance(tree, list):
        return [shuffled(item, dice) for item in tree]
    if not isinstance(tree, dict):
        return tree
    names = list(tree)
    if key not in ORDERED:
        dice.shuffle(names)
    return {name: shuffled(tree[name], dice, name) for name in names}


@pytest.mark.parametrize("name", ["internet_down", "authentication", "refund"])
def test_any_edit_that_means_something_is_told_and_mirrored(name: str) -> None:
    """Whatever is changed in a flow's typed source is told, unless it means the same, and mirrored."""
    dice = random.Random(name)
    documents = {n: d for n, d in shipped().documents.items() if not n.startswith(("flow:", "translation:", "rows:"))}
    source = json.loads(json.dumps(shipped().documents[f"flow:{name}"]))
    before = from_documents({**documents, f"flow:{name}": source})
    assert compare(before, from_documents({**documents, f"flow:{name}": shuffled(source, dice)})).empty
    paths = leaves(source)
    tried = 0
    for path in dice.sample(paths, min(SAMPLE, len(paths))):
        edit = changed(source, path, dice)
        if not edit.get("flow") or path == ("flow",):
            continue
        after = from_documents({**documents, f"flow:{name}": edit})
        if name not in after.flows or edit == source:
            continue
        tried += 1
        there, back = compare(before, after), compare(after, before)
        assert not there.empty or _means_the_same(before, after, name), path
        mirrored = sorted((flow, change.mirrored) for flow, change in there.changes)
        assert mirrored == sorted(back.changes), path
        edges = [
            {(p.before and p.before.by, p.after and p.after.by, p.pointed, p.reworded) for p in one.flows[0].edges}
            for one in (there, back)
        ]
        assert edges[0] == {(b, a, pointed, reworded) for a, b, pointed, reworded in edges[1]}, path
    assert tried > SAMPLE // 3


def _means_the_same(before: Draft, after: Draft, name: str) -> bool:
    """Whether only what has a default, or is written twice, differs."""
    one, other = before.flows[name], after.flows[name]
    return {s: list(x.edges.items()) for s, x in one.steps.items()} == {
        s: list(x.edges.items()) for s, x in other.steps.items()
    } and [x.words for x in one.steps.values()] == [x.words for x in other.steps.values()]


TABLED = """flow: lamp
title: The lamp is dark
category: troubleshooting
version: 1
inputs: {watts: number}
outcomes: {done: {resolves: true}}
tables:
  bulb:
    by: {watts: watts}
    gives: {kind: text}
    rows:
      - [under 12.5, LED]
      - [any, Old]
steps:
  tell: {say: "It is {{ bulb.kind }}."}
  finish: {end: done}
"""


def test_a_row_is_known_by_what_is_looked_up(tmp_path: Path) -> None:
    """A row that gives something else has changed; another is new or gone, and each is told as a whole."""
    before = draft(tmp_path / "a", TABLED)
    for old, new, told in (
        ("LED]", "Small]", "The row “under 12.5” of the table bulb gives “Small”, and gave “LED”."),
        ("      - [any", "      - [20, Odd]\n      - [any", "The row “20” of the table bulb is new, and gives “Odd”."),
        ("      - [under 12.5, LED]\n", "", "The row “under 12.5” of the table bulb is gone; it gave “LED”."),
    ):
        (one,) = compare(before, draft(tmp_path / "b", TABLED.replace(old, new))).flows
        assert [text for _, text in sentences(one)] == [told]
