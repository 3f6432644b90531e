"""Reading and examining generated flows of 100, 1 000 and 10 000 steps: seconds, and the peak of memory."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

SIZES = (100, 1_000, 10_000)
ROOT = Path(__file__).parents[2]
HEAD = "flow: long\ntitle: A long job\ncategory: troubleshooting\nversion: 1\noutcomes:\n  done: {resolves: true}\n"
STEPS = """  light_{n}:
    ask: What does the light do?
    guide: |
      It is at the front. Go through the list from the top.
    options: [steady, flashing, dark]
  judge_{n}:
    decide:
      - when: light_{n} == "flashing"
        then: speed_{n}
      - when: light_{n} in ["steady", "dark"]
        then: wired_{n}
  speed_{n}:
    ask: How fast is it?
    type: number
    then: tell_{n}
  wired_{n}:
    ask: Is it wired?
    answers: {{yes: light_{m}, no: light_{m}}}
  tell_{n}:
    say: It is {{{{ light_{n} }}}} and has {{{{ speed_{n} | number }}}} MB/s.
"""


def written(steps: int) -> str:
    """A flow of *steps* steps and an end: questions, decisions and words that read what was asked."""
    parts = [STEPS.format(n=n, m=n + 1) for n in range(steps // 5)]
    last = f"  light_{steps // 5}:\n    say: That was all.\n  finish: {{end: done}}\n"
    return HEAD + "steps:\n" + "".join(parts) + last


def peak_kib() -> int:
    """The most memory that this process had. ``ru_maxrss`` would begin with that of the process which started it."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.partition("VmHWM:")[2].split()[0])


def alone(folder: str) -> None:
    """Read and examine *folder* once, in a process of its own; print the seconds of both and the peak in MiB."""
    from shepherd.check import examine
    from shepherd.flow.draft import read_draft

    before = peak_kib()
    began = time.perf_counter()
    draft = read_draft(folder)
    middle = time.perf_counter()
    found = examine(draft)
    end = time.perf_counter()
    assert found == [], found[:3]
    print(middle - began, end - middle, (peak_kib() - before) / 1024)


def measured(steps: int) -> tuple[float, float, float]:
    """The best of three processes: seconds to read, seconds to examine, MiB beyond the imports."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "long.yaml").write_text(written(steps), encoding="utf-8")
        runs = []
        for _ in range(3):
            given = subprocess.run(
                [sys.executable, "-m", "tests.bench.bench_check", folder],
                cwd=ROOT,
                env={"PYTHONPATH": "src", "PATH": ""},
                capture_output=True,
                text=True,
                check=True,
                timeout=120,
            )
            read, examined, peak = (float(part) for part in given.stdout.split())
            runs.append((read, examined, peak))
    return min(runs, key=lambda run: run[0] + run[1])


def main() -> dict[str, float]:
    """Print seconds and memory for each size; the aims are 0.3 s for 1 000 steps and 3 s for 10 000."""
    results: dict[str, float] = {}
    print("  steps      read   examine     total     peak")
    for steps in SIZES:
        read, examined, peak = measured(steps)
        print(f"{steps:7}  {read:6.3f} s  {examined:6.3f} s  {read + examined:6.3f} s  {peak:5.0f} MiB")
        results[f"seconds_{steps}"] = read + examined
        results[f"mib_{steps}"] = peak
    return results


if __name__ == "__main__":
    alone(sys.argv[1]) if len(sys.argv) > 1 else main()
