"""``shepherd check --watch`` and ``shepherd test --watch``: anew after each change, silent else, ended by Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import Any

import pytest

from tests.cli.test_check import BAD, GOOD

SRC = Path(__file__).resolve().parents[2] / "src"
LONG = 60.0
SCENARIO = "scenarios:\n  - {name: n, given: {}, expect: {outcome: done, path: [...]}}\n"


class Watching:
    """The command under way in a folder, its lines of JSON as they come."""

    def __init__(self, folder: Path, command: str = "check"):
        words = [sys.executable, "-m", "shepherd.cli", command, "--watch", "--format", "json"]
        self.process = subprocess.Popen(
            words,
            cwd=folder,
            env={"PYTHONPATH": str(SRC), "PATH": os.environ["PATH"]},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # A shell that puts its children into the background lets them ignore Ctrl-C; a terminal does not.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        self.lines: Queue[str] = Queue()
        Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.put(line)

    def next(self) -> dict[str, Any]:
        """The next report, as soon as it comes."""
        shown: dict[str, Any] = json.loads(self.lines.get(timeout=LONG))
        return shown


@pytest.fixture
def library(tmp_path: Path) -> Path:
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "good.yaml").write_text(GOOD)
    return tmp_path / "flows"


@pytest.fixture
def watching(library: Path) -> Iterator[Watching]:
    started = Watching(library.parent)
    yield started
    started.process.kill()
    started.process.wait(LONG)


def test_each_change_is_checked_anew(watching: Watching, library: Path) -> None:
    """A file that comes, one that is mended, one that goes."""
    assert watching.next()["ok"] is True
    (library / "bad.yaml").write_text(BAD)
    assert (found := watching.next())["ok"] is False
    assert found["files"] == 2
    (library / "bad.yaml").write_text(GOOD.replace("flow: good", "flow: bad"))
    assert watching.next()["ok"] is True
    (library / "bad.yaml").unlink()
    assert watching.next()["files"] == 1


def test_nothing_is_printed_while_nothing_changes(watching: Watching, library: Path) -> None:
    """Neither for time that passes, nor for files that are no part of a library; it still listens afterwards."""
    watching.next()
    (library / "notes.txt").write_text("no flow")
    (library / ".good.yaml.swp").write_text("an editor's own")
    with pytest.raises(Empty):
        watching.lines.get(timeout=2)
    (library / "bad.yaml").write_text(BAD)
    assert watching.next()["ok"] is False


def test_an_emptied_library_is_told_and_watched_on(watching: Watching, library: Path) -> None:
    """Whoever moves files about does not have to start again."""
    watching.next()
    (library / "good.yaml").rename(library / "good.txt")
    with pytest.raises(Empty):
        watching.lines.get(timeout=2)
    (library / "good.txt").rename(library / "good.yaml")
    assert watching.next()["ok"] is True


def test_scenarios_are_walked_anew(library: Path) -> None:
    """The walks follow the flow and its scenarios, past a save that breaks either."""
    scenarios = library / "good.scenarios.yaml"
    scenarios.write_text(SCENARIO)
    watching = Watching(library.parent, "test")
    try:
        assert watching.next()["ok"] is True
        scenarios.write_text(SCENARIO.replace("done,", "lost,"))
        (failure,) = watching.next()["scenarios"][0]["failures"]
        assert failure == 'good.scenarios.yaml:2:44: good has no outcome "lost". There are: done.'
        scenarios.write_text(SCENARIO.replace("given: {}", "given: {at: soon}"))
        (library / "good.yaml").write_text(GOOD.replace("{end: done}", "{end: don}"))
        with pytest.raises(Empty):
            watching.lines.get(timeout=2)
        (library / "good.yaml").write_text(GOOD)
        scenarios.write_text(SCENARIO)
        assert watching.next()["ok"] is True
    finally:
        watching.process.kill()
        watching.process.wait(LONG)


def test_ctrl_c_ends_it_with_130(watching: Watching) -> None:
    """As a shell expects, whatever was found."""
    watching.next()
    watching.process.send_signal(signal.SIGINT)
    assert watching.process.wait(LONG) == 130
    assert watching.process.stderr
    told = watching.process.stderr.read()
    assert "Interrupted." in told
    assert "Traceback" not in told
