#!/usr/bin/env python3
"""
Set up Shepherd and run it; needs nothing but Python 3.11 or newer.

    python3 start.py          set up, open the demo desk, print its address
    python3 start.py test     set up, check everything, run all tests
    python3 start.py setup    only set up: .venv with all that is pinned in requirements.lock

Anything after ``--`` is handed on: ``python3 start.py -- --port 9000``, ``python3 start.py test -- -k walk``.
"""

from __future__ import annotations

import hashlib
import os
import shlex
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def fail(sentence: str) -> None:
    """Say what is missing and what mends it, and stop with the exit code for "environment"."""
    print(sentence, file=sys.stderr)
    sys.exit(3)


def make_venv() -> None:
    """Make ``.venv`` where there is none that works."""
    if PYTHON.exists() and subprocess.run([PYTHON, "-c", "import pip"], capture_output=True).returncode == 0:
        return
    print("Making .venv …", flush=True)
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], capture_output=True, text=True)
    if made.returncode != 0:
        fail(
            "Python's venv module is missing or incomplete here. On Debian and Ubuntu this mends it:\n"
            "    sudo apt-get install python3-venv\n"
            "Then run the same command again."
        )


def install(lock: str) -> None:
    """Install what *lock* pins, and Shepherd itself, unless that very lock is installed already."""
    wanted = hashlib.sha256((ROOT / lock).read_bytes() + (ROOT / "pyproject.toml").read_bytes()).hexdigest()
    mark = VENV / f"{lock}.installed"
    if mark.exists() and mark.read_text() == wanted and (BIN / "shepherd").exists():
        return
    print(f"Installing what {lock} pins …", flush=True)
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    steps = (
        [*pip, "--require-hashes", "-r", str(ROOT / lock)],
        [*pip, "--no-deps", "--no-build-isolation", "-e", str(ROOT)],
    )
    for step in steps:
        if subprocess.run(step, cwd=ROOT).returncode != 0:
            fail("The installation did not succeed; what pip said stands above. Mend it, then run this again.")
    mark.write_text(wanted)


def demo(more: list[str]) -> int:
    """Open the demo desk on an embedded database below ``demo/``."""
    install("requirements.lock")
    data = ROOT / "demo"
    data.mkdir(exist_ok=True)
    command = [str(BIN / "shepherd"), "serve", "--demo", "--database", f"sqlite:///{data / 'shepherd.db'}"]
    command += ["--keys", str(data / "shepherd-keys.db"), *more]
    try:
        return subprocess.run(command, cwd=ROOT).returncode
    except KeyboardInterrupt:
        return 130


def need_programs() -> None:
    """Browser tests need a Chromium, the outside judges of pages and schemas npm; nothing is left out for the lack."""
    for what, names, package in (
        ("The browser tests need a Chromium", BROWSERS, "chromium"),
        ("The accessibility and editor tests need npm", ("npm",), "nodejs npm"),
    ):
        if not any(shutil.which(name) for name in names):
            fail(
                f"{what}, and there is none on the PATH. On Debian and Ubuntu this brings it:\n"
                f"    sudo apt-get install {package}\n"
                "Then run the same command again. Without them, the other tests run with:\n"
                '    .venv/bin/pytest -m "not browser and not lsp"'
            )


def test(more: list[str]) -> int:
    """Lint, types, layers and all tests; what only reads the sources is done beside the tests, which often wait."""
    install("requirements-dev.lock")
    (ROOT / ".cache").mkdir(exist_ok=True)
    # Each file stays with one process; the few long ones come before the many short ones.
    spread = ["-n", "4", "--dist", "loadfile", "--no-loadscope-reorder"]
    tests = ["pytest", "-q", *spread, "--junitxml", str(ROOT / ".cache" / "tests.xml"), *more]
    beside = (["ruff", "check", "."], ["mypy"], ["lint-imports"])
    # The tests start hundreds of processes; each would compile every module where what was compiled is not kept.
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

    def check(command: list[str], said: int | None = None) -> subprocess.CompletedProcess[str]:
        program = [str(BIN / command[0]), *command[1:]]
        return subprocess.run(program, cwd=ROOT, env=kept, stdout=said, stderr=said and subprocess.STDOUT, text=True)

    with ThreadPoolExecutor(1) as pool:
        reading = [pool.submit(check, command, subprocess.PIPE) for command in beside]
        print(f"\n— {tests[0]} (and beside it {', '.join(command[0] for command in beside)})", flush=True)
        failed = [tests[0]] if check(tests).returncode != 0 else []
        for command, done in zip(beside, reading, strict=True):
            print(f"\n— {command[0]}\n{done.result().stdout}", end="", flush=True)
            if done.result().returncode != 0:
                failed.append(command[0])
    if failed:
        print(f"\nNot passed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def main(arguments: list[str]) -> int:
    """Do what the first word says."""
    if sys.version_info < (3, 11):  # noqa: UP036
        fail(f"Shepherd needs Python 3.11 or newer; this is {sys.version.split()[0]}.")
    word = arguments[0] if arguments and arguments[0] != "--" else ""
    rest = arguments[1:] if word else arguments
    more = rest[1:] if rest[:1] == ["--"] else rest
    if word in ("-h", "--help", "help"):
        print(__doc__)
        return 0
    if word not in ("", "test", "setup"):
        print(__doc__)
        if word.startswith("-"):
            meant = shlex.join(one for one in arguments if one != "--")
            print(f"What is meant for the desk stands behind --: python3 start.py -- {meant}", file=sys.stderr)
        return 2
    if word == "test":
        need_programs()
    make_venv()
    if word == "setup":
        install("requirements.lock")
        return 0
    return test(more) if word == "test" else demo(more)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
