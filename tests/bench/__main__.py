"""All measurements, one after the other: ``python -m tests.bench [NAME …]``."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

NAMES = sorted(path.stem.removeprefix("bench_") for path in Path(__file__).parent.glob("bench_*.py"))


def main(chosen: list[str]) -> int:
    """Run the benches that are named, or all."""
    unknown = sorted(set(chosen) - set(NAMES))
    if unknown:
        print(f"There is no bench {', '.join(unknown)}. Benches: {', '.join(NAMES)}.", file=sys.stderr)
        return 2
    for name in chosen or NAMES:
        print(f"— {name}", flush=True)
        importlib.import_module(f"tests.bench.bench_{name}").main()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
