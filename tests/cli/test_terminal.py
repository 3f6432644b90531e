"""What the commands print: nothing that a terminal acts on, and JSON that reads the same."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest

from shepherd.cli.terminal import telling
from shepherd.flow.shown import json_text, visible

CLI = Path(__file__).resolve().parents[2] / "src" / "shepherd" / "cli"


def test_every_command_prints_by_the_one_way():
    """
    No command prints past ``terminal.echo``, which shows what steers or hides.
    """
    past = [
        f"{path.name}: {found[0]}"
        for path in sorted(CLI.glob("*.py"))
        if path.name != "terminal.py" and (found := re.search(r"click\.s?echo\(|\bprint\(", path.read_text()))
    ]

    assert past == []


def test_json_reads_the_same():
    """
    What steers or hides stands in JSON as its escape, so that every reader gets the very same text.
    """
    text = 'a\u202eb\x9bc\u200dd\U000e0041e"\\\n\u00e4'

    shown = json_text({"text": text})

    assert json.loads(shown) == {"text": text}
    assert not re.search("[\u202e\x9b\u200d\U000e0041]", shown)
    assert "ä" in shown


def test_joiners_stay_where_they_join():
    """
    Emoji and scripts that join their letters are shown as they are; beside a plain letter a joiner only hides.
    """
    assert visible("\U0001f469\u200d\U0001f4bb") == "\U0001f469\u200d\U0001f4bb"
    assert visible("\u0645\u06cc\u200c\u062e") == "\u0645\u06cc\u200c\u062e"
    assert visible("ad\u200dmin\u200c") == "ad<U+200D>min<U+200C>"


@pytest.mark.parametrize("terminal", [True, False])
def test_what_takes_long_is_told_to_a_terminal_and_leaves_nothing(
    terminal: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever waits sees what for; a log, and a terminal in the end, have none of it. What is quick is not told."""
    monkeypatch.setattr("sys.stderr.isatty", lambda: terminal, raising=False)
    with telling("Reading"):
        pass
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("shepherd.cli.terminal.PATIENCE", 0.0)
    with telling("Reading"):
        while terminal and not (shown := capsys.readouterr().err):
            time.sleep(0.01)
    assert not terminal or shown == "Reading …"
    assert capsys.readouterr().err.strip() == ("\x1b[K" if terminal else "")
