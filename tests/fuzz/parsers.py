"""All parsers that are fuzzed, by name."""

from __future__ import annotations

from tests.fuzz import documents, files, givings, texts
from tests.fuzz.parser import Parser

PARSERS: dict[str, Parser] = {p.name: p for p in (*documents.PARSERS, *texts.PARSERS, *givings.PARSERS, *files.PARSERS)}
