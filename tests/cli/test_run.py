"""``shepherd run``: by a file of answers, and by hand."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from shepherd.cli.app import run
from tests.shipped import few

FLOWS = few()
FOUND = {
    "ok": {
        "first_name": "Aino",
        "last_name": "Virtanen",
        "street": "Mannerheimintie 12",
        "phone": "+358 40 555 0101",
        "tier": "premium",
    }
}
GIVEN: dict[str, Any] = {
    "inputs": {"customer_id": "C-1001"},
    "answers": {"has_pin": "yes", "pin": "1234"},
    "connectors": {"customers.find": FOUND, "customers.check_pin": "ok"},
}


@pytest.fixture(autouse=True)
def _library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHEPHERD_LIBRARY", str(FLOWS))


def answered(tmp_path: Path, given: Any, *more: str, flow: str = "authentication") -> int:
    file = tmp_path / "given.json"
    file.write_text(json.dumps(given))
    return run(["run", flow, "--answers", str(file), *more])


def test_answers_that_lead_to_an_end(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 0, and one JSON object of the documented shape and always in one order, in which no secret stands."""
    assert answered(tmp_path, GIVEN, "--json") == 0
    out = capsys.readouterr().out
    shown = json.loads(out)
    assert (shown["shepherd"], shown["ended"], shown["outcome"]) == ("run/1", True, "verified")
    assert (shown["code"], shown["waiting"], shown["refused"]) == ("ID-VERIFIED", None, None)
    assert shown["path"][0]["step"] == "authentication/find_customer"
    assert set(shown) >= {"values", "returns", "ticket"}
    assert list(shown["values"]) == sorted(shown["values"])
    assert "1234" not in out


def test_answers_that_lead_to_no_end(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 1, and what the run waits for."""
    assert answered(tmp_path, {**GIVEN, "answers": {"has_pin": "yes"}}, "--json") == 1
    shown = json.loads(capsys.readouterr().out)
    assert shown["ended"] is False
    assert shown["waiting"]["step"] == "authentication/pin"
    assert shown["waiting"]["field"]["type"] == "digits"


def test_an_answer_that_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 1, with visit, code and message."""
    assert answered(tmp_path, {**GIVEN, "answers": {"has_pin": "yes", "pin": "12"}}, "--json") == 1
    refused = json.loads(capsys.readouterr().out)["refused"]
    assert (refused["step"], refused["code"]) == ("authentication/pin", "too_short")
    assert refused["message"]


def test_yaml_from_stdin(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """`--answers -`; also as the whole `given:` of a scenario."""
    text = "given:\n  inputs: {customer_id: C-1}\n  connectors: {customers.find: not_found}\n"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    assert run(["run", "authentication", "--answers", "-"]) == 0
    assert "Ended: unavailable" in capsys.readouterr().out


@pytest.mark.parametrize(
    "text", ["", "a: b", "[1]", "{", "answers: 3", "at: soon", "answers: &x {}", "\x00", '{"answers": [1e999]}']
)
def test_junk_in_the_answers_is_said(tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Wrong use or no end, in a sentence, never a traceback."""
    file = tmp_path / "given.yaml"
    file.write_text(text)
    assert run(["run", "authentication", "--answers", str(file), "--input", "customer_id=C-1"]) in (1, 2)
    assert capsys.readouterr().err


def test_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    """An unknown flow with the nearest, an input without a value, JSON without answers, no file."""
    for arguments, says in (
        (["run", "authentification"], "authentication"),
        (["run", "authentication", "--input", "x"], "NAME=VALUE"),
        (["run", "authentication", "--json"], "--answers"),
        (["run", "authentication", "--answers", "nowhere"], "nowhere"),
    ):
        assert run(arguments) == 2
        assert says in capsys.readouterr().err


def by_hand(monkeypatch: pytest.MonkeyPatch, *lines: str, flow: str = "closing", more: tuple[str, ...] = ()) -> int:
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
    return run(["run", flow, *more])


def test_by_hand_to_an_end(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Digits choose answers, Enter goes on, what is noted on the ticket is told."""
    assert by_hand(monkeypatch, "1", "yes", "") == 0
    out = capsys.readouterr().out
    assert "Is everything you called about settled now?" in out
    assert "ticket.tag: noted on the ticket" in out
    assert out.endswith("Ended: confirmed (CLOSE-CONFIRMED)\n")


def test_by_hand_back_refused_and_quit(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """What is not an answer is said and asked again; `b` goes back; `q`, or the end of input, leaves with 1."""
    assert by_hand(monkeypatch, "maybe", "t", "1", "b", "2", "q") == 1
    out = capsys.readouterr()
    assert "Choose one of" in out.out
    assert "Nothing is due" in out.out
    assert out.out.count("Is everything you called about settled now?") >= 3
    assert "Left before an end." in out.err
    assert by_hand(monkeypatch) == 1


def test_by_hand_with_inputs_forms_and_results(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Inputs are asked for where they are not given, and so are the fields of results and forms."""
    pin = ["yes", "1234", "ok"]
    found = ["ok", "Aino", "Virtanen", "Mannerheimintie 12", "+358 40 555 0101", "premium"]
    lines = ["C-1", "", *found, *pin, "ok", "up", "", "green", "95", "true", "yes", "no", ""]
    assert by_hand(monkeypatch, *lines, flow="internet_down") == 0
    assert capsys.readouterr().out.endswith("Ended: fixed (INET-FIXED)\n")
