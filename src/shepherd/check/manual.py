"""The page of each rule, made from the rule itself and its examples: what it refuses, why, and how it is put right."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import cache
from pathlib import Path
from textwrap import fill
from typing import NamedTuple

from shepherd.check import examine, scenarios
from shepherd.check.report import render
from shepherd.flow.draft import read_draft
from shepherd.flow.findings import Rule
from shepherd.flow.shown import visible

EXAMPLES = Path(__file__).parent / "examples"
#: The day on which the examples are checked.
DAY = date(2026, 12, 1)
#: Longer lines of examples are cut.
WIDEST = 160

PARTS = {
    "SHP0": "Reading a file",
    "SHP1": "The shape of a file, and the files of a library",
    "SHP2": "Steps and the ways between them",
    "SHP3": "Expressions, values, lists, tables and hours",
    "SHP4": "Assurances and promises",
    "SHP5": "What is secret or personal",
    "SHP6": "Other flows, and what stands beside the flows",
    "SHP7": "Who is spoken to",
    "SHP8": "Other languages",
    "SHP9": "Words, what is never used, upkeep, what is set aside, and scenarios",
}


class Example(NamedTuple):
    """One file of an example; *file* is its name."""

    file: str
    text: str


def examples(rule: Rule, kind: str) -> list[Example]:
    """The files of the ``wrong`` or the ``right`` example of *rule*."""
    root = EXAMPLES / f"{rule.code}-{rule.name}" / kind
    files = sorted(path for path in root.rglob("*") if path.suffix in (".yaml", ".csv"))
    return [Example(path.relative_to(root).as_posix(), path.read_text("utf-8", errors="replace")) for path in files]


@cache
def told(rule: Rule) -> str:
    """What the check says of the wrong example of *rule*."""
    draft = read_draft(EXAMPLES / f"{rule.code}-{rule.name}" / "wrong")
    return render(examine(draft, DAY, tests=True), draft.sources)


def page(rule: Rule) -> str:
    """The page of *rule*, as Markdown."""
    parts = [f"# {rule.code} {rule.name}", _wrapped(rule.says)]
    parts += ["## Wrong", *_shown(examples(rule, "wrong")), "The check says:", _fenced("text", told(rule))]
    parts += ["## Right", *_shown(examples(rule, "right"))]
    parts += ["## Where it does not fit", _wrapped(aside(rule))]
    return "\n\n".join(parts) + "\n"


def contents(rules: Iterable[Rule]) -> str:
    """The page that lists *rules*, as Markdown."""
    listed = list(rules)
    parts = [
        "# All findings",
        _wrapped(
            "Each code has a page with a wrong and a right example, made from the check itself: `pytest --golden` "
            "writes them. `shepherd rule CODE` prints the same in a terminal."
        ),
    ]
    for begins, title in PARTS.items():
        rows = [
            f"| [{rule.code}]({rule.code}.md) | {rule.name} | {rule.severity} |"
            for rule in listed
            if rule.code.startswith(begins)
        ]
        parts += [f"## {title}", "\n".join(["| code | name | counts as |", "|---|---|---|", *rows])]
    return "\n\n".join(parts) + "\n"


def _shown(files: Iterable[Example]) -> list[str]:
    parts = []
    for file, text in files:
        lines = visible(text.rstrip("\n"), lines=True).split("\n")
        cut = "\n".join(line if len(line) <= WIDEST else f"{line[:WIDEST]}…" for line in lines)
        parts += [f"`{file}`", _fenced("csv" if file.endswith(".csv") else "yaml", cut)]
    return parts


def _fenced(language: str, text: str) -> str:
    fence = "````" if "```" in text else "```"
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"


def aside(rule: Rule) -> str:
    """What to do where *rule* does not fit."""
    if rule in scenarios.RULES:
        return (
            "It is an error: `shepherd check` and `shepherd test` fail until it is mended, and it can't be ignored. "
            "The flows can be run all the same."
        )
    if rule.severity == "error":
        return "It is an error: the flows can't be run until it is mended, and it can't be ignored."
    if rule.code.startswith("SHP94"):
        return "It is a warning about a comment. Mend the comment, or take it out."
    return (
        f"It is a warning. Where it is right as it stands, say why in the line above: "
        f"`# shepherd: ignore {rule.code} because REASON`. For all flows of a library, desk.yaml sets what it counts "
        f"as: `checks: {{{rule.code}: error}}`, or `off`."
    )


def _wrapped(text: str) -> str:
    return fill(text, 120, break_long_words=False, break_on_hyphens=False)
