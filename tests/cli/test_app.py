"""The command itself: what it imports, how it ends, how it colours."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from shepherd.cli.app import COMMANDS, ENVIRONMENT, FINE, FOUND, INTERRUPTED, MISUSED, run

SRC = Path(__file__).resolve().parents[2] / "src"
HEAVY = ("jinja2", "jsonschema", "jsonschema_rs", "networkx", "flask", "sqlalchemy", "yaml", "cryptography", "granian")


def shepherd(*arguments: str, **more: object) -> subprocess.CompletedProcess[str]:
    """The command as a process of its own."""
    env = {"PYTHONPATH": str(SRC), "PATH": "/usr/bin:/bin", **(more.pop("env", {}))}  # type: ignore[dict-item]
    command = [sys.executable, "-m", "shepherd.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=env, timeout=60, **more)  # type: ignore[call-overload]


def test_help_imports_nothing_heavy() -> None:
    """Asking for help waits for no library that help does not need."""
    code = (
        "import sys\nfrom shepherd.cli.app import run\nrun(['--help'])\n"
        f"print([m for m in {HEAVY!r} if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env={"PYTHONPATH": str(SRC)}, timeout=60
    )
    assert done.stderr.strip() == "[]"
    assert all(name in done.stdout for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """And `-h` is the same."""
    assert run([name, "--help"]) == 0
    long = capsys.readouterr().out
    assert run([name, "-h"]) == 0
    assert capsys.readouterr().out == long
    assert long.startswith("Usage: shepherd")


def test_the_exit_codes_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    """By the first help that people ask for, each by its number."""
    assert run(["--help"]) == 0
    told = capsys.readouterr().out.partition("Exit codes: ")[2]
    assert all(f"{code} " in told for code in (FINE, FOUND, MISUSED, ENVIRONMENT, INTERRUPTED))


@pytest.mark.parametrize(
    "arguments", [["chek"], ["check", "--form", "x"], ["check", "nowhere.yaml"], ["run"], ["test", "nowhere"], ["path"]]
)
def test_wrong_use_ends_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """What was wrong is said on stderr, and nothing on stdout."""
    assert run(arguments) == 2
    out = capsys.readouterr()
    assert out.out == ""
    assert out.err


def test_an_interrupt_ends_with_130(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """As a shell expects of Ctrl-C."""

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("shepherd.cli.app.Commands.get_command", interrupted)
    assert run(["check"]) == 130
    assert capsys.readouterr().err.strip() == "Interrupted."


def test_no_color_is_obeyed(tmp_path: Path) -> None:
    """NO_COLOR and --color never leave no escape; FORCE_COLOR and --color always colour even a pipe."""
    (tmp_path / "a.yaml").write_text("flow: b\n")
    assert "\x1b[" not in shepherd("check", str(tmp_path), env={"NO_COLOR": "1"}).stdout
    assert "\x1b[" not in shepherd("check", str(tmp_path)).stdout
    assert "\x1b[" in shepherd("check", str(tmp_path), env={"FORCE_COLOR": "1"}).stdout
    assert "\x1b[" in shepherd("--color", "always", "check", str(tmp_path), env={"NO_COLOR": "1"}).stdout
    assert "\x1b[" not in shepherd("--color", "never", "check", str(tmp_path), env={"FORCE_COLOR": "1"}).stdout


def test_a_closed_pipe_is_no_error() -> None:
    """`shepherd rule | head -1` ends quietly."""
    command = f"{sys.executable} -m shepherd.cli rule | head -1"
    done = subprocess.run(
        ["/bin/sh", "-c", command],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(SRC), "PATH": "/usr/bin:/bin"},
    )
    assert done.stderr == ""
    assert done.stdout.startswith("SHP")
