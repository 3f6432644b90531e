"""Readers of what is given to runs and read back: scenarios, answers, forms, replies of other systems, exports."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import io
import json
import random
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from shepherd.author import Malformed, Played, judge, play, read_given, read_scenarios
from shepherd.check.library import Library
from shepherd.cli.trees import tree_of
from shepherd.cli.walked import run_as_json
from shepherd.connect.client import Answer
from shepherd.connect.replies import Unusable, result_of
from shepherd.flow import schema
from shepherd.flow import source as sources
from shepherd.flow.canonical import canonical
from shepherd.flow.http import asked
from shepherd.flow.source import Map
from shepherd.record import verifier
from shepherd.run import replay
from shepherd.run.api import Fields, Refused
from tests.fuzz import grammar
from tests.fuzz.parser import ROOT, Broken, Parser, shown, split_head, told
from tests.run.small import DESK, Walk, flow
from tests.run.small import library as small_library
from tests.run.walker import alike, picture, reread

FILE = "f.yaml"


@cache
def flows() -> Library:
    """The flows that ship."""
    return Library.read(ROOT / "flows")


@cache
def scenarios() -> tuple[tuple[str, dict[str, Any]], ...]:
    """Each shipped scenario with the flow that it walks."""
    found = []
    for path in sorted((ROOT / "flows").glob("*.scenarios.yaml")):
        tree = yaml.load(path.read_bytes(), Loader=yaml.CBaseLoader)
        found += [(path.name.removesuffix(".scenarios.yaml"), entry) for entry in tree["scenarios"]]
    return tuple(found)


def _walked(played: Played) -> str:
    """What came of a walk: it can be stored, printed and replayed."""
    if played.run is not None:
        events = [reread(event) for event in played.events]
        if picture(played.run) != picture(replay(flows(), events)):
            raise Broken("a walk that is another replayed")
    printed = json.dumps(run_as_json(played), ensure_ascii=False)
    return f"{printed} {played.problem} {played.unused}"


def read_scenario_file(data: bytes) -> str:
    """The first line names a shipped flow, the rest is a file of scenarios for it."""
    name, body = split_head(data)
    if name not in flows().flows:
        return "no flow"
    found = sources.read(body, FILE)
    said = told(found.findings, {FILE: body.decode("utf-8", "replace")})
    if not isinstance(found.root, Map) or found.findings:
        return said
    typed, findings = schema.validate(found.root, "scenarios", FILE)
    said += told(findings, {FILE: body.decode("utf-8", "replace")})
    if findings:
        return said
    made = [said]
    try:
        for scenario in read_scenarios(typed, f"{name}.scenarios.yaml"):
            played = play(flows(), name, scenario.given)
            made += [_walked(played), *judge(scenario, played)]
    except Malformed as error:
        made.append(str(error))
    return "\n".join(made)


def read_answers(data: bytes) -> str:
    """The first line names a shipped flow, the rest is a file of answers, as ``shepherd run --answers`` reads it."""
    name, body = split_head(data)
    if name not in flows().flows:
        return "no flow"
    try:
        tree = tree_of(body, "answers.yaml")
        if isinstance(tree, dict) and set(tree) == {"given"}:
            tree = tree["given"]
        return _walked(play(flows(), name, read_given(tree, name)))
    except Malformed as error:
        return str(error)


def scenario_seeds() -> list[bytes]:
    """A shipped scenario an input."""

    def written(tree: Any) -> bytes:
        return yaml.dump(tree, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True).encode()

    return [f"{name}\n".encode() + written({"scenarios": [entry]}) for name, entry in scenarios()[::4]]


def answer_seeds() -> list[bytes]:
    """What a shipped scenario gives, in turns as YAML and as JSON."""
    made = []
    for number, (name, entry) in enumerate(scenarios()[::4]):
        given = entry.get("given", {})
        text = json.dumps(given) if number % 2 else yaml.dump(given, sort_keys=False, allow_unicode=True)
        made.append(f"{name}\n{text}".encode())
    return made


# --- forms ------------------------------------------------------------------------------------------

FORM: dict[str, Any] = {
    "whole": {"type": "integer", "min": "1", "max": "most"},
    "part": {"type": "number", "optional": True, "max": "form.whole"},
    "paid": {"type": "money", "max": "500 EUR"},
    "name": {"type": "text", "length": [1, 20], "pattern": "[A-Za-z ]+"},
    "story": {"type": "long_text", "optional": True},
    "ways": {"type": "many", "options": ["phone", "mail"], "min": "1"},
    "way": {"type": "choice", "options": {"a": "A", "b": "B"}},
    "sure": {"type": "yes_no", "optional": True},
    "why": {"type": "text", "show_if": "form.sure"},
    "day": {"type": "date", "min": "soonest", "optional": True},
    "clock": {"type": "time", "optional": True},
    "moment": {"type": "datetime", "optional": True},
    "number": {"type": "phone", "optional": True},
    "address": {"type": "email", "optional": True},
    "code": {"type": "digits", "length": [4, 4], "secret": True, "optional": True},
}
GIVEN: dict[str, Any] = {
    "whole": "3",
    "part": "2.5",
    "paid": "19.50",
    "name": "Ada",
    "story": "a\nb",
    "ways": ["mail"],
    "way": "a",
    "sure": "yes",
    "why": "so",
    "day": "2026-12-01",
    "clock": "09:30",
    "moment": "2026-12-01T09:30",
    "number": "+358 40 123",
    "address": "ada@example.org",
    "code": "1234",
}


@cache
def form_library() -> Library:
    """A flow with a form that has a field of every type, and a check over two of them."""
    fields = {name: {"label": name, **rules} for name, rules in FORM.items()}
    del fields["part"]["max"]
    check = [{"must": "form.whole > 0 and form.paid < 400", "message": "{{ form.whole }} and {{ form.paid | money }}."}]
    steps = {
        "form": {"collect": fields, "check": check},
        "tell": {"say": "{{ form.name }}: {{ form.paid | money }}, {{ form.ways | join }}."},
        "end": {"end": "done"},
    }
    return small_library(flow("f", steps, values={"most": "10 if today > date(2026, 1, 1) else 5", "soonest": "today"}))


def read_form(data: bytes) -> str:
    """A JSON object as what a form brought."""
    try:
        raw = json.loads(data)
    except (ValueError, RecursionError):
        return "no JSON"
    if not isinstance(raw, dict):
        return "no fields"
    walk = Walk(form_library(), "f")
    try:
        walk(Fields(raw))
    except Refused as refused:
        for name, (code, sentence) in refused.fields.items():
            if name not in FORM and name:
                raise Broken(f"a field that is not there is refused: {name!r} {code}") from None
            shown(sentence, "a refusal")
        return f"{refused.code} {refused.sentence} {refused.fields}"
    canonical(walk.events[-1].data)
    again = replay(walk.library, [reread(event) for event in walk.events])
    if not alike(walk.run, again):
        raise Broken("a form that is another replayed")
    return json.dumps(walk.events[-1].data, default=str)


def make_form(rng: random.Random) -> bytes:
    given = dict(GIVEN)
    for name in rng.sample(tuple(GIVEN), rng.randint(0, 5)):
        given[name] = rng.choice(
            (grammar.value(rng), grammar.number(rng), grammar.moment(rng), None, [], {}, 3, 1.5, True)
        )
    return json.dumps(given).encode()


# --- replies of other systems -----------------------------------------------------------------------

OPERATION: dict[str, Any] = {
    "kind": "http",
    "url": "CRM_URL",
    "operations": {
        "find": {
            "reads": True,
            "path": "/customers/{customer_id}",
            "inputs": {"customer_id": "text"},
            "results": {
                "ok": {
                    "name": "text",
                    "tier": {"one_of": ["basic", "premium"]},
                    "since": {"type": "datetime", "optional": True},
                    "born": {"type": "date", "optional": True},
                    "owes": {"type": "money", "optional": True},
                    "ratio": {"type": "number", "optional": True},
                    "count": {"type": "integer", "optional": True},
                    "tags": {"type": "many", "options": ["a", "b"], "optional": True},
                    "mail": {"type": "email", "optional": True},
                },
                "moved": {},
                "not_found": {},
            },
            "echo": "customer_id",
            "replies": [
                {"status": 404, "is": "not_found"},
                {"where": {"state.code": ["moved", 3]}, "is": "moved"},
                {"is": "ok", "fields": {"name": "person.name", "owes": "balance.due"}},
            ],
        }
    },
}
REPLY: dict[str, Any] = {
    "customer_id": "C-1",
    "state": {"code": "here"},
    "person": {"name": "Aino"},
    "balance": {"due": {"amount": "19.50", "currency": "EUR"}},
    "tier": "basic",
    "since": "2026-11-21T09:30:00+02:00",
    "born": "1990-02-28",
    "ratio": 0.5,
    "count": 12,
    "tags": ["a"],
    "mail": "a@example.org",
}


@cache
def replying() -> Any:
    """The operation whose replies are read."""
    steps = {"hello": {"say": "Hello."}, "end": {"end": "done"}}
    documents = {"flow:f": flow("f", steps), "desk": DESK, "connectors:crm": OPERATION}
    return Library.load(documents).connectors["crm"].operations["find"]


def read_reply(data: bytes) -> str:
    """The first line has the status, the kind of content and the packing; the rest is the body."""
    head, body = split_head(data)
    words = [*head.split(" "), "", "", ""]
    status = int(words[0]) if words[0].isdigit() and len(words[0]) == 3 else 200
    headers = {"content-type": words[1] or "application/json", "content-encoding": words[2], "retry-after": words[3]}
    operation = replying()
    made = []
    for zone in ("Europe/Helsinki", "America/New_York"):
        try:
            answer = Answer(status, headers, body)
            result, values = result_of(
                operation, asked(operation), answer, {"customer_id": "C-1"}, most=50_000, zone=zone
            )
        except Unusable as error:
            shown(error.sentence, "why a reply is none")
            made.append(f"{error.sentence} {error.sent} {error.again} {error.after}")
            continue
        if result not in operation.results:
            raise Broken(f"a result that is not declared: {result}")
        made.append(f"{result} {canonical(values)!r}")
    return "\n".join(made)


def reply_seeds() -> list[bytes]:
    body = json.dumps(REPLY).encode()
    heads = [
        "200",
        "404",
        "429 application/json  3",
        "200 text/html",
        "200 application/problem+json;charset=utf-8",
        "302",
    ]
    packed = [b"200 application/json gzip\n" + gzip.compress(body, mtime=0)]
    return [*(head.encode() + b"\n" + body for head in heads), *packed]


def make_reply(rng: random.Random) -> bytes:
    said = dict(REPLY)
    for name in rng.sample(tuple(REPLY), rng.randint(1, 4)):
        said[name] = rng.choice(
            (grammar.value(rng), grammar.moment(rng) + "+14:00", grammar.number(rng), None, 1.5, [], {})
        )
    text = json.dumps(said)
    return f"200\n{text.replace('1.5', grammar.number(rng))}".encode("utf-8", "surrogateescape")


# --- exports ----------------------------------------------------------------------------------------


def export(runs: int = 2, entries: int = 3) -> bytes:
    """A small export, its chain whole."""
    lines = [json.dumps({"shepherd": "export/1", "runs": {f"r{run}": entries for run in range(runs)}})]
    for run in range(runs):
        before = bytes(32)
        for seq in range(1, entries + 1):
            told_ = {"run": f"r{run}", "seq": seq, "kind": "said", "data": {"words": "ä \u2028"}}
            body = json.dumps(told_, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
            before = hashlib.sha256(b"shepherd.entry.1\0" + before + body.encode()).digest()
            lines.append(json.dumps({"body": body, "hash": before.hex()}))
    return "\n".join(lines).encode()


@contextlib.contextmanager
def printed() -> Iterator[io.TextIOWrapper]:
    """What is printed, as a terminal with UTF-8 gets it."""
    stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    with contextlib.redirect_stdout(stream), contextlib.redirect_stderr(stream):
        yield stream


def read_export(data: bytes) -> str:
    """An export as the verifier on its own reads it; only what it wrote itself is whole."""
    path = Path(tempfile.gettempdir()) / f"fuzz-{id(verifier)}.jsonl"
    path.write_bytes(data)
    try:
        with printed() as out:
            code = verifier.main([str(path)])
    finally:
        path.unlink()
    out.seek(0)
    said = out.read().replace(str(path), "FILE")
    shown(said, "the verdict")
    if code == 0 and not _same_entries(data):
        raise Broken("another export is called whole")
    return f"{code} {said}"


def _same_entries(data: bytes) -> bool:
    """Whether each body of *data* is one that the hash beside it was really worked out from."""
    known = {
        bytes.fromhex(json.loads(line)["hash"]) for size in (1, 2, 3) for line in export(entries=size).split(b"\n")[1:]
    }
    lines = [json.loads(line) for line in data.split(b"\n") if line.strip()]
    return all(bytes.fromhex(line["hash"]) in known for line in lines if "hash" in line)


ANSWERING = (
    *("value", "back", "change", "to", "refused", "after", "meanwhile", "no_answer", "ok", "error", "unknown", "yes"),
    *("given", "inputs", "facts", "at", "answers", "connectors", "spent", "assured", "never", "outcome", "waiting"),
    *("expect", "path", "says", "steps", "values", "returns", "ticket", "has", "lacks", "...", "none", "31m", "1d"),
    *("name", "scenarios", "null"),
)
PARSERS = (
    Parser(
        name="scenario",
        read=read_scenario_file,
        seeds=scenario_seeds,
        words=ANSWERING,
        modules=("flow/given.py", "author/script.py", "author/play.py", "author/scenarios.py", "author/facts.py"),
        shape="yaml",
        head=True,
        most=6000,
    ),
    Parser(
        name="answers",
        read=read_answers,
        seeds=answer_seeds,
        words=ANSWERING,
        modules=("cli/trees.py", "flow/given.py", "author/script.py", "author/play.py", "author/facts.py"),
        shape="yaml",
        head=True,
        most=6000,
    ),
    Parser(
        name="form",
        read=read_form,
        seeds=lambda: [json.dumps(GIVEN).encode(), json.dumps({**GIVEN, "sure": False, "code": 1234}).encode()],
        make=make_form,
        words=(*GIVEN, "phone", "mail", "a", "b", "yes"),
        modules=("run/fields.py", "flow/fields_in.py", "flow/values_in.py", "flow/addresses.py", "run/doors.py"),
        shape="json",
        most=25_000,
    ),
    Parser(
        name="reply",
        read=read_reply,
        seeds=reply_seeds,
        make=make_reply,
        words=(
            *REPLY,
            "moved",
            "here",
            "C-1",
            "premium",
            "EUR",
            "amount",
            "currency",
            "null",
            "NaN",
            "Infinity",
            "1e999",
        ),
        modules=("connect/replies.py", "connect/body.py", "flow/http.py", "flow/fields_in.py", "flow/values_in.py"),
        shape="json",
        head=True,
        most=60_000,
    ),
    Parser(
        name="export",
        read=read_export,
        seeds=lambda: [export(), export(1, 1), export(1, 2)],
        words=(
            '"body"',
            '"hash"',
            '"run"',
            '"seq"',
            "\\u001b[31m",
            "\\ud800",
            "\\n",
            '"runs"',
            "r0",
            "r1",
            "{}",
            "[]",
            "null",
        ),
        modules=("record/verifier.py",),
    ),
)
