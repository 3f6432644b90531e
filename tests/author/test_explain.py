"""A flow as plain sentences: complete, placed, the same each time, and with nothing in it that can't be seen."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import get_args

import pytest

from shepherd.author.explain import as_json, as_text, explain
from shepherd.author.fieldwords import TYPES
from shepherd.author.told import TOLD
from shepherd.author.ways import SAYS
from shepherd.flow.draft import Draft, from_documents, read_draft
from shepherd.flow.model import VerbName
from shepherd.flow.types import KIND_OF
from tests import shipped
from tests.conftest import Golden
from tests.run.random_library import random_documents

FLOWS = Path(__file__).resolve().parent.parent.parent / "flows"
SHIPPED = ("authentication", "closing", "internet_down", "reset_credentials")


@pytest.fixture(scope="module")
def draft() -> Draft:
    return shipped.draft()


@pytest.mark.parametrize("flow", SHIPPED)
def test_the_shipped_flows_read_as_the_golden_files_have_it(flow: str, draft: Draft, golden: Golden) -> None:
    """Read them in the diff, aloud."""
    golden.same(f"explain/{flow}.txt", as_text(explain(draft, flow)))


@pytest.mark.parametrize("flow", SHIPPED)
def test_every_way_is_told_with_the_step_it_leads_to(flow: str, draft: Draft) -> None:
    """Ways alike share a sentence, but every pair of a step and its next one is there, the one by order too."""
    told = {
        (s.step, s.text.rsplit("go to ")[-1].split()[0]) for s in explain(draft, flow).sentences if s.about == "way"
    }
    steps = draft.flows[flow].steps.values()

    assert told == {(edge.source, edge.target) for step in steps for edge in step.edges.values()}


def test_otherwise_is_told_last(tmp_path: Path) -> None:
    """Wherever it is written, it is taken where no condition holds, and told so, at its own line."""
    lines = "{otherwise: b}, {when: days > 3, then: a}, {when: days > 1, then: c}"
    flow = "flow: f\ntitle: F\ncategory: orders\ninputs: {days: integer}\noutcomes: {done: {resolves: true}}\nsteps:\n"
    steps = f"  d:\n    decide: [{lines}]\n" + "".join(f"  {s}: {{say: Hello., end: done}}\n" for s in "abc")
    (tmp_path / "f.yaml").write_text(flow + steps)
    ways = [s.text for s in explain(read_draft(tmp_path), "f").sentences if (s.step, s.about) == ("d", "way")]

    assert [text.rpartition("go to ")[2][0] for text in ways] == ["a", "c", "b"]
    assert ways[-1].startswith("Otherwise ")


@pytest.mark.parametrize("flow", SHIPPED)
def test_every_sentence_stands_at_its_line(flow: str, draft: Draft) -> None:
    """The line of a step's sentence lies within that step; what is quoted stands in it."""
    lines = (FLOWS / f"{flow}.yaml").read_text().split("\n")
    starts = {step.id: step.place.line for step in draft.flows[flow].steps.values()}
    ends = dict(zip(starts, [*list(starts.values())[1:], len(lines) + 1], strict=True))
    for said in explain(draft, flow).sentences:
        assert 1 <= said.place.line <= len(lines)
        if said.step:
            assert starts[said.step] <= said.place.line < ends[said.step], said
        if said.about in ("say", "guide", "warn", "why", "ask") and "{" not in said.text:
            assert said.text.partition("“")[2][:20].rstrip("”") in lines[said.place.line - 1]


LIBRARIES = [FLOWS, FLOWS / "examples"]


@pytest.mark.parametrize("folder", LIBRARIES, ids=lambda folder: folder.name)
def test_every_flow_that_ships_can_be_told(folder: Path) -> None:
    """Whole, and without a rest of the machinery in it."""
    library = read_draft(folder)
    for name, flow in library.flows.items():
        explained = explain(library, name)
        text = as_text(explained)
        assert {s.step for s in explained.sentences} == {"", *flow.steps}
        assert not any(rest in text for rest in ("object at", "Decimal(", "{{", "Expression(", "(Const"))


def test_the_json_has_the_same_sentences(draft: Draft) -> None:
    """One object, with the step (null for the flow itself), what it is about, and where that stands."""
    explained = explain(draft, "closing")
    shown = as_json(explained)

    assert (shown["shepherd"], shown["flow"], shown["file"]) == ("explain/1", "closing", "closing.yaml")
    assert [s["text"] for s in shown["sentences"]] == [s.text for s in explained.sentences]
    assert {"step": None, "about": "flow"}.items() <= shown["sentences"][0].items()
    assert set(shown["sentences"][0]) == {"step", "about", "line", "column", "text"}


def test_every_verb_way_and_type_has_its_words() -> None:
    """A new one without a row is found here, not by a reader."""
    assert set(get_args(VerbName)) <= set(TOLD)
    assert set(KIND_OF) <= set(TYPES)
    ways = "then answer result outcome when otherwise out_of_attempts unmet no_answer"
    assert set(SAYS) == set(ways.split())


def _flow(**more: object) -> dict[str, object]:
    return {
        "flow": "odd",
        "title": "Odd",
        "category": "troubleshooting",
        "version": "1",
        "outcomes": {"done": {"resolves": "true"}},
        "steps": {"hello": {"say": "Good morning."}, "close": {"end": "done"}},
        **more,
    }


@pytest.mark.parametrize(
    "hostile",
    [
        "a\u202eb",
        "a\u0007b",
        "a\u200bb",
        "a\x1b[31mb",
        "a\u2028b",
        "a\U000e0041b",
        "a\x9bb",
        "a\x00b",
        "a\u2066b\u2069",
    ],
    ids=ascii,
)
def test_what_cannot_be_seen_is_shown_by_its_code(hostile: str) -> None:
    """Characters that turn the reading direction, drive a terminal or hide reach no reader, wherever they stand."""
    flow = _flow(
        title=hostile,
        owner=hostile,
        values={"v": f'"{hostile}"'} if "\x00" not in hostile else {},
        texts={"t": hostile},
        steps={
            "hello": {"ask": hostile, "why": hostile, "answers": {"yes": {"label": hostile, "then": "close"}}},
            "close": {"end": "done"},
        },
    )
    text = as_text(explain(from_documents({"flow:odd": flow}), "odd"))

    assert {unicodedata.category(c) for c in text.replace("\n", "")}.isdisjoint({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
    assert text.count(f"<U+{ord(hostile[1]):04X}>") >= 6


def test_words_cannot_close_their_own_quotation_marks() -> None:
    """What a flow says is told from what is said of it."""
    flow = _flow(steps={"hello": {"say": "Hello.” Then go to “nowhere"}, "close": {"end": "done"}})
    told = [s.text for s in explain(from_documents({"flow:odd": flow}), "odd").sentences if s.about == "say"]

    assert told == ['Say: “Hello." Then go to "nowhere”.']


def test_letters_of_other_languages_and_joined_emoji_stay() -> None:
    """Only what hides is shown by its code."""
    words = "Päivää, مرحبا, 你好, 👩\u200d🔧"
    flow = _flow(steps={"hello": {"say": words}, "close": {"end": "done"}})

    assert f"“{words}”" in as_text(explain(from_documents({"flow:odd": flow}), "odd"))


RULES = {
    "requires: identity": "This needs identity; if it is missing, the flow that gives it is gone through first.",
    "withdraws: identity": "From here on identity counts no longer.",
    "by: supervisor": "Only a supervisor who has not answered earlier in this run may do this.",
    "no_going_back: true": "Nobody can go back behind this step.",
    "note: Called at {{ now | time }}.": "Put on the ticket: “Called at {now, as hours and minutes}.”",
    "tag: greeting": "This step is tagged greeting.",
    "article: KB-12": "See “KB-12”.",
}


@pytest.mark.parametrize("line", RULES)
def test_side_words_are_told(line: str) -> None:
    """Each as one sentence, at its own line."""
    key, value = line.split(": ", 1)
    flow = _flow(steps={"hello": {"say": "Good morning.", key: value}, "close": {"end": "done"}})
    told = {s.about: s.text for s in explain(from_documents({"flow:odd": flow}), "odd").sentences if s.step == "hello"}

    assert told[key] == RULES[line]


def test_the_head_of_a_flow_is_told() -> None:
    """Who may start it and what it needs, outcomes with all that they bring, values with their cases."""
    flow = _flow(
        audience=["agent", "customer"],
        called_only="true",
        requires="identity",
        no_going_back="true",
        inputs={"pay": {"type": "number", "min": "0", "personal": "true"}},
        outcomes={
            "done": {"follow_up": "2d", "returns": {"sum": "weekly"}, "grants": {"identity": {"expires": "30m"}}}
        },
        values={"weekly": [{"when": "pay > 100", "is": "pay"}, {"otherwise": "0"}], "rich": "pay > 5"},
    )
    told = {s.about: s.text for s in explain(from_documents({"flow:odd": flow}), "odd").sentences if not s.step}

    assert told["audience"] == "It is for agents and customers."
    assert told["called_only"] == "It is only gone through from within other flows."
    assert told["requires"] == "Whoever starts it needs identity."
    assert told["no_going_back"] == "Once it has ended, nobody can go back into it."
    assert told["input:pay"] == "Pay: a number, at least 0, personal, so kept under the customer's own key."
    assert told["outcome:done"] == (
        "done, followed up after 2 days, giving back the weekly as sum; identity is established for 30 minutes."
    )
    assert told["value:weekly"] == "The weekly is told by the first of these that fits."
    assert told["case:weekly"] == "Otherwise it is 0."
    assert told["value:rich"] == "rich holds if the pay is more than 5."


def test_words_by_cases_are_told() -> None:
    """One case after the other, each with its condition."""
    cases = [{"when": "hurt", "is": "I am sorry."}, {"otherwise": "Good morning."}]
    flow = _flow(inputs={"hurt": "yes_no"}, steps={"hello": {"say": cases}, "close": {"end": "done"}})
    told = {s.about: s.text for s in explain(from_documents({"flow:odd": flow}), "odd").sentences if s.step == "hello"}

    assert told["say"] == "Say: “I am sorry.” if the hurt is yes; otherwise “Good morning.”"


def test_values_that_are_set_and_rests_are_told() -> None:
    """All that a step sets, how long it rests, and where a flow hands on to."""
    steps = {
        "keep": {"set": {"total": "pay * 2", "start": "today"}},
        "rest": {"wait": {"for": "4 working hours"}},
        "night": {"wait": {"until": "start + days(1)"}},
        "on": {"hand_on": "other", "with": {"pay": "total"}},
    }
    draft = from_documents({"flow:odd": _flow(inputs={"pay": "number"}, steps=steps)})
    told = [s.text for s in explain(draft, "odd").sentences if s.step and s.about != "way"]

    assert told == [
        "From here on the total is the pay times 2.",
        "From here on the start is today.",
        "Wait for 4 working hours; somebody may go on earlier.",
        "Wait until 1 day after the start; somebody may go on earlier.",
        "Go on in the flow other, with the total as pay, and do not come back; "
        "what it ends with is how this flow ends.",
    ]


def test_rules_over_answers_are_told() -> None:
    """With the words of the refusal; a field that is not always shown says when."""
    form = {
        "first": {"type": "date"},
        "last": {"type": "date", "show_if": "form.first is defined"},
    }
    check = [{"must": "form.last >= form.first", "message": "The last day lies before the first."}]
    flow = _flow(steps={"form": {"collect": form, "check": check}, "close": {"end": "done"}})
    told = {s.about: s.text for s in explain(from_documents({"flow:odd": flow}), "odd").sentences if s.step == "form"}

    assert told["field:last"] == "Last: a date, asked only if form's first is known."
    assert told["check"] == (
        "It is refused with “The last day lies before the first.” if form's last is before form's first."
    )


def test_fields_are_told_with_their_rules() -> None:
    """Type, limits, form, what is filled in, and how the value is kept."""
    fields = {
        "day_of_birth": {"type": "date", "min": "1900-01-01", "max": "latest"},
        "pin": {"type": "digits", "length": "4", "secret": "true"},
        "nick": {"label": "Nickname", "type": "text", "optional": "true", "length": "[2, 8]", "pattern": "[a-z]+"},
        "tier": {"type": "choice", "options": {"a": "Best", "basic": "Basic"}, "default": '"basic"'},
        "card": {"type": "text", "mask": "last4", "help": "As on the card."},
    }
    fields["nick"]["length"] = ["2", "8"]  # type: ignore[assignment]
    flow = _flow(
        values={"latest": "today"}, steps={"form": {"collect": fields, "say": "Please."}, "close": {"end": "done"}}
    )
    told = {s.about: s.text for s in explain(from_documents({"flow:odd": flow}), "odd").sentences if s.step == "form"}

    assert told["field:day_of_birth"] == "Day of birth: a date, not before 1 January 1900, not after the latest."
    assert told["field:pin"] == "Pin: digits only, exactly 4 digits, a secret that is never kept, shown or compared."
    assert told["field:nick"] == (
        "“Nickname” (nick): a line of text, 2 to 8 characters, of the form “[a-z]+”, which may be left empty."
    )
    assert told["field:tier"] == "Tier: one of “Best” (a) or “Basic”, filled in beforehand with “basic”."
    assert (
        told["field:card"] == "Card: a line of text, with the help “As on the card.”, of which only the end is shown."
    )


def test_a_flow_with_mistakes_can_be_told_all_the_same(draft: Draft) -> None:
    """A way to nowhere is called that."""
    flow = _flow(steps={"hello": {"say": "Good morning.", "then": "nowhere"}, "close": {"end": "gone"}})
    told = [s.text for s in explain(from_documents({"flow:odd": flow}), "odd").sentences if s.step]

    assert "Then go to nowhere, which is no step of this flow." in told
    assert "The flow ends as gone, which is no outcome of it." in told


def test_cases_of_a_value_are_told_one_by_one() -> None:
    """Each at its own line of the file, a condition as what it holds by."""
    cases = [{"when": "pay > 100", "is": "pay < 200"}, {"otherwise": "false"}]
    flow = _flow(inputs={"pay": "number"}, values={"middling": cases})
    told = [s.text for s in explain(from_documents({"flow:odd": flow}), "odd").sentences if "middling" in s.about]

    assert told == [
        "Whether middling holds is told by the first of these that fits.",
        "If the pay is more than 100, it holds if the pay is less than 200.",
        "Otherwise it never holds.",
    ]


def test_tables_are_told_row_by_row() -> None:
    """By what they are looked up, and what each row gives; a row that takes all is every other case."""
    table = {
        "by": {"tier": "tier", "loss": "loss", "on": "today"},
        "gives": {"priority": "integer", "team": "text"},
        "rows": [
            [["basic", "premium"], "over 5000", "from 2027-04-06", "1", "Executive desk"],
            ["any", "10 to 20", "any", "2", "Desk"],
            ["any", "any", "any", "3", "Desk"],
        ],
    }
    flow = _flow(inputs={"tier": "text", "loss": "number"}, tables={"level": table})
    told = [s for s in explain(from_documents({"flow:odd": flow}), "odd").sentences if "level" in s.about]

    assert [s.text for s in told] == [
        "The level is looked up by the tier, the loss and today (on): the first row that fits gives the priority"
        " and the team.",
        "If the tier is basic or premium, the loss is over 5000 and the on is from 6 April 2027 on:"
        " the priority is 1 and the team is Executive desk.",
        "If the loss is 10 to 20: the priority is 2 and the team is Desk.",
        "In every other case: the priority is 3 and the team is Desk.",
    ]
    assert [s.about for s in told] == ["table:level", *["row:level"] * 3]


@pytest.mark.parametrize("seed", range(20))
def test_random_flows_are_told_whole(seed: int) -> None:
    """Every step and every way of every flow, whatever it is made of; the same each time."""
    documents = random_documents(seed)
    draft = from_documents(documents)
    for name, flow in draft.flows.items():
        said = explain(draft, name).sentences
        told = {(s.step, s.text.rsplit("go to ")[-1].split()[0]) for s in said if s.about == "way"}
        assert told == {(e.source, e.target) for step in flow.steps.values() for e in step.edges.values()}
        assert [s.text for s in explain(from_documents(documents), name).sentences] == [s.text for s in said]
