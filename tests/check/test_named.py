"""Named texts, values, returns and defaults: looked into wherever they are used, in a time that stays linear."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from shepherd.check import examine
from shepherd.check.names import names
from shepherd.check.secrets import secrets
from shepherd.flow.draft import Draft, read_draft
from shepherd.flow.findings import Finding

HEAD = "flow: f\ntitle: F\ncategory: orders\nversion: 1\noutcomes:\n  done: {resolves: true}\n"
LINE = """connectors:
  line:
    kind: table
    file: l.csv
    key: c
    operations:
      test:
        reads: true
        accepts_secret: true
        inputs: {c: text, p: {type: digits, optional: true}}
        results: {ok: {status: {one_of: [up, down]}}, nope: {}}
"""
PIN = """  pin:
    ask: PIN?
    type: digits
    secret: true
  check:
    lookup: line.test
    with: {c: c, p: pin}
    results: {ok: s, nope: z, error: z}
"""


def codes(found: list[Finding]) -> list[str]:
    """The codes of *found*; of what is never used, other tests speak."""
    return [f.code for f in found if not f.code.startswith("SHP92")]


def draft(folder: Path, body: str, **more: str) -> Draft:
    (folder / "f.yaml").write_text(HEAD + body)
    (folder / "l.csv").write_text("c,status\n1,up\n")
    (folder / "connectors.yaml").write_text(LINE)
    for name, text in more.items():
        (folder / f"{name}.yaml").write_text(text)
    return read_draft(folder)


def test_a_secret_may_not_hide_in_a_named_text(tmp_path: Path):
    """A secret is read in a named text no more than anywhere else."""
    body = 'inputs: {c: text}\ntexts:\n  a: "It is {{ pin }}"\nsteps:\n' + PIN
    assert "SHP501" in codes(examine(draft(tmp_path, body + "  s:\n    say: Hi {{ texts.a }}.\n  z: {end: done}\n")))


def test_personal_spreads_through_a_named_text(tmp_path: Path):
    """A reason that shows a text with a personal value in it is readable by many."""
    body = "inputs: {name: {type: text, personal: true}}\ntexts:\n  t: It is {{ name }}\nsteps:\n  e:\n"
    body += "    escalate: q\n    because: So {{ texts.t }}.\n    outcome: done\n"
    assert "SHP511" in codes(examine(draft(tmp_path, body, desk="desk: h\nqueues: {q: {skill: t}}\n")))


def test_a_named_text_reads_only_what_is_set(tmp_path: Path):
    """What a text reads has to be set wherever the text is used, as for values."""
    body = 'texts:\n  a: "x {{ sp }}"\nsteps:\n  w:\n    ask: Wired?\n    answers: {yes: sp, no: s}\n'
    body += "  sp:\n    ask: Speed?\n    type: number\n  s:\n    say: It is {{ texts.a }}.\n  z: {end: done}\n"
    assert codes(examine(draft(tmp_path, body))) == ["SHP313"]


def test_texts_may_not_use_themselves(tmp_path: Path):
    """A text that uses itself by a detour could never be filled."""
    body = 'texts:\n  a: "x {{ texts.b }}"\n  b: "y {{ texts.a }}"\nsteps:\n  s:\n    say: It is {{ texts.a }}.\n'
    assert "SHP302" in codes(examine(draft(tmp_path, body + "  z: {end: done}\n")))


def test_values_that_double_are_bounded(tmp_path: Path):
    """Values that use each other twice are checked in no time, and refused: working them out would take for ever."""
    values = "".join(f"  v{i}: v{i - 1} + v{i - 1}\n" for i in range(1, 20))
    body = f"inputs: {{v: integer}}\nvalues:\n  v0: v\n{values}steps:\n  a:\n    say: It is {{{{ v19 }}}}.\n"
    read = draft(tmp_path, body + "  z: {end: done}\n")
    began = time.process_time()
    list(names(read))
    assert time.process_time() - began < 0.5
    assert codes(examine(read)) == ["SHP304"]


@pytest.mark.parametrize("when", ["spedd is defined", "w.zz is defined"])
def test_an_unknown_name_is_found_under_is_defined_too(tmp_path: Path, when: str):
    """A name that is unknown is never defined; the branch would be false for ever."""
    body = "steps:\n  w:\n    ask: A?\n    options: [a, b]\n  s:\n    decide:\n"
    body += f"      - when: {when}\n        then: z\n      - otherwise: z\n  z: {{end: done}}\n"
    assert codes(examine(draft(tmp_path, body))) in (["SHP311"], ["SHP312"])


def test_unused_values_and_texts_are_checked_too(tmp_path: Path):
    """What nobody uses yet is looked at all the same."""
    body = 'values:\n  v: nosuch > 1\ntexts:\n  t: "x {{ nosuch }}"\nsteps:\n  s:\n    say: Hi.\n  z: {end: done}\n'
    assert codes(examine(draft(tmp_path, body))) == ["SHP311", "SHP311"]


def test_a_name_set_and_then_unset_has_a_path(tmp_path: Path):
    """Where a name is set first and lost later, the way that is shown goes through both."""
    body = "inputs: {c: text}\nsteps:\n"
    for name, ways in (("l1", "{ok: l2, nope: z, error: z}"), ("l2", "{ok: s, nope: s, error: s}")):
        body += f"  {name}:\n    lookup: line.test\n    with: {{c: c}}\n    save: line\n    results: {ways}\n"
    (found,) = examine(draft(tmp_path, body + "  s:\n    say: It is {{ line.status }}.\n  z: {end: done}\n"))
    assert [h.step for h in found.path] == ["f/l1", "f/l2", "f/s"]


LIGHT = "steps:\n  w:\n    ask: Light?\n    options: [red, green, dark]\n  d1:\n    decide:\n"


def test_names_are_checked_in_linear_time(tmp_path: Path):
    """Three thousand steps that all read what was asked take a moment."""
    steps = "".join(
        f"  a{i}:\n    ask: A?\n    options: [x, y]\n  d{i}:\n    decide:\n"
        f'      - when: a{i} == "x"\n        then: m{i}\n'
        f"      - otherwise: m{i}\n  m{i}:\n    say: You said {{{{ a{i} }}}}.\n"
        for i in range(1000)
    )
    read = draft(tmp_path, "steps:\n" + steps + "  z: {end: done}\n")
    began = time.process_time()
    list(names(read))
    assert time.process_time() - began < 2


def test_secrets_are_checked_in_linear_time(tmp_path: Path):
    """Three thousand steps that ask for secrets and pass them on take a moment."""
    steps = "".join(
        f"  p{i}:\n    ask: PIN?\n    type: digits\n    secret: true\n  l{i}:\n    lookup: line.test\n"
        f"    with: {{c: c, p: p{i}}}\n    results: {{ok: p{i + 1}, nope: z, error: z}}\n"
        for i in range(1500)
    )
    read = draft(tmp_path, "inputs: {c: text}\nsteps:\n" + steps + "  p1500:\n    say: Hi.\n  z: {end: done}\n")
    began = time.process_time()
    list(secrets(read))
    assert time.process_time() - began < 2


def test_a_default_has_the_type_of_its_field(tmp_path: Path):
    """A text can't stand for a number that nobody gave."""
    body = "steps:\n  w:\n    ask: A?\n    type: number\n    default: '\"x\"'\n  z: {end: done}\n"
    assert codes(examine(draft(tmp_path, body))) == ["SHP321"]


def test_every_secret_is_taken(tmp_path: Path):
    """Of two secrets asked for in a row, the call takes both, or the first goes nowhere."""
    first = "  pin0:\n    ask: Old PIN?\n    type: digits\n    secret: true\n"
    body = "inputs: {c: text}\nsteps:\n" + first + PIN + "  s:\n    say: Hi.\n  z: {end: done}\n"
    assert codes(examine(draft(tmp_path, body))) == ["SHP503"]


CALLED = "flow: g\ntitle: G\ncategory: orders\nversion: 1\ninputs: {n: TYPE}\noutcomes:\n"
CALLED += "  ok: {resolves: true, returns: {back: n}}\nsteps:\n  a:\n    say: Hi {{ n }}.\n  b: {end: ok}\n"


def test_what_a_call_returns_has_its_type(tmp_path: Path):
    """A returned field is compared as what the called flow works it out to be."""
    body = "steps:\n  c:\n    call: g\n    with: {n: 5}\n    results: {ok: e}\n  e:\n    decide:\n"
    body += '      - when: c.back == "x"\n        then: z\n      - otherwise: z\n  z: {end: done}\n'
    assert codes(examine(draft(tmp_path, body, g=CALLED.replace("TYPE", "integer")))) == ["SHP321"]


def test_personal_comes_back_from_a_call(tmp_path: Path):
    """A personal value stays personal when a called flow returns it."""
    body = "inputs: {name: {type: text, personal: true}}\nsteps:\n  c:\n    call: g\n    with: {n: name}\n"
    body += "    results: {ok: e}\n  e:\n    escalate: q\n    because: It is {{ c.back }}.\n    outcome: done\n"
    g = CALLED.replace("TYPE", "{type: text, personal: true}")
    assert codes(examine(draft(tmp_path, body, g=g, desk="desk: h\nqueues: {q: {skill: t}}\n"))) == ["SHP511"]


def test_one_mistake_gives_one_finding(tmp_path: Path):
    """A field of a plain value is one mistake, and reported once."""
    body = "steps:\n  n:\n    ask: N?\n    type: number\n  d:\n    decide:\n      - when: n.x == 1\n        then: z\n"
    assert len(examine(draft(tmp_path, body + "      - otherwise: z\n  z: {end: done}\n"))) == 1


@pytest.mark.parametrize(("length", "expected"), [(60, []), (70, ["SHP304"]), (3000, ["SHP304"])])
def test_values_that_use_each_other_in_a_row_are_bounded(tmp_path: Path, length: int, expected: list[str]):
    """A row of values is worked out one within the other, and so it has a limit."""
    values = "".join(f"  v{i}: v{i - 1} + 1\n" for i in range(1, length))
    body = f"inputs: {{v: integer}}\nvalues:\n  v0: v\n{values}steps:\n  a:\n    say: It is {{{{ v{length - 1} }}}}.\n"

    assert codes(examine(draft(tmp_path, body + "  z: {end: done}\n"))) == expected


def test_a_value_that_is_asked_for_first_may_be_read(tmp_path: Path):
    """Where a value is defined, all that it reads is."""
    body = "inputs: {n: {type: integer, optional: true}}\nvalues:\n  twice: n * 2\nsteps:\n  d:\n    decide:\n"
    body += "      - when: twice is defined and twice > 4\n        then: z\n      - otherwise: z\n  z: {end: done}\n"

    assert codes(examine(draft(tmp_path, body))) == []


def test_calls_in_calls_are_looked_into_without_end(tmp_path: Path):
    """However deep flows call each other, the checks come back with a finding."""
    flows = {}
    for i in range(400):
        head = f"flow: g{i}\ntitle: G\ncategory: orders\nversion: 1\ncalled_only: true\n"
        body = (
            f"outcomes: {{done: {{returns: {{x: c.x}}}}}}\nsteps:\n  c:\n    call: g{i + 1}\n    results: {{done: z}}\n"
        )
        flows[f"g{i}"] = head + body + "  z: {end: done}\n"
    flows["g400"] = flows["g399"].replace("g399", "g400").replace("call: g400", "say: Hi.").replace("c.x", "1")
    flows["g400"] = flows["g400"].replace("    results: {done: z}\n", "")
    body = "steps:\n  c:\n    call: g0\n    results: {done: s}\n  s:\n    say: It is {{ c.x }}.\n  z: {end: done}\n"

    assert "SHP609" in codes(examine(draft(tmp_path, body, **flows)))


LIGHT = "steps:\n  w:\n    ask: Light?\n    options: [red, green, dark]\n  d1:\n    decide:\n"
LATER = '      - when: w == "red"\n        then: sp\n      - otherwise: d2\n  sp:\n    ask: Speed?\n    type: number\n'


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ('w == "red"', '"green"', []),
        ('w == "red" and visits.w > 1', '"green"', ["SHP324"]),
        ('w != "green"', '"green"', ["SHP361"]),
        ('w == "green"', '"green"', ["SHP324", "SHP361"]),
    ],
)
def test_a_decide_is_complete_where_earlier_answers_exclude_the_rest(
    tmp_path: Path, first: str, second: str, expected: list[str]
):
    """What an earlier branch has surely taken away need not be covered again, such a line is dead, and nothing else."""
    body = LIGHT + f"      - when: {first}\n        then: z\n      - otherwise: d2\n  d2:\n    decide:\n"
    body += f'      - when: w == {second}\n        then: m\n      - when: w == "dark"\n        then: z\n'

    assert codes(examine(draft(tmp_path, body + "  m:\n    say: Hi.\n  z: {end: done}\n"))) == expected


@pytest.mark.parametrize(
    ("when", "expected"), [('w == "red"', []), ('w in ["red", "dark"]', ["SHP313"]), ("visits.w > 1", ["SHP313"])]
)
def test_a_name_is_set_where_the_answers_on_the_way_say_so(tmp_path: Path, when: str, expected: list[str]):
    """A name that was asked for where another had one answer is set wherever that answer is proved again."""
    body = LIGHT + LATER + f"  d2:\n    decide:\n      - when: {when}\n        then: s\n      - otherwise: z\n"

    assert codes(examine(draft(tmp_path, body + "  s:\n    say: It is {{ sp }}.\n  z: {end: done}\n"))) == expected
