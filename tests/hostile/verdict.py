"""What is wrong with how a case went: the product's faults, and what it took beyond the limits."""

from __future__ import annotations

from typing import Any

from tests.hostile.case import Case
from tests.hostile.server import MOST_MEGABYTES, MOST_SECONDS


def complaints(found: dict[str, Any], case: Case | None = None) -> list[str]:
    """Sentences, none where all is well; *case* is what was to be said."""
    wrong = list(dict.fromkeys(found["wrong"]))
    for name, seconds in found.get("seconds", {}).items():
        if seconds >= MOST_SECONDS:
            wrong.append(f"{name} took {seconds:.1f} seconds of CPU")
    if found.get("megabytes", 0) >= MOST_MEGABYTES:
        wrong.append(f"it took {found['megabytes']:.0f} MB")
    if case is None or "codes" not in found:
        return wrong
    codes = {word for word in case.said if word.startswith("SHP")}
    unsaid = (codes - set(found["codes"])) | (set(case.said) - codes - set(found["said"]))
    if unsaid:
        wrong.append(f"not said: {', '.join(sorted(unsaid))}; but {', '.join(found['codes']) or found['sample'][:2]}")
    if not codes and case.door in ("library", "shown", "checked") and found["refused"]:
        wrong.append(f"refused: {', '.join(found['codes'])}; {found['sample'][1:2]}")
    return wrong
