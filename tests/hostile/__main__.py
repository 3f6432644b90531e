"""``python -m tests.hostile [CLASS…]``: every case by class, the slowest, the largest, and what is wrong."""

from __future__ import annotations

import sys

from tests.hostile.server import MOST_MEGABYTES, MOST_SECONDS, Server
from tests.hostile.tables import TABLES
from tests.hostile.verdict import complaints

MOST_SHOWN = 8


def main() -> int:
    """Run them and print; 1 where anything is wrong."""
    server = Server()
    slow: list[tuple[float, str]] = []
    large: list[tuple[float, str]] = []
    wrong: list[str] = []
    total = cpu = 0.0
    for table, cases in TABLES.items():
        if sys.argv[1:] and table not in sys.argv[1:]:
            continue
        took = 0.0
        for name, case in cases.items():
            found = server.run(f"tests.hostile.{table}", name)
            for command, seconds in found.get("seconds", {}).items():
                slow.append((seconds, f"{table}: {name} ({command})"))
            large.append((found.get("megabytes", 0.0), f"{table}: {name}"))
            wrong += [f"{table}: {name}: {text}" for text in complaints(found, case)]
            took += found["cpu"]
        print(f"{table:<14} {len(cases):>4} cases {took:>7.1f} s of CPU", flush=True)
        total, cpu = total + len(cases), cpu + took
    server.close()
    print(f"{'all':<14} {total:>4.0f} cases {cpu:>7.1f} s of CPU, {len(wrong)} complaints")
    print(f"\nslowest commands, in seconds of CPU (most: {MOST_SECONDS:.0f})")
    print("\n".join(f"{seconds:7.2f}  {name}" for seconds, name in sorted(slow, reverse=True)[:MOST_SHOWN]))
    print(f"\nlargest processes, in MB (most: {MOST_MEGABYTES})")
    print("\n".join(f"{size:7.0f}  {name}" for size, name in sorted(large, reverse=True)[:MOST_SHOWN]))
    print("\n".join(["", *wrong]) if wrong else "\nNothing wrong.")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
