"""The shape of documents: one mistake, one finding, at its word; typing by place; two validators of one mind."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import jsonschema_rs
import pytest

from shepherd.flow.findings import Finding
from shepherd.flow.schema import KINDS, bundled, validate
from shepherd.flow.source import Map, read
from shepherd.flow.verbs import VERBS

ROOT = Path(__file__).parents[2]
PLANTED = sorted((ROOT / "tests" / "golden" / "editor").glob("*.yaml"))
HEAD = "flow: a\ntitle: T\ncategory: orders\noutcomes: {ok: {resolves: true}}\nsteps:\n"


def expected(file: Path) -> tuple[str, int]:
    """The code and line that the first line of a planted file announces."""
    words = file.read_text().split("\n", 1)[0].split()
    return words[1], int(words[4])


def judged(text: str, kind: str = "flow") -> tuple[Any, list[Finding]]:
    """The typed source of *text*, and what is wrong with it."""
    source = read(text.encode(), "a.yaml")
    assert not source.findings
    assert isinstance(source.root, Map)
    return validate(source.root, kind, "a.yaml")


def steps(text: str) -> list[tuple[str, str, str]]:
    """Code, message and hint of what is wrong with the steps written in *text*."""
    _, found = judged(HEAD + text)
    return [(f.code, f.message, f.hint) for f in found]


def test_there_are_thirty_planted_mistakes():
    """
    The set that product and editor are both asked about has thirty and more.
    """
    assert len(PLANTED) >= 30


@pytest.mark.parametrize("file", PLANTED, ids=[file.stem for file in PLANTED])
def test_a_planted_mistake_gives_one_finding_at_its_line(file: Path):
    """
    One mistake gives one finding, with its code, at the line of the word that has to change.
    """
    _, found = judged(file.read_text())

    assert [(f.code, f.place.line) for f in found] == [expected(file)]
    assert found[0].hint


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("  a: {ask: X?, awnsers: {yes: a}}\n", 'Did you mean "answers"?'),
        ("  a: {aks: X?, answers: {yes: a}}\n", 'Did you mean "ask"?'),
        ("  a: {lokup: x.y, results: {ok: a}}\n", 'Did you mean "lookup"?'),
        ("  a: {say: X., thne: a}\n", 'Did you mean "then"?'),
        ("  a: {say: X., goto: a}\n", 'Did you mean "then"?'),
        ("  a: {question: X?, answers: {yes: a}}\n", 'Did you mean "ask"?'),
        ("  a: {ask: X?, answers: {yes: {label: Yes, next: a}}}\n", 'Did you mean "then"?'),
        ("  a: {decide: [{when: x, then: a}, {else: a}]}\n", 'Did you mean "otherwise"?'),
        ("  a: {ask: X?, type: Boolean}\n", 'Did you mean "yes_no"?'),
        ("  a: {ask: X?, type: decimal}\n", 'Did you mean "number"?'),
        ("  a: {escalate: Second line, severity: sev3, outcome: b}\n", 'Did you mean "second_line"?'),
        ("  a: {wait: {for: 2 days}}\n", 'Did you mean "2d"?'),
        ("  a: {lookup: x.y, result: {ok: a}}\n", 'Did you mean "results"?'),
        ("  a: {ask: X?, type: yesno}\n", 'Did you mean "yes_no"?'),
        ("  a: {ask: X?, answers: {yes: {lable: Yes, then: a}}}\n", 'Did you mean "label"?'),
        ("  a: {ask: X?, answers: {yes: {label: Yes, thn: a}}}\n", 'Did you mean "then"?'),
    ],
)
def test_a_slip_of_the_pen_is_guessed(written: str, hint: str):
    """
    A misspelt word gives one finding that says what was meant; what follows from it is not reported too.
    """
    found = steps(written)

    assert len(found) == 1, found
    assert hint in found[0][2]


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("  a: {wait: 4 working hours}\n", "Write `wait: {for: 4 working hours}`."),
        ("  a: {wait: visit.slot}\n", "Write `wait: {until: visit.slot}`."),
        (
            "  a: {ask: X?, type: number, check: a > 3}\n",
            "Write a list of `- must: a > 3`, each with `message: …` below it.",
        ),
        (
            "  a: {ask: X?, type: number, check: [a > 3]}\n",
            "Write a list of `- must: a > 3`, each with `message: …` below it.",
        ),
        (
            "  a: {ask: X?, type: number, check: {must: a > 3, message: No.}}\n",
            "Write a list of `- must: …`, each with `message: …` below it.",
        ),
        (
            "  a: {ask: X?, answers: [red, green, off]}\n",
            "Write the step behind each: `answers: {red: STEP, green: STEP}`. "
            "Where all go the same way: `options: [red, green]`.",
        ),
        (
            "  a: {lookup: x.y, results: [ok, error]}\n",
            "Write the step behind each: `results: {ok: STEP, error: STEP}`.",
        ),
        ("  a: say Hello.\n", "A colon is missing: write `say: Hello.`."),
        ("  a:\n    say:Hello.\n", "A blank is missing behind the colon: write `say: Hello.`."),
        ("  a: {ask: X?, answers: yes:b}\n", "A blank is missing behind the colon: write `yes: b`."),
    ],
)
def test_what_lacks_its_keys_is_shown_with_them(written: str, hint: str):
    """
    A time to wait, a rule and an answer have keys of their own: the hint writes them around what stands there.
    """
    assert [(f[0], f[2]) for f in steps(written)] == [("SHP110", hint)]


NAMED = "A name has small letters, digits and underscores, begins with a letter and has at most 64 of them."


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        ("price: Too expensive", "Words belong into the label: `price: {label: Too expensive, then: STEP}`."),
        ('no: "No, thanks"', 'Words belong into the label: `no: {label: "No, thanks", then: STEP}`.'),
        ("yes: then b", "Write the step alone, `b`, or `{then: b}`."),
        (
            "yes: B",
            f'Did you mean "b"? {NAMED}',
        ),
    ],
)
def test_words_behind_an_answer_are_its_label(answer: str, hint: str):
    """
    Where the step belongs, words are a label; the hint writes them as one, as YAML takes them.
    """
    assert [(f[0], f[2]) for f in steps(f"  a: {{ask: X?, answers: {{{answer}}}}}\n")] == [("SHP112", hint)]


def test_a_way_that_begins_with_then_is_shown_without_it():
    """
    Behind an answer stands the step alone, or a map with `then`; without its braces that is read as one name.
    """
    hint = "Write the step alone, `b`, or `{then: b}`."

    assert [(f[0], f[2]) for f in steps("  a: {ask: X?, answers: {yes: then b}}\n")] == [("SHP112", hint)]


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("  a: {}\n", "SHP108"),
        ("  a: {then: a}\n", "SHP108"),
        ("  a: {ask: X?, end: ok, answers: {yes: a}}\n", "SHP109"),
        ("  a: {decide: [{when: x, then: a}], say: Hello.}\n", "SHP114"),
        ("  a: {decide: [{when: x, then: a}], save: b}\n", "SHP114"),
        ("  a: {decide: [{when: x, otherwise: a}]}\n", "SHP114"),
        ("  a: {end: ok, attempts: 3}\n", "SHP114"),
        ("  a: {say: Hello., answers: {yes: a}}\n", "SHP114"),
        ("  a: {ask: X?, answers: {yes: a}, type: text}\n", "SHP114"),
        ("  a: {ask: X?}\n", "SHP106"),
        ("  a: {ask: X?, type: choice}\n", "SHP106"),
        ("  a: {escalate: second_line, then: 3x}\n", "SHP112"),
        ("  a: {say: X., requires: {identity: []}}\n", "SHP110"),
        ("  a: {say: X., requires: {identity: -1}}\n", "SHP113"),
        ("  a: {ask: X?, type: digits, length: [4]}\n", "SHP113"),
        ("  a: {ask: X?, type: digits, length: four}\n", "SHP110"),
        ("  a: hello\n", "SHP110"),
        ("  a: [hello]\n", "SHP110"),
    ],
)
def test_a_wrong_step_is_judged_by_its_verb(written: str, code: str):
    """
    The verb is chosen first, so that a step has the one finding that its verb gives.
    """
    found = steps(written)

    assert [f[0] for f in found] == [code], found


@pytest.mark.parametrize(("written", "hint"), [("min: 3", "integer, number and date"), ("options: [a]", "choice")])
def test_a_rule_that_does_not_go_with_the_type_is_named_at_its_place(written: str, hint: str):
    """
    The key itself is named and shown, not the file's first line.
    """
    _, (found,) = judged(f"{HEAD}  x: {{ask: Who?, type: text, {written}, then: y}}\n  y: {{end: ok}}\n")
    key = written.partition(":")[0]
    assert (found.code, found.message) == ("SHP114", f'"{key}" does not go with this type.')
    assert (found.hint, found.place.line) == (f"It belongs to {hint}.", 6)


def test_findings_name_flow_and_step():
    """
    A finding in a step says in which flow and step it is.
    """
    _, (found,) = judged(f"{HEAD}  a: {{end: ok, x: y}}\n")

    assert (found.flow, found.step, found.place.line, found.place.column) == ("a", "a", 6, 16)


def test_scalars_are_typed_by_their_place():
    """
    Integers and booleans are such only where the schema says so; everywhere else a word stays a word.
    """
    typed, found = judged(
        "flow: a\ntitle: 404\ncategory: orders\nversion: 3\ncalled_only: true\noutcomes: {ok: {code: 12}}\n"
        "values: {version: 3, called_only: true}\nsteps:\n"
        "  a: {ask: X?, answers: {yes: b, no: b, 678: b}}\n  b: {collect: {attempts: text, secret: yes_no}}\n"
        "  c: {ask: X?, type: number, min: 0, attempts: 2}\n  d: {ask: X?, options: [yes, 1, 1.10, null], length: 4}\n"
    )

    assert not found, found
    assert (typed["title"], typed["version"], typed["called_only"]) == ("404", 3, True)
    assert typed["values"] == {"version": "3", "called_only": "true"}
    assert typed["outcomes"] == {"ok": {"code": "12"}}
    assert list(typed["steps"]["a"]["answers"]) == ["yes", "no", "678"]
    assert (typed["steps"]["c"]["min"], typed["steps"]["c"]["attempts"]) == ("0", 2)
    assert (typed["steps"]["d"]["options"], typed["steps"]["d"]["length"]) == (["yes", "1", "1.10", "null"], 4)


def test_too_many_steps_are_refused():
    """
    A flow has at most 20 000 steps.
    """
    _, found = judged(HEAD + "".join(f"  s{n}: {{end: ok}}\n" for n in range(20_001)))

    assert [f.code for f in found] == ["SHP016"]


def _typed_examples() -> Iterator[tuple[str, Any]]:
    """Typed documents, right and wrong: the planted mistakes, the shipped library, the examples of the rules."""
    folders = (ROOT / "tests" / "golden" / "editor", ROOT / "flows", ROOT / "src" / "shepherd" / "check" / "examples")
    for file in (f for folder in folders for f in sorted(folder.rglob("*.yaml"))):
        source = read(file.read_bytes(), file.name)
        if isinstance(source.root, Map) and source.root.entries[0][0].text in KINDS:
            kind = source.root.entries[0][0].text
            yield kind, validate(source.root, kind, file.name)[0]


def test_both_validators_agree():
    """
    The fast validator and the one that gives the messages are of one mind on every document there is.
    """
    fast = {kind: jsonschema_rs.Draft202012Validator(bundled(kind)) for kind in KINDS}
    slow = {kind: jsonschema.Draft202012Validator(bundled(kind)) for kind in KINDS}
    verdicts = [(fast[kind].is_valid(typed), slow[kind].is_valid(typed)) for kind, typed in _typed_examples()]

    assert len(verdicts) > 100
    assert {True, False} == {verdict for verdict, _ in verdicts}
    assert all(one == other for one, other in verdicts)


def test_what_the_fast_validator_refuses_has_a_finding():
    """
    No document is refused in silence, and none with a finding is taken.
    """
    for file in PLANTED:
        typed, found = judged(file.read_text())
        assert bool(found) is not jsonschema_rs.Draft202012Validator(bundled("flow")).is_valid(typed)


@pytest.mark.parametrize("kind", ["common", *KINDS])
def test_every_property_is_described_with_examples(kind: str):
    """
    The published schemas are valid 2020-12, and every property has a description and examples that are right.
    """
    schema = json.loads((ROOT / "schemas" / f"{kind}.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    whole = bundled(kind) if kind != "common" else bundled("flow")
    seen = 0
    for name, below in _properties(schema):
        seen += 1
        assert below.get("description", "").endswith((".", "!")), name
        assert below.get("examples"), name
        local = json.loads(json.dumps(below).replace("common.schema.json#", "#"))
        for example in below["examples"]:
            judge = jsonschema.Draft202012Validator({**local, "$defs": whole["$defs"]})
            assert judge.is_valid(example), (name, example)
    assert seen > 3


def _properties(schema: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(schema, list):
        for item in schema:
            yield from _properties(item)
    elif isinstance(schema, dict):
        for key, value in schema.items():
            if key in ("properties", "$defs"):
                yield from ((n, v) for n, v in value.items() if isinstance(v, dict) and set(v) != {"const"})
                yield from (p for v in value.values() for p in _properties(v))
            elif key not in ("examples", "if", "then", "else"):
                yield from _properties(value)


def test_every_verb_has_its_definition():
    """
    The verbs of the product and those of the schema are the same.
    """
    assert {f"{verb}_step" for verb in ("message", *VERBS)} < set(bundled("flow")["$defs"])
