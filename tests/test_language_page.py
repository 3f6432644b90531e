"""The tables of docs/language.md say what is so: expressions, filters, types, codes, names and limits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from shepherd.check import RULES
from shepherd.flow import expression, parse, schema, source, values_in
from shepherd.flow.compile import Code
from shepherd.flow.findings import Place
from shepherd.flow.functions import FILTERS, FUNCTIONS
from shepherd.flow.ids import RESERVED
from shepherd.flow.model import Action, VerbName
from shepherd.flow.parse import tree_of
from shepherd.flow.refusal import Refusal
from shepherd.flow.typed_in import as_written
from shepherd.flow.types import KIND_OF, parse_value, to_text
from shepherd.flow.words import parse_text
from shepherd.run.state import Limits

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "docs" / "language.md").read_text(encoding="utf-8")
NOW = SimpleNamespace(today=date(2027, 4, 6), now=datetime(2027, 4, 6, 14, 5), channel="phone")
CODED = re.compile(r"`(SHP[0-9]{3})(?: ([a-z-]+))?`")


def rows(*heading: str) -> list[list[str]]:
    """The cells of every row below a table's head that begins with *heading*."""
    found = []
    inside = False
    for line in TEXT.splitlines():
        cells = [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if cells[: len(heading)] == list(heading):
            inside = True
        elif not line.startswith("|"):
            inside = False
        elif inside and not set(line) <= set("|- "):
            found.append(cells)
    assert found, heading
    return found


EXPRESSIONS = [(row[0].strip("`"), row[1].strip("`")) for row in rows("Expression", "Gives")]
WORDS = [(row[0].strip("`"), row[1].strip("`")) for row in rows("Words", "Read")]


@pytest.mark.parametrize(("written", "gives"), EXPRESSIONS)
def test_an_expression_gives_what_the_page_says(written: str, gives: str) -> None:
    """Worked out on the day that the page names."""
    assert to_text(Code().compile(tree_of(written))({}, NOW)) == gives


@pytest.mark.parametrize(("written", "read"), WORDS)
def test_words_read_as_the_page_says(written: str, read: str) -> None:
    """With the filter that stands there."""
    text, found = parse_text(written, at=lambda a, b: Place(1, a + 1, 1, b + 1), file="", flow="", step="")
    assert text is not None, found
    text.bind(Code())
    assert text.fill({}, NOW) == read


def test_every_function_and_filter_is_on_the_page() -> None:
    """Each with an example of its own."""
    used = {name for written, _ in EXPRESSIONS for name in re.findall(r"(\w+)\(", written)}
    filters = {name for written, _ in WORDS for name in re.findall(r"\| (\w+)", written)}

    assert set(FUNCTIONS) - used == set()
    assert set(FILTERS) - filters == set()


def _typed() -> Iterator[tuple[str, str, str, bool]]:
    """Every value of the table of types: its type, what is typed, what comes of it, whether it is refused."""
    for name, typed, refused, *_ in rows("Type", "People may type"):
        kind = name.strip("`")
        for cell, is_refused in ((typed, False), (refused, True)):
            for raw, comes in re.findall(r"`([^`]+)`(?: → `([^`]+)`)?", cell):
                if not (is_refused and not comes):
                    yield kind, raw, comes or raw, is_refused


@pytest.mark.parametrize(("kind", "raw", "comes", "refused"), list(_typed()))
def test_a_value_is_taken_or_refused_as_the_page_says(kind: str, raw: str, comes: str, refused: bool) -> None:
    """What is kept, or with which code it is refused."""
    value = parse_value(kind, as_written(kind, raw), options=("red", "green") if kind in ("choice", "many") else None)

    assert (value.code if isinstance(value, Refusal) else to_text(value)) == comes
    assert isinstance(value, Refusal) is refused


def test_every_type_is_on_the_page() -> None:
    """In the table of types."""
    assert {row[0].strip("`") for row in rows("Type", "People may type")} == set(KIND_OF)


@pytest.mark.parametrize("page", sorted((ROOT / "docs").glob("*.md")), ids=lambda page: page.name)
def test_codes_in_docs_exist_under_their_name(page: Path) -> None:
    """A code that a page names is one, and has the name beside it."""
    known = {rule.code: rule.name for rule in RULES}
    wrong = [
        found
        for found in CODED.findall(" ".join(page.read_text().split()))
        if known.get(found[0]) != (found[1] or known[found[0]])
    ]

    assert wrong == []


def test_names_verbs_and_keys_are_on_the_page() -> None:
    """Reserved names, verbs, and the keys of a flow's head."""
    reserved = TEXT.partition("Reserved (")[2].partition("\n\n")[0]
    assert set(re.findall(r"`([a-z_]+)`", reserved)) >= RESERVED

    verbs = {row[0].strip("`") for row in rows("Verb", "Does")}
    assert verbs == (set(VerbName.__args__) - {"message"}) | {"(words alone)"}  # type: ignore[attr-defined]
    assert len(verbs) == len(Action.__args__)  # type: ignore[attr-defined]

    shown: Any = {key for row in rows("Key", "Says") for key in re.findall(r"`([a-z_]+)`", row[0])}
    assert set(schema.bundled("flow")["properties"]) <= shown


def test_the_limits_are_those_of_the_page() -> None:
    """A limit that changes changes here too."""
    shown = " ".join(cell for row in rows("What", "At most") for cell in row)
    limits = Limits()
    for number in (
        source.MOST_BYTES // 1024**2,
        source.MOST_DEPTH,
        source.MOST_TEXT,
        schema.MOST_STEPS,
        parse.MOST_CHARACTERS,
        parse.MOST_TOKENS,
        parse.MOST_BRACKETS,
        expression.MOST_READS,
        expression.DEEPEST,
        values_in.MOST_DIGITS,
        values_in.MOST_PLACES,
        limits.automatic,
        limits.visits,
        limits.depth,
    ):
        assert re.search(rf"(?<![0-9,]){number:,}(?![0-9,])", shown), number
