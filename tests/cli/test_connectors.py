"""``shepherd connectors test``: what came back, how long it took, which result, and what did not fit."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from shepherd.cli.app import run
from tests.connect.conftest import DECLARED
from tests.connect.fake import Fake

ROOT = Path(__file__).resolve().parents[2]
EMPTY = "flow: {0}\ntitle: T\ncategory: orders\nversion: 1\noutcomes: {{done: {{resolves: true}}}}\nsteps:\n"
FLOW = EMPTY.format("nothing") + "  hello: {say: Hello.}\n  finish: {end: done}\n"


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A library with a connector to a fake server."""
    server = Fake()
    monkeypatch.setenv("CRM_URL", server.url)
    monkeypatch.setenv("CRM_TOKEN", "s3cr3t-t0k3n")
    (tmp_path / "nothing.yaml").write_text(FLOW, "utf-8")
    (tmp_path / "connectors.yaml").write_text(DECLARED.format(limits="{failures: 100}").lstrip(), "utf-8")
    yield tmp_path
    server.close()


def tried(library: Path, *arguments: str) -> int:
    return run(["connectors", "test", *arguments, "--library", str(library)])


def test_readings_are_tried_with_their_samples(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each with its result, time, status and fields; what is personal is hidden, what changes is left alone."""
    assert tried(library) == 0
    out = capsys.readouterr().out
    lines = out.splitlines()
    assert lines[0].startswith("crm.find")
    assert " ok in 0." in lines[0]
    assert "status 200" in lines[0]
    assert "    name: (given; personal)" in lines
    assert "    tier: premium" in lines
    assert "crm.book                 not tried: it changes something; --changes tries it." in lines
    assert "Aino" not in out
    assert "s3cr3t" not in out


def test_changes_are_tried_when_told_to(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Under a key of its own each time."""
    assert tried(library, "crm.book", "--changes") == 0
    assert "slot: 2026-12-01T08:00" in capsys.readouterr().out
    assert tried(library, "crm.book", "--changes") == 0
    assert "slot: 2026-12-01T09:00" in capsys.readouterr().out


def test_nothing_tested_is_no_success(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where every operation that was meant lacks its inputs, or is not to be tried, that is said and ends with 2."""
    declared = library / "connectors.yaml"
    text = re.sub(r"(?m)^ +sample: .*\n", "", declared.read_text("utf-8"))
    declared.write_text(text, "utf-8")
    assert tried(library, "crm.book", "--changes") == 2
    told = capsys.readouterr()
    assert "give --input" in told.out
    assert told.err == "Nothing was tested.\n"
    assert tried(library, "crm.book") == 2
    capsys.readouterr()
    assert tried(library, "--format", "json") == 2
    assert json.loads(capsys.readouterr().out)["ok"] is False


def test_what_was_left_is_counted(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where something was tried, the last line says how much was not."""
    assert tried(library) == 0
    assert capsys.readouterr().out.splitlines()[-1].endswith(" not tried.")


@pytest.mark.parametrize(
    ("customer", "said"),
    [
        ("html", "error in 0."),
        ("html", "the reply is HTML, not JSON."),
        ("wrong_customer", 'the reply names another "customer_id".'),
        ("wrong_field", 'the reply\'s "tier" is not one of a list of texts, or not one that is declared.'),
        ("cut", "3 tries"),
        ("broken", "status 500"),
        ("late", "there was no answer in time."),
    ],
)
def test_what_did_not_fit_is_said(library: Path, capsys: pytest.CaptureFixture[str], customer: str, said: str) -> None:
    """In plain words, and the command ends with 1."""
    assert tried(library, "crm.find", "--input", f"customer_id={customer}") == 1
    assert said in capsys.readouterr().out


def test_another_declared_result_is_fine(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A customer who is not there is an answer like any other."""
    assert tried(library, "crm.find", "--input", "customer_id=nobody") == 0
    assert "not_found in 0." in capsys.readouterr().out


def test_a_missing_setting_is_the_environments(
    library: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 3, and the name of what has to be set."""
    monkeypatch.delenv("CRM_URL")
    assert tried(library, "crm") == 3
    assert "CRM_URL is not set (nor CRM_URL_FILE" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        ["cmr"],
        ["crm.fnd"],
        ["crm", "--input", "customer_id=C-1"],
        ["crm.find", "--input", "customer_id"],
        ["crm.find", "--input", "customer=C-1"],
        ["crm.find", "--input", "customer_id=C-1", "--input", "fresh=perhaps"],
    ],
)
def test_wrong_use_ends_with_2(library: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """With what is meant, where that can be guessed; nothing is called."""
    assert tried(library, *arguments) == 2
    out = capsys.readouterr()
    assert out.out == ""
    assert out.err


def test_it_can_be_read_by_machines(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One JSON object."""
    assert tried(library, "--format", "json") == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["shepherd"], found["ok"]) == ("connectors test/1", True)
    assert [(o["operation"], o["tried"], o["result"]) for o in found["operations"]] == [
        ("crm.find", True, "ok"),
        ("crm.book", False, None),
    ]


def test_tables_are_tried_like_everything_else(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And what is tried of a change is not kept."""
    flows = str(ROOT / "flows")
    assert run(["connectors", "test", "line.test", "--input", "customer_id=C-1001", "--library", flows]) == 0
    assert "line.test                ok in " in capsys.readouterr().out
    booked = ["connectors", "test", "fieldwork.book", "--changes", "--input", "customer_id=C-1001", "--library", flows]
    assert run(booked) == 0
    first = capsys.readouterr().out.splitlines()[1]
    assert run(booked) == 0
    assert capsys.readouterr().out.splitlines()[1] == first


def test_an_input_that_there_is_not_is_named(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Before anything is called, and before an input that lacks: the misspelt one is the mistake."""
    for given, hint in (("nope=1", "Inputs: customer_id"), ("custmer_id=1", 'Did you mean "customer_id"?')):
        assert tried(library, "crm.find", "--input", given) == 2
        assert f'crm.find has no input "{given.partition("=")[0]}". {hint}' in capsys.readouterr().err
