"""The start script tells a newcomer what is missing, in one line that mends it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def start(folder: Path, *words: str, path: str) -> subprocess.CompletedProcess[str]:
    """Run the script in *folder* with nothing but *path* to find programs in."""
    shutil.copy(ROOT / "start.py", folder)
    command = [sys.executable, "start.py", *words]
    return subprocess.run(command, cwd=folder, env={"PATH": path}, capture_output=True, text=True, timeout=60)


def test_a_missing_venv_is_told_with_the_line_that_mends_it(tmp_path: Path) -> None:
    """
    Debian's Python comes without venv; the script says which package brings it, and stops with 3.
    """
    (tmp_path / "venv.py").write_text("raise SystemExit(1)\n")
    done = start(tmp_path, "setup", path="")

    assert done.returncode == 3
    assert "sudo apt-get install python3-venv" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_missing_browser_is_told_before_anything_is_installed(tmp_path: Path) -> None:
    """
    The tests never pass by leaving the browser out; the script says how to get one, and stops with 3.
    """
    done = start(tmp_path, "test", path=str(tmp_path))

    assert done.returncode == 3
    assert "sudo apt-get install chromium" in done.stderr
    assert not (tmp_path / ".venv").exists()


def test_an_unknown_word_is_wrong_use(tmp_path: Path) -> None:
    """
    A slip shows how the script is used.
    """
    done = start(tmp_path, "tset", path="")

    assert done.returncode == 2
    assert "python3 start.py test" in done.stdout


def test_what_is_meant_for_the_desk_stands_behind_two_dashes(tmp_path: Path) -> None:
    """
    An option without them is wrong use, and the last line is the command that was meant.
    """
    done = start(tmp_path, "--port", "8400", path="")

    assert done.returncode == 2
    assert done.stderr == "What is meant for the desk stands behind --: python3 start.py -- --port 8400\n"
