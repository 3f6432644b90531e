"""An exported file is proved by an outsider with a short program and nothing else of ours."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from shepherd.record import Record, verifier
from tests.record.making import a_run, a_ticket


def run(*arguments: str, code: int) -> str:
    """Run a copy of the verifier as an outsider would, with a bare interpreter."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(verifier.__file__), *arguments], capture_output=True, text=True, check=False
    )
    assert "Traceback" not in done.stderr, done.stderr
    assert done.returncode == code
    return done.stdout


@pytest.fixture
def exported(record: Record, tmp_path: Path) -> Path:
    """A ticket of two runs, taken out."""
    ticket = a_ticket(record)
    a_run(record, ticket, "red", "grün", "dark")
    a_run(record, ticket, "red")
    path = tmp_path / "ticket.ndjson"
    path.write_bytes(b"".join(line if isinstance(line, bytes) else line.encode() for line in record.export(ticket)))
    return path


def lines(path: Path) -> list[str]:
    """The lines of *path* that are entries."""
    return [line for line in path.read_text(encoding="utf-8").splitlines() if "hash" in json.loads(line)]


def test_what_was_exported_is_whole(exported: Path) -> None:
    """The exit is 0 and the verdict says what it can't promise."""
    said = run(str(exported), code=0)
    assert "6 entries" in said
    assert "Chain whole, not sealed: whoever can write the database could have rewritten it." in said


@pytest.mark.parametrize("number", range(5))
def test_a_line_removed_changed_or_moved_is_found(exported: Path, number: int) -> None:
    """Each line but the last of a run: without it, with another word, or in another's place, the file is broken."""
    whole = lines(exported)
    inside = [i for i in range(len(whole) - 1) if json.loads(json.loads(whole[i + 1])["body"])["seq"] > 1]
    if number in inside:
        exported.write_text("\n".join(whole[:number] + whole[number + 1 :]), encoding="utf-8")
        assert "run " in run(str(exported), code=1)
        moved = [*whole[:number], whole[number + 1], whole[number], *whole[number + 2 :]]
        exported.write_text("\n".join(moved), encoding="utf-8")
        run(str(exported), code=1)
    kept = json.loads(whole[number])
    kept["body"] = kept["body"].replace("maria", "marla")
    exported.write_text("\n".join([*whole[:number], json.dumps(kept), *whole[number + 1 :]]), encoding="utf-8")
    run(str(exported), code=1)


@pytest.mark.parametrize(
    "text", ['{"body": 1, "hash": 2}', '{"body": "{}", "hash": "00"}', 'x\n{"body": "{}", "hash": "00"}']
)
def test_nonsense_is_broken_not_a_traceback(tmp_path: Path, text: str) -> None:
    """Whatever stands in an export, the verifier says that it is broken."""
    path = tmp_path / "x"
    path.write_text(text, encoding="utf-8")
    run(str(path), code=1)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"nonsense",
        b"[]",
        b"{}",
        b"\x00",
        b"\xff\xfe\x00",
        b"ticket,run\r\nT-1,r\r\n",
        b'{"run":"r","seq":1}\n' * 3,
    ],
)
def test_another_file_is_no_export(tmp_path: Path, text: bytes) -> None:
    """A table, bare entries, an empty file or anything else is said once to be no export: wrong use, not broken."""
    path = tmp_path / "x"
    path.write_bytes(text)
    assert run(str(path), code=2) == ""


def test_bytes_that_are_no_text_are_broken(exported: Path) -> None:
    """Bytes that are not UTF-8 among the lines of an export are broken, not a traceback."""
    exported.write_bytes(exported.read_bytes() + b"\xff\xfe\x00")
    run(str(exported), code=1)


def test_it_runs_as_a_module_without_a_warning(exported: Path) -> None:
    """Where Shepherd is installed, ``-m`` runs it and prints the verdict alone."""
    command = [sys.executable, "-W", "error", "-m", "shepherd.record.verifier", str(exported)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_wrong_use_is_told(tmp_path: Path) -> None:
    """Without a file: 2. With one that is not there: 3."""
    run(code=2)
    run(str(tmp_path / "missing"), code=3)
