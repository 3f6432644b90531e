"""A slip in a line above that where YAML stops: what is no key there, or begins in a column of its own."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from shepherd.flow import colons

_KEY = re.compile(r"(?P<lead>\s*(?:- +)*)(?P<key>\w[\w.-]*)\s*:(?P<value>\s.*|$)")
_LEAD = re.compile(r"\s*(?:- +)*")
SAME_COLUMN = "Keys of one map begin in the same column."


class Slip(NamedTuple):
    """What is wrong in the line of the index *line*, and how to mend it."""

    line: int
    message: str
    hint: str


def before(lines: Sequence[str], number: int) -> Slip | None:
    """The slip because of which the key in line *number* is none for YAML; None where that line may be the slip."""
    at, loose = number - 1, -1
    while at >= 0 and not _KEY.match(lines[at]):
        if lines[at].strip() and lines[at].lstrip()[0] != "#":
            loose = at
        at -= 1
    above = _KEY.match(lines[at]) if at >= 0 else None
    apart = above is not None and loose >= 0 and not lines[loose].startswith(" " * len(above["lead"]))
    if above is not None and above["value"].strip() and not apart:
        return standing_out(lines, at, number)
    same = loose >= 0 and _column(lines[loose]) == _column(lines[number])
    told = colons.of_first(lines[loose], above["key"] if above and not apart else "", same) if loose >= 0 else None
    return Slip(loose, *told) if told else None


def standing_out(lines: Sequence[str], one: int, other: int) -> Slip | None:
    """What is wrong with the key in line *one*, where only that in line *other* begins in the right column."""
    keys = [_KEY.match(line) for line in lines]
    mine, beside = keys[one], keys[other]
    if mine is None or beside is None:
        return None
    used = Counter(len(key["lead"]) for key in keys if key)
    column, right = len(mine["lead"]), len(beside["lead"])
    alone = used[column] == 1 and (used[right] > 1 or right == _due(keys[:one], column))
    if column == right or not (alone or (column < right and _is_first_below(lines, keys[:one], column))):
        return None
    message = f'"{mine["key"]}" begins in column {column + 1}, what stands beside it in column {right + 1}.'
    return Slip(one, message, of_lists(lines) if "-" in mine["lead"] else SAME_COLUMN)


def outside(lines: Sequence[str], number: int) -> Slip | None:
    """The step above line *number*, a step too, that begins further out than the steps do; None where there is none."""
    beside = _KEY.match(lines[number])
    right = len(beside["lead"]) if beside else 0
    above = ((at, _KEY.match(lines[at])) for at in range(number - 1, 0, -1))
    at, found = next(((at, key) for at, key in above if key and len(key["lead"]) < right), (0, None))
    if found is None or found["value"].strip() or found["key"] == "steps":
        return None
    if not any(line.startswith("steps:") for line in lines[:at]):
        return None
    message = f'"{found["key"]}" begins in column {len(found["lead"]) + 1}, the steps beside it in column {right + 1}.'
    return Slip(at, message, SAME_COLUMN)


def of_lists(lines: Sequence[str]) -> str:
    """How the items of a list are indented."""
    if any(line.startswith("scenarios:") for line in lines):
        return "Each scenario begins with `- name:` in the same column, and its other keys stand right below `name`."
    return "Each item of a list begins with `-` in the same column, and its keys stand right below its first."


def _is_first_below(lines: Sequence[str], above: Sequence[re.Match[str] | None], column: int) -> bool:
    """Whether the key above begins in *column* too and has nothing below it: in scenarios, such a key has a group."""
    owner = next((key for key in reversed(above) if key is not None), None)
    grouped = owner is not None and not owner["value"].strip() and len(owner["lead"]) == column
    return grouped and any(line.startswith("scenarios:") for line in lines)


def _due(above: Sequence[re.Match[str] | None], column: int) -> int:
    """The column in which a key is due that stands further in than the line above it."""
    found, depths = column, []
    for key in reversed(above):
        if key is not None and len(key["lead"]) < found:
            found = len(key["lead"])
            depths.append(found)
    if len(depths) < 2:
        return -1
    return 2 * depths[0] - depths[1]


def _column(line: str) -> int:
    """How many characters stand before the first word of *line*."""
    lead = _LEAD.match(line)
    return lead.end() if lead else 0
