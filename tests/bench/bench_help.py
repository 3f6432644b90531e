"""``shepherd --help`` as a whole process, against a bare interpreter start."""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from pathlib import Path

from tests.bench.measure import side_by_side

SRC = Path(__file__).resolve().parents[2] / "src"


def start(*arguments: str) -> None:
    """Run the interpreter once."""
    environment = {"PYTHONPATH": str(SRC)}
    subprocess.run([sys.executable, *arguments], capture_output=True, env=environment, timeout=60, check=True)


def main() -> dict[str, float]:
    """Print both, and how many bare starts the help costs."""
    pair = side_by_side(partial(start, "-m", "shepherd.cli", "--help"), partial(start, "-c", "pass"), rounds=9)
    print(f"shepherd --help       {pair.ours * 1e3:8.1f} ms")
    print(f"bare interpreter      {pair.theirs * 1e3:8.1f} ms")
    print(f"ratio                 {pair.ratio:8.1f} ×   (aim: 6 ×)")
    return {"help_ratio": pair.ratio}


if __name__ == "__main__":
    main()
