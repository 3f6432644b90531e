"""2 000 recorded runs walked over a draft that differs in one condition, against their first walk."""

from __future__ import annotations

from pathlib import Path

from shepherd.author import play, scenarios_in
from shepherd.author.rerun import rerun
from shepherd.check.library import Library
from shepherd.flow.draft import read_draft
from tests.bench.measure import side_by_side
from tests.run.walker import reread

FLOWS = Path(__file__).resolve().parents[2] / "flows"
RUNS = 2_000


def main() -> dict[str, float]:
    """Print both, and how many first walks a second one costs."""
    draft = read_draft(FLOWS)
    library = Library.of(draft, draft.findings)
    edited = {**draft.documents["flow:internet_down"], "values": {"slow": "speed.down_mbps < 25"}}
    other = Library.load({**library.documents, "flow:internet_down": edited})
    scenarios = [s for d in draft.scenarios for s in scenarios_in(d.typed, d.file)[0]]
    scenarios = (scenarios * (RUNS // len(scenarios) + 1))[:RUNS]
    events = [[reread(event) for event in play(library, s.flow, s.given).events] for s in scenarios]
    pair = side_by_side(
        lambda: [rerun(other, one) for one in events if one],
        lambda: [play(library, s.flow, s.given) for s in scenarios],
        rounds=3,
    )
    print(f"{RUNS} runs over a draft   {pair.ours:8.2f} s")
    print(f"their first walks      {pair.theirs:8.2f} s")
    print(f"ratio                  {pair.ratio:8.2f} ×   (aim: 1 ×)")
    return {"replay_ratio": pair.ratio}


if __name__ == "__main__":
    main()
