"""Reading a folder: kinds, names, policy, data files, hashes; all findings in one run."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from shepherd.flow.beside import Policy
from shepherd.flow.calendar import Duration
from shepherd.flow.canonical import digest
from shepherd.flow.draft import from_documents, read_draft
from shepherd.flow.graph import graph_of
from tests.flow.library import Write

ROOT = Path(__file__).parents[2]
FLOW = (
    "flow: a\ntitle: T\ncategory: orders\nversion: 3\noutcomes:\n  ok: {resolves: true, code: OK}\n"
    "steps:\n  one:\n    say: Hello.\n    then: two\n  two: {end: ok}\n"
)
TABLE = (
    "connectors:\n  line: {kind: table, file: FILE, key: id, "
    "operations: {test: {reads: true, results: {ok: {status: text}}}}}\n"
)


def hash_of(write: Write, text: str) -> str:
    draft = read_draft(write(a=text))
    assert not draft.findings, draft.findings
    return draft.flows["a"].hash


@pytest.mark.parametrize(
    "text",
    [
        FLOW + "# a comment\n",
        FLOW.replace("say: Hello.", 'say: "Hello."'),
        FLOW.replace("say: Hello.\n    then: two", "then: two\n    say: Hello."),
        FLOW.replace("{resolves: true, code: OK}", "\n    code: OK\n    resolves: true"),
        FLOW.replace("\n", "\r\n"),
        FLOW.replace("version: 3\n", "").replace("title: T\n", "version: 3\ntitle: T\n"),
        FLOW.replace("  two: {end: ok}", "  two:\n\n    end: ok   # the end"),
        "---\n" + FLOW,
    ],
)
def test_how_a_flow_is_written_does_not_change_its_hash(write: Write, text: str):
    """
    Comments, quotes, line ends, block or one-line style, and the order of keys change nothing.
    """
    assert hash_of(write, text) == hash_of(write, FLOW)


@pytest.mark.parametrize(
    "text",
    [
        FLOW.replace("Hello.", "Hello!"),
        FLOW.replace("version: 3", "version: 4"),
        FLOW.replace("true", "false"),
        FLOW.replace("    then: two\n", ""),
        FLOW.replace("code: OK", "code: ok"),
        FLOW.replace("audience", "x") + "audience: [agent]\n",
        FLOW.replace("  two:", "  last:").replace("then: two", "then: last"),
    ],
)
def test_what_a_flow_says_changes_its_hash(write: Write, text: str):
    """
    A changed word, number, way or id changes the hash; so does a default that is written out.
    """
    assert hash_of(write, text) != hash_of(write, FLOW)


def test_documents_compile_again_to_the_same(write: Write):
    """
    Typed source that was kept as JSON gives the same flows, policy and connectors again.
    """
    draft = read_draft(ROOT / "flows")
    again = from_documents(json.loads(json.dumps(draft.documents)))

    assert not again.findings
    assert again.flows.keys() == draft.flows.keys()
    for name, flow in draft.flows.items():
        other = again.flows[name]
        assert flow.hash == other.hash == digest(draft.documents[f"flow:{name}"])
        assert list(graph_of(flow).edges(keys=True)) == list(graph_of(other).edges(keys=True))
        assert [step.words.hash for step in flow.steps.values()] == [s.words.hash for s in other.steps.values()]
    assert again.policy.assurances == draft.policy.assurances
    assert {n: list(c.operations) for n, c in again.connectors.items()} == {
        n: list(c.operations) for n, c in draft.connectors.items()
    }


def test_a_folder_without_policy_is_complete(write: Write):
    """
    Flows alone are a library: roles, categories and the connector `ticket` are there by default.
    """
    draft = read_draft(write(a=FLOW))

    assert not draft.findings
    assert draft.policy == Policy()
    assert list(draft.connectors) == ["ticket"]
    assert list(draft.connectors["ticket"].operations) == ["priority", "queue", "tag", "follow_up", "note"]
    assert list(draft.documents) == ["flow:a"]


def test_one_file_is_a_library_of_its_own(write: Write):
    """
    A path to a file reads that file alone; a path to nothing is told.
    """
    folder = write(a=FLOW, b="nonsense")

    assert list(read_draft(folder / "a.yaml").flows) == ["a"]
    with pytest.raises(FileNotFoundError):
        read_draft(folder / "c.yaml")


def test_all_files_are_told_in_one_run(write: Write):
    """
    A flow that can't be built does not hide the others, nor what is wrong with them.
    """
    draft = read_draft(
        write(
            a=FLOW,
            b=FLOW.replace("flow: a", "flow: b").replace("say:", "sya:"),
            c=FLOW.replace("flow: a", "flow: c").replace("version: 3", "version: 3\nversion: 4"),
            d=FLOW.replace("flow: a", "flow: d").replace("then: two", "then: [two]"),
        )
    )

    assert list(draft.flows) == ["a"]
    assert [(f.file, f.code) for f in draft.findings] == [
        ("b.yaml", "SHP107"),
        ("c.yaml", "SHP007"),
        ("d.yaml", "SHP110"),
    ]


def test_ids_are_unique_over_folders(tmp_path: Path):
    """
    Subfolders are read too, and two files that claim one id are told.
    """
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.yaml").write_text(FLOW)

    draft = read_draft(tmp_path)

    assert [(f.file, f.code) for f in draft.findings] == [("two/a.yaml", "SHP102")]
    assert draft.flows["a"].file == "one/a.yaml"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("steps:\n", "inputs: {one: text}\nsteps:\n"), "SHP105"),
        (("steps:\n", "values: {two: 1}\nsteps:\n"), "SHP105"),
        (("steps:\n", "inputs: {x: text}\nvalues: {x: 1}\nsteps:\n"), "SHP105"),
        (("two: {end: ok}", "two: {end: ok}\n  error: {end: ok}"), "SHP104"),
        (("steps:\n", "values: {today: 1}\nsteps:\n"), "SHP104"),
        (("steps:\n", "inputs: {visits: text}\nsteps:\n"), "SHP104"),
    ],
)
def test_one_name_is_one_thing(write: Write, change: tuple[str, str], code: str):
    """
    Inputs, values, steps and saved results share one namespace, apart from the words of the language.
    """
    draft = read_draft(write(a=FLOW.replace(*change)))

    assert [f.code for f in draft.findings] == [code]


def test_tables_lie_in_the_library(tmp_path: Path):
    """
    A table's file is in the library's folder and there; a table written in YAML is no document.
    """
    (tmp_path / "a.yaml").write_text(FLOW)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "lines.yaml").write_text("- {id: 1}\n")
    told = []
    for file in ("data/lines.yaml", "data/line.yaml", "../lines.csv", "/etc/passwd"):
        (tmp_path / "connectors.yaml").write_text(TABLE.replace("FILE", file))
        told.append([f.code for f in read_draft(tmp_path).findings if f.file == "connectors.yaml"])

    assert told == [[], ["SHP116"], ["SHP115"], ["SHP115"]]
    (tmp_path / "connectors.yaml").write_text(TABLE.replace("FILE", "data/lines.yaml"))
    assert not read_draft(tmp_path).findings


def test_policy_is_read(write: Write):
    """
    Queues, severities, assurances, facts, roles, hours and currency of desk.yaml come to the policy.
    """
    draft = read_draft(
        write(
            a=FLOW,
            desk="desk: d\ntime_zone: Europe/Helsinki\nroles: [agent, boss]\nhours: {mon-fri: 08:00-20:00}\n"
            "currency: SEK\nqueues: {q: {skill: s, owner: boss}}\n"
            "facts: {customer: {name: {type: text, personal: true}}}\n"
            "severities: {sev1: {acknowledge: 5m, update_every: 1h, resolve: 2d}, "
            "sev3: {acknowledge: 4 working hours}}\n"
            "assurances: {identity: {granted_by: [a], levels: [basic, strong], expires: 30m}}\n",
        )
    )
    policy = draft.policy

    assert not draft.findings
    assert policy.declared
    assert (policy.name, policy.time_zone, policy.roles) == ("d", "Europe/Helsinki", ("agent", "boss"))
    assert (policy.queues["q"].skill, policy.queues["q"].owner) == ("s", "boss")
    assert policy.facts["customer"]["name"].personal
    first = policy.severities["sev1"]
    assert [span.seconds for span in (first.acknowledge, first.update_every, first.resolve) if span] == [
        300,
        3600,
        172_800,
    ]
    assert policy.severities["sev3"].acknowledge == Duration(working_minutes=240)
    assert policy.calendar.hours == (((480, 1200),),) * 5 + ((),) * 2
    assert policy.currency == "SEK"
    assert (policy.assurances["identity"].levels, policy.assurances["identity"].expires) == (("basic", "strong"), 1800)


def test_a_second_desk_or_connector_is_refused(write: Write):
    """
    There is one desk file, and each connector is declared once; `ticket` is always there already.
    """
    table = TABLE.replace("FILE", "a.yaml")
    draft = read_draft(write(a=FLOW, desk="desk: d\n", e="desk: e\n"))
    ticket = read_draft(write(a=FLOW, desk="desk: d\n", e=table.replace("line:", "ticket:")))

    assert [(f.file, f.code) for f in draft.findings] == [("e.yaml", "SHP103")]
    assert [(f.file, f.code) for f in ticket.findings] == [("e.yaml", "SHP103")]


def test_scenarios_are_read_with_their_flows(write: Write):
    """
    Scenario files are validated like all others, and kept with their places.
    """
    scenarios = "scenarios:\n  - name: Works\n    expect: {outcome: ok, path: [one, two]}\n"
    folder = write(a=FLOW)
    (folder / "a.scenarios.yaml").write_text(scenarios)
    (kept,) = read_draft(folder).scenarios

    assert kept.typed["scenarios"][0]["expect"]["path"] == ["one", "two"]
    (folder / "a.scenarios.yaml").write_text(scenarios.replace("expect:", "expects:"))
    assert [(f.file, f.code) for f in read_draft(folder).findings] == [("a.scenarios.yaml", "SHP107")]


@pytest.mark.parametrize(
    ("expect", "found"),
    [
        ("    expect:\n    outcome: ok\n", [("SHP008", 3)]),
        ("    expect:\n    outcome: ok\n    path: [one, two]\n", [("SHP008", 3)]),
        ("    expect:\n    outcome: ok\n      path: [one, two]\n", [("SHP005", 4)]),
        ("    expect:\n   outcome: ok\n      path: [one, two]\n", [("SHP005", 4)]),
        ("    expect:\n    given: {at: x}\n    path: [one]\n", [("SHP008", 3), ("SHP107", 5)]),
        ("    expect: {outcome: ,\n      outcom: ok, path: [one]}\n", [("SHP008", 3), ("SHP107", 4)]),
    ],
)
def test_a_group_in_the_column_of_its_key_is_one_mistake(write: Write, expect: str, found: list[tuple[str, int]]):
    """
    However many keys it has, and whether YAML can read it or not; what is wrong besides is still told.
    """
    folder = write(a=FLOW)
    (folder / "a.scenarios.yaml").write_text(f"scenarios:\n  - name: Works\n{expect}")
    told = read_draft(folder).findings

    assert [(f.code, f.place.line) for f in told] == found
    if found == [("SHP008", 3)]:
        assert told[0].message == '"expect" has no value; "outcome" below it begins in the same column.'


@pytest.mark.bench
@pytest.mark.parametrize(("name", "way"), [("two-b", "two-b"), ("2nd", "2nd"), ("Two", "Two"), ("Two", "two")])
def test_a_key_that_is_no_name_is_told_at_the_key_alone(write: Write, name: str, way: str):
    """
    The ways to such a step are right once its key is: neither they nor a way by its right name are told as well.
    """
    text = FLOW.replace("then: two", f"then: {way}").replace("  two:", f"  {name}:")

    assert [(f.code, f.place.line) for f in read_draft(write(a=text)).findings] == [("SHP112", 11)]


def test_a_step_that_slipped_out_is_told_where_it_belongs(write: Write):
    """
    What looks like a step in the column of the head is no misspelt key of it.
    """
    (found,) = read_draft(write(a=FLOW + "three:\n  say: Good day.\n")).findings

    assert (found.code, found.place.line) == ("SHP107", 12)
    assert "below `steps:`" in found.hint


def test_a_large_flow_is_read_quickly(write: Write):
    """
    A thousand steps are read, validated and built in a moment, and ten thousand in ten moments.
    """
    spent = []
    for count in (1_000, 10_000):
        steps = "".join(
            f"  s{n}:\n    ask: What colour is light {n}?\n    answers:\n      green: s{n + 1}\n"
            f"      red:\n        label: Red, or flashing\n        then: s{n}\n"
            for n in range(count)
        )
        folder = write(a=FLOW.replace("steps:\n", f"steps:\n{steps}  s{count}: {{say: X.}}\n"))
        began = time.process_time()
        assert not read_draft(folder).findings
        spent.append(time.process_time() - began)

    assert spent[1] < 20 * max(spent[0], 0.05)
